"""Saving the editor's Document, and every question and message on the way."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from gui.model import limits
from gui.model.disk import Disk
from gui.model.files import (
    ABSENT,
    SUFFIXES,
    TEXT,
    CannotSave,
    ChangedOnDisk,
    OtherNames,
    fingerprint,
    suffix_of,
)
from gui.model.program_reading import PROGRAMS
from gui.model.unseen import visible
from gui.model.versions import Versions
from gui.state.editor import Editor
from gui.state.saver import Saved, Saver, Saving
from gui.state.settings import Settings
from gui.tr import tr

PATTERNS = " ".join(f"*{suffix}" for suffix in SUFFIXES)
PROGRAM_PATTERNS = " ".join(f"*{suffix}" for suffix in PROGRAMS)
PATIENCE = 0.1
"""Seconds for which a save may hold the window up; what takes longer goes on beside it."""
LONG = 10_000
"""Milliseconds after which who waits for a save is asked whether to wait on."""
Button = QMessageBox.StandardButton
Icon = QMessageBox.Icon


def kinds() -> str:
    """What a file dialog offers to show."""
    return f"{tr('Chainrule graphs')} ({PATTERNS});;{tr('All files')} (*)"


def openable() -> str:
    """What a dialog offers to open: programs, too."""
    graphs, programs = tr("Chainrule graphs"), tr("PyTorch programs and notebooks")
    both = f"{tr('All that can be opened')} ({PATTERNS} {PROGRAM_PATTERNS})"
    return f"{both};;{graphs} ({PATTERNS});;{programs} ({PROGRAM_PATTERNS});;{tr('All files')} (*)"


class Storing(QObject):
    """Knows what the document's file held when it was last seen, and never replaces other content
    unasked."""

    message = Signal(str)
    followed = Signal(object, object)
    """(path, hash): the document's file and what it should hold; None, None without a file."""

    patience = PATIENCE

    def __init__(
        self,
        editor: Editor,
        settings: Settings,
        window: Callable[[], QWidget],
        parent: QObject,
        fs: Disk | None = None,
    ) -> None:
        super().__init__(parent)
        self.editor, self.settings, self._window = editor, settings, window
        self.fs = fs or Disk()
        self.versions = Versions(fs=self.fs)
        self.saver = Saver(self.versions, self, self.fs)
        self.saver.done.connect(self._on_done)
        self.seen: str | None = None
        """The hash of the document's file, as it was last read or written here."""
        self.folder: Path | None = None
        """Where a document without a file came from."""
        self.foreign = False
        """Whether a newer Chainrule made the file: it is not replaced by what this one writes."""
        self._stored = False
        self._next: Callable[[], bool] | None = None

    def follow(self, path: Path | None, seen: str | None) -> None:
        """The document has this file, which holds that."""
        self.seen = seen
        self.followed.emit(path, seen)

    # ---- what a person asks for ----------------------------------------------------------------

    def save(self) -> bool:
        """Save to the document's file, or ask for one; whether it has been written already."""
        path = self.editor.path
        if path is None or self.foreign or self._must_move(path):
            return self.save_as()
        return self._write(path, self.seen)

    def save_as(self) -> bool:
        """Ask for a file, save there, and go on with that."""
        path = self._ask_where(tr("Save the graph"), self._own_name(""))
        return path is not None and self._write(path, self._expected_at(path))

    def save_copy(self) -> bool:
        """Ask for another file and save there; the document keeps the one it has."""
        path = self._ask_where(tr("Save a copy"), self._own_name(tr(" copy")))
        if path is None:
            return False
        return self._write(path, self._expected_at(path), copy=not self._is_own(path))

    def save_again(self) -> bool:
        """Write the document's file anew, which is no longer there."""
        return self.editor.path is not None and self._write(self.editor.path, ABSENT)

    def finish(self) -> bool:
        """Wait for a save that is under way; whether nothing is unsaved then."""
        while not self.saver.wait(LONG):
            if not self._ask_wait():
                self.saver.give_up()
                self._next = None
        return not self.editor.dirty

    # ---- where ---------------------------------------------------------------------------------

    def _own_name(self, addition: str) -> Path:
        suffix = suffix_of(self.editor.document)
        new = (self.folder or Path.home()) / f"{self.editor.title}{suffix}"
        path = self._able(self.editor.path or new)
        return path.with_name(f"{path.stem}{addition}{path.suffix}")

    def _ask_where(self, title: str, start: Path) -> Path | None:
        name, _ = QFileDialog.getSaveFileName(self._window(), title, str(start), kinds())
        if not name:
            return None
        path = Path(name)
        if path.suffix not in SUFFIXES:
            path = path.with_name(path.name + suffix_of(self.editor.document))
        path = self._able(path)
        other = path != Path(name) and os.path.lexists(path)  # than the dialog has asked about
        return None if other and not self.ask_replace(path) else path

    def _able(self, path: Path) -> Path:
        """The same name, with the suffix that the document needs now."""
        suffix = suffix_of(self.editor.document)
        return path.with_suffix(suffix) if path.suffix == TEXT != suffix else path

    def _must_move(self, path: Path) -> bool:
        """Tell of a file that can no longer hold the document; the next thing is another name."""
        if self._able(path) == path:
            return False
        told = tr("It holds a tensor of more than {} numbers, for which there are {} files.")
        self.tell(
            tr("“{}” needs another name").format(path.name),
            told.format(f"{limits.INLINE:,}", suffix_of(self.editor.document)),
            Icon.Information,
        )
        return True

    def _is_own(self, path: Path) -> bool:
        own = self.editor.path
        return own is not None and os.path.realpath(own) == os.path.realpath(path)

    def _expected_at(self, path: Path) -> str | None:
        """What may be replaced there: what is there as it was chosen, and nothing that comes later.

        Of the document's own file a person may not know that it has changed.
        """
        if self._is_own(path):
            return self.seen
        try:
            return fingerprint(path, fs=self.fs)
        except (OSError, ValueError):
            return None  # the save says what is wrong with it

    # ---- writing -------------------------------------------------------------------------------

    def _write(
        self, path: Path, expected: str | None, *, copy: bool = False, split_links: bool = False
    ) -> bool:
        """Begin; True if it has come to a good end already."""
        if self.saver.busy:  # what is there then is written, not what is here now
            own = path == self.editor.path and not copy
            self._next = self.save if own else lambda: self._write(path, expected, copy=copy)
            return False
        self._stored = False
        saving = Saving(self.editor.document, path, expected, copy, split_links)
        self.saver.start(saving, self.patience)
        if self.saver.busy:
            self.message.emit(tr("Saving to {} …").format(path))
        return self._stored

    def _on_done(self, saved: Saved) -> None:
        saving, again = saved.saving, self._next
        self._next = None
        match saved.problem:
            case None:
                self._on_stored(saved)
                if again is not None:
                    again()
            case ChangedOnDisk(found=found):
                if self._ask_overwrite(saving.path, found):
                    self._write(saving.path, found, copy=saving.copy)
            case OtherNames(count=count):
                if self._ask_split(saving.path, count):
                    self._write(saving.path, saving.expected, copy=saving.copy, split_links=True)
            case CannotSave() as error:
                if self._ask_elsewhere(saving.path, error):
                    self.save_copy()
            case error:
                raise error

    def _on_stored(self, saved: Saved) -> None:
        saving = saved.saving
        self._stored = True
        self.settings.remember(saving.path)
        told = tr("A copy is saved to {}") if saving.copy else tr("Saved to {}")
        if not saving.copy:
            self.foreign = False
            self.editor.saved(saving.path, saving.document)
            self.follow(saving.path, saved.hash)
        note = tr(" · its earlier content could not be kept: {}").format(saved.note)
        self.message.emit(told.format(saving.path) + (note if saved.note else ""))

    # ---- asking --------------------------------------------------------------------------------

    def ask_replace(self, path: Path) -> bool:
        """Whether the file that is there may be replaced."""
        return self._ask(
            tr("“{}” is already there").format(path.name),
            tr("Saving replaces what it holds. Save anyway?"),
            Button.Save | Button.Cancel, Button.Cancel,
        ) == Button.Save  # fmt: skip

    def _ask_overwrite(self, path: Path, found: str) -> bool:
        if found == ABSENT:
            return self._ask(
                tr("“{}” is no longer there").format(path.name),
                tr("{}\n\nIt was removed or renamed by another program. Write it again?")
                .format(path),
                Button.Save | Button.Cancel,
            ) == Button.Save  # fmt: skip
        return self._ask(
            tr("“{}” has been changed by another program").format(path.name),
            tr(
                "{}\n\nSaving now would replace those changes with what you have here. "
                "Save anyway? What is replaced stays under File › Earlier versions."
            ).format(path),
            Button.Save | Button.Cancel, Button.Cancel,
        ) == Button.Save  # fmt: skip

    def _ask_split(self, path: Path, count: int) -> bool:
        return self._ask(
            tr("“{}” has {} names on this disk").format(path.name, count),
            tr("Only this one would get the new content, the others keep the old. Save anyway?"),
            Button.Save | Button.Cancel, Button.Cancel,
        ) == Button.Save  # fmt: skip

    def _ask_wait(self) -> bool:
        return self._ask(
            tr("“{}” is still being saved").format(self.editor.title),
            tr("The disk or the network does not answer. You can wait for it, or go on without."),
            Button.Save | Button.Ignore,
            save=tr("&Wait"),
        ) != Button.Ignore  # fmt: skip

    def _ask_elsewhere(self, path: Path, error: CannotSave) -> bool:
        return self._ask(
            tr("“{}” was not saved").format(path.name),
            f"{error}\n\n" + tr("Your work is still open here."),
            Button.Save | Button.Close,
            save=tr("Save a &copy…"),
        ) == Button.Save  # fmt: skip

    def _ask(
        self, title: str, text: str, buttons: Button, usual: Button = Button.Save, save: str = ""
    ) -> Button:
        """What was answered; `save` is what is on the Save button where that means more."""
        box = self._box(title, text, Icon.Warning if save else Icon.Question)
        box.setStandardButtons(buttons)
        box.setDefaultButton(usual)
        if save:
            box.button(Button.Save).setText(save)
        return Button(box.exec())

    def tell(self, title: str, text: str, icon: Icon = Icon.Warning) -> None:
        """A message to be read before going on."""
        self._box(title, text, icon).exec()

    def _box(self, title: str, text: str, icon: Icon) -> QMessageBox:
        box = QMessageBox(self._window())
        box.setIcon(icon)
        box.setWindowTitle("Chainrule")
        box.setTextFormat(Qt.TextFormat.PlainText)  # file names and findings are never markup
        title, text = visible(title), visible(text)
        box.setText(title)
        box.setInformativeText(text if len(text) < 1500 else text[:1500] + "\n…")
        if len(text) >= 1500:
            box.setDetailedText(text)
        return box
