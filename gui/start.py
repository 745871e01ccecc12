"""The start: a window with docks and grid at once, then everything that takes time to import."""

from __future__ import annotations

import atexit
import gc
import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from gui.dress import dress, wanted_theme
from gui.languages import speak
from gui.model.folders import log_folder
from gui.model.logbook import crashes, keep_log
from gui.placing import make_window
from gui.state.endings import Endings, exit_code
from gui.state.settings import Settings

if TYPE_CHECKING:
    from gui.app import App
    from gui.desk import Desk

SELDOM = (100_000, 50, 1000)
"""How often Python looks for unused circles: imports and engine make many objects, few circles."""
SWITCH = 0.0005
"""Seconds a thread may compute while another waits (Python's own: 0.005).  Every call of Qt lets go
of the interpreter: a window drawn while a run computes would wait so long a hundred times."""
_LATER = Qt.ConnectionType(
    Qt.ConnectionType.QueuedConnection.value | Qt.ConnectionType.SingleShotConnection.value
)


def start(file: Path | None, lesson: Path) -> int:
    """Open the window on `file`; else on the lesson at the first start, later on the start page.

    Returns the exit code.
    """
    gc.set_threshold(*SELDOM)
    sys.setswitchinterval(SWITCH)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Chainrule")
    application.setStyle("Fusion")
    starting = Starting(file, lesson)
    atexit.register(starting.end)  # a `sys.exit` anywhere would come past the lines below
    endings = Endings(starting.settings)
    endings.asked.connect(lambda number: starting.leave(exit_code(number)))
    application.commitDataRequest.connect(lambda _: starting.make_safe())
    endings.listen()
    code = application.exec()
    endings.close()
    starting.end()
    atexit.unregister(starting.end)
    return code


class Starting:
    """The window is shown first; what needs NumPy and the engine comes after its first paint."""

    desk: Desk | None = None

    def __init__(self, file: Path | None, lesson: Path) -> None:
        self.file, self.lesson = file, lesson
        self.settings = Settings()
        speak(self.settings.language)
        theme = wanted_theme(self.settings.theme)
        dress(theme)
        self.window = make_window(self.settings, theme)
        self.window.ground.painted.connect(self.go_on, _LATER)
        self.window.show()

    def go_on(self) -> None:
        """Fill the window, then open what is to be opened."""
        from gui.app import App
        from gui.desk import Desk
        from gui.state.sweeping import Sweeping

        if not self.window.isVisible():
            return  # closed before it was filled
        self._log = keep_log(log_folder())
        self.desk = Desk(App, self.settings, self.window)
        self.desk.trouble.watch()
        app = App(self.desk)
        self._open(app)
        self.sweeping = Sweeping(self.desk)
        self.sweeping.begin(self.settings.recent)
        self.desk.recovering.at_start()
        if self.desk.keymap.problem:
            app.filing.tell("Chainrule", self.desk.keymap.problem)
            self.desk.keymap.problem = ""

    def _open(self, app: App) -> None:
        if self.file is not None:
            app.filing.open(self.file)
        elif self.settings.started:
            app.show_start_page()
        else:
            app.open_lesson(self.lesson)
        self.settings.started = True
        app.desk.trouble.tell_of_crashes(crashes(log_folder()))

    def make_safe(self) -> None:
        """The session ends: there may be no time for more."""
        if self.desk is not None:
            self.desk.make_safe()

    def leave(self, code: int) -> None:
        """The system wants the program to end."""
        if self.desk is None:
            QApplication.exit(code)
        else:
            self.desk.leave(code)

    def end(self) -> None:
        """Let go of what still runs."""
        if self.desk is not None:
            for app in list(self.desk.apps):
                app.close()
            self.desk.trouble.close()
            if self._log is not None:
                logging.getLogger().removeHandler(self._log)
                self._log.close()
