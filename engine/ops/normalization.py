"""Layers that shift and scale to mean 0 and variance 1."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.either import dtype_of
from engine.function import Function
from engine.modes import no_grad
from engine.ops.shape import clone, reshape, view
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim, wrap

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
    layout = "rows"

    def forward(
        F: Namespace, input: Array, weight: Array, bias: Array, *, ndim: int, eps: float
    ) -> Array:
        """(input - mean) / √(variance + eps) · weight + bias"""
        dims = tuple(range(input.ndim - ndim, input.ndim))
        centred, rstd = _moments(F, input, dims, eps)
        out = centred * rstd
        out = out if weight is None else out * weight
        return out if bias is None else out + bias

    @tex(
        r"\frac{1}{s} \left(w \bar{y} - \frac{1}{n} \sum w \bar{y} - \frac{h}{n} \sum w \bar{y} "
        r"h\right), \quad h = \frac{x - \mu}{s}"
    )
    def grad_input(
        F: Namespace, grad: Array, input: Array, weight: Array, ndim: int, eps: float
    ) -> Array:
        """What would only shift or stretch all entries together is taken out."""
        dims = tuple(range(input.ndim - ndim, input.ndim))
        inner = grad if weight is None else grad * weight
        return _normalized_grad(F, inner, input, dims, eps)

    @tex(r"\bar{y} \cdot \frac{x - \mu}{s}")
    def grad_weight(F: Namespace, grad: Array, input: Array, ndim: int, eps: float) -> Array:
        """The gradient times what is scaled."""
        dims = tuple(range(input.ndim - ndim, input.ndim))
        centred, rstd = _moments(F, input, dims, eps)
        return grad * (centred * rstd)

    @tex(r"\bar{y}")
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
    formula=r"y = w \cdot \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + b",
)  # fmt: skip
def layer_norm(
    input: Tensor, normalized_shape: tuple[int, ...], weight: Tensor | None = None,
    bias: Tensor | None = None, eps: float = 1e-05,
) -> Tensor:  # fmt: skip
    """Each row shifted and scaled to mean 0 and variance 1 over the last dimensions."""
    shape = tuple(normalized_shape)
    if not shape:
        raise RuntimeError(
            "Expected normalized_shape to be at least 1-dimensional, i.e., containing at least one "
            "element, but got normalized_shape = []"
        )
    for name, part in (("weight", weight), ("bias", bias)):
        if part is not None and tuple(part.shape) != shape:
            raise RuntimeError(
                f"Expected {name} to be of same shape as normalized_shape, but got {name} of shape "
                f"{list(part.shape)} and normalized_shape = {list(shape)}"
            )
    if tuple(input.shape[-len(shape) :]) != shape:
        raise RuntimeError(
            f"Given normalized_shape={list(shape)}, expected input with shape "
            f"[*, {', '.join(map(str, shape))}], but got input of size{list(input.shape)}"
        )
    return NativeLayerNormBackward0.apply(input, weight, bias, ndim=len(shape), eps=eps)


class NativeBatchNormBackward0(Function):
    layout = "rows"

    def forward(
        F: Namespace, input: Array, weight: Array, bias: Array, *, mean: Array | None,
        var: Array | None, eps: float,
    ) -> Array:  # fmt: skip
        """(input - mean) / √(variance + eps) · weight + bias, per channel"""
        if mean is None:
            centred, rstd = _moments(F, input, _but_channels(input), eps)
        else:
            centred = input - _per_channel(mean, input)
            rstd = F.rsqrt(_per_channel(var, input) + input.dtype.type(eps))
        out = centred * rstd
        out = out if weight is None else out * _per_channel(weight, input)
        return out if bias is None else out + _per_channel(bias, input)

    @tex(
        r"\frac{w}{s} \left(\bar{y} - \frac{1}{n} \sum \bar{y} - \frac{h}{n} \sum \bar{y} "
        r"h\right), \quad h = \frac{x - \mu}{s}"
    )
    def grad_input(
        F: Namespace, grad: Array, input: Array, weight: Array, mean: Any, var: Any, eps: float
    ) -> Array:
        """What would only shift or stretch a channel is taken out (not with fixed statistics)."""
        if weight is not None:
            grad = grad * F.reshape(weight, _channel_shape(input))
        if mean is None:
            return _normalized_grad(F, grad, input, _but_channels(input), eps)
        scale = 1 / np.sqrt(_per_channel(var, input) + dtype_of(input).type(eps))
        return grad * F.constant(scale)

    @tex(r"\sum_i \bar{y}_i \frac{x_i - \mu}{s}")
    def grad_weight(
        F: Namespace, grad: Array, input: Array, weight_shape: Shape, mean: Any, var: Any,
        eps: float,
    ) -> Array:  # fmt: skip
        """The gradient times what is scaled."""
        if mean is None:
            centred, rstd = _moments(F, input, _but_channels(input), eps)
        else:
            centred = input - F.constant(_per_channel(mean, input))
            rstd = F.constant(1 / np.sqrt(_per_channel(var, input) + dtype_of(input).type(eps)))
        return F.reshape(F.sum(grad * centred * rstd, _but_channels(input)), weight_shape)

    @tex(r"\sum_i \bar{y}_i")
    def grad_bias(F: Namespace, grad: Array, bias_shape: Shape) -> Array:
        """What is added gets the gradient as it is."""
        return F.reshape(F.sum(grad, _but_channels(grad)), bias_shape)


class _InTraining(NativeBatchNormBackward0):
    outputs = 3  # the mean and the deviation too, which nobody sees


_InTraining.__name__ = NativeBatchNormBackward0.__name__


def _but_channels(x: Array) -> Shape:
    return (0, *range(2, x.ndim))


def _channel_shape(x: Array) -> Shape:
    return (1, x.shape[1], *(1,) * (x.ndim - 2))


def _per_channel(values: Array, x: Array) -> Array:
    return np.reshape(values, _channel_shape(x))


@op(
    "Network", "batch norm",
    torch=(
        "F.batch_norm({input}, {running_mean}, {running_var}, {weight}, {bias}, "
        "training={training}, momentum={momentum}, eps={eps})"
    ),
    samples=(((4, 2), None, None, (2,), (2,), {"training": True}),),
    formula=r"y = w \cdot \frac{x - \mu}{\sqrt{\nu + \varepsilon}} + b",
)  # fmt: skip
def batch_norm(
    input: Tensor, running_mean: Tensor | None = None, running_var: Tensor | None = None,
    weight: Tensor | None = None, bias: Tensor | None = None, training: bool = False,
    momentum: float = 0.1, eps: float = 1e-05,
) -> Tensor:  # fmt: skip
    """Each channel shifted and scaled to mean 0 and variance 1 over the batch."""
    if input.ndim == 1 and not input.numel():
        return clone(input)
    if training:
        _check_batch(input)
        if (running_mean is None) != (running_var is None):
            raise ValueError(
                "running_mean and running_var must either both be None or neither be None"
            )
    of_channels = {
        "running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias
    }  # fmt: skip
    _check_counts(input, of_channels, training)
    if training:
        if running_mean is not None and running_var is not None:
            _update(input, running_mean, running_var, momentum)
        return _InTraining.apply(input, weight, bias, mean=None, var=None, eps=eps)
    assert running_mean is not None
    assert running_var is not None
    return NativeBatchNormBackward0.apply(
        input, weight, bias, mean=running_mean._data, var=running_var._data, eps=eps
    )


def _check_counts(input: Tensor, parts: dict[str, Tensor | None], training: bool) -> None:
    """Raises RuntimeError unless every part has an entry for each channel."""
    channels = input.shape[1] if input.ndim > 1 else 0
    for name, part in parts.items():
        if part is not None and part.numel() != channels:
            raise RuntimeError(f"{name} should contain {channels} elements not {part.numel()}")
        if part is None and not training and name.startswith("running"):
            raise RuntimeError(f"{name} must be defined in evaluation mode")


def _check_batch(input: Tensor) -> None:
    channels = check_dim(1, input.ndim)
    if math.prod(n for d, n in enumerate(input.shape) if d != channels) == 1:
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
    layout = "rows"

    def forward(
        F: Namespace, input: Array, weight: Array, bias: Array, *, num_groups: int, eps: float
    ) -> Array:
        """(input - mean) / √(variance + eps) per group of channels"""
        grouped = input.reshape(_grouped(input.shape, num_groups))
        centred, rstd = _moments(F, grouped, (2,), eps)
        out = (centred * rstd).reshape(input.shape)
        out = out if weight is None else out * _per_channel(weight, input)
        return out if bias is None else out + _per_channel(bias, input)

    @tex(
        r"\frac{1}{s} \left(w \bar{y} - \frac{1}{n} \sum w \bar{y} - \frac{h}{n} \sum w \bar{y} "
        r"h\right), \quad h = \frac{x - \mu}{s}"
    )
    def grad_input(
        F: Namespace, grad: Array, input: Array, weight: Array, num_groups: int, eps: float
    ) -> Array:
        """What would only shift or stretch a group is taken out."""
        if weight is not None:
            grad = grad * F.reshape(weight, _channel_shape(input))
        shape = _grouped(input.shape, num_groups)
        inner = _normalized_grad(F, F.reshape(grad, shape), F.reshape(input, shape), (2,), eps)
        return F.reshape(inner, tuple(input.shape))

    @tex(r"\sum_i \bar{y}_i \frac{x_i - \mu}{s}")
    def grad_weight(F: Namespace, grad: Array, input: Array, num_groups: int, eps: float) -> Array:
        """The gradient times what is scaled."""
        grouped = F.reshape(input, _grouped(input.shape, num_groups))
        centred, rstd = _moments(F, grouped, (2,), eps)
        hat = F.reshape(centred * rstd, tuple(input.shape))
        return F.sum(grad * hat, _but_channels(input))

    @tex(r"\sum_i \bar{y}_i")
    def grad_bias(F: Namespace, grad: Array) -> Array:
        """What is added gets the gradient as it is."""
        return F.sum(grad, _but_channels(grad))


def _check_group_parts(
    input: Tensor, num_groups: int, weight: Tensor | None, bias: Tensor | None
) -> None:
    """Raises RuntimeError unless channels make groups, and weight and bias have one for each."""
    if num_groups < 1:
        raise RuntimeError(f"Expected num groups to be greater than 0, got {num_groups}")
    if input.shape[1] % num_groups:
        raise RuntimeError(
            "Expected number of channels in input to be divisible by num_groups, but got input of "
            f"shape {list(input.shape)} and num_groups={num_groups}"
        )
    said = [0] if weight is None else list(weight.shape)  # of the bias too, as torch has it
    for name, part in (("weight", weight), ("bias", bias)):
        if part is not None and tuple(part.shape) != (input.shape[1],):
            raise RuntimeError(
                f"Expected {name} to be a vector of size equal to the number of channels in input, "
                f"but got {name} of shape {said} and input of shape {list(input.shape)}"
            )


def _grouped(shape: Sequence[int], groups: int) -> Shape:
    rest = int(np.prod(shape[1:])) // groups
    return (shape[0], groups, rest)


@op(
    "Network", "group norm",
    torch="F.group_norm({input}, {num_groups}, {weight}, {bias}, eps={eps})",
    defaults={"num_groups": 1},
    samples=(((2, 4, 3), {"num_groups": 2}), ((2, 4), (4,), (4,), {"num_groups": 2})),
    formula=r"y = w \cdot \frac{x - \mu}{\sqrt{\sigma^2 + \varepsilon}} + b",
)  # fmt: skip
def group_norm(
    input: Tensor, num_groups: int, weight: Tensor | None = None, bias: Tensor | None = None,
    eps: float = 1e-05,
) -> Tensor:  # fmt: skip
    """Groups of channels shifted and scaled to mean 0 and variance 1, for each example."""
    if input.ndim < 2:
        raise RuntimeError(
            f"Expected at least 2 dimensions for input tensor but received {input.ndim}"
        )
    groups = input.shape[0] * input.shape[1] // num_groups
    if groups * math.prod(input.shape[2:]) == 1:
        raise ValueError(
            "Expected more than 1 value per channel when training, got input size "
            f"{list(input.shape)}"
        )
    _check_group_parts(input, num_groups, weight, bias)
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
