"""Text at half as large again: nothing is cut, rows grow with it, no scroll bar comes to be."""

from dataclasses import replace

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QCheckBox,
    QHeaderView,
    QLabel,
    QScrollArea,
    QSpinBox,
    QTabBar,
)

from gui.dress import dress
from gui.model.origin import Source, SourceCell
from gui.panels.formula import FormulaView
from gui.panels.settings import SettingsDialog
from gui.theme import HIGH_CONTRAST, LIGHT, mono
from tests.window_kit import open_lesson

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")
LARGE = (16, 20)
SIDES = ("palette", "edits", "lesson", "inspector", "ledger", "program", "outline", "legend")


def settle():
    for _ in range(3):
        QApplication.processEvents()


@pytest.fixture
def working(qtbot, app):
    qtbot.waitUntil(lambda: app.window.sized)
    settle()
    open_lesson(qtbot, app, "perceptron")
    app.selection.set(["w"])
    app.player.go(31)
    yield app
    app.settings.text_size = 13


def enlarge(app, size):
    app.settings.text_size = size
    app.window.docks["inspector"].raise_()
    for node in ("x", "w"):  # fields are made anew for each node
        settle()
        app.selection.set([node])
    settle()


def panels(app):
    """Every panel in turn, brought to the front."""
    for name in SIDES:
        if app.window.docks[name].isHidden():
            continue
        app.window.docks[name].raise_()
        settle()
        yield name, app.window.docks[name].widget()
    for title, sheet in app.sheets:
        app.window.show_sheet(sheet)
        settle()
        yield title, sheet


def bars(app):
    found = app.window.findChildren(QTabBar)
    return [bar for bar in found if bar.isVisible() and not bar.visibleRegion().isEmpty()]


def shown_tabs(bar):
    """Those that a person sees; “Results” waits for a program that has been read."""
    return [k for k in range(bar.count()) if bar.isTabVisible(k)]


def read_a_program(app):
    """The document has a source from here on, so that there is a tab more."""
    source = Source("two.py", "py", (SourceCell("import torch\nprint(2.0)"),))
    app.editor.apply("Read", replace(app.editor.document, source=source))
    settle()


@pytest.mark.parametrize("size", [13, *LARGE])
def test_every_tab_says_its_title_whole(working, size):
    enlarge(working, size)
    seen = bars(working)
    titles = {bar.tabText(k) for bar in seen for k in shown_tabs(bar)}
    assert titles >= {
        "Palette",
        "Lesson",
        "Node",
        "Gradients",
        "Outline",
        "Code",
        "Loss",
        "History",
    }
    for bar in seen:
        for k in shown_tabs(bar):
            needed = bar.fontMetrics().horizontalAdvance(bar.tabText(k))
            assert bar.tabRect(k).width() >= needed + 16, bar.tabText(k)
        assert bar.tabRect(shown_tabs(bar)[-1]).right() <= bar.width(), "no scrolling"


def test_tabs_for_which_there_is_no_room_are_scrolled_not_cut(working):
    app = working
    app.window.resize(800, 600)
    enlarge(app, 20)
    read_a_program(app)
    assert "Results" in {bar.tabText(k) for bar in bars(app) for k in shown_tabs(bar)}
    for bar in bars(app):
        for k in shown_tabs(bar):
            needed = bar.fontMetrics().horizontalAdvance(bar.tabText(k))
            assert bar.tabRect(k).width() >= needed + 16, bar.tabText(k)


@pytest.mark.parametrize("size", LARGE)
def test_rows_are_as_high_as_their_text(working, size):
    app = working
    enlarge(app, size)
    seen = 0
    for name, panel in panels(app):
        for view in panel.findChildren(QAbstractItemView):
            model = view.model()
            if isinstance(view, QHeaderView) or not view.isVisible() or not model.rowCount():
                continue
            assert view.visualRect(model.index(0, 0)).height() >= view.fontMetrics().height(), name
            seen += 1
    assert seen >= 5


def sideways(app):
    """Panels of words that can be scrolled to the side."""
    words = ("palette", "edits", "lesson", "inspector", "ledger", "program", "legend")
    found = set()
    for name, panel in panels(app):
        areas = [*panel.findChildren(QScrollArea), *panel.findChildren(QAbstractItemView)]
        wide = any(area.isVisible() and area.horizontalScrollBar().maximum() for area in areas)
        if wide and name in words:
            found.add(name)
    return found


def test_no_panel_scrolls_sideways_because_text_is_large(working):
    app = working
    app.window.resize(1000, 700)
    settle()
    assert sideways(app) == set()
    enlarge(app, 20)
    assert sideways(app) == set()


@pytest.mark.parametrize("size", [13, *LARGE])
def test_titles_of_columns_are_whole(working, size):
    app = working
    enlarge(app, size)
    for name, panel in panels(app):
        for header in panel.findChildren(QHeaderView):
            if not header.isVisible() or name not in ("outline", "Check"):
                continue
            for k in range(header.count()):
                title = header.model().headerData(k, header.orientation())
                room = header.sectionSize(k) - 16
                assert room >= header.fontMetrics().horizontalAdvance(str(title)), (name, title)


@pytest.mark.parametrize("size", LARGE)
def test_formulas_written_as_text_are_as_large_as_the_text_around(working, size):
    app = working
    enlarge(app, size)
    app.window.docks["inspector"].raise_()
    settle()
    views = [v for v in app.inspector.findChildren(FormulaView) if v.isVisible() and v.lines]
    assert views
    for view in views:
        for line in view.lines:
            assert view._font_of(line).pointSizeF() == pytest.approx(view.font().pointSizeF())


def test_fixed_width_text_follows_the_font_of_the_system(qapp):
    usual, font = QFont(qapp.font()), QFont(qapp.font())
    before = mono().pointSizeF() / usual.pointSizeF()
    font.setPointSizeF(14.0)
    qapp.setFont(font)
    assert mono().pointSizeF() / 14 == pytest.approx(before)
    qapp.setFont(usual)


@pytest.mark.parametrize("size", [13, *LARGE])
def test_the_settings_are_whole_and_their_fields_stand_below_each_other(working, size):
    app = working
    box = SettingsDialog(app.settings, [("system", "As the system")], app.window)
    box.show()
    box.fields["text_size"].setValue(size)  # seen at once: also in the dialog itself
    settle()
    for part in (*box.findChildren(QLabel), *box.findChildren(QCheckBox)):
        assert part.width() >= part.sizeHint().width() or part.wordWrap(), part.text()
    assert len({field.x() for field in box.fields.values()}) == 1
    box.close()


def test_a_spin_box_has_a_frame_in_every_theme(qtbot):
    from gui.panels.parts import Number

    for theme in (HIGH_CONTRAST, LIGHT):
        dress(theme)
        box = Number()
        qtbot.addWidget(box)
        box.resize(120, 28)
        image = box.grab().toImage()
        edge = {image.pixelColor(x, 0).name() for x in range(30, 90)}
        assert edge == {theme.border}
        assert isinstance(box, QSpinBox)


def test_tiles_of_lessons_grow_with_the_text(working):
    app = working
    app.show_start_page()
    settle()

    def tile():
        return app.start_page.lessons.visualItemRect(app.start_page.lessons.item(0))

    usual = tile()
    enlarge(app, 20)
    assert tile().width() > 1.4 * usual.width()
    assert tile().height() > 1.4 * usual.height()
    app.show_work()
