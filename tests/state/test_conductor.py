"""The conductor: what runs when, and which step is shown afterwards."""

from threading import get_ident

import pytest

from engine.events import same_event
from engine.graph import Action, Graph
from gui.model import edits
from gui.model import film as film_module
from gui.model.document import Document
from gui.state.conductor import Conductor, same_until
from gui.state.editor import Editor
from gui.state.jobs import Runner
from gui.state.player import Player
from tests.runs import FORWARD, backward, binary, film, leaf, lesson, op, square, wire


class Stage:
    """Editor, runner, player and conductor, without a window."""

    def __init__(self, qtbot):
        self.qtbot = qtbot
        self.editor, self.runner, self.player = Editor(), Runner(), Player()
        self.conductor = Conductor(self.editor, self.runner, self.player)
        self.runs = 0
        self.runner.published.connect(self._count)

    def _count(self, film, finished):
        self.runs += finished

    def open(self, document):
        self.editor.open(document)
        self.settle()

    def apply(self, document):
        self.editor.apply("Edit", document)
        self.settle()

    def settle(self):
        self.qtbot.waitUntil(lambda: not self.runner.busy)

    @property
    def document(self):
        return self.editor.document

    def shown(self, node):
        return self.player.frame.node(node)


@pytest.fixture
def stage(qtbot):
    made = Stage(qtbot)
    yield made
    made.player.pause()
    made.runner.close()


def program_of(stage):
    return [action.do for action in stage.document.program]


# ---- opening and editing -------------------------------------------------------------------------


def test_an_opened_document_shows_the_end_of_its_first_forward(stage):
    stage.open(lesson("perceptron"))
    assert stage.player.step == 21
    assert stage.shown("loss").value == pytest.approx(3.481252)
    assert stage.shown("loss").grad is None


def test_an_edited_value_shows_at_once(stage):
    stage.open(Document(square()))
    stage.apply(edits.set_param(stage.document, "x", "data", 3.0))
    assert stage.shown("y").value == 9


def test_what_is_added_shows_at_once(stage):
    """The player stands at the end of the forward pass, wherever that is."""
    stage.open(Document())
    found, x = edits.add_node(stage.document, "parameter", (0, 0))
    stage.apply(found)
    assert stage.shown(x).value == 1
    found, y = edits.add_node(stage.document, "pow", (0, 0))
    stage.apply(found)
    assert stage.shown(y).error is not None
    stage.apply(edits.connect(stage.document, x, y, "self"))
    assert stage.shown(y).error is None
    assert stage.shown(y).value == 1


def test_an_edit_keeps_the_step_where_nothing_before_it_changed(stage):
    stage.open(lesson("accumulation"))
    stage.player.go(3)
    stage.apply(edits.set_program(stage.document, stage.document.program[:4]))
    assert stage.player.step == 3
    stage.player.go(0)
    stage.apply(edits.set_param(stage.document, "y", "exponent", 3))
    assert stage.player.step == 0


def test_an_edit_that_changes_what_was_shown_goes_to_the_end_of_the_first_forward(stage):
    stage.open(lesson("accumulation"))
    stage.player.last()
    stage.apply(edits.set_param(stage.document, "y", "exponent", 3))
    assert stage.player.step == 1
    assert stage.shown("y").value == 8


def test_a_change_that_the_caption_does_not_show_is_a_change(stage):
    """A table of numbers is told by its shape; the numbers count all the same."""
    graph = Graph.of([leaf("x", [[1.0, 2.0]]), op("y", "sum")], [wire("x", "y")])
    stage.open(Document(graph, (FORWARD, backward("y"))))
    stage.player.last()
    stage.apply(edits.set_param(stage.document, "x", "data", [[2.0, 1.0]]))
    assert stage.player.step == 1


def test_undo_runs_what_was_before(stage):
    stage.open(Document(square()))
    stage.apply(edits.set_param(stage.document, "x", "data", 3.0))
    stage.editor.history.undo()
    stage.settle()
    assert stage.shown("y").value == 4


