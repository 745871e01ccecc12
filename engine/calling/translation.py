"""What NumPy says, in PyTorch's words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine import errors, memory
from engine.promote import meet
from engine.tensor import Tensor

_UNLIKE = (
    "operands could not be broadcast together", "shape mismatch: objects cannot be broadcast",
)  # fmt: skip


def translated(error: Exception, name: str, args: Sequence[Any]) -> Exception | None:
    """The exception PyTorch raises where NumPy raised `error` in the op `name`.

    None where that is not NumPy's.
    """
    if isinstance(error, MemoryError):
        return memory.refused(error)
    text = str(error)
    if text.startswith("ufunc ") and "not supported for the input types" in text:
        dtype = meet([x for x in args if isinstance(x, (Tensor, bool, int, float))])
        kernel = name.removesuffix("_")
        return NotImplementedError(f"\"{kernel}_cpu\" not implemented for '{dtype.scalar_name}'")
    if text.startswith(_UNLIKE):
        shapes = [tuple(x.shape) for x in args if isinstance(x, Tensor)]
        if name == "masked_fill":
            shapes.reverse()  # PyTorch has the mask first
        if len(shapes) > 1:
            return RuntimeError(errors.cannot_broadcast(shapes[0], shapes[1]))
    return None
