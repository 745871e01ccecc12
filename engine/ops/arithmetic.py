"""Sums, products and powers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine import dtypes, kernels
from engine.function import Function
from engine.layout import copied, is_laid_out, laid, memory_format, preserve_format
from engine.promote import checked, scalar
from engine.registry import Operand, op, tex
from engine.rounding import multiply_add
from engine.tensor import Tensor, is_tensor

Array = Any
Namespace = Any


def added(self: Array, other: Array, alpha: Any) -> Array:
    """self + alpha · other, rounded once as PyTorch's kernels do."""
    return multiply_add(other, checked(alpha, self.dtype), self)


class AddBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array, *, alpha: float = 1) -> Array:
        """self + alpha · other"""
        return self + other if alpha == 1 else added(self, other, alpha)

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """add distributes: each input gets the gradient as it is."""
        return grad

    @tex(r"\alpha \bar{y}")
    def grad_other(grad: Array, alpha: float) -> Array:
        """add distributes: each input gets the gradient as it is."""
        return grad if alpha == 1 else grad * alpha


@op(
    "Arithmetic",
    "+",
    torch="{self} + {other}",
    hidden=("alpha",),
    nickname="distributes",
    samples=(((2, 3), (3,)), ((2, 3), 2.0), (2.0, (2, 3))),
    formula=r"y = a + b",
)
def add(self: Operand, other: Operand, *, alpha: float = 1) -> Tensor:
    """Add two tensors entry by entry; `alpha` multiplies the second."""
    if not isinstance(self, Tensor):
        return AddBackward0.apply(other, self) if alpha == 1 else add(mul(other, alpha), self)
    return AddBackward0.apply(self, other, alpha=alpha)


class SubBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array, *, alpha: float = 1) -> Array:
        """self - alpha · other"""
        return self - other if alpha == 1 else added(self, -other, alpha)

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """sub distributes: what is subtracted from gets the gradient as it is."""
        return grad

    @tex(r"-\alpha \bar{y}")
    def grad_other(grad: Array, alpha: float) -> Array:
        """sub distributes: what is subtracted gets the gradient with its sign turned."""
        return -grad if alpha == 1 else -grad * alpha


class RsubBackward1(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, *, other: float, alpha: float = 1) -> Array:
        """other - alpha · self, for a number `other`"""
        return scalar(other, self.dtype) - (
            self if alpha == 1 else self * checked(alpha, self.dtype)
        )

    @tex(r"-\alpha \bar{y}")
    def grad_self(grad: Array, alpha: float) -> Array:
        """What is subtracted gets the gradient with its sign turned."""
        return -grad if alpha == 1 else -grad * alpha


@op(
    "Arithmetic",
    "−",
    torch="{self} - {other}",
    hidden=("alpha",),
    nickname="distributes",
    samples=(((2, 3), (3,)), ((2, 3), 2.0), (2.0, (2, 3))),
    formula=r"y = a - b",
)
def sub(self: Operand, other: Operand, *, alpha: float = 1) -> Tensor:
    """Subtract the second tensor from the first, entry by entry."""
    refuse_bool_difference(self, other)
    if not isinstance(self, Tensor):
        return _rsub(other, self, alpha)
    return SubBackward0.apply(self, other, alpha=alpha)


def _rsub(self: Tensor, other: Any, alpha: float = 1) -> Tensor:
    refuse_bool_difference(self, other)
    return RsubBackward1.apply(floating_for(self, other), other=other, alpha=alpha)


def refuse_bool_difference(a: Any, b: Any) -> None:
    """Raise RuntimeError for a difference of booleans."""
    if not (is_bool(a) or is_bool(b)):
        return
    if is_bool(a) and is_bool(b) and is_tensor(a) and is_tensor(b):
        raise RuntimeError(
            "Subtraction, the `-` operator, with two bool tensors is not supported. Use the `^` or "
            "`logical_xor()` operator instead."
        )
    raise RuntimeError(
        "Subtraction, the `-` operator, with a bool tensor is not supported. If you are trying to "
        "invert a mask, use the `~` or `logical_not()` operator instead."
    )


def is_bool(x: Any) -> bool:
    return x._data.dtype.kind == "b" if isinstance(x, Tensor) else x is True or x is False


class MulBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """self · other"""
        return self * other

    @tex(r"\bar{y} \cdot b")
    def grad_self(grad: Array, other: Array) -> Array:
        """mul switches: each input gets the gradient times the other's value."""
        return grad * other

    @tex(r"\bar{y} \cdot a")
    def grad_other(grad: Array, self: Array) -> Array:
        """mul switches: each input gets the gradient times the other's value."""
        return grad * self


@op(
    "Arithmetic",
    "×",
    torch="{self} * {other}",
    nickname="switches",
    samples=(((2, 3), (3,)), ((2, 3), 2.0), (2.0, (2, 3))),
    formula=r"y = a \cdot b",
)
def mul(self: Operand, other: Operand) -> Tensor:
    """Multiply two tensors entry by entry."""
    if not isinstance(self, Tensor):
        self, other = other, self
    return MulBackward0.apply(self, other)


class DivBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """self / other"""
        return self / other

    @tex(r"\frac{\bar{y}}{b}")
    def grad_self(grad: Array, other: Array) -> Array:
        """The numerator gets the gradient divided by the denominator."""
        return grad / other

    @tex(r"-\bar{y} \cdot \frac{a}{b^2}")
    def grad_other(grad: Array, self: Array, other: Array) -> Array:
        """A larger denominator makes less: the sign turns, and it divides once more."""
        return -grad * ((self / other) / other)


