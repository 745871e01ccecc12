"""Drawing edges: values forward in solid lines, gradients back in dashed ones beside them."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QPolygonF

from gui.canvas import curves
from gui.canvas.bends import draw_bends
from gui.canvas.inks import DASH, DOTS, saved
from gui.canvas.look import Level, Look
from gui.canvas.routes import SquareGeometry
from gui.model.codes import Back, Line

HAIRLINES_UNDER = 0.3
MOST_SMOOTH = 1500
"""More hairlines than this are drawn without smoothing, which takes ten times as long."""
SCISSORS_RADIUS = 12.0


def draw_edges(look: Look, rows: np.ndarray) -> None:
    """Draw these edges, one batch per way of drawing."""
    if look.scale < HAIRLINES_UNDER:
        _draw_hairlines(look, rows)
        return
    lines, backs = look.states.lines[rows], look.states.backs[rows]
    for code in np.unique(lines).tolist():
        _stroke(look, rows[lines == code], _line_pen(look, Line(code)))
    for code in (Back.DIM, Back.LIVE):
        some = rows[backs == code]
        if len(some):
            _draw_back(look, some, code)
    for row in rows[lines == Line.DETACHED].tolist():
        draw_scissors(look, row)
    draw_bends(look, rows.tolist() if look.geometry.bends else ())


def _line_pen(look: Look, line: Line) -> QPen:
    inks = look.inks
    if line is Line.CARRIED:
        return inks.pen("value", 2.2)
    if line is Line.CUT:
        return inks.pen("cut", 2.0, DOTS)
    if line is Line.DETACHED:
        return inks.pen("cut", 2.0)
    return inks.pen("cut", 1.6)


def _draw_hairlines(look: Look, rows: np.ndarray) -> None:
    """Straight lines from end to end, those with a gradient above the others."""
    painter, geometry = look.painter, look.geometry
    live = look.states.backs[rows] == Back.LIVE
    smooth = len(rows) <= MOST_SMOOTH and look.level is not Level.DOTS
    with saved(painter):
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, smooth)
        for some, token, alpha in ((rows[~live], "cut", 0.7), (rows[live], "gradient", 1.0)):
            if len(some):
                painter.setPen(QPen(look.inks.over_canvas(token, alpha), 0))
                painter.drawLines(geometry.chords_of(some, look.scale))


def _stroke(look: Look, rows: np.ndarray, pen: QPen, *, aside: bool = False) -> None:
    """One path an edge: stroking all in one path takes time with the square of their number.

    `aside` is where gradients travel.
    """
    painter, geometry = look.painter, look.geometry
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    dashed = pen.style() is Qt.PenStyle.CustomDashLine
    if isinstance(geometry, SquareGeometry):
        for path in geometry.paths(rows, aside=aside):
            look.dashed(path, pen) if dashed else painter.drawPath(path)
        return
    some = geometry.beside_of(rows) if aside else geometry.pieces_of(rows)
    if dashed:
        period = pen.widthF() * sum(pen.dashPattern())
        for curve in _in_sight(look, curves.dashes(some, period)):
            look.dashed_curve(curve, pen)
        return
    for a, b, c, d in _in_sight(look, curves.pieces(some)).tolist():
        path = QPainterPath(QPointF(*a))
        path.cubicTo(*b, *c, *d)
        painter.drawPath(path)


def _in_sight(look: Look, some: np.ndarray) -> np.ndarray:
    """Those that may show in the exposed part."""
    return some[look.shows(*curves.boxes(some), 8.0)]


def path_of(some: np.ndarray) -> QPainterPath:
    """One path through all these curves."""
    path = QPainterPath()
    for a, b, c, d in some.tolist():
        path.moveTo(*a)
        path.cubicTo(*b, *c, *d)
    return path


def _draw_back(look: Look, rows: np.ndarray, code: Back) -> None:
    """Dashes and an arrow head at the source: the gradient has arrived there."""
    alpha = 1.0 if code is Back.LIVE else 0.45
    pen = look.inks.pen("gradient", 2.2 if code is Back.LIVE else 1.6, DASH, alpha)
    _stroke(look, rows, pen, aside=True)
    look.painter.setPen(Qt.PenStyle.NoPen)
    look.painter.setBrush(look.inks.brush("gradient", alpha))
    leaving = look.geometry.leaving(rows)
    tips = leaving[:, 0]
    for curve in leaving[look.shows(tips, tips, 12.0)]:
        look.painter.drawPolygon(arrow(curve, 0.0))


def arrow(curve: np.ndarray, t: float, size: float = 9.0) -> QPolygonF:
    """An arrow head at t of a curve, pointing back towards its start."""
    x, y = curves.at(curve, t)
    fromx, fromy = curves.at(curve, min(1.0, t + 0.12))
    long = max(math.hypot(x - fromx, y - fromy), 1e-9)
    across, down = (x - fromx) / long * size, (y - fromy) / long * size
    backx, backy, wide = x - across, y - down, 0.45
    sides = [QPointF(backx - k * down, backy + k * across) for k in (wide, -wide)]
    return QPolygonF([QPointF(x, y), *sides])


def draw_scissors(look: Look, row: int) -> None:
    """A cut one can see: scissors in a circle on the edge."""
    painter, inks = look.painter, look.inks
    x, y = curves.at(look.geometry.curves[row], 0.5)
    painter.setPen(inks.pen("cut", 1.4))
    painter.setBrush(inks.brush("surface"))
    painter.drawEllipse(QPointF(x, y), SCISSORS_RADIUS, SCISSORS_RADIUS)
    look.write(x, y, "✂", "text", pixels=14, align="centre")
