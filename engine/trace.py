"""The Trace: what a run did, kept as references while it happens, read as Events afterwards.

While the engine runs, a Recorder appends plain facts.  Events are built from them when somebody
looks; running totals are not kept, reading adds up the contributions again in the order they
arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

from engine import kernels
from engine.events import (
    Arrival,
    Changed,
    Computed,
    Event,
    Failed,
    Flow,
    Freed,
    Mutated,
    Part,
    Retained,
    Seeded,
    Stored,
    Visit,
    Warned,
    Zeroed,
)
from engine.function import LAST, Edge, Function
from engine.loop import listed
from engine.passing import fitted
from engine.tensor import Tensor

Array = Any
Fact = Any
"""Mostly a tuple: what happened, and to what.  The straight way through a backward pass leaves for
each Function it runs, one after the other, the Function, its gradient and what its rules gave."""


_NOTHING: Mapping[int, int] = MappingProxyType({})


class Cancelled(Exception):
    """The run was given up on request."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which node's evaluation made a Function: the node, and the how-manieth forward.

    `slots` says for each of the Function's edges by which slot of the node its tensor came in
    (None: made inside the node); `results` which output of the node each output of the Function is,
    if it is one; `several` whether the node has more than one.
    """

    node: str
    call: int
    slots: tuple[str | None, ...]
    results: Mapping[int, int] = field(default_factory=lambda: _NOTHING)
    several: bool = False


# ---- recording -----------------------------------------------------------------------------------


class Recorder:
    """Appends facts; told of everything by the Session and by the backward loop."""

    def __init__(
        self, node_of: Callable[[Tensor], str | None], cancelled: Callable[[], bool]
    ) -> None:
        self.facts: list[Fact] = []
        self.functions: list[Function] = []
        """Every Function made, in order."""
        self.running: Function | None = None
        """The Function whose derivative is being worked out, in a pass that creates a graph."""
        self._node_of = node_of
        self._cancelled = cancelled

    def add(self, *fact: Any) -> None:
        """Append one fact; gives up here if the run was cancelled."""
        if self._cancelled():
            raise Cancelled
        self.facts.append(fact)

    def take(self) -> list[Fact]:
        """The facts so far; starts a new list."""
        facts, self.facts = self.facts, []
        return facts

    def take_functions(self) -> list[Function]:
        """The Functions made so far; starts a new list."""
        functions, self.functions = self.functions, []
        return functions

    # called by the backward loop

    def started(self, edges: Sequence[Edge], seeds: Sequence[Any], keep: bool) -> None:
        self.add("started", tuple(e.function for e in edges), tuple(_arrays(seeds)), keep)

    def going_on(self) -> Callable[[Iterable[Any]], None]:
        """What takes down the Functions that are about to run; gives up here if cancelled."""
        if self._cancelled():
            raise Cancelled
        return self.facts.extend

    def visiting(self, function: Function, grads: list[Any]) -> None:
        self.running = function
        self.add("visit", function, _arrays(grads))

    def ran(self, function: Function, raw: list[Any], checked: Sequence[Any]) -> None:
        self.running = None
        self.facts.append(("ran", function, _arrays(raw), _arrays(checked)))

    def freed(self, function: Function) -> None:
        self.facts.append(("freed", function))

    def stored(self, function: Function, before: Array | None, grad: Any) -> None:
        self.add("stored", function, before, _array(grad), function.variable._grad._data)

    def retained(self, function: Function, before: Array | None, after: Array) -> None:
        self.facts.append(("retained", function, before, after))

    def node_of(self, function: Function) -> str:
        """The drawn node a Function belongs to; "" for one that no node made."""
        if function.sequence == LAST:
            return self._node_of(function.variable) or ""
        return function.origin.node if function.origin is not None else ""


def _array(x: Any) -> Array:
    return x._data if isinstance(x, Tensor) else x


def _arrays(values: Iterable[Any]) -> list[Array]:
    return [x._data if isinstance(x, Tensor) else x for x in values]


# ---- reading -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chapter:
    """What one action did: its place in the Program, and the facts it left."""

    action: int
    title: str
    kind: str
    facts: tuple[Fact, ...]
    call: int
    failed: bool
    expected: bool
    functions: tuple[Function, ...] = ()
    """The Functions it made, in order."""


class About(NamedTuple):
    """An event, the Function it is about, and (of a Flow) the number of the edge it goes along."""

    event: Event
    function: Function | None = None
    edge: int = -1


@dataclass(frozen=True)
class Trace:
    """The chapters of a run so far."""

    chapters: tuple[Chapter, ...] = ()
    node_of: Callable[[Function], str] = lambda function: ""
    parts: dict[int, tuple[list[Event], int]] = field(default_factory=dict, compare=False)
    """What has been read of the chapters, shared by the Traces of one run as it grows."""

    @cached_property
    def _read(self) -> tuple[tuple[Event, ...], tuple[tuple[int, int], ...]]:
        events: list[Event] = []
        spans = []
        step = 0
        for number in range(len(self.chapters)):
            found, end = self.parts.get(number) or self._read_chapter(number, step)
            events += found
            spans.append((step, end))
            step = end
        return tuple(events), tuple(spans)

    def _read_chapter(self, number: int, step: int) -> tuple[list[Event], int]:
        reader = _Reader(self.chapters[number], step, self.node_of)
        found = list(reader.events())
        self.parts[number] = found, reader.step
        return self.parts[number]

    @property
    def events(self) -> tuple[Event, ...]:
        """Every event, in order; `event.step` never falls."""
        return self._read[0]

    @property
    def spans(self) -> tuple[tuple[int, int], ...]:
        """For each chapter its first step and the step after its last."""
        return self._read[1]

    def by_function(self) -> Iterator[About]:
        """The events once more, each with the Function it is about; steps are the same."""
        for chapter, (first, _) in zip(self.chapters, self.spans, strict=True):
            yield from _Teller(chapter, first, self.node_of).told()

    @property
    def steps(self) -> int:
        """The number of playback steps."""
        return self.spans[-1][1] if self.spans else 0


class _Reader:
    """Turns one chapter's facts into events, counting steps."""

    def __init__(self, chapter: Chapter, step: int, node_of: Callable[[Function], str]) -> None:
        self.chapter, self.step, self.node_of = chapter, step, node_of
        self.action, self.call = chapter.action, chapter.call
        self.arrivals: dict[Edge, list[Arrival]] = {}
        self.arrived: dict[Edge, int] = {}
        self.expected: dict[Edge, int] = {}
        self.upstream: Array = None
        self.keep = False  # whether the pass leaves alone what was saved
        self.ahead = -1  # a lone Visit belongs to the step that is still to come

    def events(self) -> Iterator[Event]:
        """The chapter's events in order."""
        facts = iter(self.chapter.facts)
        for fact in facts:
            if type(fact) is tuple:
                yield from getattr(self, f"_{fact[0]}")(*fact[1:])
            else:
                yield from self._passed(fact, next(facts), [next(facts) for _ in fact.below])
        if self.ahead == self.step:  # a lone Visit that nothing followed is a step after all
            self.step += 1

    def _next(self) -> int:
        self.step += 1
        return self.step - 1

    @property
    def _last(self) -> int:
        """The step of the event before: what merely accompanies it shares its step."""
        return max(self.step - 1, self.ahead, 0)

    # forward

    def _computed(self, node: str, value: Any, details: tuple[Any, ...]) -> Iterator[Event]:
        yield Computed(self._next(), self.action, node, value, *details)

    def _mutated(self, node: str, after: Any, version: int, aliases: Any) -> Iterator[Event]:
        yield Mutated(self._last, self.action, node, after, version, aliases)

    # backward

    def _started(self, functions: Any, seeds: Any, keep: bool) -> Iterator[Event]:
        self.keep = keep
        self.expected = _count([f for f in functions if f is not None])
        for function, seed in zip(functions, seeds, strict=True):
            edge = Edge(function, _result_of(function) or 0)
            self.expected[edge] = self.expected.get(edge, 0) + 1
            self._arrive(edge, Arrival("", None, seed))
            node = self.node_of(function)
            yield Seeded(self._next(), self.action, self.call, node, seed)

    def _arrive(self, edge: Edge, arrival: Arrival | None) -> None:
        self.arrived[edge] = self.arrived.get(edge, 0) + 1
        if arrival is not None:
            self.arrivals.setdefault(edge, []).append(arrival)

    def _passed(self, function: Function, grad: Any, raw: list[Any]) -> Iterator[Event]:
        """A Function that was run the straight way: what was passed on is found out here."""
        yield from self._visit(function, listed(function, grad))
        sent = [
            None if value is None or below is None else fitted(function, i, value, kernels)
            for i, (below, value) in enumerate(zip(function.below, raw, strict=True))
        ]
        yield from self._ran(function, raw, sent)
        if not self.keep and function.freed:
            yield from self._freed(function)

    def _visit(self, function: Function, grads: list[Array]) -> Iterator[Event]:
        result = _result_of(function)
        grad = grads[result or 0]
        came = [g for g in grads if g is not None]
        self.upstream = came[0] if len(came) == 1 else None  # several outputs have no one upstream
        terms = tuple(self.arrivals.get(Edge(function, result or 0), ()))
        node = self.node_of(function)
        lone = len(terms) < 2 or all(term.source == node for term in terms)
        if lone:
            step = self.ahead = self.step
        else:
            step = self._next()
        part = Part.INSIDE if result is None else Part.RESULT
        yield Visit(step, self.action, self.call, node, function.name(), grad, terms, part)

    def _ran(self, function: Function, raw: list[Any], checked: list[Any]) -> Iterator[Event]:
        slots = function.origin.slots if function.origin is not None else ()
        for i, (edge, r, value) in enumerate(zip(function.edges, raw, checked, strict=True)):
            if edge.function is not None:
                slot = slots[i] if i < len(slots) else None
                yield from self._flow(function, i, edge, slot, r, value)

    def _flow(
        self, function: Function, i: int, edge: Edge, slot: str | None, raw: Any, value: Any
    ) -> Iterator[Event]:
        below = edge.function
        assert below is not None
        node, target = self.node_of(function), self.node_of(below)
        self._arrive(edge, None if value is None else Arrival(node, slot, value))
        if value is None:
            return
        inner = target == node or not target or not node
        yield Flow(
            self._last if inner else self._next(), self.action, self.call, node, slot, target,
            function.name(), below.name(), self.upstream, raw, value, self.arrived[edge],
            self.expected.get(edge, 1), inner, *_meant(below, edge.output),
        )  # fmt: skip

    def _freed(self, function: Function) -> Iterator[Event]:
        yield Freed(self._last, self.action, self.node_of(function), function.name())

    def _stored(
        self, function: Function, before: Any, added: Array, after: Array
    ) -> Iterator[Event]:
        terms = tuple(self.arrivals.get(Edge(function, 0), ()))
        node, name = self.node_of(function), function.name()
        if len(terms) > 1:  # the sum within this call, before the += across calls
            yield Visit(self._next(), self.action, self.call, node, name, added, terms, Part.RESULT)
        yield Stored(self._next(), self.action, self.call, node, before, added, after, terms)

    def _retained(self, function: Function, before: Any, after: Array) -> Iterator[Event]:
        node = self.node_of(function)
        yield Retained(self._next(), self.action, self.call, node, before, after)

    # other actions

    def _zeroed(self, node: str, before: Any, after: Any) -> Iterator[Event]:
        yield Zeroed(self._next(), self.action, node, before, after)

    def _changed(self, node: str, what: str, before: Any, after: Any) -> Iterator[Event]:
        yield Changed(self._next(), self.action, node, what, before, after)

    def _warned(self, node: str | None, text: str) -> Iterator[Event]:
        yield Warned(self._next(), self.action, node, text)

    def _failed(
        self, node: str | None, kind: str, sentence: str, path: Any, lost: Any
    ) -> Iterator[Event]:
        expected = self.chapter.expected
        yield Failed(self._next(), self.action, node, kind, sentence, path, lost, expected)


