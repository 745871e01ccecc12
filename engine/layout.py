"""How the entries of a tensor lie in memory: `torch.contiguous_format` and its kin.

A Function says in `layout` how its result lies: as its "inputs" do, or those of them that are named
(the earlier one decides); row by row ("rows"); or as `forward` made it ("own").
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

Array = Any
Strides = tuple[int, ...]


class memory_format:
    """An order of dimensions in memory."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"torch.{self.name}"


class layout(memory_format):
    """Dense or sparse; here everything is dense."""

    __slots__ = ()


contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")
strided = layout("strided")

_RANKS = {channels_last: 4, channels_last_3d: 5}


def is_laid_out(x: Array, how: memory_format | None = None) -> bool:
    """Whether the entries lie in row-major order, or as `how` says."""
    if not isinstance(x, np.ndarray):
        return True
    if how in _RANKS:
        return x.ndim == _RANKS[how] and bool(np.moveaxis(x, 1, -1).flags.c_contiguous)
    return x.flags.c_contiguous


def copied_as(x: Array, like: np.ndarray) -> np.ndarray:
    """A copy whose entries lie in memory as those of `like` do, if these leave no gaps."""
    if like.flags.c_contiguous and x.shape == like.shape:
        return np.array(x, order="C")
    span = sum((n - 1) * s for n, s in zip(like.shape, like.strides, strict=True))
    dense = span + like.itemsize == like.nbytes
    copy = np.empty_like(like, order="K" if dense else "C")
    copy[...] = x
    return copy


def each(function: Callable[..., Array], *arrays: Array) -> Array:
    """What a NumPy function gives for every entry, lying in memory as PyTorch would have it."""
    return laid(function(*arrays), arrays)


def laid(data: Array, arrays: Sequence[Array]) -> Array:
    """The result of an operation, lying in memory as PyTorch would have it.

    A result in the shape its inputs broadcast to takes their order of dimensions, the earlier input
    deciding; any other is row-major (TensorIterator::reorder_dimensions in ATen).
    """
    if np.ndim(data) < 2:
        return data
    inputs = [a for a in arrays if isinstance(a, np.ndarray) and a.ndim]
    try:
        entrywise = np.broadcast_shapes(*(a.shape for a in inputs)) == data.shape
    except ValueError:
        entrywise = False
    if not entrywise:
        return np.ascontiguousarray(data)
    return ordered(data, [_spread(a, data.shape) for a in inputs])


def ordered(data: np.ndarray, strides: Sequence[Strides]) -> np.ndarray:
    """The same entries without gaps, their dimensions in the order that these strides ask for."""
    order = _order(data.shape, strides)[::-1]
    if np.transpose(data, order).flags.c_contiguous:
        return data
    made = np.empty([data.shape[d] for d in order], data.dtype).transpose(np.argsort(order))
    made[...] = data
    return made


def _spread(a: np.ndarray, shape: tuple[int, ...]) -> Strides:
    """The strides of an array broadcast to a shape: 0 where it is repeated."""
    extra = len(shape) - a.ndim
    own = zip(a.strides, a.shape, shape[extra:], strict=True)
    return (0,) * extra + tuple(0 if n == 1 != m else s for s, n, m in own)


def _order(shape: tuple[int, ...], strides: Sequence[Strides]) -> list[int]:
    """The dimensions, innermost first: row-major wherever the strides do not say otherwise."""
    order = list(range(len(shape)))[::-1]
    for i in range(1, len(order)):
        place = i
        for k in range(i)[::-1]:
            wanted = _compare(order[k], order[place], shape, strides)
            if wanted < 0:
                break
            if wanted > 0:
                order[k], order[place] = order[place], order[k]
                place = k
    return order


def _compare(inner: int, outer: int, shape: tuple[int, ...], strides: Sequence[Strides]) -> int:
    """1 if two dimensions must change places, -1 if they must not, 0 if either will do."""
    for s in strides:
        if not (s[inner] and s[outer]):
            continue
        if s[inner] != s[outer]:
            return 1 if s[inner] > s[outer] else -1
        if shape[inner] > shape[outer]:
            return 1
    return 0


def copied(x: Array, how: memory_format | None = None) -> Array:
    """A copy in a memory format (default: the order of dimensions is kept).

    Raises RuntimeError for channels_last of anything but images.
    """
    if how in _RANKS:
        if x.ndim != _RANKS[how]:
            raise RuntimeError(f"required rank {_RANKS[how]} tensor to use {how.name} format")
        return np.moveaxis(np.moveaxis(x, 1, -1).copy(), -1, 1)
    if not isinstance(x, np.ndarray):
        return x
    return x.copy() if how is contiguous_format else laid(x.copy(order="K"), [x])
