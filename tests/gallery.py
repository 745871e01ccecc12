"""Screenshots for human eyes and for the README: `python tests/gallery.py` (or `make gallery`).

Every lesson in the middle of its backward pass; every state of the window worth looking at in all
themes, at one and two pixels a point: the real window, offscreen, moved by mouse and keys.
`--graphs FOLDER` adds the graphs of two real models: resnet152.npz and transformer10k.npz in there.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")  # before Qt is imported
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from PySide6.QtCore import QDeadlineTimer, QPoint, Qt  # noqa: E402
from PySide6.QtGui import QImage, QPainter  # noqa: E402
from PySide6.QtTest import QTest  # noqa: E402
from PySide6.QtWidgets import QApplication, QWidget  # noqa: E402

from gui.panels.formula import FormulaView  # noqa: E402

LESSONS = {
    "square": (3, "x", "inspector"),
    "sine": (5, "y", "inspector"),
    "perceptron": (31, "w", "inspector"),
    "accumulation": (8, "x", "ledger"),
    "stopping": (15, "z", "program"),
}
"""Lesson -> (step shown, node selected, panel in front)."""

LARGE, SMALL = (1600, 1000), (1200, 760)
THEMES = ("light", "dark", "high contrast")
GRAPHS = {"graph-983": "resnet152.npz", "graph-8935": "transformer10k.npz"}
"""Picture -> the file of the model."""


class Gallery:
    """One window, brought into one state after the other."""

    def __init__(self, folder: Path) -> None:
        from gui.app import App

        self.folder = folder
        self.app = App()
        self.app.window.resize(*LARGE)
        self.app.window.show()
        self.settle()
        self.suffix = "@2x" if self.app.window.devicePixelRatioF() == 2 else ""

    def settle(self) -> None:
        """Let everything under way come to its end, and everything be painted."""
        patience = QDeadlineTimer(20_000)
        while self._is_busy() and not patience.hasExpired():
            QApplication.processEvents()
        for _ in range(20):  # the start page draws one picture a turn
            QApplication.processEvents()

    def _is_busy(self) -> bool:
        """A run, a layout, formulas that are typeset, an answer that is looked for."""
        formulas = self.app.window.findChildren(FormulaView)
        return (
            self.app.runner.busy
            or self.app.arranger.busy
            or any(view.isVisible() and not view.is_drawn for view in formulas)
            or (self.app.why.question is not None and self.app.why.answer is None)
            or (self.app.fault_lab.window is not None and not len(self.app.fault_lab.player.film))
        )

    def open(self, name: str, step: int | None = None, phase: float = 0.55) -> None:
        """A lesson, run and fitted; `step` None is where a run ends."""
        self.app.filing.open_copy(ROOT / "assets" / "examples" / f"{name}.chain")
        self.look(step, phase)

    def show(self, document) -> None:
        """A document that is in no file."""
        self.app.editor.open(document)
        self.look()

    def look(self, step: int | None = None, phase: float = 0.55) -> None:
        """Everything in sight, at a step."""
        self.settle()
        self.app.canvas.fit_all()
        if step is not None:
            assert len(self.app.player.film) > step, "did not run"
            self.app.player.go(step, phase=phase)
        self.settle()

    def give_room(self, wanted: bool) -> None:
        """Close the panels below the canvas, or open them again."""
        for name in ("code", "legend"):
            self.app.window.docks[name].setVisible(not wanted)
        self.settle()

    @property
    def rig(self):
        """Mouse and keyboard on the canvas."""
        from tests.canvas_kit import Rig

        self.app.canvas.setFocus()
        return Rig(self.app.canvas, self.app.editor, self.app.selection)

    def save(self, name: str, window: QWidget | None = None) -> None:
        """A window and what dialog lies over it, as a picture of few colours."""
        self.settle()
        theme = self.app.theme.name.replace(" ", "-")
        window = window or self.app.window
        image = window.grab().toImage()
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            painter = QPainter(image)
            at = window.rect().center() - dialog.rect().center()
            painter.drawPixmap(at, dialog.grab())
            painter.setPen(self.app.theme.color("cut"))  # the frame that a desktop would draw
            painter.drawRect(dialog.rect().translated(at).adjusted(-1, -1, 0, 0))
            painter.end()
        target = self.folder / f"{name}-{theme}{self.suffix}.png"
        image = image if window.size().toTuple() == LARGE else with_few_colours(image)
        image.save(str(target))
        print(target.name)


# ---- the states ----------------------------------------------------------------------------------


def start_page(gallery: Gallery) -> None:
    """Lessons, recent files, blank, open."""
    gallery.open("square")
    gallery.app.show_start_page()
    gallery.save("start")
    gallery.app.show_work()


def popup(gallery: Gallery) -> None:
    """Tab, and three letters."""
    gallery.open("sine")
    rig = gallery.rig
    rig.move(QPoint(60, 40))
    rig.key(Qt.Key.Key_Tab)
    QTest.keyClicks(rig.canvas.search.line, "sig")
    gallery.save("popup")
    QTest.keyClick(rig.canvas.search.line, Qt.Key.Key_Escape)


def popup_of_a_wire(gallery: Gallery) -> None:
    """A wire dropped on nothing: only what takes it is offered."""
    gallery.open("sine")
    rig = gallery.rig
    start = rig.port("x")
    rig.drag(start, start + QPoint(60, -60))
    gallery.save("popup-wire")
    QTest.keyClick(rig.canvas.search.line, Qt.Key.Key_Escape)


def illegal_wire(gallery: Gallery) -> None:
    """A wire held over an input it does not fit, and why."""
    from engine.graph import Edge, Graph, Node
    from gui.model.document import Document

    a = Node("A", "tensor", "A", {"data": np.ones((3, 4)).tolist(), "requires_grad": True})
    b = Node("b", "tensor", "b", {"data": [1.0, 2.0], "requires_grad": True})
    total = Node("y", "add", "y")
    places = {"A": (40.0, 40.0), "b": (40.0, 200.0), "y": (360.0, 90.0)}
    gallery.show(Document(Graph.of([a, b, total], [Edge("A", 0, "y", "self")]), (), places))
    rig = gallery.rig
    start, end = rig.port("b"), rig.port("y", "other")
    rig.press(start)
    rig.move((start + end) / 2)
    rig.move(end)
    gallery.save("illegal-wire")
    rig.key(Qt.Key.Key_Escape)
    rig.release(end)


def folded(gallery: Gallery) -> None:
    """The perceptron with both of its groups folded, while gradients flow."""
    gallery.open("perceptron")
    app = gallery.app
    for region in app.editor.document.graph.regions.values():
        if region.kind == "group":
            app.selection.set([region.id])
            gallery.rig.key(Qt.Key.Key_G)
    app.selection.set([])
    gallery.give_room(True)
    gallery.look(34)
    gallery.save("folded")
    gallery.give_room(False)
    app.editor.history.setClean()


def tensor_editor(gallery: Gallery) -> None:
    """A matrix as a table over its heat-map."""
    from engine.graph import Graph, Node
    from gui.model.document import Document

    data = np.round(np.random.default_rng(7).normal(size=(6, 5)), 3).tolist()
    weight = Node("W", "parameter", "W", {"data": data})
    gallery.show(Document(Graph.of([weight]), (), {"W": (40.0, 40.0)}))
    gallery.app.edit_table("W")
    gallery.save("tensor-editor")
    QTest.keyClick(QApplication.activeModalWidget(), Qt.Key.Key_Escape)


def history(gallery: Gallery) -> None:
    """The Functions the perceptron's run has left."""
    gallery.open("perceptron", 31)
    gallery.give_room(True)
    gallery.app.views.show_history()
    gallery.settle()
    gallery.app.views.history.fit_all()
    gallery.save("history")
    gallery.app.views.show_history(False)
    gallery.give_room(False)


