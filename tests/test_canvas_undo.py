"""The table of gestures on a bare canvas: each is one step, one undo takes it back, Esc ends it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from engine.graph import Graph, Node
from gui.canvas import tools
from gui.canvas.keys import KEYS
from gui.canvas.tools.tool import Tool
from gui.model import limits
from gui.model.document import Document
from gui.model.files import to_text
from tests.canvas_kit import ALT, CTRL, PLAIN, SHIFT, no_trace, one_step, rig_for
from tests.gestures import GESTURES, start

Key = Qt.Key


@pytest.fixture
def rig(qtbot):
    return rig_for(qtbot, start())


@pytest.mark.parametrize("name", GESTURES)
def test_one_gesture_is_one_step_and_one_undo(rig, name):
    gesture, text, leads_to = GESTURES[name]
    with one_step(rig, text):
        gesture(rig)
    assert rig.canvas.tool is None
    assert leads_to(rig.document), rig.document


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


NAMED = '{{"chainrule": 1, "nodes": [{{"id": "a", "op": "sin", "name": "{}"}}]}}'


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
            (NAMED.format("a\\u0007b"), "control character U+0007"),
        ],
    )
    def test_nonsense_is_refused_in_a_sentence(self, rig, text, told):
        assert told in self.paste(rig, text)

    def test_fifty_thousand_nodes_are_refused(self, rig):
        node = '{{"id": "n{0}", "op": "sin", "name": "n{0}", "params": {{}}}}'
        nodes = ",".join(node.format(k) for k in range(50_000))
        assert "20000 are allowed" in self.paste(rig, f'{{"chainrule": 1, "nodes": [{nodes}]}}')

    def test_as_many_as_a_file_may_hold_and_no_more(self, rig, monkeypatch):
        monkeypatch.setattr(limits, "NODES", 10)
        fragment = Document(Graph.of([Node(i, "sin", i) for i in "uv"]))
        assert "would have 11 nodes; 10 are allowed" in self.paste(rig, to_text(fragment))
