"""Many entries to one: sums, means, extremes, norms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine import dtypes, kernels
from engine.either import data_of, dtype_of
from engine.function import Function
from engine.many import ManyOutputs
from engine.registry import op
from engine.tensor import Tensor, check_dim, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def dims_of(dim: Any, ndim: int) -> tuple[int, ...]:
    """The dimensions a reduction runs over, counted from the front.

    Raises IndexError for one out of range and RuntimeError for one named twice.
    """
    given = (dim,) if isinstance(dim, int) else tuple(dim)
    dims = tuple(check_dim(d, ndim) for d in given)
    for d in dims:
        if dims.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return dims


def spread(F: Namespace, grad: Array, shape: Shape, dim: Any, keepdim: bool) -> Array:
    """A reduced tensor's gradient, repeated over the dimensions that were reduced away."""
    if not keepdim and shape:
        for d in sorted(dims_of(dim, len(shape)) if dim not in ((), None) else range(len(shape))):
            grad = F.unsqueeze(grad, d)
    return F.expand(grad, shape)


class SumBackward0(Function):
    def forward(F: Namespace, self: Array, *, dtype: Any = None) -> Array:
        """The sum of all entries"""
        return F.sum(self if dtype is None else dtypes.cast(self, dtype))

    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """sum distributes: every entry that was added gets the same gradient."""
        return F.expand(grad, self_shape)


class SumBackward1(Function):
    def forward(
        F: Namespace, self: Array, *, dim: Any, keepdim: bool = False, dtype: Any = None
    ) -> Array:
        """The sum along dim"""
        return F.sum(self if dtype is None else dtypes.cast(self, dtype), dim, keepdim)

    def grad_self(F: Namespace, grad: Array, self_shape: Shape, dim: Any, keepdim: bool) -> Array:
        """sum distributes: every entry that was added gets the same gradient."""
        return spread(F, grad, self_shape, dim, keepdim)


@op(
    "Reduction", "Σ", nickname="distributes",
    samples=(((2, 3),), ((2, 3), {"dim": 1}), ((2, 3, 2), {"dim": (0, 2), "keepdim": True})),
)  # fmt: skip
def sum(
    self: Tensor,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    dtype: str | None = None,
) -> Tensor:
    """Add up along `dim`, or everything."""
    kind = None if dtype is None else dtypes.BY_NAME[str(dtype).removeprefix("torch.")]
    if dim is None:
        return SumBackward0.apply(self, dtype=kind)
    dims = dims_of(dim, self.ndim) if self.ndim else ()
    if not self.ndim:
        dims_of(dim, 0)
    return SumBackward1.apply(self, dim=dims, keepdim=keepdim, dtype=kind)


class MeanBackward0(Function):
    def forward(F: Namespace, self: Array, *, dtype: Any = None) -> Array:
        """The mean of all entries"""
        return _divided(F.sum(self if dtype is None else dtypes.cast(self, dtype)), self.size)

    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """mean distributes: every entry gets the gradient divided by how many there are."""
        return F.expand(grad, self_shape) / _count(self_shape)


