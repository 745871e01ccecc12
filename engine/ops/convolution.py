"""Convolutions and pooling: windows that slide over an image."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from engine.either import dtype_of
from engine.function import Function
from engine.ops.reduction import mean
from engine.ops.shape import squeeze, unsqueeze
from engine.registry import op
from engine.tensor import Tensor, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


def _several(value: Any, n: int) -> Shape:
    return (value,) * n if isinstance(value, int) else tuple(value)


def _windows(
    sizes: Sequence[int], kernel: Shape, stride: Shape, dilation: Shape
) -> tuple[Array, Shape]:
    """(window entries, windows) positions in an image of `sizes`, and the windows' counts."""
    counts = tuple(
        (n - d * (k - 1) - 1) // s + 1
        for n, k, s, d in zip(sizes, kernel, stride, dilation, strict=True)
    )
    position = np.zeros((1, 1), np.int64)
    for n, k, s, d, count in zip(sizes, kernel, stride, dilation, counts, strict=True):
        here = np.arange(k)[:, None] * d + np.arange(count)[None, :] * s
        position = position[:, None, :, None] * n + here[None, :, None, :]
        position = position.reshape(position.shape[0] * k, -1)
    return position, counts


def _framed(F: Namespace, x: Array, padding: Shape, value: float = 0.0) -> Array:
    """x with `padding` on both sides of its last dimensions."""
    pairs = [p for n in reversed(padding) for p in (n, n)]
    return F.pad(x, tuple(pairs), value=value) if any(padding) else x


