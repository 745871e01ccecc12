"""A mistake in the one loop does what it does to people; and nothing else changes."""

import pytest
from hypothesis import given, settings

import engine
from engine.events import Flow, Freed, Stored, Visit
from engine.graph import Action, Graph
from engine.modes import STATE
from engine.policy import Policy, Stack, as_it_comes, replaced
from engine.session import Session
from tests.runs import FORWARD, backward, binary, bits, events, grad, leaf, op, runs, wire


def session(graph, policy, *program):
    made = Session(graph, policy=policy)
    for _ in made.run(program or (FORWARD, backward(list(graph.nodes)[-1]))):
        pass
    return made


def graph_of(*parts):
    nodes = [p if not isinstance(p, tuple) else p[0] for p in parts]
    edges = [e for p in parts if isinstance(p, tuple) for e in p[1]]
    return Graph.of(nodes, edges)


def meeting():
    """The graph of micrograd's issue 68: two results that are each used twice."""
    return graph_of(
        leaf("a", 2.0), leaf("b", 3.0), binary("c", "add", "a", "b"), binary("d", "mul", "a", "b"),
        binary("e", "add", "c", "d"), binary("f", "mul", "c", "d"), binary("y", "add", "e", "f"),
    )  # fmt: skip


def doubled(times):
    parts = [leaf("x0", 1.0)]
    parts += [binary(f"x{k + 1}", "add", f"x{k}", f"x{k}") for k in range(times)]
    return graph_of(*parts)


def grads(made, *leaves):
    return [grad(made, i) for i in leaves]


def test_depth_first_gives_what_micrograd_would_have_given():
    assert grads(session(meeting(), None), "a", "b") == [25, 19]
    assert grads(session(meeting(), Policy(queue=Stack)), "a", "b") == [29, 22]


def test_a_leaf_that_gets_its_gradient_in_pieces_stores_each_once():
    made = session(meeting(), Policy(queue=Stack))
    pieces = [e for e in events(made.trace, Stored) if e.node == "a"]
    assert [float(e.added) for e in pieces] == [1, 3, 7, 18]
    assert [[float(t.value) for t in e.terms] for e in pieces] == [[1], [3], [7], [18]]


def test_depth_first_visits_in_the_order_of_a_recursion():
    """c, b, a, a, b, a, a: every way down from the root is walked (micrograd, pull request 64)."""
    made = session(doubled(2), Policy(queue=Stack))
    assert grads(made, "x0") == [8]
    assert grads(session(doubled(2), None), "x0") == [4]
    assert [e.node for e in events(made.trace, Visit) if e.node != "x0"] == ["x2", "x1", "x1"]


def test_a_recursion_without_end_gives_up_in_time():
    made = session(doubled(40), Policy(queue=Stack))
    (failed,) = [e for e in made.trace.events if type(e).__name__ == "Failed"]
    assert "20,000 visits" in failed.sentence


def test_replacing_keeps_the_last_contribution_only():
    made = session(doubled(1), Policy(add=replaced))
    assert grads(made, "x0") == [1]
    assert [e.total for e in events(made.trace, Flow)] == [1, 1]
    (visit,) = [e for e in events(made.trace, Visit) if e.node == "x0"]
    assert visit.grad == 1
    assert len(visit.terms) == 2


def test_what_was_added_up_in_earlier_calls_is_still_added_to():
    """`=` at a fan-out is another mistake than a forgotten +=  on `.grad`."""
    program = (FORWARD, backward("x1"), FORWARD, backward("x1"))
    assert grads(session(doubled(1), Policy(add=replaced), *program), "x0") == [2]


def test_without_summing_a_bias_gets_a_row_for_every_sample():
    graph = graph_of(
        leaf("w", [[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]), leaf("b", [1.0, 2.0]),
        binary("z", "add", "w", "b"), (op("y", "sum"), [wire("z", "y")]),
    )  # fmt: skip
    assert session(graph, None).tensor("b").grad._data.shape == (2,)
    made = session(graph, Policy(fit=as_it_comes))
    assert made.tensor("b").grad._data.shape == (3, 2)
    assert made.tensor("w").grad._data.shape == (3, 2)


@pytest.mark.parametrize("name", ["exp", "sigmoid"])
def test_unnoticed_changes_are_worked_with(name):
    """exp saves its result: after `add_(1)` the slope is taken from what stands there now."""
    graph = graph_of(
        leaf("x", 0.0), (op("r", name), [wire("x", "r")]), (op("u", "add_", other=1.0),
        [wire("r", "u")]), (op("y", "sum"), [wire("u", "y")]),
    )  # fmt: skip
    assert grads(session(graph, None), "x") == [None]
    wrong = {"exp": 2.0, "sigmoid": 1.5 * (1 - 1.5)}[name]
    assert grads(session(graph, Policy(check_versions=False)), "x") == [wrong]


def test_depth_first_frees_what_was_saved_only_at_the_end():
    """Or a node that is run again would complain of that instead."""
    made = session(meeting(), Policy(queue=Stack))
    found = events(made.trace, Freed, Stored)
    assert [type(e) for e in found][-2:] == [Freed, Freed]
    again = session(meeting(), Policy(queue=Stack), FORWARD, backward("y"), backward("y"))
    assert "a second time" in again.trace.events[-1].sentence


def test_a_session_leaves_no_policy_behind():
    session(meeting(), Policy(queue=Stack))
    assert STATE.policy is None
    x = engine.tensor(3.0, requires_grad=True)
    (x + x).backward()
    assert x.grad.item() == 2


@settings(max_examples=60, deadline=None)
@given(runs(shapes=True))
def test_the_usual_policy_changes_nothing(given_run):
    """The slower way through the loop, which every fault takes, gives the same bits."""
    graph, program = given_run
    usual, same = session(graph, None, *program), session(graph, Policy(), *program)
    assert {i: bits(o) for i, o in state(usual)} == {i: bits(o) for i, o in state(same)}


def state(made):
    for node, outputs in made.values.items():
        first = outputs[0]
        yield node, (first._data, None if first._grad is None else first._grad._data)


@settings(max_examples=40, deadline=None)
@given(runs(shapes=True))
def test_a_fault_never_breaks_the_run(given_run):
    """Whatever goes wrong is an error of the program, recorded like any other."""
    graph, program = given_run
    for policy in (Policy(add=replaced), Policy(queue=Stack), Policy(fit=as_it_comes)):
        made = session(graph, policy, *program)
        assert made.trace.steps > 0
        assert all(isinstance(a, Action) for a in program)
