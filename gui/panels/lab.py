"""The fault lab: the run as it should be and the same run with one mistake, side by side."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QHideEvent, QResizeEvent, QShowEvent
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
from gui.panels.flow import Flow
from gui.panels.parts import GAP, MARGIN, Card, Panel, label, tip
from gui.panels.side import LINES, Side
from gui.panels.transport import Transport
from gui.state.player import Player
from gui.theme import Theme, mono
from gui.tr import tr

TALL = 40
"""Lines of text a window has room for that also tells where a fault is known from."""
ROWS = 3
"""Leaves in sight of the table; it scrolls to the others."""
SHARES = (0.3, 0.7, 0.56, 0.36, 0.08)
"""Of a picture's width, for the columns below it: two of the left one, three of the right one."""
ENDLESS = (
    "With this fault the run would take ages: a node runs once for each path that leads to it, and"
    " paths double with every fork."
)
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
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.setChildrenCollapsible(False)
        for at, side in enumerate(self.sides):
            self.split.addWidget(side)
            self.split.setStretchFactor(at, 1)
        self.split.splitterMoved.connect(self._line_up)
        self.column = column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(GAP)
        column.addLayout(self._choices())
        column.addWidget(self.told)
        column.addWidget(self.history)
        column.addWidget(self.split, 1)
        column.addWidget(self._verdict())
        column.addWidget(self.transport)
        column.addWidget(self._table())

    def _choices(self) -> Flow:
        row = Flow()
        self.buttons = QButtonGroup(self)
        for at, fault in enumerate(FAULTS):
            button = QRadioButton(tr(fault.name))
            button.setToolTip(tip(tr(fault.told)))
            button.setChecked(at == 0)
            self.buttons.addButton(button, at)
            row.addWidget(button)
        self.buttons.idToggled.connect(self._choose)
        self.told, self.history = label(), label("", "muted")
        return row

    def _verdict(self) -> QWidget:
        self.card = Card("error")
        self.verdict = label()
        self.go, self.open = QPushButton(tr("Go there")), QPushButton(tr("Open one where it shows"))
        self.go.setToolTip(tr("Go to the step where the two runs part"))
        self.open.setToolTip(tr("Open the lesson on which this fault makes a difference"))
        self.go.clicked.connect(self.go_to_parting)
        self.open.clicked.connect(lambda: self.graph_wanted.emit(self.fault.shown_by))
        row = QHBoxLayout()
        row.addWidget(self.verdict, 1)
        row.addWidget(self.go)
        row.addWidget(self.open)
        self.card.column.setContentsMargins(MARGIN, 6, MARGIN, 6)
        self.card.column.addLayout(row)
        return self.card

    def _table(self) -> QTreeWidget:
        self.table = QTreeWidget()
        self.table.setAccessibleName(tr("The .grad of every leaf in both runs"))
        self.table.setRootIsDecorated(False)
        self.table.setHeaderLabels(
            [tr("Leaf"), tr(".grad"), tr(".grad with the fault"), tr("difference"), ""]
        )
        self.table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.header().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.header().setStretchLastSection(False)
        self.table.header().setMinimumSectionSize(24)
        return self.table

    # ---- how much room it has ----------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._make_room()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._make_room()

    def _make_room(self) -> None:
        line = self.fontMetrics().lineSpacing()
        roomy = self.height() >= TALL * line
        self.history.setVisible(roomy)
        for side in self.sides:
            side.set_lines(LINES if roomy else LINES - 1)
        self.card.setMinimumHeight(2 * line + 14)
        self._fit_rows()
        self.column.activate()
        self._line_up()

    def _fit_rows(self) -> None:
        """Whole rows only."""
        row = max(self.table.sizeHintForRow(0), self.fontMetrics().lineSpacing() + 6)
        head = self.table.header().sizeHint().height()
        self.table.setFixedHeight(head + ROWS * row + 2 * self.table.frameWidth())

    def _line_up(self, *_: object) -> None:
        """Each run's numbers below its picture."""
        header, left = self.table.header(), self.sides[1].x()
        right = self.table.viewport().width() - left
        for at, (share, width) in enumerate(zip(SHARES, (left, left, *[right] * 3), strict=True)):
            header.resizeSection(at, int(share * width))
        if self.runs is not None:
            self._fill(self.runs.rows(self.player.step))

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
            if afresh:
                side.canvas.show_near(runs.at_parting)
        at = runs.parting.moment if runs.parting else len(runs) - 1
        self.player.set_film(runs, at if afresh else self.player.step)
        self._fit_rows()
        self._tell()

    def show_endless(self) -> None:
        """Say that there is nothing to show: the faulty run would take ages."""
        self.card.set_tone("error")
        self.verdict.setText(tr(ENDLESS))
        self.open.show()

    def go_to_parting(self) -> None:
        """To the moment at which it goes wrong."""
        if self.runs is not None and self.runs.parting is not None:
            self.player.pause()
            self.player.go(self.runs.parting.moment)

    def _tell(self) -> None:
        self.told.setText(tr(self.fault.told))
        self.history.setText(tr(self.fault.history))
        self.told.setToolTip(tip(tr(self.fault.history)))
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
        if self.runs is not None and self.runs.fails:
            return tr("Both runs end in the same error before it could matter.")
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
            font = mono(bold=not row.same)
            arrays = [self._written(column, row, font) for column in (1, 2)]
            texts = [row.name, *arrays, row.difference, "" if row.same else "≠"]
            for column, text in enumerate(texts):
                item.setText(column, text)
                item.setFont(column, font)
                item.setToolTip(column, tip(text) if column < 4 else "")

    def _written(self, column: int, row: Row, font: QFont) -> str:
        """A `.grad` with all its numbers where the column has room for them."""
        array = row.second if column == 2 else row.first
        letters = QFontMetrics(font).horizontalAdvance("0")
        return words.fitting(array, self.table.columnWidth(column) // letters - 2)
