"""A save is all or nothing, and opening says what stands in the way."""

import errno
import os
import stat
import sys
from dataclasses import replace

import pytest

from engine.graph import Graph, Node, Region
from gui.model import limits
from gui.model.document import Document
from gui.model.files import (
    ABSENT,
    CannotSave,
    ChangedOnDisk,
    Disk,
    OtherNames,
    Unreadable,
    fingerprint,
    from_text,
    load,
    save,
)
from tests.chain_samples import KNOWN, RICH, SQUARE

OLD = from_text(SQUARE, **KNOWN)
NEW = from_text(RICH, **KNOWN)
posix = pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")


@pytest.fixture
def path(tmp_path):
    """A file that holds SQUARE."""
    path = tmp_path / "graph.chain"
    path.write_text(SQUARE, encoding="utf-8")
    return path


def finding_of(path, **known):
    with pytest.raises(Unreadable) as caught:
        load(path, **KNOWN, **known)
    (finding,) = caught.value.findings
    return finding


def test_a_saved_document_opens_again_with_the_hash_the_save_returned(tmp_path):
    path = tmp_path / "new.chain"
    saved = save(NEW, path, **KNOWN)
    document, seen = load(path, **KNOWN)
    assert seen == saved
    assert path.read_text(encoding="utf-8") == RICH
    assert document.graph.edges == NEW.graph.edges


def test_saving_what_was_opened_leaves_the_bytes_as_they_were(path):
    document, seen = load(path, **KNOWN)
    assert save(document, path, expect_hash=seen, **KNOWN) == seen
    assert path.read_text(encoding="utf-8") == SQUARE


def test_a_missing_file_is_named(tmp_path):
    finding = finding_of(tmp_path / "gone.chain")
    assert "gone.chain" in finding.where
    assert "no such file" in finding.what
    assert "moved" in finding.remedy


def test_a_folder_is_no_file(tmp_path):
    finding = finding_of(tmp_path)
    assert "folder" in finding.what
    assert ".chain file inside" in finding.remedy


@posix
def test_a_named_pipe_is_refused_without_waiting_for_it(tmp_path):
    os.mkfifo(tmp_path / "pipe.chain")
    assert "not a regular file" in finding_of(tmp_path / "pipe.chain").what
    with pytest.raises(CannotSave, match="folder or device"):
        save(OLD, tmp_path / "pipe.chain", **KNOWN)


def test_a_name_no_file_can_have_is_refused():
    assert "name of a file" in finding_of("a\0b").what
    with pytest.raises(CannotSave, match="name of a file"):
        save(OLD, "a\0b", **KNOWN)


class Unreachable(Disk):
    """Every read fails with the given error."""

    def __init__(self, code):
        self.error = OSError(code, os.strerror(code))

    def read(self, path, limit=-1):
        raise self.error


def test_a_file_one_may_not_read_is_named(path):
    finding = finding_of(path, fs=Unreachable(errno.EACCES))
    assert "permission" in finding.what
    assert "permissions" in finding.remedy


def test_a_failing_drive_is_named(path):
    finding = finding_of(path, fs=Unreachable(errno.EIO))
    assert "could not be read" in finding.what
    assert "another drive" in finding.remedy


def test_text_in_another_encoding_is_refused_with_its_line_and_byte(path):
    path.write_bytes(SQUARE.replace('"name": "y"', '"name": "é"').encode("latin-1"))
    finding = finding_of(path)
    assert finding.line == 4
    assert finding.where.startswith("byte ")
    assert "0xe9" in finding.what
    assert "UTF-8" in finding.remedy


def test_utf_16_is_told_by_its_name(path):
    path.write_text(SQUARE, encoding="utf-16")
    assert "UTF-16" in finding_of(path).what


def test_a_byte_order_mark_is_accepted(path):
    path.write_text(SQUARE, encoding="utf-8-sig")
    assert load(path, **KNOWN)[0] == OLD


def test_a_file_over_the_limit_is_not_even_decoded(path, monkeypatch):
    monkeypatch.setattr(limits, "BYTES", 100)
    assert "larger than" in finding_of(path).what


def test_a_file_changed_by_someone_else_is_not_overwritten(path):
    _, seen = load(path, **KNOWN)
    path.write_text(SQUARE.replace("260", "261"), encoding="utf-8")
    with pytest.raises(ChangedOnDisk, match=r"graph\.chain was changed by another program"):
        save(NEW, path, expect_hash=seen, **KNOWN)
    assert "261" in path.read_text(encoding="utf-8")
    assert os.listdir(path.parent) == ["graph.chain"]


