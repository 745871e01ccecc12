"""The tensor editor: a leaf's numbers as a table, its shape, dtype, name and gradient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from engine.code.literals import literal
from gui.model import entry, initialise, leaf, words
from gui.model.leaf import Leaf
from gui.model.unseen import visible
from gui.panels.fields import DTYPES, BoolField, ChoiceField, TextField
from gui.panels.parts import Number, label, number_label, say
from gui.panels.slider import NumberSlider
from gui.panels.tensor_fill import Fill
from gui.panels.tensor_table import Cells, Table
from gui.state.editor import Editor
from gui.theme import Theme
from gui.tr import tr

LIVE = 4096
"""Numbers up to which every change is run at once, to be seen in the window behind."""
PAST = 50
RESHAPE, RESIZE = "reshape", "resize"


class TensorEditor(QDialog):
    """Edits a copy; OK applies it as one step of the undo history, Cancel leaves no trace."""

    def __init__(self, editor: Editor, node: str, theme: Theme, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.editor, self.node = editor, node
        self.first = self.leaf = leaf.of(editor.document.graph.nodes[node])
        self.before = editor.document
        self.past: list[Leaf] = []
        self.cells = Cells(theme)
        self.setWindowTitle(visible(tr("Edit {}").format(self.leaf.name)))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._make()
        self._lay_out()
        self._connect()
        self._show_slices()
        self.show_leaf()
        self.table.setCurrentIndex(self.cells.index(0, 0))
        self.table.setFocus()
        self.resize(*self._first_size())

    # ---- parts -----------------------------------------------------------------------------------

    def _make(self) -> None:
        self.name = TextField(str.strip, tr("name"))
        self.dtype = ChoiceField(DTYPES, "dtype", none=tr("default"))
        self.wanted = BoolField("requires_grad")
        self.wanted.setText("requires_grad")
        self.shape = TextField(leaf.read_shape, tr("shape"), hint=tr("one number"))
        self.way = ChoiceField((), tr("What happens to the numbers"))
        self.way.addItem(tr("keep the order"), RESHAPE)
        self.way.addItem(tr("keep the places"), RESIZE)
        self.fill_with = TextField(lambda text: entry.number(text), tr("new cells"))
        self.fill_with.show_value(0)
        self.slices: list[QSpinBox] = []
        self.slice_row = QHBoxLayout()
        self.table = Table(self.cells)
        self.heat = QCheckBox(tr("Heat map"))
        self.heat.setChecked(True)
        self.slider = NumberSlider()
        self.cell = number_label("muted", wrap=False)
        self.fill = Fill()
        self.summary = label("", "muted", wrap=False)
        self.complaint = label("", "error")
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        for button in self.buttons.buttons():
            button.setAutoDefault(False)  # type: ignore[attr-defined]

    def _lay_out(self) -> None:
        whole = QVBoxLayout(self)
        whole.setContentsMargins(16, 14, 16, 14)
        whole.setSpacing(10)
        self.fill_label = label(tr("new cells"), "muted", wrap=False)
        whole.addLayout(_row(
            label(tr("name"), "muted", wrap=False), self.name, label("dtype", "muted", wrap=False),
            self.dtype, self.wanted, None,
        ))  # fmt: skip
        whole.addLayout(_row(
            label(tr("shape"), "muted", wrap=False), self.shape, self.way, self.fill_label,
            self.fill_with, None, self.heat,
        ))  # fmt: skip
        for field, longest in ((self.name, 16), (self.shape, 16), (self.fill_with, 6)):
            field.line.fit("0" * longest)
        whole.addLayout(self.slice_row)
        whole.addWidget(self.table, 1)
        tools = QHBoxLayout()
        tools.setSpacing(6)
        for text, tip, do in self._tools():
            button = QPushButton(text)
            button.setToolTip(tip)
            button.setAutoDefault(False)
            button.clicked.connect(lambda _=False, do=do: do())
            tools.addWidget(button)
        tools.addStretch(1)
        whole.addLayout(tools)
        whole.addLayout(_row(self.cell, self.slider))
        whole.addWidget(self.fill)
        whole.addWidget(self.summary)
        whole.addWidget(self.complaint)
        whole.addLayout(_row(label(self._hint(), "muted", wrap=False), None, self.buttons))

    def _hint(self) -> str:
        return tr(
            "Type to change a cell · Ctrl+V pastes · Ctrl+Z takes back · Ctrl+Enter is OK ·"
            " Esc cancels"
        )

    def _tools(self) -> list[tuple[str, str, Callable[[], None]]]:
        return [
            (tr("+ Row"), tr("Put a row in below the current one"), partial(self._add_line, -2)),
            (tr("− Row"), tr("Take the current row out"), partial(self._remove_line, -2)),
            (tr("+ Column"), tr("Put a column in right of the current one"),
             partial(self._add_line, -1)),
            (tr("− Column"), tr("Take the current column out"), partial(self._remove_line, -1)),
            (tr("Copy as code"), tr("The whole tensor as torch.tensor(…)"), self.copy_code),
            (tr("Paste"), tr("Cells from a spreadsheet, or a PyTorch or NumPy literal (Ctrl+V)"),
             self.table.paste),
        ]  # fmt: skip

    def _connect(self) -> None:
        self.cells.edited.connect(self.change)
        self.cells.refused.connect(self.complain)
        self.table.pasted.connect(
            lambda found: self._try(lambda: leaf.pasted(self.leaf, self._here(), found))
        )
        self.table.cleared.connect(self._clear)
        self.table.selectionModel().currentChanged.connect(lambda *_: self._show_cell())
        self.cells.modelReset.connect(self._show_cell)
        self.heat.toggled.connect(self._toggle_heat)
        self.name.committed.connect(lambda text: self._try(lambda: self._named(text)))
        self.dtype.committed.connect(
            lambda name: self._try(lambda: leaf.with_dtype(self.leaf, name))
        )
        self.wanted.committed.connect(
            lambda on: self._try(lambda: leaf.with_requires_grad(self.leaf, on))
        )
        self.shape.committed.connect(lambda shape: self._try(lambda: self._shaped(shape)))
        self.way.committed.connect(lambda _: self._show_way())
        self.fill.wanted.connect(lambda *how: self._try(lambda: initialise.filled(self.leaf, *how)))
        self.slider.moved.connect(self._slide)
        self.slider.settled.connect(self._settle)
        self.slider.cancelled.connect(self._unslide)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)

    def _first_size(self) -> tuple[int, int]:
        rows, columns = self.cells.sheet.shape
        header = self.table.horizontalHeader().defaultSectionSize()
        high = min(rows, 14) * self.table.verticalHeader().defaultSectionSize()
        return min(1100, max(760, 110 + columns * header)), 390 + max(60, high)

    # ---- what is shown ---------------------------------------------------------------------------

    def show_leaf(self) -> None:
        """Bring every part in line with the Leaf."""
        found = self.leaf
        self.name.show_value(found.name)
        self.dtype.show_value(found.dtype)
        self.dtype.setItemText(
            0, tr("default") if found.dtype else tr("default ({})").format(found.dtype_name)
        )
        self.wanted.show_value(found.wants_grad)
        self.wanted.setEnabled(not found.learned)
        self.shape.show_value(", ".join(map(str, found.array.shape)))
        self.cells.show(found, self._slice())
        say(self.summary, leaf.summary(found))
        self._show_cell()
        self._show_way()

    def _show_way(self) -> None:
        for part in (self.fill_label, self.fill_with):
            part.setVisible(self.way.currentData() == RESIZE)

    def _show_slices(self) -> None:
        """A number for each dimension before the last two."""
        while (item := self.slice_row.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self.slices = []
        lead = self.leaf.array.shape[:-2]
        if not lead:
            return
        self.slice_row.addWidget(label(tr("slice") + "  [", "muted", wrap=False))
        for k, size in enumerate(lead):
            box = Number()
            box.setMaximum(size - 1)
            box.setWrapping(True)
            box.setAccessibleName(tr("Index in dimension {}").format(k))
            box.valueChanged.connect(lambda _: self.show_leaf())
            self.slices.append(box)
            self.slice_row.addWidget(box)
            self.slice_row.addWidget(label(tr("of {}").format(size) + " ,", "muted", wrap=False))
        self.slice_row.addWidget(label(":, : ]", "muted", wrap=False))
        self.slice_row.addStretch(1)

    def _slice(self) -> tuple[int, ...]:
        return tuple(box.value() for box in self.slices)

    def _here(self) -> tuple[int, ...]:
        """The place of the current cell, the first of a selected block."""
        top, left, _, _ = self.table.block() or (0, 0, 1, 1)
        return self.cells.at(top, left)

    def _show_cell(self) -> None:
        """The slider stands for the current cell."""
        here = self.table.currentIndex()
        inside = here.isValid() and here.row() < self.cells.sheet.shape[0]
        inside = inside and here.column() < self.cells.sheet.shape[1]
        value = self.cells.sheet[here.row(), here.column()].item() if inside else True
        able = not isinstance(value, bool)
        self.slider.setEnabled(able)
        if able:
            place = self.leaf.array.ndim and self.cells.at(here.row(), here.column())
            name = self.leaf.name
            if place:
                name += str(list(place[-self.leaf.array.ndim :]))
            self.cell.setText(f"{name} = {words.number(value, 6)}")
            self.slider.show_number(name, value, whole=self.leaf.kind == "i")

    def _toggle_heat(self, on: bool) -> None:
        self.cells.heat = on
        self.table.viewport().update()

    def complain(self, sentence: str) -> None:
        """Say why something cannot be."""
        say(self.complaint, sentence)

    # ---- changes ---------------------------------------------------------------------------------

    def _try(self, make: Callable[[], Leaf]) -> None:
        try:
            self.change(make())
        except ValueError as error:
            self.show_leaf()
            self.complain(str(error))

    def change(self, new: Leaf) -> None:
        """Go on with another Leaf; Ctrl+Z leads back."""
        self.past = [*self.past[1 - PAST :], self.leaf]
        self._become(new)

    def back(self) -> None:
        """Take the last change back."""
        if self.past:
            self._become(self.past.pop())

    def _become(self, new: Leaf) -> None:
        lead = self.leaf.array.shape[:-2]
        self.leaf = new
        if new.array.shape[:-2] != lead:
            self._show_slices()
        self.complain("")
        self.show_leaf()
        self._preview()

    def _preview(self) -> None:
        if self.leaf.array.size <= LIVE and self.editor.document.graph.nodes.get(self.node):
            self.editor.preview(leaf.applied(self.before, self.node, self.leaf))

    def _named(self, name: str) -> Leaf:
        new = replace(self.leaf, name=name)
        leaf.applied(self.before, self.node, new)
        return new

    def _shaped(self, shape: tuple[int, ...]) -> Leaf:
        if self.way.currentData() == RESHAPE:
            return leaf.reshaped(self.leaf, shape)
        return leaf.resized(self.leaf, shape, entry.number(self.fill_with.line.text()))

    def _add_line(self, axis: int) -> None:
        top, left, rows, columns = self.table.block() or (0, 0, 1, 1)
        at = top + rows if axis == -2 else left + columns
        self._try(lambda: leaf.with_line(self.leaf, axis, at))

    def _remove_line(self, axis: int) -> None:
        top, left, _, _ = self.table.block() or (0, 0, 1, 1)
        self._try(lambda: leaf.without_line(self.leaf, axis, top if axis == -2 else left))

    def _clear(self) -> None:
        top, left, rows, columns = self.table.block() or (0, 0, 1, 1)
        self._try(lambda: leaf.cleared(self.leaf, self.cells.at(top, left), rows, columns))

    def copy_code(self) -> None:
        """The whole tensor as a PyTorch line."""
        dtype = f", dtype=torch.{self.leaf.dtype}" if self.leaf.dtype else ""
        wanted = ", requires_grad=True" if self.leaf.wants_grad else ""
        text = f"torch.tensor({literal(self.leaf.array.tolist())}{dtype}{wanted})"
        QGuiApplication.clipboard().setText(text)

    # ---- the slider ------------------------------------------------------------------------------

    def _slide(self, value: float | int) -> None:
        """One drag is one step back."""
        if not self._sliding:
            self.past = [*self.past[1 - PAST :], self.leaf]
            self._sliding = True
        here = self.table.currentIndex()
        self._become(leaf.with_cell(self.leaf, self.cells.at(here.row(), here.column()), value))

    _sliding = False

    def _settle(self) -> None:
        self._sliding = False

    def _unslide(self) -> None:
        self._sliding = False
        self.back()

    # ---- keys, and the end ----------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter alone is the fields' and the cells': it must not close the whole."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
                self.accept()
        elif event.matches(QKeySequence.StandardKey.Undo):
            self.back()
        else:
            super().keyPressEvent(event)

    def accept(self) -> None:
        """Apply what has become of it, as one edit."""
        self.setFocus()  # what is being typed is committed as its field loses the focus
        if self.complaint.text():
            return
        document = leaf.applied(self.before, self.node, self.leaf)
        self.editor.apply(tr("Edit {}").format(self.leaf.name), document)
        super().accept()

    def reject(self) -> None:
        """Leave everything as it was."""
        self.editor.drop_preview()
        super().reject()


def _row(*parts: QWidget | None) -> QHBoxLayout:
    """Widgets side by side; None stands for room between them."""
    row = QHBoxLayout()
    row.setSpacing(8)
    for part in parts:
        if part is None:
            row.addStretch(1)
        else:
            row.addWidget(part, 1 if isinstance(part, NumberSlider) else 0)
    return row
