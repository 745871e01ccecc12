"""The scrub bar: the whole run as chapters and ticks, with a playhead to drag."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractSlider, QSizePolicy, QToolTip, QWidget

from gui.model.frames import Frame
from gui.model.timeline import Chapter
from gui.panels import scrub_loops
from gui.panels.parts import tip
from gui.panels.scrub_loops import Round, rounds
from gui.state.player import Player
from gui.theme import Theme
from gui.tr import tr

EDGE = 9.0  # left and right of the bar, so that the playhead's knob is whole at both ends
KNOB = 6.0
BAR_TOP, BAR_HEIGHT = 15.0, 9.0
TICK_TOP = BAR_TOP + BAR_HEIGHT + 2
TITLE_TOP = TICK_TOP + 7
LEAST_TICK_GAP = 4.0

COLORS = {"forward": "value", "backward": "gradient", "zero": "cut"}
LEAST_TITLED = 28.0
THIN = 4.0
"""Chapters narrower than this have no gap between them, and square corners."""
TICKS = {
    "stored": ("sum", 6.0), "sum": ("sum", 6.0), "failed": ("error", 7.0),
    "warned": ("error", 5.0), "seeded": ("gradient", 5.0), "zeroed": ("cut", 6.0),
    "stopped": ("cut", 5.0), "hooked": ("sum", 5.0), "stepped": ("value", 6.0),
}  # fmt: skip


class Title(NamedTuple):
    """Where a chapter's title stands, whole or shortened: from x on, at most `width` wide."""

    chapter: Chapter
    x: float
    width: float
    text: str


def titles(
    chapters: Sequence[Chapter],
    span: Callable[[Chapter], tuple[float, float]],
    wide: Callable[[str], float],
) -> list[Title]:
    """Titles under their bars; a long one borrows room the chapter before leaves, none overlap.

    Of many short chapters in a repeat that would leave a few titles far from what they name.
    """
    placed: list[Title] = []
    free_from = span(chapters[0])[0] if chapters else 0.0
    for chapter in chapters:
        left, right = span(chapter)
        text = chapter.long_title
        if text != chapter.title and right - max(free_from, left) < wide(text):
            text = chapter.title
        wanted = wide(text)
        if chapter.loops and right - left < max(LEAST_TITLED, wanted / 2):
            continue
        least = min(wanted, 36.0)
        x = max(free_from, min(left, right - wanted))
        if right - x < wanted - 0.5 and (number := _number(text)):
            text, x = number, max(free_from, left)
            wanted = least = wide(text)
        width = min(wanted, right - x)
        if width >= least:
            placed.append(Title(chapter, x, width, text))
            free_from = x + width + (4 if text == _number(chapter.title) else 10)
    return placed


def _number(title: str) -> str:
    """`#2` of `Backward #2`: what tells it from its neighbours, where there is no more room."""
    last = title.rpartition(" ")[2]
    return last if last.startswith("#") else ""


