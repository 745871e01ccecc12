"""Hears that the system wants the program to end, at once, while Qt waits in its own loop."""

from __future__ import annotations

import signal
import socket
from types import FrameType
from typing import Any

from PySide6.QtCore import QObject, QSocketNotifier, Signal

SIGNALS = ("SIGTERM", "SIGINT", "SIGHUP")


class Endings(QObject):
    """`asked` brings the signal that came.

    Python runs signal handlers only between its own instructions, and there are none while Qt
    waits.  So the C part of Python writes a byte into a socket, which Qt watches.
    """

    asked = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ears: tuple[socket.socket, socket.socket] | None = None
        self._before: dict[int, Any] = {}
        self._wakeup = -1

    def listen(self) -> None:
        """Hear signals from here on; only the main thread can."""
        here, there = socket.socketpair()
        here.setblocking(False)
        there.setblocking(False)
        self._ears = here, there
        self._notifier = QSocketNotifier(here.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_byte)
        self._wakeup = signal.set_wakeup_fd(there.fileno(), warn_on_full_buffer=False)
        for name in SIGNALS:
            number = getattr(signal, name, None)
            if number and signal.getsignal(number) != signal.SIG_IGN:  # nohup, or sh with &
                self._before[number] = signal.signal(number, _heard)

    def close(self) -> None:
        """Leave signals to whoever had them before."""
        if self._ears is None:
            return
        for number, before in self._before.items():
            signal.signal(number, signal.SIG_DFL if before is None else before)  # None: by C
        signal.set_wakeup_fd(self._wakeup)
        self._notifier.setEnabled(False)
        for ear in self._ears:
            ear.close()
        self._ears = None

    def _on_byte(self, *_: object) -> None:
        assert self._ears is not None
        for number in self._ears[0].recv(64):
            if number in self._before:
                self.asked.emit(number)


def _heard(number: int, frame: FrameType | None) -> None:
    """Nothing: the byte in the socket tells."""


def exit_code(number: int) -> int:
    """What a shell shows for a program that was ended by that signal."""
    return 128 + number
