"""`torch.autograd.graph`: the history as data, and hooks on what it saves."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any

from engine import packing, watch
from engine.backward import GradientEdge, backward, grad
from engine.function import Function as Node
from engine.function import grad_edge
from engine.hooks import RemovableHandle
from engine.meta import is_uncounted, own
from engine.modes import STATE
from engine.tensor import Tensor, is_tensor, requires_grad, wrap

__all__ = [
    "GradientEdge", "Node", "allow_mutation_on_saved_tensors", "disable_saved_tensors_hooks",
    "get_gradient_edge", "increment_version", "register_multi_grad_hook", "save_on_cpu",
    "saved_tensors_hooks",
]  # fmt: skip


def get_gradient_edge(tensor: Tensor) -> GradientEdge:
    """The edge a gradient of the tensor leaves by; stands for the tensor in backward calls.

    Raises RuntimeError for a tensor that does not require grad.
    """
    if not requires_grad(tensor):
        raise RuntimeError(
            "It is not possible to get the gradient edge for a Tensor that does not require "
            "gradients"
        )
    function, output = grad_edge(tensor)
    assert function is not None
    return GradientEdge(function, output)


def increment_version(tensor: Tensor | Iterable[Tensor]) -> None:
    """Count an in-place change that nobody else has noticed, of one tensor or of several."""
    try:
        given: list[Any] = [tensor] if is_tensor(tensor) else list(tensor)
    except TypeError:
        raise RuntimeError("increment_version expect a Iterable[Tensor] as input") from None
    for x in given:
        if not is_tensor(x):
            raise RuntimeError(
                "increment_version expects each element of the iterable to be a tensor"
            )
        version = own(x).version
        if version is not None and not is_uncounted(x):
            version.count += 1


# ---- hooks on what is saved ----------------------------------------------------------------------


class saved_tensors_hooks:
    """Inside, whatever a Function saves is `pack_hook(tensor)`; it uses `unpack_hook` of that."""

    def __init__(
        self, pack_hook: Callable[[Tensor], Any], unpack_hook: Callable[[Any], Tensor]
    ) -> None:
        self.pack_hook, self.unpack_hook = pack_hook, unpack_hook

    def __enter__(self) -> None:
        watch.push_hooks(self.pack_hook, self.unpack_hook)

    def __exit__(self, *args: object) -> None:
        watch.pop_hooks()


class save_on_cpu(saved_tensors_hooks):
    """Keep what is saved on the CPU, where this engine has everything: a copy."""

    def __init__(self, pin_memory: bool = False, device_type: str = "cuda") -> None:
        super().__init__(lambda tensor: (tensor.device, tensor.cpu()), lambda packed: packed[1])


@contextmanager
def disable_saved_tensors_hooks(error_message: str) -> Generator[None, None, None]:
    """Inside, `saved_tensors_hooks` raises RuntimeError with this message."""
    before = packing.disable(error_message)
    try:
        yield
    finally:
        STATE.no_saved_hooks = before


class _AllowMutationOnSavedContext:
    """What was saved inside `allow_mutation_on_saved_tensors`."""

    def __init__(self) -> None:
        self._open: set[int] = set()

    def clear(self) -> None:
        """Let go of all that was saved."""
        self._open.clear()

    def _pack(self, tensor: Tensor) -> Any:
        kept = wrap(tensor._data, tensor._fn, tensor._nr)
        kept._req = tensor._req
        self._open.add(id(kept))
        return kept

    def _unpack(self, kept: Any) -> Tensor:
        if id(kept) not in self._open or STATE.mutation_allowed is not self:
            raise AssertionError(
                "Trying to backward outside of the 'allow_mutation_on_saved_tensors' contextin "
                "which the graph was originally recorded."
            )
        found: Tensor = kept
        return found


@contextmanager
def allow_mutation_on_saved_tensors() -> Generator[_AllowMutationOnSavedContext, None, None]:
    """Inside, saved tensors may be changed in place: backward uses the values they had.

    No array is written to once it is published, so holding on to the array is enough.
    """
    if STATE.mutation_allowed is not None:
        raise RuntimeError("allow_mutation_on_saved_tensors contexts cannot be nested")
    context = _AllowMutationOnSavedContext()
    with saved_tensors_hooks(context._pack, context._unpack):
        STATE.mutation_allowed = context
        try:
            yield context
        finally:
            context.clear()
            STATE.mutation_allowed = None


# ---- hooks on several gradients ------------------------------------------------------------------


class _MultiHandle(RemovableHandle):
    """Takes several hooks away at once."""

    def __init__(self, handles: Sequence[RemovableHandle]) -> None:
        super().__init__({})
        self.handles = tuple(handles)

    def remove(self) -> None:
        for handle in self.handles:
            handle.remove()


def register_multi_grad_hook(
    tensors: Sequence[Tensor], fn: Callable[[Any], None], *, mode: str = "all"
) -> RemovableHandle:
    """Call `fn` in each backward with all gradients once they are there, or with the first.

    mode "all": `fn(list)`, None where a tensor has none; "any": `fn(gradient)`.
    Raises ValueError for another mode.
    """
    if mode not in ("all", "any"):
        raise ValueError(f"Expects mode to be one of ('all', 'any') but got {mode}")
    if not all(map(requires_grad, tensors)):
        raise AssertionError("Expected gradient function to be set")
    waiting = _Waiting(tensors, fn) if mode == "all" else _First(fn)
    return _MultiHandle([t.register_hook(waiting.hook(i)) for i, t in enumerate(tensors)])


class _First:
    """Calls back with the first gradient of each backward."""

    def __init__(self, fn: Callable[[Any], None]) -> None:
        self.fn, self.done, self.lock = fn, None, threading.Lock()

    def hook(self, i: int) -> Callable[[Tensor], None]:
        def hook(gradient: Tensor) -> None:
            with self.lock:
                first, self.done = self.done is not STATE.backward, STATE.backward
            if first:
                self.fn(gradient)

        return hook


class _Waiting:
    """Calls back when the gradients of all tensors that get any have come."""

    def __init__(self, tensors: Sequence[Tensor], fn: Callable[[Any], None]) -> None:
        self.functions = [grad_edge(t).function for t in tensors]
        self.fn = fn
        self.call: Any = None
        self.found: list[Any] = []
        self.missing = 0

    def hook(self, i: int) -> Callable[[Tensor], None]:
        def hook(gradient: Tensor) -> None:
            if self.call is not STATE.backward:
                self._start()
            self.found[i] = gradient
            self.missing -= 1
            if not self.missing:
                call, self.call = self.found, None
                self.fn(call)

        return hook

    def _start(self) -> None:
        self.call = STATE.backward
        self.found = [None] * len(self.functions)
        self.missing = sum(map(self.call.will_run, self.functions))


del backward, grad
