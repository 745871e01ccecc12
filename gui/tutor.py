"""Leads a person through a lesson: opens it, takes the player along, remembers what is done."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from engine.graph import EdgeKey
from gui.model.film import TraceFilm
from gui.model.lessons import Lesson, lessons
from gui.model.telling import Telling
from gui.panels.fixes import Fixes
from gui.panels.lesson import LessonPane
from gui.state.jobs import same_run
from gui.state.player import Player
from gui.tr import tr

if TYPE_CHECKING:
    from gui.app import App

TICK_MS = 30
MOST_TICKS = 24
"""Turns of the timer that any way along the film takes at most: three quarters of a second."""
READABLE = 300
"""Pixels of width at which the text of a lesson reads well."""


class Stroll(QObject):
    """Takes the player to a step so that one sees what happens on the way."""

    def __init__(self, player: Player, parent: QObject) -> None:
        super().__init__(parent)
        self.player = player
        self._target = self._here = 0
        self._stride = 1
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self.tick)

    def go(self, step: int, *, at_once: bool = False) -> None:
        """To this step: at once, or a few steps a tick."""
        self.player.pause()
        self.rest()
        self._target, self._here = step, self.player.step
        way = abs(step - self._here)
        if at_once or way <= 1:
            self.player.go(step)
            return
        self._stride = math.ceil(way / MOST_TICKS)
        self._timer.start()

    def rest(self) -> None:
        """Go no further."""
        self._timer.stop()

    def tick(self) -> None:
        """One turn further; whoever has moved the player meanwhile, or plays, is left alone."""
        if self.player.playing or self.player.step != self._here:
            self.rest()
            return
        left = self._target - self._here
        self._here += max(-self._stride, min(self._stride, left))
        self.player.go(self._here)
        if self.player.step == self._target or self.player.step != self._here:
            self.rest()


class Tutor(QObject):
    """Between the lesson's panel and everything else."""

    def __init__(self, app: App, pane: LessonPane) -> None:
        super().__init__(app.editor)
        self.app, self.pane = app, pane
        self.stroll = Stroll(app.player, self)
        self.fixes = Fixes(app.editor)
        self._pending = self._mended = False
        pane.add(self.fixes)
        pane.moved.connect(self._on_moved)
        pane.answer_wanted.connect(self._show_answer)
        pane.finished.connect(self._finish)
        pane.over_wanted.connect(self.start_over)
        pane.lessons_wanted.connect(lambda: app.show_start_page())
        pane.next_wanted.connect(self.open)
        app.editor.opened.connect(self._on_opened)
        app.editor.changed.connect(self._compare)
        app.runner.published.connect(self._on_published)
        app.player.framed.connect(lambda frame, _: self._offer_fixes(frame))
        app.window.docks["lesson"].visibilityChanged.connect(self._tell_once)

    @property
    def lesson(self) -> Lesson | None:
        """The one that is open."""
        return None if self.pane.telling is None else self.pane.telling.lesson

    def open(self, path: Path) -> None:
        """Open a graph as a copy, and the text that belongs to it, if one does."""
        found = next((lesson for lesson in lessons() if lesson.graph == path), None)
        self.app.filing.open_copy(path, lambda: self._begin(found))

    def _begin(self, lesson: Lesson | None) -> None:
        if lesson is None:
            return
        self.pane.open_lesson(Telling(lesson, self.app.editor.document))
        self._pending = True
        dock = self.app.window.docks["lesson"]
        dock.show()
        dock.raise_()
        self.app.window.widen(dock, READABLE)

    def start_over(self) -> None:
        """The lesson as it was; what the person has made of it may be saved first."""
        if self.lesson is not None:
            self.open(self.lesson.graph)

    # ---- where the text leads ------------------------------------------------------------------

    def _on_opened(self, _: object) -> None:
        self.pane.close_lesson()
        self._pending = self._mended = False
        self._light((), ())

    def _on_published(self, _: TraceFilm, finished: bool) -> None:
        """Once it has run, the player is where the first step of the text wants it."""
        if finished and self._pending and self.pane.telling is not None:
            self._pending = False
            self.app.player.go(self.pane.telling.at(self.pane.k))
            self._light(*self.pane.telling.lit(self.pane.k))
        if finished:
            self._compare()
            self._follow_fix()

    def _follow_fix(self) -> None:
        """Once a fix has run: the place where it failed; once it is taken back: the lesson's."""
        telling, before = self.pane.telling, self._mended
        if telling is None:
            return
        changed = self._is_changed()
        self._mended = telling.lesson.is_error and changed and self._runs_through()
        if self._mended and not before:
            self._go_to(telling.passed_in(self.app.player.film))
        elif before and not changed:
            self._go_to(telling.at(self.pane.k))
            self._light(*telling.lit(self.pane.k))

    def _go_to(self, step: int) -> None:
        self.stroll.go(step, at_once=True)

    def _on_moved(self, k: int) -> None:
        telling = self.pane.telling
        if telling is None or self._is_changed():
            return
        self._go(telling.at(k))
        self.app.views.show_history(False)
        self._light(*telling.lit(k))

    def _light(self, nodes: tuple[str, ...], edges: tuple[EdgeKey, ...]) -> None:
        self.app.why.go_dark()  # else its answer, told anew at the next step, would be lit again
        self.app.canvas.light(nodes, edges)
        self.app.canvas.show_nodes(nodes)

    def _show_answer(self, k: int) -> None:
        if self.pane.telling is not None and not self._is_changed():
            self._go(self.pane.telling.answered_at(k))

    def _go(self, step: int) -> None:
        self._pending = False
        self.stroll.go(step, at_once=self.app.settings.reduced_motion)

    def _finish(self) -> None:
        lesson = self.lesson
        if lesson is None:
            return
        self.app.settings.finish_lesson(lesson.id)
        known = lessons()
        after = known[(known.index(lesson) + 1) % len(known)]
        self._light((), ())
        self.pane.show_finished(after)

    # ---- what the person makes of it -----------------------------------------------------------

    def _is_changed(self) -> bool:
        telling = self.pane.telling
        return telling is not None and not same_run(telling.document, self.app.editor.document)

    def _compare(self, *_: object) -> None:
        if self.pane.telling is None:
            return
        if not self._is_changed():
            self.pane.show_changed("")
        elif self.pane.telling.lesson.is_error and self._runs_through():
            self.pane.show_changed(
                tr("Mended: it runs through now. Undo, or start over, to see the error again.")
            )
        else:
            self.pane.show_changed(
                tr("You have changed the graph. Go on trying things out; the numbers in the text"
                   " are those of the lesson as it was.")
            )  # fmt: skip

    def _runs_through(self) -> bool:
        film = self.app.player.film
        chapters = film.timeline.chapters
        return bool(chapters) and not any(c.failed for c in chapters) and not self.app.runner.busy

    def _offer_fixes(self, frame: object) -> None:
        lesson = self.lesson
        if lesson is not None and lesson.is_error:
            self.fixes.show_frame(frame)  # type: ignore[arg-type]
        else:
            self.fixes.hide()
        self._tell_once(self.pane.isVisible())

    def _tell_once(self, seen: bool) -> None:
        """While the lesson's buttons are in sight, the inspector repeats neither them nor why."""
        self.app.inspector.leave_errors_out(seen and not self.fixes.isHidden())
