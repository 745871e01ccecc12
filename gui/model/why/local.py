"""What an op's local derivative or value is here, in a few words with its numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.captions import rule_sentence
from engine.events import Flow
from gui.model import words
from gui.model.why.asking import At, Entry, amount, at_entry, finite, shape_of

Array = Any

_STEPS = {
    "round", "floor", "ceil", "trunc", "sign", "floor_divide", "fill_", "zero_",
}  # fmt: skip
_CHOOSE = {
    "where", "masked_fill", "maximum", "minimum", "max", "min", "amax", "amin", "fmax", "fmin",
    "median", "kthvalue", "topk", "cummax", "cummin", "max_pool1d", "max_pool2d",
}  # fmt: skip
_PICK = {
    "index_select", "select", "narrow", "gather", "take", "embedding", "tril", "triu", "diag",
    "masked_select", "unbind", "chunk", "split", "nll_loss",
}  # fmt: skip
_GATES = {
    "relu": "its input is below 0", "relu6": "its input is not between 0 and 6",
    "hardsigmoid": "its input is not between -3 and 3", "hardswish": "its input is below -3",
    "threshold": "its input is not above {threshold:g}",
}  # fmt: skip
"""Where nothing passes."""
_BOUND = {"clamp", "hardtanh", "clamp_min", "clamp_max"}
_PRODUCTS = {"mul", "mul_", "matmul", "mm", "bmm", "mv", "dot", "linear", "outer", "prod", "addmm"}
_ADDED = {"linear": "bias", "addmm": "self"}
"""What a product only adds."""
_SATURATE = {"sigmoid", "tanh", "softmax", "log_softmax", "logsigmoid", "softplus", "erf", "gelu"}


def values(at: At, node: str) -> Mapping[str, Array]:
    """What is wired to a node's slots, as it was when the node was computed."""
    since = at.node(node).since
    found = {}
    for slot, edge in at.graph.inputs.get(node, {}).items():
        outputs = at.film.node(edge.source, max(since - 1, 0)).outputs
        found[slot] = outputs[edge.output] if edge.output < len(outputs) else None
    return {slot: value for slot, value in found.items() if value is not None}


def named(at: At, node: str, slot: str) -> str:
    """The name of what is wired to a slot."""
    edge = at.graph.inputs.get(node, {}).get(slot)
    return slot if edge is None else at.name(edge.source)


def zero_reason(at: At, flow: Flow, entry: Entry | None) -> str:
    """Why the derivative a contribution was multiplied by is 0."""
    node, slot, op = flow.source, flow.slot or "", at.op(flow.source)
    given = values(at, node)
    x = given.get(slot)
    shown = "" if x is None else f"{named(at, node, slot)} = {amount(at_entry(x, entry))}"
    if op in _GATES:
        return _shut(at, node, at_entry(x, entry), shown)
    if op in _BOUND:
        return f"{op} passes nothing where its input lies outside its bounds ({shown})"
    if op in _PRODUCTS:
        return _multiplied(at, node, slot, given)
    if op in _STEPS:
        return f"{op} is flat: its derivative is 0 everywhere"
    if op in _CHOOSE or op in _PICK:
        what = "chose another entry" if op in _CHOOSE else "did not pick it"
        return f"{op} {what}, so this one changes nothing"
    if op in _SATURATE:
        return f"{op} is saturated: its slope at {shown} is 0 in {flow.value.dtype}"
    return f"the derivative of {op} at {shown or 'its input'} is 0"


def _shut(at: At, node: str, x: Array, shown: str) -> str:
    op, params = at.op(node), {"threshold": 0.0, **at.graph.nodes[node].params}
    if op == "relu" and x is not None and np.size(x) == 1 and not np.any(x):
        return f"the derivative of {op} at 0 is taken as 0 ({shown})"
    return f"{op} passes nothing where {_GATES[op].format(**params)} ({shown})"


