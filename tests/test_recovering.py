"""The dialog of what was not saved: offered after a crash, by keyboard and mouse."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMessageBox

from gui import recovering
from gui.model import edits
from gui.model.document import Document
from gui.model.files import load, save
from gui.model.folders import data_folder
from gui.model.journal import HEAD, RECOVERY, Head, create
from gui.model.journals import TRASH, left_over, release
from gui.model.writing import to_text
from gui.trouble import Trouble
from tests.window_kit import Button, end, settled

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")
LEFT, Key = Qt.MouseButton.LeftButton, Qt.Key


@pytest.fixture
def home(monkeypatch, tmp_path):
    """A data folder of its own."""
    monkeypatch.setenv("CHAINRULE_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def app(home, app):
    """One window, with nothing to recover yet."""
    return app


def drawn_by_hand(count=3, seed=0):
    dice, document = random.Random(seed), Document()
    for _ in range(count):
        place = (dice.random() * 300, dice.random() * 200)
        document, _ = edits.add_node(document, "tensor", place)
    return document


def crashed(home, title="graph", document=None, **head):
    """A journal as a crash leaves it; returns the document that was lost with it."""
    document = document or drawn_by_hand()
    journal = create(home, Head(title, **head), Document())
    journal.record(document)
    if head.get("tries"):
        journal.write_head(replace(journal.head, tries=head["tries"]))
    journal._close()
    return document


def offered(qtbot, app):
    """The dialog, as the menu brings it."""
    app.window.actions_by_id["recover"].trigger()
    qtbot.waitUntil(lambda: app.desk.recovering.dialog is not None)
    dialog = app.desk.recovering.dialog
    qtbot.waitExposed(dialog)
    return dialog


def journals(home):
    folder = home / RECOVERY
    return sorted(os.listdir(folder)) if folder.exists() else []


def test_what_was_not_saved_comes_back_unsaved_with_its_journal(qtbot, app, home):
    document = crashed(home)
    before = journals(home)
    dialog = offered(qtbot, app)
    assert dialog.list.hasFocus()
    assert "3 edits" not in dialog.list.item(0).text()
    assert "graph\nnever saved" in dialog.list.item(0).text()
    assert dialog.list.item(0).text().endswith("· 1 edit")
    QTest.keyClick(dialog.list, Key.Key_Return)
    assert to_text(app.editor.document) == to_text(document)
    assert app.editor.dirty
    assert app.window.isWindowModified()
    assert app.editor.title == "graph"
    assert app.desk.recovering.dialog is None
    assert journals(home) == before


def test_saving_what_was_restored_ends_its_journal(qtbot, app, home, tmp_path, monkeypatch):
    document = crashed(home)
    offered(qtbot, app).restore.click()
    path = tmp_path / "kept.chain"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    app.filing.save()
    app.filing.finish()
    assert to_text(load(path)[0]) == to_text(document)
    assert journals(home) == []
    assert not app.editor.dirty


def test_a_document_with_a_file_goes_on_with_that(qtbot, app, home, tmp_path):
    path = tmp_path / "graph.chain"
    seen = save(Document(), path)
    document = crashed(home, "graph.chain", path=str(path), seen=seen)
    offered(qtbot, app).restore.click()
    assert app.editor.path == path
    assert app.filing.seen == seen
    app.filing.save()
    app.filing.finish()
    assert to_text(load(path)[0]) == to_text(document)


def test_a_file_that_others_have_changed_is_only_restored_as_a_copy(qtbot, app, home, tmp_path):
    path = tmp_path / "graph.chain"
    seen = save(Document(), path)
    document = crashed(home, "graph.chain", path=str(path), seen=seen)
    theirs = drawn_by_hand(1, seed=9)
    save(theirs, path)
    dialog = offered(qtbot, app)
    assert not dialog.restore.isEnabled()
    assert dialog.copy.isDefault()
    assert "changed by another program" in dialog.says.text()
    QTest.mouseClick(dialog.copy, LEFT)
    assert app.editor.path is None
    assert app.editor.title == "graph.chain (recovered)"
    assert to_text(app.editor.document) == to_text(document)
    assert to_text(load(path)[0]) == to_text(theirs)


def test_each_further_document_gets_a_window_of_its_own(qtbot, app, home):
    texts = {to_text(crashed(home, f"g{k}", drawn_by_hand(k + 2, seed=k))) for k in range(3)}
    dialog = offered(qtbot, app)
    QTest.mouseClick(dialog.restore_all, LEFT)
    assert {to_text(a.editor.document) for a in app.desk.apps} == texts
    assert len(app.desk.apps) == 3
    assert all(a.editor.dirty and a.recovery.journal for a in app.desk.apps)


def test_a_window_with_work_in_it_is_left_alone(qtbot, app, home):
    mine = drawn_by_hand(2, seed=5)
    app.editor.apply("Draw", mine)
    document = crashed(home)
    offered(qtbot, app).restore.click()
    assert app.editor.document is mine
    (other,) = [a for a in app.desk.apps if a is not app]
    assert to_text(other.editor.document) == to_text(document)


def test_a_file_that_is_open_and_edited_here_is_restored_as_a_copy(qtbot, app, home, tmp_path):
    path = tmp_path / "graph.chain"
    seen = save(Document(), path)
    crashed(home, "graph.chain", path=str(path), seen=seen)
    app.filing.open(path)
    app.editor.apply("Draw", drawn_by_hand(1, seed=3))
    offered(qtbot, app).restore.click()
    (other,) = [a for a in app.desk.apps if a is not app]
    assert other.editor.path is None


def test_what_is_discarded_lies_in_the_trash(qtbot, app, home):
    crashed(home, "one")
    crashed(home, "two")
    dialog = offered(qtbot, app)
    assert str(home / TRASH) in dialog.trash.text()
    QTest.keyClick(dialog.list, Key.Key_Delete)
    assert dialog.list.count() == 1
    QTest.mouseClick(dialog.discard, LEFT)
    assert app.desk.recovering.dialog is None
    assert journals(home) == []
    assert len(os.listdir(home / TRASH)) == 2


def test_discarding_all_asks_for_one_click(qtbot, app, home):
    for name in ("one", "two", "three"):
        crashed(home, name)
    QTest.mouseClick(offered(qtbot, app).discard_all, LEFT)
    assert journals(home) == []
    assert len(os.listdir(home / TRASH)) == 3


def test_later_leaves_everything_for_the_next_time(qtbot, app, home):
    crashed(home)
    before = journals(home)
    dialog = offered(qtbot, app)
    assert left_over(home) == []  # held as long as the dialog is open
    QTest.keyClick(dialog, Key.Key_Escape)
    assert journals(home) == before
    assert offered(qtbot, app).list.count() == 1


def test_without_anything_to_recover_it_says_so(qtbot, app):
    dialog = offered(qtbot, app)
    assert dialog.title.text() == "There is nothing to recover"
    assert not dialog.list.isVisible()
    assert not dialog.restore.isVisible()
    QTest.mouseClick(dialog.later, LEFT)
    assert app.desk.recovering.dialog is None


def test_a_journal_that_cannot_be_read_is_shown_as_such_and_hides_no_other(qtbot, app, home):
    crashed(home, "good")
    crashed(home, "bad")
    folders = {
        (home / RECOVERY / f): (home / RECOVERY / f / HEAD).read_text() for f in journals(home)
    }
    broken = next(f for f, head in folders.items() if "bad" in head)
    for base in broken.glob("base-*"):
        base.write_text("{")
    dialog = offered(qtbot, app)
    row = next(k for k in range(2) if "bad" in dialog.list.item(k).text())
    assert str(broken) in dialog.list.item(row).text()
    dialog.list.setCurrentRow(row)
    assert not dialog.restore.isEnabled()
    assert not dialog.copy.isEnabled()
    QTest.mouseClick(dialog.discard, LEFT)
    assert dialog.list.count() == 1
    QTest.mouseClick(dialog.restore, LEFT)
    assert app.editor.document.graph.nodes


def test_names_are_shown_as_text_on_one_line(qtbot, app, home):
    crashed(home, "<b>x</b>\n<img src=y>", path="/home/ada/a\nb\u202ec.chain")
    lines = offered(qtbot, app).list.item(0).text().split("\n")
    assert lines[:2] == ["<b>x</b>\\n<img src=y>", "/home/ada/a\\nb\\u202ec.chain"]


# ---- what ends the program again and again -----------------------------------------------------


def test_each_restoring_is_counted_before_anything_is_opened(qtbot, app, home, monkeypatch):
    crashed(home)
    tries = []

    def fall(*_):
        (folder,) = journals(home)
        tries.append('"tries": 1' in (home / RECOVERY / folder / HEAD).read_text())

    app.editor.opened.connect(fall)
    offered(qtbot, app).restore.click()
    assert tries == [True]


def test_what_has_ended_the_program_twice_opens_without_running(qtbot, app, home):
    document = crashed(home, tries=2)
    dialog = offered(qtbot, app)
    assert "without running" in dialog.says.text()
    assert dialog.raw.isVisible()
    dialog.restore.click()
    settled(qtbot, app)
    assert to_text(app.editor.document) == to_text(document)
    assert not len(app.player.film)
    assert "Ctrl+R" in app.window.counts.text()
    app.editor.apply("Draw", edits.add_node(document, "tensor", (9.0, 9.0))[0])
    settled(qtbot, app)
    assert not len(app.player.film)
    app.conductor.rerun()
    settled(qtbot, app)
    assert len(app.player.film)


def test_its_raw_file_can_be_saved_without_opening_it(qtbot, app, home, tmp_path, monkeypatch):
    document = crashed(home, tries=2)
    dialog = offered(qtbot, app)
    path = tmp_path / "raw.chain"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    QTest.mouseClick(dialog.raw, LEFT)
    assert path.read_text("utf-8") == to_text(document)
    assert not app.editor.document.graph.nodes
    assert dialog.list.count() == 1


def test_another_document_runs_again(qtbot, app, home, tmp_path):
    crashed(home, tries=2)
    offered(qtbot, app).restore.click()
    app.editor.history.setClean()
    path = tmp_path / "fine.chain"
    save(drawn_by_hand(), path)
    app.filing.open(path)
    settled(qtbot, app)
    assert len(app.player.film)


# ---- the disk ----------------------------------------------------------------------------------


def test_a_disk_that_refuses_still_opens_what_was_read(qtbot, app, home, monkeypatch):
    document = crashed(home)
    dialog = offered(qtbot, app)

    def full(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(recovering, "resume", full)
    dialog.restore.click()
    assert to_text(app.editor.document) == to_text(document)
    assert app.editor.dirty
    assert len(journals(home)) == 1


def test_what_cannot_be_discarded_stays_and_says_why(qtbot, app, home, told):
    crashed(home)
    dialog = offered(qtbot, app)

    (home / TRASH).write_text("in the way")
    QTest.mouseClick(dialog.discard, LEFT)
    assert "was not discarded" in told[-1]
    assert offered(qtbot, app).list.count() == 1


# ---- windows and programs ----------------------------------------------------------------------


def test_not_saving_on_closing_leaves_nothing(app, home, told):
    app.editor.apply("Draw", drawn_by_hand())
    assert len(journals(home)) == 1
    told.answer = Button.Cancel
    assert not app.window.close()
    assert len(journals(home)) == 1
    told.answer = Button.Discard
    assert app.window.close()
    assert journals(home) == []


def test_a_program_that_is_ended_from_outside_leaves_its_journal(app, home):
    app.editor.apply("Draw", drawn_by_hand())
    assert app.desk.make_safe()
    app.close()
    (found,) = left_over(home)
    release(found)
    assert to_text(found.document) == to_text(app.editor.document)
    app.window.close()
    app.window.deleteLater()


HOLDER = """
import sys
from pathlib import Path
from gui.model.document import Document
from gui.state.editor import Editor
from gui.state.holding import Holding
editor = Editor()
holding = Holding(editor)
editor.open(Document(), Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def held(home, tmp_path):
    """A file that another process has open."""
    path = tmp_path / "shared.chain"
    save(drawn_by_hand(), path)
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        text=True,
    )  # fmt: skip
    assert process.stdout.readline() == "open\n"
    yield path
    process.communicate("", timeout=20)


