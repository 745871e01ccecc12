"""Blocks filled in NumPy: tens of thousands of tiny rectangles take a few milliseconds this way."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


def topmost(corner: Floats, span: Floats, width: int, height: int) -> Ints:
    """For each of so many pixels (height, width) which rectangle is above there, 0 for none.

    `corner` and `span` (n, 2) are in pixels, each side at least one; rectangles count from 1.
    """
    pixels = np.zeros((height, width), np.int64)
    low, size = np.floor(corner).astype(np.int64), np.maximum(span.round(), 1).astype(np.int64)
    number = np.arange(1, len(low) + 1)
    for right in range(int(size[:, 0].max(initial=0))):
        for down in range(int(size[:, 1].max(initial=0))):
            x, y = low[:, 0] + right, low[:, 1] + down
            inside = (size[:, 0] > right) & (size[:, 1] > down)
            inside &= (x >= 0) & (x < width) & (y >= 0) & (y < height)
            pixels[y[inside], x[inside]] = number[inside]
    return pixels


def painted(tops: Ints, color: NDArray[np.uint32]) -> QImage:
    """An image of what `topmost` gave, clear where there is nothing; `color` (n,) is ARGB."""
    height, width = tops.shape
    pixels = np.concatenate([np.zeros(1, np.uint32), color])[tops]
    image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_ARGB32)
    return image.copy()


def blocks(
    corner: Floats, span: Floats, color: NDArray[np.uint32], width: int, height: int
) -> QImage:
    """An image of so many pixels, clear but for these rectangles; any may be above another."""
    return painted(topmost(corner, span, width, height), color)
