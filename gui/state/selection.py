"""What is selected: nodes, regions and edges of the open Document."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal

from engine.graph import EdgeKey
from gui.model.document import Document


class Selection(QObject):
    """Ids of selected nodes and regions, and keys of selected edges."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.items: frozenset[str] = frozenset()
        self.edges: frozenset[EdgeKey] = frozenset()

    def set(self, items: Iterable[str] = (), edges: Iterable[EdgeKey] = ()) -> None:
        """Select exactly these."""
        new = frozenset(items), frozenset(edges)
        if new != (self.items, self.edges):
            self.items, self.edges = new
            self.changed.emit()

    def keep_only_what_is_in(self, document: Document) -> None:
        """Drop what an edit has removed."""
        graph = document.graph
        self.set(
            self.items & (graph.nodes.keys() | graph.regions.keys()),
            self.edges & graph.edges.keys(),
        )
