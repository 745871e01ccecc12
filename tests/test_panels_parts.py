"""What all panels share: icons, readable colours, plain text, and panels that run alone."""

import importlib
from itertools import pairwise

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QAbstractButton, QLabel

from gui.dress import dress
from gui.panels import demo, icons, parts
from gui.panels.legend import SAMPLES, Legend
from gui.theme import DARK, LIGHT, THEMES

# The offscreen platform says so of every top-level widget that has a layout.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

PANELS = (
    *("palette", "inspector", "ledger", "code", "transport", "caption"),
    *("program", "legend", "log", "outline"),
)


@pytest.fixture(params=PANELS)
def panel(request, qtbot):
    made = importlib.import_module(f"gui.panels.{request.param}")._demo()
    qtbot.addWidget(made)
    made.show()
    return made


def test_every_panel_shows_itself_in_every_theme(panel):
    pictures = []
    for theme in THEMES.values():
        panel.set_theme(theme)
        dress(theme)
        pictures.append(panel.grab().toImage())
    assert pictures[0] != pictures[1] != pictures[2]


def test_every_label_is_plain_text_and_every_button_says_what_it_does(panel):
    assert {label.textFormat() for label in panel.findChildren(QLabel)} <= {Qt.TextFormat.PlainText}
    for button in panel.findChildren(QAbstractButton):
        if button.isVisible() and button.parent().objectName() != "qt_toolbar_ext_button":
            assert button.toolTip() or button.accessibleName() or button.text() or _of_qt(button)


def _of_qt(button):
    """The clear button of a line edit and the corner of a table are Qt's own."""
    return type(button).__name__ in ("QAbstractButton", "QToolButton") and button.objectName() == ""


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("text", "window"), ("muted", "window"), ("value", "window"), ("gradient", "window"),
        ("sum", "window"), ("error", "window"), ("text", "gradient_soft"),
        ("gradient", "gradient_soft"), ("muted", "gradient_soft"), ("sum", "sum_soft"),
        ("gradient", "sum_soft"), ("text", "hover"), ("muted", "hover"), ("error", "error_soft"),
        ("on_accent", "selection"), ("on_accent", "sum"),
    ],
)  # fmt: skip
def test_text_can_be_read_on_its_ground(theme, text, ground):
    assert parts.contrast(parts.legible(theme, text, ground), getattr(theme, ground)) >= 4.5


def test_contrast_is_what_wcag_counts():
    assert parts.contrast("#ffffff", "#000000") == pytest.approx(21)
    assert parts.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    # Nothing is changed that can be read as it is.
    assert parts.legible(LIGHT, "value", "window") == LIGHT.value


def test_there_is_an_icon_for_every_command():
    wanted = (
        "play pause first back step last forward backward zero undo redo open save add fit search"
    )
    assert set(wanted.split()) <= set(icons.names())


@pytest.mark.parametrize("name", icons.names())
def test_icons_are_drawn_in_the_colour_asked_for_and_crisp(qapp, name):
    for size in (20, 40):
        pixmap = icons.icon(name, LIGHT.gradient).pixmap(QSize(size, size), 1.0)
        assert pixmap.width() == size
        image = pixmap.toImage()
        inked = [
            image.pixelColor(x, y)
            for x in range(size)
            for y in range(size)
            if image.pixelColor(x, y).alpha() == 255
        ]
        assert inked
        assert all(abs(color.red() - LIGHT.color("gradient").red()) <= 1 for color in inked)


def test_legend_rows_go_on_in_a_second_line_where_there_is_no_room(qtbot):
    legend = Legend(LIGHT)
    qtbot.addWidget(legend)
    legend.resize(200, 400)
    legend.show()
    rows = legend.findChildren(QLabel)
    assert len(rows) == len(SAMPLES)
    boxes = [row.geometry() for row in rows]
    assert all(a.bottom() < b.top() for a, b in pairwise(boxes))
    assert all(row.height() >= row.heightForWidth(row.width()) for row in rows)
    high = max(box.height() for box in boxes)
    assert high >= 2 * legend.fontMetrics().lineSpacing()
    legend.resize(700, legend.height())
    assert max(row.height() for row in rows) < high


def test_a_tooltip_never_shows_markup_as_such():
    assert parts.tip("plain") == "plain"
    assert parts.tip("<b>x</b>") == "<span>&lt;b&gt;x&lt;/b&gt;</span>"


def test_a_panel_looks_once_a_step_and_not_at_all_while_hidden(qtbot):
    class Counting(parts.FramePanel):
        seen = 0

        def show_frame(self, frame):
            self.seen += 1

    player = demo.player(3)
    panel = Counting(player, DARK)
    qtbot.addWidget(panel)
    player.go(4)
    assert panel.seen == 0
    panel.show()
    for phase in (0.2, 0.4, 1.0):
        player.go(5, phase)
    assert panel.seen == 2
    panel.hide()
    player.go(6)
    player.set_film(demo.film(), 5)
    assert panel.seen == 2
    panel.show()
    assert panel.seen == 3
