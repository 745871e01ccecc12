"""Hooks on saved tensors and anomaly mode change nothing about the gradients of any op."""

import numpy as np
import pytest

import engine
from engine.autograd.graph import allow_mutation_on_saved_tensors, saved_tensors_hooks
from tests.engine.samples import CASES, KINDS, outputs
from tests.engine.test_ops import leaf


def gradients(case, create_graph=False):
    """The gradients of all floating inputs of a case, None where there are none."""
    arrays = case.arrays("float64")
    given = {n: leaf(engine, v, KINDS) for n, v in arrays.items()}
    wanted = [x for x in given.values() if engine.is_tensor(x) and x.requires_grad]
    engine.manual_seed(0)
    made = [out for out in outputs(case.run(given)) if out.requires_grad]
    if not (made and wanted):
        return []
    weights = [engine.ones_like(out) for out in made]
    found = engine.autograd.grad(
        made, wanted, weights, create_graph=create_graph, allow_unused=True
    )
    return [None if g is None else g.detach().numpy() for g in found]


def same(found, wanted):
    return len(found) == len(wanted) and all(
        a is b if a is None or b is None else np.array_equal(a, b, equal_nan=True)
        for a, b in zip(found, wanted, strict=True)
    )


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_packed_tensors_give_the_gradients_of_those_that_are_not(case):
    """What goes through NumPy and back is what was saved, also where a graph is made of it."""
    for create_graph in (False, True):
        plain = gradients(case, create_graph)
        with saved_tensors_hooks(lambda t: t.detach().clone().numpy(), engine.from_numpy):
            packed = gradients(case, create_graph)
        assert same(packed, plain)


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_anomaly_mode_only_watches(case):
    """Every op runs under it, and gives the same."""
    plain = gradients(case)
    with engine.autograd.set_detect_anomaly(True, check_nan=False):
        watched = gradients(case)
    assert same(watched, plain)


def test_what_is_packed_is_what_is_used():
    """A pack hook that halves shows in the gradient, so the rules do ask the hooks."""
    x = engine.tensor([3.0], requires_grad=True)
    with saved_tensors_hooks(lambda t: t.detach() / 2, lambda t: t):
        y = x * x
    y.backward()
    assert x.grad.tolist() == [3.0]


def test_packed_values_are_let_go_of_with_the_graph():
    """After a backward pass that frees, nothing a hook returned is kept alive."""
    kept = []

    class Box:
        def __init__(self, tensor):
            self.tensor = tensor

        def __del__(self):
            kept.append("gone")

    x = engine.tensor([3.0], requires_grad=True)
    with saved_tensors_hooks(Box, lambda box: box.tensor):
        y = x.exp()
    y.backward()
    assert kept == ["gone"]


def test_views_and_bases_may_be_changed_where_mutation_is_allowed():
    """Backward uses the values of the forward pass, however they were overwritten."""
    x = engine.tensor([1.0, 2.0, 3.0], requires_grad=True)
    with allow_mutation_on_saved_tensors():
        a = x * 1
        b = (a * a).sum()
        a[0] = 50.0
        a[1:].mul_(7)
        b.backward()
    assert x.grad.tolist() == [2.0, 4.0, 6.0]
