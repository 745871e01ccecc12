"""Finding operations by what people type: names, symbols, categories, words of the description."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.registry import OPS, Op
from gui.canvas.shapes import symbol_of
from gui.model import entry

_NOT_AT_ALL = 1000
_SENTENCE = re.compile(r"(?<=[.!?])\s")
_COMMON = (
    "tensor", "parameter", "add", "mul", "sub", "div", "pow", "matmul", "sum", "mean", "relu",
    "sigmoid", "tanh", "exp", "log", "sin", "detach",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the popup: an op, with the params it is made with."""

    op: str
    symbol: str
    title: str
    summary: str
    params: Mapping[str, Any] = field(default_factory=dict)


def choices(query: str, *, needs_input: bool = False) -> list[Choice]:
    """What fits `query`, best first; `needs_input` leaves out ops that take no tensor."""
    ops = [op for op in OPS.values() if op.slots or not needs_input]
    typed = None if needs_input else tensor_typed(query)
    found = [_choice(op) for op in ranked(query.strip().lower(), ops)]
    return [typed, *found] if typed else found


def tensor_typed(query: str) -> Choice | None:
    """The tensor a typed number or list stands for."""
    if "tensor" not in OPS or not query.strip():
        return None
    try:
        value = entry.parse(query)
    except ValueError:
        return None
    title = f"tensor {query.strip()}"
    return Choice("tensor", "", title, "A tensor that holds this.", {"data": value})


def ranked(query: str, ops: Iterable[Op]) -> list[Op]:
    """The ops that match, best first, the common ones before others that match as well."""
    common = {name: k for k, name in enumerate(_COMMON)}
    found = []
    for op in ops:
        far = score(query, op) if query else 0
        if far < _NOT_AT_ALL:
            rank = common.get(op.name, len(common))
            found.append(((far, rank, len(op.name) if query else 0, op.category, op.name), op))
    return [op for _, op in sorted(found, key=lambda row: row[0])]


def score(query: str, op: Op) -> int:
    """How far `op` is from what was typed; `_NOT_AT_ALL` is just that."""
    name = op.name.lower()
    if query in (name, op.symbol.lower()):
        return 0
    if name.startswith(query):
        return 10
    if any(word.startswith(query) for word in name.split("_")):
        return 20
    if query in name or query in op.nickname.lower():
        return 30
    if op.category.lower().startswith(query):
        return 40
    gap = _gaps(query, name)
    if gap is not None:
        return 50 + gap
    words = re.findall(r"\w+", op.doc.lower())
    return 100 if len(query) > 2 and any(word.startswith(query) for word in words) else _NOT_AT_ALL


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


def _choice(op: Op) -> Choice:
    return Choice(op.name, symbol_of(op), op.name, summary(op))


def summary(op: Op) -> str:
    """The first sentence of the op's description."""
    text = " ".join(op.doc.replace("`", "").split())
    return _SENTENCE.split(text, maxsplit=1)[0] if text else op.category
