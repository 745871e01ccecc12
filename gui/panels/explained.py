"""Cards that explain a number: formulas, one entry worked out, the Jacobian of a small op."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from gui.model import words
from gui.model.explain import EMPTY, Explanation
from gui.model.explain.arithmetic import Line
from gui.model.explain.explanation import Jacobian
from gui.model.explain.saved import Saved
from gui.panels.formula import FormulaView
from gui.panels.heatmap import HeatMap
from gui.panels.parts import Card, heading, label, menu_text, number_label, say, tip
from gui.state.later import Later
from gui.state.settled import Settled
from gui.theme import Theme
from gui.tr import tr

Index = tuple[int, ...]


class ExplanationCard(Card):
    """One Explanation; entries and the Jacobian are worked out once it has stood for a moment."""

    def __init__(self, tone: str, theme: Theme, *, titled: bool = True) -> None:
        super().__init__(tone)
        ground = "hover" if tone == "plain" else f"{tone}_soft"
        color = "gradient" if tone == "plain" else tone
        self.explanation = EMPTY
        self._at: Index = ()
        self.head = heading("")
        self.titled = titled
        self.formula = FormulaView(theme, color, ground)
        self.worked = FormulaView(theme, color, ground)
        self.chooser = EntryChooser()
        self.chooser.chosen.connect(self._choose)
        self.note = label("", "muted")
        self.map_title = label("", "muted")
        self.heat = HeatMap()
        self.heat.set_theme(theme)
        for part in (
            *(self.head, self.formula, self.chooser, self.worked),
            *(self.map_title, self.heat, self.note),
        ):
            self.column.addWidget(part)
        self._later = Later(self)
        self._later.found.connect(self._on_found)
        self._settling = Settled(self)
        self._settling.settled.connect(self._work)
        self.show_explanation(EMPTY)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of `theme`."""
        for part in (self.formula, self.worked, self.heat):
            part.set_theme(theme)

    def set_tone(self, tone: str) -> None:
        """The box and what its formulas come to: blue for a value, orange for a gradient."""
        super().set_tone(tone)
        for view in (self.formula, self.worked):
            view.set_tone(tone, f"{tone}_soft")

    def show_explanation(self, explanation: Explanation) -> None:
        """Show it; what stood here before is forgotten, also a chosen entry."""
        self.explanation, self._at = explanation, explanation.default
        say(self.head, explanation.title if self.titled else "")
        self.formula.show_lines(explanation.lines)
        say(self.note, "\n".join(explanation.notes))
        self.chooser.show_for(explanation)
        for part in (self.worked, self.heat, self.map_title):
            part.setVisible(False)
        self.worked.show_lines(())
        self.setVisible(bool(explanation.lines or explanation.notes))
        self._later.forget()
        if explanation.has_entries or explanation.jacobian is not None:
            self._settling.wait()
        else:
            self._settling.stop()

    def _choose(self, at: Index) -> None:
        self._at = at
        self._work()

    def _work(self) -> None:
        explanation, at = self.explanation, self._at
        self._later.ask(lambda: (explanation, *_worked_out(explanation, at)))

    def _on_found(self, found: tuple[Explanation, Sequence[Line], Jacobian | None]) -> None:
        explanation, lines, jacobian = found
        if explanation is not self.explanation:
            return
        self.worked.show_lines(lines)
        self.heat.setVisible(jacobian is not None)
        self.map_title.setVisible(jacobian is not None)
        if jacobian is not None:
            told = tr("Jacobian: rows {}, columns {}")
            self.map_title.setText(told.format(jacobian.result, jacobian.source))
            self.heat.show_jacobian(jacobian)


def _worked_out(explanation: Explanation, at: Index) -> tuple[Sequence[Line], Jacobian | None]:
    """The entry and the Jacobian: the op runs again for them, on a thread."""
    lines = explanation.entry(at) if explanation.has_entries else ()
    return lines, None if explanation.jacobian is None else explanation.jacobian()


