"""The iterations of repeats under the scrub bar: nested, labelled as room allows, never meeting."""

from itertools import pairwise

import pytest

from gui.panels.scrub import ScrubBar
from gui.panels.scrub_loops import labels, rounds
from gui.state.player import Player
from gui.theme import LIGHT
from tests.engine.test_repeat import repeat
from tests.engine.test_training import STEP, ZERO, optimizer
from tests.runs import FORWARD, backward, film, square

BODY = (ZERO, FORWARD, backward("y"), STEP)
SGD = optimizer(params=["x"], lr=0.01)


def wide(text):
    return 7.0 * len(text)


@pytest.fixture
def bar(qtbot):
    made = ScrubBar(Player(), LIGHT)
    qtbot.addWidget(made)
    made.resize(800, 80)
    made.show()
    return made


def show(bar, *program):
    bar.player.set_film(film(square(), *program), 0)
    return bar.player.film.timeline.chapters


def test_each_depth_has_a_row_of_iterations(bar):
    chapters = show(bar, SGD, repeat(2, FORWARD, repeat(3, FORWARD)))
    outer, inner = rounds(chapters)
    assert [r.loop.number for r in outer] == [1, 2]
    assert [(r.around[0].number, r.loop.number) for r in inner] == [
        (1, 1), (1, 2), (1, 3), (2, 1), (2, 2), (2, 3),
    ]  # fmt: skip
    assert outer[0].last + 1 == outer[1].first


def test_a_film_without_repeats_takes_no_room_for_them(bar):
    low = bar.sizeHint().height()
    assert rounds(show(bar, FORWARD, backward("y"))) == []
    assert bar.sizeHint().height() == low
    show(bar, repeat(2, FORWARD))
    assert bar.sizeHint().height() > low
    show(bar, FORWARD)
    assert bar.sizeHint().height() == low


@pytest.mark.parametrize("times", [1, 3, 12, 40, 75, 400])
def test_labels_never_meet_and_the_first_is_always_there(bar, times):
    chapters = show(bar, SGD, repeat(times, *BODY))
    (row,) = rounds(chapters)
    found = list(labels(row, bar.x_of, wide))
    assert found[0].text in ("1", f"repeat 1/{times}")
    for before, after in pairwise(found):
        assert before.x + max(before.width, wide(before.text)) <= after.x + 1e-6
    assert all(label.x + wide(label.text) <= bar.width() for label in found)
    assert (len(found) == times) == (times <= 12)


def test_with_three_hundred_chapters_every_one_is_still_found(bar):
    chapters = show(bar, SGD, repeat(75, *BODY))
    assert len(chapters) == 301
    for chapter in chapters[::7]:
        tip = bar.tip_at(bar.x_of(chapter.first))
        assert tip.startswith(f"{chapter.whole_title}, step ")
    assert not bar.grab().isNull()


def test_the_tooltip_tells_repeat_iteration_and_action(bar):
    chapters = show(bar, SGD, repeat(2, FORWARD, repeat(2, backward("y", retain_graph=True))))
    last = chapters[-1]
    assert bar.tip_at(bar.x_of(last.last)).startswith("repeat 2/2 › repeat 2/2 › Backward #4, step")


def test_page_keys_walk_from_chapter_to_chapter_through_iterations(bar, qtbot):
    from PySide6.QtCore import Qt

    chapters = show(bar, SGD, repeat(2, *BODY))
    seen = []
    for _ in range(3):
        qtbot.keyClick(bar, Qt.Key.Key_PageDown)
        seen.append(bar.player.step)
    assert seen == [c.first for c in chapters[1:4]]
