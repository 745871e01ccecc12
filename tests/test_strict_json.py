"""Text that is no JSON, or JSON with two readings, is refused with its place."""

import pytest

from gui.model import limits
from tests.chain_samples import SQUARE, swapped, the_finding

NOT_JSON = {
    "empty": ("", None, "file", "empty", "another file"),
    "blank": (" \n\t", None, "file", "empty", "another file"),
    "a program": ("import torch\n", 1, "column 1", "not JSON: a value was expected at “import", ""),
    "no comma": ('{"a": 1\n "b": 2}', 2, "column 2", "comma", "text editor"),
    "no colon": ('{"a" 1}', 1, "column 6", "colon", "text editor"),
    "no quotes": ('{"a": 1,\n b: 2}', 2, "column 2", "double quotes", "text editor"),
    "more after the end": (SQUARE + "x", 15, "column 1", "after the end", "text editor"),
    "line break in a text": ('{"a": "x\ny"}', 1, "column 9", "line break", "text editor"),
    "merge conflict": (
        swapped(' "edges"', '<<<<<<< HEAD\n "edges"'),
        5,
        "column 1",
        "merge conflict",
        "marker lines",
    ),
    "truncated": (SQUARE[:150], 3, "column 105", "truncated", "older copy"),
    "too deep": ("[" * 20 + '\n"[[["' + "[" * 13, 2, "column 18", "32 deep", "another copy"),
    "very deep": ('{"a":' * 100_000, 1, "column 161", "32 deep", "another copy"),
}


@pytest.mark.parametrize("case", NOT_JSON.values(), ids=NOT_JSON)
def test_text_that_is_no_json_is_refused_with_its_line_and_column(case):
    text, line, where, what, remedy = case
    finding = the_finding(text)
    assert (finding.line, finding.where) == (line, where)
    assert what in finding.what
    assert remedy in finding.remedy


def test_a_file_cut_off_anywhere_is_called_truncated():
    for end in range(1, len(SQUARE) - 2, 7):
        assert "truncated" in the_finding(SQUARE[:end]).what, end


def test_a_file_over_the_size_limit_is_refused_before_it_is_parsed():
    finding = the_finding(" " * limits.BYTES + "{}")
    assert "16 MiB" in finding.what
    assert "smaller" in finding.remedy


LOOSE = {
    "a key twice": (swapped('"name": "x"', '"name": "x", "id": "x"'), "$.nodes[0].id", "twice"),
    "NaN": (swapped("2.0", "NaN"), "$.nodes[0].params.data", "NaN is not a number"),
    "infinity by overflow": (swapped("2.0", "-1e999"), "$.nodes[0].params.data", "-1e999"),
    "a very long integer": (swapped("2.0", "9" * 5000), "$.nodes[0].params.data", "5000 digits"),
    "half a character": (swapped('"name": "x"', r'"name": "\ud83d"'), "$.nodes[0].name", "half"),
    "half a key": (swapped('"dtype"', r'"\udc00"'), "$.nodes[0].params", "half a character"),
}


@pytest.mark.parametrize("case", LOOSE.values(), ids=LOOSE)
def test_json_that_other_readers_let_through_is_refused(case):
    text, where, what = case
    finding = the_finding(text)
    assert (finding.where, finding.line) == (where, 3)
    assert what in finding.what
    assert finding.remedy
