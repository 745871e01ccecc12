"""What was read from edited code, put into the Document it was edited from.

Ids, places and everything the code does not say stay with whatever is still the same statement:
first by the lines that did not change, then by name, then by what a statement computes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.actions import ACTIONS, line
from engine.code.script.restated import NODES
from engine.code.source import identifiers, lines
from engine.graph import SEED, Action, Edge, EdgeKey, Graph, Node, Program, chosen, listed, spelled
from engine.graph import lines as all_lines
from engine.registry import OPS
from gui.model.document import Document
from gui.model.edits import Fresh, same_program, still_bent
from gui.model.fields import packed
from gui.model.line_diff import blocks
from gui.model.merging_forwards import folded, joined, parted, unlisted
from gui.model.merging_places import placed
from gui.model.merging_regions import regions_of
from gui.model.program import FORWARD, effective


def merged(
    before: Document,
    graph: Graph,
    program: Program,
    held: Iterable[str] = (),
    calls: Program = (),
) -> Document:
    """`before` as the code says it is now: what was read of it are `graph` and `program`.

    `held` are nodes of `before` that no code could say, and that stay as they are: muted ones,
    those that lack an input.  So do `calls` on them, lines of the Program.  The very same Document
    where nothing differs.
    """
    known = {*identifiers(before.graph).values()}
    graph, program = folded(graph, program, known)
    return _Merge(before, graph, program, frozenset(held), calls).document()


class _Merge:
    def __init__(
        self,
        before: Document,
        graph: Graph,
        program: Program,
        held: frozenset[str],
        calls: Program,
    ) -> None:
        self.before, self.graph, self.program, self.calls = before, graph, program, calls
        self.held = held & before.graph.nodes.keys()
        self.old = before.graph.nodes
        self.old_names, self.new_names = identifiers(before.graph), identifiers(graph)
        self.old_of: dict[str, str] = {}
        """The node of `before` that a node which was read is."""
        self.unchanged: set[str] = set()
        """Nodes that were read from a line which is as it was."""
        self._taken: set[str] = set(self.held)
        self._match()
        self._take_seeds()
        self.ids = self._ids()

    # ---- who is who ------------------------------------------------------------------------------

    def _match(self) -> None:
        one = _statements(self.before.graph, effective(self.before))
        two = _statements(self.graph, self.program or (FORWARD,))
        found = list(blocks([text for text, _ in one], [text for text, _ in two]))
        for tag, a, a_end, b, _ in found:
            if tag == "equal":
                for k in range(a_end - a):
                    if self._pair(two[b + k][1], one[a + k][1]):
                        self.unchanged.add(two[b + k][1])
        known = {name: i for i, name in self.old_names.items()}
        for new, name in self.new_names.items():
            if name in known:
                self._pair(new, known[name])
        self._match_by_meaning()
        for tag, a, a_end, b, b_end in found:
            if tag == "replace" and a_end - a == b_end - b:
                for k in range(a_end - a):
                    self._pair(two[b + k][1], one[a + k][1])

    def _pair(self, new: str, old: str) -> bool:
        """Take the one for the other, if both are still free and alike enough."""
        if new in self.old_of or old in self._taken or not self._alike(new, old):
            return False
        self.old_of[new] = old
        self._taken.add(old)
        return True

    def _alike(self, new: str, old: str) -> bool:
        """A leaf does not become an operation: it would stand where no wire can come in."""
        return _is_leaf(self.graph.nodes[new]) == _is_leaf(self.old[old])

    def _match_by_meaning(self) -> None:
        """Those that compute the same from the same: a new name, anywhere."""
        free: dict[Any, list[str]] = {}
        for i, node in self.old.items():
            if i not in self._taken:
                free.setdefault(_meaning(node, self._old_sources(i)), []).append(i)
        if not free:
            return
        for i, node in self.graph.nodes.items():
            if i not in self.old_of:
                sources = {s: (self.old_of.get(e.source), e.output) for s, e in self._wired(i)}
                for old in free.get(_meaning(node, sources), ()):
                    if self._pair(i, old):
                        break

    def _wired(self, new: str) -> Iterable[tuple[str, Edge]]:
        return self.graph.inputs[new].items()

    def _old_sources(self, old: str) -> dict[str, tuple[str | None, int]]:
        """Where each slot of a node of `before` is led from, muted nodes passed over."""
        found = self.before.graph.inputs[old]
        return {slot: self._through(edge) for slot, edge in found.items()}

    def _through(self, edge: Edge) -> tuple[str | None, int]:
        """The start of a wire; of a muted node that of the wire it passes on."""
        at: Edge | None = edge
        while at is not None and at.source in self.old and self.old[at.source].muted:
            at = next(iter(self.before.graph.inputs[at.source].values()), None)
        return (None, 0) if at is None else (at.source, at.output)

    def _ids(self) -> dict[str, str]:
        """The id of every node that was read: its old one, or one that is free."""
        taken = Fresh([*self.old, *self.before.graph.regions])
        ids = {}
        for i, node in self.graph.nodes.items():
            ids[i] = self.old_of[i] if i in self.old_of else taken.take(node.name)
        return ids

    def _take_seeds(self) -> None:
        """A seed set right before a leaf is drawn is the leaf's own, as its line is written."""
        program: list[Action] = []
        nodes = dict(self.graph.nodes)
        rest = list(self.program)
        while rest and rest[0].do in (SEED, "forward"):
            action = rest.pop(0)
            run = chosen(rest[0]) if rest else None
            if action.do == SEED and run and self._has_seed(run[0]):
                leaf = nodes[run[0]]
                nodes[leaf.id] = replace(leaf, params={**leaf.params, "seed": action.args["seed"]})
                action = rest.pop(0)
                program = joined(program, action)
            else:
                program.append(action)
            if any(not _is_leaf(nodes[i]) for i in chosen(action) or ()):
                break
        self.graph, self.program = replace(self.graph, nodes=nodes), (*program, *rest)

    def _has_seed(self, new: str) -> bool:
        """Whether it is a leaf with a seed of its own, or one that may get it."""
        op = OPS.get(self.graph.nodes[new].op)
        if op is None or not op.source or all(field.name != "seed" for field in op.fields):
            return False
        old = self.old.get(self.old_of.get(new, ""))
        if old is not None and old.params.get("seed") is not None:
            return True
        return all(action.do != SEED for action in all_lines(self.before.program))

    # ---- the new graph ---------------------------------------------------------------------------

    def document(self) -> Document:
        before = self.before
        edges = self._edges()
        nodes = self._nodes(edges)
        order = self._order(nodes, edges)
        nodes = {i: nodes[i] for i in order}
        regions = regions_of(before.graph, nodes, self.graph, self.ids)
        graph = before.graph
        if not _same_nodes(nodes, graph.nodes) or edges != graph.edges or regions != graph.regions:
            kept = graph.edges if edges == graph.edges else edges
            same = regions == graph.regions
            graph = Graph(nodes, kept, graph.regions if same else regions).in_statement_order()
        program = self._program(graph)
        if graph is before.graph and program is before.program:
            return before
        bends = still_bent(before, graph.edges)
        return replace(
            before, graph=graph, program=program, places=placed(before.places, graph), bends=bends
        )

    def _edges(self) -> dict[EdgeKey, Edge]:
        """Every wire, the old ones first and in their order."""
        led: dict[EdgeKey, Edge] = {}
        for i, new in self.ids.items():
            if self._keeps_wires(i):
                led |= {e.key: e for e in self.before.graph.inputs[new].values()}
                continue
            for slot, edge in self._wired(i):
                source, output = self._source(new, slot, edge)
                led[new, slot] = Edge(source, output, new, slot)
        there = {*self.ids.values(), *self.held}
        for i in self.held:
            wired = self.before.graph.inputs[i].values()
            led |= {e.key: e for e in wired if e.source in there}
        old = {k: led[k] for k in self.before.graph.edges if k in led}
        return {**old, **led}

    def _source(self, target: str, slot: str, edge: Edge) -> tuple[str, int]:
        """Where a wire starts; at the muted node it came through, as long as that passes it on."""
        source = self.ids[edge.source], edge.output
        was = self.before.graph.edges.get((target, slot))
        if was is not None and was.source in self.held and self._through(was) == source:
            return was.source, was.output
        return source

    def _keeps_wires(self, new: str) -> bool:
        """Whether what is led into it is as it was, though its slots may be called otherwise."""
        if new not in self.unchanged:
            return False
        old = self.old_of[new]
        now = Counter((self.ids[e.source], e.output) for _, e in self._wired(new))
        return now == Counter(self._old_sources(old).values())

    def _nodes(self, edges: Mapping[EdgeKey, Edge]) -> dict[str, Node]:
        """The nodes by their ids; what is as it was is the very same object."""
        made = {self.ids[i]: self._node(i, node) for i, node in self.graph.nodes.items()}
        made |= {i: self.old[i] for i in self.held}
        names = Fresh(n.name for i, n in made.items() if n is self.old.get(i))
        for i, node in made.items():
            if node is not self.old.get(i):
                name = names.take(node.name)
                made[i] = node if name == node.name else replace(node, name=name)
        return made

    def _node(self, i: str, new: Node) -> Node:
        if i not in self.old_of:
            return replace(new, id=self.ids[i], params=packed(new.params, OPS.get(new.op)))
        old = self.old[self.old_of[i]]
        seeded = old.params.get("seed") == new.params.get("seed") or not _is_leaf(old)
        if i in self.unchanged and seeded and (self._keeps_wires(i) or old.op == new.op):
            return old
        name = old.name if self.old_names[old.id] == self.new_names[i] else new.name
        op, params = self._as_before(i, new, old)
        if (op, name) == (old.op, old.name) and not old.muted and params is old.params:
            return old
        return Node(old.id, op, name, params)

    def _as_before(self, i: str, new: Node, old: Node) -> tuple[str, Mapping[str, Any]]:
        """Op and params; a parameter stays one, though its code is that of a tensor."""
        if "seed" in old.params and not _is_leaf(old):
            new = replace(new, params={**new.params, "seed": old.params["seed"]})  # no line says it
        if _filled(new) == _filled(old):
            return old.op, old.params
        params = packed(new.params, OPS.get(new.op))
        op = OPS.get(old.op)
        if new.op == old.op or op is None or not _is_leaf(new):
            return new.op, params
        fields = {field.name for field in op.fields}
        other = replace(new, op=old.op, params={k: v for k, v in params.items() if k in fields})
        if _spelling(other) != _spelling(new):
            return new.op, params
        same = _filled(other) == _filled(old)
        return old.op, old.params if same else packed(other.params, op)

    def _order(self, nodes: Mapping[str, Node], edges: Mapping[EdgeKey, Edge]) -> list[str]:
        """As it was, where the code has not put statements in another order; then as read."""
        read = [self.ids[i] for i in self.graph.nodes]
        rank = {i: k for k, i in enumerate(read)}
        was = [i for i in self.old if i in nodes]
        for leaf in (True, False):
            ranks = [rank[i] for i in was if i in rank and _is_leaf(nodes[i]) == leaf]
            if ranks != sorted(ranks):
                was = sorted((i for i in was if i in rank), key=rank.__getitem__)
                was += [i for i in self.held if i in nodes]
                break
        return _woven(was, [[i for i in read if _is_leaf(nodes[i]) == k] for k in (True, False)])

    # ---- the new Program -------------------------------------------------------------------------

    def _program(self, graph: Graph) -> Program:
        mapped = tuple(_renamed(action, self.ids) for action in self.program)
        was = effective(self.before)
        if listed(was) is None:
            mapped = unlisted(mapped, graph, self.held)
        mapped = parted(mapped, was)
        names = {i: n for i, n in identifiers(graph).items()}
        kept = _kept(was, mapped, {**self.old_names, **{i: names[i] for i in graph.nodes}})
        calls = self.calls
        if self.held and all(action.do != "forward" for action in all_lines(kept)):
            calls += tuple(action for action in was if action.do == "forward")
        kept = _put_back(was, kept, calls)
        if same_program(kept, was):
            return self.before.program
        return kept


