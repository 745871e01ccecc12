"""What a node keeps for its backward pass: which values, where they came from, and if they last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from engine.events import Mutated
from engine.function import Function
from gui.model.explain.replay import replay
from gui.model.explain.scene import slots_of
from gui.model.film import Film, TraceFilm, of_the_film

Array = Any


@dataclass(frozen=True, slots=True)
class Saved:
    """One saved tensor: `name` as grad_fn has it, `node` that made it ("" if inside the op).

    `then` and `now` are the versions of its memory when it was saved and at the step asked for.
    """

    name: str
    node: str
    value: Array
    freed: bool
    then: int = 0
    now: int = 0

    @property
    def stale(self) -> bool:
        """Whether it was changed in place since, so that backward would refuse it."""
        return self.now != self.then


def saved_by(film: Film, step: int, node: str) -> tuple[Saved, ...]:
    """The tensors the node's grad_fn has saved, as they are at that step."""
    if not isinstance(film, TraceFilm) or not 0 <= step < len(film):
        return ()
    state = film.frame(step).node(node)
    found, kept = replay(film, node, step), []
    if found is None or state.grad_fn is None:
        return ()
    sources = {slot: edge.source for slot, edge in film.graph.inputs[node].items()}
    for function in functions_of(film, node, step):
        slots = slots_of(function)
        for name in _kept(function):
            slot = slots.get(name, name)
            owner = node if name == "result" else sources.get(slot, "")
            value = found.result if name == "result" else found.inputs.get(slot)
            then, now = (_version(film, owner, k) for k in (state.since, step))
            kept.append(Saved(f"_saved_{name}", owner, value, state.freed, then, now))
    return _once(kept)


def _once(kept: list[Saved]) -> tuple[Saved, ...]:
    """Each only once, though two Functions of one op may keep it."""
    return tuple({(s.name, s.node): s for s in kept}.values())


def functions_of(film: TraceFilm, node: str, step: int) -> tuple[Function, ...]:
    """The Functions of the node's latest forward by that step, in order."""
    made = film.functions(node)
    made = [m for m in made if m.first <= step and m.kind == "forward"]
    return tuple(m.function for m in made if m.first == made[-1].first)


def _kept(function: Function) -> list[str]:
    """The inputs its rules need, and the result, as far as these gradients are wanted."""
    cls = type(function)
    wanted = [r for (_, r), below in zip(cls.rules, function.below, strict=False) if below]
    indices = sorted({i for rule in wanted for i in rule.saves})
    result = ["result"] if any(rule.takes("result") for rule in wanted) else []
    return [cls.inputs[i] for i in indices] + result


@of_the_film
def _writes(film: TraceFilm) -> tuple[Mutated, ...]:
    return tuple(event for event in film.trace.events if isinstance(event, Mutated))


def _version(film: TraceFilm, node: str, step: int) -> int:
    """How often the memory of a node had been written to by that step."""
    version = 0
    for event in _writes(film):
        if event.step <= step and any(a.node == node for a in event.aliases):
            version = event.version
    return version
