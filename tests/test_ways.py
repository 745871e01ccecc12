"""The window of the three ways, driven with mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtTest import QTest

from gui.model import edits
from gui.model.lessons import by_id
from gui.theme import DARK
from tests.window_kit import Key, settled


def three(qtbot, app, lesson="order", node=None):
    app.filing.open_copy(by_id(lesson).graph)
    settled(qtbot, app)
    if node is not None:
        app.selection.set([node])
    app.window.actions_by_id["three_ways"].trigger()
    window = app.three_ways.window
    qtbot.waitUntil(lambda: shown(window) is not None)
    return window


def shown(window):
    """The facts by what they are about."""
    rows = [window.table.topLevelItem(r) for r in range(window.table.topLevelItemCount())]
    return {row.text(0): [row.text(c) for c in range(1, 5)] for row in rows} or None


def until(qtbot, window, what, facts):
    qtbot.waitUntil(lambda: (shown(window) or {}).get(what) == facts)


def test_it_stops_at_what_is_selected(qtbot, app):
    window = three(qtbot, app, node="c")
    until(qtbot, window, "a.grad", ["25", "18", "18", "None"])
    assert window.place.currentText() == "c"
    assert [code.text() for code in window.codes] == [
        "c_const = c.detach()",
        "with torch.no_grad(): c = …",
        "a.requires_grad_(False); b.requires_grad_(False)",
    ]
    assert window.sides[0].canvas.marked[0] == ["c_const"]


def test_it_follows_the_selection_and_the_list(qtbot, app):
    window = three(qtbot, app, node="c")
    app.selection.set(["d"])
    until(qtbot, window, "b.grad", ["19", "7", "7", "None"])
    window.place.setFocus()
    QTest.keyClick(window.place, Key.Key_Home)
    window.place.activated.emit(window.place.currentIndex())
    qtbot.waitUntil(lambda: window.codes[0].text() == "a_const = a.detach()")


def test_a_selected_edge_is_cut_alone(qtbot, app):
    window = three(qtbot, app)
    app.selection.set((), [("e", "self")])
    until(qtbot, window, "a.grad", ["25", "24", "18", "None"])
    assert window.told.text() == "on its way to e"


def test_it_follows_edits(qtbot, app):
    window = three(qtbot, app, node="c")
    until(qtbot, window, "value of y", ["41"] * 4)
    app.editor.apply("Change", edits.set_param(app.editor.document, "a", "data", 0.0))
    until(qtbot, window, "value of y", ["3"] * 4)
    app.editor.apply("Delete", edits.remove(app.editor.document, ["c"]))
    qtbot.waitUntil(lambda: window.place.findText("c") < 0)
    assert window.place.currentText() == "d"


def test_an_empty_graph_has_no_place(qtbot, app):
    app.filing.new()
    settled(qtbot, app)
    app.window.actions_by_id["three_ways"].trigger()
    window = app.three_ways.window
    assert "wire an operation first" in window.told.text()
    assert not window.place.isEnabled()


def test_themes_and_escape(qtbot, app):
    window = three(qtbot, app)
    app.three_ways.set_theme(DARK)
    assert not window.grab().isNull()
    QTest.keyClick(window, Key.Key_Escape)
    assert not window.isVisible()


def test_pictures_and_lines_are_level_and_what_is_stopped_is_in_sight(qtbot, app):
    window = three(qtbot, app, node="c")
    window.resize(1000, 700)
    until(qtbot, window, "a.grad", ["25", "18", "18", "None"])
    canvases = [side.canvas for side in window.sides]
    assert len({(c.y(), c.height()) for c in canvases}) == 1
    for side, canvas, outcome in zip(window.sides, canvases, ["c_const", "c", "c"], strict=True):
        assert side.caption.heightForWidth(side.caption.width()) <= side.caption.height()
        assert canvas.view.scale >= 0.6
        box = canvas._box(canvas.geometry_.row[outcome])
        assert QRectF(canvas.rect()).contains(box)