def _statements(graph: Graph, program: Program) -> list[tuple[str, str]]:
    """(text, node) of every line that is a statement; the first of those that say it again."""
    found: dict[str, str] = {}
    for said in lines(graph, program):
        if said.node is not None and said.node not in found and " = " in said.text:
            found[said.node] = said.text
    return [(text, node) for node, text in found.items()]


def _is_leaf(node: Node) -> bool:
    op = OPS.get(node.op)
    return op is not None and op.source


def _meaning(node: Node, sources: Mapping[str, tuple[str | None, int]]) -> tuple[Any, ...]:
    """What a node computes of what: equal for two that do the same."""
    return (*_filled(node), tuple(sorted(sources.items(), key=lambda item: item[0])))


def _filled(node: Node) -> tuple[str, str]:
    """The op and its params, what is not said filled in."""
    op = OPS.get(node.op)
    defaults = {} if op is None else {f.name: f.default for f in op.fields}
    return node.op, spelled(sorted({**defaults, **node.params}.items(), key=lambda item: item[0]))


def _spelling(node: Node) -> str:
    """A leaf's line without what comes after it as a comment."""
    said = lines(Graph.of([replace(node, muted=False)]), (FORWARD,))
    return next(s.text for s in said if s.node and " = " in s.text).partition("  #")[0]


