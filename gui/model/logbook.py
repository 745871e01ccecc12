"""The log of what the program did, and the report a person can send; neither holds a document."""

from __future__ import annotations

import faulthandler
import logging
import os
import platform
import sys
import traceback
from collections.abc import Iterator
from copy import copy
from pathlib import Path
from types import TracebackType
from typing import TextIO

SIZE, KEPT = 2**20, 4
"""Bytes of one log file, and how many full ones are kept beside it."""
NAME, CRASH = "chainrule.log", "crash-{}.log"


class Discreet(logging.Formatter):
    """Writes where an error happened and of what type it was, but not its text.

    The text may quote a name or a number out of the document.  What led to the error comes first.
    """

    def formatException(self, ei: object) -> str:
        assert isinstance(ei, tuple)
        kind, error, trace = ei
        told = [_placed(getattr(kind, "__name__", "?"), trace)]
        told += [_placed(type(each).__name__, each.__traceback__) for each in _causes(error)]
        return homeless("\n\nled to:\n\n".join(reversed(told)))

    def format(self, record: logging.LogRecord) -> str:
        own = copy(record)
        own.exc_text = None  # where another handler leaves what it has made of the error
        return homeless(super().format(own))


def _placed(kind: str, trace: TracebackType | None) -> str:
    return "".join([*traceback.format_tb(trace), kind])


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """What the error was raised from, or while dealing with; then of that; a circle ends."""
    seen = {id(error)}
    while error is not None:
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        if error is None or id(error) in seen:
            return
        seen.add(id(error))
        yield error


def homeless(text: str, home: str | None = None) -> str:
    """The text without the name of the person, which the home folder shows."""
    home = os.path.expanduser("~") if home is None else home
    return text.replace(home, "~") if len(home) > 1 else text


def keep_log(folder: Path) -> logging.Handler | None:
    """Log to a file in the folder from here on; None, and a line on stderr, where none can be."""
    from logging.handlers import RotatingFileHandler  # brings sockets: not before the first paint

    try:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / NAME
        handler = RotatingFileHandler(path, maxBytes=SIZE, backupCount=KEPT, encoding="utf-8")
    except OSError as error:
        if sys.stderr is not None:
            print(f"No log is kept: {error.strerror}.", file=sys.stderr)
        return None
    handler.setFormatter(Discreet("%(asctime)s %(process)d %(levelname)s %(name)s: %(message)s"))
    logging.getLogger().addHandler(handler)
    return handler


def report(*told: str) -> str:
    """What a person sends us: versions, and what was told of each error."""
    about = [f"Chainrule {version()}", f"Python {platform.python_version()}", platform.platform()]
    qt = sys.modules.get("PySide6.QtCore")
    if qt is not None:
        about.insert(2, f"Qt {qt.qVersion()}")
    return homeless("\n\n".join([" · ".join(about), *map(str.rstrip, told)]) + "\n")


def version() -> str:
    """Of Chainrule, as it was installed; "from source" where it was not."""
    from importlib import metadata

    try:
        return metadata.version("chainrule")
    except metadata.PackageNotFoundError:
        return "from source"


# ---- what ends the process at once -------------------------------------------------------------


class CrashFile:
    """Python writes into it where every thread was when the process was ended by a fault.

    It is removed when the program ends as it should: what is found at a start tells of a crash.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / CRASH.format(os.getpid())
        self._before = folder / CRASH.format("before")
        self._file: TextIO | None = None

    def open(self) -> None:
        """Watch from here on; where no file can be written, stderr has to do."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.exists():  # in a container every process has the same number
                self.path.replace(self._before)
            self._file = self.path.open("w", encoding="utf-8")
        except OSError:
            if sys.stderr is not None:
                faulthandler.enable()
            return
        faulthandler.enable(file=self._file, all_threads=True)

    def close(self) -> None:
        """The program ends well."""
        faulthandler.disable()
        if self._file is not None:
            self._file.close()
            self.path.unlink(missing_ok=True)
            self._file = None


def crashes(folder: Path) -> list[str]:
    """What earlier processes have left behind, newest first; the files are taken away."""
    found = []
    for path in sorted(folder.glob(CRASH.format("*")), key=_when, reverse=True):
        pid = path.stem.rpartition("-")[2]
        if pid.isdecimal() and _lives(int(pid)):
            continue
        found += [text for text in _taken(path) if text.strip()]
    return found


def _taken(path: Path) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
        path.unlink()
    except OSError:
        return
    yield homeless(text)


def _when(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def _lives(pid: int) -> bool:
    """Whether a process of that number runs; on Windows a file that is open cannot be removed."""
    if sys.platform == "win32":
        return False
    try:
        os.kill(pid, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True
