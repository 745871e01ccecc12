"""Lessons in the window: text, questions, the way along the film, fixes, what is remembered."""

import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from engine.events import Failed
from gui.model.lessons import by_id, lessons
from gui.tutor import MOST_TICKS, Stroll
from tests.runs import events
from tests.window_kit import LEFT, Key, settled


@pytest.fixture
def lesson(qtbot, app):
    """Open a lesson and give its panel, at the step asked for."""
    app.settings.reduced_motion = True

    def opened(name, k=0):
        app.open_lesson(by_id(name).graph)
        settled(qtbot, app)
        for _ in range(k):
            QTest.mouseClick(app.lesson.next, LEFT)
        return app.lesson

    return opened


def click(button):
    QTest.mouseClick(button, LEFT)


def answer(pane, typed):
    pane.question.field.clear()
    QTest.keyClicks(pane.question.field, typed)
    QTest.keyClick(pane.question.field, Key.Key_Return)


def plain(label):
    """What a label of rich text says."""
    from PySide6.QtGui import QTextDocument

    document = QTextDocument()
    document.setHtml(label.text())
    return document.toPlainText()


def test_without_a_lesson_the_dock_says_how_to_open_one(app):
    assert app.lesson.whole.isHidden()
    assert "File ▸ Lessons" in app.lesson.how.text()
    app.window.docks["lesson"].raise_()
    click(app.lesson.choose)
    assert app.window.pages.currentWidget() is app.start_page


def test_a_lesson_comes_to_the_front_beside_its_graph(app, lesson):
    pane = lesson("order")
    assert pane.isVisible()
    assert app.editor.path is None
    assert pane.title.text() == "The order matters"
    assert "four paths" in pane.text.toPlainText()
    assert app.player.step == pane.telling.at(0)
    assert not pane.back.isEnabled()


def test_a_lesson_begins_where_its_text_does_not_where_the_run_ends(app, lesson):
    pane = lesson("errors/leaf_in_place")
    assert app.player.step == pane.telling.at(0) < len(app.player.film) - 1


def test_code_in_the_text_is_as_large_as_the_text_after_every_change_of_size(app, lesson):
    pane = lesson("order")

    def code_size():
        marked = re.search(r"font-size:([\d.]+)pt;[^>]*background-color", pane.text.toHtml())
        assert marked, pane.text.toHtml()
        return float(marked[1])

    usual = code_size()
    for size in (20, 13, 17):
        app.settings.text_size = size
        assert code_size() == pytest.approx(usual * size / 13, rel=1e-3)
    app.settings.text_size = 13
    assert code_size() == usual


def test_next_and_back_take_the_player_along_and_light_the_nodes(app, lesson):
    pane = lesson("order", 3)
    assert app.player.frame.summing == "c"
    assert app.player.step == pane.telling.at(3)
    assert "6 and 1 make 7" in pane.text.toPlainText()
    assert set(app.canvas.lit.nodes) == {"c", "e", "f"}
    click(pane.back)
    assert app.player.step == pane.telling.at(2)
    assert set(app.canvas.lit.nodes) == {"f", "c", "e"}


@pytest.mark.parametrize(
    ("on", "back"),
    [((Key.Key_PageDown, Qt.KeyboardModifier.NoModifier), Key.Key_PageUp),
     ((Key.Key_Right, Qt.KeyboardModifier.AltModifier), Key.Key_Left)],
)  # fmt: skip
def test_keys_turn_the_page_wherever_the_focus_is_in_the_dock(lesson, on, back):
    pane = lesson("order", 4)
    for widget in (pane.text, pane.question.field, pane.next):
        widget.setFocus()
        QTest.keyClick(widget, on[0], on[1])
        assert pane.k == 5
        QTest.keyClick(pane.next if pane.question.isHidden() else widget, back, on[1])
        assert pane.k == 4


def test_a_dot_leads_to_its_step(lesson):
    pane = lesson("order")
    QTest.mouseClick(pane.dots, LEFT, pos=QPoint(int(pane.dots.GAP * 2.5), 9))
    assert pane.k == 2
    assert pane.dots.accessibleName() == "Step 3 of 6"
    click(pane.back)
    assert (pane.dots.at, pane.dots.seen) == (1, 2)


def test_a_guess_is_checked_and_told_why(app, lesson):
    pane = lesson("order", 4)
    answer(pane, "29")
    assert "depth first" in plain(pane.question.verdict)
    assert plain(pane.question.verdict).startswith("✗ ")
    assert pane.question.property("card") == "error"
    answer(pane, "twenty")
    assert pane.question.verdict.isHidden()
    assert pane.question.problem.text()
    answer(pane, "25")
    assert plain(pane.question.verdict).startswith(
        "✓ Right: 25. The two contributions are added: 18"
    )
    assert pane.question.property("card") == "ok"
    assert pane.question.problem.isHidden()
    assert app.player.step == pane.telling.at(4)


