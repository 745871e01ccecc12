"""Layouts of very many nodes: in order, without overlap, folded where they would be a hair."""

import networkx as nx
import numpy as np
import pytest

from engine.graph import Edge, Graph, Node
from engine.trace import Cancelled
from gui.model.arrange import MOST_CAREFUL, arrange
from gui.model.layered import layered, ranks
from gui.model.spread import spread
from gui.model.wrap import wrapped

GAP = (60.0, 40.0)


def random_edges(count, rng):
    """About 1.5 edges a node, from lower numbers to higher."""
    pairs = rng.integers(0, count, (count * 3 // 2, 2))
    pairs = np.sort(pairs[pairs[:, 0] != pairs[:, 1]], axis=1)
    return np.unique(pairs, axis=0)


def overlaps(corner, size):
    """Pairs of boxes that lie on each other."""
    order = np.argsort(corner[:, 0])
    found = []
    for k, a in enumerate(order):
        for b in order[k + 1 :]:
            if corner[b, 0] >= corner[a, 0] + size[a, 0]:
                break
            if (
                abs(corner[a, 1] - corner[b, 1])
                < (size[a, 1] if corner[a, 1] < corner[b, 1] else size[b, 1]) - 1e-6
            ):
                found.append((a, b))
    return found


@pytest.mark.parametrize("seed", range(6))
def test_columns_follow_the_edges_and_nothing_overlaps(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 400))
    edges = random_edges(count, rng)
    size = rng.uniform((80, 40), (280, 200), (count, 2))
    corner = layered(size, edges, GAP, lambda done: None)
    a, b = edges.T
    assert (corner[a, 0] + size[a, 0] < corner[b, 0]).all()
    assert overlaps(corner, size) == []


def test_the_longest_path_sets_the_columns_and_leaves_come_late():
    chain = np.array([(0, 1), (1, 2), (2, 4), (3, 4)])
    assert ranks(5, chain).tolist() == [0, 1, 2, 2, 3]


def test_a_chain_of_leaves_and_casts_stands_before_its_reader():
    """weight → transpose → matmul at the end of a long chain: both come late."""
    edges = np.array([(0, 1), (1, 2), (2, 5), (3, 4), (4, 5)])
    assert ranks(6, edges).tolist() == [0, 1, 2, 1, 2, 3]


def test_barycentres_leave_fewer_crossings_than_the_order_of_statement():
    """Two columns joined by a permutation: its crossings go away."""
    half = 40
    order = np.random.default_rng(0).permutation(half)
    edges = np.stack([np.arange(half), half + order], axis=1)
    y = layered(np.full((2 * half, 2), 50.0), edges, GAP, lambda done: None)[:, 1]
    a, b = y[edges[:, 0]], y[edges[:, 1]]
    crossings = ((a[:, None] - a) * (b[:, None] - b) < 0).sum() // 2
    assert crossings < half * (half - 1) // 40


def chain(count):
    nodes = [Node("n0", "tensor", "n0"), *(Node(f"n{k}", "neg", f"n{k}") for k in range(1, count))]
    return Graph.of(nodes, [Edge(f"n{k}", 0, f"n{k + 1}", "self") for k in range(count - 1)])


@pytest.mark.parametrize("count", [200, MOST_CAREFUL])
def test_a_long_thin_graph_is_folded_into_lines(count):
    places = arrange(chain(count), {}, [f"n{k}" for k in range(count)])
    x, y = np.array([places[f"n{k}"] for k in range(count)]).T
    width, height = np.ptp(x) + 140, np.ptp(y) + 74
    assert 0.5 < width / height < 6
    assert len(set(y.tolist())) > 3
    back = np.flatnonzero(np.diff(x) < 0)
    assert (np.diff(y)[back] > 0).all(), "a line ends and the next one is below it"


def test_short_graphs_are_left_alone():
    corner, size = np.array([(0.0, 0.0), (200.0, 0.0)]), np.full((2, 2), 100.0)
    assert wrapped(corner, size, np.array([(0, 1)])) is corner


def test_a_line_ends_where_few_edges_cross():
    """Columns 14 and 15 of 30 are joined by one wire, all others by three."""
    columns, gap = 30, 300.0
    corner = np.array([(c * gap, r * 60.0) for c in range(columns) for r in range(3)])
    size = np.full((len(corner), 2), 50.0)
    edges = [
        (3 * c + r, 3 * (c + 1) + r)
        for c in range(columns - 1)
        for r in range(3)
        if c != 14 or not r
    ]
    moved = wrapped(corner, size, np.array(edges))
    lines = np.flatnonzero(np.diff(moved[::3, 0]) < 0)
    assert 14 in lines.tolist()


def test_a_layout_can_be_given_up():
    def check(done):
        if done > 0.5:
            raise Cancelled

    graph = chain(MOST_CAREFUL)
    with pytest.raises(Cancelled):
        arrange(graph, {}, graph.nodes, check)


def test_the_same_graph_gets_the_same_places():
    rng = np.random.default_rng(3)
    edges = random_edges(900, rng)
    nodes = [Node(f"n{k}", "stack", f"n{k}") for k in range(900)]
    graph = Graph.of(nodes, [Edge(f"n{a}", 0, f"n{b}", f"tensors.{a}") for a, b in edges.tolist()])
    assert nx.is_directed_acyclic_graph(graph.nx)
    assert arrange(graph, {}, graph.nodes) == arrange(graph, {}, graph.nodes)


def test_what_lies_on_others_finds_room_and_the_rest_stays():
    graph = chain(4)
    places = {"n0": (0.0, 0.0), "n1": (5.0, 5.0), "n2": (400.0, 0.0)}
    moved = spread(graph, {}, places)
    assert moved.keys() == {"n1", "n3"}
    after = {**places, **moved}
    corner = np.array([after[i] for i in graph.nodes])
    assert overlaps(corner, np.full((4, 2), (140.0, 74.0))) == []
    assert after["n1"][0] >= 140, "to the right of what it reads"
    assert spread(graph, {}, after) == {}
