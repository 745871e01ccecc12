"""The inspector: what it says about each selection, and how it edits."""

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from engine.registry import OPS, Field, Op, Slot
from gui.model import edits
from gui.model.frames import Cut, NodeState, Term
from gui.model.why import why_none
from gui.panels import demo
from gui.panels.arrays import headline, spread
from gui.panels.fields import ChoiceField, editor_for, reader
from gui.panels.inspector import NOTHING, Inspector, signature, terms, waiting
from gui.theme import LIGHT

# The offscreen platform says so of every top-level widget that has a layout.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")

LEFT = Qt.MouseButton.LeftButton
TWO = (Slot("self"), Slot("other", takes_number=True))
LEAF = (
    Field("data", "list", required=True),
    Field("dtype", "str | None"),
    Field("requires_grad", "bool", False),
)


@pytest.fixture(autouse=True)
def ops(monkeypatch):
    """Four ops as the inspector sees them, whatever the engine offers."""
    for op in (
        Op("tensor", lambda: None, "Tensors", "▭", "Numbers.", (), LEAF, source=True),
        Op("parameter", lambda: None, "Tensors", "∇", "Learned.", (), LEAF[:2], source=True),
        Op("mul", lambda: None, "Arithmetic", "×", "Multiply.", TWO, (), nickname="switches"),
        Op("pow", lambda: None, "Arithmetic", "^", "Raise.",
           (TWO[0], Slot("exponent", takes_number=True)), ()),
    ):  # fmt: skip
        monkeypatch.setitem(OPS, op.name, op)


@pytest.fixture
def editor():
    return demo.editor()


@pytest.fixture
def selection():
    return demo.selection()


@pytest.fixture
def player():
    return demo.player(10)


@pytest.fixture
def inspector(qtbot, editor, selection, player):
    made = Inspector(editor, selection, player, LIGHT)
    qtbot.addWidget(made)
    made.resize(290, 640)
    made.show()
    return made


def retype(qtbot, field, text, end=Qt.Key.Key_Return):
    field.line.setFocus()
    field.line.selectAll()
    qtbot.keyClicks(field.line, text)
    qtbot.keyClick(field.line, end)


def test_with_nothing_selected_it_says_what_to_do(inspector):
    assert inspector.help.text() == NOTHING
    assert not inspector.title.isVisible()


def test_a_leaf_shows_value_and_grad_but_no_why(inspector, selection):
    selection.set(["w"])
    assert inspector.title.text() == "w · leaf parameter"
    assert inspector.signature.text() == "float32 () requires_grad=True"
    assert inspector.value.number.text() == "0.5"
    assert inspector.stored.number.text() == "44.89"
    assert not inspector.gradient.isVisible()
    assert not inspector.why.isVisible()


def test_an_inner_node_shows_its_gradient_and_why_grad_is_none(inspector, selection):
    selection.set(["m"])
    assert inspector.title.text() == "m · mul"
    assert inspector.signature.text() == "float32 () grad_fn=<MulBackward0>"
    assert inspector.gradient.number.text() == "6.7"
    assert inspector.why.head.text() == "Why is m.grad None?"
    assert "not a leaf" in inspector.why.text.text()
    assert inspector.about.text() == (
        "Multiply.\n\nGoing backward it switches: each input gets the gradient times the other's"
        " value."
    )


def test_it_follows_the_step(inspector, selection, player):
    selection.set(["w"])
    player.go(4)
    assert inspector.stored.number.text() == "None"
    assert "under way" in inspector.why.text.text()
    player.go(11)
    assert inspector.stored.number.text() == "89.78"
    player.go(-1)
    assert inspector.value.number.text() == "not computed yet"


def test_an_error_comes_with_its_sentence_and_the_remedy(inspector, selection, player):
    selection.set(["y"])
    player.go(13)
    assert inspector.error.isVisible()
    assert inspector.error.text.text().startswith("RuntimeError: Trying to backward")
    assert inspector.error.hint.text().startswith("Tick retain_graph")


