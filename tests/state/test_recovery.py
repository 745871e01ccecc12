"""An Editor with its journal: begun, ended and begun anew when it should be, whatever the disk."""

from __future__ import annotations

import errno
import os
import threading
from dataclasses import replace

import pytest

from gui.model import edits, journal
from gui.model.disk import Disk
from gui.model.document import Document
from gui.model.journal import RECOVERY
from gui.model.journals import left_over, release, resume
from gui.model.writing import to_text
from gui.state.editor import Editor
from gui.state.holding import Holding
from gui.state.recovery import DELAY, Recovery, Tidier
from tests.journal_kit import CODES, Failing, edited


class Patient:
    """Instead of the clock: the thread waits until the test says that the time has come."""

    def __init__(self):
        self.asked = []
        self.over = threading.Event()

    def __call__(self, end, seconds):
        self.asked.append(seconds)
        self.over.wait(10)


@pytest.fixture
def make(qapp, tmp_path):
    made = []

    def make(disk=None):
        editor = Editor()
        pause = Patient()
        recovery = Recovery(editor, tmp_path, disk, pause)
        made.append((editor, recovery, pause))
        return editor, recovery

    yield make
    for editor, recovery, pause in made:
        pause.over.set()
        recovery.close()
        editor.history.blockSignals(True)


@pytest.fixture
def both(make):
    return make()


def add(editor, x=0.0):
    editor.apply("Add", edits.add_node(editor.document, "tensor", (x, 0.0))[0])


def journals(tmp_path):
    folder = tmp_path / RECOVERY
    return sorted(os.listdir(folder)) if folder.exists() else []


def found_after(recovery, tmp_path):
    """What the next start finds, if the program ends now."""
    recovery.journal._close()
    (found,) = left_over(tmp_path)
    release(found)
    return found


def test_nothing_is_written_before_the_first_edit(both, tmp_path):
    editor, _ = both
    editor.open(edits.add_node(Document(), "tensor", (0.0, 0.0))[0])
    assert journals(tmp_path) == []
    add(editor)
    assert len(journals(tmp_path)) == 1


def test_every_edit_undo_and_redo_is_there_at_once(both, tmp_path):
    editor, recovery = both
    for x in range(5):
        add(editor, float(x))
    editor.history.undo()
    editor.history.undo()
    editor.history.redo()
    found = found_after(recovery, tmp_path)
    assert found.changes == 8
    assert to_text(found.document) == to_text(editor.document)


def test_what_is_dragged_is_written_once_it_is_let_go(both, tmp_path):
    editor, recovery = both
    add(editor)
    name = next(iter(editor.document.graph.nodes))
    for x in range(20):
        editor.preview(edits.move(editor.document, {name: (float(x), 1.0)}))
    editor.drop_preview()
    for x in range(20):
        editor.preview(edits.move(editor.document, {name: (float(x), 1.0)}))
    editor.apply("Move", editor.document)
    assert found_after(recovery, tmp_path).changes == 2


@pytest.mark.parametrize("how", ["save", "undo", "open"])
def test_what_is_clean_leaves_nothing(both, tmp_path, how):
    editor, recovery = both
    add(editor)
    if how == "save":
        editor.saved(tmp_path / "graph.chain")
    elif how == "undo":
        editor.history.undo()
    else:
        editor.open(Document())
    assert journals(tmp_path) == []
    assert recovery.journal is None


def test_after_a_save_it_begins_with_what_was_saved(both, tmp_path):
    editor, recovery = both
    add(editor)
    editor.saved(tmp_path / "graph.chain")
    recovery.follow(editor.path, "ab" * 32)
    add(editor)
    found = found_after(recovery, tmp_path)
    assert found.changes == 1
    assert found.head.path == str(tmp_path / "graph.chain")
    assert found.head.seen == "ab" * 32
    assert to_text(found.document) == to_text(editor.document)


def test_an_edit_made_while_it_was_saved_is_not_lost(both, tmp_path):
    editor, recovery = both
    add(editor)
    saved = editor.document
    add(editor)
    editor.saved(tmp_path / "graph.chain", saved)
    recovery.follow(editor.path, "cd" * 32)
    assert len(journals(tmp_path)) == 1
    add(editor)
    found = found_after(recovery, tmp_path)
    assert found.head.seen == "cd" * 32
    assert to_text(found.document) == to_text(editor.document)