class ScrubBar(QAbstractSlider):
    """A slider over the steps of a film; -1, at the left end, is before the first."""

    def __init__(self, player: Player, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.player = player
        self.theme = theme
        self._static: QPixmap | None = None
        self._head = 0.0
        self._wheel = 0
        self._rounds: list[list[Round]] = []
        self.setOrientation(Qt.Orientation.Horizontal)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr("Scrub bar"))
        player.framed.connect(self._on_framed)
        player.film_changed.connect(self._on_film)
        self.valueChanged.connect(self._on_value)  # a screen reader moved the slider
        self._on_film()

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        self._redraw()

    def sizeHint(self) -> QSize:
        rows = 1 + len(self._rounds)
        return QSize(360, round(TITLE_TOP + rows * self.fontMetrics().height() + 3))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    # Where steps lie

    def x_of(self, step: float) -> float:
        """Where the playhead stands once `step` is over; halfway there at `step - 0.5`."""
        steps = max(1, len(self.player.film))
        return EDGE + (step + 1) / steps * (self.width() - 2 * EDGE)

    def step_at(self, x: float) -> int:
        """The step whose place is nearest to `x`."""
        steps = len(self.player.film)
        share = (x - EDGE) / max(1.0, self.width() - 2 * EDGE)
        return max(-1, min(steps - 1, round(share * steps) - 1))

    def span(self, chapter: Chapter) -> tuple[float, float]:
        """From where to where a chapter's bar reaches."""
        return self.x_of(chapter.first - 1), self.x_of(chapter.last)

    # Following the player

    def _on_film(self, *_: object) -> None:
        blocked = self.blockSignals(True)
        self.setRange(-1, len(self.player.film) - 1)
        self.blockSignals(blocked)
        depth, self._rounds = len(self._rounds), rounds(self.player.film.timeline.chapters)
        if len(self._rounds) != depth:
            self.updateGeometry()
        self._redraw()

    def _on_framed(self, frame: Frame, phase: float) -> None:
        if self.player.step != self.value():
            if self.player.step > self.maximum():
                self._on_film()  # the film has grown
            blocked = self.blockSignals(True)
            self.setValue(self.player.step)
            self.blockSignals(blocked)
        self._move_head(self._head_x())

    def _head_x(self) -> float:
        return self.x_of(self.player.step - 1 + self.player.phase if self.player.step >= 0 else -1)

    def _move_head(self, x: float) -> None:
        if abs(x - self._head) * self.devicePixelRatioF() < 0.5:
            return
        for place in (self._head, x):
            self.update(QRectF(place - KNOB - 2, 0, 2 * KNOB + 4, self.height()).toAlignedRect())
        self._head = x

    def _on_value(self, value: int) -> None:
        if value != self.player.step:
            self._go(value)

    def _go(self, step: int) -> None:
        self.player.pause()
        if step != self.player.step or self.player.phase != 1.0:
            self.player.go(step)

    # Hands

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(self.step_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(self.step_at(event.position().x()))

    def wheelEvent(self, event: QWheelEvent) -> None:
        """One step a notch, towards the end when scrolling down."""
        delta = event.angleDelta()
        self._wheel -= delta.y() or delta.x()
        steps = int(self._wheel / 120)
        self._wheel -= steps * 120
        if steps:
            self._go(self.player.step + steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        do = {
            Qt.Key.Key_Left: self.player.back,
            Qt.Key.Key_Right: self.player.forward,
            Qt.Key.Key_Home: self.player.first,
            Qt.Key.Key_End: self.player.last,
            Qt.Key.Key_PageUp: lambda: self._go(self._chapter_before()),
            Qt.Key.Key_PageDown: lambda: self._go(self._chapter_after()),
        }.get(Qt.Key(event.key()))
        if do:
            do()
        else:
            event.ignore()

    def _chapter_before(self) -> int:
        starts = [c.first for c in self.player.film.timeline.chapters]
        return max((s for s in starts if s < self.player.step), default=-1)

    def _chapter_after(self) -> int:
        starts = [c.first for c in self.player.film.timeline.chapters]
        return min((s for s in starts if s > self.player.step), default=len(self.player.film) - 1)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), tip(self.tip_at(event.pos().x())), self)
            return True
        return super().event(event)

    def tip_at(self, x: float) -> str:
        """What is said about the place under the mouse: the chapter and the step."""
        step, steps = self.step_at(x), len(self.player.film)
        if step < 0:
            return tr("Before the first step") if steps else tr("Nothing has run yet")
        chapter = self.player.film.timeline.chapter_at(step)
        start = f"{chapter.whole_title}, " if chapter else ""
        return start + tr("step {} of {}").format(step + 1, steps)

    # Painting

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._redraw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._redraw()

    def _redraw(self) -> None:
        """Draw the chapters anew at the next paint; the playhead moves over their picture."""
        self._static = None
        self._head = self._head_x()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        ratio = self.devicePixelRatioF()
        if self._static is None or self._static.devicePixelRatio() != ratio:
            self._static = self._draw_static(ratio)
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._static)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if len(self.player.film):
            self._draw_head(painter)
        if self.hasFocus():
            painter.setPen(QPen(self.theme.color("selection"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)
        painter.end()

    def _draw_static(self, ratio: float) -> QPixmap:
        picture = QPixmap(self.size() * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(self.theme.color("window"))
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self.font())
        self._draw_chapters(painter)
        self._draw_ticks(painter)
        self._draw_titles(painter)
        below = TITLE_TOP + QFontMetricsF(self.font()).height()
        scrub_loops.draw(painter, self.theme, below, self._rounds, self.x_of)
        painter.end()
        return picture

    def _draw_chapters(self, painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        chapters = self.player.film.timeline.chapters
        if not chapters:
            painter.setBrush(self.theme.color("grid"))
            painter.drawRoundedRect(self._bar(self.x_of(-1), self.width() - EDGE), 3, 3)
        for chapter in chapters:
            left, right = self.span(chapter)
            color = self.theme.color(COLORS.get(chapter.kind, "sum"))
            if right - left < THIN:
                painter.fillRect(self._bar(left, right), color)
            else:
                right -= 1.5  # a gap between neighbours
                painter.setBrush(color)
                painter.drawRoundedRect(self._bar(left, right), 3, 3)
            if chapter.failed:
                quiet = chapter.expected
                painter.setBrush(self.theme.color("cut" if quiet else "error"))
                cap = max(left, right - 5)
                painter.drawRoundedRect(self._bar(cap, right).adjusted(0, -3, 0, 3), 2, 2)

    def _bar(self, left: float, right: float) -> QRectF:
        return QRectF(left, BAR_TOP, right - left, BAR_HEIGHT)

    def _draw_ticks(self, painter: QPainter) -> None:
        kinds = self.player.film.timeline.kinds
        if not kinds or self.x_of(0) - self.x_of(-1) < LEAST_TICK_GAP:
            return
        batches: dict[tuple[str, float], list[QLineF]] = {}
        for step, kind in enumerate(kinds):
            style = TICKS.get(kind, ("muted", 3.0))
            x = self.x_of(step)
            batches.setdefault(style, []).append(QLineF(x, TICK_TOP, x, TICK_TOP + style[1]))
        for (token, _), drawn in batches.items():
            painter.setPen(QPen(self.theme.color(token), 1.25))
            painter.drawLines(drawn)

    def _draw_titles(self, painter: QPainter) -> None:
        metrics = QFontMetricsF(self.font())
        painter.setPen(self.theme.color("muted"))
        chapters = self.player.film.timeline.chapters
        for _, x, width, text in titles(chapters, self.span, metrics.horizontalAdvance):
            told = metrics.elidedText(text, Qt.TextElideMode.ElideRight, width + 0.5)
            painter.drawText(QPointF(x, TITLE_TOP + metrics.ascent()), told)

    def _draw_head(self, painter: QPainter) -> None:
        painter.setPen(QPen(self.theme.color("text"), 2))
        x = self._head
        painter.drawLine(QPointF(x, KNOB + 2), QPointF(x, TICK_TOP + 3))
        painter.setPen(QPen(self.theme.color("window"), 1.5))
        painter.setBrush(self.theme.color("text"))
        painter.drawEllipse(QPointF(x, KNOB + 1), KNOB, KNOB)
