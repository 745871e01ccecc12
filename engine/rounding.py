"""Products and sums rounded once, as the processor's fused instruction does."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any
_SINGLE, _DOUBLE = np.dtype(np.float32), np.dtype(np.float64)


def multiply_add(a: Array, b: Array, c: Array) -> Array:
    """a · b + c of arrays of one dtype, with one rounding where they are float32 or float64."""
    kind = c.dtype
    if kind is _SINGLE:  # the product is exact in float64
        return (np.multiply(a, b, dtype=_DOUBLE) + c).astype(_SINGLE)
    return multiply_add_doubles(a, b, c) if kind == _DOUBLE else a * b + c


def multiply_add_doubles(a: Array, b: Array, c: Array) -> Array:
    """a · b + c in float64: the rounding errors of both steps are put back (Dekker 1971)."""
    product = a * b
    total = product + c
    a_high, b_high = _high_half(a), _high_half(b)
    a_low, b_low = a - a_high, b - b_high
    of_product = a_low * b_low - (product - a_high * b_high - a_low * b_high - a_high * b_low)
    shift = total - product
    of_total = (product - (total - shift)) + (c - shift)
    fused = total + (of_total + of_product)
    return np.where(np.isfinite(fused), fused, total)[()]


def _high_half(x: Array) -> Array:
    """The upper 26 bits of float64s, so that products of halves are exact."""
    scaled = np.multiply(x, 2.0**27 + 1)
    return scaled - (scaled - x)
