"""What the Why? commands do: from a selection to a question, from an answer to the canvas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from engine.graph import EdgeKey
from gui.model import why, words
from gui.model.film import TraceFilm
from gui.model.ghost import Ghost
from gui.model.why import Question
from gui.tr import tr

if TYPE_CHECKING:
    from gui.app import App

ONE = "Select one node or one edge to ask about."


class Asking:
    """Between the canvas, which points, and the Why sheet, which answers."""

    def __init__(self, app: App) -> None:
        self.app, self.panel = app, app.why
        canvas = app.canvas
        canvas.questions = self.questions
        canvas.asked.connect(self.put)
        canvas.ghost_wanted.connect(self.ghost_of)
        canvas.darkened.connect(self.panel.go_dark)
        for one in (canvas, app.views.history):
            one.why_wanted.connect(self.ask)
        app.inspector.why_wanted.connect(self.ask_about)
        self.panel.lit.connect(canvas.light)
        self.panel.darkened.connect(canvas.go_dark)
        self.panel.haunted.connect(self._haunt)

    def questions(self, node: str, edge: EdgeKey | None) -> Sequence[tuple[str, Question]]:
        """What can be asked here at this step, each with its words."""
        film, step = self.app.player.film, self.app.player.step
        if not isinstance(film, TraceFilm):
            return ()
        found = why.questions(film, step, node, edge)
        return [(why.title(film, step, question), question) for question in found]

    def ask(self) -> None:
        """The first question about what is selected, or else about what is under the mouse.

        With neither, at a step that shows an error: why did it fail?
        """
        items, edges = self.app.selection.items, self.app.selection.edges
        hovered = self.app.canvas.hovered
        if len(items) + len(edges) == 1:
            node, edge = next(iter(items), ""), next(iter(edges), None)
        elif not items and not edges and (hovered.id or hovered.edge):
            node, edge = hovered.id, hovered.edge
        elif self.app.player.frame.failed and self.app.player.frame.active:
            self.put(Question(why.Kind.FAILED, next(iter(self.app.player.frame.active))))
            return
        else:
            self.app.say(tr(ONE))
            return
        self.ask_about("" if edge else node, edge)

    def ask_about(self, node: str = "", edge: EdgeKey | None = None) -> None:
        """The most telling question about a node or an edge."""
        found = self.questions(node, edge)
        if found:
            self.put(found[0][1])
        else:
            self.app.say(tr("There is nothing to ask about it at this step."))

    def put(self, question: Question) -> None:
        """This question."""
        self._show()  # first: what is hidden answers nothing
        self.panel.ask(question)

    def ghost(self) -> None:
        """What would have passed, without the first cut in the way of what is selected."""
        self.ask()
        self.panel.ask_first_ghost()

    def ghost_of(self, edge: EdgeKey) -> None:
        """What would have passed along this edge."""
        self.put(Question(why.Kind.NOTHING, edge=edge))
        self.panel.ask_first_ghost()

    def _show(self) -> None:
        self.app.views.show_history(False)
        self.app.window.show_sheet(self.panel)

    def _haunt(self, ghost: Ghost | None) -> None:
        canvas = self.app.canvas
        if ghost is None:
            canvas.haunt({}, {})
        else:
            edges = {key: words.short(grad) for key, grad in ghost.edges.items()}
            nodes = {node: words.short(grad) for node, grad in ghost.nodes.items()}
            canvas.haunt(edges, nodes)
