"""What a program printed here, beside what its notebook holds as printed when it was saved."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gui.model.origin import Source

_ADDRESS = re.compile(r"0x[0-9a-fA-F]{6,}")
_SPACE = re.compile(r"[ \t]+$", re.MULTILINE)

SAME, DIFFERENT, NOT_SAVED, NOT_PRINTED = "same", "different", "not saved", "not printed"


@dataclass(frozen=True, slots=True)
class Result:
    """Of one cell, numbered from 0; `line` is where the two differ first, from 1, else 0."""

    cell: int
    title: str
    printed: str
    saved: str
    verdict: str
    line: int = 0


def results(source: Source | None) -> list[Result]:
    """A Result for every cell that prints something, here or where it was saved."""
    if source is None:
        return []
    found = []
    for number, cell in enumerate(source.cells):
        printed, saved = cell.printed.strip("\n"), cell.saved.strip("\n")
        if printed or saved:
            verdict, line = _verdict(printed, saved)
            found.append(Result(number, cell.title, printed, saved, verdict, line))
    return found


def _verdict(printed: str, saved: str) -> tuple[str, int]:
    if not saved:
        return NOT_SAVED, 0
    if not printed:
        return NOT_PRINTED, 0
    ours, theirs = _comparable(printed), _comparable(saved)
    if ours == theirs:
        return SAME, 0
    lines = zip(ours.split("\n"), theirs.split("\n"), strict=False)
    first = next((k for k, (a, b) in enumerate(lines) if a != b), None)
    return DIFFERENT, min(ours.count("\n"), theirs.count("\n")) + 2 if first is None else first + 1


def _comparable(text: str) -> str:
    """Without what differs from run to run, or cannot be seen."""
    return _SPACE.sub("", _ADDRESS.sub("0x…", text)).strip("\n")


def summary(found: list[Result]) -> str:
    """`12 same · 1 different`, in the order in which one looks for them."""
    counts = {
        verdict: sum(one.verdict == verdict for one in found)
        for verdict in (DIFFERENT, NOT_PRINTED, SAME, NOT_SAVED)
    }
    return " · ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
