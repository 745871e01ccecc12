"""`torch.linalg`: matrices taken apart."""

from engine.namespace import exposed
from engine.ops.arrange import diagonal as _diagonal
from engine.ops.linalg import (
    LinAlgError,
    cholesky_ex,
    det,
    eigh,
    eigvalsh,
    inv_ex,
    matrix_power,
    solve,
    solve_ex,
    vector_norm,
)
from engine.ops.linalg import inverse as inv
from engine.ops.linalg import linalg_cholesky as cholesky
from engine.ops.linalg import linalg_qr as qr
from engine.ops.linalg import linalg_slogdet as slogdet
from engine.ops.linear import matmul
from engine.ops.products import linalg_cross as cross
from engine.ops.products import multi_dot, vecdot
from engine.ops.solving import lstsq, solve_triangular
from engine.ops.spectral import cond, matrix_norm, matrix_rank, norm, pinv, svdvals
from engine.ops.spectral import linalg_svd as svd
from engine.ops.stacking import linalg_vander as vander
from engine.tensor import Tensor


def diagonal(A: Tensor, *, offset: int = 0, dim1: int = -2, dim2: int = -1) -> Tensor:
    """The entries on a diagonal, as a view."""
    return _diagonal(A, offset, dim1, dim2)


__all__ = [
    "LinAlgError", "cholesky", "cholesky_ex", "cond", "cross", "det", "diagonal", "eigh",
    "eigvalsh", "inv", "inv_ex", "lstsq", "matmul", "matrix_norm", "matrix_power", "matrix_rank",
    "multi_dot", "norm", "pinv", "qr", "slogdet", "solve", "solve_ex", "solve_triangular", "svd",
    "svdvals", "vander", "vecdot", "vector_norm",
]  # fmt: skip

globals().update({
    name: exposed(globals()[name], name, "linalg.") for name in __all__ if name != "LinAlgError"
})  # fmt: skip
