"""The program a document was opened from: the line at work lit, what was not read marked."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import Signal

from gui.model.code_text import Wrong
from gui.model.document import Document
from gui.model.frames import Frame
from gui.panels.code_editor import CodeEditor
from gui.theme import Theme
from gui.tr import tr


class OriginView(CodeEditor):
    """Its lines are counted over all cells, as in a Source."""

    nodes_chosen = Signal(object)
    """(ids): of the nodes that a line made."""
    action_chosen = Signal(int)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, lambda before: {})
        self._document: Document | None = None
        self._row_of: dict[str, int] = {}
        self._actions: tuple[int, ...] = ()
        self.setAccessibleName(tr("Source"))
        self.setToolTip(
            tr("The program as it was opened. Click a line to select what it stands for.")
        )
        self.line_chosen.connect(self._on_line)

    def set_document(self, document: Document) -> None:
        """Show what it was opened from; nothing, if it was drawn."""
        source, before = document.source, self._document
        self._document = document
        if before is not None and source is before.source:
            return
        if source is None:
            self._row_of, self._actions = {}, ()
            self.put_text("")
            self.show_wrong(())
            return
        self._row_of = {node: line - 1 for node, line in source.lines.items()}
        self._actions = tuple(line - 1 for line in source.actions)
        if before is None or before.source is None or not source.same_head(before.source):
            self.put_text(source.text)
        told = (r for r in source.remarks if r.line > 0)
        self.show_wrong([Wrong(r.line - 1, max(0, r.column - 1), r.text) for r in told])

    def show_step(self, frame: Frame, tone: str) -> None:
        """Light the line of the statement at work, and softly that of the call it happens in."""
        lit: dict[int, bool] = {}
        if frame.action is not None and 0 <= frame.action < len(self._actions):
            lit[self._actions[frame.action]] = frame.statement is None
        row = self._row_of.get(frame.statement) if frame.statement is not None else None
        if row is not None:
            lit[row] = True
        elif lit:
            lit = dict.fromkeys(lit, True)
        self.light({row: strong for row, strong in lit.items() if row >= 0}, tone)

    def mark_nodes(self, nodes: Collection[str]) -> None:
        """Mark the lines of these."""
        self.mark(frozenset(self._row_of[node] for node in nodes if node in self._row_of))

    def _on_line(self, number: int) -> None:
        nodes = {node for node, row in self._row_of.items() if row == number}
        if nodes:
            self.nodes_chosen.emit(nodes)
        elif number in self._actions:
            self.action_chosen.emit(self._actions.index(number))
