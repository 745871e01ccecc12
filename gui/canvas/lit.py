"""A way that is lit, and ghosts: drawn above the still picture, which stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from weakref import ReferenceType, ref

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPen

from engine.graph import EdgeKey
from gui.canvas import curves
from gui.canvas.geometry import Geometry, Ints
from gui.canvas.inks import DASH, saved
from gui.canvas.look import Level, Look
from gui.canvas.overlay import node_rect
from gui.canvas.paint_edges import HAIRLINES_UNDER, MOST_SMOOTH, arrow, draw_edges, path_of
from gui.canvas.view import View

TOKEN = "green"
"""No value, gradient, sum or error has this colour."""
GAP = 7.0
MOST_HALOES = 60
HALO, THIN = (13.0, 9.0), (5.0, 3.5)
"""Around a wire: how wide, and at least how many pixels; thin where very many are lit."""
SMALLEST = 9.0
"""Pixels: nothing that is lit is smaller, however far one has zoomed out."""


@dataclass(frozen=True)
class Light:
    """What is lit: nodes and edges; and what would have passed, as text, at edges and nodes."""

    nodes: tuple[str, ...] = ()
    edges: tuple[EdgeKey, ...] = ()
    ghost_edges: Mapping[EdgeKey, str] = field(default_factory=dict)
    ghost_nodes: Mapping[str, str] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.nodes or self.edges or self.ghost_edges or self.ghost_nodes)


NO_LIGHT = Light()


def draw_light(look: Look, light: Light, view: View) -> None:
    """Draw it above the still picture; the painter is in widget pixels."""
    if not light:
        return
    with saved(look.painter):
        look.painter.setTransform(view.transform, True)
        look.painter.setRenderHint(look.painter.RenderHint.Antialiasing)
        nodes, edges = _rows(look.geometry, light)
        _draw_edges(look, _in_sight(look, edges))
        _draw_nodes(look, np.intersect1d(nodes, look.geometry.nodes_in(look.exposed)))
        _draw_ghosts(look, light)


_last: list[tuple[ReferenceType[Geometry], ReferenceType[Light], Ints, Ints]] = []
"""No graph stays for it: what is drawn belongs to its document."""


def _rows(geometry: Geometry, light: Light) -> tuple[Ints, Ints]:
    """The rows of what is lit, looked up once: playing paints the same light again and again."""
    for known, lit, nodes, edges in _last:
        if known() is geometry and lit() is light:
            return nodes, edges
    row, edge_row = geometry.row, geometry.edge_row
    drawn = geometry.plan.drawn(light.nodes)  # a node in a folded group lights the group's box
    nodes = np.array(sorted({row[i] for i in drawn if i in row}), np.int64)
    edges = np.array(sorted({edge_row[k] for k in light.edges if k in edge_row}), np.int64)
    _last[:] = [(ref(geometry), ref(light), nodes, edges)]
    return nodes, edges


def _in_sight(look: Look, rows: Ints) -> Ints:
    low, high = look.geometry.edge_boxes
    left, top, right, bottom = look.exposed
    seen = (low[rows] <= [right + 16, bottom + 16]) & (high[rows] >= [left - 16, top - 16])
    found: Ints = rows[seen.all(axis=1)]
    return found


def _draw_edges(look: Look, rows: Ints) -> None:
    painter, geometry = look.painter, look.geometry
    if not len(rows):
        return
    if look.scale < HAIRLINES_UNDER:
        few = len(rows) <= MOST_SMOOTH
        pen = QPen(look.inks.color(TOKEN), 3.0 if few else 0.0)
        pen.setCosmetic(True)
        with saved(painter):
            painter.setPen(pen)
            painter.setRenderHint(painter.RenderHint.Antialiasing, few)
            painter.drawLines(geometry.chords_of(rows))
        return
    few = len(rows) <= MOST_HALOES
    painter.setBrush(Qt.BrushStyle.NoBrush)
    wide, least = HALO if few else THIN
    painter.setPen(look.inks.pen(TOKEN, max(wide, least / look.scale), alpha=0.45))
    for row in rows.tolist():
        painter.drawPath(path_of(geometry.pieces_of([row])))
    if few:  # over a thin one the wire shows through
        draw_edges(look, rows)


def _pens(look: Look, count: int, wide: float, core: float) -> list[QPen]:
    """A halo and a line in it; of very many only the line, a halo takes several times as long."""
    halo = [look.inks.pen(TOKEN, wide, alpha=0.28)] if count <= MOST_HALOES else []
    return [*halo, look.inks.pen(TOKEN, core)]


def _draw_nodes(look: Look, rows: Ints) -> None:
    painter, geometry = look.painter, look.geometry
    if look.level is not Level.TEXT:
        with saved(painter):
            _box_style(look, len(rows))
            painter.drawRects([QRectF(*box) for box in _boxes(look, rows)])
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in _pens(look, len(rows), 9.0, 2.6):
        painter.setPen(pen)
        for row in rows.tolist():
            rect = node_rect(geometry, row, GAP)
            radius = rect.height() / 2 if geometry.pill[row] else 8 + GAP
            painter.drawRoundedRect(rect, radius, radius)


def _box_style(look: Look, count: int) -> None:
    """Framed boxes; of very many filled ones, which are drawn several times as fast."""
    painter, inks = look.painter, look.inks
    few, legible = count <= MOST_SMOOTH, look.level is Level.BOXES  # what is written shows through
    painter.setRenderHint(painter.RenderHint.Antialiasing, few)
    painter.setPen(inks.pen(TOKEN, (3.0 if legible else 2.0) / look.scale))
    painter.setBrush(inks.brush(TOKEN, 0.15 if legible else 0.6))
    if not few:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(inks.over_canvas(TOKEN, 0.7))


def _boxes(look: Look, rows: Ints) -> list[list[float]]:
    """The nodes' rectangles, grown around their middles where they are smaller than can be seen."""
    xy, size = look.geometry.xy[rows] - 2, look.geometry.size[rows] + 4
    more = np.maximum(0.0, SMALLEST / look.scale - size)
    boxes: list[list[float]] = np.hstack([xy - more / 2, size + more]).tolist()
    return boxes


