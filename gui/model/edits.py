"""Every change a person can make: pure functions from Document to Document.

An edit that would change nothing returns the very same Document, so callers can compare with `is`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.graph import Action, Edge, EdgeKey, Graph, Node, Region
from engine.registry import OPS
from gui.model.document import Document, Place

_TAIL = re.compile(r"^(.*?)(\d*)$")


def fresh(wanted: str, taken: Iterable[str]) -> str:
    """`wanted`, or `wanted` with the smallest number at its end that is not taken."""
    used = set(taken)
    if wanted not in used:
        return wanted
    match = _TAIL.match(wanted)
    stem = match[1] if match else wanted
    number = int(match[2]) if match and match[2] else 0
    while f"{stem}{(number := number + 1)}" in used:
        pass
    return f"{stem}{number}"


def add_node(
    document: Document,
    op: str,
    place: Place,
    *,
    name: str | None = None,
    params: Mapping[str, Any] | None = None,
) -> tuple[Document, str]:
    """Add a node of `op` at `place`; returns the new Document and the new node's id."""
    graph = document.graph
    names = {node.name for node in graph.nodes.values()}
    label = fresh(name or _default_name(op), names)
    node_id = fresh(label, [*graph.nodes, *graph.regions])
    node = Node(node_id, op, label, {**OPS[op].defaults, **(params or {})})
    nodes = {**graph.nodes, node_id: node}
    places = {**document.places, node_id: place}
    return replace(document, graph=replace(graph, nodes=nodes), places=places), node_id


def _default_name(op: str) -> str:
    if op in ("tensor", "parameter"):
        return {"tensor": "x", "parameter": "w"}[op]
    return op.rstrip("_")


def connect(document: Document, source: str, target: str, slot: str, output: int = 0) -> Document:
    """Lead output `output` of `source` into `slot`, replacing what was there (edge or literal).

    Raises networkx.NetworkXUnfeasible when the edge would close a circle.
    """
    edge = Edge(source, output, target, slot)
    graph = document.graph
    if graph.edges.get(edge.key) == edge:
        return document
    graph = replace(graph, edges={**graph.edges, edge.key: edge}).in_statement_order()
    return replace(document, graph=_without_literal(graph, target, slot))


def _without_literal(graph: Graph, target: str, slot: str) -> Graph:
    node = graph.nodes[target]
    if slot not in node.params:
        return graph
    params = {k: v for k, v in node.params.items() if k != slot}
    return replace(graph, nodes={**graph.nodes, target: replace(node, params=params)})


def disconnect(document: Document, keys: Iterable[EdgeKey]) -> Document:
    """Remove the edges that end in these (target, slot) keys; a slot's default literal comes back."""
    gone = set(keys) & document.graph.edges.keys()
    if not gone:
        return document
    graph = document.graph
    nodes = dict(graph.nodes)
    for target, slot in gone:
        node = nodes[target]
        default = OPS[node.op].defaults.get(slot) if node.op in OPS else None
        if default is not None:
            nodes[target] = replace(node, params={**node.params, slot: default})
    edges = {k: e for k, e in graph.edges.items() if k not in gone}
    return replace(document, graph=replace(graph, nodes=nodes, edges=edges))


def remove(
    document: Document, ids: Iterable[str], edges: Iterable[EdgeKey] = (), *, bridge: bool = False
) -> Document:
    """Delete nodes and regions (and loose edges), with every edge and action that hangs on them.

    `bridge` leads what came into a deleted node's first slot on to where its result went.
    """
    gone = set(ids)
    loose = set(edges)
    graph = document.graph
    if not gone & (graph.nodes.keys() | graph.regions.keys()) and not loose & graph.edges.keys():
        return document
    if bridge:
        document = _bridge(document, gone)
        graph = document.graph
    document = disconnect(document, [
        *loose, *(k for k, e in graph.edges.items() if e.source in gone and e.target not in gone),
    ])  # fmt: skip
    graph = document.graph
    kept_nodes = {i: n for i, n in graph.nodes.items() if i not in gone}
    kept_edges = {
        k: e for k, e in graph.edges.items() if e.source not in gone and e.target not in gone
    }
    regions = {}
    for i, region in graph.regions.items():
        members = tuple(m for m in region.members if m not in gone)
        if i not in gone and (members or not region.members):
            regions[i] = region if members == region.members else replace(region, members=members)
    places = {
        i: p
        for i, p in document.places.items()
        if i not in gone and (i in kept_nodes or i in regions)
    }
    program = tuple(a for a in document.program if a.on is None or a.on.split(".")[0] not in gone)
    return Document(Graph(kept_nodes, kept_edges, regions), program, places)


def _bridge(document: Document, gone: set[str]) -> Document:
    for node in [i for i in document.graph.nodes if i in gone]:
        first = next(iter(document.graph.inputs.get(node, {}).values()), None)
        if first is None:
            continue
        for edge in document.graph.outputs.get(node, ()):
            document = connect(document, first.source, edge.target, edge.slot, first.output)
    return document


