"""Functions of one number, applied to every entry."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from engine.function import Function
from engine.registry import op
from engine.tensor import Tensor

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


@op("Elementary", "eˣ", samples=(((2, 3),), ((),)))
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


@op("Elementary", "ln", samples=(((2, 3),), ((),)), domain=(0.2, 3.0))
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


@op("Elementary", "√", samples=(((2, 3),), ((),)), domain=(0.2, 3.0))
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


@op("Elementary", "1/√", samples=(((2, 3),), ((),)), domain=(0.2, 3.0))
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


@op("Elementary", "sin", samples=(((2, 3),), ((),)))
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


@op("Elementary", "cos", samples=(((2, 3),), ((),)))
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


@op("Elementary", "tan", samples=(((2, 3),), ((),)))
def tan(self: Tensor) -> Tensor:
    """The tangent of every entry, in radians."""
    return TanBackward0.apply(self)


class TanhBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """tanh self"""
        return F.tanh(self)

    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """The slope of tanh is 1 - tanh²: 1 in the middle, nothing once saturated."""
        return F.tanh_backward(grad, result)


@op("Activation", "tanh", samples=(((2, 3),), ((),)))
def tanh(self: Tensor) -> Tensor:
    """Squash every entry into (-1, 1)."""
    return TanhBackward0.apply(self)


class SigmoidBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """1 / (1 + e⁻ˢᵉˡᶠ)"""
        return F.sigmoid(self)

    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """The slope of sigmoid is at most ¼, and nearly nothing once saturated."""
        return F.sigmoid_backward(grad, result)


@op("Activation", "σ", samples=(((2, 3),), ((),)))
def sigmoid(self: Tensor) -> Tensor:
    """Squash every entry into (0, 1)."""
    return SigmoidBackward0.apply(self)


_NODES: dict[str, type[Function]] = {}


def node_of(name: str) -> type[Function]:
    """The Function of one of the ops below, for its in-place twin."""
    return _NODES[name]


def _unary(
    name: str, symbol: str, doc: str, derivative: Any, caption: str, *, node: str = "",
    from_result: bool = False, domain: tuple[float, float] = (-2.0, 2.0),
    category: str = "Elementary",
) -> Callable[[Tensor], Tensor]:  # fmt: skip
    """One more function of one number: F has it by name, `derivative(F, grad, x)` is its rule.

    `x` is the saved input, or the saved result if the derivative is simpler in that.
    """

    def forward(F: Namespace, self: Array) -> Array:
        return getattr(F, name)(self)

    def of_input(F: Namespace, grad: Array, self: Array) -> Array:
        return derivative(F, grad, self)

    def of_result(F: Namespace, grad: Array, result: Array) -> Array:
        return derivative(F, grad, result)

    rule = of_result if from_result else of_input
    forward.__doc__, rule.__doc__ = doc, caption
    body = {"forward": forward, "grad_self": rule, "promote": "float"}
    cls: type[Function] = type(node or f"{name.capitalize()}Backward0", (Function,), body)
    _NODES[name] = cls

    def call(self: Tensor) -> Tensor:
        return cls.apply(self)

    call.__name__, call.__doc__ = name, doc
    return op(category, symbol, samples=(((2, 3),),), domain=domain)(call)


log2 = _unary(
    "log2", "log₂", "The logarithm to base 2.",
    lambda F, g, x: g / (x * math.log(2)), "g / (x · ln 2)", domain=(0.2, 3.0),
)  # fmt: skip
log10 = _unary(
    "log10", "log₁₀", "The logarithm to base 10.",
    lambda F, g, x: g / (x * math.log(10)), "g / (x · ln 10)", domain=(0.2, 3.0),
)  # fmt: skip
log1p = _unary(
    "log1p", "ln(1+x)", "ln(1 + x), exact for small x.",
    lambda F, g, x: g / (x + 1), "g / (x + 1)", node="Log1PBackward0", domain=(-0.5, 2.0),
)  # fmt: skip
expm1 = _unary(
    "expm1", "eˣ−1", "exp(x) - 1, exact for small x.", lambda F, g, y: g * (y + 1),
    "The slope is the exponential itself: result + 1.", from_result=True,
)  # fmt: skip
exp2 = _unary(
    "exp2", "2ˣ", "Two to the power of every entry.", lambda F, g, y: g * y * math.log(2),
    "A power grows with its exponent by itself times the log of its base.", from_result=True,
)  # fmt: skip
sinh = _unary(
    "sinh", "sinh", "The hyperbolic sine.",
    lambda F, g, x: g * F.cosh(x), "The slope of sinh is cosh.",
)  # fmt: skip
cosh = _unary(
    "cosh", "cosh", "The hyperbolic cosine.",
    lambda F, g, x: g * F.sinh(x), "The slope of cosh is sinh.",
)  # fmt: skip
asin = _unary(
    "asin", "asin", "The angle whose sine is x.",
    lambda F, g, x: g * F.rsqrt(-x * x + 1), "g / √(1 - x²)", domain=(-0.9, 0.9),
)  # fmt: skip
acos = _unary(
    "acos", "acos", "The angle whose cosine is x.",
    lambda F, g, x: g * -F.rsqrt(-x * x + 1), "-g / √(1 - x²)", domain=(-0.9, 0.9),
)  # fmt: skip
atan = _unary(
    "atan", "atan", "The angle whose tangent is x.",
    lambda F, g, x: g / (x * x + 1), "g / (1 + x²)",
)  # fmt: skip
asinh = _unary(
    "asinh", "asinh", "The inverse of sinh.",
    lambda F, g, x: g * F.rsqrt(x * x + 1), "g / √(x² + 1)",
)  # fmt: skip
acosh = _unary(
    "acosh", "acosh", "The inverse of cosh; nan below 1.",
    lambda F, g, x: g * F.rsqrt(x - 1) * F.rsqrt(x + 1), "g / √(x² - 1)", domain=(1.2, 3.0),
)  # fmt: skip
atanh = _unary(
    "atanh", "atanh", "The inverse of tanh; nan outside (-1, 1).",
    lambda F, g, x: g / (1 - x * x), "g / (1 - x²)", domain=(-0.9, 0.9),
)  # fmt: skip
_BELL = 2 / math.sqrt(math.pi)
erf = _unary(
    "erf", "erf", "The error function: the normal distribution's share, scaled to (-1, 1).",
    lambda F, g, x: g * _BELL * F.exp(-(x * x)), "The slope of erf is the bell curve.",
)  # fmt: skip
erfc = _unary(
    "erfc", "erfc", "1 - erf(x), exact where that is small.",
    lambda F, g, x: g * -_BELL * F.exp(-(x * x)), "The bell curve with its sign turned.",
)  # fmt: skip
erfinv = _unary(
    "erfinv", "erf⁻¹", "The inverse of erf.",
    lambda F, g, y: g * (1 / _BELL) * F.exp(y * y), "One over the bell curve at the result.",
    from_result=True, domain=(-0.9, 0.9),
)  # fmt: skip
lgamma = _unary(
    "lgamma", "ln Γ", "The logarithm of the gamma function.",
    lambda F, g, x: g * F.digamma(x), "The slope of lgamma is digamma.", domain=(0.5, 4.0),
)  # fmt: skip
digamma = _unary(
    "digamma", "ψ", "The slope of lgamma.",
    lambda F, g, x: g * F.trigamma(x), "The slope of digamma is trigamma.", domain=(0.5, 4.0),
)  # fmt: skip


def _flat(name: str, symbol: str, doc: str) -> Callable[[Tensor], Tensor]:
    """A step function: its derivative is 0 wherever it has one."""

    def run(F: Namespace, self: Array) -> Array:
        return getattr(F, name)(self)

    def grad_self(F: Namespace, grad: Array) -> Array:
        """A step function is flat: no gradient gets through."""
        return F.zeros_like(grad)

    body = {"forward": run, "grad_self": grad_self}
    cls: type[Function] = type(f"{name.capitalize()}Backward0", (Function,), body)
    _NODES[name] = cls

    def call(self: Tensor) -> Tensor:
        return cls.apply(self)

    call.__name__, call.__doc__ = name, doc
    return op("Elementary", symbol, samples=(((2, 3),),))(call)


sign = _flat("sign", "±", "-1, 0 or 1 by the sign of every entry.")
floor = _flat("floor", "⌊x⌋", "The next whole number below.")
ceil = _flat("ceil", "⌈x⌉", "The next whole number above.")
trunc = _flat("trunc", "trunc", "The whole part, towards zero.")
round = _flat("round", "round", "The nearest whole number; a half goes to the even one.")


class FracBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """self - trunc(self)"""
        return self - F.trunc(self)

    def grad_self(grad: Array) -> Array:
        """Between steps the fraction moves one for one with its input."""
        return grad


@op("Elementary", "frac", samples=(((2, 3),),))
def frac(self: Tensor) -> Tensor:
    """What stands behind the decimal point, with the sign of the number."""
    return FracBackward0.apply(self)