def _columns(F: Namespace, x: Array, positions: Array) -> Array:
    """(n, c, *image) -> (n, c, window entries, windows)"""
    n, c = x.shape[:2]
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
        dilation: Shape, groups: int,
    ) -> None:  # fmt: skip
        self.padding, self.groups = padding, groups
        self.image = tuple(n + 2 * p for n, p in zip(image, padding, strict=True))
        self.kernel = tuple(weight[2:])
        self.taps = int(np.prod(self.kernel))
        self.positions, self.counts = _windows(self.image, self.kernel, stride, dilation)

    def forward(self, F: Namespace, x: Array, w: Array) -> Array:
        """(n, c, *image), (m, c/g, *kernel) -> (n, m, *windows)"""
        n, g = x.shape[0], self.groups
        m = w.shape[0]
        columns = _columns(F, _framed(F, x, self.padding), self.positions)
        columns = F.reshape(columns, (n, g, w.shape[1] * self.taps, -1))
        out = F.matmul(F.reshape(w, (1, g, m // g, w.shape[1] * self.taps)), columns)
        return F.reshape(out, (n, m, *self.counts))

    def to_input(self, F: Namespace, grad: Array, w: Array) -> Array:
        """What each entry of the image counts: the transposed convolution."""
        n, g, m = grad.shape[0], self.groups, w.shape[0]
        flat = F.reshape(grad, (n, g, m // g, int(np.prod(self.counts))))
        turned = F.transpose(F.reshape(w, (1, g, m // g, w.shape[1] * self.taps)), 2, 3)
        columns = F.reshape(F.matmul(turned, flat), (n, g * w.shape[1], self.taps, -1))
        full = _from_columns(F, columns, self.image, self.positions)
        return _framed(F, full, tuple(-p for p in self.padding))

    def to_weight(self, F: Namespace, grad: Array, x: Array, shape: Shape) -> Array:
        """What each tap of the kernel counts: the image's windows times the gradient."""
        n, g, m = grad.shape[0], self.groups, shape[0]
        columns = _columns(F, _framed(F, x, self.padding), self.positions)
        columns = F.reshape(columns, (n, g, shape[1] * self.taps, -1))
        flat = F.reshape(grad, (n, g, m // g, int(np.prod(self.counts))))
        out = F.sum(F.matmul(flat, F.transpose(columns, 2, 3)), (0,))
        return F.reshape(out, shape)


class ConvolutionBackward0(Function):
    def forward(
        F: Namespace, input: Array, weight: Array, bias: Array, *, plan: _Plan, transposed: bool
    ) -> Array:
        """The kernel laid over every window of the image"""
        run = plan.to_input if transposed else plan.forward
        out = run(F, input, weight)
        return out if bias is None else out + bias.reshape((1, -1) + (1,) * (out.ndim - 2))

    def grad_input(
        F: Namespace, grad: Array, weight: Array, plan: _Plan, transposed: bool
    ) -> Array:
        """An entry collects from all windows it is in, each by its tap of the kernel."""
        return plan.forward(F, grad, weight) if transposed else plan.to_input(F, grad, weight)

    def grad_weight(
        F: Namespace, grad: Array, input: Array, weight_shape: Shape, plan: _Plan, transposed: bool
    ) -> Array:
        """A tap collects from all windows, each by the entry under it."""
        image, windows = (grad, input) if transposed else (input, grad)
        return plan.to_weight(F, windows, image, weight_shape)

    def grad_bias(F: Namespace, grad: Array) -> Array:
        """What is added everywhere collects the gradients of everywhere."""
        return F.sum(grad, (0, *range(2, grad.ndim)))


def _convolve(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any, dilation: Any,
    groups: int,
) -> Tensor:  # fmt: skip
    n = weight.ndim - 2
    if input.ndim == n + 1:
        batch = unsqueeze(input, 0)
        return squeeze(_convolve(batch, weight, bias, stride, padding, dilation, groups), 0)
    if input.shape[1] != weight.shape[1] * groups:
        raise RuntimeError(
            f"Given groups={groups}, weight of size {list(weight.shape)}, expected "
            f"input{list(input.shape)} to have {weight.shape[1] * groups} channels, but got "
            f"{input.shape[1]} channels instead"
        )
    stride, dilation = _several(stride, n), _several(dilation, n)
    if padding == "same":
        padding = tuple(d * (k - 1) // 2 for d, k in zip(dilation, weight.shape[2:], strict=True))
    padding = _several(0 if padding == "valid" else padding, n)
    plan = _Plan(input.shape[2:], weight.shape, stride, padding, dilation, groups)
    if min(plan.counts) < 1:
        framed, taps = list(plan.image), list(plan.kernel)
        raise RuntimeError(
            f"Calculated padded input size per channel: ({' x '.join(map(str, framed))}). Kernel "
            f"size: ({' x '.join(map(str, taps))}). Kernel size can't be greater than actual input "
            "size"
        )
    return ConvolutionBackward0.apply(input, weight, bias, plan=plan, transposed=False)


@op(
    "Network", "conv1d", torch=(
        "F.conv1d({input}, {weight}, {bias}, {stride}, {padding}, {dilation}, {groups})"
    ),
    samples=(((1, 2, 5), (3, 2, 2), (3,)), ((1, 2, 5), (3, 2, 2), {"stride": 2, "padding": 1})),
)  # fmt: skip
def conv1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int = 1, padding: int = 0,
    dilation: int = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """A kernel slid over a sequence: (n, c, l), (m, c, k) and (m,) -> (n, m, l')."""
    return _convolve(input, weight, bias, stride, padding, dilation, groups)


@op(
    "Network", "conv2d", torch=(
        "F.conv2d({input}, {weight}, {bias}, {stride}, {padding}, {dilation}, {groups})"
    ),
    samples=(
        ((1, 2, 3, 4), (2, 2, 2, 2), (2,)),
        ((1, 1, 4, 4), (1, 1, 3, 3), {"stride": 2, "padding": 1}),
    ),
)  # fmt: skip
def conv2d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: int | tuple[int, ...] = 1,
    padding: int | tuple[int, ...] = 0, dilation: int | tuple[int, ...] = 1, groups: int = 1,
) -> Tensor:  # fmt: skip
    """A kernel slid over an image: (n, c, h, w), (m, c, i, j) and (m,) -> (n, m, h', w')."""
    return _convolve(input, weight, bias, stride, padding, dilation, groups)


def _convolve_transposed(
    input: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any,
    output_padding: Any, groups: int, dilation: Any,
) -> Tensor:  # fmt: skip
    n = weight.ndim - 2
    stride, padding = _several(stride, n), _several(padding, n)
    extra, dilation = _several(output_padding, n), _several(dilation, n)
    sizes = tuple(
        (i - 1) * s - 2 * p + d * (k - 1) + o + 1
        for i, s, p, d, k, o in zip(
            input.shape[2:], stride, padding, dilation, weight.shape[2:], extra, strict=True
        )
    )
    plan = _Plan(sizes, weight.shape, stride, padding, dilation, groups)
    return ConvolutionBackward0.apply(input, weight, bias, plan=plan, transposed=True)


def conv_transpose1d(
    input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0,
    output_padding: Any = 0, groups: int = 1, dilation: Any = 1,
) -> Tensor:  # fmt: skip
    """The convolution's transpose, for sequences."""
    return _convolve_transposed(
        input, weight, bias, stride, padding, output_padding, groups, dilation
    )


conv_transpose2d = conv_transpose1d


# ---- pooling -------------------------------------------------------------------------------------


class MaxPool2DWithIndicesBackward0(Function):
    def forward(F: Namespace, self: Array, *, places: Array) -> Array:
        """The entries at places"""
        flat = self.reshape(*self.shape[:-2], -1)
        found = np.take_along_axis(flat, places.reshape(*places.shape[:-2], -1), -1)
        return found.reshape(places.shape)

    def grad_self(F: Namespace, grad: Array, self_shape: Shape, places: Array) -> Array:
        """max routes: the first of the largest entries of a window gets its gradient."""
        *outer, h, w = self_shape
        flat = F.reshape(grad, (*outer, -1))
        index = places.reshape(*outer, -1)
        return F.reshape(F.add_along(flat, (*outer, h * w), len(outer), index), self_shape)


def _largest(x: Tensor, kernel: Shape, stride: Shape, padding: Shape, dilation: Shape) -> Array:
    """For every window the position of its largest entry in the image without its frame."""
    *outer, _, w = x.shape
    low = -np.inf if x.is_floating_point() else np.iinfo(x._data.dtype).min
    pad = [(0, 0)] * len(outer) + [(p, p) for p in padding]
    framed = np.pad(x._data, pad, constant_values=low)
    sizes = framed.shape[-2:]
    positions, counts = _windows(sizes, kernel, stride, dilation)
    columns = framed.reshape(*outer, -1)[..., positions]
    best = np.argmax(columns, -2)
    place = positions[best, np.arange(positions.shape[1])]
    row, column = np.divmod(place, sizes[1])
    place = (row - padding[0]) * w + column - padding[1]
    return place.reshape(*outer, *counts)


@op(
    "Network", "max pool",
    torch="F.max_pool2d({self}, {kernel_size}, {stride}, {padding}, {dilation})",
    defaults={"kernel_size": 2}, hidden=("ceil_mode", "return_indices"),
    samples=(((1, 1, 4, 4), {"kernel_size": 2}),),
)  # fmt: skip
def max_pool2d(
    self: Tensor, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
    padding: int | tuple[int, ...] = 0, dilation: int | tuple[int, ...] = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest entry of every window."""
    kernel = _several(kernel_size, 2)
    steps = kernel if stride is None else _several(stride, 2)
    places = _largest(self, kernel, steps, _several(padding, 2), _several(dilation, 2))
    out = MaxPool2DWithIndicesBackward0.apply(self, places=places)
    return (out, wrap(places)) if return_indices else out


def max_pool1d(
    self: Tensor, kernel_size: int, stride: int | None = None, padding: int = 0
) -> Tensor:
    """The largest entry of every window of a sequence."""
    out = max_pool2d(
        unsqueeze(self, -2), (1, kernel_size), (1, stride or kernel_size), (0, padding)
    )
    return squeeze(out, -2)


class AvgPool2DBackward0(Function):
    def forward(
        F: Namespace, self: Array, *, positions: Array, counts: Shape, padding: Shape
    ) -> Array:
        """The mean of every window"""
        framed = _framed(F, self, padding)
        flat = framed.reshape(*framed.shape[:-2], -1)
        total = F.sum(flat[..., positions], -2)
        return (total / total.dtype.type(len(positions))).reshape(*self.shape[:-2], *counts)

    def grad_self(
        F: Namespace,
        grad: Array,
        self_shape: Shape,
        positions: Array,
        counts: Shape,
        padding: Shape,
    ) -> Array:
        """mean distributes: every entry of a window gets an equal share."""
        outer = tuple(self_shape[:-2])
        image = tuple(n + 2 * p for n, p in zip(self_shape[-2:], padding, strict=True))
        flat = F.reshape(grad, (*outer, 1, positions.shape[1])) / len(positions)
        wide = F.expand(flat, (*outer, *positions.shape))
        whole = (*([np.s_[:]] * len(outer)), positions)
        full = F.index_backward(wide, (*outer, int(np.prod(image))), whole)
        return _framed(F, F.reshape(full, (*outer, *image)), tuple(-p for p in padding))


@op(
    "Network", "mean pool", torch="F.avg_pool2d({self}, {kernel_size}, {stride}, {padding})",
    defaults={"kernel_size": 2}, samples=(((1, 1, 4, 4), {"kernel_size": 2}),),
)  # fmt: skip
def avg_pool2d(
    self: Tensor, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
    padding: int | tuple[int, ...] = 0,
) -> Tensor:  # fmt: skip
    """The mean of every window."""
    kernel, frame = _several(kernel_size, 2), _several(padding, 2)
    steps = kernel if stride is None else _several(stride, 2)
    sizes = [n + 2 * p for n, p in zip(self.shape[-2:], frame, strict=True)]
    positions, counts = _windows(sizes, kernel, steps, (1, 1))
    return AvgPool2DBackward0.apply(self, positions=positions, counts=counts, padding=frame)


def avg_pool1d(
    self: Tensor, kernel_size: int, stride: int | None = None, padding: int = 0
) -> Tensor:
    """The mean of every window of a sequence."""
    out = avg_pool2d(
        unsqueeze(self, -2), (1, kernel_size), (1, stride or kernel_size), (0, padding)
    )
    return squeeze(out, -2)


class AdaptiveAvgPool2DBackward0(Function):
    def forward(F: Namespace, self: Array, *, rows: Array, columns: Array) -> Array:
        """The means of a grid of regions"""
        return np.einsum("...hw,ih,jw->...ij", self, rows, columns).astype(self.dtype)

    def grad_self(F: Namespace, grad: Array, rows: Array, columns: Array) -> Array:
        """mean distributes: every entry of a region gets an equal share."""
        kind = dtype_of(grad)
        down = F.matmul(F.constant(rows.T.astype(kind)), grad)
        return F.matmul(down, F.constant(columns.astype(kind)))


def _shares(n: int, parts: int) -> Array:
    """(parts, n): a row of equal weights over each of `parts` regions."""
    out = np.zeros((parts, n))
    for i in range(parts):
        start, end = i * n // parts, -(-(i + 1) * n // parts)
        out[i, start:end] = 1 / (end - start)
    return out


def adaptive_avg_pool2d(self: Tensor, output_size: Any) -> Tensor:
    """The means of a grid of regions, as many as asked for."""
    h, w = (self.shape[-2 + k] if n is None else n for k, n in enumerate(_several(output_size, 2)))
    if h == w == 1:
        return mean(self, (-2, -1), True)
    rows, columns = _shares(self.shape[-2], h), _shares(self.shape[-1], w)
    return AdaptiveAvgPool2DBackward0.apply(self, rows=rows, columns=columns)


class UpsampleNearest2DBackward0(Function):
    def forward(F: Namespace, self: Array, *, rows: Array, columns: Array) -> Array:
        """Every entry repeated to the next one"""
        return self[..., rows[:, None], columns]

    def grad_self(
        F: Namespace, grad: Array, self_shape: Shape, rows: Array, columns: Array
    ) -> Array:
        """What was repeated collects the gradients of its copies."""
        return F.index_backward(grad, self_shape, (np.s_[:], np.s_[:], rows[:, None], columns))


def interpolate(
    self: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest"
) -> Tensor:
    """An image in another size, by its nearest entries."""
    if mode != "nearest" or self.ndim != 4:
        raise NotImplementedError(f"interpolate: mode {mode!r} of {self.ndim}-d input")
    if size is None:
        factors = scale_factor if isinstance(scale_factor, (list, tuple)) else (scale_factor,) * 2
        size = tuple(int(n * f) for n, f in zip(self.shape[-2:], factors, strict=True))
    wanted = _several(size, 2)
    rows, columns = (
        np.minimum(np.arange(m) * n // m, n - 1)
        for n, m in zip(self.shape[-2:], wanted, strict=True)
    )
    return UpsampleNearest2DBackward0.apply(self, rows=rows, columns=columns)


class ScaledDotProductFlashAttentionForCpuBackward0(Function):
    def forward(
        F: Namespace, query: Array, key: Array, value: Array, *, mask: Array | None, scale: float
    ) -> Array:
        """softmax(query · keyᵀ · scale) · value"""
        return F.matmul(_attention(F, query, key, mask, scale), value)

    def grad_query(
        F: Namespace, grad: Array, query: Array, key: Array, value: Array, mask: Any, scale: float
    ) -> Array:
        """Through the weights, to what was asked."""
        return F.matmul(_to_scores(F, grad, query, key, value, mask, scale), key) * scale

    def grad_key(
        F: Namespace, grad: Array, query: Array, key: Array, value: Array, mask: Any, scale: float
    ) -> Array:
        """Through the weights, to what was compared."""
        scores = _to_scores(F, grad, query, key, value, mask, scale)
        return F.matmul(F.transpose(scores, -2, -1), query) * scale

    def grad_value(
        F: Namespace, grad: Array, query: Array, key: Array, mask: Any, scale: float
    ) -> Array:
        """Each value gets the gradient by its weights."""
        weights = _attention(F, query, key, mask, scale)
        return F.matmul(F.transpose(weights, -2, -1), grad)


def _attention(F: Namespace, query: Array, key: Array, mask: Array | None, scale: float) -> Array:
    scores = F.matmul(query, F.transpose(key, -2, -1)) * scale
    if mask is not None:
        scores = scores + F.constant(mask.astype(dtype_of(scores)))
    return F.softmax(scores, -1)


def _to_scores(
    F: Namespace, grad: Array, query: Array, key: Array, value: Array, mask: Any, scale: float
) -> Array:
    weights = _attention(F, query, key, mask, scale)
    share = F.matmul(grad, F.transpose(value, -2, -1)) * weights
    return share - weights * F.sum(share, (-1,), True)


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None,
    dropout_p: float = 0.0, is_causal: bool = False, scale: float | None = None,
) -> Tensor:  # fmt: skip
    """softmax(query · keyᵀ / √d) · value: (…, l, d), (…, s, d) and (…, s, e) -> (…, l, e)."""
    mask = None
    if is_causal:
        mask = np.triu(np.full((query.shape[-2], key.shape[-2]), -np.inf), 1)
    elif attn_mask is not None:
        mask = attn_mask._data
        mask = np.where(mask, 0.0, -np.inf) if mask.dtype == bool else mask
    factor = query.shape[-1] ** -0.5 if scale is None else scale
    node = ScaledDotProductFlashAttentionForCpuBackward0
    return node.apply(query, key, value, mask=mask, scale=factor)
