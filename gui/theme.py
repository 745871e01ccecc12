"""Design tokens: every colour the app uses, for light, dark and high contrast."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontInfo, QGuiApplication, QPalette

import assets


@dataclass(frozen=True)
class Theme:
    """Named colours.  Blue is a value going forward, orange a gradient going back, purple a sum."""

    name: str
    window: str  # behind panels
    canvas: str
    grid: str
    surface: str  # nodes, fields
    border: str
    text: str
    muted: str
    value: str
    value_soft: str
    gradient: str
    gradient_soft: str
    sum: str
    sum_soft: str
    green: str  # a region, by choice
    cut: str
    error: str
    error_soft: str
    selection: str
    hover: str
    on_accent: str
    text_scale: float = 1.0
    """How much larger than usual the canvas writes."""

    def color(self, token: str, alpha: float = 1.0) -> QColor:
        """The token as a QColor; alpha from 0 (clear) to 1."""
        color = QColor(getattr(self, token))
        color.setAlphaF(alpha)
        return color


LIGHT = Theme(
    "light", window="#ffffff", canvas="#f3f5f8", grid="#dde2e9", surface="#ffffff",
    border="#c9d0da", text="#131c2b", muted="#5b6678", value="#0067a8", value_soft="#e5f1f9",
    gradient="#b84b00", gradient_soft="#fdf0e6", sum="#86358a", sum_soft="#f7edf8",
    green="#1d7440", cut="#636e80", error="#b3142c", error_soft="#fdebee",
    selection="#2563eb", hover="#eef2f7", on_accent="#ffffff",
)  # fmt: skip

DARK = Theme(
    "dark", window="#171b22", canvas="#10141a", grid="#232a34", surface="#1f2630", border="#3a4452",
    text="#e8ecf2", muted="#9aa5b5", value="#5cb8f5", value_soft="#15303f", gradient="#ff9347",
    gradient_soft="#3a2413", sum="#d79be0", sum_soft="#33203a",
    green="#6fcf97", cut="#8a96a8", error="#ff7a8a", error_soft="#3f1a21",
    selection="#6ea0ff", hover="#2a323e", on_accent="#10141a",
)  # fmt: skip

HIGH_CONTRAST = Theme(
    "high contrast", window="#000000", canvas="#000000", grid="#333333", surface="#000000",
    border="#ffffff", text="#ffffff", muted="#dddddd", value="#66ccff", value_soft="#002233",
    gradient="#ffb000", gradient_soft="#332200", sum="#ff99ff", sum_soft="#330033",
    green="#66ff99", cut="#bbbbbb", error="#ff6666", error_soft="#330000",
    selection="#ffff00", hover="#222222", on_accent="#000000",
)  # fmt: skip

_GROUNDS = ("window", "canvas", "surface", "hover")
READ_ON = {
    "text": (*_GROUNDS, "value_soft", "gradient_soft", "sum_soft", "error_soft"),
    "muted": (*_GROUNDS, "gradient_soft"), "cut": ("window", "canvas", "surface"),
    "value": ("window", "canvas", "surface", "value_soft"),
    "gradient": ("window", "canvas", "surface", "gradient_soft"),
    "sum": ("window", "canvas", "surface", "sum_soft"),
    "error": ("window", "canvas", "surface", "error_soft"),
    "selection": ("window", "surface"),
    "on_accent": ("selection", "value", "gradient", "sum", "error"),
}  # fmt: skip
"""Token text is written in -> tokens it stands on: each pair can be read, a test computes it."""

THEMES = {theme.name: theme for theme in (LIGHT, DARK, HIGH_CONTRAST)}


def palette(theme: Theme) -> QPalette:
    """A QPalette in the theme's colours, for every standard widget."""
    p = QPalette()
    role = QPalette.ColorRole
    for r, token in {
        role.Window: "window", role.WindowText: "text", role.Base: "surface",
        role.AlternateBase: "hover", role.Text: "text", role.Button: "surface",
        role.ButtonText: "text", role.ToolTipBase: "surface", role.ToolTipText: "text",
        role.PlaceholderText: "muted", role.Highlight: "selection",
        role.HighlightedText: "on_accent", role.Link: "value", role.Light: "hover",
        role.Midlight: "hover", role.Mid: "border", role.Dark: "border", role.Shadow: "border",
        role.Accent: "selection",
    }.items():  # fmt: skip
        p.setColor(r, theme.color(token))
    for r in (role.WindowText, role.Text, role.ButtonText):
        p.setColor(QPalette.ColorGroup.Disabled, r, theme.color("muted", 0.6))
    return p


USUAL = 9.0
"""Points of the application's font where the sizes of fixed-width text are what they say."""


