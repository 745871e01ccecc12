"""What is edited is on the disk at once, so that nothing is lost with the program.

A folder of its own for every document that is not saved:

    head.json            what the document is called, its file, what was in that when it was opened
    base-12-1a2b3c4d.chain    the Document before change 12; the CRC-32 of the file is in its name
    log-12.jsonl         a line for each change from the 12th on, with a CRC-32
    tensors/*.npy        large tensors, named by their digest
    session.lock         held as long as the program that writes here lives

A newer base comes whole or not at all, and only then does the one before it go, with its log.
"""

from __future__ import annotations

import errno
import json
import os
import threading
import time
import uuid
import zlib
from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Final

from engine.packed import FOLDER, Packed
from gui.model import npy
from gui.model.changes import difference
from gui.model.disk import Disk, replace_file
from gui.model.document import Document
from gui.model.writing import to_text

RECOVERY: Final = "recovery"
LOCK, HEAD = "session.lock", "head.json"
CHANGES, BYTES = 200, 64 * 1024
"""A log of so many changes, or so long, is followed by a new base."""


@dataclass(frozen=True)
class Head:
    """Whose journal it is; `seen` is the SHA-256 of the document's file when it was opened."""

    title: str
    path: str | None = None
    seen: str | None = None
    started: float = 0.0
    tries: int = 0
    """How often the program has ended by accident after this was restored."""


class Tensors(Mapping[Packed, str]):
    """Gives every large tensor the name of its file; `named` has all that were asked for."""

    def __init__(self) -> None:
        self.named: dict[str, Packed] = {}

    def __getitem__(self, packed: Packed) -> str:
        name = f"{packed.digest}.npy"
        self.named[name] = packed
        return FOLDER + name

    def __contains__(self, packed: object) -> bool:
        return isinstance(packed, Packed)

    def __iter__(self) -> Iterator[Packed]:
        return iter(self.named.values())

    def __len__(self) -> int:
        return len(self.named)


class Journal:
    """Follows one Document: `record` on the thread that edits it, `tidy` on any, now and then.

    Whatever the disk does comes as OSError; what was recorded before stays good.
    """

    def __init__(
        self, folder: Path, lock: int, head: Head, seq: int = 1, disk: Disk | None = None
    ) -> None:
        self.folder, self.head = folder, head
        self.seq = seq
        """The number of the next change."""
        self.disk = disk or Disk()
        self._lock, self._log = lock, -1
        self._document = Document()
        self._begun = self._unsynced = False
        self._changes = self._bytes = 0
        self._tensors: dict[str, int] = {}
        """The change that named a tensor last, of those that have their file."""
        self._closing: deque[int] = deque()
        self._due: deque[tuple[int, Document]] = deque(maxlen=1)
        self._io = threading.RLock()
        self._naming = threading.Lock()

    # ---- writing -------------------------------------------------------------------------------

    def begin(self, document: Document) -> None:
        """Write the Document down whole; also after something went wrong, to go on from there."""
        with self._io:
            if self._begun:
                self.seq += 1  # a line may lack: nothing after it follows from what is before it
            self._begun = True
            self._due.clear()
            self.write_head(self.head)
            self._write_base(self.seq, document)
            self._next_log()
            self._document = document
            with suppress(OSError):
                self._forget_before(self.seq)

    def write_head(self, head: Head) -> None:
        """Tell something else of the document."""
        text = json.dumps(asdict(head))
        replace_file(self.disk, self.folder / HEAD, f"{text}\n".encode())
        self.head = head

    def record(self, document: Document) -> bool:
        """Note what has changed since the last one; False if that is nothing.

        Raises TypeError or ValueError if the Document holds what no file can.
        """
        tensors = Tensors()
        with self._naming:
            change = difference(self._document, document, tensors)
            self._bytes += self._write_tensors(tensors, self.seq)
        if change != "{}":
            line = sealed(self.seq, change)
            self._write(line)
            self.seq += 1
            self._changes += 1
            self._bytes += len(line)
        self._document = document
        if self._changes >= CHANGES or self._bytes >= BYTES:
            self._due.append((self.seq, document))
            self._next_log()
        return change != "{}"

    def _next_log(self) -> None:
        if self._log >= 0:
            self._closing.append(self._log)
        self._log = -1
        self._log = self.disk.append(self.folder / f"log-{self.seq}.jsonl")
        self._changes = self._bytes = 0

    def _write(self, line: bytes) -> None:
        """In one go nearly always; a line that is torn is the end of the log."""
        rest = memoryview(line)
        while rest:
            written = self.disk.write(self._log, rest)
            if written == 0:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            rest = rest[written:]
        self._unsynced = True

    def _write_base(self, seq: int, document: Document) -> Tensors:
        tensors = Tensors()
        data = to_text(document, tensors).encode()
        with self._naming:
            self._write_tensors(tensors, 0)
        name = f"base-{seq}-{zlib.crc32(data):08x}.chain"
        replace_file(self.disk, self.folder / name, data)
        return tensors

    def _write_tensors(self, tensors: Tensors, seq: int) -> int:
        """How many bytes that took; none where they are there already."""
        size = 0
        for name, packed in tensors.named.items():
            if name not in self._tensors:
                data = npy.to_npy(packed)
                self.disk.make_folder(self.folder / FOLDER)
                replace_file(self.disk, self.folder / FOLDER / name, data)
                size += len(data)
            self._tensors[name] = max(seq, self._tensors.get(name, 0))
        return size

    # ---- on any thread -------------------------------------------------------------------------

    def sync(self) -> None:
        """Bring to the platter what the system still holds."""
        with self._io:
            while self._closing:
                fd = self._closing.popleft()
                try:
                    self.disk.sync(fd)
                finally:
                    self.disk.close(fd)
            log = self._log  # another thread may go on to the next one meanwhile
            if self._unsynced and log >= 0:
                self._unsynced = False
                self.disk.sync(log)

    def tidy(self) -> None:
        """The same, and write the base that is due."""
        with self._io:
            self.sync()
            if self._due:
                seq, document = self._due.popleft()
                tensors = self._write_base(seq, document)
                self._forget_before(seq, tensors)

    def _forget_before(self, seq: int, tensors: Tensors | None = None) -> None:
        """Remove what the base before change `seq`, with the tensors it names, has replaced."""
        for name in self.disk.names(self.folder):
            if 0 < number(name) < seq:
                self.disk.remove(self.folder / name)
        if tensors is None:
            return
        with self._naming:
            for name in [n for n, at in self._tensors.items() if at < seq]:
                if name not in tensors.named:
                    self.disk.remove(self.folder / FOLDER / name)
                    del self._tensors[name]

    def leave(self) -> None:
        """Write no more, but keep all: somebody may want it back."""
        with self._io:
            with suppress(OSError):
                self.sync()
            self._close()

    def end(self) -> None:
        """The document is saved, or given up by its person: remove all."""
        with self._io:
            lock, self._lock = self._lock, -1
            self._close()
            try:
                remove_content(self.disk, self.folder)
            finally:
                self._lock = lock
                self._close()
            with suppress(OSError):  # what is left asks for nothing
                self.disk.remove(self.folder / LOCK)
                self.disk.remove_folder(self.folder)

    def _close(self) -> None:
        for fd in (*self._closing, self._log, self._lock):
            if fd >= 0:
                with suppress(OSError):
                    self.disk.close(fd)
        self._closing.clear()
        self._due.clear()
        self._log = self._lock = -1


