"""Removes the temporary files of saves that were cut short by a crash or a power cut."""

from __future__ import annotations

import os
import re
import stat
import sys
from collections.abc import Callable
from pathlib import Path

from gui.model.disk import TEMPORARY, Disk

HOUR = 3600.0
LIMIT = 2.0
"""Seconds that one folder may take."""

_OURS = re.compile(r"\..{1,40}\.(\d{1,10})-[0-9a-f]{8}" + re.escape(TEMPORARY), re.DOTALL)


def is_alive(process: int) -> bool:
    """Whether there is a process of that number; True where that cannot be told."""
    if sys.platform == "win32":
        return _is_alive_on_windows(process)
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


def _is_alive_on_windows(process: int) -> bool:
    import ctypes

    kernel = ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(0x1000, False, process)  # PROCESS_QUERY_LIMITED_INFORMATION
    if not handle:
        invalid = 87
        return bool(ctypes.get_last_error() != invalid)  # type: ignore[attr-defined,unused-ignore]
    kernel.CloseHandle(handle)
    return True


def sweep(
    folder: Path,
    now: float,
    *,
    fs: Disk | None = None,
    alive: Callable[[int], bool] = is_alive,
    clock: Callable[[], float] = lambda: 0.0,
) -> int:
    """How many of our temporaries were removed: older than an hour, of a process that is no more.

    `now` is the time of day; by `clock` it stops after LIMIT seconds.  Raises OSError.
    """
    fs = fs or Disk()
    until, removed = clock() + LIMIT, 0
    for name in fs.names(folder):
        if clock() > until:
            break
        match = _OURS.fullmatch(name)
        if match and not alive(int(match[1])) and _is_old(fs.status(folder / name), now):
            fs.remove(folder / name)
            removed += 1
    return removed


def _is_old(status: os.stat_result | None, now: float) -> bool:
    return status is not None and stat.S_ISREG(status.st_mode) and now - status.st_mtime > HOUR
