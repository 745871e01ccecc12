"""The command palette: every command and node by name, at the keyboard."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.model.fuzzy import Words, distance
from gui.model.unseen import visible
from gui.theme import Theme
from gui.tr import tr

WIDTH, HEIGHT = 460, 360


@dataclass(frozen=True)
class Entry:
    """One line of the palette."""

    text: str
    kind: str
    shortcut: str
    do: Callable[[], object]
    able: bool = True
    """Whether it can be done now; what cannot is listed, greyed, once it is asked for."""


class CommandPalette(QFrame):
    """A popup with a field and a list; Enter does the chosen entry, Esc closes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(None, Qt.WindowType.Popup)
        self.entries: Sequence[Entry] = ()
        self._chosen: Entry | None = None
        self._soon = QTimer(self, singleShot=True, interval=0)
        self._soon.timeout.connect(self._do_chosen)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Find a command, a lesson or a node…"))
        self.field.setAccessibleName(tr("Command"))
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Commands"))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        column = QVBoxLayout(self)
        column.addWidget(self.field)
        column.addWidget(self.list)
        self.field.textChanged.connect(self._filter)
        self.field.installEventFilter(self)
        self.list.itemClicked.connect(self._do)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.setStyleSheet(
            f"CommandPalette {{ background: {theme.window}; border: 1px solid {theme.border}; }}"
            f"QLineEdit {{ padding: 7px; border: 1px solid {theme.border}; border-radius: 6px; }}"
            "QListWidget::item { padding: 5px 6px; }"
        )

    def open_over(self, window: QWidget, entries: Sequence[Entry]) -> None:
        """Show these entries over the upper middle of `window`."""
        self.entries = entries
        self.field.clear()
        self._filter("")
        self.resize(min(WIDTH, window.width()), min(HEIGHT, window.height()))
        self.move(window.mapToGlobal(QPoint((window.width() - self.width()) // 2, 60)))
        self.show()
        self.field.setFocus()

    def _filter(self, text: str) -> None:
        self.list.clear()
        words = text.lower().split()
        for entry in sorted(self.entries, key=lambda entry: _rank(entry, text)):
            told = f"{entry.text} {entry.kind}".lower()
            if all(word in told for word in words) and (entry.able or words):
                self._add(entry)
        self.list.setCurrentRow(0)
        if not self.list.count():
            self.list.addItem(QListWidgetItem(tr("Nothing is called “{}”").format(text)))

    def _add(self, entry: Entry) -> None:
        keys = f"   {entry.shortcut}" if entry.shortcut else ""
        item = QListWidgetItem(visible(f"{entry.text}   ·  {entry.kind}{keys}"))
        item.setData(Qt.ItemDataRole.UserRole, entry)
        if not entry.able:
            item.setText(tr("{}   ·  not possible now").format(entry.text))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
        self.list.addItem(item)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            key = event.key()
            if key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
                row = self.list.currentRow() + (1 if key == Qt.Key.Key_Down else -1)
                self.list.setCurrentRow(max(0, min(row, self.list.count() - 1)))
                return True
            if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._do(self.list.currentItem())
                return True
        return super().eventFilter(watched, event)

    def _do(self, item: QListWidgetItem | None) -> None:
        entry = None if item is None else item.data(Qt.ItemDataRole.UserRole)
        if isinstance(entry, Entry) and entry.able:
            self.close()
            self._chosen = entry
            self._soon.start()  # a popup must be gone before a dialog opens

    def _do_chosen(self) -> None:
        entry, self._chosen = self._chosen, None
        if entry is not None:
            entry.do()


def _rank(entry: Entry, typed: str) -> tuple[bool, int]:
    """What can be done first, and of that what is called most like it."""
    return not entry.able, distance(typed, Words(entry.text)) if typed.strip() else 0
