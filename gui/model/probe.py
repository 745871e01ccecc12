"""Would this edge work?  Answered by trying the op on the values there are, before anything is changed."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.arguments import arguments
from engine.graph import Edge, Graph
from engine.modes import no_grad
from engine.registry import OPS
from engine.session import ENGINE_ERRORS
from engine.tensor import Tensor, wrap
from gui.model.document import Document
from gui.model.film import Film

LIMIT = 1 << 24
"""Elements a result may have at most: a larger one is not tried while a wire is dragged."""


class _Untried(Exception):
    """An input has no value yet, or would make too much work."""


def check_shapes(document: object, film: Film) -> dict[str, str]:
    """Node id -> the error its op would raise with the wires of `document`; values are the film's last."""
    if not isinstance(document, Document):
        return {}
    frame = film.frame(len(film) - 1)
    values = {
        node: wrap(state.value)
        for node in document.graph.nodes
        if (state := frame.node(node)).value is not None
    }
    found = {}
    for node in document.graph.nodes:
        sentence = _try(document.graph, node, values)
        if sentence is not None:
            found[node] = sentence
    return found


def _try(graph: Graph, node: str, values: Mapping[str, Tensor]) -> str | None:
    """What the node's op says against its inputs; None if it has nothing against them, or was not tried."""
    op = OPS.get(graph.nodes[node].op)
    if op is None or op.source or op.inplace or not _all_wired(graph, node):
        return None

    def incoming(edge: Edge) -> Any:
        if edge.output or edge.source not in values:
            raise _Untried
        return values[edge.source]

    try:
        wired, keywords = arguments(graph, graph.nodes[node], op, incoming)
        if math.prod(max(1, x._data.size) for _, x in wired) > LIMIT:
            return None
        with no_grad(), np.errstate(all="ignore"):
            op.call(**keywords)
    except _Untried:
        return None
    except ENGINE_ERRORS as error:
        return str(error)
    return None


def _all_wired(graph: Graph, node: str) -> bool:
    """Whether every input that needs one has an edge or a number: what is missing is no misfit."""
    op, wired, params = OPS[graph.nodes[node].op], graph.inputs[node], graph.nodes[node].params
    for slot in op.slots:
        if slot.variadic:
            filled = any(name.startswith(f"{slot.name}.") for name in wired)
        else:
            filled = slot.optional or slot.name in wired or slot.name in params
        if not filled:
            return False
    return True
