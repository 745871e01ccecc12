"""Numbers, equations and sentences as people read them."""

import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine import errors
from engine.events import Arrival, Failed, Flow, Part, Stored, Visit
from engine.graph import Action, Graph
from gui.model import captions as told_by
from gui.model import words
from tests.runs import FORWARD, backward, binary, events, film, leaf, op, run, square, wire


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.5, "0.5"), (-3, "-3"), (6.493848, "6.494"), (9.9996, "10"), (0.99996, "1"),
        (99995.0, "99995"), (123456.0, "123456"), (999999.7, "1e6"), (1e6, "1e6"),
        (12345678.0, "1.235e7"), (1e-4, "0.0001"), (0.000099996, "0.0001"), (1e-5, "1e-5"),
        (1.23456e-9, "1.235e-9"), (-2.5e-7, "-2.5e-7"), (1e300, "1e300"), (5e-324, "4.941e-324"),
        (0.0, "0"), (-0.0, "-0"), (float("nan"), "nan"), (float("inf"), "inf"),
        (-float("inf"), "-inf"), (np.float32(0.1), "0.1"), (np.float32(1 / 3), "0.3333"),
        (np.float16(0.1), "0.09998"), (7, "7"), (10**20, str(10**20)), (np.int64(-2), "-2"),
        (np.uint8(255), "255"), (True, "True"), (np.bool_(False), "False"),
    ],
)  # fmt: skip
def test_a_number_has_four_significant_digits(value, text):
    assert words.number(value) == text


@given(st.floats(-1e308, 1e308), st.integers(1, 9))
def test_a_number_read_back_is_nearly_the_number(value, digits):
    read = float(words.number(value, digits))
    assert read == pytest.approx(value, rel=0.5000001 * 10 ** (1 - digits), abs=5e-324)


@given(st.floats(), st.integers(1, 9))
def test_a_number_has_no_idle_zeros(value, digits):
    mantissa = words.number(value, digits).partition("e")[0]
    assert not ("." in mantissa and mantissa.endswith(("0", ".")))


@pytest.mark.parametrize(
    ("array", "text"),
    [
        (None, "None"), (np.float32(2), "2"), (np.array(2.5), "2.5"), (np.array(True), "True"),
        (np.array([1.0, -0.25]), "[1, -0.25]"), (np.arange(5), "(5,)"), (np.zeros(0), "(0,)"),
        (np.array([1234.5, 0.12345, 3.0]), "(3,)"), (np.zeros((2, 3)), "(2, 3)"),
        (np.zeros((1, 1)), "(1, 1)"), (np.array([True, False]), "[True, False]"),
    ],
)  # fmt: skip
def test_a_value_in_few_characters_is_its_numbers_or_its_shape(array, text):
    assert words.short(array) == text


def reads_true(text):
    """Whether a reader who works out the left-hand side gets the right-hand side."""
    left, mark, right = re.split(" ([=≈]) ", text)
    worked = eval(re.sub(r"\d+(\.\d+)?(e-?\d+)?", r"float('\g<0>')", left.replace("·", "*")))
    return mark == "=" and words.number(worked) == right


@pytest.mark.parametrize(
    ("terms", "result", "sign", "text"),
    [
        ([3.0, 4.0], 7.0, "+", "3 + 4 = 7"),
        ([32.5, -0.0], 32.5, "+", "32.5 + (-0) = 32.5"),
        ([2.0, -3.0], -6.0, "·", "2 · (-3) = -6"),
        ([32.500377655, 0.0298221], 0.969230, "·", "32.5 · 0.029822 = 0.9692"),
        ([0.1, 0.2], 0.5, "+", "0.1 + 0.2 ≈ 0.5"),
        ([float("inf"), float("-inf")], float("nan"), "+", "inf + (-inf) = nan"),
        ([1e308, 1e308], float("inf"), "+", "1e308 + 1e308 = inf"),
        ([np.float32(1e30), np.float32(1e30)], np.float32("inf"), "·", "1e30 · 1e30 ≈ inf"),
        ([np.array([1.0, 2.0]), np.array([3.0, 4.0])], np.array([4.0, 6.0]), "+",
         "[1, 2] + [3, 4] = [4, 6]"),
        ([np.array([1 / 3]), np.array([1 / 3])], np.array([2 / 3]), "+",
         "[0.3333] + [0.3333] = [0.667]"),
        ([np.ones((2, 3)), np.ones((2, 3))], np.ones((2, 3)), "+", "(2, 3) + (2, 3) = (2, 3)"),
        ([np.array([1.0, 2.0]), np.array([1234.5, 0.25])], np.array([1235.5, 2.25]), "+",
         "[1, 2] + [1234.5, 0.25] = [1236, 2.25]"),
        ([np.array([1.0, 2.0]), np.array([1.0, 2.0])], np.array([2.0, 5.0]), "+",
         "[1, 2] + [1, 2] ≈ [2, 5]"),
    ],
)  # fmt: skip
def test_an_equation_is_right_as_it_stands_or_says_nearly(terms, result, sign, text):
    assert words.equation(terms, result, sign) == text


