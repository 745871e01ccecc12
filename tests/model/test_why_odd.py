"""Answers on runs that are not one forward and one backward from one loss."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.events import Freed
from engine.graph import Action
from gui.model import why
from gui.model.why import Kind
from tests.model.test_why import Made, X, ask, offered
from tests.runs import FORWARD, backward, events, leaf, op, wire
from tests.work_kit import work

LINEAR = ("input", "weight", "bias")


def test_a_later_backward_from_elsewhere_does_not_hide_what_passed_before():
    made = Made(X).chain("y", "exp", "x").chain("z", "sin", "x")
    run = made.film(FORWARD, backward("y"), backward("z"))
    said = ask(run, Kind.NONE, "y")
    assert said.headline == (
        "y is not a leaf: its gradient was used and dropped. retain_grad() keeps it."
    )
    assert [line.text for line in said.lines[:2]] == [
        "∂y/∂y = 1 has passed through in backward #1.",
        "Backward #2 brought nothing to it: z does not depend on y.",
    ]
    assert said.remedy == "Call y.retain_grad() before backward to keep it."


def test_what_only_a_gradient_was_gone_back_from_passed_before():
    run = (
        Made(X)
        .chain("y", "pow", "x", exponent=3)
        .film(FORWARD, backward("y", create_graph=True), Action("backward", "x.grad"))
    )
    said = ask(run, Kind.NONE, "y")
    assert "is computed from x.grad" not in said.headline
    assert "∂y/∂y = 1 has passed through in backward #1." in said.lines[0].text
    product = "∂x.grad/∂x = 18: one path leads here, and this is its product."
    assert ask(run, Kind.NUMBER, "x").lines[0].text == product


def test_a_node_that_failed_in_backward_has_an_answer_about_its_grad():
    run = Made(X).chain("y", "square", "x").film(FORWARD, backward("y"), backward("y"))
    assert ask(run, Kind.NONE, "y").headline == (
        "y is not a leaf: its gradient was used and dropped. retain_grad() keeps it."
    )


def test_of_no_entries_none_is_zero():
    run = Made(leaf("x", [])).chain("y", "sum", "x").film(FORWARD, backward("y"))
    assert offered(run, "x") == set()


@pytest.mark.parametrize(
    ("name", "x", "params", "told"),
    [
        ("relu6", 7.0, {}, "its input is not between 0 and 6 (x = 7)"),
        ("hardsigmoid", 7.0, {}, "its input is not between -3 and 3 (x = 7)"),
        ("hardswish", -4.0, {}, "its input is below -3 (x = -4)"),
        ("threshold", 1.0, {"threshold": 2.0, "value": 5.0}, "its input is not above 2 (x = 1)"),
        ("relu", -1.0, {}, "its input is below 0 (x = -1)"),
    ],
)
def test_a_gate_names_its_own_bounds(name, x, params, told):
    run = Made(leaf("x", x)).chain("y", name, "x", **params).film(FORWARD, backward("y"))
    said = ask(run, Kind.ZERO, "x")
    assert said.headline == f"x.grad is 0 because {name} passes nothing where {told}."


def test_a_bias_is_no_factor():
    made = Made(
        leaf("x", [[1.0, 2.0]]), leaf("w", [[3.0, 0.0]]), leaf("b", [0.0]), op("y", "linear")
    )
    made.edges += [wire(i, "y", slot) for i, slot in zip("xwb", LINEAR, strict=True)]
    run = made.chain("s", "sum", "y").film(FORWARD, backward("s"))
    said = ask(run, Kind.ZERO, "x", entry=(0, 1))
    assert said.headline == "x.grad[0, 1] is 0 because linear multiplies it by w, which has zeros."


def test_whatever_failed_is_answered_in_words():
    made = Made(X).chain("y", "exp", "x").chain("z", "mul_", "y", other=2.0)
    run = made.film(FORWARD, backward("z"))
    for step in range(len(run)):
        for node in run.graph.nodes:
            for question in why.questions(run, step, node):
                assert why.answer(run, step, question).headline, (step, question)


def lines_to_trace_a_zero_through(count):
    """Lines of Python that the question costs where a zero has come through `count` nodes."""
    made, last = Made(leaf("x", 0.5)), "x"
    for k in range(count):
        last = made.chain(f"n{k}", "neg", last).nodes[-1].id
    run = made.chain("m", "exp", last).chain("e", "neg", "m").chain("y", "relu", "e")
    run = run.film(FORWARD, backward("y"))
    said = []
    took = work(lambda: said.append(ask(run, Kind.ZERO, "x")))
    assert "relu passes nothing" in said[0].headline
    return took.lines


def test_a_zero_is_traced_back_through_ten_times_the_nodes_in_ten_times_the_lines():
    """Looking through all events at each node would take a hundred times as many."""
    assert lines_to_trace_a_zero_through(3_000) < 12 * lines_to_trace_a_zero_through(300)


def test_a_gradient_of_an_earlier_call_is_explained_by_that_call():
    made = Made(X).chain("y", "square", "x").chain("z", "exp", "w")
    made.nodes.insert(1, leaf("w", 0.0))
    run = made.film(FORWARD, backward("y"), backward("z"))
    said = ask(run, Kind.NUMBER, "x")
    assert said.headline == "∂y/∂x = 6: one path leads here, and this is its product."
    assert said.lines[0].text == "It came by backward #1; backward #2 brought nothing to x."
    assert said.nodes == ("y", "x")
    assert why.title(run, len(run) - 1, said.question) == "Why is x.grad 6?"


def test_a_zero_of_an_earlier_call_is_explained_by_that_call():
    made = Made(leaf("x", -1.0), leaf("w", 0.0)).chain("y", "relu", "x").chain("z", "exp", "w")
    run = made.film(FORWARD, backward("y"), backward("z"))
    told = "x.grad is 0 because relu passes nothing where its input is below 0 (x = -1)."
    assert ask(run, Kind.ZERO, "x").headline == told


def test_a_failed_second_call_leaves_the_first_to_be_asked_about():
    run = Made(X).chain("y", "square", "x").film(FORWARD, backward("y"), backward("y"))
    assert "∂y/∂x = 6" in ask(run, Kind.NUMBER, "x").headline


def test_indices_beside_values_are_where_the_way_ends():
    made = Made(leaf("x", [3.0, 1.0])).chain("t", "topk", "x", k=1)
    made.chain("s", "mul", "t", output=1, other=2.0).chain("y", "sum", "s")
    run = made.film(FORWARD, backward("y"))
    told = "what topk (t) gives beside its values, such as indices, has no derivative"
    assert told in ask(run, Kind.FAILED, "y").headline
    said = ask(run, Kind.NONE, "s")
    assert [place.node for place in said.cuts] == ["t"]
    assert said.lines[0].text == f"{told}."


def test_a_muted_node_is_what_it_passes_on():
    made = Made(X).chain("a", "square", "x").chain("d", "detach", "a").chain("y", "exp", "d")
    made.nodes[2] = replace(made.nodes[2], muted=True)
    run = made.film(FORWARD, backward("y"))
    said = ask(run, Kind.NONE, "d")
    assert said.headline.startswith("d is muted, so it is a itself. a is not a leaf")
    assert "∂y/∂a = 8103 has passed through in backward #1." in said.lines[0].text


def test_of_two_sources_of_nan_the_earlier_is_named():
    made = Made(leaf("x", -1.0)).chain("a", "log", "x").chain("b", "sqrt", "x")
    run = made.both("y", "add", "b", "a").film(FORWARD)
    assert ask(run, Kind.VALUE, "y").headline == "The first nan is a, at step 2: log(-1) = nan."


def test_it_is_told_when_the_failing_node_itself_let_go():
    made = Made(X).chain("y", "square", "x").chain("z", "square", "y")
    run = made.film(FORWARD, backward("z"), backward("z"))
    freed = {e.node: e.step for e in events(run.trace, Freed)}
    assert freed["z"] < freed["y"]
    assert freed["z"] in {line.step for line in ask(run, Kind.FAILED, "z").lines}
