"""What training has made of the leaves is written back with as few digits as it takes."""

import pytest

from engine.graph import Graph
from gui.model.document import Document
from gui.model.files import from_text, to_text
from gui.model.film import Film
from gui.model.losses import curves
from gui.model.trained import trained, with_trained
from tests.engine.test_repeat import repeat
from tests.engine.test_training import STEP, ZERO, fit, optimizer
from tests.runs import FORWARD, Action, backward, binary, film, leaf, op, square, wire

SGD = optimizer(params=["x"], lr=0.1)
TRAIN = (SGD, repeat(3, ZERO, FORWARD, backward("y"), STEP))


def test_values_are_kept_as_they_are_at_the_step():
    document = Document(square(3.0), TRAIN)
    shown = film(square(3.0), *TRAIN)
    steps = [k for k, kind in enumerate(shown.timeline.kinds) if kind == "stepped"]
    assert with_trained(document, shown, steps[0]).graph.nodes["x"].params["data"] == 2.4
    last = with_trained(document, shown, len(shown) - 1)
    assert last.graph.nodes["x"].params == {"data": 1.536, "requires_grad": True}
    assert last.program is document.program
    assert with_trained(document, shown, steps[0] - 1) is document


def test_what_was_kept_starts_with_the_very_bits():
    document = Document(fit(), (optimizer("Adam"), repeat(7, FORWARD, backward("loss"), STEP)))
    shown = film(document.graph, *document.program)
    kept = with_trained(document, shown, len(shown) - 1)
    fresh = film(kept.graph, FORWARD)
    for node in ("w", "b"):
        old, new = (f.frame(len(f) - 1).node(node).value for f in (shown, fresh))
        assert old.tobytes() == new.tobytes()
        assert old.shape == new.shape
    assert from_text(to_text(kept)).graph.nodes["w"].params == kept.graph.nodes["w"].params


def test_a_leaf_that_was_drawn_becomes_a_tensor():
    node, edges = binary("y", "mul", "x", "x")
    from engine.graph import Node

    drawn = Node("x", "randn", "x", {"size": [], "seed": 3, "requires_grad": True})
    graph = Graph.of([drawn, node], edges)
    shown = film(graph, SGD, FORWARD, backward("y"), STEP)
    found = with_trained(Document(graph), shown, len(shown) - 1).graph.nodes["x"]
    assert (found.op, found.params["requires_grad"]) == ("tensor", True)
    assert found.params["data"] == pytest.approx(float(shown.frame(len(shown) - 1).node("x").value))


def test_what_did_not_change_is_left_alone():
    shown = film(square(), FORWARD, backward("y"))
    assert trained(shown, len(shown) - 1) == {}
    changed = film(square(), FORWARD, Action("set", "x", {"value": 5.0}))
    assert trained(changed, len(changed) - 1) == {"x": 5.0}


def test_the_curve_has_a_point_for_every_backward():
    shown = film(square(3.0), *TRAIN)
    (curve,) = curves(shown)
    assert curve.name == "y"
    assert [p.call for p in curve.points] == [1, 2, 3]
    assert [p.value for p in curve.points] == pytest.approx([9, 5.76, 3.6864])
    assert [shown.timeline.kinds[p.step] for p in curve.points] == ["seeded"] * 3
    assert curve.at(curve.points[1].step + 1) is curve.points[1]
    assert curve.at(curve.points[0].step - 1) is None


def test_two_roots_have_a_curve_each_and_vectors_none():
    graph = Graph.of(
        [leaf("x", [1.0, 2.0]), op("v", "square"), op("a", "sum"), op("b", "mean")],
        [wire("x", "v"), wire("v", "a"), wire("v", "b")],
    )
    keep = {"retain_graph": True}
    seed = backward("v", gradient=[1.0, 1.0], **keep)
    shown = film(graph, FORWARD, backward("a", **keep), backward("b", **keep), seed)
    assert [(c.name, [p.value for p in c.points]) for c in curves(shown)] == [
        ("a", [5]), ("b", [2.5]),
    ]  # fmt: skip
    assert curves(Film()) == ()


def test_the_curve_of_a_leaf_goes_on_from_what_a_line_has_made_of_it():
    step = (backward("x"), SGD, STEP, backward("x"))
    shown = film(square(3.0), FORWARD, *step, Action("set", "x", {"value": 7.0}), backward("x"))
    (curve,) = curves(shown)
    assert [p.value for p in curve.points] == pytest.approx([3, 2.9, 7])


def test_a_gradient_that_is_the_root_is_no_value_of_the_node_that_made_it():
    graph = Graph.of([leaf("x", 3.0), op("y", "pow", exponent=3)], [wire("x", "y")])
    second = Action("backward", "x.grad")
    shown = film(graph, FORWARD, backward("y", create_graph=True), second)
    assert [(c.name, [p.value for p in c.points]) for c in curves(shown)] == [
        ("y", [27]), ("x.grad", [27]),
    ]  # fmt: skip
