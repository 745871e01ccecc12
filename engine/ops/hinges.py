"""Losses that ask a class to win by a margin, and choices that pass a gradient."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.either import dtype_of
from engine.function import Function
from engine.ops.activation import softmax
from engine.ops.arithmetic import add, div, neg, sub
from engine.ops.elementary import log
from engine.ops.losses import _reduced, _share
from engine.ops.randomness import exponential_
from engine.ops.targets import check_classes, check_label_lists, check_reduction
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def _rows(F: Namespace, x: Array) -> Array:
    return x if x.ndim == 2 else F.reshape(x, (1, -1))


def _margins(F: Namespace, x: Array, target: Array, margin: float) -> tuple[Array, Array]:
    """(margin - the target's entry + each entry, which of them count)"""
    rows = np.arange(len(target))
    own = F.unsqueeze(F.index_read(x, (rows, target)), 1)
    others = np.ones(tuple(x.shape), bool)
    others[rows, target] = False
    return x - own + margin, F.constant(others)


class MultiMarginLossBackward0(Function):
    def forward(
        F: Namespace, self: Array, *, target: Array, p: int, margin: float, weight: Array | None,
        reduction: str,
    ) -> Array:  # fmt: skip
        """Σ max(0, margin - own + other)ᵖ over the other classes, averaged"""
        x = _rows(F, self)
        z, others = _margins(F, x, target, margin)
        parts = np.where(others & (z > 0), z**p, 0).astype(x.dtype)
        if weight is not None:
            parts = parts * weight[target][:, None]
        loss = parts.sum(1) / x.dtype.type(x.shape[1])
        return _reduced(F, loss if self.ndim == 2 else loss[0], reduction)

    @tex(r"\frac{\bar{y}}{n} \cdot [1 - x_{t} + x_j > 0]")
    def grad_self(
        F: Namespace, grad: Array, self: Array, self_shape: Shape, target: Array, p: int,
        margin: float, weight: Array | None, reduction: str,
    ) -> Array:  # fmt: skip
        """Every class too near the target's is pushed down, the target's up."""
        x = _rows(F, self)
        z, others = _margins(F, x, target, margin)
        slope = F.where(F.logical_and(others, z > 0), z * 2 if p == 2 else F.ones_like(z), z * 0)
        if weight is not None:
            slope = slope * F.constant(weight[target][:, None].astype(dtype_of(x)))
        rows = np.arange(len(target))
        up = F.index_backward(F.sum(slope, (1,)), tuple(x.shape), (rows, target))
        share = _share((slope - up) / x.shape[1], len(target), reduction)
        each = F.unsqueeze(grad, 1) if grad.ndim else grad
        return F.reshape(share * each, self_shape)


@op(
    "Loss", "multi margin", hidden=("weight",),
    torch=(
        "F.multi_margin_loss({self}, {target}, {p}, {margin}, reduction={reduction})"
    ),
    samples=(((2, 3), [0, 2]), ((2, 3), [0, 2], {"p": 2, "margin": 0.5, "reduction": "sum"})),
    formula=r"y = \frac{1}{n} \sum_{j \neq t} \max(0, 1 - x_{t} + x_j)^{p}",
)  # fmt: skip
def multi_margin_loss(
    self: Tensor, target: Tensor, p: int = 1, margin: float = 1.0, weight: Any = None, *,
    reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """How far the target's entry is from beating all others by `margin`: (n, c) and (n,)."""
    check_reduction(reduction)
    if p not in (1, 2):
        raise ValueError("only p == 1 and p == 2 supported")
    check_classes(self, target, weight)
    scale = None if weight is None else weight._data
    return MultiMarginLossBackward0.apply(
        self, target=np.atleast_1d(target._data), p=p, margin=margin, weight=scale,
        reduction=reduction,
    )  # fmt: skip


class MultilabelMarginLossBackward0(Function):
    def forward(F: Namespace, self: Array, *, pairs: Array, reduction: str) -> Array:
        """Σ max(0, 1 - wanted + unwanted) over all such pairs, averaged"""
        x = _rows(F, self)
        z = np.maximum(1 - x[:, :, None] + x[:, None, :], 0) * pairs
        loss = (z.sum((1, 2)) / x.shape[1]).astype(x.dtype)
        return _reduced(F, loss if self.ndim == 2 else loss[0], reduction)

    @tex(r"\bar{y} \cdot \frac{\partial y}{\partial x}")
    def grad_self(
        F: Namespace, grad: Array, self: Array, self_shape: Shape, pairs: Array, reduction: str
    ) -> Array:
        """Every unwanted class too near a wanted one is pushed down, the wanted one up."""
        x = _rows(F, self)
        z = 1 - F.unsqueeze(x, 2) + F.unsqueeze(x, 1)
        weights = F.constant(pairs.astype(dtype_of(x)))
        active = F.where(z > 0, weights, F.zeros_like(weights))
        share = (F.sum(active, (1,)) - F.sum(active, (2,))) / x.shape[1]
        share = _share(share, len(pairs), reduction)
        each = F.unsqueeze(grad, 1) if grad.ndim else grad
        return F.reshape(share * each, self_shape)


def multilabel_margin_loss(self: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """How far the wanted classes are from beating all others by 1; -1 ends a row of them."""
    check_reduction(reduction)
    check_label_lists(self, target)
    labels = np.atleast_2d(target._data)
    wanted = np.zeros(labels.shape, np.int64)
    for row, found in zip(labels, wanted, strict=True):
        end = np.nonzero(row < 0)[0]
        np.add.at(found, row[: end[0]] if end.size else row, 1)
    pairs = wanted[:, :, None] * (wanted == 0)[:, None, :]
    return MultilabelMarginLossBackward0.apply(self, pairs=pairs, reduction=reduction)


def gumbel_softmax(
    logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1
) -> Tensor:
    """A random choice by softmax of logits; with `hard` it is 0 or 1 but has the soft gradient."""
    noise = neg(log(exponential_(wrap(np.zeros_like(logits._data)))))
    soft = softmax(div(add(logits, noise), tau), dim)
    if not hard:
        return soft
    d = check_dim(dim, soft.ndim)
    one = np.zeros_like(soft._data)
    np.put_along_axis(one, np.argmax(soft._data, d, keepdims=True), 1, d)
    return add(sub(wrap(one), soft.detach()), soft)