def test_a_step_that_raised_is_told_whatever_is_selected_but_once(inspector, selection, player):
    player.go(13)
    assert inspector.raised.isVisible()
    assert inspector.raised.hint.text().startswith("Tick retain_graph")
    selection.set(["w"])
    assert inspector.raised.isVisible()
    selection.set(["y"])
    assert not inspector.raised.isVisible()
    selection.set([])
    player.go(5)
    assert not inspector.raised.isVisible()


def test_an_error_the_program_expects_is_no_alarm(inspector, player):
    player.film.shots[13].expected_error = True
    player.go(13)
    assert inspector.raised.head.text() == "This step raised, as the program expects"
    assert inspector.raised.property("card") == "plain"


def test_a_literal_is_one_undo_step(inspector, selection, editor, qtbot):
    selection.set(["y"])
    retype(qtbot, inspector.properties.fields["exponent"], "3")
    assert editor.document.graph.nodes["y"].params["exponent"] == 3
    assert editor.history.count() == 1
    assert editor.history.undoText() == "Set exponent of y"
    qtbot.keyClick(inspector.properties.fields["exponent"].line, Qt.Key.Key_Tab)
    assert editor.history.count() == 1
    editor.history.undo()
    assert inspector.properties.fields["exponent"].line.text() == "2"


def test_a_bad_value_stays_red_and_changes_nothing(inspector, selection, editor, qtbot):
    selection.set(["y"])
    field = inspector.properties.fields["exponent"]
    retype(qtbot, field, "two")
    assert field.line.text() == "two"
    assert field.line.property("bad")
    assert field.complaint.isVisibleTo(inspector)
    assert "two" in field.complaint.text()
    assert field.line.accessibleDescription() == field.complaint.text()
    assert editor.history.count() == 0
    step = inspector.player.step
    inspector.player.go(step + 1)
    assert field.line.text() == "two"
    qtbot.keyClick(field.line, Qt.Key.Key_Escape)
    assert field.line.text() == "2"
    assert not field.complaint.isVisibleTo(inspector)


def test_five_typed_into_a_parameter_is_a_float(inspector, selection, editor, qtbot):
    selection.set(["w"])
    retype(qtbot, inspector.properties.fields["data"], "[1, 2]")
    assert editor.document.graph.nodes["w"].params["data"] == [1.0, 2.0]
    assert inspector.properties.fields["data"].line.text() == "[1.0, 2.0]"


def test_a_tick_and_a_choice_are_edits_too(inspector, selection, editor, qtbot):
    selection.set(["x"])
    tick = inspector.properties.fields["requires_grad"]
    qtbot.keyClick(tick, Qt.Key.Key_Space)
    assert editor.document.graph.nodes["x"].params["requires_grad"] is True
    dtype = inspector.properties.fields["dtype"]
    assert dtype.currentText() == "float32"
    qtbot.keyClick(dtype, Qt.Key.Key_Down)
    assert editor.document.graph.nodes["x"].params["dtype"] == "float64"
    assert editor.history.count() == 2


def test_a_tensor_without_a_dtype_keeps_its_kind_of_number(inspector, selection, editor, qtbot):
    for data, typed, expected in ((1.0, "5", 5.0), (1, "5", 5), ([1, 2.5], "[3]", [3.0])):
        document = edits.set_param(editor.document, "x", "dtype", None)
        editor.open(edits.set_param(document, "x", "data", data))
        selection.set([])
        selection.set(["x"])
        retype(qtbot, inspector.properties.fields["data"], typed)
        kept = editor.document.graph.nodes["x"].params["data"]
        assert repr(kept) == repr(expected)


@pytest.mark.parametrize("bad", ["2x", "<b>x</b>", "for", "w", ""])
def test_a_name_must_be_one_python_can_use_and_free(inspector, selection, editor, qtbot, bad):
    selection.set(["x"])
    field = inspector.properties.fields["name"]
    field.line.selectAll()
    qtbot.keyClick(field.line, Qt.Key.Key_Delete)
    retype(qtbot, field, bad)
    assert field.line.property("bad")
    assert editor.history.count() == 0


