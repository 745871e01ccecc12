"""An error of ours: the work is made safe, the error is logged and told, and nothing stops."""

from __future__ import annotations

import gc
import sys
import threading
import weakref

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QtMsgType, qInstallMessageHandler, qWarning
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui import trouble
from gui.panels.trouble import TroubleDialog
from tests.window_kit import LEFT, Key


def slip(text="a slip"):
    raise ValueError(text)


def other_slip():
    raise LookupError("another")


def meet(app, do=slip):
    try:
        do()
    except Exception as error:
        app.desk.trouble.meet_error(error)
    QApplication.processEvents()


@pytest.fixture
def expected(caplog):
    """Log lines that are expected."""
    yield caplog
    caplog.get_records("call").clear()


def test_the_dialog_says_that_the_work_is_safe_and_does_not_block(qtbot, app, expected):
    meet(app)
    dialog = app.desk.trouble.dialog
    assert isinstance(dialog, TroubleDialog)
    assert dialog.isVisible()
    assert not dialog.isModal()
    assert "Your work is" in dialog.safe.text()
    assert "ValueError: a slip" in dialog.error.text()
    assert "an error nobody caught" in expected.text
    QTest.keyClick(dialog, Key.Key_Escape)
    assert app.desk.trouble.dialog is None


def test_the_same_error_again_is_told_once(qtbot, app, expected):
    """A painting that fails does so at every repaint."""
    for _ in range(50):
        meet(app)
    assert expected.text.count("an error nobody caught") == 1
    app.desk.trouble.dialog.close()
    meet(app)
    assert app.desk.trouble.dialog is None


def test_an_error_that_comes_again_later_is_told_again(qtbot, app, expected):
    """Else whoever has closed the dialog would believe that all is well."""
    now = [0.0]
    app.desk.trouble.clock = lambda: now[0]
    meet(app)
    now[0] = 500.0  # the dialog has been there all the time
    meet(app)
    app.desk.trouble.dialog.close()
    for later in (1.0, trouble.AGAIN - 1):
        now[0] = 500.0 + later
        meet(app)
        assert app.desk.trouble.dialog is None
    now[0] = 500.0 + trouble.AGAIN
    meet(app)
    assert "a slip" in app.desk.trouble.dialog.error.text()
    assert expected.text.count("an error nobody caught") == 2
    assert not app.desk.trouble.many


def test_an_error_is_told_again_after_the_window_of_its_dialog_has_gone(qtbot, app, expected):
    now = [0.0]
    app.desk.trouble.clock = lambda: now[0]
    other = app.desk.new_window()
    meet(app)
    other.window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    now[0] = trouble.AGAIN
    meet(app)
    assert app.desk.trouble.dialog.parent() is app.window


def test_the_report_is_shown_and_copied(qtbot, app, expected):
    meet(app)
    meet(app, other_slip)
    dialog = app.desk.trouble.dialog
    assert not dialog.details.isVisible()
    QTest.mouseClick(dialog.more, LEFT)
    assert dialog.details.isVisible()
    QTest.mouseClick(dialog.report, LEFT)
    report = QGuiApplication.clipboard().text()
    assert report == dialog.details.toPlainText()
    assert "ValueError: a slip" in report
    assert "LookupError: another" in report
    assert "in slip" in report


def test_a_copy_can_be_saved_from_the_dialog(qtbot, app, expected, monkeypatch):
    asked = []
    monkeypatch.setattr(type(app.filing), "save_copy", lambda self: asked.append(self))
    meet(app)
    QTest.mouseClick(app.desk.trouble.dialog.copy, LEFT)
    assert asked == [app.filing]


def test_after_several_errors_in_a_minute_a_new_start_is_advised(qtbot, app, expected):
    seconds = iter((0.0, 10.0, 20.0, 200.0))
    app.desk.trouble.clock = lambda: next(seconds)
    meet(app)
    meet(app, other_slip)
    assert not app.desk.trouble.many
    meet(app, lambda: {}["nothing"])
    assert app.desk.trouble.many
    assert "start Chainrule again" in app.desk.trouble.dialog.advice.text()
    meet(app, lambda: [][0])
    assert not app.desk.trouble.many


def test_an_error_of_any_thread_comes_to_the_window(qtbot, app, expected, watching):
    thread = threading.Thread(target=slip, args=("in a thread",))
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: app.desk.trouble.dialog is not None)
    assert "in a thread" in app.desk.trouble.dialog.error.text()


def test_an_error_in_the_clean_up_of_an_object_is_told(qtbot, app, expected, watching):
    class Rude:
        def __del__(self):
            slip("while going")

    Rude()
    qtbot.waitUntil(lambda: app.desk.trouble.dialog is not None)
    assert "while going" in app.desk.trouble.dialog.error.text()


