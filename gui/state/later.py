"""Looking something up on another thread, where only the newest answer counts."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal


class Later(QObject):
    """`ask` returns at once; `found` brings what was found, unless something newer was asked."""

    found = Signal(object)
    failed = Signal()
    """The newest look-up has raised, which is told next: nothing comes of it."""

    _done = Signal(int, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0
        self._done.connect(self._on_done)

    def ask(self, look: Callable[[], object]) -> None:
        """Call `look`, which must not touch widgets, on a thread."""
        self._number += 1
        QThreadPool.globalInstance().start(_Job(self, self._number, look))

    def forget(self) -> None:
        """No answer is wanted any more."""
        self._number += 1

    def _on_done(self, number: int, answer: object, error: BaseException | None) -> None:
        if number != self._number:
            return
        if error is not None:
            self.failed.emit()
            raise error  # here, where the application tells of it
        self.found.emit(answer)


class _Job(QRunnable):
    def __init__(self, later: Later, number: int, look: Callable[[], object]) -> None:
        super().__init__()
        self.later, self.number, self.look = later, number, look

    def run(self) -> None:
        answer, error = None, None
        try:
            answer = self.look()
        except Exception as caught:
            error = caught
        if shiboken6.isValid(self.later):  # else the window has been closed meanwhile
            self.later._done.emit(self.number, answer, error)
