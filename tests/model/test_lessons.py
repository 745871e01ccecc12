"""Lessons: how they are written, where their steps are, that their numbers are right."""

import re
from pathlib import Path

import numpy as np
import pytest

from gui.model.files import to_text
from gui.model.lessons import Unsound, by_id, lessons, read
from gui.model.telling import Telling

every = pytest.mark.parametrize("lesson", lessons(), ids=lambda lesson: lesson.id)

H2 = np.tanh(0.5 * np.tanh(0.5 * 1 + 0.5) - 0.25)
GRADS = {
    "square": {"x": 10},
    "sine": {"x": -12290.455},
    "accumulation": {"x": 0},
    "neuron": {"x1": -1.5, "w1": 1, "x2": 0.5, "w2": 0, "b": 0.5},
    "fan_out": {"t": 2, "x": 7, "a": -3, "b": -8, "p": 2, "q": 5},
    "order": {"a": 25, "b": 19},
    "broadcast": {"bias": [4, 4, 4], "guess": [[0], [0], [0]]},
    "cross_entropy": {"logits": (np.array([[0.66524, 0.24473, 0.09003],
                                           [0.24473, 0.66524, 0.09003]])
                                 - [[1, 0, 0], [0, 0, 1]]) / 2},
    "cuts": {"g": None, "d": 3, "w": -8, "body": None, "head": 36, "v": 4},
    "stopping": {"x1": None, "x2": None, "x3": 4},
    "double_backward": {"x": 27 + 18},
    "rnn": {"w": (1 - np.tanh(0.25 + 0.5 * H2) ** 2) * H2},
}  # fmt: skip
"""Answers worked out elsewhere: on paper, or with PyTorch."""

TEXT = """title: Squares
about: A test.
order: 1
graph: examples/square.chain

## One
at: {at}
light: {light}

{text}
"""


def telling(text="nothing", at="end", light="", more=""):
    return Telling(read(TEXT.format(text=text, at=at, light=light) + more, "test"))


# ---- those that are there ------------------------------------------------------------------------


@every
def test_every_number_and_place_of_a_lesson_is_that_of_its_run(lesson):
    Telling(lesson).check()


@every
def test_a_lesson_is_short_and_asks_something(lesson):
    assert (3 if lesson.is_error else 5) <= len(lesson.steps) <= 9
    assert any(step.question for step in lesson.steps)
    assert len(lesson.document().graph.nodes) <= 60
    assert all(step.text for step in lesson.steps)
    assert lesson.graph.read_text("utf-8") == to_text(lesson.document())


@every
def test_the_answer_is_not_to_be_seen_where_it_is_asked_for(lesson):
    told = Telling(lesson)
    for k, step in enumerate(lesson.steps):
        if step.question is not None:
            assert told.judge(k, told.shown_answer(k)).right
            later = "@" in step.question.answer and "mended" not in step.question.answer
            assert not later or told.answered_at(k) > told.at(k)


@pytest.mark.parametrize("name", GRADS)
def test_gradients_at_the_end_are_those_of_the_book(name):
    film = Telling(by_id(name)).film
    last = film.frame(len(film) - 1)
    for node, wanted in GRADS[name].items():
        found = last.node(node).stored
        assert (found is None) == (wanted is None)
        if wanted is not None:
            assert np.asarray(found) == pytest.approx(np.asarray(wanted), rel=2e-4, abs=1e-6)


def test_lessons_come_in_their_order_and_errors_last():
    known = lessons()
    assert [lesson.is_error for lesson in known] == sorted(lesson.is_error for lesson in known)
    for group in (True, False):
        orders = [lesson.order for lesson in known if lesson.is_error is group]
        assert orders == list(range(1, len(orders) + 1))
    assert len({lesson.graph for lesson in known}) == len(known)


# ---- places --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("place", "step"),
    [
        ("start", -1), ("end", 4), ("start of backward 1", 2), ("end of forward 1", 1),
        ("node y", 1), ("node y in backward 1", 2), ("seed", 2), ("sent y to x", 3),
        ("stored x in backward 1", 4),
    ],
)  # fmt: skip
def test_a_place_is_found_by_what_happens(place, step):
    assert telling(at=place).at(0) == step


def test_sums_calls_and_lines_are_places_too():
    order = Telling(by_id("order"))
    assert order.film.frame(order.at(3)).summing == "c"
    twice = Telling(by_id("accumulation"))
    assert twice.film.frame(twice.at(3)).stored == ("x", 4, 8)
    assert twice.film.frame(twice.at(4)).stored == ("x", 8, 0)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"at": "sum at y"}, "“sum at y” never happens"),
        ({"at": "stored x in backward 2"}, "the run has no backward 2"),
        ({"at": "somewhere"}, "“somewhere” is no place"),
        ({"at": "node q"}, "no node “q”"),
        ({"at": "end of chapter"}, "“chapter” is no chapter"),
        ({"light": "x q"}, "no node “q”"),
        ({"text": "{9 = x.grad}"}, "the text says x.grad is 9, the run says 10"),
        ({"text": "{∂x}", "at": "start"}, "“∂x” has no value there"),
        ({"text": "{x→y}"}, "there is no edge"),
        ({"text": "{x +}"}, "is no number of a run"),
        ({"text": "{sentence}"}, "no error is shown there"),
        ({"text": "{x @ mended}"}, "nothing mends this run"),
    ],
)
def test_what_the_run_does_not_say_is_refused_with_its_place(given, told):
    with pytest.raises(Unsound, match=re.escape(told)) as caught:
        telling(**given).check()
    assert str(caught.value).startswith("test.md, “One” (line 6)")


