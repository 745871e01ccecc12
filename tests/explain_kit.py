"""What the tests of explanations share: a film of every op, and a reader that does the sums."""

import math
import re

import numpy as np
import pytest

from engine.graph import Action, Edge, Graph, Node
from engine.session import Session
from gui.model import words
from gui.model.film import TraceFilm

FORWARD = Action("forward")
_FUNCTIONS = {
    "ln": math.log, "sqrt": math.sqrt, "sin": math.sin, "cos": math.cos, "tan": math.tan,
    "tanh": math.tanh, "sinh": math.sinh, "cosh": math.cosh, "arcsin": math.asin,
    "arccos": math.acos, "arctan": math.atan, "arsinh": math.asinh, "arcosh": math.acosh,
    "artanh": math.atanh, "erf": math.erf, "erfc": math.erfc, "trunc": math.trunc,
    "floor": math.floor, "ceil": math.ceil, "round": round, "max": max, "min": min, "abs": abs,
    "log2": math.log2, "log10": math.log10, "E": math.e, "PI": math.pi, "nan": math.nan,
    "inf": math.inf, "sgn": lambda x: (x > 0) - (x < 0), "GAMMA": math.gamma,
    "SIGMA": lambda x: 1 / (1 + math.exp(-x)), "True": True, "False": False,
    "PHI": lambda x: (1 + math.erf(x / math.sqrt(2))) / 2,
    "DENSITY": lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi), "float": float,
}  # fmt: skip
_SPELLED = (
    ("·", "*"), ("√", "sqrt"), ("≤", "<="), ("≥", ">="), ("≠", "!="), ("Φ", "PHI"), ("σ", "SIGMA"),
    ("φ", "DENSITY"), ("Γ", "GAMMA"), ("π", "PI"), ("⌊", "floor("), ("⌋", ")"), ("⌈", "ceil("),
    ("⌉", ")"), ("[", "float("), ("]", ")"),
)  # fmt: skip


def worked_out(text):
    """What a reader gets who does what one line of plain text says; None if it is no arithmetic."""
    spelled = re.sub(r"(?<![=<>!])=(?!=)", "==", text)
    spelled = re.sub(r"\|([^|]*)\|", r"abs(\1)", spelled)
    spelled = re.sub(r"(?<![\w.])e\^", "E^", spelled)
    for sign, python in _SPELLED:
        spelled = spelled.replace(sign, python)
    spelled = spelled.replace("^", "**")
    try:
        return float(eval(spelled, {"__builtins__": {}}, _FUNCTIONS))
    except (SyntaxError, NameError, TypeError):
        return None
    except (ArithmeticError, ValueError):
        return math.nan


def checked(lines, given):
    """Whether the arithmetic that is shown gives the number that is shown, which is `given`.

    Returns the mark between them, or "" where there is no pure arithmetic.
    """
    result = [line for line in lines if line.kind == "result"][-1].text
    shown = re.split("[=≈←] ", result)[-1]
    assert shown == words.number(given), (result, given)
    numbers = [line.text for line in lines if line.kind == "numbers"]
    if not numbers or "…" in numbers[-1]:
        return ""
    arithmetic = numbers[-1].partition("= ")[2]
    found = worked_out(arithmetic)
    assert found is not None, arithmetic
    if "≈" in result:
        assert found == pytest.approx(given, rel=2e-2, abs=1e-4), (arithmetic, given)
        return "≈"
    assert words.number(found + 0.0) == words.number(float(shown) + 0.0), (arithmetic, result)
    return "="


def run(graph, *program):
    """The film of a run."""
    session = Session(graph)
    for _ in session.run(program):
        pass
    return TraceFilm(graph, program, session.trace)


def film_of_case(case, dtype="float64"):
    """`y = op(…)`, then a loss in which every entry of y counts differently, and backward."""
    nodes, edges = _graph_of(case, dtype)
    graph = Graph.of(nodes, edges)
    film = run(graph, FORWARD)
    state = film.frame(len(film) - 1).node("y")
    if state.value is None or not state.requires_grad:
        return film
    weights = np.random.default_rng(0).uniform(-2, 2, np.shape(state.value)).round(2)
    leaf = {"data": weights.tolist(), "dtype": dtype, "requires_grad": False}
    nodes += [Node("v", "tensor", "v", leaf), Node("m", "mul", "m"), Node("L", "sum", "L")]
    edges += [Edge("y", 0, "m", "self"), Edge("v", 0, "m", "other"), Edge("m", 0, "L", "self")]
    return run(Graph.of(nodes, edges), FORWARD, Action("backward", "L"))


def _graph_of(case, dtype):
    nodes, edges, params = [], [], dict(case.fields)
    for letter, (slot, value) in zip("abcdefgh", case.arrays(dtype).items(), strict=False):
        if not isinstance(value, np.ndarray):
            params[slot] = value
            continue
        floats = value.dtype.kind == "f"
        kind = dtype if floats else value.dtype.name
        leaf = {"data": value.tolist(), "dtype": kind, "requires_grad": floats}
        nodes.append(Node(letter, "tensor", letter, leaf))
        source = letter
        if case.op.inplace and slot == case.op.slots[0].name:
            source = f"{letter}1"
            nodes.append(Node(source, "mul", source, {"other": 1.0}))
            edges.append(Edge(letter, 0, source, "self"))
        edges.append(Edge(source, 0, "y", slot))
    return [*nodes, Node("y", case.op.name, "y", params)], edges
