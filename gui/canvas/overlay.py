"""What lies above the still picture: selection, the ring of the current step, packets, sums."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPen

from gui.canvas import curves
from gui.canvas.geometry import AROUND, Geometry, Ints
from gui.canvas.inks import DOTS, Inks, saved
from gui.canvas.look import Level, Look
from gui.canvas.paint_edges import arrow, path_of
from gui.canvas.paint_nodes import draw_error_badge, draw_grad_chip, draw_ports
from gui.canvas.paint_regions import draw_tab
from gui.canvas.states import error_token
from gui.canvas.view import View
from gui.model.frames import Frame, NodeState, Packet
from gui.model.words import equation, short, with_shape
from gui.state.selection import Selection
from gui.tr import tr

RING_GAP = 5.0
PACKET_HEIGHT = 24.0
SMALLEST_TEXT = 0.85
"""Numbers on the move are never drawn smaller than at this zoom."""

MOST_PARTS = 10
"""Painting one part around all is soon less than painting many."""

_START, _REST = 0.12, 0.68
_MOST_TERMS = 4


def node_rect(geometry: Geometry, row: int, by: float = 0.0) -> QRectF:
    """A node's rectangle, `by` larger on every side."""
    (x, y), (width, height) = geometry.xy[row].tolist(), geometry.size[row].tolist()
    return QRectF(x - by, y - by, width + 2 * by, height + 2 * by)


def ring(look: Look, row: int, pen: QPen, gap: float) -> None:
    """An outline around a node, following its form."""
    rect = node_rect(look.geometry, row, gap)
    radius = rect.height() / 2 if look.geometry.pill[row] else 8 + gap
    look.painter.setPen(pen)
    look.painter.setBrush(Qt.BrushStyle.NoBrush)
    look.painter.drawRoundedRect(rect, radius, radius)


def draw_marks(look: Look, selection: Selection) -> None:
    """What is selected."""
    geometry, thick = look.geometry, max(2.0, 1.5 / look.scale)
    edges = [geometry.edge_row[k] for k in selection.edges if k in geometry.edge_row]
    if edges:
        look.painter.setPen(look.inks.pen("selection", max(4.0, thick), alpha=0.8))
        look.painter.setBrush(Qt.BrushStyle.NoBrush)
        look.painter.drawPath(path_of(geometry.pieces_of(edges)))
    pen = look.inks.pen("selection", thick)
    rows = np.array([geometry.row[i] for i in selection.items if i in geometry.row], np.int64)
    if look.level is Level.TEXT:
        for row in np.intersect1d(rows, geometry.nodes_in(look.exposed)).tolist():
            ring(look, row, pen, 3.0)
            draw_ports(look, row)  # a wire is drawn from them: the outline may not hide them
    elif len(rows):
        boxes = np.hstack([geometry.xy[rows], geometry.size[rows]]).tolist()
        look.painter.setPen(pen)
        look.painter.setBrush(look.inks.brush("selection", 0.25))
        look.painter.drawRects([QRectF(*box) for box in boxes])
    for shape in geometry.regions:
        if shape.id in selection.items:
            box = QRectF(QPointF(*shape.box[:2]), QPointF(*shape.box[2:]))
            look.painter.setPen(pen)
            look.painter.setBrush(Qt.BrushStyle.NoBrush)
            look.painter.drawRoundedRect(box.adjusted(-3, -3, 3, 3), 14, 14)
            draw_tab(look, shape)


def draw_playback(look: Look, view: View, phase: float) -> None:
    """The current step: its ring, its packet, its sum."""
    frame, geometry = look.frame, look.geometry
    way = frame.path if len(frame.path) > 1 else ()
    if way:
        _draw_way(look, frame)
    for node in frame.active & geometry.row.keys():
        pen = look.inks.pen(_ring_token(frame, node), max(3.0, 2.0 / look.scale))
        ring(look, geometry.row[node], pen, RING_GAP)
    if look.level is Level.TEXT:
        for node in {*frame.active, *way} & geometry.row.keys():
            _draw_above_ring(look, node)
    if frame.packet is not None:
        _draw_packet(look, frame.packet, phase)
    if frame.summing is not None and frame.summing in geometry.row:
        draw_sum_card(look, frame.summing, view)


