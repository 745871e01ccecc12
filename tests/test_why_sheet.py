"""What the Why sheet keeps, and lets go of, while graphs and runs come and go."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from engine.events import Failed
from gui.model import edits
from gui.model.lessons import by_id
from gui.model.why import Kind, Question
from tests.runs import events
from tests.test_why import LEFT, answered, ask, cut_in_two, opened, two_ways
from tests.window_kit import settled


@pytest.fixture
def rig(qtbot, app):
    return opened(qtbot, app, cut_in_two())


def test_another_graph_is_not_asked_what_this_one_was(qtbot, app, rig):
    ask(app, "w")
    ask(app, "x")
    assert app.canvas.lit
    opened(qtbot, app, two_ways())  # has an x, too
    assert app.why.answer is None
    assert not app.why.back.isEnabled()
    assert not app.canvas.lit
    app.player.first()
    app.player.last()
    assert app.why.answer is None


def test_a_pinned_answer_of_what_is_gone_leads_nowhere_and_hurts_nobody(qtbot, app, rig):
    ask(app, "w")
    QTest.mouseClick(app.why.pin, LEFT)
    said = app.why.answer
    place = said.cuts[0]
    app.editor.apply("Delete", edits.remove(app.editor.document, ["m", "d", "w"]))
    settled(qtbot, app)
    assert app.why.answer is None
    app.editor.history.undo()
    settled(qtbot, app)
    assert not app.canvas.lit
    app.why.ask_ghost(place)


def test_a_pinned_answer_stays_while_what_it_is_about_is_there(qtbot, app, rig):
    ask(app, "w")
    QTest.mouseClick(app.why.pin, LEFT)
    said = app.why.answer
    app.editor.apply("Rename", edits.rename(app.editor.document, "k", "kk"))
    settled(qtbot, app)
    app.player.first()
    assert app.why.answer is said
    assert app.why.pin.isChecked()


def test_a_failure_is_mended_from_the_sheet(qtbot, app):
    app.filing.open_copy(by_id("errors/twice").graph)
    settled(qtbot, app)
    app.player.last()
    app.asking.put(Question(Kind.FAILED, "y"))
    told = [button.accessibleName() for button in app.why.fixes.buttons]
    assert told == [button.accessibleName() for button in app.inspector.fixes.buttons]
    assert len(told) == 2
    app.player.first()
    assert app.why.fixes.isHidden()
    app.player.last()
    app.asking.put(Question(Kind.FAILED, "y"))
    QTest.mouseClick(app.why.fixes.buttons[0], LEFT)
    settled(qtbot, app)
    assert not events(app.player.film.trace, Failed)
    assert app.why.fixes.isHidden()


def test_a_failure_of_an_older_run_offers_nothing(qtbot, app):
    app.filing.open_copy(by_id("errors/twice").graph)
    settled(qtbot, app)
    app.player.first()
    document = app.editor.document
    app.editor.apply("Clear", replace(document, program=document.program[:1]))
    app.player.last()  # still the film of the run before: its last line is no more
    assert app.inspector.fixes.isHidden()
    settled(qtbot, app)


def test_escape_and_arrows_are_keys_of_the_sheet(app, rig):
    ask(app, "w")
    ask(app, "x")
    app.why.choice.setFocus()
    QTest.keyClick(app.why.choice, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert app.why.question.node == "w"
    QTest.keyClick(app.why.choice, Qt.Key.Key_Escape)
    assert not app.canvas.lit


def test_a_ghost_of_one_call_is_not_shown_in_another(qtbot, app):
    document = cut_in_two()
    again = replace(document, program=(*document.program, *document.program))
    opened(qtbot, app, again)
    film = app.player.film
    (_, first, end), (_, later, _) = film.calls
    app.player.go(end - 1)
    ask(app, "w")
    app.why.ask_first_ghost()
    qtbot.waitUntil(lambda: bool(app.canvas.lit.ghost_edges))
    app.player.go(first)
    assert app.canvas.lit.ghost_edges  # the same call
    app.player.go(later)
    assert not app.canvas.lit.ghost_edges
    assert not app.why.ghost.text()


def test_a_long_answer_is_not_looked_for_again_while_nothing_changes(qtbot, app, monkeypatch):
    document = two_ways()
    opened(qtbot, app, replace(document, program=(*document.program, *document.program[:1])))
    ((_, _, end),) = app.player.film.calls
    app.player.go(end - 1)
    app.asking.put(Question(Kind.NUMBER, "x"))
    answered(qtbot, app, Kind.NUMBER)
    looked = []
    monkeypatch.setattr(app.why._later, "ask", looked.append)
    app.player.last()
    assert app.player.step > end - 1
    assert not looked
