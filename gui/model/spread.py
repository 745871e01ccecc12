"""Finding room for nodes that lie on others, without moving what a person has placed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from engine.graph import Graph
from gui.model.arrange import COLUMN_GAP, ROW_GAP, USUAL, Check, Size
from gui.model.document import Place

Floats = NDArray[np.float64]

EVERY = 100
"""Nodes between two looks at whether it is still wanted."""


def spread(
    graph: Graph,
    sizes: Mapping[str, Size],
    places: Mapping[str, Place],
    check: Check = lambda done: None,
) -> dict[str, Place]:
    """New places for the nodes that have none, or lie on one stated before; the others stay.

    Each comes to the right of what it reads (a leaf to the left of what reads it), as far down as
    there is room; sizes and places are in scene pixels.
    """
    room = _Room(graph, sizes, places)
    moved = {}
    for k, node in enumerate(graph.nodes):
        if k % EVERY == 0:
            check(k / len(graph.nodes))
        if node not in places or len(room.under(k)):
            moved[node] = room.place(k, node)
        room.settled[k] = True
    return moved


class _Room:
    """The boxes of all nodes, and which of them are where they will stay."""

    def __init__(
        self, graph: Graph, sizes: Mapping[str, Size], places: Mapping[str, Place]
    ) -> None:
        self.graph = graph
        self.row = {node: k for k, node in enumerate(graph.nodes)}
        self.size = np.array([sizes.get(i, USUAL) for i in self.row], np.float64).reshape(-1, 2)
        known = [places.get(i, (np.nan, np.nan)) for i in self.row]
        self.corner = np.array(known, np.float64).reshape(-1, 2)
        self.settled = np.zeros(len(known), bool)

    def under(self, k: int) -> NDArray[np.int64]:
        """The settled nodes that node k lies on."""
        low, high = self.corner[k], self.corner[k] + self.size[k]
        apart = (self.corner >= high) | (self.corner + self.size <= low)
        return np.flatnonzero(self.settled & ~apart.any(axis=1) & ~np.isnan(self.corner[:, 0]))

    def place(self, k: int, node: str) -> Place:
        self.corner[k] = self._wanted(k, node)
        while len(below := self.under(k)):
            self.corner[k, 1] = (self.corner[below, 1] + self.size[below, 1]).max() + ROW_GAP
        self.corner[k] = np.round(self.corner[k] / 10) * 10
        x, y = self.corner[k].tolist()
        return x, y

    def _wanted(self, k: int, node: str) -> Floats:
        """Beside its neighbours; without any where it is, or at the left of everything."""
        before = [self.row[e.source] for e in self.graph.inputs[node].values()]
        after = [self.row[e.target] for e in self.graph.outputs.get(node, ())]
        before, after = self._known(before), self._known(after)
        if before:
            x = (self.corner[before, 0] + self.size[before, 0]).max() + COLUMN_GAP
            return np.array([x, self.corner[before, 1].mean()])
        if after:
            x = self.corner[after, 0].min() - COLUMN_GAP - self.size[k, 0]
            return np.array([x, self.corner[after, 1].mean()])
        corner: Floats = self.corner[k]
        if np.isnan(corner[0]):
            placed = self.corner[~np.isnan(self.corner[:, 0])]
            corner = placed.min(axis=0) if len(placed) else np.zeros(2)
        return corner

    def _known(self, rows: list[int]) -> list[int]:
        return [row for row in rows if not np.isnan(self.corner[row, 0])]
