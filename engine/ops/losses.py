"""Softmax and the losses."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from engine.function import Function
from engine.ops.activation import log_softmax
from engine.registry import op
from engine.tensor import Tensor, check_dim, wrap

Array = Any
Namespace = Any


def _reduced(F: Namespace, loss: Array, reduction: str) -> Array:
    if reduction == "none":
        return loss
    total = F.sum(loss)
    return total / total.dtype.type(loss.size) if reduction == "mean" else total


def _share(grad: Array, count: int, reduction: str) -> Array:
    return grad / count if reduction == "mean" else grad


class NllLossBackward0(Function):
    def forward(
        F: Namespace, self: Array, *, target: Array, reduction: str, ignore_index: int
    ) -> Array:
        """-self at the target, averaged"""
        kept = target != ignore_index
        picked = -np.take_along_axis(self, np.where(kept, target, 0)[..., None], -1)[..., 0]
        picked = np.where(kept, picked, self.dtype.type(0))
        if reduction == "none":
            return picked
        total = F.sum(picked)
        return total / total.dtype.type(np.sum(kept)) if reduction == "mean" else total

    def grad_self(
        F: Namespace, grad: Array, self_shape: Any, target: Array, reduction: str, ignore_index: int
    ) -> Array:
        """Only the target's entry counts: it gets -grad over the number of rows."""
        kept = target != ignore_index
        weight = -np.eye(self_shape[-1], dtype=np.float32)[np.where(kept, target, 0)]
        weight = weight * kept[..., None]
        if reduction == "mean":
            weight = weight / np.float32(np.sum(kept))
        like = F.expand(grad if reduction != "none" else F.unsqueeze(grad, -1), self_shape)
        return like * F.constant(weight.astype(_numpy_dtype(like)))


def _numpy_dtype(x: Any) -> Any:
    return x._data.dtype if isinstance(x, Tensor) else x.dtype


@op("Loss", "nll", torch="F.nll_loss({self}, {target})")
def nll_loss(
    self: Tensor, target: Tensor, *, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """The negative log-likelihood of the target class; (n, c) log-probabilities and (n,) class numbers."""
    labels = target._data
    classes = self.shape[-1]
    for label in np.asarray(labels).reshape(-1):
        if label != ignore_index and not 0 <= label < classes:
            raise IndexError(f"Target {label} is out of bounds.")
    return NllLossBackward0.apply(
        self, target=np.asarray(labels), reduction=reduction, ignore_index=ignore_index
    )


@op("Loss", "CE", torch="F.cross_entropy({self}, {target})")
def cross_entropy(
    self: Tensor, target: Tensor, *, ignore_index: int = -100, reduction: str = "mean"
) -> Tensor:
    """How surprised the logits are by the target class: nll_loss of log_softmax."""
    return nll_loss(
        log_softmax(self, self.ndim - 1), target, ignore_index=ignore_index, reduction=reduction
    )


class MseLossBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, target: Array, *, reduction: str) -> Array:
        """(self - target)², averaged"""
        return _reduced(F, (self - target) * (self - target), reduction)

    def grad_self(F: Namespace, grad: Array, self: Array, target: Array, reduction: str) -> Array:
        """The further off, the larger the gradient: 2 · (self - target) / n."""
        diff = self - target
        return grad * (2.0 / (_size(diff) if reduction == "mean" else 1)) * diff

    def grad_target(F: Namespace, grad: Array, self: Array, target: Array, reduction: str) -> Array:
        """The same with its sign turned."""
        diff = self - target
        return -(grad * (2.0 / (_size(diff) if reduction == "mean" else 1)) * diff)


def _size(x: Any) -> int:
    return x.numel() if isinstance(x, Tensor) else int(x.size)


def _warn_of_sizes(self: Tensor, target: Tensor) -> None:
    if self.shape != target.shape:
        warnings.warn(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({self.shape}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            UserWarning,
            stacklevel=3,
        )


@op("Loss", "MSE", torch="F.mse_loss({self}, {target})")
def mse_loss(self: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """The mean squared error."""
    _warn_of_sizes(self, target)
    return MseLossBackward0.apply(self, target, reduction=reduction)


class BinaryCrossEntropyBackward0(Function):
    def forward(F: Namespace, self: Array, target: Array, *, reduction: str) -> Array:
        """-(target · ln self + (1 - target) · ln(1 - self)), the logs never below -100"""
        floor = self.dtype.type(-100)
        yes, no = np.maximum(F.log(self), floor), np.maximum(F.log(1 - self), floor)
        return _reduced(F, (target - 1) * no - target * yes, reduction)

    def grad_self(F: Namespace, grad: Array, self: Array, target: Array, reduction: str) -> Array:
        """(self - target) / (self · (1 - self)): largest where a confident guess is wrong."""
        room = F.maximum((1 - self) * self, F.constant(np.asarray(1e-12, _numpy_dtype(self))[()]))
        return _share(grad * (self - target) / room, _size(self), reduction)

    def grad_target(F: Namespace, grad: Array, self: Array, target: Array, reduction: str) -> Array:
        """ln(1 - self) - ln self"""
        return _share(grad * (F.log(1 - self) - F.log(self)), _size(self), reduction)


@op("Loss", "BCE", torch="F.binary_cross_entropy({self}, {target})")
def binary_cross_entropy(self: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """How surprised a probability is by what came, for yes or no."""
    if self.shape != target.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({self.shape}) is deprecated. Please ensure they have the same size."
        )
    if np.any((self._data < 0) | (self._data > 1)):
        raise RuntimeError("all elements of input should be between 0 and 1")
    return BinaryCrossEntropyBackward0.apply(self, target, reduction=reduction)
