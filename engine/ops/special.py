"""Less common functions of one or two numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.function import Function
from engine.ops.arithmetic import floating_for
from engine.registry import Operand, op, tex
from engine.tensor import Tensor, is_tensor, wrap

Array = Any
Namespace = Any


def _as_tensor(x: Any, like: Tensor) -> Tensor:
    return x if is_tensor(x) else wrap(like._data.dtype.type(x))


class Atan2Backward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """The angle of the point (other, self)"""
        return np.arctan2(self, other)

    @tex(r"\bar{y} \cdot \frac{b}{a^2 + b^2}")
    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """The angle turns as the point moves across its direction, less the further out it is."""
        return _over_square(F, grad, self, other) * other

    @tex(r"-\bar{y} \cdot \frac{a}{a^2 + b^2}")
    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """The angle turns as the point moves across its direction, less the further out it is."""
        return _over_square(F, grad, self, other) * -self


def _over_square(F: Namespace, grad: Array, a: Array, b: Array) -> Array:
    square = a * a + b * b
    return grad * F.where(square == 0, F.zeros_like(square), F.reciprocal(square))


@op("Elementary", "atan2", samples=(((2, 3), (3,)),), formula=r"y = \arctan \frac{a}{b}")
def atan2(self: Tensor, other: Tensor) -> Tensor:
    """The angle of the point (other, self), from -π to π."""
    return Atan2Backward0.apply(self, other)


class HypotBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """√(self² + other²)"""
        return np.hypot(self, other)

    @tex(r"\bar{y} \cdot \frac{a}{y}")
    def grad_self(grad: Array, self: Array, result: Array) -> Array:
        """A length grows fastest along itself."""
        return grad * (self / result)

    @tex(r"\bar{y} \cdot \frac{b}{y}")
    def grad_other(grad: Array, other: Array, result: Array) -> Array:
        """A length grows fastest along itself."""
        return grad * (other / result)


@op("Elementary", "hypot", samples=(((2, 3), (3,)),), formula=r"y = \sqrt{a^2 + b^2}")
def hypot(self: Tensor, other: Tensor) -> Tensor:
    """The length of the hypotenuse."""
    return HypotBackward0.apply(self, other)


class LogaddexpBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """ln(eˢᵉˡᶠ + eᵒᵗʰᵉʳ)"""
        return np.logaddexp(self, other)

    @tex(r"\frac{\bar{y}}{1 + e^{b - a}}")
    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """They share by softmax."""
        return grad / (1 + F.exp(other - self))

    @tex(r"\frac{\bar{y}}{1 + e^{a - b}}")
    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """They share by softmax."""
        return grad / (1 + F.exp(self - other))


@op(
    "Elementary", "ln(eᵃ+eᵇ)", samples=(((2, 3), (3,)),),
    formula=r"y = \ln\left(e^{a} + e^{b}\right)",
)  # fmt: skip
def logaddexp(self: Tensor, other: Tensor) -> Tensor:
    """The logarithm of the sum of two exponentials, computed without overflow."""
    return LogaddexpBackward0.apply(self, other)


class Logaddexp2Backward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """log₂(2ˢᵉˡᶠ + 2ᵒᵗʰᵉʳ)"""
        return np.logaddexp2(self, other)

    @tex(r"\frac{\bar{y}}{1 + 2^{b - a}}")
    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """They share by softmax."""
        return grad / (1 + F.exp2(other - self))

    @tex(r"\frac{\bar{y}}{1 + 2^{a - b}}")
    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """They share by softmax."""
        return grad / (1 + F.exp2(self - other))


@op(
    "Elementary", "log₂(2ᵃ+2ᵇ)", samples=(((2, 3), (3,)),),
    formula=r"y = \log_2\left(2^{a} + 2^{b}\right)",
)  # fmt: skip
def logaddexp2(self: Tensor, other: Tensor) -> Tensor:
    """logaddexp to base 2."""
    return Logaddexp2Backward0.apply(self, other)


class XlogyBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """self · ln other, 0 where self is 0"""
        product = self * F.log(other)
        return F.where(np.isnan(other), other, F.where(self == 0, F.zeros_like(product), product))

    @tex(r"\bar{y} \cdot \ln b")
    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """The factor gets the gradient times ln other; 0 where both are 0."""
        dead = F.logical_and(self == 0, other <= 0)
        return grad * F.where(dead, F.zeros_like(grad), F.log(other))

    @tex(r"\bar{y} \cdot \frac{a}{b}")
    def grad_other(grad: Array, self: Array, other: Array) -> Array:
        """The slope of the logarithm times the factor before it."""
        return grad * self / other


class XlogyBackward1(Function):
    def forward(F: Namespace, other: Array, *, self: float) -> Array:
        """A number · ln other, 0 if it is 0"""
        return XlogyBackward0.forward(F, other.dtype.type(self), other)

    @tex(r"\bar{y} \cdot \frac{a}{b}")
    def grad_other(grad: Array, other: Array, self: float) -> Array:
        """The slope of the logarithm times the factor before it."""
        return grad * self / other


class XlogyBackward2(Function):
    def forward(F: Namespace, self: Array, *, other: float) -> Array:
        """self · ln of a number, 0 where self is 0"""
        return XlogyBackward0.forward(F, self, self.dtype.type(other))

    @tex(r"\bar{y} \cdot \ln b")
    def grad_self(F: Namespace, grad: Array, self: Array, other: float) -> Array:
        """The factor gets the gradient times ln other; 0 where both are 0."""
        if other > 0:
            return grad * math.log(other)
        slope = grad * (-math.inf if other == 0 else math.nan)
        return F.where(self == 0, F.zeros_like(grad), slope)


@op("Elementary", "x ln y", samples=(((2, 3), (3,)),), domain=(0.2, 2.0), formula=r"y = a \ln b")
def xlogy(self: Operand, other: Operand) -> Tensor:
    """self · ln other, and 0 where self is 0."""
    if not is_tensor(self):
        return XlogyBackward1.apply(floating_for(other, 1.0), self=self)
    if not is_tensor(other):
        return XlogyBackward2.apply(floating_for(self, 1.0), other=other)
    return XlogyBackward0.apply(self, other)


class SincBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """sin(π self) / (π self), 1 at 0"""
        return np.sinc(self)

    @tex(r"\bar{y} \cdot \frac{\pi x \cos(\pi x) - \sin(\pi x)}{\pi x^2}")
    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """The slope of a wave that fades: flat at zero and at every crest."""
        x, square = self * math.pi, self * self * math.pi
        slope = grad * ((F.cos(x) * x - F.sin(x)) / square)
        return F.where(square == 0, F.zeros_like(slope), slope)


@op("Elementary", "sinc", samples=(((2, 3),),), formula=r"y = \frac{\sin(\pi x)}{\pi x}")
def sinc(self: Tensor) -> Tensor:
    """sin(π x) / (π x), 1 at 0."""
    return SincBackward0.apply(self)


class LogitBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, *, eps: float | None = None) -> Array:
        """ln(self / (1 - self))"""
        x = self if eps is None else np.clip(self, eps, 1 - eps)
        return F.log(x / (1 - x))

    @tex(r"\frac{\bar{y}}{x (1 - x)}")
    def grad_self(F: Namespace, grad: Array, self: Array, eps: float | None) -> Array:
        """The logit is steep near 0 and near 1, least so in the middle."""
        slope = grad / ((self + 0.0) * (1 - self))  # steep upwards at -0, too
        if eps is None:
            inside = (self >= 0) & (self <= 1)
            return F.where(inside, slope, F.zeros_like(slope) + math.nan)
        inside = (self >= eps) & (self <= 1 - eps)
        return F.where(inside, slope, F.zeros_like(slope))


@op(
    "Elementary", "logit", samples=(((2, 3),),), domain=(0.1, 0.9),
    formula=r"y = \ln \frac{x}{1 - x}",
)  # fmt: skip
def logit(self: Tensor, eps: float | None = None) -> Tensor:
    """The inverse of sigmoid."""
    return LogitBackward0.apply(self, eps=eps)


class CopysignBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """|self| with the sign of other"""
        return np.copysign(self, other)

    @tex(r"\bar{y} \cdot \frac{y}{a}")
    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """Where the sign was turned the gradient turns too; 0 at 0."""
        ratio = result / self
        return grad * F.where(self == 0, F.zeros_like(ratio), ratio)

    @tex(r"0")
    def grad_other(F: Namespace, grad: Array, other_shape: tuple[int, ...]) -> Array:
        """A sign is flat: no gradient gets through."""
        return F.zeros_like(grad)


class CopysignBackward1(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, *, other: float) -> Array:
        """|self| with the sign of a number"""
        return np.copysign(self, self.dtype.type(other))

    grad_self = CopysignBackward0.__dict__["grad_self"].__func__


@op(
    "Elementary", "copysign", samples=(((2, 3), (3,)), ((2, 3), -1.0)),
    formula=r"y = |a| \cdot \operatorname{sgn} b",
)  # fmt: skip
def copysign(self: Tensor, other: Operand) -> Tensor:
    """The size of one with the sign of the other."""
    if is_tensor(other):
        return CopysignBackward0.apply(self, other)
    return CopysignBackward1.apply(self, other=other)
