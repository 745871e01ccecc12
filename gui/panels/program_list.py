"""The Program's lines as a list model, and how a line is drawn."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine.graph import Action
from gui.theme import Theme, mono
from gui.tr import tr

NOT_REACHED = "not reached: the line above raised"

_Index = QModelIndex | QPersistentModelIndex


class ProgramModel(QAbstractListModel):
    """The Program's lines; which of them runs now and which raised."""

    def __init__(self) -> None:
        super().__init__()
        self.program: tuple[Action, ...] = ()
        self.texts: tuple[str, ...] = ()
        self.current: int | None = None
        self.tone = "gradient"
        self.failed: frozenset[int] = frozenset()
        self.stopped: int | None = None
        """The line whose error ended the run."""

    def show(self, program: tuple[Action, ...], shown: tuple[str, ...]) -> None:
        self.beginResetModel()
        self.program, self.texts = program, shown
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.program)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = index.row()
        if role == Qt.ItemDataRole.DisplayRole:
            return f"try: {self.texts[row]}" if self.program[row].expect_error else self.texts[row]
        if role == Qt.ItemDataRole.ToolTipRole:
            return None if self.reached(row) else tr(NOT_REACHED)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            found = (
                (row == self.current, tr("running now")),
                (row in self.failed, tr("raised an error")),
                (not self.reached(row), tr(NOT_REACHED)),
            )
            line = tr("Line {}: {}").format(row + 1, self.data(index))
            return ", ".join([line, *(text for is_so, text in found if is_so)])
        return None

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
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.theme.color("muted"))
        painter.drawText(rect.adjusted(10, 0, 0, 0), left, str(row + 1))
        x = 36
        if model.program[row].expect_error:
            painter.setPen(self.theme.color("sum" if model.reached(row) else "cut"))
            painter.drawText(rect.adjusted(x, 0, 0, 0), left, "try:")
            x += painter.fontMetrics().horizontalAdvance("try: ")
        painter.setPen(self.theme.color(_ink(model, row)))
        room = rect.adjusted(x, 0, -8, 0)
        text = f"{model.texts[row]}  ✕" if row in model.failed else model.texts[row]
        elide = Qt.TextElideMode.ElideRight
        text = painter.fontMetrics().elidedText(text, elide, int(room.width()))
        painter.drawText(room, left, text)
        painter.restore()

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
