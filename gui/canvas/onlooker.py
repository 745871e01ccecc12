"""A canvas on which a Document is only looked at, with marks where it differs from another."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from engine.graph import EdgeKey
from gui.canvas import curves
from gui.canvas.canvas import Canvas
from gui.canvas.history import HistoryCanvas
from gui.canvas.hits import Hit
from gui.canvas.inks import inks
from gui.canvas.overlay import node_rect
from gui.model.document import Document
from gui.state.selection import Selection
from gui.theme import Theme
from gui.tr import tr

BADGE, SMALL_BADGE = 18.0, 13.0
"""Pixels across on nodes and on edges, whatever the zoom."""
EMPTY = ("Nothing to compare", "add an operation to the graph first")


class Onlooker(HistoryCanvas):
    """Shows one Document; `point_out` draws a dashed ring and a sign at what matters."""

    empty_text = EMPTY

    def __init__(self, theme: Theme, name: str, token: str = "error", sign: str = "≠") -> None:
        super().__init__(Selection(), theme)
        self.token, self.sign = token, sign
        self.selection.setParent(self)
        self.marked: tuple[Collection[str], Collection[EdgeKey]] = ((), ())
        self.setMinimumSize(160, 120)
        self.setAccessibleName(name)
        self.setAccessibleDescription(tr("A picture of the graph in a run; nothing is edited."))

    def look_at(self, document: Document) -> None:
        """Show this Document; what is shown already keeps its view."""
        if document is not self.editor.document:
            self.editor.open(document)

    def point_out(self, nodes: Collection[str], edges: Collection[EdgeKey]) -> None:
        """Light these: they differ."""
        if (nodes, edges) != self.marked:
            self.marked = nodes, edges
            self.update()

    def tip_of(self, found: Hit) -> str:
        return Canvas.tip_of(self, found)

    def paint_gesture(self, painter: QPainter) -> None:
        super().paint_gesture(painter)
        geometry, view = self.geometry_, self.view
        ink = inks(self.theme)
        painter.setPen(ink.pen(self.token, 2.0, (3.0, 2.0)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        badges: list[tuple[QPointF, float]] = []
        for node in self.marked[0]:
            row = geometry.row.get(node)
            if row is not None:
                rect = view.rect_to_view(node_rect(geometry, row, 6.0))
                painter.drawRoundedRect(rect, 10, 10)
                badges.append((rect.topLeft(), BADGE))
        for key in self.marked[1]:
            row = geometry.edge_row.get(key)
            if row is not None:
                x, y = curves.at(geometry.curves[row], 0.5)
                badges.append((view.to_view(QPointF(x, y)), SMALL_BADGE))
        for at, size in badges:
            self._badge(painter, at, size)

    def _badge(self, painter: QPainter, at: QPointF, size: float) -> None:
        rect = QRectF(at.x() - size / 2, at.y() - size / 2, size, size)
        painter.setPen(inks(self.theme).pen("surface", 1.5))
        painter.setBrush(self.theme.color(self.token))
        painter.drawEllipse(rect)
        painter.setPen(self.theme.color("surface"))
        painter.setFont(inks(self.theme).font(round(size * 0.75), bold=True))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.sign)
