"""Dragging nodes and notes, or copies of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from engine.graph import EdgeKey, Graph
from gui.canvas.geometry import Box
from gui.canvas.hits import edge_at
from gui.canvas.inks import inks, saved
from gui.canvas.membership import Homes, Membership, draw_homes
from gui.canvas.paint_edges import path_of
from gui.canvas.room import make_room
from gui.canvas.shapes import GRID
from gui.canvas.tools.snap import NEAR, Guides, draw_guides
from gui.canvas.tools.tool import Keys, Tool
from gui.canvas.view import View
from gui.canvas.wiring import place_in_wire
from gui.model import edits, regions, wires
from gui.model.document import Document
from gui.tr import tr

if TYPE_CHECKING:
    from gui.canvas.hands import Hands

WIRE_NEAR = 14.0
"""Widget pixels within which a wire takes a node that is let go on it."""
INSERTS = "Let go to put it into this wire · Alt leaves the wire alone · Esc cancels"


class Move(Tool):
    """Moves what is selected with the mouse: one edit, at the release."""

    hint = "Drag to move, snapping to grid and neighbours · Ctrl for free · Esc puts it back"
    cursor = Qt.CursorShape.SizeAllCursor
    verb = "Move {}"
    scrolls = True

    def __init__(
        self, canvas: Hands, at: QPointF, grabbed: str, *, clicked_alone: bool = False
    ) -> None:
        super().__init__(canvas, at)
        self.document = self.base = self.preview = canvas.editor.document
        self.grabbed, self.clicked_alone = grabbed, clicked_alone
        self.ids = movable(self.document.graph, canvas.selection.items | {grabbed})
        self.what = canvas.names(self._named())
        self.lines: tuple[QLineF, ...] = ()
        self.wire: tuple[EdgeKey, str] | None = None
        self._guides: tuple[View, Guides] | None = None
        self._slots: dict[EdgeKey, str | None] = {}
        self._box: Box | None = None
        self._still = canvas.geometry_
        self._membership: Membership | None = None
        self.homes: Homes = {}
        self._housed = self.base

    def move(self, at: QPointF, keys: Keys) -> None:
        super().move(at, keys)
        if not self.dragged or not self.ids:
            return
        if self._box is None:
            self.canvas.show_document(self.base)
            self._still = self.canvas.geometry_
            self._box = self._still.bounds(self.ids)
            self._membership = Membership(self._still, self.base.graph, self.ids)
            self.canvas.lift(self.ids)
        way = self.canvas.scene(at) - self.from_scene
        by = self._snapped(way, keys)
        self.preview = moved_by(self._at_home(*by, keys), self.ids, *by)
        self.canvas.show_document(self.preview)
        self._aim(keys)
        self.canvas.update()

    def _at_home(self, dx: float, dy: float, keys: Keys) -> Document:
        """The Document with what has crossed a frame in its new region, unless Shift is held."""
        homes: Homes = {}
        if self._membership is not None and not keys & Keys.ShiftModifier:
            homes = self._membership.after(dx, dy)
        if homes != self.homes:
            self.homes = homes
            self._housed = regions.settle(self.base, homes) if homes else self.base
            let_go = tr("Let go to move")
            told = self._where(let_go)
            self.canvas.hint.emit(tr(self.hint) if told == let_go else
                                  tr("{} · Shift leaves regions alone").format(told))  # fmt: skip
        return self._housed if homes else self.base

    def _named(self) -> list[str]:
        """A region that is dragged by itself is named, not its members."""
        alone = self.canvas.selection.items <= {self.grabbed}
        return [self.grabbed] if alone and self.grabbed in self.base.graph.regions else self.ids

    def _where(self, what: str) -> str:
        """`what` is done, and into or out of which region."""
        return self._membership.words(what, self.homes) if self._membership else what

    def _snapped(self, way: QPointF, keys: Keys) -> tuple[float, float]:
        """How far to go: to a neighbour's line where one is near, else to the grid."""
        self.lines = ()
        by = [way.x(), way.y()]
        if keys & Keys.ControlModifier or self._box is None:
            return by[0], by[1]
        places = self.base.places
        anchor = places.get(self.grabbed) or places.get(self.ids[0], (0.0, 0.0))
        left, top, right, bottom = self._box
        box = (left + by[0], top + by[1], right + by[0], bottom + by[1])
        for axis in (0, 1):
            found = self._guides_now().snap(box, axis, NEAR / self.canvas.view.scale)
            if found is None:
                by[axis] = snap(anchor[axis] + by[axis]) - anchor[axis]
            else:
                by[axis] += found.by
                self.lines += found.lines
        return by[0], by[1]

    def _guides_now(self) -> Guides:
        view = self.canvas.view
        if self._guides is None or self._guides[0] != view:
            seen = view.rect_to_scene(QRectF(self.canvas.rect()))
            exposed = (seen.left(), seen.top(), seen.right(), seen.bottom())
            geometry, graph = self.canvas.geometry_, self.base.graph
            self._guides = view, Guides(geometry, graph, self.ids, exposed)
        return self._guides[1]

    def _aim(self, keys: Keys) -> None:
        """The wire the node would go into, were it let go here."""
        before, self.wire = self.wire, None
        if len(self.ids) == 1 and not keys & Keys.AltModifier:
            self.wire = self._wire_here(self.ids[0])
        if self.wire != before:
            self.canvas.hint.emit(tr(INSERTS if self.wire else self.hint))

    def _wire_here(self, node: str) -> tuple[EdgeKey, str] | None:
        """(edge, slot) for the wire under the mouse or under the middle of a node without wires."""
        graph, geometry = self.base.graph, self.canvas.geometry_
        if node not in geometry.row or wires.is_linked(graph, node):
            return None
        row, reach = geometry.row[node], WIRE_NEAR / self.canvas.view.scale
        middle = geometry.xy[row] + geometry.size[row] / 2
        mouse = self.canvas.scene(self.at)
        for x, y in ((mouse.x(), mouse.y()), middle.tolist()):
            found = edge_at(self._still, x, y, reach)  # its grid is made once: no wire moves
            key = found.edge if found is not None else None
            if key in graph.edges and key is not None:
                if key not in self._slots:
                    check = self.canvas.check_shapes
                    self._slots[key] = place_in_wire(self.base, node, key, check)
                slot = self._slots[key]
                return (key, slot) if slot else None
        return None

    def release(self, at: QPointF, keys: Keys) -> None:
        canvas = self.canvas
        if not self.dragged and self.clicked_alone:
            canvas.selection.set([self.grabbed])
        if self.dragged and self.ids:
            self.move(at, keys)
        canvas.finish(self)
        if self.dragged and self.wire is not None:
            self._insert(*self.wire)
        elif self.dragged:
            text = self._where(tr(self.verb).format(self.what))
            canvas.editor.apply(text, self.preview)

    def _insert(self, key: EdgeKey, slot: str) -> None:
        names = self.base.graph.nodes
        edge = self.base.graph.edges[key]
        three = (names[i].name for i in (self.ids[0], edge.source, edge.target))
        document = make_room(wires.insert(self.preview, self.ids[0], slot, key), self.ids[0])
        self.canvas.editor.apply(tr("Put {} between {} and {}").format(*three), document)

    def cancel(self) -> None:
        self.canvas.show_document(self.document)

    def paint(self, painter: QPainter) -> None:
        canvas = self.canvas
        draw_guides(painter, canvas.theme, canvas.view, self.lines)
        draw_homes(painter, canvas, self.homes)
        if self.wire is not None and self.wire[0] in canvas.geometry_.edge_row:
            row = canvas.geometry_.edge_row[self.wire[0]]
            with saved(painter):
                painter.setTransform(canvas.view.transform, True)
                painter.setPen(inks(canvas.theme).pen("selection", 5.0))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPath(path_of(canvas.geometry_.pieces_of([row])))


