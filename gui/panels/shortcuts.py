"""All shortcuts, searchable, each of them changeable."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.panels.parts import label, say
from gui.state.keymap import Binding, Keymap, spelled
from gui.theme import Theme
from gui.tr import tr

_ID = Qt.ItemDataRole.UserRole
_NATIVE = QKeySequence.SequenceFormat.NativeText


def native(keys: tuple[str, ...]) -> str:
    """The keys as this platform writes them; what is no key (a gesture of several) as it stands."""
    return ", ".join((QKeySequence(k).toString(_NATIVE) if spelled(k) else k) for k in keys)


class ShortcutsDialog(QDialog):
    """A change counts and is saved at once; a key that is in use names who has it."""

    def __init__(self, keymap: Keymap, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.keymap, self.theme = keymap, theme
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.resize(640, 560)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Find a command or a key…"))
        self.search.setAccessibleName(tr("Find"))
        self.search.setClearButtonEnabled(True)
        self.list = self._list()
        self.edit = QKeySequenceEdit()
        self.edit.setMaximumSequenceLength(1)
        self.edit.setAccessibleName(tr("New key"))
        self.put, self.none = QPushButton(tr("Use this key")), QPushButton(tr("No key"))
        self.usual, self.all_usual = QPushButton(tr("Usual key")), QPushButton(tr("Reset all"))
        self.says = label("", "muted")
        self._lay_out()
        self._connect()
        self.list.ensurePolished()  # rows measured before would be too low
        self.fill()

    def _list(self) -> QTreeWidget:
        made = QTreeWidget()
        made.setHeaderLabels([tr("Command"), tr("Where"), tr("Keys")])
        made.setRootIsDecorated(False)
        made.setAllColumnsShowFocus(True)
        made.setAccessibleName(tr("Shortcuts"))
        header = made.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 110), (2, 170)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            made.setColumnWidth(column, width)
        return made

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(label(tr("New key"), wrap=False))
        row.addWidget(self.edit, 1)
        for button in (self.put, self.none, self.usual):
            button.setAutoDefault(False)
            row.addWidget(button)
        column.addLayout(row)
        self.says.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        column.addWidget(self.says)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.addButton(self.all_usual, QDialogButtonBox.ButtonRole.ResetRole)
        self.all_usual.setAutoDefault(False)
        buttons.button(QDialogButtonBox.StandardButton.Close).setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        column.addWidget(buttons)

    def _connect(self) -> None:
        self.search.textChanged.connect(self.fill)
        self.list.currentItemChanged.connect(self._on_current)
        self.edit.keySequenceChanged.connect(self._on_key)
        self.put.clicked.connect(self._put)
        self.none.clicked.connect(lambda: self._choose(()))
        self.usual.clicked.connect(self._reset)
        self.all_usual.clicked.connect(self._reset_all)

    # ---- the list ------------------------------------------------------------------------------

    def fill(self, *_: object) -> None:
        """List what has all the words searched for in its name, its menu or its keys."""
        chosen, words = self.current, self.search.text().lower().split()
        self.list.clear()
        for binding in self.keymap.bindings.values():
            keys = native(self.keymap.keys(binding.id))
            told = f"{binding.title} {binding.group} {keys}".lower()
            if all(word in told for word in words):
                self._add(binding, keys, binding is chosen)
        first = self.list.topLevelItem(0)
        if self.list.currentItem() is None and first is not None:
            self.list.setCurrentItem(first)
        self._on_current()

    def _add(self, binding: Binding, keys: str, chosen: bool) -> None:
        item = QTreeWidgetItem([binding.title, binding.group, keys])
        item.setData(0, _ID, binding.id)
        font = item.font(2)
        font.setBold(not self.keymap.is_usual(binding.id))
        item.setFont(2, font)
        if binding.fixed:
            item.setForeground(2, self.theme.color("muted"))
        self.list.addTopLevelItem(item)
        if chosen:
            self.list.setCurrentItem(item)

    @property
    def current(self) -> Binding | None:
        """The binding of the row that is selected."""
        item = self.list.currentItem()
        return None if item is None else self.keymap.bindings[item.data(0, _ID)]

    def _on_current(self, *_: object) -> None:
        binding = self.current
        self.edit.clear()
        free = binding is not None and not binding.fixed
        for part in (self.edit, self.none):
            part.setEnabled(free)
        self.usual.setEnabled(free and binding is not None and not self.keymap.is_usual(binding.id))
        self.put.setEnabled(False)
        say_fixed = binding is not None and binding.fixed
        self._say(tr("This key cannot be changed.") if say_fixed else "")

    # ---- changing ------------------------------------------------------------------------------

    @property
    def key(self) -> str:
        """What was pressed in the field."""
        return self.edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)

    def _on_key(self, *_: object) -> None:
        binding = self.current
        self.put.setText(tr("Use this key"))
        self.put.setEnabled(bool(self.key) and binding is not None)
        others = self.keymap.users_of(self.key, besides=binding.id) if binding else []
        if any(other.fixed for other in others):
            self.put.setEnabled(False)
            self._say(tr("The canvas needs this key itself: “{}”.").format(others[0].title), True)
        elif others:
            names = ", ".join(f"“{other.title}”" for other in others)
            self._say(tr("{} has this key now, and would be left without it.").format(names), True)
            self.put.setText(tr("Use it here instead"))
        else:
            self._say("")

    def _put(self) -> None:
        if self.key:
            self._choose((self.key,))

    def _choose(self, keys: tuple[str, ...]) -> None:
        if self.current is not None:
            self.keymap.choose(self.current.id, keys)
            self._after()

    def _reset(self) -> None:
        if self.current is not None:
            self.keymap.reset(self.current.id)
            self._after()

    def _reset_all(self) -> None:
        self.keymap.reset_all()
        self._after()

    def _after(self) -> None:
        self.fill()
        if self.keymap.problem:
            self._say(self.keymap.problem, True)
            self.keymap.problem = ""

    def _say(self, text: str, bad: bool = False) -> None:
        self.says.setProperty("tone", "error" if bad else "muted")
        self.says.style().unpolish(self.says)
        self.says.style().polish(self.says)
        say(self.says, text)
        self.says.setVisible(True)


def _demo() -> QWidget:
    from pathlib import Path

    from gui.theme import LIGHT

    bindings = [Binding("a", "Backward", "Run", ("F6",)), Binding("b", "Undo", "Edit", ("Ctrl+Z",))]
    return ShortcutsDialog(Keymap(bindings, Path("/nonexistent/keys.json")), LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
