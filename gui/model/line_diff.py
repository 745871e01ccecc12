"""What differs between two texts, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

MOST_COMPARED = 4000
"""Lines between the first and the last that differ; of more only the ends are compared."""


def blocks(one: Sequence[str], two: Sequence[str]) -> Iterator[tuple[str, int, int, int, int]]:
    """What stayed and what changed, as difflib tells it; the ends that are equal cost nothing."""
    pairs = zip(one, two, strict=False)
    first = next((k for k, (a, b) in enumerate(pairs) if a != b), min(len(one), len(two)))
    room = min(len(one), len(two)) - first
    ends = zip(reversed(one), reversed(two), strict=False)
    tail = min(room, next((k for k, (a, b) in enumerate(ends) if a != b), room))
    yield "equal", 0, first, 0, first
    a, b = one[first : len(one) - tail], two[first : len(two) - tail]
    if len(a) + len(b) <= MOST_COMPARED:
        for tag, i, i_end, j, j_end in SequenceMatcher(None, a, b, autojunk=False).get_opcodes():
            yield tag, i + first, i_end + first, j + first, j_end + first
    yield "equal", len(one) - tail, len(one), len(two) - tail, len(two)
