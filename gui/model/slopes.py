"""Local derivatives as a caption names them: `2 · x`, in the names of what is wired."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.captions import rule_formula
from engine.events import Flow
from engine.formulas import RESULT, UPSTREAM, letters
from engine.function import Function
from engine.graph import Graph
from engine.registry import Op

if TYPE_CHECKING:
    from gui.model.explain.algebra import Term

LONGEST = 40
"""Characters of a derivative that still fits into a sentence."""
_ONE_LESS = re.compile(r"\^\((-?\d+(?:\.\d+)?) - 1\)")
CHECKED = 4
"""Numbers of what was sent that are compared with what the derivative says."""
_SUM_OF_ONES = ("MeanBackward0", "MeanBackward1")
"""Rules whose n is how many numbers go into one."""
_NAMELESS = "\0"
"""Stands for what has no name in the drawing: then the rule is not told."""


@dataclass(frozen=True, slots=True)
class Thing:
    """What a letter stands for: the output of a node (`end`), or a number that is set."""

    name: str
    number: float | None = None
    end: tuple[str, int] = ("", 0)


Array = Any
Pairs = tuple[tuple[str, str], ...]


def local_derivative(
    graph: Graph, function: Function, edge: int, flow: Flow, value_of: Callable[[str, int], Array]
) -> str:
    """What `function` multiplied by, number by number, in what it sent along that edge.

    Empty where that is not so simple, or not what it did: some options of an op have another rule
    than the one that is written.  `value_of` gives output `k` of a node.
    """
    things = _things(graph, function)
    if function.name() in _SUM_OF_ONES:
        ratio = np.size(flow.raw) // max(1, np.size(flow.upstream))
        things["n"] = Thing(str(ratio), float(ratio))
    names = tuple((k, t.name) for k, t in things.items())
    text, term = _written(function.name(), _input(function, edge), names)
    if term is None or not text:
        return ""
    return text if _is_so(term, things, flow, value_of) else ""


def _is_so(
    term: Term, things: Mapping[str, Thing], flow: Flow, value_of: Callable[[str, int], Array]
) -> bool:
    """Whether the first numbers that were sent are what the derivative says."""
    from gui.model.explain import algebra  # the package reads films, which are told by captions

    sent = np.asarray(flow.raw)
    shape = sent.shape
    try:
        up = np.broadcast_to(flow.upstream, shape)
        known = {
            k: np.broadcast_to(t.number if t.number is not None else value_of(*t.end), shape)
            for k in {*algebra.letters_in(term)} if (t := things[k])
        }  # fmt: skip
    except (ValueError, TypeError):
        return not {*algebra.letters_in(term)}
    slack = 1e-4 if sent.dtype.itemsize > 2 else 2e-2
    for index in islice(np.ndindex(shape), CHECKED):
        given, came = float(sent[index]), float(up[index])
        mine = algebra.value(term, {k: float(v[index]) for k, v in known.items()}) * came
        if math.isfinite(given) and not math.isclose(mine, given, rel_tol=slack, abs_tol=1e-6):
            return False
    return True


def rule_in_names(graph: Graph, function: Function, edge: int) -> str:
    """A whole rule in one line, g for what arrives: `g wᵀ`; empty where it needs indices."""
    cls = type(function)
    names = {k: t.name for k, t in _things(graph, function).items()}
    for letter in (RESULT, *letters((*cls.inputs, *cls.keywords)).values()):
        names.setdefault(letter, _NAMELESS)
    return _rule(function.name(), _input(function, edge), tuple(names.items()))


def _input(function: Function, edge: int) -> str:
    """What the class calls the input whose gradient goes along that edge, "" for unnamed ones."""
    cls = type(function)
    return cls.inputs[cls.rules[edge][0]] if edge < len(cls.rules) else ""


def _things(graph: Graph, function: Function) -> dict[str, Thing]:
    """Each letter of a Function's rules, and what it stands for at its node."""
    origin, cls, found = function.origin, type(function), dict[str, Thing]()
    node = graph.nodes[origin.node]
    if 0 in origin.results.values():
        found[RESULT] = Thing(node.name, end=(node.id, 0))
    slots = dict(zip([cls.inputs[i] for i, _ in cls.rules], origin.slots, strict=False))
    wired = graph.inputs.get(node.id, {})
    settings = {**cls.defaults, **cls.keywords, **dict(function.params)}
    for name, letter in letters((*cls.inputs, *cls.keywords)).items():
        slot = slots.get(name, name if name not in cls.keywords else None)
        edge = None if slot is None else wired.get(slot)
        value = settings.get(name, node.params.get(name))
        if edge is not None:
            end = f"[{edge.output}]" if edge.output else ""
            text = graph.nodes[edge.source].name + end
            found[letter] = Thing(text, end=(edge.source, edge.output))
        elif isinstance(value, int | float) and not isinstance(value, bool):
            found[letter] = Thing(f"{value:g}", float(value))
    return found


