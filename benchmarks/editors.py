"""Other node editors in Qt for Python, shown the same nodes and edges by their own public calls.

A Window holds one editor, its view 1600 × 1000.  Where an editor has a cheaper way than the obvious
one, that is taken: no undo steps, no content widgets, no test for cycles at every edge.
"""

from __future__ import annotations

import gc
import importlib
import os
import warnings
from importlib.metadata import version
from typing import Any, NamedTuple

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("QT_API", "PySide6")  # which binding each of them takes
os.environ.setdefault("QT_PREFERRED_BINDING", "PySide6")
os.environ.setdefault("PYQTGRAPH_QT_LIB", "PySide6")

from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPixmapCache
from PySide6.QtWidgets import QApplication, QFrame, QGraphicsView, QWidget

from benchmarks.drawings import COLUMN, ROW
from engine.graph import Edge, Graph, Node
from gui.canvas.canvas import Canvas
from gui.model.document import Document, Place
from gui.model.files import from_text, to_text
from gui.state.editor import Editor
from gui.state.selection import Selection
from gui.theme import LIGHT

WIDTH, HEIGHT = 1600, 1000


class Box(NamedTuple):
    """A node as every editor knows it: a title, named inputs, a number of outputs, a corner."""

    title: str
    inputs: tuple[str, ...]
    outputs: int
    place: Place


class Wire(NamedTuple):
    """From an output of a box to an input of a box, all by number."""

    source: int
    output: int
    target: int
    input: int


class Drawn:
    """A Document as lists, so that no editor is timed at reading ours."""

    def __init__(self, document: Document) -> None:
        graph = document.graph
        self.nodes: list[Node] = list(graph.nodes.values())
        self.edges: list[Edge] = list(graph.edges.values())
        self.places = dict(document.places)
        row = {node.id: k for k, node in enumerate(self.nodes)}
        self.boxes = [
            Box(n.name, tuple(graph.inputs[n.id]), _outputs(graph, n.id), self.places[n.id])
            for n in self.nodes
        ]
        self.wires = [
            Wire(row[e.source], e.output, k, self.boxes[k].inputs.index(e.slot))
            for e in self.edges
            for k in [row[e.target]]
        ]
        xs, ys = zip(*self.places.values(), strict=True)
        self.bounds = QRectF(min(xs), min(ys), max(xs) - min(xs) + COLUMN, max(ys) - min(ys) + ROW)


def _outputs(graph: Graph, node: str) -> int:
    return 1 + max((edge.output for edge in graph.outputs[node]), default=0)


class Window:
    """An empty window of an editor.  Raises ImportError when it is not installed."""

    title = ""
    view: QWidget
    """What shows the graph."""

    def build(self, drawn: Drawn) -> None:
        """Create all nodes at their places, and the edges."""
        raise NotImplementedError

    def counts(self) -> tuple[int, int]:
        """How many nodes and edges there are, as the editor tells it."""
        raise NotImplementedError

    def look_at(self, scene: QRectF) -> None:
        """Show this part of the scene, which has the shape of the view."""
        raise NotImplementedError

    def pan(self, by: int) -> None:
        """Look so many pixels further to the right, at 100 %."""
        raise NotImplementedError

    def forget(self) -> None:
        """Drop whatever was kept of the last picture."""
        raise NotImplementedError

    def repaint(self) -> QImage:
        """Paint the whole view anew, with nothing kept."""
        self.forget()
        image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)
        self.view.render(image, QPoint())
        return image

    def fit(self, bounds: QRectF) -> None:
        """Look at all of the scene, painted by the window's own paint event."""
        self._look(bounds, max(bounds.width() / WIDTH, bounds.height() / HEIGHT))

    def actual(self, bounds: QRectF) -> None:
        """Look at the middle of the scene at 100 %, painted likewise."""
        self._look(bounds, 1.0)

    def _look(self, bounds: QRectF, scale: float) -> None:
        part = QRectF(0, 0, WIDTH * scale, HEIGHT * scale)
        part.moveCenter(bounds.center())
        self.look_at(part)
        QApplication.processEvents()

    def settle(self) -> None:
        """Do what was put off, so that it is not done while another editor is timed."""
        QApplication.processEvents()

    def close(self) -> None:
        """Away with the window and all that it showed."""
        window = self.view.window()
        window.close()
        window.deleteLater()
        self.__dict__.clear()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()


