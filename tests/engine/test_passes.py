"""Backward passes that meet: one within another, two at once, one that fails half-way."""

import copy
import sys
import threading

import numpy as np
import pytest

import engine
from engine import autograd, function, inlining
from engine.compiling import source
from engine.ops.arithmetic import MulBackward0
from engine.ops.elementary import TanhBackward0


def chain(x, length=40):
    y = x
    for k in range(length):
        y = (y * 1.01 + x * 0.5).sin() if k % 3 else y.tanh() + y
    return y


def test_a_pass_within_a_pass_leaves_the_outer_one_alone():
    x = engine.tensor(0.5, requires_grad=True)
    chain(x).backward()
    expected = x.grad.item()
    x.grad = None
    y = chain(x)
    inner = []

    def hook(grad):
        handle.remove()  # or the pass within would call it again
        inner.append(autograd.grad(y, x, retain_graph=True)[0].item())

    middle = y.grad_fn.next_functions[0][0]
    handle = middle.register_prehook(hook)
    y.backward()
    assert inner == [pytest.approx(expected)]
    assert x.grad.item() == expected


def test_a_pass_within_a_pass_may_accumulate_too():
    x = engine.tensor(0.5, requires_grad=True)
    y = x * x
    z = y * 3
    y.register_hook(autograd.enable_grad()(lambda grad: (x * 7).backward()))
    z.backward(retain_graph=True)
    assert x.grad.item() == 3 * 2 * 0.5 + 7


def test_two_threads_may_go_back_through_one_graph():
    x = engine.tensor([0.3, 0.4], requires_grad=True)
    y = chain(x).sum()
    (expected,) = autograd.grad(y, x, retain_graph=True)
    found, ready = [], threading.Barrier(4)

    def work():
        ready.wait()
        for _ in range(20):
            leaf = engine.tensor([0.3, 0.4], requires_grad=True)
            chain(leaf).sum().backward()
            found.append(leaf.grad.tolist())
            found.append(autograd.grad(y, x, retain_graph=True)[0].tolist())

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 160
    assert all(values == expected.tolist() for values in found)


