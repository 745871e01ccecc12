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
BUSY = (5, 32, 33)
"""What Windows says while a virus scanner or a search index holds a file."""
_CANNOT = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOTTY, errno.EPERM}
"""What network folders and simple file systems say of an operation they do not have."""
_HERE, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux
TEMPORARY = ".chain~tmp"

Look = Callable[[Path], None]
"""Looks at what would be replaced, at the path where it lies now; raises to keep it."""


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
            if limit < 0:
                return file.read()
            expected = os.fstat(file.fileno()).st_size + 1
            data = file.read(min(limit, expected))  # makes room for so many before it reads
            return data if len(data) < expected else data + file.read(limit - len(data))

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

    def own(self, fd: int, user: int, group: int) -> None:
        if sys.platform != "win32":
            os.fchown(fd, user, group)

    def permit(self, fd: int, mode: int) -> None:
        if sys.platform != "win32":
            os.fchmod(fd, mode)

    def copy_attributes(self, source: Path, fd: int) -> None:
        """What Linux keeps beside a file: access lists, labels, what programs have noted there."""
        if sys.platform == "linux":
            for name in os.listxattr(source):
                with suppress(OSError):  # some may be set by the system only
                    os.setxattr(fd, name, os.getxattr(source, name))

    def close(self, fd: int) -> None:
        os.close(fd)

    def replace(self, source: Path, target: Path) -> None:
        """Rename, over `target` if it is there."""
        os.replace(source, target)

    def exchange(self, one: Path, other: Path) -> bool:
        """Swap two names at one stroke; False where the system cannot."""
        if sys.platform != "linux":
            return False
        import ctypes  # takes a moment, and is wanted by saves only

        rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
        if rename is None:
            return False
        if rename(_HERE, os.fsencode(one), _HERE, os.fsencode(other), _EXCHANGE) == 0:
            return True
        code = ctypes.get_errno()
        if code in _CANNOT:
            return False
        raise OSError(code, os.strerror(code), os.fspath(other))

    def link(self, source: Path, target: Path) -> None:
        """Another name for a file; FileExistsError if that is taken."""
        os.link(source, target)

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

    def names(self, folder: Path) -> list[str]:
        """What lies in a folder, in no order; nothing if there is no such folder."""
        try:
            return os.listdir(folder)
        except FileNotFoundError:
            return []

    def make_folder(self, path: Path) -> None:
        """The folder and those above it, which only their owner may look into."""
        os.makedirs(path, 0o700, exist_ok=True)

    def append(self, path: Path) -> int:
        """Open for writing at the end, which may be the beginning."""
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | _BINARY | _NO_LINK, 0o600)

    def lock(self, path: Path) -> int | None:
        """Hold a file, which is made, until `close`, or the end of the process however it ends.

        None if it is held already, be it by this very process.
        """
        fd = os.open(path, os.O_RDWR | os.O_CREAT | _BINARY | _NO_LINK, 0o600)
        try:
            if _held(fd):
                return fd
        except BaseException:
            os.close(fd)
            raise
        os.close(fd)
        return None

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        os.rmdir(path)

    def wait(self, seconds: float) -> None:
        time.sleep(seconds)


def _held(fd: int) -> bool:
    """Whether this open file has the lock now; not lockf, which a second open file would undo."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(fd, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.EWOULDBLOCK, errno.EDEADLK):
            return False
        raise
    return True


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


def replace_file(disk: Disk, target: Path, data: bytes, look: Look | None = None) -> None:
    """Make `data` the content of `target`, keeping its owner and permissions where that is allowed.

    `look` is called when all is written, just before the old content goes, and once more after
    that where the system can still give it back: so what comes in between is not lost.
    Raises OSError, or what `look` raises; the old file is then as it was, the temporary one gone.
    """
    old = disk.status(target)
    name = f".{target.name[:40]}.{os.getpid()}-{secrets.token_hex(4)}{TEMPORARY}"
    temp = target.with_name(name)
    fd = disk.create(temp, 0o666 if old is None else 0o600)
    try:
        _fill(disk, fd, data, target, old)
        if look is not None:
            look(target)
        swapped = _put(disk, temp, target, old is None, look)
    except BaseException:
        _drop(disk, temp)
        raise
    if swapped and look is not None:
        _let_go(disk, temp, target, look)
    with suppress(OSError):  # the new file stands already; this only hastens it to the platter
        disk.sync_folder(target.parent)


def _fill(disk: Disk, fd: int, data: bytes, target: Path, old: os.stat_result | None) -> None:
    try:
        rest = memoryview(data)
        while rest:
            written = disk.write(fd, rest)
            if written == 0:
                raise OSError(errno.EIO, "nothing was written")
            rest = rest[written:]
        if old is not None:
            _keep_rights(disk, fd, target, old)
        _sync(disk, fd)
    except BaseException:
        with suppress(OSError):
            disk.close(fd)
        raise
    disk.close(fd)


def _keep_rights(disk: Disk, fd: int, target: Path, old: os.stat_result) -> None:
    """As far as this person may set them; what cannot be kept must not open the file to others."""
    mode = stat.S_IMODE(old.st_mode)
    with suppress(OSError):
        disk.copy_attributes(target, fd)
    try:
        disk.own(fd, -1, old.st_gid)
    except OSError:
        mode = mode & ~0o070 | (mode & mode >> 3 & 0o007) << 3
    with suppress(OSError):
        disk.own(fd, old.st_uid, -1)
    with suppress(OSError):
        disk.permit(fd, mode)


def _sync(disk: Disk, fd: int) -> None:
    try:
        disk.sync(fd)
    except OSError as error:
        if error.errno not in _CANNOT:
            raise


def _put(disk: Disk, temp: Path, target: Path, new: bool, look: Look | None) -> bool:
    """Give the temporary file its name; True if what had that name has the temporary one now."""
    if look is not None and new and _linked(disk, temp, target, look):
        return False
    if look is not None and not new and _swapped(disk, temp, target, look):
        return True
    for delay in _RETRIES:
        try:
            disk.replace(temp, target)
            return False
        except PermissionError as error:
            if getattr(error, "winerror", None) not in BUSY:
                raise
        disk.wait(delay)
        if look is not None:
            look(target)
    disk.replace(temp, target)
    return False


def _linked(disk: Disk, temp: Path, target: Path, look: Look) -> bool:
    """Whether the file has a name now that nobody had; a rename would take it from others."""
    try:
        disk.link(temp, target)
    except FileExistsError:
        look(target)
        return False
    except OSError as error:
        if error.errno not in _CANNOT:
            raise
        return False
    _drop(disk, temp)
    return True


def _swapped(disk: Disk, temp: Path, target: Path, look: Look) -> bool:
    try:
        return disk.exchange(temp, target)
    except FileNotFoundError:  # gone since it was looked at
        look(target)
        return False


def _let_go(disk: Disk, temp: Path, target: Path, look: Look) -> None:
    """Remove what was replaced, unless it was changed at the last moment: then it comes back."""
    try:
        look(temp)
    except BaseException:
        disk.exchange(temp, target)
        _drop(disk, temp)
        raise
    _drop(disk, temp)


def _drop(disk: Disk, path: Path) -> None:
    with suppress(OSError):
        disk.remove(path)
