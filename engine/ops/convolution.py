"""Convolutions: a kernel that slides over an image; and attention."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from engine import memory
from engine.either import dtype_of
from engine.function import Function
from engine.ops.arrange import ConstantPadNdBackward0
from engine.ops.frames import (
    check_dilation,
    check_kernel,
    check_padding_word,
    check_ranks,
    check_steps,
    check_types,
    steps_of,
)
from engine.ops.shape import squeeze, unsqueeze
from engine.registry import op, tex
from engine.tensor import Tensor

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def _several(value: Any, n: int) -> Shape:
    given = (value,) if isinstance(value, int) else tuple(value)
    return given * n if len(given) == 1 else given


def _windows(
    sizes: Sequence[int],
    kernel: Shape,
    stride: Shape,
    dilation: Shape,
    counts: Shape | None = None,
) -> tuple[Array, Shape]:
    """(window entries, windows) positions in an image of `sizes`, and the windows' counts."""
    if counts is None:
        counts = tuple(
            (n - d * (k - 1) - 1) // s + 1
            for n, k, s, d in zip(sizes, kernel, stride, dilation, strict=True)
        )
    memory.room((*kernel, *counts), np.dtype(np.int64))
    position = np.zeros((1, 1), np.int64)
    for n, k, s, d, count in zip(sizes, kernel, stride, dilation, counts, strict=True):
        here = np.arange(k)[:, None] * d + np.arange(count)[None, :] * s
        grid: Array = position[:, None, :, None] * n + here[None, :, None, :]
        position = grid.reshape(grid.shape[0] * k, grid.shape[2] * count)
    return position, counts


def _framed(F: Namespace, x: Array, padding: Shape, value: float = 0.0) -> Array:
    """x with `padding` on both sides of its last dimensions."""
    pairs = [p for n in reversed(padding) for p in (n, n)]
    return F.pad(x, tuple(pairs), value=value) if any(padding) else x


def _columns(F: Namespace, x: Array, positions: Array) -> Array:
    """(n, c, *image) -> (n, c, window entries, windows)"""
    n, c = x.shape[:2]
    memory.room((n, c, *positions.shape), dtype_of(x))
    flat = F.reshape(x, (n, c, int(np.prod(x.shape[2:]))))
    return F.index_read(flat, (np.s_[:], np.s_[:], positions))


def _from_columns(F: Namespace, columns: Array, image: Shape, positions: Array) -> Array:
    """The other way round: overlapping windows add up."""
    n, c = columns.shape[:2]
    size = (n, c, int(np.prod(image)))
    flat = F.index_backward(columns, size, (np.s_[:], np.s_[:], positions))
    return F.reshape(flat, (n, c, *image))


