"""Whatever the disk does during a save, the old file or the new one is whole."""

import errno
import os
from contextlib import suppress

import pytest

from gui.model.disk import TEMPORARY, Disk
from gui.model.files import CannotSave, ChangedOnDisk, from_text, load, save
from tests.chain_samples import KNOWN, RICH, SQUARE

OLD = from_text(SQUARE, **KNOWN)
NEW = from_text(RICH, **KNOWN)


@pytest.fixture
def path(tmp_path):
    """A file that holds SQUARE."""
    path = tmp_path / "graph.chain"
    path.write_text(SQUARE, encoding="utf-8")
    return path


OPERATIONS = [
    "resolve", "status", "is_writable", "read", "create", "write", "copy_attributes", "own",
    "permit", "sync", "close", "replace", "exchange", "link", "sync_folder", "remove",
]  # fmt: skip


class Faulty(Disk):
    """Counts its operations and fails the one given number, or that and all after it."""

    def __init__(self, nth=0, code=errno.EIO, *, dead=False):
        self.nth, self.dead, self.calls = nth, dead, []
        self.error = OSError(code, os.strerror(code))

    def due(self, name):
        self.calls.append(name)
        count = len(self.calls)
        return count == self.nth or (self.dead and count > self.nth > 0)


def _faulty(name):
    real = getattr(Disk, name)

    def operation(self, *args):
        if not self.due(name):
            return real(self, *args)
        if name == "close":
            real(self, *args)  # a close that reports an error has closed
        raise self.error

    return operation


for _name in OPERATIONS:
    setattr(Faulty, _name, _faulty(_name))


def operations_of_a_save(path, document, **expected):
    fs = Faulty()
    save(document, path, fs=fs, **expected, **KNOWN)
    return len(fs.calls)


def test_the_new_content_is_on_the_platter_before_it_takes_the_old_ones_place(path):
    fs = Faulty()
    save(NEW, path, fs=fs, **KNOWN)
    writing = fs.calls[fs.calls.index("create") :]
    rights = ["copy_attributes", "own", "own", "permit"]
    look_and_swap = ["read", "exchange", "read", "remove"]
    assert writing == [
        "create", "write", *rights, "sync", "close", *look_and_swap, "sync_folder",
    ]  # fmt: skip


def left_in(folder, fs):
    """What lies in the folder, but for a temporary file whose removal was the thing that failed."""
    if fs.calls[fs.nth - 1 : fs.nth] == ["remove"]:
        (temporary,) = folder.glob(f".*{TEMPORARY}")
        temporary.unlink()
    return os.listdir(folder)


CODES = [
    errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EDQUOT, errno.ENOENT, errno.EINTR,
]  # fmt: skip


@pytest.mark.parametrize("code", CODES, ids=errno.errorcode.get)
def test_whichever_operation_fails_the_old_or_the_new_file_is_whole_and_nothing_else(path, code):
    _, seen = load(path, **KNOWN)
    for nth in range(1, operations_of_a_save(path, OLD, expect_hash=seen) + 1):
        path.write_text(SQUARE, encoding="utf-8")
        fs = Faulty(nth, code)
        try:
            save(NEW, path, expect_hash=seen, fs=fs, **KNOWN)
        except (CannotSave, ChangedOnDisk) as error:  # a file that cannot be found is gone
            assert str(path) in str(error)  # noqa: PT017 -- a fault after the rename is none
            assert isinstance(error, CannotSave) or code == errno.ENOENT  # noqa: PT017
            assert path.read_text(encoding="utf-8") == SQUARE
        else:
            assert path.read_text(encoding="utf-8") == RICH
        assert left_in(path.parent, fs) == ["graph.chain"], nth


def test_a_first_save_that_fails_leaves_no_file_at_all(tmp_path):
    count = operations_of_a_save(tmp_path / "sizing", NEW)
    (tmp_path / "sizing").unlink()
    failed = 0
    for nth in range(1, count - 1):  # the last two tidy up, after the file has its name
        with pytest.raises(CannotSave):
            save(NEW, tmp_path / "new.chain", fs=Faulty(nth), **KNOWN)
        failed += 1
        assert os.listdir(tmp_path) == [], nth
    assert failed >= 7


def test_a_process_that_dies_during_the_save_leaves_the_old_or_the_new_file(path):
    for nth in range(1, operations_of_a_save(path, OLD) + 1):
        path.write_text(SQUARE, encoding="utf-8")
        fs = Faulty(nth, dead=True)
        with suppress(CannotSave):
            save(NEW, path, fs=fs, **KNOWN)
        swapped = "exchange" in fs.calls[: nth - 1]
        assert path.read_text(encoding="utf-8") == (RICH if swapped else SQUARE)


class Trickle(Disk):
    """Writes seven bytes at a time, or none at all."""

    def __init__(self, size=7):
        self.size = size

    def write(self, fd, data):
        return super().write(fd, data[: self.size])


def test_short_writes_are_continued(path):
    save(NEW, path, fs=Trickle(), **KNOWN)
    assert path.read_text(encoding="utf-8") == RICH


def test_a_drive_that_writes_nothing_is_given_up_on(path):
    with pytest.raises(CannotSave, match="drive reported an error"):
        save(NEW, path, fs=Trickle(0), **KNOWN)
    assert path.read_text(encoding="utf-8") == SQUARE
    assert os.listdir(path.parent) == ["graph.chain"]


def test_a_full_disk_is_told_in_plain_words(path):
    full = Faulty()
    full.write = lambda fd, data: (_ for _ in ()).throw(OSError(errno.ENOSPC, "full"))
    with pytest.raises(CannotSave, match=r"The disk is full\. Make room"):
        save(NEW, path, fs=full, **KNOWN)
