"""The window's room: docks give way before the canvas does, and grow back."""

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.sharing import LEAST, given
from tests.window_kit import LEFT, open_lesson

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")

SMALLEST = (742, 560)
SIZES = ((1100, 800), (1000, 700), (800, 600), SMALLEST)


def seen(app):
    """Where every dock in front lies."""
    docks = app.window.docks.items()
    return {name: d.geometry() for name, d in docks if d.isVisible() and d.x() >= 0}


def resize(app, size):
    app.window.resize(*size)
    QApplication.processEvents()
    assert app.window.size().toTuple() == size


def separator(app, name="inspector"):
    """A point on the edge by which a right dock is made wider."""
    box = app.window.docks[name].geometry()
    return QPoint(box.left() - 1, box.center().y())


def drag(app, start, end):
    """Drag an edge of a dock with the mouse; Qt moves it when it has nothing else to do."""
    window = app.window
    QTest.mousePress(window, LEFT, pos=start)
    for point in (start + (end - start) / 2, end):
        QTest.mouseMove(window, point)
        QApplication.processEvents()
    QTest.mouseRelease(window, LEFT, pos=end)
    QApplication.processEvents()


@pytest.fixture
def working(qtbot, app):
    qtbot.waitUntil(lambda: app.window.sized)
    QApplication.processEvents()
    open_lesson(qtbot, app, "perceptron")
    app.selection.set(["w"])
    app.window.docks["lesson"].raise_()
    resize(app, (1400, 900))
    return app


@pytest.mark.parametrize("sheet", ["code", "check", "why", "console", "stops", "loss"])
def test_a_window_made_small_leaves_the_canvas_room_and_grows_back(working, sheet):
    app = working
    app.window.show_sheet(getattr(app, sheet))
    QApplication.processEvents()
    before = seen(app)
    assert before.keys() == {"lesson", "inspector", "code", "legend"}
    for size in SIZES:
        resize(app, size)
        assert app.canvas.width() >= LEAST[0], size
        assert app.canvas.height() >= 170, size
        inside = app.window.rect()
        assert all(inside.contains(box) for box in seen(app).values()), size
    for size in (*reversed(SIZES), (1400, 900)):
        resize(app, size)
    assert seen(app) == before


def test_the_docks_give_way_before_the_canvas_has_lost_its_share(working):
    app = working
    full = seen(app)
    resize(app, (1000, 700))
    small = seen(app)
    assert app.canvas.width() >= 0.44 * 1000
    for name in ("lesson", "inspector"):
        assert small[name].width() < full[name].width()
    assert small["code"].width() > small["legend"].width()


def test_what_the_person_has_dragged_comes_back_after_the_window_was_small(working):
    app = working
    edge = separator(app)
    drag(app, edge, edge - QPoint(90, 0))
    wide = app.window.docks["inspector"].width()
    assert 410 <= wide <= 430
    resize(app, (800, 600))
    assert app.window.docks["inspector"].width() < 300
    resize(app, (1400, 900))
    assert app.window.docks["inspector"].width() == wide


def test_a_canvas_left_small_by_hand_is_left_small(working):
    app = working
    edge = separator(app)
    drag(app, edge, edge - QPoint(330, 0))
    chosen = app.canvas.width()
    assert chosen < 0.45 * 1400
    resize(app, (1400, 890))
    assert app.canvas.width() == chosen


def test_an_edge_dragged_in_a_small_window_counts_the_others_do_not(working):
    app = working
    resize(app, (800, 600))
    start = app.window.docks["code"].geometry()
    edge = QPoint(start.center().x(), start.top() - 1)
    drag(app, edge, edge - QPoint(0, 20))
    resize(app, (1400, 900))
    docks = app.window.docks
    assert docks["code"].height() == start.height() + 20
    assert docks["inspector"].width() == 330
    assert docks["lesson"].width() == 300


def test_a_dock_that_is_closed_leaves_its_room_to_the_others(working):
    app = working
    full = seen(app)["lesson"].width()
    resize(app, (800, 600))
    assert seen(app)["lesson"].width() < full
    for name in ("inspector", "ledger", "program", "outline"):
        app.window.docks[name].close()
    QApplication.processEvents()
    assert seen(app)["lesson"].width() == full


def test_sizes_are_remembered_though_the_window_was_closed_small(working):
    app = working
    edge = separator(app)
    drag(app, edge, edge - QPoint(60, 0))
    wanted = app.window.docks["inspector"].width()
    resize(app, (800, 600))
    other = app.desk.new_window()
    other.window.close()
    app.window.close()
    third = app.desk.new_window()
    resize(third, (1400, 900))
    assert third.window.docks["inspector"].width() == wanted


def test_a_layout_of_a_large_screen_is_reachable_on_a_small_one(working):
    app = working
    resize(app, (2400, 1300))
    docks = app.window.docks
    across, down = Qt.Orientation.Horizontal, Qt.Orientation.Vertical
    app.window.resizeDocks([docks["lesson"], docks["inspector"]], [700, 900], across)
    app.window.resizeDocks([docks["code"]], [600], down)
    docks["outline"].setFloating(True)
    docks["outline"].setGeometry(1900, 900, 400, 300)
    QApplication.processEvents()
    app.window.close()
    third = app.desk.new_window()
    QApplication.processEvents()
    screen = third.window.screen().availableGeometry().adjusted(-4, -4, 4, 4)  # a frame's width
    assert screen.contains(third.window.geometry())
    assert screen.contains(third.window.docks["outline"].geometry())
    inside = third.window.rect()
    boxes = {name: box for name, box in seen(third).items() if name != "outline"}
    assert boxes.keys() >= {"lesson", "inspector", "code"}
    assert all(inside.contains(box) for box in boxes.values())
    assert third.canvas.width() >= LEAST[0]
    assert third.canvas.height() >= 170


def test_docks_grow_with_the_text_and_back(working):
    app = working
    before = seen(app)
    app.settings.text_size = 16
    QApplication.processEvents()
    larger = seen(app)
    for name in ("lesson", "inspector"):
        assert larger[name].width() > 1.05 * before[name].width()
    app.settings.text_size = 13
    QApplication.processEvents()
    assert all(abs(seen(app)[n].width() - box.width()) <= 4 for n, box in before.items())


sizes = st.lists(st.tuples(st.integers(0, 900), st.integers(0, 400)), max_size=5)


@for_all(sizes, st.integers(0, 2000))
def test_what_is_given_fits_if_it_can(pairs, room):
    wanted, least = [w for w, _ in pairs], [m for _, m in pairs]
    found = given(wanted, least, room)
    assert all(m <= size <= max(w, m) for size, w, m in zip(found, wanted, least, strict=True))
    slack = len(pairs)  # pixels are whole
    if sum(map(max, wanted, least)) <= room:
        assert found == [*map(max, wanted, least)]
    else:
        assert sum(found) <= max(room, sum(least)) + slack
