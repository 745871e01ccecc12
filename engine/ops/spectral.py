"""Matrices by their singular values: svd, pseudo-inverse, rank, condition, matrix norms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.either import dtype_of
from engine.function import Function
from engine.many import ManyOutputs
from engine.ops.arithmetic import div, mul
from engine.ops.choice import nan_to_num
from engine.ops.extremes import amax, amin
from engine.ops.index import slice as slice_
from engine.ops.linalg import in_columns, inv_ex, named, turned
from engine.ops.reduction import norm as vector_norm
from engine.ops.reduction import sum as sum_
from engine.ops.shape import permute, squeeze, transpose
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim, is_tensor, wrap

Array = Any
Namespace = Any


def _leading(F: Namespace, x: Array, dim: int, count: int) -> Array:
    d = dim % x.ndim
    return x if x.shape[d] == count else F.slice(x, d, 0, count, 1)


class LinalgSvdBackward0(ManyOutputs):
    def forward(F: Namespace, A: Array, *, full_matrices: bool) -> tuple[Array, ...]:
        """Orthogonal columns, stretches and orthogonal rows whose product is A"""
        u, s, vh = np.linalg.svd(A, full_matrices=full_matrices)
        return in_columns(u), s, in_columns(vh)

    @tex(r"U \left(\bar{S} + \ldots\right) V^{\top}")
    def grad_A(F: Namespace, grads: list[Array], results: tuple[Array, ...]) -> Array:
        """Each stretch's gradient along its pair of directions, and how these turn."""
        u, s, vh = results
        k = s.shape[-1]
        m, n = u.shape[-2], vh.shape[-1]
        u, vh = _leading(F, u, -1, k), _leading(F, vh, -2, k)
        gu = None if grads[0] is None else _leading(F, grads[0], -1, k)
        gvh = None if grads[2] is None else _leading(F, grads[2], -2, k)
        inner = None if grads[1] is None else F.unsqueeze(grads[1], -1) * _eye(F, s)
        if gu is None and gvh is None:
            return F.matmul(u, F.matmul(inner, vh))
        for part in _turning(F, u, s, vh, gu, gvh):
            inner = part if inner is None else inner + part
        out = F.matmul(u, F.matmul(inner, vh))
        over = F.unsqueeze(s, -2)
        if gu is not None and m > k:
            aside = gu / over
            aside = aside - F.matmul(u, F.matmul(turned(F, u), aside))
            out = out + F.matmul(aside, vh)
        if gvh is not None and n > k:
            aside = gvh / F.unsqueeze(s, -1)
            aside = aside - F.matmul(F.matmul(aside, turned(F, vh)), vh)
            out = out + F.matmul(u, aside)
        return out


def _eye(F: Namespace, s: Array) -> Array:
    return F.constant(np.eye(s.shape[-1], dtype=dtype_of(s)))


def _turning(
    F: Namespace, u: Array, s: Array, vh: Array, gu: Array | None, gvh: Array | None
) -> list[Array]:
    """What turning the columns and the rows counts, in the basis of both."""
    square = s * s
    gaps = F.unsqueeze(square, -2) - F.unsqueeze(square, -1) + _eye(F, s)
    found = []
    if gu is not None:
        skew = F.matmul(turned(F, u), gu)
        found.append((skew - turned(F, skew)) / gaps * F.unsqueeze(s, -2))
    if gvh is not None:
        skew = F.matmul(vh, turned(F, gvh))
        found.append(F.unsqueeze(s, -1) * ((skew - turned(F, skew)) / gaps))
    return found


def _svd(A: Tensor, full_matrices: bool) -> tuple[Tensor, ...]:
    if A.ndim < 2:
        raise RuntimeError("linalg.svd: The input tensor A must have at least 2 dimensions.")
    return LinalgSvdBackward0.apply_many(A, full_matrices=full_matrices)


@op(
    "Linear algebra", "svd", name="linalg_svd",
    torch="torch.linalg.svd({A}, full_matrices={full_matrices})", several=True,
    samples=(([[4.0, 2.0], [1.0, 3.0], [0.5, -1.0]], {"full_matrices": False}),),
    formula=r"A = U \, \operatorname{diag}(S) \, V^{\top}",
)  # fmt: skip
def linalg_svd(A: Tensor, full_matrices: bool = True) -> Any:
    """Singular values and vectors: U, S and Vh with A = U · diag(S) · Vh."""
    return named("linalg_svd", ("U", "S", "Vh"), _svd(A, full_matrices))


