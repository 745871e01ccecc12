"""Every sentence and every number a person reads about a run; all number formatting is here."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

Array = Any


def number(x: Any, digits: int = 4) -> str:
    """One number with `digits` significant digits: `0.5`, `6.494`, `1.2e-09`, `nan`, `True`."""
    if isinstance(x, (bool, np.bool_)):
        return str(bool(x))
    if isinstance(x, (int, np.integer)):
        return str(int(x))
    value = float(x)
    if not math.isfinite(value):
        return str(value)
    if value == 0:
        return "-0" if math.copysign(1, value) < 0 else "0"
    if 1e-4 <= abs(value) < 10 ** max(digits + 2, 6):
        decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
        text = f"{value:.{decimals}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}e{int(exponent)}"


def shape(array: Array) -> str:
    """The shape as PyTorch users write it: `()`, `(3,)`, `(2, 3)`."""
    return str(tuple(np.shape(array)))


def short(array: Array | None, width: int = 14, digits: int = 4) -> str:
    """A value in at most about `width` characters: the number, a short vector, or the shape."""
    if array is None:
        return "None"
    if np.ndim(array) == 0:
        return number(array[()] if isinstance(array, np.ndarray) else array, digits)
    if np.ndim(array) == 1 and 0 < np.size(array) <= 4:
        text = "[" + ", ".join(number(x, 3) for x in array) + "]"
        if len(text) <= width:
            return text
    return f"{shape(array)}"
