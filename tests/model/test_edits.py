"""Edits are pure: a new Document, sound whatever was done, the same one for nothing done."""

from contextlib import suppress
from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from engine.graph import Action, Edge, Graph, Node, Region
from engine.registry import OPS
from gui.model import edits
from gui.model.document import Document
from gui.model.files import from_text, to_text
from tests.runs import FORWARD, LESSONS, backward, leaf, lesson, op, square, wire


def document(graph=None, program=(), places=None):
    graph = square() if graph is None else graph
    return Document(graph, program, places or {i: (0.0, 0.0) for i in graph.nodes})


def frozen(found):
    """All that a Document holds, as text."""
    return repr(found)


CHAIN = Document(
    Graph.of(
        [leaf("x"), op("a", "neg"), op("b", "sin"), op("y", "add", other=1.0)],
        [wire("x", "a"), wire("a", "b"), wire("b", "y")],
        [Region("r", "no_grad", "", ("a", "b")), Region("n", "note", "why")],
    ),
    (FORWARD, backward("y"), Action("zero_", "x.grad")),
    {"x": (0, 0), "a": (1, 0), "b": (2, 0), "y": (3, 0), "n": (9, 9)},
)


# ---- one by one ----------------------------------------------------------------------------------


def test_a_new_node_gets_a_fresh_name_and_the_defaults_of_its_op():
    found, first = edits.add_node(document(), "pow", (5, 6))
    found, second = edits.add_node(found, "pow", (7, 8))
    assert (first, second) == ("pow", "pow1")
    assert found.graph.nodes[first].params == OPS["pow"].defaults
    assert found.places[second] == (7, 8)
    assert list(found.graph.nodes)[-1] == second


def test_a_wire_takes_the_place_of_what_was_there():
    found = edits.connect(document(), "x", "y", "exponent")
    assert "exponent" not in found.graph.nodes["y"].params
    assert found.graph.edges["y", "exponent"].source == "x"
    again = edits.connect(found, "x", "y", "exponent")
    assert again is found


def test_a_wire_that_closes_a_circle_is_refused():
    with pytest.raises(nx.NetworkXUnfeasible):
        edits.connect(CHAIN, "b", "a", "self")


def test_a_wire_from_a_later_statement_moves_as_little_as_it_must():
    graph = Graph.of([op("y", "neg"), leaf("a"), leaf("b")])
    found = edits.connect(document(graph), "a", "y", "self")
    assert list(found.graph.nodes) == ["a", "y", "b"]


def test_a_default_comes_back_when_the_wire_goes():
    found = edits.connect(document(), "x", "y", "exponent")
    found = edits.disconnect(found, [("y", "exponent")])
    assert found.graph.nodes["y"].params["exponent"] == OPS["pow"].defaults["exponent"]


def test_a_number_typed_into_a_wired_slot_takes_the_place_of_the_wire():
    found = edits.connect(document(), "x", "y", "exponent")
    found = edits.set_param(found, "y", "exponent", 3)
    assert ("y", "exponent") not in found.graph.edges
    assert found.graph.nodes["y"].params["exponent"] == 3
    from_text(to_text(found))


def test_removing_takes_everything_along_that_hung_on_it():
    found = edits.remove(CHAIN, ["b"])
    assert list(found.graph.nodes) == ["x", "a", "y"]
    assert set(found.graph.edges) == {("a", "self")}
    assert found.graph.regions["r"].members == ("a",)
    assert set(found.places) == {"x", "a", "y", "n"}
    found = edits.remove(found, ["a", "x", "y", "n"])
    assert found == Document(program=(FORWARD,))


def test_removing_a_frame_leaves_what_is_in_it():
    found = edits.remove(CHAIN, ["r"])
    assert set(found.graph.regions) == {"n"}
    assert len(found.graph.nodes) == 4


def test_removing_an_edge_alone():
    found = edits.remove(CHAIN, [], [("b", "self")])
    assert set(found.graph.edges) == {("a", "self"), ("y", "self")}


def test_bridging_leads_on_what_came_into_the_first_slot():
    graph = Graph.of(
        [leaf("x"), leaf("w"), op("m", "mul"), op("n", "neg"), op("y", "sin")],
        [wire("x", "m", "other"), wire("w", "m"), wire("m", "n"), wire("n", "y")],
    )
    found = edits.remove(document(graph), ["m", "n"], bridge=True)
    assert found.graph.edges == {("y", "self"): wire("w", "y")}


