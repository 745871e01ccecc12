"""A strip under the in-place editor on which a number is changed with the mouse alone."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.canvas.inks import inks
from gui.model.words import number
from gui.theme import Theme
from gui.tr import tr

WIDTH, HEIGHT = 216, 30
STEP = 6.0
"""Pixels of a drag that are one step."""
END = 38.0
"""The width of the buttons at both ends, which make the step finer and coarser."""
NOTCH = 120
FINEST, COARSEST = Decimal("1e-12"), Decimal("1e12")


class Dial(QWidget):
    """`÷10 | ||| ± 0.1 ||| | ×10`: a drag or the wheel sends `turned` with steps of `unit`."""

    turned = Signal(int)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme, self.unit, self.finest = theme, Decimal("0.1"), FINEST
        self._from: float | None = None
        self._steps, self._wheel = 0, 0
        self.setFixedSize(WIDTH, HEIGHT)
        # A press on it would else give the focus to the canvas behind, which ends the editing.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setCursor(Qt.CursorShape.SizeHorCursor)
        self.setMouseTracking(True)
        self.setAccessibleName(tr("Dial"))
        self.setToolTip(tr("Drag sideways, or turn the wheel · the ends change the step"))
        self.hide()

    def start(self, unit: Decimal, *, whole: bool) -> None:
        """Stand ready for a number that is changed by `unit`."""
        self.unit, self.finest = unit, Decimal(1) if whole else FINEST
        self._from, self._steps, self._wheel = None, 0, 0
        self.show()
        self.raise_()

    def _end_at(self, x: float) -> Decimal | None:
        """What a click here multiplies the step by."""
        if x < END:
            return Decimal("0.1")
        return Decimal(10) if x > self.width() - END else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        times = self._end_at(event.position().x())
        if times is None:
            self._from, self._steps = event.position().x(), 0
        else:
            self.unit = min(COARSEST, max(self.finest, self.unit * times)).normalize()
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is None:
            on_end = self._end_at(event.position().x()) is not None
            shape = Qt.CursorShape.PointingHandCursor if on_end else Qt.CursorShape.SizeHorCursor
            self.setCursor(shape)
            return
        steps = round((event.position().x() - self._from) / STEP)
        if steps != self._steps:
            by, self._steps = steps - self._steps, steps
            self.turned.emit(by)
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._from, self._steps = None, 0
        self.update()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()  # else the canvas behind would zoom
        self._wheel, notches = left_over(self._wheel + event.angleDelta().y())
        if notches:
            self.turned.emit(notches)

    def paintEvent(self, event: QPaintEvent) -> None:
        tools, painter = inks(self.theme), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(tools.pen("border"))
        painter.setBrush(tools.brush("surface"))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        middle, width = HEIGHT / 2, float(self.width())
        shift = self._steps * STEP % STEP if self._from is None else self._steps * STEP % (5 * STEP)
        for k in range(-20, 21):
            x = width / 2 + k * STEP + shift
            if END + 6 < x < width - END - 6 and abs(x - width / 2) > 32:
                high = 7.0 if k % 5 == 0 else 3.5
                painter.setPen(tools.pen("muted"))
                painter.drawLine(QPointF(x, middle - high), QPointF(x, middle + high))
        for x in (END, width - END):
            painter.setPen(tools.pen("border"))
            painter.drawLine(QPointF(x, 1), QPointF(x, HEIGHT - 1))
        painter.setFont(tools.font(12))
        painter.setPen(tools.pen("text"))
        for left, room, text in (
            (0.0, END, "÷10"), (width - END, END, "×10"),
            (width / 2 - 32, 64.0, f"± {number(float(self.unit))}"),
        ):  # fmt: skip
            at = QRectF(left, 0, room, HEIGHT)
            painter.drawText(at, Qt.AlignmentFlag.AlignCenter, text)
        painter.end()


def left_over(turn: int) -> tuple[int, int]:
    """What of a turn of the wheel is no whole notch yet, and the notches up that are."""
    notches = int(turn / NOTCH)
    return turn - notches * NOTCH, notches
