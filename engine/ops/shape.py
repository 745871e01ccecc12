"""The same entries in another shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from engine import errors, layout
from engine.function import Function
from engine.layout import memory_format
from engine.ops.reduction import dims_of
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim, is_tensor

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def resolved(shape: Sequence[int], numel: int) -> tuple[int, ...]:
    """`shape` with its -1 worked out; raises RuntimeError with PyTorch's sentence."""
    if math.prod(shape) == numel and min(shape, default=0) >= 0:
        return tuple([int(n) for n in shape])
    known = math.prod(n for n in shape if n != -1)
    if list(shape).count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
    if -1 in shape and not known and not numel:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(shape)} because the unspecified "
            "dimension size -1 can be any value and is ambiguous"
        )
    if -1 in shape and known and numel % known == 0:
        return tuple(numel // known if n == -1 else int(n) for n in shape)
    if -1 in shape or known != numel:
        raise RuntimeError(f"shape '{list(shape)}' is invalid for input of size {numel}")
    return tuple(int(n) for n in shape)


class ViewBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array, *, size: Shape) -> Array:
        """The same entries, row by row, in another shape"""
        return self.reshape(size, copy=False)

    @tex(r"\operatorname{reshape} \bar{y}")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """A reshape only renames the entries: the gradient is reshaped back."""
        return F.reshape(grad, self_shape)


class ReshapeAliasBackward0(Function):
    """What reshape makes of memory that is not in row-major order but can be viewed."""

    view = True
    forward = ViewBackward0.forward
    grad_self = ViewBackward0.__dict__["grad_self"].__func__


class UnsafeViewBackward0(Function):
    def forward(F: Namespace, self: Array, *, size: Shape) -> Array:
        """A fresh copy's entries in another shape"""
        return F.reshape(self, size)

    @tex(r"\operatorname{reshape} \bar{y}")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """A reshape only renames the entries: the gradient is reshaped back."""
        return F.reshape(grad, self_shape)


def _can_view(data: Array, size: Shape) -> bool:
    try:
        np.reshape(data, size, copy=False)
    except ValueError:
        return False
    return True


