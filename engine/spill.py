"""What a recording holds beyond a budget lies in a file: the same bits, brought back by looking.

A recorded run keeps every array it has made.  Up to BUDGET they stay where they are; the larger
ones of later chapters are written to a temporary file without a name, and an array on that file
stands for each.  The operating system keeps in memory what is looked at and lets go of the rest.
"""

from __future__ import annotations

import mmap
import tempfile
import weakref
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import IO, Any

import numpy as np

from engine.events import Alias, Output

BUDGET = 256 * 2**20
"""Bytes of arrays a recording may keep in memory."""
LEAST = 2**15
"""Smaller arrays are not worth a place in the file."""
BLOCK = 2**26
"""Bytes of the file that are mapped at a time; every map keeps a file of the process open."""
_ALIGNED = 64

Array = np.ndarray[Any, Any]


class Spill:
    """Takes the facts of one chapter after the other; one for a Session."""

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self.kept = 0
        """Bytes of the arrays seen so far that stay in memory."""
        self.moved = 0
        """Bytes of those in the file."""
        self._file: IO[bytes] | None = None
        self._block: mmap.mmap | None = None
        self._start = self._used = 0  # where the block begins in the file, and how full it is
        self._known: dict[int, tuple[weakref.ref[Array], Array | None]] = {}

    def taken(self, facts: Sequence[Any]) -> tuple[Any, ...]:
        """The same facts; arrays beyond the budget are those of the file."""
        new = {id(x): x for x in _arrays(facts) if not self._is_known(x)}
        leaving = []
        for x in new.values():
            if self.kept + x.nbytes <= self.budget or x.nbytes < LEAST:
                self.kept += x.nbytes
                self._know(x, None)
            else:
                leaving.append(x)
        if leaving:
            self._move(leaving)
        return tuple(map(self._replaced, facts)) if self.moved else tuple(facts)

    def _is_known(self, x: Array) -> bool:
        known = self._known.get(id(x))
        return known is not None and known[0]() is x

    def _know(self, x: Array, instead: Array | None) -> None:
        key, known = id(x), self._known
        known[key] = weakref.ref(x, lambda _: known.pop(key, None)), instead

    def _move(self, arrays: Sequence[Array]) -> None:
        """Write them one behind the other and look at the file; without room there they stay."""
        try:
            views: list[Array | None] = [self._written(x) for x in arrays]
            if self._file is not None:
                self._file.flush()
        except OSError:
            self.kept += sum(x.nbytes for x in arrays)
            views = [None] * len(arrays)
        for x, view in zip(arrays, views, strict=True):
            self._know(x, view)

    def _written(self, x: Array) -> Array:
        file, block, at = self._file or self._opened(), self._block, self._used
        if block is None or at + x.nbytes > len(block):
            block, at = self._mapped(file, x.nbytes), 0
        file.seek(self._start + at)
        file.write(np.ascontiguousarray(x).tobytes())
        self._used = -(-(at + x.nbytes) // _ALIGNED) * _ALIGNED
        self.moved += x.nbytes
        return np.frombuffer(block, x.dtype, x.size, at).reshape(x.shape)

    def _mapped(self, file: IO[bytes], least: int) -> mmap.mmap:
        """The next part of the file, which takes room on the disk only as it is written."""
        unit = mmap.ALLOCATIONGRANULARITY
        size = max(BLOCK, -(-least // unit) * unit)
        self._start = file.seek(0, 2)
        file.truncate(self._start + size)
        self._block = mmap.mmap(file.fileno(), size, access=mmap.ACCESS_READ, offset=self._start)
        return self._block

    def _opened(self) -> IO[bytes]:
        """Closed with this object, which takes its room on the disk back; views outlive that."""
        self._file = tempfile.TemporaryFile(prefix="chainrule-")  # noqa: SIM115  # lives as we do
        weakref.finalize(self, self._file.close)
        return self._file

    def _replaced(self, fact: Any) -> Any:
        """The fact with arrays of the file, or the very same where it has none."""
        kind = type(fact)
        if kind is np.ndarray:
            known = self._known.get(id(fact))
            instead = known[1] if known is not None and known[0]() is fact else None
            return fact if instead is None else instead
        if kind is tuple or kind is list:
            parts = [self._replaced(part) for part in fact]
            same = all(a is b for a, b in zip(parts, fact, strict=True))
            return fact if same else kind(parts)
        if kind in (Alias, Output):
            value = self._replaced(fact.value)
            return fact if value is fact.value else replace(fact, value=value)
        return fact


def _arrays(facts: Any) -> Iterator[Array]:
    """Every array in these facts that has memory of its own size."""
    for fact in facts:
        kind = type(fact)
        if kind is np.ndarray:
            if 0 not in fact.strides and not fact.dtype.hasobject:
                yield fact
        elif kind is tuple or kind is list:
            yield from _arrays(fact)
        elif kind in (Alias, Output):
            yield from _arrays((fact.value,))
