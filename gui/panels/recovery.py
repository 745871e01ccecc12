"""The dialog of documents that were not saved when the program ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import (
    QDateTime,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QIcon, QKeySequence, QPainter, QPalette, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from gui.model.document import Document
from gui.model.findings import shown
from gui.model.journals import Found
from gui.model.unseen import visible
from gui.panels.parts import heading, label
from gui.tr import tr

PICTURE = QSize(150, 94)
MOST_DRAWN = 3_000
"""Nodes of a document that is drawn small: more would hold the dialog up, and show a smear."""

_Index = QModelIndex | QPersistentModelIndex
Picture = Callable[[Document, QSize], QPixmap]


class RecoveryDialog(QDialog):
    """A row for each journal; signals ask what becomes of it, and `take_out` tells that it has."""

    restore_wanted = Signal(object, bool)
    """(Found, whether only a copy)"""
    save_wanted = Signal(object)
    discard_wanted = Signal(object)

    def __init__(
        self, found: Sequence[Found], picture: Picture, trash: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Recover documents"))
        self.resize(760, 480)
        self._picture = picture
        self.list = self._list(found)
        self.says = label("", "muted")
        self.trash = label(tr("What is discarded lies for 30 days in {}").format(trash), "muted")
        self.buttons = self._buttons()
        self._lay_out()
        self.list.currentItemChanged.connect(lambda *_: self._refresh())
        self.list.itemActivated.connect(lambda _: self.restore.click())
        delete = QShortcut(QKeySequence.StandardKey.Delete, self.list, self.discard.click)
        delete.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.list.setCurrentRow(0)
        self.list.setFocus()
        self._refresh()
        if not found:
            self._show_empty()

    # ---- parts ---------------------------------------------------------------------------------

    def _list(self, found: Sequence[Found]) -> QListWidget:
        made = QListWidget()
        made.setAccessibleName(tr("Documents that were not saved"))
        made.setIconSize(PICTURE)
        made.setSpacing(3)
        made.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.setItemDelegate(_Rows(made))
        for one in found:
            picture, icon = self._drawn(one), QIcon()
            for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):  # else a style may tint it
                icon.addPixmap(picture, mode)
            item = QListWidgetItem(icon, in_words(one), made)
            item.setData(Qt.ItemDataRole.UserRole, one)
        return made

    def _drawn(self, found: Found) -> QPixmap:
        """Nothing of one that has ended the program before: perhaps drawing it did."""
        document = found.document
        if document is None or found.fragile or len(document.graph.nodes) > MOST_DRAWN:
            blank = QPixmap(PICTURE)
            blank.fill(Qt.GlobalColor.transparent)
            return blank
        return self._picture(document, PICTURE)

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        action = QDialogButtonBox.ButtonRole.ActionRole
        self.restore = box.addButton(tr("&Restore"), action)
        self.copy = box.addButton(tr("Restore as &copy"), action)
        self.raw = box.addButton(tr("&Save the raw file…"), action)
        self.discard = box.addButton(tr("&Discard"), action)
        self.later = box.addButton(tr("&Later"), QDialogButtonBox.ButtonRole.RejectRole)
        self.later.setToolTip(tr("They are offered again at the next start"))
        self.restore.clicked.connect(lambda: self._restore(False))
        self.copy.clicked.connect(lambda: self._restore(True))
        self.raw.clicked.connect(lambda: self._wanted(self.save_wanted))
        self.discard.clicked.connect(lambda: self._wanted(self.discard_wanted))
        box.rejected.connect(self.reject)
        return box

    def _lay_out(self) -> None:
        self.title = heading(tr("These documents were not saved when Chainrule ended"), 3)
        self.restore_all = QPushButton(tr("Restore &all"))
        self.discard_all = QPushButton(tr("Discard all"))
        for button in (self.restore_all, self.discard_all):
            button.setAutoDefault(False)
        self.restore_all.clicked.connect(self._restore_all)
        self.discard_all.clicked.connect(self._discard_all)
        foot = QHBoxLayout()
        foot.addWidget(self.restore_all)
        foot.addWidget(self.discard_all)
        foot.addStretch(1)
        foot.addWidget(self.buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        for part in (self.title, self.list, self.says, self.trash):
            column.addWidget(part, 1 if part is self.list else 0)
        column.addLayout(foot)

    # ---- what is chosen ------------------------------------------------------------------------

    @property
    def all(self) -> list[Found]:
        """Everything that waits for an answer."""
        return [self._of(self.list.item(row)) for row in range(self.list.count())]

    @property
    def chosen(self) -> Found | None:
        item = self.list.currentItem()
        return None if item is None else self._of(item)

    def _of(self, item: QListWidgetItem) -> Found:
        found: Found = item.data(Qt.ItemDataRole.UserRole)
        return found

    def _restore(self, copy: bool) -> None:
        if self.chosen is not None:
            self.restore_wanted.emit(self.chosen, copy or self.chosen.only_copy)

    def _wanted(self, signal: object) -> None:
        if self.chosen is not None:
            signal.emit(self.chosen)  # type: ignore[attr-defined]

    def _restore_all(self) -> None:
        for found in self.all:
            if found.document is not None:
                self.restore_wanted.emit(found, found.only_copy)

    def _discard_all(self) -> None:
        for found in self.all:
            self.discard_wanted.emit(found)

    def take_out(self, found: Found) -> None:
        """It has its answer; with the last one the dialog closes."""
        row = next((k for k, one in enumerate(self.all) if one is found), -1)
        if row >= 0:
            self.list.takeItem(row)
        self._refresh()
        if not self.list.count():
            self.accept()

    def _refresh(self) -> None:
        chosen, count = self.chosen, self.list.count()
        readable = chosen is not None and chosen.document is not None
        self.restore.setEnabled(readable and not (chosen and chosen.only_copy))
        self.copy.setEnabled(readable)
        self.raw.setVisible(bool(chosen and chosen.fragile and readable))
        self.discard.setEnabled(chosen is not None)
        (self.restore if self.restore.isEnabled() else self.copy).setDefault(True)
        self.says.setText("" if chosen is None else advice(chosen))
        self.restore_all.setVisible(count > 1)
        self.discard_all.setVisible(count > 1)

    def _show_empty(self) -> None:
        self.title.setText(tr("There is nothing to recover"))
        self.says.setText(tr("What you edit is kept safe until you save it; nothing is left over."))
        self.later.setText(tr("&Close"))
        for part in (self.list, self.trash, self.restore, self.copy, self.discard):
            part.hide()
        self.later.setFocus()
        layout = self.layout()
        self.resize(460, layout.heightForWidth(460) if layout else 150)


class _Rows(QStyledItemDelegate):
    """A picture and beside it the title in bold, then the other lines, long ones without middle."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        bare = QStyleOptionViewItem(option)
        self.initStyleOption(bare, index)
        bare.text = ""
        widget = bare.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, bare, painter, widget)
        role = QPalette.ColorRole
        chosen = bool(bare.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setPen(bare.palette.color(role.HighlightedText if chosen else role.Text))
        self._write(painter, bare, str(index.data()).split("\n"))
        painter.restore()

    def _write(self, painter: QPainter, option: QStyleOptionViewItem, lines: list[str]) -> None:
        bold = QFont(option.font)
        bold.setBold(True)
        height = option.fontMetrics.lineSpacing() + 2
        left = option.rect.left() + PICTURE.width() + 18
        top = option.rect.center().y() - height * len(lines) // 2
        for number, line in enumerate(lines):
            painter.setFont(bold if number == 0 else option.font)
            room = QRect(left, top + number * height, option.rect.right() - 8 - left, height)
            text = painter.fontMetrics().elidedText(line, option.textElideMode, room.width())
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)


