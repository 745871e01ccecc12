"""What an edit has changed, told in a line, leads from the one Document to the other."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.graph import Action, Edge, Graph, Node, Region
from engine.packed import Packed
from gui.model import edits
from gui.model.changes import difference, replayed
from gui.model.document import Document
from gui.model.findings import Unreadable
from gui.model.reading import from_text
from gui.model.writing import to_text

NAMES = "abcdefghijkl"
LEAF = {"data": 1.0}


def document_of(order, *, edges=(), places=(), muted=(), regions=(), program=(), bends=()):
    nodes = [Node(i, "stack", i, {}, i in muted) for i in order]
    graph = Graph.of(nodes, [Edge(a, 0, b, "tensors.0") for a, b in edges], regions)
    return Document(graph, program, dict(places), dict(bends))


def after(one, other, **more):
    change = json.loads(difference(one, other))
    document, count = replayed(to_text(one), [change], **more)
    assert count == 1
    return document


def same(one, other):
    """Byte for byte in a file; `==` would not see the order of nodes."""
    return to_text(one) == to_text(other)


@st.composite
def documents(draw):
    order = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=10))
    pairs = [(a, b) for k, b in enumerate(order) for a in order[:k]]
    edges = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=8)) if pairs else []
    nodes = [Node(i, "stack", i, {"dim": draw(st.integers(0, 2))}) for i in order]
    graph = Graph.of(nodes, [Edge(a, 0, b, f"tensors.{NAMES.index(a)}") for a, b in edges])
    titles = draw(st.lists(st.sampled_from("PQRS"), unique=True, max_size=3))
    graph = replace(graph, regions={t: Region(t, "note", t.lower() * 2) for t in titles})
    place = st.tuples(st.integers(-9, 9).map(float), st.just(0.5))
    places = {i: draw(place) for i in order if draw(st.booleans())}
    bends = {e.key: (draw(place),) for e in graph.edges.values() if draw(st.booleans())}
    program = draw(st.sampled_from([(), (Action("forward"),), (Action("forward"),) * 2]))
    return Document(graph, program, places, bends)


@settings(max_examples=200, deadline=None)
@given(one=documents(), other=documents())
def test_the_change_leads_from_any_document_to_any_other(one, other):
    assert same(after(one, other), other)


@settings(max_examples=60, deadline=None)
@given(chain=st.lists(documents(), min_size=2, max_size=8))
def test_changes_follow_each_other(chain):
    changes = [json.loads(difference(a, b)) for a, b in pairwise(chain)]
    for count in range(len(changes) + 1):
        document, replayed_count = replayed(to_text(chain[0]), changes[:count])
        assert replayed_count == count
        assert same(document, chain[count])


def test_documents_that_are_the_same_have_no_difference():
    one = document_of("abc", edges=[("a", "c")], places={"a": (1.0, 2.0)}.items())
    assert difference(one, one) == "{}"
    assert same(after(one, from_text(to_text(one))), one)


def test_a_change_tells_only_what_differs():
    many = [*map(str, range(3000))]
    one = document_of(many, edges=pairwise(many), places=[("5", (1.0, 1.0))])
    moved = edits.move(one, {"5": (2.0, 3.0)})
    assert json.loads(difference(one, moved)) == {"places": {"set": [["5", [2, 3]]]}}
    added, new = edits.add_node(one, "add", (0.0, 0.0))
    change = json.loads(difference(one, added))
    assert [line["id"] for line in change["nodes"]["set"]] == [new]
    assert "order" not in change["nodes"]
    removed = edits.remove(one, ["1000"])
    change = json.loads(difference(one, removed))
    assert change == {"nodes": {"gone": ["1000"]}, "edges": {"gone": change["edges"]["gone"]}}
    assert len(change["edges"]["gone"]) == 2
    back = json.loads(difference(removed, one))
    assert back["nodes"]["order"] == [1000, ["1000"]]


def test_one_and_one_point_nought_are_not_the_same():
    one = Document(Graph.of([Node("x", "tensor", "x", {"data": 1})]))
    other = Document(Graph.of([Node("x", "tensor", "x", {"data": 1.0})]))
    assert one == other
    assert after(one, other).graph.nodes["x"].params["data"].__class__ is float


@pytest.mark.parametrize("number", [float("nan"), float("inf"), -float("inf"), -0.0, 5e-324, 2**53])
def test_every_number_comes_back(number):
    one = Document(Graph.of([Node("x", "tensor", "x", {"data": 1.0})]))
    other = edits.set_param(one, "x", "data", [number, 2.5])
    assert same(after(one, other), other)


def test_many_things_at_many_places_change_at_once():
    many = [*map(str, range(2000))]
    one = document_of(many, edges=pairwise(many), places=((i, (0.0, 0.0)) for i in many))
    removed = edits.remove(one, many[5:1900:13])
    assert same(after(one, removed), removed)
    assert same(after(removed, one), one)
    moved = edits.move(one, {i: (float(i), 1.0) for i in many[::3]})
    assert same(after(one, moved), moved)
    backwards = document_of(many[::-1])
    assert list(after(document_of(many), backwards).graph.nodes) == many[::-1]


def test_what_moves_from_one_place_of_the_order_to_another_is_told():
    one, other = document_of("abcdefghijkl"), document_of("bcdefghijkla")
    assert list(after(one, other).graph.nodes) == list("bcdefghijkla")
    far = [*map(str, range(100))]
    one, other = document_of(far), document_of([far[90], *far[:90], *far[91:]])
    assert list(after(one, other).graph.nodes) == list(other.graph.nodes)


def test_a_large_tensor_stands_by_the_name_of_its_file():
    packed = Packed(np.arange(5000.0))
    one = Document(Graph.of([Node("x", "tensor", "x", {"data": 1.0})]))
    other = Document(Graph.of([Node("x", "tensor", "x", {"data": packed})]))
    files = {packed: "tensors/a.npy"}
    told = difference(one, other, files)
    assert len(told) < 200
    document, _ = replayed(to_text(one), [json.loads(told)], {"tensors/a.npy": packed}.get)
    assert document == other
    document, _ = replayed(to_text(one), [json.loads(difference(one, other))])
    assert document == other


@pytest.mark.parametrize(
    "bad",
    [
        {"nodes": {"set": [{"id": "b"}]}},  # no op
        {"nodes": {"set": "ab"}},
        {"nodes": {"set": [{"id": {}}]}},
        {"edges": {"set": [{"from": ["a", 0], "to": ["zz", "tensors.0"]}]}},
        {"nodes": {"order": [0, ["zz"]]}},
        {"places": {"set": [["zz", [0, 0]]]}},
        {"program": [{"do": "os.system"}]},
        {"nodes": []},
        {"bends": {"set": [3]}},
    ],
)
def test_a_change_that_makes_no_document_ends_the_replay_before_it(bad):
    one = document_of("ab")
    good = json.loads(difference(one, edits.move(one, {"a": (5.0, 5.0)})))
    document, count = replayed(to_text(one), [good, bad, good])
    assert count == 1
    assert document.places["a"] == (5.0, 5.0)


KEYS = ("set", "gone", "order", "id", "to", "a")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.sampled_from("ab"),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["set", "gone", "order", "id", "to", "a"]), inner, max_size=3
        )
    ),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(
    part=st.sampled_from(["nodes", "edges", "regions", "program", "places", "bends", "source"]),
    bad=JSON,
)
def test_whatever_stands_in_a_change_a_document_comes_of_it(part, bad):
    one = document_of("ab", edges=[("a", "b")], places=[("a", (1.0, 1.0))])
    document, count = replayed(to_text(one), [{part: bad}])
    assert count in (0, 1)
    assert count or same(document, one)


def test_a_base_that_is_no_document_is_refused():
    with pytest.raises(Unreadable):
        replayed("{}", [{}])
    with pytest.raises(Unreadable):
        replayed("[1]", [])


def test_every_part_of_a_document_is_told():
    """Whoever gives the Document a new part must tell its changes here."""
    assert [f.name for f in fields(Document)] == ["graph", "program", "places", "bends", "source"]
    assert [f.name for f in fields(Graph)] == ["nodes", "edges", "regions"]
