"""A bar above the work that says what happened beside it, and what can be done about that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import NamedTuple

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.panels.parts import Card, Panel, label, recolor, tool_button
from gui.theme import Theme
from gui.tr import tr


class Choice(NamedTuple):
    """A button of the bar; what it does is done after the bar has gone, unless it `stays`."""

    text: str
    tip: str
    do: Callable[[], object]
    stays: bool = False


class Notice(Panel):
    """Hidden while there is nothing to say.  It never takes the focus: whoever types goes on."""

    left = Signal()
    """Esc: the focus is to go back to the work."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setAccessibleName(tr("Notice"))
        self.text = label("")
        self.buttons: list[QPushButton] = []
        self.dismiss = tool_button("close", tr("Dismiss"), self.clear, size=14)
        self._card = Card("plain")
        self._all, self._row = QGridLayout(), QHBoxLayout()
        self._all.setColumnStretch(0, 1)
        self._all.setSpacing(8)
        self._row.setSpacing(8)
        self._row.addStretch(1)
        self._all.addWidget(self.text, 0, 0)
        self._all.addLayout(self._row, 0, 1)
        self._all.addWidget(self.dismiss, 0, 2, Qt.AlignmentFlag.AlignTop)
        self._card.column.addLayout(self._all)
        self.setMinimumWidth(120)  # it finds room, rather than make the window wider
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(8, 6, 8, 6)
        self._column.addWidget(self._card)
        self.restyle()
        self.hide()

    def make_small(self) -> None:
        """For a bar within a panel, where there is little room."""
        self._column.setContentsMargins(4, 2, 4, 4)
        self._card.column.setContentsMargins(8, 3, 4, 3)
        self.dismiss.hide()

    def say(self, text: str, choices: Sequence[Choice], tone: str = "plain") -> None:
        """Show this instead of what is shown, and have it read out."""
        self.clear()
        self._card.set_tone(tone)
        self.text.setText(text)
        for place, choice in enumerate(choices):
            button = self._button(choice)
            self.buttons.append(button)
            self._row.insertWidget(place, button)
        self.dismiss.raise_()  # the last to be reached, though it was there first
        for one, after in pairwise([*self.buttons, self.dismiss]):
            QWidget.setTabOrder(one, after)
        self._fit()
        self.show()
        event = QAccessibleAnnouncementEvent(self, text)
        QAccessible.updateAccessibility(event)

    def _button(self, choice: Choice) -> QPushButton:
        made = QPushButton(choice.text)
        made.setToolTip(choice.tip)
        made.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        made.clicked.connect(lambda: self._choose(choice))
        return made

    def _fit(self) -> None:
        """Text and buttons beside each other where both can be read, else one below the other.

        Where there is no room for all buttons those named last are left out, never the first.
        """
        room, needed = self.width() - 50, 0
        for button in self.buttons:
            needed += button.sizeHint().width() + 8
            button.setVisible(needed <= room or button is self.buttons[0])
        self._all.removeItem(self._row)
        if room >= needed + 14 * self.fontMetrics().height():
            self._all.addLayout(self._row, 0, 1)
        else:
            self._all.addLayout(self._row, 1, 0, 1, 3)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _choose(self, choice: Choice) -> None:
        if not choice.stays:
            self.clear()
        choice.do()

    def clear(self) -> None:
        """Nothing is to be said any more."""
        had = self.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self.hide()
        for button in self.buttons:
            self._row.removeWidget(button)
            button.deleteLater()
        self.buttons = []
        if had:
            self.left.emit()

    def restyle(self) -> None:
        recolor(self, self.theme)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _demo() -> QWidget:
    from gui.theme import LIGHT

    notice = Notice(LIGHT)
    text = "“graph.chain” was changed by another program."
    notice.say(text, [Choice("Reload", "", print), Choice("Keep mine", "", print)])
    return notice


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
