"""A newcomer builds the tutorial's perceptron on a blank canvas: gestures are counted.

A gesture is a click, a drag, a turn of the wheel, or a key with the text that follows and Enter.
"""

from __future__ import annotations

import networkx as nx
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QWidget

from engine.code.source import statement
from engine.graph import Action
from gui.app import App
from gui.canvas.dial import STEP
from gui.model.document import Document
from tests.canvas_kit import LEFT, Rig
from tests.runs import film_of, lesson

MOST = 60


class Newcomer:
    """Hands that count."""

    def __init__(self, app: App, until) -> None:
        self.app, self.until, self.gestures = app, until, 0
        self.rig = Rig(app.canvas, app.editor, app.selection)
        self.list = app.canvas.search.list

    @property
    def latest(self) -> str:
        return next(iter(self.app.selection.items))

    def wait(self) -> None:
        """Until the run that follows every edit is shown."""
        self.until(lambda: not self.app.runner.busy)

    # By keyboard

    def command(self, key: Qt.Key, text: str = "") -> None:
        """A key; what opens is typed into and answered with Enter."""
        self.gestures += 1
        QTest.keyClick(QApplication.focusWidget(), key)
        if text:
            QTest.keyClicks(QApplication.focusWidget(), text)
            QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
        self.wait()

    # By mouse

    def drag(self, start: QPoint, end: QPoint) -> None:
        assert self.rig.canvas.rect().contains(start)
        assert self.rig.canvas.rect().contains(end)
        self.gestures += 1
        self.rig.drag(start, end)
        self.wait()

    def double_click(self, x: float, y: float) -> None:
        self.gestures += 1
        at = self.rig.see(x, y)
        QTest.mouseMove(self.rig.canvas, at)
        self.rig.double_click(at)

    def pick(self, op: str) -> str:
        """Click an operation in the popup, turning the wheel where it is out of sight."""
        view = self.list.viewport()
        assert view.isVisible()
        (item,) = (i for k in range(self.list.count()) if (i := self.list.item(k)).text() == op)
        while not view.rect().contains(self.list.visualItemRect(item)):
            self.gestures += 1
            before = self.list.verticalScrollBar().value()
            send_wheel(view, QPointF(view.rect().center()), -360)
            assert self.list.verticalScrollBar().value() > before
        self.gestures += 1
        QTest.mouseClick(
            view, Qt.MouseButton.LeftButton, pos=self.list.visualItemRect(item).center()
        )
        self.wait()
        return self.latest

    def menu(self, at: QPoint, *path: str) -> None:
        """A right click, then a click; menus within a menu open under the mouse."""
        self.gestures += 2
        canvas = self.rig.canvas
        place = canvas.mapToGlobal(at)
        mouse, plain = QContextMenuEvent.Reason.Mouse, Qt.KeyboardModifier.NoModifier
        QApplication.sendEvent(canvas, QContextMenuEvent(mouse, at, place, plain))
        popup = next(m for m in canvas.findChildren(QMenu) if m.isVisible())
        top = popup
        for text in path:
            action = next(a for a in popup.actions() if a.text().split("\t")[0] == text)
            place = popup.actionGeometry(action).center()
            QTest.mouseMove(popup, place)
            if action.menu() is None:
                QTest.mouseClick(popup, Qt.MouseButton.LeftButton, pos=place)
            else:
                popup = action.menu()
                self.until(popup.isVisible)
        assert not top.isVisible()
        self.wait()


@pytest.fixture
def newcomer(qtbot):
    app = App()
    app.settings._store.remove("uses")
    app.window.resize(1600, 1000)
    app.window.show()
    app.filing.new()
    app.canvas.set_view(type(app.canvas.view)())
    app.canvas.setFocus()
    yield Newcomer(app, qtbot.waitUntil)
    app.editor.history.setClean()
    app.window.close()


def statements(document: Document, without: tuple[str, ...] = ()) -> set[str]:
    graph = document.graph
    return {statement(graph, i) for i, n in graph.nodes.items() if n.name not in without}


