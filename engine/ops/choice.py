"""One of several: bounds, the larger of two, masks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine import dtypes
from engine.function import Function
from engine.ops.arithmetic import floating_for
from engine.promote import checked, meet
from engine.registry import Operand, op, tex
from engine.tensor import Tensor, is_tensor, wrap

Array = Any
Namespace = Any


class ClampBackward1(Function):
    def forward(F: Namespace, self: Array, *, min: float | None, max: float | None) -> Array:
        """self, kept between two numbers"""
        low = -np.inf if min is None else min
        high = np.inf if max is None else max
        if self.dtype.kind == "f":
            kind = self.dtype.type
            return np.minimum(np.maximum(self, kind(low)), kind(high))
        return np.clip(self, min, max)

    @tex(r"\bar{y} \cdot [l \le x \le u]")
    def grad_self(
        F: Namespace, grad: Array, self: Array, min: float | None, max: float | None
    ) -> Array:
        """clamp is a gate: the gradient passes between the bounds (and on them)."""
        inside = self == self
        if min is not None:
            inside = F.logical_and(inside, self >= min)
        if max is not None:
            inside = F.logical_and(inside, self <= max)
        return F.where(inside, grad, F.zeros_like(grad))


@op(
    "Elementary", "⊓", torch="torch.clamp({self}, min={min}, max={max})",
    defaults={"min": 0.0, "max": 1.0},
    samples=(
        ((2, 3), -0.5, 0.5), ((2, 3), {"max": 0.5}),
        ((2, 3), [-0.5, 0.5, 0.1], [0.5, 1.0, 0.0]),
    ),
    formula=r"y = \min(u, \max(l, x))",
)  # fmt: skip
def clamp(self: Tensor, min: Operand | None = None, max: Operand | None = None) -> Tensor:
    """Keep every entry between two bounds."""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if is_tensor(min) or is_tensor(max):
        return _clamp_tensors(self, min, max)
    if not self.is_floating_point() and any(isinstance(b, float) for b in (min, max)):
        self = self.to(dtypes.get_default_dtype())
    return ClampBackward1.apply(self, min=min, max=max)


class ClampBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, min: Array, max: Array) -> Array:
        """self, kept between two tensors"""
        out = self if min is None else np.maximum(self, min)
        return out if max is None else np.minimum(out, max)

    @tex(r"\bar{y} \cdot [l \le x \le u]")
    def grad_self(F: Namespace, grad: Array, self: Array, min: Array, max: Array) -> Array:
        """clamp is a gate: the gradient passes between the bounds (and on them)."""
        inside = self == self
        if min is not None:
            inside = inside & (self >= min)
        if max is not None:
            inside = inside & (self <= max)
        return F.where(inside, grad, F.zeros_like(grad))

    @tex(r"\bar{y} \cdot [x < l < u]")
    def grad_min(F: Namespace, grad: Array, self: Array, min: Array, max: Array) -> Array:
        """The lower bound gets the gradient where it is what comes out."""
        taken = self < min
        if max is not None:
            taken = taken & (min < max)
        return F.where(taken, grad, F.zeros_like(grad))

    @tex(r"\bar{y} \cdot [x > u]")
    def grad_max(F: Namespace, grad: Array, self: Array, min: Array, max: Array) -> Array:
        """The upper bound gets the gradient where it is what comes out."""
        taken = self > max
        if min is not None:
            taken = taken | (max < min)
        return F.where(taken, grad, F.zeros_like(grad))


def _clamp_tensors(self: Tensor, min: Any, max: Any) -> Tensor:
    def bound(x: Any) -> Any:
        return x if x is None or is_tensor(x) else wrap(self._data.dtype.type(x))

    return ClampBackward0.apply(self, bound(min), bound(max))


def _one_sided(
    name: str, keep: Any, within: Any, sign: str, doc: str
) -> tuple[Callable[[Tensor, Any], Tensor], type[Function]]:
    """clamp_min and clamp_max, by a number (…Backward0) or a tensor (…Backward1)."""
    passes = tex(rf"\bar{{y}} \cdot [x {sign} b]")

    def by_number(F: Namespace, self: Array, *, bound: float) -> Array:
        """self, kept on one side of a number"""
        return keep(self, self.dtype.type(bound))

    @passes
    def grad_by_number(F: Namespace, grad: Array, self: Array, bound: float) -> Array:
        """clamp is a gate: the gradient passes on this side of the bound (and on it)."""
        return F.where(within(self, bound), grad, F.zeros_like(grad))

    def by_tensor(F: Namespace, self: Array, bound: Array) -> Array:
        """self, kept on one side of a tensor"""
        return keep(self, bound)

    @passes
    def grad_self(F: Namespace, grad: Array, self: Array, bound: Array) -> Array:
        """clamp is a gate: the gradient passes on this side of the bound (and on it)."""
        return F.where(within(self, bound), grad, F.zeros_like(grad))

    @tex(rf"\bar{{y}} \cdot [\neg (x {sign} b)]")
    def grad_bound(F: Namespace, grad: Array, self: Array, bound: Array) -> Array:
        """The bound gets the gradient where it is what comes out."""
        zeros = F.zeros_like(grad)  # also where there is no order, beside nan
        return F.where(within(bound, self), F.where(self == bound, zeros, grad), zeros)

    stem = "".join(part.capitalize() for part in name.split("_")) + "Backward"
    numbers = {"forward": by_number, "grad_self": grad_by_number}
    tensors = {
        "forward": by_tensor, "grad_self": grad_self, "grad_bound": grad_bound,
        "promote": "arithmetic"
    }  # fmt: skip
    number_node: type[Function] = type(stem + "0", (Function,), numbers)
    tensor_node: type[Function] = type(stem + "1", (Function,), tensors)

    def call(self: Tensor, bound: Any) -> Tensor:
        if is_tensor(bound):
            return tensor_node.apply(self, bound)
        return number_node.apply(self, bound=bound)

    call.__name__, call.__doc__ = name, doc
    return call, number_node


_clamp_min, clamp_min_node = _one_sided(
    "clamp_min", np.maximum, lambda x, b: x >= b, r"\ge", "At least the bound."
)
_clamp_max, clamp_max_node = _one_sided(
    "clamp_max", np.minimum, lambda x, b: x <= b, r"\le", "At most the bound."
)


@op(
    "Elementary", "≥", defaults={"min": 0.0}, samples=(((2, 3), 0.5), ((2, 3), (3,))),
    formula=r"y = \max(x, b)",
)  # fmt: skip
def clamp_min(self: Tensor, min: Operand) -> Tensor:
    """Keep every entry at or above a bound."""
    return _clamp_min(floating_for(self, min), min)


@op(
    "Elementary", "≤", defaults={"max": 1.0}, samples=(((2, 3), 0.5), ((2, 3), (3,))),
    formula=r"y = \min(x, b)",
)  # fmt: skip
def clamp_max(self: Tensor, max: Operand) -> Tensor:
    """Keep every entry at or below a bound."""
    return _clamp_max(floating_for(self, max), max)


class MaximumBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """The larger of the two"""
        return np.maximum(self, other)

    @tex(r"\bar{y} \cdot [a > b]")
    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """maximum routes: the larger input gets the gradient; a tie shares it."""
        return _routed(F, grad, self >= other, self == other, self < other)

    @tex(r"\bar{y} \cdot [b > a]")
    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """maximum routes: the larger input gets the gradient; a tie shares it."""
        return _routed(F, grad, self <= other, self == other, self > other)


class MinimumBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """The smaller of the two"""
        return np.minimum(self, other)

    @tex(r"\bar{y} \cdot [a < b]")
    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """minimum routes: the smaller input gets the gradient; a tie shares it."""
        return _routed(F, grad, self <= other, self == other, self > other)

    @tex(r"\bar{y} \cdot [b < a]")
    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """minimum routes: the smaller input gets the gradient; a tie shares it."""
        return _routed(F, grad, self >= other, self == other, self < other)


def _routed(F: Namespace, grad: Array, wins: Array, ties: Array, loses: Array) -> Array:
    """`grad` unless this side loses, half of it on a tie; a nan on either side loses nothing."""
    half = F.where(ties, grad / 2, grad)
    return F.where(loses, F.zeros_like(grad), half)


@op("Elementary", "max", nickname="routes", samples=(((2, 3), (3,)),), formula=r"y = \max(a, b)")
def maximum(self: Tensor, other: Tensor) -> Tensor:
    """The larger of two tensors, entry by entry."""
    return MaximumBackward0.apply(self, other)


@op("Elementary", "min", nickname="routes", samples=(((2, 3), (3,)),), formula=r"y = \min(a, b)")
def minimum(self: Tensor, other: Tensor) -> Tensor:
    """The smaller of two tensors, entry by entry."""
    return MinimumBackward0.apply(self, other)


class WhereBackward0(Function):
    promote = "arithmetic"  # a condition is a boolean, which changes no dtype

    def forward(F: Namespace, condition: Array, self: Array, other: Array) -> Array:
        """self where condition holds, else other"""
        return F.where(condition, self, other)

    @tex(r"\bar{y} \cdot [c]")
    def grad_self(F: Namespace, grad: Array, condition: Array) -> Array:
        """where routes: the branch that was taken gets the gradient."""
        return F.where(condition, grad, F.zeros_like(grad))

    @tex(r"\bar{y} \cdot [\neg c]")
    def grad_other(F: Namespace, grad: Array, condition: Array) -> Array:
        """where routes: the branch that was taken gets the gradient."""
        return F.where(condition, F.zeros_like(grad), grad)


@op(
    "Elementary", "?:", nickname="routes",
    samples=(([True, False, True], (3,), (2, 3)), ([True, False, True], (3,), 0.5)),
    formula=r"y = \begin{cases} a & c \\ b & \text{else} \end{cases}",
)  # fmt: skip
def where(condition: Tensor, self: Operand, other: Operand) -> Tensor:
    """Entries of the first tensor where the condition holds, else of the second."""
    if condition.dtype.name != "bool":
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{condition.dtype.scalar_name}"
        )
    dtype = meet([self, other])
    parts = (x if is_tensor(x) else dtype.np.type(x) for x in (self, other))
    return WhereBackward0.apply(condition, *parts)


def _nan_aware(name: str, pick: Any, first: Any, sign: str, doc: str) -> Any:
    """fmax and fmin: a nan loses against a number, a tie goes to the first."""

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """The extreme of the two that are numbers"""
        return pick(self, other)

    @tex(rf"\bar{{y}} \cdot [a {sign} b]")
    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """It routes: the one that comes out gets the gradient, the first on a tie."""
        wins = F.logical_or(first(self, other), F.isnan(other))
        return F.where(wins, grad, F.zeros_like(grad))

    @tex(rf"\bar{{y}} \cdot [\neg (a {sign} b)]")
    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """It routes: the one that comes out gets the gradient, the first on a tie."""
        wins = F.logical_or(first(self, other), F.isnan(other))
        return F.where(wins, F.zeros_like(grad), grad)

    body = {
        "forward": forward, "grad_self": grad_self, "grad_other": grad_other,
        "promote": "arithmetic"
    }  # fmt: skip
    node: type[Function] = type(f"{name.capitalize()}Backward0", (Function,), body)

    def call(self: Tensor, other: Tensor) -> Tensor:
        return node.apply(self, other)

    call.__name__, call.__doc__ = name, doc
    formula = rf"y = \{name.removeprefix('f')}(a, b)"
    return op(
        "Elementary", name, nickname="routes", samples=(((2, 3), (3,)),), formula=formula
    )(call)  # fmt: skip


fmax = _nan_aware(
    "fmax", np.fmax, lambda a, b: a >= b, r"\ge", "The larger of two, whichever is no nan."
)
fmin = _nan_aware(
    "fmin", np.fmin, lambda a, b: a <= b, r"\le", "The smaller of two, whichever is no nan."
)


class MaskedFillBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, mask: Array, *, value: float) -> Array:
        """self, or value where mask holds"""
        return F.where(mask, checked(value, self.dtype), self)

    @tex(r"\bar{y} \cdot [\neg m]")
    def grad_self(F: Namespace, grad: Array, mask: Array) -> Array:
        """What was overwritten gets nothing."""
        return F.where(mask, F.zeros_like(grad), grad)


class MaskedFillBackward1(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, mask: Array, value: Array) -> Array:
        """self, or value where mask holds"""
        return F.where(mask, value.astype(self.dtype), self)

    @tex(r"\bar{y} \cdot [\neg m]")
    def grad_self(F: Namespace, grad: Array, mask: Array) -> Array:
        """What was overwritten gets nothing."""
        return F.where(mask, F.zeros_like(grad), grad)

    @tex(r"\sum_{m_i} \bar{y}_i")
    def grad_value(F: Namespace, grad: Array, mask: Array) -> Array:
        """The value gets the gradients of all places it was written to."""
        return F.sum(F.where(mask, grad, F.zeros_like(grad)))


def mask_error(mask: Any) -> None:
    """Refuse a mask that is not of booleans."""
    if mask.dtype.name != "bool":
        raise RuntimeError(
            "masked_fill_ only supports boolean masks, but got mask with dtype "
            f"{mask.dtype.scalar_name}"
        )


@op(
    "Elementary", "mask", torch="{self}.masked_fill({mask}, {value})", defaults={"value": 0.0},
    samples=(((2, 3), [True, False, True], 0.5),),
    formula=r"y = \begin{cases} v & m \\ x & \text{else} \end{cases}",
)  # fmt: skip
def masked_fill(self: Tensor, mask: Tensor, value: Operand) -> Tensor:
    """One value where the mask holds, else the entries as they are."""
    mask_error(mask)
    if is_tensor(value):
        if value.ndim:
            raise RuntimeError(
                "masked_fill_ only supports a 0-dimensional value tensor, but got tensor with "
                f"{value.ndim} dimension(s)."
            )
        return MaskedFillBackward1.apply(self, mask, value)
    return MaskedFillBackward0.apply(self, mask, value=value)


class NanToNumBackward0(Function):
    def forward(
        F: Namespace, self: Array, *, nan: float | None, posinf: float | None, neginf: float | None
    ) -> Array:
        """self, with numbers for nan and ±inf"""
        return np.nan_to_num(self, nan=nan or 0.0, posinf=posinf, neginf=neginf)

    @tex(r"\bar{y} \cdot [x \text{ finite}]")
    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """What was replaced gets nothing."""
        return F.where(F.isfinite(self), grad, F.zeros_like(grad))


@op(
    "Elementary", "nan→0", samples=(((2, 3),),),
    formula=r"y = \begin{cases} x & x \text{ finite} \\ 0 & x = \text{nan} \end{cases}",
)  # fmt: skip
def nan_to_num(
    self: Tensor, nan: float | None = None, posinf: float | None = None, neginf: float | None = None
) -> Tensor:
    """Numbers in the place of nan and infinities."""
    return NanToNumBackward0.apply(self, nan=nan, posinf=posinf, neginf=neginf)