def _same_nodes(one: Mapping[str, Node], two: Mapping[str, Node]) -> bool:
    """Whether they are the same objects in the same order."""
    return len(one) == len(two) and all(
        a is b for a, b in zip(one.values(), two.values(), strict=True)
    )


def _woven(was: list[str], read: list[list[str]]) -> list[str]:
    """What was there in its order, each new one behind what it was read behind."""
    known = set(was)
    behind: dict[str | None, list[str]] = {}
    for row in read:
        last: str | None = None
        for i in row:
            if i in known:
                last = i
            else:
                behind.setdefault(last, []).append(i)
    order = list(behind.get(None, ()))
    for i in was:
        order += [i, *behind.get(i, ())]
    return order


def _renamed(action: Action, ids: Mapping[str, str]) -> Action:
    """A line of the Program with the nodes' ids in the Document."""
    args = dict(action.args)
    method = ACTIONS.get(action.do)
    for key in {NODES, *(() if method is None else method.nodes)}:
        if isinstance(args.get(key), (list, tuple)):
            args[key] = [ids.get(i, i) for i in args[key]]
    on = action.on
    if on is not None and action.node is not None:
        on = ids.get(action.node, action.node) + on[len(action.node) :]
    body = tuple(_renamed(inner, ids) for inner in action.body)
    return replace(action, on=on, args=args, body=body)


