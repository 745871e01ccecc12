"""The arguments of the selected line of the Program, each to be changed in place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from gui.model.line_args import Argument
from gui.panels.fields import BoolField, ChoiceField, FieldEditor, TextField
from gui.panels.parts import GAP, label

HINTS = {
    "gradient": "1 (a scalar's own)", "inputs": "every leaf", "handle": "none", "value": "None",
}  # fmt: skip


class LineFields(QWidget):
    """A row for each argument: its name, and a tick, a choice or a text."""

    changed = Signal(object, object)
    """(Argument, new value)"""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, FieldEditor] = {}
        self._made: tuple[Argument, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(4, GAP, 4, 4)
        self._grid.setHorizontalSpacing(10)
        self._grid.setVerticalSpacing(5)
        self._grid.setColumnStretch(1, 1)

    def show_arguments(self, found: tuple[Argument, ...]) -> None:
        """Show these; fields of the same names and kinds stay, with what is being typed."""
        if [_shape(a) for a in found] != [_shape(a) for a in self._made]:
            self._make(found)
        self._made = found
        for argument in found:
            field = self.fields[argument.name]
            if isinstance(field, TextField) and argument.read is not None:
                field.read = argument.read  # it knows the nodes there are now
            field.show_value(argument.value)
        self.setVisible(bool(found))

    def focus_first(self) -> None:
        """Into the first field, its text selected."""
        for field in list(self.fields.values())[:1]:
            field.setFocus(Qt.FocusReason.ShortcutFocusReason)
            if isinstance(field, TextField):
                field.line.selectAll()

    def _make(self, found: tuple[Argument, ...]) -> None:
        for row in range(self._grid.count()):
            if (item := self._grid.itemAt(row)) is not None and (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.fields = {}
        for row, argument in enumerate(found):
            field = _field(argument)
            field.committed.connect(self._telling(argument.name))
            name = label(argument.name, "muted", wrap=False)
            name.setBuddy(field)
            name.setMinimumHeight(field.sizeHint().height())  # beside the first line of the field
            self._grid.addWidget(name, row, 0, Qt.AlignmentFlag.AlignTop)
            self._grid.addWidget(field, row, 1)
            self.fields[argument.name] = field

    def _telling(self, name: str) -> Callable[[object], None]:
        """Tells what a field says now of the argument as it is shown now."""

        def tell(value: object) -> None:
            self.changed.emit(next(a for a in self._made if a.name == name), value)

        return tell


def _shape(argument: Argument) -> tuple[object, ...]:
    """What a field is made for; readers bound to a graph come anew with every edit."""
    kind = isinstance(argument.value, bool) and argument.read is None
    return argument.name, argument.choices, kind


def _field(argument: Argument) -> FieldEditor:
    if argument.choices:
        return ChoiceField(argument.choices, argument.name)
    if argument.read is None:
        return BoolField(argument.name)
    return TextField(argument.read, argument.name, hint=HINTS.get(argument.name, ""))
