"""The scrub bar's view of a Trace: chapters and the kind of every step."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chapter:
    """Steps `first` to `last` (both included) belong to one line of the Program."""

    title: str
    kind: str  # "forward", "backward", "zero" or "other"
    first: int
    last: int
    failed: bool = False
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Timeline:
    """All chapters in order, and for each step its kind.

    Kinds: "computed", "seeded", "sum", "flow", "stored", "zeroed", "changed", "failed", "warned".
    """

    chapters: tuple[Chapter, ...] = ()
    kinds: tuple[str, ...] = ()

    def chapter_at(self, step: int) -> Chapter | None:
        """The chapter that step lies in."""
        return next((c for c in self.chapters if c.first <= step <= c.last), None)
