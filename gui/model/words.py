"""Every number a person reads about a run, equations and remedies; `captions` has the sentences."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.actions import line
from engine.events import Failed, Flow, Stepped
from engine.graph import Action, Graph, chosen, of_the_last

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
    if x is None:  # no gradient, where one was asked for
        return "None"
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


def side(slot: str) -> str:
    """An input by its place in `a * b`, or by its name."""
    return {"self": "left", "other": "right"}.get(slot, slot)


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


def fitting(array: Array | None, width: int) -> str:
    """A value in at most `width` characters: all its numbers if they fit, else its shape."""
    if array is not None and 0 < np.size(array) <= width // 2:
        text = listed(array)
        if len(text) <= width:
            return text
    return short(array, width)


MOST_TOLD = 12
"""Numbers of a tensor that a sentence still lists one by one."""
_RANGED = 65_536
"""Numbers of a tensor whose least and greatest are looked for: more would take too long."""


def told(array: Array | None) -> str:
    """A value within a sentence: all its numbers where they are few, else what it is like."""
    if array is None or np.ndim(array) == 0:
        return short(array)
    size = np.size(array)
    if 0 < size <= MOST_TOLD:
        return listed(array)
    what = kind(array)
    if not 0 < size <= _RANGED or np.asarray(array).dtype.kind not in "fiu":
        return what
    return f"{what} ({number(np.min(array), 3)} … {number(np.max(array), 3)})"


def kind(array: Array) -> str:
    """An array by its sizes, so that these are not read as its numbers: `a 2 × 3 tensor`."""
    sizes = " × ".join(map(str, np.shape(array)))
    alone = f"a tensor of {count(np.size(array), 'number')}"
    return f"a {sizes} tensor" if np.ndim(array) > 1 else alone


def listed(array: Array, digits: int = 3) -> str:
    """All numbers of an array, rows in brackets of their own: `[[1, 2], [3, 4]]`."""
    if np.ndim(array) == 0:
        return number(np.asarray(array)[()], digits)
    return f"[{', '.join(listed(row, digits) for row in array)}]"


def vector(array: Array, digits: int = 3) -> str:
    """All numbers of a 1-d array: `[1, -0.25]`."""
    return f"[{', '.join(number(x, digits) for x in array)}]"


def any_nonzero(array: Array) -> bool:
    """Whether there is anything but zeros in it."""
    return bool(np.any(np.asarray(array) != 0))


MOST_DIGITS = 10
"""One more than tells any two float32 apart."""


def equation(
    terms: Sequence[Array], result: Array, sign: str, most: int = 4, width: int = 14
) -> str:
    """`3 + 4 = 7`: the terms with as many digits as make the shown arithmetic right, else `≈`.

    Of arrays with more than `most` numbers, or longer than `width`, the shapes.
    """
    if any(np.ndim(x) for x in (*terms, result)):
        return _array_equation(terms, result, sign, most, width)
    written, mark = figures(terms, result, lambda shown: _worked_out(shown, sign))
    return f" {sign} ".join(map(_bracketed, written)) + f" {mark} {number(result)}"


def figures(
    values: Sequence[Array], result: Array, worked_out: Callable[[Sequence[str]], float]
) -> tuple[list[str], str]:
    """Numbers with as many digits as make what a reader works out of them the result, and `=`.

    Where no number of digits does, as they are usually shown, and `≈`.
    """
    shown = number(result)
    for digits in range(_shown[0], MOST_DIGITS + 1):
        written = [number(v, digits) for v in values]
        if number(worked_out(written)) == shown:
            return written, "="
    return [number(v) for v in values], "≈"


def _array_equation(terms: Sequence[Array], result: Array, sign: str, most: int, width: int) -> str:
    """Of small arrays the numbers, else the shapes."""
    arrays = (*terms, result)
    few = all(0 < np.size(x) <= most for x in arrays)
    if not few or any(len(listed(x)) > width for x in arrays):
        return f" {sign} ".join(map(shape, terms)) + f" = {shape(result)}"
    work = sum if sign == "+" else math.prod
    written, mark = array_figures(terms, result, work)
    return f" {sign} ".join(map(_bracketed, written)) + f" {mark} {listed(result)}"


def array_figures(
    values: Sequence[Array], result: Array, work: Callable[[list[Array]], Array]
) -> tuple[list[str], str]:
    """Small arrays with as many digits as make what `work` gets out of them the result, and `=`.

    Where six digits do not, as they are usually shown, and `≈`.
    """
    shown = _as_told(result)
    if all(np.asarray(v).dtype.kind in "fiu" for v in values):
        for digits in (3, 4, 5, 6):
            if _as_told(work([_rounded(v, digits) for v in values])) == shown:
                return [listed(v, digits) for v in values], "="
    return [listed(v) for v in values], "≈"


def _as_told(result: Array) -> str:
    return listed(result) if np.ndim(result) else number(result)


def _rounded(array: Array, digits: int) -> Array:
    """What a reader takes over of an array."""
    flat = [float(number(x, digits)) for x in np.ravel(array)]
    return np.reshape(np.array(flat), np.shape(array))


def _worked_out(shown: Sequence[str], sign: str) -> float:
    """What a reader gets who does the sum."""
    values = [float(s) for s in shown]
    return math.prod(values) if sign == "·" else sum(values)


def _bracketed(text: str) -> str:
    return f"({text})" if text.startswith("-") else text


def action_line(graph: Graph, action: Action) -> str:
    """An action as its PyTorch line, in the graph's names."""
    return line(action, _names(graph)) or forward(action)