class _Teller(_Reader):
    """A reader that says of each event which Function it is about."""

    about: tuple[Function | None, int] = (None, -1)

    def told(self) -> Iterator[About]:
        """The chapter's events in order."""
        for event in self.events():
            yield About(event, *self.about)
            self.about = (None, -1)

    def _noted(self, events: Iterator[Event], function: Function, i: int = -1) -> Iterator[Event]:
        for event in events:
            self.about = (function, i)
            yield event

    def _started(self, functions: Any, seeds: Any, keep: bool) -> Iterator[Event]:
        for function, event in zip(
            functions, super()._started(functions, seeds, keep), strict=True
        ):
            self.about = (function, -1)
            yield event

    def _visit(self, function: Function, grads: list[Array]) -> Iterator[Event]:
        return self._noted(super()._visit(function, grads), function)

    def _flow(
        self, function: Function, i: int, edge: Edge, slot: str | None, raw: Any, value: Any
    ) -> Iterator[Event]:
        return self._noted(super()._flow(function, i, edge, slot, raw, value), function, i)

    def _freed(self, function: Function) -> Iterator[Event]:
        return self._noted(super()._freed(function), function)

    def _stored(
        self, function: Function, before: Any, added: Array, after: Array
    ) -> Iterator[Event]:
        return self._noted(super()._stored(function, before, added, after), function)

    def _retained(self, function: Function, before: Any, after: Array) -> Iterator[Event]:
        return self._noted(super()._retained(function, before, after), function)


def _result_of(function: Function) -> int | None:
    """Which output of a Function is the value of a node, None if that is another Function's."""
    if function.sequence == LAST:
        return 0
    results = _NOTHING if function.origin is None else function.origin.results
    return next((output for output, of_node in results.items() if of_node == 0), None)


def _meant(function: Function, output: int) -> tuple[Part, int | None]:
    """What of a node a gradient for this output is for, and by which number if it has several."""
    if function.sequence == LAST:
        return Part.RESULT, None
    origin = function.origin
    of_node = None if origin is None else origin.results.get(output)
    if of_node is None:
        return Part.INSIDE, None
    return Part.OTHER if of_node else Part.RESULT, of_node if origin.several else None


def _count(roots: list[Function]) -> dict[Edge, int]:
    """For every output of every Function below the roots, how many edges lead to it."""
    counts: dict[Edge, int] = {}
    todo, seen = list(roots), set(roots)
    while todo:
        for edge in todo.pop().edges:
            function = edge.function
            if function is not None:
                counts[edge] = counts.get(edge, 0) + 1
                if function not in seen:
                    seen.add(function)
                    todo.append(function)
    return counts
