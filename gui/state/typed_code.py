"""Reads what is typed as code, on a thread, into the Document it would make of the open one."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from functools import partial

from PySide6.QtCore import QObject, Signal

from engine.code.source import Line
from engine.graph import Graph, Program
from gui.model.code_text import (
    Read,
    Reader,
    Rows,
    Told,
    Wrong,
    aligned,
    guarded,
    restored,
    sent,
    told,
    unguarded,
    with_imports,
    without_arguments,
    without_held,
)
from gui.model.document import Document
from gui.model.merging import merged
from gui.model.program import FORWARD
from gui.state.later import Later

MOST_ERRORS = 20
"""Lines of a Program that may end in an error, beside those that say so."""

Lines = Callable[[Graph, Program], tuple[Line, ...]]


@dataclass(frozen=True)
class Typed:
    """A text, the Document it is to change, and the lines it was typed over.

    `failed` are nodes that have no value: their lines are not read as long as they are as told.
    """

    text: str
    document: Document
    told: Told
    failed: Collection[str] = ()
    final: bool = False


@dataclass(frozen=True)
class Made:
    """What has come of a text: a Document and its lines, or what is wrong."""

    typed: Typed
    document: Document | None = None
    told: Told = field(default_factory=Told)
    rows: Rows = ()
    wrong: tuple[Wrong, ...] = ()


class Typing(QObject):
    """`ask` returns at once; `found` brings what came of the text that was asked about last."""

    found = Signal(object)
    failed = Signal()

    def __init__(self, read: Reader, lines: Lines, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._read, self._lines = read, lines
        self._later = Later(self)
        self._later.found.connect(self.found)
        self._later.failed.connect(self.failed)

    def ask(self, typed: Typed) -> None:
        """Have this read; what was asked before is given up."""
        self._later.ask(partial(self.made, typed))

    def forget(self) -> None:
        """Nobody wants to know any more."""
        self._later.forget()

    def made(self, typed: Typed) -> Made:
        """What comes of it, worked out here and now."""
        document = typed.document
        now = told(document.graph, self._lines(document.graph, document.program))
        numbers = {**typed.told.numbers, **now.numbers}
        program = document.program or (FORWARD,)
        held = without_held(typed.text, document.graph, program, now.lines, typed.failed)
        read = self._read_on(sent(held.text, numbers), now)
        if read.wrong:
            return Made(typed, wrong=read.wrong)
        read = without_arguments(read, held.text)
        graph = restored(read, typed.text, numbers)
        new = merged(document, graph, read.program, held.nodes, held.actions)
        after = told(new.graph, self._lines(new.graph, new.program))
        after = replace(after, numbers={**numbers, **after.numbers})
        return Made(typed, new, after, aligned(typed.text.split("\n"), after.lines))

    def _read_on(self, text: str, now: Told) -> Read:
        """What is read, though lines as they are told end in an error: that is the graph's own."""
        calls = {line.text.strip() for line in now.lines if line.action is not None}
        rows, met = text.split("\n"), set[int]()
        while True:
            whole, origin = guarded(text, met)
            whole, more_in_first = with_imports(whole)
            read = unguarded(self._read(whole), origin, met)
            read = _moved_back(read, more_in_first)
            wrong = {w.line for w in read.wrong}
            more = {k for k in wrong - met if k < len(rows) and rows[k].strip() in calls}
            if len(wrong) != len(more) or not more or len(met) >= MOST_ERRORS:
                return read
            met |= more


def _moved_back(read: Read, by: int) -> Read:
    """What is wrong in a first line that something was put before."""
    wrong = (replace(w, column=max(0, w.column - (by if w.line == 0 else 0))) for w in read.wrong)
    return replace(read, wrong=tuple(wrong)) if read.wrong else read
