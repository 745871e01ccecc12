"""Edits of wires: moving all that leave an output, putting a node into one, bending them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import pairwise
from math import hypot

from engine.graph import Edge, EdgeKey, Graph
from gui.model.document import Document, Place
from gui.model.edits import connect, connect_all

Bend = tuple[EdgeKey, int]
"""One bend: the edge's key, and which of its bends it is, counted from the source."""


def links_of(graph: Graph, node: str, slot: str | None, output: int = 0) -> list[Edge]:
    """The edges at a port: the one into an input, or all that leave an output (slot None)."""
    if slot is not None:
        return [graph.edges[node, slot]] if (node, slot) in graph.edges else []
    return [e for e in graph.outputs.get(node, ()) if e.output == output]


def move_links(
    document: Document, source: str, output: int, to: str, to_output: int = 0
) -> Document:
    """Lead everything that leaves an output from another one instead.

    Raises networkx.NetworkXUnfeasible when that would close a circle.
    """
    links = links_of(document.graph, source, None, output)
    return connect_all(document, (Edge(to, to_output, e.target, e.slot) for e in links))


def insert(document: Document, node: str, slot: str, key: EdgeKey) -> Document:
    """Put a node into an edge: what it carried goes into `slot`, output 0 goes on from there."""
    edge = document.graph.edges[key]
    document = connect(document, edge.source, node, slot, edge.output)
    return connect(document, node, edge.target, edge.slot)


def is_linked(graph: Graph, node: str) -> bool:
    """Whether any wire ends or begins at a node."""
    return bool(graph.inputs.get(node) or graph.outputs.get(node))


# Bends


def add_bend(document: Document, key: EdgeKey, index: int, at: Place) -> Document:
    """Lead an edge through one more point, before its bend number `index`."""
    points = document.bends.get(key, ())
    return _with_bends(document, key, (*points[:index], at, *points[index:]))


def move_bends(document: Document, bends: Iterable[Bend], dx: float, dy: float) -> Document:
    """Move bends, each by the same way."""
    for key, index in bends:
        points = document.bends[key]
        x, y = points[index]
        moved = (*points[:index], (x + dx, y + dy), *points[index + 1 :])
        document = _with_bends(document, key, moved)
    return document


def remove_bends(document: Document, bends: Iterable[Bend]) -> Document:
    """Straighten an edge at these bends."""
    gone = set(bends)
    for key in {key for key, _ in gone}:
        points = enumerate(document.bends.get(key, ()))
        document = _with_bends(document, key, tuple(p for k, p in points if (key, k) not in gone))
    return document


def bends_between(document: Document, ids: Collection[str]) -> list[Bend]:
    """The bends of the edges that run between these nodes: they move along with them."""
    if not document.bends:
        return []
    edges = document.graph.edges
    inside = (k for k in document.bends if k[0] in ids and edges[k].source in ids)
    return [(key, index) for key in inside for index in range(len(document.bends[key]))]


def _with_bends(document: Document, key: EdgeKey, points: tuple[Place, ...]) -> Document:
    if document.bends.get(key, ()) == points or key not in document.graph.edges:
        return document
    others = {k: p for k, p in document.bends.items() if k != key}
    return replace(document, bends={**others, key: points} if points else others)


def place_in_way(ends: tuple[Place, Place], bends: tuple[Place, ...], at: Place) -> int:
    """The number a bend at `at` gets on the way from one end over the bends to the other.

    The piece whose ends are the least detour away is the one that is bent.
    """
    way = [ends[0], *bends, ends[1]]
    detours = [_far(a, at) + _far(at, b) - _far(a, b) for a, b in pairwise(way)]
    return detours.index(min(detours))


def _far(a: Place, b: Place) -> float:
    return hypot(a[0] - b[0], a[1] - b[1])
