"""`torch.linalg`: inverses, determinants, factorisations."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.either import data_of
from engine.function import Function
from engine.many import ManyOutputs
from engine.ops.arrange import movedim
from engine.ops.extremes import NamedResult
from engine.ops.linear import bmm, dot, matmul, mm
from engine.ops.reduction import norm as vector_norm_of
from engine.ops.reduction import sum as sum_
from engine.ops.shape import permute, reshape, transpose, unsqueeze
from engine.registry import op
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


def _turned(F: Namespace, x: Array) -> Array:
    return F.transpose(x, -2, -1)


def _inverse(name: str, data: Array) -> Array:
    try:
        return np.linalg.inv(data)
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
    def forward(F: Namespace, self: Array) -> Array:
        """The matrix that undoes self"""
        return _inverse("inv", self)

    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """-inverseᵀ · grad · inverseᵀ"""
        back = _turned(F, result)
        return -F.matmul(back, F.matmul(grad, back))


@op(
    "Linear algebra",
    "A⁻¹",
    torch="torch.linalg.inv({self})",
    samples=(([[4.0, 2.0], [1.0, 3.0]],),),
)
def inverse(self: Tensor) -> Tensor:
    """The matrix that undoes this one, (n, n) -> (n, n)."""
    _square("inv", self)
    return LinalgInvExBackward0.apply(self)


class LinalgDetBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """How much volumes grow"""
        return np.linalg.det(self).astype(self.dtype)

    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """The determinant times inverseᵀ"""
        scale = grad * result
        return F.reshape(scale, (*scale.shape, 1, 1)) * _turned(F, F.inverse(self))


@op("Linear algebra", "det", samples=(([[4.0, 2.0], [1.0, 3.0]],),))
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
        """inverseᵀ"""
        if grads[1] is None:
            return F.zeros_like(self)
        grad = grads[1]
        return F.reshape(grad, (*grad.shape, 1, 1)) * _turned(F, F.inverse(self))


def slogdet(self: Tensor) -> Any:
    """The sign of the determinant and the logarithm of its size."""
    _square("slogdet", self)
    result = NamedResult(LinalgSlogdetBackward0.apply_many(self))
    result._fields, result._name = ("sign", "logabsdet"), "linalg_slogdet"
    return result


def logdet(self: Tensor) -> Tensor:
    """The logarithm of the determinant."""
    return LinalgSlogdetBackward0.apply_many(self)[1]


class LinalgSolveExBackward0(Function):
    def forward(F: Namespace, A: Array, B: Array) -> Array:
        """x with A · x = B"""
        if np.linalg.matrix_rank(A) < A.shape[-1]:
            raise LinAlgError(
                "torch.linalg.solve: The solver failed because the input matrix is singular."
            )
        vector = B.ndim == A.ndim - 1
        return np.linalg.solve(A, B[..., None])[..., 0] if vector else np.linalg.solve(A, B)

    def grad_A(F: Namespace, grad: Array, A: Array, result: Array) -> Array:
        """-(A⁻ᵀ · grad) · xᵀ"""
        back = _solved(F, A, grad)
        if grad.ndim == A.ndim - 1:
            return -F.matmul(F.unsqueeze(back, -1), F.unsqueeze(result, -2))
        return -F.matmul(back, _turned(F, result))

    def grad_B(F: Namespace, grad: Array, A: Array) -> Array:
        """A⁻ᵀ · grad"""
        return _solved(F, A, grad)


def _solved(F: Namespace, A: Array, grad: Array) -> Array:
    back = _turned(F, F.inverse(A))
    if grad.ndim == A.ndim - 1:
        return F.squeeze(F.matmul(back, F.unsqueeze(grad, -1)), grad.ndim)
    return F.matmul(back, grad)


@op(
    "Linear algebra", "solve", torch="torch.linalg.solve({A}, {B})",
    samples=(([[4.0, 2.0], [1.0, 3.0]], [2.0, 1.0]), ([[4.0, 2.0], [1.0, 3.0]], [[2.0], [1.0]])),
)  # fmt: skip
def solve(A: Tensor, B: Tensor) -> Tensor:
    """x with A · x = B."""
    _square("solve", A)
    return LinalgSolveExBackward0.apply(A, B)


class LinalgCholeskyExBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """The lower triangle L with L · Lᵀ = self"""
        try:
            return np.linalg.cholesky(self)
        except np.linalg.LinAlgError:
            raise LinAlgError(
                "linalg.cholesky: The factorization could not be completed because the input is "
                f"not positive-definite (the leading minor of order {_minor(self)} is not "
                "positive-definite)."
            ) from None

    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """L⁻ᵀ · Φ(Lᵀ · grad) · L⁻¹, made symmetric"""
        back = F.inverse(result)
        inner = F.tril(F.matmul(_turned(F, result), grad), 0)
        inner = (inner + _turned(F, F.tril(inner, -1))) * 0.5
        return F.matmul(_turned(F, back), F.matmul(inner, back))


def _minor(data: Array) -> int:
    for k in range(1, len(data) + 1):
        if np.linalg.det(data[:k, :k]) <= 0:
            return k
    return len(data)


def cholesky(self: Tensor, *, upper: bool = False) -> Tensor:
    """The lower triangle L of a symmetric positive matrix with L · Lᵀ = A."""
    _square("cholesky", self)
    out = LinalgCholeskyExBackward0.apply(self)
    return transpose(out, -2, -1) if upper else out


class LinalgEighBackward0(ManyOutputs):
    def forward(F: Namespace, self: Array) -> tuple[Array, Array]:
        """The eigenvalues in order and the eigenvectors"""
        values, vectors = np.linalg.eigh(self)
        return values, vectors

    def grad_self(F: Namespace, grads: list[Array], results: tuple[Array, Array]) -> Array:
        """Each eigenvalue's gradient along its eigenvector, and how the vectors turn."""
        values, vectors = results
        inner = None
        if grads[1] is not None:
            gaps = F.unsqueeze(values, -2) - F.unsqueeze(values, -1)
            eye = F.constant(np.eye(values.shape[-1]) == 1)
            safe = F.where(eye, F.ones_like(gaps), gaps)
            turning = F.matmul(_turned(F, vectors), grads[1]) / safe
            inner = F.where(eye, F.zeros_like(turning), turning)
        if grads[0] is not None:
            eye = F.constant(np.eye(values.shape[-1], dtype=data_of(values).dtype))
            diagonal = F.unsqueeze(grads[0], -1) * eye
            inner = diagonal if inner is None else inner + diagonal
        return F.matmul(vectors, F.matmul(inner, _turned(F, vectors)))


