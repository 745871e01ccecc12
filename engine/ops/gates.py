"""Nonlinearities of straight lines: gates that are open, shut, or open by a share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from engine import dtypes
from engine.function import Function
from engine.ops.shape import view
from engine.registry import op, tex
from engine.tensor import Tensor

Array = Any
Namespace = Any


class HardtanhBackward0(Function):
    def forward(F: Namespace, self: Array, *, min_val: float, max_val: float) -> Array:
        """self, kept between two numbers"""
        kind = self.dtype.type
        return np.minimum(np.maximum(kind(min_val), self), kind(max_val))  # -0 stays

    @tex(r"\bar{y} \cdot [l < x < u]")
    def grad_self(F: Namespace, grad: Array, self: Array, min_val: float, max_val: float) -> Array:
        """A gate: the gradient passes strictly between the bounds, else nothing does."""
        shut = (self <= min_val) | (self >= max_val)
        return F.where(shut, F.zeros_like(grad), grad)


@op(
    "Activation", "hardtanh", torch="F.hardtanh({self}, {min_val}, {max_val})",
    samples=(((2, 3),),),
    formula=r"y = \min(u, \max(l, x))",
)  # fmt: skip
def hardtanh(self: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """Keep every entry between two bounds; unlike clamp, no gradient passes on the bounds."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return HardtanhBackward0.apply(self, min_val=min_val, max_val=max_val)


@op(
    "Activation", "relu6", torch="F.relu6({self})", samples=(((2, 3),),),
    formula=r"y = \min(6, \max(0, x))",
)  # fmt: skip
def relu6(self: Tensor) -> Tensor:
    """A relu that stops growing at 6."""
    return HardtanhBackward0.apply(self, min_val=0.0, max_val=6.0)


_SIXTH = float(np.float32(1 / 6))  # PyTorch has the slope as a float, for doubles too


class HardsigmoidBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """self / 6 + ½, kept between 0 and 1"""
        return np.clip(self + 3, 0, 6) / self.dtype.type(6)

    @tex(r"\frac{\bar{y}}{6} \cdot [-3 < x < 3]")
    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """A sixth of the gradient passes between -3 and 3."""
        return F.where((self > -3) & (self < 3), grad * _SIXTH, F.zeros_like(grad))


@op(
    "Activation", "hard σ", torch="F.hardsigmoid({self})", samples=(((2, 3),),),
    formula=r"y = \frac{\min(6, \max(0, x + 3))}{6}",
)  # fmt: skip
def hardsigmoid(self: Tensor) -> Tensor:
    """A sigmoid of three straight lines."""
    return HardsigmoidBackward0.apply(self)


class HardswishBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """self · hardsigmoid(self)"""
        return self * np.clip(self + 3, 0, 6) / self.dtype.type(6)

    @tex(
        r"\bar{y} \cdot \begin{cases} 0 & x < -3 \\ \frac{2 x + 3}{6} & -3 \le x \le 3 \\ 1 & x > "
        r"3 \end{cases}"
    )
    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """Nothing below -3, everything above 3, in between self/3 + ½."""
        middle = F.where(self < 3, grad * (self / 3 + 0.5), grad)
        return F.where(self <= -3, F.zeros_like(grad), middle)


@op(
    "Activation", "hardswish", torch="F.hardswish({self})", samples=(((2, 3),),),
    formula=r"y = x \cdot \frac{\min(6, \max(0, x + 3))}{6}",
)  # fmt: skip
def hardswish(self: Tensor) -> Tensor:
    """Every entry times its hardsigmoid."""
    return HardswishBackward0.apply(self)


def _shrink(
    name: str, keep: Callable[..., Any], inside: Callable[..., Any], doc: str, formula: str
) -> Any:
    """hardshrink and softshrink: nothing within `lambd` of zero."""

    def forward(F: Namespace, self: Array, *, lambd: float) -> Array:
        """self, but 0 within lambd of zero"""
        near = (self >= -lambd) & (self <= lambd)
        return F.where(near, inside(self), keep(F, self, lambd))

    @tex(r"\bar{y} \cdot [|x| > \lambda]")
    def grad_self(F: Namespace, grad: Array, self: Array, lambd: float) -> Array:
        """Nothing passes within lambd of zero."""
        near = (self >= -lambd) & (self <= lambd)
        return F.where(near, F.zeros_like(grad), grad)

    body = {"forward": forward, "grad_self": grad_self}
    node: type[Function] = type(f"{name.capitalize()}Backward0", (Function,), body)

    def call(self: Tensor, lambd: float = 0.5) -> Tensor:
        if name == "softshrink" and lambd < 0:
            largest, kind = dtypes.finfo(self.dtype).max, self.dtype.scalar_name
            raise RuntimeError(
                f"lambda must be in range [0, {largest:g}] for input dtype {kind}, but found "
                f"{lambd:g}"
            )
        return node.apply(self, lambd=lambd)

    call.__name__, call.__doc__ = name, doc
    spelling = f"F.{name}({{self}}, {{lambd}})"
    return op("Activation", name, torch=spelling, samples=(((2, 3),),), formula=formula)(call)


