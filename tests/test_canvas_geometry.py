"""Positions, sizes and hit tests: updating in steps must come to the same as building afresh."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.graph import Edge, Graph, Node, Region
from gui.canvas import curves
from gui.canvas.geometry import Geometry, same
from gui.canvas.hits import NOTHING, hit, within
from gui.canvas.shapes import BOX_HEIGHT, WIDEST
from gui.canvas.wiring import why_not
from gui.model import edits
from gui.model.document import Document
from tests.canvas_kit import leaf, product, square

OPS = ("tensor", "add", "mul", "pow", "sin", "clamp", "cat", "parameter", "no such op")
pick = st.integers(0, 10_000)


class Editing(RuleBasedStateMachine):
    """A Geometry carried along by `updated` through any edits equals a fresh one."""

    def __init__(self) -> None:
        super().__init__()
        self.document = Document(
            Graph.of([leaf("a"), Node("c", "cat", "c"), Node("d", "cat", "d")])
        )
        self.geometry = Geometry.of(self.document)

    def become(self, document: Document) -> None:
        self.geometry = self.geometry.updated(self.document, document)
        self.document = document

    def some(self, k: int) -> str | None:
        ids = list(self.document.graph.nodes)
        return ids[k % len(ids)] if ids else None

    @rule(op=st.sampled_from(OPS[:-1]), x=pick, y=pick)
    def add(self, op: str, x: int, y: int) -> None:
        self.become(edits.add_node(self.document, op, (float(x), float(y)))[0])

    @rule(a=pick, b=pick, slot=pick)
    def connect(self, a: int, b: int, slot: int) -> None:
        source, target = self.some(a), self.some(b)
        if source is None or target is None:
            return
        slots = self.geometry.shapes[self.geometry.row[target]].inputs
        if slots and not why_not(self.document, source, 0, target, slots[slot % len(slots)]):
            self.become(edits.connect(self.document, source, target, slots[slot % len(slots)]))

    @rule(k=pick, bridge=st.booleans())
    def remove(self, k: int, bridge: bool) -> None:
        node = self.some(k)
        if node is not None and not bridge:
            self.become(edits.remove(self.document, [node]))

    @rule(k=pick)
    def disconnect(self, k: int) -> None:
        keys = list(self.document.graph.edges)
        if keys:
            self.become(edits.disconnect(self.document, [keys[k % len(keys)]]))

    @rule(k=pick, x=pick, y=pick)
    def move(self, k: int, x: int, y: int) -> None:
        node = self.some(k)
        if node is not None:
            self.become(edits.move(self.document, {node: (x, y)}))

    @rule(k=pick, name=st.sampled_from(["a", "w1", "a_long_name_of_a_node_that_goes_on"]))
    def rename(self, k: int, name: str) -> None:
        node = self.some(k)
        if node is not None:
            self.become(edits.rename(self.document, node, name))

    @rule(a=pick, b=pick, kind=st.sampled_from(["no_grad", "group", "note"]))
    def frame(self, a: int, b: int, kind: str) -> None:
        members = {n for n in (self.some(a), self.some(b)) if n}
        if not edits.why_no_region(self.document.graph, members):
            self.become(edits.add_region(self.document, kind, members, "title")[0])

    @rule(k=pick)
    def duplicate(self, k: int) -> None:
        node = self.some(k)
        if node is not None and len(self.document.graph.nodes) < 30:
            fragment = edits.extract(self.document, [node])
            self.become(edits.paste(self.document, fragment, (30, 30))[0])

    @invariant()
    def as_if_built_afresh(self) -> None:
        assert same(self.geometry, Geometry.of(self.document))


Editing.TestCase.settings = settings(max_examples=40, stateful_step_count=20, deadline=None)
TestEditing = Editing.TestCase


def test_a_difference_is_noticed():
    """`same` is no yes-man: a moved node and a longer name both show."""
    document = square()
    geometry = Geometry.of(document)
    assert not same(geometry, Geometry.of(edits.move(document, {"x": (50, 60)})))
    assert not same(geometry, Geometry.of(edits.rename(document, "y", "z")))


def test_a_leaf_is_a_pill_and_an_op_reserves_its_rows():
    shapes = dict(zip(("x", "y", "s"), Geometry.of(square()).shapes, strict=True))
    assert shapes["x"].pill
    assert shapes["x"].needs_grad
    assert not shapes["y"].pill
    assert shapes["y"].height == BOX_HEIGHT == shapes["s"].height


def test_literals_stand_in_the_header_and_their_ports_are_marked():
    shape = Geometry.of(square()).shapes[1]
    assert (shape.label, shape.detail) == ("y", "pow 2")
    assert dict(zip(shape.inputs, shape.literal, strict=True)) == {"self": False, "exponent": True}


def test_a_variadic_slot_shows_what_is_filled_and_one_more():
    nodes = [leaf("a"), leaf("b"), Node("c", "cat", "c")]
    edges = [Edge("a", 0, "c", "tensors.0"), Edge("b", 0, "c", "tensors.1")]
    shape = Geometry.of(Document(Graph.of(nodes, edges))).shapes[2]
    assert shape.inputs == ("tensors.0", "tensors.1", "tensors.2")


def test_an_op_nobody_knows_keeps_its_wires():
    nodes = [leaf("a"), Node("u", "from_the_future", "u")]
    geometry = Geometry.of(Document(Graph.of(nodes, [Edge("a", 0, "u", "left")])))
    assert geometry.shapes[1].inputs == ("left",)
    assert not geometry.shapes[1].known


def test_the_longest_name_does_not_make_a_node_wider_than_the_limit():
    shape = Geometry.of(Document(Graph.of([Node("n", "add", "n" * 250)]))).shapes[0]
    assert shape.width == WIDEST


def test_two_wires_between_the_same_nodes_lie_apart():
    geometry = Geometry.of(product())
    first, second = (geometry.edge_row["p", slot] for slot in ("self", "other"))
    assert np.abs(geometry.curves[first][-1] - geometry.curves[second][-1]).max() >= 15


@given(st.tuples(*[st.floats(-2000, 2000)] * 4))
@settings(max_examples=60, deadline=None)
def test_the_gradients_line_keeps_its_distance(ends):
    """In its middle it is beside the edge, never on it, whichever way the edge runs."""
    start, end = np.array([ends[:2]]), np.array([ends[2:]])
    edge = curves.between(start, end)
    middle, beside = curves.points(edge, 3)[0, 1], curves.points(curves.beside(edge), 3)[0, 1]
    assert np.hypot(*(beside - middle)) == pytest.approx(curves.BESIDE, rel=0.05)


def test_regions_go_around_their_members_and_each_other():
    nodes = [Node(i, "sin", i) for i in "abc"]
    regions = [Region("in", "no_grad", "", ("a",)), Region("out", "group", "g", ("a", "b"))]
    places = {"a": (0, 0), "b": (300, 0), "c": (600, 0)}
    geometry = Geometry.of(Document(Graph.of(nodes, (), regions), (), places))
    outer, inner = geometry.regions
    assert (outer.id, inner.id) == ("out", "in")
    assert outer.box[0] < inner.box[0] < 0
    assert outer.box[2] > 300 + 130
    assert outer.box[3] > inner.box[3] > BOX_HEIGHT


def spot(geometry, x, y, scale=1.0):
    found = hit(geometry, x, y, scale)
    return found.kind, found.id, found.part


def test_ports_come_before_nodes_before_edges_before_regions():
    geometry = Geometry.of(product())
    x, y = geometry.ports[geometry.output_port("x")]
    assert spot(geometry, x + 5, y + 5) == ("port", "x", "output 0")
    x, y = geometry.ports[geometry.input_port("p", "other")]
    assert spot(geometry, x - 3, y) == ("port", "p", "other")
    assert spot(geometry, 320, 52) == ("node", "p", "name")
    assert spot(geometry, 320, 78) == ("node", "p", "value")
    assert spot(geometry, 320, 100) == ("node", "p", "grad")
    a, b = curves.points(geometry.curves[geometry.edge_row["q", "self"]][None])[0, 5:7]
    assert spot(geometry, *((a + b) / 2 + [0, 4])) == ("edge", "q", "self")
    box = geometry.regions[geometry.region_row["r"]].box
    assert spot(geometry, box[0] + 30, box[1]) == ("region", "r", "title")
    assert spot(geometry, box[2], box[3] - 30) == ("region", "r", "border")
    assert spot(geometry, 60, 250) == ("region", "n", "title")
    assert hit(geometry, 900, 900) is NOTHING


def test_small_things_are_as_easy_to_hit_when_zoomed_out():
    geometry = Geometry.of(product())
    x, y = geometry.ports[geometry.output_port("q")]
    assert spot(geometry, x + 18, y, 0.5) == ("port", "q", "output 0")
    assert spot(geometry, x + 18, y, 1.0)[0] != "port"


def test_the_later_node_lies_on_top():
    document = edits.move(square(), {"s": (260, 40)})
    assert spot(Geometry.of(document), 320, 50)[1] == "s"


def test_a_rubber_band_takes_what_it_touches_but_regions_only_whole():
    geometry = Geometry.of(product())
    assert within(geometry, 300, 0, 560, 60) == {"p", "q"}
    assert within(geometry, -100, -100, 900, 900) == {"x", "p", "q", "r", "n"}
    assert within(geometry, 700, 500, 800, 600) == set()


def test_the_grid_holds_at_the_smallest_fractions():
    least = -5e-324
    document = Document(Graph.of([Node("n", "sin", "n")]), (), {"n": (least, least)})
    assert hit(Geometry.of(document), least, least, 0.2).id == "n"


@given(st.lists(st.tuples(st.floats(-500, 500), st.floats(-500, 500)), max_size=12), st.data())
@settings(max_examples=60, deadline=None)
def test_the_grid_finds_what_looking_at_all_would(places, data):
    nodes = [Node(f"n{k}", "sin", f"n{k}") for k in range(len(places))]
    document = Document(Graph.of(nodes), (), {f"n{k}": p for k, p in enumerate(places)})
    geometry = Geometry.of(document)
    x, y = data.draw(st.floats(-600, 700)), data.draw(st.floats(-600, 700))
    low, high = geometry.xy, geometry.xy + geometry.size
    inside = ((low <= [x, y]) & (high >= [x, y])).all(axis=1)
    found = hit(geometry, x, y, 0.2)  # so far out that ports are not taken hold of
    expected = geometry.ids[int(np.flatnonzero(inside)[-1])] if inside.any() else None
    assert (found.id if found.kind == "node" else None) == expected
