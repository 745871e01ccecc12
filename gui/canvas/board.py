"""Everything one can do to the graph on the canvas, as methods that each make one edit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QCursor, QGuiApplication
from PySide6.QtWidgets import QWidget

from engine.graph import REGION_KINDS, Edge, EdgeKey
from engine.registry import OPS
from gui.canvas.field import FieldEditor
from gui.canvas.fields import holds_floats, place_of, spots
from gui.canvas.fuzzy import Choice
from gui.canvas.search import Search
from gui.canvas.shapes import BOX_HEIGHT, NARROWEST, PILL_HEIGHT
from gui.canvas.surface import Surface
from gui.canvas.tools.move import movable, moved_by, snap
from gui.canvas.wiring import CheckShapes, first_free
from gui.model import edits, entry
from gui.model.document import Document
from gui.state.editor import Editor
from gui.state.selection import Selection
from gui.theme import Theme

Wire = tuple[str, str | None, int]
"""A loose end: (node, slot, output), the slot of an output being None."""

PASTE_STEP = 30.0


class Board(Surface):
    """What the window's actions and the canvas's own keys call."""

    def __init__(
        self,
        editor: Editor,
        selection: Selection,
        *,
        theme: Theme,
        to_text: Callable[[Document], str],
        from_text: Callable[[str], Document],
        check_shapes: CheckShapes | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(editor, selection, theme=theme, parent=parent)
        self.to_text, self.from_text, self.check_shapes = to_text, from_text, check_shapes
        self.search = Search(theme, self)
        self.field = FieldEditor(theme, self)
        self._wire: Wire | None = None
        self._search_at = QPointF()
        self._nudged: tuple[Document, list[str]] | None = None
        self._pasted = 0
        self._editing = ("", 0)
        self.search.picked.connect(self._on_picked)
        self.search.closed.connect(self._on_search_closed)
        self.field.finished.connect(self._on_field_finished)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.search.set_theme(theme)
        self.field.set_theme(theme)

    @property
    def document(self) -> Document:
        return self.editor.document

    def names(self, items: Iterable[str]) -> str:
        """What an edit of these is called: the name of the one, or how many."""
        found = list(items)
        if len(found) != 1:
            return f"{len(found)} items"
        graph = self.document.graph
        node, region = graph.nodes.get(found[0]), graph.regions.get(found[0])
        if node is not None:
            return node.name
        return (region.title[:24] or region.kind) if region is not None else "nothing"

    # Selecting

    def select_all(self) -> None:
        graph = self.document.graph
        self.selection.set([*graph.nodes, *graph.regions])

    def walk(self, dx: int, dy: int) -> None:
        """Select the neighbour: along the wires to the sides, the nearest node up and down."""
        here = next((i for i in self.document.graph.nodes if i in self.selection.items), None)
        if here is None:
            there = next(iter(self.document.graph.nodes), None)
        else:
            there = self._along(here, dx) if dx else self._nearest(here, dy)
        if there is not None:
            self.selection.set([there])
            self.ensure_visible(there)

    def _along(self, node: str, dx: int) -> str | None:
        graph = self.document.graph
        if dx > 0:
            return next((e.target for e in graph.outputs.get(node, ())), None)
        return next((e.source for e in graph.inputs.get(node, {}).values()), None)

    def _nearest(self, node: str, dy: int) -> str | None:
        geometry = self.geometry_
        way = geometry.xy - geometry.xy[geometry.row[node]]
        away = np.abs(way[:, 1]) + 2 * np.abs(way[:, 0])
        away[way[:, 1] * dy <= 0] = np.inf
        best = int(away.argmin())
        return geometry.ids[best] if np.isfinite(away[best]) else None

    # Adding

    def start_search(self, at: QPointF | None = None, *, wire: Wire | None = None) -> None:
        """Open the popup at a scene point (default: the mouse, or the middle)."""
        if at is None:
            mouse = self.mapFromGlobal(QCursor.pos())
            at = self.scene(mouse if self.rect().contains(mouse) else self.rect().center())
        self._wire, self._search_at = wire, at
        needs_input = wire is not None and wire[1] is None
        self.search.start(self.view.to_view(at).toPoint(), needs_input=needs_input)
        self.hint.emit("Type to find an operation · arrows and Enter choose · Esc closes")

    def _on_picked(self, choice: Choice) -> None:
        self.setFocus()
        self.add_op(choice.op, self._search_at, params=choice.params, wire=self._wire)

    def _on_search_closed(self) -> None:
        self.hint.emit("")
        self.setFocus()

    def add_op(
        self,
        op: str,
        at: QPointF | None = None,
        *,
        params: Mapping[str, Any] | None = None,
        wire: Wire | None = None,
        edge: EdgeKey | None = None,
    ) -> str:
        """Add a node around a scene point, wired to a loose end or put into an edge: one edit."""
        at = at or self.scene(QRectF(self.rect()).center())
        params = dict(params or {})
        if "data" in params and holds_floats(OPS[op].defaults):
            params["data"] = entry.as_floats(params["data"])
        document, node = edits.add_node(
            self.document, op, self._place_for(op, at, wire), params=params
        )
        if wire is not None:
            document = self._wired(document, node, wire)
        elif edge is not None:
            document = _inserted(document, node, document.graph.edges[edge])
        self.editor.apply(f"Add {op}", document)
        self.selection.set([node])
        return node

    def _place_for(self, op: str, at: QPointF, wire: Wire | None) -> tuple[float, float]:
        """Centred on the point, beside a loose wire's end, never exactly upon another node."""
        height = PILL_HEIGHT if OPS[op].source else BOX_HEIGHT
        left = NARROWEST / 2
        if wire is not None:
            left = 0.0 if wire[1] is None else float(NARROWEST)
        x, y = snap(at.x() - left), snap(at.y() - height / 2)
        taken = set(self.document.places.values())
        while (x, y) in taken:
            x, y = x + 20, y + 20
        return x, y

    def _wired(self, document: Document, node: str, wire: Wire) -> Document:
        other, slot, output = wire
        if slot is not None:
            return edits.connect(document, node, other, slot)
        free, _ = first_free(document, other, output, node)
        return edits.connect(document, other, node, free, output) if free else document

    def add_note(self, at: QPointF | None = None) -> str:
        """Add a note and open it for writing."""
        at = at or self.scene(QRectF(self.rect()).center())
        place = (snap(at.x()), snap(at.y()))
        document, note = edits.add_region(self.document, "note", (), "", place)
        self.editor.apply("Add note", document)
        self.selection.set([note])
        self.edit_item(note, "title")
        return note

    def add_region(self, kind: str) -> str | None:
        """Put a region around the selected nodes, or say why that cannot be."""
        graph = self.document.graph
        members = [i for i in movable(graph, self.selection.items) if i in graph.nodes]
        why = edits.why_no_region(graph, members)
        if why:
            self.hint.emit(why)
            return None
        title = "group" if kind == "group" else ""
        document, region = edits.add_region(self.document, kind, members, title)
        self.editor.apply(f"Add {kind} region", document)
        self.selection.set([region])
        return region

    def group_selection(self) -> None:
        self.add_region("group")

    def no_grad_selection(self) -> None:
        self.add_region("no_grad")

    def drop(self, what: str, at: QPointF) -> None:
        """Something of the palette is let go at a scene point: an op, or a kind of region."""
        if what == "note":
            self.add_note(at)
        elif what in REGION_KINDS:
            self.add_region(what)
        elif what in OPS:
            found = self.hit(self.view.to_view(at))
            edge = found.edge if found.kind == "edge" and OPS[what].slots else None
            self.add_op(what, at, edge=edge)
        else:
            self.hint.emit(f"{what[:40]} is not an operation this version knows.")

    # Removing, copying

    def delete_selection(self) -> None:
        self._remove(bridge=False)

    def bridge_selection(self) -> None:
        """Delete, leading what came in on to where the results went."""
        self._remove(bridge=True)

    def _remove(self, *, bridge: bool) -> None:
        items, edges = self.selection.items, self.selection.edges
        document = edits.remove(self.document, items, edges, bridge=bridge)
        if items:
            count = len(items)
            what = self.names(items) if count == 1 else f"{count} items"
            if count > 1 and items <= self.document.graph.nodes.keys():
                what = f"{count} nodes"
        else:
            what = "wire" if len(edges) == 1 else f"{len(edges)} wires"
        self.editor.apply(f"Delete {what}", document)

    def duplicate_selection(self) -> None:
        """Another of each, a little to the side, wired to the same inputs from outside."""
        fragment = edits.extract(self.document, self.selection.items)
        self._insert("Duplicate", fragment, (PASTE_STEP, PASTE_STEP))

    def copy_selection(self) -> None:
        if self.selection.items:
            self._pasted = 0
            fragment = edits.extract(self.document, self.selection.items)
            QGuiApplication.clipboard().setText(self.to_text(fragment))

    def cut_selection(self) -> None:
        self.copy_selection()
        if self.selection.items:
            document = edits.remove(self.document, self.selection.items)
            self.editor.apply(f"Cut {self.names(self.selection.items)}", document)

    def paste(self) -> None:
        """Paste nodes copied here or elsewhere; a number or list becomes a tensor."""
        text = QGuiApplication.clipboard().text()
        try:
            self.add_op("tensor", params={"data": entry.parse(text)})
            return
        except ValueError:
            pass
        try:
            fragment = self.from_text(text)
        except ValueError as refusal:
            self.hint.emit(f"Nothing to paste: {refusal}")
            return
        self._pasted += 1
        self._insert("Paste", fragment, (PASTE_STEP * self._pasted, PASTE_STEP * self._pasted))

    def _insert(self, verb: str, fragment: Document, offset: tuple[float, float]) -> None:
        if fragment.graph.nodes or fragment.graph.regions:
            document, ids = edits.paste(self.document, fragment, offset)
            what = next(iter(fragment.graph.nodes.values())).name if len(ids) == 1 else len(ids)
            self.editor.apply(f"{verb} {what}" + (" items" if len(ids) != 1 else ""), document)
            self.selection.set(ids)

    # Moving

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selection a step; a burst of steps is undone as one."""
        ids = movable(self.document.graph, self.selection.items)
        if not ids:
            return
        document = moved_by(self.document, ids, dx, dy)
        if self._nudged is not None and self._nudged == (self.document, ids):
            # The stack leaks commands that merge, so the burst's step is taken back and redone.
            self.editor.history.undo()
        self.editor.apply(f"Move {self.names(ids)}", document)
        self._nudged = (document, ids)

    def end_nudge(self) -> None:
        """The next nudge is undone by itself."""
        self._nudged = None

    # Editing in place

    def edit_item(self, item: str, part: str = "") -> bool:
        """Open the in-place editor on a part of a node or region (default: the first there is)."""
        found = spots(self.editor, item)
        index = next((k for k, spot in enumerate(found) if spot.part == part), 0)
        if part and found[index].part != part:
            return False
        self._open_field(item, index)
        return True

    def _open_field(self, item: str, index: int) -> None:
        spot = spots(self.editor, item)[index]
        self._editing = (item, index)
        self.ensure_visible(item)
        self.field.start(spot.field, self._field_rect(item, spot.part))
        self.hint.emit("Enter keeps · Tab goes on to the next · Esc cancels")

    def _field_rect(self, item: str, part: str) -> QRectF:
        return self.view.rect_to_view(place_of(self.geometry_, item, part))

    def _on_field_finished(self, go_on: bool) -> None:
        item, index = self._editing
        graph = self.document.graph
        here = item in graph.nodes or item in graph.regions
        if go_on and here and index + 1 < len(spots(self.editor, item)):
            self._open_field(item, index + 1)
            return
        self.hint.emit("")
        self.setFocus()

    def edit_selection(self) -> None:
        """Enter: the value of the selected node; where there is none, the node is activated."""
        item = self._only_selected()
        if item is None:
            return
        if item in self.document.graph.nodes and spots(self.editor, item)[0].part == "name":
            self.node_activated.emit(item)
        else:
            self.edit_item(item)

    def rename_selection(self) -> None:
        item = self._only_selected()
        if item is not None:
            self.edit_item(item, "name" if item in self.document.graph.nodes else "title")

    def _only_selected(self) -> str | None:
        return next(iter(self.selection.items)) if len(self.selection.items) == 1 else None


def _inserted(document: Document, node: str, edge: Edge) -> Document:
    """`node` put into an edge: what it carried goes in, the result goes on to where it went."""
    slot, _ = first_free(document, edge.source, edge.output, node)
    if slot is None:
        return document
    document = edits.connect(document, edge.source, node, slot, edge.output)
    return edits.connect(document, node, edge.target, edge.slot)
