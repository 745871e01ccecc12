"""The scrub bar's view of a Trace: chapters and the kind of every step."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from itertools import takewhile

from engine.trace import Loop

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """Steps `first` to `last` (both included) belong to one run of one line of the Program.

    `action` is the number of that line; `loops` are the iterations of repeats it lies in; `cell`
    is what the part of a program is called that the line was read from.
    """

    title: str
    kind: str  # "forward", "backward", "zero", "step", "repeat" (one that cannot run) or "other"
    first: int
    last: int
    failed: bool = False
    expected: bool = False
    action: int | None = None
    loops: tuple[Loop, ...] = ()
    cell: str = ""

    @property
    def whole_title(self) -> str:
        """`Example 1 › repeat 2/3 › Backward #4`"""
        cell = [self.cell] if self.cell else []
        return " › ".join([*cell, *map(iteration, self.loops), self.title])

    @property
    def long_title(self) -> str:
        """`Example 1 · Backward #4`"""
        return f"{self.cell} · {self.title}" if self.cell else self.title


def iteration(loop: Loop) -> str:
    """`repeat 2/3`"""
    return f"repeat {loop.number}/{loop.times}"


@dataclass(frozen=True, slots=True)
class Timeline:
    """All chapters in order, and for each step its kind.

    Kinds are those of `steps.kind_of`, and "stopped" where something gets no gradient back.
    """

    chapters: tuple[Chapter, ...] = ()
    kinds: tuple[str, ...] = ()

    def end_of_forward(self, in_parts: bool) -> int | None:
        """The last step of the first forward; `in_parts`, of the last one before a backward."""
        chapters = takewhile(lambda c: not in_parts or c.kind != "backward", self.chapters)
        forwards = [c.last for c in chapters if c.kind == "forward"]
        return forwards[-1 if in_parts else 0] if forwards else None

    def chapter_at(self, step: int) -> Chapter | None:
        """The chapter that step lies in."""
        at = bisect_right(self.chapters, step, key=lambda chapter: chapter.first) - 1
        found = self.chapters[at] if at >= 0 else None
        return found if found is not None and step <= found.last else None