class Duplicate(Move):
    """Alt: the originals stay and copies of them are moved."""

    hint = "Drag a copy · Esc cancels"
    cursor = Qt.CursorShape.DragCopyCursor
    verb = "Duplicate {}"

    def __init__(self, canvas: Hands, at: QPointF, grabbed: str) -> None:
        super().__init__(canvas, at, grabbed)
        fragment = edits.extract(self.document, self.ids)
        self.base, self.copies = edits.paste(self.document, fragment, (0.0, 0.0))
        self.preview = self.base
        self.ids = movable(self.base.graph, frozenset(self.copies))
        self.grabbed = self.ids[0] if self.ids else grabbed

    def release(self, at: QPointF, keys: Keys) -> None:
        super().release(at, keys)
        if self.dragged:
            self.canvas.selection.set(self.copies)


def movable(graph: Graph, items: frozenset[str]) -> list[str]:
    """The nodes and notes among `items`, and the members of the regions among them."""
    wanted = set(items)
    for region in (graph.regions[i] for i in items if i in graph.regions):
        wanted.update(region.members)
    cards = [i for i, r in graph.regions.items() if i in wanted and not r.members]
    return [i for i in graph.nodes if i in wanted] + cards


def moved_by(document: Document, ids: list[str], dx: float, dy: float) -> Document:
    """The Document with these nodes and notes moved, and the bends of the wires between them."""
    old = document.places
    places = {i: old.get(i, (0.0, 0.0)) for i in ids}
    moved = edits.move(document, {i: (x + dx, y + dy) for i, (x, y) in places.items()})
    bends = wires.bends_between(document, set(ids)) if document.bends and (dx or dy) else ()
    return wires.move_bends(moved, bends, dx, dy)


def snap(value: float) -> float:
    return float(round(value / GRID) * GRID)
