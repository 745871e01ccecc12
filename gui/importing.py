"""Programs in the window: opened like files, read again, and what there is to say of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gui.canvas.geometry import Geometry
from gui.model.arrange import arrange
from gui.model.document import Document
from gui.model.folding import shown, unfolded_places
from gui.model.guarded import doubtful
from gui.model.origin import Source
from gui.panels.notice import Choice
from gui.panels.remarks import RemarksDialog
from gui.state.arranger import AT_ONCE
from gui.state.programs import Helper, ProgramReading
from gui.tr import tr

if TYPE_CHECKING:
    from gui.app import App
    from gui.state.reader import Reading


def _laid_out(document: Document) -> Document:
    """Placed by the room that its nodes take; many stay as they came, by the usual room."""
    seen = shown(document)
    if len(seen.graph.nodes) > AT_ONCE:
        return document
    geometry = Geometry.of(document)
    boxes = ((i, geometry.box(i)) for i in geometry.ids)
    sizes = {i: (box[2] - box[0], box[3] - box[1]) for i, box in boxes}
    places = arrange(seen.graph, sizes, seen.graph.nodes)
    return replace(document, places=unfolded_places(document, places))


class Importing(QObject):
    """Between filing, which reads, and the parts of the window that tell of a program."""

    progress = Signal(float)

    def __init__(self, app: App) -> None:
        super().__init__(app.editor)
        self.app = app
        self.helper = Helper()
        self._read: Document | None = None
        """The Document as it was read, which is what its guards were tested with."""
        self._doubted = False
        self.dialog: RemarksDialog | None = None
        app.filing.programs = self.reading
        app.filing.laid_out = _laid_out
        app.filing.program_put.connect(self._on_put)
        app.filing.reader.busy_changed.connect(self._on_busy)
        self.progress.connect(app.window.opening.show_progress)
        app.canvas.program_pasted.connect(self._offer_pasted)
        app.editor.opened.connect(self._on_opened)
        app.editor.changed.connect(self._on_changed)
        self._show_printed(app.editor.document)

    def reading(
        self, path: Path, text: str | None = None, source: Source | None = None
    ) -> ProgramReading:
        """A program that is to be read."""
        return ProgramReading(
            path, helper=self.helper, progress=self.progress.emit, text=text, source=source
        )

    def close(self) -> None:
        """Nothing is read any more."""
        self.helper.close()
        if self.dialog is not None:
            self.dialog.close()

    def _on_busy(self, busy: bool) -> None:
        opening = self.app.window.opening
        opening.bar.setVisible(busy and isinstance(self.app.filing.reader.reading, ProgramReading))
        opening.show_progress(0.0)

    # ---- what was read -------------------------------------------------------------------------

    def _on_opened(self, document: Document) -> None:
        self._read, self._doubted = document, False
        self._show_printed(document)

    def _on_put(self, reading: Reading) -> None:
        """A program is open: say what of it is not."""
        source = self.app.editor.document.source
        if source is None or not source.remarks:
            return
        count = len(source.remarks)
        text = tr("1 place of “{}” was not read.") if count == 1 else tr(
            "{} places of “{}” were not read."
        )  # fmt: skip
        numbers = [source.name] if count == 1 else [count, source.name]
        show = Choice(tr("Show…"), tr("List them, with their lines"), self.show_remarks, stays=True)
        self.app.notice.say(text.format(*numbers), [show])

    def show_remarks(self) -> None:
        """The list of what was not read, beside the work."""
        source = self.app.editor.document.source
        if source is not None:
            self.dialog = RemarksDialog(source, self.app.window)
            self.dialog.destroyed.connect(self._forget_dialog)
            self.dialog.show()

    def _forget_dialog(self) -> None:
        self.dialog = None

    def _show_printed(self, document: Document) -> None:
        sheets = self.app.window.sheets
        sheets.setTabVisible(sheets.indexOf(self.app.printed), document.source is not None)

    # ---- guards --------------------------------------------------------------------------------

    def _on_changed(self, before: Document, after: Document) -> None:
        if before.source is not after.source:
            self._show_printed(after)
        if self._read is None or after.source is None:
            return
        found = doubtful(self._read, after)
        if found and not self._doubted:
            place = after.source.place(found[0].line)
            text = tr("“{}” ({}) may come out differently now: the program would go another way.")
            again = Choice(
                tr("Read the program again"), tr("As an edit that can be undone"), self.read_again
            )
            self.app.notice.say(text.format(found[0].text, place), [again])
        elif self._doubted and not found:
            self.app.notice.clear()
        self._doubted = bool(found)

    def read_again(self) -> None:
        """What the program makes takes the place of what is here, as an edit."""
        source = self.app.editor.document.source
        if source is not None:
            self.app.filing.read_program_again(self.reading(Path(source.name), source=source))

    # ---- the clipboard -------------------------------------------------------------------------

    def _offer_pasted(self, text: str) -> None:
        """What is pasted is neither a graph nor numbers, but looks like a program."""
        read = Choice(
            tr("Read it as a program"),
            tr("It is opened in place of what is here; nothing of it is run"),
            lambda: self.app.filing.open_program(self.reading(Path("pasted"), text=text)),
        )
        self.app.notice.say(tr("The clipboard holds Python."), [read])
