"""Puts a theme on the whole application: palette first, then the one style sheet."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication

from gui.panels.parts import sheet
from gui.theme import Theme, palette, style_sheet


def dress(theme: Theme) -> None:
    """Colour every widget, present and future, in `theme`."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setStyleSheet("")  # with one set, a new palette does not reach old widgets
    application.setPalette(palette(theme))
    application.setStyleSheet(style_sheet(theme) + sheet(theme))
