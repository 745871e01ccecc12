"""What is seen before the canvas is there: its background and the dots of its grid."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from gui.theme import Theme

DOTS = 24


class Ground(QWidget):
    """Painted at once, while everything that needs NumPy is still being imported."""

    painted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.setAccessibleName("Chainrule is starting")

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.theme.color("canvas"))
        painter.setPen(QPen(self.theme.color("grid"), 2.0))
        row = QPolygonF([QPointF(x, 0) for x in range(0, self.width(), DOTS)])
        for _ in range(0, self.height(), DOTS):
            painter.drawPoints(row)
            painter.translate(0, DOTS)
        painter.end()
        self.painted.emit()
