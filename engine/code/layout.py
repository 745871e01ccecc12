"""Statements as text: each unparsed by Python itself, comments in lines of their own between them.

A long line is broken within its brackets, which changes nothing: what does is left in one line.
"""

from __future__ import annotations

import ast
import re
import textwrap
import unicodedata
from collections.abc import Iterable, Iterator

from engine.code.checked_lines import Piece
from engine.code.source import INDENT

WIDTH = 88
COMMENT = 80
"""Characters a line of comment has at most."""
_LEAST = 24
"""Characters of a comment that stand in a line however deep it lies."""

_PLAIN = str.maketrans(
    {"“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "…": "...", "·": "-",
     "×": "x", "→": "->", "←": "<-", "−": "-", "≤": "<=", "≥": ">=", "≠": "!=", "\xa0": " "}
)  # fmt: skip
_QUOTED = re.compile(r"'[^'\\]*'")


def text(pieces: Iterable[Piece], indent: str = "") -> str:
    """The statements as lines of Python, each ending in a line break."""
    return "".join(f"{line}\n" for line in _lines(pieces, indent))


def comment(told: str, indent: str = "") -> list[str]:
    """A text as lines of comment: nothing but ASCII, no line too long."""
    width = max(_LEAST, COMMENT - len(indent) - 2)
    lines = [wrapped for line in told.splitlines() for wrapped in _wrapped(_ascii(line), width)]
    return [f"{indent}# {line}".rstrip() for line in lines]


def _wrapped(line: str, width: int) -> list[str]:
    return textwrap.wrap(line, width) or [""]


def _ascii(line: str) -> str:
    """The line without what cannot be seen, other signs than ASCII's by their number."""
    seen = (c for c in line.translate(_PLAIN) if unicodedata.category(c)[0] != "C")
    return "".join(seen).encode("ascii", "backslashreplace").decode("ascii")


def _lines(pieces: Iterable[Piece], indent: str) -> Iterator[str]:
    for piece in pieces:
        for told in piece.comments:
            yield from comment(told, indent)
        if isinstance(piece.tree, ast.With | ast.For | ast.Try | ast.FunctionDef):
            yield from _block(piece, indent)
        else:
            yield from folded(ast.unparse(piece.tree), indent)


def _block(piece: Piece, indent: str) -> Iterator[str]:
    heads = [line for line in ast.unparse(piece.tree).splitlines() if line[0] != " "]
    for head, inner in zip(heads, (piece.inner, piece.rescue), strict=False):
        yield from folded(head, indent)
        body = list(_lines(inner, indent + INDENT))
        yield from body
        if all(line.lstrip().startswith("#") for line in body):
            yield f"{indent}{INDENT}pass"


# ---- long lines ----------------------------------------------------------------------------------


def folded(line: str, indent: str = "") -> list[str]:
    """A line as several, where it is too long and has brackets to break it in."""
    found = [indent + part for part in _broken(line, WIDTH - len(indent))]
    return found if len(found) == 1 or _same("\n".join(found), line) else [indent + line]


def _same(many: str, one: str) -> bool:
    """Whether two texts are one program; a block is looked at by its head."""
    try:
        trees = [ast.parse(textwrap.dedent(t) + (" pass" if t[-1] == ":" else ""))
                 for t in (many, one)]  # fmt: skip
    except SyntaxError:
        return False
    return ast.dump(trees[0]) == ast.dump(trees[1])


def _broken(line: str, width: int) -> list[str]:
    if len(line) <= width:
        return [line]
    opening = _opening(line)
    if opening is None:
        return [line]
    start, end = opening
    head, inside, rest = line[: start + 1], line[start + 1 : end], line[end:]
    inner = width - len(INDENT)
    items = _parts(inside)
    if len(items) == 1 and _QUOTED.fullmatch(items[0]):
        middle = _pieces_of(items[0], inner)
    elif all(len(item) < 30 for item in items) and len(items) > 4:
        middle = _filled(items, inner)
    else:
        middle = []
        for item in items:
            *above, last = _broken(item, inner - 1)
            middle += [*above, f"{last},"]
    return [head, *(INDENT + part for part in middle), rest]


def _filled(items: Iterable[str], width: int) -> list[str]:
    """As many items in a line as fit, a comma behind each."""
    found: list[str] = []
    for item in items:
        if found and len(found[-1]) + len(item) + 2 <= width:
            found[-1] += f" {item},"
        else:
            found.append(f"{item},")
    return found


def _pieces_of(quoted: str, width: int) -> list[str]:
    inside, step = quoted[1:-1], max(8, width - 2)
    return [f"'{inside[k : k + step]}'" for k in range(0, len(inside), step)]


def _opening(line: str) -> tuple[int, int] | None:
    """Where the longest bracket at the outermost level opens and closes: of a call or a list."""
    found: list[tuple[int, int]] = []
    start = 0
    for depth, k, sign in _brackets(line):
        if sign in "([" and depth == 0:
            start = k
        elif sign in ")]" and depth == 0 and _may_break(line, start):
            found.append((start, k))
    return max(found, key=lambda pair: pair[1] - pair[0], default=None)


def _may_break(line: str, start: int) -> bool:
    """A call, a function's head or a list: where a comma at the end means nothing."""
    called = start > 0 and (line[start - 1].isalnum() or line[start - 1] in "_)]")
    return called if line[start] == "(" else not called


def _parts(inside: str) -> list[str]:
    """What stands between the commas of the outermost level."""
    cuts = [k for depth, k, sign in _brackets(inside) if sign == "," and depth == 0]
    ends = [*cuts, len(inside)]
    starts = [0, *(k + 1 for k in cuts)]
    parts = [inside[a:b].strip() for a, b in zip(starts, ends, strict=True)]
    return [part for part in parts if part]


def _brackets(line: str) -> Iterator[tuple[int, int, str]]:
    """(depth, place, sign) of every bracket and comma outside of strings."""
    depth, quote, k = 0, "", 0
    while k < len(line):
        sign = line[k]
        if quote:
            k += sign == "\\"
            quote = "" if sign == quote else quote
        elif sign in "'\"":
            quote = sign
        elif sign in "([{":
            yield depth, k, sign
            depth += 1
        elif sign in ")]}":
            depth -= 1
            yield depth, k, sign
        elif sign == ",":
            yield depth, k, sign
        k += 1
