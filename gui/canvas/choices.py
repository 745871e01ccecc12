"""What the search popup offers for what is typed: operations, or a tensor of the typed numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.registry import OPS, Op
from gui.canvas.shapes import symbol_of
from gui.model import entry
from gui.model.fuzzy import NOT_AT_ALL, Words, distance
from gui.model.fuzzy import summary as first_sentence

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
        known = Words(op.name, op.symbol, op.category, op.doc, op.nickname)
        far = distance(query, known) if query else 0
        if far < NOT_AT_ALL:
            rank = common.get(op.name, len(common))
            found.append(((far, rank, len(op.name) if query else 0, op.category, op.name), op))
    return [op for _, op in sorted(found, key=lambda row: row[0])]


def _choice(op: Op) -> Choice:
    return Choice(op.name, symbol_of(op), op.name, summary(op))


def summary(op: Op) -> str:
    """The first sentence of the op's description."""
    return first_sentence(op.doc) or op.category
