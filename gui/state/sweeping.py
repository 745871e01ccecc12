"""Cleans up beside the recent files at the start, without anybody waiting for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from gui.model.janitor import sweep
from gui.state.aside import Aside


class Sweeping(QObject):
    """Each folder by itself: a network that is gone holds up neither the others nor the start."""

    swept = Signal(object)
    """(how many temporary files were removed from one folder)"""

    def __init__(
        self, parent: QObject | None = None, sweep: Callable[[Path], int] | None = None
    ) -> None:
        super().__init__(parent)
        self._sweep = sweep or _sweep
        self._aside = Aside(self)
        self._aside.found.connect(self.swept)

    def begin(self, files: Iterable[Path]) -> None:
        """Look into the folders of these files."""
        for folder in {path.parent for path in files}:
            self._aside.ask(partial(self._swept, folder))

    def _swept(self, folder: Path) -> int:
        with suppress(OSError):
            return self._sweep(folder)
        return 0


def _sweep(folder: Path) -> int:
    return sweep(folder, time.time(), clock=time.monotonic)
