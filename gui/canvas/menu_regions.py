"""What the context menu offers about regions: members, folding, colour."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from gui.model.regions import REGION_COLORS
from gui.tr import tr

if TYPE_CHECKING:
    from gui.canvas.canvas import Canvas

Do = Callable[[], object]
Entry = tuple[str, str, "Do | list[Entry]"]


def region_entries(canvas: Canvas) -> list[Entry]:
    """For what is selected; empty where there is nothing to be done."""
    graph, items = canvas.document.graph, canvas.selection.items
    nodes = items & graph.nodes.keys()
    found: list[Entry] = []
    if nodes:
        found.append((tr("Put into another region"), "", _modes(canvas)))
    if nodes and len(canvas.frames) == 1:
        found.append((tr("Add to the region"), "", canvas.add_to_region))
    if any(i in graph.region_of for i in nodes):
        found.append((tr("Take out of its region"), "", canvas.take_out))
    if canvas.frames:
        found += _for_frames(canvas)
    return found


def _modes(canvas: Canvas) -> list[Entry]:
    kinds = (
        ("torch.enable_grad()", "enable_grad"), ("torch.inference_mode()", "inference_mode"),
        (tr("note"), "note"),
    )  # fmt: skip
    return [(text, "", partial(canvas.add_region, kind)) for text, kind in kinds]


def _for_frames(canvas: Canvas) -> list[Entry]:
    groups = [r for r in canvas.frames if r.kind == "group"]
    found: list[Entry] = []
    if groups:
        text = tr("Unfold") if all(r.folded for r in groups) else tr("Fold")
        found.append((text, "G", canvas.fold_selection))
    colors: list[Entry] = [
        (tr(name), "", partial(canvas.color_selection, token))
        for token, name in REGION_COLORS.items()
    ]
    colors.append((tr("As usual"), "", partial(canvas.color_selection, "")))
    return [
        *found,
        (tr("Colour"), "", colors),
        (tr("Ungroup"), "Ctrl+Shift+G", canvas.ungroup_selection),
        (tr("Delete with its members"), "Shift+Del", canvas.delete_with_members),
    ]
