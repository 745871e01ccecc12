"""Looking something up on another thread, where only the newest answer counts."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal


class Later(QObject):
    """`ask` returns at once; `found` brings what was found, unless something newer was asked."""

    found = Signal(object)
    failed = Signal()
    """The newest look-up has raised, which is told next: nothing comes of it."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._number = 0

    def ask(self, look: Callable[[], object]) -> None:
        """Call `look`, which must not touch widgets, on a thread."""
        self._number += 1
        answer = _Answer()
        answer.done.connect(self._on_done)
        QThreadPool.globalInstance().start(_Job(answer, self._number, look))

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


class _Answer(QObject):
    """Brings an answer over to the thread that asked, where nobody may be left to hear it.

    It belongs to the job: a window that is closed takes its own objects with it at any moment.
    """

    done = Signal(int, object, object)


class _Job(QRunnable):
    def __init__(self, answer: _Answer, number: int, look: Callable[[], object]) -> None:
        super().__init__()
        self.answer, self.number, self.look = answer, number, look

    def run(self) -> None:
        found, error = None, None
        try:
            found = self.look()
        except Exception as caught:
            error = caught
        with suppress(RuntimeError):  # the program has ended meanwhile, and Qt's objects with it
            self.answer.done.emit(self.number, found, error)
