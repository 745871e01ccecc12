"""What division leaves over, and what it cuts off."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import dtypes
from engine.function import Function
from engine.ops.arithmetic import floating_for
from engine.promote import meet
from engine.registry import Operand, op, tex
from engine.tensor import Tensor, is_tensor

Array = Any
Namespace = Any


class NotImplemented_(Function):
    promote = "arithmetic"
    namespace_name = "torch::autograd::"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """⌊self / other⌋"""
        if self.dtype.kind in "iub" and np.any(other == 0):
            raise RuntimeError("ZeroDivisionError")
        return np.floor_divide(self, other)

    def grad_self(grad: Array) -> Array:
        """A step function has no derivative."""
        raise RuntimeError("derivative for aten::floor_divide is not implemented")

    def grad_other(grad: Array) -> Array:
        """A step function has no derivative."""
        raise RuntimeError("derivative for aten::floor_divide is not implemented")


class NotImplementedNumber(Function):
    namespace_name = "torch::autograd::"

    def forward(F: Namespace, self: Array, *, other: float) -> Array:
        """⌊self / other⌋, for a number `other`"""
        return NotImplemented_.forward(F, self, self.dtype.type(other))

    grad_self = NotImplemented_.__dict__["grad_self"].__func__


NotImplementedNumber.__name__ = NotImplemented_.__name__ = (
    "NotImplemented"  # what torch calls it, and Python has taken
)


@op(
    "Arithmetic", "⌊÷⌋", torch="{self} // {other}",
    formula=r"y = \left\lfloor \frac{a}{b} \right\rfloor",
)  # fmt: skip
def floor_divide(self: Operand, other: Operand) -> Tensor:
    """Divide and round down; it has no derivative."""
    _refuse_bools("div_floor_cpu", self, other)
    if not is_tensor(self):
        self = _number_as_tensor(self, other)
    if not is_tensor(other):
        return NotImplementedNumber.apply(floating_for(self, other), other=other)
    return NotImplemented_.apply(self, other)


def _refuse_bools(kernel: str, *operands: Any) -> None:
    if meet(operands) is dtypes.bool_:
        raise RuntimeError(f"\"{kernel}\" not implemented for 'Bool'")


def _remainder(a: Array, b: Array) -> Array:
    """With the sign of b, except that a zero keeps the sign of a."""
    if a.dtype.kind != "f":
        return np.remainder(a, b)
    rest = np.fmod(a, b)
    return np.where((rest != 0) & ((b < 0) != (rest < 0)), rest + b, rest)[()]


class RemainderBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, *, other: float) -> Array:
        """What is left of self after dividing by a number, with the number's sign"""
        return _remainder(self, self.dtype.type(other))

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """Within one period the remainder moves one for one with its input."""
        return grad


class RemainderBackward1(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """What is left of self after dividing by other, with the sign of other"""
        return _remainder(self, other)

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """Within one period the remainder moves one for one with its input."""
        return grad

    @tex(r"-\bar{y} \cdot \left\lfloor \frac{a}{b} \right\rfloor")
    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """The divisor counts as often as it fits."""
        return -grad * F.floored_ratio(self, other)


@op(
    "Arithmetic",
    "mod",
    torch="{self} % {other}",
    samples=(((2, 3), [0.7, -1.3, 3.0]), ((2, 3), 0.7)),
    formula=r"y = a - b \left\lfloor \frac{a}{b} \right\rfloor",
)
def remainder(self: Operand, other: Operand) -> Tensor:
    """What is left after dividing, with the sign of the divisor."""
    _refuse_bools("remainder_cpu", self, other)
    if not is_tensor(self):
        self = _number_as_tensor(self, other)
    if is_tensor(other):
        return RemainderBackward1.apply(self, other)
    self = floating_for(self, other)
    return RemainderBackward0.apply(self, other=other)


def _number_as_tensor(number: Any, like: Tensor) -> Tensor:
    from engine.factories import tensor

    return tensor(number, dtype=dtypes.result_type((like.dtype, like.ndim), number))


class FmodBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, *, other: float) -> Array:
        """What is left of self after dividing by a number, with the sign of self"""
        return np.fmod(self, self.dtype.type(other))

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """Within one period the rest moves one for one with its input."""
        return grad


class FmodBackward1(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """What is left of self after dividing by other, with the sign of self"""
        return np.fmod(self, other)

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """Within one period the rest moves one for one with its input."""
        return grad

    @tex(r"-\bar{y} \cdot \operatorname{trunc} \frac{a}{b}")
    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """The divisor counts as often as it fits."""
        return -grad * F.trunc(self / other)


@op(
    "Arithmetic", "fmod", samples=(((2, 3), [0.7, -1.3, 3.0]), ((2, 3), 0.7)),
    formula=r"y = a - b \operatorname{trunc} \frac{a}{b}",
)  # fmt: skip
def fmod(self: Tensor, other: Operand) -> Tensor:
    """What is left after dividing, with the sign of what was divided."""
    if is_tensor(other):
        return FmodBackward1.apply(self, other)
    return FmodBackward0.apply(floating_for(self, other), other=other)
