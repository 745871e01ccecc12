"""In-place operations: what PyTorch forbids, and what history they leave."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine import dtypes, errors, overlap
from engine.function import Edge, Function, accumulator, function_of, grad_edge, short_name
from engine.hooks import extra_of
from engine.meta import Meta, is_uncounted, meta_of, own, refresh
from engine.modes import STATE
from engine.packing import Packed
from engine.passing import form_of
from engine.storage import SavedResult, Storage, root
from engine.tensor import Tensor, requires_grad, wrap
from engine.views import viewable

Array = Any


def inplace(op: type[Function], target: Tensor, *others: Any, **params: Any) -> Tensor:
    """Write op(target, *others) into `target` and give it the node of the out-of-place op.

    Raises RuntimeError with PyTorch's sentence for leaves, forbidden views, dtypes and shapes.
    """
    inputs = (target, *others)
    tracked = STATE.grad_enabled and any(requires_grad(inputs[i]) for i, _ in op.rules)
    if tracked and op.__name__ == "CopyBackwards":
        tracked = target._data.dtype.kind == "f"
    if tracked:
        _check_writable(target)
    elif _is_alone(target) and op.__name__ != "IndexPutBackward0":  # an optimizer's step, mostly
        target._data = _result_for(target, op.forward_data(inputs, params))
        target._meta.version.count += 1  # type: ignore[union-attr]
        return target
    overlap.check(op.__name__, target, others)
    data = _result_for(target, op.forward_data(inputs, params))
    inputs = (_kept(target), *others)
    tracked = tracked and (STATE.inference or not is_uncounted(target))  # else it is refused
    return _become(target, data, op.node(inputs, params, data) if tracked else None)


def _is_alone(target: Tensor) -> bool:
    """Whether nothing else sees the memory of a tensor that was changed in place before."""
    meta = target._meta
    if meta is None or meta.storage is None or meta.version is None or meta.inference:
        return False
    return meta.base is None and meta.storage.is_seen_by(target) and 0 not in target._data.strides


def in_place(function: Callable[..., Tensor], grows: bool = False) -> Callable[..., Tensor]:
    """The op `function`, of one node, with its result written into its first input.

    The input is made to fit if it `grows`, as very few of PyTorch's do.
    """

    def call(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        check_writable(self, *args, *kwargs.values())
        overlap.check(function.__name__, self, args)
        out = function(_kept(self), *args, **kwargs)
        if grows and self._data.shape != out._data.shape:
            leave(self, np.zeros(out._data.shape, self._data.dtype))
        data = _result_for(self, out._data)
        node = out._fn
        if node is not None:
            rename(node)
            node.form = form_of(data)
        return _become(self, data, node)

    call.__name__ = f"{function.__name__}_"
    call.__doc__ = f"{function.__name__}, in place."
    return call


def leave(target: Tensor, data: Array) -> None:
    """Let `target` look at memory of its own instead of what it shares with others."""
    meta = own(target)
    assert meta.storage is not None
    meta.storage.drop(target)
    target._data, meta.storage = data, Storage()
    meta.storage.add(target)


_RENAMED = {
    "AcoshBackward0": "AcoshBackward1", "AsStridedBackward0": "AsStridedBackward1",
    "AsinhBackward0": "AsinhBackward1", "AtanhBackward0": "AtanhBackward1",
    "PolygammaBackward0": "PolygammaBackward1",
    "SqueezeBackward0": "SqueezeBackward3", "SqueezeBackward1": "SqueezeBackward4",
    "SqueezeBackward2": "SqueezeBackward5", "TBackward0": "TBackward1",
    "TransposeBackward0": "TransposeBackward1", "UnsqueezeBackward0": "UnsqueezeBackward1",
}  # fmt: skip
"""Nodes that PyTorch calls otherwise when the op was in place."""


def rename(node: Function) -> None:
    """Give a node the name it has after an op in place."""
    name = _RENAMED.get(type(node).__name__)
    if name is not None:
        if name not in _TWINS:
            _TWINS[name] = _twin(type(node), name)
        node.__class__ = _TWINS[name]


_TWINS: dict[str, type[Function]] = {}


def _twin(node: type[Function], name: str) -> type[Function]:
    rules = {f"grad_{node.inputs[i]}": rule.function for i, rule in node.rules}
    stem = name.removesuffix("Backward1").lower()
    if stem in ("acosh", "asinh", "atanh"):
        rules["grad_self"] = _not_derived(stem)
    return type(name, (Function,), {"forward": node.forward, "view": node.view, **rules})


def _not_derived(name: str) -> Any:
    def rule(grad: Any) -> Any:
        """PyTorch has no derivative for this op in place."""
        raise NotImplementedError(
            f"the derivative for 'inplace version of {name}' is not implemented."
        )

    return rule


def _become(target: Tensor, data: Array, node: Function | None) -> Tensor:
    """Write `data` into `target`, with `node` for its history."""
    if node is not None and node.saved and node.saved[0] is target:
        _save_as_it_was(node, target)
    _overwrite(target, data)
    if is_uncounted(target) and not STATE.inference:
        raise RuntimeError(errors.INFERENCE_WRITTEN)  # after the write, as PyTorch 2.13 does
    if node is not None:
        _follow(node, target)
        rebase(target, node)
    return target


def _kept(target: Tensor) -> Tensor:
    """What hooks on saved tensors see of a tensor that is about to be overwritten: a copy."""
    if not STATE.saved_hooks:
        return target
    return wrap(target._data.copy(), target.grad_fn, target._nr)


def _save_as_it_was(node: Function, target: Tensor) -> None:
    """A rule that needs the overwritten values gets a copy of them, as in PyTorch."""
    assert node.saved is not None
    versions = node.versions or (0,) * len(node.saved)
    node.saved = (wrap(target._data.copy(), target.grad_fn, target._nr), *node.saved[1:])
    node.versions = (0, *versions[1:])


def write(target: Tensor, data: Array) -> None:
    """Replace the values of `target` and of everything that shares its memory; one version on."""
    overlap.check("", target, ())
    _overwrite(target, data)


def _overwrite(target: Tensor, data: Array) -> None:
    meta = own(target)
    assert meta.storage is not None
    assert meta.version is not None
    meta.storage.write(target, data)
    if not (meta.counted and STATE.inference):
        meta.version.count += 1


def reshape_in_place(target: Tensor, view: Tensor) -> Tensor:
    """Let `target` look at its memory as `view`, a view of it, does; one version on."""
    if requires_grad(target) and STATE.grad_enabled:
        _check_writable(target)
    own(target)
    target._data = view._data
    if view._fn is not None:
        rename(view._fn)
        _move_retained(target, view._fn)
        target._fn, target._nr, target._req = view._fn, 0, False
    version = meta_of(target).version
    assert version is not None
    version.count += 1
    return target


def check_writable(target: Tensor, *others: Any) -> None:
    """Raise RuntimeError unless `target` may be changed to something made of it and `others`."""
    if STATE.grad_enabled and any(map(requires_grad, (target, *others))):
        _check_writable(target)


def _check_writable(target: Tensor) -> None:
    meta = target._meta
    base = None if meta is None else meta.base
    if base is not None and meta is not None:
        _check_created(target, meta, indirect=False)
        if base._fn is None and requires_grad(target):
            raise RuntimeError(
                "a view of a leaf Variable that requires grad is being used in an in-place "
                "operation."
            )
    if target._fn is None and requires_grad(target):
        raise RuntimeError(
            "a leaf Variable that requires grad is being used in an in-place operation."
        )


def _check_created(view: Tensor, meta: Meta, indirect: bool) -> None:
    """Refuse a change of a view that was made without its history, or with others at once."""
    if meta.created:
        node = view._fn
        whose = "" if node is None else f"Output {view._nr} of {short_name(node)}"
        raise RuntimeError(errors.view_written(meta.created, whose, indirect))


def _result_for(target: Tensor, data: Array) -> Array:
    """The result in the target's dtype; refuses another category or a shape that has grown."""
    if data.dtype == target._data.dtype and data.shape == target._data.shape:
        return data
    if data.shape != target._data.shape:
        raise RuntimeError(
            f"output with shape {list(target._data.shape)} doesn't match the broadcast shape "
            f"{list(data.shape)}"
        )
    found, wanted = dtypes.of(data.dtype), target.dtype
    if not can_hold(wanted, found):
        raise RuntimeError(
            f"result type {found.scalar_name} can't be cast to the desired output type "
            f"{wanted.scalar_name}"
        )
    return dtypes.cast(data, wanted)


