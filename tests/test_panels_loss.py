"""The loss sheet: a point a call, the player's place on it, and the way back by click and key."""

import subprocess
import sys

import pytest
from PySide6.QtCore import QPointF, Qt

from gui.panels.loss import LossPanel
from gui.state.player import Player
from gui.theme import DARK, LIGHT
from tests.engine.test_repeat import repeat
from tests.engine.test_training import STEP, ZERO, optimizer
from tests.runs import FORWARD, backward, film, square

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def player(qtbot):
    made = Player()
    body = (ZERO, FORWARD, backward("y"), STEP)
    made.set_film(film(square(3.0), optimizer(params=["x"], lr=0.1), repeat(4, *body)), -1)
    return made


@pytest.fixture
def panel(qtbot, player):
    made = LossPanel(player, LIGHT)
    qtbot.addWidget(made)
    made.resize(500, 220)
    made.show()
    return made


def spot(panel, call, value):
    """Where a point is drawn, in the viewport's pixels."""
    view = panel.plot.getPlotItem().vb
    return panel.plot.mapFromScene(view.mapViewToScene(QPointF(call, value)))


def test_the_library_is_loaded_when_the_sheet_is_first_seen():
    code = (
        "import sys, gui.panels.loss\n"
        "assert 'pyqtgraph' not in sys.modules, 'loaded too early'"
    )  # fmt: skip
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_hidden_sheet_makes_no_plot(qtbot, player):
    made = LossPanel(player, LIGHT)
    qtbot.addWidget(made)
    player.go(5)
    assert made.plot is None


def test_it_says_where_the_player_is(panel, player):
    points = panel.curves[0].points
    assert panel.told.text() == ""
    player.go(points[1].step + 1)
    assert panel.told.text() == "y = 5.76 at backward #2 of 4"
    assert panel.accessibleDescription() == panel.told.text()
    assert panel.line.value() == 2
    assert [*panel.here.getData()[1]] == pytest.approx([5.76])
    player.first()
    assert not panel.line.isVisible()


def test_the_axes_are_named(panel):
    item = panel.plot.getPlotItem()
    assert item.getAxis("bottom").labelText == "backward call"
    assert item.getAxis("left").labelText == "y"
    drawn = item.listDataItems()[0]
    assert [*drawn.getData()[0]] == [1, 2, 3, 4]


def test_a_click_goes_to_the_nearest_call(panel, player, qtbot):
    point = panel.curves[0].points[2]
    at = spot(panel, point.call, point.value)
    qtbot.mouseClick(panel.plot.viewport(), LEFT, pos=at)
    assert player.step == point.step


def test_the_arrow_keys_go_from_call_to_call(panel, player, qtbot):
    steps = [p.step for p in panel.curves[0].points]
    seen = []
    for key in (Qt.Key.Key_Right,) * 5 + (Qt.Key.Key_Left,) * 2:
        qtbot.keyClick(panel, key)
        seen.append(player.step)
    assert seen == [*steps, steps[3], steps[2], steps[1]]


def test_without_a_backward_it_says_what_will_be_here(qtbot):
    player = Player()
    player.set_film(film(square(), FORWARD), 0)
    made = LossPanel(player, LIGHT)
    qtbot.addWidget(made)
    made.show()
    assert made.empty.isVisible()
    assert made.plot is None
    player.set_film(film(square(), FORWARD, backward("y")), 3)
    assert not made.empty.isVisible()
    assert made.plot.isVisible()
    player.set_film(film(square(), FORWARD), 0)
    assert made.empty.isVisible()
    assert not made.plot.isVisible()


def test_it_follows_the_theme(panel):
    for theme in (DARK, LIGHT):
        panel.set_theme(theme)
        assert panel.plot.backgroundBrush().color().name() == theme.window
        axis = panel.plot.getPlotItem().getAxis("bottom")
        assert axis.textPen().color().name() == theme.muted
        assert panel.line.pen.color().name() == theme.text


def test_numbers_that_are_none_break_no_curve(qtbot):
    player = Player()
    body = (FORWARD, backward("y"), STEP)
    shown = film(square(3.0), optimizer(params=["x"], lr=1e38), repeat(4, *body))
    player.set_film(shown, len(shown) - 1)
    made = LossPanel(player, LIGHT)
    qtbot.addWidget(made)
    made.show()
    assert made.told.text().startswith("y = ")
    assert not made.grab().isNull()
