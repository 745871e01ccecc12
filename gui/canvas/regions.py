"""The frames around nodes: no_grad regions, groups and notes, and how large they are."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from engine.graph import Region
from gui.model.document import Document
from gui.model.unseen import visible
from gui.tr import tr

Box = tuple[float, float, float, float]

PAD, HEAD, TITLE_HEIGHT = 20.0, 24.0, 22.0
MARK_WIDTH = 24.0
NOTE_WIDTH, NOTE_PAD, NOTE_LINE = 250.0, 14.0, 17.0
_CHAR, _MONO = 7.0, 7.2
_TITLES = {
    "no_grad": "torch.no_grad()",
    "enable_grad": "torch.enable_grad()",
    "inference_mode": "torch.inference_mode()",
    "group": "group",
    "note": "",
}


@dataclass(frozen=True, slots=True)
class RegionShape:
    """A region as drawn: its box, its title tab (a note has its wrapped text instead)."""

    id: str
    kind: str
    box: Box
    title: str
    tab: Box
    lines: tuple[str, ...] = ()
    card: bool = False
    """A card of its own: a note without members."""
    color: str = "cut"
    """The theme's colour of its border and its tab."""

    @property
    def mark(self) -> Box | None:
        """Where a group is folded: the left end of its tab."""
        if self.kind != "group":
            return None
        return self.tab[0], self.tab[1], self.tab[0] + MARK_WIDTH, self.tab[3]


def region_shapes(document: Document, box_of: Callable[[str], Box]) -> tuple[RegionShape, ...]:
    """Every region, outermost first; inner ones are measured first, so outer ones go around."""
    graph = document.graph
    shapes: dict[str, RegionShape] = {}
    # Of two with the same members the first stands around the other, as in Graph.region_of.
    inner_first = sorted([*graph.regions.values()][::-1], key=lambda r: len(r.members))
    for k, region in enumerate(inner_first):
        members = [m for m in region.members if m in graph.nodes]
        if not members:
            shapes[region.id] = _card(region, document.places.get(region.id, (0.0, 0.0)))
            continue
        inside = set(members)
        boxes = [box_of(m) for m in members]
        boxes += [
            shapes[r.id].box for r in inner_first[:k] if r.members and inside.issuperset(r.members)
        ]
        shapes[region.id] = _frame(region, boxes)
    return tuple(shapes[r.id] for r in reversed(inner_first))


def title_of(region: Region) -> str:
    """What the tab says."""
    return visible(region.title) or _TITLES.get(region.kind, region.kind)


def color_of(region: Region) -> str:
    """The theme's colour it is drawn in."""
    return region.color or ("selection" if region.kind == "group" else "cut")


def _card(region: Region, place: tuple[float, float]) -> RegionShape:
    title = title_of(region)
    told = title or tr("(empty note: double-click to write)")
    lines = _wrapped(told, NOTE_WIDTH - 2 * NOTE_PAD)
    x, y = float(place[0]), float(place[1])
    box = (x, y, x + NOTE_WIDTH, y + 2 * NOTE_PAD + NOTE_LINE * len(lines))
    return RegionShape(region.id, region.kind, box, title, box, lines, True, color_of(region))


def _frame(region: Region, boxes: list[Box]) -> RegionShape:
    left = min(b[0] for b in boxes) - PAD
    top = min(b[1] for b in boxes) - PAD
    right = max(b[2] for b in boxes) + PAD
    bottom = max(b[3] for b in boxes) + PAD
    title = title_of(region)
    if region.kind == "note":
        lines = _wrapped(title, right - left - 2 * NOTE_PAD)
        tall = NOTE_LINE * len(lines) + NOTE_PAD
        box = (left, top - tall, right, bottom)
        tab = (left, top - tall, right, top)
        return RegionShape(region.id, "note", box, title, tab, lines, False, color_of(region))
    top -= HEAD / 2
    mark = MARK_WIDTH - 10 if region.kind == "group" else 0.0
    width = min(right - left - 20, max(60.0, len(title) * _MONO + 22 + mark))
    tab = (left + 12, top - TITLE_HEIGHT / 2, left + 12 + width, top + TITLE_HEIGHT / 2)
    box = (left, top, right, bottom)
    return RegionShape(region.id, region.kind, box, title, tab, color=color_of(region))


def _wrapped(text: str, width: float) -> tuple[str, ...]:
    columns = max(12, int(width / _CHAR))
    lines = [line for part in text.split("\n") for line in textwrap.wrap(part, columns) or [""]]
    return tuple(lines)
