"""Calling a Module, with the hooks people have attached to it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from engine.autograd.function import Function
from engine.hooks import RemovableHandle
from engine.tensor import is_tensor, requires_grad

Hook = Callable[..., Any]

NO_INPUT = (
    "Full backward hook is firing when gradients are computed with respect to module outputs "
    "since no inputs require gradients. See "
    "https://docs.pytorch.org/docs/main/generated/torch.nn.Module.html#"
    "torch.nn.Module.register_full_backward_hook for more details."
)


class _Attached(NamedTuple):
    hook: Hook
    with_kwargs: bool = False
    always: bool = False


def _attach(hooks: dict[int, Any], attached: _Attached, first: bool) -> RemovableHandle:
    before = dict(hooks)
    handle = RemovableHandle.add(hooks, attached)  # type: ignore[arg-type]
    if first:
        for key, value in before.items():  # to the back of the queue
            del hooks[key]
            hooks[key] = value
    return handle


class Calls:
    """`module(x)`: forward, and the hooks around it."""

    _forward_hooks: dict[int, Any]
    _forward_pre_hooks: dict[int, Any]
    _backward_hooks: dict[int, Any]
    _backward_pre_hooks: dict[int, Any]
    forward: Callable[..., Any]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if (
            self._forward_hooks
            or self._forward_pre_hooks
            or self._backward_hooks
            or self._backward_pre_hooks
        ):
            return self._call_with_hooks(args, kwargs)
        return self.forward(*args, **kwargs)

    def _call_with_hooks(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        called: set[int] = set()
        try:
            for attached in list(self._forward_pre_hooks.values()):
                args, kwargs = _before(self, attached, args, kwargs)
            watch = _Watch.over(self)
            args = args if watch is None else watch.inputs(args)
            result = self.forward(*args, **kwargs)
            for key, attached in list(self._forward_hooks.items()):
                called.add(key)
                result = _after(self, attached, args, kwargs, result)
            return result if watch is None else watch.outputs(result)
        except Exception:
            for key, attached in list(self._forward_hooks.items()):
                if attached.always and key not in called:
                    _after(self, attached, args, kwargs, None)
            raise

    def register_forward_pre_hook(
        self, hook: Hook, *, prepend: bool = False, with_kwargs: bool = False
    ) -> RemovableHandle:
        """Call `hook(module, args)` before forward; what it returns replaces the arguments."""
        return _attach(self._forward_pre_hooks, _Attached(hook, with_kwargs), prepend)

    def register_forward_hook(
        self,
        hook: Hook,
        *,
        prepend: bool = False,
        with_kwargs: bool = False,
        always_call: bool = False,
    ) -> RemovableHandle:
        """Call `hook(module, args, output)` after forward; what it returns replaces the output."""
        return _attach(self._forward_hooks, _Attached(hook, with_kwargs, always_call), prepend)

    def register_full_backward_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_input, grad_output)` once both are known in backward."""
        return _attach(self._backward_hooks, _Attached(hook), prepend)

    def register_full_backward_pre_hook(self, hook: Hook, prepend: bool = False) -> RemovableHandle:
        """Call `hook(module, grad_output)` before backward goes through the Module."""
        return _attach(self._backward_pre_hooks, _Attached(hook), prepend)


def _before(
    module: Any, attached: _Attached, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    if not attached.with_kwargs:
        given = attached.hook(module, args)
        if given is None:
            return args, kwargs
        return given if isinstance(given, tuple) else (given,), kwargs
    given = attached.hook(module, args, kwargs)
    if given is None:
        return args, kwargs
    if isinstance(given, tuple) and len(given) == 2:
        return given
    raise RuntimeError(
        f"forward pre-hook must return None or a tuple of (new_args, new_kwargs), but got {given}."
    )


def _after(module: Any, attached: _Attached, args: Any, kwargs: dict[str, Any], result: Any) -> Any:
    given = (
        attached.hook(module, args, kwargs, result)
        if attached.with_kwargs
        else attached.hook(module, args, result)
    )
    return result if given is None else given


class BackwardHookFunction(Function):
    """Passes tensors through, so that a Module has one node before and one after it."""

    @staticmethod
    def forward(ctx: Any, *args: Any) -> Any:
        ctx.mark_non_differentiable(*(a for a in args if not requires_grad(a)))
        return args

    @staticmethod
    def backward(ctx: Any, *grads: Any) -> Any:
        return grads


class _Watch:
    """One call's backward hooks: what came in from the outputs, and what goes out at the inputs."""

    def __init__(self, module: Any) -> None:
        self.module = module
        self.before = [a.hook for a in module._backward_pre_hooks.values()]
        self.after = [a.hook for a in module._backward_hooks.values()]
        self.grad_outputs: Any = None
        self.places: list[int] = []
        self.count = 0

    @classmethod
    def over(cls, module: Any) -> _Watch | None:
        """A watch where the Module has backward hooks."""
        return cls(module) if module._backward_hooks or module._backward_pre_hooks else None

    def inputs(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, their tensors passed through a node that knows their gradients."""
        passed, places, node = _passed(args)
        self.places, self.count = places if node is not None else [], len(args)
        if node is not None:
            node.register_hook(self._at_inputs)
        return passed

    def outputs(self, result: Any) -> Any:
        """The result, passed through a node that knows its gradient."""
        many = isinstance(result, tuple)
        passed, places, node = _passed(result if many else (result,))
        if node is not None:
            node.register_prehook(lambda grads: self._at_outputs(grads, places, len(passed)))
        return passed if many else passed[0]

    def _at_outputs(self, grads: tuple[Any, ...], places: list[int], count: int) -> Any:
        given = _placed(grads, places, count)
        for hook in self.before:
            found = hook(self.module, given)
            if found is not None:
                given = found if isinstance(found, tuple) else (found,)
        self.grad_outputs = given
        if not self.places:
            if self.after:
                warnings.warn(NO_INPUT, UserWarning, stacklevel=2)
            for hook in self.after:
                if hook(self.module, _placed((), [], self.count), given) is not None:
                    raise RuntimeError(
                        "Backward hook for Modules where no input requires gradient should always "
                        "return None or None for all gradients."
                    )
        return tuple(given[i] for i in places)

    def _at_inputs(self, grad_inputs: tuple[Any, ...], _: Any) -> Any:
        given = _placed(grad_inputs, self.places, self.count)
        for hook in self.after:
            found = hook(self.module, given, self.grad_outputs)
            if found is not None:
                given = found if isinstance(found, tuple) else (found,)
        self.grad_outputs = None
        return tuple(given[i] for i in self.places)


def _passed(values: tuple[Any, ...]) -> tuple[tuple[Any, ...], list[int], Any]:
    """The values after BackwardHookFunction, where its tensors stand, and its node (or None)."""
    places = [i for i, value in enumerate(values) if is_tensor(value)]
    if not any(requires_grad(values[i]) for i in places):
        return values, places, None
    outs = BackwardHookFunction.apply(*(values[i] for i in places))
    new = list(values)
    for i, out in zip(places, outs, strict=True):
        new[i] = out
    node = next(out.grad_fn for out in outs if out.grad_fn is not None)
    return tuple(new), places, node


def _placed(grads: tuple[Any, ...], places: list[int], count: int) -> tuple[Any, ...]:
    whole: list[Any] = [None] * count
    for i, grad in zip(places, grads, strict=True):
        whole[i] = grad
    return tuple(whole)