def _draw_above_ring(look: Look, node: str) -> None:
    """What a ring around the node may not strike through."""
    row, state = look.geometry.row[node], look.frame.node(node)
    draw_ports(look, row)
    draw_grad_chip(look, row)
    if state.error:
        draw_error_badge(look, node_rect(look.geometry, row), state)


def _draw_way(look: Look, frame: Frame) -> None:
    """From the root to the node that raised: a thin ring around each, and the edges between."""
    geometry = look.geometry
    rows = [geometry.row[node] for node in frame.path if node in geometry.row]
    token = error_token(frame.node(frame.path[-1]))
    pen = look.inks.pen(token, max(1.6, 1.2 / look.scale))
    look.painter.setPen(look.inks.pen(token, max(3.0, 1.6 / look.scale), alpha=0.75))
    look.painter.setBrush(Qt.BrushStyle.NoBrush)
    look.painter.drawPath(path_of(geometry.pieces_of(way_edges(geometry, rows))))
    for row in rows:
        ring(look, row, pen, RING_GAP)


def way_edges(geometry: Geometry, rows: Sequence[int]) -> Ints:
    """The rows of the edges between neighbours of a way, whichever direction they point."""
    count = len(geometry.ids)
    one, other = geometry.owner[geometry.ends].T
    way = [a * count + b for pair in pairwise(rows) for a, b in (pair, pair[::-1])]
    return np.flatnonzero(np.isin(one * count + other, way))


def _ring_token(frame: Frame, node: str) -> str:
    """Red where it failed, else the colour of what happens there: a value or a gradient."""
    state = frame.node(node)
    if state.error:
        return error_token(state)
    backward = frame.packet.backward if frame.packet else state.live or state.stored is not None
    return "gradient" if backward else "value"


def packet_curve(geometry: Geometry, packet: Packet) -> np.ndarray | None:
    """The curve (4, 2) a packet follows, from the node it leaves to the one it goes to.

    Along a bent edge it is several, (k, 4, 2).
    """
    if packet.edge is not None and packet.edge in geometry.edge_row:
        row = geometry.edge_row[packet.edge]
        if not packet.backward:
            return geometry.way(row)
        back = geometry.beside_way(row)
        return back[::-1, ::-1] if back.ndim == 3 else back[::-1]
    if packet.source not in geometry.row or packet.target not in geometry.row:
        return None
    if packet.source == packet.target:
        return through(geometry, packet.source, backward=packet.backward)
    return _arc(geometry, packet.source, packet.target)


def through(geometry: Geometry, node: str, *, backward: bool) -> np.ndarray:
    """A way along the lower edge of a folded group's box: what goes on inside."""
    row = geometry.row[node]
    (x, y), (width, height) = geometry.xy[row].tolist(), geometry.size[row].tolist()
    line = np.array([(x + width * k / 3, y + height + 2) for k in range(4)])
    return line[::-1] if backward else line


def _arc(geometry: Geometry, source: str, target: str) -> np.ndarray:
    """A way above everything, for a gradient with no drawn edge."""
    rows = [geometry.row[source], geometry.row[target]]
    tops = geometry.xy[rows] + geometry.size[rows] * [0.5, 0.0]
    lift = 40.0 + 0.15 * float(np.abs(tops[1] - tops[0]).sum())
    return np.array([tops[0], tops[0] - [0, lift], tops[1] - [0, lift], tops[1]])


def packet_rect(geometry: Geometry, packet: Packet, phase: float, scale: float) -> QRectF | None:
    """The part of the scene a packet covers, to repaint no more than that."""
    curve = packet_curve(geometry, packet)
    if curve is None:
        return None
    x, y = curves.at(curve, _way(phase))
    by = enlarged(scale)
    reach = by * (16 + 5.0 * len(short(packet.value)))
    return QRectF(x - reach, y - 16 * by, 2 * reach, 32 * by)


