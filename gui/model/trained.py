"""What training has made of the leaves, written back into the Document."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from engine.events import Computed
from engine.graph import Graph, Node
from engine.registry import OPS
from gui.model import leaf, limits
from gui.model.document import Document
from gui.model.fields import held
from gui.model.film import TraceFilm
from gui.model.initialise import shortest
from gui.model.leaf import same_numbers


def trained(film: TraceFilm, step: int) -> dict[str, Any]:
    """The leaves that have other values at `step` than they were made with, and these values."""
    first: dict[str, Any] = {}
    for event in film.events_between(-1, step):
        if isinstance(event, Computed) and _is_source(film.graph, event.node):
            first.setdefault(event.node, event.value)
    now = {node: film.node(node, step).value for node in first}
    return {
        node: now[node]
        for node, before in first.items()
        if now[node] is not None and not same_numbers(*map(np.asarray, (before, now[node])))
    }


def _is_source(graph: Graph, node: str) -> bool:
    found = graph.nodes.get(node)
    return found is not None and found.op in OPS and OPS[found.op].source


def with_trained(document: Document, film: TraceFilm, step: int) -> Document:
    """The Document whose leaves start with the values they have at `step`; all else is the same.

    A leaf that random numbers were drawn for becomes a tensor.
    """
    for node, value in trained(film, step).items():
        old = document.graph.nodes.get(node)
        if old is not None:
            nodes = {**document.graph.nodes, node: _with_value(old, np.asarray(value))}
            document = replace(document, graph=replace(document.graph, nodes=nodes))
    return document


def _with_value(node: Node, value: Any) -> Node:
    """A leaf with other numbers, as short as they can be told."""
    short = value.dtype.kind == "f" and value.size <= limits.INLINE
    numbers = shortest(value).reshape(value.shape) if short else value
    data = held(numbers, value.dtype.name)
    if node.op in leaf.KINDS:
        return replace(node, params={**node.params, "data": data})
    kept = {k: v for k, v in node.params.items() if k in ("dtype", "requires_grad")}
    return replace(node, op="tensor", params={"data": data, **kept})
