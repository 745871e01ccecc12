"""Lessons as tiles: the picture of the graph, the title, a line on what it is about."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, QTimer
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
from gui.theme import Theme
from gui.tr import tr

PICTURE = QSize(188, 115)
TILE = QSize(PICTURE.width() + 16, PICTURE.height() + 86)
SPACING = 8
ABOUT, DONE, ID = (Qt.ItemDataRole.UserRole + k for k in (1, 2, 3))

_Index = QModelIndex | QPersistentModelIndex


class _Tile(QStyledItemDelegate):
    """How one lesson is drawn."""

    theme: Theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return TILE

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
        picture = QRect(box.left() + 7, box.top() + 7, PICTURE.width(), PICTURE.height())
        icon = index.data(Qt.ItemDataRole.DecorationRole)
        if isinstance(icon, QIcon):
            icon.paint(painter, picture)
        self._write(painter, option, index, picture.bottom() + 6)
        painter.restore()

    def _write(
        self, painter: QPainter, option: QStyleOptionViewItem, index: _Index, top: int
    ) -> None:
        left, width = option.rect.left() + 9, PICTURE.width() - 2
        bold = QFont(option.font)
        bold.setBold(True)
        painter.setFont(bold)
        metrics, right = painter.fontMetrics(), Qt.TextElideMode.ElideRight
        room = width
        if index.data(DONE):
            painter.setPen(self.theme.color("value"))
            room -= metrics.horizontalAdvance("✓ ")
            painter.drawText(left + width - metrics.horizontalAdvance("✓"), top + 14, "✓")
        painter.setPen(self.theme.color("text"))
        painter.drawText(left, top + 14, metrics.elidedText(index.data(), right, room))
        painter.setFont(option.font)
        painter.setPen(self.theme.color("muted"))
        place = QRect(left, top + 19, width, 3 * painter.fontMetrics().lineSpacing() + 2)
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
        self._tile = _Tile(self)
        self.setItemDelegate(self._tile)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setIconSize(PICTURE)
        self.setSpacing(SPACING)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)

    def set_theme(self, theme: Theme) -> None:
        """Draw tiles and pictures in the theme's colours."""
        self._tile.theme = theme
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
            item.setSizeHint(TILE)
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
        across = max(1, (wide - 12) // (TILE.width() + SPACING))
        rows = -(-self.count() // across)
        self.setFixedHeight(max(1, rows) * (TILE.height() + SPACING) + SPACING + 4)

    def paint_pictures(self, row: int = 0) -> None:
        """One a turn of the event loop, so that the page is there at once."""
        if not self.isVisible() or row >= self.count():
            return
        item = self.item(row)
        picture, icon = self._picture(item.data(PATH), PICTURE), QIcon()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # Qt would tint it when selected
            icon.addPixmap(picture, mode)
        item.setIcon(icon)
        QTimer.singleShot(0, self, partial(self.paint_pictures, row + 1))