def forward(action: Action) -> str:
    """`forward`, or `forward (12 nodes)` where it names those it runs."""
    nodes = chosen(action)
    return "forward" if nodes is None else f"forward ({count(len(nodes), 'node')})"


@of_the_last
def _names(graph: Graph) -> dict[str, str]:
    return {node.id: node.name for node in graph.nodes.values()}


def descent(event: Stepped) -> str:
    """`3 − 0.1·6 = 2.4`, with as many digits as make the shown arithmetic right, else `≈`."""
    if np.ndim(event.before):
        return _array_descent(event)
    parts, mark = figures([event.before, event.rate, event.grad], event.after, _descended)
    old, rate, grad = parts
    return f"{old} − {rate}·{_bracketed(grad)} {mark} {number(event.after)}"


def _array_descent(event: Stepped) -> str:
    arrays, rate = (event.before, event.grad), float(event.rate or 0)
    if any(np.size(x) > MOST_TOLD for x in arrays):
        old, grad, new = map(told, (*arrays, event.after))
        return f"{old} − {number(rate)}·{grad} = {new}"
    (old, grad), mark = array_figures(arrays, event.after, lambda x: x[0] - rate * x[1])
    return f"{old} − {number(rate)}·{grad} {mark} {listed(event.after)}"


def _descended(shown: Sequence[str]) -> float:
    """What a reader gets who works out a step down the gradient."""
    old, rate, grad = map(float, shown)
    return old - rate * grad


def term_of(event: Flow) -> str:
    """`term 1 of 2 of`: a contribution that others join is not yet the derivative."""
    return f"term {event.arrived} of {event.expected} of"


def local_factor(event: Flow) -> float | None:
    """The local derivative of a scalar step: what the upstream gradient was multiplied by."""
    if event.upstream is None or np.ndim(event.upstream) or np.ndim(event.value):
        return None
    upstream, value = float(event.upstream), float(event.value)
    if upstream == 0 or not math.isfinite(upstream) or not math.isfinite(value):
        return None
    return value / upstream


def name_of(graph: Graph, node: str, unknown: str = "·") -> str:
    """The name of a node, or of its gradient as `x.grad`."""
    owner = node.removesuffix(".grad") if node not in graph.nodes else node
    found = graph.nodes.get(owner)
    return unknown if found is None else found.name + node[len(owner) :]


def partial(root: str, name: str) -> str:
    """`∂y/∂x`, and `∂(x.grad)/∂x` where a name has a dot of its own."""
    return "/".join(f"∂({n})" if "." in n else f"∂{n}" for n in (root, name))


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
