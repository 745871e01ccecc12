"""A Trace as a film: one Frame for every step, each found by asking, none kept."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property, reduce
from itertools import accumulate, chain, takewhile
from operator import add, attrgetter
from typing import Any, Concatenate, NamedTuple, ParamSpec, TypeVar
from weakref import ReferenceType, WeakKeyDictionary, WeakValueDictionary, ref

from engine.arguments import ordered
from engine.events import (
    Computed,
    Event,
    Flow,
    Retained,
    Stopped,
    Stored,
    Zeroed,
    same_event,
)
from engine.function import Function
from engine.graph import Edge, EdgeKey, Graph, Program, lines, listed
from engine.registry import OPS
from engine.trace import BATCH, Cancelled, Trace
from engine.trace import Chapter as Run
from gui.model import slopes, words
from gui.model.codes import same_rows
from gui.model.fold import Bindings, History
from gui.model.frames import (
    EMPTY,
    Cut,
    EdgeState,
    Frame,
    LedgerEntry,
    NodeState,
    evolved,
)
from gui.model.grouped import Concerned, Grouped, Recent
from gui.model.keyframes import Keyframes, keyframes_of
from gui.model.steps import accompanies, active, kind_of, overtaking
from gui.model.timeline import Chapter, Names, Timeline
from gui.model.trace_frame import TraceFrame
from gui.model.unseen import visible

MANY = 60
"""A node with more events than this is folded beforehand: it would take a millisecond."""
LATELY = 512
"""Of at least so many nodes, and as many edges, what has been looked up is kept."""
_NAMELESS = (
    "majors", "calls", "_call_starts", "_concerned", "_own_events", "_came_back", "_visits",
    "_functions", "_function_starts", "_overtaking",
)  # fmt: skip
"""What a TraceFilm has read that stays true whatever the nodes are called."""
_step_of, _call_of = attrgetter("step"), attrgetter("call")


class Made(NamedTuple):
    """A Function, and of the chapter that made it the first step and the kind."""

    first: int
    kind: str
    function: Function


class Film:
    """What a player shows: a timeline and a Frame for every step; this one is empty."""

    program: Program = ()

    @cached_property
    def timeline(self) -> Timeline:
        """The chapters, and the kind of every step."""
        return Timeline()

    def __len__(self) -> int:
        return len(self.timeline.kinds)

    @property
    def end_of_first_forward(self) -> int:
        """The step at which every value is there and no gradient yet."""
        found = self.timeline.end_of_forward(in_parts=listed(self.program) is not None)
        return len(self) - 1 if found is None else found

    def frame(self, step: int) -> Frame:
        """The Frame at `step`; -1 is the moment before anything has run."""
        return EMPTY

    def visits(self, node: str) -> Sequence[int]:
        """The steps at which the run comes to a node, which then may be active for several."""
        return ()

    def crossings(self, edge: EdgeKey) -> Sequence[int]:
        """The steps at which a value is used that came along an edge, or a gradient comes back."""
        return ()


class TraceFilm(Film):
    """The frames of one Trace of one Graph."""

    def __init__(self, graph: Graph, program: Program, trace: Trace, cells: Names = ()) -> None:
        self.graph, self.program, self.trace, self.cells = graph, program, trace, cells
        self._frames = WeakValueDictionary[int, TraceFrame]()
        self._histories = Recent[str, History](LATELY)
        self._long: dict[str, History] = {}
        self._flows = Recent[EdgeKey, tuple[Flow, ...]](LATELY)
        self._cancelled: Callable[[], bool] = lambda: False
        self._compared: tuple[ReferenceType[Trace], int] | None = None

    def frame(self, step: int) -> Frame:
        """Those that somebody looks at are kept; each keeps the film, so they are not kept here."""
        found = self._frames.get(step)
        if found is None:
            found = self._frames[step] = self._made(step)
        return found

    def _made(self, step: int) -> TraceFrame:
        return TraceFrame(self, step)

    def prepare(self, cancelled: Callable[[], bool] = lambda: False) -> None:
        """Read the facts and all that takes long: on a worker, for the thread that paints.

        Raises Cancelled soon after that is wanted.
        """
        self._cancelled = cancelled
        self.trace.read(cancelled)
        slopes.prepare()
        last, *_ = len(self) - 1, self.keyframes, self._visits, self._functions, self._overtaking
        _ = self._came_back
        for node in self._own_events.larger_than(MANY):
            self._long[node] = self._history(node)
            self._own(node, last)

    def watched_events(self) -> Iterator[Event]:
        """Every event; gives up between two where nobody wants this film any more."""
        for number, event in enumerate(self.trace.events):
            if not number % BATCH and self._cancelled():
                raise Cancelled
            yield event

    def told_for(self, graph: Graph) -> TraceFilm:
        """The same run in the names of a graph that states the same; nothing is read again."""
        film = TraceFilm(graph, self.program, self.trace, self.cells)
        film._compared = self._compared
        film._histories, film._long, film._flows = self._histories, self._long, self._flows
        film.__dict__.update((k, v) for k, v in self.__dict__.items() if k in _NAMELESS)
        if "keyframes" in self.__dict__ and same_rows(self.graph, graph):
            film.__dict__["keyframes"] = self.keyframes.told_for(graph)
        return film

    @cached_property
    def keyframes(self) -> Keyframes:
        """What everything looks like at every step, as numbers."""
        return keyframes_of(self)

    @property
    def stopped_at(self) -> str:
        """The Program's line that ended the run with an error nobody expected, or empty."""
        last = self.trace.chapters[-1] if self.trace.chapters else None
        if last is None or not last.failed or last.expected:
            return ""
        return words.action_line(self.graph, lines(self.program)[last.action])

    def compare(self, trace: Trace) -> None:
        """Find out how far another run tells the same: on a worker, it takes long as a run is."""
        alike = map(same_event, self.watched_events(), trace.events)
        self._compared = ref(trace), sum(takewhile(bool, alike))

    def same_until(self, old: TraceFilm, step: int) -> bool:
        """Whether both tell the same up to a step: the same events with the same numbers."""
        if not 0 <= step < min(len(old), len(self)):
            return False
        ours, theirs = self.events_between(-1, step), old.events_between(-1, step)
        if len(ours) != len(theirs):
            return False
        if self._compared is not None and self._compared[0]() is old.trace:
            return len(ours) <= self._compared[1]
        return all(map(same_event, theirs, ours))

    # ---- the scrub bar -----------------------------------------------------------------------

    @cached_property
    def timeline(self) -> Timeline:
        chapters = tuple(
            self._chapter(c, first, end - 1)
            for c, (first, end) in zip(self.trace.chapters, self.trace.spans, strict=True)
            if end > first
        )
        kinds = [*map(kind_of, self.majors)]
        for event in self.trace.events:
            if isinstance(event, Stopped):
                kinds[event.step] = "stopped"
        return Timeline(chapters, tuple(kinds))

    def _chapter(self, of: Run, first: int, last: int) -> Chapter:
        title, cell = self._title(of.action, of.title), "".join(self.cells[of.action :][:1])
        known = of.failed, of.expected, of.action, of.loops, cell
        return Chapter(title, of.kind, first, last, *known)

    def _title(self, action: int, title: str) -> str:
        known = lines(self.program)
        if title.startswith(("Forward", "Backward")) or action >= len(known):
            return title
        return visible(words.action_line(self.graph, known[action]))

    @cached_property
    def majors(self) -> tuple[Event, ...]:
        """For every step the event it is about: the last one that has a step of its own."""
        found: dict[int, Event] = {}
        for event in self.trace.events:
            if event.step not in found or not accompanies(event):
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
        return self.trace.events[slice(*self._span(low, high))]

    def concerned_between(self, low: int, high: int) -> set[str]:
        """The nodes that are concerned by what happens after step `low`, up to and with `high`."""
        return self._concerned.between(*self._span(low, high))

    def _span(self, low: int, high: int) -> tuple[int, int]:
        """The numbers of the events after step `low`, up to and with step `high`."""
        events = self.trace.events
        return bisect_right(events, low, key=_step_of), bisect_right(events, high, key=_step_of)

    def functions(self, node: str) -> list[Made]:
        """The Functions that the evaluations of a node have made, in order."""
        return [self._made_number(number) for number in self._functions.of(node)]

    def _made_number(self, number: int) -> Made:
        at = bisect_right(self._function_starts, number) - 1
        chapter, (first, _) = self.trace.chapters[at], self.trace.spans[at]
        return Made(first, chapter.kind, chapter.functions[number - self._function_starts[at]])

    @cached_property
    def _function_starts(self) -> list[int]:
        """For each chapter the number of its first Function among those of all chapters."""
        counts = [len(chapter.functions) for chapter in self.trace.chapters]
        return [0, *accumulate(counts)][:-1]

    @cached_property
    def _functions(self) -> Grouped:
        found = chain.from_iterable(chapter.functions for chapter in self.trace.chapters)
        return Grouped.of_pairs(
            self.graph,
            ((f.origin.node, k) for k, f in enumerate(found) if f.origin is not None),
        )

    def overtaken_at(self, step: int) -> tuple[str, str] | None:
        """The node that runs at a step though another was ready before it, and that one."""
        steps, rows = self._overtaking
        at, ids = bisect_left(steps, step), self._concerned.ids
        if at == len(steps) or steps[at] != step:
            return None
        return ids[rows[2 * at]], ids[rows[2 * at + 1]]

    @cached_property
    def _overtaking(self) -> tuple[array[int], array[int]]:
        """The steps, and for each the rows of the two nodes."""
        found, row = overtaking(self.watched_events()), self.graph.columns.row
        known = {step: nodes for step, nodes in found.items() if row.keys() >= {*nodes}}
        rows = (row[node] for nodes in known.values() for node in nodes)
        return array("i", known), array("i", rows)

    # ---- nodes ---------------------------------------------------------------------------------

    def concerned(self) -> Iterable[Sequence[str]]:
        """For each event the nodes whose state it changes."""
        return self._concerned.each()

    @cached_property
    def _concerned(self) -> Concerned:
        return Concerned(self.graph, map(Bindings().concerned, self.watched_events()))

    @cached_property
    def _own_events(self) -> Grouped:
        return self._concerned.by_node(self.graph)

    def events_of(self, node: str) -> list[Event]:
        """The events that change the state of a node, in order."""
        events = self.trace.events
        return [events[number] for number in self._own_events.of(node)]

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
        last = self._history(node).last_gradient(step, start)
        if last is None or last.call != latest:
            return state
        came = {"grad": last.grad, "terms": last.terms, "expected": last.expected}
        return evolved(state, call=latest, live=False, **came)

    def _own(self, node: str, step: int) -> NodeState:
        """What a node's own events say by `step`, whatever call has begun since."""
        return self._history(node).at(step) or EMPTY.node(node)

    def _history(self, node: str) -> History:
        """What is long is kept, the rest while it is looked at: folding it again takes no time."""
        known = self._long.get(node)
        if known is not None:
            return known
        return self._histories.get(node, lambda: History(node, self.events_of(node)))

    def visits(self, node: str) -> Sequence[int]:
        return self._visits.of(node)

    @cached_property
    def _visits(self) -> Grouped:
        return Grouped.of_pairs(self.graph, self._visited())

    def _visited(self) -> Iterator[tuple[str, int]]:
        begins = {first for first, _ in self.trace.spans}
        before: frozenset[str] = frozenset()
        for step, event in enumerate(self.majors):
            now = active(event)
            if now != before or step in begins:
                for node in now if step in begins else now - before:
                    yield node, step
                before = now

    def crossings(self, edge: EdgeKey) -> Sequence[int]:
        used = [e.step for e in self.events_of(edge[0]) if isinstance(e, Computed)]
        return sorted({*used, *(flow.step for flow in self.passed(edge))})

    # ---- edges ---------------------------------------------------------------------------------

    def passed(self, edge: EdgeKey) -> tuple[Flow, ...]:
        """What has come back along an edge, in order."""
        return self._flows.get(edge, lambda: tuple(self._find_passed(edge)))

    def _find_passed(self, edge: EdgeKey) -> Iterator[Flow]:
        events = self.trace.events
        for number in self._came_back.of(edge[0]):
            event = events[number]
            if isinstance(event, Flow) and edge in self.travelled(event):
                yield event

    @cached_property
    def _came_back(self) -> Grouped:
        """By the node that edges go to, the numbers of what has come back along one of them."""
        return Grouped.of_pairs(
            self.graph,
            (
                (node, number)
                for number, event in enumerate(self.watched_events())
                if isinstance(event, Flow)
                for node in {key[0] for key in self.travelled(event)}
            ),
        )

    def travelled(self, flow: Flow) -> Sequence[EdgeKey]:
        """The edge a contribution is drawn on, and those it passes on through muted nodes."""
        key, found = self.drawn_edge(flow), list[EdgeKey]()
        while key is not None:
            found.append(key)
            source = self.graph.nodes[self.graph.edges[key].source]
            if not source.muted:
                break
            ways = ordered(self.graph, source, OPS.get(source.op))
            key = ways[0].key if ways else None
        return found

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
        latest, going = self.call_at(step)
        flows = self.passed(key)
        came = flows[: bisect_right(flows, step, key=_step_of)]
        start = bisect_left(came, latest, key=_call_of)
        if start == len(came):
            return EdgeState(carried, cut)
        grad = reduce(add, (flow.value for flow in came[start:]))
        return EdgeState(carried, cut, grad, going)

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
            what = words.action_line(self.graph, lines(self.program)[event.action])
        return LedgerEntry(owner, event.step, what, before, None, event.after)

    def ledger(self, step: int) -> tuple[LedgerEntry, ...]:
        """The entries up to `step`."""
        steps, entries = self._ledger
        return tuple(entries[: bisect_right(steps, step)])


_More = ParamSpec("_More")
_Found = TypeVar("_Found")


def of_the_film(
    make: Callable[Concatenate[TraceFilm, _More], _Found],
) -> Callable[Concatenate[TraceFilm, _More], _Found]:
    """Remember what `make` last found in a film, as long as somebody has that film.

    A recording may be large: what is found must not refer to the film itself.
    """
    known = WeakKeyDictionary[TraceFilm, tuple[Any, _Found]]()

    def remembered(film: TraceFilm, /, *args: _More.args, **kwargs: _More.kwargs) -> _Found:
        asked, found = known.get(film), (args, kwargs)
        if asked is None or asked[0] != found:
            asked = known[film] = found, make(film, *args, **kwargs)
        return asked[1]

    return remembered
