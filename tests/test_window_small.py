"""What gives way in a small window, and what the docks are called."""

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QDialogButtonBox, QStyle

from gui.app import App
from gui.dock_title import DockTitle
from tests.window_kit import end, fresh_settings, opened

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")


@pytest.fixture
def app(qtbot):
    app = opened(qtbot)
    yield app
    end(app)


@pytest.fixture
def small(qtbot):
    fresh_settings().theme = "light"
    app = App()
    app.window.resize(1000, 700)
    app.window.show()
    qtbot.waitUntil(lambda: app.window.sized)
    QApplication.processEvents()
    yield app
    end(app)


def test_a_small_window_leaves_the_canvas_room(small):
    assert small.window.size().toTuple() == (1000, 700)
    assert small.window.docks["legend"].isHidden()
    assert small.canvas.width() > 440
    assert small.transport.place.isVisible()
    assert small.transport.scrub.width() >= 120


def test_a_large_window_has_the_legend(app):
    assert app.window.docks["legend"].isVisible()


def test_the_dock_below_is_called_what_its_tab_is(app):
    title = app.window.docks["code"].titleBarWidget()
    assert title.name.text() == "Code"
    app.window.show_sheet(app.console)
    assert title.name.text() == "Console"


def test_a_panel_says_its_purpose_whole_or_not_at_all(app):
    title = next(
        t for t in app.window.findChildren(DockTitle) if t.about.isVisible() and t.about.text()
    )
    about = title.about

    def blank(width):
        about.resize(width, 20)
        image: QImage = about.grab().toImage()
        return len({image.pixel(x, y) for x in range(width) for y in range(20)}) == 1

    assert blank(60)
    assert about.toolTip()
    assert not blank(900)


def test_buttons_of_dialogs_have_no_icons(qtbot, app):
    box = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok)
    qtbot.addWidget(box)
    box.show()
    hint = QStyle.StyleHint.SH_DialogButtonBox_ButtonsHaveIcons
    assert not box.style().styleHint(hint, None, box)
