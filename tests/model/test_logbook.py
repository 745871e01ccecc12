"""Tests for gui.model.logbook: what is logged holds no document, and no crash goes untold."""

import logging
import os
import subprocess
import sys
from logging.handlers import RotatingFileHandler

import pytest

from gui.model import logbook
from tests.test_rooms import ROOT


def caught(text):
    try:
        raise ValueError(text)
    except ValueError:
        return sys.exc_info()


@pytest.fixture
def handler(tmp_path):
    made = logbook.keep_log(tmp_path / "log")
    yield made
    logging.getLogger().removeHandler(made)
    made.close()


def test_an_error_is_logged_with_its_place_and_type_but_not_its_text(tmp_path, handler, caplog):
    logging.getLogger("x").critical("an error nobody caught", exc_info=caught("secret_name = 7"))
    caplog.clear()
    text = (tmp_path / "log" / logbook.NAME).read_text()
    assert "an error nobody caught" in text
    assert "test_logbook.py" in text
    assert text.rstrip().endswith("ValueError")
    assert "secret_name" not in text


def test_what_led_to_an_error_is_logged_too_without_its_text(tmp_path, handler, caplog):
    def fail():
        try:
            {}["secret_key"]
        except KeyError as error:
            raise ValueError("secret_name") from error

    try:
        try:
            fail()
        finally:
            raise LookupError("secret_place")
    except LookupError:
        told = sys.exc_info()
    logging.getLogger("x").critical("an error nobody caught", exc_info=told)
    caplog.clear()
    text = (tmp_path / "log" / logbook.NAME).read_text()
    kinds = [line for line in text.splitlines() if line in ("KeyError", "ValueError")]
    assert kinds == ["KeyError", "ValueError"]
    assert text.rstrip().endswith("LookupError")
    assert text.count("in fail") == 2
    assert not [secret for secret in ("key'", "name\n", "place\n") if f"secret_{secret}" in text]


def test_causes_that_lead_in_a_circle_end():
    one, other = ValueError(), KeyError()
    one.__context__, other.__context__ = other, one
    assert list(logbook._causes(one)) == [other]
    one.__suppress_context__ = True
    assert list(logbook._causes(one)) == []


def test_the_log_is_cut_into_a_few_files(handler):
    assert isinstance(handler, RotatingFileHandler)
    assert (handler.maxBytes, handler.backupCount) == (logbook.SIZE, logbook.KEPT)


def test_where_no_log_can_be_kept_the_program_goes_on(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert logbook.keep_log(tmp_path / "file" / "log") is None
    assert "No log is kept" in capsys.readouterr().err


def test_the_home_folder_is_not_named():
    assert logbook.homeless("/home/ada/x.py and /home/ada", "/home/ada") == "~/x.py and ~"
    assert logbook.homeless("/x.py", "/") == "/x.py"


def test_a_report_tells_versions_and_every_error():
    text = logbook.report("ValueError: one\n", "ValueError: two\n")
    assert text.startswith(f"Chainrule {logbook.version()} · Python {sys.version.split()[0]}")
    assert "ValueError: one" in text
    assert "ValueError: two" in text


CRASH = """
import faulthandler, sys
from pathlib import Path
from gui.model.logbook import CrashFile
file = CrashFile(Path(sys.argv[1]))
file.open()
if sys.argv[2] == "crash":
    faulthandler._sigsegv()
file.close()
"""


def ended(folder, how):
    done = subprocess.run(
        [sys.executable, "-c", CRASH, str(folder), how], cwd=ROOT, capture_output=True, timeout=60
    )
    return done.returncode


def test_a_crash_is_told_at_the_next_start_and_only_then(tmp_path):
    assert ended(tmp_path, "crash") != 0
    (text,) = logbook.crashes(tmp_path)
    assert "Segmentation fault" in text
    assert "Current thread" in text
    assert logbook.crashes(tmp_path) == []


def test_an_end_as_it_should_be_leaves_nothing(tmp_path):
    assert ended(tmp_path, "well") == 0
    assert list(tmp_path.iterdir()) == []


def test_the_file_of_a_process_that_lives_is_left_alone(tmp_path):
    path = tmp_path / logbook.CRASH.format(os.getpid())
    path.write_text("not yet over")
    assert logbook.crashes(tmp_path) == []
    assert path.exists()


def test_a_crash_is_told_even_if_the_next_process_has_the_same_number(tmp_path):
    """As in a container, where it is always the same one."""
    (tmp_path / logbook.CRASH.format(os.getpid())).write_text("Fatal Python error: first")
    file = logbook.CrashFile(tmp_path)
    file.open()
    try:
        assert logbook.crashes(tmp_path) == ["Fatal Python error: first"]
    finally:
        file.close()
    assert list(tmp_path.iterdir()) == []
