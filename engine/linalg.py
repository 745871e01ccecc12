"""`torch.linalg`: matrices taken apart."""

from engine.ops.linalg import (
    LinAlgError,
    cholesky,
    cross,
    det,
    eigh,
    eigvalsh,
    matrix_norm,
    matrix_power,
    qr,
    slogdet,
    solve,
    vector_norm,
)
from engine.ops.linalg import inverse as inv
from engine.ops.linear import matmul
from engine.ops.reduction import norm as _norm
from engine.tensor import Tensor


def norm(A: Tensor, ord: float | None = None, dim: int | tuple[int, ...] | None = None) -> Tensor:
    """The Frobenius norm, or the ord-norm of vectors."""
    return _norm(A, 2.0 if ord is None else ord, dim)


__all__ = [
    "LinAlgError", "cholesky", "cross", "det", "eigh", "eigvalsh", "inv", "matmul", "matrix_norm",
    "matrix_power", "norm", "qr", "slogdet", "solve", "vector_norm",
]  # fmt: skip
