"""Regions on the canvas: members by dragging and command, colour, modules; mouse and keys."""

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.canvas.canvas import MIME
from gui.canvas.curves import at as point_on
from gui.model.modules import NAMES
from gui.model.regions import REGION_COLORS
from tests.canvas_kit import ALT, CTRL, PLAIN, SHIFT, rig_for
from tests.region_kit import click_tab, framed, members, menu, pick, tab_of, undone


@pytest.fixture
def rig(qtbot):
    return rig_for(qtbot, framed())


class TestMembersByDragging:
    def test_a_node_dragged_into_a_frame_becomes_a_member(self, rig):
        before = rig.document
        rig.drag(rig.on("x", 60, 20), rig.see(420, 120))
        assert members(rig)["g"] == ("x", "a", "b")
        assert undone(rig, before) == "Move x into inner"

    def test_the_frame_is_lit_and_goes_around_before_the_release(self, rig):
        hints = []
        rig.canvas.hint.connect(hints.append)
        plain = rig.picture()
        rig.press(rig.on("x", 60, 20))
        rig.move(rig.see(300, 140))
        rig.move(rig.see(420, 120))
        assert dict(rig.canvas.tool.homes) == {"x": "g"}
        assert "Let go to move into inner · Shift leaves regions alone" in hints
        assert rig.picture() != plain
        assert rig.document.graph.regions["g"].members == ("a", "b")
        rig.key(Qt.Key.Key_Escape)
        assert rig.steps == 0
        assert rig.canvas.shown is rig.document

    def test_a_node_dragged_out_of_its_frame_leaves(self, rig):
        before = rig.document
        rig.drag(rig.on("b"), rig.see(480, 400))
        assert members(rig)["g"] == ("a",)
        assert undone(rig, before) == "Move b out of inner"

    def test_within_its_frame_it_stays(self, rig):
        rig.drag(rig.on("b"), rig.on("b") + QPoint(0, 40))
        assert members(rig)["g"] == ("a", "b")
        assert rig.editor.history.undoText() == "Move b"

    def test_shift_leaves_regions_alone(self, rig):
        end = rig.see(480, 400)
        rig.press(rig.on("b"))
        rig.move(end)
        rig.release(end, SHIFT)
        assert members(rig)["g"] == ("a", "b")
        assert rig.document.places["b"][1] > 300

    def test_the_last_member_takes_its_frame_along(self, rig):
        rig.drag(rig.on("y"), rig.see(800, 500))
        assert members(rig)["r"] == ("y",)
        assert rig.editor.history.undoText() == "Move y"

    def test_a_frame_dragged_into_another_nests_in_it(self, rig):
        before = rig.document
        tab = rig.canvas.geometry_.regions[rig.canvas.geometry_.region_row["r"]].tab
        rig.drag(rig.see(tab[0] + 40, tab[1] + 6), rig.see(400, 50))
        assert members(rig) == {"g": ("a", "b", "y"), "r": ("y",)}
        assert undone(rig, before) == "Move no_grad into inner"

    def test_from_one_frame_into_another(self, rig):
        rig.drag(rig.on("b"), rig.on("y"))
        assert members(rig) == {"g": ("a",), "r": ("b", "y")}

    def test_what_is_added_inside_a_frame_is_a_member(self, rig):
        rig.canvas.add_op("relu", QPointF(390, 100))
        assert members(rig)["g"] == ("a", "b", "relu")
        assert rig.steps == 1


class TestMembersByCommand:
    def test_nodes_are_added_to_the_selected_region(self, rig):
        before = rig.document
        rig.selection.set(["g", "x", "y"])
        rig.canvas.add_to_region()
        assert members(rig) == {"g": ("x", "a", "b", "y"), "r": ("y",)}
        assert undone(rig, before) == "Add 2 nodes to inner"

    def test_what_cannot_be_says_why(self, rig):
        hints = []
        rig.canvas.hint.connect(hints.append)
        rig.selection.set(["x"])
        for do in ("add_to_region", "take_out", "ungroup_selection", "delete_with_members",
                   "fold_selection"):  # fmt: skip
            hints.clear()
            getattr(rig.canvas, do)()
            assert hints[-1].endswith(("first.", "to it.", "frame.", "nodes.")), do
        assert rig.steps == 0

    def test_taken_out_by_menu(self, rig):
        rig.selection.set(["a"])
        pick(menu(rig, rig.on("a")), "Take out of its region")
        assert members(rig)["g"] == ("b",)

    def test_del_on_a_frame_keeps_its_members(self, rig):
        before = rig.document
        click_tab(rig, "g")
        rig.key(Qt.Key.Key_Delete)
        assert "g" not in rig.document.graph.regions
        assert rig.document.graph.nodes == before.graph.nodes
        assert undone(rig, before) == "Delete inner"

    def test_shift_del_takes_the_members_too(self, rig):
        before = rig.document
        click_tab(rig, "g")
        rig.key(Qt.Key.Key_Delete, SHIFT)
        assert set(rig.document.graph.nodes) == {"x", "y"}
        assert undone(rig, before) == "Delete inner with its members"

    def test_ctrl_shift_g_ungroups(self, rig):
        click_tab(rig, "g")
        rig.key(Qt.Key.Key_G, CTRL | SHIFT)
        assert list(rig.document.graph.regions) == ["r"]
        assert rig.selection.items == {"a", "b"}

    def test_the_title_is_edited_in_place(self, rig):
        at = tab_of(rig, "g")
        rig.double_click(at)
        QTest.keyClicks(rig.canvas.field, "block")
        QTest.keyClick(rig.canvas.field, Qt.Key.Key_Return)
        assert rig.document.graph.regions["g"].title == "block"

    def test_a_copied_frame_takes_its_members_along(self, rig):
        click_tab(rig, "g")
        rig.key(Qt.Key.Key_C, CTRL)
        rig.key(Qt.Key.Key_V, CTRL)
        assert len(rig.document.graph.nodes) == 6
        assert len(rig.document.graph.regions) == 3


