"""The ops whose names end in an underscore: they change their first input."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.function import Function
from engine.inplace import check_writable, in_place, inplace, reshape_in_place
from engine.ops import (
    activation,
    affine,
    arithmetic,
    arrange,
    bell,
    bits,
    choice,
    compare,
    division,
    elementary,
    fused,
    gamma,
    products,
    scan,
    shape,
    special,
    writing,
)
from engine.ops.index import IndexPutBackward0
from engine.promote import checked
from engine.registry import Operand, op, tex
from engine.tensor import Tensor

Array = Any
Namespace = Any


@op(
    "In-place",
    "+=",
    torch="{self}.add_({other}, alpha={alpha})",
    inplace=True,
    samples=(((2, 3), (3,)), ((2, 3), 2.0)),
    formula=r"a \leftarrow a + \alpha b",
)
def add_(self: Tensor, other: Operand, *, alpha: float = 1) -> Tensor:
    """Add to the first tensor, in place."""
    return inplace(arithmetic.AddBackward0, self, other, alpha=alpha)


@op(
    "In-place",
    "−=",
    torch="{self}.sub_({other}, alpha={alpha})",
    inplace=True,
    samples=(((2, 3), (3,)), ((2, 3), 2.0)),
    formula=r"a \leftarrow a - \alpha b",
)
def sub_(self: Tensor, other: Operand, *, alpha: float = 1) -> Tensor:
    """Subtract from the first tensor, in place."""
    if arithmetic.is_bool(self) or arithmetic.is_bool(other):
        check_writable(self, other)
        arithmetic.refuse_bool_difference(self, other)
    return inplace(arithmetic.SubBackward0, self, other, alpha=alpha)


@op(
    "In-place",
    "×=",
    torch="{self}.mul_({other})",
    inplace=True,
    samples=(((2, 3), 2.0), ((2, 3), [2, 4, 1])),
    formula=r"a \leftarrow a \cdot b",
)
def mul_(self: Tensor, other: Operand) -> Tensor:
    """Multiply the first tensor, in place."""
    return inplace(arithmetic.MulBackward0, self, other)


@op(
    "In-place",
    "÷=",
    torch="{self}.div_({other})",
    hidden=("rounding_mode",),
    inplace=True,
    samples=(((2, 3), 2.0), ((2, 3), [2, 4, 1])),
    formula=r"a \leftarrow \frac{a}{b}",
)
def div_(self: Tensor, other: Operand, *, rounding_mode: str | None = None) -> Tensor:
    """Divide the first tensor, in place."""
    if rounding_mode is not None:
        return _rounded_div_(self, other, rounding_mode=rounding_mode)
    return inplace(arithmetic.DivBackward0, self, other)


class ZeroBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """Zeros"""
        return np.zeros_like(self)

    @tex(r"0")
    def grad_self(F: Namespace, grad: Array) -> Array:
        """What was overwritten no longer matters."""
        return F.zeros_like(grad)


@op(
    "In-place", "=0", torch="{self}.zero_()", inplace=True, samples=(((2, 3),),),
    formula=r"x \leftarrow 0",
)  # fmt: skip
def zero_(self: Tensor) -> Tensor:
    """Fill with zeros, in place."""
    return inplace(ZeroBackward0, self)


class FillBackward2(Function):
    def forward(F: Namespace, self: Array, *, value: float) -> Array:
        """One value everywhere"""
        return np.full_like(self, checked(value, self.dtype))

    @tex(r"0")
    def grad_self(F: Namespace, grad: Array) -> Array:
        """What was overwritten no longer matters."""
        return F.zeros_like(grad)


class FillBackward3(Function):
    def forward(F: Namespace, self: Array, value: Array) -> Array:
        """One value everywhere"""
        return np.full_like(self, value)

    @tex(r"0")
    def grad_self(F: Namespace, grad: Array) -> Array:
        """What was overwritten no longer matters."""
        return F.zeros_like(grad)

    @tex(r"\sum_i \bar{y}_i")
    def grad_value(F: Namespace, grad: Array) -> Array:
        """Every entry is the one value."""
        return F.sum(grad, tuple(range(grad.ndim)), False)


@op(
    "In-place",
    "=k",
    torch="{self}.fill_({value})",
    defaults={"value": 0.0},
    inplace=True,
    samples=(((2, 3), {"value": 2.0}),),
    formula=r"x \leftarrow v",
)
def fill_(self: Tensor, value: float) -> Tensor:
    """Fill with one value (a number or a 0-d tensor), in place."""
    if not isinstance(value, Tensor):
        return inplace(FillBackward2, self, value=value)
    if value.ndim:
        raise RuntimeError(
            "fill_ only supports 0-dimension value tensor but got tensor with "
            f"{value.ndim} dimensions."
        )
    return inplace(FillBackward3, self, value)


@op(
    "Gradient control", "∇?", torch="{self}.requires_grad_({requires_grad})",
    defaults={"requires_grad": True}, inplace=True,
    formula=r"y = x",
)  # fmt: skip
def requires_grad_(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Say in place whether this leaf's gradient is wanted."""
    return self.requires_grad_(requires_grad)


