"""Code that was read goes into the Document it was edited from, which keeps what is still there."""

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

import engine  # noqa: F401  (registers the ops)
from engine.code.source import Line, lines
from engine.graph import Action, Edge, Graph, Node, Region
from gui.model import edits, files
from gui.model.code_text import aligned, carried, comment, is_whole, shifted, told
from gui.model.document import Document
from gui.model.merging import merged
from gui.model.program import FORWARD
from gui.state.jobs import same_run
from tests import code_kit
from tests.code_kit import as_read

ASSETS = Path(__file__).parents[2] / "assets"
FILES = sorted(ASSETS.rglob("*.chain"))


def text_of(document):
    found = lines(document.graph, document.program or (FORWARD,))
    return "\n".join(line.text for line in found)


def edited(document, *changes, held=()):
    """The Document after these (old, new) have been exchanged in its code."""
    text = text_of(document)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return merged(document, *code_kit.read(text), held)


def chain(*names):
    """x -> a chain of relus of these names, 200 pixels apart."""
    nodes = [Node("x", "tensor", "x", {"data": 2.0})]
    nodes += [Node(name, "relu", name) for name in names]
    wires = pairwise(nodes)
    edges = [Edge(a.id, 0, b.id, "self") for a, b in wires]
    places = {node.id: (200.0 * k, 0.0) for k, node in enumerate(nodes)}
    return Document(Graph.of(nodes, edges), (FORWARD,), places)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_code_that_nobody_has_changed_changes_nothing(path):
    document, _ = files.load(path)
    muted = [i for i, node in document.graph.nodes.items() if node.muted]
    assert merged(document, *as_read(document), muted) is document


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_number_that_is_changed_leaves_all_else_what_it_was(path):
    document, _ = files.load(path)
    graph, program = as_read(document)
    leaf = next(n for n in graph.nodes.values() if "data" in n.params)
    nodes = {**graph.nodes, leaf.id: replace(leaf, params={**leaf.params, "data": 77.5})}
    muted = [i for i, node in document.graph.nodes.items() if node.muted]
    after = merged(document, replace(graph, nodes=nodes), program, muted)
    changed = [i for i, n in after.graph.nodes.items() if n is not document.graph.nodes[i]]
    assert [after.graph.nodes[i].params["data"] for i in changed] == [77.5]
    assert after.graph.nodes[changed[0]].op == document.graph.nodes[changed[0]].op
    assert list(after.graph.nodes) == list(document.graph.nodes)
    assert after.graph.edges is document.graph.edges
    assert after.graph.regions is document.graph.regions
    assert after.program is document.program
    assert after.places is document.places
    assert after.bends == document.bends


def test_a_new_name_keeps_node_place_and_run():
    before = chain("a", "b", "c")
    after = edited(before, ("b", "middle"))
    assert after.graph.nodes["b"].name == "middle"
    assert list(after.graph.nodes) == list(before.graph.nodes)
    assert after.places is before.places
    assert same_run(before, after)


def test_names_that_change_places_are_new_names_of_nobody():
    before = chain("a", "b")
    after = edited(before, ("a = torch.relu(x)", "a = torch.exp(x)"))
    assert after.graph.nodes["a"].op == "exp"
    assert after.graph.nodes["b"] is before.graph.nodes["b"]
    assert after.places is before.places


def test_what_comes_in_between_lies_beside_what_it_reads_and_covers_nothing():
    before = chain("a", "b")
    after = edited(before, ("b = torch.relu(a)", "n = torch.exp(a)\nb = torch.relu(n)"))
    new = after.graph.nodes["n"]
    assert new.op == "exp"
    assert after.graph.edges["b", "self"].source == "n"
    x, y = after.places["n"]
    assert x == 400.0  # right of a, where b is: so below that
    assert y >= 80.0
    assert {i: after.places[i] for i in before.places} == before.places
    assert list(after.graph.nodes) == ["x", "a", "n", "b"]


