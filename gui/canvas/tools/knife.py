"""Cutting wires with a stroke."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from engine.graph import EdgeKey
from gui.canvas import curves
from gui.canvas.geometry import Geometry
from gui.canvas.inks import inks, saved
from gui.canvas.paint_edges import path_of
from gui.canvas.tools.tool import Keys, Tool
from gui.model import folding
from gui.tr import tr


class Knife(Tool):
    """Alt+Shift, or Ctrl and the right button: each wire the stroke crosses goes, in one edit."""

    hint = "Drag across wires to cut them · Esc cancels"
    cursor = Qt.CursorShape.CrossCursor
    scrolls = True

    @property
    def crossed(self) -> list[EdgeKey]:
        """The wires under the knife."""
        a, b = self.from_scene, self.canvas.scene(self.at)
        rows = crossing(self.canvas.geometry_, (a.x(), a.y()), (b.x(), b.y()))
        return [self.canvas.geometry_.edge_keys[row] for row in rows]

    def move(self, at: QPointF, keys: Keys) -> None:
        super().move(at, keys)
        self.canvas.update()

    def release(self, at: QPointF, keys: Keys) -> None:
        canvas, crossed = self.canvas, self.crossed
        canvas.finish(self)
        what = tr("wire") if len(crossed) == 1 else tr("{} wires").format(len(crossed))
        text = tr("Cut {}").format(what)
        canvas.editor.apply(text, folding.disconnect(canvas.editor.document, crossed))

    def paint(self, painter: QPainter) -> None:
        canvas, tools = self.canvas, inks(self.canvas.theme)
        geometry = canvas.geometry_
        rows = [geometry.edge_row[key] for key in self.crossed]
        painter.setBrush(Qt.BrushStyle.NoBrush)
        with saved(painter):
            painter.setTransform(canvas.view.transform, True)
            painter.setPen(tools.pen("error", 4.0))
            painter.drawPath(path_of(geometry.pieces_of(rows)))
        painter.setPen(tools.pen("error", 1.6, (4.0, 3.0)))
        painter.drawLine(canvas.view.to_view(self.from_scene), self.at)


def crossing(geometry: Geometry, a: tuple[float, float], b: tuple[float, float]) -> list[int]:
    """Rows of the edges that the straight line from `a` to `b` crosses."""
    box = min(a[0], b[0]), min(a[1], b[1]), max(a[0], b[0]), max(a[1], b[1])
    near = geometry.edges_in(box, around=0.0)
    if not len(near):
        return []
    near, pieces = geometry.owned_pieces(near)
    lines = curves.points(pieces)
    start, end = np.array(a), np.array(b)
    left = _side(start, end, lines) >= 0  # a knife that meets a point of a wire cuts it as well
    p, q = lines[:, :-1], lines[:, 1:]
    across = left[:, :-1] != left[:, 1:]
    within = (_side(p, q, start) >= 0) != (_side(p, q, end) >= 0)
    return np.unique(near[(across & within).any(axis=1)]).tolist()


def _side(a: np.ndarray, b: np.ndarray, p: np.ndarray) -> np.ndarray:
    """On which side of the line from a to b each p lies: the sign of a cross product."""
    step, way = b - a, p - a
    return step[..., 0] * way[..., 1] - step[..., 1] * way[..., 0]
