"""Wires that are led through points: the cubics between them, where the points are, how they look.

A bent wire has several cubics.  The arrays of a Geometry have room for one an edge: the middle one.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF

from engine.graph import EdgeKey
from gui.canvas.curves import Points
from gui.model.document import Place

if TYPE_CHECKING:
    from gui.canvas.geometry import Geometry
    from gui.canvas.look import Look

Bend = tuple[EdgeKey, int]

RADIUS = 4.5
REACH = 9.0
"""Widget pixels within which a bend is taken hold of."""
SMALLEST = 0.3
"""Zoom from which bends are drawn and taken hold of."""
_HANDLE = 0.38


def way(start: Sequence[float], bends: Sequence[Place], end: Sequence[float]) -> Points:
    """Smooth cubics (k, 4, 2) from an output over the bends to an input, level at both ends."""
    points = np.array([start, *bends, end], np.float64)
    leg = np.hypot(*np.diff(points, axis=0).T)
    tangents = np.empty_like(points)
    tangents[1:-1] = points[2:] - points[:-2]
    tangents[[0, -1]] = 1.0, 0.0
    tangents /= np.maximum(np.hypot(*tangents.T), 1e-9)[:, None]
    handles = tangents[:, None] * _HANDLE
    cubics = np.empty((len(leg), 4, 2))
    cubics[:, 0], cubics[:, 3] = points[:-1], points[1:]
    cubics[:, 1] = points[:-1] + handles[:-1, 0] * leg[:, None]
    cubics[:, 2] = points[1:] - handles[1:, 0] * leg[:, None]
    return cubics


def ways(geometry: Geometry, bends: Mapping[EdgeKey, Sequence[Place]]) -> dict[int, Points]:
    """The cubics of every bent edge, by its row."""
    rows = {geometry.edge_row[key]: points for key, points in bends.items()
            if key in geometry.edge_row and points}  # fmt: skip
    ports = {row: geometry.ports[geometry.ends[row]].tolist() for row in rows}
    return {row: way(ports[row][0], points, ports[row][1]) for row, points in rows.items()}


def at_bend(geometry: Geometry, x: float, y: float, reach: float) -> Bend | None:
    """The nearest bend within `reach`."""
    found = [
        ((px - x) ** 2 + (py - y) ** 2, key, index)
        for key, points in geometry.bends.items()
        for index, (px, py) in enumerate(points)
        if abs(px - x) <= reach and abs(py - y) <= reach
    ]
    best = min(found, default=None)
    return (best[1], best[2]) if best is not None and best[0] <= reach * reach else None


def draw_bends(look: Look, rows: Collection[int]) -> None:
    """The points of these edges, small."""
    geometry = look.geometry
    if not geometry.bends or look.scale < SMALLEST:
        return
    look.painter.setPen(look.inks.pen("canvas", 1.5))
    look.painter.setBrush(look.inks.brush("muted"))
    for row in set(rows) & geometry.ways.keys():
        for point in geometry.bends[geometry.edge_keys[row]]:
            look.painter.drawEllipse(QPointF(*point), RADIUS, RADIUS)
