"""What saves have replaced, kept in the app's data folder so that it can be had again.

A folder a file; an entry is named by when it was replaced, when it had been saved, and its hash.
"""

from __future__ import annotations

import hashlib
import math
import os
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from gui.model.disk import Disk, replace_file
from gui.model.folders import data_folder

NEWEST = 20
"""So many are kept however old they are; of those before them one in SPACING, for a week."""
SPACING = 5 * 60.0
WEEK = 7 * 24 * 3600.0
CAP = 200 * 1024 * 1024
"""Bytes of all versions of all files together."""

_NAME = re.compile(r"(\d{14,16})-(\d{1,16})-([0-9a-f]{64})(\.chainz?)")


@dataclass(frozen=True)
class Version:
    """One earlier content of a file; the times are seconds since 1970."""

    file: Path
    replaced: float
    saved: float
    sha256: str
    size: int


class Versions:
    """The earlier contents of all files; none of its troubles ever stops a save."""

    def __init__(
        self,
        folder: Path | None = None,
        fs: Disk | None = None,
        clock: Callable[[], float] = time.time,
        cap: int = CAP,
    ) -> None:
        self.folder = folder or data_folder() / "history"
        self.fs, self.clock, self.cap = fs or Disk(), clock, cap

    def of(self, path: Path) -> list[Version]:
        """The earlier contents of a file, the newest first."""
        return self._in(self._folder_of(path))

    def keep(self, path: Path, data: bytes) -> str:
        """Keep what is about to be replaced; returns why that failed, empty if it did not."""
        try:
            return self._keep(path, data)
        except (OSError, ValueError) as error:
            return str(getattr(error, "strerror", None) or error)

    def _keep(self, path: Path, data: bytes) -> str:
        if len(data) > self.cap:
            return f"it is larger than the {self.cap // 2**20} MB that all earlier versions may be"
        folder = self._folder_of(path)
        known = self._in(folder)
        replaced = max(self.clock(), known[0].replaced + 0.001 if known else 0.0)
        target = folder / self._name(path, replaced, data)
        same = next((v for v in known if v.sha256 == _hash(data)), None)
        if same is not None:
            self.fs.replace(same.file, target)
        else:
            self.fs.make_folder(folder)
            replace_file(self.fs, target, data)
        self._thin(folder)
        return ""

    def _name(self, path: Path, replaced: float, data: bytes) -> str:
        status = self.fs.status(path)
        saved = min(replaced, status.st_mtime) if status is not None else replaced
        suffix = ".chainz" if path.suffix == ".chainz" else ".chain"
        when = f"{round(replaced * 1000):014d}-{max(0, round(saved * 1000))}"
        return f"{when}-{_hash(data)}{suffix}"

    def _folder_of(self, path: Path) -> Path:
        canonical = os.path.normcase(self.fs.resolve(path))
        return self.folder / _hash(os.fsencode(canonical))

    def _in(self, folder: Path) -> list[Version]:
        found = (self._version(folder / name) for name in self.fs.names(folder))
        return sorted(filter(None, found), key=lambda v: v.replaced, reverse=True)

    def _version(self, file: Path) -> Version | None:
        match = _NAME.fullmatch(file.name)
        status = self.fs.status(file) if match else None
        if match is None or status is None:
            return None
        replaced, saved = int(match[1]) / 1000, int(match[2]) / 1000
        return Version(file, replaced, saved, match[3], status.st_size)

    # ---- what goes -----------------------------------------------------------------------------

    def _thin(self, folder: Path) -> None:
        """Remove what is too old, too close together, and in all of them what is too much."""
        self._remove(superfluous(self._in(folder), self.clock()))
        everything = [
            v for name in self.fs.names(self.folder) for v in self._in(self.folder / name)
        ]
        self._remove(beyond(everything, self.cap))

    def _remove(self, versions: Iterable[Version]) -> None:
        for version in versions:
            with suppress(FileNotFoundError):  # another window was quicker
                self.fs.remove(version.file)


def superfluous(versions: list[Version], now: float) -> list[Version]:
    """Those of one file that need not stay; `versions` has the newest first."""
    gone, last = [], -math.inf
    for version in reversed(versions[NEWEST:]):  # from the oldest: those that stay, stay for good
        if now - version.replaced > WEEK or version.replaced - last < SPACING:
            gone.append(version)
        else:
            last = version.replaced
    return gone


def beyond(versions: list[Version], cap: int) -> list[Version]:
    """The oldest of all, until the rest is no more than `cap` bytes."""
    gone, total = [], sum(v.size for v in versions)
    for version in sorted(versions, key=lambda v: v.replaced):
        if total <= cap:
            break
        total -= version.size
        gone.append(version)
    return gone


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
