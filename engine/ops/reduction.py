"""Many entries to one: sums, means, extremes, norms."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine import dtypes, kernels
from engine.either import data_of, dtype_of
from engine.function import Function
from engine.registry import op, tex
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

    @tex(r"\bar{y}")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """sum distributes: every entry that was added gets the same gradient."""
        return F.expand(grad, self_shape)


class SumBackward1(Function):
    def forward(
        F: Namespace, self: Array, *, dim: Any, keepdim: bool = False, dtype: Any = None
    ) -> Array:
        """The sum along dim"""
        return F.sum(self if dtype is None else dtypes.cast(self, dtype), dim, keepdim)

    @tex(r"\bar{y}")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape, dim: Any, keepdim: bool) -> Array:
        """sum distributes: every entry that was added gets the same gradient."""
        return spread(F, grad, self_shape, dim, keepdim)


@op(
    "Reduction", "Σ", nickname="distributes",
    samples=(((2, 3),), ((2, 3), {"dim": 1}), ((2, 3, 2), {"dim": (0, 2), "keepdim": True})),
    formula=r"y = \sum_i x_i",
)  # fmt: skip
def sum(
    self: Tensor,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    dtype: str | None = None,
) -> Tensor:
    """Add up along `dim`, or everything."""
    kind = named_dtype(dtype)
    if dim is None and not keepdim:
        return SumBackward0.apply(self, dtype=kind)
    dims = _named_dims(self, dim)
    return SumBackward1.apply(self, dim=dims, keepdim=keepdim, dtype=kind)


def _named_dims(self: Tensor, dim: Any) -> tuple[int, ...]:
    """The dimensions of a sum: none stand for all of them."""
    dims = () if dim is None else dims_of(dim, self.ndim)
    return dims if self.ndim else ()


def check_kept(name: str, self: Tensor, dim: Any, keepdim: bool) -> None:
    """Raises TypeError where a dimension is to be kept that is not named."""
    if keepdim and dim is None:
        from engine.calling import Rule

        Rule(name)((self,), {"keepdim": keepdim})


def named_dtype(dtype: Any) -> dtypes.dtype | None:
    """A dtype given as such or by its name."""
    return None if dtype is None else dtypes.BY_NAME[str(dtype).removeprefix("torch.")]


class MeanBackward0(Function):
    def forward(F: Namespace, self: Array, *, dtype: Any = None) -> Array:
        """The mean of all entries"""
        return divided_by(F.sum(self if dtype is None else dtypes.cast(self, dtype)), self.size)

    @tex(r"\frac{\bar{y}}{n}")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """mean distributes: every entry gets the gradient divided by how many there are."""
        count = count_of(self_shape)
        if F is kernels:  # one division instead of one for every entry
            return kernels.full(self_shape, grad / count)
        return F.expand(grad, self_shape) / count


class MeanBackward1(Function):
    def forward(
        F: Namespace, self: Array, *, dim: Any, keepdim: bool = False, dtype: Any = None
    ) -> Array:
        """The mean along dim"""
        out = F.sum(self if dtype is None else dtypes.cast(self, dtype), dim, keepdim)
        return divided_by(out, self.size // out.size if out.size else 0)

    @tex(r"\frac{\bar{y}}{n}")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape, dim: Any, keepdim: bool) -> Array:
        """mean distributes: every entry gets the gradient divided by how many there are."""
        dims = dim or range(len(self_shape))
        return spread(F, grad, self_shape, dim, keepdim) / count_of([self_shape[d] for d in dims])


def divided_by(total: Array, count: int) -> Array:
    """The total over a count, in the total's dtype."""
    return total / total.dtype.type(count)


def count_of(sizes: Sequence[int]) -> int:
    """How many entries dimensions of these sizes have between them."""
    return math.prod(sizes)


