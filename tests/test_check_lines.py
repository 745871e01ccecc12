"""Repeats and optimizers in a file: read as they were written, refused with place and remedy."""

import math

import pytest

from gui.model.reading import from_text
from gui.model.writing import to_text
from tests.chain_samples import findings_of

FILE = """{"chainrule": 1, "nodes": [
 {"id": "x", "op": "tensor", "name": "x", "params": {"data": 1}}],
 "program": [
 {"do": "forward"},
 %s]}"""
"""A file in which line 5 has the line to be judged."""


def finding(line):
    (found,) = findings_of(FILE % line, ops={}, actions=None)
    return found


REPEATS = {
    "no times": ('{"do": "repeat", "body": []}', "$.program[1]", "how often", '"times": 3'),
    "never": ('{"do": "repeat", "times": 0}', "$.program[1].times", "at least once", "from 1"),
    "negative": ('{"do": "repeat", "times": -3}', "$.program[1].times", "not -3", "from 1"),
    "huge": ('{"do": "repeat", "times": 10001}', "$.program[1].times", "too long", "smaller"),
    "fraction": ('{"do": "repeat", "times": 2.5}', "$.program[1].times", "number 2.5", "1 to"),
    "truth": ('{"do": "repeat", "times": true}', "$.program[1].times", "is true", "1 to"),
    "words": ('{"do": "repeat", "times": "3"}', "$.program[1].times", "is text", "1 to"),
    "nested too long": (
        '{"do": "repeat", "times": 200, "body": [{"do": "repeat", "times": 51}]}',
        "$.program[1].body[0].times", "10,200 in all", "smaller",
    ),
    "body no list": ('{"do": "repeat", "times": 2, "body": {}}', "$.program[1].body", "object",
                     "list"),
    "body of numbers": ('{"do": "repeat", "times": 2, "body": [7]}', "$.program[1].body[0]", "7",
                        "object"),
    "fault in a body": (
        '{"do": "repeat", "times": 2, "body": [{"do": "backward", "on": "q"}]}',
        "$.program[1].body[0].on", "no node “q”", "Take the action out",
    ),
    "body elsewhere": ('{"do": "forward", "body": [{"do": "forward"}]}', "$.program[1].body",
                       "only repeat", "Take the body out"),
    "inputs": ('{"do": "backward", "on": "x", "inputs": ["q"]}', "$.program[1].inputs[0]", "“q”",
               "name a node"),
    "inputs no list": ('{"do": "backward", "on": "x", "inputs": "x"}', "$.program[1].inputs",
                       "list of the ids", "between [ and ]"),
    "no nodes": ('{"do": "forward", "nodes": []}', "$.program[1].nodes", "run nothing", "all"),
    "nodes no list": ('{"do": "forward", "nodes": "x"}', "$.program[1].nodes", "list of the ids",
                      "between [ and ]"),
    "strange node": ('{"do": "forward", "nodes": ["x", "q"]}', "$.program[1].nodes[1]", "“q”",
                     "name a node"),
    "node twice": ('{"do": "forward", "nodes": ["x", "x"]}', "$.program[1].nodes[1]", "twice",
                   "once"),
    "no seed": ('{"do": "manual_seed"}', "$.program[1]", "which seed", '"seed": 0'),
    "seed no number": ('{"do": "manual_seed", "seed": "0"}', "$.program[1].seed", "is text", "0"),
    "seed a fraction": ('{"do": "manual_seed", "seed": 1.0}', "$.program[1].seed", "number 1.0",
                        "whole"),
    "seed too large": ('{"do": "manual_seed", "seed": 18446744073709551616}', "$.program[1].seed",
                       "no seed", "to 18446744073709551615"),
    "nobody steps": ('{"do": "step", "on": "opt"}', "$.program[1].on", "no optimizer “opt”",
                     "before this one"),
    "nameless": (
        '{"do": "optimizer", "on": "my opt", "kind": "SGD", "params": ["x"]}', "$.program[1].on",
        "no name", '"opt"',
    ),
    "no kind": ('{"do": "optimizer", "on": "opt", "params": ["x"]}', "$.program[1]", "what kind",
                '"kind": "SGD"'),
    "kind no text": ('{"do": "register_hook", "on": "x", "kind": ["clip"]}', "$.program[1].kind",
                     "a list", "clip"),
    "misspelt kind": ('{"do": "optimizer", "on": "opt", "kind": "Adm", "params": ["x"]}',
                      "$.program[1].kind", "no optimizer “Adm”", "“Adam”"),
    "no such hook": ('{"do": "register_hook", "on": "x", "kind": "stop"}', "$.program[1].kind",
                     "no hook “stop”", "scale"),
    "rate in words": ('{"do": "optimizer", "on": "opt", "kind": "SGD", "params": ["x"], "lr": "a"}',
                      "$.program[1].lr", "lr is text", "such as 0.001"),
    "one beta": ('{"do": "optimizer", "on": "opt", "kind": "Adam", "params": ["x"], "betas": 0.9}',
                 "$.program[1].betas", "betas is the number 0.9", "such as [0.9, 0.999]"),
    "flag": ('{"do": "optimizer", "on": "o", "kind": "SGD", "params": ["x"], "nesterov": 1}',
             "$.program[1].nesterov", "whole number 1", "such as false"),
    "factor": ('{"do": "register_hook", "on": "x", "kind": "scale", "by": "2"}', "$.program[1].by",
               "by is text", "such as 2.0"),
    "handle": ('{"do": "register_hook", "on": "x", "kind": "print", "handle": "a b"}',
               "$.program[1].handle", "no name", '"h"'),
    "handle no text": ('{"do": "remove_hook", "on": "x", "handle": 5}', "$.program[1].handle",
                       "no name", '"h"'),
}  # fmt: skip


@pytest.mark.parametrize("case", REPEATS.values(), ids=REPEATS)
def test_a_line_that_cannot_run_is_named_with_its_place_and_the_remedy(case):
    line, where, what, remedy = case
    found = finding(line)
    assert found.where == where
    assert what in found.what
    assert remedy in found.remedy


def test_a_repeat_is_read_as_it_was_written():
    body = (
        '[{"do": "forward"}, {"do": "repeat", "times": 3, "body": '
        '[{"do": "set", "on": "x", "value": 2.5}]}]'
    )
    line = f'{{"do": "repeat", "times": 2, "expect_error": true, "body": {body}}}'
    document = from_text(FILE % line, ops={}, actions=None)
    outer = document.program[1]
    assert outer.args == {"times": 2}
    assert outer.expect_error
    assert outer.body[1].body[0].args == {"value": 2.5}
    assert line in to_text(document)
    assert from_text(to_text(document), ops={}, actions=None) == document


def test_settings_that_json_has_no_number_for_come_back():
    line = (
        '{"do": "optimizer", "on": "opt", "kind": "Adam", "params": ["x"], "lr": "inf",'
        ' "betas": [0.5, "nan"]}'
    )
    document = from_text(FILE % line, ops={}, actions=None)
    assert document.program[1].args["lr"] == math.inf
    assert line in to_text(document)


def test_an_empty_body_is_kept():
    document = from_text(FILE % '{"do": "repeat", "times": 2}', ops={}, actions=None)
    assert document.program[1].body == ()
    assert '{"do": "repeat", "times": 2, "body": []}' in to_text(document)
