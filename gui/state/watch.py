"""Notices when another program changes the open file, moves it away, or puts it back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from gui.model.files import fingerprint
from gui.state.aside import Aside

SETTLING = 300
"""Milliseconds without news after which a program may be taken to have done writing."""


@dataclass(frozen=True)
class _Seen:
    """What was found, and for which question: an answer to an older one is none."""

    number: int
    hash: str | None


class Watch(QObject):
    """Compares by content, so that what this window has written, or a mere touch, is no change.

    Qt forgets a file that is replaced, so both the file and its folder are watched, and added anew
    after each word from them.  Many network drives say nothing: `look` is for those.
    """

    differs = Signal(str)
    """(hash): the file has another content than it should; empty if it is gone."""
    agrees = Signal()
    """It is again as it should be."""

    def __init__(
        self, parent: QObject | None = None, look: Callable[[Path], str] = fingerprint
    ) -> None:
        super().__init__(parent)
        self._look = look
        self.path: Path | None = None
        self.expected: str | None = None
        self._told: str | None = None
        self._number = 0
        self._watcher = QFileSystemWatcher(self)
        self._watcher.fileChanged.connect(self._on_news)
        self._watcher.directoryChanged.connect(self._on_news_of_folder)
        self._timer = QTimer(self, interval=SETTLING, singleShot=True)
        self._timer.timeout.connect(self.look)
        self._aside = Aside(self)
        self._aside.found.connect(self._on_found)

    def follow(self, path: Path | None, expected: str | None) -> None:
        """Watch a file that should have this hash; None for no file."""
        self.path, self.expected, self._told = path, expected, expected
        self._number += 1
        self._timer.stop()
        watched = [*self._watcher.files(), *self._watcher.directories()]
        if watched:
            self._watcher.removePaths(watched)
        self._add()

    def rest(self) -> None:
        """Nothing is to be noticed any more."""
        self.follow(None, None)

    def look(self) -> None:
        """Compare now."""
        self._timer.stop()
        if self.path is None or self.expected is None:
            return
        self._number += 1
        number, path = self._number, self.path
        self._aside.ask(lambda: _Seen(number, _hash(self._look, path)))

    def _add(self) -> None:
        if self.path is None:
            return
        missing = {str(self.path), str(self.path.parent)}
        missing -= {*self._watcher.files(), *self._watcher.directories()}
        if missing:
            self._watcher.addPaths([*missing])

    def _on_news(self, _: str) -> None:
        self._add()
        self._timer.start()

    def _on_news_of_folder(self, _: str) -> None:
        """In a folder where much happens the silence for which one waits might never come."""
        self._add()
        if not self._timer.isActive():
            self._timer.start()

    def _on_found(self, seen: _Seen) -> None:
        if seen.number != self._number or seen.hash is None or seen.hash == self._told:
            return
        self._told = seen.hash
        self._add()  # a file that has come back
        if seen.hash == self.expected:
            self.agrees.emit()
        else:
            self.differs.emit(seen.hash)


def _hash(look: Callable[[Path], str], path: Path) -> str | None:
    try:
        return look(path)
    except OSError:  # it cannot be read just now: no reason to believe anything
        return None