def test_a_rename_is_one_undo_step(inspector, selection, editor, qtbot):
    selection.set(["x"])
    retype(qtbot, inspector.properties.fields["name"], "input")
    assert editor.document.graph.nodes["x"].name == "input"
    assert inspector.title.text() == "input · leaf tensor"
    assert editor.history.undoText() == "Rename x"


def test_what_is_typed_belongs_to_the_node_it_was_typed_for(inspector, selection, editor, qtbot):
    """Another node is selected while the field still has the keyboard."""
    selection.set(["y"])
    field = inspector.properties.fields["exponent"]
    field.line.setFocus()
    field.line.selectAll()
    qtbot.keyClicks(field.line, "4")
    selection.set(["m"])
    assert editor.document.graph.nodes["y"].params["exponent"] == 4
    assert "exponent" not in editor.document.graph.nodes["m"].params


def test_a_wired_slot_has_no_field_and_its_source_is_a_link(inspector, selection, editor, qtbot):
    selection.set(["m"])
    assert list(inspector.properties.fields) == ["name"]
    assert [b.text() for b in inspector.links.buttons] == ["self ← w", "other ← x"]
    qtbot.mouseClick(inspector.links.buttons[1], LEFT)
    assert selection.items == {"x"}
    selection.set(["m"])
    editor.apply("Cut", edits.disconnect(editor.document, [("m", "other")]))
    assert list(inspector.properties.fields) == ["name", "other"]


def test_several_are_counted(inspector, selection):
    selection.set(["x", "w", "m"])
    assert inspector.title.text() == "3 selected"
    assert inspector.help.text().startswith("x, w, m")
    assert not inspector.value.isVisible()


def test_long_texts_of_several_notes_are_cut(inspector, selection, editor):
    document, note = edits.add_region(editor.document, "note", (), "one\ntwo " * 40, (0.0, 0.0))
    editor.apply("Note", document)
    selection.set(["x", note])
    assert inspector.help.text().startswith("x, one two one two one two…\n")


def test_a_leaf_has_no_inputs_and_no_heading_for_them(inspector, selection):
    for leaf in ("x", "w", "x"):
        selection.set([leaf])
        assert not inspector.links.isVisible()
        selection.set(["m"])
        assert inspector.links.isVisible()


def test_a_region_shows_its_members_and_its_title_can_be_edited(
    inspector, selection, editor, qtbot
):
    document, region = edits.add_region(editor.document, "no_grad", ["x", "w"])
    editor.apply("Frame", document)
    selection.set([region])
    assert inspector.help.text().startswith("no_grad region")
    assert [b.text() for b in inspector.members.buttons] == ["x", "w"]
    retype(qtbot, inspector.properties.fields["name"], "frozen")
    assert editor.document.graph.regions[region].title == "frozen"
    assert inspector.title.text() == "frozen"


def test_no_name_is_read_as_html(inspector, selection, editor):
    editor.apply("Rename", edits.rename(editor.document, "m", "<b>x</b>"))
    selection.set(["m"])
    assert inspector.title.text() == "<b>x</b> · mul"
    labels = inspector.findChildren(QLabel)
    assert {label.textFormat() for label in labels} == {Qt.TextFormat.PlainText}


def test_a_node_taken_away_or_of_an_unknown_op_does_no_harm(inspector, selection, editor):
    selection.set(["y"])
    editor.apply("Delete", edits.remove(editor.document, ["y"]))
    assert inspector.help.text() == NOTHING
    graph = editor.document.graph
    strange = replace(graph.nodes["m"], op="from_the_future")
    graph = replace(graph, nodes={**graph.nodes, "m": strange})
    editor.apply("Paste", replace(editor.document, graph=graph))
    selection.set(["m"])
    assert inspector.title.text() == "m · from_the_future"


def test_a_small_matrix_is_a_table_and_a_large_array_a_summary(inspector, selection, player):
    small = np.arange(6, dtype=np.float32).reshape(2, 3)
    large = np.ones((20, 20), np.float32)
    large[0, 0] = np.nan
    shot = player.film.shots[10]
    state = NodeState(
        small, requires_grad=True, grad=large, live=True, terms=(Term(large, None, "y"),)
    )
    player.film.shots[10] = replace(shot, nodes={**shot.nodes, "m": state})
    selection.set(["m"])
    assert inspector.value.number.text() == "a 2 × 3 tensor"  # not the numbers 2 and 3
    assert inspector.value.table.isVisible()
    assert inspector.value.table.model().index(1, 2).data() == "5"
    assert not inspector.gradient.table.isVisible()
    assert inspector.gradient.detail.text() == "min 1 · max 1 · mean 1"
    assert "1 is nan." in inspector.gradient.bad.text()
    assert not inspector.value.bad.isVisible()


