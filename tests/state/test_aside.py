"""What may never answer holds up nobody: neither other questions, nor the start."""

import threading
from pathlib import Path

from gui.state.aside import Aside
from gui.state.sweeping import Sweeping


def test_an_answer_comes_on_the_thread_that_asked(qtbot):
    aside, heard = Aside(), []
    aside.found.connect(lambda answer: heard.append((answer, threading.current_thread())))
    with qtbot.waitSignal(aside.found):
        aside.ask(lambda: 42)
    assert heard == [(42, threading.main_thread())]


def test_one_that_hangs_does_not_keep_the_others_waiting(qtbot):
    aside, gone = Aside(), threading.Event()
    with qtbot.waitSignal(aside.found) as found:
        aside.ask(gone.wait)
        aside.ask(lambda: "another")
    assert found.args == ["another"]
    with qtbot.waitSignal(aside.found):
        gone.set()


def test_nobody_is_told_who_is_gone(qtbot):
    gone, aside = threading.Event(), Aside()
    ended = threading.Event()
    aside.ask(lambda: (gone.wait(), ended.set()))
    aside.deleteLater()
    qtbot.waitSignal(aside.destroyed).wait()
    gone.set()
    assert ended.wait(20)


def test_a_folder_that_never_answers_does_not_keep_the_others_from_being_swept(qtbot):
    gone = threading.Event()
    dead, alive = Path("/dead/a.chain"), Path("/alive/b.chain")

    def sweep(folder):
        return 3 if folder == alive.parent else gone.wait() and 0

    sweeping = Sweeping(sweep=sweep)
    with qtbot.waitSignal(sweeping.swept) as swept:
        sweeping.begin([dead, alive, alive.with_name("c.chain")])
    assert swept.args == [3]
    with qtbot.waitSignal(sweeping.swept):
        gone.set()


def test_a_folder_that_cannot_be_read_is_no_trouble(qtbot):
    def sweep(folder):
        raise PermissionError(folder)

    sweeping = Sweeping(sweep=sweep)
    with qtbot.waitSignal(sweeping.swept) as swept:
        sweeping.begin([Path("/closed/a.chain")])
    assert swept.args == [0]