def test_a_move_keeps_the_very_same_graph():
    found = edits.move(CHAIN, {"a": (5.0, 5.0), "ghost": (1.0, 1.0)})
    assert found.graph is CHAIN.graph
    assert found.places["a"] == (5, 5)
    assert "ghost" not in found.places


def test_a_change_of_type_is_a_change():
    whole = document(Graph.of([leaf("x", [1, 2])]))
    assert edits.set_param(whole, "x", "data", [1.0, 2.0]) is not whole
    zero = document(Graph.of([leaf("x", 0.0)]))
    assert edits.set_param(zero, "x", "data", -0.0) is not zero
    program = (FORWARD, Action("set", "x", {"value": 1}))
    other = (FORWARD, Action("set", "x", {"value": 1.0}))
    found = edits.set_program(document(program=program), other)
    assert edits.same_program(found.program, other)
    assert not edits.same_program(program, other)


def test_nan_is_no_change_from_nan():
    found = document(Graph.of([leaf("x", float("nan"))]))
    assert edits.set_param(found, "x", "data", float("nan")) is found


def test_names_are_unique_and_titles_need_not_be():
    found = edits.rename(CHAIN, "a", "y")
    assert found.graph.nodes["a"].name == "y1"
    found = edits.rename(found, "n", "because")
    assert found.graph.regions["n"].title == "because"


@pytest.mark.parametrize(
    ("wanted", "taken", "found"),
    [
        ("x", [], "x"), ("x", ["x"], "x1"), ("x1", ["x1"], "x2"), ("x", ["x", "x1", "x3"], "x2"),
        ("x9", ["x9"], "x10"), ("", [""], "1"), ("7", ["7"], "8"), ("a b", ["a b"], "a b1"),
    ],
)  # fmt: skip
def test_a_fresh_name_counts_on_from_the_number_at_its_end(wanted, taken, found):
    assert edits.fresh(wanted, taken) == found


def test_a_frame_keeps_its_members_in_statement_order():
    found, frame = edits.add_region(CHAIN, "group", ["y", "x"], "both")
    assert found.graph.regions[frame].members == ("x", "y")
    found, note = edits.add_region(found, "note", (), "text", (1, 2))
    assert found.places[note] == (1, 2)


def test_frames_may_nest_but_not_overlap():
    why = edits.why_no_region(CHAIN.graph, ["b", "y"])
    assert why == "The selection cuts through “no_grad”; regions may nest but not overlap."
    assert edits.why_no_region(CHAIN.graph, ["a"]) is None
    assert edits.why_no_region(CHAIN.graph, ["x", "a", "b"]) is None
    assert edits.why_no_region(CHAIN.graph, []).startswith("Select the nodes")


def test_a_copy_has_fresh_ids_and_names_and_the_wires_within_it():
    fragment = edits.extract(CHAIN, ["a", "b", "n"])
    assert fragment.graph.regions["r"].members == ("a", "b")
    assert set(fragment.graph.edges) == {("b", "self")}
    found, ids = edits.paste(CHAIN, fragment, (10, 20))
    assert ids == ["a1", "b1", "n1", "r1"] or set(ids) == {"a1", "b1", "n1", "r1"}
    assert found.graph.edges["b1", "self"].source == "a1"
    assert ("a1", "self") not in found.graph.edges
    assert found.places["b1"] == (12, 20)
    assert found.graph.regions["r1"].members == ("a1", "b1")


def test_a_copy_of_half_a_frame_leaves_the_frame_behind():
    fragment = edits.extract(CHAIN, ["a"])
    assert not fragment.graph.regions
    from_text(to_text(edits.extract(CHAIN, ["a", "r"])))


def test_a_copied_input_without_its_wire_gets_its_default_back():
    wired = edits.connect(document(), "x", "y", "exponent")
    fragment = edits.extract(wired, ["y"])
    assert fragment.graph.nodes["y"].params == {"exponent": OPS["pow"].defaults["exponent"]}


@pytest.mark.parametrize(
    "nothing",
    [
        lambda d: edits.connect(d, "x", "a", "self"),
        lambda d: edits.disconnect(d, [("a", "other"), ("ghost", "self")]),
        lambda d: edits.remove(d, ["ghost"], [("ghost", "self")]),
        lambda d: edits.move(d, {"a": (1, 0)}),
        lambda d: edits.set_param(d, "y", "other", 1.0),
        lambda d: edits.set_param(d, "y", "ghost", None),
        lambda d: edits.rename(d, "a", "a"),
        lambda d: edits.rename(d, "n", "why"),
        lambda d: edits.set_program(d, list(d.program)),
        lambda d: edits.paste(d, Document(), (1, 1))[0],
    ],
)
def test_an_edit_of_nothing_gives_the_same_document(nothing):
    assert nothing(CHAIN) is CHAIN