def gradients(document: Document) -> dict[str, float]:
    film = film_of(document)
    last = film.frame(len(film) - 1)
    found = {n.name: last.node(i).stored for i, n in document.graph.nodes.items()}
    return {name: float(grad) for name, grad in found.items() if grad is not None}


TYPED = """\
x = 6.7
w = parameter(0.5)
b = parameter(0.1)
y = 0.0
wx = w * x
z = wx + b
y_pred = sigmoid(z)
p = clamp(y_pred, 1e-8, 0.99999999)
log_p = log(p)
yes = y * log_p
q = 1.0 - p
log_q = log(q)
not_y = 1.0 - y
no = not_y * log_q
likelihood = yes + no
loss = -likelihood
error = y_pred - y
rest = 1.0 - y_pred
slope = y_pred * rest
dL_dp = error / slope
dL_db = dL_dp * slope
dL_dw = dL_db * x
"""


def test_by_keyboard_alone_the_whole_lesson(newcomer):
    for line in TYPED.splitlines():
        newcomer.command(Qt.Key.Key_Tab, line)
    document, wanted = newcomer.app.editor.document, lesson("perceptron")
    assert statements(document) == statements(wanted)
    assert newcomer.gestures <= MOST
    assert newcomer.gestures == 22


def test_by_keyboard_in_as_few_lines_as_a_textbook(newcomer, qtbot):
    lines = TYPED.splitlines()[:4]
    lines += ["p = clamp(sigmoid(w * x + b), 1e-8, 0.99999999)"]
    lines += ["loss = -(y * log(p) + (1.0 - y) * log(1.0 - p))"]
    for line in lines:
        newcomer.command(Qt.Key.Key_Tab, line)
    newcomer.command(Qt.Key.Key_F6)
    document = newcomer.app.editor.document
    assert len(document.graph.nodes) == 16
    assert document.program[-1].do == "backward"
    assert gradients(document) == pytest.approx(gradients(lesson("perceptron")))
    assert newcomer.gestures == 7


class ByMouse(Newcomer):
    """The moves a hand that stays on the mouse is made of."""

    def zoom(self, at: QPoint, turn: int) -> None:
        """One turn of the wheel over the canvas."""
        self.gestures += 1
        send_wheel(self.rig.canvas, QPointF(at), turn)

    def from_palette(self, op: str) -> str:
        """Double-click an operation that is in sight in the palette."""
        self.gestures += 1
        tree = self.app.palette.tree
        exactly, deep = Qt.MatchFlag.MatchExactly, Qt.MatchFlag.MatchRecursive
        (item,) = self.app.palette.model.findItems(op, exactly | deep)
        index = item.index()
        assert tree.viewport().rect().contains(tree.visualRect(index))
        at, nodes = tree.visualRect(index).center(), len(self.app.editor.document.graph.nodes)
        QTest.mouseClick(tree.viewport(), LEFT, pos=at)
        QTest.mouseDClick(tree.viewport(), LEFT, pos=at)
        assert len(self.app.editor.document.graph.nodes) == nodes + 1
        self.wait()
        return self.latest

    def set_to(self, node: str, value: str) -> None:
        self.menu(self.rig.on(node, 20, 20), "Set to", value)

    def dial(self, node: str, steps: int) -> None:
        """Double-click a leaf's value and drag the strip that opens below it."""
        row = self.rig.canvas.geometry_.row[node]
        x, y = self.rig.canvas.geometry_.xy[row] + self.rig.canvas.geometry_.size[row] / 2
        self.double_click(x + 30, y)
        field = self.rig.canvas.field
        assert field.dial.isVisible()
        self.gestures += 1
        at = field.dial.rect().center()
        by = QPoint(round(STEP * steps), 0)
        QTest.mousePress(field.dial, LEFT, pos=at)
        for part in (3, 2, 1):
            QTest.mouseMove(field.dial, at + by / part)
        QTest.mouseRelease(field.dial, LEFT, pos=at + by)

    def reads(self, source: str, op: str, x: float, y: float) -> str:
        """A wire let go on nothing, and what is to read it."""
        self.drag(self.rig.port(source), self.rig.see(x, y))
        return self.pick(op)

    def both(self, first: str, second: str, op: str) -> str:
        """A wire from one output to another, and what is to read both."""
        self.drag(self.rig.port(first), self.rig.port(second))
        return self.pick(op)

    def frame(self, nodes: list[str], what: str) -> None:
        """A rubber band around nodes, and what is to be done with them from their menu."""
        left, top, right, bottom = self.rig.canvas.geometry_.bounds(nodes)
        self.drag(self.rig.see(left - 20, top - 20), self.rig.see(right + 20, bottom + 20))
        assert self.app.selection.items == {*nodes}
        self.menu(self.rig.on(nodes[0], 30, 15), what)

    def click(self, button: str) -> None:
        """A button of the toolbar."""
        self.gestures += 1
        QTest.mouseClick(self.app.window.buttons[button], LEFT)
        self.wait()


