"""Whatever happens to a journal, what is recovered is the document after its first edits."""

from __future__ import annotations

import errno
import os
import random
import shutil

import numpy as np
import pytest

from engine.graph import Graph, Node
from engine.packed import Packed
from gui.model import journal, journals
from gui.model.disk import Disk
from gui.model.document import Document
from gui.model.files import save
from gui.model.journal import LOCK, RECOVERY, Head, create, number, sealed, unsealed
from gui.model.journals import clean, discard, left_over, release, resume
from gui.model.writing import to_text
from tests.journal_kit import CODES, EMPTY, Failing, edited


def written(root, documents, disk=None, **head):
    """A journal of these documents, as a program leaves it that is killed."""
    made = create(root, Head("graph", **head), documents[0], disk)
    for document in documents[1:]:
        made.record(document)
    made._close()  # as the system does; nothing is synced or tidied
    return made.folder


def recovered(root):
    (found,) = left_over(root)
    release(found)
    return found


def texts(documents):
    return [to_text(d) for d in documents]


def test_what_was_edited_is_recovered_with_its_head(tmp_path):
    documents = edited(30)
    written(tmp_path, documents, path="/home/ada/graph.chain", seen="ab" * 32)
    found = recovered(tmp_path)
    assert to_text(found.document) == to_text(documents[-1])
    assert found.changes == 30
    assert found.head.title == "graph"
    assert found.file == "gone"
    assert found.when > 0
    assert not found.problem


def test_nothing_edited_leaves_nothing_to_recover(tmp_path):
    written(tmp_path, [EMPTY])
    assert left_over(tmp_path) == []
    assert os.listdir(tmp_path / RECOVERY) == []


def test_a_journal_that_is_written_to_is_nobody_elses(tmp_path):
    made = create(tmp_path, Head("graph"), EMPTY)
    made.record(edited(1)[-1])
    assert left_over(tmp_path) == []
    made.leave()
    assert len(left_over(tmp_path)) == 1
    assert left_over(tmp_path) == []  # held by who found it


def test_ending_removes_everything(tmp_path):
    made = create(tmp_path, Head("graph"), EMPTY)
    made.record(edited(1)[-1])
    made.end()
    assert os.listdir(tmp_path / RECOVERY) == []


def test_what_was_saved_in_the_last_instant_is_not_offered(tmp_path):
    documents = edited(5)
    path = tmp_path / "graph.chain"
    save(documents[-1], path)
    folder = written(tmp_path, documents, path=str(path), seen="ab" * 32)
    assert left_over(tmp_path) == []
    assert not folder.exists()
    save(documents[-2], path)
    written(tmp_path, documents, path=str(path), seen="ab" * 32)
    assert recovered(tmp_path).file == "changed"


# ---- new bases -------------------------------------------------------------------------------


def test_a_new_base_follows_so_many_changes_and_takes_the_place_of_all_before(tmp_path):
    documents = edited(450)
    made = create(tmp_path, Head("graph"), documents[0])
    for k, document in enumerate(documents[1:], 1):
        made.record(document)
        if k % 7 == 0:
            made.tidy()
    made.leave()
    numbers = sorted({number(name) for name in os.listdir(made.folder)} - {0})
    assert numbers == [401]
    assert recovered(tmp_path).changes == 450
    assert to_text(recovered(tmp_path).document) == to_text(documents[-1])


def test_a_long_change_brings_a_new_base_at_once(tmp_path):
    made = create(tmp_path, Head("graph"), EMPTY)
    wide = Document(Graph.of(Node(f"n{k}", "tensor", f"n{k}", {"data": 1.0}) for k in range(2000)))
    made.record(wide)
    made.tidy()
    assert sorted(filter(None, map(number, os.listdir(made.folder)))) == [2, 2]
    made.leave()
    assert to_text(recovered(tmp_path).document) == to_text(wide)


def test_without_anybody_tidying_up_nothing_is_lost_either(tmp_path):
    documents = edited(450)
    written(tmp_path, documents)
    assert to_text(recovered(tmp_path).document) == to_text(documents[-1])


