"""How well an operation answers what is typed: its name, symbol, category or description."""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.graph import Graph

NOT_AT_ALL = 1000
_SENTENCE = re.compile(r"(?<=[.!?])\s")


@dataclass(frozen=True, slots=True)
class Words:
    """What of a thing can be found by typing."""

    name: str
    symbol: str = ""
    category: str = ""
    doc: str = ""
    nickname: str = ""


def distance(typed: str, of: Words) -> int:
    """How far something is from what was typed, 0 the nearest; NOT_AT_ALL is just that."""
    query, name = typed.strip().lower(), of.name.lower()
    if query in (name, of.symbol.lower()):
        return 0
    if name.startswith(query):
        return 10
    if any(word.startswith(query) for word in re.split(r"[_ ]", name)):
        return 20
    if query in name or query in of.nickname.lower():
        return 30
    if of.category.lower().startswith(query):
        return 40
    gap = _gaps(query, name)
    if gap is not None:
        return 50 + gap
    words = re.findall(r"\w+", of.doc.lower())
    return 100 if len(query) > 2 and any(word.startswith(query) for word in words) else NOT_AT_ALL


def found_in(graph: Graph, typed: str) -> list[str]:
    """The nodes and regions whose name, op or title answers what is typed, the nearest first."""
    if not typed.strip():
        return []
    known = [(node.id, Words(node.name, nickname=node.op)) for node in graph.nodes.values()]
    known += [(r.id, Words(r.title or r.kind)) for r in graph.regions.values()]
    far = [(distance(typed, words), i) for i, words in known]
    return [i for d, i in sorted(far, key=lambda row: row[0]) if d < NOT_AT_ALL]


def _gaps(query: str, name: str) -> int | None:
    """Letters skipped to find `query` in order within `name`, starting at its first letter."""
    if not query or not name.startswith(query[0]):
        return None
    at, skipped = 0, 0
    for letter in query:
        found = name.find(letter, at)
        if found < 0:
            return None
        skipped += found - at
        at = found + 1
    return skipped


def summary(doc: str) -> str:
    """The first sentence of a description."""
    text = " ".join(doc.replace("`", "").split())
    return _SENTENCE.split(text, maxsplit=1)[0]
