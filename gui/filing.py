"""New, open, save: the documents a person keeps, and the questions asked on the way."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QWidget

import assets
from gui.model.document import Document
from gui.model.findings import Unreadable
from gui.model.program_reading import is_program
from gui.state.editor import Editor
from gui.state.reader import Reader, Reading
from gui.state.settings import Settings
from gui.storing import Button, Icon, Storing, openable
from gui.tr import tr


class Filing(Storing):
    """Opens and saves the editor's Document; nothing is ever replaced without being asked for."""

    program_put = Signal(object)
    """(Reading): what a program makes is open."""

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
        self._taken = False
        self._then: Callable[[Reading], None] = self._put_read
        self.programs: Callable[[Path], Reading] = Reading
        """What reads a file that is a program."""
        self.laid_out: Callable[[Document], Document] = lambda document: document
        """Gives the nodes of a program their places, by what room they take."""

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
        folder: Path | None = None,
    ) -> None:
        """Begin anew with a document, which its file holds as `seen`, or which has none yet.

        One without a file is saved in `folder`, unless the person says otherwise.
        """
        self.editor.open(document, path)
        self.folder = folder
        if title is not None:
            self.editor.set_title(title)
        self.foreign = False
        self.follow(path, seen)

    def ask_open(self) -> bool:
        """Let the person pick a file and open it."""
        start = self.editor.path.parent if self.editor.path else self.folder or Path.home()
        name, _ = QFileDialog.getOpenFileName(
            self._window(), tr("Open a graph"), str(start), openable()
        )
        return bool(name) and self.open(Path(name))

    def open(self, path: Path) -> bool:
        """Open a file in place of the current document; on any problem nothing changes.

        What takes long to read is opened when it has been read.  False if the person has said no,
        or the file was refused already.  If another window has it, that one comes to the front.
        """
        if self._elsewhere(path):
            return True
        if is_program(path):
            return self.open_program(self.programs(path))
        if not self.may_close():
            return False
        return self._read(Reading(path, in_part=True), self._put_read)

    def open_program(self, reading: Reading) -> bool:
        """Open what a program makes, without a file, so that saving asks for a place."""
        return self.may_close() and self._read(reading, self._put_program)

    def _put_program(self, reading: Reading) -> None:
        if reading.document is None or not self._may_leave():
            return
        is_file = is_program(reading.path)
        folder = reading.path.parent if is_file else None
        document = self.laid_out(reading.document)
        self.put(document, title=reading.path.stem, folder=folder)
        if is_file:
            self.settings.remember(reading.path)
        self._taken = True
        self.program_put.emit(reading)

    def read_program_again(self, reading: Reading) -> bool:
        """What a program makes takes the place of what is here, as an edit that can be undone."""

        def take_over(reading: Reading) -> None:
            if reading.document is not None and self.editor.document is self._left:
                self.editor.apply(tr("Read the program again"), self.laid_out(reading.document))
                self._taken = True
                self.program_put.emit(reading)

        return self._read(reading, take_over)

    def _read(self, reading: Reading, then: Callable[[Reading], None]) -> bool:
        """Read a file, however long it takes, then call `then` with what is in it.

        False if that has come to nothing already.
        """
        self._left, self._taken, self._then = self.editor.document, False, then
        self.reader.start(reading, self.patience)
        return self.reader.busy or self._taken

    def _on_read(self, reading: Reading) -> None:
        if reading.document is None:
            self._offer_rest(reading)
            return
        self._tell_notes(reading)
        self._then(reading)

    def _put_read(self, reading: Reading) -> None:
        if reading.document is None or not self._may_leave():
            return
        self.put(reading.document, reading.path, reading.hash)
        self.foreign = reading.newer
        self.settings.remember(reading.path)
        self._taken = True

    def _may_leave(self) -> bool:
        """Whether the document may go still: it may have been edited while the file was read."""
        return self.editor.document is self._left or self.may_close()

    def open_copy(self, path: Path, then: Callable[[], None] = lambda: None) -> bool:
        """Open a file's content without the file, so that saving asks for a place.

        `then` is called once it is open, be that now or later.
        """
        if not self.may_close():
            return False

        def put(reading: Reading) -> None:
            if reading.document is not None and self._may_leave():
                self.put(reading.document, title=path.stem, folder=_own_folder(path))
                self._taken = True
                then()

        return self._read(Reading(path), put)

    def revert(self) -> bool:
        """What the file holds takes the place of what is here, as an edit that can be undone."""
        return self.reload(tr("Revert to saved"))

    def reload(self, text: str, told: str = "") -> bool:
        """The same, by the name of the edit: whatever the file holds by now; then `told` is said.

        What is saved or opened while it is read is newer than that.
        """
        path, seen = self.editor.path, self.seen
        if path is None or self.saver.busy:
            return False

        def take_over(reading: Reading) -> None:
            if reading.document is None or self.saver.busy:
                return
            if (self.editor.path, self.seen) == (path, seen):
                self._take_over(reading, text)
                self.message.emit(told)

        return self._read(Reading(path), take_over)

    def _take_over(self, reading: Reading, text: str) -> None:
        assert reading.document is not None
        self.editor.apply(text, reading.document)
        self.editor.saved(reading.path)
        self.follow(reading.path, reading.hash)
        self.foreign = reading.newer
        self._taken = True

    def _offer_rest(self, reading: Reading) -> None:
        """Say why a file is refused; what can be opened of it is opened as a copy, if wanted."""
        if reading.rest is None:
            self.refuse(reading)
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
        title = tr("{} (in part)").format(path.stem)
        self.put(document, title=title, folder=_own_folder(path))
        self.editor.unsaved()
        told = "\n".join(map(str, left_out))
        self.tell(tr("“{}” was opened in part").format(path.name), told, Icon.Information)

    def refuse(self, reading: Reading) -> None:
        """Say why a file cannot be opened."""
        error = reading.problem
        if not isinstance(error, Unreadable):
            assert error is not None
            raise error
        self.tell(tr("“{}” cannot be opened").format(reading.path.name), str(error))

    def _tell_notes(self, reading: Reading) -> None:
        if reading.notes:
            self.tell(
                tr("“{}” was opened, but not all of it is known here").format(reading.path.name),
                "\n".join(map(str, reading.notes[:20])),
                Icon.Information,
            )

    # ---- asking --------------------------------------------------------------------------------

    def may_lose(self, what: str, why: str) -> bool:
        """Whether something that is in no file may go."""
        return self._ask(what, why, Button.Discard | Button.Cancel) == Button.Discard

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


def _own_folder(path: Path) -> Path | None:
    """Where a copy is saved: beside the file, but not among what came with the program."""
    return None if path.is_relative_to(assets.path("")) else path.parent
