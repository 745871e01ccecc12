"""What the right mouse button offers, depending on what lies under it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from engine.graph import EdgeKey
from gui.canvas.hits import Hit
from gui.canvas.menu_regions import region_entries
from gui.model.align import ALIGN, DISTRIBUTE
from gui.model.wires import links_of
from gui.tr import tr

if TYPE_CHECKING:
    from gui.canvas.canvas import Canvas

Do = Callable[[], object]
Entry = tuple[str, str, "Do | list[Entry]"]
"""(text, key, what it does, or a menu of its own); an empty text is a line between."""

NUMBERS = ("0", "0.1", "0.5", "1", "2", "10", "-1", "1e-08", "0.99999999")
"""What `Set to` offers: for a hand that stays on the mouse."""

LINE: Entry = ("", "", lambda: None)


def entries(canvas: Canvas, hit: Hit, at: QPointF) -> list[Entry]:
    """The menu for what was hit at a scene point."""
    if hit.kind in ("node", "region"):
        return _for_items(canvas, hit)
    if hit.kind == "edge" and hit.edge is not None:
        return _for_edge(canvas, hit.edge, at)
    if hit.kind == "bend" and hit.edge is not None:
        return _for_bend(canvas, hit.edge, hit.port)
    if hit.kind == "port":
        return _for_port(canvas, hit, at)
    return [
        (tr("Add operation…"), "Tab", lambda: canvas.start_search(at)),
        (tr("Add note"), "", lambda: canvas.add_note(at)),
        LINE,
        (tr("Paste"), "Ctrl+V", canvas.paste),
        (tr("Paste, keeping the wires"), "Ctrl+Shift+V", canvas.paste_linked),
        (tr("Select all"), "Ctrl+A", canvas.select_all),
        (tr("Find a node…"), "Ctrl+F", canvas.start_find),
        LINE,
        (tr("Show everything"), "Home", canvas.fit_all),
        ("100 %", "Ctrl+0", canvas.zoom_actual),
        (tr("Minimap"), "Alt+M", canvas.toggle_minimap),
    ]


def _why(canvas: Canvas, node: str = "", edge: EdgeKey | None = None) -> list[Entry]:
    """The questions that can be asked here; of many the first, and the others in their own menu."""
    found: list[Entry] = [
        (text, "", partial(canvas.asked.emit, question))
        for text, question in canvas.questions(node, edge)
    ]
    found = [(text, "" if k else "Shift+W", do) for k, (text, _, do) in enumerate(found)]
    if len(found) > 2:
        found[1:] = [(tr("More questions"), "", found[1:])]
    if edge is not None and canvas.frame.edge(edge).cut is not None:
        passed = partial(canvas.ghost_wanted.emit, edge)
        found.append((tr("Show what would have passed"), "", passed))
    return [*found, LINE] if found else []


def _for_items(canvas: Canvas, hit: Hit) -> list[Entry]:
    single = len(canvas.selection.items) == 1
    return [
        *(_why(canvas, hit.id) if single and hit.kind == "node" else []),
        *(_for_one(canvas, hit) if single else _for_several(canvas)),
        (tr("Duplicate"), "Ctrl+D", canvas.duplicate_selection),
        (tr("Copy"), "Ctrl+C", canvas.copy_selection),
        (tr("Cut"), "Ctrl+X", canvas.cut_selection),
        LINE,
        *_mute(canvas),
        (tr("Group"), "Ctrl+G", canvas.group_selection),
        (tr("Put into no_grad()"), "N", canvas.no_grad_selection),
        *region_entries(canvas),
        LINE,
        (tr("Show the selection"), "F", canvas.fit_selection),
        LINE,
        (tr("Delete"), "Del", canvas.delete_selection),
        (tr("Delete and bridge the gap"), "Ctrl+Del", canvas.bridge_selection),
    ]


def _for_one(canvas: Canvas, hit: Hit) -> list[Entry]:
    if hit.kind == "region":
        return [(tr("Edit text"), "F2", canvas.rename_selection), LINE]
    found: list[Entry] = []
    if "data" in canvas.document.graph.nodes[hit.id].params:
        found.append((tr("Edit value"), "Enter", canvas.edit_selection))
        found.append(_numbers(canvas, hit.id, "value"))
    return [
        *found,
        (tr("Rename"), "F2", canvas.rename_selection),
        (tr("Add an operation that reads it…"), "Tab", canvas.start_search),
        (tr("Lead a wire from it"), "W", canvas.pick_up_wire),
        LINE,
    ]


def _numbers(canvas: Canvas, item: str, part: str) -> Entry:
    """Numbers to choose from where one would else be typed."""
    (field,) = (s.field for s in canvas.fields_of(item) if s.part == part)
    chosen: list[Entry] = [(text, "", partial(field.commit, text)) for text in NUMBERS]
    other: Entry = (tr("Another number…"), "", lambda: canvas.edit_item(item, part))
    return (tr("Set to"), "", [*chosen, LINE, other])


def _for_several(canvas: Canvas) -> list[Entry]:
    ways: list[Entry] = [(tr(way.capitalize()), "", partial(canvas.align, way)) for way in ALIGN]
    spread: list[Entry] = [
        (tr(way.capitalize()), "", partial(canvas.distribute, way)) for way in DISTRIBUTE
    ]
    pair: list[Entry] = [(tr("Wire together"), "L", canvas.link_selection)]
    return [
        *(pair if len(canvas.selection.items) == 2 else []),
        (tr("Align"), "", ways),
        (tr("Distribute"), "", spread),
        LINE,
    ]


def _mute(canvas: Canvas) -> list[Entry]:
    nodes, found = canvas.document.graph.nodes, canvas.mutable()
    if not found:
        return []
    text = tr("Unmute") if all(nodes[i].muted for i in found) else tr("Mute")
    return [(text, "M", canvas.mute_selection)]


def _for_edge(canvas: Canvas, key: EdgeKey, at: QPointF) -> list[Entry]:
    return [
        *_why(canvas, edge=key),
        (tr("Put an operation in here…"), "", lambda: canvas.start_search(at, edge=key)),
        (tr("Add a bend here"), "Shift+right-click", lambda: canvas.bend_wire(key, at)),
        (tr("Lead it elsewhere"), "W", canvas.pick_up_wire),
        LINE,
        (tr("Remove"), "Del", canvas.delete_selection),
    ]


def _for_bend(canvas: Canvas, key: EdgeKey, index: int) -> list[Entry]:
    bends = [(key, k) for k in range(len(canvas.document.bends.get(key, ())))]
    return [
        (tr("Remove this bend"), "Del", lambda: canvas.remove_bends(bends[index : index + 1])),
        (tr("Straighten the whole wire"), "", lambda: canvas.remove_bends(bends)),
        LINE,
        (tr("Remove the wire"), "Alt+click", lambda: canvas.remove_wires([key])),
    ]


def _for_port(canvas: Canvas, hit: Hit, at: QPointF) -> list[Entry]:
    node, slot, output = canvas.geometry_.slot_of(hit.port)
    wire = (node, slot, output)
    links = links_of(canvas.document.graph, node, slot, output)
    found: list[Entry] = []
    if slot is None or not links:
        found.append((tr("Add operation here…"), "", lambda: canvas.start_search(at, wire=wire)))
    if slot is not None and any(s.part == slot for s in canvas.fields_of(node)):
        text = tr("Type a number for {}").format(slot)
        found.append((text, "", lambda: canvas.edit_item(node, slot)))
        found.append(_numbers(canvas, node, slot))
    if links:
        several = tr("Remove all {} wires").format(len(links))
        text = tr("Disconnect") if len(links) == 1 else several
        found.append((text, "Alt+click", lambda: canvas.unlink(node, slot, output)))
    return found
