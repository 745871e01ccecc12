"""Sliders on single numbers: moved, they preview; let go, it is one step of the undo history."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

import engine  # noqa: F401  (fills the catalogue of ops)
from engine.graph import Graph, Node
from gui.model.document import Document
from gui.panels import demo
from gui.panels.inspector import Inspector
from gui.panels.slider import STEPS, NumberSlider, at_step, span_around
from gui.state.editor import Editor
from gui.state.selection import Selection
from gui.theme import LIGHT

# The offscreen platform says so of every top-level widget that has a layout.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

Key, LEFT, NONE = Qt.Key, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def retype(field, text):
    field.line.setFocus()
    field.line.selectAll()
    QTest.keyClicks(field.line, text)
    QTest.keyClick(field.line, Key.Key_Return)


@pytest.mark.parametrize(
    ("value", "span"),
    [(2.0, (-5, 5)), (0.5, (-1, 1)), (0.0, (-1, 1)), (-44.0, (-100, 100)), (1e-9, (-2e-9, 2e-9)),
     (float("nan"), (-1, 1)), (float("inf"), (-1, 1)), (1.0, (-2, 2)), (6.7, (-20, 20))],
)  # fmt: skip
def test_a_range_is_round_and_has_the_value_inside(value, span):
    assert span_around(value) == span


def test_numbers_have_no_more_digits_than_a_step_can_tell():
    assert at_step(700, (-5.0, 5.0), False) == 2.0
    assert at_step(701, (-5.0, 5.0), False) == 2.01
    assert at_step(333, (0.0, 1.0), False) == 0.333
    assert at_step(400, (-5.0, 5.0), True) == -1
    assert type(at_step(400, (-5.0, 5.0), True)) is int


@pytest.fixture
def inspector(qtbot):
    editor = Editor()
    nodes = [Node("w", "parameter", "w", {"data": 2.0}), Node("v", "tensor", "v", {"data": 3}),
             Node("m", "tensor", "m", {"data": [[1.0, 2.0]]})]  # fmt: skip
    editor.open(Document(Graph.of(nodes)))
    selection = Selection()
    made = Inspector(editor, selection, demo.player(10), LIGHT)
    qtbot.addWidget(made)
    made.resize(330, 640)
    made.show()
    selection.set(["w"])
    return made


def slider_of(inspector):
    return inspector.properties.fields["data"].slider


def value_of(inspector, node="w"):
    return inspector.editor.document.graph.nodes[node].params["data"]


def across(track, share):
    return QPoint(round(8 + (track.width() - 16) * share), track.height() // 2)


def test_a_drag_previews_and_is_one_step(inspector):
    track = slider_of(inspector).track
    seen = []
    inspector.editor.changed.connect(lambda *_: seen.append(value_of(inspector)))
    QTest.mousePress(track, LEFT, NONE, across(track, 0.7))
    for share in (0.75, 0.8, 0.85, 0.9):
        QTest.mouseMove(track, across(track, share))
    assert len(seen) >= 4
    assert seen == sorted(seen)
    assert inspector.editor.history.count() == 0
    assert inspector.properties.fields["data"].line.text() == str(value_of(inspector))
    QTest.mouseRelease(track, LEFT, NONE, across(track, 0.9))
    assert value_of(inspector) == pytest.approx(4.0, abs=0.2)
    history = inspector.editor.history
    assert (history.count(), history.undoText()[:6]) == (1, "Set w ")
    history.undo()
    assert value_of(inspector) == 2.0
    assert abs(slider_of(inspector).track.value() - 0.7 * STEPS) <= 1


def test_esc_in_the_midst_of_a_drag_takes_it_back(inspector):
    track = slider_of(inspector).track
    first = inspector.editor.document
    QTest.mousePress(track, LEFT, NONE, across(track, 0.7))
    QTest.mouseMove(track, across(track, 0.2))
    assert value_of(inspector) < 0
    QTest.keyClick(track, Key.Key_Escape)
    assert inspector.editor.document is first
    QTest.mouseMove(track, across(track, 0.3))
    QTest.mouseRelease(track, LEFT, NONE, across(track, 0.3))
    assert inspector.editor.document is first
    assert inspector.editor.history.count() == 0
    assert track.value() == 0.7 * STEPS


def test_arrow_keys_move_it_one_step_of_undo_a_burst(inspector):
    track = slider_of(inspector).track
    track.setFocus()
    for _ in range(3):
        QTest.keyPress(track, Key.Key_Right)
    assert value_of(inspector) == 2.03
    assert inspector.editor.history.count() == 0
    QTest.keyRelease(track, Key.Key_Right)
    assert inspector.editor.history.count() == 1
    QTest.keyClick(track, Key.Key_Left)
    assert value_of(inspector) == 2.02
    assert inspector.editor.history.count() == 2


def test_the_ends_can_be_typed_and_are_kept_for_each_leaf(inspector):
    slider = slider_of(inspector)
    retype(slider.high, "2.5")
    retype(slider.low, "0")
    assert slider.span == (0.0, 2.5)
    assert slider.track.value() == 0.8 * STEPS
    retype(slider.low, "3")
    assert "is nothing" in slider.low.complaint.text()
    inspector.selection.set(["v"])
    inspector.selection.set(["w"])
    assert slider_of(inspector).span == (0.0, 2.5)
    assert inspector.editor.history.count() == 0


def test_whole_numbers_stay_whole(inspector):
    inspector.selection.set(["v"])
    track = slider_of(inspector).track
    QTest.mouseClick(track, LEFT, NONE, across(track, 0.9))
    assert value_of(inspector, "v") == 4
    assert type(value_of(inspector, "v")) is int


def test_a_slider_of_whole_numbers_follows_the_hand(inspector):
    """It stays under the mouse, not at the whole number next to it."""
    inspector.selection.set(["v"])
    track = slider_of(inspector).track
    QTest.mousePress(track, LEFT, NONE, across(track, 0.63))
    QTest.mouseMove(track, across(track, 0.64))
    assert value_of(inspector, "v") == 1
    assert abs(track.value() - 640) < 10
    QTest.mouseRelease(track, LEFT, NONE, across(track, 0.64))


def test_a_matrix_has_no_slider_but_a_table(qtbot, inspector):
    inspector.selection.set(["m"])
    field = inspector.properties.fields["data"]
    assert not field.slider.isVisible()
    with qtbot.waitSignal(inspector.properties.table_wanted) as wanted:
        QTest.mouseClick(field.table, LEFT)
    assert wanted.args == ["m"]


def test_a_hidden_slider_lets_go(qtbot):
    made = NumberSlider()
    qtbot.addWidget(made)
    made.show_number("w", 0.5)
    made.show()
    done = []
    made.settled.connect(lambda: done.append(made.value))
    QTest.mousePress(made.track, LEFT, NONE, across(made.track, 0.9))
    made.hide()
    assert len(done) == 1


def test_many_numbers_are_not_spelled_out(qtbot, inspector):
    big = Node("m", "tensor", "m", {"data": np.zeros((30, 30)).tolist()})
    inspector.editor.open(Document(Graph.of([big])))
    inspector.selection.set(["m"])
    line = inspector.properties.fields["data"].line
    assert line.text() == "(30, 30): too many to list"
    assert line.isReadOnly()
