"""A slider for one number: moved, it previews; let go, it is done; Esc takes it back."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QGridLayout, QSlider, QStyle, QStyleOptionSlider, QWidget

from gui.model import entry, words
from gui.panels.fields import Read, TextField
from gui.tr import tr

STEPS = 1000
Span = tuple[float, float]


def span_around(value: float) -> Span:
    """A range with round ends and the value well inside: 2 -> (-5, 5), 0.3 -> (-1, 1)."""
    if not math.isfinite(value) or value == 0:
        return -1.0, 1.0
    power = 10.0 ** math.floor(math.log10(abs(value)))
    end = next(k * power for k in (1, 2, 5, 10, 20) if k * power >= 1.5 * abs(value))
    end = float(f"{min(max(end, 1e-300), 1e300):.12g}")
    return -end, end


def at_step(step: int, span: Span, whole: bool) -> float | int:
    """The number at a step of 0…STEPS, without digits that a step of this size cannot tell."""
    low, high = span
    value = low + (high - low) * step / STEPS
    digits = math.ceil(-math.log10((high - low) / STEPS)) if high > low else 0
    return round(value) if whole else round(value, max(0, digits)) + 0.0


class _Track(QSlider):
    """Goes where it is clicked; Esc while it is held, or after keys, takes the move back."""

    cancelled = Signal()
    let_go = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setRange(0, STEPS)
        self.setPageStep(STEPS // 20)
        self.setMinimumHeight(20)  # the handle of the style sheet, whole
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.sliderReleased.connect(self.let_go)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.setSliderDown(True)
            self._follow(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._follow(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.isSliderDown():
            self.setSliderDown(False)

    def _follow(self, event: QMouseEvent) -> None:
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_Slider, QStyle.SubControl.SC_SliderHandle
        handle = self.style().subControlRect(control, option, part, self).width()
        room = max(1, self.width() - handle)
        at = round(event.position().x() - handle / 2)
        self.setValue(QStyle.sliderValueFromPosition(0, STEPS, at, room))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.blockSignals(True)
            self.setSliderDown(False)
            self.blockSignals(False)
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        super().keyReleaseEvent(event)
        if not event.isAutoRepeat():
            self.let_go.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.let_go.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling past it must not change anything


class NumberSlider(QWidget):
    """`low ——o—— high`; the ends can be typed over.

    Sends `moved` for every new number, and once `settled` after them, or `cancelled`.
    """

    moved = Signal(object)
    settled = Signal()
    cancelled = Signal()
    span_changed = Signal(object)

    def __init__(self, span: Span | None = None, *, stacked: bool = False) -> None:
        super().__init__()
        self.value: float | int = 0.0
        self.whole = False
        self._given = span
        self.span: Span = span or (-1.0, 1.0)
        self._moving = False
        self.track = _Track()
        self.track.setToolTip(tr("Drag, or use the arrow keys · Esc takes it back"))
        self.low, self.high = (
            TextField(self._end(k), n) for k, n in enumerate((tr("from"), tr("to")))
        )
        self._lay_out(stacked)
        for end in (self.low, self.high):
            end.line.fit("-0.0000")
            end.line.setAlignment(Qt.AlignmentFlag.AlignRight)
            end.committed.connect(lambda _: self._retype())
        self.track.valueChanged.connect(self._on_moved)
        self.track.let_go.connect(self._settle)
        self.track.cancelled.connect(self._cancel)

    def _lay_out(self, stacked: bool) -> None:
        """The ends beside the track; `stacked`, below it, where there is little room."""
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(6)
        grid.setColumnStretch(1, 1)
        row = 1 if stacked else 0
        grid.addWidget(self.track, 0, 0 if stacked else 1, 1, 3 if stacked else 1)
        grid.addWidget(self.low, row, 0)
        grid.addWidget(self.high, row, 2)

    def _end(self, which: int) -> Read:
        def read(text: str) -> float:
            value = float(entry.number(text))
            low, high = (value, self.span[1]) if which == 0 else (self.span[0], value)
            if not math.isfinite(value) or low >= high:
                told = tr("Between {} and {} is nothing")
                raise ValueError(told.format(words.number(low), words.number(high)))
            return value

        return read

    def _retype(self) -> None:
        low, high = (float(entry.number(field.line.text())) for field in (self.low, self.high))
        self._given = (low, high)
        self.set_span(self._given)
        self.span_changed.emit(self._given)

    def show_number(self, name: str, value: float | int, *, whole: bool = False) -> None:
        """Stand at `value`; its range is kept as long as the value lies within."""
        self.track.setAccessibleName(tr("{}, slider").format(name))
        if self._moving:
            return  # what is shown is what it has just sent
        self.whole, self.value = whole, value
        if self._given is None or not self.span[0] <= value <= self.span[1]:
            self._given = self.span = span_around(float(value))
        self.set_span(self.span)

    def set_span(self, span: Span) -> None:
        """Let the ends stand for these numbers; the value stays what it is."""
        self.span = span
        for field, end in zip((self.low, self.high), span, strict=True):
            field.show_value(int(end) if end.is_integer() and abs(end) < 1e6 else end)
        low, high = span
        share = (self.value - low) / (high - low) if math.isfinite(self.value) else 0.5
        self.track.blockSignals(True)
        self.track.setValue(round(min(1.0, max(0.0, share)) * STEPS))
        self.track.blockSignals(False)

    def _on_moved(self, step: int) -> None:
        value = at_step(step, self.span, self.whole)
        if value != self.value:
            self.value, self._moving = value, True
            self.moved.emit(value)

    def hideEvent(self, event: QHideEvent) -> None:
        self.track.setSliderDown(False)
        self._settle()
        super().hideEvent(event)

    def _settle(self) -> None:
        if self._moving and not self.track.isSliderDown():
            self._moving = False
            self.settled.emit()

    def _cancel(self) -> None:
        if self._moving:
            self._moving = False
            self.cancelled.emit()
