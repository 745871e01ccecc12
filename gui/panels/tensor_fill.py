"""Fill a tensor: constants, ranges and torch's random initialisers, with the seed they start at."""

from __future__ import annotations

import secrets
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from gui.model import entry
from gui.model.initialise import BY_NAME, INITIALISERS, Option
from gui.panels.fields import ChoiceField, TextField
from gui.panels.parts import label
from gui.tr import tr

_FIRST = "kaiming uniform"


class Fill(QWidget):
    """One row: which way, its arguments, the seed, and the button that does it."""

    wanted = Signal(str, int, object)
    """(name, seed, options)"""

    def __init__(self) -> None:
        super().__init__()
        self.seed, self.options = 0, {}  # type: ignore[var-annotated]
        self.choice = ChoiceField([i.name for i in INITIALISERS], tr("Fill with"))
        self.choice.show_value(_FIRST)
        self.seed_field = TextField(_seed, tr("seed"))
        self.seed_field.line.fit("0" * 8)
        self.dice = QPushButton(tr("New seed"))
        self.dice.setToolTip(tr("Another seed, and fill again"))
        self.button = QPushButton(tr("Fill"))
        self.row = QHBoxLayout(self)
        self.row.setContentsMargins(0, 0, 0, 0)
        self.row.setSpacing(6)
        self.row.addWidget(label(tr("Fill with"), "muted", wrap=False))
        self.row.addWidget(self.choice)
        self._made: list[QWidget] = []
        self.row.addStretch(1)
        self._seed_label = label(tr("seed"), "muted", wrap=False)
        for part in (self._seed_label, self.seed_field, self.dice, self.button):
            self.row.addWidget(part)
        for button in (self.dice, self.button):
            button.setAutoDefault(False)
        self.choice.committed.connect(self._show_options)
        self.seed_field.committed.connect(self._set_seed)
        self.dice.clicked.connect(self._reseed)
        self.button.clicked.connect(self.fill)
        self.seed_field.show_value(self.seed)
        self._show_options(_FIRST)

    def fill(self) -> None:
        """Ask for it."""
        self.wanted.emit(self.choice.currentData(), self.seed, dict(self.options))

    def _set_seed(self, seed: int) -> None:
        self.seed = seed

    def _reseed(self) -> None:
        self.seed = secrets.randbelow(10_000)
        self.seed_field.show_value(self.seed)
        self.fill()

    def _show_options(self, name: str) -> None:
        for part in self._made:
            self.row.removeWidget(part)
            part.hide()
            part.deleteLater()
        how = BY_NAME[name]
        self.options = {option.name: option.default for option in how.options}
        self._made = [part for option in how.options for part in self._parts(option)]
        for k, part in enumerate(self._made):
            self.row.insertWidget(2 + k, part)
        for part in (self._seed_label, self.seed_field, self.dice):
            part.setVisible(how.random)

    def _parts(self, option: Option) -> list[QWidget]:
        """The name of an argument and the field for it."""
        field: TextField | ChoiceField
        if option.choices:
            field = ChoiceField(option.choices, option.name)
        else:
            field = TextField(lambda text: float(entry.number(text)), option.name)
            field.line.fit("0.0000")
            field.line.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.show_value(option.default)
        field.committed.connect(lambda value: self._set(option.name, value))
        if option.choices:
            return [field]  # its words say what it is
        return [label(option.name, "muted", wrap=False), field]

    def _set(self, name: str, value: Any) -> None:
        self.options[name] = value


def _seed(text: str) -> int:
    value = entry.number(text)
    if isinstance(value, float) or not 0 <= value < 2**63:
        raise ValueError(tr("A seed is a whole number from 0 on."))
    return int(value)
