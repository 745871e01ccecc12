"""Opening what can be opened: a damaged or newer file without the parts that cannot be read."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gui.model import archive, limits
from gui.model.disk import Disk, read_regular
from gui.model.document import Document
from gui.model.findings import Finding, JsonPath, Problem, Unreadable, spelled
from gui.model.reading import (
    MIGRATIONS,
    Migration,
    document_of,
    examined,
    header_problems,
    installed_actions,
    installed_ops,
    migrated,
)
from gui.model.strict_json import STRING, parse_leniently, refused_in

if TYPE_CHECKING:
    from engine.registry import Op

ROUNDS = 24
"""What is left out may leave others without a partner: a few rounds, or the file is a heap."""
MOST = 4 * limits.NODES
"""Problems that are gone through at a time: some for each node, but what memory has room for."""
LINES = 20
"""Lines that are no JSON and may be left out, one after the other."""
WORK = 2**23
"""Characters that may be read again and again to find those lines."""

_WHOLE = {"id", "from", "to", "through"}
"""Keys without which a thing is none: it is left out whole."""
_SOURCE = {"lines": 3, "guards": 3, "remarks": 3, "actions": 2}
"""How much of the path within the program that a file was read from is left out."""
_STRING_OR_LAST_COMMA = re.compile(STRING.pattern + r"|,(?=\s*[\]}])", re.DOTALL)
_STRING_OR_BRACKET = re.compile(STRING.pattern + r"|[\[\]{}]", re.DOTALL)
_PAIRS = {"[": "]", "{": "}"}
_BEGIN = ("{", "[", '"')
"""Before one of these a comma may be put; between digits it would make two numbers of one."""
_UNKNOWN = "NaN"
"""Stands for a line within a list of numbers, so that the whole list is refused, not shortened."""


def rest_of(path: Path, disk: Disk | None = None) -> tuple[Document, list[Finding]] | None:
    """What can be opened of a file that was refused as a whole; None if that is nothing."""
    try:
        found = salvaged(read_regular(disk or Disk(), path, limits.BYTES))
    except (OSError, ValueError, Unreadable):
        return None
    return found if found[0].graph.nodes or found[0].graph.regions else None


def salvaged(
    data: bytes,
    *,
    ops: Mapping[str, Op] | None = None,
    actions: Collection[str] | None = None,
    migrations: tuple[Migration, ...] = MIGRATIONS,
) -> tuple[Document, list[Finding]]:
    """The Document without what is wrong with the file, and up to 50 findings on what that was.

    Raises Unreadable if nothing of it can be read.
    """
    ops = installed_ops() if ops is None else ops
    actions = installed_actions() if actions is None else actions
    find = None
    if data.startswith(archive.MAGIC):
        data, find = archive.graph_and_rest(data)
    text, told = _decoded(data)
    raw, left_out = _parsed(text.removeprefix("\ufeff"))
    told += left_out
    if unfit := list(header_problems(raw, len(migrations) + 1)):
        raise Unreadable(Finding(spelled(p.path), p.what, p.remedy) for p in unfit)
    raw = migrated(raw, migrations)
    for _ in range(ROUNDS):
        parts, found = examined(raw, ops, actions, find)
        problems = list(islice(found, MOST))
        if not problems:
            return document_of(parts, ops), _listed(told)
        told += _leave_out(raw, problems)
        if len(problems) == MOST:
            break  # to go on would take minutes
    raise Unreadable(told)


def _listed(told: list[Finding]) -> list[Finding]:
    """At most 50, the last of which says how many there are besides."""
    if len(told) <= limits.FINDINGS:
        return told
    short = told[: limits.FINDINGS - 1]
    what = f"{len(told) - len(short)} more places were wrong."
    return [*short, Finding("file", what, "What stood there was left out.")]


def _decoded(data: bytes) -> tuple[str, list[Finding]]:
    try:
        return data.decode(), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"The byte 0x{data[error.start]:02x} cannot stand in a UTF-8 text."
        place = f"byte {error.start}"
        text = data.decode(errors="replace")
        more = text.count("\ufffd") - data.count("\ufffd".encode()) - 1
        remedy = f"It and {more} more read “�” instead." if more else "It reads “�” instead."
        return text, [Finding(place, what, remedy, line)]


# ---- parts that do not fit ---------------------------------------------------------------------


def _leave_out(raw: dict[str, Any], problems: Iterable[Problem]) -> list[Finding]:
    """Take the parts out of the tree that the problems are about; each is told once."""
    first: dict[JsonPath, Problem] = {}
    for problem in problems:
        first.setdefault(_part(problem.path), problem)
    told = [Finding(spelled(p.path), p.what, "It was left out.") for p in first.values()]
    if first.pop((), None) is not None:
        raw.setdefault("nodes", [])  # the one key that must be there besides the version
    gone: dict[JsonPath, set[str | int]] = {}
    for path in first:
        if not any(path[:k] in first for k in range(len(path))):
            gone.setdefault(path[:-1], set()).add(path[-1])
    for way in sorted(gone, key=len, reverse=True):  # the inner ones while the numbers still hold
        _take_out(raw, way, gone[way])
    return told


def _take_out(raw: dict[str, Any], way: JsonPath, keys: set[str | int]) -> None:
    holder: Any = raw
    for key in way:
        holder = holder[key]
    if isinstance(holder, list):
        holder[:] = [item for k, item in enumerate(holder) if k not in keys]
        return
    for key in keys:
        if way[:1] == ("nodes",) and key == "name" and isinstance(holder.get("id"), str):
            _rename(holder)
        else:
            holder.pop(key, None)


def _rename(node: dict[str, Any]) -> None:
    """A node is worth more than its name; if the id is none either, the node goes."""
    if node.get("name") == node["id"]:
        del node["id"]
    else:
        node["name"] = node["id"]


def _part(path: JsonPath) -> JsonPath:
    """What is left out because of a problem at a place: never an entry of a tensor's data."""
    if path[:1] == ("program",):
        return _line(path)
    if path[:1] == ("places",):
        return path[:2]
    if path[:1] == ("source",):  # its lines are counted: nothing can be left out of its text
        return path[: _SOURCE.get("".join(map(str, path[1:2])), 1)]
    if path[2:3] in (("params",), ("members",)):
        return path[:4]
    return path[:2] if _WHOLE.intersection(map(str, path[2:3])) else path[:3]


