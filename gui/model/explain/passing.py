"""A gradient on its way through a node: the rule at work, and what its letters stand for."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.captions import rule_formula
from engine.events import Event, Flow
from engine.function import Function
from engine.graph import lines as program_lines
from gui.model.explain.entry import Passing, right_side
from gui.model.explain.replay import replay
from gui.model.explain.scene import (
    backward_things,
    forward_things,
    function_at,
    node_name,
    slots_of,
    upstream,
    without_ones,
)
from gui.model.explain.symbols import Symbol
from gui.model.film import TraceFilm, of_the_film

Array = Any


@of_the_film
def flows_of(film: TraceFilm, call: int) -> dict[str, list[Flow]]:
    """What every node has sent on in that backward call, in order."""
    found: dict[str, list[Flow]] = {}
    for event in film.trace.events:
        if isinstance(event, Flow) and event.call == call and not event.inner:
            found.setdefault(event.source, []).append(event)
    return found


def root_of(film: TraceFilm, event: Event) -> Symbol:
    """What the gradient is of: the tensor backward was called on."""
    return node_name(film.graph, program_lines(film.program)[event.action].on or "")


def passing_of(film: TraceFilm, event: Flow) -> tuple[Passing | None, bool]:
    """The gradient with the op it went through, and whether that is made of several Functions."""
    root, source = root_of(film, event), node_name(film.graph, event.source)
    target = node_name(film.graph, event.target, event.output)
    found = None if event.slot is None or event.inner else replay(film, event.source, event.step)
    if found is None or event.slot is None or event.slot not in found.inputs:
        return None, True
    made = function_at(film, event.source, event.slot, event.function, event.step)
    seen = film.frame(event.step).node(event.source).grad
    flows = [f for f in flows_of(film, event.call).get(event.source, ()) if f.slot == event.slot]
    composite = made is None or len(flows) > 1 or not _same(seen, event.upstream)
    arrived, things, formula = seen, forward_things(found), ""
    value = event.value
    if made is not None and not composite:
        function, edge = made
        arrived = event.upstream
        things = backward_things(found, function, slots_of(function))
        formula = without_ones(_rule_of(function, edge), things)
    if arrived is None:
        return None, True
    if composite:
        value = sum(f.value for f in flows)
    symbols_ = upstream(things, source, found.result, root, arrived)
    passing = Passing(found, event.slot, root, source, target, arrived, value, formula, symbols_)
    return passing, composite


def _rule_of(function: Function, edge: int) -> str:
    return right_side(rule_formula(function.name(), _input(function, edge)))


def _input(function: Function, edge: int) -> str | None:
    """What the class calls the input whose gradient goes along that edge."""
    cls = type(function)
    return cls.inputs[cls.rules[edge][0]] if edge < len(cls.rules) else None


def input_of(film: TraceFilm, event: Flow) -> str | None:
    made = function_at(film, event.source, event.slot, event.function, event.step)
    return event.slot if made is None else _input(*made)


def _same(one: Array, other: Array) -> bool:
    if one is None or other is None or np.shape(one) != np.shape(other):
        return False
    return bool(np.array_equal(one, other, equal_nan=True))
