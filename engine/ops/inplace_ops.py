"""The ops whose names end in an underscore: they change their first input."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.function import Function
from engine.inplace import inplace, write
from engine.kernels import along
from engine.ops import activation, arithmetic, choice, compare, division, elementary, fused, gather
from engine.ops.index import IndexPutBackward0
from engine.registry import Operand, op
from engine.tensor import Tensor, check_dim

Array = Any
Namespace = Any


@op(
    "In-place",
    "+=",
    torch="{self}.add_({other}, alpha={alpha})",
    inplace=True,
    samples=(((2, 3), (3,)), ((2, 3), 2.0)),
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
)
def sub_(self: Tensor, other: Operand, *, alpha: float = 1) -> Tensor:
    """Subtract from the first tensor, in place."""
    return inplace(arithmetic.SubBackward0, self, other, alpha=alpha)


@op(
    "In-place",
    "×=",
    torch="{self}.mul_({other})",
    inplace=True,
    samples=(((2, 3), 2.0), ((2, 3), [2, 4, 1])),
)
def mul_(self: Tensor, other: Operand) -> Tensor:
    """Multiply the first tensor, in place."""
    return inplace(arithmetic.MulBackward0, self, other)


@op(
    "In-place",
    "÷=",
    torch="{self}.div_({other})",
    inplace=True,
    samples=(((2, 3), 2.0), ((2, 3), [2, 4, 1])),
)
def div_(self: Tensor, other: Operand) -> Tensor:
    """Divide the first tensor, in place."""
    return inplace(arithmetic.DivBackward0, self, other)


def pow_(self: Tensor, exponent: Any) -> Tensor:
    """Raise to a power, in place."""
    if isinstance(exponent, Tensor):
        return inplace(arithmetic.PowBackward1, self, exponent)
    return inplace(arithmetic.PowBackward0, self, exponent=exponent)


class ZeroBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """Zeros"""
        return np.zeros_like(self)

    def grad_self(F: Namespace, grad: Array) -> Array:
        """What was overwritten no longer matters."""
        return F.zeros_like(grad)


@op("In-place", "=0", torch="{self}.zero_()", inplace=True, samples=(((2, 3),),))
def zero_(self: Tensor) -> Tensor:
    """Fill with zeros, in place."""
    return inplace(ZeroBackward0, self)


class FillBackward2(Function):
    def forward(F: Namespace, self: Array, *, value: float) -> Array:
        """One value everywhere"""
        return np.full_like(self, value)

    def grad_self(F: Namespace, grad: Array) -> Array:
        """What was overwritten no longer matters."""
        return F.zeros_like(grad)


@op(
    "In-place",
    "=k",
    torch="{self}.fill_({value})",
    defaults={"value": 0.0},
    inplace=True,
    samples=(((2, 3), {"value": 2.0}),),
)
def fill_(self: Tensor, value: float) -> Tensor:
    """Fill with one value, in place."""
    return inplace(FillBackward2, self, value=value.item() if isinstance(value, Tensor) else value)


@op(
    "Gradient control", "∇?", torch="{self}.requires_grad_({requires_grad})",
    defaults={"requires_grad": True}, inplace=True,
)  # fmt: skip
def requires_grad_(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Say in place whether this leaf's gradient is wanted."""
    return self.requires_grad_(requires_grad)


def _unary(name: str, node: type[Function]) -> Any:
    def call(self: Tensor, **params: Any) -> Tensor:
        return inplace(node, self, **params)

    call.__name__ = name
    call.__doc__ = f"{name.rstrip('_')}, in place."
    return call


_UNARY: dict[str, type[Function]] = {
    "neg_": arithmetic.NegBackward0, "abs_": arithmetic.AbsBackward0,
    "reciprocal_": arithmetic.ReciprocalBackward0, "exp_": elementary.ExpBackward0,
    "log_": elementary.LogBackward0, "sqrt_": elementary.SqrtBackward0,
    "rsqrt_": elementary.RsqrtBackward0, "sin_": elementary.SinBackward0,
    "cos_": elementary.CosBackward0, "tan_": elementary.TanBackward0,
    "tanh_": elementary.TanhBackward0, "sigmoid_": elementary.SigmoidBackward0,
    "relu_": activation.ReluBackward0, "frac_": elementary.FracBackward0,
    "floor_": elementary.node_of("floor"), "ceil_": elementary.node_of("ceil"),
    "round_": elementary.node_of("round"), "trunc_": elementary.node_of("trunc"),
    "sign_": elementary.node_of("sign"), "log1p_": elementary.node_of("log1p"),
    "expm1_": elementary.node_of("expm1"), "erf_": elementary.node_of("erf"),
}  # fmt: skip
globals().update({name: _unary(name, node) for name, node in _UNARY.items()})


def _bitwise(name: str, function: Any) -> Any:
    def call(self: Tensor, other: Any) -> Tensor:
        write(self, np.asarray(function(self, other)._data).astype(self._data.dtype)[()])
        return self

    call.__name__, call.__doc__ = name, f"{name.rstrip('_')}, in place."
    return call