def test_a_kill_at_any_operation_leaves_a_pair_that_is_whole(tmp_path, monkeypatch):
    monkeypatch.setattr(journal, "CHANGES", 3)
    documents, known = edited(10), texts(edited(10))
    nth = 0
    while True:
        nth += 1
        disk = Failing(nth, dead=True)
        reached = until_dead(tmp_path, documents, disk)
        if disk.calls < nth:
            break
        found = left_over(tmp_path)
        if found:
            at = known.index(to_text(found[0].document))
            assert reached - 1 <= at <= reached + 1, nth
            assert at == found[0].changes
            release(found[0])
        else:
            assert reached <= 1, nth
        shutil.rmtree(tmp_path / RECOVERY, ignore_errors=True)
    assert nth > 60


def until_dead(root, documents, disk):
    """How many edits were recorded before the disk died."""
    reached, made = 0, None
    try:
        made = create(root, Head("graph"), documents[0], disk)
        for document in documents[1:]:
            made.record(document)
            reached += 1
            made.tidy()
    except OSError:
        pass
    if made is not None:
        for fd in (*made._closing, made._log, made._lock):
            if fd >= 0:
                os.close(fd)
    return reached


@pytest.mark.parametrize("code", CODES, ids=errno.errorcode.get)
def test_whichever_operation_fails_a_document_of_before_is_recovered(tmp_path, monkeypatch, code):
    """The journal begins anew after a failure, as the application makes it."""
    monkeypatch.setattr(journal, "CHANGES", 4)
    documents, known = edited(12), texts(edited(12))
    nth = lost = 0
    while True:
        nth += 1
        disk = Failing(nth, code)
        made, last = None, 0
        for k, document in enumerate(documents):
            try:
                if made is None:
                    made = create(tmp_path, Head("graph"), document, disk)
                elif last < k - 1:
                    made.begin(document)
                else:
                    made.record(document)
                last = k
                made.tidy()
            except OSError:
                lost += 1
        if made is not None:
            made.leave()
        found = left_over(tmp_path)
        assert len(found) <= 1
        for one in found:
            release(one)
            assert known.index(to_text(one.document)) in (last, last + 1), nth
        assert found or not last
        if disk.calls < nth:
            break
        shutil.rmtree(tmp_path / RECOVERY, ignore_errors=True)
    assert nth > 60
    assert lost >= nth - 20


# ---- damage ------------------------------------------------------------------------------------


def test_truncated_at_every_byte_a_prefix_is_recovered(tmp_path, monkeypatch):
    """A line is good only when it is whole, so what is whole before it is all that counts."""
    monkeypatch.setattr(journal, "CHANGES", 10**6)
    monkeypatch.setattr(journal, "BYTES", 10**9)
    documents = edited(200)
    known = texts(documents)
    folder = written(tmp_path, documents)
    log = folder / "log-1.jsonl"
    lines = log.read_bytes().splitlines(keepends=True)
    assert len(lines) == 200
    for seq, line in enumerate(lines, 1):
        assert journals._change(line, seq) is not None
        assert all(journals._change(line[:size], seq) is None for size in range(len(line)))
    for seq in range(len(lines), 1, -17):
        whole = sum(map(len, lines[:seq]))
        for size, count in ((whole, seq), (whole - 1, seq - 1)):
            os.truncate(log, size)
            assert to_text(recovered(tmp_path).document) == known[count]


def changes_in(folder):
    return [*journals._changes(folder, ["log-1.jsonl"], 1, Disk())]


def test_a_byte_that_flips_anywhere_gives_a_prefix_and_nothing_else(tmp_path):
    documents = edited(60)
    known = texts(documents)
    folder = written(tmp_path, documents)
    log = folder / "log-1.jsonl"
    data, dice = log.read_bytes(), random.Random(1)
    whole = changes_in(folder)
    for k in range(600):
        at = dice.randrange(len(data))
        flipped = bytearray(data)
        flipped[at] ^= 1 << dice.randrange(8)
        log.write_bytes(flipped)
        line = data.count(b"\n", 0, at)
        assert changes_in(folder) == whole[:line]
        if k % 50 == 0 and line:
            assert to_text(recovered(tmp_path).document) == known[line]


