"""The check: each leaf's gradient by autograd, differences, one's own formula, and PyTorch."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
)
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from engine.trace import Cancelled
from gui.model.checked import (
    COLUMNS,
    FORMULA,
    Row,
    as_text,
    ask_torch,
    cells,
    details,
    rows,
)
from gui.model.gradients import NoProblem, Problem, problem, work
from gui.model.unseen import visible
from gui.panels.parts import GAP, Brief, Panel, label, say, tip
from gui.panels.working import Working
from gui.state.editor import Editor
from gui.state.later import Later
from gui.state.player import Player
from gui.theme import LIGHT, Theme, mono, text_scale
from gui.tr import tr

ABOUT = (
    "How the loss changes with each leaf, found in independent ways. Type your own formula for a"
    " gradient in the names of the graph, such as 2 * x."
)
STALE = "The graph or the step has changed since: Run checks again."
POLL_MS = 60
_WIDTHS = (74, 96, 96, 60, 170, 96, 130)
"""Of the columns, in pixels where text has its usual size."""
FRAME = 28
"""Pixels beside the columns: margins and a scroll bar."""
_Index = QModelIndex | QPersistentModelIndex
_ROLE = Qt.ItemDataRole
_TONES = {"exact": "green", "agrees": "green", "approx": "green", "error": "error"}


class CheckModel(QAbstractTableModel):
    """A row a checked node; only the formula can be edited."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = LIGHT
        self.rows: list[Row] = []
        self.formulas: dict[str, str] = {}

    def show(self, found: list[Row]) -> None:
        self.beginResetModel()
        self.rows = found
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:
        return len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == _ROLE.DisplayRole:
            return tr(COLUMNS[section])
        return None

    def formula(self, row: Row) -> str:
        return self.formulas.get(row.node, "")

    def data(self, index: _Index, role: int = _ROLE.DisplayRole) -> Any:
        row, column = self.rows[index.row()], index.column()
        text = visible(cells(row, self.formula(row))[column])
        match role:
            case _ROLE.DisplayRole:
                return text
            case _ROLE.EditRole:
                return self.formula(row)
            case _ROLE.ToolTipRole:
                wrong = row.own_error if column == FORMULA else ""
                return tip(details(row) if column == len(COLUMNS) - 1 else wrong or text)
            case _ROLE.AccessibleTextRole:
                return f"{tr(COLUMNS[column])}: {text or tr('nothing')}"
            case _ROLE.FontRole:
                return mono(9) if column < len(COLUMNS) - 1 else None
            case _ROLE.ForegroundRole:
                return self._ink(row, column, text)
        return None

    def _ink(self, row: Row, column: int, text: str) -> QColor | None:
        bad = (column == 1 and row.error) or (column == FORMULA and row.own_error)
        if column == len(COLUMNS) - 1:
            tone = "error" if text.startswith("differs") else _TONES.get(text, "text")
            return self.theme.color(tone)
        return self.theme.color("error" if bad else "muted" if column == 3 else "text")

    def flags(self, index: _Index) -> Qt.ItemFlag:
        usual = super().flags(index)
        return usual | Qt.ItemFlag.ItemIsEditable if index.column() == FORMULA else usual

    def setData(self, index: _Index, value: Any, role: int = _ROLE.EditRole) -> bool:
        row, text = self.rows[index.row()], str(value).strip()
        if role != _ROLE.EditRole or text == self.formula(row):
            return False
        self.formulas[row.node] = text
        row.own, row.own_error = None, ""
        row.verdicts.pop("own", None)
        self.dataChanged.emit(self.index(index.row(), 0), self.index(index.row(), len(COLUMNS) - 1))
        return True


class _Formula(QStyledItemDelegate):
    """The editor of a formula: an ordinary line in the fixed font."""

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: _Index) -> QWidget:
        made = QLineEdit(parent, placeholderText=tr("such as 2 * x"))
        made.setFont(mono(9))
        made.setStyleSheet("padding: 0 3px; border-radius: 0;")
        made.setAccessibleName(tr("Your formula"))
        return made

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, index: _Index
    ) -> None:
        editor.setGeometry(option.rect)  # not the smaller one of the text


