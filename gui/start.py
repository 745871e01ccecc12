"""The start: a window with docks and grid at once, then everything that takes time to import."""

from __future__ import annotations

import gc
import logging
import sys
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from gui.dress import dress, wanted_theme
from gui.languages import speak
from gui.placing import make_window
from gui.state.settings import Settings

if TYPE_CHECKING:
    from gui.app import App
    from gui.desk import Desk

log = logging.getLogger(__name__)
SELDOM = (100_000, 50, 1000)
"""How often Python looks for unused circles: imports and engine make many objects, few circles."""
_LATER = Qt.ConnectionType(
    Qt.ConnectionType.QueuedConnection.value | Qt.ConnectionType.SingleShotConnection.value
)


def start(file: Path | None, lesson: Path) -> int:
    """Open the window on `file`; else on the lesson at the first start, later on the start page.

    Returns the exit code.
    """
    gc.set_threshold(*SELDOM)
    application = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(application, QApplication)
    application.setApplicationName("Chainrule")
    application.setStyle("Fusion")
    starting = Starting(file, lesson)
    code = application.exec()
    starting.end()
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

        if not self.window.isVisible():
            return  # closed before it was filled
        self.desk = Desk(App, self.settings, self.window)
        app = App(self.desk)
        sys.excepthook = Report(self.desk)
        self._open(app)
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

    def end(self) -> None:
        """Let go of what still runs."""
        for app in list(self.desk.apps) if self.desk else []:
            app.close()


class Report:
    """The last resort for an error of ours: say that the work is safe, and log it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._telling = False

    def __call__(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        log.critical("unexpected error", exc_info=(kind, error, trace))
        if self._telling or not self.desk.apps:
            return
        self._telling = True
        try:
            self.desk.apps[-1]._tell_broken(f"{kind.__name__}: {error}")
        finally:
            self._telling = False