def test_an_edit_with_an_error_leaves_the_rest_visible(stage):
    stage.open(Document(square()))
    stage.apply(edits.set_param(stage.document, "x", "data", "two"))
    assert "invalid data type" in stage.shown("x").error
    stage.apply(edits.set_param(stage.document, "x", "data", 5.0))
    assert (stage.shown("x").error, stage.shown("y").value) == (None, 25)


# ---- what needs no run ---------------------------------------------------------------------------


def test_a_move_runs_nothing_and_shows_the_same_film(stage):
    stage.open(lesson("square"))
    before = stage.player.film, stage.runs
    stage.apply(edits.move(stage.document, {"x": (5.0, 5.0)}))
    assert (stage.player.film, stage.runs) == before


def test_a_new_name_runs_nothing_and_tells_the_same_film_anew(stage):
    stage.open(lesson("square"))
    stage.player.go(3)
    trace, runs = stage.player.film.trace, stage.runs
    stage.apply(edits.rename(stage.document, "x", "input"))
    assert (stage.player.film.trace, stage.runs, stage.player.step) == (trace, runs, 3)
    assert stage.player.frame.caption == (
        "PowBackward0 of y sends ∂y/∂input = 1 · 10 = 10 to input: "
        "what arrived times the local derivative 2 · input."
    )


def test_a_new_name_given_while_a_run_is_on_its_way_is_shown(stage):
    stage.open(Document(square()))
    stage.editor.apply("Edit", edits.set_param(stage.document, "x", "data", 3.0))
    stage.editor.apply("Rename", edits.rename(stage.document, "x", "input"))
    stage.settle()
    assert stage.player.film.graph is stage.document.graph
    assert stage.shown("y").value == 9


# ---- the toolbar ---------------------------------------------------------------------------------


def test_backward_is_appended_and_played_from_its_start(stage):
    stage.open(Document(square()))
    stage.conductor.backward()
    stage.settle()
    assert program_of(stage) == ["forward", "backward"]
    assert (stage.player.playing, stage.player.step) == (True, 2)
    assert stage.editor.history.undoText() == "Run y.backward()"


def test_backward_is_shown_done_where_playing_is_not_wanted(stage):
    stage.open(Document(square()))
    stage.conductor.play_new = False
    stage.conductor.backward(retain_graph=True)
    stage.settle()
    assert (stage.player.playing, stage.player.step) == (False, 4)
    assert stage.document.program[-1].args == {"retain_graph": True}


def test_appending_goes_on_with_the_live_session(stage):
    """Leaves are not made again, and .grad adds up."""
    stage.open(Document(square()))
    stage.conductor.play_new = False
    stage.conductor.backward()
    stage.settle()
    x = stage.runner._worker.session.tensor("x")
    stage.conductor.forward()
    stage.settle()
    stage.conductor.backward()
    stage.settle()
    assert stage.runner._worker.session.tensor("x") is x
    assert stage.shown("x").stored == 8
    stage.conductor.zero_grad()
    stage.settle()
    assert program_of(stage) == ["forward", "backward", "forward", "backward", "zero_"]
    assert stage.shown("x").stored == 0


def test_the_first_forward_only_writes_down_what_has_run(stage):
    stage.open(Document(square()))
    runs = stage.runs
    stage.player.first()
    stage.conductor.forward()
    stage.settle()
    assert (program_of(stage), stage.runs) == (["forward"], runs)
    assert stage.player.step == 1
    stage.apply(edits.set_param(stage.document, "x", "data", 3.0))
    assert stage.player.step == 1


def test_appending_while_a_run_is_on_its_way_shows_what_was_appended(stage):
    stage.open(lesson("accumulation"))
    stage.conductor.play_new = False
    stage.conductor.forward()
    stage.conductor.backward("y")
    stage.settle()
    assert stage.player.step == len(stage.player.film) - 1
    assert len(stage.player.film) == 14


def test_an_append_that_must_start_anew_does_not_lose_the_way(stage):
    """After a cancelled run there is no live session; the films on the way are not shown."""
    stage.open(lesson("accumulation"))
    stage.runner._worker.session = None
    stage.player.last()
    stage.conductor.forward()
    stage.settle()
    assert (stage.player.step, len(stage.player.film)) == (10, 11)


