"""Moving by hand: lines to snap to, aligning, distributing, the view that follows a drag."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from engine.graph import Edge, Graph, Node
from gui.canvas.hands import SPEED, TICK
from gui.model.align import ALIGN
from gui.model.document import Document
from tests.canvas_kit import CTRL, leaf, no_trace, one_step, product, rig_for, square


@pytest.fixture
def rig(qtbot):
    """Three lone nodes on no common line."""
    nodes = [Node(i, "exp", i) for i in "abc"]
    places = {"a": (100.0, 100.0), "b": (403.0, 257.0), "c": (250.0, 420.0)}
    return rig_for(qtbot, Document(Graph.of(nodes), (), places))


def boxes(rig, *ids):
    return [rig.canvas.geometry_.bounds([i]) for i in ids]


class TestSnapping:
    def carry(self, rig, node, dx, dy, keys=Qt.KeyboardModifier.NoModifier):
        start = rig.on(node, 65, 60)
        rig.press(start)
        rig.move(start + QPoint(dx, dy) / 2)
        rig.move(start + QPoint(dx, dy), keys)
        return start + QPoint(dx, dy)

    def test_a_node_snaps_to_the_edge_of_a_neighbour_within_six_pixels(self, rig):
        with one_step(rig, "Move b"):
            end = self.carry(rig, "b", -298, 0)  # 105: five beside a's 100
            assert rig.canvas.geometry_.box("b")[0] == 100
            assert len(rig.canvas.tool.lines) == 3  # equally wide: edges and middles agree
            rig.release(end)
        assert rig.document.places["b"] == (100, 260)

    def test_further_away_the_grid_counts(self, rig):
        end = self.carry(rig, "b", -294, 0)
        assert rig.canvas.tool.lines == ()
        rig.release(end)
        assert rig.document.places["b"] == (110, 260)

    def test_the_reach_is_in_pixels_of_the_screen(self, rig):
        rig.canvas.zoom_to(0.5, QPointF(0, 0))
        end = self.carry(rig, "b", -146, 0)  # 292 in the scene: 11 beside
        rig.release(end)
        assert rig.document.places["b"][0] == 100

    def test_lines_are_drawn(self, rig):
        end = self.carry(rig, "b", -298, 0)
        with_lines = rig.picture()
        rig.canvas.tool.lines = ()
        rig.canvas.update()
        assert rig.picture() != with_lines
        rig.release(end)

    def test_ctrl_moves_freely(self, rig):
        with one_step(rig):
            end = self.carry(rig, "b", -298, 1, CTRL)
            rig.release(end, CTRL)
        assert rig.document.places["b"] == (105, 258)

    def test_a_wire_that_is_nearly_level_is_made_level(self, qtbot):
        nodes = [leaf("x"), Node("e", "exp", "e")]
        graph = Graph.of(nodes, [Edge("x", 0, "e", "self")])
        rig = rig_for(qtbot, Document(graph, (), {"x": (40, 57), "e": (300, 200)}))
        with one_step(rig):
            end = self.carry(rig, "e", 100, -155)
            rig.release(end)
        ports = rig.canvas.geometry_.ports
        output, entry = rig.canvas.geometry_.ends[0]
        assert ports[output][1] == ports[entry][1]


class TestAligning:
    @pytest.mark.parametrize("way", ALIGN)
    def test_lined_up_in_one_step(self, rig, way):
        rig.selection.set("abc")
        axis, part = ALIGN[way]
        before = boxes(rig, *"abc")
        with one_step(rig, f"Align {way}"):
            rig.canvas.align(way)
        after = boxes(rig, *"abc")
        assert len({b[axis] + part * (b[axis + 2] - b[axis]) for b in after}) == 1
        assert [b[1 - axis] for b in after] == [b[1 - axis] for b in before]

    def test_distributed_with_equal_gaps_the_outermost_staying(self, rig):
        rig.selection.set("abc")
        for way, axis in (("vertically", 1), ("horizontally", 0)):
            before = sorted(b[axis] for b in boxes(rig, *"abc"))
            with one_step(rig, f"Distribute {way}"):
                rig.canvas.distribute(way)
            after = sorted((b[axis], b[axis + 2]) for b in boxes(rig, *"abc"))
            assert (after[0][0], after[2][0]) == (before[0], before[2])
            assert after[1][0] - after[0][1] == after[2][0] - after[1][1]

    def test_too_few_say_so(self, rig, qtbot):
        rig.selection.set("a")
        with (
            no_trace(rig),
            qtbot.waitSignal(rig.canvas.hint, check_params_cb=lambda t: "at least 2" in t),
        ):
            rig.canvas.align("left")


class TestScrolling:
    def test_a_drag_that_touches_the_border_moves_the_view_and_the_node(self, rig):
        start = rig.on("a", 65, 60)
        with one_step(rig, "Move a"):
            rig.press(start)
            rig.move(QPoint(500, 350))
            assert not rig.canvas._scroller.isActive()
            rig.move(QPoint(999, 350))
            assert rig.canvas._scroller.isActive()
            for _ in range(10):
                rig.canvas.tick(0.1)
            moved = -rig.canvas.view.dx
            assert SPEED * 0.9 < moved <= SPEED
            rig.release(QPoint(999, 350))
            assert not rig.canvas._scroller.isActive()
        assert abs(rig.document.places["a"][0] - (100 + 999 - start.x() + moved)) <= 6

    def test_back_inside_it_stops(self, rig):
        rig.press(rig.on("a", 65, 60))
        rig.move(QPoint(500, 5))
        rig.move(QPoint(500, 300))
        rig.canvas.tick(TICK / 1000)
        assert rig.canvas.view.dy == 0
        assert not rig.canvas._scroller.isActive()
        rig.key(Qt.Key.Key_Escape)

    def test_a_rubber_band_keeps_its_first_corner(self, rig):
        rig.press(rig.see(60, 60))
        rig.move(QPoint(300, 690))
        for _ in range(10):
            rig.canvas.tick(0.1)
        assert rig.canvas.view.dy < -100
        assert rig.selection.items == {"a", "c"}
        rig.release(QPoint(300, 690))

    def test_a_wire_too(self, rig):
        rig.press(rig.port("b"))
        rig.move(QPoint(999, 300))
        rig.canvas.tick(0.1)
        assert rig.canvas.view.dx < 0
        rig.key(Qt.Key.Key_Escape)
        assert not rig.canvas._scroller.isActive()


EDITING = [
    (Qt.Key.Key_Delete, 0), (Qt.Key.Key_V, CTRL), (Qt.Key.Key_D, CTRL), (Qt.Key.Key_X, CTRL),
    (Qt.Key.Key_Z, CTRL), (Qt.Key.Key_M, 0), (Qt.Key.Key_N, 0), (Qt.Key.Key_Tab, 0),
]  # fmt: skip


class TestInTheMidstOfAGesture:
    @pytest.mark.parametrize(("key", "keys"), EDITING)
    def test_keys_that_edit_or_undo_only_end_it(self, rig, key, keys):
        rig.drag(rig.on("a", 65, 60), rig.see(700, 60))
        rig.selection.set("b")
        with no_trace(rig):
            rig.press(rig.on("b", 65, 60))
            rig.move(rig.see(600, 500))
            QTest.keyClick(rig.canvas, key, Qt.KeyboardModifier(keys))
            rig.release(rig.see(600, 500))
        assert not rig.canvas.search.isVisible()

    def test_looking_elsewhere_does_not_end_it(self, rig):
        with one_step(rig, "Move b"):
            rig.press(rig.on("b", 65, 60))
            rig.move(rig.see(600, 500))
            rig.key(Qt.Key.Key_0, CTRL)
            assert rig.canvas.tool is not None
            rig.release(rig.see(600, 500))


class TestCopying:
    def test_ctrl_d_keeps_the_wires_from_outside(self, qtbot):
        rig = rig_for(qtbot, product())
        rig.selection.set(["q"])
        with one_step(rig, "Duplicate 2 items"):  # q, and the region around it
            rig.key(Qt.Key.Key_D, CTRL)
        assert rig.document.graph.edges["q1", "self"].source == "p"

    def test_paste_comes_without_them_and_shift_keeps_them(self, qtbot):
        rig = rig_for(qtbot, product())
        rig.selection.set(["p", "q"])
        rig.key(Qt.Key.Key_C, CTRL)
        with one_step(rig, "Paste"):
            rig.key(Qt.Key.Key_V, CTRL)
        assert rig.document.graph.inputs["p1"] == {}
        with one_step(rig, "Paste"):
            rig.key(Qt.Key.Key_V, CTRL | Qt.KeyboardModifier.ShiftModifier)
        edges = rig.document.graph.edges
        assert [edges["p2", s].source for s in ("self", "other")] == ["x", "x"]
        assert edges["q2", "self"].source == "p2"

    def test_a_number_in_place_of_a_wire_stays_a_number(self, qtbot):
        rig = rig_for(qtbot, square())
        rig.selection.set(["y"])
        with one_step(rig):
            rig.key(Qt.Key.Key_D, CTRL)
        assert rig.document.graph.nodes["y1"].params == {"exponent": 2}

    def test_it_is_pasted_where_the_mouse_is_and_again_a_little_further(self, qtbot):
        rig = rig_for(qtbot, product())
        rig.selection.set(["p"])
        rig.key(Qt.Key.Key_C, CTRL)
        rig.move(QPoint(600, 500))
        for node, by in (("p1", 0), ("p2", 30)):
            with one_step(rig):
                rig.key(Qt.Key.Key_V, CTRL)
            left, top, right, bottom = rig.canvas.geometry_.box(node)
            assert abs((left + right) / 2 - 600 - by) <= 5
            assert abs((top + bottom) / 2 - 500 - by) <= 5

    def test_a_pasted_number_lies_there_too(self, qtbot):
        rig = rig_for(qtbot, product())
        QGuiApplication.clipboard().setText("[1, 2]")
        rig.move(QPoint(590, 500))
        rig.move(QPoint(600, 500))
        with one_step(rig, "Add tensor"):
            rig.key(Qt.Key.Key_V, CTRL)
        x, y = next(p for i, p in rig.document.places.items() if i.startswith("x") and i != "x")
        assert abs(x - 535) <= 10
        assert abs(y - 478) <= 10
