"""What of a node or region can be typed over in place, and what typing does to the Document."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

from engine.graph import Node
from engine.packed import Packed
from engine.registry import OPS
from engine.registry import Field as OpField
from gui.canvas.field import Field
from gui.canvas.geometry import Geometry
from gui.canvas.shapes import HEADER
from gui.model import edits, entry, names
from gui.model.document import Document
from gui.model.words import short
from gui.state.editor import Editor
from gui.tr import tr


@dataclass(frozen=True, slots=True)
class Spot:
    """A Field and where it stands: `part` is name, value, title, a slot or a keyword of the op."""

    part: str
    field: Field


def spots(editor: Editor, item: str) -> list[Spot]:
    """The fields of a node or region, in the order Tab visits them."""
    document = editor.document
    if item in document.graph.regions:
        return [_title(editor, item)]
    node = document.graph.nodes[item]
    found = [_slot(editor, node, slot) for slot in _number_slots(document, node)]
    found += [_number_field(editor, node, field) for field in _number_fields(node)]
    if "data" in node.params and not isinstance(node.params["data"], Packed):
        found.insert(0, _data(editor, node))
    return [*found, _name(editor, node)]


def _number_slots(document: Document, node: Node) -> list[str]:
    op = OPS.get(node.op)
    wired = document.graph.inputs.get(node.id, {})
    slots = [s for s in op.slots if s.takes_number and s.name not in wired] if op else []
    written = [s.name for s in slots if s.name in node.params]
    return written + [s.name for s in slots if s.name not in node.params]


def _data(editor: Editor, node: Node) -> Spot:
    def commit(text: str) -> None:
        value = entry.parse(text)
        if entry.holds_floats(node.params, node.op):
            value = entry.as_floats(value)
        document = edits.set_param(editor.document, node.id, "data", value)
        editor.apply(tr("Set {} to {}").format(node.name, text.strip()[:24]), document)

    text, floats = entry.spell(node.params["data"]), entry.holds_floats(node.params, node.op)
    number = "float" if floats else "int"
    one = number if type(node.params["data"]) in (float, int) else ""
    return Spot("value", Field(tr("Value of {}").format(node.name), text, commit, one))


def _slot(editor: Editor, node: Node, slot: str) -> Spot:
    def commit(text: str) -> None:
        value = entry.number(text) if text.strip() else None
        document = edits.set_param(editor.document, node.id, slot, value)
        what = short(value) if value is not None else tr("nothing")
        editor.apply(tr("Set {} of {} to {}").format(slot, node.name, what), document)

    text = entry.spell(node.params[slot]) if slot in node.params else ""
    label = tr("{} of {}").format(slot, node.name)
    return Spot(slot, Field(label, text, commit, "float"))


def _number_fields(node: Node) -> list[OpField]:
    op = OPS.get(node.op)
    kinds = ("int", "float", "int | None", "float | None")
    return [f for f in op.fields if f.kind in kinds and not op.source] if op else []


def _number_field(editor: Editor, node: Node, field: OpField) -> Spot:
    def commit(text: str) -> None:
        value = entry.number(text) if text.strip() else None
        if value is None and field.required:
            raise ValueError(tr("{} is needed: type a number.").format(field.name))
        if field.kind.startswith("int") and not isinstance(value, (int, type(None))):
            told = tr("{} is a whole number: type one such as 1.")
            raise ValueError(told.format(field.name))
        document = edits.set_param(editor.document, node.id, field.name, value)
        what = short(value) if value is not None else tr("nothing")
        editor.apply(tr("Set {} of {} to {}").format(field.name, node.name, what), document)

    value = node.params.get(field.name, field.default)
    text = entry.spell(value)
    label = tr("{} of {}").format(field.name, node.name)
    return Spot(field.name, Field(label, text, commit, field.kind.split()[0]))


def _name(editor: Editor, node: Node) -> Spot:
    def commit(text: str) -> None:
        name = text.strip()
        why = names.why_no_name(name, names.taken(editor.document.graph, node.id))
        if why:
            raise ValueError(why)
        told = tr("Rename {} to {}").format(node.name, name)
        editor.apply(told, edits.rename(editor.document, node.id, name))

    return Spot("name", Field(tr("Name of {}").format(node.name), node.name, commit))


def _title(editor: Editor, region_id: str) -> Spot:
    region = editor.document.graph.regions[region_id]

    def commit(text: str) -> None:
        document = edits.rename(editor.document, region_id, text.strip())
        editor.apply(tr("Edit note") if region.kind == "note" else tr("Rename region"), document)

    label = tr("Text of the note") if region.kind == "note" else tr("Title")
    return Spot("title", Field(label, region.title, commit))


def place_of(geometry: Geometry, item: str, part: str) -> QRectF:
    """Where on the scene a field is edited: on the folded group, if it lies in one."""
    (item,) = geometry.plan.drawn([item])
    if item in geometry.region_row:
        tab = geometry.regions[geometry.region_row[item]].tab
        low = min(tab[3], tab[1] + 34)
        return QRectF(QPointF(*tab[:2]), QPointF(max(tab[2], tab[0] + 360), low))
    row = geometry.row[item]
    (x, y), shape = geometry.xy[row].tolist(), geometry.shape(row)
    if shape.pill:
        left = 18 + len(shape.label) * 9.4 + 20 if part == "value" else 8.0
        return QRectF(x + left, y + 8, max(90.0, shape.width - left), shape.height - 16)
    if part in shape.inputs:
        middle = float(geometry.ports[geometry.input_port(item, part), 1])
        return QRectF(x + 8, middle - 13, shape.width - 8, 26)
    return QRectF(x, y, shape.width, HEADER)
