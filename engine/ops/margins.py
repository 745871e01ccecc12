"""Losses that compare: of an angle, of three points, of one class with the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine.function import Function
from engine.ops.activation import logsigmoid
from engine.ops.arithmetic import add, div, mul, neg, shifted, sub
from engine.ops.choice import clamp_min, minimum, where
from engine.ops.compare import eq
from engine.ops.composite import pairwise_distance
from engine.ops.elementary import sqrt
from engine.ops.losses import _reduce
from engine.ops.reduction import sum as sum_
from engine.ops.targets import check_reduction
from engine.registry import tex
from engine.tensor import Tensor, wrap


class SubBackward1(Function):
    def forward(F: Any, self: Any, *, other: float) -> Any:
        """self - a number"""
        return self - self.dtype.type(other)

    @tex(r"\bar{y}")
    def grad_self(grad: Any) -> Any:
        """What is taken away does not matter: the gradient as it is."""
        return grad


def cosine_embedding_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, *, reduction: str = "mean"
) -> Tensor:
    """A small angle for pairs marked 1, a cosine below `margin` for those marked -1."""
    along = sum_(mul(input1, input2), -1)
    sizes = [shifted(sum_(mul(x, x), -1), 1e-12) for x in (input1, input2)]
    cosine = div(along, sqrt(mul(*sizes)))
    zeros = wrap(np.zeros_like(cosine._data))
    one = wrap(cosine._data.dtype.type(1))
    together = where(eq(target, 1), sub(one, cosine), zeros)
    apart = where(eq(target, -1), clamp_min(SubBackward1.apply(cosine, other=margin), 0), zeros)
    return _reduce(add(together, apart), reduction)


def _check_triplet(anchor: Tensor, positive: Tensor, negative: Tensor, margin: float) -> None:
    if margin <= 0:
        raise ValueError(f"margin must be greater than 0, got {margin}")
    if not anchor.ndim == positive.ndim == negative.ndim:
        raise RuntimeError(
            "The anchor, positive, and negative tensors are expected to have the same number of "
            f"dimensions, but got: anchor {anchor.ndim}D, positive {positive.ndim}D, and negative "
            f"{negative.ndim}D inputs"
        )


def triplet_margin_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, margin: float = 1.0, p: float = 2,
    eps: float = 1e-6, swap: bool = False, *, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """The anchor closer to the positive than to the negative by `margin`."""
    _check_triplet(anchor, positive, negative, margin)
    near = pairwise_distance(anchor, positive, p, eps)
    far = pairwise_distance(anchor, negative, p, eps)
    if swap:
        far = minimum(far, pairwise_distance(positive, negative, p, eps))
    return _reduce(clamp_min(sub(shifted(near, margin), far), 0), reduction)


def triplet_margin_with_distance_loss(
    anchor: Tensor, positive: Tensor, negative: Tensor, *,
    distance_function: Callable[..., Tensor] | None = None, margin: float = 1.0,
    swap: bool = False, reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """triplet_margin_loss with a distance of one's own."""
    check_reduction(reduction)
    _check_triplet(anchor, positive, negative, margin)
    distance = distance_function or pairwise_distance
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = minimum(far, distance(positive, negative))
    wide = add(near, margin)
    return _reduce(clamp_min(sub(wide, far), 0), reduction)


def multilabel_soft_margin_loss(
    self: Tensor, target: Tensor, weight: Tensor | None = None, *, reduction: str = "mean"
) -> Tensor:
    """The logistic loss of every label, averaged over the classes."""
    yes = mul(target, logsigmoid(self))
    loss = neg(add(yes, mul(sub(1, target), logsigmoid(neg(self)))))
    if weight is not None:
        loss = mul(loss, weight)
    return _reduce(div(sum_(loss, -1), self.shape[-1]), reduction)
