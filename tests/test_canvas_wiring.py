"""Wires by hand: inserting, moving, removing, cutting, and leading them with the arrow keys."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from engine.graph import Edge, Graph, Node
from gui.canvas import curves
from gui.canvas.tools import pick
from gui.canvas.tools.knife import Knife
from gui.canvas.tools.pick import PickUp
from gui.canvas.tools.relink import Relink
from gui.model.document import Document
from tests.canvas_kit import (
    ALT,
    CTRL,
    PLAIN,
    RIGHT,
    SHIFT,
    leaf,
    no_trace,
    one_step,
    product,
    rig_for,
    square,
)


@pytest.fixture
def wires(qtbot):
    """p = x * x, q = sin(p), and a lone exp below."""
    before = product()
    graph = before.graph
    lone = {**graph.nodes, "e": Node("e", "exp", "e"), "z": leaf("z")}
    places = {**before.places, "e": (260, 400), "z": (40, 500)}
    return rig_for(qtbot, Document(Graph(lone, graph.edges, graph.regions), (), places))


def middle(rig, key):
    geometry = rig.canvas.geometry_
    return rig.see(*curves.at(geometry.curves[geometry.edge_row[key]], 0.5))


def grip(rig, node):
    """Where a node is taken hold of, and from there to its middle."""
    return rig.on(node, 65, 60)


class TestInserting:
    def onto(self, wires, key, node="e", keys=PLAIN):
        """Drag a node so that the mouse ends on the middle of a wire."""
        start, end = grip(wires, node), middle(wires, key)
        wires.press(start)
        wires.move((start + end) / 2)
        wires.move(end, keys)
        return end

    def test_a_lone_node_let_go_on_a_wire_is_put_into_it(self, wires):
        with one_step(wires, "Put e between p and q"):
            end = self.onto(wires, ("q", "self"))
            assert wires.canvas.tool.wire == (("q", "self"), "self")
            wires.release(end)
        edges = wires.document.graph.edges
        assert edges["e", "self"].source == "p"
        assert edges["q", "self"].source == "e"
        assert wires.document.places["e"] != (260, 400)

    def test_the_wire_lights_up_before_and_goes_out_again(self, wires):
        end = self.onto(wires, ("q", "self"))
        lit = wires.picture()
        wires.move(end + QPoint(0, 200))
        assert wires.canvas.tool.wire is None
        assert wires.picture() != lit
        wires.key(Qt.Key.Key_Escape)

    def test_alt_at_the_release_only_moves_it(self, wires):
        with one_step(wires, "Move e"):
            end = self.onto(wires, ("q", "self"))
            wires.release(end, ALT)
        assert wires.document.graph.edges["q", "self"].source == "p"

    def test_a_leaf_and_a_node_with_wires_only_move(self, wires):
        for node in ("z", "p"):
            with one_step(wires, f"Move {node}"):
                start = wires.on(node, 20, 15)
                end = middle(wires, ("q", "self")) + QPoint(0, 1)
                wires.press(start)
                wires.move(end)
                assert wires.canvas.tool.wire is None
                wires.release(end)

    def test_esc_leaves_no_trace(self, wires):
        with no_trace(wires):
            end = self.onto(wires, ("q", "self"))
            wires.key(Qt.Key.Key_Escape)
            wires.release(end)


class TestMovingAllWires:
    def test_ctrl_drag_moves_every_wire_of_an_output(self, wires):
        with one_step(wires, "Move 2 wires from x to z"):
            wires.drag(wires.port("x"), wires.port("z"), CTRL)
        edges = wires.document.graph.edges
        assert {edges["p", "self"].source, edges["p", "other"].source} == {"z"}

    def test_on_the_body_its_first_output_is_meant(self, wires):
        with one_step(wires):
            wires.drag(wires.port("p"), wires.on("e"), CTRL)
        assert wires.document.graph.edges["q", "self"].source == "e"

    def test_where_it_would_close_a_circle_nothing_happens(self, wires):
        with no_trace(wires):
            wires.press(wires.port("x"), CTRL)
            wires.move(wires.see(400, 300))
            assert isinstance(wires.canvas.tool, Relink)
            assert {"p", "q"} <= wires.canvas.tool.never
            wires.move(wires.port("q"))
            assert wires.canvas.tool.target is None
            wires.release(wires.port("q"), CTRL)

    def test_while_it_lasts_the_old_wires_are_gone_and_esc_brings_them_back(self, wires):
        with no_trace(wires):
            wires.press(wires.port("x"), CTRL)
            wires.move(wires.see(400, 300))
            assert ("p", "self") not in wires.canvas.geometry_.edge_row
            wires.key(Qt.Key.Key_Escape)
            wires.release(wires.see(400, 300))

    def test_an_output_without_wires_says_so(self, wires, qtbot):
        with (
            no_trace(wires),
            qtbot.waitSignal(wires.canvas.hint, check_params_cb=lambda t: "No wire" in t),
        ):
            wires.drag(wires.port("q"), wires.port("z"), CTRL)


class TestRemoving:
    def test_alt_click_on_an_output_removes_all_that_leave_it(self, wires):
        with one_step(wires, "Remove 2 wires"):
            wires.click(wires.port("x"), ALT)
        assert set(wires.document.graph.edges) == {("q", "self")}

    def test_alt_click_on_an_input_removes_its_wire(self, wires):
        with one_step(wires, "Disconnect p from q"):
            wires.click(wires.port("q", "self"), ALT)
        assert ("q", "self") not in wires.document.graph.edges

    def test_alt_click_on_a_wire_removes_it(self, wires):
        with one_step(wires, "Disconnect p from q"):
            wires.click(middle(wires, ("q", "self")), ALT)
        assert ("q", "self") not in wires.document.graph.edges

    def test_alt_click_on_a_bare_port_says_so(self, wires, qtbot):
        with (
            no_trace(wires),
            qtbot.waitSignal(wires.canvas.hint, check_params_cb=lambda t: "No wire" in t),
        ):
            wires.click(wires.port("z"), ALT)

    def test_ctrl_and_the_right_button_cut_as_the_knife(self, wires):
        with one_step(wires, "Cut 2 wires"):
            wires.press(wires.see(215, 20), CTRL, RIGHT)
            assert isinstance(wires.canvas.tool, Knife)
            wires.move(wires.see(215, 200))
            wires.release(wires.see(215, 200), CTRL, RIGHT)
        assert set(wires.document.graph.edges) == {("q", "self")}

    def test_no_menu_opens_where_the_right_button_is_a_gesture(self, wires):
        at = wires.on("x", 30, 20)
        place = wires.canvas.mapToGlobal(at)
        for keys in (CTRL, SHIFT):
            event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, place, keys)
            QApplication.sendEvent(wires.canvas, event)
            assert not wires.canvas.findChildren(QMenu)


class TestLeadingAWireByKeyboard:
    def lead(self, rig, *keys):
        rig.key(Qt.Key.Key_W)
        assert isinstance(rig.canvas.tool, PickUp)
        for key in keys:
            rig.key(key)

    def test_arrows_lead_it_enter_wires_it(self, qtbot):
        rig = rig_for(qtbot, square())
        rig.selection.set(["y"])
        with one_step(rig, "Connect y to s"):
            self.lead(rig, Qt.Key.Key_Right, Qt.Key.Key_Return)
        assert rig.document.graph.edges["s", "self"].source == "y"
        assert rig.selection.items == {"s"}

    def test_back_again_and_around(self, wires):
        wires.selection.set(["z"])
        self.lead(wires, Qt.Key.Key_Right)
        first = wires.canvas.tool.target.edge
        wires.key(Qt.Key.Key_Down)
        assert wires.canvas.tool.target.edge != first
        wires.key(Qt.Key.Key_Up)
        assert wires.canvas.tool.target.edge == first
        wires.key(Qt.Key.Key_Left)
        assert wires.canvas.tool.target.edge != first
        with one_step(wires):
            wires.key(Qt.Key.Key_Enter)

    def test_empty_inputs_come_first(self, wires):
        wires.selection.set(["x"])
        self.lead(wires, Qt.Key.Key_Right)
        assert wires.canvas.tool.target.edge == Edge("x", 0, "e", "self")
        wires.key(Qt.Key.Key_Escape)

    def test_a_selected_wire_is_led_elsewhere(self, wires):
        wires.selection.set([], [("q", "self")])
        with one_step(wires, "Connect p to e"):
            self.lead(wires, Qt.Key.Key_Right, Qt.Key.Key_Return)
        assert wires.document.graph.edges["e", "self"].source == "p"
        assert ("q", "self") not in wires.document.graph.edges

    def test_esc_or_enter_before_an_arrow_leave_no_trace(self, wires):
        wires.selection.set([], [("q", "self")])
        for key in (Qt.Key.Key_Escape, Qt.Key.Key_Return):
            with no_trace(wires):
                self.lead(wires, key)

    def test_the_mouse_may_take_over(self, wires):
        wires.selection.set(["z"])
        with one_step(wires, "Connect z to e"):
            self.lead(wires, Qt.Key.Key_Right)
            wires.move(wires.port("e", "self"))
            wires.click(wires.port("e", "self"))

    def test_with_nothing_selected_it_says_what_to_do(self, wires, qtbot):
        with qtbot.waitSignal(wires.canvas.hint, check_params_cb=lambda t: "Select one" in t):
            wires.key(Qt.Key.Key_W)
        assert wires.canvas.tool is None

    def test_a_place_is_judged_when_the_wire_comes_to_it(self, wires, monkeypatch):
        """To try every port of a large graph would hold up the window."""
        asked, judge = [], pick.why_not
        monkeypatch.setattr(pick, "why_not", lambda *args: asked.append(1) or judge(*args))
        wires.selection.set(["e"])
        wires.key(Qt.Key.Key_W)
        assert len(wires.canvas.tool.places) > 1
        assert not asked
        wires.key(Qt.Key.Key_Right)
        assert len(asked) == 1


class TestMenus:
    def texts(self, rig, at, *selected):
        found = rig.canvas.hit(at)
        rig.selection.set(selected or ([found.id] if found.kind in ("node", "region") else []))
        if found.edge:
            rig.selection.set([], [found.edge])
        menu = rig.canvas.menu_for(found, rig.canvas.scene(at))
        texts = [a.text() for a in menu.actions() if a.text()]
        menu.deleteLater()
        return texts

    @pytest.mark.parametrize(
        ("where", "wanted"),
        [
            ("node", ["Rename\tF2", "Mute\tM", "Lead a wire from it\tW", "Delete\tDel"]),
            ("leaf", ["Edit value\tEnter", "Duplicate\tCtrl+D"]),
            ("wire", ["Put an operation in here…", "Lead it elsewhere\tW", "Remove\tDel"]),
            ("output", ["Add operation here…", "Remove all 2 wires\tAlt+click"]),
            ("input", ["Disconnect\tAlt+click"]),
            ("empty", ["Add operation…\tTab", "Find a node…\tCtrl+F", "Paste\tCtrl+V"]),
            ("region", ["Edit text\tF2", "Group\tCtrl+G"]),
        ],
    )
    def test_each_place_lists_what_can_be_done_there(self, wires, where, wanted):
        tab = wires.canvas.geometry_.regions[0].tab
        places = {
            "node": wires.on("e"), "leaf": wires.on("x", 20, 15), "output": wires.port("x"),
            "wire": middle(wires, ("q", "self")), "input": wires.port("q", "self"),
            "empty": wires.see(700, 500), "region": wires.see(tab[0] + 20, tab[1] + 10),
        }  # fmt: skip
        texts = self.texts(wires, places[where])
        assert [t for t in wanted if t not in texts] == []

    @pytest.mark.parametrize(
        ("items", "edges", "first"),
        [(["e"], [], "Rename"), (["r"], [], "Edit text"), ([], [("q", "self")], "Put an op"),
         ([], [], "Add operation")],
    )  # fmt: skip
    def test_the_menu_key_opens_the_menu_of_what_is_selected(self, wires, items, edges, first):
        wires.selection.set(items, edges)
        at = wires.see(900, 650)
        keyboard, place = QContextMenuEvent.Reason.Keyboard, wires.canvas.mapToGlobal(at)
        QApplication.sendEvent(wires.canvas, QContextMenuEvent(keyboard, at, place))
        (popup,) = (m for m in wires.canvas.findChildren(QMenu) if m.isVisible())
        assert popup.actions()[0].text().startswith(first)
        assert wires.selection.items == set(items)
        popup.close()

    def test_several_nodes_can_be_aligned(self, wires):
        texts = self.texts(wires, wires.on("e"), "e", "p", "q")
        assert {"Align", "Distribute"} <= set(texts)
        assert "Rename\tF2" not in texts

    def test_an_operation_goes_into_a_wire_from_its_menu(self, wires):
        at = middle(wires, ("q", "self"))
        found = wires.canvas.hit(at)
        menu = wires.canvas.menu_for(found, wires.canvas.scene(at))
        menu.actions()[0].trigger()
        with one_step(wires, "Add tanh"):
            QTest.keyClicks(wires.canvas.search.line, "tanh")
            QTest.keyClick(wires.canvas.search.line, Qt.Key.Key_Return)
        assert wires.document.graph.edges["tanh", "self"].source == "p"
        assert wires.document.graph.edges["q", "self"].source == "tanh"
        menu.deleteLater()
