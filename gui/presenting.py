"""Presenter mode: the graph and its caption, large, and nothing else; then all as it was."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QEvent, QObject, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QToolBar, QWidget

from gui.canvas.canvas import Canvas
from gui.canvas.view import View
from gui.panels.caption import Caption
from gui.panels.pointer import Pointer
from gui.placing import VERSION

LARGER = 1.9
"""How many times as large as usual the caption is."""
LARGEST = 2.4
"""How large a small graph may become."""
MARGIN = 60.0


@dataclass(frozen=True)
class _Before:
    """How the window was."""

    geometry: QRect
    docks: QByteArray
    state: Qt.WindowState
    hidden: tuple[QWidget, ...]
    view: View
    focus: QWidget | None


class Presenter(QObject):
    """Enters and leaves the mode; whatever plays goes on playing."""

    changed = Signal()

    def __init__(
        self,
        canvas: Canvas,
        caption: Caption,
        tabs: QWidget,
        window: Callable[[], QMainWindow],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.canvas, self.caption, self.tabs, self._window = canvas, caption, tabs, window
        self._before: _Before | None = None
        self._pointer: Pointer | None = None

    @property
    def on(self) -> bool:
        return self._before is not None

    def toggle(self) -> None:
        """Enter, or leave."""
        if self.on:
            self.leave()
        else:
            self.enter()

    def enter(self) -> None:
        """Hide all but the canvas, the caption and the transport; fill the screen."""
        window = self._window()
        bars = [window.menuBar(), window.statusBar(), self.tabs, *_toolbars(window)]
        hidden = tuple(bar for bar in bars if not bar.isHidden())
        focus = QApplication.focusWidget()
        self._before = _Before(
            window.geometry(), window.saveState(VERSION), window.windowState(), hidden,
            self.canvas.view, focus,
        )  # fmt: skip
        for part in (*hidden, *_docks(window)):
            part.hide()
        self.caption.enlarge(LARGER)
        window.showFullScreen()
        self._pointer = self._pointer or Pointer(window)
        self._pointer.begin(trails=not self.canvas.reduced_motion)
        self.canvas.setFocus(Qt.FocusReason.MouseFocusReason)  # no frame around it
        self._fit()
        application = QApplication.instance()
        assert application is not None
        application.installEventFilter(self)
        self.changed.emit()

    def leave(self) -> None:
        """All as it was before."""
        before, self._before = self._before, None
        if before is None:
            return
        application, window = QApplication.instance(), self._window()
        assert application is not None
        application.removeEventFilter(self)
        if self._pointer is not None:
            self._pointer.end()
        self.caption.enlarge(1.0)
        for part in before.hidden:
            part.show()
        window.setWindowState(before.state)
        if before.state == Qt.WindowState.WindowNoState:
            window.setGeometry(before.geometry)  # restoreGeometry would move it onto the screen
        window.restoreState(before.docks, VERSION)
        layout = window.layout()
        if layout is not None:
            layout.activate()
        self.canvas.set_view(before.view)
        if before.focus is not None and before.focus.isVisible():
            before.focus.setFocus()
        self.changed.emit()

    def _fit(self) -> None:
        """The whole graph as large as it may be; the canvas gets its new size first."""
        layout = self._window().layout()
        if layout is not None:
            layout.activate()
        box = self.canvas.geometry_.bounds()
        if box is not None:
            rect = QRectF(QPointF(*box[:2]), QPointF(*box[2:]))
            size = QSizeF(self.canvas.size())
            self.canvas.set_view(View.fitting(rect, size, MARGIN, LARGEST))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Esc leaves, unless a gesture or a dialog has a use for it."""
        if event.type() == QEvent.Type.Resize and watched is self.canvas:
            self._fit()
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        window = self._window()
        ours = isinstance(watched, QWidget) and watched.window() is window
        if event.key() != Qt.Key.Key_Escape or not ours or self._has_a_use(watched):
            return False
        self.leave()
        return True

    def _has_a_use(self, watched: QObject) -> bool:
        canvas = self.canvas
        return canvas.tool is not None or canvas.field.active or watched.inherits("QLineEdit")


def _docks(window: QMainWindow) -> list[QWidget]:
    return [dock for dock in window.findChildren(QDockWidget) if not dock.isHidden()]


def _toolbars(window: QMainWindow) -> list[QWidget]:
    return [*window.findChildren(QToolBar)]
