"""The Program's lines as a list: the model, how a line is drawn, and dragging lines elsewhere."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QApplication,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from engine.graph import Action, Program, lines
from gui.model.lines import Path, gaps, paths
from gui.model.unseen import visible
from gui.panels.parts import tip
from gui.theme import Theme, mono
from gui.tr import tr

NOT_REACHED = "not reached: the line above raised"
LEFT, INDENT = 36, 20
"""Where the text of an outermost line begins, and how much further that of a body does."""

LONG = 34
"""Characters of a line that may be cut in a narrow dock: its tooltip has it all."""

_Index = QModelIndex | QPersistentModelIndex


class ProgramModel(QAbstractListModel):
    """The Program's lines; which of them runs now, in which iteration, and which raised."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.program: tuple[Action, ...] = ()
        """All lines, depth first."""
        self.paths: tuple[Path, ...] = ()
        self.texts: tuple[str, ...] = ()
        self.current: int | None = None
        self.rounds: dict[int, str] = {}
        """For each repeat around the current line the iteration, as "2/3"."""
        self.tone = "gradient"
        self.failed: frozenset[int] = frozenset()
        self.stopped: int | None = None
        """The line whose error ended the run."""

    def show(self, program: Program, shown: tuple[str, ...]) -> None:
        self.beginResetModel()
        self.program, self.texts = lines(program), tuple(map(visible, shown))
        self.paths = tuple(paths(program))
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.program)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            text = self.texts[row]
            return f"try: {text}" if self.program[row].expect_error else text
        if role == Qt.ItemDataRole.ToolTipRole:
            long = self.texts[row] if len(self.texts[row]) > LONG else None
            return (long and tip(long)) if self.reached(row) else tr(NOT_REACHED)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return ", ".join(self._told(row))
        return None

    def _told(self, row: int) -> list[str]:
        line = tr("Line {}: {}").format(row + 1, self.data(self.index(row)))
        depth = self.depth(row)
        found = (
            (depth == 1, tr("in a repeat")),
            (depth > 1, tr("in {} repeats").format(depth)),
            (row == self.current, tr("running now")),
            (row in self.rounds, tr("iteration {}").format(self.rounds.get(row))),
            (row in self.failed, tr("raised an error")),
            (not self.reached(row), tr(NOT_REACHED)),
        )
        return [line, *(text for is_so, text in found if is_so)]

    def depth(self, row: int) -> int:
        """In how many repeats a line lies."""
        return len(self.paths[row]) - 1

    def reached(self, row: int) -> bool:
        """Whether the run came as far as this line."""
        return self.stopped is None or row <= self.stopped


