"""Finding: nodes by the bar, operations by use, whole lines typed into the popup; the wheel."""

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.graph import Graph, Region
from gui.canvas.choices import choices
from gui.model.document import Document
from gui.model.fuzzy import found_in
from gui.state.settings import Settings
from tests.canvas_kit import CTRL, PLAIN, SHIFT, no_trace, one_step, product, rig_for, square

Key = Qt.Key


class TestTheBar:
    @pytest.fixture
    def rig(self, qtbot):
        return rig_for(qtbot, product())

    def find(self, rig, text):
        rig.key(Key.Key_F, CTRL)
        QTest.keyClicks(rig.canvas.finder.line, text)
        return rig.canvas.finder

    def test_typing_selects_and_centres_the_nearest(self, rig):
        with no_trace(rig):
            rig.canvas.set_view(rig.canvas.view.panned(-3000, 0))
            bar = self.find(rig, "sin")
            assert rig.selection.items == {"q"}
            middle = rig.on("q", 65, 37)
            assert (middle - QPoint(500, 350)).manhattanLength() <= 3
            assert bar.count.text() == "1 of 1"

    def test_enter_goes_on_and_shift_enter_back(self, rig):
        bar = self.find(rig, "n")
        assert bar.count.text() == "1 of 4"  # the note, no_grad, sin and tensor
        seen = []
        for _ in range(4):
            seen.append(next(iter(rig.selection.items)))
            QTest.keyClick(bar.line, Key.Key_Return)
        assert set(seen) == {"n", "r", "q", "x"}
        QTest.keyClick(bar.line, Key.Key_Return, SHIFT)
        assert rig.selection.items == {seen[3]}

    def test_esc_closes_and_gives_the_keys_back(self, rig):
        bar = self.find(rig, "sin")
        QTest.keyClick(bar.line, Key.Key_Escape)
        assert not bar.isVisible()
        assert rig.canvas.hasFocus()
        assert rig.selection.items == {"q"}

    def test_the_hint_goes_with_it(self, rig):
        told = []
        rig.canvas.hint.connect(told.append)
        bar = self.find(rig, "sin")
        assert "Enter goes on" in told[-1]
        QTest.keyClick(bar.line, Key.Key_Escape)
        assert told[-1] == ""

    def test_nothing_found_says_so(self, rig):
        assert self.find(rig, "zebra").count.text() == "none"

    def test_far_out_it_zooms_to_where_one_can_read(self, rig):
        rig.canvas.zoom_to(0.1)
        self.find(rig, "sin")
        assert rig.canvas.view.scale == 1

    def test_names_come_before_ops(self):
        document = product()
        assert found_in(document.graph, "p")[0] == "p"
        assert found_in(document.graph, "mul") == ["p"]
        assert found_in(document.graph, " ") == []


class TestRankedByUse:
    def test_what_is_used_more_comes_first_among_equals(self):
        assert choices("s")[0].op == "sub"
        assert choices("s", uses={"sinh": 3, "sin": 1})[0].op == "sinh"
        assert choices("", uses={"cosh": 2})[0].op == "cosh"

    def test_a_better_match_still_wins(self):
        assert choices("sin", uses={"sinh": 9})[0].op == "sin"

    def test_the_popup_asks_for_the_counts_and_tells_what_was_added(self, qtbot):
        rig = rig_for(qtbot, square())
        counts = {"tanh": 5}
        rig.canvas.search.uses = lambda: counts
        told = []
        rig.canvas.added.connect(told.append)
        rig.key(Key.Key_Tab)
        assert rig.canvas.search.list.item(0).text() == "tanh"
        QTest.keyClick(rig.canvas.search.line, Key.Key_Return)
        assert told == ["tanh"]

    def test_the_settings_remember(self, home_of_its_own):
        settings = Settings()
        settings._store.remove("uses")
        for op in ("sin", "sin", "add_"):
            settings.count_use(op)
        assert Settings().uses == {"sin": 2, "add_": 1}
        settings._store.setValue("uses", "nonsense:x :3 sin:4 \x00")
        assert settings.uses == {"sin": 4}
        settings._store.remove("uses")


