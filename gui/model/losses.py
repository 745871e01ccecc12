"""The value backward has started from, call after call: what a training is judged by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.events import (
    Changed,
    Computed,
    Mutated,
    Retained,
    Seeded,
    Stepped,
    Stored,
    Zeroed,
)
from engine.graph import lines
from gui.model import words
from gui.model.film import Film, TraceFilm
from gui.model.frames import Array


@dataclass(frozen=True, slots=True)
class Point:
    """Backward call number `call` started at `step` from a root worth `value`."""

    call: int
    step: int
    value: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The values of one root, by its name."""

    name: str
    points: tuple[Point, ...]

    def at(self, step: int) -> Point | None:
        """The latest point by a step."""
        return next((p for p in reversed(self.points) if p.step <= step), None)


def curves(film: Film) -> tuple[Curve, ...]:
    """A curve for each tensor of one number that backward was called on, in the order they came."""
    if not isinstance(film, TraceFilm):
        return ()
    called_on, now = lines(film.program), dict[str, Array]()
    found: dict[str, list[Point]] = {}
    for event in film.trace.events:
        match event:
            case Computed():
                now[event.node] = event.value
            case Stored() | Retained() | Zeroed():
                now[f"{event.node}.grad"] = event.after
            case Stepped():
                now[event.node] = event.after
            case Changed(what="value"):
                now[event.node] = event.after
            case Mutated():
                now.update((a.node, a.value) for a in event.aliases if not a.output)
            case Seeded():
                root = called_on[event.action].on or ""
                value = now.get(root)
                if value is not None and np.size(value) == 1:
                    point = Point(event.call, event.step, float(np.asarray(value).item()))
                    found.setdefault(root, []).append(point)
            case _:
                pass
    return tuple(Curve(words.name_of(film.graph, i, i), tuple(p)) for i, p in found.items())