def lesson_text(gallery: Gallery) -> None:
    """A lesson with its text beside the graph, at a question."""
    gallery.app.open_lesson(ROOT / "assets" / "lessons" / "rnn.chain")
    gallery.settle()
    pane = gallery.app.lesson
    while pane.telling is not None and not pane.telling.lesson.steps[pane.k].question:
        pane.go(pane.k + 1)
        gallery.settle()
    gallery.save("lesson")
    gallery.app.window.docks["palette"].raise_()


def why(gallery: Gallery) -> None:
    """Why is this gradient what it is: all ways and their sum."""
    gallery.open("perceptron", 38)
    gallery.app.selection.set(["w"])
    gallery.app.asking.ask()
    gallery.save("why")
    gallery.app.why.go_dark()
    gallery.app.canvas.go_dark()


def console(gallery: Gallery) -> None:
    """A few lines typed, and what was printed."""
    app = gallery.app
    gallery.open("accumulation", 6)
    app.window.show_sheet(app.console)
    for line in ("x.grad", "y", "y.grad_fn", "x.grad / 2"):
        QTest.keyClicks(app.console.line, line)
        QTest.keyClick(app.console.line, Qt.Key.Key_Return)
        gallery.settle()
    gallery.save("console")
    app.window.show_sheet(app.code)