def eigh(self: Tensor, UPLO: str = "L") -> Any:
    """Eigenvalues and eigenvectors of a symmetric matrix."""
    _square("eigh", self)
    result = NamedResult(LinalgEighBackward0.apply_many(self))
    result._fields, result._name = ("eigenvalues", "eigenvectors"), "linalg_eigh"
    return result


def eigvalsh(self: Tensor, UPLO: str = "L") -> Tensor:
    """Eigenvalues of a symmetric matrix, in order."""
    _square("eigvalsh", self)
    return LinalgEighBackward0.apply_many(self)[0]


class LinalgQrBackward0(ManyOutputs):
    def forward(F: Namespace, self: Array) -> tuple[Array, Array]:
        """Orthogonal columns and an upper triangle whose product is self"""
        q, r = np.linalg.qr(self)
        return q, r

    def grad_self(F: Namespace, grads: list[Array], results: tuple[Array, Array]) -> Array:
        """(grad Q + Q · sym(R · grad Rᵀ - grad Qᵀ · Q)) · R⁻ᵀ"""
        q, r = results
        gq = F.zeros_like(q) if grads[0] is None else grads[0]
        gr = F.zeros_like(r) if grads[1] is None else grads[1]
        m = F.matmul(r, _turned(F, gr)) - F.matmul(_turned(F, gq), q)
        m = F.tril(m, 0) + _turned(F, F.tril(m, -1))
        return F.matmul(gq + F.matmul(q, m), _turned(F, F.inverse(r)))


