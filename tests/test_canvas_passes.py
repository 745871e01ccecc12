"""Hands on a graph whose forwards name their nodes: every gesture keeps the lists, in one step."""

import pytest
from PySide6.QtCore import QPoint, Qt

from engine.graph import Edge, Graph, Node
from gui.model.document import Document
from tests.canvas_kit import ALT, CTRL, leaf, one_step, rig_for
from tests.engine.test_partial_forward import forward
from tests.runs import backward


@pytest.fixture
def rig(qtbot):
    """p = x * x and back, then q = sin(p); a lone exp, which runs at the end."""
    nodes = [leaf("x"), Node("p", "mul", "p"), Node("q", "sin", "q"), Node("e", "exp", "e")]
    edges = [Edge("x", 0, "p", "self"), Edge("x", 0, "p", "other"), Edge("p", 0, "q", "self")]
    places = {"x": (40, 60), "p": (460, 40), "q": (700, 40), "e": (240, 300)}
    program = (forward("x", "p"), backward("p"), forward("q", "e"))
    return rig_for(qtbot, Document(Graph.of(nodes, edges), program, places))


def lists(rig):
    return [a.args["nodes"] for a in rig.document.program if a.do == "forward"]


def test_a_wire_from_what_runs_later_brings_it_forward(rig):
    rig.drag(rig.port("x"), rig.port("e", "self"))
    assert lists(rig) == [["x", "p"], ["q", "e"]]
    with one_step(rig):
        rig.drag(rig.port("e"), rig.port("p", "other"))
    assert rig.document.graph.edges["p", "other"].source == "e"
    assert lists(rig) == [["x", "e", "p"], ["q"]]


def test_deleted_nodes_leave_their_lists_and_an_empty_forward_goes(rig):
    rig.selection.set(["e"])
    with one_step(rig, "Delete e"):
        rig.key(Qt.Key.Key_Delete)
    assert lists(rig) == [["x", "p"], ["q"]]
    rig.selection.set(["q"])
    with one_step(rig):
        rig.key(Qt.Key.Key_Delete)
    assert rig.document.program == (forward("x", "p"), backward("p"))


def test_a_duplicate_runs_with_its_original(rig):
    rig.selection.set(["x", "p"])
    with one_step(rig, "Duplicate"):
        rig.key(Qt.Key.Key_D, CTRL)
    assert lists(rig) == [["x", "p", "x1", "p1"], ["q", "e"]]


def test_a_copy_that_is_dragged_off_does_too(rig):
    with one_step(rig, "Duplicate"):
        rig.drag(rig.on("p"), rig.on("p") + QPoint(0, 200), ALT)
    assert lists(rig) == [["x", "p", "p1"], ["q", "e"]]


def test_what_was_cut_comes_back_at_the_end(rig):
    rig.selection.set(["p"])
    rig.key(Qt.Key.Key_X, CTRL)
    assert lists(rig) == [["x"], ["q", "e"]]
    assert all(action.do == "forward" for action in rig.document.program)
    with one_step(rig, "Paste"):
        rig.key(Qt.Key.Key_V, CTRL)
    assert lists(rig) == [["x"], ["q", "e", "p"]]


def test_a_pasted_copy_runs_with_its_original(rig):
    rig.selection.set(["p"])
    rig.key(Qt.Key.Key_C, CTRL)
    with one_step(rig, "Paste"):
        rig.key(Qt.Key.Key_V, CTRL)
    assert lists(rig) == [["x", "p", "p1"], ["q", "e"]]
