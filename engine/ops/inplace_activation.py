"""Activations that write their result into their input."""

from __future__ import annotations

from engine.inplace import inplace
from engine.ops import activation, gates
from engine.tensor import Tensor
from engine.twin import twin

LeakyReluBackward1 = twin("LeakyReluBackward1", activation.LeakyReluBackward0)
EluBackward1 = twin("EluBackward1", activation.EluBackward0)
CeluBackward1 = twin("CeluBackward1", activation.CeluBackward0)
ThresholdBackward1 = twin("ThresholdBackward1", gates.ThresholdBackward0)


def relu_(self: Tensor) -> Tensor:
    """relu, in place."""
    return inplace(activation.ReluBackward0, self)


def leaky_relu_(self: Tensor, negative_slope: float = 0.01) -> Tensor:
    """leaky_relu, in place."""
    return inplace(LeakyReluBackward1, self, negative_slope=negative_slope)


def elu_(self: Tensor, alpha: float = 1.0) -> Tensor:
    """elu, in place."""
    return inplace(EluBackward1, self, alpha=alpha, scale=1, input_scale=1)


def selu_(self: Tensor) -> Tensor:
    """selu, in place."""
    scale = activation.SELU_SCALE
    return inplace(EluBackward1, self, alpha=activation.SELU_ALPHA, scale=scale, input_scale=1)


def celu_(self: Tensor, alpha: float = 1.0) -> Tensor:
    """celu, in place."""
    return inplace(CeluBackward1, self, alpha=alpha)


def threshold_(self: Tensor, threshold: float, value: float) -> Tensor:
    """threshold, in place."""
    return inplace(ThresholdBackward1, self, threshold=threshold, value=value)


def hardtanh_(self: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """hardtanh, in place."""
    return inplace(gates.HardtanhBackward0, self, min_val=min_val, max_val=max_val)


def relu6_(self: Tensor) -> Tensor:
    """relu6, in place."""
    return hardtanh_(self, 0.0, 6.0)


def silu_(self: Tensor) -> Tensor:
    """silu, in place."""
    return inplace(activation.SiluBackward0, self)


def mish_(self: Tensor) -> Tensor:
    """mish, in place."""
    return inplace(activation.MishBackward0, self)


def hardswish_(self: Tensor) -> Tensor:
    """hardswish, in place."""
    return inplace(gates.HardswishBackward0, self)


def hardsigmoid_(self: Tensor) -> Tensor:
    """hardsigmoid, in place."""
    return inplace(gates.HardsigmoidBackward0, self)
