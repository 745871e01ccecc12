"""Each answer on a graph that was built to have its cause."""

from __future__ import annotations

import numpy as np
import pytest

from engine.graph import Action, Graph, Region
from gui.model import why
from gui.model.frames import Cut
from gui.model.why import Kind, Place, cuts
from gui.model.why.asking import At
from tests.runs import FORWARD, backward, binary, film, leaf, op, wire

NO_GRAD_OFF = {"value": False}


class Made:
    """A graph in the making: `chain("a", "exp", "x")` is `a = exp(x)`."""

    def __init__(self, *leaves):
        self.nodes, self.edges, self.regions = list(leaves), [], []

    def chain(self, node, name, source, output=0, **params):
        self.nodes.append(op(node, name, **params))
        self.edges.append(wire(source, node, output=output))
        return self

    def both(self, node, name, left, right):
        made, wires = binary(node, name, left, right)
        self.nodes.append(made)
        self.edges += wires
        return self

    def where(self, node, condition, left, right):
        self.nodes.append(op(node, "where"))
        pairs = (("condition", condition), ("self", left), ("other", right))
        self.edges += [wire(source, node, slot) for slot, source in pairs]
        return self

    def around(self, *members, kind="no_grad"):
        self.regions.append(Region(f"r{len(self.regions)}", kind, "", members))
        return self

    def film(self, *program):
        return film(Graph.of(self.nodes, self.edges, self.regions), *program)


def ask(made, kind, node="", edge=None, step=None, entry=None):
    """The answer, from a question that is offered for this node or edge at this step."""
    step = len(made) - 1 if step is None else step
    found = why.questions(made, step, node, edge, entry)
    question = next((q for q in found if q.kind is kind), None)
    assert question is not None, f"{kind} is not asked: {found}"
    answer = why.answer(made, step, question)
    assert answer.headline
    assert set(answer.nodes) <= made.graph.nodes.keys()
    assert set(answer.edges) <= made.graph.edges.keys()
    for line in answer.lines:
        assert line.text
        assert line.step is None or 0 <= line.step < len(made)
    return answer


def offered(made, node, step=None, entry=None):
    step = len(made) - 1 if step is None else step
    return {q.kind for q in why.questions(made, step, node, None, entry)}


X = leaf("x", 3.0)


# ---- None ----------------------------------------------------------------------------------------


def test_a_result_drops_its_gradient():
    made = Made(X).chain("h", "exp", "x").chain("y", "sum", "h").film(FORWARD, backward("y"))
    said = ask(made, Kind.NONE, "h")
    assert "used and dropped" in said.headline
    assert "∂y/∂h = 1 has passed through in backward #1." in said.lines[0].text
    assert said.remedy == "Call h.retain_grad() before backward to keep it."
    assert said.nodes == ("y", "h")


def test_a_retained_result_has_a_grad_and_no_question_about_none():
    made = Made(X).chain("h", "exp", "x").chain("y", "sum", "h")
    made = made.film(FORWARD, Action("retain_grad", "h"), backward("y"))
    assert Kind.NONE not in offered(made, "h")
    assert Kind.NUMBER in offered(made, "h")


def test_before_any_backward():
    made = Made(X).chain("y", "exp", "x").film(FORWARD)
    said = ask(made, Kind.NONE, "x")
    assert said.headline == "No backward pass has run yet. It will store a gradient in x.grad."
    assert "backward" in said.remedy


def test_backward_is_under_way():
    made = Made(X).chain("h", "exp", "x").chain("y", "sin", "h").film(FORWARD, backward("y"))
    first = next(first for _, first, _ in made.calls)
    assert "under way" in ask(made, Kind.NONE, "x", step=first).headline


def test_nothing_reads_the_leaf():
    made = Made(X, leaf("u", 1.0)).chain("y", "exp", "x").film(FORWARD, backward("y"))
    said = ask(made, Kind.NONE, "u")
    assert said.headline == "u was not used: nothing reads it, so y does not depend on it."


def test_the_leaf_leads_elsewhere():
    made = Made(X, leaf("u", 1.0)).chain("y", "exp", "x").chain("z", "exp", "u")
    said = ask(made.film(FORWARD, backward("y")), Kind.NONE, "u")
    assert said.headline.startswith("There is no path from y back to u")
    assert said.remedy == "u leads to z: run backward from there."


