"""What every gesture is: an object that lives from its first event to its last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QPainter

if TYPE_CHECKING:
    from gui.canvas.hands import Hands

DRAG_DISTANCE = 4.0
"""Pixels the mouse must travel before a press becomes a drag."""

Keys = Qt.KeyboardModifier


class Tool:
    """Points are widget pixels.  A tool edits once, at its end; cancelled, it leaves no trace."""

    hint = ""
    cursor: Qt.CursorShape | None = None
    scrolls = False
    """Whether the view follows a drag that touches the edge of the canvas."""

    def __init__(self, canvas: Hands, at: QPointF) -> None:
        self.canvas = canvas
        self.start = self.at = QPointF(at)
        self.from_scene = canvas.scene(at)
        self.keys = Keys.NoModifier
        self.dragged = False

    def begun(self) -> None:
        """It has become the gesture under way."""

    def press(self, at: QPointF, keys: Keys) -> None:
        """Another press while the gesture goes on."""

    def move(self, at: QPointF, keys: Keys) -> None:
        """The mouse is somewhere else, or sees something else there."""
        self.at, self.keys = QPointF(at), keys
        if (at - self.start).manhattanLength() >= DRAG_DISTANCE:
            self.dragged = True

    def release(self, at: QPointF, keys: Keys) -> None:
        """The button is let go: usually the end."""
        self.canvas.finish(self)

    def key(self, event: QKeyEvent) -> bool:
        """Whether the gesture wants this key, and has used it."""
        return False

    def cancel(self) -> None:
        """Leave everything as it was."""

    def paint(self, painter: QPainter) -> None:
        """Draw above everything, in widget pixels."""
