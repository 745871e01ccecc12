"""Bends: points a wire is led through."""

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from gui.canvas.bends import way
from gui.canvas.overlay import packet_curve
from gui.canvas.tools.knife import crossing
from gui.model import edits, wires
from gui.model.files import Unreadable, from_text, to_text
from gui.model.frames import Packet
from gui.state.jobs import same_statements
from tests.canvas_kit import (
    ALT,
    CTRL,
    RIGHT,
    SHIFT,
    flowing,
    no_trace,
    one_step,
    product,
    rig_for,
)

KEY = ("q", "self")


@pytest.fixture
def rig(qtbot):
    """product() with the wire from p to q led through two points below."""
    return rig_for(qtbot, bent())


def bent():
    document = wires.add_bend(product(), KEY, 0, (420.0, 300.0))
    return wires.add_bend(document, KEY, 1, (480.0, 360.0))


class TestByMouse:
    def test_shift_and_the_right_button_bend_a_wire_where_it_is_let_go(self, qtbot):
        rig = rig_for(qtbot, product())
        with one_step(rig, "Bend wire"):
            at = rig.see(445, 78)
            rig.press(at, SHIFT, RIGHT)
            rig.move(rig.see(440, 200))
            rig.move(rig.see(440, 301))
            rig.release(rig.see(440, 301), SHIFT, RIGHT)
        assert rig.document.bends == {KEY: ((440, 300),)}

    def test_a_click_is_enough(self, qtbot):
        rig = rig_for(qtbot, product())
        with one_step(rig, "Bend wire"):
            QTest.mouseClick(rig.canvas, RIGHT, SHIFT, rig.see(445, 78))
        assert len(rig.document.bends[KEY]) == 1

    def test_beside_a_wire_it_says_what_to_do(self, rig, qtbot):
        with (
            no_trace(rig),
            qtbot.waitSignal(rig.canvas.hint, check_params_cb=lambda t: "point at one" in t),
        ):
            QTest.mouseClick(rig.canvas, RIGHT, SHIFT, rig.see(800, 600))

    def test_a_bend_is_dragged(self, rig):
        with one_step(rig, "Move bend"):
            rig.drag(rig.see(420, 300), rig.see(383, 322))
        assert rig.document.bends[KEY][0] == (380, 320)

    def test_esc_puts_it_back(self, rig):
        with no_trace(rig):
            rig.press(rig.see(420, 300))
            rig.move(rig.see(300, 400))
            rig.key(Qt.Key.Key_Escape)
            rig.release(rig.see(300, 400))

    def test_a_click_picks_it_and_del_takes_it_away_not_the_wire(self, rig):
        rig.click(rig.see(420, 300))
        assert rig.selection.edges == {KEY}
        with one_step(rig, "Straighten wire"):
            rig.key(Qt.Key.Key_Delete)
        assert rig.document.bends == {KEY: ((480, 360),)}
        assert KEY in rig.document.graph.edges

    def test_then_del_means_the_wire_again(self, rig):
        rig.click(rig.see(420, 300))
        rig.key(Qt.Key.Key_Escape)
        rig.selection.set([], [KEY])
        with one_step(rig, "Delete wire"):
            rig.key(Qt.Key.Key_Delete)
        assert not rig.document.bends

    def test_from_the_menus(self, rig):
        found = rig.canvas.hit(rig.see(480, 360))
        assert (found.kind, found.edge, found.port) == ("bend", KEY, 1)
        menu = rig.canvas.menu_for(found, rig.canvas.scene(rig.see(480, 360)))
        with one_step(rig, "Straighten wire"):
            menu.actions()[1].trigger()
        assert not rig.document.bends
        menu.deleteLater()
        at = rig.see(445, 78)
        found = rig.canvas.hit(at)
        menu = rig.canvas.menu_for(found, rig.canvas.scene(at))
        (add,) = (a for a in menu.actions() if a.text().startswith("Add a bend here"))
        with one_step(rig, "Bend wire"):
            add.trigger()
        menu.deleteLater()

    def test_the_whole_way_is_hit_and_cut_and_alt_clicked(self, rig):
        first, middle, last = rig.canvas.geometry_.ways[2]
        for piece in (first, middle, last):
            x, y = (piece[0] + 3 * piece[1] + 3 * piece[2] + piece[3]) / 8
            assert rig.canvas.hit(rig.see(x, y)).edge == KEY
            geometry = rig.canvas.geometry_
            rows = crossing(geometry, (x - 40, y - 40), (x + 40, y + 41))
            assert [geometry.edge_keys[row] for row in rows] == [KEY]
        with one_step(rig, "Disconnect p from q"):
            rig.click(rig.see(x, y), ALT)

    def test_what_lies_between_moved_nodes_moves_along(self, rig):
        rig.selection.set(["p", "q"])
        with one_step(rig, "Move"):
            rig.drag(rig.on("p", 65, 60), rig.on("p", 65, 60) + QPoint(100, 100))
        (dx, dy) = np.subtract(rig.document.places["p"], (260, 40))
        assert rig.document.bends[KEY] == ((420 + dx, 300 + dy), (480 + dx, 360 + dy))

    def test_a_copy_has_bends_of_its_own(self, rig):
        rig.selection.set(["p", "q"])
        with one_step(rig, "Duplicate"):
            rig.key(Qt.Key.Key_D, CTRL)
        assert rig.document.bends["q1", "self"] == ((450, 330), (510, 390))
        assert rig.document.bends[KEY] == bent().bends[KEY]


