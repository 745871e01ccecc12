"""A real window for long runs: in a home of its own, with everything noted that goes wrong."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication, QDialog, QFileDialog, QMessageBox

if TYPE_CHECKING:
    from gui.app import App

IGNORED = "This plugin does not support"
PATIENCE = 20.0
"""Seconds after which a run is cancelled."""


class Stage:
    """A window, what was said in message boxes, and what went wrong since it was last asked."""

    def __init__(self, app: App) -> None:
        self.app = app
        self.boxes: list[str] = []
        self.wrong: list[str] = []

    def take_wrong(self) -> list[str]:
        """What went wrong; forgotten here."""
        found, self.wrong = self.wrong, []
        return found

    def settle(self, window: App | None = None) -> None:
        """Until a window's document (that of the first one) is read and its run is over.

        A run that takes long is cancelled.
        """
        app = window or self.app
        while app.filing.reader.busy:
            QApplication.processEvents()
        began = time.monotonic()
        while app.runner.busy:
            QApplication.processEvents()
            if time.monotonic() - began > PATIENCE:
                app.runner.cancel()
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)

    def heard(self, kind: QtMsgType, _: object, text: str) -> None:
        """What Qt complains of."""
        if kind != QtMsgType.QtDebugMsg and IGNORED not in text:
            self.wrong.append(f"Qt: {text}")

    def broke(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """An error nobody caught."""
        where = " < ".join(f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(trace)[:-4:-1])
        self.wrong.append(f"{kind.__name__}: {error} ({where})")

    def answered(self, box: QMessageBox) -> int:
        """Message boxes are read and closed: of a damaged file what can be opened is opened.

        What may be lost is thrown away.
        """
        self.boxes.append(f"{box.text()}\n{box.informativeText()}")
        for button in box.buttons():
            own = box.standardButton(button) == QMessageBox.StandardButton.NoButton
            if own and box.buttonRole(button) == QMessageBox.ButtonRole.AcceptRole:
                button.click()
        return int(QMessageBox.StandardButton.Discard)


@contextmanager
def stage() -> Iterator[Stage]:
    """A window on a blank document, closed at the end; nothing stops to ask."""
    with tempfile.TemporaryDirectory() as home:
        Path(home).chmod(0o700)
        before = {name: os.environ.get(name) for name in _HOMES}
        os.environ.update({name: home for name in _HOMES})
        try:
            yield from _played()
        finally:
            for name, value in before.items():
                if value is None:
                    del os.environ[name]
                else:
                    os.environ[name] = value


_HOMES = (
    *("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"),
    *("XDG_RUNTIME_DIR", "CHAINRULE_HOME"),
)


def _played() -> Iterator[Stage]:
    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setStyle("Fusion")
    from gui.app import App

    exec_, dialog_exec, hook = QMessageBox.exec, QDialog.exec, sys.excepthook
    hooks = threading.excepthook, sys.unraisablehook
    names = QFileDialog.getSaveFileName, QFileDialog.getOpenFileName
    made = Stage(App())
    QMessageBox.exec = lambda box: made.answered(box)  # type: ignore[method-assign]
    QDialog.exec = lambda _: 0  # type: ignore[method-assign]
    QFileDialog.getSaveFileName = QFileDialog.getOpenFileName = lambda *a: ("", "")
    sys.excepthook = made.broke
    made.app.desk.trouble.meet = made.broke  # type: ignore[method-assign]  # what a run has raised
    threading.excepthook = sys.unraisablehook = lambda args: made.broke(*args[:3])
    qInstallMessageHandler(made.heard)
    try:
        made.app.window.resize(1400, 900)
        made.app.window.show()
        made.settle()
        yield made
        made.app.editor.history.setClean()
        made.app.window.close()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    finally:
        qInstallMessageHandler(None)
        sys.excepthook, QMessageBox.exec, QDialog.exec = hook, exec_, dialog_exec
        threading.excepthook, sys.unraisablehook = hooks
        QFileDialog.getSaveFileName, QFileDialog.getOpenFileName = names
