"""Many entries to one: sums, means, extremes, norms."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.function import Function
from engine.ops.elementary import maximum, minimum
from engine.registry import op
from engine.tensor import Tensor, check_dim, is_tensor, wrap

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
    def forward(F: Namespace, self: Array) -> Array:
        """The sum of all entries"""
        return F.sum(self)

    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """sum distributes: every entry that was added gets the same gradient."""
        return F.expand(grad, self_shape)


class SumBackward1(Function):
    def forward(F: Namespace, self: Array, *, dim: Any, keepdim: bool = False) -> Array:
        """The sum along dim"""
        return F.sum(self, dim, keepdim)

    def grad_self(F: Namespace, grad: Array, self_shape: Shape, dim: Any, keepdim: bool) -> Array:
        """sum distributes: every entry that was added gets the same gradient."""
        return spread(F, grad, self_shape, dim, keepdim)


@op("Reduction", "Σ", nickname="distributes")
def sum(
    self: Tensor,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    dtype: str | None = None,
) -> Tensor:
    """Add up along `dim`, or everything."""
    if dtype is not None:
        self = self.to(dtype)
    if dim is None:
        return SumBackward0.apply(self)
    dims = dims_of(dim, self.ndim) if self.ndim else ()
    if not self.ndim:
        dims_of(dim, 0)
    return SumBackward1.apply(self, dim=dims, keepdim=keepdim)


class MeanBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """The mean of all entries"""
        return _divided(F.sum(self), self.size)

    def grad_self(F: Namespace, grad: Array, self_shape: Shape) -> Array:
        """mean distributes: every entry gets the gradient divided by how many there are."""
        return F.expand(grad, self_shape) / _count(self_shape)


class MeanBackward1(Function):
    def forward(F: Namespace, self: Array, *, dim: Any, keepdim: bool = False) -> Array:
        """The mean along dim"""
        out = F.sum(self, dim, keepdim)
        return _divided(out, self.size // out.size if out.size else 0)

    def grad_self(F: Namespace, grad: Array, self_shape: Shape, dim: Any, keepdim: bool) -> Array:
        """mean distributes: every entry gets the gradient divided by how many there are."""
        dims = dim or range(len(self_shape))
        return spread(F, grad, self_shape, dim, keepdim) / _count([self_shape[d] for d in dims])


def _divided(total: Array, count: int) -> Array:
    return total / total.dtype.type(count)


def _count(sizes: Sequence[int]) -> int:
    return int(np.prod(sizes, dtype=np.int64))


@op("Reduction", "mean", nickname="distributes")
def mean(
    self: Tensor,
    dim: int | tuple[int, ...] | None = None,
    keepdim: bool = False,
    *,
    dtype: str | None = None,
) -> Tensor:
    """The mean along `dim`, or of everything."""
    if dtype is not None:
        self = self.to(dtype)
    if not self.is_floating_point():
        raise RuntimeError(
            "mean(): could not infer output dtype. Input dtype must be either a floating point or "
            f"complex dtype. Got: {self.dtype.scalar_name}"
        )
    if dim is None:
        return MeanBackward0.apply(self)
    dims = dims_of(dim, self.ndim)
    return MeanBackward1.apply(self, dim=dims if self.ndim else (), keepdim=keepdim)


def _shared_by_ties(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
    mask = F.logical_or(self == result, F.logical_and(F.isnan(self), F.isnan(result)))
    count = F.sum(F.cast(mask, grad.dtype if not is_tensor(grad) else grad._data.dtype))
    return F.where(mask, F.expand(grad / count, self.shape), F.zeros_like(self))


class MaxBackward1(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """The largest entry"""
        return np.max(self)

    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """max routes: the largest entry gets the gradient; equal ones share it evenly."""
        return _shared_by_ties(F, grad, self, result)


class MinBackward1(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """The smallest entry"""
        return np.min(self)

    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """min routes: the smallest entry gets the gradient; equal ones share it evenly."""
        return _shared_by_ties(F, grad, self, result)


def _route_along(
    F: Namespace, grad: Array, shape: Shape, dim: int, keepdim: bool, index: Array
) -> Array:
    if not keepdim and shape:
        grad = F.unsqueeze(grad, dim)
        index = np.expand_dims(index, dim)
    return F.put_along(grad, shape, dim, index) if shape else grad


class MaxBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: int, keepdim: bool, index: Array) -> Array:
        """The largest entry along dim"""
        return _taken(self, dim, keepdim, index)

    def grad_self(
        F: Namespace, grad: Array, self_shape: Shape, dim: int, keepdim: bool, index: Array
    ) -> Array:
        """max routes: the first of the largest entries gets the whole gradient."""
        return _route_along(F, grad, self_shape, dim, keepdim, index)


class MinBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: int, keepdim: bool, index: Array) -> Array:
        """The smallest entry along dim"""
        return _taken(self, dim, keepdim, index)

    def grad_self(
        F: Namespace, grad: Array, self_shape: Shape, dim: int, keepdim: bool, index: Array
    ) -> Array:
        """min routes: the first of the smallest entries gets the whole gradient."""
        return _route_along(F, grad, self_shape, dim, keepdim, index)


def _taken(self: Array, dim: int, keepdim: bool, index: Array) -> Array:
    if not self.ndim:
        return self
    place = index if keepdim else np.expand_dims(index, dim)
    out = np.take_along_axis(self, place, dim)
    return out if keepdim else np.squeeze(out, dim)


class NamedResult(tuple[Any, ...]):
    """Several results with names, printed as PyTorch prints them."""

    _fields: tuple[str, ...] = ("values", "indices")
    _name = "max"

    def __getattr__(self, name: str) -> Any:
        if name in self._fields:
            return self[self._fields.index(name)]
        raise AttributeError(f"'{self._name}' object has no attribute '{name}'")

    def __repr__(self) -> str:
        rows = ",\n".join(f"{n}={v!r}" for n, v in zip(self._fields, self, strict=True))
        return f"torch.return_types.{self._name}(\n{rows})"


def _extreme_along(self: Tensor, dim: int, keepdim: bool, node: type[Function], find: Any) -> Any:
    d = check_dim(dim, self.ndim)
    data = self._data
    index = find(data, axis=d, keepdims=keepdim) if data.ndim else np.int64(0)
    values = node.apply(self, dim=d, keepdim=keepdim, index=index)
    result = NamedResult((values, wrap(index)))
    result._name = node.__name__[:3].lower()
    return result


def _extreme(
    self: Tensor, dim: Any, keepdim: bool, pairwise: Any, everything: type[Function],
    along: type[Function], find: Any, name: str,
) -> Any:  # fmt: skip
    if is_tensor(dim):
        return pairwise(self, dim)
    if dim is not None:
        return _extreme_along(self, dim, keepdim, along, find)
    if not self.numel():
        raise RuntimeError(
            f"{name}(): Expected reduction dim to be specified for input.numel() == 0. Specify the "
            "reduction dim with the 'dim' argument."
        )
    return everything.apply(self)


@op("Reduction", "max", name="max", nickname="routes")
def max(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The largest entry, or with `dim` the largest along it and where it stands."""
    return _extreme(self, dim, keepdim, maximum, MaxBackward1, MaxBackward0, np.argmax, "max")


