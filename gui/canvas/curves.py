"""The curves edges follow, many at a time: arrays of cubic control points, shape (m, 4, 2)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

BESIDE = 9.0
"""How far from its edge a gradient's line runs, in scene pixels."""

FINE = 16.0
"""Pieces a curve is measured in are about so long, in scene pixels."""

FEW = 64
"""So many curves are looked up one by one when they are to be cut."""

SEGMENTS = 12
"""Pieces a curve is cut into for hit tests and for lines at low zoom."""


def between(start: Points, end: Points) -> Points:
    """Curves that leave `start` to the right and arrive at `end` from the left; both (m, 2)."""
    dx = end[:, 0] - start[:, 0]
    dy = np.abs(end[:, 1] - start[:, 1])
    forward = np.maximum(dx * 0.5, np.minimum(40.0, 12.0 + dy))
    back = np.clip(60.0 - dx * 0.35, 60.0, 240.0)
    reach = np.where(dx > 24.0, forward, back)
    curves = np.empty((len(start), 4, 2))
    curves[:, 0], curves[:, 3] = start, end
    curves[:, 1], curves[:, 2] = start, end
    curves[:, 1, 0] += reach
    curves[:, 2, 0] -= reach
    return curves


def beside(curves: Points, by: float = BESIDE) -> Points:
    """The same curves moved sideways: below their ends, and square to the line between."""
    chord = curves[:, 3] - curves[:, 0]
    length = np.maximum(np.hypot(chord[:, 0], chord[:, 1]), 1e-9)
    normal = np.stack([-chord[:, 1], chord[:, 0]], axis=1) / length[:, None] * by
    normal[length < 1e-6] = [0.0, by]
    normal[chord[:, 0] < 0] *= -1
    moved = curves.copy()
    moved[:, 0, 1] += by
    moved[:, 3, 1] += by
    # The middle of a cubic is an eighth of each end and three eighths of each handle.
    handle = (4 * normal - [0, by]) / 3
    moved[:, 1] += handle
    moved[:, 2] += handle
    return moved


def points(curves: Points, count: int = SEGMENTS + 1) -> Points:
    """`count` points along each curve, shape (m, count, 2)."""
    t = np.linspace(0.0, 1.0, count)
    weights = np.stack([(1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3], axis=1)
    return np.einsum("pk,mkx->mpx", weights, curves)


def pieces(curves: Points, longest: float = 320.0) -> Points:
    """The same curves, those longer than `longest` scene pixels cut into parts of about that."""
    if 0 < len(curves) <= FEW:
        return np.concatenate([_cut(curve.tobytes(), longest) for curve in curves])
    return _pieces(curves, longest)


@lru_cache(maxsize=2048)
def _cut(bits: bytes, longest: float) -> Points:
    """One curve, cut; the same few are asked for at every step of a run."""
    return _pieces(np.frombuffer(bits).reshape(1, 4, 2), longest)


def _pieces(curves: Points, longest: float) -> Points:
    legs = np.hypot(*np.moveaxis(np.diff(curves, axis=1), -1, 0))
    count = np.ceil(legs.sum(axis=1) / longest).clip(1).astype(np.int64)
    if count.max(initial=1) == 1:
        return curves
    row = np.repeat(np.arange(len(curves)), count)
    k = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    return _parts(curves[row], k / count[row], (k + 1) / count[row])


def dashes(curves: Points, period: float, longest: float = 320.0) -> Points:
    """The same curves, long ones cut as by `pieces`, but only where one of their dashes begins.

    `period` is the length of a dash and the gap behind it, in scene pixels.
    """
    legs = np.hypot(*np.moveaxis(np.diff(curves, axis=1), -1, 0)).sum(axis=1)
    if legs.max(initial=0.0) <= longest:
        return curves
    return np.concatenate([
        _dashed(curve.tobytes(), period, longest) if leg > longest else curve
        for curve, leg in zip(curves[:, None], legs, strict=True)
    ])  # fmt: skip


@lru_cache(maxsize=1024)
def _dashed(bits: bytes, period: float, longest: float) -> Points:
    """One curve, cut; the same few are asked for at every step of a run."""
    curve = np.frombuffer(bits).reshape(1, 4, 2)
    legs = np.hypot(*np.diff(curve[0], axis=0).T).sum()
    along = points(curve, int(legs / FINE) + 2)[0]
    far = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(along, axis=0).T))])
    cuts = np.arange(1, math.ceil(far[-1] / longest)) * longest
    t = np.interp(np.round(cuts / period) * period, far, np.linspace(0.0, 1.0, len(far)))
    start, end = np.concatenate([[0.0], t]), np.concatenate([t, [1.0]])
    return _parts(np.repeat(curve, len(start), axis=0), start, end)


