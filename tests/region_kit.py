"""What the tests of regions share: a small document with frames, and where to click on them."""

from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication

from engine.graph import Action, Edge, Graph, Node, Region
from engine.session import Session
from gui.model.document import Document
from gui.model.film import TraceFilm
from tests.canvas_kit import leaf


def framed() -> Document:
    """x → a → b → y, a and b in the group g, y alone in the no_grad r."""
    nodes = [leaf("x"), *(Node(i, op, i) for i, op in (("a", "sin"), ("b", "exp"), ("y", "neg")))]
    edges = [Edge("x", 0, "a", "self"), Edge("a", 0, "b", "self"), Edge("b", 0, "y", "self")]
    regions = [Region("g", "group", "inner", ("a", "b")), Region("r", "no_grad", "", ("y",))]
    places = {"x": (20, 60), "a": (220, 60), "b": (400, 60), "y": (700, 60)}
    return Document(Graph.of(nodes, edges, regions), (), places)


def members(rig):
    return {i: r.members for i, r in rig.document.graph.regions.items()}


def film(document, *program):
    session = Session(document.graph)
    list(session.run(program))
    return TraceFilm(document.graph, program, session.trace)


def played(rig, *program):
    found = film(rig.document, *program)
    for step in range(len(found)):
        rig.canvas.show_frame(found.frame(step), 0.5)
        rig.picture()
    return found


BACKWARD = (Action("forward"), Action("backward", "y"))


def undone(rig, before):
    """One step, named; undone it is as it was."""
    assert rig.steps == 1
    text = rig.editor.history.undoText()
    rig.editor.history.undo()
    assert rig.document == before
    rig.editor.history.redo()
    return text


def tab_of(rig, region):
    tab = rig.canvas.geometry_.regions[rig.canvas.geometry_.region_row[region]].tab
    return rig.see(tab[0] + 40, (tab[1] + tab[3]) / 2)


def mark_of(rig, region):
    geometry = rig.canvas.geometry_
    if region in geometry.region_row:
        mark = geometry.regions[geometry.region_row[region]].mark
        return rig.see(mark[0] + 10, (mark[1] + mark[3]) / 2)
    x, y = geometry.xy[geometry.row[region]]
    return rig.see(x + 15, y + 13)


def click_tab(rig, region):
    rig.click(tab_of(rig, region))
    assert rig.selection.items == {region}


def menu(rig, at):
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, rig.canvas.mapToGlobal(at))
    QApplication.sendEvent(rig.canvas, event)
    found = QApplication.activePopupWidget()
    found.hide()
    return {a.text().split("\t")[0]: a for a in found.actions()}


def pick(entries, text):
    entries[text].trigger()
