"""The ledger's lines as text: what every change of a `.grad` did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from gui.model import words
from gui.model.frames import LedgerEntry
from gui.tr import tr

PILED_UP = ("⚠ accumulated:", "zero_grad() was not called")


@dataclass(frozen=True, slots=True)
class Row:
    """One line as it is shown; `kind` is title, start, first, sum, zero or warning.

    Its parts stand side by side, or below each other where there is not enough room.
    """

    kind: str
    parts: tuple[str, ...]
    step: int | None = None
    newest: bool = False
    top: bool = False
    bottom: bool = False

    @property
    def text(self) -> str:
        return ("  " if self.kind not in ("warning", "title") else " ").join(self.parts)


def amount(array: Any) -> str:
    """A gradient in a ledger line: the numbers if they are few, else shape and norm."""
    text = words.short(array, width=26)
    if array is None or np.ndim(array) == 0 or text.startswith("["):
        return text
    norm = words.number(np.linalg.norm(np.asarray(array, float)))
    return tr("{} norm {}").format(text, norm)


def line(entry: LedgerEntry) -> tuple[str, str]:
    """What one entry did: `backward #2`, `4 + 4 = 8` or `x.grad.zero_()`, `8 → 0`."""
    before, after = amount(entry.before), amount(entry.after)
    if entry.added is None:
        return entry.what, f"{before} → {after}"
    start = "" if entry.before is None else f"{before} "
    return entry.what, f"{start}+ {amount(entry.added)} = {after}"


def rows(entries: tuple[LedgerEntry, ...], names: Mapping[str, str]) -> list[Row]:
    """The entries under one title per leaf, leaves in the order they were first written to."""
    shown: list[Row] = []
    newest = entries[-1] if entries else None
    for node in dict.fromkeys(e.node for e in entries):
        shown.append(Row("title", (f"{names.get(node, node)}.grad",)))
        shown += _group([e for e in entries if e.node == node], newest)
    return shown


def _group(entries: list[LedgerEntry], newest: LedgerEntry | None) -> list[Row]:
    start = Row("start", (tr("start"), amount(entries[0].before)), top=True)
    body: list[Row] = []
    for entry in entries:
        kind = "zero" if entry.added is None else "sum" if entry.piled_up else "first"
        body.append(Row(kind, line(entry), entry.step, entry is newest))
        if entry.piled_up:
            body.append(Row("warning", tuple(map(tr, PILED_UP)), entry.step))
    last = body.pop()
    return [start, *body, replace(last, bottom=True)]
