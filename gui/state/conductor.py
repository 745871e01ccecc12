"""Between editor, runner and player: what runs when, and which step is shown afterwards."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Signal

from engine.graph import Action
from gui.model import edits
from gui.model.document import Document
from gui.model.film import Film, TraceFilm
from gui.model.program import FORWARD, clearing, roots, runnable, with_action
from gui.state.editor import Editor
from gui.state.jobs import Runner, same_run, same_statements
from gui.state.player import Player
from gui.tr import tr


class Conductor(QObject):
    """Reruns after edits; the toolbar's forward, backward and zero_grad append to the Program."""

    choose_root = Signal(object)
    """(ids): several nodes could be the root of backward; answer by calling `backward(id)`."""
    message = Signal(str)
    stopped = Signal()
    """A line was refused because the Program ends in an error before it."""

    def __init__(
        self, editor: Editor, runner: Runner, player: Player, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.editor, self.runner, self.player = editor, runner, player
        self.play_new = True
        self.hold_next = False
        """Whether the next Document that is opened waits with running until it is asked for."""
        self._appended = False
        self._at_once = False  # whether what was appended is shown done, not played
        self._waiting: Callable[[], None] | None = None
        self._live = False  # whether what runs is a preview, or what it went back to
        self._previewed = False
        self._newest: Document | None = None
        editor.changed.connect(self._on_changed)
        editor.opened.connect(self._on_opened)
        runner.published.connect(self._on_published)
        runner.busy_changed.connect(self._on_busy_changed)

    # ---- what the toolbar does -----------------------------------------------------------------

    def forward(self) -> None:
        """Append a forward pass."""
        self._append(tr("Run forward"), FORWARD)

    def backward(self, root: str | None = None, retain_graph: bool = False) -> None:
        """Append a backward pass from `root`, or from the only node it can start at."""
        if self.runner.busy:
            self._waiting = partial(self.backward, root, retain_graph)
            return
        found = (root,) if root is not None else roots(self.editor.document.graph, self.player.film)
        if not found:
            self.message.emit(
                tr("Backward needs an op to start from: add one and wire a tensor to it.")
            )
        elif len(found) > 1:
            self.choose_root.emit(found)
        else:
            args = {"retain_graph": True} if retain_graph else {}
            name = self.editor.document.graph.nodes[found[0]].name
            text = tr("Run {}.backward()").format(name)
            self._append(text, Action("backward", found[0], args))

    def zero_grad(self) -> None:
        """Append what clears every `.grad` there is: by its optimizer, else one by one."""
        if self.runner.busy:
            self._waiting = self.zero_grad
            return
        document = self.editor.document
        cleared = clearing(document, self.player.film)
        if not cleared:
            self.message.emit(tr("There is no .grad to clear yet: run backward first."))
            return
        if self._is_stopped():
            return
        for action in cleared:
            document = with_action(document, action)
        self._appended = True
        self.editor.apply(tr("Zero the gradients"), document)

    def rerun(self) -> None:
        """Run the whole Program again from the start."""
        self.runner.run(runnable(self.editor.document), afresh=True)

    def clear_program(self) -> None:
        """Take every line out of the Program."""
        document = edits.set_program(self.editor.document, ())
        self.editor.apply(tr("Clear the program"), document)

    def append(self, text: str, action: Action) -> bool:
        """Append any line and show it done; says so and gives False if it would not be reached."""
        if self._is_stopped():
            return False
        self._appended = self._at_once = True
        self.editor.apply(text, with_action(self.editor.document, action))
        return True

    def _append(self, text: str, action: Action) -> None:
        if self._is_stopped():
            return
        self._appended, self._at_once = True, False
        self.editor.apply(text, with_action(self.editor.document, action))

    def _is_stopped(self) -> bool:
        """Whether a new line would never be reached; says why."""
        film = self.player.film
        if not isinstance(film, TraceFilm) or self.runner.busy or not film.stopped_at:
            return False
        told = tr(
            "The program stops with an error at “{}”: mend it, take that line out, or mark it as"
            " expected (T in the Program panel)."
        )
        self.message.emit(told.format(film.stopped_at))
        self.stopped.emit()
        return True

    def tell_anew(self) -> None:
        """The same trace in words made now: numbers may be written otherwise than before."""
        film, step = self.player.film, self.player.step
        if isinstance(film, TraceFilm):
            anew = TraceFilm(film.graph, film.program, film.trace, film.cells)
            self.player.set_film(anew, step)

    # ---- when to run ---------------------------------------------------------------------------

    def _on_opened(self, document: Document) -> None:
        self._appended, self._waiting = False, None
        self._live = self._previewed = False
        self._newest = None
        self.player.set_film(Film(), -1)
        self.runner.held, self.hold_next = self.hold_next, False
        self.runner.run(runnable(document))

    def _on_changed(self, before: Document, after: Document) -> None:
        if before.graph is after.graph and before.program is after.program:
            self._previewed = self.editor.previewing
            return
        if same_run(before, after):
            self._show_in_new_names(after)
        else:
            self._run(after)

    def _run(self, document: Document) -> None:
        """Run it at once; while something is dragged, the newest as soon as the last is done.

        Giving up each run for the next would show nothing until the hand rests.
        """
        previewing = self.editor.previewing
        self._live, self._previewed = previewing or self._previewed, previewing
        self._newest = None
        if previewing and self.runner.busy:
            self._newest = document
        else:
            self.runner.run(runnable(document))

    def _on_busy_changed(self, busy: bool) -> None:
        if self.runner.stopped:
            self._waiting = None  # it waited for a run that was given up
        if not busy and self._newest is not None:
            newest, self._newest = self._newest, None
            self.runner.run(runnable(newest))

    def _show_in_new_names(self, document: Document) -> None:
        """Names and notes change no number: the same trace, told in the new names."""
        film, step = self.player.film, self.player.step
        if self.runner.stopped:
            self.runner.run(runnable(document))
        elif isinstance(film, TraceFilm) and same_statements(film.graph, document.graph):
            step = len(film) - 1 if self._appended else step
            self.player.set_film(film.told_for(document.graph), step)
        self._appended = False

    # ---- which step to show --------------------------------------------------------------------

    def _on_published(self, film: TraceFilm, finished: bool) -> None:
        film = self._named_as_now(film)
        old = self.player.film
        if not finished and (self._live or same_until(old, film, len(film) - 1)):
            return  # what is shown already goes as far
        self._show(film, finished)
        if finished and self._waiting is not None:
            waiting, self._waiting = self._waiting, None
            waiting()

    def _show(self, film: TraceFilm, finished: bool) -> None:
        old, step = self.player.film, self.player.step
        appended, self._appended = self._appended and finished, self._appended and not finished
        if appended and len(film) > len(old):
            self._show_new(film, len(old))
        elif self._live and old.timeline.kinds == film.timeline.kinds:
            self.player.set_film(film, step)
        elif step != old.end_of_first_forward and same_until(old, film, step):
            self.player.lengthen(film)
        else:
            self.player.set_film(film, film.end_of_first_forward)

    def _named_as_now(self, film: TraceFilm) -> TraceFilm:
        """The film with the names of today, should they have changed while it was made."""
        graph = self.editor.document.graph
        if film.graph is graph or not same_statements(film.graph, graph):
            return film
        return film.told_for(graph)

    def _show_new(self, film: TraceFilm, first: int) -> None:
        """An appended pass: backward is played from its start, anything else shown done."""
        chapter, at_once = film.timeline.chapter_at(first), self._at_once
        self._at_once = False
        if chapter is not None and chapter.kind == "backward" and self.play_new and not at_once:
            self.player.set_film(film, first)
            self.player.go(first, phase=0.0)
            self.player.play()
        else:
            self.player.set_film(film, len(film) - 1)


def same_until(old: Film, new: Film, step: int) -> bool:
    """Whether two films tell the same story up to `step`: the same events with the same numbers."""
    if not isinstance(old, TraceFilm) or not isinstance(new, TraceFilm):
        return False
    return new.same_until(old, step)
