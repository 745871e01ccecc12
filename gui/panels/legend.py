"""The legend: what colours and line styles on the canvas mean."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from gui.panels.parts import GAP, MARGIN, Panel, label
from gui.theme import Theme, text_scale
from gui.tr import tr

SAMPLES = (
    ("value", Qt.PenStyle.SolidLine, "", "value, forward"),
    ("gradient", Qt.PenStyle.DashLine, "", "gradient, backward"),
    ("sum", Qt.PenStyle.NoPen, "Σ", "fan-out sum: one call, several paths"),
    ("sum", Qt.PenStyle.NoPen, "+=", ".grad += across calls (⚠ not zeroed)"),
    ("cut", Qt.PenStyle.SolidLine, "✂", "detached: the gradient stops here"),
    ("cut", Qt.PenStyle.DotLine, "", "not tracked (no_grad, constant)"),
    ("cut", Qt.PenStyle.NoPen, "▢", "dashed box: saved tensors freed"),
)


class _Sample(QWidget):
    """A short piece of line, as on the canvas, perhaps with a sign on it."""

    def __init__(self, token: str, style: Qt.PenStyle, sign: str, theme: Theme) -> None:
        super().__init__()
        self.token, self.line, self.sign, self.theme = token, style, sign, theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(round(44 * text_scale(self.font())), self.fontMetrics().height() + 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = self.height() / 2
        pen = QPen(self.theme.color(self.token), 2.2, self.line, Qt.PenCapStyle.FlatCap)
        if self.line == Qt.PenStyle.DashLine:
            pen.setDashPattern([3.2, 2])
        painter.setPen(pen)
        painter.drawLine(QPointF(1, middle), QPointF(self.width() - 1, middle))
        if self.sign:
            self._draw_sign(painter)
        painter.end()

    def _draw_sign(self, painter: QPainter) -> None:
        """Σ is a badge, += a chip as under a leaf, scissors lie on the line they cut."""
        filled, chip = self.sign == "Σ", self.sign == "+="
        high = self.height() - 1.0
        badge = QRectF(0, 0.5, high * (1.9 if len(self.sign) > 1 else 1), high)
        badge.moveLeft((self.width() - badge.width()) / 2)
        painter.setPen(self.theme.color("sum") if chip else Qt.PenStyle.NoPen)
        painter.setBrush(self.theme.color("sum" if filled else "sum_soft" if chip else "window"))
        round_ = 5.0 if chip else high / 2
        painter.drawRoundedRect(badge, round_, round_)
        painter.setPen(self.theme.color("on_accent" if filled else "sum" if chip else "cut"))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignCenter, self.sign)


class Legend(Panel):
    """Line samples and their meaning; shape and dash say it too, not colour alone."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        content = QWidget()
        content.setObjectName("content")
        grid = QGridLayout(content)
        grid.setContentsMargins(MARGIN, GAP // 2, MARGIN, GAP // 2)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(4)
        self.samples = [_Sample(*sample[:3], theme) for sample in SAMPLES]
        for row, (sample, (*_, meaning)) in enumerate(zip(self.samples, SAMPLES, strict=True)):
            sample.setAccessibleName(tr(meaning))
            grid.addWidget(sample, row, 0)
            grid.addWidget(label(tr(meaning)), row, 1)
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(SAMPLES), 1)
        area = QScrollArea()
        area.setWidget(content)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName(tr("Legend"))
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.verticalScrollBar().rangeChanged.connect(
            lambda low, high: area.setFocusPolicy(
                Qt.FocusPolicy.StrongFocus if low < high else Qt.FocusPolicy.NoFocus
            )
        )  # what does not scroll is no stop for the Tab key
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(area)
        self.set_theme(theme)

    def restyle(self) -> None:
        for sample in self.samples:
            sample.theme = self.theme
            sample.update()


def _demo() -> QWidget:
    from gui.theme import LIGHT

    return Legend(LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
