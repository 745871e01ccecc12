"""A grid over many small things, to find those at a point without looking at all of them."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CELL = 128.0
"""The side of a cell over boxes."""
MOST_CELLS = 256
"""A box over more cells than this is kept apart and looked at every time."""
PIECE = 96.0
"""Pieces of curves are at most so long, in scene pixels."""
MOST_PIECES, COARSER = 255, 4
"""A curve of more pieces is cut into pieces that are so many times longer."""
BOW = 0.05
"""How far a piece may be from straight, as a share of its length."""
FULL = 125
"""Half of a piece is kept in so many steps."""
FAR_OUT, FINEST = 1 << 22, 0.5
"""Up to there float32 is at least so fine, in scene pixels."""

_WIDE = 1 << 21


class Grid:
    """Numbers of boxes by the cells they lie in: one sorted array, and where each cell's part of it
    begins."""

    def __init__(self, item: Ints, cell: Ints, large: Ints) -> None:
        order = np.argsort(cell, kind="stable")
        cells = cell[order]
        starts = np.flatnonzero(np.diff(cells, prepend=-1 << 60))
        # Arrays, not dicts: a dict's entry takes ten times the room, and bisect is as quick.
        self._items, self._cells = _packed("i", item[order]), _packed("q", cells[starts])
        self._starts = _packed("i", np.append(starts, len(cells)))
        self._large: list[int] = large.tolist()

    @staticmethod
    def over(low: Floats, high: Floats) -> Grid:
        """Over boxes."""
        first = low // CELL  # as in `near`, down to the smallest fractions
        count = high // CELL - first + 1
        small = count[:, 0] * count[:, 1] <= MOST_CELLS
        item, cell = _cells(np.flatnonzero(small), first[small], count[small])
        return Grid(item, cell, np.flatnonzero(~small))

    def near(self, x: float, y: float, reach: float = 0.0) -> list[int]:
        """Those that may be within `reach` of the point, each once, in ascending order."""
        found = [*self._large]
        left, right = int((x - reach) // CELL), int((x + reach) // CELL)
        for row in range(int((y - reach) // CELL), int((y + reach) // CELL) + 1):
            # The cells of one row lie side by side.
            first = bisect_left(self._cells, row * _WIDE + left)
            last = bisect_right(self._cells, row * _WIDE + right, first)
            found += self._items[self._starts[first] : self._starts[last]]
        return sorted(set(found)) if len(found) > 1 else found


class CurveGrid:
    """Over curves (m, 4, 2), by the pieces they are cut into; of longer curves longer ones."""

    def __init__(self, curves: Floats) -> None:
        self._levels: list[_Level] = []
        counts = np.zeros(len(curves), np.int64)
        length, left = PIECE, np.arange(len(curves))
        while len(left):
            counts[left] = _pieces(curves[left], length)
            short = counts[left] <= MOST_PIECES
            self._levels.append(_Level(curves, left[short], counts, length))
            left, length = left[~short], length * COARSER
        self._counts = _packed("B", counts)

    def near(self, x: float, y: float, reach: float) -> list[tuple[int, float, float]]:
        """Curves that may come within `reach`, each with the parameters between which it does.

        One that comes near more than once, or where two of its pieces meet, is there as often.
        """
        found: list[tuple[int, int]] = []
        for level in self._levels:
            level.near(x, y, reach, found)
        counts = self._counts
        return [(row, k / counts[row], (k + 1) / counts[row]) for row, k in found]


class _Level:
    """Pieces of curves, at most `length` long, as straight lines: their middle and half of them.

    They lie in rows as high as that, and in each from left to right.  Python's own arrays, since
    what lies about one point is too little for NumPy's.
    """

    def __init__(self, curves: Floats, rows: Ints, counts: Ints, length: float) -> None:
        self._length, self._unit = length, length / 2 / FULL
        self._blur = length * (BOW + 1 / FULL) + FINEST
        row, k, middle, half = _cut(curves, rows, counts[rows])
        line = (middle[:, 1] // length).astype(np.int64)
        order = np.lexsort((middle[:, 0], line))
        self._row, self._k = _packed("i", row[order]), _packed("B", k[order])
        places = "f" if np.abs(middle).max(initial=0.0) < FAR_OUT else "d"
        self._x, self._y = (_packed(places, part) for part in middle[order].T)
        self._across, self._down = (_packed("b", np.rint(h / self._unit)) for h in half[order].T)
        number, begins = np.unique(line[order], return_index=True)
        parts = pairwise([*begins.tolist(), len(order)])
        self._lines = dict(zip(number.tolist(), parts, strict=True))

    def near(self, x: float, y: float, reach: float, found: list[tuple[int, int]]) -> None:
        """Add those that may be within `reach`: the row of the curve, the number on it."""
        close = reach + self._blur
        far = close + self._length / 2
        square, top, bottom = far * far, (y - far) // self._length, (y + far) // self._length
        for line in range(int(top), int(bottom) + 1):
            if line not in self._lines:
                continue
            k, last = self._lines[line]
            k = bisect_left(self._x, x - far, k, last)
            last = bisect_right(self._x, x + far, k, last)
            for px, py in zip(self._x[k:last], self._y[k:last], strict=True):
                dx, dy = x - px, y - py
                if dx * dx + dy * dy <= square and self._comes_near(k, dx, dy, close):
                    found.append((self._row[k], self._k[k]))
                k += 1

    def _comes_near(self, k: int, dx: float, dy: float, close: float) -> bool:
        """Whether piece k comes as close to a point that is (dx, dy) away from its middle."""
        ux, uy = self._across[k] * self._unit, self._down[k] * self._unit
        t = (dx * ux + dy * uy) / (ux * ux + uy * uy or 1.0)
        t = 1.0 if t > 1.0 else -1.0 if t < -1.0 else t
        dx, dy = dx - t * ux, dy - t * uy
        return dx * dx + dy * dy <= close * close


def _packed(kind: str, numbers: NDArray[Any]) -> array[Any]:
    found: array[Any] = array(kind, numbers.astype(np.dtype(kind)).tobytes())
    return found


def _pieces(curves: Floats, length: float) -> Ints:
    """Into how many pieces each curve is cut: none longer than that, none bent much."""
    legs = np.diff(curves, axis=1)
    bends = np.diff(legs, axis=1)
    # A cubic moves at most three times its longest leg per unit t of its parameter, and a piece of
    # it is at most t² / 8 · max |B″| from straight.
    long = 3 * np.hypot(*np.moveaxis(legs, -1, 0)).max(axis=1, initial=0.0)
    bent = 0.75 * np.hypot(*np.moveaxis(bends, -1, 0)).max(axis=1, initial=0.0)
    found = np.maximum(long / length, np.sqrt(bent / (BOW * length)))
    return np.ceil(found).clip(1, 1 << 30).astype(np.int64)


def _cut(curves: Floats, rows: Ints, count: Ints) -> tuple[Ints, Ints, Floats, Floats]:
    """Of every piece the row of its curve, its number on it, its middle and half its way."""
    row = np.repeat(rows, count + 1)
    k = np.arange(len(row)) - np.repeat(np.cumsum(count + 1) - count - 1, count + 1)
    at = _points(curves[row], k / np.repeat(count, count + 1))
    first = np.flatnonzero(k[1:])  # the others are the last points of curves
    start, end = at[first], at[first + 1]
    return row[first], k[first], (start + end) / 2, (end - start) / 2


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
