"""Distances between all rows of two tables, and rows made no longer than asked."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine import kernels
from engine.function import Function
from engine.inplace import inplace
from engine.ops.shape import contiguous, expand, view
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def _once(F: Namespace, name: str) -> None:
    if F is not kernels:
        raise RuntimeError(f"derivative for aten::{name} is not implemented")


def _slopes(d: Array, length: Array, p: float) -> Array:
    """How a p-norm grows with each entry of a difference; 0 at its kinks."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if p == 0:
            out = np.zeros_like(d)
        elif p == 1:
            out = np.sign(d)
        elif p == math.inf:
            out = np.sign(d) * (np.abs(d) == length)
        elif p == 2:
            out = d / length
        else:
            out = np.sign(d) * (np.abs(d) / length) ** (p - 1)
    return np.where(length == 0, 0, out).astype(d.dtype)


class CdistBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, x1: Array, x2: Array, *, p: float) -> Array:
        """The p-norms of all differences"""
        d = x1[..., :, None, :] - x2[..., None, :, :]
        return F.vector_norm(d, p, (d.ndim - 1,), False)

    @tex(
        r"\sum_j \bar{y}_{i j} \cdot \operatorname{sgn}(a_i - b_j) \left(\frac{|a_i - b_j|}{y_{i "
        r"j}}\right)^{p - 1}"
    )
    def grad_x1(F: Namespace, grad: Array, x1: Array, x2: Array, result: Array, p: float) -> Array:
        """A distance grows fastest along the difference."""
        return _to_rows(F, grad, x1, x2, result, p, -2)

    @tex(
        r"-\sum_i \bar{y}_{i j} \cdot \operatorname{sgn}(a_i - b_j) \left(\frac{|a_i - b_j|}{y_{i "
        r"j}}\right)^{p - 1}"
    )
    def grad_x2(F: Namespace, grad: Array, x1: Array, x2: Array, result: Array, p: float) -> Array:
        """A distance shrinks fastest along the difference."""
        return -_to_rows(F, grad, x1, x2, result, p, -3)


def _to_rows(
    F: Namespace, grad: Array, x1: Array, x2: Array, result: Array, p: float, dim: int
) -> Array:
    d = F.unsqueeze(x1, -2) - F.unsqueeze(x2, -3)
    length, g = F.unsqueeze(result, -1), F.unsqueeze(grad, -1)
    if F is kernels:
        return np.sum(_slopes(d, length, p) * g, dim)
    zero = length == 0
    safe = F.where(zero, F.ones_like(length), length)
    share = F.where(zero, F.zeros_like(length), g)
    return F.sum(_tensor_slopes(F, d, safe, p) * share, (d.ndim + dim,))


def _tensor_slopes(F: Namespace, d: Array, length: Array, p: float) -> Array:
    """`_slopes` that can be differentiated once more."""
    if p == 2:
        return d / length
    if p == 0:
        return F.zeros_like(d)
    if p in (1, math.inf):
        largest = F.abs(d) == length if p == math.inf else d == d
        return F.where(largest, F.sgn(d), F.zeros_like(d))
    return F.sgn(d) * F.pow(F.abs(d) / length, p - 1)


@op(
    "Linear algebra", "‖xᵢ−yⱼ‖", torch="torch.cdist({x1}, {x2}, {p})",
    hidden=("compute_mode",),
    samples=(((2, 3), (4, 3)), ((2, 2, 3), (2, 1, 3))),
    formula=r"y_{i j} = \sqrt[p]{\sum_k |a_{i k} - b_{j k}|^{p}}",
)  # fmt: skip
def cdist(
    x1: Tensor, x2: Tensor, p: float = 2.0,
    compute_mode: str = "use_mm_for_euclid_dist_if_necessary",
) -> Tensor:  # fmt: skip
    """The distances between all rows of two tables: (…, n, d), (…, m, d) -> (…, n, m)."""
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(
            f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}"
        )
    if p < 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if p == 2 and x1.numel() and x2.numel() and _multiplies(compute_mode, x1, x2):
        return _by_product(x1, x2)
    return CdistBackward0.apply(x1, x2, p=float(p))


_FEW = 25
"""Up to so many rows the differences themselves are looked at."""


def _multiplies(compute_mode: str, x1: Tensor, x2: Tensor) -> bool:
    if compute_mode == "use_mm_for_euclid_dist_if_necessary":
        return x1.shape[-2] > _FEW or x2.shape[-2] > _FEW
    return compute_mode == "use_mm_for_euclid_dist"


def _by_product(x1: Tensor, x2: Tensor) -> Tensor:
    """|a - b|² = |a|² - 2 a·b + |b|², for all pairs by one product of matrices."""
    batch = np.broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
    size = (*batch, x1.shape[-2], x2.shape[-2])
    if math.prod(batch) > 1:
        x1, x2 = (
            view(contiguous(expand(x, (*batch, *x.shape[-2:]))), (-1, *x.shape[-2:]))
            for x in (x1, x2)
        )
    return view(EuclideanDistBackward0.apply(x1, x2), size)


