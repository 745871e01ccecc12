"""The canvas on which the history is shown: the same gestures for looking, none for editing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QAction, QContextMenuEvent, QMouseEvent
from PySide6.QtWidgets import QMenu

from engine.graph import Graph
from gui.canvas.canvas import Canvas
from gui.canvas.geometry import Geometry
from gui.canvas.hits import Hit
from gui.canvas.tips import edge_tip, value_lines
from gui.canvas.tools.pan import Pan
from gui.canvas.tools.select import RubberBand
from gui.canvas.tools.tool import Keys, Tool
from gui.model.arrange import arrange
from gui.model.document import Document, Place
from gui.model.history import READ_ONLY
from gui.state.picture import Picture
from gui.state.selection import Selection
from gui.theme import Theme
from gui.tr import tr

EMPTY = (
    "Nothing is remembered yet",
    "an operation on a tensor that requires grad leaves a Function here",
)


class Refused(Tool):
    """Stands where an editing gesture would begin: a drag says why there is none."""

    def move(self, at: QPointF, keys: Keys) -> None:
        super().move(at, keys)
        if self.dragged:
            self.canvas.hint.emit(tr(READ_ONLY))

    def release(self, at: QPointF, keys: Keys) -> None:
        self.canvas.finish(self)
        if self.dragged:
            self.canvas.hint.emit(tr(READ_ONLY))


def _refuse(self: HistoryCanvas, *_: Any, **__: Any) -> None:
    """Say where editing is done."""
    self.hint.emit(tr(READ_ONLY))


class HistoryCanvas(Canvas):
    """Shows Functions; double-click goes to the node that made one."""

    origin_wanted = Signal(str)
    """(id of a Function): show the node it comes from in the graph."""
    empty_text = EMPTY

    def __init__(self, selection: Selection, theme: Theme) -> None:
        picture = Picture()
        super().__init__(
            picture, selection, theme=theme, to_text=lambda _: "", from_text=lambda _: Document()
        )
        picture.setParent(self)
        picture.refused.connect(lambda: self.hint.emit(tr(READ_ONLY)))
        self.about: Callable[[str], str] = lambda _: ""
        self.setAcceptDrops(False)
        self.setAccessibleName(tr("History canvas"))
        self.setAccessibleDescription(
            tr("The Functions that backward runs, as the run has made them; nothing is edited.")
        )

    def show_picture(
        self, graph: Graph, places: Mapping[str, Place], about: Callable[[str], str]
    ) -> None:
        """Show these Functions at these places; what is shown already stays as it lies."""
        self.about = about
        if graph != self.document.graph:
            self.editor.open(Document(graph, (), places))

    # What would edit

    add_op = add_note = add_region = drop = nudge = _refuse  # type: ignore[assignment]
    start_search = edit_item = edit_selection = rename_selection = _refuse  # type: ignore[assignment]
    delete_selection = bridge_selection = duplicate_selection = _refuse
    copy_selection = cut_selection = paste = paste_linked = _refuse
    group_selection = no_grad_selection = link_selection = mute_selection = _refuse
    pick_up_wire = align = distribute = _refuse

    def begin(self, tool: Tool) -> None:
        super().begin(tool if isinstance(tool, (Pan, RubberBand)) else Refused(self, tool.start))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.cancel_gesture()
        found = self.hit(event.position())
        if event.button() == Qt.MouseButton.LeftButton and found.kind == "node":
            self.origin_wanted.emit(found.id)
        elif found.kind == "empty":
            self.hint.emit(tr(READ_ONLY))

    # What can be asked

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.cancel_gesture()
        found = self.hit(QPointF(event.pos()))
        if found.kind == "node":
            self.selection.set([found.id])
        self.menu_for(found, self.scene(event.pos())).popup(event.globalPos())

    def menu_for(self, found: Hit, at: QPointF) -> QMenu:
        """What there is to look at."""
        popup = QMenu(self)
        popup.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        here: list[tuple[str, Callable[[], object]]] = [
            (tr("Show everything") + "\tHome", self.fit_all),
            (tr("Show the selection") + "\tF", self.fit_selection),
            ("100 %\tCtrl+0", self.zoom_actual),
        ]
        if found.kind == "node":
            here.insert(
                0, (tr("Show its node in Graph"), lambda: self.origin_wanted.emit(found.id))
            )
        for text, do in here:
            action = QAction(text, popup)
            action.triggered.connect(lambda _=False, do=do: do())
            popup.addAction(action)
        return popup

    def tip_of(self, found: Hit) -> str:
        """The tooltip for what is under the mouse."""
        if found.kind == "node":
            return "\n".join([self.about(found.id), *value_lines(self.frame.node(found.id))])
        if found.kind == "edge" and found.edge is not None:
            return edge_tip(self.document, self.frame, found.edge)
        if found.kind == "port" and found.part.startswith("output "):
            return tr("Gradients arrive here.")
        return tr("{}: a gradient leaves here.").format(found.part) if found.kind == "port" else ""


def laid_out(graph: Graph) -> Mapping[str, Place]:
    """Where the Functions of a history are drawn; on whatever thread."""
    bare = Geometry.of(Document(graph))
    boxes = ((i, bare.box(i)) for i in bare.ids)
    sizes = {i: (right - left, low - top) for i, (left, top, right, low) in boxes}
    return arrange(graph, sizes, graph.nodes)
