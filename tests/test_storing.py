"""Saving in the window: beside the work, as a copy, over what has changed, and when it fails."""

from __future__ import annotations

import errno
import os
import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox

from gui import storing
from gui.model.disk import Disk
from gui.model.files import fingerprint, load, save
from gui.storing import Storing
from tests.window_kit import LEFT, Button, Key, Mod, lesson, settled

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")
not_windows = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


@pytest.fixture
def path(qtbot, app, tmp_path):
    """The file that is open: a lesson's graph."""
    path = tmp_path / "graph.chain"
    path.write_bytes(lesson("square").read_bytes())
    assert app.filing.open(path)
    settled(qtbot, app)
    yield path
    settled(qtbot, app)


@pytest.fixture
def where(monkeypatch, tmp_path):
    """What file dialogs answer, and what they were asked with."""

    class Where(list):
        answer = tmp_path / "other.chain"

    asked = Where()

    def answer(parent, title, start, kinds):
        asked.append((title, start))
        return str(asked.answer), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return asked


def moved(document, by=10.0):
    return replace(document, places={k: (x + by, y) for k, (x, y) in document.places.items()})


def edit(app, by=10.0):
    app.editor.apply("Move", moved(app.editor.document, by))
    return app.editor.document


def press_save(app):
    """As the menu does it: after a box has closed no window is active, without a window manager."""
    app.window.actions_by_id["save"].trigger()


def said(app):
    return app.window.statusBar().currentMessage()


class Waiting(Disk):
    """A slow disk: writing waits until it is let go."""

    def __init__(self):
        self.go, self.writing = threading.Event(), threading.Event()

    def create(self, path, mode):
        self.writing.set()
        assert self.go.wait(60)
        return super().create(path, mode)


@pytest.fixture
def slow(app, monkeypatch):
    """Saves of the window go to a slow disk, and nobody waits for them."""
    disk = Waiting()
    monkeypatch.setattr(Storing, "patience", 0.0)
    app.filing.saver.fs = disk
    yield disk
    disk.go.set()


# ---- beside the work -----------------------------------------------------------------------------


def test_a_slow_disk_holds_up_nothing_and_what_is_edited_meanwhile_stays_unsaved(app, path, slow):
    first = edit(app)
    press_save(app)
    assert slow.writing.wait(20)
    assert app.filing.saver.busy
    assert "Saving to" in said(app)
    second = edit(app)
    slow.go.set()
    app.filing.saver.wait(60_000)
    assert load(path)[0] == first != second
    assert app.editor.dirty
    app.editor.history.undo()
    assert not app.editor.dirty
    assert not app.window.isWindowModified()


def test_saving_again_while_it_is_saved_saves_the_newest(app, path, slow):
    edit(app)
    press_save(app)
    newest = edit(app)
    press_save(app)
    slow.go.set()
    while app.filing.saver.busy:
        app.filing.saver.wait(60_000)
    assert load(path)[0] == newest
    assert not app.editor.dirty


def test_closing_waits_for_a_save_and_then_asks_nothing(qtbot, app, path, slow, told):
    wanted = edit(app)
    press_save(app)
    QTimer.singleShot(0, slow.go.set)
    app.window.close()
    assert not app.window.isVisible()
    assert told == []
    assert load(path)[0] == wanted


def test_a_disk_that_never_answers_does_not_keep_the_window_for_ever(
    qtbot, app, path, slow, told, monkeypatch
):
    monkeypatch.setattr(storing, "LONG", 0)
    edit(app)
    press_save(app)
    told.answer = Button.Ignore
    assert not app.filing.finish()
    assert [text.splitlines()[0] for text in told] == ["“graph.chain” is still being saved"]
    assert app.editor.dirty
    slow.go.set()
    app.filing.saver._aside.found.connect(lambda _: told.append("told"))
    qtbot.waitUntil(lambda: told[-1] == "told")
    assert app.editor.dirty  # nobody listens to it any more