@op("Reduction", "min", name="min", nickname="routes")
def min(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Any:
    """The smallest entry, or with `dim` the smallest along it and where it stands."""
    return _extreme(self, dim, keepdim, minimum, MinBackward1, MinBackward0, np.argmin, "min")


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
            count = F.sum(F.cast(hits, _dtype(self)), dim, True) if self_shape else 1
            slope = F.where(hits, F.sgn(self) / count, F.zeros_like(self))
        else:
            slope = F.sgn(self) * F.pow(F.abs(self) / norm, ord - 1)
            slope = F.where(self == 0, F.zeros_like(slope), slope)
        return F.where(norm == 0, F.zeros_like(slope), slope * grad)


def _dtype(x: Any) -> Any:
    return x._data.dtype if is_tensor(x) else x.dtype


@op("Reduction", "‖x‖")
def norm(
    self: Tensor, p: float = 2, dim: int | tuple[int, ...] | None = None, keepdim: bool = False
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


def _position(self: Tensor, dim: int | None, keepdim: bool, find: Any) -> Tensor:
    data = self._data
    if dim is None:
        return wrap(np.int64(find(data)))
    if not data.ndim:
        check_dim(dim, 0)
        return wrap(np.int64(0))
    return wrap(np.asarray(find(data, axis=check_dim(dim, data.ndim), keepdims=keepdim)))


@op("Reduction", "argmax")
def argmax(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the largest entry stands; the first one on a tie.  No gradient passes."""
    return _position(self, dim, keepdim, np.argmax)


@op("Reduction", "argmin")
def argmin(self: Tensor, dim: int | None = None, keepdim: bool = False) -> Tensor:
    """Where the smallest entry stands; the first one on a tie.  No gradient passes."""
    return _position(self, dim, keepdim, np.argmin)


class ProdBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """The product of all entries"""
        kind = np.int64 if self.dtype.kind in "bui" else self.dtype
        return np.prod(self, dtype=kind)

    def grad_self(F: Namespace, grad: Array, self: Array, result: Array) -> Array:
        """Each entry gets the gradient times the product of all the others."""
        flat = F.reshape(self, (-1,))
        others = [F.prod(F.cat([flat[:i], flat[i + 1 :]], 0)) for i in range(flat.shape[0])]
        return grad * F.reshape(F.stack(others, 0), self.shape)


@op("Reduction", "Π")
def prod(self: Tensor) -> Tensor:
    """Multiply all entries together."""
    return ProdBackward0.apply(self)


def any(self: Tensor) -> Tensor:
    """Whether any entry is true."""
    return wrap(np.bool_(np.any(self._data)))


def all(self: Tensor) -> Tensor:
    """Whether all entries are true."""
    return wrap(np.bool_(np.all(self._data)))
