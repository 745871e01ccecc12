"""What the canvas's tests share: small documents, frames by hand, a canvas with hands on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

import engine  # noqa: F401  (fills the catalogue of ops)
from engine.graph import Edge, Graph, Node, Region
from gui.canvas.canvas import Canvas
from gui.canvas.geometry import Geometry, same
from gui.model.document import Document
from gui.model.files import from_text, to_text
from gui.model.frames import EdgeState, Frame, NodeState, Packet, Term
from gui.state.editor import Editor
from gui.state.selection import Selection
from gui.theme import LIGHT

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
RIGHT = Qt.MouseButton.RightButton
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT, PLAIN = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier


def leaf(node_id: str, data: object = 2.0, grad: bool = True) -> Node:
    return Node(node_id, "tensor", node_id, {"data": data, "requires_grad": grad})


def square() -> Document:
    """y = x ** 2, and a lone s = sin to wire."""
    nodes = [leaf("x"), Node("y", "pow", "y", {"exponent": 2}), Node("s", "sin", "s")]
    graph = Graph.of(nodes, [Edge("x", 0, "y", "self")])
    return Document(graph, (), {"x": (40, 60), "y": (260, 40), "s": (500, 240)})


def product() -> Document:
    """p = x * x (two parallel edges) and q = sin(p), framed by no_grad, with a note."""
    nodes = [leaf("x"), Node("p", "mul", "p"), Node("q", "sin", "q")]
    edges = [Edge("x", 0, "p", "self"), Edge("x", 0, "p", "other"), Edge("p", 0, "q", "self")]
    regions = [Region("r", "no_grad", "", ("q",)), Region("n", "note", "Two wires, one x.")]
    places = {"x": (40, 60), "p": (260, 40), "q": (500, 40), "n": (40, 240)}
    return Document(Graph.of(nodes, edges, regions), (), places)


class Still(Frame):
    """A frame made by hand."""

    def __init__(self, nodes=None, edges=None, **rest: object) -> None:
        self.nodes, self.edges = nodes or {}, edges or {}
        for name, value in rest.items():
            setattr(self, name, value)

    def node(self, node: str) -> NodeState:
        return self.nodes.get(node, NodeState())

    def edge(self, key: tuple[str, str]) -> EdgeState:
        return self.edges.get(key, EdgeState())

    def changed_since(self, other: Frame):
        if not isinstance(other, Still):
            return None
        nodes = {i for i in {*self.nodes, *other.nodes} if self.node(i) != other.node(i)}
        edges = {k for k in {*self.edges, *other.edges} if self.edge(k) != other.edge(k)}
        return nodes, edges


def value(x: float, **rest: object) -> NodeState:
    return NodeState(value=np.float32(x), requires_grad=True, **rest)


def ran() -> Still:
    """`product` after forward."""
    nodes = {"x": value(2, is_leaf=True), "p": value(4), "q": value(-0.7568)}
    keys = [("p", "self"), ("p", "other"), ("q", "self")]
    return Still(nodes, {k: EdgeState(carried=True) for k in keys}, step=3)


def flowing() -> Still:
    """`product` while the second gradient is on its way to x."""
    before = ran()
    terms = (Term(np.float32(2), ("p", "self"), "p"), Term(np.float32(2), ("p", "other"), "p"))
    x = value(2, is_leaf=True, grad=np.float32(4), terms=terms, expected=2, live=True)
    nodes = {**before.nodes, "x": x}
    edges = {**before.edges, ("p", "other"): EdgeState(True, None, np.float32(2), True)}
    packet = Packet("p", "x", ("p", "other"), np.float32(2))
    return Still(nodes, edges, active=frozenset({"p"}), packet=packet, summing="x", step=8)


@dataclass
class Rig:
    """A canvas of 1000 x 700 at 100 %, its corner at the scene's origin."""

    canvas: Canvas
    editor: Editor
    selection: Selection

    @property
    def document(self) -> Document:
        return self.editor.document

    @property
    def steps(self) -> int:
        return self.editor.history.count()

    def see(self, x: float, y: float) -> QPoint:
        return self.canvas.view.to_view(QPointF(x, y)).toPoint()

    def port(self, node: str, slot: str | None = None) -> QPoint:
        geometry = self.canvas.geometry_
        port = geometry.output_port(node) if slot is None else geometry.input_port(node, slot)
        return self.see(*geometry.ports[port])

    def on(self, node: str, dx: float = 70, dy: float = 13) -> QPoint:
        x, y = self.canvas.geometry_.xy[self.canvas.geometry_.row[node]]
        return self.see(x + dx, y + dy)

    def press(self, at: QPoint, keys=PLAIN, button=LEFT) -> None:
        QTest.mousePress(self.canvas, button, keys, at)

    def move(self, at: QPoint, keys=PLAIN, buttons=Qt.MouseButton.NoButton) -> None:
        """QTest's move knows no modifiers."""
        if keys == PLAIN:
            QTest.mouseMove(self.canvas, at)
        else:
            move, here = QEvent.Type.MouseMove, QPointF(at)
            place = self.canvas.mapToGlobal(here)
            event = QMouseEvent(move, here, place, Qt.MouseButton.NoButton, buttons, keys)
            QApplication.sendEvent(self.canvas, event)

    def release(self, at: QPoint, keys=PLAIN, button=LEFT) -> None:
        QTest.mouseRelease(self.canvas, button, keys, at)

    def click(self, at: QPoint, keys=PLAIN) -> None:
        QTest.mouseClick(self.canvas, LEFT, keys, at)

    def double_click(self, at: QPoint) -> None:
        QTest.mouseDClick(self.canvas, LEFT, PLAIN, at)

    def drag(self, start: QPoint, end: QPoint, keys=PLAIN, button=LEFT) -> None:
        self.press(start, keys, button)
        self.move((start + end) / 2)
        self.move(end)
        self.release(end, keys, button)

    def key(self, key: Qt.Key, keys=PLAIN) -> None:
        QTest.keyClick(self.canvas, key, keys)

    def picture(self) -> QImage:
        """What the screen shows now, every pixel of it painted afresh where needed."""
        return self.canvas.grab().toImage()


