"""A Document that is only to be looked at, where the canvas expects an editor."""

from __future__ import annotations

from PySide6.QtCore import Signal

from gui.model.document import Document
from gui.state.editor import Editor


class Picture(Editor):
    """Shows what it is given; every edit is refused, and what a gesture made of it put back."""

    refused = Signal()

    def apply(self, text: str, document: Document) -> None:
        if document is not self.document:
            self.changed.emit(self.document, self.document)
            self.refused.emit()

    def preview(self, document: Document) -> None:
        self.apply("", document)