def qr(self: Tensor, mode: str = "reduced") -> Any:
    """Orthogonal columns and an upper triangle whose product is the matrix."""
    result = NamedResult(LinalgQrBackward0.apply_many(self))
    result._fields, result._name = ("Q", "R"), "linalg_qr"
    return result


def matrix_power(self: Tensor, n: int) -> Tensor:
    """A matrix times itself, n factors."""
    if n < 0:
        return matrix_power(inverse(self), -n)
    if n == 0:
        return wrap(
            np.broadcast_to(np.eye(self.shape[-1], dtype=self._data.dtype), self.shape).copy()
        )
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


def vector_norm(x: Tensor, ord: float = 2, dim: Any = None, keepdim: bool = False) -> Tensor:
    """The ord-norm of the entries along `dim`, or of all."""
    return vector_norm_of(x, ord, dim, keepdim)


def matrix_norm(A: Tensor, ord: Any = "fro", dim: Any = (-2, -1), keepdim: bool = False) -> Tensor:
    """The Frobenius norm of matrices."""
    if ord != "fro":
        raise NotImplementedError(f"linalg.matrix_norm: order {ord!r}")
    return vector_norm_of(A, 2, tuple(dim), keepdim)


def kron(self: Tensor, other: Tensor) -> Tensor:
    """Every entry of the first times the whole second."""
    a, b = self, other
    n = max(a.ndim, b.ndim)
    one = (1,) * (n - a.ndim) + tuple(a.shape)
    two = (1,) * (n - b.ndim) + tuple(b.shape)
    wide = reshape(a, tuple(k for m in one for k in (m, 1)))
    tall = reshape(b, tuple(k for m in two for k in (1, m)))
    return reshape(wide * tall, tuple(x * y for x, y in zip(one, two, strict=True)))


class LinalgCrossBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array, *, dim: int) -> Array:
        """self × other"""
        return np.cross(self, other, axis=dim)

    def grad_self(F: Namespace, grad: Array, other: Array, dim: int) -> Array:
        """other × grad"""
        return F.cross(other, grad, dim)

    def grad_other(F: Namespace, grad: Array, self: Array, dim: int) -> Array:
        """grad × self"""
        return F.cross(grad, self, dim)


def cross(self: Tensor, other: Tensor, dim: int = -1) -> Tensor:
    """The vector at right angles to two others."""
    return LinalgCrossBackward0.apply(self, other, dim=dim % max(self.ndim, other.ndim))


def inner(self: Tensor, other: Tensor) -> Tensor:
    """The inner products of the last dimensions."""
    if self.ndim == 1 and other.ndim == 1:
        return dot(self, other)
    return tensordot(self, other, ([-1], [-1]))


def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """Products summed over pairs of dimensions."""
    if isinstance(dims, int):
        left, right = list(range(a.ndim - dims, a.ndim)), list(range(dims))
    else:
        left, right = ([d] if isinstance(d, int) else list(d) for d in dims)
    left, right = [d % a.ndim for d in left], [d % b.ndim for d in right]
    for i, j in zip(left, right, strict=True):
        if a.shape[i] != b.shape[j]:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {a.shape[i]} in dim {i} "
                f"and second has size {b.shape[j]} in dim {j}"
            )
    keep_a = [d for d in range(a.ndim) if d not in left]
    keep_b = [d for d in range(b.ndim) if d not in right]
    size = (*(a.shape[d] for d in keep_a), *(b.shape[d] for d in keep_b))
    shared = int(np.prod([a.shape[d] for d in left]))
    if not size and a.ndim:
        turned = permute(a, tuple(left))
        flat = reshape(permute(b, tuple(right)), (shared,))
        return reshape(dot(reshape(turned, (shared,)), flat), ())
    rows = reshape(permute(a, (*keep_a, *left)), (-1, shared))
    columns = reshape(permute(b, (*right, *keep_b)), (shared, -1))
    return reshape(mm(rows, columns), size)


# ---- einsum --------------------------------------------------------------------------------------


