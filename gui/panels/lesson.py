"""The open lesson: its text a step at a time, a question before what is to be seen, the way on."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QShortcut,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from gui.model.lessons import Lesson
from gui.model.telling import Telling
from gui.panels.markdown import fill
from gui.panels.parts import MARGIN, Card, Panel, heading, label, say
from gui.panels.question import QuestionCard
from gui.theme import Theme
from gui.tr import tr

KEYS = {"PgDown": 1, "Alt+Right": 1, "PgUp": -1, "Alt+Left": -1}
"""While the panel has the focus: how many steps of the text further."""


NONE_OPEN = (
    "No lesson is open. They are in File ▸ Lessons and on the start page: each a small graph, a"
    " few steps of text, and a question."
)


class Dots(QWidget):
    """How far one is: a dot a step, filled as far as one has been; a click goes there."""

    chosen = Signal(int)
    GAP = 14

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme, self.count, self.at, self.seen = theme, 0, 0, 0
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def show_step(self, at: int, seen: int, count: int) -> None:
        self.at, self.seen, self.count = at, seen, count
        self.setAccessibleName(tr("Step {} of {}").format(at + 1, count))
        self.setToolTip(self.accessibleName())
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self.count * self.GAP + 4, 18)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for k in range(self.count):
            here, been = k == self.at, k <= self.seen
            painter.setPen(self.theme.color("value" if been else "border"))
            painter.setBrush(self.theme.color("value" if been else "window"))
            size = 4.5 if here else 2.8
            painter.drawEllipse(QPointF(self.GAP * (k + 0.5), self.height() / 2), size, size)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = int(event.position().x() // self.GAP)
        if 0 <= k < self.count and event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(k)


class LessonPane(Panel):
    """Shows a Telling; where it leads and what it lights up is for others to do."""

    moved = Signal(int)
    """(k): the k-th step of the text is shown now."""
    answer_wanted = Signal(int)
    """(k): what the k-th step asks for is to be seen."""
    finished = Signal()
    over_wanted = Signal()
    next_wanted = Signal(object)
    """(path): the graph of another lesson is to be opened."""
    lessons_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.telling: Telling | None = None
        self._read: Telling | None = None  # what was finished last, to go back to
        self.k = self.seen = 0
        self._after: Path | None = None
        self._build()
        self.close_lesson()
        self.set_theme(theme)

    def _build(self) -> None:
        self.empty = QWidget()
        self.whole = QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.addWidget(self.empty, 1)
        column.addWidget(self.whole, 1)
        self._build_empty()
        self._build_lesson()
        for key, way in KEYS.items():
            shortcut = QShortcut(QKeySequence(key), self, lambda w=way: self._turn(w))
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _build_empty(self) -> None:
        self.finished_text, self.about_next = heading(""), label("", "muted")
        self.next_lesson = QPushButton()
        self.next_lesson.clicked.connect(lambda: self.next_wanted.emit(self._after))
        self.again = QPushButton(tr("Back"))
        self.again.setToolTip(tr("The last step again (PgUp or Alt+←)"))
        self.again.clicked.connect(self.resume)
        self.how = label(tr(NONE_OPEN), "muted")
        self.choose = QPushButton(tr("Choose a lesson"))
        self.choose.clicked.connect(self.lessons_wanted)
        column = QVBoxLayout(self.empty)
        column.setContentsMargins(0, 0, 0, 0)
        for part in (self.finished_text, self.how, self.next_lesson, self.about_next, self.choose):
            column.addWidget(part)
        column.addStretch(1)
        column.addWidget(self.again, 0, Qt.AlignmentFlag.AlignLeft)

    def _build_lesson(self) -> None:
        self.title, self.step_title = label("", "muted"), heading("", 2)
        self.dots = Dots(self.theme)
        self.dots.chosen.connect(self.go)
        self.text = QTextBrowser()
        self.text.setOpenLinks(False)
        self.text.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.text.setAccessibleName(tr("Text of the lesson"))
        self.text.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text.installEventFilter(self)
        self.text.document().setDocumentMargin(0)
        self.question = QuestionCard(self.theme)
        self.question.revealed.connect(lambda: self.answer_wanted.emit(self.k))
        self.changed, self.changed_text = Card("sum"), label("")
        self.over = QPushButton(tr("Start over"))
        self.over.clicked.connect(self.over_wanted)
        self.changed.column.addWidget(self.changed_text)
        self.changed.column.addWidget(self.over, 0, Qt.AlignmentFlag.AlignLeft)
        content = QWidget()
        content.setObjectName("content")
        self.column = column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.title)
        column.addWidget(self.dots, 0, Qt.AlignmentFlag.AlignLeft)
        for part in (self.step_title, self.changed, self.text, self.question):
            column.addWidget(part)
        column.addStretch(1)
        self.area = QScrollArea()
        self.area.setWidget(content)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        whole = QVBoxLayout(self.whole)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(8)
        whole.addWidget(self.area, 1)
        whole.addLayout(self._ways())

    def _ways(self) -> QHBoxLayout:
        self.back, self.next = QPushButton(tr("Back")), QPushButton(tr("Next"))
        self.back.setToolTip(tr("The step before (PgUp or Alt+←, while this panel has the focus)"))
        self.next.setToolTip(tr("The next step (PgDn or Alt+→, while this panel has the focus)"))
        self.back.clicked.connect(lambda: self.go(self.k - 1))
        self.next.clicked.connect(lambda: self.go(self.k + 1))
        row = QHBoxLayout()
        row.addWidget(self.back)
        row.addStretch(1)
        row.addWidget(self.next)
        return row

    def add(self, part: QWidget) -> None:
        """Put another part between the question and the way on."""
        self.column.insertWidget(self.column.count() - 1, part)

    # ---- what is shown -------------------------------------------------------------------------

    def open_lesson(self, telling: Telling) -> None:
        """Show a lesson from its first step."""
        self.telling, self.k, self.seen = telling, 0, 0
        self.empty.hide()
        self.whole.show()
        self.show_changed("")
        self._show()

    def close_lesson(self) -> None:
        """Say how to open one."""
        self.telling = self._read = None
        self.whole.hide()
        self.empty.show()
        for part in (self.finished_text, self.about_next):
            say(part, "")
        self.next_lesson.hide()
        self.again.hide()
        say(self.how, tr(NONE_OPEN))

    def show_finished(self, after: Lesson) -> None:
        """Close the lesson that was read to its end, say so, and which comes next."""
        read, focus = self.telling, QApplication.focusWidget()
        had_focus = focus is not None and self.isAncestorOf(focus)
        if read is None:
            return
        self.close_lesson()
        self._read, self._after = read, after.graph
        say(self.finished_text, tr("“{}” is done.").format(tr(read.lesson.title)))
        say(self.how, "")
        self.next_lesson.setText(tr("Next: {}").format(tr(after.title)).replace("&", "&&"))
        self.next_lesson.show()
        say(self.about_next, tr(after.about))
        self.again.show()
        if had_focus:
            self.next_lesson.setFocus()

    def resume(self) -> None:
        """Back from the end of a lesson to its last step."""
        if self._read is None:
            return
        self.telling, self._read = self._read, None
        self.empty.hide()
        self.whole.show()
        self.next.setFocus()
        self.go(len(self.telling) - 1)

    def _turn(self, way: int) -> None:
        if self.telling is not None:
            self.go(self.k + way)
        elif way < 0:
            self.resume()

    def go(self, k: int) -> None:
        """Show the k-th step; the step after the last ends the lesson."""
        if self.telling is None or k < 0:
            return
        if k >= len(self.telling):
            self.finished.emit()
            return
        self.k, self.seen = k, max(self.seen, k)
        self._show()
        self.moved.emit(k)

    def show_changed(self, text: str) -> None:
        """Say that the graph is no longer the lesson's; nothing where it is."""
        say(self.changed_text, text)
        self.changed.setVisible(bool(text))

    def _show(self) -> None:
        telling, k = self.telling, self.k
        if telling is None:
            return
        step = telling.lesson.steps[k]
        self.title.setText(tr(telling.lesson.title))
        self.step_title.setText(step.title)
        self.dots.show_step(k, self.seen, len(telling))
        fill(self.text.document(), telling.text(k), self.theme)
        self.area.verticalScrollBar().setValue(0)
        self._fit_text()
        self.question.ask(telling, k)
        self.back.setEnabled(k > 0)
        last = k == len(telling) - 1
        self.next.setText(tr("Done") if last else tr("Next"))

    def _fit_text(self) -> None:
        """As high as the text: the question stands right below it, and all scrolls together."""
        document = self.text.document()
        document.setTextWidth(self.text.width())
        self.text.setFixedHeight(int(document.size().height()) + 6)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The text flows anew in another width, or another size."""
        if watched is self.text and event.type() in (QEvent.Type.Resize, QEvent.Type.FontChange):
            self._fit_text()
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_text()

    def restyle(self) -> None:
        self.dots.theme = self.theme
        self.question.set_theme(self.theme)
        self.dots.update()
        self.text.setStyleSheet(f"QTextBrowser {{ background: {self.theme.window}; border: 0; }}")
        self._show()


def _demo() -> QWidget:
    from gui.model.lessons import by_id
    from gui.theme import LIGHT

    pane = LessonPane(LIGHT)
    pane.open_lesson(Telling(by_id("order")))
    pane.go(4)
    return pane


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
