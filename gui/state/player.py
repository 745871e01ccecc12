"""A clock over a Trace: the only place with wall-clock time."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QElapsedTimer, QObject, QTimer, Signal

from gui.model.film import Film
from gui.model.frames import Frame
from gui.state.choices import SPEEDS

__all__ = ["SPEEDS", "Film", "Player"]

TICK_MS = 16
NOWHERE = -2


def never(step: int) -> str:
    """No step is one to stop after."""
    return ""


class Player(QObject):
    """Where in the film we are, and whether it runs."""

    framed = Signal(object, float)
    """(Frame, phase): what to show; phase 0…1 is how far the current step's packet has come."""
    film_changed = Signal(object)
    playing_changed = Signal(bool)
    speed_changed = Signal(float)
    halted = Signal(str)
    """(why): playing has stopped before the end, as `halts` wanted it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.film = Film()
        self.step = -1
        self.phase = 1.0
        self.speed = 1.0
        self.playing = False
        self.loop = False
        """Whether a chapter begins anew at its end."""
        self.halts: Callable[[int], str] = never
        """Why to stop once a step is over, or nothing; not asked of the step playing starts at."""
        self.why = ""
        """Why it stands at this step, if not because somebody went there."""
        self._from = NOWHERE
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._on_timer)
        self._elapsed = QElapsedTimer()

    @property
    def frame(self) -> Frame:
        return self.film.frame(self.step)

    def set_film(self, film: Film, step: int) -> None:
        """Show another film from `step`; playing stops."""
        self.pause()
        self.film = film
        self.film_changed.emit(film)
        self.go(step)

    def lengthen(self, film: Film) -> None:
        """Go on, playing or not, in a film that is the same so far."""
        self.film = film
        self.film_changed.emit(film)
        self.go(self.step, self.phase)

    def go(self, step: int, phase: float = 1.0) -> None:
        """Show one step (clamped to the film), whole."""
        self.step = max(-1, min(step, len(self.film) - 1))
        self.phase = phase
        self.why = ""
        self.framed.emit(self.frame, self.phase)

    def first(self) -> None:
        self.pause()
        self.go(-1)

    def last(self) -> None:
        self.pause()
        self.go(len(self.film) - 1)

    def back(self) -> None:
        self.pause()
        self.go(self.step - 1)

    def forward(self) -> None:
        self.pause()
        self.go(self.step + 1)

    def toggle(self) -> None:
        self.pause() if self.playing else self.play()

    def play(self) -> None:
        """Run from here; from the start when at the end."""
        if not len(self.film) or self.playing:
            return
        if self._after(self.step) is None:
            self.go(-1)
        self._from = self.step if self.phase >= 1.0 else NOWHERE
        self.playing = True
        self._elapsed.start()
        self._timer.start()
        self.playing_changed.emit(True)

    def pause(self) -> None:
        if self.playing:
            self.playing = False
            self._timer.stop()
            self.playing_changed.emit(False)
            self.go(self.step)

    def halt(self, step: int, why: str) -> None:
        """Stand still at a step, and say why."""
        self.pause()
        self.go(step)
        self.why = why
        self.halted.emit(why)

    def faster(self, by: int = 1) -> None:
        """The next speed to choose from; the one before with -1."""
        at = SPEEDS.index(self.speed) + by
        if 0 <= at < len(SPEEDS):
            self.set_speed(SPEEDS[at])

    def set_speed(self, speed: float) -> None:
        self.speed = speed
        self.speed_changed.emit(speed)

    def tick(self, seconds: float) -> None:
        """Let `seconds` pass (tests call this; the timer does it in the app)."""
        if not self.playing:
            return
        phase, step = self.phase + seconds * self.speed, self.step
        while phase >= 1.0:
            why = "" if step == self._from else self.halts(step)
            following = self._after(step)
            if why:
                self.halt(step, why)
                return
            if following is None:
                self.go(step)
                self.pause()
                return
            step, phase, self._from = following, phase - 1.0, NOWHERE
        self.go(step, phase)

    def _after(self, step: int) -> int | None:
        """The step that is played after this one."""
        chapter = self.film.timeline.chapter_at(step) if self.loop else None
        if chapter is not None and chapter.last == step:
            return chapter.first
        return step + 1 if step < len(self.film) - 1 else None

    def _on_timer(self) -> None:
        self.tick(self._elapsed.restart() / 1000)
