"""A frame's states as one small number per node and per edge, for painting many in batches."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from engine.graph import EdgeKey
from gui.canvas.geometry import Geometry
from gui.model.frames import Cut, EdgeState, Frame, NodeState

Codes = NDArray[np.uint8]


class Node(IntEnum):
    IDLE, VALUE, PLAIN, LIVE, DIM, FREED, ERROR = range(7)


class Line(IntEnum):
    """How an edge's forward line is drawn."""

    IDLE, CARRIED, CUT, DETACHED = range(4)


class Back(IntEnum):
    """How the gradient's line beside it is drawn."""

    NONE, LIVE, DIM = range(3)


DOT_TOKEN = {
    Node.IDLE: "cut",
    Node.VALUE: "value",
    Node.PLAIN: "cut",
    Node.LIVE: "gradient",
    Node.DIM: "gradient",
    Node.FREED: "border",
    Node.ERROR: "error",
}
"""The colour of a node seen as a dot."""

BOX_TOKENS = {
    Node.IDLE: ("surface", "cut", ""),
    Node.VALUE: ("value_soft", "value", ""),
    Node.PLAIN: ("hover", "cut", ""),
    Node.LIVE: ("surface", "gradient", "gradient"),
    Node.DIM: ("surface", "cut", "gradient_soft"),
    Node.FREED: ("canvas", "cut", ""),
    Node.ERROR: ("error_soft", "error", "error"),
}
"""Fill, border and lower part of a node too small for text."""


class States:
    """State codes beside a Geometry's rows."""

    def __init__(self, geometry: Geometry, frame: Frame) -> None:
        self.nodes: Codes = np.fromiter(
            (node_code(frame.node(i)) for i in geometry.ids), np.uint8, len(geometry.ids)
        )
        edges = [frame.edge(key) for key in geometry.edge_keys]
        self.lines: Codes = np.fromiter((line_code(e) for e in edges), np.uint8, len(edges))
        self.backs: Codes = np.fromiter((back_code(e) for e in edges), np.uint8, len(edges))

    def update(
        self, geometry: Geometry, frame: Frame, nodes: set[str], edges: set[EdgeKey]
    ) -> None:
        """Look again at these nodes and edges only."""
        for i in nodes & geometry.row.keys():
            self.nodes[geometry.row[i]] = node_code(frame.node(i))
        for key in edges & geometry.edge_row.keys():
            row, state = geometry.edge_row[key], frame.edge(key)
            self.lines[row], self.backs[row] = line_code(state), back_code(state)


def expected(state: NodeState) -> bool:
    """Whether the program expects the error: `try: …`."""
    return state.expected_error


def error_token(state: NodeState) -> str:
    """Red for an error; one the program expects is as quiet as a cut."""
    return "cut" if expected(state) else "error"


def node_code(state: NodeState) -> Node:
    if state.error and not expected(state):
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
