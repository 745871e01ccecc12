"""The code pane's program, run as it stands, does what the Session did."""

import ast
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

import engine
from engine.actions import line
from engine.code.literals import literal
from engine.code.source import identifiers, lines, statement
from engine.graph import Action, Graph, Node, Region
from engine.registry import OPS, Field
from tests.engine.samples import CASES
from tests.runs import (
    FORWARD,
    LESSONS,
    backward,
    binary,
    bits,
    leaf,
    lesson,
    op,
    run,
    runs,
    square,
    wire,
)


def text(graph, *program):
    return "\n".join(line.text for line in lines(graph, program))


def executed(source):
    """What the program leaves behind, with the engine in PyTorch's place."""
    code = source.replace("import torch.nn.functional as F\n", "").replace("import torch\n", "")
    names = {"torch": engine, "F": engine.nn.functional, "print": lambda *told: None}
    engine.manual_seed(67280421310721)
    exec(compile(code, "the program", "exec"), names)
    return names


def tensors_of(case):
    arrays = case.arrays("float64").items()
    return {slot: engine.tensor(x) if isinstance(x, np.ndarray) else x for slot, x in arrays}


def check_same(graph, program):
    """Values and gradients of the program as text equal the Session's, to the last bit."""
    source = text(graph, *program)
    ast.parse(source)
    session = run(graph, *program)
    names = executed(source)
    for node, name in identifiers(graph).items():
        ours, theirs = session.tensor(node), names[name]
        theirs = theirs[0] if isinstance(theirs, tuple) else theirs
        assert bits(ours._data) == bits(theirs._data)
        grads = [None if t._grad is None else bits(t._grad._data) for t in (ours, theirs)]
        assert grads[0] == grads[1]


@pytest.mark.filterwarnings("ignore:Using backward.. with create_graph=True:UserWarning")
@pytest.mark.parametrize("name", LESSONS)
def test_a_lesson_as_text_gives_the_same_numbers(name):
    document = lesson(name)
    check_same(document.graph, document.program)


@settings(max_examples=60, deadline=None)
@given(runs())
def test_random_scalar_programs_as_text_give_the_same_numbers(found):
    check_same(*found)


@settings(max_examples=60, deadline=None)
@given(runs(shapes=True))
def test_random_vector_programs_as_text_give_the_same_numbers(found):
    check_same(*found)


def test_a_lesson_reads_as_a_person_would_write_it():
    document = lesson("accumulation")
    assert text(document.graph, *document.program).splitlines() == [
        "import torch",
        "",
        "x = torch.tensor(2.0, requires_grad=True)",
        "y = x ** 2",
        "y.backward()",
        "y = x ** 2",
        "y.backward()",
        "x.grad.zero_()",
    ]


def test_blocks_are_drawn_around_what_lies_in_a_region():
    nodes = [leaf("x"), *(op(name, "neg") for name in "abcd")]
    edges = [wire("x", name) for name in "abcd"]
    regions = [
        Region("outer", "no_grad", "", ("a", "b", "c")), Region("in", "enable_grad", "", ("c",)),
    ]  # fmt: skip
    graph = Graph.of(nodes, edges, regions)
    assert text(graph, FORWARD).splitlines()[3:] == [
        "with torch.no_grad():", "    a = -x", "    b = -x",
        "with torch.enable_grad():", "    c = -x",
        "d = -x",
    ]  # fmt: skip
    check_same(graph, (FORWARD,))


def test_each_line_knows_what_it_belongs_to():
    found = lines(square(), (FORWARD, backward("y", expect_error=True)))
    assert [(line.node, line.action) for line in found[2:]] == [
        ("x", 0), ("y", 0), (None, 1), (None, 1), (None, 1), (None, 1),
    ]  # fmt: skip


def test_an_expected_error_is_a_try_that_takes_no_names_away():
    graph = Graph.of([leaf("x", grad=False), op("error", "neg")], [wire("x", "error")])
    program = (FORWARD, backward("error", expect_error=True), Action("zero_", "x.grad", {}, True))
    assert "except Exception as error_:" in text(graph, *program)
    check_same(graph, program)


def test_a_try_around_nothing_is_still_a_program():
    forward = Action("forward", expect_error=True)
    for graph in (Graph.of([leaf("x")]), Graph.of([op("m", "mystery")])):
        ast.parse(text(graph, forward, Action("dance", "x", {}, True)))


def test_a_block_around_an_unknown_op_is_still_a_program():
    graph = Graph.of([op("m", "mystery")], [], [Region("r", "no_grad", "", ("m",))])
    ast.parse(text(graph, FORWARD))
    assert "# m: the op “mystery” is not known to this version" in text(graph, FORWARD)


# ---- every op ------------------------------------------------------------------------------------

