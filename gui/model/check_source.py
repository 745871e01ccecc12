"""Whether the program that a file says it was read from makes sense beside the graph."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gui.model import limits
from gui.model.check_lines import unknown_node
from gui.model.findings import JsonPath, Problem, shown
from gui.model.forms import SourceParts
from gui.model.names import UNSEEN, UNSEEN_IN_NOTE
from gui.model.origin import CELL_KINDS, KINDS


def source_problems(parts: SourceParts, nodes: Collection[str], actions: int) -> Iterator[Problem]:
    """Everything that is wrong with it; `nodes` are known ids, `actions` the Program's lines."""
    yield from _head_problems(parts)
    yield from _cell_problems(parts)
    yield from _line_problems(parts, nodes)
    given = len(parts.whole.actions)
    if given and given != actions:
        what = f"There are {given} lines of actions; the Program has {actions}."
        yield Problem(("source", "actions"), what, "Take “actions” out.")


def _head_problems(parts: SourceParts) -> Iterator[Problem]:
    if parts.whole.kind not in KINDS:
        what = f"There is no program of the kind “{shown(parts.whole.kind)}”."
        yield Problem(("source", "kind"), what, f"Write one of: {', '.join(KINDS)}.")
    if UNSEEN.search(parts.whole.name) or len(parts.whole.name) > limits.LABEL:
        what = f"“{shown(parts.whole.name)}” is no name of a file."
        yield Problem(("source", "name"), what, "Give it a short name on one line.")


def _cell_problems(parts: SourceParts) -> Iterator[Problem]:
    size = sum(len(cell.text) for cell in parts.cells.values())
    for found, most, what in (
        (len(parts.whole.cells), limits.CELLS, "cells"),
        (size, limits.SOURCE, "characters"),
    ):
        if found > most:
            told = f"The program has {found:,} {what}; {most:,} are allowed."
            yield Problem(("source", "cells"), told, "Take “source” out.")
    for i, cell in parts.cells.items():
        path: JsonPath = ("source", "cells", i)
        if cell.kind not in CELL_KINDS:
            what = f"There is no cell of the kind “{shown(cell.kind)}”."
            yield Problem((*path, "kind"), what, f"Write one of: {', '.join(CELL_KINDS)}.")
        yield from _text_problems(cell.text, (*path, "text"), is_code=True)
        for key in ("title", "printed", "saved"):
            yield from _text_problems(getattr(cell, key), (*path, key))


def _text_problems(text: str, path: JsonPath, is_code: bool = False) -> Iterator[Problem]:
    # Python takes a form feed for space, and other signs may stand in what it quotes.
    if "\0" in text if is_code else UNSEEN_IN_NOTE.search(text):
        yield Problem(path, "This text holds a control character.", "Take it out.")


def _line_problems(parts: SourceParts, nodes: Collection[str]) -> Iterator[Problem]:
    last = sum(cell.text.count("\n") + 2 for cell in parts.cells.values())
    for path, line, least in _lines(parts):
        if not least <= line <= last:
            yield Problem(path, f"The program has no line {line}.", "Take this out.")
    for node in parts.lines.keys() - nodes:
        yield unknown_node(node, ("source", "lines", node), "the line")
    for k, guard in parts.guards.items():
        yield from _text_problems(guard.text, ("source", "guards", k, "text"))
    for k, remark in parts.remarks.items():
        yield from _text_problems(remark.text, ("source", "remarks", k, "text"))


def _lines(parts: SourceParts) -> Iterator[tuple[JsonPath, int, int]]:
    """Every number of a line, where it stands, and the least it may be: 0 is that of none."""
    yield from ((("source", "lines", node), line, 1) for node, line in parts.lines.items())
    yield from ((("source", "actions", k), n, 0) for k, n in enumerate(parts.whole.actions))
    yield from ((("source", "guards", k, "line"), g.line, 0) for k, g in parts.guards.items())
    for k, remark in parts.remarks.items():
        yield ("source", "remarks", k, "line"), remark.line, 0
