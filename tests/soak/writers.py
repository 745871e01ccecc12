"""Another program writes to the file at every point of a save: nothing unseen is overwritten.

What it wrote is still there afterwards, unless the save had come first; a mere touch asks nothing.
"""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gui.model.disk import Disk
from tests.soak import kit
from tests.soak._saving_kit import Author, application, bytes_of, document

OLD, NEW = document(3), document(4)
CHOOSING = 2
"""Operations that look at what is there while a person chooses the file: that they have seen."""
THEIRS = b"somebody else's content"


def _replace(path: Path) -> None:
    other = path.with_name("theirs")
    other.write_bytes(THEIRS)
    os.replace(other, path)


def _truncate(path: Path) -> None:
    if path.exists():
        os.truncate(path, 10)


def _append(path: Path) -> None:
    with open(path, "ab") as file:
        file.write(THEIRS)


def _overwrite(path: Path) -> None:
    path.write_bytes(THEIRS)


ACTS: dict[str, Callable[[Path], None]] = {
    "replace": _replace, "truncate": _truncate, "append": _append, "overwrite": _overwrite,
    "delete": lambda path: path.unlink(missing_ok=True),
    "touch": lambda path: os.utime(path) if path.exists() else None,
}  # fmt: skip


class Beside(Disk):
    """Before its `nth` operation another program does something."""

    def __init__(self, nth: int = 0, act: Callable[[], None] = lambda: None) -> None:
        self.nth, self.act = nth, act
        self.calls: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name.startswith("_") or not callable(found) or name == "act":
            return found

        def operation(*args: Any) -> Any:
            self.calls.append(name)
            if len(self.calls) == self.nth:
                self.act()
            return found(*args)

        return operation


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _saved(home: Path, fs: Beside, new: bool) -> Author:
    folder = home / "documents"
    for old in (folder, home / "chainrule_home"):
        shutil.rmtree(old, ignore_errors=True)
    folder.mkdir()
    author, path = Author(fs), folder / "graph.chain"
    author.where = path
    if new:
        author.open(OLD, None)
    else:
        path.write_bytes(bytes_of(OLD))
        author.open(OLD, path)
    author.edit(NEW)
    author.storing.save()
    return author


def check(home: Path, name: str, nth: int, new: bool) -> list[str]:
    """What is wrong after a save beside which another program did this before operation `nth`."""
    path, left = home / "documents" / "graph.chain", []

    def act() -> None:
        before = _content(path)
        ACTS[name](path)
        left.append((before, _content(path)))

    fs = Beside(nth, act)
    author = _saved(home, fs, new)
    ((before, theirs),) = left
    now, what = _content(path), f"{name} before operation {nth} ({fs.calls[nth - 1]})"
    if new and name == "touch" and before is None:
        theirs = None
    wrong = []
    if theirs != before and now != theirs:
        wrong.append(f"their change is lost: {now!r:.60}")
    if theirs == before and (now != bytes_of(NEW) or author.told):
        wrong.append(f"nothing had changed, but: {author.told}")
    if now != bytes_of(NEW) and before != bytes_of(NEW) and not author.editor.dirty:
        wrong.append("it was not saved, and is not dirty")
    return [f"{what}: {line}" for line in wrong]


def run(times: int, seed: int) -> list[str]:
    """What went wrong in so many interleavings: all there are, again and again or fewer by lot."""
    with application() as home:
        cases = []
        for new in (False, True):
            fs = Beside()
            _saved(home, fs, new)
            points = range(1 + CHOOSING * new, len(fs.calls) + 1)
            cases += [(name, nth, new) for name in ACTS for nth in points]
        dice = random.Random(seed)
        dice.shuffle(cases)
        return [line for k in range(times) for line in check(home, *cases[k % len(cases)])]


if __name__ == "__main__":
    kit.main("saves beside another program that writes", 200, run)
