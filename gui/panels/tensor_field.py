"""The inspector's field for a leaf's numbers: a line to type in, a slider, a way to the table."""

from __future__ import annotations

from math import prod
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QToolButton

from gui.model import entry
from gui.panels.fields import TextField
from gui.panels.parts import link_button
from gui.panels.slider import NumberSlider, Span
from gui.tr import tr

MOST = 400
"""Numbers up to which they are spelled out in the line."""


def table_link() -> QToolButton:
    """What opens the tensor editor."""
    return link_button(tr("Edit as table…"), tr("Cells, shape, dtype, paste, random values"))


class DataField(TextField):
    """A number or nested lists; a single number has a slider, many are left to the table."""

    table_wanted = Signal()

    def __init__(self, span: Span | None = None) -> None:
        super().__init__(entry.parse, "data", hint=tr("a number, or [1, 2], or [[1, 2], [3, 4]]"))
        self._name, self._floats = "", True
        self.slider = NumberSlider(span, stacked=True)
        self.table = table_link()
        self.table.clicked.connect(lambda: self.table_wanted.emit())
        column = self.layout()
        assert column is not None
        column.addWidget(self.slider)
        column.addWidget(self.table)

    def show_leaf(self, name: str, *, floats: bool) -> None:
        """Whose numbers they are, and whether they are floating-point ones."""
        self._name, self._floats = name, floats

    def show_value(self, value: Any) -> None:
        many = prod(shape := entry.shape(value)) > MOST
        self.line.setReadOnly(many)
        super().show_value(tr("{}: too many to list").format(shape) if many else value)
        single = isinstance(value, (int, float)) and not isinstance(value, bool)
        self.slider.setVisible(single)
        if single:
            whole = isinstance(value, int) and not self._floats
            self.slider.show_number(self._name, value, whole=whole)
