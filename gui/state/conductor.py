"""Between editor, runner and player: what runs when, and which step is shown afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from engine.graph import Action
from gui.model import edits
from gui.model.document import Document
from gui.model.film import Film, TraceFilm
from gui.model.program import FORWARD, effective, leaves_with_grad, roots, runnable, with_action
from gui.state.editor import Editor
from gui.state.jobs import Runner, same_statements
from gui.state.player import Player


class Conductor(QObject):
    """Reruns after edits; the toolbar's forward, backward and zero_grad append to the Program."""

    choose_root = Signal(object)
    """(ids): several nodes could be the root of backward; answer by calling `backward(id)`."""
    message = Signal(str)

    def __init__(
        self, editor: Editor, runner: Runner, player: Player, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.editor, self.runner, self.player = editor, runner, player
        self.play_new = True
        self._shown: tuple[Document, Film] | None = None
        self._appended = False
        self._fresh = True
        editor.changed.connect(self._on_changed)
        editor.opened.connect(self._on_opened)
        runner.published.connect(self._on_published)

    # ---- what the toolbar does -----------------------------------------------------------------

    def forward(self) -> None:
        """Append a forward pass."""
        self._append("Run forward", FORWARD)

    def backward(self, root: str | None = None, retain_graph: bool = False) -> None:
        """Append a backward pass from `root`, or from the only node it can start at."""
        found = (root,) if root is not None else roots(self.editor.document.graph, self.player.film)
        if not found:
            self.message.emit(
                "Backward needs an op to start from: add one and wire a tensor to it."
            )
        elif len(found) > 1:
            self.choose_root.emit(found)
        else:
            args = {"retain_graph": True} if retain_graph else {}
            name = self.editor.document.graph.nodes[found[0]].name
            self._append(f"Run {name}.backward()", Action("backward", found[0], args))

    def zero_grad(self) -> None:
        """Append `x.grad.zero_()` for every `.grad` there is at the end of the Program."""
        document = self.editor.document
        film = self.player.film
        nodes = leaves_with_grad(document.graph, film, len(film) - 1)
        if not nodes:
            self.message.emit("There is no .grad to clear yet: run backward first.")
            return
        for node in nodes:
            document = with_action(document, Action("zero_", f"{node}.grad"))
        self._appended = True
        self.editor.apply("Zero the gradients", document)

    def clear_program(self) -> None:
        """Take every line out of the Program."""
        self.editor.apply("Clear the program", edits.set_program(self.editor.document, ()))

    def _append(self, text: str, action: Action) -> None:
        self._appended = True
        self.editor.apply(text, with_action(self.editor.document, action))

    # ---- when to run ---------------------------------------------------------------------------

    def _on_opened(self, document: Document) -> None:
        self._fresh = True
        self._shown = None
        self.player.set_film(Film(), -1)
        self.runner.run(runnable(document))

    def _on_changed(self, before: Document, after: Document) -> None:
        if before.graph is after.graph and before.program == after.program:
            return
        if effective(before) == effective(after) and same_statements(before.graph, after.graph):
            self._rename(after)
            return
        self.runner.run(runnable(after))

    def _rename(self, document: Document) -> None:
        """Names and notes change no number: the same trace, told in the new names."""
        film = self.player.film
        if isinstance(film, TraceFilm):
            renamed = TraceFilm(document.graph, film.program, film.trace)
            self.player.set_film(renamed, self.player.step)

    # ---- which step to show --------------------------------------------------------------------

    def _on_published(self, film: TraceFilm, finished: bool) -> None:
        old, step = self.player.film, self.player.step
        appended, self._appended = self._appended, self._appended and not finished
        if appended and finished and len(film) > len(old):
            self._show_new(film, len(old))
            return
        if not self._fresh and same_until(old, film, step):
            self.player.set_film(film, step)
            return
        self._fresh = self._fresh and not finished
        self.player.set_film(film, end_of_first_forward(film))

    def _show_new(self, film: TraceFilm, first: int) -> None:
        """An appended pass: backward is played from its start, anything else shown done."""
        chapter = film.timeline.chapter_at(first)
        if chapter is not None and chapter.kind == "backward" and self.play_new:
            self.player.set_film(film, first)
            self.player.play()
        else:
            self.player.set_film(film, len(film) - 1)


def end_of_first_forward(film: Film) -> int:
    """The last step of the first forward: every value is there, no gradient yet."""
    chapters: Sequence = film.timeline.chapters
    return next((c.last for c in chapters if c.kind == "forward"), len(film) - 1)


def same_until(old: Film, new: Film, step: int) -> bool:
    """Whether two films tell the same story up to `step`."""
    if step < 0 or step >= len(new) or not isinstance(old, TraceFilm):
        return False
    if not isinstance(new, TraceFilm):
        return False
    pairs = zip(old.trace.chapters, new.trace.chapters, strict=False)
    if all(a is b for a, b in pairs) and len(old.trace.chapters) <= len(new.trace.chapters):
        return True
    return all(old.frame(k).caption == new.frame(k).caption for k in range(step + 1))
