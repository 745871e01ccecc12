"""Work is counted, not timed: a count is the same on every machine and at every hour."""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable
from typing import NamedTuple


class Work(NamedTuple):
    """What something took: lines of Python, every turn of a loop one; bytes held at most."""

    lines: int
    peak: int


def work(do: Callable[[], object]) -> Work:
    """What `do()` takes on this thread; what was compiled or kept before is not counted again."""
    lines = 0

    def trace(frame, event, argument):
        nonlocal lines
        lines += event == "line"
        return trace

    before = sys.gettrace()
    tracemalloc.start()
    sys.settrace(trace)
    try:
        do()
    finally:
        sys.settrace(before)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return Work(lines, peak)
