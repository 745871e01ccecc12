"""The outline: the graph as a table, for screen readers and for hands on the keyboard."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtGui import QColor, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHeaderView, QTreeView, QVBoxLayout, QWidget

from engine.graph import Node, Region
from gui.model import words
from gui.model.document import Document
from gui.model.frames import EMPTY, Frame
from gui.model.unseen import visible
from gui.panels.parts import FramePanel
from gui.state.editor import Editor
from gui.state.player import Player
from gui.state.selection import Selection
from gui.theme import LIGHT, Theme, mono, text_scale
from gui.tr import tr

COLUMNS = ("Name", "Operation", "Value", "Gradient", ".grad", "Inputs", "Inside")
FROM_FRAME = (2, 4)
"""First and last column that change from step to step."""
MOST_TOLD = 500
"""Of more rows nobody is told that they have changed: what is in sight is painted anew anyway."""

NARROWEST = (52, 76, 62, 70, 52, 66, 66)
"""Pixels a column needs for its title and a number in text of the usual size."""
NUMBERS = 5
"""The columns that are seen without scrolling, however narrow the dock."""

_Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole


class OutlineModel(QAbstractTableModel):
    """A row a node, in statement order, then a row a region.

    The numbers are asked of the frame when they are seen.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = Document()
        self.frame: Frame = EMPTY
        self.rows: list[Node | Region] = []
        self.row_of: dict[str, int] = {}
        self.theme = LIGHT

    def show(self, document: Document) -> None:
        self.beginResetModel()
        self.document = document
        graph = document.graph
        self.rows = [*graph.nodes.values(), *graph.regions.values()]
        self.row_of = {item.id: row for row, item in enumerate(self.rows)}
        self.endResetModel()

    def set_frame(self, frame: Frame) -> None:
        self.frame = frame
        if 0 < len(self.rows) <= MOST_TOLD:
            first, last = FROM_FRAME
            bottom = self.index(len(self.rows) - 1, last)
            self.dataChanged.emit(self.index(0, first), bottom, [_ROLE.DisplayRole])

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == _ROLE.DisplayRole:
            return tr(COLUMNS[section])
        return None

    def data(self, index: _Index, role: int = _ROLE.DisplayRole) -> Any:
        item = self.rows[index.row()]
        if role == _ROLE.DisplayRole:
            return self.told(item, index.column())
        if role == _ROLE.AccessibleTextRole:
            text = self.told(item, index.column())
            return f"{tr(COLUMNS[index.column()])}: {text or tr('nothing')}"
        if role == _ROLE.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        if role == _ROLE.FontRole and FROM_FRAME[0] <= index.column() <= FROM_FRAME[1]:
            return mono(9)
        if role == _ROLE.ForegroundRole:
            return self._color(item, index.column()) if isinstance(item, Node) else None
        return None

    def told(self, item: Node | Region, column: int) -> str:
        """What stands in one cell."""
        told = self.text(item, column) if isinstance(item, Node) else self._region(item, column)
        return visible(told)

    def _region(self, region: Region, column: int) -> str:
        graph = self.document.graph
        match column:
            case 0:
                return region.title or region.kind
            case 1:
                kind = region.kind
                return tr("note") if kind == "note" else tr("{} region").format(kind)
            case 2:
                return words.count(len(region.members), "node") if region.members else ""
            case 5:
                return ", ".join(graph.nodes[i].name for i in region.members if i in graph.nodes)
            case 6:
                return " › ".join(r.title or r.kind for r in self._around(region))
        return ""

    def _around(self, region: Region) -> list[Region]:
        """The regions it lies in, outermost first."""
        found = self.document.graph.region_of.get(region.members[0], ()) if region.members else ()
        outer = list(found)
        return outer[: outer.index(region)] if region in outer else []

    def _color(self, node: Node, column: int) -> QColor | None:
        if column == 2 and self.frame.node(node.id).error:
            return self.theme.color("error")
        token = {2: "value", 3: "gradient", 4: "sum"}.get(column)
        return self.theme.color(token) if token else None

    def text(self, node: Node, column: int) -> str:
        match column:
            case 0:
                return node.name
            case 1:
                return node.op
            case 5:
                return self._inputs(node)
            case 6:
                regions = self.document.graph.region_of.get(node.id, ())
                return " › ".join(region.title or region.kind for region in regions)
        state = self.frame.node(node.id)
        if column == 2 and state.error:
            return f"error: {state.error}"
        array = {2: state.value, 3: state.grad, 4: state.stored}[column]
        return "" if array is None else words.short(array)

    def _inputs(self, node: Node) -> str:
        edges = self.document.graph.inputs[node.id].values()
        return ", ".join(self.document.graph.nodes[edge.source].name for edge in edges)


