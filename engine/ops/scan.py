"""Running sums and products."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine import dtypes, kernels
from engine.either import dtype_of
from engine.function import Function
from engine.ops.reduction import named_dtype
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim

Array = Any
Namespace = Any


class CumsumBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, dim: int, dtype: Any = None) -> Array:
        """The sum so far along dim"""
        return dtypes.cast(F.cumsum(dtypes.cast(self, dtype), dim), dtype)

    @tex(r"\sum_{j \ge i} \bar{y}_j")
    def grad_self(F: Namespace, grad: Array, dim: int) -> Array:
        """An entry counts in every later sum: it gets the sum of their gradients."""
        if math.prod(grad.shape) <= 1 or grad.shape[dim] == 1:
            return grad
        return _reversed_cumsum(F, grad, dim)


def _reversed_cumsum(F: Namespace, x: Array, dim: int) -> Array:
    return F.flip(F.cumsum(F.flip(x, (dim,)), dim), (dim,))


@op(
    "Reduction", "Σ…", defaults={"dim": 0}, samples=(((4,), {"dim": 0}), ((2, 3), {"dim": 1})),
    formula=r"y_i = \sum_{j \le i} x_j",
)  # fmt: skip
def cumsum(self: Tensor, dim: int, *, dtype: str | None = None) -> Tensor:
    """The sum of the entries so far along `dim`."""
    kind = _kind(self, dtype, "cumsum")
    return CumsumBackward0.apply(self, dim=check_dim(dim, self.ndim), dtype=kind)


def _kind(self: Tensor, dtype: Any, name: str) -> dtypes.dtype:
    """The dtype of the result; raises NotImplementedError for booleans."""
    found = named_dtype(dtype)
    if found is dtypes.bool_:
        raise NotImplementedError(f"\"{name}_out_cpu\" not implemented for 'Bool'")
    return found or (self.dtype if self.is_floating_point() else dtypes.int64)


class CumprodBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, dim: int, dtype: Any = None) -> Array:
        """The product so far along dim"""
        return np.cumprod(self, dim, dtype=dtype.np) if self.ndim else dtypes.cast(self, dtype)

    @tex(r"\frac{1}{x_i} \sum_{j \ge i} \bar{y}_j y_j")
    def grad_self(F: Namespace, grad: Array, self: Array, result: Array, dim: int) -> Array:
        """Each entry gets what every later product would be worth without it."""
        if not self.ndim:
            return grad
        if F is kernels:
            return _past_zeros(F, grad, self, result, dim)
        if not math.prod(self.shape):
            return F.zeros_like(self)
        n = self.shape[dim]
        return F.stack([_worth(F, grad, self, dim, i, n) for i in range(n)], dim)


def _past_zeros(F: Namespace, grad: Array, self: Array, result: Array, dim: int) -> Array:
    """The same by division before the first zero of a row; nothing reaches what lies behind it."""
    zeros = self == 0
    if not np.any(zeros):
        return _reversed_cumsum(F, grad * result, dim) / self
    seen = np.cumsum(zeros, dim)
    before, first = seen == 0, (seen == 1) & zeros
    later = _reversed_cumsum(F, F.where(before, grad * result, F.zeros_like(self)), dim)
    others = np.cumprod(F.where(first, F.ones_like(self), self), dim)
    worth = F.sum(F.where(seen == 1, grad * others, F.zeros_like(self)), dim, True)
    return F.where(before, later / self, F.where(first, worth, F.zeros_like(self)))


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
    formula=r"y_i = \prod_{j \le i} x_j",
)
def cumprod(self: Tensor, dim: int, *, dtype: str | None = None) -> Tensor:
    """The product of the entries so far along `dim`."""
    kind = _kind(self, dtype, "cumprod")
    return CumprodBackward0.apply(self, dim=check_dim(dim, self.ndim), dtype=kind)


class LogcumsumexpBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """ln of the sum of exponentials so far along dim"""
        return F.logcumsumexp(self, dim)

    @tex(r"\sum_{j \ge i} \bar{y}_j e^{x_i - y_j}")
    def grad_self(F: Namespace, grad: Array, self: Array, result: Array, dim: int) -> Array:
        """Every later result shares its gradient by softmax."""
        if not self.ndim or not math.prod(self.shape):
            return grad
        size = F.log(F.abs(grad))
        lowest = F.constant(np.asarray(np.finfo(dtype_of(grad)).min))
        parts = []
        for sign in (grad > 0, grad < 0):  # apart, so that large entries do not overflow
            chosen = F.where(sign, size, lowest) - result
            turned = F.flip(F.logcumsumexp(F.flip(chosen, (dim,)), dim), (dim,))
            parts.append(F.exp(turned + self))
        return parts[0] - parts[1]


@op(
    "Reduction", "ln Σ e…", defaults={"dim": 0}, samples=(((4,), {"dim": 0}),),
    formula=r"y_i = \ln \sum_{j \le i} e^{x_j}",
)  # fmt: skip
def logcumsumexp(self: Tensor, dim: int) -> Tensor:
    """The logarithm of the sum of exponentials so far along `dim`."""
    return LogcumsumexpBackward0.apply(self, dim=check_dim(dim, self.ndim))
