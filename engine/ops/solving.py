"""Systems of linear equations: triangular ones, by a factorisation, by least squares."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import kernels
from engine.function import Function
from engine.many import ManyOutputs
from engine.ops.linalg import named, turned
from engine.ops.spectral import pinv_gradient
from engine.registry import op, tex
from engine.tensor import Tensor, wrap

Array = Any
Namespace = Any


def _triangle(F: Namespace, x: Array, upper: bool, unitriangular: bool) -> Array:
    """The entries of a triangular system's matrix that count."""
    if unitriangular:
        return F.triu(x, 1) if upper else F.tril(x, -1)
    return F.triu(x, 0) if upper else F.tril(x, 0)


def _matrix(F: Namespace, A: Array, upper: bool, unitriangular: bool) -> Array:
    part = _triangle(F, A, upper, unitriangular)
    if not unitriangular:
        return part
    return part + F.constant(np.eye(A.shape[-1], dtype=_numpy_dtype(A)))


def _numpy_dtype(x: Array) -> Any:
    return x._data.dtype if isinstance(x, Tensor) else x.dtype


class LinalgSolveTriangularBackward0(Function):
    layout = "own"

    def forward(
        F: Namespace, self: Array, B: Array, *, upper: bool, left: bool, unitriangular: bool
    ) -> Array:
        """x with triangle · x = B"""
        matrix = _matrix(F, self, upper, unitriangular)
        if left:
            return np.linalg.solve(matrix, B)
        return np.swapaxes(
            np.linalg.solve(np.swapaxes(matrix, -2, -1), np.swapaxes(B, -2, -1)), -2, -1
        )

    @tex(r"-A^{-\top} \bar{y} y^{\top}")
    def grad_self(
        F: Namespace, grad: Array, self: Array, result: Array, upper: bool, left: bool,
        unitriangular: bool,
    ) -> Array:  # fmt: skip
        """The triangle gets what the right side gets times the solution, its sign turned."""
        back = _undone(F, grad, self, upper, left, unitriangular)
        x = turned(F, result)
        out = F.matmul(back, x) if left else F.matmul(x, back)
        return _triangle(F, -out, upper, unitriangular)

    @tex(r"A^{-\top} \bar{y}")
    def grad_B(
        F: Namespace, grad: Array, self: Array, upper: bool, left: bool, unitriangular: bool
    ) -> Array:
        """The right side gets the gradient, solved for with the transposed matrix."""
        return _undone(F, grad, self, upper, left, unitriangular)


def _undone(
    F: Namespace, grad: Array, A: Array, upper: bool, left: bool, unitriangular: bool
) -> Array:
    back = turned(F, F.inverse(_matrix(F, A, upper, unitriangular)))
    return F.matmul(back, grad) if left else F.matmul(grad, back)


_LOWER = [[2.0, 0.5], [1.0, 3.0]]


@op(
    "Linear algebra", "△⁻¹b",
    torch=(
        "torch.linalg.solve_triangular({A}, {B}, upper={upper}, left={left}, "
        "unitriangular={unitriangular})"
    ), defaults={"upper": False},
    samples=(
        (_LOWER, (2, 3), {"upper": False}), (_LOWER, (2, 3), {"upper": True}),
        (_LOWER, (3, 2), {"upper": False, "left": False}),
        (_LOWER, (2, 3), {"upper": True, "unitriangular": True}),
    ),
    formula=r"y = A^{-1} B",
)  # fmt: skip
def solve_triangular(
    A: Tensor, B: Tensor, *, upper: bool, left: bool = True, unitriangular: bool = False
) -> Tensor:
    """x with A · x = B (or x · A = B), for a triangular A; the other triangle is not read."""
    return LinalgSolveTriangularBackward0.apply(
        A, B, upper=upper, left=left, unitriangular=unitriangular
    )


class TriangularSolveBackward0(ManyOutputs):
    def forward(
        F: Namespace, self: Array, A: Array, *, upper: bool, transpose: bool, unitriangular: bool
    ) -> tuple[Array, Array]:
        """x with triangle · x = self, and the triangle"""
        matrix = _matrix(F, A, upper, unitriangular)
        return np.linalg.solve(np.swapaxes(matrix, -2, -1) if transpose else matrix, self), A.copy()

    def grad_self(
        F: Namespace, grads: list[Array], self: Array, A: Array, upper: bool, transpose: bool,
        unitriangular: bool,
    ) -> Array:  # fmt: skip
        """The right side gets the gradient, solved for with the transposed matrix."""
        if grads[0] is None:
            return F.zeros_like(self)
        back = F.inverse(_matrix(F, A, upper, unitriangular))
        return F.matmul(back if transpose else turned(F, back), grads[0])

    def grad_A(
        F: Namespace, grads: list[Array], A: Array, results: tuple[Array, ...], upper: bool,
        transpose: bool, unitriangular: bool,
    ) -> Array:  # fmt: skip
        """The triangle gets what the right side gets times the solution, its sign turned."""
        out = F.zeros_like(A) if grads[1] is None else grads[1]
        if grads[0] is None:
            return out
        back = F.inverse(_matrix(F, A, upper, unitriangular))
        back = F.matmul(back if transpose else turned(F, back), grads[0])
        product = F.matmul(back, turned(F, results[0]))
        product = turned(F, product) if transpose else product
        return out - _triangle(F, product, upper, unitriangular)


def triangular_solve(
    self: Tensor, A: Tensor, upper: bool = True, transpose: bool = False,
    unitriangular: bool = False,
) -> Any:  # fmt: skip
    """x with A · x = self for a triangular A, and a copy of A."""
    values = TriangularSolveBackward0.apply_many(
        self, A, upper=upper, transpose=transpose, unitriangular=unitriangular
    )
    return named("triangular_solve", ("solution", "cloned_coefficient"), values)


