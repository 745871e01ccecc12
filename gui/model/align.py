"""Lining boxes up and spacing them out: where they go, as a pure function of where they are."""

from __future__ import annotations

from collections.abc import Mapping

from gui.model.document import Place

Box = tuple[float, float, float, float]
"""left, top, right, bottom."""

ALIGN = {
    "left": (0, 0.0),
    "right": (0, 1.0),
    "centre": (0, 0.5),
    "top": (1, 0.0),
    "bottom": (1, 1.0),
    "middle": (1, 0.5),
}
"""Way -> (axis, which part of each box): `centre` is one under the other, `middle` side by side."""

DISTRIBUTE = {"horizontally": 0, "vertically": 1}


def aligned(boxes: Mapping[str, Box], way: str) -> dict[str, Place]:
    """The top-left corners after lining the boxes up at the outermost edge or the common middle."""
    axis, part = ALIGN[way]
    low = min(box[axis] for box in boxes.values())
    high = max(box[axis + 2] for box in boxes.values())
    line = low + part * (high - low)
    return {i: _at(b, axis, line - part * (b[axis + 2] - b[axis])) for i, b in boxes.items()}


def distributed(boxes: Mapping[str, Box], way: str) -> dict[str, Place]:
    """The top-left corners with equal gaps between the boxes; the outermost two stay."""
    axis = DISTRIBUTE[way]
    order = sorted(boxes, key=lambda i: (boxes[i][axis] + boxes[i][axis + 2], i))
    low, high = boxes[order[0]][axis], boxes[order[-1]][axis + 2]
    filled = sum(boxes[i][axis + 2] - boxes[i][axis] for i in order)
    gap = (high - low - filled) / max(1, len(order) - 1)
    places, at = {}, low
    for i in order:
        places[i] = _at(boxes[i], axis, at)
        at += boxes[i][axis + 2] - boxes[i][axis] + gap
    return places


def _at(box: Box, axis: int, value: float) -> Place:
    return (value, box[1]) if axis == 0 else (box[0], value)
