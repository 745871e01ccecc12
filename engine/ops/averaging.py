"""Mean pooling: the means of windows, and of a grid of regions."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.either import dtype_of
from engine.function import Function
from engine.ops.activation import relu
from engine.ops.arithmetic import abs as absolute
from engine.ops.arithmetic import add, div, mul, pow
from engine.ops.convolution import _several
from engine.ops.elementary import sign
from engine.ops.padding import pad
from engine.ops.pool_frames import check_image, check_sequence, regions_wanted, single, sizes_of
from engine.ops.pooling import _regions, _Windows, _windows, steps_of
from engine.ops.reduction import mean
from engine.ops.shape import squeeze, unsqueeze, view
from engine.registry import op, tex
from engine.tensor import Tensor, check_dim

Array = Any
Namespace = Any
Shape = tuple[int, ...]


class _Mean(Function):
    def forward(F: Namespace, self: Array, *, windows: _Windows, divisors: Array) -> Array:
        """The mean of every window"""
        outer = self.shape[: self.ndim - len(windows.counts)]
        framed = F.pad(self, windows.frame(), value=0.0)
        framed = framed.reshape(*outer, math.prod(windows.framed))
        total = F.sum(framed[..., windows.positions], -2).reshape(*outer, *windows.counts)
        if total.dtype.kind != "f":
            return np.trunc(total / divisors).astype(self.dtype)
        return total / divisors.astype(total.dtype)

    @tex(r"\frac{1}{n} \sum_{j} \bar{y}_j")
    def grad_self(
        F: Namespace, grad: Array, self_shape: Shape, windows: _Windows, divisors: Array
    ) -> Array:
        """mean distributes: every entry of a window gets an equal share."""
        outer = tuple(self_shape[: len(self_shape) - len(windows.counts)])
        share = grad / F.constant(divisors.astype(dtype_of(grad)))
        flat = F.reshape(share, (*outer, 1, windows.positions.shape[1]))
        wide = F.expand(flat, (*outer, *windows.positions.shape))
        whole = (*([np.s_[:]] * len(outer)), windows.positions)
        full = F.index_backward(wide, (*outer, math.prod(windows.framed)), whole)
        back = tuple(-side for side in windows.frame())
        return F.pad(F.reshape(full, (*outer, *windows.framed)), back, value=0.0)


def _averaging(name: str) -> type[Function]:
    body = {k: _Mean.__dict__[k] for k in ("forward", "grad_self")}
    body = {k: v.__func__ if isinstance(v, staticmethod) else v for k, v in body.items()}
    return type(name, (Function,), body)


_MEAN = {n: _averaging(f"AvgPool{n}DBackward0") for n in (2, 3)}


def _avg_pool(
    x: Tensor, n: int, kernel: Any, stride: Any, padding: Any, ceil: bool, include: bool,
    divisor: int | None,
) -> Tensor:  # fmt: skip
    if divisor == 0:
        sizes_of(f"avg_pool{n}d", n, kernel_size=kernel)
        raise RuntimeError("divisor must be not zero")
    windows = _windows(f"avg_pool{n}d", x, n, kernel, stride, padding, 1, ceil)
    if divisor is not None:
        divisors = np.full(windows.counts, divisor)
    else:
        divisors = windows.divisors(include)
    return _MEAN[n].apply(x, windows=windows, divisors=divisors)


@op(
    "Network", "mean pool", torch="F.avg_pool2d({self}, {kernel_size}, {stride}, {padding})",
    defaults={"kernel_size": 2}, hidden=("ceil_mode", "count_include_pad", "divisor_override"),
    samples=(
        ((1, 1, 4, 4), {"kernel_size": 2}),
        ((1, 5, 4), {"kernel_size": 3, "stride": 2, "padding": 1}),
    ),
    formula=r"y_{i j} = \frac{1}{n} \sum_{k, l} x_{i + k, j + l}",
)  # fmt: skip
def avg_pool2d(
    self: Tensor, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
    padding: int | tuple[int, ...] = 0, ceil_mode: bool = False, count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:  # fmt: skip
    """The mean of every window."""
    check_dim(-3, self.ndim)
    return _avg_pool(
        self, 2, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


@op(
    "Network", "mean pool 1d", torch="F.avg_pool1d({self}, {kernel_size}, {stride}, {padding})",
    defaults={"kernel_size": 2}, hidden=("ceil_mode", "count_include_pad"),
    samples=(((1, 2, 5), {"kernel_size": 2}),),
    formula=r"y_{i} = \frac{1}{n} \sum_{k} x_{i + k}",
)  # fmt: skip
def avg_pool1d(
    self: Tensor, kernel_size: int, stride: int | None = None, padding: int = 0,
    ceil_mode: bool = False, count_include_pad: bool = True,
) -> Tensor:  # fmt: skip
    """The mean of every window of a sequence."""
    check_sequence("avg_pool1d", self.ndim)
    step = steps_of(kernel_size, stride)
    size, step, pads = single("avg_pool1d", kernel_size=kernel_size, stride=step, padding=padding)
    out = _avg_pool(
        unsqueeze(self, -2), 2, (1, size), (1, step), (0, pads), ceil_mode, count_include_pad, None
    )
    return squeeze(out, -2)


@op(
    "Network", "mean pool 3d", torch="F.avg_pool3d({self}, {kernel_size}, {stride}, {padding})",
    defaults={"kernel_size": 2}, hidden=("ceil_mode", "count_include_pad", "divisor_override"),
    samples=(((1, 1, 2, 4, 2), {"kernel_size": 2}),),
    formula=r"y_{i} = \frac{1}{n} \sum_{k} x_{i + k}",
)  # fmt: skip
def avg_pool3d(
    self: Tensor, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
    padding: int | tuple[int, ...] = 0, ceil_mode: bool = False, count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:  # fmt: skip
    """The mean of every window of a volume."""
    return _avg_pool(
        self, 3, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
    )


# ---- a grid of regions ---------------------------------------------------------------------------


def along(F: Namespace, x: Array, dim: int, matrix: Array) -> Array:
    """`matrix` (m, n) applied to dimension `dim` of size n."""
    last = x.ndim - 1
    turned = F.matmul(F.transpose(x, dim, last), F.constant(matrix.T.astype(dtype_of(x))))
    return F.transpose(turned, dim, last)


class _Grid(Function):
    def forward(F: Namespace, self: Array, *, matrices: Any) -> Array:
        """The means of a grid of regions"""
        out = self.astype(np.float64)
        for k, matrix in enumerate(matrices):
            out = along(F, out, self.ndim - len(matrices) + k, matrix)
        return np.ascontiguousarray(out.astype(self.dtype))

    @tex(r"\frac{1}{n} \sum_{j} \bar{y}_j")
    def grad_self(F: Namespace, grad: Array, matrices: Any) -> Array:
        """mean distributes: every entry of a region gets an equal share."""
        for k, matrix in enumerate(matrices):
            grad = along(F, grad, grad.ndim - len(matrices) + k, matrix.T)
        return grad


def _gridded(name: str) -> type[Function]:
    body = {k: _Grid.__dict__[k] for k in ("forward", "grad_self")}
    body = {k: v.__func__ if isinstance(v, staticmethod) else v for k, v in body.items()}
    return type(name, (Function,), body)


_GRID = {n: _gridded(f"AdaptiveAvgPool{n}DBackward0") for n in (2, 3)}


def _shares(n: int, parts: int) -> Array:
    """(parts, n): a row of equal weights over each of `parts` regions."""
    out = np.zeros((parts, n))
    for i, region in enumerate(_regions(n, parts)):
        out[i, region] = 1 / len(region)
    return out


def _adaptive_mean(x: Tensor, n: int, output_size: Any) -> Tensor:
    sizes = regions_wanted(f"adaptive_avg_pool{n}d", tuple(x.shape), n, output_size)
    if set(sizes) == {1}:
        return mean(x, tuple(range(-n, 0)), True)
    check_image(f"adaptive_avg_pool{n}d", tuple(x.shape), sizes)
    matrices = tuple(_shares(m, k) for m, k in zip(x.shape[-n:], sizes, strict=True))
    return _GRID[n].apply(x, matrices=matrices)


def adaptive_avg_pool1d(self: Tensor, output_size: Any) -> Tensor:
    """The means of as many regions of a sequence as asked for."""
    check_sequence("adaptive_avg_pool1d", self.ndim)
    size = (1, *single("adaptive_avg_pool1d", output_size=output_size))
    return squeeze(_adaptive_mean(unsqueeze(self, -2), 2, size), -2)


@op(
    "Network", "fit mean", torch="F.adaptive_avg_pool2d({self}, {output_size})",
    defaults={"output_size": 1},
    samples=(((1, 5, 4), {"output_size": (2, 3)}), ((1, 2, 2, 3), {"output_size": 1})),
    formula=r"y_{i j} = \frac{1}{n} \sum_{k, l} x_{i + k, j + l}",
)  # fmt: skip
def adaptive_avg_pool2d(self: Tensor, output_size: int | tuple[int, ...]) -> Tensor:
    """The means of a grid of regions, as many as asked for."""
    return _adaptive_mean(self, 2, output_size)


def adaptive_avg_pool3d(self: Tensor, output_size: Any) -> Tensor:
    """The means of a grid of regions of a volume."""
    return _adaptive_mean(self, 3, output_size)


# ---- other powers --------------------------------------------------------------------------------


def _lengths(sums: Tensor, count: int, norm_type: float) -> Tensor:
    return pow(mul(mul(sign(sums), relu(absolute(sums))), count), 1.0 / norm_type)


def lp_pool1d(
    self: Tensor, norm_type: float, kernel_size: int, stride: Any = None, ceil_mode: bool = False
) -> Tensor:
    """The p-norm of every window of a sequence."""
    sums = avg_pool1d(pow(self, norm_type), kernel_size, stride, 0, ceil_mode)
    return _lengths(sums, kernel_size, norm_type)


def lp_pool2d(
    self: Tensor, norm_type: float, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Tensor:
    """The p-norm of every window."""
    sums = avg_pool2d(pow(self, norm_type), kernel_size, stride, 0, ceil_mode)
    return _lengths(sums, math.prod(_several(kernel_size, 2)), norm_type)


def local_response_norm(
    input: Tensor, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Tensor:
    """Each entry divided by how strong the `size` channels around it are."""
    if input.ndim < 3:
        raise ValueError(
            f"Expected 3D or higher dimensionality input (got {input.ndim} dimensions)"
        )
    if not input.numel():
        return input
    squares = mul(input, input)
    before, after = size // 2, (size - 1) // 2
    n, c, h = input.shape[:3]
    if input.ndim == 3:
        framed = pad(unsqueeze(squares, 1), (0, 0, before, after))
        sums = squeeze(avg_pool2d(framed, (size, 1), 1), 1)
    else:
        framed = pad(view(squares, (n, 1, c, h, -1)), (0, 0, 0, 0, before, after))
        sums = view(squeeze(avg_pool3d(framed, (size, 1, 1), 1), 1), tuple(input.shape))
    return div(input, pow(add(mul(sums, alpha), k), beta))
