"""Reads a program: runs it in the interpreter, draws what it asked of the engine, checks that."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.code.script.drawing import LONGEST, Drawing, draw, without_restated
from engine.code.script.interpreter import BUDGET, run
from engine.code.script.notes import Act, Note, Seen, flat, seen
from engine.code.script.sources import Script
from engine.code.script.tape import Tape
from engine.code.script.values import Budget
from engine.graph import Graph, Program
from engine.session import Session
from engine.tensor import Tensor

Place = tuple[int, int, str]
"""(line, column, text)."""


@dataclass(frozen=True)
class Reading:
    """What a program is as a drawing, and what it did.

    `lines` are those of the nodes, `action_lines` those of the Program's lines in the order of
    `graph.lines(program)`, `cells` the numbers and titles of the cells that ran, `action_cells`
    which of them a line of the Program comes from; `printed` is text by cell, `variables` the node
    that each name stands for at the end, `guards` are (line, text, outcome), `shown` how the
    variables are printed.
    """

    graph: Graph
    program: Program
    lines: Mapping[str, int]
    action_lines: tuple[int, ...]
    cells: tuple[tuple[int, str], ...] = ()
    action_cells: tuple[int, ...] = ()
    findings: tuple[Place, ...] = ()
    printed: Mapping[int, str] | None = None
    variables: Mapping[str, str] | None = None
    guards: tuple[tuple[int, str, bool], ...] = ()
    shown: Mapping[str, str] | None = None


def read(
    script: Script,
    limits: Budget = BUDGET,
    progress: Callable[[int], None] = lambda done: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Reading:
    """Run a Script and draw it; `progress` is told the number of each cell that begins.

    Raises trace.Cancelled where the check is cancelled.
    """
    tape = Tape(progress)
    for found in script.findings:
        tape.finding(found.line, found.column, found.text)
    for cell in script.cells:
        tape.titles |= titles(cell.text)
    with tape.listening():
        outcome = run(script.cells, tape, limits, cancelled)
        tape.variables = dict(outcome.variables)
    return reading_of(tape, cancelled)


def titles(text: str) -> dict[str, str]:
    """By the names of functions the comments above them, where those only say the name better."""
    found = {}
    for comment, name in _TITLED.findall(text):
        title = " ".join(line.strip("# ") for line in comment.splitlines())
        short, full = (_UNSAID.sub("", t).lower() for t in (name, title))
        if short and full.startswith(short) and len(title) <= LONGEST:
            found[name] = title
    return found


_TITLED = re.compile(r"^((?:#.*\n)+)def (\w+)\(", re.MULTILINE)
_UNSAID = re.compile(r"[\W_]")


def reading_of(tape: Tape, cancelled: Callable[[], bool] = lambda: False) -> Reading:
    """What a tape has noted, drawn and checked against another run."""
    notes = [item for item in flat(tape.root.items) if isinstance(item, Note)]
    drawing = draw(tape.root)
    for line, text in drawing.cut:
        tape.finding(line, 1, text)
    if not drawing.cut:
        drawing, wrong = _checked(tape, drawing, notes, cancelled)
        for line, text in wrong:
            tape.finding(line, 1, text)
    printed: dict[int, str] = defaultdict(str)
    for cell, text in tape.out:
        printed[cell] += text
    return Reading(
        drawing.graph, drawing.program, drawing.lines, drawing.action_lines, tuple(tape.cells),
        drawing.action_cells, tuple(tape.findings), dict(printed), _variables(tape, drawing),
        tuple(dict.fromkeys(tape.guards)), _shown(tape),
    )  # fmt: skip


def _checked(
    tape: Tape, drawing: Drawing, notes: list[Note], cancelled: Callable[[], bool]
) -> tuple[Drawing, list[tuple[int, str]]]:
    """The drawing with statements that are said again as one node, where that gives the same."""
    short = without_restated(drawing, _variables(tape, drawing).values())
    if short is not drawing and not list(differences(tape, short, notes, cancelled)):
        return short, []
    return drawing, list(differences(tape, drawing, notes, cancelled))


def _variables(tape: Tape, drawing: Drawing) -> dict[str, str]:
    found = {}
    for name, value in tape.variables.items():
        ref = tape.known(value) if isinstance(value, Tensor) else None
        note = None if ref is None or ref.output else ref.note
        while note is not None and note not in drawing.ids:
            note = tape.again.get(note)
        if note is not None:
            found[name] = drawing.ids[note]
    return found


def _shown(tape: Tape) -> dict[str, str]:
    """The variables that are tensors, numbers, texts or lists of them, as Python prints them."""
    return {n: repr(v) for n, v in tape.variables.items() if _is_plain(v) and n[:1] != "_"}


def _is_plain(value: Any, depth: int = 4) -> bool:
    if isinstance(value, (list, tuple)):
        return depth > 0 and len(value) <= 100 and all(_is_plain(x, depth - 1) for x in value)
    return isinstance(value, (Tensor, bool, int, float, str, type(None)))


# ---- checking ------------------------------------------------------------------------------------


def differences(
    tape: Tape, drawing: Drawing, notes: list[Note], cancelled: Callable[[], bool]
) -> Iterator[tuple[int, str]]:
    """Run what was drawn; (line, text) for whatever came out otherwise than in the program."""
    session = Session(drawing.graph, cancelled)
    for _ in session.run(drawing.program):
        pass
    wrong = set(_other_values(session, drawing, notes))
    for node in drawing.graph.nodes:
        sources = {e.source for e in drawing.graph.inputs[node].values()}
        if node in wrong and not sources & wrong:
            name, why = drawing.graph.nodes[node].name, session.failures.get(node)
            other = f"fails when what is drawn runs: {why}" if why else _OTHER
            yield drawing.lines[node], f"“{name}” {other}"
    if not wrong:
        yield from _other_grads(tape, session, drawing)
    yield from _other_errors(tape, session, drawing)


_OTHER = "has other values when what is drawn runs"


def _other_values(session: Session, drawing: Drawing, notes: list[Note]) -> Iterator[str]:
    """The nodes that had other values at some time; leaves are made once."""
    seen: dict[str, list[Any]] = defaultdict(list)
    for note in notes:
        if note in drawing.ids and note.error is None:
            seen[drawing.ids[note]].append(note)
    made: dict[str, list[Any]] = defaultdict(list)
    for fact in (fact for chapter in session.chapters for fact in chapter.facts):
        if type(fact) is tuple and fact[0] == "computed":
            made[fact[1]].append((fact[2], fact[3]))
    for node, expected in seen.items():
        got = made[node]
        if expected[0].source:
            expected = expected[: len(got)]
        pairs = zip(expected, got, strict=False)
        if len(expected) != len(got) or not all(_same_outputs(n.values, *g) for n, g in pairs):
            yield node


def _same_outputs(expected: tuple[Seen, ...], first: Any, details: tuple[Any, ...]) -> bool:
    others = [output.value for output in details[4]]
    return all(was == seen(now) for was, now in zip(expected, (first, *others), strict=False))


def _same(a: Any, b: Any) -> bool:
    """Whether two arrays are the same to the bit."""
    if a is None or b is None:
        return a is b
    return seen(a) == seen(b)


def _other_grads(tape: Tape, session: Session, drawing: Drawing) -> Iterator[tuple[int, str]]:
    """The leaves whose gradient is another at the end."""
    for tensor, ref in tape.alive():
        node = drawing.ids.get(ref.note)
        if node is None or tensor._fn is not None:
            continue
        outputs = session.values.get(node, ())
        twin = outputs[ref.output] if ref.output < len(outputs) else None
        if not isinstance(twin, Tensor):
            continue
        line, name = drawing.lines[node], drawing.graph.nodes[node].name
        mine, its = (None if t._grad is None else t._grad._data for t in (tensor, twin))
        if not _same(mine, its):
            yield line, f"“{name}.grad” is another when what is drawn runs"
        elif not _same(tensor._data, twin._data):
            yield line, f"“{name}” ends with other values when what is drawn runs"


def _other_errors(tape: Tape, session: Session, drawing: Drawing) -> Iterator[tuple[int, str]]:
    """Lines that failed in one of the two only."""
    expected = any(
        isinstance(item, (Note, Act)) and item.error is not None and not item.caught
        for item in flat(tape.root.items)
    )
    if session.stopped and not expected:
        index = min(session.done, len(drawing.action_lines) - 1)
        text = next((f for f in session.failures.values() if f), "")
        yield drawing.action_lines[index], f"what is drawn stops here: {text}".rstrip(": ")