def test_a_file_that_another_program_has_open_is_asked_about(app, held, told):
    told.answer = Button.Cancel
    app.filing.open(held)
    assert "is open in another Chainrule" in told[-1]
    assert app.editor.path is None
    assert not app.editor.document.graph.nodes
    told.answer = Button.Open
    app.filing.open(held)
    assert app.editor.path is None
    assert app.editor.title == "shared"
    assert app.editor.document.graph.nodes
    told.answer = Button.Ignore
    app.filing.open(held)
    assert app.editor.path == held


def test_the_safe_button_is_the_default(app, held, monkeypatch):
    seen = []

    def look(box):
        seen.append((box.defaultButton().text(), [b.text() for b in box.buttons()]))
        return Button.Cancel

    monkeypatch.setattr(QMessageBox, "exec", look)
    app.filing.open(held)
    assert seen[0][0] == "Open a &copy"
    assert {"Open a &copy", "Open &anyway"} <= set(seen[0][1])


# ---- the start ---------------------------------------------------------------------------------


@pytest.fixture
def begun(qtbot, home, monkeypatch):
    from gui.start import Starting
    from tests.window_kit import fresh_settings, lesson

    monkeypatch.setattr(Trouble, "watch", lambda self: None)  # what Qt says is seen to by pytest
    fresh_settings()
    made = []

    def begin():
        starting = Starting(None, lesson("perceptron"))
        made.append(starting)
        qtbot.waitUntil(lambda: starting.desk is not None and bool(starting.desk.apps))
        return starting.desk

    yield begin
    for starting in made:
        starting.desk.recovering.close()
        for one in list(starting.desk.apps):
            end(one)
        starting.end()
    fresh_settings()


