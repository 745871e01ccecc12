"""The codes of every step of a run: whole now and then, in between what changes.

A step is found by copying the last whole row before it and writing the changes since: the same
work wherever one comes from and wherever one goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from engine.events import (
    Computed,
    Event,
    Flow,
    Freed,
    Output,
    Retained,
    Seeded,
    Stored,
    Visit,
    Warned,
    Zeroed,
)
from engine.graph import Edge, EdgeKey, Graph
from gui.model.codes import Back, Codes, Line, Node, line_code, node_code
from gui.model.fold import CUTS
from gui.model.frames import Cut, EdgeState, evolved

if TYPE_CHECKING:
    from gui.model.film import TraceFilm

OFTEN = 4096
"""At least so many changes lie between two whole rows; in large graphs a quarter of a row."""
_LOUD = (Node.ERROR, Node.FREED)
"""What shows whether a node has a gradient or not."""
_NOTHING: tuple[tuple[bool, ...], Line] = (False,), Line.IDLE

Change = tuple[int, int, int]
"""(step, place in the row, code)."""


class Keyframes:
    """Codes for every step; a row is that of the nodes, the lines and the lines back in turn."""

    def __init__(self, graph: Graph, changes: Iterable[Change]) -> None:
        self.graph = graph
        self._parts = len(graph.nodes), len(graph.columns.keys)
        width = self._parts[0] + 2 * self._parts[1]
        table = np.array(list(changes), np.int64).reshape(-1, 3)
        table = table[np.argsort(table[:, 0], kind="stable")]
        last = int(table[-1, 0]) if len(table) else 0
        counted = np.searchsorted(table[:, 0], np.arange(last + 1), "right")
        self._ends = counted.astype(np.int32)  # for each step the changes up to and with it
        self._places, self._codes = table[:, 1].astype(np.int32), table[:, 2].astype(np.uint8)
        self._every = max(OFTEN, width // 4)
        self._whole = np.zeros((len(table) // self._every + 1, width), np.uint8)
        for k in range(1, len(self._whole)):
            self._whole[k] = self._whole[k - 1]
            self._write(self._whole[k], (k - 1) * self._every, k * self._every)

    def _write(self, row: np.ndarray, start: int, end: int) -> None:
        """The later of two changes of one place counts, as in any assignment."""
        row[self._places[start:end]] = self._codes[start:end]

    def at(self, step: int) -> Codes:
        """What everything looks like at `step`."""
        end = int(self._ends[min(step, len(self._ends) - 1)]) if step >= 0 else 0
        k = end // self._every
        row = self._whole[k].copy()
        self._write(row, k * self._every, end)
        nodes, edges = self._parts
        return Codes(self.graph, row[:nodes], row[nodes : nodes + edges], row[nodes + edges :])

    @property
    def nbytes(self) -> int:
        """The memory all of it takes."""
        arrays = self._ends, self._places, self._codes, self._whole
        return sum(array.nbytes for array in arrays)

    def told_for(self, graph: Graph) -> Keyframes:
        """The same for another graph with the same rows."""
        new = object.__new__(Keyframes)
        new.__dict__.update(self.__dict__, graph=graph)
        return new


def keyframes_of(film: TraceFilm) -> Keyframes:
    """All codes of a film; reads its events once."""
    walk = _Walk(film)
    walk.nodes_and_lines()
    walk.lines_back()
    return Keyframes(film.graph, walk.changes)


class _Walk:
    """The few facts that a code depends on, kept up to date event by event."""

    def __init__(self, film: TraceFilm) -> None:
        graph = film.graph
        self.film, self.graph = film, graph
        self.changes: list[Change] = []
        self.row = {node: k for k, node in enumerate(graph.nodes)}
        self.edge_row = {key: len(self.row) + k for k, key in enumerate(graph.columns.keys)}
        self.code = [Node.IDLE] * len(self.row)
        self.base = [Node.IDLE] * len(self.row)  # what would show without a gradient
        self.call = [0] * len(self.row)  # the call whose gradient it has
        self.latest, self.reached = 0, list[int]()
        self.values: dict[str, tuple[tuple[bool, ...], Line]] = {}  # of the nodes that have one
        self.used: dict[EdgeKey, bool] = {}  # whether a gradient could come back, when it was used
        self.line: dict[int, Line] = {}

    # ---- nodes -----------------------------------------------------------------------------------

    def nodes_and_lines(self) -> None:
        borders = sorted(
            border
            for call, first, end in self.film.calls
            for border in ((first, 1, call), (end, 0, call))
        )
        borders.reverse()
        film = self.film
        for event, concerned in zip(film.watched_events(), film.concerned(), strict=True):
            while borders and borders[-1][0] <= event.step:
                self._cross(*borders.pop())
            self._take(event, concerned)

    def _cross(self, step: int, begins: int, call: int) -> None:
        """A call begins, and older gradients are gone; or it ends, and they are dimmed."""
        reached = self.reached
        if begins:
            self.latest, self.reached = call, []
        for row in reached:
            self._show(step, row, live=False)

    def _take(self, event: Event, concerned: Sequence[str]) -> None:
        match event:
            case Computed():
                self._computed(event)
            case Flow() | Seeded():
                for node in concerned:
                    self._arrives(event.step, node)
            case Freed():
                self._freed(event)
            case Visit() if event.grad is None or self._has_gradient(event.node):
                pass
            case Stored() | Retained() | Zeroed() | Warned():
                pass  # nothing is drawn otherwise because of it
            case _:
                for node in concerned:
                    self._ask(event.step, node)

    def _has_gradient(self, node: str) -> bool:
        row = self.row.get(node)
        return row is None or self.call[row] == self.latest > 0

    def _arrives(self, step: int, node: str) -> None:
        """A contribution is in."""
        row = self.row.get(node)
        if row is None or self.call[row] == self.latest:
            return
        if self.base[row] is Node.ERROR:
            self._ask(step, node)
            return
        self.call[row] = self.latest
        self.reached.append(row)
        self._show(step, row, live=True)

    def _freed(self, event: Freed) -> None:
        row = self.row.get(event.node)
        if row is not None and self.base[row] is not Node.ERROR:
            self.base[row] = Node.FREED
            self._set(event.step, row, Node.FREED)

    def _show(self, step: int, row: int, *, live: bool) -> None:
        code = self.base[row]
        if code not in _LOUD and self.call[row] == self.latest > 0:
            code = Node.LIVE if live else Node.DIM
        self._set(step, row, code)

    def _set(self, step: int, row: int, code: Node) -> None:
        if code is not self.code[row]:
            self.code[row] = code
            self.changes.append((step, row, code))

    def _computed(self, event: Computed) -> None:
        node, row = event.node, self.row.get(event.node)
        if row is None:
            return
        for edge in self.graph.inputs[node].values():
            self.used[edge.key] = self._flows(edge)
        self._know(node, event.requires_grad, event.more, CUTS[event.why] if event.why else None)
        self.base[row] = Node.VALUE if event.requires_grad else Node.PLAIN
        self._show(event.step, row, live=False)
        self._show_lines(event.step, node)

    def _ask(self, step: int, node: str) -> None:
        """What else happens is rare: the node's own state says what has become of it."""
        row = self.row.get(node)
        if row is None:
            return
        state = self.film.node(node, step)
        if state.value is None:
            self.values.pop(node, None)
        else:
            self._know(node, state.requires_grad, state.more, state.why_no_grad)
        self.base[row] = node_code(evolved(state, grad=None))
        if state.grad is not None and self.call[row] != self.latest:
            self.call[row] = self.latest
            self.reached.append(row)
        self._set(step, row, node_code(state))
        self._show_lines(step, node)

    # ---- lines forward ---------------------------------------------------------------------------

    def _know(self, node: str, tracked: bool, more: Sequence[Output], why: Cut | None) -> None:
        """Which outputs gradients reach, and what the node makes of the edges it has used."""
        gates = (tracked, *(tracked and output.requires_grad for output in more))
        stop = Cut.DETACH if self.graph.nodes[node].op == "detach" else why
        self.values[node] = gates, line_code(EdgeState(True, stop))

    def _flows(self, edge: Edge) -> bool:
        """Whether a gradient could come back to where the edge begins."""
        gates = self.values.get(edge.source, _NOTHING)[0]
        return gates[edge.output] if edge.output < len(gates) else gates[0]

    def _show_lines(self, step: int, node: str) -> None:
        for edge in (*self.graph.inputs[node].values(), *self.graph.outputs.get(node, ())):
            place, code = self.edge_row[edge.key], self._line(edge)
            if self.line.get(place, Line.IDLE) is not code:
                self.line[place] = code
                self.changes.append((step, place, code))

    def _line(self, edge: Edge) -> Line:
        if edge.source not in self.values:
            return Line.IDLE
        target = self.values.get(edge.target)
        if not (self._flows(edge) if target is None else self.used[edge.key]):
            return Line.CUT
        if target is not None:
            return target[1]
        return Line.DETACHED if self.graph.nodes[edge.target].op == "detach" else Line.CARRIED

    # ---- lines back ------------------------------------------------------------------------------

    def lines_back(self) -> None:
        """An edge is live from a call's first contribution to its end, dimmed until the next."""
        calls = self.film.calls
        begun = [*(first for _, first, _ in calls[1:]), len(self.film)]
        bounds = {call: (end, new) for (call, _, end), new in zip(calls, begun, strict=False)}
        latest: dict[EdgeKey, int] = {}
        for flow in self.film.watched_events():
            if not isinstance(flow, Flow):
                continue
            for key in self.film.travelled(flow):
                if latest.get(key) != flow.call:
                    latest[key] = flow.call
                    place, (end, new) = self.edge_row[key] + len(self.edge_row), bounds[flow.call]
                    self.changes += (
                        (flow.step, place, Back.LIVE), (end, place, Back.DIM),
                        (new, place, Back.NONE),
                    )  # fmt: skip
