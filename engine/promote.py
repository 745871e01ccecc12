"""How the inputs of an op meet in one dtype before its arithmetic runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine import dtypes
from engine.memory import with_room
from engine.tensor import Tensor

Array = Any


def meet(inputs: Sequence[Any]) -> dtypes.dtype:
    """The result type of tensors and Python numbers (None is passed over)."""
    return dtypes.result_type(
        *((x.dtype, x._data.ndim) if isinstance(x, Tensor) else x for x in inputs if x is not None)
    )


def _as_they_are(inputs: Sequence[Any]) -> list[Array]:
    return [x._data if isinstance(x, Tensor) else x for x in inputs]


def _arithmetic(inputs: Sequence[Any]) -> list[Array]:
    return with_room(_pair(inputs) or _in(meet(inputs), inputs))


def _float(inputs: Sequence[Any]) -> list[Array]:
    pair = _pair(inputs)
    if pair is not None:
        return with_room(pair)
    found = meet(inputs)
    return with_room(_in(found if found.is_floating_point else dtypes.get_default_dtype(), inputs))


def _pair(inputs: Sequence[Any]) -> list[Array] | None:
    """Two float tensors of one dtype, or one and a number: by far the most frequent inputs."""
    if len(inputs) != 2 or type(inputs[0]) is not Tensor:
        return None
    data, other = inputs[0]._data, inputs[1]
    dtype = data.dtype
    if dtype.kind != "f":
        return None
    if type(other) is Tensor:
        return [data, other._data] if other._data.dtype is dtype else None
    return [data, scalar(other, dtype)] if type(other) in (float, int) else None


def scalar(x: Any, dtype: np.dtype[Any]) -> Any:
    """A Python number as a NumPy scalar."""
    # NumPy makes the float a float32 to multiply it: that takes a third of np.float32(x).
    if type(x) is float and dtype is _FLOAT32:
        return _ONE * x
    try:
        return dtype.type(x)
    except OverflowError:  # an integer that does not fit wraps around
        return np.asarray(x).astype(dtype)[()]


def checked(x: Any, dtype: np.dtype[Any]) -> Any:
    """A Python number as a NumPy scalar where PyTorch does not let it wrap around.

    Raises RuntimeError when it does not fit; unsigned types take negatives that wrap once.
    """
    if dtype.kind not in "iuf":
        return dtype.type(x)
    limits: Any = np.finfo(dtype) if dtype.kind == "f" else np.iinfo(dtype)
    lowest = -limits.max if dtype.kind == "u" else limits.min
    if not lowest <= x <= limits.max and not (dtype.kind == "f" and not math.isfinite(x)):
        name = _C_NAMES.get(dtype.name, dtype.name)
        raise RuntimeError(f"value cannot be converted to type {name} without overflow")
    return dtype.type(x) if dtype.kind == "f" else np.asarray(int(x)).astype(dtype)[()]


_C_NAMES = {
    "uint8": "uint8_t", "int8": "int8_t", "int16": "int16_t", "int32": "int", "int64": "int64_t",
    "float16": "c10::Half", "float32": "float", "float64": "double",
}  # fmt: skip


_FLOAT32 = np.dtype(np.float32)
_ONE = np.float32(1)


def _in(dtype: dtypes.dtype, inputs: Sequence[Any]) -> list[Array]:
    return [
        None if x is None
        else _cast(x._data, dtype) if isinstance(x, Tensor)
        else scalar(x, dtype.np)
        for x in inputs
    ]  # fmt: skip


def _cast(data: Array, dtype: dtypes.dtype) -> Array:
    """In another dtype; what was expanded is again: its strides say how the result is to lie."""
    if data.dtype is dtype.np or not data.ndim or 0 not in data.strides:
        return dtypes.cast(data, dtype)
    once = data[tuple(slice(0, 1) if not s else slice(None) for s in data.strides)]
    return np.broadcast_to(dtypes.cast(once, dtype), data.shape)


PROMOTE: dict[str, Callable[[Sequence[Any]], list[Array]]] = {
    "none": _as_they_are,
    "arithmetic": _arithmetic,
    "float": _float,
}
