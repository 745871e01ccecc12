"""Lines of an explanation drawn as mathematics, or as plain text until (or unless) they can be."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontInfo,
    QFontMetricsF,
    QGuiApplication,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from gui.model.explain.arithmetic import Line
from gui.panels.parts import legible
from gui.state.settled import Settled
from gui.state.typeset import EM, Piece, Typesetter, is_settled, known, pieces_of
from gui.theme import LIGHT, Theme, mono_like
from gui.tr import tr

SMALLEST = 0.72
"""How far a piece that is wider than the panel is drawn smaller before it becomes text."""
GAP = 0.45
INDENT = 1.2
"""Between lines, and before what goes on in the next, in letters' sizes."""


@dataclass(slots=True)
class _Placed:
    """A piece, or a run of text, at its place: `baseline` from the top."""

    x: float
    baseline: float
    scale: float
    piece: Piece | None
    text: str
    tone: str


class FormulaView(QWidget):
    """Explanation lines under each other; copied as text or as TeX."""

    def __init__(self, theme: Theme = LIGHT, tone: str = "gradient", ground: str = "") -> None:
        super().__init__()
        self.theme, self.tone, self.ground = theme, tone, ground
        self.lines: tuple[Line, ...] = ()
        self._places: list[_Placed] = []
        self._height = 0.0
        self._heights: dict[int, int] = {}
        self._typesetter = Typesetter(self)
        self._typesetter.ready.connect(self._on_ready)
        self._settling = Settled(self)
        self._settling.settled.connect(self._ask)
        policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setToolTip(tr("Ctrl+C copies as text; the menu also as TeX"))

    # ---- what is shown --------------------------------------------------------------------------

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show these; formulas not typeset yet are plain text until the step has settled."""
        if tuple(lines) == self.lines:
            return
        self.lines = tuple(lines)
        self._heights.clear()
        self.setAccessibleName(self.text())
        self.setVisible(bool(self.lines))
        if not all(is_settled(line.tex) for line in self.lines):
            self._settling.wait()
        self._renew()

    def set_theme(self, theme: Theme) -> None:
        """Draw in the colours of `theme`."""
        self.theme = theme
        self.update()

    def set_tone(self, tone: str, ground: str) -> None:
        """Write results in the colour of `tone`, legible on `ground`."""
        self.tone, self.ground = tone, ground
        self._renew()

    def text(self) -> str:
        """All lines as plain text."""
        return "\n".join(line.text for line in self.lines)

    def tex(self) -> str:
        """All lines as TeX; sentences as text."""
        return "\n".join(line.tex or rf"\text{{{line.text}}}" for line in self.lines)

    @property
    def is_drawn(self) -> bool:
        """Whether every formula is drawn as mathematics."""
        return all(not line.tex or known(line.tex) is not None for line in self.lines)

    def _ask(self) -> None:
        if self.isVisible():
            self._typesetter.ask([line.tex for line in self.lines if line.tex])

    def showEvent(self, event: object) -> None:
        if not self.is_drawn:
            self._settling.wait()

    def _on_ready(self) -> None:
        self._renew()

    def _renew(self) -> None:
        self._heights.clear()
        self._lay_out(self.width())
        self.updateGeometry()
        self.update()

    # ---- places ---------------------------------------------------------------------------------

    @property
    def _size(self) -> float:
        """Pixels of a letter: as large as the text around, a little more for the small indices."""
        return QFontInfo(self.font()).pixelSize() * 1.16

    def _lay_out(self, width: int) -> float:
        self._places, top = [], 0.0
        for line in self.lines:
            pieces = known(line.tex) if line.tex else None
            if pieces is None or self._too_wide(pieces, width):
                top = self._text_line(line, top, width)
            else:
                top = self._formula_line(line, pieces, top, width)
            top += GAP * self._size
        self._height = max(0.0, top - GAP * self._size)
        return self._height

    def _too_wide(self, pieces: list[Piece], width: float) -> bool:
        """Whether a piece would have to be cut: text goes on in the next line instead."""
        widest = INDENT + max(piece.width for piece in pieces)
        return widest * SMALLEST * self._size > max(width, 80)

    def _text_line(self, line: Line, top: float, width: float) -> float:
        metrics = QFontMetricsF(self._font_of(line))
        further = INDENT * self._size
        for k, part in enumerate(_wrapped(line.text, metrics, max(width, 80) - further)):
            baseline = top + metrics.ascent()
            indent = further if k else 0.0
            self._places.append(_Placed(indent, baseline, 1.0, None, part, self._tone(line)))
            top += metrics.lineSpacing()
        return top

    def _formula_line(self, line: Line, pieces: list[Piece], top: float, width: float) -> float:
        weak = [part.startswith(r"\cdot") for part in pieces_of(line.tex)]
        for row in _rows(pieces, weak, max(width, 80) / self._size):
            wide = sum(p.width for p in row[1])
            room = max(width, 80) / self._size - row[0]
            scale = self._size * max(SMALLEST, min(1.0, room / max(wide, 0.1)))
            ascent = max(p.ascent for p in row[1]) * scale
            x = row[0] * self._size
            for piece in row[1]:
                placed = _Placed(x, top + ascent, scale, piece, "", self._tone(line))
                self._places.append(placed)
                x += piece.width * scale
            top += ascent + max(p.descent for p in row[1]) * scale + 2
        return top

    def _tone(self, line: Line) -> str:
        if line.kind == "result":
            return self.tone
        return "muted" if line.kind == "words" else "text"

    def _font_of(self, line: Line) -> QFont:
        return self.font() if line.kind == "words" else mono_like(self.font())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        height = self._heights.get(width)
        if height is None:  # a layout asks many times at every step
            height = self._heights[width] = round(self._lay_out(width) + 2)
            if width != self.width():
                self._lay_out(self.width())
        return height

    def sizeHint(self) -> QSize:
        return QSize(200, self.heightForWidth(max(self.width(), 200)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out(self.width())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._renew()

    # ---- painting -------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for placed in self._places:
            self._paint(painter, placed)
        if self.hasFocus():
            painter.setPen(QPen(self.theme.color("selection"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5))
        painter.end()

    def _paint(self, painter: QPainter, placed: _Placed) -> None:
        color = self._color(placed.tone)
        if placed.piece is None:
            painter.setPen(color)
            words = placed.tone == "muted"
            painter.setFont(self.font() if words else mono_like(self.font()))
            painter.drawText(QPointF(placed.x, placed.baseline), placed.text)
            return
        painter.save()
        painter.translate(placed.x, placed.baseline)
        painter.scale(placed.scale / EM, placed.scale / EM)
        painter.fillPath(placed.piece.path, color)
        painter.restore()

    def _color(self, tone: str) -> QColor:
        if self.ground and tone not in ("text", "muted"):
            return QColor(legible(self.theme, tone, self.ground))
        return self.theme.color(tone)

    # ---- copying --------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            QGuiApplication.clipboard().setText(self.text())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.copy_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(event.globalPos())

    def copy_menu(self) -> QMenu:
        """What can be done with the lines."""
        menu = QMenu(self)
        clipboard = QGuiApplication.clipboard()
        menu.addAction(tr("Copy as text"), lambda: clipboard.setText(self.text()))
        menu.addAction(tr("Copy as TeX"), lambda: clipboard.setText(self.tex()))
        return menu

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()


def _rows(
    pieces: list[Piece], weak: list[bool], width: float
) -> Iterator[tuple[float, list[Piece]]]:
    """(indent, pieces) of every line of a formula that is as wide as there is room for.

    `weak` are the pieces that rather stay with the one before: factors of a product.
    """
    start, indent = 0, 0.0
    while start < len(pieces):
        end, used = start + 1, indent + pieces[start].width
        while end < len(pieces) and used + pieces[end].width <= width:
            used += pieces[end].width
            end += 1
        if end < len(pieces):  # back to where a term begins, unless that is the line's own
            term = next((k for k in range(end, start, -1) if not weak[k]), end)
            end = term if term > start else end
        yield indent, pieces[start:end]
        start, indent = end, INDENT


def _wrapped(text: str, metrics: QFontMetricsF, width: float) -> Iterator[str]:
    """The text in lines that fit; a word that does not fit any line stands alone."""
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if line and metrics.horizontalAdvance(longer) > width:
            yield line
            line = word
        else:
            line = longer
    if line:
        yield line
