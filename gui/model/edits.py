"""Every change a person can make: pure functions from Document to Document.

An edit that would change nothing returns the very same Document, so callers can compare with `is`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.arguments import numbered
from engine.graph import Action, Edge, EdgeKey, Graph, Node, Program, Region, lines, spelled
from engine.registry import OPS
from gui.model import names, passes
from gui.model.document import Document, Place
from gui.model.fields import packed
from gui.model.lines import without

Bends = tuple[Place, ...]

_TAIL = re.compile(r"^(.*?)(\d*)$")


def fresh(wanted: str, taken: Iterable[str]) -> str:
    """`wanted`, or `wanted` with the next number at its end that is not taken."""
    return Fresh(taken).take(wanted)


class Fresh:
    """Names that are not taken, one after the other: thousands take no longer than as many ones."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._next: dict[tuple[str, int], int] = {}
        """Of what was seen to be taken: a higher number from which to look further."""

    def take(self, wanted: str) -> str:
        """`wanted`, or with the next number at its end that is free; it is taken from now on."""
        name = wanted
        if wanted in self._taken:
            match = _TAIL.match(wanted)
            stem, tail = match.groups() if match else (wanted, "")
            name = f"{stem}{self._free(stem, int(tail or 0) + 1)}"
        self._taken.add(name)
        return name

    def _free(self, stem: str, number: int) -> int:
        seen = []
        while f"{stem}{number}" in self._taken:
            seen.append((stem, number))
            number = self._next.get((stem, number), number + 1)
        self._next.update(dict.fromkeys(seen, number))
        return number


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
    given = packed({**OPS[op].defaults, **(params or {})}, OPS[op])
    node = Node(node_id, op, label, given)
    graph = replace(graph, nodes={**graph.nodes, node_id: node})
    program = passes.with_new(graph, document.program, [node_id])
    places = {**document.places, node_id: place}
    return replace(document, graph=graph, program=program, places=places), node_id


def _default_name(op: str) -> str:
    if op in ("tensor", "parameter"):
        return {"tensor": "x", "parameter": "w"}[op]
    return op.rstrip("_")


def connect(document: Document, source: str, target: str, slot: str, output: int = 0) -> Document:
    """Lead output `output` of `source` into `slot`, replacing what was there (edge or literal).

    Raises networkx.NetworkXUnfeasible when the edge would close a circle.
    """
    return connect_all(document, [Edge(source, output, target, slot)])


def connect_all(document: Document, edges: Iterable[Edge]) -> Document:
    """The same with many edges, in the time it takes to put the statements in order once."""
    graph = document.graph
    wanted = {e.key: e for e in edges}
    new = {k: e for k, e in wanted.items() if graph.edges.get(k) != e}
    if not new:
        return document
    led = {**graph.edges, **new}
    bends = still_bent(document, led)
    graph = replace(graph, nodes=_without_literals(graph, new), edges=led).in_statement_order()
    program = passes.in_time(graph, document.program, new.values())
    return replace(document, graph=graph, program=program, bends=bends)


def still_bent(document: Document, edges: Mapping[EdgeKey, Edge]) -> Mapping[EdgeKey, Bends]:
    """The bends of the document's edges that are still the same among `edges`."""
    old = document.graph.edges
    return {k: bends for k, bends in document.bends.items() if edges.get(k) == old.get(k)}


def _without_literals(graph: Graph, slots: Iterable[EdgeKey]) -> Mapping[str, Node]:
    """The nodes, with no literals in these slots."""
    nodes = dict(graph.nodes)
    for target, slot in slots:
        node = nodes[target]
        if slot in node.params:
            params = {k: v for k, v in node.params.items() if k != slot}
            nodes[target] = replace(node, params=params)
    return nodes


def disconnect(document: Document, keys: Iterable[EdgeKey]) -> Document:
    """Remove the edges that end in these (target, slot) keys; a slot's default comes back."""
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
    bends = still_bent(document, edges)
    return replace(document, graph=replace(graph, nodes=nodes, edges=edges), bends=bends)


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
    cut = [k for k, e in document.graph.edges.items() if e.source in gone and e.target not in gone]
    document = disconnect(document, [*loose, *cut])
    graph = document.graph
    nodes = {i: n for i, n in graph.nodes.items() if i not in gone}
    kept = {k: e for k, e in graph.edges.items() if e.target not in gone}
    regions = _regions_within(graph, nodes, gone)
    places = {i: p for i, p in document.places.items() if i in nodes or i in regions}
    program = without(document.program, gone)
    bends = still_bent(document, kept)
    return Document(Graph(nodes, kept, regions), program, places, bends, document.source)