def _kept(was: Program, now: Program, names: Mapping[str, str]) -> Program:
    """The lines of now, and in place of each that reads as before the one of before."""
    one, two = ([_told(action, names) for action in program] for program in (was, now))
    kept = list(now)
    for tag, a, a_end, b, b_end in blocks(one, two):
        if tag == "equal":
            for k in range(a_end - a):
                old, new = was[a + k], now[b + k]
                body = _kept(old.body, new.body, names)
                same = same_program(body, old.body)
                kept[b + k] = old if same else replace(old, body=body)
        elif tag == "replace":  # as a repeat that runs more often: what is in it may be as it was
            for k in range(min(a_end - a, b_end - b)):
                old, new = was[a + k], now[b + k]
                if old.do == new.do and new.body:
                    body = _kept(old.body, new.body, names)
                    same = same_program(body, old.body)
                    kept[b + k] = replace(new, body=old.body if same else body)
    return tuple(kept)


def _put_back(was: Program, now: Program, calls: Program) -> Program:
    """The lines of now with those calls, each behind what it stood behind."""
    found = list(now)
    for k, action in enumerate(was):
        if any(action is call for call in calls) and not any(action is other for other in found):
            above = [i for i, a in enumerate(found) if any(a is b for b in was[:k])]
            found.insert(above[-1] + 1 if above else 0, action)
    return tuple(found)


def _told(action: Action, names: Mapping[str, str]) -> str:
    """A line as text, without what is in it."""
    if action.do == "forward":
        return f"forward {spelled(action.args)} {action.expect_error}"
    on = action.on or ""
    known = {i: names.get(i, i) for i in _nodes_of(action)}
    return f"{action.expect_error} {on} {line(action, {**names, **known})}"


def _nodes_of(action: Action) -> set[str]:
    found = {action.node} if action.node is not None else set()
    method = ACTIONS.get(action.do)
    for key in () if method is None else method.nodes:
        found |= set(action.args.get(key) or ())
    return {i for i in found if i}
