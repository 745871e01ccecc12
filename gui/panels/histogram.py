"""How the entries of a tensor are spread: bars, with the exact number of entries in each."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.model import words
from gui.model.summary import Histogram, histogram
from gui.state.later import Later
from gui.theme import LIGHT
from gui.tr import tr

HEIGHT = 46
AT_ONCE = 1 << 16
"""Entries up to which they are counted while the window waits; of more on a thread."""


class HistogramView(QWidget):
    """Bars over a line, the smallest and the largest number below; hidden for few entries."""

    FEWEST = 9
    """Entries from which on bars say more than the numbers themselves."""

    def __init__(self, tone: str) -> None:
        super().__init__()
        self.tone, self.theme = tone, LIGHT
        self.shown: Histogram | None = None
        self._array: Any = None
        self._later = Later(self)
        self._later.found.connect(self._on_counted)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setVisible(False)

    def sizeHint(self) -> QSize:
        return QSize(120, HEIGHT + self.fontMetrics().height() + 2)

    def show_array(self, array: Any) -> None:
        """Show the spread of `array`; None, few or no numbers at all hide it."""
        if array is self._array:
            return
        self._array, self.shown = array, None
        self._later.forget()
        many = array is not None and np.size(array) >= self.FEWEST
        self.setVisible(many)
        if not many:
            return
        if np.size(array) <= AT_ONCE:
            self._on_counted(histogram(array))
        else:
            self._later.ask(lambda: histogram(array))
        self.update()

    def _on_counted(self, found: Histogram) -> None:
        self.shown = found
        self.setAccessibleName(tr("Histogram: {}").format(found.summed_up()))
        self.setVisible(bool(found.counts))
        self.update()

    def bar_at(self, x: float) -> int | None:
        """The bar under that place, if there is one."""
        if self.shown is None or not self.shown.counts or not 0 <= x < self.width():
            return None
        return int(x / self.width() * len(self.shown.counts))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            bar = self.bar_at(event.pos().x())
            if bar is not None and self.shown is not None:
                QToolTip.showText(event.globalPos(), self.shown.told(bar), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self.shown is not None and self.shown.counts:
            self._paint(painter, self.shown)
        painter.end()

    def _paint(self, painter: QPainter, shown: Histogram) -> None:
        width, most = self.width() / len(shown.counts), max(shown.counts)
        color = self.theme.color(self.tone, 0.75)
        for k, count in enumerate(shown.counts):
            if count:  # a single entry among a million is still to be seen
                high = max(1.5, (HEIGHT - 4) * count / most)
                bar = QRectF(k * width + 0.5, HEIGHT - high, max(1.0, width - 1), high)
                painter.fillRect(bar, color)
        painter.fillRect(QRectF(0, HEIGHT, self.width(), 1), self.theme.color("border"))
        painter.setPen(self.theme.color("muted"))
        below = QRectF(0, HEIGHT + 2, self.width(), self.fontMetrics().height())
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        painter.drawText(below, left, words.number(shown.edges[0]))
        painter.drawText(below, right, words.number(shown.edges[-1]))
        painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, _most(most))


def _most(count: int) -> str:
    return tr("highest bar: {}").format(count)
