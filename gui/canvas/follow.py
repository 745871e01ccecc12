"""The camera that goes where the run goes: gently, and only when it must."""

from __future__ import annotations

import math

from PySide6.QtCore import QElapsedTimer, QObject, QPointF, QRectF, QTimer, Signal

from gui.canvas.surface import Surface
from gui.canvas.view import View
from gui.model.frames import Frame

TICK_MS = 16
SOON = 0.16
"""Seconds in which about two thirds of the way are done."""
MIDDLE = 0.6
"""The share of the canvas, across and down, in which a node may be without the camera moving."""
NEAR = 0.5
"""Pixels from its goal at which the camera stands still."""


class Follow(QObject):
    """Moves the view of one canvas; a person who moves it by hand switches this off."""

    switched = Signal(bool)

    def __init__(self, canvas: Surface, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.canvas = canvas
        self.on = False
        self._goal: View | None = None
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(self._on_timer)
        self._elapsed = QElapsedTimer()
        canvas.panned_by_hand.connect(lambda: self.switch(False))
        canvas.zoom_changed.connect(lambda _: self.rest())

    def switch(self, on: bool) -> None:
        """Follow from now on, or no more."""
        if on == self.on:
            return
        self.on = on
        if on:
            self.look_at(self.canvas.frame)
        else:
            self.rest()
        self.switched.emit(on)

    def rest(self) -> None:
        """Stand still."""
        self._goal = None
        self._timer.stop()

    def look_at(self, frame: Frame) -> None:
        """Have the node where the step happens come to the middle, if it is out of it."""
        if not self.on or not self.canvas.isVisible():
            return
        wanted = self._wanted(frame)
        if wanted is None:
            return
        if self.canvas.reduced_motion:
            self.canvas.set_view(wanted)
            return
        self._goal = wanted
        if not self._timer.isActive():
            self._elapsed.start()
            self._timer.start()

    def _wanted(self, frame: Frame) -> View | None:
        canvas, room = self.canvas, QRectF(self.canvas.rect())
        box = canvas.geometry_.bounds(canvas.geometry_.plan.drawn(frame.active))
        whole = canvas.geometry_.bounds()
        if not frame.active or box is None or whole is None or room.contains(self._seen(whole)):
            return None
        at, slack = self._seen(box).center(), (1 - MIDDLE) / 2
        dx, dy = room.width() * slack, room.height() * slack
        if room.adjusted(dx, dy, -dx, -dy).contains(at):
            return None
        way: QPointF = room.center() - at
        return canvas.view.panned(way.x(), way.y()).snapped(canvas.devicePixelRatioF())

    def _seen(self, box: tuple[float, float, float, float]) -> QRectF:
        return self.canvas.view.rect_to_view(QRectF(QPointF(*box[:2]), QPointF(*box[2:])))

    def tick(self, seconds: float) -> None:
        """Let this much time pass (tests call this; the timer does it in the app)."""
        goal, view = self._goal, self.canvas.view
        if goal is None:
            self._timer.stop()
            return
        dx, dy = goal.dx - view.dx, goal.dy - view.dy
        share = 1.0 - math.exp(-seconds / SOON)
        if max(abs(dx), abs(dy)) * (1 - share) < NEAR:
            self.rest()
            self.canvas.set_view(goal)
            return
        self.canvas.set_view(view.panned(_step(dx, share), _step(dy, share)))

    def _on_timer(self) -> None:
        self.tick(self._elapsed.restart() / 1000)


def _step(way: float, share: float) -> float:
    """At least a pixel while there is any way to go: views lie on whole pixels."""
    step = way * share
    return math.copysign(min(abs(way), max(1.0, abs(step))), way) if abs(way) > NEAR else 0.0
