"""What is told quietly: nodes that only lack a wire, notes from afar, keys as they are now."""

import gc
import weakref

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTabBar,
    QTreeView,
    QWidget,
)

from engine.graph import Graph, Node
from gui import shortcuts
from gui.actions import COMMANDS
from gui.app import App
from gui.canvas import lit
from gui.canvas.geometry import Geometry, same
from gui.canvas.keys import KEYS
from gui.canvas.states import error_token
from gui.model import edits
from gui.model.codes import Node as Code
from gui.model.codes import node_code
from gui.model.document import Document
from gui.model.program import FORWARD
from gui.theme import LIGHT
from tests.canvas_kit import leaf, product, rig_for, square
from tests.runs import film_of


@pytest.fixture
def app(qtbot):
    made = App()
    made.window.show()
    yield made
    made.editor.history.setClean()
    made.window.close()


def settled(qtbot, app):
    qtbot.waitUntil(lambda: not app.runner.busy)


# Nodes that lack a wire


@pytest.mark.parametrize("op", ["mul", "sigmoid", "cat", "clamp"])
def test_a_node_without_wires_is_no_error_of_the_person(op):
    document = Document(Graph.of([Node("n", op, "n")]), (FORWARD,), {})
    film = film_of(document)
    state = film.frame(len(film) - 1).node("n")
    assert state.error
    assert state.unconnected
    assert node_code(state) is Code.IDLE
    assert error_token(state) == "cut"


def test_what_pytorch_says_stays_red():
    nodes = [leaf("a", [1.0, 2.0]), leaf("b", [1.0, 2.0, 3.0]), Node("s", "add", "s")]
    graph = Graph.of(nodes)
    document = edits.connect(Document(graph, (FORWARD,), {}), "a", "s", "self")
    document = edits.connect(document, "b", "s", "other")
    film = film_of(document)
    state = film.frame(len(film) - 1).node("s")
    assert "must match" in state.error
    assert not state.unconnected
    assert node_code(state) is Code.ERROR
    assert error_token(state) == "error"


def reds(widget: QWidget) -> int:
    """Pixels of the theme's red."""
    image, red = widget.grab().toImage(), LIGHT.color("error").rgb()
    return sum(
        image.pixel(x, y) == red for x in range(image.width()) for y in range(0, image.height(), 2)
    )


def test_a_fresh_operation_shows_no_red(qtbot, app):
    app.choose_theme("light")
    app.filing.new()
    app.canvas.add_op("mul")
    settled(qtbot, app)
    assert reds(app.canvas) == 0
    assert "not connected" in app.canvas.tip_of(app.canvas.hit(app.canvas.rect().center()))


# Notes


def test_a_note_can_be_read_from_afar(qtbot):
    def picture(text):
        rig = rig_for(qtbot, edits.rename(product(), "n", text))
        rig.canvas.zoom_to(0.4)
        return rig.picture()

    assert picture("A leaf, and what becomes of it.") != picture("Hardly anything.")


# Keys


def test_hints_and_menus_name_the_keys_as_they_are_now(qtbot, app):
    app.filing.new()
    app.canvas.set_view(type(app.canvas.view)())
    node = app.canvas.add_op("tensor", app.canvas.scene(app.canvas.rect().center()))
    settled(qtbot, app)
    hints, muting = [], "canvas.mute_selection"
    if muting not in app.desk.keymap.bindings:
        muting = next(c.id for c in COMMANDS if shortcuts.method_of(c) == "mute_selection")
    app.canvas.hint.connect(hints.append)
    app.desk.keymap.choose(muting, ("Shift+Q",))
    x, y = app.canvas.geometry_.xy[app.canvas.geometry_.row[node]] + [20, 20]
    at = app.canvas.view.to_view(app.canvas.scene(app.canvas.rect().topLeft()).__class__(x, y))
    QTest.mouseMove(app.canvas, app.canvas.rect().topLeft())
    QTest.mouseMove(app.canvas, at.toPoint())
    assert any("Shift+Q mutes" in hint for hint in hints)
    menu = app.canvas.menu_for(app.canvas.hit(at), app.canvas.scene(at))
    assert "Duplicate\tCtrl+D" in [action.text() for action in menu.actions()]