def shares(room: int, text: float = 1.0) -> list[int]:
    """The width of each column: the last two are given up first, then all are as wide as needed."""
    narrowest = [round(least * text) for least in NARROWEST]
    if room >= sum(narrowest):
        spare = room - sum(narrowest)
        return [least + spare * least // sum(narrowest) for least in narrowest]
    first = narrowest[:NUMBERS]
    spare = max(0, room - sum(first))
    return [least + spare * least // sum(first) for least in first] + narrowest[NUMBERS:]


class Outline(FramePanel):
    """The same nodes and the same selection as the canvas, row by row."""

    def __init__(
        self, editor: Editor, selection: Selection, player: Player, theme: Theme = LIGHT
    ) -> None:
        super().__init__(player, theme)
        self.editor, self.selection = editor, selection
        self._following = False
        self._by_hand, self._sharing = False, False
        self.model = OutlineModel(self)
        self.view = self._view()
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.view)
        self.setFocusProxy(self.view)
        editor.changed.connect(self.renew)
        editor.opened.connect(self.renew)
        selection.changed.connect(self._on_selection)
        self.set_theme(theme)

    def _view(self) -> QTreeView:
        view = QTreeView()
        view.setModel(self.model)
        view.setRootIsDecorated(False)
        view.setUniformRowHeights(True)
        view.setAllColumnsShowFocus(True)
        view.setSelectionMode(QTreeView.SelectionMode.ExtendedSelection)
        view.setAccessibleName(tr("Outline of the graph"))
        view.setToolTip(
            tr("All nodes in statement order, then the regions; selecting here selects there")
        )
        view.header().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        view.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        view.selectionModel().selectionChanged.connect(self._on_rows)
        view.header().setStretchLastSection(False)
        view.header().setMinimumSectionSize(30)
        view.header().sectionResized.connect(self._on_resized)
        return view

    def restyle(self) -> None:
        self.model.theme = self.theme
        self.view.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._share()

    def _share(self) -> None:
        """The columns share the room, until one is made wider or narrower by hand."""
        if self._by_hand:
            return
        room = self.width() - 8 - self.view.verticalScrollBar().sizeHint().width()
        self._sharing = True
        for column, width in enumerate(shares(room, text_scale(self.font()))):
            self.view.setColumnWidth(column, width)
        self._sharing = False

    def _on_resized(self, *_: object) -> None:
        self._by_hand = self._by_hand or not self._sharing

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._on_selection()

    def show_frame(self, frame: Frame) -> None:
        if self.model.document.graph is not self.editor.document.graph:
            self._following = True
            self.model.show(self.editor.document)
            self._following = False
            self._on_selection()
        self.model.set_frame(frame)
        self.view.viewport().update()

    def _on_selection(self) -> None:
        """Select the rows of what has been selected elsewhere."""
        if self._following or not self.isVisible():
            return
        rows = {self.model.row_of[i] for i in self.selection.items if i in self.model.row_of}
        chosen, last = QItemSelection(), len(COLUMNS) - 1
        at = self.model.createIndex  # index() would ask Python for the size each time
        starts, ends = (sorted(r for r in rows if r + way not in rows) for way in (-1, 1))
        for first, end in zip(starts, ends, strict=True):
            chosen.select(at(first, 0), at(end, last))
        self._following = True
        flags = QItemSelectionModel.SelectionFlag
        self.view.selectionModel().select(chosen, flags.ClearAndSelect)
        if rows:
            top = self.model.index(min(rows), 0)
            self.view.selectionModel().setCurrentIndex(top, flags.NoUpdate)
            self.view.scrollTo(top)
        self._following = False

    def _on_rows(self, *_: object) -> None:
        if self._following:
            return
        self._following = True
        rows = self.view.selectionModel().selectedRows()
        self.selection.set(self.model.rows[index.row()].id for index in rows)
        self._following = False


def _demo() -> QWidget:
    from gui.panels import demo

    return Outline(demo.editor(), demo.selection("m"), demo.player())


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
