"""The Code pane: the graph and its program as PyTorch, the line at work lit."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.code.source import Line
from engine.graph import Graph, Program
from gui.model.document import Document
from gui.model.frames import Frame
from gui.panels.actions import chapter_of, is_call
from gui.panels.parts import FramePanel, tone
from gui.panels.source_view import SourceView
from gui.state.editor import Editor
from gui.state.player import Player
from gui.state.selection import Selection
from gui.theme import Theme

Lines = Callable[[Graph, Program], tuple[Line, ...]]


class CodePane(FramePanel):
    """The source of the open Document; `lines` writes it."""

    def __init__(
        self, editor: Editor, selection: Selection, player: Player, lines: Lines, theme: Theme
    ) -> None:
        super().__init__(player, theme)
        self.editor, self.selection, self._write = editor, selection, lines
        self._made_for: Document | None = None
        self.lines: tuple[Line, ...] = ()
        self.view = SourceView(theme)
        self.view.line_chosen.connect(self._on_line)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.view)
        self.setFocusProxy(self.view)
        editor.changed.connect(self.renew)
        editor.opened.connect(self.renew)
        self.set_theme(theme)

    def restyle(self) -> None:
        self.view.set_theme(self.theme)

    def show_frame(self, frame: Frame) -> None:
        document = self.editor.document
        if not same(document, self._made_for):
            self._made_for = document
            self.lines = self._write(document.graph, document.program)
            self.view.show_text("\n".join(line.text for line in self.lines))
        self.view.light(lit_lines(self.lines, frame), tone(self.player))

    def _on_line(self, number: int) -> None:
        if not 0 <= number < len(self.lines):
            return
        line = self.lines[number]
        if line.node is not None:
            self.selection.set([line.node])
        elif line.action is not None:
            go_to_action(self.player, line.action)


def same(one: Document, other: Document | None) -> bool:
    """Whether two Documents are one program: by identity, for 2 == 2.0 and 0.0 == -0.0."""
    return other is not None and one.graph is other.graph and one.program is other.program


def lit_lines(lines: tuple[Line, ...], frame: Frame) -> dict[int, bool]:
    """The lines to light: the statement at work (True), and softly the call it happens in."""
    numbered = list(enumerate(lines))
    calls = [n for n, line in numbered if line.action == frame.action and is_call(line)]
    if frame.action is None:
        calls = []
    at_work = [n for n, line in numbered if line.node == frame.statement and line.node is not None]
    # A statement stands once for every forward: the one at work is that of this run.
    at_work = [n for n in at_work if lines[n].action in (None, frame.action)] or at_work[:1]
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
