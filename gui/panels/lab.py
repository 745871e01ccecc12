"""The fault lab: the run as it should be and the same run with one mistake, side by side."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QRadioButton,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.model import words
from gui.model.differences import Differences, Row
from gui.model.document import Document
from gui.model.frames import Frame
from gui.model.lab import FAULTS, Fault, has_backward
from gui.panels.parts import GAP, MARGIN, Card, Panel, heading, label
from gui.panels.side import Side
from gui.panels.transport import Transport
from gui.state.player import Player
from gui.theme import Theme, mono
from gui.tr import tr

CHOICES = 260
"""Pixels for the list of faults."""
MANY = 1000
"""Nodes up to which differences are marked while it plays; beyond, when it stands."""


class LabWindow(Panel):
    """A window of its own; `show_runs` gives it what to show, `fault` is what is chosen."""

    chosen = Signal()
    """Another fault is to be seen."""
    graph_wanted = Signal(str)
    """(id): open the lesson on which the fault shows."""

    def __init__(
        self, player: Player, right: QWidget, wrong: QWidget, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(theme, parent)
        self.setWindowFlag(Qt.WindowType.Window)
        self.setWindowTitle(tr("Fault lab"))
        self.player, self.fault = player, FAULTS[0]
        self.runs: Differences | None = None
        self.document = Document()
        self.sides = (
            Side(tr("As it should be"), right),
            Side(tr("With the fault"), wrong),
        )
        self.transport = Transport(player, theme)
        self._build()
        player.framed.connect(self._on_framed)
        self.resize(1180, 780)
        self.restyle()
        self._tell()

    # ---- what it is made of ------------------------------------------------------------------

    def _build(self) -> None:
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        for side in self.sides:
            split.addWidget(side)
        right = QVBoxLayout()
        right.setSpacing(GAP)
        right.addWidget(split, 1)
        right.addWidget(self._verdict())
        right.addWidget(self.transport)
        right.addWidget(self._table())
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        row.setSpacing(2 * MARGIN)
        row.addLayout(self._choices())
        row.addLayout(right, 1)

    def _choices(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(GAP)
        column.addWidget(heading(tr("One mistake")))
        self.buttons = QButtonGroup(self)
        for at, fault in enumerate(FAULTS):
            button = QRadioButton(tr(fault.name))
            button.setChecked(at == 0)
            self.buttons.addButton(button, at)
            column.addWidget(button)
        self.buttons.idToggled.connect(self._choose)
        column.addSpacing(GAP)
        self.told, self.history = label(), label("", "muted")
        card = Card()
        card.column.addWidget(self.told)
        card.column.addWidget(self.history)
        card.setFixedWidth(CHOICES)
        column.addWidget(card)
        column.addStretch(1)
        return column

    def _verdict(self) -> QWidget:
        self.card = Card("error")
        self.verdict = label()
        self.go, self.open = QPushButton(tr("Go there")), QPushButton(tr("Open one where it shows"))
        self.go.clicked.connect(self.go_to_parting)
        self.open.clicked.connect(lambda: self.graph_wanted.emit(self.fault.shown_by))
        row = QHBoxLayout()
        row.addWidget(self.verdict, 1)
        row.addWidget(self.go)
        row.addWidget(self.open)
        self.card.column.addLayout(row)
        self.card.setMinimumHeight(3 * self.fontMetrics().lineSpacing() + 24)
        return self.card

    def _table(self) -> QTreeWidget:
        self.table = QTreeWidget()
        self.table.setAccessibleName(tr("The .grad of every leaf in both runs"))
        self.table.setRootIsDecorated(False)
        self.table.setHeaderLabels(
            [tr("Leaf"), tr(".grad"), tr("with the fault"), tr("difference"), ""]
        )
        self.table.header().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.header().setSectionResizeMode(4, QHeaderView.ResizeMode.ResizeToContents)
        self.table.setFixedHeight(140)
        return self.table

    def restyle(self) -> None:
        self.transport.set_theme(self.theme)
        for side in self.sides:
            side.canvas.set_theme(self.theme)

    # ---- what it shows -----------------------------------------------------------------------

    def choose(self, fault: Fault) -> None:
        """As if its button had been pressed."""
        self.buttons.button(FAULTS.index(fault)).setChecked(True)

    def _choose(self, at: int, on: bool) -> None:
        if on:
            self.fault, self.runs = FAULTS[at], None
            self._tell()
            self.chosen.emit()

    def show_runs(self, document: Document, runs: Differences, *, afresh: bool) -> None:
        """Show these; `afresh` goes to where they part, else the step stays."""
        self.document, self.runs = document, runs
        for side in self.sides:
            side.canvas.look_at(document)
        at = runs.parting.moment if runs.parting else len(runs) - 1
        self.player.set_film(runs, at if afresh else self.player.step)
        self._tell()

    def go_to_parting(self) -> None:
        """To the moment at which it goes wrong."""
        if self.runs is not None and self.runs.parting is not None:
            self.player.pause()
            self.player.go(self.runs.parting.moment)

    def _tell(self) -> None:
        self.told.setText(tr(self.fault.told))
        self.history.setText(tr(self.fault.history))
        parting = None if self.runs is None else self.runs.parting
        self.card.set_tone("plain" if parting is None else "error")
        self.go.setVisible(parting is not None)
        self.open.setVisible(self.runs is not None and parting is None)
        if self.runs is None:
            self.verdict.setText(tr("Running with the fault …"))
        elif parting is not None:
            self.verdict.setText(tr("Where it goes wrong: {}").format(parting.text))
        else:
            self.verdict.setText(tr("No difference here. {}").format(self._why_none()))

    def _why_none(self) -> str:
        if not has_backward(self.document):
            return tr("The program never calls backward(), so nothing can go wrong in it.")
        return tr(self.fault.harmless)

    def _on_framed(self, _: Frame, phase: float) -> None:
        runs, step = self.runs, self.player.step
        if runs is None or self.player.film is not runs:
            return
        alone = runs.moments[step].alone if step >= 0 else None
        # In a large graph it takes longer than a picture to find what differs.
        seen = len(runs.first.graph.nodes) <= MANY or not self.player.playing
        lit = runs.lit(step) if seen else ([], [])
        for at, (side, frame) in enumerate(zip(self.sides, runs.frames(step), strict=True)):
            side.show_frame(frame, phase if alone in (None, at) else 1.0)
            side.canvas.point_out(*lit)
        if seen:
            self._fill(runs.rows(step))

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing plays unseen."""
        self.player.pause()
        super().hideEvent(event)

    def _fill(self, rows: list[Row]) -> None:
        while self.table.topLevelItemCount() > len(rows):
            self.table.takeTopLevelItem(len(rows))
        for at, row in enumerate(rows):
            item = self.table.topLevelItem(at) or QTreeWidgetItem(self.table)
            texts = [row.name, words.short(row.first, 24), words.short(row.second, 24)]
            texts += [row.difference, "" if row.same else "≠"]
            for column, text in enumerate(texts):
                item.setText(column, text)
                item.setFont(column, mono(bold=not row.same))
