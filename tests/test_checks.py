"""JSON that is no sound Document: every fault has its place and its remedy."""

import json

import pytest

from gui.model import limits
from gui.model.reading import from_text
from tests.chain_samples import KNOWN, findings_of, swapped, the_finding

NODES = """{"chainrule": 1, "nodes": [
 {"id": "x", "op": "tensor", "name": "x", "params": {"data": 1}},
 {"id": "n", "op": "%s", "name": "y", "params": %s}]}"""
"""A file in which line 3 has the op and the params to be judged."""

EDGES = """{"chainrule": 1, "nodes": [
 {"id": "x", "op": "tensor", "name": "x"}, {"id": "y", "op": "add", "name": "y"},
 {"id": "z", "op": "add", "name": "z"}],
 "edges": [
 {"from": ["x", 0], "to": ["y", "self"]},
 %s]}"""
"""A file in which line 6 has the edges to be judged."""

REGIONS = """{"chainrule": 1, "nodes": [
 {"id": "x", "op": "tensor", "name": "x"}, {"id": "y", "op": "add", "name": "y"},
 {"id": "z", "op": "add", "name": "z"}],
 "regions": [
 %s]}"""
"""A file in which line 5 and those after it have the regions to be judged."""

MISFITS = {
    "no nodes": ('{"chainrule": 1}', "$", "“nodes” is missing", 'Add "nodes"'),
    "edges no list": (swapped('"regions": []', '"regions": {}'), "$.regions", "a list is", "list"),
    "unknown section": (swapped('"regions"', '"wires"'), "$.wires", "“wires”", "Take it out"),
    "name no text": (swapped('"name": "x"', '"name": 7'), "$.nodes[0].name", "text is", "text"),
    "name missing": (swapped(', "name": "x"', ""), "$.nodes[0]", "“name” is missing", "Add"),
    "unknown key": (swapped('"name": "x"', '"name": "x", "hue": 1'), "$.nodes[0].hue", "hue",
                    "out"),
    "output in words": (swapped('["x", 0]', '["x", "0"]'), "$.edges[0].from[1]", "whole", "whole"),
    "output as fraction": (swapped('["x", 0]', '["x", 0.5]'), "$.edges[0].from[1]", "0.5", "whole"),
    "output as truth": (swapped('["x", 0]', '["x", true]'), "$.edges[0].from[1]", "true", "whole"),
    "three ends": (swapped('["x", 0]', '["x", 0, 1]'), "$.edges[0].from", "3 entries", "two"),
    "on a list": (swapped('"on": "n1"', '"on": []'), "$.program[1].on", "a list", "id of a node"),
    "do missing": (swapped('"do": "forward"', '"on": "x"'), "$.program[0]", "“do”", "Add"),
    "expect": (swapped('"forward"', '"forward", "expect_error": 1'),
               "$.program[0].expect_error", "true or false", "true or false"),
    "place in words": (swapped("[40, 80]", '[40, "80"]'), "$.places.x[1]", "a number", "a number"),
    "place as truth": (swapped("[40, 80]", "[40, true]"), "$.places.x[1]", "a number", "a number"),
    "half a place": (swapped("[40, 80]", "[40]"), "$.places.x", "1 entries", "two"),
}  # fmt: skip


@pytest.mark.parametrize("case", MISFITS.values(), ids=MISFITS)
def test_a_wrong_type_is_named_with_its_place_and_what_belongs_there(case):
    text, where, what, remedy = case
    finding = the_finding(text)
    assert finding.where == where
    assert what in finding.what
    assert remedy in finding.remedy


