"""Tests for gui.state.endings: a signal is heard while Qt waits."""

import os
import signal

import pytest

from gui.state.endings import SIGNALS, Endings, exit_code

NUMBERS = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]


@pytest.fixture
def endings(qapp):
    """As in a terminal: `nohup` has some ignored from the start, and that is respected."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in NUMBERS}
    made = Endings()
    made.listen()
    yield made
    made.close()
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_signal_is_brought_as_a_qt_signal(qtbot, endings, number):
    with qtbot.waitSignal(endings.asked) as heard:
        os.kill(os.getpid(), number)
    assert heard.args == [number]


def test_afterwards_signals_are_handled_as_before(qapp):
    before = signal.getsignal(signal.SIGTERM)
    made = Endings()
    made.listen()
    assert signal.getsignal(signal.SIGTERM) is not before
    made.close()
    assert signal.getsignal(signal.SIGTERM) is before
    assert signal.set_wakeup_fd(-1) == -1
    made.close()  # twice does no harm


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="no such signal there")
def test_a_signal_that_is_to_be_ignored_stays_ignored(qapp):
    """As under nohup."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    made = Endings()
    made.listen()
    try:
        assert signal.getsignal(signal.SIGHUP) == signal.SIG_IGN
    finally:
        made.close()
        signal.signal(signal.SIGHUP, before)


def test_the_exit_code_is_the_one_shells_know():
    assert exit_code(signal.SIGTERM) == 143
