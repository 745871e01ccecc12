"""What can be asked of a run at one step, and what an answer is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np

from engine.events import Event, Failed, Flow, Hooked, Part
from engine.graph import EdgeKey, lines
from gui.model import words
from gui.model.film import TraceFilm
from gui.model.frames import Cut, EdgeState, NodeState

Array = Any
Entry = tuple[int, ...]


class Kind(StrEnum):
    """The questions there are."""

    NONE = "none"
    ZERO = "zero"
    NAN = "not finite"
    NUMBER = "number"
    VALUE = "value not finite"
    LEAF = "no leaf"
    FAILED = "failed"
    LOST = "no value"
    NOTHING = "nothing passes"
    MUCH = "so much passes"


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a node, one entry of its gradient or value, or an edge."""

    kind: Kind
    node: str = ""
    edge: EdgeKey | None = None
    entry: Entry | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A supporting sentence; `node` or `step` is where it leads to."""

    text: str
    node: str = ""
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where gradients are cut: the node whose statement does it, and how."""

    node: str
    cut: Cut


@dataclass(frozen=True, slots=True)
class Way:
    """One path from the root to the node, and what comes along it.

    `brief` is its text without what it shares with all others; `sum` is its product with numbers;
    `value` (shape of the gradient) is what it brings, and `brings` the entry of that, as text.
    """

    nodes: tuple[str, ...]
    edges: tuple[EdgeKey, ...]
    text: str
    brief: str
    sum: str
    value: Array
    brings: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One sentence, what supports it, and the way to light on the canvas."""

    question: Question
    headline: str
    lines: tuple[Line, ...] = ()
    nodes: tuple[str, ...] = ()
    edges: tuple[EdgeKey, ...] = ()
    remedy: str = ""
    cuts: tuple[Place, ...] = ()
    ways: tuple[Way, ...] = ()
    shape: tuple[int, ...] = ()
    """Of the gradient, where an entry of it can be chosen."""
    failed: Failed | None = None
    """The error it is about."""

    def text(self, title: str) -> str:
        """All of it as plain text, to be copied."""
        ways = [f"  {way.text}: {way.sum}" for way in self.ways]
        parts = [title, self.headline, *(line.text for line in self.lines), *ways, self.remedy]
        return "\n".join(filter(None, parts))


class At:
    """A run at one step: what every answer reads."""

    def __init__(self, film: TraceFilm, step: int) -> None:
        self.film, self.step, self.graph = film, step, film.graph
        self.frame = film.frame(step)
        self.call, going = film.call_at(step)
        self.going = going and step < self.last
        """Whether the latest backward call has steps to come."""

    def node(self, node: str) -> NodeState:
        return self.film.node(node, self.step)

    def edge(self, key: EdgeKey) -> EdgeState:
        return self.film.edge(key, self.step)

    def name(self, node: str) -> str:
        found = self.graph.nodes.get(node)
        return "a hidden tensor" if found is None else found.name

    def names(self, nodes: Sequence[str], most: int = 4) -> str:
        """`a, b and c`; of many the first."""
        found = [self.name(node) for node in nodes]
        if len(found) > most:
            found = [*found[:most], f"{len(found) - most} more"]
        return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"

    def op(self, node: str) -> str:
        found = self.graph.nodes.get(node)
        return "" if found is None else found.op

    # ---- the latest backward call ----------------------------------------------------------------

    @cached_property
    def span(self) -> tuple[int, int]:
        """First and last step of the latest backward call."""
        found = next(((a, b) for c, a, b in reversed(self.film.calls) if c == self.call), (0, 0))
        return found[0], found[1] - 1

    @property
    def last(self) -> int:
        return self.span[1]

    @cached_property
    def events(self) -> Sequence[Event]:
        """What has happened in it so far."""
        first, last = self.span
        return self.film.events_between(first - 1, min(last, self.step)) if self.call else ()

    @cached_property
    def chapter(self) -> int:
        """The number of its chapter, -1 before any."""
        chapters = self.film.trace.chapters
        return next(
            (k for k, c in enumerate(chapters) if c.kind == "backward" and c.call == self.call), -1
        )

    @cached_property
    def on(self) -> str:
        """What it was called on: a node, or its gradient as `x.grad`."""
        if self.chapter < 0:
            return ""
        return lines(self.film.program)[self.film.trace.chapters[self.chapter].action].on or ""

    @property
    def root(self) -> str:
        """The node it was called on."""
        return self.on.removesuffix(".grad")

    @property
    def root_name(self) -> str:
        return self.name(self.root) + self.on[len(self.root) :]

    def last_by(self, node: str) -> At | None:
        """The end of the latest call that came by a node: now, or the end of an earlier one."""
        if self.node(node).grad is not None:
            return self
        for _, _, end in reversed(self.film.calls[: max(self.call - 1, 0)]):
            if self.film.node(node, end - 1).grad is not None:
                return At(self.film, end - 1)
        return None

    @cached_property
    def flows(self) -> Mapping[str, Sequence[Flow]]:
        """What has come to each node in it, from other nodes."""
        found: dict[str, list[Flow]] = {}
        for event in self.events:
            if isinstance(event, Flow) and not event.inner and event.part is not Part.INSIDE:
                found.setdefault(event.target, []).append(event)
        return found

    @cached_property
    def hooks(self) -> Mapping[str, Sequence[Hooked]]:
        """What hooks have done to each node's gradient in it."""
        found: dict[str, list[Hooked]] = {}
        for event in self.events:
            if isinstance(event, Hooked):
                found.setdefault(event.node, []).append(event)
        return found

    # ---- what is asked about ---------------------------------------------------------------------

    def gradient(self, node: str) -> Array | None:
        """The number a question about a node's gradient is about: `.grad`, or what has come."""
        state = self.node(node)
        return state.grad if state.stored is None else state.stored

    def called(self, question: Question) -> str:
        """`w.grad[0, 1]`, or `∂loss/∂y` where nothing is stored."""
        name, at = self.name(question.node), entry_text(question.entry)
        if question.kind is Kind.VALUE:
            return name + at
        if self.node(question.node).stored is None and question.kind is not Kind.NONE:
            return f"∂{self.root_name}/∂{name}{at}"
        return f"{name}.grad{at}"


