"""New, open, save: the documents a person keeps, and the questions asked on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

from gui.model.document import Document
from gui.model.findings import Unreadable
from gui.state.editor import Editor
from gui.state.reader import Reader, Reading
from gui.state.settings import Settings
from gui.storing import Button, Icon, Storing, kinds
from gui.tr import tr


class Filing(Storing):
    """Opens and saves the editor's Document; nothing is ever replaced without being asked for."""

    def __init__(
        self,
        editor: Editor,
        settings: Settings,
        window: Callable[[], QWidget],
        parent: QObject,
        elsewhere: Callable[[Path], bool] = lambda path: False,
    ) -> None:
        super().__init__(editor, settings, window, parent)
        self._elsewhere = elsewhere
        self.reader = Reader(self)
        self.reader.may_tell = lambda: QApplication.activeModalWidget() is None
        self.reader.done.connect(self._on_read)
        editor.opened.connect(self.reader.cancel)  # something newer has come
        self._left = editor.document
        self._opened = False

    # ---- opening -------------------------------------------------------------------------------

    def new(self) -> bool:
        """An empty document, after asking about unsaved changes."""
        if not self.may_close():
            return False
        self.put(Document())
        return True

    def put(
        self,
        document: Document,
        path: Path | None = None,
        seen: str | None = None,
        title: str | None = None,
    ) -> None:
        """Begin anew with a document, which its file holds as `seen`, or which has none yet."""
        self.editor.open(document, path)
        if title is not None:
            self.editor.set_title(title)
        self.foreign = False
        self.follow(path, seen)

    def ask_open(self) -> bool:
        """Let the person pick a file and open it."""
        start = str(self.editor.path.parent if self.editor.path else Path.home())
        name, _ = QFileDialog.getOpenFileName(self._window(), tr("Open a graph"), start, kinds())
        return bool(name) and self.open(Path(name))

    def open(self, path: Path) -> bool:
        """Open a file in place of the current document; on any problem nothing changes.

        What takes long to read is opened when it has been read.  False if the person has said no,
        or the file was refused already.  If another window has it, that one comes to the front.
        """
        if self._elsewhere(path):
            return True
        if not self.may_close():
            return False
        self._left, self._opened = self.editor.document, False
        self.reader.start(Reading(path, in_part=True), self.patience)
        return self.reader.busy or self._opened

    def _on_read(self, reading: Reading) -> None:
        if reading.document is None:
            self._offer_rest(reading)
            return
        self._tell_notes(reading)
        if not self._may_leave():
            return
        self.put(reading.document, reading.path, reading.hash)
        self.foreign = reading.newer
        self.settings.remember(reading.path)
        self._opened = True

    def _may_leave(self) -> bool:
        """Whether the document may go still: it may have been edited while the file was read."""
        return self.editor.document is self._left or self.may_close()

    def open_copy(self, path: Path) -> bool:
        """Open a lesson: its content, without a file, so that saving asks for a place."""
        if not self.may_close():
            return False
        reading = self._load(path)
        if reading is None or reading.document is None:
            return False
        self.put(reading.document, title=path.stem)
        return True

    def revert(self) -> bool:
        """What the file holds takes the place of what is here, as an edit that can be undone."""
        return self.editor.path is not None and self.reload(tr("Revert to saved"))

    def reload(self, text: str) -> bool:
        """The same, by the name of the edit: whatever the file holds by now."""
        path = self.editor.path
        reading = self._load(path) if path is not None and not self.saver.busy else None
        if path is None or reading is None or reading.document is None:
            return False
        self.editor.apply(text, reading.document)
        self.editor.saved(path)
        self.follow(path, reading.hash)
        self.foreign = reading.newer
        return True

    def _offer_rest(self, reading: Reading) -> None:
        """Say why a file is refused; what can be opened of it is opened as a copy, if wanted."""
        if reading.rest is None:
            self._refuse(reading)
            return
        path, error = reading.path, reading.problem
        document, left_out = reading.rest
        count = tr("Without the following, {} nodes and {} wires can be opened as a copy.")
        text = count.format(len(document.graph.nodes), len(document.graph.edges))
        title = tr("“{}” cannot be opened as it is").format(path.name)
        box = self._box(title, f"{text}\n\n{error}", Icon.Warning)
        wanted = box.addButton(tr("&Open what can be opened"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(box.addButton(Button.Cancel))
        box.exec()
        if box.clickedButton() is not wanted or not self._may_leave():
            return
        self.put(document, title=tr("{} (in part)").format(path.stem))
        self.editor.unsaved()
        told = "\n".join(map(str, left_out))
        self.tell(tr("“{}” was opened in part").format(path.name), told, Icon.Information)

    def _refuse(self, reading: Reading) -> None:
        error = reading.problem
        if not isinstance(error, Unreadable):
            assert error is not None
            raise error
        self.tell(tr("“{}” cannot be opened").format(reading.path.name), str(error))

    def _load(self, path: Path) -> Reading | None:
        """What is read at once; None if it was refused, which is told."""
        reading = Reading(path)()
        if reading.document is None:
            self._refuse(reading)
            return None
        self._tell_notes(reading)
        return reading

    def _tell_notes(self, reading: Reading) -> None:
        if reading.notes:
            self.tell(
                tr("“{}” was opened, but not all of it is known here").format(reading.path.name),
                "\n".join(f"{n.where}: {n.what} {n.remedy}" for n in reading.notes[:20]),
                Icon.Information,
            )

    # ---- asking --------------------------------------------------------------------------------

    def may_close(self) -> bool:
        """Whether the current document may go: it is saved, or the person said what to do."""
        self.reader.cancel()  # what is asked for comes instead
        if self.finish():
            return True
        answer = self._ask(
            tr("Save the changes to “{}”?").format(self.editor.title),
            tr("Without saving, what you have changed since the last save will be lost."),
            Button.Save | Button.Discard | Button.Cancel,
        )
        if answer != Button.Save:
            return answer == Button.Discard
        self.save()
        return self.finish()
