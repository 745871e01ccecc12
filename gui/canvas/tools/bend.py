"""Leading a wire through a point, and moving such a point."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter

from engine.graph import EdgeKey
from gui.canvas.bends import RADIUS, Bend
from gui.canvas.inks import inks
from gui.canvas.tools.move import snap
from gui.canvas.tools.tool import Keys, Tool
from gui.model import wires
from gui.model.document import Document, Place
from gui.tr import tr

if TYPE_CHECKING:
    from gui.canvas.hands import Hands


class BendWire(Tool):
    """One bend, new or old, goes where the mouse goes: one edit, at the release."""

    hint = "Drag the bend, snapping to the grid · Ctrl for free · Esc cancels"
    cursor = Qt.CursorShape.SizeAllCursor
    scrolls = True

    def __init__(self, canvas: Hands, at: QPointF, key: EdgeKey, index: int | None = None) -> None:
        super().__init__(canvas, at)
        self.document = self.base = canvas.editor.document
        self.is_new = index is None
        if index is None:
            index, self.base = with_bend(canvas, key, self.from_scene)
        self.bend: Bend = (key, index)
        self.preview = self.base

    def begun(self) -> None:
        self.canvas.show_document(self.base)

    def move(self, at: QPointF, keys: Keys) -> None:
        super().move(at, keys)
        if not self.dragged:
            return
        key, index = self.bend
        x, y = self.base.bends[key][index]
        p = self.canvas.scene(at)
        to = (p.x(), p.y()) if keys & Keys.ControlModifier else (snap(p.x()), snap(p.y()))
        self.preview = wires.move_bends(self.base, [self.bend], to[0] - x, to[1] - y)
        self.canvas.show_document(self.preview)

    def release(self, at: QPointF, keys: Keys) -> None:
        canvas = self.canvas
        canvas.finish(self)
        canvas.selection.set((), [self.bend[0]])
        if self.dragged or self.is_new:
            text = tr("Bend wire") if self.is_new else tr("Move bend")
            canvas.editor.apply(text, self.preview)
        canvas.picked_bend = self.bend

    def cancel(self) -> None:
        self.canvas.show_document(self.document)

    def paint(self, painter: QPainter) -> None:
        draw_picked(self.canvas, painter, self.bend)


def with_bend(canvas: Hands, key: EdgeKey, at: QPointF) -> tuple[int, Document]:
    """The number of a new bend of a wire at a scene point, and the Document with it."""
    geometry, document = canvas.geometry_, canvas.editor.document
    ends = geometry.ports[geometry.ends[geometry.edge_row[key]]].tolist()
    place: Place = (snap(at.x()), snap(at.y()))
    bends = document.bends.get(key, ())
    index = wires.place_in_way((tuple(ends[0]), tuple(ends[1])), bends, place)
    return index, wires.add_bend(document, key, index, place)


def draw_picked(canvas: Hands, painter: QPainter, bend: Bend | None) -> None:
    """The bend that Del would take away, marked."""
    points = canvas.geometry_.bends.get(bend[0], ()) if bend is not None else ()
    if bend is not None and bend[1] < len(points):
        painter.setPen(inks(canvas.theme).pen("surface", 1.5))
        painter.setBrush(inks(canvas.theme).brush("selection"))
        radius = (RADIUS + 1.5) * max(1.0, canvas.view.scale)
        painter.drawEllipse(canvas.view.to_view(QPointF(*points[bend[1]])), radius, radius)
