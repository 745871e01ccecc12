"""Products summed over pairs of dimensions, and the product of everything with everything."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.ops.arithmetic import mul, to
from engine.ops.linear import dot, mm
from engine.ops.reduction import sum as sum_
from engine.ops.shape import UnsafeViewBackward0, flatten, permute, reshape, squeeze
from engine.tensor import Tensor, check_dim


def kron(self: Tensor, other: Tensor) -> Tensor:
    """Every entry of the first times the whole second."""
    n = max(self.ndim, other.ndim)
    one = (1,) * (n - self.ndim) + tuple(self.shape)
    two = (1,) * (n - other.ndim) + tuple(other.shape)
    wide = UnsafeViewBackward0.apply(self, size=tuple(k for m in one for k in (m, 1)))
    tall = UnsafeViewBackward0.apply(other, size=tuple(k for m in two for k in (1, m)))
    size = tuple(x * y for x, y in zip(one, two, strict=True))
    return UnsafeViewBackward0.apply(mul(wide, tall), size=size)


def inner(self: Tensor, other: Tensor) -> Tensor:
    """The inner products of the last dimensions."""
    if not self.ndim or not other.ndim:
        return mul(self, other)
    if self.shape[-1] != other.shape[-1]:
        raise RuntimeError(
            "inner() the last dimension must match on both input tensors but got shapes "
            f"{list(self.shape)} and {list(other.shape)}"
        )
    return tensordot(self, other, ([-1], [-1]))


def tensordot(a: Tensor, b: Tensor, dims: Any = 2) -> Tensor:
    """Products summed over pairs of dimensions: the last and first `dims`, or two lists of them."""
    left, right = _pairs(a, b, dims)
    first, second = _summed(a, b, left, right)
    keep_a = [d for d in range(a.ndim) if d not in left]
    keep_b = [d for d in range(b.ndim) if d not in right]
    size = (*(a.shape[d] for d in keep_a), *(b.shape[d] for d in keep_b))
    shared = int(np.prod([first.shape[d] for d in left], dtype=np.int64))
    if np.prod(size) == 1 and shared:
        rows, columns = permute(first, (*keep_a, *left)), permute(second, (*right, *keep_b))
        return reshape(_product(rows, columns), size)
    height = int(np.prod([a.shape[d] for d in keep_a], dtype=np.int64))
    width = int(np.prod([b.shape[d] for d in keep_b], dtype=np.int64))
    flat = reshape(permute(first, (*keep_a, *left)), (height, shared))
    turned = reshape(permute(second, (*right, *keep_b)), (shared, width))
    return reshape(mm(flat, turned), size)


def _pairs(a: Tensor, b: Tensor, dims: Any) -> tuple[list[int], list[int]]:
    if isinstance(dims, int):
        return list(range(a.ndim - dims, a.ndim)), list(range(dims))
    left, right = ([d] if isinstance(d, int) else list(d) for d in dims)
    return [check_dim(d, a.ndim) for d in left], [check_dim(d, b.ndim) for d in right]


def _summed(a: Tensor, b: Tensor, left: list[int], right: list[int]) -> tuple[Tensor, Tensor]:
    """Both with the contracted dimensions summed in which the other has size 1."""
    first, second = a, b
    for i, j in zip(left, right, strict=True):
        if b.shape[j] == 1:
            first = to(sum_(first, i, True), a.dtype)
        elif a.shape[i] == 1:
            second = to(sum_(second, j, True), b.dtype)
        elif a.shape[i] != b.shape[j]:
            raise RuntimeError(
                f"contracted dimensions need to match, but first has size {a.shape[i]} in dim {i} "
                f"and second has size {b.shape[j]} in dim {j}"
            )
    return first, second


def _product(rows: Tensor, columns: Tensor) -> Tensor:
    """One number: a product of vectors where that needs no copy."""
    if rows.is_contiguous() and columns.is_contiguous():
        flat = flatten(columns)  # before the other, as PyTorch has it
        return dot(flatten(rows), flat)
    product = mul(squeeze(rows), squeeze(columns))
    return to(sum_(product), product.dtype)
