"""Images and volumes looked at in points that lie between their entries."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from engine import errors, kernels
from engine.either import data_of, dtype_of
from engine.function import Function
from engine.tensor import Tensor

Array = Any
Namespace = Any
Shape = tuple[int, ...]
Tap = tuple[Array, Array, Array]
"""Of one dimension: the place of an entry near each point, its share, and how that grows."""

_CHANGED = (
    "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. "
    "Please specify align_corners=True if the old behavior is desired. See the documentation of "
    "grid_sample for details."
)


# ---- where the points lie ------------------------------------------------------------------------


class AffineGridGeneratorBackward0(Function):
    def forward(F: Namespace, theta: Array, *, base: Array) -> Array:
        """Every point of the grid, moved by the matrices"""
        moved = F.matmul(base.astype(theta.dtype).reshape(-1, base.shape[-1]), _turned(F, theta))
        return moved.reshape(theta.shape[0], *base.shape[:-1], -1)

    def grad_theta(F: Namespace, grad: Array, theta_shape: Shape, base: Array) -> Array:
        """Every number of the map gets the gradient of the points, by where they are."""
        points = base.astype(dtype_of(grad)).reshape(-1, base.shape[-1])
        flat = F.reshape(grad, (theta_shape[0], len(points), theta_shape[1]))
        return F.matmul(_turned(F, flat), F.constant(points))


def _turned(F: Namespace, x: Array) -> Array:
    return F.transpose(x, -2, -1)


def _line(n: int, align_corners: bool) -> Array:
    at = np.linspace(-1, 1, n) if n > 1 else np.zeros(1)
    return at if align_corners else at * (n - 1) / n


def affine_grid(self: Tensor, size: Any, align_corners: bool | None = None) -> Tensor:
    """The points (n, h, w, 2) that matrices (n, 2, 3) move the pixels of an image to."""
    if align_corners is None:
        errors.warn(_CHANGED, 2)
    image = tuple(size)[2:]
    lines = np.meshgrid(*(_line(n, bool(align_corners)) for n in image), indexing="ij")
    base = np.stack([*lines[::-1], np.ones(image)], -1)
    return AffineGridGeneratorBackward0.apply(self, base=base)


# ---- the image at the points ---------------------------------------------------------------------


def _sampler(dims: int) -> type[Function]:
    """The node for images of so many dimensions."""

    def forward(
        F: Namespace, self: Array, grid: Array, *, mode: str, padding_mode: str,
        align_corners: bool,
    ) -> Array:  # fmt: skip
        """The image at the points of the grid"""
        out = np.zeros((*self.shape[:2], *grid.shape[1:-1]), self.dtype)
        for taps in _near(self.shape, grid, mode, padding_mode, align_corners):
            out += self[_places(self.shape, taps)] * _share(taps)[:, None]
        return out

    def grad_self(
        F: Namespace, grad: Array, grid: Array, self_shape: Shape, mode: str, padding_mode: str,
        align_corners: bool,
    ) -> Array:  # fmt: skip
        """Each entry collects from all points it had a share in."""
        _once(F, dims)
        out = np.zeros(self_shape, dtype_of(grad))
        for taps in _near(self_shape, grid, mode, padding_mode, align_corners):
            np.add.at(out, _places(self_shape, taps), data_of(grad) * _share(taps)[:, None])
        return out

    def grad_grid(
        F: Namespace, grad: Array, self: Array, grid: Array, mode: str, padding_mode: str,
        align_corners: bool,
    ) -> Array:  # fmt: skip
        """How much the image changes from entry to entry around the point."""
        _once(F, dims)
        out = np.zeros(grid.shape, dtype_of(grad))
        for taps in _near(self.shape, grid, mode, padding_mode, align_corners):
            found = np.sum(grad * self[_places(self.shape, taps)], 1)
            for d in range(dims):  # x, the last dimension of the image, comes first in the grid
                out[..., dims - 1 - d] += found * _share(taps, d)
        return out

    rules = {"forward": forward, "grad_self": grad_self, "grad_grid": grad_grid}
    return type(f"GridSampler{dims}DBackward0", (Function,), rules)


GridSampler2DBackward0, GridSampler3DBackward0 = _sampler(2), _sampler(3)


def _once(F: Namespace, dims: int) -> None:
    if F is not kernels:
        name = f"grid_sampler_{dims}d_backward"
        raise RuntimeError(f"derivative for aten::{name} is not implemented")


def _near(
    shape: Shape, grid: Array, mode: str, padding_mode: str, align_corners: bool
) -> Iterator[tuple[Tap, ...]]:
    """Entry after entry near the points, a Tap for every dimension."""
    axes = [
        _taps(grid[..., -1 - d], n, mode, padding_mode, align_corners)
        for d, n in enumerate(shape[2:])
    ]
    return itertools.product(*axes)


def _places(shape: Shape, taps: tuple[Tap, ...]) -> tuple[Array, ...]:
    """The index of (n, c, …) entries."""
    ones = (1,) * len(taps)
    n, c = np.arange(shape[0]).reshape(-1, 1, *ones), np.arange(shape[1]).reshape(-1, *ones)
    return (n, c, *(place[:, None] for place, _, _ in taps))


def _share(taps: tuple[Tap, ...], growing: int = -1) -> Array:
    """What the entry counts in the sum, or how that grows along one dimension."""
    parts = [tap[2 if d == growing else 1] for d, tap in enumerate(taps)]
    return math.prod(parts[1:], start=parts[0])


def _taps(x: Array, n: int, mode: str, padding_mode: str, align_corners: bool) -> list[Tap]:
    scale = (n - 1) / 2 if align_corners else n / 2
    at = (x + 1) / 2 * (n - 1) if align_corners else ((x + 1) * n - 1) / 2
    if mode == "bicubic":
        low, padded = np.floor(at), padding_mode
        parts = _cubic(at - low)
    else:
        at, sign = _framed(at, n, padding_mode, align_corners)
        low, padded, scale = (
            np.rint(at) if mode == "nearest" else np.floor(at),
            "zeros",
            scale * sign,
        )
        t = at - low
        one = np.ones_like(t)
        parts = [(0, one, 0 * one)] if mode == "nearest" else [(0, 1 - t, -one), (1, t, one)]
    taps = []
    for offset, share, slope in parts:
        place = _framed(low + offset, n, padded, align_corners)[0]
        inside = (place >= 0) & (place <= n - 1)
        place = np.where(inside, place, 0).astype(np.int64)
        taps.append((place, share * inside, slope * inside * scale))
    return taps


_A = -0.75  # of the cubic convolution: how steep it is at its first zero


def _cubic(t: Array) -> list[tuple[int, Array, Array]]:
    """Of four entries around, how far from the second, the share, and how it grows with t."""
    parts = []
    for offset in (-1, 0, 1, 2):
        d = abs(t - offset)
        if offset in (0, 1):
            share, slope = (
                ((_A + 2) * d - (_A + 3)) * d * d + 1,
                (3 * (_A + 2) * d - 2 * (_A + 3)) * d,
            )
        else:
            share = ((_A * d - 5 * _A) * d + 8 * _A) * d - 4 * _A
            slope = (3 * _A * d - 10 * _A) * d + 8 * _A
        parts.append((offset, share, slope if offset <= 0 else -slope))
    return parts


def _framed(at: Array, n: int, padding_mode: str, align_corners: bool) -> tuple[Array, Array]:
    """Positions brought into the image, by reflection or to its border, and 1, -1 or 0: how
    they then follow."""
    sign = np.ones_like(at)
    if padding_mode == "reflection":
        low, high = (0.0, n - 1.0) if align_corners else (-0.5, n - 0.5)
        span = high - low
        away = np.abs(at - low)
        flips = np.floor(away / span) if span else np.zeros_like(away)
        rest = away - flips * span
        sign = np.where(at < low, -sign, sign) * np.where(flips % 2 == 0, 1, -1)
        at = np.where(flips % 2 == 0, rest + low, span - rest + low) if span else 0 * at
    if padding_mode in ("border", "reflection"):
        sign = np.where((at <= 0) | (at >= n - 1), 0, sign)
        at = np.clip(at, 0, n - 1)
    return at, sign.astype(at.dtype)


def grid_sample(
    self: Tensor, grid: Tensor, mode: str = "bilinear", padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:  # fmt: skip
    """An image (n, c, h, w) at points (n, h', w', 2), each coordinate from -1 to 1.

    A volume (n, c, d, h, w) at points (n, d', h', w', 3), too.  `mode` is bilinear, nearest or
    bicubic (of images only), `padding_mode` zeros, border or reflection.
    """
    _check_modes(mode, padding_mode)
    if align_corners is None:
        errors.warn(_CHANGED, 2)
    _check_grid(self, grid, mode)
    node = GridSampler2DBackward0 if self.ndim == 4 else GridSampler3DBackward0
    return node.apply(
        self, grid, mode=mode, padding_mode=padding_mode, align_corners=bool(align_corners)
    )


def _check_modes(mode: str, padding_mode: str) -> None:
    if mode not in ("bilinear", "nearest", "bicubic"):
        raise ValueError(
            "nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', "
            f"but got: '{mode}'"
        )
    if padding_mode not in ("zeros", "border", "reflection"):
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or "
            f"'reflection', but got: '{padding_mode}'"
        )


def _check_grid(self: Tensor, grid: Tensor, mode: str) -> None:
    both = f"got input with sizes {list(self.shape)} and grid with sizes {list(grid.shape)}"
    wrong = ""
    if self.shape[0] != grid.shape[0]:
        wrong = f"expected grid and input to have same batch size, but {both}"
    elif grid.shape[-1] != self.ndim - 2:
        wrong = (
            f"expected grid to have size {self.ndim - 2} in last dimension, but got grid with "
            f"sizes {list(grid.shape)}"
        )
    elif self.ndim not in (4, 5) or grid.ndim != self.ndim:
        wrong = f"expected 5D input and grid with same number of dimensions, but {both}"
    elif 0 in self.shape[2:]:
        wrong = (
            "expected input to have non-empty spatial dimensions, but input has sizes "
            f"{list(self.shape)} with dimension {2 + self.shape[2:].index(0)} being empty"
        )
    elif mode == "bicubic" and self.ndim == 5:
        wrong = "bicubic interpolation only supports 4D input"
    if wrong:
        raise RuntimeError(f"grid_sampler(): {wrong}")
