"""The button that appears at a cut under the mouse: what would have passed without it?"""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtWidgets import QToolButton, QWidget

from engine.graph import EdgeKey
from gui.tr import tr

ASIDE = QPoint(14, 12)
"""From the mouse to the button's corner: near, and beside what it is about."""
REACH = 30
"""Pixels around the button within which the mouse may be on its way to it."""


class GhostButton(QToolButton):
    """Comes when an edge with a cut is hovered; goes when the mouse goes elsewhere."""

    wanted = Signal(object)
    """(edge key): show what would have passed along it."""

    def __init__(self, canvas: QWidget) -> None:
        super().__init__(canvas)
        self.canvas = canvas
        self.edge: EdgeKey | None = None
        self.setText(tr("Show what would have passed"))
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the keyboard has a command for it
        self.hide()
        self.clicked.connect(self._on_clicked)

    def follow(self, at: QPoint, edge: EdgeKey | None) -> None:
        """The mouse is at a point of the canvas, over an edge that is cut or over none."""
        if edge is not None and edge != self.edge:
            self.edge = edge
            self.adjustSize()
            room = self.canvas.rect().adjusted(4, 4, -4, -4)
            place = QRect(at + ASIDE, self.size())
            place.moveRight(min(place.right(), room.right()))
            place.moveBottom(min(place.bottom(), room.bottom()))
            self.move(place.topLeft())
            self.show()
        elif edge is None and not self.geometry().adjusted(-REACH, -REACH, REACH, REACH).contains(
            at
        ):
            self.leave()

    def leave(self) -> None:
        """There is nothing to ask about under the mouse."""
        self.edge = None
        self.hide()

    def _on_clicked(self) -> None:
        edge = self.edge
        self.leave()
        if edge is not None:
            self.wanted.emit(edge)
