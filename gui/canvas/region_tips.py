"""What a tooltip says about a region, and about a folded group with its net effect."""

from __future__ import annotations

from gui.model.document import Document
from gui.model.folding import plan
from gui.model.frames import Frame
from gui.model.regions import called
from gui.model.words import short
from gui.tr import tr

NOTHING_COMES = "What is computed inside is not recorded, so no gradient comes back through it."


def region_tip(document: Document, frame: Frame, region_id: str) -> str:
    """Its title, its size and, of a folded group, its results and what flows back out of it."""
    region = document.graph.regions[region_id]
    if region.kind == "note":
        return ""
    kind = "" if region.title in ("", region.kind) else f" · {region.kind}"
    size = len(region.members)
    nodes = tr("1 node") if size == 1 else tr("{} nodes").format(size)
    lines = [f"{called(region)}{kind} · {nodes}"]
    box = plan(document.graph).boxes.get(region_id)
    if region.kind in ("no_grad", "inference_mode"):
        lines.append(tr(NOTHING_COMES))
    if box is None:
        return "\n".join(lines)
    names = [document.graph.nodes[node].name for node, _ in box.outputs]
    for name, value in zip(names, frame.node(region_id).outputs, strict=False):
        if value is not None:
            lines.append(f"{name}: {short(value, 40, 6)}")
    for slot in box.inputs:
        grad = frame.edge((region_id, slot)).grad
        if grad is not None:
            lines.append(tr("gradient back to {}: {}").format(slot, short(grad, 40, 6)))
    return "\n".join(lines)
