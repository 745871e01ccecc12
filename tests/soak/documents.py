"""Mutated documents through the reader: opened or refused with a place, and nothing else happens.

While a document is read no other file is opened, no socket, no process, and no code is compiled.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gui.model.document import Document
from gui.model.files import load
from gui.model.findings import Finding, Unreadable
from gui.model.reading import from_text
from gui.model.salvage import salvaged
from gui.model.writing import to_text
from tests.soak import kit
from tests.soak._mutations import mutated, sources

LONGEST = 1.0
"""Seconds of processor time that one document may take."""
CIRCLE = b'{"chainrule": 1, "nodes": [{"id": "a", "op": "neg", "name": "a"}], "edges": ' \
    b'[{"from": ["a", 0], "to": ["a", "self"]}]}'  # fmt: skip
"""NetworkX writes the functions that find a circle when they are first called."""
FIRST = 400
"""Documents that are read before it is watched what is opened."""
WATCHED = (
    *("open", "socket.", "subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.remove"),
    *("os.rename", "shutil.", "exec", "compile", "import", "pickle.", "ctypes."),
)


class Watch:
    """Notes what Python's audit hook sees while it is on; the hook itself can never be removed."""

    def __init__(self) -> None:
        self.allowed: Path | None = None
        self.seen: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, args: tuple[Any, ...]) -> None:
        if self.allowed is None or not event.startswith(WATCHED):
            return
        if event == "open" and (isinstance(args[0], int) or str(args[0]) == str(self.allowed)):
            return  # a number stands for a file that was opened, and seen, before
        self.seen.append(f"{event}{args!r:.120}")

    @contextmanager
    def on(self, allowed: Path) -> Iterator[list[str]]:
        """What is seen until the end of the block, but for opening the one allowed file."""
        self.seen, self.allowed = [], allowed
        try:
            yield self.seen
        finally:
            self.allowed = None


def run(times: int, seed: int) -> list[str]:
    """What went wrong with `times` documents."""
    texts, failures = sources(), []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stranger.chain"
        for k in range(FIRST):  # what is imported at the first use is imported now
            received(path, mutated(random.Random(k), texts))
        received(path, CIRCLE)
        watch = Watch()
        for k in range(times):
            data = mutated(random.Random(f"{seed} {k}"), texts)
            began = time.process_time()
            with watch.on(path) as seen:
                wrong = received(path, data)
            took = time.process_time() - began
            wrong += [f"saw {event}" for event in seen]
            if took > LONGEST:
                wrong.append(f"took {took:.1f} s")
            failures += [f"seed {seed} {k}: {what}" for what in wrong]
            if wrong:
                _keep(f"{seed}-{k}.chain", data)
    return failures


def received(path: Path, data: bytes) -> list[str]:
    """What is wrong with how one document was received."""
    path.write_bytes(data)
    try:
        document = load(path)[0]
    except Unreadable as error:
        return _told(error.findings) + _rest(data)
    except Exception as error:  # the very thing that is looked for
        return [f"{type(error).__name__}: {error}"]
    return _stays(document)


def _rest(data: bytes) -> list[str]:
    """What is wrong with opening what can be opened."""
    try:
        document, findings = salvaged(data)
    except Unreadable as error:
        return _told(error.findings)
    except Exception as error:
        return [f"salvaging: {type(error).__name__}: {error}"]
    return _told(findings) + _stays(document)


def _told(findings: tuple[Finding, ...] | list[Finding]) -> list[str]:
    if findings and all(f.where and f.what and f.remedy for f in findings):
        return []
    return [f"refused without place, reason or remedy: {findings}"]


def _stays(document: Document) -> list[str]:
    """A document that was opened can be saved and opened again, and is the same."""
    text = to_text(document)
    return [] if to_text(from_text(text)) == text else ["is another one when saved and opened"]


def _keep(name: str, data: bytes) -> None:
    kit.CORPUS.mkdir(exist_ok=True)
    (kit.CORPUS / name).write_bytes(data)


if __name__ == "__main__":
    kit.main("documents through the reader", 100_000, run)