def test_numbers_are_put_in_words():
    one, two = Term(np.float32(32.5), None, "a"), Term(np.float32(0), None, "b")
    state = NodeState(np.float32(1), grad=np.float32(32.5), terms=(one, two), expected=3, live=True)
    assert terms(state) == "32.5 + 0 = 32.5"
    assert waiting(state) == "2 of 3 contributions in"
    assert waiting(replace(state, live=False)) == "from the last backward call"
    assert signature(NodeState()) == ""
    assert headline(np.zeros((0, 3))) == "(0, 3) empty"
    assert spread(np.array([True, False])) == ""


VALUE = NodeState(np.float32(1))
TRACKED = replace(VALUE, requires_grad=True)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (replace(VALUE, is_leaf=True), "requires_grad=False"),
        (replace(VALUE, why_no_grad=Cut.DETACH), "detach()"),
        (replace(VALUE, why_no_grad=Cut.NO_GRAD), "torch.no_grad()"),
        (replace(VALUE, why_no_grad=Cut.FROZEN), "requires a gradient"),
        (replace(VALUE, why_no_grad=Cut.NON_DIFFERENTIABLE), "argmax is not differentiable"),
        (TRACKED, "No gradient has reached z yet"),
        (replace(TRACKED, grad=np.float32(1)), "used and dropped. retain_grad() keeps it."),
        (replace(TRACKED, retains_grad=True), "retains its gradient"),
        (replace(TRACKED, is_leaf=True), "No backward pass has run yet"),
        (replace(TRACKED, is_leaf=True, live=True, grad=np.float32(1)), "just arrived"),
    ],
)
def test_why_grad_is_none(state, words):
    assert words in why_none("z", "argmax", state, after_backward=False)


def test_during_a_backward_call_no_leaf_is_said_to_lie_off_its_path():
    leaf = replace(TRACKED, is_leaf=True)
    said = why_none("z", "parameter", leaf, after_backward=True, under_way=True)
    assert "under way" in said
    assert "path" not in said
    assert "path" in why_none("z", "parameter", leaf, after_backward=True)


def test_there_is_no_why_when_there_is_a_grad_or_no_value():
    assert why_none("z", "mul", replace(TRACKED, stored=np.float32(1)), after_backward=True) == ""
    assert why_none("z", "mul", NodeState(), after_backward=True) == ""


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int", "3", 3), ("int | None", "", None), ("float", "3", 3), ("float", "1e-3", 1e-3),
        ("str", "mean", "mean"), ("int | tuple[int, ...] | None", "[0, 1]", [0, 1]),
        ("int | tuple[int, ...] | None", "0", 0), ("bool | None", "True", True),
        ("tuple[int, ...]", "3", [3]), ("tuple[int, ...]", "[]", []),
    ],
)  # fmt: skip
def test_fields_are_read_by_their_kind(kind, text, value):
    read = reader(kind)(text)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    ("kind", "text", "sentence"),
    [
        ("int", "x", "A whole number is wanted here."),
        ("int", "1.5", "A whole number is wanted here."),
        ("int | None", "True", "A whole number is wanted here, or nothing."),
        ("float", "", "A number is wanted here."),
    ],
)
def test_what_is_wanted_is_said(kind, text, sentence):
    with pytest.raises(ValueError, match="wanted") as said:
        reader(kind)(text)
    assert str(said.value) == sentence


def test_words_to_choose_from_are_a_list(qtbot):
    field = editor_for("reduction", "Literal['mean', 'sum']")
    qtbot.addWidget(field)
    assert isinstance(field, ChoiceField)
    assert [field.itemText(k) for k in range(field.count())] == ["mean", "sum"]
