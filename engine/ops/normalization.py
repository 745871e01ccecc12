"""Layers that shift and scale to mean 0 and variance 1."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.either import dtype_of
from engine.function import Function
from engine.modes import no_grad
from engine.ops.shape import reshape, view
from engine.registry import op
from engine.tensor import Tensor, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def _moments(F: Namespace, x: Array, dims: Shape, eps: float) -> tuple[Array, Array]:
    """(x - mean, 1/√(variance + eps)) over dims."""
    count = int(np.prod([x.shape[d] for d in dims]))
    centred = x - F.sum(x, dims, True) / count
    return centred, F.rsqrt(F.sum(centred * centred, dims, True) / count + eps)


def _normalized_grad(F: Namespace, grad: Array, x: Array, dims: Shape, eps: float) -> Array:
    """The gradient through (x - mean) · rstd: less its mean, less its part along the result."""
    count = int(np.prod([x.shape[d] for d in dims]))
    centred, rstd = _moments(F, x, dims, eps)
    hat = centred * rstd
    along = hat * (F.sum(grad * hat, dims, True) / count)
    return rstd * (grad - F.sum(grad, dims, True) / count - along)


class NativeLayerNormBackward0(Function):
    outputs = 3  # the mean and the deviation too, which nobody sees

    def forward(
        F: Namespace, input: Array, weight: Array, bias: Array, *, ndim: int, eps: float
    ) -> Array:
        """(input - mean) / √(variance + eps) · weight + bias"""
        dims = tuple(range(input.ndim - ndim, input.ndim))
        centred, rstd = _moments(F, input, dims, eps)
        out = centred * rstd
        out = out if weight is None else out * weight
        return out if bias is None else out + bias

    def grad_input(
        F: Namespace, grad: Array, input: Array, weight: Array, ndim: int, eps: float
    ) -> Array:
        """What would only shift or stretch all entries together is taken out."""
        dims = tuple(range(input.ndim - ndim, input.ndim))
        inner = grad if weight is None else grad * weight
        return _normalized_grad(F, inner, input, dims, eps)

    def grad_weight(F: Namespace, grad: Array, input: Array, ndim: int, eps: float) -> Array:
        """The gradient times what is scaled."""
        dims = tuple(range(input.ndim - ndim, input.ndim))
        centred, rstd = _moments(F, input, dims, eps)
        return grad * (centred * rstd)

    def grad_bias(grad: Array) -> Array:
        """What is added gets the gradient as it is."""
        return grad


@op(
    "Network", "layer norm",
    torch="F.layer_norm({input}, {normalized_shape}, {weight}, {bias}, eps={eps})",
    defaults={"normalized_shape": [2]},
    samples=(
        ((2, 3), {"normalized_shape": (3,)}),
        ((2, 3), (3,), (3,), {"normalized_shape": (3,)}),
    ),
)  # fmt: skip
def layer_norm(
    input: Tensor, normalized_shape: tuple[int, ...], weight: Tensor | None = None,
    bias: Tensor | None = None, eps: float = 1e-05,
) -> Tensor:  # fmt: skip
    """Each row shifted and scaled to mean 0 and variance 1 over the last dimensions."""
    shape = tuple(normalized_shape)
    if tuple(input.shape[-len(shape) :]) != shape:
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape "
            f"[*, {', '.join(map(str, shape))}], but got input of size{list(input.shape)}"
        )
    return NativeLayerNormBackward0.apply(input, weight, bias, ndim=len(shape), eps=eps)


class NativeBatchNormBackward0(Function):
    def forward(
        F: Namespace, input: Array, weight: Array, bias: Array, *, mean: Array | None,
        var: Array | None, eps: float,
    ) -> Array:  # fmt: skip
        """(input - mean) / √(variance + eps) · weight + bias, per channel"""
        if mean is None:
            centred, rstd = _moments(F, input, _but_channels(input), eps)
        else:
            centred = input - _per_channel(mean, input.ndim)
            rstd = F.rsqrt(_per_channel(var, input.ndim) + input.dtype.type(eps))
        out = centred * rstd
        out = out if weight is None else out * _per_channel(weight, input.ndim)
        return out if bias is None else out + _per_channel(bias, input.ndim)

    def grad_input(
        F: Namespace, grad: Array, input: Array, weight: Array, mean: Any, var: Any, eps: float
    ) -> Array:
        """What would only shift or stretch a channel is taken out (not with fixed statistics)."""
        if weight is not None:
            grad = grad * F.reshape(weight, _channel_shape(input.ndim))
        if mean is None:
            return _normalized_grad(F, grad, input, _but_channels(input), eps)
        scale = 1 / np.sqrt(_per_channel(var, input.ndim) + dtype_of(input).type(eps))
        return grad * F.constant(scale)

    def grad_weight(
        F: Namespace, grad: Array, input: Array, mean: Any, var: Any, eps: float
    ) -> Array:
        """The gradient times what is scaled."""
        if mean is None:
            centred, rstd = _moments(F, input, _but_channels(input), eps)
        else:
            centred = input - F.constant(_per_channel(mean, input.ndim))
            rstd = F.constant(
                1 / np.sqrt(_per_channel(var, input.ndim) + dtype_of(input).type(eps))
            )
        return F.sum(grad * centred * rstd, _but_channels(input))

    def grad_bias(F: Namespace, grad: Array) -> Array:
        """What is added gets the gradient as it is."""
        return F.sum(grad, _but_channels(grad))


class _InTraining(NativeBatchNormBackward0):
    outputs = 3  # the mean and the deviation too, which nobody sees


_InTraining.__name__ = NativeBatchNormBackward0.__name__


def _but_channels(x: Array) -> Shape:
    return (0, *range(2, x.ndim))


def _channel_shape(ndim: int) -> Shape:
    return (1, -1) + (1,) * (ndim - 2)


def _per_channel(values: Array, ndim: int) -> Array:
    return np.reshape(values, _channel_shape(ndim))


@op(
    "Network", "batch norm",
    torch=(
        "F.batch_norm({input}, {running_mean}, {running_var}, {weight}, {bias}, "
        "training={training}, momentum={momentum}, eps={eps})"
    ),
    samples=(((4, 2), None, None, (2,), (2,), {"training": True}),),
)  # fmt: skip
def batch_norm(
    input: Tensor, running_mean: Tensor | None = None, running_var: Tensor | None = None,
    weight: Tensor | None = None, bias: Tensor | None = None, training: bool = False,
    momentum: float = 0.1, eps: float = 1e-05,
) -> Tensor:  # fmt: skip
    """Each channel shifted and scaled to mean 0 and variance 1 over the batch."""
    if training:
        _check_batch(input)
        if running_mean is not None and running_var is not None:
            _update(input, running_mean, running_var, momentum)
        return _InTraining.apply(input, weight, bias, mean=None, var=None, eps=eps)
    if running_mean is None or running_var is None:
        raise RuntimeError(
            "Expected running_mean and running_var to be defined when training=False"
        )
    return NativeBatchNormBackward0.apply(
        input, weight, bias, mean=running_mean._data, var=running_var._data, eps=eps
    )


def _check_batch(input: Tensor) -> None:
    if input.numel() // input.shape[1] == 1:
        raise ValueError(
            f"Expected more than 1 value per channel when training, got input size {input.shape}"
        )


def _update(input: Tensor, mean: Tensor, var: Tensor, momentum: float) -> None:
    """running = (1 - momentum) · running + momentum · batch, with the unbiased variance."""
    data = input._data
    axes = _but_channels(data)
    count = data.size // data.shape[1]
    batch_mean = np.mean(data, axes, dtype=np.float64)
    batch_var = np.var(data, axes, dtype=np.float64) * (count / max(count - 1, 1))
    with no_grad():
        for kept, new in ((mean, batch_mean), (var, batch_var)):
            mixed = (1 - momentum) * kept._data + momentum * new
            kept.copy_(wrap(mixed.astype(kept._data.dtype)))


class NativeGroupNormBackward0(Function):
    outputs = 3  # the mean and the deviation too, which nobody sees

    def forward(
        F: Namespace, input: Array, weight: Array, bias: Array, *, num_groups: int, eps: float
    ) -> Array:
        """(input - mean) / √(variance + eps) per group of channels"""
        grouped = input.reshape(_grouped(input.shape, num_groups))
        centred, rstd = _moments(F, grouped, (2,), eps)
        out = (centred * rstd).reshape(input.shape)
        out = out if weight is None else out * _per_channel(weight, input.ndim)
        return out if bias is None else out + _per_channel(bias, input.ndim)

    def grad_input(
        F: Namespace, grad: Array, input: Array, weight: Array, num_groups: int, eps: float
    ) -> Array:
        """What would only shift or stretch a group is taken out."""
        if weight is not None:
            grad = grad * F.reshape(weight, _channel_shape(input.ndim))
        shape = _grouped(input.shape, num_groups)
        inner = _normalized_grad(F, F.reshape(grad, shape), F.reshape(input, shape), (2,), eps)
        return F.reshape(inner, tuple(input.shape))

    def grad_weight(F: Namespace, grad: Array, input: Array, num_groups: int, eps: float) -> Array:
        """The gradient times what is scaled."""
        grouped = F.reshape(input, _grouped(input.shape, num_groups))
        centred, rstd = _moments(F, grouped, (2,), eps)
        hat = F.reshape(centred * rstd, tuple(input.shape))
        return F.sum(grad * hat, _but_channels(input))

    def grad_bias(F: Namespace, grad: Array) -> Array:
        """What is added gets the gradient as it is."""
        return F.sum(grad, _but_channels(grad))


def _grouped(shape: Sequence[int], groups: int) -> Shape:
    rest = int(np.prod(shape[1:])) // groups
    return (shape[0], groups, rest)


@op(
    "Network", "group norm",
    torch="F.group_norm({input}, {num_groups}, {weight}, {bias}, eps={eps})",
    defaults={"num_groups": 1},
    samples=(((2, 4, 3), {"num_groups": 2}), ((2, 4), (4,), (4,), {"num_groups": 2})),
)  # fmt: skip
def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None,
    eps: float = 1e-05,
) -> Tensor:  # fmt: skip
    """Groups of channels shifted and scaled to mean 0 and variance 1, for each example."""
    if input.shape[1] % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of "
            f"shape {list(input.shape)} and num_groups={num_groups}"
        )
    return NativeGroupNormBackward0.apply(input, weight, bias, num_groups=num_groups, eps=eps)


def instance_norm(
    input: Tensor, running_mean: Tensor | None = None, running_var: Tensor | None = None,
    weight: Tensor | None = None, bias: Tensor | None = None, use_input_stats: bool = True,
    momentum: float = 0.1, eps: float = 1e-05,
) -> Tensor:  # fmt: skip
    """Each channel of each example shifted and scaled to mean 0 and variance 1."""
    n, c = input.shape[:2]
    flat = view(input, (1, n * c, *input.shape[2:]))
    scale = None if weight is None else weight.repeat(n)
    shift = None if bias is None else bias.repeat(n)
    out = _InTraining.apply(flat, scale, shift, mean=None, var=None, eps=eps)
    return reshape(out, tuple(input.shape))
