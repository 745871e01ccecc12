"""Everything one can do to the graph on the canvas, as methods that each make one edit."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from engine.graph import REGION_KINDS, Edge, EdgeKey, Graph
from engine.registry import OPS
from gui.canvas.bends import Bend
from gui.canvas.framing import Framing
from gui.canvas.geometry import Geometry
from gui.canvas.tips import node_tip
from gui.canvas.tools.move import movable, moved_by, snap
from gui.canvas.wiring import CheckShapes, first_free
from gui.model import edits, limits, npy, pasting, wires
from gui.model.align import Box, aligned, distributed
from gui.model.document import Document, Place
from gui.model.findings import Unreadable
from gui.model.folding import alike, unfolded_places
from gui.model.modules import NAMES, PREFIX
from gui.state.editor import Editor
from gui.state.selection import Selection
from gui.theme import Theme
from gui.tr import tr

PASTE_STEP = 30.0
NO_MUTE = "A leaf has nothing to pass on: select an operation to mute."
NO_GRAPH = "The clipboard holds no Chainrule graph."


class Board(Framing):
    """What the window's actions and the canvas's own keys call."""

    program_pasted = Signal(str)
    """Text was pasted that is neither a graph nor numbers, but looks like a program."""

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
        self._copied: tuple[str, tuple[Edge, ...]] = ("", ())
        self.mouse: QPointF | None = None
        self.picked_bend: Bend | None = None
        selection.changed.connect(self._forget_bend)
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
        graph = self.geometry_.graph  # where a folded group is one node
        selected = self.geometry_.plan.drawn(self.selection.items)
        here = next((i for i in graph.nodes if i in selected), None)
        if here is None:
            there = next(iter(graph.nodes), None)
        else:
            there = self._along(here, dx) if dx else self._nearest(here, dy)
        if there is not None:
            self.selection.set([there])
            self.ensure_visible(there)
            self.hint.emit(node_tip(self.document, self.frame, there).replace("\n", " · "))

    def _along(self, node: str, dx: int) -> str | None:
        graph = self.geometry_.graph
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
        self.editor.apply(tr("Add note"), document)
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
        self.editor.apply(tr("Add {} region").format(kind), document)
        self.selection.set([region])
        return region

    def link_selection(self) -> None:
        """Wire the earlier of two selected nodes to the first free input of the later one."""
        pair = [i for i in self.document.graph.nodes if i in self.selection.items]
        if len(pair) != 2:
            self.hint.emit(tr("Select two nodes to wire the first to the second"))
            return
        slot, why = first_free(self.document, pair[0], 0, pair[1])
        if slot is None:
            self.hint.emit(why or "")
            return
        text = tr("Connect {} to {}").format(*(self.document.graph.nodes[i].name for i in pair))
        self.editor.apply(text, edits.connect(self.document, pair[0], pair[1], slot))

    def mute_selection(self) -> None:
        """Mute the selected operations, or unmute them where all are muted."""
        found = self.mutable()
        if not found:
            self.hint.emit(tr(NO_MUTE))
            return
        nodes = self.document.graph.nodes
        text = tr("Unmute {}") if all(nodes[i].muted for i in found) else tr("Mute {}")
        self.editor.apply(text.format(self.names(found)), edits.mute(self.document, found))

    def mutable(self) -> list[str]:
        """The selected operations, and those in selected regions."""
        wanted, nodes = self.with_members(self.selection.items), self.document.graph.nodes
        return [i for i in wanted & nodes.keys() if edits.can_mute(nodes[i])]

    def align(self, way: str) -> None:
        """Line the selected nodes up; `way` is one of gui.model.align.ALIGN."""
        self._spread(tr("Align {}").format(tr(way)), lambda boxes: aligned(boxes, way), 2)

    def distribute(self, way: str) -> None:
        """Space the selected nodes out evenly; `way` is one of gui.model.align.DISTRIBUTE."""
        text = tr("Distribute {}").format(tr(way))
        self._spread(text, lambda boxes: distributed(boxes, way), 3)

    def _spread(
        self, text: str, places: Callable[[dict[str, Box]], dict[str, Place]], least: int
    ) -> None:
        ids = movable(self.document.graph, self.selection.items)
        drawn = self.geometry_.plan.drawn(ids)
        boxes = {i: box for i in drawn if (box := self.geometry_.bounds([i])) is not None}
        if len(boxes) < least:
            self.hint.emit(tr("Select at least {} nodes first.").format(least))
            return
        moved = unfolded_places(self.document, places(boxes))
        self.editor.apply(text, edits.move(self.document, moved))

    def unlink(self, node: str, slot: str | None, output: int = 0) -> None:
        """Remove the wire of an input, or every wire that leaves an output."""
        links = wires.links_of(self.document.graph, node, slot, output)
        if not links:
            self.hint.emit(tr("No wire ends here."))
            return
        self.remove_wires(e.key for e in links)

    def remove_wires(self, keys: Iterable[EdgeKey]) -> None:
        """Take these wires out."""
        gone = tuple(dict.fromkeys(k for key in keys for k in alike(self.document.graph, key)))
        text = tr("Remove {} wires").format(len(gone))
        if len(gone) == 1:
            graph = self.document.graph
            ends = graph.edges[gone[0]].source, gone[0][0]
            text = tr("Disconnect {} from {}").format(*(graph.nodes[i].name for i in ends))
        self.editor.apply(text, edits.disconnect(self.document, gone))

    def group_selection(self) -> None:
        self.add_region("group")

    def no_grad_selection(self) -> None:
        self.add_region("no_grad")

    def drop(self, what: str, at: QPointF, *, folded: bool = True) -> None:
        """What the palette has is let go at a scene point: an op, a module, a kind of region."""
        if what == "note":
            self.add_note(at)
        elif what in REGION_KINDS:
            self.add_region(what)
        elif what.startswith(PREFIX) and what.removeprefix(PREFIX) in NAMES:
            self.add_module(what.removeprefix(PREFIX), at, folded, self._wire_at(at))
        elif what in OPS:
            self.add_op(what, at, edge=self._wire_at(at) if OPS[what].slots else None)
        else:
            told = tr("{} is not an operation this version knows.")
            self.hint.emit(told.format(what[:40]))

    def _wire_at(self, at: QPointF) -> EdgeKey | None:
        """The edge of the Document under a scene point."""
        found = self.hit(self.view.to_view(at))
        return found.edge if found.kind == "edge" else None

    # Removing, copying

    def delete_selection(self) -> None:
        if self.picked_bend is not None:
            self.remove_bends([self.picked_bend])
        else:
            self._remove(bridge=False)

    def remove_bends(self, bends: Iterable[Bend]) -> None:
        """Straighten a wire at these bends."""
        self.editor.apply(tr("Straighten wire"), wires.remove_bends(self.document, bends))

    def _forget_bend(self) -> None:
        self.picked_bend = None

    def bridge_selection(self) -> None:
        """Delete, leading what came in on to where the results went."""
        self._remove(bridge=True)

    def _remove(self, *, bridge: bool) -> None:
        items = self.selection.items
        gone = self.with_members(items, folded_only=True)
        edges = {k for edge in self.selection.edges for k in alike(self.document.graph, edge)}
        document = edits.remove(self.document, gone, edges, bridge=bridge)
        if items:
            count = len(items)
            what = self.names(items)
            if count > 1 and items <= self.document.graph.nodes.keys():
                what = tr("{} nodes").format(count)
        else:
            what = tr("wire") if len(edges) == 1 else tr("{} wires").format(len(edges))
        self.editor.apply(tr("Delete {}").format(what), document)

    def duplicate_selection(self) -> None:
        """Another of each, a little to the side, wired to the same inputs from outside."""
        fragment = edits.extract(self.document, self.with_members(self.selection.items))
        links = edits.incoming(self.document.graph, fragment.graph.nodes)
        self._insert(tr("Duplicate {}"), fragment, (PASTE_STEP, PASTE_STEP), links)

    def copy_selection(self) -> None:
        self._copy()

    def _copy(self) -> bool:
        """Put what is selected into the clipboard, if there is anything and it has room there."""
        fragment = edits.extract(self.document, self.with_members(self.selection.items))
        if not self.selection.items or npy.text_size(fragment.graph) > limits.BYTES:
            if self.selection.items:
                told = tr("Its numbers are more than {} MiB, too many to copy: {} duplicates it.")
                self.hint.emit(told.format(limits.BYTES >> 20, "Ctrl+D"))
            return False
        self._pasted = 0
        links = edits.incoming(self.document.graph, fragment.graph.nodes)
        self._copied = self.to_text(fragment), links
        QGuiApplication.clipboard().setText(self._copied[0])
        return True

    def cut_selection(self) -> None:
        if self._copy():
            document = edits.remove(self.document, self.with_members(self.selection.items))
            self.editor.apply(tr("Cut {}").format(self.names(self.selection.items)), document)

    def paste_linked(self) -> None:
        """Paste, the copies wired to the same inputs from outside as the originals."""
        self.paste(linked=True)

    def paste(self, *, linked: bool = False) -> None:
        """Paste nodes copied here or elsewhere; a number or list becomes a tensor."""
        text = QGuiApplication.clipboard().text()
        if text.lstrip()[:1] != "{" and len(text) <= limits.BYTES:
            self._paste_numbers(text)
            return
        try:
            fragment = self.from_text(text)
        except Unreadable as error:
            self.hint.emit(f"{tr(NO_GRAPH)} {error.findings[0].what}")
            return
        links = self._copied[1] if linked and text == self._copied[0] else ()
        self._insert(tr("Paste {}"), fragment, self._paste_offset(fragment), links)

    def _paste_numbers(self, text: str) -> None:
        try:
            params = pasting.params(text)
        except ValueError as error:
            if pasting.looks_like_code(text):
                self.program_pasted.emit(text)
            else:
                self.hint.emit(f"{tr(NO_GRAPH)} {error}" if text.strip() else tr(NO_GRAPH))
            return
        self.add_op("tensor", self._mouse_in_scene(), params=params)

    def _mouse_in_scene(self) -> QPointF | None:
        return None if self.mouse is None else self.scene(self.mouse)

    def _paste_offset(self, fragment: Document) -> Place:
        """Centred on the mouse, else a little further from the originals with every paste.

        A second paste at the same place is put a step further, so that it hides nothing.
        """
        mouse, box = self._mouse_in_scene(), Geometry.of(fragment).bounds()
        if mouse is None or box is None:
            self._pasted += 1
            return PASTE_STEP * self._pasted, PASTE_STEP * self._pasted
        dx = snap(mouse.x() - (box[0] + box[2]) / 2)
        dy = snap(mouse.y() - (box[1] + box[3]) / 2)
        taken = set(self.document.places.values())
        while taken & {(x + dx, y + dy) for x, y in fragment.places.values()}:
            dx, dy = dx + PASTE_STEP, dy + PASTE_STEP
        return dx, dy

    def _insert(
        self, text: str, fragment: Document, offset: Place, links: Iterable[Edge] = ()
    ) -> None:
        graph = fragment.graph
        count = len(self.document.graph.nodes) + len(graph.nodes)
        if count > limits.NODES:
            told = tr("The graph would have {} nodes; {} are allowed.")
            self.hint.emit(told.format(count, limits.NODES))
        elif graph.nodes or graph.regions:
            document, ids = edits.paste(self.document, fragment, offset, links)
            what = _names(graph, [*graph.nodes, *graph.regions])
            self.editor.apply(text.format(what), document)
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
        self.editor.apply(tr("Move {}").format(self.names(ids)), document)
        self._nudged = (document, ids)

    def end_nudge(self, *_: object) -> None:
        """The next nudge is undone by itself."""
        self._nudged = None


def _names(graph: Graph, items: Iterable[str]) -> str:
    found = list(items)
    if len(found) != 1:
        return tr("{} items").format(len(found))
    node, region = graph.nodes.get(found[0]), graph.regions.get(found[0])
    if node is not None:
        return node.name
    return (region.title[:24] or region.kind) if region is not None else tr("nothing")