def send_wheel(widget: QWidget, at: QPointF, turn: int) -> None:
    event = QWheelEvent(
        at, widget.mapToGlobal(at), QPoint(), QPoint(0, turn), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def by_structure(document: Document) -> nx.MultiDiGraph:
    """What is computed, without names, ids and places."""
    graph, found = document.graph, nx.MultiDiGraph()
    tracked = {m for r in graph.regions.values() if r.kind == "no_grad" for m in r.members}
    for i, node in graph.nodes.items():
        found.add_node(i, says=(node.op, sorted(node.params.items()), i in tracked))
    for edge in graph.edges.values():
        found.add_edge(edge.source, edge.target, says=(edge.output, edge.slot))
    return found


def same_graph(one: Document, other: Document) -> bool:
    def alike(a, b) -> bool:
        return a["says"] == b["says"]

    def all_alike(a, b) -> bool:
        return sorted(e["says"] for e in a.values()) == sorted(e["says"] for e in b.values())

    return nx.is_isomorphic(by_structure(one), by_structure(other), alike, all_alike)


def test_by_mouse_alone_the_whole_lesson(newcomer):
    n = ByMouse(newcomer.app, newcomer.until)
    n.zoom(QPoint(0, 0), -480)
    n.double_click(20, 60)
    y = n.pick("tensor")
    x, w, b = (n.from_palette(op) for op in ("tensor", "parameter", "parameter"))
    for node, value in ((y, "0"), (w, "0.5"), (b, "0.1")):
        n.set_to(node, value)
    n.dial(x, 57)
    wx = n.both(w, x, "mul")
    z = n.both(wx, b, "add")
    y_pred = n.reads(z, "sigmoid", 620, 60)
    error = n.both(y_pred, y, "sub")
    rest = n.reads(y_pred, "1 - x", 850, 230)
    slope = n.both(y_pred, rest, "mul")
    dl_dp = n.both(error, slope, "div")
    dl_db = n.both(dl_dp, slope, "mul")
    dl_dw = n.both(dl_db, x, "mul")
    p = n.reads(y_pred, "clamp", 620, 500)
    for bound, number in (("min", "1e-08"), ("max", "0.99999999")):
        n.menu(n.rig.port(p, bound), "Set to", number)
    log_p, q = n.reads(p, "log", 930, 600), n.reads(p, "1 - x", 930, 700)
    log_q = n.reads(q, "log", 1130, 700)
    yes, not_y = n.both(y, log_p, "mul"), n.reads(y, "1 - x", 400, 700)
    no = n.both(not_y, log_q, "mul")
    n.both(yes, no, "add")
    loss = n.from_palette("neg")  # it reads what is selected
    n.frame([error, rest, slope, dl_dp, dl_db, dl_dw], "Put into no_grad()")
    n.click("backward")
    document = n.app.editor.document
    assert document.program[-1] == Action("backward", loss)
    assert same_graph(document, lesson("perceptron"))
    assert sorted(gradients(document).values()) == sorted(gradients(lesson("perceptron")).values())
    assert n.gestures <= MOST
    assert n.gestures == 59
