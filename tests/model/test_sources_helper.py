"""What reads programs is a process: it may die, hang or take all memory; that is a sentence."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

from gui.model import piped, program_reading
from gui.model.findings import Unreadable
from gui.model.program_reading import Helper, Stopped, read_file, read_program, read_text
from tests import program_kit


@pytest.fixture
def helper():
    made = Helper(program_kit.COMMAND, silence=0.5, overall=30.0)
    yield made
    made.close()


def told(text, helper):
    with pytest.raises(Unreadable) as caught:
        read_text(text, helper)
    (finding,) = caught.value.findings
    assert finding.where.startswith("pasted")
    return finding.what


def test_a_program_becomes_a_document_and_the_process_is_kept(helper):
    read = read_text("x = 3", helper)
    assert [node.name for node in read.document.graph.nodes.values()] == ["x", "y"]
    assert read.document.places.keys() == {"x", "y"}
    source = read.document.source
    assert (source.name, source.kind, source.text) == ("pasted", "pasted", "x = 3")
    assert source.lines == {"x": 1, "y": 1}
    assert source.actions == (0, 1)
    assert [remark.text for remark in source.remarks] == ["“import os” is skipped."]
    assert [guard.nodes for guard in source.guards] == [("y",)]
    assert source.cells[0].printed == "9\n"
    assert dict(read.variables) == {"y": "tensor(9., grad_fn=<PowBackward0>)"}
    read_text("again", helper)
    assert helper.started == 1


@pytest.mark.parametrize(
    ("word", "what"),
    [
        ("hang", "given up: nothing came"),
        ("die", "crashed over it (code 7)"),
        ("fail", "a mistake with it (KeyError in program_kit.py"),
        ("open", "a mistake with it (PermissionError in helper.py"),
        ("kill", "a mistake with it (PermissionError in helper.py"),
    ],
)
def test_whatever_happens_to_it_is_a_sentence_and_the_next_program_is_read(word, what, helper):
    assert what in told(word, helper)
    assert read_text("x", helper).document.graph.nodes


def test_the_command_it_starts_is_always_the_same(helper, monkeypatch):
    begun = []
    start = subprocess.Popen

    def popen(command, **rest):
        begun.append((tuple(command), rest.get("shell", False)))
        return start(command, **rest)

    monkeypatch.setattr(subprocess, "Popen", popen)
    read_program(b"x", "; touch planted; .py", "py", helper)
    assert begun == [(program_kit.COMMAND, False)]


def test_nothing_of_the_program_stands_in_the_sentence(helper):
    assert "secret" not in told("fail", helper)


@pytest.mark.skipif(sys.platform != "linux", reason="there is a limit on memory only there")
def test_a_program_that_takes_all_memory_is_refused(helper):
    helper.silence = 30.0
    assert "more memory" in told("hog", helper)


def test_one_that_says_it_goes_on_and_never_ends_is_given_up_too(helper):
    helper.overall = 2.0
    assert "given up" in told("talk", helper)


def test_what_is_cancelled_is_over_at_once_and_its_process_gone(helper):
    wanted = []

    def progress(done):
        wanted.append(helper._process)

    with pytest.raises(Stopped):
        read_text("hang", helper, progress, lambda: bool(wanted))
    assert wanted[0].returncode is not None
    assert helper._process is None


def test_a_closed_one_answers_nothing_more(helper):
    read_text("x", helper)
    process = helper._process
    helper.close()
    assert process.returncode is not None


def test_a_process_that_talks_nonsense_or_nothing_is_told_of():
    for script in ("print('hello, this is no answer')", "import sys; sys.exit(3)"):
        made = Helper((sys.executable, "-I", "-c", script))
        with pytest.raises(Unreadable, match="What reads programs"):
            read_text("x", made)
    made = Helper(("/nowhere/at/all",))
    with pytest.raises(Unreadable, match="could not be started"):
        read_text("x", made)


def test_what_comes_back_is_read_like_any_file(helper, monkeypatch):
    monkeypatch.setattr(Helper, "ask", lambda *_: ({"read": True, "variables": []}, b"{}"))
    with pytest.raises(Unreadable, match="not a Chainrule file"):
        read_text("x", helper)


def test_a_file_that_cannot_be_read_never_reaches_it(helper, tmp_path):
    large = tmp_path / "large.py"
    with large.open("wb") as file:
        file.truncate(program_reading.MOST_CHARACTERS * 4 + 1)
    for path, word in (
        (tmp_path / "none.py", "no such file"),
        (tmp_path, "folder"),
        (large, "MiB"),
    ):
        with pytest.raises(Unreadable, match=word):
            read_file(path, helper)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.py")
        with pytest.raises(Unreadable, match="regular"):
            read_file(tmp_path / "pipe.py", helper)
    assert helper.started == 0


# ---- the messages --------------------------------------------------------------------------------


def test_a_message_comes_through_a_pipe_as_it_was_sent():
    pipe = io.BytesIO()
    piped.send(pipe, {"a": "é"}, b"\0\1")
    pipe.seek(0)
    assert piped.receive(pipe) == ({"a": "é", "bytes": 2}, b"\0\1")
    assert piped.receive(pipe) is None


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\0" * 8, b"\xff" * 8, b"\0\0\0\0\0\0\0\2{}", b"\0\0\0\0\0\0\0\2[",
        b"\0" * 7 + b"\4true",
        b"\0" * 7 + b"\x0c" + b'{"bytes":-1}', b"\0" * 7 + b"\x0b" + b'{"bytes":9}1',
    ],
)  # fmt: skip
def test_what_is_no_message_is_none(data):
    assert piped.receive(io.BytesIO(data)) is None


def test_the_kit_is_no_part_of_the_program():
    planted = Path(program_kit.__file__).with_name("planted")
    assert not planted.exists()
