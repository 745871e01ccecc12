"""Dragging nodes and notes, or copies of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt

from engine.graph import Graph
from gui.canvas.shapes import GRID
from gui.canvas.tools.tool import Keys, Tool
from gui.model import edits
from gui.model.document import Document

if TYPE_CHECKING:
    from gui.canvas.hands import Hands


class Move(Tool):
    """Moves what is selected with the mouse: one edit, at the release."""

    hint = "Drag to move, snapping to the grid · Ctrl for free · Esc puts it back"
    cursor = Qt.CursorShape.SizeAllCursor
    verb = "Move"

    def __init__(
        self, canvas: Hands, at: QPointF, grabbed: str, *, clicked_alone: bool = False
    ) -> None:
        super().__init__(canvas, at)
        self.document = self.base = self.preview = canvas.editor.document
        self.grabbed, self.clicked_alone = grabbed, clicked_alone
        self.ids = movable(self.document.graph, canvas.selection.items | {grabbed})

    def move(self, at: QPointF, keys: Keys) -> None:
        super().move(at, keys)
        if not self.dragged or not self.ids:
            return
        way = self.canvas.scene(at) - self.canvas.scene(self.start)
        places = self.base.places
        anchor = places.get(self.grabbed) or places.get(self.ids[0], (0.0, 0.0))
        dx, dy = way.x(), way.y()
        if not keys & Keys.ControlModifier:
            dx, dy = snap(anchor[0] + dx) - anchor[0], snap(anchor[1] + dy) - anchor[1]
        self.preview = moved_by(self.base, self.ids, dx, dy)
        self.canvas.show_document(self.preview)

    def release(self, at: QPointF, keys: Keys) -> None:
        canvas = self.canvas
        if not self.dragged and self.clicked_alone:
            canvas.selection.set([self.grabbed])
        canvas.finish(self)
        if self.dragged:
            canvas.editor.apply(f"{self.verb} {canvas.names(self.ids)}", self.preview)

    def cancel(self) -> None:
        self.canvas.show_document(self.document)


class Duplicate(Move):
    """Alt: the originals stay and copies of them are moved."""

    hint = "Drag a copy · Esc cancels"
    cursor = Qt.CursorShape.DragCopyCursor
    verb = "Duplicate"

    def __init__(self, canvas: Hands, at: QPointF, grabbed: str) -> None:
        super().__init__(canvas, at, grabbed)
        fragment = edits.extract(self.document, self.ids)
        self.base, self.copies = edits.paste(self.document, fragment, (0.0, 0.0))
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
    """The Document with these nodes and notes moved."""
    old = document.places
    places = {i: old.get(i, (0.0, 0.0)) for i in ids}
    return edits.move(document, {i: (x + dx, y + dy) for i, (x, y) in places.items()})


def snap(value: float) -> float:
    return float(round(value / GRID) * GRID)
