"""Editors for one value each: what cannot be read stays, with a sentence on what is wanted."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QCheckBox, QLineEdit, QVBoxLayout, QWidget

from gui.model import entry, fields
from gui.model.names import why_no_name
from gui.model.unseen import visible
from gui.panels.parts import Choice, label, say
from gui.tr import tr

Read = Callable[[str], Any]

DTYPES = (
    *("float32", "float64", "float16"),
    *("int64", "int32", "int16", "int8", "uint8", "bool"),
)
REDUCTIONS = ("mean", "sum", "none")


def reader(kind: str) -> Read:
    """How text is read for a field of this annotation; it raises ValueError with a sentence."""
    kinds = {part.strip() for part in kind.split("|")}

    def read(text: str) -> Any:
        typed = text.strip()
        if "None" in kinds and typed in ("", "None"):
            return None
        if kind in fields.TEXTS:
            fields.TEXTS[kind](typed)
            return typed
        if "str" in kinds:
            return typed
        try:
            value = entry.parse(typed)
        except ValueError as error:
            raise ValueError(str(error) if "[" in typed else _asked(kind)) from None
        if type(value) is int and kind.startswith("tuple["):
            value = [value]  # a size of one dimension, say
        if not fields.accepts(kind)(value):
            raise ValueError(_asked(kind))
        return value

    return read


def _asked(kind: str) -> str:
    asked = fields.wanted(kind).replace("a list of whole numbers", "a list such as [0, 1]")
    told = tr("{} is wanted here.")
    if "None" in kind:
        told = tr("{} is wanted here, or nothing.")
    return told.format(asked[:1].upper() + asked[1:])


def name_reader(taken: Callable[[], Collection[str]]) -> Read:
    """Reads a node's name, which becomes a Python name in the code."""

    def read(text: str) -> str:
        name = text.strip()
        if why := why_no_name(name, taken()):
            raise ValueError(why)
        return name

    return read


_UNDO, _REDO = QKeySequence.StandardKey.Undo, QKeySequence.StandardKey.Redo


class _Line(QLineEdit):
    """A line edit in which Esc brings back what was there.

    Undo and redo are the window's where nothing was typed that they could take back.
    """

    reverted = Signal()
    _sample = ""

    def fit(self, sample: str) -> None:
        """Always be as wide as this text needs, in whatever size it is written."""
        self._sample = sample
        self.setFixedWidth(self.fontMetrics().horizontalAdvance(sample) + 24)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._sample:
            self.fit(self._sample)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            undo, redo = event.matches(_UNDO), event.matches(_REDO)
            if (undo and not self.isUndoAvailable()) or (redo and not self.isRedoAvailable()):
                event.ignore()  # else a line edit takes the key and does nothing
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.isModified():
            self.reverted.emit()
        else:
            super().keyPressEvent(event)


class TextField(QWidget):
    """A line of text; a bad one stays, red, with a sentence that says what is wanted."""

    committed = Signal(object)

    def __init__(self, read: Read, name: str, *, hint: str = "") -> None:
        super().__init__()
        self.read = read
        self._shown = ""
        self.line = _Line(placeholderText=hint)
        self.line.setAccessibleName(name)
        self.line.setToolTip(tr("{}: Enter commits, Esc goes back").format(name))
        self.complaint = label("", "error")
        self.complaint.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        column.addWidget(self.line)
        column.addWidget(self.complaint)
        self.line.editingFinished.connect(self._commit)
        self.line.reverted.connect(self._revert)
        self.setFocusProxy(self.line)

    def show_value(self, value: Any) -> None:
        """Show the Document's value; what is being typed stays until that value changes."""
        text = entry.spell(value)
        if text != self._shown or not self.line.isModified():
            self._shown = text
            self._revert()

    def _revert(self) -> None:
        self.line.setText(self._shown)
        self.line.setCursorPosition(0)
        self._complain("")

    def _commit(self) -> None:
        text = self.line.text()
        if text == self._shown:
            self._complain("")
            return
        try:
            value = self.read(text)
        except ValueError as error:
            self._complain(str(error))
            return
        self._complain("")
        self._shown = text
        self.line.setModified(False)
        self.committed.emit(value)

    def _complain(self, sentence: str) -> None:
        if bool(sentence) != bool(self.line.property("bad")):
            self.line.setProperty("bad", bool(sentence))
            self.line.style().unpolish(self.line)
            self.line.style().polish(self.line)
        self.line.setAccessibleDescription(sentence)
        say(self.complaint, sentence)


class BoolField(QCheckBox):
    """A tick; `committed` is sent for the person's clicks and keys only."""

    committed = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.clicked.connect(lambda ticked: self.committed.emit(ticked))

    def show_value(self, value: Any) -> None:
        self.setChecked(bool(value))


class ChoiceField(Choice):
    """One of a few words; the first may stand for "not given"."""

    committed = Signal(object)

    def __init__(self, choices: Collection[str], name: str, *, none: str = "") -> None:
        super().__init__()
        if none:
            self.addItem(none, None)
        for choice in choices:
            self.addItem(choice, choice)
        self.setAccessibleName(name)
        self.setToolTip(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.activated.connect(lambda row: self.committed.emit(self.itemData(row)))

    def show_value(self, value: Any) -> None:
        row = self.findData(value)
        if row < 0 and value is not None:
            self.addItem(visible(str(value)), value)
            row = self.count() - 1
        self.setCurrentIndex(max(row, 0))


FieldEditor = TextField | BoolField | ChoiceField


def editor_for(name: str, kind: str, *, optional: bool = False) -> FieldEditor:
    """The editor that suits a field's name and annotation."""
    kinds = {part.strip() for part in kind.split("|")}
    none = tr("default") if optional or "None" in kinds else ""
    if name == "data":
        return TextField(entry.parse, name, hint=tr("a number, or [1, 2], or [[1, 2], [3, 4]]"))
    if name == "dtype" or "dtype" in kinds:
        return ChoiceField(DTYPES, name, none=none)
    if "bool" in kinds and kinds <= {"bool", "None"}:
        return BoolField(name)
    if kind.startswith("Literal["):
        choices = ast.literal_eval(kind.removeprefix("Literal"))
        return ChoiceField([str(c) for c in choices], name, none=none)
    if name == "reduction":
        return ChoiceField(REDUCTIONS, name)
    return TextField(reader(kind), name)