PARAMS = {
    "text for a whole number": ("sum", {"dim": "0"}, ".dim", "dim is text, a whole number is",
                                "whole"),
    "truth for a whole number": ("sum", {"dim": True}, ".dim", "dim is true, a whole", "whole"),
    "fraction for a whole": ("sum", {"dim": 1.0}, ".dim", "dim is the number 1.0, a whole",
                             "whole"),
    "number for a truth": ("sum", {"keepdim": 1}, ".keepdim", "keepdim is the whole number 1",
                           "true"),
    "text for a number": ("add", {"alpha": "two"}, ".alpha", "alpha is text, a number is",
                          "number"),
    "truth for a number": ("add", {"alpha": False}, ".alpha", "alpha is false, a number", "number"),
    "number for a dtype": ("tensor", {"dtype": 32}, ".dtype", "name of a dtype is", "name"),
    "number for a text": ("sum", {"note": 32}, ".note", "text is needed", "text"),
    "text in a shape": ("view", {"shape": [1, "2"]}, ".shape", "a list of whole numbers", "list"),
    "unknown param": ("sum", {"dmi": 0}, ".dmi", "sum has no parameter “dmi”",
                      "Did you mean “dim”?"),
    "nothing near": ("sum", {"q": 0}, ".q", "no parameter “q”", "one of: dim, keepdim, note"),
    "text in a slot": ("add", {"other": "2"}, ".other", "other is text, a number", "edge"),
    "truth in a slot": ("add", {"other": True}, ".other", "other is true, a number", "edge"),
    "number in a tensor slot": ("pow", {"self": 2}, ".self", "takes a tensor", "lead an edge"),
    "data as text": ("tensor", {"data": "2"}, ".data", "text, a number is needed", '"inf"'),
    "data as null": ("tensor", {"data": None}, ".data", "null, a number is needed", "number"),
    "text in data": ("tensor", {"data": [[1, 2], [3, "4"]]}, ".data[1][1]", "text", '"nan"'),
    "ragged": ("tensor", {"data": [[1, 2], [3]]}, ".data[1]", "1 entries where", "rectangular"),
    "mixed": ("tensor", {"data": [1, [2]]}, ".data[0]", "mixed", "rectangular"),
    "mixed later": ("tensor", {"data": [[1], 2]}, ".data[1]", "mixed", "rectangular"),
    "rank 9": ("tensor", {"data": [[[[[[[[[1]]]]]]]]]}, ".data", "more than 8 dim", "at most 8"),
}  # fmt: skip


@pytest.mark.parametrize("case", PARAMS.values(), ids=PARAMS)
def test_a_param_that_does_not_fit_its_op_is_named(case):
    op, params, where, what, remedy = case
    finding = the_finding(NODES % (op, json.dumps(params)))
    assert (finding.where, finding.line) == (f"$.nodes[1].params{where}", 3)
    assert what in finding.what
    assert remedy in finding.remedy


def test_a_tensor_with_too_many_elements_is_refused(monkeypatch):
    monkeypatch.setattr(limits, "ELEMENTS", 3)
    assert "more than 3 elements" in the_finding(NODES % ("tensor", '{"data": [1, 2, 3, 4]}')).what


@pytest.mark.parametrize(
    ("op", "params"),
    [
        ("sum", {"dim": None}),
        ("sum", {"dim": -1, "keepdim": True}),
        ("add", {"alpha": 2, "other": "-inf"}),
        ("view", {"shape": 3}),
        ("view", {"shape": []}),
        ("tensor", {"data": [[], []]}),
        ("tensor", {"data": [[[[[[[[True, "nan"]]]]]]]]}),
    ],
)
def test_params_that_fit_are_taken(op, params):
    from_text(NODES % (op, json.dumps(params)), **KNOWN)


EDGE_CASES = {
    "from nowhere": ('{"from": ["q", 0], "to": ["z", "self"]}', "[1].from[0]", "no node “q”",
                     "edge out"),
    "to nowhere": ('{"from": ["x", 0], "to": ["q", "self"]}', "[1].to[0]", "no node “q”",
                   "edge out"),
    "no such slot": ('{"from": ["x", 0], "to": ["z", "othr"]}', "[1].to[1]", "no slot “othr”",
                     "“other”?"),
    "slot filled": ('{"from": ["x", 1], "to": ["y", "self"]}', "[1]",
                    "filled already, by $.edges[0]", "one"),
    "output below 0": ('{"from": ["x", -1], "to": ["z", "self"]}', "[1].from[1]", "-1", "from 0"),
    "on itself": ('{"from": ["z", 0], "to": ["z", "self"]}', "[1]", "z → z",
                  "one of its edges out"),
    "a circle": ('{"from": ["y", 0], "to": ["z", "self"]}, '
                 '{"from": ["z", 0], "to": ["y", "other"]}',
                 "[2]", "y → z → y", "one of its edges out"),
}  # fmt: skip


@pytest.mark.parametrize("case", EDGE_CASES.values(), ids=EDGE_CASES)
def test_an_edge_that_cannot_be_is_named(case):
    edges, where, what, remedy = case
    finding = the_finding(EDGES % edges)
    assert (finding.where, finding.line) == (f"$.edges{where}", 6)
    assert what in finding.what
    assert remedy in finding.remedy


def test_an_edge_and_a_number_in_one_slot_are_told_apart_for_the_person_to_choose():
    edge = '{"from": ["x", 0], "to": ["n", "other"]}'
    text = NODES[:-1] % ("add", '{"other": 2}') + f', "edges": [{edge}]}}'
    finding = the_finding(text)
    assert finding.where == "$.edges[0]"
    assert "both an edge and a number" in finding.what
    assert "out of the node's params" in finding.remedy


