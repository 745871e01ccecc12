"""What a person does with a run besides playing it: stop here, go there, follow, count, loop."""

from __future__ import annotations

from bisect import bisect_left, bisect_right

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication

from gui.canvas.canvas import Canvas
from gui.canvas.follow import Follow
from gui.canvas.hits import Hit
from gui.canvas.marks import Marks
from gui.canvas.menu import Entry
from gui.model.film import TraceFilm
from gui.model.frames import Frame
from gui.model.terminal import captions
from gui.state.breakpoints import Breakpoints, Spot
from gui.state.editor import Editor
from gui.state.later import Later
from gui.state.player import Player
from gui.state.selection import Selection
from gui.state.settings import Settings
from gui.tr import tr


class Playing(QObject):
    """Breakpoints, run to a node, the camera, visit counts and captions of one window."""

    message = Signal(str)
    changed = Signal()
    """Something has been switched on or off."""

    def __init__(
        self,
        editor: Editor,
        selection: Selection,
        player: Player,
        canvas: Canvas,
        settings: Settings,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.editor, self.selection, self.player = editor, selection, player
        self.canvas, self.settings = canvas, settings
        self.breakpoints = Breakpoints(editor, player, settings, self)
        self.follow = Follow(canvas, self)
        self.counting = False
        self._later = Later(self)
        self._later.found.connect(self._on_captions)
        self.breakpoints.changed.connect(self._mark)
        self.breakpoints.changed.connect(self.changed)
        self.breakpoints.message.connect(self.message)
        player.framed.connect(self._on_framed)
        player.film_changed.connect(lambda _: self._mark())
        self.follow.switch(settings.follow)
        self.follow.switched.connect(self._on_followed)
        canvas.more.append(self.entries)

    # ---- run to --------------------------------------------------------------------------------

    @property
    def chosen(self) -> Spot | None:
        """The one node or edge that is selected."""
        items, edges = self.selection.items, self.selection.edges
        if len(items) + len(edges) != 1:
            return None
        spot: Spot = next(iter(items), "") or next(iter(edges))
        graph = self.editor.document.graph
        return spot if spot in (graph.edges if isinstance(spot, tuple) else graph.nodes) else None

    def run_to(self, spot: Spot, way: int) -> None:
        """Go to the next step (way 1) or the one before (way -1) at which the run is there.

        A breakpoint on the way stops it.
        """
        film, here = self.player.film, self.player.step
        steps = film.visits(spot) if isinstance(spot, str) else film.crossings(spot)
        at = bisect_right(steps, here) if way > 0 else bisect_left(steps, here) - 1
        if not 0 <= at < len(steps):
            told = tr("The run does not come there after this step.")
            self.message.emit(told if way > 0 else tr("The run was not there before this step."))
            return
        stop = self.breakpoints.between(here, steps[at])
        if stop is not None:
            self.player.halt(stop, self.breakpoints.why(stop))
        else:
            self.player.pause()
            self.player.go(steps[at])

    def run_to_chosen(self, way: int) -> None:
        """The same for what is selected."""
        if self.chosen is not None:
            self.run_to(self.chosen, way)

    def show(self, spot: Spot) -> None:
        """Select a spot and bring it into sight."""
        if isinstance(spot, str):
            self.selection.set([spot])
        else:
            self.selection.set((), [spot])
        self.canvas.ensure_visible(spot if isinstance(spot, str) else spot[0])
        self.canvas.setFocus()

    def toggle_breakpoint(self) -> None:
        """A breakpoint at what is selected, or none any more."""
        if self.chosen is not None:
            self.breakpoints.toggle(self.chosen)

    def entries(self, hit: Hit) -> list[Entry]:
        """What the context menu offers for a node or an edge."""
        spot = hit.id if hit.kind == "node" else hit.edge if hit.kind in ("edge", "bend") else None
        if spot is None or (isinstance(spot, str) and spot not in self.editor.document.graph.nodes):
            return []
        there = spot in self.breakpoints.spots
        add = tr("Stop before this node") if isinstance(spot, str) else tr("Stop after this edge")
        found: list[Entry] = [
            (tr("Run to here"), "Ctrl+F10", lambda: self.run_to(spot, 1)),
            (tr("Back to here"), "Ctrl+Shift+F10", lambda: self.run_to(spot, -1)),
            (
                tr("Remove the breakpoint") if there else add,
                "F9",
                lambda: self.breakpoints.toggle(spot),
            ),
        ]
        if there:
            on = self.breakpoints.spots[spot]
            text = tr("Switch the breakpoint off") if on else tr("Switch the breakpoint on")
            found.append((text, "", lambda: self.breakpoints.switch(spot, not on)))
        return found

    # ---- switches ------------------------------------------------------------------------------

    def toggle_follow(self) -> None:
        self.follow.switch(not self.follow.on)

    def _on_followed(self, on: bool) -> None:
        self.settings.follow = on
        self.changed.emit()

    def toggle_counts(self) -> None:
        self.counting = not self.counting
        self._mark()
        self.changed.emit()

    def toggle_loop(self) -> None:
        self.player.loop = not self.player.loop
        self.changed.emit()

    def faster(self, by: int) -> None:
        """The next speed, or with -1 the one before, and say it."""
        self.player.faster(by)
        self.message.emit(tr("{} steps a second").format(f"{self.player.speed:g}"))

    # ---- what is shown -------------------------------------------------------------------------

    def _on_framed(self, frame: Frame, phase: float) -> None:
        self._mark()
        self.follow.look_at(frame)

    def _mark(self) -> None:
        player = self.player
        following = (
            player.film.frame(player.step + 1) if player.step + 1 < len(player.film) else None
        )
        marks = Marks(
            self.breakpoints.spots,
            frozenset() if following is None else following.active - player.frame.active,
            self.visits if self.counting else None,
        )
        if marks != self.canvas.marks:
            self.canvas.mark(marks)

    def visits(self, node: str) -> int:
        """How often the run has come to a node by now."""
        return bisect_right(self.player.film.visits(node), self.player.step)

    # ---- captions ------------------------------------------------------------------------------

    def copy_caption(self, text: str) -> None:
        """One caption to the clipboard."""
        QGuiApplication.clipboard().setText(text)
        self.message.emit(tr("Caption copied"))

    def copy_captions(self) -> None:
        """The captions of all steps, a line each, written on a thread."""
        film = self.player.film
        if isinstance(film, TraceFilm):  # which only one thread may use
            film = TraceFilm(film.graph, film.program, film.trace)
        self._later.ask(lambda: ("\n".join([*captions(film, len(film)), ""]), len(film)))

    def _on_captions(self, found: tuple[str, int]) -> None:
        text, steps = found
        QGuiApplication.clipboard().setText(text)
        self.message.emit(tr("Captions of {} steps copied").format(steps))
