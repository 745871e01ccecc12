"""Softmax and the losses."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine import errors
from engine.either import dtype_of
from engine.either import size_of as _size
from engine.function import Function
from engine.ops.activation import log_softmax
from engine.ops.arithmetic import abs as absolute
from engine.ops.arithmetic import add, div, divided, mul, neg, scaled, sub
from engine.ops.choice import masked_fill
from engine.ops.reduction import mean
from engine.ops.reduction import sum as sum_
from engine.ops.shape import broadcast_tensors, contiguous, reshape, view
from engine.ops.targets import (
    check_labels,
    check_probabilities,
    check_reduction,
    refuse_gradient,
)  # fmt: skip
from engine.registry import op, tex
from engine.tensor import Tensor, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def _reduced(F: Namespace, loss: Array, reduction: str) -> Array:
    if reduction == "none":
        return loss
    total = F.sum(loss)
    return total / total.dtype.type(loss.size) if reduction == "mean" else total


def _share(grad: Array, count: int, reduction: str) -> Array:
    return grad / count if reduction == "mean" else grad


class NllLossBackward0(Function):
    def forward(
        F: Namespace, self: Array, *, target: Array, weight: Array | None, reduction: str,
        ignore_index: int,
    ) -> Array:  # fmt: skip
        """-self at the target, averaged"""
        share = _nll_share(self.shape, self.dtype, target, weight, ignore_index)
        loss = np.sum(np.where(share == 0, 0, -self * share), 1 if self.ndim > 1 else 0)
        if reduction == "none":
            return loss.astype(self.dtype)
        total = F.sum(loss.astype(self.dtype))
        return total / self.dtype.type(np.sum(share)) if reduction == "mean" else total

    @tex(r"-\frac{\bar{y}}{n} \cdot [i = t]")
    def grad_self(
        F: Namespace, grad: Array, self: Array, self_shape: Shape, target: Array,
        weight: Array | None, reduction: str, ignore_index: int,
    ) -> Array:  # fmt: skip
        """Only the target's entry counts: it gets its row's share, with the sign turned."""
        share = -_nll_share(self_shape, dtype_of(grad), target, weight, ignore_index)
        if reduction == "mean":
            share = share / share.dtype.type(-np.sum(share))
        if reduction == "none" and len(self_shape) > 1:
            grad = F.unsqueeze(grad, 1)
        wide = F.expand(grad, self_shape)
        return F.where(F.constant(share == 0), F.zeros_like(wide), wide * F.constant(share))


class NllLoss2DBackward0(Function):
    forward = NllLossBackward0.forward
    grad_self = NllLossBackward0.grad_self


def _nll_share(
    shape: Shape, dtype: Any, target: Array, weight: Array | None, ignore_index: int
) -> Array:
    """(n, c, …): the weight of each row at its target's place, 0 elsewhere."""
    if len(shape) == 1:
        return _nll_share((1, *shape), dtype, target.reshape(1), weight, ignore_index)[0]
    classes = np.arange(shape[1]).reshape((1, -1) + (1,) * (len(shape) - 2))
    chosen = (classes == target[:, None]) & (target != ignore_index)[:, None]
    scale = 1 if weight is None else weight.reshape(classes.shape)
    return np.where(chosen, np.asarray(scale, dtype), np.asarray(0, dtype))


