"""`x[...]` and `x[...] = value`: numbers, slices, None, `...`, booleans, lists, index tensors."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import errors
from engine.inplace import inplace
from engine.ops.index import (
    AliasBackward0,
    IndexBackward0,
    IndexPutBackward0,
    SelectBackward0,
    copy_,
)
from engine.ops.index import slice as sliced
from engine.ops.inplace_ops import fill_
from engine.ops.shape import expand, unsqueeze, view
from engine.tensor import Tensor, is_tensor, wrap

Array = Any
Shape = tuple[int, ...]
_ALL = np.s_[:]


def getitem(self: Tensor, index: Any) -> Tensor:
    """`x[index]`: views for numbers and slices, a copy where an index is an array.

    Raises IndexError with PyTorch's sentence.
    """
    if type(index) is int:
        return _picked(self, 0, index, 0)
    if isinstance(index, slice):
        return _sliced(self, 0, index)
    x, keys = _walk(self, _items(index))
    if keys is not None:
        return IndexBackward0.apply(x, index=keys)
    return AliasBackward0.apply(self) if x is self else x


def setitem(self: Tensor, index: Any, value: Any) -> None:
    """`x[index] = value`: a copy into a view, or index_put_ where an index is an array.

    Raises IndexError, RuntimeError or TypeError with PyTorch's sentence.
    """
    source = value if is_tensor(value) else _as_source(self, value)
    if index is False:
        return
    if index is True:
        index = None
    x, keys = _walk(self, _items(index), alone=isinstance(index, (slice, int)))
    if keys is None:
        _copy_to(x, source)
    else:
        inplace(IndexPutBackward0, x, _without_leading_ones(source), index=keys)


# ---- reading an index ----------------------------------------------------------------------------


def _items(index: Any) -> list[Any]:
    """What stands between the brackets; an old way to write a tuple is warned of."""
    if isinstance(index, tuple):
        return list(index)
    if isinstance(index, list) and len(index) < 32 and any(map(_speaks_of_many, index)):
        errors.warn(errors.NOT_A_TUPLE, 3)
        return list(index)
    return [index]


def _speaks_of_many(item: Any) -> bool:
    return item is None or item is Ellipsis or is_tensor(item) or isinstance(item, _LISTS)


_LISTS = (list, tuple, slice, np.ndarray)


def _is_flag(item: Any) -> bool:
    """Whether an item is one boolean, which makes a dimension of its own."""
    return isinstance(item, (bool, np.bool_)) or (
        is_tensor(item) and not item.ndim and item.dtype.name == "bool"
    )


def _is_array(item: Any) -> bool:
    return isinstance(item, (list, tuple, np.ndarray)) or (is_tensor(item) and item.ndim > 0)


def _dims_of(item: Any) -> int:
    """How many dimensions of the tensor an item is about."""
    if item is None or item is Ellipsis or _is_flag(item):
        return 0
    return item.ndim if is_tensor(item) and item.dtype.name == "bool" else 1


def _walk(self: Tensor, items: list[Any], alone: bool = False) -> tuple[Tensor, Any]:
    """Numbers, slices and None applied as views; what is left as keys for NumPy, or None."""
    used = sum(map(_dims_of, items))
    if used > self.ndim and not alone:
        raise IndexError(f"too many indices for tensor of dimension {self.ndim}")
    x, dim = self, 0
    keys: list[Any] = []
    for place, item in enumerate(items):
        if item is Ellipsis:
            keys += [_ALL] * (self.ndim - used)
            dim += self.ndim - used
        elif item is None or _is_flag(item):
            x = unsqueeze(x, dim)
            keys.append(_ALL if item is None else np.zeros(1 if item else 0, np.int64))
            dim += 1
        elif isinstance(item, slice):
            x = x if _is_whole(x, dim, item) else _sliced(x, dim, item)
            keys.append(_ALL)
            dim += 1
        elif _is_array(item):
            key = _key(x, dim, item)
            keys.append(key)
            dim += key.ndim if key.dtype == bool else 1
        else:
            x = _picked(x, dim, item, place)
    return x, tuple(keys) if any(key is not _ALL for key in keys) else None


def _is_whole(x: Tensor, dim: int, item: slice) -> bool:
    """As PyTorch has it: the bounds as they were written decide, not what they come to."""
    if not x._data.ndim or item.start or item.step not in (None, 1):
        return False
    return item.stop is None or item.stop >= x._data.shape[dim]


def _sliced(x: Tensor, dim: int, item: slice) -> Tensor:
    if not x._data.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    step = 1 if item.step is None else int(item.step)
    if step <= 0:
        raise ValueError("step must be greater than zero")
    start, end, _ = item.indices(x._data.shape[dim])
    return sliced(x, dim, start, max(start, end), step)


def _picked(x: Tensor, dim: int, item: Any, place: int) -> Tensor:
    """The view at one position; PyTorch calls the dimension by the item's place in the index."""
    index = item if type(item) is int else _as_int(item)
    shape = x._data.shape
    if not shape and index == 0:
        raise IndexError(errors.INDEX_OF_SCALAR)
    n = shape[dim] if shape else 0
    if not -n <= index < n:
        raise IndexError(f"index {index} is out of bounds for dimension {place} with size {n}")
    return SelectBackward0.apply(x, dim=dim, index=index % n)