class MeanBackward1(Function):
    def forward(
        F: Namespace, self: Array, *, dim: Any, keepdim: bool = False, dtype: Any = None
    ) -> Array:
        """The mean along dim"""
        out = F.sum(self if dtype is None else dtypes.cast(self, dtype), dim, keepdim)
        return _divided(out, self.size // out.size if out.size else 0)

    def grad_self(F: Namespace, grad: Array, self_shape: Shape, dim: Any, keepdim: bool) -> Array:
        """mean distributes: every entry gets the gradient divided by how many there are."""
        dims = dim or range(len(self_shape))
        return spread(F, grad, self_shape, dim, keepdim) / _count([self_shape[d] for d in dims])


def _divided(total: Array, count: int) -> Array:
    return total / total.dtype.type(count)


def _count(sizes: Sequence[int]) -> int:
    return math.prod(sizes)


@op(
    "Reduction", "mean", nickname="distributes",
    samples=(((2, 3),), ((2, 3), {"dim": 1}), ((2, 3, 2), {"dim": (0, 2), "keepdim": True})),
)  # fmt: skip
def mean(
    self: Tensor,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    dtype: str | None = None,
) -> Tensor:
    """The mean along `dim`, or of everything."""
    kind = None if dtype is None else dtypes.BY_NAME[str(dtype).removeprefix("torch.")]
    if not (kind or self.dtype).is_floating_point:
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or "
            f"complex dtype. Got: {self.dtype.scalar_name}"
        )
    if dim is None:
        return MeanBackward0.apply(self, dtype=kind)
    dims = dims_of(dim, self.ndim)
    return MeanBackward1.apply(self, dim=dims if self.ndim else (), keepdim=keepdim, dtype=kind)


class LinalgVectorNormBackward0(Function):
    def forward(F: Namespace, self: Array, *, ord: float, dim: Any, keepdim: bool) -> Array:
        """(Σ |self|ᵒʳᵈ)^(1/ord)"""
        return F.vector_norm(self, ord, dim, keepdim)

    def grad_self(
        F: Namespace, grad: Array, self: Array, result: Array, self_shape: Shape, ord: float,
        dim: Any, keepdim: bool,
    ) -> Array:  # fmt: skip
        """A length grows fastest along the vector itself: the gradient points that way."""
        grad = spread(F, grad, self_shape, dim, keepdim)
        norm = spread(F, result, self_shape, dim, keepdim)
        if ord == 2:
            slope = self / norm
        elif ord == 1:
            slope = F.sgn(self)
        elif ord == float("inf"):
            hits = F.abs(self) == norm
            count = F.sum(F.cast(hits, dtype_of(self)), dim, True) if self_shape else 1
            slope = F.where(hits, F.sgn(self) / count, F.zeros_like(self))
        else:
            slope = F.sgn(self) * F.pow(F.abs(self) / norm, ord - 1)
            slope = F.where(self == 0, F.zeros_like(slope), slope)
        return F.where(norm == 0, F.zeros_like(slope), slope * grad)


@op("Reduction", "‖x‖", samples=(((2, 3),), ((2, 3), {"p": 3.0, "dim": 1}), ((4,), {"p": 1.0})))
def norm(
    self: Tensor,
    p: float | str = 2,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
) -> Tensor:
    """The length of a vector: the p-norm along `dim`, or of everything."""
    if not self.is_floating_point():
        raise RuntimeError(
            "linalg.vector_norm: Expected a floating point or complex tensor as input. Got "
            f"{self.dtype.scalar_name}"
        )
    order = 2.0 if p == "fro" else float(p)
    dims = None if dim is None else dims_of(dim, self.ndim)
    return LinalgVectorNormBackward0.apply(self, ord=order, dim=dims, keepdim=keepdim)


class ProdBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """The product of all entries"""
        return _product(self, None, False)

    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """Each entry gets the gradient times the product of all the others."""
        if F is not kernels or np.any(data_of(self) == 0):
            flat = F.reshape(self, (-1,))
            return grad * F.reshape(_others(F, flat, 0), self.shape)
        return grad * result / self


class ProdBackward1(Function):
    def forward(F: Namespace, self: Array, *, dim: int, keepdim: bool = False) -> Array:
        """The product along dim"""
        return _product(self, dim, keepdim)

    def grad_self(
        F: Namespace, grad: Array, self: Array, result: Array, self_shape: Shape, dim: int,
        keepdim: bool,
    ) -> Array:  # fmt: skip
        """Each entry gets the gradient times the product of the others in its row."""
        grad = spread(F, grad, self_shape, (dim,), keepdim)
        if F is not kernels or np.any(data_of(self) == 0):
            return grad * _others(F, self, dim)
        return grad * spread(F, result, self_shape, (dim,), keepdim) / self


