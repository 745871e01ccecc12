"""The order in which ready Functions run."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, NamedTuple

from engine.function import LAST, Function


class ReadyQueue:
    """A max-heap on sequence numbers that moves its elements as libstdc++'s priority_queue does.

    Only AccumulateGrads tie, and torch's order among them is that of `push_heap` and `pop_heap`:
    four leaves released together run 0, 2, 1, 3.
    """

    __slots__ = ("_heap",)
    waits = True
    """A Function is pushed only once it awaits nothing any more."""

    def __init__(self) -> None:
        self._heap: list[Any] = []

    def __bool__(self) -> bool:
        return bool(self._heap)

    def push(self, function: Any) -> None:
        """Add a ready Function."""
        self._heap.append(function)
        self._rise(len(self._heap) - 1, function)

    def pop(self) -> Any:
        """Take out the Function with the highest sequence number."""
        heap = self._heap
        top, last = heap[0], heap.pop()
        if heap:
            self._rise(self._sink(), last)
        return top

    def _rise(self, hole: int, function: Any) -> None:
        heap = self._heap
        while hole > 0:
            parent = (hole - 1) // 2
            if heap[parent].sequence >= function.sequence:
                break
            heap[hole] = heap[parent]
            hole = parent
        heap[hole] = function

    def _sink(self) -> int:
        """Move the hole at the top to a leaf, the larger child rising (right on a tie)."""
        heap = self._heap
        n, hole = len(heap), 0
        while 2 * hole + 2 < n:
            child = 2 * hole + 2
            if heap[child].sequence < heap[child - 1].sequence:
                child -= 1
            heap[hole] = heap[child]
            hole = child
        if 2 * hole + 2 == n:
            heap[hole] = heap[n - 1]
            hole = n - 1
        return hole


Stop = tuple[Function | None, list[Function]]
"""A Function, and the leaves that run after it because everything has come to them then."""

NEVER: Stop = (None, [])
"""What comes after the last stop."""


class Line(NamedTuple):
    """An order known beforehand: the latest Function first."""

    functions: list[Function]
    released: list[Stop]


_by_age = attrgetter("sequence")


def in_line(root: Function) -> Line | None:
    """The order of everything below a root, if that does not depend on the queue's mechanics.

    A Function is younger than what it leads to, so they run by age.  A leaf runs as soon as it can,
    which is after the oldest Function that leads to it.  Three leaves that become ready at once are
    the queue's business.
    """
    functions = [root]
    seen: set[Any] = {root, None}
    for function in functions:  # which grows meanwhile
        for below in function.below:
            if below not in seen:
                seen.add(below)
                functions.append(below)  # type: ignore[arg-type]  # None is in seen
    functions.sort(key=_by_age, reverse=True)
    leaves = 0
    while leaves < len(functions) and functions[leaves].sequence is LAST:
        leaves += 1
    released = _released(set(functions[:leaves]), functions)
    return None if released is None else Line(functions[leaves:], released)


def _released(leaves: set[Function], functions: list[Function]) -> list[Stop] | None:
    """When the leaves run, the first first."""
    stops: list[Stop] = []
    for function in reversed(functions):
        if leaves.isdisjoint(function.below):
            continue
        ready: list[Function] = []
        for below in reversed(function.below):
            # Of two, first the one whose last contribution comes first.
            if below in leaves:
                leaves.remove(below)
                ready.insert(0, below)
        if len(ready) > 2:
            return None
        stops.append((function, ready))
        if not leaves:
            break
    return stops[::-1]
