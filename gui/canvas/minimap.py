"""The whole graph in a corner: where one is, and a way to be elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import QImage, QPainter

from gui.canvas.geometry import Geometry
from gui.canvas.inks import inks
from gui.canvas.raster import Ints, painted, topmost
from gui.canvas.states import States, dot_colors
from gui.canvas.view import View
from gui.theme import Theme

SIZE = QSizeF(180, 116)
LEAST, ROOMY = QSizeF(480, 320), QSizeF(640, 400)
"""How large a canvas must be for it, by wish and without: in a small one it hides what is shown."""
MARGIN = 14.0
_INSET = 8.0
MOST_PARTS = 16
"""When more nodes than this change at once, all of it is painted anew."""


class Minimap:
    """Drawn by the canvas in its lower right corner; `shown` is the person's wish.

    None is no wish: it is there when part of the graph is out of sight.
    """

    def __init__(self) -> None:
        self.shown: bool | None = None
        self._known: Geometry | None = None
        self._scene: QRectF | None = None
        self.settled = True
        """Whether no gesture is under way: the blocks are not drawn anew at every move of one."""
        self._drawn: tuple[object, QImage, object] | None = None
        self._tops: tuple[object, Ints, Geometry] | None = None

    def rect(self, size: QSizeF) -> QRectF:
        """Its place in a canvas of `size`."""
        corner = QPointF(
            size.width() - SIZE.width() - MARGIN, size.height() - SIZE.height() - MARGIN
        )
        return QRectF(corner, SIZE)

    def wanted(self, geometry: Geometry, view: View, size: QSizeF) -> bool:
        """By wish, or when part of the graph is out of sight; the canvas must have room for it."""
        scene = self._bounds(geometry)
        least = LEAST if self.shown else ROOMY
        if self.shown is False or scene is None or not _holds(size, least):
            return False
        return self.shown or not QRectF(QPointF(), size).contains(view.rect_to_view(scene))

    def _bounds(self, geometry: Geometry) -> QRectF | None:
        if geometry is not self._known and (self.settled or self._known is None):
            self._known = geometry
            box = geometry.bounds()
            self._scene = box and QRectF(QPointF(*box[:2]), QPointF(*box[2:]))
        return self._scene

    def view(self, geometry: Geometry, size: QSizeF) -> View:
        """The view the minimap itself looks through."""
        rect = self.rect(size)
        fitted = View.fitting(self._bounds(geometry) or QRectF(0, 0, 1, 1), SIZE, _INSET, 0.4, 1e-6)
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
        fine = math.ceil(painter.device().devicePixelRatioF())
        picture = self._picture(geometry, states, theme, small, rect.topLeft(), fine)
        painter.drawImage(rect.topLeft(), picture)
        seen = small.rect_to_view(view.rect_to_scene(QRectF(QPointF(), size)))
        painter.setPen(tools.pen("selection", 1.4))
        painter.setBrush(tools.brush("selection", 0.08))
        painter.drawRect(seen & rect.adjusted(2, 2, -3, -3))

    def parts(self, geometry: Geometry, nodes: Iterable[str], size: QSizeF) -> list[QRectF]:
        """Where on a canvas of `size` the blocks of these nodes are; of many, all of it."""
        rows = [geometry.row[i] for i in nodes if i in geometry.row]
        if len(rows) > MOST_PARTS:
            return [self.rect(size)]
        small = self.view(geometry, size)
        low = geometry.xy[rows] * small.scale + [small.dx, small.dy]
        span = np.maximum(geometry.size[rows] * small.scale, 1.0)
        return [QRectF(*box).adjusted(-1, -1, 1, 1) for box in np.hstack([low, span]).tolist()]

    def _picture(
        self,
        geometry: Geometry,
        states: States,
        theme: Theme,
        small: View,
        corner: QPointF,
        fine: int,
    ) -> QImage:
        """The blocks, `fine` pixels a pixel, drawn again only when something is different."""
        key = (id(geometry), id(states), states.version, theme.name, fine)
        if self._drawn is None or (self._drawn[0] != key and self.settled):
            tops = self._topmost(geometry, small.panned(-corner.x(), -corner.y()), fine)
            image = painted(tops, dot_colors(theme)[states.nodes])
            image.setDevicePixelRatio(fine)
            # The objects are kept too: while they live, nothing else has their ids.
            self._drawn = key, image, (geometry, states)
        return self._drawn[1]

    def _topmost(self, geometry: Geometry, seen: View, fine: int) -> Ints:
        """Which node each pixel shows: a step of a run changes colours, not places."""
        key = (id(geometry), seen, fine)
        if self._tops is None or self._tops[0] != key:
            self._tops = key, _tops(geometry, seen, fine), geometry
        return self._tops[1]


def _tops(geometry: Geometry, small: View, fine: int) -> Ints:
    corner = (geometry.xy * small.scale + [small.dx, small.dy]) * fine
    span = np.maximum(geometry.size * small.scale * fine, fine)
    return topmost(corner, span, int(SIZE.width() * fine), int(SIZE.height() * fine))


def _holds(size: QSizeF, least: QSizeF) -> bool:
    return size.width() >= least.width() and size.height() >= least.height()
