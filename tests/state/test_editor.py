"""The editor holds the Document and every way back."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gui.model import edits
from gui.model.document import Document
from gui.state.editor import UNTITLED, Editor
from gui.state.selection import Selection
from tests.runs import square


@pytest.fixture
def editor(qapp):
    made = Editor()
    made.open(Document(square()))
    return made


def renamed(document, name):
    return edits.rename(document, "x", name)


def test_an_edit_can_be_undone_and_redone_to_the_same_object(editor):
    first = editor.document
    second = renamed(first, "a")
    editor.apply("Rename x", second)
    editor.history.undo()
    assert editor.document is first
    editor.history.redo()
    assert editor.document is second
    assert editor.history.undoText() == "Rename x"


def test_a_change_is_told_with_before_and_after(editor):
    told = []
    editor.changed.connect(lambda *documents: told.append(documents))
    before = editor.document
    after = renamed(before, "a")
    editor.apply("Rename x", after)
    editor.history.undo()
    assert told == [(before, after), (after, before)]


def test_an_edit_of_nothing_leaves_no_trace(editor, qtbot):
    with qtbot.assertNotEmitted(editor.changed):
        editor.apply("Rename x", renamed(editor.document, "x"))
    assert not editor.history.canUndo()


def test_opening_begins_anew(editor, qtbot):
    editor.apply("Rename x", renamed(editor.document, "a"))
    other = Document()
    with qtbot.waitSignal(editor.opened) as opened, qtbot.assertNotEmitted(editor.changed):
        editor.open(other, Path("/tmp/other.chain"))
    assert opened.args == [other]
    assert (editor.dirty, editor.history.canUndo(), editor.title) == (False, False, "other.chain")


def test_dirty_is_what_differs_from_the_file(editor):
    assert not editor.dirty
    editor.apply("Rename x", renamed(editor.document, "a"))
    assert editor.dirty
    editor.saved(Path("/tmp/a.chain"))
    assert not editor.dirty
    editor.history.undo()
    assert editor.dirty
    editor.history.redo()
    assert not editor.dirty


def test_what_was_edited_while_it_was_saved_is_dirty_and_undo_leads_to_what_was_saved(editor):
    saved = renamed(editor.document, "a")
    editor.apply("Rename x", saved)
    editor.apply("Rename x", renamed(editor.document, "b"))
    editor.saved(Path("/tmp/a.chain"), saved)
    assert editor.dirty
    editor.history.undo()
    assert not editor.dirty
    editor.history.undo()
    assert editor.dirty  # which was clean before the save
    editor.history.redo()
    assert not editor.dirty
    editor.unsaved()
    assert editor.dirty


def test_a_title_is_the_lessons_until_there_is_a_file(editor, qtbot):
    assert editor.title == UNTITLED
    with qtbot.waitSignal(editor.path_changed):
        editor.set_title("square")
    assert editor.title == "square"
    editor.set_path(Path("/tmp/mine.chain"))
    assert editor.title == "mine.chain"
    editor.open(Document())
    assert editor.title == UNTITLED


@settings(deadline=None, max_examples=40)
@given(st.lists(st.one_of(st.sampled_from(["undo", "redo"]), st.text("abc", min_size=1))))
def test_the_way_back_is_the_way_there(moves):
    editor = Editor()
    editor.open(Document(square()))
    past, future = [editor.document], []
    for move in moves:
        if move == "undo":
            editor.history.undo()
            if len(past) > 1:
                future.append(past.pop())
        elif move == "redo":
            editor.history.redo()
            if future:
                past.append(future.pop())
        else:
            edited = renamed(editor.document, move)
            if edited is not editor.document:
                editor.apply("Rename", edited)
                past.append(edited)
                future.clear()
        assert editor.document is past[-1]


def test_a_selection_forgets_what_an_edit_has_removed(editor, qtbot):
    selection = Selection()
    with qtbot.waitSignal(selection.changed):
        selection.set(["x", "y"], [("y", "self")])
    with qtbot.assertNotEmitted(selection.changed):
        selection.set(["y", "x"], [("y", "self")])
        selection.keep_only_what_is_in(editor.document)
    selection.keep_only_what_is_in(edits.remove(editor.document, ["y"]))
    assert (selection.items, selection.edges) == ({"x"}, frozenset())
