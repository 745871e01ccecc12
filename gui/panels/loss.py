"""The loss, backward call after backward call, as a curve that is clicked to go there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.model import words
from gui.model.frames import Frame
from gui.model.losses import Curve, Point, curves
from gui.panels.parts import MARGIN, FramePanel, label, say
from gui.state.player import Film, Player
from gui.theme import Theme
from gui.tr import tr

if TYPE_CHECKING:
    import pyqtgraph

EMPTY = (
    "No backward has run yet. Every call adds a point here: the value it started from, such as the"
    " loss of each iteration of a repeat."
)
TONES = ("value", "gradient", "sum", "cut")
SYMBOLS = ("o", "s", "t", "d")
MOST_MARKS = 400
"""Points beyond which each has no mark of its own any more."""


class LossPanel(FramePanel):
    """The curve of every root; the plot is made, and its library loaded, when it is first seen."""

    def __init__(self, player: Player, theme: Theme) -> None:
        super().__init__(player, theme)
        self.plot: pyqtgraph.PlotWidget | None = None
        self.curves: tuple[Curve, ...] = ()
        self._film: Film | None = None
        self._length = 0
        self.here: Any = None
        self.told = label("", "muted")
        self.empty = label(tr(EMPTY), "muted")
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, 8, MARGIN, 6)
        column.setSpacing(4)
        column.addWidget(self.told)
        column.addWidget(self.empty)
        column.addStretch(0)
        self._column = column
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(tr("Loss"))

    def restyle(self) -> None:
        self._film = None
        self.renew()

    # ---- following the player ------------------------------------------------------------------

    def show_frame(self, frame: Frame) -> None:
        film = self.player.film
        if film is not self._film or len(film) != self._length:
            self._film, self._length = film, len(film)
            self.curves = curves(film)
            self._draw()
        found = self._now()
        say(self.empty, "" if self.curves else tr(EMPTY))
        say(self.told, self._sentence(*found) if found else "")
        self.setAccessibleDescription(self.told.text())
        if self.here is not None:
            self.here.setVisible(found is not None)
            if found is not None:
                self.here.setData([found[1].call], [found[1].value])
                self.line.setPos(found[1].call)
            self.line.setVisible(found is not None)

    def _now(self) -> tuple[Curve, Point] | None:
        """Where the player is: the latest call of all curves."""
        found = [(c, p) for c in self.curves if (p := c.at(self.player.step)) is not None]
        return max(found, key=lambda pair: pair[1].step, default=None)

    def _sentence(self, curve: Curve, point: Point) -> str:
        total = sum(len(c.points) for c in self.curves)
        told = tr("{} = {} at backward #{} of {}")
        return told.format(curve.name, words.number(point.value), point.call, total)

    # ---- the plot ------------------------------------------------------------------------------

    def _draw(self) -> None:
        if not self.curves and self.plot is None:
            return
        plot = self.plot or self._make()
        plot.setVisible(bool(self.curves))
        plot.clear()
        self._dress(plot)
        for k, curve in enumerate(self.curves):
            self._draw_curve(plot, curve, k)
        self._mark(plot)
        plot.autoRange()

    def _make(self) -> pyqtgraph.PlotWidget:
        import pyqtgraph

        made = pyqtgraph.PlotWidget()
        item = made.getPlotItem()
        item.setMenuEnabled(False)
        item.hideButtons()
        made.setMouseEnabled(x=False, y=False)
        made.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the arrow keys are the panel's
        made.setToolTip(tr("Click a point to go to that backward; ← and → go from one to the next"))
        made.scene().sigMouseClicked.connect(self._on_click)
        self._column.insertWidget(2, made, 1)
        self.plot = made
        return made

    def _dress(self, plot: pyqtgraph.PlotWidget) -> None:
        theme, item = self.theme, plot.getPlotItem()
        plot.setBackground(theme.window)
        item.showGrid(x=True, y=True, alpha=0.25)
        names = ", ".join(curve.name for curve in self.curves)
        for side, text in (("bottom", tr("backward call")), ("left", names)):
            axis = item.getAxis(side)
            axis.setPen(theme.color("border"))
            axis.setTextPen(theme.color("muted"))
            axis.setLabel(text, color=theme.muted)
            axis.enableAutoSIPrefix(False)
        if item.legend is not None:
            item.legend.clear()
        elif len(self.curves) > 1:
            plot.addLegend(labelTextColor=theme.text)

    def _draw_curve(self, plot: pyqtgraph.PlotWidget, curve: Curve, k: int) -> None:
        import pyqtgraph

        color = self.theme.color(TONES[k % len(TONES)])
        points = [p for p in curve.points if np.isfinite(p.value)]
        marks: dict[str, Any] = {}
        if len(points) <= MOST_MARKS:
            symbol = SYMBOLS[k % len(SYMBOLS)]
            marks = {"symbol": symbol, "symbolSize": 6, "symbolBrush": color, "symbolPen": None}
        xs, ys = [p.call for p in points], [p.value for p in points]
        plot.plot(xs, ys, pen=pyqtgraph.mkPen(color, width=2), name=curve.name, antialias=True,
                  **marks)  # fmt: skip

    def _mark(self, plot: pyqtgraph.PlotWidget) -> None:
        """The line and the ring at the player's call."""
        import pyqtgraph

        pen = pyqtgraph.mkPen(self.theme.color("text"), width=1.5)
        self.line = pyqtgraph.InfiniteLine(angle=90, pen=pen)
        ring = pyqtgraph.mkPen(self.theme.color("text"), width=2)
        self.here = pyqtgraph.ScatterPlotItem(size=12, pen=ring, brush=None)
        plot.addItem(self.line, ignoreBounds=True)
        plot.addItem(self.here, ignoreBounds=True)

    # ---- hands ---------------------------------------------------------------------------------

    def _on_click(self, event: Any) -> None:
        assert self.plot is not None
        at = self.plot.getPlotItem().vb.mapSceneToView(event.scenePos())
        points = [p for curve in self.curves for p in curve.points]
        if points:
            self._go(min(points, key=lambda p: abs(p.call - at.x())))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        way = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if way is None:
            super().keyPressEvent(event)
            return
        points = sorted((p for c in self.curves for p in c.points), key=lambda p: p.step)
        step = self.player.step
        found = [p for p in points if (p.step > step if way > 0 else p.step < step)]
        if found:
            self._go(found[0] if way > 0 else found[-1])

    def _go(self, point: Point) -> None:
        self.player.pause()
        self.player.go(point.step)


def _demo() -> QWidget:
    from gui.panels import demo

    return LossPanel(demo.player(), demo.LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
