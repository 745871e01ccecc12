"""Functions of one number, applied to every entry."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from engine.function import Function
from engine.registry import op, tex
from engine.tensor import Tensor

Array = Any
Namespace = Any


class ExpBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """e to the power of self"""
        return F.exp(self)

    @tex(r"\bar{y} \cdot y")
    def grad_self(grad: Array, result: Array) -> Array:
        """exp is its own derivative: the gradient is multiplied by the result."""
        return grad * result


@op("Elementary", "eˣ", samples=(((2, 3),), ((),)), formula=r"y = e^{x}")
def exp(self: Tensor) -> Tensor:
    """e to the power of every entry."""
    return ExpBackward0.apply(self)


class LogBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """ln self"""
        return F.log(self)

    @tex(r"\frac{\bar{y}}{x}")
    def grad_self(grad: Array, self: Array) -> Array:
        """log divides the gradient by its input: steep near zero."""
        return grad / self


@op("Elementary", "ln", samples=(((2, 3),), ((),)), domain=(0.2, 3.0), formula=r"y = \ln x")
def log(self: Tensor) -> Tensor:
    """The natural logarithm of every entry; -inf at 0, nan below."""
    return LogBackward0.apply(self)


class SqrtBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """√self"""
        return F.sqrt(self)

    @tex(r"\frac{\bar{y}}{2 y}")
    def grad_self(grad: Array, result: Array) -> Array:
        """sqrt divides the gradient by twice its result: infinite at zero."""
        return grad / (2 * result)


@op("Elementary", "√", samples=(((2, 3),), ((),)), domain=(0.2, 3.0), formula=r"y = \sqrt{x}")
def sqrt(self: Tensor) -> Tensor:
    """The square root of every entry; nan below 0."""
    return SqrtBackward0.apply(self)


class RsqrtBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """1 / √self"""
        return F.rsqrt(self)

    @tex(r"-\frac{1}{2} \bar{y} \cdot y^3")
    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """One over a root falls, ever more slowly: by half the cube of the result."""
        return -0.5 * grad * F.pow(result, 3)


@op(
    "Elementary", "1/√", samples=(((2, 3),), ((),)), domain=(0.2, 3.0),
    formula=r"y = \frac{1}{\sqrt{x}}",
)  # fmt: skip
def rsqrt(self: Tensor) -> Tensor:
    """One divided by the square root of every entry."""
    return RsqrtBackward0.apply(self)


class SinBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """sin self, in radians"""
        return F.sin(self)

    @tex(r"\bar{y} \cdot \cos x")
    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """The slope of sin is cos."""
        return grad * F.cos(self)


@op("Elementary", "sin", samples=(((2, 3),), ((),)), formula=r"y = \sin x")
def sin(self: Tensor) -> Tensor:
    """The sine of every entry, in radians."""
    return SinBackward0.apply(self)


class CosBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """cos self, in radians"""
        return F.cos(self)

    @tex(r"-\bar{y} \cdot \sin x")
    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """The slope of cos is -sin."""
        return grad * -F.sin(self)


@op("Elementary", "cos", samples=(((2, 3),), ((),)), formula=r"y = \cos x")
def cos(self: Tensor) -> Tensor:
    """The cosine of every entry, in radians."""
    return CosBackward0.apply(self)


class TanBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """tan self, in radians"""
        return F.tan(self)

    @tex(r"\bar{y} \cdot (1 + y^2)")
    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """The slope of tan is 1 + tan²."""
        return grad * (1 + F.pow(result, 2))


@op("Elementary", "tan", samples=(((2, 3),), ((),)), formula=r"y = \tan x")
def tan(self: Tensor) -> Tensor:
    """The tangent of every entry, in radians."""
    return TanBackward0.apply(self)


class TanhBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """tanh self"""
        return F.tanh(self)

    @tex(r"\bar{y} \cdot (1 - y^2)")
    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """The slope of tanh is 1 - tanh²: 1 in the middle, nothing once saturated."""
        return F.tanh_backward(grad, result)


@op("Activation", "tanh", samples=(((2, 3),), ((),)), formula=r"y = \tanh x")
def tanh(self: Tensor) -> Tensor:
    """Squash every entry into (-1, 1)."""
    return TanhBackward0.apply(self)


class SigmoidBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """1 / (1 + e⁻ˢᵉˡᶠ)"""
        return F.sigmoid(self)

    @tex(r"\bar{y} \cdot y (1 - y)")
    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """The slope of sigmoid is at most ¼, and nearly nothing once saturated."""
        return F.sigmoid_backward(grad, result)


@op("Activation", "σ", samples=(((2, 3),), ((),)), formula=r"y = \frac{1}{1 + e^{-x}}")
def sigmoid(self: Tensor) -> Tensor:
    """Squash every entry into (0, 1)."""
    return SigmoidBackward0.apply(self)


def _unary(
    name: str, symbol: str, doc: str, derivative: Any, caption: str, formulas: tuple[str, str], *,
    node: str = "", from_result: bool = False, domain: tuple[float, float] = (-2.0, 2.0),
) -> Callable[[Tensor], Tensor]:  # fmt: skip
    """One more function of one number: F has it by name, `derivative(F, grad, x)` is its rule.

    `x` is the saved input, or the saved result if the derivative is simpler in that.  `formulas`
    are what it gives and what its rule sends, in TeX.
    """

    def forward(F: Namespace, self: Array) -> Array:
        return getattr(F, name)(self)

    def of_input(F: Namespace, grad: Array, self: Array) -> Array:
        return derivative(F, grad, self)

    def of_result(F: Namespace, grad: Array, result: Array) -> Array:
        return derivative(F, grad, result)

    rule = of_result if from_result else of_input
    forward.__doc__, rule.__doc__ = doc, caption
    body = {"forward": forward, "grad_self": tex(formulas[1])(rule), "promote": "float"}
    cls: type[Function] = type(node or f"{name.capitalize()}Backward0", (Function,), body)

    def call(self: Tensor) -> Tensor:
        return cls.apply(self)

    call.__name__, call.__doc__ = name, doc
    return op("Elementary", symbol, samples=(((2, 3),),), domain=domain, formula=formulas[0])(call)


log2 = _unary(
    "log2", "log₂", "The logarithm to base 2.",
    lambda F, g, x: g / (x * math.log(2)),
    "The slope of a logarithm: steep near zero, over the log of its base.",
    (r"y = \log_2 x", r"\frac{\bar{y}}{x \ln 2}"),
    domain=(0.2, 3.0),
)  # fmt: skip
log10 = _unary(
    "log10", "log₁₀", "The logarithm to base 10.",
    lambda F, g, x: g / (x * math.log(10)),
    "The slope of a logarithm: steep near zero, over the log of its base.",
    (r"y = \log_{10} x", r"\frac{\bar{y}}{x \ln 10}"),
    domain=(0.2, 3.0),
)  # fmt: skip
log1p = _unary(
    "log1p", "ln(1+x)", "ln(1 + x), exact for small x.",
    lambda F, g, x: g / (x + 1), "log divides the gradient by its input, which is one more here.",
    (r"y = \ln(1 + x)", r"\frac{\bar{y}}{1 + x}"),
    node="Log1PBackward0", domain=(-0.5, 2.0),
)  # fmt: skip
expm1 = _unary(
    "expm1", "eˣ−1", "exp(x) - 1, exact for small x.", lambda F, g, y: g * (y + 1),
    "The slope is the exponential itself: result + 1.",
    (r"y = e^{x} - 1", r"\bar{y} \cdot (y + 1)"),
    from_result=True,
)  # fmt: skip
exp2 = _unary(
    "exp2", "2ˣ", "Two to the power of every entry.", lambda F, g, y: g * y * math.log(2),
    "A power grows with its exponent by itself times the log of its base.",
    (r"y = 2^{x}", r"\bar{y} \cdot y \ln 2"),
    from_result=True,
)  # fmt: skip
sinh = _unary(
    "sinh", "sinh", "The hyperbolic sine.",
    lambda F, g, x: g * F.cosh(x), "The slope of sinh is cosh.",
    (r"y = \sinh x", r"\bar{y} \cdot \cosh x"),
)  # fmt: skip
cosh = _unary(
    "cosh", "cosh", "The hyperbolic cosine.",
    lambda F, g, x: g * F.sinh(x), "The slope of cosh is sinh.",
    (r"y = \cosh x", r"\bar{y} \cdot \sinh x"),
)  # fmt: skip
asin = _unary(
    "asin", "asin", "The angle whose sine is x.",
    lambda F, g, x: g * F.rsqrt(-x * x + 1),
    "The slope is 1 in the middle and infinite at both ends.",
    (r"y = \arcsin x", r"\frac{\bar{y}}{\sqrt{1 - x^2}}"),
    domain=(-0.9, 0.9),
)  # fmt: skip
acos = _unary(
    "acos", "acos", "The angle whose cosine is x.",
    lambda F, g, x: g * -F.rsqrt(-x * x + 1), "The slope of asin with its sign turned.",
    (r"y = \arccos x", r"-\frac{\bar{y}}{\sqrt{1 - x^2}}"),
    domain=(-0.9, 0.9),
)  # fmt: skip
atan = _unary(
    "atan", "atan", "The angle whose tangent is x.",
    lambda F, g, x: g / (x * x + 1), "The slope is 1 in the middle and fades far out.",
    (r"y = \arctan x", r"\frac{\bar{y}}{1 + x^2}"),
)  # fmt: skip
asinh = _unary(
    "asinh", "asinh", "The inverse of sinh.",
    lambda F, g, x: g * F.rsqrt(x * x + 1), "The slope is 1 in the middle and fades far out.",
    (r"y = \operatorname{arsinh} x", r"\frac{\bar{y}}{\sqrt{x^2 + 1}}"),
)  # fmt: skip
acosh = _unary(
    "acosh", "acosh", "The inverse of cosh; nan below 1.",
    lambda F, g, x: g * F.rsqrt(F.pow(x, 2) - 1),
    "The slope is infinite at 1 and fades far out.",
    (r"y = \operatorname{arcosh} x", r"\frac{\bar{y}}{\sqrt{x^2 - 1}}"),
    domain=(1.2, 3.0),
)  # fmt: skip
atanh = _unary(
    "atanh", "atanh", "The inverse of tanh; nan outside (-1, 1).",
    lambda F, g, x: g / (1 - x * x), "The slope is 1 in the middle and infinite at both ends.",
    (r"y = \operatorname{artanh} x", r"\frac{\bar{y}}{1 - x^2}"),
    domain=(-0.9, 0.9),
)  # fmt: skip
_BELL = 2 / math.sqrt(math.pi)
erf = _unary(
    "erf", "erf", "The error function: the normal distribution's share, scaled to (-1, 1).",
    lambda F, g, x: g * _BELL * F.exp(-(x * x)), "The slope of erf is the bell curve.",
    (r"y = \operatorname{erf} x", r"\bar{y} \cdot \frac{2}{\sqrt{\pi}} e^{-x^2}"),
)  # fmt: skip
erfc = _unary(
    "erfc", "erfc", "1 - erf(x), exact where that is small.",
    lambda F, g, x: g * -_BELL * F.exp(-(x * x)), "The bell curve with its sign turned.",
    (r"y = 1 - \operatorname{erf} x", r"-\bar{y} \cdot \frac{2}{\sqrt{\pi}} e^{-x^2}"),
)  # fmt: skip
erfinv = _unary(
    "erfinv", "erf⁻¹", "The inverse of erf.",
    lambda F, g, y: g * (1 / _BELL) * F.exp(y * y), "One over the bell curve at the result.",
    (r"y = \operatorname{erf}^{-1} x", r"\bar{y} \cdot \frac{\sqrt{\pi}}{2} e^{y^2}"),
    from_result=True, domain=(-0.9, 0.9),
)  # fmt: skip
lgamma = _unary(
    "lgamma", "ln Γ", "The logarithm of the gamma function.",
    lambda F, g, x: g * F.digamma(x), "The slope of lgamma is digamma.",
    (r"y = \ln |\Gamma(x)|", r"\bar{y} \cdot \psi(x)"),
    domain=(0.5, 4.0),
)  # fmt: skip
digamma = _unary(
    "digamma", "ψ", "The slope of lgamma.",
    lambda F, g, x: g * F.trigamma(x), "The slope of digamma is trigamma.",
    (r"y = \psi(x)", r"\bar{y} \cdot \psi'(x)"),
    domain=(0.5, 4.0),
)  # fmt: skip


def _as_it_is(kernel: str) -> Callable[[Array], Array]:
    """Integers are whole already; booleans are refused by the name of PyTorch's kernel."""

    def whole(x: Array) -> Array:
        if x.dtype.kind == "b":
            raise NotImplementedError(f"\"{kernel}\" not implemented for 'Bool'")
        return np.array(x)[()]

    return whole


