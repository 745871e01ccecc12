"""The search popup and the in-place editor, by keyboard."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest

from engine.registry import OPS
from gui.canvas.choices import choices
from tests.canvas_kit import CTRL, product, rig_for, square


@pytest.fixture
def rig(qtbot):
    return rig_for(qtbot, square())


@pytest.fixture
def field(rig):
    return rig.canvas.field


class TestFinding:
    def first(self, query: str, **rest: bool) -> str:
        return choices(query, **rest)[0].op

    @pytest.mark.parametrize(
        ("query", "op"),
        [("sig", "sigmoid"), ("×", "mul"), ("add", "add"), ("SIN", "sin"), ("mtm", "matmul"),
         ("cross", "cross"), ("entropy", "cross_entropy")],
    )  # fmt: skip
    def test_names_symbols_and_pieces_find_it(self, query, op):
        assert self.first(query) == op

    def test_a_category_finds_its_ops(self):
        assert OPS[self.first("Reduction")].category == "Reduction"

    def test_a_typed_number_offers_a_tensor(self):
        choice = choices("2.5")[0]
        assert (choice.op, choice.params["data"], choice.title) == ("tensor", 2.5, "tensor 2.5")
        assert choices("[1,2]")[0].params["data"] == [1, 2]

    def test_for_a_loose_wire_only_ops_that_take_one(self):
        assert all(OPS[c.op].slots for c in choices("", inputs=1))
        assert not choices("2.5", inputs=1)

    def test_nonsense_finds_nothing(self):
        assert choices("qqqq") == []


class TestPopup:
    @pytest.mark.parametrize(("key", "keys"), [(Qt.Key.Key_Tab, 0), (Qt.Key.Key_A, 1)])
    def test_tab_and_shift_a_open_it_and_enter_adds(self, rig, key, keys):
        modifier = Qt.KeyboardModifier.ShiftModifier if keys else Qt.KeyboardModifier.NoModifier
        rig.key(key, modifier)
        search = rig.canvas.search
        assert search.isVisible()
        QTest.keyClicks(search.line, "sig")
        QTest.keyClick(search.line, Qt.Key.Key_Return)
        assert "sigmoid" in rig.document.graph.nodes
        assert rig.selection.items == {"sigmoid"}
        assert not search.isVisible()
        assert rig.steps == 1

    def test_arrows_choose(self, rig):
        rig.key(Qt.Key.Key_Tab)
        search = rig.canvas.search
        QTest.keyClicks(search.line, "s")
        second = choices("s")[1].op
        QTest.keyClick(search.line, Qt.Key.Key_Down)
        QTest.keyClick(search.line, Qt.Key.Key_Return)
        assert next(reversed(rig.document.graph.nodes.values())).op == second

    def test_esc_closes_and_adds_nothing(self, rig):
        rig.key(Qt.Key.Key_Tab)
        QTest.keyClick(rig.canvas.search.line, Qt.Key.Key_Escape)
        assert not rig.canvas.search.isVisible()
        assert rig.steps == 0

    def test_a_double_click_on_nothing_opens_it_there(self, rig):
        rig.double_click(rig.see(700, 500))
        assert rig.canvas.search.isVisible()
        QTest.keyClicks(rig.canvas.search.line, "3")
        QTest.keyClick(rig.canvas.search.line, Qt.Key.Key_Return)
        (node,) = rig.selection.items
        assert rig.document.graph.nodes[node].params["data"] == 3.0
        assert isinstance(rig.document.graph.nodes[node].params["data"], float)

    @pytest.mark.parametrize("end", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
    def test_the_hint_goes_when_it_closes(self, rig, end):
        said = []
        rig.canvas.hint.connect(said.append)
        rig.key(Qt.Key.Key_Tab)
        assert said[-1].startswith("Type an operation")
        QTest.keyClicks(rig.canvas.search.line, "sig")
        QTest.keyClick(rig.canvas.search.line, end)
        assert said[-1] == ""

    def test_the_hint_goes_when_an_edit_closes_it(self, rig):
        said = []
        rig.canvas.hint.connect(said.append)
        rig.key(Qt.Key.Key_Tab)
        rig.canvas.add_op("exp")
        assert said[-1] == ""

    def test_it_stays_inside_a_small_canvas(self, rig):
        rig.canvas.resize(260, 180)
        rig.canvas.start_search(rig.canvas.scene(rig.canvas.rect().bottomRight()))
        assert rig.canvas.rect().contains(rig.canvas.search.geometry())

    def test_from_an_input_the_result_goes_into_it(self, rig):
        rig.drag(rig.port("s", "self"), rig.see(300, 500))
        QTest.keyClicks(rig.canvas.search.line, "3")
        QTest.keyClick(rig.canvas.search.line, Qt.Key.Key_Return)
        source = rig.document.graph.edges["s", "self"].source
        assert rig.document.graph.nodes[source].params["data"] == 3.0
        assert list(rig.document.graph.nodes).index(source) < 3
        assert rig.steps == 1


class TestEditingInPlace:
    def type(self, field, text, key=Qt.Key.Key_Return):
        field.selectAll()
        QTest.keyClicks(field, text)
        QTest.keyClick(field, key)

    def test_a_value_is_typed_over(self, rig, field):
        rig.double_click(rig.on("x", 100, 22))
        assert field.isVisible()
        assert field.text() == "2.0"
        self.type(field, "5")
        value = rig.document.graph.nodes["x"].params["data"]
        assert value == 5.0
        assert isinstance(value, float)
        assert rig.editor.history.undoText() == "Set x to 5"
        assert not field.isVisible()
        assert rig.steps == 1

    def test_a_bad_value_keeps_the_editor_open_and_says_why(self, rig, field):
        rig.selection.set(["x"])
        rig.key(Qt.Key.Key_Return)
        self.type(field, "two")
        assert field.isVisible()
        assert field.text() == "two"
        assert "“two” is not a number" in field.reason.text()
        assert field.reason.isVisible()
        assert rig.steps == 0
        self.type(field, "[1, 2]")
        assert rig.document.graph.nodes["x"].params["data"] == [1.0, 2.0]
        assert not field.reason.isVisible()

    def test_a_click_elsewhere_does_not_lose_a_bad_value(self, rig, field):
        rig.selection.set(["x"])
        rig.key(Qt.Key.Key_Return)
        QTest.keyClicks(field, "1,")
        rig.click(rig.see(700, 500))
        assert field.isVisible()
        assert field.text() == "1,"

    def test_a_click_elsewhere_keeps_a_good_one(self, rig, field):
        rig.selection.set(["x"])
        rig.key(Qt.Key.Key_Return)
        QTest.keyClicks(field, "7")
        rig.click(rig.see(700, 500))
        assert not field.isVisible()
        assert rig.document.graph.nodes["x"].params["data"] == 7.0

    def test_esc_changes_nothing(self, rig, field):
        rig.double_click(rig.on("x", 100, 22))
        self.type(field, "9", Qt.Key.Key_Escape)
        assert not field.isVisible()
        assert rig.steps == 0

    def test_tab_goes_on_to_the_name(self, rig, field):
        rig.selection.set(["x"])
        rig.key(Qt.Key.Key_Return)
        self.type(field, "4", Qt.Key.Key_Tab)
        assert field.isVisible()
        assert field.text() == "x"
        self.type(field, "weight")
        node = rig.document.graph.nodes["x"]
        assert (node.name, node.params["data"]) == ("weight", 4.0)
        assert rig.steps == 2

    def test_a_number_in_a_slot_is_edited(self, rig, field):
        rig.selection.set(["y"])
        rig.key(Qt.Key.Key_Return)
        assert field.text() == "2"
        self.type(field, "3")
        assert rig.document.graph.nodes["y"].params["exponent"] == 3
        assert rig.editor.history.undoText() == "Set exponent of y to 3"

    @pytest.mark.parametrize("name", ["2x", "a b", "lambda", "", "y"])
    def test_a_name_that_cannot_be_is_refused(self, rig, field, name):
        rig.selection.set(["x"])
        rig.key(Qt.Key.Key_F2)
        field.clear()
        self.type(field, name)
        assert field.isVisible()
        assert field.reason.text()
        assert rig.steps == 0

    @pytest.mark.parametrize("name", ["a\u202eb", "\u2066x", "a\u200bb", "a\x07b", "x\u2028y"])
    def test_a_name_with_a_character_nobody_sees_is_not_taken(self, rig, field, name):
        """Pasted: what stays of it is a name that can be read, or it is refused with the reason."""
        rig.selection.set(["x"])
        rig.key(Qt.Key.Key_F2)
        field.selectAll()
        QGuiApplication.clipboard().setText(name)
        QTest.keyClick(field, Qt.Key.Key_V, CTRL)
        QTest.keyClick(field, Qt.Key.Key_Return)
        found = rig.document.graph.nodes["x"].name
        assert found.isascii()
        assert (found == "x") is bool(field.reason.text())
        assert field.reason.text().isprintable()

    def test_undo_closes_the_editor(self, rig, field):
        rig.selection.set(["s"])
        rig.key(Qt.Key.Key_Delete)
        rig.double_click(rig.on("x", 100, 22))
        rig.editor.history.undo()
        assert not field.isVisible()

    def test_a_note_and_a_title_are_edited(self, qtbot):
        rig = rig_for(qtbot, product())
        rig.double_click(rig.see(80, 260))
        self.type(rig.canvas.field, "Look here")
        assert rig.document.graph.regions["n"].title == "Look here"
        tab = rig.canvas.geometry_.regions[0].tab
        rig.double_click(rig.see(tab[0] + 20, tab[1] + 10))
        self.type(rig.canvas.field, "frozen part")
        assert rig.document.graph.regions["r"].title == "frozen part"

    def test_a_node_with_no_number_is_renamed(self, rig, field):
        rig.double_click(rig.on("s", 70, 38))
        assert (field.isVisible(), field.text()) == (True, "s")
        field.cancel()
        rig.selection.set(["s"])
        rig.key(Qt.Key.Key_Return)
        assert (field.isVisible(), field.text()) == (True, "s")

    def test_without_a_change_there_is_no_step(self, rig, field):
        rig.double_click(rig.on("x", 100, 22))
        QTest.keyClick(field, Qt.Key.Key_Return)
        assert rig.steps == 0
