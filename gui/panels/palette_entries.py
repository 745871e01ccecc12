"""What the palette offers: ops, modules and regions, and how well each answers what was typed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.registry import Op
from gui.model.fuzzy import NOT_AT_ALL, Words, distance
from gui.model.modules import PREFIX, Module
from gui.tr import tr

CATEGORIES = (
    *("Tensors", "Modules", "Arithmetic", "Elementary", "Activation", "Reduction", "Shape"),
    *("Linear algebra", "Gradient control", "In-place", "Loss"),
)


MODULE_SYMBOL = "▸"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the palette: an op, a module, or a region to put around nodes."""

    name: str
    text: str
    symbol: str
    category: str
    doc: str
    region: bool = False
    nickname: str = ""
    module: bool = False

    @property
    def shown(self) -> str:
        """Its text; the names of ops and modules are the same in every language."""
        return tr(self.text) if self.region else self.text

    @property
    def words(self) -> Words:
        """What it can be found by."""
        return Words(self.text, self.symbol, self.category, self.doc, self.nickname)


REGIONS = (
    Entry("no_grad", "no_grad region", "▨", "Gradient control",
          "Nothing computed inside is tracked: with torch.no_grad().", True),
    Entry("enable_grad", "enable_grad region", "▧", "Gradient control",
          "Tracking is on again inside: with torch.enable_grad().", True),
    Entry("inference_mode", "inference_mode region", "▩", "Gradient control",
          "Nothing inside is tracked, nor can it be later: with torch.inference_mode().", True),
    Entry("group", "group", "▢", "Gradient control",
          "A frame around nodes that belong together; it changes nothing.", True),
    Entry("note", "note", "¶", "Gradient control", "Text on the canvas.", True),
)  # fmt: skip


def entries(ops: Mapping[str, Op], modules: Iterable[Module] = ()) -> list[Entry]:
    """All lines in the order of the categories; within one, in the order they were declared."""
    found = [
        Entry(op.name, op.name, op.symbol, op.category, op.doc, nickname=op.nickname)
        for op in ops.values()
    ]
    found += [
        Entry(
            PREFIX + m.name,
            m.title,
            MODULE_SYMBOL,
            "Modules",
            m.summary,
            False,
            m.name,
            module=True,
        )
        for m in modules
    ]
    known = {c: k for k, c in enumerate(CATEGORIES)}
    return sorted([*found, *REGIONS], key=lambda e: known.get(e.category, len(known)))


def answers(typed: str, every: list[Entry]) -> list[Entry]:
    """The entries that answer what was typed, the best first."""
    found = [(distance(typed, e.words), len(e.text), k) for k, e in enumerate(every)]
    return [every[k] for far, _, k in sorted(found) if far < NOT_AT_ALL]


def sorry(typed: str, every: list[str]) -> str:
    """What is said when nothing answers."""
    near = difflib.get_close_matches(typed, every, 3, 0.3) or every[:3]
    return tr("Nothing called “{}”. Try: {}.").format(typed, ", ".join(near))
