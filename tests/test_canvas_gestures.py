"""Every gesture by mouse and keys: what it does, in one undo step, and that Esc leaves no trace."""

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHelpEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from gui.canvas import curves
from gui.canvas.canvas import MIME
from gui.canvas.tools.connect import Connect
from gui.model.document import Document
from tests.canvas_kit import ALT, CTRL, MIDDLE, PLAIN, SHIFT, product, rig_for, square

EMPTY_SPOT = (700, 500)


@pytest.fixture
def rig(qtbot):
    return rig_for(qtbot, square())


@pytest.fixture
def wires(qtbot):
    return rig_for(qtbot, product())


class TestSelecting:
    def test_a_click_selects_only_this(self, rig):
        rig.click(rig.on("x", 30, 20))
        assert rig.selection.items == {"x"}
        rig.click(rig.on("y"))
        assert rig.selection.items == {"y"}
        assert rig.steps == 0

    def test_shift_adds_and_ctrl_toggles(self, rig):
        rig.click(rig.on("x", 30, 20))
        rig.click(rig.on("y"), SHIFT)
        assert rig.selection.items == {"x", "y"}
        rig.click(rig.on("x", 30, 20), CTRL)
        assert rig.selection.items == {"y"}

    def test_a_rubber_band_selects_what_it_touches(self, rig):
        rig.drag(rig.see(20, 20), rig.see(300, 200))
        assert rig.selection.items == {"x", "y"}

    def test_a_rubber_band_with_shift_adds_and_with_ctrl_toggles(self, rig):
        rig.selection.set(["s", "x"])
        rig.press(rig.see(20, 20), CTRL)
        QTest.mouseMove(rig.canvas, rig.see(300, 200))
        rig.canvas.tool.move(QPointF(300, 200), CTRL)
        assert rig.selection.items == {"s", "y"}
        rig.canvas.tool.move(QPointF(300, 200), SHIFT)
        assert rig.selection.items == {"s", "x", "y"}

    def test_esc_takes_a_rubber_band_back_and_then_clears_the_selection(self, rig):
        rig.selection.set(["s"])
        rig.press(rig.see(20, 20))
        rig.move(rig.see(300, 200))
        assert rig.selection.items == {"x", "y"}
        rig.key(Qt.Key.Key_Escape)
        assert rig.selection.items == {"s"}
        rig.release(rig.see(300, 200))
        rig.key(Qt.Key.Key_Escape)
        assert rig.selection.items == set()

    def test_a_click_on_nothing_clears_and_ctrl_a_takes_all(self, wires):
        wires.key(Qt.Key.Key_A, CTRL)
        assert wires.selection.items == {"x", "p", "q", "r", "n"}
        wires.click(wires.see(*EMPTY_SPOT))
        assert wires.selection.items == set()

    def test_an_edge_is_selected_and_deleted(self, wires):
        geometry = wires.canvas.geometry_
        middle = curves.points(geometry.curves[geometry.edge_row["q", "self"]][None])[0, 6]
        wires.click(wires.see(*middle))
        assert wires.selection.edges == {("q", "self")}
        wires.key(Qt.Key.Key_Delete)
        assert ("q", "self") not in wires.document.graph.edges
        assert wires.editor.history.undoText() == "Delete wire"

    def test_alt_and_arrows_walk_along_the_wires(self, wires):
        wires.selection.set(["x"])
        for _ in range(2):
            wires.key(Qt.Key.Key_Right, ALT)
        assert wires.selection.items == {"q"}
        wires.key(Qt.Key.Key_Left, ALT)
        assert wires.selection.items == {"p"}

    def test_walking_tells_where_one_is(self, wires, qtbot):
        with qtbot.waitSignal(wires.canvas.hint, check_params_cb=lambda t: t.startswith("x · ten")):
            wires.key(Qt.Key.Key_Right, ALT)

    def test_a_tooltip_is_plain_text(self, rig):
        at = rig.on("x", 30, 20)
        QApplication.sendEvent(
            rig.canvas, QHelpEvent(QEvent.Type.ToolTip, at, rig.canvas.mapToGlobal(at))
        )
        assert QToolTip.text().startswith("<span>x · tensor<br>")
        QToolTip.hideText()


