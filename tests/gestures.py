"""The table of gestures: how hands make each, how undo names it, and the Document it leads to."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from engine.graph import Graph, Node, Region
from gui.canvas import curves
from gui.canvas.canvas import MIME
from gui.model import wires
from gui.model.document import Document
from tests.canvas_kit import ALT, CTRL, LEFT, PLAIN, RIGHT, SHIFT, Rig, product

Key = Qt.Key
BENT = ("p", "self")
"""The wire that is led through a point."""


def start() -> Document:
    """p = x * x, q = sin(p) in no_grad, a note; a folded group of a and b, a frame of c and d.

    e and s lie alone.
    """
    before = product()
    graph = before.graph
    lone = [("a", "tanh"), ("b", "exp"), ("c", "neg"), ("d", "neg"), ("e", "exp"), ("s", "add")]
    nodes = {**graph.nodes, **{name: Node(name, op, name) for name, op in lone}}
    regions = {
        **graph.regions, "g": Region("g", "group", "two", ("a", "b"), folded=True),
        "f": Region("f", "enable_grad", "", ("c", "d")),
    }  # fmt: skip
    places = {
        **before.places, "e": (260, 400), "s": (600, 400), "a": (720, 180), "b": (720, 260),
        "c": (40, 360), "d": (40, 480),
    }  # fmt: skip
    made = Document(Graph(nodes, graph.edges, regions), (), places)
    return wires.add_bend(made, BENT, 0, (200.0, 20.0))


# What hands do


def select(rig: Rig, *items: str) -> None:
    rig.selection.set(items)


def enter(rig: Rig, text: str) -> None:
    """Type into whatever is open, in place of what stands there."""
    field = rig.canvas.search.line if rig.canvas.search.isVisible() else rig.canvas.field
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Key.Key_Return)


def typed(rig: Rig, key: Qt.Key, text: str, keys=PLAIN) -> None:
    rig.key(key, keys)
    enter(rig, text)


def double_clicked(rig: Rig, at, text: str) -> None:
    rig.double_click(at)
    enter(rig, text)


def drop(rig: Rig, what: str, at, keys=PLAIN) -> None:
    data = QMimeData()
    data.setData(MIME, what.encode())
    rest = Qt.DropAction.CopyAction, data, LEFT, keys
    QApplication.sendEvent(rig.canvas, QDragEnterEvent(at, *rest))
    QApplication.sendEvent(rig.canvas, QDropEvent(QPointF(at), *rest))


def onto_nothing(rig: Rig, port) -> None:
    rig.drag(port, rig.see(700, 600))
    enter(rig, "tanh")


def click_click(rig: Rig) -> None:
    rig.click(rig.port("e"))
    rig.move(rig.see(450, 420))
    rig.click(rig.port("s", "self"))


def burst(rig: Rig) -> None:
    select(rig, "e")
    for key in (Key.Key_Right, Key.Key_Down, Key.Key_Right):
        rig.key(key, SHIFT)


def rubber_band_and_delete(rig: Rig) -> None:
    rig.drag(rig.see(240, 380), rig.see(780, 520))
    rig.key(Key.Key_Delete)


def copied(rig: Rig, key: Qt.Key, keys=CTRL) -> None:
    select(rig, "p", "q")
    rig.key(Key.Key_C, CTRL)
    rig.key(key, keys)


def keyed(rig: Rig, items: str, *keys) -> None:
    """Select these (one letter each), then press keys: a key, or (key, modifiers)."""
    select(rig, *items)
    for key in keys:
        rig.key(*(key if isinstance(key, tuple) else (key,)))


def chosen(rig: Rig, at, *texts: str) -> None:
    """The context menu at a place, and what is clicked in it and in the menus it opens."""
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, rig.canvas.mapToGlobal(at))
    QApplication.sendEvent(rig.canvas, event)
    (menu,) = (m for m in rig.canvas.findChildren(QMenu) if m.isVisible())
    for text in texts:
        (action,) = (a for a in menu.actions() if a.text().split("\t")[0] == text)
        if action.menu() is None:
            QTest.mouseClick(menu, LEFT, pos=menu.actionGeometry(action).center())
        else:
            menu.setActiveAction(action)
            QTest.keyClick(menu, Key.Key_Right)
            menu = action.menu()


def middle(rig: Rig, key):
    geometry = rig.canvas.geometry_
    return rig.see(*curves.at(geometry.curves[geometry.edge_row[key]], 0.5))


def across(rig: Rig, keys, button=LEFT) -> None:
    """Drag across the wire from p to q."""
    at, up = middle(rig, SIN), rig.see(0, 60) - rig.see(0, 0)
    rig.drag(at - up, at + up, keys, button)


def tab(rig: Rig, region: str):
    """Where the title of a region stands."""
    geometry = rig.canvas.geometry_
    left, top, *_ = geometry.regions[geometry.region_row[region]].tab
    return rig.see(left + 20, top + 10)


def bend(rig: Rig):
    return rig.see(*rig.document.bends[BENT][0])


def dragged(rig: Rig, start, *way, keys=PLAIN, button=LEFT) -> None:
    rig.press(start, keys, button)
    for at in way:
        rig.move(at, keys, button)
    rig.release(way[-1], keys, button)


# What they lead to


def source(document: Document, target: str, slot: str) -> str | None:
    edge = document.graph.edges.get((target, slot))
    return edge and edge.source


def wired(target: str, slot: str, expected: str | None):
    return lambda d: source(d, target, slot) == expected


def ops(*wanted: str, nodes: int = 9):
    """So many nodes, some with these ops among those that were not there before."""
    known = start().graph.nodes.keys()
    return lambda d: (
        len(d.graph.nodes) == nodes
        and sorted(n.op for n in d.graph.nodes.values() if n.id not in known) == sorted(wanted)
    )


def there(*nodes: str):
    return lambda d: set(d.graph.nodes) == set(nodes)


def at(**places):
    return lambda d: all(d.places[node] == place for node, place in places.items())


def framed(kind: str, *members: str):
    return lambda d: any(
        (r.kind, set(r.members)) == (kind, set(members)) for r in d.graph.regions.values()
    )


def both(*checks):
    return lambda d: all(check(d) for check in checks)


def node(which: str, **wanted):
    return lambda d: all(getattr(d.graph.nodes[which], k) == v for k, v in wanted.items())


def param(name: str, key: str, value):
    return lambda d: d.graph.nodes[name].params.get(key) == value


def region(which: str, **wanted):
    return lambda d: all(getattr(d.graph.regions[which], k) == v for k, v in wanted.items())


def new_reads(before: str, op: str, after: str | None = None):
    """A new node of this op reads `before`, and `after` reads it."""

    def check(d: Document) -> bool:
        found = [i for i, n in d.graph.nodes.items() if n.op == op and i not in "abcdepqsx"]
        read = len(found) == 1 and source(d, found[0], "self") == before
        return read and (after is None or source(d, after, "self") == found[0])

    return check


ALL = "abcdepqsx"
SIN, ADD = ("q", "self"), ("s", "self")

GESTURES = {
    "Tab and a name": (lambda r: typed(r, Key.Key_Tab, "cos"), "Add cos", ops("cos", nodes=10)),
    "Shift+A": (lambda r: typed(r, Key.Key_A, "cos", SHIFT), "Add cos", ops("cos", nodes=10)),
    "double-click on nothing": (
        lambda r: double_clicked(r, r.see(800, 600), "cos"), "Add cos", ops("cos", nodes=10),
    ),
    "a line typed into the popup": (
        lambda r: typed(r, Key.Key_Tab, "z = sin(x) * 2"), "Add", ops("sin", "mul", nodes=11),
    ),
    "port to port": (
        lambda r: r.drag(r.port("e"), r.port("s", "other")), "Connect e to s",
        wired("s", "other", "e"),
    ),
    "within twenty pixels of a port": (
        lambda r: r.drag(r.port("e"), r.port("s", "other") - r.see(18, 0) + r.see(0, 0)),
        "Connect e to s", wired("s", "other", "e"),
    ),
    "back from an input": (
        lambda r: r.drag(r.port("s", "self"), r.port("e")), "Connect e to s", wired(*ADD, "e"),
    ),
    "click and click": (click_click, "Connect e to s", wired(*ADD, "e")),
    "onto a body": (
        lambda r: r.drag(r.port("e"), r.on("s", 65, 60)), "Connect e to s", wired(*ADD, "e"),
    ),
    "onto nothing": (
        lambda r: onto_nothing(r, r.port("q")), "Add tanh", new_reads("q", "tanh"),
    ),
    "from an input onto nothing": (
        lambda r: onto_nothing(r, r.port("s", "self")), "Add tanh",
        both(ops("tanh", nodes=10), lambda d: source(d, *ADD) not in {None, *ALL}),
    ),
    "a filled input led elsewhere": (
        lambda r: r.drag(r.port("q", "self"), r.port("e", "self")), "Connect p to e",
        both(wired("e", "self", "p"), wired(*SIN, None)),
    ),
    "a filled input pulled off": (
        lambda r: r.drag(r.port("q", "self"), r.see(800, 600)), "Disconnect p from q",
        wired(*SIN, None),
    ),
    "all wires of an output": (
        lambda r: r.drag(r.port("x"), r.port("e"), CTRL), "Move 2 wires from x to e",
        both(wired("p", "self", "e"), wired("p", "other", "e")),
    ),
    "Alt+click a port": (
        lambda r: r.click(r.port("x"), ALT), "Remove 2 wires",
        both(wired("p", "self", None), wired("p", "other", None), wired(*SIN, "p")),
    ),
    "Alt+click a wire": (
        lambda r: r.click(middle(r, SIN), ALT), "Disconnect p from q", wired(*SIN, None),
    ),
    "a wire, Del": (
        lambda r: (r.click(middle(r, SIN)), r.key(Key.Key_Delete)), "Delete wire",
        wired(*SIN, None),
    ),
    "the knife": (
        lambda r: across(r, ALT | SHIFT), "Cut wire",
        wired(*SIN, None),
    ),
    "the knife by Ctrl and the right button": (
        lambda r: across(r, CTRL, RIGHT), "Cut wire",
        wired(*SIN, None),
    ),
    "a node onto a wire": (
        lambda r: r.drag(r.on("e", 65, 60), middle(r, SIN)), "Put e between p and q",
        both(wired(*SIN, "e"), wired("e", "self", "p")),
    ),
    "a bend": (
        lambda r: dragged(r, r.see(445, 78), r.see(440, 200), r.see(440, 301), keys=SHIFT,
                          button=RIGHT),
        "Bend wire", lambda d: d.bends.get(SIN) == ((440, 300),),
    ),
    "a bend dragged": (
        lambda r: r.drag(bend(r), r.see(200, 200)), "Move bend",
        lambda d: d.bends[BENT] == ((200, 200),),
    ),
    "a bend, Del": (
        lambda r: (r.click(bend(r)), r.key(Key.Key_Delete)), "",
        lambda d: not d.bends and source(d, *BENT) == "x",
    ),
    "a move": (
        lambda r: r.drag(r.on("e", 65, 60), r.see(425, 520)), "Move e", at(e=(360, 460)),
    ),
    "a move that snaps to a neighbour": (
        lambda r: r.drag(r.on("e", 65, 60), r.see(425, 457)), "Move e",
        lambda d: d.places["e"][1] == d.places["s"][1] != 397,
    ),
    "a copy by Alt": (
        lambda r: r.drag(r.on("e", 65, 60), r.see(425, 520), ALT), "Duplicate e",
        both(ops("exp", nodes=10), at(e=(260, 400))),
    ),
    "a region's move": (
        lambda r: r.drag(tab(r, "r"), tab(r, "r") + r.see(40, 60) - r.see(0, 0)), "Move",
        at(q=(540, 100)),
    ),
    "into a region": (
        lambda r: r.drag(r.on("e", 65, 60), r.see(560, 120)), "Move e into",
        lambda d: set(d.graph.regions["r"].members) == {"q", "e"},
    ),
    "out of a region": (
        lambda r: r.drag(r.on("d", 65, 60), r.see(500, 640)), "Move d out of",
        lambda d: d.graph.regions["f"].members == ("c",),
    ),
    "rubber band, Del": (
        rubber_band_and_delete, "Delete 2 nodes", there(*"abcdpqx"),
    ),
    "Ctrl+A, Del": (lambda r: (r.key(Key.Key_A, CTRL), r.key(Key.Key_Delete)), "Delete", there()),
    "a burst of nudges": (burst, "Move e", lambda d: d.places["e"] > (260, 400)),
    "Backspace": (lambda r: keyed(r, "p", Key.Key_Backspace), "Delete p", there(*"abcdeqsx")),
    "Ctrl+Del": (
        lambda r: keyed(r, "p", (Key.Key_Delete, CTRL)), "Delete p",
        both(there(*"abcdeqsx"), wired(*SIN, "x")),
    ),
    "Ctrl+D": (
        lambda r: keyed(r, "p", (Key.Key_D, CTRL)), "Duplicate p", ops("mul", nodes=10),
    ),
    "Ctrl+X": (lambda r: copied(r, Key.Key_X), "Cut 2 items", there(*"abcdesx")),
    "Ctrl+V": (
        lambda r: copied(r, Key.Key_V), "Paste",
        both(ops("mul", "sin", nodes=11), lambda d: len(d.graph.edges) == 4),
    ),
    "Ctrl+Shift+V": (
        lambda r: copied(r, Key.Key_V, CTRL | SHIFT), "Paste",
        both(ops("mul", "sin", nodes=11), lambda d: len(d.graph.edges) == 6),
    ),
    "M": (lambda r: keyed(r, "p", Key.Key_M), "Mute p", node("p", muted=True)),
    "L": (lambda r: keyed(r, "es", Key.Key_L), "Connect e to s", wired(*ADD, "e")),
    "W": (
        lambda r: keyed(r, "e", Key.Key_W, Key.Key_Right, Key.Key_Return), "Connect e to",
        lambda d: any(e.source == "e" for e in d.graph.edges.values()),
    ),
    "Ctrl+G": (
        lambda r: keyed(r, "es", (Key.Key_G, CTRL)), "group", framed("group", "e", "s"),
    ),
    "C": (lambda r: keyed(r, "es", Key.Key_C), "group", framed("group", "e", "s")),
    "Ctrl+Shift+G": (
        lambda r: keyed(r, "g", (Key.Key_G, CTRL | SHIFT)), "",
        lambda d: "g" not in d.graph.regions and len(d.graph.nodes) == 9,
    ),
    "N": (lambda r: keyed(r, "e", Key.Key_N), "no_grad", framed("no_grad", "e")),
    "G": (lambda r: keyed(r, "g", Key.Key_G), "", region("g", folded=False)),
    "double-click on a fold": (
        lambda r: r.double_click(r.on("g", 8, 10)), "", region("g", folded=False),
    ),
    "Ctrl+click on a fold": (
        lambda r: r.click(r.on("g", 8, 10), CTRL), "", region("g", folded=False),
    ),
    "Shift+Del": (
        lambda r: keyed(r, "r", (Key.Key_Delete, SHIFT)), "Delete",
        both(there(*"abcdepsx"), lambda d: "r" not in d.graph.regions),
    ),
    "a region by its title, Del": (
        lambda r: (r.click(tab(r, "r")), r.key(Key.Key_Delete)), "",
        both(there(*ALL), lambda d: "r" not in d.graph.regions),
    ),
    "F2": (
        lambda r: (select(r, "e"), typed(r, Key.Key_F2, "bend")), "Rename e to bend",
        node("e", name="bend"),
    ),
    "F2 on a region": (
        lambda r: (select(r, "g"), typed(r, Key.Key_F2, "pair")), "", region("g", title="pair"),
    ),
    "double-click on a note": (
        lambda r: double_clicked(r, tab(r, "n"), "One x."), "", region("n", title="One x."),
    ),
    "Enter on a value": (
        lambda r: (select(r, "x"), typed(r, Key.Key_Return, "7")), "Set x to 7",
        param("x", "data", 7.0),
    ),
    "double-click on a value": (
        lambda r: double_clicked(r, r.on("x", 100, 20), "7"), "Set x to 7", param("x", "data", 7.0),
    ),
    "double-click on an input": (
        lambda r: double_clicked(r, r.port("s", "other"), "3"), "Set other of s to 3",
        param("s", "other", 3),
    ),
    "a drop from the palette": (
        lambda r: drop(r, "exp", r.see(800, 600)), "Add exp", ops("exp", nodes=10),
    ),
    "a drop on a wire": (
        lambda r: drop(r, "tanh", middle(r, SIN)), "Add tanh", new_reads("p", "tanh", "q"),
    ),
    "a module dropped": (
        lambda r: drop(r, "module:neuron", r.see(500, 560)), "neuron",
        lambda d: [x.folded for x in d.graph.regions.values() if x.title == "neuron"] == [True],
    ),
    "menu: a note": (
        lambda r: chosen(r, r.see(800, 600), "Add note"), "Add note",
        lambda d: len([x for x in d.graph.regions.values() if x.kind == "note"]) == 2,
    ),
    "menu: an operation into a wire": (
        lambda r: (chosen(r, middle(r, SIN), "Put an operation in here…"), enter(r, "tanh")),
        "Add tanh", new_reads("p", "tanh", "q"),
    ),
    "menu: disconnect": (
        lambda r: chosen(r, r.port("q", "self"), "Disconnect"), "Disconnect", wired(*SIN, None),
    ),
    "menu: a number": (
        lambda r: chosen(r, r.on("x", 100, 20), "Set to", "0.5"), "Set x to 0.5",
        param("x", "data", 0.5),
    ),
    "menu: align": (
        lambda r: (select(r, "e", "q"), chosen(r, r.on("e"), "Align", "Left")), "Align",
        lambda d: d.places["e"][0] == d.places["q"][0],
    ),
    "menu: distribute": (
        lambda r: (select(r, "e", "p", "s"), chosen(r, r.on("e"), "Distribute", "Vertically")), "",
        lambda d: d.places != start().places,
    ),
    "menu: another region": (
        lambda r: chosen(r, r.on("e"), "Put into another region", "torch.enable_grad()"), "",
        framed("enable_grad", "e"),
    ),
    "menu: inference_mode": (
        lambda r: chosen(r, r.on("e"), "Put into another region", "torch.inference_mode()"), "",
        framed("inference_mode", "e"),
    ),
    "menu: out of its region": (
        lambda r: chosen(r, r.on("d", 65, 60), "Take out of its region"), "",
        lambda d: d.graph.regions["f"].members == ("c",),
    ),
    "menu: colour": (
        lambda r: chosen(r, tab(r, "r"), "Colour", "Blue"), "",
        lambda d: d.graph.regions["r"].color != "",
    ),
}  # fmt: skip
"""Name -> (what hands do, how undo names it, what must be so of the Document afterwards)."""
