"""The same entries in another shape."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine import dtypes, errors
from engine.function import NOWHERE, Function, grad_edge
from engine.ops.reduction import dims_of
from engine.registry import Tensors, op
from engine.tensor import Tensor, check_dim, is_tensor, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def resolved(shape: Sequence[int], numel: int) -> tuple[int, ...]:
    """`shape` with its -1 worked out; raises RuntimeError with PyTorch's sentence."""
    known = math.prod(n for n in shape if n != -1)
    if list(shape).count(-1) > 1:
        raise RuntimeError("only one dimension can be inferred")
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
)
def reshape(self: Tensor, shape: tuple[int, ...]) -> Tensor:
    """The entries in another shape, copied only where they must be; -1 stands for what is left."""
    size = resolved(shape, self.numel())
    if self.is_contiguous():
        return ViewBackward0.apply(self, size=size)
    if _can_view(self._data, size):
        return ReshapeAliasBackward0.apply(self, size=size)
    return UnsafeViewBackward0.apply(clone(self), size=size)


@op(
    "Shape",
    "flatten",
    torch="{self}.flatten({start_dim}, {end_dim})",
    samples=(((2, 3, 2), {"start_dim": 1}), ((2, 3),)),
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

    def grad_self(F: Namespace, grad: Array) -> Array:
        """The gradient is transposed back."""
        return F.t(grad)


@op("Shape", "ᵀ", torch="{self}.t()", samples=(((2, 3),), ((3,),)))
def t(self: Tensor) -> Tensor:
    """Rows become columns, of a matrix or less."""
    if self.ndim > 2:
        raise RuntimeError(f"t() expects a tensor with <= 2 dimensions, but self is {self.ndim}D")
    return TBackward0.apply(self)


class PermuteBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dims: Shape) -> Array:
        """The dimensions in another order"""
        return np.transpose(self, dims)

    def grad_self(F: Namespace, grad: Array, dims: Shape) -> Array:
        """The dimensions go back to their old order."""
        return F.permute(grad, tuple(int(i) for i in np.argsort(dims)))


@op(
    "Shape",
    "permute",
    torch="{self}.permute({dims})",
    defaults={"dims": [1, 0]},
    samples=(((2, 3, 4), {"dims": (2, 0, 1)}),),
)
def permute(self: Tensor, dims: tuple[int, ...]) -> Tensor:
    """The dimensions in another order."""
    if len(dims) != self.ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the "
            f"length of the desired ordering of dimensions i.e. input.dim() = {self.ndim} is not "
            f"equal to len(dims) = {len(dims)}"
        )
    order = tuple(check_dim(d, self.ndim) for d in dims)
    if len(set(order)) != len(order):
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return PermuteBackward0.apply(self, dims=order)


class TransposeBackward0(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dim0: int, dim1: int) -> Array:
        """Two dimensions change places"""
        return np.swapaxes(self, dim0, dim1) if self.ndim else self.view()

    def grad_self(F: Namespace, grad: Array, dim0: int, dim1: int) -> Array:
        """The two dimensions change places again."""
        return F.transpose(grad, dim0, dim1)


