"""Automatic layout: where nodes go when nobody has placed them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from engine.graph import Graph
from gui.model.document import Place
from gui.model.layered import layered
from gui.model.wrap import wrapped

if TYPE_CHECKING:
    import networkx as nx  # a tenth of a second that the start of the app can do without

Array = NDArray[Any]
Size = tuple[float, float]
Frame = frozenset[str]
Check = Callable[[float], None]
"""Told how much is done, from 0 to 1; raises to stop."""

COLUMN_GAP, ROW_GAP = 60.0, 40.0
USUAL: Size = (140.0, 74.0)
FRAME_PAD, FRAME_HEAD = 20.0, 44.0
"""What a region's frame takes around its members, and above them for its title."""
MOST_CAREFUL = 1500
"""More nodes and edges than this are laid out by our own arrays: graphlay would take seconds."""


def arrange(
    graph: Graph,
    sizes: Mapping[str, Size],
    members: Iterable[str],
    check: Check = lambda done: None,
) -> dict[str, Place]:
    """Places for `members`, left to right in the direction values flow; sizes in scene pixels.

    A region is laid out by itself and then placed as one block, so that no other node comes to lie
    in it.  A picture much wider than a window is folded into lines.
    """
    chosen = set(members)
    import networkx as nx

    flow: nx.DiGraph = nx.DiGraph()
    flow.add_nodes_from(i for i in graph.nodes if i in chosen)
    flow.add_edges_from(
        (e.source, e.target) for e in graph.edges.values() if {e.source, e.target} <= chosen
    )
    frames = [frozenset(r.members) for r in graph.regions.values() if r.members]
    return _in_blocks(flow, sizes, [frame for frame in frames if frame <= chosen], check)


def _in_blocks(
    flow: nx.DiGraph, sizes: Mapping[str, Size], frames: list[Frame], check: Check
) -> dict[str, Place]:
    """Lay out with every outermost frame as one block; flat where blocks would form a circle."""
    position = {node: k for k, node in enumerate(flow)}
    outer = {
        min(f, key=position.__getitem__): f
        for f in frames
        if not any(f < other for other in frames)
    }
    block_of = {node: block for block, f in outer.items() for node in f}
    import networkx as nx

    contracted: nx.DiGraph = nx.DiGraph()
    contracted.add_nodes_from(block_of.get(node, node) for node in flow)
    contracted.add_edges_from(
        (block_of.get(a, a), block_of.get(b, b))
        for a, b in flow.edges
        if block_of.get(a, a) != block_of.get(b, b)
    )
    if outer and not nx.is_directed_acyclic_graph(contracted):
        return _flat(flow, sizes, check)
    inside = {
        block: _in_blocks(
            flow.subgraph(sorted(f, key=position.__getitem__)),
            sizes,
            [g for g in frames if g < f],
            check,
        )
        for block, f in outer.items()
    }
    grown = {**sizes, **{block: _extent(places, sizes) for block, places in inside.items()}}
    placed = _flat(contracted, grown, check)
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


def _flat(flow: nx.DiGraph, sizes: Mapping[str, Size], check: Check) -> dict[str, Place]:
    """The places of a graph without regions, from its top left corner, on the grid."""
    ids = list(flow)
    if not ids:
        return {}
    row = {node: k for k, node in enumerate(ids)}
    size = np.array([sizes.get(node, USUAL) for node in ids], np.float64)
    edges = np.array([(row[a], row[b]) for a, b in flow.edges], np.int64).reshape(-1, 2)
    careful = len(ids) + len(edges) <= MOST_CAREFUL
    corner = (_with_graphlay if careful else _with_arrays)(size, edges, check)
    corner = wrapped(corner, size, edges)
    places = (np.round((corner - corner.min(axis=0)) / 10) * 10.0).tolist()
    return {node: (x, y) for node, (x, y) in zip(ids, places, strict=True)}


def _with_graphlay(size: Array, edges: Array, check: Check) -> Array:
    """Few crossings and straight ways, by a layout library."""
    import graphlay

    drawn = graphlay.Graph()
    for k, (width, height) in enumerate(size.tolist()):
        drawn.node(k, width=width, height=height)
    for a, b in edges.tolist():
        drawn.edge(a, b)
    spacing = {"layer_gap": COLUMN_GAP, "node_gap": ROW_GAP, "isolated_gap": ROW_GAP}
    found = graphlay.layout(drawn, options={"spacing": spacing})
    check(1.0)
    centres = [(node["center"]["x"], node["center"]["y"]) for node in found.nodes]
    return np.array(centres) - size / 2


def _with_arrays(size: Array, edges: Array, check: Check) -> Array:
    """The same in our own arrays; a frame's block may come before what is stated earlier."""
    order = np.array(topological(len(size), edges))
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    corner = np.empty_like(size)
    corner[order] = layered(size[order], number[edges], (COLUMN_GAP, ROW_GAP), check)
    return corner


def topological(count: int, edges: Array) -> list[int]:
    """The numbers of all nodes so that edges (m, 2) lead on, as near to their own order as can be.

    Raises networkx.NetworkXUnfeasible when the edges close a circle.
    """
    if (edges[:, 0] < edges[:, 1]).all():
        return list(range(count))
    import networkx as nx

    flow: nx.DiGraph = nx.DiGraph()
    flow.add_nodes_from(range(count))
    flow.add_edges_from(edges.tolist())
    return list(nx.lexicographical_topological_sort(flow))
