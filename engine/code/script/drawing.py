"""From the tape to a Graph and its Program: nodes, edges, regions, names, places in the source."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import groupby

from engine.code.script.loops import Folding, refs_of
from engine.code.script.notes import Act, Item, Maker, Note, Ref, Repeat, Scope, flat
from engine.code.script.restated import folded, restated
from engine.graph import GRAD_MODES, Action, Edge, Graph, Node, Program, Region

MOST_NODES = 20_000
LONGEST = 120
"""Characters of a title."""
OPEN = 12
"""Members of a group that is drawn open."""

_READ = ("grad", "data", "detach")
"""What is left out where nobody has a use for it: a program reads it to print it."""


@dataclass(frozen=True)
class Drawing:
    """A Graph and Program; `ids` are those of the notes, `lines` of nodes and of actions in the
    source, `cells` of the latter two."""

    graph: Graph
    program: Program
    lines: dict[str, int]
    action_lines: tuple[int, ...]
    ids: dict[Note, str]
    action_cells: tuple[int, ...] = ()
    cut: tuple[tuple[int, str], ...] = ()
    """(line, text) of what was left out for want of room."""
    unrolled: frozenset[str] = frozenset()
    """The nodes of iterations that were not all the same."""


def draw(root: Scope) -> Drawing:
    """Draw a tape.  Changes it: loops are folded, what nobody needs is left out."""
    _prune(root)
    folding = Folding(root)
    folding.run()
    cut = tuple(_cut(root))
    return _Writer(root, folding).drawing(cut)


def _prune(root: Scope) -> None:
    """Leave out what was read and not used, from the end on."""
    items = list(flat(root.items))
    needed: set[int] = set()
    dropped: set[int] = set()
    drawn = False
    for item in reversed(items):
        if isinstance(item, Note) and id(item) not in needed and _idle(item, drawn):
            dropped.add(id(item))
            continue
        if isinstance(item, Note):
            drawn = drawn or item.random
        elif item.do == "manual_seed":
            drawn = False
        needed.update(id(ref.note) for ref in refs_of(item))
    _drop(root, dropped)


def _idle(note: Note, drawn: bool) -> bool:
    """Whether a note that nothing is wired to can go; `drawn`: random numbers depend on it."""
    if note.named or note.error is not None or note.inplace:
        return False
    if note.source:
        return note.lazy and not (note.random and drawn)
    return note.tested or note.op in _READ


def _drop(scope: Scope, dropped: set[int]) -> None:
    for item in scope.items:
        if isinstance(item, Scope):
            _drop(item, dropped)
    scope.items = [
        item
        for item in scope.items
        if id(item) not in dropped and not (isinstance(item, Scope) and not item.items)
    ]


def _cut(root: Scope) -> Iterator[tuple[int, str]]:
    """Take away what is beyond the most nodes a graph may have."""
    left = MOST_NODES
    stack: list[tuple[Scope, int]] = []

    def walk(scope: Scope) -> Iterator[tuple[int, str]]:
        nonlocal left
        for k, item in enumerate(scope.items):
            if isinstance(item, (Note, Act)):
                left -= isinstance(item, Note)
            else:
                inner = item if isinstance(item, Scope) else item.body
                yield from walk(inner)
            if left < 0:
                total = len(scope.items)
                whole = isinstance(item, (Note, Act))
                if scope.kind == "loop" and not stack:
                    whole = True
                    stack.append((scope, k))
                    yield scope.line, f"drawn are {k} of {total} iterations: there is no more room"
                del scope.items[k if whole else k + 1 :]
                return

    yield from walk(root)
    if left < 0 and not stack:
        yield 0, f"drawn are the first {MOST_NODES:,} operations: there is no more room"


@dataclass
class _Writer:
    root: Scope
    folding: Folding
    ids: dict[Note, str] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    regions: list[Region] = field(default_factory=list)
    action_lines: list[int] = field(default_factory=list)
    action_cells: list[int] = field(default_factory=list)
    _next: dict[str, int] = field(default_factory=dict)

    def drawing(self, cut: tuple[tuple[int, str], ...]) -> Drawing:
        notes = [item for item in flat(self.root.items) if isinstance(item, Note)]
        nodes = [self._node(note) for note in notes]
        edges = [edge for note in notes for edge in self._edges(note)]
        acts = (item for item in flat(self.root.items) if isinstance(item, Act))
        for maker in dict.fromkeys(act.on for act in acts if isinstance(act.on, Maker)):
            maker.name = self._fresh(maker.name or "optimizer")  # names of nodes go first
        program = tuple(self._program(self.root.items))
        self._regions(self.root)
        lines = {self.ids[note]: note.line for note in notes}
        for dropped in self.folding.stands:
            if (real := self.folding.real(dropped)) in self.ids:
                self.ids[dropped] = self.ids[real]
        graph = Graph.of(nodes, edges, self.regions)
        told, cells = tuple(self.action_lines), tuple(self.action_cells)
        unrolled = frozenset(self.ids[note] for note in _unrolled(self.root.items))
        return Drawing(graph, program, lines, told, self.ids, cells, cut, unrolled)

    # ---- nodes -----------------------------------------------------------------------------------

    def _node(self, note: Note) -> Node:
        name = self._fresh(note.name or note.op.strip("_").rpartition(".")[2])
        self.ids[note] = re.sub(r"\W", "_", name)
        if self.ids[note] != name:
            self.ids[note] = self._fresh(self.ids[note])
        return Node(self.ids[note], note.op, name, dict(note.params))

    def _fresh(self, wanted: str) -> str:
        """The name, or with the next number that is free."""
        name, number = wanted, self._next.get(wanted, 1)
        while name in self.names:
            number += 1
            name = f"{wanted}_{number}" if wanted[-1:].isdigit() else f"{wanted}{number}"
        self._next[wanted] = number
        self.names.add(name)
        return name

    def _edges(self, note: Note) -> Iterator[Edge]:
        for slot, ref in note.wires:
            source = self.folding.real(ref.note)
            if source in self.ids:
                yield Edge(self.ids[source], ref.output, self.ids[note], slot)

    # ---- the Program -----------------------------------------------------------------------------

    def _program(self, items: list[Item]) -> Iterator[Action]:
        for cell, run in groupby(_steps(items), _joins):
            if cell is not None:
                yield self._forward(list(run))  # type: ignore[arg-type]
            else:
                yield from (self._action(item) for item in run)

    def _told(self, line: int, cell: int) -> None:
        self.action_lines.append(line)
        self.action_cells.append(cell)

    def _forward(self, notes: list[Note], expected: bool = False) -> Action:
        self._told(notes[0].line, notes[0].cell)
        return Action("forward", None, {"nodes": [self.ids[n] for n in notes]}, expected)

    def _action(self, item: Item) -> Action:
        if isinstance(item, Note):
            return self._forward([item], item.caught)
        if isinstance(item, Repeat):
            first = next(flat(item.body.items))
            self._told(item.line, first.cell)
            body = tuple(self._program(item.body.items))
            return Action("repeat", None, {"times": item.times}, body=body)
        assert isinstance(item, Act)
        self._told(item.line, item.cell)
        refs = {key: [self._id(r) for r in refs] for key, refs in item.refs.items()}
        on = item.on.name if isinstance(item.on, Maker) else None
        if isinstance(item.on, Ref):
            on = self._id(item.on) + (".grad" if item.grad else "")
        return Action(item.do, on, {**item.args, **refs}, item.caught)

    def _id(self, ref: Ref) -> str:
        return self.ids[self.folding.real(ref.note)]

    # ---- regions ---------------------------------------------------------------------------------

    def _regions(self, scope: Scope, around: tuple[str, ...] = ()) -> None:
        """Groups and grad modes: each within the one around it, or beside it."""
        members = self._members(scope.items)
        if scope.kind not in ("program", "loop") and len(members) > 1 and members != around:
            folded = len(members) > OPEN or scope.kind == "iteration"
            self._region("group", scope.title, members, folded)
            around = members
        modes = iter(_modes_of(scope.items))
        for mode, run in groupby(scope.items, lambda _: next(modes)):
            if mode in GRAD_MODES and (found := self._members(run)):
                self._region(mode, "", found)
        for item in scope.items:
            if isinstance(item, Scope):
                self._regions(item, around)
            elif isinstance(item, Repeat):
                self._regions(item.body, around)

    def _region(
        self, kind: str, title: str, members: tuple[str, ...], folded: bool = False
    ) -> None:
        known = {(r.kind, r.members) for r in self.regions}
        inside = [r for r in self.regions if r.kind == kind and {*members} <= {*r.members}]
        if kind != "group" and inside:
            return
        if (kind, members) not in known:
            title = " ".join(title.split())[:LONGEST]
            self.regions.append(Region(f"r{len(self.regions) + 1}", kind, title, members, folded))

    def _members(self, items: Iterable[Item]) -> tuple[str, ...]:
        notes = flat(list(items))
        return tuple(self.ids[n] for n in notes if isinstance(n, Note) and n in self.ids)


def without_restated(drawing: Drawing, held: Iterable[str]) -> Drawing:
    """The drawing with one node for all statements that say the same under the same name.

    Of the nodes that are `held` the tensor is still wanted when the program is over.
    """
    names: dict[str, str] = {}
    for note, i in drawing.ids.items():  # of those that one stands for, the first comes first
        names.setdefault(i, note.name if note.named else f"({note.op})")
    stands = restated(drawing.graph, drawing.program, names, drawing.unrolled, {*held})
    if not stands:
        return drawing
    graph, program = folded(drawing.graph, drawing.program, stands)
    ids = {note: stands.get(i, i) for note, i in drawing.ids.items()}
    lines = {i: line for i, line in drawing.lines.items() if i in graph.nodes}
    return replace(drawing, graph=graph, program=program, ids=ids, lines=lines)


def _unrolled(items: list[Item], within: bool = False) -> Iterator[Note]:
    """What lies in iterations that are drawn one by one."""
    for item in items:
        if isinstance(item, Scope):
            yield from _unrolled(
                item.items, within or (item.kind == "loop" and len(item.items) > 1)
            )
        elif isinstance(item, Repeat):
            yield from _unrolled(item.body.items, within)
        elif isinstance(item, Note) and within:
            yield item


def _steps(items: list[Item]) -> Iterator[Item]:
    """Operations, effects and repeats in order, whatever blocks they lie in."""
    for item in items:
        if isinstance(item, Scope):
            yield from _steps(item.items)
        else:
            yield item


def _joins(item: Item) -> int | None:
    """What runs in one forward with others beside it: operations of one cell; None for the rest."""
    return item.cell if isinstance(item, Note) and item.error is None else None


def _modes_of(items: list[Item]) -> list[str]:
    """The mode of each; what runs in any belongs to what is around it, if that is one mode."""
    found = list(map(_mode_of, items))
    ahead = ""
    following = []
    for mode in reversed(found):
        ahead = ahead if mode == "any" else mode
        following.append(ahead)
    behind = ""
    for k, (mode, after) in enumerate(zip(found, reversed(following), strict=True)):
        if mode == "any":
            found[k] = behind if behind == after else ""
        else:
            behind = mode
    return found


def _mode_of(item: Item) -> str:
    """The grad mode that all of an item runs in, "" for none; "any" where none changes it."""
    if isinstance(item, Note):
        return item.mode or "" if not item.source else "any"
    if isinstance(item, Act):
        return "any"
    inner = item.items if isinstance(item, Scope) else item.body.items
    found = {_mode_of(i) for i in inner} - {"any"}
    return found.pop() if len(found) == 1 else "mixed" if found else "any"
