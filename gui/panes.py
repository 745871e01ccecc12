"""The parts of the window one goes round with Ctrl+F6."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget

from gui.window import Window


def cycle(window: Window, way: int) -> None:
    """Give the focus to the next part of the window (way 1) or the one before (-1)."""
    panes = _panes(window)
    focus = QApplication.focusWidget()
    here = next((k for k, p in enumerate(panes) if focus and (p is focus or _holds(p, focus))), -1)
    order = [panes[(here + way * k) % len(panes)] for k in range(1, len(panes) + 1)]
    for pane in order:
        _bring_up(window, pane)
        target = _first_focusable(pane)
        if target is not None:
            target.setFocus(Qt.FocusReason.ShortcutFocusReason)
            return


def _panes(window: Window) -> list[QWidget]:
    """The middle, a notice if there is one, every open dock as they lie, then the toolbar."""
    page, app = window.pages.currentWidget(), window.app
    middle = [page]
    if app is not None and page is window.work:
        notice = [] if app.notice.isHidden() else [app.notice]
        middle = [app.views.canvas, *notice, app.transport]
    docks = [d.widget() for d in window.docks.values() if d.toggleViewAction().isChecked()]
    return [widget for widget in (*middle, *docks, window.menus.bar) if widget is not None]


def _holds(pane: QWidget, widget: QWidget) -> bool:
    return pane.isAncestorOf(widget)


def _bring_up(window: Window, pane: QWidget) -> None:
    """A panel behind a tab comes to the front."""
    for dock in window.docks.values():
        if dock.widget() is pane:
            dock.raise_()


def _first_focusable(pane: QWidget) -> QWidget | None:
    for widget in [pane, *pane.findChildren(QWidget)]:
        takes = widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None
        if takes and widget.isVisible() and widget.isEnabled():
            return widget
    return None
