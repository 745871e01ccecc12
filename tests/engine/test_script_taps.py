"""Every public call of the engine is told, the outermost only, and the taps come off completely."""

import sys

import pytest

import engine as torch
from engine import nn
from engine.code.script.taps import Taps
from engine.nn import functional as F

COMPILED = {"apply", "forward_data", "node", "run", "flow", "written", "_next"}
"""What the engine itself puts into a class at its first use, and a counter."""


class Ear:
    """Hears the names of calls."""

    def __init__(self):
        self.names = []

    def called(self, name, call, args, kwargs):
        self.names.append(name)
        return call(*args, **kwargs)


@pytest.fixture
def ear():
    ear = Ear()
    with Taps(ear):
        yield ear


def everything():
    """All that hangs in the engine's modules and classes."""
    found = {}
    for name, module in list(sys.modules.items()):
        if name == "engine" or name.startswith("engine."):
            found[name] = dict(vars(module))
            for value in list(vars(module).values()):
                if isinstance(value, type) and value.__module__.startswith(("engine", "torch.")):
                    found[value] = dict(vars(value))
    return found


def use():
    """A program that touches most kinds of taps."""
    x = torch.randn(3, 2, requires_grad=True)
    y = F.relu(nn.Linear(2, 2)(x)) @ torch.eye(2) + 1 - 2 * x
    y = torch.exp(-y).mean() + torch.linalg.norm(x) + torch.special.expit(x).sum()
    y.backward()
    x.grad.zero_()
    optimizer = torch.optim.SGD([x], lr=0.1)
    optimizer.step()
    nn.RNN(2, 2)(x[None])
    nn.Sequential(nn.BatchNorm1d(2), nn.Tanh(), nn.Dropout())(x)
    nn.utils.clip_grad_norm_([x], 1.0)


def test_taps_leave_every_namespace_as_it_was():
    """Modules, classes, properties, what modules of nn have taken hold of: the same objects."""
    before = everything()
    with Taps(Ear()):
        assert vars(torch)["exp"] is not before["engine"]["exp"]
        use()
    after = everything()
    different = [
        (owner, name)
        for owner, members in before.items()
        for name, value in members.items()
        if after[owner].get(name) is not value and name not in COMPILED
    ]
    assert different == []


def test_taps_come_off_after_an_error():
    """An exception within is no reason to stay."""
    exp, add = torch.exp, torch.Tensor.__add__
    with pytest.raises(ZeroDivisionError), Taps(Ear()):
        raise ZeroDivisionError
    assert torch.exp is exp
    assert torch.Tensor.__add__ is add


def test_what_was_compiled_under_taps_is_not_tapped_afterwards():
    """Code that is written at its first use holds on to the engine's own functions."""
    ear = Ear()
    with Taps(ear):
        torch.logaddexp(torch.ones(2, requires_grad=True), torch.ones(2)).sum().backward()
    heard = len(ear.names)
    torch.logaddexp(torch.ones(2, requires_grad=True), torch.ones(2)).sum().backward()
    assert len(ear.names) == heard


def test_only_the_outermost_call_is_told(ear):
    """cross_entropy calls log_softmax and more; a program has called one function."""
    F.cross_entropy(torch.zeros(2, 3), torch.tensor([0, 1]))
    assert ear.names == ["torch.zeros", "torch.tensor", "F.cross_entropy"]


def test_operators_methods_and_properties_have_their_names(ear):
    """Also swapped and in-place ones, and what a property is given."""
    x = torch.ones(2)
    _ = 2 * x - x @ x
    x += 1
    x[0] = 3
    x.grad = None
    _ = x.T if x.ndim == 2 else x.data
    assert ear.names == [
        "torch.ones", "Tensor.__rmul__", "Tensor.__matmul__", "Tensor.__sub__", "Tensor.__iadd__",
        "Tensor.__setitem__", "Tensor.grad=", "Tensor.data",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("module", "shape", "names"),
    [
        (nn.Linear(2, 3), (4, 2), ["F.linear"]),
        (nn.ReLU(), (2,), ["torch.relu"]),
        (nn.Tanh(), (2,), ["torch.tanh"]),
        (nn.Dropout(), (2,), ["F.dropout"]),
        (nn.LayerNorm(2), (3, 2), ["F.layer_norm"]),
        (nn.Conv2d(1, 1, 2), (1, 1, 3, 3), ["F.conv2d"]),
        (nn.RNNCell(2, 2), (1, 2), ["F.linear", "F.linear", "Tensor.__add__", "torch.tanh"]),
    ],
)
def test_what_modules_call_is_told(module, shape, names):
    """Whether they have imported an op, its module, or keep it in a class or a closure."""
    ear = Ear()

    class Inside(Ear):
        """Hears what is within the call of a module."""

        def called(self, name, call, args, kwargs):
            if name == "Module.__call__":
                with taps.heard():
                    return call(*args, **kwargs)
            return ear.called(name, call, args, kwargs)

    x = torch.ones(*shape)
    with Taps(Inside()) as taps:
        module(x)
    assert [n for n in ear.names if n not in ("torch.zeros", "Tensor.__getitem__")] == names


def test_making_a_module_is_one_call(ear):
    """How its values begin is its own business."""
    nn.Linear(2, 2)
    assert ear.names == ["Module.__init__"]


def test_hooks_within_backward_are_not_told(ear):
    """What a hook computes belongs to the backward pass."""
    x = torch.ones(2, requires_grad=True)
    x.register_hook(lambda grad: grad * 2)
    (x * x).sum().backward()
    assert ear.names[-1] == "Tensor.backward"


def test_an_error_is_passed_on_and_the_next_call_is_told(ear):
    """The guard against inner calls opens again."""
    with pytest.raises(RuntimeError):
        torch.ones(2) @ torch.ones(3)
    torch.ones(2)
    assert ear.names[-1] == "torch.ones"
