"""Bessel functions and the normal distribution, with what belongs to them in `torch.special`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from engine import kernels
from engine.either import dtype_of
from engine.entries import each
from engine.function import Function
from engine.ops.arithmetic import floating_for, scaled, shifted
from engine.ops.elementary import erf
from engine.registry import Operand, op, tex
from engine.tensor import Tensor, is_tensor

Array = Any
Namespace = Any


def _at(F: Namespace, name: str, of: Callable[[float], float], x: Array) -> Array:
    """A function of this file in the namespace that a rule runs in."""
    return each(of, x) if F is kernels else getattr(F, f"special_{name}")(x)


# ---- Bessel functions ----------------------------------------------------------------------------


def _modified(order: int) -> Callable[[float], float]:
    """e^-|x| · Iₙ(x): by its power series, or for large x by its asymptotic one."""

    def scaled_bessel(x: float) -> float:
        z = abs(x)
        sign = -1.0 if order % 2 and x < 0 else 1.0
        if math.isinf(z):
            return 0.0
        if z < 30:
            term = total = (z / 2) ** order
            for k in range(1, 500):
                term *= (z / 2) ** 2 / (k * (k + order))
                total += term
                if term < total * 1e-18:
                    break
            return sign * total * math.exp(-z)
        term = total = 1.0
        for k in range(1, 40):
            step = term * -(4 * order * order - (2 * k - 1) ** 2) / (k * 8 * z)
            if abs(step) > abs(term):
                break
            term = step
            total += term
        return sign * total / math.sqrt(2 * math.pi * z)

    return scaled_bessel


_I0E, _I1E = _modified(0), _modified(1)


def _grown(function: Callable[[float], float]) -> Callable[[float], float]:
    def grown(x: float) -> float:
        return math.inf if abs(x) > 713 else function(x) * math.exp(abs(x))

    return grown


_I0, _I1 = _grown(_I0E), _grown(_I1E)


_NOT_HALF = ("i1", "i1e")
"""Those whose derivative PyTorch has in wider dtypes only."""


def _special(
    name: str, node: str, of: Callable[[float], float], derivative: Any, doc: str,
    caption: str, domain: tuple[float, float] = (-2.0, 2.0), from_result: bool = False, *,
    formula: str, slope: str,
) -> Callable[[Tensor], Tensor]:  # fmt: skip
    """One more function of one number; `derivative(F, grad, x, y)` is its rule."""

    def forward(F: Namespace, self: Array) -> Array:
        return each(of, self)

    def of_both(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        return at(F, grad, self, result)

    def of_input(F: Namespace, grad: Array, self: Array) -> Array:
        return at(F, grad, self, None)

    def at(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        if name in _NOT_HALF and dtype_of(self) == np.float16:
            raise NotImplementedError(f"\"{name}_backward\" not implemented for 'Half'")
        return derivative(F, grad, self, result)

    rule = tex(rf"\bar{{y}} \cdot {slope}")(of_both if from_result else of_input)
    forward.__doc__, rule.__doc__ = doc, caption
    body = {"forward": forward, "grad_self": rule, "promote": "float"}
    cls: type[Function] = type(node, (Function,), body)

    def call(self: Tensor) -> Tensor:
        return cls.apply(self)

    call.__name__, call.__doc__ = f"special_{name}", doc
    spelling = f"torch.special.{name}({{self}})"
    samples = (((2, 3),),)
    return op(
        "Elementary", name, torch=spelling, samples=samples, domain=domain, formula=f"y = {formula}"
    )(call)


def _over(F: Namespace, y: Array, x: Array) -> Array:
    """y / x, and its limit ½ at 0."""
    zero = x == 0
    safe = F.where(zero, F.ones_like(x), x)
    return F.where(zero, F.zeros_like(x) + 0.5, y / safe)


special_i0 = _special(
    "i0", "I0Backward0", _I0, lambda F, g, x, y: g * _at(F, "i1", _I1, x),
    "The modified Bessel function of order 0.", "Its slope is the one of order 1.",
    formula=r"I_0(x)", slope=r"I_1(x)",
)  # fmt: skip
special_i1 = _special(
    "i1", "SpecialI1Backward0", _I1, lambda F, g, x, y: g * (_at(F, "i0", _I0, x) - _over(F, y, x)),
    "The modified Bessel function of order 1.",
    "Its slope is the one of order 0, less its own share of x.",
    from_result=True,
    formula=r"I_1(x)", slope=r"\left(I_0(x) - \frac{y}{x}\right)",
)  # fmt: skip
special_i0e = _special(
    "i0e", "SpecialI0EBackward0", _I0E,
    lambda F, g, x, y: g * (_at(F, "i1e", _I1E, x) - F.sgn(x) * y),
    "The modified Bessel function of order 0 times e^-|x|.", "The slope of both factors.",
    from_result=True,
    formula=r"e^{-|x|} I_0(x)",
    slope=r"\left(e^{-|x|} I_1(x) - \operatorname{sgn}(x) y\right)",
)  # fmt: skip
special_i1e = _special(
    "i1e", "SpecialI1EBackward0", _I1E,
    lambda F, g, x, y: g * (_at(F, "i0e", _I0E, x) - F.sgn(x) * y - _over(F, y, x)),
    "The modified Bessel function of order 1 times e^-|x|.", "The slope of both factors.",
    from_result=True,
    formula=r"e^{-|x|} I_1(x)",
    slope=r"\left(e^{-|x|} I_0(x) - \operatorname{sgn}(x) y - \frac{y}{x}\right)",
)  # fmt: skip


def i0(self: Tensor) -> Tensor:
    """The modified Bessel function of order 0."""
    return special_i0(self)


# ---- the normal distribution ---------------------------------------------------------------------


def _erfcx(x: float) -> float:
    """e^(x²) · erfc(x)"""
    if x < 25:
        return math.inf if x < -26.7 else math.exp(x * x) * math.erfc(x)
    square = 1 / (x * x)
    series = 1 - square / 2 + 3 * square**2 / 4 - 15 * square**3 / 8
    return series / (x * math.sqrt(math.pi))


special_erfcx = _special(
    "erfcx", "SpecialErfcxBackward0", _erfcx,
    lambda F, g, x, y: g * (x * y * 2 - 2 / math.sqrt(math.pi)),
    "erfc(x) times e^(x²), which does not fade so fast.", "The slope of the product.",
    from_result=True,
    formula=r"e^{x^2} \operatorname{erfc}(x)", slope=r"\left(2 x y - \frac{2}{\sqrt{\pi}}\right)",
)  # fmt: skip


def _log_ndtr(x: float) -> float:
    t = x / math.sqrt(2)
    if x < -1:
        return math.log(_erfcx(-t) / 2) - t * t
    return math.log1p(-math.erfc(t) / 2)


special_log_ndtr = _special(
    "log_ndtr", "SpecialLogNdtrBackward0", _log_ndtr,
    lambda F, g, x, y: g / _at(F, "erfcx", _erfcx, x * -math.sqrt(0.5)) * math.sqrt(2 / math.pi),
    "The logarithm of the normal distribution's share below x.", "The bell curve over its share.",
    formula=r"\ln \Phi(x)", slope=r"\frac{\varphi(x)}{\Phi(x)}",
)  # fmt: skip


def _ndtri(p: float) -> float:
    if not 0 < p < 1:
        return math.copysign(math.inf, p - 0.5) if p in (0, 1) else math.nan
    if p > 0.5:
        return -_ndtri(1 - p)
    x = -math.sqrt(-2 * math.log(p)) if p < 0.1 else math.sqrt(2) * kernels._erfinv(2 * p - 1)
    for _ in range(4):  # Newton on the logarithm, which is nearly straight
        log_share = _log_ndtr(x)
        slope = math.exp(-x * x / 2 - log_share) / math.sqrt(2 * math.pi)
        x -= (log_share - math.log(p)) / slope
    return x


special_ndtri = _special(
    "ndtri", "SpecialNdtriBackward0", _ndtri,
    lambda F, g, x, y: g * math.sqrt(2 * math.pi) * F.exp(y * y / 2),
    "The inverse of ndtr.", "One over the bell curve at the result.", (0.05, 0.95), True,
    formula=r"\Phi^{-1}(x)", slope=r"\sqrt{2 \pi} e^{y^2 / 2}",
)  # fmt: skip


def special_ndtr(self: Tensor) -> Tensor:
    """The normal distribution's share below x."""
    return scaled(shifted(erf(scaled(self, math.sqrt(0.5))), 1), 0.5)


class SpecialEntrBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """-self · ln self; 0 at 0, -inf below"""
        with np.errstate(divide="ignore", invalid="ignore"):
            inside = -self * F.log(self)
        low = np.where(self == 0, 0, np.where(self < 0, -np.inf, inside))
        return np.where(np.isnan(self), self, low).astype(self.dtype)[()]

    @tex(r"\bar{y} \cdot (-\ln x - 1)")
    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """Rare outcomes add surprise fast; beyond 1/e more chance means less of it."""
        return grad * (-F.log(self) - 1)


@op(
    "Elementary", "−x ln x", torch="torch.special.entr({self})", samples=(((2, 3),),),
    domain=(0.2, 2.0),
    formula=r"y = -x \ln x",
)  # fmt: skip
def special_entr(self: Tensor) -> Tensor:
    """-x · ln x: how much surprise an outcome of that probability adds."""
    return SpecialEntrBackward0.apply(self)


class SpecialXlog1PyBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """self · ln(1 + other), 0 where self is 0"""
        product = self * F.log1p(other)
        return F.where(np.isnan(other), other, F.where(self == 0, self * 0, product))

    @tex(r"\bar{y} \cdot \ln(1 + b)")
    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """The factor gets the gradient times ln(1 + other); 0 where both are 0."""
        dead = F.logical_and(self == 0, other <= -1)
        return grad * F.where(dead, F.zeros_like(grad), F.log1p(other))

    @tex(r"\bar{y} \cdot \frac{a}{1 + b}")
    def grad_other(grad: Array, self: Array, other: Array) -> Array:
        """The slope of the logarithm times the factor before it."""
        return grad * self / (other + 1)


