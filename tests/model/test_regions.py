"""Regions nest and never overlap, whatever becomes a member of what."""

from dataclasses import replace
from itertools import combinations, pairwise

from hypothesis import given
from hypothesis import strategies as st

from engine.graph import GRAD_MODES, Graph, Region
from engine.session import Session
from gui.model import regions
from gui.model.document import Document
from gui.model.files import from_text, to_text
from gui.state.jobs import same_statements
from tests.runs import FORWARD, backward, leaf, op, run, wire

IDS = "abcdef"


def framed(*found: Region) -> Document:
    """Six nodes in a row, a to f, with these regions."""
    nodes = [leaf("a"), *(op(i, "neg") for i in IDS[1:])]
    edges = [wire(a, b) for a, b in pairwise(IDS)]
    places = {i: (100.0 * k, 0.0) for k, i in enumerate(IDS)}
    return Document(Graph.of(nodes, edges, found), (), places)


def group(region_id, members, kind="group", **look):
    return Region(region_id, kind, "", tuple(members), **look)


def members(document):
    return {i: "".join(r.members) for i, r in document.graph.regions.items()}


NESTED = framed(group("out", "abcd"), group("in", "bc"), group("other", "ef"))


def test_a_new_member_joins_the_regions_around_and_leaves_all_others():
    found = regions.add_members(NESTED, "in", "e")
    assert members(found) == {"out": "abcde", "in": "bce", "other": "f"}
    assert found.places is not NESTED.places
    assert found.places == NESTED.places


def test_a_member_of_an_inner_region_can_move_to_the_one_around_it():
    assert members(regions.add_members(NESTED, "out", "b")) == {
        "out": "abcd", "in": "c", "other": "ef",
    }  # fmt: skip


def test_a_region_that_moves_with_all_its_members_stays_whole():
    found = regions.add_members(NESTED, "in", "ef")
    assert members(found) == {"out": "abcdef", "in": "bcef", "other": "ef"}


def test_a_region_that_loses_all_its_members_is_gone_but_a_note_stays_as_a_card():
    apart = {"b": "g", "c": None}
    found = regions.settle(framed(group("g", "ad"), group("h", "bc")), apart)
    assert members(found) == {"g": "abd"}
    found = regions.settle(framed(group("g", "ad"), group("h", "bc", "note")), apart)
    assert members(found) == {"g": "abd", "h": ""}
    assert found.places["h"] == (100.0, 0.0)
    found = regions.settle(framed(group("g", "a"), group("h", "bc")), {"a": None, "b": None})
    assert members(found) == {"g": "a", "h": "c"}  # all that g has goes: it goes along


def test_taking_out_leaves_the_innermost_region_only():
    assert members(regions.take_out(NESTED, "b")) == {"out": "abcd", "in": "c", "other": "ef"}
    assert members(regions.take_out(NESTED, "a")) == {"out": "bcd", "in": "bc", "other": "ef"}
    assert members(regions.take_out(NESTED, "bc")) == {"out": "ad", "in": "bc", "other": "ef"}
    assert regions.take_out(NESTED, "ef") is NESTED


def test_ungrouping_keeps_the_members():
    found = regions.ungroup(NESTED, ["out", "in"])
    assert members(found) == {"other": "ef"}
    assert found.graph.nodes is NESTED.graph.nodes
    assert regions.ungroup(NESTED, ["ghost"]) is NESTED


def test_nothing_to_change_is_the_same_document():
    assert regions.settle(NESTED, {"b": "in", "e": "other"}) is NESTED
    assert regions.settle(NESTED, {}) is NESTED
    assert regions.paint(NESTED, ["in"], "") is NESTED


