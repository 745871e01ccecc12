"""The fault lab's films: what each fault does on the lessons, and where it says the runs part."""

import numpy as np
import pytest
from hypothesis import given, settings

from engine.events import same_event
from engine.graph import Action, Graph
from gui.model.differences import Differences, _moments, _rising
from gui.model.document import Document
from gui.model.lab import BY_ID, FAULTS, film, has_backward, is_sum, same_value
from gui.model.lessons import by_id, lessons
from tests.film_checks import check_steps, look, whole
from tests.runs import (
    FORWARD,
    LESSONS,
    backward,
    binary,
    film_of,
    leaf,
    op,
    runs,
    square,
    wire,
)


def both(lesson, fault):
    document = by_id(lesson).document()
    return Differences(film(document), film(document, BY_ID[fault]))


def final(runs_):
    return {r.name: (number(r.first), number(r.second)) for r in runs_.rows(len(runs_) - 1)}


def number(array):
    return None if array is None else float(array) if not np.ndim(array) else np.shape(array)


KNOWN = {
    ("order", "order"): {"a": (25, 29), "b": (19, 22)},
    ("fan_out", "replace"): {
        "t": (2, 1), "x": (7, 3), "a": (-3, 3), "b": (-8, -2), "p": (2, 2), "q": (5, 2),
    },
    ("accumulation", "zero"): {"x": (0, 8)},
}  # fmt: skip


@pytest.mark.parametrize(("lesson", "fault"), KNOWN)
def test_known_answers(lesson, fault):
    assert final(both(lesson, fault)) == KNOWN[lesson, fault]


