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
    if all(isinstance(x, Tensor) for x in inputs):
        first = inputs[0]._data.dtype
        if all(x._data.dtype == first for x in inputs):
            return [x._data for x in inputs]
    return _in(meet(inputs), inputs)


def _float(inputs: Sequence[Any]) -> list[Array]:
    found = meet(inputs)
    return _in(found if found.is_floating_point else dtypes.get_default_dtype(), inputs)


def _in(dtype: dtypes.dtype, inputs: Sequence[Any]) -> list[Array]:
    return [None if x is None else _cast(x, dtype) for x in inputs]


def _cast(x: Any, dtype: dtypes.dtype) -> Array:
    if isinstance(x, Tensor):
        return dtypes.cast(x._data, dtype)
    with np.errstate(all="ignore"):
        return dtype.np.type(x)


PROMOTE: dict[str, Callable[[Sequence[Any]], list[Array]]] = {
    "none": _as_they_are,
    "arithmetic": _arithmetic,
    "float": _float,
}
