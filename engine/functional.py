"""`torch.nn.functional`: the functions of neural networks."""

from engine.ops.activation import log_softmax, relu, softmax
from engine.ops.elementary import sigmoid, tanh
from engine.ops.linear import linear
from engine.ops.losses import (
    binary_cross_entropy,
    cross_entropy,
    mse_loss,
    nll_loss,
)

__all__ = [
    "binary_cross_entropy", "cross_entropy", "linear", "log_softmax", "mse_loss", "nll_loss",
    "relu", "sigmoid", "softmax", "tanh",
]  # fmt: skip
