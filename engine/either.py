"""Questions a rule asks of a value that may be an array or a Tensor."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.tensor import Tensor, is_tensor

Array = Any


def data_of(x: Any) -> Array:
    """The plain array."""
    return x._data if is_tensor(x) else x


def dtype_of(x: Any) -> np.dtype[Any]:
    """NumPy's dtype of it."""
    dtype: np.dtype[Any] = data_of(x).dtype
    return dtype


def size_of(x: Any) -> int:
    """How many elements it has."""
    return x.numel() if isinstance(x, Tensor) else int(x.size)
