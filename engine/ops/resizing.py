"""Images in another size: by nearest entries, or by straight or curved lines between them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from engine.function import Function
from engine.ops.averaging import (
    adaptive_avg_pool1d,
    adaptive_avg_pool2d,
    adaptive_avg_pool3d,
    along,
)
from engine.ops.convolution import _several
from engine.registry import op, tex
from engine.tensor import Tensor

Array = Any
Namespace = Any
Shape = tuple[int, ...]


class _Nearest(Function):
    def forward(F: Namespace, self: Array, *, places: Any) -> Array:
        """Every entry repeated to the next one"""
        return self[places]

    @tex(r"\sum_{y_j = x} \bar{y}_j")
    def grad_self(F: Namespace, grad: Array, self_shape: Shape, places: Any) -> Array:
        """What was repeated collects the gradients of its copies."""
        return F.index_backward(grad, self_shape, places)


class _Lines(Function):
    def forward(F: Namespace, self: Array, *, matrices: Any) -> Array:
        """The values on lines between the entries, dimension by dimension"""
        if self.dtype == np.uint8 and self.ndim == 4:
            return _in_bytes(F, self, matrices)
        out = self.astype(np.float64)
        for k, matrix in enumerate(matrices):
            out = along(F, out, 2 + k, matrix)
        return np.ascontiguousarray(out.astype(self.dtype))

    @tex(r"\sum_j s_{j i} \bar{y}_j")
    def grad_self(F: Namespace, grad: Array, matrices: Any) -> Array:
        """An entry collects from all places it had a share in, by its share."""
        for k, matrix in enumerate(matrices):
            grad = along(F, grad, 2 + k, matrix.T)
        return grad


def _in_bytes(F: Namespace, image: Array, matrices: Any) -> Array:
    """The same in whole numbers, as PyTorch does it with bytes.

    The shares are 15 bits wide; the last dimension comes first, and each is rounded by itself.
    """
    out = image.astype(np.float64)
    for k, matrix in reversed([*enumerate(matrices)]):
        if matrix.shape[0] == matrix.shape[1]:
            continue
        bits = next(
            b for b in range(23) if b == 22 or int(0.5 + matrix.max() * 2 ** (b + 1)) >= 2**15
        )
        shares = np.trunc(matrix * 2**bits + np.copysign(0.5, matrix))
        out = np.floor(along(F, out, 2 + k, shares) / 2**bits + 0.5).clip(0, 255)
    return np.ascontiguousarray(out.astype(np.uint8))


def _node(name: str, base: type[Function]) -> type[Function]:
    body = {k: base.__dict__[k] for k in ("forward", "grad_self")}
    body = {k: v.__func__ if isinstance(v, staticmethod) else v for k, v in body.items()}
    return type(f"Upsample{name}Backward0", (Function,), body)


_NEAREST = {
    (exact, n): _node(f"Nearest{'Exact' * exact}{n}D", _Nearest)
    for exact in (False, True)
    for n in (1, 2, 3)
}
_LINES = {
    "linear": (1, _node("Linear1D", _Lines)),
    "bilinear": (2, _node("Bilinear2D", _Lines)),
    "trilinear": (3, _node("Trilinear3D", _Lines)),
    "bicubic": (2, _node("Bicubic2D", _Lines)),
}
_AREA = {1: adaptive_avg_pool1d, 2: adaptive_avg_pool2d, 3: adaptive_avg_pool3d}


def _nearest_places(n: int, m: int, scale: float | None, exact: bool) -> Array:
    """For each of m places the nearest of n; `scale` is how much larger the result was asked."""
    step = np.float32(n / m if scale is None else 1 / scale)
    at = (np.arange(m, dtype=np.float32) + np.float32(0.5 * exact)) * step
    return np.minimum(np.floor(at).astype(np.int64), n - 1)


def _positions(n: int, m: int, scale: float | None, align_corners: bool) -> Array:
    """Where each of m places lies among n entries."""
    if align_corners:
        return np.arange(m) * ((n - 1) / (m - 1) if m > 1 else 0.0)
    step = n / m if scale is None else 1 / scale
    return (np.arange(m) + 0.5) * step - 0.5


def _linear(n: int, at: Array) -> Array:
    """(m, n): the shares of the two entries beside each position."""
    at = np.maximum(at, 0)
    low = np.minimum(at.astype(np.int64), n - 1)
    high = np.minimum(low + 1, n - 1)
    out = np.zeros((len(at), n))
    np.add.at(out, (np.arange(len(at)), low), 1 - (at - low))
    np.add.at(out, (np.arange(len(at)), high), at - low)
    return out


def _cubic(n: int, at: Array) -> Array:
    """(m, n): the shares of the four entries beside each position (Keys' kernel, a = -0.75)."""
    low = np.floor(at).astype(np.int64)
    out = np.zeros((len(at), n))
    for k in (-1, 0, 1, 2):
        x = np.abs(at - low - k)
        near = ((-0.75 + 2) * x - (-0.75 + 3)) * x * x + 1
        far = ((-0.75 * x + 5 * 0.75) * x - 8 * 0.75) * x + 4 * 0.75
        weight = np.where(x <= 1, near, far)
        np.add.at(out, (np.arange(len(at)), np.clip(low + k, 0, n - 1)), weight)
    return out


@op(
    "Network", "resize",
    torch=(
        "F.interpolate({self}, {size}, {scale_factor}, mode={mode}, align_corners={align_corners})"
    ),
    defaults={"scale_factor": 2.0}, hidden=("recompute_scale_factor", "antialias"),
    samples=(
        ((1, 1, 2, 3), {"scale_factor": 2.0}), ((1, 2, 3), {"size": (5,)}),
        ((1, 2, 3), {"size": (5,), "mode": "linear"}),
        ((1, 1, 3, 2), {"size": (4, 5), "mode": "bilinear", "align_corners": True}),
        ((1, 1, 3, 3), {"scale_factor": 2.0, "mode": "bicubic"}),
        ((1, 1, 2, 2, 2), {"size": (3, 2, 4), "mode": "trilinear"}),
        ((1, 1, 4, 5), {"size": (2, 2), "mode": "area"}),
    ),
    formula=r"y_{i} = \sum_j s_{i j} x_{j}",
)  # fmt: skip
def interpolate(
    self: Tensor, size: int | tuple[int, ...] | None = None,
    scale_factor: float | tuple[float, ...] | None = None, mode: str = "nearest",
    align_corners: bool | None = None, recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:  # fmt: skip
    """An image (n, c, …) in another size: the entries in between are read off its neighbours.

    `mode` is nearest, nearest-exact, area, linear (3-d), bilinear, bicubic (4-d) or trilinear
    (5-d).
    """
    n = self.ndim - 2
    _check_corners(mode, align_corners)
    sizes, scales = _sizes(self, n, size, scale_factor, bool(recompute_scale_factor))
    image = self.shape[2:]
    if mode in ("nearest", "nearest-exact"):
        exact = mode != "nearest"
        rows = [_nearest_places(*z, exact) for z in zip(image, sizes, scales, strict=True)]
        return _NEAREST[exact, n].apply(self, places=(Ellipsis, *np.ix_(*rows)))
    if mode == "area":
        return _AREA[n](self, sizes)
    if antialias or mode not in _LINES or _LINES[mode][0] != n:
        raise NotImplementedError(_unsupported(self, mode, antialias))
    weights = _cubic if mode == "bicubic" else _linear
    given = zip(image, sizes, scales, strict=True)
    matrices = tuple(weights(k, _positions(k, m, s, bool(align_corners))) for k, m, s in given)
    return _LINES[mode][1].apply(self, matrices=matrices)


def _unsupported(x: Tensor, mode: str, antialias: bool) -> str:
    if antialias:
        return f"interpolate: antialias with mode {mode!r}"
    return (
        "Input Error: Only 3D, 4D and 5D input Tensors supported (got "
        f"{x.ndim}D) for the modes: nearest | linear | bilinear | bicubic | trilinear | area | "
        f"nearest-exact (got {mode})"
    )


def _check_corners(mode: str, align_corners: bool | None) -> None:
    if mode in ("nearest", "area", "nearest-exact") and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear "
            "| bicubic | trilinear"
        )


def _sizes(
    x: Tensor, n: int, size: Any, scale_factor: Any, recompute: bool
) -> tuple[Shape, tuple[float | None, ...]]:
    if (size is None) == (scale_factor is None):
        both = "only one of size or scale_factor should be defined"
        raise ValueError(
            both if size is not None else "either size or scale_factor should be defined"
        )
    if size is not None:
        return _several(size, n), (None,) * n
    many = isinstance(scale_factor, (list, tuple))
    factors = tuple(scale_factor) if many else (scale_factor,) * n
    sizes = tuple(math.floor(k * float(f)) for k, f in zip(x.shape[2:], factors, strict=True))
    return sizes, (None,) * n if recompute else tuple(map(float, factors))


def upsample(
    self: Tensor, size: Any = None, scale_factor: Any = None, mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:  # fmt: skip
    """interpolate by its old name."""
    return interpolate(self, size, scale_factor, mode, align_corners)
