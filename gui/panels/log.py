"""The log: the sentence of every step, one below the other."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui.model.frames import Frame
from gui.model.unseen import visible
from gui.panels.parts import FramePanel, label, say, tip, tone
from gui.state.player import Film, Player
from gui.theme import Theme, mono
from gui.tr import tr

EMPTY = "Nothing has run yet. Every step of a run is listed here."

_Index = QModelIndex | QPersistentModelIndex


class LogModel(QAbstractListModel):
    """A Film's captions, asked for one by one as they come into view."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.film = Film()
        self._captions: dict[int, str] = {}
        self._count = 0

    def show(self, film: Film) -> None:
        self.beginResetModel()
        self.film, self._count = film, len(film)
        self._captions = {}
        self.endResetModel()

    def grow(self) -> None:
        """Take in the steps the film has got since."""
        if len(self.film) > self._count:
            self.beginInsertRows(QModelIndex(), self._count, len(self.film) - 1)
            self._count = len(self.film)
            self.endInsertRows()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else self._count

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return self.caption(index.row())
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return tr("Step {}: {}").format(index.row() + 1, self.caption(index.row()))
        if role == Qt.ItemDataRole.ToolTipRole:
            asides = self.film.frame(index.row()).asides
            return tip("\n".join([self.caption(index.row()), *asides])) if asides else None
        return None

    def caption(self, step: int) -> str:
        if step not in self._captions:
            self._captions[step] = visible(self.film.frame(step).caption).replace("\n", " ")
        return self._captions[step]

    def kind(self, step: int) -> str:
        kinds = self.film.timeline.kinds
        return kinds[step] if step < len(kinds) else ""

    def expected(self, step: int) -> bool:
        """Whether the program expects the error this step shows."""
        return self.film.frame(step).expected_error


class _Delegate(QStyledItemDelegate):
    """Number, sentence; the current step on a tinted ground."""

    theme: Theme
    current = -1
    tone = "gradient"

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, option.fontMetrics.height() + 8)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        model = index.model()
        assert isinstance(model, LogModel)
        step, rect = index.row(), QRectF(option.rect)
        failed = model.kind(step) == "failed"
        expected = failed and model.expected(step)
        ink = "muted" if expected else "error" if failed else "text"
        painter.save()
        if step == self.current:
            tone = "cut" if expected else "error" if failed else self.tone
            painter.fillRect(rect, self.theme.color("hover" if expected else f"{tone}_soft"))
            bar = QRectF(rect.left(), rect.top(), 3, rect.height())
            painter.fillRect(bar, self.theme.color(tone))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(rect, self.theme.color("hover"))
        painter.setFont(mono(9))
        painter.setPen(self.theme.color("muted"))
        wide = painter.fontMetrics().horizontalAdvance(str(model.rowCount())) + 18
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QRectF(rect.left(), rect.top(), wide, rect.height()), right, str(step + 1))
        painter.setFont(option.font)
        painter.setPen(self.theme.color(ink))
        room = rect.adjusted(wide + 12, 0, -6, 0)
        text = option.fontMetrics.elidedText(
            model.caption(step), Qt.TextElideMode.ElideRight, int(room.width())
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)
        painter.restore()


class Log(FramePanel):
    """All steps as sentences; a click (or Enter) goes to one."""

    def __init__(self, player: Player, theme: Theme) -> None:
        super().__init__(player, theme)
        self.model = LogModel(self)
        self.view = QListView()
        self._delegate = _Delegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.setModel(self.model)
        self.view.setUniformItemSizes(True)
        self.view.setMouseTracking(True)
        self.view.setAccessibleName(tr("Log of all steps"))
        self.view.setToolTip(tr("Click a step, or press Enter on it, to go there"))
        self.view.clicked.connect(self._go)
        self.view.activated.connect(self._go)
        self.empty = label(tr(EMPTY), "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 4, 4)
        column.addWidget(self.empty)
        column.addWidget(self.view, 1)
        self.setFocusProxy(self.view)
        self.set_theme(theme)

    def restyle(self) -> None:
        self._delegate.theme = self.theme
        self.view.viewport().update()

    def show_frame(self, frame: Frame) -> None:
        if self.model.film is not self.player.film:
            self.model.show(self.player.film)
        self.model.grow()
        say(self.empty, "" if self.model.rowCount() else tr(EMPTY))
        self.view.setVisible(self.model.rowCount() > 0)
        step, before = self.player.step, self._delegate.current
        self._delegate.current, self._delegate.tone = step, tone(self.player)
        for row in (before, step):
            if row >= 0:
                self.view.update(self.model.index(row))
        if step >= 0:
            self.view.setCurrentIndex(self.model.index(step))

    def _go(self, index: QModelIndex) -> None:
        self.player.pause()
        self.player.go(index.row())


def _demo() -> QWidget:
    from gui.panels import demo

    return Log(demo.player(), demo.LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