def _as_int(item: Any) -> int:
    try:
        return int(item.__index__())
    except (AttributeError, TypeError):
        raise IndexError(
            "only integers, slices (`:`), ellipsis (`...`), None and long or byte Variables are "
            f"valid indices (got {type(item).__name__})"
        ) from None


def _key(x: Tensor, dim: int, item: Any) -> Array:
    """An index array or mask that fits the tensor from `dim` on."""
    key = np.asarray(item._data if is_tensor(item) else item)
    if not key.size and key.dtype.kind == "f" and not is_tensor(item):
        key = key.astype(np.int64)  # an empty list
    if key.dtype == bool:
        for k, n in enumerate(key.shape):
            if n != x.shape[dim + k]:
                raise IndexError(
                    f"The shape of the mask {list(key.shape)} at index {k} does not match the "
                    f"shape of the indexed tensor {list(x.shape)} at index {dim + k}"
                )
        return key
    if key.dtype.kind not in "iu":
        raise IndexError("tensors used as indices must be long, int, byte or bool tensors")
    n = x.shape[dim]
    if key.size and not n:
        raise IndexError("index is out of bounds for dimension with size 0")
    bad = key[(key < -n) | (key >= n)]
    if bad.size:
        raise IndexError(f"index {bad.flat[0]} is out of bounds for dimension {dim} with size {n}")
    return key


# ---- writing -------------------------------------------------------------------------------------


def _as_source(self: Tensor, value: Any) -> Tensor:
    """A Python number as a tensor of the target's dtype."""
    if not isinstance(value, (bool, int, float, np.generic)):
        name = type(value).__name__
        raise TypeError(f"can't assign a {name} to a {self.dtype.tensor_type}")
    return wrap(self._data.dtype.type(value))


def _copy_to(target: Tensor, source: Tensor) -> None:
    """Fill with one value, or copy what was expanded to the target's shape."""
    shape = target._data.shape
    if source._data.shape == shape:
        copy_(target, source)
    elif not source._data.ndim:
        fill_(target, source)  # type: ignore[arg-type]  # an inspector's field is a number
    else:
        shorter = _without_leading_ones(source, always=True)
        copy_(target, shorter if shorter._data.shape == shape else expand(shorter, shape))


def _without_leading_ones(source: Tensor, always: bool = False) -> Tensor:
    """A view of `source` without the dimensions of size 1 it begins with."""
    shape = source._data.shape
    ones = next((k for k, n in enumerate(shape) if n != 1), len(shape))
    return view(source, shape[ones:]) if ones or always else source
