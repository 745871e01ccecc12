"""What holds for every test: no screen, settings of its own, and nothing left behind."""

import gc
import logging
import os
import threading

# Read by Qt and by the BLAS in NumPy when they are first imported.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["OMP_NUM_THREADS"] = "1"

import pytest
import shiboken6
from hypothesis import HealthCheck, settings
from PySide6.QtCore import QTimer
from pytestqt.qtbot import QtBot

# The same examples every time, however long one takes: whether a suite passes must depend neither
# on luck nor on the machine.  `--hypothesis-profile=default` looks for new ones.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

PATIENCE_MS = 60_000
"""How long is waited for what must come: longer than any machine takes."""


@pytest.fixture(scope="session", autouse=True)
def home_of_its_own(tmp_path_factory):
    """The settings and recovery journals of the person who runs the tests stay untouched."""
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o700)  # Qt insists on it for the runtime folder
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        for kind in ("CONFIG", "DATA", "STATE", "CACHE"):
            patch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))
        patch.setenv("XDG_RUNTIME_DIR", str(home))
        yield home


class _Patient(QtBot):
    """Waits until it comes; its own five seconds are the speed of some machine."""

    def waitUntil(self, callback, *, timeout=PATIENCE_MS):
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal, *, timeout=PATIENCE_MS, **rest):
        return super().waitSignal(signal, timeout=timeout, **rest)

    def waitSignals(self, signals, *, timeout=PATIENCE_MS, **rest):
        return super().waitSignals(signals, timeout=timeout, **rest)


@pytest.fixture
def qtbot(qapp, request):
    return _Patient(request)


@pytest.fixture(autouse=True)
def nothing_left_behind(request, caplog):
    """A test that leaves a thread or a timer running, or logs a warning nobody expected, fails."""
    before = set(threading.enumerate())
    yield
    for thread in _new_threads(before):
        thread.join(PATIENCE_MS / 1000)  # one that is about to end is no leak
    assert not _new_threads(before), "threads still running"
    assert "qapp" not in request.fixturenames or not _stopped_timers(), "timers still running"
    loud = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not loud, "unexpected log lines (one that is expected: caplog.clear() after looking)"


def _new_threads(before):
    """Python's threads only: a thread of Qt's pool that has run Python once stays listed."""
    dummy = threading._DummyThread
    return [t for t in threading.enumerate() if t not in before and not isinstance(t, dummy)]


def _stopped_timers():
    """The timers that were running; stopped, so that the next test is not blamed for them."""
    # by type(): asking a stranger for its __class__ may run code of its own
    timers = [thing for thing in gc.get_objects() if issubclass(type(thing), QTimer)]
    running = [timer for timer in timers if shiboken6.isValid(timer) and timer.isActive()]
    for timer in running:
        timer.stop()
    # one that fires once is about to end, and no leak
    return [
        f"{type(timer.parent()).__name__}: {timer.interval()} ms"
        for timer in running
        if not timer.isSingleShot()
    ]


@pytest.fixture(scope="session", autouse=True)
def saves_are_waited_for():
    """However slow the machine: what is saved is on the disk when `save` returns."""
    from gui.storing import Storing

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Storing, "patience", 60.0)
        yield


@pytest.fixture
def app(qtbot, home_of_its_own):
    """One window, as at the very first start."""
    from gui.dress import dress
    from gui.theme import LIGHT
    from tests.window_kit import end, fresh_settings, opened

    made = opened(qtbot)
    yield made
    end(made)
    fresh_settings()
    dress(LIGHT)


@pytest.fixture
def told(monkeypatch):
    """Message boxes are written down and answered with `told.answer`."""
    from PySide6.QtWidgets import QMessageBox

    class Told(list):
        answer = QMessageBox.StandardButton.Cancel

    seen = Told()

    def answer(box):
        seen.append(f"{box.text()}\n{box.informativeText()}")
        return seen.answer

    monkeypatch.setattr(QMessageBox, "exec", answer)
    return seen


@pytest.fixture
def dialog(monkeypatch):
    """Dialogs do not block; the newest of a kind is `dialog(kind)`."""
    from PySide6.QtWidgets import QDialog

    shown = []

    def show(box):
        shown.append(box)
        box.show()
        return 0

    monkeypatch.setattr(QDialog, "exec", show)
    return lambda kind: next(d for d in reversed(shown) if isinstance(d, kind))
