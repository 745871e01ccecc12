"""A change by another program is noticed once it has settled, by content, and told once."""

import os

import pytest
from PySide6.QtCore import QFileSystemWatcher, QTimer

from gui.model.files import ABSENT, fingerprint
from gui.state.watch import SETTLING, Watch


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "graph.chain"
    path.write_text("mine")
    return path


@pytest.fixture
def watch(qapp, path):
    made = Watch()
    made.follow(path, fingerprint(path))
    yield made
    made.rest()


@pytest.fixture
def told(watch):
    said = []
    watch.differs.connect(said.append)
    watch.agrees.connect(lambda: said.append("agrees"))
    return said


def looked(qtbot, watch):
    """Compare, and wait for the answer."""
    with qtbot.waitSignal(watch._aside.found):
        watch.look()


def test_another_content_is_told_once(qtbot, watch, told, path):
    path.write_text("theirs")
    looked(qtbot, watch)
    looked(qtbot, watch)
    assert told == [fingerprint(path)]
    path.write_text("theirs again")
    looked(qtbot, watch)
    assert told == [*told[:1], fingerprint(path)]


def test_a_touch_and_a_copy_of_the_same_content_are_no_change(qtbot, watch, told, path):
    os.utime(path, (1, 1))
    looked(qtbot, watch)
    path.unlink()
    path.write_text("mine")
    looked(qtbot, watch)
    assert told == []


def test_a_file_that_goes_and_comes_back_agrees_again(qtbot, watch, told, path):
    path.rename(path.with_name("elsewhere"))
    looked(qtbot, watch)
    path.with_name("elsewhere").rename(path)
    looked(qtbot, watch)
    assert told == [ABSENT, "agrees"]


def test_what_this_window_has_written_is_no_change(qtbot, watch, told, path):
    path.write_text("mine, saved anew")
    watch.follow(path, fingerprint(path))
    looked(qtbot, watch)
    assert told == []


def test_an_answer_that_a_save_has_overtaken_is_none(qtbot, watch, told, path):
    path.write_text("saved")
    with qtbot.waitSignal(watch._aside.found):
        watch.look()  # finds what has been saved, and it is not known yet
        watch.follow(path, fingerprint(path))
    assert told == []


def test_a_file_that_cannot_be_read_just_now_is_no_change(qtbot, path):
    def failing(path):
        raise PermissionError("held")

    watch = Watch(look=failing)
    watch.follow(path, "0" * 64)
    with qtbot.assertNotEmitted(watch.differs):
        looked(qtbot, watch)
    watch.rest()


@pytest.mark.parametrize("act", ["replace", "overwrite", "delete", "append"])
def test_qt_tells_of_each_change_again_and_again(qtbot, watch, told, path, act):
    """The watcher falls silent after one replacement unless the file is added anew."""
    for k in range(3):
        if act == "replace":
            path.with_name("new").write_text(f"theirs {k}")
            os.replace(path.with_name("new"), path)
        elif act == "delete":
            path.unlink()
        else:
            with open(path, "a" if act == "append" else "w") as file:
                file.write(f"theirs {k}")
        expected = fingerprint(path)
        qtbot.waitUntil(lambda expected=expected: told[-1:] == [expected])
        if act == "delete":
            path.write_text(f"theirs {k}")
            qtbot.waitUntil(lambda: told[-1] == fingerprint(path))


def test_it_waits_until_a_file_has_settled(watch, path):
    timer = watch.findChild(QTimer)
    assert timer.interval() == SETTLING == 300
    watch._on_news(str(path))
    assert timer.isActive()
    watch.rest()
    assert not timer.isActive()


def test_in_a_busy_folder_it_does_not_wait_for_ever(qtbot, watch, path):
    timer = watch.findChild(QTimer)
    watch._on_news_of_folder(str(path.parent))
    first = timer.timerId()
    watch._on_news_of_folder(str(path.parent))
    assert timer.timerId() == first  # a timer that begins anew has another number
    watch.rest()


def test_without_a_file_nothing_is_watched(qtbot, watch, path):
    watch.follow(None, None)
    watcher = watch.findChild(QFileSystemWatcher)
    assert not watcher.files()
    assert not watcher.directories()
    watch.look()
    with qtbot.assertNotEmitted(watch.differs):
        path.write_text("theirs")
