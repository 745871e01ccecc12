"""The dialog of a file's earlier versions: when, how large, what differs, and a picture."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QDateTime, QLocale, QSize, Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gui.model.unseen import visible
from gui.model.versions import NEWEST, SPACING, Version
from gui.panels.parts import label, tip
from gui.tr import tr

PICTURE = QSize(300, 200)
Role = QDialogButtonBox.ButtonRole


class VersionsDialog(QDialog):
    """Knows when and how large; what differs and the picture are told to it as they are found."""

    chosen = Signal(int)
    """(row): another version is looked at."""
    restore_wanted = Signal(int)
    copy_wanted = Signal(int)

    def __init__(self, title: str, versions: Sequence[Version], parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setWindowTitle(visible(tr("Earlier versions of “{}”").format(title)))
        line = self.fontMetrics().lineSpacing()
        self.resize(40 * line + PICTURE.width(), 27 * line)
        self.list = self._list(versions)
        self.picture, self.says = QLabel(), label("", "muted")
        self.picture.setFixedSize(PICTURE)
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setAccessibleName(tr("Picture of the chosen version"))
        self.empty = label(
            tr(
                "There are no earlier versions yet. Each save keeps what it replaces: "
                "the last {} saves, and for a week one every {} minutes."
            ).format(NEWEST, round(SPACING / 60)),
            "muted",
        )
        self._lay_out(bool(versions))
        self.shut.setDefault(True)  # only once it belongs to the dialog
        self.list.currentItemChanged.connect(self._on_current)
        self.list.itemActivated.connect(lambda *_: self.restore.click())

    def _list(self, versions: Sequence[Version]) -> QTreeWidget:
        made = QTreeWidget()
        made.setHeaderLabels([tr("Saved"), tr("Size"), tr("Beside what is open here")])
        made.setRootIsDecorated(False)
        made.setAllColumnsShowFocus(True)
        made.setUniformRowHeights(True)
        made.setAccessibleName(tr("Earlier versions"))
        for version in versions:
            item = QTreeWidgetItem([_when(version.saved), _size(version.size), "…"])
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            made.addTopLevelItem(item)
        made.header().setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        made.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        return made

    def _lay_out(self, any_there: bool) -> None:
        side = QVBoxLayout()
        side.addWidget(self.picture)
        side.addWidget(self.says)
        side.addStretch(1)
        row = QHBoxLayout()
        row.setSpacing(14)
        row.addWidget(self.list, 1)
        row.addLayout(side)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        column.addWidget(self.empty)
        column.addLayout(row, 1)
        column.addWidget(self._buttons())
        self.empty.setVisible(not any_there)
        for part in (self.list, self.picture, self.restore, self.copy):
            part.setVisible(any_there)

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        self.restore = box.addButton(tr("&Restore"), Role.ActionRole)
        self.copy = box.addButton(tr("Open as a &copy"), Role.ActionRole)
        self.shut = box.addButton(tr("Close"), Role.RejectRole)
        self.restore.setToolTip(tr("Put it in place of what is open here; that can be undone"))
        self.copy.setToolTip(tr("In a window of its own, without a file"))
        box.rejected.connect(self.reject)
        self.restore.clicked.connect(lambda: self.restore_wanted.emit(self.row))
        self.copy.clicked.connect(lambda: self.copy_wanted.emit(self.row))
        self._enable(False)
        return box

    @property
    def row(self) -> int:
        """The version that is looked at, -1 for none."""
        item = self.list.currentItem()
        return -1 if item is None else self.list.indexOfTopLevelItem(item)

    def begin(self) -> None:
        """Look at the newest."""
        first = self.list.topLevelItem(0)
        if first is not None:
            self.list.setCurrentItem(first)
        self.list.setFocus()

    def _on_current(self, *_: object) -> None:
        self.picture.clear()
        self.says.setText(tr("Is being opened …"))
        self._enable(False)
        self.chosen.emit(self.row)

    def _enable(self, able: bool) -> None:
        self.restore.setEnabled(able)
        self.copy.setEnabled(able)

    def tell_row(self, row: int, text: str) -> None:
        """What differs, or why that cannot be told."""
        item = self.list.topLevelItem(row)
        if item is not None:
            item.setText(2, text)
            item.setToolTip(2, tip(text))

    def show_picture(self, picture: QPixmap, text: str) -> None:
        """The chosen one is open."""
        self.picture.setPixmap(picture)
        self.says.setText(text)
        self._enable(True)

    def show_damaged(self, text: str) -> None:
        """The chosen one cannot be opened."""
        self.picture.clear()
        self.says.setText(text)
        self._enable(False)


def _when(seconds: float) -> str:
    moment = QDateTime.fromSecsSinceEpoch(round(seconds))
    return QLocale().toString(moment, "ddd d MMM yyyy, HH:mm:ss")


def _size(size: int) -> str:
    return QLocale().formattedDataSize(size)


def _demo() -> QWidget:
    from pathlib import Path

    versions = [Version(Path("a"), 1.7e9 - k * 900, 1.7e9 - k * 1000, "", 4000) for k in range(6)]
    dialog = VersionsDialog("graph.chain", versions, None)
    dialog.begin()
    return dialog


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
