"""What saves replace can be had again; what is kept is bounded, and in no save's way."""

import errno
import os
from itertools import pairwise

import pytest

from gui.model.disk import Disk
from gui.model.versions import CAP, NEWEST, WEEK, Versions


class Clock:
    now = 1_700_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def versions(tmp_path, clock):
    return Versions(tmp_path / "history", clock=clock)


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "graph.chain"
    path.write_bytes(b"0")
    return path


def keep(versions, path, *contents, every=1.0):
    for content in contents:
        assert versions.keep(path, content) == ""
        versions.clock.now += every


def kept(versions, path):
    return [v.file.read_bytes() for v in versions.of(path)]


def test_the_newest_comes_first_with_its_dates_and_size(versions, path, clock):
    os.utime(path, (clock.now - 500, clock.now - 500))
    keep(versions, path, b"one", b"three")
    newest, oldest = versions.of(path)
    assert (newest.file.read_bytes(), newest.size) == (b"three", 5)
    assert newest.replaced - oldest.replaced == 1
    assert newest.saved == clock.now - 502


def test_each_file_has_its_own_and_a_link_leads_to_that_of_its_target(versions, path, tmp_path):
    keep(versions, path, b"mine")
    keep(versions, tmp_path / "other.chain", b"other")
    link = tmp_path / "link.chain"
    link.symlink_to(path)
    assert kept(versions, link) == kept(versions, path) == [b"mine"]


def test_the_same_content_is_kept_once_by_its_last_date(versions, path):
    keep(versions, path, b"a", b"b", b"a")
    assert kept(versions, path) == [b"a", b"b"]


def test_the_last_twenty_stay_however_old_they_are(versions, path, clock):
    keep(versions, path, *(b"%d" % k for k in range(NEWEST)))
    clock.now += 10 * WEEK
    keep(versions, path, b"new")
    assert kept(versions, path) == [b"new", *(b"%d" % k for k in range(NEWEST - 1, 0, -1))]


def test_before_those_one_in_five_minutes_stays_for_a_week(versions, path, clock):
    keep(versions, path, *(b"%d" % k for k in range(60)), every=60)
    older = versions.of(path)[NEWEST:]
    gaps = [a.replaced - b.replaced for a, b in pairwise(older)]
    assert len(older) >= 7
    assert min(gaps) >= 300
    clock.now += WEEK
    keep(versions, path, *(b"later %d" % k for k in range(NEWEST)))
    assert len(versions.of(path)) == NEWEST


def test_all_together_they_are_no_larger_than_the_cap_and_the_oldest_go_first(
    path, tmp_path, clock
):
    versions = Versions(tmp_path / "history", clock=clock, cap=100)
    other = tmp_path / "other.chain"
    keep(versions, other, b"o" * 40)
    keep(versions, path, b"1" * 40, b"2" * 40)
    assert kept(versions, other) == []
    assert kept(versions, path) == [b"2" * 40, b"1" * 40]
    assert "larger than" in versions.keep(path, b"x" * 101)
    assert CAP == 200 * 2**20


def test_a_clock_that_is_put_back_does_not_change_their_order(versions, path, clock):
    keep(versions, path, b"first")
    clock.now -= 3 * WEEK
    keep(versions, path, b"second")
    assert kept(versions, path) == [b"second", b"first"]


def test_what_somebody_else_puts_there_is_neither_listed_nor_removed(versions, path):
    keep(versions, path, b"mine")
    (folder,) = versions.folder.iterdir()
    (folder / "notes.txt").write_text("hands off")
    keep(versions, path, *(b"%d" % k for k in range(30)))
    assert (folder / "notes.txt").exists()
    assert len(versions.of(path)) == NEWEST + 1


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_nobody_else_may_look_into_them(versions, path):
    keep(versions, path, b"mine")
    (folder,) = versions.folder.iterdir()
    assert folder.stat().st_mode & 0o077 == 0


def test_a_disk_that_fails_is_told_of_and_nothing_is_raised(tmp_path, path, clock):
    class Full(Disk):
        def create(self, path, mode):
            raise OSError(errno.ENOSPC, "No space left on device")

    versions = Versions(tmp_path / "history", Full(), clock)
    assert versions.keep(path, b"mine") == "No space left on device"
    assert versions.of(path) == []
