"""Tensors that list numbers or places: powers, triangles, windows of a signal."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine import dtypes
from engine.factories import _dtype, _leaf, _only_0d, linspace, tensor
from engine.tensor import Tensor, is_tensor, wrap

Array = Any


def logspace(
    start: Any, end: Any, steps: int, base: float = 10.0, *, dtype: Any = None,
    device: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """`steps` powers of `base`, with exponents from `start` to `end`: numbers, or 0-d tensors.

    The exponents at both ends are rounded to the dtype of the result, those between are not.
    """
    _only_0d("logspace", start, end)
    kind = _dtype(dtype).np
    first, last = (x.item() if is_tensor(x) else x for x in (start, end))
    if steps != 1:
        first, last = kind.type(first).item(), kind.type(last).item()
    exponents = linspace(first, last, steps, dtype=dtypes.float64)._data
    return _leaf(np.power(float(base), exponents).astype(kind), requires_grad)


def empty_strided(
    size: Any, stride: Any, *, dtype: Any = None, device: Any = None, requires_grad: bool = False
) -> Tensor:
    """Zeros with given steps between neighbours, in elements."""
    kind = _dtype(dtype).np
    span = sum((n - 1) * s for n, s in zip(size, stride, strict=True)) + 1
    flat = np.zeros(span if all(size) else 0, kind)
    steps = [s * kind.itemsize for s in stride]
    return _leaf(np.lib.stride_tricks.as_strided(flat, tuple(size), steps), requires_grad)


def _places(found: tuple[Array, ...], dtype: Any) -> Tensor:
    return wrap(np.stack(found).astype(_dtype(dtype, dtypes.BY_NAME["int64"]).np))


def tril_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None
) -> Tensor:
    """The places (2, n) of a lower triangle, row by row."""
    return _places(np.tril_indices(row, offset, col), dtype)


def triu_indices(
    row: int, col: int, offset: int = 0, *, dtype: Any = None, device: Any = None
) -> Tensor:
    """The places (2, n) of an upper triangle, row by row."""
    return _places(np.triu_indices(row, offset, col), dtype)


def asarray(
    obj: Any, *, dtype: Any = None, device: Any = None, copy: bool | None = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A tensor of the data; the very tensor given if nothing changes."""
    if is_tensor(obj) and not copy:
        out: Tensor = obj if dtype is None else obj.to(dtype)
        return out
    data = obj.tolist() if is_tensor(obj) else obj
    kind = obj.dtype if is_tensor(obj) and dtype is None else dtype
    return tensor(data, dtype=kind, requires_grad=requires_grad)


def _cosines(
    window_length: int, periodic: bool, weights: tuple[float, ...], dtype: Any,
    requires_grad: bool,
) -> Tensor:  # fmt: skip
    """Σ ±weights[k] · cos(2 π k i / n)"""
    if window_length <= 1:
        return _leaf(np.ones(window_length, _dtype(dtype).np), requires_grad)
    n = window_length if periodic else window_length - 1
    turns = 2 * math.pi * np.arange(window_length) / n
    out = sum((-1) ** k * w * np.cos(k * turns) for k, w in enumerate(weights))
    return _leaf(np.asarray(out).astype(_dtype(dtype).np), requires_grad)


def hann_window(
    window_length: int, periodic: bool = True, *, dtype: Any = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A raised cosine: ½ - ½ cos."""
    return _cosines(window_length, periodic, (0.5, 0.5), dtype, requires_grad)


def hamming_window(
    window_length: int, periodic: bool = True, alpha: float = 0.54, beta: float = 0.46, *,
    dtype: Any = None, device: Any = None, requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """A raised cosine that does not reach zero: α - β cos."""
    return _cosines(window_length, periodic, (alpha, beta), dtype, requires_grad)


def blackman_window(
    window_length: int, periodic: bool = True, *, dtype: Any = None, device: Any = None,
    requires_grad: bool = False,
) -> Tensor:  # fmt: skip
    """0.42 - ½ cos + 0.08 cos of the double."""
    return _cosines(window_length, periodic, (0.42, 0.5, 0.08), dtype, requires_grad)


GRIDS = (
    logspace, empty_strided, tril_indices, triu_indices, asarray, hann_window, hamming_window,
    blackman_window,
)  # fmt: skip
"""Functions of `torch`."""
