"""A share of the long runs about what is not saved: killed while editing, edited at random."""

import subprocess
import sys

import pytest

from gui.model import journal
from tests.soak import edits


@pytest.mark.skipif(not hasattr(__import__("os"), "fork"), reason="the run forks")
def test_a_process_killed_while_it_edits_loses_at_most_one_edit():
    """In a process of its own: one with windows and threads is not to be forked."""
    command = [sys.executable, "-m", "tests.soak.editing", "--times", "8", "--seed", "7"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failures" in done.stdout


@pytest.mark.qt_log_ignore("propagateSizeHints")
def test_the_document_is_what_its_journal_and_its_file_say(qapp):
    assert edits.run(500, seed=3) == []


def test_a_journal_that_leaves_out_a_change_would_be_found(qapp, tmp_path, monkeypatch):
    sealed = journal.sealed

    def forgetful(seq, change):
        return sealed(seq, "{}" if seq == 9 else change)

    monkeypatch.setattr(journal, "sealed", forgetful)
    (told,) = edits.play(tmp_path, "3 0", 100, looked=False)
    assert "journal says something else" in told or "after a crash" in told
