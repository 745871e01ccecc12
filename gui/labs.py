"""The windows that compare runs: the fault lab and the three ways to stop tracking."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from engine.graph import Graph
from engine.trace import Cancelled
from gui.canvas.onlooker import Onlooker
from gui.model.differences import Differences
from gui.model.document import Document
from gui.model.film import TraceFilm
from gui.model.lab import Fault, film
from gui.model.lessons import by_id
from gui.model.ways import Outcome, Place, compare, places
from gui.panels.lab import LabWindow
from gui.panels.ways import WaysWindow
from gui.state.editor import Editor
from gui.state.later import Later
from gui.state.player import Player
from gui.state.selection import Selection
from gui.theme import Theme
from gui.tr import tr


class ThreeWays(QObject):
    """Opens that window and applies the three ways where the selection is, on a thread."""

    def __init__(
        self,
        editor: Editor,
        selection: Selection,
        theme: Theme,
        window: Callable[[], QWidget],
    ) -> None:
        super().__init__()
        self.editor, self.selection, self.theme, self._window = editor, selection, theme, window
        self.window: WaysWindow | None = None
        self.place: Place | None = None
        self._later = Later(self)
        self._later.found.connect(self._on_found)
        self._cancel = threading.Event()
        selection.changed.connect(self._follow_selection)
        editor.changed.connect(self._on_edited)
        editor.opened.connect(self._ask)

    def show(self) -> None:
        """The window, at what is selected."""
        window = self.window or self._make()
        window.show()
        window.raise_()
        window.activateWindow()
        self._follow_selection()
        self._ask()

    def set_theme(self, theme: Theme) -> None:
        """Colour the window, if there is one."""
        self.theme = theme
        if self.window is not None:
            self.window.set_theme(theme)

    def close(self) -> None:
        """No answer is wanted any more."""
        self._cancel.set()
        self._later.forget()
        if self.window is not None:
            self.window.close()

    def _make(self) -> WaysWindow:
        names = ("detach()", "no_grad()", "requires_grad_(False)")
        canvases = [Onlooker(self.theme, name, "cut", "✂") for name in names]
        self.window = WaysWindow(canvases, self.theme, self._window())
        self.window.chosen.connect(self._choose)
        QShortcut(QKeySequence("Esc"), self.window, self.window.close)
        return self.window

    def _choose(self, node: str) -> None:
        self.place = Place(node)
        self._ask()

    def _follow_selection(self) -> None:
        graph, picked = self.editor.document.graph, self.selection
        able = [i for i in picked.items if graph.outputs.get(i)]
        if len(picked.edges) == 1 and not picked.items:
            key = next(iter(picked.edges))
            if key in graph.edges:
                self.place = Place(graph.edges[key].source, key)
                self._ask()
        elif len(able) == 1:
            self._choose(able[0])

    def _on_edited(self, before: Document, after: Document) -> None:
        if before.graph is not after.graph:
            self._ask()

    def _ask(self, *_: object) -> None:
        if self.window is None or not self.window.isVisible():
            return
        document = self.editor.document
        self.place = still_there(document.graph, self.place)
        self.window.show_places(document.graph, self.place)
        self._cancel.set()
        self._cancel = threading.Event()
        self._later.forget()
        if self.place is not None:
            self._later.ask(partial(_ways, document, self.place, self._cancel))

    def _on_found(self, found: tuple[Outcome, ...] | None) -> None:
        if found and self.window is not None:
            self.window.show_outcomes(found)


def still_there(graph: Graph, place: Place | None) -> Place | None:
    """The place, or the first result that is used, if it is gone."""
    able = places(graph)
    if place is not None and place.node in able:
        edge = graph.edges.get(place.edge) if place.edge is not None else None
        return place if edge is not None and edge.source == place.node else Place(place.node)
    computed = (i for i in able if graph.inputs.get(i))
    node = next(computed, able[0] if able else None)
    return None if node is None else Place(node)


def _ways(document: Document, place: Place, cancel: threading.Event) -> tuple[Outcome, ...] | None:
    try:
        found = compare(document, place, cancel.is_set)
    except Cancelled:
        return None
    for outcome in found:
        outcome.film.prepare()
    return found


class FaultLab(QObject):
    """Opens the window, keeps it in line with the Document, runs it with the fault on a thread."""

    def __init__(
        self,
        editor: Editor,
        player: Player,
        theme: Theme,
        window: Callable[[], QWidget],
        open_lesson: Callable[[Path], object],
    ) -> None:
        super().__init__()
        self.editor, self.source, self.theme = editor, player, theme
        self._window, self._open_lesson = window, open_lesson
        self.window: LabWindow | None = None
        self.player = Player(self)
        self._later = Later(self)
        self._later.found.connect(self._on_found)
        self._cancel = threading.Event()
        self._afresh = True
        player.film_changed.connect(self._on_film)
        editor.changed.connect(self._on_edited)
        editor.opened.connect(self._on_opened)

    def show(self, *, reduced_motion: bool = False) -> None:
        """The window, as the Document is now."""
        window = self.window or self._make()
        for side in window.sides:
            side.canvas.reduced_motion = reduced_motion  # type: ignore[attr-defined]
        self.player.set_speed(self.source.speed)
        window.show()
        window.raise_()
        window.activateWindow()
        self._ask(afresh=True)

    def set_theme(self, theme: Theme) -> None:
        """Colour the window, if there is one."""
        self.theme = theme
        if self.window is not None:
            self.window.set_theme(theme)

    def close(self) -> None:
        """No answer is wanted any more, and nothing plays."""
        self._cancel.set()
        self._later.forget()
        self.player.pause()
        if self.window is not None:
            self.window.close()

    def _make(self) -> LabWindow:
        right = Onlooker(self.theme, tr("The run as it should be"))
        wrong = Onlooker(self.theme, tr("The run with the fault"))
        made = LabWindow(self.player, right, wrong, self.theme, self._window())
        made.chosen.connect(partial(self._ask, afresh=True))
        made.graph_wanted.connect(lambda name: self._open_lesson(by_id(name).graph))
        for canvas, other in ((right, wrong), (wrong, right)):
            canvas.space_tapped.connect(self.player.toggle)
            canvas.origin_wanted.connect(lambda node, other=other: other.ensure_visible(node))
        bind_keys(made, self.player, [right, wrong])
        self.window = made
        return made

    # ---- when to run -------------------------------------------------------------------------

    def _on_film(self, found: object) -> None:
        if isinstance(found, TraceFilm):
            self._ask(afresh=False)

    def _on_opened(self, _: Document) -> None:
        self._afresh = True

    def _on_edited(self, before: Document, after: Document) -> None:
        """Where things lie changes no film."""
        window = self.window
        if window is not None and window.isVisible() and before.graph is after.graph:
            for side in window.sides:
                side.canvas.look_at(after)

    def _ask(self, *, afresh: bool) -> None:
        """Run it again with the fault; what is shown stays until the answer is there."""
        if self.window is None or not self.window.isVisible():
            return
        self._cancel.set()
        self._cancel = threading.Event()
        self._afresh = self._afresh or afresh
        look = partial(compared, self.editor.document, self.window.fault, self._cancel)
        self._later.ask(look)

    def _on_found(self, found: tuple[Document, Differences] | None) -> None:
        if found is not None and self.window is not None:
            self.window.show_runs(*found, afresh=self._afresh)
            self._afresh = False


def compared(
    document: Document, fault: Fault, cancel: threading.Event
) -> tuple[Document, Differences] | None:
    """The run as it should be beside the faulty one, ready to be shown; None if given up."""
    try:
        right, wrong = film(document, None, cancel.is_set), film(document, fault, cancel.is_set)
    except Cancelled:
        return None
    right.prepare()
    wrong.prepare()
    found = Differences(right, wrong)
    _ = found.parting, found.timeline
    return document, found


def bind_keys(window: QWidget, player: Player, canvases: list[Onlooker]) -> None:
    """The transport's keys, in a window of its own."""
    for key, do in (
        ("Ctrl+Space", player.toggle), ("F11", player.forward), ("Shift+F11", player.back),
        ("Ctrl+Home", player.first), ("Ctrl+End", player.last), ("Esc", window.close),
    ):  # fmt: skip
        QShortcut(QKeySequence(key), window, do)
    for canvas in canvases:
        for key, do in (("Right", player.forward), ("Left", player.back)):
            made = QShortcut(QKeySequence(key), canvas, do)
            made.setContext(Qt.ShortcutContext.WidgetShortcut)  # elsewhere arrows move the cursor