def test_every_method_with_a_key_has_a_name(app):
    assert shortcuts.key_names(app.desk.keymap).keys() == set(KEYS.values())


# The window


def test_the_window_fits_half_a_screen(qtbot, app):
    app.window.resize(760, 600)
    QApplication.processEvents()
    assert app.window.width() <= 800
    assert app.window.minimumSizeHint().width() <= 800


def test_the_text_size_reaches_every_panel_and_comes_back(qtbot, app):
    app.choose_theme("light")

    def sizes():
        kinds = (QLabel, QLineEdit, QPushButton, QComboBox, QTabBar, QPlainTextEdit, QTreeView)
        found = (w for w in app.window.findChildren(QWidget) if isinstance(w, kinds))
        return {w: w.fontInfo().pointSizeF() for w in found if w.isVisible()}

    before = sizes()
    app.settings.text_size = 20
    larger = sizes()
    assert len(larger) > 20
    assert [w for w in before if w in larger and larger[w] <= before[w] * 1.3] == []
    app.settings.text_size = 13
    after = sizes()
    assert [w for w in before if w in after and abs(after[w] - before[w]) > 0.2] == []


# Values


def test_another_value_leaves_curves_and_grids_as_they_are():
    document = square()
    geometry = Geometry.of(document)
    for name in ("curves", "node_grid", "edge_grid", "chords", "rects"):
        getattr(geometry, name)
    changed = edits.set_param(document, "x", "data", 7.5)
    after = geometry.updated(document, changed)
    assert after.curves is geometry.curves
    assert after.edge_grid is geometry.edge_grid
    assert same(after, Geometry.of(changed))
    assert after.shape(after.row["x"]).detail != geometry.shape(geometry.row["x"]).detail


@pytest.mark.parametrize(
    "change",
    [lambda d: edits.set_param(d, "x", "requires_grad", None),
     lambda d: edits.set_param(d, "x", "data", [1.0, 2.0, 3.0]),
     lambda d: edits.rename(d, "x", "a_name_that_is_longer"),
     lambda d: edits.mute(d, ["y"])],
)  # fmt: skip
def test_what_changes_more_than_text_is_measured_anew(change):
    document = square()
    geometry = Geometry.of(document)
    changed = change(document)
    assert same(geometry.updated(document, changed), Geometry.of(changed))


# Code


def test_one_changed_line_does_not_write_all_of_them_anew(qtbot):
    from gui.panels.source_view import SourceView

    view = SourceView(LIGHT)
    qtbot.addWidget(view)
    texts = ["\n".join(f"x{k} = {k}" for k in range(60))]
    texts.append(texts[0].replace("x7 = 7", "x7 = 8.5"))
    texts.append(texts[1].replace("x20 = 20\n", ""))
    texts.append(texts[2].replace("x59 = 59", "x59 = 1"))
    texts.append(texts[3] + "\nlast = 1")
    texts.append("# another\n" * 30)
    written = []
    view.document().contentsChange.connect(lambda at, gone, came: written.append(came))
    for k, text in enumerate(texts):
        written.clear()
        view.show_text(text)
        assert view.toPlainText() == text
        assert (max(written) < 20) is (k in (1, 2, 3, 4))
    assert view.isReadOnly()
    QTest.keyClick(view, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert view.toPlainText() == texts[-1]


def test_what_is_lit_keeps_no_graph_that_is_gone():
    """The light of a closed document would hold all of its arrays."""
    geometry, light = Geometry.of(square()), lit.Light(nodes=("x",))
    assert [rows.tolist() for rows in lit._rows(geometry, light)] == [[0], []]
    assert lit._rows(geometry, light)[0] is lit._rows(geometry, light)[0]
    gone = weakref.ref(geometry)
    del geometry
    gc.collect()
    assert gone() is None