def test_a_base_in_which_a_byte_has_flipped_is_never_taken_for_the_document(tmp_path):
    documents = edited(12)[10:]
    folder = written(tmp_path, documents)
    (base,) = folder.glob("base-*")
    data = base.read_bytes()
    for at in range(0, len(data), 7):
        base.write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
        found = recovered(tmp_path)
        assert found.document is None
        assert "damaged" in found.problem


def test_an_older_base_that_is_still_there_serves_where_the_newer_is_damaged(tmp_path):
    documents = edited(450)
    folder = written(tmp_path, documents)
    (folder / "base-401-00000000.chain").write_text("{")
    assert to_text(recovered(tmp_path).document) == to_text(documents[-1])


def test_what_comes_after_a_line_that_lacks_is_never_put_onto_what_is_before_it(tmp_path):
    documents = edited(20)
    made = create(tmp_path, Head("graph"), documents[0])
    for document in documents[1:10]:
        made.record(document)
    made.begin(documents[15])  # as after a failure: 10 to 15 were not written
    for document in documents[16:]:
        made.record(document)
    made.leave()
    assert to_text(recovered(tmp_path).document) == to_text(documents[-1])
    for base in made.folder.glob("base-11-*"):
        base.unlink()  # a base that never came to be
    assert left_over(tmp_path) == []


def test_a_seal_knows_its_line():
    line = sealed(3, '{"places": {}}')
    assert unsealed(line) == b'{"seq": 3, "change": {"places": {}}}'
    assert unsealed(line.replace(b"3", b"4", 1)) is None
    assert unsealed(line[:-1]) is None
    assert unsealed(b"\n") is None


@pytest.mark.parametrize("name", ["base-x-00.chain", "log-.jsonl", "log-99999999999999.jsonl", "x"])
def test_other_names_are_no_parts_of_a_journal(name):
    assert number(name) == 0


@pytest.mark.parametrize(
    "head", ["", "{", "[]", '{"title": 3}', '{"title": "x", "path": 7}', '{"evil": 1}', "\xff"]
)
def test_without_a_head_the_document_is_still_recovered(tmp_path, head):
    documents = edited(3)
    folder = written(tmp_path, documents)
    (folder / "head.json").write_bytes(head.encode("latin-1"))
    found = recovered(tmp_path)
    assert found.head == Head("")
    assert to_text(found.document) == to_text(documents[-1])


def test_a_folder_that_is_no_journal_hides_no_other(tmp_path):
    written(tmp_path, edited(3))
    (tmp_path / RECOVERY / "notes").mkdir()
    (tmp_path / RECOVERY / "stray").write_text("x")
    broken = tmp_path / RECOVERY / "broken"
    broken.mkdir()
    (broken / LOCK).touch()
    (broken / "base-1-00000000.chain").write_text("{}")
    found = left_over(tmp_path)
    assert [bool(f.problem) for f in found] == [False, True]
    for one in found:
        release(one)


# ---- large tensors -----------------------------------------------------------------------------


def with_tensor(numbers):
    return Document(Graph.of([Node("x", "tensor", "x", {"data": Packed(numbers)})]))


def test_large_tensors_lie_beside_the_log_once_each(tmp_path):
    documents = [EMPTY, with_tensor(np.zeros(5000)), EMPTY, with_tensor(np.zeros(5000))]
    folder = written(tmp_path, documents)
    assert len(os.listdir(folder / "tensors")) == 1
    assert recovered(tmp_path).document == documents[-1]


