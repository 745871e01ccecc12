"""What lies under a point: a port, a part of a node, an edge, a region's title or border."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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


def hit(geometry: Geometry, x: float, y: float, scale: float = 1.0) -> Hit:
    """The topmost thing at a scene point, seen at `scale`."""
    port = port_at(geometry, x, y, PORT_REACH / scale) if scale >= 0.3 else None
    if port is not None:
        node, slot, output = geometry.slot_of(port)
        return Hit("port", node, slot or f"output {output}", port)
    bend = at_bend(geometry, x, y, REACH / scale) if geometry.bends and scale >= SMALLEST else None
    if bend is not None and node_at(geometry, x, y) is None:
        return Hit("bend", *bend[0], port=bend[1], edge=bend[0])
    return (
        node_at(geometry, x, y)
        or edge_at(geometry, x, y, EDGE_REACH / scale)
        or region_at(geometry, x, y, EDGE_REACH / scale)
        or NOTHING
    )


def port_at(geometry: Geometry, x: float, y: float, reach: float) -> int | None:
    """The nearest port within `reach` that no other node covers."""
    best, port = reach * reach, -1
    for row in geometry.node_grid.near(x, y, reach):
        first = int(geometry.first[row])
        ports = geometry.ports[first : int(geometry.first[row + 1])].tolist()
        for k, (px, py) in enumerate(ports):
            away = (px - x) * (px - x) + (py - y) * (py - y)
            if away < best or (away == best and port < 0):
                best, port = away, first + k
    if port < 0:
        return None
    cover = _node_row(geometry, *geometry.ports[port].tolist())
    return port if cover is None or cover <= geometry.owner[port] else None


def node_at(geometry: Geometry, x: float, y: float) -> Hit | None:
    """The topmost node, with the part of it that is hit."""
    row = _node_row(geometry, x, y)
    if row is None:
        return None
    down = y - geometry.xy[row, 1]
    if geometry.ids[row] in geometry.plan.boxes:
        mark = x - geometry.xy[row, 0] < MARK_WIDTH + 4
        part = "body" if down > HEADER else "fold" if mark else "title"
        return Hit("region", geometry.ids[row], part)
    if geometry.pill[row]:
        part = "name" if x - geometry.xy[row, 0] < geometry.size[row, 0] * 0.4 else "value"
    else:
        part = ("name", "value", "grad", "body")[int(np.digitize(down, _ROWS))]
    return Hit("node", geometry.ids[row], part)


_ROWS = (HEADER, HEADER + ROW, HEADER + 2 * ROW)


def _node_row(geometry: Geometry, x: float, y: float) -> int | None:
    for row in reversed(geometry.node_grid.near(x, y)):
        left, top = geometry.xy[row].tolist()
        width, height = geometry.size[row].tolist()
        if left <= x <= left + width and top <= y <= top + height:
            return row
    return None


def edge_at(geometry: Geometry, x: float, y: float, reach: float) -> Hit | None:
    """The nearest edge within `reach`; none while those of a very large graph are being sorted."""
    if not geometry.edges_sorted:
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