class TestTypedLines:
    def test_in_the_popup_it_is_one_step(self, qtbot):
        rig = rig_for(qtbot, square())
        with one_step(rig, "Add t = sin(y) * x"):
            rig.key(Key.Key_Tab)
            QTest.keyClicks(rig.canvas.search.line, "t = sin(y) * x")
            assert rig.canvas.search.list.item(0).text() == "t = sin(y) * x"
            QTest.keyClick(rig.canvas.search.line, Key.Key_Return)
            assert rig.selection.items == {"t"}
        assert rig.document.graph.edges["t", "other"].source == "x"

    def test_the_popup_says_what_is_wrong_with_it(self, qtbot):
        rig = rig_for(qtbot, square())
        rig.key(Key.Key_Tab)
        QTest.keyClicks(rig.canvas.search.line, "t = sin(nobody)")
        assert rig.canvas.search.nothing.text() == (
            "There is no node called “nobody” yet: add it first, such as nobody = parameter(2)."
        )
        assert rig.canvas.search.nothing.isVisible()
        QTest.keyClick(rig.canvas.search.line, Key.Key_Escape)


class TestTheWheel:
    def wheel(self, widget, turn, keys=PLAIN, pixels=None, phase=None):
        at = QPointF(widget.rect().center())
        phase = phase or Qt.ScrollPhase.NoScrollPhase
        event = QWheelEvent(
            at, widget.mapToGlobal(at), pixels or QPoint(), QPoint(0, turn),
            Qt.MouseButton.NoButton, keys, phase, False,
        )  # fmt: skip
        QApplication.sendEvent(widget, event)

    def test_it_scrolls_if_so_set_and_ctrl_still_zooms(self, qtbot):
        rig = rig_for(qtbot, square())
        rig.canvas.wheel_scrolls = True
        self.wheel(rig.canvas, -120)
        assert (rig.canvas.view.dy, rig.canvas.view.scale) == (-60, 1)
        self.wheel(rig.canvas, -120, SHIFT)
        assert rig.canvas.view.dx == -60
        self.wheel(rig.canvas, 120, CTRL)
        assert rig.canvas.view.scale > 1.1

    def test_a_touchpad_zooms_if_so_set(self, qtbot):
        rig = rig_for(qtbot, square())
        rig.canvas.touchpad_zooms = True
        self.wheel(rig.canvas, 60, pixels=QPoint(0, 30), phase=Qt.ScrollPhase.ScrollUpdate)
        assert rig.canvas.view.scale > 1.05

    def test_over_the_popup_only_its_list_moves(self, qtbot):
        rig = rig_for(qtbot, square())
        rig.key(Key.Key_Tab)
        bar = rig.canvas.search.list.verticalScrollBar()
        assert bar.maximum() > 0
        self.wheel(rig.canvas.search.list.viewport(), -120)
        assert bar.value() > 0
        for turn in (-120000, -120, 120000, 120):
            self.wheel(rig.canvas.search.list.viewport(), turn)
        self.wheel(rig.canvas.search, -120)
        assert rig.canvas.view.scale == 1
        QTest.keyClick(rig.canvas.search.line, Key.Key_Escape)


def test_what_lies_in_a_folded_group_is_found_as_the_group(qtbot):
    graph = product().graph
    folded = Region("g", "group", "inner", ("p", "q"), folded=True)
    rig = rig_for(qtbot, Document(Graph(graph.nodes, graph.edges, {"g": folded})))
    rig.key(Key.Key_F, CTRL)
    QTest.keyClicks(rig.canvas.finder.line, "sin")
    assert rig.selection.items == {"g"}
    QTest.keyClick(rig.canvas.finder.line, Key.Key_Escape)


class TestIntoSight:
    """What is worked on is to be seen, and what is seen already stays where it is."""

    def box(self, rig, node):
        left, top, right, bottom = rig.canvas.geometry_.box(node)
        return rig.canvas.view.rect_to_view(QRectF(left, top, right - left, bottom - top))

    def test_what_is_all_there_does_not_move_though_it_lies_at_the_edge(self, qtbot):
        rig = rig_for(qtbot, square())
        rig.canvas.set_view(rig.canvas.view.panned(-30, -50))
        before = rig.canvas.view
        rig.canvas.edit_item("x", "name")
        assert rig.canvas.view == before
        rig.canvas.field.cancel()

    def test_a_new_node_beside_one_at_the_edge_comes_into_sight(self, qtbot):
        rig = rig_for(qtbot, square())
        rig.canvas.minimap.shown = True
        rig.canvas.set_view(rig.canvas.view.panned(280, 400))  # "s" lies at the lower right
        rig.selection.set(["s"])
        rig.key(Key.Key_Tab)
        QTest.keyClicks(rig.canvas.search.line, "sigmoid")
        QTest.keyClick(rig.canvas.search.line, Key.Key_Return)
        (made,) = rig.selection.items
        assert rig.document.graph.nodes[made].op == "sigmoid"
        room, found = QRectF(rig.canvas.rect()), self.box(rig, made)
        assert room.contains(found)
        size = QSizeF(rig.canvas.size())
        assert rig.canvas.minimap_on
        assert not rig.canvas.minimap.rect(size).intersects(found)
