"""Everything one can do to the graph on the canvas, as methods that each make one edit."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from engine.graph import REGION_KINDS, Graph
from engine.registry import OPS
from gui.canvas.tips import node_tip
from gui.canvas.tools.move import movable, moved_by, snap
from gui.canvas.wiring import CheckShapes, first_free
from gui.canvas.writing import Writing
from gui.model import edits, entry
from gui.model.document import Document
from gui.model.findings import Unreadable
from gui.state.editor import Editor
from gui.state.selection import Selection
from gui.theme import Theme

PASTE_STEP = 30.0
NO_GRAPH = "The clipboard holds no Chainrule graph."


class Board(Writing):
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
        self._nudged: tuple[Document, list[str]] | None = None
        self._pasted = 0
        # Merging over the saved state would take it out of the history.
        editor.history.cleanChanged.connect(self.end_nudge)

    def names(self, items: Iterable[str]) -> str:
        """What an edit of these is called: the name of the one, or how many."""
        return _names(self.document.graph, items)

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
            self.hint.emit(node_tip(self.document, self.frame, there).replace("\n", " · "))

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

    def link_selection(self) -> None:
        """Wire the earlier of two selected nodes to the first free input of the later one."""
        pair = [i for i in self.document.graph.nodes if i in self.selection.items]
        if len(pair) != 2:
            self.hint.emit("Select two nodes to wire the first to the second")
            return
        slot, why = first_free(self.document, pair[0], 0, pair[1])
        if slot is None:
            self.hint.emit(why or "")
            return
        names = " to ".join(self.document.graph.nodes[i].name for i in pair)
        self.editor.apply(f"Connect {names}", edits.connect(self.document, pair[0], pair[1], slot))

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
            pass  # no number or list: then it may be a graph, and if not, that is said below
        try:
            fragment = self.from_text(text)
        except Unreadable:
            self.hint.emit(NO_GRAPH)
            return
        self._pasted += 1
        self._insert("Paste", fragment, (PASTE_STEP * self._pasted, PASTE_STEP * self._pasted))

    def _insert(self, verb: str, fragment: Document, offset: tuple[float, float]) -> None:
        graph = fragment.graph
        if graph.nodes or graph.regions:
            document, ids = edits.paste(self.document, fragment, offset)
            what = _names(graph, [*graph.nodes, *graph.regions])
            self.editor.apply(f"{verb} {what}", document)
            self.selection.set(ids)

    # Moving

    def nudge(self, dx: float, dy: float) -> None:
        """Move the selection a step; a burst of steps is undone as one."""
        ids = movable(self.document.graph, self.selection.items)
        if not ids:
            return
        document = moved_by(self.document, ids, dx, dy)
        last, moved = self._nudged or (None, [])
        if last is self.document and moved == ids:
            # The stack leaks commands that merge, so the burst's step is taken back and redone.
            self.editor.history.undo()
        self.editor.apply(f"Move {self.names(ids)}", document)
        self._nudged = (document, ids)

    def end_nudge(self, *_: object) -> None:
        """The next nudge is undone by itself."""
        self._nudged = None


def _names(graph: Graph, items: Iterable[str]) -> str:
    found = list(items)
    if len(found) != 1:
        return f"{len(found)} items"
    node, region = graph.nodes.get(found[0]), graph.regions.get(found[0])
    if node is not None:
        return node.name
    return (region.title[:24] or region.kind) if region is not None else "nothing"
