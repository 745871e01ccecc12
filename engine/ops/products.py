"""Products of vectors and matrices that are made of simpler ones."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.function import Function
from engine.ops.affine import check_summand, weighted
from engine.ops.arithmetic import mul
from engine.ops.linear import check_vectors, mm
from engine.ops.reduction import sum as sum_
from engine.ops.shape import unsqueeze, view
from engine.registry import Tensors, op, tex
from engine.tensor import Tensor, check_dim

Array = Any
Namespace = Any


class AddbmmBackward0(Function):
    def forward(
        F: Namespace, self: Array, batch1: Array, batch2: Array, *, beta: float, alpha: float
    ) -> Array:
        """β · self + α · the sum of all products batch1 · batch2"""
        if self.dtype != np.float16 or not len(batch1):
            product = F.sum(F.bmm(batch1, batch2), (0,)).astype(self.dtype)
            return weighted(self, product, beta, alpha)
        total = self  # so few digits show that PyTorch adds one product after the other
        wide = (x.astype(np.float32) for x in (batch1, batch2))
        for k, product in enumerate(F.bmm(*wide)):
            total = weighted(total.astype(np.float32), product, 1 if k else beta, alpha)
            total = total.astype(np.float16)
        return total

    @tex(r"\beta \bar{y}")
    def grad_self(grad: Array, beta: float) -> Array:
        """What is added gets the gradient, times β."""
        return grad if beta == 1 else grad * beta

    @tex(r"\alpha \bar{y} B^{\top}")
    def grad_batch1(F: Namespace, grad: Array, batch2: Array, alpha: float) -> Array:
        """The left factors get the gradient times the right ones, transposed."""
        out = F.matmul(F.unsqueeze(grad, 0), F.transpose(batch2, 1, 2))
        return out if alpha == 1 else out * alpha

    @tex(r"\alpha A^{\top} \bar{y}")
    def grad_batch2(F: Namespace, grad: Array, batch1: Array, alpha: float) -> Array:
        """The right factors get the left ones, transposed, times the gradient."""
        out = F.matmul(F.transpose(batch1, 1, 2), F.unsqueeze(grad, 0))
        return out if alpha == 1 else out * alpha


@op(
    "Linear algebra", "c+Σa@b",
    torch="torch.addbmm({self}, {batch1}, {batch2}, beta={beta}, alpha={alpha})",
    samples=(((2, 2), (3, 2, 4), (3, 4, 2)), ((2,), (3, 2, 4), (3, 4, 2), {"alpha": 2.0})),
    formula=r"y = \beta C + \alpha \sum_n A_n B_n",
)  # fmt: skip
def addbmm(
    self: Tensor, batch1: Tensor, batch2: Tensor, *, beta: float = 1, alpha: float = 1
) -> Tensor:
    """The products of two stacks of matrices, all added to a matrix."""
    for x in (batch1, batch2):
        check_dim(2, x.ndim)
    (n, rows, inner), (m, also, columns) = batch1.shape[:3], batch2.shape[:3]
    if n != m:
        raise RuntimeError(f"batch1 and batch2 must have same number of batches, got {n} and {m}")
    if inner != also:
        raise RuntimeError(
            f"Incompatible matrix sizes for bmm ({rows}x{inner} and {also}x{columns})"
        )
    check_summand(self, (rows, columns))
    return AddbmmBackward0.apply(self, batch1, batch2, beta=beta, alpha=alpha)


class VdotBackward0(Function):
    def forward(F: Namespace, self: Array, other: Array) -> Array:
        """Σ self · other"""
        return F.dot(self, other)

    @tex(r"\bar{y} \cdot b")
    def grad_self(grad: Array, other: Array) -> Array:
        """Each factor gets the gradient times the other."""
        return grad * other

    @tex(r"\bar{y} \cdot a")
    def grad_other(grad: Array, self: Array) -> Array:
        """Each factor gets the gradient times the other."""
        return grad * self


@op("Linear algebra", "vdot", samples=(((3,), (3,)),), formula=r"y = \sum_i a_i b_i")
def vdot(self: Tensor, other: Tensor) -> Tensor:
    """The inner product of two vectors."""
    check_vectors(self, other)
    return VdotBackward0.apply(self, other)


def vecdot(x: Tensor, y: Tensor, *, dim: int = -1) -> Tensor:
    """The inner products of vectors along a dimension."""
    if x.ndim == 1 and y.ndim == 1:
        return vdot(x, y)
    return sum_(mul(x, y), (dim,))


class LinalgCrossBackward0(Function):
    promote = "arithmetic"
    layout = "rows"

    def forward(F: Namespace, self: Array, other: Array, *, dim: int) -> Array:
        """self × other"""
        return np.cross(self, other, axis=dim)

    @tex(r"b \times \bar{y}")
    def grad_self(F: Namespace, grad: Array, other: Array, dim: int) -> Array:
        """The cross product of the other vector and the gradient."""
        return F.cross(other, grad, dim)

    @tex(r"\bar{y} \times a")
    def grad_other(F: Namespace, grad: Array, self: Array, dim: int) -> Array:
        """The cross product of the gradient and the other vector."""
        return F.cross(grad, self, dim)


@op(
    "Linear algebra", "×", samples=(((2, 3), (2, 3), {"dim": 1}), ((1, 3), (2, 3), {"dim": -1})),
    formula=r"y = a \times b",
)  # fmt: skip
def cross(self: Tensor, other: Tensor, dim: int | None = None) -> Tensor:
    """The vector at right angles to two others; the first dimension of size 3 unless given."""
    if dim is None:
        if 3 not in self.shape:
            raise RuntimeError("no dimension of size 3 in input")
        dim = list(self.shape).index(3)
    return linalg_cross(self, other, dim=dim)


def linalg_cross(x: Tensor, other: Tensor, *, dim: int = -1) -> Tensor:
    """The vector at right angles to two others."""
    if x.ndim != other.ndim:
        raise RuntimeError("linalg.cross: inputs must have the same number of dimensions.")
    d = check_dim(dim, x.ndim)
    if x.shape[d] != 3 or other.shape[d] != 3:
        raise RuntimeError(
            f"linalg.cross: inputs dimension {dim} must have length 3. Got {x.shape[d]} and "
            f"{other.shape[d]}"
        )
    return LinalgCrossBackward0.apply(x, other, dim=d)


@op(
    "Linear algebra", "a@b@c", torch="torch.linalg.multi_dot({tensors})",
    samples=(([(2, 3), (3, 4), (4, 2)],), ([(3,), (3, 2), (2, 2), (2,)],)),
    formula=r"y = x_1 x_2 \cdots x_n",
)  # fmt: skip
def multi_dot(tensors: Tensors) -> Tensor:
    """The product of several matrices, in the order that takes the fewest multiplications."""
    parts = list(tensors)
    if len(parts) < 2:
        raise RuntimeError("multi_dot(): expected at least 2 tensors but got 1")
    size = []
    if parts[0].ndim == 1:
        parts[0] = unsqueeze(parts[0], 0)
    else:
        size.append(parts[0].shape[0])
    if parts[-1].ndim == 1:
        parts[-1] = unsqueeze(parts[-1], -1)
    else:
        size.append(parts[-1].shape[1])
    return view(_in_best_order(parts), tuple(size))


def _in_best_order(parts: Sequence[Tensor]) -> Tensor:
    """Matrix products by the split with the least work (dynamic programming)."""
    n = len(parts)
    if n == 2:
        return mm(parts[0], parts[1])
    sizes = [parts[0].shape[0], *(x.shape[1] for x in parts)]
    # Of splits that take the same work the first is taken, but of three matrices the last.
    sign = -1 if n == 3 else 1
    cost = {(i, i): 0 for i in range(n)}
    cut: dict[tuple[int, int], int] = {}
    for length in range(1, n):
        for i in range(n - length):
            j = i + length
            ways = [
                (cost[i, k] + cost[k + 1, j] + sizes[i] * sizes[k + 1] * sizes[j + 1], sign * k)
                for k in range(i, j)
            ]
            cost[i, j], place = min(ways)
            cut[i, j] = sign * place

    def product(i: int, j: int) -> Tensor:
        return parts[i] if i == j else mm(product(i, cut[i, j]), product(cut[i, j] + 1, j))

    return product(0, n - 1)


def chain_matmul(*tensors: Tensor) -> Tensor:
    """The product of several matrices."""
    return multi_dot(list(tensors))