def arc_rect(geometry: Geometry, packet: Packet | None) -> QRectF | None:
    """The part of the scene that the way of a packet without an edge covers; None with one."""
    if packet is None or packet.edge is not None or packet.source == packet.target:
        return None
    curve = packet_curve(geometry, packet)
    if curve is None:
        return None
    low, high = curve.min(axis=0).tolist(), curve.max(axis=0).tolist()
    return QRectF(QPointF(*low), QPointF(*high)).adjusted(-12, -12, 12, 12)


def _way(phase: float) -> float:
    """Packets start clear of the port they leave and rest short of the node they reach."""
    return _START + (_REST - _START) * min(1.0, max(0.0, phase))


def _draw_packet(look: Look, packet: Packet, phase: float) -> None:
    curve = packet_curve(look.geometry, packet)
    if curve is None:
        return
    painter, inks = look.painter, look.inks
    token = "gradient" if packet.backward else "value"
    if packet.edge is None and packet.source != packet.target:
        painter.setPen(inks.pen(token, 2.0, DOTS))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path_of(curve[None]))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(inks.brush(token))
        painter.drawPolygon(arrow(curve[::-1], 0.0))
    x, y = curves.at(curve, _way(phase))
    text = short(packet.value)
    width = inks.width(text, 12, fixed=True, bold=True) + 22
    with upright(look, x, y):
        rect = QRectF(-width / 2, -PACKET_HEIGHT / 2, width, PACKET_HEIGHT)
        painter.setPen(inks.pen("canvas", 1.5))
        painter.setBrush(inks.brush(token))
        painter.drawRoundedRect(rect, PACKET_HEIGHT / 2, PACKET_HEIGHT / 2)
        look.write(0, 0, text, "on_accent", pixels=12, fixed=True, bold=True, align="centre")


def enlarged(scale: float) -> float:
    """How much larger text is drawn that at this zoom would be too small to read."""
    return max(1.0, SMALLEST_TEXT / scale)


@contextmanager
def upright(look: Look, x: float, y: float) -> Iterator[None]:
    """Draw around a scene point, enlarged where the zoom would make text too small to read."""
    by = enlarged(look.scale)
    with saved(look.painter):
        look.painter.translate(x, y)
        look.painter.scale(by, by)
        yield


class _Card(NamedTuple):
    """The card of a sum: its middle in the scene, its width and its two lines."""

    x: float
    y: float
    width: float
    lines: tuple[str, str]


def draw_sum_card(look: Look, node: str, view: View) -> None:
    """The terms of a fan-out's sum, above the node (below it where there is no room)."""
    across = look.painter.device().width()
    found = _card(look.geometry, look.inks, look.frame, node, view, across)
    if found is None:
        return
    with upright(look, found.x, found.y):
        card = QRectF(-found.width / 2, -24, found.width, 48)
        look.painter.setPen(look.inks.pen("sum", 1.4))
        look.painter.setBrush(look.inks.brush("sum_soft"))
        look.painter.drawRoundedRect(card, 8, 8)
        left = card.left() + 12
        look.write(left, -10, found.lines[0], "sum", pixels=12, fixed=True, bold=True)
        look.write(left, 11, found.lines[1], "text", pixels=11)


def sum_card_rect(
    geometry: Geometry, inks: Inks, frame: Frame, view: View, across: float
) -> QRectF | None:
    """The part of the scene that the card of the frame's sum covers on a canvas so wide."""
    if frame.summing is None or frame.summing not in geometry.row:
        return None
    found = _card(geometry, inks, frame, frame.summing, view, across)
    if found is None:
        return None
    by = enlarged(view.scale)
    half, up = (found.width / 2 + 2) * by, 26 * by
    return QRectF(found.x - half, found.y - up, 2 * half, 2 * up)


def _card(
    geometry: Geometry, inks: Inks, frame: Frame, node: str, view: View, across: float
) -> _Card | None:
    state = frame.node(node)
    if not state.terms:
        return None
    first, second = sum_text(geometry, state)
    width = 24 + max(inks.width(first, 12, fixed=True, bold=True), inks.width(second, 11))
    rect, by = node_rect(geometry, geometry.row[node]), enlarged(view.scale)
    room_above = view.to_view(rect.topLeft()).y() > 90
    y = rect.top() - 34 * by - 38 if room_above else rect.bottom() + 34 * by + 34
    x = _kept_inside(view, across, rect.center().x(), width / 2 * by)
    return _Card(x, y, width, (first, second))