def _product(self: Array, dim: int | None, keepdim: bool) -> Array:
    kind = np.int64 if self.dtype.kind in "bui" else self.dtype
    return np.prod(self, axis=dim if self.ndim else None, dtype=kind, keepdims=keepdim)


def _others(F: Namespace, self: Array, dim: int) -> Array:
    """For every entry the product of the others along `dim`; exact when one of them is zero."""
    if not self.ndim:
        return F.ones_like(self)
    n, found = self.shape[dim], []
    for i in range(n):
        rest = [F.slice(self, dim, 0, i), F.slice(self, dim, i + 1, n)]
        found.append(_folded(F, F.cat(rest, dim), dim))
    return F.stack(found, dim)


def _folded(F: Namespace, x: Array, dim: int) -> Array:
    """The product along `dim` from plain multiplications, which any namespace can differentiate."""
    n = x.shape[dim]
    out = F.select(x, dim, 0) if n else F.ones_like(F.sum(x, (dim,)))
    for i in range(1, n):
        out = out * F.select(x, dim, i)
    return out


@op(
    "Reduction", "Π",
    samples=(
        ((2, 3),), ((2, 3), {"dim": 1}), ([2.0, 0.0, 3.0],),
        ((2, 3), {"dim": 0, "keepdim": True}),
    ),
)  # fmt: skip
def prod(
    self: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: str | None = None
) -> Tensor:
    """Multiply entries along `dim`, or all of them."""
    if dtype is not None:
        self = self.to(dtype)
    if dim is None:
        return ProdBackward0.apply(self)
    return ProdBackward1.apply(self, dim=check_dim(dim, self.ndim), keepdim=keepdim)


# ---- spread: variance and standard deviation -----------------------------------------------------


def _var_grad(
    F: Namespace, grad: Array, self: Array, shape: Shape, dim: Any, correction: float, keepdim: bool
) -> Array:
    dims = dim or tuple(range(len(shape)))
    count = _count([shape[d] for d in dims])
    centred = self - F.sum(self, dims, True) / count if shape else self - self
    free = count - correction
    scale = 2.0 / free if free > 0 else math.inf
    return spread(F, grad, shape, dim, keepdim) * scale * centred


def _variance(F: Namespace, self: Array, dim: Any, correction: float, keepdim: bool) -> Array:
    axis = tuple(dim) if dim else None
    wide = self.astype(np.float64) if self.dtype == np.float32 else self
    count = wide.size // max(np.sum(wide, axis).size, 1)
    mean = np.sum(wide, axis, keepdims=True) / count
    total = np.sum((wide - mean) ** 2, axis, keepdims=keepdim)
    return np.asarray(total / wide.dtype.type(max(count - correction, 0))).astype(self.dtype)[()]


class VarBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: Any, correction: float, keepdim: bool) -> Array:
        """Σ (self - mean)² / (n - correction)"""
        return _variance(F, self, dim, correction, keepdim)

    def grad_self(
        F: Namespace, grad: Array, self: Array, self_shape: Shape, dim: Any, correction: float,
        keepdim: bool,
    ) -> Array:  # fmt: skip
        """2 (self - mean) / (n - correction): the further from the mean, the more."""
        return _var_grad(F, grad, self, self_shape, dim, correction, keepdim)


class StdBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: Any, correction: float, keepdim: bool) -> Array:
        """√ of the variance"""
        return np.sqrt(_variance(F, self, dim, correction, keepdim))

    def grad_self(
        F: Namespace, grad: Array, self: Array, result: Array, self_shape: Shape, dim: Any,
        correction: float, keepdim: bool,
    ) -> Array:  # fmt: skip
        """(self - mean) / ((n - correction) · std); 0 where everything is equal."""
        inner = grad / (result * 2)
        inner = F.where(result == 0, F.zeros_like(inner), inner)
        return _var_grad(F, inner, self, self_shape, dim, correction, keepdim)


