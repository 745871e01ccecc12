"""Graphs are values: what is derived from them, and the order they keep."""

import gc
import weakref

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.graph import Action, Edge, Graph, Node, Region, spelled


def graph(ids, pairs=(), regions=()):
    edges = [Edge(a, 0, b, f"s{k}") for k, (a, b) in enumerate(pairs)]
    return Graph.of([Node(i, "op", i) for i in ids], edges, regions)


def test_two_edges_between_the_same_nodes_are_two():
    found = graph("xy", [("x", "y"), ("x", "y")])
    assert found.nx.number_of_edges("x", "y") == 2
    assert [e.slot for e in found.outputs["x"]] == ["s0", "s1"]


def test_inputs_go_by_slot_and_outputs_by_the_order_of_their_readers():
    found = graph("xbay", [("x", "y"), ("x", "a"), ("x", "b")])
    assert list(found.inputs["y"]) == ["s0"]
    assert [e.target for e in found.outputs["x"]] == ["b", "a", "y"]
    assert found.outputs["y"] == ()


def test_regions_of_a_node_come_outermost_first():
    regions = [Region("in", "no_grad", "", ("a",)), Region("out", "group", "", ("a", "b"))]
    found = graph("abc", [], regions)
    assert [r.id for r in found.region_of["a"]] == ["out", "in"]
    assert "c" not in found.region_of


def test_downstream_is_all_that_depends_on_a_node():
    found = graph("abcd", [("a", "b"), ("b", "c")])
    assert found.downstream("a") == {"b", "c"}
    assert found.downstream("d") == set()


def test_a_graph_in_order_stays_the_same_object():
    found = graph("abc", [("a", "b"), ("b", "c")])
    assert found.in_statement_order() is found


def test_only_what_must_move_moves():
    found = graph("abcde", [("d", "b")]).in_statement_order()
    assert list(found.nodes) == ["a", "c", "d", "b", "e"]


@pytest.mark.parametrize("pairs", [[("a", "a")], [("a", "b"), ("b", "a")]])
def test_a_circle_cannot_be_ordered(pairs):
    with pytest.raises(nx.NetworkXUnfeasible):
        graph("ab", pairs).in_statement_order()


@given(st.permutations("abcdef"), st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5))))
def test_any_graph_without_circles_is_put_in_order(order, pairs):
    edges = [("abcdef"[a], "abcdef"[b]) for a, b in pairs if a < b]
    found = graph(order, edges).in_statement_order()
    rank = {node: k for k, node in enumerate(found.nodes)}
    assert sorted(rank) == sorted(order)
    assert all(rank[a] < rank[b] for a, b in edges)
    assert len(found.edges) == len(edges)


def test_an_action_on_a_grad_concerns_the_node():
    assert Action("zero_", "x.grad").node == "x"
    assert Action("backward", "layer.1").node == "layer.1"
    assert Action("forward").node is None


def test_values_are_spelled_apart_that_python_calls_equal():
    same = [1, 1.0, True, 0, 0.0, -0.0, False, "1", None, [1], [1.0]]
    assert len({spelled(value) for value in same}) == len(same)
    assert spelled(Action("a").args) == spelled({}) == "{}"
    assert spelled(float("nan")) == spelled(float("nan"))
    assert spelled((1, 2)) == spelled([1, 2])


def test_parts_share_no_state():
    assert Node("a", "op", "a").params == {}
    with pytest.raises(TypeError):
        Node("a", "op", "a").params["x"] = 1


def test_a_graph_that_undo_keeps_does_not_keep_its_networkx_twin():
    graphs = [graph("xy", [("x", "y")]) for _ in range(3)]
    twins = [weakref.ref(kept.nx) for kept in graphs]
    gc.collect()
    assert [twin() is not None for twin in twins] == [False, False, True]
    assert graphs[2].nx is graphs[2].nx
