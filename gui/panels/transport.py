"""The transport: first, back, play, step, last, the speed, and the scrub bar."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QToolButton, QWidget

from gui.model.frames import Frame
from gui.panels.icons import icon
from gui.panels.parts import MARGIN, Choice, FramePanel, label, recolor, tool_button
from gui.panels.scrub import ScrubBar
from gui.state.player import SPEEDS, Player
from gui.theme import Theme, text_scale
from gui.tr import tr

ROOMY, TIGHT = 480, 430
"""Pixels, where text has its usual size: from the first on the bar counts the steps, below the
second it has no buttons to the ends, where the scrub bar and keys lead as well."""
PLAY = "(Space or Ctrl+Space)"


class Transport(FramePanel):
    """One row of controls for a Player; the keys themselves are the window's."""

    def __init__(self, player: Player, theme: Theme) -> None:
        super().__init__(player, theme)
        self._build()
        player.playing_changed.connect(self._on_playing)
        player.speed_changed.connect(self._on_speed)
        player.film_changed.connect(self.renew)
        self._on_speed(player.speed)
        self.set_theme(theme)

    def _build(self) -> None:
        p = self.player
        self.buttons: dict[str, QToolButton] = {
            name: tool_button(name, text, do, size=20)
            for name, text, do in (
                ("first", tr("Go to the start (Ctrl+Home)"), p.first),
                ("back", tr("Step back (←)"), p.back),
                ("play", f"{tr('Play')} {PLAY}", p.toggle),
                ("step", tr("Step (→)"), p.forward),
                ("last", tr("Go to the end (Ctrl+End)"), p.last),
            )
        }
        self.speed = self._speed_box()
        self.scrub = ScrubBar(p, self.theme)
        self.place = label("", "muted", wrap=False)
        self.place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._fit_place()
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, 8, MARGIN, 8)
        row.setSpacing(5)
        for button in self.buttons.values():
            row.addWidget(button)
        row.addSpacing(4)
        row.addWidget(self.speed)
        row.addSpacing(6)
        row.addWidget(self.scrub, 1)
        row.addWidget(self.place)

    def _speed_box(self) -> QComboBox:
        box = Choice()
        for speed in SPEEDS:
            box.addItem(f"{speed:g}×", speed)
        box.setToolTip(tr("Speed: steps a second (slower [, faster ])"))
        box.setAccessibleName(tr("Speed"))
        box.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        box.activated.connect(lambda row: self.player.set_speed(box.itemData(row)))
        return box

    def _fit_place(self) -> None:
        """Always as wide as it may get, so that nothing beside it moves."""
        longest = tr("Step {} of {}").format("0000", "0000")
        self.place.setFixedWidth(self.fontMetrics().horizontalAdvance(longest))

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_place()
            self._make_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room the scrub bar gets it: the caption counts the steps too."""
        super().resizeEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        usual = self.width() / text_scale(self.font())
        self.place.setVisible(usual >= ROOMY)
        for name in ("first", "last"):
            self.buttons[name].setVisible(usual >= TIGHT)

    def restyle(self) -> None:
        self.scrub.set_theme(self.theme)
        recolor(self, self.theme)

    def show_frame(self, frame: Frame) -> None:
        step, last = self.player.step, len(self.player.film) - 1
        where = tr("Step {} of {}").format(step + 1, last + 1)
        self.place.setText(where if last >= 0 else tr("No steps yet"))
        for name in ("first", "back"):
            self.buttons[name].setEnabled(step > -1)
        for name in ("step", "last"):
            self.buttons[name].setEnabled(step < last)
        self.buttons["play"].setEnabled(last >= 0)

    def _on_playing(self, playing: bool) -> None:
        button = self.buttons["play"]
        name = "pause" if playing else "play"
        button.setProperty("icon_name", name)
        button.setIcon(icon(name, self.theme.text))
        word = tr("Pause") if playing else tr("Play")
        button.setToolTip(f"{word} {PLAY}")
        button.setAccessibleName(word)

    def _on_speed(self, speed: float) -> None:
        self.speed.setCurrentIndex(self.speed.findData(speed))


def _demo() -> QWidget:
    from gui.panels import demo

    return Transport(demo.player(), demo.LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
