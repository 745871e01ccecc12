"""Optimizers and hooks as lines of a Program do what the same lines do in PyTorch."""

import numpy as np
import pytest

from engine.actions import ACTIONS, line
from engine.actions.optimizers import KINDS, settings
from engine.code.source import lines as source
from engine.events import (
    Changed,
    Computed,
    Failed,
    Hooked,
    Mutated,
    Stepped,
    Stored,
    Visit,
    Warned,
    Zeroed,
)
from engine.graph import Action, Graph
from tests.engine.test_repeat import repeat
from tests.runs import FORWARD, backward, binary, bits, events, grad, leaf, number, op, run, square
from tests.runs import wire as wired

STEP, ZERO = Action("step", "opt"), Action("zero_grad", "opt")


def optimizer(kind="SGD", params=("w", "b"), **given):
    return Action("optimizer", "opt", {"kind": kind, "params": [*params], **given})


def hook(kind, on="w", **given):
    return Action("register_hook", on, {"kind": kind, **given})


def fit(data=(3.0, -2.0)):
    """loss = mean((w · x + b - t)²) with vectors, so that sums over what was broadcast take part"""
    parts = [
        binary("wx", "mul", "w", "x"), binary("y", "add", "wx", "b"), binary("d", "sub", "y", "t"),
    ]  # fmt: skip
    nodes = [
        leaf("w", data[0]), leaf("b", [data[1]]), leaf("x", [1.0, 2.0, 3.0], False),
        leaf("t", [2.0, 2.5, 4.0], False), *(node for node, _ in parts),
        op("q", "square"), op("loss", "mean"),
    ]  # fmt: skip
    edges = [e for _, es in parts for e in es] + [wired("d", "q"), wired("q", "loss")]
    return Graph.of(nodes, edges)


def failure(*program, graph=None):
    (found,) = events(run(fit() if graph is None else graph, *program).trace, Failed)
    return f"{found.kind}: {found.sentence}"


SETTINGS = {
    "plain": ("SGD", {"lr": 0.02}),
    "momentum": ("SGD", {"lr": 0.02, "momentum": 0.9, "weight_decay": 0.1}),
    "nesterov": ("SGD", {"lr": 0.02, "momentum": 0.9, "nesterov": True}),
    "adam": ("Adam", {"lr": 0.1, "betas": [0.8, 0.99], "weight_decay": 0.01}),
    "adamw": ("AdamW", {"lr": 0.1}),
    "rmsprop": ("RMSprop", {"lr": 0.05, "momentum": 0.5, "centered": True}),
}


@pytest.mark.parametrize("clears", [True, False], ids=["zero_grad", "no zero_grad"])
@pytest.mark.parametrize("case", SETTINGS.values(), ids=SETTINGS)
def test_twenty_iterations_give_torch_s_numbers(case, clears):
    """The very text of the code pane is run by PyTorch, and every loss compared."""
    torch = pytest.importorskip("torch")
    kind, given = case
    body = ([ZERO] if clears else []) + [FORWARD, backward("loss"), STEP]
    program = (optimizer(kind, **given), repeat(20, *body))
    session = run(fit(), *program)
    ours = [
        float(e.value) for e in events(session.trace, Computed) if e.node == "loss"
    ]  # fmt: skip
    text = "\n".join(entry.text for entry in source(fit(), program))
    text = text.replace("    loss = torch.mean(q)", "    loss = torch.mean(q); losses.append(loss)")
    scope = {"torch": torch, "losses": []}
    exec(text, scope)
    theirs = [loss.item() for loss in scope["losses"]]
    assert len(ours) == 20
    assert ours == pytest.approx(theirs, rel=1e-5, abs=1e-9)
    for name in ("w", "b"):
        assert np.allclose(session.tensor(name)._data, scope[name].detach().numpy(), rtol=1e-5)
        assert np.allclose(session.tensor(name)._grad._data, scope[name].grad.numpy(), rtol=1e-4)
    if clears and kind == "SGD" and "momentum" not in given:
        assert theirs[-1] < theirs[0] / 3


def test_every_optimizer_has_torch_s_defaults():
    torch = pytest.importorskip("torch")
    for kind in KINDS:
        made = getattr(torch.optim, kind)([torch.zeros(1, requires_grad=True)])
        assert {k: made.defaults[k] for k in KINDS[kind]} == settings(kind)


