"""About: what this is, and what it is made of, with versions and licences."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.panels.parts import heading, label
from gui.tr import tr

Part = tuple[str, str, str]
"""(name, version, licence)"""


class AboutDialog(QDialog):
    """A table of the parts under a few lines of text."""

    def __init__(self, text: str, parts: Sequence[Part], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About Chainrule"))
        self.resize(560, 420)
        self.table = QTreeWidget()
        self.table.setHeaderLabels([tr("Made with"), tr("Version"), tr("Licence")])
        self.table.setRootIsDecorated(False)
        self.table.setAccessibleName(tr("Versions and licences"))
        for part in parts:
            self.table.addTopLevelItem(QTreeWidgetItem(list(part)))
        self.table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.addWidget(heading("Chainrule", 6))
        column.addWidget(label(text))
        column.addWidget(self.table, 1)
        column.addWidget(buttons)


def _demo() -> QWidget:
    return AboutDialog("See backprop happen.", [("NumPy", "2.0", "BSD-3-Clause")])


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
