"""Random programs do in the engine, statement by statement, what they do in PyTorch."""

import warnings

import pytest

import engine
from tests.engine.random_program import PRELUDE, Twin, difference, names_in, printed, shrunk

SEEDS = range(2000)
"""The first of the ten thousand; `python -m tests.engine.random_graphs 10000` runs them all."""
BLOCK = 100


@pytest.mark.slow
@pytest.mark.parametrize("first", SEEDS[::BLOCK])
def test_random_programs_do_what_they_do_in_pytorch(first):
    """Values, gradients, dtypes, shapes, history, order, hooks, errors, warnings and texts."""
    torch = pytest.importorskip("torch")
    from tests.engine.random_graphs import settled, smallest, wrong_ones

    with settled(torch), warnings.catch_warnings():
        wrong = wrong_ones(torch, range(first, first + BLOCK))
        assert not wrong, smallest(torch, wrong)


def test_a_difference_is_seen():
    """The comparison would notice: values, dtypes, messages and what is missing."""
    a, b, c = (engine.tensor([1.0, 2.0 + d]).numpy() for d in (0.0, 1e-7, 1e-3))
    assert difference({"value": a}, {"value": b}, True) is None
    assert difference({"value": a}, {"value": c}, True)
    assert difference({"value": a}, {"value": a.astype("float64")}, True)
    assert difference([None], ["RuntimeError: no"], True)
    assert difference({"x1": 1}, {}, True)


def test_a_program_is_seen_from_all_sides():
    """What a statement raised, printed and logged, and the tensors it speaks of."""
    twin = Twin(engine)
    twin.step("x1 = torch.tensor([1., 2.], requires_grad=True)")
    twin.step("t2 = x1 * 3; h3 = t2.register_hook(told('h3'))")
    assert twin.step("t2.sum().backward(); print(x1.grad.tolist())")["printed"] == "[3.0, 3.0]\n"
    assert twin.step("t2.sum().backward()")["log"][0][0] == "h3"
    assert twin.step("t2.sum().backward()")["raised"].startswith("RuntimeError: Trying to backward")
    seen = twin.seen(names_in("t2 + x1"))
    assert (seen["t2"]["grad_fn"], seen["x1"]["grad"].tolist()) == ("MulBackward0", [3.0, 3.0])


def test_a_printed_program_runs_by_itself():
    """Prelude and statements are all one needs to see a difference with one's own eyes."""
    source = printed(["x1 = torch.tensor(2.0, requires_grad=True)", "x1.backward()"])
    scope = {}
    exec(source.replace("import torch.nn.functional as F", "").replace("import torch", ""),
         {"torch": engine, "F": engine.nn.functional}, scope)  # fmt: skip
    assert scope["x1"].grad.item() == 1.0
    assert PRELUDE in source


def test_shrinking_keeps_the_difference():
    """Statements that do not matter go; the one that does stays."""

    class Twisted:
        """The engine, except that its sine is wrong."""

        def __getattr__(self, name):
            return (lambda x: engine.cos(x)) if name == "sin" else getattr(engine, name)

    program = [
        "x1 = torch.tensor(1.0)", "t2 = x1 * 2", "t3 = torch.sin(x1)", "t4 = x1 + t2",
    ]  # fmt: skip
    assert shrunk(program, Twisted()) == ["x1 = torch.tensor(1.0)", "t3 = torch.sin(x1)"]


SHARING = {
    "a sum hands one gradient to both": lambda a, b: a + b,
    "views hand on what they are given": lambda a, b: a.view(4) + b.view(4),
    "transposed": lambda a, b: a.t() + b.t(),
    "a difference of the same": lambda a, b: (a * 1) - (b * 1),
    "parts": lambda a, b: sum(a.unbind()) + sum(b.unbind()),
    "once more than once": lambda a, b: a + b + a + b,
}


@pytest.mark.parametrize("made", SHARING.values(), ids=SHARING)
@pytest.mark.parametrize("seeded", [False, True])
def test_no_two_gradients_share_memory(made, seeded):
    """Changing one in place changes no other: not the seed, nor a retained or a hooked one."""
    a, b = (engine.ones(2, 2, requires_grad=True) for _ in range(2))
    out = made(a, b)
    out.retain_grad()
    hooked = []
    out.register_hook(hooked.append)
    if seeded:
        seed = engine.ones(*out.shape)
        out.backward(seed)
    else:
        out.sum().backward()
        seed = engine.ones(*out.shape)
    everything = [a.grad, b.grad, out.grad, *hooked, seed]
    before = [t.tolist() for t in everything]
    for k, changed in enumerate(everything[:3]):
        changed.add_(100)
        after = [t.tolist() for t in everything]
        assert after[:k] == before[:k]
        assert after[k + 1 :] == before[k + 1 :]
        before = after
