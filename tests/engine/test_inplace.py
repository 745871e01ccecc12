"""In-place changes and the views of what is changed."""

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
