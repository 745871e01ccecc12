"""Why: what can be asked about a node, an edge or a number of a run, and the answers."""

from __future__ import annotations

from collections.abc import Callable

from engine.graph import Node
from gui.model.film import Film, TraceFilm
from gui.model.frames import NodeState
from gui.model.why import edges, failed, leaf, none, notfinite, number, zero
from gui.model.why.asking import Answer, At, Entry, Kind, Line, Place, Question, Way, questions
from gui.model.why.asking import title as _title
from gui.model.why.none import why_none
from gui.model.why.paths import Paths

__all__ = [
    "Answer", "Entry", "Kind", "Line", "Place", "Question", "Way", "answer", "is_long", "look",
    "questions", "title", "why_no_grad", "why_none",
]  # fmt: skip

_ANSWERS = {
    Kind.NONE: none.answer,
    Kind.ZERO: zero.answer,
    Kind.NAN: notfinite.gradient,
    Kind.VALUE: notfinite.value,
    Kind.LEAF: leaf.no_leaf,
    Kind.LOST: leaf.lost,
    Kind.FAILED: failed.answer,
    Kind.NOTHING: edges.nothing,
    Kind.MUCH: edges.much,
}


AT_ONCE = 2000
"""Nodes of a graph in which the cut on the way is looked for at every step."""


def why_no_grad(
    film: Film, step: int, node: Node, state: NodeState, *, after_backward: bool, under_way: bool
) -> str:
    """Why a node's `.grad` is None, in one sentence; empty when it is not, or has no value."""
    told = why_none(
        node.name, node.op, state, after_backward=after_backward, under_way=under_way
    )  # fmt: skip
    if not told or not isinstance(film, TraceFilm) or node.id not in film.graph.nodes:
        return told
    if len(film.graph.nodes) > AT_ONCE:
        return told
    return answer(film, step, Question(Kind.NONE, node.id)).headline


def title(film: TraceFilm, step: int, question: Question) -> str:
    """The question in words, as it is to be put at a step."""
    return _title(At(film, step), question)


def is_long(question: Question) -> bool:
    """Whether the answer takes another run of the Program."""
    return question.kind is Kind.NUMBER


def look(
    film: TraceFilm,
    step: int,
    question: Question,
    cancelled: Callable[[], bool] = lambda: False,
) -> Paths | None:
    """What a long answer needs, found on another thread; raises trace.Cancelled."""
    own = TraceFilm(film.graph, film.program, film.trace)  # a film may only be used by one thread
    return number.look(At(own, step), question, cancelled)


def answer(film: TraceFilm, step: int, question: Question, found: Paths | None = None) -> Answer:
    """The answer at a step; a long one from what `look` has found, or it is looked for now."""
    if not is_long(question):
        return _ANSWERS[question.kind](At(film, step), question)
    return number.answer(At(film, step), question, found or look(film, step, question))
