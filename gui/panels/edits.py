"""Every edit by its name, the one that is next to be undone marked; any can be gone back to."""

from __future__ import annotations

from PySide6.QtWidgets import QUndoView, QVBoxLayout, QWidget

from gui.panels.parts import Panel
from gui.state.editor import Editor
from gui.theme import Theme
from gui.tr import tr


class Edits(Panel):
    """Qt's own list over the editor's undo stack."""

    def __init__(self, editor: Editor, theme: Theme) -> None:
        super().__init__(theme)
        self.view = QUndoView(editor.history)
        self.view.setEmptyLabel(tr("As it was opened"))
        self.view.setAccessibleName(tr("Edits"))
        self.setFocusProxy(self.view)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self.view)


def _demo() -> QWidget:
    from gui.panels import demo

    return Edits(demo.editor(), demo.LIGHT)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