@st.composite
def nested(draw):
    """Regions that nest: cuts of cuts of the row."""
    found = [draw(st.permutations(IDS))]
    for _ in range(draw(st.integers(1, 4))):
        whole = draw(st.sampled_from(found))
        first = draw(st.integers(0, len(whole) - 1))
        part = whole[first : draw(st.integers(first + 1, len(whole)))]
        if all(nests(set(part), set(other)) for other in found):
            found.append(part)
    kinds = st.sampled_from(["group", "no_grad", "note"])
    return framed(*(group(f"r{k}", sorted(m), draw(kinds)) for k, m in enumerate(found[1:])))


def nests(a, b):
    return not a & b or a <= b or b <= a


@given(nested(), st.data())
def test_regions_nest_whatever_is_put_where(document, data):
    homes = st.sampled_from([None, *document.graph.regions])
    for _ in range(3):
        wanted = data.draw(st.dictionaries(st.sampled_from(IDS), homes))
        wanted = {i: h for i, h in wanted.items() if h is None or h in document.graph.regions}
        found = regions.settle(document, wanted)
        assert not found.graph.regions.keys() - document.graph.regions.keys()
        sets = [set(r.members) for r in found.graph.regions.values() if r.members]
        assert all(nests(a, b) for a, b in combinations(sets, 2))
        for node, home in wanted.items():
            if home is not None:
                assert node in found.graph.regions[home].members
        assert from_text(to_text(found)) == found  # a file with regions that overlap is refused
        document = found


# ---- how they look -------------------------------------------------------------------------------


def test_folding_and_colour_are_no_other_computation():
    changed = regions.paint(NESTED, ["in"], "sum")
    assert changed.graph.regions["in"].color == "sum"
    assert same_statements(changed.graph, NESTED.graph)
    folded = replace(NESTED.graph.regions["in"], folded=True)
    graph = replace(NESTED.graph, regions={**NESTED.graph.regions, "in": folded})
    assert same_statements(graph, NESTED.graph)


def test_look_is_written_only_where_there_is_one():
    text = to_text(NESTED)
    assert "folded" not in text
    assert "color" not in text
    text = to_text(framed(group("g", "ab", folded=True, color="green")))
    assert '"folded": true, "color": "green"}' in text
    assert from_text(text).graph.regions["g"] == group("g", "ab", folded=True, color="green")


# ---- grad modes ----------------------------------------------------------------------------------


def moded(*found: Region) -> Graph:
    nodes = [leaf("x"), op("a", "neg"), op("b", "sin"), op("y", "exp")]
    return Graph.of(nodes, [wire("x", "a"), wire("a", "b"), wire("b", "y")], found)


def test_inference_mode_is_run_as_such_and_tells_itself_from_no_grad():
    found = run(moded(group("i", "xab", "inference_mode")), FORWARD)
    assert found.values["b"][0].is_inference()
    assert not found.values["x"][0].is_inference()  # leaves are made before the block
    why = {e.node: e.why for e in found.trace.events}
    assert why == {
        "x": None, "a": "inference_mode", "b": "inference_mode", "y": "requires_grad=False",
    }  # fmt: skip


def test_nothing_inside_inference_mode_switches_it_off():
    for inner in GRAD_MODES:
        graph = moded(group("i", "ab", "inference_mode"), group("e", "b", inner))
        assert run(graph, FORWARD).values["b"][0].is_inference()
    graph = moded(group("i", "ab", "no_grad"), group("e", "b", "enable_grad"))
    assert not run(graph, FORWARD).values["b"][0].is_inference()


def test_what_inference_mode_made_cannot_be_saved_for_backward():
    nodes = [leaf("x"), op("a", "sin"), op("y", "mul")]
    edges = [wire("x", "a"), wire("a", "y"), wire("x", "y", "other")]
    graph = Graph.of(nodes, edges, [group("i", "a", "inference_mode")])
    session: Session = run(graph, FORWARD, backward("y"))
    assert "Inference tensors cannot be saved for backward" in session.failures["y"]


def test_changing_a_mode_runs_again():
    before, after = moded(group("i", "ab", "no_grad")), moded(group("i", "ab", "inference_mode"))
    assert not same_statements(before, after)
