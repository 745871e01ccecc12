"""What differs between two Documents, told in the lines of a `.chain` file, and put back into one.

    {"nodes": {"set": [LINE …], "gone": [ID …], "order": [3, [ID …]]}, "program": [LINE …], …}

Lines that are set take the place of those with the same id, or come after all; `order` says which
ids stand from that position on, all others stay in their order.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.graph import Edge, EdgeKey
from engine.packed import Packed
from gui.model.document import Document, Place
from gui.model.findings import Unreadable
from gui.model.npy import Find
from gui.model.origin import Source
from gui.model.reading import from_text
from gui.model.strict_json import parse
from gui.model.writing import (
    NO_FILES,
    action_line,
    bend_line,
    edge_line,
    json_text,
    node_line,
    place_text,
    region_line,
    source_text,
)

Change = dict[str, Any]
Ints = NDArray[np.intp]
Marks = tuple[Ints, ...]
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

SOME = 64
"""So many are compared at first."""
NEAR = 12
"""How many things at one spot may come and go for the rest to be recognised at once."""


def difference(before: Document, after: Document, files: Mapping[Packed, str] = NO_FILES) -> str:
    """The change as one line of JSON; "{}" where the two differ in nothing that a file holds.

    A Packed stands there by the name of its file, if it has one in `files`, else as it is.
    What the two share is passed over in no time, and an edit leaves nearly all shared.
    Raises TypeError or ValueError if `after` holds what JSON cannot.
    """
    a, b = before.graph, after.graph
    parts = {
        "nodes": _rows(a.nodes, b.nodes, lambda node: node_line(node, files)),
        "edges": _edges(a.edges, b.edges),
        "regions": _rows(a.regions, b.regions, region_line),
        "program": _program(before, after),
        "places": _mapped(before.places, after.places, lambda key: _place(key, after.places[key])),
        **_source(before.source, after.source),
        "bends": _mapped(before.bends, after.bends, lambda key: bend_line(key, after.bends[key])),
    }
    return "{" + ", ".join(f'"{key}": {text}' for key, text in parts.items() if text) + "}"


# ---- what differs --------------------------------------------------------------------------------


def _rows(a: Mapping[str, V], b: Mapping[str, V], line: Callable[[V], str]) -> str:
    """Nodes or regions, which know their id, and whose order counts."""
    if a is b:
        return ""
    hunks = _hunks(_listed(a), _listed(b), _id)
    changed = [thing for hunk in hunks for thing in hunk.news if a.get(thing.id) is not thing]
    gone = [thing.id for hunk in hunks for thing in hunk.olds if thing.id not in b]
    return _told([*map(line, changed)], gone, _order(hunks, a, b))


def _edges(a: Mapping[EdgeKey, Edge], b: Mapping[EdgeKey, Edge]) -> str:
    """They know their key, and a file sorts them."""
    if a is b:
        return ""
    hunks = _hunks(_listed(a), _listed(b), _key)
    changed = [edge_line(edge) for hunk in hunks for edge in hunk.news]
    gone = [edge.key for hunk in hunks for edge in hunk.olds if edge.key not in b]
    return _told(changed, gone)


def _mapped(a: Mapping[K, V], b: Mapping[K, V], line: Callable[[K], str]) -> str:
    """Places or bends, which have a key, and whose order does not count."""
    if a is b:
        return ""
    hunks = _hunks(_listed(a, by_key=True), _listed(b, by_key=True), _itself)
    gone = [key for hunk in hunks for key in hunk.olds if key not in b]
    return _told([line(key) for hunk in hunks for key in hunk.news], gone)


_id, _key = attrgetter("id"), attrgetter("key")


def _itself(thing: Any) -> Any:
    return thing


def _program(before: Document, after: Document) -> str:
    if before.program is after.program:
        return ""
    return f"[{', '.join(map(action_line, after.program))}]"


def _source(before: Source | None, after: Source | None) -> dict[str, str]:
    """The program it was read from; what of it an edit changes by itself."""
    if before is after:
        return {}
    if after is None:
        return {"source": "null"}
    if before is None or not after.same_head(before):
        return {"source": source_text(after).replace("\n", "")}
    actions = "" if after.actions == before.actions else json_text(after.actions)
    return {
        "source_lines": _mapped(
            before.lines, after.lines, lambda key: json_text([key, after.lines[key]])
        ),
        "source_actions": actions,
    }


def _place(key: str, place: Place) -> str:
    return f"[{json_text(key)}, {place_text(place)}]"


def _told(lines: list[str], gone: Sequence[Any], order: Any = None) -> str:
    found = {
        "set": f"[{', '.join(lines)}]" if lines else "",
        "gone": json_text(gone) if gone else "",
        "order": json_text(order) if order else "",
    }
    told = ", ".join(f'"{key}": {text}' for key, text in found.items() if text)
    return told and "{" + told + "}"


@dataclass(frozen=True, slots=True, eq=False)
class _Listed:
    """A mapping as an array of its things, and where in memory they lie.

    What an edit leaves alone it shares.  Asking whether two things are one is exact, as `==` is
    not (1 and 1.0 among params), and takes microseconds for ten thousand, when they are numbers.
    """

    of: Mapping[Any, Any]
    things: NDArray[Any]
    marks: Marks


_last: deque[_Listed] = deque(maxlen=10)
"""Those of the last two Documents: what came after the last edit is before the next."""


def _listed(of: Mapping[Any, Any], by_key: bool = False) -> _Listed:
    found = next((known for known in _last if known.of is of), None)
    if found is None:
        values = np.fromiter(of.values(), object, len(of))
        keys = np.fromiter(of.keys(), object, len(of)) if by_key else values
        marks = (_marks(keys), _marks(values)) if by_key else (_marks(values),)
        found = _Listed(of, keys, marks)
    else:
        _last.remove(found)
    _last.append(found)
    return found


def _marks(things: NDArray[Any]) -> Ints:
    """The address of each, which is its own as long as it is kept."""
    return np.frombuffer(things.tobytes(), np.intp)


@dataclass(frozen=True, slots=True)
class _Hunk:
    """Where two lists differ: `olds`, from number `a` on, are `news` in the other, from `b` on."""

    a: int
    b: int
    olds: list[Any]
    news: list[Any]


def _hunks(a: _Listed, b: _Listed, key: Callable[[Any], Any]) -> list[_Hunk]:
    """What differs between two lists in which no key stands twice."""
    if len(a.things) == len(b.things):
        differ = np.flatnonzero(_differ(a.marks, b.marks, len(a.things))).tolist()
        if all(key(a.things[k]) == key(b.things[k]) for k in differ):
            return [_Hunk(k, k, [a.things[k]], [b.things[k]]) for k in differ]
    found: list[_Hunk] = []
    i = j = 0
    while True:
        run = _run(_from(a.marks, i), _from(b.marks, j))
        i, j = i + run, j + run
        if i == len(a.things) and j == len(b.things):
            return found
        old, new = _resync(_from(a.marks, i), _from(b.marks, j))
        olds, news = a.things[i : i + old].tolist(), b.things[j : j + new].tolist()
        found.append(_Hunk(i, j, olds, news))
        i, j = i + old, j + new


def _from(marks: Marks, start: int) -> Marks:
    return tuple(column[start:] for column in marks)


def _differ(a: Marks, b: Marks, size: int) -> NDArray[np.bool_]:
    """Which of the first so many are not the same."""
    found: NDArray[np.bool_] = a[0][:size] != b[0][:size]
    for one, other in zip(a[1:], b[1:], strict=True):
        found |= one[:size] != other[:size]
    return found


def _run(a: Marks, b: Marks) -> int:
    """How many are the same at the beginning."""
    shared, at, size = min(len(a[0]), len(b[0])), 0, SOME
    while at < shared:
        differ = _differ(_from(a, at), _from(b, at), min(size, shared - at))
        first = int(differ.argmax())
        if differ[first]:
            return at + first
        at, size = at + size, size * 4  # a near end is found in no time, a far one soon
    return shared


def _resync(a: Marks, b: Marks) -> tuple[int, int]:
    """How much to pass over in each for both to go on alike; all up to their equal ends if much."""
    near = [[*zip(*(column[:NEAR].tolist() for column in marks), strict=True)] for marks in (a, b)]
    for both in range(1, NEAR):
        for old in range(both + 1):
            ends = near[0][old : old + 1], near[1][both - old : both - old + 1]
            if ends[0] and ends[0] == ends[1]:
                return old, both - old
    end = _run(tuple(column[::-1] for column in a), tuple(column[::-1] for column in b))
    return len(a[0]) - end, len(b[0]) - end


def _order(hunks: list[_Hunk], a: Mapping[str, Any], b: Mapping[str, Any]) -> Any:
    """From where on which ids stand, unless setting and removing alone lead there."""
    if all(_falls_into_place(hunk, a, b) for hunk in hunks):
        return None
    first, last = hunks[0], hunks[-1]
    there = _listed(b).things[first.b : last.b + len(last.news)]
    return [first.b, [*map(_id, there)]]


def _falls_into_place(hunk: _Hunk, a: Mapping[str, Any], b: Mapping[str, Any]) -> bool:
    """What stays keeps its order, and what is new comes at the very end."""
    olds, news = [*map(_id, hunk.olds)], [*map(_id, hunk.news)]
    stay = [key for key in olds if key in b]
    new = [key for key in news if key not in a]
    at_end = hunk.a + len(olds) == len(a)
    return news == stay + new and (at_end or not new)


# ---- putting back --------------------------------------------------------------------------------


def replayed(
    base: str, changes: Sequence[Change], find: Find | None = None
) -> tuple[Document, int]:
    """The Document after as many of the changes as make one, and how many these are.

    It goes through the reader like a stranger's file; `find` has the tensors that stand in files
    of their own.  Raises Unreadable if the base does not make a Document.
    """
    try:
        return _after(base, changes, find), len(changes)
    except Unreadable:
        document = from_text(base, find=find)
    good, bad = 0, len(changes)
    while bad - good > 1:
        middle = (good + bad) // 2
        try:
            document, good = _after(base, changes[:middle], find), middle
        except Unreadable:
            bad = middle
    return document, good


def _after(base: str, changes: Iterable[Change], find: Find | None) -> Document:
    raw = parse(base)
    try:
        draft = Draft(raw)
        for change in changes:
            draft.patch(change)
        text = draft.text()
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise Unreadable([]) from error
    return from_text(text, find=find)


class Draft:
    """The lines of a file by what they are of, so that changes find them."""

    def __init__(self, raw: Any) -> None:
        self.raw: dict[str, Any] = dict(raw)
        self.nodes = {line["id"]: line for line in raw["nodes"]}
        self.edges = {tuple(line["to"]): line for line in raw.get("edges", ())}
        self.regions = {line["id"]: line for line in raw.get("regions", ())}
        self.places: dict[Any, Any] = dict(raw.get("places", {}))
        self.bends = {tuple(line["to"]): line for line in raw.get("bends", ())}

    def patch(self, change: Change) -> None:
        """Put a change in.  Raises whatever a change that is none of ours leads to."""
        self.nodes = _patched(self.nodes, change.get("nodes", {}), lambda line: line["id"])
        self.edges = _patched(self.edges, change.get("edges", {}), lambda line: tuple(line["to"]))
        self.regions = _patched(self.regions, change.get("regions", {}), lambda line: line["id"])
        self.bends = _patched(self.bends, change.get("bends", {}), lambda line: tuple(line["to"]))
        places = change.get("places", {})
        self.places.update(places.get("set", ()))
        for key in places.get("gone", ()):
            self.places.pop(key, None)
        if "program" in change:
            self.raw["program"] = change["program"]
        if "source" in change:
            self.raw["source"] = change["source"]
        self._patch_source(change)

    def _patch_source(self, change: Change) -> None:
        if "source_lines" in change or "source_actions" in change:
            source = self.raw["source"] = dict(self.raw["source"])
            known, part = dict(source.get("lines", {})), change.get("source_lines", {})
            known.update(part.get("set", ()))
            source["lines"] = {k: v for k, v in known.items() if k not in part.get("gone", ())}
            source["actions"] = change.get("source_actions", source.get("actions", []))

    def text(self) -> str:
        """The file, for the reader."""
        parts = {
            "nodes": [*self.nodes.values()],
            "edges": [*self.edges.values()],
            "regions": [*self.regions.values()],
            "places": self.places,
            "bends": [line for key, line in self.bends.items() if key in self.edges],
        }
        return json.dumps({**self.raw, **parts}, ensure_ascii=False)


def _patched(lines: dict[Any, Any], part: Change, key_of: Callable[[Any], Any]) -> dict[Any, Any]:
    for key in part.get("gone", ()):
        lines.pop(tuple(key) if isinstance(key, list) else key, None)
    lines.update((key_of(line), line) for line in part.get("set", ()))
    if "order" not in part:
        return lines
    start, there = part["order"]
    moved = set(there)
    keys = [key for key in lines if key not in moved]
    return {key: lines[key] for key in [*keys[:start], *there, *keys[start:]]}
