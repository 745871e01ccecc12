"""A program that was read, as a Document: graph, Program, places, and where each part is from."""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable

from engine.code.script.reading import Reading
from engine.code.script.sources import Script
from engine.graph import Graph, lines
from gui.model import names
from gui.model.arrange import arrange
from gui.model.document import Document
from gui.model.folding import shown, unfolded_places
from gui.model.origin import Guard, Remark, Source, SourceCell

MOST_PRINTED = 64 * 1024
"""Characters of what one cell prints that are kept."""
MOST_REMARKS = 200

_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
_NAME = re.compile(r"(?<![\w.])[^\W\d]\w*")
_NUMBER = re.compile(r"_?\d+\Z")
_PASSED_OVER = {*dir(builtins), *keyword.kwlist, "torch", "F", "math", "np"}


def document_of(script: Script, reading: Reading) -> Document:
    """The Document of a program; every node has a place."""
    document = Document(reading.graph, reading.program)
    return Document(
        reading.graph, reading.program, _places(document), source=source_of(script, reading)
    )


def _places(document: Document) -> dict[str, tuple[float, float]]:
    seen = shown(document)
    return unfolded_places(document, arrange(seen.graph, {}, seen.graph.nodes))


def source_of(script: Script, reading: Reading) -> Source:
    """What is kept of the program beside the graph."""
    nodes, printed = reading.graph.nodes, reading.printed or {}
    cells = tuple(
        SourceCell(
            cell.text,
            cell.kind,
            names.title("group", cell.title),
            _clean(_shortened(printed.get(k, ""))),
            _clean(cell.saved),
        )
        for k, cell in enumerate(script.cells)
    )
    return Source(
        names.title("group", script.name),
        script.kind,
        cells,
        tuple(_guard(guard, reading.graph) for guard in reading.guards),
        tuple(_remarks(reading.findings)),
        {node: line for node, line in reading.lines.items() if node in nodes and line > 0},
        _actions(reading),
    )


def _actions(reading: Reading) -> tuple[int, ...]:
    found = tuple(max(0, line or 0) for line in reading.action_lines)
    return found if len(found) == len(lines(reading.program)) else ()


def _guard(guard: tuple[int, str, bool], graph: Graph) -> Guard:
    line, text, outcome = guard
    return Guard(max(0, line), _clean(text)[:200], outcome, _named_in(text, graph))


def _named_in(text: str, graph: Graph) -> tuple[str, ...]:
    """The nodes that a test is about by its names; none where some name is that of no node."""
    wanted = {word for word in _NAME.findall(_QUOTED.sub("", text)) if word not in _PASSED_OVER}
    found: dict[str, list[str]] = {word: [] for word in wanted}
    for node in graph.nodes.values():
        word = next((w for w in (node.name, _NUMBER.sub("", node.name)) if w in found), "")
        if word:
            found[word].append(node.id)
    return tuple(i for ids in found.values() for i in ids) if all(found.values()) else ()


def _remarks(findings: Iterable[tuple[int, int, str]]) -> list[Remark]:
    """In the order of the program, each once; very many are cut, and the last one says so."""
    told = {(max(0, line), max(0, column), _clean(text)[:500]) for line, column, text in findings}
    found = [Remark(*place) for place in sorted(told)]
    if len(found) > MOST_REMARKS:
        more = len(found) - MOST_REMARKS + 1
        found[MOST_REMARKS - 1 :] = [Remark(0, 0, f"{more} more places were not read.")]
    return found


def _shortened(text: str) -> str:
    return text if len(text) <= MOST_PRINTED else f"{text[:MOST_PRINTED]}\n… (cut)"


def _clean(text: str) -> str:
    """What a file can hold and a terminal can show."""
    return names.title("note", text).encode("utf-8", "replace").decode()