def test_a_pass_that_failed_leaves_nothing_behind():
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    y = x * 2
    z = (y * y).sum()
    fail = y.register_hook(lambda grad: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        z.backward(retain_graph=True)
    assert x.grad is None
    fail.remove()
    z.backward()
    assert x.grad.tolist() == [8.0, 16.0]


def test_sums_made_in_place_change_nothing_that_was_seen_before():
    x = engine.tensor(np.ones((3, 3), np.float32).tolist(), requires_grad=True)
    y = x * 2
    seen = []
    terms = []
    for k in range(1, 6):
        term = y * float(k)
        term.retain_grad()
        term.register_hook(lambda grad: seen.append((grad, grad.clone())))
        terms.append(term)
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    weights = engine.tensor(np.arange(9, dtype=np.float32).reshape(3, 3).tolist())
    before = weights.clone()
    total.backward(weights)
    assert len(seen) == 5
    assert all(grad.equal(copy) for grad, copy in seen)
    assert all(term.grad.equal(weights) for term in terms)
    assert weights.equal(before)
    assert x.grad.equal(weights * 30)


def test_gradients_of_two_leaves_never_share_memory():
    a, b = (engine.tensor([1.0, 2.0], requires_grad=True) for _ in range(2))
    gradient = engine.tensor([3.0, 4.0])
    (a + b).backward(gradient)
    a.grad.numpy()[:] = 9  # which writes into the memory, as no operation of ours does
    assert b.grad.tolist() == gradient.tolist() == [3.0, 4.0]
    a.grad.zero_()
    assert b.grad.tolist() == [3.0, 4.0]
    b.grad.mul_(2)
    assert gradient.tolist() == [3.0, 4.0]
    assert a.grad.tolist() == [0.0, 0.0]


def test_a_gradient_that_nobody_else_holds_is_not_copied(monkeypatch):
    copied = []
    monkeypatch.setattr(function, "copied_as", lambda grad, like: copied.append(grad) or grad)
    weights, bias, other = (
        engine.ones(size, requires_grad=True) for size in ((3, 4), (4,), (2, 4))
    )
    out = (engine.ones(2, 3) @ weights + bias) * other.expand(2, 4)
    for inputs in (None, [weights, bias]):  # what is captured on the way is no reason either
        out.sum().backward(inputs=inputs, retain_graph=True)
        assert not copied
        weights.grad = bias.grad = other.grad = None
    seed = engine.ones(2, 4)
    (other + 0).backward(seed)
    assert [grad is seed._data for grad in copied] == [True]


def test_an_operation_while_another_thread_is_in_no_grad_still_has_a_history():
    inside, done = threading.Event(), threading.Event()

    def elsewhere():
        with engine.no_grad():
            inside.set()
            done.wait()

    thread = threading.Thread(target=elsewhere)
    thread.start()
    inside.wait()
    x = engine.tensor(2.0, requires_grad=True)
    y = x * x
    done.set()
    thread.join()
    assert y.grad_fn is not None
    with engine.no_grad():
        assert (x * x).grad_fn is None
    assert (x * x).grad_fn is not None


# ---- what is written for a Function --------------------------------------------------------------


def test_rules_that_are_one_expression_are_written_in_place():
    assert "grad * s1" in source(MulBackward0)
    assert "kernels.tanh_backward(grad, result)" in source(TanhBackward0)


def test_what_is_more_than_an_expression_is_called():
    def two_statements(a):
        assert a
        return a

    def remembers(a):
        return [two_statements for _ in a]

    assert inlining.expression(two_statements, {"a": "x"}, ()) is None
    assert inlining.expression(remembers, {"a": "x"}, ()) is None
    assert inlining.expression(_half, {"a": "x0"}, ()) == "(x0 / _TWO)"
    assert inlining.expression(_half, {"a": "x0"}, {"_TWO"}) is None
    assert inlining.names([_half]) == {"_TWO": 2}


_TWO = 2


def _half(a):
    return a / _TWO


# ---- what other threads, copies and NumPy do -----------------------------------------------------


def test_threads_that_meet_at_a_leaf_lose_no_gradient():
    w = engine.ones(3, requires_grad=True)
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:

        def work():
            for _ in range(200):
                (w * 1.0).sum().backward()

        threads = [threading.Thread(target=work) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert w.grad.tolist() == [1200.0] * 3


def test_a_copy_is_a_leaf_of_its_own_that_looks_at_the_same_memory():
    x = engine.ones(2, requires_grad=True)
    kept = x * 2
    alike = copy.copy(x)
    (alike * 3).sum().backward()
    assert (x.grad, alike.grad.tolist()) == (None, [3.0, 3.0])
    with engine.no_grad():
        x.add_(1)
    assert alike.tolist() == [2.0, 2.0]
    assert copy.copy(kept).is_leaf


def test_a_deep_copy_sees_nothing_of_what_is_written_to_the_original():
    x = engine.zeros(3)
    apart = copy.deepcopy(x)
    seen = x.numpy()
    x.add_(1)
    seen[0] = 9
    assert apart.tolist() == [0.0, 0.0, 0.0]


def test_a_number_of_numpy_leaves_the_operation_to_the_tensor():
    x = engine.ones(2, requires_grad=True)
    assert type(np.float64(2) * x) is engine.Tensor
    assert (np.float32(2) - x).grad_fn.name() == "RsubBackward1"


def test_ctrl_c_in_a_pass_leaves_nothing_for_the_next():
    x = engine.tensor(2.0, requires_grad=True)
    y = x * x
    z = y * 3

    def interrupt(grad):
        raise KeyboardInterrupt

    handle = y.register_hook(interrupt)
    with pytest.raises(KeyboardInterrupt):
        z.backward(retain_graph=True)
    handle.remove()
    assert engine.is_grad_enabled()
    y.backward()
    assert x.grad.item() == 4.0
