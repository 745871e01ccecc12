"""A tensor too large for the table: a sample to look at, and one entry to change by its index."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from gui.model import entry, leaf, sampled, words
from gui.model.leaf import Leaf
from gui.model.unseen import visible
from gui.panels.fields import TextField
from gui.panels.parts import label, say
from gui.state.editor import Editor
from gui.theme import Theme, mono
from gui.tr import tr

_Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole


class Cells(QAbstractTableModel):
    """The numbers of a sample, under the indices they have in the tensor."""

    def __init__(self, theme: Theme, sample: sampled.Sample) -> None:
        super().__init__()
        self.theme, self.sample = theme, sample

    def show(self, sample: sampled.Sample) -> None:
        self.beginResetModel()
        self.sample = sample
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.sample.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.sample.columns)

    def data(self, index: _Index, role: int = Role.DisplayRole) -> Any:
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Role.DisplayRole:
            return words.number(self.sample.cells[index.row(), index.column()], 6)
        return None

    def headerData(self, section: int, way: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        if role != Role.DisplayRole:
            return None
        if way == Qt.Orientation.Horizontal:
            return str(self.sample.columns[section])
        return ", ".join(map(str, self.sample.rows[section])) or "0"

    def place(self, index: _Index) -> tuple[int, ...]:
        """Where a cell is in the tensor."""
        return (*self.sample.rows[index.row()], self.sample.columns[index.column()])


class LargeTensor(QDialog):
    """Every number that is set is one step of the undo history, at once."""

    def __init__(self, editor: Editor, node: str, theme: Theme, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.editor, self.node = editor, node
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.packed = sampled.numbers(editor.document.graph.nodes[node])
        self.cells = Cells(theme, sampled.sample(self.packed.array))
        self._make()
        self._lay_out()
        self._show()
        say(self.complaint, "")
        editor.changed.connect(self._on_changed)
        self.index.line.setFocus()

    def _make(self) -> None:
        self.table = QTableView()
        self.table.setModel(self.cells)
        self.table.setFont(mono(9.5))
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setTabKeyNavigation(False)
        self.table.setAccessibleName(tr("A sample of the numbers"))
        self.table.selectionModel().currentChanged.connect(self._on_cell)
        self.index = TextField(self._read_index, tr("index"))
        self.index.committed.connect(lambda _: self._show_entry())
        self.value = TextField(lambda text: entry.number(text), tr("value"))
        self.value.committed.connect(lambda _: self._set())
        self.place = (0,) * self.packed.ndim
        self.summary = label("", "muted", wrap=False)
        self.complaint = label("", "error")
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.buttons.rejected.connect(self.reject)
        for button in self.buttons.buttons():
            button.setAutoDefault(False)  # type: ignore[attr-defined]

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 14, 16, 14)
        whole.setSpacing(10)
        told = tr("These are too many numbers for a table: here are some rows and columns of it.")
        whole.addWidget(label(told, "muted"))
        whole.addWidget(self.table, 1)
        row = QHBoxLayout()
        row.setSpacing(8)
        for field, name in ((self.index, tr("index")), (self.value, tr("value"))):
            text = label(name, "muted", wrap=False)
            text.setFixedHeight(field.line.sizeHint().height())  # a complaint below moves nothing
            text.setBuddy(field)
            field.line.setFixedWidth(220)
            row.addWidget(text, 0, Qt.AlignmentFlag.AlignTop)
            row.addWidget(field, 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch(1)
        whole.addLayout(row)
        whole.addWidget(self.complaint)
        whole.addWidget(self.summary)
        whole.addWidget(self.buttons)
        self.resize(900, 560)

    def _show(self) -> None:
        node = self.editor.document.graph.nodes[self.node]
        self.setWindowTitle(visible(tr("Edit {}").format(node.name)))
        dtype = self.packed.dtype.name
        say(self.summary, leaf.summary(Leaf(node.name, self.packed.array, dtype)))
        self._show_entry()

    def _show_entry(self) -> None:
        self.index.show_value(", ".join(map(str, self.place)))
        self.value.show_value(sampled.entry_at(self.packed, self.place))

    def _read_index(self, text: str) -> tuple[int, ...]:
        self.place = sampled.read_index(text, self.packed.shape)
        return self.place

    def _on_cell(self, index: QModelIndex) -> None:
        if index.isValid():
            self.place = self.cells.place(index)[-self.packed.ndim :]
            self._show_entry()

    def _set(self) -> None:
        document, text = self.editor.document, self.value.line.text()
        try:
            changed = sampled.with_entry(document, self.node, self.place, text)
        except ValueError as error:
            say(self.complaint, str(error))
            return
        say(self.complaint, "")
        name = document.graph.nodes[self.node].name
        told = tr("Set {} of {} to {}").format(list(self.place), name, text.strip()[:24])
        self.editor.apply(told, changed)

    def _on_changed(self) -> None:
        """What is shown follows an undo, too; without its tensor it goes."""
        node = self.editor.document.graph.nodes.get(self.node)
        if node is None or not sampled.is_too_large(node):
            self.reject()
            return
        packed = sampled.numbers(node)
        if packed.shape != self.packed.shape:
            self.place = (0,) * packed.ndim
        if packed is not self.packed:
            self.packed = packed
            self.cells.show(sampled.sample(packed.array))
            self._show()