_FIELDS = {
    "dtype": "float64",
    "requires_grad": True,
    "data": [1.0, -2.0],
    "shape": [1, -1],
    "key": "{0}, {1}, 2",
    "function": "Tensor.lerp_",
    "args": "{0}, {1}, 0.5",
}
_CODE = ("key", "function", "args")
"""Fields that are written as they are."""


def _other_value(field):
    if field.name in _FIELDS:
        return _FIELDS[field.name]
    for kind, value in (("bool", True), ("tuple", [1, -2]), ("int", -3), ("float", -0.5)):
        if kind in field.kind:
            return value
    return "sum"


def wired(name, *, all_fields):
    declared = OPS[name]
    edges = [
        wire("x", "y", f"{s.name}.{k}" if s.variadic else s.name)
        for s in declared.slots
        for k in range(2 if s.variadic else 1)
    ]
    params = {k: v for k, v in declared.defaults.items() if declared.slot(k) is None}
    if all_fields:
        params |= {f.name: _other_value(f) for f in declared.fields}
    return Graph.of([leaf("x"), Node("y", name, "y", params)], edges)


@pytest.mark.parametrize("name", sorted(OPS))
def test_every_op_can_be_spelled_with_everything_that_is_set(name):
    for all_fields in (False, True):
        graph = wired(name, all_fields=all_fields)
        tree = ast.parse(statement(graph, "y"))
        told = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name)}
        assert "unconnected" not in told
        if all_fields:
            spelled = statement(graph, "y")
            for field in OPS[name].fields:
                value = graph.nodes["y"].params[field.name]
                if (
                    field.name not in ("seed", "requires_grad", "dtype", *_CODE)
                    and value != field.default
                ):
                    assert literal(value) in spelled
    ast.parse(statement(Graph.of([op("y", name, **OPS[name].defaults)]), "y"))


def test_what_the_template_has_no_place_for_is_not_dropped(monkeypatch):
    made, edges = binary("y", "add", "x", "x")
    weighted = Graph.of([leaf("x"), Node("y", "add", "y", {"alpha": 2.0})], edges)
    monkeypatch.setitem(OPS, "add", replace(OPS["add"], fields=(Field("alpha", "float", 1.0),)))
    assert statement(weighted, "y") == "y = torch.add(x, x, alpha=2.0)"
    assert statement(Graph.of([leaf("x"), made], edges), "y") == "y = x + x"


def test_what_the_call_leaves_out_is_put_at_its_end():
    nodes = [leaf("x", [1.0]), op("c", "clone"), Node("y", "add_", "y", {"alpha": 2.0})]
    graph = Graph.of(nodes, [wire("x", "c"), wire("c", "y"), wire("x", "y", "other")])
    assert statement(graph, "y") == "y = c.add_(x, alpha=2.0)"
    check_same(graph, (FORWARD, backward("y")))


def test_a_dtype_belongs_to_torch():
    graph = Graph.of([leaf("x", [1.0, 2.0]), op("y", "sum", dtype="float64")], [wire("x", "y")])
    assert statement(graph, "y") == "y = torch.sum(x, dtype=torch.float64)"
    check_same(graph, (FORWARD,))


def test_a_slot_behind_one_that_is_left_out_is_named():
    graph = Graph.of([leaf("x"), op("y", "clamp", max=1.0)], [wire("x", "y")])
    assert statement(graph, "y") == "y = torch.clamp(x, max=1.0)"
    check_same(graph, (FORWARD,))


def test_an_input_that_is_not_connected_stands_out():
    assert statement(Graph.of([op("y", "pow", exponent=2)]), "y") == "y = unconnected ** 2"


def test_a_leaf_keeps_its_size_even_where_it_is_the_default():
    graph = Graph.of([Node("x", "zeros", "x"), Node("r", "rand", "r", {"seed": None})])
    assert text(graph, FORWARD).splitlines()[2:] == ["x = torch.zeros(())", "r = torch.rand(())"]


def test_random_leaves_are_seeded_as_in_the_session():
    leaves = [
        Node("a", "rand", "a", {"size": [3], "seed": 7}),
        Node("b", "randn", "b", {"size": [2, 2]}),
        Node("c", "randn", "c", {"size": [20], "seed": 3}),
    ]
    check_same(Graph.of(leaves), (FORWARD,))


# ---- several outputs -----------------------------------------------------------------------------


SEVERAL = [case for case in CASES if isinstance(case.run(tensors_of(case)), tuple)]


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_an_op_says_whether_it_gives_several(case):
    several = case.op.several
    told = several if isinstance(several, bool) else several in case.fields
    assert told == isinstance(case.run(tensors_of(case)), tuple)


