"""Which values occur, how often, and where others would stand among them; no gradient passes."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from engine.tensor import Tensor, check_dim, is_tensor, wrap

Array = Any


def unique(
    self: Tensor, sorted: bool = True, return_inverse: bool = False, return_counts: bool = False,
    dim: int | None = None,
) -> Any:  # fmt: skip
    """The values (or with `dim` the slices) that occur, in order.

    Also where each entry's value stands there, and how often it occurs, if asked for.
    """
    axis = None if dim is None else check_dim(dim, self.ndim)
    values, inverse, counts = np.unique(
        self._data, return_inverse=True, return_counts=True, axis=axis, equal_nan=False
    )
    inverse = inverse.reshape(self._data.shape) if axis is None else inverse.reshape(-1)
    return _asked(values, inverse, counts, return_inverse, return_counts)


def unique_consecutive(
    self: Tensor, return_inverse: bool = False, return_counts: bool = False, dim: int | None = None
) -> Any:
    """The values (or slices) without those that equal the one before."""
    data = np.ravel(self._data) if dim is None else np.asarray(self._data)
    axis = 0 if dim is None else check_dim(dim, self.ndim)
    rows = np.moveaxis(data, axis, 0)
    changes = np.any(_flat_rows(rows[1:] != rows[:-1]), axis=1)
    first = np.concatenate([np.ones(min(len(rows), 1), bool), changes])
    inverse = np.cumsum(first) - 1
    starts = np.append(np.nonzero(first)[0], len(rows))
    values = np.moveaxis(rows[first], 0, axis)
    shaped = inverse.reshape(self._data.shape) if dim is None else inverse
    return _asked(values, shaped, np.diff(starts), return_inverse, return_counts)


def _flat_rows(x: Array) -> Array:
    """(n, …) as (n, m)."""
    return x.reshape(len(x), int(np.prod(x.shape[1:], dtype=np.int64)))


def _asked(values: Array, inverse: Array, counts: Array, *asked: bool) -> Any:
    extra = [wrap(x) for x, wanted in zip((inverse, counts), asked, strict=True) if wanted]
    return (wrap(values), *extra) if extra else wrap(values)


def searchsorted(
    sorted_sequence: Tensor, input: Any, *, out_int32: bool = False, right: bool = False,
    side: str | None = None, sorter: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """Where values would have to be inserted to keep a sequence, or each of its rows, in order."""
    if side is not None and side not in ("left", "right"):
        raise RuntimeError(
            "torch.searchsorted(): side can only be 'left' or 'right' but got " + side
        )
    if right and side == "left":
        raise RuntimeError(
            "torch.searchsorted(): side and right can't be set to opposites, got side of left "
            "while right was True"
        )
    rows = np.asarray(sorted_sequence._data)
    if sorter is not None:
        rows = np.take_along_axis(rows, np.asarray(sorter._data), -1)
    wanted = np.asarray(input._data if is_tensor(input) else input)
    where: Literal["left", "right"] = "right" if right or side == "right" else "left"
    if rows.ndim == 1:
        found = np.searchsorted(rows, wanted, where)
    else:
        found = np.zeros(wanted.shape, np.int64)
        for batch in np.ndindex(*rows.shape[:-1]):
            found[batch] = np.searchsorted(rows[batch], wanted[batch], where)
    return wrap(np.asarray(found, np.int32 if out_int32 else np.int64))


def bucketize(
    self: Any, boundaries: Tensor, *, out_int32: bool = False, right: bool = False
) -> Tensor:
    """searchsorted with its arguments the other way round."""
    if boundaries.ndim != 1:
        raise RuntimeError(f"boundaries tensor must be 1 dimension, but got dim({boundaries.ndim})")
    return searchsorted(boundaries, self, out_int32=out_int32, right=right)


def histc(self: Tensor, bins: int = 100, min: float = 0, max: float = 0) -> Tensor:
    """How many entries lie in each of `bins` equal intervals."""
    data = np.ravel(self._data)
    low, high = float(min), float(max)
    if low == high and data.size:
        low, high = float(data.min()), float(data.max())
    if low == high:
        low, high = low - 1, high + 1
    inside = data[(data >= low) & (data <= high)]
    kind = data.dtype.type if data.dtype.kind == "f" else np.float64
    # Rounded after every step, and in this order, as PyTorch does: it decides on the edges.
    places = np.floor((inside - kind(low)) * kind(bins) / kind(high - low)).astype(np.int64)
    counts = np.bincount(np.minimum(places, bins - 1), minlength=bins)
    return wrap(counts.astype(data.dtype))
