"""Chooses a theme and puts it on the whole application: palette first, then the style sheet."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontInfo, QGuiApplication
from PySide6.QtWidgets import QApplication, QTabBar, QWidget

from gui.panels.parts import sheet
from gui.theme import DARK, HIGH_CONTRAST, LIGHT, THEMES, Theme, palette, points, style_sheet

POINTS = "points"
"""The property of a widget with a font of its own that holds its usual size."""
SCALE = "text-scale"
"""The property of the application that holds how much larger than usual its font is."""


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
    before = float(application.property(SCALE) or 1.0)
    larger = theme.text_scale / before
    if application.styleSheet() == wanted and larger == 1.0:
        return
    application.setProperty(SCALE, theme.text_scale)
    own = _own_fonts(application, before) if larger != 1.0 else []
    application.setStyleSheet("")  # with one set, palette and font do not reach old widgets
    application.setPalette(palette(theme))
    application.setFont(_in_size(application.font(), points(application.font()) * larger))
    application.setStyleSheet(wanted)
    for widget, usual in own:
        widget.setFont(_in_size(widget.font(), usual * theme.text_scale))


def _own_fonts(application: QApplication, scale: float) -> list[tuple[QWidget, float]]:
    """Widgets with a font of their own, and its size in points where text is not enlarged.

    A change of the style sheet may give them their first font back, so the size is noted.
    """
    found = []
    for widget in application.allWidgets():
        # A tab widget does not hand a new font on to its bar.
        if widget.testAttribute(Qt.WidgetAttribute.WA_SetFont) or isinstance(widget, QTabBar):
            if widget.property(POINTS) is None:
                widget.setProperty(POINTS, QFontInfo(widget.font()).pointSizeF() / scale)
            found.append((widget, float(widget.property(POINTS))))
    return found


def _in_size(font: QFont, size: float) -> QFont:
    sized = QFont(font)
    sized.setPointSizeF(size)
    return sized
