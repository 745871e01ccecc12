"""What is said of long work in the status bar: how far it is, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QWidget

from gui.tr import tr


class Working(QWidget):
    """Hidden while there is nothing to wait for."""

    cancelled = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(120, 8)
        self.bar.setAccessibleName(text)
        self.stop = QPushButton(tr("Stop"))
        self.stop.setFlat(True)
        self.stop.clicked.connect(self.cancelled)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        for part in (QLabel(text), self.bar, self.stop):
            row.addWidget(part)
        self.hide()

    def show_busy(self, busy: bool) -> None:
        self.setVisible(busy)

    def show_progress(self, done: float) -> None:
        """`done` goes from 0 to 1."""
        self.bar.setValue(round(100 * done))
