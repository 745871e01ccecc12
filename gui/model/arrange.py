"""Automatic layout: where nodes go when nobody has placed them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import networkx as nx

from engine.graph import Graph
from gui.model.document import Place

Size = tuple[float, float]
Frame = frozenset[str]

COLUMN_GAP, ROW_GAP = 60.0, 40.0
USUAL: Size = (140.0, 74.0)
FRAME_PAD, FRAME_HEAD = 20.0, 44.0
"""What a region's frame takes around its members, and above them for its title."""


def arrange(graph: Graph, sizes: Mapping[str, Size], members: Iterable[str]) -> dict[str, Place]:
    """Places for `members`, left to right in the direction values flow; sizes in scene pixels.

    Columns are the longest path from a leaf, pulled towards what reads a node; rows follow the mean
    row of the neighbours (barycentre, Sugiyama et al. 1981), a few sweeps each way.  A region is
    laid out by itself and then placed as one block, so that no other node comes to lie in it.
    """
    chosen = set(members)
    flow: nx.DiGraph = nx.DiGraph()
    flow.add_nodes_from(i for i in graph.nodes if i in chosen)
    flow.add_edges_from(
        (e.source, e.target) for e in graph.edges.values() if {e.source, e.target} <= chosen
    )
    frames = [frozenset(r.members) for r in graph.regions.values() if r.members]
    return _in_blocks(flow, sizes, [frame for frame in frames if frame <= chosen])


def _in_blocks(
    flow: nx.DiGraph, sizes: Mapping[str, Size], frames: list[Frame]
) -> dict[str, Place]:
    """Lay out with every outermost frame as one block; flat where blocks would form a circle."""
    position = {node: k for k, node in enumerate(flow)}
    outer = {
        min(f, key=position.__getitem__): f
        for f in frames
        if not any(f < other for other in frames)
    }
    block_of = {node: block for block, f in outer.items() for node in f}
    contracted: nx.DiGraph = nx.DiGraph()
    contracted.add_nodes_from(block_of.get(node, node) for node in flow)
    contracted.add_edges_from(
        (block_of.get(a, a), block_of.get(b, b))
        for a, b in flow.edges
        if block_of.get(a, a) != block_of.get(b, b)
    )
    if outer and not nx.is_directed_acyclic_graph(contracted):
        return _flat(flow, sizes)
    inside = {
        block: _in_blocks(
            flow.subgraph(sorted(f, key=position.__getitem__)), sizes, [g for g in frames if g < f]
        )
        for block, f in outer.items()
    }
    grown = {**sizes, **{block: _extent(places, sizes) for block, places in inside.items()}}
    placed = _flat(contracted, grown)
    for block, places in inside.items():
        x, y = placed.pop(block)
        left, top = min(p[0] for p in places.values()), min(p[1] for p in places.values())
        for node, (a, b) in places.items():
            placed[node] = (x + a - left + FRAME_PAD, y + b - top + FRAME_HEAD)
    return placed


def _extent(places: Mapping[str, Place], sizes: Mapping[str, Size]) -> Size:
    """How much room a frame around these places takes."""
    corners = [(x, y, *sizes.get(i, USUAL)) for i, (x, y) in places.items()]
    width = max(x + w for x, _, w, _ in corners) - min(x for x, *_ in corners)
    height = max(y + h for _, y, _, h in corners) - min(y for _, y, *_ in corners)
    return width + 2 * FRAME_PAD, height + FRAME_HEAD + FRAME_PAD


def _flat(flow: nx.DiGraph, sizes: Mapping[str, Size]) -> dict[str, Place]:
    columns = _columns(flow)
    _sort_rows(flow, columns)
    return _places(columns, sizes)


def _columns(flow: nx.DiGraph) -> list[list[str]]:
    rank: dict[str, int] = {}
    position = {node: k for k, node in enumerate(flow)}
    order = list(nx.lexicographical_topological_sort(flow, key=position.__getitem__))
    for node in order:
        rank[node] = max((rank[before] for before in flow.predecessors(node)), default=-1) + 1
    for node in order:  # a leaf stands just before its first reader
        readers = [rank[after] for after in flow.successors(node)]
        if readers and not flow.in_degree(node):
            rank[node] = min(readers) - 1
    columns: list[list[str]] = [[] for _ in range(max(rank.values(), default=-1) + 1)]
    for node in order:
        columns[rank[node]].append(node)
    return columns


def _sort_rows(flow: nx.DiGraph, columns: list[list[str]], sweeps: int = 6) -> None:
    rows = {node: float(k) for column in columns for k, node in enumerate(column)}
    for sweep in range(sweeps):
        near = flow.pred if sweep % 2 == 0 else flow.succ
        for column in columns if sweep % 2 == 0 else reversed(columns):
            column.sort(key=lambda node: _barycentre(near[node], rows, rows[node]))
            for k, node in enumerate(column):
                rows[node] = k - (len(column) - 1) / 2


def _barycentre(near: Iterable[str], rows: Mapping[str, float], alone: float) -> float:
    found = [rows[node] for node in near]
    return sum(found) / len(found) if found else alone


def _places(columns: list[list[str]], sizes: Mapping[str, Size]) -> dict[str, Place]:
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