def mono(size: float = 9.5, bold: bool = False) -> QFont:
    """The fixed-width font, for numbers and code; it grows with the application's font."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(size / USUAL * points(QGuiApplication.font()))
    font.setBold(bold)
    return font


def points(font: QFont) -> float:
    """The size of a font in points, also where it was given in pixels."""
    return font.pointSizeF() if font.pointSizeF() > 0 else QFontInfo(font).pointSizeF()


def text_scale(font: QFont) -> float:
    """How many times as large as usual text in this font is: 1 at 12 pixels."""
    return QFontInfo(font).pixelSize() / 12


def mono_like(font: QFont) -> QFont:
    """The fixed-width font in the size of another."""
    made = mono()
    made.setPointSizeF(points(font))
    return made


def _sign(name: str, color: str) -> str:
    """The file of a small sign, in black or white, whichever is nearer to a colour."""
    shade = "white" if QColor(color).lightness() > 128 else "black"
    return assets.path("ticks", f"{name}{shade}.svg").as_posix()


def style_sheet(theme: Theme) -> str:
    """The few looks QPalette has no word for: flat docks, quiet tabs, rounded buttons."""
    t, box = theme, round(14 * theme.text_scale)
    return f"""
    QMainWindow::separator {{ background: {t.border}; width: 1px; height: 1px; }}
    QMainWindow::separator:hover {{ background: {t.selection}; }}
    QDockWidget {{ titlebar-close-icon: none; color: {t.text}; }}
    QDockWidget::title {{ padding: 7px 10px 5px 12px; background: {t.window}; font-weight: bold; }}
    QTabBar::tab {{ padding: 7px 12px; color: {t.muted}; background: {t.window}; border: none;
        border-bottom: 2px solid transparent; }}
    QTabBar::tab:selected {{ color: {t.text}; border-bottom: 2px solid {t.gradient}; }}
    QTabBar::tab:hover {{ color: {t.text}; }}
    QToolBar {{ border: none; border-bottom: 1px solid {t.border}; spacing: 8px; padding: 6px 10px;
        background: {t.window}; }}
    QPushButton {{ padding: 6px 12px; border: 1px solid {t.border}; border-radius: 7px;
        background: {t.surface}; color: {t.text}; }}
    QPushButton:hover {{ background: {t.hover}; }}
    QPushButton:default {{ border-color: {t.selection}; }}
    QPushButton:disabled {{ color: {t.muted}; border-color: {t.grid}; }}
    QPushButton:focus {{ border: 2px solid {t.selection}; padding: 5px 11px; }}
    QLineEdit {{ placeholder-text-color: {t.muted}; }}
    Inspector QScrollArea {{ border: 1px solid transparent; }}
    Inspector QScrollArea:focus {{ border: 1px solid {t.selection}; }}
    QSpinBox {{ min-height: 1.25em; padding: 2px 0; border: 1px solid {t.border};
        border-radius: 6px; background: {t.surface}; color: {t.text};
        selection-background-color: {t.selection}; selection-color: {t.on_accent}; }}
    QSpinBox:focus {{ border: 2px solid {t.selection}; padding: 1px 0; }}
    QSpinBox:disabled {{ color: {t.muted}; border-color: {t.grid}; }}
    QSpinBox::up-button, QSpinBox::down-button {{ width: 20px; border: none; }}
    QSpinBox::up-arrow {{ image: url("{_sign("up-", t.text)}"); width: 10px; height: 10px; }}
    QSpinBox::down-arrow {{ image: url("{_sign("down-", t.text)}"); width: 10px; height: 10px; }}
    QDialogButtonBox, QMessageBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
    QListWidget::item, QUndoView::item {{ padding: 4px 6px; }}
    StartPage QListWidget, StartPage QListWidget:focus {{ border: none; }}
    StartPage QListWidget::item {{ border: 2px solid transparent; border-radius: 8px; }}
    StartPage QListWidget::item:hover {{ background: {t.hover}; color: {t.text}; }}
    StartPage QListWidget::item:selected {{ background: transparent; color: {t.text}; }}
    StartPage QListWidget::item:focus {{ background: {t.hover}; border-color: {t.selection}; }}
    QPushButton#run-forward {{ background: {t.value_soft}; border-color: {t.value}; }}
    QPushButton#run-backward {{ background: {t.gradient_soft}; border-color: {t.gradient}; }}
    QPushButton#run-forward:focus, QPushButton#run-backward:focus {{
        border-color: {t.selection}; }}
    QTabBar {{ qproperty-drawBase: 0; qproperty-elideMode: ElideNone; }}
    QTabBar::scroller {{ width: 44px; }}
    QTabBar QToolButton {{ padding: 0; border: none; border-radius: 0; background: {t.window}; }}
    QTabBar QToolButton:hover {{ background: {t.hover}; }}
    QTabBar::tear {{ width: 0; border: none; }}
    QToolBar QToolButton#qt_toolbar_ext_button {{ padding: 0; border: none; }}
    QMainWindow > QTabBar::tab {{ padding: 7px 9px; }}
    QMainWindow > QTabBar::tab:first {{ margin-left: 3px; }}
    QAbstractScrollArea::corner {{ background: transparent; border: none; }}
    QCheckBox::indicator {{ width: {box}px; height: {box}px; border: 1px solid {t.muted};
        border-radius: 4px; background: {t.surface}; }}
    QCheckBox::indicator:checked {{ background: {t.selection};
        border-color: {t.selection}; image: url("{_sign("", t.on_accent)}"); }}
    QCheckBox::indicator:checked:disabled {{ background: {t.border}; }}
    QCheckBox::indicator:disabled {{ border-color: {t.border}; }}
    QCheckBox::indicator:focus {{ border: 2px solid {t.selection}; }}
    QMenuBar, QMenu, QStatusBar {{ background: {t.window}; color: {t.text}; }}
    QMenuBar::item {{ padding: 5px 10px; background: transparent; }}
    QMenuBar::item:selected, QMenu::item:selected {{ background: {t.hover}; color: {t.text}; }}
    QMenu {{ border: 1px solid {t.border}; padding: 4px 0; }}
    QMenu::item {{ padding: 5px 28px 5px 24px; }}
    QMenu::item:disabled {{ color: {t.muted}; }}
    QMenu::separator {{ height: 1px; background: {t.border}; margin: 4px 10px; }}
    QStatusBar {{ border-top: 1px solid {t.border}; color: {t.muted}; }}
    QStatusBar QLabel {{ color: {t.muted}; padding: 0 6px; }}
    QStatusBar::item {{ border: none; }}
    QToolTip {{ color: {t.text}; background: {t.surface}; border: 1px solid {t.border};
        padding: 3px; }}
    """
