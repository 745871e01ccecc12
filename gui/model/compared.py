"""What differs between two Documents, by the names a person knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.graph import Edge, Graph, Node, Region, spelled
from engine.packed import Packed
from gui.model import words
from gui.model.document import Document
from gui.model.edits import same_program

OP, NAME, VALUES, INPUTS, MUTED = "operation", "name", "values", "inputs", "muted"
"""In what a node can differ."""
NONE = "–"
"""What stands for something that is not there."""
_LISTS = (list, tuple)


@dataclass(frozen=True)
class Change:
    """One thing in which a node differs: `what` it is called, and how it was and is told.

    `kind` is one of the words above; `more` numbers of the same tensor differ as well.
    """

    kind: str
    what: str = ""
    before: str = ""
    after: str = ""
    more: int = 0


@dataclass(frozen=True)
class Compared:
    """What the second Document has more, less and otherwise than the first.

    A changed node is (its name in the second, in what it differs); nodes and wires are moved.
    """

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[tuple[str, tuple[Change, ...]], ...] = ()
    regions: tuple[str, ...] = ()
    edges_added: int = 0
    edges_removed: int = 0
    moved: int = 0
    program: bool = False

    @property
    def same(self) -> bool:
        return self == Compared()


def compared(first: Document, second: Document) -> Compared:
    """Nodes belong together by their ids, which stay when they are renamed."""
    one, other = first.graph, second.graph
    edges_one, edges_other = set(one.edges.values()), set(other.edges.values())
    rewired = {edge.target for edge in edges_one ^ edges_other}
    both = one.nodes.keys() & other.nodes.keys()
    changed = (
        (node.name, tuple(_changes(one, other, node.id, node.id in rewired)))
        for node in other.nodes.values()
        if node.id in both
    )
    return Compared(
        added=_names(other.nodes, both),
        removed=_names(one.nodes, both),
        changed=tuple((name, changes) for name, changes in changed if changes),
        regions=tuple(_regions(one.regions, other.regions)),
        edges_added=len(edges_other - edges_one),
        edges_removed=len(edges_one - edges_other),
        moved=_differ(first.places, second.places, both)
        + _differ(first.bends, second.bends, one.edges.keys() & other.edges.keys()),
        program=not same_program(first.program, second.program),
    )


def _differ(one: Mapping[Any, object], other: Mapping[Any, object], keys: Iterable[Any]) -> int:
    return sum(one.get(key) != other.get(key) for key in keys)


def _names(nodes: Mapping[str, Node], both: Iterable[str]) -> tuple[str, ...]:
    return tuple(node.name for node in nodes.values() if node.id not in both)


def _changes(one: Graph, other: Graph, node: str, rewired: bool) -> Iterator[Change]:
    was, now = one.nodes[node], other.nodes[node]
    if was.op != now.op:
        yield Change(OP, "", was.op, now.op)
    if was.name != now.name:
        yield Change(NAME, "", was.name, now.name)
    if was.params is not now.params:
        yield from _params(was.params, now.params)
    if rewired:
        yield from _inputs(one, other, node)
    if was.muted != now.muted:
        yield Change(MUTED, "", _told(was.muted), _told(now.muted))


# ---- values ------------------------------------------------------------------------------------


def _params(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Change]:
    for key in {**was, **now}:
        if key not in was or key not in now or spelled(was[key]) != spelled(now[key]):
            yield _param(key, was.get(key, _ABSENT), now.get(key, _ABSENT))


_ABSENT = object()


def _param(key: str, was: Any, now: Any) -> Change:
    """Two tensors of one shape by the first number that differs: else its place is hard to find."""
    one, other = _array(was), _array(now)
    if one is None or other is None or one.shape != other.shape:
        return Change(VALUES, key, _told(was), _told(now))
    places = [tuple(place) for place in np.argwhere(_differing(one, other)).tolist()]
    if not places:  # 1 and 1.0
        return Change(VALUES, key, _told(was), _told(now))
    at = places[0]
    where = f"{key}[{', '.join(map(str, at))}]"
    return Change(VALUES, where, _told(one[at]), _told(other[at]), len(places) - 1)


def _array(value: Any) -> np.ndarray[Any, Any] | None:
    if isinstance(value, Packed):
        return value.array
    if not isinstance(value, _LISTS):
        return None
    try:
        found = np.array(value, object)
    except ValueError:  # rows of several lengths
        return None
    return found if found.size else None


def _differing(one: np.ndarray[Any, Any], other: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Entry by entry, as `spelled` tells them apart; (*S,) bool."""
    if one.dtype != object and one.dtype == other.dtype:
        same = one.reshape(-1).view(np.uint8) == other.reshape(-1).view(np.uint8)
        differs: np.ndarray[Any, Any] = ~same.reshape(*one.shape, one.itemsize).all(axis=-1)
        return differs
    pairs = zip(one.reshape(-1).tolist(), other.reshape(-1).tolist(), strict=True)
    return np.array([spelled(a) != spelled(b) for a, b in pairs], bool).reshape(one.shape)


def _told(value: Any) -> str:
    """A value as code has it; a tensor that fills no line by its shape."""
    if value is _ABSENT:
        return NONE
    if isinstance(value, Packed):
        return f"tensor {words.shape(value.array)}"
    return str(value.item()) if isinstance(value, np.generic) else repr(value)


# ---- wires -------------------------------------------------------------------------------------


def _inputs(one: Graph, other: Graph, node: str) -> Iterator[Change]:
    was, now = one.inputs.get(node, {}), other.inputs.get(node, {})
    for slot in {**was, **now}:
        if was.get(slot) != now.get(slot):
            yield Change(INPUTS, slot, _source(one, was.get(slot)), _source(other, now.get(slot)))


def _source(graph: Graph, edge: Edge | None) -> str:
    if edge is None:
        return NONE
    name = words.name_of(graph, edge.source)
    return f"{name}, output {edge.output}" if edge.output else name


def _regions(one: Mapping[str, Region], other: Mapping[str, Region]) -> Iterable[str]:
    for key in {**one, **other}:
        if one.get(key) != other.get(key):
            region = other.get(key) or one[key]
            yield region.title or region.kind
