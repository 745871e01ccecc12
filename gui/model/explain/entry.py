"""One entry of a result, or of a gradient, worked out with its numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from gui.model.explain import symbols
from gui.model.explain.algebra import Term
from gui.model.explain.arithmetic import (
    Line,
    Product,
    close,
    equal,
    holds,
    said,
    total,
    with_numbers,
)
from gui.model.explain.contraction import Contraction, contraction
from gui.model.explain.replay import Replay
from gui.model.explain.scene import (
    Thing,
    Things,
    arithmetic,
    at_entry,
    entries,
    node_name,
    settings,
    written_out,
)
from gui.model.explain.special import forward_special
from gui.model.explain.symbols import Symbol

Array = Any
Index = tuple[int, ...]

ROUGH = 1e-3
"""How far a formula may be from the engine and still be told, with ≈: gelu by tanh."""


def largest(array: Array) -> Index:
    """Where the entry of the largest size is: the one that is worked out unless asked otherwise."""
    if not np.ndim(array) or not np.size(array):
        return ()
    size = np.nan_to_num(np.abs(np.asarray(array, dtype=float)), nan=-1.0)
    return tuple(int(i) for i in np.unravel_index(int(np.argmax(size)), np.shape(array)))


def result_entry(replay: Replay, things: Things, name: Symbol, at: Index) -> tuple[Line, ...]:
    """`Y[1, 2] = Σ_k A[1, k] · B[k, 2]`, with numbers: the way this op makes the entry."""
    result, left = float(replay.result[at]), name.at(at)
    return (
        _contracted(replay, things, left, at, result)
        or forward_special(replay, left, at, result)
        or _by_formula(replay.op.formula, things, left, at, np.shape(replay.result), result)
        or _linear(replay, left, at, result)
        or (equal(left, symbols.value(result), "result"),)
    )


# ---- products of matrices ------------------------------------------------------------------------


def _contracted(
    replay: Replay, things: Things, left: Symbol, at: Index, result: float
) -> tuple[Line, ...]:
    shapes = {slot: np.shape(x) for slot, x in replay.inputs.items()}
    found = contraction(replay.op.name, shapes)
    if found is None:
        return ()
    names = input_names(replay)
    one, other = replay.inputs[found.left], replay.inputs[found.right]
    pair = (names[found.left], names[found.right])
    return _sum_over(found, (one, other), pair, left, at, result)


def _sum_over(
    found: Contraction, arrays: tuple[Array, Array], names: tuple[Symbol, Symbol],
    left: Symbol, at: Index, result: float,
) -> tuple[Line, ...]:  # fmt: skip
    one, other = arrays
    terms = [
        _pair(names[0], names[1], i, j, float(one[i]), float(other[j]))
        for i, j in found.terms(at, one, other)
    ]
    if not close(sum(math.prod(t.values) for t in terms), result, 1e-4):
        return ()
    return total(left, terms, result, _sigma(found, names, at))


def _pair(one: Symbol, other: Symbol, i: Index, j: Index, a: float, b: float) -> Product:
    return Product((a, b), lambda: (one.at(i), other.at(j)))


def _sigma(found: Contraction, names: tuple[Symbol, Symbol], at: Index) -> Symbol | None:
    """`Σ_k A[1, k] · B[k, 2]`."""
    if not found.summed:
        return None
    fixed = {c: str(k) for c, k in zip(found.out, at, strict=True)}
    first, second = (
        name.where([fixed.get(c, c) for c in letters])
        for name, letters in zip(names, (found.one, found.other), strict=True)
    )
    over = ", ".join(found.summed)
    return Symbol(
        rf"\sum_{{{over}}} {first.tex} \cdot {second.tex}",
        f"Σ_{over} {first.text} · {second.text}",
    )


# ---- entry by entry ------------------------------------------------------------------------------


def _by_formula(
    formula: str, things: Things, left: Symbol, at: Index, shape: tuple[int, ...], result: float
) -> tuple[Line, ...]:
    """An op that works entry by entry: its formula on the entries that belong together."""
    term = arithmetic(right_side(formula))
    values = entries(things, at, shape)
    if term is None or values is None or not holds(term, values, result, ROUGH):
        return ()
    symbolic = written_out(right_side(formula), at_entry(things, at))
    return equal(left, symbolic), *with_numbers(term, values, result, settings(things))


def right_side(formula: str) -> str:
    """What stands behind the sign of an equation."""
    for sign in (r"\leftarrow", "="):
        _, found, right = formula.partition(f" {sign} ")
        if found:
            return right
    return formula


# ---- whatever is linear --------------------------------------------------------------------------


def _linear(replay: Replay, left: Symbol, at: Index, result: float) -> tuple[Line, ...]:
    """`Σ ∂y/∂x · x`, for the fewest inputs whose terms give all of it: as in a convolution."""
    row = replay.pulled(at)
    if not row or math.isnan(result):
        return ()
    names = input_names(replay)
    for size in range(1, min(len(row), 3) + 1):
        for slots in combinations(row, size):
            parts = [(s, float(np.sum(_product(row[s], replay.inputs[s])))) for s in slots]
            if close(sum(p for _, p in parts), result):
                terms = [t for s in slots for t in _row_terms(row[s], replay.inputs[s], names[s])]
                return total(left, terms, result)
    return ()


def _product(row: Array, x: Array) -> Array:
    with np.errstate(all="ignore"):
        return np.where(row == 0, 0.0, np.asarray(row, float) * np.asarray(x, float))


def _row_terms(row: Array, x: Array, name: Symbol) -> list[Product]:
    alive = np.argwhere(np.asarray(row) != 0)
    plain = bool(np.all(np.asarray(row)[np.asarray(row) != 0] == 1))
    terms = []
    for where in alive:
        i = tuple(int(k) for k in where)
        values = (float(x[i]),) if plain else (float(row[i]), float(x[i]))
        terms.append(_weighted(name, i, values))
    return terms


def _weighted(name: Symbol, i: Index, values: tuple[float, ...]) -> Product:
    if len(values) == 1:
        return Product(values, lambda: (name.at(i),))
    return Product(values, lambda: (symbols.value(values[0]), name.at(i)))


def input_names(replay: Replay) -> dict[str, Symbol]:
    """What is wired to each slot, by name."""
    edges = replay.graph.inputs[replay.node.id]
    return {
        slot: node_name(replay.graph, edges[slot].source, edges[slot].output or None)
        for slot in replay.inputs
    }


# ---- gradients -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Passing:
    """A gradient on its way through a node: from its result to what is wired to `slot`."""

    replay: Replay
    slot: str
    root: Symbol
    result: Symbol
    source: Symbol
    upstream: Array
    value: Array
    formula: str
    things: Things

    @property
    def incoming(self) -> symbols.Gradient:
        """∂L/∂y."""
        return symbols.gradient(self.root, self.result)

    def left(self, at: Index) -> Symbol:
        """∂L/∂x[at]."""
        return self.root.over(self.source.at(at))


def gradient_entry(passing: Passing, at: Index) -> tuple[Line, ...]:
    """`∂L/∂A[1, 2] = Σ_j ∂L/∂Y[1, j] · B[2, j]`, with numbers; empty where it cannot be told."""
    given = float(np.asarray(passing.value)[at])
    return (
        _contracted_back(passing, at, given)
        or _rule_at(passing, at, given)
        or _by_jacobian(passing, at, given)
    )


def _contracted_back(passing: Passing, at: Index, given: float) -> tuple[Line, ...]:
    replay = passing.replay
    shapes = {slot: np.shape(x) for slot, x in replay.inputs.items()}
    found = contraction(replay.op.name, shapes)
    if found is None or passing.slot not in (found.left, found.right):
        return ()
    if np.shape(passing.upstream) != np.shape(replay.result):
        return ()
    back = found.towards(passing.slot)
    partner = replay.inputs[back.right]
    names = (passing.incoming, input_names(replay)[back.right])
    return _sum_over(back, (passing.upstream, partner), names, passing.left(at), at, given)


def _rule_at(passing: Passing, at: Index, given: float) -> tuple[Line, ...]:
    """An op that works entry by entry: its rule on the entries that belong together."""
    shape = np.shape(passing.value)
    term = arithmetic(passing.formula) if passing.formula else None
    wide = np.broadcast_shapes(shape, np.shape(passing.upstream)) if _fits(passing) else None
    if term is None or wide != shape:
        return ()
    found = _matching(term, passing, at, shape, given)
    if found is None:
        return ()
    values, names = found
    symbolic = written_out(passing.formula, names)
    return equal(passing.left(at), symbolic), *with_numbers(
        term, values, given, settings(passing.things)
    )


def _fits(passing: Passing) -> bool:
    try:
        np.broadcast_shapes(np.shape(passing.value), np.shape(passing.upstream))
    except ValueError:
        return False
    return True


def _matching(
    term: Term, passing: Passing, at: Index, shape: tuple[int, ...], given: float
) -> tuple[dict[str, float], Things] | None:
    """The numbers of the letters, if the rule gives with them what the engine gave.

    `n` counts what a mean is taken over: which that is, the number that comes out tells.
    """
    values = entries(passing.things, at, shape)
    if values is None:
        return None
    names = at_entry(passing.things, at)
    counts: Sequence[int | None] = (
        [None] if "n" in values else [max(1, _ratio(passing)), 1, _rows(shape)]
    )
    for n in counts:
        tried = values if n is None else {**values, "n": float(n)}
        if holds(term, tried, given):
            more = {} if n is None else {"n": Thing(symbols.value(n))}
            return tried, {**names, **more}
    return None


def _ratio(passing: Passing) -> int:
    return int(np.size(passing.value) // max(1, np.size(passing.upstream)))


def _rows(shape: tuple[int, ...]) -> int:
    return shape[0] if shape else 1


def _by_jacobian(passing: Passing, at: Index, given: float) -> tuple[Line, ...]:
    """`Σ_j ∂L/∂y[j] · ∂y[j]/∂x[i]`: every entry of the result that feels this one."""
    replay = passing.replay
    shapes = np.shape(passing.upstream), np.shape(passing.value)
    if shapes != (np.shape(replay.result), np.shape(replay.inputs[passing.slot])):
        return ()  # through a view, or after memory was written to
    column = replay.column(passing.slot, at)
    if column is None:
        return ()
    with np.errstate(all="ignore"):
        parts = np.where(column == 0, 0.0, np.asarray(passing.upstream, float) * column)
    size = float(np.sum(np.abs(parts)))
    if not (math.isnan(given) or abs(float(np.sum(parts)) - given) <= 1e-3 * size + 1e-12):
        return ()
    plain = bool(np.all(column[column != 0] == 1))
    source = passing.source.at(at)
    terms = [
        _felt(passing, column, tuple(map(int, j)), source, plain) for j in np.argwhere(column != 0)
    ]
    if not terms:
        nothing = equal(passing.left(at), symbols.value(given), "result")
        return nothing, said(f"No entry of {passing.result.text} depends on {source.text} here.")
    return total(passing.left(at), terms, given)


def _felt(passing: Passing, column: Array, j: Index, source: Symbol, plain: bool) -> Product:
    grad = float(np.asarray(passing.upstream)[j])
    incoming, result = passing.root.over(passing.result.at(j)), passing.result.at(j)
    if plain:
        return Product((grad,), lambda: (incoming,))
    return Product((grad, float(column[j])), lambda: (incoming, result.over(source)))
