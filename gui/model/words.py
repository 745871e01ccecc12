"""Every sentence and every number a person reads about a run; all number formatting is here."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any, assert_never

import numpy as np

from engine.actions import line
from engine.captions import rule_sentence
from engine.code.source import statement
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
from engine.graph import Action, Graph, Program, of_the_last
from engine.registry import OPS

Array = Any


_shown = [4]
"""Significant digits where nobody asks for others: what a person has set."""


def show_digits(digits: int) -> None:
    """From now on numbers are written with so many significant digits."""
    _shown[0] = digits


def number(x: Any, digits: int | None = None) -> str:
    """One number with `digits` significant digits (default: as set): `0.5`, `1.2e-9`, `nan`."""
    if isinstance(x, (bool, np.bool_)):
        return str(bool(x))
    if isinstance(x, (int, np.integer)):
        return str(int(x))
    value = float(x)
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    digits = digits or _shown[0]
    mantissa, _, exponent = f"{value:.{digits - 1}e}".partition("e")
    power = int(exponent)  # of the rounded number: 9.9999 is 10
    if -4 <= power < max(digits + 2, 6):
        return _trimmed(f"{value:.{max(0, digits - 1 - power)}f}")
    return f"{_trimmed(mantissa)}e{power}"


def _trimmed(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(n: int, noun: str) -> str:
    """`1 edge`, `2 edges`."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def shape(array: Array) -> str:
    """The shape as PyTorch users write it: `()`, `(3,)`, `(2, 3)`."""
    return str(tuple(np.shape(array)))


def with_shape(array: Array) -> str:
    """A value short enough for a wire, with its shape unless that says itself."""
    text, told = short(array), shape(array)
    return text if not np.ndim(array) or told in text else f"{text} · {told}"


def short(array: Array | None, width: int = 14, digits: int | None = None) -> str:
    """A value in at most about `width` characters: the number, a short vector, or the shape."""
    if array is None:
        return "None"
    if np.ndim(array) == 0:
        return number(np.asarray(array)[()], digits)
    if np.ndim(array) == 1 and 0 < np.size(array) <= 4:
        text = vector(array)
        if len(text) <= width:
            return text
    return shape(array)


def vector(array: Array, digits: int = 3) -> str:
    """All numbers of a 1-d array: `[1, -0.25]`."""
    return f"[{', '.join(number(x, digits) for x in array)}]"


def any_nonzero(array: Array) -> bool:
    """Whether there is anything but zeros in it."""
    return bool(np.any(np.asarray(array) != 0))


MOST_DIGITS = 8


def equation(terms: Sequence[Array], result: Array, sign: str) -> str:
    """`3 + 4 = 7`: the terms with as many digits as make the shown arithmetic right, else `≈`."""
    if any(np.ndim(x) for x in (*terms, result)):
        return _array_equation(terms, result, sign)
    shown = number(result)
    for digits in range(_shown[0], MOST_DIGITS + 1):
        written = [number(t, digits) for t in terms]
        if number(_worked_out(written, sign)) == shown:
            return f" {sign} ".join(map(_bracketed, written)) + f" = {shown}"
    return f" {sign} ".join(_bracketed(number(t)) for t in terms) + f" ≈ {shown}"


def _array_equation(terms: Sequence[Array], result: Array, sign: str) -> str:
    """Of short vectors the numbers, else the shapes."""
    written = [short(x) for x in (*terms, result)]
    mark = "="
    if not all(text.startswith("[") for text in written):
        written = [shape(x) for x in (*terms, result)]
    elif not all(
        number(_worked_out([number(x, 3) for x in column], sign), 3) == number(total, 3)
        for *column, total in zip(*terms, result, strict=True)
    ):
        mark = "≈"
    return f" {sign} ".join(written[:-1]) + f" {mark} {written[-1]}"


def _worked_out(shown: Sequence[str], sign: str) -> float:
    """What a reader gets who does the sum."""
    values = [float(s) for s in shown]
    return math.prod(values) if sign == "·" else sum(values)


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def action_line(graph: Graph, action: Action) -> str:
    """An action as its PyTorch line, in the graph's names."""
    return line(action, _names(graph)) or "forward"


@of_the_last
def _names(graph: Graph) -> dict[str, str]:
    return {node.id: node.name for node in graph.nodes.values()}


# ---- captions ------------------------------------------------------------------------------------

WHY_UNTRACKED = {
    "detach": "detach() cut it off from its history",
    "no_grad": "it was computed inside torch.no_grad()",
    "inference_mode": "it was computed inside torch.inference_mode()",
    "requires_grad=False": "nothing it is made of requires grad",
    "not differentiable": "the op has no derivative",
}


