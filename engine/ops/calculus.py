"""Differences, slopes and areas of values on a line."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import dtypes
from engine.ops.arithmetic import add, div, divided, mul, scaled, sub
from engine.ops.compare import ne
from engine.ops.index import copy_, select
from engine.ops.index import slice as slice_
from engine.ops.joining import cat
from engine.ops.reduction import sum as sum_
from engine.ops.scan import cumsum
from engine.ops.shape import view
from engine.tensor import Tensor, check_dim, is_tensor, wrap

Array = Any


def diff(
    self: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None,
    append: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Each entry less the one before it, along `dim`, n times over."""
    if not self.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    d = check_dim(dim, self.ndim)
    if n == 0:
        return copy_(wrap(np.zeros_like(self._data)), self)
    ends = [x for x in (prepend, self, append) if x is not None]
    out = cat(ends, d) if len(ends) > 1 else self
    for _ in range(min(n, out.shape[d])):
        size = out.shape[d]
        later, earlier = slice_(out, d, 1, size), slice_(out, d, 0, size - 1)
        out = _differ(later, earlier)
    return out


def _differ(a: Tensor, b: Tensor) -> Tensor:
    return ne(a, b) if a.dtype.name == "bool" else sub(a, b)


# ---- slopes --------------------------------------------------------------------------------------


def gradient(
    self: Tensor, *, spacing: Any = 1, dim: Any = None, edge_order: int = 1
) -> tuple[Tensor, ...]:
    """The slopes of values on a grid along each dimension, from their neighbours.

    `spacing` is the step, one for each dimension, or tensors of coordinates.
    """
    dims = range(self.ndim) if dim is None else (dim,) if isinstance(dim, int) else dim
    dims = [check_dim(d, self.ndim) for d in dims]
    spacing = 1 if spacing is None else spacing
    if not self.is_floating_point():
        self = self.to(dtypes.get_default_dtype())
    many = isinstance(spacing, (list, tuple))
    steps = list(spacing) if many else [spacing] * len(dims)
    if len(steps) != len(dims):
        raise RuntimeError(_wrong_spacing(len(steps), len(dims), dim is None))
    for d in dims:
        if dims.count(d) > 1:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    for d in dims:
        if self.shape[d] < edge_order + 1:
            raise RuntimeError(
                "torch.gradient expected each dimension size to be at least edge_order+1"
            )
    slope = {False: _even_slopes, True: _uneven_slopes}
    return tuple(
        slope[is_tensor(s) and s.ndim > 0](self, d, s, edge_order)
        for d, s in zip(dims, steps, strict=True)
    )


def _wrong_spacing(given: int, wanted: int, everywhere: bool) -> str:
    expected = "torch.gradient expected spacing to be unspecified, a scalar"
    if everywhere:
        return (
            f"{expected}, or a list of length equal to 'self.dim() = {wanted}', since dim argument "
            f"was not given, but got a list of length {given}"
        )
    return (
        f"{expected} or it's spacing and dim arguments to have the same length, but got a spacing "
        f"argument of length {given} and a dim argument of length {wanted}."
    )


def _part(x: Tensor, dim: int, start: int, length: int) -> Tensor:
    n = x.shape[dim]
    begin = start + n if start < 0 else start
    return slice_(x, dim, begin, begin + length)


def _even_slopes(x: Tensor, dim: int, step: Any, edge_order: int) -> Tensor:
    h = step.item() if is_tensor(step) else step
    n = x.shape[dim]
    if edge_order == 1:
        first = divided(sub(_part(x, dim, 1, 1), _part(x, dim, 0, 1)), h)
        last = divided(sub(_part(x, dim, -1, 1), _part(x, dim, -2, 1)), h)
    else:
        low = [_part(x, dim, k, 1) for k in (0, 1, 2)]
        high = [_part(x, dim, k, 1) for k in (-3, -2, -1)]
        first = sub(add(scaled(low[0], -1.5), scaled(low[1], 2)), scaled(low[2], 0.5))
        first = divided(first, h)
        last = add(sub(scaled(high[0], 0.5), scaled(high[1], 2)), scaled(high[2], 1.5))
        last = divided(last, h)
    inner = divided(sub(_part(x, dim, 2, n - 2), _part(x, dim, 0, n - 2)), 2)
    return cat([first, divided(inner, h), last], dim)


