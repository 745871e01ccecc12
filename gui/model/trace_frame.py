"""One step of the film of a Trace."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from engine.events import (
    Computed,
    Dropped,
    Event,
    Failed,
    Flow,
    Freed,
    Retained,
    Stored,
    Visit,
    Warned,
    Zeroed,
)
from engine.graph import EdgeKey
from gui.model import captions, words
from gui.model.codes import Codes
from gui.model.frames import Array, EdgeState, Frame, LedgerEntry, NodeState, Packet
from gui.model.steps import active

if TYPE_CHECKING:
    from gui.model.film import TraceFilm

FAR = 32
"""Steps between two frames from which on looking for what changed no longer pays."""


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
        return self.film.keyframes.at(self.step)

    def ledger(self) -> tuple[LedgerEntry, ...]:
        return self.film.ledger(self.step)

    @cached_property
    def active(self) -> frozenset[str]:
        return active(self.event)

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
        return captions.of_step(self.film, self.event, self.beside)

    @cached_property
    def beside(self) -> tuple[Event, ...]:
        """What shares this step with the event it is about."""
        events = self.film.events_between(self.step - 1, self.step)
        return tuple(event for event in events if event is not self.event)

    @cached_property
    def asides(self) -> tuple[str, ...]:
        graph, program = self.film.graph, self.film.program
        told = [captions.caption(e, graph, program) for e in self.beside
                if isinstance(e, Freed | Dropped)]  # fmt: skip
        if isinstance(self.event, Warned) and (rest := captions.rest_of(self.event.text)):
            told.append(rest)
        return tuple(told)

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
