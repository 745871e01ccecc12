"""Every line a Program may hold: what it is made on, what it takes, what it does."""

import pytest

from engine.actions import ACTIONS
from engine.events import Changed, Failed, Warned, Zeroed
from engine.graph import Action, Graph
from tests.runs import FORWARD, backward, events, grad, leaf, op, run, square, wire


def failure(*program, graph=None):
    session = run(square() if graph is None else graph, *program)
    (found,) = events(session.trace, Failed)
    return f"{found.kind} at {found.node}: {found.sentence}"


def test_every_action_says_what_it_does():
    assert {*ACTIONS} == {
        "forward", "backward", "zero_", "set", "requires_grad_", "retain_grad", "repeat",
        "optimizer", "step", "zero_grad", "register_hook", "remove_hook",
        "manual_seed",
    }  # fmt: skip
    for method in ACTIONS.values():
        assert method.doc
        assert method.on in ("node", "grad", "either", "optimizer", "")
        assert method.kind in ("forward", "backward", "zero", "step", "other", "repeat")
        assert {*method.nodes} <= {*method.args}


def test_backward_takes_a_seed_of_the_shape_of_its_root():
    graph = Graph.of([leaf("x", [1.0, 2.0]), op("y", "square")], [wire("x", "y")])
    session = run(graph, FORWARD, backward("y", gradient=[1, 10]))
    assert session.tensor("x").grad.tolist() == [2, 40]
    assert failure(FORWARD, backward("y", gradient=[1.0]), graph=graph).startswith(
        "RuntimeError at y: Mismatch in shape: grad_output[0] has a shape of torch.Size([1])"
    )
    assert failure(FORWARD, backward("y", gradient="one"), graph=graph).startswith("TypeError at y")


def test_create_graph_leaves_a_grad_with_a_history():
    session = run(square(), FORWARD, backward("y", create_graph=True))
    assert session.tensor("x").grad.requires_grad
    assert not session.stopped


def test_zeroing_keeps_what_the_ledger_has_seen():
    session = run(square(), FORWARD, backward("y"), Action("zero_", "x.grad"))
    (zeroed,) = events(session.trace, Zeroed)
    assert (zeroed.before, zeroed.after) == (4, 0)
    assert grad(session, "x") == 0


def test_set_on_a_grad_checks_its_shape():
    wrong = Action("set", "x.grad", {"value": [1.0, 2.0]})
    assert "attempting to assign a gradient of size" in failure(FORWARD, wrong)


def test_set_without_a_value_is_for_grads_only():
    assert "a tensor cannot be set to None" in failure(FORWARD, Action("set", "x"))


def test_leaves_are_there_before_the_first_forward_and_results_are_not():
    session = run(square(), Action("set", "x", {"value": 1.0}), FORWARD)
    assert session.tensor("y").item() == 1
    assert "run forward first" in failure(Action("set", "y", {"value": 1.0}))


def test_a_set_value_holds_over_the_next_forwards():
    session = run(square(), FORWARD, Action("set", "x", {"value": 5}), FORWARD, FORWARD)
    assert session.tensor("y").item() == 25
    assert [(e.before, e.after) for e in events(session.trace, Changed)] == [(2, 5)]


def test_requires_grad_on_what_was_computed_fails_as_in_pytorch():
    told = failure(FORWARD, Action("requires_grad_", "y", {"value": False}))
    assert told.startswith("RuntimeError at y: you can only change requires_grad flags of leaf")


def test_retain_grad_on_what_needs_none_fails_as_in_pytorch():
    graph = Graph.of([leaf("x", grad=False)])
    told = failure(FORWARD, Action("retain_grad", "x"), graph=graph)
    assert told == ("RuntimeError at x: can't retain_grad on Tensor that has requires_grad=False")


@pytest.mark.parametrize("action", ["zero_", "set", "requires_grad_", "retain_grad", "backward"])
def test_an_action_on_a_node_that_is_gone_says_so(action):
    on = "ghost.grad" if action == "zero_" else "ghost"
    told = failure(FORWARD, Action(action, on, {"value": 1.0} if action == "set" else {}))
    assert "at ghost: it has no value" in told


def test_looking_at_the_grad_of_what_was_computed_warns_as_in_pytorch():
    session = run(square(), FORWARD, Action("zero_", "y.grad"))
    assert [e.node for e in events(session.trace, Warned)] == ["y"]
