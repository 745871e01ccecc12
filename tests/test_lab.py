"""The fault lab in the real window: chosen, played, scrubbed and edited with mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from engine.events import same_event
from gui.model import edits
from gui.model.lab import FAULTS
from gui.model.lessons import by_id
from gui.theme import DARK
from tests.window_kit import LEFT, Key, settled

TRUE, FAULTY = 0, 1


def opened_on(qtbot, app, lesson):
    app.filing.open_copy(by_id(lesson).graph)
    settled(qtbot, app)


def lab(qtbot, app, lesson="order", fault="order"):
    """The window, opened by its command on a lesson, with a fault chosen by mouse."""
    opened_on(qtbot, app, lesson)
    app.window.actions_by_id["fault_lab"].trigger()
    window = app.fault_lab.window
    qtbot.waitUntil(window.isVisible)
    choose(qtbot, app, window, fault)
    return window


def choose(qtbot, app, window, fault):
    at = [f.id for f in FAULTS].index(fault)
    button = window.buttons.button(at)
    QTest.mouseClick(button, LEFT, pos=QPoint(8, button.height() // 2))
    assert button.isChecked()
    ready(qtbot, app, window)


def ready(qtbot, app, window):
    """What is shown is the Document as it is now, with the fault that is chosen."""
    now = app.editor.document
    qtbot.waitUntil(lambda: window.runs is not None and window.document is now, timeout=20_000)


def focused(qtbot, window, side):
    """The canvas has the keys, as after a click on it."""
    canvas = window.sides[side].canvas
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    canvas.setFocus()
    qtbot.waitUntil(canvas.hasFocus)
    return canvas


def cells(window):
    rows = range(window.table.topLevelItemCount())
    return [[window.table.topLevelItem(r).text(c) for c in range(5)] for r in rows]


def test_micrograds_graph_gives_both_answers(qtbot, app):
    window = lab(qtbot, app)
    QTest.mouseClick(window.transport.buttons["last"], LEFT)
    assert cells(window) == [["a", "25", "29", "4", "≠"], ["b", "19", "22", "3", "≠"]]
    assert [side.canvas.frame.node("a").stored for side in window.sides] == [25, 29]
    assert set(window.sides[TRUE].canvas.marked[0]) == {"a", "b"}
    assert window.sides[TRUE].canvas.marked == window.sides[FAULTY].canvas.marked


def test_it_opens_where_the_runs_part(qtbot, app):
    window = lab(qtbot, app)
    assert "c runs after 1 of 2 contributions" in window.verdict.text()
    assert window.player.step == window.runs.parting.moment
    window.player.last()
    QTest.mouseClick(window.go, LEFT)
    assert window.player.step == window.runs.parting.moment


def test_the_true_side_is_the_apps_own_film(qtbot, app):
    for lesson in ("order", "fan_out", "accumulation", "errors/saved_in_place"):
        window = lab(qtbot, app, lesson, "replace")
        own, ours = app.player.film.trace.events, window.runs.first.trace.events
        assert len(own) == len(ours)
        assert all(map(same_event, own, ours))


def test_each_side_waits_for_the_other(qtbot, app):
    """One transport: a step only one run makes moves only that side's packet."""
    window = lab(qtbot, app)
    QTest.mouseClick(window.transport.buttons["first"], LEFT)
    canvas = focused(qtbot, window, TRUE)
    seen = []
    for _ in range(len(window.runs)):
        QTest.keyClick(canvas, Key.Key_Right)
        seen.append([side.canvas.frame.step for side in window.sides])
    assert seen == [[m.first, m.second] for m in window.runs.moments]
    QTest.keyClick(canvas, Key.Key_Left)
    assert window.player.step == len(window.runs) - 2
    alone = next(k for k, m in enumerate(window.runs.moments) if m.alone == FAULTY)
    window.player.go(alone, 0.25)
    assert [side.canvas.phase for side in window.sides] == [1.0, 0.25]


def test_it_plays_with_the_space_bar(qtbot, app):
    window = lab(qtbot, app)
    window.player.first()
    canvas = focused(qtbot, window, FAULTY)
    QTest.keyClick(canvas, Key.Key_Space)
    assert window.player.playing
    window.player.tick(2.5)
    assert window.player.step == 2  # the moment before anything ran takes no time
    QTest.keyClick(canvas, Key.Key_Space)
    assert not window.player.playing


