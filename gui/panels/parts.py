"""What every panel is made of: the panel itself, labels, cards and the look of plain controls."""

from __future__ import annotations

import html
from bisect import bisect_left
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QSize, Qt
from PySide6.QtGui import (
    QFont,
    QPainter,
    QPaintEvent,
    QPalette,
    QPen,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.model.unseen import visible
from gui.panels.icons import icon
from gui.theme import Theme, mono

if TYPE_CHECKING:  # the style sheet is wanted before NumPy is
    from gui.model.frames import Frame
    from gui.state.player import Player

MARGIN = 12
GAP = 8


class Panel(QWidget):
    """A dock's content, in the colours of its theme."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme

    def set_theme(self, theme: Theme) -> None:
        """Show everything in the colours of `theme`."""
        self.theme = theme
        self.restyle()

    def restyle(self) -> None:
        """What a panel paints by hand takes the colours of `self.theme` here."""


class FramePanel(Panel):
    """A panel that shows the player's frame: once a step, and only while somebody sees it."""

    def __init__(self, player: Player, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.player = player
        self._seen: int | None = None
        player.framed.connect(self._on_framed)
        # The player frames the new film right after; its step may lie beyond the end until then.
        player.film_changed.connect(self._forget)

    def show_frame(self, frame: Frame) -> None:
        """Bring the panel in line with `frame`."""
        raise NotImplementedError

    def renew(self, *_: object) -> None:
        """Something beside the step has changed: show the frame again (now or once visible)."""
        self._forget()
        self._catch_up()

    def _forget(self, *_: object) -> None:
        self._seen = None

    def _on_framed(self, frame: Frame, phase: float) -> None:
        self._catch_up()

    def _catch_up(self) -> None:
        if self.isVisible() and self.player.step != self._seen:
            self._seen = self.player.step
            self.show_frame(self.player.frame)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()


class Plain(QLabel):
    """A label that never reads HTML, and shows the code of what cannot be seen."""

    def __init__(self, text: str = "") -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(visible(text))


def label(text: str = "", tone: str = "text", *, wrap: bool = True) -> QLabel:
    """Plain text in one of the sheet's tones; names and errors are never read as HTML."""
    made = Plain(text)
    made.setProperty("tone", tone)
    made.setWordWrap(wrap)
    if wrap:  # long names wrap or are cut, they never widen the dock
        made.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return made


def number_label(tone: str = "text", *, bold: bool = False, wrap: bool = True) -> QLabel:
    """A label for numbers and code, which can be selected and copied with the mouse."""
    made = label("", tone, wrap=wrap)
    made.setFont(mono(bold=bold))
    made.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return made


def row_label(text: str) -> QLabel:
    """What stands before a value or a field: all as wide as one of the longest, so they line up."""
    made = label(text, "muted", wrap=False)
    made.setMinimumWidth(made.fontMetrics().horizontalAdvance("requires_grad") + 4)
    return made


def heading(text: str, points: float = 0.0) -> QLabel:
    """A bold line over a section; `points` larger than the rest."""
    made = label(text)
    font = QFont(made.font())
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() + points)
    made.setFont(font)
    return made


def say(shown: QLabel, text: str) -> None:
    """Put `text` into a label and hide the label when there is nothing to say."""
    if shown.text() != visible(text):
        shown.setText(text)
    if shown.isHidden() == bool(text):
        shown.setVisible(bool(text))


class Card(QFrame):
    """A tinted box with rounded corners; `tone` is value, gradient, sum, ok, error or plain."""

    def __init__(self, tone: str = "plain") -> None:
        super().__init__()
        self.setProperty("card", tone)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(12, 10, 12, 10)
        self.column.setSpacing(5)

    def set_tone(self, tone: str) -> None:
        """Tint it otherwise."""
        if self.property("card") != tone:
            self.setProperty("card", tone)
            self.style().unpolish(self)
            self.style().polish(self)


def tool_button(
    name: str, tip: str, do: Callable[[], object], *, size: int = 18, accessible: str = ""
) -> QToolButton:
    """A button with the icon `name`; its tooltip names the key, its accessible name does not."""
    made = QToolButton()
    made.setProperty("icon_name", name)
    made.setProperty("icon_side", size)
    made.setIconSize(QSize(size, size))
    made.setToolTip(tip)
    made.setAccessibleName(accessible or tip.split(" (")[0])
    made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    made.clicked.connect(lambda: do())
    return made


def link_button(text: str, tip: str = "") -> QToolButton:
    """A button that looks like a link, as wide as its text."""
    made = QToolButton()
    made.setText(text)
    made.setProperty("link", True)
    made.setToolTip(tip)
    made.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return made


class Choice(QComboBox):
    """A combo box with an arrow in the text's colour: a style sheet takes the style's own away."""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Text), 1.6))
        x, y = self.width() - 14.0, self.height() / 2
        painter.drawPolyline([QPointF(x - 4, y - 2), QPointF(x, y + 2), QPointF(x + 4, y - 2)])
        painter.end()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling past it must not change anything


