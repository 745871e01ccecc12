"""The caption: the current step in one sentence, under the canvas; it can be copied."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QTextCharFormat,
    QTextLayout,
)
from PySide6.QtWidgets import QMenu, QSizePolicy, QWidget

from gui.model.frames import Frame
from gui.model.unseen import visible
from gui.panels.parts import MARGIN, FramePanel, tip
from gui.state.player import Player
from gui.theme import Theme
from gui.tr import tr

LINES = 2
NOTHING = "Nothing has run yet: add an operation (Tab on the canvas) or open a lesson."
READY_ONE = "Ready: one step. Space on the canvas (anywhere Ctrl+Space) plays it."
READY = "Ready: {} steps. Space on the canvas (anywhere Ctrl+Space) plays, → goes to the first."


def announce(event: QAccessibleAnnouncementEvent) -> None:
    """Hand it to the platform's screen reader, if one listens."""
    QAccessible.updateAccessibility(event)


class Caption(FramePanel):
    """A strip of two lines: its height never changes, so the canvas above it never jumps."""

    copy_wanted = Signal(str)
    copy_all_wanted = Signal()

    def __init__(self, player: Player, theme: Theme) -> None:
        super().__init__(player, theme)
        self.enlarged = 1.0
        """How many times as large as usual the text is: for a projector."""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.lead = ""
        self.text = tr(NOTHING)
        self.tone = "plain"
        self._layout: QTextLayout | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr(NOTHING))
        player.film_changed.connect(self.renew)
        player.halted.connect(self.renew)
        self.set_theme(theme)

    def sizeHint(self) -> QSize:
        metrics = QFontMetricsF(self._font(bold=False))
        return QSize(400, round(metrics.lineSpacing() * LINES) + 10)

    def enlarge(self, by: float) -> None:
        """Write so many times as large as usual."""
        self.enlarged = by
        self._layout = None
        self.updateGeometry()
        self.update()

    def show_frame(self, frame: Frame) -> None:
        step, steps = self.player.step, len(self.player.film)
        self.lead = tr("Step {} of {}").format(step + 1, steps) if step >= 0 else ""
        ready = tr(READY_ONE) if steps == 1 else tr(READY).format(steps)
        self.text = frame.caption or (ready if steps and step < 0 else "")
        if not steps:
            self.text = self.text or tr(NOTHING)
        self.text = visible(" ".join(part for part in (self.player.why, self.text) if part))
        self.tone = self._tone(frame)
        self._layout = None
        self.setToolTip("")
        self.update()
        self._announce()

    def _tone(self, frame: Frame) -> str:
        chapter = self.player.film.timeline.chapter_at(self.player.step)
        if frame.failed:
            return "cut" if frame.expected_error or frame.unconnected else "error"
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

    # ---- copying -------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        """Ctrl+C is this widget's own while it has the focus, whatever the window binds to it."""
        override = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if override and event.matches(QKeySequence.StandardKey.Copy):  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_wanted.emit(self.sentence)
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu().popup(event.globalPos())

    def menu(self) -> QMenu:
        """What the right mouse button offers."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(tr("Copy caption"), lambda: self.copy_wanted.emit(self.sentence))
        menu.addAction(tr("Copy all captions"), self.copy_all_wanted.emit)
        return menu

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.update()

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
        font.setPointSizeF(font.pointSizeF() * self.enlarged)
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
        if self.hasFocus():
            painter.setPen(QPen(self.theme.color("selection"), 2))
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))
        painter.end()


def _demo() -> QWidget:
    from gui.panels import demo

    return Caption(demo.player(), demo.LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
