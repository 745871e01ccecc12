"""What lies under a point: a port, a part of a node, an edge, a region's title or border."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass

from engine.graph import EdgeKey
from gui.canvas.bends import REACH, SMALLEST, at_bend
from gui.canvas.geometry import Geometry
from gui.canvas.regions import MARK_WIDTH
from gui.canvas.shapes import HEADER, ROW

PORT_REACH = 12.0
"""Radius, in widget pixels, within which a port is taken hold of."""
EDGE_REACH = 6.0


@dataclass(frozen=True, slots=True)
class Hit:
    """`kind` is port, node, bend, edge, region or empty; `part` of a node: name, value, grad, body.

    Of a bend, `port` is its number on the way of its edge.  A folded group is a region; `part` of a
    region is title, border, fold (its mark) or body.
    """

    kind: str = "empty"
    id: str = ""
    part: str = ""
    port: int = -1
    edge: EdgeKey | None = None


NOTHING = Hit()


def hit(geometry: Geometry, x: float, y: float, scale: float = 1.0, *, edges: bool = True) -> Hit:
    """The topmost thing at a scene point, seen at `scale`; wires only if `edges`."""
    reach = PORT_REACH / scale if scale >= 0.3 else 0.0
    near = geometry.node_grid.near(x, y, reach)
    port = _port(geometry, near, x, y, reach) if reach and near else None
    if port is not None:
        node, slot, output = geometry.slot_of(port)
        return Hit("port", node, slot or f"output {output}", port)
    row = _topmost(geometry, near, x, y)
    if row is not None:
        return _of_node(geometry, row, x, y)
    bend = at_bend(geometry, x, y, REACH / scale) if geometry.bends and scale >= SMALLEST else None
    if bend is not None:
        return Hit("bend", *bend[0], port=bend[1], edge=bend[0])
    reach = EDGE_REACH / scale
    wire = edge_at(geometry, x, y, reach) if edges else None
    return wire or region_at(geometry, x, y, reach) or NOTHING


def port_at(geometry: Geometry, x: float, y: float, reach: float) -> int | None:
    """The nearest port within `reach` that no other node covers."""
    return _port(geometry, geometry.node_grid.near(x, y, reach), x, y, reach)


def _port(geometry: Geometry, rows: list[int], x: float, y: float, reach: float) -> int | None:
    best, port = reach * reach, -1
    for row in rows:
        first, last = geometry.first[row : row + 2].tolist()
        for k, (px, py) in enumerate(geometry.ports[first:last].tolist(), first):
            away = (px - x) * (px - x) + (py - y) * (py - y)
            if away < best or (away == best and port < 0):
                best, port = away, k
    if port < 0:
        return None
    px, py = geometry.ports[port].tolist()
    cover = _topmost(geometry, geometry.node_grid.near(px, py), px, py)
    return port if cover is None or cover <= geometry.owner[port] else None


def node_at(geometry: Geometry, x: float, y: float) -> Hit | None:
    """The topmost node, with the part of it that is hit."""
    row = _topmost(geometry, geometry.node_grid.near(x, y), x, y)
    return None if row is None else _of_node(geometry, row, x, y)


def _topmost(geometry: Geometry, rows: list[int], x: float, y: float) -> int | None:
    """The last of these nodes that covers the point."""
    for row in reversed(rows):
        left, top = geometry.xy[row].tolist()
        width, height = geometry.size[row].tolist()
        if left <= x <= left + width and top <= y <= top + height:
            return row
    return None


def _of_node(geometry: Geometry, row: int, x: float, y: float) -> Hit:
    """The part of a node that is hit."""
    node, (left, top) = geometry.ids[row], geometry.xy[row].tolist()
    if node in geometry.plan.boxes:
        mark = x - left < MARK_WIDTH + 4
        return Hit("region", node, "body" if y - top > HEADER else "fold" if mark else "title")
    if geometry.pill[row]:
        return Hit("node", node, "name" if x - left < geometry.size[row, 0] * 0.4 else "value")
    return Hit("node", node, _PARTS[bisect_right(_ROWS, y - top)])


_PARTS, _ROWS = ("name", "value", "grad", "body"), (HEADER, HEADER + ROW, HEADER + 2 * ROW)


def edge_at(geometry: Geometry, x: float, y: float, reach: float) -> Hit | None:
    """The nearest edge within `reach`; none while those of a very large graph are being sorted."""
    if not geometry.edges_sorted():
        return None
    found = geometry.nearest(x, y, reach)
    if found < 0:
        return None
    key = geometry.edge_keys[found]
    return Hit("edge", key[0], key[1], edge=key)


def region_at(geometry: Geometry, x: float, y: float, reach: float) -> Hit | None:
    """The innermost region whose title, or border, or card is hit."""
    for shape in reversed(geometry.regions):
        if shape.mark is not None and _inside(shape.mark, x, y, 0):
            return Hit("region", shape.id, "fold")
        if _inside(shape.tab, x, y, 0):
            return Hit("region", shape.id, "title")
        if _inside(shape.box, x, y, reach) and not _inside(shape.box, x, y, -reach):
            return Hit("region", shape.id, "border")
    return None


def _inside(box: tuple[float, float, float, float], x: float, y: float, by: float) -> bool:
    return box[0] - by <= x <= box[2] + by and box[1] - by <= y <= box[3] + by


def within(geometry: Geometry, left: float, top: float, right: float, bottom: float) -> set[str]:
    """Nodes that touch a rectangle, and regions wholly inside it: what a rubber band takes."""
    rows = geometry.nodes_in((left, top, right, bottom), around=0)
    found = {geometry.ids[row] for row in rows.tolist()}
    for r in geometry.regions:
        if left <= r.box[0] and r.box[2] <= right and top <= r.box[1] and r.box[3] <= bottom:
            found.add(r.id)
    return found
