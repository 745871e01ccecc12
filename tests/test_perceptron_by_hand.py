"""A newcomer builds the tutorial's perceptron on a blank canvas: gestures are counted.

A gesture is a click, a drag, a turn of the wheel, or a key with the text that follows and Enter.
"""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from engine.code.source import statement
from gui.app import App
from gui.model.document import Document
from tests.canvas_kit import Rig
from tests.runs import film_of, lesson

MOST = 60
BY_HAND = ("error", "rest", "slope", "dL_dp", "dL_db", "dL_dw")
"""The lesson's second part, where the gradient is worked out without backward()."""


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
        self.until(lambda: not self.app.runner.busy, timeout=20_000)

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
        (item,) = (i for k in range(self.list.count()) if (i := self.list.item(k)).text() == op)
        while not view.rect().contains(self.list.visualItemRect(item)):
            self.gestures += 1
            at = QPointF(view.rect().center())
            turn = QPoint(0, -360)
            event = QWheelEvent(
                at, view.mapToGlobal(at), QPoint(), turn, Qt.MouseButton.NoButton,
                Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
            )  # fmt: skip
            before = self.list.verticalScrollBar().value()
            QApplication.sendEvent(view, event)
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

    def leaf(self, op: str, y: float, value: str) -> str:
        self.double_click(80, y)
        node = self.pick(op)
        self.menu(self.rig.on(node, 20, 20), "Set to", value)
        return node

    def reads(self, source: str, op: str, x: float, y: float) -> str:
        """A wire let go on nothing, and what is to read it."""
        self.drag(self.rig.port(source), self.rig.see(x, y))
        return self.pick(op)

    def wire(self, source: str, target: str, slot: str) -> None:
        self.drag(self.rig.port(source), self.rig.port(target, slot))

    def complement(self, node: str, x: float, y: float) -> str:
        """1 - node: the wire goes on to the second input, and a number to the first."""
        made = self.reads(node, "sub", x, y)
        self.drag(self.rig.port(made, "self"), self.rig.port(made, "other"))
        self.menu(self.rig.port(made, "self"), "Set to", "1")
        return made


def test_by_mouse_alone_neuron_and_loss(newcomer):
    n = ByMouse(newcomer.app, newcomer.until)
    x, w = n.leaf("tensor", 30, "10"), n.leaf("parameter", 110, "0.5")
    b, y = n.leaf("parameter", 190, "0.1"), n.leaf("tensor", 430, "0")
    wx = n.reads(w, "mul", 250, 80)
    n.wire(x, wx, "other")
    z = n.reads(wx, "add", 430, 120)
    n.wire(b, z, "other")
    y_pred = n.reads(z, "sigmoid", 600, 120)
    p = n.reads(y_pred, "clamp", 780, 120)
    for bound, number in (("min", "1e-08"), ("max", "0.99999999")):
        n.menu(n.rig.port(p, bound), "Set to", number)
    log_p, q = n.reads(p, "log", 250, 260), n.complement(p, 430, 230)
    log_q = n.reads(q, "log", 600, 230)
    yes, not_y = n.reads(y, "mul", 430, 340), n.complement(y, 250, 460)
    n.wire(log_p, yes, "other")
    no = n.reads(log_q, "mul", 780, 300)
    n.wire(not_y, no, "other")
    likelihood = n.reads(yes, "add", 780, 420)
    n.wire(no, likelihood, "other")
    n.reads(likelihood, "neg", 940, 420)
    QTest.mouseClick(n.app.window.buttons["backward"], Qt.MouseButton.LeftButton)
    n.gestures += 1
    n.wait()
    document = n.app.editor.document
    names = document.graph.nodes
    ops = sorted(node.op for node in names.values())
    wanted = [node.op for node in lesson("perceptron").graph.nodes.values()
              if node.name not in BY_HAND]  # fmt: skip
    assert ops == sorted(wanted)
    code = statements(document)
    assert {
        "mul = w * x",
        "clamp = torch.clamp(sigmoid, min=1e-08, max=0.99999999)",
        "sub = 1 - clamp",
        "sub1 = 1 - x1",
        "neg = -add1",
    } <= code
    assert set(gradients(document)) == {names[w].name, names[b].name}
    assert n.gestures <= MOST
