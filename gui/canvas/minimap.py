"""The whole graph in a corner: where one is, and a way to be elsewhere."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter

from gui.canvas.geometry import Geometry
from gui.canvas.inks import inks
from gui.canvas.states import DOT_TOKEN, Node, States
from gui.canvas.view import View
from gui.theme import Theme

SIZE = QSizeF(180, 116)
MARGIN = 14.0
FINE = 2
"""Its pixels per pixel, for screens of high resolution."""
_INSET = 8.0


class Minimap:
    """Drawn by the canvas in its lower right corner; `shown` is the person's wish.

    None is no wish: it is there when part of the graph is out of sight.
    """

    def __init__(self) -> None:
        self.shown: bool | None = None
        self._known: Geometry | None = None
        self._scene: QRectF | None = None

    def rect(self, size: QSizeF) -> QRectF:
        """Its place in a canvas of `size`."""
        corner = QPointF(
            size.width() - SIZE.width() - MARGIN, size.height() - SIZE.height() - MARGIN
        )
        return QRectF(corner, SIZE)

    def wanted(self, geometry: Geometry, view: View, size: QSizeF) -> bool:
        """By wish, or when part of the graph is out of sight; the canvas must have room for it."""
        scene = self._bounds(geometry)
        if self.shown is False or scene is None or size.width() < 480 or size.height() < 320:
            return False
        return self.shown or not QRectF(QPointF(), size).contains(view.rect_to_view(scene))

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
        self,
        painter: QPainter,
        geometry: Geometry,
        states: States,
        theme: Theme,
        view: View,
        size: QSizeF,
    ) -> None:
        """Every node as a block, and the part in sight as a frame."""
        rect, tools = self.rect(size), inks(theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tools.pen("border", 1.0))
        painter.setBrush(tools.brush("surface", 0.94))
        painter.drawRoundedRect(rect, 6, 6)
        small = self.view(geometry, size)
        painter.drawImage(
            rect, _blocks(geometry, states, theme, small.panned(-rect.x(), -rect.y()))
        )
        seen = small.rect_to_view(view.rect_to_scene(QRectF(QPointF(), size)))
        painter.setPen(tools.pen("selection", 1.4))
        painter.setBrush(tools.brush("selection", 0.08))
        painter.drawRect(seen & rect.adjusted(2, 2, -3, -3))


def _blocks(geometry: Geometry, states: States, theme: Theme, small: View) -> QImage:
    """Filled in NumPy: thousands of rectangles in a corner must not cost a frame."""
    height, width = int(SIZE.height() * FINE), int(SIZE.width() * FINE)
    pixels = np.zeros((height, width), np.uint32)
    inked = np.array([theme.color(DOT_TOKEN[code]).rgba() for code in Node], np.uint32)
    color = inked[states.nodes]
    low = ((geometry.xy * small.scale + [small.dx, small.dy]) * FINE).astype(np.int64)
    span = np.maximum(geometry.size * small.scale * FINE, 2.0).astype(np.int64)
    for right in range(int(span[:, 0].max(initial=0))):
        for down in range(int(span[:, 1].max(initial=0))):
            inside = (span[:, 0] > right) & (span[:, 1] > down)
            x, y = low[inside, 0] + right, low[inside, 1] + down
            pixels[np.clip(y, 0, height - 1), np.clip(x, 0, width - 1)] = color[inside]
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32)
    return image.copy()
