"""Pages and windows: start page, several windows, edits, pictures, help, dropped files, keys."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QFileDialog,
    QPushButton,
)

from gui import help_texts
from gui.model.document import Document
from gui.model.files import load
from gui.model.lessons import lessons
from gui.panels import start_page
from gui.panels.about import AboutDialog
from gui.placing import VERSION
from tests.window_kit import (
    LEFT,
    Button,
    Key,
    Mod,
    drop,
    lesson,
    open_lesson,
    settled,
)  # fmt: skip

# The offscreen platform says so of every dialog.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")


# ---- start page --------------------------------------------------------------------------------


def on_start_page(app):
    return app.window.pages.currentWidget() is app.start_page


def test_the_start_page_opens_a_lesson_by_keyboard_alone(qtbot, app):
    app.show_start_page()
    assert on_start_page(app)
    page = app.start_page
    assert page.lessons.hasFocus() or page.lessons is app.window.focusWidget()
    QTest.keyClick(page.lessons, Key.Key_Right)
    chosen = lessons()[page.lessons.currentRow()]
    QTest.keyClick(page.lessons, Key.Key_Return)
    settled(qtbot, app)
    assert not on_start_page(app)
    assert app.editor.title == chosen.id == "sine"
    assert app.lesson.telling.lesson is chosen


def test_the_start_page_stands_alone_and_the_docks_come_back_as_they_were(qtbot, app):
    docks, window = app.window.docks, app.window
    docks["legend"].hide()
    window.resizeDocks([docks["inspector"]], [360], Qt.Orientation.Horizontal)
    qtbot.waitUntil(lambda: docks["inspector"].width() == 360)

    def seen():
        shown = {n: d for n, d in docks.items() if not d.visibleRegion().isEmpty()}
        return {name: dock.geometry() for name, dock in shown.items()}

    before = seen()
    assert before.keys() >= {"palette", "inspector", "code"}
    app.show_start_page()
    assert not any(dock.isVisible() for dock in docks.values())
    app.show_start_page()  # once more remembers no empty window
    QTest.keyClick(app.start_page.lessons, Key.Key_Escape)
    assert not on_start_page(app)
    qtbot.waitUntil(lambda: seen() == before)


def test_a_window_closed_on_its_start_page_is_remembered_with_its_docks(app):
    app.show_start_page()
    app.window.close()
    _, state = app.settings.layout
    app.window.restoreState(state, VERSION)
    assert not app.window.docks["inspector"].isHidden()
    assert not app.window.docks["code"].isHidden()


def test_lessons_are_pictures_of_their_graphs_painted_once_a_theme(qtbot, app):
    app.show_start_page()
    page = app.start_page
    items = [tiles.item(k) for tiles in (page.lessons, page.errors) for k in range(tiles.count())]
    assert [item.text() for item in items] == [each.title for each in lessons()]
    qtbot.waitUntil(lambda: all(not item.icon().isNull() for item in items))
    pictures = [item.icon().pixmap(200, 120).toImage() for item in items]
    assert all(a != b for k, a in enumerate(pictures) for b in pictures[:k])
    assert all(len({image.pixel(x, y) for x in range(0, 180, 3) for y in range(0, 100, 3)}) > 4
               for image in pictures)  # fmt: skip
    painted = len(app.desk._pictures)
    app.show_work()
    app.show_start_page()
    QApplication.processEvents()
    assert len(app.desk._pictures) == painted


def test_a_folder_that_does_not_answer_holds_up_neither_the_page_nor_the_other_files(
    qtbot, app, tmp_path, monkeypatch
):
    gone = threading.Event()
    dead, missing = Path("/dead/a.chain"), tmp_path / "gone.chain"
    monkeypatch.setattr(start_page, "_is_there", lambda p: p == dead and gone.wait())
    for path in (missing, dead):
        app.settings.remember(path)
    app.show_start_page()
    recent = app.start_page.recent
    assert recent.count() == 2
    qtbot.waitUntil(lambda: recent.item(1).text().endswith("missing"))
    assert not recent.item(0).text().endswith("missing")
    with qtbot.waitSignal(app.start_page._looking.found):
        gone.set()


def test_missing_files_are_marked_and_can_be_taken_off_the_list(qtbot, app, tmp_path):
    there = tmp_path / "there.chain"
    there.write_bytes(lesson("square").read_bytes())
    app.settings.remember(there)
    app.settings.remember(tmp_path / "gone.chain")
    app.show_start_page()
    recent = app.start_page.recent
    qtbot.waitUntil(lambda: recent.item(0).text().endswith("missing"))
    assert not recent.item(1).text().endswith("missing")
    recent.setFocus()
    QTest.keyClick(recent, Key.Key_Delete)
    assert app.settings.recent == (there,)
    assert recent.count() == 1
    where = recent.visualItemRect(recent.item(0)).center()
    QTest.mouseClick(recent.viewport(), LEFT, pos=where)
    settled(qtbot, app)
    assert app.editor.path == there
    assert not on_start_page(app)


def test_blank_and_back_lead_to_the_canvas(qtbot, app):
    open_lesson(qtbot, app)
    app.show_start_page()
    QTest.keyClick(app.start_page.lessons, Key.Key_Escape)
    assert not on_start_page(app)
    assert app.editor.title == "square"
    app.show_start_page()
    QTest.mouseClick(app.start_page.new, LEFT)
    assert app.editor.document == Document()
    assert not on_start_page(app)


def test_the_start_page_never_covers_work_that_is_not_saved(qtbot, app):
    app.canvas.add_op("parameter")
    settled(qtbot, app)
    app.show_start_page()
    assert not on_start_page(app)
    other = app.desk.apps[-1]
    assert other is not app
    assert on_start_page(other)


def test_an_edit_from_elsewhere_shows_the_work_again(qtbot, app):
    app.show_start_page()
    app.palette.chosen.emit("parameter")
    assert not on_start_page(app)
    settled(qtbot, app)


# ---- several windows ---------------------------------------------------------------------------


def test_a_second_window_has_its_own_work_and_shares_the_settings(qtbot, app):
    open_lesson(qtbot, app)
    QTest.keyClick(app.window, Key.Key_N, Mod.ControlModifier | Mod.ShiftModifier)
    first, second = app.desk.apps
    assert second.window.isVisible()
    assert second.window.pos() != first.window.pos()
    second.canvas.add_op("parameter")
    settled(qtbot, second)
    assert first.editor.title == "square"
    assert len(first.editor.document.graph.nodes) == 2
    first.choose_theme("dark")
    assert second.theme.name == "dark"
    assert second.canvas.theme.name == "dark"


def test_a_window_made_beside_one_at_the_edge_is_on_the_screen_whole(app):
    app.window.setGeometry(5_000, 4_000, 700, 500)
    other = app.desk.new_window()
    assert other.window.screen().availableGeometry().contains(other.window.geometry())


def test_in_a_new_window_tab_adds_as_its_canvas_says(qtbot, app):
    other = app.desk.new_window()
    qtbot.waitUntil(lambda: other.window.focusWidget() is other.canvas)
    QTest.keyClick(other.window.focusWidget(), Key.Key_Tab)
    assert other.canvas.search.isVisible()


def test_behind_the_start_page_nothing_plays_on(qtbot, app):
    open_lesson(qtbot, app)
    app.player.play()
    app.show_start_page()
    assert not app.player.playing


def test_closing_one_window_keeps_the_others(qtbot, app, told):
    other = app.desk.new_window()
    open_lesson(qtbot, app)
    other.window.close()
    assert app.desk.apps == [app]
    assert app.window.isVisible()
    app.settings.theme = "dark"  # nobody asks the one that is gone
    assert app.theme.name == "dark"
    app.backward()
    settled(qtbot, app)
    assert not told


def test_quit_asks_each_window_and_stops_at_the_first_that_is_to_stay(qtbot, app, told):
    other = app.desk.new_window()
    for one in (app, other):
        one.canvas.add_op("parameter")
        settled(qtbot, one)
    told.answer = Button.Cancel
    QTest.keyClick(app.window, Key.Key_Q, Mod.ControlModifier)
    assert len(told) == 1
    assert app.desk.apps == [app, other]
    told.answer = Button.Discard
    QTest.keyClick(app.window, Key.Key_Q, Mod.ControlModifier)
    assert len(told) == 3
    assert not app.desk.apps


def test_a_file_that_is_open_elsewhere_comes_to_the_front_there(qtbot, app, tmp_path):
    path = tmp_path / "one.chain"
    path.write_bytes(lesson("square").read_bytes())
    assert app.filing.open(path)
    settled(qtbot, app)
    other = app.desk.new_window()
    other.window.activateWindow()
    link = tmp_path / "link.chain"
    link.symlink_to(path)
    assert other.filing.open(link)
    assert other.editor.path is None
    qtbot.waitUntil(app.window.isActiveWindow)


# ---- history of edits, pictures ----------------------------------------------------------------


def test_the_list_of_edits_leads_to_any_state(qtbot, app):
    states = [app.editor.document]
    for op in ("parameter", "sin", "cos"):
        app.canvas.add_op(op)
        states.append(app.editor.document)
    view = app.edits.view
    app.window.docks["edits"].raise_()
    model = view.model()
    named = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert named == ["As it was opened", "Add parameter", "Add sin", "Add cos"]
    for row in (1, 3, 0, 2):
        QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(model.index(row, 0)).center())
        assert app.editor.document is states[row]
    settled(qtbot, app)


def test_the_selection_is_copied_as_a_picture_twice_its_size(qtbot, app):
    open_lesson(qtbot, app, "perceptron")
    QTest.keyClick(app.window, Key.Key_C, Mod.ControlModifier | Mod.ShiftModifier)
    whole = QGuiApplication.clipboard().image()
    app.selection.set(["w"])
    QTest.keyClick(app.window, Key.Key_C, Mod.ControlModifier | Mod.ShiftModifier)
    part = QGuiApplication.clipboard().image()
    left, top, right, bottom = app.canvas.geometry_.bounds(["w"])
    assert part.width() == pytest.approx(2 * (right - left + 48), abs=2)
    assert part.height() == pytest.approx(2 * (bottom - top + 48), abs=2)
    assert whole.width() > 3 * part.width()
    assert part.pixelColor(1, part.height() - 1) == app.theme.color("canvas")
    assert (
        len({part.pixel(x, y) for x in range(part.width()) for y in range(0, part.height(), 3)})
        > 20
    )


@pytest.mark.parametrize("suffix", ["png", "svg", ""])
def test_a_picture_is_saved(qtbot, app, tmp_path, monkeypatch, suffix):
    open_lesson(qtbot, app)
    name = str(tmp_path / f"picture.{suffix}".rstrip("."))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (name, "PNG (*.png)"))
    app.save_picture()
    if suffix == "svg":
        text = (tmp_path / "picture.svg").read_text("utf-8")
        assert text.startswith("<?xml")
        assert text.count("<path") + text.count("<text") > 10
    else:
        image = QImage(str(tmp_path / "picture.png"))
        assert image.width() > 200


def test_a_picture_that_cannot_be_written_is_told(qtbot, app, tmp_path, monkeypatch, told):
    name = str(tmp_path / "no" / "such" / "folder.png")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (name, ""))
    app.save_picture()
    assert "was not saved" in told[-1]


# ---- help, about -------------------------------------------------------------------------------


def test_f1_opens_the_manual_with_the_keys_as_they_are(app):
    app.desk.keymap.choose("forward", ("Ctrl+Alt+F",))
    QTest.keyClick(app.window, Key.Key_F1)
    help_ = app.help
    assert help_.isVisible()
    titles = [help_.list.item(k).text() for k in range(help_.list.count())]
    assert titles == [
        "First steps", "Gestures", "Playing", "Training", "The pictures", "Recovery", "Keyboard",
    ]  # fmt: skip
    for _ in titles[1:]:
        QTest.keyClick(help_.list, Key.Key_Down)
    text = help_.text.toPlainText()
    assert "Ctrl+Alt+F" in text
    assert "Delete and bridge the gap" in text
    app.desk.keymap.reset_all()
    help_.close()


def test_links_in_the_manual_lead_to_pages_that_are_there(app):
    import re

    pages = help_texts.pages(app.desk.keymap)
    links = [to for text in pages.values() for to in re.findall(r"\]\(([^)]+)\)", text)]
    assert links
    assert {QUrl(to).path() for to in links} <= pages.keys()
    app.show_help("First steps")
    app.help.text.anchorClicked.emit(QUrl("The%20pictures"))
    assert "What the pictures mean" in app.help.text.toPlainText()
    app.help.close()


def test_about_names_every_dependency_with_its_version_and_licence(app, dialog):
    import tomllib

    from tests.test_rooms import ROOT

    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    names = {"".join(c for c in w.split(">")[0].split("<")[0]) for w in wanted}
    assert names <= {name for name, _, _ in help_texts.parts()}
    for name, version, licence in help_texts.parts():
        assert version[0].isdigit(), name
        assert licence, name
    app.show_about()
    box = dialog(AboutDialog)
    assert box.table.topLevelItemCount() == len(help_texts.parts())
    QTest.mouseClick(box.findChildren(QPushButton)[-1], LEFT)
    assert not box.isVisible()


# ---- files dropped on the window ---------------------------------------------------------------


def test_a_file_dropped_on_the_canvas_is_opened(qtbot, app, tmp_path):
    path = tmp_path / "one.chain"
    path.write_bytes(lesson("square").read_bytes())
    assert drop(app.canvas, path)
    settled(qtbot, app)
    assert app.editor.path == path


def test_several_files_each_get_a_window_and_what_is_no_file_is_told_once(
    qtbot, app, tmp_path, told
):
    paths = [tmp_path / f"{k}.chain" for k in range(3)]
    for path in paths:
        path.write_bytes(lesson("square").read_bytes())
    folder = tmp_path / "folder"
    folder.mkdir()
    assert drop(app.window, paths[0], folder, paths[1], QUrl("https://example.com/x"), paths[2])
    qtbot.waitUntil(lambda: bool(told))
    for one in app.desk.apps:
        settled(qtbot, one)
    assert [one.editor.path for one in app.desk.apps] == paths
    assert len(told) == 1
    assert "folder: This is a folder." in told[0]
    assert "no file on this computer" in told[0]


@pytest.mark.parametrize("what", ["folder", "pipe", "large", "many", "nothing", "web"])
def test_what_cannot_be_opened_is_told_at_once_and_nothing_is_lost(
    qtbot, app, tmp_path, told, what
):
    open_lesson(qtbot, app)
    before = app.editor.document
    path = tmp_path / "it.chain"
    expected = {"folder": "This is a folder", "pipe": "not a regular file", "large": "larger than",
                "nothing": "no such file", "web": "no file on this computer",
                "many": "Only 8 files"}  # fmt: skip
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        if not hasattr(os, "mkfifo"):
            pytest.skip("no pipes here")
        os.mkfifo(path)
    elif what == "large":
        with path.open("wb") as file:
            file.truncate(2 * 1024**3)  # takes no room on the disk
    dropped = [path]
    if what == "web":
        dropped = [QUrl("https://example.com/x.chain")]
    elif what == "many":
        dropped = [lesson("square")] * 10
    drop(app.window, *dropped)
    qtbot.waitUntil(lambda: bool(told))
    assert expected[what] in told[-1]
    assert len(told) == 1
    if what != "many":
        assert app.editor.document is before
    for one in app.desk.apps:
        settled(qtbot, one)


def test_a_file_that_is_too_large_is_not_read(tmp_path):
    from gui.model.disk import Disk
    from gui.model.findings import Unreadable

    class NoReading(Disk):
        def read(self, path, limit=-1):
            assert 0 <= limit <= 4, "more was read than what kind of file it is"
            return b"{"

    path = tmp_path / "large.chain"
    with path.open("wb") as file:
        file.truncate(2 * 1024**3)
    with pytest.raises(Unreadable, match="larger than"):
        load(path, fs=NoReading())


# ---- keyboard and screen readers ---------------------------------------------------------------


def test_the_parts_of_the_window_are_gone_round_by_key(qtbot, app):
    open_lesson(qtbot, app, "accumulation")
    app.player.last()
    app.window.activateWindow()
    app.canvas.setFocus()
    seen = []
    for _ in range(30):
        QTest.keyClick(app.window, Key.Key_F6, Mod.ControlModifier)
        focus = QApplication.focusWidget() or app.window.focusWidget()
        dock = next((n for n, d in app.window.docks.items() if d.isAncestorOf(focus)), None)
        seen.append(dock or focus)
        if focus is app.canvas:
            break
    opened_docks = [n for n, d in app.window.docks.items() if d.toggleViewAction().isChecked()]
    reachable = [n for n in opened_docks if n != "legend"]  # nothing in it to be chosen
    assert [n for n in seen if isinstance(n, str)] == reachable
    QTest.keyClick(app.window, Key.Key_F6, Mod.ControlModifier | Mod.ShiftModifier)
    assert QApplication.focusWidget() is app.window.buttons["forward"]


def test_the_focus_is_seen_on_the_canvas_when_it_came_by_key(app):
    app.canvas.clearFocus()
    without = app.canvas.grab().toImage()
    app.canvas.setFocus(Qt.FocusReason.ShortcutFocusReason)
    assert app.canvas.grab().toImage() != without
    assert app.canvas.grab().toImage().pixelColor(1, 200) == app.theme.color("selection")
