"""Holds the current Document and the way back to earlier ones."""

from __future__ import annotations

from pathlib import Path
from weakref import proxy

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from gui.model.document import Document
from gui.model.origin import followed
from gui.model.unseen import visible

UNTITLED = "untitled"


class _Edit(QUndoCommand):
    def __init__(self, editor: Editor, text: str, before: Document, after: Document) -> None:
        super().__init__(visible(text))
        # No circle with the stack that owns it: collected as one, the stack would delete it twice.
        self.editor, self.before, self.after = proxy(editor), before, after

    def redo(self) -> None:
        self.editor._show(self.after)

    def undo(self) -> None:
        self.editor._show(self.before)


class Editor(QObject):
    """The open Document, its file and its undo history; `apply` is the only way it changes."""

    changed = Signal(object, object)
    """(before, after), two Documents: an edit, an undo or a redo."""
    opened = Signal(object)
    """(document): another document altogether has taken the place of the last."""
    path_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = Document()
        self.path: Path | None = None
        self._title = UNTITLED
        self._settled: Document | None = None
        self._saved: Document | None = None
        self.history = QUndoStack(self)

    def apply(self, text: str, document: Document) -> None:
        """Make `document` the current one, undoably; `text` names the edit ("Move x").

        It also settles what was previewed: undo leads to the Document before that.
        """
        before, self._settled = self._settled or self.document, None
        document = followed(before, document)
        if document is not before:
            self.history.push(_Edit(self, text, before, document))
        elif document is not self.document:
            self._show(document)

    # ---- while something is dragged ------------------------------------------------------------

    @property
    def previewing(self) -> bool:
        """Whether what is shown is not in the undo history yet."""
        return self._settled is not None

    def preview(self, document: Document) -> None:
        """Show `document` as if it were applied, until `apply` settles it or `drop_preview`."""
        before = self._settled or self.document
        if document is not self.document:
            self._show(document, before)

    def drop_preview(self) -> None:
        """Go back to the Document before the preview."""
        if self._settled is not None:
            self._show(self._settled)

    def open(self, document: Document, path: Path | None = None) -> None:
        """Start afresh with `document`, with no undo history and nothing to save."""
        self.document, self._settled, self._saved = document, None, None
        self.history.clear()
        self._title = UNTITLED
        self.set_path(path)
        self.opened.emit(document)

    @property
    def title(self) -> str:
        """What the document is called: its file's name, or the lesson it came from."""
        return self.path.name if self.path is not None else self._title

    def set_title(self, title: str) -> None:
        """Name a document that has no file yet."""
        self._title = title
        self.path_changed.emit(self.path)

    def set_path(self, path: Path | None) -> None:
        self.path = path
        self.path_changed.emit(path)

    def saved(self, path: Path, document: Document | None = None) -> None:
        """Remember that `document` (default: the current one) stands in the file at `path`.

        It may have been edited since: then undo leads back to what is saved.
        """
        if document is None or document is self.document:
            self._saved = None
            self.history.setClean()
        else:
            self._saved = document
            self.history.resetClean()
        self.set_path(path)

    def unsaved(self) -> None:
        """Remember that no file has what is here, though it was saved or opened once."""
        self._saved = None
        self.history.resetClean()
        self.path_changed.emit(self.path)

    @property
    def dirty(self) -> bool:
        return not self.history.isClean() and (self._settled or self.document) is not self._saved

    def _show(self, document: Document, settled: Document | None = None) -> None:
        before, self.document, self._settled = self.document, document, settled
        self.changed.emit(before, document)
