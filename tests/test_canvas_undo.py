"""The table of gestures: each changes the Document in one step that names itself and is undone."""

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.graph import Graph, Node
from gui.canvas import tools
from gui.canvas.canvas import MIME
from gui.canvas.keys import KEYS
from gui.canvas.tools.tool import Tool
from gui.model import limits
from gui.model.document import Document
from gui.model.files import to_text
from tests.canvas_kit import ALT, CTRL, PLAIN, SHIFT, no_trace, one_step, product, rig_for
from tests.test_canvas_wiring import middle

Key = Qt.Key


@pytest.fixture
def rig(qtbot):
    before = product()
    graph = before.graph
    nodes = {**graph.nodes, "e": Node("e", "exp", "e"), "s": Node("s", "add", "s")}
    places = {**before.places, "e": (260, 400), "s": (600, 400)}
    return rig_for(qtbot, Document(Graph(nodes, graph.edges, graph.regions), (), places))


def typed(rig, key, text, keys=PLAIN):
    rig.key(key, keys)
    field = rig.canvas.search.line if rig.canvas.search.isVisible() else rig.canvas.field
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Key.Key_Return)


def select(rig, *items):
    rig.selection.set(items)


def drop(rig, what, at):
    data = QMimeData()
    data.setData(MIME, what.encode())
    rest = Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, PLAIN
    QApplication.sendEvent(rig.canvas, QDragEnterEvent(at, *rest))
    QApplication.sendEvent(rig.canvas, QDropEvent(QPointF(at), *rest))


def popup(rig, start):
    rig.drag(start, rig.see(700, 250))
    QTest.keyClicks(rig.canvas.search.line, "tanh")
    QTest.keyClick(rig.canvas.search.line, Key.Key_Return)


def click_click(rig):
    rig.click(rig.port("e"))
    rig.move(rig.see(450, 420))
    rig.click(rig.port("s", "self"))


def burst(rig):
    select(rig, "e")
    for key in (Key.Key_Right, Key.Key_Down, Key.Key_Right):
        rig.key(key, SHIFT)


def rubber_band_and_delete(rig):
    rig.drag(rig.see(240, 380), rig.see(780, 520))
    rig.key(Key.Key_Delete)


def copied(rig, key, keys=CTRL):
    select(rig, "p", "q")
    rig.key(Key.Key_C, CTRL)
    rig.key(key, keys)


def double_clicked(rig, at, text):
    rig.double_click(at)
    rig.canvas.field.selectAll()
    QTest.keyClicks(rig.canvas.field, text)
    QTest.keyClick(rig.canvas.field, Key.Key_Return)


GESTURES = {
    "Tab and a name": (lambda r: typed(r, Key.Key_Tab, "cos"), "Add cos"),
    "Shift+A": (lambda r: typed(r, Key.Key_A, "cos", SHIFT), "Add cos"),
    "double-click on nothing": (
        lambda r: (r.double_click(r.see(800, 600)), typed(r, Key.Key_Shift, "cos")), "Add cos",
    ),
    "port to port": (lambda r: r.drag(r.port("e"), r.port("s", "other")), "Connect e to s"),
    "back from an input": (lambda r: r.drag(r.port("s", "self"), r.port("e")), "Connect e to s"),
    "click and click": (click_click, "Connect e to s"),
    "onto a body": (lambda r: r.drag(r.port("e"), r.on("s", 65, 60)), "Connect e to s"),
    "onto nothing": (lambda r: popup(r, r.port("q")), "Add tanh"),
    "from an input onto nothing": (lambda r: popup(r, r.port("s", "self")), "Add tanh"),
    "a filled input led elsewhere": (
        lambda r: r.drag(r.port("q", "self"), r.port("e", "self")), "Connect p to e",
    ),
    "a filled input pulled off": (
        lambda r: r.drag(r.port("q", "self"), r.see(800, 600)), "Disconnect p from q",
    ),
    "all wires of an output": (
        lambda r: r.drag(r.port("x"), r.port("e"), CTRL), "Move 2 wires from x to e",
    ),
    "Alt+click a port": (lambda r: r.click(r.port("x"), ALT), "Remove 2 wires"),
    "Alt+click a wire": (lambda r: r.click(middle(r, ("q", "self")), ALT), "Disconnect p from q"),
    "the knife": (lambda r: r.drag(r.see(215, 20), r.see(215, 200), ALT | SHIFT), "Cut 2 wires"),
    "a node onto a wire": (
        lambda r: r.drag(r.on("e", 65, 60), middle(r, ("q", "self"))), "Put e between p and q",
    ),
    "a move": (lambda r: r.drag(r.on("e", 65, 60), r.see(420, 520)), "Move e"),
    "a copy by Alt": (lambda r: r.drag(r.on("e", 65, 60), r.see(420, 520), ALT), "Duplicate e"),
    "a region's move": (lambda r: r.drag(r.see(520, 10), r.see(560, 60)), "Move"),
    "rubber band, Del": (rubber_band_and_delete, "Delete 2 nodes"),
    "a burst of nudges": (burst, "Move e"),
    "Backspace": (lambda r: (select(r, "p"), r.key(Key.Key_Backspace)), "Delete p"),
    "Ctrl+Del": (lambda r: (select(r, "p"), r.key(Key.Key_Delete, CTRL)), "Delete p"),
    "Ctrl+D": (lambda r: (select(r, "p"), r.key(Key.Key_D, CTRL)), "Duplicate p"),
    "Ctrl+X": (lambda r: copied(r, Key.Key_X), "Cut 2 items"),
    "Ctrl+V": (lambda r: copied(r, Key.Key_V), "Paste"),
    "Ctrl+Shift+V": (lambda r: copied(r, Key.Key_V, CTRL | SHIFT), "Paste"),
    "M": (lambda r: (select(r, "p"), r.key(Key.Key_M)), "Mute p"),
    "L": (lambda r: (select(r, "e", "s"), r.key(Key.Key_L)), "Connect e to s"),
    "W": (
        lambda r: (select(r, "e"), r.key(Key.Key_W), r.key(Key.Key_Right), r.key(Key.Key_Return)),
        "Connect e to",
    ),
    "Ctrl+G": (lambda r: (select(r, "e", "s"), r.key(Key.Key_G, CTRL)), "group"),
    "N": (lambda r: (select(r, "e"), r.key(Key.Key_N)), "no_grad"),
    "F2": (lambda r: (select(r, "e"), typed(r, Key.Key_F2, "bend")), "Rename e to bend"),
    "Enter on a value": (lambda r: (select(r, "x"), typed(r, Key.Key_Return, "7")), "Set x to 7"),
    "double-click on a value": (lambda r: double_clicked(r, r.on("x", 100, 20), "7"), "Set x to 7"),
    "double-click on an input": (
        lambda r: double_clicked(r, r.port("s", "other"), "3"), "Set other of s to 3",
    ),
    "a drop from the palette": (lambda r: drop(r, "exp", r.see(800, 600)), "Add exp"),
    "a drop on a wire": (lambda r: drop(r, "tanh", middle(r, ("q", "self"))), "Add tanh"),
}  # fmt: skip