class VarMeanBackward0(ManyOutputs):
    def forward(
        F: Namespace, self: Array, *, dim: Any, correction: float, keepdim: bool
    ) -> tuple[Array, Array]:
        """The variance and the mean"""
        return _variance(F, self, dim, correction, keepdim), _mean(F, self, dim, keepdim)

    def grad_self(
        F: Namespace, grads: list[Array], self: Array, self_shape: Shape, dim: Any,
        correction: float, keepdim: bool,
    ) -> Array:  # fmt: skip
        """The variance's share and the mean's."""
        parts = []
        if grads[0] is not None:
            parts.append(_var_grad(F, grads[0], self, self_shape, dim, correction, keepdim))
        if grads[1] is not None:
            parts.append(_mean_grad(F, grads[1], self_shape, dim, keepdim))
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]


class StdMeanBackward0(ManyOutputs):
    def forward(
        F: Namespace, self: Array, *, dim: Any, correction: float, keepdim: bool
    ) -> tuple[Array, Array]:
        """The standard deviation and the mean"""
        return np.sqrt(_variance(F, self, dim, correction, keepdim)), _mean(F, self, dim, keepdim)

    def grad_self(
        F: Namespace, grads: list[Array], self: Array, results: tuple[Array, ...],
        self_shape: Shape, dim: Any, correction: float, keepdim: bool,
    ) -> Array:  # fmt: skip
        """The standard deviation's share and the mean's."""
        parts = []
        if grads[0] is not None:
            inner = grads[0] / (results[0] * 2)
            inner = F.where(results[0] == 0, F.zeros_like(inner), inner)
            parts.append(_var_grad(F, inner, self, self_shape, dim, correction, keepdim))
        if grads[1] is not None:
            parts.append(_mean_grad(F, grads[1], self_shape, dim, keepdim))
        return parts[0] if len(parts) == 1 else parts[0] + parts[1]


def _mean(F: Namespace, self: Array, dim: Any, keepdim: bool) -> Array:
    out = F.sum(self, dim, keepdim)
    return _divided(out, self.size // max(out.size, 1))


def _mean_grad(F: Namespace, grad: Array, shape: Shape, dim: Any, keepdim: bool) -> Array:
    dims = dim or range(len(shape))
    return spread(F, grad, shape, dim, keepdim) / _count([shape[d] for d in dims])


def _deviation(
    name: str, self: Tensor, args: Any, correction: Any, unbiased: Any
) -> dict[str, Any]:
    """The keywords of a variance-like node, from torch's two ways of calling it."""
    if isinstance(args, bool):
        args, unbiased = None, args
    if not self.is_floating_point():
        raise RuntimeError(f"{name} only support floating point and complex dtypes")
    if unbiased is not None:
        correction = int(unbiased)
    dims = () if args is None else dims_of(args, self.ndim)
    return {"dim": dims if self.ndim else (), "correction": 1 if correction is None else correction}


_SPREADS = (((2, 3),), ((2, 3), {"dim": 1}), ((2, 3), {"dim": 0, "correction": 0, "keepdim": True}))


@op("Reduction", "var", samples=_SPREADS)
def var(
    self: Tensor, dim: int | tuple[int, ...] | None = None, unbiased: bool | None = None,
    keepdim: bool = False, *, correction: float | None = None,
) -> Tensor:  # fmt: skip
    """The mean squared distance from the mean, over n - correction."""
    found = _deviation("std and var", self, dim, correction, unbiased)
    return VarBackward0.apply(self, keepdim=keepdim, **found)


@op("Reduction", "std", samples=_SPREADS)
def std(
    self: Tensor, dim: int | tuple[int, ...] | None = None, unbiased: bool | None = None,
    keepdim: bool = False, *, correction: float | None = None,
) -> Tensor:  # fmt: skip
    """The square root of the variance."""
    found = _deviation("std and var", self, dim, correction, unbiased)
    return StdBackward0.apply(self, keepdim=keepdim, **found)


def var_mean(
    self: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None,
) -> tuple[Tensor, ...]:  # fmt: skip
    """The variance and the mean."""
    found = _deviation("var_mean", self, dim, correction, unbiased)
    return VarMeanBackward0.apply_many(self, keepdim=keepdim, **found)


def std_mean(
    self: Tensor, dim: Any = None, unbiased: bool | None = None, keepdim: bool = False, *,
    correction: float | None = None,
) -> tuple[Tensor, ...]:  # fmt: skip
    """The standard deviation and the mean."""
    found = _deviation("std_mean", self, dim, correction, unbiased)
    return StdMeanBackward0.apply_many(self, keepdim=keepdim, **found)


class LogsumexpBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, *, dim: Any, keepdim: bool) -> Array:
        """ln Σ exp(self) along dim"""
        axis = tuple(dim) if dim else None
        top = np.max(self, axis, keepdims=True)
        top = np.where(np.isinf(top), self.dtype.type(0), top)
        out = F.log(F.sum(F.exp(self - top), axis, True)) + top
        return out if keepdim else np.squeeze(out, axis)

    def grad_self(
        F: Namespace, grad: Array, self: Array, result: Array, self_shape: Shape, dim: Any,
        keepdim: bool,
    ) -> Array:  # fmt: skip
        """logsumexp shares by softmax: the largest entry gets most."""
        total = spread(F, result, self_shape, dim, keepdim)
        return spread(F, grad, self_shape, dim, keepdim) * F.exp(self - total)


