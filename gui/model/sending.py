"""The sentence about a gradient on its way: what arrived, the local derivative, what is sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.events import Event, Flow
from engine.function import Function
from engine.graph import Edge, Graph, Program, lines
from gui.model import words
from gui.model.slopes import local_derivative, rule_in_names
from gui.model.words import equation, told

if TYPE_CHECKING:
    from gui.model.film import TraceFilm

Array = Any

LONGEST = 150
"""Characters of a caption as far as that is up to us: it has two lines on the screen."""


def fitting(*wordings: str) -> str:
    """The first that is short enough to be read at a glance, else the last."""
    return next((w for w in wordings if len(w) <= LONGEST), wordings[-1])


class Sending:
    """Tells of the contributions of a run, in the names of its graph."""

    def __init__(self, graph: Graph, program: Program, film: TraceFilm | None = None) -> None:
        self.graph, self.lines, self.film = graph, lines(program), film

    def name(self, node: str | None) -> str:
        return words.name_of(self.graph, node or "", "a hidden tensor")

    def root(self, event: Any) -> str:
        """The name of the tensor backward was called on."""
        return self.name(self.lines[event.action].on)

    def partial(self, event: Any, name: str) -> str:
        """`∂y/∂x` of the root that was called."""
        return words.partial(self.root(event), name)

    def sent(self, event: Flow) -> str:
        """A contribution on its way: what arrived, what it was multiplied by, what it comes to."""
        sent = self._sender(event)
        if np.shape(event.raw) != np.shape(event.value):
            return _broadcast(event, sent, self._factor(event) or "")
        value, factor = sent(told(event.value)), self._factor(event)
        if factor is None:
            return fitting(f"{value}{self._by_rule(event)}.", f"{value}.")
        if factor == "1" and np.ndim(event.value):
            return fitting(*(f"{value}: {how}." for how in _passed_on(event)))
        times = f"times the local derivative {factor}"
        came = f"{value}: what arrived, {told(event.upstream)}, {times}."
        brief = f"{value}: what arrived {times}."
        least = f"{value} (local derivative {factor})."
        product = _product(event)
        if product is None:
            return fitting(came, brief, least)
        whole = sent(product)
        in_short = f"{whole} (local derivative {factor})."
        return fitting(f"{whole}: what arrived {times}.", in_short, came, brief, least)

    def _sender(self, event: Flow) -> Callable[[str], str]:
        """The sentence without its end, with something in the place of what is sent."""
        function = event.function.rpartition("::")[2]
        source = f" of {self.name(event.source)}" if event.source else ""
        start = f"{function}{source} sends"
        to = self.name(event.target) + ("" if event.output is None else f"[{event.output}]")
        what, way = self.partial(event, to), self._way(event, to)
        if event.expected > 1:
            return lambda much: f"{start} {much} {way}, {words.term_of(event)} {what}"
        return lambda much: f"{start} {what} = {much} {way}"

    def _way(self, event: Flow, to: str) -> str:
        """`to x`, or `through the left x` where one tensor is wired to several slots."""
        wired = self.graph.inputs.get(event.source, {})
        edge = wired.get(event.slot or "")
        same = [e for e in wired.values() if edge and _end(e) == _end(edge)]
        if len(same) < 2 or edge is None:
            return f"to {to}"
        side = words.side(edge.slot)
        source = self.name(edge.source)
        return f"through the {side} {source}" + ("" if source == to else f" to {to}")

    def _factor(self, event: Flow) -> str | None:
        """The local derivative in names, or as the number it was; None where it is neither."""
        number, made = words.local_factor(event), self._function(event)
        found = ""
        if event.upstream is not None and made is not None:
            found = local_derivative(self.graph, *made, event, self._value_at(event.step))
        return found or (None if number is None else words.number(number))

    def _value_at(self, step: int) -> Callable[[str, int], Array]:
        def value_of(node: str, output: int) -> Array:
            state = None if self.film is None else self.film.node(node, step)
            if state is None or not output:
                return None if state is None else state.value
            return state.outputs[output]

        return value_of

    def _by_rule(self, event: Flow) -> str:
        """`: g · vᵀ, g is what arrived`, of a rule that is no product number by number."""
        made = None if event.upstream is None else self._function(event)
        rule = "" if made is None else rule_in_names(self.graph, *made)
        return f": {rule}, g is what arrived" if rule else ""

    def _function(self, event: Flow) -> tuple[Function, int] | None:
        """The Function that sends, and the number of the edge it sends along."""
        if self.film is None or event.slot is None:
            return None
        for first, _, function in reversed(self.film.functions(event.source)):
            slots = function.origin.slots
            if first <= event.step and function.name() == event.function and event.slot in slots:
                return function, slots.index(event.slot)
        return None

    def inside(self, event: Event, flows: Sequence[Flow]) -> str:
        """What Functions of one drawn node, or of none, did before the one that is shown."""
        if not flows or not isinstance(event, Flow):
            return ""
        parts = [f"{f.function.rpartition('::')[2]} sends {self._inner(f)}" for f in flows[-3:]]
        more = f"{len(flows) - 3} more Functions run, then " if len(flows) > 3 else ""
        node = next((f.target for f in flows if f.target), "")
        made = "the derivative of " if event.slot is None else ""
        return f"Inside {made}{self.name(node)}: {more}{', '.join(parts)}."

    def _inner(self, event: Flow) -> str:
        factor = words.local_factor(event)
        if factor is None or factor == 1:
            return told(event.value)
        return equation([event.upstream, factor], event.value, "·")


def _product(event: Flow) -> str | None:
    """`1 · 4 = 4`: what arrived times the local derivative; None where that is not known."""
    number = words.local_factor(event)
    if number is not None:
        return equation([event.upstream, number], event.value, "·")
    up, value = event.upstream, event.value
    if np.shape(up) != np.shape(value) or not 0 < np.size(value) <= words.MOST_TOLD:
        return None
    if not (np.all(np.isfinite(up)) and np.all(np.isfinite(value)) and np.all(up)):
        return None
    product = equation([up, value / up], value, "·", words.MOST_TOLD, 60)
    return None if product.endswith(")") else product


def _broadcast(event: Flow, sent: Callable[[str], str], factor: str) -> str:
    """A contribution that was summed to the shape of what had been broadcast."""
    shapes = f"{words.shape(event.raw)} → {words.shape(event.value)}"
    value = told(event.value)
    plain = f"{sent(value)}, summed {shapes}, as it was broadcast."
    if not 0 < np.size(event.raw) <= words.MOST_TOLD:
        return plain
    written, mark = words.array_figures(
        [event.raw], event.value, lambda v: fitted_sum(v[0], np.shape(event.value))
    )
    about = "" if mark == "=" else "about "
    start, end = f"{sent(value)}: {about}{written[0]}", f", summed {shapes}, as it was broadcast."
    by = f" (what arrived times {factor})"
    return fitting(*([] if factor in ("", "1") else [f"{start}{by}{end}"]),
                   f"{start}{end}", plain)  # fmt: skip


def fitted_sum(array: Array, shape: tuple[int, ...]) -> Array:
    """An array summed to the shape it was broadcast from."""
    array = np.sum(array, axis=tuple(range(np.ndim(array) - len(shape))))
    ones = tuple(k for k, n in enumerate(shape) if n == 1 != array.shape[k])
    return np.sum(array, axis=ones, keepdims=True) if ones else array


def _passed_on(event: Flow) -> tuple[str, ...]:
    """Of a derivative 1 everywhere; the shorter way to say it last."""
    if np.size(event.upstream) == np.size(event.value):
        return ("what arrived, passed on as it is",)
    goes = "goes to each number that was summed"
    return f"what arrived, {told(event.upstream)}, {goes}", f"what arrived {goes}"


def _end(edge: Edge) -> tuple[str, int]:
    return edge.source, edge.output
