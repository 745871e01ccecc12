"""The current step as a card: its formula with names, with numbers, and what it comes to."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from gui.model.explain import Explanation, explained
from gui.model.frames import Frame
from gui.panels.explained import ExplanationCard
from gui.state.player import Player
from gui.state.settled import Settled
from gui.state.typeset import Typesetter
from gui.theme import Theme
from gui.tr import tr

SHARE = 0.5
"""Of the panel's height the card takes at most; it scrolls when it has more to say."""


class StepCard(QScrollArea):
    """Follows the player; formulas are drawn as text until a step has stayed a moment."""

    def __init__(self, player: Player, theme: Theme) -> None:
        super().__init__()
        self.player = player
        self.card = ExplanationCard("gradient", theme)
        self._ahead = Typesetter(self)
        self._resting = Settled(self)
        self._resting.settled.connect(self._look_ahead)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("This step"))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Maximum)
        content = QWidget()
        content.setObjectName("content")
        # Its words wrap: what they need at their narrowest says nothing about the width here.
        content.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Ignored)
        column = QVBoxLayout(content)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.card)
        self.setWidget(content)
        content.installEventFilter(self)

    def set_theme(self, theme: Theme) -> None:
        self.card.set_theme(theme)

    def show_frame(self, frame: Frame) -> None:
        """Explain the step of the frame."""
        self._show(explained(self.player.film, frame.step))
        if self.player.playing:
            self._resting.stop()
        else:
            self._resting.wait()

    def _look_ahead(self) -> None:
        """Have the next step's formulas ready: it is the one most likely to be seen next."""
        following = explained(self.player.film, self.player.step + 1)
        self._ahead.ask([line.tex for line in following.lines if line.tex])

    def _tone(self) -> str:
        """As everywhere: values are blue, gradients are orange."""
        chapter = self.player.film.timeline.chapter_at(self.player.step)
        return "value" if chapter is not None and chapter.kind == "forward" else "gradient"

    def _show(self, explanation: Explanation) -> None:
        if self.card.property("card") != self._tone():
            self.card.set_tone(self._tone())
        self.card.show_explanation(explanation)
        self.setVisible(bool(explanation.lines or explanation.notes))
        self.updateGeometry()

    # ---- as high as what it shows, up to a share of the panel ------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self.updateGeometry()
            self._allow_bar()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._allow_bar()

    def _allow_bar(self) -> None:
        """A scroll bar only where the card is cut: once there it takes room and wants to stay."""
        policies = Qt.ScrollBarPolicy
        fits = self._needed() <= self._most()
        wanted = policies.ScrollBarAlwaysOff if fits else policies.ScrollBarAsNeeded
        if self.verticalScrollBarPolicy() != wanted:
            self.setVerticalScrollBarPolicy(wanted)

    def _most(self) -> int:
        """Pixels of height it may have."""
        above = self.parentWidget()
        share = round(above.height() * SHARE) if above is not None else 0
        return max(share, 120) if share else self._needed()

    def _needed(self) -> int:
        """Pixels of height that show all of it."""
        content = self.widget()
        layout = None if content is None else content.layout()
        if layout is None:  # Qt asks while the card is being made
            return 80
        frame = self.height() - self.viewport().height()
        width = max(self.width() - frame, 160)
        height = layout.heightForWidth(width) if layout.hasHeightForWidth() else -1
        return (height if height > 0 else layout.sizeHint().height()) + frame

    def sizeHint(self) -> QSize:
        return QSize(max(self.width(), 160), min(self._needed(), self._most()))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, min(80, self.sizeHint().height()))
