"""Forwards that name their nodes: how they stay right when nodes are added, copied and wired."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from engine.graph import Action, Edge, Graph, Program, chosen, lines, listed
from engine.registry import OPS
from gui.model.lines import Path, changed, line_at, paths, taken_out

FORWARD = Action("forward")


def naming(action: Action, graph: Graph, nodes: Iterable[str]) -> Action:
    """The forward with these nodes in its list."""
    return replace(action, args={**action.args, "nodes": graph.stated(nodes)})


def forward_to(graph: Graph, program: Program, root: str) -> Action:
    """A forward that makes a node anew: of all nodes, unless those of this Program name theirs.

    Leaves are left out: named there alone, they would not be there before.
    """
    if listed(program) is None or root not in graph.nodes or is_leaf(graph, root):
        return FORWARD
    return naming(FORWARD, graph, (i for i in upstream(graph, root) if not is_leaf(graph, i)))


def is_leaf(graph: Graph, node: str) -> bool:
    """Whether it is made once, and before everything as long as no forward names it."""
    op = OPS.get(graph.nodes[node].op)
    return op is not None and op.source


def upstream(graph: Graph, node: str) -> set[str]:
    """The node and all it depends on."""
    found, todo = {node}, [node]
    while todo:
        sources = {e.source for e in graph.inputs[todo.pop()].values()} - found
        found |= sources
        todo += sources
    return found


def with_new(graph: Graph, program: Program, nodes: Iterable[str]) -> Program:
    """The Program that runs new nodes too: in its last forward, if that names its nodes."""
    made = _Passes(graph, program)
    if made.names:
        for node in nodes:
            made.add(node, made.last)
    return made.program()


def with_copies(graph: Graph, program: Program, originals: Mapping[str, str | None]) -> Program:
    """The Program in which copies run where their originals do, and in the last forward without.

    Nodes are added to lists alone: a forward of all runs them anyway.
    """
    made = _Passes(graph, program)
    for copy, original in originals.items() if made.names else ():
        found = [k for k, names in made.names.items() if original in names]
        for k in found or [made.last]:
            made.add(copy, k)
    return made.program()


def in_time(graph: Graph, program: Program, edges: Iterable[Edge]) -> Program:
    """The Program in which what these edges lead on runs before it is needed.

    What comes too late, with all that it needs, goes to the forward of what needs it first.
    """
    made = _Passes(graph, program)
    if made.names:
        for edge in edges:
            made.need(edge.source, made.first(edge.target))
    return made.program()


def in_time_for(graph: Graph, program: Program, node: str, line: int) -> Program:
    """The Program in which a node runs before that line, by its number."""
    made = _Passes(graph, program)
    earlier = [k for k in made.forwards if k < line]
    if made.names and earlier:
        made.need(node, earlier[-1])
    return made.program()


class _Passes:
    """Forwards by their line's number; those that name their nodes have `names`."""

    def __init__(self, graph: Graph, program: Program) -> None:
        self.graph, self.before = graph, program
        every = lines(program) if listed(program) is not None else ()
        self.forwards = [k for k, action in enumerate(every) if action.do == "forward"]
        named = {k: chosen(every[k]) for k in self.forwards}
        self.names = {k: {*found} for k, found in named.items() if found is not None}
        self.touched: set[int] = set()

    @property
    def last(self) -> int:
        return self.forwards[-1]

    def add(self, node: str, line: int) -> None:
        if node not in self.names.get(line, (node,)):  # a forward of all has no list
            self.names[line].add(node)
            self.touched.add(line)

    def first(self, node: str) -> int | None:
        """The line that runs a node first; None if none does."""
        return next((k for k in self.forwards if node in self.names.get(k, (node,))), None)

    def need(self, node: str, line: int | None) -> None:
        """Have a node, and all that it depends on, run in that line at the latest."""
        todo = [node] if line is not None else []
        while todo and line is not None:
            node = todo.pop()
            found = self.first(node)
            in_time = is_leaf(self.graph, node) if found is None else found <= line
            if in_time:
                continue
            if found in self.names:
                self.names[found].discard(node)
                self.touched.add(found)
            self.add(node, line)
            todo += [e.source for e in self.graph.inputs[node].values()]

    def program(self) -> Program:
        """The Program with these lists; a forward that is left with none goes."""
        made, places = self.before, list(paths(self.before)) if self.touched else []
        for k in self.touched:
            line = naming(line_at(made, places[k]), self.graph, self.names[k])
            made = changed(made, places[k], line)
        gone: list[Path] = [places[k] for k in self.touched if not self.names[k]]
        return taken_out(made, gone) if gone else made