def amount(array: Array | None) -> str:
    """A gradient in words: the number, a short vector, or what shape it has."""
    text = words.short(array, 24)
    return f"a tensor of shape {text}" if np.ndim(array) and text.startswith("(") else text  # type: ignore[arg-type]


def entry_text(entry: Entry | None) -> str:
    return f"[{', '.join(map(str, entry))}]" if entry else ""


def shape_of(array: Array | None) -> tuple[int, ...]:
    return () if array is None else np.shape(array)


def at_entry(array: Array, entry: Entry | None) -> Array:
    """The entry that is asked about; all of it where none is, or it does not fit."""
    found = np.asarray(array)
    fits = entry is not None and len(entry) == found.ndim
    if not fits or entry is None or any(i >= n for i, n in zip(entry, found.shape, strict=True)):
        return array
    return found[entry]


def title(at: At, question: Question) -> str:
    """The question as a person would put it."""
    if question.edge is not None:
        source = at.name(at.graph.edges[question.edge].source)
        target = at.name(question.edge[0])
        if question.kind is Kind.NOTHING:
            return f"Why does no gradient pass from {target} to {source}?"
        grad = at.edge(question.edge).grad
        return f"Why does {amount(grad)} pass back from {target} to {source}?"
    name, called = at.name(question.node), at.called(question)
    match question.kind:
        case Kind.NONE:
            return f"Why is {name}.grad None?"
        case Kind.ZERO:
            return f"Why is {called} zero?"
        case Kind.NAN | Kind.VALUE:
            return f"Why is there {_bad(at, question)} in {called}?"
        case Kind.NUMBER:
            found = at_entry(at.gradient(question.node), question.entry)
            return f"Why is {called} {'what it is' if np.ndim(found) else words.short(found)}?"
        case Kind.LEAF:
            return f"Why is {name} not a leaf?"
        case Kind.FAILED:
            return "Why did backward fail?" if at.call else f"Why did {name} fail?"
        case _:
            return f"Why has {name} no value?"


def _bad(at: At, question: Question) -> str:
    array = at.gradient(question.node)
    if question.kind is Kind.VALUE:
        array = at.node(question.node).value
    return bad_word(at_entry(array, question.entry))


def bad_word(array: Array | None) -> str:
    """`nan` or `inf`: what is in it that is not finite."""
    return "inf" if array is None or not np.isnan(array).any() else "nan"


def finite(array: Array | None) -> bool:
    """Whether there is no nan and no inf in it; integers have neither."""
    return array is None or bool(np.isfinite(array).all())


def zero(array: Array | None) -> bool:
    """Whether there is something in it, and nothing but zeros."""
    return array is not None and np.size(array) > 0 and not words.any_nonzero(array)


# ---- what can be asked ---------------------------------------------------------------------------


def questions(
    film: TraceFilm, step: int, node: str = "", edge: EdgeKey | None = None,
    entry: Entry | None = None,
) -> tuple[Question, ...]:  # fmt: skip
    """What can be asked about a node (or one entry of it), or about an edge; most telling first."""
    at = At(film, step)
    if edge is not None:
        return _of_edge(at, edge) if edge in film.graph.edges else ()
    if node not in film.graph.nodes:
        return ()
    return tuple(dict.fromkeys(_of_node(at, node, entry)))


def _of_edge(at: At, edge: EdgeKey) -> tuple[Question, ...]:
    state = at.edge(edge)
    kind = Kind.NOTHING if state.grad is None else Kind.MUCH
    return (Question(kind, edge=edge),)


def _of_node(at: At, node: str, entry: Entry | None) -> Iterator[Question]:
    state = at.node(node)
    if state.error or node in at.frame.path:
        yield Question(Kind.FAILED, node)
    if state.value is None:
        if not state.error and at.step >= 0:
            yield Question(Kind.LOST, node)
        return
    if not finite(state.value):
        yield Question(Kind.VALUE, node, None, entry)
    if state.stored is None:
        yield Question(Kind.NONE, node)
    yield from _of_gradient(at, node, entry)
    if state.requires_grad and not state.is_leaf:
        yield Question(Kind.LEAF, node)


def _of_gradient(at: At, node: str, entry: Entry | None) -> Iterator[Question]:
    found = at.gradient(node)
    if found is None or not np.size(found):
        return
    asked = at_entry(found, entry)
    if not finite(asked):
        yield Question(Kind.NAN, node, None, entry)
    elif zero(asked):
        yield Question(Kind.ZERO, node, None, entry)
    then = at.last_by(node)
    passed = None if then is None else then.node(node).grad
    emptied = zero(asked) and passed is not None and not zero(at_entry(passed, entry))
    if passed is not None and finite(asked) and not emptied:
        yield Question(Kind.NUMBER, node, None, entry)
