"""What is dragged is run as it moves, and is one step of the undo history when it is let go."""

import numpy as np
import pytest

from engine.graph import Graph
from gui.model import edits
from gui.model.document import Document
from gui.state.conductor import Conductor
from gui.state.editor import Editor
from gui.state.jobs import Runner, same_statements
from gui.state.player import Player
from tests.runs import FORWARD, backward, leaf, op, wire


def square(data=2.0):
    graph = Graph.of([leaf("x", data), op("y", "pow", exponent=2)], [wire("x", "y")])
    return Document(graph, (FORWARD, backward("y")))


def at(document, value):
    return edits.set_param(document, "x", "data", value)


@pytest.fixture
def editor():
    made = Editor()
    made.open(square())
    return made


def test_a_preview_is_shown_but_no_step_back(editor):
    first = editor.document
    seen = []
    editor.changed.connect(lambda before, after: seen.append((before, after, editor.previewing)))
    one, two = at(first, 3.0), at(first, 4.0)
    editor.preview(one)
    editor.preview(two)
    assert seen == [(first, one, True), (one, two, True)]
    assert (editor.document, editor.history.count(), editor.dirty) == (two, 0, False)


def test_settling_is_one_step_to_before_the_preview(editor):
    first = editor.document
    for value in (3.0, 4.0, 5.0):
        editor.preview(at(first, value))
    last = editor.document
    editor.apply("Set x", last)
    assert (editor.history.count(), editor.previewing) == (1, False)
    editor.history.undo()
    assert editor.document is first
    editor.history.redo()
    assert editor.document is last


def test_dropping_leads_back(editor):
    first = editor.document
    editor.preview(at(first, 3.0))
    editor.drop_preview()
    assert (editor.document, editor.history.count(), editor.previewing) == (first, 0, False)
    editor.drop_preview()
    assert editor.document is first


def test_settling_where_it_began_is_no_step(editor):
    first = editor.document
    editor.preview(at(first, 3.0))
    editor.apply("Set x", first)
    assert (editor.document, editor.history.count(), editor.previewing) == (first, 0, False)


def test_undo_and_open_end_a_preview(editor):
    editor.apply("Set x", at(editor.document, 3.0))
    editor.preview(at(editor.document, 4.0))
    editor.history.undo()
    assert not editor.previewing
    editor.preview(at(editor.document, 4.0))
    editor.open(square(7.0))
    assert not editor.previewing


@pytest.fixture
def parts(qtbot, editor):
    runner, player = Runner(), Player()
    conductor = Conductor(editor, runner, player)
    conductor.play_new = False
    editor.open(square())
    qtbot.waitUntil(lambda: not runner.busy)
    yield conductor
    runner.close()


def test_a_drag_runs_the_newest_and_keeps_the_step(qtbot, parts):
    """Runs are not given up for the next value, or nothing would be seen until the hand rests."""
    editor, runner, player = parts.editor, parts.runner, parts.player
    published = []
    runner.published.connect(lambda film, finished: finished and published.append(film))
    player.last()
    step, first = player.step, editor.document
    for k in range(50):
        editor.preview(at(first, 3.0 + k))
    qtbot.waitUntil(lambda: float(player.frame.node("x").value) == 52.0)
    qtbot.waitUntil(lambda: not runner.busy)
    assert 1 <= len(published) < 50
    assert player.step == step
    assert float(player.frame.node("x").stored) == 104.0
    editor.apply("Set x", editor.document)
    assert not runner.busy  # it has been run already


def test_a_dropped_preview_runs_what_was_before_at_the_same_step(qtbot, parts):
    editor, runner, player = parts.editor, parts.runner, parts.player
    player.last()
    step = player.step
    editor.preview(at(editor.document, 3.0))
    editor.drop_preview()
    qtbot.waitUntil(lambda: not runner.busy)
    assert float(player.frame.node("x").value) == 2.0
    assert player.step == step


def test_an_edit_after_a_drag_is_shown_as_ever(qtbot, parts):
    """Typing a number leads to the end of the forward, where its value is."""
    editor, runner, player = parts.editor, parts.runner, parts.player
    player.last()
    editor.preview(at(editor.document, 3.0))
    editor.apply("Set x", editor.document)
    qtbot.waitUntil(lambda: not runner.busy)
    editor.apply("Set x", at(editor.document, 5.0))
    qtbot.waitUntil(lambda: not runner.busy)
    assert player.frame.node("x").stored is None


def test_the_same_params_are_not_spelled_out(monkeypatch):
    """A million numbers that nobody touched cost nothing while something else is dragged."""
    big = leaf("b", np.zeros(4).tolist())
    one = Graph.of([big, leaf("x", 1.0)])
    two = Graph.of([big, leaf("x", 2.0)])
    spelled = []
    monkeypatch.setattr("gui.state.jobs.spelled", lambda value: spelled.append(value) or str(value))
    assert not same_statements(one, two)
    assert all(params is not big.params for params in spelled)
