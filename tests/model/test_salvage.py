"""Tests for gui.model.salvage: of a damaged file everything is opened that can be."""

import json

import pytest

from gui.model.findings import Problem, Unreadable
from gui.model.reading import from_text
from gui.model.salvage import _leave_out, salvaged
from tests.chain_samples import KNOWN, RICH, SQUARE, swapped


def opened(text):
    document, findings = salvaged(text.encode("utf-8", "surrogatepass"), **KNOWN)
    return document, [str(finding) for finding in findings]


@pytest.mark.parametrize("text", [SQUARE, RICH])
def test_a_sound_file_is_opened_whole(text):
    assert opened(text) == (from_text(text, **KNOWN), [])


def test_an_unknown_key_of_a_newer_version_is_left_out():
    newer = swapped('"chainrule": 1', '"chainrule": 7', SQUARE)
    newer = swapped('{"from": ["x", 0]', '{"weight": 3, "from": ["x", 0]', newer)
    document, told = opened(newer)
    assert document == from_text(SQUARE, **KNOWN)
    assert told == ["Chainrule knows no key “weight” here. It was left out. [$.edges[0].weight]"]


def test_a_file_only_newer_versions_can_read_is_refused():
    newer = swapped('"chainrule": 1, "min_reader": 1', '"chainrule": 7, "min_reader": 7', SQUARE)
    with pytest.raises(Unreadable, match="made by a newer Chainrule"):
        opened(newer)


@pytest.mark.parametrize("cut", range(len(SQUARE.splitlines()[0]) + 1, len(SQUARE) - 2, 7))
def test_a_truncated_file_gives_the_lines_before_the_cut(cut):
    document, told = opened(SQUARE[:cut])
    whole = from_text(SQUARE, **KNOWN)
    lines = SQUARE[:cut].count("\n")
    assert list(document.graph.nodes) == ["x", "n1"][: max(0, lines - 2)]
    assert document.program == whole.program[: max(0, lines - 8)]
    assert "the rest is missing" in told[0] or "This is not JSON" in told[0]


def test_a_line_that_is_no_json_is_left_out_and_told():
    document, told = opened(swapped('{"do": "backward", "on": "n1"}', '{"do": backward}'))
    assert [action.do for action in document.program] == ["forward", "zero_"]
    assert told[0].startswith("Line 10, column 10: This is not JSON")
    assert told[0].endswith("This line was left out.")


def test_a_missing_comma_costs_nothing():
    document, told = opened(swapped('{"do": "forward"},', '{"do": "forward"}'))
    assert document == from_text(SQUARE, **KNOWN)
    assert told[0].endswith("A comma was put there.")


def test_commas_inside_a_name_stay():
    odd = RICH.replace('"title": ""', '"title": "a, ] b"').replace('{"do": "forward"},', "oh,")
    document, _ = opened(odd)
    assert document.graph.regions["r"].title == "a, ] b"


def test_a_merge_conflict_keeps_both_sides_where_they_agree():
    ours = '<<<<<<< ours\n  {"do": "forward"},\n=======\n  {"do": "forward"},\n>>>>>>> theirs\n'
    document, told = opened(swapped('  {"do": "forward"},\n', ours))
    assert [action.do for action in document.program] == ["forward", "forward", "backward", "zero_"]
    assert len(told) == 3


def test_a_node_that_goes_takes_its_edges_and_lines_along():
    document, told = opened(swapped('"id": "x"', '"id": "n1"'))
    assert list(document.graph.nodes) == ["n1"]
    assert not document.graph.edges
    assert [action.do for action in document.program] == ["forward", "backward"]
    assert len(told) == 4


def test_of_a_forward_only_the_nodes_that_are_gone_are_left_out():
    """Left with none it goes: without a list it would run everything."""
    lines = '{"do": "forward", "nodes": ["x", "q"]},\n  {"do": "forward", "nodes": ["q"]},\n'
    document, told = opened(swapped('{"do": "backward"', f'{lines}  {{"do": "backward"', SQUARE))
    assert [dict(action.args) for action in document.program[1:3]] == [{"nodes": ["x"]}, {}]
    assert [action.do for action in document.program[:3]] == ["forward", "forward", "backward"]
    assert len(told) == 3


def test_a_name_that_cannot_be_is_replaced_by_the_id():
    document, _ = opened(swapped('"name": "y"', '"name": "\\u0007"'))
    assert document.graph.nodes["n1"].name == "n1"


