"""Large graphs: what is drawn later or from arrays is the same as what is drawn at once."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF

from benchmarks.drawings import generated
from engine.graph import Edge, Graph, Node
from gui.canvas import curves, surface
from gui.canvas.geometry import Geometry
from gui.canvas.grid import CurveGrid
from gui.canvas.measures import measure
from gui.canvas.raster import blocks
from gui.canvas.shapes import shape_of
from gui.canvas.states import MOST_ASKED, States
from gui.model import edits
from gui.model.codes import Node as Code
from gui.model.codes import codes_of
from gui.model.document import Document
from gui.model.frames import NodeState
from tests.canvas_kit import Still, rig_for

numbers = st.floats(-2000, 2000)
points = st.tuples(numbers, numbers)


# ---- drawn later ---------------------------------------------------------------------------------


@pytest.fixture
def rig(qtbot):
    return rig_for(qtbot, generated(60))


def test_a_heavy_picture_comes_without_edges_first_and_then_whole(rig, monkeypatch):
    rig.canvas.fit_all()
    rig.canvas.minimap.shown = False
    whole = rig.picture()
    monkeypatch.setattr(surface, "HEAVY", 20)
    monkeypatch.setattr("gui.canvas.paint.SLICE", 7)
    rig.canvas._layer.invalidate()
    draft = rig.picture()
    assert draft != whole
    assert rig.canvas._layer.unfinished
    rig.canvas.finish_refining()
    assert rig.picture() == whole


def test_what_changes_while_the_picture_is_refined_is_in_it(rig, monkeypatch):
    rig.canvas.fit_all()
    rig.canvas.minimap.shown = False
    monkeypatch.setattr(surface, "HEAVY", 20)
    monkeypatch.setattr("gui.canvas.paint.SLICE", 7)
    rig.canvas._layer.invalidate()
    rig.picture()
    rig.canvas._layer.refine()
    first = next(iter(rig.canvas.shown.graph.nodes))
    rig.canvas.editor.apply("Move", edits.move(rig.canvas.shown, {first: (-40.0, -30.0)}))
    rig.canvas.finish_refining()
    refined = rig.picture()
    monkeypatch.undo()
    rig.canvas._layer.invalidate()
    assert rig.picture() == refined


def test_the_border_is_drawn_while_nothing_happens_and_pans_in_as_it_would_be_drawn(rig):
    rig.canvas.zoom_actual()
    rig.picture()
    assert rig.canvas._layer.unfinished
    rig.canvas.finish_refining()
    assert not rig.canvas._layer.unfinished
    for dx, dy in ((60, 20), (-100, 40), (300, -250), (17, 170)):
        rig.canvas.set_view(rig.canvas.view.panned(dx, dy))
        panned = rig.picture()
        rig.canvas._layer.invalidate()
        assert rig.picture() == panned


def test_idle_time_does_the_refining(rig, qtbot):
    rig.canvas.zoom_actual()
    rig.picture()
    qtbot.waitUntil(lambda: not rig.canvas._layer.unfinished)


def test_a_dragged_node_is_lifted_and_put_down_as_it_would_be_drawn(rig):
    rig.canvas.fit_all()
    first = next(iter(rig.canvas.shown.graph.nodes))
    still = rig.picture()
    rig.canvas.lift([first])
    assert rig.canvas._lifted_rows()[0].tolist() == [0]
    assert len(rig.canvas._lifted_rows()[1]), "its wires go with it"
    rig.canvas.lift()
    assert rig.picture() == still


# ---- in arrays -----------------------------------------------------------------------------------

OPS = ("tensor", "parameter", "add", "mul", "sin", "pow", "cat", "randn", "add_", "no such op")
NAMES = ("x", "add", "add1", "add_1", "a_rather_long_name_for_a_node", "sin2", "log2", "w10")
PARAMS = (
    {}, {"data": 1.5}, {"data": [1.0, 2.0, 3.0], "requires_grad": True}, {"exponent": 3},
    {"data": 2, "requires_grad": True}, {"other": 2.0}, {"size": [2, 3]}, {"data": "nonsense"},
)  # fmt: skip


SLOTS = ("self", "other", "tensors.0", "tensors.3", "lost")
some_nodes = st.tuples(*map(st.sampled_from, (OPS, NAMES, PARAMS)))
few = st.integers(0, 9)
some_wires = st.tuples(few, few, st.integers(0, 2), st.sampled_from(SLOTS))


@given(st.lists(some_nodes), st.lists(some_wires))
def test_nodes_measured_as_arrays_are_as_large_as_one_by_one(rows, wires):
    nodes = [Node(f"n{k}", op, name, params) for k, (op, name, params) in enumerate(rows)]
    edges = [Edge(f"n{a}", output, f"n{b}", slot) for a, b, output, slot in wires if a < b]
    graph = Graph.of(nodes, [e for e in edges if e.target in {n.id for n in nodes}])
    geometry = Geometry.of(Document(graph))
    outputs = {
        i: 1 + max((e.output for e in graph.outputs.get(i, ())), default=0) for i in graph.nodes
    }
    for row, node in enumerate(nodes):
        shape = shape_of(node, tuple(graph.inputs[node.id]), outputs[node.id])
        assert geometry.size[row].tolist() == [shape.width, shape.height]
        assert geometry.inputs[row] == len(shape.inputs)
        assert geometry.pill[row] == shape.pill
        assert geometry.shape(row) == shape
    for k, key in enumerate(geometry.edge_keys):
        assert geometry.slot_of(int(geometry.ends[k, 1]))[:2] == key


def test_edges_that_lack_a_node_are_left_out_of_the_arrays():
    graph = Graph.of([Node("a", "neg", "a")], [Edge("gone", 0, "a", "self")])
    assert graph.columns.keys == ()
    assert measure(graph, lambda row: ()).size.shape == (1, 2)


def test_columns_are_the_graph():
    graph = generated(40).graph
    columns = graph.columns
    ids = list(graph.nodes)
    assert [columns.ops[k] for k in columns.op] == [n.op for n in graph.nodes.values()]
    edges = [
        Edge(ids[a], o, ids[b], columns.slots[s])
        for a, b, s, o in zip(
            columns.source, columns.target, columns.slot, columns.output, strict=True
        )
    ]
    assert edges == list(graph.edges.values())
    assert columns.keys == tuple(graph.edges)


# ---- hits ----------------------------------------------------------------------------------------


@given(st.lists(st.tuples(points, points), min_size=1, max_size=20), points, st.floats(1, 60))
def test_every_curve_near_a_point_is_found(ends, point, reach):
    start, end = np.array(ends).swapaxes(0, 1)
    found = curves.between(start, end)
    away = _away(found, point)
    near = {row for row, *_ in CurveGrid(found).near(*point, reach)}
    assert {k for k, d in enumerate(away) if d <= reach} <= near


def test_few_curves_that_are_not_near_are_looked_at():
    geometry = Geometry.of(generated(900))
    spots = np.random.default_rng(0).uniform(0, geometry.bounds()[2:], (200, 2))
    near = [len(geometry.edge_grid.near(*spot, 6.0)) for spot in spots]
    away = [(_away(geometry.curves, spot, 201) < 16).sum() for spot in spots]
    assert sum(near) <= 1.5 * sum(away)


@given(points, points, points)
def test_the_distance_from_a_curve_is_that_from_its_nearest_piece(start, end, point):
    found = curves.between(np.array([start]), np.array([end]))
    exact = _away(found, point)[0]
    close = curves.distance(found[0].tolist(), *point)
    assert close == pytest.approx(exact, abs=2.0)


@given(points, points, points, st.floats(4, 40), st.sampled_from([0.0, 9e8]))
def test_where_the_grid_says_a_curve_is_near_it_is(start, end, point, reach, far):
    found = curves.between(np.array([start]) + far, np.array([end]) + far)
    exact = _away(found, np.array(point) + far)[0]
    close = _closest(found, np.array(point) + far, reach)
    if min(close, exact) <= reach:
        assert close == pytest.approx(exact, abs=2.0)


@given(points, points, points, st.floats(4, 40), st.sampled_from([300.0, 4e5]))
def test_very_long_curves_are_found_as_well(start, end, aside, reach, times):
    found = curves.between(np.array([start]) * times, np.array([end]) * times)
    point = curves.points(found, 4001)[0, 1234] + np.array(aside) / 100
    if np.hypot(*aside) / 100 <= reach - 2:
        assert _closest(found, point, reach) <= reach


def _closest(found, point, reach):
    """How far the only curve is, by those parts of it that may be within `reach`."""
    parts = CurveGrid(found).near(*point, reach)
    line = found[0].tolist()
    return min((curves.distance(line, *point, *part) for _, *part in parts), default=1e9)


def _away(found, point, count=4001):
    """How far the nearest of many points along each curve is."""
    return np.hypot(*np.moveaxis(curves.points(found, count) - point, -1, 0)).min(axis=1)


@given(st.lists(st.tuples(points, points), min_size=1, max_size=5), st.floats(50, 500))
def test_pieces_of_curves_are_the_curves(ends, longest):
    start, end = np.array(ends).swapaxes(0, 1)
    found = curves.between(start, end)
    legs = np.hypot(*np.moveaxis(np.diff(found, axis=1), -1, 0)).sum(axis=1)
    parts = iter(curves.pieces(found, longest))
    for curve, long in zip(found, legs, strict=True):
        count = int(np.ceil(long / longest))
        for k in range(count):
            part = next(parts)
            for t in (0.0, 0.3, 1.0):
                assert np.allclose(curves.at(part, t), curves.at(curve, (k + t) / count), atol=1e-6)
    assert next(parts, None) is None


# ---- states --------------------------------------------------------------------------------------


def test_states_of_an_edited_graph_are_taken_over(qapp):
    document = generated(30)
    ids = list(document.graph.nodes)
    frame = Still({i: NodeState(value=1.0, requires_grad=k % 2 == 0) for k, i in enumerate(ids)})
    before = Geometry.of(document)
    smaller = edits.remove(document, ids[3:9])
    fresh = States(Geometry.of(smaller), frame)
    taken = States(Geometry.of(smaller), frame, (before, States(before, frame)))
    grown = States(before, frame, (Geometry.of(smaller), fresh))
    for made, expected in ((taken, fresh), (grown, States(before, frame))):
        for name in ("nodes", "lines", "backs"):
            assert (getattr(made, name) == getattr(expected, name)).all()


def test_another_value_leaves_the_states_as_they_are(qapp):
    document = generated(30)
    frame = Still({i: NodeState(value=1.0) for i in document.graph.nodes})
    before = Geometry.of(document)
    states = States(before, frame)
    after = before.updated(document, edits.set_param(document, "x0", "data", 7.5))
    taken = States(after, frame, (before, states))
    assert taken.nodes.tolist() == states.nodes.tolist()
    assert taken.nodes is not states.nodes, "a step changes them in place"
    assert "edge_row" not in after.__dict__, "nothing was looked up by name"


def test_undo_finds_the_arrays_of_the_graph_before():
    graph = generated(30).graph
    before = graph.columns
    other = Graph.of([*graph.nodes.values()][:9])
    assert other.columns is not before
    assert graph.columns is before
    assert other.columns is other.columns


def test_very_many_new_nodes_look_idle_until_their_run_is_there(qapp):
    document = generated(2 * MOST_ASKED)
    frame = Still({i: NodeState(value=1.0) for i in document.graph.nodes})
    nothing, whole = Geometry.of(Document()), Geometry.of(document)
    states = States(whole, frame, (nothing, States(nothing, frame)))
    assert not states.nodes.any()
    assert set(codes_of(document.graph, frame).nodes) == {Code.PLAIN}


# ---- blocks --------------------------------------------------------------------------------------


def test_blocks_are_cut_at_the_border(qapp):
    corner = np.array([(-1.0, -1.0), (0.2, 3.9), (3.6, 2.2)])
    span = np.array([(3.0, 3.0), (1.0, 1.0), (9.0, 0.2)])
    image = blocks(corner, span, np.array([0xFF111111, 0xFF222222, 0xFF333333], np.uint32), 5, 4)
    seen = [[image.pixel(x, y) for x in range(5)] for y in range(4)]
    one, two, three = 0xFF111111, 0xFF222222, 0xFF333333
    assert seen == [[one, one, 0, 0, 0]] * 2 + [[0, 0, 0, three, three], [two, 0, 0, 0, 0]]


def test_edges_of_a_very_large_graph_are_sorted_on_a_thread(rig, qtbot, monkeypatch):
    monkeypatch.setattr("gui.canvas.geometry.MOST_KEPT", 10)
    canvas = rig.canvas
    canvas.zoom_actual()
    place = canvas.view.to_view(QPointF(*curves.at(canvas.geometry_.curves[0], 0.5)))
    assert canvas.hit(place).kind == "empty"
    qtbot.waitUntil(lambda: canvas.geometry_.edges_sorted())
    assert canvas.hit(place).kind == "edge"
