"""The tensor editor, by keyboard and mouse."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

import engine  # noqa: F401  (fills the catalogue of ops)
from engine.graph import Graph, Node
from gui.model.document import Document
from gui.panels.parts import contrast
from gui.panels.tensor_editor import RESIZE, TensorEditor
from gui.panels.tensor_table import _STRONGEST, Cells
from gui.state.editor import Editor
from gui.theme import LIGHT, THEMES

# The offscreen platform says so of every top-level widget that has a layout.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

Key, LEFT = Qt.Key, Qt.MouseButton.LeftButton
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
MATRIX = [[1.0, -2.0], [3.0, 4.0]]


def editor_on(data, op="tensor", **params):
    made = Editor()
    made.open(Document(Graph.of([Node("w", op, "w", {"data": data, **params})])))
    return made


@pytest.fixture
def open_on(qtbot):
    def opened(data=MATRIX, op="tensor", **params):
        dialog = TensorEditor(editor_on(data, op, **params), "w", LIGHT, None)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.open()
        return dialog

    return opened


def go(dialog, row, column):
    flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
    dialog.table.selectionModel().setCurrentIndex(dialog.cells.index(row, column), flags)


def cell_editor(dialog):
    """The line that was opened last: the ones before are deleted a little later."""
    return dialog.table.viewport().findChildren(QLineEdit)[-1]


def type_into(dialog, row, column, text, end=Key.Key_Return):
    go(dialog, row, column)
    QTest.keyClick(dialog.table, Key.Key_Return)
    line = cell_editor(dialog)
    line.selectAll()
    QTest.keyClicks(line, text)
    finish(line, end)
    return line


def finish(line, end=Key.Key_Return):
    QTest.keyClick(line, end)
    QApplication.processEvents()  # Qt commits a cell once its line has had the key


def retype(field, text):
    field.line.setFocus()
    field.line.selectAll()
    QTest.keyClicks(field.line, text)
    QTest.keyClick(field.line, Key.Key_Return)


def press(dialog, text):
    button = next(b for b in dialog.findChildren(QPushButton) if b.text() == text)
    QTest.mouseClick(button, LEFT)


def put(text):
    QGuiApplication.clipboard().setText(text)


def node(dialog):
    return dialog.editor.document.graph.nodes["w"]


def test_cells_are_typed_and_ok_is_one_step(open_on):
    dialog = open_on()
    first = dialog.editor.document
    type_into(dialog, 0, 1, "1e-3")
    type_into(dialog, 1, 0, "nan")
    type_into(dialog, 1, 1, "-inf")
    QTest.keyClick(dialog, Key.Key_Return, CTRL)
    assert not dialog.isVisible()
    np.testing.assert_equal(node(dialog).params["data"], [[1.0, 0.001], [np.nan, -np.inf]])
    history = dialog.editor.history
    assert (history.count(), history.undoText()) == (1, "Edit w")
    history.undo()
    assert dialog.editor.document is first


def test_esc_leaves_no_trace(open_on):
    dialog = open_on()
    first = dialog.editor.document
    type_into(dialog, 0, 0, "9")
    assert dialog.editor.previewing  # it is seen in the window behind
    QTest.keyClick(dialog, Key.Key_Escape)
    assert not dialog.isVisible()
    assert dialog.editor.document is first
    assert dialog.editor.history.count() == 0


def test_ok_without_a_change_is_no_step(open_on):
    dialog = open_on()
    QTest.keyClick(dialog, Key.Key_Return, CTRL)
    assert dialog.editor.history.count() == 0


def test_a_cell_that_cannot_be_stays_open_with_the_reason(open_on):
    dialog = open_on([[1, 2]], dtype="int8")
    line = type_into(dialog, 0, 0, "1.5")
    assert line.isVisible()
    assert line.property("bad")
    assert "int8 holds whole numbers only" in dialog.complaint.text()
    line.selectAll()
    QTest.keyClicks(line, "7")
    finish(line)
    assert dialog.leaf.array.tolist() == [[7, 2]]
    assert dialog.complaint.isHidden()


def test_esc_in_a_cell_closes_only_the_cell(open_on):
    dialog = open_on()
    type_into(dialog, 0, 0, "77", end=Key.Key_Escape)
    assert dialog.isVisible()
    assert dialog.leaf.array.tolist() == MATRIX


def test_typing_begins_an_edit(open_on):
    dialog = open_on()
    QTest.keyClick(dialog.table, Key.Key_5)
    finish(cell_editor(dialog))
    assert dialog.leaf.array[0, 0] == 5


def test_ctrl_z_takes_back_step_by_step(open_on):
    dialog = open_on()
    type_into(dialog, 0, 0, "5")
    press(dialog, "+ Row")
    QTest.keyClick(dialog, Key.Key_Z, CTRL)
    assert dialog.leaf.array.tolist() == [[5, -2], [3, 4]]
    QTest.keyClick(dialog, Key.Key_Z, CTRL)
    assert dialog.leaf.array.tolist() == MATRIX
    QTest.keyClick(dialog, Key.Key_Z, CTRL)
    assert dialog.leaf.array.tolist() == MATRIX


def test_rows_and_columns_beside_the_current_cell(open_on):
    dialog = open_on()
    go(dialog, 0, 0)
    press(dialog, "+ Row")
    press(dialog, "+ Column")
    assert dialog.leaf.array.tolist() == [[1, 0, -2], [0, 0, 0], [3, 0, 4]]
    assert dialog.shape.line.text() == "3, 3"
    go(dialog, 1, 1)
    press(dialog, "− Row")
    go(dialog, 0, 1)
    press(dialog, "− Column")
    assert dialog.leaf.array.tolist() == MATRIX


def test_the_last_row_stays(open_on):
    dialog = open_on([1.0, 2.0])
    press(dialog, "− Row")
    assert dialog.complaint.text() == "The last row stays."


def test_copy_and_paste_like_a_spreadsheet(open_on):
    dialog = open_on()
    dialog.table.setFocus()
    dialog.table.selectAll()
    QTest.keyClick(dialog.table, Key.Key_C, CTRL)
    assert QGuiApplication.clipboard().text() == "1.0\t-2.0\n3.0\t4.0"
    put("7\t8\n9\t10\n")
    go(dialog, 1, 1)
    QTest.keyClick(dialog.table, Key.Key_V, CTRL)
    assert dialog.leaf.array.tolist() == [[1, -2, 0], [3, 7, 8], [0, 9, 10]]


def test_a_literal_is_pasted_whole(open_on):
    dialog = open_on()
    put("tensor([[[1, 2]],\n        [[3, 4]]], dtype=torch.int16)")
    QTest.keyClick(dialog.table, Key.Key_V, CTRL)
    assert (dialog.leaf.array.shape, dialog.leaf.dtype) == ((2, 1, 2), "int16")
    assert len(dialog.slices) == 1
    put("nonsense")
    QTest.keyClick(dialog.table, Key.Key_V, CTRL)
    assert "is not a number" in dialog.complaint.text()
    assert dialog.leaf.array.shape == (2, 1, 2)


def test_copy_as_code_is_read_back(open_on):
    dialog = open_on(requires_grad=True)
    press(dialog, "Copy as code")
    text = QGuiApplication.clipboard().text()
    assert text == "torch.tensor([[1.0, -2.0], [3.0, 4.0]], requires_grad=True)"
    QTest.keyClick(dialog.table, Key.Key_V, CTRL)
    assert dialog.leaf.array.tolist() == MATRIX


def test_delete_writes_zeros(open_on):
    dialog = open_on()
    go(dialog, 1, 0)
    QTest.keyClick(dialog.table, Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(dialog.table, Key.Key_Delete)
    assert dialog.leaf.array.tolist() == [[1, -2], [0, 0]]


def test_slices_of_a_batch(open_on):
    cube = np.arange(24.0).reshape(2, 3, 2, 2)
    dialog = open_on(cube.tolist())
    assert [box.maximum() for box in dialog.slices] == [1, 2]
    dialog.slices[0].setFocus()
    QTest.keyClick(dialog.slices[0], Key.Key_Up)
    QTest.keyClick(dialog.slices[1], Key.Key_Up)
    np.testing.assert_array_equal(dialog.cells.sheet, cube[1, 1])
    type_into(dialog, 0, 1, "-5")
    assert dialog.leaf.array[1, 1, 0, 1] == -5
    assert (dialog.leaf.array != cube).sum() == 1
    np.testing.assert_array_equal(dialog.cells.sheet, dialog.leaf.array[1, 1])


def test_the_shape_is_typed(open_on):
    dialog = open_on()
    retype(dialog.shape, "4")
    assert dialog.leaf.array.tolist() == [1, -2, 3, 4]
    retype(dialog.shape, "3, 3")
    assert "4 numbers cannot be reshaped to (3, 3)" in dialog.complaint.text()
    assert dialog.leaf.array.shape == (4,)
    assert not dialog.fill_with.isVisible()
    dialog.way.show_value(RESIZE)
    dialog.way.activated.emit(1)
    assert dialog.fill_with.isVisible()
    retype(dialog.fill_with, "9")
    retype(dialog.shape, "2, 5")
    assert dialog.leaf.array.tolist() == [[1, -2, 3, 4, 9], [9] * 5]


def test_dtype_gradient_and_name(open_on):
    dialog = open_on([[1, 2]])
    assert dialog.dtype.currentText() == "default (int64)"
    QTest.mouseClick(dialog.wanted, LEFT, NONE, QPoint(8, dialog.wanted.height() // 2))
    assert dialog.leaf.requires_grad
    assert dialog.dtype.currentText() == "default (float32)"
    row = dialog.dtype.findData("int8")
    dialog.dtype.setCurrentIndex(row)
    dialog.dtype.activated.emit(row)
    assert "Only Tensors of floating point" in dialog.complaint.text()
    assert dialog.dtype.currentData() is None
    retype(dialog.name, "weights")
    QTest.keyClick(dialog, Key.Key_Return, CTRL)
    assert node(dialog).name == "weights"
    assert node(dialog).params == {"data": [[1.0, 2.0]], "requires_grad": True}


def test_a_name_that_cannot_be_is_refused(open_on):
    dialog = open_on()
    retype(dialog.name, "2 x")
    assert dialog.complaint.text()
    assert dialog.name.line.text() == "w"


def test_a_parameter_always_wants_its_gradient(open_on):
    dialog = open_on(op="parameter")
    assert dialog.wanted.isChecked()
    assert not dialog.wanted.isEnabled()


def test_filling_with_a_seed(open_on):
    dialog = open_on(np.zeros((2, 3)).tolist())
    retype(dialog.fill.seed_field, "42")
    press(dialog, "Fill")
    assert np.float32(dialog.leaf.array[0, 0]) == np.float32(1.0812207)  # torch's, of this seed
    press(dialog, "New seed")
    assert dialog.fill.seed_field.line.text() == str(dialog.fill.seed)
    dialog.fill.choice.show_value("constant")
    dialog.fill.choice.activated.emit(dialog.fill.choice.currentIndex())
    assert not dialog.fill.seed_field.isVisible()
    press(dialog, "Fill")
    assert (dialog.leaf.array == 0.5).all()


def test_the_heat_map_can_be_switched_off_and_leaves_text_readable(open_on):
    dialog = open_on()
    role = Qt.ItemDataRole.BackgroundRole
    strong, weak = (dialog.cells.data(dialog.cells.index(*at), role) for at in ((1, 1), (0, 0)))
    assert strong.alphaF() > weak.alphaF() > 0
    below = dialog.cells.data(dialog.cells.index(0, 1), role)
    assert below.name() != strong.name()
    dialog.heat.click()
    assert dialog.cells.data(dialog.cells.index(1, 1), role) is None
    for theme in THEMES.values():
        for token in ("value", "gradient"):
            ground = _mixed(getattr(theme, token), theme.window, _STRONGEST)
            assert contrast(theme.text, ground) >= 4.5, (theme.name, token)


def _mixed(one, other, share):
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


def test_the_line_below_counts(open_on):
    dialog = open_on([[1.0, float("nan")]])
    assert dialog.summary.text().endswith("min 1 · max 1 · mean 1 · 1 nan")


def test_of_a_million_numbers_only_those_in_sight_are_asked_for(open_on, monkeypatch):
    asked = set()

    def data(cells, index, role=Qt.ItemDataRole.DisplayRole):
        asked.add((index.row(), index.column()))
        return answer(cells, index, role)

    answer = Cells.data
    monkeypatch.setattr(Cells, "data", data)
    dialog = open_on(np.random.default_rng(0).normal(size=(1000, 1000)).tolist())
    dialog.grab()
    view = dialog.table.viewport().size()
    row = dialog.table.verticalHeader().defaultSectionSize()
    column = dialog.table.horizontalHeader().defaultSectionSize()
    in_sight = (view.height() // row + 2) * (view.width() // column + 2)
    assert 0 < len(asked) <= in_sight


def across(track, share):
    return QPoint(round(8 + (track.width() - 16) * share), track.height() // 2)


def test_the_slider_of_the_table_moves_the_current_cell(open_on):
    dialog = open_on()
    go(dialog, 1, 0)
    assert dialog.cell.text() == "w[1, 0] = 3"
    track = dialog.slider.track
    QTest.mousePress(track, LEFT, NONE, across(track, 0.5))
    for share in (0.6, 0.7, 0.9):
        QTest.mouseMove(track, across(track, share))
    assert dialog.editor.document.graph.nodes["w"].params["data"][1][0] == dialog.leaf.array[1, 0]
    QTest.mouseRelease(track, LEFT, NONE, across(track, 0.9))
    assert dialog.leaf.array[1, 0] == pytest.approx(4.0, abs=0.2)
    QTest.keyClick(dialog, Key.Key_Z, CTRL)  # the drag is one step back
    assert dialog.leaf.array.tolist() == MATRIX
