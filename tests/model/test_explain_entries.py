"""Entries worked out, of every op: true in the usual digits, short, and what an index points at."""

import numpy as np
import pytest

from engine.graph import Graph, Node
from gui.model.explain import explained, passed_back
from tests.engine.samples import CASES
from tests.explain_kit import FORWARD, checked, film_of_case
from tests.runs import backward, film, leaf, op, wire


def _some(shape):
    """Entries from both ends and the middle."""
    every = list(np.ndindex(shape))
    return {*every[:2], *every[len(every) // 2 :][:1], *every[-2:]}


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_entries_read_well_in_the_usual_digits(case):
    """In float32 and four digits, as in the window: each line short, each equation true."""
    shown = film_of_case(case, "float32")
    last = len(shown) - 1
    for how in (explained(shown, last, "y"), *passed_back(shown, last, "y")):
        assert not [line.text for line in how.lines if len(line.text) > 200]
        if how.work is None or not np.size(how.value):
            continue
        for at in _some(np.shape(how.value)):
            lines = how.work(at)
            assert not [line.text for line in lines if len(line.text) > 200]
            if lines:  # else the window says that this entry cannot be worked out
                checked(lines, float(np.asarray(how.value)[at]))


X = np.arange(1.0, 10.0).reshape(3, 3)
POINTED = [
    ("gather", [10.0, 20.0, 30.0], [2, 0, 2], {"dim": 0}, lambda i, at: (i[at],)),
    ("gather", X, [[2, 0, 1], [0, 0, 2]], {"dim": 0}, lambda i, at: (i[at], at[1])),
    ("gather", X, [[2, 0], [1, 1], [0, 2]], {"dim": 1}, lambda i, at: (at[0], i[at])),
    ("gather", X, [[2, 0], [1, 1], [0, 2]], {"dim": -1}, lambda i, at: (at[0], i[at])),
    ("index_select", [10.0, 20.0, 30.0], [2, 1], {"dim": 0}, lambda i, at: (i[at[0]],)),
    ("index_select", X, [2, 0], {"dim": 0}, lambda i, at: (i[at[0]], at[1])),
    ("index_select", X, [2, 0], {"dim": 1}, lambda i, at: (at[0], i[at[1]])),
    ("index_select", X, [2, 0], {"dim": -2}, lambda i, at: (i[at[0]], at[1])),
    ("embedding", X, [2, 0, 2], {}, lambda i, at: (i[at[0]], at[1])),
    ("embedding", X, [[2, 0], [1, 1]], {}, lambda i, at: (i[at[:2]], at[2])),
    ("take", X, [4, -1, 0], {}, lambda i, at: divmod(i[at] % 9, 3)),
]


@pytest.mark.parametrize("pointed", POINTED, ids=lambda p: f"{p[0]}-{p[3]}-{np.ndim(p[2])}d")
def test_what_an_index_points_at_is_named(pointed):
    """By every entry of the result, and of the gradient by which entries took it."""
    name, data, index, fields, source_of = pointed
    x, i = np.asarray(data), np.asarray(index)
    given, chosen = ("weight", "input") if name == "embedding" else ("self", "index")
    nodes = [leaf("x", x.tolist()), Node("i", "tensor", "i", {"data": index, "dtype": "int64"})]
    nodes += [Node("y", name, "y", fields), op("L", "sum")]
    wires = [wire("x", "y", given), wire("i", "y", chosen), wire("y", "L")]
    shown = film(Graph.of(nodes, wires), FORWARD, backward("L"))
    last, takers = len(shown) - 1, {}
    forward = explained(shown, last, "y")
    for at in np.ndindex(np.shape(forward.value)):
        source = tuple(int(k) for k in source_of(i, at))
        takers.setdefault(source, []).append(f"∂L/∂y{list(at)}")
        assert forward.work(at)[0].text == f"y{list(at)} = x{list(source)}"
        assert float(forward.value[at]) == x[source]
    (back,) = passed_back(shown, last, "y")
    for at in np.ndindex(x.shape):
        first = back.work(at)[0].text
        assert first == f"∂L/∂x{list(at)} = " + (" + ".join(takers.get(at, ())) or "0")
