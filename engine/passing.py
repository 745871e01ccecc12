"""How a contribution gets from a Function to the next: made to fit, then added to what is there."""

from __future__ import annotations

from sys import getrefcount
from typing import TYPE_CHECKING, Any

import numpy as np

from engine import kernels
from engine.tensor import is_tensor

if TYPE_CHECKING:
    from engine.function import Function

Array = Any
ndarray = np.ndarray

Form = tuple[type | None, tuple[int, ...], np.dtype[Any]]
"""What a gradient must be like: its Python type (np.ndarray or a NumPy scalar's), shape and dtype.
A Function with many outputs has None for the type: nothing fits it unseen."""

SCALAR: Form = (np.float32, (), np.dtype(np.float32))
"""The form of a single float32, the most frequent by far; told by identity."""


def form_of(data: Array) -> Form:
    """The form of an array or NumPy scalar."""
    return SCALAR if type(data) is np.float32 else (type(data), data.shape, data.dtype)


def send(function: Function, i: int, below: Function, value: Any) -> None:
    """Add contribution `i` of a Function (None: there is none) to what has arrived at `below`."""
    if value is None:
        return
    kind, shape, dtype = below.form
    given: type = type(value)
    if given is not kind or (
        kind is ndarray and not (value.shape == shape and value.dtype is dtype)
    ):
        if given is kind is ndarray and value.shape[1:] == shape and value.dtype is dtype:
            value = kernels.sum(value, 0)  # what was added to every row, as a bias is
        else:
            value = fitted(function, i, value, kernels)
        if below.many:
            deliver(below, function.port(i), value)
            return
    held = below.arrived
    if held is None:
        below.arrived = value
    elif type(held) is ndarray and held.base is None and getrefcount(held) == _HELD:
        np.add(held, value, held)  # a sum made here, which nobody else has seen
    else:
        below.arrived = held + value


def deliver(below: Function, output: int, value: Any) -> None:
    """Add a contribution to what has arrived at one output of a Function that has many."""
    slots = below.arrived
    if slots is None:
        slots = below.arrived = [None] * below.outputs
    held = slots[output]
    slots[output] = value if held is None else held + value


def fitted(function: Function, i: int, value: Any, F: Any) -> Any:
    """A contribution summed to the shape, and cast to the dtype, of the tensor it is for."""
    below = function.below[i]
    assert below is not None
    if type(value) is np.float32 and below.form is SCALAR:
        return value
    _, shape, dtype = below.form
    if below.many:
        port = function.port(i)
        shape, dtype = below.input_shape(port), below.input_dtype(port)
    data = value if type(value) is ndarray else value._data if is_tensor(value) else value
    found = data.shape
    if found != shape:
        if not _expandable(shape, found):
            raise RuntimeError(
                f"Function {type(function).__name__} returned an invalid gradient at index {i} "
                f"- got {list(found)} but expected shape compatible with {list(shape)}"
            )
        value = sum_to(value, shape, F)
    return cast(value, dtype, F)


def cast(value: Any, dtype: np.dtype[Any], F: Any) -> Any:
    """An array or Tensor in a dtype; itself where it has it."""
    data = value if type(value) is ndarray else value._data if is_tensor(value) else value
    return value if data.dtype is dtype or data.dtype == dtype else F.cast(value, dtype)


def sum_to(grad: Any, shape: tuple[int, ...], F: Any) -> Any:
    """Undo broadcasting: sum leading extra dimensions away, then those that had size 1."""
    found = tuple(grad.shape)
    extra = len(found) - len(shape)
    if is_tensor(grad) and not shape:
        return grad.sum()
    if found[extra:] == shape and not is_tensor(grad):  # only new dimensions in front
        return F.sum(grad, tuple(range(extra)))
    grown = [i for i, n in enumerate(shape, extra) if n == 1 and found[i] != 1]
    dims = (*range(extra), *grown)
    out = F.sum(grad, dims, True) if dims else grad
    return F.reshape(out, shape) if extra else out


def _expandable(shape: tuple[int, ...], grown: tuple[int, ...]) -> bool:
    extra = len(grown) - len(shape)
    return extra >= 0 and all([n in (1, grown[i]) for i, n in enumerate(shape, extra)])


class _Holder:
    __slots__ = ("arrived",)
    arrived: Any


def _references_when_held() -> int:
    holder = _Holder()
    holder.arrived = np.empty(0)
    held = holder.arrived
    return getrefcount(held)


_HELD = _references_when_held()
"""What getrefcount says of an array that only a slot and one local variable hold."""

ALONE = _HELD - 1
"""What getrefcount says of an array that only one local variable holds."""