def test_a_save_that_fails_while_closing_keeps_the_window(app, path, slow, told):
    edit(app)
    slow.sync = lambda fd: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full"))
    press_save(app)
    QTimer.singleShot(0, slow.go.set)
    app.window.close()
    assert app.window.isVisible()
    assert "disk is full" in told[0]
    assert "Save the changes" in told[1]


# ---- copies and other names ----------------------------------------------------------------------


def test_a_copy_is_written_and_the_document_keeps_its_file_and_its_changes(app, path, where):
    before, wanted = fingerprint(path), edit(app)
    app.window.actions_by_id["save_copy"].trigger()
    assert where == [("Save a copy", str(path.with_name("graph copy.chain")))]
    assert load(where.answer)[0] == wanted
    assert fingerprint(path) == before
    assert (app.editor.path, app.editor.dirty) == (path, True)
    assert "A copy is saved" in said(app)


def test_a_copy_on_the_documents_own_file_is_a_save(app, path, where):
    where.answer = path
    wanted = edit(app)
    app.filing.save_copy()
    assert load(path)[0] == wanted
    assert not app.editor.dirty


def test_save_as_goes_on_with_the_other_file(app, path, where):
    before, wanted = fingerprint(path), edit(app)
    press_save_as = Mod.ControlModifier | Mod.ShiftModifier
    QTest.keyClick(app.window, Key.Key_S, press_save_as)
    assert load(where.answer)[0] == wanted
    assert fingerprint(path) == before
    assert (app.editor.path, app.editor.dirty) == (where.answer, False)


def test_save_as_on_its_own_file_notices_what_another_program_did(app, path, where, told):
    where.answer = path
    edit(app)
    path.write_text("theirs")
    app.filing.save_as()
    assert "changed by another program" in told[-1]
    assert path.read_text() == "theirs"


def test_what_the_file_holds_can_be_had_again_and_that_can_be_undone(qtbot, app, path):
    opened = app.editor.document
    assert not app.editor.dirty
    mine = edit(app)
    app.window.actions_by_id["revert"].trigger()
    assert app.editor.document == opened
    assert not app.editor.dirty
    QTest.keyClick(app.window, Key.Key_Z, Mod.ControlModifier)
    assert app.editor.document is mine
    assert app.editor.dirty


def test_a_file_of_a_newer_chainrule_is_opened_with_a_word_and_saved_elsewhere(
    qtbot, app, tmp_path, told, where
):
    path = tmp_path / "newer.chain"
    text = lesson("square").read_text("utf-8")
    path.write_text(text.replace('"chainrule": 1', '"chainrule": 2'), encoding="utf-8")
    assert app.filing.open(path)
    settled(qtbot, app)
    assert "newer Chainrule" in told[-1]
    before, wanted = fingerprint(path), edit(app)
    press_save(app)
    assert [title for title, _ in where] == ["Save the graph"]
    assert fingerprint(path) == before
    assert load(where.answer)[0] == wanted
    edit(app)
    press_save(app)  # the new one is one's own
    assert len(where) == 1
    assert load(where.answer)[0] == app.editor.document


# ---- what is in the way --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (errno.ENOSPC, "The disk is full"), (errno.EDQUOT, "quota"), (errno.EROFS, "read-only"),
        (errno.EACCES, "may not write"), (errno.EIO, "reported an error"),
    ],
)  # fmt: skip
def test_a_failure_names_file_reason_and_remedy_and_offers_a_copy(
    app, path, told, where, code, reason
):
    class Failing(Disk):
        def sync(self, fd):
            raise OSError(code, os.strerror(code))

    app.filing.saver.fs = Failing()
    before, wanted = fingerprint(path), edit(app)
    press_save(app)
    assert str(path) in told[-1]
    assert reason in told[-1]
    assert "Your work is still open here" in told[-1]
    assert (fingerprint(path), app.editor.dirty, where) == (before, True, [])
    app.filing.saver.fs = Disk()
    told.answer = Button.Save
    app.filing._on_done(replace_problem(app, path))
    assert load(where.answer)[0] == wanted
    assert app.editor.dirty