@op(
    "Linear algebra", "σ₁…", torch="torch.linalg.svdvals({A})",
    samples=(([[4.0, 2.0], [1.0, 3.0], [0.5, -1.0]],),),
    formula=r"y_i = \sigma_i(A)",
)  # fmt: skip
def svdvals(A: Tensor) -> Tensor:
    """The singular values of a matrix, largest first."""
    return _svd(A, False)[1]


def svd(self: Tensor, some: bool = True, compute_uv: bool = True) -> Any:
    """Singular values and vectors: U, S and V with A = U · diag(S) · Vᵀ."""
    u, s, vh = _svd(self, not some)
    if not compute_uv:
        u, vh = (wrap(np.zeros_like(x._data)) for x in (u, vh))
    return named("svd", ("U", "S", "V"), (u, s, transpose(vh, -2, -1)))


# ---- what follows from them ----------------------------------------------------------------------


def _number(x: Any) -> Array:
    return np.asarray(x._data if is_tensor(x) else x)


def _tolerance(A: Tensor, largest: Array, atol: Any, rtol: Any) -> Array:
    """max(atol, rtol · σ₁); without either, rtol is the machine's precision by the larger size."""
    if rtol is None:
        sure = atol is not None and np.all(_number(atol) > 0)
        rtol = 0.0 if sure else np.finfo(A._data.dtype).eps * max(A.shape[-2:])
    return np.maximum(0.0 if atol is None else _number(atol), _number(rtol) * largest)


def _stretches(A: Tensor, hermitian: bool) -> Array:
    if hermitian:
        return np.abs(np.linalg.eigvalsh(A._data))
    return np.linalg.svd(A._data, compute_uv=False)


def matrix_rank(
    A: Tensor, tol: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None
) -> Tensor:
    """How many singular values are larger than a tolerance."""
    s = _stretches(A, hermitian)
    if tol is not None:
        atol, rtol = tol, 0.0
    bound = _tolerance(A, s.max(-1, initial=0), atol, rtol)
    return wrap(np.asarray(np.sum(s > bound[..., None], -1), np.int64)[()])


def _spectrum(A: Array, hermitian: bool) -> tuple[Array, Array, Array]:
    """Vectors, stretches, vectors: A is their product."""
    if hermitian:
        s, u = np.linalg.eigh(A)
        return u, s, np.swapaxes(u, -2, -1)
    u, s, vh = np.linalg.svd(A, full_matrices=False)
    return u, s, vh


class LinalgPinvBackward0(Function):
    layout = "own"

    def forward(F: Namespace, self: Array, *, bound: Array, hermitian: bool = False) -> Array:
        """The inverse, or what comes nearest to one"""
        u, s, vh = _spectrum(self, hermitian)
        kept = np.abs(s) > bound[..., None]
        inverse = np.where(kept, 1 / np.where(kept, s, 1), 0)
        return np.swapaxes(vh, -2, -1) @ (inverse[..., None] * np.swapaxes(u, -2, -1))

    @tex(r"-y^{\top} \bar{y} y^{\top} + \ldots")
    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """As for an inverse, and what the directions without a stretch add (Golub, Pereyra)."""
        return pinv_gradient(F, grad, self, result)


def pinv_gradient(F: Namespace, grad: Array, A: Array, result: Array) -> Array:
    """What `grad` of a pseudo-inverse is for the matrix."""
    back, down = turned(F, result), turned(F, grad)
    k = F.matmul(down, result)
    out = -turned(F, F.matmul(result, k))
    kb = F.matmul(k, back)
    out = out + kb - F.matmul(F.matmul(A, result), kb)
    rest = down - F.matmul(k, A)
    return out + F.matmul(F.matmul(back, result), rest)


