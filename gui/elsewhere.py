"""A file that is open already, in another window or in another program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from gui.model.unseen import visible
from gui.tr import tr

if TYPE_CHECKING:
    from gui.app import App

Button = QMessageBox.StandardButton


def is_elsewhere(app: App, path: Path) -> bool:
    """Whether nothing is left to open: another window came to the front, or a copy is open here."""
    if app.desk.raise_elsewhere(path, app):
        return True
    if not app.holding.is_elsewhere(path):
        return False
    answer = _ask(app, path)
    if answer == Button.Open:
        app.filing.open_copy(path)
    return answer != Button.Ignore


def _ask(app: App, path: Path) -> Button:
    box = QMessageBox(app.window)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle("Chainrule")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(tr("“{}” is open in another Chainrule").format(visible(path.name)))
    box.setInformativeText(
        tr(
            "A copy has no file yet, and saving it asks for one. Opened anyway, it is the same "
            "file twice: whoever saves second is asked before anything is replaced."
        )
    )
    box.setStandardButtons(Button.Open | Button.Ignore | Button.Cancel)
    box.button(Button.Open).setText(tr("Open a &copy"))
    box.button(Button.Ignore).setText(tr("Open &anyway"))
    box.setDefaultButton(Button.Open)
    return Button(box.exec())
