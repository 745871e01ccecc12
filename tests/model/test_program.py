"""What is run, and what a person may add to it next."""

import pytest

from engine.graph import Action, Graph, Region
from gui.model.document import Document
from gui.model.film import Film
from gui.model.program import (
    clearing,
    effective,
    leaves_with_grad,
    roots,
    runnable,
    sinks,
    with_action,
)
from tests.runs import FORWARD, backward, film, leaf, op, square, wire


def test_a_document_without_a_program_is_evaluated_once():
    empty = Document(square())
    assert effective(empty) == (FORWARD,)
    assert runnable(empty).program == (FORWARD,)
    full = Document(square(), (FORWARD, backward("y")))
    assert runnable(full) is full


def test_the_first_action_writes_the_silent_forward_down():
    empty = Document(square())
    assert with_action(empty, FORWARD).program == (FORWARD,)
    found = with_action(empty, backward("y"))
    assert found.program == (FORWARD, backward("y"))
    assert with_action(found, FORWARD).program == (FORWARD, backward("y"), FORWARD)


def several():
    nodes = [leaf("x", [1.0, 2.0]), leaf("c", grad=False), op("s", "sum"), op("w", "neg"),
             op("n", "neg"), op("m", "mystery")]  # fmt: skip
    return Graph.of(nodes, [wire("x", "s"), wire("x", "w"), wire("c", "n")])


def test_sinks_are_what_nothing_reads_but_no_leaves():
    assert sinks(several()) == ("s", "w", "n", "m")
    assert sinks(Graph.of([leaf("x")])) == ()


def test_backward_starts_at_a_scalar_that_requires_grad():
    assert roots(several(), film(several(), FORWARD)) == ("s",)


def test_where_nothing_qualifies_every_sink_is_offered():
    """So that PyTorch's own error can be seen."""
    graph = Graph.of([leaf("x", grad=False), op("y", "neg")], [wire("x", "y")])
    assert roots(graph, film(graph, FORWARD)) == ("y",)
    assert roots(graph, Film()) == ("y",)


@pytest.mark.parametrize(("step", "found"), [(-1, ()), (3, ()), (4, ("x",)), (5, ("x",))])
def test_leaves_with_a_grad_are_those_that_have_one_at_that_step(step, found):
    shown = film(square(), FORWARD, backward("y"), Action("zero_", "x.grad"))
    assert leaves_with_grad(shown.graph, shown, step) == found


def test_an_optimizer_clears_what_it_holds_and_the_rest_is_cleared_one_by_one():
    nodes = [leaf("x"), leaf("w"), op("p", "mul"), op("loss", "mul")]
    edges = [wire("x", "p"), wire("w", "p", "other"), wire("p", "loss"), wire("x", "loss", "other")]
    graph = Graph.of(nodes, edges)
    calls = (FORWARD, Action("retain_grad", "p"), backward("loss"))

    def lines(*program):
        made = Document(graph, program)
        return [(a.do, a.on) for a in clearing(made, film(graph, *program))]

    one = Action("optimizer", "opt", {"kind": "SGD", "params": ["w"]})
    again = Action("optimizer", "opt", {"kind": "SGD", "params": ["x"]})
    both = Action("optimizer", "all", {"kind": "SGD", "params": ["x", "w"]})
    rest = ("zero_", "p.grad")
    assert lines(one, *calls) == [("zero_grad", "opt"), ("zero_", "x.grad"), rest]
    assert lines(one, both, *calls) == [("zero_grad", "opt"), ("zero_grad", "all"), rest]
    assert lines(one, again, *calls) == [("zero_grad", "opt"), ("zero_", "w.grad"), rest]
    assert lines(one, FORWARD) == []


def test_a_leaf_with_two_names_has_one_grad():
    nodes = [leaf("w", 3.0), op("m", "mul_", other=2.0), op("y", "neg")]
    frozen = [Region("r", "no_grad", "", ("m",))]
    graph = Graph.of(nodes, [wire("w", "m"), wire("w", "y")], frozen)
    shown = film(graph, FORWARD, backward("y"))
    assert shown.node("m", len(shown) - 1).stored == -1
    assert leaves_with_grad(graph, shown, len(shown) - 1) == ("w",)
