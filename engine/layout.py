"""How the entries of a tensor lie in memory: `torch.contiguous_format` and its kin."""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any


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
    return bool(x.flags.c_contiguous)


def copied_as(x: Array, like: np.ndarray) -> np.ndarray:
    """A copy whose entries lie in memory as those of `like` do, if these leave no gaps."""
    span = sum((n - 1) * s for n, s in zip(like.shape, like.strides, strict=True))
    dense = span + like.itemsize == like.nbytes
    copy = np.empty_like(like, order="K" if dense else "C")
    copy[...] = x
    return copy


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
    return x.copy(order="C" if how is contiguous_format else "K")