@contextmanager
def one_step(rig: Rig, text: str = "") -> Iterator[None]:
    """What is done inside changes the Document in one step, which one undo takes back entirely."""
    before, steps = rig.document, rig.editor.history.index()
    yield
    after, history = rig.document, rig.editor.history
    assert after is not before, "nothing was changed"
    assert history.index() == steps + 1, "not exactly one step"
    assert text in history.undoText()
    history.undo()
    assert rig.document is before
    assert to_text(rig.document) == to_text(before)
    assert same(rig.canvas.geometry_, Geometry.of(before))
    history.redo()
    assert rig.document is after
    assert same(rig.canvas.geometry_, Geometry.of(after))


@contextmanager
def no_trace(rig: Rig) -> Iterator[None]:
    """What is done inside leaves Document, picture and history as they were."""
    before, steps = rig.document, rig.editor.history.count()
    yield
    assert rig.document is before
    assert rig.editor.history.count() == steps
    assert rig.canvas.shown is before
    assert rig.canvas.tool is None
    assert same(rig.canvas.geometry_, Geometry.of(before))


def rig_for(qtbot, document: Document, **rest: object) -> Rig:
    editor, selection = Editor(), Selection()
    canvas = Canvas(editor, selection, theme=LIGHT, to_text=to_text, from_text=from_text, **rest)
    qtbot.addWidget(canvas)
    canvas.resize(1000, 700)
    canvas.show()
    editor.open(document)
    canvas.set_view(type(canvas.view)())
    canvas.setFocus()
    return Rig(canvas, editor, selection)