def caption(event: Event, graph: Graph, program: Program) -> str:
    """One plain sentence that says what this step does, with its numbers."""
    return _Captions(graph, program).of(event)


class _Captions:
    def __init__(self, graph: Graph, program: Program) -> None:
        self.graph, self.program = graph, program

    def name(self, node: str | None) -> str:
        return _name(self.graph, node or "", "a hidden tensor")

    def root(self, event: Any) -> str:
        """The name of the tensor backward was called on."""
        return self.name(self.program[event.action].on)

    def of(self, event: Event) -> str:  # noqa: C901  # a case an event
        match event:
            case Computed():
                return self._computed(event)
            case Mutated():
                return f"{self.name(event.node)} changes memory in place: version {event.version}."
            case Seeded():
                name = self.root(event)
                seed = f"∂{name}/∂{name} = {short(event.value)}"
                return f"Backward #{event.call} starts at {name}: {seed}."
            case Visit():
                return self._visit(event)
            case Flow():
                return self._flow(event)
            case Stored():
                return self._stored(event)
            case Retained():
                name = self.name(event.node)
                return f"{name} is not a leaf but retains its grad: {self._grad(event)}."
            case Freed():
                return f"{event.function} lets go of the tensors it saved."
            case Zeroed():
                return f"{self._line(event)}: {self._grad(event)}."
            case Changed():
                return self._changed(event)
            case Warned():
                return f"UserWarning: {event.text}"
            case Failed():
                return self._failed(event)
            case _:
                assert_never(event)

    def _line(self, event: Event) -> str:
        return action_line(self.graph, self.program[event.action])

    def _grad(self, event: Retained | Stored | Zeroed) -> str:
        """`x.grad 4 → 8`"""
        return f"{self.name(event.node)}.grad {short(event.before)} → {short(event.after)}"

    def _computed(self, event: Computed) -> str:
        name, value = self.name(event.node), short(event.value, 40)
        node = self.graph.nodes.get(event.node)
        op = None if node is None else OPS.get(node.op)
        if op is not None and op.source:
            wants = "its gradient is wanted" if event.requires_grad else "no gradient is wanted"
            return f"{name} = {value}: a leaf, {wants}."
        if node is not None and node.muted:
            return f"{name} = {value}: {node.op} is muted and passes its input on as it is."
        how = statement(self.graph, event.node)
        if event.grad_fn is not None:
            return f"{how} gives {value}; {event.grad_fn} remembers how."
        why = WHY_UNTRACKED.get(event.why or "", "it is a leaf")
        return f"{how} gives {value}; not tracked: {why}."

    def _visit(self, event: Visit) -> str:
        name = self.name(event.node)
        total = equation([t.value for t in event.terms], event.grad, "+")
        used = f"{name} was used {_times(len(event.terms))}, so its gradient is a sum"
        return f"{used}: ∂{self.root(event)}/∂{name} = {total}."

    def _flow(self, event: Flow) -> str:
        to = self.name(event.target)
        if event.output is not None:
            to += f"[{event.output}]"
        what, much = f"∂{self.root(event)}/∂{to}", self._product(event)
        if event.expected > 1:
            sent = f"{event.function} sends {much} to {to}, {_one_of(event)} {what}"
        else:
            sent = f"{event.function} sends {what} = {much} to {to}"
        if np.shape(event.raw) != np.shape(event.value):
            sent += f", summed over what was broadcast: {shape(event.raw)} → {shape(event.value)}"
        if event.expected > 1:
            sent += f" ({event.arrived} of {event.expected} in)"
        return sent + "."

    def _product(self, event: Flow) -> str:
        factor = local_factor(event)
        if factor is None:
            return short(event.value)
        return equation([event.upstream, factor], event.value, "·")

    def _stored(self, event: Stored) -> str:
        change = self._grad(event)
        if event.before is None:
            return f"{change}: the gradient arrives at its leaf."
        if not any_nonzero(event.before):
            return f"{change}: added to the zeros that were there."
        total = equation([event.before, event.added], event.after, "+")
        how = f"{self.name(event.node)}.grad += adds up across calls, {total}"
        return f"{change}: {how}; it was not zeroed in between."

    def _changed(self, event: Changed) -> str:
        what = self._line(event)
        name = self.name(event.node)
        if event.what == "value":
            return f"{what}: {name} {short(event.before)} → {short(event.after)}."
        if event.what == "retain_grad":
            return f"{what}: {name}.grad will be kept after backward."
        if event.after:
            return f"{what}: the gradient of {name} is wanted from now on."
        return f"{what}: operations on {name} are not tracked from now on."

    def _failed(self, event: Failed) -> str:
        where = f" at {self.name(event.node)}" if event.node else ""
        expected = " (the program expects this)" if event.expected else ""
        return f"{event.kind}{where}: {event.sentence}{expected}"


