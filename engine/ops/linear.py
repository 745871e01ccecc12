"""Products of matrices and vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.function import Function
from engine.ops.arithmetic import mul
from engine.ops.shape import (
    SqueezeBackward4,
    UnsafeViewBackward0,
    clone,
    expand,
    reshape,
    t,
    transpose,
    unsqueeze,
)
from engine.registry import op
from engine.tensor import Tensor

Array = Any
Namespace = Any


class MmBackward0(Function):
    def forward(F: Namespace, self: Array, mat2: Array) -> Array:
        """The matrix product"""
        return F.mm(self, mat2)

    def grad_self(F: Namespace, grad: Array, mat2: Array) -> Array:
        """The left factor gets grad · rightᵀ."""
        return F.mm(grad, F.t(mat2))

    def grad_mat2(F: Namespace, grad: Array, self: Array) -> Array:
        """The right factor gets leftᵀ · grad."""
        return F.mm(F.t(self), grad)


@op("Linear algebra", "mm", samples=(((2, 3), (3, 2)),))
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

    def grad_self(F: Namespace, grad: Array, vec: Array) -> Array:
        """The matrix gets every product of a gradient and a vector entry."""
        return F.outer(grad, vec)

    def grad_vec(F: Namespace, grad: Array, self: Array) -> Array:
        """The vector gets matrixᵀ · grad."""
        return F.mv(F.t(self), grad)


@op("Linear algebra", "mv", samples=(((2, 3), (3,)),))
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

    def grad_self(grad: Array, tensor: Array) -> Array:
        """dot switches: each vector gets the gradient times the other."""
        return grad * tensor

    def grad_tensor(grad: Array, self: Array) -> Array:
        """dot switches: each vector gets the gradient times the other."""
        return grad * self


@op("Linear algebra", "·", nickname="switches", samples=(((3,), (3,)),))
def dot(self: Tensor, tensor: Tensor) -> Tensor:
    """The inner product of two vectors, (n,) and (n,) -> ()."""
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
    return DotBackward0.apply(self, tensor)


class BmmBackward0(Function):
    def forward(F: Namespace, self: Array, mat2: Array) -> Array:
        """A batch of matrix products"""
        return np.matmul(self, mat2)

    def grad_self(F: Namespace, grad: Array, mat2: Array) -> Array:
        """The left factors get grad · rightᵀ."""
        return F.bmm(grad, F.transpose(mat2, 1, 2))

    def grad_mat2(F: Namespace, grad: Array, self: Array) -> Array:
        """The right factors get leftᵀ · grad."""
        return F.bmm(F.transpose(self, 1, 2), grad)


@op("Linear algebra", "bmm", samples=(((2, 2, 3), (2, 3, 2)),))
def bmm(self: Tensor, mat2: Tensor) -> Tensor:
    """A batch of matrix products, (b, n, k) and (b, k, m) -> (b, n, m)."""
    if self.ndim != 3 or mat2.ndim != 3:
        raise RuntimeError(
            "batch1 must be a 3D tensor" if self.ndim != 3 else "batch2 must be a 3D tensor"
        )
    (b, _, k), (b2, k2, _) = self.shape, mat2.shape
    if b != b2 or k != k2:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{b}, {k}] but got: "
            f"[{b2}, {k2}]."
        )
    return BmmBackward0.apply(self, mat2)


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
        return SqueezeBackward4.apply(mm(unsqueeze(self, 0), other), dim=(0,))
    if a == b == 2:
        return mm(self, other)
    if b <= 2:
        return _folded(self, other)
    if a <= 2:
        return _folded_right(self, other)
    return _batched(self, other)


def _checked_mv(self: Tensor, vec: Tensor) -> Tensor:
    if self.shape[1] != vec.shape[0]:
        raise RuntimeError(
            f"size mismatch, got input ({self.shape[0]}), mat ({self.shape[0]}x{self.shape[1]}), "
            f"vec ({vec.shape[0]})"
        )
    return mv(self, vec)


def _folded(self: Tensor, other: Tensor) -> Tensor:
    """(*batch, n, k) with one matrix or vector: the batch dimensions fold into n."""
    *batch, k = self.shape
    flat = reshape(self, (int(np.prod(batch, dtype=np.int64)), k))
    if other.ndim == 1:
        return UnsafeViewBackward0.apply(_checked_mv(flat, other), size=tuple(batch))
    out = mm(flat, other)
    return UnsafeViewBackward0.apply(out, size=(*batch, other.shape[1]))


def _folded_right(self: Tensor, other: Tensor) -> Tensor:
    """One matrix or vector with (*batch, k, m): the same by way of transposes."""
    turned = transpose(other, -1, -2)
    if self.ndim == 1:
        return _folded(turned, self)
    return clone(transpose(_folded(turned, t(self)), -1, -2))


def _batched(self: Tensor, other: Tensor) -> Tensor:
    try:
        batch = np.broadcast_shapes(self.shape[:-2], other.shape[:-2])
    except ValueError:
        from engine import errors

        raise RuntimeError(
            errors.cannot_broadcast(tuple(self.shape[:-2]), tuple(other.shape[:-2]))
        ) from None
    count = int(np.prod(batch, dtype=np.int64))
    left = reshape(expand(self, (*batch, *self.shape[-2:])), (count, *self.shape[-2:]))
    right = reshape(expand(other, (*batch, *other.shape[-2:])), (count, *other.shape[-2:]))
    size = (*batch, self.shape[-2], other.shape[-1])
    return UnsafeViewBackward0.apply(bmm(left, right), size=size)


@op("Linear algebra", "⊗", samples=(((2,), (3,)),))
def outer(self: Tensor, vec2: Tensor) -> Tensor:
    """Every product of an entry of one vector and one of the other, (n,) and (m,) -> (n, m)."""
    for x in (self, vec2):
        if x.ndim != 1:
            raise RuntimeError(f"outer: Expected 1-D argument, but got {x.ndim}-D")
    return mul(reshape(self, (self.shape[0], 1)), vec2)


class AddmmBackward0(Function):
    def forward(
        F: Namespace, self: Array, mat1: Array, mat2: Array, *, beta: float = 1, alpha: float = 1
    ) -> Array:
        """beta · self + alpha · mat1 @ mat2"""
        product = F.mm(mat1, mat2)
        kind = product.dtype.type
        return (self if beta == 1 else self * kind(beta)) + (
            product if alpha == 1 else product * kind(alpha)
        )

    def grad_self(grad: Array, beta: float) -> Array:
        """What is added gets the gradient as it is."""
        return grad if beta == 1 else grad * beta

    def grad_mat1(F: Namespace, grad: Array, mat2: Array, alpha: float) -> Array:
        """The left factor gets grad · rightᵀ."""
        out = F.mm(grad, F.t(mat2))
        return out if alpha == 1 else out * alpha

    def grad_mat2(F: Namespace, grad: Array, mat1: Array, alpha: float) -> Array:
        """The right factor gets leftᵀ · grad."""
        out = F.mm(F.t(mat1), grad)
        return out if alpha == 1 else out * alpha


@op(
    "Linear algebra",
    "C+AB",
    samples=(((2,), (3, 2), (2, 2)), ((3, 2), (3, 2), (2, 2), {"alpha": 0.5, "beta": 2.0})),
)
def addmm(self: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta · self + alpha · (mat1 @ mat2)."""
    if mat1.shape[1] != mat2.shape[0]:
        a, b = mat1.shape, mat2.shape
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({a[0]}x{a[1]} and {b[0]}x{b[1]})"
        )
    return AddmmBackward0.apply(self, mat1, mat2, beta=beta, alpha=alpha)


