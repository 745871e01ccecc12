"""Would this edge work?  Answered by trying the op on the values there are, before any change."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from engine.arguments import arguments
from engine.graph import Edge, Graph, Node
from engine.modes import no_grad, warnings_collected
from engine.registry import OPS, Op
from engine.session import ENGINE_ERRORS
from engine.tensor import wrap
from gui.model.document import Document
from gui.model.film import Film
from gui.model.frames import Frame

LIMIT = 1 << 24
"""Elements the inputs' sizes may multiply to: more is not tried while a wire is dragged."""


class _Untried(Exception):
    """An input has no value yet."""


def check_shapes(document: object, film: Film) -> Mapping[str, str]:
    """Node id -> the error its op would raise with the wires of `document`, tried when asked for.

    The values are the film's last.
    """
    if not isinstance(document, Document):
        return {}
    return _Misfits(document.graph, film.frame(len(film) - 1))


class _Misfits(Mapping[str, str]):
    def __init__(self, graph: Graph, frame: Frame) -> None:
        self.graph, self.frame = graph, frame

    def __getitem__(self, node: str) -> str:
        sentence = self._error(self.graph.nodes[node])
        if sentence is None:
            raise KeyError(node)
        return sentence

    def __iter__(self) -> Iterator[str]:
        return (i for i, node in self.graph.nodes.items() if self._error(node) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _error(self, node: Node) -> str | None:
        """What the node's op says against its inputs, if it has anything against them."""
        op = OPS.get(node.op)
        if (
            op is None
            or op.source
            or op.inplace
            or node.muted
            or not _all_filled(self.graph, node, op)
        ):
            return None
        try:
            wired, keywords = arguments(self.graph, node, op, self._incoming)
            if math.prod(max(1, x._data.size) for _, x in wired) <= LIMIT:
                with no_grad(), np.errstate(all="ignore"), warnings_collected(set()):
                    op.call(**keywords)
        except _Untried:
            return None
        except ENGINE_ERRORS as error:
            return str(error)
        return None

    def _incoming(self, edge: Edge) -> Any:
        value = self.frame.node(edge.source).value
        if edge.output or value is None:
            raise _Untried
        return wrap(value)


def _all_filled(graph: Graph, node: Node, op: Op) -> bool:
    """Whether every input that needs one has an edge or a number: what is missing is no misfit."""
    names = {name.partition(".")[0] for name in graph.inputs[node.id]} | node.params.keys()
    return all(slot.optional or slot.name in names for slot in op.slots)
