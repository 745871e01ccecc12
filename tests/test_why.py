"""Why? in the real window: asked by mouse and by keyboard, answered, lit, followed, haunted."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt, QThreadPool, QTimer
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from engine.graph import Graph, Region
from gui.canvas.curves import at as point_of
from gui.canvas.view import View
from gui.model.document import Document
from gui.model.why import Kind, Question
from gui.theme import THEMES
from tests.canvas_kit import Rig
from tests.runs import FORWARD, backward, binary, leaf, op, wire
from tests.window_kit import settled

Key, Mod, LEFT = Qt.Key, Qt.KeyboardModifier, Qt.MouseButton.LeftButton
PLACES = {
    "x": (40, 60), "w": (40, 180), "k": (300, 260), "m": (260, 80), "d": (470, 80),
    "s": (660, 120), "loss": (860, 60),
}  # fmt: skip


def cut_in_two() -> Document:
    """loss = (detach(x · w) + k) · x"""
    nodes, edges = [leaf("x", 3.0), leaf("w", 2.0), leaf("k", 1.0, False)], []
    for node, name, left, right in (("m", "mul", "x", "w"),):
        made, wires = binary(node, name, left, right)
        nodes, edges = [*nodes, made], [*edges, *wires]
    nodes.append(op("d", "detach"))
    edges.append(wire("m", "d"))
    for node, name, left, right in (("s", "add", "d", "k"), ("loss", "mul", "s", "x")):
        made, wires = binary(node, name, left, right)
        nodes, edges = [*nodes, made], [*edges, *wires]
    return Document(Graph.of(nodes, edges), (FORWARD, backward("loss")), PLACES)


def test_what_is_lit_keeps_its_dots(qtbot, app):
    rig = opened(qtbot, app, cut_in_two())
    app.canvas.light((), (("s", "other"),))  # k wants no gradient: its wire is dotted
    app.canvas.set_view(View(1.0, 0.0, 0.0))
    curve = rig.canvas.geometry_.curves[rig.canvas.geometry_.edge_row["s", "other"]]
    image = rig.canvas.grab().toImage()
    along = [point_of(curve, 0.1 + k / 1000) for k in range(700)]
    seen = [image.pixelColor(round(x), round(y)).lightness() for x, y in along]
    middle = (min(seen) + max(seen)) / 2
    gaps = sum(lightness > 140 for lightness in seen)  # the halo, light as it is, between dots
    assert gaps > 250
    changes = sum((a > middle) != (b > middle) for a, b in pairwise(seen))
    assert changes > 20


def two_ways() -> Document:
    """y = sum(x · x), x of shape (2, 2): two paths."""
    made, wires = binary("m", "mul", "x", "x")
    nodes = [leaf("x", [[1.0, 2.0], [3.0, 4.0]]), made, op("y", "sum")]
    places = {"x": (40, 60), "m": (260, 60), "y": (480, 60)}
    return Document(Graph.of(nodes, [*wires, wire("m", "y")]), (FORWARD, backward("y")), places)


def opened(qtbot, app, document):
    """A rig on a document whose run is shown at its end."""
    app.editor.open(document)
    settled(qtbot, app)
    app.player.last()
    app.canvas.set_view(View(0.8, 10.0, 40.0))
    app.canvas.setFocus()
    return Rig(app.canvas, app.editor, app.selection)


@pytest.fixture
def rig(qtbot, app):
    return opened(qtbot, app, cut_in_two())


def ask(app, *items, edge=None):
    """Select, and press Shift+W on the canvas."""
    app.selection.set(items, [edge] if edge else ())
    app.canvas.setFocus()
    QTest.keyClick(app.canvas, Key.Key_W, Mod.ShiftModifier)


def answered(qtbot, app, kind):
    qtbot.waitUntil(lambda: app.why.answer is not None and app.why.answer.question.kind is kind)
    return app.why.answer


def haunted(qtbot, app):
    qtbot.waitUntil(lambda: bool(app.canvas.lit.ghost_edges or app.canvas.lit.ghost_nodes))
    return app.canvas.lit


def point_at(rig, key):
    """Move the mouse onto a wire, from elsewhere: a mouse that stays where it is tells nothing."""
    rig.move(rig.on("k"))
    rig.move(on_edge(rig, key))


def on_edge(rig, key):
    """A point of a wire, in the widget."""
    geometry = rig.canvas.geometry_
    return rig.see(*point_of(geometry.curves[geometry.edge_row[key]], 0.35))


# ---- asking --------------------------------------------------------------------------------------


def test_shift_w_asks_about_the_selected_node(app, rig):
    ask(app, "w")
    assert app.window.sheets.currentWidget() is app.why
    assert app.why.choice.currentText() == "Why is w.grad None?"
    assert app.why.head.text().startswith("The way from loss to w is cut: d = m.detach()")
    assert app.canvas.lit.nodes == ("loss", "s", "d", "m", "w")
    assert ("d", "self") in app.canvas.lit.edges


def test_shift_w_asks_about_the_selected_wire(app, rig):
    ask(app, edge=("loss", "other"))
    assert app.why.head.text().startswith("loss received 1 and its derivative by x is 7")
    assert app.canvas.lit.edges == (("loss", "other"),)


def test_shift_w_asks_about_what_is_under_the_mouse(app, rig):
    app.selection.set()
    rig.move(rig.on("w"))
    QTest.keyClick(app.canvas, Key.Key_W, Mod.ShiftModifier)
    assert app.why.choice.currentText() == "Why is w.grad None?"


def test_with_nothing_to_point_at_a_word_is_said(app, rig):
    app.selection.set(["x", "w"])
    QTest.keyClick(app.canvas, Key.Key_W, Mod.ShiftModifier)
    assert app.window.statusBar().currentMessage() == "Select one node or one edge to ask about."
    assert app.why.answer is None


def test_the_menu_lists_the_questions(app, rig, qtbot):
    app.selection.set(["m"])
    popup = app.canvas.menu_for(app.canvas.hit(rig.on("m")), app.canvas.scene(rig.on("m")))
    texts = [action.text() for action in popup.actions()]
    assert texts[0] == "Why is m.grad None?\tShift+W"
    assert texts[1] == "Why is m not a leaf?"
    popup.actions()[1].trigger()
    assert answered(qtbot, app, Kind.LEAF).headline.startswith("m is computed: m = x * w")
    popup.close()


def test_the_menu_opens_by_the_right_button(app, rig, qtbot):
    seen = []

    def look():
        popup = QApplication.activePopupWidget()
        assert isinstance(popup, QMenu)
        seen.extend(a.text() for a in popup.actions())
        popup.close()

    QTimer.singleShot(0, look)
    at = on_edge(rig, ("d", "self"))
    event = QContextMenuEvent(
        QContextMenuEvent.Reason.Mouse, at, app.canvas.mapToGlobal(at), Mod.NoModifier
    )
    QApplication.sendEvent(app.canvas, event)
    qtbot.waitUntil(lambda: bool(seen))
    assert seen[0] == "Why does no gradient pass from d to m?\tShift+W"
    assert "Show what would have passed" in seen


def test_the_inspector_asks(app, rig):
    app.selection.set(["w"])
    assert app.inspector.ask.isVisible()
    QTest.mouseClick(app.inspector.ask, LEFT)
    assert app.why.choice.currentText() == "Why is w.grad None?"


def test_another_question_is_chosen_with_the_keyboard(app, rig, qtbot):
    ask(app, "m")
    app.why.choice.setFocus()
    QTest.keyClick(app.why.choice, Key.Key_Down)
    assert answered(qtbot, app, Kind.LEAF)
    assert app.why.choice.currentText() == "Why is m not a leaf?"


# ---- what is lit ---------------------------------------------------------------------------------


def test_escape_darkens_first_and_only_then_deselects(app, rig):
    ask(app, "w")
    app.canvas.setFocus()
    QTest.keyClick(app.canvas, Key.Key_Escape)
    assert not app.canvas.lit
    assert app.selection.items == {"w"}
    app.player.back()  # the answer is given again, and stays dark
    assert not app.canvas.lit
    QTest.keyClick(app.canvas, Key.Key_Escape)
    assert not app.selection.items


def test_escape_in_the_sheet_darkens_too(app, rig):
    ask(app, "w")
    app.why.choice.setFocus()
    QTest.keyClick(app.why.choice, Key.Key_Escape)
    assert not app.canvas.lit
    assert app.selection.items == {"w"}


def test_an_edit_darkens(app, rig):
    ask(app, "w")
    assert app.canvas.lit
    app.canvas.setFocus()
    QTest.keyClick(app.canvas, Key.Key_Right, Mod.ShiftModifier)  # nudges w
    assert not app.canvas.lit


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("scale", [0.05, 0.2, 0.4, 1.0, 2.0])
def test_what_is_lit_is_seen_at_every_zoom(app, rig, theme, scale):
    app.set_theme(THEMES[theme])
    canvas = app.canvas
    canvas.set_view(View(scale, 20.0, 20.0))
    canvas.finish_refining()
    dark = canvas.grab().toImage()
    stills = []
    canvas._layer.invalidate = lambda: stills.append(1)
    canvas.light(["m", "d"], [("d", "self")])
    lit = canvas.grab().toImage()
    different = differing(dark, lit)
    assert different >= 150
    assert not stills  # the still picture stays as it was
    canvas.light((), ())
    assert differing(dark, canvas.grab().toImage()) == 0


def differing(one, other):
    """How many pixels differ clearly."""
    return int((np.abs(channels(one) - channels(other)).sum(axis=2) > 60).sum())


def channels(image):
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    shape = image.height(), image.bytesPerLine() // 4, 4
    return np.frombuffer(image.constBits(), np.uint8).reshape(shape)[..., :3].astype(int)


def test_a_long_way_through_ten_thousand_nodes_is_lit(qtbot, app):
    document = long_chain(10_000)
    app.editor.open(Document(document.graph, (), document.places))
    settled(qtbot, app)
    app.canvas.fit_all()
    app.canvas.finish_refining()
    dark = app.canvas.grab().toImage()
    app.canvas.light([f"n{k}" for k in range(500)], [(f"n{k}", "self") for k in range(1, 500)])
    assert differing(dark, app.canvas.grab().toImage()) > 1000


# ---- the answer ----------------------------------------------------------------------------------


def test_every_path_is_a_row_and_the_one_pointed_at_is_lit(qtbot, app):
    rig = opened(qtbot, app, two_ways())
    ask(app, "x")
    said = answered(qtbot, app, Kind.NUMBER)
    assert len(said.ways) == app.why.ways.topLevelItemCount() == 2
    assert app.canvas.lit.edges == (("y", "self"), ("m", "self"), ("m", "other"))
    ways = app.why.ways
    second = ways.visualItemRect(ways.topLevelItem(1)).center()
    QTest.mouseMove(ways.viewport(), ways.visualItemRect(ways.topLevelItem(0)).center())
    QTest.mouseMove(ways.viewport(), second)
    assert app.canvas.lit.edges == said.ways[1].edges
    QTest.mouseClick(ways.viewport(), LEFT, Mod.NoModifier, second)
    QTest.keyClick(ways, Key.Key_Up)
    assert app.canvas.lit.edges == said.ways[0].edges
    assert rig.document.graph.edges.keys() >= set(app.canvas.lit.edges)


def test_an_entry_is_chosen(qtbot, app):
    opened(qtbot, app, two_ways())
    ask(app, "x")
    answered(qtbot, app, Kind.NUMBER)
    assert app.why.head.text() == "∂y/∂x[0, 0] is the sum over 2 paths: 1 + 1 = 2."
    assert app.why.entry.isVisible()
    first, second = app.why.entry.boxes
    assert (first.maximum(), second.maximum()) == (1, 1)
    first.setFocus()
    QTest.keyClick(first, Key.Key_Up)
    second = app.why.entry.boxes[1]
    second.setFocus()
    QTest.keyClick(second, Key.Key_Up)
    qtbot.waitUntil(lambda: "[1, 1] is the sum over 2 paths: 4 + 4 = 8." in app.why.head.text())
    assert app.why.choice.currentText() == "Why is x.grad[1, 1] 8?"


def test_it_answers_again_as_the_player_moves_unless_pinned(app, rig):
    ask(app, "w")
    told = app.why.head.text()
    app.player.go(app.player.film.end_of_first_forward)
    assert app.why.head.text().startswith("No backward pass has run yet")
    app.player.last()
    assert app.why.head.text() == told
    QTest.mouseClick(app.why.pin, LEFT)
    app.player.first()
    assert app.why.head.text() == told
    QTest.mouseClick(app.why.pin, LEFT)
    assert app.why.head.text() == ""
    assert app.why.help.isVisible()


def test_lines_lead_to_steps_and_nodes(qtbot, app):
    nodes = [leaf("x", 0.0), op("h", "log"), op("y", "exp")]
    graph = Graph.of(nodes, [wire("x", "h"), wire("h", "y")])
    nodes = [*nodes, op("z", "neg")]
    graph = Graph.of(nodes, [*graph.edges.values(), wire("h", "z")])
    opened(
        qtbot, app, Document(graph, (FORWARD,), {i.id: (k * 200, 60) for k, i in enumerate(nodes)})
    )
    ask(app, "z")
    shown = next(label for label in app.why.lines.labels if label.line.step is not None)
    shown.setFocus()
    QTest.keyClick(shown, Key.Key_Tab)  # to the link in it
    QTest.mouseClick(shown, LEFT, Mod.NoModifier, QPoint(20, shown.height() // 2))
    assert app.selection.items == {"h"}
    assert app.player.step == 1


def test_questions_are_gone_back_to(app, rig):
    ask(app, "w")
    ask(app, "d")
    assert app.why.choice.currentText() == "Why is d.grad None?"
    QTest.mouseClick(app.why.back, LEFT)
    assert app.why.choice.currentText() == "Why is w.grad None?"
    assert not app.why.back.isEnabled()
    app.why.choice.setFocus()
    QTest.keyClick(app.why.choice, Key.Key_Right, Mod.AltModifier)
    assert app.why.choice.currentText() == "Why is d.grad None?"
    QTest.keyClick(app.why.choice, Key.Key_Left, Mod.AltModifier)
    ask(app, "m")  # the questions ahead are gone
    assert not app.why.forward.isEnabled()


def test_the_answer_is_copied(app, rig):
    ask(app, "w")
    QTest.mouseClick(app.why.copy, LEFT)
    text = QGuiApplication.clipboard().text()
    assert text.startswith("Why is w.grad None?\nThe way from loss to w is cut")
    assert "Use m itself" in text


def test_a_node_that_is_deleted_is_asked_about_no_more(app, rig, qtbot):
    ask(app, "w")
    app.canvas.setFocus()
    QTest.keyClick(app.canvas, Key.Key_Delete)
    settled(qtbot, app)
    assert app.why.answer is None
    assert app.why.choice.count() == 0


# ---- ghosts --------------------------------------------------------------------------------------


def test_the_button_at_a_cut_shows_what_would_have_passed(app, rig, qtbot):
    point_at(rig, ("d", "self"))
    button = app.canvas.ghost_button
    assert button.isVisible()
    QTest.mouseClick(button, LEFT)
    lit = haunted(qtbot, app)
    assert lit.ghost_edges["d", "self"] == "3"
    assert lit.ghost_nodes["w"] == "9"
    assert app.why.ghost.text().startswith("Without detach() at d, 3 would pass back from d to m")
    assert app.player.frame.node("w").stored is None  # the run that is shown is the real one
    app.canvas.setFocus()
    QTest.keyClick(app.canvas, Key.Key_Escape)
    assert not app.canvas.lit
    assert app.why.ghost.text() == ""


@pytest.mark.parametrize("key", [("d", "self"), ("s", "self"), ("s", "other")])
def test_every_cut_tells_its_cause_to_the_mouse(app, rig, key):
    point_at(rig, key)
    assert app.canvas.ghost_button.isVisible()
    told = app.canvas.tip_of(app.canvas.hit(on_edge(rig, key)))
    assert "detach" in told or "requires_grad=False" in told


def test_the_button_goes_when_the_mouse_goes(app, rig):
    point_at(rig, ("d", "self"))
    assert app.canvas.ghost_button.isVisible()
    rig.move(rig.on("k"))
    assert not app.canvas.ghost_button.isVisible()
    point_at(rig, ("m", "self"))  # a wire that is not cut
    assert not app.canvas.ghost_button.isVisible()


def test_the_command_shows_it_for_the_selected_node(app, rig, qtbot):
    app.selection.set(["w"])
    app.window.actions_by_id["ghost"].trigger()
    assert haunted(qtbot, app).ghost_nodes["w"] == "9"


def test_the_sheet_has_a_button_for_it(app, rig, qtbot):
    ask(app, "w")
    button = next(b for b in app.why.findChildren(QPushButton) if b.isVisible())
    QTest.mouseClick(button, LEFT)
    before = app.canvas.grab().toImage()
    haunted(qtbot, app)
    assert differing(before, app.canvas.grab().toImage()) > 100
    ask(app, "d")  # another question: the ghost is gone
    assert not app.canvas.lit.ghost_edges


def test_of_a_block_with_more_in_it_the_whole_can_be_left_out(qtbot, app):
    made, wires = binary("y", "mul", "b", "w")
    nodes = [leaf("x", 0.5), leaf("w", 2.0), op("a", "exp"), op("b", "sin"), made]
    edges = [wire("x", "a"), wire("a", "b"), *wires]
    graph = Graph.of(nodes, edges, [Region("r", "no_grad", "", ("a", "b"))])
    places = {n.id: (k * 200, 60) for k, n in enumerate(nodes)}
    opened(qtbot, app, Document(graph, (FORWARD, backward("y")), places))
    ask(app, edge=("b", "self"))
    app.asking.ghost()
    qtbot.waitUntil(lambda: app.why.ghost.text().startswith("Nothing yet"))
    whole = [b for b in app.why.findChildren(QPushButton) if "whole" in b.text()]
    QTest.mouseClick(whole[0], LEFT)
    lit = haunted(qtbot, app)
    assert "x" in lit.ghost_nodes


def test_the_history_asks_about_the_node_it_comes_from(app, rig):
    app.selection.set(["m"])
    app.views.show_history()
    QTest.keyClick(app.views.history, Key.Key_W, Mod.ShiftModifier)
    assert not app.views.on_history
    assert app.why.choice.currentText() == "Why is m.grad None?"


def test_with_nothing_selected_a_step_that_raised_is_asked_about(qtbot, app):
    document = cut_in_two()
    again = (*document.program, backward("loss"))
    opened(qtbot, app, Document(document.graph, again, PLACES))
    app.selection.set()
    QTest.keyClick(app.canvas, Key.Key_W, Mod.ShiftModifier)
    assert app.why.choice.currentText() == "Why did backward fail?"
    assert "let go of what it saved" in app.why.head.text()


def test_the_inspector_names_the_cut(app, rig):
    app.selection.set(["w"])
    assert app.inspector.why.text.text().startswith("The way from loss to w is cut: d = m.detach()")


def long_chain(count):
    nodes, edges, places = [leaf("n0", 0.5)], [], {"n0": (0.0, 0.0)}
    for k in range(1, count):
        nodes.append(op(f"n{k}", "sin"))
        edges.append(wire(f"n{k - 1}", f"n{k}"))
        places[f"n{k}"] = (200.0 * (k % 100), 120.0 * (k // 100))
    return Document(Graph.of(nodes, edges), (FORWARD, backward(f"n{count - 1}")), places)


def test_a_long_answer_freezes_nothing_and_is_given_up(qtbot, app):
    """Three thousand nodes are run once more on a thread; moving on cancels that."""
    opened(qtbot, app, long_chain(3000))
    ask(app, "n0")
    first = app.why._cancel
    assert app.why.head.text() == "Following every path …"
    app.asking.put(Question(Kind.NUMBER, "n1"))
    assert first.is_set()
    said = answered(qtbot, app, Kind.NUMBER)
    assert said.question.node == "n1"
    assert len(said.ways[0].nodes) == 2999
    app.asking.put(Question(Kind.NUMBER, "n2"))
    last = app.why._cancel
    app.why.close_down()
    assert last.is_set()
    assert QThreadPool.globalInstance().waitForDone(20_000)
