"""What a person draws: nodes, edges, regions and the program that is run on them.

Everything here is a value.  An edit makes a new Graph; nothing is ever changed in place, so two
Graphs may share whatever they have in common.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    import networkx as nx

EdgeKey = tuple[str, str]
"""(target node id, slot name): at most one edge ends in a slot."""

REGION_KINDS = ("no_grad", "enable_grad", "group", "note")

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def spelled(value: Any) -> str:
    """A JSON-shaped value as text: tells apart 1, 1.0 and true, 0.0 and -0.0, as `==` does not."""
    return json.dumps(value, default=dict)


@dataclass(frozen=True, slots=True)
class Node:
    """One statement `name = op(...)`; `params` holds its JSON-shaped fields and slot literals."""

    id: str
    op: str
    name: str
    params: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)


@dataclass(frozen=True, slots=True)
class Edge:
    """Output number `output` of node `source` goes into slot `slot` of node `target`."""

    source: str
    output: int
    target: str
    slot: str

    @property
    def key(self) -> EdgeKey:
        return (self.target, self.slot)


@dataclass(frozen=True, slots=True)
class Region:
    """A frame around nodes: a grad mode, a group, or a note (whose title is its text)."""

    id: str
    kind: str
    title: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """One line of the Program: the registered method `do`, called on `on` with `args`."""

    do: str
    on: str | None = None
    args: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    expect_error: bool = False

    @property
    def node(self) -> str | None:
        """The node it concerns, whether it is called on that or on its `.grad`."""
        return None if self.on is None else self.on.removesuffix(".grad")


Program = tuple[Action, ...]


_Made = TypeVar("_Made")


def of_the_last(make: Callable[[Graph], _Made]) -> Callable[[Graph], _Made]:
    """Remember what `make` gave for the last Graph it was asked about.

    Undo keeps many Graphs alive: what is big and soon made again must not stay with each of them.
    """
    last: list[tuple[Graph, _Made]] = []

    def remembered(graph: Graph) -> _Made:
        for known, found in last[:1]:
            if known is graph:
                return found
        found = make(graph)
        last[:] = [(graph, found)]
        return found

    return remembered


@of_the_last
def _networkx(graph: Graph) -> nx.MultiDiGraph:
    import networkx as nx

    found = nx.MultiDiGraph()
    found.add_nodes_from(graph.nodes)
    found.add_edges_from((e.source, e.target, e.slot) for e in graph.edges.values())
    return found


@dataclass(frozen=True)
class Graph:
    """Nodes in statement order (always a topological order), edges by (target, slot), regions."""

    nodes: Mapping[str, Node] = field(default_factory=dict)
    edges: Mapping[EdgeKey, Edge] = field(default_factory=dict)
    regions: Mapping[str, Region] = field(default_factory=dict)

    @staticmethod
    def of(
        nodes: Iterable[Node], edges: Iterable[Edge] = (), regions: Iterable[Region] = ()
    ) -> Graph:
        """A Graph from its parts, in the order given."""
        return Graph(
            {n.id: n for n in nodes}, {e.key: e for e in edges}, {r.id: r for r in regions}
        )

    @property
    def nx(self) -> nx.MultiDiGraph:
        """The same graph for networkx's algorithms; an edge's key is its slot, so x*x is two."""
        return _networkx(self)

    @cached_property
    def inputs(self) -> Mapping[str, Mapping[str, Edge]]:
        """Edges into each node, by slot."""
        found: dict[str, dict[str, Edge]] = {i: {} for i in self.nodes}
        for edge in self.edges.values():
            found.setdefault(edge.target, {})[edge.slot] = edge
        return found

    @cached_property
    def outputs(self) -> Mapping[str, tuple[Edge, ...]]:
        """Edges out of each node, in the order their targets are stated."""
        rank = {node: k for k, node in enumerate(self.nodes)}
        found: dict[str, list[Edge]] = {i: [] for i in self.nodes}
        for edge in sorted(self.edges.values(), key=lambda e: rank.get(e.target, 0)):
            found.setdefault(edge.source, []).append(edge)
        return {node: tuple(edges) for node, edges in found.items()}

    @cached_property
    def region_of(self) -> Mapping[str, tuple[Region, ...]]:
        """The regions each node lies in, outermost first (the one with more members is outside)."""
        found: dict[str, list[Region]] = {}
        for region in sorted(self.regions.values(), key=lambda r: -len(r.members)):
            for member in region.members:
                found.setdefault(member, []).append(region)
        return {node: tuple(regions) for node, regions in found.items()}

    def downstream(self, node: str) -> set[str]:
        """Every node that depends on `node`, itself left out."""
        import networkx as nx

        found: set[str] = nx.descendants(self.nx, node)
        return found

    def in_statement_order(self) -> Graph:
        """The same graph with as few nodes moved as make the order topological again.

        Raises networkx.NetworkXUnfeasible when the edges close a circle.
        """
        rank = {node: k for k, node in enumerate(self.nodes)}
        if all(rank[e.source] < rank[e.target] for e in self.edges.values()):
            return self
        import networkx as nx

        order = nx.lexicographical_topological_sort(self.nx, key=rank.__getitem__)
        return Graph({i: self.nodes[i] for i in order}, self.edges, self.regions)
