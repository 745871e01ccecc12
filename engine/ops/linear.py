"""Products of matrices and vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import errors
from engine.function import Function
from engine.meta import meta_of
from engine.ops.arithmetic import mul
from engine.ops.shape import (
    SqueezeBackward4,
    UnsafeViewBackward0,
    contiguous,
    expand,
    reshape,
    squeeze,
    t,
    transpose,
    unsqueeze,
)
from engine.registry import op, tex
from engine.tensor import Tensor

Array = Any
Namespace = Any


class MmBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, mat2: Array) -> Array:
        """The matrix product"""
        return F.mm(self, mat2)

    @tex(r"\bar{y} B^{\top}")
    def grad_self(F: Namespace, grad: Array, mat2: Array) -> Array:
        """The left factor gets the gradient times the right one, transposed."""
        return F.mm(grad, F.t(mat2))

    @tex(r"A^{\top} \bar{y}")
    def grad_mat2(F: Namespace, grad: Array, self: Array) -> Array:
        """The right factor gets the left one, transposed, times the gradient."""
        return F.mm(F.t(self), grad)


@op("Linear algebra", "mm", samples=(((2, 3), (3, 2)),), formula=r"y = A B")
def mm(self: Tensor, mat2: Tensor) -> Tensor:
    """The product of two matrices, (n, k) and (k, m) -> (n, m)."""
    a, b = self._data.shape, mat2._data.shape
    for name, shape in (("self", a), ("mat2", b)):
        if len(shape) != 2:
            raise RuntimeError(f"{name} must be a matrix")
    if a[1] != b[0]:
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({a[0]}x{a[1]} and {b[0]}x{b[1]})"
        )
    if self._data.dtype != mat2._data.dtype:
        raise RuntimeError(
            f"expected m1 and m2 to have the same dtype, but got: {_c_name(self)} != "
            f"{_c_name(mat2)}"
        )
    return MmBackward0.apply(self, mat2)


def _c_name(x: Tensor) -> str:
    names = {"float32": "float", "float64": "double", "int64": "long int", "int32": "int"}
    return names.get(x.dtype.name, x.dtype.name)


class MvBackward0(Function):
    def forward(F: Namespace, self: Array, vec: Array) -> Array:
        """The matrix times the vector"""
        return F.mv(self, vec)

    @tex(r"\bar{y} v^{\top}")
    def grad_self(F: Namespace, grad: Array, vec: Array) -> Array:
        """The matrix gets every product of a gradient and a vector entry."""
        return F.outer(grad, vec)

    @tex(r"A^{\top} \bar{y}")
    def grad_vec(F: Namespace, grad: Array, self: Array) -> Array:
        """The vector gets the matrix, transposed, times the gradient."""
        return F.mv(F.t(self), grad)


@op("Linear algebra", "mv", samples=(((2, 3), (3,)),), formula=r"y = A v")
def mv(self: Tensor, vec: Tensor) -> Tensor:
    """A matrix times a vector, (n, k) and (k,) -> (n,)."""
    if self.ndim != 2 or vec.ndim != 1:
        raise RuntimeError(f"vector + matrix @ vector expected, got 1, {self.ndim}, {vec.ndim}")
    if self.shape[1] != vec.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({self.shape[0]}), mat ({self.shape[0]}x{self.shape[1]}), "
            f"vec ({vec.shape[0]})"
        )
    return MvBackward0.apply(self, vec)


class DotBackward0(Function):
    def forward(F: Namespace, self: Array, tensor: Array) -> Array:
        """Σ selfᵢ · tensorᵢ"""
        return F.dot(self, tensor)

    @tex(r"\bar{y} \cdot b")
    def grad_self(grad: Array, tensor: Array) -> Array:
        """dot switches: each vector gets the gradient times the other."""
        return grad * tensor

    @tex(r"\bar{y} \cdot a")
    def grad_tensor(grad: Array, self: Array) -> Array:
        """dot switches: each vector gets the gradient times the other."""
        return grad * self


@op(
    "Linear algebra", "·", nickname="switches", samples=(((3,), (3,)),),
    formula=r"y = \sum_i a_i b_i",
)  # fmt: skip
def dot(self: Tensor, tensor: Tensor) -> Tensor:
    """The inner product of two vectors, (n,) and (n,) -> ()."""
    check_vectors(self, tensor)
    return DotBackward0.apply(self, tensor)


def check_vectors(self: Tensor, tensor: Tensor) -> None:
    """Raises RuntimeError unless both are vectors of one length and dtype."""
    if self.ndim != 1 or tensor.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {self.ndim}D and {tensor.ndim}D tensors")
    if self.dtype is not tensor.dtype:
        raise RuntimeError(
            "dot : expected both vectors to have same dtype, but found "
            f"{self.dtype.scalar_name} and {tensor.dtype.scalar_name}"
        )
    if self.shape != tensor.shape:
        a, b = self.numel(), tensor.numel()
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{a}] and src [{b}] to have the same "
            f"number of elements, but got {a} and {b} elements respectively"
        )


class BmmBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, mat2: Array) -> Array:
        """A batch of matrix products"""
        return np.matmul(self, mat2)

    @tex(r"\bar{y} B^{\top}")
    def grad_self(F: Namespace, grad: Array, mat2: Array) -> Array:
        """The left factors get the gradient times the right ones, transposed."""
        return F.bmm(grad, F.transpose(mat2, 1, 2))

    @tex(r"A^{\top} \bar{y}")
    def grad_mat2(F: Namespace, grad: Array, self: Array) -> Array:
        """The right factors get the left ones, transposed, times the gradient."""
        return F.bmm(F.transpose(self, 1, 2), grad)


@op("Linear algebra", "bmm", samples=(((2, 2, 3), (2, 3, 2)),), formula=r"y_n = A_n B_n")
def bmm(self: Tensor, mat2: Tensor) -> Tensor:
    """A batch of matrix products, (b, n, k) and (b, k, m) -> (b, n, m)."""
    if self._data.ndim != 3 or mat2._data.ndim != 3:
        raise RuntimeError(
            "batch1 must be a 3D tensor" if self.ndim != 3 else "batch2 must be a 3D tensor"
        )
    (b, _, k), (b2, k2, _) = self._data.shape, mat2._data.shape
    if b != b2 or k != k2:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{b}, {k}] but got: "
            f"[{b2}, {k2}]."
        )
    return BmmBackward0.apply(self, mat2)


def _squeezed_in_place(row: Tensor) -> Tensor:
    """A matrix of one row as a vector, in its own memory: it is no view, and changed once."""
    out = SqueezeBackward4.apply(row, dim=(0,))
    meta = meta_of(out)
    meta.base = None
    assert meta.version is not None
    meta.version.count += 1
    return out


@op(
    "Linear algebra",
    "@",
    torch="{self} @ {other}",
    samples=(
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 2)),
        ((2, 3), (3, 2)),
        ((2, 2, 3), (3, 2)),
        ((2, 3), (2, 3, 2)),
        ((2, 1, 2, 3), (2, 3, 2)),
    ),
    formula=r"y = a \, b",
)
def matmul(self: Tensor, other: Tensor) -> Tensor:
    """The matrix product of vectors, matrices or batches of them."""
    a, b = self._data.ndim, other._data.ndim
    if not a or not b:
        raise RuntimeError(
            f"both arguments to matmul need to be at least 1D, but they are {a}D and {b}D"
        )
    if a == b == 1:
        return dot(self, other)
    if a == 2 and b == 1:
        return _checked_mv(self, other)
    if a == 1 and b == 2:
        return _squeezed_in_place(mm(unsqueeze(self, 0), other))
    if a == b == 2:
        return mm(self, other)
    return _folded(self, other) if _folds(self, other) else _batched(self, other)


def _folds(self: Tensor, other: Tensor) -> bool:
    """Whether a batch is one product with its batch dimensions folded into rows.

    PyTorch does so where the smaller factor wants a gradient, which would else be a batch too, or
    where folding costs no copy (should_fold in aten/src/ATen/native/LinearAlgebra.cpp).
    """
    turned = other.ndim > self.ndim
    large, small = (other, self) if turned else (self, other)
    if small.ndim > 2:
        return False
    if small.requires_grad:
        return True
    if self.ndim == 2:
        return False
    data = np.swapaxes(large._data, -1, -2) if turned else large._data
    pairs = range(data.ndim - 2)
    return not data.size or all(
        data.strides[i] == data.strides[i + 1] * data.shape[i + 1] for i in pairs
    )


def _checked_mv(self: Tensor, vec: Tensor) -> Tensor:
    if self.shape[1] != vec.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({self.shape[0]}), mat ({self.shape[0]}x{self.shape[1]}), "
            f"vec ({vec.shape[0]})"
        )
    return mv(self, vec)


def _folded(self: Tensor, other: Tensor) -> Tensor:
    """(*batch, n, k) with one matrix or vector: the batch dimensions fold into n."""
    if other.ndim > self.ndim:  # the other way round by way of transposes
        turned = transpose(other, -1, -2)
        if self.ndim == 1:
            return _folded(turned, self)
        return contiguous(transpose(_folded(turned, t(self)), -1, -2))
    *batch, k = self.shape
    flat = reshape(self, (int(np.prod(batch, dtype=np.int64)), k))
    if other.ndim == 1:
        return UnsafeViewBackward0.apply(_checked_mv(flat, other), size=tuple(batch))
    out = mm(flat, other)
    return UnsafeViewBackward0.apply(out, size=(*batch, other.shape[1]))


def _batched(self: Tensor, other: Tensor) -> Tensor:
    if self.ndim == other.ndim == 3 and self.shape[0] != other.shape[0]:
        if self.shape[0] == 1 and self.requires_grad:
            return matmul(squeeze(self, 0), other)
        if other.shape[0] == 1 and other.requires_grad:
            return matmul(self, squeeze(other, 0))
    batch = _common_batch(tuple(self.shape[:-2]), tuple(other.shape[:-2]))
    count = int(np.prod(batch, dtype=np.int64))
    ours = (1, *self.shape)[-2:]
    left = reshape(expand(self, (*batch, *self.shape[-2:])), (count, *ours))
    right = expand(other, (*batch, *other.shape[-2:]))
    if other.ndim == 1:
        column = unsqueeze(reshape(right, (count, other.shape[0])), 2)
        return UnsafeViewBackward0.apply(squeeze(bmm(left, column), -1), size=(*batch, ours[0]))
    right = reshape(right, (count, *other.shape[-2:]))
    size = (*batch, *self.shape[-2:-1], other.shape[-1])
    return UnsafeViewBackward0.apply(bmm(left, right), size=size)


def _common_batch(a: tuple[int, ...], b: tuple[int, ...]) -> tuple[int, ...]:
    try:
        return np.broadcast_shapes(a, b)
    except ValueError:
        raise RuntimeError(errors.cannot_broadcast(a, b)) from None


@op("Linear algebra", "⊗", samples=(((2,), (3,)),), formula=r"y = u v^{\top}")
def outer(self: Tensor, vec2: Tensor) -> Tensor:
    """Every product of an entry of one vector and one of the other, (n,) and (m,) -> (n, m)."""
    for x in (self, vec2):
        if x.ndim != 1:
            name = "self" if x is self else "vec2"
            raise RuntimeError(f"outer: Expected 1-D argument {name}, but got {x.ndim}-D")
    return mul(reshape(self, (self.shape[0], 1)), vec2)
