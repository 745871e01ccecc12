"""`torch.linalg`: inverses, determinants, factorisations."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine import kernels
from engine.either import data_of
from engine.function import Function
from engine.many import ManyOutputs
from engine.ops.choice import where
from engine.ops.compare import eq
from engine.ops.extremes import NamedResult
from engine.ops.linear import matmul
from engine.ops.reduction import norm as vector_norm_of
from engine.ops.shape import clone
from engine.registry import op, tex
from engine.tensor import Tensor, wrap

Array = Any
Namespace = Any


class LinAlgError(RuntimeError):
    """A matrix that cannot be inverted or factorised."""


LinAlgError.__module__ = "torch._C"
LinAlgError.__name__ = LinAlgError.__qualname__ = "_LinAlgError"


def _square(name: str, x: Tensor) -> None:
    if x.ndim < 2:
        raise RuntimeError(f"linalg.{name}: The input tensor A must have at least 2 dimensions.")
    if x.shape[-1] != x.shape[-2]:
        raise RuntimeError(
            f"linalg.{name}: A must be batches of square matrices, but they are "
            f"{x.shape[-2]} by {x.shape[-1]} matrices"
        )


def in_columns(data: Array) -> Array:
    """The same matrices column by column in memory, as LAPACK leaves them."""
    return np.swapaxes(np.ascontiguousarray(np.swapaxes(data, -1, -2)), -1, -2)


def turned(F: Namespace, x: Array) -> Array:
    """Rows become columns."""
    return F.transpose(x, -2, -1)


def named(name: str, fields: tuple[str, ...], values: Sequence[Tensor]) -> NamedResult:
    """torch.return_types.<name>, with the given field names."""
    result = NamedResult(values)
    result._fields, result._name = fields, name
    return result


def _info(A: Tensor, code: int = 0) -> Tensor:
    """0 for every matrix that could be taken apart."""
    return wrap(np.full(tuple(A.shape[:-2]), code, np.int32)[()])


def _inverse(name: str, data: Array) -> Array:
    try:
        return in_columns(np.linalg.inv(data))
    except np.linalg.LinAlgError:
        raise LinAlgError(
            f"linalg.{name}: The diagonal element {_pivot(data)} is zero, the inversion could not "
            "be completed because the input matrix is singular."
        ) from None


def _pivot(data: Array) -> int:
    """The first place, from 1, where elimination finds no pivot."""
    a = np.array(data, np.float64)
    for k in range(len(a)):
        p = k + int(np.argmax(np.abs(a[k:, k])))
        if a[p, k] == 0:
            return k + 1
        a[[k, p]] = a[[p, k]]
        a[k + 1 :] -= np.outer(a[k + 1 :, k] / a[k, k], a[k])
    return len(a)


class LinalgInvExBackward0(Function):
    layout = "own"

    def forward(F: Namespace, self: Array) -> Array:
        """The matrix that undoes self"""
        return _inverse("inv", self)

    @tex(r"-y^{\top} \bar{y} y^{\top}")
    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """The sign turns, and the inverse, transposed, stands on both sides of the gradient."""
        back = turned(F, result)
        return -F.matmul(back, F.matmul(grad, back))


@op(
    "Linear algebra",
    "A⁻¹",
    torch="torch.linalg.inv({self})",
    samples=(([[4.0, 2.0], [1.0, 3.0]],),),
    formula=r"y = x^{-1}",
)
def inverse(self: Tensor) -> Tensor:
    """The matrix that undoes this one, (n, n) -> (n, n)."""
    _square("inv", self)
    return LinalgInvExBackward0.apply(self)


def inv_ex(A: Tensor, *, check_errors: bool = False) -> Any:
    """The inverse, and a number that says where there is none."""
    _square("inv_ex", A)
    try:
        found, info = LinalgInvExBackward0.apply(A), _info(A)
    except LinAlgError:
        if check_errors:
            raise
        found, info = wrap(np.full_like(A._data, np.nan)), _info(A, 1)
    return named("linalg_inv_ex", ("inverse", "info"), (found, info))


class LinalgDetBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """How much volumes grow"""
        return np.linalg.det(self).astype(self.dtype)

    @tex(r"\bar{y} \cdot y \cdot x^{-\top}")
    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """A volume grows by itself times the inverse, transposed."""
        if F is kernels and np.any(result == 0):
            return F.reshape(grad, (*grad.shape, 1, 1)) * _cofactors(self)
        scale = grad * result
        return F.reshape(scale, (*scale.shape, 1, 1)) * turned(F, F.inverse(self))


def _cofactors(data: Array) -> Array:
    """The gradient of the determinant, which a singular matrix has too: from its svd."""
    u, s, vh = np.linalg.svd(data)
    others = np.stack([np.prod(np.delete(s, i, -1), -1) for i in range(s.shape[-1])], -1)
    sign = np.asarray(np.linalg.det(u) * np.linalg.det(vh))
    return sign[..., None, None] * ((u * others[..., None, :]) @ vh)


@op("Linear algebra", "det", samples=(([[4.0, 2.0], [1.0, 3.0]],),), formula=r"y = \det(x)")
def det(self: Tensor) -> Tensor:
    """How much a matrix makes volumes grow."""
    _square("det", self)
    return LinalgDetBackward0.apply(self)


class LinalgSlogdetBackward0(ManyOutputs):
    def forward(F: Namespace, self: Array) -> tuple[Array, Array]:
        """The determinant's sign and the logarithm of its size"""
        sign, size = np.linalg.slogdet(self)
        return np.asarray(sign, self.dtype)[()], np.asarray(size, self.dtype)[()]

    def grad_self(F: Namespace, grads: list[Array], self: Array) -> Array:
        """The logarithm of a volume grows by the inverse, transposed."""
        if grads[1] is None:
            return F.zeros_like(self)
        grad = grads[1]
        return F.reshape(grad, (*grad.shape, 1, 1)) * turned(F, F.inverse(self))