def test_of_a_tensor_no_single_number_is_left_out():
    """[1, NaN, 3] must not become [1, 3]."""
    document, told = opened(swapped('"data": 2.0', '"data": [1, NaN, 3]'))
    assert "data" not in document.graph.nodes["x"].params
    assert "NaN is not a number" in told[0]


INDENTED = json.dumps(json.loads(SQUARE) | {"places": {}}, indent=1).replace(
    '"data": 2.0', '"data": [\n1.5,\n2.5,\n3.5,\n4.5\n]'
)


@pytest.mark.parametrize(
    "text",
    [
        swapped("2.5,", "2.x5,", INDENTED),
        swapped("2.5,", "2 5,", INDENTED),
        swapped("2.5,", "<<<<<<<\n2.5,", INDENTED),
        INDENTED[: INDENTED.index("3.5") + 4],
        INDENTED[: INDENTED.index("3.5") + 5],
    ],
)
def test_a_tensor_that_lies_on_several_lines_is_left_out_whole(text):
    """A line less would be another tensor, as would a comma between two digits."""
    document, told = opened(text)
    assert "data" not in document.graph.nodes["x"].params
    assert told


def test_of_a_gradient_no_single_number_is_left_out():
    odd = swapped('{"do": "backward", "on": "n1"}',
                  '{"do": "backward", "on": "n1", "gradient": [1, NaN, 3]}')  # fmt: skip
    document, _ = opened(odd)
    assert [action.do for action in document.program] == ["forward", "zero_"]


def test_a_line_in_a_body_is_left_out_without_the_loop_around_it():
    body = '{"do": "repeat", "times": 2, "body": [{"do": "forward"}, {"do": "nothing"}]},'
    ops = {**KNOWN, "actions": {*KNOWN["actions"], "repeat"}}
    odd = swapped('{"do": "forward"},', body)
    document, _ = salvaged(odd.encode(), **ops)
    assert [action.do for action in document.program[0].body] == ["forward"]


def test_what_is_more_than_fifty_findings_is_counted():
    nodes = [{"id": f"n{k}", "op": "neg", "name": f"n{k}", "odd": 1} for k in range(80)]
    document, told = opened(json.dumps({"chainrule": 1, "nodes": nodes}))
    assert len(document.graph.nodes) == 80
    assert len(told) == 50
    assert told[-1] == "31 more places were wrong. What stood there was left out."


def test_a_part_with_many_faults_is_told_once():
    _, told = opened(swapped('"data": 2.0', f'"data": [{"NaN, " * 90}1]'))
    assert len(told) == 1


def test_a_list_is_gone_through_once_however_many_of_its_entries_go():
    """Taking them out one by one would move the rest each time."""

    class Counted(list):
        taken = 0

        def __delitem__(self, key):
            Counted.taken += 1
            super().__delitem__(key)

    raw = {"edges": Counted(range(1000))}
    problems = [Problem(("edges", k), "odd", "") for k in range(0, 1000, 2)]
    assert len(_leave_out(raw, problems)) == 500
    assert raw["edges"] == list(range(1, 1000, 2))
    assert Counted.taken == 0


def test_all_bytes_that_are_no_utf8_are_counted():
    data = SQUARE.encode().replace(b'"name": "y"', b'"name": "\xff-\xfe-\xff"')
    _, told = salvaged(data, **KNOWN)
    assert told[0].remedy == "It and 2 more read “�” instead."


def test_a_circle_is_opened_at_the_edge_that_closes_it():
    back = '{"from": ["x", 0], "to": ["n1", "self"]},\n  {"from": ["n1", 0], "to": ["x", "self"]}'
    odd = swapped('{"from": ["x", 0], "to": ["n1", "self"]}', back)
    document, _ = opened(odd.replace('"op": "tensor"', '"op": "mystery"'))
    assert len(document.graph.edges) == 1


def test_bytes_that_are_no_utf8_are_told():
    data = SQUARE.encode().replace(b'"name": "y"', b'"name": "\xff"')
    document, told = salvaged(data, **KNOWN)
    assert document.graph.nodes["n1"].name == "\ufffd"
    assert "0xff" in told[0].what


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"chainrule": "one"}', "[" * 99])
def test_what_is_no_chain_file_stays_refused(text):
    with pytest.raises(Unreadable):
        opened(text)


def test_a_file_without_nodes_is_an_empty_document():
    document, told = opened(json.dumps({"chainrule": 1, "nodes": 5, "edges": "no"}))
    assert not document.graph.nodes
    assert len(told) == 3
