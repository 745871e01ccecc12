"""Journals that are left over: what was not saved when the program ended, and what becomes of it.

It is read like a stranger's file, by the one reader.
"""

from __future__ import annotations

import hashlib
import re
import time
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from engine.packed import FOLDER, Packed
from gui.model import limits, npy
from gui.model.changes import Change, replayed
from gui.model.disk import Disk, read_regular
from gui.model.document import Document
from gui.model.files import ABSENT, fingerprint
from gui.model.findings import Unreadable, shown
from gui.model.janitor import sweep
from gui.model.journal import HEAD, LOCK, RECOVERY, Head, Journal, number, remove_content, unsealed
from gui.model.strict_json import parse
from gui.model.writing import to_text

TRASH: Final = "trash"
LOCKS: Final = "locks"
"""Has a file, by the hash of its path, for every document that is or was open."""
MONTH = 30 * 24 * 3600.0
TRIES = 2
"""So often a document may end the program right after being restored; then it is not run."""
_BASE = re.compile(r"base-\d+-([0-9a-f]{8})\.chain")


@dataclass(frozen=True)
class Found:
    """A journal without its program; `document` is None where it cannot be read, for a reason."""

    folder: Path
    lock: int
    head: Head
    when: float = 0.0
    """Seconds since 1970 at which it was last written to."""
    document: Document | None = None
    changes: int = 0
    """How many there have been since the document was last saved."""
    file: str = ""
    """What has happened to the document's own file meanwhile: "changed", "gone", or nothing."""
    problem: str = ""

    @property
    def only_copy(self) -> bool:
        """Whether its file must not be saved over: somebody else has changed it."""
        return self.file == "changed"

    @property
    def fragile(self) -> bool:
        """Whether it has ended the program as often as it may."""
        return self.head.tries >= TRIES

    @property
    def number(self) -> int:
        """From where on the journal can go on."""
        return self.changes + 1


def left_over(root: Path, disk: Disk | None = None) -> list[Found]:
    """The journals of programs that are gone, the newest first; each is held until `release`.

    Those that hold nothing which is not in the document's file go to the trash.
    """
    disk = disk or Disk()
    found = [f for folder in _folders(root, disk) if (f := _taken(root, folder, disk))]
    return sorted(found, key=lambda one: -one.when)


def _folders(root: Path, disk: Disk) -> Iterator[Path]:
    with suppress(OSError):
        for name in sorted(disk.names(root / RECOVERY)):
            yield root / RECOVERY / name


def _taken(root: Path, folder: Path, disk: Disk) -> Found | None:
    try:
        if disk.status(folder / LOCK) is None:
            return None  # one that only just begins
        lock = disk.lock(folder / LOCK)
    except OSError:
        return None
    if lock is None:
        return None
    found = read(folder, lock, disk)
    if found is None or _holds_nothing(found, disk):
        with suppress(OSError):
            discard(found or Found(folder, lock, Head("")), root, disk)
        return None
    return found


def _holds_nothing(found: Found, disk: Disk) -> bool:
    """Whether nothing was edited, or all that was has been saved in the last instant."""
    if found.document is None or found.head.path is None:
        return found.document is not None and not found.changes
    text = to_text(found.document).encode()
    try:
        return fingerprint(found.head.path, fs=disk) == hashlib.sha256(text).hexdigest()
    except (OSError, ValueError):
        return False


def release(found: Found, disk: Disk | None = None) -> None:
    """Leave it for another time."""
    with suppress(OSError):
        (disk or Disk()).close(found.lock)


# ---- reading -------------------------------------------------------------------------------------


def read(folder: Path, lock: int, disk: Disk | None = None) -> Found | None:
    """What a journal holds; None if it never came to hold anything."""
    disk = disk or Disk()
    blank = Found(folder, lock, _head(folder, disk))
    try:
        names = disk.names(folder)
        bases = sorted((n for n in names if _BASE.fullmatch(n)), key=number, reverse=True)
        if not bases:
            return None
        base = next((b for b in bases if _is_whole(folder / b, disk)), None)
        if base is None:
            return replace(blank, problem="The copy of the document in it is damaged.")
        return _replayed(folder, base, names, blank, disk)
    except OSError as error:
        return replace(blank, problem=f"It cannot be read: {error.strerror or error}.")
    except (Unreadable, ValueError) as error:
        findings = error.findings if isinstance(error, Unreadable) else ()
        return replace(blank, problem=str(findings[0]) if findings else f"It is damaged: {error}.")


