"""Temporaries that a crash has left are removed; everything else stays."""

import os
import sys

import pytest

from gui.model.disk import TEMPORARY
from gui.model.janitor import HOUR, LIMIT, is_alive, sweep

NOW = 1_700_000_000.0
OURS = f".graph.chain.4242-0a1b2c3d{TEMPORARY}"


def put(folder, name, age=2 * HOUR):
    path = folder / name
    path.write_bytes(b"half of it")
    os.utime(path, (NOW - age, NOW - age))
    return path


def swept(folder, **known):
    return sweep(folder, NOW, **{"alive": lambda pid: False, **known})


def test_an_old_temporary_of_a_dead_process_goes(tmp_path):
    put(tmp_path, OURS)
    asked = []
    assert swept(tmp_path, alive=lambda pid: bool(asked.append(pid))) == 1
    assert asked == [4242]
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    "name",
    [
        "graph.chain",
        f"graph.chain.4242-0a1b2c3d{TEMPORARY}",
        f".graph.chain.4242-0a1b2c3{TEMPORARY}",
        f".graph.chain.x-0a1b2c3d{TEMPORARY}",
        f".graph.chain.4242-0a1b2c3d{TEMPORARY}.bak",
        ".graph.chain.swp",
    ],
)
def test_what_is_not_named_as_ours_stays(tmp_path, name):
    put(tmp_path, name)
    assert swept(tmp_path) == 0
    assert os.listdir(tmp_path) == [name]


def test_a_young_one_and_one_of_a_living_process_stay(tmp_path):
    put(tmp_path, OURS, age=HOUR - 1)
    assert swept(tmp_path) == 0
    put(tmp_path, OURS)
    assert swept(tmp_path, alive=lambda pid: True) == 0
    assert os.listdir(tmp_path) == [OURS]


def test_a_folder_of_that_name_stays(tmp_path):
    (tmp_path / OURS).mkdir()
    os.utime(tmp_path / OURS, (0, 0))
    assert swept(tmp_path) == 0


def test_after_its_time_it_stops(tmp_path):
    for k in range(10):
        put(tmp_path, f".g.{k}-0a1b2c3d{TEMPORARY}")
    times = iter([0.0, *(LIMIT * k / 3 for k in range(20))])
    assert swept(tmp_path, clock=lambda: next(times)) == 4


def test_no_folder_is_no_trouble(tmp_path):
    assert swept(tmp_path / "gone") == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no fork there")
def test_this_process_lives_and_one_that_has_ended_does_not():
    assert is_alive(os.getpid())
    child = os.posix_spawn(sys.executable, [sys.executable, "-c", ""], os.environ)
    os.waitpid(child, 0)
    assert not is_alive(child)
    assert is_alive(2**40)  # no number of a process: nothing can be told
