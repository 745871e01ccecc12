"""Tensors put together and taken apart in less common ways."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from engine.function import Function
from engine.ops.arrange import diag_embed, meshgrid
from engine.ops.gather import masked_select
from engine.ops.index import copy_, narrow, select
from engine.ops.index import slice as slice_
from engine.ops.joining import _Joined, cat, check_any, stack
from engine.ops.pieces import split, tensor_split
from engine.ops.reduction import sum as sum_
from engine.ops.scan import cumprod
from engine.ops.shape import expand, flatten, reshape, transpose, unsqueeze, view
from engine.registry import Tensors, op, tex
from engine.tensor import Tensor, check_dim, is_tensor, wrap

Array = Any
Namespace = Any


def _atleast_3d(x: Tensor) -> Tensor:
    if not x.ndim:
        return reshape(x, (1, 1, 1))
    flat = unsqueeze(x, 0) if x.ndim == 1 else x
    return unsqueeze(flat, -1) if flat.ndim == 2 else flat


@op(
    "Shape", "dstack", samples=(([(2,), (2,)],), ([(2, 1, 1), (2, 1, 3)],)),
    formula=r"y_{j k i} = (x_i)_{j k}",
)  # fmt: skip
def dstack(tensors: Tensors) -> Tensor:
    """One behind the other, along the third dimension."""
    check_any("dstack", tensors)
    return cat([_atleast_3d(x) for x in tensors], 2)


@op(
    "Shape", "column stack", samples=(([(2,), (2,)],), ([(2, 1), (2,)],)),
    formula=r"y_{j i} = (x_i)_{j}",
)  # fmt: skip
def column_stack(tensors: Tensors) -> Tensor:
    """Vectors side by side as the columns of a matrix."""
    return cat([reshape(x, (x.numel(), 1)) if x.ndim <= 1 else x for x in tensors], 1)


class BlockDiagBackward0(_Joined):
    @classmethod
    def forward_data_of(cls, arrays: list[Array], dim: int) -> Array:
        blocks = [np.atleast_2d(a) for a in arrays]
        height, width = (sum(b.shape[k] for b in blocks) for k in (0, 1))
        out = np.zeros((height, width), blocks[0].dtype)
        row = column = 0
        for b in blocks:
            out[row : row + b.shape[0], column : column + b.shape[1]] = b
            row, column = row + b.shape[0], column + b.shape[1]
        return out

    def parts(self, grad: Any, F: Namespace) -> list[Any]:
        """Each block is cut out again."""
        found, row, column = [], 0, 0
        for shape in self.params["shapes"]:
            height, width = (1, 1, *shape)[-2:]
            rows = F.slice(grad, 0, row, row + height, 1)
            found.append(F.reshape(F.slice(rows, 1, column, column + width, 1), shape))
            row, column = row + height, column + width
        return found


def block_diag(*tensors: Tensor) -> Tensor:
    """Matrices along the diagonal of zeros; a vector is a row, a number a matrix of one."""
    many = len(tensors) == 1 and not is_tensor(tensors[0])
    given = list(tensors[0] if many else tensors)
    for k, x in enumerate(given):
        if x.ndim > 2:
            raise RuntimeError(
                "torch.block_diag: Input tensors must have 2 or fewer dimensions. Input "
                f"{k} has {x.ndim} dimensions"
            )
    return BlockDiagBackward0.join(given, 0)


def cartesian_prod(*tensors: Tensor) -> Tensor:
    """All ways to choose one entry of each vector, a row for each."""
    if len(tensors) == 1:
        return tensors[0]
    return stack([flatten(x) for x in meshgrid(list(tensors))], 1)


def combinations(self: Tensor, r: int = 2, with_replacement: bool = False) -> Tensor:
    """All ways to choose `r` entries of a vector in their order, a row for each."""
    n = self.numel()
    if r == 0:
        return wrap(np.zeros(0, self._data.dtype))
    grids = np.indices((n,) * r)
    mask = np.ones((n,) * r, bool)
    for a, b in itertools.pairwise(grids):
        mask &= a <= b if with_replacement else a < b
    parts = meshgrid([self] * r)
    return stack([masked_select(x, wrap(mask)) for x in parts], 1)


def diagflat(self: Tensor, offset: int = 0) -> Tensor:
    """All entries on the diagonal of zeros."""
    return diag_embed(reshape(self, (-1,)), offset)


def hsplit(self: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Pieces side by side."""
    _check("hsplit", self, 1)
    return _pieces("hsplit", self, indices_or_sections, 0 if self.ndim == 1 else 1)


