"""A grid over many small boxes, to find those at a point without looking at all of them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CELL = 128.0
MOST_CELLS = 256
"""A box over more cells than this is kept apart and looked at every time."""

_WIDE = 1 << 21


class Grid:
    """Numbers of boxes by cell: one sorted array, and where each cell's part of it begins."""

    def __init__(self, low: Floats, high: Floats) -> None:
        first = low // CELL  # as in `near`, down to the smallest fractions
        count = high // CELL - first + 1
        small = count[:, 0] * count[:, 1] <= MOST_CELLS
        self.large: Ints = np.flatnonzero(~small)
        item, cell = _cells(np.flatnonzero(small), first[small], count[small])
        order = np.argsort(cell, kind="stable")
        self.items: Ints = item[order]
        keys, starts = np.unique(cell[order], return_index=True)
        bounds = np.append(starts, len(order)).tolist()
        self._part = dict(zip(keys.tolist(), pairwise(bounds), strict=True))

    def near(self, x: float, y: float, reach: float = 0.0) -> Ints:
        """Boxes that may be within `reach` of the point, each once, in ascending order."""
        left, right = int((x - reach) // CELL), int((x + reach) // CELL)
        top, bottom = int((y - reach) // CELL), int((y + reach) // CELL)
        parts = [self.large] if len(self.large) else []
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                span = self._part.get(row * _WIDE + column)
                if span:
                    parts.append(self.items[span[0] : span[1]])
        if not parts:
            return np.zeros(0, np.int64)
        return parts[0] if len(parts) == 1 else np.unique(np.concatenate(parts))


def _cells(numbers: Ints, first: Floats, count: Floats) -> tuple[Ints, Ints]:
    """Every (box, cell) pair, as two arrays."""
    start, across = first.astype(np.int64), count.astype(np.int64)
    per_box = across[:, 0] * across[:, 1]
    row = np.repeat(np.arange(len(numbers)), per_box)
    k = np.arange(len(row)) - np.repeat(np.cumsum(per_box) - per_box, per_box)
    column = start[row, 0] + k % across[row, 0]
    return numbers[row], (start[row, 1] + k // across[row, 0]) * _WIDE + column
