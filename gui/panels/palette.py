"""The palette: every op and module, found by category or by typing, dragged onto the canvas."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import (
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from engine.registry import OPS, Op
from gui.model.modules import PREFIX, Module, modules
from gui.panels.icons import icon
from gui.panels.palette_entries import Entry, answers, entries, sorry
from gui.panels.parts import MARGIN, Panel, label, say, tip
from gui.theme import Theme
from gui.tr import tr

OP_MIME = "application/x-chainrule-op"

_Index = QModelIndex | QPersistentModelIndex
_ENTRY = Qt.ItemDataRole.UserRole


class _Model(QStandardItemModel):
    """Ops by category; what is dragged out of it is the op's name."""

    def mimeTypes(self) -> list[str]:
        return [OP_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        data = QMimeData()
        for index in indexes:
            if entry := index.data(_ENTRY):
                data.setData(OP_MIME, entry.name.encode())
        return data


class _Delegate(QStyledItemDelegate):
    """Symbols stand in a column of their own, so that the names line up."""

    theme: Theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, option.fontMetrics.height() + (9 if index.data(_ENTRY) else 13))

    def initStyleOption(self, option: QStyleOptionViewItem, index: _Index) -> None:
        super().initStyleOption(option, index)
        if not index.data(_ENTRY):
            option.font.setBold(True)
            option.palette.setColor(option.palette.ColorRole.Text, self.theme.color("muted"))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        entry = index.data(_ENTRY)
        if entry is None:
            super().paint(painter, option, index)
            return
        chosen = bool(option.state & option.state.State_Selected)
        style = option.widget.style() if option.widget else QApplication.style()
        style.drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter)
        painter.save()
        painter.setPen(self.theme.color("on_accent" if chosen else "muted"))
        room = QRect(option.rect.left() - 6, option.rect.top(), 28, option.rect.height())
        if option.fontMetrics.horizontalAdvance(entry.symbol) <= room.width():  # some are words
            painter.drawText(room, Qt.AlignmentFlag.AlignCenter, entry.symbol)
        painter.setPen(self.theme.color("on_accent" if chosen else "text"))
        room = option.rect.adjusted(28, 0, -4, 0)
        text = option.fontMetrics.elidedText(entry.shown, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


class Palette(Panel):
    """Search field over a tree of ops; double-click, Enter or a drag brings one to the canvas."""

    chosen = Signal(str)
    """The name of an op to add."""
    region_chosen = Signal(str)
    """The kind of a region to put around what is selected."""
    module_chosen = Signal(str, bool)
    """The name of a module to add, and whether folded: without Alt."""

    def __init__(
        self,
        theme: Theme,
        ops: Mapping[str, Op] = OPS,
        library: Iterable[Module] | None = None,
    ) -> None:
        super().__init__(theme)
        self.entries = entries(ops, modules() if library is None else library)
        self._closed: set[str] = set()
        self._build()
        self.set_theme(theme)
        self._fill("")

    def _build(self) -> None:
        self.field = QLineEdit(placeholderText=tr("Add an operation…"), clearButtonEnabled=True)
        self.field.setAccessibleName(tr("Search operations"))
        self.field.setToolTip(
            tr("Type part of a name; Down goes to the list, Enter adds the best hit")
        )
        self.field.textChanged.connect(self._fill)
        self.field.installEventFilter(self)
        self._lens = self.field.addAction(
            icon("search", self.theme.muted), QLineEdit.ActionPosition.LeadingPosition
        )
        self.tree = self._tree()
        self.empty = label("", "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, 4, 4)
        top = QVBoxLayout()
        top.setContentsMargins(0, 0, MARGIN - 4, 4)
        top.addWidget(self.field)
        top.addWidget(self.empty)
        column.addLayout(top)
        column.addWidget(self.tree, 1)
        self.setFocusProxy(self.field)

    def _tree(self) -> QTreeView:
        tree = QTreeView()
        self.model = _Model(self)
        self._delegate = _Delegate(tree)
        self._delegate.theme = self.theme
        tree.setModel(self.model)
        tree.setItemDelegate(self._delegate)
        tree.setHeaderHidden(True)
        tree.setIndentation(14)
        tree.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        tree.setDragEnabled(True)
        tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        tree.setAccessibleName(tr("Operations"))
        tree.setExpandsOnDoubleClick(True)
        tree.doubleClicked.connect(self._choose)
        tree.collapsed.connect(lambda index: self._remember(index, closed=True))
        tree.expanded.connect(lambda index: self._remember(index, closed=False))
        tree.installEventFilter(self)
        return tree

    def restyle(self) -> None:
        self._delegate.theme = self.theme
        self._lens.setIcon(icon("search", self.theme.muted))

    def _fill(self, typed: str) -> None:
        """Show what answers `typed`, the best answer current; everything when nothing is typed."""
        hits = answers(typed, self.entries) if typed.strip() else []
        shown = hits if typed.strip() else self.entries
        self.model.clear()
        for category in dict.fromkeys(e.category for e in shown):
            self.model.appendRow(_category(category, [e for e in shown if e.category == category]))
        self._expand(everything=bool(typed.strip()))
        if hits:
            self._make_current(hits[0])
        say(self.empty, "" if shown else sorry(typed.strip(), [e.text for e in self.entries]))

    def _expand(self, *, everything: bool) -> None:
        blocked = self.tree.blockSignals(True)
        for row in range(self.model.rowCount()):
            index = self.model.index(row, 0)
            self.tree.setExpanded(index, everything or index.data() not in self._closed)
        self.tree.blockSignals(blocked)

    def _make_current(self, entry: Entry) -> None:
        for row in range(self.model.rowCount()):
            parent = self.model.index(row, 0)
            for child in range(self.model.rowCount(parent)):
                index = self.model.index(child, 0, parent)
                if index.data(_ENTRY) is entry:
                    self.tree.setCurrentIndex(index)

    def _remember(self, index: QModelIndex, *, closed: bool) -> None:
        if not self.field.text().strip():
            (self._closed.add if closed else self._closed.discard)(index.data())

    def _choose(self, index: QModelIndex) -> None:
        entry = index.data(_ENTRY)
        if entry is None:
            return
        if entry.module:
            alt = QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.AltModifier
            self.module_chosen.emit(entry.name.removeprefix(PREFIX), not alt)
        else:
            (self.region_chosen if entry.region else self.chosen).emit(entry.name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            handle = self._key_in_field if watched is self.field else self._key_in_tree
            if handle(event):
                return True
        return super().eventFilter(watched, event)

    def _key_in_field(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Down:
            self.tree.setFocus(Qt.FocusReason.TabFocusReason)
            if not self.tree.currentIndex().isValid():
                self.tree.setCurrentIndex(self.model.index(0, 0))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.tree.currentIndex())
        elif key == Qt.Key.Key_Escape and self.field.text():
            self.field.clear()
        else:
            return False
        return True

    def _key_in_tree(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        current = self.tree.currentIndex()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if current.data(_ENTRY) is None:
                self.tree.setExpanded(current, not self.tree.isExpanded(current))
            self._choose(current)
        elif key == Qt.Key.Key_Up and not self.tree.indexAbove(current).isValid():
            self.field.setFocus(Qt.FocusReason.BacktabFocusReason)
        elif event.text().isalnum() and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.field.setFocus()
            self.field.insert(event.text())
        else:
            return False
        return True


def _category(name: str, members: list[Entry]) -> QStandardItem:
    parent = QStandardItem(tr(name))
    parent.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable)
    for entry in members:
        item = QStandardItem(entry.shown)
        item.setData(entry, _ENTRY)
        item.setToolTip(tip(tr(entry.doc)))
        item.setData(f"{entry.shown}, {tr(entry.category)}", Qt.ItemDataRole.AccessibleTextRole)
        item.setDragEnabled(not entry.region)
        parent.appendRow(item)
    return parent


def _demo() -> QWidget:
    from gui.theme import LIGHT

    return Palette(LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
