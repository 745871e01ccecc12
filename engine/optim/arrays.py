"""What the optimizers do to arrays, rounded as PyTorch rounds it, and how results are put back.

Every function returns a new array; scalars of the formulas are Python floats until they meet one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.inplace import write
from engine.meta import meta_of
from engine.rounding import multiply_add
from engine.storage import Version
from engine.tensor import Tensor

Array = Any


def put(tensor: Tensor, data: Array) -> None:
    """Give a tensor new values, in place: one version on, as what has saved it must learn.

    One that shares its memory with nobody needs no more bookkeeping than that.
    """
    meta = meta_of(tensor)
    if meta.storage is not None or meta.base is not None or meta.inference:
        write(tensor, data)
        return
    tensor._data = data
    if meta.version is None:
        meta.version = Version()
    meta.version.count += 1


def counted(state: dict[str, Any]) -> float:
    """The number of this step, from 1."""
    step = state["step"]
    step._data = step._data + np.float32(1)
    return float(step._data)


def plus(x: Array, y: Array, times: float) -> Array:
    """x + times · y."""
    return multiply_add(y, x.dtype.type(times), x)


def towards(x: Array, end: Array, weight: float) -> Array:
    """The way from x to `end`, a share `weight` of it (torch.lerp)."""
    share, way = x.dtype.type(weight), end - x
    if abs(share) < 0.5:
        return multiply_add(way, share, x)
    return multiply_add(way, share - x.dtype.type(1), end)


def plus_square(x: Array, y: Array, keep: float, times: float) -> Array:
    """keep · x + times · y²."""
    kind = x.dtype.type
    return multiply_add(kind(times) * y, y, x * kind(keep))


def plus_ratio(x: Array, y: Array, z: Array, times: float) -> Array:
    """x + times · y / z."""
    return x + x.dtype.type(times) * y / z


def gradient(param: Tensor, maximize: bool, weight_decay: float) -> Array:
    """The parameter's gradient, its sign and weight decay seen to."""
    assert param._grad is not None
    grad = -param._grad._data if maximize else param._grad._data
    return plus(grad, param._data, weight_decay) if weight_decay else grad
