"""Source that can be typed: completion, indentation, and a wavy line under what is wrong."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QHelpEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QTextEdit, QToolTip

from gui.model.code_text import Wrong, spelled_out
from gui.model.unseen import visible
from gui.panels.completing import Completer
from gui.panels.source_view import SourceView
from gui.theme import Theme
from gui.tr import tr

INDENT = "    "
_TOKEN = re.compile(r"‹[^›\n]*›|np\.load\('[^'\n]*'\)")
_WORD = re.compile(r"\w+|.")
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
_CONTROL = Qt.KeyboardModifier.ControlModifier
_STEPS = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo


class CodeEditor(SourceView):
    """A SourceView that may be typed in; what a token like ‹300 numbers of w› says stays whole."""

    typed = Signal()
    """A person has changed the text."""
    wanted = Signal()
    """Ctrl+Enter, or the focus is lost: what is typed is to count."""

    def __init__(self, theme: Theme, names: Callable[[str], Mapping[str, Any]]) -> None:
        super().__init__(theme)
        self.wrong: tuple[Wrong, ...] = ()
        self.numbers: Mapping[str, Any] = {}
        """What the tokens in the text stand for."""
        self._putting = self._typing = False
        self.completer = Completer(self, theme, self._before, names)
        self.textChanged.connect(self._on_text_changed)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.completer.set_theme(theme)

    def open_for_typing(self) -> None:
        """Until then nothing can be typed, as in any SourceView."""
        self.setReadOnly(False)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextEditorInteraction)
        self.setToolTip(tr("Type to change the graph. Click a line to select what it stands for."))

    # ---- text ------------------------------------------------------------------------------------

    @property
    def rows(self) -> list[str]:
        """The lines as they stand."""
        return self.toPlainText().split("\n")

    def put_text(self, text: str, *, undoable: bool = False) -> None:
        """Show a text that nobody has typed; the cursor stays in its line."""
        cursor = self.textCursor()
        line, column = cursor.blockNumber(), cursor.positionInBlock()
        self._putting = True
        try:
            if undoable:
                self._type_over(text)
            else:
                self.show_text(text)
                self.document().clearUndoRedoStacks()
        finally:
            self._putting = False
        block = self.document().findBlockByNumber(min(line, self.blockCount() - 1))
        if self.hasFocus() and self.textCursor().blockNumber() != line:
            cursor = QTextCursor(block)
            cursor.setPosition(block.position() + min(column, block.length() - 1))
            self.setTextCursor(cursor)

    def _type_over(self, text: str) -> None:
        """As if it were typed, so that Ctrl+Z brings back what was there."""
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(visible(text))

    def _on_text_changed(self) -> None:
        if not self._putting:
            self._typing = True
            self.typed.emit()

    @property
    def follows(self) -> bool:
        """Not while somebody types: the cursor stays where it is."""
        return not (self._typing and self.hasFocus())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._typing = False
        super().mousePressEvent(event)

    def createMimeDataFromSelection(self) -> QMimeData:
        """What is copied has all numbers."""
        text = self.textCursor().selectedText().replace("\u2029", "\n").replace("\xa0", " ")
        data = QMimeData()
        data.setText(spelled_out(text, self.numbers))
        return data

    # ---- what is wrong ---------------------------------------------------------------------------

    def show_wrong(self, wrong: Sequence[Wrong]) -> None:
        """Underline these places."""
        self.wrong = tuple(wrong)
        self._show_extras()

    def extras(self) -> list[QTextEdit.ExtraSelection]:
        return [*super().extras(), *map(self._underlined, self.wrong)]

    def _underlined(self, wrong: Wrong) -> QTextEdit.ExtraSelection:
        made = QTextEdit.ExtraSelection()
        start, end = self._span(wrong)
        made.cursor = QTextCursor(self.document())
        made.cursor.setPosition(start)
        made.cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        made.format.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
        made.format.setUnderlineColor(self.theme.color("error"))
        return made

    def _span(self, wrong: Wrong) -> tuple[int, int]:
        """Where it stands in the text: the word there, or the line where there is no telling."""
        block = self.document().findBlockByNumber(min(wrong.line, self.blockCount() - 1))
        text, start = block.text(), block.position()
        word = _WORD.match(text, wrong.column) if wrong.column < len(text) else None
        if word is None or not word[0].strip():
            blank = len(text) - len(text.lstrip())
            return start + blank, start + max(len(text), blank)
        return start + word.start(), start + word.end()

    def wrong_at(self, place: QPoint) -> str:
        """What is wrong at a place in the viewport, or nothing."""
        cursor = self.cursorForPosition(place)
        found = (wrong for wrong in self.wrong if self._covers(wrong, cursor.position()))
        return next((wrong.text for wrong in found), "")

    def _covers(self, wrong: Wrong, position: int) -> bool:
        start, end = self._span(wrong)
        return start <= position <= end

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and (said := self.wrong_at(event.pos())):
            plain = html.escape(visible(said))
            QToolTip.showText(event.globalPos(), f"<span>{plain}</span>", self)
            return True
        return super().viewportEvent(event)

    # ---- keys ------------------------------------------------------------------------------------

    def _before(self) -> str:
        cursor = self.textCursor()
        return cursor.block().text()[: cursor.positionInBlock()]

    def event(self, event: QEvent) -> bool:
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and not self.isReadOnly()
        ):
            if event.key() in _ENTER and event.modifiers() & _CONTROL:
                event.accept()
                return True
            undo, redo = map(event.matches, _STEPS)
            document = self.document()
            if (undo and not document.isUndoAvailable()) or (
                redo and not document.isRedoAvailable()
            ):
                event.ignore()  # nothing was typed since: it is the graph's
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.isReadOnly():
            super().keyPressEvent(event)
            return
        if self.completer.key(event) or self._own_key(event):
            event.accept()
            return
        self._take_whole_tokens(event)
        QPlainTextEdit.keyPressEvent(self, event)
        self.completer.typed(event.text())

    def _own_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in _ENTER and event.modifiers() & _CONTROL:
            self.wanted.emit()
        elif key in _ENTER:
            self._break_line()
        elif key == Qt.Key.Key_Tab and self.completer.word_before():
            self.completer.complete()
        elif key == Qt.Key.Key_Tab and not self._before().strip() and self._is_in_block():
            self.insertPlainText(INDENT)
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            self.focusNextPrevChild(key == Qt.Key.Key_Tab)
        elif event.matches(QKeySequence.StandardKey.Undo) and not self.document().isUndoAvailable():
            event.ignore()
        else:
            return False
        return True

    def _is_in_block(self) -> bool:
        """Whether the line above is indented, or opens a block."""
        above = self.textCursor().block().previous().text()
        return above.startswith(INDENT) or above.rstrip().endswith(":")

    def _break_line(self) -> None:
        """A new line as far in as this one, or further behind a colon."""
        before = self._before()
        indent = before[: len(before) - len(before.lstrip())]
        if before.rstrip().endswith(":"):
            indent += INDENT
        self.textCursor().insertText(f"\n{indent}")
        self.ensureCursorVisible()

    def _take_whole_tokens(self, event: QKeyEvent) -> None:
        """Have what is about to be typed or deleted be about a token as a whole."""
        key = event.key()
        back, ahead = key == Qt.Key.Key_Backspace, key == Qt.Key.Key_Delete
        if not (back or ahead or event.text()) or event.modifiers() & _CONTROL:
            return
        cursor = self.textCursor()
        start, end = cursor.selectionStart(), cursor.selectionEnd()
        block = self.document().findBlock(start)
        for match in _TOKEN.finditer(block.text()):
            first, last = block.position() + match.start(), block.position() + match.end()
            deletes = start == end and ((back and end == last) or (ahead and start == first))
            if deletes or (start < last and end > first and (start, end) != (last, first)):
                start, end = min(start, first), max(end, last)
        if (start, end) != (cursor.selectionStart(), cursor.selectionEnd()):
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(cursor)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._typing = False
        self.completer.close()
        if event.reason() != Qt.FocusReason.PopupFocusReason and not self.isReadOnly():
            self.wanted.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.hasFocus():
            self.ensureCursorVisible()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.completer.close()