def _flat(
    name: str,
    symbol: str,
    doc: str,
    formula: str,
    whole: Callable[[Array], Array] | None = None,
) -> Callable[[Tensor], Tensor]:
    """A step function: its derivative is 0 wherever it has one; `whole` is it for integers."""
    of_integers = whole or _as_it_is(f"{name}_vml_cpu")

    def run(F: Namespace, self: Array) -> Array:
        return getattr(F, name)(self) if self.dtype.kind == "f" else of_integers(self)

    @tex("0")
    def grad_self(F: Namespace, grad: Array) -> Array:
        """A step function is flat: no gradient gets through."""
        return F.zeros_like(grad)

    body = {"forward": run, "grad_self": grad_self}
    cls: type[Function] = type(f"{name.capitalize()}Backward0", (Function,), body)

    def call(self: Tensor) -> Tensor:
        return cls.apply(self)

    call.__name__, call.__doc__ = name, doc
    return op("Elementary", symbol, samples=(((2, 3),),), formula=formula)(call)


sign = _flat(
    "sign", "±", "-1, 0 or 1 by the sign of every entry.", r"y = \operatorname{sgn} x",
    lambda x: x if x.dtype.kind == "b" else np.sign(x),
)  # fmt: skip
floor = _flat("floor", "⌊x⌋", "The next whole number below.", r"y = \lfloor x \rfloor")
ceil = _flat("ceil", "⌈x⌉", "The next whole number above.", r"y = \lceil x \rceil")
trunc = _flat("trunc", "trunc", "The whole part, towards zero.", r"y = \operatorname{trunc} x")
_round = _flat(
    "round", "round", "The nearest whole number; a half goes to the even one.",
    r"y = \operatorname{round} x",
)  # fmt: skip