def test_what_comes_after_the_root_gets_nothing():
    made = Made(X).chain("h", "exp", "x").chain("y", "sin", "h").film(FORWARD, backward("h"))
    assert ask(made, Kind.NONE, "y").headline.startswith("y is computed from h")


def test_requires_grad_is_false():
    made = Made(X, leaf("k", 1.0, False)).both("y", "mul", "x", "k").film(FORWARD, backward("y"))
    said = ask(made, Kind.NONE, "k")
    assert "requires_grad=False" in said.headline
    assert said.cuts == (Place("k", Cut.FROZEN),)
    assert said.remedy.startswith("Make k with requires_grad=True")


def test_a_line_of_the_program_turned_it_off():
    made = Made(X).chain("y", "exp", "x")
    made = made.film(Action("requires_grad_", "x", NO_GRAD_OFF), FORWARD)
    if made.trace.chapters[0].failed:  # there is no leaf before the first forward
        made = Made(X).chain("y", "exp", "x")
        made = made.film(FORWARD, Action("requires_grad_", "x", NO_GRAD_OFF), FORWARD)
    said = ask(made, Kind.NONE, "x")
    assert any("x.requires_grad_(False)" in line.text and line.step for line in said.lines)
    assert said.remedy.startswith("Take x.requires_grad_(False) out")


def test_integers_have_none():
    made = Made(leaf("i", 3, False, dtype="int64"), X).both("y", "mul", "x", "i")
    said = ask(made.film(FORWARD, backward("y")), Kind.NONE, "i")
    assert said.headline == "i is int64: only floating tensors can have a gradient."
    assert said.remedy == "Give i a floating dtype such as float32."


@pytest.mark.parametrize(
    ("kind", "cut", "words"),
    [
        ("no_grad", Cut.NO_GRAD, "under torch.no_grad()"),
        ("inference_mode", Cut.INFERENCE, "in torch.inference_mode()"),
    ],
)
def test_the_way_is_cut_by_a_block(kind, cut, words):
    made = Made(X).chain("h", "exp", "x").both("y", "mul", "h", "h").around("h", kind=kind)
    made.nodes.insert(0, leaf("w", 2.0))
    made.both("loss", "mul", "y", "w")
    if kind == "inference_mode":  # what was made there may not be saved by what is tracked
        made = Made(X, leaf("w", 2.0)).chain("h", "exp", "x").around("h", kind=kind)
        made.both("loss", "add", "h", "w")
    made = made.film(FORWARD, backward("loss"))
    said = ask(made, Kind.NONE, "x")
    assert said.headline.startswith("The way from loss to x is cut: h is computed")
    assert words in said.headline
    assert said.cuts == (Place("h", cut),)
    assert said.nodes[0] == "loss"
    assert said.nodes[-2:] == ("h", "x")
    assert len(said.edges) == len(said.nodes) - 1


def test_the_way_is_cut_by_detach():
    made = Made(X, leaf("w", 2.0)).both("m", "mul", "x", "w").chain("d", "detach", "m")
    made = made.both("loss", "mul", "d", "x").film(FORWARD, backward("loss"))
    said = ask(made, Kind.NONE, "w")
    assert said.headline == (
        "The way from loss to w is cut: d = m.detach() goes on with the value alone."
    )
    assert said.nodes == ("loss", "d", "m", "w")
    assert said.edges == (("loss", "self"), ("d", "self"), ("m", "other"))
    assert "detach" in ask(made, Kind.NONE, "d").headline


def test_the_way_is_cut_by_an_op_without_derivative():
    made = Made(leaf("x", [1.0, 5.0]), leaf("w", 2.0)).chain("i", "argmax", "x")
    made = made.both("loss", "mul", "i", "w").film(FORWARD, backward("loss"))
    said = ask(made, Kind.NONE, "x")
    assert "argmax (i) has no derivative" in said.headline
    assert said.cuts == (Place("i", Cut.NON_DIFFERENTIABLE),)
    assert "not differentiable" in ask(made, Kind.NONE, "i").headline


def test_every_way_is_cut_at_a_place_of_its_own():
    made = Made(X, leaf("w", 2.0)).chain("a", "detach", "x").chain("b", "exp", "x").around("b")
    made = made.both("c", "mul", "a", "b").both("loss", "mul", "c", "w")
    said = ask(made.film(FORWARD, backward("loss")), Kind.NONE, "x")
    assert said.headline == "Every way from loss to x is cut, 2 times."
    assert set(said.cuts) == {Place("a", Cut.DETACH), Place("b", Cut.NO_GRAD)}


