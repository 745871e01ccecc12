"""The app's own icons, drawn in any colour and crisp at any scale."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

import assets

SIZES = (16, 18, 20, 32, 36, 40)
"""Device pixels: every icon size the app uses, at 100 % and at 200 %."""


def names() -> list[str]:
    """Every icon there is."""
    return sorted(path.stem for path in assets.path("icons").glob("*.svg"))


def icon(name: str, color: QColor | str) -> QIcon:
    """The icon in one colour; a disabled control shows it faded."""
    return _icon(name, QColor(color).name())


@lru_cache(maxsize=256)
def _icon(name: str, color: str) -> QIcon:
    found = QIcon()
    renderer = _renderer(name, color)
    for size in SIZES:
        found.addPixmap(_pixmap(renderer, size, 1.0), QIcon.Mode.Normal)
        found.addPixmap(_pixmap(renderer, size, 0.35), QIcon.Mode.Disabled)
    return found


def _renderer(name: str, color: str) -> QSvgRenderer:
    # QtSvg knows no currentColor: it would draw black on black.
    path: Path = assets.path("icons", f"{name}.svg")
    source = path.read_text("utf-8").replace("currentColor", color)
    return QSvgRenderer(QByteArray(source.encode()))


def _pixmap(renderer: QSvgRenderer, size: int, opacity: float) -> QPixmap:
    pixmap = QPixmap(size, size)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setOpacity(opacity)
    renderer.render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


if __name__ == "__main__":
    from PySide6.QtWidgets import QApplication, QListWidget, QListWidgetItem

    from gui.theme import LIGHT

    app = QApplication(sys.argv)
    shown = QListWidget()
    shown.setViewMode(QListWidget.ViewMode.IconMode)
    for each in names():
        shown.addItem(QListWidgetItem(icon(each, LIGHT.text), each))
    shown.show()
    sys.exit(app.exec())
