"""The Trace: what a run did, kept as references while it happens, read as Events afterwards.

While the engine runs, a Recorder appends plain facts.  Events are built from them when somebody
looks; running totals are not kept, reading adds up the contributions again in the order they
arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import Any, NamedTuple

from engine import kernels
from engine.events import (
    Arrival,
    Changed,
    Computed,
    Dropped,
    Event,
    Failed,
    Flow,
    Freed,
    Hooked,
    Mutated,
    Part,
    Retained,
    Seeded,
    Stepped,
    Stopped,
    Stored,
    Visit,
    Warned,
    Zeroed,
)
from engine.function import LAST, Edge, Function
from engine.loop import listed
from engine.passing import fitted
from engine.policy import Policy
from engine.recorder import NOTHING, Array, Fact
from engine.recorder import Cancelled as Cancelled
from engine.recorder import Cut as Cut
from engine.recorder import Origin as Origin
from engine.recorder import Recorder as Recorder

BATCH = 4096
"""Events that are read between two looks at whether that is still wanted."""


class Loop(NamedTuple):
    """Iteration `number` of `times`, of the repeat that is that `line` of the Program."""

    line: int
    number: int
    times: int


@dataclass(frozen=True, slots=True)
class Chapter:
    """What one action did: its place among the Program's lines, and the facts it left."""

    action: int
    title: str
    kind: str
    facts: tuple[Fact, ...]
    call: int
    failed: bool
    expected: bool
    functions: tuple[Function, ...] = ()
    """The Functions it made, in order."""
    loops: tuple[Loop, ...] = ()
    """The iterations it lies in, outermost first."""


