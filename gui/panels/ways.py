"""The three ways to stop tracking, side by side on one graph."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QSplitter,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from engine.graph import Graph
from gui.model.unseen import visible
from gui.model.ways import Outcome, Place, places, sentence, table
from gui.panels.parts import GAP, MARGIN, Choice, Elided, Panel, label, tip
from gui.panels.side import Side
from gui.theme import Theme, mono
from gui.tr import tr

MOST_LINES = 6
"""Of what a way does; the tooltip has the rest."""


class WaysWindow(Panel):
    """A window of its own: three canvases, what each way does, and all facts in a table."""

    chosen = Signal(str)
    """(node): stop tracking there."""

    def __init__(self, canvases: Sequence[QWidget], theme: Theme, parent: QWidget) -> None:
        super().__init__(theme, parent)
        self.setWindowFlag(Qt.WindowType.Window)
        self.setWindowTitle(tr("Three ways to stop tracking"))
        titles = ("detach()", "no_grad()", "requires_grad_(False)")
        self.sides = [Side(title, c) for title, c in zip(titles, canvases, strict=True)]
        self.codes = [_code() for _ in titles]
        self.place = Choice()
        self.place.setAccessibleName(tr("Where to stop"))
        self.place.activated.connect(lambda row: self.chosen.emit(self.place.itemData(row)))
        self.told = label("", "muted", wrap=False)
        self.table = self._table()
        self._lay_out()
        self.resize(1180, 800)
        self.restyle()

    def _table(self) -> QTreeWidget:
        made = QTreeWidget()
        made.setAccessibleName(tr("What is the same and what differs"))
        made.setRootIsDecorated(False)
        made.setHeaderLabels(["", tr("as it is"), *(side.title.text() for side in self.sides)])
        made.header().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        made.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        made.header().setTextElideMode(Qt.TextElideMode.ElideRight)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return made

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(label(tr("Stop tracking at"), wrap=False))
        top.addWidget(self.place)
        top.addWidget(self.told)
        top.addStretch(1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        for side, code in zip(self.sides, self.codes, strict=True):
            side.add_line(code)
            split.addWidget(side)
            split.setStretchFactor(split.count() - 1, 1)
        split.splitterMoved.connect(self._fit_captions)
        self.column = column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(GAP)
        column.addLayout(top)
        column.addWidget(split, 3)
        column.addWidget(self.table, 2)

    # ---- how much room it has ----------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_captions()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit_captions()

    def _fit_captions(self, *_: object) -> None:
        """All as tall as the tallest: the canvases above them line up."""
        self.column.activate()
        tall = max(side.caption.heightForWidth(side.caption.width()) for side in self.sides)
        lines = min(MOST_LINES, -(-tall // self.fontMetrics().lineSpacing()))
        for side in self.sides:
            side.set_lines(lines)

    def restyle(self) -> None:
        for side in self.sides:
            side.canvas.set_theme(self.theme)

    # ---- what it shows -----------------------------------------------------------------------

    def show_places(self, graph: Graph, place: Place | None) -> None:
        """What can be chosen, and what is."""
        with QSignalBlocker(self.place):
            self.place.clear()
            for node in places(graph):
                self.place.addItem(visible(graph.nodes[node].name), node)
            if place is not None:
                self.place.setCurrentIndex(self.place.findData(place.node))
        self.place.setEnabled(self.place.count() > 0)
        told = ""
        if place is None:
            told = tr("Nothing here is computed from anything: wire an operation first.")
        elif place.edge is not None:
            told = tr("on its way to {}").format(graph.nodes[place.edge[0]].name)
        self.told.setText(told)

    def show_outcomes(self, outcomes: Sequence[Outcome]) -> None:
        """The run as it is, and the three."""
        plain = outcomes[0]
        for side, code, outcome in zip(self.sides, self.codes, outcomes[1:], strict=True):
            side.canvas.look_at(outcome.way.document)
            side.canvas.show_near([outcome.way.stopped])
            side.show_frame(outcome.film.frame(len(outcome.film) - 1))
            side.canvas.point_out([] if outcome.way.why_not else [outcome.way.stopped], [])
            side.say(sentence(outcome, plain))
            code.setText(outcome.way.code)
            code.setToolTip(tip(outcome.way.code))
        self._fill(outcomes)
        self._fit_captions()

    def _fill(self, outcomes: Sequence[Outcome]) -> None:
        self.table.clear()
        for line in table(outcomes):
            item = QTreeWidgetItem(self.table, list(map(visible, (line.what, *line.facts))))
            for column, text in enumerate((line.what, *line.facts)):
                item.setToolTip(column, tip(text))
            for column, fact in enumerate((line.facts[0], *line.facts)):
                item.setFont(column, mono(bold=fact != line.facts[0]))


def _code() -> Elided:
    """One line, so that the canvases below line up; its tooltip has all of it."""
    made = Elided("")
    made.setProperty("tone", "muted")
    made.setFont(mono())
    return made