class TestMoving:
    def test_a_drag_is_one_step_and_snaps(self, rig):
        before = rig.document
        rig.drag(rig.on("y"), rig.on("y") + QPoint(63, 38))
        assert rig.document.places["y"] == (320, 80)
        assert rig.document.graph is before.graph
        assert rig.steps == 1
        assert rig.editor.history.undoText() == "Move y"
        rig.editor.history.undo()
        assert rig.document is before

    def test_the_document_changes_only_at_the_release(self, rig):
        rig.press(rig.on("y"))
        rig.move(rig.on("y") + QPoint(60, 0))
        assert rig.canvas.geometry_.box("y")[0] == 320
        assert rig.document.places["y"] == (260, 40)

    def test_esc_puts_it_back(self, rig):
        rig.press(rig.on("y"))
        start = rig.on("y")
        rig.move(start + QPoint(60, 50))
        rig.key(Qt.Key.Key_Escape)
        rig.move(start + QPoint(90, 90))
        rig.release(start + QPoint(90, 90))
        assert rig.steps == 0
        assert rig.canvas.geometry_.box("y")[0] == 260

    def test_undo_during_a_drag_cancels_it(self, rig):
        rig.drag(rig.on("s"), rig.on("s") + QPoint(50, 0))
        start = rig.on("y")
        rig.press(start)
        rig.move(start + QPoint(60, 50))
        rig.editor.history.undo()
        assert rig.canvas.tool is None
        rig.release(start + QPoint(60, 50))
        assert rig.document.places == square().places
        assert rig.canvas.geometry_.box("y")[0] == 260

    def test_all_that_is_selected_moves_and_a_region_takes_its_members(self, wires):
        wires.selection.set(["x", "p"])
        wires.drag(wires.on("p"), wires.on("p") + QPoint(0, 100))
        assert wires.document.places["x"] == (40, 160)
        tab = wires.canvas.geometry_.regions[0].tab
        start = wires.see(tab[0] + 20, tab[1] + 10)
        wires.drag(start, start + QPoint(40, 0))
        assert wires.document.places["q"] == (540, 40)
        assert wires.steps == 2

    def test_a_press_that_hardly_moves_is_a_click(self, rig):
        rig.drag(rig.on("y"), rig.on("y") + QPoint(2, 1))
        assert rig.steps == 0
        assert rig.selection.items == {"y"}

    def test_a_burst_of_arrows_is_one_step(self, rig):
        rig.selection.set(["y"])
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Left):
            rig.key(key, SHIFT)
        assert rig.document.places["y"] == (270, 50)
        assert rig.steps == 1
        rig.canvas.end_nudge()
        rig.key(Qt.Key.Key_Right, SHIFT)
        assert rig.steps == 2
        rig.editor.history.undo()
        rig.editor.history.undo()
        assert rig.document == square()

    def test_alt_drags_a_copy(self, rig):
        rig.selection.set(["x", "y"])
        rig.drag(rig.on("y"), rig.on("y") + QPoint(0, 200), ALT)
        assert rig.document.places["y"] == (260, 40)
        assert rig.document.places["y1"] == (260, 240)
        assert rig.document.graph.edges["y1", "self"].source == "x1"
        assert rig.selection.items == {"x1", "y1"}
        assert rig.editor.history.undoText() == "Duplicate 2 items"
        assert rig.steps == 1

    def test_alt_and_a_click_copy_nothing(self, rig):
        rig.click(rig.on("y"), ALT)
        assert rig.steps == 0
        assert rig.canvas.geometry_.ids == ("x", "y", "s")


class TestCutting:
    def test_the_knife_cuts_what_it_crosses_in_one_step(self, wires):
        top, bottom = wires.see(215, 20), wires.see(215, 200)
        wires.drag(top, bottom, ALT | SHIFT)
        assert set(wires.document.graph.edges) == {("q", "self")}
        assert wires.editor.history.undoText() == "Cut 2 wires"
        assert wires.steps == 1

    def test_esc_keeps_the_wires(self, wires):
        wires.press(wires.see(215, 20), ALT | SHIFT)
        wires.move(wires.see(215, 200))
        assert len(wires.canvas.tool.crossed) == 2
        wires.key(Qt.Key.Key_Escape)
        wires.release(wires.see(215, 200))
        assert wires.document == product()


