"""Ctrl+Z in a field: what is being typed first, then the document's last edit."""

from PySide6.QtTest import QTest

from gui.model.document import Document
from tests.window_kit import Key, Mod, open_lesson, settled


def data(app):
    return app.editor.document.graph.nodes["x"].params["data"]


def line(app):
    """The field as it is now: an edit may have made the form anew."""
    found = app.inspector.properties.fields["data"].line
    found.setFocus()
    return found


def test_undo_goes_on_to_the_document_where_nothing_was_typed(qtbot, app):
    open_lesson(qtbot, app)
    app.selection.set(["x"])
    before = data(app)
    line(app).selectAll()
    QTest.keyClicks(line(app), "2.5")
    QTest.keyClick(line(app), Key.Key_Return)
    settled(qtbot, app)
    assert data(app) == 2.5
    QTest.keyClicks(line(app), "7")
    assert line(app).text() == "72.5"
    QTest.keyClick(line(app), Key.Key_Z, Mod.ControlModifier)
    assert line(app).text() == "2.5"
    assert data(app) == 2.5
    QTest.keyClick(line(app), Key.Key_Z, Mod.ControlModifier)
    assert data(app) == before
    QTest.keyClick(line(app), Key.Key_Z, Mod.ControlModifier | Mod.ShiftModifier)
    assert data(app) == 2.5


def test_what_is_being_typed_belongs_to_what_closing_asks_about(qtbot, app, told):
    open_lesson(qtbot, app)
    app.selection.set(["x"])
    app.window.activateWindow()
    QTest.keyClicks(line(app), "7")
    qtbot.waitUntil(line(app).hasFocus)
    app.window.close()  # answered with Cancel
    assert "Save the changes" in told[-1]
    assert data(app) == 75.0
    assert app.window.isVisible()


def test_an_edit_that_comes_after_the_end_begins_no_journal(qtbot, app):
    open_lesson(qtbot, app)
    app.recovery.close()
    app.editor.apply("Clear", Document())
    assert app.recovery.journal is None
