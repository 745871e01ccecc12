"""Whatever is edited, undone and redone: what is shown equals what is built fresh."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.code.source import lines
from engine.graph import Action
from engine.registry import OPS
from gui.app import App
from gui.canvas.geometry import Geometry, same
from gui.model import edits
from gui.model.document import Document
from gui.model.program import FORWARD
from gui.model.terminal import film_of

OPS_USED = ("parameter", "tensor", "add", "mul", "pow", "sin", "log", "detach", "sum", "cat")

STEPS = st.lists(
    st.tuples(
        st.sampled_from(
            ["add", "add", "add", "connect", "connect", "connect", "disconnect", "remove", "param",
             "rename", "move", "region", "action", "undo", "undo", "redo"]
        ),
        st.integers(0, 10_000),
        st.integers(0, 10_000),
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip


@pytest.fixture
def app(qapp):
    made = App()
    made.window.resize(1200, 800)
    made.window.show()
    yield made
    made.editor.history.setClean()
    made.window.close()


def pick(things, number):
    """One of `things`, chosen by a number; None when there are none."""
    found = list(things)
    return found[number % len(found)] if found else None


def slots_of(document, node):
    op = OPS[document.graph.nodes[node].op]
    return [f"{s.name}.{k}" for s in op.slots if s.variadic for k in range(3)] + [
        s.name for s in op.slots if not s.variadic
    ]


def connected(document, a, b):
    nodes = document.graph.nodes
    source, target = pick(nodes, a), pick(nodes, b)
    slot = None if target is None else pick(slots_of(document, target), a // 7)
    if slot is None:
        return document
    try:
        return edits.connect(document, source, target, slot)
    except nx.NetworkXUnfeasible:  # it would close a circle
        return document


def edited(document, what, a, b):
    """The Document after one random edit."""
    graph = document.graph
    node = pick(graph.nodes, a)
    if what == "add":
        return edits.add_node(document, pick(OPS_USED, a), (float(b % 900), float(a % 700)))[0]
    if what == "connect":
        return connected(document, a, b)
    if what == "disconnect":
        key = pick(graph.edges, a)
        return edits.disconnect(document, [] if key is None else [key])
    if node is None:
        return document
    if what == "remove":
        return edits.remove(document, [node], bridge=b % 2 == 0)
    if what == "param":
        return valued(document, node, b / 100)
    if what == "rename":
        return edits.rename(document, node, f"n{b % 5}")
    if what == "move":
        return edits.move(document, {node: (float(a % 800), float(b % 600))})
    if what == "region":
        return framed(document, {node, pick(graph.nodes, b)}, pick(("no_grad", "group"), b))
    return with_line(document, pick([FORWARD, Action("backward", node, {}, True)], b))


def valued(document, node, number):
    op = document.graph.nodes[node].op
    name = "data" if op in ("parameter", "tensor") else "exponent" if op == "pow" else None
    if name is None or name in document.graph.inputs[node]:
        return document
    return edits.set_param(document, node, name, number)


def framed(document, members, kind):
    if edits.why_no_region(document.graph, members) is not None:
        return document
    return edits.add_region(document, kind, members)[0]


def with_line(document, action):
    program = document.program or (FORWARD,)
    return edits.set_program(document, (*program[:5], action))


def play(app, steps):
    app.editor.open(Document())
    for what, a, b in steps:
        if what == "undo":
            app.editor.history.undo()
        elif what == "redo":
            app.editor.history.redo()
        else:
            app.editor.apply(what, edited(app.editor.document, what, a, b))


def bits(array):
    return None if array is None else (np.shape(array), np.asarray(array).tobytes())


@settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS)
def test_canvas_code_and_values_equal_those_built_fresh(qtbot, app, steps):
    play(app, steps)
    document = app.editor.document
    assert same(app.canvas.geometry_, Geometry.of(document))
    qtbot.waitUntil(lambda: not app.runner.busy, timeout=30_000)
    app.code.show()
    assert app.code.lines == lines(document.graph, document.program or (FORWARD,))
    fresh, shown = film_of(document), app.player.film
    assert len(shown) == len(fresh)
    for node in document.graph.nodes:
        for step in {0, len(fresh) // 2, len(fresh) - 1}:
            a, b = shown.frame(step).node(node), fresh.frame(step).node(node)
            assert bits(a.value) == bits(b.value)
            assert bits(a.stored) == bits(b.stored)
            assert a.error == b.error


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS)
def test_undoing_everything_gives_the_empty_document_and_redoing_the_last(app, steps):
    play(app, [step for step in steps if step[0] not in ("undo", "redo")])
    last, history = app.editor.document, app.editor.history
    while history.canUndo():
        history.undo()
    assert app.editor.document == Document()
    while history.canRedo():
        history.redo()
    assert app.editor.document is last
