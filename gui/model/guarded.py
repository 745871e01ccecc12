"""Tests of a program that an edit may have turned: what they read has changed since it was read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.graph import Graph, spelled
from gui.model.document import Document
from gui.model.edits import same_program
from gui.model.origin import Guard


def doubtful(read: Document, now: Document) -> list[Guard]:
    """The guards of the program whose numbers may differ between what was read and what is now."""
    source = now.source
    if source is None or not source.guards or read is now:
        return []
    if not same_program(read.program, now.program):
        return [*source.guards]  # what is done, and when, decides on all numbers after it
    if read.graph is now.graph:
        return []
    changed = _changed(read.graph, now.graph)
    if not changed:
        return []
    return [g for g in source.guards if not g.nodes or changed & _above(now.graph, g.nodes)]


def _changed(before: Graph, after: Graph) -> set[str]:
    """The nodes that give something else, their inputs apart."""
    both = before.nodes.keys() & after.nodes.keys()
    other = {i for i in both if not _same(before, after, i)}
    return other | (before.nodes.keys() ^ after.nodes.keys())


def _same(before: Graph, after: Graph, node: str) -> bool:
    a, b = before.nodes[node], after.nodes[node]
    alike = a is b or (
        (a.op, a.muted) == (b.op, b.muted)
        and (a.params is b.params or spelled(a.params) == spelled(b.params))
    )
    return alike and _wires(before.inputs, node) == _wires(after.inputs, node)


def _wires(inputs: Mapping[str, Mapping[str, object]], node: str) -> Mapping[str, object]:
    return inputs.get(node, {})


def _above(graph: Graph, nodes: Iterable[str]) -> set[str]:
    """These nodes and all that their values come from; what is gone is among them."""
    found: set[str] = set()
    waiting = [*nodes]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found.add(node)
            waiting += [edge.source for edge in graph.inputs.get(node, {}).values()]
    return found
