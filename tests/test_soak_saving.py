"""A share of the long runs that save: a failing disk, a power cut, other programs, kills."""

import errno
import os
import subprocess
import sys

import pytest

from gui.model import disk, files
from tests.soak import failing_disk, power, writers
from tests.soak._saving_kit import application

linux = pytest.mark.skipif(sys.platform != "linux", reason="names are swapped on Linux only")


def test_whichever_operation_of_a_save_fails_nothing_is_lost_or_kept_quiet(qapp):
    assert failing_disk.run(60, seed=1) == []


def test_a_write_that_nobody_listens_to_would_be_found(qapp, monkeypatch):
    def deaf(fs, fd, data, target, old):
        fs.write(fd, memoryview(data))
        os.close(fd)

    monkeypatch.setattr(disk, "_fill", deaf)
    with application() as home:
        short = [
            c for c in failing_disk.cases(home) if c[0] == "new" and c[2] == failing_disk.SHORT
        ]
        found = [line for case in short for line in failing_disk.check(home, *case)]
    assert any("neither old nor new" in line for line in found)


@linux
def test_after_a_power_cut_at_any_moment_the_old_or_the_new_file_is_there(qapp):
    assert power.run(10, seed=1) == []


def test_a_save_that_flushes_nothing_would_be_found(qapp, monkeypatch):
    monkeypatch.setattr(disk, "_sync", lambda fs, fd: None)
    assert any("b''" in line for line in power.run(4, seed=1))


def test_a_save_that_removes_the_old_file_first_would_be_found(qapp, monkeypatch):
    def hasty(fs, temp, target, new, look):
        if not new:
            fs.remove(target)
        fs.replace(temp, target)
        return False

    monkeypatch.setattr(disk, "_put", hasty)
    assert any("nothing" in line for line in power.run(4, seed=1))


@linux
def test_no_change_by_another_program_is_overwritten_unseen(qapp):
    assert writers.run(60, seed=1) == []


def test_a_save_that_looks_only_once_would_be_found(qapp, monkeypatch):
    monkeypatch.setattr(files, "_look", lambda where, **_: None)
    assert any("their change is lost" in line for line in writers.run(60, seed=1))


def killed(times, before=""):
    """What `times` kills say, after a change to the program."""
    program = f"{before}\nfrom tests.soak import saving\nprint(*saving.run({times}, 1))"
    made = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return made.stdout.strip()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_process_killed_while_it_saves_leaves_a_whole_file():
    assert killed(10) == ""


IN_PLACE = """
from gui.model import files
def in_place(fs, target, data, look=None):
    fs.create(target.with_name("mark"), 0o600)
    with open(target, "wb") as file:
        for k in range(0, len(data), 100):
            file.write(data[k : k + 100])
            file.flush()
    fs.remove(target.with_name("mark"))
files.replace_file = in_place
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_save_in_place_would_be_found():
    assert "torn" in killed(20, IN_PLACE)


# ---- a disk that is really full ------------------------------------------------------------------


@pytest.fixture
def tiny_disk(tmp_path):
    """A drive of 64 KiB, where one may have such a thing."""
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(place)]
    if sys.platform != "linux" or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no drive can be mounted here")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_disk_that_is_really_full_keeps_the_old_file(tiny_disk):
    path = tiny_disk / "graph.chain"
    small, large = failing_disk.OLD, failing_disk.document(400, 100)
    seen = files.save(small, path)
    with pytest.raises(files.CannotSave, match=r"graph\.chain was not saved\. The disk is full\."):
        files.save(large, path)
    assert files.fingerprint(path) == seen
    assert os.listdir(tiny_disk) == ["graph.chain"]
    assert files.save(failing_disk.NEW, path) == files.fingerprint(path)


LIMITED = """
import resource, signal, sys
from gui.model import files
from tests.soak.failing_disk import OLD, document
files.save(OLD, sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
try:
    files.save(document(400, 100), sys.argv[1])
except files.CannotSave as error:
    print(error)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such limit there")
def test_a_limit_on_the_size_of_files_keeps_the_old_one(tmp_path):
    path = tmp_path / "graph.chain"
    made = subprocess.run(
        [sys.executable, "-c", LIMITED, str(path)], capture_output=True, text=True
    )
    assert "takes no file as large" in made.stdout, made.stderr
    assert path.read_bytes() == failing_disk.bytes_of(failing_disk.OLD)
    assert os.strerror(errno.EFBIG) not in made.stdout
