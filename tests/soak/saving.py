"""A process is killed at random moments of saving: the file is whole, one save or another.

Nothing is left of it but temporary files, which the next start removes.
"""

from __future__ import annotations

import os
import random
import select
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from gui.model.disk import TEMPORARY, Disk
from gui.model.files import fingerprint, load, save
from gui.model.janitor import sweep
from gui.model.versions import Versions
from tests.soak import kit
from tests.soak._saving_kit import document, home

DOCUMENTS = [document(k, 2000) for k in (10, 12, 14)]
"""Some 100 KB each: enough for a kill to find every operation under way now and then."""
ANYWHERE, WRITING = 0.06, 0.004
"""Seconds after which the process is killed at the latest: from the beginning of a save, or of
its writing, which takes much less time than the proof before it."""


class Telling(Disk):
    """Says through a pipe when a save begins to write beside the document."""

    def __init__(self, pipe: int, folder: Path) -> None:
        self.pipe, self.folder = pipe, folder

    def create(self, path: Path, mode: int) -> int:
        if path.parent == self.folder:
            os.write(self.pipe, b"w")
        return super().create(path, mode)


def _save_on_and_on(path: Path, pipe: int) -> None:
    """The life of the child: it never comes back."""
    fs = Telling(pipe, path.parent)
    versions = Versions(fs=fs)
    k = 0
    while True:
        os.write(pipe, b"s")
        save(DOCUMENTS[k % 3], path, fs=fs, keep=versions.keep)
        k += 1


def _killed(path: Path, dice: random.Random) -> None:
    """Let a process save, and kill it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            _save_on_and_on(path, writing)
        finally:
            os._exit(1)
    os.close(writing)
    mark, most = dice.choice([(b"s", ANYWHERE), (b"w", WRITING)])
    for _ in range(dice.randrange(1, 4)):
        _wait_for(reading, mark)
    _listen(reading, dice.uniform(0, most))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    os.close(reading)


def _listen(pipe: int, seconds: float) -> None:
    """Hear what the process says, until the moment has come."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        if select.select([pipe], [], [], left)[0]:
            os.read(pipe, 100)


def _wait_for(pipe: int, mark: bytes) -> None:
    while select.select([pipe], [], [], 60.0)[0]:
        if os.read(pipe, 1) in (mark, b""):
            return
    raise TimeoutError("the process that saves says nothing")


def _wrong(path: Path, known: set[str]) -> Iterator[str]:
    if fingerprint(path) not in known:
        yield f"torn: {path.read_bytes()[:60]!r}"
        return
    load(path)
    for version in Versions().of(path):
        if fingerprint(version.file) != version.sha256:
            yield f"an earlier version is torn: {version.file.name}"
    for folder in {path.parent, *(v.file.parent for v in Versions().of(path))}:
        sweep(folder, time.time() + 2 * 3600)
        if litter := [name for name in os.listdir(folder) if name.endswith(TEMPORARY)]:
            yield f"the next start leaves {litter}"


def run(times: int, seed: int) -> list[str]:
    """What went wrong in so many kills."""
    dice, found = random.Random(seed), []
    with home() as folder:
        path = folder / "documents" / "graph.chain"
        path.parent.mkdir()
        known = {save(made, path) for made in DOCUMENTS}
        for k in range(times):
            _killed(path, dice)
            found += [f"kill {k}: {line}" for line in _wrong(path, known)]
    return found


if __name__ == "__main__":
    kit.main("processes killed while they save", 500, run)
