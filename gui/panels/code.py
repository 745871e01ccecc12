"""The Code pane: the graph and its program as PyTorch, the line at work lit."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from engine.code.source import Line
from engine.graph import Graph, Program
from gui.model.document import Document
from gui.model.frames import Frame
from gui.panels.actions import chapter_of, is_call
from gui.panels.manual_view import ManualView
from gui.panels.parts import FramePanel, tone
from gui.panels.source_view import SourceView
from gui.state.editor import Editor
from gui.state.later import Later
from gui.state.player import Player
from gui.state.selection import Selection
from gui.theme import Theme, text_scale

Lines = Callable[[Graph, Program], tuple[Line, ...]]


BOTH = 350
"""Pixels, where text has its usual size, from which on the code leaves room for more beside it."""
MANY = 2000
"""Nodes: the program of a larger graph is written on another thread."""


class CodePane(FramePanel):
    """The source of the open Document; `lines` writes it."""

    def __init__(
        self, editor: Editor, selection: Selection, player: Player, lines: Lines, theme: Theme
    ) -> None:
        super().__init__(player, theme)
        self.editor, self.selection, self._write = editor, selection, lines
        self._made_for: Document | None = None
        self.lines: tuple[Line, ...] = ()
        self._places = Places(())
        self._later = Later(self)
        self._later.found.connect(self._on_written)
        self.view = SourceView(theme)
        self.view.line_chosen.connect(self._on_line)
        self.manual = ManualView(player, theme)
        self.manual.node_chosen.connect(self._on_node)
        halves = QSplitter()
        halves.addWidget(self.view)
        halves.addWidget(self.manual)
        halves.setSizes([300, 200])
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(halves)
        self.setFocusProxy(self.view)
        editor.changed.connect(self.renew)
        editor.opened.connect(self.renew)
        self.set_theme(theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is no room for both, the code has it."""
        super().resizeEvent(event)
        self.manual.give_room(self.width() >= BOTH * text_scale(self.font()))

    def restyle(self) -> None:
        self.view.set_theme(self.theme)
        self.manual.set_theme(self.theme)

    def show_frame(self, frame: Frame) -> None:
        self.manual.show_step()
        document = self.editor.document
        if not same(document, self._made_for):
            self._made_for = document
            write = partial(self._written, document)
            if len(document.graph.nodes) > MANY:
                self._later.ask(write)
                return
            self._later.forget()
            self._show_lines(*write())
        self._light(frame)

    def _written(self, document: Document) -> tuple[tuple[Line, ...], Places, str]:
        """The lines, where each stands, and all as one text."""
        lines = self._write(document.graph, document.program)
        return lines, Places(lines), "\n".join(line.text for line in lines)

    def _on_written(self, written: tuple[tuple[Line, ...], Places, str]) -> None:
        self._show_lines(*written)
        self._light(self.player.frame)

    def _show_lines(self, lines: tuple[Line, ...], places: Places, text: str) -> None:
        self.lines, self._places = lines, places
        self.view.show_text(text)

    def _light(self, frame: Frame) -> None:
        self.view.light(self._places.lit(frame), tone(self.player))

    def _on_node(self, node: str) -> None:
        self.selection.set({node} & self.editor.document.graph.nodes.keys())

    def _on_line(self, number: int) -> None:
        if not 0 <= number < len(self.lines):
            return
        line = self.lines[number]
        if line.node is not None:  # gone, if the lines are still those of before an edit
            self.selection.set({line.node} & self.editor.document.graph.nodes.keys())
        elif line.action is not None:
            go_to_action(self.player, line.action)


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
