"""Folding a long thin picture into lines, as a text is: else fitting it shows a hair."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ASPECT = 1.8
"""Width by height that is aimed at: a window's."""
THIN = 6.0
"""How many times wider than tall a picture must be to be folded."""
GAP = 120.0
AROUND = 0.15
"""How far from an even part a line may end, in parts of its length."""
NARROWEST = 2400.0
"""A picture of less than this in width is never folded, in scene pixels."""


def wrapped(corner: Floats, size: Floats, edges: Ints) -> Floats:
    """The same corners (n, 2), or those of as many lines below each other as suit a window.

    Lines are cut between columns, where the fewest edges (m, 2) cross.
    """
    if not len(corner):
        return corner
    low, high = corner.min(axis=0), (corner + size).max(axis=0)
    width, height = high - low
    if width < NARROWEST or width < THIN * height:
        return corner
    lines = round(float(np.sqrt(width / (ASPECT * (height + GAP)))))
    cuts = _cuts(corner, size, edges, low[0], width, lines)
    line = np.searchsorted(cuts, corner[:, 0] + 1e-6, "right")
    starts = np.concatenate([[low[0]], cuts])
    moved = corner.copy()
    moved[:, 0] -= starts[line] - low[0]
    moved[:, 1] += line * (height + GAP)
    return moved


def _cuts(
    corner: Floats, size: Floats, edges: Ints, left: float, width: float, lines: int
) -> Floats:
    """Where columns begin that begin a line: near even parts, across few edges."""
    begins, column = np.unique(corner[:, 0], return_inverse=True)
    reach = np.full(len(begins), -np.inf)
    np.maximum.at(reach, column, corner[:, 0] + size[:, 0])
    reach = np.maximum.accumulate(reach)
    places = begins[1:][begins[1:] >= reach[:-1]]  # no node reaches over from before
    if not len(places):
        return places
    x = corner[:, 0]
    leaves, enters = np.sort(x[edges[:, 0]]), np.sort(x[edges[:, 1]])
    crossing = np.searchsorted(leaves, places) - np.searchsorted(enters, places)
    found = []
    for k in range(1, lines):
        away = np.abs(places - (left + width * k / lines)) / (width / lines)
        near = away <= max(AROUND, float(away.min()))
        found.append(places[int(np.where(near, crossing + away, np.inf).argmin())])
    return np.unique(found)
