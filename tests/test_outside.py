"""Another program changes the open file: a bar says so, and nothing is lost whatever is chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from gui import panes
from gui.model.files import fingerprint, load, save, to_text
from gui.panels.compare import CompareDialog, in_numbers
from gui.panels.notice import Choice, Notice
from gui.theme import LIGHT
from tests.window_kit import LEFT, Key, lesson, settled

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")


@pytest.fixture
def path(qtbot, app, tmp_path):
    """The file that is open: a lesson's graph."""
    path = tmp_path / "graph.chain"
    path.write_bytes(lesson("square").read_bytes())
    assert app.filing.open(path)
    settled(qtbot, app)
    yield path
    settled(qtbot, app)


def moved(document, by=10.0):
    return replace(document, places={k: (x + by, y) for k, (x, y) in document.places.items()})


def renamed(document, new="theirs"):
    first = next(iter(document.graph.nodes.values()))
    nodes = {**document.graph.nodes, first.id: replace(first, name=new)}
    return replace(document, graph=replace(document.graph, nodes=nodes))


@pytest.fixture
def change(qtbot, app, path):
    """Another program writes a document there, or removes the file; and that is noticed."""

    def act(document=None):
        path.unlink(missing_ok=True)
        if document is not None:
            path.write_text(to_text(document), encoding="utf-8")
        with qtbot.waitSignal(app.outside.watch._aside.found):
            app.outside.watch.look()

    return act


def texts(app):
    return [button.text() for button in app.notice.buttons]


def press(app, text):
    QTest.mouseClick(app.notice.buttons[texts(app).index(text)], LEFT)


def test_a_clean_document_gets_a_quiet_bar_and_whoever_types_goes_on(qtbot, app, path, change):
    app.canvas.setFocus()
    focus = QApplication.focusWidget()
    change(renamed(app.editor.document))
    assert app.notice.isVisible()
    assert app.notice.text.text() == "“graph.chain” was changed by another program."
    assert texts(app) == ["Reload", "Keep mine", "Compare…"]
    assert QApplication.focusWidget() is focus
    assert QApplication.activeModalWidget() is None


def test_reload_takes_over_what_the_file_holds_and_undo_brings_mine_back(app, path, change):
    mine = app.editor.document
    theirs = renamed(mine)
    change(theirs)
    press(app, "Reload")
    assert app.editor.document == theirs
    assert (app.editor.dirty, app.notice.isVisible()) == (False, False)
    app.editor.history.undo()
    assert app.editor.document is mine
    assert app.editor.dirty


def test_kept_mine_is_unsaved_and_saving_it_asks_once_more(app, path, change, told):
    theirs = renamed(app.editor.document)
    change(theirs)
    press(app, "Keep mine")
    assert (app.editor.dirty, app.notice.isVisible()) == (True, False)
    app.filing.save()
    assert "changed by another program" in told[-1]
    assert load(path)[0] == theirs


def test_with_changes_of_ones_own_mine_is_kept_as_a_copy(app, path, change, monkeypatch, tmp_path):
    copy = tmp_path / "mine.chain"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *a: (str(copy), ""))
    app.editor.apply("Move", mine := moved(app.editor.document))
    theirs = renamed(mine)
    change(theirs)
    assert "unsaved changes" in app.notice.text.text()
    assert texts(app) == ["Keep mine as copy…", "Reload", "Compare…"]
    press(app, "Keep mine as copy…")
    assert load(copy)[0] == mine
    assert load(path)[0] == theirs
    assert (app.editor.path, app.editor.dirty) == (copy, False)


def test_reload_over_ones_own_changes_loses_nothing(app, path, change):
    app.editor.apply("Move", mine := moved(app.editor.document))
    change(theirs := renamed(mine))
    press(app, "Reload")
    assert app.editor.document == theirs
    assert app.editor.history.undoText() == "Reload"
    app.editor.history.undo()
    assert app.editor.document is mine


def test_an_edit_while_the_bar_is_there_changes_what_it_offers(app, path, change):
    """Reload beside work that is not saved must not be the first thing to press."""
    clean = ["Reload", "Keep mine", "Compare…"]
    change(renamed(app.editor.document))
    assert texts(app) == clean
    app.editor.apply("Move", moved(app.editor.document))
    assert texts(app) == ["Keep mine as copy…", "Reload", "Compare…"]
    assert "unsaved changes" in app.notice.text.text()
    app.editor.history.undo()
    assert texts(app) == clean
    QTest.mouseClick(app.notice.dismiss, LEFT)
    app.editor.apply("Move", moved(app.editor.document))
    assert not app.notice.isVisible()


def test_what_differs_is_listed(qtbot, app, path, change, dialog):
    change(renamed(moved(app.editor.document)))
    with qtbot.waitSignal(app.outside._aside.found):
        press(app, "Compare…")
    shown = dialog(CompareDialog)
    groups = [shown.list.topLevelItem(k) for k in range(shown.list.topLevelItemCount())]
    assert [g.text(0) for g in groups] == ["Nodes changed (1)", "Beyond the nodes (1)"]
    assert [groups[0].child(0).text(k) for k in (0, 1)] == ["theirs", "name: x → theirs"]
    assert app.notice.isVisible()  # what is to be done is still to be chosen
    shown.close()


