"""The program that a Document was read from: its text, and what each part of it became."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.graph import Action, Program, lines

if TYPE_CHECKING:
    from gui.model.document import Document

KINDS = ("py", "ipynb", "pasted")
CELL_KINDS = ("code", "markdown")
_NONE: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class SourceCell:
    """A part of the program; `saved` is what its notebook held as its result, if anything."""

    text: str
    kind: str = "code"
    title: str = ""
    printed: str = ""
    saved: str = ""


@dataclass(frozen=True, slots=True)
class Guard:
    """A test in the program that read numbers out of `nodes`, and how it came out.

    Some of them may have been deleted since; with none, it is not known what it read.
    """

    line: int
    text: str
    outcome: bool
    nodes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """What could not be read at a place of the program, both from 1."""

    line: int
    column: int
    text: str


@dataclass(frozen=True)
class Source:
    """Cells follow each other with an empty line between; lines are counted from 1 over them all.

    `lines` is the line of each node, `actions` that of each line of the Program (0: of none), in
    the order of `engine.graph.lines`; it is empty where nothing is known of them.
    """

    name: str
    kind: str
    cells: tuple[SourceCell, ...]
    guards: tuple[Guard, ...] = ()
    remarks: tuple[Remark, ...] = ()
    lines: Mapping[str, int] = field(default_factory=lambda: _NONE)
    actions: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """All of the program."""
        return "\n\n".join(cell.text for cell in self.cells)

    def firsts(self) -> list[int]:
        """The line each cell begins at."""
        heights = (cell.text.count("\n") + 2 for cell in self.cells)
        return [*accumulate(heights, initial=1)][: len(self.cells)]

    def cell_of(self, line: int) -> int:
        """The number (from 0) of the cell that has a line; -1 if there is no cell."""
        return sum(first <= line for first in self.firsts()) - 1

    def place(self, line: int, column: int = 0) -> str:
        """`name:line:column`, in a notebook the line within its cell, which is counted from 1."""
        parts = [self.name]
        number = self.cell_of(line)
        if self.kind == "ipynb" and number >= 0:
            parts.append(f"cell {number + 1}")
            line -= self.firsts()[number] - 1
        return ":".join([*parts, *(str(n) for n in (line, column) if n)])

    def titles(self) -> tuple[str, ...]:
        """What the part of the program is called that each line of the Program is from."""
        return tuple(self.cells[self.cell_of(n)].title if n else "" for n in self.actions)

    def same_head(self, other: Source | None) -> bool:
        """Whether only what an edit can change differs: the lines of nodes and actions."""
        return other is not None and (
            other is self
            or (self.name, self.kind, self.cells, self.guards, self.remarks)
            == (other.name, other.kind, other.cells, other.guards, other.remarks)
        )


def told_remarks(source: Source | None) -> list[str]:
    """What could not be read, a line each: `name:line:column: why`."""
    remarks = () if source is None else source.remarks
    return [f"{source.place(r.line, r.column)}: {r.text}" for r in remarks if source is not None]


def followed(before: Document, after: Document) -> Document:
    """`after`, an edit of `before`, with the lines of what is still there."""
    source = after.source
    if source is None or source is not before.source:
        return after
    kept, actions = source.lines, source.actions
    if not kept.keys() <= after.graph.nodes.keys():
        kept = {i: line for i, line in kept.items() if i in after.graph.nodes}
    if after.program is not before.program:
        actions = _followed(actions, before.program, after.program)
    if kept is source.lines and actions == source.actions:
        return after
    return replace(after, source=replace(source, lines=kept, actions=actions))


def _followed(known: tuple[int, ...], before: Program, after: Program) -> tuple[int, ...]:
    """The lines of the actions that stay, and of those that were exchanged one for one."""
    old, new = lines(before), lines(after)
    if len(known) != len(old):
        return ()
    head = _alike(old, new)
    tail = min(_alike(old[::-1], new[::-1]), min(len(old), len(new)) - head)
    middle = known[head : len(old) - tail]
    if len(old) != len(new):
        at = {id(a): line for a, line in zip(old[head : len(old) - tail], middle, strict=True)}
        middle = tuple(at.get(id(a), 0) for a in new[head : len(new) - tail])
    found = known[:head] + middle + known[len(old) - tail :]
    return found if any(found) else ()


def _alike(old: Sequence[Action], new: Sequence[Action]) -> int:
    pairs = enumerate(zip(old, new, strict=False))
    return next((k for k, (a, b) in pairs if a is not b), min(len(old), len(new)))
