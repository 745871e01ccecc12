"""The breakpoints of the open Document as a list: each can be switched off, found and removed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QPushButton, QVBoxLayout

from gui.model.unseen import visible
from gui.panels.parts import GAP, MARGIN, Panel, label
from gui.state.breakpoints import Breakpoints, Spot, told
from gui.theme import Theme
from gui.tr import tr

NONE = (
    "No breakpoints. Select a node or an edge and press F9: playing stops before the node, after"
    " the edge."
)
_SPOT = Qt.ItemDataRole.UserRole


class _List(QListWidget):
    delete_pressed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)


class BreakpointList(Panel):
    """A tick switches one on or off, Enter or a double click shows it, Del takes it away."""

    chosen = Signal(object)
    """(spot): show it in the graph."""

    def __init__(self, breakpoints: Breakpoints, theme: Theme) -> None:
        super().__init__(theme)
        self.breakpoints = breakpoints
        self._filling = False
        self.none = label(tr(NONE), "muted")
        self.list = _List()
        self.list.setAccessibleName(tr("Breakpoints"))
        self.list.itemChanged.connect(self._on_ticked)
        self.list.itemActivated.connect(lambda item: self.chosen.emit(item.data(_SPOT)))
        self.list.itemSelectionChanged.connect(self._enable)
        self.list.delete_pressed.connect(self.remove_chosen)
        self.remove = QPushButton(tr("Remove"))
        self.remove.clicked.connect(self.remove_chosen)
        self.clear = QPushButton(tr("Remove all"))
        self.clear.clicked.connect(breakpoints.clear)
        self.setFocusProxy(self.list)
        self._lay_out()
        breakpoints.changed.connect(self.renew)
        breakpoints.editor.changed.connect(self.renew)
        self.renew()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, GAP, MARGIN, GAP)
        column.setSpacing(GAP)
        column.addWidget(self.none)
        column.addWidget(self.list, 1)
        row = QHBoxLayout()
        row.addWidget(self.remove)
        row.addWidget(self.clear)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(0)

    def renew(self, *_: object) -> None:
        """List what there is."""
        self._filling = True
        kept = self.list.currentRow()
        self.list.clear()
        graph = self.breakpoints.editor.document.graph
        for spot, on in self.breakpoints.spots.items():
            if spot in (graph.nodes if isinstance(spot, str) else graph.edges):
                self._add(spot, told(graph, spot), on=on)
        self.list.setCurrentRow(min(kept, self.list.count() - 1))
        self._filling = False
        some = bool(self.list.count())
        for widget in (self.list, self.remove, self.clear):
            widget.setVisible(some)
        self.none.setVisible(not some)
        self._enable()

    def _add(self, spot: Spot, text: str, *, on: bool) -> None:
        item = QListWidgetItem(visible(text[:1].upper() + text[1:]))
        item.setData(_SPOT, spot)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)
        self.list.addItem(item)

    def _enable(self) -> None:
        self.remove.setEnabled(bool(self.list.selectedItems()))

    def _on_ticked(self, item: QListWidgetItem) -> None:
        if not self._filling:
            on = item.checkState() is Qt.CheckState.Checked
            self.breakpoints.switch(_spot(item), on)

    def remove_chosen(self) -> None:
        """Take those away that are selected."""
        self.breakpoints.remove(*map(_spot, self.list.selectedItems()))


def _spot(item: QListWidgetItem) -> Spot:
    """Qt gives a tuple back as a list."""
    found = item.data(_SPOT)
    return found if isinstance(found, str) else (found[0], found[1])
