"""The console in the real window, by keys: answers at the step, lines of the Program, history."""

import threading
from itertools import count

import pytest
from PySide6.QtCore import Qt, QThreadPool
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from engine.graph import Action
from gui.model.repl import HELP, Question, Reply, split
from gui.panels.console import AT_ONCE
from gui.panels.console_line import History
from gui.state.settings import LINE_LIMIT, Settings
from gui.theme import DARK
from tests.window_kit import Key, Mod, end, open_lesson, settled
from tests.work_kit import work

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")


@pytest.fixture
def console(qtbot, app):
    """The console of the first lesson (y = x², x = 5), at its last step, with the focus."""
    open_lesson(qtbot, app, "square")
    app.player.last()
    QTest.keyClick(app.window, Key.Key_QuoteLeft, Mod.ControlModifier)
    assert app.window.sheets.currentWidget() is app.console
    assert app.console.line.hasFocus()
    return app.console


def quiet(qtbot, console):
    qtbot.waitUntil(
        lambda: not console.busy and not console._queue and not console.conductor.runner.busy
    )


def ask(qtbot, console, *lines):
    """What is answered to the last of these lines, typed key by key."""
    for line in lines:
        before = len(console.transcript.entries)
        QTest.keyClicks(console.line, line)
        QTest.keyClick(console.line, Key.Key_Return)
        quiet(qtbot, console)
    return [e.text for e in console.transcript.entries[before + 1 :]]


def test_values_are_those_of_the_step_that_is_shown(qtbot, app, console):
    film, before = app.player.film, app.editor.document
    assert ask(qtbot, console, "x") == ["tensor(5., requires_grad=True)"]
    assert ask(qtbot, console, "x.grad") == ["tensor(10.)"]
    app.player.go(film.end_of_first_forward)
    assert ask(qtbot, console, "x.grad") == ["None"]  # told, unlike Python: nothing looks broken
    assert ask(qtbot, console, "y") == ["tensor(25., grad_fn=<PowBackward0>)"]
    app.player.first()
    caret, sentence = ask(qtbot, console, "x + 1")
    assert caret == "    ^"
    assert sentence.startswith("NameError: name 'x' is not defined (it has a value from another")
    assert app.editor.document is before
    assert app.player.film is film


def test_arithmetic_changes_nothing_and_names_stay_in_the_console(qtbot, app, console):
    film, before = app.player.film, app.editor.document
    (told,) = ask(qtbot, console, "a = x * 3")
    assert "“a” is a name of the console only" in told
    assert ask(qtbot, console, "b = a + 1") == []  # said once
    assert ask(qtbot, console, "b") == ["tensor(16., grad_fn=<AddBackward0>)"]
    assert ask(qtbot, console, "_ * 2") == ["tensor(32., grad_fn=<MulBackward0>)"]
    assert ask(qtbot, console, "print(a, 1)") == ["tensor(15., grad_fn=<MulBackward0>) 1"]
    _, refused = ask(qtbot, console, "a.backward()")
    assert "line of the Program" in refused
    _, refused = ask(qtbot, console, "x = 3")
    assert refused.startswith("“x” is a node of the graph")
    assert (app.player.film, app.editor.document) == (film, before)
    assert not app.editor.dirty


def test_a_call_becomes_a_line_of_the_program_and_can_be_undone(qtbot, app, console):
    before = app.editor.document
    assert ask(qtbot, console, "x.grad.zero_()") == ["tensor(0.)"]
    assert app.editor.document.program[-1] == Action("zero_", "x.grad")
    assert app.player.step == len(app.player.film) - 1
    assert not app.player.playing
    assert app.editor.history.undoText() == "Run x.grad.zero_()"
    assert ask(qtbot, console, "x.grad = None", "x.grad") == ["None"]
    assert ask(qtbot, console, "x.requires_grad_()") == ["tensor(5., requires_grad=True)"]
    for _ in range(3):
        app.editor.history.undo()
    assert app.editor.document == before
    settled(qtbot, app)
    app.player.last()
    assert ask(qtbot, console, "x.grad") == ["tensor(10.)"]


def test_backward_is_shown_done_so_that_the_next_line_sees_it(qtbot, app, console):
    """Not played from its start, as the toolbar's button does."""
    paste(console, "x.grad = None\nx.grad\ny.backward()\nx.grad")
    quiet(qtbot, console)
    told = [e.text for e in console.transcript.entries]
    assert told[:4] == [">>> x.grad = None", ">>> x.grad", "None", ">>> y.backward()"]
    assert told[4].startswith("RuntimeError: Trying to backward through the graph a second time")
    for _ in range(2):
        app.editor.history.undo()
    settled(qtbot, app)
    app.conductor.forward()
    settled(qtbot, app)
    assert ask(qtbot, console, "y.backward()", "x.grad") == ["tensor(20.)"]
    assert not app.player.playing