def test_what_qt_says_is_logged(app, expected, watching):
    qWarning("odd geometry")
    assert "odd geometry" in expected.text
    trouble._on_qt_message(
        QtMsgType.QtCriticalMsg, None, None
    )  # whatever it says, it must not raise


def test_an_error_while_telling_of_an_error_goes_to_stderr(app, expected, monkeypatch, capsys):
    monkeypatch.setattr(trouble.Trouble, "_is_news", lambda *_: other_slip())
    meet(app)
    told = capsys.readouterr().err
    assert "ValueError: a slip" in told
    assert "LookupError: another" in told


def test_an_error_is_told_even_if_the_work_cannot_be_made_safe(app, expected, monkeypatch, capsys):
    monkeypatch.setattr(type(app.desk), "make_safe", lambda self: other_slip())
    meet(app)
    assert "a slip" in app.desk.trouble.dialog.error.text()
    assert "an error nobody caught" in expected.text
    assert "LookupError: another" in capsys.readouterr().err


def test_an_error_of_another_thread_meanwhile_is_told_as_well(app, expected, monkeypatch):
    """Forcing the journals to a slow disk takes a while."""
    made_safe = []

    def make_safe(desk):
        if not made_safe:
            made_safe.append(threading.Thread(target=meet_quietly, args=(app, other_slip)))
            made_safe[0].start()
            made_safe[0].join()
        return "12:00:00"

    monkeypatch.setattr(type(app.desk), "make_safe", make_safe)
    meet(app)
    assert expected.text.count("an error nobody caught") == 2


def meet_quietly(app, do):
    try:
        do()
    except Exception as error:
        app.desk.trouble.meet_error(error)


def test_what_was_caught_holds_no_document(app, monkeypatch):
    class Held:
        pass

    def fail():
        held = Held()
        seen.append(weakref.ref(held))
        slip()

    seen = []
    monkeypatch.setattr(trouble.log, "critical", lambda *_, **__: None)  # pytest keeps the error
    meet(app, fail)
    gc.collect()
    assert seen[0]() is None


def test_errors_are_told_after_the_window_of_the_dialog_has_gone(qtbot, app, expected):
    other = app.desk.new_window()
    meet(app)
    assert app.desk.trouble.dialog.parent() is other.window
    other.window.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    meet(app, other_slip)
    assert "another" in app.desk.trouble.dialog.error.text()


def test_an_error_after_a_crash_of_the_last_time_is_seen_and_both_are_reported(app, expected):
    app.desk.trouble.tell_of_crashes(["Fatal Python error: Segmentation fault"])
    meet(app)
    dialog = app.desk.trouble.dialog
    assert dialog.error.isVisible()
    assert dialog.copy.isVisible()
    assert "inside Chainrule" in dialog.title.text()
    assert "Segmentation fault" in dialog.details.toPlainText()
    assert "a slip" in dialog.details.toPlainText()


def test_an_error_that_python_hands_over_without_its_object_is_met(app, expected, watching):
    class Args:
        exc_type, exc_value, exc_traceback = UnicodeDecodeError, None, None

    threading.excepthook(Args)
    QApplication.processEvents()
    assert "UnicodeDecodeError" in app.desk.trouble.dialog.error.text()


def test_ctrl_c_in_the_terminal_ends_without_a_question(app, monkeypatch):
    codes = []
    monkeypatch.setattr(type(app.desk), "leave", lambda self, code: codes.append(code))
    app.desk.trouble.meet(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert codes == [130]


def test_a_run_that_fails_inside_the_engine_is_told(qtbot, app, expected):
    app.runner.broken.emit(ValueError("deep inside"))
    QApplication.processEvents()
    assert "deep inside" in app.desk.trouble.dialog.error.text()


def test_a_crash_of_the_last_time_is_told(qtbot, app):
    app.desk.trouble.tell_of_crashes([])
    assert app.desk.trouble.dialog is None
    app.desk.trouble.tell_of_crashes(["Fatal Python error: Segmentation fault"])
    dialog = app.desk.trouble.dialog
    assert "ended unexpectedly" in dialog.title.text()
    assert "Segmentation fault" in dialog.details.toPlainText()


def test_a_window_whose_closing_fails_stays(qtbot, app, expected, monkeypatch):
    monkeypatch.setattr(type(app), "may_quit", lambda self: other_slip())
    with pytest.raises(LookupError, match="closeEvent"):
        app.window.close()
    assert app.window.isVisible()
    monkeypatch.undo()


@pytest.fixture
def watching(app):
    """The hooks are those of the running program, and afterwards those of the tests."""
    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    app.desk.trouble.watch()
    yield app.desk.trouble
    app.desk.trouble.close()
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
    qInstallMessageHandler(None)
