"""Automatic layout: left to right, nothing on top of anything, the same every time."""

from itertools import combinations

import pytest
from hypothesis import given, settings

from engine.graph import Graph
from gui.model.arrange import arrange
from tests.runs import LESSONS, binary, graphs, leaf, lesson, op, wire

SIZE = (140.0, 74.0)


def check_layout(graph, sizes=None):
    sizes = sizes or dict.fromkeys(graph.nodes, SIZE)
    places = arrange(graph, sizes, graph.nodes)
    assert places.keys() == graph.nodes.keys()
    for edge in graph.edges.values():
        assert places[edge.source][0] + sizes[edge.source][0] < places[edge.target][0]
    for a, b in combinations(places, 2):
        (ax, ay), (bx, by) = places[a], places[b]
        beside = ax + sizes[a][0] <= bx or bx + sizes[b][0] <= ax
        assert beside or ay + sizes[a][1] <= by or by + sizes[b][1] <= ay
    assert arrange(graph, sizes, graph.nodes) == places


SHORT = [name for name in LESSONS if name not in ("batch_norm", "rnn")]
"""The other two are folded into lines, so that they can be read when fitted."""


@pytest.mark.parametrize("name", SHORT)
def test_lessons_flow_from_left_to_right(name):
    check_layout(lesson(name).graph)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_random_graphs_flow_from_left_to_right(graph):
    check_layout(graph)


def test_sizes_are_respected():
    made, edges = binary("y", "add", "a", "b")
    graph = Graph.of([leaf("a"), leaf("b"), made], edges)
    check_layout(graph, {"a": (400.0, 50.0), "b": (100.0, 300.0), "y": (140.0, 74.0)})


def test_a_leaf_stands_just_before_its_first_reader():
    made, edges = binary("y", "add", "b", "late")
    nodes = [leaf("x"), op("a", "neg"), op("b", "neg"), leaf("late"), made]
    graph = Graph.of(nodes, [wire("x", "a"), wire("a", "b"), *edges])
    places = arrange(graph, {}, graph.nodes)
    assert places["late"][0] == places["b"][0]


def test_only_the_members_are_laid_out_even_if_they_can_be_asked_once():
    graph = lesson("perceptron").graph
    assert arrange(graph, {}, iter(["wx", "z", "x"])).keys() == {"wx", "z", "x"}
    assert arrange(graph, {}, ()) == {}


@pytest.mark.parametrize("name", LESSONS)
def test_no_node_comes_to_lie_in_a_region_it_is_not_a_member_of(name):
    graph = lesson(name).graph
    places = arrange(graph, dict.fromkeys(graph.nodes, SIZE), graph.nodes)
    for region in graph.regions.values():
        if not region.members:
            continue
        inside = [places[i] for i in region.members]
        left, top = min(x for x, _ in inside), min(y for _, y in inside)
        right, bottom = max(x for x, _ in inside) + SIZE[0], max(y for _, y in inside) + SIZE[1]
        for node in graph.nodes.keys() - set(region.members):
            x, y = places[node]
            beside = x + SIZE[0] <= left or x >= right
            assert beside or y + SIZE[1] <= top or y >= bottom, (region.id, node)