def _one_of(event: Flow) -> str:
    """A contribution that others join is not yet the derivative."""
    return f"one of {event.expected} terms of"


def _times(count: int) -> str:
    return {2: "twice", 3: "three times"}.get(count, f"{count} times")


def local_factor(event: Flow) -> float | None:
    """The local derivative of a scalar step: what the upstream gradient was multiplied by."""
    if event.upstream is None or np.ndim(event.upstream) or np.ndim(event.value):
        return None
    upstream, value = float(event.upstream), float(event.value)
    if upstream == 0 or not math.isfinite(upstream) or not math.isfinite(value):
        return None
    return value / upstream


def explanation(event: Event, graph: Graph, program: Program) -> tuple[str, ...]:
    """The step as formula: symbolic, with numbers, the result."""
    root = _name(graph, program[event.action].on or "")
    if isinstance(event, Visit) and len(event.terms) > 1:
        name = _name(graph, event.node)
        paths = " + ".join(f"(via {_name(graph, t.source)})" for t in event.terms)
        values = [t.value for t in event.terms]
        return f"∂{root}/∂{name} = {paths}", *_right_side(values, event.grad, "+")
    if isinstance(event, Stored) and event.before is not None:
        name = _name(graph, event.node)
        right = _right_side([event.before, event.added], event.after, "+")
        return f"{name}.grad += ∂{root}/∂{name}", *right
    if not isinstance(event, Flow):
        return ()
    source, target = _name(graph, event.source), _name(graph, event.target)
    if event.output is not None:
        target += f"[{event.output}]"
    whole, product = f"∂{root}/∂{target}", f"∂{root}/∂{source} · ∂{source}/∂{target}"
    symbolic = f"{whole} = {product}"
    if event.expected > 1:
        symbolic = f"{_one_of(event)} {whole}: {product}"
    factor = local_factor(event)
    if factor is None:
        return symbolic, f"= {short(event.value, 40)}"
    return symbolic, *_right_side([event.upstream, factor], event.value, "·")


def _right_side(terms: Sequence[Array], result: Array, sign: str) -> tuple[str, str]:
    left, mark, right = re.split(" ([=≈]) ", equation(terms, result, sign))
    return f"= {left}", f"{mark} {right}"


def _name(graph: Graph, node: str, unknown: str = "·") -> str:
    """The name of a node, or of its gradient as `x.grad`."""
    owner = node.removesuffix(".grad") if node not in graph.nodes else node
    found = graph.nodes.get(owner)
    return unknown if found is None else found.name + node[len(owner) :]


def rule(event: Flow) -> str:
    """The derivative rule at work, in one sentence."""
    return rule_sentence(event.function, event.slot)


REMEDIES = (
    (
        "does not require grad and does not have a grad_fn",
        "Nothing on the way here requires grad, or the way is cut (detach, no_grad, "
        "requires_grad=False). Set requires_grad on a leaf, or take the cut away.",
    ),
    (
        "backward through the graph a second time",
        "Run forward again before the second backward, or call the first one with "
        "retain_graph=True.",
    ),
    (
        "grad can be implicitly created only for scalar outputs",
        "Reduce to one number first (sum or mean), or give backward a gradient of the same shape.",
    ),
    (
        "modified by an inplace operation",
        "An op kept this tensor for its derivative and it was changed afterwards: use the op "
        "without the underscore, or change a clone().",
    ),
    (
        "leaf Variable that requires grad is being used in an in-place",
        "Change the leaf inside a no_grad region, or use the op without the underscore.",
    ),
    ("is not connected", "Drag a wire from another node's right side to this input."),
    (
        "must match the size of tensor b",
        "Shapes fit when each dimension, counted from the right, is equal or 1: change one of "
        "the two.",
    ),
    ("cannot be multiplied", "The columns of the first must be as many as the rows of the second."),
    ("'NoneType' object has no attribute 'zero_'", "There is no .grad yet: run backward first."),
    ("has no value", "Mend the error above it, then it runs again by itself."),
)


def remedy(event: Failed) -> str:
    """What a person can change so that the error goes away; empty where we know nothing better."""
    return next((advice for part, advice in REMEDIES if part in event.sentence), "")