# ---- how it is written ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("It is 10.", "the number “10.” is compared with nothing"),
        ("ask: How much?", "the question has no “answer:”"),
        ("answer: x", "“answer:” is there, but no “ask:”"),
        ("at: start", "“at:” stands twice"),
        ("ask: a\nanswer: x\nbecause: b\nwithin: close", "“within:” is a number"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_line(text, told):
    with pytest.raises(Unsound, match=re.escape(told)):
        telling(text=text)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("title: Squares", "", "no “title:”"),
        ("order: 1", "order: first", "“order:” is a whole number"),
        ("order: 1", "colour: red", "a header line is one of"),
        ("## One", "One", "there is no step"),
        ("at: {at}", "", "says nowhere to go"),
        ("square.chain", "cube.chain", "there is no graph cube.chain"),
    ],
)
def test_a_head_that_is_not_whole_is_refused(old, new, told):
    text = TEXT.replace(old, new).format(text="nothing", at="end", light="")
    with pytest.raises(Unsound, match=re.escape(told)):
        read(text, "test")


def test_numbers_are_put_in_and_markdown_stays():
    told = telling("`x` is **{x}**, [{x.grad}], `{y.grad_fn}`, {y.shape}, {x.grad / y→x}.")
    assert told.text(0) == "`x` is **5**, [10], `PowBackward0`, (), 1."


def test_what_a_run_says_is_never_read_as_markdown():
    error = Telling(by_id("errors/saved_in_place"))
    assert r"\[torch.FloatTensor \[2\]\]" in error.text(2)
    assert r"set\_detect\_anomaly" in error.text(2)


# ---- questions -----------------------------------------------------------------------------------

ASKED = """ask: What is x.grad?
answer: x.grad
because: Twice {x}.
wrong: 25 That is y.
"""


@pytest.mark.parametrize("typed", ["10", "10.0", " 1e1 ", "10.05"])
def test_a_right_answer_is_right_within_a_hundredth(typed):
    verdict = telling(more=ASKED).judge(0, typed)
    assert verdict.right
    assert verdict.text == "Right: 10. Twice 5."


def test_a_wrong_answer_is_told_what_it_would_be_the_answer_to():
    told = telling(more=ASKED)
    assert told.judge(0, "25").text == "Not quite. That is y."
    assert not told.judge(0, "9.8").right
    assert "shape ()" in told.judge(0, "[10]").text
    assert not told.judge(0, "None").right


@pytest.mark.parametrize("typed", ["", "ten", "__import__('os')", "[1, [2]]"])
def test_what_is_no_number_is_refused_with_a_sentence(typed):
    with pytest.raises(ValueError, match=r"\w"):
        telling(more=ASKED).judge(0, typed)


def test_none_may_be_a_wrong_answer_with_a_reason():
    told = telling(more=ASKED + "wrong: None It is there.\n")
    assert told.judge(0, "none").text == "Not quite. It is there."
    assert told.judge(0, "25").text == "Not quite. That is y."
    assert told.judge(0, "7").text.startswith("Not quite. Try again")


def test_the_note_in_a_graph_does_not_give_a_question_of_its_lesson_away():
    told = Telling(by_id("accumulation"))
    notes = " ".join(r.title for r in told.document.graph.regions.values())
    (asked,) = [k for k in range(len(told)) if told.question(k)]
    assert not re.search(rf"\b{told.shown_answer(asked)}\b", notes)
    assert not told.judge(asked, "None").right


def test_what_is_being_said_is_what_the_player_shows():
    stopping, fan_out = Telling(by_id("stopping")), Telling(by_id("fan_out"))
    assert stopping.film.frame(stopping.at(0)).caption.startswith("y1 = x1 ** 2")
    assert "2 of 3 in" in fan_out.text(3)


def test_none_is_an_answer_where_there_is_no_gradient():
    told = telling(more=ASKED.replace("answer: x.grad", "answer: y.grad"))
    assert told.judge(0, "none").right
    assert not told.judge(0, "0").right


def test_an_answer_may_come_from_the_mended_run():
    told = Telling(by_id("errors/leaf_in_place"))
    assert told.judge(0, "0.9").right
    assert told.answered_at(0) == told.at(0)


def test_the_example_for_contributors_is_a_sound_lesson():
    text = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")
    (example,) = re.findall(r"```markdown\n(.*?)```", text, re.DOTALL)
    told = Telling(read(f"graph: examples/square.chain\n{example}", "example"))
    told.check()
    assert told.judge(0, "10").right
    assert told.judge(0, "25").text.startswith("Not quite. That is the value of y.")
