"""The still picture in a pixmap: panning scrolls it and paints only the strips that come in."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from PySide6.QtCore import QPointF, QRect, QRectF, QSize
from PySide6.QtGui import QPainter, QPixmap, QRegion

from gui.canvas.inks import saved
from gui.canvas.view import View

Draw = Callable[[QPainter, View, QRectF], None]


class Layer:
    """`draw(painter, view, target)` fills any rectangle of it, given in widget pixels."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._pixmap = QPixmap()
        self._view = View()
        self._stale = QRegion()

    def invalidate(self) -> None:
        """Everything may look different."""
        self._pixmap = QPixmap()

    def damage(self, rects: Iterable[QRectF]) -> QRegion:
        """These parts (widget pixels) look different; returns the part that is in sight."""
        region = QRegion()
        for rect in rects:
            region += QRect(
                math.floor(rect.left()) - 1, math.floor(rect.top()) - 1,
                math.ceil(rect.width()) + 3, math.ceil(rect.height()) + 3,
            )  # fmt: skip
        self._stale += region
        return region

    def pixmap(self, view: View, size: QSize, dpr: float) -> QPixmap:
        """The picture as seen through `view`, painting what is missing of it."""
        whole = QRect(0, 0, size.width(), size.height())
        pixels = QSize(math.ceil(size.width() * dpr), math.ceil(size.height() * dpr))
        fits = self._pixmap.size() == pixels and self._pixmap.devicePixelRatio() == dpr
        if not fits or view.scale != self._view.scale or not self._scroll(view, dpr, whole):
            self._pixmap = QPixmap(pixels)
            self._pixmap.setDevicePixelRatio(dpr)
            self._stale = QRegion(whole)
        self._view = view
        stale = self._stale & QRegion(whole)
        self._stale = QRegion()
        if not stale.isEmpty():
            self._repaint(stale)
        return self._pixmap

    def _scroll(self, view: View, dpr: float, whole: QRect) -> bool:
        """Move what is there by whole device pixels; False when it is no use."""
        across = (view.dx - self._view.dx) * dpr
        down = (view.dy - self._view.dy) * dpr
        x, y = round(across), round(down)
        if not x and not y:
            return abs(across) + abs(down) < 1e-6
        if abs(across - x) + abs(down - y) > 1e-3 or x % dpr or y % dpr:
            return False
        moved = QPointF(x / dpr, y / dpr).toPoint()
        kept = whole.translated(moved) & whole
        if kept.isEmpty():
            return False
        self._pixmap.scroll(x, y, QRect(QRect().topLeft(), self._pixmap.size()))
        self._stale.translate(moved)
        self._stale += QRegion(whole) - QRegion(kept)
        return True

    def _repaint(self, stale: QRegion) -> None:
        painter = QPainter(self._pixmap)
        try:
            for rect in _few(stale):
                with saved(painter):
                    painter.setClipRect(rect)
                    self._draw(painter, self._view, QRectF(rect))
        finally:
            painter.end()


def _few(region: QRegion) -> list[QRect]:
    """The region's rectangles, or one around them where they are many."""
    rects = [rect for rect in region]  # type: ignore[attr-defined]
    return rects if len(rects) <= 6 else [region.boundingRect()]
