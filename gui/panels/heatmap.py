"""A Jacobian as a heat-map: a row for every entry of the result, a column for every input's."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.model import words
from gui.model.explain.explanation import Jacobian
from gui.panels.parts import contrast
from gui.theme import LIGHT, Theme, mono
from gui.tr import tr

HIGHEST = 180
LARGEST_CELL = 26
WRITTEN = 38
"""Pixels of a cell from which on its number is written into it."""


class HeatMap(QWidget):
    """Orange is above 0, blue below, nothing is 0; hovering tells which cell has which number."""

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = LIGHT
        self.jacobian: Jacobian | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_jacobian(self, jacobian: Jacobian) -> None:
        """Show these local derivatives."""
        self.jacobian = jacobian
        rows, columns = jacobian.cells.shape
        zeros = int(np.count_nonzero(jacobian.cells == 0))
        told = tr("Jacobian of {} with respect to {}: {} × {}, {} of {} cells are 0")
        size = jacobian.cells.size
        self.setAccessibleName(
            told.format(jacobian.result, jacobian.source, rows, columns, zeros, size)
        )
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        rows = 1 if self.jacobian is None else self.jacobian.cells.shape[0]
        return QSize(160, min(HIGHEST, max(18, rows * LARGEST_CELL)))

    @property
    def area(self) -> QRectF:
        """Where the cells are."""
        if self.jacobian is None:
            return QRectF()
        rows, columns = self.jacobian.cells.shape
        wide = min(self.width(), columns * max(LARGEST_CELL, WRITTEN + 8))
        return QRectF(0, 0, wide, min(self.height(), rows * LARGEST_CELL))

    def cell_at(self, place: QPoint | QPointF) -> tuple[int, int] | None:
        """(row, column) under that place."""
        area = self.area
        if self.jacobian is None or not area.contains(QPointF(place)):
            return None
        rows, columns = self.jacobian.cells.shape
        row, column = place.y() / area.height() * rows, place.x() / area.width() * columns
        return min(int(row), rows - 1), min(int(column), columns - 1)

    def told(self, row: int, column: int) -> str:
        """`∂y[1]/∂x[0] = 0.25`."""
        assert self.jacobian is not None
        number = words.number(self.jacobian.cells[row, column])
        return f"{self.jacobian.told(row, column)} = {number}"

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(event.pos())
            if cell is not None:
                QToolTip.showText(event.globalPos(), self.told(*cell), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.jacobian is not None:
            painter.drawImage(self.area, self._image(self.jacobian.cells))
            painter.setPen(self.theme.color("border"))
            painter.drawRect(self.area.adjusted(0.5, 0.5, -0.5, -0.5))
            self._write(painter, self.jacobian.cells)
        painter.end()

    def ink(self, row: int, column: int) -> QColor:
        """Black or white, whichever is read better on the colour of that cell."""
        assert self.jacobian is not None
        ground = self._image(self.jacobian.cells).pixelColor(column, row).name()
        return QColor(max(("#000000", "#ffffff"), key=lambda ink: contrast(ink, ground)))

    def _image(self, cells: np.ndarray) -> QImage:
        """A pixel a cell; painting makes squares of them."""
        finite = np.nan_to_num(np.asarray(cells, dtype=float), posinf=0.0, neginf=0.0)
        strength = np.abs(finite) / (np.max(np.abs(finite), initial=0.0) or 1.0)
        ground, up, down = (self._rgb(t) for t in ("surface", "gradient", "value"))
        ink = np.where(finite[..., None] > 0, up, down)
        share = (0.12 + 0.6 * strength[..., None]) * (finite[..., None] != 0)
        pixels = (ground * (1 - share) + ink * share).round().astype(np.uint8)
        pixels[~np.isfinite(cells)] = self._rgb("error")
        data = np.ascontiguousarray(pixels)
        rows, columns = cells.shape
        return QImage(
            data.tobytes(), columns, rows, 3 * columns, QImage.Format.Format_RGB888
        ).copy()

    def _rgb(self, token: str) -> np.ndarray:
        color = self.theme.color(token)
        return np.array([color.red(), color.green(), color.blue()], dtype=float)

    def _write(self, painter: QPainter, cells: np.ndarray) -> None:
        rows, columns = cells.shape
        wide, high = self.area.width() / columns, self.area.height() / rows
        if wide < WRITTEN or high < 16:
            return
        painter.setFont(mono(7.5))
        for (row, column), cell in np.ndenumerate(cells):
            painter.setPen(self.ink(row, column))
            place = QRectF(column * wide, row * high, wide, high)
            painter.drawText(place, Qt.AlignmentFlag.AlignCenter, words.number(cell, 3))