# ---- with a Cholesky factor ----------------------------------------------------------------------


def _factored(F: Namespace, L: Array, upper: bool) -> Array:
    """The inverse of L · Lᵀ (or Lᵀ · L)."""
    back = F.inverse(F.triu(L, 0) if upper else F.tril(L, 0))
    return F.matmul(back, turned(F, back)) if upper else F.matmul(turned(F, back), back)


def _to_factor(F: Namespace, common: Array, L: Array, upper: bool) -> Array:
    """For the whole of L, as PyTorch has it, though only a triangle was read."""
    both = common + turned(F, common)
    return -F.matmul(L, both) if upper else -F.matmul(both, L)


class CholeskySolveBackward0(Function):
    layout = "own"

    def forward(F: Namespace, self: Array, input2: Array, *, upper: bool) -> Array:
        """x with L · Lᵀ · x = self"""
        return F.matmul(_factored(F, input2, upper), self)

    def grad_self(F: Namespace, grad: Array, input2: Array, upper: bool) -> Array:
        """The same system solved for the gradient."""
        return F.matmul(_factored(F, input2, upper), grad)

    def grad_input2(F: Namespace, grad: Array, input2: Array, result: Array, upper: bool) -> Array:
        """The factor gets what its matrix gets, made symmetric, times itself."""
        common = F.matmul(F.matmul(_factored(F, input2, upper), grad), turned(F, result))
        return _to_factor(F, common, input2, upper)


def cholesky_solve(self: Tensor, L: Tensor, upper: bool = False) -> Tensor:
    """x with L · Lᵀ · x = self, for a Cholesky factor L."""
    return CholeskySolveBackward0.apply(self, L, upper=upper)


class CholeskyInverseBackward0(Function):
    layout = "own"

    def forward(F: Namespace, self: Array, *, upper: bool) -> Array:
        """The inverse of L · Lᵀ"""
        return _factored(F, self, upper)

    def grad_self(F: Namespace, grad: Array, self: Array, result: Array, upper: bool) -> Array:
        """The factor gets what its matrix gets, made symmetric, times itself."""
        common = F.matmul(F.matmul(result, grad), result)
        return _to_factor(F, common, self, upper)


def cholesky_inverse(self: Tensor, upper: bool = False) -> Tensor:
    """The inverse of L · Lᵀ, for a Cholesky factor L."""
    return CholeskyInverseBackward0.apply(self, upper=upper)


# ---- least squares -------------------------------------------------------------------------------


class LinalgLstsqBackward0(ManyOutputs):
    def forward(F: Namespace, A: Array, B: Array, *, residuals: bool) -> tuple[Array, Array]:
        """The x for which A · x comes nearest to B, and by how much it fails"""
        column = _column(kernels, B, A)
        x = np.linalg.pinv(A) @ column
        m, n = A.shape[-2:]
        rest = np.zeros(0, A.dtype)
        if residuals and m > n and np.all(np.linalg.matrix_rank(A) == n):
            rest = np.sum((A @ x - column) ** 2, -2)
        return (x if column is B else x[..., 0]), rest

    def grad_A(
        F: Namespace, grads: list[Array], A: Array, B: Array, results: tuple[Array, ...]
    ) -> Array:
        """What the solution owes to the matrix, and what the residuals do."""
        column = _column(F, B, A)
        x = _column(F, results[0], A)
        out = F.zeros_like(A)
        if grads[0] is not None:
            inner = F.matmul(_column(F, grads[0], A), turned(F, column))
            out = out + pinv_gradient(F, inner, A, F.pinv(A))
        if grads[1] is not None and grads[1].shape != (0,):
            rest = (F.matmul(A, x) - column) * 2 * F.unsqueeze(grads[1], -2)
            out = out + F.matmul(rest, turned(F, x))
        return out

    def grad_B(
        F: Namespace, grads: list[Array], A: Array, B: Array, results: tuple[Array, ...]
    ) -> Array:
        """What the solution owes to the right side, and what the residuals do."""
        out = F.zeros_like(B)
        vector = B.ndim == A.ndim - 1
        if grads[0] is not None:
            part = F.matmul(turned(F, F.pinv(A)), _column(F, grads[0], A))
            out = out + (F.squeeze(part, -1) if vector else part)
        if grads[1] is not None and grads[1].shape != (0,):
            column = _column(F, B, A)
            rest = (column - F.matmul(A, _column(F, results[0], A))) * 2
            rest = rest * F.unsqueeze(grads[1], -2)
            out = out + (F.squeeze(rest, -1) if vector else rest)
        return out


def _column(F: Namespace, B: Array, A: Array) -> Array:
    return F.unsqueeze(B, B.ndim) if B.ndim == A.ndim - 1 else B


def lstsq(A: Tensor, B: Tensor, rcond: Any = None, *, driver: str | None = None) -> Any:
    """The x for which A · x comes nearest to B: solution, residuals, rank, singular values."""
    if A.ndim < 2:
        raise RuntimeError("torch.linalg.lstsq: input must have at least 2 dimensions.")
    counted = driver in ("gels", "gelsd", "gelss")
    solution, residuals = LinalgLstsqBackward0.apply_many(A, B, residuals=counted)
    wide = driver in ("gelsd", "gelss")
    values = np.linalg.svd(A._data, compute_uv=False) if wide else np.zeros(0, A._data.dtype)
    rank = np.zeros(0, np.int64) if driver == "gels" else np.linalg.matrix_rank(A._data)
    fields = ("solution", "residuals", "rank", "singular_values")
    found = (solution, residuals, wrap(np.asarray(rank, np.int64)[()]), wrap(values))
    return named("linalg_lstsq", fields, found)
