"""The fault lab in the real window: chosen, played, scrubbed and edited with mouse and keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRectF
from PySide6.QtTest import QTest

from engine.events import same_event
from engine.graph import Graph
from gui.model import edits
from gui.model.document import Document
from gui.model.lab import FAULTS
from gui.model.lessons import by_id
from gui.theme import DARK
from tests.runs import FORWARD, backward, binary, leaf, op, wire
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
    qtbot.waitUntil(lambda: window.runs is not None and window.document is now)


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
    qtbot.waitUntil(lambda: window.runs.parting is not None)
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
    qtbot.waitUntil(lambda: window.document is app.editor.document)
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
    qtbot.waitUntil(lambda: window.runs is not runs)


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


NODES_APART = 1.0
"""Pixels by which antialiasing may reach into what is kept free."""


@pytest.mark.parametrize("fault", [fault.id for fault in FAULTS])
def test_what_differs_is_in_sight_and_large_enough_to_be_read(qtbot, app, fault):
    shown_by = next(f.shown_by for f in FAULTS if f.id == fault)
    window = lab(qtbot, app, shown_by, fault)
    window.resize(1000, 700)
    qtbot.waitUntil(lambda: window.width() == 1000)
    for side in window.sides:
        canvas = side.canvas
        assert canvas.view.scale >= 0.6
        assert window.runs.at_parting
        for node in window.runs.at_parting:
            assert QRectF(canvas.rect()).contains(canvas._box(canvas.geometry_.row[node]))


@pytest.mark.parametrize("size", [(1000, 700), (1920, 1080)])
@pytest.mark.parametrize("lesson", ["order", "fan_out", "broadcast", "accumulation"])
def test_signs_cover_no_node(qtbot, app, lesson, size):
    window = lab(qtbot, app, lesson, "replace")
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)
    canvas, some = window.sides[TRUE].canvas, 0
    for step in range(len(window.runs)):
        window.player.go(step)
        seen = canvas._rows_in_sight()
        ringed = sorted(seen & {*map(canvas.geometry_.row.get, canvas.marked[0])})
        nodes = [canvas._box(row, -NODES_APART) for row in seen]
        for sign in canvas._signs(ringed, seen):
            some += 1
            assert not any(map(sign.intersects, nodes))
    assert some or lesson in ("broadcast", "accumulation")


@pytest.mark.parametrize("size", [(1000, 700), (1280, 800), (1920, 1080)])
def test_the_numbers_stand_below_their_pictures(qtbot, app, size):
    window = lab(qtbot, app)
    window.resize(*size)
    qtbot.waitUntil(lambda: (window.width(), window.height()) == size)
    header = window.table.header()
    faulty = window.table.mapTo(window, header.pos()).x() + header.sectionPosition(2)
    assert abs(faulty - window.sides[FAULTY].mapTo(window, QPoint()).x()) < 12
    assert header.length() <= window.table.viewport().width()
    assert window.table.geometry().bottom() <= window.height()
    last = window.table.visualItemRect(window.table.topLevelItem(1))
    assert last.bottom() <= window.table.viewport().height()


def test_both_pictures_are_moved_together(qtbot, app):
    window = lab(qtbot, app)
    true, faulty = (side.canvas for side in window.sides)
    true.zoom_by(1.5)
    faulty.pan_by_hand(30, 10)
    assert true.view == faulty.view
    QTest.keyClick(focused(qtbot, window, TRUE), Key.Key_Home)
    assert true.view == faulty.view


def test_it_goes_where_the_run_goes_until_somebody_looks_elsewhere(qtbot, app):
    window = lab(qtbot, app, "fan_out", "replace")
    window.resize(1000, 700)
    true = window.sides[TRUE].canvas
    true.reduced_motion = True
    window.player.last()
    (node,) = window.player.frame.active
    assert QRectF(true.rect()).contains(true._box(true.geometry_.row[node]))
    window.sides[FAULTY].canvas.pan_by_hand(500, 0)
    view = true.view
    window.player.first()
    assert true.view == view


def test_every_fault_is_chosen_with_arrow_keys(qtbot, app):
    window = lab(qtbot, app, fault="replace")
    window.resize(1280, 800)
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.buttons.checkedButton().setFocus()
    for fault in FAULTS[1:]:
        QTest.keyClick(window.focusWidget(), Key.Key_Right)
        assert window.fault is fault
    ready(qtbot, app, window)


def test_keys_step_and_play_from_the_table_too(qtbot, app):
    window = lab(qtbot, app)
    window.player.first()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.table.setFocus()
    QTest.keyClick(window.table, Key.Key_Right)
    QTest.keyClick(window.table, Key.Key_Right)
    QTest.keyClick(window.table, Key.Key_Left)
    assert window.player.step == 0
    QTest.keyClick(window.table, Key.Key_Space)
    assert window.player.playing
    QTest.keyClick(window.table, Key.Key_Space)
    assert not window.player.playing


def forks(count):
    """x + x, that plus itself, and so on: 2 ** count paths."""
    made = [binary(f"n{k}", "add", f"n{k - 1}", f"n{k - 1}") for k in range(1, count)]
    nodes = [leaf("n0"), *(node for node, _ in made)]
    graph = Graph.of(nodes, [edge for _, some in made for edge in some])
    return Document(graph, (FORWARD, backward(f"n{count - 1}")))


def test_a_run_that_would_take_ages_is_told_so(qtbot, app):
    app.editor.open(forks(60))
    settled(qtbot, app)
    app.window.actions_by_id["fault_lab"].trigger()
    window = app.fault_lab.window
    ready(qtbot, app, window)
    order = [f.id for f in FAULTS].index("order")
    window.buttons.button(order).setChecked(True)
    qtbot.waitUntil(lambda: "would take ages" in window.verdict.text())
    assert window.open.isVisible()
    choose(qtbot, app, window, "replace")
    assert window.runs.parting is not None


def test_a_program_that_fails_is_told_so(qtbot, app):
    wires = [wire("x", "y"), wire("w", "y", "other")]
    graph = Graph.of([leaf("x", [1.0, 2.0]), leaf("w", [1.0] * 3), op("y", "add")], wires)
    app.editor.open(Document(graph, (FORWARD, backward("y"))))
    settled(qtbot, app)
    app.window.actions_by_id["fault_lab"].trigger()
    ready(qtbot, app, app.fault_lab.window)
    assert "Both runs end in the same error" in app.fault_lab.window.verdict.text()