bitwise_and_ = _bitwise("bitwise_and_", compare.bitwise_and)
bitwise_or_ = _bitwise("bitwise_or_", compare.bitwise_or)
bitwise_xor_ = _bitwise("bitwise_xor_", compare.bitwise_xor)


def square_(self: Tensor) -> Tensor:
    """Square, in place."""
    return pow_(self, 2)


def remainder_(self: Tensor, other: Operand) -> Tensor:
    """What is left after dividing, in place."""
    if isinstance(other, Tensor):
        return inplace(division.RemainderBackward1, self, other)
    return inplace(division.RemainderBackward0, self, other=other)


def floor_divide_(self: Tensor, other: Operand) -> Tensor:
    """Divide and round down, in place."""
    if isinstance(other, Tensor):
        return inplace(division.NotImplemented_, self, other)
    return inplace(division.NotImplementedNumber, self, other=other)


def masked_fill_(self: Tensor, mask: Tensor, value: Any) -> Tensor:
    """One value where the mask holds, in place."""
    choice.mask_error(mask)
    if isinstance(value, Tensor):
        return inplace(choice.MaskedFillBackward1, self, mask, value)
    return inplace(choice.MaskedFillBackward0, self, mask, value=value)


def addcmul_(self: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """Add value · tensor1 · tensor2, in place."""
    return inplace(fused.AddcmulBackward0, self, tensor1, tensor2, value=value)


def addcdiv_(self: Tensor, tensor1: Tensor, tensor2: Tensor, *, value: float = 1) -> Tensor:
    """Add value · tensor1 / tensor2, in place."""
    return inplace(fused.AddcdivBackward0, self, tensor1, tensor2, value=value)


def lerp_(self: Tensor, end: Tensor, weight: Operand) -> Tensor:
    """Go a share `weight` of the way to `end`, in place."""
    if isinstance(weight, Tensor):
        return inplace(fused.LerpBackward1, self, end, weight)
    return inplace(fused.LerpBackward0, self, end, weight=weight)


def clamp_min_(self: Tensor, min: float) -> Tensor:
    """Keep at or above a bound, in place."""
    return inplace(choice.clamp_min_node, self, bound=min)


def clamp_max_(self: Tensor, max: float) -> Tensor:
    """Keep at or below a bound, in place."""
    return inplace(choice.clamp_max_node, self, bound=max)


def index_fill_(self: Tensor, dim: int, index: Tensor, value: Any) -> Tensor:
    """One value in the slices whose numbers are in `index`, in place."""
    number = value.item() if isinstance(value, Tensor) else value
    d = check_dim(dim, self.ndim)
    return inplace(gather.IndexFillBackward0, self, index, dim=d, value=number)


def index_add_(
    self: Tensor, dim: int, index: Tensor, source: Tensor, *, alpha: float = 1
) -> Tensor:
    """Add slices of `source` at the numbers in `index`, in place."""
    d = check_dim(dim, self.ndim)
    return inplace(gather.IndexAddBackward0, self, index, source, dim=d, alpha=alpha)


def index_copy_(self: Tensor, dim: int, index: Tensor, source: Tensor) -> Tensor:
    """Write slices of `source` at the numbers in `index`, in place."""
    return inplace(gather.IndexCopyBackward0, self, index, source, dim=check_dim(dim, self.ndim))


def index_put_(self: Tensor, indices: Any, values: Tensor, accumulate: bool = False) -> Tensor:
    """Write (or add) values at index tensors, in place."""
    keys = tuple(np.s_[:] if i is None else i._data for i in indices)
    return inplace(IndexPutBackward0, self, values, index=keys, accumulate=accumulate)


def scatter_(
    self: Tensor, dim: int, index: Tensor, src: Any = None, *, value: Any = None
) -> Tensor:
    """Write entries of `src` (or one value) at `index` along a dimension, in place."""
    d = check_dim(dim, self.ndim)
    places = along(np.atleast_1d(index._data), d)
    given = value if src is None else src
    if isinstance(given, Tensor):
        return inplace(gather.ScatterBackward0, self, index, given, dim=d, places=places)
    return inplace(gather.ScatterBackward1, self, index, value=given, dim=d, places=places)


def scatter_add_(self: Tensor, dim: int, index: Tensor, src: Tensor) -> Tensor:
    """Add entries of `src` at `index` along a dimension, in place."""
    d = check_dim(dim, self.ndim)
    places = along(np.atleast_1d(index._data), d)
    return inplace(gather.ScatterAddBackward0, self, index, src, dim=d, places=places)


def fill_diagonal_(self: Tensor, fill_value: float) -> Tensor:
    """One value on the diagonal, in place."""
    self.diagonal().fill_(fill_value)
    return self


def clamp_(self: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    """Keep between two bounds, in place."""
    return inplace(choice.ClampBackward1, self, min=min, max=max)
