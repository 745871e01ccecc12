"""A question with a field for the answer: guess first, then see."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QPushButton

from gui.model.telling import Telling
from gui.panels.markdown import html
from gui.panels.parts import Card, label, say
from gui.theme import Theme, mono
from gui.tr import tr


class QuestionCard(Card):
    """Enter checks what was typed; right or wrong, the reason follows."""

    revealed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__("value")
        self.theme = theme
        self.question, self.verdict = _rich(), _rich()
        self.problem = label("", "error")
        self.field = QLineEdit()
        self.field.setFont(mono())
        self.field.setPlaceholderText(tr("your guess: 2.5 or [1, 2]"))
        self.field.setAccessibleName(tr("Your answer"))
        self.check, self.reveal = QPushButton(tr("Check")), QPushButton(tr("Reveal"))
        self.reveal.setToolTip(tr("Show the answer, and where it comes about"))
        self.field.returnPressed.connect(self._check)
        self.check.clicked.connect(self._check)
        self.reveal.clicked.connect(self._reveal)
        row = QHBoxLayout()
        row.addWidget(self.check)
        row.addWidget(self.reveal)
        row.addStretch(1)
        for part in (self.question, self.field):
            self.column.addWidget(part)
        self.column.addLayout(row)
        for part in (self.problem, self.verdict):
            self.column.addWidget(part)
        self._telling: Telling | None = None
        self._k = 0
        self._verdict = ""

    def ask(self, telling: Telling, k: int) -> None:
        """The question of the k-th step, if it has one; the same one keeps what was typed."""
        asked = telling.question(k) is not None
        self.setVisible(asked)
        if not asked or (self._telling is telling and self._k == k):
            return
        self._telling, self._k = telling, k
        self.field.clear()
        self._tell("", "")

    def _check(self) -> None:
        if self._telling is None:
            return
        try:
            verdict = self._telling.judge(self._k, self.field.text())
        except ValueError as error:
            self._tell("", str(error))
            return
        self.set_tone("ok" if verdict.right else "error")
        self._tell(f"{'✓' if verdict.right else '✗'} {verdict.text}", "")

    def _reveal(self) -> None:
        if self._telling is None:
            return
        answer, why = self._telling.shown_answer(self._k), self._telling.because(self._k)
        self.field.clear()  # a wrong guess must not stand there as if it were the answer
        self.set_tone("plain")
        self._tell(f"**{answer}**. {why}", "")
        self.revealed.emit()

    def _tell(self, verdict: str, problem: str) -> None:
        if not verdict:
            self.set_tone("value")
        self._verdict = verdict
        say(self.problem, problem)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Code is marked in the theme's colours."""
        self.theme = theme
        self._show()

    def _show(self) -> None:
        if self._telling is not None and self._telling.question(self._k) is not None:
            self.question.setText(html(self._telling.ask(self._k), self.theme))
        say(self.verdict, html(self._verdict, self.theme) if self._verdict else "")


def _rich() -> QLabel:
    """A label for the Markdown of our own lessons."""
    made = label("")
    made.setTextFormat(Qt.TextFormat.RichText)
    return made
