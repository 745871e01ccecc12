"""Would this edge work?  Answered by trying the op on the values there are, before anything is changed."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.graph import Graph
from engine.modes import no_grad
from engine.registry import OPS
from engine.tensor import Tensor, wrap
from gui.model.document import Document
from gui.model.film import Film

LIMIT = 1 << 16
"""Elements: larger tensors are not tried while a wire is dragged."""


def check_shapes(document: object, film: Film) -> dict[str, str]:
    """Node id -> the error its op would raise with the wires of `document`; values are the film's last."""
    if not isinstance(document, Document):
        return {}
    frame = film.frame(len(film) - 1)
    values = {
        node: wrap(state.value)
        for node in document.graph.nodes
        if (state := frame.node(node)).value is not None and state.value.size <= LIMIT
    }
    found = {}
    for node in document.graph.nodes:
        sentence = _try(document.graph, node, values)
        if sentence is not None:
            found[node] = sentence
    return found


def _try(graph: Graph, node: str, values: Mapping[str, Tensor]) -> str | None:
    op = OPS.get(graph.nodes[node].op)
    if op is None or op.source or op.inplace or any(s.variadic for s in op.slots):
        return None
    params = graph.nodes[node].params
    arguments = {}
    for slot in op.slots:
        edge = graph.inputs[node].get(slot.name)
        if edge is not None and edge.source in values and edge.output == 0:
            arguments[slot.name] = values[edge.source]
        elif slot.name in params:
            arguments[slot.name] = params[slot.name]
        elif not slot.optional:
            return None
    fields = {f.name: params[f.name] for f in op.fields if f.name in params}
    try:
        with no_grad(), np.errstate(all="ignore"):
            op.call(**arguments, **fields)
    except (RuntimeError, ValueError, TypeError, IndexError) as error:
        return str(error)
    return None
