"""The window around the work: where it stands, panels, settings, keys, pages, other windows."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QByteArray, QPoint, QRect, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QDialogButtonBox,
    QLabel,
    QToolButton,
)

from gui.app import App
from gui.panels.settings import SettingsDialog
from gui.panels.shortcuts import ShortcutsDialog
from gui.placing import VERSION, fitted
from tests.window_kit import (
    LEFT,
    Key,
    Mod,
    end,
    open_lesson,
    settled,
)  # fmt: skip

# The offscreen platform says so of every dialog.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")


def again(app):
    """What the next start finds."""
    end(app)
    return App()


# ---- docks and places --------------------------------------------------------------------------


def title_button(app, dock, name):
    return app.window.docks[dock].titleBarWidget().findChild(QToolButton, f"dock-{name}")


def test_a_panel_is_closed_by_its_cross_and_brought_back_by_the_menu(app):
    dock = app.window.docks["legend"]
    QTest.mouseClick(title_button(app, "legend", "close"), LEFT)
    assert not dock.isVisible()
    toggle = next(
        a
        for a in dock.toggleViewAction().associatedObjects()
        if a.metaObject().className() == "QMenu"
    )
    assert dock.toggleViewAction() in toggle.actions()
    dock.toggleViewAction().trigger()
    assert dock.isVisible()


def test_a_panel_floats_and_goes_back(app):
    dock = app.window.docks["outline"]
    dock.raise_()
    QTest.mouseClick(title_button(app, "outline", "float"), LEFT)
    assert dock.isFloating()
    label = dock.titleBarWidget().findChild(QLabel)
    assert label.isVisibleTo(dock)  # no tab says its name there
    QTest.mouseClick(title_button(app, "outline", "float"), LEFT)
    assert not dock.isFloating()
    assert not label.isVisibleTo(dock)


def test_where_panels_were_left_is_where_the_next_start_finds_them(qtbot, app):
    window = app.window
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, window.docks["legend"])
    window.docks["code"].close()
    found = again(app)
    found.window.show()
    right = Qt.DockWidgetArea.RightDockWidgetArea
    assert found.window.dockWidgetArea(found.window.docks["legend"]) == right
    assert not found.window.docks["code"].isVisible()
    found.reset_layout()
    assert found.window.docks["code"].isVisible()
    assert found.window.dockWidgetArea(found.window.docks["legend"]) != right
    end(found)


def test_a_window_that_stood_on_a_screen_now_gone_comes_up_on_one_that_is_there(qtbot, app):
    app.window.setGeometry(20_000, 15_000, 900, 700)
    app.window.docks["legend"].setFloating(True)
    app.window.docks["legend"].move(30_000, -9_000)
    found = again(app)
    found.window.show()
    screen = found.window.screen().availableGeometry()
    assert screen.contains(found.window.geometry())
    assert screen.contains(found.window.docks["legend"].geometry())
    end(found)


@pytest.mark.parametrize("broken", [b"", b"nonsense", bytes(range(256)) * 50])
def test_a_broken_layout_gives_a_whole_window_with_the_usual_panels(qtbot, app, broken):
    settings = app.settings
    end(app)
    settings.layout = (QByteArray(broken), QByteArray(broken))  # whole, but of no window
    found = App()
    found.window.show()
    assert found.window.screen().availableGeometry().contains(found.window.geometry())
    usual = QByteArray(found.window.factory_layout)
    assert found.window.saveState(VERSION).size() == usual.size()
    assert all(not dock.isHidden() for dock in found.window.docks.values())
    end(found)


@pytest.mark.parametrize(
    ("rect", "placed"),
    [
        ((100, 100, 500, 400), (100, 100, 500, 400)), ((-50, -80, 500, 400), (0, 0, 500, 400)),
        ((5000, 90, 500, 400), (1500, 90, 500, 400)), ((0, 0, 9000, 9000), (0, 0, 1000, 800)),
        ((900, 700, 400, 300), (1000, 500, 400, 300)),
    ],
)  # fmt: skip
def test_a_window_is_moved_no_more_than_needed(rect, placed):
    screens = [QRect(0, 0, 1000, 800), QRect(1000, 0, 1000, 800)]
    assert fitted(QRect(*rect), screens) == QRect(*placed)


# ---- settings ----------------------------------------------------------------------------------


def test_settings_are_seen_at_once_and_cancel_takes_them_back(qtbot, app, dialog):
    open_lesson(qtbot, app, "perceptron")
    QTest.keyClick(app.window, Key.Key_Comma, Mod.ControlModifier)
    box = dialog(SettingsDialog)
    before = app.settings.values()
    picture = app.canvas.grab().toImage()
    assert app.player.frame.caption

    digits = box.fields["digits"]
    digits.setFocus()
    QTest.keyClick(digits, Key.Key_PageDown)
    QTest.keyClick(digits, Key.Key_Down)
    assert app.settings.digits == digits.value() == 2
    app.player.last()
    assert "9.7" not in app.player.frame.caption
    QTest.keyClick(box.fields["theme"], Key.Key_End)
    assert app.settings.theme == "high contrast"
    assert app.theme.name == "high contrast"
    QTest.keyClick(box.fields["dtype"], Key.Key_End)
    assert app.canvas.dtype == "float64"
    QTest.keyClick(box.fields["wheel"], Key.Key_End)
    assert app.canvas.wheel_scrolls
    QTest.keyClick(box.fields["touchpad"], Key.Key_End)
    assert app.canvas.touchpad_zooms
    QTest.mouseClick(box.fields["reduced_motion"], LEFT, pos=QPoint(6, 10))
    assert app.canvas.reduced_motion
    QTest.keyClick(box, Key.Key_Escape)
    assert app.settings.values() == before
    assert (app.theme.name, app.canvas.dtype, app.canvas.wheel_scrolls) == (
        "light",
        "float32",
        False,
    )
    app.player.go(app.player.film.timeline.chapters[0].last)
    assert app.canvas.grab().toImage().size() == picture.size()


def test_the_defaults_can_be_restored_and_that_be_taken_back(app, dialog):
    app.settings.digits, app.settings.text_size = 7, 17
    app.show_settings()
    box = dialog(SettingsDialog)
    kinds = QDialogButtonBox.StandardButton
    QTest.mouseClick(box.buttons.button(kinds.RestoreDefaults), LEFT)
    assert (app.settings.digits, box.fields["digits"].value()) == (4, 4)
    QTest.mouseClick(box.buttons.button(kinds.Cancel), LEFT)
    assert (app.settings.digits, app.settings.text_size) == (7, 17)
    app.show_settings()
    box = dialog(SettingsDialog)
    QTest.mouseClick(box.buttons.button(kinds.RestoreDefaults), LEFT)
    QTest.mouseClick(box.buttons.button(kinds.Ok), LEFT)
    assert (app.settings.digits, app.settings.text_size) == (4, 13)


def captions(app):
    """The sentences of all steps."""
    film = app.player.film
    return [film.frame(step).caption for step in range(len(film))]


def test_the_numbers_on_canvas_and_caption_have_the_digits_asked_for(qtbot, app):
    open_lesson(qtbot, app, "sine")
    app.canvas.zoom_actual()
    app.player.last()
    app.player.back()
    told, step = captions(app), app.player.step
    four = app.canvas.grab().toImage()
    app.settings.digits = 2
    assert app.canvas.grab().toImage() != four
    assert captions(app) != told
    assert app.player.step == step
    app.settings.digits = 4
    assert app.canvas.grab().toImage() == four
    assert captions(app) == told


def test_text_on_the_canvas_grows_with_its_setting(qtbot, app):
    open_lesson(qtbot, app)
    usual = app.canvas.grab().toImage()
    app.settings.text_size = 17
    assert app.canvas.grab().toImage() != usual
    app.settings.text_size = 13
    assert app.canvas.grab().toImage() == usual


def test_new_tensors_have_the_dtype_of_the_settings(qtbot, app):
    app.settings.dtype = "float64"
    app.canvas.add_op("parameter")
    app.canvas.add_op("mul")
    settled(qtbot, app)
    first, second = app.editor.document.graph.nodes.values()
    assert first.params["dtype"] == "float64"
    assert "dtype" not in second.params
    assert app.player.frame.node(first.id).value.dtype == "float64"
    app.settings.dtype = "float32"
    app.canvas.add_op("parameter")
    assert "dtype" not in list(app.editor.document.graph.nodes.values())[-1].params
    settled(qtbot, app)


# ---- shortcuts ---------------------------------------------------------------------------------


def row_of(box, title):
    box.search.setText(title)
    assert box.list.topLevelItemCount() >= 1
    box.list.setCurrentItem(
        next(
            item
            for item in map(box.list.topLevelItem, range(box.list.topLevelItemCount()))
            if item.text(0) == title
        )
    )


def test_every_command_and_every_key_of_the_canvas_is_listed(app):
    from gui.actions import COMMANDS
    from gui.canvas.keys import KEYS

    keymap = app.desk.keymap
    assert {c.id for c in COMMANDS} <= keymap.bindings.keys()
    listed = {key for binding in keymap.bindings for key in keymap.keys(binding)}
    assert listed >= KEYS.keys()
    for command in COMMANDS:
        assert set(command.shortcut.split("; ")) - {""} <= set(keymap.keys(command.id))


def test_usually_no_key_means_two_things(app):
    keymap = app.desk.keymap
    double = {
        key: [b.id for b in keymap.users_of(key)]
        for binding in keymap.bindings
        for key in keymap.keys(binding)
        if len(keymap.users_of(key)) > 1
    }
    assert not double


def test_a_command_gets_another_key_and_works_by_it(qtbot, app, dialog):
    open_lesson(qtbot, app)
    app.show_shortcuts()
    box = dialog(ShortcutsDialog)
    row_of(box, "To the end")
    QTest.keyClick(box.edit, Key.Key_J, Mod.ControlModifier)
    assert box.put.isEnabled()
    QTest.mouseClick(box.put, LEFT)
    box.close()
    app.player.first()
    QTest.keyClick(app.window, Key.Key_End, Mod.ControlModifier)
    assert app.player.step == -1
    QTest.keyClick(app.window, Key.Key_J, Mod.ControlModifier)
    assert app.player.step == len(app.player.film) - 1
    assert again(app).window.actions_by_id["last"].shortcut() == QKeySequence("Ctrl+J")


def test_a_key_in_use_names_who_has_it_and_can_be_taken_over(app, dialog):
    app.show_shortcuts()
    box = dialog(ShortcutsDialog)
    row_of(box, "Forward")
    QTest.keyClick(box.edit, Key.Key_F6)
    assert "“Backward”" in box.says.text()
    assert app.desk.keymap.keys("forward") == ("F5",)
    QTest.mouseClick(box.put, LEFT)
    assert app.window.actions_by_id["forward"].shortcut() == QKeySequence("F6")
    assert app.window.actions_by_id["backward"].shortcut().isEmpty()
    row_of(box, "Backward")
    QTest.mouseClick(box.usual, LEFT)
    assert app.window.actions_by_id["backward"].shortcut() == QKeySequence("F6")
    QTest.mouseClick(box.all_usual, LEFT)
    assert app.window.actions_by_id["forward"].shortcut() == QKeySequence("F5")


def test_a_key_of_the_canvas_is_changed_too(qtbot, app, dialog):
    open_lesson(qtbot, app)
    app.show_shortcuts()
    box = dialog(ShortcutsDialog)
    row_of(box, "Delete")
    QTest.keyClick(box.edit, Key.Key_X)
    QTest.mouseClick(box.put, LEFT)
    assert app.window.actions_by_id["delete"].text().endswith("\tX")
    box.close()
    app.canvas.setFocus()
    app.selection.set(["y"])
    QTest.keyClick(app.canvas, Key.Key_Delete)
    assert "y" in app.editor.document.graph.nodes
    QTest.keyClick(app.canvas, Key.Key_X)
    assert "y" not in app.editor.document.graph.nodes
    settled(qtbot, app)


def test_keys_that_hands_expect_cannot_be_given_away(app, dialog):
    app.show_shortcuts()
    box = dialog(ShortcutsDialog)
    row_of(box, "Forward")
    QTest.keyClick(box.edit, Key.Key_Right)
    assert not box.put.isEnabled()
    assert "canvas needs this key" in box.says.text()


def test_the_list_is_searched_by_name_menu_and_key(app, dialog):
    app.show_shortcuts()
    box = dialog(ShortcutsDialog)
    QTest.keyClicks(box.search, "run f10")
    titles = [box.list.topLevelItem(k).text(0) for k in range(box.list.topLevelItemCount())]
    assert titles == [
        "Step to the next node", "Step to the node before", "Run to the selected node or edge",
        "Back to the selected node or edge",
    ]  # fmt: skip


@pytest.mark.qt_log_ignore("grabbing the mouse", "propagateSizeHints")
def test_a_panel_is_dragged_away_by_its_title(app):
    dock = app.window.docks["legend"]
    title = dock.titleBarWidget()
    start = QPoint(40, 10)
    QTest.mousePress(title, LEFT, Mod.NoModifier, start)
    for k in range(1, 12):
        QTest.mouseMove(title, start + QPoint(-30 * k, -40 * k))
    QTest.mouseRelease(title, LEFT, Mod.NoModifier, start + QPoint(-330, -440))
    assert dock.isFloating()


# ---- following the system ----------------------------------------------------------------------


class Hints:
    """What a system may say of the looks it wants."""

    def __init__(self, scheme, contrast):
        self.scheme, self.contrast = scheme, contrast

    def colorScheme(self):
        return self.scheme

    def accessibility(self):
        return self

    def contrastPreference(self):
        return self.contrast


Scheme, Contrast = Qt.ColorScheme, Qt.ContrastPreference


@pytest.mark.parametrize(
    ("scheme", "contrast", "theme"),
    [
        (Scheme.Light, Contrast.NoPreference, "light"),
        (Scheme.Dark, Contrast.NoPreference, "dark"),
        (Scheme.Unknown, Contrast.NoPreference, "light"),
        (Scheme.Light, Contrast.HighContrast, "high contrast"),
        (Scheme.Dark, Contrast.HighContrast, "high contrast"),
    ],
)  # fmt: skip
def test_the_theme_follows_the_system_until_one_is_chosen(
    app, monkeypatch, scheme, contrast, theme
):
    from gui import dress as dressing

    class Application:
        @staticmethod
        def styleHints():
            return Hints(scheme, contrast)

    monkeypatch.setattr(dressing, "QGuiApplication", Application)
    app.settings.theme = "system"
    app.desk._on_look()
    assert app.theme.name == theme
    app.settings.theme = "dark"
    app.desk._on_look()
    assert app.theme.name == "dark"
