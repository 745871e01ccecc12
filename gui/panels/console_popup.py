"""The list of completions over the console's line: name on the left, what it is on the right."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from engine.code.completion import Completion
from gui.model.unseen import visible
from gui.theme import Theme, mono
from gui.tr import tr

ROWS, WIDTH, PAD = 8, 460, 8
_Index = QModelIndex | QPersistentModelIndex
_COMPLETION = Qt.ItemDataRole.UserRole


class _Row(QStyledItemDelegate):
    theme: Theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, option.fontMetrics.height() + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        found: Completion = index.data(_COMPLETION)
        view = option.widget
        chosen = isinstance(view, QListWidget) and index.row() == view.currentRow()
        rect: QRect = option.rect
        painter.save()
        if chosen:
            painter.fillRect(rect, self.theme.color("selection"))
        painter.setFont(mono(9.5))
        painter.setPen(self.theme.color("on_accent" if chosen else "text"))
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        name = found.text + ("()" if found.call else "")
        painter.drawText(rect.adjusted(PAD, 0, -PAD, 0), left, name)
        taken = max(150, painter.fontMetrics().horizontalAdvance(name) + 2 * PAD)
        painter.setFont(option.font)
        painter.setPen(self.theme.color("on_accent" if chosen else "muted"))
        room = rect.adjusted(PAD + taken, 0, -PAD, 0)
        elide = Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(found.about, elide, room.width())
        painter.drawText(room, left, text)
        painter.restore()


class Popup(QListWidget):
    """Shows completions; whoever has the line hands it the keys."""

    picked = Signal(object)

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._within = parent
        self._row = _Row(self)
        self.setItemDelegate(self._row)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Completions"))
        self.itemClicked.connect(lambda item: self.picked.emit(item.data(_COMPLETION)))
        self.set_theme(theme)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self._row.theme = theme
        self.setStyleSheet(
            f"QListWidget {{ background: {theme.surface}; border: 1px solid {theme.cut};"
            f" border-radius: 6px; padding: 2px; }}"
        )

    def open_at(self, line: QRect, found: list[Completion], chosen: bool) -> None:
        """Show what was found, below or above `line` (in the parent's pixels)."""
        self.clear()
        for completion in found:
            item = QListWidgetItem(visible(completion.text), self)
            item.setData(_COMPLETION, completion)
            about = (
                f"{completion.text}, {completion.about}" if completion.about else completion.text
            )
            item.setData(Qt.ItemDataRole.AccessibleTextRole, about)
        self.setCurrentRow(0 if chosen else -1)
        room = self._within.rect().adjusted(4, 4, -4, -4)
        height = min(ROWS, len(found)) * self.sizeHintForRow(0) + 8
        rect = QRect(line.bottomLeft() + QPoint(0, 2), QSize(min(WIDTH, room.width()), height))
        if rect.bottom() > room.bottom():
            rect.moveBottom(line.top() - 2)
        rect.moveRight(min(rect.right(), room.right()))
        self.setGeometry(rect)
        self.show()
        self.raise_()

    def chosen(self) -> Completion | None:
        """The one that is lit, if any."""
        item = self.currentItem()
        return None if item is None or self.currentRow() < 0 else item.data(_COMPLETION)

    def light(self, way: int) -> None:
        """Light the next one (1) or the one before (-1), round and round."""
        count = self.count()
        row = self.currentRow()
        self.setCurrentRow((row + way) % count if row >= 0 else (0 if way > 0 else count - 1))
