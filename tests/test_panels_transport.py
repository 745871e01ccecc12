"""Transport, scrub bar and caption: the player's hands, its map and its voice."""

from dataclasses import replace
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from engine.graph import Graph
from gui.model.document import Document
from gui.model.terminal import film_of
from gui.model.timeline import Chapter, Timeline
from gui.panels import demo
from gui.panels.caption import NOTHING, Caption
from gui.panels.scrub import ScrubBar, titles
from gui.panels.transport import Transport
from gui.state.player import Film, Player
from gui.theme import DARK, LIGHT
from tests.runs import FORWARD, leaf

# The offscreen platform says so of every top-level widget that has a layout.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def player():
    return demo.player(-1)


@pytest.fixture
def transport(qtbot, player):
    made = Transport(player, LIGHT)
    qtbot.addWidget(made)
    made.resize(900, 66)
    made.show()
    return made


@pytest.fixture
def bar(qtbot, player):
    made = ScrubBar(player, LIGHT)
    qtbot.addWidget(made)
    made.resize(600, 50)
    made.show()
    return made


def test_buttons_drive_the_player(transport, player, qtbot):
    for name, step in (("step", 0), ("step", 1), ("back", 0), ("last", 13), ("first", -1)):
        qtbot.mouseClick(transport.buttons[name], LEFT)
        assert player.step == step


def test_buttons_that_would_do_nothing_are_disabled(transport, player):
    enabled = {name for name, button in transport.buttons.items() if button.isEnabled()}
    assert enabled == {"play", "step", "last"}
    player.last()
    enabled = {name for name, button in transport.buttons.items() if button.isEnabled()}
    assert enabled == {"play", "back", "first"}
    player.set_film(Film(), -1)
    assert not any(button.isEnabled() for button in transport.buttons.values())
    assert transport.place.text() == "No steps yet"


def test_play_becomes_pause_while_playing(transport, player, qtbot):
    play = transport.buttons["play"]
    qtbot.mouseClick(play, LEFT)
    assert player.playing
    assert play.toolTip() == "Pause (Space or Ctrl+Space)"
    assert play.accessibleName() == "Pause"
    qtbot.mouseClick(play, LEFT)
    assert not player.playing
    assert play.toolTip() == "Play (Space or Ctrl+Space)"


def test_the_speed_box_and_the_player_agree(transport, player, qtbot):
    assert transport.speed.currentText() == "1×"
    transport.speed.setFocus()
    qtbot.keyClick(transport.speed, Qt.Key.Key_Down)
    assert player.speed == 2.0
    player.set_speed(0.25)
    assert transport.speed.currentText() == "0.25×"


def test_the_step_is_counted_from_one(transport, player):
    player.go(10)
    assert transport.place.text() == "Step 11 of 14"


def test_every_control_says_what_it_is(transport):
    for control in (*transport.buttons.values(), transport.speed, transport.scrub):
        assert control.accessibleName()
        assert control.focusPolicy() & Qt.FocusPolicy.TabFocus
    for name, key in (
        ("back", "(←)"),
        ("step", "(→)"),
        ("first", "Ctrl+Home"),
        ("last", "Ctrl+End"),
    ):
        assert key in transport.buttons[name].toolTip()


@pytest.mark.parametrize("width", [200, 601, 1400])
def test_steps_and_places_on_the_bar_go_both_ways(bar, width):
    bar.resize(width, 50)
    for step in range(-1, 14):
        assert bar.step_at(bar.x_of(step)) == step
    assert bar.step_at(-50) == -1
    assert bar.step_at(width + 50) == 13


def test_a_click_jumps_and_a_drag_scrubs(bar, player, qtbot):
    qtbot.mousePress(bar, LEFT, pos=QPoint(round(bar.x_of(4)), 20))
    assert player.step == 4
    for step in (5, 9, 7):
        qtbot.mouseMove(bar, QPoint(round(bar.x_of(step)), 90))
        assert player.step == step
    qtbot.mouseRelease(bar, LEFT)


def test_scrubbing_stops_playing(bar, player, qtbot):
    player.play()
    qtbot.mouseClick(bar, LEFT, pos=QPoint(round(bar.x_of(2)), 20))
    assert (player.playing, player.step) == (False, 2)


def test_keys_step_and_jump_chapters(bar, player, qtbot):
    keys = Qt.Key
    for key, step in (
        (keys.Key_Right, 0), (keys.Key_PageDown, 4), (keys.Key_PageDown, 8), (keys.Key_Left, 7),
        (keys.Key_PageUp, 4), (keys.Key_PageUp, 0), (keys.Key_End, 13), (keys.Key_PageDown, 13),
        (keys.Key_Home, -1), (keys.Key_PageUp, -1),
    ):  # fmt: skip
        qtbot.keyClick(bar, key)
        assert player.step == step


def wheel(widget, delta):
    at = QPointF(50, 20)
    none = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, delta), Qt.MouseButton.NoButton, none,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def test_the_wheel_steps_a_notch_at_a_time(bar, player):
    wheel(bar, -120)
    assert player.step == 0
    wheel(bar, -60)
    assert player.step == 0
    wheel(bar, -60)
    assert player.step == 1
    wheel(bar, 240)
    assert player.step == -1


