"""Forward passes as they are read: lists of nodes, where the same statement may come again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from itertools import pairwise

from engine.actions import ACTIONS
from engine.graph import Action, Edge, Graph, Node, Program, chosen, lines, spelled
from engine.registry import OPS

NODES = "nodes"
"""The argument of a forward that lists the nodes it runs; without it, it runs all."""


def folded(graph: Graph, program: Program, known: Collection[str] = ()) -> tuple[Graph, Program]:
    """A statement that a later forward says again, of the same values, is one node that runs twice.

    The reader, which knows only the order of things, may have made a node of each.  Those with a
    name of their own that is `known` stay.
    """
    passes = [a.args[NODES] for a in lines(program) if a.do == "forward" and NODES in a.args]
    if len(passes) < 2:
        return graph, program
    stands = _first_of_each(graph, passes, known)
    if all(i == first for i, first in stands.items()):
        return graph, program
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


def _first_of_each(graph: Graph, passes: list[list[str]], known: Collection[str]) -> dict[str, str]:
    """For every node that is listed the first that says the same."""
    stands: dict[str, str] = {}
    said: dict[tuple[object, ...], list[str]] = {}
    for ran in passes:
        left = {key: list(found) for key, found in said.items()}
        for i in ran:
            if i in stands or i not in graph.nodes:
                continue
            key = _says(graph, graph.nodes[i], stands)
            node = graph.nodes[i]
            if left.get(key) and node.name not in known and not _is_leaf(node):
                stands[i] = left[key].pop(0)
            else:
                stands[i] = i
                said.setdefault(key, []).append(i)
    return stands


def _says(graph: Graph, node: Node, stands: Mapping[str, str]) -> tuple[object, ...]:
    """What it computes, and its name but for the number that told it from the one before."""
    wired: tuple[Edge, ...] = tuple(graph.inputs[node.id].values())
    sources = sorted((e.slot, stands.get(e.source, e.source), e.output) for e in wired)
    name = node.name.rstrip("0123456789_")
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


def joined(program: list[Action], action: Action) -> list[Action]:
    """The lines and a forward, in one with the forward they end with."""
    if not program or program[-1].do != "forward" or chosen(program[-1]) is None:
        return [*program, action]
    nodes = [*(chosen(program[-1]) or ()), *(chosen(action) or ())]
    return [*program[:-1], replace(action, args={**action.args, NODES: nodes})]


def parted(program: Program, was: Program) -> Program:
    """The Program with its forwards in as many parts as they had: chapters, which no line tells."""
    starts = set(_starts(was))
    return (
        tuple(part for action in program for part in _parts(action, starts)) if starts else program
    )


def _starts(program: Program) -> Iterator[str]:
    """The first nodes of forwards that come right after another one."""
    for above, action in pairwise(program):
        if chosen(above) is not None and (run := chosen(action)):
            yield run[0]
    for action in program:
        yield from _starts(action.body)


def _parts(action: Action, starts: Collection[str]) -> Iterator[Action]:
    run = chosen(action)
    if run is None:
        body = tuple(part for inner in action.body for part in _parts(inner, starts))
        yield replace(action, body=body) if action.body else action
        return
    cuts = [k for k, node in enumerate(run) if k and node in starts]
    for first, end in pairwise([0, *cuts, len(run)]):
        yield replace(action, args={**action.args, NODES: list(run[first:end])})


def unlisted(program: Program, graph: Graph, held: Collection[str] = ()) -> Program:
    """The Program with plain forwards, if each of them runs everything there is.

    A first one that only makes leaves says nothing then: they are made before anything.
    """
    wanted = {i for i, n in graph.nodes.items() if not _is_leaf(n)} - {*held}
    found = [a for a in lines(program) if a.do == "forward" and NODES in a.args]
    if not found:
        return program
    runs = [{i for i in a.args[NODES] if i in wanted} for a in found]
    first = program[:1]
    leaves_only = not runs[0] and first == (found[0],)
    if not all(run == wanted for run in (runs[1:] if leaves_only else runs)):
        return program
    if leaves_only and (len(runs) > 1 or wanted):
        program = program[1:]
    return tuple(_plain(program))


def _plain(program: Program) -> Iterator[Action]:
    for action in program:
        if action.do == "forward":
            args = {k: v for k, v in action.args.items() if k != NODES}
            yield replace(action, args=args)
        else:
            yield replace(action, body=tuple(_plain(action.body))) if action.body else action


def _is_leaf(node: Node) -> bool:
    op = OPS.get(node.op)
    return op is not None and op.source
