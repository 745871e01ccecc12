"""Replacing a file so that at every instant either the old one or the new one is whole."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_WAIT = getattr(os, "O_NONBLOCK", 0)  # opening a named pipe must not hang
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_RETRIES = (0.01, 0.02, 0.04, 0.08, 0.16)


class Disk:
    """The few file operations that opening and saving need, so that tests can let each one fail."""

    def resolve(self, path: str | os.PathLike[str]) -> Path:
        return Path(os.path.realpath(path))

    def status(self, path: Path) -> os.stat_result | None:
        """What stat says, or None if there is no such file."""
        try:
            return os.stat(path)
        except FileNotFoundError:
            return None

    def is_writable(self, path: Path) -> bool:
        return os.access(path, os.W_OK)

    def read(self, path: Path, limit: int = -1) -> bytes:
        """All bytes of a regular file, or the first `limit` of them."""
        with open(os.open(path, os.O_RDONLY | _BINARY | _NO_WAIT), "rb") as file:
            return file.read(limit)

    def create(self, path: Path, mode: int) -> int:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | _NO_LINK, mode)

    def write(self, fd: int, data: memoryview) -> int:
        return os.write(fd, data)

    def sync(self, fd: int) -> None:
        if sys.platform == "darwin":  # fsync there stops at the drive's own cache
            import fcntl

            with suppress(OSError):
                fcntl.fcntl(fd, fcntl.F_FULLFSYNC)
                return
        os.fsync(fd)

    def permit(self, fd: int, mode: int) -> None:
        if sys.platform != "win32":
            os.fchmod(fd, mode)

    def close(self, fd: int) -> None:
        os.close(fd)

    def replace(self, source: Path, target: Path) -> None:
        """Rename over `target`; on Windows a virus scanner may hold it for a moment."""
        for delay in _RETRIES if sys.platform == "win32" else ():
            with suppress(PermissionError):
                os.replace(source, target)
                return
            time.sleep(delay)
        os.replace(source, target)

    def sync_folder(self, path: Path) -> None:
        if sys.platform == "win32":
            return
        fd = os.open(path, os.O_RDONLY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def remove(self, path: Path) -> None:
        os.unlink(path)


def read_regular(disk: Disk, path: Path, most: int) -> bytes:
    """All bytes of a file of at most `most`; nothing else is opened, and a pipe never waited for.

    Raises OSError: ENOENT, EISDIR, EINVAL where it is no regular file, EFBIG where it is larger.
    """
    status = disk.status(path)
    if status is None:
        raise FileNotFoundError(errno.ENOENT, "no such file")
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "a directory")
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "not a file")
    data = disk.read(path, most + 1) if status.st_size <= most else b""
    if max(status.st_size, len(data)) > most:
        raise OSError(errno.EFBIG, "too large")
    return data


def replace_file(disk: Disk, target: Path, data: bytes, last_look: Callable[[], None]) -> None:
    """Make `data` the content of `target`, keeping its permissions.

    `last_look` is called just before the old content goes, and may raise to keep it.
    Raises OSError; the old file is then untouched and the temporary one gone.
    """
    old = disk.status(target)
    temp = target.with_name(f".{target.name[:40]}.{os.getpid()}-{secrets.token_hex(4)}.chain~tmp")
    fd = disk.create(temp, 0o666 if old is None else 0o600)
    try:
        _fill(disk, fd, data, None if old is None else stat.S_IMODE(old.st_mode))
        last_look()
        disk.replace(temp, target)
    except BaseException:
        with suppress(OSError):
            disk.remove(temp)
        raise
    with suppress(OSError):  # the new file stands already; this only hastens it to the platter
        disk.sync_folder(target.parent)


def _fill(disk: Disk, fd: int, data: bytes, mode: int | None) -> None:
    try:
        rest = memoryview(data)
        while rest:
            written = disk.write(fd, rest)
            if written == 0:
                raise OSError(errno.EIO, "nothing was written")
            rest = rest[written:]
        if mode is not None:
            disk.permit(fd, mode)
        disk.sync(fd)
    except BaseException:
        with suppress(OSError):
            disk.close(fd)
        raise
    disk.close(fd)
