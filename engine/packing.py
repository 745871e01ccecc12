"""Hooks on saved tensors: what goes through them when a Function saves, and when it runs.

A Function that saves nothing but packed tensors has a class of its own, made from its class by
`packed_class`, so that all others run without asking whether they have any.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

from engine import errors
from engine.function import Function, function_of
from engine.meta import version_of
from engine.modes import STATE, no_grad
from engine.storage import SavedResult
from engine.tensor import Tensor, as_output, is_tensor, requires_grad, wrap

Hook = Callable[[Any], Any]
Hooks = tuple[Hook, Hook]

_IN_PLACE = (
    "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack "
    "hook cannot be modified by in-place operations as this can lead to unexpected side-effects. "
    "Please open an issue if you need to perform in-place operations on the input to a pack hook."
)
_TWICE = (
    "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one "
    "pair of hooks is allowed at a time."
)
_TOO_LATE = (
    "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values "
    "of the graph are freed when you call .backward() or autograd.grad(). Specify "
    "retain_graph=True if you need to backward through the graph a second time or if you need to "
    "access saved variables after calling backward."
)


class Packed:
    """What a pack hook made of a saved tensor, and what is needed to get that back."""

    __slots__ = ("function", "leaf", "output", "raw", "unpack", "value")

    def __init__(
        self, tensor: Tensor, hooks: Hooks, given: Tensor | None = None, raw: bool = False
    ) -> None:
        """`given` is what the hook sees where that is not the tensor itself.

        `raw`: the Function has use for the array only.

        Raises RuntimeError when the hook changes it in place.
        """
        given = tensor if given is None else given
        version = version_of(given)
        with no_grad():
            self.value = hooks[0](given)
        if version_of(given) != version:
            raise RuntimeError(_IN_PLACE)
        self.unpack, self.raw = hooks[1], raw
        self.function, self.output = function_of(tensor), tensor._nr
        self.leaf = self.function is not None and tensor.is_leaf

    def restored(self) -> Tensor:
        """What the unpack hook gives, with the history of what was saved."""
        found = self.unpack(self.value)
        if not is_tensor(found):
            raise TypeError(
                "Output of saved tensor unpack_hook expected to be a Tensor but got result of type "
                f"{type(found).__name__}"
            )
        if self.function is None and not requires_grad(found):
            given: Tensor = found
            return given
        if not self.leaf:
            return as_output(found._data, self.function, self.output)
        out = wrap(found._data)
        assert self.function is not None
        out._req, out._accumulator = True, weakref.ref(self.function)  # type: ignore[arg-type]
        return out


def restored(saved: Any) -> Any:
    """What was saved, unpacked if it was packed."""
    return saved.restored() if type(saved) is Packed else saved


def pack(node: Function, hooks: Hooks) -> None:
    """Give all tensors a node has just saved to the pack hook, by name as PyTorch does."""
    found = _named(node)
    packed = {name: _packed(found[name], hooks) for name in sorted(found)}
    node.saved = tuple(packed[name] for name in type(node).inputs[: len(node.saved or ())])
    node.params = {name: packed[name] for name in node.params}
    if node.many:  # its results are not all there yet
        _use_packed_class(node)
    else:
        pack_result(node, hooks)


def _named(node: Function) -> dict[str, Any]:
    """Everything a node has saved, but its result, by name."""
    saved = zip(type(node).inputs, node.saved or (), strict=False)
    return {**node.params, **dict(saved)}


def _packed(value: Any, hooks: Hooks) -> Any:
    """A tensor or array (or several) packed; a number stays what it is."""
    if is_tensor(value):
        return Packed(value, hooks)
    if type(value) is np.ndarray or type(value) is np.int64:  # the index of a largest entry
        return Packed(wrap(value), hooks, raw=True)
    if type(value) is tuple:
        return tuple(_packed(v, hooks) for v in value)
    return value


def unpacked(value: Any) -> Any:
    """What was saved, or several of them, each unpacked if it was packed."""
    if type(value) is Packed:
        found = value.restored()
        return found._data if value.raw else found
    return tuple(map(unpacked, value)) if type(value) is tuple else value


def pack_result(node: Function, hooks: Hooks) -> None:
    """The same for the saved result, or for each of them."""
    result = node.result
    if type(result) is tuple:
        tensors = (as_output(r, node, k) for k, r in enumerate(result))
        node.result = tuple(Packed(t, hooks) for t in tensors)
    elif result is not None:
        node.result = Packed(wrap(result, node), hooks)
    _use_packed_class(node)


def _use_packed_class(node: Function) -> None:
    everything = (*_named(node).values(), node.result)
    if any(map(_has_packed, everything)) and not isinstance(node, RunsPacked):
        node.__class__ = packed_class(type(node))


def _has_packed(value: Any) -> bool:
    return type(value) is Packed or (type(value) is tuple and any(map(_has_packed, value)))


class RunsPacked:
    """A Function that unpacks what it has saved before it runs, and only for that time."""

    __slots__ = ()


_CLASSES: dict[type[Function], type[Function]] = {}


def packed_class(cls: type[Function]) -> type[Function]:
    """The class of the same name whose nodes are `RunsPacked`."""
    found = _CLASSES.get(cls)
    if found is None:
        body = {"__slots__": (), "__module__": cls.__module__, "run": _run, "flow": Function.flow}
        found = _CLASSES[cls] = type(cls.__name__, (cls, RunsPacked), body)
    return found


def _run(self: Any, grad: Any, F: Any) -> Any:
    cls: Any = type(self).__mro__[1]
    if self.freed or grad is None:
        return cls.run(self, grad, F)
    kept = self.saved, self.versions, self.params, self.result
    found = _named(self)
    given = {name: unpacked(found[name]) for name in sorted(found)}
    self.saved = tuple(given[name] for name in cls.inputs[: len(self.saved)])
    self.versions = tuple(map(version_of, self.saved))
    self.params = {name: given[name] for name in self.params}
    self.result = _restored_result(self.result)
    try:
        return cls.run(self, grad, F)
    finally:
        self.saved, self.versions, self.params, self.result = kept


def _restored_result(result: Any) -> Any:
    if type(result) is tuple:
        return tuple(map(_restored_result, result))
    return result.restored()._data if type(result) is Packed else result


class SavedTensor:
    """`node._raw_saved_<name>`: a place to hang hooks on one saved tensor."""

    __slots__ = ("_at", "_node")

    def __init__(self, node: Function, at: int | None) -> None:
        self._node, self._at = node, at

    def register_hooks(self, pack_hook: Hook, unpack_hook: Hook) -> None:
        """Pack it now, with `pack_hook(tensor)`; `unpack_hook` gives it back when it is needed.

        Raises RuntimeError when it has hooks already or was freed.
        """
        node, at = self._node, self._at
        if node.saved is None:
            raise RuntimeError(_TOO_LATE)
        saved = node.result if at is None else node.saved[at]
        if type(saved) is Packed:
            raise RuntimeError(_TWICE)
        hooks = (pack_hook, unpack_hook)
        if at is None:
            data = saved._data if type(saved) is SavedResult else saved
            node.result = Packed(wrap(data, node), hooks, wrap(data))
        else:
            tensor = saved if is_tensor(saved) else wrap(saved)
            packed = Packed(tensor, hooks, tensor.detach())
            node.saved = (*node.saved[:at], packed, *node.saved[at + 1 :])
        if not node.own_saving:
            _use_packed_class(node)


SavedTensor.__module__ = "torch._C._autograd"


def push(hooks: Hooks) -> None:
    """Let these hooks be those of everything saved from now on; raises where they are disabled."""
    if STATE.no_saved_hooks is not None:
        raise RuntimeError(STATE.no_saved_hooks)
    STATE.saved_hooks.append(hooks)


def disable(message: str | None) -> str | None:
    """From now on hooks are refused with this message (None: allowed); gives the one before.

    Raises RuntimeError with the message when hooks are at work already.
    """
    if message is not None and STATE.saved_hooks:
        raise RuntimeError(message)
    before, STATE.no_saved_hooks = STATE.no_saved_hooks, message
    return before


FREED = errors.FREED
