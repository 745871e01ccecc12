"""A value or a gradient in the inspector: a line, and for small matrices a table."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QGridLayout, QHeaderView, QTableView, QWidget

from gui.model import finite, words
from gui.panels.histogram import HistogramView
from gui.panels.parts import label, number_label, row_label, say
from gui.theme import LIGHT, Theme, mono
from gui.tr import tr

LARGEST = 8
"""Rows and columns up to which a matrix is shown as a table."""

_Index = QModelIndex | QPersistentModelIndex


def headline(array: Any) -> str:
    """The number, the few numbers there are, or what kind of tensor it is."""
    told = words.short(array, width=24)
    if array is not None and np.size(array) == 0:
        return tr("{} empty").format(told)
    return words.kind(array) if array is not None and told == words.shape(array) else told


def spread(array: Any) -> str:
    """What a shape leaves out: range and mean."""
    if (
        array is None
        or np.ndim(array) == 0
        or fits_table(array)
        or not np.issubdtype(np.asarray(array).dtype, np.number)
    ):
        return ""
    a = np.asarray(array)
    good = a[np.isfinite(a)].astype(float)
    if not good.size:
        return ""
    three = map(words.number, (good.min(), good.max(), good.mean()))
    return tr("min {} · max {} · mean {}").format(*three)


def fits_table(array: Any) -> bool:
    return np.ndim(array) in (1, 2) and np.size(array) > 0 and max(np.shape(array)) <= LARGEST


class _Cells(QAbstractTableModel):
    """The entries of a matrix; a vector is one row."""

    def __init__(self, tone: str, parent: QObject) -> None:
        super().__init__(parent)
        self.tone, self.theme = tone, LIGHT
        self.cells = np.zeros((0, 0))
        self._largest = 1.0

    def show(self, array: Any) -> None:
        self.beginResetModel()
        self.cells = np.atleast_2d(array)
        size = np.abs(self.cells.astype(float))
        self._largest = float(np.max(size[np.isfinite(size)], initial=0)) or 1.0
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return self.cells.shape[0]

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return self.cells.shape[1]

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        cell = self.cells[index.row(), index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return words.number(cell)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.BackgroundRole:
            strength = abs(float(cell)) / self._largest
            return self.theme.color(self.tone, 0.26 * strength) if np.isfinite(strength) else None
        if role == Qt.ItemDataRole.ForegroundRole:
            return self.theme.color("text" if np.isfinite(cell) else "error")
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        return str(section) if role == Qt.ItemDataRole.DisplayRole else None


class ArrayView(QWidget):
    """`title  number`, with the terms it is the sum of below it, or the entries as a table."""

    def __init__(self, title: str, tone: str) -> None:
        super().__init__()
        self.title, self.tone = title, tone
        self._shown: object = self
        self._words = ("", "")
        self.number = number_label(tone, bold=True)
        self.detail = label("", "muted")
        self.bad = label("", "error")
        self._cells = _Cells(tone, self)
        self.table = self._make_table()
        self.histogram = HistogramView(tone)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(3)
        grid.addWidget(row_label(title), 0, 0)
        grid.addWidget(self.number, 0, 1)
        grid.addWidget(self.detail, 1, 1)
        grid.addWidget(self.bad, 2, 1)
        grid.addWidget(self.table, 3, 0, 1, 2)
        grid.addWidget(self.histogram, 4, 0, 1, 2)
        grid.setColumnStretch(1, 1)

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self._cells)
        table.setFont(mono(9))
        table.setAccessibleName(tr("{}, entry by entry").format(self.title))
        table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        table.setShowGrid(False)
        table.setCornerButtonEnabled(False)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 8)
        for header in (table.verticalHeader(), table.horizontalHeader()):
            header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
            header.setSectionsClickable(False)
            header.setFont(mono(8))
        return table

    def set_theme(self, theme: Theme) -> None:
        self._cells.theme = self.histogram.theme = theme
        self.histogram.update()
        self.table.viewport().update()

    def show_array(self, array: Any, line: str = "", detail: str = "") -> None:
        """Show `array`; `line` stands in place of its headline, `detail` small below."""
        if (shown := (line, detail)) == self._words and array is self._shown:
            return
        self._words, self._shown = shown, array
        self.number.setText(line or headline(array))
        say(self.detail, "\n".join(part for part in (spread(array), detail) if part))
        say(self.bad, finite.sentence(array))
        self.histogram.show_array(array)
        tabular = array is not None and fits_table(array)
        self.table.setVisible(tabular)
        if tabular:
            self._cells.show(array)
            self._fit()

    def _fit(self) -> None:
        """As high as its rows; columns as wide as their numbers, scrolling when there are many."""
        self.table.resizeColumnsToContents()
        header = self.table.horizontalHeader()
        height = header.sizeHint().height() + self.table.verticalHeader().length() + 4
        wide = header.length() + self.table.verticalHeader().sizeHint().width()
        if wide > max(self.width(), 200):
            height += self.table.horizontalScrollBar().sizeHint().height()
        self.table.setFixedHeight(height)
