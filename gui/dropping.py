"""Several files let go over a window at once: each is looked at on a thread, then opened."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gui.model.findings import Unreadable
from gui.model.program_reading import is_program
from gui.state.aside import Aside
from gui.state.reader import Reading
from gui.tr import tr

if TYPE_CHECKING:
    from gui.app import App
    from gui.desk import Desk

MOST = 8
"""Windows that one drop may open."""
TOLD = 12
"""Files of which it is told why they were refused."""


class Dropping(QObject):
    """The first file is opened in the window, each other one in its own; one message tells of all
    that are refused.  Gone when all is done."""

    def __init__(self, desk: Desk, names: Sequence[str], app: App) -> None:
        super().__init__(desk)
        self.desk, self.app = desk, app
        self._names = deque(names)
        self._refused: list[str] = []
        self._opened = 0
        self._aside = Aside(self)
        self._aside.found.connect(self._on_read)
        self._go_on()

    def _go_on(self) -> None:
        while self._names:
            name = self._names.popleft()
            if not name:
                self._refuse("?", tr("This is no file on this computer."))
            elif self._opened == MOST:
                self._refuse(Path(name).name, tr("Only {} files are opened at once.").format(MOST))
            elif is_program(name):
                self._open(Path(name))
            else:
                self._aside.ask(Reading(Path(name)))
                return
        self._end()

    def _refuse(self, name: str, why: str) -> None:
        self._refused.append(f"{name}: {why}")

    def _on_read(self, reading: Reading) -> None:
        match reading.problem:
            case None:
                self._open(reading.path)
            case Unreadable(findings=found):
                self._refuse(reading.path.name, f"{found[0].what} {found[0].remedy}")
            case error:
                self._names.clear()
                self._end()
                raise error
        self._go_on()

    def _open(self, path: Path) -> None:
        """It may be large, and have changed: the window reads it itself."""
        if not self.desk.apps:
            return
        here = not self._opened and self.app in self.desk.apps
        self._opened += 1
        (self.app if here else self.desk.new_window()).filing.open(path)

    def _end(self) -> None:
        if self._refused and self.desk.apps:
            more = len(self._refused) - TOLD
            shown = [*self._refused[:TOLD], *([f"… {more}"] if more > 0 else [])]
            app = self.app if self.app in self.desk.apps else self.desk.apps[-1]
            app.filing.tell(tr("Not everything could be opened"), "\n".join(shown))
        self.deleteLater()
