"""Joining two outputs, one minus, and the room that is made for what is put into a wire."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.graph import Edge, Graph, Node
from gui.canvas.choices import choices
from gui.canvas.geometry import Geometry
from gui.canvas.room import BESIDE, free_place, make_room
from gui.model import edits, wires
from gui.model.document import Document
from tests.canvas_kit import LEFT, leaf, no_trace, one_step, rig_for


def chain(gap=20):
    """x → a → b → c close behind one another, and a lone e and z below."""
    nodes = [leaf("x"), *(Node(i, "sin", i) for i in "abce"), leaf("z", 3.0)]
    edges = [Edge(s, 0, t, "self") for s, t in ("xa", "ab", "bc")]
    places = {i: (k * (130 + gap) + 20, 60) for k, i in enumerate("xabc")}
    return Document(Graph.of(nodes, edges), (), {**places, "e": (20, 300), "z": (20, 420)})


@pytest.fixture
def rig(qtbot):
    return rig_for(qtbot, chain())


def pick(rig, text):
    search = rig.canvas.search
    assert search.isVisible()
    item = next(i for k in range(search.list.count()) if (i := search.list.item(k)).text() == text)
    search.list.scrollToItem(item)
    QTest.mouseClick(search.list.viewport(), LEFT, pos=search.list.visualItemRect(item).center())


class TestBoth:
    def test_a_wire_from_output_to_output_asks_what_reads_both(self, rig):
        with one_step(rig, "Add sub"):
            rig.drag(rig.port("z"), rig.port("e"))
            texts = [rig.canvas.search.list.item(k).text() for k in range(40)]
            assert "mul" in texts
            assert "sigmoid" not in texts
            pick(rig, "sub")
        edges = rig.document.graph.edges
        assert edges["sub", "self"].source == "z"
        assert edges["sub", "other"].source == "e"
        left = rig.document.places["sub"][0]
        assert left > max(rig.canvas.geometry_.box(i)[2] for i in "ez")

    def test_click_and_click_does_the_same(self, rig):
        rig.click(rig.port("z"))
        rig.click(rig.port("c"))
        pick(rig, "mul")
        assert {e.source for e in rig.document.graph.inputs["mul"].values()} == {"z", "c"}

    def test_beside_the_output_it_is_the_node_that_is_meant(self, rig):
        rig.drag(rig.port("z"), rig.port("e") - QPoint(40, 0))
        assert rig.document.graph.edges["e", "self"].source == "z"

    def test_onto_itself_it_is_nothing(self, rig):
        with no_trace(rig):
            rig.press(rig.port("z"))
            rig.move(rig.see(400, 500))
            rig.move(rig.port("z"))
            rig.release(rig.port("z"))
        assert not rig.canvas.search.isVisible()

    def test_closing_the_popup_changes_nothing(self, rig):
        with no_trace(rig):
            rig.drag(rig.port("z"), rig.port("e"))
            QTest.keyClick(rig.canvas.search.line, Qt.Key.Key_Escape)

    def test_a_wire_that_is_led_elsewhere_is_not_asked(self, rig):
        rig.drag(rig.port("c", "self"), rig.port("e"))
        assert not rig.canvas.search.isVisible()


class TestOneMinus:
    @pytest.mark.parametrize("typed", ["", "1-", "1 - x", "rsub", "complement", "one minus"])
    def test_it_is_found_for_a_loose_wire(self, typed):
        assert "1 - x" in [c.title for c in choices(typed, inputs=1)]

    def test_not_where_there_is_no_wire_or_there_are_two(self):
        assert all(c.title != "1 - x" for k in (0, 2) for c in choices("", inputs=k))

    def test_the_wire_is_what_is_taken_away(self, rig):
        with one_step(rig, "Add sub"):
            rig.drag(rig.port("z"), rig.see(400, 520))
            pick(rig, "1 - x")
        assert rig.document.graph.nodes["sub"].params == {"self": 1.0}
        assert rig.document.graph.edges["sub", "other"].source == "z"


def overlapping(geometry):
    """Pairs of nodes that lie on one another."""
    low, high = geometry.xy, geometry.xy + geometry.size
    return [
        (geometry.ids[i], geometry.ids[j])
        for i in range(len(low)) for j in range(i)
        if ((low[i] < high[j]) & (low[j] < high[i])).all()
    ]  # fmt: skip


class TestRoom:
    def test_what_is_downstream_moves_on_in_the_same_step(self, rig):
        before = rig.document.places
        with one_step(rig, "Put e between a and b"):
            start = rig.on("e", 65, 60)
            end = (rig.port("a") + rig.port("b", "self")) / 2
            rig.drag(start, end)
        after, geometry = rig.document.places, rig.canvas.geometry_
        assert (after["x"], after["a"], after["z"]) == (before["x"], before["a"], before["z"])
        assert after["c"][0] - after["b"][0] == before["c"][0] - before["b"][0]
        assert geometry.box("e")[0] >= geometry.box("a")[2] + BESIDE
        assert geometry.box("b")[0] >= geometry.box("e")[2] + BESIDE
        assert overlapping(geometry) == []

    def test_where_there_is_room_nothing_moves(self):
        document = chain(gap=400)
        put = edits.move(wires.insert(document, "e", "self", ("b", "self")), {"e": (820, 60)})
        assert make_room(put, "e") is put

    def test_a_wire_that_runs_backwards_is_left_alone(self):
        document = edits.move(chain(), {"b": (-400, 60)})
        put = wires.insert(document, "e", "self", ("b", "self"))
        assert make_room(put, "e") is put

    def test_bends_between_what_moves_move_along(self):
        bent = wires.add_bend(chain(), ("c", "self"), 0, (460.0, 200.0))
        put = make_room(wires.insert(bent, "e", "self", ("b", "self")), "e")
        by = put.places["b"][0] - bent.places["b"][0]
        assert by > 0
        assert put.bends["c", "self"] == ((460.0 + by, 200.0),)

    def test_a_free_place_is_below_what_lies_there(self):
        geometry = Geometry.of(chain())
        assert free_place(geometry, (600, 300), (130, 74)) == (600, 300)
        x, y = free_place(geometry, (20, 60), (130, 74))
        assert x == 20
        assert y >= geometry.box("x")[3]
        assert not [b for i in geometry.ids if (b := geometry.box(i))[1] < y + 74 and b[3] > y
                    and b[0] < x + 130 and b[2] > x]  # fmt: skip


class TestBeside:
    def test_an_operation_reads_what_is_selected(self, rig):
        rig.selection.set(["c"])
        with one_step(rig, "Add relu"):
            rig.canvas.add_beside("relu")
        assert rig.document.graph.edges["relu", "self"].source == "c"
        assert overlapping(rig.canvas.geometry_) == []

    def test_leaves_come_below_one_another(self, rig):
        rig.selection.set(["z"])
        for _ in range(3):
            rig.canvas.add_beside("tensor")
        new = [i for i in rig.document.graph.nodes if i not in chain().graph.nodes]
        assert len({rig.document.places[i][0] for i in new}) == 1
        assert overlapping(rig.canvas.geometry_) == []

    def test_with_nothing_selected_they_do_not_hide_one_another(self, rig):
        for _ in range(3):
            rig.selection.set()
            rig.canvas.add_beside("mul")
        assert overlapping(rig.canvas.geometry_) == []