def can_hold(wanted: dtypes.dtype, found: dtypes.dtype) -> bool:
    """Whether a result may be stored in place: never floats in integers, nor numbers in bools."""
    if wanted.is_floating_point:
        return True
    return not found.is_floating_point and (wanted.name != "bool" or found.name == "bool")


def _follow(node: Function, target: Tensor) -> None:
    """An in-place node's saved result is the target's memory from now on."""
    if node.result is not None and type(node.result) is not Packed:
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
        return
    base = meta.base
    slices = CopySlices.around(node, base, target)
    _move_retained(base, slices)
    base._fn, base._nr, base._req = slices, 0, False
    refresh(target)
    if type(node.result) is SavedResult and target._fn is not None:
        node.result.view_node = weakref.ref(target._fn)


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
    _check_created(view, meta, indirect=True)
    base = meta.base
    assert base is not None
    assert meta.version is not None
    meta.seen = meta.version.count
    whole, source = viewable(base), None
    if not whole.flags.c_contiguous:  # then places in memory are not places in the gradient
        source = geometry(whole, memory(whole))[1:]
        whole = memory(whole)
    size, stride, offset = geometry(view._data, whole)
    node = AsStridedBackward0.bare(view._data)
    node.edges = (Edge(function_of(base) or accumulator(base), base._nr),)
    node.params = {
        "self_shape": base._data.shape, "size": size, "stride": stride, "storage_offset": offset,
        "source": source,
    }  # fmt: skip
    if STATE.origin is not None:
        STATE.origin.made(node, [base])
    _move_retained(view, node)
    view._fn, view._nr, view._req = node, 0, False


