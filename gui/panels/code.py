"""The Code pane: the graph and its program as PyTorch, which may be typed in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QStackedWidget, QTabBar, QVBoxLayout, QWidget

from engine.code.source import Line
from gui.model.code_text import Reader, Rows, Told, aligned, carried, is_whole, shifted, told
from gui.model.document import Document
from gui.model.frames import Frame
from gui.model.repl import Repl
from gui.panels.actions import chapter_of, is_call
from gui.panels.code_editor import CodeEditor
from gui.panels.manual_view import ManualView
from gui.panels.notice import Choice, Notice
from gui.panels.origin_view import OriginView
from gui.panels.parts import FramePanel, tone
from gui.state.editor import Editor
from gui.state.later import Later
from gui.state.player import Player
from gui.state.selection import Selection
from gui.state.typed_code import Lines, Made, Typed, Typing
from gui.theme import Theme, text_scale
from gui.tr import tr

BOTH = 350
"""Pixels, where text has its usual size, from which on the code leaves room for more beside it."""
MANY = 2000
"""Nodes: the program of a larger graph is written on another thread."""
PAUSE_MS = 700
"""How long nothing is typed until what stands there counts."""


class CodePane(FramePanel):
    """The source of the open Document, which `lines` writes; `read` makes a graph of what is typed.

    Without `read` nothing can be typed.
    """

    def __init__(
        self,
        editor: Editor,
        selection: Selection,
        player: Player,
        lines: Lines,
        theme: Theme,
        read: Reader | None = None,
    ) -> None:
        super().__init__(player, theme)
        self.editor, self.selection, self._write = editor, selection, lines
        self._made_for: Document | None = None
        self.told = Told()
        self._rows: Rows = ()
        self._known: list[str] = [""]
        """The text line by line, as `_rows` counts it."""
        self._in_graph = ""
        """The text of which the graph is the meaning."""
        self._moved_on = ""
        """What has become of the graph since: said while the text waits."""
        self._places = Places(())
        self._repl = Repl()
        self._later = Later(self)
        self._later.found.connect(self._on_written)
        self.typing = None if read is None else Typing(read, lines, self)
        self.pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self.pause.timeout.connect(self.apply)
        self._build()
        self._connect()
        self.set_theme(theme)

    def _build(self) -> None:
        self.view = CodeEditor(self.theme, self._names)
        if self.typing is not None:
            self.view.open_for_typing()
        self.notice = Notice(self.theme)
        self.notice.make_small()
        self.manual = ManualView(self.player, self.theme)
        code = QWidget()
        column = QVBoxLayout(code)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.view, 1)
        column.addWidget(self.notice)
        halves = QSplitter()
        halves.addWidget(code)
        halves.addWidget(self.manual)
        halves.setSizes([300, 200])
        self.origin = OriginView(self.theme)
        self.pages = QStackedWidget()
        self.pages.addWidget(halves)
        self.pages.addWidget(self.origin)
        self.tabs = QTabBar()
        self.tabs.setDrawBase(False)
        self.tabs.setExpanding(False)
        self.tabs.addTab(tr("Program"))
        self.tabs.addTab(tr("Source"))
        self.tabs.setTabToolTip(0, tr("What the graph says, to be typed in"))
        self.tabs.setTabToolTip(1, tr("The program as it was opened"))
        self.tabs.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.tabs)
        column.addWidget(self.pages)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        self.view.line_chosen.connect(self._on_line)
        self.view.typed.connect(self._on_typed)
        self.view.wanted.connect(partial(self.apply, final=True))
        self.notice.left.connect(self.view.setFocus)
        self.manual.node_chosen.connect(self._on_node)
        self.editor.changed.connect(self.renew)
        self.editor.opened.connect(self._on_opened)
        self.selection.changed.connect(self._mark)
        self.tabs.currentChanged.connect(self.pages.setCurrentIndex)
        self.origin.nodes_chosen.connect(self._on_nodes)
        self.origin.action_chosen.connect(partial(go_to_action, self.player))
        if self.typing is not None:
            self.typing.found.connect(self._on_made)
            self.typing.failed.connect(self._on_failed)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for both, the code has it."""
        super().resizeEvent(event)
        self.manual.give_room(self.width() >= BOTH * text_scale(self.font()))

    def restyle(self) -> None:
        self.view.set_theme(self.theme)
        self.notice.set_theme(self.theme)
        self.manual.set_theme(self.theme)
        self.origin.set_theme(self.theme)

    @property
    def lines(self) -> tuple[Line, ...]:
        """What the graph says, line by line."""
        return self.told.lines

    # ---- from the graph to the text --------------------------------------------------------------

    def show_frame(self, frame: Frame) -> None:
        self.manual.show_step()
        document = self.editor.document
        self._show_origin(document)
        if not same(document, self._made_for):
            if self.holds_text:
                self._tell_waiting()
            else:
                self._renew_text(document)
        self._light(frame)

    def _show_origin(self, document: Document) -> None:
        """A second tab, for a document that was read from a program."""
        self.origin.set_document(document)
        self.tabs.setVisible(document.source is not None)
        if document.source is None:
            self.tabs.setCurrentIndex(0)

    def _renew_text(self, document: Document) -> None:
        self._made_for = document
        write = partial(self._written, document)
        if len(document.graph.nodes) > MANY:
            self._later.ask(write)
        else:
            self._later.forget()
            self._show_told(write())

    def _written(self, document: Document) -> Told:
        return told(document.graph, self._write(document.graph, document.program))

    def _on_written(self, found: Told) -> None:
        if not self.holds_text:
            self._show_told(found)
            self._light(self.player.frame)

    def _show_told(self, found: Told) -> None:
        """Show these lines; those that were there before stay as somebody has written them."""
        known = self.view.rows
        if self._rows and self.typing and is_whole(known, self._rows, self.told.lines):
            text = carried(known, self._rows, self.told.lines, found.lines)
        else:
            text = found.text
        self._take(found)
        self.view.put_text(text)
        self._know(aligned_rows(self.view.rows, found))

    def _take(self, found: Told) -> None:
        self.told, self._places = found, Places(found.lines)
        self.view.numbers = found.numbers

    def _know(self, rows: Rows) -> None:
        """The text as it stands is what the graph says."""
        self._rows, self._known = rows, self.view.rows
        self._in_graph = self.view.toPlainText()
        self._moved_on = ""
        self.view.show_wrong(())
        self.notice.clear()

    def _light(self, frame: Frame) -> None:
        lit = self._places.lit(frame)
        if lit:
            lit = {
                k: lit[row] for k, row in enumerate(self._rows) if row is not None and row in lit
            }
        self.view.light(lit, tone(self.player))
        self.origin.show_step(frame, tone(self.player))
        self._mark()

    def _mark(self, *_: object) -> None:
        chosen = self.selection.items
        self.origin.mark_nodes(chosen)
        self.view.mark(
            frozenset(
                k
                for k, row in enumerate(self._rows if chosen else ())
                if row is not None and self.lines[row].node in chosen
            )
        )

    def _on_node(self, node: str) -> None:
        self._on_nodes({node})

    def _on_nodes(self, nodes: set[str]) -> None:
        self.selection.set(nodes & self.editor.document.graph.nodes.keys())

    def _on_line(self, number: int) -> None:
        row = self._rows[number] if 0 <= number < len(self._rows) else None
        if row is None:
            return
        line = self.lines[row]
        if line.node is not None:  # gone, if the lines are still those of before an edit
            self._on_node(line.node)
        elif line.action is not None:
            go_to_action(self.player, line.action)

    # ---- from the text to the graph --------------------------------------------------------------

    @property
    def holds_text(self) -> bool:
        """Whether something is typed that is not in the graph."""
        return self.typing is not None and self.view.toPlainText() != self._in_graph

    def _on_typed(self) -> None:
        now = self.view.rows
        self._rows, self._known = shifted(self._rows, self._known, now), now
        self._light(self.player.frame)
        if self.holds_text:
            self.pause.start()
            return
        self.pause.stop()
        self.view.show_wrong(())
        self.notice.clear()
        self._moved_on = ""
        if not same(self.editor.document, self._made_for):
            self.renew()

    def apply(self, *, final: bool = False, anyway: bool = False) -> None:
        """Have what is typed read, and put into the graph as one edit.

        `final`: it is then written as all code is.  `anyway`: though the graph has changed since.
        """
        self.pause.stop()
        if self.typing is None:
            return
        if not self.holds_text:
            if final:
                self._tidy()
            return
        if (self._moved_on and not anyway) or self.editor.previewing:
            return
        self.typing.ask(self._typed(final))

    def _typed(self, final: bool = False) -> Typed:
        document = self.editor.document
        return Typed(self.view.toPlainText(), document, self.told, self._failed(), final)

    def settle(self) -> bool:
        """Put what is typed into the graph here and now; whether nothing is left outside."""
        if self.typing is not None and self.holds_text and not self._moved_on:
            self.pause.stop()
            self.typing.forget()
            self._on_made(self.typing.made(self._typed()))
        return not self.holds_text

    def _failed(self) -> set[str]:
        """Nodes without a value: to read their lines would end in the same error."""
        film = self.player.film
        frame = film.frame(len(film) - 1)
        states = ((i, frame.node(i)) for i in self.editor.document.graph.nodes)
        return {i for i, state in states if state.error and state.value is None}

    def _on_made(self, made: Made) -> None:
        if made.typed.text != self.view.toPlainText():
            return  # more was typed meanwhile, and is read when that pauses
        if not same(self.editor.document, made.typed.document):
            self._tell_waiting()
            return
        if made.document is None:
            self._tell_wrong(made)
            return
        document = made.document
        if self.editor.document is not made.typed.document:  # something was moved meanwhile
            self.apply(final=made.typed.final)
            return
        self._made_for = document
        self._take(made.told)
        self._know(made.rows)
        self.view.document().clearUndoRedoStacks()
        self.editor.apply(tr("Edit code"), document)
        if made.typed.final:
            self._tidy()
        self._light(self.player.frame)

    def _on_failed(self) -> None:
        self._say(tr("This text could not be read. The graph is as it was."))

    def _tidy(self) -> None:
        """Write the code as it is written everywhere, if what was typed is put otherwise."""
        if same(self.editor.document, self._made_for) and not is_whole(
            self.view.rows, self._rows, self.lines
        ):
            self.view.put_text(self.told.text)
            self._know(aligned_rows(self.view.rows, self.told))

    def _tell_wrong(self, made: Made) -> None:
        self.view.show_wrong(made.wrong)
        first = made.wrong[0]
        line = tr("This text is not in the graph yet: line {}: {}")
        self._say(line.format(first.line + 1, first.text))

    def _say(self, text: str, *before: Choice) -> None:
        tip = tr("Show the graph's own code; Ctrl+Z brings the text back")
        self.notice.say(text, [*before, Choice(tr("Revert"), tip, self.revert)], "error")

    def _on_opened(self, _: object) -> None:
        if self.holds_text:
            self._moved_on = tr("This text was typed for another document, and is not in this one.")
        self.renew()

    def _tell_waiting(self) -> None:
        """The graph is not what the text was typed over any more: somebody has to choose."""
        if not self._moved_on:
            self._moved_on = tr("The graph has changed, and this text is not in it yet.")
        if self.typing is not None:
            self.typing.forget()
        self.pause.stop()
        tip = tr("Make the graph what this text says")
        self._say(self._moved_on, Choice(tr("Apply"), tip, partial(self.apply, anyway=True), True))

    def revert(self) -> None:
        """Show what the graph says in place of what is typed."""
        document = self.editor.document
        if self.typing is not None:
            self.typing.forget()
        self.pause.stop()
        self._made_for = document
        found = self._written(document)
        self._take(found)
        self.view.put_text(found.text, undoable=True)
        self._know(aligned_rows(self.view.rows, found))
        self._light(self.player.frame)
        self.view.setFocus()

    def close_down(self) -> None:
        """Give up what is being read: nobody waits for it."""
        self.pause.stop()
        self._later.forget()
        if self.typing is not None:
            self.typing.forget()

    def _names(self, before: str) -> Mapping[str, Any]:
        return self._repl.names(self.editor.document.graph, self.player.frame, before)