def create(
    root: Path, head: Head, document: Document, disk: Disk | None = None, changes: int = 0
) -> Journal:
    """A new journal in the data folder `root`, of a document already changed so often.

    Raises OSError.
    """
    disk = disk or Disk()
    folder = root / RECOVERY / uuid.uuid4().hex
    disk.make_folder(folder)
    lock = disk.lock(folder / LOCK)
    if lock is None:  # somebody who looks for journals was quicker by an instant
        raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    journal = Journal(folder, lock, replace(head, started=time.time()), changes + 1, disk)
    try:
        journal.begin(document)
    except BaseException:
        with suppress(OSError):
            journal.end()
        raise
    return journal


# ---- names and lines -----------------------------------------------------------------------------


def number(name: str) -> int:
    """The change from which a base or a log goes on; 0 for any other file."""
    stem = name.removesuffix(".jsonl") if name.endswith(".jsonl") else name.rpartition("-")[0]
    kind, _, digits = stem.partition("-")
    good = kind in ("base", "log") and digits.isascii() and digits.isdecimal() and len(digits) < 12
    return int(digits) if good else 0


def sealed(seq: int, change: str) -> bytes:
    """A line of the log."""
    line = f'{{"seq": {seq}, "change": {change}'.encode()
    return line + b', "crc32": "%08x"}\n' % zlib.crc32(line)


def unsealed(line: bytes) -> bytes | None:
    """A line of the log without its seal; None if it is not as it was written."""
    text, mark, seal = line.rpartition(b', "crc32": "')
    if not mark or seal != b'%08x"}\n' % zlib.crc32(text):
        return None
    return text + b"}"


def remove_content(disk: Disk, folder: Path) -> None:
    """Remove all but the lock, the bases first: without one nothing here asks to be restored."""
    for name in sorted(disk.names(folder), key=lambda name: not name.startswith("base-")):
        if name == FOLDER.strip("/"):
            for inner in disk.names(folder / name):
                disk.remove(folder / name / inner)
            disk.remove_folder(folder / name)
        elif name != LOCK:
            disk.remove(folder / name)
