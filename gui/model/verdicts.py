"""Whether two gradients agree, and what may be the reason if they do not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.graph import Node
from engine.registry import OPS
from gui.model.gradients import EPS, Array, Differences, Problem, autograd, between

NOTHING = 1e-6
"""What float32 leaves of sums of a few numbers that should be 0."""
FLOAT32 = "{} rounds this much on the way: worked out in float64, autograd gives {:.8g}."
KINK = (
    "There is a kink here: the slope is {:.4g} to the left and {:.4g} to the right, and autograd"
    " takes one of them."
)
DETACHED = "“{}” is detached: the value passes through it, the gradient does not."
UNTRACKED = "“{}” is computed without tracking: no gradient passes through it."
IN_PLACE = "“{}” changes memory in place: see that it changes what you mean."
CASTS = "“{}” casts to another dtype, which rounds the differences."
UNEXPLAINED = "Nothing here explains it: look at the derivative of each operation on the way."
NO_SLOPE = "The root is no finite number beside this point: there is no slope to compare."
ROUGH = "The differences are rough here: the function bends much, or rounds much."


@dataclass(frozen=True)
class Verdict:
    """How one column agrees with autograd's: "exact", "approx" or "differs"; and why it may not.

    `most` is the largest difference, `relative` the same beside the larger of the two numbers.
    """

    kind: str
    most: float = 0.0
    relative: float = 0.0
    why: str = ""


def compare(ours: Array, other: Array, tolerance: Array | float | None = None) -> Verdict:
    """exact: all the same; approx: within the tolerance (default: what float32 or 64 rounds)."""
    a, b = np.asarray(ours, np.float64).ravel(), np.asarray(other, np.float64).ravel()
    if not a.size or np.array_equal(a, b, equal_nan=True):
        return Verdict("exact")
    same = (a == b) | (np.isnan(a) & np.isnan(b))
    with np.errstate(all="ignore"):
        gap = np.where(same, 0.0, np.abs(a - b))
        scale = np.maximum(np.abs(a), np.abs(b))
        relative = np.where(gap > 0, gap / scale, 0.0)
    finite = scale[np.isfinite(scale)]
    rounding = 64 * _rounding(ours)
    allowed = rounding * np.maximum(scale, 0.01 * finite.max(initial=0.0))
    inside = bool(np.all(same | (gap <= allowed + (0.0 if tolerance is None else tolerance))))
    kind = "approx" if inside else "differs"  # NaN beside a number is never inside
    return Verdict(kind, float(np.max(gap)), float(np.max(relative)))


def _rounding(array: Array) -> float:
    dtype = np.asarray(array).dtype
    return float(np.finfo(dtype).eps) if dtype.kind == "f" else EPS


def judge_differences(of: Problem, node: str, grad: Array, found: Differences) -> Verdict:
    """Autograd's number beside the slopes, and why they may not agree."""
    ours = _entries(grad, found)
    verdict = compare(ours, found.slopes, 10 * found.errors)
    if verdict.kind != "differs":
        most = max(NOTHING, float(np.abs(found.slopes).max(initial=0.0)))
        rough = bool(np.any(found.errors > 0.01 * most))
        return Verdict(verdict.kind, verdict.most, verdict.relative, ROUGH if rough else "")
    why = _why(of, node, ours, found)
    nothing = verdict.most < NOTHING and ours.dtype != np.float64  # beside 0, all is relatively far
    kind = "approx" if nothing and why.startswith(str(ours.dtype)) else "differs"
    return Verdict(kind, verdict.most, verdict.relative, why)


def _entries(grad: Array, found: Differences) -> Array:
    return np.asarray(grad).ravel()[found.entries]


def _why(of: Problem, node: str, ours: Array, found: Differences) -> str:
    """The reason for a difference, the surest first."""
    worst = _worst(ours, found)
    if not np.isfinite(found.slopes[worst]):
        return NO_SLOPE
    if ours.dtype != np.float64:
        exact = autograd(of, doubled=True).grads[node]
        if exact is not None:
            exact = _entries(exact, found)
            if compare(exact, found.slopes, 10 * found.errors).kind != "differs":
                return FLOAT32.format(ours.dtype, float(exact[worst]))
    left, right = float(found.left[worst]), float(found.right[worst])
    if abs(right - left) > 1e-3 * max(1.0, abs(float(found.slopes[worst]))):
        return KINK.format(left, right)
    on_the_way = between(of, node)
    reasons = (_reason(of, n) for n in of.graph.nodes.values() if n.id in on_the_way)
    return next((reason for reason in reasons if reason), UNEXPLAINED)


def _reason(of: Problem, node: Node) -> str:
    """Why a gradient that passes this node may not be the slope."""
    op = OPS.get(node.op)
    if node.op == "detach":
        return DETACHED.format(node.name)
    if of.graph.mode_of(node.id) in ("no_grad", "inference_mode"):
        return UNTRACKED.format(node.name)
    if op is not None and op.inplace:
        return IN_PLACE.format(node.name)
    return CASTS.format(node.name) if "float" in str(node.params.get("dtype", "")) else ""


def _worst(ours: Array, found: Differences) -> int:
    """The entry that is farthest off."""
    return int(np.argmax(np.nan_to_num(np.abs(ours - found.slopes), nan=np.inf)))
