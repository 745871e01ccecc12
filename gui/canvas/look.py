"""What every painting function is handed: where to draw, with what, and what is to be seen."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPainterPathStroker, QPen

from gui.canvas.geometry import Box, Geometry
from gui.canvas.inks import Inks
from gui.canvas.states import States
from gui.model.frames import Frame


class Level(IntEnum):
    """How much can be made out at a zoom."""

    DOTS, BOXES, TEXT = range(3)


def level_of(scale: float) -> Level:
    if scale < 0.12:
        return Level.DOTS
    return Level.BOXES if scale < 0.5 else Level.TEXT


@dataclass(slots=True)
class Look:
    """The painter is in scene coordinates; `exposed` is the part of the scene to be painted."""

    painter: QPainter
    inks: Inks
    geometry: Geometry
    frame: Frame
    states: States
    scale: float
    exposed: Box

    def shows(
        self, low: NDArray[np.float64], high: NDArray[np.float64], around: float
    ) -> NDArray[np.bool_]:
        """Which of the boxes with these corners, both (n, 2), are exposed, or so near to that."""
        left, top, right, bottom = self.exposed
        seen = (low <= [right + around, bottom + around]) & (high >= [left - around, top - around])
        return np.asarray(seen.all(axis=1))

    @property
    def level(self) -> Level:
        return level_of(self.scale)

    def dashed(self, path: QPainterPath, pen: QPen) -> None:
        """Draw a dashed line as a filled outline.

        Qt cuts dashes to what is exposed, so a part painted alone would differ from the whole.
        """
        stroker = QPainterPathStroker(pen)
        stroker.setCurveThreshold(0.25 / max(self.scale, 1.0))
        self.painter.fillPath(stroker.createStroke(path), pen.brush())

    def dashed_curve(self, curve: NDArray[np.float64], pen: QPen) -> None:
        """The same for one cubic (4, 2); its outline is kept for the next step."""
        threshold, dash = 0.25 / max(self.scale, 1.0), tuple(pen.dashPattern())
        key = (curve.tobytes(), pen.widthF(), dash, pen.capStyle(), threshold)
        self.painter.fillPath(_outline(*key), pen.brush())

    def dashed_box(self, rect: QRectF, radius: float, pen: QPen) -> None:
        """A rounded rectangle with a dashed border and nothing in it."""
        path = QPainterPath()
        path.addRoundedRect(rect, radius, radius)
        self.dashed(path, pen)

    def write(
        self,
        x: float,
        middle: float,
        text: str,
        token: str,
        *,
        width: float = 1e6,
        pixels: int = 13,
        fixed: bool = False,
        bold: bool = False,
        align: str = "left",
    ) -> float:
        """Write one line, `middle` being its vertical centre; returns the width it took."""
        inks, painter = self.inks, self.painter
        laid_out = inks.text(text, width, pixels, fixed=fixed, bold=bold)
        size = laid_out.size()
        taken = size.width()
        left = x - {"left": 0.0, "centre": taken / 2, "right": taken}[align]
        painter.setFont(inks.font(pixels, fixed=fixed, bold=bold))
        painter.setPen(inks.pen(token))
        painter.drawStaticText(QPointF(left, middle - size.height() / 2), laid_out)
        return taken

    def chip(
        self, rect: QRectF, text: str, *, ink: str, fill: str, border: str, bold: bool = False,
        pixels: int = 11, radius: float = 6.0,
    ) -> None:  # fmt: skip
        """A small rounded label."""
        painter = self.painter
        painter.setPen(self.inks.pen(border, 1.2))
        painter.setBrush(self.inks.brush(fill))
        painter.drawRoundedRect(rect, radius, radius)
        middle = rect.center()
        self.write(
            middle.x(), middle.y(), text, ink, width=rect.width() - 8, pixels=pixels, fixed=True,
            bold=bold, align="centre",
        )  # fmt: skip


@lru_cache(maxsize=1024)
def _outline(
    curve: bytes, width: float, dash: tuple[float, ...], cap: Qt.PenCapStyle, threshold: float
) -> QPainterPath:
    """The dashes of a cubic as shapes to be filled: making them takes as long as filling them."""
    a, b, c, d = np.frombuffer(curve).reshape(4, 2).tolist()
    path = QPainterPath(QPointF(*a))
    path.cubicTo(*b, *c, *d)
    stroker = QPainterPathStroker()
    stroker.setWidth(width)
    stroker.setDashPattern(list(dash))
    stroker.setCapStyle(cap)
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    stroker.setCurveThreshold(threshold)
    return stroker.createStroke(path)
