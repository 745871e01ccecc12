"""A file's text is always the same for the same Document, and loses nothing of it."""

import json
import math

import pytest
from hypothesis import given

from engine.graph import Action, Edge, Graph, Node
from gui.model.document import Document
from gui.model.reading import from_text
from gui.model.writing import to_text
from tests.chain_samples import KNOWN, RICH, SQUARE, documents


@given(documents())
def test_a_document_comes_back_from_its_text_and_the_text_from_it(document):
    text = to_text(document)
    again = from_text(text, **KNOWN)
    assert again == document
    assert list(again.graph.nodes) == list(document.graph.nodes)
    assert to_text(again) == text


@given(documents())
def test_the_text_is_strict_json_with_a_line_for_each_part(document):
    text = to_text(document)
    raw = json.loads(text, parse_constant=pytest.fail)
    parts = [*raw["nodes"], *raw["edges"], *raw["regions"], *raw["program"], *raw["places"]]
    assert len(text.splitlines()) == len(parts) + 6
    assert text.endswith("}\n")


@pytest.mark.parametrize("text", [SQUARE, RICH], ids=["square", "rich"])
def test_an_unchanged_save_is_byte_identical(text):
    assert to_text(from_text(text, **KNOWN)) == text


def test_an_empty_document_has_its_five_empty_sections():
    assert to_text(Document()) == (
        '{"chainrule": 1, "min_reader": 1,\n "nodes": [],\n "edges": [],\n "regions": [],\n'
        ' "program": [],\n "places": {}}\n'
    )


def test_edges_are_sorted_by_statement_then_slot_with_numbers_counted():
    nodes = [Node("z", "tensor", "z"), Node("b", "stack", "b"), Node("a", "add", "a")]
    slots = [("a", "self"), ("b", "tensors.10"), ("b", "tensors.9"), ("a", "other")]
    document = Document(Graph.of(nodes, [Edge("z", 0, *slot) for slot in slots]))
    written = [tuple(edge["to"]) for edge in json.loads(to_text(document))["edges"]]
    assert written == [("b", "tensors.9"), ("b", "tensors.10"), ("a", "other"), ("a", "self")]


def test_numbers_keep_their_kind_sign_and_every_digit():
    data = [2.0, 5, -0.0, 0.1, 1e300, 5e-324, True, 2**63]
    text = to_text(_with_data(data))
    assert '"data": [2.0, 5, -0.0, 0.1, 1e+300, 5e-324, true, 9223372036854775808]' in text
    again = from_text(text, **KNOWN).graph.nodes["x"].params["data"]
    assert list(map(repr, again)) == list(map(repr, data))


def test_what_json_has_no_number_for_is_spelled_in_quotes_and_comes_back_as_floats():
    text = to_text(_with_data([[math.inf, -math.inf], [math.nan, 1.0]]))
    assert '"data": [["inf", "-inf"], ["nan", 1.0]]' in text
    (row, (nan, _)) = from_text(text, **KNOWN).graph.nodes["x"].params["data"]
    assert row == [math.inf, -math.inf]
    assert math.isnan(nan)


def test_letters_stay_readable_and_control_characters_are_escaped():
    document = Document(Graph.of([Node("x", "mystery", "ŷ→σ", {"t": "\x00\n\x85\u2028\x7f"})]))
    text = to_text(document)
    assert "ŷ→σ" in text
    assert r'"\u0000\n\u0085\u2028\u007f"' in text


@pytest.mark.parametrize(
    "odd",
    [
        Document(Graph.of([Node("x", "tensor", "x", {"data": object()})])),
        Document(program=(Action("forward", None, {"do": "twice"}),)),
    ],
)
def test_what_a_file_cannot_hold_is_refused_rather_than_left_out(odd):
    with pytest.raises((TypeError, ValueError)):
        to_text(odd)


def _with_data(data):
    return Document(Graph.of([Node("x", "tensor", "x", {"data": data})]))
