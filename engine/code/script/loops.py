"""Iterations that are all the same become one `repeat`; what was dropped is known by what stays."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from engine.actions.repeats import MOST_TIMES
from engine.code.script.notes import Act, Item, Maker, Note, Ref, Repeat, Scope, flat
from engine.graph import spelled

Place = Note | Act


class Folding:
    """Folds the loops of a tape, inner ones first; `stands` has what stands for a dropped note."""

    def __init__(self, root: Scope) -> None:
        self.root = root
        self.stands: dict[Note, Note] = {}
        self._users: dict[Note, list[Place]] = defaultdict(list)
        self._inside: dict[int, set[int]] = {}
        for item in flat(root.items):
            for ref in refs_of(item):
                self._users[ref.note].append(item)

    def real(self, note: Note) -> Note:
        """What stands for a note."""
        while note in self.stands:
            note = self.stands[note]
        return note

    def run(self) -> None:
        """Fold every loop, in place."""
        self._fold(self.root)

    def _fold(self, scope: Scope) -> None:
        if scope.kind == "iteration":
            self._inside[id(scope)] = {id(item) for item in flat(scope.items)}
        for item in scope.items:
            if isinstance(item, Scope):
                self._fold(item)
        if scope.kind == "loop":
            scope.items = self._folded(scope)

    def _folded(self, loop: Scope) -> list[Item]:
        """The iterations of a loop, runs of equal ones as one Repeat each."""
        found: list[Item] = []
        items, k = loop.items, 0
        while k < len(items):
            end = self._run_from(items, k)
            if end - k > 1:
                found.append(self._repeat(loop, items[k:end]))
            else:
                found.append(items[k])
            k = end
        return found

    def _run_from(self, items: list[Item], start: int) -> int:
        """Where a run of iterations that can be one Repeat ends."""
        first = items[start]
        if not isinstance(first, Scope) or not self._repeatable(first):
            return start + 1
        end, own = start + 1, self._inside[id(first)]
        while end < len(items) and end - start < MOST_TIMES:
            before, other = items[end - 1], items[end]
            if not isinstance(other, Scope) or not isinstance(before, Scope):
                break
            if not self._closed(before) or _Same(self, own).scopes(first, other) is None:
                break
            end += 1
        return end

    def _repeatable(self, scope: Scope) -> bool:
        """Whether running it again makes all of it again: leaves are made once."""
        notes = list(flat(scope.items))
        made = {id(n) for n in notes if isinstance(n, Note) and n.source}
        leaves = (n for n in notes if isinstance(n, Note) and n.source)
        if not notes or any(n.random or _wants_grad(n) for n in leaves):
            return False
        return not any(id(ref.note) in made for item in notes for ref in _changed(item))

    def _closed(self, scope: Scope) -> bool:
        """Whether nobody outside an iteration needs what it made."""
        inside = self._inside[id(scope)]
        notes = (n for n in flat(scope.items) if isinstance(n, Note))
        return all(id(user) in inside for note in notes for user in self._users[note])

    def _repeat(self, loop: Scope, iterations: Iterable[Item]) -> Repeat:
        first, *others = [scope for scope in iterations if isinstance(scope, Scope)]
        own = self._inside[id(first)]
        for other in others:
            pairs = _Same(self, own).scopes(first, other) or {}
            for dropped, kept in pairs.items():
                self.stands[dropped] = kept
                self._users[kept] += self._users.pop(dropped, [])
                if not kept.named and dropped.named:
                    kept.name, kept.named = dropped.name, True
            own |= self._inside[id(other)]
        return Repeat(1 + len(others), first, loop.line)


class _Same:
    """Compares an iteration with the first one."""

    def __init__(self, folding: Folding, first: set[int]) -> None:
        self.real, self.first = folding.real, first
        self.pairs: dict[Note, Note] = {}

    def scopes(self, a: Scope, b: Scope) -> dict[Note, Note] | None:
        """Which note of `b` is which of `a`; None if they are not the same."""
        return self.pairs if self._items(a.items, b.items) else None

    def _items(self, a: list[Item], b: list[Item]) -> bool:
        return len(a) == len(b) and all(map(self._item, a, b))

    def _item(self, a: Item, b: Item) -> bool:
        match a, b:
            case Note(), Note():
                return self._notes(a, b)
            case Act(), Act():
                same = (a.do, a.grad, a.error) == (b.do, b.grad, b.error)
                return same and _equal(a.args, b.args) and self._acts(a, b)
            case Scope(), Scope():
                titled = a.kind == "iteration" or a.title == b.title
                return a.kind == b.kind and titled and self._items(a.items, b.items)
            case Repeat(), Repeat():
                return a.times == b.times and self._items(a.body.items, b.body.items)
        return False

    def _notes(self, a: Note, b: Note) -> bool:
        kinds = ("op", "mode", "error", "random", "lazy", "source")
        if any(getattr(a, name) != getattr(b, name) for name in kinds):
            return False
        if len(a.wires) != len(b.wires) or not _equal(a.params, b.params):
            return False
        wires = zip(a.wires, b.wires, strict=True)
        if not all(s == t and self._refs(x, y) for (s, x), (t, y) in wires):
            return False
        self.pairs[b] = a
        return True

    def _acts(self, a: Act, b: Act) -> bool:
        mine, theirs = list(refs_of(a)), list(refs_of(b))
        if isinstance(a.on, Maker) and a.on is not b.on:
            return False
        return len(mine) == len(theirs) and all(map(self._refs, mine, theirs))

    def _refs(self, a: Ref, b: Ref) -> bool:
        """Whether both read the same: each its own, or one from before the loop."""
        mine, theirs = self.real(a.note), self.real(b.note)
        if a.output != b.output:
            return False
        if theirs in self.pairs:
            return self.pairs[theirs] is mine
        return mine is theirs and id(mine) not in self.first


def refs_of(item: Note | Act) -> list[Ref]:
    """What a note or an effect is wired to."""
    if isinstance(item, Note):
        return [ref for _, ref in item.wires]
    found = [item.on] if isinstance(item.on, Ref) else []
    return [*found, *(ref for refs in item.refs.values() for ref in refs)]


def _changed(item: Note | Act) -> list[Ref]:
    """What an item changes in place, beside gradients."""
    if isinstance(item, Act):
        touches = item.do in ("set", "requires_grad_", "register_hook", "backward", "step")
        return [] if item.grad or not touches else [r for r in refs_of(item) if r.note.source]
    return [item.wires[0][1]] if item.inplace and item.wires else []


def _wants_grad(note: Note) -> bool:
    return note.op == "parameter" or bool(note.params.get("requires_grad"))


def _equal(a: Any, b: Any) -> bool:
    return a == b and spelled(dict(a)) == spelled(dict(b))
