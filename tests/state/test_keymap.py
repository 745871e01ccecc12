"""Shortcuts as a person sets them, and what is made of a file that is broken or hostile."""

import json
import os

import pytest

from gui.model import keyfile
from gui.state.keymap import Binding, Keymap, spelled

BINDINGS = (
    Binding("forward", "Forward", "Run", ("F5",)),
    Binding("backward", "Backward", "Run", ("F6",)),
    Binding("delete", "Delete", "Edit", ("Del", "Backspace")),
    Binding("none", "Without", "Edit", ()),
    Binding("fixed", "Step", "Canvas", ("Right", "Left"), fixed=True),
)


@pytest.fixture
def path(tmp_path, qapp):
    return tmp_path / "folder" / keyfile.NAME


def keymap(path):
    return Keymap(BINDINGS, path)


def test_without_a_file_all_keys_are_the_usual_ones(path):
    made = keymap(path)
    assert [made.keys(b.id) for b in BINDINGS] == [b.usual for b in BINDINGS]
    assert not made.problem
    assert not path.exists()


def test_what_is_chosen_is_saved_at_once_and_found_again(path, qtbot):
    made = keymap(path)
    with qtbot.waitSignal(made.changed):
        made.choose("none", ("Ctrl+Alt+J",))
    again = keymap(path)
    assert again.keys("none") == ("Ctrl+Alt+J",)
    assert not again.is_usual("none")
    again.reset("none")
    assert keymap(path).keys("none") == ()


def test_a_key_goes_from_one_to_the_other_and_is_never_with_both(path):
    made = keymap(path)
    assert [b.id for b in made.users_of("F6", besides="forward")] == ["backward"]
    made.choose("forward", ("F6",))
    assert made.keys("backward") == ()
    assert [b.id for b in keymap(path).users_of("F6")] == ["forward"]
    made.reset("backward")
    assert made.keys("forward") == ()
    made.reset_all()
    assert all(made.is_usual(b.id) for b in BINDINGS)


def test_what_a_newer_version_wrote_is_kept(path):
    path.parent.mkdir()
    path.write_text('{"keys": {"of a newer version": ["F9"], "none": ["F8"]}}')
    keymap(path).choose("forward", ("F4",))
    assert json.loads(path.read_text())["keys"] == {
        "of a newer version": ["F9"], "none": ["F8"], "forward": ["F4"],
    }  # fmt: skip


BROKEN = {
    "no json": "hello", "empty": "", "truncated": '{"keys": {"forward": ["F', "a list": "[]",
    "keys are a list": '{"keys": []}', "a key is a number": '{"keys": {"forward": [7]}}',
    "no key of any keyboard": '{"keys": {"forward": ["Ctrl+Nonsense"]}}',
    "several in a row": '{"keys": {"forward": ["Ctrl+K, Ctrl+S"]}}',
    "a key as long as a book": json.dumps({"keys": {"forward": ["F" * 10_000]}}),
    "many keys": json.dumps({"keys": {"forward": ["F1"] * 50}}),
    "many commands": json.dumps({"keys": {str(i): ["F1"] for i in range(5_000)}}),
    "twice": '{"keys": {"forward": ["F1"], "forward": ["F2"]}}',
    "deep": "[" * 100_000, "large": " " * (keyfile.BYTES + 1), "not utf-8": b"\xff\xfe{}",
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_file_gives_a_message_and_the_usual_keys_and_is_kept(path, kind):
    path.parent.mkdir()
    content = BROKEN[kind]
    data = content if isinstance(content, bytes) else content.encode()
    path.write_bytes(data)
    made = keymap(path)
    assert all(made.is_usual(b.id) for b in BINDINGS)
    assert "cannot be used" in made.problem
    aside = path.with_name(f"{keyfile.NAME}.broken")
    assert aside.name in made.problem
    assert aside.read_bytes() == data
    made.choose("forward", ("F4",))
    assert keymap(path).keys("forward") == ("F4",)
    assert aside.read_bytes() == data


def test_a_second_broken_file_does_not_take_the_place_of_the_first(path):
    path.parent.mkdir()
    for text in ("one", "two"):
        path.write_text(text)
        keymap(path)
    assert sorted(p.read_text() for p in path.parent.iterdir()) == ["one", "two"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_in_its_place_is_not_waited_for(path):
    path.parent.mkdir()
    os.mkfifo(path)
    assert "cannot be used" in keymap(path).problem


def test_a_key_that_the_file_gives_to_two_is_kept_by_the_first(path):
    path.parent.mkdir()
    path.write_text('{"keys": {"delete": ["F3"], "backward": ["F3", "F2"], "forward": ["Right"]}}')
    made = keymap(path)
    assert made.keys("delete") == ("F3",)
    assert made.keys("backward") == ("F2",)
    assert made.keys("forward") == ()  # the canvas needs that key itself


def test_where_nothing_can_be_written_the_choice_counts_and_the_reason_is_told(path):
    path.parent.parent.joinpath("folder").write_text("a file where the folder should be")
    made = keymap(path)
    made.choose("forward", ("F4",))
    assert made.keys("forward") == ("F4",)
    assert made.problem


@pytest.mark.parametrize(
    ("text", "key"),
    [("ctrl+shift+a", "Ctrl+Shift+A"), ("Del", "Del"), ("F5", "F5"), ("", ""), ("Nope", ""),
     ("Ctrl+", ""), ("A, B", "")],
)  # fmt: skip
def test_keys_are_spelled_as_qt_spells_them(qapp, text, key):
    assert spelled(text) == key