class Ours(Window):
    """The canvas of this project."""

    title = "ours"

    def __init__(self) -> None:
        self.editor = Editor()
        self.canvas = Canvas(
            self.editor, Selection(), theme=LIGHT, to_text=to_text, from_text=from_text
        )
        self.view = self.canvas
        self.canvas.resize(WIDTH, HEIGHT)
        self.canvas.show()

    def build(self, drawn: Drawn) -> None:
        self.editor.open(Document(Graph.of(drawn.nodes, drawn.edges), (), drawn.places))

    def counts(self) -> tuple[int, int]:
        return len(self.canvas.geometry_.ids), len(self.canvas.geometry_.edge_keys)

    def look_at(self, scene: QRectF) -> None:
        scale = WIDTH / scene.width()
        self.canvas.set_view(type(self.canvas.view)(scale, -scene.x() * scale, -scene.y() * scale))

    def pan(self, by: int) -> None:
        self.canvas.set_view(self.canvas.view.panned(-by, 0))

    def forget(self) -> None:
        self.canvas._layer.invalidate()

    def repaint(self) -> QImage:
        image = super().repaint()
        if self.canvas._is_heavy(self.canvas.view, QRectF(self.canvas.rect())):
            self.canvas.finish_refining()  # what came first was a draft
            self.canvas.render(image, QPoint())
        return image

    def settle(self) -> None:
        self.canvas._idle.stop()
        self.canvas.finish_refining()
        super().settle()


class Peer(Window):
    """An editor on a QGraphicsView."""

    library = ""
    """The distribution it comes in."""
    graphics: QGraphicsView

    def show(self, graphics: QGraphicsView) -> None:
        """Show this view as a window of its own."""
        self.graphics, self.view = graphics, graphics.viewport()
        graphics.setParent(None)
        graphics.setFrameShape(QFrame.Shape.NoFrame)
        graphics.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        graphics.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        graphics.resize(WIDTH, HEIGHT)
        graphics.show()
        QApplication.processEvents()

    def look_at(self, scene: QRectF) -> None:
        scale = WIDTH / scene.width()
        self.graphics.resetTransform()
        self.graphics.scale(scale, scale)
        self.graphics.centerOn(scene.center())

    def pan(self, by: int) -> None:
        bar = self.graphics.horizontalScrollBar()
        bar.setValue(bar.value() + by)

    def forget(self) -> None:
        QPixmapCache.clear()  # in which items keep their pictures
        self.graphics.resetCachedContent()


class NodeGraphQt(Peer):
    """NodeGraphQt, which pans by a new scene rectangle."""

    title, library = "NodeGraphQt", "NodeGraphQt"

    def __init__(self) -> None:
        self.module: Any = importlib.import_module("NodeGraphQt")
        self.graph = self.module.NodeGraph()
        self.graph.set_acyclic(False)
        self.show(self.graph.viewer())

    def build(self, drawn: Drawn) -> None:
        nodes = [self._node(box) for box in drawn.boxes]
        for source, output, target, number in drawn.wires:
            port = nodes[source].output(output)
            port.connect_to(nodes[target].input(number), push_undo=False, emit_signal=False)

    def _node(self, box: Box) -> Any:
        node = self.module.BaseNode()
        node.NODE_NAME = box.title
        for name in box.inputs:
            node.add_input(name)
        for k in range(box.outputs):
            node.add_output(f"out{k}")
        self.graph.add_node(node, pos=list(box.place), selected=False, push_undo=False)
        return node

    def counts(self) -> tuple[int, int]:
        return len(self.graph.all_nodes()), len(self.graph.viewer().all_pipes())

    def look_at(self, scene: QRectF) -> None:
        self.graph.viewer().set_scene_rect(scene.getRect())

    def pan(self, by: int) -> None:
        viewer = self.graph.viewer()
        x, y, width, height = viewer.scene_rect()
        viewer.set_scene_rect([x + by, y, width, height])


class NodeEditor(Peer):
    """nodeeditor, its nodes without content widgets."""

    title, library = "nodeeditor", "nodeeditor-qtpy"

    def __init__(self) -> None:
        base = importlib.import_module("nodeeditor.node_node").Node
        graphics = importlib.import_module("nodeeditor.node_graphics_node").QDMGraphicsNode
        self.edge: Any = importlib.import_module("nodeeditor.node_edge")
        self.node: Any = _without_content(base, graphics)
        widget = importlib.import_module("nodeeditor.node_editor_widget").NodeEditorWidget
        self.widget: Any = widget()
        self.show(self.widget.view)

    def build(self, drawn: Drawn) -> None:
        scene, edge = self.widget.scene, self.edge
        nodes = []
        for title, inputs, outputs, place in drawn.boxes:
            node = self.node(scene, title, [1] * len(inputs), [1] * outputs)
            node.setPos(*place)
            nodes.append(node)
        for source, output, target, number in drawn.wires:
            ends = nodes[source].outputs[output], nodes[target].inputs[number]
            edge.Edge(scene, *ends, edge.EDGE_TYPE_BEZIER)

    def counts(self) -> tuple[int, int]:
        return len(self.widget.scene.nodes), len(self.widget.scene.edges)


