"""What saves have replaced is listed with what differs, seen in a picture, and had again."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtTest import QTest

from gui.panels.versions import VersionsDialog
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


def renamed(document, new):
    first = next(iter(document.graph.nodes.values()))
    nodes = {**document.graph.nodes, first.id: replace(first, name=new)}
    return replace(document, graph=replace(document.graph, nodes=nodes))


@pytest.fixture
def saved(app, path):
    """Three documents, saved one after the other; the last is open."""
    made = [app.editor.document]
    for name in ("second", "third"):
        made.append(renamed(made[-1], name))
        app.editor.apply(f"Rename to {name}", made[-1])
        assert app.filing.save()
    return made


@pytest.fixture
def shown(qtbot, app, dialog):
    """Open the dialog, and wait until all versions are known."""

    def act():
        app.window.actions_by_id["versions"].trigger()
        found = dialog(VersionsDialog)
        qtbot.waitUntil(lambda: "…" not in told(found))
        return found

    return act


def told(dialog):
    rows = range(dialog.list.topLevelItemCount())
    return [dialog.list.topLevelItem(row).text(2) for row in rows]


def test_without_a_file_there_is_nothing_to_ask(app):
    app.filing.new()
    app.window.refresh()
    assert not app.window.actions_by_id["versions"].isEnabled()


def test_before_the_first_save_it_says_how_it_will_be(app, path, dialog):
    app.window.actions_by_id["versions"].trigger()
    shown = dialog(VersionsDialog)
    assert "no earlier versions yet" in shown.empty.text()
    assert "20 saves" in shown.empty.text()
    assert shown.empty.isVisible()
    assert not shown.list.isVisible()
    assert not shown.restore.isVisible()
    QTest.keyClick(shown, Key.Key_Escape)
    assert not shown.isVisible()


def test_each_says_when_how_large_and_what_differs(qtbot, app, saved, shown):
    dialog = shown()
    assert told(dialog) == ["nodes 1 changed", "nodes 1 changed"]
    size = dialog.list.topLevelItem(0).text(1)
    assert size.split()[0].replace(".", "").replace(",", "").isdigit()
    assert dialog.row == 0
    qtbot.waitUntil(lambda: not dialog.picture.pixmap().isNull())
    assert "nodes" in dialog.says.text()
    assert dialog.shut.isDefault()
    dialog.close()


def test_restoring_is_an_edit_that_can_be_undone(qtbot, app, saved, shown):
    dialog = shown()
    QTest.keyClick(dialog.list, Key.Key_Down)
    assert dialog.row == 1
    assert dialog.restore.isEnabled()
    QTest.mouseClick(dialog.restore, LEFT)
    assert not dialog.isVisible()
    assert app.editor.document == saved[0]
    assert app.editor.dirty
    assert app.editor.history.undoText() == "Restore an earlier version"
    app.editor.history.undo()
    assert app.editor.document is saved[2]
    assert not app.editor.dirty


def test_a_copy_comes_in_a_window_of_its_own_and_this_one_stays(qtbot, app, saved, shown):
    dialog = shown()
    QTest.mouseClick(dialog.copy, LEFT)
    other = app.desk.apps[-1]
    assert other is not app
    assert other.editor.document == saved[1]
    assert (other.editor.path, other.editor.title) == (None, "graph.chain, earlier")
    assert app.editor.document is saved[2]
    settled(qtbot, other)


def test_what_was_damaged_on_the_disk_is_said_and_not_restored(qtbot, app, saved, path, shown):
    newest, oldest = app.filing.versions.of(path)
    newest.file.write_text("half of i")
    oldest.file.write_bytes(path.read_bytes())
    dialog = shown()
    assert told(dialog) == ["cannot be opened", "damaged"]
    assert not dialog.restore.isEnabled()
    assert dialog.says.text()
    QTest.keyClick(dialog.list, Key.Key_Down)
    assert "damaged" in dialog.says.text()
    assert not dialog.restore.isEnabled()
    assert dialog.picture.pixmap().isNull()
    dialog.close()


def test_what_is_restored_and_saved_is_itself_an_earlier_version_of_the_next(app, saved, path):
    app.editor.apply("Restore", saved[0])
    assert app.filing.save()
    kept = [version.sha256 for version in app.filing.versions.of(path)]
    assert len(kept) == len({*kept}) == 3
    assert app.filing.seen in kept
