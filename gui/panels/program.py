"""The Program pane: what is done with the graph, line by line, and in what order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QItemSelectionModel, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from engine.graph import Action, Program, lines
from gui.model import edits
from gui.model import lines as tree
from gui.model.adding import TIMES
from gui.model.document import Document
from gui.model.frames import Frame
from gui.model.line_args import Argument, arguments, with_argument
from gui.model.program import FORWARD, effective
from gui.model.timeline import Chapter
from gui.panels import program_menu
from gui.panels.actions import stopped_at, texts
from gui.panels.code import go_to_action, same
from gui.panels.line_fields import LineFields
from gui.panels.parts import (
    MARGIN,
    FramePanel,
    label,
    recolor,
    say,
    tone,
    tool_button,
)
from gui.panels.program_list import ProgramDelegate, ProgramModel, ProgramView
from gui.state.editor import Editor
from gui.state.player import Film, Player
from gui.state.selection import Selection
from gui.theme import Theme
from gui.tr import tr

EMPTY = "The program is empty. Add a forward and a backward with +."
LEAST_LIST = 150
"""Pixels of the list that stay for a short Program, to be clicked and dropped on."""


class ProgramPane(FramePanel):
    """The lines of the Program: click one to see it run, change them with the buttons or keys."""

    def __init__(self, editor: Editor, selection: Selection, player: Player, theme: Theme) -> None:
        super().__init__(player, theme)
        self.editor, self.selection = editor, selection
        self._made_for: Document | None = None
        self._failures_of: tuple[Chapter, ...] | None = None
        self._build()
        editor.changed.connect(self.renew)
        editor.opened.connect(self.renew)
        self.set_theme(theme)

    def _build(self) -> None:
        self.model = ProgramModel(self)
        self.view, self.fields = ProgramView(self.model), LineFields()
        self._delegate = ProgramDelegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.setAccessibleName(tr("Program"))
        self.view.setToolTip(tr("Click a line, or press Enter on it, to see it run"))
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._on_context_menu)
        self.view.chosen.connect(lambda row: go_to_action(self.player, row))
        self.view.doubleClicked.connect(lambda _: self.fields.focus_first())
        self.view.dropped.connect(self._on_dropped)
        self.view.selectionModel().selectionChanged.connect(self._enable)
        self.view.installEventFilter(self)
        self.empty = label(tr(EMPTY), "muted")
        self.refused = label("", "error")
        self.refused.hide()
        self.fields.changed.connect(self._change_argument)
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN - 4, MARGIN - 4, MARGIN - 4, 4)
        column.addLayout(self._buttons())
        column.addWidget(self.empty)
        column.addWidget(self.view, 100)
        column.addWidget(self.refused)
        column.addWidget(self.fields)
        column.addStretch(1)  # the fields stand right below the lines, not at the bottom
        self.setFocusProxy(self.view)

    def _buttons(self) -> QHBoxLayout:
        tip = tr("Add a line after this one (Ins)")
        self.add = tool_button("add", tip, lambda: None)
        self.add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.add_menu = QMenu(self)
        self.add_menu.aboutToShow.connect(lambda: self.fill_menu(self.add_menu))
        self.add.setMenu(self.add_menu)
        self.buttons = {
            name: tool_button(name, text, do)
            for name, text, do in (
                ("duplicate", tr("Duplicate this line (Ctrl+D)"), self.duplicate),
                ("up", tr("Move up, into and out of repeats (Alt+↑)"), lambda: self.move_line(-1)),
                ("down", tr("Move down, into and out of repeats (Alt+↓)"),
                 lambda: self.move_line(1)),
                ("repeat", tr("Repeat the selected lines (R)"), self.wrap),
                ("expect", tr("Expect an error here: try … except (T)"), self.toggle_expected),
                ("delete", tr("Delete this line (Del)"), self.delete),
            )
        }  # fmt: skip
        self.buttons["expect"].setCheckable(True)
        row = QHBoxLayout()
        row.setSpacing(4)
        for button in (self.add, *self.buttons.values()):
            row.addWidget(button)
        row.addStretch(1)
        return row

    def restyle(self) -> None:
        self._delegate.theme = self.view.theme = self.theme
        recolor(self, self.theme)
        self.view.viewport().update()

    # Following document and player

    def show_frame(self, frame: Frame) -> None:
        document = self.editor.document
        if not same(document, self._made_for):
            self._show_program(document)
        film = self.player.film
        self.model.current, self.model.tone = frame.action, tone(self.player)
        chapter = film.timeline.chapter_at(self.player.step)
        loops = () if chapter is None else chapter.loops
        self.model.rounds = {loop.line: f"{loop.number}/{loop.times}" for loop in loops}
        self._show_failures(film)
        say(self.empty, "" if document.program else tr(EMPTY))
        self.view.viewport().update()
        if frame.action is not None and frame.action < self.model.rowCount():
            self.view.scrollTo(self.model.index(frame.action))
        self._enable()

    def _show_failures(self, film: Film) -> None:
        """Which lines raised; looked up once a film, for it may have thousands of chapters."""
        chapters = film.timeline.chapters
        if chapters is self._failures_of:
            return
        self._failures_of = chapters
        failed = (chapter.action for chapter in chapters if chapter.failed)
        self.model.failed = frozenset(action for action in failed if action is not None)
        self.model.stopped = stopped_at(film)

    def _show_program(self, document: Document) -> None:
        """List the lines; those that were selected stay so while they are there."""
        row, chosen = self.row(), self.rows()
        self._made_for, self.view.program = document, document.program
        self.view.give_up()
        say(self.refused, "")
        self.model.show(document.program, tuple(texts(document.graph, document.program)))
        needed = self.view.sizeHintForRow(0) * self.model.rowCount() + 2 * self.view.frameWidth()
        self.view.setMaximumHeight(max(LEAST_LIST, needed))
        self.select(row)
        if len(chosen) > 1:
            self._select_rows(chosen)

    def row(self) -> int:
        """The current line, or -1."""
        index = self.view.currentIndex()
        return index.row() if index.isValid() else -1

    def rows(self) -> list[int]:
        """The selected lines, in order."""
        return sorted(index.row() for index in self.view.selectionModel().selectedRows())

    def select(self, row: int) -> None:
        row = min(row, self.model.rowCount() - 1)
        if row >= 0:
            self.view.select_only(row)

    def _select_rows(self, rows: list[int]) -> None:
        model = self.view.selectionModel()
        for row in rows:
            if row < self.model.rowCount():
                model.select(self.model.index(row), QItemSelectionModel.SelectionFlag.Select)

    def _enable(self, *_: object) -> None:
        rows, found = self.rows(), self._selected()
        for name, button in self.buttons.items():
            able = bool(rows)
            if rows and name in ("up", "down"):
                able = self._destination(-1 if name == "up" else 1) is not None
            button.setEnabled(able)
        self.buttons["expect"].setChecked(found is not None and found.expect_error)
        document = self.editor.document
        shown = arguments(document.graph, document.program, found) if found is not None else ()
        self.fields.show_arguments(shown)

    def _selected(self) -> Action | None:
        """The one line that is selected."""
        rows, known = self.rows(), lines(self.editor.document.program)
        return known[rows[0]] if len(rows) == 1 and rows[0] < len(known) else None

    def _paths(self) -> list[tree.Path]:
        return tree.outermost(self.model.paths[row] for row in self.rows())

    # Editing: each is one entry in the undo history

    def delete(self) -> None:
        rows = self.rows()
        if rows:
            one, more = tr("Delete line {}").format(rows[0] + 1), tr("Delete {} lines")
            program = tree.taken_out(self.editor.document.program, self._paths())
            self._apply(one if len(rows) == 1 else more.format(len(rows)), program, rows[0])

    def duplicate(self) -> None:
        rows, program = self.rows(), self.editor.document.program
        if rows:
            one, more = tr("Duplicate line {}").format(rows[0] + 1), tr("Duplicate {} lines")
            found = self._paths()
            copies = [tree.line_at(program, path) for path in found]
            *around, last = found[-1]
            places = [(*around, last + 1 + k) for k in range(len(copies))]
            text = one if len(rows) == 1 else more.format(len(rows))
            self._put(text, tree.put(program, places[0], copies), places)

    def move_line(self, by: int) -> None:
        """Up or down by one, into a repeat on the way and out of it again."""
        to = self._destination(by)
        if to is not None:
            rows = self.rows()
            text = tr("Move line {} up") if by < 0 else tr("Move line {} down")
            if len(rows) > 1:
                text = tr("Move lines up") if by < 0 else tr("Move lines down")
            self._move(text.format(rows[0] + 1), to)

    def _destination(self, by: int) -> tree.Path | None:
        """Where the selected lines go when they are moved by one; None where they cannot."""
        found, program = self._paths(), self.editor.document.program
        if not found or len({path[:-1] for path in found}) > 1 or not self._listed():
            return None
        if by < 0:
            return tree.place_above(program, found[0])
        return tree.place_below(program, found[-1])

    def _listed(self) -> bool:
        """Whether what is listed is the Program of now: hidden, the pane does not follow."""
        return same(self.editor.document, self._made_for)

    def _on_dropped(self, to: tree.Path) -> None:
        self._move(tr("Move line {}").format(self.rows()[0] + 1), to)

    def _move(self, text: str, to: tree.Path) -> None:
        program = self.editor.document.program
        moved, places = tree.moved(program, self._paths(), to)
        if moved is not program:
            self._put(text, moved, places)

    def wrap(self) -> None:
        """The selected lines, and what stands between them, become the body of a repeat."""
        rows = self.rows()
        if rows:
            program, at = tree.wrapped(self.editor.document.program, self._paths(), TIMES)
            one, more = tr("Repeat line {}").format(rows[0] + 1), tr("Repeat {} lines")
            text = one if len(rows) == 1 else more.format(len(rows))
            self._put(text, program, [at])

    def unwrap(self) -> None:
        """The lines of the selected repeat take its place."""
        found = self._selected()
        if found is not None and found.do == "repeat":
            program = tree.unwrapped(self.editor.document.program, self._paths()[0])
            self._apply(tr("Repeat no more"), program, self.row())

    def toggle_expected(self) -> None:
        found, row = self._selected(), self.row()
        if found is not None:
            new = replace(found, expect_error=not found.expect_error)
            expected, calm = tr("Expect an error in line {}"), tr("Expect no error in line {}")
            text = expected if new.expect_error else calm
            self._change(text.format(row + 1), new)

    def _change_argument(self, argument: Argument, value: object) -> None:
        found = self._selected()
        if found is not None:
            new = with_argument(found, argument, value)
            text = tr("Change {} in line {}").format(argument.name, self.row() + 1)
            self._change(text, new)

    def _change(self, text: str, new: Action) -> None:
        program = tree.changed(self.editor.document.program, self._paths()[0], new)
        self._apply(text, program, self.row())

    def insert(self, action: Action, text: str) -> None:
        """Put a line after the selected one, or at the end; the implicit forward becomes a line."""
        self.insert_all((action,), text)

    def insert_all(self, new: tuple[Action, ...], text: str) -> None:
        """Put lines after the selected one, into it where it is a repeat, or at the end."""
        program = effective(self.editor.document)
        if not self.editor.document.program and new[0] == FORWARD:
            program = ()
        found = self._selected()
        at: tree.Path = (len(program),)
        if found is not None:
            path = self._paths()[0]
            inside = found.do == "repeat"
            at = (*path, len(found.body)) if inside else (*path[:-1], path[-1] + 1)
        self._put(text, tree.put(program, at, new), [at])

    def _put(self, text: str, program: Program, places: list[tree.Path]) -> None:
        """Apply, and select what stands at these places then."""
        every = list(tree.paths(program))
        rows = [every.index(path) for path in places]
        if self._apply(text, program, rows[0]) and len(rows) > 1:
            self._select_rows(rows)

    def _apply(self, text: str, program: Program, row: int) -> bool:
        """Make it the Program; False where that cannot be, and the pane says why."""
        if why := tree.why_not(program):
            say(self.refused, f"{why[0].upper()}{why[1:]}.")
            return False
        self.editor.apply(text, edits.set_program(self.editor.document, program))
        self.select(row)
        return True

    # Menus and keys

    def fill_menu(self, menu: QMenu) -> None:
        """What can be added: each call, and the nodes it can be made on."""
        document, items = self.editor.document, self.selection.items
        selected = next(iter(items)) if len(items) == 1 else None
        program_menu.fill(menu, document, selected, self.insert_all)

    def show_add_menu(self) -> None:
        """The menu of what can be added, for the keyboard."""
        self.add.showMenu()

    def _on_context_menu(self, at: QPoint) -> None:
        self.context_menu().popup(self.view.viewport().mapToGlobal(at))

    def context_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.fill_menu(menu.addMenu(tr("Add")))
        if self.rows():
            found = self._selected()
            entries: list[tuple[str, Callable[[], object]]] = [
                (tr("Edit the arguments") + "\tF2", self.fields.focus_first),
                (tr("Duplicate") + "\tCtrl+D", self.duplicate),
                (tr("Move up") + "\tAlt+Up", partial(self.move_line, -1)),
                (tr("Move down") + "\tAlt+Down", partial(self.move_line, 1)),
                (tr("Repeat these lines") + "\tR", self.wrap),
                (tr("Expect an error (try)") + "\tT", self.toggle_expected),
                (tr("Delete") + "\tDel", self.delete),
            ]
            if found is not None and found.do == "repeat":
                entries.insert(5, (tr("Repeat no more") + "\tShift+R", self.unwrap))
            for text, do in entries:
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
            "Alt+Up": partial(self.move_line, -1),
            "Alt+Down": partial(self.move_line, 1),
            "Ctrl+D": self.duplicate,
            "T": self.toggle_expected,
            "R": self.wrap,
            "Shift+R": self.unwrap,
            "F2": self.fields.focus_first,
            "Ins": self.show_add_menu,
            "+": self.show_add_menu,
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
