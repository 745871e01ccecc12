"""What is drawn of a Document with folded groups: each as one node that stands for its members.

`Folding.document` is the graph that is shown.  In it a folded group is a node of the group's id;
its slots are the names of the outer sources, its outputs count the inner results that go out.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from engine.arguments import numbered
from engine.graph import Edge, EdgeKey, Graph, Node, Region, of_the_last
from engine.registry import OPS
from gui.model import edits
from gui.model.document import Document, Place
from gui.model.regions import called, with_regions

FOLDED = "▸"
"""The op of a node that stands for a folded group; no op is called that."""

Port = tuple[str, int]
"""(node, output): where a value comes from."""


@dataclass(frozen=True)
class Box:
    """The boundary of one folded group: real edges and results behind each port that is drawn."""

    region: Region
    members: tuple[str, ...]
    inputs: Mapping[str, tuple[EdgeKey, ...]]
    """Slot of the box -> the slots inside that the same outer source is wired to, or that are open.
    """
    outputs: tuple[Port, ...]

    @cached_property
    def output_of(self) -> Mapping[Port, int]:
        """The number of each result that goes out."""
        return {port: k for k, port in enumerate(self.outputs)}


@dataclass(frozen=True, eq=False)
class Plan:
    """How the nodes and edges of one graph are shown."""

    graph: Graph
    stands_for: Mapping[str, str] = field(default_factory=dict)
    """Hidden node -> the folded group that is drawn for it."""
    boxes: Mapping[str, Box] = field(default_factory=dict)
    into: Mapping[EdgeKey, EdgeKey] = field(default_factory=dict)
    """Input inside a folded group, wired from outside or open -> the port it has on the box."""
    within: Mapping[str, str] = field(default_factory=dict)
    """Region that lies in a folded group -> that group."""

    def shown(self, document: Document) -> Document:
        """The Document to be drawn for one with this graph; the very same if nothing is folded."""
        if not self.boxes:
            return document
        places = {i: p for i, p in document.places.items() if i not in self.stands_for}
        places |= {g: _corner(document.places, box.members) for g, box in self.boxes.items()}
        bends = {k: b for k, b in document.bends.items() if k in self.graph.edges}
        return Document(self.graph, document.program, places, bends, document.source)

    def drawn(self, ids: Iterable[str]) -> set[str]:
        """What is drawn for these nodes and regions."""
        return {self.stands_for.get(i) or self.within.get(i, i) for i in ids}

    def input(self, node: str, slot: str) -> str:
        """The slot a real input is drawn at; one that is wired inside has no port of its own."""
        box = self.boxes.get(self.stands_for.get(node, ""))
        if box is None:
            return slot
        return self.into.get((node, slot), ("", next(iter(box.inputs), slot)))[1]

    def output(self, node: str, output: int) -> int:
        """The output a real one is drawn at; one that is read only inside has no port either."""
        box = self.boxes.get(self.stands_for.get(node, ""))
        if box is None:
            return output
        return box.output_of.get((node, output), 0)

    def real_edge(self, key: EdgeKey) -> EdgeKey:
        """The first of the edges that the one which is drawn stands for."""
        box = self.boxes.get(key[0])
        return key if box is None else box.inputs[key[1]][0]

    def real(self, node: str, slot: str | None, output: int) -> tuple[str, str | None, int]:
        """The (node, slot, output) inside that a port of a box stands for; any other is itself."""
        box = self.boxes.get(node)
        if box is None:
            return node, slot, output
        if slot is None:
            inner, number = box.outputs[output]
            return inner, None, number
        inner, name = box.inputs[slot][0]
        return inner, name, 0


@of_the_last
def plan(graph: Graph) -> Plan:
    """The graph as it is shown; the very same graph where nothing is folded.

    A group that would depend on itself, or on another that depends on it, stays open.
    """
    able = {r.id for r in graph.regions.values() if r.folded and r.members}
    while groups := _outermost(graph, able):
        stands_for = {m: group.id for group in groups for m in group.members}
        waiting = _waiting(graph, stands_for)
        if not waiting:
            return _plan(graph, groups, stands_for)
        able -= waiting
    return Plan(graph)


def _outermost(graph: Graph, able: set[str]) -> list[Region]:
    groups = [graph.regions[i] for i in graph.regions if i in able]
    around = ((r, graph.region_of[r.members[0]]) for r in groups)
    return [r for r, chain in around if next(a.id for a in chain if a.id in able) == r.id]


def _waiting(graph: Graph, stands_for: Mapping[str, str]) -> set[str]:
    """The groups that lie on a circle, were each of them one node."""
    flow: dict[str, set[str]] = {}
    for e in graph.edges.values():
        a, b = stands_for.get(e.source, e.source), stands_for.get(e.target, e.target)
        if a != b:
            flow.setdefault(a, set()).add(b)
    if not _left_over(flow):
        return set()
    import networkx as nx

    parts = [part for part in nx.strongly_connected_components(nx.DiGraph(flow)) if len(part) > 1]
    return {node for part in parts for node in part} & set(stands_for.values())


def _left_over(flow: Mapping[str, set[str]]) -> bool:
    """Whether nodes are left when again and again those are taken that nothing leads to."""
    into: dict[str, int] = dict.fromkeys(flow, 0)
    for targets in flow.values():
        for target in targets:
            into[target] = into.get(target, 0) + 1
    free = [node for node, count in into.items() if not count]
    for node in free:
        for target in flow.get(node, ()):
            into[target] -= 1
            if not into[target]:
                free.append(target)
    return len(free) < len(into)


def _plan(graph: Graph, groups: list[Region], stands_for: Mapping[str, str]) -> Plan:
    boxes = _boxes(graph, groups)
    into = {
        key: (g, slot) for g, box in boxes.items() for slot, keys in box.inputs.items()
        for key in keys
    }  # fmt: skip
    nodes = _nodes(graph, {g.id: g for g in groups}, boxes, stands_for)
    edges = _edges(graph, stands_for, boxes, into)
    kept = _regions(graph, stands_for)
    drawn = Graph(nodes, edges, kept).in_statement_order()
    hidden = ((i, r.members[0]) for i, r in graph.regions.items() if i not in kept)
    return Plan(drawn, stands_for, boxes, into, {i: stands_for[first] for i, first in hidden})


def _nodes(
    graph: Graph,
    groups: Mapping[str, Region],
    boxes: Mapping[str, Box],
    stands_for: Mapping[str, str],
) -> dict[str, Node]:
    """A group stands where the first of its members does."""
    nodes: dict[str, Node] = {}
    for node in graph.nodes.values():
        group = groups.get(stands_for.get(node.id, ""))
        if group is None:
            nodes[node.id] = node
        elif group.id not in nodes:
            nodes[group.id] = _node(group, boxes[group.id])
    return nodes


def _node(group: Region, box: Box) -> Node:
    ports = {"inputs": list(box.inputs), "outputs": len(box.outputs)}
    return Node(group.id, FOLDED, called(group), {"nodes": len(box.members), **ports})


def _boxes(graph: Graph, groups: Iterable[Region]) -> dict[str, Box]:
    boxes, rank = {}, graph.columns.row
    for group in groups:
        members, inside = sorted(group.members, key=rank.__getitem__), set(group.members)
        ports = _inputs(graph, members, inside), _outputs(graph, members, inside)
        boxes[group.id] = Box(group, tuple(members), *ports)
    return boxes


def _inputs(graph: Graph, members: list[str], inside: set[str]) -> dict[str, tuple[EdgeKey, ...]]:
    """By outer source in the order they are first read, then inputs nothing is wired to yet."""
    by_source: dict[Port, list[EdgeKey]] = {}
    for node in members:
        for edge in graph.inputs[node].values():
            if edge.source not in inside:
                by_source.setdefault((edge.source, edge.output), []).append(edge.key)
    found: dict[str, tuple[EdgeKey, ...]] = {}
    for (source, output), keys in by_source.items():
        name = graph.nodes[source].name
        found[_free(f"{name}[{output}]" if output else name, found)] = tuple(keys)
    for node in members:
        for slot in _open_slots(graph, graph.nodes[node]):
            found[_free(slot if slot != "self" else graph.nodes[node].name, found)] = (
                (node, slot),
            )
    return found


def _open_slots(graph: Graph, node: Node) -> list[str]:
    """The slots that must be wired and are not."""
    op, wired = OPS.get(node.op), graph.inputs[node.id]
    found = []
    for slot in op.slots if op else ():
        if slot.variadic and slot.optional:
            continue
        if slot.variadic:
            found += [] if next(iter(numbered(slot, wired)), None) else [f"{slot.name}.0"]
        elif slot.name not in wired and slot.name not in node.params and not slot.optional:
            found.append(slot.name)
    return found


def _outputs(graph: Graph, members: list[str], inside: set[str]) -> tuple[Port, ...]:
    """The results that are read outside, and those that nobody reads."""
    found: dict[Port, None] = {}
    for node in members:
        edges = graph.outputs[node]
        for edge in edges:
            if edge.target not in inside:
                found[node, edge.output] = None
        if not edges and not _is_source(graph.nodes[node]):
            found[node, 0] = None
    return tuple(found) or ((members[-1], 0),)


def _is_source(node: Node) -> bool:
    op = OPS.get(node.op)
    return op is not None and op.source


def _free(name: str, taken: Iterable[str]) -> str:
    used = set(taken)
    return name if name not in used else next(
        n for k in range(2, len(used) + 3) if (n := f"{name} {k}") not in used
    )  # fmt: skip


def _edges(
    graph: Graph,
    stands_for: Mapping[str, str],
    boxes: Mapping[str, Box],
    into: Mapping[EdgeKey, EdgeKey],
) -> dict[EdgeKey, Edge]:
    edges: dict[EdgeKey, Edge] = {}
    for edge in graph.edges.values():
        source, target = stands_for.get(edge.source), stands_for.get(edge.target)
        if source is None and target is None:
            edges[edge.key] = edge
        elif source != target:
            start = (edge.source, edge.output)
            if source is not None:
                start = source, boxes[source].output_of[start]
            node, slot = into.get(edge.key, edge.key)
            edges[node, slot] = Edge(*start, node, slot)
    return edges


def _regions(graph: Graph, stands_for: Mapping[str, str]) -> dict[str, Region]:
    """What is left around the boxes: not the groups themselves, nor what lies in them."""
    return {
        i: replace(r, members=tuple(dict.fromkeys(stands_for.get(m, m) for m in r.members)))
        for i, r in graph.regions.items()
        if not _is_hidden(graph, r, stands_for)
    }


def _is_hidden(graph: Graph, region: Region, stands_for: Mapping[str, str]) -> bool:
    group = stands_for.get(region.members[0]) if region.members else None
    if group is None:
        return False
    around = [r.id for r in graph.region_of[region.members[0]]]
    return around.index(region.id) >= around.index(group)


def shown(document: Document) -> Document:
    """The Document to be drawn: the very same where nothing is folded."""
    return plan(document.graph).shown(document)


def _corner(places: Mapping[str, Place], members: Iterable[str]) -> Place:
    """A box stands where the upper left one of its members is."""
    known = [places.get(m, (0.0, 0.0)) for m in members]
    return min(x for x, _ in known), min(y for _, y in known)


def unfolded_places(document: Document, places: Mapping[str, Place]) -> dict[str, Place]:
    """The places of what these boxes and nodes stand for: the members of a group move with it."""
    boxes = plan(document.graph).boxes
    found: dict[str, Place] = {}
    for i, (x, y) in places.items():
        if i not in boxes:
            found[i] = (x, y)
            continue
        left, top = _corner(document.places, boxes[i].members)
        for member in boxes[i].members:
            a, b = document.places.get(member, (0.0, 0.0))
            found[member] = (a + x - left, b + y - top)
    return found


def connect(document: Document, edge: Edge, seen: Graph | None = None) -> Document:
    """Lead a wire into its slot, and into all that the same port of a box stands for in `seen`.

    Raises networkx.NetworkXUnfeasible when that would close a circle.
    """
    slots = alike(seen or document.graph, edge.key)
    return edits.connect_all(document, (Edge(edge.source, edge.output, *slot) for slot in slots))


def disconnect(document: Document, keys: Iterable[EdgeKey]) -> Document:
    """Take wires out, with all others that are drawn as one with them."""
    gone = {other for key in keys for other in alike(document.graph, key)}
    return edits.disconnect(document, gone)


def alike(graph: Graph, key: EdgeKey) -> tuple[EdgeKey, ...]:
    """The slots that one port stands for, this one among them: they are wired together."""
    found = plan(graph)
    box = found.boxes.get(found.stands_for.get(key[0], ""))
    same = next((keys for keys in box.inputs.values() if key in keys), None) if box else None
    return same or (key,)


def why_no_fold(graph: Graph, region: str) -> str | None:
    """Why a region cannot be drawn as one box, naming the node in between, or None.

    As one box it would have to run before and after the nodes on a way out of it and back in.
    """
    found = graph.regions[region]
    if found.kind != "group":
        return f"Only groups fold; {called(found)} is a {found.kind} region."
    if not found.members:
        return f"{called(found)} has no members to fold away."
    between = outside_on_the_way(graph, found.members)
    if between is None:
        return _why_not_beside_others(graph, found)
    name = graph.nodes[between].name
    return (
        f"{called(found)} cannot fold: {name} lies outside, but what it computes comes from the"
        f" group and goes back into it. Add {name} to the group first."
    )


def _why_not_beside_others(graph: Graph, group: Region) -> str | None:
    if group.id in foldable(graph, [group.id]):
        return None
    others = ", ".join(called(graph.regions[i]) for i in plan(graph).boxes)
    return (
        f"{called(group)} cannot fold while {others} is folded: each would wait for the other."
        " Unfold one of them first."
    )


def foldable(graph: Graph, regions: Iterable[str]) -> list[str]:
    """Those of these groups that can be folded beside each other and what is folded already."""
    wanted = [i for i in regions if (r := graph.regions[i]).kind == "group" and r.members]
    found = _standing(graph, wanted)
    for i in wanted:  # what would wait for another of them: the first of such is folded
        if i not in found:
            found |= {i} & _standing(graph, found | {i})
    return [i for i in wanted if i in found]


def _standing(graph: Graph, groups: Collection[str]) -> set[str]:
    """Those that are drawn as a box, or in one, once all of these are folded."""
    regions = graph.regions
    folded = {i: replace(regions[i], folded=True) for i in groups}
    hidden = plan(replace(graph, regions={**regions, **folded})).stands_for.keys()
    return {i for i in groups if hidden >= {*regions[i].members}}


def outside_on_the_way(graph: Graph, members: Iterable[str]) -> str | None:
    """A node outside that depends on a member and on which a member depends, if there is one.

    Nodes are in statement order, so one pass is enough.
    """
    inside = set(members)
    after: set[str] = set()
    for node in graph.nodes:
        sources = [e.source for e in graph.inputs[node].values()]
        if node in inside:
            if (back := next((s for s in sources if s in after), None)) is not None:
                return back
        elif any(s in inside or s in after for s in sources):
            after.add(node)
    return None


def fold(document: Document, regions: Iterable[str], folded: bool = True) -> Document:
    """Fold or unfold these; what cannot fold is left as it is (see `why_no_fold`)."""
    graph = document.graph
    able = foldable(graph, regions) if folded else list(regions)
    return with_regions(document, [replace(graph.regions[i], folded=folded) for i in able])