def test_every_circle_is_named_and_a_long_one_shortened():
    count = 12
    nodes = [{"id": f"n{k}", "op": "mystery", "name": f"n{k}"} for k in range(2 * count)]
    edges = [
        {"from": [f"n{base + k}", 0], "to": [f"n{base + (k + 1) % count}", "in"]}
        for base in (0, count)
        for k in range(count)
    ]
    found = findings_of(json.dumps({"chainrule": 1, "nodes": nodes, "edges": edges}))
    assert sorted(f.where for f in found) == ["$.edges[11]", "$.edges[23]"]
    assert "n0 → n1 → n2 → n3 → n4 → n5 → … (5 more) → n11 → n0" in found[0].what + found[1].what


def region(region_id, members, kind="group", **look):
    return json.dumps({"id": region_id, "kind": kind, "members": members, **look})


REGION_CASES = {
    "kind": ([region("g", [], "no_gard")], "[0].kind", "no_gard", "Did you mean “no_grad”?"),
    "member": ([region("g", ["x", "q"])], "[0].members[1]", "no node “q”", "region out"),
    "member twice": ([region("g", ["x", "x"])], "[0].members[1]", "twice", "once"),
    "overlap": ([region("g", ["x", "y"]), region("h", ["y", "z"])], "[1].members", "overlap",
                "apart"),
    "id of a node": ([region("x", [])], "[0].id", "taken already, by $.nodes[0]", "of its own"),
    "folded mode": ([region("g", ["x"], "no_grad", folded=True)], "[0].folded", "this is a no_grad",
                    "out"),
    "folded in words": ([region("g", ["x"], folded="yes")], "[0].folded", "text", "true or false"),
    "colour": ([region("g", ["x"], color="gradiant")], "[0].color", "“gradiant”", "“gradient”"),
    "colour of no theme": ([region("g", [], color="#ff0000")], "[0].color", "#ff0000", "cut, "),
    "colour as number": ([region("g", ["x"], color=3)], "[0].color", "number 3", "text"),
    "empty id": ([region("", [])], "[0].id", "empty", "of its own"),
}  # fmt: skip


@pytest.mark.parametrize("case", REGION_CASES.values(), ids=REGION_CASES)
def test_a_region_that_cannot_be_is_named(case):
    regions, where, what, remedy = case
    finding = the_finding(REGIONS % ",\n".join(regions))
    assert (finding.where, finding.line) == (f"$.regions{where}", 4 + len(regions))
    assert what in finding.what
    assert remedy in finding.remedy


def test_regions_may_nest_repeat_and_lie_apart():
    nested = [
        region("g", ["x"]),
        region("h", ["x", "y"]),
        region("i", ["y", "x"]),
        region("j", ["z"]),
    ]
    assert len(from_text(REGIONS % ",\n".join(nested), **KNOWN).graph.regions) == 4


OTHERS = {
    "unknown action": (swapped('"forward"', '"forwrd"'), "$.program[0].do", "forwrd", "“forward”?"),
    "action on nothing": (swapped('"on": "n1"', '"on": "q"'), "$.program[1].on", "“q”",
                          "action out"),
    "grad of nothing": (swapped('"x.grad"', '"q.grad"'), "$.program[2].on", "“q.grad”",
                        "name a node"),
    "place of nothing": (swapped('"x": [40', '"q": [40'), "$.places.q", "“q”", "place out"),
    "odd place key": (swapped('"x": [40', '"a b": [40'), '$.places["a b"]', "“a b”", "place out"),
    "label too long": (swapped('"name": "x"', f'"name": "{"x" * 257}"'),
                       "$.nodes[0].name", "257 characters, 256", "Shorten"),
    "control character": (swapped('"name": "x"', r'"name": "x\u0007"'),
                          "$.nodes[0].name", "U+0007", "plain text"),
    "line break in a name": (swapped('"name": "x"', r'"name": "x\n"'),
                             "$.nodes[0].name", "U+000A", "one line"),
}  # fmt: skip


@pytest.mark.parametrize("case", OTHERS.values(), ids=OTHERS)
def test_actions_places_and_names_are_checked_too(case):
    text, where, what, remedy = case
    finding = the_finding(text)
    assert finding.where == where
    assert what in finding.what
    assert remedy in finding.remedy


def test_an_id_used_twice_is_named():
    twice = NODES.replace('"id": "n"', '"id": "x"') % ("add", "{}")
    finding = the_finding(twice)
    assert (finding.where, finding.line) == ("$.nodes[1].id", 3)
    assert "taken already, by $.nodes[0]" in finding.what
