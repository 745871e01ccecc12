"""The one in-place editor: a line over a name, a number or a note, with what is wrong under it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from gui.canvas.dial import Dial, left_over
from gui.model import turning
from gui.model.unseen import visible
from gui.theme import Theme, mono
from gui.tr import tr

_NARROWEST = 90


@dataclass(frozen=True, slots=True)
class Field:
    """Something that can be typed over; `commit` raises ValueError with a sentence."""

    label: str
    text: str
    commit: Callable[[str], None]
    number: str = ""
    """`float` or `int` where it is one number: it can then be turned with the mouse."""


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
        self.dial = Dial(theme, parent)
        self.dial.setFocusProxy(self)
        self.dial.turned.connect(lambda steps: self._turn(self.dial.unit, steps))
        self._wheel = 0
        self.set_theme(theme)
        self.hide()
        self.reason.hide()

    def set_theme(self, theme: Theme) -> None:
        self._theme = self.dial.theme = theme
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
        self._field, self._wheel = field, 0
        self.setFont(mono(10))
        self.setText(field.text)
        self.setAccessibleName(field.label)
        self.setToolTip(field.label)
        if self._is_number():
            self.setToolTip(tr("{} · the wheel turns the digit under it").format(field.label))
            whole = field.number == "int"
            self.dial.start(turning.unit_of(field.text, whole=whole), whole=whole)
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
        self.dial.move(*self._beneath(self.dial.width(), self.dial.height()))
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

    def _is_number(self) -> bool:
        return bool(self._field and self._field.number and turning.is_number(self.text()))

    def _turn(self, unit: Decimal, steps: int) -> None:
        """The number so many steps further, as if it were typed."""
        if self._is_number():
            self._forget_reason()
            self.setText(turning.turned(self.text(), unit, steps))
            self.setModified(True)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """The digit under the mouse goes up and down; where there is none, the dial's."""
        event.accept()
        self._wheel, notches = left_over(self._wheel + event.angleDelta().y())
        if not notches:
            return
        # The character left of the nearest gap, or right of it: that which the mouse is on.
        x = int(event.position().x())
        gap = self.cursorPositionAt(QPoint(x, self.height() // 2))
        index = gap - 1 if x < self._gap_x(gap) else gap
        unit = turning.unit_at(self.text(), index) or self.dial.unit
        kept = len(self.text()) - index
        self._turn(max(unit, self.dial.finest), notches)
        self.setCursorPosition(max(0, len(self.text()) - kept))

    def _gap_x(self, gap: int) -> int:
        before = self.cursorPosition()
        self.setCursorPosition(gap)
        x = self.cursorRect().center().x()
        self.setCursorPosition(before)
        return x

    def cancel(self) -> None:
        if self._field is not None:
            self._close(False)

    def _close(self, go_on: bool) -> None:
        self._field = None
        self.hide()
        self.dial.hide()
        self.reason.hide()
        self.finished.emit(go_on)

    def _show_reason(self, sentence: str) -> None:
        self._paint_border(bad=True)
        room = self._room.rect()
        self.dial.hide()
        self.reason.setText(visible(sentence))
        self.reason.setFixedWidth(max(240, min(340, room.width() - 8)))
        height = self.reason.heightForWidth(self.reason.width())
        at = self._beneath(self.reason.width(), height)
        self.reason.setGeometry(*at, self.reason.width(), height)
        self.reason.show()
        self.reason.raise_()

    def _beneath(self, width: int, height: int) -> tuple[int, int]:
        """Where something of this size is below the editor, or above it for want of room."""
        room = self._room.rect()
        left = min(self.x(), max(4, room.width() - width - 4))
        below = self.geometry().bottom() + 4
        return left, below if below + height < room.height() else self.y() - height - 4

    def _forget_reason(self) -> None:
        if self.reason.isVisible():
            self._paint_border(bad=False)
            self.reason.hide()
        self.dial.setVisible(self._is_number())

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
