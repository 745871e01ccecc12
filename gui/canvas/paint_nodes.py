"""Drawing nodes: pills for leaves, boxes for the rest, plain rectangles and dots when small."""

from __future__ import annotations

import math
import re

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen, QPolygonF

from gui.canvas.folded import draw_folded
from gui.canvas.heat import heat_map
from gui.canvas.inks import BORDER, saved
from gui.canvas.look import Level, Look
from gui.canvas.paint_brief import draw_brief, is_brief
from gui.canvas.raster import blocks
from gui.canvas.shapes import CHIP_HEIGHT, HEADER, ROW, Shape
from gui.canvas.states import BOX_TOKENS, DOT_TOKEN, dot_colors, error_token, expected
from gui.model import finite
from gui.model.codes import Node
from gui.model.folding import FOLDED
from gui.model.frames import Array, Cut, NodeState
from gui.model.words import short
from gui.tr import tr

INSET = 12.0
MARGIN = 4.0
"""So far from its border nothing is written in a box."""
PORT_RADIUS = 5.0
NAMES_FROM, MOST_NAMES = 0.24, 400
"""Scale from which boxes without text bear their names, and up to how many boxes at once."""
MOST_RECTS = 20_000
"""More dots than this are filled in NumPy."""
MOST_ROUNDED = 800
"""More boxes than this are drawn with square corners, in one call."""
_GAP = " " * 5
"""Where an arrow is drawn between what was stored and what is."""
_CLASS = re.compile(r"^\w*(Error|Exception|Warning): ")
_NO_GRADIENT = {
    Cut.DETACH: "detached",
    Cut.NO_GRAD: "no_grad",
    Cut.INFERENCE: "inference_mode",
    Cut.FROZEN: "no gradient",
    Cut.NON_DIFFERENTIABLE: "not differentiable",
}


def draw_nodes(look: Look, rows: np.ndarray) -> None:
    """Draw these rows, in order."""
    if look.level is Level.TEXT:
        low = look.geometry.xy[rows]
        within = look.shows(low + MARGIN, low + look.geometry.size[rows] - MARGIN, 0.0)
        for row, written in zip(rows.tolist(), within.tolist(), strict=True):
            _draw_node(look, row, written=written)
        for row in rows.tolist():
            draw_extras(look, row)
    else:
        _draw_small(look, rows)


def _draw_small(look: Look, rows: np.ndarray) -> None:
    """One batch of rectangles per state: no text, no ports; a gradient fills the lower part."""
    if look.level is Level.DOTS and len(rows) > MOST_RECTS:
        _draw_raster(look, rows)
        return
    codes, rects = look.states.nodes[rows], look.geometry.rects
    for code in np.unique(codes).tolist():
        some = rows[codes == code].tolist()
        boxes = rects if len(some) == len(rects) else [rects[k] for k in some]
        if look.level is Level.DOTS:
            _draw_dots(look, boxes, Node(code))
        else:
            _draw_boxes(look, boxes, Node(code), bars=not is_brief(look))
    if is_brief(look):
        draw_brief(look, rows.tolist())
    elif look.scale >= NAMES_FROM and len(rows) <= MOST_NAMES:
        _draw_names(look, rows)


def _draw_raster(look: Look, rows: np.ndarray) -> None:
    """More dots than Qt should be handed one by one, as one image."""
    painter, geometry = look.painter, look.geometry
    dpr = painter.device().devicePixelRatio()
    place = painter.worldTransform()
    left, top, right, bottom = look.exposed
    target = place.mapRect(QRectF(QPointF(left, top), QPointF(right, bottom)))
    pixels = look.scale * dpr
    corner = (geometry.xy[rows] - [left, top]) * pixels
    color = dot_colors(look.inks.theme)[look.states.nodes[rows]]
    width, height = math.ceil(target.width() * dpr), math.ceil(target.height() * dpr)
    image = blocks(corner, geometry.size[rows] * pixels, color, width, height)
    image.setDevicePixelRatio(dpr)
    with saved(painter):
        painter.resetTransform()
        painter.drawImage(target.topLeft(), image)


def _draw_names(look: Look, rows: np.ndarray) -> None:
    """Only the names, at a size that can still be read."""
    geometry, pixels = look.geometry, 2 * round(5 / look.scale)
    for row in rows.tolist():
        shape, (x, y) = geometry.shape(row), geometry.xy[row].tolist()
        middle = y + shape.height * (0.38 if shape.pill else 0.33)
        look.write(x + 8, middle, shape.label, "text", width=shape.width - 12, pixels=pixels)