def _multiplied(at: At, node: str, slot: str, given: Mapping[str, Array]) -> str:
    op = at.op(node)
    factors = {s: x for s, x in given.items() if s not in (slot, _ADDED.get(op))}
    zeros = [s for s, x in factors.items() if not words.any_nonzero(x)]
    partial = [s for s, x in factors.items() if not np.all(x)]
    if not zeros and not partial:
        literal = at.graph.nodes[node].params.get("other")
        if literal == 0:
            return f"{op} multiplies by 0"
        return f"the factor beside it in {op} is 0"
    if zeros:
        return f"{op} multiplies it by {named(at, node, zeros[0])}, which is 0"
    return f"{op} multiplies it by {named(at, node, partial[0])}, which has zeros"


def rule_of(flow: Flow) -> str:
    """The rule at work, as one sentence."""
    return rule_sentence(flow.function, flow.slot)


# ---- what is not finite --------------------------------------------------------------------------


def first_bad(array: Array) -> Entry:
    """Where the first nan or inf stands."""
    found = np.argwhere(~np.isfinite(np.asarray(array)))
    return tuple(int(i) for i in found[0]) if len(found) else ()


def seen_at(array: Array, shape: tuple[int, ...], entry: Entry) -> Array:
    """The entry of an input that goes into an entry of a result, as broadcasting pairs them."""
    found = np.asarray(array)
    if found.ndim == 0 or found.size == 1:
        return found.reshape(-1)[0] if found.size else array
    try:
        return np.broadcast_to(found, shape)[entry]
    except (ValueError, IndexError):
        return array


def value_reason(at: At, node: str, entry: Entry) -> str:
    """`log(0) = -inf`: how a nan or inf came from finite inputs, or from infinite ones."""
    state, op = at.node(node), at.op(node)
    shape = shape_of(state.value)
    given = {s: seen_at(x, shape, entry) for s, x in values(at, node).items()}
    result = words.short(at_entry(state.value, entry))
    if not given:
        return f"it was given as {result}"
    numbers = [x for x in given.values() if np.ndim(x) == 0]
    literal = at.graph.nodes[node].params.get("other")
    if isinstance(literal, int | float) and len(numbers) == 1:
        numbers.append(literal)
    sign = {"div": "/", "mul": "·", "sub": "-", "add": "+", "pow": "**"}.get(op.rstrip("_"))
    if len(numbers) == 2 and sign:
        left, right = (f"({t})" if (t := words.short(x)).startswith("-") else t for x in numbers)
        return f"{left} {sign} {right} = {result}{_too_large(at, numbers, state.value)}"
    shown = ", ".join(words.short(x, 24) for x in given.values())
    return f"{op}({shown}) = {result}{_too_large(at, numbers, state.value)}"


def _too_large(at: At, numbers: list[Array], value: Array) -> str:
    """That a number was beyond what the dtype can hold."""
    kind = np.asarray(value).dtype
    if kind.kind != "f" or not numbers or not all(np.isfinite(float(x)) for x in numbers):
        return ""
    if np.isinf(value).any() and all(abs(float(x)) > 1 for x in numbers):
        return f", beyond the largest {kind}, {words.number(np.finfo(kind).max)}"
    return ""


def bad_factor(at: At, flow: Flow, entry: Entry) -> tuple[str, Array | None]:
    """How a gradient stopped being finite at one op, and the upstream number it met there.

    `entry` is where the contribution is not finite.
    """
    shape = np.shape(flow.raw)
    at_raw = entry if len(entry) == len(shape) else first_bad(flow.raw)
    upstream = None if flow.upstream is None else seen_at(flow.upstream, shape, at_raw)
    x = values(at, flow.source).get(flow.slot or "")
    shown = ""
    if x is not None:
        number = seen_at(x, shape, at_raw)
        shown = f" at {named(at, flow.source, flow.slot or '')} = {amount(number)}"
    op, raw = at.op(flow.source), at_entry(flow.raw, at_raw)
    slope = f"the derivative of {op}{shown}"
    if upstream is None or np.ndim(upstream) or not finite(upstream):
        return f"{slope} gives {words.short(raw)}", upstream
    if float(upstream) == 0:
        return f"{slope} is infinite, and 0 · inf is nan", upstream
    if np.isnan(raw).any():
        return f"{slope} is nan", upstream
    return f"{slope} is infinite: {words.number(upstream)} · inf = {words.short(raw)}", upstream
