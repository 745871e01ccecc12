"""Convolutions: a kernel slid over sequences and images."""

from __future__ import annotations

import math
from typing import Any, ClassVar

from engine.nn import functional as F
from engine.nn import init
from engine.nn.module import Module
from engine.nn.parameter import blank
from engine.tensor import Tensor

_MODES = ("zeros", "reflect", "replicate", "circular")


def several(value: Any, n: int) -> Any:
    """A number once for each dimension; a tuple as it is."""
    return (value,) * n if not isinstance(value, (tuple, list)) else tuple(value)


class _Convolution(Module):
    dims: ClassVar[int]
    transposed: ClassVar[bool] = False

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any, padding: Any,
        dilation: Any, groups: int, bias: bool, padding_mode: str, dtype: Any,
        output_padding: Any = 0,
    ) -> None:  # fmt: skip
        super().__init__()
        n = self.dims
        self.in_channels, self.out_channels, self.groups = in_channels, out_channels, groups
        self.padding = padding if isinstance(padding, str) else several(padding, n)
        self.stride, self.padding_mode = several(stride, n), padding_mode
        self.kernel_size, self.dilation = several(kernel_size, n), several(dilation, n)
        self.output_padding = several(output_padding, n)
        self._check()
        outer = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        shape = (outer[0], outer[1] // groups, *self.kernel_size)
        self.weight = blank(*shape, dtype=dtype)
        self.register_parameter("bias", blank(out_channels, dtype=dtype) if bias else None)
        self.reset_parameters()

    def _check(self) -> None:
        if self.groups <= 0:
            raise ValueError("groups must be a positive integer")
        if self.in_channels % self.groups:
            raise ValueError("in_channels must be divisible by groups")
        if self.out_channels % self.groups:
            raise ValueError("out_channels must be divisible by groups")
        if isinstance(self.padding, str):
            if self.padding not in ("same", "valid"):
                raise ValueError(
                    f"Invalid padding string {self.padding!r}, should be one of {{'same', 'valid'}}"
                )
            if self.padding == "same" and any(s != 1 for s in self.stride):
                raise ValueError("padding='same' is not supported for strided convolutions")
        if self.padding_mode not in _MODES:
            raise ValueError(
                f"padding_mode must be one of {set(_MODES)}, but got "
                f"padding_mode='{self.padding_mode}'"
            )

    def reset_parameters(self) -> None:
        """Draw the values anew: uniform within ±1/√(entries under the kernel)."""
        init.kaiming_uniform_(self.weight, a=math.sqrt(5))
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            if fan_in != 0:
                bound = 1 / math.sqrt(fan_in)
                init.uniform_(self.bias, -bound, bound)

    def _frame(self) -> tuple[int, ...]:
        """What is added on each side of each dimension, the last dimension first."""
        if isinstance(self.padding, tuple):
            return tuple(p for p in reversed(self.padding) for _ in range(2))
        if self.padding == "valid":
            return (0, 0) * self.dims
        sizes = zip(reversed(self.dilation), reversed(self.kernel_size), strict=True)
        totals = [d * (k - 1) for d, k in sizes]
        return tuple(side for n in totals for side in (n // 2, n - n // 2))

    def forward(self, input: Tensor) -> Tensor:
        convolve = getattr(F, f"conv{self.dims}d")
        padding = self.padding
        if self.padding_mode != "zeros":
            input = F.pad(input, self._frame(), mode=self.padding_mode)
            padding = (0,) * self.dims
        return convolve(  # type: ignore[no-any-return]
            input, self.weight, self.bias, self.stride, padding, self.dilation, self.groups
        )

    def extra_repr(self) -> str:
        n = self.dims
        told = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}"
        told += f", stride={self.stride}"
        for name, default in (
            ("padding", (0,) * n), ("dilation", (1,) * n), ("output_padding", (0,) * n),
            ("groups", 1),
        ):  # fmt: skip
            if getattr(self, name) != default:
                told += f", {name}={getattr(self, name)}"
        if self.bias is None:
            told += ", bias=False"
        return told if self.padding_mode == "zeros" else f"{told}, padding_mode={self.padding_mode}"


class _Conv(_Convolution):
    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1,
        padding: Any = 0, dilation: Any = 1, groups: int = 1, bias: bool = True,
        padding_mode: str = "zeros", device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias,
            padding_mode, dtype,
        )  # fmt: skip


class Conv1d(_Conv):
    """(N, C, L) or (C, L) -> (N, M, L') or (M, L')."""

    dims = 1


class Conv2d(_Conv):
    """(N, C, H, W) or (C, H, W) -> (N, M, H', W') or (M, H', W')."""

    dims = 2


class Conv3d(_Conv):
    """(N, C, D, H, W) or (C, D, H, W) -> (N, M, D', H', W') or (M, D', H', W')."""

    dims = 3


class _ConvTranspose(_Convolution):
    transposed = True

    def __init__(
        self, in_channels: int, out_channels: int, kernel_size: Any, stride: Any = 1,
        padding: Any = 0, output_padding: Any = 0, groups: int = 1, bias: bool = True,
        dilation: Any = 1, padding_mode: str = "zeros", device: Any = None, dtype: Any = None,
    ) -> None:  # fmt: skip
        if padding_mode != "zeros":
            raise ValueError(f'Only "zeros" padding mode is supported for {type(self).__name__}')
        super().__init__(
            in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias,
            padding_mode, dtype, output_padding,
        )  # fmt: skip

    def forward(self, input: Tensor, output_size: Any = None) -> Tensor:
        convolve = getattr(F, f"conv_transpose{self.dims}d")
        extra = self.output_padding if output_size is None else self._extra(input, output_size)
        return convolve(  # type: ignore[no-any-return]
            input, self.weight, self.bias, self.stride, self.padding, extra, self.groups,
            self.dilation,
        )  # fmt: skip

    def _extra(self, input: Tensor, output_size: Any) -> tuple[int, ...]:
        """The output padding that gives an output of that size."""
        wanted = tuple(output_size)[-self.dims :]
        sizes = input.shape[-self.dims :]
        parts = zip(
            wanted, sizes, self.stride, self.padding, self.dilation, self.kernel_size, strict=True
        )
        return tuple(w - ((i - 1) * s - 2 * p + d * (k - 1) + 1) for w, i, s, p, d, k in parts)


class ConvTranspose1d(_ConvTranspose):
    """The transpose of Conv1d: (N, C, L) -> (N, M, L')."""

    dims = 1


class ConvTranspose2d(_ConvTranspose):
    """The transpose of Conv2d: (N, C, H, W) -> (N, M, H', W')."""

    dims = 2


class ConvTranspose3d(_ConvTranspose):
    """The transpose of Conv3d: (N, C, D, H, W) -> (N, M, D', H', W')."""

    dims = 3
