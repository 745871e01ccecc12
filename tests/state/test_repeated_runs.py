"""Repeats in the runner and the conductor: gone on with, cancelled, and the player left alone."""

import gc
import threading
import weakref
from types import SimpleNamespace

import pytest

from engine.graph import Action
from engine.trace import Cancelled
from gui.model import edits
from gui.model.document import Document
from gui.model.explain import explained
from gui.model.film import TraceFilm
from gui.state import jobs
from tests.engine.test_repeat import repeat
from tests.engine.test_training import STEP, ZERO, fit, optimizer
from tests.runs import FORWARD, backward, film, run, square
from tests.state.test_conductor import Stage

TRAIN = (ZERO, FORWARD, backward("y"), STEP)
SGD = optimizer(params=["x"], lr=0.1)
HUGE = repeat(10_000, *TRAIN)


@pytest.fixture
def stage(qtbot):
    made = Stage(qtbot)
    yield made
    made.player.pause()
    made.runner.close()


def value(stage, node="x"):
    film = stage.player.film
    return float(film.frame(len(film) - 1).node(node).value)


def test_a_line_after_a_repeat_goes_on_with_the_live_session(stage):
    stage.open(Document(square(), (SGD, repeat(2, *TRAIN))))
    session = stage.runner._worker.session
    assert value(stage) == pytest.approx(1.28)
    stage.apply(edits.set_program(stage.document, (*stage.document.program, repeat(1, *TRAIN))))
    assert stage.runner._worker.session is session
    assert value(stage) == pytest.approx(1.024)
    chapter = stage.player.film.timeline.chapters[-1]
    assert (chapter.whole_title, chapter.action) == ("repeat 1/1 › opt.step()", 10)


def test_a_run_that_was_replaced_is_gone_at_once(stage):
    """Explained or not, and not only when Python next looks for circles."""
    stage.open(Document(square(), (SGD, repeat(2, *TRAIN))))
    shown = stage.player.film
    for step in range(len(shown)):
        explained(shown, step)
    film, session = weakref.ref(shown), weakref.ref(stage.runner._worker.session)
    del shown
    gc.disable()
    try:
        stage.apply(edits.set_param(stage.document, "x", "data", 3.0))
        assert film() is None
        assert session() is None
    finally:
        gc.enable()


def test_a_change_in_a_body_starts_from_the_beginning(stage):
    stage.open(Document(square(), (SGD, repeat(2, *TRAIN))))
    session = stage.runner._worker.session
    stage.apply(edits.set_program(stage.document, (SGD, repeat(3, *TRAIN))))
    assert stage.runner._worker.session is not session
    assert value(stage) == pytest.approx(1.024)


def test_the_toolbar_appends_after_a_repeat_and_plays_what_is_new(stage):
    stage.open(Document(square(), (SGD, repeat(2, *TRAIN), FORWARD)))
    steps = len(stage.player.film)
    stage.conductor.backward()
    stage.settle()
    assert [a.do for a in stage.document.program] == ["optimizer", "repeat", "forward", "backward"]
    assert stage.player.step == steps
    assert stage.player.playing


def test_a_program_that_stopped_in_a_body_takes_no_more_lines(stage):
    stage.open(Document(square(), (repeat(2, FORWARD, backward("y"), backward("y")),)))
    told = []
    stage.conductor.message.connect(told.append)
    stage.conductor.forward()
    assert len(stage.document.program) == 1
    assert "stops with an error at “y.backward()”" in told[0]


class Stop(threading.Event):
    """What a run asks whether it was given up: at the 300th time it waits until it is."""

    at = 300

    def __init__(self):
        super().__init__()
        self.asked, self.reached = 0, threading.Event()

    def is_set(self):
        self.asked += 1
        if self.asked == self.at:
            self.reached.set()
            assert self.wait(60)
        return super().is_set()


