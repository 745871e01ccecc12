"""The player: a clock over a film.  Tests let time pass with `tick`."""

import pytest

from gui.state.player import SPEEDS, Player
from tests.runs import film_of, lesson


@pytest.fixture
def player(qapp):
    """On the perceptron, at its beginning."""
    made = Player()
    made.set_film(film_of(lesson("perceptron")), -1)
    yield made
    made.pause()


@pytest.fixture
def shown(player):
    seen = []
    player.framed.connect(lambda frame, phase: seen.append((frame.step, phase)))
    return seen


def test_steps_go_forward_and_back_and_stop_at_the_ends(player):
    last = len(player.film) - 1
    for move, step in (
        (player.back, -1), (player.forward, 0), (player.forward, 1), (player.back, 0),
        (player.last, last), (player.forward, last), (player.first, -1),
    ):  # fmt: skip
        move()
        assert player.step == step
        assert player.frame is player.film.frame(step)


def test_any_step_can_be_gone_to(player, shown):
    player.go(7)
    player.go(999)
    player.go(-999)
    assert shown == [(7, 1.0), (len(player.film) - 1, 1.0), (-1, 1.0)]


def test_a_second_is_a_step(player, shown):
    player.play()
    player.tick(0.25)
    player.tick(0.5)
    player.tick(0.5)
    assert shown == [(0, 0.25), (0, 0.75), (1, 0.25)]


@pytest.mark.parametrize("speed", SPEEDS)
def test_speed_makes_steps_shorter(player, speed):
    player.set_speed(speed)
    player.play()
    for _ in range(12):
        player.tick(1 / 3 / speed)
    assert player.step in (3, 4)  # the sum of twelve thirds may fall short of four


def test_a_long_wait_skips_steps_rather_than_time(player, shown):
    player.play()
    player.tick(5.5)
    assert shown == [(5, 0.5)]


def test_the_end_stops_the_clock_with_the_last_step_whole(player, qtbot):
    player.go(len(player.film) - 2)
    player.play()
    with qtbot.waitSignal(player.playing_changed) as changed:
        player.tick(2.5)
    assert changed.args == [False]
    assert (player.playing, player.step, player.phase) == (False, len(player.film) - 1, 1.0)
    assert not player._timer.isActive()


def test_playing_from_the_end_begins_anew(player):
    player.last()
    player.play()
    player.tick(0.5)
    assert (player.step, player.phase) == (0, 0.5)


def test_pausing_shows_the_step_whole(player):
    player.play()
    player.tick(0.5)
    player.toggle()
    assert (player.playing, player.phase) == (False, 1.0)
    player.tick(9)
    assert player.step == 0
    player.toggle()
    assert player.playing


def test_a_step_by_hand_pauses(player):
    for move in (player.forward, player.back, player.first, player.last):
        player.go(3)
        player.play()
        move()
        assert not player.playing


def test_a_new_film_starts_where_it_is_told_and_paused(player, qtbot):
    player.play()
    with qtbot.waitSignal(player.film_changed):
        player.set_film(film_of(lesson("square")), 2)
    assert (player.playing, player.step) == (False, 2)
    player.set_film(film_of(lesson("square")), 99)
    assert player.step == 4


def test_an_empty_film_does_not_play(qapp):
    player = Player()
    player.play()
    player.tick(1)
    player.forward()
    player.last()
    assert (player.playing, player.step, player.frame.caption) == (False, -1, "")


def test_the_timer_moves_the_player_by_itself(player, qtbot):
    player.set_speed(8.0)
    player.play()
    qtbot.waitUntil(lambda: player.step >= 1)
