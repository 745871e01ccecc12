"""Taking text apart: how large it may be, and where in it something is wrong."""

from __future__ import annotations

import ast
import warnings
from dataclasses import dataclass

from engine.code import refusals


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one text may ask for.

    `work` is counted in `costs` units, about a nanosecond each; `bits` is the length of an integer;
    `parts` are the entries of a list, those of the lists in it included.
    """

    characters: int = 10_000
    nodes: int = 5_000
    depth: int = 60
    parts: int = 2**18
    bits: int = 4_096
    work: int = 2**28
    seconds: float = 5.0


LIMITS = Limits()
TYPED = "<typed>"
# What the parser only warns of, as an odd escape in a string, is nothing to tell of.  Python's
# filters are shared by all threads: this one is set once.
for kind in (DeprecationWarning, SyntaxWarning):
    warnings.filterwarnings("ignore", category=kind, module=TYPED)


class Fault(Exception):
    """Why a text has no value: `kind` is Python's or PyTorch's type of error, "" for a refusal.

    `column` and `end` tell where in line number `line`, counted from 0; they are equal where there
    is no telling.
    """

    def __init__(self, text: str, column: int = 0, end: int = 0, kind: str = "", line: int = 0):
        super().__init__(text)
        self.text, self.kind, self.line = text, kind, line
        self.column, self.end = column, max(column, end)

    @property
    def sentence(self) -> str:
        """As Python prints it: `RuntimeError: …`."""
        return f"{self.kind}: {self.text}" if self.kind else self.text

    @property
    def told(self) -> str:
        """The same where no caret can be drawn: the column comes first."""
        return f"Column {self.column + 1}: {self.sentence}"


def parse(text: str, limits: Limits = LIMITS) -> ast.Module:
    """The text as Python's parser takes it apart; raises Fault where that is no Python."""
    if len(text) > limits.characters:
        raise Fault(refusals.TOO_LONG.format(limits.characters))
    try:
        tree = ast.parse(text, TYPED)
    except SyntaxError as error:
        line, column = (error.lineno or 1) - 1, max(0, (error.offset or 1) - 1)
        raise Fault(
            error.msg or "invalid syntax", column, column + 1, "SyntaxError", line
        ) from None
    except ValueError:  # half of a character, as a broken paste may bring
        raise Fault(refusals.NO_TEXT) from None
    except (RecursionError, MemoryError):
        raise Fault(refusals.TOO_DEEP) from None
    _measure(tree, limits)
    if not text.isascii():
        _count_characters(tree, text)
    return tree


def _count_characters(tree: ast.AST, text: str) -> None:
    """Let columns count characters, not the bytes of UTF-8."""
    lines = [line.encode() for line in text.splitlines(keepends=True)]

    def column(line: int, byte: int) -> int:
        return len(lines[line - 1][:byte].decode(errors="ignore")) if line <= len(lines) else byte

    for node in ast.walk(tree):
        if isinstance(node, (ast.expr, ast.stmt, ast.keyword)):
            node.col_offset = column(node.lineno, node.col_offset)
            if node.end_lineno is not None and node.end_col_offset is not None:
                node.end_col_offset = column(node.end_lineno, node.end_col_offset)


def _measure(tree: ast.AST, limits: Limits) -> None:
    """Refuse what is too deep or has too many parts."""
    level: list[ast.AST] = [tree]
    count = depth = 0
    while level:
        count, depth = count + len(level), depth + 1
        if count > limits.nodes:
            raise Fault(refusals.TOO_MANY.format(limits.nodes))
        if depth > limits.depth:
            raise Fault(refusals.TOO_DEEP)
        level = [child for node in level for child in ast.iter_child_nodes(node)]


def fault(node: ast.AST | None, text: str, kind: str = "") -> Fault:
    """A Fault at a part of the text."""
    if node is None or not hasattr(node, "col_offset"):
        return Fault(text, kind=kind)
    one_line = node.end_lineno == node.lineno  # type: ignore[attr-defined]
    start = node.col_offset
    end = node.end_col_offset if one_line else start + 1  # type: ignore[attr-defined]
    return Fault(text, start, end or start, kind, node.lineno - 1)  # type: ignore[attr-defined]