def _regions_within(
    graph: Graph, nodes: Mapping[str, Node], gone: Iterable[str] = ()
) -> dict[str, Region]:
    """The regions that have members left among these nodes, or never had any."""
    regions = {}
    for i, region in graph.regions.items():
        members = tuple(m for m in region.members if m in nodes)
        if i not in gone and (members or not region.members):
            regions[i] = region if members == region.members else replace(region, members=members)
    return regions


def _bridge(document: Document, gone: set[str]) -> Document:
    """All edges out of these nodes start where the first that comes into them does, further up."""
    graph = document.graph
    starts: dict[str, tuple[str, int]] = {}
    for node in graph.nodes:  # in statement order: what a start leads back to is known already
        first = _first_input(graph, node) if node in gone else None
        if first is not None:
            starts[node] = starts.get(first.source, (first.source, first.output))
    led = (Edge(*starts[e.source], *key) for key, e in graph.edges.items() if e.source in starts)
    return connect_all(document, led)


def _first_input(graph: Graph, node: str) -> Edge | None:
    """The edge into the first slot that has one, in the order of the op's signature."""
    inputs = graph.inputs.get(node, {})
    op = OPS.get(graph.nodes[node].op)
    for slot in op.slots if op is not None else ():
        for name in numbered(slot, inputs) if slot.variadic else [slot.name]:
            if name in inputs:
                return inputs[name]
    return next(iter(inputs.values()), None)


def move(document: Document, places: Mapping[str, Place]) -> Document:
    """Put nodes and notes at new places; the graph stays the same object, so nothing reruns."""
    nodes, regions, old = document.graph.nodes, document.graph.regions, document.places
    known = {i: p for i, p in places.items() if i in nodes or i in regions}
    changed = {i: p for i, p in known.items() if old.get(i) != p}
    return replace(document, places={**document.places, **changed}) if changed else document


def rearrange(document: Document, places: Mapping[str, Place]) -> Document:
    """New places from a layout: wires between what it moved need no bends any more."""
    moved = move(document, places)
    if moved is document or not document.bends:
        return moved
    edges = document.graph.edges
    bends = {
        k: points
        for k, points in document.bends.items()
        if edges[k].source not in places or edges[k].target not in places
    }
    return replace(moved, bends=bends)


def set_param(document: Document, node: str, name: str, value: Any) -> Document:
    """Set one field or slot literal of a node (None takes an optional one away).

    A number that is put into a wired slot takes the place of the edge.
    """
    old = document.graph.nodes[node]
    params = {k: v for k, v in old.params.items() if k != name}
    if value is not None:
        params = {**old.params, name: value}
        document = _without_edge(document, (node, name))
    kept = packed(params, OPS.get(old.op))
    if spelled(kept) == spelled(old.params):
        return document
    return _with_node(document, replace(old, params=kept))


def _without_edge(document: Document, key: EdgeKey) -> Document:
    edges = document.graph.edges
    if key not in edges:
        return document
    kept = {k: e for k, e in edges.items() if k != key}
    bends = still_bent(document, kept)
    return replace(document, graph=replace(document.graph, edges=kept), bends=bends)


def rename(document: Document, item: str, name: str) -> Document:
    """Give a node (a unique name) or a region (any title) a new name."""
    graph = document.graph
    if item in graph.regions:
        region = graph.regions[item]
        region = replace(region, title=names.title(region.kind, name))
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
            name = region.title or region.kind
            return f"The selection cuts through “{name}”; regions may nest but not overlap."
    return None


def set_program(document: Document, program: Iterable[Action]) -> Document:
    """Replace the whole Program."""
    actions = tuple(program)
    if same_program(actions, document.program):
        return document
    return replace(document, program=actions)


def same_program(before: Program, after: Program) -> bool:
    """Whether two Programs are the same, to the type of every number."""
    return before == after and _all_args(before) == _all_args(after)


def _all_args(program: Program) -> str:
    return spelled([action.args for action in lines(program)])


