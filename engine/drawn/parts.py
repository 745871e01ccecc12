"""Parts of tensors by their brackets: `x[0, :, 1:3]`, read and written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from engine.drawn.reader import bound, check_wires, filled, read_key
from engine.memory import broadcast, room
from engine.ops import subscript
from engine.registry import Operand, Tensors, op
from engine.tensor import Tensor, is_tensor

Key = str
"""Annotation of a field that holds an index, as it is written between the brackets."""
Params = Mapping[str, Any]
Wired = Mapping[str, list[str]]

UNWIRED = "unconnected"
"""What stands for an input without an edge: a name that a program does not define."""


def _key(self: Tensor, at: Sequence[Tensor], text: str) -> Any:
    """The index, once it is known that what it picks fits into memory."""
    key, places = read_key(text)
    check_wires(places, len(at), "at")
    found = bound(key, at)
    room(_picked(self._data.shape, found), self._data.dtype)
    return found


def _picked(shape: Sequence[int], key: Any) -> tuple[int, ...]:
    """The sizes of what index arrays pick, or () where there is nothing to be copied."""
    items = key if isinstance(key, tuple) else (key,)
    arrays = [np.asarray(k._data if is_tensor(k) else k) if _is_array(k) else None for k in items]
    if all(array is None for array in arrays):
        return ()
    used = sum(_dims(k, a) for k, a in zip(items, arrays, strict=True))
    places: list[tuple[int, ...]] = []
    kept: list[int] = []
    dim = 0
    for item, array in zip(items, arrays, strict=True):
        count = len(shape) - used if item is Ellipsis else _dims(item, array)
        if array is not None:
            places.append((int(array.sum()),) if array.dtype == bool else array.shape)
        elif isinstance(item, slice) or item is Ellipsis:
            kept += shape[dim : dim + count]
        dim += count
    try:
        return (*broadcast(places), *kept, *shape[dim:])
    except ValueError:  # which the operation itself says better
        return ()


def _is_array(item: Any) -> bool:
    return isinstance(item, list) or (is_tensor(item) and item.ndim > 0)


def _dims(item: Any, array: Any) -> int:
    """How many dimensions an item is about; `...` is counted when all others are known."""
    if array is not None:
        return array.ndim if array.dtype == bool else 1
    return 0 if item is None or item is Ellipsis or isinstance(item, bool) else 1


def _brackets(params: Params, wired: Wired) -> str:
    """`x[…]`; a text that cannot be read stands as it is."""
    of, text = (wired.get("self") or [UNWIRED])[0], str(params.get("key", ":"))
    try:
        places = read_key(text).places
    except ValueError:
        return f"{of}[{text!r}]"
    return f"{of}[{filled(text, places, wired.get('at', []), UNWIRED)}]"


@op(
    "Shape", "x[i]", spell=_brackets, defaults={"key": "0"},
    samples=(
        ((2, 3), [], {"key": "0, 1:"}), ((4, 3), [[2, 0, 2]], {"key": "{0}, :2"}),
        ((3, 2), [], {"key": "..., None, [1, 0]"}),
    ),
    formula=r"y = x_{[i]}",
)  # fmt: skip
def index(self: Tensor, at: Tensors | None = None, *, key: Key = ":") -> Tensor:
    """Pick a part by what is written between the brackets: numbers, slices, None, lists, {0}.

    {0} stands for the tensor wired to at.0, whole numbers or a mask.
    """
    return subscript.getitem(self, _key(self, at or (), key))


def _assigned(params: Params, wired: Wired) -> str:
    value = wired.get("value") or [repr(params["value"]) if "value" in params else UNWIRED]
    return f"{_brackets(params, wired)} = {value[0]}"


@op(
    "In-place", "x[i]=", spell=_assigned, assigns=True, inplace=True,
    defaults={"key": "0", "value": 0.0},
    samples=(
        ((2, 3), (2,), [], {"key": "0, 1:"}), ((2, 3), 2.0, [], {"key": ":, 1"}),
        ((4, 3), (3, 2), [[2, 0, 1]], {"key": "{0}, :2"}),
    ),
    formula=r"x_{[i]} \leftarrow v",
)  # fmt: skip
def setitem(self: Tensor, value: Operand, at: Tensors | None = None, *, key: Key = ":") -> Tensor:
    """Write into a part, in place; the part is what is written between the brackets.

    {0} stands for the tensor wired to at.0, whole numbers or a mask.
    """
    found = _key(self, at or (), key)
    if not is_tensor(self):
        raise RuntimeError("the input “self” is no tensor: wire the one that is to be changed")
    subscript.setitem(self, found, value)
    return self
