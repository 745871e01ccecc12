"""What may never answer, such as a folder on a network that is gone: nobody waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal


class Aside(QObject):
    """`ask` returns at once; `found` brings every answer, in the order in which they come.

    Each look-up has a thread of its own that ends with the program: one that hangs keeps neither
    the others nor the end of the program waiting.  `look` must not touch widgets, nor raise.
    """

    found = Signal(object)

    def ask(self, look: Callable[[], object]) -> None:
        """Call `look` on a thread."""
        answer = _Answer()
        answer.done.connect(self.found)
        threading.Thread(target=lambda: answer.done.emit(look()), daemon=True).start()


class _Answer(QObject):
    """Brings an answer over; it belongs to the thread, for whoever asked may be gone by then."""

    done = Signal(object)
