"""A folded group is shown as one node, whose ports are the group's boundary."""

import gc
import weakref
from dataclasses import replace

import networkx as nx
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.graph import Edge, Graph, Region
from gui.model import folded_frame, folding
from gui.model.codes import codes_of
from gui.model.document import Document
from gui.model.folded_frame import FoldedFrame
from gui.model.folding import plan, shown
from tests.runs import FORWARD, backward, binary, film, graphs, leaf, op, wire


def neuron(*regions: Region) -> Document:
    """y = sin(x·w + x), of which w, p and s are the group."""
    p, first = binary("p", "mul", "x", "w")
    s, second = binary("s", "add", "p", "x")
    nodes = [leaf("x", 3.0), leaf("w"), p, s, op("y", "sin")]
    places = {"x": (0, 50), "w": (10, 200), "p": (200, 100), "s": (300, 40), "y": (500, 0)}
    graph = Graph.of(nodes, [*first, *second, wire("s", "y")], regions)
    return Document(graph, (), places)


GROUP = Region("g", "group", "neuron", ("w", "p", "s"), folded=True)


def test_nothing_folded_shows_the_very_same_document():
    for region in (replace(GROUP, folded=False), replace(GROUP, kind="note", folded=False)):
        document = neuron(region)
        assert shown(document) is document
        assert plan(document.graph).graph is document.graph


def test_a_folded_group_has_a_port_for_each_outer_source_and_each_result():
    seen = shown(neuron(GROUP)).graph
    assert list(seen.nodes) == ["x", "g", "y"]
    assert seen.nodes["g"].op == folding.FOLDED
    assert seen.nodes["g"].name == "neuron"
    assert dict(seen.nodes["g"].params) == {"nodes": 3, "inputs": ["x"], "outputs": 1}
    assert set(seen.edges.values()) == {Edge("x", 0, "g", "x"), Edge("g", 0, "y", "self")}
    assert seen.regions == {}


def test_its_box_stands_at_the_corner_of_its_members_and_moves_them_with_it():
    document = neuron(GROUP)
    assert shown(document).places == {"x": (0, 50), "g": (10, 40), "y": (500, 0)}
    moved = folding.unfolded_places(document, {"g": (110, 30), "x": (1, 2)})
    assert moved == {"x": (1, 2), "w": (110, 190), "p": (300, 90), "s": (400, 30)}


def test_open_inputs_and_unread_results_are_ports_too():
    nodes = [leaf("x"), op("m", "mul"), op("n", "neg"), op("c", "cat")]
    graph = Graph.of(nodes, [wire("x", "m")], [Region("g", "group", "", ("m", "n", "c"), True)])
    box = plan(graph).boxes["g"]
    assert box.inputs == {
        "x": (("m", "self"),), "other": (("m", "other"),), "n": (("n", "self"),),
        "tensors.0": (("c", "tensors.0"),),
    }  # fmt: skip
    assert box.outputs == (("m", 0), ("n", 0), ("c", 0))


def test_ports_of_a_box_lead_to_what_lies_inside():
    graph = neuron(GROUP).graph
    assert plan(graph).real("g", "x", 0) == ("p", "self", 0)
    assert plan(graph).real("g", None, 0) == ("s", None, 0)
    assert plan(graph).real("y", "self", 0) == ("y", "self", 0)
    assert folding.alike(graph, ("p", "self")) == (("p", "self"), ("s", "other"))
    assert folding.alike(graph, ("y", "self")) == (("y", "self"),)


def test_a_port_is_rewired_with_all_that_lies_behind_it():
    document = neuron(GROUP)
    graph = replace(document.graph, nodes={"v": leaf("v"), **document.graph.nodes})
    document = replace(document, graph=graph)
    found = folding.connect(document, wire("v", "p"))
    assert {k for k, e in found.graph.edges.items() if e.source == "v"} == {
        ("p", "self"), ("s", "other"),
    }  # fmt: skip
    found = folding.disconnect(document, [("s", "other")])
    assert set(found.graph.edges) == {("p", "other"), ("s", "self"), ("y", "self")}
    plain = neuron(replace(GROUP, folded=False))
    assert len(folding.disconnect(plain, [("s", "other")]).graph.edges) == 4


def test_regions_inside_are_hidden_and_regions_around_stay():
    regions = [
        Region("out", "no_grad", "", ("x", "w", "p", "s")),
        Region("same", "note", "of the same", ("w", "p", "s")),
        Region("in", "group", "", ("p", "s"), True),
    ]
    seen = shown(neuron(regions[0], GROUP, *regions[1:])).graph
    assert {i: r.members for i, r in seen.regions.items()} == {"out": ("x", "g")}
    seen = shown(neuron(regions[1], GROUP)).graph  # here the note is the outer one
    assert {i: r.members for i, r in seen.regions.items()} == {"same": ("g",)}
    assert list(shown(neuron(replace(GROUP, folded=False), regions[2])).graph.nodes) == [
        "x", "w", "in", "y",
    ]  # fmt: skip


