"""Ledger, log and legend: what has happened, in words."""

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from gui.dress import dress
from gui.model.frames import LedgerEntry
from gui.panels import demo
from gui.panels.ledger import Ledger
from gui.panels.ledger_rows import line, rows
from gui.panels.legend import Legend
from gui.panels.log import Log
from gui.theme import DARK, LIGHT

# The offscreen platform says so of every top-level widget that has a layout.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def player():
    return demo.player(-1)


@pytest.fixture
def ledger(qtbot, player):
    made = Ledger(demo.editor(), player, LIGHT)
    qtbot.addWidget(made)
    made.resize(300, 300)
    made.show()
    return made


def texts(ledger):
    return [row.text for row in ledger.model.rows]


def test_it_follows_the_step_and_never_runs_ahead(ledger, player):
    assert ledger.empty.isVisible()
    assert not ledger.view.isVisible()
    player.go(6)
    assert texts(ledger) == []
    player.go(7)
    assert texts(ledger) == ["w.grad", "start  None", "backward #1  + 44.89 = 44.89"]
    player.go(12)
    assert texts(ledger)[3:] == [
        "backward #2  44.89 + 44.89 = 89.78",
        "⚠ accumulated: zero_grad() was not called",
        "w.grad.zero_()  89.78 → 0",
    ]
    player.go(7)
    assert len(texts(ledger)) == 3


def test_the_newest_line_is_marked_and_piling_up_is_purple(ledger, player):
    player.go(11)
    assert [r.kind for r in ledger.model.rows] == ["title", "start", "first", "sum", "warning"]
    assert [r.text for r in ledger.model.rows if r.newest] == ["backward #2  44.89 + 44.89 = 89.78"]


def test_a_click_or_enter_goes_to_the_step_that_wrote_the_line(ledger, player, qtbot):
    player.go(13)
    at = ledger.view.visualRect(ledger.model.index(2)).center()
    qtbot.mouseClick(ledger.view.viewport(), LEFT, pos=at)
    assert player.step == 7
    player.go(13)
    ledger.view.setCurrentIndex(ledger.model.index(5))
    qtbot.keyClick(ledger.view, Qt.Key.Key_Return)
    assert player.step == 12


def test_a_line_too_long_for_the_dock_becomes_two(ledger, player):
    player.go(11)
    roomy = ledger.view.visualRect(ledger.model.index(3)).height()
    ledger.resize(180, 300)
    ledger.view.doItemsLayout()
    assert ledger.view.visualRect(ledger.model.index(3)).height() > roomy * 1.5


def test_leaves_are_grouped_and_named_as_the_graph_names_them():
    one, two = np.float32(1), np.float32(2)
    entries = (
        LedgerEntry("a", 3, "backward #1", None, one, one),
        LedgerEntry("b", 4, "backward #1", one, one, two, True),
        LedgerEntry("a", 9, "a.grad = None", one, None, None),
    )
    shown = [row.text for row in rows(entries, {"a": "<b>x</b>"})]
    assert shown == [
        "<b>x</b>.grad", "start  None", "backward #1  + 1 = 1", "a.grad = None  1 → None",
        "b.grad", "start  1", "backward #1  1 + 1 = 2", "⚠ accumulated: zero_grad() was not called",
    ]  # fmt: skip


def test_small_vectors_are_spelled_out_and_matrices_summed_up():
    vector, matrix = np.float32([1, 2]), np.full((3, 3), 2.0, np.float32)
    assert (
        line(LedgerEntry("w", 0, "b", vector, vector, vector * 2))[1] == "[1, 2] + [1, 2] = [2, 4]"
    )
    assert line(LedgerEntry("w", 0, "b", None, matrix, matrix))[1].endswith("= (3, 3) norm 6")


def test_a_hidden_ledger_sleeps(ledger, player):
    ledger.hide()
    player.go(11)
    assert texts(ledger) == []
    ledger.show()
    assert len(texts(ledger)) == 5


def test_a_frame_between_two_steps_costs_nothing(ledger, player, monkeypatch):
    player.go(11)
    monkeypatch.setattr(ledger, "show_frame", lambda frame: pytest.fail("drawn again"))
    player.go(11, 0.3)
    player.go(11, 0.6)


@pytest.fixture
def log(qtbot, player):
    made = Log(player, LIGHT)
    qtbot.addWidget(made)
    made.resize(400, 300)
    made.show()
    return made


def test_the_log_lists_a_sentence_a_step_and_follows_the_player(log, player):
    assert log.model.rowCount() == 14
    player.go(6)
    assert log.view.currentIndex().row() == 6
    assert log.view.currentIndex().data() == player.film.frame(6).caption


def test_a_click_in_the_log_goes_to_the_step(log, player, qtbot):
    at = log.view.visualRect(log.model.index(3)).center()
    qtbot.mouseClick(log.view.viewport(), LEFT, pos=at)
    assert player.step == 3
    qtbot.keyClick(log.view, Qt.Key.Key_Down)
    qtbot.keyClick(log.view, Qt.Key.Key_Return)
    assert player.step == 4


def test_captions_are_asked_for_only_when_seen(qtbot, player):
    log = Log(player, LIGHT)
    qtbot.addWidget(log)
    log.resize(400, 100)
    log.show()
    log.grab()
    assert 0 < len(log.model._captions) < 10


def test_the_log_shows_a_new_film(log, player):
    player.set_film(demo.Reel([], demo.Timeline()), -1)
    assert log.model.rowCount() == 0
    assert log.empty.isVisible()


def test_the_legend_tells_the_two_pluses_apart_in_every_theme(qtbot):
    legend = Legend(LIGHT)
    qtbot.addWidget(legend)
    legend.show()
    words = [label.text() for label in legend.findChildren(QLabel)]
    assert any("fan-out" in w for w in words)
    assert any(".grad +=" in w for w in words)
    legend.set_theme(DARK)
    dress(DARK)
    label = legend.findChildren(QLabel)[0]
    assert label.palette().windowText().color().name() == DARK.text
