"""Who shares memory with whom.

No array is ever written to once it is published: an in-place operation makes a new array and hands
it to every tensor that shares the old one.  So whatever a Trace or a Function has kept stays true.
The one exception is memory that NumPy code outside holds too (`x.numpy()`, `from_numpy`), which
must see writes.
"""

from __future__ import annotations

import weakref
from typing import Any

import numpy as np

Array = Any


class Version:
    """Counts the in-place changes of a tensor, its views and its detached aliases."""

    __slots__ = ("count",)

    def __init__(self) -> None:
        self.count = 0


class SavedResult:
    """A saved output that a tensor may change in place: it follows memory and version."""

    __slots__ = ("__weakref__", "_data", "saved_at", "version", "view_node")

    def __init__(self, data: Array, version: Version, saved_at: int) -> None:
        self._data, self.version, self.saved_at = data, version, saved_at
        # The node that a view got when this was written through it, as long as that exists.
        self.view_node: weakref.ref[Any] | None = None


class Storage:
    """The tensors (and saved results) that see the same memory."""

    __slots__ = ("aliases", "exported", "room")

    def __init__(self) -> None:
        self.aliases: list[weakref.ref[Any]] = []
        self.exported = False
        self.room = 16  # aliases before those that died are thrown out

    def add(self, alias: Any) -> None:
        """Let `alias` (anything with `_data`) see future writes."""
        aliases = self.aliases
        aliases.append(weakref.ref(alias))
        if len(aliases) > self.room:
            self.aliases = [ref for ref in aliases if ref() is not None]
            self.room = 2 * len(self.aliases) + 16

    def drop(self, alias: Any) -> None:
        """Let `alias` see no more of what is written."""
        self.aliases = [ref for ref in self.aliases if ref() is not alias]

    def live(self) -> list[Any]:
        """The aliases that still exist."""
        found = [alias for ref in self.aliases if (alias := ref()) is not None]
        if len(found) * 2 < len(self.aliases):
            self.aliases = [weakref.ref(alias) for alias in found]
        return found

    def is_seen_by(self, alias: Any) -> bool:
        """Whether `alias` is all that sees the memory."""
        aliases = self.aliases
        return len(aliases) == 1 and not self.exported and aliases[0]() is alias

    def as_array(self) -> None:
        """Keep a scalar as a 0-d array, so that it can have views."""
        aliases = self.live()
        if aliases and not isinstance(aliases[0]._data, np.ndarray):
            array = np.asarray(aliases[0]._data)
            for alias in aliases:
                alias._data = array

    def write(self, target: Any, new: Array) -> None:
        """Give `target` the values `new` (same shape and dtype), every alias its part."""
        old = target._data
        if self.exported:
            if not isinstance(old, np.ndarray):  # an alias of a single value
                old = next(a._data for a in self.live() if isinstance(a._data, np.ndarray))
                target._data = old
            np.copyto(old, new)
            return
        aliases = self.live()
        if all(_same_view(alias._data, old) for alias in aliases):
            if isinstance(old, np.ndarray) and not isinstance(new, np.ndarray):
                new = np.asarray(new)
            for alias in aliases:
                alias._data = new
            return
        _move(aliases, old)
        np.copyto(target._data, new)


def _same_view(a: Array, b: Array) -> bool:
    if a is b or not isinstance(a, np.ndarray):
        return True
    return a.shape == b.shape and a.strides == b.strides and _address(a) == _address(b)


def _address(array: np.ndarray) -> int:
    return int(array.__array_interface__["data"][0])


def root(array: np.ndarray) -> np.ndarray:
    """The array that owns the memory `array` looks at."""
    while True:
        base = array.base
        if not isinstance(base, np.ndarray):
            base = getattr(base, "base", None)  # as_strided puts an object of its own in between
        if not isinstance(base, np.ndarray):
            return array
        array = base


def _move(aliases: list[Any], array: np.ndarray) -> None:
    """Copy the memory below `array` and point every alias at the same place in the copy."""
    old = root(array)
    start = _address(old)
    flat = old.copy(order="K").ravel(order="K")
    for alias in aliases:
        seen = alias._data
        offset = (_address(seen) - start) // seen.itemsize
        alias._data = np.lib.stride_tricks.as_strided(flat[offset:], seen.shape, seen.strides)