@op(
    "Shape",
    "⇄",
    torch="{self}.transpose({dim0}, {dim1})",
    defaults={"dim0": 0, "dim1": 1},
    samples=(((2, 3), {"dim0": 0, "dim1": 1}),),
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

    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """The dropped dimensions come back."""
        return F.reshape(grad, self_shape)


class SqueezeBackward1(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """Without dimension dim, if its size is 1"""
        return F.squeeze(self, dim)

    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """The dropped dimension comes back."""
        return F.reshape(grad, self_shape)


class SqueezeBackward2(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dim: Shape) -> Array:
        """Without those of the dimensions dim whose size is 1"""
        return F.squeeze(self, dim)

    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """The dropped dimensions come back."""
        return F.reshape(grad, self_shape)


class SqueezeBackward4(Function):
    view = True

    def forward(F: Namespace, self: Array, *, dim: Shape) -> Array:
        """Without the dimension that a matrix product had added"""
        return F.squeeze(self, dim)

    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """The dropped dimension comes back."""
        return F.reshape(grad, self_shape)


@op(
    "Shape",
    "squeeze",
    torch="{self}.squeeze({dim})",
    samples=(((1, 3, 1),), ((1, 3, 1), {"dim": 0})),
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

    def grad_self(F: Namespace, grad: Array, dim: int) -> Array:
        """The added dimension goes again."""
        return F.squeeze(grad, dim)


@op(
    "Shape",
    "unsqueeze",
    torch="{self}.unsqueeze({dim})",
    defaults={"dim": 0},
    samples=(((2, 3), {"dim": 1}),),
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

    def grad_self(grad: Array) -> Array:
        """What was repeated collects the gradients of all its copies."""
        return grad


def _expanded_strides(self: Array, size: Shape) -> tuple[int, ...]:
    extra = len(size) - self.ndim
    return tuple(
        0 if i < extra or (self.shape[i - extra] == 1 and n != 1) else self.strides[i - extra]
        for i, n in enumerate(size)
    )


@op(
    "Shape",
    "expand",
    torch="{self}.expand({size})",
    defaults={"size": [2, -1]},
    samples=(((2, 1), {"size": (3, 2, 4)}), ((1, 3), {"size": (2, -1)})),
)
def expand(self: Tensor, size: tuple[int, ...]) -> Tensor:
    """Repeat along dimensions of size 1 (or new ones) without copying; -1 keeps a size."""
    shape = tuple(self.shape)
    extra = len(size) - len(shape)
    if extra < 0:
        raise RuntimeError(
            f"expand(torch.{self.dtype.tensor_type.removeprefix('torch.')}{{{list(shape)}}}, "
            f"size={list(size)}): the number of sizes provided ({len(size)}) must be greater or "
            f"equal to the number of dimensions in the tensor ({len(shape)})"
        )
    full = tuple(shape[i - extra] if n == -1 and i >= extra else int(n) for i, n in enumerate(size))
    for i, n in enumerate(full):
        if i >= extra and shape[i - extra] not in (1, n):
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) must match the existing size "
                f"({shape[i - extra]}) at non-singleton dimension {i}.  Target sizes: "
                f"{list(full)}.  Tensor sizes: {list(shape)}"
            )
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


class _Joined(Function):
    """A Function of any number of tensors: one edge and one contribution each."""

    @classmethod
    def join(cls, tensors: Sequence[Tensor], dim: int) -> Tensor:
        """Apply to a list of tensors."""
        if not tensors:
            raise RuntimeError("expected a non-empty list of Tensors")
        dtype = tensors[0].dtype
        for x in tensors[1:]:
            dtype = dtypes.promote(dtype, x.dtype)
        data = cls.forward_data_of([dtypes.cast(x._data, dtype) for x in tensors], dim)
        out = wrap(data)
        from engine.modes import STATE

        if STATE.grad_enabled and data.dtype.kind == "f" and any(x.requires_grad for x in tensors):
            node = cls.bare(data)
            node.edges = tuple(grad_edge(x) if x.requires_grad else NOWHERE for x in tensors)
            node.params = {"dim": dim, "shapes": tuple(x._data.shape for x in tensors)}
            if STATE.origin is not None:
                STATE.origin.made(node, tensors)
            out._fn = node
        return out

    @classmethod
    def forward_data_of(cls, arrays: list[Array], dim: int) -> Array:
        """The arrays in one."""
        raise TypeError(cls)

    def parts(self, grad: Any, F: Namespace) -> list[Any]:
        """What each tensor gets of the gradient."""
        raise TypeError(self)

    def run(self, grad: Any, F: Namespace) -> Sequence[Any]:
        if grad is None:
            return (None,) * len(self.below)
        parts = self.parts(grad, F)
        return [p if f is not None else None for p, f in zip(parts, self.below, strict=True)]


class CatBackward0(_Joined):
    @classmethod
    def forward_data_of(cls, arrays: list[Array], dim: int) -> Array:
        return np.concatenate(arrays, dim)

    def parts(self, grad: Any, F: Namespace) -> list[Any]:
        """cat lines up its inputs: each gets its own piece of the gradient."""
        dim, start, found = self.params["dim"], 0, []
        for shape in self.params["shapes"]:
            found.append(F.slice(grad, dim, start, start + shape[dim], 1))
            start += shape[dim]
        return found


class StackBackward0(_Joined):
    @classmethod
    def forward_data_of(cls, arrays: list[Array], dim: int) -> Array:
        return np.stack(arrays, dim)

    def parts(self, grad: Any, F: Namespace) -> list[Any]:
        """stack lines up its inputs: each gets its own slice of the gradient."""
        dim = self.params["dim"]
        return [F.select(grad, dim, i) for i in range(len(self.params["shapes"]))]


@op("Shape", "cat", samples=(([(2, 3), (1, 3)],), ([(2, 1), (2, 3)], {"dim": 1})))
def cat(tensors: Tensors, dim: int = 0) -> Tensor:
    """Join tensors along a dimension they have."""
    parts = list(tensors)
    if parts and not parts[0].ndim:
        raise RuntimeError("zero-dimensional tensor (at position 0) cannot be concatenated")
    d = check_dim(dim, parts[0].ndim) if parts else 0
    for i, x in enumerate(parts):
        _check_cat(parts[0], x, d, i)
    return CatBackward0.join(parts, d)


def _check_cat(first: Tensor, x: Tensor, dim: int, i: int) -> None:
    if x.ndim != first.ndim:
        raise RuntimeError(
            f"Tensors must have same number of dimensions: got {first.ndim} and {x.ndim}"
        )
    for d, (a, b) in enumerate(zip(first.shape, x.shape, strict=True)):
        if d != dim and a != b:
            raise RuntimeError(
                f"Sizes of tensors must match except in dimension {dim}. Expected size {a} but got "
                f"size {b} for tensor number {i} in the list."
            )


@op("Shape", "stack", samples=(([(3,), (3,)],), ([(2,), (2,)], {"dim": 1})))
def stack(tensors: Tensors, dim: int = 0) -> Tensor:
    """Join tensors of one shape along a new dimension."""
    parts = list(tensors)
    if not parts:
        raise RuntimeError("stack expects a non-empty TensorList")
    for i, x in enumerate(parts):
        if x.shape != parts[0].shape:
            raise RuntimeError(
                f"stack expects each tensor to be equal size, but got {list(parts[0].shape)} at "
                f"entry 0 and {list(x.shape)} at entry {i}"
            )
    return StackBackward0.join(parts, check_dim(dim, parts[0].ndim + 1))


class CloneBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """A copy"""
        return self.copy()

    def grad_self(grad: Array) -> Array:
        """A copy passes its gradient on."""
        return grad


@op("Gradient control", "⧉", torch="{self}.clone()", samples=(((2, 3),),))
def clone(self: Tensor) -> Tensor:
    """A copy that gradients flow through."""
    return CloneBackward0.apply(self)


def contiguous(self: Tensor) -> Tensor:
    """The tensor itself if its memory is in row-major order, else a copy."""
    return self if self.is_contiguous() else clone(self)


def sizes(args: tuple[Any, ...]) -> tuple[int, ...]:
    """`x.view(2, 3)` and `x.view((2, 3))` alike."""
    if len(args) == 1 and isinstance(args[0], (tuple, list)):
        return tuple(args[0])
    return tuple(int(a) if is_tensor(a) else a for a in args)