def test_undoing_an_append_keeps_the_step_if_it_is_still_there(stage):
    stage.open(Document(square(), (FORWARD, backward("y"))))
    stage.conductor.forward()
    stage.settle()
    stage.player.go(4)
    stage.editor.history.undo()
    stage.settle()
    assert stage.player.step == 4
    stage.conductor.forward()
    stage.settle()
    stage.editor.history.undo()
    stage.settle()
    assert stage.player.step == 1


def test_clearing_the_program_leaves_the_silent_forward(stage):
    stage.open(lesson("accumulation"))
    stage.conductor.clear_program()
    stage.settle()
    assert stage.document.program == ()
    assert stage.player.step == len(stage.player.film) - 1 == 1


def test_several_roots_are_a_question(stage, qtbot):
    graph = Graph.of([leaf("x"), op("y", "neg"), op("z", "sin")], [wire("x", "y"), wire("x", "z")])
    stage.open(Document(graph))
    with qtbot.waitSignal(stage.conductor.choose_root) as asked:
        stage.conductor.backward()
    assert asked.args == [("y", "z")]
    assert stage.document.program == ()
    stage.conductor.backward("z")
    stage.settle()
    assert stage.document.program[-1].on == "z"


def test_what_cannot_be_done_is_told(stage, qtbot):
    stage.open(Document(Graph.of([leaf("x")])))
    with qtbot.waitSignal(stage.conductor.message) as told:
        stage.conductor.backward()
    assert told.args[0].startswith("Backward needs an op")
    with qtbot.waitSignal(stage.conductor.message) as told:
        stage.conductor.zero_grad()
    assert told.args[0].startswith("There is no .grad")


def test_a_backward_that_fails_is_shown_at_its_error(stage):
    stage.open(Document(square(), (FORWARD, backward("y"))))
    stage.conductor.play_new = False
    stage.conductor.backward()
    stage.settle()
    assert stage.player.frame.failed.startswith("RuntimeError: Trying to backward")
    assert stage.shown("y").error


def test_opening_another_document_forgets_the_last(stage):
    stage.open(lesson("accumulation"))
    stage.player.last()
    stage.conductor.forward()
    stage.editor.open(lesson("square"))
    stage.settle()
    assert (stage.player.step, len(stage.player.film)) == (1, 5)
    assert stage.shown("y").value == 25


# ---- comparing films -----------------------------------------------------------------------------


def test_films_are_the_same_until_their_events_differ():
    one = film(square(), FORWARD, backward("y"))
    longer = film(square(), FORWARD, backward("y"), FORWARD)
    other = film(square(), FORWARD, Action("retain_grad", "y"), backward("y"))
    assert same_until(one, longer, 4)
    assert same_until(longer, one, 4)
    assert not same_until(longer, one, 5)
    assert same_until(one, other, 1)
    assert not same_until(one, other, 2)
    assert not same_until(one, longer, -1)


def test_the_end_of_the_first_forward_is_found_wherever_it_is():
    made, edges = binary("y", "mul", "x", "x")
    graph = Graph.of([leaf("x"), made], edges)
    assert film(graph, FORWARD, backward("y"), FORWARD).end_of_first_forward == 1
    assert film(graph, backward("y")).end_of_first_forward == 0
    assert film(Graph(), FORWARD).end_of_first_forward == -1


def test_the_thread_that_paints_compares_no_events(stage, monkeypatch):
    threads = []
    monkeypatch.setattr(
        film_module, "same_event", lambda *pair: threads.append(get_ident()) or same_event(*pair)
    )
    stage.open(Document(square(), (FORWARD, backward("y"), FORWARD)))
    stage.player.last()
    step = stage.player.step
    stage.apply(edits.set_program(stage.document, (FORWARD, backward("y"), backward("y"))))
    assert stage.player.step < step
    assert threads
    assert get_ident() not in threads


def test_what_was_compared_beforehand_is_what_comparing_finds():
    one = film(square(), FORWARD, backward("y"))
    for program in ((FORWARD,), (FORWARD, Action("retain_grad", "y"), backward("y"))):
        other = film(square(), *program)
        found = [same_until(one, other, step) for step in range(-1, 8)]
        other.compare(one.trace)
        assert [same_until(one, other, step) for step in range(-1, 8)] == found