def test_the_engines_error_is_printed_as_pytorch_prints_it(qtbot, app, console):
    told = ask(qtbot, console, "y.backward()")
    assert told[0].startswith("RuntimeError: Trying to backward through the graph a second time")
    assert "Ctrl+Z takes the line back" in told[1]
    (refused,) = ask(qtbot, console, "x.grad.zero_()")
    assert "stops with an error" in refused
    assert ask(qtbot, console, "x") == ["tensor(5., requires_grad=True)"]  # reading goes on
    app.editor.history.undo()
    settled(qtbot, app)
    assert ask(qtbot, console, "x.grad.zero_()") == ["tensor(0.)"]


def test_errors_have_a_caret_and_no_traceback(qtbot, app, console):
    caret, sentence = ask(qtbot, console, "2 * x.foo")
    assert caret == "        ^^^^^"
    assert sentence.startswith("AttributeError: 'Tensor' object has no attribute 'foo'")
    _, sentence = ask(qtbot, console, "__import__('os')")
    assert "underscore" in sentence
    _, sentence = ask(qtbot, console, "import os")
    assert sentence == "Nothing can be imported here; torch and F are there already."
    assert "Traceback" not in console.transcript.toPlainText()


def paste(console, text):
    QGuiApplication.clipboard().setText(text)
    QTest.keyClick(console.line, Key.Key_V, Mod.ControlModifier)


def test_several_pasted_lines_run_in_order_each_after_the_one_before(qtbot, app, console):
    paste(
        console, ">>> x.grad.zero_()\ntensor(9.)\n>>> x.grad + 1\n>>> c = [1,\n...      2]\n>>> c\n"
    )
    quiet(qtbot, console)
    assert [(e.kind, e.text) for e in console.transcript.entries if e.kind != "note"] == [
        ("input", ">>> x.grad.zero_()"), ("output", "tensor(0.)"),
        ("input", ">>> x.grad + 1"), ("output", "tensor(1.)"),
        ("input", ">>> c = [1,\n...      2]"), ("input", ">>> c"), ("output", "[1, 2]"),
    ]  # fmt: skip


def test_one_pasted_line_waits_for_enter(qtbot, app, console):
    paste(console, "x * 2")
    assert console.line.toPlainText() == "x * 2"
    assert not console.transcript.entries


def test_an_open_bracket_goes_on_in_the_next_line(qtbot, app, console):
    assert ask(qtbot, console, "torch.tensor([1.,") == []
    assert "bracket is still open" in console.hint.text()
    assert ask(qtbot, console, "2.])") == ["tensor([1., 2.])"]
    assert console.transcript.entries[0].text == ">>> torch.tensor([1.,\n... 2.])"


def test_up_and_down_go_through_what_was_typed_and_find_what_begins_alike(qtbot, app, console):
    ask(qtbot, console, "x + 1", "torch.ones(2)", "x + 2")
    line = console.line
    for key, shown in (("Up", "x + 2"), ("Up", "torch.ones(2)"), ("Down", "x + 2"), ("Down", "")):
        QTest.keyClick(line, getattr(Key, f"Key_{key}"))
        assert line.toPlainText() == shown
    QTest.keyClicks(line, "x")
    for key, shown in (("Up", "x + 2"), ("Up", "x + 1"), ("Up", "x + 1"), ("Down", "x + 2")):
        QTest.keyClick(line, getattr(Key, f"Key_{key}"))
        assert line.toPlainText() == shown
    assert Settings().typed_lines[-3:] == ["x + 1", "torch.ones(2)", "x + 2"]


def test_history_keeps_no_line_twice_in_a_row_and_nothing_endless(qtbot, app, console):
    history = History(["a"])
    for line in ("a", "a", "b", "  "):
        history.add(line)
    assert history.lines == ["a", "b"]
    settings = Settings()
    settings.typed_lines = ["y" * (LINE_LIMIT + 1), "short"]
    assert settings.typed_lines == ["short"]
    for broken in ("{", "[1, 2]", '"text"'):
        settings._store.setValue("typed", broken)
        assert settings.typed_lines == []


def offered(console):
    popup = console.line.completer.popup
    return [] if not popup.isVisible() else [popup.item(k).text() for k in range(popup.count())]