def prepare() -> None:
    """Load what takes a tenth of a second: on a worker, before the first caption is wanted."""
    from gui.model.explain import scene as scene  # the package reads films, told by captions


def worked_out(op: Op, values: Mapping[str, float]) -> float | None:
    """The number an op's own formula gives, by slot and field; None where it is no arithmetic."""
    from gui.model.explain import algebra  # the package reads films, which are told by captions

    term = _parsed(op.formula.partition(" = ")[2])
    if term is None:
        return None
    names = letters([*(s.name for s in op.slots), *(f.name for f in op.fields)])
    try:
        return algebra.value(term, {names[k]: v for k, v in values.items() if k in names})
    except algebra.Unknown:
        return None


@lru_cache(maxsize=1024)
def _parsed(formula: str) -> Term | None:
    from gui.model.explain.scene import arithmetic  # as above

    return arithmetic(formula) if formula else None


@lru_cache(maxsize=8192)
def _written(function: str, name: str, names: Pairs) -> tuple[str, Term | None]:
    """A local derivative in names, and its formula."""
    from gui.model.explain import algebra, written  # as above

    term = _parsed(rule_formula(function, name).partition(" = ")[2]) if name else None
    factor = None if term is None else without_upstream(term)
    if factor is None or not {*algebra.letters_in(factor)} <= dict(names).keys():
        return "", None
    return tidy(written.text(factor, dict(names))), factor


@lru_cache(maxsize=8192)
def _rule(function: str, name: str, names: Pairs) -> str:
    from gui.model.explain.plain import plain  # as above

    formula = rule_formula(function, name).partition(" = ")[2] if name else ""
    text = plain(formula, {**dict(names), UPSTREAM: "g"})
    too_much = len(text) > LONGEST or any(sign in text for sign in (_NAMELESS, "Σ", "…"))
    return "" if too_much else text


def without_upstream(term: Term) -> Term | None:
    """What the gradient that comes in is multiplied by; None for what is no product with it."""
    from gui.model.explain.algebra import Term, letters_in  # as above

    one = Term("number", text="1")
    if UPSTREAM not in letters_in(term):
        return term if term.kind == "number" else None
    match term.kind, term.parts:
        case "letter", _:
            return one
        case "neg" | "group", (inner,):
            found = without_upstream(inner)
            return None if found is None else Term(term.kind, (found,))
        case "frac" | "slash", (over, under) if UPSTREAM not in letters_in(under):
            found = without_upstream(over)
            return None if found is None else Term(term.kind, (found, under))
        case "mul", parts:
            with_it = [p for p in parts if UPSTREAM in letters_in(p)]
            found = without_upstream(with_it[0]) if len(with_it) == 1 else None
            if found is None:
                return None
            left = [found if p is with_it[0] else p for p in parts]
            left = [p for p in left if p != one] or [one]
            return left[0] if len(left) == 1 else Term("mul", tuple(left))
    return None


def tidy(text: str) -> str:
    """`2 · x^(2 - 1)` as `2 · x`, and factors 1 left out."""

    def less(found: re.Match[str]) -> str:
        power = float(found[1]) - 1
        return "" if power == 1 else f"^{power:g}" if power >= 0 else f"^({power:g})"

    text = _ONE_LESS.sub(less, text)
    text = re.sub(r"(?<![\w.)])1 · ", "", text)
    text = re.sub(r"not \((\w+)\)", r"not \1", text)
    if text.startswith("(") and text.find(")") == len(text) - 1:
        text = text[1:-1]
    return text if len(text) <= LONGEST else ""