@op(
    "Linear algebra",
    "Wx+b",
    torch="F.linear({input}, {weight}, {bias})",
    samples=(((2, 3), (4, 3), (4,)), ((2, 3), (4, 3)), ((2, 2, 3), (4, 3), (4,)), ((3,), (4, 3))),
)
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """input @ weightᵀ + bias: (…, k), (m, k) and (m,) -> (…, m)."""
    if input.ndim == 2:
        turned = t(weight)
        return mm(input, turned) if bias is None else addmm(bias, input, turned)
    if bias is None:
        return matmul(input, t(weight))
    *batch, k = input.shape
    flat = reshape(input, (int(np.prod(batch, dtype=np.int64)), k))
    return reshape(addmm(bias, flat, t(weight)), (*batch, weight.shape[0]))


class BaddbmmBackward0(Function):
    def forward(
        F: Namespace,
        self: Array,
        batch1: Array,
        batch2: Array,
        *,
        beta: float = 1,
        alpha: float = 1,
    ) -> Array:
        """beta · self + alpha · batch1 @ batch2"""
        product = np.matmul(batch1, batch2)
        kind = product.dtype.type
        return self * kind(beta) + product * kind(alpha)

    def grad_self(grad: Array, beta: float) -> Array:
        """What is added gets the gradient as it is."""
        return grad if beta == 1 else grad * beta

    def grad_batch1(F: Namespace, grad: Array, batch2: Array, alpha: float) -> Array:
        """The left factors get grad · rightᵀ."""
        return F.bmm(grad, F.transpose(batch2, 1, 2)) * alpha

    def grad_batch2(F: Namespace, grad: Array, batch1: Array, alpha: float) -> Array:
        """The right factors get leftᵀ · grad."""
        return F.bmm(F.transpose(batch1, 1, 2), grad) * alpha


