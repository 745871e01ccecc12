"""How quick the canvas is: `python -m benchmarks.canvas`, beside a bare loop that draws the same.

Offscreen, 1600 × 1000, one device pixel a pixel; medians of processor time.  The bare loop makes a
QRectF a node and a QLineF an edge and hands them to the same painter: what any editor must do that
draws this much.  Other editors that are installed (`pip install -e .[editors]`) are timed in turn
with ours, up to 10,000 nodes; one that is slow, alone and once, and no longer than --patience.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
from PySide6.QtCore import QLineF, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from benchmarks.beside import PATIENCE, STEP, beside
from benchmarks.drawings import generated, model
from gui.canvas.canvas import Canvas
from gui.canvas.geometry import Geometry
from gui.canvas.hits import hit
from gui.model import edits
from gui.model.document import Document
from gui.model.files import from_text, to_text
from gui.state.editor import Editor
from gui.state.selection import Selection
from gui.theme import LIGHT

WIDTH, HEIGHT = 1600, 1000
TIMES = 31


def timed(do: Callable[[], object], times: int) -> float:
    """The median of processor times in milliseconds; rubbish is collected between, not within."""
    taken = []
    for _ in range(times):
        gc.collect(0)
        start = time.process_time()
        do()
        taken.append((time.process_time() - start) * 1e3)
    return median(taken)


class Bench:
    """A canvas that shows one Document; most is done so many `times`."""

    def __init__(self, document: Document, times: int = TIMES) -> None:
        self.times = times
        self.editor = Editor()
        self.canvas = Canvas(
            self.editor, Selection(), theme=LIGHT, to_text=to_text, from_text=from_text
        )
        self.canvas.resize(WIDTH, HEIGHT)
        self.canvas.show()
        self.editor.open(document)
        self.document = document
        self.image = QImage(WIDTH, HEIGHT, QImage.Format.Format_RGB32)

    def paint(self) -> None:
        """What one paint event does."""
        self.canvas.render(self.image, QPoint())

    def repaint(self) -> None:
        self.canvas._layer.invalidate()
        self.paint()

    def columns(self) -> float:
        """From nodes and edges to their numbers in arrays, which canvas and layout share."""
        graph = self.document.graph
        # Each with edges of its own: of the same ones all would be known.
        graphs = [replace(graph, edges=dict(graph.edges)) for _ in range(self.times)]
        return timed(lambda: graphs.pop().columns, self.times)

    def build(self) -> float:
        """From those to all that the canvas needs for a first picture."""
        graph = self.document.graph
        return timed(lambda: Geometry.of(replace(self.document, graph=graph)), self.times)

    def fit(self) -> float:
        self.canvas.fit_all()
        return timed(self.repaint, self.times)

    def first_frame(self) -> float:
        """The first picture after opening, whatever is still to be refined."""
        self.canvas.fit_all()
        graph = self.document.graph

        def opened() -> None:
            self.canvas.geometry_ = geometries.pop()
            self.repaint()

        geometries = [Geometry.of(replace(self.document, graph=graph)) for _ in range(self.times)]
        return timed(opened, self.times)

    def refined(self) -> float:
        """From the first picture to the last refinement, all slices together."""
        self.canvas.fit_all()

        def whole() -> None:
            self.repaint()
            getattr(self.canvas, "finish_refining", int)()

        return timed(whole, min(7, self.times))

    def pan(self) -> tuple[float, float]:
        """Steps all in one way, so that something new comes in: their median and their mean."""
        canvas = self.canvas
        canvas.fit_all()
        canvas.zoom_actual()
        self.paint()
        taken = []
        for _ in range(self.times):
            start = time.process_time()
            canvas.set_view(canvas.view.panned(-STEP, -STEP / 3))
            self.paint()
            taken.append((time.process_time() - start) * 1e3)
        return median(taken), sum(taken) / len(taken)

    def drag(self) -> float:
        """One move of the mouse while a node is dragged, painted."""
        canvas = self.canvas
        canvas.zoom_actual()
        node = canvas.geometry_.ids[len(canvas.geometry_.ids) // 2]
        canvas.centre_on(node)
        self.paint()
        at = canvas.view.to_view(QPointF(*self.document.places[node])) + QPointF(30, 10)
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at.toPoint())
        ways = [QPointF(40, 20), QPointF(80, 50)]

        def move() -> None:
            ways.reverse()
            tool = canvas.tool
            assert tool is not None
            tool.move(at + ways[0], Qt.KeyboardModifier.NoModifier)
            self.paint()

        taken = timed(move, self.times)
        canvas.cancel_gesture()
        return taken

    def hits(self) -> float:
        """Microseconds for what lies under a point, the best of four; the median of 2,000."""
        geometry = self.canvas.geometry_
        assert geometry.edge_grid  # else those of a very large graph are sorted on a thread
        left, top, right, bottom = geometry.bounds() or (0, 0, 1, 1)
        points = np.random.default_rng(0).uniform((left, top), (right, bottom), (2000, 2)).tolist()

        def taken(x: float, y: float) -> float:
            start = time.perf_counter()
            hit(geometry, x, y)
            return time.perf_counter() - start

        best = [min(taken(*point) for _ in range(4)) for point in points]  # others interrupt
        return median(best) * 1e6

    def undo_delete(self, count: int) -> float:
        """Undo, then redo, of the deletion of so many nodes: the canvas and the Document."""
        ids = list(self.document.graph.nodes)[:count]
        self.editor.apply("Delete", edits.remove(self.document, ids))
        history = self.editor.history
        return timed(lambda: history.undo() if history.canUndo() else history.redo(), 6)

    def memory(self) -> float:
        """Bytes a node of all that the canvas makes for a Document."""
        graph = replace(self.document.graph)
        tracemalloc.start()
        before = tracemalloc.get_traced_memory()[0]
        geometry = Geometry.of(replace(self.document, graph=graph))
        for name in ("edge_boxes", "edge_grid", "node_grid", "rects", "chords"):
            getattr(geometry, name)
        after = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        qt = 32 * (len(geometry.rects) + len(geometry.chords))  # Qt's own, which Python cannot see
        return (after - before + qt) / len(geometry.ids)


def bare_loop(document: Document, times: int = TIMES) -> float:
    """The same rectangles and lines, made and drawn in a loop."""
    geometry = Geometry.of(document)
    boxes = np.hstack([geometry.xy, geometry.size]).tolist()
    ends = np.hstack([geometry.curves[:, 0], geometry.curves[:, 3]]).tolist()
    left, top, right, bottom = geometry.bounds() or (0, 0, 1, 1)
    scale = min(WIDTH / (right - left), HEIGHT / (bottom - top))
    pixmap = QPixmap(WIDTH, HEIGHT)

    def draw() -> None:
        painter = QPainter(pixmap)
        painter.fillRect(0, 0, WIDTH, HEIGHT, LIGHT.color("canvas"))
        painter.scale(scale, scale)
        painter.translate(-left, -top)
        painter.setPen(QPen(LIGHT.color("cut"), 0))
        painter.drawLines([QLineF(*end) for end in ends])
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(LIGHT.color("value"))
        painter.drawRects([QRectF(*box) for box in boxes])
        painter.end()

    return timed(draw, min(11, times))


def measured(document: Document, times: int = TIMES) -> dict[str, float]:
    """Every figure for one Document."""
    bench = Bench(document, times)
    found = {
        "columns ms": bench.columns(),
        "build ms": bench.build(),
        "bare loop ms": bare_loop(document, times),
        "fit all ms": bench.fit(),
        "first frame ms": bench.first_frame(),
        "refined ms": bench.refined(),
    }
    pan, mean = bench.pan()
    found |= {
        "pan ms": pan,
        "pan, mean ms": mean,
        "drag ms": bench.drag(),
        "hit µs": bench.hits(),
        "bytes a node": bench.memory(),
        "undo delete ms": bench.undo_delete(min(5000, len(document.graph.nodes) // 2)),
    }
    bench.canvas.close()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, help="numbers of nodes of generated graphs")
    parser.add_argument("--graphs", type=Path, help="a folder of .npz graphs to draw as well")
    parser.add_argument(
        "--patience", type=float, default=PATIENCE, help="seconds for another editor and a graph"
    )
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args()
    application = QApplication.instance() or QApplication([])
    assert application is not None
    sizes = options.sizes or (100, 1000, 10_000, 100_000)
    documents = {f"{n:,} nodes": generated(n) for n in sizes}
    for path in sorted(options.graphs.glob("*.npz")) if options.graphs else ():
        documents[path.stem] = model(path)
    gc.freeze()
    table = {name: measured(document) for name, document in documents.items()}
    _print(table)
    others = beside(documents, options.patience)
    if options.json:
        options.json.write_text(json.dumps(table | {"editors": others}, indent=1))


def _print(table: dict[str, dict[str, float]]) -> None:
    names = list(table)
    sys.stdout.write(f"{'':16}" + "".join(f"{name:>16}" for name in names) + "\n")
    for what in table[names[0]]:
        row = "".join(f"{table[name][what]:16,.2f}" for name in names)
        sys.stdout.write(f"{what:16}{row}\n")


if __name__ == "__main__":
    main()