def test_tensors_that_nothing_names_any_more_go_with_their_base(tmp_path):
    made = create(tmp_path, Head("graph"), EMPTY)
    for k in range(30):
        made.record(with_tensor(np.full(5000, float(k))))
        made.tidy()
    made.leave()
    assert len(os.listdir(made.folder / "tensors")) <= 3
    assert recovered(tmp_path).document == with_tensor(np.full(5000, 29.0))


def test_a_tensor_that_is_damaged_ends_the_replay_before_it(tmp_path):
    first = edited(1)[-1]
    folder = written(tmp_path, [EMPTY, first, with_tensor(np.zeros(5000))])
    (file,) = (folder / "tensors").iterdir()
    data = bytearray(file.read_bytes())
    data[-1] ^= 64
    file.write_bytes(data)
    found = recovered(tmp_path)
    assert (found.changes, found.document) == (1, first)


# ---- going on, and going -----------------------------------------------------------------------


def test_a_journal_goes_on_after_it_was_restored(tmp_path):
    documents = edited(20)
    written(tmp_path, documents[:11])
    (found,) = left_over(tmp_path)
    made = resume(found, found.document, Head("graph", tries=1))
    assert left_over(tmp_path) == []
    for document in documents[11:]:
        made.record(document)
    made.leave()
    again = recovered(tmp_path)
    assert to_text(again.document) == to_text(documents[-1])
    assert again.head.tries == 1
    assert again.changes >= 20


def test_a_torn_tail_is_not_written_on(tmp_path):
    documents = edited(20)
    folder = written(tmp_path, documents[:11])
    with open(folder / "log-1.jsonl", "ab") as log:
        log.write(b'{"seq": 11, "chan')
    (found,) = left_over(tmp_path)
    made = resume(found, found.document, found.head)
    made.record(documents[11])
    made.leave()
    assert to_text(recovered(tmp_path).document) == to_text(documents[11])


def test_what_is_discarded_lies_in_the_trash_for_a_month(tmp_path):
    folder = written(tmp_path, edited(5))
    (found,) = left_over(tmp_path)
    discard(found, tmp_path)
    assert left_over(tmp_path) == []
    (thrown,) = (tmp_path / "trash").iterdir()
    assert thrown.name.endswith(folder.name)
    when = int(thrown.name.partition("-")[0])
    clean(tmp_path, when + 29 * 24 * 3600)
    assert thrown.exists()
    clean(tmp_path, when + 31 * 24 * 3600)
    assert not thrown.exists()


def test_temporary_files_of_processes_that_are_gone_are_removed(tmp_path):
    folder = written(tmp_path, edited(2))
    gone = folder / ".head.json.999999999-0a1b2c3d.chain~tmp"
    mine = folder / f".head.json.{os.getpid()}-0a1b2c3d.chain~tmp"
    for temp in (gone, mine):
        temp.write_text("{")
    clean(tmp_path, gone.stat().st_mtime + 100)
    assert gone.exists()  # it may be of another machine that shares the folder
    clean(tmp_path, gone.stat().st_mtime + 2 * 3600)
    assert not gone.exists()
    assert mine.exists()


def test_locks_of_files_nobody_has_open_are_removed_after_a_month(tmp_path):
    disk, folder = Disk(), tmp_path / "locks"
    folder.mkdir()
    free, held = folder / "a.lock", folder / "b.lock"
    free.touch()
    lock = disk.lock(held)
    clean(tmp_path, free.stat().st_mtime + 29 * 24 * 3600)
    assert free.exists()
    clean(tmp_path, free.stat().st_mtime + 31 * 24 * 3600)
    assert not free.exists()
    assert held.exists()
    disk.close(lock)


def test_each_change_is_one_write(tmp_path):
    class Counting(Disk):
        writes = 0

        def write(self, fd, data):
            self.writes += 1
            return super().write(fd, data)

    disk = Counting()
    made = create(tmp_path, Head("graph"), EMPTY, disk)
    begun = disk.writes
    for document in edited(50)[1:]:
        assert made.record(document)
    assert not made.record(document)
    made.leave()
    assert disk.writes - begun == 50
