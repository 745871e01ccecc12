"""A repeat runs its body as often as it says, and every chapter knows its line and iteration."""

import pytest

from engine.actions.repeats import MOST_TIMES, why_no_repeat
from engine.code.source import lines as source
from engine.events import Failed, Stored
from engine.graph import Action, lines
from engine.session import Session
from engine.trace import Cancelled, Loop
from tests.runs import FORWARD, backward, events, grad, run, square

ONCE = (FORWARD, backward("y"))
ZERO = Action("zero_", "x.grad")


def repeat(times, *body, expect_error=False):
    return Action("repeat", None, {"times": times}, expect_error, body)


def test_lines_are_counted_depth_first_a_repeat_before_its_body():
    inner = repeat(2, ZERO)
    program = (FORWARD, repeat(3, backward("y"), inner), FORWARD)
    assert [a.do for a in lines(program)] == [
        "forward", "repeat", "backward", "repeat", "zero_", "forward",
    ]  # fmt: skip
    assert lines(ONCE) is ONCE


def test_a_body_runs_as_often_as_it_says():
    session = run(square(), repeat(3, *ONCE))
    assert session.calls == {"forward": 3, "backward": 3}
    assert grad(session, "x") == 12
    assert [e.before for e in events(session.trace, Stored)] == [None, 4, 8]


def test_a_chapter_knows_its_line_and_the_iterations_around_it():
    session = run(
        square(), FORWARD, repeat(2, FORWARD, repeat(2, backward("y", retain_graph=True)))
    )
    assert [(c.action, c.title, c.loops) for c in session.chapters[1:4]] == [
        (2, "Forward", (Loop(1, 1, 2),)),
        (4, "Backward #1", (Loop(1, 1, 2), Loop(3, 1, 2))),
        (4, "Backward #2", (Loop(1, 1, 2), Loop(3, 2, 2))),
    ]
    assert {event.action for event in session.trace.events} == {0, 2, 4}


def test_a_line_behind_an_inner_repeat_keeps_its_number():
    session = run(square(), repeat(2, repeat(2, FORWARD), backward("y")))
    assert [c.action for c in session.chapters] == [2, 2, 3] * 2


def test_an_error_ends_the_loop_and_the_program():
    session = run(square(), repeat(3, FORWARD, backward("y"), backward("y")), FORWARD)
    assert session.stopped
    assert [c.title for c in session.chapters] == ["Forward", "Backward #1", "Backward #2"]
    assert session.done == 0


def test_an_expected_error_in_the_body_lets_the_loop_go_on():
    twice = backward("y", expect_error=True)
    session = run(square(), repeat(3, FORWARD, backward("y"), twice), FORWARD)
    assert session.calls == {"forward": 4, "backward": 6}
    assert not session.stopped


def test_a_repeat_that_expects_an_error_ends_with_it_and_the_program_goes_on():
    body = (FORWARD, backward("y"), backward("y"))
    session = run(square(), repeat(3, *body, expect_error=True), FORWARD)
    assert session.calls == {"forward": 2, "backward": 2}
    (failed,) = events(session.trace, Failed)
    assert failed.expected
    assert not session.stopped


def test_it_is_written_as_a_loop_with_the_number_of_each_line():
    text = source(square(), (repeat(2, *ONCE, repeat(3, ZERO)), FORWARD))
    assert [(line.action, line.text) for line in text[3:]] == [
        (0, "for _ in range(2):"),
        (1, "    y = x ** 2"),
        (2, "    y.backward()"),
        (3, "    for _ in range(3):"),
        (4, "        x.grad.zero_()"),
        (5, "y = x ** 2"),
    ]


def test_the_loop_as_python_writes_it_gives_the_same_numbers():
    program = (repeat(3, *ONCE, repeat(2, Action("set", "x", {"value": 3.0}))), repeat(2))
    scope: dict = {}
    exec("\n".join(line.text for line in source(square(), program)), scope)
    assert scope["x"].grad.item() == grad(run(square(), *program), "x")


def test_a_try_around_a_loop_is_python_too():
    program = (repeat(3, *ONCE, backward("y"), expect_error=True), repeat(2, expect_error=True))
    text = [line.text for line in source(square(), program)]
    compile("\n".join(text), "program", "exec")
    assert text[3:5] == ["try:", "    for _ in range(3):"]
    assert text[-5:] == [
        "try:", "    for _ in range(2):", "        pass", "except Exception as error:",
        "    print(error)",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("times", "around", "told"),
    [
        (0, (), "at least once, not 0"),
        (-2, (), "at least once, not -2"),
        (2.0, (), "whole number of times, not 2.0"),
        (True, (), "whole number of times, not True"),
        (None, (), "whole number"),
        (MOST_TIMES + 1, (), "10,001 is too long: at most 10,000"),
        (101, (100,), "10,100 in all"),
        (1, (1,) * 8, "at most 8 deep"),
    ],
)
def test_a_repeat_that_cannot_run_is_refused_with_a_sentence(times, around, told):
    assert told in why_no_repeat(times, around)
    program = (repeat(times, FORWARD),)
    for outer in reversed(around):
        program = (repeat(outer, *program),)
    session = run(square(), *program)
    (failed,) = events(session.trace, Failed)
    assert told in failed.sentence
    assert session.stopped


def test_the_longest_repeat_is_allowed():
    assert why_no_repeat(MOST_TIMES) is None
    assert why_no_repeat(100, (100,)) is None


def test_a_long_repeat_is_given_up_within_an_action():
    asked = 0

    def cancelled():
        nonlocal asked
        asked += 1
        return asked > 500

    with pytest.raises(Cancelled):
        list(Session(square(), cancelled).run((repeat(MOST_TIMES, *ONCE),)))
    assert asked == 501


def test_even_empty_bodies_can_be_given_up():
    program = (repeat(100, repeat(100), FORWARD),)
    with pytest.raises(Cancelled):
        list(Session(square(), lambda: True).run(program))


def test_a_longer_program_goes_on_where_the_last_run_ended():
    session = Session(square())
    program = (repeat(2, *ONCE), ZERO)
    list(session.run(program))
    assert session.done == 2
    list(session.run((*program, repeat(2, *ONCE)), session.done))
    assert [c.action for c in session.chapters[-4:]] == [5, 6, 5, 6]
    assert grad(session, "x") == 8
