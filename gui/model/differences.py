"""Two runs of one graph side by side: which moments belong together, and where they part."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from engine.events import Event, Failed, Flow, Zeroed
from engine.graph import EdgeKey
from gui.model import words
from gui.model.film import Film, TraceFilm
from gui.model.frames import Array, Frame, NodeState
from gui.model.lab import same_value
from gui.model.timeline import Chapter, Timeline


class Moment(NamedTuple):
    """A step of the one run and what belongs to it in the other; `alone` says whose it is if only
    one of them has it: 0 the first's, 1 the second's."""

    first: int
    second: int
    alone: int | None = None


class Row(NamedTuple):
    """A leaf's `.grad` in the two runs."""

    node: str
    name: str
    first: Array | None
    second: Array | None

    @property
    def same(self) -> bool:
        return same_value(self.first, self.second)

    @property
    def difference(self) -> str:
        """`second - first` where that can be told, else what differs."""
        if self.same:
            return "–"
        if self.first is None or self.second is None:
            return "one is None"
        one, other = words.shape(self.first), words.shape(self.second)
        if one != other:
            return f"shape {other} for {one}"
        return words.short(self.second - self.first)


class Parting(NamedTuple):
    """Where the second run goes wrong, and what happens there."""

    moment: int
    text: str


class Differences(Film):
    """Two films as one: a step for each moment, with the frames of both."""

    def __init__(self, first: TraceFilm, second: TraceFilm) -> None:
        self.first, self.second = first, second
        stops = [isinstance(event, Failed) for event in first.majors]
        self.moments = tuple(_moments(_keys(first.majors), _keys(second.majors), stops))

    def __len__(self) -> int:
        return len(self.moments)

    def frames(self, step: int) -> tuple[Frame, Frame]:
        """What is to be seen of either run at a moment; -1 is before anything has run."""
        at = self._moment(step)
        return self.first.frame(at.first), self.second.frame(at.second)

    def _moment(self, step: int) -> Moment:
        return self.moments[step] if 0 <= step < len(self) else Moment(-1, -1)

    def frame(self, step: int) -> Frame:
        """The frame of the run that makes this step, the first if both do."""
        return self.frames(step)[self._moment(step).alone or 0]

    @cached_property
    def timeline(self) -> Timeline:
        """The chapters of both, each as long as what either does in it."""
        chapters: list[Chapter] = []
        kinds = []
        for step, moment in enumerate(self.moments):
            film = self.second if moment.alone == 1 else self.first
            at = moment.second if moment.alone == 1 else moment.first
            kinds.append(film.timeline.kinds[at])
            chapter = film.timeline.chapter_at(at)
            assert chapter is not None
            if chapters and _as_one(chapters[-1], chapter):
                chapters[-1] = replace(chapters[-1], last=step)
            else:
                chapters.append(replace(chapter, first=step, last=step))
        return Timeline(tuple(chapters), tuple(kinds))

    @property
    def end_of_first_forward(self) -> int:
        forwards = (c.last for c in self.timeline.chapters if c.kind == "forward")
        return next(forwards, len(self) - 1)

    # ---- what differs ------------------------------------------------------------------------

    def lit(self, step: int) -> tuple[list[str], list[EdgeKey]]:
        """The nodes and the edges that look different at a moment."""
        one, other = self.frames(step)
        graph = self.first.graph
        nodes = [i for i in graph.nodes if not _alike(one.node(i), other.node(i))]
        edges = [k for k in graph.edges if not same_value(one.edge(k).grad, other.edge(k).grad)]
        return nodes, edges

    def rows(self, step: int) -> list[Row]:
        """Every leaf's `.grad` at a moment, and that of what retains it."""
        one, other = self.frames(step)
        nodes = self.first.graph.nodes
        return [Row(i, nodes[i].name, one.node(i).stored, other.node(i).stored) for i in self._kept]

    @cached_property
    def _kept(self) -> list[str]:
        """Whose `.grad` is worth a row: at the end there is one, or there should be."""
        last = self.frames(len(self) - 1)
        return [i for i in self.first.graph.nodes if any(_keeps(frame.node(i)) for frame in last)]

    @cached_property
    def parting(self) -> Parting | None:
        """The first moment at which something goes wrong; None if the runs are the same."""
        return _parting(self)

    @property
    def fails(self) -> bool:
        """Whether the run as it should be ends in an error."""
        return any(isinstance(event, Failed) for event in self.first.majors)

    @property
    def at_parting(self) -> frozenset[str]:
        """The nodes at which it happens that the runs part; none if they do not."""
        if self.parting is None:
            return frozenset()
        return frozenset[str]().union(*(f.active for f in self.frames(self.parting.moment)))

    def name(self, node: str | None) -> str:
        """What a node is called; what no drawn node made has no name."""
        found = self.first.graph.nodes.get(node or "")
        return "a hidden tensor" if found is None else found.name


def _as_one(before: Chapter, chapter: Chapter) -> bool:
    return (before.title, before.kind, before.loops) == (chapter.title, chapter.kind, chapter.loops)


def _keeps(state: NodeState) -> bool:
    return state.stored is not None or (state.is_leaf and state.requires_grad)


def _alike(one: NodeState, other: NodeState) -> bool:
    return (
        one.error == other.error
        and same_value(one.value, other.value)
        and same_value(one.grad, other.grad)
        and same_value(one.stored, other.stored)
    )


# ---- which moments belong together -----------------------------------------------------------


