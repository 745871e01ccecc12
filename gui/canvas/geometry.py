"""Where everything lies: arrays of positions, ports and curves beside an id -> row map.

A Geometry is a value made from a Document.  What only some uses need (curves, grids, the shapes of
nodes in sight) is made when it is first asked for: a large graph is on the screen before.
"""

from __future__ import annotations

import operator
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import chain, compress

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QLineF, QRectF

from engine.graph import same_columns
from gui.canvas import curves as curve
from gui.canvas.bends import ways
from gui.canvas.grid import CurveGrid, Grid
from gui.canvas.measures import measure
from gui.canvas.regions import RegionShape, region_shapes
from gui.canvas.shapes import (
    CHIP_HEIGHT,
    PILL_HEIGHT,
    PORT_AT,
    PORT_STEP,
    PORT_TOP,
    Shape,
    asks_for_grad,
    shape_of,
)
from gui.model.document import Document, Place
from gui.model.folding import plan

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Box = tuple[float, float, float, float]
"""left, top, right, bottom in scene pixels."""

AROUND = 44.0
"""How far a node's badge, chip and labels reach beyond its box."""
NOWHERE = (0.0, 0.0)
MOST_KEPT = 50_000
"""Lines of more edges than this are made as they are drawn: they would fill the memory."""


