"""The line one types into the console: history, completion, several lines at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QKeySequence, QTextCursor
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from engine.code.completion import signature
from gui.model.repl import unfinished
from gui.panels.completing import Completer
from gui.theme import Theme, mono
from gui.tr import tr

MOST_LINES = 6
HISTORY = 200
"""Lines that are remembered."""
OPEN = "… a bracket is still open: go on, or press Esc to take the line away."

Key = Qt.Key
_PLAIN = Qt.KeyboardModifier.NoModifier


class History:
    """Lines typed before, newest last; going back finds those that begin like what is typed."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines[-HISTORY:]
        self._at = len(self.lines)
        self._typed = ""

    def add(self, line: str) -> None:
        """Remember a line, and be at the end again."""
        if line.strip() and self.lines[-1:] != [line]:
            self.lines = [*self.lines, line][-HISTORY:]
        self._at = len(self.lines)

    def look(self, way: int, typed: str) -> str | None:
        """The line before (-1) or after (1) that begins with what was typed at the outset."""
        if self._at == len(self.lines):
            self._typed = typed
        at = self._at + way
        while 0 <= at < len(self.lines):
            if self.lines[at].startswith(self._typed):
                self._at = at
                return self.lines[at]
            at += way
        if way > 0 and self._at < len(self.lines):
            self._at = len(self.lines)
            return self._typed
        return None


class Line(QPlainTextEdit):
    """Emits `entered` with what was typed or pasted; `names` gives what is known to complete."""

    entered = Signal(str)
    hinted = Signal(str)
    """The signature of the call the cursor is in, or empty."""
    escaped = Signal()
    clear_wanted = Signal()

    def __init__(
        self, theme: Theme, history: list[str], names: Callable[[str], Mapping[str, Any]]
    ) -> None:
        super().__init__()
        self.history, self.names = History(history), names
        self.completer = Completer(self, theme, self._before, names)
        self.theme = theme
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Console line"))
        self.setAccessibleDescription(tr("Type an expression and press Enter"))
        self.document().setDocumentMargin(2)
        self.textChanged.connect(self._fit)
        self.cursorPositionChanged.connect(self._tell_signature)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        font = mono(10)
        self.setFont(font)
        self.document().setDefaultFont(font)
        self.completer.set_theme(theme)
        self._fit()

    def _fit(self) -> None:
        rows = min(MOST_LINES, max(1, self.document().blockCount()))
        self.setFixedHeight(rows * self.fontMetrics().lineSpacing() + 6)

    def sizeHint(self) -> QSize:
        return QSize(200, self.height())

    # ---- keys ------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            ours = event.matches(QKeySequence.StandardKey.Paste) or (
                event.key() == Key.Key_L
                and event.modifiers() == Qt.KeyboardModifier.ControlModifier
            )
            if ours:
                event.accept()
                return True
            steps = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo
            if not self.toPlainText() and any(map(event.matches, steps)):
                event.ignore()  # nothing was typed: it is the document's
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.completer.key(event) or self._own_key(event):
            event.accept()
            return
        super().keyPressEvent(event)
        self.completer.typed(event.text())

    def _own_key(self, event: QKeyEvent) -> bool:
        key, control = Key(event.key()), event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if key in (Key.Key_Return, Key.Key_Enter):
            self._enter(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif key == Key.Key_Tab and self.completer.word_before():
            self.completer.complete()
        elif key in (Key.Key_Tab, Key.Key_Backtab):
            self.focusNextPrevChild(key == Key.Key_Tab)
        elif key in (Key.Key_Up, Key.Key_Down) and self._at_edge(key):
            self._recall(-1 if key == Key.Key_Up else 1)
        elif key == Key.Key_Escape:
            self._escape()
        elif key == Key.Key_L and control:
            self.clear_wanted.emit()
        else:
            return False
        return True

    def _enter(self, shift: bool) -> None:
        text = self.toPlainText()
        if shift or unfinished(text):
            self.insertPlainText("\n")
            return
        self.completer.close()
        self.history.add(text.strip("\n"))
        self.clear()
        self.entered.emit(text)

    def _escape(self) -> None:
        if self.toPlainText():
            self.clear()
        else:
            self.escaped.emit()

    def _at_edge(self, key: Key) -> bool:
        """Whether there is no line of what is typed above (or below) the cursor."""
        edge = 0 if key == Key.Key_Up else self.document().blockCount() - 1
        return self.textCursor().blockNumber() == edge

    def _recall(self, way: int) -> None:
        found = self.history.look(way, self.toPlainText())
        if found is not None:
            self.put(found)

    def put(self, text: str) -> None:
        """Have this typed, the cursor at its end."""
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Several lines at once are run as they are; the last waits if it is unfinished."""
        text = source.text().replace("\r\n", "\n").replace("\u2029", "\n")
        if "\n" not in text.strip("\n"):
            self.insertPlainText(text.strip("\n"))
            return
        whole = self.toPlainText()[: self.textCursor().position()] + text
        self.history.add(whole.strip("\n"))
        self.clear()
        self.entered.emit(whole)

    # ---- completion ------------------------------------------------------------------------------

    def _before(self) -> str:
        return self.toPlainText()[: self.textCursor().position()]

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.completer.close()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.completer.close()

    def _tell_signature(self) -> None:
        before = self._before()
        if "\n" in before and unfinished(before):
            self.hinted.emit(tr(OPEN))
            return
        self.hinted.emit(signature(before, self.names(before)) if "(" in before else "")
