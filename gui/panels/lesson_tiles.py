"""Lessons as tiles: the picture of the graph, the title, a line on what it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, QTimer
from PySide6.QtGui import QFont, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QListView,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from gui.model.lessons import Lesson
from gui.panels.chosen_list import PATH, ChosenList
from gui.theme import Theme, text_scale
from gui.tr import tr

PICTURE, BELOW = QSize(188, 115), 86
"""Of a tile, in pixels where text has its usual size: its picture, the height of what is below."""
SPACING = 8
ABOUT, DONE, ID = (Qt.ItemDataRole.UserRole + k for k in (1, 2, 3))

_Index = QModelIndex | QPersistentModelIndex


class _Tile(QStyledItemDelegate):
    """How one lesson is drawn."""

    theme: Theme
    picture, size = PICTURE, PICTURE

    def fit(self, text: float) -> None:
        """Be as large as suits text that is so many times as large as usual."""
        self.picture = PICTURE * text
        self.size = self.picture + QSize(16, round(BELOW * text))

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return self.size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        state, box = option.state, option.rect.adjusted(1, 1, -1, -1)
        current = bool(state & QStyle.StateFlag.State_Selected)
        if current or state & QStyle.StateFlag.State_MouseOver:
            focused = current and state & QStyle.StateFlag.State_HasFocus
            painter.setPen(self.theme.color("selection" if focused else "border"))
            painter.setBrush(self.theme.color("hover"))
            painter.drawRoundedRect(box, 8, 8)
        picture = QRect(box.topLeft() + QPoint(7, 7), self.picture)
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(icon, QIcon):
            icon.paint(painter, picture)
        self._write(painter, option, index, picture.bottom() + 6)
        painter.restore()

    def _write(
        self, painter: QPainter, option: QStyleOptionViewItem, index: _Index, top: int
    ) -> None:
        left, width = option.rect.left() + 9, self.picture.width() - 2
        bold = QFont(option.font)
        bold.setBold(True)
        painter.setFont(bold)
        metrics, right = painter.fontMetrics(), Qt.TextElideMode.ElideRight
        room, line = width, top + metrics.ascent() + 3
        if index.data(DONE):
            painter.setPen(self.theme.color("value"))
            room -= metrics.horizontalAdvance("✓ ")
            painter.drawText(left + width - metrics.horizontalAdvance("✓"), line, "✓")
        painter.setPen(self.theme.color("text"))
        painter.drawText(left, line, metrics.elidedText(index.data(), right, room))
        painter.setFont(option.font)
        painter.setPen(self.theme.color("muted"))
        place = QRect(left, line + 5, width, 3 * painter.fontMetrics().lineSpacing() + 2)
        painter.drawText(place, Qt.TextFlag.TextWordWrap, _shortened(painter, index, width))


def _shortened(painter: QPainter, index: _Index, width: int) -> str:
    """What there is room for; the tooltip has all."""
    room = int(width * 2.6)
    return painter.fontMetrics().elidedText(index.data(ABOUT), Qt.TextElideMode.ElideRight, room)


class LessonTiles(ChosenList):
    """As high as its rows of tiles: the page scrolls, not the list."""

    def __init__(self, name: str, picture: Callable[[Path, QSize], QPixmap]) -> None:
        super().__init__(name)
        self._picture = picture
        self._row = 0
        self._next = QTimer(self, singleShot=True, interval=0)
        self._next.timeout.connect(self._paint_picture)
        self._tile = _Tile(self)
        self.setItemDelegate(self._tile)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setSpacing(SPACING)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)

    def set_theme(self, theme: Theme) -> None:
        """Draw tiles and pictures in the theme's colours."""
        self._tile.theme = theme
        self._tile.fit(text_scale(self.font()))
        self.setIconSize(self._tile.picture)
        self.scheduleDelayedItemsLayout()
        self.viewport().update()
        self.paint_pictures()

    def set_lessons(self, lessons: Iterable[Lesson]) -> None:
        """One tile a lesson; the pictures are painted after the page is seen."""
        self.clear()
        for lesson in lessons:
            item = QListWidgetItem(tr(lesson.title))
            item.setData(PATH, lesson.graph)
            item.setData(ABOUT, tr(lesson.about))
            item.setData(ID, lesson.id)
            item.setToolTip(tr(lesson.about))
            self.addItem(item)
        self.setCurrentRow(0)

    def set_done(self, done: Iterable[str]) -> None:
        """Mark the lessons that were read to their end."""
        known = set(done)
        for k in range(self.count()):
            item = self.item(k)
            read = item.data(ID) in known
            item.setData(DONE, read)
            told = tr("{} (done). {}") if read else tr("{}. {}")
            text = told.format(item.text(), item.data(ABOUT))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, text)

    def fit(self, wide: int) -> None:
        """Take the height that all tiles need in this width."""
        tile = self._tile.size
        across = max(1, (wide - 12) // (tile.width() + SPACING))
        rows = -(-self.count() // across)
        self.setFixedHeight(max(1, rows) * (tile.height() + SPACING) + SPACING + 4)

    def paint_pictures(self) -> None:
        """One a turn of the event loop, so that the page is there at once."""
        self._row = 0
        self._paint_picture()

    def _paint_picture(self) -> None:
        if not self.isVisible() or self._row >= self.count():
            return
        item = self.item(self._row)
        picture, icon = self._picture(item.data(PATH), self._tile.picture), QIcon()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # Qt would tint it when selected
            icon.addPixmap(picture, mode)
        item.setIcon(icon)
        self._row += 1
        self._next.start()
