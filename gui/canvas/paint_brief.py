"""What a small graph still says from afar: in each box its name, value and gradient.

The text has the same size on the screen at every zoom, and stays within its box.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF

from gui.canvas.look import Level, Look
from gui.canvas.regions import RegionShape
from gui.canvas.shapes import Shape
from gui.model import finite
from gui.model.folding import FOLDED
from gui.model.frames import Array, NodeState
from gui.model.words import short

BRIEF_FROM, MOST_BRIEF = 0.28, 300
"""Scale from which boxes say this much, and up to how many nodes of a graph.

Not of those in sight: a part that is painted alone would differ from the whole.
"""
CHIPS_FROM = 0.36
"""Scale from which there is room for a chip below a leaf."""
_PIXELS = 9.5
_LINE = 1.06
"""A line's height by its text's: digits and names have little below them."""
_EDGE, _GAP = 4.0, 6.0
"""Pixels of the screen between text and border, and between a value and its gradient."""


def is_brief(look: Look) -> bool:
    """Whether boxes say their values although they are too small for all they have to say."""
    few = len(look.geometry.ids) <= MOST_BRIEF
    return few and look.level is Level.BOXES and look.scale >= BRIEF_FROM


def draw_brief(look: Look, rows: list[int]) -> None:
    """The text in these nodes, and the chips below them."""
    geometry = look.geometry
    for row in rows:
        shape, state = geometry.shape(row), look.frame.node(geometry.ids[row])
        x, y = geometry.xy[row].tolist()
        rect = QRectF(x, y, shape.width, shape.height)
        (_write_pill if shape.pill else _write_box)(look, rect, shape, state)
        if state.stored is not None and look.scale >= CHIPS_FROM:
            _draw_chip(look, rect, state)


def _pixels(look: Look) -> int:
    """The size in the scene; in steps, so that a zoom does not need a font for each scale."""
    return 2 * round(_PIXELS / 2 / look.scale)


def _high(look: Look) -> float:
    return look.inks.font(_pixels(look)).pixelSize() * _LINE


def _write_box(look: Look, rect: QRectF, shape: Shape, state: NodeState) -> None:
    """A name and below it the numbers: on two lines, or where there is no room side by side."""
    high, edge = _high(look), _EDGE / look.scale
    inner = rect.adjusted(edge, 0, -edge, 0)
    lines = 3 if state.grad is not None and 3 * high <= rect.height() - 2 else 2
    top = rect.center().y() - high * (lines - 1) / 2
    pixels = _pixels(look)
    name = f"{shape.symbol} {shape.label}" if shape.symbol not in ("", FOLDED) else shape.label
    look.write(inner.left(), top, name, "text", pixels=pixels, width=inner.width())
    if state.error:
        _write_error(look, inner, top + high, state)
    elif lines == 3:
        _write_value(look, inner, top + high, state)
        _write_grad(look, inner, top + 2 * high, state)
    else:
        _write_both(look, inner, top + high, state)


def _write_both(look: Look, inner: QRectF, middle: float, state: NodeState) -> None:
    """Value and gradient on one line; where only one has room, the later one."""
    if state.grad is None:
        _write_value(look, inner, middle, state)
        return
    gap, pixels = _GAP / look.scale, _pixels(look)
    taken = look.inks.width(_grad_text(state), pixels, fixed=True)
    value = "" if state.value is None else short(state.value, 8)
    if value and look.inks.width(value, pixels, fixed=True) + gap + taken <= inner.width():
        _write_value(look, inner.adjusted(0, 0, -taken - gap, 0), middle, state)
        inner = inner.adjusted(inner.width() - taken, 0, 2, 0)
    _write_grad(look, inner, middle, state)


def _write_value(look: Look, inner: QRectF, middle: float, state: NodeState) -> None:
    if state.value is not None:
        token = "value" if state.requires_grad else "muted"
        _write_number(look, inner, middle, "", token, state.value)


def _write_grad(look: Look, inner: QRectF, middle: float, state: NodeState) -> None:
    token = "gradient" if state.live or state.freed else "muted"
    _write_number(look, inner, middle, "∂ ", token, state.grad)


def _grad_text(state: NodeState) -> str:
    return f"∂ {short(state.grad, 8)}"


def _write_number(
    look: Look, inner: QRectF, middle: float, sign: str, token: str, array: Array | None
) -> None:
    """A number is rounded rather than cut: of -3… nobody knows the size."""
    columns = int(inner.width() / look.inks.width("0", _pixels(look), fixed=True)) - len(sign)
    text = next(filter(lambda t: len(t) <= columns, _ever_shorter(array, columns)), short(array))
    token = "error" if finite.mark(array) else token
    look.write(
        inner.left(), middle, sign + text, token, pixels=_pixels(look), fixed=True,
        width=inner.width(),
    )  # fmt: skip


def _ever_shorter(array: Array | None, columns: int) -> list[str]:
    return [short(array, columns), *(short(array, columns, digits) for digits in (3, 2, 1))]


def _write_error(look: Look, inner: QRectF, middle: float, state: NodeState) -> None:
    quiet = state.expected_error or state.unconnected
    text = (state.error or "").strip().split("\n")[0]
    token = "muted" if quiet else "error"
    look.write(inner.left(), middle, text, token, pixels=_pixels(look), width=inner.width())


def _write_pill(look: Look, rect: QRectF, shape: Shape, state: NodeState) -> None:
    """A leaf's name, and its value at the other end."""
    pixels, edge, middle = _pixels(look), (_EDGE + 2) / look.scale, rect.center().y()
    width = rect.width() - 2 * edge
    text = shape.detail if state.value is None else short(state.value, 8)
    number = look.inks.width(text, pixels, fixed=True)
    room = max(width - number - _EDGE / look.scale, width / 3)
    taken = look.write(rect.left() + edge, middle, shape.label, "text", pixels=pixels, width=room)
    token = "value" if state.value is not None and state.requires_grad else "muted"
    if finite.mark(state.value):
        token = "error"
    room = width - taken - _EDGE / look.scale
    if number <= room:
        look.write(
            rect.right() - edge, middle, text, token, pixels=pixels, fixed=True, align="right"
        )


def _draw_chip(look: Look, rect: QRectF, state: NodeState) -> None:
    """What is in `.grad`, below its leaf."""
    pixels, high = _pixels(look), _high(look) * 1.1
    text = f"grad {short(state.stored, 8)}"
    width = min(look.inks.width(text, pixels, fixed=True) + 12, rect.width())
    chip = QRectF(rect.center().x() - width / 2, rect.bottom() + 2 / look.scale, width, high)
    look.chip(chip, text, ink="sum", fill="sum_soft", border="sum", pixels=pixels)


def draw_brief_tab(look: Look, shape: RegionShape) -> None:
    """A region's title, on its upper border."""
    pixels, high, edge = _pixels(look), _high(look) * 1.1, _EDGE / look.scale
    left, room = shape.tab[0], shape.box[2] - shape.tab[0] - 12
    width = min(look.inks.width(shape.title, pixels) + 2 * edge, room)
    rect = QRectF(left, shape.tab[3] - high, width, high)
    ink = "muted" if shape.color in ("cut", "selection") else shape.color
    look.painter.setPen(look.inks.pen(shape.color, 1.0 / look.scale))
    look.painter.setBrush(look.inks.brush("surface"))
    look.painter.drawRoundedRect(rect, 6, 6)
    look.write(
        left + edge, rect.center().y(), shape.title, ink, pixels=pixels, width=width - 2 * edge + 1
    )
