"""The main job in the real window, by mouse and keyboard: compose, run, step, save, reopen."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

import assets
from gui.app import App
from gui.dress import dress
from gui.model.document import Document
from gui.model.files import load, to_text
from gui.theme import LIGHT
from tests.canvas_kit import Rig

Key, Mod, LEFT = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton.LeftButton
Button = QMessageBox.StandardButton


@pytest.fixture
def app(qtbot, home_of_its_own):
    made = App()
    made.settings.forget_recent()
    made.settings.theme = "light"
    made.window.resize(1400, 900)
    made.window.show()
    qtbot.waitUntil(made.window.isVisible)
    yield made
    made.editor.history.setClean()  # or closing would ask
    made.window.close()
    assert made._closed
    dress(LIGHT)


@pytest.fixture
def rig(app):
    app.canvas.setFocus()
    return Rig(app.canvas, app.editor, app.selection)


@pytest.fixture
def files(monkeypatch, tmp_path):
    """The file dialogs answer with this path."""
    path = tmp_path / "square.chain"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *a: (str(path), ""))
    return path


@pytest.fixture
def told(monkeypatch):
    """Message boxes are written down and answered with `told.answer`."""

    class Told(list):
        answer = Button.Cancel

    seen = Told()

    def answer(box):
        seen.append(f"{box.text()}\n{box.informativeText()}")
        return seen.answer

    monkeypatch.setattr(QMessageBox, "exec", answer)
    return seen


def settled(qtbot, app):
    """Wait until the background run has been shown."""
    qtbot.waitUntil(lambda: not app.runner.busy)


def open_lesson(qtbot, app, name):
    assert app.filing.open_copy(assets.path("examples", f"{name}.chain"))
    settled(qtbot, app)


def type_into_popup(rig, text):
    """Tab opens the search popup where the mouse is; type and Enter."""
    rig.key(Key.Key_Tab)
    field = rig.canvas.search.line
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Key.Key_Return)


def compose_square(rig):
    """y = x ** 2 with x = 3, by mouse and keyboard only."""
    rig.move(QPoint(150, 200))
    rig.double_click(QPoint(150, 200))
    QTest.keyClicks(rig.canvas.search.line, "parameter")
    QTest.keyClick(rig.canvas.search.line, Key.Key_Return)
    x = next(iter(rig.document.graph.nodes))
    rig.key(Key.Key_Return)

    QTest.keyClick(rig.canvas.field, Key.Key_A, Mod.ControlModifier)
    QTest.keyClicks(rig.canvas.field, "3")
    QTest.keyClick(rig.canvas.field, Key.Key_Return)

    rig.double_click(QPoint(450, 400))
    QTest.keyClicks(rig.canvas.search.line, "pow")
    QTest.keyClick(rig.canvas.search.line, Key.Key_Return)
    y = list(rig.document.graph.nodes)[-1]
    if not rig.document.graph.edges:
        rig.drag(rig.port(x), rig.port(y, "self"))
    return x, y


def test_a_square_is_composed_run_stepped_saved_and_reopened_by_hand(qtbot, app, rig, files):
    x, y = compose_square(rig)
    settled(qtbot, app)
    assert [n.op for n in app.editor.document.graph.nodes.values()] == ["parameter", "pow"]
    assert app.player.frame.node(y).value == 9

    QTest.mouseClick(app.window.buttons["backward"], LEFT)
    settled(qtbot, app)
    assert app.player.playing
    app.player.pause()
    assert app.editor.document.program[-1].do == "backward"

    app.canvas.setFocus()
    rig.key(Key.Key_End, Mod.ControlModifier)
    assert app.player.frame.node(x).stored == 6
    rig.key(Key.Key_F11, Mod.ShiftModifier)
    assert app.player.frame.node(x).stored is None
    assert app.player.frame.packet.value == 6
    rig.key(Key.Key_F11)
    assert app.player.frame.node(x).stored == 6
    rig.key(Key.Key_Home, Mod.ControlModifier)
    assert app.player.step == -1

    assert app.window.isWindowModified()
    rig.key(Key.Key_S, Mod.ControlModifier)
    assert not app.window.isWindowModified()
    saved = app.editor.document
    rig.key(Key.Key_N, Mod.ControlModifier)
    assert app.editor.document == Document()
    rig.key(Key.Key_O, Mod.ControlModifier)
    settled(qtbot, app)
    assert app.editor.document == saved
    assert app.editor.path == files
    assert files.absolute() in app.settings.recent


def test_the_picture_after_scrubbing_equals_the_one_after_stepping(qtbot, app, rig):
    open_lesson(qtbot, app, "accumulation")
    app.canvas.fit_all()
    app.player.first()
    stepped = [rig.picture()]
    for _ in range(len(app.player.film)):
        app.player.forward()
        stepped.append(rig.picture())
    scrub = app.transport.scrub
    for step in (7, 2, 9, -1, 4, 8, 0, 5):
        x = round(scrub.x_of(step))
        QTest.mouseClick(scrub, LEFT, Mod.NoModifier, QPoint(x, scrub.height() // 2))
        assert app.player.step == step
        assert rig.picture() == stepped[step + 1], f"step {step}"


def test_stepping_back_shows_what_was_seen_on_the_way_there(qtbot, app, rig):
    open_lesson(qtbot, app, "perceptron")
    there = {}
    app.player.go(20)
    while app.player.step < len(app.player.film) - 1:
        app.player.forward()
        there[app.player.step] = rig.picture()
    while app.player.step > 21:
        assert rig.picture() == there[app.player.step], f"step {app.player.step}"
        app.player.back()


@pytest.mark.parametrize("lesson", ["square", "sine", "perceptron", "accumulation", "stopping"])
def test_every_lesson_opens_runs_and_saves_as_it_was(qtbot, app, lesson):
    open_lesson(qtbot, app, lesson)
    path = assets.path("examples", f"{lesson}.chain")
    assert to_text(app.editor.document) == path.read_text(encoding="utf-8")
    assert len(app.player.film) >= 5
    assert not app.editor.dirty
    assert app.editor.path is None  # a lesson is a copy: saving it asks for a place


def test_undo_takes_back_every_edit_and_redo_brings_it_again(qtbot, app, rig):
    compose_square(rig)
    made = app.editor.document
    history = app.editor.history
    while history.canUndo():
        rig.key(Key.Key_Z, Mod.ControlModifier)
    assert app.editor.document == Document()
    while history.canRedo():
        rig.key(Key.Key_Z, Mod.ControlModifier | Mod.ShiftModifier)
    assert app.editor.document == made
    settled(qtbot, app)


def test_a_second_backward_without_forward_fails_at_the_node_that_raised(qtbot, app, rig):
    open_lesson(qtbot, app, "square")
    QTest.mouseClick(app.window.buttons["backward"], LEFT)
    settled(qtbot, app)
    app.player.last()
    state = app.player.frame.node("y")
    assert state.error.startswith(
        "RuntimeError: Trying to backward through the graph a second time"
    )
    assert app.player.frame.active == {"y"}
    assert "retain_graph=True" in app.player.frame.remedy


def test_with_retain_graph_ticked_the_second_backward_accumulates(qtbot, app, rig):
    compose_square(rig)
    settled(qtbot, app)
    QTest.mouseClick(app.window.buttons["retain_graph"], LEFT)
    for _ in range(2):
        QTest.mouseClick(app.window.buttons["backward"], LEFT)
        settled(qtbot, app)
        app.player.last()
    x = next(iter(app.editor.document.graph.nodes))
    assert app.player.frame.node(x).stored == 12
    QTest.mouseClick(app.window.buttons["zero_grad"], LEFT)
    settled(qtbot, app)
    assert app.player.frame.node(x).stored == 0


def test_an_edit_reruns_and_keeps_the_step_only_if_the_story_is_the_same(qtbot, app, rig):
    open_lesson(qtbot, app, "square")
    app.player.last()
    app.selection.set(["x"])
    rig.key(Key.Key_Return)
    QTest.keyClick(rig.canvas.field, Key.Key_A, Mod.ControlModifier)
    QTest.keyClicks(rig.canvas.field, "4")
    QTest.keyClick(rig.canvas.field, Key.Key_Return)
    settled(qtbot, app)
    assert app.player.step == 1  # the end of forward: every number has changed
    assert app.player.frame.node("y").value == 16
    app.player.last()
    step = app.player.step
    app.selection.set(["y"])
    rig.key(Key.Key_Right, Mod.ShiftModifier)
    settled(qtbot, app)
    assert app.player.step == step  # a move changes no number


def test_text_where_a_number_belongs_says_so_and_loses_nothing(qtbot, app, rig):
    open_lesson(qtbot, app, "square")
    before = app.editor.document
    app.selection.set(["x"])
    rig.key(Key.Key_Return)
    QTest.keyClick(rig.canvas.field, Key.Key_A, Mod.ControlModifier)
    QTest.keyClicks(rig.canvas.field, "two")
    QTest.keyClick(rig.canvas.field, Key.Key_Return)
    assert rig.canvas.field.isVisible()
    assert rig.canvas.field.text() == "two"
    assert app.editor.document is before
    QTest.keyClick(rig.canvas.field, Key.Key_Escape)
    assert not rig.canvas.field.isVisible()


BAD_FILES = {
    "not json": ("hello", "Line 1, column 1: "),
    "truncated": ('{"chainrule": 1, "min_reader": 1, "nodes": [', "Line 1, column 45: "),
    "newer": ('{"chainrule": 9, "min_reader": 9, "nodes": []}', "newer"),
    "unknown slot": (
        json.dumps(
            {
                "chainrule": 1, "min_reader": 1,
                "nodes": [
                    {"id": "x", "op": "tensor", "name": "x", "params": {"data": 1.0}},
                    {"id": "y", "op": "sin", "name": "y", "params": {}},
                ],
                "edges": [{"from": ["x", 0], "to": ["y", "nowhere"]}],
                "regions": [], "program": [], "places": {},
            }
        ),
        "$.edges[0]",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_refused_with_its_place_and_the_document_stays(qtbot, app, files, told, kind):
    open_lesson(qtbot, app, "square")
    before, text = app.editor.document, BAD_FILES[kind]
    files.write_text(text[0])
    assert not app.filing.open(files)
    assert text[1] in told[-1]
    assert app.editor.document is before
    assert app.window.isEnabled()


def test_unsaved_changes_are_asked_about_and_cancel_keeps_the_window(qtbot, app, rig, told, files):
    compose_square(rig)
    settled(qtbot, app)
    app.window.close()
    assert "Save the changes" in told[-1]
    assert app.window.isVisible()
    told.answer = Button.Save
    app.window.close()
    assert not app.window.isVisible()
    assert load(files)[0] == app.editor.document


def test_a_file_changed_by_another_program_is_not_overwritten_unasked(qtbot, app, rig, told, files):
    compose_square(rig)
    settled(qtbot, app)
    assert app.filing.save()
    files.write_text("somebody else was here")
    app.selection.set(list(app.editor.document.graph.nodes)[:1])
    rig.key(Key.Key_Right, Mod.ShiftModifier)
    rig.key(Key.Key_S, Mod.ControlModifier)
    assert "changed by another program" in told[-1]
    assert files.read_text() == "somebody else was here"
    assert app.editor.dirty
    settled(qtbot, app)


def test_every_command_can_be_found_and_done_from_the_keyboard(qtbot, app, told):
    open_lesson(qtbot, app, "sine")
    QTest.keyClick(app.window, Key.Key_K, Mod.ControlModifier)
    assert app.commands.isVisible()
    QTest.keyClicks(app.commands.field, "dark")
    QTest.keyClick(app.commands.field, Key.Key_Escape)
    app.show_commands()
    QTest.keyClicks(app.commands.field, "to the end")
    QTest.keyClick(app.commands.field, Key.Key_Return)
    qtbot.waitUntil(lambda: app.player.step == len(app.player.film) - 1)


def test_a_command_that_cannot_be_done_now_is_found_and_says_so(qtbot, app):
    open_lesson(qtbot, app, "sine")
    app.selection.set([])
    app.show_commands()
    palette = app.commands
    listed = [palette.list.item(k).text() for k in range(palette.list.count())]
    assert not any("Align" in text for text in listed)
    QTest.keyClicks(palette.field, "align left")
    (found,) = [palette.list.item(k) for k in range(palette.list.count())]
    assert found.text() == "Align left edges   ·  not possible now"
    QTest.keyClick(palette.field, Key.Key_Return)
    assert palette.isVisible()
    palette.close()
    app.selection.set(app.editor.document.graph.nodes)
    app.show_commands()
    QTest.keyClicks(palette.field, "align left")
    assert "not possible" not in palette.list.item(0).text()
    palette.close()


def test_dark_and_light_reach_every_corner(qtbot, app):
    open_lesson(qtbot, app, "square")
    for name, dark in (("dark", True), ("light", False)):
        app.choose_theme(name)
        QApplication.processEvents()
        image = app.window.grab().toImage()
        spots = [(5, 300), (700, 60), (1390, 400), (700, 880), (350, image.height() - 260)]
        for x, y in spots:
            assert (image.pixelColor(x, y).lightness() < 128) is dark, (name, x, y)


def test_an_unconnected_input_is_marked_in_place_and_the_rest_still_runs(qtbot, app, rig):
    open_lesson(qtbot, app, "square")
    app.canvas.add_op("mul")
    settled(qtbot, app)
    film = app.player.film
    frame = film.frame(film.timeline.chapters[0].last)
    new = list(app.editor.document.graph.nodes)[-1]
    assert "is not connected" in frame.node(new).error
    assert frame.node("y").value == 25


def test_backward_after_a_stopped_program_is_refused_with_the_reason(qtbot, app, rig):
    open_lesson(qtbot, app, "square")
    app.backward("y")
    settled(qtbot, app)
    before = app.editor.document
    app.backward("y")
    assert app.editor.document is before
    assert "stops with an error at “y.backward()”" in app.window.statusBar().currentMessage()


def test_save_as_without_a_suffix_asks_before_replacing(
    qtbot, app, rig, monkeypatch, told, tmp_path
):
    compose_square(rig)
    settled(qtbot, app)
    there = tmp_path / "mine.chain"
    there.write_text("somebody's")
    name = str(tmp_path / "mine")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (name, ""))
    assert not app.filing.save_as()
    assert "already there" in told[-1]
    assert there.read_text() == "somebody's"
    told.answer = Button.Save
    assert app.filing.save_as()
    assert load(there)[0] == app.editor.document


def test_a_graph_is_built_and_wired_from_the_keyboard_alone(qtbot, app, rig):
    for text in ("parameter", "pow", "sin"):
        type_into_popup(rig, text)
    settled(qtbot, app)
    graph = app.editor.document.graph
    assert [n.op for n in graph.nodes.values()] == ["parameter", "pow", "sin"]
    assert len(graph.edges) == 2
    places = list(app.editor.document.places.values())
    assert len(set(places)) == 3
    assert places[0][0] < places[1][0] < places[2][0]
    app.selection.set(list(graph.nodes)[:1])
    rig.key(Key.Key_Right)
    assert app.editor.document.graph is graph  # a plain arrow steps, it moves nothing


def test_zero_grad_pressed_while_backward_still_runs_is_done_afterwards(qtbot, app, rig):
    open_lesson(qtbot, app, "square")
    app.conductor.rerun()
    assert app.runner.busy
    app.conductor.zero_grad()
    settled(qtbot, app)
    qtbot.waitUntil(lambda: app.editor.document.program[-1].do == "zero_")
    settled(qtbot, app)
    app.player.last()
    assert app.player.frame.node("x").stored == 0


def test_an_op_dragged_from_the_palette_is_added_where_it_is_dropped(qtbot, app, rig):
    """The drag itself is the platform's; here the palette's own data is dropped on the canvas."""
    model = app.palette.model
    index = next(
        i
        for row in range(model.rowCount())
        for child in range(model.rowCount(model.index(row, 0)))
        if "sigmoid" in (i := model.index(child, 0, model.index(row, 0))).data()
    )
    data = model.mimeData([index])
    copy, none = Qt.DropAction.CopyAction, Mod.NoModifier
    enter = QDragEnterEvent(QPoint(300, 250), copy, data, LEFT, none)
    QApplication.sendEvent(app.canvas, enter)
    assert enter.isAccepted()
    drop = QDropEvent(QPointF(300, 250), copy, data, LEFT, none, QEvent.Type.Drop)
    QApplication.sendEvent(app.canvas, drop)
    (node,) = app.editor.document.graph.nodes.values()
    assert node.op == "sigmoid"
    settled(qtbot, app)


def test_with_reduced_motion_backward_is_shown_done_instead_of_played(qtbot, app, rig):
    compose_square(rig)
    settled(qtbot, app)
    app.toggle_reduced_motion()
    app.backward()
    settled(qtbot, app)
    assert not app.player.playing
    assert app.player.step == len(app.player.film) - 1
    app.toggle_reduced_motion()
