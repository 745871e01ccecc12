"""What differs between two Documents, by the names a person knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.graph import Node, Region, spelled
from gui.model.document import Document
from gui.model.edits import same_program

OP, NAME, VALUES, INPUTS, MUTED = "operation", "name", "values", "inputs", "muted"
"""In what a node can differ."""


@dataclass(frozen=True)
class Compared:
    """What the second Document has more, less and otherwise than the first.

    A changed node is (its name in the second, in what it differs); nodes and wires are moved.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    regions: tuple[str, ...] = ()
    edges_added: int = 0
    edges_removed: int = 0
    moved: int = 0
    program: bool = False

    @property
    def same(self) -> bool:
        return self == Compared()


def compared(first: Document, second: Document) -> Compared:
    """Nodes belong together by their ids, which stay when they are renamed."""
    one, other = first.graph, second.graph
    edges_one, edges_other = set(one.edges.values()), set(other.edges.values())
    rewired = {edge.target for edge in edges_one ^ edges_other}
    both = one.nodes.keys() & other.nodes.keys()
    changed = (
        (node.name, tuple(_changes(one.nodes[node.id], node, node.id in rewired)))
        for node in other.nodes.values()
        if node.id in both
    )
    return Compared(
        added=_names(other.nodes, both),
        removed=_names(one.nodes, both),
        changed=tuple((name, changes) for name, changes in changed if changes),
        regions=tuple(_regions(one.regions, other.regions)),
        edges_added=len(edges_other - edges_one),
        edges_removed=len(edges_one - edges_other),
        moved=_differ(first.places, second.places, both)
        + _differ(first.bends, second.bends, one.edges.keys() & other.edges.keys()),
        program=not same_program(first.program, second.program),
    )


def _differ(one: Mapping[Any, object], other: Mapping[Any, object], keys: Iterable[Any]) -> int:
    return sum(one.get(key) != other.get(key) for key in keys)


def _names(nodes: Mapping[str, Node], both: Iterable[str]) -> tuple[str, ...]:
    return tuple(node.name for node in nodes.values() if node.id not in both)


def _changes(one: Node, other: Node, rewired: bool) -> Iterable[str]:
    if one.op != other.op:
        yield OP
    if one.name != other.name:
        yield NAME
    if one.params is not other.params and spelled(one.params) != spelled(other.params):
        yield VALUES
    if rewired:
        yield INPUTS
    if one.muted != other.muted:
        yield MUTED


def _regions(one: Mapping[str, Region], other: Mapping[str, Region]) -> Iterable[str]:
    for key in {**one, **other}:
        if one.get(key) != other.get(key):
            region = other.get(key) or one[key]
            yield region.title or region.kind
