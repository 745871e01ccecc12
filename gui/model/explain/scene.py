"""What the letters of a formula stand for: nodes of the graph, and the numbers they had."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.formulas import RESULT, UPSTREAM, letters, substituted
from engine.function import Function
from engine.graph import Graph
from gui.model import words
from gui.model.explain import algebra, plain, symbols, written
from gui.model.explain.algebra import Term
from gui.model.explain.replay import Replay
from gui.model.explain.symbols import Gradient, Symbol
from gui.model.film import TraceFilm

Array = Any
Index = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Thing:
    """What one letter stands for: its name, and its value (None if that is not known)."""

    name: Symbol
    value: Array = None
    is_setting: bool = False


Things = dict[str, Thing]
"""By letter."""


def node_name(graph: Graph, node: str, output: int | None = None) -> Symbol:
    """A node, or one output of it, by name."""
    owner = node if node in graph.nodes else node.removesuffix(".grad")
    found = graph.nodes.get(owner)
    name = "·" if found is None else found.name + node[len(owner) :]
    return symbols.named(name if output is None else f"{name}[{output}]")


def forward_things(replay: Replay) -> Things:
    """The letters of an op's formula: what is wired to its slots, and what is set on it."""
    op, found = replay.op, {}
    for name, letter in letters(
        [*(s.name for s in op.slots), *(f.name for f in op.fields)]
    ).items():
        thing = _slot(replay, name) or _setting(_given(replay, name))
        if thing is not None:
            found[letter] = thing
    return found


def _given(replay: Replay, name: str) -> Any:
    known = {f.name: f.default for f in replay.op.fields} | dict(replay.node.params)
    return known.get(name)


def _slot(replay: Replay, slot: str) -> Thing | None:
    edge = replay.graph.inputs.get(replay.node.id, {}).get(slot)
    if edge is None or slot not in replay.inputs:
        return None
    output = edge.output or None
    return Thing(node_name(replay.graph, edge.source, output), replay.inputs[slot])


def _setting(value: Any) -> Thing | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return Thing(symbols.number(words.number(value, words.MOST_DIGITS)), np.float64(value), True)


def backward_things(replay: Replay, function: Function, slots: Mapping[str, str]) -> Things:
    """The letters of a Function's rules; `slots`: which slot of the node each input came in by."""
    cls, found = type(function), {}
    settings = {**cls.defaults, **cls.keywords, **dict(function.params)}
    for name, letter in letters((*cls.inputs, *cls.keywords)).items():
        slot = slots.get(name, name if name not in cls.keywords else "")
        thing = _slot(replay, slot) or _setting(settings.get(name, _given(replay, name)))
        if thing is not None:
            found[letter] = thing
    return found


def function_at(
    film: TraceFilm, node: str, slot: str | None, name: str, step: int
) -> tuple[Function, int] | None:
    """The Function of a node that sent a gradient out of `slot`, and the number of its edge."""
    for first, _, function in reversed(film.functions(node)):
        slots = function.origin.slots if function.origin is not None else ()
        if slot is not None and first <= step and function.name() == name and slot in slots:
            return function, slots.index(slot)
    return None


def slots_of(function: Function) -> dict[str, str]:
    """Input of the Function's class -> slot of its node, as far as tensors came in by slots."""
    slots = function.origin.slots if function.origin is not None else ()
    pairs = zip(type(function).rules, slots, strict=False)
    return {type(function).inputs[i]: slot for (i, _), slot in pairs if slot is not None}


# ---- formulas in the names of the graph ----------------------------------------------------------


_MATRICES = ("A", "B", "C", "V")
_PRODUCT = r"a \, b"
"""matmul's formula: letters side by side are matrices, which do not commute."""


def arithmetic(formula: str) -> Term | None:
    """The formula taken apart, if it is arithmetic on single numbers."""
    try:
        term = algebra.parsed(formula)
    except algebra.Unknown:
        return None
    matrices = formula == _PRODUCT or any(c in _MATRICES for c in algebra.letters_in(term))
    return None if matrices else term


