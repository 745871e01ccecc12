"""What has been said in the console: lines and answers, read-only, in the theme's colours."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit

from gui.model.repl import MORE, PROMPT, Entry
from gui.model.unseen import visible
from gui.theme import Theme, mono
from gui.tr import tr

MOST_ROWS = 5_000
"""Rows that are kept; the oldest go first."""

_INKS = {
    "input": "text",
    "output": "text",
    "error": "error",
    "warning": "gradient",
    "note": "muted",
}


class Transcript(QPlainTextEdit):
    """Entries, one below the other; what is typed here goes to the line below."""

    typed = Signal(object)
    """(key event): it is for the line."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.entries: list[Entry] = []
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMaximumBlockCount(MOST_ROWS)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setAccessibleName(tr("Console answers"))
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Write everything anew in the colours of `theme`."""
        self.theme = theme
        font = mono(10)
        self.setFont(font)
        self.document().setDefaultFont(font)
        self.document().setDocumentMargin(4)
        entries, self.entries = self.entries, []
        super().clear()
        self.add(entries)

    def add(self, entries: list[Entry]) -> None:
        """Write these at the end and show it."""
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        for entry in entries:
            self._write(cursor, entry)
        cursor.endEditBlock()
        self.entries = [*self.entries, *entries][-MOST_ROWS:]
        bar = self.verticalScrollBar()
        bar.setValue(bar.maximum())

    def _write(self, cursor: QTextCursor, entry: Entry) -> None:
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self.document().isEmpty():
            cursor.insertBlock()
        if entry.kind != "input":
            cursor.insertText(visible(entry.text), self._ink(_INKS[entry.kind]))
            return
        for number, row in enumerate(visible(entry.text).split("\n")):
            prompt = PROMPT if row.startswith(PROMPT) else MORE
            if number:
                cursor.insertBlock()
            cursor.insertText(prompt, self._ink("muted"))
            cursor.insertText(row.removeprefix(prompt), self._ink("value"))

    def _ink(self, token: str) -> QTextCharFormat:
        made = QTextCharFormat()
        made.setForeground(self.theme.color(token))
        return made

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The newest row stays in sight when the room for it changes."""
        bar = self.verticalScrollBar()
        at_end = bar.value() == bar.maximum()
        super().resizeEvent(event)
        if at_end:
            bar.setValue(bar.maximum())

    def wipe(self) -> None:
        """Begin with an empty page."""
        self.entries = []
        super().clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        plain = not event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier
        if plain and event.text().isprintable() and event.text():
            self.typed.emit(event)
        else:
            super().keyPressEvent(event)
