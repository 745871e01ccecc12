"""Hooks: what people attach to tensors and to nodes of the history, and how it is called."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from engine.meta import meta_of
from engine.tensor import Tensor, is_tensor, wrap

if TYPE_CHECKING:
    from engine.function import Function

Hook = Callable[..., Any]
Hooks = dict[int, Hook]


class Extra:
    """What only few Functions have: hooks, retained gradients."""

    __slots__ = ("post", "pre", "retains", "tensor_hooks")

    def __init__(self) -> None:
        self.tensor_hooks: dict[int, Hooks] = {}
        self.retains: dict[int, weakref.ref[Tensor]] = {}
        self.pre: Hooks = {}
        self.post: Hooks = {}


class RemovableHandle:
    """Takes a hook away again."""

    _next = 0

    def __init__(self, hooks: Hooks) -> None:
        self.id = RemovableHandle._next
        RemovableHandle._next += 1
        self._hooks = hooks

    @classmethod
    def add(cls, hooks: Hooks, hook: Hook) -> RemovableHandle:
        """Put `hook` among `hooks`; the handle undoes it."""
        handle = cls(hooks)
        hooks[handle.id] = hook
        return handle

    def remove(self) -> None:
        """Stop calling the hook; a second call does nothing."""
        self._hooks.pop(self.id, None)

    def __enter__(self) -> RemovableHandle:
        return self

    def __exit__(self, *_: object) -> None:
        self.remove()


RemovableHandle.__module__ = "torch.utils.hooks"  # as PyTorch prints it


# ---- attaching -----------------------------------------------------------------------------------


def extra_of(node: Function) -> Extra:
    """The node's hooks, made when first asked for."""
    if node.extra is None:
        node.extra = Extra()
    return node.extra


def on_tensor(tensor: Tensor, hook: Hook) -> RemovableHandle:
    """Call `hook(grad)` when the tensor's gradient is complete."""
    _check_tracked(tensor)
    function = tensor.grad_fn
    if function is not None:
        return RemovableHandle.add(extra_of(function).tensor_hooks.setdefault(tensor._nr, {}), hook)
    meta = meta_of(tensor)
    if meta.hooks is None:
        meta.hooks = {}
    return RemovableHandle.add(meta.hooks, hook)


def after_accumulation(leaf: Tensor, hook: Hook) -> RemovableHandle:
    """Call `hook(leaf)` after its `.grad` was updated."""
    _check_tracked(leaf)
    if not leaf.is_leaf:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    meta = meta_of(leaf)
    if meta.post_hooks is None:
        meta.post_hooks = {}
    return RemovableHandle.add(meta.post_hooks, hook)


def _check_tracked(tensor: Tensor) -> None:
    if not tensor.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")


# ---- calling -------------------------------------------------------------------------------------


def call_tensor_hooks(hooks: Hooks, grad: Any) -> Any:
    """What is left of a tensor's gradient (an array, a Tensor or None) after its hooks."""
    for hook in list(hooks.values()):
        result = hook(_as_tensor(grad))
        if result is not None:
            _check_result(hook, grad, result)
            grad = _like(result, grad)
    return grad


def call_prehooks(function: Function, grads: list[Any]) -> list[Any]:
    """What a node is given after its prehooks have seen it."""
    extra = function.extra
    if extra is None or not extra.pre:
        return grads
    for hook in list(extra.pre.values()):
        result = hook(tuple(_as_tensor(g) for g in grads))
        if result is not None:
            grads = _replaced(hook, grads, result)
    return grads


def call_post_hooks(function: Function, outs: list[Any], grads: Sequence[Any]) -> list[Any]:
    """What a node gives after its hooks have seen it; `grads` is what it was given."""
    extra = function.extra
    if extra is None or not extra.post:
        return outs
    for hook in list(extra.post.values()):
        result = hook(tuple(_as_tensor(o) for o in outs), tuple(_as_tensor(g) for g in grads))
        if result is not None:
            outs = _replaced(hook, outs, result)
    return outs


def _replaced(hook: Hook, values: Sequence[Any], result: Any) -> list[Any]:
    if not isinstance(result, tuple):
        raise TypeError(f"expected tuple, but hook returned '{type(result).__name__}'")
    if len(result) != len(values):
        raise RuntimeError(
            f"hook '{_name(hook)}' has returned an incorrect number of values (got {len(result)}, "
            f"but expected {len(values)})"
        )
    for new, old in zip(result, values, strict=True):
        if new is not None:
            _check_result(hook, old, new)
    return [_like(new, old) for new, old in zip(result, values, strict=True)]


def _name(hook: Hook) -> str:
    return getattr(hook, "__name__", "<unknown>")


def _as_tensor(value: Any) -> Any:
    return value if value is None or is_tensor(value) else wrap(value)


def _like(value: Any, given: Any) -> Any:
    """A hook's Tensor in the form the loop works with: the form of what it was given."""
    return value if value is None or is_tensor(given) or not is_tensor(value) else value._data


def _check_result(hook: Hook, grad: Any, result: Any) -> None:
    if grad is None:
        raise RuntimeError("can't replace a None gradient with a non-None value")
    if not is_tensor(result):
        raise TypeError(f"expected Variable, but hook returned '{type(result).__name__}'")
    name = _name(hook)
    was = _as_tensor(grad)
    if result.dtype is not was.dtype:
        raise RuntimeError(
            f"hook '{name}' has changed the type of value (was {was.dtype.tensor_type} got "
            f"{result.dtype.tensor_type})"
        )
    if result._data.shape != was._data.shape:
        raise RuntimeError(f"hook '{name}' has changed the size of value")


# ---- retained gradients --------------------------------------------------------------------------


def retain(tensor: Tensor, grad: Any) -> None:
    """Add to a computed tensor's `.grad`, because retain_grad() was called on it."""
    new = grad if is_tensor(grad) else wrap(np.array(grad) if grad.ndim else grad)
    tensor._grad = new if tensor._grad is None else tensor._grad + new
