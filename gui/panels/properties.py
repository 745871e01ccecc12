"""The editable part of the inspector: a node's name, fields and literals; a region's title."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QToolButton, QVBoxLayout, QWidget

from engine.graph import Graph, Node, Region
from engine.registry import OPS, Op
from gui.model import edits, entry, names, words
from gui.model.leaf import is_leaf
from gui.panels.fields import FieldEditor, Read, TextField, editor_for, name_reader
from gui.panels.parts import heading, label, menu_text, row_label, say
from gui.panels.slider import Span
from gui.panels.tensor_field import DataField, table_link
from gui.state.editor import Editor
from gui.tr import tr

REGION_WORDS = {
    "no_grad": "no_grad region: nothing computed inside is tracked.",
    "enable_grad": "enable_grad region: tracking is on again inside.",
    "inference_mode": "inference_mode region: nothing inside is tracked, nor can it be later.",
    "group": "group: a frame around nodes; it changes nothing.",
    "note": "note: text on the canvas.",
}


class Properties(QWidget):
    """A form of one node's or region's values; every commit is one entry in the undo history."""

    table_wanted = Signal(str)
    """(node): its numbers are to be edited as a table."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self.editor = editor
        self.item: str | None = None
        self.fields: dict[str, FieldEditor] = {}
        self._rows: tuple[str, ...] = ()
        self._spans: dict[str, Span] = {}
        self._form_box = QVBoxLayout(self)
        self._form_box.setContentsMargins(0, 0, 0, 0)
        self._form: QWidget | None = None

    def show_node(self, node: Node, graph: Graph) -> None:
        op = OPS.get(node.op)
        rows = _rows(node, op, graph)
        if (node.id, *rows) != (self.item, *self._rows):
            self._start(node.id, tuple(rows))
            name = tr("name")
            self._add("name", TextField(self._name_reader(node.id), name), shown=name)
            for row in rows:
                self._add(row, _editor(row, op) if row != "data" else self._data_field(node.id))
            if "data" not in rows and is_leaf(graph, node.id):
                self._add_table_link(node.id)
            self._show_form()
        self.fields["name"].show_value(node.name)
        if isinstance(data := self.fields.get("data"), DataField):
            data.show_leaf(node.name, floats=entry.holds_floats(node.params, node.op))
        for name in rows:
            self.fields[name].show_value(node.params.get(name, _default(name, op)))

    def _add_table_link(self, node: str) -> None:
        """For a leaf whose numbers an op makes, such as randn."""
        assert self._form is not None
        form, link = self._form.layout(), table_link()
        assert isinstance(form, QFormLayout)
        form.addRow("", link)
        link.clicked.connect(lambda: self.table_wanted.emit(node))

    def _data_field(self, node: str) -> DataField:
        made = DataField(self._spans.get(node))
        made.slider.span_changed.connect(lambda span: self._spans.update({node: span}))
        made.slider.moved.connect(lambda value: self._preview(node, value))
        made.slider.settled.connect(lambda: self._settle(node))
        made.slider.cancelled.connect(self.editor.drop_preview)
        made.table_wanted.connect(lambda: self.table_wanted.emit(node))
        return made

    def _preview(self, node: str, value: float | int) -> None:
        """What a slider is moved to runs at once, and is no step of the undo history yet."""
        document = self.editor.document
        if node in document.graph.nodes:
            self.editor.preview(edits.set_param(document, node, "data", value))

    def _settle(self, node: str) -> None:
        document = self.editor.document
        if self.editor.previewing and node in document.graph.nodes:
            found = document.graph.nodes[node]
            value = words.short(found.params.get("data"))
            self.editor.apply(tr("Set {} to {}").format(found.name, value), document)

    def _name_reader(self, node: str) -> Read:
        return name_reader(lambda: names.taken(self.editor.document.graph, node))

    def show_region(self, region: Region) -> None:
        if (region.id, region.kind) != (self.item, *self._rows):
            self._start(region.id, (region.kind,))
            word = tr("text") if region.kind == "note" else tr("title")
            self._add("name", TextField(str, word), shown=word)
            self._show_form()
        self.fields["name"].show_value(region.title)

    def _start(self, item: str, rows: tuple[str, ...]) -> None:
        """Begin an empty form; what was being typed in the old one is committed as it goes."""
        if self._form is not None:
            self._form.hide()  # the commit leads back here: the form below may be another one
            self._form_box.removeWidget(self._form)
            self._form.deleteLater()
        self.item, self._rows, self.fields = item, rows, {}
        self._form = QWidget()
        form = QFormLayout(self._form)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(6)
        form.setHorizontalSpacing(10)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)

    def _show_form(self) -> None:
        assert self._form is not None
        self._form_box.addWidget(self._form)
        self._form.show()

    def _add(self, name: str, made: FieldEditor, shown: str = "") -> None:
        assert self._form is not None
        assert self.item is not None
        form = self._form.layout()
        assert isinstance(form, QFormLayout)
        text = row_label(shown or name)
        text.setBuddy(made)
        form.addRow(text, made)
        self.fields[name] = made
        item = self.item
        made.committed.connect(lambda value: self._commit(item, name, value))

    def _commit(self, item: str, field: str, value: Any) -> None:
        document = self.editor.document
        graph = document.graph
        if item not in graph.nodes and item not in graph.regions:
            return
        if field == "name":
            old = graph.nodes[item].name if item in graph.nodes else graph.regions[item].kind
            self.editor.apply(tr("Rename {}").format(old), edits.rename(document, item, value))
            return
        node = graph.nodes[item]
        if field == "data":
            value = entry.as_floats(value) if entry.holds_floats(node.params, node.op) else value
        text = tr("Set {} of {}").format(field, node.name)
        self.editor.apply(text, edits.set_param(document, item, field, value))


