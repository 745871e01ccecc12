"""Edits of regions: who is a member, and colour.  Regions nest and never overlap."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.graph import Graph, Region
from gui.model.document import Document, Place

REGION_COLORS = {
    "value": "Blue",
    "gradient": "Orange",
    "sum": "Purple",
    "green": "Green",
    "error": "Red",
    "cut": "Grey",
}
"""The theme's colours a region can have, and what they are called; without one its kind decides."""


def called(region: Region) -> str:
    """How a sentence speaks of a region."""
    first = next(iter(region.title.strip().split("\n")), "")
    return first if len(first) <= 24 else f"{first[:23]}…" if first else region.kind


def paint(document: Document, regions: Iterable[str], color: str) -> Document:
    """Give these the colour `color` of REGION_COLORS, or that of their kind ("")."""
    graph = document.graph
    return with_regions(document, [replace(graph.regions[i], color=color) for i in regions])


def with_regions(document: Document, changed: Iterable[Region]) -> Document:
    """The Document with these in place of the regions of the same ids."""
    graph = document.graph
    new = {r.id: r for r in changed if r != graph.regions[r.id]}
    if not new:
        return document
    return replace(document, graph=replace(graph, regions={**graph.regions, **new}))


def chain(graph: Graph, region: str | None) -> tuple[str, ...]:
    """A region and those around it, the outermost first."""
    if region is None or not graph.regions[region].members:
        return () if region is None else (region,)
    around = [r.id for r in graph.region_of[graph.regions[region].members[0]]]
    return tuple(around[: around.index(region) + 1])


def parent(graph: Graph, region: str) -> str | None:
    """The region right around this one."""
    around = chain(graph, region)
    return around[-2] if len(around) > 1 else None


def settle(document: Document, homes: Mapping[str, str | None]) -> Document:
    """Make nodes members of the regions in `homes` and of those around them, and of no others.

    A region all of whose members go to the same place goes with them as a whole, unless others come
    into it.  One that loses all its members is gone, except for a note, which stays as a card.
    """
    graph = document.graph
    wanted: dict[str, set[str]] = {i: set(r.members) for i, r in graph.regions.items()}
    chains = {home: set(chain(graph, home)) for home in set(homes.values())}
    entered = set().union(*chains.values())
    for region in graph.regions.values():
        goes = {homes.get(m, m) for m in region.members}
        whole = len(goes) == 1 and goes <= chains.keys() and region.id not in entered
        for node, home in homes.items():
            if region.id in chains[home]:
                wanted[region.id].add(node)
            elif not whole:
                wanted[region.id].discard(node)
    regions = dict(_renewed(graph, wanted))
    if regions == graph.regions:
        return document
    places = {**document.places, **_card_places(document, regions)}
    places = {i: p for i, p in places.items() if i in graph.nodes or i in regions}
    return replace(document, graph=replace(graph, regions=regions), places=places)


def _renewed(graph: Graph, wanted: Mapping[str, set[str]]) -> Iterable[tuple[str, Region]]:
    for i, region in graph.regions.items():
        members = wanted[i]
        if members == set(region.members):
            yield i, region
        elif members or region.kind == "note":
            yield i, replace(region, members=tuple(n for n in graph.nodes if n in members))


def _card_places(document: Document, regions: Mapping[str, Region]) -> dict[str, Place]:
    """Where notes stand that have lost their members: where those were."""
    found = {}
    for i, region in regions.items():
        old = document.graph.regions[i].members
        if old and not region.members:
            known = [document.places[m] for m in old if m in document.places] or [(0.0, 0.0)]
            found[i] = min(x for x, _ in known), min(y for _, y in known)
    return found


def add_members(document: Document, region: str, nodes: Iterable[str]) -> Document:
    """Put nodes into a region, out of any other that does not lie around it."""
    return settle(document, dict.fromkeys(nodes, region))


def take_out(document: Document, nodes: Iterable[str]) -> Document:
    """Take each node out of the innermost region it lies in.

    Nodes that are all the members of a region leave the one around it, together, if there is one.
    """
    graph, leaving = document.graph, set(nodes)
    homes: dict[str, str | None] = {}
    for node in graph.nodes:
        if node not in leaving:
            continue
        around = reversed(graph.region_of.get(node, ()))
        left = next((r for r in around if not leaving.issuperset(r.members)), None)
        if left is not None:
            homes[node] = parent(graph, left.id)
    return settle(document, homes)


def ungroup(document: Document, regions: Iterable[str]) -> Document:
    """Take the frames away; their members stay."""
    gone = set(regions) & document.graph.regions.keys()
    if not gone:
        return document
    graph = document.graph
    kept = {i: r for i, r in graph.regions.items() if i not in gone}
    places = {i: p for i, p in document.places.items() if i not in gone}
    return replace(document, graph=replace(graph, regions=kept), places=places)