hardshrink = _shrink(
    "hardshrink", lambda F, x, k: x, np.zeros_like, "0 near zero, every other entry as it is.",
    r"y = x \cdot [|x| > \lambda]",
)  # fmt: skip
softshrink = _shrink(
    "softshrink", lambda F, x, k: F.where(x > 0, x - k, x + k), lambda x: x * 0,
    "Every entry pulled towards zero.",
    r"y = \operatorname{sgn}(x) \cdot \max(0, |x| - \lambda)",
)  # fmt: skip


class ThresholdBackward0(Function):
    def forward(F: Namespace, self: Array, *, threshold: float, value: float) -> Array:
        """self where it is above the threshold, else value"""
        return np.where(self <= threshold, self.dtype.type(value), self)[()]

    @tex(r"\bar{y} \cdot [x > \theta]")
    def grad_self(F: Namespace, grad: Array, self: Array, threshold: float) -> Array:
        """A gate: the gradient passes above the threshold, else nothing does."""
        return F.where(self <= threshold, F.zeros_like(grad), grad)


@op(
    "Activation", "threshold", torch="F.threshold({self}, {threshold}, {value})",
    defaults={"threshold": 0.0, "value": 0.0},
    samples=(((2, 3), {"threshold": 0.5, "value": -1.0}),),
    formula=r"y = \begin{cases} x & x > \theta \\ v & x \le \theta \end{cases}",
)  # fmt: skip
def threshold(self: Tensor, threshold: float, value: float) -> Tensor:
    """Entries above the threshold, one value for the rest."""
    return ThresholdBackward0.apply(self, threshold=threshold, value=value)


class PreluKernelBackward0(Function):
    def forward(F: Namespace, self: Array, weight: Array) -> Array:
        """self, or weight · self below 0"""
        return F.where(self > 0, self, weight * self)

    @tex(r"\bar{y} \cdot \begin{cases} 1 & x > 0 \\ w & x \le 0 \end{cases}")
    def grad_self(F: Namespace, grad: Array, self: Array, weight: Array) -> Array:
        """A leaky gate: below zero the learned part of the gradient passes."""
        return F.where(self > 0, grad, weight * grad)

    @tex(r"\bar{y} \cdot \min(0, x)")
    def grad_weight(F: Namespace, grad: Array, self: Array) -> Array:
        """The slope counts where the input is negative, as much as the input."""
        return F.where(self > 0, F.zeros_like(grad), self * grad)


@op(
    "Activation",
    "prelu",
    torch="F.prelu({self}, {weight})",
    samples=(((2, 3), [0.25]), ((2, 3, 2), (3,))),
    formula=r"y = \max(0, x) + w \min(0, x)",
)
def prelu(self: Tensor, weight: Tensor) -> Tensor:
    """leaky_relu with a learned slope: one, or one per channel."""
    n = weight.numel()
    _check_slopes(self, weight)
    channels = tuple(n if d == 1 else 1 for d in range(self.ndim))
    return PreluKernelBackward0.apply(
        self, weight if weight.ndim == self.ndim else view(weight, channels)
    )


def _check_slopes(self: Tensor, weight: Tensor) -> None:
    """Raises RuntimeError unless there is one slope, or one for each channel."""
    n = weight.numel()
    if n != 1:
        if not self.ndim:
            raise RuntimeError("Not allow zero-dim input tensor.")
        channels = self.shape[1] if self.ndim > 1 else 1
        if n != channels:
            raise RuntimeError(
                "Mismatch of parameter numbers and input channel size. Found parameter numbers = "
                f"{n} and channel size = {channels}."
            )
    if weight.ndim > 1:
        raise RuntimeError(
            f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.ndim}"
        )
