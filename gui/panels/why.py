"""The Why sheet: a question about a node, an edge or a number of the run, and its answer."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from engine.trace import Cancelled, Trace
from gui.model import why
from gui.model.film import TraceFilm
from gui.model.frames import Cut, Frame
from gui.model.ghost import Ghost, concerned, haunt
from gui.model.unseen import visible
from gui.model.why import Answer, Entry, Line, Place, Question, Way
from gui.model.why.asking import At
from gui.panels.fixes import Fixes
from gui.panels.parts import MARGIN, Choice, FramePanel, heading, label, recolor, say, tool_button
from gui.panels.why_parts import EntryChooser, Lines, WaysList
from gui.state.editor import Editor
from gui.state.later import Later
from gui.state.player import Player
from gui.state.selection import Selection
from gui.theme import Theme
from gui.tr import tr

NOTHING = "Select a node or an edge and press Shift+W: why is its gradient what it is?"
NO_QUESTION = "There is nothing to ask about it at this step."
MOST_CUTS = 4


@dataclass(frozen=True)
class _Found:
    """What was looked for on another thread."""

    film: TraceFilm
    answer: Answer | None = None
    ghost: Ghost | None = None


class WhyPanel(FramePanel):
    """Asks, answers, and answers again as the player moves, unless the answer is pinned."""

    lit = Signal(object, object)
    """(nodes, edges): light this way on the canvas."""
    darkened = Signal()
    """Esc was pressed: nothing is to be lit."""
    haunted = Signal(object)
    """(Ghost or None): show what would have passed."""

    def __init__(self, editor: Editor, selection: Selection, player: Player, theme: Theme) -> None:
        super().__init__(player, theme)
        self.selection = selection
        self.fixes = Fixes(editor)
        self.question: Question | None = None
        self.answer: Answer | None = None
        self.asked: list[Question] = []
        """The questions so far, and (`at`) which of them is shown."""
        self.at = -1
        self.shines = False
        """Whether the way of the answer is lit: until Esc or an edit."""
        self._run: Trace | None = None
        self._shown: Ghost | None = None
        self._places: tuple[Place, ...] = ()
        self._known: tuple[object, ...] = ()
        self._cancel, self._haunting = threading.Event(), threading.Event()
        self._later, self._ghosts = Later(self), Later(self)
        self._later.found.connect(self._on_found)
        self._ghosts.found.connect(self._on_ghost)
        self._build()
        self.set_theme(theme)
        self._show_buttons()
        editor.opened.connect(self.forget)

    # ---- parts -----------------------------------------------------------------------------------

    def _build(self) -> None:
        self.back = tool_button("left", tr("The question before (Alt+Left)"), self.go_back)
        self.forward = tool_button("right", tr("The next question (Alt+Right)"), self.go_on)
        self.choice = Choice()
        self.choice.setAccessibleName(tr("Question"))
        self.choice.setMinimumContentsLength(24)
        self.choice.activated.connect(self._on_chosen)
        self.entry = EntryChooser()
        self.entry.chosen.connect(self._on_entry)
        self.pin = tool_button("pin", tr("Keep this answer while the player moves"), self.renew)
        self.pin.setCheckable(True)
        self.copy = tool_button("duplicate", tr("Copy the answer as text"), self.copy_text)
        self.head = heading("", 1)
        self.remedy = label("", "muted")
        self.lines = Lines()
        self.lines.followed.connect(self._follow)
        self.ghost = label("", "gradient")
        self.help = label(tr(NOTHING), "muted")
        self.ways = WaysList()
        self.ways.pointed.connect(self._point)
        self._lay_out()
        keys = ("Alt+Left", self.go_back), ("Alt+Right", self.go_on), ("Esc", self.darkened.emit)
        for key, do in keys:
            shortcut = QShortcut(QKeySequence(key), self, do)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setContentsMargins(MARGIN, 4, MARGIN, 2)
        bar.setSpacing(6)
        bar.addWidget(self.back)
        bar.addWidget(self.forward)
        bar.addWidget(self.choice, 1)
        for part in (self.entry, self.pin, self.copy):
            bar.addWidget(part)
        self.split = QSplitter(Qt.Orientation.Horizontal)
        self.split.addWidget(self._answer_area())
        self.split.addWidget(self.ways)
        self.split.setChildrenCollapsible(False)
        self.ways.setMinimumWidth(200)
        self.split.setSizes([2000, 3000])  # shares of the width, whatever it is
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(bar)
        whole.addWidget(self.split, 1)
        self.setFocusProxy(self.choice)

    def _answer_area(self) -> QScrollArea:
        text = QWidget()
        text.setObjectName("content")
        column = QVBoxLayout(text)
        column.setContentsMargins(MARGIN, 4, MARGIN, 6)
        column.setSpacing(5)
        self._cuts = QHBoxLayout()
        self._cuts.addStretch(1)
        column.addWidget(self.help)
        column.addWidget(self.head)
        column.addLayout(self._cuts)
        for part in (self.ghost, self.remedy, self.fixes, self.lines):
            column.addWidget(part)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(text)
        scroll.setWidgetResizable(True)
        scroll.setAccessibleName(tr("The answer"))
        scroll.setMinimumWidth(200)
        return scroll

    def restyle(self) -> None:
        recolor(self, self.theme)

    # ---- asking ----------------------------------------------------------------------------------

    def ask(self, question: Question) -> None:
        """Answer this now; it joins the questions one can go back to."""
        if not (0 <= self.at < len(self.asked)) or self.asked[self.at] != question:
            self.asked[self.at + 1 :] = [question]
            self.at = len(self.asked) - 1
        self._show(question)

    def go_back(self) -> None:
        self._go_to(self.at - 1)

    def go_on(self) -> None:
        self._go_to(self.at + 1)

    def _go_to(self, at: int) -> None:
        if 0 <= at < len(self.asked):
            self.at = at
            self._show(self.asked[at])

    def _show(self, question: Question) -> None:
        self.question, self.shines = question, True
        self.pin.setChecked(False)
        self._clear_ghost()
        self.renew()
        self._show_buttons()

    def forget(self, *_: object) -> None:
        """Another graph is open: nothing has been asked about it."""
        self.question, self.asked, self.at = None, [], -1
        self._clear_ghost()
        self._answer_nothing(tr(NOTHING))

    @property
    def film(self) -> TraceFilm | None:
        film = self.player.film
        return film if isinstance(film, TraceFilm) else None

    # ---- answering -------------------------------------------------------------------------------

    def show_frame(self, frame: Frame) -> None:
        film, question = self.film, self.question
        if self.pin.isChecked() and film is not None and film.trace is self._run:
            return
        self.pin.setChecked(False)  # another run has other numbers
        if film is None or question is None or not _is_there(film, question):
            self._answer_nothing(tr(NOTHING))
            return
        step = self.player.step
        found = why.questions(film, step, question.node, question.edge, question.entry)
        if not found:
            self._answer_nothing(tr(NO_QUESTION))
            return
        now = next((q for q in found if q.kind is question.kind), found[0])
        self._offer(film, step, found, now)
        self._answer(film, step, now)
        ghost = self._shown
        if ghost is not None and ghost.call != concerned(At(film, step), ghost.place):
            self._clear_ghost()

    def _answer(self, film: TraceFilm, step: int, question: Question) -> None:
        if not why.is_long(question):
            self._give_up()
            self._show_answer(why.answer(film, step, question))
            return
        state = film.node(question.node, step)
        waits = state.live and state.arrived < state.expected
        known = film, question, state.call, waits, id(state.grad), id(state.stored)
        if self._known == known:  # nothing it is about has changed: it need not be run again
            if self.answer is not None and self.answer.question == question:
                self._shine()
            return
        self._give_up()
        self._known, self._cancel = known, threading.Event()
        if self.answer is None or self.answer.question != question:
            say(self.head, tr("Following every path …"))
        self._later.ask(partial(_look, film, step, question, self._cancel))

    def _give_up(self) -> None:
        """What is being looked for is not wanted any more."""
        self._cancel.set()
        self._later.forget()
        self._known = ()

    def _on_found(self, found: _Found | None) -> None:
        if found is not None and found.film is self.film and found.answer is not None:
            self._show_answer(found.answer)

    def _show_answer(self, answer: Answer) -> None:
        self.answer = answer
        self._run = None if self.film is None else self.film.trace
        say(self.help, "")
        say(self.head, answer.headline)
        say(self.remedy, answer.remedy)
        self.fixes.show_event(self.film, answer.failed)
        self.lines.show_lines(answer.lines)
        self.ways.show_ways(answer.ways)
        self.ways.setVisible(bool(answer.ways))
        self.entry.show_entry(answer.shape, answer.question.entry)
        self._offer_ghosts(answer.cuts)
        self._shine()
        self._show_buttons()

    def _answer_nothing(self, text: str) -> None:
        self._give_up()
        self.answer = None
        say(self.help, text)
        for part in (self.head, self.remedy):
            say(part, "")
        self.fixes.show_event(None, None)
        self.lines.show_lines(())
        self.ways.show_ways(())
        self.ways.hide()
        self.entry.hide()
        self.choice.clear()
        self._offer_ghosts(())
        self._shine()
        self._show_buttons()

    def _offer(
        self, film: TraceFilm, step: int, found: tuple[Question, ...], now: Question
    ) -> None:
        """All questions about the same thing, to change over to."""
        titles = [why.title(film, step, question) for question in found]
        shown = [self.choice.itemText(k) for k in range(self.choice.count())]
        if titles != shown:
            self.choice.clear()
            self.choice.addItems(list(map(visible, titles)))
        for k, question in enumerate(found):
            self.choice.setItemData(k, question)
        self.choice.setCurrentIndex(found.index(now))

    def _on_chosen(self, row: int) -> None:
        chosen = self.choice.itemData(row)
        if isinstance(chosen, Question):
            self.ask(chosen)

    def _on_entry(self, entry: Entry) -> None:
        if self.question is not None:
            self.ask(replace(self.question, entry=entry))

    def _show_buttons(self) -> None:
        self.back.setEnabled(self.at > 0)
        self.forward.setEnabled(self.at + 1 < len(self.asked))
        for part in (self.pin, self.copy):
            part.setEnabled(self.answer is not None)
        self.choice.setEnabled(self.choice.count() > 0)

    def copy_text(self) -> None:
        """The whole answer as text, on the clipboard."""
        if self.answer is not None:
            text = self.answer.text(self.choice.currentText())
            text += f"\n{self.ghost.text()}" if self.ghost.text() else ""
            QGuiApplication.clipboard().setText(text)

    # ---- where it leads --------------------------------------------------------------------------

    def _follow(self, line: Line) -> None:
        if line.node:
            self.selection.set([line.node])
        if line.step is not None:
            self.player.pause()
            self.player.go(line.step)

    def _point(self, way: Way | None) -> None:
        if self.shines and way is not None:
            self.lit.emit(way.nodes, way.edges)
        else:
            self._shine()

    def _shine(self) -> None:
        if self.shines:
            found = self.answer
            self.lit.emit(*(((), ()) if found is None else (found.nodes, found.edges)))

    def go_dark(self) -> None:
        """Light nothing until something is asked again."""
        self.shines = False
        self._clear_ghost()

    # ---- ghosts ----------------------------------------------------------------------------------

    def _offer_ghosts(self, places: tuple[Place, ...]) -> None:
        """A button for each cut in the way."""
        if places == self._places and self._cuts.count() == len(places[:MOST_CUTS]) + 1:
            return
        self._places = places
        while self._cuts.count() > 1:
            item = self._cuts.takeAt(0)
            gone = None if item is None else item.widget()
            if gone is not None:
                gone.hide()
                gone.deleteLater()
        for k, place in enumerate(places[:MOST_CUTS]):
            text = tr("Show what would have passed")
            if len(places) > 1:
                text = tr("Without the cut at {}").format(self._name(place.node))
            button = QPushButton(text)
            button.clicked.connect(lambda _=False, place=place: self.ask_ghost(place))
            self._cuts.insertWidget(k, button)
            button.show()

    def ask_ghost(self, place: Place, whole: bool = False) -> None:
        """Run the graph without one cut; the answer comes when it is there."""
        film = self.film
        if film is None or self.question is None:
            return
        self._clear_ghost()
        self._haunting = threading.Event()
        say(self.ghost, tr("Running it without this cut …"))
        step = self.player.step
        self._ghosts.ask(partial(_without, film, step, place, bool(whole), self._haunting))

    def ask_first_ghost(self) -> None:
        """The ghost of the first cut of the answer, if there is one."""
        if self.answer is not None and self.answer.cuts:
            self.ask_ghost(self.answer.cuts[0])

    def _on_ghost(self, found: _Found | None) -> None:
        if found is None or found.film is not self.film or found.ghost is None:
            return
        self._shown = ghost = found.ghost
        say(self.ghost, ghost.sentence)
        if ghost.whole:
            block = QPushButton(tr("Without the whole {} block").format(_block(ghost.place)))
            block.clicked.connect(lambda: self.ask_ghost(ghost.place, whole=True))
            self._cuts.insertWidget(self._cuts.count() - 1, block)
            block.show()
        self.haunted.emit(ghost)

    def _clear_ghost(self) -> None:
        self._haunting.set()
        self._ghosts.forget()
        self._shown = None
        say(self.ghost, "")
        self.haunted.emit(None)

    def _name(self, node: str) -> str:
        film = self.film
        return node if film is None or node not in film.graph.nodes else film.graph.nodes[node].name

    def close_down(self) -> None:
        """Give up what is still being looked for."""
        self._give_up()
        self._haunting.set()
        self._ghosts.forget()


def _block(place: Place) -> str:
    return str(place.cut if place.cut is not Cut.FROZEN else Cut.NO_GRAD)


def _is_there(film: TraceFilm, question: Question) -> bool:
    if question.edge is not None:
        return question.edge in film.graph.edges
    return question.node in film.graph.nodes


def _look(film: TraceFilm, step: int, question: Question, cancel: threading.Event) -> _Found | None:
    """On a thread: the long answer, with a film of its own."""
    own = TraceFilm(film.graph, film.program, film.trace)
    try:
        found = why.look(film, step, question, cancel.is_set)
        return _Found(film, why.answer(own, step, question, found))
    except Cancelled:
        return None


def _without(
    film: TraceFilm, step: int, place: Place, whole: bool,
    cancel: threading.Event,
) -> _Found | None:  # fmt: skip
    """On a thread: the run without one cut."""
    try:
        ghost = haunt(film, step, place, whole=whole, cancelled=cancel.is_set)
    except Cancelled:
        return None
    return _Found(film, ghost=ghost)


def _demo() -> QWidget:
    from gui.panels import demo

    return WhyPanel(demo.editor(), demo.selection("w"), demo.player(), demo.LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