def test_closing_without_an_answer_keeps_it_and_giving_it_up_does_not(make, tmp_path):
    editor, recovery = make()
    add(editor)
    recovery._tidier._pause.over.set()
    recovery.close()
    (found,) = left_over(tmp_path)
    release(found)
    other, second = make()
    add(other)
    second.forget()
    assert len(journals(tmp_path)) == 1


def test_two_windows_have_a_journal_each(make, tmp_path):
    (one, _), (other, _) = make(), make()
    add(one)
    add(other)
    assert len(journals(tmp_path)) == 2
    one.saved(tmp_path / "a.chain")
    assert len(journals(tmp_path)) == 1


def test_a_document_that_is_restored_goes_on_with_its_journal(make, tmp_path):
    editor, recovery = make()
    add(editor)
    found_after(recovery, tmp_path)
    (found,) = left_over(tmp_path)
    other, second = make()
    journal = resume(found, found.document, found.head)
    other.open(found.document)
    other.unsaved()
    second.take(journal)
    assert other.dirty
    add(other)
    add(other)
    assert len(journals(tmp_path)) == 1
    assert to_text(found_after(second, tmp_path).document) == to_text(other.document)
    other.saved(tmp_path / "graph.chain")
    assert journals(tmp_path) == []


def after_crashes(make, tmp_path, tries):
    """Editor and recovery of a document that is restored at the start after so many crashes."""
    editor, recovery = make()
    add(editor)
    found_after(recovery, tmp_path)
    (found,) = left_over(tmp_path)
    other, second = make()
    journal = resume(found, found.document, replace(found.head, tries=tries))
    other.open(found.document)
    other.unsaved()
    second.take(journal)
    return other, second


def test_the_count_of_crashes_begins_anew_once_it_is_worked_with(make, tmp_path):
    other, second = after_crashes(make, tmp_path, tries=2)
    add(other)
    assert found_after(second, tmp_path).head.tries == 0


def test_an_end_in_good_order_is_no_crash(make, tmp_path):
    other, second = after_crashes(make, tmp_path, tries=1)
    second._tidier._pause.over.set()
    second.close()
    (again,) = left_over(tmp_path)
    release(again)
    assert again.head.tries == 0
    assert again.document == other.document


# ---- the thread --------------------------------------------------------------------------------


def test_the_thread_waits_from_the_first_edit_on_and_no_later_one_puts_it_off():
    done, pause = threading.Semaphore(0), Patient()
    tidier = Tidier(done.release, pause)
    tidier.begin()
    for _ in range(100):
        tidier.wake()
    pause.over.set()
    assert done.acquire(timeout=60)
    tidier.end()
    assert set(pause.asked) == {DELAY}
    assert DELAY < 2


def test_what_is_due_is_done_a_last_time_at_the_end():
    done, pause = [], Patient()
    pause.over.set()
    tidier = Tidier(lambda: done.append(1), pause)
    tidier.begin()
    tidier.end()
    assert done
    tidier.end()  # and not again


def test_edits_are_synced_by_the_thread_and_never_by_the_one_that_edits(make, tmp_path):
    synced = []

    class Noting(Disk):
        def sync(self, fd):
            synced.append(threading.current_thread() is threading.main_thread())

    editor, recovery = make(Noting())
    add(editor)
    begun = len(synced)
    for x in range(50):
        add(editor, float(x))
    assert len(synced) == begun
    recovery._tidier._pause.over.set()
    recovery._tidier.end()
    assert synced[begun:]
    assert not any(synced[begun:])


def test_make_safe_syncs_on_any_thread_and_gives_the_time(both):
    editor, recovery = both
    add(editor)
    told = []
    thread = threading.Thread(target=lambda: told.append(recovery.make_safe()))
    thread.start()
    thread.join()
    assert told[0].count(":") == 2


# ---- a disk that refuses -----------------------------------------------------------------------


class Sick(Disk):
    """Refuses everything while it is `sick`."""

    def __init__(self, code=errno.ENOSPC):
        self.sick, self.code = False, code

    def _check(self):
        if self.sick:
            raise OSError(self.code, os.strerror(self.code))

    def write(self, fd, data):
        self._check()
        return super().write(fd, data)

    def create(self, path, mode):
        self._check()
        return super().create(path, mode)

    def append(self, path):
        self._check()
        return super().append(path)

    def sync(self, fd):
        self._check()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_disk_that_refuses_is_told_of_once_and_does_not_stop_the_editing(make, tmp_path, code):
    disk = Sick(code)
    editor, recovery = make(disk)
    told = []
    recovery.message.connect(told.append)
    add(editor)
    disk.sick = True
    for _ in range(3):
        add(editor)
    assert told == [f"Edits are not being backed up: {os.strerror(code)}"]
    assert len(editor.document.graph.nodes) == 4
    assert recovery.make_safe() == ""
    recovery.try_again()
    assert len(told) == 1
    disk.sick = False
    recovery.try_again()
    assert told[1:] == ["Edits are being backed up again."]
    add(editor)
    assert to_text(found_after(recovery, tmp_path).document) == to_text(editor.document)


