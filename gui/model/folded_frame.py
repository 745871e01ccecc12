"""A Frame of the graph that is shown: what happens inside a folded group happens to its box."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property, reduce
from itertools import groupby
from operator import add, attrgetter
from weakref import ReferenceType, ref

import numpy as np
from numpy.typing import NDArray

from engine.events import Output
from engine.graph import EdgeKey, Graph
from gui.model.codes import Codes, back_code, line_code, node_code
from gui.model.folding import Box, Plan
from gui.model.frames import Array, EdgeState, Frame, NodeState, Packet

Ints = NDArray[np.int64]


class FoldedFrame(Frame):
    """`frame` is of the whole graph; what is drawn as it is keeps its state.

    Edges keep the keys they have in the whole graph: the Geometry knows where each is drawn.
    """

    def __init__(self, frame: Frame, plan: Plan) -> None:
        self.frame, self.plan = frame, plan
        self.step = frame.step

    def drawn(self, node: str) -> str:
        """The node that is drawn for this one."""
        return self.plan.stands_for.get(node, node)

    def node(self, node: str) -> NodeState:
        box = self.plan.boxes.get(node)
        return self.frame.node(node) if box is None else self._box(box)

    def _box(self, box: Box) -> NodeState:
        """What its results are, and whether anything goes on inside."""
        members = [self.frame.node(m) for m in box.members]
        results = [self._result(*port) for port in box.outputs]
        first, spent = results[0], [m.freed for m in members if m.grad_fn]
        failed = next((m for m in members if m.error), None)
        return replace(
            self.frame.node(box.outputs[0][0]),
            value=None if first is None else first.value,
            requires_grad=first is not None and first.requires_grad,
            more=tuple(r or Output(None, False) for r in results[1:]),  # a result keeps its number
            live=any(m.live for m in members),
            freed=bool(spent) and all(spent),
            error=failed.error if failed else None,
            expected_error=failed.expected_error if failed else False,
            terms=(), expected=0, stored=None, is_leaf=False, same_as=None, retains_grad=False,
        )  # fmt: skip

    def _result(self, node: str, output: int) -> Output | None:
        state = self.frame.node(node)
        if output:
            return state.more[output - 1] if output <= len(state.more) else None
        return None if state.value is None else Output(state.value, state.requires_grad)

    def edge(self, key: EdgeKey) -> EdgeState:
        """Of an edge into a box, by its slot there or inside: all that it stands for."""
        node, slot = self.plan.into.get(key, key)
        box = self.plan.boxes.get(node)
        if box is None:
            return self.frame.edge(key)
        return _together([self.frame.edge(k) for k in box.inputs.get(slot, ())])

    @cached_property
    def active(self) -> frozenset[str]:
        return frozenset(map(self.drawn, self.frame.active))

    @cached_property
    def packet(self) -> Packet | None:
        """One that stays inside a group goes from its box to its box."""
        packet = self.frame.packet
        if packet is None:
            return None
        source, target = self.drawn(packet.source), self.drawn(packet.target)
        inside = source == target and source in self.plan.boxes
        edge = None if inside else packet.edge
        return replace(packet, source=source, target=target, edge=edge)

    @cached_property
    def summing(self) -> str | None:
        node = self.frame.summing
        return None if node in self.plan.stands_for else node

    @cached_property
    def stored(self) -> tuple[str, Array | None, Array | None] | None:
        found = self.frame.stored
        return found and (self.drawn(found[0]), *found[1:])

    @cached_property
    def path(self) -> tuple[str, ...]:
        return tuple(node for node, _ in groupby(map(self.drawn, self.frame.path)))

    def codes(self) -> Codes | None:
        """Those of the whole graph; only boxes, and what the run does not know, are asked."""
        whole = self.frame.codes()
        if whole is None:
            return None
        graph = self.plan.graph
        nodes, edges = _rows(whole.graph, graph)
        states, lines, backs = (
            np.where(rows < 0, 0, codes[rows] if len(codes) else 0).astype(np.uint8)
            for rows, codes in ((nodes, whole.nodes), (edges, whole.lines), (edges, whole.backs))
        )
        ids, keys = tuple(graph.nodes), graph.columns.keys
        for row in np.flatnonzero(nodes < 0).tolist():
            states[row] = node_code(self.node(ids[row]))
        for row in np.flatnonzero(edges < 0).tolist():
            edge = self.edge(keys[row])
            lines[row], backs[row] = line_code(edge), back_code(edge)
        return Codes(graph, states, lines, backs)

    def changed_since(self, other: Frame) -> tuple[set[str], set[EdgeKey]] | None:
        if not isinstance(other, FoldedFrame) or other.plan is not self.plan:
            return None
        found = self.frame.changed_since(other.frame)
        if found is None:
            return None
        nodes, edges = found
        return set(map(self.drawn, nodes)), edges


for _name in ("action", "statement", "caption", "failed", "expected_error", "remedy",
              "ledger"):  # fmt: skip
    setattr(FoldedFrame, _name, property(attrgetter(f"frame.{_name}")))


_last: list[tuple[ReferenceType[Graph], ReferenceType[Graph], tuple[Ints, Ints]]] = []


def _rows(whole: Graph, drawn: Graph) -> tuple[Ints, Ints]:
    """For each node and each edge that is drawn its row in the whole graph, -1 for a new one.

    Looked up once: a run is of one graph, and drawn in one way at a time.  It keeps neither.
    """
    for known, shown, found in _last:
        if known() is whole and shown() is drawn:
            return found
    row, edge_row = whole.columns.row, {key: k for k, key in enumerate(whole.columns.keys)}
    nodes = np.array([row.get(node, -1) for node in drawn.nodes], np.int64)
    edges = np.array([edge_row.get(key, -1) for key in drawn.columns.keys], np.int64)
    _last[:] = [(ref(whole), ref(drawn), (nodes, edges))]
    return nodes, edges


def _together(states: Sequence[EdgeState]) -> EdgeState:
    """One edge for several from the same source: its gradient is the sum of theirs."""
    if len(states) == 1:
        return states[0]
    grads = [s.grad for s in states if s.grad is not None]
    cuts = [s.cut for s in states]
    return EdgeState(
        any(s.carried for s in states),
        cuts[0] if cuts and all(cuts) else None,
        reduce(add, grads) if grads else None,
        any(s.live for s in states),
    )
