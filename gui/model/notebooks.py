"""The cells of a notebook: read as strictly as a graph, and nothing of it is run or shown."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from engine.code.script.sources import CODE, MOST_CELLS, MOST_SAVED, Cell, NoScript
from gui.model import limits
from gui.model.findings import Finding, JsonPath, Unreadable, shown, spelled
from gui.model.forms import described
from gui.model.origin import SourceCell
from gui.model.strict_json import parse_leniently

_OUTPUTS = ("stream", "execute_result", "display_data", "error")
_PICTURE = "image/"


def cells(data: bytes) -> list[Cell]:
    """The cells in the bytes of an `.ipynb`.  Raises NoScript, which names the place."""
    if len(data) > limits.NOTEBOOK:
        what = f"The notebook is larger than {limits.NOTEBOOK >> 20} MiB."
        raise NoScript(f"{what} Clear its outputs and save it again.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise NoScript("This is not UTF-8 text.", line, 1) from None
    try:
        raw = parse_leniently(text, limits.NOTEBOOK, limits.NOTEBOOK_DEPTH)[0]
    except Unreadable as error:
        raise _refused(error.findings[0]) from None
    return [_cell(item, path) for item, path in _listed(raw)]


def written(known: Iterable[SourceCell]) -> bytes:
    """A notebook of these cells, as far as is read of one."""
    made = [
        {
            "cell_type": cell.kind,
            "source": cell.text,
            "outputs": [{"output_type": "stream", "text": cell.saved}] if cell.saved else [],
        }
        for cell in known
    ]
    return json.dumps({"nbformat": 4, "cells": made}).encode()


def _refused(finding: Finding) -> NoScript:
    where = "" if finding.where == "file" else f"{finding.where}: "
    return NoScript(f"{where}{finding.what}", finding.line or 0)


def _listed(raw: Any) -> Iterator[tuple[Any, JsonPath]]:
    """Every cell and its place: since version 4 in one list, before that in worksheets."""
    if not isinstance(raw, dict):
        raise NoScript(f"$: This is {described(raw)}, not a notebook.")
    if "cells" not in raw and isinstance(raw.get("worksheets"), list):
        for k, sheet in enumerate(raw["worksheets"]):
            yield from _items(sheet, ("worksheets", k, "cells"), "cells")
    else:
        yield from _items(raw, ("cells",), "cells")


def _items(raw: Any, path: JsonPath, key: str) -> Iterator[tuple[Any, JsonPath]]:
    found = raw.get(key) if isinstance(raw, dict) else None
    if not isinstance(found, list):
        raise _misfit(path, found, "a list of cells")
    if len(found) > MOST_CELLS:
        what = f"{spelled(path)}: There are {len(found):,} cells; {MOST_CELLS:,} are read."
        raise NoScript(what)
    yield from ((item, (*path, k)) for k, item in enumerate(found))


def _cell(raw: Any, path: JsonPath) -> Cell:
    if not isinstance(raw, dict):
        raise _misfit(path, raw, "a cell")
    kind = raw.get("cell_type")
    if not isinstance(kind, str):
        raise _misfit((*path, "cell_type"), kind, "“code” or “markdown”")
    key = "source" if "source" in raw or kind != CODE else "input"  # before version 4
    text = _text(raw.get(key), (*path, key))
    if kind != CODE:
        level = raw.get("level")  # of a heading, before version 4
        sharp = "#" * level + " " if kind == "heading" and level in (1, 2, 3, 4, 5, 6) else ""
        return Cell(sharp + text, "markdown")
    return Cell(text, "code", saved=_saved(raw.get("outputs")))


def _text(raw: Any, path: JsonPath) -> str:
    if isinstance(raw, str):
        return raw
    if not isinstance(raw, list):
        raise _misfit(path, raw, "text, or a list of lines")
    for k, line in enumerate(raw):
        if not isinstance(line, str):
            raise _misfit((*path, k), line, "a line of text")
    return "".join(raw)


def _saved(raw: Any) -> str:
    """What the notebook shows below a cell, as text; what is no text or odd is passed over."""
    parts: list[str] = []
    size = 0
    for item in raw if isinstance(raw, list) else ():
        text = _output(item) if isinstance(item, dict) else ""
        parts.append(text if not parts or parts[-1].endswith("\n") else f"\n{text}")
        size += len(text)
        if size > MOST_SAVED:
            break  # it is cut there anyway
    return "".join(parts).rstrip("\n")


def _output(raw: dict[str, Any]) -> str:
    kind = raw.get("output_type")
    if kind not in (*_OUTPUTS, "pyout", "pyerr"):
        return ""
    if kind in ("error", "pyerr"):
        return f"{_loose(raw.get('ename'))}: {_loose(raw.get('evalue'))}"
    data = raw.get("data")
    if isinstance(data, dict):
        if any(isinstance(k, str) and k.startswith(_PICTURE) for k in data):
            return ""  # what a picture says of itself is no result
        return _loose(data.get("text/plain"))
    return _loose(raw.get("text"))


def _loose(raw: Any) -> str:
    """So much of a text, or of the lines of one, as is kept."""
    if isinstance(raw, str):
        return raw[: 2 * MOST_SAVED]
    if not isinstance(raw, list):
        return ""
    parts, size = [], 0
    for line in raw:
        if not isinstance(line, str) or size > MOST_SAVED:
            break
        parts.append(line[: 2 * MOST_SAVED])
        size += len(line)
    return "".join(parts)


def _misfit(path: JsonPath, raw: Any, needed: str) -> NoScript:
    what = described(raw) if raw is not None else "missing"
    return NoScript(f"{shown(spelled(path), 80)}: This is {what}; {needed} is needed.")
