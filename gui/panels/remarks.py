"""What could not be read of a program, beside the work: a line for each place."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QListWidget, QVBoxLayout, QWidget

from gui.model.origin import Source, told_remarks
from gui.model.unseen import visible
from gui.panels.parts import label
from gui.theme import mono
from gui.tr import tr

MOST = 50


class RemarksDialog(QDialog):
    """It stays open while one goes on working."""

    def __init__(self, source: Source, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(visible(tr("What was not read of “{}”").format(source.name)))
        line = self.fontMetrics().lineSpacing()
        self.resize(40 * line, 22 * line)
        told = [visible(text) for text in told_remarks(source)]
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Places that were not read"))
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setResizeMode(QListWidget.ResizeMode.Adjust)
        self.list.setFont(mono(9))
        self.list.addItems(told[:MOST])
        if len(told) > MOST:
            self.list.addItem(f"… {len(told) - MOST}")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(label(tr("All the rest is in the graph and its program.")))
        column.addWidget(self.list, 1)
        column.addWidget(buttons)


def _demo() -> QWidget:
    from gui.model.origin import Remark, SourceCell

    remarks = (Remark(1, 1, "“import os” is skipped."), Remark(3, 5, "“plt.plot” is skipped."))
    cells = (SourceCell("import os\n\nplt.plot(x)"),)
    return RemarksDialog(Source("demo.py", "py", cells, remarks=remarks), None)


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
