"""Functions of one number, applied to every entry."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.function import Function
from engine.registry import Operand, op
from engine.tensor import Tensor, is_tensor

Array = Any
Namespace = Any


class ExpBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """e to the power of self"""
        return F.exp(self)

    def grad_self(grad: Array, result: Array) -> Array:
        """exp is its own derivative: the gradient is multiplied by the result."""
        return grad * result


@op("Elementary", "eˣ")
def exp(self: Tensor) -> Tensor:
    """e to the power of every entry."""
    return ExpBackward0.apply(self)


class LogBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """ln self"""
        return F.log(self)

    def grad_self(grad: Array, self: Array) -> Array:
        """log divides the gradient by its input: steep near zero."""
        return grad / self


@op("Elementary", "ln")
def log(self: Tensor) -> Tensor:
    """The natural logarithm of every entry; -inf at 0, nan below."""
    return LogBackward0.apply(self)


class SqrtBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """√self"""
        return F.sqrt(self)

    def grad_self(grad: Array, result: Array) -> Array:
        """sqrt divides the gradient by twice its result: infinite at zero."""
        return grad / (2 * result)


@op("Elementary", "√")
def sqrt(self: Tensor) -> Tensor:
    """The square root of every entry; nan below 0."""
    return SqrtBackward0.apply(self)


class RsqrtBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """1 / √self"""
        return F.rsqrt(self)

    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """-½ · grad · result³"""
        return -0.5 * grad * F.pow(result, 3)


@op("Elementary", "1/√")
def rsqrt(self: Tensor) -> Tensor:
    """One divided by the square root of every entry."""
    return RsqrtBackward0.apply(self)


class SinBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """sin self, in radians"""
        return F.sin(self)

    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """The slope of sin is cos."""
        return grad * F.cos(self)


@op("Elementary", "sin")
def sin(self: Tensor) -> Tensor:
    """The sine of every entry, in radians."""
    return SinBackward0.apply(self)


class CosBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """cos self, in radians"""
        return F.cos(self)

    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """The slope of cos is -sin."""
        return grad * -F.sin(self)


@op("Elementary", "cos")
def cos(self: Tensor) -> Tensor:
    """The cosine of every entry, in radians."""
    return CosBackward0.apply(self)


class TanBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """tan self, in radians"""
        return F.tan(self)

    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """The slope of tan is 1 + tan²."""
        return grad * (1 + F.pow(result, 2))


@op("Elementary", "tan")
def tan(self: Tensor) -> Tensor:
    """The tangent of every entry, in radians."""
    return TanBackward0.apply(self)


class TanhBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """tanh self"""
        return F.tanh(self)

    def grad_self(grad: Array, result: Array) -> Array:
        """The slope of tanh is 1 - tanh²: 1 in the middle, nothing once saturated."""
        return grad * (1 - result * result)


@op("Activation", "tanh")
def tanh(self: Tensor) -> Tensor:
    """Squash every entry into (-1, 1)."""
    return TanhBackward0.apply(self)


class SigmoidBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """1 / (1 + e⁻ˢᵉˡᶠ)"""
        return F.sigmoid(self)

    def grad_self(grad: Array, result: Array) -> Array:
        """The slope of sigmoid is at most ¼, and nearly nothing once saturated."""
        return grad * (1 - result) * result


@op("Activation", "σ")
def sigmoid(self: Tensor) -> Tensor:
    """Squash every entry into (0, 1)."""
    return SigmoidBackward0.apply(self)


class ReluBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """max(self, 0)"""
        return np.where(self <= 0, self.dtype.type(0), self)[()]

    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """relu is a gate: the gradient passes where the input was positive, else nothing does."""
        return F.where(result <= 0, F.zeros_like(grad), grad)


@op("Activation", "relu")
def relu(self: Tensor) -> Tensor:
    """Every entry, or 0 where it is negative."""
    return ReluBackward0.apply(self)


class ClampBackward1(Function):
    def forward(F: Namespace, self: Array, *, min: float | None, max: float | None) -> Array:
        """self, kept between two numbers"""
        low = -np.inf if min is None else min
        high = np.inf if max is None else max
        if self.dtype.kind == "f":
            kind = self.dtype.type
            return np.minimum(np.maximum(self, kind(low)), kind(high))
        return np.clip(self, min, max)

    def grad_self(
        F: Namespace, grad: Array, self: Array, min: float | None, max: float | None
    ) -> Array:
        """clamp is a gate: the gradient passes between the bounds (and on them), else nothing does."""
        inside = self == self
        if min is not None:
            inside = F.logical_and(inside, self >= min)
        if max is not None:
            inside = F.logical_and(inside, self <= max)
        return F.where(inside, grad, F.zeros_like(grad))


@op("Elementary", "⊓", name="clamp", defaults={"min": 0.0, "max": 1.0})
def clamp(self: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    """Keep every entry between two bounds."""
    if min is None and max is None:
        raise RuntimeError("torch.clamp: At least one of 'min' or 'max' must not be None")
    if not self.is_floating_point() and any(isinstance(b, float) for b in (min, max)):
        self = self.to()
    return ClampBackward1.apply(self, min=min, max=max)


class MaximumBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """The larger of the two"""
        return np.maximum(self, other)

    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """maximum routes: the larger input gets the gradient; a tie shares it."""
        return _routed(F, grad, self >= other, self == other, self < other)

    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """maximum routes: the larger input gets the gradient; a tie shares it."""
        return _routed(F, grad, self <= other, self == other, self > other)


class MinimumBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """The smaller of the two"""
        return np.minimum(self, other)

    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """minimum routes: the smaller input gets the gradient; a tie shares it."""
        return _routed(F, grad, self <= other, self == other, self > other)

    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """minimum routes: the smaller input gets the gradient; a tie shares it."""
        return _routed(F, grad, self >= other, self == other, self < other)


def _routed(F: Namespace, grad: Array, wins: Array, ties: Array, loses: Array) -> Array:
    """`grad` unless this side loses, half of it on a tie; a nan on either side loses nothing."""
    half = F.where(ties, grad / 2, grad)
    return F.where(loses, F.zeros_like(grad), half)


@op("Elementary", "max", nickname="routes")
def maximum(self: Tensor, other: Tensor) -> Tensor:
    """The larger of two tensors, entry by entry."""
    return MaximumBackward0.apply(self, other)


@op("Elementary", "min", nickname="routes")
def minimum(self: Tensor, other: Tensor) -> Tensor:
    """The smaller of two tensors, entry by entry."""
    return MinimumBackward0.apply(self, other)


class WhereBackward0(Function):
    def forward(F: Namespace, condition: Array, self: Array, other: Array) -> Array:
        """self where condition holds, else other"""
        return F.where(condition, self, other)

    def grad_self(F: Namespace, grad: Array, condition: Array) -> Array:
        """where routes: the branch that was taken gets the gradient."""
        return F.where(condition, grad, F.zeros_like(grad))

    def grad_other(F: Namespace, grad: Array, condition: Array) -> Array:
        """where routes: the branch that was taken gets the gradient."""
        return F.where(condition, F.zeros_like(grad), grad)


@op("Elementary", "?:", nickname="routes")
def where(condition: Tensor, self: Operand, other: Operand) -> Tensor:
    """Entries of the first tensor where the condition holds, else of the second."""
    from engine.promote import meet

    if condition.dtype.name != "bool":
        raise RuntimeError(
            f"where expected condition to be a boolean tensor, but got a tensor with dtype "
            f"{condition.dtype.scalar_name}"
        )
    dtype = meet([self, other])
    return WhereBackward0.apply(
        condition, *(x.to(dtype) if is_tensor(x) else dtype.np.type(x) for x in (self, other))
    )


def _simple(
    name: str, symbol: str, doc: str, forward: str, derivative: Any, caption: str, node: str = ""
) -> Any:
    """One more elementary function; `derivative(F, grad, x, y)` from input and result."""

    def run(F: Namespace, self: Array) -> Array:
        return getattr(F, forward)(self)

    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        return derivative(F, grad, self)

    grad_self.__doc__ = caption
    body = {"forward": run, "grad_self": grad_self, "promote": "float"}
    cls = type(node or f"{name.capitalize()}Backward0", (Function,), body)

    def call(self: Tensor) -> Tensor:
        return cls.apply(self)

    call.__name__, call.__doc__ = name, doc
    return op("Elementary", symbol)(call)


log2 = _simple(
    "log2", "log₂", "The logarithm to base 2.", "log2",
    lambda F, g, x: g / (x * 0.6931471805599453), "g / (x · ln 2)",
)  # fmt: skip
log10 = _simple(
    "log10", "log₁₀", "The logarithm to base 10.", "log10",
    lambda F, g, x: g / (x * 2.3025850929940456), "g / (x · ln 10)",
)  # fmt: skip
log1p = _simple(
    "log1p", "ln(1+x)", "ln(1 + x), exact for small x.", "log1p",
    lambda F, g, x: g / (x + 1), "g / (x + 1)", "Log1PBackward0",
)  # fmt: skip
sinh = _simple(
    "sinh", "sinh", "The hyperbolic sine.", "sinh",
    lambda F, g, x: g * F.cosh(x), "The slope of sinh is cosh.",
)  # fmt: skip
cosh = _simple(
    "cosh", "cosh", "The hyperbolic cosine.", "cosh",
    lambda F, g, x: g * F.sinh(x), "The slope of cosh is sinh.",
)  # fmt: skip
asin = _simple(
    "asin", "asin", "The angle whose sine is x.", "asin",
    lambda F, g, x: g * F.rsqrt(-x * x + 1), "g / √(1 - x²)",
)  # fmt: skip
acos = _simple(
    "acos", "acos", "The angle whose cosine is x.", "acos",
    lambda F, g, x: g * -F.rsqrt(-x * x + 1), "-g / √(1 - x²)",
)  # fmt: skip
atan = _simple(
    "atan", "atan", "The angle whose tangent is x.", "atan",
    lambda F, g, x: g / (x * x + 1), "g / (1 + x²)",
)  # fmt: skip


class Expm1Backward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """eˢᵉˡᶠ - 1"""
        return F.expm1(self)

    def grad_self(grad: Array, result: Array) -> Array:
        """The slope is the exponential itself: result + 1."""
        return grad * (result + 1)


@op("Elementary", "eˣ−1")
def expm1(self: Tensor) -> Tensor:
    """exp(x) - 1, exact for small x."""
    return Expm1Backward0.apply(self)


class Exp2Backward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """2 to the power of self"""
        return F.exp2(self)

    def grad_self(grad: Array, result: Array) -> Array:
        """A power grows with its exponent by itself times the log of its base."""
        return grad * result * 0.6931471805599453


@op("Elementary", "2ˣ")
def exp2(self: Tensor) -> Tensor:
    """Two to the power of every entry."""
    return Exp2Backward0.apply(self)


def _flat(name: str, symbol: str, doc: str) -> Any:
    """A step function: its derivative is 0 wherever it has one."""

    def run(F: Namespace, self: Array) -> Array:
        return getattr(F, name)(self)

    def grad_self(F: Namespace, grad: Array) -> Array:
        """A step function is flat: no gradient gets through."""
        return F.zeros_like(grad)

    cls = type(
        f"{name.capitalize()}Backward0", (Function,), {"forward": run, "grad_self": grad_self}
    )

    def call(self: Tensor) -> Tensor:
        return cls.apply(self)

    call.__name__, call.__doc__ = name, doc
    return op("Elementary", symbol)(call)


sign = _flat("sign", "±", "-1, 0 or 1 by the sign of every entry.")
floor = _flat("floor", "⌊x⌋", "The next whole number below.")
ceil = _flat("ceil", "⌈x⌉", "The next whole number above.")
trunc = _flat("trunc", "trunc", "The whole part, towards zero.")
round = _flat("round", "round", "The nearest whole number; a half goes to the even one.")
