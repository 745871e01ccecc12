"""The console: expressions answered at the player's step, calls that join the Program."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import QCoreApplication, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from engine.code.faults import Fault
from gui.model import snapshot
from gui.model.film import Film
from gui.model.repl import (
    HELP,
    PROGRAM_STOPS,
    PROMPT,
    Effect,
    Entry,
    Question,
    Repl,
    Reply,
    echoed,
    fault_entries,
    samples,
    split,
    told_since,
)
from gui.panels.console_line import Line
from gui.panels.parts import GAP, Panel, label, say
from gui.panels.transcript import Transcript
from gui.state.conductor import Conductor
from gui.state.editor import Editor
from gui.state.later import Later
from gui.state.player import Player
from gui.theme import Theme, mono
from gui.tr import tr

AT_ONCE = 0.02
"""Seconds that lines of a paste may take before the window is served."""
STOPPED = "Stopped."
CLEARED = "Another file is open: the console's own names are gone."


class Remembers(Protocol):
    """Where the lines typed before are kept between starts."""

    typed_lines: list[str]


class Console(Panel):
    """A page of what was said, and below it the line one types."""

    left = Signal()
    """Esc on an empty line: back to the canvas."""

    def __init__(
        self, editor: Editor, player: Player, conductor: Conductor, memory: Remembers, theme: Theme
    ) -> None:
        super().__init__(theme)
        self.editor, self.player, self.conductor = editor, player, conductor
        self.memory = memory
        self.repl = Repl()
        self.clock: Callable[[], float] = time.monotonic
        self._queue: deque[str] = deque()
        self._asked: tuple[str, Question] | None = None
        self._effect: tuple[Effect, int] | None = None
        self._stop = threading.Event()
        self._later = Later(self)
        self._pause = QTimer(self, singleShot=True, interval=0)
        self._pause.timeout.connect(self._go_on)
        self._build()
        self._later.found.connect(self._on_answer)
        self._later.failed.connect(lambda: self._on_answer(None))
        runner = conductor.runner
        runner.published.connect(self._on_published)
        runner.busy_changed.connect(self._on_busy_changed)
        conductor.message.connect(self._on_message)
        editor.opened.connect(self._on_opened)
        player.framed.connect(self._on_framed)
        self.set_theme(theme)

    # ---- parts -----------------------------------------------------------------------------------

    def _build(self) -> None:
        self.hint = label("", "muted")
        self.hint.hide()
        self.transcript = Transcript(self.theme)
        self.transcript.typed.connect(self._type_there)
        self.line = Line(self.theme, self.memory.typed_lines, self._names)
        self.line.entered.connect(self.enter)
        self.line.hinted.connect(lambda text: say(self.hint, text))
        self.line.clear_wanted.connect(self.wipe)
        self.line.escaped.connect(self._escape)
        self.prompt = label(PROMPT.strip(), "muted", wrap=False)
        self.empty = self._build_empty()
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.prompt, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.line, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 4, 6)
        column.setSpacing(3)
        column.addWidget(self.empty)
        column.addWidget(self.transcript, 1)
        column.addLayout(row)
        column.addWidget(self.hint)
        self.setFocusProxy(self.line)

    def _build_empty(self) -> QWidget:
        """What the console is for, and four lines to try."""
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(2, 2, 8, 0)
        column.setSpacing(GAP)
        column.addWidget(label(tr(HELP), "muted"))
        row = QHBoxLayout()
        row.setSpacing(GAP)
        row.addWidget(label(tr("Try:"), "muted", wrap=False))
        self.tries = [QToolButton() for _ in range(4)]
        for button in self.tries:
            button.setProperty("link", True)
            button.clicked.connect(partial(self._try, button))
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addStretch(1)
        return made

    def restyle(self) -> None:
        self.transcript.set_theme(self.theme)
        self.line.set_theme(self.theme)
        for widget in (self.prompt, self.hint, *self.tries):
            widget.setFont(mono(10))
        # as far down as the text of the line, which has a margin of its own
        self.prompt.setContentsMargins(4, 3, 0, 0)
        self._show_empty()

    def _show_empty(self) -> None:
        """Either the page or what to begin with."""
        blank = not self.transcript.entries
        self.empty.setVisible(blank)
        self.transcript.setVisible(not blank)
        if blank and self.isVisible():
            found = samples(self.editor.document.graph, self.player.frame)
            for button, text in zip(self.tries, found, strict=True):
                button.setText(text)
                button.setAccessibleName(tr("Try {}").format(text))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_empty()

    def _on_framed(self, *_: object) -> None:
        if self.isVisible() and not self.transcript.entries:
            self._show_empty()

    def _say(self, *entries: Entry) -> None:
        if entries:
            self.transcript.add(list(entries))
            self._show_empty()

    def _type_there(self, event: QKeyEvent) -> None:
        self.line.setFocus()
        QCoreApplication.sendEvent(self.line, event)

    def _try(self, button: QToolButton) -> None:
        self.line.setFocus()
        self.enter(button.text())

    def wipe(self) -> None:
        """A clean page; names and history stay."""
        self.transcript.wipe()
        self._show_empty()

    # ---- lines -----------------------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether an answer is still awaited."""
        return self._asked is not None or self._effect is not None

    def enter(self, text: str) -> None:
        """Run what was typed or pasted, line by line."""
        found = split(text) or [text.strip()]
        for line in found:
            self.line.history.add(line)
        self.memory.typed_lines = self.line.history.lines
        self._queue.extend(found)
        self._go_on()

    def _go_on(self) -> None:
        """The next line, and the next, until one takes time or the window must be served."""
        until = self.clock() + AT_ONCE
        while self._queue and not self.busy:
            if self.clock() > until:
                self._pause.start()
                break
            if self.conductor.runner.busy:
                break  # the names it speaks of may just be changing
            line = self._queue.popleft()
            self._say(echoed(line))
            self._ask(line)
        waits = self.busy or bool(self._queue)
        self.prompt.setText("…" if waits else PROMPT.strip())
        self.prompt.setToolTip(tr("Esc stops") if waits else "")

    def _ask(self, line: str) -> None:
        document = self.editor.document
        asked = self.repl.ask(line, document.graph, document.program, self.player.frame)
        match asked:
            case Question():
                self._work_out(line, asked)
            case Effect():
                self._append(asked)
            case _:
                self._say(*asked)

    def _work_out(self, line: str, question: Question) -> None:
        """On a thread: a line may be about a million entries."""
        self._stop = stop = threading.Event()
        self._asked = line, question

        def look() -> Reply | Fault:
            try:
                return question.work(stop.is_set)
            except Fault as wrong:
                return wrong

        self._later.ask(look)

    def _on_answer(self, found: object) -> None:
        if self._asked is None:
            return
        (line, question), self._asked = self._asked, None
        if isinstance(found, Reply):
            self._say(*self.repl.answered(question, found))
        elif isinstance(found, Fault):
            known = snapshot.names(self.editor.document.graph)
            self._say(*fault_entries(line, found, known))
        self._go_on()

    # ---- lines of the Program --------------------------------------------------------------------

    def _append(self, effect: Effect) -> None:
        self._effect = effect, len(self.player.film)
        if not self.conductor.append(tr("Run {}").format(effect.line), effect.action):
            self._effect = None

    def _on_message(self, text: str) -> None:
        """Why the conductor would not take a line."""
        if self._effect is not None:
            self._say(Entry("error", text))

    def _on_published(self, film: Film, finished: bool) -> None:
        if not finished:
            return
        if self._effect is not None:
            (effect, first), self._effect = self._effect, None
            told = list(told_since(self.player.film, first))
            failed = any(entry.kind == "error" for entry in told)
            self._say(*told, *([Entry("note", tr(PROGRAM_STOPS))] if failed else []))
            if effect.result and not failed:
                self._ask(effect.result)
        self._go_on()

    def _on_busy_changed(self, busy: bool) -> None:
        if not busy and self._effect is not None and self.conductor.runner.stopped:
            self._effect = None
            self._say(Entry("note", tr(STOPPED)))
            self._go_on()

    def _escape(self) -> None:
        """Give up what is running, else leave."""
        if not self.busy and not self._queue:
            self.left.emit()
            return
        self._queue.clear()
        if self._asked is not None:
            self._stop.set()
            self._later.forget()
            self._asked = None
            self._say(Entry("note", tr(STOPPED)))
        if self._effect is not None:
            self.conductor.runner.cancel()
        self._go_on()

    def close_down(self) -> None:
        """Give up what is being worked out: nobody waits for it."""
        self._queue.clear()
        self._effect = self._asked = None
        self._stop.set()
        self._later.forget()

    def _on_opened(self, _: object) -> None:
        self.close_down()
        if self.repl.kept and self.transcript.entries:
            self._say(Entry("note", tr(CLEARED)))
        self.repl = Repl()
        self._go_on()

    def _names(self, before: str) -> Mapping[str, Any]:
        return self.repl.names(self.editor.document.graph, self.player.frame, before)


def _demo() -> QWidget:
    from gui.panels import demo
    from gui.state.jobs import Runner

    class Forgetful:
        def __init__(self) -> None:
            self.typed_lines: list[str] = []

    editor, player = demo.editor(), demo.player(11)
    made = Console(editor, player, Conductor(editor, Runner(), player), Forgetful(), demo.LIGHT)
    made.enter("y * 2")
    return made


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
