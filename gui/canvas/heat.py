"""A small picture of a tensor's numbers: blue above zero, orange below, stronger is larger."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtGui import QColor, QImage

from gui.theme import Theme

MOST = 16
"""Cells shown along each side; larger tensors show every nth number."""


def heat_map(array: Any, theme: Theme) -> QImage | None:
    """One pixel a cell, or None where there is nothing to tell apart."""
    cells = _cells(np.asarray(array))
    if cells is None:
        return None
    finite = np.isfinite(cells)
    top = float(np.abs(cells[finite]).max(initial=0.0)) or 1.0
    strength = np.where(finite, np.clip(np.nan_to_num(cells) / top, -1, 1), 0.0)[..., None]
    surface, value, gradient, error = (
        _rgb(theme.color(token)) for token in ("surface", "value", "gradient", "error")
    )
    ink = np.where(strength >= 0, value, gradient)
    pixels = surface + (ink - surface) * np.abs(strength)
    pixels[~finite] = error
    data = np.ascontiguousarray(pixels.round().astype(np.uint8))
    height, width = data.shape[:2]
    return QImage(data.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def _cells(array: np.ndarray) -> np.ndarray | None:
    if array.size < 2 or array.dtype.kind not in "fiub":
        return None
    flat = array.reshape(-1, array.shape[-1]) if array.ndim > 1 else array.reshape(1, -1)
    if not flat.size:
        return None
    down, across = (max(1, -(-n // MOST)) for n in flat.shape)
    return flat[::down, ::across].astype(np.float64)


def _rgb(color: QColor) -> np.ndarray:
    return np.array([color.red(), color.green(), color.blue()], np.float64)