def test_a_line_that_is_gone_takes_its_node_and_nothing_else():
    before = chain("a", "b", "c")
    after = edited(before, ("\nc = torch.relu(b)", ""))
    assert set(after.graph.nodes) == {"x", "a", "b"}
    assert "c" not in after.places
    assert after.program is before.program


def test_lines_of_another_order_are_the_same_nodes():
    graph = Graph.of(
        [Node("x", "tensor", "x", {"data": 2.0}), Node("a", "relu", "a"), Node("b", "exp", "b")],
        [Edge("x", 0, "a", "self"), Edge("x", 0, "b", "self")],
    )
    before = Document(graph, (FORWARD,), {"x": (0, 0), "a": (200, 0), "b": (200, 200)})
    one, two = "a = torch.relu(x)", "b = torch.exp(x)"
    after = edited(before, (f"{one}\n{two}", f"{two}\n{one}"))
    assert list(after.graph.nodes) == ["x", "b", "a"]
    assert all(after.graph.nodes[i] is before.graph.nodes[i] for i in "xab")
    assert after.places is before.places


def test_a_parameter_stays_one_and_a_tensor_that_learns_too():
    nodes = [
        Node("w", "parameter", "w", {"data": 1.0}),
        Node("v", "tensor", "v", {"data": 1.0, "requires_grad": True}),
    ]
    before = Document(Graph.of(nodes), (FORWARD,), {"w": (0, 0), "v": (0, 100)})
    after = edited(before, ("1.0", "2.0"))
    assert [(n.op, n.params["data"]) for n in after.graph.nodes.values()] == [
        ("parameter", 2.0), ("tensor", 2.0),
    ]  # fmt: skip
    plain = edited(before, ("w = torch.tensor(1.0, requires_grad=True)", "w = torch.tensor(1.0)"))
    assert plain.graph.nodes["w"].op == "tensor"
    assert plain.places is before.places


def test_notes_groups_and_colours_stay_and_grad_modes_follow_the_code():
    before = chain("a", "b", "c")
    regions = {
        "g": Region("g", "group", "Block", ("a", "b"), color="sum"),
        "q": Region("q", "no_grad", "", ("b",)),
        "n": Region("n", "note", "about c", ("c",)),
    }
    before = replace(before, graph=replace(before.graph, regions=regions))
    text = text_of(before)
    assert "with torch.no_grad():\n    b = torch.relu(a)" in text
    same = merged(before, *code_kit.read(text))
    assert same is before
    out = edited(before, ("with torch.no_grad():\n    b = ", "b = "))
    assert out.graph.mode_of("b") is None
    assert out.graph.regions == {"g": regions["g"], "n": regions["n"]}
    more = edited(before, ("\nc = ", "\n    c = "))
    assert more.graph.mode_of("c") == "no_grad" == more.graph.mode_of("b")
    assert more.graph.regions["n"] == regions["n"]
    assert edits.why_no_region(more.graph, more.graph.regions["g"].members) is None


def test_an_optimizer_and_a_loop_are_the_lines_they_were():
    nodes = [Node("w", "parameter", "w", {"data": 1.0}), Node("l", "pow", "l", {"exponent": 2})]
    loop = (Action("zero_", "w.grad"), FORWARD, Action("backward", "l"))
    before = Document(
        Graph.of(nodes, [Edge("w", 0, "l", "self")]),
        (FORWARD, Action("backward", "l"), Action("repeat", args={"times": 3}, body=loop)),
    )
    text = text_of(before)
    assert merged(before, *code_kit.read(text)) is before
    after = merged(before, *code_kit.read(text.replace("range(3)", "range(5)")))
    assert after.graph is before.graph
    assert after.program[:2] == before.program[:2]
    assert after.program[2].args == {"times": 5}
    assert after.program[2].body is before.program[2].body
    twice = merged(before, *code_kit.read(f"{text}\nl.backward()"))
    assert twice.program == (*before.program, Action("backward", "l"))


