"""How a node's value came about, what it passes back, and what it keeps: sections to open."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.model.explain import explained, passed_back
from gui.model.explain.saved import saved_by
from gui.panels.explained import ExplanationCard, PassedBack, SavedTensors, Section
from gui.panels.parts import label, say
from gui.state.player import Player
from gui.state.settled import Settled
from gui.theme import Theme
from gui.tr import tr


class NodeStory(QWidget):
    """Follows the player's step for one node; a section that is closed costs nothing."""

    def __init__(self, player: Player, theme: Theme) -> None:
        super().__init__()
        self.player, self.node = player, ""
        self._name_of: Callable[[str], str] = lambda node: node
        self.computed = Section(tr("How it was computed"))
        self.back = Section(tr("What it passes back"))
        self.keeps = Section(tr("Saved for backward"), is_open=False)
        self.card = ExplanationCard("value", theme, titled=False)
        self.nothing = label("", "muted")
        self.passed = PassedBack(theme)
        self.saved = SavedTensors()
        self.computed.column.addWidget(self.nothing)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        pairs = (self.computed, self.card), (self.back, self.passed), (self.keeps, self.saved)
        for section, content in pairs:
            section.column.addWidget(content)
            section.opened.connect(self._tell)
            column.addWidget(section)
        self._settling = Settled(self)
        self._settling.settled.connect(self._tell)

    def set_theme(self, theme: Theme) -> None:
        self.card.set_theme(theme)
        self.passed.set_theme(theme)

    def show_node(self, node: str, name_of: Callable[[str], str]) -> None:
        """Tell of this node at the player's step; while the film runs once a step has stayed."""
        self.node, self._name_of = node, name_of
        if self.player.playing or not self.isVisible():
            self._settling.wait()
        else:
            self._settling.stop()
            self._tell()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._settling.wait()

    def _tell(self) -> None:
        film, step = self.player.film, self.player.step
        if not self.node or not self.isVisible():
            return
        if self.computed.is_open:
            found = explained(film, step, self.node)
            self.card.show_explanation(found)
            nothing = tr("Nothing yet: it has no value at this step.")
            say(self.nothing, "" if found.lines else nothing)
        if self.back.is_open:
            self.passed.show_all(passed_back(film, step, self.node), tr("Nothing yet."))
        if self.keeps.is_open:
            self.saved.show_saved(saved_by(film, step, self.node), self._name_of)