class TestConnecting:
    def test_output_to_input_replaces_the_number_there(self, rig):
        rig.drag(rig.port("x"), rig.port("y", "exponent"))
        graph = rig.document.graph
        assert graph.edges["y", "exponent"].source == "x"
        assert "exponent" not in graph.nodes["y"].params
        assert rig.steps == 1
        assert rig.editor.history.undoText() == "Connect x to y"
        rig.editor.history.undo()
        assert rig.document == square()

    def test_input_to_output_works_too(self, rig):
        rig.drag(rig.port("s", "self"), rig.port("y"))
        assert rig.document.graph.edges["s", "self"].source == "y"

    def test_a_port_catches_within_twenty_pixels(self, rig):
        rig.drag(rig.port("y"), rig.port("s", "self") + QPoint(-15, 8))
        assert rig.document.graph.edges["s", "self"].source == "y"

    def test_on_a_body_the_first_free_input_is_taken(self, rig):
        rig.drag(rig.port("x"), rig.on("s"))
        assert rig.document.graph.edges["s", "self"].source == "x"

    def test_a_click_and_a_click_wire_too(self, rig):
        rig.click(rig.port("y"))
        rig.move(rig.see(400, 200))
        assert isinstance(rig.canvas.tool, Connect)
        rig.click(rig.port("s", "self"))
        assert rig.document.graph.edges["s", "self"].source == "y"
        assert rig.steps == 1

    def test_a_circle_is_refused_with_the_way_around(self, rig, qtbot):
        rig.drag(rig.port("y"), rig.port("s", "self"))
        steps = rig.steps
        with qtbot.waitSignal(rig.canvas.hint, check_params_cb=lambda text: "circle" in text):
            rig.drag(rig.port("s"), rig.port("y", "exponent"))
        assert rig.steps == steps
        assert rig.canvas.shown is rig.document

    def test_the_reason_stands_at_the_cursor_while_aiming(self, rig):
        rig.drag(rig.port("y"), rig.port("s", "self"))
        rig.press(rig.port("s"))
        rig.move(rig.see(400, 200))
        rig.move(rig.port("y", "exponent"))
        assert rig.canvas.tool.target.why == (
            "This would close a circle: y → s → y. A value cannot depend on itself."
        )
        rig.key(Qt.Key.Key_Escape)

    def test_a_shape_that_does_not_fit_is_refused_by_the_injected_check(self, qtbot):
        def check(document: Document):
            wired = ("s", "self") in document.graph.edges
            return {"s": "The shapes (2,) and (3,) do not fit."} if wired else {}

        rig = rig_for(qtbot, square(), check_shapes=check)
        rig.press(rig.port("y"))
        rig.move(rig.see(450, 200))
        rig.move(rig.port("s", "self"))
        assert rig.canvas.tool.target.why == "The shapes (2,) and (3,) do not fit."
        rig.release(rig.port("s", "self"))
        assert rig.steps == 0

    def test_a_leaf_takes_no_wire(self, rig):
        rig.press(rig.port("y"))
        rig.move(rig.see(300, 200))
        rig.move(rig.on("x", 40, 20))
        assert "leaf" in rig.canvas.tool.target.why
        rig.release(rig.on("x", 40, 20))
        assert rig.steps == 0

    def test_a_filled_input_is_re_routed(self, wires):
        wires.drag(wires.port("q", "self"), wires.port("p", "self") + QPoint(0, 300))
        assert ("q", "self") not in wires.document.graph.edges
        assert wires.editor.history.undoText() == "Disconnect p from q"
        wires.editor.history.undo()
        wires.drag(wires.port("p", "other"), wires.port("q", "self"))
        edges = wires.document.graph.edges
        assert edges["q", "self"].source == "x"
        assert ("p", "other") not in edges
        assert wires.steps == 1

    def test_a_wire_put_back_where_it_was_changes_nothing(self, wires):
        wires.press(wires.port("q", "self"))
        wires.move(wires.see(440, 300))
        wires.move(wires.port("q", "self"))
        wires.release(wires.port("q", "self"))
        assert wires.steps == 0
        assert wires.document == product()

    def test_esc_leaves_no_trace(self, wires):
        wires.press(wires.port("q", "self"))
        wires.move(wires.see(400, 300))
        assert ("q", "self") not in wires.canvas.geometry_.edge_row
        wires.key(Qt.Key.Key_Escape)
        assert ("q", "self") in wires.canvas.geometry_.edge_row
        assert wires.steps == 0

    def test_dropped_on_nothing_the_popup_adds_and_wires_in_one_step(self, rig):
        rig.drag(rig.port("y"), rig.see(500, 400))
        search = rig.canvas.search
        assert search.isVisible()
        QTest.keyClicks(search.line, "exp")
        QTest.keyClick(search.line, Qt.Key.Key_Return)
        assert rig.document.graph.edges["exp", "self"].source == "y"
        assert rig.steps == 1
        rig.editor.history.undo()
        assert rig.document == square()


