"""The same gestures in the real window, undone by its own key; and those that only look."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.model.files import to_text
from tests.canvas_kit import ALT, CTRL, MIDDLE, PLAIN, SHIFT, Rig
from tests.gestures import GESTURES, SIN, dragged, middle, start
from tests.window_kit import Key, settled

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", "does not support raise")
TOGETHER = 9
"""So many gestures in one window, one after another: opening one takes longer than all of them."""


@pytest.fixture
def rig(app):
    app.window.resize(1900, 1250)
    app.canvas.setFocus()
    return Rig(app.canvas, app.editor, app.selection)


def begin(qtbot, app, rig):
    """The Document of the table, its run done, at 100 %."""
    app.editor.history.setClean()
    app.editor.open(start())
    settled(qtbot, app)
    rig.canvas.set_view(type(rig.canvas.view)())
    rig.canvas.setFocus()
    assert rig.canvas.rect().contains(QPoint(990, 690))


def in_parts(table):
    names = list(table)
    return [names[k : k + TOGETHER] for k in range(0, len(names), TOGETHER)]


@pytest.mark.parametrize("names", in_parts(GESTURES), ids=lambda names: names[0])
def test_each_gesture_in_the_window_is_undone_by_one_ctrl_z(qtbot, app, rig, names):
    for name in names:
        begin(qtbot, app, rig)
        before = rig.document
        gesture, text, leads_to = GESTURES[name]
        gesture(rig)
        after = rig.document
        assert (name, rig.steps, leads_to(after)) == (name, 1, True), after
        assert text in rig.editor.history.undoText()
        rig.key(Key.Key_Escape)  # an editor that is still open takes keys
        app.window.activateWindow()  # offscreen, a menu that closes gives nothing back
        rig.canvas.setFocus()
        QTest.keyClick(rig.canvas, Key.Key_Z, CTRL)
        assert (name, to_text(rig.document)) == (name, to_text(before))
        QTest.keyClick(rig.canvas, Key.Key_Z, CTRL | SHIFT)
        assert (name, to_text(rig.document)) == (name, to_text(after))
        settled(qtbot, app)


# Looking and choosing


def wheel(rig, turn, keys=PLAIN, at=(400, 300)):
    at, phase = QPointF(*at), Qt.ScrollPhase.NoScrollPhase
    place, none = rig.canvas.mapToGlobal(at), Qt.MouseButton.NoButton
    event = QWheelEvent(at, place, QPoint(), QPoint(0, turn), none, keys, phase, False)
    QApplication.sendEvent(rig.canvas, event)


def with_space(rig):
    QTest.keyPress(rig.canvas, Key.Key_Space)
    rig.drag(rig.see(700, 600), rig.see(640, 560))
    QTest.keyRelease(rig.canvas, Key.Key_Space)


def found(rig, text):
    rig.key(Key.Key_F, CTRL)
    QTest.keyClicks(rig.canvas.finder.line, text)
    QTest.keyClick(rig.canvas.finder.line, Key.Key_Escape)


def band(rig, keys=PLAIN):
    dragged(rig, rig.see(240, 380), rig.see(500, 450), rig.see(780, 520), keys=keys)


def clicked(rig, *items):
    """The first alone, the others with Shift."""
    for k, item in enumerate(items):
        rig.click(rig.on(item, 65, 60), SHIFT if k else PLAIN)


def keys(rig, *pressed):
    for key in pressed:
        rig.key(*(key if isinstance(key, tuple) else (key,)))


def fitted(rig):
    return rig.canvas.rect().contains(rig.see(*rig.canvas.geometry_.bounds()[:2]))


def selected(*items):
    return lambda r: r.selection.items == set(items)


def moved(dx, dy):
    return lambda r: (r.canvas.view.dx, r.canvas.view.dy) == (dx, dy)


LOOKS = {
    "the wheel": (lambda r: wheel(r, 240), lambda r: r.canvas.view.scale > 1),
    "the wheel back": (lambda r: wheel(r, -240), lambda r: r.canvas.view.scale < 1),
    "Ctrl and the wheel": (lambda r: wheel(r, 240, CTRL), lambda r: r.canvas.view.scale > 1),
    "the middle button": (
        lambda r: r.drag(r.see(700, 600), r.see(640, 560), button=MIDDLE), moved(-60, -40),
    ),
    "Space and a drag": (with_space, moved(-60, -40)),
    "Ctrl++": (lambda r: keys(r, (Key.Key_Plus, CTRL)), lambda r: r.canvas.view.scale > 1),
    "Ctrl+-": (lambda r: keys(r, (Key.Key_Minus, CTRL)), lambda r: r.canvas.view.scale < 1),
    "Ctrl+0": (
        lambda r: (wheel(r, 240), keys(r, (Key.Key_0, CTRL))), lambda r: r.canvas.view.scale == 1,
    ),
    "Home": (lambda r: (wheel(r, 960), keys(r, Key.Key_Home)), fitted),
    "F": (
        lambda r: (clicked(r, "e"), wheel(r, -960), keys(r, Key.Key_F)),
        lambda r: r.canvas.view.scale == 1 and r.canvas.rect().contains(r.on("e")),
    ),
    "Alt+M": (lambda r: keys(r, (Key.Key_M, ALT)), lambda r: r.canvas.minimap_on),
    "Ctrl+F": (lambda r: found(r, "s"), selected("s")),
    "a click": (lambda r: clicked(r, "e"), selected("e")),
    "Shift and a click": (lambda r: clicked(r, "e", "s"), selected("e", "s")),
    "Ctrl and a click": (
        lambda r: (clicked(r, "e", "s"), r.click(r.on("e", 65, 60), CTRL)), selected("s"),
    ),
    "a rubber band": (band, selected("e", "s")),
    "a rubber band with Shift": (
        lambda r: (clicked(r, "q"), band(r, SHIFT)), selected("e", "q", "s"),
    ),
    "a rubber band with Ctrl": (lambda r: (clicked(r, "e"), band(r, CTRL)), selected("s")),
    "a click on a wire": (
        lambda r: r.click(middle(r, SIN)), lambda r: r.selection.edges == {SIN},
    ),
    "Alt and an arrow": (
        lambda r: (clicked(r, "p"), keys(r, (Key.Key_Right, ALT))), selected("q"),
    ),
    "Alt and an arrow back": (
        lambda r: (clicked(r, "q"), keys(r, (Key.Key_Left, ALT))), selected("p"),
    ),
    "Ctrl+A": (
        lambda r: keys(r, (Key.Key_A, CTRL)), lambda r: {"x", "p", "q"} <= r.selection.items,
    ),
    "Ctrl+C": (
        lambda r: (clicked(r, "e"), keys(r, (Key.Key_C, CTRL))),
        lambda r: '"op": "exp"' in QApplication.clipboard().text(),
    ),
    "Esc": (lambda r: (clicked(r, "e"), keys(r, Key.Key_Escape)), selected()),
}  # fmt: skip
"""Name -> (what hands do, what must be so of what is seen or selected)."""


@pytest.mark.parametrize("names", in_parts(LOOKS), ids=lambda names: names[0])
def test_looking_and_choosing_change_nothing(qtbot, app, rig, names):
    for name in names:
        begin(qtbot, app, rig)
        before, (gesture, is_so) = rig.document, LOOKS[name]
        rig.canvas.minimap.shown = False
        gesture(rig)
        assert (name, is_so(rig)) == (name, True), (rig.selection.items, rig.canvas.view)
        assert (name, rig.document is before, rig.steps) == (name, True, 0)