def test_the_tooltip_names_chapter_and_step(bar):
    assert bar.tip_at(bar.x_of(9)) == "Backward #2, step 10 of 14"
    assert bar.tip_at(0) == "Before the first step"


def test_a_screen_reader_sees_a_slider_and_can_move_it(bar, player):
    player.go(6)
    assert (bar.minimum(), bar.value(), bar.maximum()) == (-1, 6, 13)
    bar.setValue(3)
    assert player.step == 3


def test_the_playhead_moves_with_the_phase(bar, player):
    player.go(4)
    whole = bar._head
    player.go(4, 0.5)
    assert bar._head == pytest.approx((whole + bar.x_of(3)) / 2)


def test_ticks_are_drawn_only_where_there_is_room(bar):
    def ink():
        image = bar.grab().toImage()
        return {image.pixelColor(x, 28).name() for x in range(18, image.width() - 9)}

    assert len(ink()) > 1
    bar.player.set_film(demo.Reel([], Timeline((), ("flow",) * 400)), -1)
    assert bar.x_of(1) - bar.x_of(0) < 4
    assert ink() == {LIGHT.window}


def test_titles_never_overlap_and_keep_under_their_chapters():
    chapters = [Chapter(f"title number {k}", "forward", k, k) for k in range(6)]
    widths = [200, 8, 8, 150, 30, 202]
    starts = [sum(widths[:k]) for k in range(6)]

    def span(chapter):
        return starts[chapter.first], starts[chapter.first] + widths[chapter.first]

    placed = titles(chapters, span, lambda text: 100.0)
    assert [t.chapter.first for t in placed] == [0, 1, 3, 4, 5]
    for before, after in pairwise(placed):
        assert before.x + before.width < after.x
    assert all(t.x + t.width <= span(t.chapter)[1] for t in placed)


def test_nothing_is_drawn_anew_while_hidden(transport, player):
    transport.hide()
    player.go(5)
    assert transport.place.text() == "Step 0 of 14"
    transport.show()
    assert transport.place.text() == "Step 6 of 14"


@pytest.fixture
def caption(qtbot, player):
    made = Caption(player, LIGHT)
    qtbot.addWidget(made)
    made.resize(800, made.sizeHint().height())
    made.show()
    return made


def test_the_caption_says_the_step_and_its_sentence(caption, player):
    player.go(9)
    assert caption.sentence == "Step 10 of 14 · PowBackward0 sends 1 × 2 × 3.35 = 6.7 to m."
    assert caption.accessibleName() == caption.sentence
    player.first()
    assert caption.sentence.startswith("Ready: 14 steps.")


def test_one_step_is_not_told_as_several(caption, player):
    graph = Graph.of([leaf("x", 1.0)])
    player.set_film(film_of(Document(graph, (FORWARD,))), -1)
    assert len(player.film) == 1
    assert caption.sentence.startswith("Ready: one step.")


def test_without_a_run_the_caption_says_what_to_do(qtbot):
    made = Caption(Player(), LIGHT)
    qtbot.addWidget(made)
    made.show()
    assert made.sentence == NOTHING


def test_a_long_caption_gets_two_lines_and_then_an_ellipsis(caption, player):
    player.go(9)
    assert caption.laid_out().lineCount() == 1
    height = caption.height()
    player.film.shots[9] = replace(player.film.shots[9], caption="many <b>words</b> " * 60)
    player.go(8)
    player.go(9)
    layout = caption.laid_out()
    assert layout.lineCount() == 2
    assert layout.text().endswith("…")
    assert "&lt;b&gt;" in caption.toolTip()
    assert caption.sizeHint().height() <= height


def test_a_failed_step_is_told_in_red(caption, player):
    player.last()
    assert caption.tone == "error"
    assert caption.grab().toImage().pixelColor(2, 2).name() == LIGHT.error_soft
    caption.set_theme(DARK)
    assert caption.grab().toImage().pixelColor(2, 2).name() == DARK.error_soft


def test_an_error_the_program_expects_is_told_quietly(caption, player):
    player.film.shots[13] = replace(player.film.shots[13])
    player.film.shots[13].expected_error = True
    player.last()
    assert caption.tone == "cut"
    assert caption.grab().toImage().pixelColor(2, 2).name() == LIGHT.hover


def test_a_title_without_room_keeps_its_number():
    chapters = [
        Chapter("Forward", "forward", 0, 9),
        *(Chapter(f"Backward #{k}", "backward", 9 + k, 9 + k) for k in range(1, 5)),
    ]

    def span(chapter):
        return 30.0 * chapter.first, 30.0 * chapter.last + 30.0

    placed = titles(chapters, span, lambda text: 8.0 * len(text))
    assert [each.text for each in placed] == ["Forward", "Backward #1", "#2", "#3", "#4"]
    for each, after in pairwise(placed):
        assert each.x + each.width < after.x
