"""Graph and history in the real window: one step, one selection, two pictures."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QPoint, QPointF, Qt, QThreadPool
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

import assets
from engine.graph import Action, Edge, Graph, Node
from gui.app import App
from gui.canvas.history import EMPTY
from gui.dress import dress
from gui.model import edits
from gui.model.document import Document
from gui.model.history import READ_ONLY
from gui.panels.tensor_editor import TensorEditor
from gui.theme import LIGHT
from tests.canvas_kit import CTRL, PLAIN, Rig, leaf, product

Key = Qt.Key
LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton


@pytest.fixture
def app(qtbot, home_of_its_own):
    made = App()
    made.window.resize(1400, 900)
    made.window.show()
    qtbot.waitUntil(made.window.isVisible)
    yield made
    made.editor.history.setClean()  # or closing would ask
    made.window.close()
    assert made._closed
    dress(LIGHT)


def settled(qtbot, app):
    qtbot.waitUntil(lambda: not app.runner.busy)


def square(*program):
    nodes = [leaf("x", 3.0), Node("p", "mul", "p")]
    edges = [Edge("x", 0, "p", "self"), Edge("x", 0, "p", "other")]
    places = {"x": (40.0, 60.0), "p": (260.0, 40.0)}
    return Document(Graph.of(nodes, edges), program or (Action("forward"),), places)


TWICE = (Action("forward"), Action("backward", "p"))


@pytest.fixture
def history(qtbot, app):
    """A rig on the history of x * x after backward."""
    app.editor.open(square(*TWICE))
    settled(qtbot, app)
    turn(app)
    app.player.first()
    return Rig(app.views.history, app.views.history.editor, app.views.picked)


def turn(app):
    """Ctrl+H, as the menu has it."""
    app.window.actions_by_id["history_view"].trigger()


def names(rig):
    return [node.name for node in rig.document.graph.nodes.values()]


def test_the_tab_turns_to_the_history_and_back(qtbot, app):
    app.editor.open(square(*TWICE))
    settled(qtbot, app)
    bar = app.views.bar
    QTest.mouseClick(bar, LEFT, PLAIN, bar.tabRect(1).center())
    assert app.views.history.isVisible()
    assert not app.canvas.isVisible()
    assert names(Rig(app.views.history, app.views.history.editor, app.views.picked)) == [
        "AccumulateGrad", "MulBackward0",
    ]  # fmt: skip
    action = app.window.actions_by_id["history_view"]
    app.window.refresh()
    assert action.isChecked()
    assert action.shortcut().toString() == "Ctrl+H"
    turn(app)
    assert app.canvas.isVisible()


def test_the_step_is_shared(app, history):
    canvas = app.views.history
    seen = []
    for _ in range(len(app.player.film)):
        QTest.keyClick(canvas, Key.Key_Right)
        packet = canvas.frame.packet
        seen.append((app.player.step, sorted(canvas.frame.active), packet and packet.edge))
    assert seen == [
        (0, ["f0"], None), (1, ["f1"], None), (2, ["f1"], None), (3, ["f1"], ("f1", "self")),
        (4, ["f1"], ("f1", "other")), (5, ["f0"], None), (6, ["f0"], None),
    ]  # fmt: skip
    turn(app)
    assert app.canvas.frame.step == 6
    app.player.go(3)
    turn(app)
    assert canvas.frame.packet.edge == ("f1", "self")


def test_what_is_drawn_changes_with_the_step(app, history):
    app.player.go(2)
    before = history.picture()
    app.player.go(3)
    assert history.picture() != before
    app.player.go(2)
    assert history.picture() == before


def test_space_plays_here_too(app, history):
    QTest.keyClick(app.views.history, Key.Key_Space)
    assert app.player.playing
    app.player.pause()


def test_selection_follows_by_origin_both_ways(app, history):
    history.click(history.on("f1"))
    assert app.selection.items == {"p"}
    history.click(history.on("f0"))
    assert app.selection.items == {"x"}
    app.selection.set(["p"])
    assert app.views.picked.items == {"f1"}
    turn(app)
    app.selection.set(["x"])
    turn(app)
    assert app.views.picked.items == {"f0"}
    assert app.inspector.title.text().startswith("x")


def test_a_node_of_two_functions_selects_both(qtbot, app):
    nodes = [leaf("x", [[1.0, -2.0]]), leaf("t", [1], grad=False), Node("n", "cross_entropy", "n")]
    edges = [Edge("x", 0, "n", "self"), Edge("t", 0, "n", "target")]
    app.editor.open(Document(Graph.of(nodes, edges)))
    settled(qtbot, app)
    app.selection.set(["n"])
    turn(app)
    assert app.views.picked.items == {"f1", "f2"}


def test_a_double_click_goes_to_the_node(app, history):
    history.double_click(history.on("f1"))
    assert not app.views.on_history
    assert app.selection.items == {"p"}


@pytest.mark.parametrize(
    "edit",
    [
        lambda rig: rig.drag(rig.on("f1"), rig.on("f1") + QPoint(60, 40)),
        lambda rig: rig.drag(rig.port("f0"), rig.on("f1") + QPoint(200, 200)),
        lambda rig: rig.double_click(QPoint(20, 20)),
        *(
            lambda rig, key=key, keys=keys: rig.key(key, keys)
            for key, keys in (
                (Key.Key_Tab, PLAIN), (Key.Key_Delete, PLAIN), (Key.Key_D, CTRL),
                (Key.Key_V, CTRL), (Key.Key_X, CTRL), (Key.Key_N, PLAIN), (Key.Key_G, CTRL),
                (Key.Key_F2, PLAIN), (Key.Key_Return, PLAIN), (Key.Key_M, PLAIN),
                (Key.Key_Right, Qt.KeyboardModifier.ShiftModifier), (Key.Key_W, PLAIN),
            )
        ),
    ],
)  # fmt: skip
def test_editing_is_refused_in_words(app, history, edit):
    """The picture and the graph stay as they are, and nothing is left open."""
    QGuiApplication.clipboard().setText("5")
    app.views.picked.set(["f1"])
    picture, document = history.document, app.editor.document
    told = []
    app.views.history.hint.connect(told.append)
    edit(history)
    assert READ_ONLY in told
    assert history.document is picture
    assert app.views.history.shown is picture
    assert app.editor.document is document
    assert app.views.history.tool is None
    assert not app.views.history.search.isVisible()
    assert not app.views.history.field.active


def test_whatever_edits_all_the_same_is_put_back(app, history):
    """A gesture that nobody thought of here ends in `apply`, as all do."""
    canvas, picture = app.views.history, history.document
    moved = edits.move(picture, {"f0": (500.0, 500.0)})
    canvas.show_document(moved)
    told = []
    canvas.hint.connect(told.append)
    history.editor.apply("Move", moved)
    history.editor.preview(moved)
    assert history.document is picture
    assert canvas.shown is picture
    assert told == [READ_ONLY] * 2
    assert history.editor.history.count() == 0


@pytest.mark.parametrize("command", ["delete", "duplicate", "add", "note", "arrange", "group"])
def test_the_menu_does_not_edit_the_graph_behind(app, history, command):
    app.views.picked.set(["f1"])
    document = app.editor.document
    app.window.actions_by_id[command].trigger()
    assert app.editor.document is document
    assert READ_ONLY in app.window.statusBar().currentMessage()


def test_looking_is_not_refused(app, history):
    canvas = app.views.history
    view = canvas.view
    history.drag(QPoint(20, 20), QPoint(60, 80), button=MIDDLE)
    assert canvas.view != view
    QTest.keyClick(canvas, Key.Key_Home)
    QTest.keyClick(canvas, Key.Key_0, CTRL)
    assert canvas.view.scale == 1.0
    box = [history.on("f0", -60, -60), history.on("f1", 260, 160)]
    history.drag(*box)
    assert app.views.picked.items == {"f0", "f1"}
    assert app.selection.items == {"x", "p"}
    QTest.keyClick(canvas, Key.Key_A, CTRL)
    assert app.views.picked.items == {"f0", "f1"}


def test_a_tooltip_tells_name_number_what_is_saved_and_the_gradient(app, history):
    app.player.last()
    canvas = app.views.history
    lines = canvas.tip_of(canvas.hit(QPointF(history.on("f1")))).split("\n")
    assert lines[0] == "MulBackward0, made by p"
    assert lines[1].startswith("sequence number ")
    assert lines[2] == "saved other (), self ()"
    assert "value 9, shape ()" in lines
    assert "gradient 1" in lines
    assert lines[-1].startswith("Its saved tensors are freed")
    leaf_tip = canvas.tip_of(canvas.hit(QPointF(history.on("f0"))))
    assert leaf_tip.startswith("AccumulateGrad\nadds what arrives to x.grad")
    assert ".grad 6" in leaf_tip


def test_the_menu_under_the_mouse_only_looks(app, history):
    canvas = app.views.history
    menu = canvas.menu_for(canvas.hit(QPointF(history.on("f1"))), QPointF())
    texts = [action.text().split("\t")[0] for action in menu.actions()]
    assert texts == ["Show its node in Graph", "Show everything", "Show the selection", "100 %"]
    menu.close()


def test_another_forward_shows_its_own_functions(qtbot, app):
    app.editor.open(square(*TWICE, *TWICE))
    settled(qtbot, app)
    turn(app)
    app.player.first()
    first = set(app.views.history.document.graph.nodes)
    app.player.last()
    assert (first, set(app.views.history.document.graph.nodes)) == ({"f0", "f1"}, {"f0", "f2"})


def test_an_edit_is_seen_in_the_history(qtbot, app, history):
    app.palette.chosen.emit("sin")
    settled(qtbot, app)
    assert not app.views.on_history  # what is added is added to the graph
    app.editor.open(product())
    settled(qtbot, app)
    turn(app)
    assert names(history) == ["AccumulateGrad", "MulBackward0"]


def test_a_slider_leaves_the_picture_where_it_is(qtbot, app, history):
    """The numbers change, the Functions do not: the view stays."""
    canvas = app.views.history
    history.drag(QPoint(20, 20), QPoint(60, 80), button=MIDDLE)
    view = canvas.view
    app.selection.set(["x"])
    app.player.last()
    slider = app.inspector.properties.fields["data"].slider
    slider.moved.emit(5.0)
    settled(qtbot, app)
    qtbot.waitUntil(lambda: float(app.player.frame.node("x").stored) == 10.0)
    assert float(canvas.frame.node("f0").stored) == 10.0
    assert canvas.view == view
    app.editor.drop_preview()
    settled(qtbot, app)


def test_nothing_to_show_is_said(qtbot, app):
    app.editor.open(Document(Graph.of([leaf("x", grad=False)])))
    settled(qtbot, app)
    turn(app)
    assert not app.views.history.document.graph.nodes
    assert app.views.history.empty_text == EMPTY
    empty = app.views.history.grab().toImage()
    app.editor.open(square())
    settled(qtbot, app)
    assert app.views.history.grab().toImage() != empty


def test_too_much_is_said_and_not_drawn(qtbot, app, monkeypatch):
    monkeypatch.setattr("gui.model.limits.NODES", 1)
    app.editor.open(square())
    settled(qtbot, app)
    told = []
    app.views.history.hint.connect(told.append)
    turn(app)
    assert not app.views.history.document.graph.nodes
    assert any("2 Functions are too many to be drawn" in text for text in told)


@pytest.mark.parametrize("lesson", ["square", "sine", "perceptron", "accumulation", "stopping"])
def test_every_lesson_has_a_history_at_every_step(qtbot, app, lesson):
    app.filing.open_copy(assets.path("examples", f"{lesson}.chain"))
    settled(qtbot, app)
    turn(app)
    for step in range(-1, len(app.player.film)):
        app.player.go(step, phase=0.5)
        assert app.views.history.frame.step == step
    assert not app.views.history.grab().toImage().isNull()


# ---- the tensor editor in the window -------------------------------------------------------------


def dialog_of(app):
    return next(d for d in app.window.findChildren(TensorEditor) if d.isVisible())


def test_a_double_click_on_a_matrix_opens_the_table(qtbot, app):
    nodes = [leaf("m", [[1.0, 2.0], [3.0, 4.0]]), leaf("v", [1.0, 2.0])]
    app.editor.open(Document(Graph.of(nodes), (), {"m": (40.0, 60.0), "v": (40.0, 200.0)}))
    settled(qtbot, app)
    rig = Rig(app.canvas, app.editor, app.selection)
    rig.double_click(rig.on("m", 100, 20))
    dialog = dialog_of(app)
    assert dialog.leaf.array.tolist() == [[1, 2], [3, 4]]
    dialog.reject()
    rig.double_click(rig.on("v", 100, 20))
    assert app.canvas.field.active  # a short vector is typed in place
    app.canvas.field.cancel()


def test_the_table_runs_live_and_cancels_whole(qtbot, app):
    app.editor.open(square(*TWICE))
    settled(qtbot, app)
    first = app.editor.document
    app.player.last()
    app.selection.set(["x"])
    app.window.actions_by_id["edit_table"].trigger()
    dialog = dialog_of(app)
    dialog.cells.setData(dialog.cells.index(0, 0), "5")
    qtbot.waitUntil(lambda: float(app.player.frame.node("x").value) == 5.0)
    settled(qtbot, app)
    assert float(app.player.frame.node("x").stored) == 10.0
    QTest.keyClick(dialog, Key.Key_Escape)
    settled(qtbot, app)
    assert app.editor.document is first
    assert float(app.player.frame.node("x").value) == 3.0
    assert app.editor.history.count() == 0


def test_the_command_is_for_one_leaf_with_numbers(qtbot, app):
    app.editor.open(square())
    settled(qtbot, app)
    action = app.window.actions_by_id["edit_table"]
    for items, able in (((), False), (("p",), False), (("x", "p"), False), (("x",), True)):
        app.selection.set(items)
        app.window.refresh()
        assert action.isEnabled() is able


def test_a_literal_pasted_on_the_canvas_is_a_tensor(qtbot, app):
    app.editor.open(Document())
    settled(qtbot, app)
    for text, data in (
        ("tensor([[1., 2.]], requires_grad=True)", [[1.0, 2.0]]),
        ("1\t2\n3\t4", [[1, 2], [3, 4]]),
        ("7", 7),
    ):
        QGuiApplication.clipboard().setText(text)
        QTest.keyClick(app.canvas, Key.Key_V, CTRL)
        made = list(app.editor.document.graph.nodes.values())[-1]
        assert made.params["data"] == data
    assert len(app.editor.document.graph.nodes) == 3
    QGuiApplication.clipboard().setText("nonsense")
    QTest.keyClick(app.canvas, Key.Key_V, CTRL)
    assert len(app.editor.document.graph.nodes) == 3


class TestALargeHistory:
    """Drawn on a thread, so that the window goes on."""

    @pytest.fixture(autouse=True)
    def small_is_large(self, monkeypatch):
        monkeypatch.setattr("gui.views.AT_ONCE", 0)

    def test_it_comes_when_it_is_drawn_and_shows_the_step_of_then(self, qtbot, app):
        app.editor.open(square(*TWICE))
        settled(qtbot, app)
        history, told = app.views.history, []
        history.hint.connect(told.append)
        turn(app)
        assert not history.document.graph.nodes
        assert any("being drawn" in text for text in told)
        app.player.last()
        qtbot.waitUntil(lambda: len(history.document.graph.nodes) == 2)
        assert history.frame.step == app.player.step
        assert told[-1] == ""
        assert len(set(history.document.places.values())) == 2

    def test_one_that_is_no_longer_asked_for_is_not_shown(self, qtbot, app):
        app.editor.open(square(*TWICE))
        settled(qtbot, app)
        turn(app)
        app.editor.open(Document(Graph.of([leaf("x", grad=False)])))
        settled(qtbot, app)
        assert QThreadPool.globalInstance().waitForDone(20_000)
        QCoreApplication.processEvents()
        assert not app.views.history.document.graph.nodes

    def test_what_is_selected_is_followed_once_it_is_there(self, qtbot, app):
        app.editor.open(square(*TWICE))
        settled(qtbot, app)
        app.selection.set(["p"])
        turn(app)
        qtbot.waitUntil(lambda: bool(app.views.picked.items))
        (function,) = app.views.picked.items
        assert app.views.history.document.graph.nodes[function].name == "MulBackward0"
