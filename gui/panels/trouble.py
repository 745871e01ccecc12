"""The dialog for an error that is ours: the work is safe, and what can be done now."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from gui.panels.parts import heading, label
from gui.tr import tr

Role = QDialogButtonBox.ButtonRole
LINE, DETAILS = 84, 14
"""Characters the dialog is wide, and lines of the report that are seen at once."""


class TroubleDialog(QDialog):
    """Does not block the window; Continue closes it."""

    copy_wanted = Signal()
    report_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Chainrule")
        self.setModal(False)
        self.title = heading("", 3)
        self.safe, self.error, self.advice = label(""), label(""), label("")
        self.details = QPlainTextEdit()
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.details.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.details.setAccessibleName(tr("The report"))
        self.details.setFrameShape(QPlainTextEdit.Shape.StyledPanel)
        self.details.setMinimumHeight(DETAILS * self.details.fontMetrics().lineSpacing())
        self.details.hide()
        self.column = column = QVBoxLayout(self)
        column.setContentsMargins(20, 16, 20, 16)
        column.setSpacing(10)
        for part in (self.title, self.safe, self.error, self.advice):
            column.addWidget(part)
        column.addWidget(self.details, 1)
        column.addWidget(self._buttons())
        self.go_on.setDefault(True)
        self.go_on.setFocus()
        self._fit()

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox()
        self.go_on = box.addButton(tr("Continue"), Role.AcceptRole)
        self.copy = box.addButton(tr("Save a &copy…"), Role.ActionRole)
        self.report = box.addButton(tr("Copy &report"), Role.ActionRole)
        self.more = QPushButton(tr("&Details"))
        self.more.setCheckable(True)
        box.addButton(self.more, Role.HelpRole)
        self.report.setToolTip(tr("What happened, for a bug report: look at it under Details."))
        box.accepted.connect(self.accept)
        self.copy.clicked.connect(self.copy_wanted)
        self.report.clicked.connect(self.report_wanted)
        self.more.toggled.connect(self._show_details)
        return box

    def show_error(self, error: str, report: str, safe_since: str, many: bool) -> None:
        """Tell of one error; the report holds all. `safe_since`: a time of day, or empty."""
        self.safe.setText(
            tr("Your work is safe: all of it was backed up at {}.").format(safe_since)
            if safe_since
            else tr("Your work is still open here, and nothing of it has changed.")
        )
        self.title.setText(tr("Something went wrong inside Chainrule"))
        self.error.setText(error if len(error) < 400 else error[:399] + "…")
        self.error.show()
        self.copy.show()
        self.advice.setText(
            tr("Several things went wrong in a short time: save your work, start Chainrule again.")
            if many
            else tr("You can go on. If it happens again, save a copy and start Chainrule again.")
        )
        self.details.setPlainText(report)
        self._fit()

    def show_crash(self, report: str) -> None:
        """Tell that the program did not end well the last time."""
        self.title.setText(tr("Chainrule ended unexpectedly the last time"))
        self.safe.setText(tr("What was not saved is offered under File › Recover documents."))
        self.error.hide()
        self.advice.setText(tr("If it happens again, please report it: the report tells where."))
        self.copy.hide()
        self.details.setPlainText(report)
        self._fit()

    def _show_details(self, wanted: bool) -> None:
        self.details.setVisible(wanted)
        self._fit()

    def _fit(self) -> None:
        """As wide as it is read well, as high as it needs to be."""
        wanted = LINE * self.fontMetrics().averageCharWidth()
        width = max(self.width() if self.isVisible() else 0, wanted)
        self.resize(width, self.column.totalHeightForWidth(width))


def _demo() -> QWidget:
    dialog = TroubleDialog()
    report = "Chainrule 0.1.0 · Python 3.11\n\nTraceback …\nValueError: a slip"
    dialog.show_error("ValueError: a slip", report, "12:03:05", many=False)
    return dialog


if __name__ == "__main__":
    from gui.panels.demo import show

    show(_demo)
