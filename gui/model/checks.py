"""Whether a well-formed file makes sense: ids, edges, circles, regions, actions, params."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from engine.graph import REGION_KINDS
from gui.model import limits
from gui.model.check_lines import line_problems, unknown_node
from gui.model.check_source import source_problems
from gui.model.fields import param_problems, suggestion, thawed
from gui.model.findings import JsonPath, Problem, shown
from gui.model.forms import EdgeForm, NodeForm, Parts, RegionForm
from gui.model.names import UNSEEN, UNSEEN_IN_NOTE
from gui.model.regions import REGION_COLORS

if TYPE_CHECKING:
    from engine.registry import Op


@dataclass(frozen=True)
class Check:
    """The parts of a file, and the ops and actions this Chainrule has."""

    parts: Parts
    ops: Mapping[str, Op]
    actions: Collection[str] | None

    def problems(self) -> Iterator[Problem]:
        """Everything that is wrong with the parts, section by section."""
        yield from self._texts()
        yield from self._ids()
        yield from self._params()
        sound = True
        for problem in self._edges():
            sound = False
            yield problem
        if sound:
            yield from self._circles()
        yield from self._regions()
        yield from self._actions()
        yield from self._places()
        yield from self._bends()
        yield from self._source()

    def _nodes(self) -> dict[str, NodeForm]:
        return {node.id: node for node in self.parts.nodes.values()}

    def _texts(self) -> Iterator[Problem]:
        for i, node in self.parts.nodes.items():
            for key in ("id", "op", "name"):
                yield from _text_problems(getattr(node, key), ("nodes", i, key))
        for i, edge in self.parts.edges.items():
            yield from _text_problems(edge.target[1], ("edges", i, "to", 1))
        for i, region in self.parts.regions.items():
            yield from _text_problems(region.id, ("regions", i, "id"))
            yield from _text_problems(region.title, ("regions", i, "title"), region.kind == "note")

    def _ids(self) -> Iterator[Problem]:
        seen: dict[str, str] = {}
        sections = (("nodes", self.parts.nodes), ("regions", self.parts.regions))
        for section, items in sections:
            for i, item in items.items():
                path = (section, i, "id")
                if not item.id:
                    yield Problem(path, "The id is empty.", "Give it an id of its own.")
                if item.id in seen:
                    what = f"The id “{shown(item.id)}” is taken already, by {seen[item.id]}."
                    yield Problem(path, what, "Give each node and region an id of its own.")
                seen.setdefault(item.id, f"$.{section}[{i}]")

    def _params(self) -> Iterator[Problem]:
        for i, node in self.parts.nodes.items():
            if op := self.ops.get(node.op):
                params = thawed(node.params, op)
                yield from param_problems(params, op, ("nodes", i, "params"))

    def _edges(self) -> Iterator[Problem]:
        nodes = self._nodes()
        known = nodes.keys() | self.parts.ill
        seen: dict[tuple[str, str], int] = {}
        for i, edge in self.parts.edges.items():
            path: JsonPath = ("edges", i)
            for key, node in (("from", edge.source[0]), ("to", edge.target[0])):
                if node not in known:
                    yield unknown_node(node, (*path, key, 0), "the edge")
            if edge.source[1] < 0:
                what = f"The output number is {edge.source[1]}."
                yield Problem((*path, "from", 1), what, "Count outputs from 0.")
            if edge.target in seen:
                slot, other = shown(edge.target[1]), seen[edge.target]
                what = f"The slot “{slot}” is filled already, by $.edges[{other}]."
                yield Problem(path, what, "Take one of the two edges out: a slot takes one.")
            seen.setdefault(edge.target, i)
            if edge.target[0] in nodes:
                yield from self._slot_problems(edge, nodes[edge.target[0]], path)

    def _slot_problems(self, edge: EdgeForm, node: NodeForm, path: JsonPath) -> Iterator[Problem]:
        op = self.ops.get(node.op)
        slot = edge.target[1]
        if op is not None and op.slot(slot) is None:
            what = f"{node.op} has no slot “{shown(slot)}”."
            names = [f"{s.name}.0" if s.variadic else s.name for s in op.slots]
            yield Problem((*path, "to", 1), what, suggestion(slot, names, "Take the edge out"))
        elif op is not None and slot in node.params:
            what = f"The slot “{slot}” of “{shown(node.name)}” has both an edge and a number."
            remedy = f'Take the edge out, or "{slot}" out of the node\'s params.'
            yield Problem(path, what, remedy)

    def _circles(self) -> Iterator[Problem]:
        nodes = self._nodes()
        edges = self.parts.edges
        rank = {node: k for k, node in enumerate(nodes)}
        if all(rank.get(e.source[0], 0) < rank.get(e.target[0], 0) for e in edges.values()):
            return  # already in statement order: spares big files most of their opening time
        import networkx as nx

        index = {(e.source[0], e.target[0]): i for i, e in edges.items()}
        graph = nx.DiGraph(list(index))
        for group in nx.strongly_connected_components(graph):
            first = next(iter(group))
            if len(group) == 1 and not graph.has_edge(first, first):
                continue
            circle = [source for source, _ in nx.find_cycle(graph.subgraph(group))]
            circle = _from_earliest(circle, rank)
            names = [nodes[node].name if node in nodes else node for node in circle]
            what = f"The edges close a circle: {_round(names)}."
            remedy = "Take one of its edges out: a value cannot depend on itself."
            yield Problem(("edges", index[circle[-1], circle[0]]), what, remedy)

    def _regions(self) -> Iterator[Problem]:
        known = self._nodes().keys() | self.parts.ill
        for i, region in self.parts.regions.items():
            path: JsonPath = ("regions", i)
            if region.kind not in REGION_KINDS:
                what = f"There is no region of the kind “{shown(region.kind)}”."
                remedy = suggestion(region.kind, REGION_KINDS, "Change it")
                yield Problem((*path, "kind"), what, remedy)
            yield from _look_problems(region, path)
            seen: set[str] = set()
            for k, member in enumerate(region.members):
                if member not in known:
                    yield unknown_node(member, (*path, "members", k), "the region")
                elif member in seen:
                    what = f"“{shown(member)}” is named twice."
                    yield Problem((*path, "members", k), what, "Name each member once.")
                seen.add(member)
        yield from self._overlaps()

    def _overlaps(self) -> Iterator[Problem]:
        # Regions nest exactly when those around each single node do, so neighbours are enough.
        members = {i: frozenset(r.members) for i, r in self.parts.regions.items()}
        around: dict[str, list[int]] = {}
        for i in sorted(members, key=lambda i: len(members[i])):
            for member in members[i]:
                around.setdefault(member, []).append(i)
        pairs = {pair for chain in around.values() for pair in pairwise(chain)}
        for inner, outer in sorted(pairs):
            if not members[inner] <= members[outer]:
                first, second = sorted((inner, outer))
                what = f"This region and $.regions[{first}] overlap without one lying in the other."
                remedy = "Put all members of one into the other, or keep them apart."
                yield Problem(("regions", second, "members"), what, remedy)

    def _actions(self) -> Iterator[Problem]:
        for path, action in self.parts.actions.items():
            if self.actions is not None and action.do not in self.actions:
                what = f"There is no action “{shown(action.do)}”."
                remedy = suggestion(action.do, self.actions, "Take it out")
                yield Problem((*path, "do"), what, remedy)
        yield from line_problems(self.parts, self._nodes().keys() | self.parts.ill)

    def _places(self) -> Iterator[Problem]:
        regions = {region.id for region in self.parts.regions.values()}
        known = self._nodes().keys() | regions | self.parts.ill
        for item, (x, y) in self.parts.places.items():
            if item not in known:
                yield unknown_node(item, ("places", item), "the place")
            if not _on_the_map((x, y)):
                what = "A place must be two numbers of at most a thousand million."
                yield Problem(("places", item), what, "Write [0, 0], or take the place out.")

    def _bends(self) -> Iterator[Problem]:
        wired = {edge.target for edge in self.parts.edges.values()}
        seen: set[tuple[str, str]] = set()
        for i, bend in self.parts.bends.items():
            path: JsonPath = ("bends", i)
            node, slot = map(shown, bend.target)
            if bend.target not in wired:
                what = f"No edge ends in “{slot}” of “{node}”."
                yield Problem((*path, "to"), what, "Take this line out: it bends a wire.")
            if bend.target in seen:
                what = f"The bends of the edge into “{slot}” of “{node}” are given twice."
                yield Problem((*path, "to"), what, "Take one of the two lines out.")
            seen.add(bend.target)
            if not bend.points:
                yield Problem((*path, "through"), "There is no point.", "Take this line out.")
            if not all(map(_on_the_map, bend.points)):
                what = "A point must be two numbers of at most a thousand million."
                yield Problem((*path, "through"), what, "Write [0, 0], or take the point out.")

    def _source(self) -> Iterator[Problem]:
        if self.parts.source is not None:
            known = self._nodes().keys() | self.parts.ill
            yield from source_problems(self.parts.source, known, len(self.parts.actions))


def _on_the_map(place: tuple[float, float]) -> bool:
    return all(abs(x) <= limits.FAR for x in place)  # not so for nan


def _look_problems(region: RegionForm, path: JsonPath) -> Iterator[Problem]:
    if region.folded and region.kind != "group":
        what = f"Only groups fold; this is a {shown(region.kind)}."
        yield Problem((*path, "folded"), what, "Take “folded” out.")
    if region.color and region.color not in REGION_COLORS:
        what = f"There is no region colour “{shown(region.color)}”."
        remedy = suggestion(region.color, REGION_COLORS, "Take it out, or change it")
        yield Problem((*path, "color"), what, remedy)


def _text_problems(text: str, path: JsonPath, is_note: bool = False) -> Iterator[Problem]:
    if len(text) > limits.LABEL and not is_note:
        what = f"This text has {len(text)} characters, {limits.LABEL} are allowed."
        yield Problem(path, what, "Shorten it.")
    if match := (UNSEEN_IN_NOTE if is_note else UNSEEN).search(text):
        what = f"This text holds the control character U+{ord(match[0]):04X}."
        yield Problem(path, what, "Take it out; names are one line of plain text.")


def _from_earliest(circle: list[str], rank: Mapping[str, int]) -> list[str]:
    start = min(range(len(circle)), key=lambda k: rank.get(circle[k], 0))
    return circle[start:] + circle[:start]


def _round(names: list[str]) -> str:
    if len(names) > 8:
        names = [*names[:6], f"… ({len(names) - 7} more)", names[-1]]
    return " → ".join(shown(name) for name in [*names, names[0]])
