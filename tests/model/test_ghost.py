"""A ghost is the gradient of the graph without that one cut, edited by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.graph import Action, Graph
from engine.trace import Cancelled
from gui.model.frames import Cut
from gui.model.ghost import haunt
from gui.model.why import Place
from tests.model.test_why import Made
from tests.runs import FORWARD, backward, film, leaf, wire


def base():
    """loss = (detach(x · w) + k) · x"""
    made = Made(leaf("x", 3.0), leaf("w", 2.0), leaf("k", 1.0, False)).both("m", "mul", "x", "w")
    made.chain("d", "detach", "m").both("s", "add", "d", "k").both("loss", "mul", "s", "x")
    return made


def ghost(made, node, cut, step=None, **rest):
    return haunt(made, len(made) - 1 if step is None else step, Place(node, cut), **rest)


def same_as_by_hand(found, real, edited):
    """Every gradient the ghost shows is the edited graph's; what it does not show is the same."""
    last, end = len(real) - 1, len(edited) - 1
    assert found.edges
    for key in real.graph.edges.keys() & edited.graph.edges.keys():
        ours, theirs = found.edges.get(key), edited.edge(key, end).grad
        ours = real.edge(key, last).grad if ours is None else ours
        assert (ours is None) == (theirs is None), key
        assert ours is None or np.array_equal(ours, theirs), key
    for node in real.graph.nodes.keys() & edited.graph.nodes.keys():
        theirs = edited.node(node, end).stored
        if theirs is not None:
            ours = found.nodes.get(node, real.node(node, last).stored)
            assert np.array_equal(ours, theirs), node


def test_without_detach():
    real = base().film(FORWARD, backward("loss"))
    by_hand = base()
    by_hand.nodes = [n for n in by_hand.nodes if n.id != "d"]
    by_hand.edges = [e for e in by_hand.edges if e.target != "d" and e.source != "d"]
    by_hand.edges.append(wire("m", "s"))
    edited = by_hand.film(FORWARD, backward("loss"))
    found = ghost(real, "d", Cut.DETACH)
    same_as_by_hand(found, real, edited)
    assert found.edges["d", "self"] == 3
    assert found.nodes["w"] == 9
    assert found.sentence == (
        "Without detach() at d, 3 would pass back from d to m; x.grad would be 13, and is 7; "
        "w.grad would be 9, and is None."
    )
    assert real.graph.nodes["d"].muted is False


def test_without_requires_grad_false():
    real = base().film(FORWARD, backward("loss"))
    by_hand = base()
    by_hand.nodes[2] = leaf("k", 1.0)
    found = ghost(real, "k", Cut.FROZEN)
    same_as_by_hand(found, real, by_hand.film(FORWARD, backward("loss")))
    assert found.nodes["k"] == 3
    assert "w" not in found.nodes


def test_without_the_line_that_turned_it_off():
    made = Made(leaf("x", 3.0), leaf("w", 2.0)).both("y", "mul", "x", "w")
    off = Action("requires_grad_", "x", {"value": False})
    real = made.film(FORWARD, off, FORWARD, backward("y"))
    edited = made.film(FORWARD, FORWARD, backward("y"))
    same_as_by_hand(ghost(real, "x", Cut.FROZEN), real, edited)


@pytest.mark.parametrize("kind", ["no_grad", "inference_mode"])
def test_a_statement_out_of_its_block(kind):
    cut = Cut.NO_GRAD if kind == "no_grad" else Cut.INFERENCE
    made = Made(leaf("x", 0.5), leaf("w", 2.0)).chain("a", "exp", "x").both("y", "add", "a", "w")
    edited = made.film(FORWARD, backward("y"))
    real = made.around("a", kind=kind).film(FORWARD, backward("y"))
    found = ghost(real, "a", cut)
    same_as_by_hand(found, real, edited)
    assert found.sentence.startswith(f"Without a in the {kind} block, ")
    assert "would pass back from a to x" in found.sentence


