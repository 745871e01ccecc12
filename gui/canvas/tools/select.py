"""The rubber band."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from gui.canvas.hits import within
from gui.canvas.inks import inks
from gui.canvas.tools.tool import Keys, Tool

if TYPE_CHECKING:
    from gui.canvas.hands import Hands


class RubberBand(Tool):
    """Selects what it touches; Shift adds to the selection, Ctrl toggles."""

    hint = "Drag to select · Shift adds · Ctrl toggles · Esc cancels"
    scrolls = True

    def __init__(self, canvas: Hands, at: QPointF) -> None:
        super().__init__(canvas, at)
        self.items, self.edges = canvas.selection.items, canvas.selection.edges

    @property
    def rect(self) -> QRectF:
        return QRectF(self.canvas.view.to_view(self.from_scene), self.at).normalized()

    def move(self, at: QPointF, keys: Keys) -> None:
        super().move(at, keys)
        if self.dragged:
            self._select(keys)
        self.canvas.update()

    def release(self, at: QPointF, keys: Keys) -> None:
        plain = not keys & (Keys.ShiftModifier | Keys.ControlModifier)
        if not self.dragged and plain:
            self.canvas.selection.set()
        self.canvas.finish(self)

    def cancel(self) -> None:
        self.canvas.selection.set(self.items, self.edges)

    def _select(self, keys: Keys) -> None:
        r = self.canvas.view.rect_to_scene(self.rect)
        found = within(self.canvas.geometry_, r.left(), r.top(), r.right(), r.bottom())
        if keys & Keys.ControlModifier:
            self.canvas.selection.set(self.items ^ found, self.edges)
        elif keys & Keys.ShiftModifier:
            self.canvas.selection.set(self.items | found, self.edges)
        else:
            self.canvas.selection.set(found)

    def paint(self, painter: QPainter) -> None:
        if self.dragged:
            tools = inks(self.canvas.theme)
            painter.setPen(tools.pen("selection", 1.2))
            painter.setBrush(tools.brush("selection", 0.12))
            painter.drawRect(self.rect)
