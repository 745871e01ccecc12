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
