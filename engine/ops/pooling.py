"""Pooling: the largest entry or the mean of windows, of one to three dimensions."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from engine.function import Function
from engine.ops.convolution import _several
from engine.ops.pool_frames import (
    Frame,
    check_filled,
    check_image,
    check_max_pool1d,
    check_sequence,
    count,
    regions_wanted,
    single,
    sizes_of,
)
from engine.ops.shape import squeeze, unsqueeze
from engine.registry import op, tex
from engine.tensor import Tensor, wrap

Array = Any
Namespace = Any
Shape = tuple[int, ...]


class _Windows:
    """The windows of a pooling: which positions of the framed image each of them covers."""

    def __init__(
        self, image: Sequence[int], kernel: Shape, stride: Shape, padding: Shape, dilation: Shape,
        ceil: bool,
    ) -> None:  # fmt: skip
        self.image, self.padding = tuple(image), padding
        self.counts = tuple(
            count(*sizes, ceil)
            for sizes in zip(image, kernel, stride, padding, dilation, strict=True)
        )
        self.starts = [np.arange(c) * s for c, s in zip(self.counts, stride, strict=True)]
        self.taps = [np.arange(k) * d for k, d in zip(kernel, dilation, strict=True)]
        reach = [int(s[-1] + t[-1]) + 1 for s, t in zip(self.starts, self.taps, strict=True)]
        self.framed = tuple(
            max(r, n + 2 * p) for r, n, p in zip(reach, image, padding, strict=True)
        )
        self.positions = self._positions()

    def _positions(self) -> Array:
        """(window entries, windows), counted through the framed image."""
        position = np.zeros((1, 1), np.int64)
        for n, starts, taps in zip(self.framed, self.starts, self.taps, strict=True):
            here = taps[:, None] + starts[None, :]
            position = position[:, None, :, None] * n + here[None, :, None, :]
            position = position.reshape(position.shape[0] * len(taps), -1)
        return position

    def frame(self) -> Shape:
        """Pairs for `F.pad`, from the last dimension on."""
        sizes = zip(self.image, self.padding, self.framed, strict=True)
        return tuple(side for n, p, m in reversed(list(sizes)) for side in (p, m - n - p))

    def divisors(self, include_pad: bool) -> Array:
        """By how many entries each window's sum is divided."""
        out = np.ones(1)
        for n, p, starts, taps in zip(
            self.image, self.padding, self.starts, self.taps, strict=True
        ):
            low, high = (0, n + 2 * p) if include_pad else (p, n + p)
            end = np.minimum(starts + len(taps), high)
            out = np.multiply.outer(out, end - np.maximum(starts, low))
        return out[0]


def _windows(
    function: str, x: Tensor, n: int, kernel: Any, stride: Any, padding: Any, dilation: Any,
    ceil: bool,
) -> _Windows:  # fmt: skip
    size, steps, pads, holes = sizes_of(
        function, n, kernel_size=kernel, stride=steps_of(kernel, stride), padding=padding,
        dilation=dilation,
    )  # fmt: skip
    Frame(function, tuple(x.shape), size, steps, pads, holes, ceil).check()
    return _Windows(x.shape[-n:], size, steps, pads, holes, ceil)


def steps_of(kernel: Any, stride: Any) -> Any:
    """How far windows are apart: as far as they are wide, if nothing else is said."""
    return kernel if stride is None or stride in ([], ()) else stride


# ---- the largest ---------------------------------------------------------------------------------


class _Picked(Function):
    def forward(F: Namespace, self: Array, *, places: Array, n: int) -> Array:
        """The entries at places, counted through the image"""
        outer = self.shape[: self.ndim - n]
        image, windows = (math.prod(a.shape[len(outer) :]) for a in (self, places))
        flat = self.reshape(*outer, image)
        return np.take_along_axis(flat, places.reshape(*outer, windows), -1).reshape(places.shape)

    @tex(r"\sum_{y_j = x} \bar{y}_j")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape, places: Array, n: int) -> Array:
        """max routes: the first of the largest entries of a window gets its gradient."""
        outer, image = tuple(self_shape[:-n]), tuple(self_shape[-n:])
        flat = F.reshape(grad, (*outer, math.prod(places.shape[len(outer) :])))
        index = places.reshape(flat.shape)
        size = (*outer, math.prod(image))
        return F.reshape(F.add_along(flat, size, len(outer), index), (*outer, *image))