class Geometry:
    """Nodes in statement order, their ports (inputs, then outputs), edges and regions."""

    square = False
    """Whether wires have corners: routes.SquareGeometry."""

    def __init__(self, document: Document) -> None:
        self.plan = plan(document.graph)
        self.graph, columns = self.plan.graph, self.plan.graph.columns
        self.ids = tuple(self.graph.nodes)
        self.row, self.edge_keys = columns.row, columns.keys
        if self.plan.boxes:
            self._know_hidden()
        self._columns = columns
        found = measure(self.graph, self.wired)
        self.pill, self.size, self.inputs = found.pill, found.size, found.inputs
        self._input, self._shapes = found.input, found.known
        self.first: Ints = np.concatenate([[0], np.cumsum(found.inputs + found.outputs)])
        self._place(self.plan.shown(document))

    def _know_hidden(self) -> None:
        """A node inside a folded group is found where its box is; edges keep their real keys."""
        row, plan = self.row, self.plan
        self.row = {**row, **{node: row[group] for node, group in plan.stands_for.items()}}
        self.edge_keys = tuple(plan.real_edge(key) for key in self.edge_keys)

    @staticmethod
    def of(document: Document) -> Geometry:
        """A fresh build."""
        return Geometry(document)

    def updated(self, before: Document, after: Document) -> Geometry:
        """The Geometry of `after`, reusing what the change from `before` left alone."""
        bent = bool(before.bends or after.bends)  # few are: nothing of theirs is carried over
        if after.graph is not before.graph and not bent and before.places == after.places:
            return self._with_values(after) or type(self)(after)
        if after.graph is not before.graph or bent:
            return type(self)(after)
        return self._moved(self.plan.shown(after)) or type(self)(after)

    def _with_values(self, document: Document) -> Geometry | None:
        """The same with other values in some nodes; None where that changes more than text."""
        after = plan(document.graph)
        same = not (self.plan.boxes or after.boxes) and same_columns(self.graph, after.graph)
        if not same or self.graph.regions is not after.graph.regions:
            return None
        nodes = zip(self.graph.nodes.values(), after.graph.nodes.values(), strict=True)
        changed = [
            (k, node) for k, (old, node) in enumerate(nodes)
            if old is not node and (old.name, old.params) != (node.name, node.params)
        ]  # fmt: skip
        found = {k: shape_of(node, self.wired(k), self._outputs(k)) for k, node in changed}
        if any(not self._measures_like(k, shape) for k, shape in found.items()):
            return None
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other.plan, other.graph = after, after.graph
        other._shapes = {**self._shapes, **found}
        return other

    def _outputs(self, row: int) -> int:
        return int(self.first[row + 1] - self.first[row] - self.inputs[row])

    def _measures_like(self, row: int, shape: Shape) -> bool:
        """Whether a shape is as large as what stands in this row, with the same ports."""
        known = self.shape(row)
        return (shape.width, shape.height) == tuple(self.size[row].tolist()) and (
            (shape.pill, shape.inputs, shape.needs_grad)
            == (known.pill, known.inputs, known.needs_grad)
        )

    # Places

    def _place(self, document: Document) -> None:
        self.places, self.bends = document.places, document.bends
        places = document.places
        found = places.values()
        if [*places] != [*self.ids]:  # nearly always they stand in the order of the nodes
            found = [places.get(i, NOWHERE) for i in self.ids]  # type: ignore[assignment]
        flat = chain.from_iterable(found)
        self.xy: Floats = np.fromiter(flat, np.float64, 2 * len(self.ids)).reshape(-1, 2)
        self.regions: tuple[RegionShape, ...] = region_shapes(document, self.box)

    def _moved(self, document: Document) -> Geometry | None:
        """The same graph at other places: what hangs on nodes that stayed is carried over.

        None where little would be.
        """
        moved = _changed(self.places, document.places)
        if moved is None or len(moved) * 4 > len(self.ids):
            return None
        other = type(self).__new__(type(self))
        for name in _OF_THE_GRAPH & self.__dict__.keys():
            other.__dict__[name] = self.__dict__[name]
        rows = [self.row[i] for i in moved if i in self.row]
        other.places, other.bends, other.xy = document.places, document.bends, self.xy.copy()
        if rows:
            other.xy[rows] = [document.places[self.ids[row]] for row in rows]
        other.regions = region_shapes(document, other.box)
        _carry_over(self, other, np.array(rows, np.int64))
        return other

    @cached_property
    def region_row(self) -> dict[str, int]:
        return {r.id: k for k, r in enumerate(self.regions)}

    @cached_property
    def edge_row(self) -> dict[tuple[str, str], int]:
        found = {key: k for k, key in enumerate(self.edge_keys)}
        keys = {key: k for k, key in enumerate(self._columns.keys)} if self.plan.boxes else {}
        into = self.plan.into.items()
        return {**found, **{real: keys[drawn] for real, drawn in into if drawn in keys}}

    # Ports

    @cached_property
    def ends(self) -> Ints:
        """The ports each edge leaves and goes to, (m, 2)."""
        columns, first = self._columns, self.first
        leaves = first[columns.source] + self.inputs[columns.source] + columns.output
        return np.stack([leaves, first[columns.target] + self._input], axis=1)

    @cached_property
    def owner(self) -> Ints:
        """The row of the node each port is on."""
        return np.repeat(np.arange(len(self.ids)), np.diff(self.first))

    @cached_property
    def offset(self) -> Floats:
        """Where each port is from its node's top-left corner: inputs left, outputs right."""
        owner = self.owner
        inputs, width, pill = self.inputs[owner], self.size[owner, 0], self.pill[owner]
        number = np.arange(len(owner)) - self.first[owner]
        is_input = number < inputs
        top = np.where(is_input & (inputs > 1), PORT_TOP, PORT_AT)
        down = top + PORT_STEP * (number - np.where(is_input, 0, inputs))
        down = np.where(pill, PILL_HEIGHT / 2, down)
        return np.stack([np.where(is_input, 0.0, width), down], axis=1)

    @cached_property
    def ports(self) -> Floats:
        return self.xy[self.owner] + self.offset

    def output_port(self, node: str, output: int = 0) -> int:
        """The port number of an output."""
        row = self.row[node]
        output = self.plan.output(node, output)
        return int(self.first[row] + self.inputs[row] + output)

    def input_port(self, node: str, slot: str) -> int:
        """The port number of an input slot."""
        row = self.row[node]
        slot = self.plan.input(node, slot)
        return int(self.first[row] + self.shape(row).inputs.index(slot))

    def slot_of(self, port: int) -> tuple[str, str | None, int]:
        """(node, slot, output) of a port, inside a folded group too; an output's slot is None."""
        row = int(np.searchsorted(self.first, port, "right")) - 1
        k, inputs = port - int(self.first[row]), self.shape(row).inputs
        if k < len(inputs):
            return self.plan.real(self.ids[row], inputs[k], 0)
        return self.plan.real(self.ids[row], None, k - len(inputs))

    # Nodes

    def wired(self, row: int) -> tuple[str, ...]:
        """The slots of a node that have a wire, in the order of the graph's edges."""
        order, starts = self._into
        keys, edges = self._columns.keys, order[starts[row] : starts[row + 1]]
        return tuple(keys[k][1] for k in edges.tolist())

    @cached_property
    def _into(self) -> tuple[Ints, Ints]:
        """Edges by target, and where each node's begin among them."""
        target = self._columns.target
        order = np.argsort(target, kind="stable")
        return order, np.searchsorted(target[order], np.arange(len(self.ids) + 1))

    def shape(self, row: int) -> Shape:
        """What is drawn of a node, made when it is first looked at."""
        found = self._shapes.get(row)
        if found is None:
            node = self.graph.nodes[self.ids[row]]
            found = self._shapes[row] = shape_of(node, self.wired(row), self._outputs(row))
        return found

    @property
    def shapes(self) -> Sequence[Shape]:
        """The shapes of all nodes."""
        return [self.shape(row) for row in range(len(self.ids))]

    def box(self, node: str) -> Box:
        """The box of a node, with the chip under a leaf that needs a gradient."""
        row = self.row[node]
        (x, y), (width, height) = self.xy[row].tolist(), self.size[row].tolist()
        needs_grad = self.pill[row] and asks_for_grad(self.graph.nodes[self.ids[row]])
        return x, y, x + width, y + height + (CHIP_HEIGHT + 4 if needs_grad else 0)

    def bounds(self, ids: Iterable[str] | None = None) -> Box | None:
        """The box around these nodes and regions, or around everything there is."""
        low, high = self._corners(ids)
        if not len(low):
            return None
        left, top = low.min(axis=0).tolist()
        right, bottom = high.max(axis=0).tolist()
        return left, top, right, bottom

    def _corners(self, ids: Iterable[str] | None) -> tuple[Floats, Floats]:
        """Top-left and bottom-right corners; any leaf may have a chip below."""
        wanted = None if ids is None else set(ids)
        rows = (
            slice(None) if wanted is None else _rows(self.row[i] for i in wanted & self.row.keys())
        )
        regions = [r.box for r in self.regions if wanted is None or r.id in wanted]
        boxes = np.array(regions, np.float64).reshape(-1, 4)
        chip = np.where(self.pill[rows], CHIP_HEIGHT + 4, 0)
        high = self.xy[rows] + self.size[rows]
        high[:, 1] += chip
        return np.vstack([self.xy[rows], boxes[:, :2]]), np.vstack([high, boxes[:, 2:]])

    def nodes_in(self, box: Box, around: float = AROUND) -> Ints:
        """Rows of the nodes that show within `box`, in painting order."""
        x, y = self.xy[:, 0], self.xy[:, 1]
        seen = (x <= box[2] + around) & (y <= box[3] + around)
        seen &= (x + self.size[:, 0] >= box[0] - around) & (y + self.size[:, 1] >= box[1] - around)
        return np.flatnonzero(seen)

    # Edges

    @cached_property
    def curves(self) -> Floats:
        """The cubic each edge follows, (m, 4, 2); of a bent one that in the middle of its way."""
        found = curve.between(self.ports[self.ends[:, 0]], self.ports[self.ends[:, 1]])
        for row, way in self.ways.items():
            found[row] = way[len(way) // 2]
        return found

    @cached_property
    def ways(self) -> dict[int, Floats]:
        """All cubics (k, 4, 2) of each bent edge, by its row."""
        return ways(self, self.bends) if self.bends else {}

    def pieces_of(self, rows: Ints | Sequence[int]) -> Floats:
        """All cubics of these edges, (n, 4, 2)."""
        return self.owned_pieces(rows)[1]

    def owned_pieces(self, rows: Ints | Sequence[int]) -> tuple[Ints, Floats]:
        """All cubics of these edges, and the row of the edge each belongs to."""
        rows = np.asarray(rows, np.int64)
        if not self.ways:
            return rows, self.curves[rows]
        found = [self.ways.get(row, self.curves[[row]]) for row in rows.tolist()]
        if not found:
            return rows, self.curves[:0]
        return np.repeat(rows, [len(way) for way in found]), np.concatenate(found)

    def way(self, row: int) -> Floats:
        """The way of one edge: a cubic (4, 2), or several one after another, (k, 4, 2)."""
        return self.ways.get(row, self.curves[row])

    def beside_way(self, row: int) -> Floats:
        """The way back of gradients along one edge, told from its start like that of the edge."""
        way = self.way(row)
        return curve.beside(way.reshape(-1, 4, 2)).reshape(way.shape)

    def beside_of(self, rows: Ints | Sequence[int]) -> Floats:
        """All cubics gradients travel along beside these edges, (n, 4, 2)."""
        return curve.beside(self.pieces_of(rows))

    def leaving(self, rows: Ints) -> Floats:
        """The last cubic of the way back along each edge, (n, 4, 2)."""
        found = self.curves[rows]
        for k in np.flatnonzero(np.isin(rows, [*self.ways])).tolist():
            found[k] = self.ways[int(rows[k])][0]
        return curve.beside(found)

    def led(self, start: Floats, end: Floats) -> Floats:
        """The cubics of wires between points that are no edges yet; both (m, 2)."""
        return curve.between(start, end)

    def hanging_on(self, rows: Ints) -> Ints:
        """Rows of the edges that begin or end at these nodes."""
        chosen = np.zeros(len(self.ids), bool)
        chosen[rows] = True
        return np.flatnonzero(chosen[self._columns.source] | chosen[self._columns.target])

    def edges_in(self, box: Box, around: float = 24.0) -> Ints:
        """Rows of the edges that may show within `box`."""
        low, high = self.edge_boxes
        seen = (low[:, 0] <= box[2] + around) & (low[:, 1] <= box[3] + around)
        seen &= (high[:, 0] >= box[0] - around) & (high[:, 1] >= box[1] - around)
        return np.flatnonzero(seen)

    @cached_property
    def edge_boxes(self) -> tuple[Floats, Floats]:
        """Top-left and bottom-right corners of the edges' control points."""
        if not len(self.curves):
            return np.zeros((0, 2)), np.zeros((0, 2))
        low, high = curve.boxes(self.curves)
        for row, way in self.ways.items():
            low[row], high[row] = way.min(axis=(0, 1)), way.max(axis=(0, 1))
        return low, high

    def beside(self, rows: Ints | int) -> Floats:
        """The curves gradients travel along, of one edge or of many: of bent ones the middle."""
        return curve.beside(self.curves[rows].reshape(-1, 4, 2)).reshape(self.curves[rows].shape)

    def _draw_anew(self, old: Geometry, edges: Ints, start: Floats, end: Floats) -> None:
        """Take over what `old` had made of edges, those that moved made anew."""
        known = self.__dict__
        if "curves" in old.__dict__:
            fresh = curve.between(start, end)
            known["curves"] = old.curves.copy()
            known["curves"][edges] = fresh
            if "edge_boxes" in old.__dict__ and len(old.curves):
                low, high = old.edge_boxes[0].copy(), old.edge_boxes[1].copy()
                low[edges], high[edges] = curve.boxes(fresh)
                known["edge_boxes"] = low, high
        if "chords" in old.__dict__:
            known["chords"] = old.chords.copy()
            for row, a, b in zip(edges.tolist(), start.tolist(), end.tolist(), strict=True):
                known["chords"][row] = QLineF(*a, *b)

    # To be drawn and hit

    @cached_property
    def rects(self) -> list[QRectF]:
        """The nodes' boxes as Qt wants them: making these takes longer than drawing them."""
        return [QRectF(*box) for box in np.hstack([self.xy, self.size]).tolist()]

    @cached_property
    def chords(self) -> list[QLineF]:
        """Straight lines from end to end of every edge."""
        return _lines(self.curves)

    def chords_of(self, rows: Ints, scale: float = 1.0) -> list[QLineF]:
        """The lines of some edges, seen at `scale`; those of very many edges are not kept."""
        if self.ways:
            return _lines(self.pieces_of(rows))
        if len(self.edge_keys) > MOST_KEPT:
            return _lines(self.curves[rows])
        chords = self.chords
        return chords if len(rows) == len(chords) else [chords[k] for k in rows.tolist()]

    @cached_property
    def node_grid(self) -> Grid:
        return Grid.over(self.xy, self.xy + self.size)

    def edges_sorted(self, at_once: int = 0) -> bool:
        """Whether a point's edges are found at once, or soon: where there are not very many."""
        return "edge_grid" in self.__dict__ or len(self.edge_keys) <= (at_once or MOST_KEPT)

    @cached_property
    def edge_grid(self) -> CurveGrid:
        return CurveGrid(self.curves)

    def nearest(self, x: float, y: float, reach: float) -> int:
        """The row of the edge nearest to a point and within `reach`, or -1."""
        best, found = reach, -1
        for row, *part in self.edge_grid.near(x, y, reach):
            away = curve.distance(self.curves[row].tolist(), x, y, *part)
            if away < best or (away == best and (found < 0 or row < found)):
                best, found = away, row
        for row, way in self.ways.items():
            for piece in way.tolist():
                away = curve.distance(piece, x, y)
                if away < best:
                    best, found = away, row
        return found


_OF_THE_GRAPH = {
    "plan", "graph", "ids", "row", "edge_keys", "edge_row", "_columns", "pill", "size", "inputs",
    "_input", "_shapes", "first", "ends", "owner", "offset", "_into",
}  # fmt: skip
"""What does not depend on places."""


def _changed(before: Mapping[str, Place], after: Mapping[str, Place]) -> list[str] | None:
    """The ids whose places are others, or None where more than that is different."""
    if len(before) != len(after) or any(map(operator.is_not, before, after)):
        return None
    return [*compress(after, map(operator.is_not, before.values(), after.values()))]


def _carry_over(old: Geometry, new: Geometry, rows: Ints) -> None:
    """Give `new` what `old` had made already, with what hangs on these moved rows made anew."""
    if "ports" not in old.__dict__:
        return
    moved = np.zeros(len(old.ids), bool)
    moved[rows] = True
    ports = np.flatnonzero(moved[old.owner])
    edges = old.hanging_on(rows)
    known = new.__dict__
    known["ports"] = old.ports.copy()
    known["ports"][ports] = new.xy[old.owner[ports]] + old.offset[ports]
    ends = known["ports"][old.ends[edges, 0]], known["ports"][old.ends[edges, 1]]
    new._draw_anew(old, edges, *ends)
    if "rects" in old.__dict__:
        known["rects"] = old.rects.copy()
        for row in rows.tolist():
            known["rects"][row] = QRectF(*new.xy[row].tolist(), *new.size[row].tolist())


def same(a: Geometry, b: Geometry) -> bool:
    """Whether two Geometries are equal in all they know or can find out."""
    plain = ("ids", "row", "shapes", "edge_keys", "edge_row", "regions", "region_row", "rects",
             "bends")  # fmt: skip
    arrays = ("size", "pill", "inputs", "first", "offset", "owner", "ends", "xy", "ports", "curves")
    return (
        all(getattr(a, n) == getattr(b, n) for n in (*plain, "chords"))
        and all(np.array_equal(getattr(a, n), getattr(b, n)) for n in arrays)
        and all(np.array_equal(x, y) for x, y in zip(a.edge_boxes, b.edge_boxes, strict=True))
    )


def _lines(curves: Floats) -> list[QLineF]:
    return [QLineF(*ends) for ends in np.hstack([curves[:, 0], curves[:, 3]]).tolist()]


def _rows(rows: Iterator[int]) -> Ints:
    return np.array(list(rows), np.int64)
