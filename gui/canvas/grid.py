"""A grid over many small things, to find those at a point without looking at all of them."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CELL = 128.0
"""The side of a cell over boxes; over curves, which are thin, it is half of that."""
MOST_CELLS = 256
"""A box over more cells than this is kept apart and looked at every time."""
SPACING = 40.0
"""At most so far apart, in scene pixels, are the points looked up along a curve."""
MOST_POINTS = 1024

_WIDE = 1 << 21


class Grid:
    """Numbers of things by cell: one sorted array, and where each cell's part of it begins."""

    def __init__(self, item: Ints, cell: Ints, large: Ints, side: float = CELL) -> None:
        self.side = side
        order = np.argsort(cell, kind="stable")
        self.items: Ints = item[order].astype(np.int32)
        self.large: list[int] = large.tolist()
        cells = cell[order]
        starts = np.flatnonzero(np.diff(cells, prepend=-1 << 60))
        # Arrays, not dicts: a dict's entry takes ten times the room, and bisect is as quick.
        self._cells = array("q", cells[starts].tobytes())
        self._starts = array("q", np.append(starts, len(cells)).tobytes())

    @staticmethod
    def over(low: Floats, high: Floats) -> Grid:
        """Over boxes."""
        first = low // CELL  # as in `near`, down to the smallest fractions
        count = high // CELL - first + 1
        small = count[:, 0] * count[:, 1] <= MOST_CELLS
        item, cell = _cells(np.flatnonzero(small), first[small], count[small])
        return Grid(item, cell, np.flatnonzero(~small))

    def near(self, x: float, y: float, reach: float = 0.0) -> list[int]:
        """Things that may be within `reach` of the point, each once, in ascending order."""
        side = self.side
        left, right = int((x - reach) // side), int((x + reach) // side)
        top, bottom = int((y - reach) // side), int((y + reach) // side)
        found = list(self.large)
        for row in range(top, bottom + 1):  # the cells of one row lie side by side
            first = bisect_left(self._cells, row * _WIDE + left)
            last = bisect_right(self._cells, row * _WIDE + right, first)
            if first < last:
                found += self.items[self._starts[first] : self._starts[last]].tolist()
        return sorted(set(found)) if len(found) > 1 else found


def curve_grid(curves: Floats) -> Grid:
    """Over curves (m, 4, 2), by points along them at most SPACING apart.

    A curve that comes within r of a point has one of these within r + SPACING / 2 of it.
    """
    if not len(curves):
        return Grid(np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0, np.int64))
    legs = np.hypot(*np.moveaxis(np.diff(curves, axis=1), -1, 0))
    # A cubic moves at most three times its longest leg per unit of its parameter.
    pieces = np.ceil(3 * legs.max(axis=1) / SPACING).clip(1).astype(np.int64)
    large = pieces > MOST_POINTS
    rows = np.flatnonzero(~large)
    count = pieces[rows] + 1
    row = np.repeat(rows, count)
    k = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    t = k / pieces[row]
    s = 1 - t
    a, b, c, d = (weight for weight in (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t))
    cell = np.zeros(len(row), np.int64)
    for axis, wide in ((0, 1), (1, _WIDE)):
        p = curves[row, :, axis]
        at = a * p[:, 0] + b * p[:, 1] + c * p[:, 2] + d * p[:, 3]
        cell += (at // (CELL / 2)).astype(np.int64) * wide
    fresh = np.ones(len(row), bool)  # several points of a curve in one cell count once
    fresh[1:] = (cell[1:] != cell[:-1]) | (row[1:] != row[:-1])
    return Grid(row[fresh], cell[fresh], np.flatnonzero(large), CELL / 2)


def _cells(numbers: Ints, first: Floats, count: Floats) -> tuple[Ints, Ints]:
    """Every (box, cell) pair, as two arrays."""
    start, across = first.astype(np.int64), count.astype(np.int64)
    per_box = across[:, 0] * across[:, 1]
    row = np.repeat(np.arange(len(numbers)), per_box)
    k = np.arange(len(row)) - np.repeat(np.cumsum(per_box) - per_box, per_box)
    column = start[row, 0] + k % across[row, 0]
    return numbers[row], (start[row, 1] + k // across[row, 0]) * _WIDE + column
