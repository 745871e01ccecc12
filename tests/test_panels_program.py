"""Code, program and outline: the same document as text, as calls and as a table."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QTextCursor

from engine.code.source import Line
from engine.graph import Action
from engine.registry import OPS, Op
from gui.dress import dress
from gui.model import edits
from gui.panels import demo
from gui.panels.actions import KINDS, candidates, chapter_of, texts
from gui.panels.code import CodePane, Places
from gui.panels.outline import Outline
from gui.panels.program import ProgramPane
from gui.state.player import Film
from gui.theme import DARK, LIGHT

# The offscreen platform says so of every top-level widget that has a layout.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(autouse=True)
def ops(monkeypatch):
    for name, source in (("tensor", True), ("parameter", True), ("mul", False), ("pow", False)):
        op = Op(name, lambda: None, "", "", "", (), (), source=source)
        monkeypatch.setitem(OPS, name, op)


@pytest.fixture
def editor():
    return demo.editor()


@pytest.fixture
def selection():
    return demo.selection()


@pytest.fixture
def player():
    return demo.player(-1)


@pytest.fixture
def code(qtbot, editor, selection, player):
    made = CodePane(editor, selection, player, demo.lines, LIGHT)
    qtbot.addWidget(made)
    made.resize(600, 320)
    made.show()
    return made


def line_center(code, number):
    cursor = QTextCursor(code.view.document().findBlockByNumber(number))
    return code.view.cursorRect(cursor).center()


def test_the_line_at_work_is_lit_and_its_call_more_softly(code, player):
    assert code.view.lit == {}
    player.go(2)
    assert code.view.lit == {4: True}
    player.go(10)
    assert code.view.lit == {4: True, 7: False}
    player.go(12)
    assert code.view.lit == {8: True}
    (band,) = code.view.extraSelections()
    assert band.cursor.block().text() == "w.grad.zero_()"


def test_a_frame_of_a_program_since_shortened_lights_nothing():
    shot = demo.Shot(3, action=7, statement="gone")
    assert Places((Line("x = 1", "x"),)).lit(shot) == {}


def test_what_equals_but_is_spelled_otherwise_is_written_anew(qtbot, editor, selection, player):
    """2 == 2.0 and 0.0 == -0.0, in the graph and in the program."""

    def lines(graph, program):
        return (Line(f"{graph.nodes['y'].params} {program[-1].args}", "y"),)

    code = CodePane(editor, selection, player, lines, LIGHT)
    program = ProgramPane(editor, selection, player, LIGHT)
    for pane in (code, program):
        qtbot.addWidget(pane)
        pane.show()
    editor.apply("Float", edits.set_param(editor.document, "y", "exponent", 2.0))
    assert "2.0" in code.view.toPlainText()
    for number, text in ((0.0, "tensor(0.0)"), (-0.0, "tensor(-0.0)")):
        action = Action("backward", "y", {"gradient": number})
        editor.apply("Seed", edits.set_program(editor.document, (action,)))
        assert str(number) in code.view.toPlainText()
        assert text in shown(program)[0]


@pytest.mark.parametrize(("step", "tone"), [(2, "value"), (10, "gradient")])
def test_the_step_is_lit_in_the_colour_of_its_direction(code, program, player, step, tone):
    player.go(step)
    assert code.view.tone == program.model.tone == tone
    (band,) = (b for b in code.view.extraSelections() if b.cursor.blockNumber() == 4)
    assert band.format.background().color().name() == getattr(LIGHT, f"{tone}_soft")
    row = program.view.visualRect(program.model.index(program.model.current))
    ground = program.view.viewport().grab().toImage().pixelColor(row.right() - 12, row.top() + 5)
    assert ground.name() == getattr(LIGHT, f"{tone}_soft")


def test_clicking_a_line_selects_its_node_or_goes_to_its_call(code, selection, player, qtbot):
    qtbot.mouseClick(code.view.viewport(), LEFT, pos=line_center(code, 5))
    assert selection.items == {"y"}
    qtbot.mouseClick(code.view.viewport(), LEFT, pos=line_center(code, 7))
    assert player.step == 8
    qtbot.mouseClick(code.view.viewport(), LEFT, pos=line_center(code, 0))
    assert selection.items == {"y"}


def test_enter_selects_the_node_of_the_line(code, selection, qtbot):
    code.view.setFocus()
    for _ in range(3):
        qtbot.keyClick(code.view, Qt.Key.Key_Down)
    qtbot.keyClick(code.view, Qt.Key.Key_Return)
    assert selection.items == {"w"}


def test_code_can_be_copied_but_not_changed(code, qtbot):
    before = code.view.toPlainText()
    qtbot.keyClicks(code.view, "oops")
    assert code.view.toPlainText() == before
    code.view.selectAll()
    qtbot.keyClick(code.view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == before


def test_code_is_written_anew_when_the_document_changes(qtbot, editor, selection, player):
    asked = []

    def lines(graph, program):
        asked.append(graph)
        return tuple(Line(node.name, node.id) for node in graph.nodes.values())

    made = CodePane(editor, selection, player, lines, LIGHT)
    qtbot.addWidget(made)
    assert asked == []  # nobody sees it yet
    made.show()
    editor.apply("Rename", edits.rename(editor.document, "m", "<b>x</b>"))
    assert made.view.toPlainText() == "x\nw\n<b>x</b>\ny"
    editor.apply("Move", edits.move(editor.document, {"m": (7.0, 7.0)}))
    assert len(asked) == 2


@pytest.fixture
def program(qtbot, editor, selection, player):
    made = ProgramPane(editor, selection, player, LIGHT)
    qtbot.addWidget(made)
    made.resize(300, 300)
    made.show()
    return made


def shown(program):
    return [program.model.index(k).data() for k in range(program.model.rowCount())]


def test_the_program_is_listed_as_pytorch_lines(program):
    assert shown(program) == [
        "forward", "y.backward(retain_graph=True)", "y.backward()", "w.grad.zero_()",
        "try: y.backward()",
    ]  # fmt: skip


def test_the_line_that_runs_is_current_and_the_one_that_raised_is_marked(program, player):
    player.go(9)
    assert program.model.current == 2
    assert program.model.failed == {4}
    accessible = program.model.index(2).data(Qt.ItemDataRole.AccessibleTextRole)
    assert accessible == "Line 3: y.backward(), running now"


def test_a_click_or_enter_goes_to_the_chapter_of_the_line(program, player, qtbot):
    at = program.view.visualRect(program.model.index(1)).center()
    qtbot.mouseClick(program.view.viewport(), LEFT, pos=at)
    assert player.step == 4
    program.select(3)
    qtbot.keyClick(program.view, Qt.Key.Key_Return)
    assert player.step == 12


def dos(editor):
    return [action.do for action in editor.document.program]


@pytest.mark.parametrize(
    ("key", "modifier", "button", "expected", "undo"),
    [
        (Qt.Key.Key_Delete, None, "delete", "forward backward zero_ backward", "Delete line 3"),
        (Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier, "duplicate",
         "forward backward backward backward zero_ backward", "Duplicate line 3"),
        (Qt.Key.Key_Down, ALT, "down", "forward backward zero_ backward backward",
         "Move line 3 down"),
        (Qt.Key.Key_Up, ALT, "up", "forward backward backward zero_ backward", "Move line 3 up"),
        (Qt.Key.Key_T, None, "expect", "forward backward backward zero_ backward",
         "Expect an error in line 3"),
    ],
)  # fmt: skip
def test_each_change_is_one_undo_step_by_key_and_by_button(
    program, editor, qtbot, key, modifier, button, expected, undo
):
    before = editor.document
    for change in (
        lambda: qtbot.keyClick(program.view, key, modifier or Qt.KeyboardModifier.NoModifier),
        lambda: qtbot.mouseClick(program.buttons[button], LEFT),
    ):
        program.select(2)
        change()
        assert dos(editor) == expected.split()
        assert editor.document.program != before.program
        assert (editor.history.index(), editor.history.undoText()) == (1, undo)
        editor.history.undo()
        assert editor.document.program == before.program


def test_the_ends_cannot_be_moved_beyond(program):
    program.select(0)
    assert not program.buttons["up"].isEnabled()
    assert program.buttons["down"].isEnabled()
    program.select(4)
    assert not program.buttons["down"].isEnabled()
    assert program.buttons["expect"].isChecked()


def submenu(menu, text):
    return next(a.menu() for a in menu.actions() if a.text() == text)


def test_adding_offers_the_selected_node_first(program, editor, selection):
    selection.set(["m"])
    program.fill_menu(program.add_menu)
    backward = submenu(program.add_menu, "backward()")
    assert [a.text() for a in backward.actions()] == ["m.backward()", "y.backward()"]
    program.select(0)
    backward.actions()[0].trigger()
    assert editor.document.program[1] == Action("backward", "m")
    assert editor.history.undoText() == "Add m.backward()"
    assert program.row() == 1


def test_every_kind_of_line_can_be_added(program, editor):
    program.fill_menu(program.add_menu)
    added = []
    for kind in KINDS:
        entry = next(a for a in program.add_menu.actions() if a.text() == kind.text)
        (entry.menu().actions()[-1] if entry.menu() else entry).trigger()
        added.append(editor.document.program[program.row()])
    assert list(texts(demo.GRAPH, tuple(added))) == [
        "forward", "m.backward()", "m.backward(retain_graph=True)",
        "m.backward(create_graph=True)", "w.grad.backward()", "w.grad.zero_()",
        "w.grad = None", "w.requires_grad_(False)", "m.retain_grad()",
        "torch.manual_seed(0)",
    ]  # fmt: skip


def test_adding_to_an_implicit_program_keeps_its_forward(program, editor):
    """Without a program the graph is evaluated once: what is added comes after that."""
    for kind, lines in ((KINDS[1], ["forward", "backward"]), (KINDS[0], ["forward"])):
        editor.apply("Empty", edits.set_program(editor.document, ()))
        program.insert(kind.action("y" if kind.of == "result" else None), "Add")
        assert dos(editor) == lines
        assert program.row() == len(lines) - 1


def test_lines_below_an_error_nobody_expected_are_grey_and_say_why(program, player, editor):
    assert all(program.model.reached(row) for row in range(5))
    document = editor.document
    lines = (*document.program[:4], replace(document.program[4], expect_error=False))
    editor.apply("More", edits.set_program(document, (*lines, Action("forward"))))
    reached = [program.model.reached(row) for row in range(6)]
    assert reached == [True] * 5 + [False]
    tip = program.model.index(5).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == "not reached: the line above raised"
    assert program.model.index(4).data(Qt.ItemDataRole.ToolTipRole) is None
    assert "not reached" in program.model.index(5).data(Qt.ItemDataRole.AccessibleTextRole)
    player.set_film(Film(), -1)
    assert program.model.reached(5)


def test_an_empty_program_says_how_to_begin(program, editor):
    editor.apply("Empty", edits.set_program(editor.document, ()))
    assert program.empty.isVisible()
    program.delete()
    program.move_line(1)
    program.toggle_expected()
    assert editor.history.count() == 1


def test_a_line_that_made_no_steps_does_not_shift_the_others():
    """retain_grad(), say: the film has no chapter for it."""
    film = demo.film()
    kept = tuple(c for c in film.timeline.chapters if c.title != "Backward #1")
    shorter = demo.Reel(film.shots, demo.Timeline(kept, film.timeline.kinds))
    assert chapter_of(shorter, 1) is None
    assert chapter_of(shorter, 2).title == "Backward #2"


def test_a_repeated_statement_is_lit_where_it_runs():
    source = (Line("y = x", "y", 0), Line("with a:", None, 2), Line("y = x", "y", 2))
    assert Places(source).lit(demo.Shot(3, action=2, statement="y")) == {2: True}
    assert Places(source).lit(demo.Shot(3, action=5, statement="y")) == {0: True}


def test_leaves_and_results_are_offered_for_what_suits_them():
    assert candidates(demo.GRAPH, next(k for k in KINDS if k.do == "zero_"), "w") == ["w", "x"]


@pytest.fixture
def outline(qtbot, editor, selection, player):
    made = Outline(editor, selection, player)
    qtbot.addWidget(made)
    made.resize(700, 200)
    made.show()
    return made


def row(outline, number):
    model = outline.model
    return [model.index(number, column).data() for column in range(model.columnCount())]


def test_the_outline_tells_each_node_at_this_step(outline, player, editor):
    player.go(11)
    assert row(outline, 1) == ["w", "parameter", "0.5", "", "89.78", "", ""]
    assert row(outline, 2) == ["m", "mul", "3.35", "6.7", "", "w, x", ""]
    document, _ = edits.add_region(editor.document, "no_grad", ["m"])
    editor.apply("Frame", document)
    assert row(outline, 2)[6] == "no_grad"
    said = outline.model.index(2, 3).data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Gradient: 6.7"


@pytest.mark.parametrize("width", [340, 360, 500, 900])
def test_the_columns_of_the_outline_share_the_room(outline, width):
    outline.resize(width, 200)
    header = outline.view.header()
    metrics = header.fontMetrics()
    for column in range(5):
        left = header.sectionViewportPosition(column)
        title = outline.model.headerData(column, Qt.Orientation.Horizontal)
        assert header.sectionSize(column) >= metrics.horizontalAdvance(title)
        assert left + header.sectionSize(column) <= outline.view.viewport().width() + 1
    header.resizeSection(0, 200)
    outline.resize(width + 50, 200)
    assert header.sectionSize(0) == 200  # a width chosen by hand stays


def test_selecting_goes_both_ways(outline, selection, qtbot):
    selection.set(["m", "x"])
    assert {i.row() for i in outline.view.selectionModel().selectedRows()} == {0, 2}
    outline.view.setFocus()
    outline.view.setCurrentIndex(outline.model.index(0, 0))
    assert selection.items == {"x"}
    qtbot.keyClick(outline.view, Qt.Key.Key_Down)
    assert selection.items == {"w"}
    qtbot.keyClick(outline.view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert selection.items == {"w", "m"}


def test_an_edit_keeps_the_selection(outline, selection, editor):
    selection.set(["m"])
    editor.apply("Rename", edits.rename(editor.document, "x", "input"))
    assert selection.items == {"m"}
    assert [i.row() for i in outline.view.selectionModel().selectedRows()] == [2]
    outline.hide()
    selection.set(["y"])
    outline.show()
    assert [i.row() for i in outline.view.selectionModel().selectedRows()] == [3]


def test_themes_reach_every_pane(code, program, outline):
    dress(DARK)
    for pane in (code, program, outline):
        pane.set_theme(DARK)
        assert pane.grab().toImage().pixelColor(1, 1).name() == DARK.window


def test_a_click_on_a_line_whose_node_is_gone_selects_nothing(code, editor, selection):
    """The lines of a large graph are written on a thread: for a moment they are the old ones."""
    number = next(k for k, line in enumerate(code.lines) if line.node == "y")
    editor.document = edits.remove(editor.document, ["y"])
    code.view.line_chosen.emit(number)
    assert selection.items <= editor.document.graph.nodes.keys()


def test_rows_with_others_between_them_are_selected_one_by_one(qtbot, editor, selection, player):
    outline = Outline(editor, selection, player, LIGHT)
    qtbot.addWidget(outline)
    outline.show()
    ids = list(editor.document.graph.nodes)
    chosen = {*ids[:2], ids[-1]}
    selection.set(chosen)
    rows = outline.view.selectionModel().selectedRows()
    assert {outline.model.rows[index.row()].id for index in rows} == chosen
