"""The nonlinearities between the layers of a network."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from engine import errors
from engine.function import Function
from engine.ops.arithmetic import abs as absolute
from engine.ops.arithmetic import add, div, mul, sub
from engine.ops.elementary import tanh
from engine.registry import op
from engine.tensor import Tensor, check_dim, wrap

Array = Any
Namespace = Any


class ReluBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """max(self, 0)"""
        return F.relu(self)

    def grad_self(F: Namespace, grad: Array, result: Array) -> Array:
        """relu is a gate: the gradient passes where the input was positive, else nothing does."""
        return F.threshold_backward(grad, result)


@op("Activation", "relu", samples=(((2, 3),),))
def relu(self: Tensor) -> Tensor:
    """Every entry, or 0 where it is negative."""
    return ReluBackward0.apply(self)


class LeakyReluBackward0(Function):
    def forward(F: Namespace, self: Array, *, negative_slope: float) -> Array:
        """self, or negative_slope · self below 0"""
        return F.where(self > 0, self, self * negative_slope)

    def grad_self(F: Namespace, grad: Array, self: Array, negative_slope: float) -> Array:
        """A leaky gate: below zero a small part of the gradient still passes."""
        return F.where(self > 0, grad, grad * negative_slope)


@op("Activation", "leaky", torch="F.leaky_relu({self}, {negative_slope})", samples=(((2, 3),),))
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

    def grad_self(
        F: Namespace, grad: Array, self: Array, alpha: float, scale: float, input_scale: float
    ) -> Array:
        """Above zero the gradient passes; below, its share fades like the exponential."""
        low = grad * (input_scale * alpha * scale) * F.exp(self * input_scale)
        return F.where(self > 0, grad * scale, low)


@op("Activation", "elu", torch="F.elu({self}, {alpha})", samples=(((2, 3),),))
def elu(self: Tensor, alpha: float = 1.0) -> Tensor:
    """Every entry, bending towards -alpha where it is negative."""
    return EluBackward0.apply(self, alpha=alpha)


@op("Activation", "selu", samples=(((2, 3),),))
def selu(self: Tensor) -> Tensor:
    """elu with the two constants that keep mean 0 and variance 1 through layers."""
    return EluBackward0.apply(
        self, alpha=1.6732632423543772848170429916717, scale=1.0507009873554804934193349852946
    )


class CeluBackward0(Function):
    def forward(F: Namespace, self: Array, *, alpha: float) -> Array:
        """self, or α · (e^(self/α) - 1) below 0"""
        return F.where(self > 0, self, F.expm1(self * (1 / alpha)) * alpha)

    def grad_self(F: Namespace, grad: Array, self: Array, alpha: float) -> Array:
        """Above zero the gradient passes; below, its share fades like the exponential."""
        return F.where(self > 0, grad, grad * F.exp(self * (1 / alpha)))


@op("Activation", "celu", torch="F.celu({self}, {alpha})", samples=(((2, 3), {"alpha": 1.5}),))
def celu(self: Tensor, alpha: float = 1.0) -> Tensor:
    """elu whose slope is continuous for every alpha."""
    return CeluBackward0.apply(self, alpha=alpha)


class SoftplusBackward0(Function):
    def forward(F: Namespace, self: Array, *, beta: float = 1, threshold: float = 20) -> Array:
        """ln(1 + e^(β·self)) / β"""
        scaled = self * beta
        return F.where(scaled > threshold, self, F.log1p(F.exp(scaled)) / beta)

    def grad_self(F: Namespace, grad: Array, self: Array, beta: float, threshold: float) -> Array:
        """The slope of softplus is sigmoid."""
        z = F.exp(self * beta)
        return F.where(self * beta > threshold, grad, grad * z / (z + 1))


@op(
    "Activation", "softplus", torch="F.softplus({self}, {beta}, {threshold})",
    samples=(((2, 3),), ((2, 3), {"beta": 2.0})),
)  # fmt: skip
def softplus(self: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """A relu with a soft knee."""
    return SoftplusBackward0.apply(self, beta=beta, threshold=threshold)


class LogSigmoidBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """ln(1 / (1 + e⁻ˢᵉˡᶠ))"""
        low = np.minimum(self, self.dtype.type(0))
        return low - F.log1p(F.exp(-F.abs(self)))

    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """1 - sigmoid: all of the gradient far below zero, nothing far above."""
        z = F.exp(-F.abs(self))
        share = z / (1 + z)
        return grad * F.where(self < 0, 1 - share, share)


@op("Activation", "ln σ", torch="F.logsigmoid({self})", samples=(((2, 3),),))
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

    def grad_self(F: Namespace, grad: Array, self: Array, approximate: str) -> Array:
        """Φ(self) + self · φ(self): a gate that opens gradually."""
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
)  # fmt: skip
def gelu(self: Tensor, *, approximate: str = "none") -> Tensor:
    """Every entry times the share of the normal distribution below it."""
    return GeluBackward0.apply(self, approximate=approximate)


class SiluBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """self · σ(self)"""
        return self / (1 + F.exp(-self))

    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """σ · (1 + self · (1 - σ)): a gate that opens gradually."""
        s = F.sigmoid(self)
        return grad * s * (self * (1 - s) + 1)


@op("Activation", "silu", torch="F.silu({self})", samples=(((2, 3),),))
def silu(self: Tensor) -> Tensor:
    """Every entry times its sigmoid."""
    return SiluBackward0.apply(self)


class MishBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """self · tanh(ln(1 + eˢᵉˡᶠ))"""
        return self * F.tanh(F.log1p(F.exp(self)))

    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """tanh(softplus) + self · σ · (1 - tanh²(softplus))"""
        t = F.tanh(F.log1p(F.exp(self)))
        return grad * (t + self * F.sigmoid(self) * (1 - t * t))


@op("Activation", "mish", torch="F.mish({self})", samples=(((2, 3),),))
def mish(self: Tensor) -> Tensor:
    """Every entry times tanh of its softplus."""
    return MishBackward0.apply(self)


class HardtanhBackward0(Function):
    def forward(F: Namespace, self: Array, *, min_val: float, max_val: float) -> Array:
        """self, kept between two numbers"""
        kind = self.dtype.type
        return np.minimum(np.maximum(self, kind(min_val)), kind(max_val))

    def grad_self(F: Namespace, grad: Array, self: Array, min_val: float, max_val: float) -> Array:
        """A gate: the gradient passes strictly between the bounds, else nothing does."""
        shut = (self <= min_val) | (self >= max_val)
        return F.where(shut, F.zeros_like(grad), grad)


@op(
    "Activation", "hardtanh", torch="F.hardtanh({self}, {min_val}, {max_val})",
    samples=(((2, 3),),),
)  # fmt: skip
def hardtanh(self: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """Keep every entry between two bounds; unlike clamp, no gradient passes on the bounds."""
    return HardtanhBackward0.apply(self, min_val=min_val, max_val=max_val)


@op("Activation", "relu6", torch="F.relu6({self})", samples=(((2, 3),),))
def relu6(self: Tensor) -> Tensor:
    """A relu that stops growing at 6."""
    return HardtanhBackward0.apply(self, min_val=0.0, max_val=6.0)


_SIXTH = float(np.float32(1 / 6))  # PyTorch has the slope as a float, for doubles too


class HardsigmoidBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """self / 6 + ½, kept between 0 and 1"""
        return np.clip(self + 3, 0, 6) / self.dtype.type(6)

    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """A sixth of the gradient passes between -3 and 3."""
        return F.where((self > -3) & (self < 3), grad * _SIXTH, F.zeros_like(grad))


@op("Activation", "hard σ", torch="F.hardsigmoid({self})", samples=(((2, 3),),))
def hardsigmoid(self: Tensor) -> Tensor:
    """A sigmoid of three straight lines."""
    return HardsigmoidBackward0.apply(self)


class HardswishBackward0(Function):
    def forward(F: Namespace, self: Array) -> Array:
        """self · hardsigmoid(self)"""
        return self * np.clip(self + 3, 0, 6) / self.dtype.type(6)

    def grad_self(F: Namespace, grad: Array, self: Array) -> Array:
        """Nothing below -3, everything above 3, in between self/3 + ½."""
        middle = F.where(self < 3, grad * (self / 3 + 0.5), grad)
        return F.where(self <= -3, F.zeros_like(grad), middle)


@op("Activation", "hardswish", torch="F.hardswish({self})", samples=(((2, 3),),))
def hardswish(self: Tensor) -> Tensor:
    """Every entry times its hardsigmoid."""
    return HardswishBackward0.apply(self)


def _shrink(name: str, keep: Callable[..., Any], inside: Callable[..., Any], doc: str) -> Any:
    """hardshrink and softshrink: nothing within `lambd` of zero."""

    def forward(F: Namespace, self: Array, *, lambd: float) -> Array:
        """self, but 0 within lambd of zero"""
        near = (self >= -lambd) & (self <= lambd)
        return F.where(near, inside(self), keep(F, self, lambd))

    def grad_self(F: Namespace, grad: Array, self: Array, lambd: float) -> Array:
        """Nothing passes within lambd of zero."""
        near = (self >= -lambd) & (self <= lambd)
        return F.where(near, F.zeros_like(grad), grad)

    body = {"forward": forward, "grad_self": grad_self}
    node: type[Function] = type(f"{name.capitalize()}Backward0", (Function,), body)

    def call(self: Tensor, lambd: float = 0.5) -> Tensor:
        return node.apply(self, lambd=lambd)

    call.__name__, call.__doc__ = name, doc
    return op("Activation", name, torch=f"F.{name}({{self}}, {{lambd}})", samples=(((2, 3),),))(
        call
    )


hardshrink = _shrink(
    "hardshrink", lambda F, x, k: x, np.zeros_like, "0 near zero, every other entry as it is."
)
softshrink = _shrink(
    "softshrink", lambda F, x, k: F.where(x > 0, x - k, x + k), lambda x: x * 0,
    "Every entry pulled towards zero.",
)  # fmt: skip


class ThresholdBackward0(Function):
    def forward(F: Namespace, self: Array, *, threshold: float, value: float) -> Array:
        """self where it is above the threshold, else value"""
        return np.where(self <= threshold, self.dtype.type(value), self)[()]

    def grad_self(F: Namespace, grad: Array, self: Array, threshold: float) -> Array:
        """A gate: the gradient passes above the threshold, else nothing does."""
        return F.where(self <= threshold, F.zeros_like(grad), grad)


@op(
    "Activation", "threshold", torch="F.threshold({self}, {threshold}, {value})",
    defaults={"threshold": 0.0, "value": 0.0},
    samples=(((2, 3), {"threshold": 0.5, "value": -1.0}),),
)  # fmt: skip
def threshold(self: Tensor, threshold: float, value: float) -> Tensor:
    """Entries above the threshold, one value for the rest."""
    return ThresholdBackward0.apply(self, threshold=threshold, value=value)


class PreluKernelBackward0(Function):
    def forward(F: Namespace, self: Array, weight: Array) -> Array:
        """self, or weight · self below 0"""
        return F.where(self > 0, self, weight * self)

    def grad_self(F: Namespace, grad: Array, self: Array, weight: Array) -> Array:
        """A leaky gate: below zero the learned part of the gradient passes."""
        return F.where(self > 0, grad, weight * grad)

    def grad_weight(F: Namespace, grad: Array, self: Array) -> Array:
        """The slope counts where the input is negative, as much as the input."""
        return F.where(self > 0, F.zeros_like(grad), self * grad)


@op(
    "Activation",
    "prelu",
    torch="F.prelu({self}, {weight})",
    samples=(((2, 3), [0.25]), ((2, 3, 2), (3,))),
)
def prelu(self: Tensor, weight: Tensor) -> Tensor:
    """leaky_relu with a learned slope: one, or one per channel."""
    from engine.ops.shape import view

    channels = (1, -1) + (1,) * (self.ndim - 2) if weight.numel() > 1 else (1,) * max(self.ndim, 1)
    shaped = weight if weight.ndim == self.ndim else view(weight, channels)
    return PreluKernelBackward0.apply(self, shaped)


class GluBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """First half · σ(second half)"""
        first, second = np.split(self, 2, dim)
        return first * F.sigmoid(second)

    def grad_self(F: Namespace, grad: Array, self: Array, dim: int) -> Array:
        """The first half gets grad · σ, the second half what opening the gate is worth."""
        half = self.shape[dim] // 2
        first, second = F.slice(self, dim, 0, half), F.slice(self, dim, half, 2 * half)
        s = F.sigmoid(second)
        return F.cat([grad * s, grad * first * s * (1 - s)], dim)


@op("Activation", "glu", torch="F.glu({self}, {dim})", samples=(((2, 4),),))
def glu(self: Tensor, dim: int = -1) -> Tensor:
    """One half of the entries gated by the sigmoid of the other half."""
    d = check_dim(dim, self.ndim)
    if self.shape[d] % 2:
        raise RuntimeError(
            f"Halving dimension must be even, but dimension {d} is size {self.shape[d]}"
        )
    return GluBackward0.apply(self, dim=d)


@op("Activation", "softsign", torch="F.softsign({self})", samples=(((2, 3),),))
def softsign(self: Tensor) -> Tensor:
    """x / (1 + |x|)"""
    return div(self, add(absolute(self), 1))


@op("Activation", "tanhshrink", torch="F.tanhshrink({self})", samples=(((2, 3),),))
def tanhshrink(self: Tensor) -> Tensor:
    """x - tanh x"""
    return sub(self, tanh(self))


class SoftmaxBackward0(Function):
    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """exp(self) over its sum along dim"""
        e = F.exp(self - np.maximum.reduce(self, dim, keepdims=True))
        return e / F.sum(e, dim, True)

    def grad_self(F: Namespace, grad: Array, result: Array, dim: int) -> Array:
        """softmax shares one whole: what one entry gains, the others lose."""
        return grad * result - result * F.sum(grad * result, dim, True)


@op(
    "Activation", "softmax", torch="torch.softmax({self}, {dim}, dtype=torch.{dtype})",
    defaults={"dim": -1},
    samples=(((2, 3), {"dim": 1}), ((4,), {"dim": 0})),
)  # fmt: skip
def softmax(self: Tensor, dim: int | None = None, *, dtype: str | None = None) -> Tensor:
    """Positive numbers that sum to 1 along `dim`."""
    if dtype is not None:
        self = self.to(dtype)
    return SoftmaxBackward0.apply(self, dim=_softmax_dim("softmax", self, dim))


@op(
    "Activation",
    "softmin",
    torch="F.softmin({self}, {dim})",
    defaults={"dim": -1},
    samples=(((2, 3), {"dim": 1}),),
)
def softmin(self: Tensor, dim: int | None = None) -> Tensor:
    """softmax of the negated entries."""
    d = _softmax_dim("softmin", self, dim)
    return SoftmaxBackward0.apply(-self, dim=d)


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
    def forward(F: Namespace, self: Array, *, dim: int) -> Array:
        """self - ln Σ exp(self) along dim"""
        shifted = self - np.max(self, dim, keepdims=True)
        return shifted - F.log(F.sum(F.exp(shifted), dim, True))

    def grad_self(F: Namespace, grad: Array, result: Array, dim: int) -> Array:
        """Each entry gets its gradient less its share of them all."""
        return grad - F.exp(result) * F.sum(grad, dim, True)


@op(
    "Activation", "log softmax", torch="torch.log_softmax({self}, {dim}, dtype=torch.{dtype})",
    defaults={"dim": -1},
    samples=(((2, 3), {"dim": 1}),),
)  # fmt: skip
def log_softmax(self: Tensor, dim: int | None = None, *, dtype: str | None = None) -> Tensor:
    """The logarithm of softmax, computed without overflow."""
    if dtype is not None:
        self = self.to(dtype)
    return LogSoftmaxBackward0.apply(self, dim=_softmax_dim("log_softmax", self, dim))


def dropout(self: Tensor, p: float = 0.5, training: bool = True) -> Tensor:
    """Zeros in the place of a share `p` of the entries, the rest scaled up; only in training."""
    from engine import factories

    if not 0 <= p <= 1:
        raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
    if not training or p == 0:
        return self
    kept = np.asarray(factories.rand_like(self)._data >= p)
    return mul(self, wrap((kept / (1 - p)).astype(self._data.dtype)))
