"""Documents that were not saved when the program ended: looked for, offered, opened again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSize
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFileDialog

from gui.model.disk import Disk
from gui.model.document import Document
from gui.model.files import CannotSave, ChangedOnDisk, OtherNames, save, suffix_of
from gui.model.folders import data_folder
from gui.model.journal import Journal
from gui.model.journals import TRASH, Found, clean, discard, left_over, release, resume
from gui.panels.recovery import RecoveryDialog
from gui.state.later import Later
from gui.storing import kinds
from gui.tr import tr

if TYPE_CHECKING:
    from gui.app import App
    from gui.desk import Desk


class Recovering(QObject):
    """One for all windows; the journals it has found are held until they have their answer."""

    def __init__(
        self, desk: Desk, drawn: Callable[[Document, QSize], QPixmap], root: Path | None = None
    ) -> None:
        super().__init__(desk)
        self.desk, self.root, self.disk = desk, root or data_folder(), Disk()
        self.dialog: RecoveryDialog | None = None
        self._drawn = drawn
        self._quiet = False
        self._later = Later(self)
        self._later.found.connect(self._on_found)

    def at_start(self) -> None:
        """Offer what there is, if there is anything, and throw away what nobody wants any more."""
        self._look(quiet=True)

    def show(self) -> None:
        """Offer what there is, or say that there is nothing."""
        if self.dialog is not None:
            self.dialog.raise_()
            self.dialog.activateWindow()
        else:
            self._look(quiet=False)

    def _look(self, quiet: bool) -> None:
        root, disk, now, self._quiet = self.root, self.disk, time.time(), quiet

        def look() -> list[Found]:
            clean(root, now, disk)
            return left_over(root, disk)

        self._later.ask(look)

    def _on_found(self, found: list[Found]) -> None:
        if self.dialog is not None or not self.desk.apps or (self._quiet and not found):
            for one in found:
                release(one, self.disk)
            return
        trash = str(self.root / TRASH)
        window = self.desk.apps[-1].window
        self.dialog = dialog = RecoveryDialog(found, self._drawn, trash, window)
        dialog.restore_wanted.connect(self._restore)
        dialog.save_wanted.connect(self._save)
        dialog.discard_wanted.connect(self._discard)
        dialog.finished.connect(self._on_finished)
        dialog.open()

    def _on_finished(self, _: int) -> None:
        dialog, self.dialog = self.dialog, None
        if dialog is not None:
            for one in dialog.all:
                release(one, self.disk)
            dialog.deleteLater()

    def close(self) -> None:
        """No answer is wanted any more; what is left is offered at the next start."""
        self._later.forget()
        if self.dialog is not None:
            self.dialog.reject()

    # ---- what becomes of them ------------------------------------------------------------------

    def _restore(self, found: Found, copy: bool) -> None:
        """Open it again, not saved; its journal goes on."""
        assert found.document is not None
        path = Path(found.head.path) if found.head.path and not copy else None
        app = self._window_for(path)
        if path is not None and (app is None or app.holding.is_elsewhere(path)):
            path = None
        app = app or self._window_for(None)
        assert app is not None
        head = found.head
        title = head.title if head.path is None else tr("{} (recovered)").format(head.title)
        seen = head.seen if path is not None else None
        journal = self._resumed(found, None if path is None else str(path), seen)
        app.conductor.hold_next = found.fragile
        app.filing.put(found.document, path, seen, None if path else title)
        app.editor.unsaved()
        if journal is not None:
            app.recovery.take(journal)
        self._answered(found)

    def _resumed(self, found: Found, path: str | None, seen: str | None) -> Journal | None:
        """Counts the attempt before anything is opened, as that may end the program."""
        assert found.document is not None
        head = replace(found.head, path=path, seen=seen, tries=found.head.tries + 1)
        try:
            return resume(found, found.document, head, self.disk)
        except OSError:
            release(
                found, self.disk
            )  # it stays as it is, and the window keeps a journal of its own
            return None

    def _window_for(self, path: Path | None) -> App | None:
        """Where it may be opened: nothing there is lost; None if its file is being edited."""
        for app in self.desk.apps:
            theirs = app.editor.path
            if path is not None and theirs and os.path.realpath(theirs) == os.path.realpath(path):
                return None if app.editor.dirty else app
        free = (a for a in self.desk.apps if not a.editor.dirty and a.editor.path is None)
        return next(free, None) or self.desk.new_window()

    def _discard(self, found: Found) -> None:
        try:
            discard(found, self.root, self.disk)
        except OSError as error:
            title = tr("“{}” was not discarded").format(found.head.title or found.folder.name)
            self.desk.apps[-1].filing.tell(title, str(error.strerror or error))
        self._answered(found)  # where it stays, it is offered again at the next start

    def _save(self, found: Found) -> None:
        """Write it to a file without opening it."""
        assert found.document is not None
        suffix = suffix_of(found.document)
        stem = Path(found.head.title or tr("untitled")).stem
        start = str(Path.home() / f"{stem}{suffix}")
        name, _ = QFileDialog.getSaveFileName(
            self.dialog, tr("Save the raw file"), start, kinds()
        )  # fmt: skip
        if not name:
            return
        path = Path(name) if Path(name).suffix else Path(name + suffix)
        try:
            save(found.document, path)
        except (CannotSave, ChangedOnDisk, OtherNames) as error:
            title = tr("“{}” was not saved").format(path.name)
            self.desk.apps[-1].filing.tell(title, str(error))
            return
        self.desk.apps[-1].say(tr("Saved to {}").format(path))

    def _answered(self, found: Found) -> None:
        if self.dialog is not None:
            self.dialog.take_out(found)