def _draw_dots(look: Look, boxes: list[QRectF], code: Node) -> None:
    look.painter.setPen(Qt.PenStyle.NoPen)
    look.painter.setBrush(look.inks.brush(DOT_TOKEN[code]))
    look.painter.drawRects(boxes)


def _draw_boxes(look: Look, boxes: list[QRectF], code: Node, *, bars: bool) -> None:
    painter, inks = look.painter, look.inks
    fill, border, lower = BOX_TOKENS[code]
    dash = BORDER if code is Node.FREED else ()
    painter.setPen(inks.pen(border, 1.2 / look.scale, dash))
    painter.setBrush(inks.brush(fill))
    with saved(painter):
        if len(boxes) > MOST_ROUNDED:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.setPen(QPen(inks.color(border), 0))
            painter.drawRects(boxes)
        else:
            for box in boxes:
                painter.drawRoundedRect(box, 8, 8)
    if lower and bars:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(inks.brush(lower))
        painter.drawRects([_lower_part(box) for box in boxes])


def _lower_part(box: QRectF) -> QRectF:
    height = box.height()
    return QRectF(box.x() + 6, box.y() + height * 0.72, box.width() - 12, height * 0.2)


def _draw_node(look: Look, row: int, *, written: bool) -> None:
    """Its box and ports; `written`: and what is written in it."""
    geometry = look.geometry
    shape, state = geometry.shape(row), look.frame.node(geometry.ids[row])
    x, y = geometry.xy[row].tolist()
    rect = QRectF(x, y, shape.width, shape.height)
    if shape.symbol == FOLDED:
        draw_folded(look, row, rect, shape)
    elif shape.pill:
        _draw_pill(look, rect, shape, state)
    else:
        _draw_box(look, rect, state, known=shape.known)
        if written:
            _write_in_box(look, rect, shape, state)
    draw_ports(look, row)


def _body(
    look: Look, rect: QRectF, radius: float, fill: str, border: str, state: NodeState
) -> None:
    inks, painter = look.inks, look.painter
    if state.freed and not state.error:  # what is written on it lies on wires otherwise
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(inks.brush("canvas"))
        painter.drawRoundedRect(rect, radius, radius)
        look.dashed_box(rect, radius, inks.pen(border, 1.4, BORDER))
        return
    painter.setPen(inks.pen(error_token(state), 2.0) if state.error else inks.pen(border, 1.4))
    if state.unconnected:
        painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.BrushStyle.NoBrush if state.freed else inks.brush(fill))
    painter.drawRoundedRect(rect, radius, radius)
    if state.unconnected:
        look.dashed_box(rect, radius, inks.pen("cut", 1.4, BORDER))


def _draw_box(look: Look, rect: QRectF, state: NodeState, *, known: bool) -> None:
    border = "border" if known and not state.freed else "cut"
    _body(look, rect, 8, "hover" if _is_plain(state) else "surface", border, state)
    x, y, right = rect.x(), rect.y(), rect.right()
    look.painter.setPen(look.inks.pen("border", 1.0, alpha=0.45))
    for below in (HEADER, HEADER + ROW):
        look.painter.drawLine(QPointF(x + 1, y + below), QPointF(right - 1, y + below))


def _write_in_box(look: Look, rect: QRectF, shape: Shape, state: NodeState) -> None:
    _header(look, rect, shape)
    _value_row(look, rect, state, _is_plain(state))
    _grad_row(look, rect, state)


def _is_plain(state: NodeState) -> bool:
    """Whether it has a value that no gradient reaches."""
    return state.value is not None and not state.requires_grad


def _header(look: Look, rect: QRectF, shape: Shape) -> None:
    middle, left = rect.y() + HEADER / 2 + 0.5, rect.x() + INSET
    if shape.symbol:
        taken = look.write(left, middle, shape.symbol, "text", pixels=14, bold=True, width=76)
        left += max(20.0, taken + 8)
    room = rect.right() - INSET - left
    taken = look.write(left, middle, shape.label, "text", width=room, bold=not shape.symbol)
    if shape.detail and room - taken > 16:
        left += taken + 7
        look.write(left, middle, shape.detail, "muted", pixels=12, width=room - taken - 7)


def _value_row(look: Look, rect: QRectF, state: NodeState, plain: bool) -> None:
    middle = rect.y() + HEADER + ROW / 2
    if state.value is None:
        look.write(rect.x() + INSET, middle, "–", "muted", fixed=True)
        return
    right = rect.right() - INSET
    if np.ndim(state.value):
        right -= _draw_heat(look, right, middle, state)
    token = "muted" if plain else "value"
    _number(look, rect.x() + INSET, right, middle, state.value, token)