def test_everything_it_was_made_of_is_untracked():
    made = Made(leaf("k", 1.0, False)).chain("a", "exp", "k").chain("b", "exp", "a").film(FORWARD)
    said = ask(made, Kind.NONE, "b")
    assert "was computed only from what requires no gradient" in said.headline
    assert said.lines[0].text == "k has requires_grad=False."
    assert said.nodes == ("b", "a", "k")


def test_grad_was_set_to_none():
    made = Made(X).chain("y", "exp", "x")
    made = made.film(FORWARD, backward("y"), Action("set", "x.grad", {"value": None}))
    said = ask(made, Kind.NONE, "x")
    assert said.headline.startswith("x.grad = None (step ")
    assert "before that it was 20.09" in said.headline


def test_backward_failed_before_it_came_there():
    made = Made(X, leaf("w", 2.0)).chain("g", "exp", "w").chain("h", "exp", "x")
    made.chain("y", "sum", "h").both("z", "add", "y", "g")
    program = (FORWARD, backward("y"), backward("z", expect_error=True))
    said = ask(made.film(*program), Kind.NONE, "w")
    assert said.headline == "Backward #2 failed at h before anything came to w."
    assert "second time" in said.lines[0].text


def test_one_open_way_is_enough():
    made = Made(X).chain("d", "detach", "x").both("y", "mul", "d", "x").film(FORWARD, backward("y"))
    assert cuts.on_the_way(At(made, len(made) - 1), "y", "x") == ()
    assert cuts.on_the_way(At(made, len(made) - 1), "y", "d") == (Place("d", Cut.DETACH),)


# ---- zero ----------------------------------------------------------------------------------------


def of_zero(made, node="x", entry=None):
    return ask(made.film(FORWARD, backward(made.nodes[-1].id)), Kind.ZERO, node, entry=entry)


def test_relu_below_zero():
    said = of_zero(Made(leaf("x", -2.0)).chain("h", "relu", "x").chain("y", "exp", "h"))
    assert said.headline == (
        "x.grad is 0 because relu passes nothing where its input is below 0 (x = -2)."
    )
    assert said.nodes == ("y", "h", "x")
    assert said.lines[0].step is not None


def test_relu_at_zero():
    assert "at 0 is taken as 0" in of_zero(Made(leaf("x", 0.0)).chain("y", "relu", "x")).headline


def test_clamp_outside_its_bounds():
    said = of_zero(Made(X).chain("y", "clamp", "x", min=0.0, max=1.0))
    assert "clamp passes nothing where its input lies outside its bounds (x = 3)" in said.headline


def test_multiplied_by_zero():
    said = of_zero(Made(X, leaf("k", 0.0, False)).both("y", "mul", "x", "k"))
    assert said.headline == "x.grad is 0 because mul multiplies it by k, which is 0."


def test_a_flat_op():
    assert "round is flat" in of_zero(Made(X).chain("y", "round", "x")).headline


def test_a_saturated_op():
    said = of_zero(Made(leaf("x", 300.0)).chain("y", "sigmoid", "x"))
    assert said.headline == (
        "x.grad is 0 because sigmoid is saturated: its slope at x = 300 is 0 in float32."
    )


def test_terms_that_cancel():
    made = Made(X).chain("a", "exp", "x").both("y", "sub", "a", "a")
    said = of_zero(made)
    assert "the contributions to a cancel: 1 + (-1) = 0" in said.headline


def test_another_entry_was_chosen():
    said = of_zero(Made(leaf("x", [1.0, 5.0])).chain("y", "amax", "x", dim=0), entry=(0,))
    assert "amax chose another entry" in said.headline
    assert said.headline.startswith("x.grad[0] is 0")


def test_a_generic_slope_of_zero():
    said = of_zero(Made(leaf("x", 0.0)).chain("y", "cos", "x"))
    assert "the derivative of cos at x = 0 is 0" in said.headline


def test_a_seed_of_zero():
    made = Made(X).chain("y", "exp", "x").film(FORWARD, backward("y", gradient=0.0))
    said = ask(made, Kind.ZERO, "x")
    assert "backward started at y with the gradient 0" in said.headline


def test_zero_was_called():
    made = Made(X).chain("y", "exp", "x")
    made = made.film(FORWARD, backward("y"), Action("zero_", "x.grad"))
    said = ask(made, Kind.ZERO, "x")
    assert "x.grad.zero_()" in said.headline
    assert said.lines[0].text.startswith("Before that it was 20.09")
    assert Kind.NUMBER not in offered(made, "x")


