"""The nonlinearities between the layers of a network."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine import errors
from engine.function import Function
from engine.ops.arithmetic import abs as absolute
from engine.ops.arithmetic import add, div, sub
from engine.ops.elementary import tanh
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim

Array = Any
Namespace = Any


class ReluBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """max(self, 0)"""
        return F.relu(self)

    @tex(r"\bar{y} \cdot [y > 0]")
    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """relu is a gate: the gradient passes where the input was positive, else nothing does."""
        return F.threshold_backward(grad, result)


@op("Activation", "relu", samples=(((2, 3),),), formula=r"y = \max(0, x)")
def relu(self: Tensor) -> Tensor:
    """Every entry, or 0 where it is negative."""
    return ReluBackward0.apply(self)


class LeakyReluBackward0(Function):
    def forward(F: Namespace, self: Array, *, negative_slope: float) -> Array:
        """self, or negative_slope · self below 0"""
        return F.where(self > 0, self, self * negative_slope)

    @tex(r"\bar{y} \cdot \begin{cases} 1 & x > 0 \\ \alpha & x \le 0 \end{cases}")
    def grad_self(F: Namespace, grad: Array, self: Array, negative_slope: float) -> Array:
        """A leaky gate: below zero a small part of the gradient still passes."""
        return F.where(self > 0, grad, grad * negative_slope)


@op(
    "Activation", "leaky", torch="F.leaky_relu({self}, {negative_slope})", samples=(((2, 3),),),
    formula=r"y = \max(0, x) + \alpha \min(0, x)",
)  # fmt: skip
def leaky_relu(self: Tensor, negative_slope: float = 0.01) -> Tensor:
    """Every entry, or a small part of it where it is negative."""
    return LeakyReluBackward0.apply(self, negative_slope=negative_slope)


class EluBackward0(Function):
    def forward(
        F: Namespace, self: Array, *, alpha: float, scale: float = 1, input_scale: float = 1
    ) -> Array:
        """self, or α · (eˢᵉˡᶠ - 1) below 0"""
        low = F.expm1(self * input_scale) * (alpha * scale)
        return F.where(self > 0, self * scale, low)

    @tex(r"\bar{y} \cdot \begin{cases} 1 & x > 0 \\ \alpha e^{x} & x \le 0 \end{cases}")
    def grad_self(
        F: Namespace, grad: Array, self: Array, alpha: float, scale: float, input_scale: float
    ) -> Array:
        """Above zero the gradient passes; below, its share fades like the exponential."""
        low = grad * (input_scale * alpha * scale) * F.exp(self * input_scale)
        return F.where(self <= 0, low, grad * scale)


@op(
    "Activation", "elu", torch="F.elu({self}, {alpha})", samples=(((2, 3),),),
    formula=r"y = \max(0, x) + \alpha \left(e^{\min(0, x)} - 1\right)",
)  # fmt: skip
def elu(self: Tensor, alpha: float = 1.0) -> Tensor:
    """Every entry, bending towards -alpha where it is negative."""
    return EluBackward0.apply(self, alpha=alpha)


SELU_ALPHA, SELU_SCALE = 1.6732632423543772, 1.0507009873554805


@op(
    "Activation", "selu", samples=(((2, 3),),),
    formula=r"y = 1.0507 \left(\max(0, x) + 1.6733 \left(e^{\min(0, x)} - 1\right)\right)",
)  # fmt: skip
def selu(self: Tensor) -> Tensor:
    """elu with the two constants that keep mean 0 and variance 1 through layers."""
    return EluBackward0.apply(self, alpha=SELU_ALPHA, scale=SELU_SCALE)


class CeluBackward0(Function):
    def forward(F: Namespace, self: Array, *, alpha: float) -> Array:
        """self, or α · (e^(self/α) - 1) below 0"""
        return F.where(self > 0, self, F.expm1(self * (1 / alpha)) * alpha)

    @tex(r"\bar{y} \cdot \begin{cases} 1 & x > 0 \\ e^{x / \alpha} & x \le 0 \end{cases}")
    def grad_self(F: Namespace, grad: Array, self: Array, alpha: float) -> Array:
        """Above zero the gradient passes; below, its share fades like the exponential."""
        return F.where(self <= 0, grad * F.exp(self * (1 / alpha)), grad)


@op(
    "Activation", "celu", torch="F.celu({self}, {alpha})", samples=(((2, 3), {"alpha": 1.5}),),
    formula=r"y = \max(0, x) + \alpha \left(e^{\min(0, x) / \alpha} - 1\right)",
)  # fmt: skip
def celu(self: Tensor, alpha: float = 1.0) -> Tensor:
    """elu whose slope is continuous for every alpha."""
    return CeluBackward0.apply(self, alpha=alpha)


class SoftplusBackward0(Function):
    def forward(F: Namespace, self: Array, *, beta: float = 1, threshold: float = 20) -> Array:
        """ln(1 + e^(β·self)) / β"""
        scaled = self * beta
        return F.where(scaled > threshold, self, F.log1p(F.exp(scaled)) / beta)

    @tex(r"\bar{y} \cdot \sigma(\beta x)")
    def grad_self(F: Namespace, grad: Array, self: Array, beta: float, threshold: float) -> Array:
        """The slope of softplus is sigmoid."""
        z = F.exp(self * beta)
        return F.where(self * beta > threshold, grad, grad * z / (z + 1))


@op(
    "Activation", "softplus", torch="F.softplus({self}, {beta}, {threshold})",
    samples=(((2, 3),), ((2, 3), {"beta": 2.0})),
    formula=r"y = \frac{1}{\beta} \ln\left(1 + e^{\beta x}\right)",
)  # fmt: skip
def softplus(self: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """A relu with a soft knee."""
    return SoftplusBackward0.apply(self, beta=beta, threshold=threshold)


class LogSigmoidBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array) -> Array:
        """ln(1 / (1 + e⁻ˢᵉˡᶠ))"""
        low = np.minimum(self, self.dtype.type(0))
        return low - F.log1p(F.exp(-F.abs(self)))

    @tex(r"\bar{y} \cdot (1 - \sigma(x))")
    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """All of the gradient passes far below zero, nothing far above."""
        z = F.exp(-F.abs(self))
        share = z / (1 + z)
        return grad * F.where(self < 0, 1 - share, share)


@op(
    "Activation", "ln σ", torch="F.logsigmoid({self})", samples=(((2, 3),),),
    formula=r"y = -\ln\left(1 + e^{-x}\right)",
)  # fmt: skip
def logsigmoid(self: Tensor) -> Tensor:
    """The logarithm of sigmoid, computed without overflow."""
    return LogSigmoidBackward0.apply(self)


_GELU_SCALE = math.sqrt(2 / math.pi)


class GeluBackward0(Function):
    def forward(F: Namespace, self: Array, *, approximate: str = "none") -> Array:
        """self · Φ(self), Φ the normal distribution"""
        if approximate == "tanh":
            inner = (self + self * self * self * 0.044715) * _GELU_SCALE
            return self * 0.5 * (F.tanh(inner) + 1)
        return self * 0.5 * (F.erf(self * math.sqrt(0.5)) + 1)

    @tex(r"\bar{y} \cdot \left(\Phi(x) + x \varphi(x)\right)")
    def grad_self(F: Namespace, grad: Array, self: Array, approximate: str) -> Array:
        """A gate that opens gradually: far above zero all passes, far below nothing does."""
        if approximate == "tanh":
            t = F.tanh((self + self * self * self * 0.044715) * _GELU_SCALE)
            inside = (self * self * (3 * 0.044715) + 1) * _GELU_SCALE
            return grad * ((t + 1) * 0.5 + self * 0.5 * (1 - t * t) * inside)
        cdf = (F.erf(self * math.sqrt(0.5)) + 1) * 0.5
        pdf = F.exp(self * self * -0.5) * (0.5 * _GELU_SCALE)
        return grad * (cdf + self * pdf)


@op(
    "Activation", "gelu", torch="F.gelu({self}, approximate={approximate})",
    samples=(((2, 3),), ((2, 3), {"approximate": "tanh"})),
    formula=r"y = x \cdot \Phi(x)",
)  # fmt: skip
def gelu(self: Tensor, *, approximate: str = "none") -> Tensor:
    """Every entry times the share of the normal distribution below it."""
    if approximate not in ("none", "tanh"):
        raise RuntimeError("approximate argument must be either none or tanh.")
    return GeluBackward0.apply(self, approximate=approximate)


class SiluBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """self · σ(self)"""
        return self / (1 + F.exp(-self))

    @tex(r"\bar{y} \cdot \sigma(x) \left(1 + x (1 - \sigma(x))\right)")
    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """A gate that opens gradually: far above zero all passes, far below nothing does."""
        s = F.sigmoid(self)
        return grad * s * (self * (1 - s) + 1)


@op(
    "Activation", "silu", torch="F.silu({self})", samples=(((2, 3),),),
    formula=r"y = x \cdot \sigma(x)",
)  # fmt: skip
def silu(self: Tensor) -> Tensor:
    """Every entry times its sigmoid."""
    return SiluBackward0.apply(self)


class MishBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """self · tanh(ln(1 + eˢᵉˡᶠ))"""
        return self * F.tanh(F.log1p(F.exp(self)))

    @tex(
        r"\bar{y} \cdot \left(\tanh s + x \sigma(x) (1 - \tanh^2 s)\right), \quad s = \ln\left(1 "
        r"+ e^{x}\right)"
    )
    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """A gate that opens gradually: far above zero all passes, far below nothing does."""
        t = F.tanh(F.log1p(F.exp(self)))
        return grad * (t + self * F.sigmoid(self) * (1 - t * t))


@op(
    "Activation", "mish", torch="F.mish({self})", samples=(((2, 3),),),
    formula=r"y = x \cdot \tanh \ln\left(1 + e^{x}\right)",
)  # fmt: skip
def mish(self: Tensor) -> Tensor:
    """Every entry times tanh of its softplus."""
    return MishBackward0.apply(self)


class GluBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """First half · σ(second half)"""
        first, second = np.split(self, 2, dim)
        return first * F.sigmoid(second)

    @tex(r"\left(\bar{y} \sigma(x_2), \; \bar{y} x_1 \sigma(x_2) (1 - \sigma(x_2))\right)")
    def grad_self(F: Namespace, grad: Array, self: Array, dim: int) -> Array:
        """The first half gets what the gate lets through, the second what opening it is worth."""
        half = self.shape[dim] // 2
        first, second = F.slice(self, dim, 0, half), F.slice(self, dim, half, 2 * half)
        s = F.sigmoid(second)
        return F.cat([grad * s, grad * first * s * (1 - s)], dim)


@op(
    "Activation", "glu", torch="F.glu({self}, {dim})", samples=(((2, 4),),),
    formula=r"y = x_1 \cdot \sigma(x_2)",
)  # fmt: skip
def glu(self: Tensor, dim: int = -1) -> Tensor:
    """One half of the entries gated by the sigmoid of the other half."""
    d = check_dim(dim, self.ndim)
    if self.shape[d] % 2:
        raise RuntimeError(
            f"Halving dimension must be even, but dimension {d} is size {self.shape[d]}"
        )
    return GluBackward0.apply(self, dim=d)


@op(
    "Activation", "softsign", torch="F.softsign({self})", samples=(((2, 3),),),
    formula=r"y = \frac{x}{1 + |x|}",
)  # fmt: skip
def softsign(self: Tensor) -> Tensor:
    """x / (1 + |x|)"""
    return div(self, add(absolute(self), 1))


@op(
    "Activation", "tanhshrink", torch="F.tanhshrink({self})", samples=(((2, 3),),),
    formula=r"y = x - \tanh x",
)  # fmt: skip
def tanhshrink(self: Tensor) -> Tensor:
    """x - tanh x"""
    return sub(self, tanh(self))


class SoftmaxBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """exp(self) over its sum along dim"""
        e = F.exp(self - np.maximum.reduce(self, dim, keepdims=True, initial=-np.inf))
        return e / F.sum(e, dim, True)

    @tex(r"y \cdot \bar{y} - y \sum_j \bar{y}_j y_j")
    def grad_self(F: Namespace, grad: Array, result: Array, dim: int) -> Array:
        """softmax shares one whole: what one entry gains, the others lose."""
        return (grad - F.sum(grad * result, dim, True)) * result


@op(
    "Activation", "softmax", torch="F.softmax({self}, {dim}, dtype=torch.{dtype})",
    defaults={"dim": -1},
    samples=(((2, 3), {"dim": 1}), ((4,), {"dim": 0})),
    formula=r"y_i = \frac{e^{x_i}}{\sum_j e^{x_j}}",
)  # fmt: skip
def softmax(self: Tensor, dim: int | None = None, *, dtype: str | None = None) -> Tensor:
    """Positive numbers that sum to 1 along `dim`."""
    if dtype is not None:
        self = self.to(dtype)
    return SoftmaxBackward0.apply(self, dim=_softmax_dim("softmax", self, dim))


@op(
    "Activation",
    "softmin",
    torch="F.softmin({self}, {dim}, dtype=torch.{dtype})",
    defaults={"dim": -1},
    samples=(((2, 3), {"dim": 1}),),
    formula=r"y_i = \frac{e^{-x_i}}{\sum_j e^{-x_j}}",
)
def softmin(self: Tensor, dim: int | None = None, *, dtype: str | None = None) -> Tensor:
    """softmax of the negated entries."""
    return softmax(-self, _softmax_dim("softmin", self, dim), dtype=dtype)


def _softmax_dim(name: str, self: Tensor, dim: int | None) -> int:
    if dim is None:
        errors.warn(
            f"Implicit dimension choice for {name} has been deprecated. Change the call to include "
            "dim=X as an argument.",
            4,
        )
        dim = 0 if self.ndim in (0, 1, 3) else 1
    return check_dim(dim, self.ndim)


class LogSoftmaxBackward0(Function):
    layout = "rows"

    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """self - ln Σ exp(self) along dim"""
        shifted = self - np.max(self, dim, keepdims=True, initial=-np.inf)
        return shifted - F.log(F.sum(F.exp(shifted), dim, True))

    @tex(r"\bar{y} - e^{y} \sum_j \bar{y}_j")
    def grad_self(F: Namespace, grad: Array, result: Array, dim: int) -> Array:
        """Each entry gets its gradient less its share of them all."""
        return grad - F.exp(result) * F.sum(grad, dim, True)


@op(
    "Activation", "log softmax", torch="F.log_softmax({self}, {dim}, dtype=torch.{dtype})",
    defaults={"dim": -1},
    samples=(((2, 3), {"dim": 1}),),
    formula=r"y_i = x_i - \ln \sum_j e^{x_j}",
)  # fmt: skip
def log_softmax(self: Tensor, dim: int | None = None, *, dtype: str | None = None) -> Tensor:
    """The logarithm of softmax, computed without overflow."""
    if dtype is not None:
        self = self.to(dtype)
    return LogSoftmaxBackward0.apply(self, dim=_softmax_dim("log_softmax", self, dim))
