"""What is painted: the same for the same, different for different, and readable in every theme."""

import logging
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter

from engine.events import Output
from engine.graph import Edge, Graph
from engine.graph import Node as ModelNode
from gui.canvas import curves
from gui.canvas.geometry import Geometry
from gui.canvas.heat import heat_map
from gui.canvas.hits import Hit, hit
from gui.canvas.overlay import sum_text, way_edges
from gui.canvas.paint import paint
from gui.canvas.shapes import shape_of
from gui.canvas.states import States
from gui.canvas.tips import tip
from gui.canvas.view import View
from gui.model import edits
from gui.model.codes import Line, Node
from gui.model.document import Document
from gui.model.frames import EMPTY, Cut, EdgeState, NodeState, Packet, Term
from gui.theme import DARK, LIGHT, THEMES
from tests.canvas_kit import Still, flowing, leaf, product, ran, rig_for, value


@pytest.fixture
def rig(qtbot):
    return rig_for(qtbot, product())


def drawn(frame, theme=LIGHT, scale=1.0, phase=1.0, document=None) -> QImage:
    geometry = Geometry.of(document or product())
    image = QImage(900, 420, QImage.Format.Format_ARGB32_Premultiplied)
    painter = QPainter(image)
    target = QRectF(image.rect())
    paint(painter, geometry, frame, theme, None, View(scale, 40, 60), target, phase=phase)
    painter.end()
    return image


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("scale", [0.05, 0.2, 0.45, 1.0, 2.0])
def test_the_same_frame_is_the_same_picture_and_another_is_another(qapp, theme, scale):
    frames = (EMPTY, ran(), flowing())
    pictures = [drawn(frame, theme, scale) for frame in frames]
    assert [drawn(frame, theme, scale) for frame in frames] == pictures
    assert len({bytes(p.constBits()) for p in pictures}) == 3


def test_a_packet_moves_with_the_phase(qapp):
    assert drawn(flowing(), phase=0.2) != drawn(flowing(), phase=0.6)
    assert drawn(ran(), phase=0.2) == drawn(ran(), phase=0.6)


def changed(**rest) -> Still:
    before = ran()
    nodes = {**before.nodes, "p": NodeState(**{**_fields(before.node("p")), **rest})}
    return Still(nodes, before.edges)


def _fields(state: NodeState) -> dict:
    return {name: getattr(state, name) for name in NodeState.__slots__}


@pytest.mark.parametrize(
    "rest",
    [
        {"error": "RuntimeError: it is so"},
        {"freed": True},
        {"grad": np.float32(2)},
        {"grad": np.float32(2), "live": True},
        {"stored": np.float32(8)},
        {"retains_grad": True},
        {"requires_grad": False, "why_no_grad": Cut.NO_GRAD},
        {"requires_grad": False, "why_no_grad": Cut.DETACH},
        {"value": np.arange(6.0).reshape(2, 3)},
        {"value": np.array([1.0, np.nan])},
        {"value": np.array([1.0, np.inf])},
        {"value": np.float32(np.nan)},
        {"grad": np.array([[1.0, np.nan]])},
        {"expected": 3, "terms": (Term(np.float32(1), None, "q"),), "live": True},
    ],
    ids=lambda rest: " ".join(rest),
)
def test_every_state_of_a_node_can_be_seen(qapp, rest):
    assert drawn(changed(**rest)) != drawn(ran())


def test_the_difference_is_there_without_colour(qapp):
    """Shape and dash carry it: in grey, freed, failed and cut still differ from plain."""

    def grey(frame):
        return drawn(frame).convertToFormat(QImage.Format.Format_Mono)

    plain = grey(ran())
    cut = Still(ran().nodes, {**ran().edges, ("q", "self"): EdgeState(True, Cut.DETACH)})
    dotted = Still(ran().nodes, {**ran().edges, ("q", "self"): EdgeState(True, Cut.FROZEN)})
    frames = (changed(freed=True), changed(error="no"), cut, dotted)
    pictures = {bytes(grey(frame).constBits()) for frame in frames}
    assert len(pictures | {bytes(plain.constBits())}) == 5


def test_what_is_stored_shows_before_and_after(qapp):
    frame = Still({**ran().nodes, "x": value(2, is_leaf=True, stored=np.float32(8))}, ran().edges)
    after = drawn(frame)
    frame.stored = ("x", np.float32(4), np.float32(8))
    assert drawn(frame) != after


