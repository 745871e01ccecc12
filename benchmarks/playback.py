"""How quick playing a run is: `python -m benchmarks.playback`.

Offscreen, 1600 × 1000, one device pixel a pixel; medians of processor time.  A step on, a step back
and a jump to anywhere are taken by a Player with a canvas on it: the Frame, its states and what has
to be painted anew, without the painting.  The painting of a step is timed apart, through the
window's own paint events: at a zoom at which everything can be read, and with all of it in sight.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import random
import sys
import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from statistics import median

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

from PySide6.QtWidgets import QApplication

from benchmarks import recording
from benchmarks.canvas import HEIGHT, WIDTH
from benchmarks.drawings import COLUMN, ROW
from engine.graph import Action, Edge, Graph, Node
from engine.session import Session
from engine.trace import Trace
from gui.canvas.canvas import Canvas
from gui.model.document import Document
from gui.model.files import from_text, to_text
from gui.model.film import TraceFilm
from gui.start import SELDOM
from gui.state.editor import Editor
from gui.state.player import Player
from gui.state.selection import Selection
from gui.theme import LIGHT

EVENTS = (100, 10_000, 100_000)
NODES = 10_000
"""How large the graph is whose run is to be ready soon."""
EVENTS_A_NODE = 4.34
NEAR = 8
TIMES = 301
JUMPS, CLOSE, RUNS = 101, 41, 5
STEPS = 2_000
"""How many are shown and told before what a film has kept is counted."""

_UNARY, _BINARY = ("tanh", "sin", "sigmoid"), ("add", "mul", "sub")
Figures = dict[str, float]


def network(nodes: int, seed: int = 0) -> Document:
    """Columns of scalars, each made of one or two of those before; a forward and a backward."""
    rng = random.Random(seed)
    height = max(2, round(nodes**0.5))
    made = [_leaf(f"x{k}") for k in range(height)]
    open_, edges = deque(node.id for node in made), list[Edge]()
    while len(made) < nodes - 1 or len(open_) > 1:
        fewer = len(made) + len(open_) > nodes
        op = "add" if fewer else rng.choice(_UNARY + _BINARY)
        name = f"n{len(made)}"
        other = open_[1] if fewer else open_[rng.randrange(min(NEAR, len(open_)))]
        edges.append(Edge(open_.popleft(), 0, name, "self"))
        if fewer:
            open_.popleft()
        if op in _BINARY:
            edges.append(Edge(other, 0, name, "other"))
        made.append(Node(name, op, name))
        open_.append(name)
    places = {
        node.id: (k // height * COLUMN, k % height * ROW) for k, node in enumerate(made)
    }  # fmt: skip
    program = (Action("forward"), Action("backward", made[-1].id))
    return Document(Graph.of(made, edges), program, places)


def _leaf(name: str) -> Node:
    return Node(name, "tensor", name, {"data": 0.5, "requires_grad": True})


def run(document: Document) -> Trace:
    """What the Program leaves."""
    session = Session(document.graph)
    for _ in session.run(document.program):
        pass
    return session.trace


def film(document: Document, trace: Trace) -> TraceFilm:
    """All that is made before a run can be played."""
    made = TraceFilm(document.graph, document.program, trace)
    made.prepare()
    return made


class Stage:
    """A canvas on a player, both showing one film."""

    def __init__(self, document: Document, shown: TraceFilm) -> None:
        self.editor = Editor()
        self.canvas = Canvas(
            self.editor, Selection(), theme=LIGHT, to_text=to_text, from_text=from_text
        )
        self.canvas.resize(WIDTH, HEIGHT)
        self.canvas.show()
        self.editor.open(document)
        self.player = Player()
        self.player.framed.connect(self.canvas.show_frame)
        self.player.set_film(shown, len(shown) // 2)
        self.settle()

    def settle(self) -> None:
        """Paint all that is to be painted."""
        self.canvas.finish_refining()
        QApplication.processEvents()

    def moves(self, steps: Iterable[int]) -> tuple[list[float], list[float]]:
        """Milliseconds to go to each step, and to paint it."""
        going, painting = [], []
        for step in steps:
            start = time.process_time()
            self.player.go(step)
            there = time.process_time()
            QApplication.processEvents()
            painting.append((time.process_time() - there) * 1e3)
            going.append((there - start) * 1e3)
        return going, painting

    def figures(self) -> Figures:
        """Medians of all kinds of moves."""
        last = len(self.player.film) - 1
        count = min(TIMES, last)
        begin = (last - count) // 2
        on, back = range(begin, begin + count), range(begin + count, begin, -1)
        anywhere = random.Random(0).sample(range(last + 1), min(JUMPS, last))
        self.canvas.fit_all()
        self.settle()
        self.player.go(begin)
        found: Figures = {}
        for name, steps in (("step on", on), ("step back", back)):
            self.settle()
            found[f"{name} ms"], found[f"{name}, paint all ms"] = map(median, self.moves(steps))
        going, _ = self.moves(anywhere)
        found["jump ms"], found["longest jump ms"] = median(going), max(going)
        found["paint close ms"] = median(self._close(on[:CLOSE]))
        return found

    def _close(self, steps: Iterable[int]) -> list[float]:
        """The same steps with the place where they happen in the middle, at 100 %."""
        painting = []
        self.canvas.zoom_actual()
        for step in steps:
            active = next(iter(self.player.film.frame(step).active), None)
            if active is not None:
                self.canvas.centre_on(active)
            self.settle()
            painting += self.moves([step])[1]
        return painting


def ready(document: Document) -> Figures:
    """Seconds until a run is recorded, and until it can be played."""
    recorded, prepared = [], []
    for _ in range(RUNS):
        gc.collect()
        start = time.process_time()
        trace = run(document)
        there = time.process_time()
        film(document, trace)
        prepared.append(time.process_time() - there)
        recorded.append(there - start)
    whole = median(map(sum, zip(recorded, prepared, strict=True)))
    return {"recorded s": median(recorded), "prepared s": median(prepared), "ready s": whole}


def memory(document: Document) -> Figures:
    """Bytes an event beside the arrays: of the recording, of the events that are read of it, of
    what is made to find them, and of what steps that were shown and told leave behind."""
    graph, trace = document.graph, run(document)
    _ = graph.columns, graph.inputs, graph.outputs  # the drawing has those anyway
    facts = sum(recording.beside(chapter.facts) for chapter in trace.chapters)
    tracemalloc.start()
    before = _taken()
    trace.read(lambda: False)
    events = len(trace.events)
    told = _taken()
    made = film(document, trace)
    ready = _taken()
    middle = max(0, (len(made) - STEPS) // 2)
    for step in range(middle, min(middle + STEPS, len(made))):
        frame = made.frame(step)
        _ = frame.codes(), frame.caption, [frame.node(node) for node in frame.active]
    played = _taken()
    tracemalloc.stop()
    return {
        "recording B/event": facts / events,
        "as events B/event": (told - before) / events,
        "index B/event": (ready - told) / events,
        "keyframes in it B/event": made.keyframes.nbytes / events,
        "by 2,000 steps B/event": (played - ready) / events,
    }


def _taken() -> int:
    """Bytes in use that Python knows of."""
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def measured(document: Document) -> Figures:
    """Every figure of one Document."""
    trace = run(document)
    shown = film(document, trace)
    counts = {"nodes": float(len(document.graph.nodes)), "events": float(len(trace.events))}
    stage = Stage(document, shown)
    try:
        return counts | stage.figures() | ready(document) | memory(document)
    finally:
        stage.canvas.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sizes", nargs="*", type=int, help="numbers of events")
    parser.add_argument("--json", type=Path, help="write the figures here too")
    options = parser.parse_args()
    application = QApplication.instance() or QApplication([])
    assert application is not None
    gc.set_threshold(*SELDOM)
    counts = [round(events / EVENTS_A_NODE) for events in options.sizes or EVENTS]
    table = {f"{n:,} nodes": measured(network(n)) for n in [*counts, NODES]}
    _print(table, sys.stdout.write)
    if options.json:
        options.json.write_text(json.dumps(table, indent=1))


def _print(table: dict[str, Figures], write: Callable[[str], object]) -> None:
    write(f"{platform.machine()}, Python {platform.python_version()}, {os.cpu_count()} cores\n\n")
    names = list(table)
    write(f"{'':24}" + "".join(f"{name:>16}" for name in names) + "\n")
    for what in table[names[0]]:
        digits = 0 if what in ("nodes", "events") else 2
        write(f"{what:24}" + "".join(f"{table[n][what]:16,.{digits}f}" for n in names) + "\n")


if __name__ == "__main__":
    main()
