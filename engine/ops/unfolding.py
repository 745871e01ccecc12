"""Images taken apart into patches, channels into pixels, and put together again."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.either import data_of, dtype_of
from engine.function import Function
from engine.ops.convolution import _columns, _framed, _from_columns, _several
from engine.ops.pooling import _Windows as Windows
from engine.registry import op, tex
from engine.tensor import Tensor

Array = Any
Namespace = Any
Shape = tuple[int, ...]


class _Patches:
    """The patches of an image: which positions each covers, and how many there are."""

    def __init__(self, image: Any, kernel: Any, dilation: Any, padding: Any, stride: Any) -> None:
        self.image = tuple(image)
        self.kernel, self.padding = _several(kernel, 2), _several(padding, 2)
        windows = Windows(
            self.image, self.kernel, _several(stride, 2), self.padding, _several(dilation, 2), False
        )
        self.framed = tuple(n + 2 * p for n, p in zip(self.image, self.padding, strict=True))
        self.positions, self.counts = windows.positions, windows.counts

    def taken(self, F: Namespace, x: Array) -> Array:
        """(…, c, h, w) -> (…, c · patch entries, patches)"""
        *outer, c, h, w = x.shape
        batch = F.reshape(x, (math.prod(outer), c, h, w))
        columns = _columns(F, _framed(F, batch, self.padding), self.positions)
        taps, count = self.positions.shape
        return F.reshape(columns, (*outer, c * taps, count))

    def added(self, F: Namespace, columns: Array) -> Array:
        """The other way round; overlapping patches add up."""
        *outer, wide, count = columns.shape
        taps = len(self.positions)
        split = F.reshape(columns, (math.prod(outer), wide // taps, taps, count))
        full = _from_columns(F, split, self.framed, self.positions)
        image = _framed(F, full, tuple(-p for p in self.padding))
        return F.reshape(image, (*outer, wide // taps, *self.image))


class Im2ColBackward0(Function):
    def forward(F: Namespace, self: Array, *, patches: _Patches) -> Array:
        """Every patch as a column"""
        return patches.taken(F, self)

    @tex(r"\operatorname{fold} \bar{y}")
    def grad_self(F: Namespace, grad: Array, patches: _Patches) -> Array:
        """An entry collects the gradients of all patches it is in."""
        return patches.added(F, grad)


class Col2ImBackward0(Function):
    def forward(F: Namespace, self: Array, *, patches: _Patches) -> Array:
        """The columns added up at their patches"""
        return patches.added(F, self)

    @tex(r"\operatorname{unfold} \bar{y}")
    def grad_self(F: Namespace, grad: Array, patches: _Patches) -> Array:
        """A column gets the gradients of its patch."""
        return patches.taken(F, grad)


@op(
    "Network", "unfold",
    torch="F.unfold({self}, {kernel_size}, {dilation}, {padding}, {stride})",
    defaults={"kernel_size": 2},
    samples=(((1, 2, 3, 4), {"kernel_size": 2}), ((2, 3, 4), {"kernel_size": 2, "padding": 1})),
    formula=r"y_{k i} = x_{i + k}",
)  # fmt: skip
def unfold(
    self: Tensor, kernel_size: int | tuple[int, ...], dilation: int | tuple[int, ...] = 1,
    padding: int | tuple[int, ...] = 0, stride: int | tuple[int, ...] = 1,
) -> Tensor:  # fmt: skip
    """All patches of an image as columns: (n, c, h, w) -> (n, c · patch entries, patches)."""
    patches = _Patches(self.shape[-2:], kernel_size, dilation, padding, stride)
    return Im2ColBackward0.apply(self, patches=patches)


@op(
    "Network", "fold",
    torch="F.fold({self}, {output_size}, {kernel_size}, {dilation}, {padding}, {stride})",
    defaults={"output_size": [4, 4], "kernel_size": 2},
    samples=(((1, 8, 6), {"output_size": (3, 4), "kernel_size": 2}),),
    formula=r"y_{j} = \sum_{i + k = j} x_{k i}",
)  # fmt: skip
def fold(
    self: Tensor, output_size: int | tuple[int, ...], kernel_size: int | tuple[int, ...],
    dilation: int | tuple[int, ...] = 1, padding: int | tuple[int, ...] = 0,
    stride: int | tuple[int, ...] = 1,
) -> Tensor:  # fmt: skip
    """Columns added up at their patches: (n, c · patch entries, patches) -> (n, c, h, w)."""
    patches = _Patches(_several(output_size, 2), kernel_size, dilation, padding, stride)
    taps, count = patches.positions.shape
    if self.shape[-2] % taps:
        raise RuntimeError(
            "Expected size of input's dimension 1 to be divisible by the product of kernel_size, "
            f"but got input.size(1)={self.shape[-2]} and kernel_size={_listed(patches.kernel)}."
        )
    if self.shape[-1] != count:
        raise RuntimeError(
            f"Given an input with {self.shape[-1]} columns, expected {count} for output_size="
            f"{_listed(patches.image)} and kernel_size={_listed(patches.kernel)}"
        )
    return Col2ImBackward0.apply(self, patches=patches)


def _listed(sizes: Shape) -> str:
    return f"({', '.join(map(str, sizes))})"


# ---- channels and pixels -------------------------------------------------------------------------


def _shuffled(F: Namespace, x: Array, r: int) -> Array:
    *outer, c, h, w = x.shape
    n = len(outer)
    split = F.reshape(x, (*outer, c // (r * r), r, r, h, w))
    order = (*range(n), n, n + 3, n + 1, n + 4, n + 2)
    return F.reshape(F.permute(split, order), (*outer, c // (r * r), h * r, w * r))


def _unshuffled(F: Namespace, x: Array, r: int) -> Array:
    *outer, c, h, w = x.shape
    n = len(outer)
    split = F.reshape(x, (*outer, c, h // r, r, w // r, r))
    order = (*range(n), n, n + 2, n + 4, n + 1, n + 3)
    return F.reshape(F.permute(split, order), (*outer, c * r * r, h // r, w // r))


def _check_shuffled(name: str, keyword: str, self: Tensor, factor: int) -> None:
    """Raises RuntimeError for what is no image, or no factor."""
    if self.ndim < 3:
        raise RuntimeError(
            f"{name} expects input to have at least 3 dimensions, but got input with {self.ndim} "
            "dimension(s)"
        )
    if factor <= 0:
        raise RuntimeError(f"{name} expects a positive {keyword}, but got {factor}")


class PixelShuffleBackward0(Function):
    def forward(F: Namespace, self: Array, *, upscale_factor: int) -> Array:
        """Groups of channels laid out as blocks of pixels"""
        return _shuffled(F, self, upscale_factor)

    @tex(r"\operatorname{unshuffle} \bar{y}")
    def grad_self(F: Namespace, grad: Array, upscale_factor: int) -> Array:
        """The pixels become channels again."""
        return _unshuffled(F, grad, upscale_factor)


class PixelUnshuffleBackward0(Function):
    def forward(F: Namespace, self: Array, *, downscale_factor: int) -> Array:
        """Blocks of pixels stacked as channels"""
        return _unshuffled(F, self, downscale_factor)

    @tex(r"\operatorname{shuffle} \bar{y}")
    def grad_self(F: Namespace, grad: Array, downscale_factor: int) -> Array:
        """The channels become pixels again."""
        return _shuffled(F, grad, downscale_factor)


@op(
    "Network", "pixel shuffle", torch="F.pixel_shuffle({self}, {upscale_factor})",
    defaults={"upscale_factor": 2}, samples=(((1, 4, 2, 3), {"upscale_factor": 2}),),
    formula=r"y_{c, r i + p, r j + q} = x_{c r^2 + r p + q, i, j}",
)  # fmt: skip
def pixel_shuffle(self: Tensor, upscale_factor: int) -> Tensor:
    """Channels laid out as pixels: (…, c · r², h, w) -> (…, c, h · r, w · r)."""
    r = upscale_factor
    _check_shuffled("pixel_shuffle", "upscale_factor", self, r)
    if self.shape[-3] % (r * r):
        raise RuntimeError(
            "pixel_shuffle expects its input's 'channel' dimension to be divisible by the square "
            f"of upscale_factor, but input.size(-3)={self.shape[-3]} is not divisible by {r * r}"
        )
    return PixelShuffleBackward0.apply(self, upscale_factor=r)


@op(
    "Network", "pixel unshuffle", torch="F.pixel_unshuffle({self}, {downscale_factor})",
    defaults={"downscale_factor": 2}, samples=(((1, 1, 4, 6), {"downscale_factor": 2}),),
    formula=r"y_{c r^2 + r p + q, i, j} = x_{c, r i + p, r j + q}",
)  # fmt: skip
def pixel_unshuffle(self: Tensor, downscale_factor: int) -> Tensor:
    """Pixels stacked as channels: (…, c, h · r, w · r) -> (…, c · r², h, w)."""
    _check_shuffled("pixel_unshuffle", "downscale_factor", self, downscale_factor)
    for side, dim in (("height", -2), ("width", -1)):
        if self.shape[dim] % downscale_factor:
            raise RuntimeError(
                f"pixel_unshuffle expects {side} to be divisible by downscale_factor, but "
                f"input.size({dim})={self.shape[dim]} is not divisible by {downscale_factor}"
            )
    return PixelUnshuffleBackward0.apply(self, downscale_factor=downscale_factor)


class ChannelShuffleBackward0(Function):
    def forward(F: Namespace, self: Array, *, groups: int) -> Array:
        """The channels of all groups in turn"""
        return _mixed(F, self, groups)

    @tex(r"\operatorname{unshuffle} \bar{y}")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape, groups: int) -> Array:
        """The channels go back to their groups."""
        return _mixed(F, grad, self_shape[1] // groups) if math.prod(self_shape) else grad


def _mixed(F: Namespace, x: Array, groups: int) -> Array:
    n, c, *rest = x.shape
    split = F.reshape(x, (n, groups, c // groups, *rest))
    return F.reshape(F.transpose(split, 1, 2), (n, c, *rest))


@op(
    "Network", "channel shuffle", torch="F.channel_shuffle({self}, {groups})",
    defaults={"groups": 2}, samples=(((1, 4, 2, 2), {"groups": 2}),),
    formula=r"y_{g i + j} = x_{n j + i}",
)  # fmt: skip
def channel_shuffle(self: Tensor, groups: int) -> Tensor:
    """The channels of all groups in turn, so that the next groups see something of each."""
    if self.ndim < 3:
        raise RuntimeError(
            f"channel_shuffle expects input with > 2 dims, but got input with sizes "
            f"{list(self.shape)}"
        )
    if groups <= 0:
        raise RuntimeError(
            f"Number of groups to divide channels in must be positive. Value of groups:{groups}"
        )
    if self.shape[1] % groups:
        raise RuntimeError(
            f"Number of channels must be divisible by groups. Got {self.shape[1]} channels and "
            f"{groups} groups."
        )
    return ChannelShuffleBackward0.apply(self, groups=groups)


# ---- bags of rows --------------------------------------------------------------------------------


class EmbeddingBagBackward0(Function):
    outputs = 4  # with it come three tables of where everything lay, which nobody sees

    def forward(
        F: Namespace, weight: Array, per_sample_weights: Array, *, indices: Array, bags: Array,
        count: int, mode: str, kept: Array,
    ) -> Array:  # fmt: skip
        """The rows of each bag, added up, averaged, or the largest of each column"""
        rows = weight[indices] * kept[:, None].astype(weight.dtype)
        if per_sample_weights is not None:
            rows = rows * per_sample_weights[:, None]
        out = np.zeros((count, weight.shape[1]), weight.dtype)
        if mode == "max":
            for bag in np.unique(bags[kept]):
                out[bag] = rows[(bags == bag) & kept].max(0)
            return out
        np.add.at(out, bags, rows)
        return out / _sizes(bags, kept, count, out.dtype) if mode == "mean" else out

    def grad_weight(
        F: Namespace, grad: Array, weight: Array, per_sample_weights: Array, weight_shape: Shape,
        indices: Array, bags: Array, count: int, mode: str, kept: Array,
    ) -> Array:  # fmt: skip
        """A row collects the gradients of all bags it was in."""
        share = _to_rows(F, grad, bags, count, mode, kept)
        if mode == "max":
            share = share * F.constant(_winners(data_of(weight), indices, bags, kept))
        if per_sample_weights is not None:
            share = share * F.unsqueeze(per_sample_weights, 1)
        return F.index_backward(share, weight_shape, (indices,))

    def grad_per_sample_weights(
        F: Namespace, grad: Array, weight: Array, indices: Array, bags: Array, kept: Array
    ) -> Array:
        """A weight gets the gradient as far as it points along its row."""
        rows = F.index_read(weight, (indices,))
        product = rows * F.index_read(grad, (bags,))
        return F.sum(product * F.constant(kept[:, None].astype(dtype_of(grad))), (1,))


def _sizes(bags: Array, kept: Array, count: int, dtype: Any) -> Array:
    found = np.maximum(np.bincount(bags[kept], minlength=count), 1)
    return found[:, None].astype(dtype)


def _to_rows(F: Namespace, grad: Array, bags: Array, count: int, mode: str, kept: Array) -> Array:
    if mode == "mean":
        grad = grad / F.constant(_sizes(bags, kept, count, dtype_of(grad)))
    return F.index_read(grad, (bags,)) * F.constant(kept[:, None].astype(dtype_of(grad)))


def _winners(weight: Array, indices: Array, bags: Array, kept: Array) -> Array:
    """1 for the first of the largest rows of each bag, column by column."""
    out = np.zeros((len(indices), weight.shape[1]), weight.dtype)
    for bag in np.unique(bags[kept]):
        mine = np.nonzero((bags == bag) & kept)[0]
        best = mine[np.argmax(weight[indices[mine]], 0)]
        out[best, np.arange(weight.shape[1])] = 1
    return out


def embedding_bag(
    input: Tensor, weight: Tensor, offsets: Tensor | None = None, max_norm: float | None = None,
    norm_type: float = 2, scale_grad_by_freq: bool = False, mode: str = "mean",
    sparse: bool = False, per_sample_weights: Tensor | None = None,
    include_last_offset: bool = False, padding_idx: int | None = None,
) -> Tensor:  # fmt: skip
    """The sums, means or maxima of bags of rows: (bags, n) numbers, or (n,) with `offsets`."""
    if input.ndim == 2:
        count, each = input.shape
        starts = np.arange(count) * each
        scale = None if per_sample_weights is None else per_sample_weights.reshape((-1,))
    elif offsets is None:
        raise ValueError("offsets has to be a 1D Tensor but got None")
    else:
        starts, scale = offsets._data, per_sample_weights
        starts = starts[:-1] if include_last_offset else starts
        count = len(starts)
    indices = np.asarray(input._data).reshape(-1)
    bags = np.searchsorted(starts, np.arange(len(indices)), side="right") - 1
    kept = indices != (-1 if padding_idx is None else padding_idx % weight.shape[0])
    return EmbeddingBagBackward0.apply(
        weight, scale, indices=indices, bags=bags, count=count, mode=mode, kept=kept
    )