def inked(image, token) -> int:
    """How many pixels have about this colour."""
    color = LIGHT.color(token)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(-1, 4)[:, :3].astype(int)
    away = np.abs(pixels - [color.blue(), color.green(), color.red()]).max(axis=1)
    return int(np.count_nonzero(away < 60))


def test_nan_and_inf_are_marked_in_red(qapp):
    plain = changed(value=np.array([1.0, 2.0, 3.0, 4.0, 5.0]))
    assert inked(drawn(plain), "error") == 0
    for bad in (np.nan, np.inf):
        for rest in ({"value": np.array([1.0] * 4 + [bad])}, {"grad": np.float32(bad)}):
            assert inked(drawn(changed(**rest)), "error") > 20


def test_the_way_to_the_node_that_raised_is_lit(qapp):
    failed = changed(error="RuntimeError: no")
    way = Still(failed.nodes, failed.edges, path=("q", "p", "x"))
    alone = Still(failed.nodes, failed.edges, path=("p",))
    assert drawn(alone) == drawn(failed)
    assert inked(drawn(way), "error") > inked(drawn(failed), "error") + 1000
    for scale in (0.05, 0.2):
        assert drawn(way, scale=scale) != drawn(failed, scale=scale)
    assert drawn(Still(failed.nodes, failed.edges, path=("gone", "away"))) == drawn(failed)


def test_the_edges_of_a_way_are_those_between_its_neighbours():
    geometry = Geometry.of(product())
    keys = [geometry.edge_keys[k] for k in way_edges(geometry, [geometry.row["q"]])]
    assert keys == []
    rows = [geometry.row[node] for node in "xp"]
    for way in (rows, rows[::-1]):
        keys = {geometry.edge_keys[k] for k in way_edges(geometry, way)}
        assert keys == {("p", "self"), ("p", "other")}


def test_an_error_the_program_expects_is_not_red(qapp):
    state = changed(error="RuntimeError: no").node("p")
    quiet = Still({**ran().nodes, "p": replace(state, expected_error=True)}, ran().edges)
    assert inked(drawn(changed(error="RuntimeError: no")), "error") > 100
    assert inked(drawn(quiet), "error") == 0
    assert drawn(quiet) != drawn(ran())
    assert inked(drawn(quiet, scale=0.2), "error") == 0


def test_ports_and_titles_lie_above_the_outline_of_the_selection(rig):
    """A wire is drawn from a port, and a title is read, also while they are selected."""
    geometry = rig.canvas.geometry_
    tab = geometry.regions[geometry.region_row["r"]].tab
    x, y = geometry.ports[geometry.output_port("p")]
    places = [(x + 4, y), (tab[0] + 40, tab[1] + 3), (tab[0] + 40, geometry.regions[0].box[1] - 3)]

    def pixels():
        image = rig.picture()
        return [image.pixelColor(rig.see(*place)).getRgb() for place in places]

    before = pixels()
    rig.selection.set(["p", "r"])
    assert np.abs(np.subtract(pixels(), before)).max() < 8  # its rim is drawn twice


def test_a_gradient_without_a_drawn_edge_takes_an_arc(qapp):
    frame = Still(ran().nodes, ran().edges, packet=Packet("q", "x", None, np.float32(1)))
    assert drawn(frame) != drawn(ran())


def test_a_node_does_not_grow_when_it_gets_numbers(rig):
    before = rig.canvas.geometry_
    rig.canvas.show_frame(flowing())
    assert rig.canvas.geometry_ is before


# The window: what is repainted in parts must equal what is painted at once.


@pytest.mark.parametrize("scale", [0.2, 0.42, 1.0])
def test_stepping_repaints_enough(rig, scale):
    rig.canvas.zoom_to(scale)
    for frame in (ran(), flowing(), changed(error="x"), flowing(), ran(), changed(freed=True)):
        rig.canvas.show_frame(frame)
        in_parts = rig.picture()
        rig.canvas._layer.invalidate()
        assert rig.picture() == in_parts


@pytest.mark.parametrize("scale", [0.6, 1.0])
def test_the_screen_is_brought_up_to_date(rig, qapp, scale):
    """Only parts of the window are updated in a step; what the screen then holds is all of it."""

    def on_screen():
        qapp.processEvents()
        return rig.canvas.screen().grabWindow(rig.canvas.winId()).toImage()

    rig.canvas.zoom_to(scale)
    before = on_screen()
    arc = Still(flowing().nodes, {}, packet=Packet("q", "x", None, np.float32(1)))
    flow = flowing()
    steps = [(ran(), 1.0), *((flow, k / 4) for k in (0, 4, 1, 3)), (arc, 0.5), (ran(), 1.0)]
    for frame, phase in steps:
        rig.canvas.show_frame(frame, phase)
        after = on_screen()
        rig.canvas.update()
        assert on_screen() == after
    assert after != before


