"""Chooses a theme and puts it on the whole application: palette first, then the style sheet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from gui.panels.parts import sheet
from gui.theme import DARK, HIGH_CONTRAST, LIGHT, THEMES, Theme, palette, style_sheet


def wanted_theme(name: str) -> Theme:
    """The theme of that name; for "system" the one that suits what the system says it wants."""
    if name in THEMES:
        return THEMES[name]
    hints = QGuiApplication.styleHints()
    if hasattr(hints, "accessibility"):  # since Qt 6.10
        contrast = hints.accessibility().contrastPreference()
        if contrast == Qt.ContrastPreference.HighContrast:
            return HIGH_CONTRAST
    return DARK if hints.colorScheme() == Qt.ColorScheme.Dark else LIGHT


def dress(theme: Theme) -> None:
    """Colour every widget, present and future, in `theme`."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    wanted = style_sheet(theme) + sheet(theme)
    if application.styleSheet() == wanted:
        return
    application.setStyleSheet("")  # with one set, a new palette does not reach old widgets
    application.setPalette(palette(theme))
    application.setStyleSheet(wanted)
