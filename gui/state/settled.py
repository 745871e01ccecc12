"""What is worth doing only for what stays: said again, it begins to wait anew."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimerEvent, Signal

STAY = 60
"""Milliseconds after which something counts as staying: a film that runs fast never does."""


class Settled(QObject):
    """`settled` comes once, when nothing has been said for STAY milliseconds."""

    settled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = 0  # its own, which ends with it: a QBasicTimer would outlive the window

    def wait(self) -> None:
        """Something has changed."""
        self.stop()
        self._timer = self.startTimer(STAY)

    def stop(self) -> None:
        """Nothing is to come any more."""
        if self._timer:
            self.killTimer(self._timer)
            self._timer = 0

    def timerEvent(self, event: QTimerEvent) -> None:
        self.stop()
        self.settled.emit()
