"""How the inputs of an op meet in one dtype before its arithmetic runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine import dtypes
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
    return _pair(inputs) or _in(meet(inputs), inputs)


def _float(inputs: Sequence[Any]) -> list[Array]:
    pair = _pair(inputs)
    if pair is not None:
        return pair
    found = meet(inputs)
    return _in(found if found.is_floating_point else dtypes.get_default_dtype(), inputs)


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
    return _ONE * x if type(x) is float and dtype is _FLOAT32 else dtype.type(x)


_FLOAT32 = np.dtype(np.float32)
_ONE = np.float32(1)


def _in(dtype: dtypes.dtype, inputs: Sequence[Any]) -> list[Array]:
    return [
        None if x is None
        else dtypes.cast(x._data, dtype) if isinstance(x, Tensor)
        else scalar(x, dtype.np)
        for x in inputs
    ]  # fmt: skip


PROMOTE: dict[str, Callable[[Sequence[Any]], list[Array]]] = {
    "none": _as_they_are,
    "arithmetic": _arithmetic,
    "float": _float,
}
