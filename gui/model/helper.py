"""The process that reads programs: whatever one of them does to it, the window goes on.

It is started with `COMMAND`, takes one request after the other from its standard input and answers
on its standard output.  A request names a program and is followed by its bytes; an answer is
"refused" (place, text), "broken" (text), or "read", followed by the bytes of a file.
"""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import IO, Any

from gui.model import piped

ROOT = Path(__file__).parents[2]
COMMAND = (
    sys.executable,
    "-I",
    "-c",
    f"import sys; sys.path.insert(0, {str(ROOT)!r}); from gui.model.helper import serve; serve()",
)
MEMORY = 2 * 2**30
STACK = 256 * 2**20
SECONDS = 70
"""Of one request, on the processor."""

_SHUT = ("socket.", "subprocess.", "os.system", "os.exec", "os.fork", "os.spawn", "os.posix_spawn",
         "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate",
         "os.chmod", "os.chown", "os.kill", "os.startfile", "shutil.", "ctypes.", "webbrowser.",
         "urllib.", "ftplib.", "smtplib.", "http.", "winreg.", "pty.")  # fmt: skip
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def serve() -> None:
    """Answer requests until nobody sends any."""
    requests, answers = _pipes()
    from gui.model import program_answer  # what takes time to import, before anything is limited

    _limit_memory()
    threading.stack_size(STACK)
    sys.addaudithook(_refuse)
    while (request := piped.receive(requests)) is not None:
        _limit_time()
        worker = threading.Thread(target=program_answer.answer, args=(*request, answers))
        worker.start()
        worker.join()


def _pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Both ends, which nothing else in this process can read or write by accident."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(nowhere, number)
    return requests, answers


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time() -> None:
    try:
        import resource
    except ImportError:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime) + SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _refuse(event: str, given: tuple[Any, ...]) -> None:
    """A second wall behind the first, which is that nothing of a program is ever executed."""
    if event.startswith(_SHUT) or (event == "open" and _writes(given)):
        raise PermissionError(f"{event} is not for a program that is only read")


def _writes(given: tuple[Any, ...]) -> bool:
    mode, flags = given[1], given[2]
    if isinstance(mode, str) and not set(mode) <= set("rbtU"):
        return True
    return isinstance(flags, int) and bool(flags & _WRITING)
