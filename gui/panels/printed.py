"""What each cell of a program prints, beside what its notebook holds."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from gui.model import results
from gui.model.document import Document
from gui.model.origin import Source, SourceCell
from gui.model.results import Result
from gui.model.unseen import visible
from gui.panels.parts import Panel, label
from gui.state.editor import Editor
from gui.theme import Theme, mono
from gui.tr import tr

MOST_LINES = 24
"""Of one result: what is longer is cut, and says how much there is."""
MOST_LETTERS = 200
TONES = {
    results.SAME: "value", results.DIFFERENT: "error", results.NOT_SAVED: "muted",
    results.NOT_PRINTED: "cut",
}  # fmt: skip


class Printed(Panel):
    """A row for each cell that prints something; it follows the open Document."""

    def __init__(self, editor: Editor, theme: Theme) -> None:
        super().__init__(theme)
        self.editor = editor
        self._cells: tuple[SourceCell, ...] = ()
        self.summary = label("", "muted")
        self.list = QTreeWidget()
        self.list.setAccessibleName(tr("Results"))
        self.list.setRootIsDecorated(False)
        self.list.setWordWrap(False)
        self.list.setFrameShape(QTreeWidget.Shape.NoFrame)
        header = self.list.header()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 0)
        column.setSpacing(4)
        column.addWidget(self.summary)
        column.addWidget(self.list, 1)
        self.setFocusProxy(self.list)
        self.list.setHeaderLabels(
            [tr("Cell"), tr("Verdict"), tr("Printed here"), tr("Saved in the notebook")]
        )
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.resizeSection(0, 11 * self.fontMetrics().lineSpacing())
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        editor.opened.connect(self._on_document)
        editor.changed.connect(lambda _, after: self._on_document(after))
        self.set_theme(theme)

    @property
    def source(self) -> Source | None:
        return self.editor.document.source

    def _on_document(self, document: Document) -> None:
        cells = () if document.source is None else document.source.cells
        if cells is not self._cells:
            self._cells = cells
            self.restyle()

    def restyle(self) -> None:
        found = results.results(self.source)
        self.summary.setText(results.summary(found) or tr("The program prints nothing."))
        self.list.clear()
        saved = any(one.saved for one in found)
        for section in (1, 3):
            self.list.setColumnHidden(section, not saved)  # only a notebook has any
        self.list.addTopLevelItems([self._row(one) for one in found])

    def _row(self, one: Result) -> QTreeWidgetItem:
        title = f"{one.cell + 1}  {one.title}".rstrip() if one.title else str(one.cell + 1)
        verdict = one.verdict
        if one.line > 1:
            verdict = tr("{}, line {}").format(verdict, one.line)
        cells = [title[:40], verdict, _shortened(one.printed), _shortened(one.saved)]
        row = QTreeWidgetItem([visible(cell) for cell in cells])
        row.setForeground(1, self.theme.color(TONES[one.verdict]))
        for section in range(4):
            row.setTextAlignment(section, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        for section in (2, 3):
            row.setFont(section, mono(9))
        return row


def _shortened(text: str) -> str:
    lines = [line if len(line) <= MOST_LETTERS else f"{line[:MOST_LETTERS]}…"
             for line in text.split("\n")[:MOST_LINES]]  # fmt: skip
    more = text.count("\n") + 1 - MOST_LINES
    return "\n".join([*lines, *([f"… {more}"] if more > 0 else [])])


def _demo() -> QWidget:
    from gui.theme import LIGHT

    editor = Editor()
    cells = (
        SourceCell("x", title="Example 1", printed="tensor(5.)", saved="tensor(5.)"),
        SourceCell("y", title="Example 1", printed="tensor(25.)", saved="tensor(26.)"),
    )
    editor.open(Document(source=Source("demo.ipynb", "ipynb", cells)))
    made = Printed(editor, LIGHT)
    made.editor = editor
    return made


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
