"""A statement that is said again under the same name is one node, which runs again."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace

from engine.actions import ACTIONS
from engine.graph import Action, Edge, Graph, Node, Program, chosen, spelled
from engine.registry import OPS

NODES = "nodes"
"""The argument of a forward that lists the nodes it runs; without it, it runs all."""


def folded(graph: Graph, program: Program, stands: Mapping[str, str]) -> tuple[Graph, Program]:
    """The same with each of those nodes in the place of those it stands for."""
    nodes = {i: node for i, node in graph.nodes.items() if stands.get(i, i) == i}
    edges = {
        key: replace(e, source=stands.get(e.source, e.source))
        for key, e in graph.edges.items()
        if e.target in nodes
    }
    regions = {
        i: replace(r, members=tuple(m for m in r.members if m in nodes))
        for i, r in graph.regions.items()
    }
    left = {i: r for i, r in regions.items() if r.members or not graph.regions[i].members}
    return Graph(nodes, edges, left), tuple(_standing(a, stands) for a in program)


def restated(
    graph: Graph,
    program: Program,
    names: Mapping[str, str],
    apart: Collection[str] = (),
    held: Collection[str] = (),
) -> dict[str, str]:
    """For each node that says again what an earlier forward said, of the same values: that one.

    `names` are those that statements give.  Nodes in `apart` stand for themselves; of those that
    are `held` the tensor is still wanted at the end.
    """
    runs = list(_runs(program))
    if len(runs) < 2:
        return {}
    uses = _uses(graph, runs, held)
    stands: dict[str, str] = {}
    last: dict[str, str] = {}
    said: dict[tuple[object, ...], list[str]] = {}
    for run in runs:
        left = {key: list(found) for key, found in said.items()}
        for i in chosen(run.action) or ():
            if i in stands or i not in graph.nodes:
                continue
            key = _says(graph, graph.nodes[i], names, stands)
            found = left.get(key)
            is_apart = i in apart or is_leaf(graph.nodes[i])
            if found and not is_apart and all(_is_over(u, run) for u in uses[last[found[0]]]):
                stands[i] = found.pop(0)
                last[stands[i]] = i
                continue
            stands[i] = last[i] = i
            said.setdefault(key, []).append(i)
    return {i: first for i, first in stands.items() if i != first}


class _Run:
    """A line of the Program in the order it runs; `loop` is the outermost repeat it lies in."""

    def __init__(self, place: int, action: Action, loop: tuple[int, float] | None) -> None:
        self.place, self.action, self.loop = place, action, loop


def _runs(program: Program) -> Iterator[_Run]:
    place = 0
    for action in program:
        inner = list(_flat(action))
        loop = (place, place + len(inner)) if len(inner) > 1 else None
        for one in inner:
            yield _Run(place, one, loop)
            place += 1


def _flat(action: Action) -> Iterator[Action]:
    yield action
    for inner in action.body:
        yield from _flat(inner)


def _uses(graph: Graph, runs: list[_Run], held: Collection[str]) -> dict[str, list[_Run]]:
    """Where the tensor of each node is read or spoken of."""
    found: dict[str, list[_Run]] = defaultdict(list)
    for run in runs:
        for i in chosen(run.action) or ():
            for edge in graph.inputs[i].values() if i in graph.nodes else ():
                found[edge.source].append(run)
        if run.action.node is not None:
            found[run.action.node].append(run)
        method = ACTIONS.get(run.action.do)
        for key in () if method is None or run.action.do == "forward" else method.nodes:
            for i in run.action.args.get(key) or ():
                found[i].append(run)
    end = _Run(len(runs), Action("forward"), (0, math.inf))
    for i in held:
        found[i].append(end)
    return found


def _is_over(use: _Run, run: _Run) -> bool:
    """Whether a use is not after, nor again in a later round of a repeat."""
    if use.loop == run.loop or use.loop is None:
        return use.place < (run.loop[0] if run.loop and use.loop is None else run.place)
    return use.loop[1] <= run.place


def _says(
    graph: Graph, node: Node, names: Mapping[str, str], stands: Mapping[str, str]
) -> tuple[object, ...]:
    """What it computes of what, in which mode, and the name it gives that."""
    wired: tuple[Edge, ...] = tuple(graph.inputs[node.id].values())
    sources = sorted((e.slot, stands.get(e.source, e.source), e.output) for e in wired)
    name = names.get(node.id, node.name)
    return name, node.op, spelled(dict(node.params)), graph.mode_of(node.id), tuple(sources)


def _standing(action: Action, stands: Mapping[str, str]) -> Action:
    """A line with the nodes that stand for those it speaks of."""
    args = dict(action.args)
    method = ACTIONS.get(action.do)
    for key in {NODES, *(() if method is None else method.nodes)}:
        if isinstance(args.get(key), (list, tuple)):
            args[key] = list(dict.fromkeys(stands.get(i, i) for i in args[key]))
    on, node = action.on, action.node
    if on is not None and node is not None:
        on = stands.get(node, node) + on[len(node) :]
    body = tuple(_standing(inner, stands) for inner in action.body)
    return replace(action, on=on, args=args, body=body)


def is_leaf(node: Node) -> bool:
    """Whether it makes a tensor out of nothing."""
    op = OPS.get(node.op)
    return op is not None and op.source