class TestColours:
    def test_a_colour_is_chosen_in_the_menu_and_drawn(self, rig):
        rig.selection.set(["g"])
        plain = rig.picture()
        entries = menu(rig, tab_of(rig, "g"))
        colors = {a.text(): a for a in entries["Colour"].menu().actions()}
        assert list(colors) == [*REGION_COLORS.values(), "As usual"]
        colors["Green"].trigger()
        assert rig.document.graph.regions["g"].color == "green"
        assert rig.editor.history.undoText() == "Colour inner green"
        assert rig.picture() != plain
        rig.canvas.color_selection("")
        assert rig.picture() == plain


class TestModules:
    @pytest.mark.parametrize(("keys", "folded"), [(PLAIN, True), (ALT, False)])
    def test_a_module_is_dropped_folded_or_with_alt_open(self, rig, keys, folded):
        before = rig.document
        data = QMimeData()
        data.setData(MIME, b"module:bce")
        how, at = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, keys), (500, 400)
        QApplication.sendEvent(rig.canvas, QDragEnterEvent(QPoint(*at), *how))
        QApplication.sendEvent(rig.canvas, QDropEvent(QPointF(*at), *how))
        (group,) = rig.selection.items
        assert rig.document.graph.regions[group].folded is folded
        assert rig.document.graph.regions[group].title == "binary cross-entropy"
        box = rig.canvas.geometry_.bounds([group])
        assert box[0] < 500 < box[2]
        assert box[1] < 400 < box[3]
        assert undone(rig, before) == "Add binary cross-entropy"

    @pytest.mark.parametrize(("keys", "folded"), [(PLAIN, True), (ALT, False)])
    @pytest.mark.parametrize("name", NAMES)
    def test_a_module_dropped_on_a_wire_is_put_into_it(self, rig, name, keys, folded):
        before, geometry = rig.document, rig.canvas.geometry_
        data = QMimeData()
        data.setData(MIME, f"module:{name}".encode())
        at = rig.see(*point_on(geometry.curves[geometry.edge_row["y", "self"]], 0.5))
        how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, keys)
        QApplication.sendEvent(rig.canvas, QDragEnterEvent(at, *how))
        QApplication.sendEvent(rig.canvas, QDropEvent(QPointF(at), *how))
        (group,) = rig.selection.items
        graph, inside = rig.document.graph, {*rig.document.graph.regions[group].members}
        assert graph.regions[group].folded is folded
        assert graph.edges["y", "self"].source in inside
        assert {e.target for e in graph.outputs["b"]} <= inside
        assert graph.outputs["b"]
        others = graph.nodes.keys() - inside - before.graph.nodes.keys()
        assert all({e.target for e in graph.outputs[i]} & inside for i in others), "all are read"
        undone(rig, before)

    def test_a_module_is_found_in_the_search_popup(self, rig):
        rig.key(Qt.Key.Key_Tab)
        QTest.keyClicks(rig.canvas.search.line, "neuron")
        QTest.keyClick(rig.canvas.search.line, Qt.Key.Key_Return)
        (group,) = rig.selection.items
        assert rig.document.graph.regions[group].title == "neuron"
        assert rig.steps == 1

    def test_an_op_of_the_same_words_comes_first(self, rig):
        rig.key(Qt.Key.Key_Tab)
        QTest.keyClicks(rig.canvas.search.line, "linear")
        assert rig.canvas.search.list.item(0).text() == "linear"

    def test_a_module_that_is_not_known_is_said_so(self, rig, qtbot):
        with qtbot.waitSignal(rig.canvas.hint, check_params_cb=lambda t: "not an operation" in t):
            rig.canvas.drop("module:../examples/square", QPointF(0, 0))
        assert rig.steps == 0
