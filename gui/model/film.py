"""A Trace as a film: one Frame for every step, each found by asking, none kept."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache, partial
from itertools import chain
from typing import assert_never

from engine.arguments import ordered
from engine.events import (
    Changed,
    Computed,
    Event,
    Failed,
    Flow,
    Freed,
    Mutated,
    Retained,
    Seeded,
    Stored,
    Visit,
    Warned,
    Zeroed,
)
from engine.graph import Edge, EdgeKey, Graph, Program
from engine.registry import OPS
from engine.trace import Trace
from gui.model import words
from gui.model.codes import Codes, codes_of
from gui.model.fold import Bindings, History
from gui.model.frames import (
    EMPTY,
    Array,
    Cut,
    EdgeState,
    Frame,
    LedgerEntry,
    NodeState,
    Packet,
    evolved,
)
from gui.model.timeline import Chapter, Timeline

MOST_CODES = 4
FAR = 32
"""Steps between two frames from which on looking for what changed no longer pays."""
_NAMELESS = (
    "majors", "calls", "_call_starts", "_event_steps", "_concerned", "_by_node", "_by_edge",
)  # fmt: skip
"""What a TraceFilm has read that stays true whatever the nodes are called."""


class Film:
    """What a player shows: a timeline and a Frame for every step; this one is empty."""

    @cached_property
    def timeline(self) -> Timeline:
        """The chapters, and the kind of every step."""
        return Timeline()

    def __len__(self) -> int:
        return len(self.timeline.kinds)

    @property
    def end_of_first_forward(self) -> int:
        """The step at which every value is there and no gradient yet."""
        forwards = (c.last for c in self.timeline.chapters if c.kind == "forward")
        return next(forwards, len(self) - 1)

    def frame(self, step: int) -> Frame:
        """The Frame at `step`; -1 is the moment before anything has run."""
        return EMPTY


class TraceFilm(Film):
    """The frames of one Trace of one Graph."""

    def __init__(self, graph: Graph, program: Program, trace: Trace) -> None:
        self.graph, self.program, self.trace = graph, program, trace
        self._frames = lru_cache(maxsize=8)(partial(TraceFrame, self))
        self._histories: dict[str, History] = {}
        self._codes: dict[int, Codes] = {}

    def frame(self, step: int) -> Frame:
        return self._frames(step)

    def prepare(self) -> None:
        """Read the facts and fold them up to the end: on a worker, for the thread that paints."""
        last, _ = len(self) - 1, self._by_edge
        for node in self.graph.nodes:
            self._own(node, last)
        for step in {last, self.end_of_first_forward}:
            self.codes(step)

    def told_for(self, graph: Graph) -> TraceFilm:
        """The same run in the names of a graph that states the same; nothing is read again."""
        film = TraceFilm(graph, self.program, self.trace)
        film._histories = self._histories
        film.__dict__.update((k, v) for k, v in self.__dict__.items() if k in _NAMELESS)
        film._codes = {
            step: replace(codes, graph=graph)
            for step, codes in self._codes.items()
            if codes.fit(graph)
        }
        return film

    def codes(self, step: int) -> Codes:
        """What everything looks like at `step`, as numbers; those of a few steps are kept."""
        found = self._codes.get(step)
        if found is None:
            found = codes_of(self.graph, self.frame(step))
            self._codes[step] = found
            if len(self._codes) > MOST_CODES:
                del self._codes[next(iter(self._codes))]
        return found

    @property
    def stopped_at(self) -> str:
        """The Program's line that ended the run with an error nobody expected, or empty."""
        last = self.trace.chapters[-1] if self.trace.chapters else None
        if last is None or not last.failed or last.expected:
            return ""
        return words.action_line(self.graph, self.program[last.action])

    # ---- the scrub bar -----------------------------------------------------------------------

    @cached_property
    def timeline(self) -> Timeline:
        chapters = tuple(
            Chapter(self._title(c.action, c.title), c.kind, first, end - 1, c.failed, c.expected)
            for c, (first, end) in zip(self.trace.chapters, self.trace.spans, strict=True)
            if end > first
        )
        return Timeline(chapters, tuple(_kind(e) for e in self.majors))

    def _title(self, action: int, title: str) -> str:
        if title.startswith(("Forward", "Backward")) or action >= len(self.program):
            return title
        return words.action_line(self.graph, self.program[action])

    @cached_property
    def majors(self) -> tuple[Event, ...]:
        """For every step the event it is about: the last one that has a step of its own."""
        found: dict[int, Event] = {}
        for event in self.trace.events:
            if event.step not in found or not _accompanies(event):
                found[event.step] = event
        return tuple(found[step] for step in sorted(found))

    @cached_property
    def calls(self) -> tuple[tuple[int, int, int], ...]:
        """(call, first step, step after the last) of every backward chapter."""
        return tuple(
            (c.call, first, end)
            for c, (first, end) in zip(self.trace.chapters, self.trace.spans, strict=True)
            if c.kind == "backward"
        )

    def call_at(self, step: int) -> tuple[int, bool]:
        """The number of the latest backward call begun by `step`, and whether it still goes on."""
        at = bisect_right(self._call_starts, step) - 1
        if at < 0:
            return 0, False
        call, _, end = self.calls[at]
        return call, step < end

    @cached_property
    def _call_starts(self) -> list[int]:
        return [first for _, first, _ in self.calls]

    def events_between(self, low: int, high: int) -> Sequence[Event]:
        """What happens after step `low`, up to and with step `high`."""
        steps, events = self._event_steps, self.trace.events
        return events[bisect_right(steps, low) : bisect_right(steps, high)]

    def concerned_between(self, low: int, high: int) -> set[str]:
        """The nodes that are concerned by what happens after step `low`, up to and with `high`."""
        steps = self._event_steps
        found = self._concerned[bisect_right(steps, low) : bisect_right(steps, high)]
        return set(chain.from_iterable(found))

    @cached_property
    def _event_steps(self) -> list[int]:
        return [event.step for event in self.trace.events]

    # ---- nodes ---------------------------------------------------------------------------------

    @cached_property
    def _concerned(self) -> list[Sequence[str]]:
        """For each event the nodes whose state it changes."""
        return list(map(Bindings().concerned, self.trace.events))

    @cached_property
    def _by_node(self) -> dict[str, list[Event]]:
        found: dict[str, list[Event]] = {}
        for event, nodes in zip(self.trace.events, self._concerned, strict=True):
            for node in nodes:
                found.setdefault(node, []).append(event)
        return found

    def node(self, node: str, step: int) -> NodeState:
        """The state of a node: its last own event, seen from `step`."""
        state = self._own(node, step)
        latest, going = self.call_at(step)
        if not latest:
            return state
        if state.call != latest:
            return self._after_its_call(node, state, step, latest)
        return state if going else evolved(state, live=False)

    def _after_its_call(self, node: str, state: NodeState, step: int, latest: int) -> NodeState:
        """Gradients of the latest call outlive another forward; those of an older are gone."""
        if state.call:
            return evolved(state, terms=(), grad=None, expected=0, live=False)
        start = self._call_starts[bisect_right(self._call_starts, step) - 1]
        last = self._histories[node].last_gradient(step, start)
        if last is None or last.call != latest:
            return state
        came = {"grad": last.grad, "terms": last.terms, "expected": last.expected}
        return evolved(state, call=latest, live=False, **came)

    def _own(self, node: str, step: int) -> NodeState:
        """What a node's own events say by `step`, whatever call has begun since."""
        known = self._histories.get(node)
        if known is None:
            known = self._histories[node] = History(node, self._by_node.get(node, ()))
        return known.at(step) or EMPTY.node(node)

    # ---- edges ---------------------------------------------------------------------------------

    @cached_property
    def _by_edge(self) -> dict[EdgeKey, tuple[list[int], list[tuple[int, Array]]]]:
        """For each edge the steps of its Flows, and (call, all that has passed in that call)."""
        found: dict[EdgeKey, tuple[list[int], list[tuple[int, Array]]]] = {}
        for event in self.trace.events:
            if not isinstance(event, Flow):
                continue
            for key in self.travelled(event):
                steps, passed = found.setdefault(key, ([], []))
                again = bool(passed) and passed[-1][0] == event.call
                total = passed[-1][1] + event.value if again else event.value
                steps.append(event.step)
                passed.append((event.call, total))
        return found

    def travelled(self, flow: Flow) -> Iterator[EdgeKey]:
        """The edge a contribution is drawn on, and those it passes on through muted nodes."""
        key = self.drawn_edge(flow)
        while key is not None:
            yield key
            source = self.graph.nodes[self.graph.edges[key].source]
            ways = ordered(self.graph, source, OPS.get(source.op)) if source.muted else []
            key = ways[0].key if ways else None

    def drawn_edge(self, flow: Flow) -> EdgeKey | None:
        """The edge a contribution travels along, None where the drawing has none."""
        if flow.inner or flow.slot is None:
            return None
        edge = self.graph.edges.get((flow.source, flow.slot))
        if edge is None:
            return None
        if edge.source == flow.target:
            return edge.key
        end = self._tensor(flow.target, flow.output or 0, flow.step)
        return edge.key if self._tensor(edge.source, edge.output, flow.step) == end else None

    def _tensor(self, node: str, output: int, step: int) -> tuple[str, int]:
        """Who made the tensor that this output of the node is: an in-place op gives another's."""
        same_as = None if output else self._own(node, step).same_as
        return same_as or (node, output)

    def edge(self, key: EdgeKey, step: int) -> EdgeState:
        """The state of an edge: whether a value has passed, what came back, and why nothing can."""
        edge = self.graph.edges.get(key)
        if edge is None:
            return EdgeState()
        source, target = self._own(edge.source, step), self._own(edge.target, step)
        carried = source.value is not None
        cut = self._cut(edge, source, target) if carried else None
        steps, passed = self._by_edge.get(key, ([], []))
        at = bisect_right(steps, step) - 1
        latest, going = self.call_at(step)
        if at < 0 or passed[at][0] != latest:
            return EdgeState(carried, cut)
        return EdgeState(carried, cut, passed[at][1], going)

    def _cut(self, edge: Edge, source: NodeState, target: NodeState) -> Cut | None:
        """Why nothing can come back: what counts is how the source was when the target used it."""
        if target.value is not None:
            source = self._own(edge.source, target.since - 1)
        tracked = [source.requires_grad, *(output.requires_grad for output in source.more)]
        if tracked[0] and not all(tracked[edge.output : edge.output + 1]):
            return Cut.NON_DIFFERENTIABLE  # the indices sort() gives beside the values
        if not tracked[0]:
            why = source.why_no_grad
            return why if why in (Cut.NO_GRAD, Cut.INFERENCE) else Cut.FROZEN
        if self.graph.nodes[edge.target].op == "detach":
            return Cut.DETACH
        return target.why_no_grad if target.value is not None else None

    # ---- the ledger ------------------------------------------------------------------------------

    @cached_property
    def _ledger(self) -> tuple[list[int], list[LedgerEntry]]:
        entries = [e for event in self.trace.events if (e := self._entry(event)) is not None]
        return [e.step for e in entries], entries

    def _entry(self, event: Event) -> LedgerEntry | None:
        """What changes the `.grad` of a tensor stands under the node that made it."""
        if not isinstance(event, Stored | Retained | Zeroed):
            return None
        owner, before = self._tensor(event.node, 0, event.step)[0], event.before
        if isinstance(event, Stored):
            piled, what = (
                before is not None and words.any_nonzero(before),
                f"backward #{event.call}",
            )
            return LedgerEntry(owner, event.step, what, before, event.added, event.after, piled)
        if isinstance(event, Retained):
            what = f"backward #{event.call}, retained"
        else:
            what = words.action_line(self.graph, self.program[event.action])
        return LedgerEntry(owner, event.step, what, before, None, event.after)

    def ledger(self, step: int) -> tuple[LedgerEntry, ...]:
        """The entries up to `step`."""
        steps, entries = self._ledger
        return tuple(entries[: bisect_right(steps, step)])


