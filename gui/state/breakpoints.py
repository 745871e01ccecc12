"""Where playing stops: before a node, after an edge.  Kept in the settings for each file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from engine.graph import EdgeKey, Graph
from gui.model.document import Document
from gui.state.editor import Editor
from gui.state.player import Player
from gui.state.settings import Settings
from gui.tr import tr

Spot = str | EdgeKey
"""A node, or an edge by (target, slot)."""
_KEPT = "breakpoints"


def is_in(graph: Graph, spot: Spot) -> bool:
    """Whether a graph has this node or edge."""
    return spot in (graph.nodes if isinstance(spot, str) else graph.edges)


def told(graph: Graph, spot: Spot) -> str:
    """`before y`, `after x → y.self`: a spot in words."""
    if isinstance(spot, str):
        return tr("before {}").format(graph.nodes[spot].name)
    edge = graph.edges[spot]
    source, target = graph.nodes[edge.source].name, graph.nodes[edge.target].name
    return tr("after {} → {}").format(source, f"{target}.{edge.slot}")


class Breakpoints(QObject):
    """The spots of the open Document and whether each is on; tells a Player where to stop.

    Edits that keep a node or an edge keep its breakpoint; with the node it goes, and says so.
    """

    changed = Signal()
    message = Signal(str)

    def __init__(
        self, editor: Editor, player: Player, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.editor, self.player, self.settings = editor, player, settings
        self.spots: Mapping[Spot, bool] = {}
        player.halts = self.why
        player.film_changed.connect(self._forget)
        editor.changed.connect(self._on_changed)
        editor.opened.connect(self._on_opened)
        editor.path_changed.connect(self._on_path)

    # ---- setting them --------------------------------------------------------------------------

    def toggle(self, spot: Spot) -> None:
        """Put one there, or take it away."""
        rest = {other: on for other, on in self.spots.items() if other != spot}
        self._set(rest if spot in self.spots else rest | {spot: True})

    def switch(self, spot: Spot, on: bool) -> None:
        """Let one be without taking it away, or have it stop again."""
        if spot in self.spots:
            self._set({**self.spots, spot: on})

    def remove(self, *spots: Spot) -> None:
        """Take these away."""
        self._set({spot: on for spot, on in self.spots.items() if spot not in spots})

    def clear(self) -> None:
        """Take all away."""
        self._set({})

    def _set(self, spots: Mapping[Spot, bool]) -> None:
        if list(spots.items()) == list(self.spots.items()):
            return
        self.spots = spots
        self._forget()
        self._keep(self.editor.path)
        self.changed.emit()

    # ---- stopping ------------------------------------------------------------------------------

    def why(self, step: int) -> str:
        """Why to stop when `step` is over, or nothing."""
        found = self._stops.get(step, ())
        if not found:
            return ""
        graph = self.editor.document.graph
        where = ", ".join(told(graph, spot) for spot in found if is_in(graph, spot))
        return tr("Stopped at a breakpoint {}.").format(where)

    def between(self, step: int, end: int) -> int | None:
        """The first step at which to stop on the way from one step to another, either way."""
        way = range(step + 1, end) if end > step else range(step - 1, end, -1)
        found = [stop for stop in self._stops if stop in way]
        return (min(found) if end > step else max(found)) if found else None

    @cached_property
    def _stops(self) -> dict[int, list[Spot]]:
        """The steps after which to stop, each with what for."""
        film, found = self.player.film, dict[int, list[Spot]]()
        for spot, on in self.spots.items():
            if isinstance(spot, str):
                steps = [step - 1 for step in film.visits(spot)]
            else:
                steps = list(film.crossings(spot))
            for step in steps if on else ():
                found.setdefault(step, []).append(spot)
        return found

    def _forget(self, *_: object) -> None:
        self.__dict__.pop("_stops", None)

    # ---- keeping up ----------------------------------------------------------------------------

    def _on_changed(self, before: Document, after: Document) -> None:
        if before.graph is after.graph or self.editor.previewing:
            return
        lost = [spot for spot in self.spots if not is_in(after.graph, spot)]
        if lost:
            where = ", ".join(told(before.graph, s) for s in lost if is_in(before.graph, s))
            self.remove(*lost)
            self.message.emit(tr("The breakpoint {} went with it.").format(where))

    def _on_opened(self, document: Document) -> None:
        path = self.editor.path
        found = {} if path is None else dict(_read(self.settings.of_file(_KEPT, path)))
        self.spots = {spot: on for spot, on in found.items() if is_in(document.graph, spot)}
        self._forget()
        self.changed.emit()

    def _on_path(self, path: Path | None) -> None:
        """Saved under another name: they go with the Document."""
        if self.spots and all(is_in(self.editor.document.graph, spot) for spot in self.spots):
            self._keep(path)

    def _keep(self, path: Path | None) -> None:
        if path is not None:
            self.settings.keep_for_file(_KEPT, path, [[s, on] for s, on in self.spots.items()])


def _read(kept: Any) -> Iterator[tuple[Spot, bool]]:
    """What the settings say, as far as it makes sense."""
    for entry in kept if isinstance(kept, list) else ():
        match entry:
            case [str(node), bool(on)]:
                yield node, on
            case [[str(target), str(slot)], bool(on)]:
                yield (target, slot), on