def in_words(found: Found) -> str:
    """The rows of one journal: what it is called, where, and how much there is."""
    if found.document is None:
        return "\n".join(
            (found.head.title or tr("A journal that cannot be read"), found.problem,
             str(found.folder))
        )  # fmt: skip
    many = _edits(found)
    moment = QDateTime.fromSecsSinceEpoch(round(found.when))
    when = QLocale().toString(moment, "ddd d MMM yyyy, HH:mm")
    where = visible(shown(found.head.path, 2000)) if found.head.path else tr("never saved")
    return "\n".join((visible(found.head.title) or tr("untitled"), where, f"{when} · {many}"))


def _edits(found: Found) -> str:
    one, several = (
        (tr("1 edit since the last save"), tr("{} edits since the last save"))
        if found.head.path
        else (tr("1 edit"), tr("{} edits"))
    )
    return one if found.changes == 1 else several.format(f"{found.changes:,}")


def advice(found: Found) -> str:
    """What a person should know before choosing."""
    if found.document is None:
        return tr(
            "What is left of it lies in the folder above. Restoring is not possible; it can be "
            "discarded, or looked at with a text editor first."
        )
    if found.fragile:
        return tr(
            "Chainrule ended right after this was restored, {} times. It is opened without "
            "running; its file can also be saved without being opened."
        ).format(found.head.tries)
    if found.only_copy:
        return tr(
            "Its file has been changed by another program since: so it is restored as a copy, "
            "and both can be compared."
        )
    if found.file == "gone":
        return tr("Its file is no longer there; saving writes it again.")
    return tr("It opens with all its edits, not saved yet. Restored as a copy it has no file.")


def _demo() -> QWidget:
    from pathlib import Path

    from gui.model.journal import Head

    blank = Found(Path("recovery/1a2b"), -1, Head("graph.chain", "/graphs/graph.chain"), 1.7e9)
    found = [
        Found(blank.folder, -1, blank.head, 1.7e9, Document(), 12),
        Found(blank.folder, -1, Head("untitled", tries=2), 1.7e9, Document(), 1),
        Found(blank.folder, -1, blank.head, 1.7e9, problem="The copy in it is damaged."),
    ]
    return RecoveryDialog(found, lambda _, size: QPixmap(size), "trash")


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