class _Plan:
    """The sizes of one convolution, worked out once."""

    def __init__(
        self, image: Sequence[int], weight: Sequence[int], stride: Shape, padding: Shape,
        dilation: Shape, groups: int, counts: Shape | None = None,
    ) -> None:  # fmt: skip
        self.padding, self.groups = padding, groups
        self.image = tuple(n + 2 * p for n, p in zip(image, padding, strict=True))
        self.kernel = tuple(weight[2:])
        self.taps = int(np.prod(self.kernel))
        self.positions, self.counts = _windows(self.image, self.kernel, stride, dilation, counts)
        self.windows = math.prod(self.counts)

    def forward(self, F: Namespace, x: Array, w: Array) -> Array:
        """(n, c, *image), (m, c/g, *kernel) -> (n, m, *windows)"""
        n, g = x.shape[0], self.groups
        m = w.shape[0]
        columns = _columns(F, _framed(F, x, self.padding), self.positions)
        columns = F.reshape(columns, (n, g, w.shape[1] * self.taps, self.windows))
        out = F.matmul(F.reshape(w, (1, g, m // g, w.shape[1] * self.taps)), columns)
        return F.reshape(out, (n, m, *self.counts))

    def to_input(self, F: Namespace, grad: Array, w: Array) -> Array:
        """What each entry of the image counts: the transposed convolution."""
        n, g, m = grad.shape[0], self.groups, w.shape[0]
        flat = F.reshape(grad, (n, g, m // g, self.windows))
        turned = F.transpose(F.reshape(w, (1, g, m // g, w.shape[1] * self.taps)), 2, 3)
        columns = F.reshape(F.matmul(turned, flat), (n, g * w.shape[1], self.taps, self.windows))
        full = _from_columns(F, columns, self.image, self.positions)
        return _framed(F, full, tuple(-p for p in self.padding))

    def to_weight(self, F: Namespace, grad: Array, x: Array, shape: Shape) -> Array:
        """What each tap of the kernel counts: the image's windows times the gradient."""
        n, g, m = grad.shape[0], self.groups, shape[0]
        columns = _columns(F, _framed(F, x, self.padding), self.positions)
        columns = F.reshape(columns, (n, g, shape[1] * self.taps, self.windows))
        flat = F.reshape(grad, (n, g, m // g, self.windows))
        out = F.sum(F.matmul(flat, F.transpose(columns, 2, 3)), (0,))
        return F.reshape(out, shape)


class ConvolutionBackward0(Function):
    layout = "own"

    def forward(
        F: Namespace, input: Array, weight: Array, bias: Array, *, plan: _Plan, transposed: bool
    ) -> Array:
        """The kernel laid over every window of the image"""
        run = plan.to_input if transposed else plan.forward
        out = run(F, input, weight)
        return out if bias is None else out + bias.reshape((1, -1) + (1,) * (out.ndim - 2))

    @tex(r"\sum_k w_k \bar{y}_{i - k}")
    def grad_input(
        F: Namespace, grad: Array, weight: Array, plan: _Plan, transposed: bool
    ) -> Array:
        """An entry collects from all windows it is in, each by its tap of the kernel."""
        return plan.forward(F, grad, weight) if transposed else plan.to_input(F, grad, weight)

    @tex(r"\sum_i x_{i + k} \bar{y}_i")
    def grad_weight(
        F: Namespace, grad: Array, input: Array, weight_shape: Shape, plan: _Plan, transposed: bool
    ) -> Array:
        """A tap collects from all windows, each by the entry under it."""
        image, windows = (grad, input) if transposed else (input, grad)
        return plan.to_weight(F, windows, image, weight_shape)

    @tex(r"\sum_i \bar{y}_i")
    def grad_bias(F: Namespace, grad: Array) -> Array:
        """What is added everywhere collects the gradients of everywhere."""
        return F.sum(grad, (0, *range(2, grad.ndim)))


def _convolve(
    n: int, input: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any,
    dilation: Any, groups: int,
) -> Tensor:  # fmt: skip
    if input.ndim not in (n + 1, n + 2):
        raise RuntimeError(
            f"Expected {n + 1}D (unbatched) or {n + 2}D (batched) input to conv{n}d, but got input "
            f"of size: {list(input.shape)}"
        )
    if input.ndim == n + 1:
        batch = unsqueeze(input, 0)
        return squeeze(_convolve(n, batch, weight, bias, stride, padding, dilation, groups), 0)
    if isinstance(padding, str):
        check_padding_word(padding, stride)
        if padding == "same":
            check_ranks(input, weight, gap="")
    check_types(input, weight, bias)
    given = 0 if isinstance(padding, str) else padding
    stride, margin, dilation = steps_of(weight, n, stride=stride, padding=given, dilation=dilation)
    check_steps(stride, margin, dilation)
    check_ranks(input, weight)
    check_kernel(weight, bias, groups)
    check_dilation(dilation)
    if input.shape[1] != weight.shape[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(weight.shape)}, expected "
            f"input{list(input.shape)} to have {weight.shape[1] * groups} channels, but got "
            f"{input.shape[1]} channels instead"
        )
    if padding == "same":
        totals = [d * (k - 1) for d, k in zip(dilation, weight.shape[2:], strict=True)]
        margin = tuple(total // 2 for total in totals)
        if any(total % 2 for total in totals):  # one more at the far end
            ends = [side for total in totals[::-1] for side in (0, total % 2)]
            input = ConstantPadNdBackward0.apply(input, pad=tuple(ends), value=0.0)
    plan = _Plan(input.shape[2:], weight.shape, stride, margin, dilation, groups)
    if min(plan.counts) < 1:
        framed = list(plan.image)
        taps = [d * (k - 1) + 1 for d, k in zip(dilation, plan.kernel, strict=True)]
        raise RuntimeError(
            f"Calculated padded input size per channel: ({' x '.join(map(str, framed))}). Kernel "
            f"size: ({' x '.join(map(str, taps))}). Kernel size can't be greater than actual input "
            "size"
        )
    if not input.numel() and 0 not in input.shape[:2]:
        raise RuntimeError(
            "Only zero batch or zero channel inputs are supported, but got input shape: "
            f"{[*input.shape[:2], *(1,) * (2 - n), *input.shape[2:]]}"  # a sequence is an image
        )
    return ConvolutionBackward0.apply(input, weight, bias, plan=plan, transposed=False)


@op(
    "Network", "conv1d", torch=(
        "F.conv1d({input}, {weight}, {bias}, {stride}, {padding}, {dilation}, {groups})"
    ),
    samples=(((1, 2, 5), (3, 2, 2), (3,)), ((1, 2, 5), (3, 2, 2), {"stride": 2, "padding": 1})),
    formula=r"y_{i} = \sum_{k} w_{k} x_{i + k} + b",
)  # fmt: skip
def conv1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0,
    dilation: int = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """A kernel slid over a sequence: (n, c, l), (m, c, k) and (m,) -> (n, m, l')."""
    return _convolve(1, input, weight, bias, stride, padding, dilation, groups)


@op(
    "Network", "conv2d", torch=(
        "F.conv2d({input}, {weight}, {bias}, {stride}, {padding}, {dilation}, {groups})"
    ),
    samples=(
        ((1, 2, 3, 4), (2, 2, 2, 2), (2,)),
        ((1, 1, 4, 4), (1, 1, 3, 3), {"stride": 2, "padding": 1}),
    ),
    formula=r"y_{i j} = \sum_{k, l} w_{k l} x_{i + k, j + l} + b",
)  # fmt: skip
def conv2d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | tuple[int, ...] = 1,
    padding: int | tuple[int, ...] = 0, dilation: int | tuple[int, ...] = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """A kernel slid over an image: (n, c, h, w), (m, c, i, j) and (m,) -> (n, m, h', w')."""
    return _convolve(2, input, weight, bias, stride, padding, dilation, groups)


def conv3d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0,
    dilation: Any = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """A kernel slid over a volume: (n, c, d, h, w), (m, c, i, j, k) and (m,) -> (n, m, …)."""
    return _convolve(3, input, weight, bias, stride, padding, dilation, groups)


def _convolve_transposed(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any,
    output_padding: Any, groups: int, dilation: Any,
) -> Tensor:  # fmt: skip
    n = weight.ndim - 2
    if input.ndim == n + 1:
        batch = unsqueeze(input, 0)
        out = _convolve_transposed(
            batch, weight, bias, stride, padding, output_padding, groups, dilation
        )
        return squeeze(out, 0)
    stride, padding = _several(stride, n), _several(padding, n)
    extra, dilation = _several(output_padding, n), _several(dilation, n)
    sizes = tuple(
        (i - 1) * s - 2 * p + d * (k - 1) + o + 1
        for i, s, p, d, k, o in zip(
            input.shape[2:], stride, padding, dilation, weight.shape[2:], extra, strict=True
        )
    )
    counts = tuple(input.shape[2:])  # rounding may leave room for more in the result
    plan = _Plan(sizes, weight.shape, stride, padding, dilation, groups, counts)
    return ConvolutionBackward0.apply(input, weight, bias, plan=plan, transposed=True)


def conv_transpose1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0,
    output_padding: Any = 0, groups: int = 1, dilation: Any = 1,
) -> Tensor:  # fmt: skip
    """The convolution's transpose, for sequences."""
    return _convolve_transposed(
        input, weight, bias, stride, padding, output_padding, groups, dilation
    )


conv_transpose2d = conv_transpose3d = conv_transpose1d