def test_scrubbing_ends_in_the_same_picture(rig):
    rig.canvas.show_frame(flowing())
    direct = rig.picture()
    for frame in (EMPTY, ran(), flowing()):
        for phase in (0.3, 0.8, 1.0):
            rig.canvas.show_frame(frame, phase)
            rig.picture()
    assert rig.picture() == direct


def test_panning_scrolls_to_the_same_picture(rig):
    rig.canvas.show_frame(flowing())
    for dx, dy in ((7, 3), (-40, 12), (3, -60), (500, 0)):
        rig.canvas.set_view(rig.canvas.view.panned(dx, dy))
        scrolled = rig.picture()
        rig.canvas._layer.invalidate()
        assert rig.picture() == scrolled


def test_dragging_repaints_enough(rig):
    rig.press(rig.on("x", 30, 20))
    for end in ((200, 300), (60, 90), (400, 200)):
        rig.move(rig.see(*end))
        in_parts = rig.picture()
        rig.canvas._layer.invalidate()
        assert rig.picture() == in_parts
    rig.canvas.cancel_gesture()


def test_reduced_motion_shows_only_arrivals(rig):
    rig.canvas.reduced_motion = True
    rig.canvas.show_frame(flowing(), 0.2)
    assert rig.canvas.phase == 1.0


def test_a_theme_changes_everything(rig):
    light = rig.picture()
    rig.canvas.set_theme(DARK)
    assert rig.picture() != light
    rig.canvas.set_theme(LIGHT)
    assert rig.picture() == light


def test_an_empty_canvas_says_what_to_do(qtbot):
    rig = rig_for(qtbot, Document())
    empty = rig.picture()
    rig.canvas.add_op("tensor", QPointF(-900, -900))
    assert rig.picture() != empty


def test_a_picture_of_the_whole_graph(rig):
    one, two = rig.canvas.grab_image(1.0), rig.canvas.grab_image(2.0)
    assert two.width() == pytest.approx(2 * one.width(), abs=2)
    rig.canvas.set_view(rig.canvas.view.panned(-3000, 0))
    rig.selection.set(["x"])
    assert rig.canvas.grab_image(1.0) == one


def test_a_failure_while_painting_is_logged_once_and_the_canvas_lives(rig, monkeypatch, caplog):
    class Broken(Still):
        def node(self, node):
            if self.armed:
                raise RuntimeError("no such state")
            return super().node(node)

    frame = Broken(ran().nodes, ran().edges, armed=False)
    rig.canvas.show_frame(frame)
    frame.armed = True
    for _ in range(3):
        rig.canvas._layer.invalidate()
        rig.picture()
    assert [r.levelno for r in caplog.records] == [logging.ERROR]
    caplog.clear()
    frame.armed = False
    rig.canvas._layer.invalidate()
    rig.picture()


# Words and colours


def luminance(color) -> float:
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(theme, ink: str, paper: str) -> float:
    a, b = (luminance((c.redF(), c.greenF(), c.blueF())) for c in map(theme.color, (ink, paper)))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


WRITTEN = [
    ("text", "surface"), ("text", "hover"), ("text", "value_soft"), ("muted", "surface"),
    ("muted", "hover"), ("muted", "canvas"), ("value", "surface"), ("value", "canvas"),
    ("value", "value_soft"), ("gradient", "surface"), ("gradient", "canvas"),
    ("gradient", "gradient_soft"), ("gradient", "value_soft"), ("sum", "sum_soft"),
    ("text", "sum_soft"), ("error", "error_soft"), ("on_accent", "gradient"),
    ("on_accent", "value"), ("on_accent", "sum"), ("on_accent", "error"), ("text", "canvas"),
]  # fmt: skip


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize(("ink", "paper"), WRITTEN)
def test_whatever_is_written_can_be_read(theme, ink, paper):
    assert contrast(theme, ink, paper) >= 4.5


def test_the_card_of_a_sum_names_each_term():
    state = flowing().node("x")
    first, second = sum_text(Geometry.of(product()), state)
    assert first == "2 + 2 = 4"
    assert second == "2 of 2 in, from p.self and p.other"