def _accompanies(event: Event) -> bool:
    """Whether an event merely shares another's step."""
    match event:
        case Visit():
            return len(event.terms) < 2
        case Flow():
            return event.inner
        case Freed() | Mutated():
            return True
        case _:
            return False


def _kind(event: Event) -> str:
    match event:
        case Computed():
            return "computed"
        case Seeded():
            return "seeded"
        case Visit():
            return "sum"
        case Flow() | Freed() | Mutated():
            return "flow"
        case Stored() | Retained():
            return "stored"
        case Zeroed():
            return "zeroed"
        case Changed():
            return "changed"
        case Warned():
            return "warned"
        case Failed():
            return "failed"
        case _:
            assert_never(event)


class TraceFrame(Frame):
    """One step of a TraceFilm."""

    def __init__(self, film: TraceFilm, step: int) -> None:
        self.film = film
        self.step = step
        self.event: Event | None = film.majors[step] if 0 <= step < len(film) else None

    def node(self, node: str) -> NodeState:
        return self.film.node(node, self.step)

    def edge(self, key: EdgeKey) -> EdgeState:
        return self.film.edge(key, self.step)

    def codes(self) -> Codes:
        return self.film.codes(self.step)

    def ledger(self) -> tuple[LedgerEntry, ...]:
        return self.film.ledger(self.step)

    @cached_property
    def active(self) -> frozenset[str]:
        match self.event:
            case None | Warned():
                return frozenset()
            case Flow():
                return frozenset({self.event.source})
            case event:
                return frozenset({event.node} if event.node else ())

    @cached_property
    def path(self) -> tuple[str, ...]:
        return self.event.path if isinstance(self.event, Failed) else ()

    @cached_property
    def action(self) -> int | None:
        return None if self.event is None else self.event.action

    @cached_property
    def statement(self) -> str | None:
        match self.event:
            case Computed():
                return self.event.node
            case Failed() if self.event.lost:
                return self.event.node
            case _:
                return None

    @cached_property
    def packet(self) -> Packet | None:
        event = self.event
        if not isinstance(event, Flow) or event.inner:
            return None
        key = self.film.drawn_edge(event)
        return Packet(event.source, event.target, key, event.value)

    @cached_property
    def summing(self) -> str | None:
        return self.event.node if isinstance(self.event, Visit) else None

    @cached_property
    def stored(self) -> tuple[str, Array | None, Array | None] | None:
        if isinstance(self.event, Stored | Retained | Zeroed):
            return self.event.node, self.event.before, self.event.after
        return None

    @cached_property
    def failed(self) -> str | None:
        event = self.event
        return f"{event.kind}: {event.sentence}" if isinstance(event, Failed) else None

    @cached_property
    def expected_error(self) -> bool:
        return isinstance(self.event, Failed) and self.event.expected

    @cached_property
    def caption(self) -> str:
        if self.event is None:
            return ""
        return words.caption(self.event, self.film.graph, self.film.program)

    @cached_property
    def explanation(self) -> tuple[str, ...]:
        return (
            ()
            if self.event is None
            else words.explanation(self.event, self.film.graph, self.film.program)
        )

    @cached_property
    def note(self) -> str:
        return words.rule(self.event) if isinstance(self.event, Flow) else ""

    @cached_property
    def remedy(self) -> str:
        return words.remedy(self.event) if isinstance(self.event, Failed) else ""

    def changed_since(self, other: Frame) -> tuple[set[str], set[EdgeKey]] | None:
        """None across the border of a backward call, where all is dimmed or cleared at once."""
        if not isinstance(other, TraceFrame) or other.film is not self.film:
            return None
        film, graph = self.film, self.film.graph
        low, high = sorted((self.step, other.step))
        if film.call_at(low) != film.call_at(high) or high - low > FAR:
            return None
        nodes = film.concerned_between(low, high)
        edges: set[EdgeKey] = set()
        for event in film.events_between(low, high):
            if isinstance(event, Flow):
                edges.update(film.travelled(event))
        for node in nodes:
            edges.update(e.key for e in graph.outputs.get(node, ()))
            edges.update(e.key for e in graph.inputs.get(node, {}).values())
        return nodes, edges
