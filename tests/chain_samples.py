"""A small catalogue of ops and some Documents, so that file tests do not hang on the engine's."""

import pytest
from hypothesis import strategies as st

from engine.graph import REGION_KINDS, Action, Edge, Graph, Node, Region
from engine.registry import Field, Op, Slot
from gui.model import limits
from gui.model.document import Document
from gui.model.findings import Unreadable
from gui.model.reading import from_text
from gui.model.regions import REGION_COLORS


def _op(name, *parts):
    slots = tuple(part for part in parts if isinstance(part, Slot))
    fields = tuple(part for part in parts if isinstance(part, Field))
    return Op(name, print, "Test", "", "", slots, fields)


_CATALOGUE = [
    _op(
        "tensor",
        Field("data", "Any"),
        Field("dtype", "dtypes.dtype | None"),
        Field("requires_grad", "bool"),
    ),
    _op("add", Slot("self", True), Slot("other", True), Field("alpha", "float", 1.0)),
    _op("pow", Slot("self"), Slot("exponent", takes_number=True)),
    _op(
        "sum",
        Slot("self"),
        Field("dim", "int | None"),
        Field("keepdim", "bool"),
        Field("note", "str"),
    ),
    _op("view", Slot("self"), Field("shape", "int | tuple[int, ...] | None")),
    _op("stack", Slot("tensors", variadic=True), Field("dim", "int", 0)),
]
OPS = {op.name: op for op in _CATALOGUE}
ACTIONS = ("forward", "backward", "zero_")
KNOWN = {"ops": OPS, "actions": (*ACTIONS, "repeat")}

SQUARE = """\
{"chainrule": 1, "min_reader": 1,
 "nodes": [
  {"id": "x", "op": "tensor", "name": "x", "params": {"data": 2.0, "dtype": "float32", \
"requires_grad": true}},
  {"id": "n1", "op": "pow", "name": "y", "params": {"exponent": 2}}],
 "edges": [
  {"from": ["x", 0], "to": ["n1", "self"]}],
 "regions": [],
 "program": [
  {"do": "forward"},
  {"do": "backward", "on": "n1"},
  {"do": "zero_", "on": "x.grad"}],
 "places": {
  "n1": [260, 80],
  "x": [40, 80]}}
"""

RICH = """\
{"chainrule": 1, "min_reader": 1,
 "nodes": [
  {"id": "x", "op": "tensor", "name": "x̂", "params": {"data": [[1, "nan"], [-0.0, "-inf"]]}},
  {"id": "a", "op": "add", "name": "a", "params": {"other": 0.1, "alpha": "inf"}},
  {"id": "m", "op": "mystery", "name": "m", "params": {"deep": {"b": [null, "inf"], "a": 1e-07}}},
  {"id": "s", "op": "stack", "name": "s", "params": {"dim": -1}}],
 "edges": [
  {"from": ["x", 0], "to": ["a", "self"]},
  {"from": ["a", 0], "to": ["m", "anything"]},
  {"from": ["m", 1], "to": ["s", "tensors.2"]},
  {"from": ["x", 0], "to": ["s", "tensors.10"]}],
 "regions": [
  {"id": "r", "kind": "no_grad", "title": "", "members": ["a", "m"]},
  {"id": "note", "kind": "note", "title": "two\\nlines\\u2028three", "members": []}],
 "program": [
  {"do": "forward"},
  {"do": "backward", "on": "s", "gradient": ["inf", 1], "retain_graph": true, \
"expect_error": true}],
 "places": {
  "note": [0.5, -3],
  "x": [-1000000000, 0]}}
"""


def findings_of(text, **known):
    with pytest.raises(Unreadable) as caught:
        from_text(text, **{**KNOWN, **known})
    return caught.value.findings


def the_finding(text, **known):
    (finding,) = findings_of(text, **known)
    return finding


def swapped(old, new, text=SQUARE):
    assert text.count(old) == 1
    return text.replace(old, new)


_texts = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=8)
_numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
_json = st.recursive(
    st.none() | st.booleans() | _numbers | _texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_texts, inner, max_size=3),
    max_leaves=6,
)
_data = st.floats(allow_nan=False) | st.lists(_numbers) | st.just([[True, 2], [-0.0, 5e-324]])
_params = {
    "tensor": st.fixed_dictionaries({"data": _data}, optional={"requires_grad": st.booleans()}),
    "add": st.fixed_dictionaries({"alpha": st.floats(allow_nan=False)}),
    "pow": st.fixed_dictionaries({"exponent": _numbers}),
    "sum": st.fixed_dictionaries({}, optional={"dim": st.none() | st.integers(-4, 4)}),
    "stack": st.just({}),
    "mystery": st.dictionaries(_texts, _json, max_size=3),
}
_slots = {
    "tensor": [],
    "add": ["self", "other"],
    "pow": ["self"],
    "sum": ["self"],
    "stack": ["tensors.0", "tensors.1", "tensors.10"],
    "mystery": ["self", "ß 2"],
}


@st.composite
def documents(draw):
    """Documents with odd numbers and names, every kind of part, always in statement order."""
    ids = draw(st.lists(_texts.filter(bool), unique=True, max_size=6))
    nodes = [draw(_node(node_id)) for node_id in ids]
    edges = [
        Edge(draw(st.sampled_from(ids[:k])), draw(st.integers(0, 2)), node.id, slot)
        for k, node in enumerate(nodes)
        for slot in _slots[node.op]
        if k and draw(st.booleans())
    ]
    cuts = draw(st.lists(st.integers(0, len(ids)), max_size=3))
    regions = [draw(_region(f"{''.join(ids)}{k}", tuple(ids[:cut]))) for k, cut in enumerate(cuts)]
    places = draw(st.dictionaries(st.sampled_from(ids), _places)) if ids else {}
    program = tuple(draw(st.lists(_actions(ids), max_size=3)))
    return Document(Graph.of(nodes, edges, regions), program, places)


@st.composite
def _region(draw, region_id, members):
    kind = draw(st.sampled_from(REGION_KINDS))
    folded = kind == "group" and draw(st.booleans())
    color = draw(st.sampled_from(["", *REGION_COLORS]))
    return Region(region_id, kind, draw(_texts), members, folded, color)


_places = st.tuples(*[st.floats(-limits.FAR, limits.FAR)] * 2)


@st.composite
def _node(draw, node_id):
    op = draw(st.sampled_from(sorted(_params)))
    return Node(node_id, op, draw(_texts), draw(_params[op]))


def _actions(ids):
    on = st.none() | st.sampled_from([*ids, *(f"{i}.grad" for i in ids)]) if ids else st.none()
    plain = st.dictionaries(st.sampled_from(["retain_graph", "gradients"]), _json)
    reached = st.fixed_dictionaries({"inputs": st.lists(st.sampled_from(ids))}) if ids else plain
    lines = st.builds(Action, st.sampled_from(ACTIONS), on, plain | reached, st.booleans())
    times = st.fixed_dictionaries({"times": st.integers(1, 9)})
    body = st.lists(lines, max_size=2).map(tuple)
    repeats = st.builds(Action, st.just("repeat"), st.none(), times, st.booleans(), body)
    outer = st.builds(
        Action, st.just("repeat"), st.none(), times, st.booleans(), repeats.map(_alone)
    )
    return lines | repeats | outer


def _alone(action):
    return (action,)