class Number(QSpinBox):
    """A spin box whose text stands where a line edit's does; a style sheet moves only the frame."""

    def __init__(self) -> None:
        super().__init__()
        self.lineEdit().setTextMargins(6, 0, 0, 0)


def recolor(parent: QWidget, theme: Theme) -> None:
    """Draw the icons of all tool buttons in `parent` in the theme's colours, as large as text."""
    for button in parent.findChildren(QToolButton):
        if name := button.property("icon_name"):
            button.setIcon(icon(name, theme.text))
            button.setIconSize(QSize(1, 1) * button.property("icon_side") * theme.text_scale)


def tone(player: Player) -> str:
    """The colour of the player's step: a value going forward, or a gradient going back."""
    chapter = player.film.timeline.chapter_at(player.step)
    return "value" if chapter is not None and chapter.kind == "forward" else "gradient"


class Elided(Plain):
    """One line of plain text, cut with … where there is no room; the tooltip has it all."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAccessibleName(text)

    def shown_text(self) -> str:
        """What there is room for."""
        elide = Qt.TextElideMode.ElideRight
        return self.fontMetrics().elidedText(self.text(), elide, self.width())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignVCenter, self.shown_text())
        painter.end()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.setToolTip("" if self.shown_text() == self.text() else tip(self.text()))


class Brief(Plain):
    """A sentence in at most two lines, however narrow it is; the tooltip has the rest."""

    LINES = 2

    def __init__(self, text: str) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.say(text)

    def say(self, text: str) -> None:
        """Show another sentence."""
        self.setText(text)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().lineSpacing() * self.LINES)

    def shown_text(self) -> str:
        """What there is room for."""
        text, flags = self.text(), int(Qt.TextFlag.TextWordWrap)
        room = QRect(0, 0, self.width(), self.sizeHint().height())

        def fits(shown: str) -> bool:
            return self.fontMetrics().boundingRect(room, flags, shown).height() <= room.height()

        if fits(text):
            return text
        cut = bisect_left(range(len(text)), True, key=lambda k: not fits(f"{text[:k]}…"))
        return f"{text[: max(0, cut - 1)].rstrip()}…"

    def _fit(self) -> None:
        self.setToolTip("" if self.shown_text() == self.text() else tip(self.text()))
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(self.rect(), flags, self.shown_text())
        painter.end()


def tip(text: str) -> str:
    """`text` for a tooltip: Qt would read it as HTML when it looks like it, and wraps only HTML."""
    text = visible(text)
    if len(text) < 60 and not set("<&\n") & set(text):
        return text
    return "<span>{}</span>".format(html.escape(text).replace("\n", "<br>"))


def menu_text(text: str) -> str:
    """`text` for a menu entry, in which & would underline a letter."""
    return visible(text).replace("&", "&&")


def contrast(one: str, other: str) -> float:
    """How well one colour is read on the other, as WCAG counts it: 4.5 is enough for text."""
    light, dark = sorted(map(_luminance, (one, other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    channels = (int(color[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@lru_cache
def legible(theme: Theme, token: str, ground: str) -> str:
    """The token's colour, drawn towards the text's until it can be read on that tinted ground."""
    color, back = getattr(theme, token), getattr(theme, ground)
    shades = (_mix(theme.text, color, share / 20) for share in range(20))
    return next((shade for shade in shades if contrast(shade, back) >= 4.5), theme.text)


def sheet(theme: Theme) -> str:
    """What QPalette cannot say, for the application's one style sheet.

    One for all: a sheet of a panel's own is not always polished anew when the theme changes.
    """
    tones = "".join(
        f'QLabel[tone="{t}"] {{ color: {getattr(theme, t)}; }}\n'
        for t in ("text", "muted", "value", "gradient", "sum", "error", "cut")
    )
    cards = "".join(
        f'QFrame[card="{name}"] {{ background: {back}; border: 1px solid {edge};'
        " border-radius: 8px; }\n"
        for name, back, edge in _cards(theme)
    )
    tones += 'QFrame[card="gradient"] QLabel[tone="gradient"] {{ color: {}; }}\n'.format(
        legible(theme, "gradient", "gradient_soft")
    )
    return tones + cards + _CONTROLS.format(t=theme, faint=_mix(theme.border, theme.window, 0.55))


def _cards(theme: Theme) -> list[tuple[str, str, str]]:
    return [
        ("plain", theme.hover, theme.border),
        ("ok", theme.hover, theme.green),
        ("value", theme.value_soft, _mix(theme.value, theme.value_soft, 0.35)),
        ("gradient", theme.gradient_soft, _mix(theme.gradient, theme.gradient_soft, 0.35)),
        ("sum", theme.sum_soft, _mix(theme.sum, theme.sum_soft, 0.35)),
        ("error", theme.error_soft, _mix(theme.error, theme.error_soft, 0.45)),
    ]


def _mix(one: str, other: str, share: float) -> str:
    """`share` of the first colour on the second."""
    pairs = ((int(one[i : i + 2], 16), int(other[i : i + 2], 16)) for i in (1, 3, 5))
    return "#" + "".join(f"{round(a * share + b * (1 - share)):02x}" for a, b in pairs)


_CONTROLS = """
QLineEdit, QPlainTextEdit[field="true"] {{
    background: {t.surface}; color: {t.text}; border: 1px solid {t.border}; border-radius: 6px;
    padding: 4px 8px; selection-background-color: {t.selection};
    selection-color: {t.on_accent}; }}