def _parts(whole: Points, start: Points, end: Points) -> Points:
    """Of each curve the part between two of its parameters."""
    parts = [
        _blossom(whole, *ts)
        for ts in ((start,) * 3, (start, start, end), (start, end, end), (end,) * 3)
    ]
    return np.stack(parts, axis=1)


def _blossom(curves: Points, *ts: Points) -> Points:
    """The blossom of each cubic at three parameters: control points of its parts (de Casteljau)."""
    points = curves
    for t in ts:
        points = points[:, :-1] + (points[:, 1:] - points[:, :-1]) * t[:, None, None]
    return points[:, 0]


def at(curve: Points, t: float) -> tuple[float, float]:
    """The point of one curve (4, 2), or of several one after another, at t from 0 to 1.

    Several are gone along at one speed.
    """
    if curve.ndim == 3:
        length = np.hypot(*(curve[:, 3] - curve[:, 0]).T)
        far = np.cumsum(length) / max(float(length.sum()), 1e-9)
        piece = min(int(np.searchsorted(far, t, "right")), len(curve) - 1)
        begin = float(far[piece - 1]) if piece else 0.0
        curve, t = curve[piece], (t - begin) / max(float(far[piece]) - begin, 1e-9)
    s = 1 - t
    x, y = (
        s * s * s * curve[0] + 3 * s * s * t * curve[1] + 3 * s * t * t * curve[2] + t**3 * curve[3]
    )
    return float(x), float(y)


def boxes(curves: Points) -> tuple[Points, Points]:
    """Top-left and bottom-right corners of the curves' control points, both (m, 2)."""
    low, high = curves[:, 0].copy(), curves[:, 0].copy()
    for k in (1, 2, 3):
        np.minimum(low, curves[:, k], out=low)
        np.maximum(high, curves[:, k], out=high)
    return low, high


def distance(
    curve: Sequence[Sequence[float]], x: float, y: float, low: float = 0.0, high: float = 1.0
) -> float:
    """How far (x, y) is from one curve between two of its parameters, right to two pixels.

    In plain Python: under the mouse there are a handful of curves, too few for arrays.
    """
    (ax, ay), (bx, by), (cx, cy), (dx, dy) = curve
    span = high - low
    bend = max(math.hypot(ax - 2 * bx + cx, ay - 2 * by + cy),
               math.hypot(bx - 2 * cx + dx, by - 2 * cy + dy))  # fmt: skip
    count = min(64, math.ceil(span * math.sqrt(bend) + 1e-9))  # see `grid._pieces`: 0.75 px
    square, px, py = math.inf, 0.0, 0.0
    for k in range(count + 1):
        t = low + span * k / count
        s = 1.0 - t
        a, b, c, d = s * s * s, 3 * s * s * t, 3 * s * t * t, t * t * t
        qx, qy = a * ax + b * bx + c * cx + d * dx, a * ay + b * by + c * cy + d * dy
        square = min(square, _to_piece(px, py, qx, qy, x, y)) if k else square
        px, py = qx, qy
    return math.sqrt(square)


def _to_piece(px: float, py: float, qx: float, qy: float, x: float, y: float) -> float:
    """The square of the distance from (x, y) to the piece from p to q."""
    ux, uy, wx, wy = x - px, y - py, qx - px, qy - py
    t = (ux * wx + uy * wy) / (wx * wx + wy * wy or 1.0)
    if t > 0.0:
        t = min(t, 1.0)
        ux, uy = ux - t * wx, uy - t * wy
    return ux * ux + uy * uy