# ---- all together --------------------------------------------------------------------------------


def check_sound(found):
    graph = found.graph
    rank = {node: k for k, node in enumerate(graph.nodes)}
    for key, edge in graph.edges.items():
        assert key == edge.key
        assert rank[edge.source] < rank[edge.target]
        assert edge.slot not in graph.nodes[edge.target].params
    assert all(i == n.id for i, n in graph.nodes.items())
    assert not graph.nodes.keys() & graph.regions.keys()
    names = [n.name for n in graph.nodes.values()]
    assert len(set(names)) == len(names)
    for region in graph.regions.values():
        assert set(region.members) <= graph.nodes.keys()
        assert len(set(region.members)) == len(region.members)
    assert found.places.keys() <= graph.nodes.keys() | graph.regions.keys()
    assert all(action.node is None or action.node in graph.nodes for action in found.program)
    from_text(to_text(found))


OP_NAMES = ("tensor", "parameter", "pow", "add", "neg", "cat", "clamp")
pick = st.integers(0, 99)


class Editing(RuleBasedStateMachine):
    """Whatever is done in any order, the Document stays sound, the one before it untouched."""

    def __init__(self):
        super().__init__()
        self.document = Document()

    def become(self, edit):
        before, copied = self.document, frozen(self.document)
        with suppress(nx.NetworkXUnfeasible):
            self.document = edit(before)
        assert frozen(before) == copied

    def node(self, k):
        nodes = list(self.document.graph.nodes)
        return nodes[k % len(nodes)] if nodes else None

    def some(self, ks):
        found = {self.node(k) for k in ks} | {i for i in self.document.graph.regions if 0 in ks}
        return found - {None}

    @rule(name=st.sampled_from(OP_NAMES), wanted=st.sampled_from(["", "x", "y1", "pow"]))
    def add(self, name, wanted):
        self.become(lambda d: edits.add_node(d, name, (1.0, 2.0), name=wanted)[0])

    @rule(a=pick, b=pick, slot=pick, number=st.integers(0, 12))
    def connect(self, a, b, slot, number):
        source, target = self.node(a), self.node(b)
        slots = OPS[self.document.graph.nodes[target].op].slots if target else ()
        if slots:
            found = slots[slot % len(slots)]
            name = f"{found.name}.{number}" if found.variadic else found.name
            self.become(lambda d: edits.connect(d, source, target, name))

    @rule(ks=st.lists(pick, max_size=3))
    def disconnect(self, ks):
        keys = list(self.document.graph.edges)
        self.become(lambda d: edits.disconnect(d, [keys[k % len(keys)] for k in ks if keys]))

    @rule(ks=st.lists(pick, max_size=2), bridge=st.booleans())
    def remove(self, ks, bridge):
        self.become(lambda d: edits.remove(d, self.some(ks), bridge=bridge))

    @rule(k=pick, value=st.sampled_from([None, 2, 2.0]))
    def set_number(self, k, value):
        node = self.node(k)
        slots = OPS[self.document.graph.nodes[node].op].slots if node else ()
        takes = [s.name for s in slots if s.takes_number]
        if takes:
            self.become(lambda d: edits.set_param(d, node, takes[-1], value))

    @rule(k=pick, name=st.sampled_from(["x", "loss", "y1"]))
    def rename(self, k, name):
        if self.node(k):
            self.become(lambda d: edits.rename(d, self.node(k), name))

    @rule(ks=st.lists(pick, min_size=1, max_size=4), kind=st.sampled_from(["no_grad", "group"]))
    def frame(self, ks, kind):
        members = self.some(ks) & self.document.graph.nodes.keys()
        if edits.why_no_region(self.document.graph, members) is None:
            self.become(lambda d: edits.add_region(d, kind, members)[0])

    @rule()
    def note(self):
        self.become(lambda d: edits.add_region(d, "note", (), "text", (0.0, 0.0))[0])

    @rule(k=pick)
    def move(self, k):
        self.become(lambda d: edits.move(d, {self.node(k) or "ghost": (float(k), 0.0)}))

    @rule(ks=st.lists(pick, max_size=4))
    def duplicate(self, ks):
        fragment = edits.extract(self.document, self.some(ks))
        check_sound(fragment)
        self.become(lambda d: edits.paste(d, fragment, (30.0, 30.0))[0])

    @rule(k=pick)
    def append(self, k):
        if self.node(k):
            action = Action("zero_", f"{self.node(k)}.grad")
            self.become(lambda d: edits.set_program(d, (*d.program, action)))

    @invariant()
    def sound(self):
        check_sound(self.document)


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