def test_the_card_of_a_long_sum_stays_short():
    terms = tuple(Term(np.float32(k), None, "q") for k in range(30))
    state = value(1, grad=np.float32(435), terms=terms, expected=30)
    first, _ = sum_text(Geometry.of(product()), state)
    assert first == "0 + 1 + 2 + 3 + … (26 more) = 435"


def test_the_card_of_a_sum_says_what_the_caption_says():
    """-0 in brackets, digits until the sum is right, shapes of arrays."""
    for numbers, text in (
        ((32.5, -0.0), "32.5 + (-0) = 32.5"),
        ((3, -4), "3 + (-4) = -1"),
        ((1.2344, 1.2344), "1.2344 + 1.2344 = 2.469"),
    ):
        terms = tuple(Term(np.float32(k), None, "q") for k in numbers)
        state = value(1, grad=np.float32(sum(numbers)), terms=terms, expected=2)
        assert sum_text(Geometry.of(product()), state)[0] == text
    terms = (Term(np.ones((2, 3)), None, "q"),) * 6
    state = value(1, grad=np.ones((2, 3)), terms=terms, expected=6)
    shown = " + ".join(["(2, 3)"] * 4)
    assert sum_text(Geometry.of(product()), state)[0] == f"{shown} + … (2 more) = (2, 3)"


@pytest.mark.parametrize(
    ("cut", "says"),
    [
        (Cut.DETACH, "detach() cuts here"),
        (Cut.NO_GRAD, "torch.no_grad()"),
        (Cut.FROZEN, "No gradient goes to p: it does not require one"),
        (Cut.NON_DIFFERENTIABLE, "q is not differentiable"),
    ],
)
def test_a_cut_tells_its_cause(cut, says):
    frame = Still(ran().nodes, {("q", "self"): EdgeState(True, cut)})
    geometry = Geometry.of(product())
    x, y = curves.points(geometry.curves[geometry.edge_row["q", "self"]][None])[0, 6]
    text = tip(product(), frame, hit(geometry, x, y))
    assert text.startswith("p → q.self")
    assert says in text


def test_an_error_is_told_whole():
    sentence = "RuntimeError: Trying to backward through the graph a second time."
    geometry = Geometry.of(product())
    assert sentence in tip(product(), changed(error=sentence), hit(geometry, 300, 50))


def test_states_follow_the_frames():
    geometry, frame = Geometry.of(product()), flowing()
    states = States(geometry, ran())
    states.update(geometry, frame, *frame.changed_since(ran()))
    fresh = States(geometry, frame)
    for name in ("nodes", "lines", "backs"):
        assert (getattr(states, name) == getattr(fresh, name)).all()
    assert states.nodes[geometry.row["x"]] == Node.LIVE
    assert states.lines[geometry.edge_row["q", "self"]] == Line.CARRIED


@pytest.mark.parametrize(
    "array",
    [np.full((3, 3), np.nan), np.array([np.inf, 1.0]), np.zeros(4), np.arange(1e4), np.eye(2) > 0],
)
def test_any_numbers_make_a_heat_map(qapp, array):
    image = heat_map(array, LIGHT)
    assert image is not None
    assert max(image.width(), image.height()) <= 16


@pytest.mark.parametrize("array", [np.float32(1), np.zeros((0, 3)), np.array(["a", "b"])])
def test_some_things_have_no_heat_map(qapp, array):
    assert heat_map(array, LIGHT) is None


def test_a_leafs_text_is_its_data():
    document = edits.set_param(product(), "x", "data", [[1.0, 2.0]])
    assert shape_of(document.graph.nodes["x"]).detail == "(1, 2)"
    assert shape_of(leaf("b", 0.1)).detail == "0.1"


def test_a_wire_from_a_second_output_tells_that_output():
    nodes = [leaf("x", [2.0, 1.0]), ModelNode("s", "sort", "s"), ModelNode("n", "neg", "n")]
    edges = [Edge("x", 0, "s", "self"), Edge("s", 1, "n", "self")]
    document = Document(Graph.of(nodes, edges), (), {})
    made = NodeState(value=np.array([1.0, 2.0]), more=(Output(np.array([1, 0]), False),))
    frame = Still({"s": made}, {("n", "self"): EdgeState(carried=True)})
    told = tip(document, frame, Hit("edge", "n", "self", edge=("n", "self")))
    assert "value [1, 0], shape (2,)" in told
