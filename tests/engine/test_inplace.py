"""In-place changes and the views of what is changed."""

import pytest

import engine


def test_a_view_follows_what_is_done_to_its_base_in_place():
    x = engine.tensor([1.0, 2.0], requires_grad=True)
    base = x.clone()
    view = base.view(2, 1)
    base.mul_(2)
    assert view.grad_fn.name() == "AsStridedBackward0"
    view.sum().backward()
    assert x.grad.tolist() == [2.0, 2.0]


def test_a_change_through_a_view_of_something_transposed_finds_its_place():
    """Positions are counted in the gradient, not in a memory that lies otherwise (as PyTorch)."""
    x = engine.tensor([[1.5, 2.0, 1.5], [2.0, 3.0, -1.0]], requires_grad=True)
    turned = (x + 2.0).mT * -1
    turned.transpose(0, -1)[0] = 2
    (turned * turned).sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0, 0.0], [8.0, 10.0, 2.0]]


def test_a_view_of_something_transposed_has_the_history_of_its_base():
    """The view made before is given its part of the changed base, and so its gradient (PyTorch)."""
    x = engine.tensor([[1.5, 2.0, 1.5], [2.0, 3.0, -1.0]], requires_grad=True)
    base = (x * 1).t() * 2
    row, column = base[0], base[:, 1]
    row.mul_(3)
    (column * column).sum().backward()
    assert x.grad.tolist() == [[0.0, 0.0, 0.0], [144.0, 24.0, -8.0]]


def test_a_view_made_without_history_takes_no_gradient():
    """It says that it requires grad, as its base does, and has no edge (as PyTorch)."""
    x = engine.ones(2, 2, requires_grad=True)
    with engine.no_grad():
        view = x[0]
    out = (view * 2).sum()
    assert (view.requires_grad, view.is_leaf) == (True, True)
    assert out.grad_fn.next_functions[0][0].next_functions == ((None, 0), (None, 0))
    out.backward()
    assert (x.grad, view.grad) == (None, None)


def test_any_change_of_its_memory_gives_a_view_a_new_history():
    """Even one that is not recorded (as PyTorch)."""
    x = engine.ones(2, 2, requires_grad=True)
    view = x[0]
    with engine.no_grad():
        x.add_(1)
    assert view.grad_fn.name() == "AsStridedBackward0"
    view.sum().backward()
    assert x.grad.tolist() == [[1.0, 1.0], [0.0, 0.0]]


def test_views_that_are_gone_leave_nothing_behind():
    x = engine.tensor([1.0, 2.0, 3.0])
    kept = x[1:]
    for _ in range(1000):
        x.view(3)
    assert len(x._meta.storage.aliases) < 100
    x.mul_(2)
    assert kept.tolist() == [4.0, 6.0]


def test_a_view_of_what_is_no_leaf_to_learn_any_more_leads_nowhere():
    x = engine.tensor([1.5], requires_grad=True)
    view = x.view(1)
    before = view.grad_fn
    x.detach_()
    x.square_()
    assert before.next_functions[0][0] is not None
    assert view.grad_fn.next_functions == ((None, 0),)


@pytest.mark.parametrize("alias", ["detach", "data", "detach.detach"])
def test_an_alias_of_an_inference_tensor_made_outside_may_be_changed_and_counts(alias):
    """It is an inference tensor still, and what it is an alias of counts nothing (as PyTorch)."""
    told = []
    for module in (engine, pytest.importorskip("torch")):
        with module.inference_mode():
            x = module.ones(2) * 2
            inside = x.detach()
        seen = x
        for name in alias.split("."):
            seen = seen.data if name == "data" else getattr(seen, name)()
        found = [seen.is_inference(), seen._version, seen.add_(1)._version, seen.detach()._version]
        with module.inference_mode():
            seen.mul_(2)
        found += [seen._version, x.tolist()]
        for other in (x, inside, seen[0], x[:1]):
            for look in (lambda t: t._version, lambda t: t.add_(1)):
                with pytest.raises(RuntimeError) as error:
                    look(other)
                found.append(str(error.value))
        told.append(found)
    assert told[0] == told[1]


def test_what_saved_nothing_for_what_is_asked_can_be_run_again():
    """addcmul saves its factors for each other, and these are integers here (as PyTorch)."""
    for m in (engine, pytest.importorskip("torch")):
        x, k = m.ones(3, requires_grad=True), m.tensor([1, 2, 3])
        out = m.addcmul(x, k, k, value=4).sum()
        out.backward()
        out.backward()
        assert x.grad.tolist() == [2.0, 2.0, 2.0]
        y = m.ones(3, requires_grad=True)
        again = m.addcmul(x, y, m.ones(3)).sum()
        again.backward()
        with pytest.raises(RuntimeError, match="a second time"):
            again.backward()


@pytest.mark.parametrize("change", [
    "x.cummax(0)[0]", "x.cummin(0)[0]",
])  # fmt: skip
def test_a_running_extreme_needs_what_it_ran_over(change):
    """Its node saves the input in PyTorch, so that a later change of it is an error."""
    for m in (engine, pytest.importorskip("torch")):
        x = m.tensor([1.0, 3.0, 2.0], requires_grad=True) * 1
        out = eval(change, {"x": x})
        x.detach().add_(1)
        with pytest.raises(RuntimeError, match="output 0 of Mul, is at version 1"):
            out.sum().backward()


@pytest.mark.parametrize(("keep", "maker"), [(True, "AsStrided"), (False, "Tanh")])
def test_a_result_saved_in_place_through_a_view_is_that_of_the_view(keep, maker):
    """In the complaint about a later change, as long as the view's node exists (as PyTorch)."""
    told = []
    for m in (engine, pytest.importorskip("torch")):
        base = m.tensor([1.0, 2.0], requires_grad=True) * 1
        base[0].tanh_().mul_(0.25)
        with pytest.raises(RuntimeError) as error:
            base.sum().backward(retain_graph=keep)
        told.append(str(error.value))
    assert f"output 0 of {maker}," in told[0]
    assert told[0] == told[1]


def test_a_leaf_is_refused_before_what_is_subtracted_is_looked_at():
    x = engine.ones(2, requires_grad=True)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
        x -= engine.tensor([True, False])
    whole = engine.tensor([1, 2])
    whole[:] = engine.ones((), requires_grad=True)
    with pytest.raises(RuntimeError, match="only Tensors of floating point dtype"):
        whole.requires_grad_()


def test_other_data_leaves_a_tensor_counting_as_it_did():
    """What it is an inference tensor by is the data's, whether it counts is its own (PyTorch)."""
    told = []
    for m in (engine, pytest.importorskip("torch")):
        with m.inference_mode():
            inside = [m.ones(2) for _ in range(3)]
        plain, other = m.zeros(2), m.zeros(2)
        plain.data, inside[1].data = inside[0], other
        found = [plain.is_inference(), plain._version, plain.add_(1)._version]
        found += [inside[1].is_inference()]
        with pytest.raises(RuntimeError) as error:
            inside[1].add_(1)
        told.append([*found, str(error.value)])
    assert told[0] == told[1]


def test_addbmm_makes_its_input_fit():
    """The one in-place product that PyTorch lets grow."""
    told = []
    for m in (engine, pytest.importorskip("torch")):
        start = m.ones(1, requires_grad=True)
        x = start * 1
        out = x.addbmm_(m.ones(2, 2, 3), m.ones(2, 3, 4))
        out.sum().backward()
        told.append((out is x, x.tolist(), start.grad.tolist(), out.grad_fn.name()))
    assert told[0] == told[1]