@op(
    "Loss", "nll", torch=(
        "F.nll_loss({self}, {target}, weight={weight}, ignore_index={ignore_index}, "
        "reduction={reduction})"
    ),
    samples=(((2, 3), [0, 2]), ((2, 3), [0, 2], {"reduction": "sum"})),
    formula=r"y = -\frac{1}{n} \sum_{i=1}^{n} x_{i, t_i}",
)  # fmt: skip
def nll_loss(
    self: Tensor, target: Tensor, weight: Tensor | None = None, *, ignore_index: int = -100,
    reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """The negative log-likelihood of the target class; (n, c) log-probabilities, (n,) classes."""
    check_reduction(reduction)
    check_labels(self, target, weight)
    refuse_gradient(f"nll_loss{'2d' if self.ndim > 2 else ''}_forward", weight=weight)
    labels = np.asarray(target._data)
    classes = self.shape[1 if self.ndim > 1 else 0]
    wrong = labels[(labels != ignore_index) & ((labels < 0) | (labels >= classes))]
    if wrong.size:
        raise IndexError(f"Target {wrong[0]} is out of bounds.")
    node: type[Function] = NllLoss2DBackward0 if self.ndim > 2 else NllLossBackward0
    params = {
        "target": labels, "weight": None if weight is None else weight._data,
        "reduction": reduction, "ignore_index": ignore_index,
    }  # fmt: skip
    if self.ndim < 3 or self.ndim == 4:
        return node.apply(self, **params)
    return _nll_of_places(self, params, tuple(target.shape))


def _nll_of_places(self: Tensor, params: dict[str, Any], size: Shape) -> Tensor:
    """(n, c, …) as images of one row."""
    n, classes = self.shape[:2]
    flat = {**params, "target": params["target"].reshape(n, 1, -1)}
    out = NllLoss2DBackward0.apply(view(contiguous(self), (n, classes, 1, -1)), **flat)
    return view(out, size) if params["reduction"] == "none" else out


@op(
    "Loss", "CE",
    torch=(
        "F.cross_entropy({self}, {target}, weight={weight}, "
        "ignore_index={ignore_index}, reduction={reduction}, "
        "label_smoothing={label_smoothing})"
    ),
    samples=(
        ((2, 3), [0, 2]), ((2, 3), [0, 2], {"label_smoothing": 0.2}),
        ((2, 3), [[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]]),
    ),
    formula=r"y = -\frac{1}{n} \sum_{i=1}^{n} \ln \frac{e^{x_{i, t_i}}}{\sum_j e^{x_{i j}}}",
)  # fmt: skip
def cross_entropy(
    self: Tensor, target: Tensor, weight: Tensor | None = None, *, ignore_index: int = -100,
    reduction: str = "mean", label_smoothing: float = 0.0,
) -> Tensor:  # fmt: skip
    """How surprised the logits are by the target: nll_loss of log_softmax."""
    check_reduction(reduction)
    classes = 1 if self.ndim > 1 else 0
    shares = target.shape == self.shape
    if shares:
        check_probabilities(self, target, weight, ignore_index)
    if not 0 <= label_smoothing <= 1:
        raise RuntimeError(f"label_smoothing must be between 0.0 and 1.0. Got: {label_smoothing:g}")
    logs = log_softmax(self, classes)
    if shares:
        return _soft_cross_entropy(logs, target, weight, reduction, label_smoothing, classes)
    hard = nll_loss(logs, target, weight, ignore_index=ignore_index, reduction=reduction)
    if not label_smoothing:
        return hard
    smooth = _smoothed(logs, target, weight, ignore_index, reduction, classes)
    # PyTorch makes the right summand first; the order of the backward pass shows it.
    right = scaled(smooth, label_smoothing / self.shape[classes])
    return add(scaled(hard, 1 - label_smoothing), right)


def _soft_cross_entropy(
    logs: Tensor, target: Tensor, weight: Tensor | None, reduction: str, smoothing: float, dim: int
) -> Tensor:
    n = logs.shape[dim]
    if smoothing:
        target = target * (1 - smoothing) + smoothing / n
    product = mul(logs, target)
    if weight is not None:
        shape = tuple(n if d == dim else 1 for d in range(logs.ndim))
        product = mul(product, reshape(weight, shape))
    if reduction == "none":
        return neg(sum_(product, dim))
    total = neg(sum_(product))
    rows = math.prod(size for d, size in enumerate(logs.shape) if d != dim)
    return divided(total, rows) if reduction == "mean" else total


def _smoothed(
    logs: Tensor, target: Tensor, weight: Tensor | None, ignore_index: int, reduction: str, dim: int
) -> Tensor:
    ignored = wrap(np.asarray(target._data) == ignore_index)
    if weight is None:
        loss = neg(sum_(logs, dim))
        counts = wrap(np.asarray(~ignored._data, np.float32))
    else:
        shape = tuple(logs.shape[dim] if d == dim else 1 for d in range(logs.ndim))
        loss = neg(sum_(mul(logs, reshape(weight, shape)), dim))
        safe = np.where(ignored._data, 0, target._data)
        counts = wrap(np.where(ignored._data, 0, weight._data[safe]))
    loss = masked_fill(loss, ignored, 0.0)
    if reduction == "none":
        return loss
    total = sum_(loss)
    return div(total, sum_(counts)) if reduction == "mean" else total


class MseLossBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, target: Array, *, reduction: str) -> Array:
        """(self - target)², averaged"""
        return _reduced(F, (self - target) * (self - target), reduction)

    @tex(r"\bar{y} \cdot \frac{2}{n} (x - t)")
    def grad_self(F: Namespace, grad: Array, self: Array, target: Array, reduction: str) -> Array:
        """The further off, the larger the gradient: twice the difference, averaged."""
        diff = self - target
        return grad * (2.0 / (_size(diff) if reduction == "mean" else 1)) * diff

    @tex(r"-\bar{y} \cdot \frac{2}{n} (x - t)")
    def grad_target(F: Namespace, grad: Array, self: Array, target: Array, reduction: str) -> Array:
        """The same with its sign turned."""
        diff = target - self
        return grad * (2.0 / (_size(diff) if reduction == "mean" else 1)) * diff


