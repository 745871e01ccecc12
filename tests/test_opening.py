"""Opening what takes long to read: beside the work, given up, overtaken, and with questions."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDialog, QMessageBox

from gui.model.files import load
from gui.state import reader
from gui.storing import Storing
from tests.test_storing import edit
from tests.window_kit import LEFT, Button, Key, drop, lesson, settled

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")


@pytest.fixture
def files(tmp_path):
    """Two graphs in files."""
    made = tmp_path / "slow.chain", tmp_path / "other.chain"
    for path, name in zip(made, ("square", "sine"), strict=True):
        path.write_bytes(lesson(name).read_bytes())
    return made


@pytest.fixture
def gates(monkeypatch, files):
    """Reading a file waits until its gate is opened, and nobody waits for the reading."""
    made = {path: threading.Event() for path in files}

    def slowly(path, **rest):
        assert made[path].wait(60)
        return load(path, **rest)

    monkeypatch.setattr(Storing, "patience", 0.0)
    monkeypatch.setattr(reader, "load", slowly)
    yield made
    for gate in made.values():
        gate.set()


def arrived(qtbot, app, path):
    qtbot.waitUntil(lambda: app.editor.path == path)
    settled(qtbot, app)


def test_the_window_goes_on_while_a_file_is_read_and_then_shows_it(qtbot, app, files, gates):
    slow, _ = files
    before = app.editor.document
    assert app.filing.open(slow)
    assert app.editor.document is before
    assert app.window.opening.isVisible()
    assert "slow.chain" in app.window.opening.label.text()
    gates[slow].set()
    arrived(qtbot, app, slow)
    assert app.editor.document == load(slow)[0]
    assert not app.window.opening.isVisible()
    assert app.settings.recent[0] == slow


@pytest.mark.parametrize("where", ["canvas", "palette", "code"])
def test_esc_gives_it_up_wherever_the_focus_is(qtbot, app, files, gates, where):
    slow, _ = files
    before = app.editor.document
    app.filing.open(slow)
    focus = {"canvas": app.canvas, "palette": app.palette.field, "code": app.code}[where]
    QTest.keyClick(focus, Key.Key_Escape)
    given_up(qtbot, app, gates, slow, before)


def test_its_button_gives_it_up(qtbot, app, files, gates):
    slow, _ = files
    before = app.editor.document
    app.filing.open(slow)
    QTest.mouseClick(app.window.opening.stop, LEFT)
    given_up(qtbot, app, gates, slow, before)


def given_up(qtbot, app, gates, path, before):
    """At once, and what is read all the same comes to nothing."""
    assert not app.filing.reader.busy
    assert not app.window.opening.isVisible()
    with qtbot.waitSignal(app.filing.reader._aside.found):
        gates[path].set()
    assert app.editor.document is before
    assert app.editor.path is None


def test_reverting_goes_on_beside_the_work_too(qtbot, app, files, gates):
    slow, _ = files
    gates[slow].set()
    app.filing.open(slow)
    arrived(qtbot, app, slow)
    gates[slow].clear()
    mine = edit(app)
    assert app.filing.revert()
    assert app.editor.document is mine
    with qtbot.waitSignal(app.filing.reader.done):
        gates[slow].set()
    assert app.editor.document == load(slow)[0]
    assert not app.editor.dirty
    app.editor.history.undo()
    assert app.editor.document is mine


def test_what_is_saved_while_it_is_reverted_is_newer(qtbot, app, files, gates):
    slow, _ = files
    gates[slow].set()
    app.filing.open(slow)
    arrived(qtbot, app, slow)
    gates[slow].clear()
    app.filing.revert()
    mine = edit(app)
    app.filing.save()
    assert app.filing.finish()
    with qtbot.waitSignal(app.filing.reader.done):
        gates[slow].set()
    assert app.editor.document is mine
    assert load(slow)[0] == mine
    assert not app.editor.dirty


def test_a_copy_is_read_beside_the_work_and_saved_where_it_came_from(qtbot, app, files, gates):
    slow, _ = files
    before = app.editor.document
    opened = []
    assert app.filing.open_copy(slow, lambda: opened.append(app.editor.title))
    assert (app.editor.document, opened) == (before, [])
    with qtbot.waitSignal(app.filing.reader.done):
        gates[slow].set()
    assert opened == ["slow"]
    assert app.editor.path is None
    assert app.filing._own_name("") == slow
    settled(qtbot, app)


def test_files_dropped_are_looked_at_beside_the_work(qtbot, app, files, gates, told, monkeypatch):
    """The gates are those of reading on a thread: here, nothing would ever be read."""
    slow, other = files
    drop(app.window, slow, other)
    assert [one.editor.path for one in app.desk.apps] == [None]
    for gate in gates.values():
        gate.set()
    qtbot.waitUntil(lambda: [one.editor.path for one in app.desk.apps] == [slow, other])
    for one in app.desk.apps:
        settled(qtbot, one)


def test_a_window_closed_while_files_are_dropped_on_it_opens_none(qtbot, app, files, gates):
    """They come to windows of their own."""
    slow, other = files
    second = app.desk.new_window()
    drop(second.window, slow, other)
    assert second.window.close()
    for gate in gates.values():
        gate.set()
    qtbot.waitUntil(lambda: {one.editor.path for one in app.desk.apps} == {None, slow, other})
    for one in app.desk.apps:
        settled(qtbot, one)


def test_what_was_opened_in_part_is_saved_where_it_came_from(qtbot, app, tmp_path, monkeypatch):
    path = tmp_path / "odd.chain"
    text = lesson("square").read_text()
    path.write_text(text[: text.index('"edges"')])
    monkeypatch.setattr(QMessageBox, "exec", lambda box: 0)
    monkeypatch.setattr(QMessageBox, "clickedButton", lambda box: box.buttons()[0])
    app.filing.open(path)
    settled(qtbot, app)
    assert "in part" in app.editor.title
    assert app.filing._own_name("").parent == tmp_path
    app.editor.history.setClean()
    app.filing.new()
    assert app.filing._own_name("").parent == Path.home()


def test_the_newest_wins(qtbot, app, files, gates):
    slow, other = files
    app.filing.open(slow)
    app.filing.open(other)
    with qtbot.waitSignal(app.filing.reader._aside.found):
        gates[slow].set()
    assert app.editor.path is None
    gates[other].set()
    arrived(qtbot, app, other)


def test_a_new_document_is_newer_than_what_is_being_read(qtbot, app, files, gates):
    slow, _ = files
    app.filing.open(slow)
    app.filing.new()
    assert not app.filing.reader.busy
    before = app.editor.document
    given_up(qtbot, app, gates, slow, before)


@pytest.mark.parametrize("answer", [Button.Cancel, Button.Discard])
def test_what_was_edited_meanwhile_is_asked_about(qtbot, app, files, gates, told, answer):
    slow, _ = files
    gates[slow].set()
    app.filing.open(slow)
    arrived(qtbot, app, slow)
    _, other = files
    app.filing.open(other)
    mine = edit(app)
    told.answer = answer
    with qtbot.waitSignal(app.filing.reader.done):
        gates[other].set()
    assert len(told) == 1
    assert "Save the changes" in told[0]
    assert (app.editor.document is mine) == (answer == Button.Cancel)
    settled(qtbot, app)


def test_a_dialog_that_is_open_keeps_its_document(qtbot, app, files, gates):
    slow, _ = files
    before = app.editor.document
    app.filing.open(slow)
    dialog = QDialog(app.window)
    dialog.open()
    with qtbot.waitSignal(app.filing.reader._aside.found):
        gates[slow].set()
    assert app.editor.document is before
    assert app.filing.reader.busy
    dialog.close()
    arrived(qtbot, app, slow)


def test_closing_the_window_meanwhile_leaves_nothing_behind(qtbot, app, files, gates):
    slow, _ = files
    app.desk.new_window()  # so that the closed one is let go
    app.filing.open(slow)
    assert app.window.close()
    gates[slow].set()


def test_a_refused_file_is_told_of_when_it_has_been_read(qtbot, app, files, gates, told):
    slow, _ = files
    slow.write_text("[")
    assert app.filing.open(slow)
    with qtbot.waitSignal(app.filing.reader.done):
        gates[slow].set()
    assert "slow.chain" in told[0]
    assert app.editor.path is None