def linalg_slogdet(A: Tensor) -> Any:
    """The sign of the determinant and the logarithm of its size."""
    _square("slogdet", A)
    return named("linalg_slogdet", ("sign", "logabsdet"), LinalgSlogdetBackward0.apply_many(A))


def slogdet(self: Tensor) -> Any:
    """linalg.slogdet under its old name."""
    result = linalg_slogdet(self)
    result._name = "slogdet"
    return result


def logdet(self: Tensor) -> Tensor:
    """The logarithm of the determinant; nan where that is negative."""
    _square("det", self)
    sign, size = LinalgSlogdetBackward0.apply_many(self)
    return where(eq(sign, -1), math.nan, size)


def _refuse_singular(A: Array) -> None:
    singular = np.linalg.matrix_rank(A) < A.shape[-1] if A.size else np.False_
    if np.any(singular):
        where = f"(Batch element {int(np.argmax(singular))}): " if A.ndim > 2 else ""
        raise LinAlgError(
            f"torch.linalg.solve: {where}The solver failed because the input matrix is singular."
        )


class LinalgSolveExBackward0(Function):
    layout = "own"

    def forward(F: Namespace, A: Array, B: Array, *, left: bool = True) -> Array:
        """x with A · x = B, or with x · A = B"""
        _refuse_singular(A)
        if not left:
            return turned(kernels, np.linalg.solve(turned(kernels, A), turned(kernels, B)))
        vector = B.ndim == 1 or tuple(B.shape) == A.shape[:-1]
        return np.linalg.solve(A, B[..., None])[..., 0] if vector else np.linalg.solve(A, B)

    @tex(r"-A^{-\top} \bar{y} y^{\top}")
    def grad_A(F: Namespace, grad: Array, A: Array, result: Array, left: bool) -> Array:
        """The matrix gets what the right side gets times the solution, its sign turned."""
        back = _solved(F, A, grad, left)
        if not left:
            return -F.matmul(turned(F, result), back)
        if tuple(grad.shape) == tuple(A.shape[:-1]):
            return -F.matmul(F.unsqueeze(back, -1), F.unsqueeze(result, -2))
        return -F.matmul(back, turned(F, result))

    @tex(r"A^{-\top} \bar{y}")
    def grad_B(F: Namespace, grad: Array, A: Array, left: bool) -> Array:
        """The right side gets the gradient, solved for with the transposed matrix."""
        return _solved(F, A, grad, left)


def _solved(F: Namespace, A: Array, grad: Array, left: bool) -> Array:
    back = turned(F, F.inverse(A))
    if not left:
        return F.matmul(grad, back)
    if tuple(grad.shape) == tuple(A.shape[:-1]):
        return F.squeeze(F.matmul(back, F.unsqueeze(grad, -1)), grad.ndim)
    return F.matmul(back, grad)