class TestLooking:
    def wheel(self, rig, turn=0, pixels=(0, 0), phase=Qt.ScrollPhase.NoScrollPhase, keys=PLAIN):
        at = QPointF(400, 300)
        event = QWheelEvent(
            at, rig.canvas.mapToGlobal(at), QPoint(*pixels), QPoint(0, turn),
            Qt.MouseButton.NoButton, keys, phase, False,
        )  # fmt: skip
        QApplication.sendEvent(rig.canvas, event)

    def test_the_wheel_zooms_at_the_cursor(self, rig, qtbot):
        under = rig.canvas.scene(QPoint(400, 300))
        with qtbot.waitSignal(rig.canvas.zoom_changed):
            self.wheel(rig, turn=120)
        assert rig.canvas.view.scale > 1.1
        moved = rig.canvas.scene(QPoint(400, 300)) - under
        assert abs(moved.x()) < 1
        assert abs(moved.y()) < 1

    def test_two_fingers_pan_and_with_ctrl_they_zoom(self, rig):
        phase = Qt.ScrollPhase.ScrollUpdate
        self.wheel(rig, turn=-40, pixels=(12, -30), phase=phase)
        assert (rig.canvas.view.dx, rig.canvas.view.dy, rig.canvas.view.scale) == (12, -30, 1)
        self.wheel(rig, turn=-40, pixels=(0, -30), phase=phase, keys=CTRL)
        assert rig.canvas.view.scale < 1

    def test_the_middle_button_pans(self, rig):
        rig.drag(rig.see(300, 300), rig.see(300, 300) + QPoint(50, 20), button=MIDDLE)
        assert (rig.canvas.view.dx, rig.canvas.view.dy) == (50, 20)
        assert rig.steps == 0

    def test_space_and_a_drag_pan_but_a_tap_of_space_is_announced(self, rig, qtbot):
        QTest.keyPress(rig.canvas, Qt.Key.Key_Space)
        with qtbot.assertNotEmitted(rig.canvas.space_tapped):
            rig.drag(rig.on("y"), rig.on("y") + QPoint(40, 0))
            QTest.keyRelease(rig.canvas, Qt.Key.Key_Space)
        assert rig.canvas.view.dx == 40
        assert rig.steps == 0
        with qtbot.waitSignal(rig.canvas.space_tapped):
            rig.key(Qt.Key.Key_Space)

    def test_keys_zoom_and_fit(self, rig):
        rig.key(Qt.Key.Key_Plus, CTRL)
        assert rig.canvas.view.scale == 1.25
        rig.key(Qt.Key.Key_Minus, CTRL)
        rig.key(Qt.Key.Key_0, CTRL)
        assert rig.canvas.view.scale == 1
        rig.canvas.set_view(rig.canvas.view.panned(-5000, 0))
        rig.key(Qt.Key.Key_Home)
        assert 0 < rig.on("x").x() < 1000
        rig.selection.set(["s"])
        rig.key(Qt.Key.Key_F)
        middle = rig.on("s", 65, 37)
        assert (middle - QPoint(500, 350)).manhattanLength() <= 2

    def test_the_minimap_shows_when_something_is_out_of_sight_and_pans(self, rig):
        assert not rig.canvas.minimap_wanted
        rig.canvas.set_view(rig.canvas.view.panned(-400, 0))
        assert rig.canvas.minimap_wanted
        size = rig.canvas.size()
        inside = QPoint(size.width() - 100, size.height() - 60)
        rig.drag(inside, inside + QPoint(5, 0))
        assert rig.canvas.view.dx != -400
        assert rig.steps == 0
        rig.canvas.set_view(rig.canvas.view.panned(-900, 0))
        assert rig.canvas.minimap_on
        rig.key(Qt.Key.Key_M, ALT)
        assert not rig.canvas.minimap_wanted
        assert not rig.canvas.minimap_on

    def test_the_minimap_switched_on_by_hand_is_there_even_when_all_fits(self, rig):
        assert not rig.canvas.minimap_on
        rig.key(Qt.Key.Key_M, ALT)
        assert rig.canvas.minimap_on
        assert rig.canvas.minimap_wanted