class TestPicture:
    @pytest.mark.parametrize("zoom", [1.0, 0.5, 0.2])
    def test_it_is_seen(self, rig, zoom):
        rig.canvas.zoom_to(zoom)
        shown = rig.picture()
        rig.editor.apply("straight", product())
        assert rig.picture() != shown
        rig.editor.history.undo()
        assert rig.picture() == shown

    def test_a_gradient_goes_the_whole_way_back(self, rig):
        rig.canvas.show_frame(flowing())
        rig.picture()
        there = packet_curve(
            rig.canvas.geometry_, Packet("p", "q", KEY, np.float32(1), backward=False)
        )
        back = packet_curve(
            rig.canvas.geometry_, Packet("q", "p", KEY, np.float32(1), backward=True)
        )
        assert there.shape == back.shape == (3, 4, 2)
        assert np.hypot(*(there[0, 0] - back[-1, -1])) < 20
        assert np.hypot(*(there[-1, -1] - back[0, 0])) < 20

    def test_the_way_is_smooth_and_level_at_its_ends(self):
        cubics = way((0, 0), [(100, 80), (50, 160)], (200, 200))
        assert np.array_equal(cubics[1:, 0], cubics[:-1, 3])
        arriving, leaving = cubics[:-1, 3] - cubics[:-1, 2], cubics[1:, 1] - cubics[1:, 0]
        crossed = arriving[:, 0] * leaving[:, 1] - arriving[:, 1] * leaving[:, 0]
        assert np.abs(crossed).max() < 1e-6
        assert cubics[0, 1, 1] == 0
        assert cubics[-1, 2, 1] == 200


class TestInTheDocument:
    def test_bends_run_nothing_again(self):
        assert bent().graph is not product().graph
        assert same_statements(bent().graph, product().graph)

    def test_they_go_with_their_edge(self):
        document = bent()
        for changed in (
            edits.disconnect(document, [KEY]),
            edits.remove(document, ["q"]),
            edits.connect(document, "x", *KEY),
        ):
            assert not changed.bends
        assert edits.connect(document, "p", *KEY).bends == document.bends
        assert edits.move(document, {"x": (0.0, 0.0)}).bends == document.bends
        assert edits.rename(document, "q", "last").bends == document.bends

    def test_a_file_keeps_them_and_says_nothing_where_there_are_none(self):
        text = to_text(bent())
        assert '{"to": ["q", "self"], "through": [[420, 300], [480, 360]]}' in text
        assert from_text(text) == bent()
        assert to_text(from_text(text)) == text
        assert "bends" not in to_text(product())

    @pytest.mark.parametrize(
        ("wrong", "told"),
        [
            ('{"to": ["q", "other"], "through": [[1, 2]]}', "No edge ends in"),
            ('{"to": ["q", "self"], "through": []}', "There is no point"),
            ('{"to": ["q", "self"], "through": [[1]]}', "entries, two are needed"),
            ('{"to": ["q", "self"], "through": [["a", 2]]}', "a number is needed"),
            ('{"to": ["q", "self"]}', "“through” is missing"),
        ],
    )
    def test_nonsense_is_refused_in_a_sentence(self, wrong, told):
        whole = '{"to": ["q", "self"], "through": [[420, 300], [480, 360]]}'
        with pytest.raises(Unreadable, match=told):
            from_text(to_text(bent()).replace(whole, wrong))

    def test_the_same_wire_twice_is_refused(self):
        line = '{"to": ["q", "self"], "through": [[420, 300], [480, 360]]}'
        with pytest.raises(Unreadable, match="given twice"):
            from_text(to_text(bent()).replace(line, f"{line},\n  {line}"))

    def test_a_new_bend_goes_where_the_detour_is_least(self):
        ends, bends = ((0.0, 0.0), (300.0, 0.0)), ((100.0, 50.0), (200.0, 50.0))
        assert [wires.place_in_way(ends, bends, (x, 30.0)) for x in (40.0, 150.0, 260.0)] == [
            0, 1, 2,
        ]  # fmt: skip

    def test_what_is_laid_out_anew_is_straight(self):
        places = {"p": (0.0, 0.0), "q": (300.0, 0.0)}
        assert edits.rearrange(bent(), places).bends == {}