class ProgramDelegate(QStyledItemDelegate):
    """Number, `try:`, the line; the one at work on a blue or orange ground."""

    theme: Theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, option.fontMetrics.height() + 12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        assert isinstance(model, ProgramModel)
        row, rect = index.row(), QRectF(option.rect)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, option, rect, model.tone if row == model.current else "")
        painter.setFont(mono(9.5))
        self._guides(painter, rect, model.depth(row))
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.theme.color("muted"))
        painter.drawText(rect.adjusted(10, 0, 0, 0), left, str(row + 1))
        x = LEFT + INDENT * model.depth(row)
        right = self._round(painter, rect, model.rounds.get(row, ""), model.tone)
        if model.program[row].expect_error:
            painter.setPen(self.theme.color("sum" if model.reached(row) else "cut"))
            painter.drawText(rect.adjusted(x, 0, 0, 0), left, "try:")
            x += painter.fontMetrics().horizontalAdvance("try: ")
        painter.setPen(self.theme.color(_ink(model, row)))
        room = rect.adjusted(x, 0, right, 0)
        text = f"{model.texts[row]}  ✕" if row in model.failed else model.texts[row]
        elide = Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(text, elide, int(room.width()))
        painter.drawText(room, left, text)
        painter.restore()

    def _guides(self, painter: QPainter, rect: QRectF, depth: int) -> None:
        """A line down each repeat a line lies in."""
        painter.setPen(QPen(self.theme.color("border"), 1))
        for k in range(depth):
            x = rect.left() + LEFT + INDENT * k + 4.5
            painter.drawLine(QPointF(x, rect.top()), QPointF(x, rect.bottom() + 1))

    def _round(self, painter: QPainter, rect: QRectF, text: str, tone: str) -> float:
        """The iteration at the right end; returns how far the text must stay away from there."""
        if not text:
            return -8.0
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.theme.color(tone))
        painter.drawText(rect.adjusted(0, 0, -10, 0), right, text)
        return -18.0 - painter.fontMetrics().horizontalAdvance(text)

    def _ground(
        self, painter: QPainter, option: QStyleOptionViewItem, rect: QRectF, tone: str
    ) -> None:
        inside = rect.adjusted(1, 1, -1, -1)
        painter.setPen(Qt.PenStyle.NoPen)
        if tone:
            painter.setBrush(self.theme.color(f"{tone}_soft"))
            painter.drawRoundedRect(inside, 5, 5)
            painter.fillRect(inside.adjusted(0, 0, 3 - inside.width(), 0), self.theme.color(tone))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(self.theme.color("hover"))
            painter.drawRoundedRect(inside, 5, 5)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(self.theme.color("selection"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(inside.adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)


def _ink(model: ProgramModel, row: int) -> str:
    """Red where it raised and nobody expected it; grey where the run did not come to."""
    if row in model.failed and not model.program[row].expect_error:
        return "error"
    return "text" if model.reached(row) else "cut"


class ProgramView(QListView):
    """The list; a line that is dragged goes where the mark shows, at the depth of the mouse."""

    dropped = Signal(object)
    """The place in the Program where the selected lines are to go."""
    chosen = Signal(int)
    """A line was clicked."""

    def __init__(self, model: ProgramModel) -> None:
        super().__init__()
        self.model_ = model
        self.program: Program = ()
        """What is listed, as a tree."""
        self.theme: Theme | None = None
        self._pressed: QPoint | None = None
        self._target: Path | None = None
        self._mark = QRectF()
        self.setModel(model)
        self.setSelectionMode(QListView.SelectionMode.ExtendedSelection)
        self.setMouseTracking(True)

    def select_only(self, row: int) -> None:
        """Make a line the current one and the only one, whatever keys are held."""
        only = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().setCurrentIndex(self.model_.index(row), only)

    @property
    def dragging(self) -> bool:
        return self._target is not None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        index = self.indexAt(at)
        # Pressed again, a selection stays whole: it may be about to be dragged.
        held = index.isValid() and self.selectionModel().isSelected(index)
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        grasped = event.button() == Qt.MouseButton.LeftButton and index.isValid() and plain
        self._pressed = at if grasped else None
        if not (grasped and held):
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at, start = event.position().toPoint(), self._pressed
        if start is None or not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)
        elif self.dragging or (at - start).manhattanLength() >= QApplication.startDragDistance():
            self._aim(at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        target, pressed = self._target, self._pressed
        self.give_up()
        if target is not None:
            self.dropped.emit(target)
            return
        index = self.indexAt(event.position().toPoint())
        if pressed is not None and index.isValid() and index == self.indexAt(pressed):
            self.select_only(index.row())
        super().mouseReleaseEvent(event)
        if pressed is not None and index.isValid():
            self.chosen.emit(index.row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.dragging:
            self.give_up()
        else:
            super().keyPressEvent(event)

    def give_up(self) -> None:
        """Nothing is dragged any more."""
        self._pressed = self._target = None
        self.viewport().update()

    def _aim(self, at: QPoint) -> None:
        """Put the mark into the gap and at the depth that are nearest to the mouse."""
        count = self.model_.rowCount()
        rects = [self.visualRect(self.model_.index(row)) for row in range(count)]
        row = sum(at.y() > rect.center().y() for rect in rects)
        places = gaps(self.program, row)
        depth = (at.x() - LEFT) / INDENT
        target = min(places, key=lambda path: abs(len(path) - 1 - depth))
        y = rects[row].top() if row < count else rects[-1].bottom() + 1
        x = LEFT + INDENT * (len(target) - 1) - 4
        self._mark = QRectF(x, y - 1, self.viewport().width() - x - 8, 2)
        self._target = target
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._target is None or self.theme is None:
            return
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self._mark, self.theme.color("selection"))
        painter.setBrush(self.theme.color("selection"))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.drawEllipse(QPointF(self._mark.left(), self._mark.center().y()), 4, 4)
        painter.end()
