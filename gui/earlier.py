"""Earlier versions of the open file: opened one after the other beside the dialog, and restored."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from gui.desk import drawn
from gui.model.compared import compared
from gui.model.document import Document
from gui.model.files import load
from gui.model.findings import Unreadable
from gui.model.versions import Version
from gui.panels.compare import in_numbers
from gui.panels.versions import PICTURE, VersionsDialog
from gui.state.later import Later
from gui.tr import tr

if TYPE_CHECKING:
    from gui.doing import Doing

Opened = Document | str
"""What an earlier version holds, or why it cannot be told."""


class Earlier(QObject):
    """Lives as long as its dialog."""

    def __init__(self, app: Doing) -> None:
        super().__init__(app.window)
        self.app = app
        path = app.editor.path
        self.versions = app.filing.versions.of(path) if path is not None else []
        self.opened: dict[int, Opened] = {}
        self._later = Later(self)
        self._later.found.connect(self._on_found)
        self._asked = -1
        self.dialog = VersionsDialog(app.editor.title, self.versions, app.window)
        self.dialog.chosen.connect(self._on_chosen)
        self.dialog.restore_wanted.connect(self._restore)
        self.dialog.copy_wanted.connect(self._open_copy)
        self.dialog.finished.connect(self._on_finished)

    def show(self) -> None:
        """The dialog, until it is closed."""
        if self.versions:
            self.dialog.begin()
        self.dialog.exec()

    def _on_finished(self, _: int) -> None:
        self._later.forget()
        self.dialog.deleteLater()
        self.deleteLater()

    # ---- opening them --------------------------------------------------------------------------

    def _on_chosen(self, row: int) -> None:
        if row in self.opened:
            self._show(row)
        elif row >= 0:
            self._ask(row)

    def _ask(self, row: int) -> None:
        if row != self._asked:
            self._asked = row
            self._later.ask(partial(_open, self.versions[row], self.app.editor.document))

    def _on_found(self, found: tuple[Opened, str]) -> None:
        row, self._asked = self._asked, -1
        self.opened[row], text = found
        self.dialog.tell_row(row, text)
        if row == self.dialog.row:
            self._show(row)
        left = [k for k in range(len(self.versions)) if k not in self.opened]
        if left:  # the one that is looked at, then those that are listed first
            self._ask(self.dialog.row if self.dialog.row in left else left[0])

    def _show(self, row: int) -> None:
        found = self.opened[row]
        if isinstance(found, str):
            self.dialog.show_damaged(found)
            return
        graph = found.graph
        size = tr("{} nodes · {} edges").format(len(graph.nodes), len(graph.edges))
        dpr = self.dialog.devicePixelRatioF()
        self.dialog.show_picture(drawn(found, PICTURE, self.app.theme, dpr), size)

    # ---- what is done with one -----------------------------------------------------------------

    def _restore(self, row: int) -> None:
        found = self.opened.get(row)
        if isinstance(found, Document):
            self.dialog.accept()
            self.app.editor.apply(tr("Restore an earlier version"), found)
            self.app.say(tr("Restored; Undo takes it back"))

    def _open_copy(self, row: int) -> None:
        found = self.opened.get(row)
        if isinstance(found, Document):
            self.dialog.accept()
            title = tr("{}, earlier").format(self.app.editor.title)
            self.app.desk.new_window().filing.put(found, title=title)


def _open(version: Version, here: Document) -> tuple[Opened, str]:
    try:
        document, found = load(version.file)
    except Unreadable as error:
        return str(error.findings[0]), tr("cannot be opened")
    if found != version.sha256:
        return tr("It was damaged on the disk."), tr("damaged")
    return document, in_numbers(compared(here, document))
