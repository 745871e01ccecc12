"""Writes a Document to its file on a thread: however long that takes, the window goes on."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal

from gui.model.disk import Disk
from gui.model.document import Document
from gui.model.files import save
from gui.model.versions import Versions
from gui.state.aside import Aside


@dataclass(frozen=True)
class Saving:
    """What is to be written where, and over what: as `gui.model.files.save` takes it.

    A copy leaves the document with the file it has.
    """

    document: Document
    path: Path
    expected: str | None
    copy: bool = False
    split_links: bool = False


@dataclass(frozen=True)
class Saved:
    """How it went: the hash of what was written, or the problem that kept it from being written.

    `note` says why the earlier content could not be kept.
    """

    saving: Saving
    hash: str = ""
    problem: Exception | None = None
    note: str = ""


class Saver(QObject):
    """One save at a time; `done` brings each one's end."""

    done = Signal(object)

    def __init__(
        self, versions: Versions, parent: QObject | None = None, fs: Disk | None = None
    ) -> None:
        super().__init__(parent)
        self.versions, self.fs = versions, fs or Disk()
        self._aside = Aside(self)
        self._aside.found.connect(self._on_found)
        self._running: _Job | None = None

    @property
    def busy(self) -> bool:
        return self._running is not None

    def start(self, saving: Saving, patience: float) -> None:
        """Begin; what is done within `patience` seconds is told before this returns."""
        assert not self.busy
        job = self._running = _Job(saving, self.versions, self.fs)
        self._aside.ask(job)
        if job.over.wait(patience):
            self._on_found(job)

    def wait(self, patience: int) -> bool:
        """Come back when nothing is under way, or after so many milliseconds; whether it is over.

        Meanwhile the window is drawn, but takes nothing.
        """
        loop, timer = QEventLoop(), QTimer(singleShot=True, interval=patience)
        self.done.connect(loop.quit)
        timer.timeout.connect(loop.quit)
        timer.start()
        while self.busy and timer.isActive():
            loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        timer.stop()
        return not self.busy

    def give_up(self) -> None:
        """Nobody is to be told any more how the save under way ends."""
        self._running = None

    def _on_found(self, job: _Job) -> None:
        if job is self._running:  # else it was told already
            self._running = None
            self.done.emit(job.saved)


class _Job:
    def __init__(self, saving: Saving, versions: Versions, fs: Disk) -> None:
        self.saving, self.versions, self.fs = saving, versions, fs
        self.over = threading.Event()
        self.saved, self.note = Saved(saving), ""

    def __call__(self) -> _Job:
        s = self.saving
        try:
            found = save(s.document, s.path, expect_hash=s.expected, keep=self._keep,
                         split_links=s.split_links, fs=self.fs)  # fmt: skip
            self.saved = Saved(s, found, note=self.note)
        except Exception as error:
            self.saved = Saved(s, problem=error)
        self.over.set()
        return self

    def _keep(self, path: Path, data: bytes) -> None:
        self.note = self.versions.keep(path, data)
