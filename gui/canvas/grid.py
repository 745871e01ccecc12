"""A grid over many small things, to find those at a point without looking at all of them."""

from __future__ import annotations

import math
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CELL = 128.0
"""The side of a cell over boxes."""
MOST_CELLS = 256
"""A box over more cells than this is kept apart and looked at every time."""
SPACING = 64.0
"""At most so far apart, in scene pixels, are the points looked up along a curve."""
MOST_POINTS, COARSER = 160, 4
"""A curve of more pieces is looked up in a grid that is so many times coarser."""

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
        found = list(self.large)
        for part in self.parts(x, y, reach):
            found += self.items[part].tolist()
        return sorted(set(found)) if len(found) > 1 else found

    def parts(self, x: float, y: float, reach: float) -> Iterator[slice]:
        """Where in `items` those of the cells around a point are."""
        side = self.side
        left, right = int((x - reach) // side), int((x + reach) // side)
        for row in range(int((y - reach) // side), int((y + reach) // side) + 1):
            # The cells of one row lie side by side.
            first = bisect_left(self._cells, row * _WIDE + left)
            last = bisect_right(self._cells, row * _WIDE + right, first)
            if first < last:
                yield slice(self._starts[first], self._starts[last])


class CurveGrid:
    """Over curves (m, 4, 2), by points along them; longer curves by points further apart."""

    def __init__(self, curves: Floats) -> None:
        self._pieces = _pieces(curves)
        back = np.diff(curves[:, :, 0], axis=1) < 0
        self._turns: NDArray[np.bool_] = np.any(back, axis=1)
        self._levels: list[_Level] = []
        spacing, left = SPACING, np.arange(len(curves))
        while len(left):
            short = self._pieces[left] <= MOST_POINTS
            self._levels.append(_Level(curves, left[short], self._pieces, spacing))
            left, spacing = left[~short], spacing * COARSER
            self._pieces[left] = -(-self._pieces[left] // COARSER)

    def near(self, x: float, y: float, reach: float) -> dict[int, float]:
        """Curves that may come within `reach`, and where along them (0 to 1) they are nearest."""
        nearest: dict[int, tuple[float, float]] = {}
        for level in self._levels:
            level.near(x, y, reach, nearest)
        return {row: t for row, (_, t) in sorted(nearest.items())}

    def around(self, row: int, t: float) -> tuple[float, float]:
        """The part of a curve that lies around one of its points, up to the next ones.

        All of one that turns back: it may come near a second time.
        """
        if self._turns[row]:
            return 0.0, 1.0
        step = 1.0 / int(self._pieces[row])
        return max(0.0, t - step), min(1.0, t + step)


class _Level:
    """Curves by points along them at most `spacing` apart, in cells of that size.

    A curve that comes within r of a point has one of these within r + spacing / 2 of it.
    """

    def __init__(
        self, curves: Floats, rows: Ints, pieces: NDArray[np.int32], spacing: float
    ) -> None:
        self.spacing = spacing
        count = pieces[rows] + 1
        row = np.repeat(rows, count)
        k = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
        t = k / pieces[row]
        at = _points(curves[row], t)
        cell = (at // spacing).astype(np.int64)
        numbers = np.arange(len(row))
        self._grid = Grid(numbers, cell[:, 0] + cell[:, 1] * _WIDE, numbers[:0], spacing)
        order = self._grid.items
        self._at = at[order].astype(np.float32)
        self._row, self._t = row[order].astype(np.int32), t[order].astype(np.float32)
        self._grid.items = np.zeros(0, np.int32)  # the arrays above are in its order

    def near(
        self, x: float, y: float, reach: float, nearest: dict[int, tuple[float, float]]
    ) -> None:
        """Add to `nearest`, by row, the square of the distance and the parameter."""
        far = reach + self.spacing / 2 + 0.5  # 0.5: float32 is as fine as that far out
        for part in self._grid.parts(x, y, far):
            rows = self._row[part].tolist()
            points, ts = self._at[part].tolist(), self._t[part].tolist()
            for k, (px, py) in enumerate(points):
                away = (px - x) * (px - x) + (py - y) * (py - y)
                if away <= far * far and away < nearest.get(rows[k], _NOT_YET)[0]:
                    nearest[rows[k]] = away, ts[k]


_NOT_YET = (math.inf, 0.0)


def _pieces(curves: Floats) -> NDArray[np.int32]:
    """Into how many pieces of SPACING each curve is cut."""
    legs = np.hypot(*np.moveaxis(np.diff(curves, axis=1), -1, 0))
    # A cubic moves at most three times its longest leg per unit of its parameter.
    found = np.ceil(3 * legs.max(axis=1, initial=0.0) / SPACING).clip(1, 1 << 30)
    return found.astype(np.int32)


def _points(curves: Floats, t: Floats) -> Floats:
    """One point of each curve, at its own parameter."""
    s = 1 - t
    weights = (s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t)
    at = np.zeros((len(curves), 2))
    for k, weight in enumerate(weights):
        at += curves[:, k] * weight[:, None]
    return at


def _cells(numbers: Ints, first: Floats, count: Floats) -> tuple[Ints, Ints]:
    """Every (box, cell) pair, as two arrays."""
    start, across = first.astype(np.int64), count.astype(np.int64)
    per_box = across[:, 0] * across[:, 1]
    row = np.repeat(np.arange(len(numbers)), per_box)
    k = np.arange(len(row)) - np.repeat(np.cumsum(per_box) - per_box, per_box)
    column = start[row, 0] + k % across[row, 0]
    return numbers[row], (start[row, 1] + k // across[row, 0]) * _WIDE + column