def _line(path: JsonPath) -> JsonPath:
    """The line of the Program, or of a body, with the place; of a forward's nodes just one."""
    end = 2
    while path[end : end + 1] == ("body",) and len(path) > end + 1:
        end += 2
    return path[: end + 2] if path[end : end + 1] == ("nodes",) and path[end + 1 :] else path[:end]


# ---- lines that are no JSON --------------------------------------------------------------------


def _parsed(text: str) -> tuple[Any, list[Finding]]:
    """The tree, with lines left out that spoil it.  Raises Unreadable as the first reading did."""
    told: list[Finding] = []
    first: Unreadable | None = None
    for _ in range(max(2, min(LINES, WORK // (len(text) + 1)))):
        try:
            raw, problems = parse_leniently(text)
        except Unreadable as error:
            first = first or error
            if not isinstance(error.__cause__, json.JSONDecodeError):
                raise first from None
            text, done = _mended(text, error.__cause__)
            told += [Finding(f.where, f.what, done, f.line) for f in error.findings]
        else:
            return raw, told + (_refused_out(raw, problems) if isinstance(raw, dict) else [])
    assert first is not None
    raise first from None


def _refused_out(raw: dict[str, Any], problems: Iterable[Problem]) -> list[Finding]:
    """Leave out what no reader should take; so much at a time as memory has room for."""
    told: list[Finding] = []
    for _ in range(ROUNDS):
        found = list(islice(problems, MOST))
        told += _leave_out(raw, found)
        if len(found) < MOST:
            return told
        problems = refused_in(raw)
    raise Unreadable(told)


def _mended(text: str, error: json.JSONDecodeError) -> tuple[str, str]:
    """The text with less wrong about it, and what was done."""
    if "',' delimiter" in error.msg and text[error.pos : error.pos + 1] in _BEGIN:
        return f"{text[: error.pos]},{text[error.pos :]}", "A comma was put there."
    return _without(text, error.pos), "This line was left out."


def _without(text: str, at: int) -> str:
    """The text without the line of the place, its brackets closed again and no comma too many."""
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    closing = "".join(_left_open(text[start:end])[0])
    around = _left_open(text[:start])[1]
    if around[-1:] == ["["] and len(around) > 2:
        closing = f"{_UNKNOWN}{closing},"
    rest = text[:start] + closing + text[end:]
    missing = "".join(_PAIRS[c] for c in reversed(_left_open(rest)[1]))
    return _STRING_OR_LAST_COMMA.sub(_last_comma, rest + missing)


def _left_open(text: str) -> tuple[list[str], list[str]]:
    """The closing brackets without an opening one, and the opening ones without a closing one."""
    closing: list[str] = []
    opened: list[str] = []
    for match in _STRING_OR_BRACKET.finditer(text):
        piece = match[0]
        if piece in _PAIRS:
            opened.append(piece)
        elif piece in _PAIRS.values():
            if opened and _PAIRS[opened[-1]] == piece:
                opened.pop()
            elif len(closing) <= limits.DEPTH:
                closing.append(piece)
            else:
                break  # a heap of brackets
    return closing, opened


def _last_comma(match: re.Match[str]) -> str:
    return "" if match[0] == "," else match[0]
