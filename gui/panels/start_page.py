"""The start page: lessons as pictures, recent files, a blank graph, a file to open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QIcon, QKeyEvent, QMouseEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.panels.parts import Panel, heading, label
from gui.theme import Theme
from gui.tr import tr

PICTURE = QSize(188, 115)
WIDEST = 980
_PATH = Qt.ItemDataRole.UserRole
_ROW = 30


class _List(QListWidget):
    """A click or Enter chooses; Del takes the entry off, where that is offered."""

    chosen = Signal(object)
    removed = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        item = self.currentItem()
        if item and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(item.data(_PATH))
        elif item and event.key() == Qt.Key.Key_Delete:
            self.removed.emit(item.data(_PATH))
        else:
            super().keyPressEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        item = self.itemAt(event.position().toPoint())
        if item is not None and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(item.data(_PATH))


class StartPage(Panel):
    """Shown in the middle of the window while no work is open; it knows nothing of documents."""

    lesson_chosen = Signal(object)
    file_chosen = Signal(object)
    file_removed = Signal(object)
    new_wanted = Signal()
    open_wanted = Signal()
    left = Signal()

    def __init__(self, theme: Theme, picture: Callable[[Path, QSize], QPixmap]) -> None:
        super().__init__(theme)
        self._picture = picture
        self.setAccessibleName(tr("Start page"))
        self.setAccessibleDescription(tr("Lessons, recent files, a blank graph, a file to open"))
        self.new, self.open = QPushButton(tr("Blank graph")), QPushButton(tr("Open a file…"))
        self.back = QPushButton(tr("Back to the graph (Esc)"))
        self.remove = QPushButton(tr("Remove from the list (Del)"))
        self.lessons, self.recent = _List(tr("Lessons")), _List(tr("Recent files"))
        self.no_recent = label(tr("Files you open or save are listed here."), "muted")
        self._style_lists()
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    def _style_lists(self) -> None:
        lessons = self.lessons
        lessons.setViewMode(QListView.ViewMode.IconMode)
        lessons.setMovement(QListView.Movement.Static)
        lessons.setResizeMode(QListView.ResizeMode.Adjust)
        lessons.setIconSize(PICTURE)
        lessons.setSpacing(8)
        lessons.setUniformItemSizes(True)

    def _lay_out(self) -> None:
        content = QWidget()
        content.setObjectName("content")
        content.setMaximumWidth(WIDEST)
        column = QVBoxLayout(content)
        column.setContentsMargins(32, 28, 32, 28)
        column.setSpacing(10)
        column.addWidget(heading("Chainrule", 10))
        column.addWidget(label(tr("See backprop happen."), "muted"))
        column.addSpacing(6)
        column.addLayout(self._row(self.new, self.open, self.back))
        column.addSpacing(10)
        column.addWidget(heading(tr("Lessons"), 2))
        column.addWidget(self.lessons)
        column.addSpacing(6)
        column.addWidget(heading(tr("Recent files"), 2))
        column.addWidget(self.recent)
        column.addWidget(self.no_recent)
        column.addLayout(self._row(self.remove))
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    @staticmethod
    def _row(*buttons: QPushButton) -> QHBoxLayout:
        row = QHBoxLayout()
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _connect(self) -> None:
        self.new.clicked.connect(self.new_wanted)
        self.open.clicked.connect(self.open_wanted)
        self.back.clicked.connect(self.left)
        self.remove.clicked.connect(self._remove)
        self.lessons.chosen.connect(self.lesson_chosen)
        self.recent.chosen.connect(self.file_chosen)
        self.recent.removed.connect(self.file_removed)

    def _remove(self) -> None:
        item = self.recent.currentItem()
        if item is not None:
            self.file_removed.emit(item.data(_PATH))

    def set_lessons(self, paths: Sequence[Path]) -> None:
        """One picture a lesson; they are painted after the page is seen."""
        self.lessons.clear()
        for path in paths:
            item = QListWidgetItem(tr(path.stem.capitalize()))
            item.setData(_PATH, path)
            item.setSizeHint(QSize(PICTURE.width() + 12, PICTURE.height() + 34))
            item.setTextAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.lessons.addItem(item)
        self.lessons.setCurrentRow(0)

    def set_recent(self, paths: Sequence[Path]) -> None:
        """The files in their order; those that are gone say so."""
        row = self.recent.currentRow()
        self.recent.clear()
        for path in paths:
            missing = not path.is_file()
            note = f"   ·   {tr('missing')}" if missing else ""
            item = QListWidgetItem(f"{path.name}   —   {path.parent}{note}")
            item.setData(_PATH, path)
            item.setSizeHint(QSize(0, _ROW))
            if missing:
                item.setForeground(self.theme.color("muted"))
            self.recent.addItem(item)
        self.recent.setCurrentRow(max(0, min(row, len(paths) - 1)))
        self.recent.setFixedHeight(max(1, len(paths)) * _ROW + 4)
        for part in (self.recent, self.remove):
            part.setVisible(bool(paths))
        self.no_recent.setVisible(not paths)

    def restyle(self) -> None:
        self._paint_pictures(0)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_lessons()
        self._paint_pictures(0)

    def resizeEvent(self, event: object) -> None:
        self._fit_lessons()

    def _fit_lessons(self) -> None:
        """As high as its rows of pictures: the page scrolls, not the list."""
        wide = min(self.width(), WIDEST) - 64
        across = max(1, wide // (PICTURE.width() + 28))
        rows = -(-self.lessons.count() // across)
        self.lessons.setFixedHeight(max(1, rows) * (PICTURE.height() + 34 + 16) + 10)

    def _paint_pictures(self, row: int) -> None:
        """One a turn of the event loop, so that the page is there at once."""
        if not self.isVisible() or row >= self.lessons.count():
            return
        item = self.lessons.item(row)
        picture, icon = self._picture(item.data(_PATH), PICTURE), QIcon()
        for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # Qt would tint it when selected
            icon.addPixmap(picture, mode)
        item.setIcon(icon)
        QTimer.singleShot(0, self, partial(self._paint_pictures, row + 1))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _demo() -> QWidget:
    import assets
    from gui.theme import LIGHT

    def blank(path: Path, size: QSize) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(LIGHT.color("canvas"))
        return picture

    page = StartPage(LIGHT, blank)
    page.set_lessons(sorted(assets.path("examples").glob("*.chain")))
    page.set_recent([Path("/tmp/gone.chain")])
    return page


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
