"""The power fails at every moment of a save: what was not flushed is lost, or came in any order.

A save is recorded on a real disk.  Then for each prefix of its operations everything is tried that
a disk may have left: data that was not synced is missing, cut, zeros or whole, and of the names
given in folders that were not synced any may have been forgotten.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from gui.model.disk import Disk
from gui.model.document import Document
from gui.model.files import save
from gui.model.versions import Versions
from tests.soak import kit
from tests.soak._saving_kit import bytes_of, document, home

Step = tuple[str, tuple[Any, ...]]
NAMING = ("create", "replace", "exchange", "link", "remove")
MOST = 4096
"""States that are looked at after one prefix; more are drawn from by lot."""


class Recording(Disk):
    """Does everything, and notes what reaches the disk; some have no exchange and no links."""

    def __init__(self, simple: bool) -> None:
        self.simple = simple
        self.steps: list[Step] = []
        self._files: dict[int, Path] = {}

    def create(self, path: Path, mode: int) -> int:
        fd = super().create(path, mode)
        self._files[fd] = path
        self.steps.append(("create", (path,)))
        return fd

    def write(self, fd: int, data: memoryview) -> int:
        count = super().write(fd, data)
        self.steps.append(("write", (self._files[fd], bytes(data[:count]))))
        return count

    def sync(self, fd: int) -> None:
        super().sync(fd)
        self.steps.append(("sync", (self._files[fd],)))

    def replace(self, source: Path, target: Path) -> None:
        super().replace(source, target)
        self.steps.append(("replace", (source, target)))

    def exchange(self, one: Path, other: Path) -> bool:
        done = not self.simple and super().exchange(one, other)
        if done:
            self.steps.append(("exchange", (one, other)))
        return done

    def link(self, source: Path, target: Path) -> None:
        if self.simple:
            raise PermissionError(1, "no links here")
        super().link(source, target)
        self.steps.append(("link", (source, target)))

    def remove(self, path: Path) -> None:
        super().remove(path)
        self.steps.append(("remove", (path,)))

    def sync_folder(self, path: Path) -> None:
        super().sync_folder(path)
        self.steps.append(("sync_folder", (path,)))


@dataclass
class Data:
    """The content of one file: what was written, and how much of that is flushed."""

    written: bytes = b""
    synced: int = 0

    def leftovers(self) -> list[bytes]:
        """What may be there after the power has gone."""
        if self.synced == len(self.written):
            return [self.written]
        rest = len(self.written) - self.synced
        base = self.written[: self.synced]
        cut = self.written[: self.synced + rest // 2]
        return [base, cut, base + bytes(rest), self.written]


@dataclass
class Crash:
    """What is known of the disk after a prefix: names that are safe, naming that is not."""

    names: dict[Path, Data]
    unsafe: list[tuple[str, tuple[Any, ...]]] = field(default_factory=list)
    by_path: dict[Path, Data] = field(default_factory=dict)


def after(steps: Sequence[Step], old: dict[Path, bytes]) -> Crash:
    """The disk after these steps, before which `old` was safely there."""
    names = {path: Data(data, len(data)) for path, data in old.items()}
    crash = Crash(names, by_path=dict(names))
    for name, args in steps:
        if name == "write":
            crash.by_path[args[0]].written += args[1]
        elif name == "sync":
            data = crash.by_path[args[0]]
            data.synced = len(data.written)
        elif name == "sync_folder":
            kept = [(n, a) for n, a in crash.unsafe if a[0].parent != args[0]]
            apply(crash.names, [step for step in crash.unsafe if step not in kept])
            crash.unsafe = kept
        else:
            step = (name, (*args, Data()) if name == "create" else args)
            apply(crash.by_path, [step])
            crash.unsafe.append(step)
    return crash


def apply(names: dict[Path, Data], steps: Sequence[Step]) -> None:
    """Give names as these steps do; one whose file is not there does nothing."""
    for name, args in steps:
        first = names.get(args[0])
        if name == "create":
            names[args[0]] = args[1]
        elif first is None:
            continue
        elif name == "remove":
            del names[args[0]]
        elif name == "replace":
            names[args[1]] = names.pop(args[0])
        elif name == "link":
            names.setdefault(args[1], first)
        elif args[1] in names:
            names[args[0]], names[args[1]] = names[args[1]], first


def states(crash: Crash, target: Path, dice: random.Random) -> Iterator[bytes | None]:
    """Everything that may stand in the target when the power is back; None for no file."""
    choices = list(product((False, True), repeat=len(crash.unsafe)))
    for kept in choices if len(choices) <= MOST else dice.sample(choices, MOST):
        names = dict(crash.names)
        apply(names, [s for s, stays in zip(crash.unsafe, kept, strict=True) if stays])
        yield from [None] if target not in names else names[target].leftovers()


def trace(place: Path, dice: random.Random) -> tuple[Recording, Path, bytes | None, bytes]:
    """A save of some kind: its record, its file, and what that held before and after."""
    folder = place / "documents"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = folder / "graph.chain"
    fs = Recording(simple=dice.random() < 0.3)
    old: Document | None = dice.choice([None, document(dice.randrange(40))])
    if old is not None:
        path.write_bytes(bytes_of(old))
    new = document(dice.randrange(41, 80), dice.randrange(1, 500))
    save(new, path, fs=fs, keep=Versions(fs=fs).keep if dice.random() < 0.5 else None)
    return fs, path, None if old is None else bytes_of(old), bytes_of(new)


def lost(
    steps: Sequence[Step], target: Path, old: bytes | None, new: bytes, dice: random.Random
) -> list[str]:
    """The prefixes after which something else than old or new may stand there."""
    before = {} if old is None else {target: old}
    wrong = []
    for count in range(len(steps) + 1):
        crash = after(steps[:count], before)
        bad = [s for s in states(crash, target, dice) if s not in (old, new)]
        if bad:
            done = [name for name, _ in steps[:count]]
            wrong.append(f"after {done}: {'nothing' if bad[0] is None else bad[0][:60]!r}")
    return wrong


def run(times: int, seed: int) -> list[str]:
    """What went wrong in `times` saves, each broken off at all of its moments."""
    dice, found = random.Random(seed), []
    with home() as folder:
        for k in range(times):
            fs, path, old, new = trace(folder, dice)
            found += [f"save {k}: {line}" for line in lost(fs.steps, path, old, new, dice)]
    return found


if __name__ == "__main__":
    kit.main("saves broken off by a power cut at every moment", 50, run)
