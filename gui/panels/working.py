"""What is said of long work in the status bar: how far it is, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QWidget,
)

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
        self.label = QLabel(text)
        self.label.setTextFormat(Qt.TextFormat.PlainText)  # it may name a file
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 8, 0)
        for part in (self.label, self.bar, self.stop):
            row.addWidget(part)
        self.hide()

    def show_busy(self, busy: bool) -> None:
        self.setVisible(busy)

    def show_progress(self, done: float) -> None:
        """`done` goes from 0 to 1."""
        self.bar.setValue(round(100 * done))


class Opening(Working):
    """Of a file, of which nobody knows how far it is; Esc stops it, too, wherever the focus is."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Opening …"), parent)
        self.bar.hide()
        self.stop.setToolTip(tr("Esc stops"))

    def show_file(self, name: str) -> None:
        """Be there as long as a file of this name is read; "" for none."""
        application = QApplication.instance()
        assert application is not None
        application.removeEventFilter(self)
        if name:
            self.label.setText(tr("Opening {} …").format(name))
            application.installEventFilter(self)
        self.show_busy(bool(name))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if kind not in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress):
            return False
        ours = isinstance(watched, QWidget) and watched.window() is self.window()
        if not ours or not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Escape:
            return False
        event.accept()  # so that no shortcut takes it
        if kind == QEvent.Type.KeyPress:
            self.cancelled.emit()
        return True
