"""In-place operations: what PyTorch forbids, and what history they leave."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine import dtypes, errors
from engine.function import Function, grad_edge
from engine.hooks import extra_of
from engine.meta import Meta, is_inference, meta_of, own
from engine.modes import STATE
from engine.storage import SavedResult
from engine.tensor import Tensor, requires_grad
from engine.views import viewable

Array = Any


def inplace(op: type[Function], target: Tensor, *others: Any, **params: Any) -> Tensor:
    """Write op(target, *others) into `target` and give it the node of the out-of-place op.

    Raises RuntimeError with PyTorch's sentence for leaves, forbidden views, dtypes and shapes.
    """
    inputs = (target, *others)
    tracked = STATE.grad_enabled and any(requires_grad(inputs[i]) for i, _ in op.rules)
    if tracked:
        _check_writable(target)
    data = _result_for(target, op.forward_data(inputs, params))
    node = op.node(inputs, params, data) if tracked else None
    write(target, data)
    if is_inference(target) and not STATE.inference:
        raise RuntimeError(errors.INFERENCE_WRITTEN)  # after the write, as PyTorch 2.13 does
    if node is not None:
        _follow(node, target)
        rebase(target, node)
    return target


def write(target: Tensor, data: Array) -> None:
    """Replace the values of `target` and of everything that shares its memory; one version on."""
    meta = own(target)
    strides = target._data.strides
    if 0 in strides and any(
        s == 0 and n > 1 for s, n in zip(strides, target._data.shape, strict=True)
    ):
        raise RuntimeError(errors.OVERLAP)
    assert meta.storage is not None
    assert meta.version is not None
    meta.storage.write(target, data)
    meta.version.count += 1


def _check_writable(target: Tensor) -> None:
    meta = target._meta
    base = None if meta is None else meta.base
    if base is None or meta is None:
        if target._req and target.is_leaf:
            raise RuntimeError(
                "a leaf Variable that requires grad is being used in an in-place operation."
            )
        return
    if meta.multi_view is not None:
        raise RuntimeError(errors.multi_view(target._nr, meta.multi_view))
    if meta.no_grad_view:
        raise RuntimeError(errors.NO_GRAD_VIEW)
    if base._req and base.is_leaf:
        raise RuntimeError(
            "a view of a leaf Variable that requires grad is being used in an in-place operation."
        )


def _result_for(target: Tensor, data: Array) -> Array:
    """The result in the target's dtype; refuses another category or a shape that has grown."""
    if data.dtype == target._data.dtype and data.shape == target._data.shape:
        return data
    found, wanted = dtypes.of(data.dtype), target.dtype
    if not _can_hold(wanted, found):
        raise RuntimeError(
            f"result type {found.scalar_name} can't be cast to the desired output type "
            f"{wanted.scalar_name}"
        )
    if data.shape != target._data.shape:
        raise RuntimeError(
            f"output with shape {list(target._data.shape)} doesn't match the broadcast shape "
            f"{list(data.shape)}"
        )
    return dtypes.cast(data, wanted)


def _can_hold(wanted: dtypes.dtype, found: dtypes.dtype) -> bool:
    """Whether a result may be stored in place: never floats in integers, nor numbers in bools."""
    if wanted.is_floating_point:
        return True
    return not found.is_floating_point and (wanted.name != "bool" or found.name == "bool")


def _follow(node: Function, target: Tensor) -> None:
    """An in-place node's saved result is the target's memory from now on."""
    if node.result is not None:
        meta = own(target)
        assert meta.version is not None
        assert meta.storage is not None
        node.result = SavedResult(target._data, meta.version, meta.version.count)
        meta.storage.add(node.result)


def rebase(target: Tensor, node: Function) -> None:
    """Make `node` the history of `target`; of a view, through CopySlices on its base."""
    meta = target._meta
    if meta is None or meta.base is None:
        _move_retained(target, node)
        target._fn, target._nr, target._req = node, 0, False
        if meta is not None:
            meta.rewrites += 1  # its views have a new history too
        return
    base = meta.base
    slices = CopySlices.around(node, base, target)
    _move_retained(base, slices)
    base._fn, base._nr, base._req = slices, 0, False
    meta_of(base).rewrites += 1


