"""What the tests of journals share: documents edited at random, and a disk that fails."""

from __future__ import annotations

import errno
import os
import random
from collections.abc import Callable
from typing import Any

from gui.model import edits
from gui.model.disk import Disk
from gui.model.document import Document

EMPTY = Document()
CODES = (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO, errno.ENOENT)


def edited(times: int, seed: int = 0) -> list[Document]:
    """The documents after 0, 1, … edits."""
    dice = random.Random(seed)
    found = [EMPTY]
    while len(found) <= times:
        document = found[-1]
        ids = list(document.graph.nodes)
        match dice.choice("aaamrd") if len(ids) > 2 else "a":
            case "a":
                document, _ = edits.add_node(document, "tensor", (dice.random(), 1.0))
            case "m":
                document = edits.move(document, {dice.choice(ids): (dice.random(), 2.0)})
            case "r":
                document = edits.rename(document, dice.choice(ids), f"n{dice.randrange(10**6)}")
            case "d":
                document = edits.remove(document, [dice.choice(ids)])
        if document is not found[-1]:
            found.append(document)
    return found


class Failing(Disk):
    """Fails the operation of that number, or that one and all after it; a write is torn then."""

    def __init__(self, nth: int, code: int = errno.EIO, dead: bool = False) -> None:
        self.nth, self.code, self.dead, self.calls = nth, code, dead, 0

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name.startswith("_") or name == "close" or not callable(found):
            return found
        return lambda *args: self._do(name, found, args)

    def _do(self, name: str, real: Callable[..., Any], args: tuple[Any, ...]) -> Any:
        self.calls += 1
        if self.calls == self.nth or (self.dead and self.calls > self.nth):
            if name == "write":
                real(args[0], args[1][: len(args[1]) // 2])
            raise OSError(self.code, os.strerror(self.code))
        return None if name.startswith("sync") else real(*args)  # the platter can wait
