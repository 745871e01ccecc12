"""Drawing the frames around nodes and the notes beside them."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainterPath, QPolygonF

from gui.canvas.inks import BORDER
from gui.canvas.look import Level, Look
from gui.canvas.paint_brief import draw_brief_tab, is_brief
from gui.canvas.regions import MARK_WIDTH, NOTE_LINE, NOTE_PAD, RegionShape

HATCH = 10.0
LEGIBLE = 9.0
"""Pixels of the screen that the text of a note is high at least."""
_FOLD = 14.0


def draw_regions(look: Look) -> None:
    """Outer regions first, so that inner ones lie upon them."""
    left, top, right, bottom = look.exposed
    for shape in look.geometry.regions:
        box = shape.box
        if box[0] <= right and box[2] >= left and box[1] - 16 <= bottom and box[3] >= top:
            _DRAW.get(shape.kind, _draw_mode)(look, shape)


def draw_tabs(look: Look) -> None:
    """The titles, above the wires that run across them."""
    for shape in look.geometry.regions:
        draw_tab(look, shape)


def _rect(box: tuple[float, float, float, float]) -> QRectF:
    return QRectF(QPointF(box[0], box[1]), QPointF(box[2], box[3]))


def _draw_mode(look: Look, shape: RegionShape) -> None:
    """A grad mode: dashed border; hatched where nothing is recorded."""
    rect, painter, inks = _rect(shape.box), look.painter, look.inks
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(inks.brush(shape.color, 0.07))
    painter.drawRoundedRect(rect, 12, 12)
    if shape.kind != "enable_grad" and look.level is not Level.DOTS:
        painter.setPen(inks.pen(shape.color, 1.2, alpha=0.3))
        painter.drawLines(_hatching(rect))
    look.dashed_box(rect, 12, inks.pen(shape.color, 1.6, BORDER))


def _hatching(rect: QRectF) -> list[QLineF]:
    """Slanted lines within the rectangle, kept off its rounded corners."""
    left, top, right, bottom = rect.left() + 3, rect.top() + 3, rect.right() - 3, rect.bottom() - 3
    lines = []
    c = left + top + HATCH
    while c < right + bottom:
        x0, x1 = max(left, c - bottom), min(right, c - top)
        if x1 - x0 > 4:
            lines.append(QLineF(x0, c - x0, x1, c - x1))
        c += HATCH
    return lines


def _draw_group(look: Look, shape: RegionShape) -> None:
    painter, inks = look.painter, look.inks
    painter.setPen(inks.pen(shape.color, 1.4))
    painter.setBrush(inks.brush(shape.color, 0.05))
    painter.drawRoundedRect(_rect(shape.box), 12, 12)


def draw_tab(look: Look, shape: RegionShape) -> None:
    """The title of a region; a note has its text instead."""
    if shape.kind == "note":
        return
    if is_brief(look):
        draw_brief_tab(look, shape)
    if look.level is not Level.TEXT:
        return
    rect, fixed, left = _rect(shape.tab), shape.kind != "group", 10.0
    look.painter.setPen(look.inks.pen(shape.color, 1.2))
    look.painter.setBrush(look.inks.brush("surface"))
    look.painter.drawRoundedRect(rect, 6, 6)
    ink = "muted" if shape.color in ("cut", "selection") else shape.color
    if shape.mark is not None:
        left = MARK_WIDTH - 1
        draw_mark(look, QPointF(rect.left() + MARK_WIDTH / 2, rect.center().y()), ink, folded=False)
    look.write(
        rect.left() + left, rect.center().y(), shape.title, ink, pixels=12, fixed=fixed,
        width=rect.width() - left - 8,
    )  # fmt: skip


def draw_mark(look: Look, at: QPointF, ink: str, *, folded: bool) -> None:
    """The triangle that folds a group (pointing down) or unfolds it (pointing right)."""
    corners = [QPointF(-4, -2.5), QPointF(4, -2.5), QPointF(0, 3.5)]
    if folded:
        corners = [QPointF(-2.5, -4), QPointF(3.5, 0), QPointF(-2.5, 4)]
    look.painter.setPen(Qt.PenStyle.NoPen)
    look.painter.setBrush(look.inks.brush(ink))
    look.painter.drawPolygon(QPolygonF([at + corner for corner in corners]))


def _draw_note(look: Look, shape: RegionShape) -> None:
    """A card with a folded corner, or a frame with its text above the members."""
    painter, inks = look.painter, look.inks
    rect = _rect(shape.box)
    painter.setPen(inks.pen(shape.color, 1.0, alpha=0.8))
    painter.setBrush(inks.brush("hover", 1.0 if shape.card else 0.6))
    if shape.card:
        _draw_card(look, rect)
    else:
        painter.drawRoundedRect(rect, 8, 8)
    if look.level is not Level.DOTS:
        _write_note(look, shape, rect)


def _write_note(look: Look, shape: RegionShape, rect: QRectF) -> None:
    """The text; from afar its beginning, as large as can be read and as much as there is room."""
    lines, pixels, high = shape.lines, 12, NOTE_LINE
    if look.level is not Level.TEXT:
        pixels, high = round(LEGIBLE / look.scale), LEGIBLE * 1.35 / look.scale
        lines = (*_wrapped(look, " ".join(filter(None, lines)), rect, pixels, high),)
    y, room = rect.top() + NOTE_PAD + high / 2, rect.right() - rect.left() - NOTE_PAD
    for line in lines:
        look.write(rect.left() + NOTE_PAD, y, line, "text", pixels=pixels, width=room)
        y += high


def _wrapped(look: Look, text: str, rect: QRectF, pixels: int, high: float) -> list[str]:
    """As many lines of the text as fit into the rectangle; … where it goes on."""
    width, words = rect.width() - 2 * NOTE_PAD, text.split()
    most = int((rect.height() - NOTE_PAD) / high)
    lines: list[str] = []
    while words and len(lines) < most:
        line = words.pop(0)
        while words and look.inks.width(f"{line} {words[0]}", pixels) <= width:
            line += f" {words.pop(0)}"
        lines.append(line)
    if words and lines:
        last = lines[-1].split()
        while len(last) > 1 and look.inks.width(" ".join([*last, "…"]), pixels) > width:
            last.pop()
        lines[-1] = " ".join([*last, "…"])
    return lines


def _draw_card(look: Look, rect: QRectF) -> None:
    outline, fold = QPainterPath(), QPointF(rect.right(), rect.top())
    inner = fold + QPointF(-_FOLD, _FOLD)
    a, b = fold + QPointF(-_FOLD, 0), fold + QPointF(0, _FOLD)
    corners = [rect.topLeft(), a, b, rect.bottomRight(), rect.bottomLeft()]
    outline.addPolygon(QPolygonF(corners))
    outline.closeSubpath()
    look.painter.drawPath(outline)
    look.painter.setBrush(look.inks.brush("surface"))
    look.painter.drawPolygon(QPolygonF([a, inner, b]))


_DRAW = {"group": _draw_group, "note": _draw_note}
