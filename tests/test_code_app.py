"""Code and graph in the whole window: what is typed is read by the process that reads programs."""

from pathlib import Path

import pytest
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox

from engine.code.source import lines
from engine.session import Session
from gui.model import files
from gui.model.code_text import told
from gui.model.film import TraceFilm
from gui.model.program import FORWARD, runnable
from gui.model.program_reading import Helper
from gui.model.typed_reading import read_typed
from gui.state.typed_code import Typed, Typing
from tests.canvas_kit import Rig
from tests.window_kit import Key, Mod, open_lesson, settled

ASSETS = Path(__file__).parents[1] / "assets"
FILES = sorted(ASSETS.rglob("*.chain"))


def show_code(qtbot, app, name="square"):
    open_lesson(qtbot, app, name)
    app.window.sheets.setCurrentWidget(app.code)
    app.code.view.setFocus()
    qtbot.waitUntil(app.code.view.hasFocus)
    qtbot.waitUntil(lambda: app.code.lines != ())
    return app.code.view


def put_cursor(view, line, column=None):
    block = view.document().findBlockByNumber(line)
    cursor = QTextCursor(block)
    cursor.setPosition(block.position() + (block.length() - 1 if column is None else column))
    view.setTextCursor(cursor)


def type_below(view, line, text):
    put_cursor(view, view.rows.index(line))
    QTest.keyClick(view, Key.Key_Return)
    QTest.keyClicks(view, text)


def apply(qtbot, app):
    with qtbot.waitSignal(app.code.typing.found):
        QTest.keyClick(app.code.view, Key.Key_Return, Mod.ControlModifier)
    settled(qtbot, app)


def statement(app):
    """The line of the last statement."""
    return next(line.text for line in reversed(app.code.lines) if line.node is not None)


def test_a_line_is_typed_and_an_edge_is_drawn_and_both_are_undone(qtbot, app):
    view = show_code(qtbot, app)
    first, last = app.editor.document, statement(app)
    text, source = view.toPlainText(), last.partition(" ")[0]
    type_below(view, last, f"extra = torch.exp({source})")
    assert app.editor.document is first
    apply(qtbot, app)
    graph = app.editor.document.graph
    assert graph.nodes["extra"].op == "exp"
    before = next(i for i, node in graph.nodes.items() if node.name == source)
    assert graph.edges["extra", "self"].source == before
    assert app.player.film.frame(len(app.player.film) - 1).node("extra").value is not None
    # From the canvas: another edge, from the output of the leaf to the new node's input.
    leaf = next(iter(graph.nodes))
    app.canvas.setFocus()
    app.canvas.fit_all()
    rig = Rig(app.canvas, app.editor, app.selection)
    rig.drag(rig.port(leaf), rig.port("extra", "self"))
    settled(qtbot, app)
    name = app.editor.document.graph.nodes[leaf].name
    assert app.editor.document.graph.edges["extra", "self"].source == leaf
    qtbot.waitUntil(lambda: f"extra = torch.exp({name})" in view.rows)
    view.setFocus()
    QTest.keyClick(view, Key.Key_Z, Mod.ControlModifier)
    assert f"extra = torch.exp({source})" in view.rows
    QTest.keyClick(view, Key.Key_Z, Mod.ControlModifier)
    assert app.editor.document is first
    assert view.toPlainText() == text
    settled(qtbot, app)


def test_what_is_usual_is_imported_without_a_line(qtbot, app):
    view = show_code(qtbot, app)
    put_cursor(view, 0, 0)
    assert view.rows[0] == "import torch"
    for _ in "import torch":
        QTest.keyClick(view, Key.Key_Delete)
    type_below(view, statement(app), "extra = F.softplus(x)")
    apply(qtbot, app)
    assert app.editor.document.graph.nodes["extra"].op == "softplus"
    assert not app.code.holds_text


def test_an_error_tells_its_line_and_keeps_the_graph(qtbot, app):
    view = show_code(qtbot, app)
    before, last = app.editor.document, statement(app)
    type_below(view, last, "bad = torch.exp(nobody)")
    typed = view.toPlainText()
    apply(qtbot, app)
    assert app.editor.document is before
    line = view.rows.index("bad = torch.exp(nobody)") + 1
    assert f"line {line}: " in app.code.notice.text.text()
    assert "nobody" in app.code.notice.text.text()
    app.conductor.rerun()
    settled(qtbot, app)
    assert view.toPlainText() == typed


def test_closing_reads_what_was_typed_and_asks_about_what_cannot_be(qtbot, app, told):
    view = show_code(qtbot, app)
    type_below(view, statement(app), "extra = torch.exp(x)")
    told.answer = QMessageBox.StandardButton.Cancel
    assert not app.may_quit()
    assert "extra" in app.editor.document.graph.nodes
    assert "Save the changes" in told[-1]
    view.setFocus()
    QTest.keyClick(view, Key.Key_Return)
    QTest.keyClicks(view, "(")
    assert not app.may_quit()
    assert "The text in the Code panel is not in the graph." in told[-1]
    app.code.close_down()


@pytest.fixture(scope="module")
def helper():
    made = Helper()
    read_typed("", made)  # it begins here, not within a test
    yield made
    made.close()


def write(graph, program):
    return lines(graph, program or (FORWARD,))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_code_that_nobody_has_changed_is_the_same_document(qapp, helper, path):
    document, _ = files.load(path)
    run = runnable(document)
    session = Session(run.graph)
    for _ in session.run(run.program, 0):
        pass
    film = TraceFilm(run.graph, run.program, session.trace)
    end = film.frame(len(film) - 1)
    states = {i: end.node(i) for i in document.graph.nodes}
    failed = {i for i, state in states.items() if state.error and state.value is None}
    shown = told(document.graph, write(document.graph, document.program))
    typing = Typing(lambda text: read_typed(text, helper), write)
    made = typing.made(Typed(shown.text, document, shown, failed))
    assert made.wrong == ()
    assert made.document is document