_singles = st.floats(-1e4, 1e4, width=32).map(np.float32)


@given(st.lists(_singles, min_size=2, max_size=4), st.sampled_from("+·"))
def test_an_equation_with_an_equals_sign_can_be_checked_by_hand(terms, sign):
    result = terms[0]
    for term in terms[1:]:
        result = result + term if sign == "+" else result * term
    text = words.equation(terms, result, sign)
    assert " ≈ " in text or reads_true(text)


# ---- sentences -----------------------------------------------------------------------------------


def captions(graph, *program):
    shown = film(graph, *program)
    return [shown.frame(k).caption for k in range(len(shown))]


def test_a_leaf_and_a_statement_say_what_becomes_of_their_gradient():
    nodes = [leaf("x"), leaf("c", grad=False), op("d", "detach"), op("s", "sign"), op("f", "neg")]
    edges = [wire("x", "d"), wire("x", "s"), wire("c", "f")]
    assert captions(Graph.of(nodes, edges), FORWARD) == [
        "x = 2: a leaf (given, not computed); it requires grad.",
        "c = 2: a leaf (given, not computed); it does not require grad.",
        "d = x.detach() gives 2, which does not require grad: "
        "detach() cut it off from its history.",
        "s = torch.sign(x) gives 1; SignBackward0 remembers how.",
        "f = -c gives -2, which does not require grad: none of its inputs does.",
    ]


def test_a_fan_out_says_how_often_and_what_came():
    made, edges = binary("y", "mul", "x", "x")
    told = captions(Graph.of([leaf("x", 3.0), made], edges), FORWARD, backward("y"))
    assert told[3:] == [
        "MulBackward0 of y sends 1 · 3 = 3 through the left x, term 1 of 2 of ∂y/∂x: "
        "what arrived times the local derivative x.",
        "MulBackward0 of y sends 1 · 3 = 3 through the right x, term 2 of 2 of ∂y/∂x: "
        "what arrived times the local derivative x.",
        "x was used twice: a change of it reaches the result both ways, which add: "
        "∂y/∂x = 3 + 3 = 6.",
        "x.grad None → 6: ∂y/∂x is stored in x.grad.",
    ]


def test_broadcasting_is_told_where_it_is_undone():
    made, edges = binary("y", "add", "x", "b")
    graph = Graph.of(
        [leaf("x", [1.0, 2.0]), leaf("b", 1.0), made, op("s", "sum")], [*edges, wire("y", "s")]
    )
    assert (
        "AddBackward0 of y sends ∂s/∂b = 2 to b: [1, 1], summed (2,) → (), as it was broadcast."
        in captions(graph, FORWARD, backward("s"))
    )


def test_the_two_pluses_are_told_apart():
    told = captions(square(), FORWARD, backward("y"), FORWARD, backward("y"))
    assert told[-1] == (
        "x.grad 4 → 8: backward() adds to x.grad: 4 + 4 = 8 (not zeroed since the last call)."
    )
    zeroed = captions(square(), FORWARD, backward("y"), Action("zero_", "x.grad"), FORWARD,
                      backward("y"))  # fmt: skip
    assert zeroed[-1] == "x.grad 0 → 4: ∂y/∂x is added to the zeros that were there."


def test_every_action_is_told_with_its_line():
    told = captions(
        square(), FORWARD, Action("retain_grad", "y"), backward("y"),
        Action("set", "x", {"value": 3.0}), Action("requires_grad_", "x", {"value": False}),
        Action("requires_grad_", "x"), Action("set", "x.grad", {"value": None}),
        Action("zero_", "x.grad"),
    )  # fmt: skip
    assert told[2] == "y.retain_grad(): y.grad will be kept after backward."
    assert told[4] == "y is not a leaf but retains its grad: y.grad None → 1."
    assert told[7:] == [
        "x.data = torch.full_like(x, 3.0): x 2 → 3.",
        "x.requires_grad_(False): x does not require grad from now on.",
        "x.requires_grad_(): x requires grad from now on.",
        "x.grad = None: x.grad 4 → None again; x itself stays.",
        "AttributeError at x: 'NoneType' object has no attribute 'zero_'. "
        "No backward has filled this .grad yet.",
    ]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 0.0])
