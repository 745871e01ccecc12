"""Signs, angles, halves and bits: small questions about single numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine import dtypes
from engine.function import Function
from engine.layout import each
from engine.many import ManyOutputs
from engine.ops.arithmetic import pow, to
from engine.ops.extremes import NamedResult
from engine.promote import PROMOTE
from engine.registry import Operand, op, tex
from engine.tensor import Tensor, is_tensor, wrap

Array = Any
Namespace = Any


class SgnBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """-1, 0 or 1"""
        return self if self.dtype == bool else np.sign(self)

    @tex(r"0")
    def grad_self(F: Namespace, grad: Array) -> Array:
        """A step function is flat: no gradient gets through."""
        return F.zeros_like(grad)


def sgn(self: Tensor) -> Tensor:
    """-1, 0 or 1 by the sign of every entry."""
    return SgnBackward0.apply(self)


class AngleBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """0, or π where self is negative"""
        return np.where(np.isnan(self), self, np.where(self < 0, math.pi, 0)).astype(self.dtype)[()]

    @tex(r"0")
    def grad_self(F: Namespace, grad: Array) -> Array:
        """A step function is flat: no gradient gets through."""
        return F.zeros_like(grad)


def angle(self: Tensor) -> Tensor:
    """The angle of a number on the line: 0, or π where it is negative."""
    return AngleBackward0.apply(self)


def _turn(name: str, factor: float, doc: str, formula: str) -> type[Function]:
    def forward(F: Namespace, self: Array) -> Array:
        return self * self.dtype.type(factor)

    @tex(formula)
    def grad_self(grad: Array) -> Array:
        """The gradient times the constant factor."""
        return grad * factor

    forward.__doc__ = doc
    body = {"forward": forward, "grad_self": grad_self, "promote": "float"}
    return type(name, (Function,), body)


Deg2RadBackward0 = _turn(
    "Deg2RadBackward0", math.pi / 180, "self · π / 180", r"\frac{\pi}{180} \bar{y}"
)
Rad2DegBackward0 = _turn(
    "Rad2DegBackward0", 180 / math.pi, "self · 180 / π", r"\frac{180}{\pi} \bar{y}"
)


@op("Elementary", "°→rad", samples=(((2, 3),),), formula=r"y = \frac{\pi}{180} x")
def deg2rad(self: Tensor) -> Tensor:
    """Degrees in radians."""
    return Deg2RadBackward0.apply(self)


@op("Elementary", "rad→°", samples=(((2, 3),),), formula=r"y = \frac{180}{\pi} x")
def rad2deg(self: Tensor) -> Tensor:
    """Radians in degrees."""
    return Rad2DegBackward0.apply(self)


def positive(self: Tensor) -> Tensor:
    """The tensor itself."""
    if self.dtype.name == "bool":
        raise RuntimeError("The `+` operator, on a bool tensor is not supported.")
    return self


def signbit(self: Tensor) -> Tensor:
    """Where the sign is negative, also of -0."""
    data = self._data
    return wrap(np.signbit(data) if data.dtype.kind == "f" else np.less(data, 0))


def isposinf(self: Tensor) -> Tensor:
    """Where the entry is +inf."""
    return wrap(np.equal(self._data, np.inf))


def isneginf(self: Tensor) -> Tensor:
    """Where the entry is -inf."""
    return wrap(np.equal(self._data, -np.inf))


def isreal(self: Tensor) -> Tensor:
    """True everywhere: there are no complex numbers here."""
    return wrap(np.ones(self._data.shape, bool)[()])


def real(self: Tensor) -> Tensor:
    """The tensor itself."""
    return self


conj = real


def isin(
    elements: Any, test_elements: Any, *, assume_unique: bool = False, invert: bool = False
) -> Tensor:
    """Which of the first are among the second."""
    one, two = (x._data if is_tensor(x) else x for x in (elements, test_elements))
    return wrap(np.asarray(np.isin(one, two, invert=invert))[()])


# ---- powers of two -------------------------------------------------------------------------------


def float_power(self: Any, exponent: Any) -> Tensor:
    """self to a power, computed in float64."""
    parts = [
        to(x, dtypes.BY_NAME["float64"]) if is_tensor(x) else float(x) for x in (self, exponent)
    ]
    return pow(*parts)


class LdexpBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """self · 2ᵒᵗʰᵉʳ"""
        return self * F.exp2(other)

    @tex(r"\bar{y} \cdot 2^{b}")
    def grad_self(F: Namespace, grad: Array, other: Array) -> Array:
        """The gradient times the power of two."""
        return grad * F.exp2(other)

    @tex(r"\bar{y} \cdot y \ln 2")
    def grad_other(grad: Array, result: Array) -> Array:
        """A power grows with its exponent by itself times the log of its base."""
        return grad * result * math.log(2)


@op("Elementary", "a·2ᵇ", samples=(((2, 3), (3,)),), formula=r"y = a \cdot 2^{b}")
def ldexp(self: Tensor, other: Tensor) -> Tensor:
    """The first times two to the power of the second."""
    return LdexpBackward0.apply(self, other)


class FrexpBackward0(ManyOutputs):
    def forward(F: Namespace, self: Array) -> tuple[Array, Array]:
        """The number as a half to one, times a power of two"""
        mantissa, exponent = np.frexp(self)
        return mantissa, np.asarray(exponent, np.int32)[()]

    @tex(r"\bar{y} \cdot 2^{-n}")
    def grad_self(F: Namespace, grads: list[Array], results: tuple[Array, ...]) -> Array:
        """The mantissa moves with the number, on the scale of its exponent."""
        exponent = results[1]
        data = np.asarray(exponent._data if is_tensor(exponent) else exponent)
        return grads[0] * F.constant(np.ldexp(np.ones((), _kind(grads[0])), -data)[()])


def _kind(x: Any) -> Any:
    return x._data.dtype if is_tensor(x) else x.dtype


def frexp(self: Tensor) -> Any:
    """Every number as a mantissa from ½ to 1 and a power of two."""
    result = NamedResult(FrexpBackward0.apply_many(self))
    result._fields, result._name = ("mantissa", "exponent"), "frexp"
    return result


class NextafterBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """The next number towards other"""
        return np.nextafter(self, other)

    @tex(r"\bar{y} \cdot [a \neq b]")
    def grad_self(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """A number and the next move together, except where there is none to go to."""
        return F.where(self == other, F.zeros_like(grad), grad)

    @tex(r"0")
    def grad_other(F: Namespace, grad: Array) -> Array:
        """Where one goes to only says which way."""
        return F.zeros_like(grad)


def nextafter(self: Tensor, other: Tensor) -> Tensor:
    """The next number that can be told apart, towards another."""
    return NextafterBackward0.apply(self, other)


class HeavisideNotImplemented(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, values: Array) -> Array:
        """0 below zero, 1 above, values at zero"""
        return np.where(self == 0, values, np.where(self < 0, 0, 1)).astype(self.dtype)[()]

    def grad_self(grad: Array) -> Array:
        """A step function has no derivative."""
        raise RuntimeError("derivative for aten::heaviside is not implemented")

    def grad_values(grad: Array) -> Array:
        """A step function has no derivative."""
        raise RuntimeError("derivative for aten::heaviside is not implemented")


HeavisideNotImplemented.__name__ = "NotImplemented"


def heaviside(self: Tensor, values: Tensor) -> Tensor:
    """0 below zero, 1 above, and `values` at zero."""
    if self.dtype is not values.dtype:
        raise RuntimeError("heaviside is not yet implemented for tensors with different dtypes.")
    return HeavisideNotImplemented.apply(self, values)


# ---- whole numbers -------------------------------------------------------------------------------


def _of_integers(name: str, x: Any, y: Any) -> list[Array]:
    arrays = PROMOTE["arithmetic"]([x, y])
    if arrays[0].dtype.kind not in "iu":
        kind = dtypes.of(arrays[0].dtype).scalar_name
        raise NotImplementedError(f"\"{name}\" not implemented for '{kind}'")
    return arrays


def gcd(self: Tensor, other: Tensor) -> Tensor:
    """The greatest common divisor."""
    return wrap(each(np.gcd, *_of_integers("gcd_cpu", self, other)))


def lcm(self: Tensor, other: Tensor) -> Tensor:
    """The least common multiple."""
    return wrap(each(np.lcm, *_of_integers("lcm_cpu", self, other)))


def bitwise_left_shift(self: Operand, other: Operand) -> Tensor:
    """The bits moved up: times two, `other` times."""
    return wrap(each(np.left_shift, *_of_integers("lshift_cpu", self, other)))


def bitwise_right_shift(self: Operand, other: Operand) -> Tensor:
    """The bits moved down: divided by two and rounded down, `other` times."""
    return wrap(each(np.right_shift, *_of_integers("rshift_cpu", self, other)))
