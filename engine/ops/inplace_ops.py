"""The ops whose names end in an underscore: they change their first input."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine.function import Function
from engine.inplace import inplace
from engine.ops import activation, arithmetic, choice, elementary
from engine.registry import Operand, op
from engine.tensor import Tensor

Array = Any
Namespace = Any


@op(
    "In-place",
    "+=",
    torch="{self}.add_({other}, alpha={alpha})",
    inplace=True,
    samples=(((2, 3), (3,)), ((2, 3), 2.0)),
)
def add_(self: Tensor, other: Operand, *, alpha: float = 1) -> Tensor:
    """Add to the first tensor, in place."""
    return inplace(arithmetic.AddBackward0, self, other, alpha=alpha)


@op(
    "In-place",
    "−=",
    torch="{self}.sub_({other}, alpha={alpha})",
    inplace=True,
    samples=(((2, 3), (3,)), ((2, 3), 2.0)),
)
def sub_(self: Tensor, other: Operand, *, alpha: float = 1) -> Tensor:
    """Subtract from the first tensor, in place."""
    return inplace(arithmetic.SubBackward0, self, other, alpha=alpha)


@op(
    "In-place",
    "×=",
    torch="{self}.mul_({other})",
    inplace=True,
    samples=(((2, 3), 2.0), ((2, 3), [2, 4, 1])),
)
def mul_(self: Tensor, other: Operand) -> Tensor:
    """Multiply the first tensor, in place."""
    return inplace(arithmetic.MulBackward0, self, other)


@op(
    "In-place",
    "÷=",
    torch="{self}.div_({other})",
    inplace=True,
    samples=(((2, 3), 2.0), ((2, 3), [2, 4, 1])),
)
def div_(self: Tensor, other: Operand) -> Tensor:
    """Divide the first tensor, in place."""
    return inplace(arithmetic.DivBackward0, self, other)


def pow_(self: Tensor, exponent: Any) -> Tensor:
    """Raise to a power, in place."""
    if isinstance(exponent, Tensor):
        return inplace(arithmetic.PowBackward1, self, exponent)
    return inplace(arithmetic.PowBackward0, self, exponent=exponent)


class ZeroBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """Zeros"""
        return np.zeros_like(self)

    def grad_self(F: Namespace, grad: Array) -> Array:
        """What was overwritten no longer matters."""
        return F.zeros_like(grad)


@op("In-place", "=0", torch="{self}.zero_()", inplace=True, samples=(((2, 3),),))
def zero_(self: Tensor) -> Tensor:
    """Fill with zeros, in place."""
    return inplace(ZeroBackward0, self)


class FillBackward2(Function):
    def forward(F: Namespace, self: Array, *, value: float) -> Array:
        """One value everywhere"""
        return np.full_like(self, value)

    def grad_self(F: Namespace, grad: Array) -> Array:
        """What was overwritten no longer matters."""
        return F.zeros_like(grad)


@op(
    "In-place",
    "=k",
    torch="{self}.fill_({value})",
    defaults={"value": 0.0},
    inplace=True,
    samples=(((2, 3), {"value": 2.0}),),
)
def fill_(self: Tensor, value: float) -> Tensor:
    """Fill with one value, in place."""
    return inplace(FillBackward2, self, value=value.item() if isinstance(value, Tensor) else value)


@op(
    "Gradient control", "∇?", torch="{self}.requires_grad_({requires_grad})",
    defaults={"requires_grad": True}, inplace=True,
)  # fmt: skip
def requires_grad_(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Say in place whether this leaf's gradient is wanted."""
    return self.requires_grad_(requires_grad)


def _unary(name: str, node: type[Function]) -> Any:
    def call(self: Tensor, **params: Any) -> Tensor:
        return inplace(node, self, **params)

    call.__name__ = name
    call.__doc__ = f"{name.rstrip('_')}, in place."
    return call


neg_ = _unary("neg_", arithmetic.NegBackward0)
abs_ = _unary("abs_", arithmetic.AbsBackward0)
exp_ = _unary("exp_", elementary.ExpBackward0)
log_ = _unary("log_", elementary.LogBackward0)
sqrt_ = _unary("sqrt_", elementary.SqrtBackward0)
sin_ = _unary("sin_", elementary.SinBackward0)
cos_ = _unary("cos_", elementary.CosBackward0)
tanh_ = _unary("tanh_", elementary.TanhBackward0)
sigmoid_ = _unary("sigmoid_", elementary.SigmoidBackward0)
relu_ = _unary("relu_", activation.ReluBackward0)


def clamp_(self: Tensor, min: float | None = None, max: float | None = None) -> Tensor:
    """Keep between two bounds, in place."""
    return inplace(choice.ClampBackward1, self, min=min, max=max)
