"""Large tensors in the real window: opened, dropped, saved, copied, undone, edited by index."""

from __future__ import annotations

import io
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

import assets
from engine.graph import Graph, Node
from engine.packed import Packed
from gui.model import archive, limits, sampled
from gui.model.document import Document
from gui.model.files import SUFFIXES, load, save
from gui.panels.tensor_editor import TensorEditor
from gui.panels.tensor_large import LargeTensor
from gui.panels.tensor_table import Table
from gui.storing import kinds
from gui.window import Window
from tests import digits
from tests.canvas_kit import Rig
from tests.window_kit import settled

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

Key, CTRL = Qt.Key, Qt.KeyboardModifier.ControlModifier
ROOT = Path(__file__).parent.parent
MANY = limits.INLINE + 1


def holding(array, **params):
    node = Node("w", "parameter", "w", {"data": array, **params})
    return Document(Graph.of([node]), (), {"w": (120.0, 120.0)})


def opened(qtbot, app, document):
    app.filing.put(document)
    settled(qtbot, app)
    app.canvas.setFocus()
    return Rig(app.canvas, app.editor, app.selection)


def data_of(app, node="w"):
    return app.editor.document.graph.nodes[node].params["data"]


# ---- the example -------------------------------------------------------------------------------


def test_the_example_is_what_its_program_makes():
    assert digits.PATH.read_bytes() == archive.to_bytes(digits.document())
    assert digits.PATH.stat().st_size < 200_000
    assert type(load(digits.PATH)[0].graph.nodes["w1"].params["data"]) is Packed


def test_the_example_runs_to_its_last_step_in_the_window(qtbot, app, told):
    assert app.filing.open(digits.PATH)
    settled(qtbot, app)
    assert app.window.windowTitle().startswith("digits.chainz")
    assert app.settings.recent[0] == digits.PATH
    last = len(app.player.film) - 1
    app.player.go(last)
    grad = app.player.frame.node("w1").stored
    assert grad.shape == (784, 32)
    assert np.isfinite(grad).all()
    assert grad.any()
    told_in_code = app.code.view.toPlainText().split("\n")
    assert "w1 = torch.tensor(np.load('tensors/w1.npy'), requires_grad=True)" in told_in_code
    assert not told