def index_put_(self: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """Write (or add) values at index tensors, in place."""
    keys = tuple(np.s_[:] if i is None else i._data for i in indices)
    return inplace(IndexPutBackward0, self, values, index=keys, accumulate=accumulate)


def fill_diagonal_(self: Tensor, fill_value: float) -> Tensor:
    """One value on the diagonal, in place."""
    self.diagonal().fill_(fill_value)
    return self


_rounded_div_ = in_place(arithmetic.div)
pow_ = in_place(arithmetic.pow)
floor_divide_ = in_place(division.floor_divide)
remainder_ = in_place(division.remainder)
bitwise_and_ = in_place(compare.bitwise_and)
bitwise_or_ = in_place(compare.bitwise_or)
bitwise_xor_ = in_place(compare.bitwise_xor)
bitwise_left_shift_ = in_place(bits.bitwise_left_shift)
bitwise_right_shift_ = in_place(bits.bitwise_right_shift)


def _only_into(function: Any, holds: Any, sentence: str) -> Any:
    """`function` in place, which refuses a tensor that cannot hold the result with a `sentence`."""
    write = in_place(function)

    def call(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        if not holds(self):
            raise RuntimeError(sentence.format(self.dtype.scalar_name))
        return write(self, *args, **kwargs)

    call.__name__, call.__doc__ = write.__name__, write.__doc__
    return call


ldexp_ = _only_into(
    bits.ldexp, Tensor.is_floating_point,
    "ldexp can't be cast to the desired output type {}",
)  # fmt: skip
mvlgamma_ = _only_into(
    gamma.mvlgamma, lambda x: x.is_floating_point() or x.dtype.name == "bool",
    "mvlgamma: result type {} can't be cast to the desired output type Float",
)  # fmt: skip
float_power_ = _only_into(
    bits.float_power, lambda x: x.dtype.name == "float64",
    "the base given to float_power_ has dtype {} but the operation's result requires dtype Double",
)  # fmt: skip


def _sum_in_place(function: Any, product: Any) -> Any:
    """An op that adds a product, of the size that `product` says, to its first input."""
    write = in_place(function)

    def call(self: Tensor, a: Tensor, b: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
        size = product(a, b)
        if len(size) != self.ndim and function is affine.addr:
            raise RuntimeError(f"2D tensor expected, got {self.ndim}D tensor for input")
        if list(self.shape) != size:
            raise RuntimeError(
                f"Bad in-place call: input tensor size {list(self.shape)} and output tensor size "
                f"{size} should match"
            )
        return write(self, a, b, beta=beta, alpha=alpha)

    call.__name__, call.__doc__ = f"{function.__name__}_", write.__doc__
    return call


addmm_ = _sum_in_place(affine.addmm, lambda a, b: [a.shape[0], b.shape[1]])
addmv_ = _sum_in_place(affine.addmv, lambda a, b: [a.shape[0]])
addr_ = _sum_in_place(affine.addr, lambda a, b: [a.shape[0], b.shape[0]])
addbmm_ = in_place(products.addbmm, grows=True)
baddbmm_ = _sum_in_place(affine.baddbmm, lambda a, b: [*a.shape[:2], b.shape[2]])

_TWINS = (
    arithmetic.neg, arithmetic.abs, arithmetic.square, arithmetic.reciprocal, division.fmod,
    *(getattr(elementary, name) for name in elementary.UNARY),
    activation.relu, special.atan2, special.hypot, special.xlogy, special.sinc, special.logit,
    special.copysign, choice.clamp, choice.clamp_min, choice.clamp_max, choice.masked_fill,
    choice.nan_to_num, compare.bitwise_not, compare.logical_not, fused.addcmul, fused.addcdiv,
    fused.lerp, scan.cumsum, scan.cumprod, arrange.tril, arrange.triu, writing.index_fill,
    writing.index_add, writing.index_copy, writing.scatter, writing.scatter_add,
    compare.logical_and, compare.logical_or, compare.logical_xor,
    bits.deg2rad, bits.gcd, bits.heaviside, bits.lcm, bits.nextafter, bits.rad2deg, bits.sgn,
    bell.i0, gamma.igamma, gamma.igammac, gamma.polygamma,
)  # fmt: skip
"""The ops of one node whose in-place twin differs in nothing else."""
globals().update({f"{function.__name__}_": in_place(function) for function in _TWINS})


def _reshaped(function: Any) -> Any:
    def call(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        return reshape_in_place(self, function(self, *args, **kwargs))

    call.__name__ = f"{function.__name__}_"
    call.__doc__ = f"{function.__name__}, of the tensor itself: the values stay where they are."
    return call


_VIEWS = (
    shape.t, shape.transpose, shape.squeeze, shape.unsqueeze, arrange.as_strided,
)  # fmt: skip
globals().update({f"{function.__name__}_": _reshaped(function) for function in _VIEWS})