def _number(look: Look, left: float, right: float, middle: float, array: Array, token: str) -> None:
    """A value or a gradient between left and right; nan and inf within it are marked in red."""
    text, bad = short(array), finite.mark(array)
    if bad and text == str(np.asarray(array)):
        token, bad = "error", ""  # a single number says so itself
    if bad:
        taken = look.write(
            right, middle, bad, "error", pixels=11, fixed=True, bold=True, align="right"
        )
        right -= taken + 6
    look.write(left, middle, text, token, fixed=True, width=right - left)


def _draw_heat(look: Look, right: float, middle: float, state: NodeState) -> float:
    image = heat_map(state.value, look.inks.theme)
    if image is None:
        return 0.0
    scale = min(18.0 / image.height(), 30.0 / image.width())
    width, height = max(3.0, image.width() * scale), max(3.0, image.height() * scale)
    target = QRectF(right - width, middle - height / 2, width, height)
    look.painter.drawImage(target, image)
    look.painter.setPen(look.inks.pen("border", 1.0))
    look.painter.setBrush(Qt.BrushStyle.NoBrush)
    look.painter.drawRect(target)
    return width + 6


def _grad_row(look: Look, rect: QRectF, state: NodeState) -> None:
    middle, left = rect.y() + HEADER + ROW * 1.5, rect.x() + INSET
    if state.grad is not None:
        taken = look.write(left, middle, "∂", "gradient", fixed=True) + 7
        token = "gradient" if state.live else "muted"
        _number(look, left + taken, rect.right() - INSET, middle, state.grad, token)
    elif state.why_no_grad is not None:
        look.write(left, middle, tr(_NO_GRADIENT[state.why_no_grad]), "muted", pixels=11)
    elif state.requires_grad:
        look.write(left, middle, "∂ –", "muted", fixed=True)


def _draw_pill(look: Look, rect: QRectF, shape: Shape, state: NodeState) -> None:
    needs_grad = state.requires_grad if state.value is not None else shape.needs_grad
    fill, border = ("value_soft", "value") if needs_grad else ("surface", "cut")
    _body(look, rect, rect.height() / 2, fill, border, state)
    middle, left = rect.center().y(), rect.x() + 18
    taken = look.write(
        left, middle, shape.label, "text", pixels=15, bold=True, width=rect.width() / 2
    )
    if needs_grad:
        look.write(left + taken + 5, middle, "∇", "gradient", pixels=12)
    text = shape.detail if state.value is None else short(state.value)
    room = rect.width() - 36 - taken - (22 if needs_grad else 8)
    token = "value" if needs_grad else "muted"
    if bad := finite.mark(state.value):
        token = "error"
        text = text if bad in text else f"{text} {bad}"
    look.write(rect.right() - 18, middle, text, token, fixed=True, align="right", width=room)


def draw_ports(look: Look, row: int) -> None:
    """Hollow circles; a smaller one where a number stands in the slot instead of a wire."""
    geometry, painter, inks = look.geometry, look.painter, look.inks
    shape = geometry.shape(row)
    first = int(geometry.first[row])
    painter.setPen(inks.pen("muted", 1.5))
    painter.setBrush(inks.brush("surface"))
    ports = geometry.ports[first : int(geometry.first[row + 1])].tolist()
    for k, (px, py) in enumerate(ports):
        number = k < len(shape.literal) and shape.literal[k]
        radius = 3.5 if number else PORT_RADIUS
        painter.drawEllipse(QPointF(px, py), radius, radius)


def draw_extras(look: Look, row: int) -> None:
    """What stands around a node: `.grad` chip, contributions waiting, Σ, what went wrong."""
    geometry = look.geometry
    shape, state = geometry.shape(row), look.frame.node(geometry.ids[row])
    x, y = geometry.xy[row].tolist()
    rect = QRectF(x, y, shape.width, shape.height)
    below = rect.bottom() + 4
    if draw_grad_chip(look, row):
        below += CHIP_HEIGHT + 4
    if state.expected > 1 and (state.arrived > 1 or state.live):
        _draw_sum(look, rect, state)
    if state.error:
        _draw_error(look, rect, below, state)


