"""Iterations that are all the same become a repeat; others stay as many as they were."""

import textwrap

import pytest

from engine.code.script import sources
from engine.code.script.reading import read
from engine.graph import lines


def reading(program):
    """The reading of a program."""
    return read(sources.from_text("import torch\n" + textwrap.dedent(program)))


def times(found):
    """How often each repeat runs, outer ones first."""
    return [a.args["times"] for a in lines(found.program) if a.do == "repeat"]


TRAINING = """
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    losses = []
    for step in range(20):
        loss = ((w - 3) ** 2).sum()
        loss.backward()
        with torch.no_grad():
            w -= 0.1 * w.grad
        w.grad = None
        losses.append(loss.item())
    last = loss * 1
"""


def test_a_training_loop_is_one_repeat():
    """Its nodes are there once, what comes after reads the last iteration's."""
    found = reading(TRAINING)
    assert times(found) == [20]
    assert len(found.graph.nodes) == 8
    assert found.graph.edges["last", "self"].source == "loss"
    assert found.variables["loss"] == "loss"
    assert found.findings == ()


def test_a_first_iteration_that_is_another_stays_by_itself():
    """As where a gradient is zeroed only once there is one."""
    found = reading("""
        w = torch.tensor([1.0, 2.0], requires_grad=True)
        for _ in range(6):
            if w.grad is not None:
                w.grad.zero_()
            loss = (w * w).sum()
            loss.backward()
    """)
    assert times(found) == [5]
    assert found.findings == ()


def test_loops_within_loops_are_repeats_within_repeats():
    """The inner ones first."""
    found = reading("""
        w = torch.tensor([1.0, 2.0], requires_grad=True)
        x = torch.tensor([3.0, 4.0])
        for epoch in range(4):
            for batch in range(3):
                (w * x).sum().backward()
            w.grad.zero_()
    """)
    assert times(found) == [4, 3]
    assert [a.do for a in found.program] == ["forward", "repeat"]
    assert found.findings == ()


def test_modules_and_optimizers_in_loops_repeat_too():
    """Their parameters stand before the loop, wherever they were first used."""
    found = reading("""
        from torch import nn
        torch.manual_seed(0)
        net = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 1))
        opt = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9)
        x, y = torch.randn(5, 2), torch.randn(5, 1)
        for _ in range(7):
            loss = nn.MSELoss()(net(x), y)
            opt.zero_grad()
            loss.backward()
            opt.step()
    """)
    assert times(found) == [7]
    assert found.findings == ()


def test_random_numbers_of_a_loop_are_drawn_each_time():
    """A leaf would be made once."""
    found = reading("""
        torch.manual_seed(0)
        w = torch.ones(3, requires_grad=True)
        for _ in range(5):
            x = torch.randn(3)
            (torch.nn.functional.dropout(x) * w).sum().backward()
    """)
    assert times(found) == [5]
    assert found.graph.nodes["x"].op == "call"
    assert found.findings == ()


def test_while_is_a_loop_too():
    """What only decides whether it goes on is no node."""
    found = reading("""
        w = torch.tensor(8.0, requires_grad=True)
        while w > 1:
            (w * w).backward()
            with torch.no_grad():
                w *= 0.5
            w.grad = None
    """)
    assert times(found) == [3]
    assert "gt" not in {n.op for n in found.graph.nodes.values()}
    assert [outcome for *_, outcome in found.guards] == [True, False]
    assert found.findings == ()


@pytest.mark.parametrize(
    "body",
    [
        "y = y * x",  # reads what the last one made
        "y = x * (i + 1.0)",  # another number each time
        "v = torch.ones(2, requires_grad=True); y = v * x",  # a leaf of its own
        "v = torch.zeros(2); v += x; y = v * 2",  # changes a leaf made inside
        "ys.append(x * 2)",  # kept for later
    ],
)
def test_what_could_not_be_repeated_is_unrolled(body):
    """Each iteration by itself, with the numbers it had."""
    found = reading(f"""
        x = torch.tensor([1.0, 2.0])
        y, ys = x, []
        for i in range(4):
            {body}
        if ys:
            y = torch.stack(ys).sum()
        z = y * 1
    """)
    assert times(found) == []
    computed = [n for n in found.graph.nodes.values() if n.op in ("mul", "add_")]
    assert len(computed) >= 4
    assert found.findings == ()


def test_iterations_that_changed_on_the_way_are_several_repeats():
    """Runs of equal ones."""
    found = reading("""
        x = torch.tensor([1.0, 2.0], requires_grad=True)
        for i in range(9):
            y = x * (1 if i < 4 else 2)
            y.sum().backward()
    """)
    assert times(found) == [4, 5]
    assert found.findings == ()
