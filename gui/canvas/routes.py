"""Wires that run level and upright only, with round corners.

Such a wire has six corners (m, 6, 2), ends included: level, upright, level, upright, level.  One
that runs forward turns once, in the middle: its two inner corners are one point.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain

import numpy as np
from PySide6.QtCore import QLineF, QPointF
from PySide6.QtGui import QPainterPath

from gui.canvas.curves import BESIDE
from gui.canvas.geometry import MOST_KEPT, Floats, Geometry, Ints
from gui.canvas.grid import Grid
from gui.model.document import Place

ROUND = 10.0
"""The radius of a corner, in scene pixels."""
OUT = 20.0
"""How far a wire that runs back leaves its ports before it turns."""
AROUND = 70.0
"""How far below both ends it runs back where they are at nearly the same height."""
FAR, SHORT = 0.08, 160.0
"""At a zoom below this, wires that are shorter than so many scene pixels show no corners."""
Lines = tuple[QLineF, ...]
_ARC = 0.5523
"""Handles of a cubic that is a quarter of a circle."""


def corners(start: Floats, end: Floats) -> Floats:
    """The corners (m, 6, 2) of wires that leave `start` to the right and arrive at `end`."""
    (x0, y0), (x1, y1) = start.T, end.T
    middle, height = (x0 + x1) / 2, (y0 + y1) / 2
    ahead = x1 - x0 >= 2 * OUT
    below = np.maximum(y0, y1) + AROUND
    height = np.where(~ahead & (np.abs(y1 - y0) < 2 * AROUND), below, height)
    out, back = np.where(ahead, middle, x0 + OUT), np.where(ahead, middle, x1 - OUT)
    across = [x0, out, out, back, back, x1]
    down = [y0, y0, height, height, y1, y1]
    return np.stack([np.stack(across, axis=1), np.stack(down, axis=1)], axis=2)


def through(points: Sequence[Place]) -> Floats:
    """The corners (1, k, 2) of a wire that is led through points, level before upright."""
    found = [points[0]]
    for x, y in points[1:-1]:
        found += [(x, found[-1][1]), (x, y)]
    last = corners(np.array([found[-1]], np.float64), np.array([points[-1]], np.float64))[0]
    return np.array([*found, *last[1:].tolist()])[None]


def beside(found: Floats) -> Floats:
    """The same corners moved below and to the side on which the two do not cross."""
    moved = found.copy()
    falls = found[:, -1, 1] > found[:, 0, 1]
    moved[:, :, 1] += BESIDE
    moved[:, 1:-1, 0] += np.where(falls, -BESIDE, BESIDE)[:, None]
    return moved


def turns(found: Floats) -> tuple[Floats, Floats]:
    """Where the rounding of each inner corner begins and ends, both (m, k - 2, 2)."""
    legs = np.diff(found, axis=1)
    length = np.abs(legs).sum(axis=2)  # one of the two is 0
    way = legs / np.maximum(length, 1e-9)[..., None]
    radius = np.minimum(ROUND, np.minimum(length[:, :-1], length[:, 1:]) / 2)[..., None]
    inner = found[:, 1:-1]
    return inner - way[:, :-1] * radius, inner + way[:, 1:] * radius


def cubics(found: Floats) -> Floats:
    """The same as cubics (m, 2k - 3, 4, 2), straight ones and round ones in turn."""
    before, after = turns(found)
    starts = np.concatenate([found[:, :1], after], axis=1)
    ends = np.concatenate([before, found[:, -1:]], axis=1)
    made = np.empty((len(found), 2 * starts.shape[1] - 1, 4, 2))
    made[:, ::2] = straight(starts, ends)
    inner = found[:, 1:-1]
    made[:, 1::2, 0], made[:, 1::2, 3] = before, after
    made[:, 1::2, 1] = before + (inner - before) * _ARC
    made[:, 1::2, 2] = after + (inner - after) * _ARC
    return made


def straight(starts: Floats, ends: Floats) -> Floats:
    """Cubics (..., 4, 2) that are straight lines."""
    t = np.arange(4)[:, None] / 3
    line: Floats = starts[..., None, :] * (1 - t) + ends[..., None, :] * t
    return line


def paths(found: Floats) -> Iterator[QPainterPath]:
    """A path for each wire."""
    before, after = turns(found)
    rows = zip(found.tolist(), before.tolist(), after.tolist(), strict=True)
    for points, begins, finish in rows:
        path = QPainterPath(QPointF(*points[0]))
        for corner, a, b in zip(points[1:-1], begins, finish, strict=True):
            if a != b:
                path.lineTo(*a)
                path.quadTo(*corner, *b)
        path.lineTo(*points[-1])
        yield path


class SquareGeometry(Geometry):
    """A Geometry whose wires have corners."""

    square = True

    @cached_property
    def corners(self) -> Floats:
        """The corners of every edge that is not bent, (m, 6, 2)."""
        return corners(self.ports[self.ends[:, 0]], self.ports[self.ends[:, 1]])

    @cached_property
    def curves(self) -> Floats:
        """The middle stretch of each edge, as a cubic (m, 4, 2)."""
        ahead = (self.corners[:, 2] == self.corners[:, 3]).all(axis=1)[:, None]
        start = np.where(ahead, self.corners[:, 1], self.corners[:, 2])
        end = np.where(ahead, self.corners[:, 4], self.corners[:, 3])
        found = straight(start, end)
        for row, way in self.ways.items():
            found[row] = way[len(way) // 2]
        return found

    @cached_property
    def ways(self) -> dict[int, Floats]:
        return {row: _whole(cubics(found)[0]) for row, found in self._bent.items()}

    @cached_property
    def _bent(self) -> dict[int, Floats]:
        """The corners (1, k, 2) of every bent edge."""
        rows = {self.edge_row[k]: p for k, p in self.bends.items() if k in self.edge_row and p}
        ends = {row: self.ports[self.ends[row]].tolist() for row in rows}
        return {row: through([ends[row][0], *p, ends[row][1]]) for row, p in rows.items()}

    def way(self, row: int) -> Floats:
        return self.ways[row] if row in self.ways else _whole(cubics(self.corners[[row]])[0])

    def beside_way(self, row: int) -> Floats:
        return _whole(cubics(beside(self._bent.get(row, self.corners[[row]])))[0])

    def owned_pieces(self, rows: Ints | Sequence[int]) -> tuple[Ints, Floats]:
        lone, bent = self._sorted(rows)
        found = cubics(self.corners[lone])
        owner, pieces = np.repeat(lone, found.shape[1]), found.reshape(-1, 4, 2)
        real = (pieces[:, 0] != pieces[:, 3]).any(axis=1)
        owners = [owner[real], *(np.full(len(self.ways[row]), row) for row in bent)]
        return np.concatenate(owners), np.concatenate([pieces[real], *map(self.way, bent)])

    def beside_of(self, rows: Ints | Sequence[int]) -> Floats:
        lone, bent = self._sorted(rows)
        found = _whole(cubics(beside(self.corners[lone])).reshape(-1, 4, 2))
        return np.concatenate([found, *map(self.beside_way, bent)])

    def _sorted(self, rows: Ints | Sequence[int]) -> tuple[Ints, list[int]]:
        """Those of these edges that are not bent, and those that are."""
        every = np.asarray(rows, np.int64)
        led = np.isin(every, [*self.ways]) if self.ways else np.zeros(len(every), bool)
        return every[~led], every[led].tolist()

    def leaving(self, rows: Ints) -> Floats:
        found = self.corners[rows, :2]
        for k in np.flatnonzero(np.isin(rows, [*self._bent])).tolist():
            found[k] = self._bent[int(rows[k])][0, :2]
        found[..., 1] += BESIDE
        return straight(found[:, 0], found[:, 1])

    def led(self, start: Floats, end: Floats) -> Floats:
        return _whole(cubics(corners(start, end)).reshape(-1, 4, 2))

    def paths(self, rows: Ints, *, aside: bool = False) -> Iterator[QPainterPath]:
        """How each of these edges is drawn, or how gradients travel back along it."""
        lone, bent = self._sorted(rows)
        for found in (self.corners[lone], *(self._bent[row] for row in bent)):
            yield from paths(beside(found) if aside else found)

    @cached_property
    def edge_boxes(self) -> tuple[Floats, Floats]:
        low, high = self.corners.min(axis=1), self.corners.max(axis=1)
        for row, found in self._bent.items():
            low[row], high[row] = found.min(axis=(0, 1)), found.max(axis=(0, 1))
        return low, high

    def _draw_anew(self, old: Geometry, edges: Ints, start: Floats, end: Floats) -> None:
        if not isinstance(old, SquareGeometry) or "corners" not in old.__dict__:
            return
        fresh = corners(start, end)
        self.corners = old.corners.copy()
        self.corners[edges] = fresh
        if "edge_boxes" in old.__dict__:
            low, high = (side.copy() for side in old.edge_boxes)
            low[edges], high[edges] = fresh.min(axis=1), fresh.max(axis=1)
            self.edge_boxes = low, high

    @property
    def chords(self) -> list[QLineF]:
        """Three lines of every edge, without detours: what is seen of it from afar."""
        return [*chain.from_iterable(self._three)]

    @cached_property
    def _three(self) -> list[Lines]:
        return _three(self.corners)

    @cached_property
    def _far(self) -> list[Lines]:
        return _far(self.corners)

    def chords_of(self, rows: Ints, scale: float = 1.0) -> list[QLineF]:
        if self.ways or len(self.edge_keys) > MOST_KEPT:
            lone, bent = self._sorted(rows)
            lines = (_far if scale < FAR else _three)(self.corners[lone])
            lines += [_three(self._bent[row])[0] for row in bent]
            return [*chain.from_iterable(lines)]
        known = self._far if scale < FAR else self._three
        return [*chain.from_iterable([known[row] for row in rows.tolist()])]

    @cached_property
    def edge_grid(self) -> LegGrid:  # type: ignore[override]
        return LegGrid(self.corners, self._bent)

    def nearest(self, x: float, y: float, reach: float) -> int:
        return self.edge_grid.nearest(x, y, reach)


class LegGrid:
    """Over the legs of wires with corners, to find the one at a point."""

    def __init__(self, found: Floats, bent: dict[int, Floats]) -> None:
        rows, starts, ends = _legs(found, np.arange(len(found)))
        lone = ~np.isin(rows, [*bent])
        parts = [(rows[lone], starts[lone], ends[lone])]
        parts += [_legs(legs, np.array([row])) for row, legs in bent.items()]
        self._row, start, end = (np.concatenate(p) for p in zip(*parts, strict=True))
        self._low, self._high = np.minimum(start, end), np.maximum(start, end)
        self._grid = Grid.over(self._low, self._high)

    def nearest(self, x: float, y: float, reach: float) -> int:
        """The row of the nearest wire within `reach`, or -1."""
        best, found = reach * reach, -1
        for leg in self._grid.near(x, y, reach):
            (left, top), (right, bottom) = self._low[leg].tolist(), self._high[leg].tolist()
            dx, dy = max(left - x, 0.0, x - right), max(top - y, 0.0, y - bottom)
            away = dx * dx + dy * dy
            if away < best or (away == best and found < 0):
                best, found = away, int(self._row[leg])
        return found


def _legs(found: Floats, rows: Ints) -> tuple[Ints, Floats, Floats]:
    """The row, the start and the end of every leg that has a length."""
    starts, ends = found[:, :-1].reshape(-1, 2), found[:, 1:].reshape(-1, 2)
    real = (starts != ends).any(axis=1)
    return np.repeat(rows, found.shape[1] - 1)[real], starts[real], ends[real]


def _three(found: Floats) -> list[Lines]:
    start, end, turn = found[:, 0], found[:, -1], found[:, 1:-1, 0].mean(axis=1)
    rows = np.column_stack([start, turn, end]).tolist()
    return [
        (QLineF(x0, y0, x, y0), QLineF(x, y0, x, y1), QLineF(x, y1, x1, y1))
        for x0, y0, x, x1, y1 in rows
    ]


def _far(found: Floats) -> list[Lines]:
    """The same, short wires as one line: their corners would be closer than pixels."""
    lines = _three(found)
    ends = found[:, [0, -1]]
    short = np.flatnonzero(np.abs(ends[:, 1] - ends[:, 0]).sum(axis=1) < SHORT)
    for row, line in zip(short.tolist(), ends[short].reshape(-1, 4).tolist(), strict=True):
        lines[row] = (QLineF(*line),)
    return lines


def _whole(found: Floats) -> Floats:
    """Without cubics that have no length."""
    return found[(found[:, 0] != found[:, 3]).any(axis=1)]
