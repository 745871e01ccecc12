"""States as one small number per node and per edge: what is needed to draw thousands of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from engine.graph import Graph
from gui.model.frames import EMPTY, Cut, EdgeState, Frame, NodeState

Bytes = NDArray[np.uint8]


class Node(IntEnum):
    IDLE, VALUE, PLAIN, LIVE, DIM, FREED, ERROR = range(7)


class Line(IntEnum):
    """How an edge's forward line is drawn."""

    IDLE, CARRIED, CUT, DETACHED = range(4)


class Back(IntEnum):
    """How the gradient's line beside it is drawn."""

    NONE, LIVE, DIM = range(3)


@dataclass(frozen=True, slots=True, eq=False)
class Codes:
    """The codes of all nodes (n,) and of the forward and backward lines of all edges (m,), in the
    order of the graph's columns."""

    graph: Graph
    nodes: Bytes
    lines: Bytes
    backs: Bytes

    def fit(self, graph: Graph) -> bool:
        """Whether they are those of another graph's rows too: the same nodes and edges in order."""
        return same_rows(self.graph, graph)


def same_rows(one: Graph, other: Graph) -> bool:
    """Whether two graphs have the same nodes and edges in the same order."""
    return one is other or (
        list(one.nodes) == list(other.nodes) and list(one.edges) == list(other.edges)
    )


def codes_of(graph: Graph, frame: Frame) -> Codes:
    """The codes of a graph in a frame."""
    if frame is EMPTY:  # all codes of nothing are 0
        none = np.zeros((2, len(graph.columns.keys)), np.uint8)
        return Codes(graph, np.zeros(len(graph.nodes), np.uint8), none[0], none[1])
    nodes = np.array([node_code(frame.node(i)) for i in graph.nodes], np.uint8)
    edges = [frame.edge(key) for key in graph.columns.keys]
    lines = np.array([line_code(e) for e in edges], np.uint8)
    return Codes(graph, nodes, lines, np.array([back_code(e) for e in edges], np.uint8))


def node_code(state: NodeState) -> Node:
    if state.error and not state.expected_error and not state.unconnected:
        return Node.ERROR
    if state.freed:
        return Node.FREED
    if state.grad is not None:
        return Node.LIVE if state.live else Node.DIM
    if state.value is None:
        return Node.IDLE
    return Node.VALUE if state.requires_grad else Node.PLAIN


def line_code(state: EdgeState) -> Line:
    if state.cut is Cut.DETACH:
        return Line.DETACHED
    if state.cut is not None:
        return Line.CUT
    return Line.CARRIED if state.carried else Line.IDLE


def back_code(state: EdgeState) -> Back:
    if state.grad is None:
        return Back.NONE
    return Back.LIVE if state.live else Back.DIM
