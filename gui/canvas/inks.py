"""Pens, fonts and laid-out texts, each made once per theme: painting makes none of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QBrush, QColor, QFont, QFontMetricsF, QPainter, QPen, QStaticText

from gui.model.unseen import visible
from gui.theme import Theme, mono

DASH = (3.2, 2.4)
DOTS = (0.1, 2.6)
BORDER = (4.0, 3.0)
LARGEST = 1.31
"""Text on the canvas grows no further: the boxes it stands in have the size they have."""
_MOST_TEXTS = 20_000


class Inks:
    """The drawing tools of one theme."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._pens: dict[tuple[object, ...], QPen] = {}
        self._brushes: dict[tuple[str, float], QBrush] = {}
        self._colors: dict[tuple[str, str, float], QColor] = {}
        self._fonts: dict[tuple[int, bool, bool], QFont] = {}
        self._metrics: dict[tuple[int, bool, bool], QFontMetricsF] = {}
        self._texts: dict[tuple[str, tuple[int, bool, bool], int], QStaticText] = {}

    def pen(
        self, token: str, width: float = 1.0, dash: tuple[float, ...] = (), alpha: float = 1.0
    ) -> QPen:
        key = (token, width, dash, alpha)
        if key not in self._pens:
            pen = QPen(self.theme.color(token, alpha), width)
            round_ends = dash is DOTS or not dash
            pen.setCapStyle(Qt.PenCapStyle.RoundCap if round_ends else Qt.PenCapStyle.FlatCap)
            pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
            if dash:
                pen.setDashPattern(list(dash))
            self._pens[key] = pen
        return self._pens[key]

    def brush(self, token: str, alpha: float = 1.0) -> QBrush:
        key = (token, alpha)
        if key not in self._brushes:
            self._brushes[key] = QBrush(self.theme.color(token, alpha))
        return self._brushes[key]

    def over_canvas(self, token: str, alpha: float) -> QColor:
        """What the token looks like when it is drawn this clear on the canvas, as an opaque colour:
        Qt's raster engine draws thin opaque lines nine times as fast as clear ones."""
        key = ("over canvas", token, alpha)
        if key not in self._colors:
            top, below = self.theme.color(token), self.theme.color("canvas")
            channels = (top.red, below.red), (top.green, below.green), (top.blue, below.blue)
            mixed = (round(a() * alpha + b() * (1 - alpha)) for a, b in channels)
            self._colors[key] = QColor(*mixed)
        return self._colors[key]

    def color(self, token: str) -> QColor:
        return self.brush(token).color()

    def font(self, pixels: int = 13, *, fixed: bool = False, bold: bool = False) -> QFont:
        key = (pixels, fixed, bold)
        if key not in self._fonts:
            font = mono() if fixed else QFont()
            font.setPixelSize(round(pixels * min(LARGEST, self.theme.text_scale)))
            font.setBold(bold)
            self._fonts[key] = font
        return self._fonts[key]

    def metrics(
        self, pixels: int = 13, *, fixed: bool = False, bold: bool = False
    ) -> QFontMetricsF:
        key = (pixels, fixed, bold)
        if key not in self._metrics:
            self._metrics[key] = QFontMetricsF(self.font(pixels, fixed=fixed, bold=bold))
        return self._metrics[key]

    def text(
        self,
        text: str,
        width: float = 1e6,
        pixels: int = 13,
        *,
        fixed: bool = False,
        bold: bool = False,
    ) -> QStaticText:
        """`text`, shortened with … to `width`, laid out for drawing again and again."""
        text = visible(text)
        style = (pixels, fixed, bold)
        key = (text, style, int(width))
        found = self._texts.get(key)
        if found is None:
            if len(self._texts) > _MOST_TEXTS:
                self._texts.clear()
            metrics = self.metrics(pixels, fixed=fixed, bold=bold)
            found = QStaticText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, width))
            found.setTextFormat(Qt.TextFormat.PlainText)
            found.prepare(font=self.font(pixels, fixed=fixed, bold=bold))
            self._texts[key] = found
        return found

    def width(
        self, text: str, pixels: int = 13, *, fixed: bool = False, bold: bool = False
    ) -> float:
        return self.metrics(pixels, fixed=fixed, bold=bold).horizontalAdvance(visible(text))


@contextmanager
def saved(painter: QPainter) -> Iterator[None]:
    """What is set on the painter within is undone after, whatever happens."""
    painter.save()
    try:
        yield
    finally:
        painter.restore()


@lru_cache(maxsize=8)
def inks(theme: Theme) -> Inks:
    """The one set of tools for a theme."""
    return Inks(theme)
