"""The popup that adds a node: type, choose with the arrows, Enter."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QWheelEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from engine.graph import Graph
from gui.canvas.choices import Choice, choices, phrase_typed
from gui.canvas.inks import inks, saved
from gui.theme import Theme
from gui.tr import tr

SIZE = QSize(560, 396)
ROW_HEIGHT = 28
LINES = 12
"""Operations in sight at once."""
NOTHING = "Nothing is called that."
ANYTHING = "An operation, a number, or z = w * x + b"
_CHOICE = Qt.ItemDataRole.UserRole
_Index = QModelIndex | QPersistentModelIndex


class Search(QFrame):
    """Emits `picked` with a Choice, or `closed` when the person wants none."""

    picked = Signal(object)
    closed = Signal()
    gone = Signal()
    """Closed for an edit that came from elsewhere."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self.inputs, self.graph = 0, Graph()
        self.uses: Callable[[], Mapping[str, int]] = dict
        """How often each op was added before: what is used most is offered first."""
        self._done = True
        self._whole = SIZE
        self.line = QLineEdit(self, placeholderText=tr(ANYTHING))
        self.line.setAccessibleName(tr("Find an operation"))
        self.list = QListWidget(self)
        self.list.setAccessibleName(tr("Operations found"))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.nothing = QLabel(tr(NOTHING), self)
        self.nothing.setWordWrap(True)
        self.nothing.setTextFormat(Qt.TextFormat.PlainText)
        box = QVBoxLayout(self)
        box.setContentsMargins(8, 8, 8, 8)
        box.setSpacing(6)
        for widget in (self.line, self.list, self.nothing):
            box.addWidget(widget)
        self.line.installEventFilter(self)
        # A press beside the line would else give the focus to the canvas behind.
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(self.line)
        self.line.textChanged.connect(self._fill)
        self.list.itemClicked.connect(self._pick_item)
        self.set_theme(theme)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        self.list.setItemDelegate(_Row(theme, self.list))
        self.setStyleSheet(
            f"Search {{ background: {theme.surface}; border: 1px solid {theme.cut};"
            f" border-radius: 8px; }}"
            f"QLineEdit {{ background: {theme.canvas}; color: {theme.text}; padding: 5px 8px;"
            f" border: 1px solid {theme.border}; border-radius: 6px; }}"
            f"QLineEdit:focus {{ border-color: {theme.selection}; }}"
            f"QListWidget {{ background: transparent; border: none; color: {theme.text}; }}"
            f"QScrollBar:vertical {{ background: transparent; width: 8px; }}"
            f"QScrollBar::handle {{ background: {theme.border}; border-radius: 4px; }}"
            f"QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; }}"
            f"QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}"
            f"QLabel {{ color: {theme.muted}; padding: 4px; }}"
        )

    def start(self, at: QPoint, graph: Graph, *, inputs: int = 0) -> None:
        """Open at a point of the parent, kept wholly inside it; `graph` has the known names.

        What takes fewer than `inputs` tensors is not offered.
        """
        self.graph = graph
        self.inputs = inputs
        self._done = False
        room = self._room.rect().adjusted(8, 8, -8, -8)
        typed = tr("An operation that reads it") if inputs else tr(ANYTHING)
        self.line.setPlaceholderText(typed)
        self._whole = SIZE.boundedTo(room.size())
        rect = QRect(at, self._whole)
        rect.moveRight(min(rect.right(), room.right()))
        rect.moveBottom(min(rect.bottom(), room.bottom()))
        rect.moveLeft(max(rect.left(), room.left()))
        rect.moveTop(max(rect.top(), room.top()))
        self.setGeometry(rect)
        self.line.clear()
        self._fill("")
        self.show()
        self.raise_()
        self.line.setFocus(Qt.FocusReason.PopupFocusReason)

    def close_quietly(self) -> None:
        """Close, picking nothing; whoever had the focus keeps it."""
        self._done = True
        if self.isVisible():
            self.hide()
            self.gone.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """At the list's end the wheel turns nothing, least of all the canvas behind."""
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """A press on the popup's margin is none on the canvas behind."""
        event.accept()

    def _fill(self, text: str) -> None:
        self.list.clear()
        found = choices(text, inputs=self.inputs, uses=self.uses())
        self.nothing.setText(tr(NOTHING))
        if not self.inputs and any(c in text for c in "=+-*/@(."):
            try:
                found.insert(0, phrase_typed(text, self.graph))
            except ValueError as error:
                self.nothing.setText(str(error))
        for choice in found:
            item = QListWidgetItem(choice.title, self.list)
            item.setData(_CHOICE, choice)
            item.setToolTip(choice.summary)
        self.list.setVisible(bool(found))
        self.nothing.setVisible(not found)
        self.list.setCurrentRow(0)
        self._fit(len(found))

    def _fit(self, rows: int) -> None:
        """As high as its lines need, up to where it would leave the canvas."""
        around = SIZE.height() - LINES * ROW_HEIGHT
        most = max(2, (self._whole.height() - around) // ROW_HEIGHT)
        self.resize(self._whole.width(), around + min(LINES, most, max(2, rows)) * ROW_HEIGHT)

    def _pick_item(self, item: QListWidgetItem | None) -> None:
        if item is not None and not self._done:
            self._done = True
            self.hide()
            self.picked.emit(item.data(_CHOICE))

    def cancel(self) -> None:
        if not self._done:
            self._done = True
            self.hide()
            self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.line and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
            elif event.type() == QEvent.Type.KeyPress and self._key(event):
                return True
        elif watched is self.line and left_for_good(event):
            self.cancel()
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        step = {
            Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8,
        }.get(key)  # fmt: skip
        if step:
            count = max(1, self.list.count())
            row = self.list.currentRow() + step
            self.list.setCurrentRow(row % count if abs(step) == 1 else min(max(row, 0), count - 1))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self._pick_item(self.list.currentItem())
        elif key in (Qt.Key.Key_Escape, Qt.Key.Key_Backtab):
            self.cancel()
        else:
            return False
        return True


def left_for_good(event: QEvent) -> bool:
    """Whether the focus has gone elsewhere, and not just to a popup or another window."""
    passing = (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason)
    return isinstance(event, QFocusEvent) and event.lostFocus() and event.reason() not in passing


class _Row(QStyledItemDelegate):
    """Symbol, name and the first sentence of the description on one line."""

    def __init__(self, theme: Theme, parent: QListWidget) -> None:
        super().__init__(parent)
        self._list = parent
        self.inks = inks(theme)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(100, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        choice: Choice = index.data(_CHOICE)
        row = self.inks.theme
        rect: QRect = option.rect
        chosen = index.row() == self._list.currentRow()
        with saved(painter):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            if chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(row.color("selection", 0.18))
                painter.drawRoundedRect(rect.adjusted(0, 1, -2, -1), 6, 6)
            left, middle = rect.left() + 8, rect.center().y() + 1
            if self.inks.width(choice.symbol, 13, bold=True) <= 48:  # half a formula says nothing
                self._write(painter, left, middle, choice.symbol, "value", 48, bold=True)
            taken = self._write(painter, left + 54, middle, choice.title, "text", 150)
            room = rect.right() - 8 - (left + 66 + taken)
            self._write(
                painter, left + 66 + taken, middle, choice.summary, "muted", room, pixels=12
            )

    def _write(
        self, painter: QPainter, left: float, middle: float, text: str, token: str, room: float,
        *, pixels: int = 13, bold: bool = False,
    ) -> int:  # fmt: skip
        if room < 12:
            return 0
        laid_out = self.inks.text(text, room, pixels, bold=bold)
        painter.setFont(self.inks.font(pixels, bold=bold))
        painter.setPen(self.inks.pen(token))
        painter.drawStaticText(int(left), int(middle - laid_out.size().height() / 2), laid_out)
        return int(laid_out.size().width())
