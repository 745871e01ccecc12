"""Layouts: at once where they are small, on a thread and cancellable where they are large."""

from functools import partial

import pytest
from PySide6.QtCore import QCoreApplication, QThreadPool

from gui.model import edits
from gui.model.document import Document
from gui.state.arranger import AT_ONCE, Arranger
from gui.state.editor import Editor
from tests.model.test_layered import chain

SIZES = {}


@pytest.fixture
def editor(qapp):
    return Editor()


def open_chain(editor, count):
    graph = chain(count)
    editor.open(Document(graph, (), dict.fromkeys(graph.nodes, (50.0, 70.0))))
    return graph


def corners(document):
    return min(x for x, _ in document.places.values()), min(y for _, y in document.places.values())


def test_few_nodes_are_laid_out_at_once_as_one_edit(editor):
    graph = open_chain(editor, 5)
    before, arranger = editor.document, Arranger(editor)
    arranger.arrange(SIZES, graph.nodes)
    assert not arranger.busy
    assert len(set(editor.document.places.values())) == 5
    assert corners(editor.document) == (50.0, 70.0), "it stays where it was"
    editor.history.undo()
    assert editor.document == before


def test_many_nodes_are_laid_out_on_a_thread_with_progress(editor, qtbot):
    graph = open_chain(editor, AT_ONCE + 1)
    arranger, told = Arranger(editor), []
    arranger.progress.connect(told.append)
    with qtbot.waitSignal(arranger.arranged):
        arranger.arrange(SIZES, graph.nodes)
        assert arranger.busy
        assert len(set(editor.document.places.values())) == 1, "nothing has moved yet"
    assert not arranger.busy
    assert len(set(editor.document.places.values())) == AT_ONCE + 1
    assert told[0] == 0.0
    assert told == sorted(told)


def test_what_was_removed_meanwhile_stays_removed(editor, qtbot):
    graph = open_chain(editor, AT_ONCE + 1)
    arranger = Arranger(editor)
    with qtbot.waitSignal(arranger.arranged):
        arranger.arrange(SIZES, graph.nodes)
        editor.apply("Delete n7", edits.remove(editor.document, ["n7"]))
    assert "n7" not in editor.document.places
    assert len(set(editor.document.places.values())) == AT_ONCE


def test_a_layout_that_is_given_up_moves_nothing(editor, qtbot, qapp):
    graph = open_chain(editor, AT_ONCE + 1)
    before, arranger = editor.document, Arranger(editor)
    arranged = []
    arranger.arranged.connect(partial(arranged.append, True))
    arranger.arrange(SIZES, graph.nodes)
    arranger.cancel()
    assert not arranger.busy
    assert QThreadPool.globalInstance().waitForDone(30_000)
    qapp.processEvents()
    assert arranged == []
    assert editor.document is before


def test_another_edit_with_bends_keeps_those_of_other_wires(editor):
    graph = open_chain(editor, 4)
    editor.apply("Bend", edits.move(editor.document, {"n3": (900.0, 0.0)}))
    bends = {("n1", "self"): ((1.0, 2.0),), ("n3", "self"): ((3.0, 4.0),)}
    document = Document(graph, (), editor.document.places, bends)
    after = edits.rearrange(document, {"n0": (0.0, 0.0), "n1": (200.0, 0.0)})
    assert after.bends == {("n3", "self"): ((3.0, 4.0),)}


def test_finding_room_is_one_edit_too(editor):
    open_chain(editor, 3)
    before, arranger = editor.document, Arranger(editor)
    arranger.spread(SIZES)
    assert len(set(editor.document.places.values())) == 3
    assert editor.document.places["n0"] == (50.0, 70.0)
    editor.history.undo()
    assert editor.document == before


def test_a_layout_under_way_is_given_up_when_another_document_is_opened(editor, qtbot):
    graph = open_chain(editor, AT_ONCE + 1)
    arranger, laid_out = Arranger(editor), []
    arranger.arranged.connect(lambda: laid_out.append(1))
    arranger.arrange(SIZES, graph.nodes)
    open_chain(editor, AT_ONCE + 1)  # with nodes of the same names
    assert not arranger.busy
    other = editor.document
    assert QThreadPool.globalInstance().waitForDone(30_000)
    QCoreApplication.processEvents()
    assert editor.document is other
    assert not laid_out


def test_room_for_many_is_found_on_a_thread_and_can_be_given_up(editor, qtbot):
    open_chain(editor, AT_ONCE + 1)
    before, arranger = editor.document, Arranger(editor)
    arranger.spread(SIZES)
    assert arranger.busy
    arranger.cancel()
    assert QThreadPool.globalInstance().waitForDone(30_000)
    QCoreApplication.processEvents()
    assert editor.document is before
    with qtbot.waitSignal(arranger.arranged):
        arranger.spread(SIZES)
        assert editor.document is before
    assert len(set(editor.document.places.values())) == AT_ONCE + 1
    assert editor.history.undoText() == "Spread"