def test_the_start_offers_what_there_is_once_the_window_stands(qtbot, begun, home):
    document = crashed(home)
    desk = begun()
    qtbot.waitUntil(lambda: desk.recovering.dialog is not None)
    (app,) = desk.apps
    assert app.window.isVisible()
    desk.recovering.dialog.restore.click()
    assert to_text(app.editor.document) == to_text(document)


def test_a_start_without_anything_to_recover_says_nothing(qtbot, begun, home, monkeypatch):
    asked = []
    on_found = recovering.Recovering._on_found
    monkeypatch.setattr(
        recovering.Recovering,
        "_on_found",
        lambda self, found: (asked.append(found), on_found(self, found)),
    )
    desk = begun()
    qtbot.waitUntil(lambda: asked == [[]])
    assert desk.recovering.dialog is None


def test_the_default_data_folder_is_that_of_the_tests(home):
    assert data_folder() == home


def test_the_dialog_can_be_moved_through_by_keys(qtbot, app, home):
    for name in ("one", "two"):
        crashed(home, name)
    dialog = offered(qtbot, app)
    first = dialog.chosen
    QTest.keyClick(dialog.list, Key.Key_Down)
    assert dialog.chosen is not first
    QTest.mouseClick(dialog.list.viewport(), LEFT, pos=QPoint(20, 20))
    assert dialog.chosen is first
    dialog.copy.setFocus()
    QTest.keyClick(dialog.copy, Key.Key_Space)
    assert len(dialog.all) == 1
