"""The check in the real window: run it, type formulas, stop it, copy it."""

import threading

import pytest
from PySide6.QtCore import Qt, QThreadPool
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from engine.trace import Cancelled
from gui.model import edits, torch_run
from gui.model.checked import FORMULA
from gui.panels import check as module
from gui.panels.check import ABOUT, STALE
from gui.theme import DARK
from tests.window_kit import LEFT, Key, Mod, end, open_lesson, settled

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")
VERDICT = 6


@pytest.fixture(autouse=True)
def no_torch(monkeypatch):
    """Loading PyTorch takes seconds; what it says is tested in tests/model."""
    monkeypatch.setattr(torch_run, "installed", lambda: False)


@pytest.fixture
def check(qtbot, app):
    open_lesson(qtbot, app, "square")
    app.player.last()
    QTest.keyClick(app.window, Key.Key_F8)
    assert app.window.sheets.currentWidget() is app.check
    assert app.check.view.hasFocus()
    return app.check


def ran(qtbot, check):
    qtbot.waitUntil(lambda: not check.busy)


def run(qtbot, check):
    QTest.mouseClick(check.run, LEFT)
    ran(qtbot, check)
    return row(check)


def row(check, number=0):
    return [check.model.index(number, c).data() for c in range(check.model.columnCount())]


def type_formula(qtbot, check, text, number=0):
    """Enter on the row, the text, Enter."""
    check.view.setCurrentIndex(check.model.index(number, 0))
    QTest.keyClick(check.view, Key.Key_Return)
    editor = check.view.findChild(QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Key.Key_Return)
    qtbot.waitUntil(lambda: check.view.state() != check.view.State.EditingState)
    ran(qtbot, check)


def test_run_fills_the_table_and_says_what_it_is_about(qtbot, app, check):
    document, film = app.editor.document, app.player.film
    assert row(check) == ["x", "", "", "", "", "", ""]
    assert check.told.text() == ABOUT
    found = run(qtbot, check)
    assert found[:3] == ["x", "10", "10"]
    assert float(found[3]) < 1e-6
    assert found[4:] == ["", "not installed", "agrees"]
    assert check.told.text() == f"One backward pass from y, at step {app.player.step + 1}"
    assert check.why.text().startswith("differences: agrees, largest difference")
    assert (app.editor.document, app.player.film) == (document, film)


def test_a_formula_is_judged_as_soon_as_it_is_typed(qtbot, app, check):
    run(qtbot, check)
    type_formula(qtbot, check, "2 * x")
    assert row(check)[FORMULA] == "2 * x  =  10"
    assert "your formula: exact." in check.why.text()
    type_formula(qtbot, check, "3 * x")
    assert row(check)[VERDICT] == "differs: your formula"
    assert "your formula: differs, largest difference 5" in check.why.text()


def test_a_formula_typed_before_is_there_when_it_runs(qtbot, app, check):
    type_formula(qtbot, check, "x + x")
    assert row(check)[FORMULA] == "x + x"
    assert run(qtbot, check)[FORMULA] == "x + x  =  10"


@pytest.mark.parametrize(
    ("text", "told"),
    [("__import__('os')", "underscore"), ("2 * q", "'q' is not defined"), ("x[", "SyntaxError"),
     ("torch.ones(3)", "This has shape (3,); the gradient has ().")],
)  # fmt: skip
def test_a_bad_formula_stays_in_its_cell_and_is_told_below(qtbot, app, check, text, told):
    run(qtbot, check)
    type_formula(qtbot, check, text)
    found = row(check)
    assert found[FORMULA] == text
    assert told in check.why.text()
    assert found[1:3] == ["10", "10"]
    assert found[VERDICT] == "error"
    index = check.model.index(0, FORMULA)
    assert index.data(Qt.ItemDataRole.EditRole) == text  # to be mended, not typed again
    assert told in index.data(Qt.ItemDataRole.ToolTipRole)
    assert index.data(Qt.ItemDataRole.ForegroundRole).name() == check.theme.error


def test_another_document_has_no_error_of_the_last_one(qtbot, app, check):
    run(qtbot, check)
    type_formula(qtbot, check, "foo((")
    assert "SyntaxError" in check.why.text()
    open_lesson(qtbot, app, "perceptron")
    assert check.why.text() == ""
    assert all(row(check, k)[FORMULA] == "" for k in range(check.model.rowCount()))


