"""The caption: the current step in one sentence, under the canvas."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.model.frames import Frame
from gui.panels.parts import MARGIN, FramePanel, tip
from gui.state.player import Player
from gui.theme import Theme
from gui.tr import tr

LINES = 2
NOTHING = "Nothing has run yet: add an operation (Tab on the canvas) or open a lesson."
READY = "Ready: {} steps. Space on the canvas (anywhere Ctrl+Space) plays, → goes to the first."


def announce(event: QAccessibleAnnouncementEvent) -> None:
    """Hand it to the platform's screen reader, if one listens."""
    QAccessible.updateAccessibility(event)


class Caption(FramePanel):
    """A strip of two lines: its height never changes, so the canvas above it never jumps."""

    def __init__(self, player: Player, theme: Theme) -> None:
        super().__init__(player, theme)
        self.lead = ""
        self.text = tr(NOTHING)
        self.tone = "plain"
        self._layout: QTextLayout | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr(NOTHING))
        player.film_changed.connect(self.renew)
        self.set_theme(theme)

    def sizeHint(self) -> QSize:
        return QSize(400, round(self.fontMetrics().lineSpacing() * LINES) + 10)

    def show_frame(self, frame: Frame) -> None:
        step, steps = self.player.step, len(self.player.film)
        self.lead = tr("Step {} of {}").format(step + 1, steps) if step >= 0 else ""
        self.text = frame.caption or (tr(READY).format(steps) if steps and step < 0 else "")
        if not steps:
            self.text = self.text or tr(NOTHING)
        self.tone = self._tone(frame)
        self._layout = None
        self.setToolTip("")
        self.update()
        self._announce()

    def _tone(self, frame: Frame) -> str:
        chapter = self.player.film.timeline.chapter_at(self.player.step)
        if frame.failed:
            return "cut" if frame.expected_error else "error"
        return {"forward": "value", "backward": "gradient"}.get(chapter.kind if chapter else "", "")

    @property
    def sentence(self) -> str:
        """All of it, however little room there is."""
        return " · ".join(part for part in (self.lead, self.text) if part)

    def _announce(self) -> None:
        """Have screen readers say it; what they are still saying while it plays is cut short."""
        self.setAccessibleName(self.sentence)
        event = QAccessibleAnnouncementEvent(self, self.sentence)
        politeness = QAccessible.AnnouncementPoliteness
        event.setPoliteness(politeness.Assertive if self.player.playing else politeness.Polite)
        announce(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._layout = None

    def laid_out(self) -> QTextLayout:
        """The lines that fit; what does not is elided, and the tooltip has it all."""
        width = max(60.0, self.width() - 2.0 * MARGIN)
        layout = self._flow(self.sentence, width)
        if layout.lineCount() > LINES:
            cut = layout.lineAt(LINES - 1).textStart()
            metrics = QFontMetricsF(self._font(bold=False))
            rest = self.sentence[cut:].replace("\n", " ")
            last = metrics.elidedText(rest, Qt.TextElideMode.ElideRight, width - 2)
            layout = self._flow(self.sentence[:cut] + last, width)
            self.setToolTip(tip(self.sentence))
        return layout

    def _flow(self, text: str, width: float) -> QTextLayout:
        layout = QTextLayout(text.replace("\n", " "), self._font(bold=False))
        lead = QTextLayout.FormatRange()
        lead.start, lead.length = 0, len(self.lead)
        bold = QTextCharFormat()
        bold.setFontWeight(QFont.Weight.Bold)
        lead.format = bold
        layout.setFormats([lead])
        layout.beginLayout()
        y = 0.0
        while (line := layout.createLine()).isValid():
            line.setLineWidth(width)
            line.setPosition(QPointF(0, y))
            y += line.height()
        layout.endLayout()
        return layout

    def _font(self, *, bold: bool) -> QFont:
        font = QFont(self.font())
        font.setBold(bold)
        return font

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._layout is None:
            self._layout = self.laid_out()
        painter = QPainter(self)
        back = {
            "gradient": "gradient_soft",
            "error": "error_soft",
            "value": "value_soft",
            "cut": "hover",
        }
        painter.fillRect(self.rect(), self.theme.color(back.get(self.tone, "window")))
        painter.setPen(self.theme.color("error" if self.tone == "error" else "text"))
        top = (self.height() - self._layout.boundingRect().height()) / 2
        self._layout.draw(painter, QPointF(MARGIN + 2, top))
        painter.end()


def _demo() -> QWidget:
    from gui.panels import demo

    return Caption(demo.player(), demo.LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
