"""The frames around nodes: no_grad regions, groups and notes, and how large they are."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass

from engine.graph import Region
from gui.model.document import Document

Box = tuple[float, float, float, float]

PAD, HEAD, TITLE_HEIGHT = 20.0, 24.0, 22.0
NOTE_WIDTH, NOTE_PAD, NOTE_LINE = 250.0, 14.0, 17.0
_CHAR, _MONO = 7.0, 7.2
_TITLES = {
    "no_grad": "torch.no_grad()",
    "enable_grad": "torch.enable_grad()",
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


def region_shapes(document: Document, box_of: Callable[[str], Box]) -> tuple[RegionShape, ...]:
    """Every region, outermost first; inner ones are measured first, so outer ones go around."""
    graph = document.graph
    shapes: dict[str, RegionShape] = {}
    inner_first = sorted(graph.regions.values(), key=lambda r: len(r.members))
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
    return region.title or _TITLES.get(region.kind, region.kind)


def _card(region: Region, place: tuple[float, float]) -> RegionShape:
    title = title_of(region)
    lines = _wrapped(title or "(empty note: double-click to write)", NOTE_WIDTH - 2 * NOTE_PAD)
    x, y = float(place[0]), float(place[1])
    box = (x, y, x + NOTE_WIDTH, y + 2 * NOTE_PAD + NOTE_LINE * len(lines))
    return RegionShape(region.id, region.kind, box, title, box, lines, True)


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
        return RegionShape(region.id, "note", box, title, (left, top - tall, right, top), lines)
    top -= HEAD / 2
    width = min(right - left - 20, max(60.0, len(title) * _MONO + 22))
    tab = (left + 12, top - TITLE_HEIGHT / 2, left + 12 + width, top + TITLE_HEIGHT / 2)
    return RegionShape(region.id, region.kind, (left, top, right, bottom), title, tab)


def _wrapped(text: str, width: float) -> tuple[str, ...]:
    columns = max(12, int(width / _CHAR))
    lines = [line for part in text.split("\n") for line in textwrap.wrap(part, columns) or [""]]
    return tuple(lines)
