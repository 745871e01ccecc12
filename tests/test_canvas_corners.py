"""Wires with corners: how they run, are drawn, hit, travelled, cut, and remembered."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt

from gui.app import App
from gui.canvas import curves, routes
from gui.canvas.geometry import Geometry, same
from gui.canvas.overlay import packet_curve
from gui.canvas.routes import SquareGeometry
from gui.canvas.tools.knife import crossing
from gui.model import edits, wires
from gui.model.frames import Packet
from tests.canvas_kit import ALT, flowing, product, ran, rig_for, square

coordinate = st.integers(-400, 400)
ENDS = st.lists(st.tuples(*[coordinate] * 4), min_size=1, max_size=6)


@pytest.fixture
def rig(qtbot):
    found = rig_for(qtbot, product())
    found.canvas.set_right_angled(True)
    return found


def routed(ends):
    flat = np.array(ends, np.float64)
    return flat[:, :2], flat[:, 2:], routes.corners(flat[:, :2], flat[:, 2:])


class TestRoutes:
    @given(ENDS)
    def test_every_leg_is_level_or_upright_and_the_ends_are_level(self, ends):
        start, end, found = routed(ends)
        legs = np.diff(found, axis=1)
        assert (np.isclose(legs, 0).any(axis=2)).all()
        assert (found[:, 0] == start).all()
        assert (found[:, -1] == end).all()
        assert (legs[:, 0, 0] >= 0).all()
        assert (legs[:, -1, 0] >= 0).all()
        assert np.isclose(legs[:, [0, -1], 1], 0).all()

    @given(ENDS)
    def test_the_cubics_join_and_stay_within_the_corners(self, ends):
        *_, found = routed(ends)
        made = routes.cubics(found)
        assert np.allclose(made[:, :-1, 3], made[:, 1:, 0])
        low, high = found.min(axis=1)[:, None, None], found.max(axis=1)[:, None, None]
        assert (made >= low - 1e-9).all()
        assert (made <= high + 1e-9).all()

    @given(ENDS)
    def test_the_way_back_is_beside_it(self, ends):
        *_, found = routed(ends)
        moved = routes.beside(found)
        assert (moved[:, [0, -1], 0] == found[:, [0, -1], 0]).all()
        assert (moved[:, :, 1] == found[:, :, 1] + curves.BESIDE).all()
        assert (np.abs(moved[:, 1:-1, 0] - found[:, 1:-1, 0]) == curves.BESIDE).all()

    def test_a_wire_that_runs_back_goes_around(self):
        *_, found = routed([(300, 100, 0, 100)])
        assert found[0, :, 0].max() == 300 + routes.OUT
        assert found[0, :, 0].min() == -routes.OUT
        assert found[0, :, 1].max() > 100

    def test_bends_are_passed_through(self):
        found = routes.through([(0, 0), (120, 90), (300, 40)])[0].tolist()
        assert [120, 90] in found
        legs = np.diff(found, axis=0)
        assert (legs == 0).any(axis=1).all()


class TestGeometry:
    def test_a_move_gives_what_a_fresh_build_gives(self):
        places = [(200 * k, 30 * (k % 3)) for k in range(12)]
        document = square()
        for place in places:
            document, node = edits.add_node(document, "sin", place)
            document = edits.connect(document, "x", node, "self")
        geometry = SquareGeometry(document)
        for name in ("chords", "rects", "edge_boxes", "curves"):
            getattr(geometry, name)
        moved = edits.move(document, {"y": (700, 300)})
        after = geometry.updated(document, moved)
        assert isinstance(after, SquareGeometry)
        assert "corners" in after.__dict__
        assert same(after, SquareGeometry(moved))

    def test_it_stays_square_through_edits(self, rig):
        rig.selection.set(["q"])
        rig.canvas.delete_selection()
        assert rig.canvas.right_angled
        rig.editor.history.undo()
        assert rig.canvas.right_angled

    def test_a_leg_is_hit_where_a_curve_would_not_be(self, rig):
        geometry = rig.canvas.geometry_
        row = geometry.edge_row["q", "self"]
        points = geometry.corners[row]
        x, y = (points[1] + points[2]) / 2
        assert rig.canvas.hit(rig.see(x, y)).edge == ("q", "self")
        assert rig.canvas.hit(rig.see(x, y + 60)).edge is None

    def test_every_point_of_every_wire_is_hit_and_nothing_far_off(self):
        geometry = SquareGeometry(product())
        for row in range(len(geometry.edge_keys)):
            for piece in geometry.way(row):
                assert geometry.nearest(*curves.at(piece, 0.5), 4.5) >= 0
        assert geometry.nearest(2000, 2000, 6) == -1

    def test_bent_wires_are_hit_too(self):
        document = wires.add_bend(product(), ("q", "self"), 0, (420.0, 300.0))
        geometry = SquareGeometry(document)
        row = geometry.edge_row["q", "self"]
        assert geometry.nearest(420, 300, 12) == row
        assert [420.0, 300.0] in geometry._bent[row][0].tolist()

    def test_the_knife_cuts_what_it_crosses(self):
        geometry = SquareGeometry(product())
        row = geometry.edge_row["q", "self"]
        x, y = (geometry.corners[row, 0] + geometry.corners[row, 1]) / 2
        assert crossing(geometry, (x + 1, y - 20), (x + 1, y + 20)) == [row]

    def test_a_click_takes_a_wire_away(self, rig):
        geometry = rig.canvas.geometry_
        points = geometry.corners[geometry.edge_row["q", "self"]]
        x, y = (points[0] + points[1]) / 2
        with one_step_square(rig):
            rig.click(rig.see(x, y), ALT)


class TestPackets:
    @pytest.mark.parametrize("source", ["p", "q"])
    def test_they_travel_along_it_at_one_speed(self, rig, source):
        geometry = rig.canvas.geometry_
        edge = ("q", "self")
        ends = ("p", "q") if source == "p" else ("q", "p")
        way = packet_curve(geometry, Packet(*ends, edge, np.float32(1), backward=source == "q"))
        found = np.array([curves.at(way, t) for t in np.linspace(0, 1, 201)])
        row = geometry.edge_row[edge]
        start, end = geometry.ports[geometry.ends[row]]
        down = np.array((0, curves.BESIDE))
        first, last = (start, end) if source == "p" else (end + down, start + down)
        assert found[0] == pytest.approx(first)
        assert found[-1] == pytest.approx(last)
        steps = np.hypot(*np.diff(found, axis=0).T)
        assert steps.max() < 2.0 * steps.mean()


class TestLooks:
    @pytest.mark.parametrize("frame", [ran, flowing])
    @pytest.mark.parametrize("scale", [0.05, 0.2, 0.45, 1.0])
    def test_it_looks_different_at_every_level(self, qtbot, frame, scale):
        rig = rig_for(qtbot, product())
        rig.canvas.show_frame(frame())
        rig.canvas.zoom_to(scale, rig.see(300, 100).toPointF())
        curved = rig.picture()
        rig.canvas.set_right_angled(True)
        if scale >= 0.1:  # from afar both are straight lines
            assert rig.picture() != curved
        rig.canvas.set_right_angled(False)
        assert rig.picture() == curved

    def test_pictures_have_corners_too(self, rig):
        before = rig.canvas.grab_image()
        rig.canvas.set_right_angled(False)
        assert rig.canvas.grab_image() != before

    def test_a_wire_on_its_way_has_corners(self, rig):
        rig.press(rig.port("x"))
        rig.move(rig.see(420, 400))
        with_corners = rig.picture()
        rig.key(Qt.Key.Key_Escape)
        rig.canvas.set_right_angled(False)
        rig.press(rig.port("x"))
        rig.move(rig.see(420, 400))
        assert rig.picture() != with_corners

    def test_a_node_is_dragged(self, rig):
        with one_step_square(rig):
            rig.drag(rig.on("q", 65, 60), rig.on("q", 65, 60) + QPoint(40, 120))


class one_step_square:
    """What `one_step` asks, of a Geometry with corners."""

    def __init__(self, rig):
        self.rig = rig

    def __enter__(self):
        self.steps = self.rig.editor.history.index()

    def __exit__(self, *_):
        assert self.rig.editor.history.index() == self.steps + 1
        for go in (lambda: None, self.rig.editor.history.undo, self.rig.editor.history.redo):
            go()
            assert same(self.rig.canvas.geometry_, SquareGeometry(self.rig.document))


def test_the_command_turns_it_on_and_it_is_remembered(qtbot):
    app = App()
    app.window.show()
    action = app.window.actions_by_id["right_angled"]
    assert not app.canvas.right_angled
    action.trigger()
    assert action.isChecked()
    assert app.canvas.right_angled
    assert app.views.history.right_angled
    other = App(app.desk)
    assert other.canvas.right_angled
    action.trigger()
    assert not other.canvas.right_angled
    assert type(app.canvas.geometry_) is Geometry
    for each in (other, app):
        each.window.close()
