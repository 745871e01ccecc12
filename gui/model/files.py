"""Opening and saving files: all or nothing, and never over what was not seen.

What a file is, its first bytes say when it is opened, and its suffix when it is saved.
"""

from __future__ import annotations

import errno
import hashlib
import math
import os
import stat
from collections.abc import Callable, Collection, Mapping
from dataclasses import fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gui.model import archive, limits
from gui.model.disk import BUSY, Disk, read_regular, replace_file
from gui.model.document import Document
from gui.model.findings import CannotSave, ChangedOnDisk, Finding, OtherNames, Unreadable
from gui.model.reading import from_text, warnings
from gui.model.strict_json import too_large
from gui.model.writing import to_text

if TYPE_CHECKING:
    from engine.registry import Op

__all__ = [
    "ARCHIVE",
    "SUFFIXES",
    "TEXT",
    "CannotSave",
    "ChangedOnDisk",
    "Disk",
    "Finding",
    "OtherNames",
    "Unreadable",
    "fingerprint",
    "from_bytes",
    "from_text",
    "load",
    "save",
    "suffix_of",
    "to_bytes",
    "to_text",
    "warnings",
]

AnyPath = str | os.PathLike[str]

TEXT, ARCHIVE = SUFFIXES = (".chain", ".chainz")

ABSENT = ""
"""The hash of a file that is not there."""
HASHED = 2**30
"""Bytes of a file that are looked at: no document is as long as that."""

_DISK = Disk()

Keep = Callable[[Path, bytes], object]
"""Is given what a save is about to replace; what it fails at must not stop the save."""


def load(
    path: AnyPath,
    *,
    fs: Disk = _DISK,
    ops: Mapping[str, Op] | None = None,
    actions: Collection[str] | None = None,
    notes: list[Finding] | None = None,
) -> tuple[Document, str]:
    """The Document in the file, and the SHA-256 of its bytes for a later save.

    `notes` gets why it should be saved elsewhere, if that is so.  Raises Unreadable.
    """
    try:
        data = _bytes_of(Path(path), fs)
    except (OSError, ValueError) as error:
        raise Unreadable([why_not_opened(path, error)]) from error
    return from_bytes(data, ops=ops, actions=actions, notes=notes), _hash(data)


def from_bytes(
    data: bytes,
    *,
    ops: Mapping[str, Op] | None = None,
    actions: Collection[str] | None = None,
    notes: list[Finding] | None = None,
) -> Document:
    """The Document in the bytes of a file, whichever of the two kinds it is.  Raises Unreadable."""
    if data.startswith(archive.MAGIC):
        return archive.from_bytes(data, ops=ops, actions=actions, notes=notes)
    return from_text(_decoded(data), ops=ops, actions=actions, notes=notes)


def to_bytes(document: Document, path: AnyPath) -> bytes:
    """The bytes of its file, an archive or a text as the suffix of `path` says.

    Raises TypeError or ValueError if the Document holds what no file can.
    """
    if Path(path).suffix == ARCHIVE:
        return archive.to_bytes(document)
    return to_text(document).encode()


def suffix_of(document: Document) -> str:
    """The suffix of the file it needs: a text, unless it has a tensor too large for that."""
    return ARCHIVE if archive.packed_in(document) else TEXT


def save(
    document: Document,
    path: AnyPath,
    *,
    expect_hash: str | None = None,
    keep: Keep | None = None,
    split_links: bool = False,
    fs: Disk = _DISK,
    ops: Mapping[str, Op] | None = None,
    actions: Collection[str] | None = None,
) -> str:
    """Write the Document to the file, entirely or not at all; returns the new content's hash.

    `keep` is given what was there.  A file with several names is refused unless `split_links`.
    Raises ChangedOnDisk if what is there has another hash than `expect_hash` (None: whatever is
    there as the save begins; ABSENT: nothing may be there), OtherNames, else CannotSave.
    """
    data = _proven(document, path, ops, actions)
    try:
        target = fs.resolve(path)
        _refuse_protected(target, path, split_links, fs)
        old = _content(target, fs)
        expected = _hash_of(old) if expect_hash is None else expect_hash
        _refuse_changed(old, path, expected)
        if keep is not None and old is not None:
            keep(target, old)
        look = partial(_look, path=path, expected=expected, fs=fs)
        replace_file(fs, target, data, look)
    except (OSError, ValueError) as error:
        raise CannotSave(path, *_why_not_saved(error)) from error
    return _hash(data)


def fingerprint(path: AnyPath, *, fs: Disk = _DISK) -> str:
    """The SHA-256 of what is in a file; ABSENT if there is none.  Raises OSError."""
    return _hash_of(_content(fs.resolve(path), fs))


def _content(path: Path, fs: Disk) -> bytes | None:
    try:
        return fs.read(path, HASHED)
    except FileNotFoundError:
        return None


def _hash_of(data: bytes | None) -> str:
    return ABSENT if data is None else _hash(data)


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _bytes_of(path: Path, fs: Disk) -> bytes:
    try:
        return read_regular(fs, path, limits.BYTES)
    except OSError as error:
        if error.errno != errno.EFBIG:
            raise
    if not fs.read(path, len(archive.MAGIC)).startswith(archive.MAGIC):
        raise Unreadable([too_large()])
    try:
        return read_regular(fs, path, limits.ARCHIVE)
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise Unreadable([too_large(limits.ARCHIVE)]) from None
        raise


def _decoded(data: bytes) -> str:
    try:
        return data.decode("utf-8")  # a byte order mark is taken off by the reader
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        what = f"This is not UTF-8 text: the byte 0x{data[error.start]:02x} cannot stand here."
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            what = "This is UTF-16 text; a .chain file is UTF-8."
        remedy = "Save it as UTF-8 in a text editor, or choose a .chain file."
        raise Unreadable([Finding(f"byte {error.start}", what, remedy, line)]) from None


