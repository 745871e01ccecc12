"""Which groups of a drawing can be functions of a program, and the order that makes them so."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from engine.actions import ACTIONS
from engine.graph import Graph, Node, Program, Region, chosen, lines, listed
from engine.registry import OPS

UNCERTAIN = ("call",)
"""Ops that may draw random numbers or change a tensor, as their fields say."""


@dataclass(frozen=True)
class Groups:
    """The groups of a graph that become functions, and why others cannot.

    `chains` are the functions around each statement, outermost first; `inline` a reason by region.
    """

    graph: Graph
    """The same graph, its statements in an order in which each function is one piece."""
    functions: Mapping[str, Region]
    chains: Mapping[str, tuple[str, ...]]
    exits: Mapping[str, tuple[str, ...]]
    inline: Mapping[str, str]


def groups(graph: Graph, program: Program) -> Groups:
    """Look at every group: only what is computed in one go can be called in one line."""
    judge = _Judge(graph, program)
    found: dict[str, Region] = {}
    exits: dict[str, tuple[str, ...]] = {}
    inline: dict[str, str] = {}
    for region in sorted(graph.regions.values(), key=lambda r: -len(r.members)):
        if region.kind != "group" or not (members := judge.statements(region)):
            continue
        why = judge.why_not(members)
        if why:
            inline[region.id] = why
        else:
            found[region.id], exits[region.id] = region, judge.exits(members)
    order, mixed = judge.ordered(found)
    for gone in mixed:
        inline[gone] = "other statements stand between its own"
        del found[gone], exits[gone]
    graph = replace(graph, nodes={i: graph.nodes[i] for i in order})
    return Groups(graph, found, judge.chains(found), exits, inline)


class _Judge:
    def __init__(self, graph: Graph, program: Program) -> None:
        self.graph = graph
        self.rank = {node: k for k, node in enumerate(graph.nodes)}
        self.used = set(_used(graph, program))
        """Nodes that lines of the Program speak of."""
        self.runs = [set(ids) for a in lines(program) if (ids := chosen(a)) is not None]
        self.delicate = any(map(_is_delicate, graph.nodes.values()))
        """Whether statements must stay in their order, even if none reads what the other made."""
        self.leaves_count = listed(program) is not None

    def statements(self, region: Region) -> tuple[str, ...]:
        """The members that are no leaves, in statement order."""
        found = {i for i in region.members if i in self.rank and not _is_leaf(self.graph.nodes[i])}
        return tuple(sorted(found, key=self.rank.__getitem__))

    def why_not(self, members: Sequence[str]) -> str | None:
        """Why these statements cannot be a function, but for their order."""
        own = {*members}
        if any(self.graph.nodes[i].op not in OPS for i in members):
            return "one of its operations is not known"
        if any(own & run and not own <= run for run in self.runs):
            return "it does not always run as a whole"
        inner = {self.root(i) for i in self.used & own} & own - {*self.exits(members)}
        if inner:
            name = self.graph.nodes[min(inner, key=self.rank.__getitem__)].name
            return f"the program speaks of {name} inside it"
        if self.delicate and not self._is_together(members):
            return "other statements stand between its own"
        return None

    def exits(self, members: Sequence[str]) -> tuple[str, ...]:
        """What is read outside, or by nobody; who only changes a tensor from outside has none."""
        own = {*members}
        readers = {i: [e.target for e in self.graph.outputs.get(i, ())] for i in members}
        left = (i for i in members if not readers[i] or any(t not in own for t in readers[i]))
        return tuple(dict.fromkeys(root for i in left if (root := self.root(i)) in own))

    def _is_together(self, members: Sequence[str]) -> bool:
        first, last = self.rank[members[0]], self.rank[members[-1]]
        between = [*self.graph.nodes.values()][first : last + 1]
        counted = [n for n in between if self.leaves_count or not _is_leaf(n)]
        return len(counted) == len(members)

    # ---- order -----------------------------------------------------------------------------------

    def ordered(self, found: Mapping[str, Region]) -> tuple[list[str], list[str]]:
        """The statements, each function's in one piece; and the groups for which there is no way.

        One after the other is tried, those that are in one piece already first.
        """
        members = {i: self.statements(region) for i, region in found.items()}
        good = [i for i in found if self._is_together_but_for_leaves(members[i])]
        order = self._arranged(good, members)
        assert order is not None
        mixed = []
        for other in (i for i in found if i not in good):
            tried = self._arranged([*good, other], members)
            if tried is None:
                mixed.append(other)
            else:
                order = tried
                good.append(other)
        return order, mixed

    def _is_together_but_for_leaves(self, members: Sequence[str]) -> bool:
        first, last = self.rank[members[0]], self.rank[members[-1]]
        between = [*self.graph.nodes.values()][first : last + 1]
        return sum(not _is_leaf(n) for n in between) == len(members)

    def _arranged(
        self, names: Sequence[str], members: Mapping[str, Sequence[str]]
    ) -> list[str] | None:
        chains = self._chains(names, members)
        return _contracted(self.graph, [*self.graph.nodes], chains, self.rank, 0)

    def root(self, node: str) -> str:
        """Whose name stands for a node: its own, or that of the tensor it writes into."""
        op = OPS.get(self.graph.nodes[node].op)
        if op is None or not op.assigns or self.graph.nodes[node].muted:
            return node
        edge = self.graph.inputs[node].get(op.slots[0].name)
        return node if edge is None else self.root(edge.source)

    def chains(self, found: Mapping[str, Region]) -> dict[str, tuple[str, ...]]:
        """The functions around each statement, outermost first."""
        return self._chains(found, {i: self.statements(region) for i, region in found.items()})

    def _chains(
        self, names: Iterable[str], members: Mapping[str, Sequence[str]]
    ) -> dict[str, tuple[str, ...]]:
        around: dict[str, list[str]] = {i: [] for i in self.graph.nodes}
        for name in sorted(names, key=lambda i: -len(self.graph.regions[i].members)):
            for member in members[name]:
                around[member].append(name)
        return {node: tuple(chain) for node, chain in around.items()}


def _contracted(
    graph: Graph, nodes: Sequence[str], chains: Mapping[str, Sequence[str]],
    rank: Mapping[str, int], depth: int,
) -> list[str] | None:  # fmt: skip
    """The nodes in an order in which each group at this depth is in one piece; None: there is none.

    A group comes as late as its last statement did, everything else where it was.
    """
    unit = {i: chains[i][depth] if len(chains[i]) > depth else i for i in nodes}
    inside: dict[str, list[str]] = {}
    for node in nodes:
        inside.setdefault(unit[node], []).append(node)
    before = {u: _needed(graph, inner, unit) - {u} for u, inner in inside.items()}
    order = _topological(before, {u: rank[inner[-1]] for u, inner in inside.items()})
    if order is None:
        return None
    found: list[str] = []
    for u in order:
        inner = inside[u]
        if u == inner[0] and len(chains[u]) <= depth:
            found.append(u)
            continue
        arranged = _contracted(graph, inner, chains, rank, depth + 1)
        if arranged is None:
            return None
        found += arranged
    return found


def _needed(graph: Graph, nodes: Iterable[str], unit: Mapping[str, str]) -> set[str]:
    edges = (e for i in nodes for e in graph.inputs[i].values())
    return {unit[e.source] for e in edges if e.source in unit}


def _topological(before: Mapping[str, Collection[str]], key: Mapping[str, int]) -> list[str] | None:
    after: dict[str, list[str]] = {u: [] for u in before}
    for u, needed in before.items():
        for other in needed:
            after[other].append(u)
    missing = {u: len(needed) for u, needed in before.items()}
    ready = [(key[u], u) for u, count in missing.items() if not count]
    heapq.heapify(ready)
    found = []
    while ready:
        _, u = heapq.heappop(ready)
        found.append(u)
        for other in after[u]:
            missing[other] -= 1
            if not missing[other]:
                heapq.heappush(ready, (key[other], other))
    return found if len(found) == len(before) else None


def _is_leaf(node: Node) -> bool:
    return node.op in OPS and OPS[node.op].source


def _is_delicate(node: Node) -> bool:
    return node.op in OPS and (OPS[node.op].inplace or node.op in UNCERTAIN)


def _used(graph: Graph, program: Program) -> Iterator[str]:
    """The nodes that lines speak of; a forward's list is no reading."""
    for action in lines(program):
        if action.node in graph.nodes:
            yield str(action.node)
        method = ACTIONS.get(action.do)
        for key in () if method is None or action.do == "forward" else method.nodes:
            yield from (i for i in action.args.get(key) or () if isinstance(i, str))