class TestRegionsAndDrops:
    def test_ctrl_g_groups_and_n_stops_recording(self, rig):
        rig.selection.set(["x", "y"])
        rig.key(Qt.Key.Key_G, CTRL)
        rig.selection.set(["y"])
        rig.key(Qt.Key.Key_N)
        kinds = {r.kind: r.members for r in rig.document.graph.regions.values()}
        assert kinds == {"group": ("x", "y"), "no_grad": ("y",)}
        assert rig.steps == 2

    def test_a_region_around_nothing_says_what_to_do(self, rig, qtbot):
        with qtbot.waitSignal(rig.canvas.hint, check_params_cb=lambda t: "Select the nodes" in t):
            rig.key(Qt.Key.Key_N)
        assert rig.steps == 0

    def drop(self, rig, text, at):
        data = QMimeData()
        data.setData(MIME, text.encode())
        action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
        QApplication.sendEvent(rig.canvas, QDragEnterEvent(at, action, data, button, PLAIN))
        QApplication.sendEvent(rig.canvas, QDropEvent(QPointF(at), action, data, button, PLAIN))

    def test_a_drop_from_the_palette_adds_there(self, rig):
        self.drop(rig, "exp", rig.see(700, 400))
        x, y = rig.document.places["exp"]
        assert abs(x + 65 - 700) <= 5
        assert abs(y + 37 - 400) <= 5
        assert rig.editor.history.undoText() == "Add exp"

    def test_a_drop_takes_its_hint_away(self, rig):
        told = []
        rig.canvas.hint.connect(told.append)
        self.drop(rig, "exp", rig.see(700, 400))
        assert "Let go" in told[0]
        assert told[-1] == ""

    def test_a_drop_on_a_wire_goes_in_between(self, wires):
        geometry = wires.canvas.geometry_
        middle = curves.points(geometry.curves[geometry.edge_row["q", "self"]][None])[0, 6]
        self.drop(wires, "exp", wires.see(*middle))
        edges = wires.document.graph.edges
        assert edges["exp", "self"].source == "p"
        assert edges["q", "self"].source == "exp"
        assert wires.steps == 1

    def test_a_dropped_unknown_op_says_so(self, rig, qtbot):
        with qtbot.waitSignal(rig.canvas.hint, check_params_cb=lambda t: "not an operation" in t):
            self.drop(rig, "from_the_future", rig.see(700, 400))
        assert rig.steps == 0

    def test_nodes_added_at_one_place_do_not_hide_each_other(self, rig):
        for _ in range(3):
            self.drop(rig, "exp", rig.see(700, 400))
        assert len(set(rig.document.places.values())) == len(rig.document.places)

    def test_every_menu_entry_can_be_chosen(self, wires):
        canvas = wires.canvas
        for at in (wires.on("x", 30, 20), wires.port("q", "self"), wires.see(*EMPTY_SPOT)):
            found = canvas.hit(at)
            if found.kind == "node":
                wires.selection.set([found.id])
            menu = canvas.menu_for(found, canvas.scene(at))
            texts = [action.text() for action in menu.actions() if action.text()]
            assert texts
            menu.deleteLater()

    def test_disconnect_from_the_menu(self, wires):
        found = wires.canvas.hit(wires.port("q", "self"))
        menu = wires.canvas.menu_for(found, QPointF())
        menu.actions()[0].trigger()
        assert wires.editor.history.undoText() == "Disconnect p from q"
        menu.deleteLater()
