"""A product of matrices or vectors with something added: the layers of a network."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import errors
from engine.function import Function
from engine.ops.arithmetic import add
from engine.ops.linear import matmul, mm
from engine.ops.shape import reshape, t
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim

Array = Any
Namespace = Any


def check_summand(self: Tensor, size: tuple[int, ...]) -> None:
    """Raises RuntimeError unless what is added to a product of `size` expands to it."""
    shape = tuple(self.shape)
    if len(shape) > len(size):
        raise RuntimeError(errors.expand_too_few(self.dtype.tensor_type, shape, size))
    extra = len(size) - len(shape)
    for d, n in enumerate(shape):
        if n not in (1, size[d + extra]):
            raise RuntimeError(errors.cannot_expand(shape, size, d + extra, n))


def weighted(self: Array, product: Array, beta: float, alpha: float) -> Array:
    """beta · self + alpha · product; with a beta of 0 nothing of self counts, not even a nan."""
    kind = product.dtype.type
    share = product if alpha == 1 else product * kind(alpha)
    if beta == 0:
        return share
    return (self if beta == 1 else self * kind(beta)) + share


class AddmmBackward0(Function):
    layout = "rows"

    def forward(
        F: Namespace, self: Array, mat1: Array, mat2: Array, *, beta: float = 1, alpha: float = 1
    ) -> Array:
        """beta · self + alpha · mat1 @ mat2"""
        return weighted(self, F.mm(mat1, mat2), beta, alpha)

    @tex(r"\beta \bar{y}")
    def grad_self(grad: Array, beta: float) -> Array:
        """What is added gets the gradient as it is."""
        return grad if beta == 1 else grad * beta

    @tex(r"\alpha \bar{y} B^{\top}")
    def grad_mat1(F: Namespace, grad: Array, mat2: Array, alpha: float) -> Array:
        """The left factor gets the gradient times the right one, transposed."""
        out = F.mm(grad, F.t(mat2))
        return out if alpha == 1 else out * alpha

    @tex(r"\alpha A^{\top} \bar{y}")
    def grad_mat2(F: Namespace, grad: Array, mat1: Array, alpha: float) -> Array:
        """The right factor gets the left one, transposed, times the gradient."""
        out = F.mm(F.t(mat1), grad)
        return out if alpha == 1 else out * alpha


@op(
    "Linear algebra",
    "C+AB",
    samples=(((2,), (3, 2), (2, 2)), ((3, 2), (3, 2), (2, 2), {"alpha": 0.5, "beta": 2.0})),
    formula=r"y = \beta C + \alpha A B",
)
def addmm(self: Tensor, mat1: Tensor, mat2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta · self + alpha · (mat1 @ mat2)."""
    for name, x in (("mat1", mat1), ("mat2", mat2)):
        if x.ndim != 2:
            raise RuntimeError(f"{name} must be a matrix, got {x.ndim}-D tensor")
    if mat1.shape[1] != mat2.shape[0]:
        a, b = mat1.shape, mat2.shape
        raise RuntimeError(
            f"mat1 and mat2 shapes cannot be multiplied ({a[0]}x{a[1]} and {b[0]}x{b[1]})"
        )
    check_summand(self, (mat1.shape[0], mat2.shape[1]))
    return AddmmBackward0.apply(self, mat1, mat2, beta=beta, alpha=alpha)


@op(
    "Linear algebra",
    "Wx+b",
    torch="F.linear({input}, {weight}, {bias})",
    samples=(((2, 3), (4, 3), (4,)), ((2, 3), (4, 3)), ((2, 2, 3), (4, 3), (4,)), ((3,), (4, 3))),
    formula=r"y = x w^{\top} + b",
)
def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None) -> Tensor:
    """input @ weightᵀ + bias: (…, k), (m, k) and (m,) -> (…, m)."""
    if not input.ndim or not weight.ndim:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {input.ndim}D and "
            f"{weight.ndim}D"
        )
    if input.ndim == 2 and (weight.ndim == 2 or bias is not None):
        turned = t(weight)
        return mm(input, turned) if bias is None else addmm(bias, input, turned)
    if bias is None:
        return matmul(input, t(weight))
    if input.ndim == 1 and weight.ndim == 1 and bias.ndim == 0:
        return add(matmul(input, weight), bias)
    if bias.ndim > 1 or not input.is_contiguous():
        return add(matmul(input, t(weight)), bias)
    *batch, k = input.shape
    flat = reshape(input, (int(np.prod(batch, dtype=np.int64)), k))
    return reshape(addmm(bias, flat, t(weight)), (*batch, weight.shape[0]))


