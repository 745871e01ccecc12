"""Which in-place operations PyTorch refuses because memory is shared in an unclear way."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from engine import errors
from engine.tensor import Tensor, is_tensor

Array = Any

_DEPRECATED = (
    "Use of {} on expanded tensors is deprecated. Please clone() the tensor before performing this "
    "operation. This also applies to advanced indexing e.g. tensor[{}"
)
_ON_EXPANDED = {
    "ZeroBackward0": "",
    "FillBackward2": "",
    "IndexPutBackward0": _DEPRECATED.format("index_put_", "indices] = tensor"),
    "masked_fill": _DEPRECATED.format("masked_fill_", "mask] = scalar"),
    "index_fill": _DEPRECATED.format("index_fill_", "mask] = scalar"),
}
"""The operations that may write to an expanded tensor, and what PyTorch says of it."""

_NO_SHARING = ("IndexPutBackward0", "index_add", "index_copy", "scatter", "scatter_add")
"""Those that may not read anything of what they write to, were it the very same tensor."""

_CLONES = ("FillBackward3", "masked_fill")
"""Those that copy a value first if it lies in what they write to."""


def check(name: str, target: Tensor, others: Iterable[Any]) -> None:
    """Raise RuntimeError unless the op `name` may write to `target` while it reads `others`."""
    data = target._data
    if 0 in data.strides and overlaps_itself(data):
        if name not in _ON_EXPANDED:
            raise RuntimeError(errors.OVERLAP)
        if _ON_EXPANDED[name]:
            errors.warn(_ON_EXPANDED[name], 4)
    for other in others if name not in _CLONES else ():
        if is_tensor(other) and other is not target and shares(target, other):
            found = _meet if name in _NO_SHARING else overlap_in_part
            if found(data, other._data):
                raise RuntimeError(errors.OVERLAP_IN_PART)
        if other is target and name in _NO_SHARING:
            raise RuntimeError(errors.OVERLAP_IN_PART)


def shares(a: Tensor, b: Tensor) -> bool:
    """Whether two tensors lie in the same memory."""
    mine, theirs = a._meta, b._meta
    known = mine is not None and theirs is not None and mine.storage is not None
    return a is b or (known and mine.storage is theirs.storage)  # type: ignore[union-attr]


def overlaps_itself(data: Array) -> bool:
    """Whether two entries lie in the same place; NumPy's empty arrays have strides of 0 as well."""
    stretched = (s == 0 and n > 1 for s, n in zip(data.strides, data.shape, strict=True))
    return data.size > 0 and any(stretched)


def overlap_in_part(a: Array, b: Array) -> bool:
    """Whether two arrays share memory without being the same; where PyTorch can tell."""
    return not _is_same(a, b) and _meet(a, b)


def _is_same(a: Array, b: Array) -> bool:
    """Whether two arrays see the same in the same way; to PyTorch strides over one entry matter."""
    return bool(_start(a) == _start(b) and a.nbytes == b.nbytes and a.strides == b.strides)


def _meet(a: Array, b: Array) -> bool:
    """Whether two arrays have places in common; where PyTorch can tell."""
    if not (a.size and b.size and _is_dense(a) and _is_dense(b)):
        return False
    return bool(_start(a) < _start(b) + b.nbytes and _start(b) < _start(a) + a.nbytes)


def _start(data: Array) -> int:
    return int(data.__array_interface__["data"][0])


def _is_dense(data: Array) -> bool:
    """Whether the entries fill their memory without gaps, in whatever order."""
    if data.flags.c_contiguous:
        return True
    expected = data.itemsize
    for stride, n in sorted(zip(data.strides, data.shape, strict=True)):
        if n > 1:
            if stride != expected:
                return False
            expected *= n
    return True