def vsplit(self: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Pieces one below the other."""
    _check("vsplit", self, 2)
    return _pieces("vsplit", self, indices_or_sections, 0)


def dsplit(self: Tensor, indices_or_sections: Any) -> tuple[Tensor, ...]:
    """Pieces one behind the other."""
    _check("dsplit", self, 3)
    return _pieces("dsplit", self, indices_or_sections, 2)


def _check(name: str, x: Tensor, least: int) -> None:
    if x.ndim < least:
        raise RuntimeError(
            f"torch.{name} requires a tensor with at least {least} dimension, but got a tensor "
            f"with {x.ndim} dimensions!"
        )


def _pieces(name: str, x: Tensor, at: Any, dim: int) -> tuple[Tensor, ...]:
    if isinstance(at, int) and (at == 0 or x.shape[dim] % at):
        raise RuntimeError(
            f"torch.{name} attempted to split along dimension {dim}, but the size of the "
            f"dimension {x.shape[dim]} is not divisible by the split_size {at}!"
        )
    return tensor_split(x, at, dim)


def split_with_sizes(self: Tensor, split_sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """Pieces of the sizes listed."""
    return split(self, tuple(split_sizes), dim)


def adjoint(self: Tensor) -> Tensor:
    """Rows become columns, of all matrices."""
    return transpose(self, -2, -1)


def sum_to_size(self: Tensor, *size: Any) -> Tensor:
    """Summed over the dimensions in which `size` has 1: broadcasting undone."""
    wanted = tuple(size[0]) if len(size) == 1 and not isinstance(size[0], int) else size
    if not wanted:
        return sum_(self)
    extra = self.ndim - len(wanted)
    dims = [*range(extra)]
    dims += [d + extra for d, n in enumerate(wanted) if n == 1 and self.shape[d + extra] != 1]
    if extra < 0 or any(n not in (1, m) for n, m in zip(wanted, self.shape[extra:], strict=True)):
        raise RuntimeError(
            f"size {{{list(wanted)}}} is not expandable to size {{{list(self.shape)}}}."
        )
    out = sum_(self, tuple(dims), True) if dims else self
    return view(out, wanted) if extra else out


class NarrowCopyBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: int, start: int, end: int) -> Array:
        """A copy of a slice"""
        return np.array(F.slice(self, dim, start, end))

    @tex(r"(0, \ldots, \bar{y}, \ldots, 0)")
    def grad_self(
        F: Namespace, grad: Array, self_shape: tuple[int, ...], dim: int, start: int, end: int
    ) -> Array:
        """What was cut out gets the gradient, the rest gets zeros."""
        return F.slice_backward(grad, self_shape, dim, start, end, 1)


def narrow_copy(self: Tensor, dim: int, start: int, length: int) -> Tensor:
    """`narrow`, copied."""
    if length < 0:
        size = self.shape[dim]
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({size}).")
    narrow(self.detach(), dim, start, length)
    d = check_dim(dim, self.ndim)
    start = start % self.shape[d] if start < 0 else start
    return NarrowCopyBackward0.apply(self, dim=d, start=start, end=start + length)


def vander(x: Tensor, N: int | None = None, increasing: bool = False) -> Tensor:
    """The powers of a vector's entries, a row for each: descending unless `increasing`."""
    n = x.shape[0] if N is None else N
    out = wrap(np.zeros((x.shape[0], n), x._data.dtype))
    if n > 0:
        copy_(select(out, 1, 0), wrap(np.ones((), x._data.dtype)[()]))
    if n > 1:
        rest = slice_(out, 1, 1, n)
        copy_(rest, unsqueeze(x, 1))
        rest = slice_(out, 1, 1, n)
        copy_(rest, cumprod(rest, 1))
    return out if increasing else out.flip((1,))


def linalg_vander(x: Tensor, *, N: int | None = None) -> Tensor:
    """The powers of vectors' entries, ascending, a row for each entry."""
    x = x if x.ndim else unsqueeze(x, -1)
    n = x.shape[-1] if N is None else N
    if n <= 1:
        raise RuntimeError("N must be greater than 1.")
    ones = wrap(np.ones((*x.shape, 1), x._data.dtype))
    wide = expand(unsqueeze(x, -1), (*x.shape, n - 1))
    return cat([ones, cumprod(wide, -1)], -1)
