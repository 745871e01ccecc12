"""What the palette offers: every op and region, and how well each answers what was typed."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass

from engine.registry import Op

CATEGORIES = (
    *("Tensors", "Arithmetic", "Elementary", "Activation", "Reduction", "Shape"),
    *("Linear algebra", "Gradient control", "In-place", "Loss"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette: an op, or a region to put around nodes."""

    name: str
    text: str
    symbol: str
    category: str
    doc: str
    region: bool = False


REGIONS = (
    Entry("no_grad", "no_grad region", "▨", "Gradient control",
          "Nothing computed inside is tracked: with torch.no_grad().", True),
    Entry("group", "group", "▢", "Gradient control",
          "A frame around nodes that belong together; it changes nothing.", True),
    Entry("note", "note", "¶", "Gradient control", "Text on the canvas.", True),
)  # fmt: skip


def entries(ops: Mapping[str, Op]) -> list[Entry]:
    """All lines in the order of the categories; within one, in the order ops were declared."""
    found = [Entry(op.name, op.name, op.symbol, op.category, op.doc) for op in ops.values()]
    known = {c: k for k, c in enumerate(CATEGORIES)}
    return sorted([*found, *REGIONS], key=lambda e: known.get(e.category, len(known)))


def score(typed: str, name: str) -> int:
    """How well `name` answers what was typed: 0 is not at all, more is better."""
    typed, name = typed.lower().strip(), name.lower()
    if name.startswith(typed):
        return 1000 - len(name)
    if typed in name:
        return 500 - len(name)
    letters = iter(name)
    return 100 - len(name) if all(c in letters for c in typed) else 0


def sorry(typed: str, every: list[str]) -> str:
    """What is said when nothing answers."""
    near = difflib.get_close_matches(typed, every, 3, 0.3) or every[:3]
    return f"Nothing called “{typed}”. Try: {', '.join(near)}."