def _warn_of_sizes(self: Tensor, target: Tensor) -> None:
    if self.shape != target.shape:
        errors.warn(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({self.shape}). This will likely lead to incorrect results due to broadcasting. "
            "Please ensure they have the same size.",
            3,
        )


def _paired(self: Tensor, target: Tensor) -> tuple[Tensor, ...]:
    _warn_of_sizes(self, target)
    return broadcast_tensors(self, target)


def _reduce(loss: Tensor, reduction: str) -> Tensor:
    check_reduction(reduction)
    if reduction == "none":
        return loss
    return mean(loss) if reduction == "mean" else sum_(loss)


_PAIR = (((2, 3), (2, 3)), ((2, 3), (2, 3), {"reduction": "sum"}))


@op(
    "Loss", "MSE", torch="F.mse_loss({self}, {target}, reduction={reduction})", samples=_PAIR,
    formula=r"y = \frac{1}{n} \sum_{i=1}^{n} (x_i - t_i)^2",
)  # fmt: skip
def mse_loss(self: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """The mean squared error."""
    check_reduction(reduction)
    return MseLossBackward0.apply(*_paired(self, target), reduction=reduction)


@op(
    "Loss", "L1", torch="F.l1_loss({self}, {target}, reduction={reduction})", samples=_PAIR,
    formula=r"y = \frac{1}{n} \sum_{i=1}^{n} |x_i - t_i|",
)  # fmt: skip
def l1_loss(self: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """The mean absolute error."""
    return _reduce(absolute(sub(*_paired(self, target))), reduction)


class SmoothL1LossBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, target: Array, *, reduction: str, beta: float) -> Array:
        """½ d²/β near zero, |d| - β/2 beyond, averaged"""
        d = np.abs(self - target)
        return _reduced(F, F.where(d < beta, d * d * 0.5 / beta, d - 0.5 * beta), reduction)

    @tex(r"\frac{\bar{y}}{n} \cdot \max\left(-1, \min\left(1, \frac{x - t}{\beta}\right)\right)")
    def grad_self(
        F: Namespace, grad: Array, self: Array, target: Array, reduction: str, beta: float
    ) -> Array:
        """Like the squared error near zero, then no larger than 1."""
        d = self - target
        slope = F.where(F.abs(d) >= beta, F.sgn(d), d / beta)
        return _share(grad * slope, _size(d), reduction)

    @tex(r"-\frac{\bar{y}}{n} \cdot \max\left(-1, \min\left(1, \frac{x - t}{\beta}\right)\right)")
    def grad_target(
        F: Namespace, grad: Array, self: Array, target: Array, reduction: str, beta: float
    ) -> Array:
        """The same with its sign turned."""
        d = target - self
        slope = F.where(F.abs(d) >= beta, F.sgn(d), d / beta)
        return _share(grad * slope, _size(d), reduction)


@op(
    "Loss", "smooth L1",
    torch="F.smooth_l1_loss({self}, {target}, reduction={reduction}, beta={beta})",
    samples=(*_PAIR, ((2, 3), (2, 3), {"beta": 0.5})),
    formula=(
        r"y = \frac{1}{n} \sum_{i=1}^{n} \begin{cases} \frac{d_i^2}{2 \beta} & |d_i| < \beta \\ "
        r"|d_i| - \frac{\beta}{2} & \text{else} \end{cases}, \quad d = x - t"
    ),
)  # fmt: skip
def smooth_l1_loss(
    self: Tensor, target: Tensor, *, reduction: str = "mean", beta: float = 1.0
) -> Tensor:
    """The absolute error, squared near zero."""
    if beta == 0:
        return l1_loss(self, target, reduction=reduction)
    pair = _paired(self, target)
    return SmoothL1LossBackward0.apply(*pair, reduction=reduction, beta=beta)


class HuberLossBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, target: Array, *, reduction: str, delta: float) -> Array:
        """½ d² near zero, δ (|d| - δ/2) beyond, averaged"""
        d = np.abs(self - target)
        return _reduced(F, F.where(d < delta, d * d * 0.5, (d - 0.5 * delta) * delta), reduction)

    @tex(r"\frac{\bar{y}}{n} \cdot \max(-\delta, \min(\delta, x - t))")
    def grad_self(
        F: Namespace, grad: Array, self: Array, target: Array, reduction: str, delta: float
    ) -> Array:
        """Like the squared error near zero, then no larger than δ."""
        d = self - target
        slope = F.where(F.abs(d) >= delta, F.sgn(d) * delta, d)
        return _share(grad * slope, _size(d), reduction)

    @tex(r"-\frac{\bar{y}}{n} \cdot \max(-\delta, \min(\delta, x - t))")
    def grad_target(
        F: Namespace, grad: Array, self: Array, target: Array, reduction: str, delta: float
    ) -> Array:
        """The same with its sign turned."""
        d = target - self
        slope = F.where(F.abs(d) >= delta, F.sgn(d) * delta, d)
        return _share(grad * slope, _size(d), reduction)


