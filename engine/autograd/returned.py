"""What becomes of the results of a custom Function: whose history, whose memory, what is forbidden.

The rules are those of `_process_backward_mode_ad` in torch/csrc/autograd/custom_function.cpp.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine import errors
from engine.inplace import _check_writable as check_writable
from engine.inplace import rebase
from engine.meta import meta_of, own
from engine.tensor import Tensor, is_tensor, requires_grad, wrap
from engine.views import share_view, viewable

if TYPE_CHECKING:
    from engine.autograd.function import CustomNode

Args = tuple[Any, ...]


def settle(node: CustomNode, args: Args, results: Args, tracked: bool) -> Args:
    """The results with their history; the node's outputs are these, tensors or not."""
    dirty = _only_tensors(node.dirty_tensors, "mark_dirty can only accept variables, but argument ")
    fixed = _only_tensors(
        node.non_differentiable, "mark_non_differentiable only accepts variable arguments, but got "
    )
    for x in dirty:
        _changed(x)
    kinds = [is_tensor(r) and r.is_floating_point() and not _among(r, fixed) for r in results]
    live = [k for k, kind in enumerate(kinds) if kind and tracked]
    node.dtypes = tuple(r._data.dtype if is_tensor(r) else None for r in results)
    if live:
        node.form = (None, results[live[0]]._data.shape, results[live[0]]._data.dtype)
    outs = [
        _settled(node, k, r, k in live, args, dirty) if is_tensor(r) else r
        for k, r in enumerate(results)
    ]
    if not all(_among(x, results) for x in dirty):
        raise RuntimeError(errors.DIRTY_NOT_RETURNED)
    node.outputs = len(outs)
    node.shapes = tuple(out._data.shape if is_tensor(out) else () for out in outs)
    node.dirty_tensors = node.non_differentiable = None
    for out in outs if len(live) > 1 else ():
        if is_tensor(out) and out._meta is not None and out._meta.base is not None:
            out._meta.created = "many"
    return tuple(outs)


def _settled(
    node: CustomNode, k: int, result: Tensor, live: bool, args: Args, dirty: Args
) -> Tensor:
    """Result number `k` as the person gets it."""
    returned, changed = _among(result, args), _among(result, dirty)
    if not live:
        return _untracked(result, returned, changed)
    if not changed:
        return _tracked(node, k, _view_of(result) if returned else result)
    if not returned:
        errors.warn(errors.DIRTY_OTHER, 4)
    return _rewritten(node, k, result, len(node.dtypes))


def _among(x: Tensor, others: Args) -> bool:
    return any(x is other for other in others)


def _only_tensors(given: Args | None, sentence: str) -> Args:
    if not all(map(is_tensor, given or ())):
        raise RuntimeError(sentence)  # which PyTorch leaves unfinished as well
    return given or ()


def _view_of(x: Tensor) -> Tensor:
    return share_view(wrap(viewable(x).view()), x)


def _changed(x: Tensor) -> None:
    version = own(x).version
    assert version is not None
    version.count += 1


def _untracked(out: Tensor, returned: bool, changed: bool) -> Tensor:
    """A result without a gradient; an input comes back as another tensor."""
    if not requires_grad(out):
        return _view_of(out) if returned and not changed else out
    if returned:
        cut: Tensor = out.detach()
        return cut
    meta = out._meta
    if meta is None or meta.base is None:
        out._fn, out._req = None, False
    return out


def _rewritten(node: CustomNode, k: int, out: Tensor, results: int) -> Tensor:
    """An input changed in place goes on with this node for its history."""
    if out._req and out._fn is None:
        raise RuntimeError(
            "a leaf Variable that requires grad has been used in an in-place operation."
        )
    check_writable(out)
    if out._meta is not None and out._meta.base is not None and results > 1:
        raise RuntimeError(errors.DIRTY_VIEW)
    rebase(out, node)
    if out._fn is node and k:
        meta_of(out)
        out._nr = k
    return out


def _tracked(node: CustomNode, k: int, out: Tensor) -> Tensor:
    meta = out._meta
    if meta is not None and meta.base is not None:
        assert meta.version is not None
        meta.created, meta.seen = "custom", meta.version.count
    if k:
        meta_of(out)  # which says that the tensor is not of the usual kind
    out._fn, out._nr, out._req = node, k, False
    return out