def test_a_huge_repeat_is_cancelled_at_once_and_the_player_stays(stage, monkeypatch):
    """It asks several times in every line, and goes no further once it is told."""
    stage.open(Document(square(), (SGD, FORWARD, backward("y"))))
    stage.player.go(4)
    film, step = stage.player.film, stage.player.step
    session, stop = stage.runner._worker.session, Stop()
    with monkeypatch.context() as patch:
        patch.setattr(jobs, "threading", SimpleNamespace(Event=lambda: stop))
        edited = edits.set_program(stage.document, (*stage.document.program, HUGE))
        stage.editor.apply("Huge", edited)
    assert stop.reached.wait(60)
    done = len(session.chapters), len(session.recorder.facts)
    assert 10 < done[0] < stop.at / 2
    stage.runner.cancel()
    assert not stage.runner.busy
    stage.runner._future.result(timeout=60)
    assert stop.asked == stop.at
    assert (len(session.chapters), len(session.recorder.facts)) == done
    assert (stage.player.film, stage.player.step) == (film, step)
    assert stage.runner.stopped


def test_what_waits_for_a_run_that_is_cancelled_is_forgotten(stage, qtbot):
    stage.open(Document(square(), (SGD, FORWARD, backward("y"))))
    stage.editor.apply("Huge", edits.set_program(stage.document, (*stage.document.program, HUGE)))
    stage.conductor.zero_grad()
    stage.runner.cancel()
    small = (FORWARD, backward("y"))
    stage.apply(edits.set_program(stage.document, small))
    assert stage.document.program == small


def test_reading_a_huge_run_is_given_up_as_soon_as_running_it():
    """The run is over, and what it left is being read: nobody wants that either."""
    program = (optimizer(lr=0.01), repeat(400, FORWARD, backward("loss"), STEP))
    trace = run(fit(), *program).trace
    asked, last = 0, float("inf")

    def cancelled():
        nonlocal asked
        asked += 1
        return asked > last

    TraceFilm(fit(), program, trace).prepare(cancelled)
    often = asked
    assert often > len(trace.chapters) + 5, "it is asked after the chapters have been read, too"
    for last in (0, 300, often - 1):
        asked = 0
        trace.parts.clear()
        with pytest.raises(Cancelled):
            TraceFilm(fit(), program, trace).prepare(cancelled)
        assert asked == last + 1


def test_a_cancelled_run_is_not_read_to_the_end_either(stage, monkeypatch):
    seen = []

    def prepare(film, cancelled):
        seen.append(cancelled())
        if len(film.trace.chapters) > 1:
            stage.runner._cancel.set()
            seen.append(cancelled())

    monkeypatch.setattr(TraceFilm, "prepare", prepare)
    stage.editor.open(Document(square(), (FORWARD, backward("y"))))
    stage.runner._future.result(timeout=60)
    assert seen == [False, False, True]


def test_an_edit_while_a_huge_repeat_runs_wins(stage, qtbot):
    stage.open(Document(square(), (SGD, FORWARD)))
    stage.editor.apply("Huge", edits.set_program(stage.document, (SGD, FORWARD, HUGE)))
    stage.apply(edits.set_program(stage.document, (SGD, repeat(2, *TRAIN))))
    assert value(stage) == pytest.approx(1.28)


def test_deleting_the_loss_mends_the_body(stage):
    stage.open(Document(square(), (repeat(2, FORWARD, backward("y")), Action("zero_", "x.grad"))))
    stage.apply(edits.remove(stage.document, ["y"]))
    assert stage.document.program == (repeat(2, FORWARD), Action("zero_", "x.grad"))


def test_renaming_tells_the_same_chapters_in_the_new_name(stage):
    stage.open(Document(square(), (SGD, repeat(2, *TRAIN))))
    session = stage.runner._worker.session
    stage.apply(edits.rename(stage.document, "x", "weight"))
    assert stage.runner._worker.session is session
    titles = [c.title for c in stage.player.film.timeline.chapters]
    assert titles[0] == "opt = torch.optim.SGD([weight], lr=0.1)"


def test_a_film_of_a_repeat_is_the_same_read_in_one_go_or_as_it_grows():
    program = (SGD, repeat(2, *TRAIN))
    once = film(square(), *program)
    again = film(square(), *program)
    again.prepare()
    assert [once.frame(k).caption for k in range(len(once))] == [
        again.frame(k).caption for k in range(len(again))
    ]