def _keys(majors: Sequence[Event]) -> list[Hashable]:
    """What happens at each step, and for the how-manieth time: no two are equal."""
    seen: Counter[Hashable] = Counter()
    found: list[Hashable] = []
    for event in majors:
        what = _what(event)
        found.append((what, seen[what]))
        seen[what] += 1
    return found


def _what(event: Event) -> Hashable:
    node, call = getattr(event, "node", None), getattr(event, "call", None)
    if isinstance(event, Flow):
        return Flow, call, event.source, event.slot, event.target, event.function, event.below
    return type(event), call, node


def _moments(
    first: list[Hashable], second: list[Hashable], stops: Sequence[bool]
) -> Iterator[Moment]:
    """As many as can be of the steps both have, in an order both agree on; the others between.

    There the second run goes first, unless the first one `stops`: what goes wrong is seen before
    what should have been.
    """
    place = {key: at for at, key in enumerate(second)}
    both = [(at, place[key]) for at, key in enumerate(first) if key in place]
    i = j = 0
    for one, other in [*_rising(both), (len(first), len(second))]:
        early = one if any(stops[i:one]) else i
        yield from (Moment(alone, j - 1, 0) for alone in range(i, early))
        yield from (Moment(early - 1, alone, 1) for alone in range(j, other))
        yield from (Moment(alone, other - 1, 0) for alone in range(early, one))
        if one < len(first):
            yield Moment(one, other)
        i, j = one + 1, other + 1


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the pairs whose second numbers rise, as their first ones do."""
    tops: list[int] = []  # the least second number a rising row of each length can end with
    ends: list[int] = []
    before: list[int] = []
    for number, (_, value) in enumerate(pairs):
        at = bisect_left(tops, value)
        before.append(ends[at - 1] if at else -1)
        tops[at : at + 1] = [value]
        ends[at : at + 1] = [number]
    found = []
    number = ends[-1] if ends else -1
    while number >= 0:
        found.append(pairs[number])
        number = before[number]
    return found[::-1]


# ---- where they part -------------------------------------------------------------------------


ORDER_ONLY = "From here on the order differs; the gradients come out the same."


def _parting(both: Differences) -> Parting | None:
    """The first moment at which something goes wrong, told by what it is."""
    for step, moment in enumerate(both.moments):
        early = _early(both, moment)
        if early and _ends_alike(both):
            early = ORDER_ONLY
        text = early or _missing(both, moment) or _otherwise(both, step)
        if text:
            return Parting(step, text)
    alone = [step for step, moment in enumerate(both.moments) if moment.alone is not None]
    if not alone:
        return None
    text = "The two runs do not take the same steps from here on."
    return Parting(alone[0], ORDER_ONLY if _ends_alike(both) else text)


def _ends_alike(both: Differences) -> bool:
    return all(row.same for row in both.rows(len(both) - 1))


def _early(both: Differences, moment: Moment) -> str:
    """A node that passes on its gradient before all of it has come."""
    if moment.alone == 0:
        return ""
    event = both.second.majors[moment.second]
    if not isinstance(event, Flow) or event.inner:
        return ""
    state = both.second.node(event.source, moment.second)
    if not 0 < state.arrived < state.expected or state.grad is None:
        return ""
    name, so_far = both.name(event.source), words.short(state.grad)
    return (
        f"{name} runs after {state.arrived} of {state.expected} contributions: it passes on"
        f" {so_far} now, and that again together with the rest when it comes."
    )


def _missing(both: Differences, moment: Moment) -> str:
    """What only the true run does: clearing a `.grad`, or refusing."""
    if moment.alone != 0:
        return ""
    event = both.first.majors[moment.first]
    if isinstance(event, Zeroed):
        kept, cleared = words.short(event.before), words.short(event.after)
        return f"Nobody clears {both.name(event.node)}.grad: it stays {kept} instead of {cleared}."
    if isinstance(event, Failed):
        return (
            "PyTorch stops here with an error, because what was saved has been changed in place"
            " since. Without that check backward goes on and works with the changed numbers."
        )
    return ""


def _otherwise(both: Differences, step: int) -> str:
    """A contribution both runs have, which becomes something else in the second."""
    moment, frames = both.moments[step], both.frames(step)
    one, other = both.first.majors[moment.first], both.second.majors[moment.second]
    if moment.alone is not None or not (isinstance(one, Flow) and isinstance(other, Flow)):
        return ""
    if np.shape(one.value) != np.shape(other.value):
        return _stretched(both, one, other)
    right, wrong = (frame.node(other.target).grad for frame in frames)
    if one.arrived == other.arrived and not same_value(right, wrong):
        return _overwritten(both, other.target, frames)
    return ""


def _stretched(both: Differences, one: Flow, other: Flow) -> str:
    right, wrong = words.shape(one.value), words.shape(other.value)
    return (
        f"{both.name(one.target)} has the shape {right}, but the gradient that is sent to it keeps"
        f" {wrong}: it was broadcast on the way forward, and nobody sums it back."
    )


def _overwritten(both: Differences, node: str, frames: tuple[Frame, Frame]) -> str:
    right, wrong = (frame.node(node) for frame in frames)
    which, before = _ORDINALS.get(right.arrived, (f"{right.arrived}th", "those before"))
    sum_ = words.equation([t.value for t in right.terms], right.grad, "+")
    got = words.short(wrong.grad)
    return (
        f"At {both.name(node)} the {which} contribution replaced {before}: {got} instead of {sum_}."
    )


_ORDINALS = {2: ("second", "the first"), 3: ("third", "those before")}
