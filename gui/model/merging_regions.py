"""Regions after the code was edited: grad modes as it says, everything else as it was drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.graph import GRAD_MODES, Graph, Node, Region
from gui.model.document import Document
from gui.model.edits import fresh, why_no_region
from gui.model.regions import settle


def regions_of(
    before: Graph, nodes: Mapping[str, Node], read: Graph, ids: Mapping[str, str]
) -> Mapping[str, Region]:
    """The regions around `nodes`; `read` is the graph of the code, `ids` what its nodes are called.

    The regions of `before` stay, title, colour and all, with what is left of their members; a node
    whose grad mode the code says otherwise leaves its region for one of that mode.
    """
    graph = Graph(nodes, {}, _left(before, nodes))
    wanted = {ids[i]: read.mode_of(i) for i in read.nodes}
    for region in read.regions.values():
        members = tuple(ids[m] for m in region.members if m in ids)
        if region.kind in GRAD_MODES:
            graph = _joined(graph, region, [m for m in members if wanted[m] == region.kind])
        elif members and not any(m in before.nodes for m in members):
            graph = _added(graph, replace(region, members=members))
    graph = _freed(graph, {i for i, mode in wanted.items() if not mode and graph.mode_of(i)})
    return before.regions if graph.regions == before.regions else graph.regions


def _left(before: Graph, nodes: Mapping[str, Node]) -> dict[str, Region]:
    found = {}
    for i, region in before.regions.items():
        members = tuple(m for m in region.members if m in nodes)
        if members or not region.members:
            found[i] = region if members == region.members else replace(region, members=members)
    return found


def _joined(graph: Graph, region: Region, members: list[str]) -> Graph:
    """With these in that mode: in the region that some of them are in already, or a new one."""
    strays = [m for m in members if graph.mode_of(m) != region.kind]
    if not strays:
        return graph
    inner = [graph.region_of.get(m, ()) for m in members if m not in strays]
    homes = [r.id for around in inner for r in reversed(around) if r.kind == region.kind]
    if homes:
        return _settled(graph, dict.fromkeys(strays, homes[0]))
    graph = _freed(graph, {*strays})
    if why_no_region(graph, strays):
        return graph
    made = fresh(region.kind, [*graph.nodes, *graph.regions])
    return _added(graph, Region(made, region.kind, region.title, tuple(strays)))


def _freed(graph: Graph, nodes: set[str]) -> Graph:
    """These outside of all regions that rule whether they are recorded.

    They leave the groups that reach over the edge of such a region, too.
    """
    if not any(graph.mode_of(node) for node in nodes):
        return graph
    regions: dict[str, Region] = {}
    ruled: list[set[str]] = []
    for i, region in graph.regions.items():
        if region.kind in GRAD_MODES and nodes & {*region.members}:
            regions[i] = _without(region, nodes)
            ruled.append({*regions[i].members})
        else:
            regions[i] = region
    for i, region in regions.items():
        inside = {*region.members}
        if any(inside & rule and inside - rule and rule - inside for rule in ruled):
            regions[i] = _without(region, nodes)
    kept = {i: r for i, r in regions.items() if r.members or not graph.regions[i].members}
    return replace(graph, regions=kept)


def _without(region: Region, nodes: set[str]) -> Region:
    return replace(region, members=tuple(m for m in region.members if m not in nodes))


def _settled(graph: Graph, homes: Mapping[str, str | None]) -> Graph:
    return settle(Document(graph), homes).graph


def _added(graph: Graph, region: Region) -> Graph:
    """With one more region, unless it would cut through another."""
    if why_no_region(graph, region.members):
        return graph
    made = fresh(region.id, [*graph.nodes, *graph.regions])
    members = tuple(i for i in graph.nodes if i in {*region.members})
    regions = {**graph.regions, made: replace(region, id=made, members=members)}
    return replace(graph, regions=regions)
