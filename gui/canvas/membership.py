"""Which region a node that is dragged comes into or leaves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from engine.graph import Graph
from gui.canvas.geometry import Box, Geometry
from gui.canvas.inks import inks
from gui.model.regions import called
from gui.tr import tr

if TYPE_CHECKING:
    from gui.canvas.surface import Surface

Homes = Mapping[str, str | None]
"""Node -> the innermost region it is to be a member of, or None for none."""


class Membership:
    """Judged by the frames and the middles of nodes as they were when the drag began.

    A region that is dragged as a whole stays whole: it moves as one thing, by its middle.
    """

    def __init__(self, geometry: Geometry, graph: Graph, ids: list[str]) -> None:
        moved = set(ids)
        self.graph = graph
        carried = {
            r.id for r in graph.regions.values() if r.members and moved.issuperset(r.members)
        }
        shapes = [s for s in geometry.regions if not s.card and s.id not in carried]
        self.regions = [s.id for s in shapes]
        self._frames = np.array([s.box for s in shapes], np.float64).reshape(-1, 4)
        self.units = list(_units(geometry, graph, ids, carried))
        boxes = [geometry.bounds([unit]) for unit, _ in self.units]
        corners = np.array([box or (np.nan,) * 4 for box in boxes], np.float64).reshape(-1, 4)
        self._middles = (corners[:, :2] + corners[:, 2:]) / 2
        self._before = self._innermost(0.0, 0.0)

    def after(self, dx: float, dy: float) -> Homes:
        """The new homes of what has crossed a frame, moved by this much."""
        if not self.regions:
            return {}
        now = self._innermost(dx, dy)
        homes: dict[str, str | None] = {}
        for k in np.flatnonzero(now != self._before).tolist():
            home = self.regions[now[k]] if now[k] >= 0 else None
            homes.update(dict.fromkeys(self.units[k][1], home))
        return homes

    def _innermost(self, dx: float, dy: float) -> np.ndarray:
        """For each unit the number of the last, so innermost, frame around its middle, or -1."""
        middles, frames = self._middles + np.array((dx, dy)), self._frames
        inside = (middles[:, None] > frames[:, :2]) & (middles[:, None] < frames[:, 2:])
        around = inside.all(axis=2)
        last = len(self.regions) - 1 - around[:, ::-1].argmax(axis=1) if len(frames) else 0
        return np.where(around.any(axis=1), last, -1)

    def words(self, what: str, homes: Homes) -> str:
        """`what`, and what comes of it: `into no_grad`, `out of group`; just `what` otherwise."""
        for home in homes.values():
            if home is not None:
                return tr("{} into {}").format(what, called(self.graph.regions[home]))
        node = next(iter(homes), None)
        around = self.graph.region_of.get(node, ()) if node is not None else ()
        left = [r for r in around if r.id in self.regions]
        return tr("{} out of {}").format(what, called(left[-1])) if left else what


def draw_homes(painter: QPainter, canvas: Surface, homes: Homes) -> None:
    """Light up the frames that nodes would come into, in widget pixels."""
    geometry = canvas.geometry_
    for home in {h for h in homes.values() if h in geometry.region_row}:
        box = geometry.regions[geometry.region_row[home]].box
        rect = canvas.view.rect_to_view(QRectF(QPointF(*box[:2]), QPointF(*box[2:])))
        painter.setPen(inks(canvas.theme).pen("selection", 3.0))
        painter.setBrush(inks(canvas.theme).brush("selection", 0.08))
        painter.drawRoundedRect(rect.adjusted(-2, -2, 2, 2), 12, 12)


def home_at(geometry: Geometry, x: float, y: float) -> str | None:
    """The innermost frame around a scene point: what is put there becomes a member."""
    around = [s.id for s in geometry.regions if not s.card and _inside(s.box, x, y)]
    return around[-1] if around else None


def _inside(box: Box, x: float, y: float) -> bool:
    return box[0] < x < box[2] and box[1] < y < box[3]


def _units(
    geometry: Geometry, graph: Graph, ids: list[str], carried: set[str]
) -> list[tuple[str, list[str]]]:
    """What moves as one thing, and the nodes that are then put somewhere."""
    units: dict[str, list[str]] = {}
    for node in ids:
        if node in graph.nodes:
            whole = next((r.id for r in graph.region_of.get(node, ()) if r.id in carried), node)
            units.setdefault(whole, []).append(node)
    return [(unit, nodes) for unit, nodes in units.items() if geometry.bounds([unit]) is not None]
