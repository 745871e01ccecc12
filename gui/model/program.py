"""The Program a Document runs, and what a person may add to it next."""

from __future__ import annotations

from dataclasses import replace

from engine.graph import Action, Graph, Program, lines
from engine.registry import OPS
from gui.model.document import Document
from gui.model.film import Film
from gui.model.passes import FORWARD as FORWARD


def effective(document: Document) -> Program:
    """The Program that is run: a Document without one is evaluated once, so that values show."""
    return document.program or (FORWARD,)


def runnable(document: Document) -> Document:
    """The Document with its effective Program."""
    program = effective(document)
    return document if program is document.program else replace(document, program=program)


def sinks(graph: Graph) -> tuple[str, ...]:
    """The nodes nothing reads: candidates for the loss."""
    return tuple(i for i in graph.nodes if not graph.outputs.get(i) and not _is_source(graph, i))


def _is_source(graph: Graph, node: str) -> bool:
    op = OPS.get(graph.nodes[node].op)
    return op is not None and op.source


def roots(graph: Graph, film: Film) -> tuple[str, ...]:
    """The nodes backward can reasonably start at: scalar floating sinks that require grad.

    Falls back to all sinks when none qualifies, so that PyTorch's own error can be seen.
    """
    frame = film.frame(len(film) - 1)
    found = sinks(graph)
    good = []
    for node in found:
        state = frame.node(node)
        if state.requires_grad and state.value is not None and state.value.size == 1:
            good.append(node)
    return tuple(good) or found


def with_action(document: Document, action: Action) -> Document:
    """The Document with one more line; the implicit forward is written down first."""
    if action == FORWARD and not document.program:
        return replace(document, program=(FORWARD,))
    return replace(document, program=(*effective(document), action))


def clearing(document: Document, film: Film) -> tuple[Action, ...]:
    """Lines that clear every `.grad` there is at the end of a film: by its optimizer, if any."""
    left = dict.fromkeys(leaves_with_grad(document.graph, film, len(film) - 1))
    held = {a.on: a.args.get("params", ()) for a in lines(document.program) if a.do == "optimizer"}
    found = []
    for name, params in held.items():
        mine = left.keys() & {*params}
        if mine:
            found.append(Action("zero_grad", name))
            left = {node: None for node in left if node not in mine}
    return (*found, *(Action("zero_", f"{node}.grad") for node in left))


def leaves_with_grad(graph: Graph, film: Film, step: int) -> tuple[str, ...]:
    """The nodes whose `.grad` is not None at a step; of several names of one tensor the first."""
    frame = film.frame(step)
    states = ((i, frame.node(i)) for i in graph.nodes)
    return tuple(i for i, state in states if state.stored is not None and state.same_as is None)
