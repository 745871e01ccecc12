"""Whatever a stranger's file holds, the reader says where it is wrong and what to do."""

import json

import pytest

from gui.model import limits
from gui.model.findings import Unreadable
from gui.model.reading import from_text, warnings
from gui.model.writing import to_text
from tests.chain_samples import KNOWN, OPS, RICH, SQUARE, findings_of, swapped, the_finding

HEADERS = {
    "a list": ("[]", "$", "not a Chainrule file", ".chain"),
    "a number": ("7", "$", "not a Chainrule file", ".chain"),
    "other JSON": ('{"cells": []}', "$", "not a Chainrule file", ".chain"),
    "a version in words": ('{"chainrule": "one"}', "$.chainrule", "whole number", "Write 1"),
    "true as version": ('{"chainrule": true}', "$.chainrule", "whole number", "Write 1"),
    "version 0": ('{"chainrule": 0}', "$.chainrule", "no version number", "Write 1"),
    "newer": ('{"chainrule": 3, "min_reader": 2}', "$.min_reader", "newer Chainrule", "Update"),
    "newer, no reader": ('{"chainrule": 2}', "$.min_reader", "newer Chainrule", "ask for"),
}


@pytest.mark.parametrize("case", HEADERS.values(), ids=HEADERS)
def test_a_file_of_another_kind_or_version_is_refused(case):
    text, where, what, remedy = case
    finding = the_finding(text)
    assert finding.where == where
    assert what in finding.what
    assert remedy in finding.remedy


def test_a_newer_file_that_older_readers_may_read_is_opened():
    newer = swapped('"chainrule": 1, "min_reader": 1', '"chainrule": 2, "min_reader": 1')
    assert from_text(newer, **KNOWN) == from_text(SQUARE, **KNOWN)


def test_more_nodes_than_allowed_are_refused(monkeypatch):
    monkeypatch.setattr(limits, "NODES", 1)
    finding = the_finding(SQUARE)
    assert (finding.where, finding.what) == ("$.nodes", "The file has 2 nodes; 1 are allowed.")
    assert "Split" in finding.remedy


def test_all_findings_are_collected_in_one_go():
    text = swapped('"name": "x"', '"name": 7')
    text = swapped('"exponent": 2', '"exponent": "two"', text)
    text = swapped('"forward"', '"forwrd"', text)
    text = swapped("[40, 80]", "[40, null]", text)
    found = findings_of(text)
    assert [f.where for f in found] == [
        "$.nodes[0].name",
        "$.places.x[1]",
        "$.nodes[1].params.exponent",
        "$.program[0].do",
    ]
    assert [f.line for f in found] == [3, 14, 4, 9]


def test_a_malformed_node_is_not_reported_again_by_everything_that_refers_to_it():
    assert the_finding(swapped('"name": "x"', '"name": 7')).where == "$.nodes[0].name"


def test_at_most_fifty_findings_are_told():
    text = json.dumps({"chainrule": 1, "nodes": [7] * 1000})
    assert len(findings_of(text)) == 50


def test_the_exception_reads_as_its_findings():
    with pytest.raises(Unreadable) as caught:
        from_text(swapped('"name": "x"', '"name": 7'), **KNOWN)
    assert str(caught.value) == (
        "Line 3: name is the whole number 7, text is needed. Put text there. [$.nodes[0].name]"
    )


def test_an_unknown_op_is_kept_and_warned_of():
    document = from_text(RICH, **KNOWN)
    (finding,) = warnings(document, ops=OPS)
    assert finding.where == "$.nodes[2].op"
    assert "“mystery”" in finding.what
    assert "Update Chainrule" in finding.remedy


def test_nothing_is_warned_of_when_all_ops_are_known():
    assert warnings(from_text(SQUARE, **KNOWN), ops=OPS) == []


def test_nodes_out_of_order_are_put_in_statement_order():
    raw = json.loads(SQUARE)
    raw["nodes"].reverse()
    assert list(from_text(json.dumps(raw), **KNOWN).graph.nodes) == ["x", "n1"]


def test_a_byte_order_mark_and_windows_line_ends_are_fine():
    document = from_text("\ufeff" + SQUARE.replace("\n", "\r\n"), **KNOWN)
    assert to_text(document) == SQUARE


def one_to_two(raw):
    """Stands in for a migration: version 1 called the program `actions`."""
    return {**{k: v for k, v in raw.items() if k != "actions"}, "program": raw["actions"]}


def two_to_three(raw):
    return {**raw, "places": {item: [x, -y] for item, (x, y) in raw["places"].items()}}


MIGRATIONS = (one_to_two, two_to_three)


def test_an_older_file_is_brought_up_to_date_step_by_step():
    old = swapped('"program"', '"actions"')
    document = from_text(old, **KNOWN, migrations=MIGRATIONS)
    assert len(document.program) == 3
    assert document.places["x"] == (40, -80)


def test_a_file_of_the_middle_version_takes_only_the_later_steps():
    middle = swapped('"chainrule": 1', '"chainrule": 2')
    assert from_text(middle, **KNOWN, migrations=MIGRATIONS).places["x"] == (40, -80)


def test_a_file_that_is_not_what_its_version_says_is_refused():
    finding = the_finding(SQUARE, migrations=MIGRATIONS)
    assert "old version 1" in finding.what
    assert "save it again" in finding.remedy