@op(
    "Linear algebra", "A⁺", torch="torch.linalg.pinv({A})",
    hidden=("rcond", "hermitian", "atol", "rtol"),
    samples=(([[4.0, 2.0], [1.0, 3.0], [0.5, -1.0]],), ([[4.0, 2.0, 1.0], [1.0, 3.0, 0.5]],)),
    formula=r"y = A^{+}",
)  # fmt: skip
def pinv(
    A: Tensor, rcond: Any = None, hermitian: bool = False, *, atol: Any = None, rtol: Any = None
) -> Tensor:
    """The pseudo-inverse of a matrix."""
    s = np.abs(_spectrum(A._data, hermitian)[1])
    bound = _tolerance(A, s.max(-1, initial=0), atol, rcond if rtol is None else rtol)
    return LinalgPinvBackward0.apply(A, bound=np.asarray(bound), hermitian=hermitian)


def pinverse(self: Tensor, rcond: float = 1e-15) -> Tensor:
    """The pseudo-inverse of a matrix."""
    return pinv(self, rcond)


# ---- norms of matrices ---------------------------------------------------------------------------


def matrix_norm(
    A: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """The norm of matrices: "fro", "nuc", or 1, 2, inf and their negatives."""
    if dtype is not None:
        A = A.to(dtype)
    rows, columns = (check_dim(d, A.ndim) for d in dim)
    if ord == "fro":
        return vector_norm(A, 2, (rows, columns), keepdim)
    if ord == "nuc":
        out = sum_(_values_of(A, rows, columns), (-1,), keepdim)
        return _restored(out, A, rows, columns, keepdim)
    if ord not in (1, -1, 2, -2, math.inf, -math.inf):
        raise RuntimeError(f"linalg.matrix_norm: Order {ord} not supported.")
    extreme = amax if ord > 0 else amin
    if abs(ord) == 2:
        out = extreme(_values_of(A, rows, columns), (-1,), keepdim)
        return _restored(out, A, rows, columns, keepdim)
    if abs(ord) == math.inf:
        rows, columns = columns, rows
    sums = vector_norm(A, 1.0, rows, keepdim)
    found: Tensor = extreme(sums, columns - (not keepdim and rows < columns), keepdim)
    return found


def _order(ndim: int, rows: int, columns: int) -> tuple[int, ...]:
    return (*(d for d in range(ndim) if d not in (rows, columns)), rows, columns)


def _values_of(A: Tensor, rows: int, columns: int) -> Tensor:
    return svdvals(permute(A, _order(A.ndim, rows, columns)))


def _restored(out: Tensor, A: Tensor, rows: int, columns: int, keepdim: bool) -> Tensor:
    if not keepdim:
        return out
    from engine.ops.shape import unsqueeze

    back = np.argsort(_order(A.ndim, rows, columns))
    return permute(unsqueeze(out, -1), tuple(int(d) for d in back))


def norm(
    A: Tensor, ord: Any = None, dim: Any = None, keepdim: bool = False, *, dtype: Any = None
) -> Tensor:
    """The norm of vectors (one dimension, or no `ord`) or of matrices (two)."""
    if dtype is not None:
        A = A.to(dtype)
    dims = (dim,) if isinstance(dim, int) else dim
    if ord is None:
        return vector_norm(A, 2.0, dims, keepdim)
    if dims is None and A.ndim > 2:
        raise RuntimeError(
            "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D. Got "
            f"{A.ndim}D."
        )
    if (A.ndim if dims is None else len(dims)) == 2:
        return matrix_norm(A, ord, (-2, -1) if dims is None else dims, keepdim)
    return vector_norm(A, ord, dims, keepdim)


def cond(A: Tensor, p: Any = None) -> Tensor:
    """How much a matrix can stretch one direction more than another."""
    if p is None or p in (2, -2):
        s = svdvals(A)
        d, n = s.ndim - 1, s.shape[-1]
        large, small = slice_(s, d, 0, 1), slice_(s, d, n - 1, n)
        ratio = div(small, large) if p == -2 else div(large, small)
        return squeeze(ratio, -1)
    inverse, info = inv_ex(A)
    singular = np.asarray(info._data != 0)[..., None, None]
    inverse.masked_fill_(wrap(singular), 0.0)
    product = mul(matrix_norm(A, p), matrix_norm(inverse, p))
    return nan_to_num(product, math.inf, math.inf, -math.inf)