def test_reveal_shows_the_answer_where_it_comes_about(app, lesson):
    pane = lesson("order", 4)
    answer(pane, "29")
    click(pane.question.reveal)
    assert pane.question.field.text() == ""
    assert pane.question.property("card") == "plain"
    assert plain(pane.question.verdict).startswith("25. ")
    assert app.player.frame.node("a").stored == 25


def test_a_typed_answer_is_never_read_as_markup(lesson):
    pane = lesson("order", 4)
    answer(pane, "<b>1</b>")
    assert pane.question.problem.textFormat() == Qt.TextFormat.PlainText
    assert "<b>" in pane.question.problem.text() or pane.question.problem.text()


def test_an_edit_is_told_and_start_over_brings_the_lesson_back(qtbot, app, lesson, monkeypatch):
    pane = lesson("square")
    app.canvas.add_op("tensor")
    settled(qtbot, app)
    assert pane.changed.isVisible()
    assert "You have changed the graph" in pane.changed_text.text()
    step = app.player.step
    click(pane.next)
    assert app.player.step == step  # the film is another one now
    app.editor.history.undo()
    settled(qtbot, app)
    assert pane.changed.isHidden()
    app.editor.history.redo()
    asked = []
    monkeypatch.setattr(app.filing, "may_close", lambda: bool(asked.append(1)))
    click(pane.over)
    assert asked  # nothing is thrown away without a question
    assert "tensor" in {node.op for node in app.editor.document.graph.nodes.values()}
    monkeypatch.setattr(app.filing, "may_close", lambda: True)
    click(pane.over)
    settled(qtbot, app)
    assert app.editor.document == by_id("square").document()
    assert (pane.k, pane.changed.isHidden()) == (0, True)


def test_moving_a_node_changes_nothing_in_the_lesson(qtbot, app, lesson):
    from gui.model import edits

    pane = lesson("square")
    app.editor.apply("Move", edits.move(app.editor.document, {"x": (0.0, 0.0)}))
    settled(qtbot, app)
    assert pane.changed.isHidden()


def test_another_file_closes_the_lesson(qtbot, app, lesson, tmp_path):
    pane = lesson("square")
    path = tmp_path / "mine.chain"
    path.write_bytes(by_id("sine").graph.read_bytes())
    app.filing.open(path)
    settled(qtbot, app)
    assert pane.telling is None
    assert pane.whole.isHidden()


def test_done_is_remembered_and_the_next_lesson_offered(qtbot, app, lesson):
    pane = lesson("square", len(by_id("square").steps))
    assert app.settings.lessons_done == {"square"}
    assert pane.finished_text.text() == "“A number and its square” is done."
    app.show_start_page()
    told = app.start_page.lessons.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told.startswith("A number and its square (done).")
    app.show_work()
    click(pane.next_lesson)
    settled(qtbot, app)
    assert pane.telling.lesson.id == "sine"


@pytest.mark.parametrize("key", [None, Key.Key_PageUp])
def test_from_the_end_there_is_a_way_back_and_the_focus_stays(app, lesson, key):
    pane = lesson("square")
    last = len(pane.telling) - 1
    pane.go(last)
    pane.next.setFocus()
    QTest.keyClick(pane.next, Key.Key_Space)
    assert pane.telling is None
    assert app.window.focusWidget() is pane.next_lesson
    if key is None:
        click(pane.again)
    else:
        QTest.keyClick(pane.next_lesson, key)
    assert (pane.telling.lesson.id, pane.k) == ("square", last)
    assert app.window.focusWidget() is pane.next
    assert app.canvas.lit.nodes
    app.filing.new()
    assert pane.again.isHidden()


def test_lessons_stand_in_the_menu_in_two_groups(app):
    menus = app.window.menus
    titles = [[a.text() for a in menu.actions() if not a.menu() and not a.isSeparator()]
              for menu in (menus.lessons, menus.errors)]  # fmt: skip
    assert titles[0] == [each.title for each in lessons() if not each.is_error]
    assert titles[1] == [each.title for each in lessons() if each.is_error]
    menus.errors.actions()[0].trigger()
    assert app.lesson.telling.lesson.id == "errors/twice"


