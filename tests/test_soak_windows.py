"""A share of the long runs through the real window and in processes with little memory."""

import subprocess
import sys

import pytest

from tests.soak import bombs
from tests.test_rooms import ROOT

pytestmark = pytest.mark.slow


def soaked(name, times, seed=3):
    """What a long run prints; it has a process of its own, as it puts hooks everywhere."""
    done = subprocess.run(
        [sys.executable, "-m", f"tests.soak.{name}", "--times", str(times), "--seed", str(seed)],
        cwd=ROOT, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr[-2000:]
    return done.stdout


def test_mutated_documents_are_taken_by_the_real_window():
    assert "0 failures" in soaked("windows", 25)


def test_closed_windows_leave_nothing_behind():
    """So few cycles tell of a window that stays, not of a byte here and there."""
    assert "0 failures" in soaked("cycles", 8)


def test_bombs_are_refused_from_their_shapes():
    pytest.importorskip("resource")
    assert bombs.run(60, seed=3) == []


def test_a_bomb_that_is_made_is_found():
    assert list(bombs._wrong(True, ""))
    assert list(bombs._wrong(False, "MemoryError: Unable to allocate 2 GiB"))
    assert not list(bombs._wrong(False, ""))


SLIP = """
from engine.session import Session
def run(*_):
    raise ValueError("in the worker")
Session.run = run
from tests.soak import windows
print(*windows.run(0, 1))
"""


def test_an_error_in_the_worker_is_found():
    """It is told in a dialog, and comes past the hook of Python."""
    done = subprocess.run([sys.executable, "-c", SLIP], cwd=ROOT, capture_output=True, text=True)
    assert "ValueError: in the worker" in done.stdout