def fault_lab(gallery: Gallery) -> None:
    """The same graph as it should be and with a fault, side by side."""
    app = gallery.app
    app.open_lesson(ROOT / "assets" / "lessons" / "fan_out.chain")
    gallery.settle()
    app.fault_lab.show(reduced_motion=True)
    window = app.fault_lab.window
    window.resize(*SMALL)
    gallery.settle()
    app.fault_lab.player.last()
    gallery.save("fault-lab", window)
    window.close()


STATES: tuple[Callable[[Gallery], None], ...] = (
    start_page, popup, popup_of_a_wire, illegal_wire, folded, tensor_editor, history,
    lesson_text, why, console, fault_lab,
)  # fmt: skip


def lesson(gallery: Gallery, name: str) -> None:
    """A lesson in the middle of its backward pass."""
    step, node, panel = LESSONS[name]
    gallery.open(name)
    gallery.app.selection.set([node])
    gallery.app.window.docks[panel].raise_()
    gallery.look(step)
    gallery.save(name)


def model_graph(name: str, path: Path) -> Callable[[Gallery], None]:
    """The graph of a real model, arranged by us; it only lies there, for its leaves are empty."""
    from benchmarks.drawings import model
    from gui.canvas.geometry import Geometry
    from gui.model.arrange import arrange

    found = model(path)
    empty = {"data": []}
    nodes = [
        replace(n, name=f"{n.name}_{n.id}", params=empty if n.op == "tensor" else {})
        for n in found.graph.nodes.values()
    ]
    graph = type(found.graph).of(nodes, found.graph.edges.values())
    geometry = Geometry.of(replace(found, graph=graph))
    boxes = {i: geometry.box(i) for i in geometry.ids}
    sizes = {i: (right - left, bottom - top) for i, (left, top, right, bottom) in boxes.items()}
    document = replace(found, graph=graph, places=arrange(graph, sizes, graph.nodes))

    def draw(gallery: Gallery) -> None:
        gallery.give_room(True)
        gallery.show(document)
        gallery.save(name)
        gallery.give_room(False)

    return draw


# ---- files ---------------------------------------------------------------------------------------


def with_few_colours(image: QImage) -> QImage:
    """The same in 256 colours, the commonest of all and of each kind: a third of the file."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint32).reshape(image.height(), -1)
    colours, counts = np.unique(pixels, return_counts=True)
    colours = colours[np.argsort(counts)[::-1]]
    _, first = np.unique(colours & 0xF0F0F0, return_index=True)  # else shades of grey take all
    others = np.setdiff1d(first, np.arange(96))  # in the order of how common they are
    table = np.concatenate([colours[:96], colours[others][:160]]) | 0xFF000000
    flags = Qt.ImageConversionFlag.ThresholdDither | Qt.ImageConversionFlag.AvoidDither
    return image.convertToFormat(QImage.Format.Format_Indexed8, table.tolist(), flags)


def draw(folder: Path, graphs: Path | None) -> None:
    """Everything at this process's pixel ratio; the lessons only at one pixel a point."""
    os.environ["XDG_CONFIG_HOME"] = tempfile.mkdtemp()  # nobody's settings, and none left behind
    application = QApplication.instance() or QApplication(["chainrule"])
    application.setStyle("Fusion")
    states = list(STATES)
    for name, file in GRAPHS.items() if graphs else ():
        states.append(model_graph(name, graphs / file))
    gallery = Gallery(folder)
    for theme in THEMES:
        gallery.app.choose_theme(theme)
        if not gallery.suffix and theme != THEMES[-1]:
            gallery.app.window.resize(*LARGE)
            for name in LESSONS:
                lesson(gallery, name)
        gallery.app.window.resize(*SMALL)
        gallery.app.window.docks["inspector"].raise_()
        for state in states:
            state(gallery)
    gallery.app.editor.history.setClean()
    gallery.app.close()


def main() -> None:
    """Draw into a folder, once in this process and once at two pixels a point in another."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "assets" / "gallery")
    parser.add_argument("--graphs", type=Path, help="where the graphs of real models are")
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    draw(options.folder, options.graphs)
    if "QT_SCALE_FACTOR" not in os.environ:
        again = [sys.executable, *sys.argv]
        subprocess.run(again, env={**os.environ, "QT_SCALE_FACTOR": "2"}, check=True)


if __name__ == "__main__":
    main()
