"""What `python -m gui.panels.<name>` shows: one panel with a small run, made by hand."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtWidgets import QApplication, QWidget

from engine.code.source import Line
from engine.graph import Action, Edge, EdgeKey, Graph, Node, Program
from gui.dress import dress
from gui.model.document import Document
from gui.model.frames import Array, Frame, LedgerEntry, NodeState, Packet, Term
from gui.model.timeline import Chapter, Timeline
from gui.state.editor import Editor
from gui.state.player import Film, Player
from gui.state.selection import Selection
from gui.theme import LIGHT

GRAPH = Graph.of(
    [
        Node("x", "tensor", "x", {"data": 6.7, "dtype": "float32"}),
        Node("w", "parameter", "w", {"data": 0.5}),
        Node("m", "mul", "m"),
        Node("y", "pow", "y", {"exponent": 2}),
    ],
    [Edge("w", 0, "m", "self"), Edge("x", 0, "m", "other"), Edge("m", 0, "y", "self")],
)

PROGRAM = (
    Action("forward"),
    Action("backward", "y", {"retain_graph": True}),
    Action("backward", "y"),
    Action("zero_", "w.grad"),
    Action("backward", "y", expect_error=True),
)

_SOURCE = (
    Line("import torch"),
    Line(""),
    Line("x = torch.tensor(6.7)", "x"),
    Line("w = torch.tensor(0.5, requires_grad=True)  # parameter", "w"),
    Line("m = w * x", "m"),
    Line("y = m ** 2", "y"),
    Line("y.backward(retain_graph=True)", None, 1),
    Line("y.backward()", None, 2),
    Line("w.grad.zero_()", None, 3),
    Line("try:", None, 4),
    Line("    y.backward()", None, 4),
    Line("except RuntimeError as error:", None, 4),
    Line("    print(error)", None, 4),
)

_TWICE = (
    "RuntimeError: Trying to backward through the graph a second time (or directly access saved"
    " tensors after they have already been freed)."
)


@dataclass
class Shot(Frame):
    """A Frame whose parts are simply given."""

    step: int = -1
    nodes: Mapping[str, NodeState] = field(default_factory=dict)
    entries: tuple[LedgerEntry, ...] = ()
    caption: str = ""
    action: int | None = None
    statement: str | None = None
    stored: tuple[str, Array | None, Array | None] | None = None
    failed: str | None = None
    remedy: str = ""
    active: frozenset[str] = frozenset()
    packet: Packet | None = None
    summing: str | None = None

    def node(self, node: str) -> NodeState:
        return self.nodes.get(node, NodeState())

    def ledger(self) -> tuple[LedgerEntry, ...]:
        return self.entries


class Reel(Film):
    """A Film of given Frames."""

    def __init__(self, shots: list[Shot], timeline: Timeline) -> None:
        self.shots = shots
        self.timeline = timeline

    def frame(self, step: int) -> Frame:
        return self.shots[step] if 0 <= step < len(self.shots) else Shot()


def film() -> Reel:
    """`y = (w * x) ** 2`: forward, backward twice, `w.grad.zero_()` and a backward that fails."""
    shots = [*_forward(), *_backward(4, 1, None), *_backward(8, 2, _f(44.89))]
    entries = shots[-1].entries
    nodes = dict(shots[-1].nodes)
    zero = LedgerEntry("w", 12, "w.grad.zero_()", _f(89.78), None, _f(0))
    nodes["w"] = _leaf(0.5, _f(0))
    zeroed = Shot(12, nodes, (*entries, zero), "w.grad.zero_() sets w.grad to 0.", 3)
    broken = {**nodes, "y": _inner(11.2225, "PowBackward0", error=_TWICE)}
    remedy = "Tick retain_graph on the first backward, or run forward again in between."
    shots += [
        zeroed,
        Shot(13, broken, zeroed.entries, _TWICE, 4, "y", failed=_TWICE, remedy=remedy),
    ]
    return Reel(shots, _timeline())


def _f(number: float) -> Array:
    return np.float32(number)


def _leaf(value: float, stored: Array | None = None, *, tracked: bool = True) -> NodeState:
    return NodeState(_f(value), is_leaf=True, requires_grad=tracked, stored=stored)


def _inner(value: float, name: str, grad: float | None = None, error: str = "") -> NodeState:
    terms = () if grad is None else (Term(_f(grad), None, "y"),)
    return NodeState(
        _f(value), error or None, True, grad_fn=name, terms=terms, expected=1, live=True,
        grad=None if grad is None else _f(grad),
    )  # fmt: skip


def _forward() -> list[Shot]:
    states = {
        "x": _leaf(6.7, tracked=False),
        "w": _leaf(0.5),
        "m": _inner(3.35, "MulBackward0"),
        "y": _inner(11.2225, "PowBackward0"),
    }
    captions = ("x is 6.7", "w is 0.5, a leaf", "m = w * x = 3.35", "y = m ** 2 = 11.22")
    return [
        Shot(k, {i: states[i] for i in list(states)[: k + 1]}, (), caption, 0, node)
        for k, (node, caption) in enumerate(zip(states, captions, strict=True))
    ]


def _backward(first: int, call: int, before: Array | None) -> list[Shot]:
    start = {"x": _leaf(6.7, tracked=False), "w": _leaf(0.5, before)}
    total = _f(44.89) if before is None else _f(89.78)
    old = LedgerEntry("w", 7, "backward #1", None, _f(44.89), _f(44.89))
    new = LedgerEntry("w", first + 3, f"backward #{call}", before, _f(44.89), total, call > 1)
    past = () if call == 1 else (old,)
    seeded = {"m": _inner(3.35, "MulBackward0"), "y": _inner(11.2225, "PowBackward0", 1)}
    sent = {**seeded, "m": _inner(3.35, "MulBackward0", 6.7)}
    holds = "starts empty" if before is None else "already holds 44.89: it will add up"
    return [
        Shot(first, {**start, **seeded}, past, "backward starts at y with 1.", call, "y"),
        Shot(first + 1, {**start, **sent}, past,
             "PowBackward0 sends 1 × 2 × 3.35 = 6.7 to m.", call, "y"),
        Shot(first + 2, {**start, **sent}, past,
             f"MulBackward0 sends 6.7 × 6.7 = 44.89 to w, which {holds}.", call, "m"),
        Shot(first + 3, {**start, **sent, "w": _leaf(0.5, total)}, (*past, new),
             f"w.grad is now {total:.4g}.", call, "w", stored=("w", before, total)),
    ]  # fmt: skip


def _timeline() -> Timeline:
    kinds = ("computed",) * 4 + ("seeded", "flow", "flow", "stored") * 2 + ("zeroed", "failed")
    chapters = (
        Chapter("Forward", "forward", 0, 3, action=0),
        Chapter("Backward #1", "backward", 4, 7, action=1),
        Chapter("Backward #2", "backward", 8, 11, action=2),
        Chapter("w.grad.zero_()", "zero", 12, 12, action=3),
        Chapter("Backward #3", "backward", 13, 13, failed=True, action=4),
    )
    return Timeline(chapters, kinds)


def lines(graph: Graph, program: Program) -> tuple[Line, ...]:
    """The demo's source, whatever the graph."""
    return _SOURCE


def editor() -> Editor:
    """An editor with the demo's document open."""
    made = Editor()
    places = {i: (k * 160.0, 0.0) for k, i in enumerate(GRAPH.nodes)}
    made.open(Document(GRAPH, PROGRAM, places))
    return made


def player(step: int = 10) -> Player:
    """A player with the demo's film."""
    made = Player()
    made.set_film(film(), step)
    return made


def selection(*items: str, edges: tuple[EdgeKey, ...] = ()) -> Selection:
    """A selection of these."""
    made = Selection()
    made.set(items, edges)
    return made


def show(make: Callable[[], QWidget]) -> None:
    """Run one panel as a window of its own."""
    app = QApplication(sys.argv)
    app.setStyle("Fusion")
    shown = make()
    dress(LIGHT)
    shown.show()
    sys.exit(app.exec())
