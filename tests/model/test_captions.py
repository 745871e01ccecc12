"""What captions claim: the local derivative of every op, sums, the order, causes."""

import re

import numpy as np
import pytest

from engine.events import Flow
from engine.graph import Action, Graph
from gui.model import sending, words
from tests.engine.samples import CASES
from tests.explain_kit import film_of_case, worked_out
from tests.runs import FORWARD, backward, binary, film, film_of, leaf, lesson, op, square, wire


def told(graph, *program):
    shown = film(graph, *program)
    return [shown.frame(k).caption for k in range(len(shown))]


def of_lesson(name):
    shown = film_of(lesson(name))
    return [shown.frame(k).caption for k in range(len(shown))]


# ---- the local derivative --------------------------------------------------------------------


def values_at(shown, step, index, shape):
    """The numbers of all nodes at one place of what is sent; None where shapes do not meet."""
    found = {}
    for node in shown.graph.nodes:
        value = shown.node(node, step).value
        try:
            found[node] = float(np.broadcast_to(value, shape)[index])
        except (ValueError, TypeError):
            found[node] = None
    return found


def claimed(text, values):
    """What a reader gets for a derivative in names."""
    for name in {*re.findall(r"(?<![\w.])([a-dy]1?)(?!\w|\^?\()", text)}:
        if values.get(name) is None:
            return None
    spelled = re.sub(r"(?<![\w.])([a-dy]1?)(?![\w(])", lambda m: f"({values[m[1]]!r})", text)
    return worked_out(spelled)


TOLD = re.compile(
    r"(?:\(local derivative (.*?)\)|times the local derivative (.*?))\.(?: Nothing goes|$)"
)


def worked_out_by_hand(case):
    """(shown factor, its number times what arrived, what was sent) wherever that can be done."""
    shown = film_of_case(case)
    for step, event in enumerate(shown.majors):
        if not isinstance(event, Flow) or event.source != "y" or event.upstream is None:
            continue
        made, shape = TOLD.search(shown.frame(step).caption), np.shape(event.raw)
        if made is None or shape != np.shape(event.upstream):
            continue
        factor = made[1] or made[2]
        for index in np.ndindex(shape):
            given = np.asarray(event.raw)[index]
            number = claimed(factor, values_at(shown, step, index, shape))
            if number is not None and np.isfinite(given):
                yield factor, number * np.asarray(event.upstream)[index], given


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_local_derivative_in_names_is_what_was_multiplied_by(case):
    for factor, product, given in worked_out_by_hand(case):
        assert product == pytest.approx(given, rel=1e-3, abs=1e-6), factor


def test_many_local_derivatives_can_be_worked_out():
    assert sum(any(True for _ in worked_out_by_hand(case)) for case in CASES) > 100


def test_a_rule_that_is_no_product_is_told_in_names():
    captions_ = of_lesson("attention")
    (mine,) = [c for c in captions_ if "MmBackward0 of out sends ∂loss/∂v " in c]
    assert mine.endswith(" to v: weightsᵀ g, g is what arrived.")


def test_a_composite_is_told_with_what_happens_inside():
    (found,) = [c for c in of_lesson("cross_entropy") if c.startswith("Inside")]
    assert found.startswith("Inside fused: NllLossBackward0 sends [[-0.5, 0, 0], [0, 0, -0.5]]. ")
    assert "LogSoftmaxBackward0 of fused sends ∂fused/∂logits = " in found


def test_a_double_backward_tells_how_its_number_came_about():
    found = of_lesson("double_backward")[7]
    assert found.startswith("Inside the derivative of y: CopyBackwards sends 1, MulBackward0 ")
    assert (
        "MulBackward0 sends 1 · 3 = 3. PowBackward0 of y sends ∂(x.grad)/∂x = 3 · 6 = 18" in found
    )