def _picking(name: str) -> type[Function]:
    body = {k: _Picked.__dict__[k] for k in ("forward", "grad_self")}
    body = {k: v.__func__ if isinstance(v, staticmethod) else v for k, v in body.items()}
    return type(name, (Function,), body)


_MAX = {n: _picking(f"MaxPool{n}DWithIndicesBackward0") for n in (2, 3)}
_ADAPTIVE_MAX = {n: _picking(f"AdaptiveMaxPool{n}DBackward0") for n in (2, 3)}


def _largest(x: Tensor, windows: _Windows) -> Array:
    """For every window the position of its largest entry in the image without its frame."""
    n = len(windows.counts)
    low = -np.inf if x.is_floating_point() else np.iinfo(x._data.dtype).min
    frame = windows.frame()
    outer = x._data.shape[: x.ndim - n]
    pairs = [(frame[2 * k], frame[2 * k + 1]) for k in range(n)][::-1]
    framed = np.pad(x._data, [(0, 0)] * len(outer) + pairs, constant_values=low)
    columns = framed.reshape(*outer, math.prod(windows.framed))[..., windows.positions]
    best = np.argmax(columns, -2)
    place = windows.positions[best, np.arange(windows.positions.shape[1])]
    at = np.unravel_index(place, windows.framed)
    sizes = zip(at, windows.padding, windows.image, strict=True)
    inside = [np.clip(k - p, 0, m - 1) for k, p, m in sizes]
    return np.ravel_multi_index(inside, windows.image).reshape(*outer, *windows.counts)


def _max_pool(
    x: Tensor, n: int, kernel: Any, stride: Any, padding: Any, dilation: Any, ceil: bool,
    indices: bool,
) -> Any:  # fmt: skip
    places = _largest(x, _windows(f"max_pool{n}d", x, n, kernel, stride, padding, dilation, ceil))
    out = _MAX[n].apply(x, places=places, n=n)
    return (out, wrap(places)) if indices else out