def replace_problem(app, path):
    from gui.model.files import CannotSave
    from gui.state.saver import Saved, Saving

    saving = Saving(app.editor.document, path, None)
    return Saved(saving, problem=CannotSave(path, "The disk is full.", "Make room."))


def in_the_box(act):
    """Do something with the message box that comes up; what it said is in the list returned."""
    seen = []

    def look():
        box = QApplication.activeModalWidget()
        if box is None:
            QTimer.singleShot(0, look)
            return
        assert isinstance(box, QMessageBox)
        texts = [button.text() for button in box.buttons()]
        seen.append((box.text(), texts, box.defaultButton().text()))
        act(box)

    QTimer.singleShot(0, look)
    return seen


def test_the_box_of_a_failure_has_save_a_copy_as_its_default_and_escape_leaves_it(app, path, where):
    os.chmod(path, 0o444)
    edit(app)
    seen = in_the_box(lambda box: QTest.keyClick(box, Key.Key_Escape))
    press_save(app)
    assert seen == [
        ("“graph.chain” was not saved", ["Save a &copy…", "Close"], "Save a &copy…")
    ]  # fmt: skip
    assert where == []
    in_the_box(lambda box: QTest.keyClick(box, Key.Key_Return))
    press_save(app)
    assert [title for title, _ in where] == ["Save a copy"]
    assert load(where.answer)[0] == app.editor.document


def test_what_would_lose_another_programs_work_is_not_the_default(app, path):
    path.write_text("theirs")
    edit(app)
    seen = in_the_box(lambda box: QTest.keyClick(box, Key.Key_Return))
    press_save(app)
    assert seen[0][0] == "“graph.chain” has been changed by another program"
    assert "Cancel" in seen[0][2]
    assert path.read_text() == "theirs"
    in_the_box(lambda box: QTest.mouseClick(box.button(Button.Save), LEFT))
    press_save(app)
    assert load(path)[0] == app.editor.document
    assert app.filing.versions.of(path)[0].file.read_text() == "theirs"


def test_a_change_while_that_is_asked_is_asked_about_again(app, path):
    path.write_text("theirs")
    edit(app)

    def change_and_save(box):
        path.write_text("theirs again")
        in_the_box(lambda box: QTest.keyClick(box, Key.Key_Escape))
        QTest.mouseClick(box.button(Button.Save), LEFT)

    in_the_box(change_and_save)
    press_save(app)
    assert path.read_text() == "theirs again"
    assert app.editor.dirty


def test_a_file_that_is_gone_is_written_again_after_asking(app, path, told):
    path.unlink()
    edit(app)
    press_save(app)
    assert "no longer there" in told[-1]
    assert str(path) in told[-1]
    assert not path.exists()
    told.answer = Button.Save
    press_save(app)
    assert load(path)[0] == app.editor.document
    assert not app.editor.dirty


@not_windows
def test_a_file_with_two_names_is_asked_about_once(app, path, told):
    os.link(path, path.with_name("twin.chain"))
    twin = fingerprint(path)
    edit(app)
    press_save(app)
    assert "has 2 names" in told[-1]
    assert fingerprint(path) == twin
    told.answer = Button.Save
    press_save(app)
    assert load(path)[0] == app.editor.document
    assert fingerprint(path.with_name("twin.chain")) == twin
    edit(app)
    asked = len(told)
    press_save(app)
    assert len(told) == asked


def test_that_earlier_content_could_not_be_kept_is_a_note_and_no_obstacle(app, path, told):
    app.filing.versions.cap = 10
    edit(app)
    press_save(app)
    assert told == []
    assert load(path)[0] == app.editor.document
    assert "its earlier content could not be kept" in said(app)


def test_a_touch_and_the_same_content_anew_ask_nothing(app, path, told):
    data = path.read_bytes()
    path.unlink()
    path.write_bytes(data)
    os.utime(path, (1, 1))
    edit(app)
    press_save(app)
    assert told == []
    assert load(path)[0] == app.editor.document


def test_what_is_saved_is_what_was_there_when_the_save_began(app, path):
    wanted = edit(app)
    press_save(app)
    assert save(wanted, path.with_name("again.chain")) == app.filing.seen