class Meddler(Disk):
    """Someone else writes to the file at the last moment, when the new content is ready."""

    def __init__(self, path):
        self.path = path

    def sync(self, fd):
        self.path.write_text("theirs", encoding="utf-8")
        super().sync(fd)


def test_a_change_during_the_save_is_noticed_too(path):
    _, seen = load(path, **KNOWN)
    with pytest.raises(ChangedOnDisk):
        save(NEW, path, expect_hash=seen, fs=Meddler(path), **KNOWN)
    assert path.read_text(encoding="utf-8") == "theirs"


def test_a_file_that_was_deleted_meanwhile_is_written_anew_only_when_that_is_wanted(path):
    _, seen = load(path, **KNOWN)
    path.unlink()
    with pytest.raises(ChangedOnDisk, match="removed or renamed") as caught:
        save(OLD, path, expect_hash=seen, **KNOWN)
    assert os.listdir(path.parent) == []
    save(OLD, path, expect_hash=caught.value.found, **KNOWN)
    assert path.read_text(encoding="utf-8") == SQUARE


def test_where_nothing_was_what_has_come_meanwhile_is_kept(tmp_path):
    path = tmp_path / "new.chain"
    with pytest.raises(ChangedOnDisk) as caught:
        save(NEW, path, expect_hash=ABSENT, fs=Meddler(path), **KNOWN)
    assert path.read_text(encoding="utf-8") == "theirs"
    assert caught.value.found == fingerprint(path)
    assert os.listdir(tmp_path) == ["new.chain"]


class LastMoment(Disk):
    """Someone else writes between the last look at the file and the stroke that replaces it."""

    def __init__(self, path):
        self.path = path

    def exchange(self, one, other):
        self.path.write_text("theirs", encoding="utf-8")
        return super().exchange(one, other)

    def link(self, source, target):
        self.path.write_text("theirs", encoding="utf-8")
        super().link(source, target)


@pytest.mark.skipif(sys.platform != "linux", reason="others cannot swap two names")
@pytest.mark.parametrize("there", [True, False])
def test_not_even_a_change_at_the_very_last_moment_is_lost(path, there):
    seen = fingerprint(path)
    if not there:
        path.unlink()
        seen = ABSENT
    with pytest.raises(ChangedOnDisk) as caught:
        save(NEW, path, expect_hash=seen, fs=LastMoment(path), **KNOWN)
    assert path.read_text(encoding="utf-8") == "theirs"
    assert caught.value.found == fingerprint(path)
    assert os.listdir(path.parent) == ["graph.chain"]


class Held(Disk):
    """Windows, where another program holds the file for a while, and names cannot be swapped."""

    def __init__(self, times):
        self.left, self.waited = times, []

    def exchange(self, one, other):
        return False

    def replace(self, source, target):
        self.left -= 1
        if self.left >= 0:
            held = PermissionError(errno.EACCES, "held")
            held.winerror = 32
            raise held
        super().replace(source, target)

    def wait(self, seconds):
        self.waited.append(seconds)


def test_a_file_that_another_program_holds_for_a_moment_is_waited_for(path):
    fs = Held(5)
    save(NEW, path, fs=fs, **KNOWN)
    assert path.read_text(encoding="utf-8") == RICH
    assert sum(fs.waited) == pytest.approx(0.31)


def test_one_that_is_held_for_long_is_left_as_it_is(path):
    with pytest.raises(CannotSave, match="Another program holds the file"):
        save(NEW, path, fs=Held(9), **KNOWN)
    assert path.read_text(encoding="utf-8") == SQUARE
    assert os.listdir(path.parent) == ["graph.chain"]


@posix
def test_a_file_with_other_names_is_replaced_only_when_that_is_wanted(path):
    os.link(path, path.with_name("other.chain"))
    with pytest.raises(OtherNames, match="2 names"):
        save(NEW, path, **KNOWN)
    assert path.read_text(encoding="utf-8") == SQUARE
    save(NEW, path, split_links=True, **KNOWN)
    assert path.read_text(encoding="utf-8") == RICH
    assert path.with_name("other.chain").read_text(encoding="utf-8") == SQUARE


class Unsynced(Disk):
    """A network folder that knows neither fsync nor links nor swapping, and keeps no owners."""

    def sync(self, fd):
        raise OSError(errno.EINVAL, "fsync")

    def own(self, fd, user, group):
        raise PermissionError(errno.EPERM, "chown")

    def permit(self, fd, mode):
        raise PermissionError(errno.EPERM, "chmod")

    def copy_attributes(self, source, fd):
        raise OSError(errno.ENOTSUP, "xattr")

    def exchange(self, one, other):
        return False

    def link(self, source, target):
        raise PermissionError(errno.EPERM, "link")

    def sync_folder(self, path):
        raise OSError(errno.EINVAL, "fsync")


