"""The one way to draw a graph: into the window, a picture, a movie's frame or the minimap."""

from __future__ import annotations

import math
from collections.abc import Generator

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter, QPen, QPolygonF

from gui.canvas.geometry import Box, Geometry, Ints
from gui.canvas.inks import inks, saved
from gui.canvas.look import Level, Look
from gui.canvas.overlay import draw_marks, draw_playback
from gui.canvas.paint_edges import draw_edges
from gui.canvas.paint_muted import draw_muted
from gui.canvas.paint_nodes import draw_nodes
from gui.canvas.paint_regions import draw_regions, draw_tabs
from gui.canvas.reach import reach
from gui.canvas.states import States
from gui.canvas.view import View
from gui.model.frames import Frame
from gui.state.selection import Selection
from gui.theme import Theme

GRID = 24.0
SLICE = 8000
"""Edges drawn at a time; a picture of more is worth a draft without them."""
FEW = 40
"""More nodes than this are painted whether they reach into what is exposed or not."""
EMPTY_ROWS = np.zeros(0, np.int64)


def paint(
    painter: QPainter,
    geometry: Geometry,
    frame: Frame,
    theme: Theme,
    selection: Selection | None,
    view: View,
    target: QRectF,
    *,
    phase: float = 1.0,
    states: States | None = None,
    grid: bool = True,
) -> None:
    """Draw everything that is seen within `target` (pixels of the painter's device)."""
    states = states or States(geometry, frame)
    with saved(painter):
        painter.setClipRect(target)
        paint_still(painter, geometry, frame, theme, view, target, states=states, grid=grid)
        paint_moving(
            painter, geometry, frame, theme, selection, view, target, phase=phase, states=states
        )


def paint_still(
    painter: QPainter,
    geometry: Geometry,
    frame: Frame,
    theme: Theme,
    view: View,
    target: QRectF,
    *,
    states: States,
    grid: bool = True,
) -> None:
    """What stays while a packet moves: background, regions, edges, nodes."""
    look = look_at(painter, geometry, frame, theme, view, target, states)
    for _ in paint_slices(look, view, target, grid=grid):
        pass


def paint_slices(
    look: Look,
    view: View,
    target: QRectF,
    *,
    grid: bool = True,
    edges: bool = True,
    without: tuple[Ints, Ints] | None = None,
) -> Generator[None, None, None]:
    """The still picture in slices of a few milliseconds; without edges it is a draft.

    `without` are rows of nodes and of edges that are to be left out.
    """
    left_out = without or (EMPTY_ROWS, EMPTY_ROWS)
    painter, geometry = look.painter, look.geometry
    painter.fillRect(target, look.inks.color("canvas"))
    if grid:
        _draw_grid(painter, look.inks.theme, view, target)
    with saved(painter):
        painter.setTransform(view.transform, True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, look.level is not Level.DOTS)
        draw_regions(look)
        rows = geometry.edges_in(look.exposed) if edges else EMPTY_ROWS
        rows = _but(rows, left_out[1])
        for start in range(0, len(rows), SLICE):
            draw_edges(look, rows[start : start + SLICE])
            yield
        draw_tabs(look)
        rows = _but(_nodes(look), left_out[0])
        draw_nodes(look, rows)
        draw_muted(look, rows)


def _nodes(look: Look) -> Ints:
    """Rows of the nodes that may show: of few, all are asked how far they reach."""
    geometry = look.geometry
    rows = geometry.nodes_in(look.exposed)
    if look.level is not Level.TEXT or len(rows) > FEW:
        return rows
    stored = look.frame.stored
    storing = None if stored is None else stored[0]
    ids, frame = geometry.ids, look.frame
    found = [
        reach(geometry, row, frame.node(ids[row]), storing=ids[row] == storing).getCoords()
        for row in rows.tolist()
    ]
    corners = np.array(found, np.float64).reshape(-1, 4)
    return rows[look.shows(corners[:, :2], corners[:, 2:], 0.0)]


def _but(rows: Ints, left_out: Ints) -> Ints:
    return np.setdiff1d(rows, left_out, assume_unique=True) if len(left_out) else rows


def paint_rows(look: Look, view: View, nodes: Ints, edges: Ints) -> None:
    """These nodes and edges only, above whatever is there."""
    with saved(look.painter):
        look.painter.setTransform(view.transform, True)
        look.painter.setRenderHint(QPainter.RenderHint.Antialiasing, look.level is not Level.DOTS)
        draw_edges(look, edges)
        draw_nodes(look, nodes)
        draw_muted(look, nodes)


def paint_moving(
    painter: QPainter,
    geometry: Geometry,
    frame: Frame,
    theme: Theme,
    selection: Selection | None,
    view: View,
    target: QRectF,
    *,
    phase: float,
    states: States,
) -> None:
    """What lies above: selection, the active ring, the packet, the card of a sum."""
    look = look_at(painter, geometry, frame, theme, view, target, states)
    with saved(painter):
        painter.setTransform(view.transform, True)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, look.level is not Level.DOTS)
        if selection is not None:
            draw_marks(look, selection)
        draw_playback(look, view, phase)


def look_at(
    painter: QPainter,
    geometry: Geometry,
    frame: Frame,
    theme: Theme,
    view: View,
    target: QRectF,
    states: States,
) -> Look:
    seen = view.rect_to_scene(target)
    exposed: Box = (seen.left(), seen.top(), seen.right(), seen.bottom())
    return Look(painter, inks(theme), geometry, frame, states, view.scale, exposed)


def _draw_grid(painter: QPainter, theme: Theme, view: View, target: QRectF) -> None:
    """Dots, at least 15 pixels apart at every zoom."""
    step = GRID * view.scale
    while step < 15:
        step *= 2
    while step > 60:
        step /= 2
    columns = range(*_span(target.left() - view.dx, target.right() - view.dx, step))
    rows = range(*_span(target.top() - view.dy, target.bottom() - view.dy, step))
    row_of_dots = QPolygonF([QPointF(i * step + view.dx, 0) for i in columns])
    with saved(painter):
        painter.setPen(QPen(theme.color("grid"), 2.0))
        painter.translate(0, rows.start * step + view.dy)
        for _ in rows:
            painter.drawPoints(row_of_dots)
            painter.translate(0, step)


def _span(low: float, high: float, step: float) -> tuple[int, int]:
    return math.floor(low / step), math.ceil(high / step) + 1
