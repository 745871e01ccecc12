"""Every operation of every kind of save fails once, in every way a disk has.

The file is whole, old or new; where it was not saved the document is still dirty, and what is
told names the file, the reason and a remedy.
"""

from __future__ import annotations

import errno
import os
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gui.model.disk import TEMPORARY, Disk
from gui.model.document import Document
from gui.model.versions import Versions
from tests.soak import kit
from tests.soak._saving_kit import Author, application, bytes_of, document

CODES = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EDQUOT, errno.ENOENT,
         errno.EINTR)  # fmt: skip
SHORT = "short write"
CASES = 1008
"""That many there are: 5 kinds of saves, some 25 operations each, 8 ways to fail."""
OLD, NEW, OTHER = document(3), document(4), document(5)


class Failing(Disk):
    """The `nth` operation fails with `fault`; 0 is none."""

    def __init__(self, nth: int = 0, fault: int | str = 0) -> None:
        self.nth, self.fault = nth, fault
        self.calls: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name.startswith("_") or not callable(found):
            return found
        return lambda *args: self._do(name, found, args)

    def _do(self, name: str, real: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        self.calls.append(name)
        if len(self.calls) != self.nth:
            return real(*args)
        if self.fault == SHORT:
            return real(args[0], args[1][: len(args[1]) // 2]) if name == "write" else real(*args)
        if name == "close":
            real(*args)  # a close that reports an error has closed
        raise OSError(self.fault, os.strerror(self.fault))


def _new(author: Author, folder: Path) -> Path:
    author.open(OLD, None)
    author.edit(NEW)
    author.where = folder / "new.chain"
    author.storing.save()
    return author.where


def _over(author: Author, folder: Path) -> Path:
    path = _file(folder / "own.chain", OLD)
    author.open(OLD, path)
    author.edit(NEW)
    author.storing.save()
    return path


def _save_as(author: Author, folder: Path) -> Path:
    author.open(OLD, _file(folder / "own.chain", OLD))
    author.edit(NEW)
    author.where = _file(folder / "other.chain", OTHER)
    author.storing.save_as()
    return author.where


def _copy(author: Author, folder: Path) -> Path:
    author.open(OLD, _file(folder / "own.chain", OLD))
    author.edit(NEW)
    author.where = folder / "copy.chain"
    author.storing.save_copy()
    return author.where


def _known(author: Author, folder: Path) -> Path:
    """What is replaced is in the history already, where it only gets another date."""
    path = _file(folder / "own.chain", OLD)
    Versions().keep(path, bytes_of(OLD))
    author.open(OLD, path)
    author.edit(NEW)
    author.storing.save()
    return path


SAVES: dict[str, Callable[[Author, Path], Path]] = {
    "new": _new, "overwrite": _over, "save as": _save_as, "copy": _copy, "history": _known,
}  # fmt: skip
BEFORE = {"new": None, "overwrite": OLD, "save as": OTHER, "copy": None, "history": OLD}


def _file(path: Path, made: Document) -> Path:
    path.write_bytes(bytes_of(made))
    return path


def cases(home: Path) -> Iterator[tuple[str, int, int | str]]:
    """(kind of save, number of the operation, how it fails): all there are."""
    for kind in SAVES:
        fs = Failing()
        _saved(kind, home, fs)
        for nth in range(1, len(fs.calls) + 1):
            yield from ((kind, nth, fault) for fault in (*CODES, SHORT))


def run(times: int, seed: int) -> list[str]:
    """What went wrong in `times` of the cases, or in all of them."""
    with application() as home:
        found = [*cases(home)]
        chosen = found if times >= len(found) else random.Random(seed).sample(found, times)
        return [line for case in chosen for line in check(home, *case)]


def _saved(kind: str, home: Path, fs: Disk) -> tuple[Author, Path]:
    folder = home / "documents"
    for old in (folder, home / "chainrule_home"):
        shutil.rmtree(old, ignore_errors=True)
    folder.mkdir()
    author = Author(fs)
    return author, SAVES[kind](author, folder)


def check(home: Path, kind: str, nth: int, fault: int | str) -> list[str]:
    """What is wrong after a save in which one operation failed."""
    fs = Failing(nth, fault)
    author, path = _saved(kind, home, fs)
    failed = fs.calls[nth - 1]
    wrong = [*_wrong(author, kind, path), *_litter(path.parent, failed)]
    what = f"{kind}, operation {nth} ({failed}), {errno.errorcode.get(fault, fault)}"
    return [f"{what}: {line}" for line in wrong]


def _wrong(author: Author, kind: str, path: Path) -> Iterator[str]:
    now = path.read_bytes() if path.exists() else None
    before, new = BEFORE[kind], bytes_of(NEW)
    if now not in (before and bytes_of(before), new):
        yield f"the file is neither old nor new: {now!r:.80}"
    own = path.with_name("own.chain")
    if own != path and own.exists() and own.read_bytes() != bytes_of(OLD):
        yield "the document's own file was changed"
    if author.told:
        yield from _told(author, path)
    elif now != new or (author.editor.dirty and kind != "copy"):
        yield f"nothing was told, and it is not saved: {author.said}"


def _told(author: Author, path: Path) -> Iterator[str]:
    text = author.told[-1]
    if not author.editor.dirty:
        yield "told of a failure, and not dirty"
    if str(path) not in text or len(text.split(". ")) < 2:
        yield f"what is told lacks file, reason or remedy: {text}"


def _litter(folder: Path, failed: str) -> Iterator[str]:
    """A temporary file whose removal is what failed stays until the next start."""
    for path in folder.iterdir():
        excused = failed == "remove" and path.name.endswith(TEMPORARY)
        if path.suffix != ".chain" and not excused:
            yield f"left lying about: {path.name}"


if __name__ == "__main__":
    kit.main("saves in which one operation fails", CASES, run)