def _without_content(base: Any, graphics: Any) -> Any:
    class Bare(graphics):
        def initSizes(self) -> None:
            super().initSizes()
            self.height = 90.0  # room for two inputs; the default is meant for content

        def initContent(self) -> None:
            pass

    members = {"NodeContent_class": None, "GraphicsNode_class": Bare, "content": None}
    return type("Plain", (base,), members)


class Flowchart(Peer):
    """The Flowchart of pyqtgraph, which pans by moving everything."""

    title, library = "Flowchart", "pyqtgraph"

    def __init__(self) -> None:
        self.module: Any = importlib.import_module("pyqtgraph.flowchart")
        self.chart = self.module.Flowchart()
        self.box = self.chart.viewBox
        self.show(self.chart.widget().chartWidget.view)

    def build(self, drawn: Drawn) -> None:
        chart = self.chart
        chart.blockSignals(True)  # as it does when it reads a file
        nodes = [self._node(box) for box in drawn.boxes]
        for source, output, target, number in drawn.wires:
            into = drawn.boxes[target].inputs[number]
            chart.connectTerminals(nodes[source][f"out{output}"], nodes[target][into])
        chart.blockSignals(False)

    def _node(self, box: Box) -> Any:
        ends = {name: {"io": "in"} for name in box.inputs}
        ends |= {f"out{k}": {"io": "out"} for k in range(box.outputs)}
        node = self.module.Node(box.title, ends)
        self.chart.addNode(node, box.title, box.place)
        return node

    def counts(self) -> tuple[int, int]:
        nodes = self.chart.nodes().values()
        edges = sum(len(t.connections()) for node in nodes for t in node.outputs().values())
        return len(nodes) - 2, edges  # it has an input and an output of its own

    def look_at(self, scene: QRectF) -> None:
        self.box.setRange(scene, padding=0)

    def pan(self, by: int) -> None:
        self.box.translateBy(x=by)

    def close(self) -> None:
        self.chart.widget().cwWin.deleteLater()
        self.chart.widget().deleteLater()
        super().close()


class QtPyNodeEditor(Peer):
    """qtpynodeeditor: a class of data for each number of inputs and outputs."""

    title, library = "qtpynodeeditor", "qtpynodeeditor"

    def __init__(self) -> None:
        self.module: Any = importlib.import_module("qtpynodeeditor")
        self.kinds: dict[tuple[int, int], Any] = {}
        self.scene = self.module.FlowScene(registry=self.module.DataModelRegistry())
        self.show(self.module.FlowView(self.scene))

    def build(self, drawn: Drawn) -> None:
        nodes = []
        for _, inputs, outputs, place in drawn.boxes:
            node = self.scene.create_node(self._kind(len(inputs), outputs))
            node.position = place
            nodes.append(node)
        for source, output, target, number in drawn.wires:
            ends = nodes[source]["output"][output], nodes[target]["input"][number]
            self.scene.create_connection(*ends, check_cycles=False)

    def _kind(self, inputs: int, outputs: int) -> Any:
        if (inputs, outputs) not in self.kinds:
            kind = _data_model(self.module, inputs, outputs)
            self.scene.registry.register_model(kind, category="all")
            self.kinds[inputs, outputs] = kind
        return self.kinds[inputs, outputs]

    def counts(self) -> tuple[int, int]:
        return len(self.scene.nodes), len(self.scene.connections)

    def look_at(self, scene: QRectF) -> None:
        self.graphics.setSceneRect(scene)
        super().look_at(scene)

    def pan(self, by: int) -> None:
        self.graphics.setSceneRect(self.graphics.sceneRect().translated(by, 0))


def _data_model(module: Any, inputs: int, outputs: int) -> Any:
    number = module.NodeDataType(id="number", name="Number")
    ports = {module.PortType.input: inputs, module.PortType.output: outputs}
    members = {
        "name": f"Node {inputs} {outputs}", "num_ports": ports,
        "data_type": {end: dict.fromkeys(range(n), number) for end, n in ports.items()},
        "out_data": lambda self, port: None, "set_in_data": lambda self, data, port: None,
        "embedded_widget": lambda self: None,
    }  # fmt: skip
    return type(f"Node{inputs}x{outputs}", (module.NodeDataModel,), members)


PEERS: tuple[type[Peer], ...] = (NodeGraphQt, NodeEditor, Flowchart, QtPyNodeEditor)


def installed() -> tuple[list[type[Peer]], list[str]]:
    """The peers there are, and the titles of those that are not installed."""
    found, missing = [], []
    for kind in PEERS:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                kind().close()
        except ImportError:
            missing.append(kind.title)
        else:
            found.append(kind)
    return found, missing


def named(kind: type[Peer]) -> str:
    """What a peer is called, with its version."""
    return f"{kind.title} {version(kind.library)}"