def test_only_convex_groups_fold_and_the_node_in_between_is_named():
    around = Region("g", "group", "ends", ("w", "y"), True)
    document = neuron(around)
    assert shown(document) is document
    why = folding.why_no_fold(document.graph, "g")
    assert "ends cannot fold: p lies outside" in why or "ends cannot fold: s lies outside" in why
    assert folding.fold(neuron(replace(around, folded=False)), ["g"]).graph.regions["g"].folded is (
        False
    )
    mode = neuron(Region("r", "no_grad", "", ("p",)))
    assert "Only groups fold" in folding.why_no_fold(mode.graph, "r")


def test_two_groups_that_would_wait_for_each_other_are_not_both_folded():
    nodes = [leaf("a"), leaf("b"), op("c", "neg"), op("d", "neg")]
    edges = [wire("a", "c"), wire("b", "d")]
    one = Region("one", "group", "one", ("a", "d"), True)
    other = Region("other", "group", "other", ("b", "c"), False)
    graph = Graph.of(nodes, edges, [one, other])
    assert "cannot fold while one is folded" in folding.why_no_fold(graph, "other")
    both = replace(graph, regions={"one": one, "other": replace(other, folded=True)})
    assert plan(both).boxes == {}
    assert folding.why_no_fold(graph, "one") is None


def test_fold_and_unfold_change_only_the_look():
    document = neuron(replace(GROUP, folded=False))
    folded = folding.fold(document, ["g"])
    assert folded.graph.regions["g"].folded
    assert folding.fold(folded, ["g"]) is folded
    assert folding.fold(folded, ["g"], False) == document


@given(graphs(), st.data())
def test_whatever_is_folded_what_is_shown_is_sound(graph, data):
    ids = list(graph.nodes)
    parts = data.draw(st.lists(st.sampled_from("pqr "), min_size=len(ids), max_size=len(ids)))
    regions = {
        p: Region(p, "group", p, tuple(i for i, q in zip(ids, parts, strict=True) if q == p), True)
        for p in sorted({*parts} - {" "})
    }
    found = plan(replace(graph, regions=regions))
    seen = found.graph
    rank = {i: k for k, i in enumerate(seen.nodes)}
    assert all(rank[e.source] < rank[e.target] for e in seen.edges.values())
    assert nx.is_directed_acyclic_graph(seen.nx)
    assert set(found.stands_for) == {m for b in found.boxes.values() for m in b.members}
    assert set(seen.nodes) == {found.stands_for.get(i, i) for i in ids}
    crossing = {
        (found.stands_for.get(e.source, e.source), found.stands_for.get(e.target, e.target))
        for e in graph.edges.values()
    }
    assert {(e.source, e.target) for e in seen.edges.values()} == {
        (a, b) for a, b in crossing if a != b
    }
    for edge in seen.edges.values():
        real = found.real(edge.target, edge.slot, 0)
        assert graph.edges[real[0], real[1]].key == real[:2]


# ---- playback ------------------------------------------------------------------------------------


def test_the_box_shows_the_result_and_what_flows_back_at_each_boundary():
    graph = neuron(GROUP).graph
    told = film(graph, FORWARD, backward("y"))
    end = FoldedFrame(told.frame(len(told) - 1), plan(graph))
    state = end.node("g")
    assert float(state.value) == 9.0  # 3·2 + 3
    assert np.isclose(float(state.grad), np.cos(9.0))
    assert state.stored is None
    assert np.isclose(float(end.edge(("g", "x")).grad), 3 * np.cos(9.0))  # (w + 1)·cos
    assert end.edge(("y", "self")) == end.frame.edge(("y", "self"))


def test_rings_and_packets_inside_show_on_the_box():
    graph = neuron(GROUP).graph
    told = film(graph, FORWARD, backward("y"))
    seen = [FoldedFrame(told.frame(k), plan(graph)) for k in range(len(told))]
    assert {i for frame in seen for i in frame.active} == {"x", "g", "y"}
    packets = {(p.source, p.target, p.edge) for frame in seen if (p := frame.packet)}
    assert ("g", "g", None) in packets  # s to p
    assert ("y", "g", ("y", "self")) in packets
    assert ("g", "x", ("p", "self")) in packets
    assert not any({"w", "p", "s"} & {p[0], p[1]} for p in packets)
    assert {frame.summing for frame in seen} == {None, "x"}
    assert [frame.caption for frame in seen] == [f.frame.caption for f in seen]