def strided_positions(
    length: int, size: Sequence[int], stride: Sequence[int], offset: int
) -> Array:
    """For each entry of a view, its position in `length` elements of memory."""
    positions = np.arange(length)
    step = positions.itemsize
    return np.lib.stride_tricks.as_strided(
        positions[offset:], size, [s * step for s in stride], writeable=False
    )


def positions_in(view: Array, base: Array) -> Array:
    """For each entry of a view, its position in the flattened base."""
    if base.flags.c_contiguous:
        return strided_positions(base.size, *geometry(view, base))
    whole = memory(base)
    logical = np.zeros(whole.size, np.int64)
    logical[strided_positions(whole.size, *geometry(base, whole))] = np.arange(base.size).reshape(
        base.shape
    )
    found: Array = logical[strided_positions(whole.size, *geometry(view, whole))]
    return found


class AsStridedBackward0(Function):
    """A view given by its size, strides and offset in elements."""

    view = True

    def forward(
        F: Any, self: Array, *, size: Sequence[int], stride: Sequence[int], storage_offset: int,
        source: tuple[Sequence[int], int] | None = None,
    ) -> Array:  # fmt: skip
        """The entries of the memory `self` lies in at offset + i·stride"""
        start = memory(self)[storage_offset:]
        return np.lib.stride_tricks.as_strided(start, size, [s * self.itemsize for s in stride])

    def grad_self(
        F: Any, grad: Any, self_shape: Any, size: Any, stride: Any, storage_offset: Any, source: Any
    ) -> Any:
        """Every entry's gradient goes back to where the entry lies."""
        count = int(np.prod(self_shape, dtype=np.int64))
        if source is None:
            positions = strided_positions(count, size, stride, storage_offset)
            return F.reshape(F.index_backward(grad, (count,), (positions,)), self_shape)
        length = max(reach(size, stride, storage_offset), reach(self_shape, *source))
        positions = strided_positions(length, size, stride, storage_offset)
        own_positions = strided_positions(length, self_shape, *source)
        return F.gather_flat(F.index_backward(grad, (length,), (positions,)), own_positions)


def memory(data: Array) -> Array:
    """All the memory an array lies in, flat."""
    owner = root(data)
    return np.lib.stride_tricks.as_strided(owner, (owner.size,), (owner.itemsize,))


def reach(size: Sequence[int], stride: Sequence[int], offset: int) -> int:
    """How many elements of memory a view looks at, counted from the first."""
    if 0 in size:
        return 0
    return offset + 1 + sum((n - 1) * s for n, s in zip(size, stride, strict=True))


def as_strided(
    self: Tensor, size: Sequence[int], stride: Sequence[int], storage_offset: int | None = None
) -> Tensor:
    """A view given by sizes, strides and an offset in elements, over the memory of the tensor.

    Raises RuntimeError with PyTorch's sentence where that memory ends before.
    """
    data = viewable(self)
    _, strides, own_offset = geometry(data, memory(data))
    offset = own_offset if storage_offset is None else storage_offset
    needed, length = reach(size, stride, offset) * data.itemsize, memory(data).nbytes
    if needed > length:
        raise RuntimeError(
            f"setStorage: sizes {list(size)}, strides {list(stride)}, storage offset {offset}, and "
            f"itemsize {data.itemsize} requiring a storage size of {needed} are out of bounds for "
            f"storage of size {length}"
        )
    return AsStridedBackward0.apply(
        self, size=tuple(size), stride=tuple(stride), storage_offset=offset,
        source=(strides, own_offset),
    )  # fmt: skip


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
        node.positions = positions_in(np.asarray(view._data), viewable(base))
        if STATE.origin is not None:
            node.origin = STATE.origin.rebased(inner.origin, base)
        return node

    def run(self, grad: Any, F: Any) -> Sequence[Any]:
        if self.freed:
            raise RuntimeError(errors.FREED)
        if grad is None:
            return (None,) * len(self.below)
        shape = self.shape
        flat = F.reshape(grad, (int(np.prod(shape, dtype=np.int64)),))
        part = F.gather_flat(flat, self.positions)
        first, *others = self.inner.run([part] if self.inner.many else part, F)
        if self.below[0] is None:
            return (None, *others)
        rest = F.scatter_flat(flat, self.positions, first)
        return (F.reshape(rest, shape), *others)

    def release(self) -> bool:
        self.inner.release()
        self.inner.below = ()  # which is not needed to say that it was freed
        self.saved = None
        return True
