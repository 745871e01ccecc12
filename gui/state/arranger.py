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
        self._cancel = Event()
        self._later = Later(self)
        self._later.found.connect(self._on_found)

    def arrange(self, sizes: Sizes, members: Iterable[str]) -> None:
        """Lay these nodes out where they are now, given everybody's width and height in pixels."""
        document, chosen = self.editor.document, list(members)
        self.cancel()
        if not chosen:
            return
        if len(chosen) <= AT_ONCE:
            places = _arranged(document, sizes, chosen, Event(), lambda done: None)
            self._apply(places or {})
            return
        self._cancel = Event()
        self._set_busy(True)
        self.progress.emit(0.0)
        look = partial(_arranged, document, sizes, chosen, self._cancel, self.progress.emit)
        self._later.ask(look)

    def spread(self, sizes: Sizes) -> None:
        """Move only the nodes that lie on others, or nowhere."""
        from gui.model.spread import spread

        self.cancel()
        seen = shown(self.editor.document)
        self._apply(spread(seen.graph, sizes, seen.places), tr("Spread"))

    def cancel(self) -> None:
        """Give up the layout under way."""
        self._cancel.set()
        self._later.forget()
        self._set_busy(False)

    def _on_found(self, places: Mapping[str, Place] | None) -> None:
        self._set_busy(False)
        if places is not None:
            self._apply(places)

    def _apply(self, places: Mapping[str, Place], text: str = "") -> None:
        document = self.editor.document
        moved = unfolded_places(document, places)
        self.editor.apply(text or tr("Arrange"), edits.rearrange(document, moved))
        self.arranged.emit()

    def _set_busy(self, busy: bool) -> None:
        if busy != self.busy:
            self.busy = busy
            self.busy_changed.emit(busy)


def _arranged(
    document: Document,
    sizes: Sizes,
    members: list[str],
    cancel: Event,
    tell: Callable[[float], object],
) -> Mapping[str, Place] | None:
    """New places whose top left corner is where the old one was; None when it was given up."""
    from gui.model.arrange import arrange  # brings networkx

    def check(done: float) -> None:
        if cancel.is_set():
            raise Cancelled
        tell(done)

    seen = shown(document)
    try:
        places = arrange(seen.graph, sizes, members, check)
    except Cancelled:
        return None
    known = [seen.places[i] for i in members if i in seen.places] or [(0.0, 0.0)]
    dx = min(x for x, _ in known) - min(x for x, _ in places.values())
    dy = min(y for _, y in known) - min(y for _, y in places.values())
    return {i: (x + dx, y + dy) for i, (x, y) in places.items()}