def _move_retained(target: Tensor, node: Function) -> None:
    """A retained gradient follows the tensor to its newest in-place version."""
    old = target._fn
    if old is not None and old.extra is not None and target._nr in old.extra.retains:
        extra_of(node).retains[0] = old.extra.retains.pop(target._nr)


def geometry(view: Array, base: Array) -> tuple[tuple[int, ...], tuple[int, ...], int]:
    """(size, stride, offset) of `view` inside `base`, in elements."""
    v, b = np.asarray(view), np.asarray(base)
    start = v.__array_interface__["data"][0] - b.__array_interface__["data"][0]
    return v.shape, tuple(s // v.itemsize for s in v.strides), start // v.itemsize


def regenerate(view: Tensor, meta: Meta) -> None:
    """Give a view of a rewritten base its new grad_fn: AsStridedBackward0 on the base's history."""
    base = meta.base
    assert base is not None
    meta.seen = meta_of(base).rewrites
    size, stride, offset = geometry(view._data, viewable(base))
    node = AsStridedBackward0.bare(view._data)
    node.edges = (grad_edge(base),)
    node.params = {
        "self_shape": base._data.shape, "size": size, "stride": stride, "storage_offset": offset,
    }  # fmt: skip
    if STATE.origin is not None:
        STATE.origin.made(node, [base])
    view._fn, view._nr, view._req = node, 0, False


def strided_positions(
    shape: Sequence[int], size: Sequence[int], stride: Sequence[int], offset: int
) -> Array:
    """For each entry of the view, its position in the flattened base of `shape`."""
    positions = np.arange(int(np.prod(shape, dtype=np.int64)))
    step = positions.itemsize
    return np.lib.stride_tricks.as_strided(
        positions[offset:], size, [s * step for s in stride], writeable=False
    )


class AsStridedBackward0(Function):
    """A view given by its size, strides and offset in elements."""

    view = True

    def forward(
        F: Any, self: Array, *, size: Sequence[int], stride: Sequence[int], storage_offset: int = 0
    ) -> Array:
        """The entries of `self`'s memory at offset + i·stride."""
        flat = self.reshape(-1)[storage_offset:]
        return np.lib.stride_tricks.as_strided(flat, size, [s * self.itemsize for s in stride])

    def grad_self(
        F: Any, grad: Any, self_shape: Any, size: Any, stride: Any, storage_offset: Any
    ) -> Any:
        """Every entry's gradient goes back to where the entry lies."""
        positions = strided_positions(self_shape, size, stride, storage_offset)
        flat = int(np.prod(self_shape, dtype=np.int64))
        return F.reshape(F.index_backward(grad, (flat,), (positions,)), self_shape)


def as_strided(
    self: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int = 0
) -> Tensor:
    """A view given by sizes, strides and an offset in elements, over the tensor's own memory."""
    return AsStridedBackward0.apply(
        self, size=tuple(size), stride=tuple(stride), storage_offset=storage_offset or 0
    )


class CopySlices(Function):
    """The history of a base that was changed in place through a view of it."""

    __slots__ = ("inner", "positions")
    inner: Function
    positions: Array

    namespace_name = "torch::autograd::"

    @classmethod
    def around(cls, inner: Function, base: Tensor, view: Tensor) -> CopySlices:
        """A node whose first edge is the base's old history and whose others are the op's."""
        node = cls.bare(base._data)
        assert isinstance(node, CopySlices)
        node.inner = inner
        node.edges = (grad_edge(base), *inner.edges[1:])
        node.positions = strided_positions(base._data.shape, *geometry(view._data, viewable(base)))
        if STATE.origin is not None:
            node.origin = inner.origin
        return node

    def run(self, grad: Any, F: Any) -> Sequence[Any]:
        if grad is None:
            return (None,) * len(self.below)
        shape = self.shape
        flat = F.reshape(grad, (int(np.prod(shape, dtype=np.int64)),))
        part = F.gather_flat(flat, self.positions)
        first, *others = self.inner.run(part, F)
        if self.below[0] is None:
            return (None, *others)
        rest = F.scatter_flat(flat, self.positions, first)
        return (F.reshape(rest, shape), *others)

    def release(self) -> bool:
        return self.inner.release()