@pytest.mark.parametrize("command", ["check", "run", "step"])
def test_the_example_is_understood_without_a_window(command):
    call = [sys.executable, "main.py", command, str(digits.PATH)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert "w1" in done.stdout or "8 nodes" in done.stdout


def test_an_archive_that_is_damaged_is_refused_at_the_command_line_with_its_place(tmp_path):
    data = bytearray(digits.PATH.read_bytes())
    data[-60_000] ^= 1
    path = tmp_path / "broken.chainz"
    path.write_bytes(data)
    call = [sys.executable, "main.py", "check", str(path)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 1
    assert "tensors/w1.npy: Its bytes are damaged" in done.stdout


def test_the_code_of_a_large_tensor_runs_where_the_archive_was_unpacked(tmp_path):
    """What is shown is a program, whose numbers lie in the file that was saved."""
    import zipfile

    from engine.code.source import lines

    torch = pytest.importorskip("torch")
    array = np.random.default_rng(0).normal(size=(70, 70)).astype(np.float32)
    document = holding(Packed(array))
    with zipfile.ZipFile(io.BytesIO(archive.to_bytes(document))) as found:
        numbers = np.load(io.BytesIO(found.read("tensors/w.npy")))
    text = next(line.text for line in lines(document.graph, ()) if line.node == "w")
    assert text == "w = torch.tensor(np.load('tensors/w.npy'), requires_grad=True)"
    w = torch.tensor(numbers, requires_grad=True)
    assert w.detach().numpy().tobytes() == array.tobytes()


# ---- files -------------------------------------------------------------------------------------


def test_the_dialogs_show_both_kinds_of_file():
    assert all(f"*{suffix}" in kinds().split("(")[1] for suffix in SUFFIXES)


def test_a_dropped_archive_opens(qtbot, app, tmp_path):
    path = tmp_path / "large.chainz"
    save(holding(Packed(np.ones((70, 70)))), path)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(5, 5), Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    Window.dropEvent(app.window, event)
    settled(qtbot, app)
    assert app.editor.path == path
    assert data_of(app).shape == (70, 70)


def test_a_document_that_has_outgrown_its_text_file_is_offered_an_archive(
    qtbot, app, told, tmp_path, monkeypatch
):  # fmt: skip
    path = tmp_path / "small.chain"
    save(holding(1.0), path)
    assert app.filing.open(path)
    settled(qtbot, app)
    before = path.read_bytes()
    asked = []

    def chosen(parent, title, start, filter_):
        asked.append(start)
        return start, ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", chosen)
    app.editor.apply("grow", holding(Packed(np.ones((70, 70)))))
    assert app.filing.save()
    app.filing.finish()
    larger = tmp_path / "small.chainz"
    assert asked == [str(larger)]
    assert "4,096 numbers" in told[0]
    assert path.read_bytes() == before
    assert load(larger)[0] == app.editor.document
    assert app.editor.path == larger
    assert not app.editor.dirty
    app.editor.apply("shrink", holding(2.0))
    assert app.filing.save()  # an archive holds a small document, too
    assert load(larger)[0] == holding(2.0)


def test_a_name_without_a_suffix_gets_the_one_that_can_hold_the_document(
    qtbot, app, told, tmp_path, monkeypatch
):  # fmt: skip
    for name, array, suffix in (("a", 1.0, ".chain"), ("b", Packed(np.ones(MANY)), ".chainz"),
                                ("c.chain", Packed(np.ones(MANY)), "z")):  # fmt: skip
        opened(qtbot, app, holding(array))
        monkeypatch.setattr(
            QFileDialog, "getSaveFileName", lambda *a, n=name: (str(tmp_path / n), "")
        )
        assert app.filing.save_as()
        assert app.editor.path == tmp_path / f"{name}{suffix}"
    assert not told


# ---- editing -----------------------------------------------------------------------------------


def test_many_pasted_numbers_become_one_packed_tensor_and_undo_takes_them_away(qtbot, app):
    rig = opened(qtbot, app, Document())
    QGuiApplication.clipboard().setText(str(np.arange(MANY).tolist()))
    rig.key(Key.Key_V, CTRL)
    settled(qtbot, app)
    (node,) = app.editor.document.graph.nodes
    assert data_of(app, node).shape == (MANY,)
    assert data_of(app, node).dtype.name == "float32"
    app.editor.history.undo()
    assert not app.editor.document.graph.nodes
    app.editor.history.redo()
    assert type(data_of(app, node)) is Packed


def test_a_large_tensor_is_copied_and_pasted_as_text(qtbot, app):
    array = np.random.default_rng(5).normal(size=(70, 70))
    rig = opened(qtbot, app, holding(Packed(array)))
    app.selection.set(["w"])
    rig.key(Key.Key_C, CTRL)
    rig.key(Key.Key_V, CTRL)
    settled(qtbot, app)
    nodes = list(app.editor.document.graph.nodes)
    assert len(nodes) == 2
    assert data_of(app, nodes[1]) == data_of(app, nodes[0]) == Packed(array)


def test_what_is_too_much_for_the_clipboard_is_refused_in_words_and_not_cut(
    qtbot, app, monkeypatch
):  # fmt: skip
    rig = opened(qtbot, app, holding(Packed(np.ones((70, 70)))))
    monkeypatch.setattr(limits, "BYTES", 20_000)
    QGuiApplication.clipboard().setText("before")
    app.selection.set(["w"])
    rig.key(Key.Key_C, CTRL)
    assert "too many to copy" in app.window.statusBar().currentMessage()
    rig.key(Key.Key_X, CTRL)
    assert QGuiApplication.clipboard().text() == "before"
    assert "w" in app.editor.document.graph.nodes
    rig.key(Key.Key_D, CTRL)
    assert len(app.editor.document.graph.nodes) == 2


def test_a_move_of_a_large_tensor_runs_nothing_again(qtbot, app):
    rig = opened(qtbot, app, holding(Packed(np.ones((70, 70)))))
    film = app.player.film
    app.selection.set(["w"])
    rig.key(Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert app.editor.document.places["w"] != (120.0, 120.0)
    settled(qtbot, app)
    assert app.player.film.trace is film.trace


def test_the_inspector_tells_its_shape_and_opens_the_table(qtbot, app):
    opened(qtbot, app, holding(Packed(np.zeros((70, 70)))))
    app.selection.set(["w"])
    field = app.inspector.properties.fields["data"]
    assert "(70, 70)" in field.line.text()
    assert field.line.isReadOnly()
    QTest.mouseClick(field.table, Qt.MouseButton.LeftButton)
    dialog = next(d for d in app.window.findChildren(TensorEditor) if d.isVisible())
    assert isinstance(dialog.table, Table)
    dialog.change(sampled.leaf.with_cell(dialog.leaf, (3, 4), 0.5))
    dialog.accept()
    settled(qtbot, app)
    assert data_of(app).array[3, 4] == 0.5
    assert data_of(app).dtype.name == "float64"


# ---- too many for a table ----------------------------------------------------------------------


@pytest.fixture
def large(qtbot, app):
    array = np.arange(600 * 600, dtype=np.float32).reshape(600, 600)
    opened(qtbot, app, holding(Packed(array)))
    app.selection.set(["w"])
    app.edit_table()
    (dialog,) = (d for d in app.window.findChildren(LargeTensor) if d.isVisible())
    yield dialog
    for left in app.window.findChildren(LargeTensor):
        left.reject()


def typed(field, text):
    QTest.keyClick(field.line, Key.Key_A, CTRL)
    QTest.keyClicks(field.line, text)
    QTest.keyClick(field.line, Key.Key_Return)


def test_a_sample_is_shown_under_its_indices_and_cannot_be_typed_into(large):
    model = large.cells
    assert (model.rowCount(), model.columnCount()) == (sampled.ROWS, sampled.COLUMNS)
    rows, columns = Qt.Orientation.Vertical, Qt.Orientation.Horizontal
    assert (model.headerData(0, rows), model.headerData(63, rows)) == ("0", "599")
    assert (model.headerData(0, columns), model.headerData(15, columns)) == ("0", "599")
    assert model.data(model.index(63, 15)) == "359999"
    assert not model.flags(model.index(0, 0)) & Qt.ItemFlag.ItemIsEditable


def test_one_entry_is_changed_by_its_index_as_one_undo_step(qtbot, app, large):
    typed(large.index, "3, 17")
    assert large.value.line.text() == "1817.0"
    typed(large.value, "0.25")
    settled(qtbot, app)
    assert data_of(app).array[3, 17] == 0.25
    assert (data_of(app).array != np.arange(360_000).reshape(600, 600)).sum() == 1
    assert app.editor.history.undoText() == "Set [3, 17] of w to 0.25"
    app.editor.history.undo()
    assert large.value.line.text() == "1817.0"


def test_what_is_no_index_or_number_is_refused_in_words(app, large):
    document = app.editor.document
    typed(large.index, "600, 0")
    assert "from 0 to 599" in large.index.complaint.text()
    large.index._revert()
    typed(large.value, "many")
    assert "not a number" in large.value.complaint.text()
    assert app.editor.document is document


def test_a_cell_of_the_sample_brings_its_index(large):
    large.table.setCurrentIndex(large.cells.index(1, 2))
    place = large.cells.place(large.cells.index(1, 2))
    assert large.index.line.text() == ", ".join(map(str, place))
    assert large.place == place


def test_the_dialog_goes_with_its_tensor(app, large):
    app.editor.apply("away", Document())
    assert not large.isVisible()


def test_no_example_is_left_without_a_reader():
    """Every archive in the assets opens."""
    found = list(assets.path("").rglob("*.chainz"))
    assert digits.PATH in found
    for path in found:
        assert load(path)[0].graph.nodes