def test_a_folder_that_can_do_little_is_saved_to_all_the_same(path, tmp_path):
    save(NEW, path, fs=Unsynced(), **KNOWN)
    save(NEW, tmp_path / "new.chain", fs=Unsynced(), **KNOWN)
    assert path.read_bytes() == (tmp_path / "new.chain").read_bytes() == RICH.encode()


@posix
def test_another_group_does_not_get_the_rights_of_the_old_one(path):
    class NoGroup(Disk):
        def own(self, fd, user, group):
            raise PermissionError(errno.EPERM, "chown")

    path.chmod(0o664)
    save(NEW, path, fs=NoGroup(), **KNOWN)
    assert stat.S_IMODE(path.stat().st_mode) == 0o644


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="needs root")
def test_a_file_of_somebody_else_stays_theirs(path):
    os.chown(path, 1234, 4321)
    save(NEW, path, **KNOWN)
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 4321)


def test_what_was_there_is_handed_over_before_it_goes(path):
    handed = []
    save(NEW, path, keep=lambda *what: handed.append((*what, path.read_bytes())), **KNOWN)
    assert handed == [(path.resolve(), SQUARE.encode(), SQUARE.encode())]


def test_a_touched_file_with_the_same_content_may_be_replaced(path):
    _, seen = load(path, **KNOWN)
    os.utime(path, (1, 1))
    save(NEW, path, expect_hash=seen, **KNOWN)


@posix
def test_a_symbolic_link_stays_a_link_and_its_target_is_written(path, tmp_path):
    link = tmp_path / "elsewhere" / "link.chain"
    link.parent.mkdir()
    link.symlink_to("../graph.chain")
    save(NEW, link, **KNOWN)
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8") == RICH


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_the_permissions_of_the_old_file_are_kept(path, mode):
    path.chmod(mode)
    save(NEW, path, **KNOWN)
    assert stat.S_IMODE(path.stat().st_mode) == mode


@posix
def test_a_new_file_gets_the_permissions_any_program_would_give_it(path, tmp_path):
    fresh = tmp_path / "fresh.chain"
    save(NEW, fresh, **KNOWN)
    (tmp_path / "plain").touch()
    assert fresh.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_write_protected_file_is_left_alone(path):
    path.chmod(0o444)
    with pytest.raises(CannotSave, match="write-protected") as caught:
        save(NEW, path, **KNOWN)
    assert "another name" in caught.value.remedy
    assert path.read_text(encoding="utf-8") == SQUARE
    path.chmod(0o644)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(CannotSave, match="folder does not exist") as caught:
        save(NEW, tmp_path / "no" / "g.chain", **KNOWN)
    assert "existing folder" in caught.value.remedy


def test_a_name_too_long_for_the_disk_is_named(tmp_path):
    with pytest.raises(CannotSave, match="name is too long"):
        save(NEW, tmp_path / ("x" * 300), **KNOWN)
    save(NEW, tmp_path / ("é" * 120 + ".chain"), **KNOWN)


def test_a_document_the_reader_would_refuse_is_not_written(path):
    bad = Document(Graph.of([Node("x", "sum", "x", {"dim": "first"})]))
    with pytest.raises(CannotSave, match=r"\$\.nodes\[0\]\.params\.dim: dim is text"):
        save(bad, path, **KNOWN)
    assert path.read_text(encoding="utf-8") == SQUARE


@pytest.mark.parametrize(
    "bad",
    [
        Document(Graph.of([Node("x", "mystery", "x", {"data": object()})])),
        Document(Graph.of([Node("x", "mystery", "x", {"rate": float("inf")})])),
        Document(Graph.of([Node("x", "mystery", "x", {"by_number": {1: 2}})])),
        Document(replace(OLD.graph, nodes={})),
    ],
    ids=["an object", "infinity where text would come back", "a number as key", "dangling edges"],
)
def test_a_document_that_would_not_come_back_the_same_is_not_written(path, bad):
    with pytest.raises(CannotSave, match=r"graph\.chain was not saved") as caught:
        save(bad, path, **KNOWN)
    assert "Undo" in caught.value.remedy
    assert path.read_text(encoding="utf-8") == SQUARE


def test_bottomless_params_are_refused_like_any_other(path):
    bottomless = []
    bottomless.append(bottomless)
    with pytest.raises(CannotSave):
        save(Document(Graph.of([Node("x", "mystery", "x", {"p": bottomless})])), path, **KNOWN)


def test_a_note_may_have_lines_and_any_length(path):
    note = Region("r", "note", "line\n" * 200)
    save(Document(Graph.of([], [], [note])), path, **KNOWN)
    assert load(path, **KNOWN)[0].graph.regions["r"] == note
