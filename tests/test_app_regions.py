"""Modules and folded groups in the real window: dropped, run, arranged, found, outlined."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.canvas.geometry import Geometry
from gui.model import folding
from gui.model.modules import NAMES, module
from gui.theme import THEMES
from tests.test_canvas_painting import contrast

Key = Qt.Key


def settled(qtbot, app):
    qtbot.waitUntil(lambda: not app.runner.busy)


@pytest.mark.parametrize("name", NAMES)
def test_dropped_from_the_palette_and_backward_pressed_it_works(qtbot, app, name):
    """Two gestures: Enter in the palette, F6."""
    app.palette.field.setFocus()
    QTest.keyClicks(app.palette.field, module(name).title)
    QTest.keyClick(app.palette.field, Key.Key_Return)
    settled(qtbot, app)
    (group,) = app.selection.items
    assert app.canvas.geometry_.plan.boxes[group].region.title == module(name).title
    QTest.keyClick(app.window, Key.Key_F6)
    settled(qtbot, app)
    film = app.player.film
    last = film.frame(len(film) - 1)
    assert last.failed is None
    assert last.ledger()
    app.player.pause()
    app.player.go(len(film) - 1)
    assert app.canvas.frame.node(group).value is not None
    app.canvas.grab()
    assert not app.canvas._broken


def test_arrange_treats_a_folded_group_as_one_box(qtbot, app):
    group = app.canvas.add_module("mlp")
    settled(qtbot, app)
    before = app.editor.document
    members = before.graph.regions[group].members
    app.editor.apply("Scatter", folding.edits.move(app.editor.document, {"x": (900.0, 900.0)}))
    app.selection.set()
    keys = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QTest.keyClick(app.window, Key.Key_A, keys)
    after = app.editor.document
    ways = {(after.places[m][0] - before.places[m][0], after.places[m][1] - before.places[m][1])
            for m in members}  # fmt: skip
    assert len(ways) == 1  # they have moved as one
    geometry = Geometry.of(after)
    boxes = {i: geometry.box(i) for i in geometry.ids}
    assert boxes["x"][2] < boxes[group][0] < boxes[group][2] < boxes["loss"][0]


def test_the_outline_lists_the_members_of_a_folded_group(qtbot, app):
    group = app.canvas.add_module("neuron")
    settled(qtbot, app)
    model = app.outline.model
    names = {model.index(row, 0).data() for row in range(model.rowCount())}
    assert {"x", "w", "b", "wx", "s", "z", "y"} <= names
    app.selection.set(["wx"])
    app.canvas.ensure_visible("wx")
    assert app.canvas.geometry_.row["wx"] == app.canvas.geometry_.row[group]


def test_a_link_to_a_weight_leads_to_it_and_its_table(qtbot, app):
    group = app.canvas.add_module("mlp")
    settled(qtbot, app)
    app.selection.set([group])
    (link,) = [b for b in app.inspector.members.buttons if b.text() == "w1"]
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    assert app.selection.items == {"w1"}
    assert app.window.focusWidget() is app.canvas
    assert app.has_table()


def test_a_module_is_added_from_the_command_palette(qtbot, app):
    app.show_commands()
    field = app.commands.field
    QTest.keyClicks(field, "attention")
    QTest.keyClick(field, Key.Key_Return)
    qtbot.waitUntil(lambda: "attention" in app.editor.document.graph.regions)
    settled(qtbot, app)
    assert not QApplication.activePopupWidget()


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("token", ["value", "gradient", "sum", "green", "error", "cut"])
def test_every_colour_of_a_region_can_be_read_on_its_tab(theme, token):
    assert contrast(theme, token, "surface") >= 4.5
    assert contrast(theme, token, "canvas") >= 3  # the border
