"""The middle of the window: the graph, or the history its run has left, one tab each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QTabBar, QVBoxLayout, QWidget

from engine.graph import Graph
from gui.canvas.canvas import Canvas
from gui.canvas.history import HistoryCanvas, laid_out
from gui.model.document import Place
from gui.model.film import Film, TraceFilm
from gui.model.frames import EMPTY, Frame
from gui.model.history import Histories, Picture
from gui.state.later import Later
from gui.state.player import Player
from gui.state.selection import Selection
from gui.theme import Theme
from gui.tr import tr

GRAPH, HISTORY = 0, 1
AT_ONCE = 300
"""Up to so many Functions nobody waits for their picture."""
_Drawn = tuple[Picture, Mapping[str, Place]] | str
"""A history and where its Functions lie, or why there is no picture."""


class Views(QWidget):
    """Both show the player's step; what is selected in one is, by its origin, in the other."""

    turned = Signal()
    """Another of the two is to be seen."""

    def __init__(self, graph: Canvas, selection: Selection, player: Player, theme: Theme) -> None:
        super().__init__()
        self.graph, self.selection, self.player = graph, selection, player
        self.picked = Selection(self)
        self.history = HistoryCanvas(self.picked, theme)
        self._histories: Histories | None = None
        self._film: Film | None = None
        self._forward: int | None = None
        self._shown: Picture | None = None
        self._later = Later(self)
        self._later.found.connect(self._on_found)
        self._following = False
        self.bar = QTabBar()
        self.bar.setDocumentMode(True)
        self.bar.setExpanding(False)
        self.bar.setAccessibleName(tr("Graph or history"))
        self.pages = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.pages, 1)
        for title, canvas in ((tr("Graph"), graph), (tr("History"), self.history)):
            self.bar.addTab(title)
            self.pages.addWidget(canvas)
        self.bar.currentChanged.connect(self._turn)
        player.framed.connect(self._on_framed)
        selection.changed.connect(self._follow_graph)
        self.picked.changed.connect(self._follow_history)
        self.history.origin_wanted.connect(self._show_origin)

    @property
    def canvas(self) -> Canvas:
        """The one that is to be seen."""
        return self.history if self.on_history else self.graph

    @property
    def on_history(self) -> bool:
        return self.bar.currentIndex() == HISTORY

    def toggle(self) -> None:
        """The other one."""
        self.show_history(not self.on_history)

    def show_history(self, on: bool = True) -> None:
        """The history, or the graph."""
        self.bar.setCurrentIndex(HISTORY if on else GRAPH)

    def set_theme(self, theme: Theme) -> None:
        """Colour the history; the graph is told by itself."""
        self.history.set_theme(theme)

    def _turn(self, index: int) -> None:
        self.pages.setCurrentIndex(index)
        if index == HISTORY:
            self._on_framed(self.player.frame, self.player.phase)
            self._follow_graph()
        self.canvas.setFocus()
        self.turned.emit()

    # ---- the step --------------------------------------------------------------------------------

    def _on_framed(self, frame: Frame, phase: float) -> None:
        if not self.on_history:
            return
        step, film = self.player.step, self.player.film
        if film is not self._film:
            self._film, self._forward = film, None
            self._histories = Histories(film) if isinstance(film, TraceFilm) else None
        forward = 0 if self._histories is None else self._histories.forward_at(step)
        if forward != self._forward:
            self._forward = forward
            self._ask(step)
        if self._shown is not None:
            self.history.show_frame(self._shown.film.frame(step), phase)

    def _ask(self, step: int) -> None:
        """Have another history drawn: at once if it is small, else on a thread."""
        self._shown = None
        self._later.forget()
        if self._histories is None:
            self._show_nothing()
        elif self._histories.size <= AT_ONCE:
            self._show_drawn(_drawn(self._histories, step))
        else:
            self.history.hint.emit(tr("The history is being drawn …"))
            self._later.ask(partial(_drawn, self._histories, step))

    def _on_found(self, found: _Drawn) -> None:
        self.history.hint.emit("")
        self._show_drawn(found)
        self._on_framed(self.player.frame, self.player.phase)

    def _show_drawn(self, found: _Drawn) -> None:
        if isinstance(found, str):
            self._show_nothing()
            self.history.hint.emit(found)
            return
        self._shown, places = found
        self._following = True  # what was picked goes with the old picture
        self.history.show_picture(self._shown.graph, places, self._shown.about)
        self._following = False
        self._follow_graph()

    def _show_nothing(self) -> None:
        self.history.show_picture(Graph(), {}, lambda _: "")
        self.history.show_frame(EMPTY)

    # ---- what is selected ------------------------------------------------------------------------

    def _follow_graph(self) -> None:
        """Select the Functions of the selected nodes."""
        if self.on_history and self._shown is not None and not self._following:
            self._following = True
            self.picked.set(i for node in self.selection.items for i in self._shown.of_node(node))
            self._following = False

    def _follow_history(self) -> None:
        """Select the nodes the selected Functions come from."""
        if self.on_history and self._shown is not None and not self._following:
            self._following = True
            owners = (self._shown.nodes.get(i, "") for i in self.picked.items)
            self.selection.set(node for node in owners if node)
            self._following = False

    def _show_origin(self, function: str) -> None:
        node = "" if self._shown is None else self._shown.nodes.get(function, "")
        if not node:
            self.history.hint.emit(tr("No drawn node made this Function."))
            return
        self.show_history(False)
        self.selection.set([node])
        self.graph.ensure_visible(node)


def _drawn(histories: Histories, step: int) -> _Drawn:
    """The history at a step, laid out and its frames prepared; or why it is not drawn."""
    try:
        picture = histories.picture(step)
    except ValueError as error:  # too large
        return str(error)
    picture.film.prepare()
    return picture, laid_out(picture.graph)
