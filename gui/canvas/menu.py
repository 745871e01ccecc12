"""What the right mouse button offers, depending on what lies under it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF

from gui.canvas.hits import Hit

if TYPE_CHECKING:
    from gui.canvas.canvas import Canvas

Entry = tuple[str, str, Callable[[], object]]
"""(text, key, what it does); an empty text is a line between."""

LINE: Entry = ("", "", lambda: None)


def entries(canvas: Canvas, hit: Hit, at: QPointF) -> list[Entry]:
    """The menu for what was hit at a scene point."""
    if hit.kind in ("node", "region"):
        return _for_items(canvas, hit)
    if hit.kind == "edge" and hit.edge is not None:
        return [("Delete wire", "Del", canvas.delete_selection)]
    if hit.kind == "port":
        return _for_port(canvas, hit, at)
    return [
        ("Add operation…", "Tab", lambda: canvas.start_search(at)),
        ("Add note", "", lambda: canvas.add_note(at)),
        LINE,
        ("Paste", "Ctrl+V", canvas.paste),
        ("Select all", "Ctrl+A", canvas.select_all),
        LINE,
        ("Show everything", "Home", canvas.fit_all),
        ("100 %", "Ctrl+0", canvas.zoom_actual),
    ]


def _for_items(canvas: Canvas, hit: Hit) -> list[Entry]:
    edit: list[Entry] = []
    pair: list[Entry] = [("Wire together", "L", canvas.link_selection)]
    if len(canvas.selection.items) == 1:
        if hit.kind == "node" and "data" in canvas.document.graph.nodes[hit.id].params:
            edit.append(("Edit value", "Enter", canvas.edit_selection))
        edit += [
            ("Rename" if hit.kind == "node" else "Edit text", "F2", canvas.rename_selection),
            LINE,
        ]
    return [
        *edit,
        ("Duplicate", "Ctrl+D", canvas.duplicate_selection),
        ("Copy", "Ctrl+C", canvas.copy_selection),
        ("Cut", "Ctrl+X", canvas.cut_selection),
        LINE,
        *(pair if len(canvas.selection.items) == 2 else []),
        ("Group", "Ctrl+G", canvas.group_selection),
        ("Put into no_grad()", "N", canvas.no_grad_selection),
        LINE,
        ("Delete", "Del", canvas.delete_selection),
        ("Delete and bridge the gap", "Ctrl+Del", canvas.bridge_selection),
    ]


def _for_port(canvas: Canvas, hit: Hit, at: QPointF) -> list[Entry]:
    node, slot, output = canvas.geometry_.slot_of(hit.port)
    wire = (node, slot, output)
    found: list[Entry] = [
        ("Add operation here…", "", lambda: canvas.start_search(at, wire=wire)),
    ]
    if slot is not None and (node, slot) in canvas.document.graph.edges:
        found = [("Disconnect", "", lambda: canvas.disconnect_slot(node, slot))]
    elif slot is not None and any(s.part == slot for s in canvas.fields_of(node)):
        found.append((f"Type a number for {slot}", "", lambda: canvas.edit_item(node, slot)))
    return found
