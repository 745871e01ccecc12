"""Where a new node finds room, and what moves aside for one that is put into a wire."""

from __future__ import annotations

import math

import numpy as np

from gui.canvas.geometry import Geometry
from gui.canvas.shapes import CHIP_HEIGHT, GRID
from gui.model import edits, folding, wires
from gui.model.document import Document, Place

BESIDE, BELOW = 40.0, 20.0
"""Scene pixels kept free between a node and what is beside or below it."""


def free_place(geometry: Geometry, at: Place, size: tuple[float, float]) -> Place:
    """The place at or below `at` where a box of this size lies on no node."""
    x, y = at
    low, high = geometry.xy - BELOW / 2, geometry.xy + geometry.size + BELOW / 2
    high[:, 1] += np.where(geometry.pill, CHIP_HEIGHT + 4, 0)
    column = np.flatnonzero((low[:, 0] < x + size[0]) & (high[:, 0] > x))
    for top, bottom in sorted(zip(low[column, 1].tolist(), high[column, 1].tolist(), strict=True)):
        if top < y + size[1] and bottom > y:
            y = _on_grid(bottom)
    return x, y


def make_room(document: Document, node: str) -> Document:
    """A node that was put into a wire stands clear of what it reads; what reads it moves on.

    Everything downstream moves by the same way, so that it keeps its arrangement.  Wires that run
    backwards are left alone: there is no room to be made on them.
    """
    geometry = Geometry.of(document)
    graph, (drawn,) = geometry.graph, geometry.plan.drawn([node])
    if drawn not in geometry.row:  # a group that stands open
        return document
    sources = [e.source for e in graph.inputs.get(drawn, {}).values()]
    targets = [e.target for e in graph.outputs.get(drawn, ())]
    left, *_ = geometry.box(drawn)
    width = float(geometry.size[geometry.row[drawn], 0])
    first = max((geometry.box(i)[2] + BESIDE for i in sources), default=left)
    last = min((geometry.box(i)[0] for i in targets), default=math.inf)
    if last < first - BESIDE:
        return document
    by = _on_grid(max(left, first)) - left
    document = _shifted(document, geometry, {drawn}, by)
    lacking = _on_grid(left + by + width + BESIDE - last)
    return _shifted(document, geometry, _downstream(geometry, drawn), lacking)


def _downstream(geometry: Geometry, node: str) -> set[str]:
    found, waiting = set(), [node]
    while waiting:
        for edge in geometry.graph.outputs.get(waiting.pop(), ()):
            if edge.target not in found:
                found.add(edge.target)
                waiting.append(edge.target)
    return found


def _shifted(document: Document, geometry: Geometry, ids: set[str], by: float) -> Document:
    """The Document with these drawn nodes moved to the right, and the bends between them."""
    if by <= 0 or not ids:
        return document
    corners = {i: geometry.xy[geometry.row[i]].tolist() for i in ids}
    places = folding.unfolded_places(document, {i: (x + by, y) for i, (x, y) in corners.items()})
    bends = wires.bends_between(document, places.keys())
    return wires.move_bends(edits.move(document, places), bends, by, 0.0)


def _on_grid(value: float) -> float:
    return math.ceil(value / GRID) * GRID if math.isfinite(value) else value
