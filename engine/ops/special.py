"""Less common functions of one or two numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.function import Function
from engine.registry import Operand, op
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

    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """other / (self² + other²); 0 at the origin"""
        return _over_square(F, grad, self, other) * other

    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """-self / (self² + other²); 0 at the origin"""
        return _over_square(F, grad, self, other) * -self


def _over_square(F: Namespace, grad: Array, a: Array, b: Array) -> Array:
    square = a * a + b * b
    return grad * F.where(square == 0, F.zeros_like(square), F.reciprocal(square))


@op("Elementary", "atan2", samples=(((2, 3), (3,)),))
def atan2(self: Tensor, other: Tensor) -> Tensor:
    """The angle of the point (other, self), from -π to π."""
    return Atan2Backward0.apply(self, other)


class HypotBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """√(self² + other²)"""
        return np.hypot(self, other)

    def grad_self(grad: Array, self: Array, result: Array) -> Array:
        """A length grows fastest along itself."""
        return grad * (self / result)

    def grad_other(grad: Array, other: Array, result: Array) -> Array:
        """A length grows fastest along itself."""
        return grad * (other / result)


@op("Elementary", "hypot", samples=(((2, 3), (3,)),))
def hypot(self: Tensor, other: Tensor) -> Tensor:
    """The length of the hypotenuse."""
    return HypotBackward0.apply(self, other)


class LogaddexpBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """ln(eˢᵉˡᶠ + eᵒᵗʰᵉʳ)"""
        return np.logaddexp(self, other)

    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """They share by softmax."""
        return grad / (1 + F.exp(other - self))

    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """They share by softmax."""
        return grad / (1 + F.exp(self - other))


@op("Elementary", "ln(eᵃ+eᵇ)", samples=(((2, 3), (3,)),))
def logaddexp(self: Tensor, other: Tensor) -> Tensor:
    """The logarithm of the sum of two exponentials, computed without overflow."""
    return LogaddexpBackward0.apply(self, other)


class Logaddexp2Backward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """log₂(2ˢᵉˡᶠ + 2ᵒᵗʰᵉʳ)"""
        return np.logaddexp2(self, other)

    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """They share by softmax."""
        return grad / (1 + F.exp2(other - self))

    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """They share by softmax."""
        return grad / (1 + F.exp2(self - other))


@op("Elementary", "log₂(2ᵃ+2ᵇ)", samples=(((2, 3), (3,)),))
def logaddexp2(self: Tensor, other: Tensor) -> Tensor:
    """logaddexp to base 2."""
    return Logaddexp2Backward0.apply(self, other)


class XlogyBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """self · ln other, 0 where self is 0"""
        product = self * F.log(other)
        return F.where(np.isnan(other), other, F.where(self == 0, self * 0, product))

    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """The factor gets the gradient times ln other; 0 where both are 0."""
        dead = F.logical_and(self == 0, other <= 0)
        return grad * F.where(dead, F.zeros_like(grad), F.log(other))

    def grad_other(grad: Array, self: Array, other: Array) -> Array:
        """self / other"""
        return grad * self / other


@op("Elementary", "x ln y", samples=(((2, 3), (3,)),), domain=(0.2, 2.0))
def xlogy(self: Operand, other: Operand) -> Tensor:
    """self · ln other, and 0 where self is 0."""
    a = _as_tensor(self, other)
    return XlogyBackward0.apply(a, _as_tensor(other, a))


class SincBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """sin(π self) / (π self), 1 at 0"""
        return np.sinc(self)

    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """(cos(π x) π x - sin(π x)) / (π x²); 0 at 0"""
        x = self * math.pi
        slope = grad * ((F.cos(x) * x - F.sin(x)) / (x * self))
        return F.where(self == 0, F.zeros_like(slope), slope)


@op("Elementary", "sinc", samples=(((2, 3),),))
def sinc(self: Tensor) -> Tensor:
    """sin(π x) / (π x), 1 at 0."""
    return SincBackward0.apply(self)


class LogitBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, *, eps: float | None = None) -> Array:
        """ln(self / (1 - self))"""
        x = self if eps is None else np.clip(self, eps, 1 - eps)
        return F.log(x / (1 - x))

    def grad_self(F: Namespace, grad: Array, self: Array, eps: float | None) -> Array:
        """1 / (x · (1 - x)); 0 outside [eps, 1 - eps]"""
        slope = grad / (self * (1 - self))
        if eps is None:
            inside = (self >= 0) & (self <= 1)
            return F.where(inside, slope, F.zeros_like(slope) + math.nan)
        inside = (self >= eps) & (self <= 1 - eps)
        return F.where(inside, slope, F.zeros_like(slope))


@op("Elementary", "logit", samples=(((2, 3),),), domain=(0.1, 0.9))
def logit(self: Tensor, eps: float | None = None) -> Tensor:
    """The inverse of sigmoid."""
    return LogitBackward0.apply(self, eps=eps)


class CopysignBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """|self| with the sign of other"""
        return np.copysign(self, other)

    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """Where the sign was turned the gradient turns too; 0 at 0."""
        ratio = result / self
        return grad * F.where(self == 0, F.zeros_like(ratio), ratio)

    def grad_other(F: Namespace, grad: Array, other_shape: tuple[int, ...]) -> Array:
        """A sign is flat: no gradient gets through."""
        return F.zeros_like(grad)


@op("Elementary", "copysign", samples=(((2, 3), (3,)),))
def copysign(self: Tensor, other: Operand) -> Tensor:
    """The size of one with the sign of the other."""
    return CopysignBackward0.apply(self, _as_tensor(other, self))