class About(NamedTuple):
    """An event, the Function it is about, and (of a Flow) the number of the edge it goes along.

    `call` is the number of its chapter's forward or backward.
    """

    event: Event
    function: Function | None = None
    edge: int = -1
    call: int = 0


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

    def read(self, cancelled: Callable[[], bool]) -> None:
        """Read everything now, which takes long; raises Cancelled soon after that is wanted."""
        step = 0
        for number in range(len(self.chapters)):
            found = self.parts.get(number) or self._read_chapter(number, step, cancelled)
            step = found[1]

    def _read_chapter(
        self, number: int, step: int, cancelled: Callable[[], bool] = lambda: False
    ) -> tuple[list[Event], int]:
        reader = _Reader(self.chapters[number], step, self.node_of)
        events, found = reader.events(), list[Event]()
        while batch := list(islice(events, BATCH)):
            found += batch
            if cancelled():
                raise Cancelled
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
        self.before = step - 1
        self.arrivals: dict[Edge, list[Arrival]] = {}
        self.arrived: dict[Edge, int] = {}
        self.expected: dict[Edge, int] = {}
        self.upstream: Array = None
        self.dropped: Array = None  # the gradient of a result, which nobody keeps
        self.keep = False  # whether the pass leaves alone what was saved
        self.policy: Policy | None = None
        self.totals: dict[Edge, Array] = {}
        self.ahead = -1  # a lone Visit belongs to the step that is still to come
        self.pending: list[Fact] = []  # what hooks did, which is told after the sum they saw
        self.kept: set[Function] = set()

    def events(self) -> Iterator[Event]:
        """The chapter's events in order."""
        facts = iter(self.chapter.facts)
        for fact in facts:
            if type(fact) is not tuple:
                yield from self._passed(fact, next(facts), [next(facts) for _ in fact.below])
            elif fact[0] == "hooked" or (self.pending and fact[0] == "retained"):
                self.pending.append(fact)
            else:
                if self.pending and fact[0] not in ("visit", "stored"):
                    yield from self._told_by_hooks()  # of a Function that is not run itself
                yield from getattr(self, f"_{fact[0]}")(*fact[1:])
        yield from self._told_by_hooks()
        if self.ahead == self.step:  # a lone Visit that nothing followed is a step after all
            self.step += 1

    def _next(self) -> int:
        """The number of a new step: the very object the events of it share, as there are many."""
        self.before = self.step
        self.step += 1
        return self.before

    @property
    def _last(self) -> int:
        """The step of the event before: what merely accompanies it shares its step."""
        return max(self.before, self.ahead, 0)

    # forward

    def _computed(self, node: str, value: Any, details: tuple[Any, ...]) -> Iterator[Event]:
        yield Computed(self._next(), self.action, node, value, *details)

    def _mutated(self, node: str, after: Any, version: int, aliases: Any) -> Iterator[Event]:
        yield Mutated(self._last, self.action, node, after, version, aliases)

    # backward

    def _started(
        self, functions: Any, seeds: Any, keep: bool, policy: Policy | None
    ) -> Iterator[Event]:
        self.keep, self.policy = keep, policy
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

    def _told_by_hooks(self) -> Iterator[Event]:
        """What hooks made of the gradient that has just been summed up."""
        pending, self.pending = self.pending, []
        for kind, *rest in pending:
            yield from getattr(self, f"_{kind}")(*rest)

    def _hooked(self, node: str, formula: str, before: Any, after: Any) -> Iterator[Event]:
        yield Hooked(self._next(), self.action, self.call, node, formula, before, after)

    def _before_hooks(self, grad: Any) -> Any:
        """What had arrived: a hook may have made another gradient of it."""
        return self.pending[0][3] if self.pending else grad

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
        total, name = self._before_hooks(grad), function.name()
        yield Visit(step, self.action, self.call, node, name, total, terms, part)
        yield from self._told_by_hooks()
        self.dropped = None if function in self.kept or result is None else grad

    def _ran(self, function: Function, raw: list[Any], checked: list[Any]) -> Iterator[Event]:
        slots = function.origin.slots if function.origin is not None else ()
        for i, (edge, r, value) in enumerate(zip(function.edges, raw, checked, strict=True)):
            if edge.function is not None:
                slot = slots[i] if i < len(slots) else None
                yield from self._flow(function, i, edge, slot, r, value)
        node, cuts = self.node_of(function), () if function.origin is None else function.origin.cuts
        for cut in cuts:
            yield Stopped(self._last, self.action, self.call, node, *cut)
        if self.dropped is not None and node:
            yield Dropped(self._last, self.action, self.call, node, self.dropped)

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
            self._total(edge, value),
        )  # fmt: skip

    def _total(self, edge: Edge, value: Array) -> Array | None:
        """What a Policy makes of a contribution and those before it."""
        if self.policy is None:
            return None
        held = self.totals.get(edge)
        self.totals[edge] = value if held is None else self.policy.add(held, value)
        return self.totals[edge]

    def _freed(self, function: Function) -> Iterator[Event]:
        yield Freed(self._last, self.action, self.node_of(function), function.name())

    def _stored(
        self, function: Function, before: Any, added: Array, after: Array
    ) -> Iterator[Event]:
        # A leaf that gets its gradient piece by piece stores each piece once.
        terms = tuple(self.arrivals.pop(Edge(function, 0), ()))
        node, name = self.node_of(function), function.name()
        if len(terms) > 1:  # the sum within this call, before the += across calls
            total = self._before_hooks(added)
            yield Visit(self._next(), self.action, self.call, node, name, total, terms, Part.RESULT)
        yield from self._told_by_hooks()
        yield Stored(self._next(), self.action, self.call, node, before, added, after, terms)

    def _retained(self, function: Function, before: Any, after: Array) -> Iterator[Event]:
        node = self.node_of(function)
        self.kept.add(function)
        yield Retained(self._next(), self.action, self.call, node, before, after)

    # other actions

    def _stepped(
        self, node: str, rule: str, before: Array, after: Array, grad: Array, rate: float | None
    ) -> Iterator[Event]:
        yield Stepped(self._next(), self.action, node, rule, before, after, grad, rate)

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
            yield About(event, *self.about, self.call)
            self.about = (None, -1)

    def _noted(self, events: Iterator[Event], function: Function, i: int = -1) -> Iterator[Event]:
        for event in events:
            self.about = (function, i)
            yield event

    def _started(
        self, functions: Any, seeds: Any, keep: bool, policy: Policy | None
    ) -> Iterator[Event]:
        for function, event in zip(
            functions, super()._started(functions, seeds, keep, policy), strict=True
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
    results = NOTHING if function.origin is None else function.origin.results
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