@pytest.mark.parametrize("name", GESTURES)
def test_one_gesture_is_one_step_and_one_undo(rig, name):
    gesture, text = GESTURES[name]
    with one_step(rig, text):
        gesture(rig)
    assert rig.canvas.tool is None


DRAGS = {
    "a wire": (lambda r: r.port("e"), PLAIN),
    "a filled input": (lambda r: r.port("q", "self"), PLAIN),
    "all wires": (lambda r: r.port("x"), CTRL),
    "a node": (lambda r: r.on("e", 65, 60), PLAIN),
    "a copy": (lambda r: r.on("e", 65, 60), ALT),
    "a region": (lambda r: r.see(520, 10), PLAIN),
    "the knife": (lambda r: r.see(215, 20), ALT | SHIFT),
    "a rubber band": (lambda r: r.see(800, 600), PLAIN),
}


@pytest.mark.parametrize("name", DRAGS)
def test_every_drag_has_a_hint_and_esc_leaves_no_trace(rig, name):
    start, keys = DRAGS[name]
    told = []
    rig.canvas.hint.connect(told.append)
    with no_trace(rig):
        rig.press(start(rig), keys)
        assert "Esc" in told[-1]
        rig.move(rig.see(700, 300))
        rig.move(rig.see(420, 350))
        rig.key(Key.Key_Escape)
        rig.release(rig.see(420, 350), keys)


def test_every_tool_says_what_it_does():
    def under(kind):
        return [kind, *(k for sub in kind.__subclasses__() for k in under(sub))]

    found = [kind for kind in under(Tool)[1:] if kind.__module__.startswith(tools.__name__)]
    assert len(found) >= 9
    assert [kind.__name__ for kind in found if not kind.hint] == []


def test_every_key_leads_to_a_method(rig):
    assert [name for name in KEYS.values() if not callable(getattr(rig.canvas, name, None))] == []


class TestBadPastes:
    def paste(self, rig, text):
        told = []
        rig.canvas.hint.connect(told.append)
        QGuiApplication.clipboard().setText(text)
        with no_trace(rig):
            rig.key(Key.Key_V, CTRL)
        return told[-1]

    @pytest.mark.parametrize(
        ("text", "told"),
        [
            ("once upon a time", "no Chainrule graph"),
            ("", "no Chainrule graph"),
            ('{"nodes": []}', "not a Chainrule file"),
            ('{"chainrule": 99}', "newer Chainrule"),
            ('{"chainrule": 1, "nodes": [{"id": "a\\u0000", "op": "sin", "name": "a"}]}', "U+0000"),
            ('{"chainrule": 1, "nodes": [' + "[" * 100, "nested"),
            ("\u202e" * 50, "no Chainrule graph"),
        ],
    )
    def test_nonsense_is_refused_in_a_sentence(self, rig, text, told):
        assert told in self.paste(rig, text)

    def test_fifty_thousand_nodes_are_refused(self, rig):
        node = '{{"id": "n{0}", "op": "sin", "name": "n{0}", "params": {{}}}}'
        nodes = ",".join(node.format(k) for k in range(50_000))
        assert "20000 are allowed" in self.paste(rig, f'{{"chainrule": 1, "nodes": [{nodes}]}}')

    def test_as_many_as_a_file_may_hold_and_no_more(self, rig, monkeypatch):
        monkeypatch.setattr(limits, "NODES", 6)
        fragment = Document(Graph.of([Node(i, "sin", i) for i in "uv"]))
        assert "would have 7 nodes; 6 are allowed" in self.paste(rig, to_text(fragment))
