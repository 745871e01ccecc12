"""Drawing a folded group: one box with its boundary, its results and what flows back out of it."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF

from gui.canvas.inks import BORDER
from gui.canvas.look import Look
from gui.canvas.paint_regions import draw_mark
from gui.canvas.regions import color_of
from gui.canvas.shapes import HEADER, Shape
from gui.canvas.states import error_token
from gui.model.frames import Array, NodeState
from gui.model.words import short

INSET, MARK = 12.0, 15.0


def draw_folded(look: Look, row: int, rect: QRectF, shape: Shape) -> None:
    """Two sheets, one behind the other; title and size; a line for every port."""
    geometry, inks = look.geometry, look.inks
    group = geometry.ids[row]
    state, token = look.frame.node(group), color_of(geometry.plan.boxes[group].region)
    ink = "muted" if token in ("cut", "selection") else token
    _draw_sheets(look, rect, token, state)
    look.painter.setPen(inks.pen("border", 1.0, alpha=0.45))
    line = rect.top() + HEADER
    look.painter.drawLine(QPointF(rect.left() + 1, line), QPointF(rect.right() - 1, line))
    middle = rect.top() + HEADER / 2 + 0.5
    draw_mark(look, QPointF(rect.left() + MARK, middle), ink, folded=True)
    left, right = rect.left() + MARK + 10, rect.right() - INSET
    taken = look.write(right, middle, shape.detail, "muted", pixels=11, align="right")
    look.write(left, middle, shape.label, "text", bold=True, width=right - taken - 8 - left)
    _draw_ports(look, row, rect, shape, state)


def _draw_sheets(look: Look, rect: QRectF, token: str, state: NodeState) -> None:
    painter, inks = look.painter, look.inks
    pen = inks.pen(error_token(state), 2.0) if state.error else inks.pen(token, 1.4)
    painter.setPen(pen)
    painter.setBrush(inks.brush("surface"))
    painter.drawRoundedRect(rect.translated(4, 4), 8, 8)
    painter.drawRoundedRect(rect, 8, 8)
    if state.freed and not state.error:
        painter.setPen(inks.pen("surface", 1.4))
        look.dashed_box(rect.adjusted(3, 3, -3, -3), 6, inks.pen("cut", 1.0, BORDER))


def _draw_ports(look: Look, row: int, rect: QRectF, shape: Shape, state: NodeState) -> None:
    geometry, group = look.geometry, look.geometry.ids[row]
    first = int(geometry.first[row])
    places = geometry.ports[first : int(geometry.first[row + 1]), 1].tolist()
    half = rect.width() / 2
    for slot, y in zip(shape.inputs, places, strict=False):
        edge = look.frame.edge((group, slot))
        taken = look.write(rect.left() + INSET, y, slot, "muted", pixels=11, width=half / 2)
        if edge.grad is not None:
            left = rect.left() + INSET + taken + 8
            text, token = f"∂ {_number(edge.grad)}", "gradient" if edge.live else "muted"
            look.write(left, y, text, token, pixels=11, fixed=True, width=rect.center().x() - left)
    results = state.outputs if state.value is not None else ()
    for value, y in zip(results, places[len(shape.inputs) :], strict=False):
        if value is not None:
            token = "value" if state.requires_grad else "muted"
            right = rect.right() - INSET
            look.write(
                right, y, _number(value), token, pixels=11, fixed=True, align="right",
                width=half - INSET - 4,
            )  # fmt: skip


def _number(value: Array) -> str:
    return short(value, 12)