@op(
    "Shape",
    "view",
    torch="{self}.view({shape})",
    defaults={"shape": [-1]},
    samples=(((2, 3), {"shape": (3, -1)}),),
    formula=r"y = \operatorname{reshape} x",
)
def view(self: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The same memory in another shape; -1 stands for what is left."""
    size = resolved(shape, self.numel())
    if not _can_view(self._data, size):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one "
            "dimension spans across two contiguous subspaces). Use .reshape(...) instead."
        )
    return ViewBackward0.apply(self, size=size)


@op(
    "Shape",
    "reshape",
    torch="{self}.reshape({shape})",
    defaults={"shape": [-1]},
    samples=(((2, 3), {"shape": (-1,)}),),
    formula=r"y = \operatorname{reshape} x",
)
def reshape(self: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The entries in another shape, copied only where they must be; -1 stands for what is left."""
    size = resolved(shape, self._data.size)
    if layout.is_laid_out(self._data):
        return ViewBackward0.apply(self, size=size)
    if _can_view(self._data, size):
        return ReshapeAliasBackward0.apply(self, size=size)
    return UnsafeViewBackward0.apply(clone(self, memory_format=layout.contiguous_format), size=size)


@op(
    "Shape",
    "flatten",
    torch="{self}.flatten({start_dim}, {end_dim})",
    samples=(((2, 3, 2), {"start_dim": 1}), ((2, 3),)),
    formula=r"y = \operatorname{vec} x",
)
def flatten(self: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Join the dimensions from `start_dim` to `end_dim` into one."""
    start, end = check_dim(start_dim, self.ndim), check_dim(end_dim, self.ndim)
    if start > end:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not self.ndim:
        return reshape(self, (1,))
    if start == end:
        return self
    shape = self.shape
    joined = int(np.prod(shape[start : end + 1], dtype=np.int64))
    return reshape(self, (*shape[:start], joined, *shape[end + 1 :]))


class TBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array) -> Array:
        """Rows become columns"""
        return self.T

    @tex(r"\bar{y}^{\top}")
    def grad_self(F: Namespace, grad: Array) -> Array:
        """The gradient is transposed back."""
        return F.t(grad)


@op("Shape", "ᵀ", torch="{self}.t()", samples=(((2, 3),), ((3,),)), formula=r"y = x^{\top}")
def t(self: Tensor) -> Tensor:
    """Rows become columns, of a matrix or less."""
    if self.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {self.ndim}D")
    return TBackward0.apply(self)


@lru_cache
def _inverse(dims: Shape) -> Shape:
    """The order that undoes an order of dimensions."""
    return tuple(sorted(range(len(dims)), key=dims.__getitem__))


_DIMS = [set(range(n)) for n in range(65)]
"""The dimensions of an array, for every number of them NumPy can have."""


class PermuteBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dims: Shape) -> Array:
        """The dimensions in another order"""
        return self.transpose(dims)

    @tex(r"\pi^{-1} \bar{y}")
    def grad_self(F: Namespace, grad: Array, dims: Shape) -> Array:
        """The dimensions go back to their old order."""
        return F.permute(grad, _inverse(dims))


@op(
    "Shape",
    "permute",
    torch="{self}.permute({dims})",
    defaults={"dims": [1, 0]},
    samples=(((2, 3, 4), {"dims": (2, 0, 1)}),),
    formula=r"y_{\pi(i)} = x_{i}",
)
def permute(self: Tensor, dims: tuple[int, ...]) -> Tensor:
    """The dimensions in another order."""
    ndim = self._data.ndim
    if len(dims) != ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the "
            f"length of the desired ordering of dimensions i.e. input.dim() = {ndim} is not "
            f"equal to len(dims) = {len(dims)}"
        )
    order = tuple(dims)
    if set(order) != _DIMS[ndim]:
        order = tuple([check_dim(d, ndim) for d in dims])
        if len(set(order)) != len(order):
            raise RuntimeError("permute(): duplicate dims are not allowed.")
    return PermuteBackward0.apply(self, dims=order)


class TransposeBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dim0: int, dim1: int) -> Array:
        """Two dimensions change places"""
        return np.swapaxes(self, dim0, dim1) if self.ndim else self.view()

    @tex(r"\bar{y}^{\top}")
    def grad_self(F: Namespace, grad: Array, dim0: int, dim1: int) -> Array:
        """The two dimensions change places again."""
        return F.transpose(grad, dim0, dim1)


@op(
    "Shape",
    "⇄",
    torch="{self}.transpose({dim0}, {dim1})",
    defaults={"dim0": 0, "dim1": 1},
    samples=(((2, 3), {"dim0": 0, "dim1": 1}),),
    formula=r"y_{j i} = x_{i j}",
)
def transpose(self: Tensor, dim0: int, dim1: int) -> Tensor:
    """Two dimensions change places."""
    a, b = check_dim(dim0, self.ndim), check_dim(dim1, self.ndim)
    return TransposeBackward0.apply(self, dim0=a, dim1=b)


class SqueezeBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array) -> Array:
        """Without the dimensions of size 1"""
        return np.squeeze(self)

    @tex(r"\operatorname{reshape} \bar{y}")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """The dropped dimensions come back."""
        return F.reshape(grad, self_shape)


class SqueezeBackward1(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """Without dimension dim, if its size is 1"""
        return F.squeeze(self, dim)

    @tex(r"\operatorname{reshape} \bar{y}")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """The dropped dimension comes back."""
        return F.reshape(grad, self_shape)


class SqueezeBackward2(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dim: Shape) -> Array:
        """Without those of the dimensions dim whose size is 1"""
        return F.squeeze(self, dim)

    @tex(r"\operatorname{reshape} \bar{y}")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """The dropped dimensions come back."""
        return F.reshape(grad, self_shape)


class SqueezeBackward4(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dim: Shape) -> Array:
        """Without the dimension that a matrix product had added"""
        return F.squeeze(self, dim)

    @tex(r"\operatorname{reshape} \bar{y}")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """The dropped dimension comes back."""
        return F.reshape(grad, self_shape)


@op(
    "Shape",
    "squeeze",
    torch="{self}.squeeze({dim})",
    samples=(((1, 3, 1),), ((1, 3, 1), {"dim": 0})),
    formula=r"y_{i} = x_{i 1}",
)
def squeeze(self: Tensor, dim: int | tuple[int, ...] | None = None) -> Tensor:
    """Drop dimensions of size 1: all, or those named."""
    if dim is None:
        return SqueezeBackward0.apply(self)
    if isinstance(dim, int):
        return SqueezeBackward1.apply(self, dim=check_dim(dim, self.ndim))
    return SqueezeBackward2.apply(self, dim=dims_of(dim, self.ndim))


class UnsqueezeBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """With one more dimension, of size 1"""
        return np.expand_dims(self, dim)

    @tex(r"\operatorname{reshape} \bar{y}")
    def grad_self(F: Namespace, grad: Array, dim: int) -> Array:
        """The added dimension goes again."""
        return F.squeeze(grad, dim)


@op(
    "Shape",
    "unsqueeze",
    torch="{self}.unsqueeze({dim})",
    defaults={"dim": 0},
    samples=(((2, 3), {"dim": 1}),),
    formula=r"y_{i 1} = x_{i}",
)
def unsqueeze(self: Tensor, dim: int) -> Tensor:
    """Add a dimension of size 1 before `dim`."""
    return UnsqueezeBackward0.apply(self, dim=check_dim(dim, self.ndim + 1))


class ExpandBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array, *, size: Shape) -> Array:
        """Repeated without copying"""
        return np.lib.stride_tricks.as_strided(
            self, size, _expanded_strides(self, size), writeable=True
        )

    @tex(r"\sum_i \bar{y}_i")
    def grad_self(grad: Array) -> Array:
        """What was repeated collects the gradients of all its copies."""
        return grad


def _expanded_strides(self: Array, size: Shape) -> tuple[int, ...]:
    if not self.ndim:
        return (0,) * len(size)
    extra = len(size) - self.ndim
    known = zip(size[extra:], self.shape, self.strides, strict=True)
    strides = [s if n == k else 0 for n, k, s in known]
    for i in reversed(range(extra)):  # along a new dimension of size 1 nothing is repeated
        strides.insert(0, size[i + 1] * strides[0] if size[i] == 1 else 0)
    return tuple(strides)


@op(
    "Shape",
    "expand",
    torch="{self}.expand({size})",
    defaults={"size": [2, -1]},
    samples=(((2, 1), {"size": (3, 2, 4)}), ((1, 3), {"size": (2, -1)})),
    formula=r"y_{i j} = x_{j}",
)
def expand(self: Tensor, size: tuple[int, ...]) -> Tensor:
    """Repeat along dimensions of size 1 (or new ones) without copying; -1 keeps a size."""
    shape = tuple(self.shape)
    extra = len(size) - len(shape)
    if extra < 0:
        raise RuntimeError(errors.expand_too_few(self.dtype.tensor_type, shape, tuple(size)))
    full = tuple(shape[i - extra] if n == -1 and i >= extra else int(n) for i, n in enumerate(size))
    for i, n in reversed([*enumerate(full)]):
        if i >= extra and shape[i - extra] not in (1, n):
            raise RuntimeError(errors.cannot_expand(shape, full, i, shape[i - extra]))
    return ExpandBackward0.apply(self, size=full)


def expand_as(self: Tensor, other: Tensor) -> Tensor:
    """Expand to the shape of another tensor."""
    return expand(self, tuple(other.shape))


def broadcast_to(self: Tensor, shape: Shape) -> Tensor:
    """Expand to a shape."""
    return expand(self, tuple(shape))


def broadcast_tensors(*tensors: Tensor) -> tuple[Tensor, ...]:
    """All expanded to one shape; those that have it already as they are."""
    shapes = [tuple(x.shape) for x in tensors]
    try:
        shape = np.broadcast_shapes(*shapes)
    except ValueError:
        raise RuntimeError(errors.cannot_broadcast(shapes[0], shapes[1])) from None
    return tuple(x if x.shape == shape else expand(x, shape) for x in tensors)


class CloneBackward0(Function):
    layout = "own"

    def forward(F: Namespace, self: Array, *, memory_format: memory_format | None = None) -> Array:
        """A copy"""
        return layout.copied(self, memory_format)

    @tex(r"\bar{y}")
    def grad_self(grad: Array) -> Array:
        """A copy passes its gradient on."""
        return grad


@op(
    "Gradient control",
    "⧉",
    torch="{self}.clone()",
    samples=(((2, 3),),),
    hidden=("memory_format",),
    formula=r"y = x",
)
def clone(self: Tensor, *, memory_format: layout.memory_format | None = None) -> Tensor:
    """A copy that gradients flow through; its memory is ordered as the tensor's unless told."""
    return CloneBackward0.apply(self, memory_format=memory_format)


def contiguous(
    self: Tensor, memory_format: layout.memory_format = layout.contiguous_format
) -> Tensor:
    """The tensor itself if its memory is in row-major order (or the one given), else a copy."""
    if memory_format is layout.preserve_format:
        raise RuntimeError("preserve memory format is unsupported by the contiguous operator")
    if layout.is_laid_out(self._data, memory_format):
        return self
    return clone(self, memory_format=memory_format)


def sizes(args: tuple[Any, ...]) -> tuple[int, ...]:
    """`x.view(2, 3)` and `x.view((2, 3))` alike."""
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        return tuple(args[0])
    return tuple(int(a) if is_tensor(a) else a for a in args)