def test_another_step_makes_it_stale_and_run_checks_there(qtbot, app, check):
    run(qtbot, check)
    app.player.first()
    app.player.forward()
    assert check.told.text() == STALE
    app.player.last()
    assert check.told.text().startswith("One backward pass")


def test_an_edit_is_checked_with_its_new_values(qtbot, app, check):
    run(qtbot, check)
    app.editor.apply("Set", edits.set_param(app.editor.document, "x", "data", 3.0))
    settled(qtbot, app)
    app.player.last()
    assert check.told.text() == STALE
    assert run(qtbot, check)[1:3] == ["6", "6"]


def test_it_can_be_stopped_and_what_was_shown_stays(qtbot, app, check, monkeypatch):
    run(qtbot, check)
    began, go_on = threading.Event(), threading.Event()
    real = module.rows

    def slow(of, formulas, cancelled, done):
        began.set()
        assert go_on.wait(60)
        return real(of, formulas, cancelled, done)

    monkeypatch.setattr(module, "rows", slow)
    QTest.mouseClick(check.run, LEFT)
    assert began.wait(60)
    assert check.working.isVisible()
    assert not check.run.isEnabled()
    QTest.mouseClick(check.working.stop, LEFT)
    assert not check.busy
    assert check.run.isEnabled()
    assert row(check)[1] == "10"
    assert check.told.text().startswith("Stopped")
    go_on.set()


def test_progress_is_shown(qtbot, app, check):
    check._done, check._work = 3, 4
    check._tell_progress()
    assert check.working.bar.value() == 75


def test_the_table_is_copied_as_text_by_key_and_by_button(qtbot, app, check):
    run(qtbot, check)
    for copy in (
        lambda: QTest.keyClick(check.view, Key.Key_C, Mod.ControlModifier),
        lambda: QTest.mouseClick(check.copy, LEFT),
    ):
        QGuiApplication.clipboard().clear()
        copy()
        head, line = QGuiApplication.clipboard().text().split("\n")
        assert head.startswith("Leaf\tautograd\tdifferences")
        assert line.startswith("x\t10\t10")


def test_nothing_to_check_is_said(qtbot, app, check):
    app.filing.new()
    settled(qtbot, app)
    QTest.keyClick(app.window, Key.Key_F8)
    assert check.model.rowCount() == 0
    assert not check.run.isEnabled()
    assert check.told.text()


def test_every_cell_is_told_to_screen_readers(qtbot, app, check):
    run(qtbot, check)
    told = [
        check.model.index(0, c).data(Qt.ItemDataRole.AccessibleTextRole)
        for c in range(check.model.columnCount())
    ]
    assert told[0] == "Leaf: x"
    assert told[FORMULA] == "your formula: nothing"


def test_colours_follow_the_theme(qtbot, app, check):
    run(qtbot, check)
    check.set_theme(DARK)
    ink = check.model.index(0, VERDICT).data(Qt.ItemDataRole.ForegroundRole)
    assert ink.name() == DARK.green


def test_a_failure_of_our_own_does_not_leave_the_check_busy(qtbot, app, check, monkeypatch):
    def broken(*_):
        raise KeyError("ours")

    monkeypatch.setattr(module, "rows", broken)
    with qtbot.captureExceptions() as told:
        QTest.mouseClick(check.run, LEFT)
        ran(qtbot, check)
    assert [kind for kind, *_ in told] == [KeyError]
    assert check.run.isEnabled()
    monkeypatch.undo()
    monkeypatch.setattr(torch_run, "installed", lambda: False)
    assert run(qtbot, check)[VERDICT] == "agrees"


def test_the_step_that_was_checked_is_told_not_the_one_stepped_to_meanwhile(qtbot, app, check):
    QTest.mouseClick(check.run, LEFT)
    checked = app.player.step
    app.player.go(checked - 1)
    ran(qtbot, check)
    app.player.go(checked)
    assert check.told.text() == f"One backward pass from y, at step {checked + 1}"


def test_closing_the_window_stops_a_check(qtbot, app, check, monkeypatch):
    started, seen = threading.Event(), []

    def slow(of, formulas, cancelled, done):
        started.set()
        while not cancelled():
            pass
        seen.append("stopped")
        raise Cancelled

    monkeypatch.setattr(module, "rows", slow)
    QTest.mouseClick(check.run, LEFT)
    assert started.wait(60)
    end(app)
    assert QThreadPool.globalInstance().waitForDone(60_000)
    assert seen == ["stopped"]
