"""Repeats, optimizers and hooks in the Program pane: by menu, keys, drag and typed arguments."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.graph import Action, lines
from gui.model import edits
from gui.panels import demo
from gui.panels.program import ProgramPane
from gui.panels.program_list import INDENT
from gui.panels.program_list import LEFT as TEXT
from gui.theme import DARK, LIGHT
from tests.engine.test_partial_forward import forward, seed
from tests.engine.test_repeat import repeat
from tests.runs import FORWARD, film

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
ALT, SHIFT = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
CONTROL = Qt.KeyboardModifier.ControlModifier
BACK, ZERO = Action("backward", "y"), Action("zero_", "w.grad")
LOOP = (FORWARD, repeat(2, BACK, ZERO), FORWARD)


@pytest.fixture
def editor(qtbot):
    made = demo.editor()
    made.apply("Loop", edits.set_program(made.document, LOOP))
    return made


@pytest.fixture
def player(qtbot):
    return demo.player()


@pytest.fixture
def pane(qtbot, editor, player):
    made = ProgramPane(editor, demo.selection(), player, LIGHT)
    qtbot.addWidget(made)
    made.resize(340, 420)
    made.show()
    return made


def outline(editor):
    """`forward (backward zero_) forward`"""

    def told(program):
        return " ".join(f"({told(a.body)})" if a.do == "repeat" else a.do for a in program)

    return told(editor.document.program)


def entry(menu, *texts):
    """Walk down a menu by its texts, and trigger the last."""
    for text in texts:
        found = next(a for a in menu.actions() if a.text() == text)
        menu = found.menu()
    found.trigger()


def add(pane, *texts):
    pane.fill_menu(pane.add_menu)
    entry(pane.add_menu, *texts)


def test_bodies_are_indented_and_told_to_a_screen_reader(pane):
    assert [pane.model.texts[k] for k in (1, 2)] == ["for _ in range(2):", "y.backward()"]
    assert [pane.model.depth(row) for row in range(5)] == [0, 0, 1, 1, 0]
    told = pane.model.index(3).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == "Line 4: w.grad.zero_(), in a repeat"


def test_the_current_line_is_lit_in_a_body_with_its_iteration(pane, player, editor):
    document = editor.document
    program = (FORWARD, repeat(3, FORWARD, Action("backward", "y")))
    editor.apply("Train", edits.set_program(document, program))
    shown = film(document.graph, *program)
    player.set_film(shown, shown.timeline.chapters[-1].first)
    assert pane.model.current == 3
    assert pane.model.rounds == {1: "3/3"}
    player.go(shown.timeline.chapters[1].first)
    assert (pane.model.current, pane.model.rounds) == (2, {1: "1/3"})
    player.go(0)
    assert (pane.model.current, pane.model.rounds) == (0, {})


def test_a_click_on_a_line_in_a_body_goes_to_its_first_iteration(pane, player, editor, qtbot):
    program = (FORWARD, repeat(3, FORWARD, Action("backward", "y")))
    editor.apply("Train", edits.set_program(editor.document, program))
    shown = film(editor.document.graph, *program)
    player.set_film(shown, 0)
    at = pane.view.visualRect(pane.model.index(3)).center()
    qtbot.mouseClick(pane.view.viewport(), LEFT, pos=at)
    assert player.step == next(c for c in shown.timeline.chapters if c.action == 3).first


def test_a_line_walks_into_a_repeat_and_out_of_it_by_keys(pane, editor, qtbot):
    seen = []
    pane.select(0)
    for _ in range(4):
        qtbot.keyClick(pane.view, Qt.Key.Key_Down, ALT)
        seen.append((outline(editor), pane.row()))
    assert seen == [
        ("(forward backward zero_) forward", 1), ("(backward forward zero_) forward", 2),
        ("(backward zero_ forward) forward", 3), ("(backward zero_) forward forward", 3),
    ]  # fmt: skip
    assert editor.history.undoText() == "Move line 4 down"
    for _ in range(4):
        editor.history.undo()
    assert editor.document.program == LOOP


def test_several_lines_are_moved_deleted_and_duplicated_together(pane, editor, qtbot):
    first, last = (pane.view.visualRect(pane.model.index(row)).center() for row in (2, 3))
    qtbot.mouseClick(pane.view.viewport(), LEFT, pos=first)
    qtbot.mouseClick(pane.view.viewport(), LEFT, SHIFT, pos=last)
    assert pane.rows() == [2, 3]
    qtbot.keyClick(pane.view, Qt.Key.Key_Up, ALT)
    assert outline(editor) == "forward backward zero_ () forward"
    assert pane.rows() == [1, 2]
    qtbot.keyClick(pane.view, Qt.Key.Key_D, CONTROL)
    assert outline(editor) == "forward backward zero_ backward zero_ () forward"
    assert pane.rows() == [3, 4]
    qtbot.keyClick(pane.view, Qt.Key.Key_Delete)
    assert editor.history.undoText() == "Delete 2 lines"
    assert outline(editor) == "forward backward zero_ () forward"


def test_selected_lines_are_wrapped_and_the_repeat_dissolved_again(pane, editor, qtbot):
    editor.apply("Flat", edits.set_program(editor.document, (FORWARD, BACK, ZERO)))
    pane.select(1)
    qtbot.keyClick(pane.view, Qt.Key.Key_Down, SHIFT)
    qtbot.mouseClick(pane.buttons["repeat"], LEFT)
    assert outline(editor) == "forward (backward zero_)"
    assert editor.history.undoText() == "Repeat 2 lines"
    assert pane.rows() == [1]
    qtbot.keyClick(pane.view, Qt.Key.Key_R)
    assert outline(editor) == "forward ((backward zero_))"
    qtbot.keyClick(pane.view, Qt.Key.Key_R, SHIFT)
    qtbot.keyClick(pane.view, Qt.Key.Key_R, SHIFT)
    assert outline(editor) == "forward backward zero_"


def drag(pane, start, to, depth, qtbot):
    """Drag a line onto the gap above row `to`, with the mouse at the indentation of `depth`."""
    view, count = pane.view.viewport(), pane.model.rowCount()
    begin = pane.view.visualRect(pane.model.index(start)).center()
    rect = pane.view.visualRect(pane.model.index(min(to, count - 1)))
    end = QPoint(TEXT + INDENT * depth, rect.top() if to < count else rect.bottom() + 2)
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, begin)
    QTest.mouseMove(view, begin + QPoint(12, 12))
    QTest.mouseMove(view, end)
    dragging = pane.view.dragging
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, end)
    return dragging


def test_a_line_is_dragged_into_a_repeat_and_out_of_it(pane, editor, qtbot):
    assert drag(pane, 4, 3, 1, qtbot)
    assert outline(editor) == "forward (backward forward zero_)"
    assert (pane.rows(), editor.history.undoText()) == ([3], "Move line 5")
    assert drag(pane, 2, 0, 0, qtbot)
    assert outline(editor) == "backward forward (forward zero_)"


@pytest.mark.parametrize(
    ("depth", "expected"), [(0, "(backward zero_) forward forward"),
                            (1, "(backward zero_ forward) forward")],
)  # fmt: skip
def test_behind_a_body_the_mouse_says_whether_in_or_out(pane, editor, qtbot, depth, expected):
    assert drag(pane, 0, 4, depth, qtbot)
    assert outline(editor) == expected


def test_a_repeat_dropped_into_itself_stays(pane, editor, qtbot):
    before = editor.history.count()
    assert drag(pane, 1, 3, 1, qtbot)
    assert editor.document.program == LOOP
    assert editor.history.count() == before


def test_esc_gives_a_drag_up(pane, editor, qtbot):
    view = pane.view.viewport()
    begin = pane.view.visualRect(pane.model.index(0)).center()
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, begin)
    QTest.mouseMove(view, begin + QPoint(0, 90))
    assert pane.view.dragging
    qtbot.keyClick(pane.view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, begin + QPoint(0, 90))
    assert editor.document.program == LOOP


# ---- adding --------------------------------------------------------------------------------------


def test_the_menu_adds_a_repeat_and_lines_into_it(pane, editor, qtbot):
    pane.select(4)
    add(pane, "repeat 3 times")
    assert outline(editor) == "forward (backward zero_) forward ()"
    assert editor.history.undoText() == "Add repeat 3 times"
    add(pane, "forward")
    assert outline(editor) == "forward (backward zero_) forward (forward)"
    assert pane.row() == 6


def test_an_optimizer_is_offered_with_the_leaves_and_then_its_calls(pane, editor):
    pane.fill_menu(pane.add_menu)
    assert "opt.step()" not in [a.text() for a in pane.add_menu.actions()]
    pane.select(0)
    add(pane, "torch.optim", "opt = torch.optim.SGD([w], lr=0.1)")
    add(pane, "opt.step()")
    add(pane, "opt.zero_grad()")
    made = editor.document.program[1:4]
    assert [a.do for a in made] == ["optimizer", "step", "zero_grad"]
    assert made[0].args == {"kind": "SGD", "params": ["w"], "lr": 0.1}
    add(pane, "torch.optim", "opt1 = torch.optim.Adam([w])")
    assert editor.document.program[4].on == "opt1"


def test_a_whole_training_loop_is_one_edit(pane, editor):
    editor.apply("Empty", edits.set_program(editor.document, ()))
    count = editor.history.count()
    add(pane, "torch.optim", "a whole training loop")
    assert editor.history.count() == count + 1
    assert [a.do for a in lines(editor.document.program)] == [
        "forward", "optimizer", "repeat", "zero_grad", "forward", "backward", "step",
    ]  # fmt: skip


def test_hooks_are_offered_and_can_be_removed_by_their_name(pane, editor):
    pane.select(0)
    add(pane, "register_hook", "h = w.register_hook(lambda grad: grad.clamp(-1.0, 1.0))")
    add(pane, "h.remove()")
    assert [a.do for a in editor.document.program[1:3]] == ["register_hook", "remove_hook"]


@pytest.mark.parametrize("key", [Qt.Key.Key_Insert, Qt.Key.Key_Plus])
def test_the_menu_opens_by_keyboard(pane, editor, qtbot, key):
    """The menu runs a loop of its own: what is asked of it is asked from within."""
    from PySide6.QtCore import QTimer

    seen = []

    def look():
        seen.append(pane.add_menu.isVisible())
        QTest.keyClick(pane.add_menu, Qt.Key.Key_Down)
        QTest.keyClick(pane.add_menu, Qt.Key.Key_Return)
        pane.add_menu.close()

    pane.select(4)
    QTimer.singleShot(0, look)
    qtbot.keyClick(pane.view, key)
    assert seen == [True]
    assert outline(editor) == "forward (backward zero_) forward forward"


# ---- arguments -----------------------------------------------------------------------------------


def typed(pane, name, text, qtbot):
    field = pane.fields.fields[name].line
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    return pane.fields.fields[name]


def test_times_is_typed_in_place(pane, editor, qtbot):
    pane.select(1)
    assert typed(pane, "times", "5", qtbot).complaint.text() == ""
    assert editor.document.program[1].args == {"times": 5}
    assert editor.history.undoText() == "Change times in line 2"
    assert pane.model.texts[1] == "for _ in range(5):"
    assert pane.rows() == [1]


@pytest.mark.parametrize("text", ["0", "-1", "2.5", "ten", "10001", ""])
def test_times_that_cannot_be_are_refused_with_a_sentence(pane, editor, qtbot, text):
    pane.select(1)
    field = pane.fields.fields["times"].line
    field.selectAll()
    qtbot.keyClick(field, Qt.Key.Key_Backspace)
    complaint = typed(pane, "times", text, qtbot).complaint.text()
    assert "type a whole number from 1 to 10,000" in complaint
    assert editor.document.program == LOOP


def test_loops_that_would_be_too_long_together_are_refused(pane, editor, qtbot):
    pane.select(1)
    typed(pane, "times", "6000", qtbot)
    qtbot.keyClick(pane.view, Qt.Key.Key_R)
    assert pane.refused.isVisible()
    assert "at most 10,000 iterations" in pane.refused.text()
    assert outline(editor) == "forward (backward zero_) forward"
    pane.select(0)
    qtbot.keyClick(pane.view, Qt.Key.Key_Delete)
    assert not pane.refused.isVisible()


def test_backward_has_ticks_and_names(pane, editor, qtbot):
    pane.select(2)
    box = pane.fields.fields["retain_graph"]
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    assert lines(editor.document.program)[2].args == {"retain_graph": True}
    typed(pane, "inputs", "w", qtbot)
    assert pane.model.texts[2] == "y.backward(retain_graph=True, inputs=[w])"
    assert "no node called “v”" in typed(pane, "inputs", "v", qtbot).complaint.text()
    typed(pane, "inputs", " ", qtbot)
    box = pane.fields.fields["retain_graph"]
    qtbot.mouseClick(box, LEFT, pos=QPoint(8, box.height() // 2))
    assert lines(editor.document.program)[2].args == {}


def test_an_optimizer_s_settings_follow_its_kind(pane, editor, qtbot):
    pane.select(0)
    add(pane, "torch.optim", "opt = torch.optim.SGD([w], lr=0.1)")
    typed(pane, "momentum", "0.9", qtbot)
    assert pane.model.texts[1] == "opt = torch.optim.SGD([w], lr=0.1, momentum=0.9)"
    kind = pane.fields.fields["kind"]
    kind.setFocus()
    qtbot.keyClicks(kind, "Adam")
    assert kind.currentText() == "Adam"
    kind.activated.emit(kind.currentIndex())
    assert pane.model.texts[1] == "opt = torch.optim.Adam([w], lr=0.1)"
    assert [*pane.fields.fields] == ["kind", "params", "lr", "betas", "eps", "weight_decay",
                                     "amsgrad"]  # fmt: skip
    typed(pane, "betas", "0.8, 0.99", qtbot)
    assert pane.model.texts[1].endswith("lr=0.1, betas=(0.8, 0.99))")
    assert "from 0 up to 1" in typed(pane, "betas", "2", qtbot).complaint.text()
    assert "not negative" in typed(pane, "lr", "-1", qtbot).complaint.text()


def test_f2_goes_into_the_first_argument(pane, qtbot):
    pane.activateWindow()
    pane.select(1)
    qtbot.keyClick(pane.view, Qt.Key.Key_F2)
    assert pane.fields.fields["times"].line.selectedText() == "2"


def test_a_hook_s_number_goes_with_its_kind(pane, editor, qtbot):
    pane.select(0)
    add(pane, "register_hook", "h = w.register_hook(lambda grad: grad * 2.0)")
    typed(pane, "by", "-0.5", qtbot)
    assert pane.model.texts[1] == "h = w.register_hook(lambda grad: grad * (-0.5))"
    kind = pane.fields.fields["kind"]
    kind.setCurrentIndex(kind.findData("print"))
    kind.activated.emit(kind.currentIndex())
    assert pane.model.texts[1] == "h = w.register_hook(print)"
    assert [*pane.fields.fields] == ["kind", "handle"]
    assert "is no name" in typed(pane, "handle", "my h", qtbot).complaint.text()


def test_lines_without_arguments_show_no_fields(pane):
    pane.select(0)
    assert not pane.fields.isVisible()
    pane.select(1)
    assert pane.fields.isVisible()


def test_deleting_a_node_takes_its_lines_out_of_the_list(pane, editor):
    editor.apply("Delete", edits.remove(editor.document, ["y"]))
    assert outline(editor) == "forward (zero_) forward"
    assert pane.model.rowCount() == 4


# ---- forwards of some nodes, and seeds -----------------------------------------------------------


@pytest.fixture
def parts(pane, editor):
    """x and w, then m; y at the end."""
    program = (forward("x", "w", "m"), forward("y"))
    editor.apply("Parts", edits.set_program(editor.document, program))
    return pane


def test_a_forward_of_some_nodes_says_how_many(parts):
    assert parts.model.texts == ("forward (3 nodes)", "forward (1 node)")
    told = Qt.ItemDataRole.AccessibleTextRole
    assert parts.model.index(1).data(told) == "Line 2: forward (1 node)"


def test_its_nodes_are_typed_by_name_and_none_are_all(parts, editor, qtbot):
    at = parts.view.visualRect(parts.model.index(0)).center()
    qtbot.mouseClick(parts.view.viewport(), LEFT, pos=at)
    assert parts.fields.fields["nodes"].line.text() == "x, w, m"
    typed(parts, "nodes", "m, x", qtbot)
    assert editor.document.program[0] == forward("x", "m")
    assert parts.model.texts[0] == "forward (2 nodes)"
    assert "no node called “q”" in typed(parts, "nodes", "q", qtbot).complaint.text()
    line = parts.fields.fields["nodes"].line
    line.selectAll()
    qtbot.keyClick(line, Qt.Key.Key_Backspace)
    qtbot.keyClick(line, Qt.Key.Key_Return)
    assert editor.document.program[0] == FORWARD
    assert not parts.fields.isVisible()
    editor.history.undo()
    assert editor.document.program[0] == forward("x", "m")


def test_a_seed_is_added_by_the_menu_and_typed(parts, editor, qtbot):
    parts.select(0)
    add(parts, "torch.manual_seed(0)")
    assert parts.model.texts[1] == "torch.manual_seed(0)"
    typed(parts, "seed", "42", qtbot)
    assert editor.document.program[1] == seed(42)
    assert editor.history.undoText() == "Change seed in line 2"
    complaint = typed(parts, "seed", "4.5", qtbot).complaint.text()
    assert complaint.startswith("Type a whole number from -9223372036854775808")
    assert editor.document.program[1] == seed(42)


def test_a_duplicated_and_wrapped_forward_keeps_its_nodes(parts, editor, qtbot):
    parts.select(1)
    qtbot.keyClick(parts.view, Qt.Key.Key_D, CONTROL)
    qtbot.keyClick(parts.view, Qt.Key.Key_R)
    assert editor.document.program[1:] == (forward("y"), repeat(3, forward("y")))


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_it_can_be_drawn_in_both_themes(pane, theme):
    pane.set_theme(theme)
    assert not pane.grab().isNull()