@op(
    "Linear algebra", "solve", torch="torch.linalg.solve({A}, {B})", hidden=("left",),
    samples=(([[4.0, 2.0], [1.0, 3.0]], [2.0, 1.0]), ([[4.0, 2.0], [1.0, 3.0]], [[2.0], [1.0]])),
    formula=r"y = A^{-1} B",
)  # fmt: skip
def solve(A: Tensor, B: Tensor, *, left: bool = True) -> Tensor:
    """x with A · x = B, or with x · A = B."""
    _square("solve", A)
    if not B.ndim:
        raise RuntimeError("linalg.solve: The input tensor B must have at least 2 dimensions.")
    batch, n = tuple(A.shape[:-2]), A.shape[-1]
    vector = B.ndim == 1 or (tuple(B.shape) == (*batch, n) and B.ndim == A.ndim - 1)
    rows, columns = (B.shape[-1], 1) if vector else (B.shape[-2], B.shape[-1])
    if left and rows != n:
        raise RuntimeError(
            f"linalg.solve: Incompatible shapes of A and B for the equation AX = B ({n}x{n} and "
            f"{rows}x{columns})"
        )
    return LinalgSolveExBackward0.apply(A, B, left=left)


def solve_ex(A: Tensor, B: Tensor, *, left: bool = True, check_errors: bool = False) -> Any:
    """x with A · x = B, and a number that says where there is none."""
    return named("linalg_solve_ex", ("result", "info"), (solve(A, B, left=left), _info(A)))


class LinalgCholeskyExBackward0(Function):
    layout = "own"

    def forward(F: Namespace, self: Array, *, upper: bool = False) -> Array:
        """The lower triangle L with L · Lᵀ = self, or the upper one Lᵀ"""
        try:
            found = in_columns(np.linalg.cholesky(turned(kernels, self) if upper else self))
            return in_columns(turned(kernels, found)) if upper else found
        except np.linalg.LinAlgError:
            raise LinAlgError(
                "linalg.cholesky: The factorization could not be completed because the input is "
                f"not positive-definite (the leading minor of order {_minor(self)} is not "
                "positive-definite)."
            ) from None

    def grad_self(F: Namespace, grad: Array, result: Array, upper: bool) -> Array:
        """The gradient is carried back through the triangle on both sides, made symmetric."""
        if upper:
            grad, result = turned(F, grad), turned(F, result)
        back = F.inverse(result)
        inner = F.tril(F.matmul(turned(F, result), grad), 0)
        inner = (inner + turned(F, F.tril(inner, -1))) * 0.5
        return F.matmul(turned(F, back), F.matmul(inner, back))


def _minor(data: Array) -> int:
    for k in range(1, len(data) + 1):
        if np.linalg.det(data[:k, :k]) <= 0:
            return k
    return len(data)


def linalg_cholesky(self: Tensor, *, upper: bool = False) -> Tensor:
    """The lower triangle L of a symmetric positive matrix with L · Lᵀ = A."""
    _square("cholesky", self)
    return LinalgCholeskyExBackward0.apply(self, upper=upper)


def cholesky_ex(A: Tensor, *, upper: bool = False, check_errors: bool = False) -> Any:
    """The triangle, and a number that says where there is none."""
    _square("cholesky_ex", A)
    try:
        found, info = LinalgCholeskyExBackward0.apply(A, upper=upper), _info(A)
    except LinAlgError:
        if check_errors:
            raise
        found, info = wrap(np.tril(A._data)), _info(A, _minor(A._data))
    return named("linalg_cholesky_ex", ("L", "info"), (found, info))


class CholeskyBackward0(Function):
    forward = LinalgCholeskyExBackward0.forward
    layout = "own"
    grad_self = LinalgCholeskyExBackward0.__dict__["grad_self"].__func__


def cholesky(self: Tensor, upper: bool = False) -> Tensor:
    """linalg.cholesky under its old name."""
    _square("cholesky", self)
    return CholeskyBackward0.apply(self, upper=upper)


class LinalgEighBackward0(ManyOutputs):
    def forward(F: Namespace, self: Array, *, UPLO: str = "L") -> tuple[Array, Array]:
        """The eigenvalues in order and the eigenvectors"""
        values, vectors = np.linalg.eigh(self, UPLO.upper())  # type: ignore[call-overload]
        return values, in_columns(vectors)

    def grad_self(F: Namespace, grads: list[Array], results: tuple[Array, Array]) -> Array:
        """Each eigenvalue's gradient along its eigenvector, and how the vectors turn."""
        values, vectors = results
        inner = None
        if grads[1] is not None:
            gaps = F.unsqueeze(values, -2) - F.unsqueeze(values, -1)
            eye = F.constant(np.eye(values.shape[-1]) == 1)
            safe = F.where(eye, F.ones_like(gaps), gaps)
            turning = F.matmul(turned(F, vectors), grads[1])
            turning = (turning - turned(F, turning)) * 0.5 / safe  # all that symmetry allows
            inner = F.where(eye, F.zeros_like(turning), turning)
        if grads[0] is not None:
            eye = F.constant(np.eye(values.shape[-1], dtype=data_of(values).dtype))
            diagonal = F.unsqueeze(grads[0], -1) * eye
            inner = diagonal if inner is None else inner + diagonal
        return F.matmul(vectors, F.matmul(inner, turned(F, vectors)))


