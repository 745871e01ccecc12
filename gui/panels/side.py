"""One of several runs side by side: its title, its canvas and what its step says."""

from __future__ import annotations

from collections.abc import Collection
from typing import Protocol

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from engine.graph import EdgeKey
from gui.model.document import Document
from gui.model.frames import Frame
from gui.model.unseen import visible
from gui.panels.parts import GAP, heading, label, tip
from gui.theme import Theme

LINES = 3
"""Of the caption where nothing else is said: its height is the same at every step, so that the
canvas above it never jumps."""


class Onlooker(Protocol):
    """What is drawn on; a canvas, which a panel may not know."""

    def look_at(self, document: Document) -> None: ...
    def show_frame(self, frame: Frame, phase: float = 1.0) -> None: ...
    def point_out(self, nodes: list[str], edges: list[EdgeKey]) -> None: ...
    def set_theme(self, theme: Theme) -> None: ...
    def show_near(self, nodes: Collection[str]) -> None: ...


class Side(QWidget):
    """Shows a run at one of its steps."""

    def __init__(self, title: str, canvas: QWidget, lines: int = LINES) -> None:
        super().__init__()
        self.canvas: Onlooker = canvas  # type: ignore[assignment]
        self.title, self.caption, self.lines = heading(title), label(), lines
        self._fit_caption()
        self.caption.setAlignment(Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(GAP // 2, 0, GAP // 2, 0)
        column.setSpacing(6)
        column.addWidget(self.title)
        column.addWidget(canvas, 1)
        column.addWidget(self.caption)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_caption()

    def set_lines(self, lines: int) -> None:
        """Keep room for so many under the canvas."""
        self.lines = lines
        self._fit_caption()

    def _fit_caption(self) -> None:
        self.caption.setFixedHeight(self.fontMetrics().lineSpacing() * self.lines)

    def show_frame(self, frame: Frame, phase: float = 1.0) -> None:
        """Show it, and say what it does."""
        self.canvas.show_frame(frame, phase)
        self.say(frame.caption)

    def say(self, text: str) -> None:
        """Put this under the canvas."""
        if self.caption.text() != visible(text):
            self.caption.setText(text)
            self.caption.setToolTip(tip(text))

    def add_line(self, line: QWidget) -> None:
        """Something that stands between the title and the canvas."""
        column = self.layout()
        assert isinstance(column, QVBoxLayout)
        column.insertWidget(1, line)