@op(
    "Reduction", "mean", nickname="distributes",
    samples=(((2, 3),), ((2, 3), {"dim": 1}), ((2, 3, 2), {"dim": (0, 2), "keepdim": True})),
    formula=r"y = \frac{1}{n} \sum_{i=1}^{n} x_i",
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
        what = "Input" if kind is None else "Optional"
        raise RuntimeError(
            f"mean(): could not infer output dtype. {what} dtype must be either a floating point "
            f"or complex dtype. Got: {(kind or self.dtype).scalar_name}"
        )
    if dim is None and not keepdim:
        return MeanBackward0.apply(self, dtype=kind)
    dims = _named_dims(self, dim)
    return MeanBackward1.apply(self, dim=dims, keepdim=keepdim, dtype=kind)


class LinalgVectorNormBackward0(Function):
    def forward(F: Namespace, self: Array, *, ord: float, dim: Any, keepdim: bool) -> Array:
        """(Σ |self|ᵒʳᵈ)^(1/ord)"""
        return F.vector_norm(self, ord, dim, keepdim)

    @tex(r"\bar{y} \cdot \operatorname{sgn}(x) \left(\frac{|x|}{y}\right)^{p - 1}")
    def grad_self(
        F: Namespace, grad: Array, self: Array, result: Array, self_shape: Shape, ord: float,
        dim: Any, keepdim: bool,
    ) -> Array:  # fmt: skip
        """A length grows fastest along the vector itself: the gradient points that way."""
        if ord == 0:
            return None  # counting has no slope, and PyTorch sends nothing
        grad = spread(F, grad, self_shape, dim, keepdim)
        norm = spread(F, result, self_shape, dim, keepdim)
        if ord == 1:
            return F.sgn(self) * grad
        if ord == 2:
            return F.where(norm == 0, F.zeros_like(grad), grad * (self / norm))
        if math.isinf(ord):
            return _shared_by_largest(F, grad, self, norm, dim)
        slope = grad / F.pow(norm, ord - 1)
        slope = F.where(norm == 0, F.zeros_like(slope), slope)
        if ord >= 2:
            return self * F.pow(F.abs(self), ord - 2) * slope
        steep = F.sgn(self) * F.pow(F.abs(self), ord - 1)
        return F.where(self == 0, F.zeros_like(steep), steep) * slope


def _shared_by_largest(F: Namespace, grad: Array, self: Array, norm: Array, dim: Any) -> Array:
    """An extreme routes: the entries that attain it share the gradient."""
    hits = F.logical_or(F.abs(self) == norm, F.isnan(self))
    count = F.sum(F.cast(hits, dtype_of(self)), dim or (), True) if self.ndim else 1
    return F.where(hits, F.sgn(self) * (grad / count), F.zeros_like(grad))


def _check_norm_of_none(self: Tensor, order: float, dims: Shape | None) -> None:
    """Raises RuntimeError where an extreme would have to be found among no entries."""
    name = f"{order:g}"
    if not dims:
        raise RuntimeError(
            f"linalg.vector_norm cannot compute the {name} norm on an empty tensor because the "
            "operation does not have an identity"
        )
    for d in dims:
        if not self.shape[d]:
            raise RuntimeError(
                f"linalg.vector_norm cannot compute the {name} norm on the dimension {d}because "
                "this dimension is empty and the operation does not have an identity"
            )


@op(
    "Reduction", "‖x‖", samples=(((2, 3),), ((2, 3), {"p": 3.0, "dim": 1}), ((4,), {"p": 1.0})),
    formula=r"y = \sqrt[p]{\sum_i |x_i|^{p}}",
)  # fmt: skip
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
    if p == "nuc":
        from engine.ops.spectral import matrix_norm

        return matrix_norm(self, "nuc", (0, 1) if dim is None else dim, keepdim)
    order = 2.0 if p == "fro" else float(p)
    dims = None if dim is None else dims_of(dim, self.ndim)
    dims = dims if self.ndim else None
    if not self.numel() and (order < 0 or math.isinf(order)):
        _check_norm_of_none(self, order, dims)
    return LinalgVectorNormBackward0.apply(self, ord=order, dim=dims, keepdim=keepdim)


class ProdBackward0(Function):
    def forward(F: Namespace, self: Array, *, dtype: Any = None) -> Array:
        """The product of all entries"""
        return _product(self, None, False, dtype)

    @tex(r"\bar{y} \cdot \frac{y}{x}")
    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """Each entry gets the gradient times the product of all the others."""
        zeros = np.count_nonzero(data_of(self) == 0)
        if F is kernels and zeros > 1:
            return F.zeros_like(self)
        if F is not kernels or zeros:
            flat = F.reshape(self, (math.prod(self.shape),))
            return grad * F.reshape(_others(F, flat, 0), self.shape)
        return grad * result / self


class ProdBackward1(Function):
    def forward(
        F: Namespace, self: Array, *, dim: int, keepdim: bool = False, dtype: Any = None
    ) -> Array:
        """The product along dim"""
        return _product(self, dim, keepdim, dtype)

    @tex(r"\bar{y} \cdot \frac{y}{x}")
    def grad_self(
        F: Namespace, grad: Array, self: Array, result: Array, self_shape: Shape, dim: int,
        keepdim: bool,
    ) -> Array:  # fmt: skip
        """Each entry gets the gradient times the product of the others in its row."""
        grad = spread(F, grad, self_shape, (dim,), keepdim)
        if F is not kernels or np.any(data_of(self) == 0):
            return grad * _others(F, self, dim)
        return grad * spread(F, result, self_shape, (dim,), keepdim) / self


def _product(self: Array, dim: int | None, keepdim: bool, dtype: Any) -> Array:
    kind = _summed_in(self) if dtype is None else dtype.np
    return np.prod(self, axis=dim if self.ndim else None, dtype=kind, keepdims=keepdim)


def _summed_in(x: Array) -> Any:
    """The dtype of sums and products of `x`: integers grow to int64."""
    return np.int64 if x.dtype.kind in "bui" else x.dtype


def _others(F: Namespace, self: Array, dim: int) -> Array:
    """For every entry the product of the others along `dim`; exact when one of them is zero."""
    if not self.ndim:
        return F.ones_like(self)
    n, found = self.shape[dim], []
    if not math.prod(self.shape):
        return F.ones_like(self)
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
    formula=r"y = \prod_i x_i",
)  # fmt: skip
def prod(
    self: Tensor, dim: int | None = None, keepdim: bool = False, *, dtype: str | None = None
) -> Tensor:
    """Multiply entries along `dim`, or all of them."""
    kind = named_dtype(dtype)
    check_kept("prod", self, dim, keepdim)
    if dim is None:
        return ProdBackward0.apply(self, dtype=kind)
    d = check_dim(dim, self.ndim)
    return ProdBackward1.apply(self, dim=d, keepdim=keepdim, dtype=kind)