# ---- ghosts --------------------------------------------------------------------------------------


def _draw_ghosts(look: Look, light: Light) -> None:
    geometry = look.geometry
    keys = {geometry.edge_row[k]: text for k, text in light.ghost_edges.items()
            if k in geometry.edge_row}  # fmt: skip
    rows = _in_sight(look, np.array(sorted(keys), np.int64)).tolist()
    pen = look.inks.pen("gradient", max(2.0, 1.6 / look.scale), DASH, alpha=0.6)
    for row in rows:
        pieces = geometry.beside_of([row])
        look.dashed(path_of(pieces), pen)
        look.painter.setPen(look.inks.pen("gradient", 1.4, alpha=0.8))
        look.painter.setBrush(look.inks.brush("canvas"))
        look.painter.drawPolygon(arrow(pieces[0], 0.0))
    if look.level is not Level.TEXT:
        return
    for row in rows:
        x, y = curves.at(geometry.beside(row), 0.5)
        _chip(look, x, y + 16, keys[row])
    for node, text in light.ghost_nodes.items():
        if node in geometry.row:
            rect = node_rect(geometry, geometry.row[node])
            _chip(look, rect.center().x(), rect.top() - 24, f"∂ {text}")


def _chip(look: Look, x: float, y: float, text: str) -> None:
    """A number in a dashed frame: nothing of the run, only what would have been."""
    inks, painter = look.inks, look.painter
    width = inks.width(text, 11, fixed=True) + 34
    rect = QRectF(x - width / 2, y - 10, width, 20)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(inks.brush("canvas", 0.92))
    painter.drawRoundedRect(rect, 6, 6)
    look.dashed_box(rect, 6, inks.pen("gradient", 1.3, DASH, alpha=0.8))
    _mark(look, rect.left() + 8, y)
    look.write(rect.left() + 23, y, text, "gradient", pixels=11, fixed=True)


def _mark(look: Look, x: float, y: float) -> None:
    """A small ghost: a dome over a wavy hem, and two eyes."""
    path = QPainterPath(QPointF(x, y + 5.5))
    path.lineTo(x, y - 1)
    path.arcTo(QRectF(x, y - 6, 10, 10), 180, -180)
    path.lineTo(x + 10, y + 5.5)
    for k, dy in enumerate((3.2, 5.5, 3.2, 5.5)):
        path.lineTo(x + 7.5 - 2.5 * k, y + dy)
    look.painter.setPen(look.inks.pen("gradient", 1.2))
    look.painter.setBrush(Qt.BrushStyle.NoBrush)
    look.painter.drawPath(path)
    look.painter.setBrush(look.inks.brush("gradient"))
    look.painter.setPen(Qt.PenStyle.NoPen)
    for eye in (3.2, 6.8):
        look.painter.drawEllipse(QPointF(x + eye, y - 1.2), 1.0, 1.3)
