"""What belongs to each node of a long film, as arrays: lists would take most of its room."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray

from engine.graph import Graph

Key = TypeVar("Key")
Found = TypeVar("Found")
Ints = NDArray[np.signedinteger]


class Grouped:
    """Numbers by node, in the order they came; `rows` are the nodes' in the graph."""

    def __init__(self, graph: Graph, rows: Ints, numbers: Ints) -> None:
        self._row: Mapping[str, int] = graph.columns.row
        self._numbers = numbers[np.argsort(rows, kind="stable")].astype(np.int32)
        ends = np.cumsum(np.bincount(rows, minlength=len(self._row)))
        self._starts = np.concatenate([[0], ends]).astype(np.int32)

    @classmethod
    def of_pairs(cls, graph: Graph, pairs: Iterable[tuple[str, int]]) -> Grouped:
        """Of each pair a node and a number; nodes that the graph has not are left out."""
        row = graph.columns.row
        found = array("i")
        for node, number in pairs:
            if node in row:
                found.append(row[node])
                found.append(number)
        rows, numbers = np.array(found, np.int32).reshape(-1, 2).T
        return cls(graph, rows, numbers)

    def of(self, node: str) -> list[int]:
        """The numbers of one node."""
        row = self._row.get(node)
        if row is None:
            return []
        found: list[int] = self._numbers[self._starts[row] : self._starts[row + 1]].tolist()
        return found

    def larger_than(self, count: int) -> list[str]:
        """The nodes with more numbers than that."""
        large = set(np.flatnonzero(np.diff(self._starts) > count).tolist())
        return [node for node, row in self._row.items() if row in large] if large else []


class Concerned:
    """For each event the nodes whose state it changes; those that the graph has not left out."""

    def __init__(self, graph: Graph, found: Iterable[Sequence[str]]) -> None:
        row = graph.columns.row
        rows, starts = array("i"), array("i", [0])
        for nodes in found:
            for node in nodes:
                if node in row:
                    rows.append(row[node])
            starts.append(len(rows))
        self._rows, self._starts = np.array(rows, np.int32), np.array(starts, np.int32)
        self.ids = tuple(graph.nodes)

    def between(self, low: int, high: int) -> set[str]:
        """The nodes that events number `low` to before `high` concern."""
        rows = self._rows[self._starts[low] : self._starts[high]].tolist()
        return {self.ids[row] for row in rows}

    def by_node(self, graph: Graph) -> Grouped:
        """For each node of that graph the numbers of the events that concern it."""
        numbers = np.repeat(np.arange(len(self._starts) - 1), np.diff(self._starts))
        return Grouped(graph, self._rows, numbers)

    def each(self) -> Iterable[Sequence[str]]:
        """The nodes of every event."""
        ids, ends = [self.ids[row] for row in self._rows.tolist()], self._starts.tolist()
        return (ids[low:high] for low, high in pairwise(ends))


class Recent(Generic[Key, Found]):
    """What was found lately: at least the last `most` keys, at most twice as many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._new: dict[Key, Found] = {}
        self._old: dict[Key, Found] = {}

    def __len__(self) -> int:
        return len(self._new.keys() | self._old.keys())

    def get(self, key: Key, make: Callable[[], Found]) -> Found:
        """What is known, or made."""
        found = self._new.get(key)
        if found is None:
            found = self._old.get(key)
            found = make() if found is None else found
            if len(self._new) >= self._most:
                self._old, self._new = self._new, {}
            self._new[key] = found
        return found