class DivBackward2(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array, *, rounding_mode: str) -> Array:
        """self / other, rounded"""
        if rounding_mode == "floor":
            return np.floor_divide(self, other)
        if self.dtype.kind != "f":
            return (np.sign(self) * np.sign(other) * (np.abs(self) // np.abs(other))).astype(
                self.dtype
            )
        return np.trunc(self / other)

    @tex(r"0")
    def grad_self(F: Namespace, grad: Array, other: Array) -> Array:
        """A step function is flat: no gradient gets through."""
        return F.zeros_like(grad)

    @tex(r"0")
    def grad_other(F: Namespace, grad: Array, self: Array, other: Array) -> Array:
        """A step function is flat: no gradient gets through."""
        return F.zeros_like(grad)


@op(
    "Arithmetic",
    "÷",
    torch="{self} / {other}",
    hidden=("rounding_mode",),
    samples=(((2, 3), [0.5, 2.0, -1.5]), ((2, 3), 2.0), (2.0, (2, 3))),
    formula=r"y = \frac{a}{b}",
)
def div(self: Operand, other: Operand, *, rounding_mode: str | None = None) -> Tensor:
    """Divide the first tensor by the second, entry by entry; integers become floats."""
    if rounding_mode is not None:
        return _rounded_div(self, other, rounding_mode)
    if not is_tensor(self):
        return mul(reciprocal(other), self)
    return DivBackward0.apply(self, other)


def _rounded_div(self: Any, other: Any, rounding_mode: str) -> Tensor:
    if rounding_mode not in ("floor", "trunc"):
        raise RuntimeError(
            "div expected rounding_mode to be one of None, 'trunc', or 'floor' but found "
            f"'{rounding_mode}'"
        )
    return DivBackward2.apply(self, other, rounding_mode=rounding_mode)


class MulBackward1(Function):
    def forward(F: Namespace, self: Array, *, other: float) -> Array:
        """self · a number"""
        return self * self.dtype.type(other)

    @tex(r"\bar{y} \cdot b")
    def grad_self(grad: Array, other: float) -> Array:
        """The gradient times the number."""
        return grad * other


class DivBackward1(Function):
    def forward(F: Namespace, self: Array, *, other: float) -> Array:
        """self / a number"""
        return self / self.dtype.type(other)

    @tex(r"\frac{\bar{y}}{b}")
    def grad_self(grad: Array, other: float) -> Array:
        """The gradient divided by the number."""
        return grad / other


class AddBackward1(Function):
    def forward(F: Namespace, self: Array, *, other: float) -> Array:
        """self + a number"""
        return self + self.dtype.type(other)

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """add distributes: the gradient as it is."""
        return grad


def shifted(x: Tensor, number: float) -> Tensor:
    """x + number, as PyTorch's own functions have it: the number is no tensor there."""
    return AddBackward1.apply(floating_for(x, number), other=number)


def scaled(x: Tensor, number: float) -> Tensor:
    """x · number, as PyTorch's own functions have it: the number is no tensor there."""
    return MulBackward1.apply(floating_for(x, number), other=number)


def divided(x: Tensor, number: float) -> Tensor:
    """x / number, as PyTorch's own functions have it: the number is no tensor there."""
    return DivBackward1.apply(x, other=number)


class NegBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """-self"""
        return -self

    @tex(r"-\bar{y}")
    def grad_self(grad: Array) -> Array:
        """A sign turned forward is turned back on the way back."""
        return -grad


@op("Arithmetic", "−x", torch="-{self}", samples=(((2, 3),),), formula=r"y = -x")
def neg(self: Tensor) -> Tensor:
    """Turn the sign of every entry."""
    if self.dtype.name == "bool":
        raise RuntimeError(
            "Negation, the `-` operator, on a bool tensor is not supported. If you are trying to "
            "invert a mask, use the `~` or `logical_not()` operator instead."
        )
    return NegBackward0.apply(self)


class PowBackward0(Function):
    def forward(F: Namespace, self: Array, *, exponent: float) -> Array:
        """self to the power of a number"""
        return F.pow(self, exponent)

    @tex(r"\bar{y} \cdot n x^{n - 1}")
    def grad_self(F: Namespace, grad: Array, self: Array, exponent: float) -> Array:
        """The power rule: the exponent comes down, and one is taken from it."""
        if exponent == 0:
            return F.zeros_like(grad)
        one_less = self if exponent == 2 and F is kernels else F.pow(self, exponent - 1)
        return grad * (exponent * one_less)


def _whole_pow(base: Array, exponent: Array) -> Array:
    """Of integers; a negative power of anything but 1 and -1 is cut off to 0."""
    raised = np.power(base, np.maximum(exponent, 0))
    if exponent.dtype.kind != "i" or not np.any(exponent < 0):
        return raised
    turned = np.where(base == -1, 1 - 2 * (exponent % 2), base == 1)
    return np.where(exponent < 0, turned, raised).astype(base.dtype)[()]


class PowBackward1(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, exponent: Array) -> Array:
        """self to the power of exponent"""
        return F.pow(self, exponent) if self.dtype.kind == "f" else _whole_pow(self, exponent)

    @tex(r"\bar{y} \cdot n x^{n - 1}")
    def grad_self(F: Namespace, grad: Array, self: Array, exponent: Array) -> Array:
        """The power rule: the exponent comes down, and one is taken from it."""
        slope = grad * (exponent * F.pow(self, exponent - 1))
        return F.where(exponent == 0, F.zeros_like(slope), slope)

    @tex(r"\bar{y} \cdot y \ln x")
    def grad_exponent(
        F: Namespace, grad: Array, self: Array, exponent: Array, result: Array
    ) -> Array:
        """A power grows with its exponent by itself times the log of its base."""
        slope = grad * (result * F.log(self))
        return F.where(F.logical_and(self == 0, exponent >= 0), F.zeros_like(slope), slope)


class PowBackward2(Function):
    layout = "rows"

    def forward(F: Namespace, exponent: Array, *, self: float) -> Array:
        """A number to the power of exponent"""
        base = exponent.dtype.type(self)
        return F.pow(base, exponent) if exponent.dtype.kind == "f" else _whole_pow(base, exponent)

    @tex(r"\bar{y} \cdot y \ln x")
    def grad_exponent(
        F: Namespace, grad: Array, exponent: Array, result: Array, self: float
    ) -> Array:
        """A power grows with its exponent by itself times the log of its base."""
        if self == 0:
            slope = grad * (result * -math.inf)
            return F.where(exponent >= 0, F.zeros_like(slope), slope)
        return grad * (result * (math.log(self) if self > 0 else math.nan))


@op(
    "Arithmetic",
    "xⁿ",
    torch="{self} ** {exponent}",
    defaults={"exponent": 2},
    samples=(((2, 3), 2), ((2, 3), 3), ((2, 3), 2.5), ((2, 3), -1), ((2, 3), (3,)), (2.0, (2, 3))),
    domain=(0.3, 2.0),
    formula=r"y = x^{n}",
)
def pow(self: Operand, exponent: Operand) -> Tensor:
    """Raise every entry to a power."""
    if not is_tensor(self):
        return PowBackward2.apply(floating_for(exponent, self), self=self)
    if is_tensor(exponent):
        return PowBackward1.apply(self, exponent)
    self = floating_for(self, exponent)
    kind = self._data.dtype.kind
    if kind != "f" and exponent < 0:
        raise RuntimeError("Integers to negative integer powers are not allowed.")
    if kind == "b":
        self = to(self, dtypes.result_type((self.dtype, self.ndim), exponent))
    return PowBackward0.apply(self, exponent=exponent)


def floating_for(x: Tensor, number: Any) -> Tensor:
    """The tensor as floats when it meets a Python float, and booleans as integers."""
    if isinstance(number, float) and not x.is_floating_point():
        return to(x, dtypes.get_default_dtype())
    if x._data.dtype.kind == "b" and type(number) is int:
        return to(x, dtypes.int64)
    return x


class AbsBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """|self|"""
        return np.abs(self)

    @tex(r"\bar{y} \cdot \operatorname{sgn} x")
    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """Left of zero the gradient's sign turns; at zero nothing passes."""
        return grad * F.sgn(self)


@op("Arithmetic", "|x|", samples=(((2, 3),),), formula=r"y = |x|")
def abs(self: Tensor) -> Tensor:
    """The distance of every entry from zero."""
    return AbsBackward0.apply(self)


@op("Arithmetic", "x²", torch="{self}.square()", samples=(((2, 3),),), formula=r"y = x^2")
def square(self: Tensor) -> Tensor:
    """Every entry times itself; the same as pow with exponent 2."""
    return pow(self, 2)


class ReciprocalBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array) -> Array:
        """1 / self"""
        return 1 / self

    @tex(r"-\bar{y} \cdot y^2")
    def grad_self(grad: Array, result: Array) -> Array:
        """A larger denominator makes less: the sign turns, times the result squared."""
        return -grad * (result * result)


