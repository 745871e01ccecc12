"""The bar that finds a node: type part of a name or an op, Enter goes on to the next."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QWidget

from gui.canvas.search import left_for_good
from gui.model.document import Document
from gui.model.fuzzy import found_in
from gui.theme import Theme
from gui.tr import tr

WIDTH = 340


class Find(QFrame):
    """At the top of the canvas; `document` is searched anew with every letter."""

    went = Signal(str)
    """(item): the node or region to look at."""
    closed = Signal()
    gone = Signal()
    """It is hidden, whatever the way."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self._matches: list[str] = []
        self._at = 0
        self.document = Document()
        self.line = QLineEdit(self, placeholderText=tr("Find a node by name or operation…"))
        self.line.setAccessibleName(tr("Find a node"))
        self.count = QLabel(self)
        self.count.setTextFormat(Qt.TextFormat.PlainText)
        widest = self.count.fontMetrics().horizontalAdvance(tr("{} of {}").format(88, 88))
        self.count.setMinimumWidth(widest)
        box = QHBoxLayout(self)
        box.setContentsMargins(8, 6, 8, 6)
        box.setSpacing(8)
        box.addWidget(self.line, 1)
        box.addWidget(self.count)
        self.line.installEventFilter(self)
        # A press beside the line would else give the focus to the canvas behind.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(self._look)
        self.set_theme(theme)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self.setStyleSheet(
            f"Find {{ background: {theme.surface}; border: 1px solid {theme.cut};"
            f" border-radius: 8px; }}"
            f"QLineEdit {{ background: {theme.canvas}; color: {theme.text}; padding: 5px 8px;"
            f" border: 1px solid {theme.border}; border-radius: 6px; }}"
            f"QLineEdit:focus {{ border-color: {theme.selection}; }}"
            f"QLabel {{ color: {theme.muted}; }}"
        )

    def start(self, document: Document) -> None:
        """Open at the top, with the last text ready to be typed over."""
        self.document = document
        height = self.sizeHint().height()
        width = min(WIDTH, self._room.width() - 16)
        self.setGeometry((self._room.width() - width) // 2, 8, width, height)
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)
        self.line.selectAll()
        self._look()

    def close_bar(self) -> None:
        if self.isVisible():
            self.hide()
            self.gone.emit()
            self.closed.emit()

    def _look(self) -> None:
        self._matches = found_in(self.document.graph, self.line.text())
        self._at = 0
        self._go()

    def step(self, way: int) -> None:
        """On to the next match, or back to the one before."""
        if self._matches:
            self._at = (self._at + way) % len(self._matches)
            self._go()

    def _go(self) -> None:
        found = len(self._matches)
        typed = bool(self.line.text().strip())
        where = tr("{} of {}").format(self._at + 1, found)
        self.count.setText(where if found else tr("none") if typed else "")
        if found:
            self.went.emit(self._matches[self._at])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress and self._key(event):
                return True
        elif watched is self.line and left_for_good(event):
            self.hide()
            self.gone.emit()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        key, back = Qt.Key(event.key()), Qt.KeyboardModifier.ShiftModifier
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F3):
            self.step(-1 if event.modifiers() & back else 1)
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            self.step(1 if key == Qt.Key.Key_Down else -1)
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.close_bar()
        else:
            return False
        return True