QLineEdit:focus, QPlainTextEdit[field="true"]:focus {{
    border: 2px solid {t.selection}; padding: 3px 7px; }}
QLineEdit[bad="true"] {{
    border: 2px solid {t.error}; padding: 3px 7px; background: {t.error_soft}; color: {t.error}; }}
QComboBox {{
    background: {t.surface}; color: {t.text}; border: 1px solid {t.border}; border-radius: 6px;
    padding: 4px 4px 4px 8px; }}
QComboBox:focus {{ border: 2px solid {t.selection}; padding: 3px 3px 3px 7px; }}
QComboBox::drop-down {{ border: 0; width: 18px; }}
QToolButton {{
    background: {t.surface}; color: {t.text}; border: 1px solid {t.border}; border-radius: 7px;
    padding: 5px; }}
QToolButton:hover {{ background: {t.hover}; }}
QToolButton:pressed, QToolButton:checked {{ background: {t.value_soft}; }}
QToolButton:focus {{ border: 2px solid {t.selection}; padding: 4px; }}
QToolButton:disabled {{ border-color: {faint}; color: {t.muted}; }}
QToolButton::menu-indicator {{ image: none; }}
QRadioButton::indicator {{
    width: 12px; height: 12px; border: 1px solid {t.muted}; border-radius: 7px;
    background: {t.surface}; }}
QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 4px solid {t.selection}; }}
QRadioButton::indicator:focus {{ border-color: {t.text}; }}
QToolButton[link="true"] {{
    border: 1px solid transparent; border-radius: 5px; background: transparent;
    color: {t.value}; padding: 2px 6px; text-align: left; }}
QToolButton[link="true"]:hover {{ background: {t.hover}; }}
QToolButton[link="true"]:focus {{ border: 2px solid {t.selection}; padding: 1px 5px; }}
QAbstractItemView {{
    background: {t.window}; color: {t.text}; border: 1px solid transparent; outline: 0;
    selection-background-color: {t.selection}; selection-color: {t.on_accent}; }}
QAbstractItemView:focus {{ border: 1px solid {t.selection}; }}
QTreeView::item {{ padding: 3px 4px; border: 0; }}
QTreeView::item:hover {{ background: {t.hover}; }}
QTreeView::item:selected {{ background: {t.selection}; color: {t.on_accent}; }}
QHeaderView::section {{
    background: {t.window}; color: {t.muted}; border: 0; border-bottom: 1px solid {faint};
    padding: 4px 8px; }}
QTableView QHeaderView::section, QTableCornerButton::section {{ border: 0; padding: 2px 6px; }}
QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {t.border}; }}
QSlider::sub-page:horizontal {{ border-radius: 2px; background: {t.selection}; }}
QSlider::handle:horizontal {{
    width: 12px; margin: -6px 0; border: 2px solid {t.selection}; border-radius: 8px;
    background: {t.surface}; }}
QSlider::handle:horizontal:focus {{ background: {t.selection}; }}
QSlider::handle:horizontal:disabled, QSlider::sub-page:horizontal:disabled {{
    background: {faint}; border-color: {faint}; }}
QPlainTextEdit {{ background: {t.window}; color: {t.text}; border: 0; }}
QScrollArea, QScrollArea > QWidget > QWidget#content {{ background: {t.window}; border: 0; }}
QScrollBar:vertical {{ background: transparent; width: 10px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {t.border}; border-radius: 3px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 28px; }}
QScrollBar::handle:horizontal {{ min-width: 28px; }}
QScrollBar::handle:hover {{ background: {t.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QToolTip {{ background: {t.surface}; color: {t.text}; border: 1px solid {t.border}; }}
"""