@op("Arithmetic", "1/x", samples=(((2, 3),),), domain=(0.3, 2.0), formula=r"y = \frac{1}{x}")
def reciprocal(self: Tensor) -> Tensor:
    """One divided by every entry."""
    return ReciprocalBackward0.apply(self)


class RsubBackward0(Function):
    promote = "arithmetic"
    layout = "other self"

    def forward(F: Namespace, self: Array, other: Array, *, alpha: float = 1) -> Array:
        """other - alpha · self"""
        return other - (self if alpha == 1 else self * checked(alpha, self.dtype))

    @tex(r"-\alpha \bar{y}")
    def grad_self(grad: Array, alpha: float) -> Array:
        """What is subtracted gets the gradient with its sign turned."""
        return -grad if alpha == 1 else -grad * alpha

    @tex(r"\bar{y}")
    def grad_other(grad: Array) -> Array:
        """What is subtracted from gets the gradient as it is."""
        return grad


def rsub(self: Tensor, other: Any, *, alpha: float = 1) -> Tensor:
    """other - alpha · self, as torch.rsub spells it."""
    if is_tensor(other):
        return RsubBackward0.apply(self, other, alpha=alpha)
    return _rsub(self, other, alpha)


class ToCopyBackward0(Function):
    layout = "own"

    def forward(
        F: Namespace, self: Array, *, dtype: Any, memory_format: memory_format | None = None
    ) -> Array:
        """self in another dtype"""
        return copied(laid(dtypes.cast(self, dtype), [self]), memory_format)

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """The gradient is cast back to the dtype it came from."""
        return grad


@op(
    "Shape", "dtype", torch="{self}.to(torch.{dtype})", defaults={"dtype": "float64"},
    samples=(((2, 3), {"dtype": "float64"}),), hidden=("copy", "memory_format"),
    formula=r"y = x",
)  # fmt: skip
def to(
    self: Tensor, dtype: dtypes.dtype | str, copy: bool = False,
    memory_format: memory_format | None = None,
) -> Tensor:  # fmt: skip
    """Every entry in another dtype; the tensor itself when that changes nothing."""
    wanted = dtypes.BY_NAME[dtype] if isinstance(dtype, str) else dtype
    arranged = memory_format in (None, preserve_format) or is_laid_out(self._data, memory_format)
    if self.dtype is wanted and arranged and not copy:
        return self
    return ToCopyBackward0.apply(self, dtype=wanted, memory_format=memory_format)