def why_not_opened(path: AnyPath, error: OSError | ValueError, most: int = limits.BYTES) -> Finding:
    """What went wrong with a file of at most so many bytes, before anything was read of it."""
    place = os.fspath(path)
    match error:
        case OSError(errno=errno.EFBIG):
            return too_large(most)
        case FileNotFoundError():
            what, remedy = "There is no such file.", "Check the name, or whether it was moved."
        case IsADirectoryError():
            what, remedy = "This is a folder.", "Choose a .chain file inside it."
        case PermissionError():
            what = "You have no permission to read this file."
            remedy = "Change its permissions, or copy it to a folder of your own."
        case OSError(errno=errno.EINVAL):
            what, remedy = "This is not a regular file.", "Choose a .chain file."
        case OSError():
            what = f"The file could not be read: {error.strerror or error}."
            remedy = "Try again, or copy the file to another drive first."
        case _:
            what, remedy = "This cannot be the name of a file.", "Choose a .chain file."
    return Finding(place, what, remedy)


def _proven(
    document: Document,
    path: AnyPath,
    ops: Mapping[str, Op] | None,
    actions: Collection[str] | None,
) -> bytes:
    """The bytes to write, after reading them back gave the same Document."""
    if Path(path).suffix != ARCHIVE and archive.packed_in(document):
        raise CannotSave(path, _TOO_MANY, f"Save it under a name that ends in {ARCHIVE}.")
    try:
        data = to_bytes(document, path)
        reread = from_bytes(data, ops=ops, actions=actions)
    except Unreadable as error:
        first = error.findings[0]
        raise CannotSave(path, f"{first.where}: {first.what}", first.remedy) from error
    except (TypeError, ValueError, LookupError, RecursionError) as error:
        raise CannotSave(path, f"The document holds what no file can: {error}.", _UNDO) from error
    if not _same(document, reread):
        raise CannotSave(path, "What was written did not read back as the same document.", _UNDO)
    return data


_TOO_MANY = (
    f"It holds a tensor of more than {limits.INLINE:,} numbers, for which a text is no place."
)
_UNDO = "Undo the last edit and save again; please report this."


def _same(a: Any, b: Any) -> bool:
    """Equality in which nan equals nan, and a tuple the list that JSON makes of it."""
    if a == b:
        return True
    if isinstance(a, float) and isinstance(b, float):
        return math.isnan(a) and math.isnan(b)
    if isinstance(a, Mapping) and isinstance(b, Mapping):
        return a.keys() == b.keys() and all(_same(a[key], b[key]) for key in a)
    if isinstance(a, (list, tuple)) and isinstance(b, (list, tuple)):
        return len(a) == len(b) and all(map(_same, a, b))
    if is_dataclass(a) and type(a) is type(b):
        return all(_same(getattr(a, f.name), getattr(b, f.name)) for f in fields(a))
    return False


def _refuse_protected(target: Path, path: AnyPath, split_links: bool, fs: Disk) -> None:
    status = fs.status(target)
    if status is None:
        return
    if not stat.S_ISREG(status.st_mode):
        raise CannotSave(path, "There is a folder or device of that name.", "Choose another name.")
    # a rename needs no permission on the old file, so ask for it here
    if not status.st_mode & 0o222 or not fs.is_writable(target):
        remedy = "Save under another name, or make the file writable."
        raise CannotSave(path, "The file is write-protected.", remedy)
    if status.st_nlink > 1 and not split_links:
        raise OtherNames(path, status.st_nlink)


def _look(where: Path, *, path: AnyPath, expected: str, fs: Disk) -> None:
    _refuse_changed(_content(where, fs), path, expected)


def _refuse_changed(found: bytes | None, path: AnyPath, expected: str) -> None:
    """By content, never by date: a copied or touched file is the same file."""
    if _hash_of(found) != expected:
        raise ChangedOnDisk(path, _hash_of(found))


_REASONS = {
    errno.ENOSPC: ("The disk is full.", "Make room, or save to another drive."),
    errno.EDQUOT: ("Your disk quota is used up.", "Make room, or save to another drive."),
    errno.EACCES: ("You may not write to this folder.", "Save in a folder of your own."),
    errno.EPERM: ("You may not write to this folder.", "Save in a folder of your own."),
    errno.EROFS: ("This drive is read-only.", "Save to another drive."),
    errno.ENOENT: ("The folder does not exist.", "Choose an existing folder."),
    errno.ENOTDIR: ("The folder does not exist.", "Choose an existing folder."),
    errno.ENAMETOOLONG: ("The file name is too long.", "Choose a shorter name."),
    errno.ELOOP: ("The link leads round in a circle.", "Choose another name."),
    errno.EIO: ("The drive reported an error.", "Save to another drive."),
    errno.EFBIG: ("The drive takes no file as large as this.", "Save to another drive."),
    errno.EINTR: ("The system broke it off.", "Try again."),
    errno.EBUSY: ("Another program holds the file.", "Close it there and try again."),
    errno.ESTALE: ("The network folder does not answer.", "Save to a folder on this computer."),
    errno.ETIMEDOUT: ("The network folder does not answer.", "Save to a folder on this computer."),
}


def _why_not_saved(error: OSError | ValueError) -> tuple[str, str]:
    if not isinstance(error, OSError):
        return "This cannot be the name of a file.", "Choose another name."
    if getattr(error, "winerror", None) in BUSY:
        return _REASONS[errno.EBUSY]
    unknown = (f"The system says: {error.strerror or error}.", "Save under another name.")
    return _REASONS.get(error.errno or 0, unknown)
