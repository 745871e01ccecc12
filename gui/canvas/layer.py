"""The still picture in a pixmap somewhat larger than the window.

Panning moves it and paints only what comes in; what is too much for one frame is first drawn
without its details, and then again in slices while nothing else is to be done.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Iterable
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QPainter, QPixmap, QRegion

from gui.canvas.inks import saved
from gui.canvas.view import View

MARGIN = 128
"""Widget pixels that are kept ready on every side of what is seen."""

MOST_RECTS = 40
"""A region of more rectangles is painted as one."""
WORTH = 20_000
"""Pixels that are sooner painted than what it takes to begin another rectangle."""

Slices = Generator[None, None, None]


class Drawing(NamedTuple):
    """How a part of the picture is drawn, given in widget pixels: all at once, or in slices."""

    whole: Callable[[QPainter, View, QRectF], None]
    draft: Callable[[QPainter, View, QRectF], None]
    slices: Callable[[QPainter, View, QRectF], Slices]
    is_heavy: Callable[[View, QRectF], bool]


class Layer:
    """The picture as it is seen through one view; rectangles within are relative to that view."""

    def __init__(self, drawing: Drawing) -> None:
        self._drawing = drawing
        self._pixmap = QPixmap()
        self._view = View()
        self._size = QSize()
        self._stale = QRegion()
        self._pan = QPoint()
        self._better: _Better | None = None

    def invalidate(self) -> None:
        """Everything may look different."""
        self._pixmap = QPixmap()
        self._better = None

    def damage(self, rects: Iterable[QRectF], view: View) -> QRegion:
        """These parts (widget pixels of `view`) look different; returns what of them is kept.

        `view` may be newer than what was last prepared: a step may come between a pan and paint.
        """
        region, pan = QRegion(), self._pan_to(view)
        if pan is None:
            self.invalidate()
            return QRegion(QRect(QPoint(), self._size))
        kept = QRectF(self._full.translated(pan))
        for rect in (rect & kept for rect in rects if rect.intersects(kept)):
            region += QRect(
                math.floor(rect.left()) - 1, math.floor(rect.top()) - 1,
                math.ceil(rect.width()) + 3, math.ceil(rect.height()) + 3,
            )  # fmt: skip
        moved = region.translated(-pan)
        self._stale += moved
        if self._better is not None:
            self._better.missed += moved
        return region

    def prepare(self, view: View, size: QSize, dpr: float) -> None:
        """Paint what is missing of the picture as seen through `view`."""
        fresh = not self._fits(view, size, dpr)
        if fresh:
            self._start(view, size, dpr)
        seen = QRegion(self._seen)
        missing = self._stale & seen
        if missing.isEmpty():
            return
        if fresh and self._drawing.is_heavy(view, QRectF(self._seen)):
            self._paint(missing, self._drawing.draft)
            self._better = _Better(self._drawing, view, self._pixmap, self._seen)
        else:
            # What pans in is painted out to the margin: it is asked for once, not at every move.
            wanted = missing if fresh else self._stale & _grown(missing, MARGIN)
            self._paint(wanted, self._drawing.whole)

    def draw(self, painter: QPainter, part: QRect) -> None:
        """Copy a part (widget pixels) of what was prepared."""
        dpr = self._pixmap.devicePixelRatio()
        corner = QPointF(part.topLeft() - self._pan + QPoint(MARGIN, MARGIN)) * dpr
        painter.drawPixmap(QRectF(part), self._pixmap, QRectF(corner, QSizeF(part.size()) * dpr))

    @property
    def unfinished(self) -> bool:
        """Whether there is something for `refine` to do."""
        return not self._pixmap.isNull() and (self._better is not None or not self._stale.isEmpty())

    def refine(self) -> bool:
        """Do a little of what was left out; whether the picture in sight changed."""
        if self._better is None:
            if self.unfinished:
                part = next(iter(self._stale))  # type: ignore[call-overload]
                self._paint(QRegion(part), self._drawing.whole)
            return False
        if self._better.goes_on():
            return False
        self._pixmap = self._better.pixmap
        self._stale = QRegion(self._full) - QRegion(self._better.seen) + self._better.missed
        self._better = None
        return True

    @property
    def _full(self) -> QRect:
        return QRect(QPoint(), self._size).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    @property
    def _seen(self) -> QRect:
        return QRect(-self._pan, self._size)

    def _fits(self, view: View, size: QSize, dpr: float) -> bool:
        """Whether what is there can be used, moved by whole device pixels; moves it."""
        same = self._size == size and self._pixmap.devicePixelRatio() == dpr
        pan = self._pan_to(view)
        if self._pixmap.isNull() or not same or pan is None:
            return False
        self._pan = pan
        if not self._full.contains(self._seen):
            self._scroll(view, dpr)
        return True

    def _pan_to(self, view: View) -> QPoint | None:
        """How far what is there has to be moved; None where that is not by whole pixels."""
        across, down = view.dx - self._view.dx, view.dy - self._view.dy
        pan = QPoint(round(across), round(down))
        whole = abs(across - pan.x()) + abs(down - pan.y()) <= 1e-3
        return pan if whole and view.scale == self._view.scale else None

    def _scroll(self, view: View, dpr: float) -> None:
        way, full = self._pan, self._full
        pixels = QPointF(way) * dpr
        self._better = None
        self._pixmap.scroll(
            round(pixels.x()), round(pixels.y()), QRect(QPoint(), self._pixmap.size())
        )
        kept = full.translated(way) & full
        entered = QRegion(full) - QRegion(kept)
        self._stale = (self._stale.translated(way) + entered) & QRegion(full)
        self._view, self._pan = view, QPoint()

    def _start(self, view: View, size: QSize, dpr: float) -> None:
        self._better = None
        self._view, self._size, self._pan = view, QSize(size), QPoint()
        full = self._full
        pixels = QSizeF(full.size()) * dpr
        self._pixmap = QPixmap(math.ceil(pixels.width()), math.ceil(pixels.height()))
        self._pixmap.setDevicePixelRatio(dpr)
        self._stale = QRegion(full)

    def _paint(self, part: QRegion, draw: Callable[[QPainter, View, QRectF], None]) -> None:
        self._stale -= part
        painter = QPainter(self._pixmap)
        try:
            painter.translate(MARGIN, MARGIN)
            for rect in _few(part):
                with saved(painter):
                    painter.setClipRect(rect)
                    draw(painter, self._view, QRectF(rect))
        finally:
            painter.end()


class _Better:
    """A second picture that is drawn in slices, to take the place of the draft when it is whole."""

    def __init__(self, drawing: Drawing, view: View, like: QPixmap, seen: QRect) -> None:
        self.seen, self.missed = seen, QRegion()
        self.pixmap = QPixmap(like.size())
        self.pixmap.setDevicePixelRatio(like.devicePixelRatio())
        self._slices = self._drawn(drawing, view)

    def goes_on(self) -> bool:
        """Draw one slice; False when that was the last."""
        return next(self._slices, _END) is not _END

    def _drawn(self, drawing: Drawing, view: View) -> Generator[object, None, None]:
        painter = QPainter(self.pixmap)
        try:
            painter.translate(MARGIN, MARGIN)
            painter.setClipRect(self.seen)
            yield from drawing.slices(painter, view, QRectF(self.seen))
        finally:
            painter.end()


_END = object()


def _grown(region: QRegion, by: int) -> QRegion:
    grown = QRegion()
    for rect in _few(region):
        grown += rect.adjusted(-by, -by, by, by)
    return grown


def _few(region: QRegion) -> list[QRect]:
    """Rectangles that cover the region: those are made one whose whole is not much larger."""
    if region.rectCount() > MOST_RECTS:
        return [region.boundingRect()]
    found: list[QRect] = []
    for rect in region:  # type: ignore[attr-defined]
        while near := next((r for r in found if _waste(r, rect) < WORTH), None):
            found.remove(near)
            rect = rect.united(near)
        found.append(rect)
    return found


def _waste(a: QRect, b: QRect) -> int:
    """The pixels that one rectangle around both covers for nothing."""
    return _area(a.united(b)) - _area(a) - _area(b)


def _area(rect: QRect) -> int:
    return rect.width() * rect.height()
