"""The ledger: how every `.grad` came to be what it is, line by line, up to the current step."""

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
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPainterPath
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
from gui.panels.ledger_rows import Row, rows
from gui.panels.parts import MARGIN, FramePanel, label, legible, say
from gui.state.editor import Editor
from gui.state.player import Player
from gui.theme import Theme, mono
from gui.tr import tr

EMPTY = "No .grad has been written yet. Run a backward pass: each leaf's sums appear here."
LEFT, RIGHT, PAD = 14, 10, 5
"""Room around the text of a card, and above its first and below its last line."""

_Index = QModelIndex | QPersistentModelIndex
_ROW = Qt.ItemDataRole.UserRole


class _Model(QAbstractListModel):
    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: list[Row] = []

    def show(self, shown: list[Row]) -> None:
        self.beginResetModel()
        self.rows = shown
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return visible(row.text)
        if role == Qt.ItemDataRole.ToolTipRole and row.step is not None:
            return tr("Go to step {}").format(row.step + 1)
        return row if role == _ROW else None

    def flags(self, index: _Index) -> Qt.ItemFlag:
        row = self.rows[index.row()]
        enabled = Qt.ItemFlag.ItemIsEnabled
        return enabled if row.step is None else enabled | Qt.ItemFlag.ItemIsSelectable


_TONES = {
    "title": "text", "start": "text", "first": "gradient", "sum": "sum", "zero": "text",
    "warning": "sum",
}  # fmt: skip


class _Delegate(QStyledItemDelegate):
    """Draws each leaf's lines as one purple card."""

    theme: Theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        row: Row = index.data(_ROW)
        metrics = QFontMetrics(self._font(option, row))
        view = option.widget
        room = view.viewport().width() if isinstance(view, QListView) else 200
        lines = len(self.lines(row, metrics, room - LEFT - RIGHT))
        height = lines * metrics.lineSpacing() + (16 if row.kind == "title" else 6)
        return QSize(80, height + PAD * (row.top + row.bottom))

    def lines(self, row: Row, metrics: QFontMetrics, room: int) -> list[str]:
        """The row as one line if there is room for it, else each part on a line of its own."""
        if metrics.horizontalAdvance(row.text) <= room:
            return [row.text]
        first, *rest = row.parts
        elide = Qt.TextElideMode.ElideRight
        return [
            metrics.elidedText(part, elide, room) for part in (first, *(f"  {r}" for r in rest))
        ]

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        row: Row = index.data(_ROW)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if row.kind != "title":
            self._card(painter, QRectF(option.rect), row)
            self._light(painter, option, row)
        painter.setFont(self._font(option, row))
        painter.setPen(QColor(legible(self.theme, _TONES[row.kind], "sum_soft")))
        title = row.kind == "title"
        inside = option.rect.adjusted(
            2 if title else LEFT, 10 if title else PAD * row.top, -RIGHT, -PAD * row.bottom
        )
        lines = self.lines(row, painter.fontMetrics(), inside.width())
        left = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(inside, left, "\n".join(lines))
        painter.restore()

    def _card(self, painter: QPainter, rect: QRectF, row: Row) -> None:
        """A slice of the leaf's card: the slices meet without a seam."""
        painter.setClipRect(rect)
        whole = rect.adjusted(0.5, 0.5 if row.top else -12, -0.5, -0.5 if row.bottom else 12)
        path = QPainterPath()
        path.addRoundedRect(whole, 8, 8)
        painter.fillPath(path, self.theme.color("sum_soft"))
        painter.setPen(self.theme.color("sum", 0.4))
        painter.drawPath(path)

    def _light(self, painter: QPainter, option: QStyleOptionViewItem, row: Row) -> None:
        """The newest line has a bar at its left; the line under the mouse or keyboard a frame."""
        inside = QRectF(option.rect).adjusted(5, 1 + PAD * row.top, -5, -1 - PAD * row.bottom)
        if row.newest:
            painter.fillRect(inside, self.theme.color("sum", 0.14))
            painter.fillRect(inside.adjusted(0, 0, 3 - inside.width(), 0), self.theme.color("sum"))
        over = QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus
        if row.step is not None and option.state & over:
            painter.setPen(self.theme.color("selection", 0.9))
            painter.drawRoundedRect(inside.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)

    def _font(self, option: QStyleOptionViewItem, row: Row) -> QFont:
        if row.kind == "warning":
            return option.font
        if row.kind == "title":
            font = QFont(option.font)
            font.setBold(True)
            return font
        return mono(9, bold=row.newest)


class Ledger(FramePanel):
    """Every change of every `.grad` up to the current step; a click goes to where it was made."""

    def __init__(self, editor: Editor, player: Player, theme: Theme) -> None:
        super().__init__(player, theme)
        self.editor = editor
        self._shown: object = None
        self._build()
        editor.changed.connect(self.renew)
        editor.opened.connect(self.renew)
        self.set_theme(theme)

    def _build(self) -> None:
        self.empty = label(tr(EMPTY), "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.model = _Model(self)
        self.view = QListView()
        self._delegate = _Delegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.setModel(self.model)
        self.view.setMouseTracking(True)
        self.view.setResizeMode(QListView.ResizeMode.Adjust)
        self.view.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.view.setAccessibleName(tr("Gradient ledger"))
        self.view.clicked.connect(self._go)
        self.view.activated.connect(self._go)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 4, MARGIN - 4, 4)
        column.addWidget(self.empty)
        column.addWidget(self.view, 1)
        self.setFocusProxy(self.view)

    def restyle(self) -> None:
        self._delegate.theme = self.theme
        self.view.viewport().update()

    def renew(self, *_: object) -> None:
        self._shown = None
        super().renew()

    def _forget(self, *_: object) -> None:
        self._shown = None
        super()._forget()

    def show_frame(self, frame: Frame) -> None:
        entries = frame.ledger()
        seen = (len(entries), entries[-1].step if entries else -1)
        if seen == self._shown:
            return
        self._shown = seen
        nodes = self.editor.document.graph.nodes
        names = {e.node: nodes[e.node].name for e in entries if e.node in nodes}
        self.model.show(rows(entries, names))
        say(self.empty, "" if entries else tr(EMPTY))
        self.view.setVisible(bool(entries))
        self._reveal_newest()

    def _reveal_newest(self) -> None:
        for k, row in enumerate(self.model.rows):
            if row.newest:
                self.view.scrollTo(self.model.index(k))

    def _go(self, index: QModelIndex) -> None:
        row = index.data(_ROW)
        if row is not None and row.step is not None:
            self.player.pause()
            self.player.go(row.step)


def _demo() -> QWidget:
    from gui.panels import demo

    return Ledger(demo.editor(), demo.player(11), demo.LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
