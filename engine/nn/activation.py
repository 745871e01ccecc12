"""Activation functions as Modules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from engine.nn import init
from engine.nn.module import Module
from engine.nn.parameter import blank
from engine.ops import activation as ops
from engine.ops import elementary, gates
from engine.ops import inplace_activation as into
from engine.tensor import Tensor

Call = Callable[..., Any]


class _Function(Module):
    """A function of one tensor and the attributes named in `settings`."""

    function: ClassVar[Call]
    settings: ClassVar[tuple[str, ...]] = ()

    def forward(self, input: Tensor) -> Tensor:
        settings = [getattr(self, name) for name in self.settings]
        return self.function(input, *settings)  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        return ", ".join(f"{name}={getattr(self, name)}" for name in self.settings)


class _MayWrite(_Function):
    """A function that can write its result into its input instead."""

    in_place: ClassVar[Call]
    tells: ClassVar[bool] = True
    inplace: bool

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        function = self.in_place if self.inplace else self.function
        return function(input, *[getattr(self, n) for n in self.settings])  # type: ignore[no-any-return]

    def extra_repr(self) -> str:
        told = super().extra_repr()
        if not self.inplace or not self.tells:
            return told
        return f"{told}, inplace=True" if told else "inplace=True"


class ReLU(_MayWrite):
    """max(x, 0)."""

    function, in_place = staticmethod(ops.relu), staticmethod(into.relu_)


class SELU(_MayWrite):
    """elu with the constants that keep mean 0 and variance 1."""

    function, in_place = staticmethod(ops.selu), staticmethod(into.selu_)


class SiLU(_MayWrite):
    """x · σ(x)."""

    function, in_place = staticmethod(ops.silu), staticmethod(into.silu_)


class Mish(_MayWrite):
    """x · tanh(softplus(x))."""

    function, in_place = staticmethod(ops.mish), staticmethod(into.mish_)


class Hardswish(_MayWrite):
    """silu in straight pieces."""

    function, in_place = staticmethod(gates.hardswish), staticmethod(into.hardswish_)
    tells = False


class Hardsigmoid(_MayWrite):
    """sigmoid in straight pieces."""

    function, in_place = staticmethod(gates.hardsigmoid), staticmethod(into.hardsigmoid_)
    tells = False


class LeakyReLU(_MayWrite):
    """x, or negative_slope · x below 0."""

    function, in_place = staticmethod(ops.leaky_relu), staticmethod(into.leaky_relu_)
    settings = ("negative_slope",)

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.negative_slope = negative_slope


class ELU(_MayWrite):
    """x, or alpha · (eˣ - 1) below 0."""

    function, in_place = staticmethod(ops.elu), staticmethod(into.elu_)
    settings = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.alpha = alpha


class CELU(_MayWrite):
    """elu whose slope is continuous for every alpha."""

    function, in_place = staticmethod(ops.celu), staticmethod(into.celu_)
    settings = ("alpha",)

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.alpha = alpha


class Hardtanh(_MayWrite):
    """x kept between two numbers."""

    function, in_place = staticmethod(gates.hardtanh), staticmethod(into.hardtanh_)
    settings = ("min_val", "max_val")

    def __init__(self, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.min_val, self.max_val = min_val, max_val
        if self.max_val <= self.min_val:
            raise AssertionError(
                f"max_val must be greater than min_val, got max_val={max_val} and min_val={min_val}"
            )


class ReLU6(Hardtanh):
    """A relu that stops growing at 6."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class Threshold(_MayWrite):
    """x above the threshold, else one value."""

    function, in_place = staticmethod(gates.threshold), staticmethod(into.threshold_)
    settings = ("threshold", "value")

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__(inplace)
        self.threshold, self.value = threshold, value


class Sigmoid(_Function):
    """1 / (1 + e⁻ˣ)."""

    function = staticmethod(elementary.sigmoid)


class Tanh(_Function):
    """The hyperbolic tangent."""

    function = staticmethod(elementary.tanh)


class LogSigmoid(_Function):
    """ln σ(x)."""

    function = staticmethod(ops.logsigmoid)


class Softsign(_Function):
    """x / (1 + |x|)."""

    function = staticmethod(ops.softsign)


class Tanhshrink(_Function):
    """x - tanh(x)."""

    function = staticmethod(ops.tanhshrink)


class GELU(_Function):
    """x · Φ(x)."""

    settings = ("approximate",)

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        return ops.gelu(input, approximate=self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class Softplus(_Function):
    """ln(1 + e^(beta x)) / beta."""

    function = staticmethod(ops.softplus)
    settings = ("beta", "threshold")

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta, self.threshold = beta, threshold


class _Shrink(_Function):
    settings = ("lambd",)

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd = lambd

    def extra_repr(self) -> str:
        return str(self.lambd)


class Hardshrink(_Shrink):
    """x where |x| > lambd, else 0."""

    function = staticmethod(gates.hardshrink)


class Softshrink(_Shrink):
    """x moved towards 0 by lambd."""

    function = staticmethod(gates.softshrink)


class _Along(_Function):
    settings = ("dim",)

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim


class Softmax(_Along):
    """Shares that add up to 1 along `dim`."""

    function = staticmethod(ops.softmax)


class LogSoftmax(_Along):
    """The logarithm of softmax."""

    function = staticmethod(ops.log_softmax)


class Softmin(_Along):
    """softmax of -x."""

    function = staticmethod(ops.softmin)


class GLU(_Along):
    """One half times σ of the other."""

    function = staticmethod(ops.glu)

    def __init__(self, dim: int = -1) -> None:
        super().__init__(dim)


class Softmax2d(Module):
    """Softmax over the channels of (N, C, H, W) or (C, H, W)."""

    def forward(self, input: Tensor) -> Tensor:
        if input.ndim not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.ndim}D instead")
        return ops.softmax(input, -3)


class PReLU(Module):
    """leaky_relu with learned slopes: one, or one per channel."""

    def __init__(
        self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None
    ) -> None:
        super().__init__()
        self.num_parameters, self.init = num_parameters, init
        self.weight = blank(num_parameters, dtype=dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set every slope to its first value."""
        init.constant_(self.weight, self.init)

    def forward(self, input: Tensor) -> Tensor:
        return gates.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"