def test_no_local_factor_is_made_up(value):
    flow = Flow(0, 0, 1, "y", "self", "x", "F", "G", np.float64(value), 0, np.float64(3), 1, 1,
                False, Part.RESULT)  # fmt: skip
    assert words.local_factor(flow) is None
    graph = square()
    assert told_by.caption(flow, graph, (backward("y"),)) == "F of y sends ∂y/∂x = 3 to x."


def test_a_gradient_that_is_not_there_has_no_factor():
    flow = Flow(0, 0, 1, "y", "self", "x", "F", "G", None, 0, np.float64(3), 1, 1, False,
                Part.RESULT)  # fmt: skip
    assert words.local_factor(flow) is None


def test_infinities_of_both_signs_are_told_and_not_tripped_over():
    plus, minus = np.float32("inf"), np.float32("-inf")
    terms = (Arrival("y", "self", plus), Arrival("y", "other", minus))
    visit = Visit(0, 0, 1, "x", "F", plus + minus, terms, Part.RESULT)
    stored = Stored(0, 0, 1, "x", plus, minus, plus + minus, ())
    assert told_by.caption(visit, square(), (backward("y"),)).endswith("inf + (-inf) = nan.")
    assert "inf + (-inf) = nan" in told_by.caption(stored, square(), (backward("y"),))


# ---- remedies ------------------------------------------------------------------------------------


def failing(graph, *program):
    return events(run(graph, *program).trace, Failed)[0]


def with_op(name, *leaves, **params):
    slots = ("self", "other") if name != "mm" else ("self", "mat2")
    edges = [wire(n.id, "y", slot) for n, slot in zip(leaves, slots, strict=False)]
    return Graph.of([*leaves, op("y", name, **params)], edges)


@pytest.mark.parametrize(
    ("graph", "program", "advice"),
    [
        (with_op("neg", leaf("x", grad=False)), (FORWARD, backward("y")), "Set requires_grad"),
        (square(), (FORWARD, backward("y"), backward("y")), "retain_graph=True"),
        (with_op("neg", leaf("x", [1.0, 2.0])), (FORWARD, backward("y")), "Reduce to one number"),
        (with_op("mul_", leaf("x"), other=2.0), (FORWARD,), "inside a no_grad region"),
        (Graph.of([op("y", "neg")]), (FORWARD,), "Drag a wire"),
        (with_op("add", leaf("x", [1.0, 2.0]), leaf("b", [1.0] * 3)), (FORWARD,), "counted from"),
        (with_op("mm", leaf("x", [[1.0]]), leaf("b", [[1.0]] * 3)), (FORWARD,), "The columns"),
        (square(), (FORWARD, Action("zero_", "x.grad")), "run backward first"),
        (square(), (backward("y"),), "Mend the error"),
    ],
)
def test_a_known_error_comes_with_a_remedy(graph, program, advice):
    assert advice in words.remedy(failing(graph, *program))


def test_what_was_changed_in_place_has_a_remedy():
    nodes = [leaf("x"), op("e", "exp"), op("m", "mul_", other=2.0), op("y", "neg")]
    graph = Graph.of(nodes, [wire("x", "e"), wire("e", "m"), wire("m", "y")])
    error = failing(graph, FORWARD, backward("y"))
    assert error.sentence.startswith("one of the variables needed for gradient computation")
    assert "clone()" in words.remedy(error)


def test_every_remedy_answers_something_the_engine_says():
    """A sentence that PyTorch has changed must not leave its remedy behind unnoticed."""
    assert any("backward through the graph a second time" in part for part, _ in words.REMEDIES)
    assert "backward through the graph a second time" in errors.FREED
    assert words.remedy(Failed(0, 0, "x", "E", "nobody knows", (), (), False)) == ""


def test_a_gradient_that_backward_starts_from_is_named():
    graph = Graph.of([leaf("x", 2.0), op("y", "pow", exponent=3)], [wire("x", "y")])
    told = film(graph, FORWARD, backward("y", create_graph=True), backward("x.grad"))
    captions = [told.frame(k).caption for k in range(len(told))]
    assert "Backward #2 starts at x.grad: ∂(x.grad)/∂(x.grad) = 1." in captions


@pytest.mark.parametrize(
    ("value", "text"),
    [(2.0, "2"), (np.array([1.0, 2.0]), "[1, 2] · (2,)"), (np.zeros((3, 4)), "(3, 4)")],
)
def test_a_wire_tells_the_shape_once(value, text):
    assert words.with_shape(value) == text