def test_tab_completes_names_functions_and_lines_of_the_program(qtbot, app, console):
    line = console.line
    QTest.keyClicks(line, "x.requires_grad_")
    QTest.keyClick(line, Key.Key_Escape)  # what the dot has offered
    line.clear()
    QTest.keyClicks(line, "torch.linal")
    QTest.keyClick(line, Key.Key_Tab)
    assert line.toPlainText() == "torch.linalg"
    line.clear()
    QTest.keyClicks(line, "torch.si")
    QTest.keyClick(line, Key.Key_Tab)
    assert offered(console)[:3] == ["sigmoid", "sign", "sin"]
    QTest.keyClicks(line, "n")
    assert offered(console) == ["sin", "sinc", "sinh"]
    QTest.keyClick(line, Key.Key_Down)
    QTest.keyClick(line, Key.Key_Return)
    assert line.toPlainText() == "torch.sinc("
    assert not offered(console)
    assert console.hint.text().startswith("torch.sinc(input)")
    assert console.hint.isVisible()
    line.clear()
    QTest.keyClicks(line, "y.backw")
    QTest.keyClick(line, Key.Key_Tab)
    assert line.toPlainText() == "y.backward("
    assert "Line of the Program" in console.hint.text()


def test_what_everybody_asks_for_is_offered_first(qtbot, app, console):
    QTest.keyClicks(console.line, "x.g")
    QTest.keyClick(console.line, Key.Key_Tab)
    assert offered(console)[:3] == ["grad", "grad_fn", "gather"]


def test_ctrl_z_on_an_empty_line_takes_back_the_line_of_the_program(qtbot, app, console):
    before = app.editor.document.program
    ask(qtbot, console, "x.grad.zero_()")
    assert app.editor.document.program != before
    QTest.keyClicks(console.line, "ab")
    QTest.keyClick(console.line, Key.Key_Z, Mod.ControlModifier)
    assert app.editor.document.program != before  # it was the typing that was undone
    console.line.clear()
    QTest.keyClick(console.line, Key.Key_Z, Mod.ControlModifier)
    assert app.editor.document.program == before


def test_a_dot_offers_and_enter_still_runs_the_line(qtbot, app, console):
    QTest.keyClicks(console.line, "x.")
    assert "grad" in offered(console)
    QTest.keyClicks(console.line, "grad")
    QTest.keyClick(console.line, Key.Key_Return)
    quiet(qtbot, console)
    assert console.transcript.entries[-1].text == "tensor(10.)"
    QTest.keyClicks(console.line, "x.")
    QTest.keyClick(console.line, Key.Key_Escape)
    assert not offered(console)
    assert console.line.toPlainText() == "x."


def test_ctrl_l_clears_the_page_esc_the_line_and_then_leads_back(qtbot, app, console):
    ask(qtbot, console, "x")
    QTest.keyClick(console.line, Key.Key_L, Mod.ControlModifier)
    assert not console.transcript.entries
    assert console.empty.isVisible()
    QTest.keyClicks(console.line, "abc")
    QTest.keyClick(console.line, Key.Key_Escape)
    assert console.line.toPlainText() == ""
    QTest.keyClick(console.line, Key.Key_Escape)
    assert app.canvas.hasFocus()


def test_the_four_examples_shown_at_first_have_an_answer(qtbot, app, console):
    samples = [button.text() for button in console.tries]
    assert len(set(samples)) == 4
    for text in samples[:3]:
        told = ask(qtbot, console, text)
        assert not any("Error" in t for t in told), (text, told)
    told = ask(qtbot, console, "help")
    assert told[0] == HELP
    assert "torch.sum(input, dim=None" in ask(qtbot, console, "torch.sum?")[0]
    QTest.mouseClick(
        console.tries[0], Qt.MouseButton.LeftButton
    ) if console.empty.isVisible() else 0


def test_a_click_on_an_example_runs_it(qtbot, app, console):
    QTest.mouseClick(console.tries[0], Qt.MouseButton.LeftButton)
    quiet(qtbot, console)
    assert console.transcript.entries[0].text == f">>> {console.tries[0].text()}"


def test_letters_typed_on_the_page_go_to_the_line(qtbot, app, console):
    ask(qtbot, console, "x")
    console.transcript.setFocus()
    QTest.keyClicks(console.transcript, "x")
    QTest.keyClicks(console.line, " + 1")
    assert console.line.hasFocus()
    assert console.line.toPlainText() == "x + 1"