SENTENCES = {
    "replace": "At t the second contribution replaced the first: 1 instead of 1 + 1 = 2.",
    "order": "c runs after 1 of 2 contributions: it passes on 1 now, and that again together with "
             "the rest when it comes.",
    "broadcast": "bias has the shape (3,), but the gradient that is sent to it keeps (4, 3): it was"
                 " broadcast on the way forward, and nobody sums it back.",
    "zero": "Nobody clears x.grad: it stays 8 instead of 0.",
    "versions": "PyTorch stops here with an error, because what was saved has been changed in place"
                " since. Without that check backward goes on and works with the changed numbers.",
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_each_fault_shows_on_its_lesson(fault):
    found = both(fault.shown_by, fault.id)
    assert found.parting is not None
    assert found.parting.text == SENTENCES[fault.id]
    nodes, _ = found.lit(len(found) - 1)
    assert nodes
    if fault.id != "order":  # there the other order alone makes a difference before
        assert not found.lit(found.parting.moment - 1)[0]


def test_what_goes_wrong_is_seen_before_what_should_have_been():
    """Unless that is a refusal: then the run that goes on does so after it."""
    keys = [list("axyz"), list("abcz")]
    assert [m[:2] for m in _moments(*keys, [False] * 4)] == [
        (0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (3, 3),
    ]  # fmt: skip
    assert [m[:2] for m in _moments(*keys, [False, False, True, False])] == [
        (0, 0), (1, 0), (2, 0), (2, 1), (2, 2), (3, 3),
    ]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
@pytest.mark.parametrize("lesson", [lesson.id for lesson in lessons()])
def test_every_step_of_both_runs_is_a_moment(lesson, fault):
    """In order, none left out; without a parting all numbers are the same throughout."""
    found = both(lesson, fault.id)
    first = [m.first for m in found.moments if m.alone != 1]
    second = [m.second for m in found.moments if m.alone != 0]
    assert first == list(range(len(found.first)))
    assert second == list(range(len(found.second)))
    assert len(found.timeline.kinds) == len(found)
    for step in range(-1, len(found)):
        assert found.frame(step) is not None
        if found.parting is None:
            assert found.lit(step) == ([], [])
            assert all(row.same for row in found.rows(step))


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.id)
def test_a_faulty_film_is_a_film(fault):
    """It can be scrubbed like any other, and its captions can be read at every step."""
    shown = film(by_id(fault.shown_by).document(), fault)
    check_steps(shown)
    fresh = film(by_id(fault.shown_by).document(), fault)
    backwards = [look(fresh, step) for step in range(len(shown) - 1, -2, -1)]
    assert backwards[::-1] == whole(shown)
    assert all(shown.frame(step).caption for step in range(len(shown)))


def test_a_faulty_film_does_not_write_a_sum_that_is_none():
    shown = both("fan_out", "replace").second
    told = [shown.frame(step).caption for step in range(len(shown))]
    assert "t: 1, then 1 came, only 1 is left." in told
    assert not [text for text in told if "1 + 1" in text]
    for step in range(len(shown)):
        for node in shown.graph.nodes:
            state = shown.node(node, step)
            assert is_sum([t.value for t in state.terms], state.grad)


def test_a_leaf_that_gets_its_gradient_in_pieces_is_not_called_unzeroed():
    shown = both("order", "order").second
    told = [shown.frame(step).caption for step in range(len(shown))]
    assert "b.grad += one more contribution in the same call: 10 + 12 = 22." in told
    assert not [text for text in told if "zeroed" in text]


@pytest.mark.parametrize("lesson", LESSONS)
def test_without_a_fault_it_is_the_usual_run(lesson):
    document = by_id(lesson).document()
    ours, usual = film(document).trace.events, film_of(document).trace.events
    assert len(ours) == len(usual)
    assert all(map(same_event, ours, usual))


@settings(max_examples=40, deadline=None)
@given(runs(shapes=True))
def test_any_run_can_be_compared(given_run):
    """Where the gradients at the end differ, the lab says where it began."""
    document = Document(*given_run)
    right = film(document)
    for fault in FAULTS:
        found = Differences(right, film(document, fault))
        rows = found.rows(len(found) - 1)
        if found.parting is None:
            assert all(row.same for row in rows)
        assert found.moments[-1][:2] == (len(found.first) - 1, len(found.second) - 1)


def test_an_order_that_changes_no_gradient_is_told_as_an_order():
    """h gets 0 twice and passes the first on before the second has come: no harm is done."""
    made = [
        binary("m", "mul", "h", "k"),
        binary("n", "mul", "h", "k"),
        binary("y", "add", "m", "n"),
    ]
    nodes = [leaf("x", 2.0), leaf("k", 0.0, False), op("h", "neg"), *(node for node, _ in made)]
    wires = [wire("x", "h"), *(each for _, some in made for each in some)]
    document = Document(Graph.of(nodes, wires), (FORWARD, backward("y")))
    compared = Differences(film(document), film(document, BY_ID["order"]))
    assert final(compared) == {"x": (0, 0)}
    assert compared.parting.text.startswith("From here on the order differs")


def test_a_document_without_backward_has_nothing_to_show():
    assert not has_backward(Document())
    assert has_backward(by_id("order").document())


def test_zeroing_is_forgotten_in_every_spelling_and_inside_a_loop():
    once = (FORWARD, backward("y"))
    for clear in (Action("zero_", "x.grad"), Action("set", "x.grad", {"value": None})):
        looped = Action("repeat", args={"times": 3}, body=(*once, clear))
        document = Document(square(2.0), (looped,))
        found = Differences(film(document), film(document, BY_ID["zero"]))
        assert final(found)["x"] == (0 if clear.do == "zero_" else None, 12)
        assert "Nobody clears x.grad" in found.parting.text
    opt = [Action("optimizer", "opt", {"kind": "SGD", "params": ["x"], "lr": 0.0})]
    training = Action("repeat", args={"times": 2}, body=(*once, Action("zero_grad", "opt")))
    document = Document(square(2.0), (FORWARD, *opt, training))
    assert final(Differences(film(document), film(document, BY_ID["zero"])))["x"][1] == 8


def test_same_value_knows_shapes_and_nan():
    nan = np.float32("nan")
    assert same_value(nan, nan)
    assert same_value(None, None)
    assert not same_value(None, np.float32(0))
    assert not same_value(np.zeros(1), np.zeros(()))
    assert not same_value(np.array([1, 2]), np.array([1, 3]))


def test_the_longest_rising_row():
    pairs = [(0, 3), (1, 0), (2, 1), (3, 4), (4, 2)]
    assert _rising(pairs) == [(1, 0), (2, 1), (4, 2)]
    assert _rising([]) == []