def einsum(equation: str, *operands: Any) -> Tensor:
    """Products of entries named by letters, summed over the letters the result does not have."""
    listed = len(operands) == 1 and isinstance(operands[0], (list, tuple))
    given = list(operands[0] if listed else operands)
    left, _, right = equation.replace(" ", "").partition("->")
    terms = left.split(",")
    if "->" not in equation:
        letters = "".join(terms)
        right = "".join(sorted(c for c in set(letters) if letters.count(c) == 1))
    sizes = _letter_sizes(terms, given)
    order = right + "".join(sorted(set("".join(terms)) - set(right)))
    parts = [_spread_out(x, term, order) for x, term in zip(given, terms, strict=True)]
    out = parts[0]
    for k, part in enumerate(parts[1:], 1):
        gone = {c for c in order[len(right) :] if not any(c in t for t in terms[k + 1 :])}
        out = _contract(out, part, order, right, sizes, gone)
    if len(parts) == 1:
        over = tuple(range(len(right), len(order)))
        return sum_(out, over) if over else out
    contracted = len(order) > len(right)
    return reshape(out, tuple(sizes[c] for c in right)) if contracted else out


def _letter_sizes(terms: list[str], operands: list[Tensor]) -> dict[str, int]:
    sizes: dict[str, int] = {}
    for term, x in zip(terms, operands, strict=True):
        if len(term) != x.ndim:
            raise RuntimeError(
                f"einsum(): the number of subscripts in the equation ({len(term)}) does not match "
                f"the number of dimensions ({x.ndim}) for operand {terms.index(term)} and no "
                "ellipsis was given"
            )
        for c, n in zip(term, x.shape, strict=True):
            sizes[c] = max(sizes.get(c, 1), n)
    return sizes


def _spread_out(x: Tensor, term: str, order: str) -> Tensor:
    """`x` with a dimension for every letter of `order`, of size 1 for those it does not have."""
    while len(set(term)) < len(term):
        c = next(c for c in term if term.count(c) > 1)
        i, j = term.index(c), term.index(c, term.index(c) + 1)
        x = movedim(x.diagonal(0, i, j), -1, i)
        term = term[:j] + term[j + 1 :]
    missing = [c for c in order if c not in term]
    for _ in missing:
        x = unsqueeze(x, x.ndim)
    places = list(term) + missing
    return permute(x, tuple(places.index(c) for c in order))


def _contract(
    a: Tensor, b: Tensor, order: str, right: str, sizes: dict[str, int], gone: set[str]
) -> Tensor:
    """The product summed over the letters in `gone`, as one batched matrix product."""
    if not gone:
        return a * b
    kinds: dict[str, list[int]] = {"batch": [], "left": [], "right": [], "sum": []}
    for d, c in enumerate(order):
        in_a, in_b = a.shape[d] > 1 or sizes[c] == 1, b.shape[d] > 1 or sizes[c] == 1
        kind = "sum" if c in gone else "batch" if in_a and in_b else "left" if in_a else "right"
        kinds[kind].append(d)
    alone = [d for d in kinds["sum"] if a.shape[d] != b.shape[d]]
    for d in alone:
        a = sum_(a, d, True) if a.shape[d] > 1 else a
        b = sum_(b, d, True) if b.shape[d] > 1 else b
    batch, rows, columns, summed = (kinds[k] for k in ("batch", "left", "right", "sum"))

    def size(x: Tensor, dims: list[int]) -> int:
        return int(np.prod([x.shape[d] for d in dims]))

    left = permute(a, (*batch, *rows, *summed, *columns))
    turned = permute(b, (*batch, *summed, *columns, *rows))
    product = bmm(
        reshape(left, (size(a, batch), size(a, rows), size(a, summed))),
        reshape(turned, (size(b, batch), size(b, summed), size(b, columns))),
    )
    shape = [a.shape[d] for d in batch] + [a.shape[d] for d in rows]
    shape += [1] * len(summed) + [b.shape[d] for d in columns]
    spread = reshape(product, tuple(shape))
    placed = [*batch, *rows, *summed, *columns]
    return permute(spread, tuple(placed.index(d) for d in range(len(order))))
