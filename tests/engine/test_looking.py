"""Ops that go through rows in Python look at every one whether the run is given up."""

import pytest

from engine.graph import Graph
from engine.session import Session
from tests.runs import FORWARD, leaf, op, wire


def looks(name, rows, params):
    """How often a run of the op on that many rows of equal numbers looks."""
    seen = []
    graph = Graph.of([leaf("x", [[1.0] * 20] * rows), op("y", name, **params)], [wire("x", "y")])
    session = Session(graph, lambda: bool(seen.append(name)))
    list(session.run((FORWARD,)))
    assert not session.failures
    return len(seen)


@pytest.mark.parametrize(
    ("name", "params"), [("cummax", {"dim": 0}), ("sort", {"dim": 1}), ("kthvalue", {"k": 2})]
)
def test_more_rows_are_more_looks(name, params):
    assert looks(name, 30, params) - looks(name, 10, params) == 20
