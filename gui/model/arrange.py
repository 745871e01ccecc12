"""Automatic layout: where nodes go when nobody has placed them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from engine.graph import Graph
from gui.model.document import Place

Size = tuple[float, float]

COLUMN_GAP, ROW_GAP = 90.0, 50.0
USUAL: Size = (140.0, 74.0)


def arrange(graph: Graph, sizes: Mapping[str, Size], members: Iterable[str]) -> dict[str, Place]:
    """Places for `members`, left to right in the direction values flow; sizes in scene pixels.

    Columns are the longest path from a leaf, pulled towards what reads a node; rows follow the mean
    row of the neighbours (barycentre, Sugiyama et al. 1981), a few sweeps each way.
    """
    chosen = set(members)
    wanted = [i for i in graph.nodes if i in chosen]
    columns = _columns(graph, wanted)
    rows = _rows(graph, columns)
    return _places(columns, rows, sizes)


def _columns(graph: Graph, wanted: list[str]) -> list[list[str]]:
    inside = set(wanted)
    rank: dict[str, int] = {}
    for node in wanted:
        before = [rank[e.source] for e in graph.inputs[node].values() if e.source in inside]
        rank[node] = max(before, default=-1) + 1
    for node in reversed(wanted):  # a leaf stands just before its first reader
        after = [rank[e.target] for e in graph.outputs.get(node, ()) if e.target in inside]
        if after and not any(e.source in inside for e in graph.inputs[node].values()):
            rank[node] = min(after) - 1
    columns: list[list[str]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for node in wanted:
        columns[rank[node]].append(node)
    return columns


def _rows(graph: Graph, columns: list[list[str]], sweeps: int = 6) -> dict[str, float]:
    rows = {node: float(k) for column in columns for k, node in enumerate(column)}
    for sweep in range(sweeps):
        forward = sweep % 2 == 0
        for column in columns if forward else reversed(columns):
            column.sort(key=lambda node: _barycentre(graph, node, rows, forward))
            for k, node in enumerate(column):
                rows[node] = k - (len(column) - 1) / 2
    return rows


def _barycentre(graph: Graph, node: str, rows: Mapping[str, float], forward: bool) -> float:
    edges = graph.inputs[node].values() if forward else graph.outputs.get(node, ())
    near = [e.source if forward else e.target for e in edges]
    found = [rows[i] for i in near if i in rows]
    return sum(found) / len(found) if found else rows[node]


def _places(
    columns: list[list[str]], rows: Mapping[str, float], sizes: Mapping[str, Size]
) -> dict[str, Place]:
    places: dict[str, Place] = {}
    x = 0.0
    for column in columns:
        heights = [sizes.get(node, USUAL)[1] for node in column]
        y = -(sum(heights) + ROW_GAP * (len(column) - 1)) / 2
        for node, height in zip(column, heights, strict=True):
            places[node] = (round(x / 10) * 10.0, round(y / 10) * 10.0)
            y += height + ROW_GAP
        x += max((sizes.get(node, USUAL)[0] for node in column), default=0) + COLUMN_GAP
    return places