def test_answers_can_be_copied(qtbot, app, console):
    ask(qtbot, console, "x")
    console.transcript.selectAll()
    QTest.keyClick(console.transcript, Key.Key_C, Mod.ControlModifier)
    assert "tensor(5., requires_grad=True)" in QGuiApplication.clipboard().text()


class Endless:
    """A line that is worked out until it is given up."""

    def __init__(self):
        self.began, self.given_up = threading.Event(), threading.Event()

    def __call__(self, cancelled):
        self.began.set()
        while not cancelled():
            pass
        self.given_up.set()
        return Reply([], None, [])


def test_esc_gives_up_a_line_that_takes_long_and_those_after_it(qtbot, app, console):
    line = Endless()
    console._work_out("x", Question(line))
    paste(console, "x\n" * 200)
    assert line.began.wait(60)
    QTest.keyClick(console.line, Key.Key_Escape)
    assert not console.busy
    assert not console._queue
    assert line.given_up.wait(60)
    assert [entry.text for entry in console.transcript.entries] == ["Stopped."]
    assert ask(qtbot, console, "x") == ["tensor(5., requires_grad=True)"]


def test_a_huge_answer_is_cut_and_a_large_tensor_printed_as_pytorch_does(qtbot, app, console):
    (shown,) = ask(qtbot, console, "torch.ones(1000, 1000)")
    assert shown.startswith("tensor([[1., 1., 1.,  ..., 1., 1., 1.],")
    (shown,) = ask(qtbot, console, "torch.arange(9000).tolist()")
    assert shown.endswith("more characters: print a part of it, such as x[:10]")


def test_another_file_forgets_the_consoles_names(qtbot, app, console):
    ask(qtbot, console, "a = 5")
    open_lesson(qtbot, app, "sine")
    assert ask(qtbot, console, "a")[1] == "NameError: name 'a' is not defined"


def test_the_colours_follow_the_theme(qtbot, app, console):
    ask(qtbot, console, "x.foo")
    console.set_theme(DARK)
    block = console.transcript.document().lastBlock()
    ink = block.begin().fragment().charFormat().foreground().color().name()
    assert ink == DARK.error


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("x\ny", ["x", "y"]),
        ("a = [1,\n 2]\na", ["a = [1,\n 2]", "a"]),
        (">>> x\ntensor(2.)\n>>> y", ["x", "y"]),
        ("In [1]: x\nOut[1]: 2\nIn [2]: y", ["x", "y"]),
        ("x\nif\ny", ["x", "if", "y"]),
        ("import torch\n\nx", ["import torch", "x"]),
    ],
)
def test_pasted_text_is_parted_into_statements(text, lines):
    assert split(text) == lines


def test_ten_times_the_text_is_parted_in_ten_times_the_work():
    short, long = (work(lambda n=n: split("x ++* 1\n" * n)).lines for n in (100, 1_000))
    assert long < 12 * short


def test_the_window_is_served_while_ten_thousand_wrong_lines_are_told(qtbot, app, console):
    """Two lines take what a slice may; what a person does comes before the third."""
    console.clock = count(step=0.4 * AT_ONCE).__next__
    paste(console, "\n".join(f"x ++* {number}" for number in range(10_000)))
    assert len(console._queue) == 10_000 - 2
    QTest.keyClick(console.line, Key.Key_Escape)
    assert not console._queue
    assert ask(qtbot, console, "x")[-1:] == ["tensor(5., requires_grad=True)"]


def test_a_paste_of_lines_that_are_answered_at_once_is_gone_through(qtbot, app, console):
    paste(console, "\n".join(["import torch", "x ++* 1"] * 400))
    quiet(qtbot, console)
    kinds = [entry.kind for entry in console.transcript.entries]
    assert kinds.count("input") == 800
    assert kinds.count("error") == 800  # a caret and a sentence each


def test_a_line_that_fails_in_our_own_code_does_not_hold_up_the_next(qtbot, app, console):
    def broken(*_):
        raise KeyError("ours")

    with qtbot.captureExceptions() as told:
        console._work_out("x", Question(broken))
        quiet(qtbot, console)
    assert [kind for kind, *_ in told] == [KeyError]
    assert ask(qtbot, console, "x") == ["tensor(5., requires_grad=True)"]


def test_closing_the_window_gives_up_what_is_worked_out(qtbot, app, console):
    line = Endless()
    console._work_out("x", Question(line))
    assert line.began.wait(60)
    end(app)
    assert line.given_up.wait(60)
    assert QThreadPool.globalInstance().waitForDone(60_000)
