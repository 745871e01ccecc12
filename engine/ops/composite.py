"""Losses made of other ops, and the two that measure an angle or a length."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine import errors
from engine.either import size_of
from engine.function import Function
from engine.modes import no_grad
from engine.ops.arithmetic import add, div, mul, neg, pow, scaled, shifted, sub
from engine.ops.choice import clamp_min, masked_fill, where
from engine.ops.compare import le, ne
from engine.ops.elementary import exp, log
from engine.ops.losses import _reduce, _reduced, _share
from engine.ops.reduction import LinalgVectorNormBackward0, norm
from engine.ops.reduction import sum as sum_
from engine.ops.shape import broadcast_tensors, clone, expand, unsqueeze
from engine.ops.special import xlogy
from engine.ops.targets import check_reduction
from engine.registry import op, tex
from engine.tensor import Tensor, is_tensor, wrap
from engine.twin import twin

Array = Any
Namespace = Any


@op(
    "Loss", "KL", torch=(
        "F.kl_div({self}, {target}, reduction={reduction}, log_target={log_target})"
    ), domain=(0.1, 0.9),
    samples=(((2, 3), (2, 3), {"reduction": "sum"}), ((2, 3), (2, 3), {"reduction": "batchmean"})),
    formula=r"y = \frac{1}{n} \sum_{i=1}^{n} t_i (\ln t_i - x_i)",
)  # fmt: skip
def kl_div(
    self: Tensor, target: Tensor, *, reduction: str = "mean", log_target: bool = False
) -> Tensor:
    """How far log-probabilities are from a distribution."""
    if reduction == "mean":
        errors.warn(
            "reduction: 'mean' divides the total loss by both the batch size and the support size."
            "'batchmean' divides only by the batch size, and aligns with the KL div math "
            "definition.'mean' will be changed to behave the same as 'batchmean' in the next "
            "major release.",
            2,
        )
    if log_target:
        gap = sub(target, self)  # PyTorch makes what stands on the right first
        loss = mul(exp(target), gap)
    else:
        product = mul(target, self)
        loss = sub(xlogy(target, target), product)
    if reduction == "batchmean":
        total = sum_(loss)
        return div(total, self.shape[0]) if self.ndim else total
    return _reduce(loss, reduction)


def hinge_embedding_loss(
    self: Tensor, target: Tensor, margin: float = 1.0, *, reduction: str = "mean"
) -> Tensor:
    """Small distances for pairs marked 1, at least `margin` for those marked -1."""
    zeros = wrap(np.zeros_like(self._data))
    room = sub(wrap(self._data.dtype.type(margin)), self)
    apart = where(ne(target, 1), clamp_min(room, 0), zeros)
    together = where(ne(target, -1), self, zeros)
    return _reduce(add(apart, together), reduction)


def margin_ranking_loss(
    input1: Tensor, input2: Tensor, target: Tensor, margin: float = 0.0, *, reduction: str = "mean"
) -> Tensor:
    """The first larger than the second by `margin` where the target is 1, else the other way."""
    if not input1.ndim == input2.ndim == target.ndim:
        raise RuntimeError(
            "margin_ranking_loss : All input tensors should have same dimension but got sizes: "
            f"input1: {input1.shape}, input2: {input2.shape}, target: {target.shape} "
        )
    short = shifted(mul(neg(target), sub(input1, input2)), margin)
    return _reduce(clamp_min(short, 0), reduction)


class SoftMarginLossBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, target: Array, *, reduction: str) -> Array:
        """ln(1 + e^(-target · self)), averaged"""
        return _reduced(F, F.log1p(F.exp(-target * self)), reduction)

    @tex(r"-\frac{\bar{y}}{n} \cdot t \, \sigma(-t x)")
    def grad_self(F: Namespace, grad: Array, self: Array, target: Array, reduction: str) -> Array:
        """It pushes towards the sign of the target, harder the further it is from there."""
        z = F.exp(-target * self)
        return _share(-target * z / (1 + z) * grad, size_of(self), reduction)


@op(
    "Loss", "soft margin", torch="F.soft_margin_loss({self}, {target}, reduction={reduction})",
    samples=(((3,), [1, -1, 1]),),
    formula=r"y = \frac{1}{n} \sum_{i=1}^{n} \ln\left(1 + e^{-t_i x_i}\right)",
)  # fmt: skip
def soft_margin_loss(self: Tensor, target: Tensor, *, reduction: str = "mean") -> Tensor:
    """The logistic loss of a sign."""
    check_reduction(reduction)
    return SoftMarginLossBackward0.apply(self, target, reduction=reduction)


def gaussian_nll_loss(
    self: Tensor, target: Tensor, var: Any, full: bool = False, eps: float = 1e-6, *,
    reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """The negative log-likelihood of a normal distribution with the given variance."""
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"{reduction} is not valid")
    spread = clone(_spread(self, var))
    with no_grad():
        spread.clamp_(min=eps)
    loss = mul(add(log(spread), div(pow(sub(self, target), 2), spread)), 0.5)
    if full:
        loss = add(loss, 0.5 * math.log(2 * math.pi))
    return _reduce(loss, reduction)


def _spread(self: Tensor, var: Any) -> Tensor:
    """The variance as a tensor that fits; raises ValueError."""
    if not is_tensor(var):
        var = wrap(np.full_like(self._data, var))
    if np.any(var._data < 0):
        raise ValueError("var has negative entry/entries")
    if var.shape == self.shape:
        return var  # type: ignore[no-any-return]
    if self.shape[:-1] == var.shape:
        return unsqueeze(var, -1)
    apart = [n for m, n in zip(self.shape, var.shape, strict=False) if m != n]
    if self.ndim != var.ndim or sum(apart) != 1:
        raise ValueError("var is of incorrect size")
    return var  # type: ignore[no-any-return]


def poisson_nll_loss(
    self: Tensor, target: Tensor, log_input: bool = True, full: bool = False, eps: float = 1e-8, *,
    reduction: str = "mean",
) -> Tensor:  # fmt: skip
    """The negative log-likelihood of a Poisson distribution."""
    if log_input:
        rate = mul(target, self)  # PyTorch makes the right operand first
        loss = sub(exp(self), rate)
    else:
        loss = sub(self, mul(target, log(shifted(self, eps))))
    if full:
        half = scaled(log(scaled(target, 2 * math.pi)), 0.5)
        stirling = add(sub(mul(target, log(target)), target), half)
        loss = add(loss, masked_fill(stirling, le(target, 1), 0))
    return _reduce(loss, reduction)


@op(
    "Linear algebra",
    "cos ∠",
    torch="F.cosine_similarity({x1}, {x2}, {dim}, eps={eps})",
    samples=(((2, 3), (2, 3)),),
    formula=r"y = \frac{a \cdot b}{\|a\| \|b\|}",
)
def cosine_similarity(x1: Tensor, x2: Tensor, dim: int = 1, eps: float = 1e-8) -> Tensor:
    """The cosine of the angle between vectors along `dim`."""
    parts = []
    for x in broadcast_tensors(x1, x2):
        length = clone(norm(x, 2, dim, True))
        with no_grad():
            length.clamp_(min=eps)
        parts.append(div(x, length))
    return sum_(mul(*parts), dim)


@op(
    "Network",
    "normalize",
    torch="F.normalize({self}, {p}, {dim}, eps={eps})",
    samples=(((2, 3),),),
    formula=r"y = \frac{x}{\|x\|_{p}}",
)
def normalize(self: Tensor, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Tensor:
    """Vectors along `dim` scaled to length 1."""
    length = expand(clamp_min(norm(self, p, dim, True), eps), tuple(self.shape))
    return div(self, length)


NormBackward1 = twin("NormBackward1", LinalgVectorNormBackward0)


def pairwise_distance(
    x1: Tensor, x2: Tensor, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False
) -> Tensor:
    """The distance between vectors along the last dimension."""
    apart, last = shifted(sub(x1, x2), eps), max(x1.ndim, x2.ndim) - 1
    return NormBackward1.apply(apart, ord=float(p), dim=(last,), keepdim=keepdim)


def dist(self: Tensor, other: Tensor, p: float = 2) -> Tensor:
    """The p-norm of a difference."""
    return DistBackward0.apply(self, other, p=float(p))


class DistBackward0(Function):
    promote = "arithmetic"

    def forward(F: Namespace, self: Array, other: Array, *, p: float) -> Array:
        """The norm of self - other"""
        return F.vector_norm(self - other, p, None, False)

    @tex(r"\bar{y} \cdot \operatorname{sgn}(a - b) \left(\frac{|a - b|}{y}\right)^{p - 1}")
    def grad_self(
        F: Namespace, grad: Array, self: Array, other: Array, result: Array, p: float
    ) -> Array:
        """A distance grows fastest along the difference."""
        return _along_difference(F, grad, self - other, result, p)

    @tex(r"-\bar{y} \cdot \operatorname{sgn}(a - b) \left(\frac{|a - b|}{y}\right)^{p - 1}")
    def grad_other(
        F: Namespace, grad: Array, self: Array, other: Array, result: Array, p: float
    ) -> Array:
        """A distance shrinks fastest along the difference."""
        return -_along_difference(F, grad, self - other, result, p)


def _along_difference(F: Namespace, grad: Array, d: Array, result: Array, p: float) -> Array:
    slope = d / result if p == 2 else F.sgn(d) * F.pow(F.abs(d) / result, p - 1)
    return F.where(result == 0, F.zeros_like(slope), slope * grad)