@given(st.sampled_from(LESSONS), st.data())
def test_taking_a_lesson_apart_in_any_order_leaves_nothing(name, data):
    found = lesson(name)
    while found.graph.nodes or found.graph.regions:
        check_sound(found)
        gone = data.draw(st.sampled_from(sorted([*found.graph.nodes, *found.graph.regions])))
        found = edits.remove(found, [gone], bridge=data.draw(st.booleans()))
    assert not found.graph.edges
    assert not found.places
    assert all(action.node is None for action in found.program)


def test_unknown_ops_are_edited_like_others():
    graph = Graph.of([leaf("x"), Node("m", "mystery", "m", {"deep": {"a": [1]}})], [])
    found = edits.connect(document(graph), "x", "m", "anything")
    assert found.graph.edges == {("m", "anything"): Edge("x", 0, "m", "anything")}
    assert edits.disconnect(found, [("m", "anything")]).graph.nodes == graph.nodes
    assert edits.remove(found, ["x"], bridge=True).graph.edges == {}
    assert edits.set_param(found, "m", "deep", {"a": [1]}) is found


# ---- many at once --------------------------------------------------------------------------------


@given(
    st.lists(st.from_regex(r"[ab][0-9]?[0-9]?", fullmatch=True), max_size=12),
    st.lists(st.from_regex(r"[ab][0-9]?", fullmatch=True), max_size=12),
)
def test_names_given_out_together_are_those_given_out_one_by_one(taken, wanted):
    given_out, known = edits.Fresh(taken), set(taken)
    for name in wanted:
        found = given_out.take(name)
        assert found == edits.fresh(name, known)
        assert found not in known
        known.add(found)


def test_a_thousand_copies_do_not_count_from_the_start_each():
    class Asked(set):
        times = 0

        def __contains__(self, name):
            Asked.times += 1
            return super().__contains__(name)

    names = edits.Fresh(f"x{k}" for k in range(1000))
    names._taken = Asked(names._taken)
    assert [names.take(f"x{k}") for k in range(1000)] == [f"x{k}" for k in range(1000, 2000)]
    assert Asked.times < 10_000


@pytest.fixture
def orderings(monkeypatch):
    """How often statements were put in order: each time costs as much as the graph is large."""
    asked, order = [], Graph.in_statement_order
    monkeypatch.setattr(Graph, "in_statement_order", lambda graph: asked.append(1) or order(graph))
    return asked


def test_bridging_over_many_nodes_puts_the_statements_in_order_once(orderings):
    inner = [op(f"n{k}", "neg") for k in range(50)]
    ends = ["x", *(n.id for n in inner), "y"]
    wires = [wire(a, b) for a, b in pairwise(ends)]
    graph = Graph.of([leaf("x"), *inner, op("y", "sin")], wires)
    found = edits.remove(document(graph), [n.id for n in inner], bridge=True)
    assert list(found.graph.edges.values()) == [wire("x", "y")]
    assert len(orderings) <= 1


def test_copies_are_wired_to_what_the_originals_read_in_one_go(orderings):
    nodes = [leaf("x"), *(op(f"n{k}", "neg") for k in range(50))]
    before = document(Graph.of(nodes, [wire("x", f"n{k}") for k in range(50)]))
    ids = [f"n{k}" for k in range(50)]
    fragment = edits.extract(before, ids)
    links = edits.incoming(before.graph, ids)
    found, new = edits.paste(before, fragment, (30, 30), links)
    assert all(found.graph.inputs[i]["self"].source == "x" for i in new)
    assert len(orderings) <= 2


@pytest.mark.parametrize("kind", ["group", "note", "no_grad"])
@pytest.mark.parametrize(
    "text",
    ["two\nlines", "a\r\nb\u2028c", "bell\x07", "half \ud800", "long " * 100, "עברית \u202e"],
)
def test_whatever_a_region_is_called_its_file_can_be_read(kind, text):
    before, region = edits.add_region(CHAIN, kind, ["x"] if kind != "note" else [])
    found = edits.rename(before, region, text)
    again = from_text(to_text(found))
    assert again.graph.regions == found.graph.regions
    assert again.graph.regions[region].title[0] == text[0]