def test_lines_are_spelled_as_in_pytorch():
    names = {"w": "weight", "b": "bias"}
    told = {
        "opt = torch.optim.SGD([weight, bias], lr=0.1)": optimizer(lr=0.1),
        "opt = torch.optim.Adam([weight], betas=(0.9, 0.99))": optimizer(
            "Adam", ["w"], betas=[0.9, 0.99]
        ),
        "opt.step()": STEP,
        "opt.zero_grad()": ZERO,
        "opt.zero_grad(set_to_none=False)": Action("zero_grad", "opt", {"set_to_none": False}),
        "weight.backward(inputs=[bias])": backward("w", inputs=["b"]),
        "h = weight.register_hook(lambda grad: grad * 0.5)": hook("scale", by=0.5, handle="h"),
        "weight.register_hook(lambda grad: grad.clamp(-1.0, 1.0))": hook("clip"),
        "weight.register_hook(lambda grad: torch.zeros_like(grad))": hook("zero"),
        "weight.register_hook(print)": hook("print"),
        "h.remove()": Action("remove_hook", "w", {"handle": "h"}),
    }
    assert {line(action, names) for action in told.values()} == {*told}


def test_an_optimizer_steps_aside_for_a_node_of_its_name():
    assert line(STEP, {"n": "opt"}) == "opt_.step()"
    assert line(optimizer(params=["n"]), {"n": "opt"}).startswith("opt_ = torch.optim.SGD([opt]")


def test_only_optimizer_lines_are_called_on_no_node():
    from engine.graph import OPTIMIZER_LINES

    assert {n for n, m in ACTIONS.items() if m.on == "optimizer"} == {*OPTIMIZER_LINES}
    assert STEP.node is None


def test_leaves_are_made_for_an_optimizer_that_comes_first():
    session = run(fit(), optimizer(), FORWARD)
    chapter = session.chapters[0]
    assert [e.node for e in events(session.trace, Computed) if e.action == 0] == list("wbxt")
    assert not chapter.failed


def test_a_plain_step_tells_its_rate_and_another_does_not():
    once = (FORWARD, backward("loss"), STEP)
    first, second = events(run(fit(), optimizer(lr=0.1), *once).trace, Stepped)
    assert (first.node, first.rule, first.rate) == ("w", "SGD", 0.1)
    assert first.after == np.float32(first.before - np.float32(0.1) * first.grad)
    assert second.node == "b"
    for kind, given in (("SGD", {"momentum": 0.9}), ("Adam", {}), ("SGD", {"weight_decay": 0.1})):
        told = events(run(fit(), optimizer(kind, **given), *once).trace, Stepped)
        assert [e.rate for e in told] == [None, None]


def test_a_leaf_without_a_gradient_is_not_stepped():
    frozen = Action("requires_grad_", "b", {"value": False})
    session = run(fit(), optimizer(), frozen, FORWARD, backward("loss"), STEP)
    assert [e.node for e in events(session.trace, Stepped)] == ["w"]
    session = run(fit(), optimizer(), FORWARD, STEP, ZERO)
    assert [e.what for e in events(session.trace, Changed)] == ["optimizer", "nothing", "nothing"]


def test_none_and_zeros_are_told_apart():
    once = (optimizer(), FORWARD, backward("loss"))
    for to_none, left in ((True, None), (False, 0.0)):
        session = run(fit(), *once, Action("zero_grad", "opt", {"set_to_none": to_none}))
        first, _ = events(session.trace, Zeroed)
        assert first.before is not None
        assert first.after == left
        assert grad(session, "w") == left


def test_what_shares_a_leaf_s_memory_steps_with_it():
    graph = Graph.of(
        [leaf("w", 3.0), op("d", "detach"), op("y", "square")], [wired("w", "d"), wired("w", "y")]
    )
    session = run(graph, optimizer(params=["w"], lr=0.1), FORWARD, backward("y"), STEP)
    (stepped,), (mutated,) = events(session.trace, Stepped), events(session.trace, Mutated)
    assert mutated.step == stepped.step
    assert {a.node for a in mutated.aliases} == {"w", "d"}
    assert number(session, "d") == number(session, "w") == np.float32(2.4)


def test_a_second_backward_after_a_step_is_refused_as_in_pytorch():
    """What was saved has been changed in place: what version counters are for."""
    again = backward("y", retain_graph=True)
    sgd = optimizer(params=["x"], lr=0.1)
    told = failure(sgd, FORWARD, again, STEP, backward("y"), graph=square())
    assert "one of the variables needed for gradient computation has been modified" in told
    assert "is at version 1; expected version 0" in told