class EntryChooser(QWidget):
    """`entry [1, 2]`: which entry of a tensor is worked out."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.caption = label(tr("entry"), "muted", wrap=False)
        self.field = QLineEdit()
        self.field.setAccessibleName(tr("Entry that is worked out"))
        self.field.setMaximumWidth(110)
        self.field.setMaxLength(60)  # far less than Python reads as one number
        self.shape = label("", "muted", wrap=False)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 2, 0, 0)
        for part in (self.caption, self.field, self.shape):
            row.addWidget(part)
        row.addStretch(1)
        self.field.returnPressed.connect(self._on_entered)
        self.field.editingFinished.connect(self._on_entered)
        self._said: Index = ()

    def show_for(self, explanation: Explanation) -> None:
        """The entry that is chosen by itself; hidden where there is but one."""
        self.setVisible(explanation.has_entries)
        self._said = explanation.default
        self.field.setText(", ".join(map(str, self._said)))
        self.shape.setText(tr("of {}").format(tuple(np.shape(explanation.value))))

    def _on_entered(self) -> None:
        at = tuple(map(int, re.findall(r"\d+", self.field.text())))
        if at != self._said:
            self._said = at
            self.chosen.emit(at)


class Section(QWidget):
    """A heading that shows and hides what is below it; `opened` asks for the content."""

    opened = Signal()

    def __init__(self, title: str, *, is_open: bool = True) -> None:
        super().__init__()
        self.button = QToolButton()
        self.button.setText(title)
        self.button.setProperty("link", "true")
        self.button.setCheckable(True)
        self.button.setChecked(is_open)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.button.toggled.connect(self._on_toggled)
        self.content = QWidget()
        self.column = QVBoxLayout(self.content)
        self.column.setContentsMargins(0, 0, 0, 0)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(4)
        whole.addWidget(self.button)
        whole.addWidget(self.content)
        self._on_toggled(is_open)

    @property
    def is_open(self) -> bool:
        return self.button.isChecked()

    def _on_toggled(self, is_open: bool) -> None:
        arrow = Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow
        self.button.setArrowType(arrow)
        self.content.setVisible(is_open)
        if is_open:
            self.opened.emit()


class PassedBack(QWidget):
    """A card for everything a node has sent on."""

    MOST = 6

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.cards: list[ExplanationCard] = []
        self.more = label("", "muted")
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(self.more)

    def show_all(self, explanations: Sequence[Explanation], nothing: str) -> None:
        """A card each, up to MOST; `nothing` is said where there is none."""
        while len(self.cards) < min(len(explanations), self.MOST):
            card = ExplanationCard("gradient", self.theme)
            self.cards.append(card)
            self.column.insertWidget(len(self.cards) - 1, card)
        for k, card in enumerate(self.cards):
            card.show_explanation(explanations[k] if k < len(explanations) else EMPTY)
        left = len(explanations) - self.MOST
        told = tr("and {} more").format(left) if left > 0 else ""
        say(self.more, told if explanations else nothing)

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        for card in self.cards:
            card.set_theme(theme)


class SavedTensors(QWidget):
    """What grad_fn has saved: name, value, the node it came from as a link, and if it is there."""

    chosen = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(2)
        self.nothing = label("", "muted")
        self.column.addWidget(self.nothing)
        self._rows: list[QWidget] = []

    def show_saved(self, saved: Sequence[Saved], name_of: Callable[[str], str]) -> None:
        """A row each."""
        for row in self._rows:
            row.setParent(None)
            row.deleteLater()
        self._rows = [self._row(one, name_of(one.node)) for one in saved]
        for row in self._rows:
            self.column.addWidget(row)
        say(self.nothing, "" if saved else tr("Nothing: the derivative needs no values."))

    def _row(self, saved: Saved, owner: str) -> QWidget:
        row = QWidget()
        column = QVBoxLayout(row)
        column.setContentsMargins(0, 2, 0, 4)
        column.setSpacing(1)
        line = QHBoxLayout()
        text = number_label("muted" if saved.freed else "text")
        text.setText(f"{saved.name} = {words.with_shape(saved.value)}")
        line.addWidget(text, 1)
        if owner:
            link = QToolButton()
            link.setText(menu_text(owner))
            link.setProperty("link", "true")
            link.setToolTip(tip(tr("Select {}").format(owner)))
            link.clicked.connect(lambda: self.chosen.emit(saved.node))
            line.addWidget(link)
        column.addLayout(line)
        column.addWidget(label(_fate(saved), "error" if saved.stale else "muted"))
        return row


def _fate(saved: Saved) -> str:
    if saved.freed:
        return tr("freed: a second backward would need retain_graph=True")
    if saved.stale:
        told = tr("saved at version {}, now at version {}: backward will refuse it")
        return told.format(saved.then, saved.now)
    return tr("kept for backward, version {}").format(saved.now)