class LogsumexpBackward0(Function):
    promote = "float"

    def forward(F: Namespace, self: Array, *, dim: Any, keepdim: bool) -> Array:
        """ln Σ exp(self) along dim"""
        axis = tuple(dim) if dim else None
        top = np.max(self, axis, keepdims=True, initial=-np.inf)
        top = np.where(np.isinf(top), self.dtype.type(0), top)
        out = F.log(F.sum(F.exp(self - top), axis, True)) + top
        return out if keepdim else np.squeeze(out, axis)

    @tex(r"\bar{y} \cdot e^{x - y}")
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
    formula=r"y = \ln \sum_i e^{x_i}",
)  # fmt: skip
def logsumexp(self: Tensor, dim: int | tuple[int, ...], keepdim: bool = False) -> Tensor:
    """The logarithm of the sum of exponentials, computed without overflow."""
    dims = dims_of(dim, self.ndim) if self.ndim else ()
    return LogsumexpBackward0.apply(self, dim=dims, keepdim=keepdim)


class NansumBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: Any, keepdim: bool, dtype: Any = None) -> Array:
        """The sum of what is a number"""
        if dtype is not None:
            self = dtypes.cast(self, dtype)
        return F.sum(np.where(np.isnan(self), self.dtype.type(0), self), dim, keepdim)

    @tex(r"\bar{y} \cdot [x \neq \text{nan}]")
    def grad_self(
        F: Namespace, grad: Array, self: Array, self_shape: Shape, dim: Any, keepdim: bool
    ) -> Array:
        """sum distributes, past what is nan."""
        grad = spread(F, grad, self_shape, dim, keepdim)
        return F.where(F.isnan(self), F.zeros_like(grad), grad)


@op(
    "Reduction", "Σ̸", samples=(((2, 3),), ((2, 3), {"dim": 1})),
    formula=r"y = \sum_{x_i \neq \text{nan}} x_i",
)  # fmt: skip
def nansum(
    self: Tensor, dim: int | tuple[int, ...] | None = None, keepdim: bool = False, *,
    dtype: str | None = None,
) -> Tensor:  # fmt: skip
    """Add up along `dim`, or everything, leaving out nan."""
    dims = () if dim is None or not self.ndim else dims_of(dim, self.ndim)
    return NansumBackward0.apply(self, dim=dims, keepdim=keepdim, dtype=named_dtype(dtype))


def any(self: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether any entry is true."""
    axis = None if dim is None or not self.ndim else dims_of(dim, self.ndim)
    return _truth(self, np.any(self._data, axis, keepdims=keepdim))


def all(self: Tensor, dim: Any = None, keepdim: bool = False) -> Tensor:
    """Whether all entries are true."""
    axis = None if dim is None or not self.ndim else dims_of(dim, self.ndim)
    return _truth(self, np.all(self._data, axis, keepdims=keepdim))


def _truth(self: Tensor, answer: Array) -> Tensor:
    """Booleans, except that of uint8 PyTorch makes uint8."""
    kind = np.uint8 if self.dtype.name == "uint8" else np.bool_
    return wrap(np.asarray(answer, kind, order="C"))


def count_nonzero(self: Tensor, dim: Any = None) -> Tensor:
    """How many entries are not zero."""
    axis = None if dim is None or not self.ndim else dims_of(dim, self.ndim)
    return wrap(np.asarray(np.count_nonzero(self._data, axis), np.int64, order="C"))
