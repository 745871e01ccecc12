"""The Program pane: what is done with the graph, line by line, and in what order."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import (
    QEvent,
    QObject,
    QPoint,
    Qt,
)
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListView,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from engine.graph import Action
from gui.model import edits
from gui.model.document import Document
from gui.model.frames import Frame
from gui.model.program import FORWARD, effective
from gui.panels.actions import KINDS, Kind, candidates, stopped_at, texts
from gui.panels.code import go_to_action, same
from gui.panels.parts import (
    MARGIN,
    FramePanel,
    label,
    menu_text,
    recolor,
    say,
    tone,
    tool_button,
)
from gui.panels.program_list import ProgramDelegate, ProgramModel
from gui.state.editor import Editor
from gui.state.player import Player
from gui.state.selection import Selection
from gui.theme import Theme
from gui.tr import tr

EMPTY = "The program is empty. Add a forward and a backward with +."
LONGEST_MENU = 30


class ProgramPane(FramePanel):
    """The lines of the Program: click one to see it run, change them with the buttons or keys."""

    def __init__(self, editor: Editor, selection: Selection, player: Player, theme: Theme) -> None:
        super().__init__(player, theme)
        self.editor, self.selection = editor, selection
        self._made_for: Document | None = None
        self._build()
        editor.changed.connect(self.renew)
        editor.opened.connect(self.renew)
        self.set_theme(theme)

    def _build(self) -> None:
        self.model = ProgramModel()
        self.view = QListView()
        self._delegate = ProgramDelegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.setModel(self.model)
        self.view.setMouseTracking(True)
        self.view.setAccessibleName(tr("Program"))
        self.view.setToolTip(tr("Click a line, or press Enter on it, to see it run"))
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._on_context_menu)
        self.view.clicked.connect(lambda index: go_to_action(self.player, index.row()))
        self.view.selectionModel().selectionChanged.connect(self._enable)
        self.view.installEventFilter(self)
        self.empty = label(tr(EMPTY), "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN - 4, MARGIN - 4, MARGIN - 4, 4)
        column.addLayout(self._buttons())
        column.addWidget(self.empty)
        column.addWidget(self.view, 1)
        self.setFocusProxy(self.view)

    def _buttons(self) -> QHBoxLayout:
        self.add = tool_button("add", tr("Add a line after this one"), lambda: None)
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add_menu = QMenu(self)
        self.add_menu.aboutToShow.connect(lambda: self.fill_menu(self.add_menu))
        self.add.setMenu(self.add_menu)
        self.buttons = {
            name: tool_button(name, text, do)
            for name, text, do in (
                ("duplicate", tr("Duplicate this line (Ctrl+D)"), self.duplicate),
                ("up", tr("Move up (Alt+↑)"), lambda: self.move_line(-1)),
                ("down", tr("Move down (Alt+↓)"), lambda: self.move_line(1)),
                ("expect", tr("Expect an error here: try … except (T)"), self.toggle_expected),
                ("delete", tr("Delete this line (Del)"), self.delete),
            )
        }
        self.buttons["expect"].setCheckable(True)
        row = QHBoxLayout()
        row.setSpacing(4)
        for button in (self.add, *self.buttons.values()):
            row.addWidget(button)
        row.addStretch(1)
        return row

    def restyle(self) -> None:
        self._delegate.theme = self.theme
        recolor(self, self.theme)
        self.view.viewport().update()

    # Following document and player

    def show_frame(self, frame: Frame) -> None:
        document = self.editor.document
        graph, program = document.graph, document.program
        if not same(document, self._made_for):
            self._made_for = document
            row = self.row()
            shown = tuple(texts(graph, program))
            self.model.show(program, shown)
            self.select(row)
        film = self.player.film
        failed = (film.frame(c.last).action for c in film.timeline.chapters if c.failed)
        self.model.current, self.model.tone = frame.action, tone(self.player)
        self.model.failed = frozenset(action for action in failed if action is not None)
        self.model.stopped = stopped_at(film, program)
        say(self.empty, "" if program else tr(EMPTY))
        self.view.viewport().update()
        if frame.action is not None and frame.action < len(program):
            self.view.scrollTo(self.model.index(frame.action))
        self._enable()

    def row(self) -> int:
        """The selected line, or -1."""
        index = self.view.currentIndex()
        return index.row() if index.isValid() else -1

    def select(self, row: int) -> None:
        row = min(row, self.model.rowCount() - 1)
        if row >= 0:
            self.view.setCurrentIndex(self.model.index(row))

    def _enable(self, *_: object) -> None:
        row, last = self.row(), self.model.rowCount() - 1
        for name, button in self.buttons.items():
            button.setEnabled(row >= 0 and (name, row) not in (("up", 0), ("down", last)))
        expected = row >= 0 and self.model.program[row].expect_error
        self.buttons["expect"].setChecked(expected)

    # Editing: each is one entry in the undo history

    def delete(self) -> None:
        row, program = self.row(), self.editor.document.program
        if row >= 0:
            text = tr("Delete line {}").format(row + 1)
            self._apply(text, (*program[:row], *program[row + 1 :]), row)

    def duplicate(self) -> None:
        row = self.row()
        if row >= 0:
            text = tr("Duplicate line {}").format(row + 1)
            self.insert(self.editor.document.program[row], text)

    def move_line(self, by: int) -> None:
        row, program = self.row(), list(self.editor.document.program)
        if row >= 0 and 0 <= row + by < len(program):
            program[row], program[row + by] = program[row + by], program[row]
            text = tr("Move line {} up") if by < 0 else tr("Move line {} down")
            self._apply(text.format(row + 1), tuple(program), row + by)

    def toggle_expected(self) -> None:
        row, program = self.row(), list(self.editor.document.program)
        if row < 0:
            return
        program[row] = replace(program[row], expect_error=not program[row].expect_error)
        expected, calm = tr("Expect an error in line {}"), tr("Expect no error in line {}")
        text = expected if program[row].expect_error else calm
        self._apply(text.format(row + 1), tuple(program), row)

    def insert(self, action: Action, text: str) -> None:
        """Put a line after the selected one, or at the end; the implicit forward becomes a line."""
        program = effective(self.editor.document)
        if not self.editor.document.program and action == FORWARD:
            program = ()
        at = self.row() + 1 if self.row() >= 0 else len(program)
        self._apply(text, (*program[:at], action, *program[at:]), at)

    def _apply(self, text: str, program: tuple[Action, ...], row: int) -> None:
        self.editor.apply(text, edits.set_program(self.editor.document, program))
        self.select(row)

    # Menus and keys

    def fill_menu(self, menu: QMenu) -> None:
        """What can be added: each call, and the nodes it can be made on."""
        menu.clear()
        selected = next(iter(self.selection.items)) if len(self.selection.items) == 1 else None
        for kind in KINDS:
            if kind.of == "nothing":
                menu.addAction(kind.text, partial(self._add, kind, None))
                continue
            self._fill_submenu(menu.addMenu(kind.text), kind, selected)

    def _fill_submenu(self, menu: QMenu, kind: Kind, selected: str | None) -> None:
        graph = self.editor.document.graph
        found = candidates(graph, kind, selected)[:LONGEST_MENU]
        menu.setEnabled(bool(found))
        for node in found:
            text = menu_text(f"{graph.nodes[node].name}.{kind.text}")
            action = menu.addAction(text, partial(self._add, kind, node))
            if node == selected:
                font = action.font()
                font.setBold(True)
                action.setFont(font)

    def _add(self, kind: Kind, node: str | None) -> None:
        name = f"{self.editor.document.graph.nodes[node].name}." if node else ""
        self.insert(kind.action(node), tr("Add {}").format(name + kind.text))

    def _on_context_menu(self, at: QPoint) -> None:
        self.context_menu().popup(self.view.viewport().mapToGlobal(at))

    def context_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu.addMenu(tr("Add")))
        if self.row() >= 0:
            for text, do in (
                (tr("Duplicate") + "\tCtrl+D", self.duplicate),
                (tr("Move up") + "\tAlt+Up", lambda: self.move_line(-1)),
                (tr("Move down") + "\tAlt+Down", lambda: self.move_line(1)),
                (tr("Expect an error (try)") + "\tT", self.toggle_expected),
                (tr("Delete") + "\tDel", self.delete),
            ):
                menu.addAction(text, do)
        return menu

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        pressed = event.type() in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride)
        if pressed and isinstance(event, QKeyEvent) and (do := self._key(event)):
            event.accept()  # so that no shortcut of the window takes it
            if event.type() == QEvent.Type.KeyPress:
                do()
            return True
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> Any:
        keys = {
            "Del": self.delete,
            "Backspace": self.delete,
            "Alt+Up": lambda: self.move_line(-1),
            "Alt+Down": lambda: self.move_line(1),
            "Ctrl+D": self.duplicate,
            "T": self.toggle_expected,
            "Return": lambda: go_to_action(self.player, self.row()),
            "Enter": lambda: go_to_action(self.player, self.row()),
        }
        return keys.get(_spell_keys(event))


def _spell_keys(event: QKeyEvent) -> str:
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    return QKeySequence(int(event.key()) | modifiers.value).toString(
        QKeySequence.SequenceFormat.PortableText
    )


def _demo() -> QWidget:
    from gui.panels import demo

    parts = demo.editor(), demo.selection(), demo.player()
    return ProgramPane(*parts, demo.LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
