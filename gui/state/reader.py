"""Reads a file on a thread: however long that takes, the window goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from gui.model.document import Document
from gui.model.files import Unreadable, load, warnings
from gui.model.findings import Finding
from gui.model.salvage import rest_of
from gui.state.aside import Aside

LATER_MS = 100
"""After so long it is asked again whether what was read may be told."""


@dataclass
class Reading:
    """One file and what was found in it, or the problem with it.

    `hash` is that of its bytes; `newer` says that a newer Chainrule made it, `notes` what else is
    odd.  With `in_part`, `rest` is what can be opened of a file that is refused.
    """

    path: Path
    in_part: bool = False
    document: Document | None = None
    hash: str = ""
    newer: bool = False
    notes: list[Finding] = field(default_factory=list)
    problem: Exception | None = None
    rest: tuple[Document, list[Finding]] | None = None
    over: threading.Event = field(default_factory=threading.Event)
    given_up: bool = False

    def __call__(self) -> Reading:
        try:
            self._read()
        except Exception as error:
            self.problem = error
            if isinstance(error, Unreadable) and self.in_part and not self.given_up:
                self.rest = rest_of(self.path)
        self.over.set()
        return self

    def _read(self) -> None:
        newer: list[Finding] = []
        self.document, self.hash = load(self.path, notes=newer)
        self.newer = bool(newer)
        if not self.given_up:
            self.notes = [*newer, *warnings(self.document)]


class Reader(QObject):
    """One file at a time, the newest; `done` brings it, unless it was given up."""

    done = Signal(object)
    busy_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._aside = Aside(self)
        self._aside.found.connect(self._on_found)
        self.reading: Reading | None = None
        self._read: Reading | None = None
        self._again = QTimer(self, singleShot=True, interval=LATER_MS)
        self._again.timeout.connect(self._tell_later)
        self.may_tell: Callable[[], bool] = lambda: True
        """Whether a document may be replaced right now: a dialog may be about the one there is."""

    @property
    def busy(self) -> bool:
        return self.reading is not None

    def start(self, reading: Reading, patience: float) -> None:
        """Begin; what is read within `patience` seconds is told before this returns."""
        self.cancel()
        self.reading = reading
        self._aside.ask(reading)
        if reading.over.wait(patience):
            self._tell(reading)
        else:
            self.busy_changed.emit(True)

    def cancel(self, *_: object) -> None:
        """Give up what is under way: its thread ends by itself, and nobody hears of it."""
        if self.reading is not None:
            self.reading.given_up = True
            self.reading = None
            self.busy_changed.emit(False)

    def _on_found(self, reading: Reading) -> None:
        if reading is not self.reading:
            return  # it was told already, or given up
        if self.may_tell():
            self._tell(reading)
        else:
            self._read = reading
            self._again.start()

    def _tell_later(self) -> None:
        reading, self._read = self._read, None
        if reading is not None:
            self._on_found(reading)

    def _tell(self, reading: Reading) -> None:
        self.reading = None
        self.busy_changed.emit(False)
        self.done.emit(reading)
