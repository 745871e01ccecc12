"""A grid over many small boxes, to find those at a point without looking at all of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

CELL = 128.0
_WIDE = 1 << 21


class Grid:
    """Numbers of boxes by cell: one sorted array, and where each cell's part of it begins."""

    def __init__(self, low: Floats, high: Floats) -> None:
        first = np.floor(low / CELL).astype(np.int64)
        count = np.floor(high / CELL).astype(np.int64) - first + 1
        per_box = count[:, 0] * count[:, 1]
        item = np.repeat(np.arange(len(low)), per_box)
        k = np.arange(len(item)) - np.repeat(np.cumsum(per_box) - per_box, per_box)
        columns = count[item, 0]
        cell = _key(first[item, 0] + k % columns, first[item, 1] + k // columns)
        order = np.argsort(cell, kind="stable")
        self.items: Ints = item[order]
        keys, starts = np.unique(cell[order], return_index=True)
        stops = np.append(starts[1:], len(order))
        self._part = dict(
            zip(keys.tolist(), zip(starts.tolist(), stops.tolist(), strict=True), strict=True)
        )

    def near(self, x: float, y: float, reach: float = 0.0) -> Ints:
        """Boxes that may be within `reach` of the point, each once, in ascending order."""
        left, right = int((x - reach) // CELL), int((x + reach) // CELL)
        top, bottom = int((y - reach) // CELL), int((y + reach) // CELL)
        parts = []
        for row in range(top, bottom + 1):
            for column in range(left, right + 1):
                span = self._part.get(row * _WIDE + column)
                if span:
                    parts.append(self.items[span[0] : span[1]])
        if not parts:
            return np.zeros(0, np.int64)
        return parts[0] if len(parts) == 1 else np.unique(np.concatenate(parts))


def _key(column: Ints, row: Ints) -> Ints:
    return row * _WIDE + column
