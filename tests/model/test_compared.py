"""What differs between two documents is told by the names a person knows."""

from dataclasses import replace

from engine.graph import Action, Edge, Graph, Node, Region
from gui.model.compared import INPUTS, NAME, OP, VALUES, Compared, compared
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
    assert compared(BASE, changed).changed == (("input", (NAME, VALUES)), ("y", (OP,)))


def test_a_wire_from_elsewhere_changes_the_node_it_leads_to():
    one, other = graph(X, Y, Z, edges=[XY, YZ]), graph(X, Y, Z, edges=[XY, XZ])
    found = compared(one, other)
    assert found.changed == (("z", (INPUTS,)),)
    assert (found.edges_added, found.edges_removed) == (1, 1)


def test_places_bends_regions_and_the_program_count_too():
    assert compared(BASE, replace(BASE, places={**PLACES, "y": (9.0, 9.0)})).moved == 1
    assert compared(BASE, replace(BASE, bends={("y", "self"): ((5.0, 5.0),)})).moved == 1
    assert compared(BASE, graph(X, Y, regions=[Region("r", "note", "hello")])).regions == ("hello",)
    assert compared(BASE, replace(BASE, program=())).program
