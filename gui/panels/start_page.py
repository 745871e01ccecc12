"""The start page: lessons as pictures, recent files, a blank graph, a file to open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gui.model.lessons import Lesson
from gui.model.unseen import visible
from gui.panels.chosen_list import PATH, ChosenList
from gui.panels.lesson_tiles import LessonTiles
from gui.panels.parts import Panel, heading, label
from gui.state.aside import Aside
from gui.theme import Theme, text_scale
from gui.tr import tr

WIDEST = 980
ABOUT_ERRORS = (
    "What PyTorch raises most often, played up to the node that raised, with ways to mend it."
)
INSET = 16
"""Pixels by which a tile's picture stands inside of its list: all else stands as far in."""


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
        self.setAccessibleName(tr("Start page"))
        self.setAccessibleDescription(tr("Lessons, recent files, a blank graph, a file to open"))
        self.new, self.open = QPushButton(tr("Blank graph")), QPushButton(tr("Open a file…"))
        self.back = QPushButton(tr("Back to the graph (Esc)"))
        self.remove = QPushButton(tr("Remove from the list (Del)"))
        self.lessons = LessonTiles(tr("Lessons"), picture)
        self.errors = LessonTiles(tr("Errors, replayed"), picture)
        self.recent = ChosenList(tr("Recent files"))
        self.no_recent = label(tr("Files you open or save are listed here."), "muted")
        self._looking = Aside(self)
        self._looking.found.connect(self._mark_missing)
        self._lay_out()
        self._connect()
        self.set_theme(theme)

    def _lay_out(self) -> None:
        self.content = content = QWidget()
        content.setObjectName("content")
        column = QVBoxLayout(content)
        column.setContentsMargins(32 - INSET, 28, 32, 28)
        column.setSpacing(10)
        column.addWidget(heading("Chainrule", 10))
        column.addWidget(label(tr("See backprop happen."), "muted"))
        column.addSpacing(6)
        column.addLayout(self._row(self.new, self.open, self.back))
        column.addSpacing(10)
        column.addWidget(heading(tr("Lessons"), 2))
        column.addWidget(self.lessons)
        column.addSpacing(6)
        column.addWidget(heading(tr("Errors, replayed"), 2))
        column.addWidget(label(tr(ABOUT_ERRORS), "muted"))
        column.addWidget(self.errors)
        column.addSpacing(6)
        column.addWidget(heading(tr("Recent files"), 2))
        known = self._row()
        known.insertWidget(0, self.recent, 1)
        column.addLayout(known)
        column.addWidget(self.no_recent)
        column.addLayout(self._row(self.remove))
        column.addStretch(1)
        for text in content.findChildren(QLabel, options=Qt.FindChildOption.FindDirectChildrenOnly):
            text.setContentsMargins(INSET, 0, 0, 0)
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
        row.setContentsMargins(INSET, 0, 0, 0)
        for button in buttons:
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _connect(self) -> None:
        self.new.clicked.connect(self.new_wanted)
        self.open.clicked.connect(self.open_wanted)
        self.back.clicked.connect(self.left)
        self.remove.clicked.connect(self._remove)
        for tiles in (self.lessons, self.errors):
            tiles.chosen.connect(self.lesson_chosen)
        self.recent.chosen.connect(self.file_chosen)
        self.recent.removed.connect(self.file_removed)

    def _remove(self) -> None:
        item = self.recent.currentItem()
        if item is not None:
            self.file_removed.emit(item.data(PATH))

    def set_lessons(self, lessons: Sequence[Lesson]) -> None:
        """One tile a lesson; those on errors have a section of their own."""
        self.lessons.set_lessons(lesson for lesson in lessons if not lesson.is_error)
        self.errors.set_lessons(lesson for lesson in lessons if lesson.is_error)

    def set_done(self, done: Iterable[str]) -> None:
        """Mark the lessons that were read to their end."""
        known = set(done)
        for tiles in (self.lessons, self.errors):
            tiles.set_done(known)

    def set_recent(self, paths: Sequence[Path]) -> None:
        """The files in their order; those that are gone say so as soon as that is known."""
        row, row_height = self.recent.currentRow(), self._row_height()
        self.recent.clear()
        for path in paths:
            item = QListWidgetItem(visible(f"{path.name}   —   {path.parent}"))
            item.setData(PATH, path)
            item.setSizeHint(QSize(0, row_height))
            self.recent.addItem(item)
        for folder in {path.parent for path in paths}:  # one that does not answer holds up no other
            self._looking.ask(partial(_missing, [p for p in paths if p.parent == folder]))
        self.recent.setCurrentRow(max(0, min(row, len(paths) - 1)))
        self.recent.setFixedHeight(max(1, len(paths)) * row_height + 4)
        for part in (self.recent, self.remove):
            part.setVisible(bool(paths))
        self.no_recent.setVisible(not paths)

    def _mark_missing(self, missing: frozenset[Path]) -> None:
        for item in map(self.recent.item, range(self.recent.count())):
            path = item.data(PATH)
            if path in missing:
                item.setText(visible(f"{path.name}   —   {path.parent}   ·   {tr('missing')}"))
                item.setForeground(self.theme.color("muted"))

    def restyle(self) -> None:
        for tiles in (self.lessons, self.errors):
            tiles.set_theme(self.theme)
        for row in range(self.recent.count()):
            self.recent.item(row).setSizeHint(QSize(0, self._row_height()))
        self.recent.setFixedHeight(max(1, self.recent.count()) * self._row_height() + 4)
        self._fit_lessons()

    def _row_height(self) -> int:
        return self.fontMetrics().height() + 16

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.restyle()

    def resizeEvent(self, event: object) -> None:
        self._fit_lessons()

    def _fit_lessons(self) -> None:
        widest = round(WIDEST * text_scale(self.font()))
        self.content.setMaximumWidth(widest)
        for tiles in (self.lessons, self.errors):
            tiles.fit(min(self.width(), widest) - 64)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _missing(paths: Sequence[Path]) -> frozenset[Path]:
    return frozenset(path for path in paths if not _is_there(path))


def _is_there(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a network that is gone
        return False


def _demo() -> QWidget:
    from gui.model.lessons import lessons
    from gui.theme import LIGHT

    def blank(path: Path, size: QSize) -> QPixmap:
        picture = QPixmap(size)
        picture.fill(LIGHT.color("canvas"))
        return picture

    page = StartPage(LIGHT, blank)
    page.set_lessons(lessons())
    page.set_recent([Path("/tmp/gone.chain")])
    return page


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