# ---- values ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "None"), (np.float32(2), "2"), (np.array([[-2 / 3], [0], [2 / 3]]),
         "[[-0.667], [0], [0.667]]"), (np.arange(12).reshape(4, 3),
         "[[0, 1, 2], [3, 4, 5], [6, 7, 8], [9, 10, 11]]"), (np.zeros((0, 3)), "a 0 × 3 tensor"),
        (np.arange(13.0), "a tensor of 13 numbers (0 … 12)"),
        (np.linspace(-1, 1, 20).reshape(4, 5), "a 4 × 5 tensor (-1 … 1)"),
        (np.ones((4, 5), bool), "a 4 × 5 tensor"), (np.array([True, False]), "[True, False]"),
    ],
)  # fmt: skip
def test_a_small_tensor_is_told_in_full_and_a_large_one_by_its_shape(value, text):
    assert words.told(value) == text


def test_an_operand_gets_the_digits_that_make_the_result_right():
    assert "z = torch.sin(y) gives -0.6855 (y = 39386.90234)" in of_lesson("sine")[2]
    made, edges = binary("y", "mul", "a", "b")
    assert told(Graph.of([leaf("a", 3.0), leaf("b", 4.0), made], edges), FORWARD)[2] == (
        "y = a * b gives 12; MulBackward0 remembers how."
    )


def test_the_sum_of_what_was_broadcast_can_be_added_up():
    for text in of_lesson("batch_norm"):
        found = re.search(r"= (\S+) to \w+, the sum of \[(.*?)\]", text)
        if found is not None:
            assert words.number(sum(map(float, found[2].split(", ")))) == found[1]


# ---- order, causes, memory ---------------------------------------------------------------------


def test_the_order_is_told_only_where_an_earlier_one_waits():
    found = [c.rpartition(". ")[2] for c in of_lesson("order") if "comes before" in c]
    assert found == [
        "f comes before e: of what is ready, backward takes what was made last.",
        "d comes before c: of what is ready, backward takes what was made last.",
    ]  # fmt: skip
    assert not any("comes before" in c for c in of_lesson("square"))


def test_what_is_overwritten_in_place_is_told_where_it_happens():
    found = [c for c in of_lesson("errors/saved_in_place") if "add_" in c]
    assert found[0].endswith("In place, so this is overwritten too: e = [2, 3.72] (version 1).")


def test_an_error_names_its_operation_and_its_cause():
    (failed,) = [c for c in of_lesson("errors/leaf_in_place") if "RuntimeError" in c]
    assert failed.startswith("new = w.sub_(step) fails: RuntimeError: a leaf Variable")
    assert failed.endswith(
        "w is a leaf that requires grad: only inside no_grad may it be overwritten."
    )
    (failed,) = [c for c in of_lesson("errors/view_no_grad") if "RuntimeError" in c]
    assert failed.endswith("is still computed here; in Python the program would stop.")


def test_an_expected_error_is_caught_by_the_program():
    shown = told(square(), FORWARD, backward("y"), backward("y", expect_error=True))
    assert " (the program catches it). The backward before freed what y had saved" in shown[-1]


def test_a_mask_is_no_whole_number():
    assert any("Nothing goes to future: a True/False mask" in c for c in of_lesson("attention"))
    assert any("target: whole numbers have no" in c for c in of_lesson("cross_entropy"))


def test_a_long_warning_is_cut_after_its_first_sentence_and_told_whole_beside():
    shown = film_of(lesson("double_backward"))
    frame = shown.frame(5)
    assert frame.caption.startswith("UserWarning: ")
    assert frame.caption.endswith("memory leak.")
    assert frame.asides[-1].startswith("We recommend using autograd.grad")


def test_captions_of_the_lessons_are_short_where_the_sentence_is_ours():
    for name in ("attention", "batch_norm", "order", "rnn", "fan_out", "perceptron", "sine"):
        for text in of_lesson(name):
            ours = re.split(r"Nothing goes to| \w+ comes before ", text)[0]
            assert len(ours) <= sending.LONGEST + 5, ours


def test_clearing_says_what_stays():
    graph = Graph.of([leaf("x"), op("y", "neg")], [wire("x", "y")])
    clear = Action("set", "x.grad", {"value": None})
    assert told(graph, FORWARD, backward("y"), clear)[-1] == (
        "x.grad = None: x.grad -1 → None again; x itself stays."
    )


def test_inputs_that_do_not_require_grad_are_the_cause():
    graph = Graph.of([leaf("c", grad=False), op("f", "neg")], [wire("c", "f")])
    assert told(graph, FORWARD)[1].endswith(": none of its inputs does.")
