"""Holds the current Document and the way back to earlier ones."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from gui.model.document import Document

UNTITLED = "untitled"


class _Edit(QUndoCommand):
    def __init__(self, editor: Editor, text: str, before: Document, after: Document) -> None:
        super().__init__(text)
        self.editor, self.before, self.after = editor, before, after

    def redo(self) -> None:
        self.editor._show(self.before, self.after)

    def undo(self) -> None:
        self.editor._show(self.after, self.before)


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
        self.history = QUndoStack(self)

    def apply(self, text: str, document: Document) -> None:
        """Make `document` the current one, undoably; `text` names the edit ("Move x")."""
        if document is not self.document:
            self.history.push(_Edit(self, text, self.document, document))

    def open(self, document: Document, path: Path | None = None) -> None:
        """Start afresh with `document`, with no undo history and nothing to save."""
        self.document = document
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

    def saved(self, path: Path) -> None:
        """Remember that the current Document is what stands in the file at `path`."""
        self.history.setClean()
        self.set_path(path)

    @property
    def dirty(self) -> bool:
        return not self.history.isClean()

    def _show(self, before: Document, after: Document) -> None:
        self.document = after
        self.changed.emit(before, after)
