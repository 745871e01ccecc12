"""Tells other programs that a document's file is open here."""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from pathlib import Path

from PySide6.QtCore import QObject

from gui.model.disk import Disk
from gui.model.folders import data_folder
from gui.model.journals import LOCKS
from gui.state.editor import Editor


class Holding(QObject):
    """Holds a lock, by the name of the file the Editor has, as long as it has that.

    It lies in the data folder, not beside the file, and ends with the program however that ends.
    """

    def __init__(self, editor: Editor, root: Path | None = None, disk: Disk | None = None) -> None:
        super().__init__(editor)
        self.folder, self.disk = (root or data_folder()) / LOCKS, disk or Disk()
        self._held: tuple[Path, int] | None = None
        editor.path_changed.connect(self._on_path_changed)

    def is_elsewhere(self, path: Path) -> bool:
        """Whether another program has that file open."""
        name = self._name(path)
        if self._held is not None and self._held[0] == name:
            return False
        try:
            if self.disk.status(name) is None:
                return False
            fd = self.disk.lock(name)
        except OSError:
            return False
        if fd is not None:
            self.disk.close(fd)
        return fd is None

    def _name(self, path: Path) -> Path:
        canonical = os.path.normcase(os.path.realpath(path))
        return self.folder / f"{hashlib.sha256(os.fsencode(canonical)).hexdigest()}.lock"

    def _on_path_changed(self, path: Path | None) -> None:
        name = None if path is None else self._name(path)
        if self._held is not None and self._held[0] == name:
            return
        self.close()
        if name is not None:
            with suppress(OSError):  # without a lock the check of what the file holds is left
                self.disk.make_folder(self.folder)
                fd = self.disk.lock(name)
                self._held = None if fd is None else (name, fd)

    def close(self) -> None:
        """Let go of the file."""
        held, self._held = self._held, None
        if held is not None:
            with suppress(OSError):
                self.disk.close(held[1])
