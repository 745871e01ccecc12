"""The curves edges follow, many at a time: arrays of cubic control points, shape (m, 4, 2)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]

BESIDE = 9.0
"""How far from its edge a gradient's line runs, in scene pixels."""

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


def at(curve: Points, t: float) -> tuple[float, float]:
    """The point of one curve (4, 2) at t from 0 to 1."""
    s = 1 - t
    x, y = (
        s * s * s * curve[0] + 3 * s * s * t * curve[1] + 3 * s * t * t * curve[2] + t**3 * curve[3]
    )
    return float(x), float(y)


def distances(a: Points, b: Points, x: float, y: float) -> Points:
    """How far (x, y) is from each straight piece from `a` to `b`, both (k, 2)."""
    step = b - a
    square = np.maximum((step**2).sum(axis=1), 1e-12)
    t = np.clip(((x - a[:, 0]) * step[:, 0] + (y - a[:, 1]) * step[:, 1]) / square, 0, 1)
    near = a + step * t[:, None]
    return np.hypot(near[:, 0] - x, near[:, 1] - y)
