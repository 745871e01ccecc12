"""How quick the canvas is: `python -m benchmarks.canvas`, beside a bare loop that draws the same.

Offscreen, 1600 × 1000, one device pixel a pixel; medians of processor time.  The bare loop makes a
QRectF a node and a QLineF an edge and hands them to the same painter: what any editor must do that
draws this much.  Other editors are timed where they are installed.
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


def timed(do: Callable[[], object], times: int = TIMES) -> float:
    """The median of processor times in milliseconds; rubbish is collected between, not within."""
    taken = []
    for _ in range(times):
        gc.collect(0)
        start = time.process_time()
        do()
        taken.append((time.process_time() - start) * 1e3)
    return median(taken)


class Bench:
    """A canvas that shows one Document."""

    def __init__(self, document: Document) -> None:
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

    def build(self) -> float:
        """From nodes, edges and places to arrays; nothing is remembered from before."""
        graph = self.document.graph
        copies = [replace(self.document, graph=replace(graph)) for _ in range(TIMES)]
        return timed(lambda: Geometry.of(copies.pop()))

    def fit(self) -> float:
        self.canvas.fit_all()
        return timed(self.repaint)

    def first_frame(self) -> float:
        """The first picture after opening, whatever is still to be refined."""
        self.canvas.fit_all()
        graph = self.document.graph

        def opened() -> None:
            self.canvas.geometry_ = geometries.pop()
            self.repaint()

        geometries = [Geometry.of(replace(self.document, graph=graph)) for _ in range(TIMES)]
        return timed(opened)

    def refined(self) -> float:
        """From the first picture to the last refinement, all slices together."""
        self.canvas.fit_all()

        def whole() -> None:
            self.repaint()
            getattr(self.canvas, "finish_refining", int)()

        return timed(whole, 7)

    def pan(self) -> float:
        canvas = self.canvas
        canvas.zoom_actual()
        self.paint()
        ways = [24.0, -24.0]

        def pan() -> None:
            ways.reverse()
            canvas.set_view(canvas.view.panned(ways[0], 8.0))
            self.paint()

        return timed(pan)

    def drag(self) -> float:
        """One move of the mouse while a node is dragged, painted."""
        canvas = self.canvas
        canvas.zoom_actual()
        node = self._in_sight()
        at = canvas.view.to_view(QPointF(*self.document.places[node])) + QPointF(30, 10)
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=at.toPoint())
        ways = [QPointF(40, 20), QPointF(80, 50)]

        def move() -> None:
            ways.reverse()
            tool = canvas.tool
            assert tool is not None
            tool.move(at + ways[0], Qt.KeyboardModifier.NoModifier)
            self.paint()

        taken = timed(move)
        canvas.cancel_gesture()
        return taken

    def _in_sight(self) -> str:
        geometry = self.canvas.geometry_
        seen = self.canvas.view.rect_to_scene(QRectF(self.canvas.rect()))
        seen.adjust(200, 200, -400, -300)
        rows = geometry.nodes_in((seen.left(), seen.top(), seen.right(), seen.bottom()), around=0)
        return geometry.ids[int(rows[0])]

    def hits(self) -> float:
        """Microseconds for what lies under a point, over 2,000 points of the whole graph."""
        geometry = self.canvas.geometry_
        left, top, right, bottom = geometry.bounds() or (0, 0, 1, 1)
        points = np.random.default_rng(0).uniform((left, top), (right, bottom), (2000, 2)).tolist()
        for x, y in points:
            hit(geometry, x, y)
        taken = []
        for x, y in points:
            start = time.perf_counter()
            hit(geometry, x, y)
            taken.append(time.perf_counter() - start)
        return median(taken) * 1e6

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


def bare_loop(document: Document) -> float:
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

    return timed(draw, 11)


def measured(document: Document) -> dict[str, float]:
    """Every figure for one Document."""
    bench = Bench(document)
    found = {
        "build ms": bench.build(),
        "bare loop ms": bare_loop(document),
        "fit all ms": bench.fit(),
        "first frame ms": bench.first_frame(),
        "refined ms": bench.refined(),
        "pan ms": bench.pan(),
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
    if options.json:
        options.json.write_text(json.dumps(table, indent=1))


def _print(table: dict[str, dict[str, float]]) -> None:
    names = list(table)
    sys.stdout.write(f"{'':16}" + "".join(f"{name:>16}" for name in names) + "\n")
    for what in table[names[0]]:
        row = "".join(f"{table[name][what]:16,.2f}" for name in names)
        sys.stdout.write(f"{what:16}{row}\n")


if __name__ == "__main__":
    main()