def _uneven_slopes(x: Tensor, dim: int, at: Tensor, edge_order: int) -> Tensor:
    n = x.shape[dim]
    steps = np.diff(at._data)
    shape = [1] * x.ndim
    shape[dim] = -1

    def across(values: Any) -> Tensor:
        return wrap(np.asarray(values, x._data.dtype).reshape(shape))

    left, right = steps[:-1], steps[1:]
    a = across(-right / (left * (left + right)))
    b = across((right - left) / (left * right))
    c = across(left / (right * (left + right)))
    lower = add(mul(a, _part(x, dim, 0, n - 2)), mul(b, _part(x, dim, 1, n - 2)))
    inner = add(lower, mul(c, _part(x, dim, 2, n - 2)))
    first, last = _uneven_ends(x, dim, steps, edge_order)
    return cat([first, inner, last], dim)


def _uneven_ends(x: Tensor, dim: int, steps: Array, edge_order: int) -> tuple[Tensor, Tensor]:
    kind = x._data.dtype.type
    if edge_order == 1:
        first = div(sub(_part(x, dim, 1, 1), _part(x, dim, 0, 1)), wrap(kind(steps[0])))
        last = div(sub(_part(x, dim, -1, 1), _part(x, dim, -2, 1)), wrap(kind(steps[-1])))
        return first, last
    h, k = steps[0], steps[1]
    weights = (-(2 * h + k) / (h * (h + k)), (h + k) / (h * k), -h / (k * (h + k)))
    first = _weighted(x, dim, (0, 1, 2), weights)
    h, k = steps[-2], steps[-1]
    weights = (k / (h * (h + k)), -(k + h) / (h * k), (2 * k + h) / (k * (h + k)))
    return first, _weighted(x, dim, (-3, -2, -1), weights)


def _weighted(x: Tensor, dim: int, places: tuple[int, ...], weights: tuple[Any, ...]) -> Tensor:
    kind = x._data.dtype.type
    parts = [mul(wrap(kind(w)), _part(x, dim, p, 1)) for p, w in zip(places, weights, strict=True)]
    return add(add(parts[0], parts[1]), parts[2])


# ---- areas ---------------------------------------------------------------------------------------


def trapezoid(y: Tensor, x: Tensor | None = None, *, dx: float = 1, dim: int = -1) -> Tensor:
    """The area under values along `dim`, by straight lines between them."""
    d = check_dim(dim, y.ndim)
    if not y.shape[d]:
        return wrap(np.zeros(tuple(n for k, n in enumerate(y.shape) if k != d), y._data.dtype))
    if x is None:
        ends = scaled(add(select(y, d, 0), select(y, d, -1)), 0.5)
        return scaled(sub(sum_(y, d), ends), dx)
    widths = _widths(x, y, d)
    return _halved(sum_(mul(_pairs(y, d), widths), d))


trapz = trapezoid


def cumulative_trapezoid(
    y: Tensor, x: Tensor | None = None, *, dx: float = 1, dim: int = -1
) -> Tensor:
    """The areas under values so far along `dim`."""
    d = check_dim(dim, y.ndim)
    if x is None:
        return cumsum(scaled(_pairs(y, d), dx / 2.0), d)
    return _halved(cumsum(mul(_pairs(y, d), _widths(x, y, d)), d))


def _halved(x: Tensor) -> Tensor:
    return divided(x, 2.0) if x.is_floating_point() else div(x, 2.0)


def _pairs(y: Tensor, dim: int) -> Tensor:
    n = y.shape[dim]
    earlier, later = slice_(y, dim, 0, n - 1), slice_(y, dim, 1, n)
    return add(earlier, later)


def _widths(x: Tensor, y: Tensor, dim: int) -> Tensor:
    if x.ndim == 1:
        if x.shape[0] != y.shape[dim]:
            raise RuntimeError("trapezoid: There must be one `x` value for each sample point")
        shape = [1] * y.ndim
        shape[dim] = -1
        x = view(x, tuple(shape))
    d = dim - y.ndim + x.ndim
    n = x.shape[d]
    later, earlier = slice_(x, d, 1, n), slice_(x, d, 0, n - 1)
    return sub(later, earlier)
