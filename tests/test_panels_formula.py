"""Explanations on screen: formulas drawn, copied, wrapped; cards, heat-maps, histograms."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QGuiApplication, QHelpEvent
from PySide6.QtWidgets import QToolTip

from engine.graph import Graph
from gui.dress import dress
from gui.model.document import Document
from gui.model.explain import explained
from gui.model.explain.arithmetic import Line, said
from gui.model.summary import histogram
from gui.panels.code import CodePane
from gui.panels.explained import ExplanationCard
from gui.panels.formula import FormulaView
from gui.panels.heatmap import HeatMap
from gui.panels.histogram import HistogramView
from gui.panels.inspector import Inspector
from gui.panels.parts import contrast
from gui.state import typeset
from gui.state.editor import Editor
from gui.state.player import Player
from gui.state.selection import Selection
from gui.theme import DARK, HIGH_CONTRAST, LIGHT
from tests.model.test_explain import layer
from tests.runs import FORWARD, backward, binary, film_of, leaf, lesson
from tests.runs import film as run

LINES = (
    Line(r"y = \frac{a}{b}", "y = a/b"), Line(r"= \frac{1}{2}", "= 1/2", "numbers"),
    Line("= 0.5", "= 0.5", "result"), said("That is all."),
)  # fmt: skip


@pytest.fixture
def view(qtbot):
    dress(LIGHT)
    made = FormulaView(LIGHT)
    qtbot.addWidget(made)
    made.resize(300, 200)
    made.show()
    made.show_lines(LINES)
    qtbot.waitUntil(lambda: made.is_drawn)
    return made


def ink(widget, color):
    """How many pixels are nearly of that colour."""
    image = widget.grab().toImage().convertToFormat(widget.grab().toImage().Format.Format_RGB32)
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)
    wanted = np.array([color.blue(), color.green(), color.red()])
    return int(np.sum(np.abs(pixels[..., :3].astype(int) - wanted).max(axis=-1) < 30))


@pytest.mark.parametrize("theme", [LIGHT, DARK, HIGH_CONTRAST], ids=lambda t: t.name)
def test_formulas_take_the_colours_of_the_theme(view, theme):
    view.set_theme(theme)
    view.setStyleSheet(f"background: {theme.window}")
    assert ink(view, theme.color("text")) > 20
    assert ink(view, theme.color("gradient")) > 8  # the result


def test_a_larger_font_draws_larger(view, qtbot):
    before = view.heightForWidth(300)
    font = view.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    view.setFont(font)
    assert view.heightForWidth(300) > 1.7 * before


def test_a_long_formula_wraps_and_stays_inside(view, qtbot):
    long = r"y = a_{1} \cdot b_{1} + a_{2} \cdot b_{2} + a_{3} \cdot b_{3} + a_{4} \cdot b_{4}"
    view.show_lines([Line(long, "y = a + b")])
    qtbot.waitUntil(lambda: view.is_drawn)
    wide, narrow = view.heightForWidth(600), view.heightForWidth(150)
    assert narrow > 1.8 * wide
    view.resize(150, narrow)
    right = max(p.x + p.piece.width * p.scale for p in view._places)
    assert right <= 151


def test_keys_and_menu_copy_text_and_tex(view, qtbot):
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "y = a/b\n= 1/2\n= 0.5\nThat is all."
    text, tex = view.copy_menu().actions()
    tex.trigger()
    assert QGuiApplication.clipboard().text().startswith(r"y = \frac{a}{b}")
    assert QGuiApplication.clipboard().text().endswith(r"\text{That is all.}")
    text.trigger()
    assert "\\" not in QGuiApplication.clipboard().text()


def test_a_screen_reader_gets_the_text(view):
    assert view.accessibleName() == view.text()


def test_until_it_is_drawn_it_is_plain_text(qtbot, monkeypatch):
    """And for good, where it cannot be drawn."""
    made = FormulaView(LIGHT)
    qtbot.addWidget(made)
    made.resize(300, 60)
    made.show()
    made.show_lines([Line(r"\frac{never", "never")])
    assert [p.text for p in made._places] == ["never"]
    assert made.heightForWidth(300) > 10


class _Shown:
    """An inspector with a film and a selection."""

    def __init__(self, qtbot, shown, node, step):
        dress(LIGHT)
        editor = Editor()
        editor.open(Document(shown.graph, shown.program, {}))
        self.player, self.selection = Player(), Selection()
        self.player.set_film(shown, step)
        self.panel = Inspector(editor, self.selection, self.player, LIGHT)
        qtbot.addWidget(self.panel)
        self.panel.resize(360, 1200)
        self.panel.show()
        self.selection.set([node])


@pytest.fixture
def shown(qtbot):
    film = layer()
    return _Shown(qtbot, film, "Y", len(film) - 1)


def test_a_selected_node_tells_how_it_was_computed_and_what_it_passes_back(shown, qtbot):
    how = shown.panel.how
    qtbot.waitUntil(lambda: how.card.worked.text() != "")
    assert how.card.formula.text().startswith("Y = ")
    assert "4 · 0.5 + 5 · (-1) + 6 · 3" in how.card.worked.text()
    titles = [card.head.text() for card in how.passed.cards if card.isVisible()]
    assert titles == ["What Y passes back to X", "What Y passes back to W"]
    assert how.card.heat.isVisible()


def test_another_entry_is_worked_out_when_it_is_typed(shown, qtbot):
    card = shown.panel.how.card
    field = card.chooser.field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0, 1")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: card.worked.text().startswith("Y[0, 1]"))
    assert card.worked.text().endswith("= 7.5")
    field.selectAll()
    qtbot.keyClicks(field, "9, 9")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "no entry [9, 9]" in card.worked.text())


def test_saved_tensors_lead_to_the_node_they_came_from(shown, qtbot):
    how = shown.panel.how
    qtbot.mouseClick(how.keeps.button, Qt.MouseButton.LeftButton)
    links = [b for b in how.saved.findChildren(type(how.keeps.button)) if b.text() == "W"]
    assert "freed" in how.saved.findChildren(type(shown.panel.about))[2].text()
    qtbot.mouseClick(links[0], Qt.MouseButton.LeftButton)
    assert shown.selection.items == {"W"}


def test_a_closed_section_works_nothing_out(shown, qtbot, monkeypatch):
    from gui.panels import node_story

    qtbot.mouseClick(shown.panel.how.back.button, Qt.MouseButton.LeftButton)
    asked = []
    monkeypatch.setattr(node_story, "passed_back", lambda *a: asked.append(a) or ())
    shown.player.go(shown.player.step - 1)
    shown.selection.set(["h"])
    assert asked == []
    qtbot.mouseClick(shown.panel.how.back.button, Qt.MouseButton.LeftButton)
    assert asked


def test_a_film_that_runs_typesets_no_step_it_skips(qtbot, monkeypatch):
    """Every step is told, in plain text until one stays."""
    film = film_of(lesson("perceptron"))
    shown = _Shown(qtbot, film, "w", 22)
    made = []
    monkeypatch.setattr(typeset, "_pieces", {})
    monkeypatch.setattr(typeset, "typeset", lambda tex: made.append(tex))
    card = shown.panel.step.card
    for step in range(23, len(film)):
        shown.player.playing = True  # as the transport sets it; the clock is not needed here
        shown.player.go(step)
        told = explained(film, step)
        assert card.formula.text() == "\n".join(line.text for line in told.lines)
        assert card.head.text() == told.title
    assert made == []
    last = {p for line in told.lines if line.tex for p in typeset.pieces_of(line.tex)}
    qtbot.waitUntil(lambda: last <= set(made))
    shown.player.playing = False


def test_the_step_card_goes_from_symbols_to_numbers_to_the_result(qtbot):
    made, edges = binary("m", "mul", "w", "x")
    graph = Graph.of([leaf("w", 0.5), leaf("x", 6.5, grad=False), made], edges)
    shown = _Shown(qtbot, run(graph, FORWARD, backward("m")), "w", 4)
    card = shown.panel.step.card
    assert card.formula.text().split("\n") == [
        "∂m/∂w = ∂m/∂m · ∂m/∂w", "= ∂m/∂m · x", "= 1 · x", "= 1 · 6.5", "= 6.5",
    ]  # fmt: skip
    assert card.note.text().startswith("mul switches")
    shown.player.go(-1)
    assert not shown.panel.step.isVisible()


def test_the_next_step_is_typeset_before_it_is_gone_to(qtbot, monkeypatch):
    """So that stepping on shows mathematics at once."""
    monkeypatch.setattr(typeset, "_pieces", {})
    film = film_of(lesson("perceptron"))
    shown = _Shown(qtbot, film, "w", 32)
    following = [line.tex for line in explained(film, 33).lines]
    qtbot.waitUntil(lambda: all(map(typeset.is_settled, following)))
    shown.player.go(33)
    assert shown.panel.step.card.formula.is_drawn


def test_the_step_card_follows_the_player(shown, qtbot):
    step = next(
        k for k, e in enumerate(shown.player.film.majors) if getattr(e, "target", "") == "b"
    )
    shown.player.go(step)
    assert "sum over dim 0" in shown.panel.step.card.formula.text()
    qtbot.waitUntil(lambda: shown.panel.step.card.worked.text().startswith("∂L/∂b["))
    assert shown.panel.step.height() <= shown.panel.height() * 0.6


def test_the_step_card_is_blue_forward_orange_backward_and_not_cut(qtbot):
    film = film_of(lesson("fan_out"))
    shown = _Shown(qtbot, film, "x", 0)
    shown.panel.resize(320, 740)
    card = shown.panel.step
    for step, chapter in [(k, film.timeline.chapter_at(k).kind) for k in range(len(film))]:
        shown.player.go(step)
        assert card.card.property("card") == ("value" if chapter == "forward" else "gradient")
        assert card.card.formula.tone == card.card.property("card")
        qtbot.waitUntil(
            lambda: not card.isVisible() or card.widget().height() <= card.viewport().height()
        )
        assert not card.verticalScrollBar().isVisible(), step


def test_both_codes_are_lit_at_a_backward_step(qtbot):
    from engine.code.source import lines

    shown = film_of(lesson("perceptron"))
    editor, player = Editor(), Player()
    editor.open(Document(shown.graph, shown.program, {}))
    step = next(k for k, e in enumerate(shown.majors) if getattr(e, "target", "") == "w")
    player.set_film(shown, step)
    selection = Selection()
    pane = CodePane(editor, selection, player, lines, LIGHT)
    qtbot.addWidget(pane)
    pane.resize(700, 300)
    pane.show()
    lit = [pane.manual.lines[k].text for k, strong in pane.manual.view.lit.items() if strong]
    assert lit == ["dw = dwx * x"]
    assert [pane.lines[k].text for k in pane.view.lit] == ["loss.backward()"]
    line = next(k for k, made in enumerate(pane.manual.lines) if made.text.startswith("dz = "))
    block = pane.manual.view.document().findBlockByNumber(line)
    place = pane.manual.view.blockBoundingGeometry(block).translated(
        pane.manual.view.contentOffset()
    )
    inside = QPoint(20, int(place.center().y()))
    qtbot.mouseClick(pane.manual.view.viewport(), Qt.MouseButton.LeftButton, pos=inside)
    assert player.step == pane.manual.lines[line].step
    assert selection.items == {"y_pred"}


def test_a_heat_map_tells_each_cell(qtbot):
    film = layer()
    jacobian = explained(film, len(film) - 1, "p").jacobian()
    made = HeatMap()
    qtbot.addWidget(made)
    made.show_jacobian(jacobian)
    made.resize(200, made.sizeHint().height())
    made.show()
    area = made.area
    assert made.cell_at(QPoint(2, 2)) == (0, 0)
    assert made.cell_at(QPoint(int(area.right()) - 2, int(area.bottom()) - 2)) == (3, 3)
    assert made.cell_at(QPoint(500, 2)) is None
    assert made.told(0, 0).startswith("∂p[0, 0]/∂h[0, 0] = 0.0")
    assert "8 of 16 cells are 0" in made.accessibleName()
    spot = QPoint(2, 2)
    QGuiApplication.sendEvent(made, QHelpEvent(QEvent.Type.ToolTip, spot, made.mapToGlobal(spot)))
    assert QToolTip.text() == made.told(0, 0)
    QToolTip.hideText()
    assert ink(made, LIGHT.color("surface")) > 100  # the zeros


@pytest.mark.parametrize("theme", [LIGHT, DARK, HIGH_CONTRAST], ids=lambda t: t.name)
def test_numbers_in_a_heat_map_are_read_on_every_cell(qtbot, theme):
    film = layer()
    made = HeatMap()
    qtbot.addWidget(made)
    made.set_theme(theme)
    made.show_jacobian(explained(film, len(film) - 1, "p").jacobian())
    image = made._image(made.jacobian.cells)
    for row, column in np.ndindex(made.jacobian.cells.shape):
        on = image.pixelColor(column, row).name()
        assert contrast(made.ink(row, column).name(), on) >= 4.5


def test_a_story_before_the_run_says_that_there_is_nothing_yet(shown):
    assert not shown.panel.how.nothing.isVisible()
    shown.player.go(-1)
    assert shown.panel.how.nothing.text() == "Nothing yet: it has no value at this step."
    assert shown.panel.how.nothing.isVisible()


def test_a_histogram_counts_exactly_also_a_million(qtbot):
    made = HistogramView("value")
    qtbot.addWidget(made)
    made.resize(200, made.sizeHint().height())
    array = np.random.default_rng(1).normal(size=1_000_000).astype(np.float32)
    made.show_array(array)
    qtbot.waitUntil(lambda: made.shown is not None)
    assert sum(made.shown.counts) == 1_000_000
    low, high = made.shown.edges[3:5]
    assert made.shown.counts[3] == np.sum((array >= low) & (array < high))
    assert made.isVisible() or made.isVisibleTo(None)
    assert "1000000 finite entries" in made.accessibleName()


def test_a_histogram_of_odd_arrays():
    """Nothing, nothing finite, one number only, whole numbers, truths."""
    assert histogram(np.zeros((0, 3))).counts == ()
    broken = histogram(np.array([np.nan, np.inf, np.nan]))
    assert (broken.counts, broken.nans, broken.infs) == ((), 2, 1)
    assert sum(histogram(np.full(7, 3.0)).counts) == 7
    assert histogram(np.array([0, 1, 1, 3])).counts == (1, 2, 0, 1)
    assert histogram(np.array([True, False, True])).counts == (1, 2)
    wide = np.array([-3e38, 3e38, 0], np.float32)
    assert sum(histogram(wide).counts) == 3
    assert histogram(np.array(["a"])).counts == ()


def test_a_card_that_says_nothing_is_not_there(qtbot):
    from gui.model.explain import EMPTY

    card = ExplanationCard("gradient", LIGHT)
    qtbot.addWidget(card)
    card.show_explanation(EMPTY)
    assert not card.isVisible()


def test_what_is_too_wide_for_the_panel_is_text_that_wraps(view, qtbot):
    """A fraction cannot go on in the next line; its plain text can."""
    long = " + ".join(["x_1"] * 30)
    view.show_lines([Line(rf"y = \frac{{{long}}}{{2}}", f"y = ({long})/2")])
    qtbot.waitUntil(lambda: view.is_drawn)
    view.resize(200, 400)
    assert all(placed.piece is None for placed in view._places)
    assert len(view._places) > 3
    assert view.heightForWidth(3000) < view.heightForWidth(200)


def test_a_long_sum_wraps_between_its_terms(view, qtbot):
    r"""Not before a \cdot, as long as there is a plus to wrap at."""
    terms = [rf"a_{{{k}}} \cdot b_{{{k}}}" for k in range(8)]
    view.show_lines([Line("= " + " + ".join(terms), "…")])
    qtbot.waitUntil(lambda: view.is_drawn)
    view.resize(170, 300)
    firsts = {round(p.baseline): k for k, p in reversed(list(enumerate(view._places)))}
    assert len(firsts) > 2
    assert all(k % 2 == 0 for k in firsts.values())


def test_a_leaf_tells_no_story(shown):
    """Its value was given, and it passes nothing on."""
    assert shown.panel.how.isVisible()
    shown.selection.set(["X"])
    assert not shown.panel.how.isVisible()
    shown.selection.set(["h"])
    assert shown.panel.how.isVisible()
