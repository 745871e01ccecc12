"""All windows that are open, and what they share."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QImage, QKeySequence, QPainter, QPixmap

from gui import shortcuts
from gui.canvas.geometry import Geometry
from gui.canvas.paint import paint
from gui.canvas.view import View
from gui.dress import dress, wanted_theme
from gui.dropping import Dropping
from gui.model import keyfile, words
from gui.model.document import Document
from gui.model.files import load
from gui.model.findings import Unreadable
from gui.model.frames import EMPTY
from gui.recovering import Recovering
from gui.state.keymap import Keymap
from gui.state.settings import Settings
from gui.theme import Theme
from gui.trouble import Trouble

if TYPE_CHECKING:
    from gui.app import App
    from gui.window import Window

LEGIBLE = 0.6
"""The canvas draws everything from about this zoom on."""


class Desk(QObject):
    """Made once; every App is made by it or puts itself on it."""

    recovering: Recovering

    def __init__(
        self, make: Callable[[Desk], App], settings: Settings | None = None,
        window: Window | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self._make = make
        self.first_window = window
        self.settings = settings or Settings()
        self.keymap = Keymap(shortcuts.bindings(), self.settings.folder / keyfile.NAME)
        self.apps: list[App] = []
        self.trouble = Trouble(self)
        self._pictures: dict[tuple[Path, str, int, int], QPixmap] = {}
        self.theme = self._wanted_theme()
        dress(self.theme)
        words.show_digits(self.settings.digits)
        self.recovering = Recovering(self, self.drawn)
        self._connect()

    def _connect(self) -> None:
        self.settings.changed.connect(self._on_setting)
        self.settings.recent_changed.connect(self._on_recent)
        self.keymap.changed.connect(self._on_keys)
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._on_look)
        if hasattr(hints, "accessibility"):  # since Qt 6.10
            hints.accessibility().contrastPreferenceChanged.connect(self._on_look)

    def key_of(self, command: str) -> str:
        """The first key of a command, as this platform writes it."""
        keys = self.keymap.keys(command)
        native = QKeySequence.SequenceFormat.NativeText
        return QKeySequence(keys[0]).toString(native) if keys else ""

    # ---- windows -------------------------------------------------------------------------------

    def new_window(self) -> App:
        """Another window, empty, a little aside of the newest."""
        app = self._make(self)
        app.window.show()
        app.canvas.setFocus()  # else the first button of a dock has it, and Tab adds nothing
        return app

    def closed(self, app: App) -> None:
        """A window has been closed; the last one ends the program."""
        if app in self.apps:
            self.apps.remove(app)
            if self.apps:
                app.let_go()
            else:
                self.recovering.close()

    def quit(self) -> None:
        """Close all windows, each asking for itself; the first that is to stay stops it."""
        for app in list(self.apps):
            if not app.window.close():
                return

    def make_safe(self) -> str:
        """Have all edits on the disk now, on any thread; the time of day, or "" if one is not."""
        times = [app.recovery.make_safe() for app in list(self.apps)]
        return max(times, default="") if all(times) else ""

    def leave(self, code: int) -> None:
        """End without a question; what is not saved is offered at the next start."""
        self.make_safe()
        QCoreApplication.exit(code)

    def raise_elsewhere(self, path: Path, here: App) -> bool:
        """Bring the other window to the front in which that file is open, if there is one."""
        for app in self.apps:
            if app is not here and app.editor.path and _same(app.editor.path, path):
                window = app.window
                window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
                window.raise_()
                window.activateWindow()
                return True
        return False

    def open_all(self, names: Sequence[str], app: App) -> None:
        """The first file here, each other one in its own window; one message if any is refused."""
        if len(names) == 1 and names[0]:
            app.filing.open(Path(names[0]))
        else:
            Dropping(self, names, app)

    # ---- what all windows follow ---------------------------------------------------------------

    def _on_setting(self, name: str) -> None:
        if name in ("theme", "text_size"):
            self._on_look()
        elif name == "digits":
            words.show_digits(self.settings.digits)
            for app in self.apps:
                app.follow_digits()
        else:
            for app in self.apps:
                app.follow_settings()

    def _on_recent(self) -> None:
        for app in self.apps:
            app.follow_recent()

    def _on_keys(self) -> None:
        for app in self.apps:
            app.follow_keys()

    def _on_look(self, *_: object) -> None:
        self.theme = self._wanted_theme()
        dress(self.theme)  # first: what writes code into its text asks for the size of now
        for app in self.apps:
            app.set_theme(self.theme)

    def _wanted_theme(self) -> Theme:
        scale = self.settings.text_size / Settings.text_size.default
        return replace(wanted_theme(self.settings.theme), text_scale=scale)

    def picture(self, path: Path, size: QSize, theme: Theme) -> QPixmap:
        """A document drawn small by the canvas's own paint function; painted once a theme."""
        dpr = _finest()
        key = (path, theme.name, size.width(), round(dpr * 100))
        if key not in self._pictures:
            try:
                document = load(path)[0]
            except Unreadable:
                document = Document()
            self._pictures[key] = drawn(document, size, theme, dpr)
        return self._pictures[key]

    def drawn(self, document: Document, size: QSize) -> QPixmap:
        """A document drawn small in the theme of now."""
        return drawn(document, size, self.theme, _finest())


def _finest() -> float:
    """The pixel ratio of the best screen."""
    return max((s.devicePixelRatio() for s in QGuiApplication.screens()), default=1.0)


def drawn(document: Document, size: QSize, theme: Theme, dpr: float = 1.0) -> QPixmap:
    """The whole graph of a document in a small picture with a thin frame."""
    pixmap = QPixmap(size * dpr)
    pixmap.setDevicePixelRatio(dpr)
    geometry = Geometry.of(document)
    box = geometry.bounds() or (0.0, 0.0, 1.0, 1.0)
    area = pixmap.deviceIndependentSize()
    whole = QRectF(QPointF(), area)
    rect = QRectF(QPointF(*box[:2]), QPointF(*box[2:]))
    painter = QPainter(pixmap)
    try:
        fine = _fine(geometry, rect, pixmap.size(), theme)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(whole, fine, QRectF(fine.rect()))
        painter.setPen(theme.color("border"))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRect(whole.adjusted(0.5, 0.5, -0.5, -0.5))
    finally:
        painter.end()
    return pixmap


def _fine(geometry: Geometry, rect: QRectF, size: QSize, theme: Theme) -> QImage:
    """Painted so large that all details are drawn, then made small: as if seen from afar."""
    view = View.fitting(rect, size.toSizeF(), 10.0, 1.0)
    times = max(1, min(8, math.ceil(LEGIBLE / view.scale)))
    image = QImage(size * times, QImage.Format.Format_ARGB32_Premultiplied)
    whole = QRectF(image.rect())
    painter = QPainter(image)
    try:
        view = View.fitting(rect, whole.size(), 10.0 * times, 2.0)
        paint(painter, geometry, EMPTY, theme, None, view, whole, grid=False)
    finally:
        painter.end()
    mode = Qt.TransformationMode.SmoothTransformation
    return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, mode)


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)
