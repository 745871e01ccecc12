"""The order in which ready Functions run."""

from __future__ import annotations

from typing import Any


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