def test_a_second_pass_of_the_same_lines_is_a_second_forward():
    nodes = [Node("w", "parameter", "w", {"data": 1.0}), Node("l", "pow", "l", {"exponent": 2})]
    before = Document(
        Graph.of(nodes, [Edge("w", 0, "l", "self")]), (FORWARD, Action("backward", "l"))
    )
    after = merged(before, *code_kit.read(f"{text_of(before)}\nl = w ** 2\nl.backward()"))
    assert after.graph is before.graph
    assert after.program == before.program * 2


def test_a_seed_before_a_leaf_is_its_own():
    node = Node("r", "rand", "r", {"size": [3], "seed": 4})
    before = Document(Graph.of([node]), (FORWARD,), {"r": (0.0, 0.0)})
    graph, program = as_read(before)
    assert [a.do for a in program] == ["manual_seed", "forward"]
    assert merged(before, graph, program) is before
    other = (Action("manual_seed", args={"seed": 5}), *program[1:])
    after = merged(before, graph, other)
    assert after.graph.nodes["r"].params["seed"] == 5
    assert after.program is before.program


def test_many_new_nodes_are_laid_out_without_covering_each_other():
    before = chain("a")
    more = "\n".join(f"n{k} = torch.relu(a)" for k in range(40))
    after = merged(before, *code_kit.read(f"{text_of(before)}\n{more}"))
    corners = sorted(after.places.values())
    assert len(set(corners)) == 42
    column = [y for x, y in corners if x == 400.0]
    assert len(column) == 40
    assert all(b - a >= 74 for a, b in pairwise(column))


# ---- which line stands for what ------------------------------------------------------------------


def program(*texts):
    return tuple(Line(text, text.partition(" ")[0]) for text in texts)


def test_lines_are_found_again_however_they_are_written():
    known = program("x = torch.tensor(2.0)", "y = x * 2", "y.backward()")
    typed = ["# first", "x=torch.tensor( 2.0 )", "", "y = 2 * x # twice", "y.backward()  # go"]
    rows = aligned(typed, known)
    assert rows == [None, 0, None, 1, 2]
    assert is_whole(typed, rows, known)
    assert not is_whole([*typed, "z = 1"], [*rows, None], known)
    assert not is_whole(typed[:4], rows[:4], known)


def test_comments_stay_with_their_statement():
    old = program("x = 1", "y = x", "z = y")
    typed = ["# above x", "x  =  1  # one", "y = x", "# above z", "z = y  # two", "# end"]
    rows = aligned(typed, old)
    new = program("x = 1", "z = x", "q = z")
    assert carried(typed, rows, old, new).split("\n") == [
        "# above x", "x  =  1  # one", "# above z", "z = x  # two", "q = z", "# end",
    ]  # fmt: skip


def test_a_comment_begins_outside_of_strings():
    assert comment("x = f('#')  # a '#'") == "  # a '#'"
    assert comment("x = '# no'") == ""


def test_rows_move_with_what_is_typed_above_them():
    old = ["a = 1", "b = 2", "c = 3"]
    assert shifted([0, 1, 2], old, ["a = 1", "new", "b = 2", "c = 3"]) == [0, None, 1, 2]
    assert shifted([0, 1, 2], old, ["a = 1", "b = 25", "c = 3"]) == [0, 1, 2]
    assert shifted([0, 1, 2], old, ["a = 1", "c = 3"]) == [0, 2]


def test_short_lists_are_shown_and_long_ones_are_counted():
    nodes = [
        Node("s", "tensor", "s", {"data": [1.0, 2.0]}),
        Node("l", "tensor", "l", {"data": [[0.5] * 100] * 3}),
    ]
    graph = Graph.of(nodes)
    found = told(graph, lines(graph, (FORWARD,)))
    assert "s = torch.tensor([1.0, 2.0])" in found.text
    assert "l = torch.tensor(‹3 × 100 numbers of l›)" in found.text
    assert found.numbers == {"‹3 × 100 numbers of l›": nodes[1].params["data"]}
