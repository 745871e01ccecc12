"""New, open, save: the documents a person keeps, and the questions asked on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from gui.model.document import Document
from gui.model.files import CannotSave, ChangedOnDisk, Unreadable, load, save, warnings
from gui.state.editor import Editor
from gui.state.settings import Settings
from gui.tr import tr

FILTER = "Chainrule graphs (*.chain);;All files (*)"
SUFFIX = ".chain"
Button = QMessageBox.StandardButton


class Filing(QObject):
    """Opens and saves the editor's Document; nothing is ever replaced without being asked for."""

    message = Signal(str)

    def __init__(
        self,
        editor: Editor,
        settings: Settings,
        window: Callable[[], QWidget],
        parent: QObject,
        elsewhere: Callable[[Path], bool] = lambda path: False,
    ) -> None:
        super().__init__(parent)
        self.editor, self.settings, self._window = editor, settings, window
        self._elsewhere = elsewhere
        self._hash: str | None = None

    # ---- opening -------------------------------------------------------------------------------

    def new(self) -> bool:
        """An empty document, after asking about unsaved changes."""
        if not self.may_close():
            return False
        self._hash = None
        self.editor.open(Document())
        return True

    def ask_open(self) -> bool:
        """Let the person pick a file and open it."""
        start = str(self.editor.path.parent if self.editor.path else Path.home())
        name, _ = QFileDialog.getOpenFileName(self._window(), tr("Open a graph"), start, tr(FILTER))
        return bool(name) and self.open(Path(name))

    def open(self, path: Path) -> bool:
        """Open a file in place of the current document; on any problem nothing changes.

        If another window has it, that one comes to the front.
        """
        if self._elsewhere(path):
            return True
        if not self.may_close():
            return False
        loaded = self._load(path)
        if loaded is None:
            return False
        document, self._hash = loaded
        self.editor.open(document, path)
        self.settings.remember(path)
        return True

    def open_copy(self, path: Path) -> bool:
        """Open a lesson: its content, without a file, so that saving asks for a place."""
        if not self.may_close():
            return False
        loaded = self._load(path)
        if loaded is None:
            return False
        self._hash = None
        self.editor.open(loaded[0])
        self.editor.set_title(path.stem)
        return True

    def _load(self, path: Path) -> tuple[Document, str] | None:
        try:
            document, found = load(path)
        except Unreadable as error:
            self.tell(tr("“{}” cannot be opened").format(path.name), str(error))
            return None
        notes = warnings(document)
        if notes:
            self.tell(
                tr("“{}” was opened, but not all of it is known here").format(path.name),
                "\n".join(f"{n.where}: {n.what} {n.remedy}" for n in notes[:20]),
                QMessageBox.Icon.Information,
            )
        return document, found

    # ---- saving --------------------------------------------------------------------------------

    def save(self) -> bool:
        """Save to the document's file; asks for one if it has none."""
        if self.editor.path is None:
            return self.save_as()
        return self._write(self.editor.path, self._hash)

    def save_as(self) -> bool:
        """Ask for a file and save there."""
        start = self.editor.path or Path.home() / f"{self.editor.title}{SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(
            self._window(), tr("Save the graph"), str(start), tr(FILTER)
        )
        if not name:
            return False
        path = Path(name)
        if path.suffix != SUFFIX:
            path = path.with_name(path.name + SUFFIX)
            if path.exists() and not self._ask_replace(path):  # the dialog asked about another name
                return False
        return self._write(path, None)

    def _write(self, path: Path, expected: str | None) -> bool:
        try:
            self._hash = save(self.editor.document, path, expect_hash=expected)
        except ChangedOnDisk:
            return self._ask_overwrite(path) and self._write(path, None)
        except CannotSave as error:
            self.tell(
                tr("“{}” was not saved").format(path.name),
                f"{error}\n\n" + tr("Your work is still open here."),
            )
            return False
        self.editor.saved(path)
        self.settings.remember(path)
        self.message.emit(tr("Saved to {}").format(path))
        return True

    def _ask_replace(self, path: Path) -> bool:
        return self._ask(
            tr("“{}” is already there").format(path.name),
            tr("Saving replaces what it holds. Save anyway?"),
            Button.Save | Button.Cancel,
        ) == Button.Save  # fmt: skip

    def _ask_overwrite(self, path: Path) -> bool:
        return self._ask(
            tr("“{}” has been changed by another program").format(path.name),
            tr("Saving now would replace those changes with what you have here. Save anyway?"),
            Button.Save | Button.Cancel,
        ) == Button.Save  # fmt: skip

    # ---- asking --------------------------------------------------------------------------------

    def may_close(self) -> bool:
        """Whether the current document may go: it is saved, or the person said what to do."""
        if not self.editor.dirty:
            return True
        answer = self._ask(
            tr("Save the changes to “{}”?").format(self.editor.title),
            tr("Without saving, what you have changed since the last save will be lost."),
            Button.Save | Button.Discard | Button.Cancel,
        )
        return self.save() if answer == Button.Save else answer == Button.Discard

    def _ask(self, title: str, text: str, buttons: Button) -> Button:
        box = self._box(title, text, QMessageBox.Icon.Question)
        box.setStandardButtons(buttons)
        box.setDefaultButton(Button.Save)
        return Button(box.exec())

    def tell(
        self, title: str, text: str, icon: QMessageBox.Icon = QMessageBox.Icon.Warning
    ) -> None:
        """A message to be read before going on."""
        self._box(title, text, icon).exec()

    def _box(self, title: str, text: str, icon: QMessageBox.Icon) -> QMessageBox:
        box = QMessageBox(self._window())
        box.setIcon(icon)
        box.setWindowTitle("Chainrule")
        box.setTextFormat(Qt.TextFormat.PlainText)  # file names and findings are never markup
        box.setText(title)
        box.setInformativeText(text if len(text) < 1500 else text[:1500] + "\n…")
        if len(text) >= 1500:
            box.setDetailedText(text)
        return box
