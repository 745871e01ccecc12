"""`torch.autograd`: the functional way to gradients."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from engine import modes
from engine.backward import backward, grad
from engine.check import gradcheck, gradgradcheck
from engine.custom import CustomFunction as Function
from engine.factories import zeros
from engine.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from engine.ops.shape import reshape, stack
from engine.tensor import Tensor, is_tensor


def jacobian(func: Callable[..., Any], inputs: Any, create_graph: bool = False) -> Any:
    """Every derivative of `func(inputs)`: shape of the output, then shape of the input."""
    single = is_tensor(inputs)
    given = [_tracked(x, create_graph) for x in ((inputs,) if single else inputs)]
    out = func(*given)
    flat = reshape(out, (-1,))
    rows = [
        grad(flat[i], given, retain_graph=True, create_graph=create_graph, allow_unused=True)
        for i in range(flat.numel())
    ]
    found = []
    for k, x in enumerate(given):
        parts = [zeros(tuple(x.shape), dtype=x.dtype) if r[k] is None else r[k] for r in rows]
        found.append(reshape(stack(parts), (*out.shape, *x.shape)))
    return found[0] if single else tuple(found)


def hessian(func: Callable[..., Any], inputs: Any, create_graph: bool = False) -> Any:
    """Every second derivative of a function with one number as its result."""

    def first(*xs: Tensor) -> Any:
        return jacobian(func, xs[0] if is_tensor(inputs) else xs, create_graph=True)

    if is_tensor(inputs):
        return jacobian(first, inputs, create_graph)
    rows = []
    for k in range(len(inputs)):
        rows.append(jacobian(lambda *xs, k=k: first(*xs)[k], inputs, create_graph))
    return tuple(rows)


def vjp(func: Callable[..., Any], inputs: Any, v: Any = None) -> tuple[Any, Any]:
    """The output, and its gradient for the weights `v`."""
    single = is_tensor(inputs)
    given = [_tracked(x, False) for x in ((inputs,) if single else inputs)]
    out = func(*given)
    found = grad(out, given, v, allow_unused=True, materialize_grads=True)
    return out.detach(), found[0] if single else found


def _tracked(x: Any, create_graph: bool) -> Any:
    """The input itself when its own history is wanted, else a fresh leaf."""
    if create_graph:
        return x.view_as(x) if x.requires_grad else x.detach().requires_grad_()
    return x.detach().requires_grad_()


functional = SimpleNamespace(jacobian=jacobian, hessian=hessian, vjp=vjp)
grad_mode = SimpleNamespace(
    no_grad=no_grad, enable_grad=enable_grad, set_grad_enabled=set_grad_enabled,
    inference_mode=inference_mode,
)  # fmt: skip
is_grad_enabled = modes.is_grad_enabled

__all__ = [
    "Function", "backward", "enable_grad", "functional", "grad", "grad_mode", "gradcheck",
    "gradgradcheck", "inference_mode", "is_grad_enabled", "no_grad", "set_grad_enabled",
]  # fmt: skip
