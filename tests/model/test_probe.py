"""Would this edge work?  The same answer the run will give, without running."""

import warnings
from itertools import product

import pytest

from engine.events import Failed
from engine.graph import Graph, Node
from engine.modes import STATE
from gui.model import probe
from gui.model.document import Document
from gui.model.film import Film
from gui.model.probe import check_shapes
from tests.runs import FORWARD, LESSONS, binary, events, film, film_of, leaf, lesson, op, wire


def misfits(graph, values=None):
    return dict(check_shapes(Document(graph), film(values or graph, FORWARD)))


@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_has_nothing_against_itself(name):
    document = lesson(name)
    assert dict(check_shapes(document, film_of(document))) == {}


LEAVES = {
    "s": 1.0, "v": [1.0, 2.0], "w": [1.0, 2.0, 3.0], "m": [[1.0, 2.0], [3.0, 4.0]], "i": [0, 1],
}  # fmt: skip


@pytest.mark.parametrize("name", ["add", "matmul", "mm", "cat", "mse_loss", "view", "gather"])
def test_what_is_refused_is_what_would_fail(name):
    leaves = [leaf(key, data, grad=False) for key, data in LEAVES.items()]
    for a, b in product(LEAVES, repeat=2):
        fields = {"view": {"shape": [2]}, "gather": {"dim": 0}}.get(name, {})
        slots = {
            "mm": ("self", "mat2"), "cat": ("tensors.0", "tensors.1"), "view": ("self",),
            "mse_loss": ("self", "target"), "gather": ("self", "index"),
        }.get(name, ("self", "other"))  # fmt: skip
        edges = [wire(source, "y", slot) for source, slot in zip((a, b), slots, strict=False)]
        graph = Graph.of([*leaves, Node("y", name, "y", fields)], edges)
        shown = film(graph, FORWARD)
        failed = {e.node: e.sentence for e in events(shown.trace, Failed)}
        assert dict(check_shapes(Document(graph), shown)) == failed


def test_what_is_missing_is_no_misfit():
    made, edges = binary("y", "add", "x", "x")
    graph = Graph.of([leaf("x"), made, op("c", "cat"), op("n", "pow", exponent=2)], edges[:1])
    assert misfits(graph) == {}


def test_values_that_are_not_there_yet_are_not_tried():
    made, edges = binary("y", "add", "x", "b")
    graph = Graph.of([leaf("x", [1.0, 2.0]), leaf("b", [1.0, 2.0, 3.0]), made], edges)
    assert dict(check_shapes(Document(graph), Film())) == {}
    assert "must match" in misfits(graph)["y"]


def test_another_output_than_the_one_that_is_shown_is_not_tried():
    """A frame shows the first output only; of the others nothing is known here."""
    made, edges = binary("y", "add", "v", "p")
    nodes = [leaf("v", [1.0, 2.0]), leaf("x", [1.0] * 5), op("p", "split", split_size=[3, 2]), made]
    first = Graph.of(nodes, [wire("x", "p"), *edges])
    second = Graph.of(nodes, [wire("x", "p"), edges[0], wire("p", "y", "other", output=1)])
    assert "must match" in misfits(first)["y"]
    assert misfits(second) == {}


def test_what_would_take_long_is_not_tried(monkeypatch):
    made, edges = binary("y", "add", "x", "b")
    graph = Graph.of([leaf("x", [1.0, 2.0]), leaf("b", [1.0, 2.0, 3.0]), made], edges)
    monkeypatch.setattr(probe, "LIMIT", 5)
    assert misfits(graph) == {}


def test_a_node_is_tried_when_it_is_asked_for(monkeypatch):
    made, edges = binary("y", "add", "x", "b")
    graph = Graph.of([leaf("x", [1.0, 2.0]), leaf("b", [1.0, 2.0, 3.0]), made], edges)
    found = check_shapes(Document(graph), film(graph, FORWARD))
    assert found.get("x") is None
    assert list(found) == ["y"]
    assert len(found) == 1


def test_trying_leaves_no_trace():
    graph = Graph.of(
        [leaf("x"), op("y", "neg"), op("z", "zero_")], [wire("x", "y"), wire("y", "z")]
    )
    shown = film(graph, FORWARD)
    dict(check_shapes(Document(graph), shown))
    assert STATE.origin is STATE.recorder is None
    assert shown.node("y", len(shown) - 1).value == 0


def test_trying_does_not_touch_the_warnings_of_other_threads(monkeypatch):
    """While a wire is dragged a run goes on behind, and Python's filters are everybody's."""

    def touched(*_, **__):
        raise AssertionError("Python's warnings are everybody's")

    monkeypatch.setattr(warnings, "catch_warnings", touched)
    monkeypatch.setattr(warnings, "warn", touched)
    graph = Graph.of([leaf("x", [1.0, 2.0]), op("y", "softmin")], [wire("x", "y")])
    assert misfits(graph) == {}


def test_something_else_has_no_shapes():
    assert check_shapes(None, Film()) == {}