@pytest.mark.parametrize("case", SEVERAL, ids=repr)
def test_the_first_of_several_outputs_is_what_is_used(case):
    ((slot, values),) = case.arrays("float64").items()
    nodes = [leaf("x", values.tolist()), op("s", case.op.name, **case.fields), op("y", "sum")]
    graph = Graph.of(nodes, [wire("x", "s", slot), wire("s", "y")])
    retained = Action("retain_grad", "s")
    check_same(graph, (FORWARD, retained, backward("y"), Action("zero_", "s.grad")))
    assert "y = torch.sum(s[0])" in text(graph, FORWARD)
    assert "s[0].retain_grad()" in text(graph, FORWARD, retained)


def test_the_name_of_a_handle_is_its_own():
    graph = Graph.of([leaf("x", [1.0]), op("y", "sum")], [wire("x", "y")])
    for handle in ("x", "torch", "class"):
        args = {"kind": "scale", "handle": handle}
        hook, gone = Action("register_hook", "x", args), Action("remove_hook", "x", args)
        check_same(graph, (FORWARD, hook, backward("y"), gone, FORWARD, backward("y")))


def test_what_an_optimizer_is_called_is_not_taken_by_several_outputs():
    graph = Graph.of([leaf("x", [1.0]), op("s", "sort")], [wire("x", "s")])
    made = Action("optimizer", "s", {"kind": "SGD", "params": ["x"]})
    check_same(graph, (made, FORWARD, Action("zero_grad", "s")))


# ---- literals and names --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        ([1, -2.5, [3]], "[1, -2.5, [3]]"), ((1,), "(1,)"), ((1, -2), "(1, -2)"), ((), "()"),
        (float("nan"), "float('nan')"), ([float("-inf")], "[float('-inf')]"), (True, "True"),
        ("(mean)", "'(mean)'"), (None, "None"), (1e-8, "1e-08"), (-0.0, "-0.0"),
    ],
)  # fmt: skip
def test_a_literal_means_what_it_stands_for(value, spelled):
    assert literal(value) == spelled
    assert literal(eval(spelled)) == spelled


def test_a_negative_number_in_a_formula_binds_as_it_should():
    graph = Graph.of([leaf("x", 2.0), op("y", "pow", self=-3.0)], [wire("x", "y", "exponent")])
    assert statement(graph, "y") == "y = (-3.0) ** x"
    check_same(graph, (FORWARD,))


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["x", "x"], ["x", "x_"]),
        (["x"] * 4, ["x", "x_", "x_3", "x_4"]),
        (["class", "None", "torch", "F"], ["_class", "_None", "torch_", "F_"]),
        (["", "1st", "a b", "a-b"], ["_", "_1st", "a_b", "a_b_"]),
        (["x₁", "x²", "ŷ", "σ", "ﬁ", "fi"], ["x1", "x2", "ŷ", "σ", "fi", "fi_"]),
        (["print", "float", "Exception"], ["print_", "float_", "Exception_"]),
    ],
)
def test_a_name_becomes_one_that_python_takes(names, found):
    graph = Graph.of([Node(f"n{k}", "tensor", name, {"data": 1.0}) for k, name in enumerate(names)])
    assert list(identifiers(graph).values()) == found
    check_same(graph, (FORWARD,))


@pytest.mark.parametrize(
    ("action", "spelled"),
    [
        (backward("n"), "y.backward()"),
        (
            backward("n", gradient=[1.0, float("nan")], retain_graph=True),
            "y.backward(torch.tensor([1.0, float('nan')]), retain_graph=True)",
        ),
        (Action("zero_", "n.grad"), "y.grad.zero_()"),
        (Action("set", "n.grad", {"value": None}), "y.grad = None"),
        (Action("set", "n.grad", {"value": 2}), "y.grad = torch.full_like(y, 2)"),
        (Action("set", "n", {"value": [1, 2]}), "y.data = torch.tensor([1, 2], dtype=y.dtype)"),
        (Action("requires_grad_", "n"), "y.requires_grad_()"),
        (Action("retain_grad", "n"), "y.retain_grad()"),
        (Action("dance", "n"), "# dance(n) is not known to this version"),
        (Action("backward", "a.b"), "a.b.backward()"),
    ],
)
def test_an_action_is_one_line(action, spelled):
    assert line(action, {"n": "y"}) == spelled


def test_setting_a_value_as_text_does_what_the_session_does():
    graph = Graph.of([leaf("x", [1.0, 2.0]), op("y", "sum")], [wire("x", "y")])
    for value in (3, [4, 5], float("nan")):
        action = Action("set", "x", {"value": value})
        check_same(graph, (FORWARD, backward("y"), action, FORWARD, backward("y")))
    seed = (FORWARD, Action("set", "x.grad", {"value": 7}), backward("y"))
    check_same(graph, seed)
    assert np.array_equal(run(graph, *seed).tensor("x").grad.tolist(), [8, 8])