class BaddbmmBackward0(Function):
    layout = "rows"

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
        return weighted(self, np.matmul(batch1, batch2), beta, alpha)

    @tex(r"\beta \bar{y}")
    def grad_self(grad: Array, beta: float) -> Array:
        """What is added gets the gradient as it is."""
        return grad if beta == 1 else grad * beta

    @tex(r"\alpha \bar{y} B^{\top}")
    def grad_batch1(F: Namespace, grad: Array, batch2: Array, alpha: float) -> Array:
        """The left factors get the gradient times the right ones, transposed."""
        return F.bmm(grad, F.transpose(batch2, 1, 2)) * alpha

    @tex(r"\alpha A^{\top} \bar{y}")
    def grad_batch2(F: Namespace, grad: Array, batch1: Array, alpha: float) -> Array:
        """The right factors get the left ones, transposed, times the gradient."""
        return F.bmm(F.transpose(batch1, 1, 2), grad) * alpha


@op(
    "Linear algebra", "C+AB…", samples=(((1, 2, 2), (1, 2, 3), (1, 3, 2), {"alpha": 0.5}),),
    formula=r"y_n = \beta C_n + \alpha A_n B_n",
)  # fmt: skip
def baddbmm(
    self: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1
) -> Tensor:
    """beta · self + alpha · (batch1 @ batch2), for batches of matrices."""
    for x in (batch1, batch2):
        check_dim(2, x.ndim)
    wanted, given = [batch1.shape[0], batch1.shape[2]], list(batch2.shape[:2])
    if wanted != given:
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: {wanted} but got: "
            f"{given}."
        )
    check_summand(self, (*batch1.shape[:2], batch2.shape[2]))
    return BaddbmmBackward0.apply(self, batch1, batch2, beta=beta, alpha=alpha)


class AddmvBackward0(Function):
    def forward(
        F: Namespace, self: Array, mat: Array, vec: Array, *, beta: float = 1, alpha: float = 1
    ) -> Array:
        """beta · self + alpha · mat @ vec"""
        return weighted(self, F.mv(mat, vec), beta, alpha)

    @tex(r"\beta \bar{y}")
    def grad_self(grad: Array, beta: float) -> Array:
        """What is added gets the gradient as it is."""
        return grad if beta == 1 else grad * beta

    @tex(r"\alpha \bar{y} v^{\top}")
    def grad_mat(F: Namespace, grad: Array, vec: Array, alpha: float) -> Array:
        """The matrix gets every product of a gradient and a vector entry."""
        return F.outer(grad, vec) * alpha

    @tex(r"\alpha A^{\top} \bar{y}")
    def grad_vec(F: Namespace, grad: Array, mat: Array, alpha: float) -> Array:
        """The vector gets the matrix, transposed, times the gradient."""
        return F.mv(F.t(mat), grad) * alpha


@op(
    "Linear algebra", "c+Ax", samples=(((2,), (2, 3), (3,), {"alpha": 0.5}),),
    formula=r"y = \beta c + \alpha A v",
)  # fmt: skip
def addmv(self: Tensor, mat: Tensor, vec: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta · self + alpha · (mat @ vec)."""
    if (mat.ndim, vec.ndim) != (2, 1) or self.ndim > 1:
        raise RuntimeError(
            f"vector + matrix @ vector expected, got {self.ndim}, {mat.ndim}, {vec.ndim}"
        )
    n, k = mat.shape
    size = self.shape[0] if self.ndim else 1
    if vec.shape[0] != k or size not in (1, n):
        raise RuntimeError(
            f"size mismatch, got input ({size}), mat ({n}x{k}), vec ({vec.shape[0]})"
        )
    return AddmvBackward0.apply(self, mat, vec, beta=beta, alpha=alpha)


class AddrBackward0(Function):
    def forward(
        F: Namespace, self: Array, vec1: Array, vec2: Array, *, beta: float = 1, alpha: float = 1
    ) -> Array:
        """beta · self + alpha · vec1 ⊗ vec2"""
        return weighted(self, F.outer(vec1, vec2), beta, alpha)

    @tex(r"\beta \bar{y}")
    def grad_self(grad: Array, beta: float) -> Array:
        """What is added gets the gradient as it is."""
        return grad if beta == 1 else grad * beta

    @tex(r"\alpha \bar{y} v")
    def grad_vec1(F: Namespace, grad: Array, vec2: Array, alpha: float) -> Array:
        """The left vector gets the gradient times the right one."""
        return F.mv(grad, vec2) * alpha

    @tex(r"\alpha \bar{y}^{\top} u")
    def grad_vec2(F: Namespace, grad: Array, vec1: Array, alpha: float) -> Array:
        """The right vector gets the gradient, transposed, times the left one."""
        return F.mv(F.t(grad), vec1) * alpha


@op(
    "Linear algebra", "C+x⊗y", samples=(((2, 3), (2,), (3,), {"alpha": 0.5}),),
    formula=r"y = \beta C + \alpha u v^{\top}",
)  # fmt: skip
def addr(self: Tensor, vec1: Tensor, vec2: Tensor, *, beta: float = 1, alpha: float = 1) -> Tensor:
    """beta · self + alpha · (vec1 ⊗ vec2)."""
    for name, x in (("vec1", vec1), ("vec2", vec2)):
        if x.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {x.ndim}-D")
    check_summand(self, (vec1.shape[0], vec2.shape[0]))
    return AddrBackward0.apply(self, vec1, vec2, beta=beta, alpha=alpha)