def _rows(node: Node, op: Op | None, graph: Graph) -> list[str]:
    """The fields a node has, and the slots that hold (or could hold) a number."""
    if op is None:
        return []
    wired = graph.inputs.get(node.id, {})
    literals = [s.name for s in op.slots if s.takes_number and s.name not in wired]
    # A field that takes anything (a device) is there so that programs run, not to be edited.
    return [*literals, *(field.name for field in op.fields if field.kind != "Any")]


def _editor(name: str, op: Op | None) -> FieldEditor:
    assert op is not None
    for slot in op.slots:
        if slot.name == name:
            read = _or_nothing if slot.optional else entry.number
            return TextField(read, name, hint=tr("a number, or wire an input"))
    field = next(f for f in op.fields if f.name == name)
    return editor_for(name, field.kind, optional=not field.required and field.default is None)


def _or_nothing(text: str) -> Any:
    return None if text.strip() in ("", "None") else entry.number(text)


def _default(name: str, op: Op | None) -> Any:
    return next((f.default for f in op.fields if f.name == name), None) if op else None


class Links(QWidget):
    """A titled list of nodes; a click (or Enter) selects one."""

    chosen = Signal(str)

    def __init__(self, title: str) -> None:
        super().__init__()
        self._shown: object = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(1)
        self._column.addWidget(heading(title))
        self._more = label("", "muted")
        self._column.addWidget(self._more)
        self.buttons: list[QToolButton] = []

    def show_links(self, links: list[tuple[str, str]], most: int = 12) -> None:
        """`links` are (text, node id)."""
        self.setVisible(bool(links))
        if links == self._shown:
            return
        self._shown = links
        for button in self.buttons:
            self._column.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = [self._button(*link) for link in links[:most]]
        for k, button in enumerate(self.buttons):
            self._column.insertWidget(1 + k, button)
        more = tr("and {} more").format(len(links) - most)
        say(self._more, more if len(links) > most else "")

    def _button(self, text: str, node: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("link", True)
        button.setText(menu_text(text))
        button.setAccessibleName(text)
        button.setToolTip(tr("Select this node"))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.clicked.connect(lambda: self.chosen.emit(node))
        return button