class SpecialXlog1PyBackward1(Function):
    def forward(F: Namespace, other: Array, *, self: float) -> Array:
        """A number · ln(1 + other), 0 if it is 0"""
        return SpecialXlog1PyBackward0.forward(F, other.dtype.type(self), other)

    @tex(r"\bar{y} \cdot \frac{a}{1 + b}")
    def grad_other(grad: Array, other: Array, self: float) -> Array:
        """The slope of the logarithm times the factor before it."""
        return grad * self / (other + 1)


class SpecialXlog1PyBackward2(Function):
    def forward(F: Namespace, self: Array, *, other: float) -> Array:
        """self · ln(1 + a number), 0 where self is 0"""
        return SpecialXlog1PyBackward0.forward(F, self, self.dtype.type(other))

    @tex(r"\bar{y} \cdot \ln (1 + b)")
    def grad_self(F: Namespace, grad: Array, self: Array, other: float) -> Array:
        """The factor gets the gradient times ln(1 + other); 0 where both are 0."""
        if other > -1:
            return grad * math.log1p(other)
        slope = grad * (-math.inf if other == -1 else math.nan)
        return F.where(self == 0, F.zeros_like(grad), slope)


@op(
    "Elementary", "x ln(1+y)", torch="torch.special.xlog1py({self}, {other})",
    samples=(((2, 3), (3,)),), domain=(0.2, 2.0),
    formula=r"y = a \ln(1 + b)",
)  # fmt: skip
def special_xlog1py(self: Operand, other: Operand) -> Tensor:
    """self · ln(1 + other), and 0 where self is 0."""
    if not is_tensor(self):
        return SpecialXlog1PyBackward1.apply(floating_for(other, 1.0), self=self)
    if not is_tensor(other):
        return SpecialXlog1PyBackward2.apply(floating_for(self, 1.0), other=other)
    return SpecialXlog1PyBackward0.apply(self, other)
