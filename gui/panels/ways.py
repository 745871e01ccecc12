"""The three ways to stop tracking, side by side on one graph."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal
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
from gui.model.ways import Outcome, Place, places, sentence, table
from gui.panels.parts import GAP, MARGIN, Choice, Panel, label, number_label
from gui.panels.side import Side
from gui.theme import Theme, mono
from gui.tr import tr


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
        self.codes = [number_label("muted") for _ in titles]
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
        column = QVBoxLayout(self)
        column.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        column.setSpacing(GAP)
        column.addLayout(top)
        column.addWidget(split, 3)
        column.addWidget(self.table, 2)

    def restyle(self) -> None:
        for side in self.sides:
            side.canvas.set_theme(self.theme)

    # ---- what it shows -----------------------------------------------------------------------

    def show_places(self, graph: Graph, place: Place | None) -> None:
        """What can be chosen, and what is."""
        with QSignalBlocker(self.place):
            self.place.clear()
            for node in places(graph):
                self.place.addItem(graph.nodes[node].name, node)
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
            side.show_frame(outcome.film.frame(len(outcome.film) - 1))
            side.canvas.point_out([] if outcome.way.why_not else [outcome.way.stopped], [])
            side.say(sentence(outcome, plain))
            code.setText(outcome.way.code)
            code.setToolTip(outcome.way.code)
        self._fill(outcomes)

    def _fill(self, outcomes: Sequence[Outcome]) -> None:
        self.table.clear()
        for line in table(outcomes):
            item = QTreeWidgetItem(self.table, [line.what, *line.facts])
            for column, fact in enumerate((line.facts[0], *line.facts)):
                item.setFont(column, mono(bold=fact != line.facts[0]))