def test_where_nothing_differs_it_says_why_and_opens_a_graph_where_it_does(qtbot, app):
    window = lab(qtbot, app, "square", "order")
    assert "No difference here. No computed tensor" in window.verdict.text()
    assert window.open.isVisible()
    assert not window.go.isVisible()
    QTest.mouseClick(window.open, LEFT)
    settled(qtbot, app)
    qtbot.waitUntil(lambda: window.runs.parting is not None, timeout=20_000)
    assert set(window.runs.first.graph.nodes) == set("abcdefy")
    assert window.go.isVisible()
    assert not window.open.isVisible()


def test_a_program_without_backward_is_told_so(qtbot, app):
    opened_on(qtbot, app, "order")
    app.editor.apply("forward only", edits.set_program(app.editor.document, ()))
    settled(qtbot, app)
    app.window.actions_by_id["fault_lab"].trigger()
    ready(qtbot, app, app.fault_lab.window)
    assert "never calls backward()" in app.fault_lab.window.verdict.text()


def test_it_follows_edits(qtbot, app):
    window = lab(qtbot, app)
    document = edits.set_param(app.editor.document, "a", "data", 4.0)
    app.editor.apply("Change a", document)
    qtbot.waitUntil(lambda: window.document is app.editor.document, timeout=20_000)
    window.player.last()
    true, faulty = cells(window)[0][1:3]
    assert true != "25"
    assert true != faulty
    moved = edits.move(app.editor.document, {"a": (-300.0, 0.0)})
    app.editor.apply("Move a", moved)
    for side in window.sides:
        assert side.canvas.document.places["a"] == (-300.0, 0.0)


def test_nothing_is_edited_there(qtbot, app):
    window = lab(qtbot, app)
    before = app.editor.document
    canvas = focused(qtbot, window, TRUE)
    canvas.select_all()
    for key in (Key.Key_Delete, Key.Key_Tab, Key.Key_M):
        QTest.keyClick(canvas, key)
    QTest.mouseDClick(canvas, LEFT, pos=canvas.rect().center())
    assert app.editor.document is before
    assert canvas.document.graph is before.graph


@pytest.mark.parametrize("fault", [fault.id for fault in FAULTS])
def test_every_fault_shows_where_it_is_said_to(qtbot, app, fault):
    shown_by = next(f.shown_by for f in FAULTS if f.id == fault)
    window = lab(qtbot, app, shown_by, fault)
    assert window.runs.parting is not None
    window.player.last()
    assert any(row[4] == "≠" for row in cells(window))
    window.set_theme(DARK)
    assert not window.grab().isNull()


def test_closing_stops_it(qtbot, app):
    window = lab(qtbot, app)
    window.player.first()
    window.player.play()
    QTest.keyClick(window, Key.Key_Escape)
    assert not window.isVisible()
    assert not window.player.playing


def test_a_closed_lab_runs_nothing(qtbot, app):
    """Edits cost nothing more while nobody looks."""
    window = lab(qtbot, app)
    window.close()
    runs = window.runs
    app.editor.apply("Change", edits.set_param(app.editor.document, "a", "data", 5.0))
    settled(qtbot, app)
    assert window.runs is runs
    app.window.actions_by_id["fault_lab"].trigger()
    qtbot.waitUntil(lambda: window.runs is not runs, timeout=20_000)


def test_in_a_large_graph_differences_are_marked_when_it_stands(qtbot, app, monkeypatch):
    monkeypatch.setattr("gui.panels.lab.MANY", 2)
    window = lab(qtbot, app)
    window.player.go(len(window.runs) - 2)
    assert window.sides[TRUE].canvas.marked[0]
    window.player.play()
    window.player.tick(0.5)
    assert not window.sides[TRUE].canvas.marked[0]
    window.player.pause()
    assert window.sides[TRUE].canvas.marked[0]


def test_marks_are_shapes(qtbot, app):
    """A ring and a sign, which can be told without seeing colours."""
    window = lab(qtbot, app)
    canvas = window.sides[FAULTY].canvas
    window.player.last()
    marked = canvas.grab().toImage()
    canvas.point_out([], [])
    assert canvas.grab().toImage() != marked
    assert canvas.sign == "≠"
