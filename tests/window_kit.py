"""What the tests of the whole window share: a desk with one window, message boxes, waiting."""

from __future__ import annotations

import shutil

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QMessageBox

from gui.app import App
from gui.model import keyfile
from gui.model.folders import data_folder
from gui.model.journal import RECOVERY
from gui.model.lessons import by_id
from gui.state.settings import Settings

Key, Mod, LEFT = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton.LeftButton
Button = QMessageBox.StandardButton


def fresh_settings():
    """As at the very first start."""
    settings = Settings()
    settings._store.clear()
    settings.flush()
    (settings.folder / keyfile.NAME).unlink(missing_ok=True)
    shutil.rmtree(data_folder() / RECOVERY, ignore_errors=True)  # what tests have closed unsaved
    return settings


def opened(qtbot):
    """One window of 1400 × 900, its settings those of a first start in the light theme."""
    fresh_settings().theme = "light"
    app = App()
    app.window.resize(1400, 900)
    app.window.show()
    qtbot.waitUntil(app.window.isVisible)
    return app


def end(app):
    """Close every window without a question."""
    for one in list(app.desk.apps):
        one.editor.history.setClean()
        if one.code.holds_text:
            one.code.revert()
        one.window.close()
        one.window.deleteLater()  # the last one lives as long as the program, which is not over
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not app.desk.apps


def settled(qtbot, app):
    """Wait until what is opened has been read, and the background run has been shown."""
    qtbot.waitUntil(lambda: not app.filing.reader.busy)
    qtbot.waitUntil(lambda: not app.runner.busy)


def lesson(name):
    """The graph of a lesson, by its id."""
    return by_id(name).graph


def open_lesson(qtbot, app, name="square"):
    app.open_lesson(lesson(name))
    settled(qtbot, app)


def drop(widget, *paths):
    """Drag files onto a widget and let go, as the platform would tell it."""
    data = QMimeData()
    data.setUrls([p if isinstance(p, QUrl) else QUrl.fromLocalFile(str(p)) for p in paths])
    copy, at = Qt.DropAction.CopyAction, QPointF(300, 250)
    enter = QDragEnterEvent(at.toPoint(), copy, data, LEFT, Mod.NoModifier)
    QApplication.sendEvent(widget, enter)
    window = widget.window()
    QApplication.sendEvent(window, QDropEvent(at, copy, data, LEFT, Mod.NoModifier))
    return enter.isAccepted()
