"""How far what is drawn of a node or an edge reaches: a step repaints no more than that."""

from __future__ import annotations

from collections.abc import Sequence
from operator import attrgetter

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from gui.canvas import curves
from gui.canvas.curves import Points
from gui.canvas.geometry import Geometry
from gui.canvas.shapes import CHIP_HEIGHT
from gui.model.frames import Array, NodeState

BODY = 8.0
"""Border, shadow of a folded box and ports."""
SIDE, BELOW = 32.0, CHIP_HEIGHT + 8.0
"""The `.grad` chip."""
SIGN = 16.0
"""Σ at one corner and the sign of an error at the other."""
WAITING = 200.0, 31.0
"""The longest "3 of 12 in", to the left of Σ, and how far above the node it is."""
ERROR = 190.0
LINE, BACK = 14.0, 7.0
"""Beside an edge: scissors; beside its way back: an arrow head."""
ROUND, MOST_PIECES = 80.0, 12
"""Pieces of an edge are about so long (scene pixels), and at most so many."""
SMALL = 64
"""Larger arrays are not compared number by number."""

_SEEN = attrgetter(
    "error", "requires_grad", "is_leaf", "retains_grad", "why_no_grad", "expected", "live",
    "freed", "expected_error", "arrived", "piled_up",
)  # fmt: skip
_ARRAYS = attrgetter("value", "grad", "stored")


def alike(a: NodeState, b: NodeState) -> bool:
    """Whether a node is surely drawn the same in both states."""
    return _SEEN(a) == _SEEN(b) and a.more is b.more and all(map(_same, _ARRAYS(a), _ARRAYS(b)))


def _same(a: Array | None, b: Array | None) -> bool:
    if a is b:
        return True
    if a is None or b is None or (a.shape, a.dtype) != (b.shape, b.dtype):
        return False
    return bool(a.size <= SMALL and a.tobytes() == b.tobytes())


def reach(geometry: Geometry, row: int, state: NodeState, *, storing: bool = False) -> QRectF:
    """The part of the scene a node is drawn on where text can be read; `storing`: as it stores."""
    (x, y), (width, height) = geometry.xy[row].tolist(), geometry.size[row].tolist()
    left = top = right = down = BODY
    leaf = bool(geometry.pill[row]) or state.is_leaf or state.value is None
    if storing or leaf or state.stored is not None or state.retains_grad:
        left = right = SIDE
        down = BELOW
    if state.expected > 1 or state.arrived > 1:
        right, top = max(right, SIGN), max(top, WAITING[1] if state.live else SIGN)
        left = max(left, WAITING[0] - width) if state.live else left
    if state.error:
        left, top = max(left, SIGN + 2), max(top, SIGN)
        right, down = max(right, 10.0, ERROR - width), down + 28.0
    return QRectF(x - left, y - top, width + left + right, height + top + down)


def along(geometry: Geometry, row: int, *, whole: bool) -> list[QRectF]:
    """The parts of the scene an edge is drawn on, or only its way back."""
    if geometry.square:
        return around_edges(geometry, [row])
    found = _around(geometry.beside_of([row]), BACK)
    return found + _around(geometry.pieces_of([row]), LINE) if whole else found


def around_edges(geometry: Geometry, rows: Sequence[int]) -> list[QRectF]:
    """One part of the scene for each of these edges, at any zoom."""
    low, high = geometry.edge_boxes
    return _boxes(low[list(rows)], high[list(rows)], 24.0)


def _around(ways: Points, by: float) -> list[QRectF]:
    """Boxes that cover cubics (n, 4, 2) and so much beside them."""
    length = float(np.hypot(*np.moveaxis(np.diff(ways, axis=1), -1, 0)).sum())
    low, high = curves.boxes(curves.pieces(ways, max(ROUND, length / MOST_PIECES)))
    return _boxes(low, high, by)


def _boxes(low: Points, high: Points, around: float) -> list[QRectF]:
    corners = zip(low.tolist(), high.tolist(), strict=True)
    return [QRectF(QPointF(*a), QPointF(*b)).adjusted(-around, -around, around, around)
            for a, b in corners]  # fmt: skip
