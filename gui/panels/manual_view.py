"""The backward pass as hand-written lines, beside the PyTorch code; the line of the step is lit."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.model.explain.manual import ManualLine, manual_lines
from gui.model.film import Film
from gui.panels.parts import label
from gui.panels.source_view import SourceView
from gui.state.later import Later
from gui.state.player import Player
from gui.theme import Theme
from gui.tr import tr

MANY = 300
"""Steps: of a longer film the lines are written on another thread."""


class ManualView(QWidget):
    """Hidden until the film has a backward call."""

    node_chosen = Signal(str)
    _room = True

    def __init__(self, player: Player, theme: Theme) -> None:
        super().__init__()
        self.player = player
        self.lines: tuple[ManualLine, ...] = ()
        self._film: Film | None = None
        self._places: dict[int, int] = {}
        self._later = Later(self)
        self._later.found.connect(self._show)
        self.view = SourceView(theme)
        self.view.setAccessibleName(tr("The backward pass by hand"))
        self.view.setToolTip(tr("Click a line to go to its step"))
        self.view.line_chosen.connect(self._on_line)
        self.title = label(tr("The same, by hand"), "muted", wrap=False)
        self.title.setContentsMargins(8, 4, 8, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.title)
        column.addWidget(self.view)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self.view.set_theme(theme)

    def show_step(self) -> None:
        """Bring lines and light in line with the player."""
        film = self.player.film
        if film is not self._film:
            self._film = film
            if len(film) > MANY:
                self._later.ask(lambda: manual_lines(film))
            else:
                self._later.forget()
                self._show(manual_lines(film))
        self._light()

    def _show(self, lines: tuple[ManualLine, ...]) -> None:
        self.lines = lines
        self._places = {line.step: k for k, line in enumerate(lines) if line.step >= 0}
        self.view.show_text("\n".join(line.text for line in lines))
        self.setVisible(bool(lines) and self._room)
        self._light()

    def give_room(self, room: bool) -> None:
        """Whether there is room for it."""
        self._room = room
        self.setVisible(bool(self.lines) and room)

    def _light(self) -> None:
        place = self._places.get(self.player.step)
        self.view.light({} if place is None else {place: True}, "gradient")

    def _on_line(self, number: int) -> None:
        if not 0 <= number < len(self.lines) or self.lines[number].step < 0:
            return
        line = self.lines[number]
        self.player.pause()
        self.player.go(line.step)
        if line.node:
            self.node_chosen.emit(line.node)
