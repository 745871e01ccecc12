"""Where new nodes go that nobody has drawn: near what they are wired to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.graph import Graph
from gui.model.arrange import COLUMN_GAP, ROW_GAP, USUAL, arrange
from gui.model.document import Place

COLUMN, ROW = USUAL[0] + COLUMN_GAP, USUAL[1] + ROW_GAP


def placed(places: Mapping[str, Place], graph: Graph) -> Mapping[str, Place]:
    """The places of what is in the graph, the new ones beside their neighbours.

    The same Mapping where nothing came or went.  Scene pixels.
    """
    known = {i: p for i, p in places.items() if i in graph.nodes or i in graph.regions}
    new = [i for i in graph.nodes if i not in known]
    if not new:
        return places if len(known) == len(places) else known
    if not any(i in graph.nodes for i in known):
        return {**known, **arrange(graph, dict.fromkeys(graph.nodes, USUAL), graph.nodes)}
    taken = _Taken(known[i] for i in graph.nodes if i in known)
    while new:
        left = [i for i in new if not _goes_beside(graph, i, known, taken)]
        if len(left) == len(new):  # nothing of it hangs on what is placed
            known[left[0]] = taken.free(taken.below())
            left = left[1:]
        new = left
    return known


def _goes_beside(graph: Graph, node: str, known: dict[str, Place], taken: _Taken) -> bool:
    """Put it right of what it reads, else left of what reads it; whether there is any."""
    before = [known[e.source] for e in graph.inputs[node].values() if e.source in known]
    after = [known[e.target] for e in graph.outputs.get(node, ()) if e.target in known]
    if before:
        wanted = max(x for x, _ in before) + COLUMN, sum(y for _, y in before) / len(before)
    elif after:
        wanted = min(x for x, _ in after) - COLUMN, sum(y for _, y in after) / len(after)
    else:
        return False
    known[node] = taken.free(wanted)
    return True


class _Taken:
    """Corners of nodes, in cells as large as a node with its gap, so that one is soon looked up."""

    def __init__(self, corners: Iterator[Place]) -> None:
        self._cells: dict[tuple[int, int], list[Place]] = {}
        self._left, self._bottom = float("inf"), float("-inf")
        for corner in corners:
            self._take(corner)

    def _take(self, corner: Place) -> None:
        self._cells.setdefault(self._cell(corner), []).append(corner)
        self._left, self._bottom = min(self._left, corner[0]), max(self._bottom, corner[1])

    def _cell(self, corner: Place) -> tuple[int, int]:
        return int(corner[0] // COLUMN), int(corner[1] // ROW)

    def below(self) -> Place:
        """Under everything, at the left."""
        return self._left, self._bottom + ROW

    def free(self, wanted: Place) -> Place:
        """The nearest place at or under `wanted` where no other node lies; it is taken then."""
        x, y = round(wanted[0]), round(wanted[1])
        while (other := self._at((x, y))) is not None:
            y = round(other[1] + ROW)
        self._take((float(x), float(y)))
        return float(x), float(y)

    def _at(self, corner: Place) -> Place | None:
        """A node that would be covered there, the lowest of them."""
        column, row = self._cell(corner)
        near = [
            other
            for dx in (-1, 0, 1)
            for dy in (-1, 0, 1)
            for other in self._cells.get((column + dx, row + dy), ())
            if abs(other[0] - corner[0]) < USUAL[0] + 10 and abs(other[1] - corner[1]) < ROW
        ]
        return max(near, key=lambda place: place[1], default=None)