@op("Linear algebra", "C+AB…", samples=(((1, 2, 2), (1, 2, 3), (1, 3, 2), {"alpha": 0.5}),))
def baddbmm(
    self: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1
) -> Tensor:
    """beta · self + alpha · (batch1 @ batch2), for batches of matrices."""
    return BaddbmmBackward0.apply(self, batch1, batch2, beta=beta, alpha=alpha)


class AddmvBackward0(Function):
    def forward(
        F: Namespace, self: Array, mat: Array, vec: Array, *, beta: float = 1, alpha: float = 1
    ) -> Array:
        """beta · self + alpha · mat @ vec"""
        product = F.mv(mat, vec)
        kind = product.dtype.type
        return self * kind(beta) + product * kind(alpha)

    def grad_self(grad: Array, beta: float) -> Array:
        """What is added gets the gradient as it is."""
        return grad if beta == 1 else grad * beta

    def grad_mat(F: Namespace, grad: Array, vec: Array, alpha: float) -> Array:
        """The matrix gets every product of a gradient and a vector entry."""
        return F.outer(grad, vec) * alpha

    def grad_vec(F: Namespace, grad: Array, mat: Array, alpha: float) -> Array:
        """The vector gets matrixᵀ · grad."""
        return F.mv(F.t(mat), grad) * alpha


@op("Linear algebra", "c+Ax", samples=(((2,), (2, 3), (3,), {"alpha": 0.5}),))
def addmv(self: Tensor, mat: Tensor, vec: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta · self + alpha · (mat @ vec)."""
    return AddmvBackward0.apply(self, mat, vec, beta=beta, alpha=alpha)


class AddrBackward0(Function):
    def forward(
        F: Namespace, self: Array, vec1: Array, vec2: Array, *, beta: float = 1, alpha: float = 1
    ) -> Array:
        """beta · self + alpha · vec1 ⊗ vec2"""
        product = F.outer(vec1, vec2)
        kind = product.dtype.type
        return self * kind(beta) + product * kind(alpha)

    def grad_self(grad: Array, beta: float) -> Array:
        """What is added gets the gradient as it is."""
        return grad if beta == 1 else grad * beta

    def grad_vec1(F: Namespace, grad: Array, vec2: Array, alpha: float) -> Array:
        """The left vector gets grad · right."""
        return F.mv(grad, vec2) * alpha

    def grad_vec2(F: Namespace, grad: Array, vec1: Array, alpha: float) -> Array:
        """The right vector gets gradᵀ · left."""
        return F.mv(F.t(grad), vec1) * alpha


@op("Linear algebra", "C+x⊗y", samples=(((2, 3), (2,), (3,), {"alpha": 0.5}),))
def addr(self: Tensor, vec1: Tensor, vec2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta · self + alpha · (vec1 ⊗ vec2)."""
    return AddrBackward0.apply(self, vec1, vec2, beta=beta, alpha=alpha)
