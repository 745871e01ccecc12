"""The palette: ops are found by category, by typing and by keyboard, and dragged by name."""

import pytest
from PySide6.QtCore import Qt

from engine.registry import Op
from gui.model.modules import modules
from gui.panels.palette import OP_MIME, Palette
from gui.theme import DARK, LIGHT

# The offscreen platform says so of every top-level widget that has a layout.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def an_op(name, category, doc="Does it."):
    return Op(name, lambda: None, category, "?", doc, (), ())


OPS = {
    op.name: op
    for op in (
        an_op("mse_loss", "Loss"),
        an_op("mul", "Arithmetic", "Multiply <b>two</b> tensors."),
        an_op("matmul", "Linear algebra"),
        an_op("tensor", "Tensors"),
        an_op("strange", "Something new"),
        an_op("detach", "Gradient control"),
    )
}


@pytest.fixture
def palette(qtbot):
    made = Palette(LIGHT, OPS, ())
    qtbot.addWidget(made)
    made.resize(230, 600)
    made.show()
    return made


def shown(palette):
    """What the tree lists: {category: [entries]}."""
    model = palette.model
    parents = [model.item(row) for row in range(model.rowCount())]
    return {p.text(): [p.child(k).text() for k in range(p.rowCount())] for p in parents}


def find(palette, text):
    (item,) = palette.model.findItems(text, Qt.MatchFlag.MatchRecursive)
    return item.index()


def test_categories_come_in_the_agreed_order_and_unknown_ones_last(palette):
    order = ["Tensors", "Arithmetic", "Linear algebra", "Gradient control", "Loss", "Something new"]
    assert list(shown(palette)) == order


def test_regions_stand_under_gradient_control(palette):
    modes = ["no_grad region", "enable_grad region", "inference_mode region"]
    expected = ["detach", *modes, "group", "note"]
    assert shown(palette)["Gradient control"] == expected


def test_typing_filters_and_enter_adds_the_best_hit(palette, qtbot):
    qtbot.keyClicks(palette.field, "mul")
    assert shown(palette) == {"Arithmetic": ["mul"], "Linear algebra": ["matmul"]}
    with qtbot.waitSignal(palette.chosen) as added:
        qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert added.args == ["mul"]


def test_letters_need_not_be_neighbours(palette, qtbot):
    qtbot.keyClicks(palette.field, "msl")
    assert shown(palette) == {"Loss": ["mse_loss"]}


def test_a_category_and_the_description_find_an_op_as_well(palette, qtbot):
    qtbot.keyClicks(palette.field, "linear")
    assert shown(palette) == {"Linear algebra": ["matmul"]}
    palette.field.clear()
    qtbot.keyClicks(palette.field, "multiply")
    assert shown(palette) == {"Arithmetic": ["mul"]}


def test_nothing_found_is_said_with_names_to_try(palette, qtbot):
    qtbot.keyClicks(palette.field, "matmlu")
    assert palette.empty.text() == "Nothing called “matmlu”. Try: matmul, mul."
    assert palette.empty.isVisible()
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)  # adds nothing, and does not fail
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.empty.isVisible()
    assert len(shown(palette)) == 6


def test_what_is_typed_is_never_read_as_html(palette, qtbot):
    qtbot.keyClicks(palette.field, "<b>x</b>")
    assert palette.empty.textFormat() == Qt.TextFormat.PlainText
    assert "<b>x</b>" in palette.empty.text()
    palette.field.clear()
    assert "&lt;b&gt;" in find(palette, "mul").data(Qt.ItemDataRole.ToolTipRole)


def test_down_goes_to_the_list_and_up_comes_back(palette, qtbot):
    palette.field.setFocus()
    qtbot.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.tree.hasFocus()
    qtbot.keyClick(palette.tree, Qt.Key.Key_Down)
    with qtbot.waitSignal(palette.chosen) as added:
        qtbot.keyClick(palette.tree, Qt.Key.Key_Return)
    assert added.args == ["tensor"]
    qtbot.keyClick(palette.tree, Qt.Key.Key_Up)
    qtbot.keyClick(palette.tree, Qt.Key.Key_Up)
    assert palette.field.hasFocus()


def test_letters_typed_in_the_list_go_to_the_field(palette, qtbot):
    palette.tree.setFocus()
    qtbot.keyClicks(palette.tree, "d")
    assert palette.field.text() == "d"
    assert palette.field.hasFocus()


def test_a_double_click_adds_an_op_or_a_region(palette, qtbot):
    for text, signal, name in (
        ("mul", palette.chosen, "mul"),
        ("no_grad region", palette.region_chosen, "no_grad"),
    ):
        index = find(palette, text)
        palette.tree.scrollTo(index)
        at = palette.tree.visualRect(index).center()
        with qtbot.waitSignal(signal) as added:
            qtbot.mouseClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
            qtbot.mouseDClick(palette.tree.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert added.args == [name]


def test_a_drag_carries_the_name_of_the_op(palette):
    index = find(palette, "matmul")
    assert index.flags() & Qt.ItemFlag.ItemIsDragEnabled
    assert bytes(palette.model.mimeData([index]).data(OP_MIME)) == b"matmul"
    assert palette.tree.dragEnabled()
    assert not find(palette, "group").flags() & Qt.ItemFlag.ItemIsDragEnabled


def test_a_folded_category_stays_folded_after_a_search(palette, qtbot):
    palette.tree.collapse(find(palette, "Arithmetic"))
    qtbot.keyClicks(palette.field, "mul")
    assert palette.tree.isExpanded(find(palette, "Arithmetic"))
    palette.field.clear()
    assert not palette.tree.isExpanded(find(palette, "Arithmetic"))


def test_a_theme_reaches_what_is_painted_by_hand(palette):
    palette.set_theme(DARK)
    assert palette.grab().toImage().pixelColor(3, 3).name() == DARK.window


@pytest.fixture
def library(qtbot):
    made = Palette(LIGHT, OPS)
    qtbot.addWidget(made)
    made.resize(230, 600)
    made.show()
    return made


def test_modules_stand_after_the_tensors_and_are_found_by_what_they_do(library, qtbot):
    assert list(shown(library))[:2] == ["Tensors", "Modules"]
    assert shown(library)["Modules"] == [m.title for m in modules()]
    qtbot.keyClicks(library.field, "softmax")
    assert shown(library)["Modules"][0] == "softmax cross-entropy"
    library.field.clear()
    qtbot.keyClicks(library.field, "weighted")
    assert shown(library) == {"Modules": ["neuron"]}


@pytest.mark.parametrize(("keys", "folded"), [("", True), ("alt", False)])
def test_a_module_is_chosen_folded_unless_alt_is_held(library, qtbot, keys, folded):
    modifier = Qt.KeyboardModifier.AltModifier if keys else Qt.KeyboardModifier.NoModifier
    library.tree.setCurrentIndex(find(library, "neuron"))
    with qtbot.waitSignal(library.module_chosen) as added:
        qtbot.keyClick(library.tree, Qt.Key.Key_Return, modifier)
    assert added.args == ["neuron", folded]


def test_a_drag_of_a_module_says_that_it_is_one(library):
    index = find(library, "attention head")
    assert bytes(library.model.mimeData([index]).data(OP_MIME)) == b"module:attention"
    assert "how much it matters" in index.data(Qt.ItemDataRole.ToolTipRole)