def test_an_error_inside_shows_on_the_box():
    graph = neuron(GROUP).graph
    nodes = {**graph.nodes, "w": leaf("w", [1.0, 2.0]), "x": leaf("x", [1.0, 2.0, 3.0])}
    broken = replace(graph, nodes=nodes)
    frame = FoldedFrame(film(broken, FORWARD).frame(2), plan(broken))
    assert "must match" in frame.node("g").error


def test_codes_of_a_folded_graph_are_those_of_its_states():
    graph = neuron(GROUP).graph
    told, drawn = film(graph, FORWARD, backward("y")), plan(graph).graph
    for step in range(-1, len(told)):
        frame = FoldedFrame(told.frame(step), plan(graph))
        found, asked = frame.codes(), codes_of(drawn, frame)
        assert found.fit(drawn)
        for part in ("nodes", "lines", "backs"):
            assert getattr(found, part).tolist() == getattr(asked, part).tolist(), (step, part)


def test_codes_of_a_folded_graph_ask_for_nothing_but_boxes(monkeypatch):
    graph = neuron(GROUP).graph
    told = film(graph, FORWARD, backward("y"))
    seen, node = [], FoldedFrame.node
    monkeypatch.setattr(FoldedFrame, "node", lambda f, i: seen.append(i) or node(f, i))
    FoldedFrame(told.frame(len(told) - 1), plan(graph)).codes()
    assert seen == ["g"]


def test_what_changed_is_told_of_what_is_drawn():
    graph = neuron(GROUP).graph
    told = film(graph, FORWARD, backward("y"))
    a, b = (FoldedFrame(told.frame(k), plan(graph)) for k in (len(told) - 6, len(told) - 1))
    nodes, edges = b.changed_since(a)
    assert nodes <= {"x", "g", "y"}
    assert {("p", "self"), ("s", "other")} <= edges
    assert b.changed_since(told.frame(0)) is None


def crossing() -> Document:
    """a → b' and b → a': the groups (a, a') and (b, b') would wait for each other."""
    nodes = [leaf("x"), *(op(i, "neg") for i in ("a", "b", "c", "d"))]
    wires = [wire("x", "a"), wire("x", "b"), wire("a", "d"), wire("b", "c")]
    groups = [Region("g", "group", "", ("a", "c")), Region("h", "group", "", ("b", "d"))]
    return Document(Graph.of(nodes, wires, groups))


def test_of_two_groups_that_would_wait_for_each_other_only_the_first_folds():
    found = folding.fold(crossing(), ["g", "h"])
    assert [r.folded for r in found.graph.regions.values()] == [True, False]
    assert list(plan(found.graph).boxes) == ["g"]
    assert "wait for the other" in folding.why_no_fold(found.graph, "h")


def test_folding_many_groups_at_once_plans_the_picture_but_a_few_times(monkeypatch):
    nodes = [leaf("x"), *(op(f"n{k}", "neg") for k in range(40))]
    wires = [wire("x" if not k else f"n{k - 1}", f"n{k}") for k in range(40)]
    pairs = [Region(f"g{k}", "group", "", (f"n{2 * k}", f"n{2 * k + 1}")) for k in range(20)]
    graph = Graph.of(nodes, wires, pairs)
    asked, waiting = [], folding._waiting
    monkeypatch.setattr(folding, "_waiting", lambda *args: asked.append(1) or waiting(*args))
    found = folding.fold(Document(graph), graph.regions)
    assert all(r.folded for r in found.graph.regions.values())
    assert len(plan(found.graph).boxes) == 20
    assert len(asked) <= 3


def test_a_result_that_failed_leaves_the_others_their_numbers():
    nodes = [leaf("x", 3.0), op("a", "neg"), op("bad", "stack"), op("c", "square")]
    region = Region("g", "group", "", ("a", "bad", "c"), folded=True)
    graph = Graph.of(nodes, [wire("x", "a"), wire("x", "c")], [region])
    told = film(graph, FORWARD)
    state = FoldedFrame(told.frame(len(told) - 1), plan(graph)).node("g")
    assert plan(graph).boxes["g"].outputs == (("a", 0), ("bad", 0), ("c", 0))
    assert [None if x is None else float(x) for x in state.outputs] == [-3.0, None, 9.0]


def test_nothing_of_a_graph_stays_when_its_document_has_gone():
    whole, drawn = Graph.of([op("a", "sin")]), Graph.of([op("a", "sin")])
    assert folded_frame._rows(whole, drawn)[0].tolist() == [0]
    gone = [weakref.ref(graph) for graph in (whole, drawn)]
    for name in ("b", "c"):  # the engine keeps the columns of the last two
        assert Graph.of([op(name, "sin")]).columns.row == {name: 0}
    del whole, drawn
    gc.collect()
    assert [each() for each in gone] == [None, None]
