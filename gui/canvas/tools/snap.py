"""Lines to snap to: edges and middles of the nodes in sight, and wires that are nearly straight."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainter

from engine.graph import Graph
from gui.canvas.geometry import Box, Floats, Geometry
from gui.canvas.inks import inks
from gui.canvas.view import View
from gui.theme import Theme

NEAR = 6.0
"""Widget pixels within which something snaps."""

_PARTS = np.array([0.0, 0.5, 1.0])
"""Of a box: its low edge, its middle, its high edge."""


@dataclass(frozen=True, slots=True)
class Snap:
    """How much further to move to lie on a line, and the lines (scene) that show it."""

    by: float
    lines: tuple[QLineF, ...] = ()


class Guides:
    """What a moving box can line up with: made once a gesture, and again when the view moves."""

    def __init__(
        self, geometry: Geometry, graph: Graph, moving: Collection[str], exposed: Box
    ) -> None:
        rows = geometry.nodes_in(exposed, around=0)
        moved = [geometry.row[i] for i in moving if i in geometry.row]
        rows = rows[~np.isin(rows, moved)]
        self.low = geometry.xy[rows]
        self.size = geometry.size[rows]
        self._wires = _wires(geometry, graph, set(moving), set(rows.tolist()))

    def snap(self, box: Box, axis: int, near: float) -> Snap | None:
        """For a box where the mouse would have it: the nearest line of this axis, if one is near.

        `near` is in scene pixels; of the wires the one that is nearly straight comes first.
        """
        if axis == 1 and (wire := self._straight(box, near)) is not None:
            return wire
        if not len(self.low):
            return None
        theirs = self.low[:, axis, None] + self.size[:, axis, None] * _PARTS
        ours = box[axis] + (box[axis + 2] - box[axis]) * _PARTS
        away = theirs - ours
        best = np.abs(away).min()
        if best > near:
            return None
        by = float(away.flat[int(np.abs(away).argmin())])
        return Snap(by, self._lines(box, axis, by, theirs, ours))

    def _lines(
        self, box: Box, axis: int, by: float, theirs: Floats, ours: Floats
    ) -> tuple[QLineF, ...]:
        """One line for each part that lies on others now, as long as what it joins."""
        lines = []
        for part in range(3):
            on = np.flatnonzero(np.abs(theirs[:, part] - (ours[part] + by)) < 0.01)
            if len(on):
                other = 1 - axis
                low = min(box[other], float(self.low[on, other].min()))
                high = float((self.low[on, other] + self.size[on, other]).max())
                lines.append(_line(axis, float(ours[part] + by), low, max(box[other + 2], high)))
        return tuple(lines)

    def _straight(self, box: Box, near: float) -> Snap | None:
        """The wire out of the moving box that needs the least to be straight."""
        if not len(self._wires):
            return None
        away = self._wires[:, 3] - (self._wires[:, 1] + box[1])
        best = int(np.abs(away).argmin())
        if abs(away[best]) > near:
            return None
        own_x, _, other_x, y = self._wires[best].tolist()
        ends = sorted((box[0] + own_x, other_x))
        return Snap(float(away[best]), (_line(1, y, *ends),))


def _wires(geometry: Geometry, graph: Graph, moving: set[str], seen: set[int]) -> Floats:
    """For each wire between a moving node and one in sight: own x, y in the box; other x, y."""
    rows = []
    boxes = [geometry.xy[geometry.row[i]] for i in moving if i in geometry.row]
    corner = np.min(boxes, axis=0) if boxes else np.zeros(2)
    for node in moving & graph.nodes.keys():
        edges = [*graph.inputs.get(node, {}).values(), *graph.outputs.get(node, ())]
        for row in (geometry.edge_row[e.key] for e in edges if e.key in geometry.edge_row):
            ends = geometry.ends[row]
            owners = geometry.owner[ends].tolist()
            inside = [geometry.ids[owner] in moving for owner in owners]
            if inside[0] == inside[1]:
                continue
            own, other = (0, 1) if inside[0] else (1, 0)
            if owners[other] in seen:
                rows.append([*(geometry.ports[ends[own]] - corner), *geometry.ports[ends[other]]])
    return np.array(rows, np.float64).reshape(-1, 4)


def _line(axis: int, at: float, low: float, high: float) -> QLineF:
    return QLineF(at, low, at, high) if axis == 0 else QLineF(low, at, high, at)


def draw_guides(painter: QPainter, theme: Theme, view: View, lines: Collection[QLineF]) -> None:
    """The lines something lies on, thin, in widget pixels."""
    painter.setPen(inks(theme).pen("selection", 1.0))
    painter.drawLines([QLineF(view.to_view(line.p1()), view.to_view(line.p2())) for line in lines])
