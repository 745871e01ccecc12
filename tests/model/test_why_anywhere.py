"""Whatever is asked anywhere, of anything, has an answer."""

from __future__ import annotations

import pytest

from gui.model import why
from gui.model.why import Kind, Question
from tests.model.test_why import Made, X
from tests.runs import FORWARD, backward, film_of, lesson


@pytest.mark.parametrize("name", ["square", "sine", "perceptron", "accumulation", "stopping"])
def test_whatever_is_offered_is_answered_at_every_step(name):
    made = film_of(lesson(name))
    asked = 0
    for step in range(-1, len(made)):
        for node in made.graph.nodes:
            for question in why.questions(made, step, node):
                if question.kind is not Kind.NUMBER or step == len(made) - 1:
                    assert why.title(made, step, question).endswith("?")
                    assert why.answer(made, step, question).headline
                    asked += 1
        for edge in made.graph.edges:
            for question in why.questions(made, step, "", edge):
                assert why.answer(made, step, question).headline
    assert asked > len(made.graph.nodes)


def test_nothing_is_asked_about_what_is_not_there():
    made = Made(X).chain("y", "exp", "x").film(FORWARD)
    assert why.questions(made, 0, "gone") == ()
    assert why.questions(made, 0, "", ("gone", "self")) == ()
    assert why.questions(made, -1, "x") == ()


def test_an_answer_as_text():
    made = Made(X).chain("y", "square", "x").film(FORWARD, backward("y"))
    said = why.answer(made, len(made) - 1, Question(Kind.NUMBER, "x"))
    assert said.text("Why?").splitlines() == [
        "Why?", "∂y/∂x = 6: one path leads here, and this is its product.", "  y → x: = 6",
    ]  # fmt: skip
