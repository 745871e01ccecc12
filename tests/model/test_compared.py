"""What differs between two documents is told by the names a person knows."""

from dataclasses import replace

import numpy as np
import pytest

from engine.graph import Action, Edge, Graph, Node, Region
from engine.packed import Packed
from gui.model.compared import INPUTS, MUTED, NAME, NONE, OP, VALUES, Change, Compared, compared
from gui.model.document import Document

X = Node("x", "tensor", "x", {"data": 1.0})
Y = Node("y", "sin", "y", {})
Z = Node("z", "cos", "z", {})
XY, YZ, XZ = Edge("x", 0, "y", "self"), Edge("y", 0, "z", "self"), Edge("x", 0, "z", "self")
PLACES = {"x": (0.0, 0.0), "y": (100.0, 0.0)}
BASE = Document(Graph.of([X, Y], [XY]), (Action("forward"),), PLACES)


def graph(*nodes, edges=(XY,), regions=()):
    return replace(BASE, graph=Graph.of(nodes, edges, regions))


def test_a_document_differs_in_nothing_from_itself():
    assert compared(BASE, BASE).same
    assert compared(BASE, graph(X, Y)) == Compared()


def test_nodes_and_edges_come_and_go():
    more = graph(X, Y, Z, edges=[XY, YZ])
    there, back = compared(BASE, more), compared(more, BASE)
    assert (there.added, there.edges_added) == (("z",), 1)
    assert (back.removed, back.edges_removed) == (("z",), 1)


def test_a_changed_node_says_in_what():
    changed = graph(replace(X, name="input", params={"data": 1}), replace(Y, op="cos"))
    assert compared(BASE, changed).changed == (
        ("input", (Change(NAME, "", "x", "input"), Change(VALUES, "data", "1.0", "1"))),
        ("y", (Change(OP, "", "sin", "cos"),)),
    )


ROW = [0.0] * 5000


@pytest.mark.parametrize(
    ("was", "now", "told"),
    [
        ({"data": 1.0}, {"data": 2.0}, [("data", "1.0", "2.0", 0)]),
        ({"data": True}, {"data": 1}, [("data", "True", "1", 0)]),
        ({"data": -0.0}, {"data": 0.0}, [("data", "-0.0", "0.0", 0)]),
        ({"dim": 0}, {"dim": 0, "keepdim": True}, [("keepdim", NONE, "True", 0)]),
        ({"dim": 0}, {}, [("dim", "0", NONE, 0)]),
        ({"data": [[1, 2], [3, 4]]}, {"data": [[1, 2], [5, 6]]}, [("data[1, 0]", "3", "5", 1)]),
        ({"data": [1, 2]}, {"data": [1, 2, 3]}, [("data", "[1, 2]", "[1, 2, 3]", 0)]),
        ({"data": [[1], [2, 3]]}, {"data": [[1], [2, 4]]}, [("data[1]", "[2, 3]", "[2, 4]", 0)]),
        ({"data": ROW}, {"data": [*ROW[:-1], 7.0]}, [("data[4999]", "0.0", "7.0", 0)]),
        ({"data": [0.0, 1.0]}, {"data": [-0.0, 1.0]}, [("data[0]", "0.0", "-0.0", 0)]),
        ({"data": Packed(np.zeros((3, 2)))}, {"data": Packed(np.diag([1.0, 2.0, 3.0])[:, :2])},
         [("data[0, 0]", "0.0", "1.0", 1)]),
        ({"data": Packed(np.array([np.nan, 0.0]))}, {"data": Packed(np.array([np.nan, -0.0]))},
         [("data[1]", "0.0", "-0.0", 0)]),
        ({"data": Packed(np.zeros(3))}, {"data": 4.0}, [("data", "tensor (3,)", "4.0", 0)]),
    ],
)  # fmt: skip
def test_what_a_value_was_and_is(was, now, told):
    found = compared(graph(replace(X, params=was), Y), graph(replace(X, params=now), Y))
    assert found.changed == (("x", tuple(Change(VALUES, *each) for each in told)),)


def test_a_node_that_was_muted_says_so():
    found = compared(BASE, graph(X, replace(Y, muted=True)))
    assert found.changed == (("y", (Change(MUTED, "", "False", "True"),)),)


def test_a_wire_from_elsewhere_changes_the_node_it_leads_to():
    one, other = graph(X, Y, Z, edges=[XY, YZ]), graph(X, Y, Z, edges=[XY, XZ])
    found = compared(one, other)
    assert found.changed == (("z", (Change(INPUTS, "self", "y", "x"),)),)
    assert (found.edges_added, found.edges_removed) == (1, 1)


def test_places_bends_regions_and_the_program_count_too():
    assert compared(BASE, replace(BASE, places={**PLACES, "y": (9.0, 9.0)})).moved == 1
    assert compared(BASE, replace(BASE, bends={("y", "self"): ((5.0, 5.0),)})).moved == 1
    assert compared(BASE, graph(X, Y, regions=[Region("r", "note", "hello")])).regions == ("hello",)
    assert compared(BASE, replace(BASE, program=())).program