def test_two_calls_cancel():
    made = Made(X).chain("a", "square", "x").chain("b", "neg", "a")
    made = made.film(FORWARD, backward("a", retain_graph=True), backward("b"))
    said = ask(made, Kind.ZERO, "x")
    assert "two calls cancel: 6 + (-6) = 0" in said.headline


def test_a_hook_that_clears():
    hook = Action("register_hook", "x", {"kind": "zero"})
    made = Made(X).chain("y", "square", "x").film(FORWARD, hook, backward("y"))
    said = ask(made, Kind.ZERO, "x")
    assert said.headline.startswith("x.grad is 0 because a hook on x, ")
    assert said.headline.endswith("made 0 of 6.")


# ---- nan and inf ---------------------------------------------------------------------------------


def test_nan_from_the_branch_that_was_not_taken():
    """where(x > 0, sqrt(x), x) at 0: the gradient of sqrt is infinite, and is multiplied by 0."""
    made = Made(leaf("x", 0.0)).chain("r", "sqrt", "x").chain("c", "gt", "x", other=0.0)
    made = made.where("y", "c", "r", "x").film(FORWARD, backward("y"))
    said = ask(made, Kind.NAN, "x")
    assert "going back through r" in said.headline
    assert "0 · inf is nan" in said.headline
    assert any("did not take this branch" in line.text for line in said.lines)
    assert "where of its own" in said.remedy
    assert said.nodes == ("y", "r", "x")


def test_an_infinite_slope():
    made = Made(leaf("x", 0.0)).chain("y", "sqrt", "x").film(FORWARD, backward("y"))
    said = ask(made, Kind.NAN, "x")
    assert "the derivative of sqrt at x = 0 is infinite: 1 · inf = inf" in said.headline
    assert why.title(made, len(made) - 1, said.question) == "Why is there inf in x.grad?"


def test_log_of_zero_is_born_forward():
    made = (
        Made(leaf("x", 0.0))
        .chain("h", "log", "x")
        .chain("z", "exp", "x")
        .both("y", "mul", "h", "x")
    )
    made = made.film(FORWARD, backward("y"))
    said = ask(made, Kind.VALUE, "y")
    assert "The first inf is h" in said.headline
    assert "log(0) = -inf" in said.headline
    assert any("turned into nan at y" in line.text for line in said.lines)
    assert ask(made, Kind.NAN, "x").headline.startswith("It was there before backward: h is inf")


def test_zero_by_zero():
    made = Made(leaf("a", 0.0), leaf("b", 0.0)).both("q", "div", "a", "b").chain("y", "sin", "q")
    said = ask(made.film(FORWARD), Kind.VALUE, "y")
    assert "0 / 0 = nan" in said.headline
    assert said.nodes == ("y", "q")
    assert "divisor" in said.remedy


def test_an_overflow():
    said = ask(Made(leaf("x", 800.0)).chain("y", "exp", "x").film(FORWARD), Kind.VALUE, "y")
    assert "exp(800) = inf, beyond the largest float32" in said.headline
    assert said.headline.startswith("It appears at y itself")


def test_a_leaf_was_given_as_nan():
    made = Made(leaf("x", float("nan")))
    said = ask(made.chain("y", "exp", "x").film(FORWARD), Kind.VALUE, "y")
    assert said.headline == "x was given with nan in it."


def test_a_sum_that_overflows():
    made = (
        Made(leaf("x", 1.0)).chain("a", "mul", "x", other=3e38).chain("b", "mul", "x", other=3e38)
    )
    made = made.both("y", "add", "a", "b").film(FORWARD, backward("y"))
    said = ask(made, Kind.NAN, "x")
    assert said.headline.startswith("All that comes to x is finite, but the sum is not")


def test_an_earlier_call_has_spoilt_it():
    made = Made(leaf("x", 0.0)).chain("r", "sqrt", "x").chain("y", "exp", "x")
    made = made.film(FORWARD, backward("r"), backward("y"))
    assert np.isinf(made.node("x", len(made) - 1).stored)
    assert "going back through r" in ask(made, Kind.NAN, "x").headline


# ---- leaves, failures, no value ------------------------------------------------------------------