def written_out(formula: str, things: Things, *, shapes: bool = False) -> Symbol:
    """The formula with names in the places of its letters; with the shapes of arrays under them."""
    indexed = "_" in formula.replace(r"\log_", "")
    shaped = shapes and not indexed  # under a name with an index there is no room
    names = {k: t.name.shaped(t.value) if shaped else t.name for k, t in things.items()}
    texts = {k: n.text for k, n in names.items()}
    term = arithmetic(formula)
    if term is not None:
        tex = written.tex(term, {k: n.tex for k, n in names.items()})
        return Symbol(tex, written.text(term, texts))
    came = things[UPSTREAM].name if UPSTREAM in things else None
    if indexed and isinstance(came, Gradient):
        return _with_indices(formula, came, names)
    return Symbol(
        _spaced(formula, {k: n.tex for k, n in names.items()}), plain.plain(formula, texts)
    )


def _with_indices(formula: str, came: Gradient, names: Mapping[str, Symbol]) -> Symbol:
    """`\\bar{y}_j` becomes ∂L/∂y_j as a whole: the index belongs under the line."""
    marks: dict[str, Symbol] = {}

    def marked(match: re.Match[str]) -> str:
        mark = rf"\mark{chr(97 + len(marks))}"
        marks[mark] = came.indexed(match[1].strip("{}"))
        return mark + " "

    marked_formula = re.sub(r"\\bar\{y\}_(\{[^{}]*\}|\w)", marked, formula)
    tex_names = {k: n.tex for k, n in {**names, **marks}.items()}
    text_names = {k: n.text for k, n in {**names, **marks}.items()}
    return Symbol(_spaced(marked_formula, tex_names), plain.plain(marked_formula, text_names))


def _spaced(formula: str, names: Mapping[str, str]) -> str:
    """Words side by side need a space between them, which TeX leaves out."""
    wide = {k: rf"{v}\," if v.startswith(r"\text") else v for k, v in names.items()}
    return substituted(formula, wide)


def entries(things: Things, at: Index, shape: tuple[int, ...]) -> dict[str, float] | None:
    """The number every letter stands for at one entry of a result of that shape.

    None where something has another shape, so that no entry of it belongs to this one.
    """
    found = {}
    for letter, thing in things.items():
        if thing.value is None:
            continue
        try:
            found[letter] = float(np.broadcast_to(thing.value, shape)[at])
        except (ValueError, TypeError):
            return None
    return found


def at_entry(things: Things, at: Index) -> Things:
    """The letters as those entries: of what is broadcast the entry that is used there."""
    return {
        letter: Thing(thing.name.at(spread_index(np.shape(thing.value), at)))
        for letter, thing in things.items()
    }


def settings(things: Things) -> dict[str, Symbol]:
    """The letters that stand for a number that is set on the op, and that number."""
    return {k: t.name for k, t in things.items() if t.is_setting}


def spread_index(shape: tuple[int, ...], at: Index) -> Index:
    """Which entry of an array of `shape` is used at `at`, when it is broadcast."""
    own = at[len(at) - len(shape) :] if shape else ()
    return tuple(0 if size == 1 else i for size, i in zip(shape, own, strict=True))


def upstream(things: Things, name: Symbol, result: Array, root: Symbol, grad: Array) -> Things:
    """The letters with y and its gradient."""
    came = Thing(symbols.gradient(root, name), grad)
    return {RESULT: Thing(name, result), UPSTREAM: came} | things


def without_ones(formula: str, things: Things) -> str:
    """The formula without the factors alpha and beta, where these are 1 as usual."""
    for letter in (r"\alpha", r"\beta"):
        thing = things.get(letter)
        if thing is not None and not np.ndim(thing.value) and float(thing.value) == 1:
            formula = formula.replace(f"{letter} ", "")
    return formula
