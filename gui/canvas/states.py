"""A frame's states as one small number per node and per edge, for painting many in batches."""

from __future__ import annotations

from functools import lru_cache
from itertools import repeat

import numpy as np
from numpy.typing import NDArray

from engine.graph import EdgeKey
from gui.canvas.geometry import Geometry
from gui.model.codes import Bytes, Node, back_code, codes_of, line_code, node_code
from gui.model.frames import Frame, NodeState
from gui.theme import Theme

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


@lru_cache(maxsize=8)
def dot_colors(theme: Theme) -> NDArray[np.uint32]:
    """The same as ARGB, by code."""
    return np.array([theme.color(DOT_TOKEN[code]).rgba() for code in Node], np.uint32)


MOST_ASKED = 500
"""More new nodes and edges than this look idle until the run that shows them is there."""

BOX_TOKENS = {
    Node.IDLE: ("surface", "cut", ""),
    Node.VALUE: ("value_soft", "value", ""),
    Node.PLAIN: ("hover", "cut", ""),
    Node.LIVE: ("surface", "gradient", "gradient"),
    Node.DIM: ("surface", "cut", "gradient_soft"),
    Node.FREED: ("canvas", "cut", "gradient_soft"),
    Node.ERROR: ("error_soft", "error", "error"),
}
"""Fill, border and lower part of a node too small for text."""


class States:
    """State codes beside a Geometry's rows; `version` counts how often those of nodes changed."""

    version = 0
    nodes: Bytes
    lines: Bytes
    backs: Bytes

    def __init__(
        self, geometry: Geometry, frame: Frame, known: tuple[Geometry, States] | None = None
    ) -> None:
        """`known` are the states of the same frame for another Geometry, to take over from."""
        if known is not None:
            self._take_over(geometry, frame, *known)
            return
        codes = frame.codes()
        if codes is None or not codes.fit(geometry.graph):
            codes = codes_of(geometry.graph, frame)
        self.nodes, self.lines, self.backs = (
            part.copy() for part in (codes.nodes, codes.lines, codes.backs)
        )

    def _take_over(
        self, geometry: Geometry, frame: Frame, before: Geometry, states: States
    ) -> None:
        """What an edit did not touch looks as it did; a film knows little of what is new."""
        if geometry.ids is before.ids and geometry.edge_keys is before.edge_keys:  # other values
            self.nodes, self.lines, self.backs = (
                part.copy() for part in (states.nodes, states.lines, states.backs)
            )
            return
        rows = np.array([*map(before.row.get, geometry.ids, repeat(-1))], np.int64)
        edges = np.array([*map(before.edge_row.get, geometry.edge_keys, repeat(-1))], np.int64)
        self.nodes = _taken(states.nodes, rows)
        self.lines, self.backs = _taken(states.lines, edges), _taken(states.backs, edges)
        nodes = {geometry.ids[k] for k in np.flatnonzero(rows < 0).tolist()}
        keys = {geometry.edge_keys[k] for k in np.flatnonzero(edges < 0).tolist()}
        if len(nodes) + len(keys) <= MOST_ASKED:
            self.update(geometry, frame, nodes, keys)

    def update(
        self, geometry: Geometry, frame: Frame, nodes: set[str], edges: set[EdgeKey]
    ) -> dict[EdgeKey, bool]:
        """Look again at these nodes and edges only.

        Gives the edges that are drawn otherwise, and of each whether more than its way back is.
        """
        rows = [geometry.row[i] for i in nodes & geometry.row.keys()]
        codes = [node_code(frame.node(geometry.ids[row])) for row in rows]
        if self.nodes[rows].tolist() != codes:
            self.nodes[rows] = codes
            self.version += 1
        found: dict[EdgeKey, bool] = {}
        for key in edges & geometry.edge_row.keys():
            row, state = geometry.edge_row[key], frame.edge(key)
            before, now = (self.lines[row], self.backs[row]), (line_code(state), back_code(state))
            if before != now:
                self.lines[row], self.backs[row] = now
                found[key] = before[0] != now[0]
        return found


def _taken(codes: Bytes, rows: NDArray[np.int64]) -> Bytes:
    """The codes of these rows, 0 for those that are new (-1)."""
    return np.where(rows < 0, 0, codes[rows] if len(codes) else 0).astype(np.uint8)


def expected(state: NodeState) -> bool:
    """Whether the program expects the error: `try: …`."""
    return state.expected_error


def error_token(state: NodeState) -> str:
    """Red for an error; one the program expects, or a wire to come, is as quiet as a cut."""
    return "cut" if expected(state) or state.unconnected else "error"