@op(
    "Network", "max pool",
    torch="F.max_pool2d({self}, {kernel_size}, {stride}, {padding}, {dilation})",
    defaults={"kernel_size": 2}, hidden=("ceil_mode", "return_indices"),
    samples=(
        ((1, 1, 4, 4), {"kernel_size": 2}),
        ((1, 5, 4), {"kernel_size": 3, "stride": 2, "padding": 1}),
    ),
    formula=r"y_{i j} = \max_{k, l} x_{i + k, j + l}",
)  # fmt: skip
def max_pool2d(
    self: Tensor, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
    padding: int | tuple[int, ...] = 0, dilation: int | tuple[int, ...] = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest entry of every window."""
    if self.ndim not in (3, 4):
        raise RuntimeError("non-empty 3D or 4D (batch mode) tensor expected for input")
    return _max_pool(self, 2, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


@op(
    "Network", "max pool 1d",
    torch="F.max_pool1d({self}, {kernel_size}, {stride}, {padding}, {dilation})",
    defaults={"kernel_size": 2}, hidden=("ceil_mode", "return_indices"),
    samples=(((1, 2, 5), {"kernel_size": 2}),),
    formula=r"y_{i} = \max_{k} x_{i + k}",
)  # fmt: skip
def max_pool1d(
    self: Tensor, kernel_size: int, stride: int | None = None, padding: int = 0,
    dilation: int = 1, ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest entry of every window of a sequence."""
    given = (kernel_size, kernel_size if stride is None else stride, padding, dilation)
    if return_indices:
        check_sequence("max_pool1d", self.ndim)
    else:
        check_max_pool1d(tuple(self.shape), *given, ceil_mode)
    size, step, pads, holes = single("max_pool1d", **dict(zip(_WINDOW, given, strict=True)))
    found = _max_pool(
        unsqueeze(self, -2), 2, (1, size), (1, step), (0, pads), (1, holes), ceil_mode, True
    )
    out = squeeze(found[0], -2)
    return (out, squeeze(found[1], -2)) if return_indices else out


@op(
    "Network", "max pool 3d",
    torch="F.max_pool3d({self}, {kernel_size}, {stride}, {padding}, {dilation})",
    defaults={"kernel_size": 2}, hidden=("ceil_mode", "return_indices"),
    samples=(((1, 1, 2, 4, 2), {"kernel_size": 2}),),
    formula=r"y_{i} = \max_{k} x_{i + k}",
)  # fmt: skip
def max_pool3d(
    self: Tensor, kernel_size: int | tuple[int, ...], stride: int | tuple[int, ...] | None = None,
    padding: int | tuple[int, ...] = 0, dilation: int | tuple[int, ...] = 1,
    ceil_mode: bool = False, return_indices: bool = False,
) -> Any:  # fmt: skip
    """The largest entry of every window of a volume."""
    return _max_pool(self, 3, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


_WINDOW = ("kernel_size", "stride", "padding", "dilation")


def _with_indices(pool: Callable[..., Any]) -> Callable[..., Any]:
    def call(self: Tensor, *args: Any, **kwargs: Any) -> Any:
        return pool(self, *args, **{**kwargs, "return_indices": True})

    call.__doc__ = "The largest entries of windows, and where they stand."
    call.__module__ = __name__
    return call


max_pool1d_with_indices = _with_indices(max_pool1d)
max_pool2d_with_indices = _with_indices(max_pool2d)
max_pool3d_with_indices = _with_indices(max_pool3d)


def _regions(n: int, parts: int) -> list[Array]:
    """Positions of `parts` regions that cover n places as evenly as can be."""
    return [np.arange(i * n // parts, -(-(i + 1) * n // parts)) for i in range(parts)]


def _adaptive_max(x: Tensor, n: int, output_size: Any, indices: bool) -> Any:
    sizes = regions_wanted(f"adaptive_max_pool{n}d", tuple(x.shape), n, output_size)
    check_image(f"adaptive_max_pool{n}d", tuple(x.shape), sizes)
    image, outer = x.shape[-n:], x._data.shape[: x.ndim - n]
    grid = [_regions(m, k) for m, k in zip(image, sizes, strict=True)]
    flat = x._data.reshape(*outer, math.prod(image))
    places = np.empty((*outer, *sizes), np.int64)
    numbers = np.arange(math.prod(image)).reshape(image)
    for at in itertools.product(*map(range, sizes)):
        here = numbers[np.ix_(*(grid[d][k] for d, k in enumerate(at)))].reshape(-1)
        key: Any = (..., *at)
        places[key] = here[np.argmax(flat[..., here], -1)]
    out = _ADAPTIVE_MAX[n].apply(x, places=places, n=n)
    return (out, wrap(places)) if indices else out


def adaptive_max_pool1d(self: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest entries of as many regions of a sequence as asked for."""
    check_sequence("adaptive_max_pool1d", self.ndim)
    size = (1, *single("adaptive_max_pool1d", output_size=output_size))
    check_filled("adaptive_max_pool1d", tuple(self.shape))
    out, at = _adaptive_max(unsqueeze(self, -2), 2, size, True)
    return (squeeze(out, -2), squeeze(at, -2)) if return_indices else squeeze(out, -2)


@op(
    "Network", "fit max", torch="F.adaptive_max_pool2d({self}, {output_size})",
    defaults={"output_size": 1}, hidden=("return_indices",),
    samples=(((1, 5, 4), {"output_size": (2, 3)}),),
    formula=r"y_{i j} = \max_{k, l} x_{i + k, j + l}",
)  # fmt: skip
def adaptive_max_pool2d(
    self: Tensor, output_size: int | tuple[int, ...], return_indices: bool = False
) -> Any:
    """The largest entries of a grid of regions, as many as asked for."""
    return _adaptive_max(self, 2, output_size, return_indices)


def adaptive_max_pool3d(self: Tensor, output_size: Any, return_indices: bool = False) -> Any:
    """The largest entries of a grid of regions of a volume."""
    return _adaptive_max(self, 3, output_size, return_indices)


# ---- back to where the largest stood -------------------------------------------------------------


class _Unpooled(Function):
    def forward(F: Namespace, self: Array, *, places: Array, image: Shape) -> Array:
        """self at places in zeros"""
        outer = self.shape[: self.ndim - len(image)]
        out = np.zeros((*outer, math.prod(image)), self.dtype)
        np.put_along_axis(out, places.reshape(*outer, -1), self.reshape(*outer, -1), -1)
        return out.reshape(*outer, *image)

    @tex(r"\bar{y}_{i}")
    def grad_self(
        F: Namespace, grad: Array, self_shape: Shape, places: Array, image: Shape
    ) -> Array:
        """Each entry gets the gradient of where it was put."""
        outer = tuple(self_shape[: len(self_shape) - len(image)])
        flat = F.reshape(grad, (*outer, math.prod(image)))
        grid = np.indices((*outer, math.prod(self_shape[len(outer) :])), sparse=True)[:-1]
        read = F.index_read(flat, (*grid, places.reshape(*outer, -1)))
        return F.reshape(read, tuple(self_shape))


def _unpooling(name: str) -> type[Function]:
    body = {k: _Unpooled.__dict__[k] for k in ("forward", "grad_self")}
    body = {k: v.__func__ if isinstance(v, staticmethod) else v for k, v in body.items()}
    return type(name, (Function,), body)


_UNPOOL = {n: _unpooling(f"MaxUnpool{n}DBackward0") for n in (2, 3)}


def _unpool(
    x: Tensor, indices: Tensor, n: int, kernel: Any, stride: Any, padding: Any, size: Any
) -> Tensor:
    _check_places(x, indices)
    taps, pads = _several(kernel, n), _several(padding, n)
    steps = taps if stride is None else _several(stride, n)
    sizes = zip(x.shape[-n:], taps, steps, pads, strict=True)
    image = tuple((m - 1) * s - 2 * p + k for m, k, s, p in sizes)
    image = image if size is None else tuple(size)[-n:]
    bad = indices._data[(indices._data < 0) | (indices._data >= math.prod(image))]
    if bad.size:
        volume = "x".join(map(str, image))
        raise RuntimeError(
            f"Found an invalid max index: {bad.flat[0]} (output volumes are of size {volume})"
        )
    return _UNPOOL[n].apply(x, places=indices._data, image=image)


def _check_places(x: Tensor, indices: Tensor) -> None:
    if indices.shape != x.shape:
        raise RuntimeError(
            "Expected shape of indices to be same as that of the input tensor "
            f"({list(x.shape)}) but got indices tensor with shape: {list(indices.shape)}"
        )


def max_unpool1d(
    self: Tensor, indices: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0,
    output_size: Any = None,
) -> Tensor:  # fmt: skip
    """Entries put back where they stood before max_pool1d, zeros elsewhere."""
    size, pads = _several(kernel_size, 1)[0], _several(padding, 1)[0]
    step = size if stride is None else _several(stride, 1)[0]
    _check_places(unsqueeze(self, -1), unsqueeze(indices, -1))  # as an image of width 1
    wanted = None if output_size is None else (1, tuple(output_size)[-1])
    out = _unpool(
        unsqueeze(self, -2), unsqueeze(indices, -2), 2, (1, size), (1, step), (0, pads), wanted
    )
    return squeeze(out, -2)


def max_unpool2d(
    self: Tensor, indices: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0,
    output_size: Any = None,
) -> Tensor:  # fmt: skip
    """Entries put back where they stood before max_pool2d, zeros elsewhere."""
    return _unpool(self, indices, 2, kernel_size, stride, padding, output_size)


def max_unpool3d(
    self: Tensor, indices: Tensor, kernel_size: Any, stride: Any = None, padding: Any = 0,
    output_size: Any = None,
) -> Tensor:  # fmt: skip
    """Entries put back where they stood before max_pool3d, zeros elsewhere."""
    return _unpool(self, indices, 3, kernel_size, stride, padding, output_size)
