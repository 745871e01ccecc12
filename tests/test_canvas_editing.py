"""Deleting, copying, pasting and nudging: by keys, each an undo step with a name."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from tests.canvas_kit import CTRL, SHIFT, product, rig_for, square


@pytest.fixture
def rig(qtbot):
    return rig_for(qtbot, square())


@pytest.fixture
def wires(qtbot):
    return rig_for(qtbot, product())


class TestRemovingAndCopying:
    def test_delete_takes_the_selection(self, rig):
        rig.selection.set(["x", "y"])
        rig.key(Qt.Key.Key_Backspace)
        assert list(rig.document.graph.nodes) == ["s"]
        assert rig.editor.history.undoText() == "Delete 2 nodes"
        assert rig.selection.items == set()

    def test_delete_of_nothing_is_no_step(self, rig):
        rig.key(Qt.Key.Key_Delete)
        assert rig.steps == 0

    def test_ctrl_delete_bridges(self, wires):
        wires.selection.set(["p"])
        wires.key(Qt.Key.Key_Delete, CTRL)
        assert wires.document.graph.edges["q", "self"].source == "x"
        assert wires.steps == 1

    def test_duplicate_selects_the_copies(self, rig):
        rig.selection.set(["x", "y"])
        rig.key(Qt.Key.Key_D, CTRL)
        assert rig.selection.items == {"x1", "y1"}
        assert rig.document.graph.edges["y1", "self"].source == "x1"
        assert rig.document.places["x1"] == (70, 90)
        assert rig.steps == 1

    def test_copy_cut_and_paste_go_through_text(self, rig):
        rig.selection.set(["x", "y"])
        rig.key(Qt.Key.Key_X, CTRL)
        assert list(rig.document.graph.nodes) == ["s"]
        rig.key(Qt.Key.Key_V, CTRL)
        assert set(rig.document.graph.nodes) == {"s", "x", "y"}
        rig.key(Qt.Key.Key_V, CTRL)
        assert len(rig.document.graph.nodes) == 5
        assert rig.document.places["x1"] != rig.document.places["x"]

    @pytest.mark.parametrize("text", ["hello world", "", "{}", '{"nodes": 3}', "[1, [2]]"])
    def test_text_that_is_no_graph_is_refused_with_a_reason(self, rig, qtbot, text):
        QGuiApplication.clipboard().setText(text)
        with qtbot.waitSignal(rig.canvas.hint) as said:
            rig.key(Qt.Key.Key_V, CTRL)
        assert said.args[0].startswith("The clipboard holds no Chainrule graph.")
        assert rig.steps == 0

    def test_numbers_that_cannot_be_read_are_refused_with_the_place(self, rig, qtbot):
        QGuiApplication.clipboard().setText("1\t2\n3\tfour")
        with qtbot.waitSignal(rig.canvas.hint) as said:
            rig.key(Qt.Key.Key_V, CTRL)
        assert "four" in said.args[0]
        assert "column 2" in said.args[0]
        assert rig.steps == 0

    def test_a_note_alone_is_duplicated_and_pasted_by_its_text(self, wires):
        wires.selection.set(["n"])
        wires.key(Qt.Key.Key_D, CTRL)
        assert wires.editor.history.undoText() == "Duplicate Two wires, one x."
        wires.key(Qt.Key.Key_C, CTRL)
        wires.key(Qt.Key.Key_V, CTRL)
        assert wires.editor.history.undoText() == "Paste Two wires, one x."
        notes = [r.title for r in wires.document.graph.regions.values() if r.kind == "note"]
        assert notes == ["Two wires, one x."] * 3

    def test_a_pasted_number_becomes_a_tensor(self, rig):
        QGuiApplication.clipboard().setText("[1, 2.5]")
        rig.key(Qt.Key.Key_V, CTRL)
        (node,) = rig.selection.items
        assert rig.document.graph.nodes[node].params["data"] == [1.0, 2.5]


class TestNudging:
    def test_a_nudge_after_save_is_a_step_of_its_own(self, rig):
        """The saved Document stays in the history: undoing back to it is clean."""
        rig.selection.set(["x"])
        for _ in range(2):
            rig.key(Qt.Key.Key_Right, SHIFT)
        saved = rig.document
        rig.editor.saved(Path("a.chain"))
        for _ in range(2):
            rig.key(Qt.Key.Key_Right, SHIFT)
        assert rig.steps == 2
        assert rig.editor.dirty
        rig.editor.history.undo()
        assert rig.document is saved
        assert not rig.editor.dirty


def test_l_wires_two_selected_nodes_together(rig):
    rig.selection.set(["x", "s"])
    rig.key(Qt.Key.Key_L)
    assert rig.document.graph.edges["s", "self"].source == "x"
    assert rig.editor.history.undoText() == "Connect x to s"