def test_a_file_that_is_gone_is_said_and_written_again(app, path, change):
    change(None)
    assert "is no longer there" in app.notice.text.text()
    assert app.editor.dirty  # closing now would lose what no file has
    press(app, "Save it again")
    assert load(path)[0] == app.editor.document
    assert (app.editor.dirty, app.notice.isVisible()) == (False, False)


def test_one_that_comes_back_is_as_if_it_had_never_gone(qtbot, app, path, change):
    data = path.read_bytes()
    change(None)
    path.write_bytes(data)
    with qtbot.waitSignal(app.outside.watch.agrees):
        app.outside.watch.look()
    assert (app.editor.dirty, app.notice.isVisible()) == (False, False)


def test_one_that_cannot_be_opened_is_told_of_and_nothing_changes(app, path, change, told):
    mine = app.editor.document
    change(renamed(mine))
    path.write_text("half a fi")
    press(app, "Reload")
    assert "cannot be opened" in told[-1]
    assert app.editor.document is mine


def test_saving_oneself_says_nothing(qtbot, app, path):
    app.editor.apply("Move", moved(app.editor.document))
    app.filing.save()
    with qtbot.waitSignal(app.outside.watch._aside.found):
        app.outside.watch.look()
    assert not app.notice.isVisible()


def test_whoever_comes_back_to_the_window_is_told(qtbot, app, path):
    save(renamed(app.editor.document), path)
    app.outside.watch._watcher.blockSignals(True)  # as on many network drives
    with qtbot.waitSignal(app.outside.watch.differs):
        app.outside._on_window(app.window.windowHandle())
    assert app.notice.isVisible()


def test_a_window_that_is_closed_hears_nothing_of_others(qtbot, app, path, monkeypatch):
    other = app.desk.new_window()
    heard = []
    monkeypatch.setattr(other.outside.watch, "look", lambda: heard.append("look"))
    handle = other.window.windowHandle()
    QGuiApplication.instance().focusWindowChanged.emit(handle)
    assert heard == ["look"]
    other.window.close()
    QGuiApplication.instance().focusWindowChanged.emit(handle)
    assert heard == ["look"]


def test_another_document_leaves_no_bar_behind(app, path, change):
    change(renamed(app.editor.document))
    app.filing.new()
    assert not app.notice.isVisible()
    assert app.outside.watch.path is None


def test_the_bar_is_reached_and_left_by_key(qtbot, app, path, change):
    change(renamed(app.editor.document))
    app.canvas.setFocus()
    panes.cycle(app.window, 1)
    assert QApplication.focusWidget() is app.notice.buttons[0]
    QTest.keyClick(app.notice.buttons[0], Key.Key_Tab)
    assert QApplication.focusWidget() is app.notice.buttons[1]
    QTest.keyClick(app.notice.buttons[1], Key.Key_Escape)
    assert QApplication.focusWidget() is app.canvas
    panes.cycle(app.window, 1)
    QTest.keyClick(app.notice.buttons[0], Key.Key_Space)
    assert not app.notice.isVisible()
    assert QApplication.focusWidget() is app.canvas


def test_dismissed_it_goes_and_saving_still_asks(app, path, change, told):
    change(renamed(app.editor.document))
    QTest.mouseClick(app.notice.dismiss, LEFT)
    assert not app.notice.isVisible()
    app.editor.apply("Move", moved(app.editor.document))
    app.filing.save()
    assert "changed by another program" in told[-1]


def test_a_notice_is_read_out_and_its_buttons_have_names(qtbot, monkeypatch):
    heard = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda e: heard.append(e.message()))
    notice = Notice(LIGHT)
    qtbot.addWidget(notice)
    notice.say("Something is up.", [Choice("Do it", "At once", lambda: None)])
    assert heard == ["Something is up."]
    assert notice.text.textFormat() == Qt.TextFormat.PlainText
    assert notice.dismiss.accessibleName() == "Dismiss"
    assert notice.buttons[0].focusPolicy() & Qt.FocusPolicy.TabFocus


def test_where_there_is_little_room_the_first_buttons_stay_and_none_is_cut(qtbot):
    notice = Notice(LIGHT)
    qtbot.addWidget(notice)
    notice.resize(900, 60)
    notice.say("Something is up.", [Choice(f"Do this {k}", "", lambda: None) for k in range(3)])
    shown = [[button.isVisible() for button in notice.buttons]]
    beside = notice.buttons[0].y()
    for width in (320, 130):
        notice.resize(width, 120)
        QApplication.processEvents()
        shown.append([button.isVisible() for button in notice.buttons])
    assert shown == [[True, True, True], [True, True, True], [True, False, False]]
    assert notice.buttons[0].y() > beside


def test_differences_in_one_line():
    from gui.model.compared import Compared

    found = Compared(("a",), ("b", "c"), (("d", ("name",)),), ("r",), 3, 0, 4, True)
    assert in_numbers(found) == "nodes +1 −2, 1 changed · edges +3 · 4 moved · 1 regions · program"
    assert in_numbers(Compared()) == "nothing differs"


def test_the_hash_it_follows_is_that_of_the_file(app, path):
    assert app.outside.watch.expected == app.filing.seen == fingerprint(path)