def move(document: Document, places: Mapping[str, Place]) -> Document:
    """Put nodes and notes at new places; the graph stays the same object, so nothing reruns."""
    changed = {i: p for i, p in places.items() if document.places.get(i) != p}
    return replace(document, places={**document.places, **changed}) if changed else document


def set_param(document: Document, node: str, name: str, value: Any) -> Document:
    """Set one field or slot literal of a node (None takes an optional one away)."""
    old = document.graph.nodes[node]
    params = {k: v for k, v in old.params.items() if k != name}
    if value is not None:
        params = {**old.params, name: value}
    if params == old.params and list(map(type, params.values())) == list(
        map(type, old.params.values())
    ):
        return document
    return _with_node(document, replace(old, params=params))


def rename(document: Document, item: str, name: str) -> Document:
    """Give a node (a unique name) or a region (any title) a new name."""
    graph = document.graph
    if item in graph.regions:
        region = replace(graph.regions[item], title=name)
        if region == graph.regions[item]:
            return document
        return replace(document, graph=replace(graph, regions={**graph.regions, item: region}))
    old = graph.nodes[item]
    if name == old.name:
        return document
    taken = {n.name for i, n in graph.nodes.items() if i != item}
    return _with_node(document, replace(old, name=fresh(name, taken)))


def _with_node(document: Document, node: Node) -> Document:
    nodes = {**document.graph.nodes, node.id: node}
    return replace(document, graph=replace(document.graph, nodes=nodes))


def add_region(
    document: Document,
    kind: str,
    members: Iterable[str] = (),
    title: str = "",
    place: Place | None = None,
) -> tuple[Document, str]:
    """Frame the members (kept in statement order); a note without members stands at `place`."""
    graph = document.graph
    wanted = set(members)
    region_id = fresh(kind, [*graph.nodes, *graph.regions])
    region = Region(region_id, kind, title, tuple(i for i in graph.nodes if i in wanted))
    places = {**document.places, region_id: place} if place is not None else document.places
    graph = replace(graph, regions={**graph.regions, region_id: region})
    return replace(document, graph=graph, places=places), region_id


def why_no_region(graph: Graph, members: Iterable[str]) -> str | None:
    """Why these nodes cannot be framed together (regions nest and never overlap), or None."""
    wanted = set(members)
    if not wanted:
        return "Select the nodes to put into the region first."
    for region in graph.regions.values():
        inside = set(region.members)
        if inside & wanted and not (inside <= wanted or wanted <= inside):
            return f"The selection cuts through “{region.title or region.kind}”; regions may nest but not overlap."
    return None


def set_program(document: Document, program: Iterable[Action]) -> Document:
    """Replace the whole Program."""
    actions = tuple(program)
    return document if actions == document.program else replace(document, program=actions)


def add_action(document: Document, action: Action) -> Document:
    """Append one line to the Program."""
    return replace(document, program=(*document.program, action))


def paste(document: Document, fragment: Document, offset: Place) -> tuple[Document, list[str]]:
    """Add a copy of `fragment` (nodes, edges between them, regions), moved by `offset`.

    Returns the new Document and the ids of what came in, with fresh ids and names.
    """
    graph = document.graph
    taken = {*graph.nodes, *graph.regions}
    names = {node.name for node in graph.nodes.values()}
    new_id: dict[str, str] = {}
    nodes = dict(graph.nodes)
    for node in fragment.graph.nodes.values():
        name = fresh(node.name, names)
        names.add(name)
        new_id[node.id] = fresh(node.id, taken)
        taken.add(new_id[node.id])
        nodes[new_id[node.id]] = replace(node, id=new_id[node.id], name=name)
    edges = dict(graph.edges)
    for edge in fragment.graph.edges.values():
        source = new_id.get(edge.source, edge.source)
        if edge.target in new_id and source in nodes:
            copy = Edge(source, edge.output, new_id[edge.target], edge.slot)
            edges[copy.key] = copy
    regions = dict(graph.regions)
    for region in fragment.graph.regions.values():
        new_id[region.id] = fresh(region.id, taken)
        taken.add(new_id[region.id])
        members = tuple(new_id[m] for m in region.members if m in new_id)
        regions[new_id[region.id]] = replace(region, id=new_id[region.id], members=members)
    places = {
        **document.places,
        **{
            new_id[i]: (x + offset[0], y + offset[1])
            for i, (x, y) in fragment.places.items()
            if i in new_id
        },
    }
    merged = Graph(nodes, edges, regions).in_statement_order()
    return Document(merged, document.program, places), list(new_id.values())


def extract(document: Document, ids: Iterable[str]) -> Document:
    """The selected nodes and notes with the edges into them, as a Document of its own: what Copy takes."""
    wanted = set(ids)
    graph = document.graph
    nodes = {i: n for i, n in graph.nodes.items() if i in wanted}
    edges = {k: e for k, e in graph.edges.items() if e.target in wanted and e.source in wanted}
    regions = {
        i: r
        for i, r in graph.regions.items()
        if i in wanted or (r.members and set(r.members) <= wanted)
    }
    places = {i: p for i, p in document.places.items() if i in nodes or i in regions}
    return Document(Graph(nodes, edges, regions), (), places)
