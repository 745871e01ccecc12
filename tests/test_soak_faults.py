"""A share of the faults put into a program with unsaved work; `tests.soak.faults` has all."""

import pytest

from tests.soak import faults


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["slot", "slot: exit", "worker: out of memory", "paint", "SIGTERM", "SIGSEGV", "_exit"]
)
def test_no_work_is_lost_and_nothing_happens_in_silence(name):
    assert faults.wrong(name) == ""


def test_there_are_at_least_forty():
    assert len(faults.FAULTS) >= 40


@pytest.mark.slow
def test_work_that_is_lost_is_found(monkeypatch):
    """Without a journal the harness has to complain."""
    monkeypatch.setattr("gui.model.journals.left_over", lambda home: [])
    assert "the work is lost" in faults.wrong("_exit")
