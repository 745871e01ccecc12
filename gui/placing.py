"""Where the window stands: where it was left, but always on a screen that is there now."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMainWindow

from gui.state.settings import Settings
from gui.theme import Theme
from gui.window import Window

VERSION = 3
"""Of the docks: a state that was saved with others is not restored."""
LARGEST = QSize(1600, 1000)
FRAME = 28
"""Pixels a title bar needs above the window."""


def fitted(rect: QRect, screens: Sequence[QRect]) -> QRect:
    """`rect` moved and shrunk as little as possible to lie on the screen that has most of it.

    Where none has any, that is the nearest.
    """

    def nearness(screen: QRect) -> tuple[int, int]:
        common, way = rect & screen, rect.center() - screen.center()
        shared = max(0, common.width()) * max(0, common.height())
        return shared, 0 if shared else -way.manhattanLength()

    screen = max(screens, key=nearness)
    size = rect.size().boundedTo(screen.size())
    x = min(max(rect.x(), screen.left()), screen.right() + 1 - size.width())
    y = min(max(rect.y(), screen.top()), screen.bottom() + 1 - size.height())
    return QRect(x, y, size.width(), size.height())


def make_window(settings: Settings, theme: Theme, beside: QMainWindow | None = None) -> Window:
    """An empty window where the last one was left, or a little aside of one that is open."""
    window = Window(theme)
    window.factory_layout = window.saveState(VERSION)
    room = window.screen().availableSize()
    window.resize(LARGEST.boundedTo(QSize(room.width() - 40, room.height() - 60)))
    layout = settings.layout
    placed = layout is not None and window.restoreGeometry(layout[0])
    if not (layout and placed and window.restoreState(layout[1], VERSION)):
        window.restoreState(window.factory_layout, VERSION)
        window.sized = False
    else:
        window.sharing.want(settings.dock_sizes)
    if beside is not None:
        window.showNormal() if window.isMaximized() or window.isFullScreen() else None
        window.move(beside.pos().x() + 32, beside.pos().y() + 32)
    keep_on_screen(window)
    return window


def keep_on_screen(window: Window) -> None:
    """Bring the window to a screen that exists; Qt itself does so for floating panels."""
    screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
    if not window.isMaximized() and not window.isFullScreen():
        framed = [screen.adjusted(0, min(FRAME, screen.height() // 4), 0, 0) for screen in screens]
        window.setGeometry(fitted(window.geometry(), framed))
