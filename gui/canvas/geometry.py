"""Where everything lies: arrays of positions, ports and curves beside an id -> row map.

A Geometry is a value made from a Document.  `updated` makes the next one from the last and gives
exactly what a fresh build would.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.graph import EdgeKey, Graph
from gui.canvas import curves as curve
from gui.canvas.grid import Grid
from gui.canvas.regions import RegionShape, region_shapes
from gui.canvas.shapes import CHIP_HEIGHT, Shape, shape_of
from gui.model.document import Document

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Box = tuple[float, float, float, float]
"""left, top, right, bottom in scene pixels."""

AROUND = 44.0
"""How far a node's badge, chip and labels reach beyond its box."""


class Geometry:
    """Nodes in statement order, their ports (inputs, then outputs), edges and regions."""

    def __init__(self, document: Document, shapes: Sequence[Shape]) -> None:
        graph = document.graph
        self.ids = tuple(graph.nodes)
        self.row = {node: k for k, node in enumerate(self.ids)}
        self.shapes = tuple(shapes)
        self.size = _array([(s.width, s.height) for s in shapes])
        self.pill = np.fromiter((s.pill for s in shapes), bool, len(shapes))
        self._number_ports()
        self._connect(graph)
        self._place(document)

    @staticmethod
    def of(document: Document) -> Geometry:
        """A fresh build."""
        graph = document.graph
        return Geometry(document, [shape_of(graph, node) for node in graph.nodes.values()])

    def updated(self, before: Document, after: Document) -> Geometry:
        """The Geometry of `after`, reusing what the change from `before` left alone."""
        if after.graph is before.graph:
            return self._moved(after)
        graph = after.graph
        touched = _touched(before.graph, graph)
        shapes = [
            shape_of(graph, node) if i in touched else self.shapes[self.row[i]]
            for i, node in graph.nodes.items()
        ]
        return Geometry(after, shapes)

    def _moved(self, document: Document) -> Geometry:
        other = Geometry.__new__(Geometry)
        for name in (
            "ids", "row", "shapes", "size", "pill", "first", "inputs", "offset", "owner",
            "edge_keys", "edge_row", "ends",
        ):  # fmt: skip
            setattr(other, name, getattr(self, name))
        other._place(document)
        return other

    def _number_ports(self) -> None:
        self.inputs: Ints = np.fromiter(
            (len(s.inputs) for s in self.shapes), np.int64, len(self.ids)
        )
        outputs = np.fromiter((s.outputs for s in self.shapes), np.int64, len(self.ids))
        self.first: Ints = np.concatenate([[0], np.cumsum(self.inputs + outputs)])
        self.offset = _array([p for s in self.shapes for p in s.ports])
        self.owner: Ints = np.repeat(np.arange(len(self.ids)), self.inputs + outputs)

    def _connect(self, graph: Graph) -> None:
        edges = [e for e in graph.edges.values() if e.source in self.row and e.target in self.row]
        self.edge_keys = tuple(e.key for e in edges)
        self.edge_row = {key: k for k, key in enumerate(self.edge_keys)}
        row, shapes, first = self.row, self.shapes, self.first.tolist()
        ends = []
        for e in edges:
            source, target = row[e.source], row[e.target]
            leaves = first[source] + len(shapes[source].inputs) + e.output
            ends.append((leaves, first[target] + shapes[target].inputs.index(e.slot)))
        self.ends: Ints = np.array(ends, np.int64).reshape(-1, 2)

    def _place(self, document: Document) -> None:
        places = document.places
        self.xy = _array([places.get(i, (0.0, 0.0)) for i in self.ids])
        self.ports = self.xy[self.owner] + self.offset
        self.curves = curve.between(self.ports[self.ends[:, 0]], self.ports[self.ends[:, 1]])
        self.regions: tuple[RegionShape, ...] = region_shapes(document, self.box)
        self.region_row = {r.id: k for k, r in enumerate(self.regions)}

    def output_port(self, node: str, output: int = 0) -> int:
        """The port number of an output."""
        row = self.row[node]
        return int(self.first[row] + self.inputs[row] + output)

    def input_port(self, node: str, slot: str) -> int:
        """The port number of an input slot."""
        row = self.row[node]
        return int(self.first[row] + self.shapes[row].inputs.index(slot))

    def slot_of(self, port: int) -> tuple[str, str | None, int]:
        """(node, slot, output) of a port; the slot of an output is None."""
        row = int(self.owner[port])
        k = port - int(self.first[row])
        shape = self.shapes[row]
        if k < len(shape.inputs):
            return self.ids[row], shape.inputs[k], 0
        return self.ids[row], None, k - len(shape.inputs)

    def box(self, node: str) -> Box:
        """The box of a node, with the chip under a leaf that needs a gradient."""
        row = self.row[node]
        (x, y), shape = self.xy[row], self.shapes[row]
        chip = CHIP_HEIGHT + 4 if shape.needs_grad else 0
        return float(x), float(y), float(x + shape.width), float(y + shape.height + chip)

    def bounds(self, ids: Iterable[str] | None = None) -> Box | None:
        """The box around these nodes and regions, or around everything there is."""
        wanted = None if ids is None else set(ids)
        boxes = [r.box for r in self.regions if wanted is None or r.id in wanted]
        boxes += [self.box(i) for i in self.ids if wanted is None or i in wanted]
        if not boxes:
            return None
        array = np.array(boxes)
        left, top = array[:, :2].min(axis=0)
        right, bottom = array[:, 2:].max(axis=0)
        return float(left), float(top), float(right), float(bottom)

    def nodes_in(self, box: Box, around: float = AROUND) -> Ints:
        """Rows of the nodes that show within `box`, in painting order."""
        low, high = self.xy - around, self.xy + self.size + around
        seen = (low[:, 0] <= box[2]) & (low[:, 1] <= box[3])
        seen &= (high[:, 0] >= box[0]) & (high[:, 1] >= box[1])
        return np.flatnonzero(seen)

    def edges_in(self, box: Box, around: float = 24.0) -> Ints:
        """Rows of the edges that may show within `box`."""
        low, high = self.edge_boxes
        seen = (low[:, 0] - around <= box[2]) & (low[:, 1] - around <= box[3])
        seen &= (high[:, 0] + around >= box[0]) & (high[:, 1] + around >= box[1])
        return np.flatnonzero(seen)

    @cached_property
    def edge_boxes(self) -> tuple[Floats, Floats]:
        """Top-left and bottom-right corners of the edges' control points."""
        if not len(self.curves):
            return np.zeros((0, 2)), np.zeros((0, 2))
        return self.curves.min(axis=1), self.curves.max(axis=1)

    @cached_property
    def beside(self) -> Floats:
        """The curves gradients travel along."""
        return curve.beside(self.curves)

    @cached_property
    def polylines(self) -> Floats:
        """Every edge as a few straight pieces, (m, k, 2)."""
        return curve.points(self.curves)

    @cached_property
    def node_grid(self) -> Grid:
        return Grid(self.xy, self.xy + self.size)

    @cached_property
    def port_grid(self) -> Grid:
        return Grid(self.ports, self.ports)

    @cached_property
    def edge_grid(self) -> Grid:
        """Over the pieces of all edges; a piece's number // pieces-per-edge is the edge's row."""
        lines = self.polylines
        a, b = lines[:, :-1].reshape(-1, 2), lines[:, 1:].reshape(-1, 2)
        return Grid(np.minimum(a, b), np.maximum(a, b))


def same(a: Geometry, b: Geometry) -> bool:
    """Whether two Geometries are equal in every array."""
    plain = ("ids", "row", "shapes", "edge_keys", "edge_row", "regions", "region_row")
    arrays = ("size", "pill", "inputs", "first", "offset", "owner", "ends", "xy", "ports", "curves")
    return all(getattr(a, n) == getattr(b, n) for n in plain) and all(
        np.array_equal(getattr(a, n), getattr(b, n)) for n in arrays
    )


def _array(pairs: Sequence[Any]) -> Floats:
    return np.array(pairs, np.float64).reshape(-1, 2)


def _touched(before: Graph, after: Graph) -> set[str]:
    """Nodes that are new or different, and both ends of edges that came, went or changed."""
    touched = {i for i, node in after.nodes.items() if before.nodes.get(i) is not node}
    for old, new in ((before.edges, after.edges), (after.edges, before.edges)):
        touched.update(_ends_of_changed(old, new))
    return touched


def _ends_of_changed(old: Mapping[EdgeKey, Any], new: Mapping[EdgeKey, Any]) -> Iterable[str]:
    for key, edge in new.items():
        if old.get(key) is not edge:
            yield edge.source
            yield edge.target
