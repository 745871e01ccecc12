"""The windows that compare runs: the fault lab and the three ways to stop tracking."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from engine.graph import Graph
from engine.trace import Cancelled
from gui.canvas.follow import Follow
from gui.canvas.onlooker import Onlooker
from gui.model.differences import Differences
from gui.model.document import Document
from gui.model.film import TraceFilm
from gui.model.lab import Fault, both_films
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


class Comparison(QObject):
    """A window beside the main one that shows runs made on a thread, for as long as it is open."""

    window: LabWindow | WaysWindow | None = None

    def __init__(self, theme: Theme, beside: Callable[[], QWidget]) -> None:
        super().__init__()
        self.theme, self._beside = theme, beside
        self._later = Later(self)
        self._cancel = threading.Event()

    def set_theme(self, theme: Theme) -> None:
        """Colour the window, if there is one."""
        self.theme = theme
        if self.window is not None:
            self.window.set_theme(theme)

    def close(self) -> None:
        """No answer is wanted any more."""
        self._give_up()
        if self.window is not None:
            self.window.close()

    def _raise(self, window: QWidget) -> None:
        window.show()
        window.raise_()
        window.activateWindow()

    def _give_up(self) -> None:
        """What is being run is not wanted any more."""
        self._cancel.set()
        self._later.forget()

    def _ask(self, run: Callable[[threading.Event], object]) -> None:
        """Run this on a thread; it is told there when it is not wanted any more."""
        self._give_up()
        self._cancel = threading.Event()
        self._later.ask(partial(run, self._cancel))


class ThreeWays(Comparison):
    """Applies the three ways where the selection is."""

    window: WaysWindow | None = None

    def __init__(
        self, editor: Editor, selection: Selection, theme: Theme, beside: Callable[[], QWidget]
    ) -> None:
        super().__init__(theme, beside)
        self.editor, self.selection = editor, selection
        self.place: Place | None = None
        self._later.found.connect(self._on_found)
        selection.changed.connect(self._follow_selection)
        editor.changed.connect(self._on_edited)
        editor.opened.connect(self._renew)

    def show(self) -> None:
        """The window, at what is selected."""
        self._raise(self.window or self._make())
        self._follow_selection()
        self._renew()

    def _make(self) -> WaysWindow:
        names = ("detach()", "no_grad()", "requires_grad_(False)")
        canvases = [Onlooker(self.theme, name, "cut", "✂") for name in names]
        self.window = WaysWindow(canvases, self.theme, self._beside())
        self.window.chosen.connect(self._choose)
        look_together(canvases)
        QShortcut(QKeySequence("Esc"), self.window, self.window.close)
        return self.window

    def _choose(self, node: str) -> None:
        self.place = Place(node)
        self._renew()

    def _follow_selection(self) -> None:
        graph, picked = self.editor.document.graph, self.selection
        able = [i for i in picked.items if graph.outputs.get(i)]
        if len(picked.edges) == 1 and not picked.items:
            key = next(iter(picked.edges))
            if key in graph.edges:
                self.place = Place(graph.edges[key].source, key)
                self._renew()
        elif len(able) == 1:
            self._choose(able[0])

    def _on_edited(self, before: Document, after: Document) -> None:
        if before.graph is not after.graph:
            self._renew()

    def _renew(self, *_: object) -> None:
        if self.window is None or not self.window.isVisible():
            return
        document = self.editor.document
        self.place = still_there(document.graph, self.place)
        self.window.show_places(document.graph, self.place)
        self._give_up()
        if self.place is not None:
            self._ask(partial(_ways, document, self.place))

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


class FaultLab(Comparison):
    """Keeps its window in line with the Document, which it runs with the fault."""

    window: LabWindow | None = None

    def __init__(
        self,
        editor: Editor,
        player: Player,
        theme: Theme,
        beside: Callable[[], QWidget],
        open_lesson: Callable[[Path], object],
    ) -> None:
        super().__init__(theme, beside)
        self.editor, self.source, self._open_lesson = editor, player, open_lesson
        self.player = Player(self)
        self.follow: Follow | None = None
        self._later.found.connect(self._on_found)
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
        self._raise(window)
        self._renew(afresh=True)

    def close(self) -> None:
        """Nothing plays any more, either."""
        self.player.pause()
        if self.follow is not None:
            self.follow.rest()
        super().close()

    def _make(self) -> LabWindow:
        right = Onlooker(self.theme, tr("The run as it should be"))
        wrong = Onlooker(self.theme, tr("The run with the fault"))
        made = LabWindow(self.player, right, wrong, self.theme, self._beside())
        made.chosen.connect(partial(self._renew, afresh=True))
        made.graph_wanted.connect(lambda name: self._open_lesson(by_id(name).graph))
        for canvas, other in ((right, wrong), (wrong, right)):
            canvas.space_tapped.connect(self.player.toggle)
            canvas.origin_wanted.connect(lambda node, other=other: other.ensure_visible(node))
        look_together([right, wrong])
        self._follow(right, wrong)
        bind_keys(made, self.player, [right, wrong])
        right.setFocus()
        self.window = made
        return made

    def _follow(self, right: Onlooker, wrong: Onlooker) -> None:
        """The one goes where the run goes, and takes the other along."""
        follow = self.follow = Follow(right, self)
        wrong.panned_by_hand.connect(lambda: follow.switch(False))
        self.player.framed.connect(lambda frame, _: follow.look_at(frame))
        self.player.playing_changed.connect(lambda playing: follow.switch(playing or follow.on))

    # ---- when to run -------------------------------------------------------------------------

    def _on_film(self, found: object) -> None:
        if isinstance(found, TraceFilm):
            self._renew(afresh=False)

    def _on_opened(self, _: Document) -> None:
        self._afresh = True

    def _on_edited(self, before: Document, after: Document) -> None:
        """Where things lie changes no film."""
        window = self.window
        if window is not None and window.isVisible() and before.graph is after.graph:
            for side in window.sides:
                side.canvas.look_at(after)

    def _renew(self, *, afresh: bool) -> None:
        """Run it again with the fault; what is shown stays until the answer is there."""
        if self.window is None or not self.window.isVisible():
            return
        self._afresh = self._afresh or afresh
        self._ask(partial(compared, self.editor.document, self.window.fault))

    def _on_found(self, found: tuple[Document, Differences | None] | None) -> None:
        if found is None or self.window is None or self.follow is None:
            return
        document, runs = found
        if runs is None:
            self.window.show_endless()
            return
        if self._afresh:
            self.follow.switch(True)
        self.window.show_runs(document, runs, afresh=self._afresh)
        self._afresh = False


def compared(
    document: Document, fault: Fault, cancel: threading.Event
) -> tuple[Document, Differences | None] | None:
    """The run as it should be beside the faulty one, ready to be shown; None if given up.

    There are no Differences where the faulty run would go on for ages.
    """
    try:
        right, wrong = both_films(document, fault, cancel.is_set)
    except Cancelled:
        return None
    if wrong is None:
        return document, None
    found = Differences(right, wrong)
    _ = found.parting, found.timeline
    return document, found


def look_together(canvases: Sequence[Onlooker]) -> None:
    """What one of them looks at, all look at."""
    for canvas in canvases:
        for other in canvases:
            if other is not canvas:
                canvas.looked.connect(other.set_view)


def bind_keys(window: LabWindow, player: Player, canvases: Sequence[Onlooker]) -> None:
    """The transport's keys, in a window of its own."""
    for key, do in (
        ("Ctrl+Space", player.toggle), ("F11", player.forward), ("Shift+F11", player.back),
        ("Ctrl+Home", player.first), ("Ctrl+End", player.last), ("Esc", window.close),
    ):  # fmt: skip
        QShortcut(QKeySequence(key), window, do)
    arrows = (("Right", player.forward), ("Left", player.back))
    _bind(window.table, (*arrows, ("Space", player.toggle)))
    for canvas in canvases:
        _bind(canvas, arrows)


def _bind(where: QWidget, keys: Iterable[tuple[str, Callable[[], object]]]) -> None:
    """Only there: elsewhere arrows choose a fault, and the space bar presses a button."""
    for key, do in keys:
        made = QShortcut(QKeySequence(key), where, do)
        made.setContext(Qt.ShortcutContext.WidgetShortcut)
