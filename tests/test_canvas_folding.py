"""Folded groups on the canvas: toggled, wired, dragged, played, with mouse and keys."""

from random import Random

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from engine.graph import Action, Edge, Graph, Node, Region
from gui.canvas.geometry import Geometry, same
from gui.canvas.hits import hit
from gui.canvas.overlay import packet_curve
from gui.canvas.states import States
from gui.canvas.tips import tip
from gui.model import edits, folding, regions
from gui.model.document import Document
from gui.model.files import from_text, to_text
from gui.theme import THEMES
from tests.canvas_kit import ALT, CTRL, PLAIN, SHIFT, leaf, rig_for
from tests.region_kit import BACKWARD, click_tab, film, framed, mark_of, members, played, undone


@pytest.fixture
def rig(qtbot):
    return rig_for(qtbot, framed())


class TestFolding:
    def folded(self, rig) -> bool:
        return rig.document.graph.regions["g"].folded

    def test_g_folds_and_unfolds_what_is_selected(self, rig):
        before = rig.document
        click_tab(rig, "g")
        rig.key(Qt.Key.Key_G)
        assert self.folded(rig)
        assert rig.canvas.geometry_.ids == ("x", "g", "y")
        assert undone(rig, before) == "Fold inner"
        rig.key(Qt.Key.Key_G)
        assert not self.folded(rig)
        assert rig.editor.history.undoText() == "Unfold inner"

    def test_g_on_a_member_folds_the_group_around_it(self, rig):
        rig.click(rig.on("a"))
        rig.key(Qt.Key.Key_G)
        assert self.folded(rig)
        assert rig.selection.items == {"g"}

    def test_ctrl_and_a_click_on_the_mark_toggles(self, rig):
        rig.click(mark_of(rig, "g"), CTRL)
        assert self.folded(rig)
        rig.click(mark_of(rig, "g"), CTRL)
        assert not self.folded(rig)
        assert rig.steps == 2

    def test_a_double_click_on_the_mark_toggles(self, rig):
        for wanted in (True, False):
            rig.double_click(mark_of(rig, "g"))
            assert self.folded(rig) is wanted
            assert not rig.canvas.search.isVisible()

    def test_a_double_click_on_the_box_looks_inside_and_on_its_title_edits_that(self, rig):
        rig.click(mark_of(rig, "g"), CTRL)
        rig.double_click(rig.on("g", 80, 13))
        assert rig.canvas.field.active
        QTest.keyClicks(rig.canvas.field, "f")
        QTest.keyClick(rig.canvas.field, Qt.Key.Key_Return)
        assert rig.document.graph.regions["g"].title == "f"
        rig.double_click(rig.on("g", 110, 60))
        assert not self.folded(rig)

    def test_what_cannot_fold_names_the_node_in_between(self, rig):
        hints = []
        rig.canvas.hint.connect(hints.append)
        rig.selection.set(["x", "b"])
        rig.key(Qt.Key.Key_U, CTRL)  # nothing: only the selection counts
        document = folding.edits.remove(rig.document, ["g"])
        document, region = folding.edits.add_region(document, "group", ["x", "b"], "ends")
        rig.editor.apply("Group", document)
        rig.selection.set([region])
        rig.key(Qt.Key.Key_G)
        assert "ends cannot fold: a lies outside" in hints[-1]
        assert rig.steps == 1

    def test_inner_nodes_and_edges_are_neither_seen_nor_hit(self, rig):
        open_picture = rig.picture()
        rig.click(mark_of(rig, "g"), CTRL)
        geometry = rig.canvas.geometry_
        assert hit(geometry, 470, 90).kind == "empty"  # b's place
        found = hit(geometry, 300, 110)
        assert (found.kind, found.id, found.part) == ("region", "g", "body")
        assert geometry.edge_keys == (("a", "self"), ("y", "self"))
        assert rig.picture() != open_picture

    def test_geometry_brought_up_to_date_is_what_a_fresh_one_is(self, rig):
        rig.click(mark_of(rig, "g"), CTRL)
        rig.drag(rig.on("g", 100, 60), rig.on("g", 160, 100))
        assert same(rig.canvas.geometry_, Geometry.of(rig.document))
        rig.drag(rig.on("x", 60, 20), rig.see(90, 300))
        assert same(rig.canvas.geometry_, Geometry.of(rig.document))

    def test_a_folded_group_is_dragged_with_all_its_members(self, rig):
        rig.click(mark_of(rig, "g"), CTRL)
        places = rig.document.places
        rig.drag(rig.on("g", 100, 60), rig.on("g", 100, 60) + QPoint(40, 200))
        moved = rig.document.places
        for i in ("a", "b"):
            assert moved[i] == (places[i][0] + 40, places[i][1] + 200)
        assert members(rig)["g"] == ("a", "b")
        assert rig.editor.history.undoText() == "Move inner"

    def test_wires_are_led_to_its_ports_as_to_any_other(self, rig):
        rig.click(mark_of(rig, "g"), CTRL)
        document, w = folding.edits.add_node(rig.document, "tensor", (20, 260), name="w")
        rig.editor.apply("Add w", document)
        geometry = rig.canvas.geometry_
        port = rig.see(*geometry.ports[geometry.input_port("a", "self")])
        rig.drag(rig.port(w), port)
        assert rig.document.graph.edges["a", "self"].source == w
        rig.click(port, ALT)  # takes the wire away again
        assert ("a", "self") not in rig.document.graph.edges
        result = rig.see(*geometry.ports[geometry.output_port("b")])
        rig.drag(result, rig.see(560, 400))
        assert rig.canvas.search.isVisible()

    def test_one_port_that_is_read_twice_inside_is_rewired_as_one(self, qtbot):
        nodes = [leaf("x"), leaf("w"), Node("m", "mul", "m")]
        edges = [Edge("x", 0, "m", "self"), Edge("x", 0, "m", "other")]
        regions = [Region("g", "group", "square", ("m",), True)]
        places = {"x": (20, 60), "w": (20, 260), "m": (300, 60)}
        rig = rig_for(qtbot, Document(Graph.of(nodes, edges, regions), (), places))
        assert len(rig.canvas.geometry_.edge_keys) == 1
        before = rig.document
        rig.drag(rig.port("w"), rig.port("m", "other"))
        assert {e.source for e in rig.document.graph.edges.values()} == {"w"}
        assert undone(rig, before) == "Connect w to m"
        rig.drag(rig.port("m", "self"), rig.see(200, 500))  # lifted and let go: both are gone
        assert not rig.document.graph.edges

    def test_a_wire_dropped_on_the_box_takes_its_first_free_input(self, rig):
        rig.click(mark_of(rig, "g"), CTRL)
        rig.drag(rig.port("y"), rig.on("g", 110, 60))  # y depends on the group: a circle
        assert rig.steps == 1
        rig.editor.apply("Cut", folding.disconnect(rig.document, [("a", "self")]))
        rig.drag(rig.port("x"), rig.on("g", 110, 60))
        assert rig.document.graph.edges["a", "self"].source == "x"
        assert rig.editor.history.undoText() == "Connect x to a"

    def test_the_knife_cuts_all_that_one_drawn_wire_stands_for(self, qtbot):
        nodes = [leaf("x"), Node("m", "mul", "m")]
        edges = [Edge("x", 0, "m", "self"), Edge("x", 0, "m", "other")]
        regions = [Region("g", "group", "square", ("m",), True)]
        places = {"x": (20, 60), "m": (300, 60)}
        rig = rig_for(qtbot, Document(Graph.of(nodes, edges, regions), (), places))
        rig.drag(rig.see(240, 20), rig.see(240, 200), ALT | SHIFT)
        assert not rig.document.graph.edges

    def test_arrow_keys_walk_over_the_box_as_over_a_node(self, rig):
        rig.click(mark_of(rig, "g"), CTRL)
        rig.selection.set(["x"])
        walked = []
        for _ in range(2):
            rig.key(Qt.Key.Key_Right, ALT)
            walked += rig.selection.items
        assert walked == ["g", "y"]

    def test_aligning_moves_the_box_as_one(self, rig):
        rig.click(mark_of(rig, "g"), CTRL)
        before = rig.document.places
        rig.selection.set(["x", "g"])
        rig.canvas.align("left")
        after = rig.document.places
        ways = {(after[i][0] - before[i][0], after[i][1] - before[i][1]) for i in "ab"}
        assert len(ways) == 1
        geometry = rig.canvas.geometry_
        assert geometry.xy[geometry.row["g"], 0] == geometry.xy[geometry.row["x"], 0]

    def test_the_tooltip_tells_the_net_effect(self, rig):
        rig.click(mark_of(rig, "g"), CTRL)
        rig.editor.apply("Free y", regions.ungroup(rig.document, ["r"]))
        found = film(rig.document, *BACKWARD)
        rig.canvas.show_frame(found.frame(len(found) - 1))
        text = tip(rig.document, rig.canvas.frame, rig.canvas.hit(rig.on("g", 110, 60)))
        assert text.split("\n") == [
            "inner · group · 2 nodes", "b: 2.48258", "gradient back to x: 1.03312",
        ]  # fmt: skip

    def test_del_on_a_box_takes_all_it_stands_for(self, rig):
        rig.click(mark_of(rig, "g"), CTRL)
        rig.click(rig.on("g", 100, 60))
        rig.key(Qt.Key.Key_Delete)
        assert set(rig.document.graph.nodes) == {"x", "y"}
        rig.editor.history.undo()
        assert self.folded(rig)

    def test_a_box_is_duplicated_folded(self, rig):
        rig.click(mark_of(rig, "g"), CTRL)
        rig.click(rig.on("g", 100, 60))
        rig.key(Qt.Key.Key_D, CTRL)
        boxes = folding.plan(rig.document.graph).boxes
        assert len(boxes) == 2
        assert {len(box.members) for box in boxes.values()} == {2}

    def test_unfolding_pushes_aside_what_would_be_covered(self, rig):
        rig.click(mark_of(rig, "g"), CTRL)
        document = folding.edits.move(rig.document, {"y": (480.0, 60.0)})
        rig.editor.apply("Move y", document)
        rig.click(mark_of(rig, "g"), CTRL)
        geometry = rig.canvas.geometry_
        frame = geometry.regions[geometry.region_row["g"]].box
        assert geometry.box("y")[0] > frame[2]
        rig.editor.history.undo()
        assert rig.document == document

    @pytest.mark.parametrize("item", ["a", "i"])
    def test_what_lies_inside_is_renamed_over_the_box(self, rig, item):
        """Selected in the outline, say: a node, and a region within the folded group."""
        document, inner = edits.add_region(rig.document, "no_grad", ["a"], "old")
        rig.editor.open(folding.fold(document, ["g"]))
        chosen = inner if item == "i" else item
        rig.selection.set([chosen])
        rig.key(Qt.Key.Key_F2)
        assert rig.canvas.field.active
        QTest.keyClicks(rig.canvas.field, "inside")
        QTest.keyClick(rig.canvas.field, Qt.Key.Key_Return)
        graph = rig.document.graph
        assert (graph.regions[inner].title if item == "i" else graph.nodes["a"].name) == "inside"

    def test_what_is_selected_elsewhere_is_marked_on_the_box(self, rig):
        rig.click(mark_of(rig, "g"), CTRL)
        rig.selection.set()
        plain = rig.picture()
        rig.selection.set(["b"])
        marked = rig.picture()
        assert marked != plain
        rig.selection.set(["g"])
        assert rig.picture() == marked
        rig.canvas.ensure_visible("b")

    @pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
    def test_playback_shows_on_the_box(self, rig, theme):
        rig.canvas.set_theme(theme)
        rig.click(mark_of(rig, "g"), CTRL)
        found = played(rig, *BACKWARD)
        assert not rig.canvas._broken
        inside = [k for k in range(len(found)) if found.frame(k).active & {"a", "b"}]
        assert inside
        for k in inside:
            rig.canvas.show_frame(found.frame(k), 0.5)
            assert "g" in rig.canvas.frame.active
        assert rig.canvas.frame.edge(("a", "self")) == found.frame(inside[-1]).edge(("a", "self"))

    def test_packets_follow_the_wires_of_the_box_and_those_inside_its_lower_edge(self, rig):
        rig.editor.apply("Free y", regions.ungroup(rig.document, ["r"]))
        rig.click(mark_of(rig, "g"), CTRL)
        found, geometry = film(rig.document, *BACKWARD), rig.canvas.geometry_
        ways = {}
        for step in range(len(found)):
            rig.canvas.show_frame(found.frame(step), 0.5)
            packet = rig.canvas.frame.packet
            if packet is not None and packet.backward:
                ways[packet.source, packet.target] = packet_curve(geometry, packet)
        assert ways.keys() == {("y", "g"), ("g", "g"), ("g", "x")}
        row = geometry.edge_row["a", "self"]
        assert (ways["g", "x"] == geometry.beside(row)[::-1]).all()
        low = geometry.xy[geometry.row["g"], 1] + geometry.size[geometry.row["g"], 1]
        assert (ways["g", "g"][:, 1] == low + 2).all()

    def test_a_step_in_a_large_graph_brings_the_wires_of_a_box_up_to_date(self, rig, monkeypatch):
        monkeypatch.setattr("gui.canvas.surface.WHOLE_UP_TO", 0)
        rig.editor.apply("Free y", regions.ungroup(rig.document, ["r"]))
        rig.click(mark_of(rig, "g"), CTRL)
        found, canvas = film(rig.document, *BACKWARD), rig.canvas
        for step in range(len(found)):
            canvas.show_frame(found.frame(step), 0.5)
            fresh = States(canvas.geometry_, canvas.frame)
            for part in ("nodes", "lines", "backs"):
                assert (getattr(canvas.states, part) == getattr(fresh, part)).all(), (step, part)

    def test_folding_in_the_middle_of_a_film_shows_the_same_step(self, rig):
        rig.canvas.show_document(rig.document)
        found = film(rig.document, *BACKWARD)
        rig.canvas.show_frame(found.frame(3), 1.0)
        rig.click(mark_of(rig, "g"), CTRL)
        folded = rig.picture()
        rig.canvas.show_frame(found.frame(2), 1.0)
        rig.canvas.show_frame(found.frame(3), 1.0)
        assert rig.picture() == folded
        rig.click(mark_of(rig, "g"), CTRL)
        assert rig.canvas.frame is found.frame(3) or rig.canvas.frame.step == 3


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_done_to_regions_canvas_and_document_agree(qtbot, seed):
    """Random folds, drags, frames, deletions and undos on two modules."""
    rig, rng = rig_for(qtbot, Document()), Random(seed)
    rig.canvas.add_module("mlp", QPointF(300, 200))
    rig.canvas.add_module("bce", QPointF(300, 500), False)
    for _ in range(40):
        rig.canvas.fit_all()
        rng.choice((_drag, _drag, _fold, _frame, _edit, _undo))(rig, rng)
        document, geometry = rig.document, rig.canvas.geometry_
        assert rig.canvas.shown is document
        assert same(geometry, Geometry.of(document))
        assert from_text(to_text(document)) == document  # overlapping regions would be refused
        rig.canvas.show_frame(film(document, Action("forward")).frame(3), 0.5)
        rig.picture()
        assert not rig.canvas._broken


def _some(rig, rng):
    items = [*rig.document.graph.nodes, *rig.document.graph.regions]
    return rng.sample(items, min(len(items), rng.randint(1, 3)))


def _drag(rig, rng):
    rows = range(len(rig.canvas.geometry_.ids))
    if rows:
        start = rig.on(rig.canvas.geometry_.ids[rng.choice(rows)], 40, 12)
        rig.drag(start, QPoint(rng.randrange(1000), rng.randrange(700)), rng.choice((PLAIN, SHIFT)))


def _fold(rig, rng):
    rig.selection.set(_some(rig, rng))
    rig.key(Qt.Key.Key_G)


def _frame(rig, rng):
    rig.selection.set(_some(rig, rng))
    rig.canvas.add_region(rng.choice(("group", "no_grad", "inference_mode")))


def _edit(rig, rng):
    rig.selection.set(_some(rig, rng))
    names = ("add_to_region", "take_out", "ungroup_selection", "delete_selection",
             "delete_with_members", "duplicate_selection")  # fmt: skip
    getattr(rig.canvas, rng.choice(names))()


def _undo(rig, rng):
    (rig.editor.history.undo if rng.random() < 0.7 else rig.editor.history.redo)()
