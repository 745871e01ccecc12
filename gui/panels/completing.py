"""Completion in a text one types: the list over the cursor, and the keys that go to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit

from engine.code.completion import Completion, completions
from gui.panels.console_popup import Popup
from gui.theme import Theme

Key = Qt.Key


class Completer:
    """Completes what is typed in `edit`; `names` gives what is known, for the text before."""

    def __init__(
        self,
        edit: QPlainTextEdit,
        theme: Theme,
        before: Callable[[], str],
        names: Callable[[str], Mapping[str, Any]],
    ) -> None:
        self.edit, self.theme, self.before, self.names = edit, theme, before, names
        self.popup: Popup | None = None
        self._chosen = False

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        if self.popup is not None:
            self.popup.set_theme(theme)

    @property
    def is_open(self) -> bool:
        return self.popup is not None and self.popup.isVisible()

    def word_before(self) -> bool:
        """Whether the cursor stands behind something that could be gone on with."""
        before = self.before()
        return bool(before.strip()) and (before[-1:].isidentifier() or before[-1:] in ".0123456789")

    def typed(self, text: str) -> None:
        """Something has been typed: offer what can follow, if that is wanted."""
        if self.is_open:
            self.offer(chosen=self._chosen)
        elif text == ".":
            self.offer(chosen=False)

    def complete(self) -> None:
        """Put in what all completions have in common, and offer them if there are several."""
        found = self._found()
        if not found:
            return
        words = [c.text for c in found]
        common = words[0]
        while not all(word.startswith(common) for word in words):
            common = common[:-1]
        if len(found) == 1:
            self._take(found[0])
        else:
            self.edit.insertPlainText(common[found[0].typed :])
            self.offer(chosen=True)

    def offer(self, chosen: bool) -> None:
        """Show what can follow; `chosen`: the first is lit."""
        found = self._found()
        if not found:
            self.close()
            return
        if self.popup is None:
            self.popup = Popup(self.theme, self.edit.window())
            self.popup.picked.connect(self._take)
        self._chosen = chosen
        cursor = self.edit.cursorRect()
        top = self.edit.viewport().mapTo(self.edit.window(), cursor.topLeft())
        self.popup.open_at(QRect(top, cursor.size()), found, chosen)

    def close(self) -> None:
        self._chosen = False
        if self.popup is not None:
            self.popup.hide()

    def key(self, event: QKeyEvent) -> bool:
        """What a key does to the list, if that is open; whether it was for the list alone."""
        popup = self.popup
        if popup is None or not popup.isVisible():
            return False
        key = Key(event.key())
        if key in (Key.Key_Down, Key.Key_Up):
            popup.light(1 if key == Key.Key_Down else -1)
            self._chosen = True
            return True
        if key == Key.Key_Escape:
            self.close()
            return True
        wanted = popup.chosen()
        if key == Key.Key_Tab and wanted is None:
            self.complete()
            return True
        if key in (Key.Key_Return, Key.Key_Enter, Key.Key_Tab) and wanted is not None:
            self._take(wanted)
            return True
        if key in (Key.Key_Return, Key.Key_Enter, Key.Key_Left, Key.Key_Right, Key.Key_Backtab):
            self.close()
        return False

    def _found(self) -> list[Completion]:
        before = self.before()
        return completions(before, self.names(before))

    def _take(self, completion: Completion) -> None:
        more = completion.text[completion.typed :] + ("(" if completion.call else "")
        self.edit.insertPlainText(more)
        self.close()
        self.edit.setFocus()
