"""The parts of the Why sheet: lines that lead somewhere, the list of paths, the entry chooser."""

from __future__ import annotations

import html
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.model.unseen import visible
from gui.model.why import Entry, Line, Way
from gui.panels.parts import Number, label, tip
from gui.theme import mono
from gui.tr import tr

_KEYS = Qt.TextInteractionFlag.LinksAccessibleByKeyboard
_MOUSE = Qt.TextInteractionFlag.LinksAccessibleByMouse


class LineLabel(QLabel):
    """One supporting sentence; the whole of it is a link where it leads to a node or a step."""

    followed = Signal(object)
    """(Line): go where it leads to."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line
        self.setWordWrap(True)
        self.setAccessibleName(line.text)
        self.setProperty("tone", "text")
        if line.node or line.step is not None:
            self.setTextFormat(Qt.TextFormat.RichText)
            self.setText(f'<a href="there">{html.escape(visible(line.text))}</a>')
            self.setTextInteractionFlags(_KEYS | _MOUSE)
            self.setToolTip(_leads_to(line))
            self.linkActivated.connect(lambda _: self.followed.emit(self.line))
        else:
            self.setTextFormat(Qt.TextFormat.PlainText)
            self.setText(visible(line.text))


def _leads_to(line: Line) -> str:
    if line.step is None:
        return tr("Select the node")
    return tr("Go to step {}").format(line.step + 1)


class Lines(QWidget):
    """Supporting sentences, one below the other."""

    followed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.labels: list[LineLabel] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(3)

    def show_lines(self, lines: Sequence[Line]) -> None:
        if [shown.line for shown in self.labels] == list(lines):
            return
        for gone in self.labels:
            self._column.removeWidget(gone)
            gone.hide()
            gone.deleteLater()
        self.labels = [LineLabel(line) for line in lines]
        for made in self.labels:
            made.followed.connect(self.followed)
            self._column.addWidget(made)
        self.setVisible(bool(lines))


class WaysList(QTreeWidget):
    """The paths, a row each; the one under the mouse or the keyboard is lit."""

    pointed = Signal(object)
    """(Way or None): light this one, or what the whole answer lights."""

    def __init__(self) -> None:
        super().__init__()
        self.ways: Sequence[Way] = ()
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setMouseTracking(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHeaderLabels([tr("Path"), tr("It brings"), tr("As a product")])
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setAccessibleName(tr("Paths from the root to the node"))
        self.header().setStretchLastSection(True)
        self.entered.connect(self._on_entered)
        self.currentItemChanged.connect(self._on_current)

    def show_ways(self, ways: Sequence[Way]) -> None:
        if ways is self.ways:
            return
        self.ways = ways
        self.blockSignals(True)
        self.clear()
        for way in ways:
            item = QTreeWidgetItem([visible(way.brief), way.brings, visible(way.sum)])
            item.setFont(1, mono(9, bold=True))
            item.setFont(2, mono(9))
            for column, text in ((0, way.text), (2, way.sum)):
                item.setToolTip(column, tip(text) if len(text) > 30 else "")
            self.addTopLevelItem(item)
        self.blockSignals(False)
        self._size_columns()

    def _size_columns(self) -> None:
        """The number always shows; path and product share the rest, and tooltips have all of it."""
        self.resizeColumnToContents(1)
        room = self.viewport().width() - self.columnWidth(1)
        self.resizeColumnToContents(0)
        self.setColumnWidth(0, min(self.columnWidth(0) + 8, max(100, room * 3 // 5)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size_columns()

    def _on_entered(self, index: QModelIndex) -> None:
        self.pointed.emit(self.ways[index.row()])

    def _on_current(self, item: QTreeWidgetItem | None, _: object = None) -> None:
        row = -1 if item is None else self.indexOfTopLevelItem(item)
        self.pointed.emit(self.ways[row] if 0 <= row < len(self.ways) else None)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._on_current(self.currentItem())


class EntryChooser(QWidget):
    """A spin box for each dimension: which entry of a tensor is asked about."""

    chosen = Signal(object)
    """(Entry)."""

    def __init__(self) -> None:
        super().__init__()
        self.boxes: list[QSpinBox] = []
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)
        self.label = label(tr("entry"), "muted", wrap=False)
        self._row.addWidget(self.label)
        self.hide()

    @property
    def entry(self) -> Entry:
        return tuple(box.value() for box in self.boxes)

    def show_entry(self, shape: tuple[int, ...], entry: Entry | None) -> None:
        """Offer the entries of a tensor of this shape; nothing where there is no choice."""
        sized = all(shape)
        self.setVisible(bool(shape) and sized)
        if not shape or not sized:
            return
        while len(self.boxes) > len(shape):
            gone = self.boxes.pop()
            self._row.removeWidget(gone)
            gone.deleteLater()
        while len(self.boxes) < len(shape):
            self._add()
        for k, (box, size) in enumerate(zip(self.boxes, shape, strict=True)):
            box.blockSignals(True)
            box.setRange(0, size - 1)
            box.setValue(entry[k] if entry is not None and k < len(entry) else 0)
            box.blockSignals(False)

    def _add(self) -> None:
        box = Number()
        box.setKeyboardTracking(False)
        box.setAccessibleName(tr("Index in dimension {}").format(len(self.boxes)))
        box.valueChanged.connect(lambda _: self.chosen.emit(self.entry))
        self.boxes.append(box)
        self._row.addWidget(box)