class Check(Panel):
    """A table with a Run button; what is typed in it stays, whatever is wrong with it."""

    def __init__(self, editor: Editor, player: Player, theme: Theme) -> None:
        super().__init__(theme)
        self.editor, self.player = editor, player
        self._stop = threading.Event()
        self._done, self._work = 0, 1
        self._at: tuple[object, int] | None = None
        self._of: Problem | None = None
        self._about = ""
        self._later = Later(self)
        self._later.found.connect(self._on_found)
        self._later.failed.connect(self.cancel)
        self._timer = QTimer(self, interval=POLL_MS)
        self._timer.timeout.connect(self._tell_progress)
        self._build()
        editor.opened.connect(self._on_opened)
        player.film_changed.connect(self._list_leaves)
        player.framed.connect(self._tell_stale)
        self._size_columns()
        self.set_theme(theme)

    # ---- parts -----------------------------------------------------------------------------------

    def _build(self) -> None:
        self.model = CheckModel(self)
        self.view = self._build_view()
        self.run = QPushButton(tr("Run"))
        self.run.setToolTip(tr("Check every leaf at the step that is shown"))
        self.run.clicked.connect(self.start)
        self.copy = QPushButton(tr("Copy"))
        self.copy.setToolTip(tr("The whole table as text"))
        self.copy.clicked.connect(self.copy_text)
        self.working = Working(tr("Checking …"))
        self.working.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.working.cancelled.connect(self.cancel)
        self.told = Brief(tr(ABOUT))
        self.why = label("", "text")
        self.why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(self.run)
        row.addWidget(self.copy)
        row.addWidget(self.told, 1)
        row.addWidget(self.working)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 6)
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self.view, 1)
        column.addWidget(self.why)
        self.setFocusProxy(self.view)

    def _build_view(self) -> QTreeView:
        view = QTreeView()
        view.setModel(self.model)
        view.setItemDelegateForColumn(FORMULA, _Formula(view))
        view.setRootIsDecorated(False)
        view.setUniformRowHeights(True)
        view.setAllColumnsShowFocus(True)
        view.setAccessibleName(tr("Gradients, checked"))
        view.setEditTriggers(
            QTreeView.EditTrigger.DoubleClicked | QTreeView.EditTrigger.EditKeyPressed
        )
        view.clicked.connect(self._edit_formula)
        view.header().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        view.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        view.header().setStretchLastSection(False)
        view.selectionModel().currentChanged.connect(self._tell_why)
        view.installEventFilter(self)
        self.model.dataChanged.connect(self._on_formula)
        return view

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._size_columns()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._roomy() != self._is_roomy:
            self._size_columns()

    def _roomy(self) -> bool:
        return self.width() - FRAME >= sum(_WIDTHS) * text_scale(self.font())

    def _size_columns(self) -> None:
        """Room for numbers where there is some, else only for the titles of the columns."""
        self._is_roomy, header = self._roomy(), self.view.header()
        modes = QHeaderView.ResizeMode
        header.setSectionResizeMode(FORMULA, modes.Stretch if self._is_roomy else modes.Interactive)
        for column, width in enumerate(_WIDTHS):
            usual = round(width * text_scale(self.font()))
            least = header.sectionSizeHint(column)
            header.resizeSection(column, max(usual, least) if self._is_roomy else least)

    def restyle(self) -> None:
        self.model.theme = self.theme
        self.view.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter on a row edits its formula; Ctrl+C copies the table."""
        if watched is self.view and isinstance(event, QKeyEvent):
            copies = event.matches(QKeySequence.StandardKey.Copy)
            if copies and event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                if copies:
                    self.copy_text()
                    return True
                if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                    self._edit_formula(self.view.currentIndex().siblingAtColumn(FORMULA))
                    return True
        return super().eventFilter(watched, event)

    def _edit_formula(self, index: QModelIndex) -> None:
        editing = self.view.state() == QTreeView.State.EditingState  # the Enter that ends it
        if index.isValid() and index.column() == FORMULA and not editing:
            self.view.setCurrentIndex(index)
            self.view.edit(index)

    # ---- what is to be checked -------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._list_leaves()

    def _on_opened(self, _: object) -> None:
        self.cancel()
        self.model.formulas = {}
        self.model.show([])
        self._tell_why()
        self._at = None

    def _problem(self) -> Problem:
        return problem(self.editor.document, self.player.film, self.player.step)

    def _list_leaves(self, *_: object) -> None:
        """The leaves that could be checked, so that formulas can be typed before anything runs."""
        if not self.isVisible():
            return
        try:
            of = self._problem()
        except NoProblem as error:
            self.told.say(str(error))
            self.run.setEnabled(False)
            return
        self.run.setEnabled(not self._timer.isActive())
        if [row.node for row in self.model.rows] != list(of.checked):
            names = self.editor.document.graph.nodes
            self.model.show([Row(node, names[node].name) for node in of.checked])
            self._at = None
        self._tell_stale()

    def _tell_stale(self, *_: object) -> None:
        """Say so when what is shown belongs to another step."""
        if not self.isVisible() or self._timer.isActive():
            return
        here = self.player.film, self.player.step
        if self._at is None and self.player.step < 0:
            return
        fresh = self._at is None or self._at == here
        self.told.say(tr(ABOUT) if self._at is None else self._about if fresh else tr(STALE))

    # ---- running ---------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        return self._timer.isActive()

    def start(self) -> None:
        """Check everything at this step, on a thread."""
        if self.busy:
            return
        try:
            of = self._problem()
        except NoProblem as error:
            self.told.say(str(error))
            return
        self._stop = stop = threading.Event()
        self._done, self._work = 0, max(1, work(of))
        formulas = dict(self.model.formulas)
        self._at = self.player.film, self.player.step

        if self.run.hasFocus():  # a disabled button would hand it to its neighbour
            self.view.setFocus()
        self._show_busy(True)
        self.told.say("")
        self._of = of
        self._look(lambda: rows(of, formulas, stop.is_set, self._count))

    def _look(self, ask: Callable[[], list[Row]]) -> None:
        def look() -> list[Row] | None:
            try:
                return ask()
            except Cancelled:
                return None

        self._later.ask(look)

    def _count(self) -> None:
        """Called on the thread, once an entry."""
        self._done += 1

    def _show_busy(self, busy: bool) -> None:
        (self._timer.start if busy else self._timer.stop)()
        self.run.setEnabled(not busy)
        self.working.show_busy(busy)
        self.working.show_progress(0.0)

    def _tell_progress(self) -> None:
        self.working.show_progress(min(1.0, self._done / self._work))

    def cancel(self) -> None:
        """Give up; what was shown stays."""
        if self.busy:
            self._stop.set()
            self._later.forget()
            self._show_busy(False)
            self._at = None
            self.told.say(tr("Stopped. Run checks again."))

    def _on_found(self, found: object) -> None:
        of, self._of = self._of, None
        if of is not None and self._at is not None:
            self._about = tr("One backward pass from {}, at step {}").format(
                of.graph.nodes[of.root].name, self._at[1] + 1
            )
        if isinstance(found, list):
            self._show_rows(found)
            if of is not None:  # PyTorch comes last: it may have to be loaded
                stop = self._stop
                self._look(lambda: ask_torch(of, found, stop.is_set))
                return
        self._show_busy(False)
        self._tell_stale()

    def _show_rows(self, found: list[Row]) -> None:
        current = self.view.currentIndex().row()
        editing = self.view.state() == QTreeView.State.EditingState
        if editing:  # what is being typed stays
            self.model.rows = found
            self.view.viewport().update()
        else:
            self.model.show(found)
            self.view.setCurrentIndex(self.model.index(max(0, current), FORMULA))
        self._tell_why()

    def _on_formula(self, *_: object) -> None:
        """A formula was typed: it is worked out at once."""
        if self._at is not None:
            self._stop.set()
            self._later.forget()
            self._show_busy(False)
            self.start()

    def _tell_why(self, *_: object) -> None:
        row = self.view.currentIndex().row()
        shown = 0 <= row < len(self.model.rows)
        say(self.why, details(self.model.rows[row]) if shown else "")

    def copy_text(self) -> None:
        """The table for the clipboard."""
        QGuiApplication.clipboard().setText(as_text(self.model.rows, self.model.formulas))


def _demo() -> QWidget:
    from gui.panels import demo

    return Check(demo.editor(), demo.player(), demo.LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
