"""The Code panel: what is typed becomes the graph, what is drawn becomes the text."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QTextCursor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.code.source import lines
from engine.graph import Action, Edge, Graph, Node, Region
from gui.model import edits
from gui.model.code_text import Read, Wrong
from gui.model.document import Document
from gui.model.origin import Remark, Source, SourceCell
from gui.model.program import FORWARD
from gui.panels.code import CodePane
from gui.panels.demo import Shot
from gui.state.editor import Editor
from gui.state.player import Player
from gui.state.selection import Selection
from gui.theme import LIGHT
from tests import code_kit
from tests.text_kit import hover
from tests.window_kit import Key, Mod

# The offscreen platform says so of every top-level widget that has a layout.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

DOCUMENT = Document(
    Graph.of(
        [
            Node("x", "tensor", "x", {"data": 2.0}),
            Node("w", "parameter", "w", {"data": 3.0}),
            Node("m", "mul", "m"),
            Node("y", "pow", "y", {"exponent": 2}),
        ],
        [Edge("w", 0, "m", "self"), Edge("x", 0, "m", "other"), Edge("m", 0, "y", "self")],
        [Region("note", "note", "the product", ("m",))],
    ),
    (FORWARD, Action("backward", "y")),
    {"x": (0.0, 0.0), "w": (0.0, 120.0), "m": (200.0, 60.0), "y": (400.0, 60.0)},
)


def read(text):
    try:
        reader = code_kit.Reader()
        graph, program = reader.read(text)
    except code_kit.Unread as wrong:
        line, column, said = wrong.args
        return Read(wrong=(Wrong(line - 1, column, said),))
    return Read(graph, program, {i: line - 1 for i, line in reader.lines.items()})


def written(graph, program):
    return lines(graph, program or (FORWARD,))


@pytest.fixture
def editor():
    made = Editor()
    made.open(DOCUMENT)
    return made


@pytest.fixture
def selection():
    return Selection()


@pytest.fixture
def code(qtbot, editor, selection):
    made = CodePane(editor, selection, Player(), written, LIGHT, read)
    qtbot.addWidget(made)
    made.resize(640, 360)
    made.show()
    made.view.setFocus()
    qtbot.waitUntil(made.view.hasFocus)
    yield made
    made.pause.stop()


def put_cursor(code, line, column=None):
    """The cursor into a line, at its end."""
    block = code.view.document().findBlockByNumber(line)
    cursor = QTextCursor(block)
    at = block.length() - 1 if column is None else column
    cursor.setPosition(block.position() + at)
    code.view.setTextCursor(cursor)


def row(code, text):
    return code.view.rows.index(text)


def type_line(code, below, text):
    """A new line under one, typed key by key."""
    put_cursor(code, row(code, below))
    QTest.keyClick(code.view, Key.Key_Return)
    QTest.keyClicks(code.view, text)


def applied(qtbot, code, *, key=True):
    """Ctrl+Enter, and the answer."""
    with qtbot.waitSignal(code.typing.found):
        if key:
            QTest.keyClick(code.view, Key.Key_Return, Mod.ControlModifier)
        else:
            code.pause.timeout.emit()


def names(editor):
    return {node.name: node.op for node in editor.document.graph.nodes.values()}


def test_a_line_that_is_typed_is_a_node_and_one_undo_step(qtbot, code, editor):
    before = editor.document
    type_line(code, "y = m ** 2", "z = torch.relu(y)")
    assert editor.document is before
    applied(qtbot, code)
    assert names(editor)["z"] == "relu"
    assert editor.document.graph.edges["z", "self"].source == "y"
    assert editor.history.undoText() == "Edit code"
    assert editor.history.count() == 1
    assert {i: editor.document.graph.nodes[i] for i in before.graph.nodes} == before.graph.nodes
    assert editor.document.places.items() >= before.places.items()
    assert editor.document.places["z"] == (600.0, 60.0)
    editor.history.undo()
    assert editor.document is before
    assert "relu" not in code.view.toPlainText()


def test_a_pause_applies_it_and_the_text_stays_as_it_was_typed(qtbot, code, editor):
    type_line(code, "y = m ** 2", "z  =  y * 2   # twice")
    assert code.pause.isActive()
    applied(qtbot, code, key=False)
    assert names(editor)["z"] == "mul"
    assert "z  =  y * 2   # twice" in code.view.rows
    editor.apply("Rename", edits.rename(editor.document, "m", "prod"))
    assert "prod = w * x" in code.view.rows
    assert "z  =  y * 2   # twice" in code.view.rows


def test_leaving_the_panel_applies_it(qtbot, code, editor):
    type_line(code, "y = m ** 2", "z = y * 2")
    with qtbot.waitSignal(code.typing.found):
        QApplication.sendEvent(code.view, focus_out())
    assert "z" in names(editor)


def focus_out():
    from PySide6.QtCore import QEvent
    from PySide6.QtGui import QFocusEvent

    return QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason)


def test_what_does_not_read_keeps_graph_and_text_and_is_underlined(qtbot, code, editor):
    before = editor.document
    put_cursor(code, row(code, "m = w * x"))
    QTest.keyClicks(code.view, " * unknown")
    text = code.view.toPlainText()
    applied(qtbot, code)
    assert editor.document is before
    assert code.view.toPlainText() == text
    line = row(code, "m = w * x * unknown")
    assert code.notice.isVisible()
    said = f"This text is not in the graph yet: line {line + 1}: name 'unknown' is not defined"
    assert code.notice.text.text() == said
    wavy = [e for e in code.view.extraSelections() if e.cursor.selectedText() == "unknown"]
    assert len(wavy) == 1
    place = code.view.cursorRect(wavy[0].cursor).center() - QPoint(8, 0)
    assert "is not defined" in hover(code.view.viewport(), place)
    # It stays through a rerun and an undo from elsewhere; then it is told that it waits.
    code.renew()
    assert code.view.toPlainText() == text
    editor.apply("Rename", edits.rename(editor.document, "y", "loss"))
    assert code.view.toPlainText() == text
    assert "The graph has changed" in code.notice.text.text()
    assert [b.text() for b in code.notice.buttons] == ["Apply", "Revert"]
    editor.history.undo()
    assert code.view.toPlainText() == text


def test_mending_it_applies_it(qtbot, code, editor):
    put_cursor(code, row(code, "m = w * x"))
    QTest.keyClicks(code.view, " +")
    applied(qtbot, code)
    assert code.notice.isVisible()
    QTest.keyClick(code.view, Key.Key_Backspace)
    QTest.keyClick(code.view, Key.Key_Backspace)
    assert not code.notice.isVisible()
    assert not code.view.wrong
    assert not code.pause.isActive()


def test_revert_shows_the_graph_and_ctrl_z_brings_the_text_back(qtbot, code, editor):
    shown = code.view.toPlainText()
    put_cursor(code, row(code, "m = w * x"))
    QTest.keyClicks(code.view, " +")
    typed = code.view.toPlainText()
    applied(qtbot, code)
    (revert,) = code.notice.buttons
    qtbot.mouseClick(revert, Qt.MouseButton.LeftButton)
    assert code.view.toPlainText() == shown
    assert not code.notice.isVisible()
    QTest.keyClick(code.view, Key.Key_Z, Mod.ControlModifier)
    assert code.view.toPlainText() == typed
    assert code.holds_text


def test_the_text_outlives_its_document_and_can_be_applied_there(qtbot, code, editor):
    type_line(code, "y = m ** 2", "z = y *")
    applied(qtbot, code)
    text = code.view.toPlainText()
    editor.open(Document())
    assert code.view.toPlainText() == text
    assert "another document" in code.notice.text.text()
    QTest.keyClicks(code.view, " 2")
    assert not code.pause.isActive() or not qtbot.waitUntil(lambda: not code.pause.isActive())
    assert editor.document == Document()
    apply, _ = code.notice.buttons
    with qtbot.waitSignal(code.typing.found):
        qtbot.mouseClick(apply, Qt.MouseButton.LeftButton)
    assert set(names(editor)) == {"x", "w", "m", "y", "z"}
    assert len(editor.document.places) == 5


def test_a_new_name_keeps_the_place_and_everything_that_hangs_on_it(qtbot, code, editor):
    before = editor.document
    for line in ("m = w * x", "y = m ** 2"):
        number = row(code, line)
        put_cursor(code, number, line.index("m"))
        QTest.keyClick(code.view, Key.Key_Delete)
        QTest.keyClicks(code.view, "prod")
    applied(qtbot, code)
    after = editor.document
    assert after.graph.nodes["m"].name == "prod"
    assert after.places == before.places
    assert after.graph.edges is before.graph.edges
    assert after.graph.regions is before.graph.regions
    assert after.program is before.program
    assert after.graph.nodes["x"] is before.graph.nodes["x"]
    assert after.graph.nodes["m"].params is before.graph.nodes["m"].params


def test_undo_goes_from_the_letters_to_the_graph(qtbot, code, editor):
    type_line(code, "y = m ** 2", "z = y * 2")
    QTest.keyClick(code.view, Key.Key_Z, Mod.ControlModifier)
    assert "z = y * 2" not in code.view.rows
    QTest.keyClick(code.view, Key.Key_Y, Mod.ControlModifier)
    QTest.keyClick(code.view, Key.Key_Z, Mod.ControlModifier | Mod.ShiftModifier)
    assert "z = y * 2" in code.view.rows
    applied(qtbot, code)
    assert not code.view.document().isUndoAvailable()


def test_a_name_is_completed(qtbot, code):
    type_line(code, "y = m ** 2", "z = torch.sigm")
    QTest.keyClick(code.view, Key.Key_Tab)
    assert "z = torch.sigmoid(" in code.view.rows
    QTest.keyClicks(code.view, "y) + y.")
    popup = code.view.completer.popup
    assert popup.isVisible()
    QTest.keyClick(code.view, Key.Key_Escape)
    assert not popup.isVisible()
    QTest.keyClicks(code.view, "exp")
    QTest.keyClick(code.view, Key.Key_Tab)
    QTest.keyClick(code.view, Key.Key_Return)
    assert any(line.startswith("z = torch.sigmoid(y) + y.exp") for line in code.view.rows)
    code.pause.stop()


def test_a_block_is_indented(qtbot, code, editor):
    type_line(code, "y = m ** 2", "with torch.no_grad():")
    QTest.keyClick(code.view, Key.Key_Return)
    QTest.keyClicks(code.view, "z = y * 2")
    assert "    z = y * 2" in code.view.rows
    applied(qtbot, code)
    assert editor.document.graph.mode_of("z") == "no_grad"
    assert editor.document.graph.mode_of("y") is None


def test_line_and_node_are_selected_together(qtbot, code, selection):
    number = row(code, "m = w * x")
    block = QTextCursor(code.view.document().findBlockByNumber(number))
    place = code.view.cursorRect(block).center()
    qtbot.mouseClick(code.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert selection.items == {"m"}
    selection.set(["y"])
    assert code.view.marked == {row(code, "y = m ** 2")}
    put_cursor(code, 0)
    QTest.keyClick(code.view, Key.Key_Return)
    assert code.view.marked == {row(code, "y = m ** 2")}
    code.pause.stop()


def test_many_numbers_are_one_token_that_stays_whole(qtbot, code, editor):
    data = [[float(k + j) for k in range(30)] for j in range(10)]
    node = Node("x", "tensor", "x", {"data": data})
    graph = editor.document.graph
    nodes = {**graph.nodes, "x": node}
    editor.apply("Numbers", Document(Graph(nodes, graph.edges), editor.document.program))
    shown = "x = torch.tensor(‹10 × 30 numbers of x›)"
    line = row(code, shown)
    QTest.keyClick(code.view, Key.Key_A, Mod.ControlModifier)
    QTest.keyClick(code.view, Key.Key_C, Mod.ControlModifier)
    assert f"x = torch.tensor({data})" in QApplication.clipboard().text()
    put_cursor(code, line, len(shown) - 1)
    QTest.keyClicks(code.view, ", requires_grad=True")
    applied(qtbot, code)
    assert editor.document.graph.nodes["x"].params == {"data": data, "requires_grad": True}
    put_cursor(code, line, shown.index("›") + 1)
    QTest.keyClick(code.view, Key.Key_Backspace)
    assert code.view.rows[line] == "x = torch.tensor(, requires_grad=True)"
    QTest.keyClicks(code.view, "5.0")
    applied(qtbot, code)
    assert editor.document.graph.nodes["x"].params["data"] == 5.0


def test_a_node_that_lacks_an_input_stays_while_the_rest_is_edited(qtbot, code, editor):
    document, lone = edits.add_node(editor.document, "relu", (0.0, 300.0))
    editor.apply("Add", document)
    type_line(code, "y = m ** 2", "z = y * 2")
    applied(qtbot, code)
    after = editor.document
    assert after.graph.nodes[lone] is document.graph.nodes[lone]
    assert after.places[lone] == (0.0, 300.0)
    assert "z" in names(editor)
    muted = edits.mute(after, ["m"])
    editor.apply("Mute", muted)
    put_cursor(code, row(code, "z = y * 2"))
    QTest.keyClicks(code.view, "5")
    applied(qtbot, code)
    assert editor.document.graph.nodes["m"] is muted.graph.nodes["m"]
    assert editor.document.graph.edges["y", "self"].source == "m"


def test_the_program_it_was_opened_from_has_a_tab_of_its_own(qtbot, code, editor, selection):
    assert not code.tabs.isVisible()
    cell = SourceCell("x = torch.tensor(2.0)\nloss = plot(x)\nloss.backward()")
    source = Source(
        "a.py", "py", (cell,), remarks=(Remark(2, 8, "plot is not known"),),
        lines={"x": 1, "y": 2}, actions=(0, 3),
    )  # fmt: skip
    editor.open(replace(DOCUMENT, source=source))
    assert code.tabs.isVisible()
    qtbot.mouseClick(code.tabs, Qt.MouseButton.LeftButton, pos=code.tabs.tabRect(1).center())
    view = code.origin
    assert view.isVisible()
    assert view.toPlainText() == cell.text
    assert view.isReadOnly()
    (wavy,) = (e for e in view.extraSelections() if e.cursor.selectedText() == "plot")
    assert hover(view.viewport(), view.cursorRect(wavy.cursor).center() - QPoint(4, 0)) != ""
    second = QTextCursor(view.document().findBlockByNumber(1))
    place = view.cursorRect(second).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert selection.items == {"y"}
    assert view.marked == {1}
    view.show_step(Shot(0, action=1, statement="y"), "gradient")
    assert view.lit == {2: False, 1: True}
    editor.open(DOCUMENT)
    assert not code.tabs.isVisible()
    assert code.view.isVisible()
