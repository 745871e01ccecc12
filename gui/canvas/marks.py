"""Marks for playing: breakpoints, where the next step happens, how often the run has been here."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPolygonF

from engine.graph import EdgeKey
from gui.canvas import curves
from gui.canvas.inks import saved
from gui.canvas.look import Level, Look
from gui.canvas.overlay import SMALLEST_TEXT, node_rect, upright
from gui.canvas.view import View

REACH = 9.5
"""From the middle of a stop sign to its corners."""
NEXT_GAP = 9.0
"""Further out than the ring of the current step."""
NEXT_DASH = (1.0, 2.6)
INSET = 30.0
"""From a node's left edge to its stop sign: the corner is for errors."""
ALONG = 0.75
"""Where on an edge its stop sign is: not where a packet comes to rest."""


@dataclass(frozen=True)
class Marks:
    """Breakpoints (nodes, and edges by target and slot) and whether each is on; the nodes of the
    next step; `visits` gives how often the run has come to a node, where that is to be shown."""

    breakpoints: Mapping[str | EdgeKey, bool] = field(default_factory=dict)
    next: frozenset[str] = frozenset()
    visits: Callable[[str], int] | None = None


NO_MARKS = Marks()


def draw_play_marks(look: Look, view: View, marks: Marks) -> None:
    """Draw them over the nodes, in the colours of the theme; shapes tell them apart as well."""
    with saved(look.painter):
        look.painter.setTransform(view.transform, True)
        look.painter.setRenderHint(look.painter.RenderHint.Antialiasing)
        if marks.visits is not None and look.level is not Level.DOTS:
            _draw_visits(look, marks.visits)
        for node in look.geometry.plan.drawn(marks.next) & look.geometry.row.keys():
            _draw_next(look, look.geometry.row[node])
        for spot, on in marks.breakpoints.items():
            _draw_breakpoint(look, spot, on)


def _draw_next(look: Look, row: int) -> None:
    """A dotted ring, where the current step has a solid one, and a triangle that points at it."""
    geometry, painter = look.geometry, look.painter
    rect = node_rect(geometry, row, NEXT_GAP)
    radius = rect.height() / 2 if geometry.pill[row] else 8 + NEXT_GAP
    look.dashed_box(rect, radius, look.inks.pen("muted", max(1.6, 1.2 / look.scale), NEXT_DASH))
    by = max(1.0, 0.6 / look.scale)
    tip = QPointF(rect.left() - 1, rect.center().y())
    painter.setPen(look.inks.pen("canvas", 1.2 * by))
    painter.setBrush(look.inks.brush("muted"))
    sides = [tip + QPointF(-9 * by, -5.5 * by), tip + QPointF(-9 * by, 5.5 * by)]
    painter.drawPolygon(QPolygonF([tip, *sides]))


def _draw_breakpoint(look: Look, spot: str | EdgeKey, on: bool) -> None:
    at = _place(look, spot)
    if at is None:
        return
    painter, by = look.painter, max(1.0, SMALLEST_TEXT / look.scale)
    painter.setPen(look.inks.pen("canvas" if on else "error", (1.5 if on else 1.8) * by))
    painter.setBrush(look.inks.brush("error" if on else "canvas"))
    painter.drawPolygon(_octagon(at, REACH * by))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.inks.brush("on_accent" if on else "error"))
    for x in (-3.2, 1.2):
        painter.drawRect(QRectF(at.x() + x * by, at.y() - 3.4 * by, 2 * by, 6.8 * by))


def _place(look: Look, spot: str | EdgeKey) -> QPointF | None:
    """On the upper edge of the node, or on the curve; None for what is not drawn."""
    geometry = look.geometry
    if isinstance(spot, str):
        (node,) = geometry.plan.drawn([spot])
        if node not in geometry.row:
            return None
        rect = node_rect(geometry, geometry.row[node])
        return QPointF(rect.left() + min(INSET, rect.width() / 2), rect.top())
    if spot not in geometry.edge_row:
        return None
    row = geometry.edge_row[spot]
    return QPointF(*curves.at(geometry.way(row), ALONG))


def _octagon(middle: QPointF, reach: float) -> QPolygonF:
    """A stop sign: its sides are upright, so it is turned by half a corner."""
    turns = (math.pi / 8 + k * math.pi / 4 for k in range(8))
    return QPolygonF([middle + QPointF(math.cos(t), math.sin(t)) * reach for t in turns])


def _draw_visits(look: Look, visits: Callable[[str], int]) -> None:
    """`3×` at the lower right corner."""
    geometry = look.geometry
    rows: list[int] = np.asarray(geometry.nodes_in(look.exposed)).tolist()
    for row in rows:
        count = visits(geometry.ids[row])
        if count:
            text = f"{count}×"
            corner = node_rect(geometry, row).bottomRight()
            width = look.inks.width(text, 11, fixed=True, bold=True) + 12
            with upright(look, corner.x(), corner.y()):
                look.chip(
                    QRectF(6 - width, -8, width, 17), text, ink="text", fill="surface",
                    border="muted", bold=True, radius=8.5,
                )  # fmt: skip
