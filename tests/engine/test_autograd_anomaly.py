"""Anomaly mode says where in the forward pass went wrong what failed in backward.

Every test runs on the engine and, where it is installed, on PyTorch: the sentences are the same.
"""

import importlib
import importlib.util
import re
import warnings
from contextlib import contextmanager

import pytest

from engine.modes import STATE

MODULES = ["engine"] + ["torch"] * (importlib.util.find_spec("torch") is not None)
ENTERED = (
    "Anomaly Detection has been enabled. This mode will increase the runtime and should only be "
    "enabled for debugging."
)
LEFT_OUT = (
    "Error detected in SqrtBackward0. No forward pass information available. Enable detect anomaly "
    "during forward pass for more information."
)


@pytest.fixture(params=MODULES)
def torch(request):
    return importlib.import_module(request.param)


@contextmanager
def told():
    """The warnings given inside, without where in C++ they were."""
    found = []
    with warnings.catch_warnings(record=True) as given:
        warnings.simplefilter("always")
        yield found
    found += [re.sub(r"\s*\(Triggered internally at [^()]*\)", "", str(w.message)) for w in given]


def root_of(x):
    return x.sqrt() * 0  # the line that the traceback is to name


def line_of(text):
    with open(__file__, encoding="utf-8") as source:
        return next(n for n, line in enumerate(source, 1) if text in line)


def zero(torch):
    return torch.tensor([0.0, 4.0], requires_grad=True)


def test_a_nan_is_an_error_that_names_the_forward_line(torch):
    """The traceback ends in the line that called the op, not inside the engine."""
    with told() as warned, torch.autograd.detect_anomaly():
        y = root_of(zero(torch)).sum()
        with pytest.raises(RuntimeError) as caught:
            y.backward()
    assert str(caught.value) == "Function 'SqrtBackward0' returned nan values in its 0th output."
    entered, traced = warned
    assert entered == ENTERED
    head, *lines = traced.splitlines()
    assert head.startswith("Error detected in SqrtBackward0. Traceback of forward call that caused")
    number = line_of("return x.sqrt() * 0  # the line")
    assert lines[-2] == f'  File "{__file__}", line {number}, in root_of'
    assert lines[-1].strip().startswith("return x.sqrt() * 0")


def test_without_the_mode_in_forward_there_is_no_traceback(torch):
    """Only what was recorded can be told."""
    y = root_of(zero(torch)).sum()
    with told() as warned, torch.autograd.detect_anomaly(), pytest.raises(RuntimeError):
        y.backward()
    assert warned == [ENTERED, LEFT_OUT]


def test_check_nan_false_lets_nan_pass(torch):
    """The mode is then about errors only."""
    x = zero(torch)
    with told(), torch.autograd.detect_anomaly(check_nan=False):
        root_of(x).sum().backward()
    assert x.grad.isnan().tolist() == [True, False]


def test_a_change_in_place_points_at_the_traceback(torch):
    """The hint is another one when there is a traceback to look at."""
    with told() as warned, torch.autograd.set_detect_anomaly(True, check_nan=False):
        a = zero(torch) * 1
        y = a.exp()
        y.add_(1)
        with pytest.raises(RuntimeError, match=r"Good luck!$") as caught:
            y.sum().backward()
    assert "Hint: the backtrace further above shows the operation" in str(caught.value)
    assert warned[0].startswith("Error detected in ExpBackward0. Traceback of forward call that")


def test_errors_of_custom_functions_are_traced_too(torch):
    """Whatever is raised is passed on as it is."""

    class Failing(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a):
            return a * 1

        @staticmethod
        def backward(ctx, g):
            raise KeyError("mine")

    with told() as warned, torch.autograd.detect_anomaly(), pytest.raises(KeyError, match="mine"):
        Failing.apply(zero(torch)).sum().backward()
    assert warned[1].startswith("Error detected in FailingBackward. Traceback of forward call")


def test_the_output_that_is_nan_is_counted(torch):
    """Outputs count from the first edge."""

    class Second(torch.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            return a * 1

        @staticmethod
        def backward(ctx, g):
            return g, g * float("nan")

    x = zero(torch)
    with told(), torch.autograd.detect_anomaly(), pytest.raises(RuntimeError) as caught:
        Second.apply(x, x * 2).sum().backward()
    assert str(caught.value) == "Function 'SecondBackward' returned nan values in its 1th output."


def test_a_node_made_in_backward_tells_of_the_node_it_was_made_by(torch):
    """Double backward: first where the failing node was made, then what had made it."""
    x = torch.tensor([4.0], requires_grad=True)
    with told() as warned, torch.autograd.detect_anomaly():
        y = x.sqrt()
        (g,) = torch.autograd.grad(y.sum(), x, create_graph=True)
        node = g.grad_fn
        node.register_hook(lambda inputs, _: tuple(i and i * float("nan") for i in inputs))
        with pytest.raises(RuntimeError, match=r"returned nan values in its 1th output\.$"):
            g.sum().backward()
    traced, before = warned[1:]
    assert traced.startswith(f"Error detected in {node.name()}. Traceback of forward call")
    assert before.startswith("\n\nPrevious calculation was induced by SqrtBackward0. Traceback")


def test_the_mode_ends_with_its_block(torch):
    """Also when that ends in an error; nested ones come back to the outer one."""
    assert not torch.is_anomaly_enabled()
    with told(), torch.autograd.detect_anomaly():
        with torch.autograd.set_detect_anomaly(False):
            assert not torch.is_anomaly_enabled()
        assert torch.is_anomaly_enabled()
    with told(), pytest.raises(RuntimeError), torch.autograd.detect_anomaly():
        torch.ones(2).backward()
    assert not torch.is_anomaly_enabled()
    torch.autograd.set_detect_anomaly(True, check_nan=False)
    assert (torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()) == (True, False)
    torch.autograd.set_detect_anomaly(False)
    assert not torch.is_anomaly_enabled()


def test_metadata_holds_the_traceback(torch):
    """Where people look for it."""
    with told(), torch.autograd.detect_anomaly():
        y = root_of(zero(torch))
    assert list(y.grad_fn.metadata) == ["traceback_"]
    assert any("in root_of" in line for line in y.grad_fn.metadata["traceback_"])


def test_the_flag_must_be_a_bool(torch):
    """As everywhere in torch."""
    with pytest.raises(TypeError, match=r"^set_anomaly_enabled\(\): argument 'enabled'"):
        torch.autograd.set_detect_anomaly(1)


def test_outside_no_function_is_watched():
    """Who does not use the mode, or hooks on what is saved, does not pay for them."""
    import engine

    with told(), engine.autograd.detect_anomaly():
        assert STATE.origin is not None
    with engine.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t):
        assert STATE.origin is not None
    assert STATE.origin is None
