"""The start: what is imported before the first paint, what is seen at first and later starts."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from gui import start
from gui.docks import BOTTOM, LEGEND, NARROW, RIGHT, SIDE
from gui.dress import dress
from gui.placing import make_window
from gui.start import Starting
from gui.state.settings import Settings
from gui.theme import LIGHT
from gui.trouble import Trouble
from tests.test_rooms import ROOT
from tests.window_kit import end, fresh_settings, lesson, settled

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")


def loaded_after(code, *modules):
    """Which of these a fresh Python has loaded after running the code."""
    asked = f"import sys\n{code}\nprint([m for m in {modules} if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True,
        timeout=60,
    )  # fmt: skip
    return done.stdout.strip()


def test_the_first_paint_needs_neither_numpy_nor_the_engine():
    code = "import gui.start"
    assert loaded_after(code, "numpy", "networkx", "engine", "msgspec", "gui.app") == "[]"


def test_a_lesson_is_shown_without_networkx():
    code = "import gui.app, gui.desk"
    assert loaded_after(code, "networkx", "PySide6.QtNetwork", "torch") == "[]"


def test_the_docks_have_their_sizes_in_the_very_first_frame(qtbot, home_of_its_own):
    fresh_settings()
    window = make_window(Settings(), LIGHT)
    qtbot.addWidget(window)
    window.resize(1400, 860)
    window.show()  # and not one turn of the event loop
    docks = window.docks
    assert [docks[name].width() for name in ("palette", "inspector", "legend")] == [
        SIDE, RIGHT, LEGEND,
    ]  # fmt: skip
    assert docks["code"].height() == BOTTOM


@pytest.fixture
def begun(qtbot, home_of_its_own, monkeypatch):
    """Start with a file or none; the hooks of the tests stay."""
    monkeypatch.setattr(Trouble, "watch", lambda trouble: None)
    fresh_settings()
    made = []

    def begin(file=None):
        starting = Starting(file, lesson("perceptron"))
        made.append(starting)
        assert starting.window.isVisible()
        assert starting.desk is None  # the frame comes first
        qtbot.waitUntil(lambda: starting.desk is not None and bool(starting.desk.apps))
        (app,) = starting.desk.apps
        settled(qtbot, app)
        return app

    yield begin
    for starting in made:
        for app in list(starting.desk.apps):
            end(app)
    fresh_settings()
    dress(LIGHT)


def test_docks_and_grid_are_painted_before_anything_else(qtbot, begun, monkeypatch):
    seen = []
    go_on = Starting.go_on

    def looking(self):
        image = self.window.grab().toImage()
        ground = self.window.ground.geometry()
        corner = self.window.ground.mapTo(self.window, ground.topLeft() * 0)
        colors = {image.pixelColor(corner.x() + x, corner.y() + 24).name() for x in range(100)}
        hidden = {name for name, dock in self.window.docks.items() if not dock.isVisible()}
        seen.append((colors, hidden, self.window.width()))
        go_on(self)

    monkeypatch.setattr(start.Starting, "go_on", looking)
    app = begun()
    colors, hidden, width = seen[0]
    assert {app.theme.canvas, app.theme.grid} <= colors
    assert hidden == ({"legend"} if width < NARROW else set())
    assert app.window.pages.currentWidget() is app.window.work


def test_the_first_start_shows_a_lesson_and_later_ones_the_start_page(begun):
    app = begun()
    assert app.editor.title == "perceptron"
    end(app)
    app = begun()
    assert app.window.pages.currentWidget() is app.start_page
    assert not app.editor.document.graph.nodes


def test_a_file_given_at_the_start_is_opened(begun):
    app = begun(lesson("square"))
    assert app.editor.path == lesson("square")


def test_broken_shortcuts_are_told_once_at_the_start(begun, monkeypatch):
    told = []
    monkeypatch.setattr(QMessageBox, "exec", lambda box: told.append(box.informativeText()))
    settings = fresh_settings()
    settings.folder.mkdir(parents=True, exist_ok=True)
    path = settings.folder / "shortcuts.json"
    path.write_text("{")
    app = begun()
    assert len(told) == 1
    assert "The usual ones are in place" in told[0]
    aside = path.with_name("shortcuts.json.broken")
    assert aside.read_text() == "{"
    aside.unlink()
    assert app.desk.keymap.is_usual("forward")


def test_a_window_closed_before_it_is_filled_ends_quietly(qapp, home_of_its_own):
    starting = Starting(None, lesson("square"))
    starting.window.close()
    QApplication.processEvents()
    QApplication.processEvents()
    assert starting.desk is None
    starting.end()
