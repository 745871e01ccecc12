"""For screen readers and hands on the keyboard: names, announcements, the outline, the focus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gui.model import edits
from gui.panels import caption
from gui.panels.outline import COLUMNS
from tests.window_kit import LEFT, Key, open_lesson, settled

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")
TAB = Qt.FocusReason.TabFocusReason


def name_of(widget):
    return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)


def test_every_panel_and_the_canvas_have_a_name_and_a_description(app):
    panels = [dock.widget() for dock in app.window.docks.values()]
    for widget in (*panels, app.canvas, app.start_page):
        assert name_of(widget), widget
        interface = QAccessible.queryAccessibleInterface(widget)
        assert interface.text(QAccessible.Text.Description), widget


def test_everything_that_takes_the_focus_says_what_it_is(qtbot, app):
    open_lesson(qtbot, app, "perceptron")
    app.selection.set(["w"])
    mute = [
        widget
        for dock in app.window.docks.values()
        for widget in dock.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.focusProxy() is None
        and widget.isVisibleTo(app.window)
        and not name_of(widget)
    ]
    assert not mute


@pytest.fixture
def heard(monkeypatch):
    """What is announced: (sentence, how urgently)."""
    found = []
    monkeypatch.setattr(
        caption, "announce", lambda event: found.append((event.message(), event.politeness()))
    )
    return found


def test_each_step_is_announced_with_its_sentence(qtbot, app, heard):
    open_lesson(qtbot, app)
    app.player.first()
    heard.clear()
    app.canvas.setFocus()
    said = []
    for _ in range(4):
        QTest.keyClick(app.canvas, Key.Key_Right)
        said.append(app.player.frame.caption)
    assert [text.split(" · ", 1)[1] for text, _ in heard] == said
    assert heard[0][0].startswith("Step 1 of")
    polite = QAccessible.AnnouncementPoliteness
    assert {how for _, how in heard} == {polite.Polite}
    heard.clear()
    app.player.play()
    app.player.tick(1.01)
    assert heard[-1][1] == polite.Assertive  # what is still being said is cut short
    app.player.pause()


def test_an_announcement_reaches_qt(qtbot, app, monkeypatch):
    told = []
    monkeypatch.setattr(QAccessible, "updateAccessibility", lambda event: told.append(event.type()))
    open_lesson(qtbot, app)
    app.player.forward()
    assert QAccessible.Event.Announcement in told


def test_the_outline_mirrors_nodes_regions_values_and_gradients(qtbot, app):
    open_lesson(qtbot, app, "perceptron")
    app.window.docks["outline"].raise_()
    qtbot.waitUntil(app.outline.isVisible)
    app.player.last()
    model, graph = app.outline.model, app.editor.document.graph
    assert model.rowCount() == len(graph.nodes) + len(graph.regions)
    cells = {
        item.id: [model.index(row, column).data() for column in range(len(COLUMNS))]
        for row, item in enumerate(model.rows)
    }
    for node in graph.nodes.values():
        state = app.player.frame.node(node.id)
        assert cells[node.id][0] == node.name
        assert bool(cells[node.id][2]) is (state.value is not None)
        assert bool(cells[node.id][3]) is (state.grad is not None)
        assert bool(cells[node.id][4]) is (state.stored is not None)
    for region in graph.regions.values():
        assert cells[region.id][0] == region.title or region.kind
        names = [graph.nodes[i].name for i in region.members]
        assert cells[region.id][5] == ", ".join(names)


def test_a_region_is_selected_from_the_outline_and_a_nested_one_says_in_what(qtbot, app):
    open_lesson(qtbot, app, "sine")
    document = app.editor.document
    ids = list(document.graph.nodes)
    document, outer = edits.add_region(document, "group", ids, "all")
    document, inner = edits.add_region(document, "no_grad", ids[-1:], "last")
    app.editor.apply("Frame", document)
    settled(qtbot, app)
    app.window.docks["outline"].raise_()
    qtbot.waitUntil(app.outline.isVisible)
    app.outline.renew()
    view, model = app.outline.view, app.outline.model
    row = model.row_of[inner]
    assert model.index(row, 1).data() == "no_grad region"
    assert model.index(row, 6).data() == "all"
    QTest.mouseClick(view.viewport(), LEFT, pos=view.visualRect(model.index(row, 0)).center())
    assert app.selection.items == {inner}
    app.selection.set([outer])
    assert [i.row() for i in view.selectionModel().selectedRows()] == [model.row_of[outer]]


def test_whatever_has_the_focus_looks_otherwise_than_without(qtbot, app):
    """Every control of the window that Tab reaches is drawn differently while it has the focus."""
    open_lesson(qtbot, app)
    app.window.activateWindow()
    shown = [app.canvas, *app.transport.findChildren(QWidget), *app.window.buttons.values()]
    for dock in ("palette", "inspector"):
        shown += app.window.docks[dock].findChildren(QWidget)
    reached = 0
    for widget in shown:
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
        if not takes or not widget.isVisible() or not widget.isEnabled():
            continue
        app.window.menuBar().setFocus(TAB)
        QApplication.processEvents()
        without = widget.grab().toImage()
        widget.setFocus(TAB)
        QApplication.processEvents()
        if not widget.hasFocus():
            continue
        reached += 1
        assert widget.grab().toImage() != without, (widget, widget.objectName(), name_of(widget))
    assert reached >= 10
