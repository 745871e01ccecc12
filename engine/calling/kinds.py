"""The kinds of arguments in PyTorch's signatures, and what each takes."""

from __future__ import annotations

from collections.abc import Callable
from operator import index
from typing import Any, NamedTuple

import numpy as np

from engine.devices import device
from engine.dtypes import dtype
from engine.tensor import Tensor


class Kind(NamedTuple):
    """`title` is what PyTorch calls it; `takes` tells what fits.

    Of the types `by_value` the value decides: a tensor where a number is asked for.  Such a call
    is looked at anew every time.
    """

    title: str
    takes: Callable[[Any], bool]
    by_value: tuple[type, ...] = ()


def is_int(x: Any) -> bool:
    """An integer, also as a tensor without dims."""
    if isinstance(x, (int, np.integer)):
        return not isinstance(x, bool)
    return isinstance(x, Tensor) and _plain(x) and x._data.dtype.kind in "iu"


def is_index(x: Any) -> bool:
    """What Python would take for an index, except a bool."""
    if isinstance(x, (bool, str, float)):
        return False
    try:
        index(x)
    except (TypeError, ValueError, RuntimeError):
        return False
    return True


def is_float(x: Any) -> bool:
    """A real number, also as a tensor without dims."""
    if isinstance(x, (int, float, np.integer, np.floating)):
        return True
    return isinstance(x, Tensor) and _plain(x)


def is_number(x: Any) -> bool:
    """Any number, also as a tensor without dims."""
    return isinstance(x, (complex, np.number, np.bool_)) or is_float(x)


def is_bool(x: Any) -> bool:
    """True or False."""
    return isinstance(x, (bool, np.bool_))


def is_sequence(x: Any) -> bool:
    """A list or tuple."""
    return isinstance(x, (list, tuple))


def _plain(x: Tensor) -> bool:
    return x._data.ndim == 0 and not x.requires_grad


def _are_ints(x: Any) -> bool:
    """Whether PyTorch takes it for sizes: the first item decides, the rest is unpacked later."""
    return isinstance(x, (list, tuple)) and (not x or is_index(x[0]))


def _are_floats(x: Any) -> bool:
    return isinstance(x, (list, tuple)) and all(map(is_float, x))


def _is_dtype(x: Any) -> bool:
    return isinstance(x, dtype) or x in (float, int, bool, complex)


def _is_device(x: Any) -> bool:
    return isinstance(x, (str, int, device)) and not isinstance(x, bool)


def _named(*names: str) -> Callable[[Any], bool]:
    return lambda x: type(x).__name__ in names


KINDS = {
    "Tensor": Kind("Tensor", lambda x: isinstance(x, Tensor)),
    "Number": Kind("Number", is_number, (Tensor,)),
    "int": Kind("int", is_int, (Tensor,)),
    "float": Kind("float", is_float, (Tensor,)),
    "bool": Kind("bool", is_bool),
    "complex": Kind("complex", is_number, (Tensor,)),
    "str": Kind("str", lambda x: isinstance(x, str)),
    "ints": Kind("tuple of ints", _are_ints),
    "floats": Kind("tuple of floats", _are_floats),
    "Tensors": Kind("tuple of Tensors", is_sequence),
    "Tensor?s": Kind("tuple of Tensors", is_sequence),
    "ArrayRef<Number>": Kind("tuple of Scalars", is_sequence),
    "dtype": Kind("torch.dtype", _is_dtype),
    "Device": Kind("torch.device", _is_device, (str, int, device)),
    "Layout": Kind("torch.layout", _named("layout")),
    "MemoryFormat": Kind("torch.memory_format", _named("memory_format")),
    "Generator": Kind("torch.Generator", _named("Generator")),
    "PyObject*": Kind("object", lambda x: True),
    "Storage": Kind("Storage", lambda x: False),
    "Dimname": Kind("name", lambda x: isinstance(x, str)),
    "DimnameList": Kind("tuple of names", is_sequence),
}
"""By the words of `signatures.txt`."""


def typename(x: Any) -> str:
    """What PyTorch calls the type of an argument: C's name for it."""
    kind = type(x)
    if isinstance(x, dtype):
        return "torch.dtype"
    if kind.__module__.startswith("engine") and kind.__name__ in ("Size", "device"):
        return f"torch.{kind.__name__}"
    on_heap = kind.__flags__ & 1 << 9
    if on_heap or kind.__module__ == "builtins":
        return kind.__name__
    return f"{kind.__module__}.{kind.__name__}"
