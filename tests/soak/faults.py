"""Faults put into a program with unsaved work: none of it is lost, and nothing happens in silence.

Each fault has a process of its own, started as `main.py` starts, with an edit that is not saved.
"""

from __future__ import annotations

import ctypes
import errno
import faulthandler
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.soak import kit

if TYPE_CHECKING:
    from gui.app import App

ROOT = Path(__file__).parents[2]
TIMEOUT = 180
TURNS = 60
"""Turns of the event loop after a fault that the program survives."""
READY = "the document is"


def slip(*_: object) -> Any:
    raise ValueError("a slip")


def full(*_: object, **__: object) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def deep(n: int = 0) -> int:
    return deep(n + 1)


def soon(app: App, do: Callable[[], object]) -> None:
    """As a slot, called by Qt."""
    from PySide6.QtCore import QTimer

    timer = QTimer(app.window, singleShot=True)
    timer.timeout.connect(do)
    timer.start(0)


def broken(name: str) -> Callable[[App], None]:
    """An override of the canvas that fails, and what calls it."""

    def inject(app: App) -> None:
        from PySide6.QtTest import QTest

        setattr(type(app.canvas), name, slip)
        if name == "keyPressEvent":
            QTest.keyClick(app.canvas, "q")
        else:
            from PySide6.QtCore import Qt

            QTest.mouseClick(app.canvas, Qt.MouseButton.LeftButton)

    return inject


def rude(name: str) -> Callable[[App], None]:
    """A widget in the window one of whose overrides fails whenever Qt calls it."""

    def inject(app: App) -> None:
        from PySide6.QtWidgets import QWidget

        made = type("Rude", (QWidget,), {name: slip})(app.window)
        made.resize(50, 50)
        made.installEventFilter(made)
        soon(app, made.show)

    return inject


def on_edit(app: App) -> None:
    """Whoever follows the editor fails at an undo."""
    app.editor.changed.connect(slip)
    app.editor.history.undo()
    app.editor.history.redo()


def in_worker(error: type[BaseException]) -> Callable[[App], None]:
    def inject(app: App) -> None:
        from engine.session import Session

        def run(*_: object) -> Any:
            raise error("in the worker")

        Session.run = run  # type: ignore[method-assign]
        app.runner.run(app.editor.document, afresh=True)

    return inject


def aside(app: App) -> None:
    from gui.state.later import Later

    later = Later(app.window)
    later.ask(slip)


def save_fails(app: App) -> None:
    from gui.model.disk import Disk

    Disk.create = full  # type: ignore[method-assign]
    app.filing._write(Path.home() / "x.chain", None)


def unraisable(app: App) -> None:
    class Rude:
        def __del__(self) -> None:
            slip()

    Rude()


def telling_fails(app: App) -> None:
    """The work cannot be made safe: the error is told all the same."""
    app.desk.make_safe = slip  # type: ignore[method-assign]
    soon(app, slip)


def journal_fails(app: App) -> None:
    """What was written is there; that no more can be written is told."""
    from gui.model.document import Document

    app.recovery.disk.write = full  # type: ignore[method-assign]
    app.editor.apply("Clear", Document())


def qt_says(kind: str) -> Callable[[App], None]:
    def inject(app: App) -> None:
        from PySide6 import QtCore

        getattr(QtCore, kind)("odd geometry")

    return inject


def deleted(app: App) -> None:
    import shiboken6
    from PySide6.QtWidgets import QLabel

    gone = QLabel()
    shiboken6.delete(gone)
    soon(app, gone.text)


def in_thread(app: App) -> None:
    thread = threading.Thread(target=slip)
    thread.start()
    thread.join()


def close_fails(app: App) -> None:
    type(app).may_quit = slip  # type: ignore[method-assign]
    soon(app, app.window.close)


def killed_by(name: str) -> Callable[[App], None]:
    return lambda app: os.kill(os.getpid(), getattr(signal, name))


def raising(error: BaseException) -> Callable[[App], None]:
    def fail() -> None:
        raise error

    return lambda app: soon(app, fail)


