"""The one in-place editor: a line over a name, a number or a note, with what is wrong under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from gui.theme import Theme, mono

_NARROWEST = 90


@dataclass(frozen=True, slots=True)
class Field:
    """Something that can be typed over; `commit` raises ValueError with a sentence."""

    label: str
    text: str
    commit: Callable[[str], None]


class FieldEditor(QLineEdit):
    """Enter commits, Esc cancels, Tab commits and goes on; a bad entry stays, with the reason."""

    finished = Signal(bool)
    """True when Tab asks for the next field."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._field: Field | None = None
        self._room = parent
        self._theme = theme
        self.reason = QLabel(parent)
        self.reason.setTextFormat(Qt.TextFormat.PlainText)
        self.reason.setWordWrap(True)
        self.textEdited.connect(self._forget_reason)
        self.set_theme(theme)
        self.hide()
        self.reason.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._paint_border(bad=False)
        self.reason.setStyleSheet(
            f"background: {theme.error_soft}; color: {theme.error}; padding: 4px 8px;"
            f" border: 1px solid {theme.error}; border-radius: 5px;"
        )

    def _paint_border(self, *, bad: bool) -> None:
        theme = self._theme
        self.setStyleSheet(
            f"background: {theme.surface}; color: {theme.text}; padding: 0 6px;"
            f" border: 2px solid {theme.error if bad else theme.selection}; border-radius: 5px;"
            f" selection-background-color: {theme.selection}; selection-color: {theme.on_accent};"
        )

    @property
    def active(self) -> bool:
        return self._field is not None

    def start(self, field: Field, rect: QRectF) -> None:
        """Edit `field` over `rect` (pixels of the parent)."""
        self._paint_border(bad=False)
        self.reason.hide()
        self._field = field
        self.setFont(mono(10))
        self.setText(field.text)
        self.setAccessibleName(field.label)
        self.setToolTip(field.label)
        self.move_to(rect)
        self.show()
        self.raise_()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def move_to(self, rect: QRectF) -> None:
        """Follow what is edited when the view moves."""
        room = self._room.rect()
        width = max(_NARROWEST, int(rect.width()))
        left = min(max(2, int(rect.left())), max(2, room.width() - width - 2))
        height = max(26, int(rect.height()))
        top = min(max(2, int(rect.center().y() - height / 2)), max(2, room.height() - height - 2))
        self.setGeometry(left, top, width, height)
        if self.reason.isVisible():
            self._show_reason(self.reason.text())

    def commit(self, *, go_on: bool = False) -> bool:
        """Hand in what is typed; False, with the reason shown, when it is refused."""
        if self._field is None:
            return True
        field, self._field = self._field, None
        if self.text() != field.text:
            try:
                field.commit(self.text())
            except ValueError as refusal:
                self._field = field
                self._show_reason(str(refusal))
                return False
        self._close(go_on)
        return True

    def cancel(self) -> None:
        if self._field is not None:
            self._close(False)

    def _close(self, go_on: bool) -> None:
        self._field = None
        self.hide()
        self.reason.hide()
        self.finished.emit(go_on)

    def _show_reason(self, sentence: str) -> None:
        self._paint_border(bad=True)
        room = self._room.rect()
        self.reason.setText(sentence)
        self.reason.setFixedWidth(max(240, min(340, room.width() - 8)))
        height = self.reason.heightForWidth(self.reason.width())
        left = min(self.x(), max(4, room.width() - self.reason.width() - 4))
        below = self.geometry().bottom() + 4
        top = below if below + height < room.height() else self.y() - height - 4
        self.reason.setGeometry(left, top, self.reason.width(), height)
        self.reason.show()
        self.reason.raise_()

    def _forget_reason(self) -> None:
        if self.reason.isVisible():
            self._paint_border(bad=False)
        self.reason.hide()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()
            return True
        tabs = (Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        if isinstance(event, QKeyEvent) and event.key() in tabs:
            if event.type() == QEvent.Type.KeyPress:
                self.commit(go_on=True)
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.commit()
        elif event.key() == Qt.Key.Key_Escape:
            self.cancel()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Clicking elsewhere commits; what is refused stays open and is not lost."""
        super().focusOutEvent(event)
        if event.reason() == Qt.FocusReason.MouseFocusReason:
            self.commit()