def test_a_result_is_no_leaf():
    made = Made(X, leaf("k", 1.0, False)).both("y", "mul", "x", "k").film(FORWARD)
    said = ask(made, Kind.LEAF, "y")
    assert said.headline == (
        "y is computed: y = x * k from x, which requires grad; a leaf is what you made yourself."
    )
    assert said.edges == (("y", "self"),)
    assert "MulBackward0" in said.lines[0].text


def test_backward_a_second_time():
    made = Made(X).chain("y", "square", "x")
    made = made.film(FORWARD, backward("y"), backward("y", expect_error=True))
    said = ask(made, Kind.FAILED, "y")
    assert said.headline.startswith("y let go of what it saved")
    assert any("freed at step" in line.text for line in said.lines)
    assert "retain_graph=True" in said.remedy


def test_backward_from_what_is_no_number():
    made = Made(leaf("x", [1.0, 2.0])).chain("y", "exp", "x")
    said = ask(made.film(FORWARD, backward("y", expect_error=True)), Kind.FAILED, "y")
    assert said.headline == "y has the shape (2,): backward must start from a single number."


def test_backward_from_what_has_no_history():
    made = Made(X).chain("d", "detach", "x").chain("y", "exp", "d")
    said = ask(made.film(FORWARD, backward("y", expect_error=True)), Kind.FAILED, "y")
    assert "y has no history to go back along: d = x.detach()" in said.headline
    assert said.cuts == (Place("d", Cut.DETACH),)


def test_changed_in_place_after_it_was_saved():
    made = Made(X, leaf("k", 1.0, False)).chain("h", "exp", "x").chain("y", "square", "h")
    made = made.both("c", "add_", "h", "k").both("z", "add", "y", "c")
    said = ask(made.film(FORWARD, backward("z", expect_error=True)), Kind.FAILED, "y")
    assert "y saved h for its derivative" in said.headline
    assert "changed it afterwards" in said.headline
    assert [line.step for line in said.lines if line.step is not None]


def test_an_op_that_failed_and_what_depends_on_it():
    made = Made(leaf("a", [1.0, 2.0]), leaf("b", [1.0, 2.0, 3.0])).both("c", "add", "a", "b")
    made = made.chain("y", "exp", "c").film(FORWARD)
    said = ask(made, Kind.FAILED, "c")
    assert "must match the size" in said.headline
    said = ask(made, Kind.LOST, "y")
    assert said.headline == "c failed, and y is computed from it."
    assert said.nodes == ("y", "c")


def test_what_is_still_to_come():
    made = Made(X).chain("y", "exp", "x").film(FORWARD)
    assert "still to come" in ask(made, Kind.LOST, "y", step=0).headline


# ---- edges ---------------------------------------------------------------------------------------


def test_an_edge_that_is_cut():
    made = Made(X).chain("d", "detach", "x").both("y", "mul", "d", "x").film(FORWARD, backward("y"))
    said = ask(made, Kind.NOTHING, edge=("d", "self"))
    assert said.headline == "No gradient can pass: d = x.detach() goes on with the value alone."
    assert said.cuts == (Place("d", Cut.DETACH),)
    assert ask(made, Kind.NOTHING, edge=("y", "self")).cuts == (Place("d", Cut.DETACH),)


def test_an_edge_that_nothing_has_come_to():
    made = Made(X).chain("h", "exp", "x").chain("y", "sin", "h").chain("z", "cos", "h")
    run = made.film(FORWARD, backward("y"))
    said = ask(run, Kind.NOTHING, edge=("z", "self"))
    assert said.headline == "y does not depend on z: no gradient came to it."
    said = ask(run, Kind.NOTHING, edge=("y", "self"), step=2)
    assert "no backward call has begun" in said.headline


def test_what_passes_along_an_edge():
    made = Made(X, leaf("w", 2.0)).both("m", "mul", "x", "w").chain("y", "square", "m")
    made = made.film(FORWARD, backward("y"))
    said = ask(made, Kind.MUCH, edge=("m", "self"))
    assert said.headline == "m received 12 and its derivative by x is 2: 12 · 2 = 24."
    assert "mul switches" in said.lines[0].text
    assert why.title(made, len(made) - 1, said.question) == "Why does 24 pass back from m to x?"


def test_what_was_broadcast_is_summed():
    made = Made(leaf("x", [1.0, 2.0]), leaf("b", 1.0)).both("m", "add", "x", "b")
    made = made.chain("y", "sum", "m").film(FORWARD, backward("y"))
    said = ask(made, Kind.MUCH, edge=("m", "other"))
    assert said.lines[0].text == "b was broadcast, so it is summed: (2,) → ()."
