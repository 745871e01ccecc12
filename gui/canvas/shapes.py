"""How large a node is and what is written on it: a pure function of the node and its wires.

Widths are reckoned from counted characters, so they are the same on every machine, and rows for
a value and a gradient are always there, so nothing jumps while a run is played.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.graph import Node
from engine.registry import OPS, Op
from gui.model.folding import FOLDED
from gui.model.history import FUNCTION
from gui.model.unseen import visible
from gui.model.words import count, number, short

GRID = 10
HEADER, ROW = 26, 24
BOX_HEIGHT, PILL_HEIGHT = HEADER + 2 * ROW, 44
NARROWEST, WIDEST = 130, 280
PORT_AT, PORT_TOP, PORT_STEP = 38, 32, 18
FOLDED_WIDTH = 230
CHIP_HEIGHT = 22
"""The `.grad` chip hangs this much (and a gap of 4) below its leaf."""

_CHAR, _MONO = 7.6, 7.4
_BOLD = 1.25
"""How much wider bold characters are."""
DIGITS = "0123456789"
NUMBER_ROOM, LIST_ROOM = 9, 14
"""Characters a leaf keeps free for its value."""


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


def shape_of(node: Node, wired: Collection[str] = (), outputs: int = 1) -> Shape:
    """The shape of a node with wires into these slots, and this many outputs."""
    if node.op == FUNCTION:
        return _function(node, tuple(wired), outputs)
    if node.op == FOLDED:
        return _folded(node)
    op = OPS.get(node.op)
    if op is not None and op.source and not wired:
        return _pill(node, outputs)
    return _box(node, op, wired, outputs)


def _function(node: Node, inputs: tuple[str, ...], outputs: int) -> Shape:
    """A Function of the history: its name, and whose it is."""
    whose = node.params["of"]
    name = visible(node.name)
    width = int(box_width(0, len(name) * _BOLD, len(whose)))
    size = width, int(box_height(len(inputs), outputs))
    literal = (False,) * len(inputs)
    return Shape(False, "", name, whose, *size, inputs, literal, outputs, False, True)


def _folded(node: Node) -> Shape:
    """A folded group: its ports are the group's boundary."""
    inputs, outputs = tuple(node.params["inputs"]), int(node.params["outputs"])
    detail = count(node.params["nodes"], "node")
    name = visible(node.name)
    width = max(FOLDED_WIDTH, int(box_width(3, len(name), len(detail))))
    height = int(box_height(len(inputs), outputs))
    literal = (False,) * len(inputs)
    return Shape(False, FOLDED, name, detail, width, height, inputs, literal, outputs, False, True)


def _pill(node: Node, outputs: int) -> Shape:
    needs_grad, text = asks_for_grad(node), source_text(node)
    room = NUMBER_ROOM if holds_number(node) else max(LIST_ROOM, len(text))
    name = visible(node.name)
    width = int(pill_width(len(name), needs_grad, room))
    return Shape(True, "", name, text, width, PILL_HEIGHT, (), (), outputs, needs_grad, True)


def asks_for_grad(node: Node) -> bool:
    """Whether a leaf is made to require a gradient."""
    return node.op == "parameter" or bool(node.params.get("requires_grad"))


def holds_number(node: Node) -> bool:
    """Whether a leaf's data is one number."""
    return type(node.params.get("data")) in (float, int)


def pill_width(name: Any, needs_grad: Any, room: int = NUMBER_ROOM) -> Any:
    """How wide leaves are; characters of the name and of the value, one or many at a time."""
    return on_grid(46 + name * 9.4 + np.multiply(needs_grad, 16) + room * _MONO)


def box_width(symbol: Any, label: Any, detail: Any) -> Any:
    """How wide boxes are; characters of what is written on them, one or many at a time."""
    written = np.where(symbol, np.maximum(18, symbol * 9), 0) + label * _CHAR
    return on_grid(28 + written + np.where(detail, detail * _CHAR + 8, 0))


def on_grid(width: Any) -> Any:
    return np.clip(np.ceil(width / GRID) * GRID, NARROWEST, WIDEST)


def box_height(inputs: Any, outputs: Any) -> Any:
    """How tall boxes with so many ports are, one or many at a time."""
    return np.maximum(BOX_HEIGHT, PORT_TOP + PORT_STEP * (np.maximum(inputs, outputs) - 1) + 16)


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


def _box(node: Node, op: Op | None, wired: Collection[str], outputs: int) -> Shape:
    inputs = slots_of(op, wired)
    literal = tuple(name not in wired and name in node.params for name in inputs)
    detail = _detail(node, op, wired)
    if not named_after(node.name, node.op):
        detail = f"{node.op} {detail}".strip()
    symbol = symbol_of(op)
    name = visible(node.name)
    width = int(box_width(len(symbol), len(name), len(detail)))
    return Shape(
        False, symbol, name, detail, width, int(box_height(len(inputs), outputs)), inputs,
        literal, outputs, False, op is not None,
    )  # fmt: skip


def symbol_of(op: Op | None) -> str:
    """The op's symbol, unless it only repeats the name."""
    if op is None:
        return "?"
    return "" if op.symbol.replace(" ", "_") == op.name else op.symbol


def named_after(name: str, op: str) -> bool:
    """Whether a name is the op's, perhaps with a number behind."""
    return name.rstrip(DIGITS) == op.rstrip("_") or name == op


def slots_of(op: Op | None, wired: Collection[str]) -> tuple[str, ...]:
    """The input ports a node shows: its op's slots, a variadic one filled up and one free."""
    names: list[str] = []
    for slot in op.slots if op else ():
        if not slot.variadic:
            names.append(slot.name)
            continue
        taken = [int(k[len(slot.name) + 1 :]) for k in wired if k.startswith(slot.name + ".")]
        names.extend(f"{slot.name}.{k}" for k in range(max(taken, default=-1) + 2))
    return (*names, *(name for name in wired if name not in names))


def _detail(node: Node, op: Op | None, wired: Collection[str]) -> str:
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


_BRACKETS = {"Key": "[{}]", "Callee": "{}", "Given": "({})"}
"""How fields that hold code are told, by their annotation."""


def _field_words(node: Node, op: Op) -> list[str]:
    """Fields as in a call: by position where that reads well, else by name."""
    words, gap = [], False
    for field in op.fields:
        value = node.params.get(field.name, field.default)
        if value == field.default and not field.required:
            gap = True
        elif field.kind in _BRACKETS:
            words.append(_BRACKETS[field.kind].format(literal_text(value)))
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
