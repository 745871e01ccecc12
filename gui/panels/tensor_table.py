"""A tensor's cells: one slice of it as a table to type in, copy from and paste into."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QStyledItemDelegate,
    QTableView,
    QWidget,
)

from gui.model import entry, leaf, pasting, words
from gui.model.leaf import Index, Leaf
from gui.theme import Theme, mono
from gui.tr import tr

_Index = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
Block = tuple[int, int, int, int]
"""First row, first column, rows, columns."""

_STRONGEST = 0.34
"""How far a heat-map's strongest colour covers the ground: the text on it must stay readable."""


class Cells(QAbstractTableModel):
    """The last two dimensions at `slice_`; a scalar is one cell, a vector one row."""

    edited = Signal(object)
    """(Leaf): with what was typed."""
    refused = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme, self.heat = theme, True
        self.leaf = Leaf("x", np.zeros(()))
        self.slice_: Index = ()
        self.sheet: np.ndarray = np.zeros((1, 1))
        self._largest = 1.0

    def show(self, found: Leaf, slice_: Index) -> None:
        """Show a slice of a Leaf; what is selected stays where its shape is the same."""
        array = found.array
        sheet = np.atleast_2d(array[slice_])
        again = sheet.shape == self.sheet.shape
        if not again:
            self.beginResetModel()
        self.leaf, self.slice_, self.sheet = found, slice_, sheet
        size = np.abs(array.astype(np.float64))
        self._largest = float(np.max(size, initial=0, where=np.isfinite(size))) or 1.0
        if again:
            self.dataChanged.emit(self.index(0, 0), self.index(*(n - 1 for n in sheet.shape)))
        else:
            self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self.sheet.shape[0]

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self.sheet.shape[1]

    def at(self, row: int, column: int) -> Index:
        """The place of a cell in the tensor."""
        return (*self.slice_, row, column)

    def data(self, index: _Index, role: int = Role.DisplayRole) -> Any:
        cell = self.sheet[index.row(), index.column()]
        if role == Role.DisplayRole:
            return words.number(cell, 6)
        if role == Role.EditRole:
            return entry.spell(cell.item())
        if role == Role.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Role.BackgroundRole:
            return self._heat(float(cell))
        if role == Role.ForegroundRole:
            return self.theme.color("text" if np.isfinite(cell) else "error")
        return None

    def _heat(self, value: float) -> Any:
        """Blue above zero and orange below, as on the canvas."""
        if not np.isfinite(value):
            return self.theme.color("error_soft")
        if not self.heat or value == 0:
            return None
        strength = _STRONGEST * abs(value) / self._largest
        return self.theme.color("value" if value > 0 else "gradient", strength)

    def setData(self, index: _Index, value: Any, role: int = Role.EditRole) -> bool:
        if value == self.data(index, Role.EditRole):
            return True
        try:
            number = leaf.read_cell(self.leaf, str(value))
            new = leaf.with_cell(self.leaf, self.at(index.row(), index.column()), number)
        except ValueError as error:
            self.refused.emit(str(error))
            return False
        self.edited.emit(new)
        return True

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def headerData(self, section: int, way: Qt.Orientation, role: int = Role.DisplayRole) -> Any:
        return str(section) if role == Role.DisplayRole else None


class _Delegate(QStyledItemDelegate):
    """Keeps a cell open, marked red, while what is typed there cannot be."""

    def eventFilter(self, editor: QObject, event: QEvent) -> bool:
        keys = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab)
        if (
            isinstance(event, QKeyEvent)
            and isinstance(editor, QLineEdit)
            and event.type() == QEvent.Type.KeyPress
            and event.key() in keys
            and (why := self._why_not(editor.text()))
        ):
            editor.setProperty("bad", True)
            editor.style().unpolish(editor)
            editor.style().polish(editor)
            self._cells().refused.emit(why)
            return True
        return super().eventFilter(editor, event)

    def _cells(self) -> Cells:
        table = self.parent()
        assert isinstance(table, Table)
        return table.cells

    def _why_not(self, text: str) -> str:
        try:
            leaf.read_cell(self._cells().leaf, text)
        except ValueError as error:
            return str(error)
        return ""

    def setModelData(self, editor: QWidget, model: QAbstractItemModel, index: _Index) -> None:
        assert isinstance(editor, QLineEdit)
        model.setData(index, editor.text(), Role.EditRole)


class Table(QTableView):
    """Type to change a cell; Ctrl+C copies, Ctrl+V pastes cells or a literal, Del writes zeros."""

    pasted = Signal(object)
    """(Pasted)"""
    cleared = Signal()

    def __init__(self, cells: Cells) -> None:
        super().__init__()
        self.cells = cells
        self.setModel(cells)
        self.setItemDelegate(_Delegate(self))
        self.setFont(mono(9.5))
        self.setAccessibleName(tr("The numbers, cell by cell"))
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)  # Tab leaves the table; inside a cell it goes to the next
        metrics = self.fontMetrics()
        for header, room in (
            (self.verticalHeader(), metrics.height() + 10),
            (self.horizontalHeader(), metrics.horizontalAdvance("-0.000000e-00") + 14),
        ):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
            header.setDefaultSectionSize(room)
            header.setHighlightSections(True)

    def block(self) -> Block | None:
        """The selected block of cells, the current cell at least."""
        ranges = list(self.selectionModel().selection())  # type: ignore[call-overload]
        if not ranges:
            here = self.currentIndex()
            return (here.row(), here.column(), 1, 1) if here.isValid() else None
        top, left = min(r.top() for r in ranges), min(r.left() for r in ranges)
        low, right = max(r.bottom() for r in ranges), max(r.right() for r in ranges)
        return top, left, low - top + 1, right - left + 1

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            # The cell's own line has had it; only Ctrl+Enter means more than that line.
            event.setAccepted(not event.modifiers() & Qt.KeyboardModifier.ControlModifier)
            return
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy()
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.cleared.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.edit(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def copy(self) -> None:
        """The selected block as a spreadsheet takes it."""
        found = self.block()
        if found is not None:
            top, left, rows, columns = found
            part = self.cells.sheet[top : top + rows, left : left + columns].tolist()
            text = "\n".join("\t".join(map(entry.spell, row)) for row in part)
            QGuiApplication.clipboard().setText(text)

    def paste(self) -> None:
        """Cells are written from the current one on; a literal takes the place of everything."""
        try:
            found = pasting.read(QGuiApplication.clipboard().text())
        except ValueError as error:
            self.cells.refused.emit(str(error))
            return
        self.pasted.emit(found)