@pytest.mark.parametrize("name", [each.id for each in lessons() if each.is_error])
def test_an_error_is_mended_by_a_button_and_undo_brings_it_back(qtbot, app, lesson, name):
    pane = lesson(name)
    pane.go(len(pane.telling) - 1)
    buttons = app.tutor.fixes.buttons
    assert buttons
    assert not [b for b in app.inspector.fixes.buttons if b.isVisible()]  # told once, not twice
    assert app.inspector.raised.isHidden()
    for button in buttons:  # nothing is cut off
        assert " ".join(button.text().split()) == button.accessibleName()
        assert button.width() >= button.sizeHint().width()
    steps = app.editor.history.count()
    click(buttons[0])
    settled(qtbot, app)
    assert app.editor.history.count() == steps + 1
    assert not events(app.player.film.trace, Failed)
    assert "it runs through now" in pane.changed_text.text()
    app.editor.history.undo()
    settled(qtbot, app)
    assert app.editor.document == by_id(name).document()
    assert pane.changed.isHidden()


@pytest.mark.parametrize("fix", [0, 1])
def test_a_fix_leads_to_where_it_failed_and_undo_back_to_the_error(qtbot, app, lesson, fix):
    pane = lesson("errors/twice")
    pane.go(len(pane.telling) - 1)
    failing = app.player.step
    click(app.tutor.fixes.buttons[fix])
    settled(qtbot, app)
    chapters = app.player.film.timeline.chapters
    second = [c for c in chapters if c.kind == "backward"][1]
    assert app.player.step == second.last
    assert app.tutor.fixes.isHidden()
    QTest.keyClick(app.canvas, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    settled(qtbot, app)
    assert app.player.step == failing
    assert [button.isVisible() for button in app.tutor.fixes.buttons] == [True, True]
    assert app.canvas.lit.nodes


def test_with_the_lesson_out_of_sight_the_inspector_tells_the_error(app, lesson):
    pane = lesson("errors/twice")
    pane.go(len(pane.telling) - 1)
    assert app.inspector.fixes.isHidden()
    app.window.docks["lesson"].hide()
    assert [b.isVisible() for b in app.inspector.fixes.buttons] == [True, True]
    assert app.inspector.raised.isVisible()


def test_any_failing_graph_is_offered_its_fixes_in_the_inspector(qtbot, app):
    app.settings.reduced_motion = True
    app.filing.open_copy(by_id("errors/twice").graph)  # as a file of one's own, without a text
    settled(qtbot, app)
    assert app.lesson.telling is None
    app.player.last()
    buttons = app.inspector.fixes.buttons
    assert [b.isVisible() for b in buttons] == [True, True]
    app.player.first()
    assert app.inspector.fixes.isHidden()
    app.player.last()
    click(app.inspector.fixes.buttons[1])
    settled(qtbot, app)
    assert not events(app.player.film.trace, Failed)


# ---- the way along the film ----------------------------------------------------------------------


def test_the_player_strolls_there_and_whoever_takes_over_is_left_alone(qtbot, app, lesson):
    lesson("order")
    stroll = Stroll(app.player, app.lesson)
    app.player.first()
    stroll.go(20)
    seen = []
    for _ in range(MOST_TICKS):
        stroll.tick()
        seen.append(app.player.step)
    assert seen[:3] == [0, 1, 2]
    assert seen[-1] == 20
    stroll.go(0)
    stroll.tick()
    app.player.go(7)
    stroll.tick()
    assert app.player.step == 7
    assert not stroll._timer.isActive()
    stroll.go(0)
    app.player.play()
    stroll.tick()
    assert not stroll._timer.isActive()
    app.player.pause()


def test_lights_go_out_with_the_lesson(qtbot, app, lesson):
    lesson("order", 2)
    assert app.canvas.lit.nodes
    app.filing.new()
    settled(qtbot, app)
    assert not app.canvas.lit


def test_the_next_step_of_the_text_puts_out_what_was_asked(qtbot, app, lesson):
    pane = lesson("stopping", 2)
    app.player.last()
    app.asking.ask_about(app.tutor.pane.telling.ids["y3"])
    app.asking.ghost_of(("y3", "self"))
    qtbot.waitUntil(lambda: bool(app.canvas.lit.ghost_edges or app.canvas.lit.ghost_nodes))
    pane.go(4)
    app.player.forward()  # the answer in the sheet is told anew, and lights nothing
    lit = app.canvas.lit
    assert (lit.nodes, lit.edges) == pane.telling.lit(4)
    assert not lit.ghost_edges
    assert not lit.ghost_nodes


def test_the_lights_of_the_last_step_go_out_when_the_lesson_is_done(qtbot, app, lesson):
    pane = lesson("square", 5)
    assert app.canvas.lit.nodes
    pane.go(len(pane.telling))
    assert pane.telling is None
    assert not app.canvas.lit


def test_a_closed_window_strolls_no_further(qtbot, app, lesson):
    lesson("order")
    app.settings.reduced_motion = False
    app.player.first()
    app.lesson.go(4)
    assert app.tutor.stroll._timer.isActive()
    app.window.close()
    assert not app.tutor.stroll._timer.isActive()
