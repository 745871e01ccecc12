"""How large all nodes of a graph are and where their ports lie, many at a time.

What is written on most nodes is their op and their name: those are measured as arrays.  The others
(arguments, any number of inputs, ops that are not known) are measured one by one, as `shape_of`
does; both come to the same.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection
from dataclasses import dataclass
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from engine.graph import Columns, Graph, Ints, Node
from engine.registry import OPS
from gui.canvas import shapes
from gui.canvas.shapes import Shape, shape_of
from gui.model.unseen import visible

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Wired = Callable[[int], Collection[str]]


@dataclass(frozen=True, slots=True, eq=False)
class Measures:
    """Of every node: whether it is a pill, width and height, how many inputs and outputs; of every
    edge: the number of the input it goes to.  `known` are the shapes that had to be made."""

    pill: Bools
    size: Floats
    inputs: Ints
    outputs: Ints
    input: Ints
    known: dict[int, Shape]


def measure(graph: Graph, wired: Wired) -> Measures:
    """Measure a graph; `wired` tells the slots of a row that have a wire."""
    columns, nodes = graph.columns, list(graph.nodes.values())
    table, inputs, symbol, is_leaf, is_plain, growing = _facts(columns)
    inputs, number = inputs[columns.op], table[columns.op[columns.target], columns.slot]
    taken = growing[columns.op[columns.target]]  # one more port than the last one wired
    np.maximum.at(inputs, columns.target[taken], number[taken] + 2)
    outputs = np.ones(len(nodes), np.int64)
    later = columns.output > 0
    np.maximum.at(outputs, columns.source[later], columns.output[later] + 1)
    leaf, bare = is_leaf[columns.op], is_plain[columns.op]
    for row in np.flatnonzero(leaf).tolist():
        leaf[row] = shapes.holds_number(nodes[row])
    bare &= ~np.fromiter(map(bool, [n.params for n in nodes]), bool, len(nodes))
    alone = ~(leaf | bare)
    alone[columns.target[number < 0]] = True
    rows = np.flatnonzero(alone).tolist()
    known = {k: shape_of(nodes[k], wired(k), int(outputs[k])) for k in rows}
    leaf &= ~alone
    pill = leaf.copy()
    size = np.empty((len(nodes), 2))
    size[:, 0] = _box_widths(columns, nodes, symbol)
    size[leaf, 0] = _leaf_widths([nodes[k] for k in np.flatnonzero(leaf).tolist()])
    size[:, 1] = np.where(leaf, shapes.PILL_HEIGHT, shapes.box_height(inputs, outputs))
    for row, shape in known.items():
        pill[row], inputs[row], outputs[row] = shape.pill, len(shape.inputs), shape.outputs
        size[row] = shape.width, shape.height
    for edge in np.flatnonzero(alone[columns.target]).tolist():
        shape, slot = known[int(columns.target[edge])], columns.slots[int(columns.slot[edge])]
        number[edge] = shape.inputs.index(slot)
    return Measures(pill, size, inputs, outputs, number, known)


def _facts(columns: Columns) -> tuple[Ints, Ints, Ints, Bools, Bools, Bools]:
    """Of each op: the number of each slot (-1 for none), how many inputs it has, the length of its
    symbol; whether its nodes are leaves with data, whether what they look like depends on no more
    than this, and whether they have a port for every wire and one free."""
    count = len(columns.ops)
    table = np.full((count, len(columns.slots)), -1, np.int64)
    inputs, symbol = np.zeros(count, np.int64), np.zeros(count, np.int64)
    leaf, plain, growing = np.zeros((3, count), bool)
    for k, name in enumerate(columns.ops):
        op = OPS.get(name)
        variadic = op is not None and any(slot.variadic for slot in op.slots)
        if op is None or (variadic and len(op.slots) > 1):
            continue
        growing[k] = variadic
        leaf[k], plain[k] = name in ("tensor", "parameter"), not op.source
        inputs[k], symbol[k] = len(op.slots), len(shapes.symbol_of(op))
        at = {slot.name: j for j, slot in enumerate(op.slots)}
        numbered = _numbered(op.slots[0].name, columns.slots) if variadic else None
        table[k] = numbered or [at.get(slot, -1) for slot in columns.slots]
    return table, inputs, symbol, leaf, plain, growing


def _numbered(slot: str, slots: Collection[str]) -> list[int]:
    """The k of every `slot.k` among these, -1 for others."""
    start = f"{slot}."
    tails = [s[len(start) :] if s.startswith(start) else "" for s in slots]
    return [int(tail) if tail.isdecimal() else -1 for tail in tails]


def _box_widths(columns: Columns, nodes: list[Node], symbol: Ints) -> Floats:
    """As wide as symbol, name and, where the name does not tell it, op; no arguments."""
    names, count = [visible(n.name) for n in nodes], len(nodes)
    length = np.fromiter(map(len, names), np.int64, count)
    stems = np.array([len(op.rstrip("_")) for op in columns.ops])[columns.op]
    bare = map(str.rstrip, names, repeat(shapes.DIGITS))
    same = [op.rstrip("_") for op in columns.ops]
    own = [same[k] for k in columns.op.tolist()]
    after = np.fromiter(map(operator.eq, bare, own), bool, count)
    for row in np.flatnonzero(~after & (stems <= length)).tolist():
        after[row] = shapes.named_after(names[row], nodes[row].op)
    detail = np.where(after, 0, np.array([len(op) for op in columns.ops])[columns.op])
    found: Floats = shapes.box_width(symbol[columns.op], length, detail)
    return found


def _leaf_widths(leaves: list[Node]) -> Floats:
    name = np.array([len(visible(node.name)) for node in leaves])
    needs_grad = np.array([shapes.asks_for_grad(node) for node in leaves], bool)
    found: Floats = shapes.pill_width(name, needs_grad)
    return found
