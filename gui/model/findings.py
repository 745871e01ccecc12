"""What can be wrong with a file, told as a place, a sentence and a remedy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from os import PathLike, fspath
from typing import NamedTuple

from gui.model import limits

JsonPath = tuple[str | int, ...]

_WORD = re.compile(r"[A-Za-z_]\w*\Z")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong: where in the file, what it is, and what to do about it."""

    where: str
    what: str
    remedy: str
    line: int | None = None

    def __str__(self) -> str:
        """What a person can find comes first; a path of the format stands in brackets at the end.

        That the whole file is meant goes without saying.
        """
        before, sign, path = self.where.partition("$")
        before = "" if before == "file" else before.rstrip(", ")
        line = "" if self.line is None else f"line {self.line}"
        place = ", ".join(filter(None, [line, before]))
        told = f"{place[:1].upper()}{place[1:]}: " if line else f"{place}: " if place else ""
        return f"{told}{self.what} {self.remedy}" + (f" [{sign}{path}]" if path else "")


class Problem(NamedTuple):
    """A finding before its line has been looked up."""

    path: JsonPath
    what: str
    remedy: str


class Unreadable(Exception):
    """A file that cannot be opened as a Document; `findings` says why, at most 50 of them."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(islice(findings, limits.FINDINGS))
        super().__init__("\n".join(map(str, self.findings)))


class CannotSave(Exception):
    """A save that did not happen; the file on disk is what it was before."""

    def __init__(self, path: str | PathLike[str], reason: str, remedy: str) -> None:
        self.path, self.reason, self.remedy = fspath(path), reason, remedy
        super().__init__(f"{self.path} was not saved. {reason} {remedy}")


class ChangedOnDisk(Exception):
    """The file is no longer the one that was opened; nothing was written.

    `found` is the hash of what lies there instead, empty if nothing does.
    """

    def __init__(self, path: str | PathLike[str], found: str) -> None:
        self.path, self.found = fspath(path), found
        what = "was changed by another program" if found else "was removed or renamed"
        super().__init__(
            f"{self.path} {what} since it was opened. Save under another name, or open it again."
        )


class OtherNames(Exception):
    """The file has other names, which would keep the old content; nothing was written."""

    def __init__(self, path: str | PathLike[str], count: int) -> None:
        self.path, self.count = fspath(path), count
        super().__init__(f"{self.path} has {count} names, and the others would keep what is there.")


def spelled(path: JsonPath) -> str:
    """The place as JSON path: `$.nodes[3].params.dim`."""
    return "$" + "".join(map(_step, path))


def _step(key: str | int) -> str:
    if isinstance(key, int):
        return f"[{key}]"
    return f".{key}" if _WORD.match(key) else f'["{shown(key)}"]'


def shown(text: str, most: int = 40) -> str:
    """Text from a stranger's file, short and with everything unprintable escaped."""
    short = text if len(text) <= most else text[: most - 1] + "…"
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in short)