@pytest.mark.parametrize(
    ("program", "told"),
    [
        ((STEP,), "NameError: name 'opt' is not defined"),
        ((optimizer(lr=-1.0),), "ValueError: Invalid learning rate: -1.0"),
        ((FORWARD, optimizer(params=["loss"])), "ValueError: can't optimize a non-leaf Tensor"),
        ((optimizer(params=[]),), "ValueError: optimizer got an empty parameter list"),
        ((optimizer(nesterov=True),), "ValueError: Nesterov momentum requires a momentum and zero"),
        ((optimizer("Sgd"),), "AttributeError: module 'torch.optim' has no attribute 'Sgd'"),
        ((Action("remove_hook", "w", {"handle": "h"}),), "NameError: name 'h' is not defined"),
        ((hook("print"), Action("remove_hook", "w")), "AttributeError: 'NoneType' object has no"),
        ((Action("register_hook", "x", {"kind": "zero"}),),
         "RuntimeError: cannot register a hook on a tensor that doesn't require gradient"),
        ((hook("shout"),), "ValueError: there is no hook “shout”"),
    ],
)  # fmt: skip
def test_a_line_that_cannot_run_says_so_in_pytorch_s_words(program, told):
    assert failure(*program).startswith(told)


def test_a_leaf_that_is_given_twice_is_warned_of_as_pytorch_does():
    (found,) = events(run(fit(), optimizer(params=["w", "w"])).trace, Warned)
    assert "duplicate parameters" in found.text


# ---- hooks ---------------------------------------------------------------------------------------


def doubled():
    """y = x · x: two contributions to one leaf"""
    node, edges = binary("y", "mul", "x", "x")
    return Graph.of([leaf("x", 3.0), node], edges)


@pytest.mark.parametrize(("kind", "after"), [("scale", 12), ("clip", 1), ("zero", 0), ("print", 6)])
def test_a_hook_sees_the_sum_and_says_what_it_made_of_it(kind, after):
    session = run(doubled(), hook(kind, "x"), FORWARD, backward("y"))
    (hooked,), (stored,) = events(session.trace, Hooked), events(session.trace, Stored)
    total = events(session.trace, Visit)[-1]
    assert (hooked.node, hooked.before, hooked.after) == ("x", 6, after)
    assert bits(total.grad) == bits(sum(t.value for t in total.terms)) == bits(hooked.before)
    assert [e.step for e in (total, hooked, stored)] == [6, 7, 8]
    assert grad(session, "x") == after


def test_hooks_run_in_the_order_they_were_added_and_may_be_removed():
    add = (hook("scale", "x", by=2.0, handle="h"), hook("scale", "x", by=-1.0))
    off = Action("remove_hook", "x", {"handle": "h"})
    session = run(square(), *add, FORWARD, backward("y"), off, FORWARD, backward("y"))
    told = [(e.before, e.after) for e in events(session.trace, Hooked)]
    assert told == [(4, 8), (8, -8), (4, -4)]
    assert [e.what for e in events(session.trace, Changed)] == ["hook"] * 3


def test_a_hook_on_a_result_changes_what_is_passed_on_and_is_gone_with_the_next_forward():
    graph = Graph.of([leaf("x"), op("s", "square"), op("y", "square")],
                     [wired("x", "s"), wired("s", "y")])  # fmt: skip
    once = (FORWARD, hook("scale", "s", by=10.0), backward("y"))
    session = run(graph, *once)
    assert grad(session, "x") == 320
    (hooked,) = events(session.trace, Hooked)
    visit = [e for e in events(session.trace, Visit) if e.node == "s"]
    assert (visit[0].grad, hooked.after, visit[0].step) == (8, 80, hooked.step)
    assert grad(run(graph, *once, FORWARD, backward("y")), "x") == 352


def test_a_kept_gradient_is_what_the_hooks_left():
    keep = (FORWARD, hook("scale", "y", by=3.0), Action("retain_grad", "y"))
    for more in ({}, {"create_graph": True}, {"inputs": ["x"]}):
        session = run(square(), *keep, backward("y", **more))
        assert (grad(session, "y"), grad(session, "x")) == (3, 12)
        (hooked,) = events(session.trace, Hooked)
        assert (hooked.before, hooked.after) == (1, 3)


def test_inputs_alone_are_reached():
    session = run(fit(), FORWARD, backward("loss", inputs=["b"]))
    assert session.tensor("w")._grad is None
    assert session.tensor("b")._grad is not None
