"""Looking elsewhere: dragging the view, or the frame in the minimap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt

from gui.canvas.tools.tool import Keys, Tool

if TYPE_CHECKING:
    from gui.canvas.hands import Hands


class Pan(Tool):
    """Middle button, or Space and the left one."""

    hint = "Drag to pan."
    cursor = Qt.CursorShape.ClosedHandCursor

    def __init__(self, canvas: Hands, at: QPointF) -> None:
        super().__init__(canvas, at)
        self.view = canvas.view

    def move(self, at: QPointF, keys: Keys) -> None:
        super().move(at, keys)
        way = at - self.start
        self.canvas.set_view(self.view.panned(way.x(), way.y()))
        self.canvas.panned_by_hand.emit()

    def cancel(self) -> None:
        self.canvas.set_view(self.view)


class PanMinimap(Pan):
    """The point under the mouse in the minimap comes to the middle of the canvas."""

    hint = "Drag in the minimap to look elsewhere."

    def __init__(self, canvas: Hands, at: QPointF) -> None:
        super().__init__(canvas, at)
        self.small = canvas.minimap.view(canvas.geometry_, QSizeF(canvas.size()))
        self._look_at(at)

    def move(self, at: QPointF, keys: Keys) -> None:
        self.at = at
        self._look_at(at)

    def _look_at(self, at: QPointF) -> None:
        canvas = self.canvas
        wanted = canvas.view.to_view(self.small.to_scene(at))
        way = QRectF(canvas.rect()).center() - wanted
        canvas.pan_by_hand(way.x(), way.y())
