"""Adding nodes by name and typing over what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QWidget

from engine.graph import Edge, EdgeKey
from engine.registry import OPS
from gui.canvas.choices import Choice
from gui.canvas.field import FieldEditor
from gui.canvas.fields import place_of, spots
from gui.canvas.find import Find
from gui.canvas.keys import NAMES
from gui.canvas.membership import home_at
from gui.canvas.room import BELOW, free_place, make_room
from gui.canvas.search import Search
from gui.canvas.shapes import BOX_HEIGHT, NARROWEST, PILL_HEIGHT
from gui.canvas.surface import Surface
from gui.canvas.tools.move import snap
from gui.canvas.wiring import first_free, place_in_wire
from gui.model import edits, entry, phrases, regions, wires
from gui.model.document import Document
from gui.state.editor import Editor
from gui.state.selection import Selection
from gui.theme import Theme
from gui.tr import tr

Wire = tuple[str, str | None, int]
"""A loose end: (node, slot, output), the slot of an output being None."""


USUAL = "float32"
"""The dtype of a tensor that says nothing of it."""
GAP = 60.0
"""Scene pixels between a node and the one added beside it."""


class Writing(Surface):
    """The search popup and the in-place editor, and the edits that come of them."""

    dtype = USUAL
    """What new tensors are made of."""

    table_wanted = Signal(str)
    """(node): its numbers are to be edited as a table."""

    added = Signal(str)
    """(op): a node of it was added, by whatever way."""

    def __init__(
        self, editor: Editor, selection: Selection, *, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(editor, selection, theme=theme, parent=parent)
        self.search = Search(theme, self)
        self.finder = Find(theme, self)
        self.field = FieldEditor(theme, self)
        self.key_names: Mapping[str, str] = NAMES
        self._wire: Wire | None = None
        self._second: Wire | None = None
        self._edge: EdgeKey | None = None
        self._search_at = QPointF()
        self._beside: str | None = None
        self._editing = ("", 0)
        self.search.picked.connect(self._on_picked)
        self.search.closed.connect(self._on_search_closed)
        self.search.gone.connect(lambda: self.hint.emit(""))
        self.finder.went.connect(self._on_found)
        self.finder.closed.connect(self.setFocus)
        self.finder.gone.connect(lambda: self.hint.emit(""))
        self.field.finished.connect(self._on_field_finished)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.search.set_theme(theme)
        self.finder.set_theme(theme)
        self.field.set_theme(theme)

    @property
    def document(self) -> Document:
        return self.editor.document

    # Adding

    def start_search(
        self,
        at: QPointF | None = None,
        *,
        wire: Wire | None = None,
        second: Wire | None = None,
        edge: EdgeKey | None = None,
    ) -> None:
        """Open the popup at a scene point (default: beside the selected node, or at the mouse).

        What is picked is wired to `wire` and `second`, loose ends, or put into `edge`.
        """
        self._beside = self._only_selected() if at is None and wire is None else None
        if self._beside is not None and self._beside in self.document.graph.nodes:
            at = self._right_of(self._beside)
        if wire is not None and second is not None:
            at = self._free(self._right_of(wire[0], second[0]))
        if at is None:
            mouse = self.mapFromGlobal(QCursor.pos())
            at = self.scene(mouse if self.rect().contains(mouse) else self.rect().center())
        self._wire, self._second, self._edge, self._search_at = wire, second, edge, at
        inputs = int(edge is not None or (wire is not None and wire[1] is None))
        at_view, graph = self.view.to_view(at).toPoint(), self.document.graph
        self.search.start(at_view, graph, inputs=2 if second else inputs)
        self.hint.emit(tr("Type an operation or a formula · arrows and Enter choose · Esc closes"))

    def _on_picked(self, choice: Choice) -> None:
        self.hint.emit("")
        self.setFocus()
        if choice.phrase is not None:
            self.add_phrase(choice.phrase, choice.title)
            return
        wire = self._wire
        beside = self._beside if self._beside in self.document.graph.nodes else None
        if beside is not None and not OPS[choice.op].source:
            wire = (beside, None, 0)
        edge = self._edge if self._edge in self.document.graph.edges else None
        self.add_op(
            choice.op, self._search_at, params=choice.params,
            wire=wire, second=self._second, edge=edge,
        )  # fmt: skip

    def add_phrase(self, phrase: phrases.Phrase, text: str) -> None:
        """Add what a typed line says as one edit, and select its result."""
        at = snap(self._search_at.x()), snap(self._search_at.y())
        document, ids = phrases.add(self.document, phrase, at)
        short = text if len(text) <= 40 else text[:39] + "…"
        self.editor.apply(tr("Add {}").format(short), document)
        for op in phrase.ops:
            self.added.emit(op)
        self.selection.set(ids[-1:])
        self.ensure_visible(ids[-1])

    def _right_of(self, *nodes: str) -> QPointF:
        """A point to the right of these, at their common height."""
        rows = [self.geometry_.row[node] for node in nodes]
        xy, size = self.geometry_.xy[rows], self.geometry_.size[rows]
        right, middle = (xy + size)[:, 0].max(), (xy + size / 2)[:, 1].mean()
        return QPointF(float(right) + GAP, float(middle))

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
        second: Wire | None = None,
        edge: EdgeKey | None = None,
    ) -> str:
        """Add a node around a scene point, wired to loose ends or put into an edge: one edit."""
        at = at or self.scene(QRectF(self.rect()).center())
        params = dict(params or {})
        if "data" in params and entry.holds_floats(OPS[op].defaults, op):
            params["data"] = entry.as_floats(params["data"])
        if self.dtype != USUAL and _has_dtype(op):
            params.setdefault("dtype", self.dtype)
        document, node = edits.add_node(
            self.document, op, self._place_for(op, at, wire), params=params
        )
        for end in (wire, second):
            if end is not None:
                document = self._wired(document, node, end)
        if edge is not None:
            document = _inserted(document, node, document.graph.edges[edge])
        home = home_at(self.geometry_, at.x(), at.y())
        if home is not None:
            document = regions.add_members(document, home, [node])
        self.editor.apply(tr("Add {}").format(op), document)
        self.added.emit(op)
        self.selection.set([node])
        self.ensure_visible(node)
        return node

    def add_beside(self, op: str) -> str:
        """Add an op beside the selected node, reading it; a leaf goes below it."""
        beside = self._only_selected()
        to_middle = QPointF(NARROWEST / 2, 0.0)
        if beside not in self.document.graph.nodes or not self._in_sight(str(beside)):
            middle = self.scene(QRectF(self.rect()).center())
            return self.add_op(op, self._free(middle - to_middle) + to_middle)
        left, _, _, bottom = self.geometry_.box(str(beside))
        if OPS[op].source:
            below = QPointF(left, bottom + BELOW + PILL_HEIGHT / 2)
            return self.add_op(op, self._free(below, PILL_HEIGHT) + to_middle)
        at = self._free(self._right_of(str(beside)))
        return self.add_op(op, at, wire=(str(beside), None, 0))

    def _in_sight(self, item: str) -> bool:
        left, top, right, bottom = self.geometry_.box(item)
        box = self.view.rect_to_view(QRectF(left, top, right - left, bottom - top))
        return QRectF(self.rect()).contains(box)

    def _free(self, at: QPointF, height: float = BOX_HEIGHT) -> QPointF:
        """A point at or below this one to the right of which a usual node has room."""
        corner = at.x(), at.y() - height / 2
        x, y = free_place(self.geometry_, corner, (float(NARROWEST), height))
        return QPointF(x, y + height / 2)

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

    # Finding

    def start_find(self) -> None:
        """Open the bar that finds a node by its name or op."""
        self.finder.start(self.document)
        self.hint.emit(tr("Type part of a name · Enter goes on, Shift+Enter back · Esc closes"))

    def _on_found(self, item: str) -> None:
        graph = self.document.graph
        if item in graph.nodes or item in graph.regions:
            (seen,) = self.geometry_.plan.drawn([item])  # it may lie in a folded group
            self.selection.set([seen])
            self.centre_on(seen)

    # Editing in place

    def edit_item(self, item: str, part: str = "") -> bool:
        """Open the in-place editor on a part of a node or region (default: the first there is).

        A matrix is more than a line: it is asked for as a table.
        """
        node = self.document.graph.nodes.get(item)
        if (
            node is not None
            and part in ("", "value")
            and entry.wants_table(node.params.get("data"))
        ):
            self.table_wanted.emit(item)
            return True
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
        self.hint.emit(tr("Enter keeps · Tab goes on to the next · Esc cancels"))

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
        """Enter: the value of the selected node, else its first number, else its name."""
        item = self._only_selected()
        if item is not None:
            self.edit_item(item)

    def rename_selection(self) -> None:
        item = self._only_selected()
        if item is not None:
            self.edit_item(item, "name" if item in self.document.graph.nodes else "title")

    def _only_selected(self) -> str | None:
        return next(iter(self.selection.items)) if len(self.selection.items) == 1 else None


def _inserted(document: Document, node: str, edge: Edge) -> Document:
    """`node` put into an edge: what it carried goes in, the result goes on to where it went."""
    slot = place_in_wire(document, node, edge.key)
    if slot is None:
        return document
    return make_room(wires.insert(document, node, slot, edge.key), node)


def _has_dtype(op: str) -> bool:
    """Whether it is a leaf whose dtype is to be chosen."""
    return OPS[op].source and any(field.name == "dtype" for field in OPS[op].fields)
