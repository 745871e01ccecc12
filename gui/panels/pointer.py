"""A pointer for a projector: a bright dot with a trail, over the whole window."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

from PySide6.QtCore import QElapsedTimer, QEvent, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

TICK_MS = 16
FADE = 0.45
"""Seconds until a place on the trail is gone."""
DOT = 9.0
INK = "#ff2d2d"
"""The same in all themes: it is a light on whatever lies below, with a white core and rim."""


class Pointer(QWidget):
    """Lies over `over` and lets the mouse through; follows it as long as it is shown."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.over = over
        self.trails = True
        self.trail: deque[tuple[QPointF, float]] = deque()
        """Places and how old each is, the newest last."""
        self.at: QPointF | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._elapsed = QElapsedTimer()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(lambda: self.tick(self._elapsed.restart() / 1000))
        self.hide()

    def begin(self, *, trails: bool) -> None:
        """Appear over all that is there."""
        self.trails = trails
        self.setGeometry(self.over.rect())
        self.show()
        self.raise_()
        self.at = None  # until the mouse moves
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)

    def end(self) -> None:
        """Disappear."""
        application = QApplication.instance()
        assert application is not None
        application.removeEventFilter(self)
        self._timer.stop()
        self.trail.clear()
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._move(QPointF(self.mapFromGlobal(event.globalPosition())))
        elif event.type() == QEvent.Type.Resize and watched is self.over:
            self.setGeometry(self.over.rect())
        return False

    def _move(self, at: QPointF) -> None:
        if at == self.at:
            return
        if self.trails and self.at is not None:
            self.trail.append((self.at, 0.0))
            if not self._timer.isActive():
                self._elapsed.start()
                self._timer.start()
        self._repaint()
        self.at = at
        self._repaint()

    def tick(self, seconds: float) -> None:
        """Let this much time pass for the trail."""
        self._repaint()
        self.trail = deque((at, age + seconds) for at, age in self.trail if age + seconds < FADE)
        if not self.trail:
            self._timer.stop()

    def _repaint(self) -> None:
        """No more than the dot and its trail: below may lie a large graph."""
        places = [at for at, _ in self.trail] + ([self.at] if self.at is not None else [])
        for one, other in pairwise([*places[:1], *places]):
            left, right = sorted((one.x(), other.x()))
            top, bottom = sorted((one.y(), other.y()))
            reach = round(DOT) + 3
            self.update(
                int(left) - reach, int(top) - reach, int(right - left) + 2 * reach,
                int(bottom - top) + 2 * reach,
            )  # fmt: skip

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.at is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        places = [*self.trail, (self.at, 0.0)]
        for (one, age), (other, _) in pairwise(places):
            color = QColor(INK)
            fresh = 1.0 - age / FADE
            color.setAlphaF(0.75 * fresh)
            painter.setPen(QPen(color, 2 + DOT * fresh, c=Qt.PenCapStyle.FlatCap))
            painter.drawLine(one, other)
        painter.setPen(QPen(QColor("white"), 2))
        painter.setBrush(QColor(INK))
        painter.drawEllipse(self.at, DOT, DOT)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor("white"))
        painter.drawEllipse(self.at, DOT / 3, DOT / 3)
        painter.end()
