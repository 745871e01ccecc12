"""Laying nodes out: at once where they are few, on a thread with progress where they are many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from threading import Event

from PySide6.QtCore import QObject, Signal

from engine.trace import Cancelled
from gui.model import edits
from gui.model.document import Document, Place
from gui.model.folding import shown, unfolded_places
from gui.state.editor import Editor
from gui.state.later import Later
from gui.tr import tr

AT_ONCE = 200
"""Up to so many nodes nobody waits."""

Sizes = Mapping[str, tuple[float, float]]
Check = Callable[[float], None]
_Places = Mapping[str, Place]


class Arranger(QObject):
    """One layout at a time, of what is shown: a folded group is one node.

    It becomes one edit of whatever the Document is when it is done.
    """

    progress = Signal(float)
    """How much is done, from 0 to 1."""
    busy_changed = Signal(bool)
    arranged = Signal()

    def __init__(self, editor: Editor, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.editor = editor
        self.busy = False
        self._cancel, self._text = Event(), ""
        self._later = Later(self)
        self._later.found.connect(self._on_found)
        editor.opened.connect(self.cancel)  # its ids mean other nodes in another document

    def arrange(self, sizes: Sizes, members: Iterable[str]) -> None:
        """Lay these nodes out where they are now, given everybody's width and height in pixels."""
        document, chosen = self.editor.document, list(members)
        self.cancel()
        if not chosen:
            return
        self._start(tr("Arrange"), len(chosen), partial(_arranged, document, sizes, chosen))

    def spread(self, sizes: Sizes) -> None:
        """Move only the nodes that lie on others, or nowhere."""
        document = self.editor.document
        self.cancel()
        self._start(tr("Spread"), len(document.graph.nodes), partial(_spread, document, sizes))

    def _start(self, text: str, count: int, lay_out: Callable[[Check], _Places]) -> None:
        """Lay `count` nodes out, now or on a thread, for an edit of this name."""
        if count <= AT_ONCE:
            self._apply(lay_out(lambda done: None), text)
            return
        self._cancel, self._text = Event(), text
        self._set_busy(True)
        self.progress.emit(0.0)
        self._later.ask(partial(_unless_cancelled, lay_out, self._cancel, self.progress.emit))

    def cancel(self, *_: object) -> None:
        """Give up the layout under way."""
        self._cancel.set()
        self._later.forget()
        self._set_busy(False)

    def _on_found(self, places: _Places | None) -> None:
        self._set_busy(False)
        if places is not None:
            self._apply(places, self._text)

    def _apply(self, places: _Places, text: str) -> None:
        document = self.editor.document
        moved = unfolded_places(document, places)
        self.editor.apply(text or tr("Arrange"), edits.rearrange(document, moved))
        self.arranged.emit()

    def _set_busy(self, busy: bool) -> None:
        if busy != self.busy:
            self.busy = busy
            self.busy_changed.emit(busy)


def _unless_cancelled(
    lay_out: Callable[[Check], _Places], cancel: Event, tell: Callable[[float], object]
) -> _Places | None:
    """The new places, telling how far they are; None when it was given up."""

    def check(done: float) -> None:
        if cancel.is_set():
            raise Cancelled
        tell(done)

    try:
        return lay_out(check)
    except Cancelled:
        return None


def _arranged(document: Document, sizes: Sizes, members: list[str], check: Check) -> _Places:
    """New places whose top left corner is where the old one was."""
    from gui.model.arrange import arrange  # brings networkx

    seen = shown(document)
    places = arrange(seen.graph, sizes, members, check)
    known = [seen.places[i] for i in members if i in seen.places] or [(0.0, 0.0)]
    dx = min(x for x, _ in known) - min(x for x, _ in places.values())
    dy = min(y for _, y in known) - min(y for _, y in places.values())
    return {i: (x + dx, y + dy) for i, (x, y) in places.items()}


def _spread(document: Document, sizes: Sizes, check: Check) -> _Places:
    from gui.model.spread import spread

    seen = shown(document)
    return spread(seen.graph, sizes, seen.places, check)
