"""How large a node is and what is written on it: a pure function of the node and its wires.

Widths are reckoned from counted characters, so they are the same on every machine, and rows for
a value and a gradient are always there, so nothing jumps while a run is played.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from engine.graph import Edge, Graph, Node
from engine.registry import OPS, Op
from gui.model.words import number, short

GRID = 10
HEADER, ROW = 26, 24
BOX_HEIGHT, PILL_HEIGHT = HEADER + 2 * ROW, 44
NARROWEST, WIDEST = 130, 280
PORT_AT, PORT_TOP, PORT_STEP = 38, 32, 18
CHIP_HEIGHT = 22
"""The `.grad` chip hangs this much (and a gap of 4) below its leaf."""

_CHAR, _MONO = 7.6, 7.4
_STEM = re.compile(r"^(.*?)\d*$")


@dataclass(frozen=True, slots=True)
class Shape:
    """What is drawn of a node before anything has run; offsets are from its top-left corner."""

    pill: bool
    symbol: str
    label: str
    detail: str
    width: int
    height: int
    inputs: tuple[str, ...]
    literal: tuple[bool, ...]
    outputs: int
    needs_grad: bool
    known: bool

    @property
    def ports(self) -> tuple[tuple[float, float], ...]:
        """Where inputs, then outputs are."""
        return port_places(self.pill, self.width, self.height, len(self.inputs), self.outputs)


@lru_cache(maxsize=4096)
def port_places(
    pill: bool, width: int, height: int, inputs: int, outputs: int
) -> tuple[tuple[float, float], ...]:
    if pill:
        left = [(0.0, height / 2) for _ in range(inputs)]
        return (*left, *((float(width), height / 2) for _ in range(outputs)))
    top = PORT_AT if inputs == 1 else PORT_TOP
    left = [(0.0, float(top + k * PORT_STEP)) for k in range(inputs)]
    return (*left, *((float(width), float(PORT_AT + k * PORT_STEP)) for k in range(outputs)))


def shape_of(graph: Graph, node: Node) -> Shape:
    """The shape of one node of `graph`."""
    wired = graph.inputs.get(node.id, {})
    outputs = 1 + max((e.output for e in graph.outputs.get(node.id, ())), default=0)
    op = OPS.get(node.op)
    if op is not None and op.source and not wired:
        return _pill(node, outputs)
    return _box(node, op, wired, outputs)


def _pill(node: Node, outputs: int) -> Shape:
    needs_grad = node.op == "parameter" or bool(node.params.get("requires_grad"))
    text = source_text(node)
    room = 9 if not isinstance(node.params.get("data"), (list, tuple)) else 14
    width = 46 + len(node.name) * 9.4 + (16 if needs_grad else 0) + max(room, len(text)) * _MONO
    return Shape(
        True, "", node.name, text, _on_grid(width), PILL_HEIGHT, (), (), outputs, needs_grad, True
    )


def source_text(node: Node) -> str:
    """What stands on a leaf before a run: its data, or the arguments it is made with."""
    if "data" not in node.params:
        plain = [v for k, v in node.params.items() if k not in ("dtype", "requires_grad")]
        return " ".join([node.op, *(literal_text(v) for v in plain)])[:22]
    data = node.params["data"]
    try:
        return short(np.asarray(data))
    except (ValueError, TypeError):
        return literal_text(data)


def _box(node: Node, op: Op | None, wired: Mapping[str, Edge], outputs: int) -> Shape:
    inputs = slots_of(op, wired)
    literal = tuple(name not in wired and name in node.params for name in inputs)
    label, detail = node.name, _detail(node, op, wired)
    if not _named_after_op(node):
        detail = f"{node.op} {detail}".strip()
    symbol = symbol_of(op)
    written = (
        max(18, len(symbol) * 9) * bool(symbol)
        + len(label) * _CHAR
        + (len(detail) * _CHAR + 8) * bool(detail)
    )
    height = max(BOX_HEIGHT, PORT_TOP + PORT_STEP * (max(len(inputs), outputs) - 1) + 16)
    return Shape(
        False, symbol, label, detail, _on_grid(28 + written), height, inputs, literal, outputs,
        False, op is not None,
    )  # fmt: skip


def symbol_of(op: Op | None) -> str:
    """The op's symbol, unless it only repeats the name."""
    if op is None:
        return "?"
    return "" if op.symbol.replace(" ", "_") == op.name else op.symbol


def _on_grid(width: float) -> int:
    return min(WIDEST, max(NARROWEST, math.ceil(width / GRID) * GRID))


def _named_after_op(node: Node) -> bool:
    match = _STEM.match(node.name)
    return node.name == node.op or (match is not None and match[1] == node.op.rstrip("_"))


def slots_of(op: Op | None, wired: Mapping[str, Edge]) -> tuple[str, ...]:
    """The input ports a node shows: its op's slots, a variadic one filled up and one free."""
    names: list[str] = []
    for slot in op.slots if op else ():
        if not slot.variadic:
            names.append(slot.name)
            continue
        taken = [int(k[len(slot.name) + 1 :]) for k in wired if k.startswith(slot.name + ".")]
        names.extend(f"{slot.name}.{k}" for k in range(max(taken, default=-1) + 2))
    return (*names, *(name for name in wired if name not in names))


def _detail(node: Node, op: Op | None, wired: Mapping[str, Edge]) -> str:
    """The literals in slots as arguments (`2`, `1e-8, 1`), then fields that are not the default."""
    if op is None:
        return ""
    words = []
    for slot in op.slots:
        if not slot.variadic:
            free = literal_text(node.params[slot.name]) if slot.name in node.params else "–"
            words.append("·" if slot.name in wired else free)
    if words and words[0] in "·–":
        words = words[1:]
    while words and words[-1] in "·–":
        words.pop()
    return ", ".join(words + _field_words(node, op))


def _field_words(node: Node, op: Op) -> list[str]:
    """Fields as in a call: by position where that reads well, else by name."""
    words, gap = [], False
    for field in op.fields:
        value = node.params.get(field.name, field.default)
        if value == field.default and not field.required:
            gap = True
        elif field.name in node.params:
            plain = not gap and (field.required or field.kind.startswith("float"))
            words.append(literal_text(value) if plain else f"{field.name}={literal_text(value)}")
    return words


def literal_text(value: Any) -> str:
    """A param as short as it can be written."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        text = str(value)
        return text if len(text) <= 18 else text[:17] + "…"
    exact = repr(value)
    return exact if len(exact) <= 12 else number(value, 6)