@op(
    "Loss", "Huber", torch="F.huber_loss({self}, {target}, reduction={reduction}, delta={delta})",
    samples=(*_PAIR, ((2, 3), (2, 3), {"delta": 0.5})),
    formula=(
        r"y = \frac{1}{n} \sum_{i=1}^{n} \begin{cases} \frac{d_i^2}{2} & |d_i| < \delta \\ \delta "
        r"\left(|d_i| - \frac{\delta}{2}\right) & \text{else} \end{cases}, \quad d = x - t"
    ),
)  # fmt: skip
def huber_loss(
    self: Tensor, target: Tensor, *, reduction: str = "mean", delta: float = 1.0
) -> Tensor:
    """The squared error, growing only linearly beyond `delta`."""
    check_reduction(reduction)
    if delta <= 0:
        raise RuntimeError("huber_loss does not support non-positive values for delta.")
    return HuberLossBackward0.apply(*_paired(self, target), reduction=reduction, delta=delta)


class BinaryCrossEntropyBackward0(Function):
    def forward(
        F: Namespace, self: Array, target: Array, weight: Array | None, *, reduction: str
    ) -> Array:
        """-(target · ln self + (1 - target) · ln(1 - self)), each ln at least -100, averaged"""
        floor = self.dtype.type(-100)
        yes, no = np.maximum(F.log(self), floor), np.maximum(F.log1p(-self), floor)
        loss = (target - 1) * no - target * yes
        return _reduced(F, loss if weight is None else loss * weight, reduction)

    @tex(r"\frac{\bar{y}}{n} \cdot \frac{x - t}{x (1 - x)}")
    def grad_self(
        F: Namespace, grad: Array, self: Array, target: Array, weight: Array | None, reduction: str
    ) -> Array:
        """How far off the probability is, and most where a confident guess is wrong."""
        room = F.maximum((1 - self) * self, F.constant(np.asarray(1e-12, dtype_of(self))[()]))
        out = grad * (self - target) / room
        return _share(out if weight is None else out * weight, _size(self), reduction)

    @tex(r"\frac{\bar{y}}{n} \cdot \ln \frac{1 - x}{x}")
    def grad_target(
        F: Namespace, grad: Array, self: Array, target: Array, weight: Array | None, reduction: str
    ) -> Array:
        """The target gets what the loss would gain from another answer."""
        out = grad * (F.log(1 - self) - F.log(self))
        return _share(out if weight is None else out * weight, _size(self), reduction)


