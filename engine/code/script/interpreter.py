"""Runs a program on the engine by walking its syntax tree; nothing is ever handed to Python to run.

    outcome = run(cells, listener, limits, cancelled)
    outcome.variables["loss"], outcome.printed[0], outcome.findings, outcome.error

`cells` are those of a Script (markdown is passed over), `listener` is told what happens in the
order it happens, `limits` is a Budget.  An exception a cell raises ends that cell; the next one
goes on.
`Interpreter` is the walker itself, for who wants to go on with its names.
"""

from __future__ import annotations

import ast
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.code.faults import Fault, parse
from engine.code.script import standard, texts, world
from engine.code.script.blocks import Blocks
from engine.code.script.listener import Listener, Silent
from engine.code.script.sources import Cell, Finding
from engine.code.script.tools import MISSING, Tools
from engine.code.script.values import Budget, Space, StandIn, Stopped
from engine.modes import warnings_collected

STACK = 512 * 2**20
"""Bytes of stack, reserved and mostly never touched: calls within calls are as many in Python."""
FRAMES = 120_000
BUDGET = Budget()


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a cell ended early: the sentence as PyTorch or Python says it, and where.

    `kind` is "" where the program was stopped; `cell` counts from 0.
    """

    sentence: str
    line: int
    column: int
    cell: int
    kind: str = ""


@dataclass
class Outcome:
    """What a program has come to; `printed` has a text for each cell."""

    variables: dict[str, Any]
    printed: list[str]
    findings: list[Finding]
    errors: list[Failure] = field(default_factory=list)
    warned: list[str] = field(default_factory=list)
    steps: int = 0

    @property
    def error(self) -> Failure | None:
        """The first one."""
        return self.errors[0] if self.errors else None


class Interpreter(Blocks):
    """One program's walker with all its names."""

    def __init__(
        self,
        listener: Listener | None = None,
        limits: Budget = BUDGET,
        cancelled: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(listener or Silent(), limits, cancelled, clock)
        self.classes: set[type] = set()
        self.last: tuple[ast.Expr, Any] | None = None
        self.fields, self.annotated = {}, {}
        self.shapes, self.yielding = {}, {}
        self.tainted_attributes = set()
        self.printed: list[str] = []
        self.errors: list[Failure] = []
        self.kept: list[ast.Module] = []  # what is known of its parts is kept by their ids
        tools = Tools(self)
        self.constructors = tools.constructors()
        self.builtins, self.missing = tools.table(), MISSING
        self.modules = standard.modules(self)

    def run_cell(self, cell: Cell, number: int) -> None:
        """Run one cell; what goes wrong is kept in `errors`.  Raises Stopped."""
        self.printed.append("")
        if cell.kind != "code":
            return
        self.listener.cell(number, cell.title)
        try:
            tree = parse(cell.text, self.limits)
        except Fault as why:
            self.line = cell.first + why.line
            self._failed(why.sentence, self.line, why.column + 1, number, why.kind)
            return
        ast.increment_lineno(tree, cell.first - 1)
        self.scope, self.calls, self.floor, self.raised = self.globe, 0, 0, None
        self.until = self.deadline
        self.handled.clear()
        self.kept.append(tree)
        try:
            self.run_block(tree.body)
            self._show_last(cell, tree)
        except Stopped as end:
            self._failed(str(end), self.line, 1, number)
            raise
        except Exception as error:
            self._told_of(error, number)

    def _show_last(self, cell: Cell, tree: ast.Module) -> None:
        """Print what a cell ends with, as a notebook does; not after a semicolon."""
        node, value = self.last or (None, None)
        if not cell.shows or not tree.body or node is not tree.body[-1] or value is None:
            return
        if not isinstance(value, StandIn) and not cell.text.rstrip().endswith(";"):
            self.write(f"{texts.shown(self, value)}\n")

    def _told_of(self, error: Exception, number: int) -> None:
        line, column = self.line, 1
        if self.raised is not None and self.raised[0] is error:
            at = self.raised[1]
            line, column = getattr(at, "lineno", line), getattr(at, "col_offset", 0) + 1
        name = type(error).__name__
        sentence = f"{name}: {error}" if str(error) else name
        self._failed(sentence, line, column, number, name)

    def _failed(self, text: str, line: int, column: int, number: int, kind: str = "") -> None:
        self.errors.append(Failure(text, line, column, number, kind))
        self.tell(line, column, text)

    def write(self, text: str) -> None:
        """Take what the program prints."""
        self.room(len(text) + len(self.printed[-1]))
        self.printed[-1] += text
        self.listener.printed(text)

    def variables(self) -> dict[str, Any]:
        """The program's own names, modules not among them."""
        return {n: v for n, v in self.globe.names.items() if not isinstance(v, Space)}


def run(
    cells: Iterable[Cell],
    listener: Listener | None = None,
    limits: Budget = BUDGET,
    cancelled: Callable[[], bool] = lambda: False,
    clock: Callable[[], float] = time.monotonic,
    given: Mapping[str, Any] | None = None,
) -> Outcome:
    """Run a program's cells one after the other, in a thread of their own with a large stack.

    `given` are names it finds when it begins; `{"torch": "torch"}` and the like name modules.
    """
    made: list[Outcome] = []
    failed: list[BaseException] = []

    def work() -> None:
        try:
            made.append(_run(list(cells), listener, limits, cancelled, clock, given or {}))
        except BaseException as error:
            failed.append(error)

    world.offered()  # what the engine compiles of its own for that, it has compiled by now
    before, frames = threading.stack_size(STACK), sys.getrecursionlimit()
    sys.setrecursionlimit(max(FRAMES, frames))
    try:
        thread = threading.Thread(target=work, name="program")
        thread.start()
        threading.stack_size(before)
        thread.join()
    finally:
        threading.stack_size(before)
        sys.setrecursionlimit(frames)
    if failed:
        raise failed[0]
    return made[0]


def _run(
    cells: list[Cell],
    listener: Listener | None,
    limits: Budget,
    cancelled: Callable[[], bool],
    clock: Callable[[], float],
    given: Mapping[str, Any],
) -> Outcome:
    walker = Interpreter(listener, limits, cancelled, clock)
    for name, value in given.items():
        walker.globe.names[name] = world.space(value) if isinstance(value, str) else value
    with warnings_collected(set()) as warned:
        try:
            for number, cell in enumerate(cells):
                walker.run_cell(cell, number)
        except Stopped:
            pass
    return Outcome(
        walker.variables(), walker.printed, walker.findings, walker.errors, warned,
        limits.steps - walker.steps,
    )  # fmt: skip