def aligned_rows(rows: list[str], found: Told) -> Rows:
    """Which told line each of the rows is."""
    if len(rows) == len(found.lines) and rows == [line.text for line in found.lines]:
        return range(len(rows))
    return aligned(rows, found.lines)


def same(one: Document, other: Document | None) -> bool:
    """Whether two Documents are one program: by identity, for 2 == 2.0 and 0.0 == -0.0."""
    return other is not None and one.graph is other.graph and one.program is other.program


class Places:
    """Which lines to light, found without looking through them all."""

    def __init__(self, lines: tuple[Line, ...]) -> None:
        self._of_node: dict[str, list[tuple[int, int | None]]] = {}
        self._calls: dict[int, list[int]] = {}
        for number, line in enumerate(lines):
            if line.node is not None:
                self._of_node.setdefault(line.node, []).append((number, line.action))
            elif line.action is not None and is_call(line):
                self._calls.setdefault(line.action, []).append(number)

    def lit(self, frame: Frame) -> dict[int, bool]:
        """The statement at work (True), and softly the call it happens in."""
        calls = [] if frame.action is None else self._calls.get(frame.action, [])
        stands = [] if frame.statement is None else self._of_node.get(frame.statement, [])
        # A statement stands once for every forward: the one at work is that of this run.
        at_work = [n for n, action in stands if action in (None, frame.action)]
        at_work = at_work or [n for n, _ in stands[:1]]
        if not at_work:
            return dict.fromkeys(calls, True)
        return {**dict.fromkeys(calls, False), **dict.fromkeys(at_work, True)}


def go_to_action(player: Player, action: int) -> None:
    """Show the first step of one line of the Program, if it has run."""
    chapter = chapter_of(player.film, action)
    if chapter is not None:
        player.pause()
        player.go(chapter.first)


def _demo() -> QWidget:
    from gui.panels import demo

    parts = demo.editor(), demo.selection(), demo.player()
    return CodePane(*parts, demo.lines, demo.LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
