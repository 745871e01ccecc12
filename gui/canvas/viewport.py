"""Where the canvas looks: zoom, pan and fit over the geometry of the Document that is shown."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.canvas.geometry import Geometry
from gui.canvas.hits import Hit, hit
from gui.canvas.minimap import Minimap
from gui.canvas.view import View
from gui.model.document import Document
from gui.state.editor import Editor
from gui.state.later import Later
from gui.state.selection import Selection

ZOOM_STEP = 1.25
READABLE = 0.5
"""Below this zoom no text is drawn."""
AT_ONCE = 4_000
"""Edges that are sorted in a few milliseconds, which a hand on the mouse does not feel."""
AROUND = 48.0
"""Scene pixels around nodes that are brought into sight together."""
EDGE, GAP = 40.0, 12.0
"""Pixels from the edge, and from the minimap, at which something comes to lie that was hidden."""


class Viewport(QWidget):
    """Holds the geometry and the view of it; painting and editing come in the classes above."""

    zoom_changed = Signal(float)
    panned_by_hand = Signal()
    """A person has moved what is seen, rather than a command or the run that is followed."""

    def __init__(self, editor: Editor, selection: Selection, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.editor, self.selection = editor, selection
        self.view = View()
        self.shown: Document = editor.document
        self.geometry_ = Geometry.of(self.shown)
        self.minimap = Minimap()
        self._fitted = True
        self._sorting: Geometry | None = None
        self._later = Later(self)

    def set_view(self, view: View) -> None:
        """Look elsewhere."""
        view = view.snapped(self.devicePixelRatioF())
        if view == self.view:
            return
        zoomed = view.scale != self.view.scale
        self.view = view
        self._fitted = False
        self.update()
        if zoomed:
            self.zoom_changed.emit(view.scale)

    def pan_by_hand(self, dx: float, dy: float) -> None:
        """Move what is seen, as a hand asks for it."""
        self.set_view(self.view.panned(dx, dy))
        self.panned_by_hand.emit()

    def zoom_to(self, factor: float, at: QPointF | None = None) -> None:
        """Zoom to `factor` (1.0 is 100 %), keeping `at` (default: the middle) in place."""
        self.zoom_by(factor / self.view.scale, at)

    def zoom_by(self, factor: float, at: QPointF | None = None) -> None:
        self.set_view(self.view.zoomed(factor, at or QRectF(self.rect()).center()))

    def zoom_in(self) -> None:
        self.zoom_by(ZOOM_STEP)

    def zoom_out(self) -> None:
        self.zoom_by(1 / ZOOM_STEP)

    def zoom_actual(self) -> None:
        self.zoom_to(1.0)

    def fit_all(self) -> None:
        """The whole graph in sight."""
        self._fit(self.geometry_.bounds())
        self._fitted = True

    def fit_selection(self) -> None:
        """What is selected in sight, or everything."""
        self._fit(self.geometry_.bounds(self.selection.items) or self.geometry_.bounds())

    def _fit(self, box: tuple[float, float, float, float] | None) -> None:
        if box is None:
            self.set_view(View())
            return
        rect = QRectF(QPointF(box[0], box[1]), QPointF(box[2], box[3]))
        self.set_view(View.fitting(rect, QSizeF(self.size()), largest=1.0))

    def ensure_visible(self, item: str) -> None:
        """Pan as little as possible to bring a node or region into sight; not if all of it is."""
        box = self.geometry_.bounds([item])
        if box is None:
            return
        rect = self.view.rect_to_view(QRectF(QPointF(*box[:2]), QPointF(*box[2:])))
        dx, dy = self._way_into(QRectF(self.rect()), rect)
        view = self.view.panned(dx, dy)
        if self.minimap.wanted(self.geometry_, view, QSizeF(self.size())):
            up, left = self._way_from_minimap(rect.translated(dx, dy))
            view = view.panned(left, up)
        self.set_view(view)

    @staticmethod
    def _way_into(room: QRectF, rect: QRectF) -> tuple[float, float]:
        if room.contains(rect):
            return 0.0, 0.0
        room = room.adjusted(EDGE, EDGE, -EDGE, -EDGE)
        dx = max(0.0, room.left() - rect.left()) or min(0.0, room.right() - rect.right())
        dy = max(0.0, room.top() - rect.top()) or min(0.0, room.bottom() - rect.bottom())
        return dx, dy

    def _way_from_minimap(self, rect: QRectF) -> tuple[float, float]:
        """(up, left) that takes it out from behind the minimap, one of them, if it fits there."""
        corner = self.minimap.rect(QSizeF(self.size()))
        if not corner.intersects(rect):
            return 0.0, 0.0
        up, left = corner.top() - GAP - rect.bottom(), corner.left() - GAP - rect.right()
        if -up <= -left and rect.top() + up >= 0:
            return up, 0.0
        return (0.0, left) if rect.left() + left >= 0 else (0.0, 0.0)

    def show_nodes(self, items: Iterable[str]) -> None:
        """Bring all of these into sight, as large as they can be read where they fit."""
        box = self.geometry_.bounds(self.geometry_.plan.drawn(items))
        if box is None:
            return
        rect = QRectF(QPointF(*box[:2]), QPointF(*box[2:])).adjusted(
            -AROUND, -AROUND, AROUND, AROUND
        )
        in_sight = QRectF(self.rect()).contains(self.view.rect_to_view(rect))
        if not in_sight or self.view.scale < READABLE:
            self.set_view(View.fitting(rect, QSizeF(self.size()), margin=0.0, largest=1.0))

    def centre_on(self, item: str) -> None:
        """Bring a node or region to the middle, at a zoom at which it can be read."""
        box = self.geometry_.bounds([item])
        if box is None:
            return
        if self.view.scale < READABLE:
            self.zoom_to(1.0)
        middle = self.view.to_view(QPointF((box[0] + box[2]) / 2, (box[1] + box[3]) / 2))
        way = QRectF(self.rect()).center() - middle
        self.set_view(self.view.panned(way.x(), way.y()))

    def toggle_minimap(self) -> None:
        self.minimap.shown = not self.minimap_on
        self.update()

    def scene(self, at: QPointF | QPoint) -> QPointF:
        """The scene point seen at a widget pixel."""
        return self.view.to_scene(QPointF(at))

    def hit(self, at: QPointF | QPoint) -> Hit:
        """What lies under a widget pixel."""
        p, geometry = self.scene(at), self.geometry_
        if not geometry.edges_sorted():
            self._sort_edges()
        return hit(geometry, p.x(), p.y(), self.view.scale)

    def glance(self, at: QPointF) -> Hit:
        """The same while the mouse only passes: no edges until those of the graph are sorted."""
        p, geometry = self.scene(at), self.geometry_
        if geometry.edges_sorted(AT_ONCE):
            return hit(geometry, p.x(), p.y(), self.view.scale)
        self._sort_edges()
        return hit(geometry, p.x(), p.y(), self.view.scale, edges=False)

    def _sort_edges(self) -> None:
        """On a thread: it takes most of a second for very many."""
        geometry = self.geometry_
        if geometry is not self._sorting:
            self._sorting = geometry
            self._later.ask(lambda: geometry.edge_grid)

    @property
    def minimap_on(self) -> bool:
        """Whether the minimap is there, or would be were there room for it: the menu's tick."""
        return self.minimap.shown or self.minimap_wanted

    @property
    def minimap_wanted(self) -> bool:
        return self.minimap.wanted(self.geometry_, self.view, QSizeF(self.size()))

    def sizes(self) -> dict[str, tuple[float, float]]:
        """Width and height of every node, with the chip under a leaf: what a layout goes by."""
        geometry = self.geometry_
        boxes = ((i, geometry.box(i)) for i in geometry.ids)
        return {i: (box[2] - box[0], box[3] - box[1]) for i, box in boxes}

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fitted:
            self.fit_all()