def draw_grad_chip(look: Look, row: int) -> bool:
    """What is in a leaf's `.grad`, below it; gives whether there is anything to say."""
    geometry = look.geometry
    shape, state = geometry.shape(row), look.frame.node(geometry.ids[row])
    text = _grad_chip_text(look, row, shape, state)
    if not text:
        return False
    (x, y), inks = geometry.xy[row].tolist(), look.inks
    width = min(inks.width(text, 11, fixed=True) + 22, shape.width + 60)
    chip = QRectF(x + (shape.width - width) / 2, y + shape.height + 4, width, CHIP_HEIGHT)
    ink, fill = ("muted", "surface") if state.stored is None else ("sum", "sum_soft")
    look.chip(chip, text, ink=ink, fill=fill, border="cut" if ink == "muted" else ink)
    before = text.find(_GAP)
    if before >= 0 and inks.width(text, 11, fixed=True) <= width - 8:
        left = chip.center().x() - inks.width(text, 11, fixed=True) / 2
        _draw_arrow(look, left + inks.width(text[:before] + " ", 11, fixed=True), chip.center().y())
    return True


def _draw_arrow(look: Look, left: float, middle: float) -> None:
    """From what was to what is; the font's own is a speck in small text."""
    right = left + look.inks.width(_GAP[2:], 11, fixed=True)
    look.painter.setPen(look.inks.pen("sum", 1.8))
    tip = QPointF(right, middle)
    look.painter.drawLine(QPointF(left, middle), tip)
    look.painter.drawPolyline([tip + QPointF(-5, -4), tip, tip + QPointF(-5, 4)])


def _grad_chip_text(look: Look, row: int, shape: Shape, state: NodeState) -> str:
    stored = look.frame.stored
    warning = "⚠ " if state.piled_up else ""
    if stored is not None and stored[0] == look.geometry.ids[row]:
        added = "" if stored[1] is None or not state.live else "+=  "
        return f"{warning}{added}{short(stored[1], 10)}{_GAP}{short(stored[2], 10)}"
    if state.stored is not None:
        return f"{warning}grad {short(state.stored)}"
    leaf = state.requires_grad and state.is_leaf if state.value is not None else shape.needs_grad
    return "grad None" if leaf or state.retains_grad else ""


def _draw_sum(look: Look, rect: QRectF, state: NodeState) -> None:
    """The Σ of a fan-out, and how many of its terms are in."""
    painter, inks = look.painter, look.inks
    centre = QPointF(rect.right() + 1, rect.top() - 1)
    if state.live and state.arrived < state.expected:
        text = tr("{} of {} in").format(state.arrived, state.expected)
        width = inks.width(text, 11, fixed=True) + 16
        chip = QRectF(centre.x() - 16 - width, rect.top() - 28, width, 18)
        look.chip(chip, text, ink="gradient", fill="gradient_soft", border="gradient")
    painter.setPen(inks.pen("canvas", 1.5))
    painter.setBrush(inks.brush("sum"))
    painter.drawEllipse(centre, 11.5, 11.5)
    look.write(centre.x(), centre.y(), "Σ", "on_accent", pixels=14, bold=True, align="centre")


def _draw_error(look: Look, rect: QRectF, below: float, state: NodeState) -> None:
    painter, inks = look.painter, look.inks
    draw_error_badge(look, rect, state)
    quiet = expected(state) or state.unconnected
    token, fill = ("muted", "hover") if quiet else ("error", "error_soft")
    text = _CLASS.sub("", (state.error or "").strip().split("\n")[0])
    if state.unconnected:
        text = tr("not connected yet")
    width = min(inks.width(text, 11) + 18, max(rect.width() + 16, 180.0))
    chip = QRectF(rect.left(), below, width, 20)
    painter.setPen(inks.pen(error_token(state), 1.2))
    painter.setBrush(inks.brush(fill))
    painter.drawRoundedRect(chip, 6, 6)
    look.write(chip.left() + 9, chip.center().y(), text, token, pixels=11, width=width - 16)


def draw_error_badge(look: Look, rect: QRectF, state: NodeState) -> None:
    """At the corner a red triangle, or `try` where the program expects the error.

    A node that only lacks a wire has none.
    """
    corner = QPointF(rect.left() + 1, rect.top() - 1)
    if state.unconnected:
        return
    if expected(state):
        badge = QRectF(corner.x() - 15, corner.y() - 9, 30, 18)
        look.chip(badge, "try", ink="muted", fill="hover", border="cut", bold=True)
    else:
        _draw_triangle(look, corner)


def _draw_triangle(look: Look, corner: QPointF) -> None:
    painter, inks = look.painter, look.inks
    painter.setPen(inks.pen("canvas", 1.5))
    painter.setBrush(inks.brush("error"))
    reach = 12.5
    triangle = [(0, -reach), (reach * 0.95, reach * 0.75), (-reach * 0.95, reach * 0.75)]
    painter.drawPolygon(QPolygonF([corner + QPointF(*p) for p in triangle]))
    look.write(corner.x(), corner.y() + 1, "!", "on_accent", pixels=13, bold=True, align="centre")