def _replayed(folder: Path, base: str, names: list[str], blank: Found, disk: Disk) -> Found:
    text = read_regular(disk, folder / base, limits.BYTES).decode()
    first = number(base)
    logs = [n for n in names if n.endswith(".jsonl") and number(n) >= first]
    changes = [*_changes(folder, sorted(logs, key=number), first, disk)]
    document, count = replayed(text, changes, _Tensors(folder, disk).find)
    times = [disk.status(folder / name) for name in (base, *logs)]
    when = max((status.st_mtime for status in times if status), default=0.0)
    return replace(
        blank, document=document, changes=first - 1 + count, when=when,
        file=_fate(blank.head, disk),
    )  # fmt: skip


def _is_whole(base: Path, disk: Disk) -> bool:
    match = _BASE.fullmatch(base.name)
    data = read_regular(disk, base, limits.BYTES)
    return match is not None and int(match[1], 16) == zlib.crc32(data)


def _changes(folder: Path, logs: list[str], seq: int, disk: Disk) -> Iterator[Change]:
    """All that follow one another without a gap from number `seq` on."""
    for name in logs:
        for line in read_regular(disk, folder / name, 2 * limits.BYTES).splitlines(keepends=True):
            change = _change(line, seq)
            if change is None:
                break
            yield change
            seq += 1


def _change(line: bytes, seq: int) -> Change | None:
    text = unsealed(line)
    try:
        raw: Any = None if text is None else parse(text.decode())
    except (Unreadable, UnicodeDecodeError):
        return None
    if not isinstance(raw, dict) or raw.get("seq") != seq or not isinstance(raw["change"], dict):
        return None
    change: Change = raw["change"]
    return change


class _Tensors:
    """The large tensors of a journal."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder, self.disk = folder, disk

    def find(self, name: str) -> Packed | None:
        most = limits.HEADER + 16 * limits.ELEMENTS
        try:
            packed = npy.from_npy(read_regular(self.disk, self.folder / name, most))
        except (OSError, npy.BadTensor):
            return None
        return packed if name == f"{FOLDER}{packed.digest}.npy" else None


def _head(folder: Path, disk: Disk) -> Head:
    """What is said of the document; a journal without it is still worth something."""
    try:
        raw = parse(read_regular(disk, folder / HEAD, limits.BYTES).decode())
        head = Head(**raw)
        texts = (head.path or "", head.seen or "", head.title)
        if all(isinstance(text, str) for text in texts) and type(head.tries) is int:
            return replace(head, title=shown(head.title, limits.LABEL))
    except (OSError, ValueError, TypeError, Unreadable):
        pass
    return Head("")


def _fate(head: Head, disk: Disk) -> str:
    """What has become of the document's file since it was opened."""
    if head.path is None or head.seen is None:
        return ""
    try:
        now = fingerprint(head.path, fs=disk)
    except (OSError, ValueError):
        now = ABSENT
    return "" if now == head.seen else "gone" if now == ABSENT else "changed"


# ---- what becomes of them ------------------------------------------------------------------------


def resume(found: Found, document: Document, head: Head, disk: Disk | None = None) -> Journal:
    """Go on with a journal that was left over, whose document is open again.  Raises OSError."""
    disk = disk or Disk()
    there = max(map(number, disk.names(found.folder)), default=0)
    journal = Journal(found.folder, found.lock, head, max(there + 1, found.number), disk)
    journal.begin(document)
    return journal


def discard(found: Found, root: Path, disk: Disk | None = None) -> None:
    """Move a journal to the trash, where it lies for a month.

    Raises OSError; it is not held any more then either, as Windows moves no folder that is in use.
    """
    disk = disk or Disk()
    disk.close(found.lock)
    disk.make_folder(root / TRASH)
    target = root / TRASH / f"{int(time.time())}-{found.folder.name}"
    disk.replace(found.folder, target)


def clean(root: Path, now: float, disk: Disk | None = None) -> None:
    """Remove what has lain in the trash for a month, and temporary files of processes gone."""
    disk = disk or Disk()
    with suppress(OSError):
        for name in disk.names(root / TRASH):
            when = name.partition("-")[0]
            if when.isdecimal() and now - int(when) > MONTH:
                with suppress(OSError):
                    remove_content(disk, root / TRASH / name)
                    disk.remove(root / TRASH / name / LOCK)
                    disk.remove_folder(root / TRASH / name)
    for folder in (root, *_folders(root, disk)):
        with suppress(OSError):
            sweep(folder, now, fs=disk)
    with suppress(OSError):
        for name in disk.names(root / LOCKS):
            _drop_lock(root / LOCKS / name, now, disk)


def _drop_lock(path: Path, now: float, disk: Disk) -> None:
    """Remove the lock of a file that nobody has had open for a month."""
    status = disk.status(path)
    if status is not None and now - status.st_mtime > MONTH:
        lock = disk.lock(path)
        if lock is not None:
            disk.close(lock)
            disk.remove(path)