class EuclideanDistBackward0(Function):
    def forward(F: Namespace, x1: Array, x2: Array) -> Array:
        """The lengths of all differences, by a product of matrices"""
        one, two = (np.sum(x * x, -1, keepdims=True) for x in (x1, x2))
        left = np.concatenate([x1 * -2, one, np.ones_like(one)], -1)
        right = np.concatenate([x2, np.ones_like(two), two], -1)
        return np.sqrt(np.maximum(F.matmul(left, np.swapaxes(right, -2, -1)), 0))

    @tex(r"\sum_j \bar{y}_{i j} \cdot \frac{a_i - b_j}{y_{i j}}")
    def grad_x1(F: Namespace, grad: Array, x1: Array, x2: Array, result: Array) -> Array:
        """A distance grows fastest along the difference."""
        share = _shares(F, grad, result)
        return x1 * F.sum(share, (-1,), True) - F.matmul(share, x2)

    @tex(r"\sum_i \bar{y}_{i j} \cdot \frac{b_j - a_i}{y_{i j}}")
    def grad_x2(F: Namespace, grad: Array, x1: Array, x2: Array, result: Array) -> Array:
        """A distance grows fastest along the difference."""
        share = F.transpose(_shares(F, grad, result), -2, -1)
        return x2 * F.sum(share, (-1,), True) - F.matmul(share, x1)


def _shares(F: Namespace, grad: Array, result: Array) -> Array:
    """What a distance hands on to every difference; nothing where there is none."""
    zero = result == 0
    return F.where(zero, F.zeros_like(result), grad / F.where(zero, F.ones_like(result), result))


class PdistBackward0(Function):
    def forward(F: Namespace, self: Array, *, p: float) -> Array:
        """The p-norms of the differences of all pairs of rows"""
        i, j = np.triu_indices(len(self), 1)
        return F.vector_norm(self[i] - self[j], p, (1,), False)

    @tex(r"\pm \bar{y} \cdot \frac{x_i - x_j}{y}")
    def grad_self(F: Namespace, grad: Array, self: Array, result: Array, p: float) -> Array:
        """A distance grows along the difference for one row and shrinks for the other."""
        _once(F, "_pdist_backward")
        i, j = np.triu_indices(len(self), 1)
        part = _slopes(self[i] - self[j], result[:, None], p) * grad[:, None]
        out = np.zeros_like(self)
        np.add.at(out, i, part)
        np.add.at(out, j, -part)
        return out


def pdist(self: Tensor, p: float = 2) -> Tensor:
    """The distances between all pairs of rows, in one row."""
    if self.ndim != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {self.ndim}D")
    return PdistBackward0.apply(self, p=float(p))


class RenormBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, p: float, dim: int, maxnorm: float) -> Array:
        """self, its slices along dim no longer than maxnorm"""
        return self * _factors(F, self, p, dim, maxnorm)

    @tex(r"\frac{m}{\|x\|} \left(\bar{y} - x \frac{\sum \bar{y} x}{\|x\|^2}\right)")
    def grad_self(
        F: Namespace, grad: Array, self: Array, p: float, dim: int, maxnorm: float
    ) -> Array:
        """Where a slice was shortened, less what would only make it longer."""
        dims = tuple(d for d in range(self.ndim) if d != dim)
        length = F.vector_norm(self, p, dims, True)
        long = length > maxnorm
        safe = F.where(long, length, F.ones_like(length))
        factor = F.where(long, maxnorm / (safe + 1e-7), F.ones_like(length))
        along = F.sum(grad * self, dims, True)
        if p == np.inf:  # the largest alone makes the length
            slope = F.where(F.abs(self) == safe, F.sgn(self), F.zeros_like(self))
        else:
            slope = F.sgn(self) * F.pow(F.abs(self) / safe, p - 1) if p != 2 else self / safe
        turn = F.where(long, maxnorm / ((safe + 1e-7) * (safe + 1e-7)), F.zeros_like(length))
        return grad * factor - along * turn * slope


def _factors(F: Namespace, x: Array, p: float, dim: int, maxnorm: float) -> Array:
    dims = tuple(d for d in range(x.ndim) if d != dim)
    length = F.vector_norm(x, p, dims, True)
    return np.where(length > maxnorm, maxnorm / (length + 1e-7), 1).astype(x.dtype)


def _check_slices(x: Tensor, p: float) -> None:
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if x.ndim < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {x.ndim} dimensions")


@op(
    "Linear algebra", "renorm", torch="torch.renorm({self}, {p}, {dim}, {maxnorm})",
    defaults={"p": 2.0, "dim": 0, "maxnorm": 1.0},
    samples=(((3, 4), {"p": 2.0, "dim": 0, "maxnorm": 1.0}),),
    formula=r"y = x \cdot \min\left(1, \frac{m}{\|x\|_{p}}\right)",
)  # fmt: skip
def renorm(self: Tensor, p: float, dim: int, maxnorm: float) -> Tensor:
    """Slices along `dim` whose p-norm is larger than `maxnorm` scaled down to it."""
    _check_slices(self, p)
    d = check_dim(dim, self.ndim)
    return RenormBackward0.apply(self, p=float(p), dim=d, maxnorm=maxnorm)


def renorm_(self: Tensor, p: float, dim: int, maxnorm: float) -> Tensor:
    """renorm, in place."""
    _check_slices(self, p)
    d = check_dim(dim, self.ndim)
    return inplace(RenormBackward0, self, p=float(p), dim=d, maxnorm=maxnorm)