class RoundBackward1(Function):
    def forward(F: Namespace, self: Array, *, decimals: int) -> Array:
        """self, rounded to so many places behind the point"""
        scale = self.dtype.type(10.0 ** abs(decimals))
        if decimals < 0:
            return np.rint(self / scale) * scale
        return np.rint(self * scale) / scale

    @tex(r"0")
    def grad_self(F: Namespace, grad: Array) -> Array:
        """A step function is flat: no gradient gets through."""
        return F.zeros_like(grad)


@op(
    "Elementary", "round", samples=(((2, 3),), ((2, 3), {"decimals": 1})),
    formula=r"y = \operatorname{round} x",
)  # fmt: skip
def round(self: Tensor, *, decimals: int | None = None) -> Tensor:
    """The nearest whole number, or `decimals` places behind the point; a half goes to the even."""
    if decimals is None:
        return _round(self)
    if not self.is_floating_point():
        kernel = "round_cpu" if decimals else "round_vml_cpu"
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{self.dtype.scalar_name}'")
    return RoundBackward1.apply(self, decimals=decimals)


def special_round(self: Tensor, *, decimals: int = 0) -> Tensor:
    """torch.special.round, whose decimals are 0 unless given."""
    return round(self, decimals=decimals)


class FracBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """self - trunc(self)"""
        return self - F.trunc(self)

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """Between steps the fraction moves one for one with its input."""
        return grad


@op("Elementary", "frac", samples=(((2, 3),),), formula=r"y = x - \operatorname{trunc} x")
def frac(self: Tensor) -> Tensor:
    """What stands behind the decimal point, with the sign of the number."""
    return FracBackward0.apply(self)


UNARY = (
    "exp", "log", "sqrt", "rsqrt", "sin", "cos", "tan", "tanh", "sigmoid", "log2", "log10", "log1p",
    "expm1", "exp2", "sinh", "cosh", "asin", "acos", "atan", "asinh", "acosh", "atanh", "erf",
    "erfc", "erfinv", "lgamma", "digamma", "sign", "floor", "ceil", "trunc", "round", "frac",
)  # fmt: skip
"""The names above, all of which have an in-place twin."""
