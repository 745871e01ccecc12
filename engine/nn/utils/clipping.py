"""Keeping gradients small."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any

from engine import factories
from engine.modes import no_grad
from engine.ops.arithmetic import div
from engine.ops.joining import stack
from engine.ops.linalg import vector_norm
from engine.tensor import Tensor, is_tensor

Tensors = Any


def _gradients(parameters: Tensors) -> list[Tensor]:
    given: Iterable[Tensor] = [parameters] if is_tensor(parameters) else parameters
    return [p._grad for p in given if p._grad is not None]


def get_total_norm(
    tensors: Tensors, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: Any = None
) -> Tensor:
    """The norm of all tensors' entries together; RuntimeError for inf and nan where asked."""
    given = [tensors] if is_tensor(tensors) else list(tensors)
    if not given:
        return factories.tensor(0.0)
    norm_type = float(norm_type)
    with no_grad():
        total = vector_norm(stack([vector_norm(t, norm_type) for t in given]), norm_type)
    if error_if_nonfinite and not total.isfinite():
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from `parameters` is non-finite, "
            "so it cannot be clipped. To disable this error and scale the gradients by the "
            "non-finite norm anyway, set `error_if_nonfinite=False`"
        )
    return total


def clip_grads_with_norm_(
    parameters: Tensors, max_norm: float, total_norm: Tensor, foreach: Any = None
) -> None:
    """Scale gradients down by max_norm / total_norm where that is below 1."""
    with no_grad():
        scale = div(float(max_norm), total_norm + 1e-6).clamp(max=1.0)
        for grad in _gradients(parameters):
            grad.mul_(scale)


def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: Any = None,
) -> Tensor:
    """Scale gradients in place so that their norm is at most `max_norm`; what it was."""
    given = [parameters] if is_tensor(parameters) else list(parameters)
    total = get_total_norm(_gradients(given), norm_type, error_if_nonfinite)
    clip_grads_with_norm_(given, max_norm, total)
    return total


def clip_grad_norm(*args: Any, **kwargs: Any) -> Tensor:
    """The old name of `clip_grad_norm_`."""
    warnings.warn(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of "
        "`torch.nn.utils.clip_grad_norm_`.",
        FutureWarning,
        stacklevel=2,
    )
    return clip_grad_norm_(*args, **kwargs)


def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: Any = None) -> None:
    """Keep every entry of the gradients within ±clip_value, in place."""
    bound = float(clip_value)
    with no_grad():
        for grad in _gradients(parameters):
            grad.clamp_(min=-bound, max=bound)
