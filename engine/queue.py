"""The order in which ready Functions run."""

from __future__ import annotations

from typing import Any, NamedTuple

from engine.function import LAST, Function


class ReadyQueue:
    """A max-heap on sequence numbers that moves its elements as libstdc++'s priority_queue does.

    Only AccumulateGrads tie, and torch's order among them is that of `push_heap` and `pop_heap`:
    four leaves released together run 0, 2, 1, 3.
    """

    __slots__ = ("_heap",)

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


class Line(NamedTuple):
    """An order known beforehand: the latest Function first."""

    functions: list[Function]
    released: dict[Function, list[Function]]
    """The leaves that run after a Function, because everything has come to them then."""
    many: list[Function]
    """Those with many outputs."""


def in_line(root: Function) -> Line | None:
    """The order of everything below a root, if that does not depend on the queue's mechanics.

    It does not when each Function is younger than what it leads to: then they run by age.  A leaf
    runs as soon as it can, which is after the oldest Function that leads to it.  Three leaves that
    become ready at once are the queue's business.
    """
    found, many = {root.sequence: root}, []
    oldest: dict[Function, int] = {}
    todo = [root]
    while todo:
        function = todo.pop()
        if function.many:
            many.append(function)
        age = function.sequence
        for below in function.below:
            if below is None:
                continue
            sequence = below.sequence
            if sequence == LAST:
                if oldest.get(below, LAST) > age:
                    oldest[below] = age
                continue
            known = found.get(sequence)
            if known is None:
                found[sequence] = below
                todo.append(below)
            if sequence >= age or (known is not None and known is not below):
                return None
    released = _released(found, oldest)
    if released is None:
        return None
    return Line([found[sequence] for sequence in sorted(found, reverse=True)], released, many)


def _released(
    found: dict[int, Function], oldest: dict[Function, int]
) -> dict[Function, list[Function]] | None:
    released: dict[Function, list[Function]] = {}
    for leaf, age in oldest.items():
        released.setdefault(found[age], []).append(leaf)
    for function, leaves in released.items():
        if len(leaves) > 2:
            return None
        if len(leaves) == 2:  # first the one whose last contribution comes first
            leaves.sort(key=function.below[::-1].index, reverse=True)
    return released
