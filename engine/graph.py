"""What a person draws: nodes, edges, regions and the program that is run on them.

Everything here is a value.  An edit makes a new Graph; nothing is ever changed in place, so two
Graphs may share whatever they have in common.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import networkx as nx

Ints = NDArray[np.int64]

EdgeKey = tuple[str, str]
"""(target node id, slot name): at most one edge ends in a slot."""

REGION_KINDS = ("no_grad", "enable_grad", "inference_mode", "group", "note")

GRAD_MODES = REGION_KINDS[:3]
"""Those that change what is computed; the others are there for the eye."""

_NOTHING: Mapping[str, Any] = MappingProxyType({})


def spelled(value: Any) -> str:
    """A JSON-shaped value as text: tells apart 1, 1.0 and true, 0.0 and -0.0, as `==` does not."""
    return json.dumps(value, default=_plain)


def _plain(value: Any) -> Any:
    """A Mapping as a dict; a Packed, which has too many numbers to list, by its digest."""
    return dict(value) if isinstance(value, Mapping) else {"packed": value.digest}


@dataclass(frozen=True, slots=True)
class Node:
    """One statement `name = op(...)`; `params` holds its JSON-shaped fields and slot literals.

    A muted node runs no op: its name stands for the first tensor that is wired to it.
    """

    id: str
    op: str
    name: str
    params: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    muted: bool = False


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
    """A frame around nodes: a grad mode, a group, or a note (whose title is its text).

    `folded` and `color` (the name of a theme's colour) are how it is drawn, no more.
    """

    id: str
    kind: str
    title: str = ""
    members: tuple[str, ...] = ()
    folded: bool = False
    color: str = ""


@dataclass(frozen=True, slots=True)
class Action:
    """One line of the Program: the registered method `do`, called on `on` with `args`.

    A "repeat" runs the lines of its `body` as often as `args["times"]` says.
    """

    do: str
    on: str | None = None
    args: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    expect_error: bool = False
    body: tuple[Action, ...] = ()

    @property
    def node(self) -> str | None:
        """The node it concerns, whether it is called on that or on its `.grad`."""
        if self.on is None or self.do in OPTIMIZER_LINES:
            return None
        return self.on.removesuffix(".grad")


Program = tuple[Action, ...]

OPTIMIZER_LINES = ("optimizer", "step", "zero_grad")
"""Lines whose `on` is the name of an optimizer, not a node."""

SEED = "manual_seed"
"""The line that starts the random numbers anew."""


def lines(program: Program) -> Program:
    """Every line, a repeat before its body: what `event.action` counts."""
    if not any(action.body for action in program):
        return program
    return _all_lines(program)


def chosen(action: Action) -> tuple[str, ...] | None:
    """The nodes that a forward is to run; None where it runs all, or is no forward."""
    found = action.args.get("nodes") if action.do == "forward" else None
    return None if found is None else tuple(found)


def listed(program: Program) -> frozenset[str] | None:
    """The nodes that forwards name; None where every forward runs all."""
    named = [found for action in lines(program) if (found := chosen(action)) is not None]
    return frozenset(chain.from_iterable(named)) if named else None


def seeds_first(program: Program) -> int:
    """How many lines at the beginning only seed: leaves are made right after them."""
    return next((k for k, action in enumerate(program) if action.do != SEED), len(program))


_Of = TypeVar("_Of")
_Made = TypeVar("_Made")


def of_the_last(make: Callable[[_Of], _Made]) -> Callable[[_Of], _Made]:
    """Remember what `make` gave for the last Graph (or Program) it was asked about.

    Undo keeps many Graphs alive: what is big and soon made again must not stay with each of them.
    """
    last: list[tuple[_Of, _Made]] = []

    def remembered(of: _Of) -> _Made:
        for known, found in last[:1]:
            if known is of:
                return found
        found = make(of)
        last[:] = [(of, found)]
        return found

    return remembered


@of_the_last
def _all_lines(program: Program) -> Program:
    return tuple(_depth_first(program))


def _depth_first(program: Program) -> Iterator[Action]:
    for action in program:
        yield action
        yield from _depth_first(action.body)


@of_the_last
def _rank(graph: Graph) -> dict[str, int]:
    """The number of each node among the statements."""
    return {node: k for k, node in enumerate(graph.nodes)}


@of_the_last
def _networkx(graph: Graph) -> nx.MultiDiGraph:
    import networkx as nx

    found = nx.MultiDiGraph()
    found.add_nodes_from(graph.nodes)
    found.add_edges_from((e.source, e.target, e.slot) for e in graph.edges.values())
    return found


def early_leaves(nodes: Collection[str], program: Program) -> Mapping[int, Collection[str]]:
    """The nodes which, where they are leaves, are made before an outermost line, by its number.

    Those that no forward lists stand before all that is more than seeding; those that run within a
    repeat stand before it, since there they would be made again each time.
    """
    named = listed(program)
    found: dict[int, Collection[str]] = {seeds_first(program): {*nodes} - (named or frozenset())}
    for k, action in enumerate(program if named is not None else ()):
        if action.body:
            whole = any(a.do == "forward" and chosen(a) is None for a in lines(action.body))
            inside = {*nodes} if whole else listed(action.body) or frozenset()
            found[k] = inside.union(found.get(k, ()))
    return found


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A Graph as arrays: what thousands of nodes are drawn and laid out from.

    `op` (n,) numbers the nodes' ops in `ops`; for every edge `source`, `target` (m,) are the rows
    of its nodes, `output` (m,) is the output it leaves, `slot` (m,) the number of its slot in
    `slots`.  Edges that lack a node at either end are left out.
    """

    row: Mapping[str, int]
    ops: tuple[str, ...]
    op: Ints
    keys: tuple[EdgeKey, ...]
    slots: tuple[str, ...]
    slot: Ints
    source: Ints
    target: Ints
    output: Ints


def _columns(graph: Graph) -> Columns:
    for known, found in _latest:
        if same_columns(known, graph):
            return found
    made = _made_columns(graph)
    _latest[:] = [(graph, made), *_latest[:1]]
    return made


_latest: list[tuple[Graph, Columns]] = []
"""As with `of_the_last`, of the last two: undo leads back to the one before.  These are good for a
graph in which only values differ, too."""


def same_columns(before: Graph, after: Graph) -> bool:
    """Whether two graphs have the same arrays: at most names and params differ."""
    if before is after:
        return True
    if before.edges is not after.edges or len(before.nodes) != len(after.nodes):
        return False
    pairs = zip(before.nodes.values(), after.nodes.values(), strict=True)
    return all(a is b or (a.id, a.op) == (b.id, b.op) for a, b in pairs)


def _made_columns(graph: Graph) -> Columns:
    row = dict(zip(graph.nodes, range(len(graph.nodes)), strict=True))
    ops, op = _numbered([node.op for node in graph.nodes.values()])
    edges = graph.edges
    try:
        source, target = _rows(row, edges.values())
    except KeyError:  # a file may lack nodes
        edges = {k: e for k, e in edges.items() if e.source in row and e.target in row}
        source, target = _rows(row, edges.values())
    slots, slot = _numbered([e.slot for e in edges.values()])
    output = np.array([e.output for e in edges.values()], np.int64)
    return Columns(row, ops, op, tuple(edges), slots, slot, source, target, output)


def _rows(row: Mapping[str, int], edges: Iterable[Edge]) -> tuple[Ints, Ints]:
    """The rows of sources and targets; raises KeyError where one is not there."""
    ends = [e.source for e in edges], [e.target for e in edges]
    source, target = (np.array([*map(row.__getitem__, end)], np.int64) for end in ends)
    return source, target


def _numbered(words: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    """The different words in the order they come, and the number of each."""
    number = {word: k for k, word in enumerate(dict.fromkeys(words))}
    return tuple(number), np.fromiter(map(number.__getitem__, words), np.int64, len(words))


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

    @property
    def columns(self) -> Columns:
        """The same graph as arrays."""
        return _columns(self)

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
        rank = _rank(self)
        found: dict[str, list[Edge]] = {i: [] for i in self.nodes}
        for edge in sorted(self.edges.values(), key=lambda e: rank.get(e.target, 0)):
            found.setdefault(edge.source, []).append(edge)
        return {node: tuple(edges) for node, edges in found.items()}

    def stated(self, ids: Iterable[str]) -> list[str]:
        """Those of these nodes that there are, each once, in statement order."""
        rank = _rank(self)
        return sorted({*ids} & rank.keys(), key=rank.__getitem__)

    @cached_property
    def region_of(self) -> Mapping[str, tuple[Region, ...]]:
        """The regions each node lies in, outermost first (the one with more members is outside)."""
        found: dict[str, list[Region]] = {}
        for region in sorted(self.regions.values(), key=lambda r: -len(r.members)):
            for member in region.members:
                found.setdefault(member, []).append(region)
        return {node: tuple(regions) for node, regions in found.items()}

    def mode_of(self, node: str) -> str | None:
        """The kind of the region that rules whether `node` is recorded, if it lies in one.

        The innermost does, but nothing inside an inference_mode can switch it off.
        """
        kinds = [r.kind for r in self.region_of.get(node, ()) if r.kind in GRAD_MODES]
        return "inference_mode" if "inference_mode" in kinds else next(reversed(kinds), None)

    def downstream(self, node: str) -> set[str]:
        """Every node that depends on `node`, itself left out."""
        import networkx as nx

        found: set[str] = nx.descendants(self.nx, node)
        return found

    def in_statement_order(self) -> Graph:
        """The same graph with as few nodes moved as make the order topological again.

        Raises networkx.NetworkXUnfeasible when the edges close a circle.
        """
        rank = _rank(self)
        if all(rank[e.source] < rank[e.target] for e in self.edges.values()):
            return self
        import networkx as nx

        order = nx.lexicographical_topological_sort(self.nx, key=rank.__getitem__)
        return Graph({i: self.nodes[i] for i in order}, self.edges, self.regions)
