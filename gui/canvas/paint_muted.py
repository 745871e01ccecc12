"""What shows that a node is muted: it is dimmed, and a line passes through it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QPainterPath

from engine.arguments import ordered
from engine.graph import Graph, of_the_last
from engine.registry import OPS
from gui.canvas.geometry import Ints
from gui.canvas.look import Level, Look
from gui.canvas.overlay import node_rect

DIMMED = 0.6


@of_the_last
def muted(graph: Graph) -> frozenset[str]:
    """The ids of all muted nodes."""
    return frozenset(i for i, node in graph.nodes.items() if node.muted)


def draw_muted(look: Look, rows: Ints) -> None:
    """Go over the muted nodes among these rows."""
    geometry = look.geometry
    found = muted(geometry.graph)
    if not found:
        return
    known = np.array([geometry.row[i] for i in found if i in geometry.row], np.int64)
    for row in np.intersect1d(known, rows).tolist():
        _draw(look, row)


def _draw(look: Look, row: int) -> None:
    painter, geometry = look.painter, look.geometry
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(look.inks.brush("canvas", DIMMED))
    painter.drawRoundedRect(node_rect(geometry, row, 0.5), 8, 8)
    if look.level is Level.DOTS:
        return
    node = geometry.graph.nodes[geometry.ids[row]]
    wires = ordered(geometry.graph, node, OPS.get(node.op))
    ends = [geometry.output_port(node.id)]
    if wires:
        ends.insert(0, geometry.input_port(node.id, wires[0].slot))
    points = [QPointF(*geometry.ports[end].tolist()) for end in ends]
    painter.setPen(look.inks.pen("value", max(2.4, 1.6 / look.scale)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if len(points) == 2:
        painter.drawPath(_through(*points))
    for point in points:
        painter.setBrush(look.inks.brush("value"))
        painter.drawEllipse(point, 4.0, 4.0)


def _through(start: QPointF, end: QPointF) -> QPainterPath:
    """From the input to the output, level at both ends."""
    path = QPainterPath(start)
    reach = QPointF((end.x() - start.x()) / 2, 0)
    path.cubicTo(start + reach, end - reach, end)
    return path