def eigh(self: Tensor, UPLO: str = "L") -> Any:
    """Eigenvalues and eigenvectors of a symmetric matrix."""
    _square("eigh", self)
    values = LinalgEighBackward0.apply_many(self, UPLO=UPLO)
    return named("linalg_eigh", ("eigenvalues", "eigenvectors"), values)


def eigvalsh(self: Tensor, UPLO: str = "L") -> Tensor:
    """Eigenvalues of a symmetric matrix, in order."""
    _square("eigvalsh", self)
    return LinalgEighBackward0.apply_many(self, UPLO=UPLO)[0]


class LinalgQrBackward0(ManyOutputs):
    def forward(F: Namespace, self: Array, *, mode: str = "reduced") -> tuple[Array, Array]:
        """Orthogonal columns and an upper triangle whose product is self"""
        if mode == "r":
            return np.zeros(0, self.dtype), in_columns(np.linalg.qr(self, "r"))
        q, r = np.linalg.qr(self, mode)  # type: ignore[call-overload]
        return in_columns(q), in_columns(r)

    def grad_self(
        F: Namespace, grads: list[Array], self: Array, results: tuple[Array, Array], mode: str
    ) -> Array:
        """What Q and R get is carried back through the triangle; Q stays orthogonal."""
        _refuse_gradient(self, mode)
        q, r = results
        gq = F.zeros_like(q) if grads[0] is None else grads[0]
        gr = F.zeros_like(r) if grads[1] is None else grads[1]
        m, n, last = r.shape[-2], r.shape[-1], r.ndim - 1
        if m >= n:
            return _through_qr(F, gq, gr, q, r)
        beyond = F.slice(gr, last, m, n)
        gq = gq + F.matmul(F.slice(self, last, m, n), turned(F, beyond))
        square = _through_qr(F, gq, F.slice(gr, last, 0, m), q, F.slice(r, last, 0, m))
        return F.cat([square, F.matmul(q, beyond)], last)


def _refuse_gradient(A: Array, mode: str) -> None:
    if mode == "r":
        raise RuntimeError(
            "The derivative of linalg.qr depends on Q, which is not computed when mode='r'. Please "
            "use linalg.qr(A, mode='reduced') if you are going to differentiate through linalg.qr."
        )
    if mode == "complete" and A.shape[-2] > A.shape[-1]:
        raise RuntimeError(
            "The QR decomposition is not differentiable when mode='complete' and nrows > ncols."
        )


def _through_qr(F: Namespace, gq: Array, gr: Array, q: Array, r: Array) -> Array:
    """The gradient of a matrix with at least as many rows as columns."""
    m = F.matmul(r, turned(F, gr)) - F.matmul(turned(F, gq), q)
    m = F.tril(m, 0) + turned(F, F.tril(m, -1))
    return F.matmul(gq + F.matmul(q, m), turned(F, F.inverse(r)))


def linalg_qr(A: Tensor, mode: str = "reduced") -> Any:
    """Orthogonal columns and an upper triangle whose product is the matrix."""
    if mode not in ("reduced", "r", "complete"):
        raise RuntimeError(
            f"qr received unrecognized mode '{mode}' but expected one of 'reduced' (default), 'r', "
            "or 'complete'"
        )
    return named("linalg_qr", ("Q", "R"), LinalgQrBackward0.apply_many(A, mode=mode))


def qr(self: Tensor, some: bool = True) -> Any:
    """linalg.qr under its old name."""
    result = linalg_qr(self, "reduced" if some else "complete")
    result._name = "qr"
    return result


def matrix_power(self: Tensor, n: int) -> Tensor:
    """A matrix times itself, n factors."""
    if n < 0:
        return _power(inverse(self), -n)
    if n == 0:
        eye = np.eye(self.shape[-1], dtype=self._data.dtype)
        return clone(self).copy_(wrap(eye))  # type: ignore[no-any-return]
    return clone(self) if n == 1 else _power(self, n)


def _power(self: Tensor, n: int) -> Tensor:
    if n <= 3:
        out = self
        for _ in range(n - 1):
            out = matmul(out, self)
        return out
    power: Tensor | None = None
    out_: Tensor | None = None
    while n:
        power = self if power is None else matmul(power, power)
        if n % 2:
            out_ = power if out_ is None else matmul(out_, power)
        n //= 2
    assert out_ is not None
    return out_


def vector_norm(
    x: Tensor,
    ord: float = 2,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    dtype: str | None = None,
) -> Tensor:
    """The ord-norm of the entries along `dim`, or of all."""
    return vector_norm_of(x if dtype is None else x.to(dtype), ord, dim, keepdim)
