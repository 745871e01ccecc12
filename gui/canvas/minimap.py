"""The whole graph in a corner: where one is, and a way to be elsewhere."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QPainter

from gui.canvas.geometry import Geometry
from gui.canvas.inks import inks
from gui.canvas.states import DOT_TOKEN, Node, States
from gui.canvas.view import View
from gui.theme import Theme

SIZE = QSizeF(180, 116)
MARGIN = 14.0
_INSET = 8.0


class Minimap:
    """Drawn by the canvas in its lower right corner; `shown` is the person's wish."""

    def __init__(self) -> None:
        self.shown = True
        self._known: Geometry | None = None
        self._scene: QRectF | None = None

    def rect(self, size: QSizeF) -> QRectF:
        """Its place in a canvas of `size`."""
        corner = QPointF(
            size.width() - SIZE.width() - MARGIN, size.height() - SIZE.height() - MARGIN
        )
        return QRectF(corner, SIZE)

    def wanted(self, geometry: Geometry, view: View, size: QSizeF) -> bool:
        """Only when part of the graph is out of sight, and the canvas has room for it."""
        scene = self._bounds(geometry)
        if not self.shown or scene is None or size.width() < 480 or size.height() < 320:
            return False
        return not QRectF(QPointF(), size).contains(view.rect_to_view(scene))

    def _bounds(self, geometry: Geometry) -> QRectF | None:
        if geometry is not self._known:
            self._known = geometry
            box = geometry.bounds()
            self._scene = box and QRectF(QPointF(*box[:2]), QPointF(*box[2:]))
        return self._scene

    def view(self, geometry: Geometry, size: QSizeF) -> View:
        """The view the minimap itself looks through."""
        rect = self.rect(size)
        fitted = View.fitting(self._bounds(geometry) or QRectF(0, 0, 1, 1), SIZE, _INSET, 0.4)
        return fitted.panned(rect.left(), rect.top())

    def paint(
        self, painter: QPainter, geometry: Geometry, states: States, theme: Theme, view: View,
        size: QSizeF,
    ) -> None:  # fmt: skip
        """Every node as a block, and the part in sight as a frame."""
        rect, small, tools = self.rect(size), self.view(geometry, size), inks(theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tools.pen("border", 1.0))
        painter.setBrush(tools.brush("surface", 0.94))
        painter.drawRoundedRect(rect, 6, 6)
        painter.save()
        painter.setClipRect(rect.adjusted(1, 1, -1, -1))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        _draw_blocks(painter, geometry, states, theme, small)
        seen = small.rect_to_view(view.rect_to_scene(QRectF(QPointF(), size)))
        painter.setPen(tools.pen("selection", 1.4))
        painter.setBrush(tools.brush("selection", 0.08))
        painter.drawRect(seen & rect.adjusted(2, 2, -3, -3))
        painter.restore()


def _draw_blocks(
    painter: QPainter, geometry: Geometry, states: States, theme: Theme, small: View
) -> None:
    xy = geometry.xy * small.scale + [small.dx, small.dy]
    boxes = np.hstack([xy, np.maximum(geometry.size * small.scale, 1.5)])
    painter.setPen(Qt.PenStyle.NoPen)
    for code in np.unique(states.nodes).tolist():
        painter.setBrush(inks(theme).brush(DOT_TOKEN[Node(code)], 0.75))
        painter.drawRects([QRectF(*box) for box in boxes[states.nodes == code].tolist()])
