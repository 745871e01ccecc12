"""What only rules need: the tensor forms of kernels that have no op of their own in torch."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import dtypes, kernels
from engine.function import Function
from engine.ops.arithmetic import div, to
from engine.ops.choice import where
from engine.ops.compare import isnan
from engine.ops.elementary import sign
from engine.ops.gamma import polygamma
from engine.ops.index import IndexBackward0
from engine.ops.reduction import norm
from engine.registry import tex
from engine.tensor import Tensor, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


class SelectBackwardBackward0(Function):
    """Zeros with a slice filled in; its derivative picks the slice out again."""

    def forward(F: Namespace, self: Array, *, size: Shape, dim: int, index: int) -> Array:
        """self at index of dim in zeros"""
        return F.select_backward(self, size, dim, index)

    def grad_self(F: Namespace, grad: Array, dim: int, index: int) -> Array:
        """The slice is picked out again."""
        return F.select(grad, dim, index)


def select_backward(grad: Tensor, size: Shape, dim: int, index: int) -> Tensor:
    """`grad` at `index` of `dim` in zeros of `size`."""
    return SelectBackwardBackward0.apply(grad, size=size, dim=dim, index=index)


class SliceBackwardBackward0(Function):
    """Zeros with a slice filled in."""

    def forward(
        F: Namespace, self: Array, *, size: Shape, dim: int, start: int, end: int, step: int
    ) -> Array:
        """self at the slice of dim in zeros"""
        return F.slice_backward(self, size, dim, start, end, step)

    def grad_self(F: Namespace, grad: Array, dim: int, start: int, end: int, step: int) -> Array:
        """The slice is cut out again."""
        return F.slice(grad, dim, start, end, step)


def slice_backward(grad: Tensor, size: Shape, dim: int, start: int, end: int, step: int) -> Tensor:
    """`grad` at the slice of `dim` in zeros of `size`."""
    return SliceBackwardBackward0.apply(grad, size=size, dim=dim, start=start, end=end, step=step)


class IndexPutImplBackward0(Function):
    """Zeros with entries added at indices."""

    def forward(F: Namespace, self: Array, *, size: Shape, index: Any) -> Array:
        """self added at index in zeros"""
        return F.index_backward(self, size, index)

    def grad_self(F: Namespace, grad: Array, index: Any) -> Array:
        """The entries are read out again."""
        return F.index_read(grad, index)


def index_backward(grad: Tensor, size: Shape, index: Any) -> Tensor:
    """`grad` added at `index` in zeros of `size`."""
    return IndexPutImplBackward0.apply(grad, size=size, index=index)


def index_read(x: Tensor, index: Any) -> Tensor:
    """The entries at `index`."""
    return IndexBackward0.apply(x, index=index)


gather_flat = index_read


def index_zeroed(x: Tensor, index: Any) -> Tensor:
    """A copy with zeros at `index`."""
    mask = np.zeros(x._data.shape, bool)
    mask[index] = True
    return where(wrap(mask), zeros_of(x), x)


def scatter_flat(x: Tensor, positions: Array, values: Tensor | None) -> Tensor:
    """A copy of a flat tensor with `values` (None: zeros) at `positions`."""
    rest = index_zeroed(x, positions)
    if values is None:
        return rest
    return rest + index_backward(values, tuple(x.shape), (positions,))


def zeros_of(x: Tensor) -> Tensor:
    """Zeros in the shape of x."""
    return wrap(np.zeros_like(x._data))


def put_along(grad: Tensor, size: Shape, dim: int, index: Array) -> Tensor:
    """`grad` at the positions `index` along `dim` in zeros of `size`."""
    grid = list(np.indices(index.shape))
    grid[dim] = index
    return index_backward(grad, size, tuple(grid))


def add_along(grad: Tensor, size: Shape, dim: int, index: Array) -> Tensor:
    """`grad` added at the positions `index` along `dim` in zeros of `size`."""
    return index_backward(grad, size, kernels.along(index, dim))


def zeros(size: Shape, like: Tensor) -> Tensor:
    """Zeros of `size` in the dtype of `like`."""
    return wrap(np.zeros(size, like._data.dtype))


def trigamma(x: Tensor) -> Tensor:
    """The slope of digamma."""
    return polygamma(1, x)


def constant(data: Array) -> Tensor:
    """An array as a tensor without history."""
    return wrap(data)


def cast(x: Tensor, dtype: Any) -> Tensor:
    """x in another NumPy dtype."""
    return to(x, dtypes.of(dtype))


class TanhBackwardBackward0(Function):
    def forward(F: Namespace, self: Array, output: Array) -> Array:
        """self · (1 - result²)"""
        return F.tanh_backward(self, output)

    @tex(r"\bar{y} \cdot (1 - y^2)")
    def grad_self(F: Namespace, grad: Array, output: Array) -> Array:
        """The slope of tanh once more."""
        return F.tanh_backward(grad, output)

    def grad_output(grad: Array, self: Array, output: Array) -> Array:
        """How the slope of tanh bends."""
        return grad * (-2 * output * self)


def tanh_backward(grad: Tensor, result: Tensor) -> Tensor:
    """grad · (1 - result²)"""
    return TanhBackwardBackward0.apply(grad, result)


class SigmoidBackwardBackward0(Function):
    def forward(F: Namespace, self: Array, output: Array) -> Array:
        """self · (1 - result) · result"""
        return F.sigmoid_backward(self, output)

    @tex(r"\bar{y} \cdot y (1 - y)")
    def grad_self(F: Namespace, grad: Array, output: Array) -> Array:
        """The slope of sigmoid once more."""
        return F.sigmoid_backward(grad, output)

    def grad_output(grad: Array, self: Array, output: Array) -> Array:
        """How the slope of sigmoid bends."""
        return grad * self * (-2 * output + 1)


def sigmoid_backward(grad: Tensor, result: Tensor) -> Tensor:
    """grad · (1 - result) · result"""
    return SigmoidBackwardBackward0.apply(grad, result)


class ThresholdBackwardBackward0(Function):
    def forward(F: Namespace, self: Array, output: Array) -> Array:
        """self where a relu was open"""
        return F.threshold_backward(self, output)

    def grad_self(F: Namespace, grad: Array, output: Array) -> Array:
        """The same gate once more."""
        return F.threshold_backward(grad, output)

    def grad_output(F: Namespace, grad: Array) -> Array:
        """Whether a gate is open does not change by a little."""
        return F.zeros_like(grad)


def threshold_backward(grad: Tensor, result: Tensor) -> Tensor:
    """`grad` where a relu was open."""
    return ThresholdBackwardBackward0.apply(grad, result)


def sgn(x: Tensor) -> Tensor:
    """-1, 0 or 1; 0 for nan."""
    return where(isnan(x), zeros_of(x), sign(x))


def floored_ratio(a: Tensor, b: Tensor) -> Tensor:
    """How often b fits into a."""
    return div(a, b, rounding_mode="floor")


def vector_norm(x: Tensor, ord: float, dim: Any, keepdim: bool) -> Tensor:
    """The ord-norm along dim."""
    return norm(x, ord, dim, keepdim)


__all__ = [
    "add_along", "cast", "constant", "floored_ratio", "gather_flat", "index_backward", "index_read",
    "index_zeroed", "put_along", "scatter_flat", "select_backward", "sgn", "sigmoid_backward",
    "slice_backward", "tanh_backward", "threshold_backward", "trigamma", "vector_norm", "zeros",
    "zeros_of",
]  # fmt: skip