@op(
    "Loss", "BCE", torch=(
        "F.binary_cross_entropy({self}, {target}, weight={weight}, "
        "reduction={reduction})"
    ),
    samples=(((2, 3), (2, 3)), ((2, 3), (2, 3), {"reduction": "none"})), domain=(0.1, 0.9),
    formula=r"y = -\frac{1}{n} \sum_{i=1}^{n} \left(t_i \ln x_i + (1 - t_i) \ln(1 - x_i)\right)",
)  # fmt: skip
def binary_cross_entropy(
    self: Tensor, target: Tensor, weight: Tensor | None = None, *, reduction: str = "mean"
) -> Tensor:
    """How surprised a probability is by what came, for yes or no."""
    if self.shape != target.shape:
        raise ValueError(
            f"Using a target size ({target.shape}) that is different to the input size "
            f"({self.shape}) is deprecated. Please ensure they have the same size."
        )
    if np.any(~((self._data >= 0) & (self._data <= 1))):
        raise RuntimeError("all elements of input should be between 0 and 1")
    if np.any(~((target._data >= 0) & (target._data <= 1))):
        raise RuntimeError("all elements of target should be between 0 and 1")
    refuse_gradient("binary_cross_entropy", weight=weight)
    return BinaryCrossEntropyBackward0.apply(self, target, weight, reduction=reduction)


class BinaryCrossEntropyWithLogitsBackward0(Function):
    layout = "target self"

    def forward(
        F: Namespace, self: Array, target: Array, weight: Array | None, pos_weight: Array | None,
        *, reduction: str,
    ) -> Array:  # fmt: skip
        """binary_cross_entropy of sigmoid(self), without overflow"""
        log_sigmoid = np.minimum(self, self.dtype.type(0)) - F.log1p(F.exp(-np.abs(self)))
        if pos_weight is not None:
            log_sigmoid = log_sigmoid * ((pos_weight - 1) * target + 1)
        loss = (1 - target) * self - log_sigmoid
        return _reduced(F, loss if weight is None else loss * weight, reduction)

    @tex(r"\frac{\bar{y}}{n} \cdot (\sigma(x) - t)")
    def grad_self(
        F: Namespace, grad: Array, self: Array, target: Array, weight: Array | None,
        pos_weight: Array | None, reduction: str,
    ) -> Array:  # fmt: skip
        """Simply how far off the probability is."""
        if pos_weight is None:
            out = (F.sigmoid(self) - target) * grad
        else:
            yes = pos_weight * target
            out = ((yes + 1 - target) * F.sigmoid(self) - yes) * grad
        return _share(out if weight is None else out * weight, _size(self), reduction)

    @tex(r"-\frac{\bar{y}}{n} \cdot x")
    def grad_target(
        F: Namespace, grad: Array, self: Array, weight: Array | None, pos_weight: Array | None,
        reduction: str,
    ) -> Array:  # fmt: skip
        """The target gets what the loss would gain from another answer."""
        if pos_weight is None:
            out = -self * grad
        else:
            low = F.logsigmoid(-self) - pos_weight * F.logsigmoid(self)
            out = low * grad
        return _share(out if weight is None else out * weight, _size(self), reduction)


@op(
    "Loss", "BCE σ", samples=(((2, 3), (2, 3)), ((2, 3), (2, 3), {"reduction": "sum"})),
    torch=(
        "F.binary_cross_entropy_with_logits({self}, {target}, weight={weight}, "
        "pos_weight={pos_weight}, reduction={reduction})"
    ),
    formula=(
        r"y = -\frac{1}{n} \sum_{i=1}^{n} \left(t_i \ln \sigma(x_i) + (1 - t_i) \ln(1 - "
        r"\sigma(x_i))\right)"
    ),
)  # fmt: skip
def binary_cross_entropy_with_logits(
    self: Tensor, target: Tensor, weight: Tensor | None = None, *, reduction: str = "mean",
    pos_weight: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """binary_cross_entropy of the sigmoid of logits, computed without overflow."""
    if self.shape != target.shape:
        raise ValueError(
            f"Target size ({target.shape}) must be the same as input size ({self.shape})"
        )
    name = "binary_cross_entropy_with_logits"
    refuse_gradient(name, weight=weight, pos_weight=pos_weight)
    return BinaryCrossEntropyWithLogitsBackward0.apply(
        self, target, weight, pos_weight, reduction=reduction
    )