@op(
    "Reduction", "ln Σ e", defaults={"dim": -1},
    samples=(((2, 3), {"dim": 1}), ((2, 3), {"dim": (0, 1), "keepdim": True})),
)  # fmt: skip
def logsumexp(self: Tensor, dim: int | tuple[int, ...], keepdim: bool = False) -> Tensor:
    """The logarithm of the sum of exponentials, computed without overflow."""
    dims = dims_of(dim, self.ndim) if self.ndim else ()
    return LogsumexpBackward0.apply(self, dim=dims, keepdim=keepdim)


class NansumBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: Any, keepdim: bool) -> Array:
        """The sum of what is a number"""
        return F.sum(np.where(np.isnan(self), self.dtype.type(0), self), dim, keepdim)

    def grad_self(
        F: Namespace, grad: Array, self: Array, self_shape: Shape, dim: Any, keepdim: bool
    ) -> Array:
        """sum distributes, past what is nan."""
        grad = spread(F, grad, self_shape, dim, keepdim)
        return F.where(F.isnan(self), F.zeros_like(grad), grad)


@op("Reduction", "Σ̸", samples=(((2, 3),), ((2, 3), {"dim": 1})))
def nansum(self: Tensor, dim: int | tuple[int, ...] | None = None, keepdim: bool = False) -> Tensor:
    """Add up along `dim`, or everything, leaving out nan."""
    dims = () if dim is None else dims_of(dim, self.ndim)
    return NansumBackward0.apply(self, dim=dims, keepdim=keepdim)


def any(self: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether any entry is true."""
    axis = None if dim is None else dims_of(dim, self.ndim)
    return wrap(np.asarray(np.any(self._data, axis, keepdims=keepdim)))


def all(self: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether all entries are true."""
    axis = None if dim is None else dims_of(dim, self.ndim)
    return wrap(np.asarray(np.all(self._data, axis, keepdims=keepdim)))


def count_nonzero(self: Tensor, dim: Any = None) -> Tensor:
    """How many entries are not zero."""
    axis = None if dim is None else dims_of(dim, self.ndim)
    return wrap(np.asarray(np.count_nonzero(self._data, axis), np.int64))