def test_another_statement_of_the_block_is_still_in_the_way():
    made = Made(leaf("x", 0.5), leaf("w", 2.0)).chain("a", "exp", "x").chain("b", "sin", "a")
    made.both("y", "mul", "b", "w")
    edited = made.film(FORWARD, backward("y"))
    real = made.around("a", "b").film(FORWARD, backward("y"))
    first = ghost(real, "a", Cut.NO_GRAD)
    assert first.sentence.startswith("Nothing yet: it is still cut, as b is computed under")
    assert first.whole
    assert not first.edges
    whole = ghost(real, "a", Cut.NO_GRAD, whole=True)
    same_as_by_hand(whole, real, edited)
    assert "Without the no_grad block" in whole.sentence


def test_a_second_cut_is_still_in_the_way():
    made = Made(leaf("x", 0.5), leaf("w", 2.0)).chain("a", "detach", "x").chain("b", "detach", "a")
    real = made.both("y", "mul", "b", "w").film(FORWARD, backward("y"))
    found = ghost(real, "a", Cut.DETACH)
    assert found.sentence.startswith("Nothing yet: it is still cut, as b = a.detach()")
    assert not found.edges
    assert not found.whole


def test_integers_have_none():
    made = Made(leaf("i", 3, False, dtype="int64"), leaf("x", 2.0)).both("y", "mul", "x", "i")
    found = ghost(made.film(FORWARD, backward("y")), "i", Cut.FROZEN)
    assert found.sentence == "Nothing: i holds int64; integers have none."


def test_an_op_without_derivative_has_nothing_to_send():
    made = Made(leaf("x", [1.0, 2.0]), leaf("w", 2.0)).chain("i", "argmax", "x")
    made = made.both("y", "mul", "i", "w").film(FORWARD, backward("y"))
    assert "has no derivative" in ghost(made, "i", Cut.NON_DIFFERENTIABLE).sentence


def test_no_path_to_the_loss():
    made = Made(leaf("x", 0.5)).chain("y", "exp", "x").chain("d", "detach", "x")
    found = ghost(made.film(FORWARD, backward("y")), "d", Cut.DETACH)
    assert found.sentence == "Nothing: there is no path from y to d."


def test_before_any_backward():
    made = Made(leaf("x", 0.5)).chain("d", "detach", "x").chain("y", "exp", "d").film(FORWARD)
    assert "No backward call has run" in ghost(made, "d", Cut.DETACH).sentence


def test_where_backward_failed_for_want_of_a_history():
    made = Made(leaf("x", 2.0)).chain("d", "detach", "x").chain("y", "square", "d")
    real = made.film(FORWARD, backward("y"))
    found = ghost(real, "d", Cut.DETACH)
    assert found.nodes["x"] == 4
    assert "x.grad would be 4, and is None" in found.sentence


def test_an_in_place_change_of_the_leaf_would_fail():
    made = Made(leaf("x", 2.0, False), leaf("w", 1.0)).both("a", "add_", "x", "w")
    made = made.chain("y", "exp", "a").film(FORWARD, backward("y"))
    found = ghost(made, "x", Cut.FROZEN)
    assert not found.nodes
    assert "fail" in found.sentence or "would not come" in found.sentence


def test_the_player_may_be_anywhere_in_the_call():
    real = base().film(FORWARD, backward("loss"))
    first = next(first for _, first, _ in real.calls)
    end = ghost(real, "d", Cut.DETACH)
    for step in range(first, len(real)):
        assert ghost(real, "d", Cut.DETACH, step) == end


def test_it_can_be_given_up():
    with pytest.raises(Cancelled):
        ghost(base().film(FORWARD, backward("loss")), "d", Cut.DETACH, cancelled=lambda: True)


def test_inside_a_repeat():
    made = base()
    body = (FORWARD, backward("loss"))
    real = made.film(Action("repeat", None, {"times": 2}, body=body))
    edited = made.film(FORWARD, backward("loss"))
    found = ghost(real, "d", Cut.DETACH)
    assert found.nodes["w"] == 18  # of two iterations
    assert edited.node("w", len(edited) - 1).stored is None
    graph = Graph.of([replace(n, muted=n.id == "d") for n in made.nodes], made.edges)
    again = film(graph, FORWARD, backward("loss"), FORWARD, backward("loss"))
    assert again.node("w", len(again) - 1).stored == 18