def _kept_inside(view: View, across: float, x: float, half: float) -> float:
    """`x` moved so that `half` on both sides of it is on the canvas, as long as `x` itself is."""
    edge = 6.0 / view.scale
    left, right = view.to_scene(QPointF(0, 0)).x(), view.to_scene(QPointF(across, 0)).x()
    if not left < x < right or right - left < 2 * (half + edge):
        return x
    return min(max(x, left + half + edge), right - half - edge)


def sum_text(geometry: Geometry, state: NodeState) -> tuple[str, str]:
    """`3 + 4 = 7`, and where each term came from."""
    more = state.arrived - len(state.terms[:_MOST_TERMS])
    terms = _equation(state, more)
    sources = [term.source for term in state.terms]
    names = [
        _term_name(geometry, t.source, t.edge[1] if t.edge else "", sources.count(t.source) > 1)
        for t in state.terms[:_MOST_TERMS]
    ]
    where = _listed(names + ["…"] * bool(more))
    told = tr("{} of {} in, from {}")
    return terms, told.format(state.arrived, max(state.expected, state.arrived), where)


def _equation(state: NodeState, more: int) -> str:
    """The same sum as the caption's; of a long one the first terms and the result."""
    values = [term.value for term in state.terms]
    if state.grad is None or state.arrived < 2:
        return " + ".join(map(short, values))
    left, mark, right = re.split(" ([=≈]) ", equation(values, state.grad, "+"))
    shown = left.split(" + ")[:_MOST_TERMS] + [tr("… ({} more)").format(more)] * bool(more)
    return f"{' + '.join(shown)} {mark} {right}"


def _term_name(geometry: Geometry, source: str, slot: str, twice: bool) -> str:
    row = geometry.row.get(source)
    name = geometry.shape(row).label if row is not None else source
    return f"{name}.{slot}" if twice and slot else name


def _listed(names: list[str]) -> str:
    if len(names) < 2:
        return "".join(names)
    return tr("{} and {}").format(", ".join(names[:-1]), names[-1])


def draw_edge_number(look: Look, row: int) -> None:
    """The numbers an edge has carried, and their shapes: shown for the edge under the mouse."""
    geometry = look.geometry
    key = geometry.edge_keys[row]
    state = look.frame.edge(key)
    source, _, output = geometry.slot_of(int(geometry.ends[row, 0]))
    values = look.frame.node(source).outputs
    value = values[output] if output < len(values) else None
    labels = []
    if state.carried and value is not None:
        labels.append((geometry.curves[row], with_shape(value), "value", -16.0))
    if state.grad is not None:
        labels.append((geometry.beside(row), f"∂ {with_shape(state.grad)}", "gradient", 14.0))
    for curve, text, token, down in labels:
        x, y = curves.at(curve, 0.5)
        width = look.inks.width(text, 11, fixed=True) + 16
        with upright(look, x, y + down):
            rect = QRectF(-width / 2, -10, width, 20)
            look.chip(rect, text, ink=token, fill="surface", border=token)


def damage(geometry: Geometry, nodes: Iterable[str]) -> list[QRectF]:
    """The parts of the scene these nodes may draw on."""
    return [node_rect(geometry, geometry.row[i], AROUND + 10) for i in nodes if i in geometry.row]


def around(geometry: Geometry, rows: Sequence[int]) -> list[QRectF]:
    """The parts of the scene these nodes and the wires that hang on them may draw on."""
    low, high = geometry.edge_boxes
    edges = geometry.hanging_on(np.array(rows, np.int64))
    corners = zip(low[edges].tolist(), high[edges].tolist(), strict=True)
    wires = [QRectF(QPointF(*a), QPointF(*b)).adjusted(-24, -24, 24, 24) for a, b in corners]
    found = [*(node_rect(geometry, row, AROUND + 10) for row in rows), *wires]
    if len(found) <= MOST_PARTS:
        return found
    whole = found[0]
    for rect in found:
        whole = whole.united(rect)
    return [whole]
