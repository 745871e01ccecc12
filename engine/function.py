"""Functions: the nodes of the autograd history, one class per PyTorch `grad_fn` name.

A subclass gives `forward` and one `grad_<input>` per differentiable input.  They are plain
functions of their argument names: `F` is the namespace the arithmetic runs in (arrays, or tensors
when a graph of the backward pass is wanted), `grad` the incoming gradient, an input's name that
saved input, `result` the saved output, `<input>_shape` a shape, and every other name a keyword of
the call.  So the signature of a rule says what is saved, as in PyTorch's derivatives.yaml.
Broadcasting and casts are undone by the engine, not here.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from sys import getrefcount
from types import MappingProxyType
from typing import Any, ClassVar, NamedTuple

import numpy as np

from engine import compiling, dtypes, errors, kernels
from engine.declaring import Rule as Rule
from engine.declaring import declare
from engine.hooks import Extra, RemovableHandle, extra_of
from engine.layout import copied_as
from engine.meta import own, refresh, version_of
from engine.modes import STATE, tick
from engine.passing import ALONE, Form, form_of, send
from engine.storage import SavedResult
from engine.tensor import Tensor, as_output, is_tensor, requires_grad, wrap

Array = Any
Namespace = Any
LAST = 2**64 - 1
"""The sequence number of AccumulateGrad: it runs as soon as it can (torch's function.h)."""


class Edge(NamedTuple):
    """Where a gradient goes: the Function that made the input, and which output of it."""

    function: Function | None
    output: int


NOWHERE = Edge(None, 0)


class Function:
    """One node of the history; made by `apply`, run by the backward loop."""

    __slots__ = (
        "__weakref__", "_metadata", "arrived", "below", "extra", "form", "origin", "params",
        "ports", "result", "saved", "sequence", "versions",
    )  # fmt: skip

    below: tuple[Function | None, ...]
    """Where its contributions go, one for each rule."""
    ports: tuple[int, ...] | None
    """Which output of these each is for; None: the first of all of them."""
    params: dict[str, Any]
    saved: tuple[Any, ...] | None
    """What is saved of each input; None once that was freed."""
    versions: tuple[int, ...]
    result: Any
    form: Form
    """What the gradient of its result is like."""
    arrived: Any
    """What has come to it in the backward pass that is under way."""
    sequence: int
    extra: Extra | None
    origin: Any
    _metadata: dict[Any, Any] | None

    inputs: ClassVar[tuple[str, ...]] = ()
    rules: ClassVar[tuple[tuple[int, Rule], ...]] = ()
    keywords: ClassVar[dict[str, Any]] = {}
    defaults: ClassVar[dict[str, Any]] = {}
    shapes_saved: ClassVar[tuple[tuple[str, int], ...]] = ()
    saves_result: ClassVar[bool] = False
    keeps_arrays: ClassVar[bool] = False
    """Whether its keywords hold what PyTorch counts as saved, as the places of the largest."""
    many: ClassVar[bool] = False
    """Whether it has several outputs; then `run` takes a list of gradients."""
    outputs: int = 1
    namespace_name: ClassVar[str] = ""
    promote: ClassVar[str] = "none"
    """"arithmetic": inputs meet in their result type; "float": and become floats; or "none"."""
    layout: ClassVar[str] = "inputs"  # how its result lies in memory: see engine.layout
    view: ClassVar[bool] = False
    own_saving: ClassVar[bool] = False
    """Whether it calls the hooks on saved tensors itself."""
    forward: ClassVar[Callable[..., Any]]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        forward = cls.__dict__.get("forward")
        if forward is not None:
            declare(cls, forward)

    @property
    def freed(self) -> bool:
        """Whether what it saved was let go of."""
        return self.saved is None

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of its (first) output."""
        return self.form[1]

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy's dtype of its (first) output."""
        return self.form[2]

    # ---- what people see of a node -------------------------------------------------------------

    def name(self) -> str:
        """The name PyTorch gives this node, with its namespace where it has one."""
        return self.namespace_name + type(self).__name__

    @property
    def edges(self) -> tuple[Edge, ...]:
        """Where its contributions go, as Edges."""
        ports = self.ports or (0,) * len(self.below)
        return tuple(map(Edge, self.below, ports))

    @edges.setter
    def edges(self, edges: Sequence[Edge]) -> None:
        self.below = tuple(edge.function for edge in edges)
        self.ports = tuple(edge.output for edge in edges)

    @property
    def next_functions(self) -> tuple[tuple[Function | None, int], ...]:
        """(Function or None, output number) per differentiable input."""
        below = (None if type(f) is Untracked else f for f in self.below)
        return tuple(zip(below, self.ports or (0,) * len(self.below), strict=True))

    def port(self, i: int) -> int:
        """Which output of `below[i]` the contribution number `i` is for."""
        return 0 if self.ports is None else self.ports[i]

    @property
    def metadata(self) -> dict[Any, Any]:
        """A dict for the person's own notes."""
        if self._metadata is None:
            self._metadata = {}
        return self._metadata

    def register_prehook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(grad_outputs)` before this node runs; a returned tuple replaces them."""
        return RemovableHandle.add(extra_of(self).pre, hook)

    def register_hook(self, hook: Callable[..., Any]) -> RemovableHandle:
        """Call `hook(grad_inputs, grad_outputs)` after this node has run."""
        return RemovableHandle.add(extra_of(self).post, hook)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} object at {id(self):#x}>"

    def __getattr__(self, name: str) -> Any:
        # Slots that few nodes need are left unset: storing would cost every node.
        if name in _UNSET:
            return _UNSET[name]
        from engine import introspection

        return introspection.attribute(self, name)

    # ---- making ----------------------------------------------------------------------------------

    @classmethod
    def apply(cls, *inputs: Any, **params: Any) -> Tensor:
        """Run forward on the inputs (tensors, numbers or None) and record a node where one is due.

        Raises RuntimeError with PyTorch's sentence when shapes or dtypes do not fit.
        """
        compiling.install(cls)  # which replaces this method and the next two
        return cls.apply(*inputs, **params)

    @classmethod
    def node(cls, inputs: Sequence[Any], params: dict[str, Any], data: Array) -> Function:
        """A node for this application, with its edges and what its rules save."""
        compiling.install(cls)
        return cls.node(inputs, params, data)

    @classmethod
    def forward_data(cls, inputs: Sequence[Any], params: dict[str, Any]) -> Array:
        """The result of forward alone, as an array; raises as `apply` does."""
        compiling.install(cls)
        return cls.forward_data(inputs, params)

    @classmethod
    def explain(cls, shapes: list[tuple[int, ...]], params: dict[str, Any]) -> None:
        """Raise PyTorch's sentence for shapes NumPy has refused."""
        for other in shapes[1:]:
            try:
                np.broadcast_shapes(shapes[0], other)
            except ValueError:
                raise RuntimeError(errors.cannot_broadcast(shapes[0], other)) from None

    @classmethod
    def wants_node(cls, inputs: Sequence[Any], data: Array) -> bool:
        """Whether the result must remember how it was made."""
        if not STATE.grad_enabled or data.dtype.kind != "f":
            return False
        return any(requires_grad(inputs[i]) for i, _ in cls.rules)

    @classmethod
    def bare(cls, data: Array) -> Function:
        """A node with the next sequence number and nothing in it; `data` gives shape and dtype."""
        node = cls()
        node.sequence = tick()
        node.below = node.saved = ()
        node.result = node.extra = node.arrived = None
        node.form = (None, data.shape, data.dtype) if cls.many else form_of(data)
        return node

    # ---- running ---------------------------------------------------------------------------------

    def run(self, grad: Any, F: Namespace) -> Sequence[Any]:
        """What goes along each edge, or None: arrays, or Tensors when F works on Tensors.

        `grad` is None where nothing came; with many outputs, a list of one for each.
        """
        if not self.rules:
            raise NotImplementedError(self.name())
        compiling.install(type(self))  # which replaces this method, as `apply` and `node` do
        return self.run(grad, F)

    def flow(self, grad: Any, keep: bool, note: Callable[[tuple[Any, ...]], None] | None) -> None:
        """Run on an array and pass on what comes out; lets go of what was saved unless `keep`.

        `note` is told (this node, its gradient, what its rules gave).
        """
        if self.many and grad is None:
            grad = [None] * self.outputs
        outs = self.run(grad, kernels)
        if note is not None:
            note((self, grad, *outs))
        if not keep:
            self.release()
        for i, (below, value) in enumerate(zip(self.below, outs, strict=True)):
            if below is not None:
                send(self, i, below, value)

    def unpack(self, F: Namespace) -> list[Any]:
        """The saved inputs and, last, the saved result.

        Raises RuntimeError when they were freed, or changed in place since they were saved.
        """
        as_tensors = F is not kernels
        values = [
            s if s is None or is_tensor(s) is as_tensors else wrap(s) if as_tensors else s._data
            for s in (self.unsaved() if self.freed else self.check_versions())
        ]
        result = self.checked_result()
        if result is not None and as_tensors:
            if type(result) is tuple:
                result = tuple(as_output(r, self, k) for k, r in enumerate(result))
            else:
                result = wrap(result, self)
        return [*values, result]

    def unsaved(self) -> tuple[None, ...]:
        """What stands for the saved inputs once they were let go of.

        Raises RuntimeError if the gradients that are asked for need any of them, or the result.
        """
        for (_, rule), below in zip(self.rules, self.below, strict=False):
            if below is not None and (self.keeps_arrays or rule.saves or rule.takes("result")):
                raise RuntimeError(errors.FREED)
        return (None,) * len(self.inputs)

    def check_versions(self) -> tuple[Any, ...]:
        """What is saved of the inputs; raises RuntimeError if that was changed in place since."""
        assert self.saved is not None
        for i in range(len(self.saved)):
            self.check_version(i)
        return self.saved

    def check_version(self, i: int) -> None:
        """Raise RuntimeError if what is saved of input `i` was changed in place since."""
        assert self.saved is not None
        if _unchecked():
            return
        saved, versions = self.saved[i], self.versions
        version = versions[i] if versions else 0
        if version_of(saved) != version:
            raise RuntimeError(_modified(saved, version))

    def checked_result(self) -> Array:
        """The saved result; raises RuntimeError if it was changed in place since."""
        result = self.result
        if type(result) is not SavedResult:
            return result
        if result.version.count != result.saved_at and not _unchecked():
            seen = result.view_node
            maker = self if seen is None else seen() or self
            whose = f", which is output 0 of {short_name(maker)},"
            raise RuntimeError(
                errors.modified(
                    dtypes.of(self.dtype).tensor_type,
                    self.shape,
                    whose,
                    result.version.count,
                    result.saved_at,
                )
            )
        return result._data

    def input_shape(self, output: int) -> tuple[int, ...]:
        """The shape a gradient for output number `output` must have."""
        return self.shape

    def input_dtype(self, output: int) -> np.dtype[Any]:
        """The dtype a gradient for output number `output` must have."""
        return self.dtype

    def release(self) -> bool:
        """Let go of the saved tensors; whether there were any."""
        held = self.keeps_arrays and self.saved is not None
        if not (held or self.result is not None or any(s is not None for s in self.saved or ())):
            return False
        self.saved = self.result = None
        return True


_UNSET: dict[str, Any] = {
    "_metadata": None, "origin": None, "params": MappingProxyType({}), "ports": None,
    "versions": (),
}  # fmt: skip
"""What a slot that was never set stands for."""


def _unchecked() -> bool:
    """Whether saved tensors are taken as they are, changed in place or not."""
    return STATE.policy is not None and not STATE.policy.check_versions


def _modified(saved: Any, version: int) -> str:
    function, output = grad_edge(saved)
    whose = ""
    if function is not None and function.sequence != LAST:
        whose = f", which is output {output} of {short_name(function)},"
    return errors.modified(
        saved.dtype.tensor_type, tuple(saved.shape), whose, version_of(saved), version
    )


def short_name(function: Function) -> str:
    """The node's name in error messages: `Exp` for ExpBackward0, `Pow1` for PowBackward1."""
    name = function.name()
    stem, found, number = name.rpartition("Backward")
    return stem + number.removeprefix("0") if found and (number.isdigit() or not number) else name


_LEAVES = threading.RLock()
"""Held while a leaf gets its AccumulateGrad or a gradient: another thread may be at it too."""


def grad_edge(x: Tensor) -> Edge:
    """The edge a gradient of `x` leaves by: to the Function that made it, or its AccumulateGrad."""
    function = function_of(x)
    return NOWHERE if function is None else Edge(function, 0 if x._fn is None else x._nr)


def function_of(x: Tensor) -> Function | None:
    """The Function a gradient of `x` goes to."""
    if x._meta is not None:
        refresh(x)
    if x._fn is not None or not requires_grad(x):
        return x._fn
    found = None if x._accumulator is None else x._accumulator()
    return accumulator(x) if found is None else found


def accumulator(leaf: Tensor) -> AccumulateGrad:
    """The leaf's AccumulateGrad, held only by histories that lead to it, or else an Untracked."""
    with _LEAVES:
        known = leaf._req and leaf._accumulator is not None
        found = leaf._accumulator() if known else None  # type: ignore[misc]
        return _new_accumulator(leaf) if found is None else found


def _new_accumulator(leaf: Tensor) -> AccumulateGrad:
    node = (AccumulateGrad if leaf._req else Untracked)()
    node.sequence, node.below, node.saved = LAST, (), (leaf,)
    node.result = node.extra = node.arrived = None
    node.form = form_of(leaf._data)
    if leaf._req:
        leaf._accumulator = weakref.ref(node)
    return node


class AccumulateGrad(Function):
    """Adds the finished gradient to a leaf's `.grad`."""

    __slots__ = ()
    namespace_name = "torch::autograd::"

    @property
    def variable(self) -> Tensor:
        assert self.saved is not None
        leaf: Tensor = self.saved[0]
        return leaf

    def release(self) -> bool:
        return False

    def take(self) -> bool:
        """Store what has arrived, unless there is more to do: a hook to call, or a sum to make."""
        assert self.saved is not None
        leaf, grad = self.saved[0], self.arrived
        meta = leaf._meta
        hooked = meta is not None and (meta.hooks or meta.post_hooks)
        first = leaf._grad is None and leaf._req and grad is not None
        if hooked or self.extra is not None or not first:
            return False
        self.arrived = None
        own = getrefcount(grad) == ALONE
        with _LEAVES:
            self._store(leaf, grad, own)
        return True

    def store(self, grad: Any, own: bool = False) -> None:
        """`.grad = grad` the first time, `.grad += grad` after; `grad` is an array or a Tensor.

        A Tensor comes from a backward pass that creates a graph: then the sum is out of place.  An
        array that nobody else holds is our `own`, and need not be copied.
        """
        with _LEAVES:
            self._store(self.variable, grad, own)

    def _store(self, leaf: Tensor, grad: Any, own: bool) -> None:
        if is_tensor(grad):
            leaf._grad = _differentiable_copy(grad) if leaf._grad is None else leaf._grad + grad
        elif leaf._grad is None:
            own = own and type(grad) is np.ndarray and grad.base is None
            own = own and grad.strides == leaf._data.strides
            own = own or not grad.ndim or grad.shape != leaf._data.shape  # by a Policy's mistake
            leaf._grad = wrap(grad if own else copied_as(grad, leaf._data))
        else:
            _add_in_place(leaf._grad, grad)


class Untracked(AccumulateGrad):
    __slots__ = ()
    """Takes the gradient of a view that was made without history: PyTorch has no edge there."""


def _add_in_place(stored: Tensor, grad: Array) -> None:
    meta = own(stored)
    assert meta.storage is not None
    assert meta.version is not None
    meta.storage.write(stored, stored._data + grad)
    meta.version.count += 1


class CopyBackwards(Function):
    """The node of `copy_`: what was there gets nothing, the source gets everything."""

    __slots__ = ()
    namespace_name = "torch::autograd::"

    def forward(F: Namespace, self: Array, src: Array) -> Array:
        """`src` in the shape and dtype of `self`."""
        shape = np.broadcast_shapes(self.shape, src.shape)
        return np.broadcast_to(src, shape).astype(self.dtype)

    def grad_self(F: Namespace, grad: Array) -> Array:
        """What was overwritten no longer matters."""
        return F.zeros_like(grad)

    def grad_src(grad: Array) -> Array:
        """The copy passes everything on to what was copied."""
        return grad


def _differentiable_copy(grad: Tensor) -> Tensor:
    return CopyBackwards.apply(wrap(np.zeros_like(grad._data)), grad)
