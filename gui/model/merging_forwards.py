"""Forward passes as they are read: lists of nodes, where the same statement may come again."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace
from itertools import pairwise

from engine.code.script.restated import NODES, is_leaf, restated
from engine.code.script.restated import folded as with_one_for_all
from engine.graph import Action, Graph, Program, chosen, lines


def folded(graph: Graph, program: Program, known: Collection[str] = ()) -> tuple[Graph, Program]:
    """A statement that a later forward says again, of the same values, is one node that runs twice.

    The reader keeps them apart where a value would differ.  Those with a name of their own that is
    `known` stay.
    """
    nodes = graph.nodes.values()
    names = {node.id: node.name.rstrip("0123456789_") for node in nodes}
    stands = restated(graph, program, names, {n.id for n in nodes if n.name in known})
    return with_one_for_all(graph, program, stands) if stands else (graph, program)


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
    wanted = {i for i, n in graph.nodes.items() if not is_leaf(n)} - {*held}
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
