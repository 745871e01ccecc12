"""Functions of Python's numbers, applied to every entry of an array."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from engine.modes import STATE

Array = Any

SLICE = 4096
"""Elements that Python goes through, one by one, between two looks at whether to give up."""


def look() -> None:
    """Once a round, for what goes through rows in Python.  Raises Cancelled."""
    if STATE.recorder is not None:
        STATE.recorder.give_up_if_cancelled()


def each(function: Callable[..., float], *arrays: Array) -> Array:
    """A function of Python numbers for every entry, in the dtype of the first array."""
    return _by_slices(np.frompyfunc(function, len(arrays), 1), *arrays)


def each_of_one(function: Callable[[float], float]) -> Callable[[Array], Array]:
    """The same, of one array."""
    return partial(_by_slices, np.frompyfunc(function, 1, 1))


def _by_slices(many: Callable[..., Any], *arrays: Array) -> Array:
    """A run that is cancelled gives up between two slices: Python takes seconds for a million."""
    given = [np.asarray(a, np.float64) for a in arrays]
    dtype, recorder = arrays[0].dtype, STATE.recorder
    if recorder is None or max(a.size for a in given) <= SLICE:
        return np.asarray(many(*given)).astype(dtype)[()]
    alike = np.broadcast_arrays(*given)
    found = np.empty(alike[0].shape, dtype)
    flat, entries = found.reshape(-1), [a.reshape(-1) for a in alike]
    for start in range(0, flat.size, SLICE):
        recorder.give_up_if_cancelled()
        flat[start : start + SLICE] = many(*(a[start : start + SLICE] for a in entries))
    return found
