"""Tests for gui.state.later: an answer nobody waits for any more does no harm."""

import shiboken6

from gui.state.later import Later, _Answer, _Job


def test_the_newest_answer_alone_is_brought(qtbot):
    later, found = Later(), []
    later.found.connect(found.append)
    later.ask(lambda: "old")
    later.ask(lambda: "new")
    qtbot.waitUntil(lambda: found == ["new"])


def test_an_answer_that_comes_after_the_end_is_dropped(qapp):
    answer, asked = _Answer(), []
    shiboken6.delete(answer)
    _Job(answer, 1, lambda: asked.append(1)).run()
    assert asked == [1]
