"""Running sums and products."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import kernels
from engine.either import data_of
from engine.function import Function
from engine.registry import op
from engine.tensor import Tensor, check_dim

Array = Any
Namespace = Any


class CumsumBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """The sum so far along dim"""
        return F.cumsum(self, dim)

    def grad_self(F: Namespace, grad: Array, dim: int) -> Array:
        """An entry counts in every later sum: it gets the sum of their gradients."""
        return _reversed_cumsum(F, grad, dim) if grad.ndim else grad


def _reversed_cumsum(F: Namespace, x: Array, dim: int) -> Array:
    return F.flip(F.cumsum(F.flip(x, (dim,)), dim), (dim,))


@op("Reduction", "Σ…", defaults={"dim": 0}, samples=(((4,), {"dim": 0}), ((2, 3), {"dim": 1})))
def cumsum(self: Tensor, dim: int, *, dtype: str | None = None) -> Tensor:
    """The sum of the entries so far along `dim`."""
    if dtype is not None:
        self = self.to(dtype)
    return CumsumBackward0.apply(self, dim=check_dim(dim, self.ndim))


class CumprodBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """The product so far along dim"""
        kind = np.int64 if self.dtype.kind in "bui" else self.dtype
        return np.cumprod(self, dim, dtype=kind) if self.ndim else self

    def grad_self(F: Namespace, grad: Array, self: Array, result: Array, dim: int) -> Array:
        """Each entry gets what every later product would be worth without it."""
        if not self.ndim:
            return grad
        if F is kernels and not np.any(data_of(self) == 0):
            return _reversed_cumsum(F, grad * result, dim) / self
        n = self.shape[dim]
        return F.stack([_worth(F, grad, self, dim, i, n) for i in range(n)], dim)


def _worth(F: Namespace, grad: Array, self: Array, dim: int, i: int, n: int) -> Array:
    """Σ over the products from place i on: their gradient times the other factors."""
    product = F.ones_like(F.select(self, dim, 0))
    total = F.zeros_like(product)
    for k in range(n):
        if k != i:
            product = product * F.select(self, dim, k)
        if k >= i:
            total = total + F.select(grad, dim, k) * product
    return total


@op(
    "Reduction",
    "Π…",
    defaults={"dim": 0},
    samples=(((4,), {"dim": 0}), ([2.0, 0.0, 3.0], {"dim": 0})),
)
def cumprod(self: Tensor, dim: int, *, dtype: str | None = None) -> Tensor:
    """The product of the entries so far along `dim`."""
    if dtype is not None:
        self = self.to(dtype)
    return CumprodBackward0.apply(self, dim=check_dim(dim, self.ndim))


class LogcumsumexpBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """ln of the sum of exponentials so far along dim"""
        if not self.ndim:
            return self
        return np.logaddexp.accumulate(self.astype(np.float64), dim).astype(self.dtype)

    def grad_self(F: Namespace, grad: Array, self: Array, result: Array, dim: int) -> Array:
        """Every later result shares its gradient by softmax."""
        if not self.ndim:
            return grad
        return F.exp(self) * _reversed_cumsum(F, grad * F.exp(-result), dim)


@op("Reduction", "ln Σ e…", defaults={"dim": 0}, samples=(((4,), {"dim": 0}),))
def logcumsumexp(self: Tensor, dim: int) -> Tensor:
    """The logarithm of the sum of exponentials so far along `dim`."""
    return LogcumsumexpBackward0.apply(self, dim=check_dim(dim, self.ndim))