@pytest.mark.parametrize("code", CODES, ids=errno.errorcode.get)
def test_whichever_operation_fails_editing_goes_on_and_a_prefix_is_recovered(
    qapp, tmp_path, monkeypatch, code
):
    monkeypatch.setattr(journal, "CHANGES", 3)
    documents = edited(8)
    known = [to_text(document) for document in documents]
    nth = told_of = 0
    while True:
        nth += 1
        disk, told = Failing(nth, code), []
        root = tmp_path / str(nth)
        editor, pause = Editor(), Patient()
        recovery = Recovery(editor, root, disk, pause)
        recovery.message.connect(told.append)
        for number, document in enumerate(documents[1:]):
            editor.apply("Edit", document)
            recovery._tidy()
            if number == 5:
                recovery.try_again()
        assert editor.document is documents[-1]
        pause.over.set()
        recovery.close()
        editor.history.blockSignals(True)
        found = left_over(root)
        told_of += bool(told)
        assert all("being backed up" in text for text in told)
        for one in found:
            release(one)
            assert to_text(one.document) in known
        assert found
        if to_text(found[0].document) != known[-1]:
            assert told
        if disk.calls < nth:
            break
    assert told_of > nth / 2


def test_a_disk_that_refuses_from_the_beginning_is_tried_again(make, tmp_path):
    disk = Sick()
    disk.sick = True
    editor, recovery = make(disk)
    add(editor)
    add(editor)
    assert recovery.reason
    disk.sick = False
    assert recovery._again.isActive()
    recovery.try_again()
    assert not recovery.reason
    assert to_text(found_after(recovery, tmp_path).document) == to_text(editor.document)


def test_after_a_sync_that_failed_nothing_is_called_safe_before_it_is_written_again(make):
    """The system says of what it could not write only once that it could not."""
    disk = Sick()
    editor, recovery = make(disk)
    add(editor)
    disk.sick = True
    assert recovery.make_safe() == ""
    disk.sick = False
    assert recovery.make_safe() == ""
    recovery.try_again()
    assert recovery.make_safe()


def test_a_sync_that_fails_on_the_thread_is_told(make, qtbot):
    disk = Sick(errno.EIO)
    editor, recovery = make(disk)
    add(editor)
    disk.sick = True
    with qtbot.waitSignal(recovery.message):
        recovery._tidier._pause.over.set()
    assert recovery.reason


def test_saving_ends_the_trouble(make, tmp_path):
    disk = Sick()
    editor, recovery = make(disk)
    add(editor)
    disk.sick = True
    add(editor)
    assert recovery.reason
    editor.saved(tmp_path / "graph.chain")
    assert not recovery.reason
    assert recovery.make_safe()


# ---- the lock of a file ------------------------------------------------------------------------


def test_a_file_that_is_open_is_known_to_others_as_long_as_it_is(qapp, tmp_path):
    path, other = tmp_path / "graph.chain", tmp_path / "other.chain"
    one, two = Editor(), Editor()
    first, second = Holding(one, tmp_path), Holding(two, tmp_path)
    assert not second.is_elsewhere(path)
    one.open(Document(), path)
    assert second.is_elsewhere(path)
    assert second.is_elsewhere(tmp_path / "." / "graph.chain")
    assert not first.is_elsewhere(path)
    one.saved(other)
    assert not second.is_elsewhere(path)
    assert second.is_elsewhere(other)
    first.close()
    assert not second.is_elsewhere(other)
    two.open(Document(), other)
    assert first.is_elsewhere(other)
    second.close()


def test_a_folder_that_cannot_be_written_locks_nothing_and_stops_nothing(qapp, tmp_path):
    class NoRoom(Disk):
        def make_folder(self, path):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    editor = Editor()
    holding = Holding(editor, tmp_path, NoRoom())
    editor.open(Document(), tmp_path / "graph.chain")
    assert not holding.is_elsewhere(tmp_path / "graph.chain")
