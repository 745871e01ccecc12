"""A canvas on which a Document is only looked at, with marks where it differs from another."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import islice
from math import sqrt

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QPainter, QResizeEvent

from engine.graph import EdgeKey
from gui.canvas import curves
from gui.canvas.canvas import Canvas
from gui.canvas.history import HistoryCanvas
from gui.canvas.hits import Hit
from gui.canvas.inks import inks, saved
from gui.canvas.look import Level
from gui.canvas.overlay import node_rect, packet_rect
from gui.canvas.paint_nodes import draw_extras
from gui.canvas.view import View
from gui.canvas.viewport import READABLE
from gui.model.document import Document
from gui.state.selection import Selection
from gui.theme import Theme
from gui.tr import tr

BADGE, SMALL_BADGE = 18.0, 13.0
"""Pixels across on nodes and on edges, whatever the zoom."""
RING_GAP = 10.0
"""From a node to its dashed ring: further out than the ring of the current step."""
TRIES = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)
"""Places on a wire where its sign may stand, the best first."""
LEGIBLE = 0.6
"""The zoom from which names and numbers are read without effort."""
AIR = 40.0
"""Scene pixels around the graph that may be in sight."""
EMPTY = ("Nothing to compare", "add an operation to the graph first")


class Onlooker(HistoryCanvas):
    """Shows one Document; `point_out` draws a dashed ring and a sign at what matters."""

    looked = Signal(View)
    """It looks elsewhere, because somebody wants it to."""
    empty_text = EMPTY
    _near: Collection[str] = ()
    _alone = False

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
            self._alone = True
            self.editor.open(document)
            self._alone = False

    def point_out(self, nodes: Collection[str], edges: Collection[EdgeKey]) -> None:
        """Light these: they differ."""
        if (nodes, edges) != self.marked:
            self.marked = nodes, edges
            self.update()

    def tip_of(self, found: Hit) -> str:
        return Canvas.tip_of(self, found)

    # ---- where it looks ----------------------------------------------------------------------

    def set_view(self, view: View) -> None:
        before = self.view
        super().set_view(view)
        if self.view != before and not self._alone:
            self.looked.emit(self.view)

    def fit_all(self) -> None:
        self._near = ()
        super().fit_all()

    def show_near(self, nodes: Collection[str]) -> None:
        """Everything, where it can be read then; else these, and as much around them as can."""
        self._alone = True  # its neighbours have a size of their own, and see to themselves
        self.fit_all()
        box = self.geometry_.bounds(self.geometry_.plan.drawn(nodes))
        if self.view.scale < LEGIBLE and box is not None:
            self._look_at(QRectF(QPointF(*box[:2]), QPointF(*box[2:])))
        self._near, self._fitted, self._alone = nodes, True, False

    def _look_at(self, part: QRectF) -> None:
        """With it in the middle, or as near to that as shows nothing beyond the graph."""
        whole = self.geometry_.bounds()
        assert whole is not None
        room = QSizeF(self.size()) / LEGIBLE
        x = _middle(part.center().x(), room.width(), whole[0] - AIR, whole[2] + AIR)
        y = _middle(part.center().y(), room.height(), whole[1] - AIR, whole[3] + AIR)
        around = QRectF(QPointF(x, y), QPointF(x, y))
        self.set_view(View.fitting(around, QSizeF(self.size()), largest=LEGIBLE))

    def resizeEvent(self, event: QResizeEvent) -> None:
        near, fitted = self._near, self._fitted
        self._fitted = False
        super().resizeEvent(event)
        if fitted:
            self.show_near(near)

    # ---- what it marks -----------------------------------------------------------------------

    def paint_gesture(self, painter: QPainter) -> None:
        super().paint_gesture(painter)
        seen = self._rows_in_sight()
        ringed = sorted(seen & {*map(self.geometry_.row.get, self.marked[0])})
        for row in ringed:
            self._draw_ring(painter, row)
        look = self.look(painter)
        if look.level is Level.TEXT:
            with saved(painter):
                painter.setTransform(self.view.transform, True)
                for row in ringed:
                    draw_extras(look, row)
        for rect in self._signs(ringed, seen):
            self._badge(painter, rect)

    def _draw_ring(self, painter: QPainter, row: int) -> None:
        rect = self._ring(row)
        radius = rect.height() / 2 if self.geometry_.pill[row] else 12 * self.view.scale
        painter.setPen(inks(self.theme).pen(self.token, 2.0, (3.0, 2.0)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect, radius, radius)

    def _signs(self, ringed: Iterable[int], seen: Collection[int]) -> list[QRectF]:
        """Where there is one: beside each node, and on each wire where it covers nothing."""
        signs = [self._beside_node(row, seen) for row in ringed if self._ring(row).height() > BADGE]
        if self.view.scale < READABLE:
            return signs
        taken = [*signs, *map(self._ring, seen), *self._moving()]
        for key in self.marked[1]:
            free = self._on_wire(key, taken)
            signs += free
            taken += free
        return signs

    def _beside_node(self, row: int, seen: Iterable[int]) -> QRectF:
        """Outside a corner of the ring, the first at which no other node lies.

        Below a leaf there is its `.grad`, above another node what went wrong.
        """
        ring = self._ring(row)
        left = [(ring.bottomLeft(), -1, 1), (ring.topLeft(), -1, -1)]
        if self.geometry_.pill[row]:
            left.reverse()
        corners = (*left, (ring.bottomRight(), 1, 1), (ring.topRight(), 1, -1))
        tries = [
            _around(at + QPointF(x, y) * (BADGE / 2 * sqrt(0.5)), BADGE) for at, x, y in corners
        ]
        others = [self._box(i) for i in seen if i != row]
        return next((r for r in tries if not any(map(r.intersects, others))), tries[0])

    def _moving(self) -> list[QRectF]:
        """What the packet covers."""
        packet = self.frame.packet
        if packet is None:
            return []
        rect = packet_rect(self.geometry_, packet, self.phase, self.view.scale)
        return [] if rect is None else [self.view.rect_to_view(rect)]

    def _rows_in_sight(self) -> set[int]:
        sight = self.view.rect_to_scene(QRectF(self.rect()))
        box = (sight.left(), sight.top(), sight.right(), sight.bottom())
        return set(self.geometry_.nodes_in(box).tolist())

    def _ring(self, row: int) -> QRectF:
        return self._box(row, RING_GAP)

    def _box(self, row: int, gap: float = 0.0) -> QRectF:
        return self.view.rect_to_view(node_rect(self.geometry_, row, gap))

    def _on_wire(self, key: EdgeKey, taken: Collection[QRectF]) -> list[QRectF]:
        """Where its sign covers no node and no other sign; none where the wire is too short."""
        row = self.geometry_.edge_row.get(key)
        if row is None:
            return []
        curve = self.geometry_.curves[row]
        tries = (
            _around(self.view.to_view(QPointF(*curves.at(curve, t))), SMALL_BADGE) for t in TRIES
        )
        return [*islice((r for r in tries if not any(map(r.intersects, taken))), 1)]

    def _badge(self, painter: QPainter, rect: QRectF) -> None:
        painter.setPen(inks(self.theme).pen("surface", 1.5))
        painter.setBrush(self.theme.color(self.token))
        painter.drawEllipse(rect)
        painter.setPen(self.theme.color("surface"))
        painter.setFont(inks(self.theme).font(round(rect.width() * 0.75), bold=True))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self.sign)


def _around(at: QPointF, size: float) -> QRectF:
    return QRectF(at.x() - size / 2, at.y() - size / 2, size, size)


def _middle(wanted: float, room: float, low: float, high: float) -> float:
    """The middle of `room` that is nearest to `wanted` and does not leave `low` to `high`."""
    if high - low <= room:
        return (low + high) / 2
    return min(max(wanted, low + room / 2), high - room / 2)