FAULTS: dict[str, Callable[[App], object]] = {
    "slot": lambda app: soon(app, slip),
    "slot: out of memory": raising(MemoryError()),
    "slot: too deep": lambda app: soon(app, deep),
    "slot: assertion": raising(AssertionError("never")),
    "slot: os error": raising(OSError(errno.EIO, "Input/output error")),
    "slot: unicode": raising(UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid")),
    "slot: interrupt": raising(KeyboardInterrupt()),
    "slot: exit": raising(SystemExit(3)),
    "slot: stop iteration": raising(StopIteration()),
    "slot: group": raising(ExceptionGroup("several", [ValueError("a"), KeyError("b")])),
    "paint": rude("paintEvent"),
    "resize": rude("resizeEvent"),
    "show": rude("showEvent"),
    "event": rude("event"),
    "event filter": rude("eventFilter"),
    "key": broken("keyPressEvent"),
    "mouse": broken("mousePressEvent"),
    "close": close_fails,
    "undo": on_edit,
    "worker": in_worker(ValueError),
    "worker: out of memory": in_worker(MemoryError),
    "worker: too deep": in_worker(RecursionError),
    "pool": aside,
    "thread": in_thread,
    "clean-up": unraisable,
    "deleted object": deleted,
    "hook": telling_fails,
    "qt warning": qt_says("qWarning"),
    "qt critical": qt_says("qCritical"),
    "qt fatal": qt_says("qFatal"),
    "save: disk full": save_fails,
    "journal: disk full": journal_fails,
    "export": lambda app: soon(app, lambda: slip(app.canvas)),
    "SIGTERM": killed_by("SIGTERM"),
    "SIGINT": killed_by("SIGINT"),
    "SIGHUP": killed_by("SIGHUP"),
    "SIGKILL": killed_by("SIGKILL"),
    "SIGSEGV": killed_by("SIGSEGV"),
    "SIGABRT": killed_by("SIGABRT"),
    "SIGFPE": killed_by("SIGFPE"),
    "SIGBUS": killed_by("SIGBUS"),
    "null pointer": lambda app: ctypes.string_at(0),
    "stack overflow": lambda app: faulthandler._stack_overflow(),  # type: ignore[attr-defined]
    "abort": lambda app: os.abort(),
    "_exit": lambda app: os._exit(7),
}
SUDDEN = frozenset(("SIGKILL", "_exit", "slot: exit"))
"""After these nothing of the program is left that could tell: the next start does."""
ASKED = {"SIGTERM": 143, "SIGINT": 130, "SIGHUP": 129, "slot: interrupt": 130}
"""Whoever ends the program knows of it; the exit code says that it was not cut off."""


# ---- the process with the fault ----------------------------------------------------------------


def child(name: str) -> None:
    """Start as the program does, make an edit, put in the fault, and go on for a while."""
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from gui.model.folders import log_folder
    from gui.model.logbook import CrashFile

    CrashFile(log_folder()).open()
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication, QMessageBox

    from gui import start

    QMessageBox.exec = lambda box: print("told:", box.text(), flush=True)  # type: ignore[method-assign]
    application = QApplication([])
    turns = iter(range(TURNS))

    def turn() -> None:
        apps = starting[0].desk.apps if starting and starting[0].desk else []
        if not apps or apps[0].runner.busy:
            return
        number = next(turns, None)
        if number == 0:
            _edit(apps[0])
            FAULTS[name](apps[0])
        elif number is None:
            dialog = apps[0].desk.trouble.dialog
            print("told:", dialog.error.text() if dialog else "", flush=True)
            print("status:", apps[0].window.statusBar().currentMessage(), flush=True)
            os._exit(0)  # as if somebody pulled the plug

    starting: list[start.Starting] = []
    before = start.Starting.go_on

    def go_on(self: start.Starting) -> None:
        before(self)
        starting.append(self)

    start.Starting.go_on = go_on  # type: ignore[method-assign]
    timer = QTimer(application, interval=5)
    timer.timeout.connect(turn)
    timer.start()
    sys.exit(start.start(None, ROOT / "assets" / "examples" / "square.chain"))


def _edit(app: App) -> None:
    from gui.model.edits import rename
    from gui.model.writing import to_text

    node = next(iter(app.editor.document.graph.nodes))
    app.editor.apply("Rename", rename(app.editor.document, node, "renamed_by_hand"))
    print(READY, repr(to_text(app.editor.document)), flush=True)


# ---- the one that looks on ---------------------------------------------------------------------


def wrong(name: str) -> str:
    """What is wrong with how one fault went; nothing if no work is lost and it was told."""
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o700)
        environ = {**os.environ, "CHAINRULE_HOME": home, "HOME": home, "XDG_CONFIG_HOME": home}
        done = subprocess.run(
            [sys.executable, "-m", "tests.soak.faults", "--child", name],
            cwd=ROOT, env=environ, capture_output=True, text=True, timeout=TIMEOUT,
        )  # fmt: skip
        edited = [line for line in done.stdout.splitlines() if line.startswith(READY)]
        if not edited:
            return f"it did not come to the edit: {done.stderr[-400:]}"
        if lost := _lost(Path(home), edited[0].removeprefix(READY).strip()):
            return lost
        return "" if _told(name, Path(home), done) else f"nothing was said: {done.stdout[-200:]}"


def _lost(home: Path, text: str) -> str:
    from gui.model.journals import left_over, release
    from gui.model.writing import to_text

    found = left_over(home)
    for one in found:
        release(one)
    held = [repr(to_text(one.document)) for one in found if one.document is not None]
    return "" if text in held else f"the work is lost: {len(found)} journals, {len(held)} readable"


def _told(name: str, home: Path, done: subprocess.CompletedProcess[str]) -> bool:
    from gui.model.logbook import crashes

    if name in ASKED:
        return done.returncode == ASKED[name] and "Traceback" not in done.stderr
    if name in SUDDEN:
        return True
    log = home / "log" / "chainrule.log"
    logged = log.read_text(encoding="utf-8") if log.exists() else ""
    lines = done.stdout.splitlines()
    return bool(
        any(line.removeprefix("told: ").strip() for line in lines if line.startswith("told: "))
        or any("backed up" in line for line in lines if line.startswith("status: "))
        or "an error nobody caught" in logged
        or "odd geometry" in logged
        or crashes(home / "log")
    )


def run(times: int, seed: int) -> list[str]:
    """What went wrong with `times` faults, from number `seed` on."""
    names = list(FAULTS)
    chosen = [names[(seed + k) % len(names)] for k in range(times)]
    return [f"{name}: {what}" for name in chosen if (what := wrong(name))]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2])
    else:
        kit.main("faults with unsaved work", len(FAULTS), run)