def paste(
    document: Document, fragment: Document, offset: Place, incoming: Iterable[Edge] = ()
) -> tuple[Document, list[str]]:
    """Add a copy of `fragment` (nodes, edges between them, regions), moved by `offset`.

    `incoming` are edges from nodes of the document into nodes of the fragment: the copies get them.
    Returns the new Document and the ids of what came in, with fresh ids and names.
    """
    graph, new = document.graph, fragment.graph
    ids = _fresh_ids(graph, [*new.nodes, *new.regions])
    if not ids:
        return document, []
    names = Fresh(node.name for node in graph.nodes.values())
    nodes = dict(graph.nodes)
    for node in new.nodes.values():
        nodes[ids[node.id]] = replace(node, id=ids[node.id], name=names.take(node.name))
    copies = [
        Edge(ids[e.source], e.output, ids[e.target], e.slot)
        for e in new.edges.values()
        if e.source in ids and e.target in ids
    ]
    regions = dict(graph.regions)
    for region in new.regions.values():
        members = tuple(ids[m] for m in region.members if m in ids)
        regions[ids[region.id]] = replace(region, id=ids[region.id], members=members)
    moved = {ids[i]: _shifted(p, offset) for i, p in fragment.places.items() if i in ids}
    bends = {
        (ids[i], slot): tuple(_shifted(p, offset) for p in points)
        for (i, slot), points in fragment.bends.items()
    }
    edges = {**graph.edges, **{e.key: e for e in copies}}
    merged = Graph(nodes, edges, regions).in_statement_order()
    places = {**document.places, **moved}
    bends = {**document.bends, **bends}
    program = _with_copies(merged, document, {ids[i]: node for i, node in new.nodes.items()})
    program = passes.in_time(merged, program, copies)
    pasted = Document(merged, program, places, bends, document.source)
    links = (e for e in incoming if e.source in graph.nodes and e.target in new.nodes)
    pasted = connect_all(pasted, (Edge(e.source, e.output, ids[e.target], e.slot) for e in links))
    return pasted, list(ids.values())


def _with_copies(graph: Graph, document: Document, copies: Mapping[str, Node]) -> Program:
    """The Program that runs copies of its own nodes where it runs these, and others at its end."""
    own = document.graph.nodes
    same = {i: node.id in own and own[node.id].op == node.op for i, node in copies.items()}
    originals = {i: node.id if same[i] else None for i, node in copies.items()}
    return passes.with_copies(graph, document.program, originals)


def _shifted(place: Place, by: Place) -> Place:
    return place[0] + by[0], place[1] + by[1]


def _fresh_ids(graph: Graph, wanted: Iterable[str]) -> dict[str, str]:
    """For each of these ids one that is not taken in the graph."""
    taken = Fresh([*graph.nodes, *graph.regions])
    return {i: taken.take(i) for i in wanted}


def extract(document: Document, ids: Iterable[str]) -> Document:
    """The selected nodes and notes, and what is among them, as a Document: what Copy takes.

    An input that is left without its edge gets its default number back.
    """
    wanted = set(ids)
    lost = [k for k, e in document.graph.edges.items() if k[0] in wanted and e.source not in wanted]
    graph = disconnect(document, lost).graph
    nodes = {i: n for i, n in graph.nodes.items() if i in wanted}
    edges = {k: e for k, e in graph.edges.items() if e.target in wanted}
    regions = {
        i: r
        for i, r in _regions_within(graph, nodes).items()
        if i in wanted or (r.members and r == graph.regions[i])
    }
    places = {i: p for i, p in document.places.items() if i in nodes or i in regions}
    bends = {k: points for k, points in document.bends.items() if k in edges}
    return Document(Graph(nodes, edges, regions), (), places, bends)


def incoming(graph: Graph, ids: Iterable[str]) -> tuple[Edge, ...]:
    """The edges that come into these nodes from others."""
    wanted = set(ids)
    into = (e for i in wanted for e in graph.inputs.get(i, {}).values())
    return tuple(e for e in into if e.source not in wanted)


def mute(document: Document, ids: Iterable[str]) -> Document:
    """Mute these nodes, or unmute them where all are muted; leaves have nothing to pass on."""
    nodes = document.graph.nodes
    found = [nodes[i] for i in ids if i in nodes and can_mute(nodes[i])]
    wanted = not all(node.muted for node in found)
    changed = {n.id: replace(n, muted=wanted) for n in found if n.muted != wanted}
    if not changed:
        return document
    merged = {i: changed.get(i, node) for i, node in nodes.items()}
    return replace(document, graph=replace(document.graph, nodes=merged))


def can_mute(node: Node) -> bool:
    """Whether it could pass a tensor on; what is muted already may always be unmuted."""
    op = OPS.get(node.op)
    return node.muted or op is None or bool(op.slots)
